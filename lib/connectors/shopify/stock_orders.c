#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/list.h"
#include "connectors/shopify/stock_priv.h"

/*
 * Orders that came in after the last orders export are in no queue, but Shopify's figures know them
 * already: free stock of the ERP would put their units back on the shelf. They are read after the
 * levels, so that what the levels know is known here too; what comes later makes the write stale.
 */
enum { ORDERS_PAGE = 25, FIRST_UNITS = 50, MORE_LINES = 250 };

static void add_units(struct stock_put *p, struct answer *in, const cJSON *lines)
{
	JSON_EACH (line, lines) {
		const char *sku = answer_text_or_null(in, line, "sku");
		int64_t units = answer_int(in, line, "currentQuantity", 0, INT32_MAX);
		if (sku && *sku && units > 0)
			*LIST_ADD(p->fresh, p->n_fresh, p->cap_fresh, p->arena) =
				(struct stock_fresh){arena_strdup(p->arena, sku), units};
	}
}

static enum errk add_order(struct stock_put *p, struct answer *in, const cJSON *node, struct err *e)
{
	const char *id = answer_id(in, node, "id"), *after;
	add_units(p, in, answer_page(in, node, "lineItems", FIRST_UNITS, NULL, &after));
	enum errk rc = answer_end(in, e);
	while (rc == E_OK && after) {
		struct shopify_query q = {.doc = DOC_ORDER_UNITS, .variables = json_object()};
		json_add_str(q.variables, "id", id);
		json_add_int(q.variables, "first", MORE_LINES);
		json_add_str(q.variables, "after", after);
		rc = shopify_send(p->shop, &q, 1, p->arena, e);
		if (rc == E_OK) {
			struct answer more = shopify_answer(&q);
			add_units(p, &more,
				  answer_page(&more, q.data, "order.lineItems", MORE_LINES, after,
					      &after));
			after = arena_strdup(p->arena, after);
			rc = answer_end(&more, e);
		}
		shopify_query_release(&q);
	}
	return rc;
}

/* Orders of one page, newest first; *end at the first that is old enough to be known. */
static enum errk take_page(struct stock_put *p, struct answer *in, const cJSON *nodes,
			   int64_t since, bool *end, struct err *e)
{
	const struct owed_units *owed = p->batch->owed;
	bool with_tests = conf_bool(p->shop->env.conf, "orders", "include_test");
	JSON_EACH (node, nodes) {
		const char *id = answer_id(in, node, "id");
		bool cancelled = answer_text_or_null(in, node, "cancelledAt") != NULL;
		bool test = answer_bool(in, node, "test"), known = false;
		int64_t created = 0;
		if (clock_parse(answer_text(in, node, "createdAt"), &created, NULL) != E_OK)
			answer_fault(in, "orders.nodes.createdAt", "is no time");
		enum errk rc = answer_end(in, e);
		if (rc != E_OK)
			return rc;
		if (created < since) {
			*end = true;
			return E_OK;
		}
		if (cancelled || (test && !with_tests))
			continue;
		rc = owed->knows(owed->ctx, id, &known, e);
		if (rc == E_OK && !known)
			rc = add_order(p, in, node, e);
		if (rc != E_OK)
			return rc;
	}
	return answer_end(in, e);
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
	bool end = false;
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
