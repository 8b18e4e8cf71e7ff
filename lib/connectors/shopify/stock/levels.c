#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "connectors/shopify/stock/stock.h"

/*
 * Some pairs of one location, read by one request; and the items that it asks for: an item may turn out to
 * be gone while another reading of it is under way.
 */
struct reading {
	struct stock_pair *pair[PAGE_MAX];
	const char *id[PAGE_MAX];
	size_t n;
};

enum {
	READINGS_AT_ONCE = 8,
	/* Shopify holds none above a billion (InventorySetQuantitiesInput). */
	STOCK_FIGURE_MAX = 2000000000,
};

static void ask(const char *name, const struct reading *r, struct shopify_query *q)
{
	*q = (struct shopify_query){.doc = DOC_STOCK_LEVELS, .variables = json_object()};
	cJSON *ids = json_add_array(q->variables, "ids");
	for (size_t i = 0; i < r->n; i++)
		json_push(ids, cJSON_CreateString(r->id[i]));
	json_add_str(q->variables, "location", r->pair[0]->location);
	cJSON *names = json_add_array(q->variables, "names");
	json_push(names, cJSON_CreateString(name));
	if (strcmp(name, "available") == 0)
		json_push(names, cJSON_CreateString("reserved"));
}

enum errk stock_read_level(struct stock_put *p, const char *item, const char *location,
			   const char *name, int64_t *have, struct err *e)
{
	struct stock_item one = {.id = item};
	struct stock_pair pair = {.item = &one, .location = location};
	const struct reading r = {.pair = {&pair}, .id = {item}, .n = 1};
	struct shopify_query q;
	ask(name, &r, &q);
	enum errk rc = shopify_send(p->shop, &q, 1, p->arena, e);
	if (rc == E_OK)
		JSON_EACH (quantity, json_at(q.data, "nodes[0].inventoryLevel.quantities"))
			if (str_equal(json_str(quantity, "name"), name))
				*have = json_int(quantity, "quantity", 0);
	shopify_query_release(&q);
	return rc;
}

/* A level that was never made is null; one that is has the quantities that were asked for. */
static void take_level(struct stock_pair *pair, struct answer *in, const cJSON *level)
{
	pair->active = false;
	pair->have = pair->changed_at = pair->reserved = 0;
	pair->made_at = 0;
	if (!level)
		return;
	const cJSON *quantity = NULL, *reserved = NULL;
	JSON_EACH (node, answer_nodes(in, level, "quantities", 2))
		*(str_equal(answer_text(in, node, "name"), "reserved") ? &reserved
								       : &quantity) = node;
	pair->active = answer_bool(in, level, "isActive");
	if (reserved)
		pair->reserved = answer_int(in, reserved, "quantity", -STOCK_FIGURE_MAX,
					    STOCK_FIGURE_MAX);
	if (!quantity || (!reserved && str_equal(json_str(quantity, "name"), "available"))) {
		answer_fault(in, "inventoryLevel.quantities", "lacks one that was asked for");
		return;
	}
	pair->have = answer_int(in, quantity, "quantity", -STOCK_FIGURE_MAX, STOCK_FIGURE_MAX);
	const char *changed = answer_text_or_null(in, quantity, "updatedAt");
	if (!changed)
		changed = answer_text(in, level, "updatedAt");
	if (clock_parse(changed, &pair->changed_at, NULL) != E_OK)
		answer_fault(in, "inventoryLevel.quantities.updatedAt", "is no time");
	if (clock_parse(answer_text(in, level, "createdAt"), &pair->made_at, NULL) != E_OK)
		answer_fault(in, "inventoryLevel.createdAt", "is no time");
}

/* An item that is gone, or has got another SKU, is looked for by its SKU in the next round. */
static void take_node(struct stock_pair *pair, struct answer *in, const cJSON *node)
{
	struct stock_item *item = pair->item;
	if (!item->id)
		return;
	if (!item->sku) {
		take_level(pair, in,
			   node ? answer_object_or_null(in, node, "inventoryLevel") : NULL);
		return;
	}
	const char *sku = node ? answer_text_or_null(in, node, "sku") : NULL;
	if (!sku || strcmp(sku, item->sku) != 0) {
		item->id = NULL;
		item->proven = false;
		item->strange = true;
		return;
	}
	item->proven = true;
	item->strange = false;
	if (answer_int(in, node, "duplicateSkuCount", 0, INT32_MAX) > 0)
		stock_refuse(
			item, "duplicate_sku",
			"several variants of the shop have the SKU '%s', so it is not known which "
			"one is meant; give each its own, then run: erpsync queue retry '%s'",
			item->sku, item->put->label);
	else if (!answer_bool(in, node, "tracked"))
		stock_refuse(
			item, "untracked",
			"the shop does not track the quantity of '%s', so it would be sold "
			"without end whatever is written; switch \"Track quantity\" on there, then "
			"run: erpsync queue retry '%s'",
			item->sku, item->put->label);
	take_level(pair, in, answer_object_or_null(in, node, "inventoryLevel"));
}

static const char *id_of(const void *ctx, size_t i)
{
	return ((const struct reading *)ctx)->id[i];
}

static enum errk take(struct stock_put *p, const struct reading *r, const struct shopify_query *q,
		      struct err *e)
{
	struct answer in = shopify_answer(q);
	const cJSON **node = arena_array(p->arena, r->n, sizeof(*node));
	answer_by_id(&in, q->data, "nodes", r->n, id_of, r, node);
	for (size_t i = 0; i < r->n && answer_ok(&in); i++)
		take_node(r->pair[i], &in, node[i]);
	return answer_end(&in, e);
}

static enum errk run(struct stock_put *p, const struct reading *r, size_t n, struct err *e)
{
	struct shopify_query q[READINGS_AT_ONCE];
	for (size_t i = 0; i < n; i++)
		ask(p->name, &r[i], &q[i]);
	enum errk rc = shopify_send(p->shop, q, n, p->arena, e);
	for (size_t i = 0; i < n && rc == E_OK; i++)
		rc = take(p, &r[i], &q[i], e);
	for (size_t i = 0; i < n; i++)
		shopify_query_release(&q[i]);
	return rc;
}

/* The pairs that are to be read: open, and with an item. */
static size_t pairs_to_read(const struct stock_put *p, struct stock_pair **out)
{
	size_t n = 0;
	for (size_t i = 0; i < p->n_pairs; i++)
		if (stock_is_open(p->pair[i]) && p->pair[i]->item->id)
			out[n++] = p->pair[i];
	return n;
}

/*
 * Moves up to a page of pairs of one location from the list into r; *n shrinks. An item that an earlier
 * reading could not find has nothing to be read by.
 */
static void fill(struct reading *r, struct stock_pair **list, size_t *n, size_t page)
{
	size_t kept = 0;
	const char *location = list[0]->location;
	r->n = 0;
	for (size_t i = 0; i < *n; i++) {
		const char *id = list[i]->item->id;
		if (!id)
			continue;
		if (r->n == page || strcmp(list[i]->location, location) != 0) {
			list[kept++] = list[i];
			continue;
		}
		r->id[r->n] = id;
		r->pair[r->n++] = list[i];
	}
	*n = kept;
}

enum errk stock_read_levels(struct stock_put *p, struct err *e)
{
	struct shopify *s = p->shop;
	if (!s->stock_page)
		s->stock_page = PAGE_MAX;
	for (;;) {
		struct stock_pair **list = arena_array(p->arena, p->n_pairs, sizeof(*list));
		struct reading *r = arena_array(p->arena, READINGS_AT_ONCE, sizeof(*r));
		size_t left = pairs_to_read(p, list);
		enum errk rc = E_OK;
		while (left && rc == E_OK) {
			size_t n = 0;
			while (n < READINGS_AT_ONCE && left) {
				fill(&r[n], list, &left, s->stock_page);
				n += r[n].n > 0;
			}
			if (n)
				rc = run(p, r, n, e);
		}
		/* What a page costs is not published: ask for less until it is granted. */
		if (rc != E_RECORD || strcmp(e->code, "max_cost") != 0 || s->stock_page <= 1)
			return rc;
		s->stock_page /= 2;
	}
}
