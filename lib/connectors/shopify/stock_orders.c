#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "connectors/shopify/stock_priv.h"

/*
 * Orders that came in after the last orders export are in no queue, but Shopify's figures know them
 * already: free stock of the ERP would put their units back on the shelf. They are read after the
 * levels, so that what the levels know is known here too; what comes later makes the write stale.
 */
enum { ORDERS_PAGE = 25, MORE_LINES = 250 };

static void add_units(struct stock_put *p, const cJSON *lines, size_t *cap)
{
	const cJSON *line;
	cJSON_ArrayForEach (line, lines) {
		const char *sku = json_str(line, "sku");
		int64_t units = json_int(line, "currentQuantity", 0);
		if (!sku || units <= 0)
			continue;
		if (p->n_fresh == *cap) {
			*cap = *cap ? *cap * 2 : 64;
			struct stock_fresh *larger = arena_array(p->arena, *cap, sizeof(*larger));
			if (p->n_fresh)
				memcpy(larger, p->fresh, p->n_fresh * sizeof(*larger));
			p->fresh = larger;
		}
		p->fresh[p->n_fresh++] = (struct stock_fresh){arena_strdup(p->arena, sku), units};
	}
}

static enum errk add_order(struct stock_put *p, const cJSON *node, size_t *cap, struct err *e)
{
	const cJSON *lines = json_at(node, "lineItems");
	add_units(p, json_at(lines, "nodes"), cap);
	bool more = json_bool(lines, "pageInfo.hasNextPage", false);
	const char *after = arena_strdup(p->arena, json_str(lines, "pageInfo.endCursor"));
	while (more) {
		struct shopify_query q = {.doc = DOC_ORDER_UNITS, .variables = json_object()};
		json_add_str(q.variables, "id", json_str(node, "id"));
		json_add_int(q.variables, "first", MORE_LINES);
		json_add_str(q.variables, "after", after);
		enum errk rc = shopify_send(p->shop, &q, 1, p->arena, e);
		if (rc == E_OK) {
			lines = json_at(q.data, "order.lineItems");
			add_units(p, json_at(lines, "nodes"), cap);
			more = json_bool(lines, "pageInfo.hasNextPage", false);
			after = arena_strdup(p->arena, json_str(lines, "pageInfo.endCursor"));
		}
		shopify_query_release(&q);
		if (rc != E_OK)
			return rc;
	}
	return E_OK;
}

/* Orders of one page, newest first; *end at the first that is old enough to be known. */
static enum errk take_page(struct stock_put *p, const cJSON *nodes, int64_t since, size_t *cap,
			   bool *end, struct err *e)
{
	const struct owed_units *owed = p->batch->owed;
	bool with_tests = conf_bool(p->shop->env.conf, "orders", "include_test");
	const cJSON *node;
	cJSON_ArrayForEach (node, nodes) {
		const char *id = json_str(node, "id"), *text = json_str(node, "createdAt");
		int64_t created;
		bool known = false;
		if (!id || !text || clock_parse(text, &created, NULL) != E_OK)
			return err_set(e, E_BUSY, "bad_json", "Shopify sent an order without id");
		if (created < since) {
			*end = true;
			return E_OK;
		}
		if (json_at(node, "cancelledAt") || (json_bool(node, "test", false) && !with_tests))
			continue;
		enum errk rc = owed->knows(owed->ctx, id, &known, e);
		if (rc == E_OK && !known)
			rc = add_order(p, node, cap, e);
		if (rc != E_OK)
			return rc;
	}
	return E_OK;
}

static int by_sku(const void *a, const void *b)
{
	return strcmp(((const struct stock_fresh *)a)->sku, ((const struct stock_fresh *)b)->sku);
}

enum errk stock_read_fresh(struct stock_put *p, struct err *e)
{
	const struct owed_units *owed = p->batch->owed;
	const char *after = NULL;
	int64_t since = 0;
	size_t cap = 0;
	bool end = false;
	p->fresh = NULL;
	p->n_fresh = 0;
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
			rc = take_page(p, json_at(q.data, "orders.nodes"), since, &cap, &end, e);
		if (rc == E_OK) {
			after = arena_strdup(p->arena,
					     json_str(q.data, "orders.pageInfo.endCursor"));
			end |= !json_bool(q.data, "orders.pageInfo.hasNextPage", false);
		}
		shopify_query_release(&q);
		if (rc != E_OK)
			return rc;
	}
	if (p->n_fresh)
		qsort(p->fresh, p->n_fresh, sizeof(*p->fresh), by_sku);
	return E_OK;
}

int64_t stock_fresh_units(const struct stock_put *p, const char *sku)
{
	struct stock_fresh want = {.sku = sku};
	const struct stock_fresh *hit =
		p->n_fresh ? bsearch(&want, p->fresh, p->n_fresh, sizeof(*p->fresh), by_sku) : NULL;
	int64_t units = 0;
	while (hit && hit > p->fresh && strcmp(hit[-1].sku, sku) == 0)
		hit--;
	for (; hit && hit < p->fresh + p->n_fresh && strcmp(hit->sku, sku) == 0; hit++)
		units += hit->units;
	return units;
}
