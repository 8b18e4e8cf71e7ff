#include "base/clock.h"
#include "base/json.h"
#include "connectors/shopify/stock_priv.h"

/*
 * Orders that came in or were changed after the last orders export are in no queue as they are now,
 * but Shopify's figures know them already: free stock of the ERP would put their units back on the
 * shelf. They are read after the levels, so that what the levels know is known here too; what comes
 * later makes the write stale.
 */
enum { ORDERS_PAGE = 25, MORE_LINES = 250 };

struct seen_order {
	const char *id, *version;
};

static enum errk see_lines(const struct stock_put *p, const struct seen_order *order,
			   const cJSON *lines, struct err *e)
{
	const struct owed_units *owed = p->batch->owed;
	const cJSON *line;
	cJSON_ArrayForEach (line, lines) {
		enum errk rc = owed->sees(owed->ctx, order->id, order->version,
					  json_str(line, "sku"),
					  json_int(line, "currentQuantity", 0), e);
		if (rc != E_OK)
			return rc;
	}
	return E_OK;
}

static enum errk see_order(struct stock_put *p, const struct seen_order *order, const cJSON *node,
			   struct err *e)
{
	const struct owed_units *owed = p->batch->owed;
	const cJSON *lines = json_at(node, "lineItems");
	enum errk rc = owed->sees(owed->ctx, order->id, order->version, NULL, 0, e);
	if (rc != E_OK || json_at(node, "cancelledAt"))
		return rc;
	rc = see_lines(p, order, json_at(lines, "nodes"), e);
	bool more = json_bool(lines, "pageInfo.hasNextPage", false);
	const char *after = arena_strdup(p->arena, json_str(lines, "pageInfo.endCursor"));
	while (more && rc == E_OK) {
		struct shopify_query q = {.doc = DOC_ORDER_UNITS, .variables = json_object()};
		json_add_str(q.variables, "id", order->id);
		json_add_int(q.variables, "first", MORE_LINES);
		json_add_str(q.variables, "after", after);
		rc = shopify_send(p->shop, &q, 1, p->arena, e);
		if (rc == E_OK) {
			lines = json_at(q.data, "order.lineItems");
			rc = see_lines(p, order, json_at(lines, "nodes"), e);
			more = json_bool(lines, "pageInfo.hasNextPage", false);
			after = arena_strdup(p->arena, json_str(lines, "pageInfo.endCursor"));
		}
		shopify_query_release(&q);
	}
	return rc;
}

/* Orders that no export will ever bring: tests, and those from before the ERP took over. */
static bool is_excluded(const struct stock_put *p, const cJSON *node, int64_t created)
{
	const struct conf *c = p->shop->env.conf;
	return created < conf_int(c, "orders", "since") ||
	       (json_bool(node, "test", false) && !conf_bool(c, "orders", "include_test"));
}

/* Orders of one page, last changed first; *end at the first that is old enough to be known. */
static enum errk take_page(struct stock_put *p, const cJSON *nodes, int64_t since, bool *end,
			   struct err *e)
{
	const struct owed_units *owed = p->batch->owed;
	const cJSON *node;
	cJSON_ArrayForEach (node, nodes) {
		const struct seen_order order = {json_str(node, "id"), json_str(node, "updatedAt")};
		const char *text = json_str(node, "createdAt");
		int64_t created, changed;
		bool known = false;
		if (!order.id || !text || clock_parse(text, &created, NULL) != E_OK ||
		    !order.version || clock_parse(order.version, &changed, NULL) != E_OK)
			return err_set(e, E_BUSY, "bad_json", "Shopify sent an order without id");
		if (changed < since) {
			*end = true;
			return E_OK;
		}
		if (is_excluded(p, node, created))
			continue;
		enum errk rc = owed->knows(owed->ctx, order.id, order.version, &known, e);
		if (rc == E_OK && !known)
			rc = see_order(p, &order, node, e);
		if (rc != E_OK)
			return rc;
	}
	return E_OK;
}

enum errk stock_read_fresh(struct stock_put *p, struct err *e)
{
	const struct owed_units *owed = p->batch->owed;
	const char *after = NULL;
	int64_t since = 0;
	bool end = false;
	enum errk rc = owed->since(owed->ctx, &since, e);
	p->counts_orders = since != 0;
	if (rc != E_OK || !since)
		return rc;
	while (!end) {
		struct shopify_query q = {.doc = DOC_ORDERS_NEWEST, .variables = json_object()};
		json_add_int(q.variables, "first", ORDERS_PAGE);
		json_add_str(q.variables, "after", after);
		rc = shopify_send(p->shop, &q, 1, p->arena, e);
		if (rc == E_OK)
			rc = take_page(p, json_at(q.data, "orders.nodes"), since, &end, e);
		if (rc == E_OK) {
			after = arena_strdup(p->arena,
					     json_str(q.data, "orders.pageInfo.endCursor"));
			end |= !json_bool(q.data, "orders.pageInfo.hasNextPage", false);
		}
		shopify_query_release(&q);
		if (rc != E_OK)
			return rc;
	}
	return E_OK;
}
