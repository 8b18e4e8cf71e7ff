#include "base/clock.h"
#include "base/json.h"
#include "connectors/shopify/stock_priv.h"

/*
 * Orders that came in or were changed after the last orders export are in no queue as they are now,
 * but Shopify's figures know them already: free stock of the ERP would put their units back on the
 * shelf. They are read after the levels, so that what the levels know is known here too; what comes
 * later makes the write stale.
 */
enum { ORDERS_PAGE = 25, FIRST_UNITS = 50, MORE_LINES = 250 };

struct seen_order {
	const char *id, *version;
};

static enum errk see_lines(const struct stock_put *p, struct answer *in,
			   const struct seen_order *order, const cJSON *lines, struct err *e)
{
	const struct owed_units *owed = p->batch->owed;
	JSON_EACH (line, lines) {
		const char *sku = answer_text_or_null(in, line, "sku");
		int64_t units = answer_int(in, line, "currentQuantity", 0, INT32_MAX),
			waiting = answer_int(in, line, "unfulfilledQuantity", 0, INT32_MAX);
		/* Null where the variant has been deleted. */
		const char *item = answer_object_or_null(in, line, "variant")
					   ? answer_text(in, line, "variant.inventoryItem.id")
					   : NULL;
		enum errk rc = answer_end(in, e);
		/* What is there still is in what is on hand. */
		if (p->figure == FIGURE_ON_HAND)
			units -= waiting < units ? waiting : units;
		if (rc == E_OK)
			rc = owed->sees(owed->ctx, order->id, order->version, sku, item, units, e);
		if (rc != E_OK)
			return rc;
	}
	return answer_end(in, e);
}

static enum errk see_order(struct stock_put *p, struct answer *in, const struct seen_order *order,
			   const cJSON *node, struct err *e)
{
	const struct owed_units *owed = p->batch->owed;
	bool cancelled = answer_text_or_null(in, node, "cancelledAt") != NULL;
	const char *after = NULL;
	const cJSON *lines = answer_page(in, node, "lineItems", FIRST_UNITS, NULL, &after);
	enum errk rc = answer_end(in, e);
	if (rc == E_OK)
		rc = owed->sees(owed->ctx, order->id, order->version, NULL, NULL, 0, e);
	if (rc != E_OK || cancelled)
		return rc;
	rc = see_lines(p, in, order, lines, e);
	while (rc == E_OK && after) {
		struct shopify_query q = {.doc = DOC_ORDER_UNITS, .variables = json_object()};
		json_add_str(q.variables, "id", order->id);
		json_add_int(q.variables, "first", MORE_LINES);
		json_add_str(q.variables, "after", after);
		rc = shopify_send(p->shop, &q, 1, p->arena, e);
		if (rc == E_OK) {
			struct answer more = shopify_answer(&q);
			lines = answer_page(&more, q.data, "order.lineItems", MORE_LINES, after,
					    &after);
			after = arena_strdup(p->arena, after);
			rc = see_lines(p, &more, order, lines, e);
		}
		shopify_query_release(&q);
	}
	return rc;
}

/* Orders that no export will ever bring: tests, and those from before the ERP took over. */
static bool is_excluded(const struct stock_put *p, bool test, int64_t created)
{
	const struct conf *c = p->shop->env.conf;
	return created < conf_int(c, "orders", "since") ||
	       (test && !conf_bool(c, "orders", "include_test"));
}

static int64_t time_of(struct answer *in, const cJSON *node, const char *field)
{
	int64_t at = 0;
	const char *text = answer_text(in, node, field);
	if (clock_parse(text, &at, NULL) != E_OK)
		answer_fault(in, "orders.nodes", "has a time that is none");
	return at;
}

/* Orders of one page, last changed first; *end at the first that is old enough to be known. */
static enum errk take_page(struct stock_put *p, struct answer *in, const cJSON *nodes,
			   int64_t since, bool *end, struct err *e)
{
	const struct owed_units *owed = p->batch->owed;
	JSON_EACH (node, nodes) {
		const struct seen_order order = {answer_id(in, node, "id"),
						 answer_text(in, node, "updatedAt")};
		int64_t created = time_of(in, node, "createdAt"),
			changed = time_of(in, node, "updatedAt");
		bool test = answer_bool(in, node, "test"), known = false;
		enum errk rc = answer_end(in, e);
		if (rc != E_OK)
			return rc;
		if (changed < since) {
			*end = true;
			return E_OK;
		}
		if (is_excluded(p, test, created))
			continue;
		rc = owed->knows(owed->ctx, order.id, order.version, &known, e);
		if (rc == E_OK && !known)
			rc = see_order(p, in, &order, node, e);
		if (rc != E_OK)
			return rc;
	}
	return answer_end(in, e);
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
		if (rc == E_OK) {
			struct answer in = shopify_answer(&q);
			const cJSON *nodes = answer_page(&in, q.data, "orders", ORDERS_PAGE, after,
							 &after);
			rc = take_page(p, &in, nodes, since, &end, e);
			after = arena_strdup(p->arena, after);
			end |= !after;
		}
		shopify_query_release(&q);
		if (rc != E_OK)
			return rc;
	}
	return E_OK;
}
