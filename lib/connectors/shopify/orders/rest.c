#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "connectors/shopify/shopify.h"

/* Adds a page of lines to those that are there. */
static enum errk add_page(const struct shopify_query *q, const cJSON *node, cJSON *lines,
			  struct answer_walk *w, bool *changed, struct err *e)
{
	struct answer in = shopify_answer(q);
	const char *next;
	const cJSON *order = answer_object(&in, q->data, "order");
	answer_page(&in, order, "lineItems", PAGE_MAX, w, &next);
	*changed = answer_ok(&in) && !order_same_version(&in, node, order);
	enum errk rc = answer_end(&in, e);
	if (rc != E_OK || *changed)
		return rc;
	cJSON *more = cJSON_GetObjectItemCaseSensitive(order, "lineItems");
	order_append_nodes(cJSON_GetObjectItemCaseSensitive(lines, "nodes"),
			   cJSON_GetObjectItemCaseSensitive(more, "nodes"));
	json_add(lines, "pageInfo", cJSON_DetachItemFromObjectCaseSensitive(more, "pageInfo"));
	return E_OK;
}

static enum errk next_lines(struct shopify *s, const struct order_use *use, cJSON *node,
			    bool presentment, struct answer_walk *w, struct arena *a, bool *changed,
			    struct err *e)
{
	cJSON *lines = cJSON_GetObjectItemCaseSensitive(node, "lineItems");
	struct shopify_query q = {.doc = DOC_ORDER_LINES, .variables = json_object()};
	json_add_str(q.variables, "id", json_str(node, "id"));
	json_add_int(q.variables, "first", PAGE_MAX);
	json_add_str(q.variables, "after", json_str(lines, "pageInfo.endCursor"));
	json_add_bool(q.variables, "presentment", presentment);
	metafields_ask(s, METAFIELDS_OF_VARIANT, !use->refunds, q.variables);
	enum errk rc = shopify_send(s, &q, 1, a, e);
	if (rc == E_OK)
		rc = add_page(&q, node, lines, w, changed, e);
	shopify_query_release(&q);
	return rc;
}

static bool is_full(const cJSON *node, const char *list, size_t size)
{
	return json_count(node, list) >= size;
}

/* Some list of the first reading may have more than it showed. */
static bool lists_cut(const cJSON *node, size_t size)
{
	return json_bool(node, "discountApplications.pageInfo.hasNextPage", false) ||
	       json_bool(node, "shippingLines.pageInfo.hasNextPage", false) ||
	       is_full(node, "transactions", size) || is_full(node, "refunds", size);
}

/* Whether they are lists, and say whether they are cut. */
static void check_lists(struct answer *in, const cJSON *node, size_t max)
{
	answer_nodes(in, node, "discountApplications.nodes", max);
	answer_bool(in, node, "discountApplications.pageInfo.hasNextPage");
	answer_nodes(in, node, "shippingLines.nodes", max);
	answer_bool(in, node, "shippingLines.pageInfo.hasNextPage");
	answer_nodes(in, node, "transactions", max);
	answer_nodes(in, node, "refunds", max);
}

static enum errk read_lists(struct shopify *s, cJSON *node, bool presentment, struct arena *a,
			    bool *changed, struct err *e)
{
	static const char *const lists[] = {"discountApplications", "shippingLines", "transactions",
					    "refunds"};
	struct shopify_query q = {.doc = DOC_ORDER_LISTS, .variables = json_object()};
	json_add_str(q.variables, "id", json_str(node, "id"));
	json_add_int(q.variables, "lists", PAGE_MAX);
	json_add_bool(q.variables, "presentment", presentment);
	enum errk rc = shopify_send(s, &q, 1, a, e);
	if (rc == E_OK) {
		struct answer in = shopify_answer(&q);
		cJSON *order = (cJSON *)answer_object(&in, q.data, "order");
		check_lists(&in, order, PAGE_MAX);
		*changed = answer_ok(&in) && !order_same_version(&in, node, order);
		rc = answer_end(&in, e);
		for (size_t i = 0; i < 4 && rc == E_OK && !*changed; i++)
			json_add(node, lists[i],
				 cJSON_DetachItemFromObjectCaseSensitive(order, lists[i]));
		if (rc == E_OK && !*changed && lists_cut(node, PAGE_MAX))
			rc = err_set(
				e, E_RECORD, "too_long",
				"Shopify shows only %d discounts, shipping lines, transactions "
				"or refunds of an order, and this one has more; book it by hand",
				PAGE_MAX);
	}
	shopify_query_release(&q);
	return rc;
}

enum errk order_read_rest(struct shopify *s, const struct order_use *use, cJSON *node,
			  bool presentment, struct arena *a, bool *changed, struct err *e)
{
	/* Of one order, and of no other: what is amiss in it is its own. */
	struct answer in = answer_of(E_RECORD, "the order as Shopify shows it");
	struct answer_walk walk = {0};
	const char *next;
	answer_page(&in, node, "lineItems", FIRST_LINES, &walk, &next);
	check_lists(&in, node, FIRST_LISTS);
	*changed = false;
	enum errk rc = answer_end(&in, e);
	while (rc == E_OK && !*changed && json_bool(node, "lineItems.pageInfo.hasNextPage", false))
		rc = next_lines(s, use, node, presentment, &walk, a, changed, e);
	if (rc == E_OK && !*changed && lists_cut(node, FIRST_LISTS))
		rc = read_lists(s, node, presentment, a, changed, e);
	if (rc == E_OK && !*changed)
		rc = order_read_shipments(s, node, a, changed, e);
	if (rc == E_OK && !*changed && (use->refunds || order_has_lost_units(node)))
		rc = order_read_agreements(s, node, presentment, use->refunds, a, changed, e);
	return rc;
}
