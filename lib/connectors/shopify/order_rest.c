#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "connectors/shopify/shopify_priv.h"

/* Both answers are about the same version of the order? */
static bool same_version(const cJSON *node, const cJSON *order)
{
	const char *before = json_str(node, "updatedAt"), *now = json_str(order, "updatedAt");
	return before && now && strcmp(before, now) == 0;
}

/* Moves all nodes of one list to the end of another. */
static void append_nodes(cJSON *to, cJSON *from)
{
	while (from && from->child)
		cJSON_AddItemToArray(to, cJSON_DetachItemViaPointer(from, from->child));
}

static enum errk next_lines(struct shopify *s, cJSON *node, bool presentment, struct arena *a,
			    bool *changed, struct err *e)
{
	cJSON *lines = cJSON_GetObjectItemCaseSensitive(node, "lineItems");
	struct shopify_query q = {.doc = DOC_ORDER_LINES, .variables = json_object()};
	json_add_str(q.variables, "id", json_str(node, "id"));
	json_add_int(q.variables, "first", PAGE_MAX);
	json_add_str(q.variables, "after", json_str(lines, "pageInfo.endCursor"));
	json_add_bool(q.variables, "presentment", presentment);
	enum errk rc = shopify_send(s, &q, 1, a, e);
	if (rc == E_OK) {
		const cJSON *order = json_at(q.data, "order");
		*changed = !same_version(node, order);
		const cJSON *more = json_at(order, "lineItems");
		if (!*changed && json_count(more, "nodes") == 0)
			rc = err_set(e, E_BUSY, "bad_json", "Shopify sent an empty page of lines");
		if (!*changed && rc == E_OK) {
			append_nodes(cJSON_GetObjectItemCaseSensitive(lines, "nodes"),
				     cJSON_GetObjectItemCaseSensitive(more, "nodes"));
			cJSON_ReplaceItemInObjectCaseSensitive(lines, "pageInfo",
							       cJSON_Duplicate(json_at(more,
										       "pageInfo"),
									       true));
		}
	}
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
		cJSON *order = cJSON_GetObjectItemCaseSensitive(q.data, "order");
		*changed = !same_version(node, order);
		for (size_t i = 0; i < 4 && !*changed; i++)
			cJSON_ReplaceItemInObjectCaseSensitive(
				node, lists[i],
				cJSON_DetachItemFromObjectCaseSensitive(order, lists[i]));
		if (!*changed && lists_cut(node, PAGE_MAX))
			rc = err_set(
				e, E_RECORD, "too_long",
				"Shopify shows only %d discounts, shipping lines, transactions "
				"or refunds of an order, and this one has more; book it by hand",
				PAGE_MAX);
	}
	shopify_query_release(&q);
	return rc;
}

enum errk order_read_rest(struct shopify *s, cJSON *node, bool presentment, struct arena *a,
			  bool *changed, struct err *e)
{
	*changed = false;
	enum errk rc = E_OK;
	while (rc == E_OK && !*changed && json_bool(node, "lineItems.pageInfo.hasNextPage", false))
		rc = next_lines(s, node, presentment, a, changed, e);
	if (rc == E_OK && !*changed && lists_cut(node, FIRST_LISTS))
		rc = read_lists(s, node, presentment, a, changed, e);
	return rc;
}
