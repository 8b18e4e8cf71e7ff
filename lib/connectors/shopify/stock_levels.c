#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "connectors/shopify/stock_priv.h"

/* Some pairs of one location, read by one request. */
struct reading {
	struct stock_pair *pair[PAGE_MAX];
	size_t n;
};

enum { READINGS_AT_ONCE = 8 };

static void ask(const char *name, const struct reading *r, struct shopify_query *q)
{
	*q = (struct shopify_query){.doc = DOC_STOCK_LEVELS, .variables = json_object()};
	cJSON *ids = json_add_array(q->variables, "ids");
	for (size_t i = 0; i < r->n; i++)
		json_push(ids, cJSON_CreateString(r->pair[i]->item->id));
	json_add_str(q->variables, "location", r->pair[0]->location);
	json_push(json_add_array(q->variables, "names"), cJSON_CreateString(name));
}

enum errk stock_read_level(struct stock_put *p, const char *item, const char *location,
			   const char *name, int64_t *have, struct err *e)
{
	struct stock_item one = {.id = item};
	struct stock_pair pair = {.item = &one, .location = location};
	const struct reading r = {.pair = {&pair}, .n = 1};
	struct shopify_query q;
	ask(name, &r, &q);
	enum errk rc = shopify_send(p->shop, &q, 1, p->arena, e);
	if (rc == E_OK)
		*have = json_int(q.data, "nodes[0].inventoryLevel.quantities[0].quantity", 0);
	shopify_query_release(&q);
	return rc;
}

/* An item that is gone, or has got another SKU, is looked for by its SKU in the next round. */
static void take_node(struct stock_pair *pair, const cJSON *node)
{
	struct stock_item *item = pair->item;
	const char *id = json_str(node, "id"), *sku = json_str(node, "sku");
	if (!id || !sku || strcmp(sku, item->sku) != 0) {
		item->id = NULL;
		item->proven = false;
		return;
	}
	item->proven = true;
	if (json_int(node, "duplicateSkuCount", 0) > 0)
		stock_refuse(
			item, "duplicate_sku",
			"several variants of the shop have the SKU '%s', so it is not known which "
			"one is meant; give each its own, then run: erpsync queue retry '%s'",
			item->sku, item->put->label);
	else if (!json_bool(node, "tracked", true))
		stock_refuse(
			item, "untracked",
			"the shop does not track the quantity of '%s', so it would be sold "
			"without end whatever is written; switch \"Track quantity\" on there, then "
			"run: erpsync queue retry '%s'",
			item->sku, item->put->label);
	pair->active = json_bool(node, "inventoryLevel.isActive", false);
	pair->have = json_int(node, "inventoryLevel.quantities[0].quantity", 0);
	const char *moved = json_str(node, "inventoryLevel.quantities[0].updatedAt");
	if (!moved || clock_parse(moved, &pair->moved_at, NULL) != E_OK)
		pair->moved_at = 0;
}

static enum errk take(const struct reading *r, const cJSON *data, struct err *e)
{
	const cJSON *nodes = json_at(data, "nodes");
	if (json_count(nodes, "") != r->n)
		return err_set(e, E_BUSY, "bad_json", "Shopify sent %zu of %zu inventory items",
			       json_count(nodes, ""), r->n);
	/* In the order of the ids; null for one that is not there. */
	const cJSON *node = nodes->child;
	for (size_t i = 0; i < r->n; i++, node = node->next)
		take_node(r->pair[i], node);
	return E_OK;
}

static enum errk run(struct stock_put *p, const struct reading *r, size_t n, struct err *e)
{
	struct shopify_query q[READINGS_AT_ONCE];
	for (size_t i = 0; i < n; i++)
		ask(p->name, &r[i], &q[i]);
	enum errk rc = shopify_send(p->shop, q, n, p->arena, e);
	for (size_t i = 0; i < n && rc == E_OK; i++)
		rc = take(&r[i], q[i].data, e);
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

/* Moves up to a page of pairs of one location from the list into r; *n shrinks. */
static void fill(struct reading *r, struct stock_pair **list, size_t *n, size_t page)
{
	size_t kept = 0;
	const char *location = list[0]->location;
	r->n = 0;
	for (size_t i = 0; i < *n; i++)
		if (r->n < page && strcmp(list[i]->location, location) == 0)
			r->pair[r->n++] = list[i];
		else
			list[kept++] = list[i];
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
			for (; n < READINGS_AT_ONCE && left; n++)
				fill(&r[n], list, &left, s->stock_page);
			rc = run(p, r, n, e);
		}
		/* What a page costs is not published: ask for less until it is granted. */
		if (rc != E_RECORD || strcmp(e->code, "max_cost") != 0 || s->stock_page <= 1)
			return rc;
		s->stock_page /= 2;
	}
}
