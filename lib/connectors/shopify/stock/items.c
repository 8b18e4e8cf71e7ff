#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "connectors/shopify/stock/stock.h"
#include "model/sku_spelling.h"

static void take_variant(struct stock_put *p, struct stock_item *item, struct answer *in,
			 const cJSON *node)
{
	int64_t others = answer_int(in, node, "inventoryItem.duplicateSkuCount", 0, INT32_MAX);
	const char *id = answer_id(in, node, "inventoryItem.id");
	bool bundle = answer_bool(in, node, "requiresComponents");
	bool tracked = answer_bool(in, node, "inventoryItem.tracked");
	if (!answer_ok(in))
		return;
	if (item->proven || others > 0) {
		stock_refuse(
			item, "duplicate_sku",
			"several variants of the shop have the SKU '%s', so it is not known which "
			"one is meant; give each its own, then run: erpsync queue retry '%s'",
			item->sku, item->put->label);
		return;
	}
	item->id = arena_strdup(p->arena, id);
	item->proven = true;
	if (bundle)
		stock_refuse(
			item, "bundle",
			"'%s' is a bundle in the shop: its stock follows from its components and "
			"can't be written",
			item->sku);
	else if (!tracked)
		stock_refuse(
			item, "untracked",
			"the shop does not track the quantity of '%s', so it would be sold "
			"without end whatever is written; switch \"Track quantity\" on there, then "
			"run: erpsync queue retry '%s'",
			item->sku, item->put->label);
}

/* The items that are looked for, and their SKUs. */
struct wanted {
	struct stock_put *put;
	struct stock_item **item;
};

static void take_hit(void *ctx, size_t i, struct answer *in, const cJSON *node)
{
	const struct wanted *w = ctx;
	take_variant(w->put, w->item[i], in, node);
}

/* Whether it is the same article only a person knows. */
static void take_near(void *ctx, size_t i, struct answer *in, const cJSON *node)
{
	const struct wanted *w = ctx;
	struct stock_item *item = w->item[i];
	const char *shop = answer_id(in, node, "sku");
	if (!answer_ok(in) || item->put->err.kind != E_OK)
		return;
	stock_refuse(
		item, NEAR_SKU,
		"no variant of the shop has the SKU '%s', but one has '%s', which differs in %s "
		"alone; correct it on one side, or name the shop's SKU in tables/store_skus.csv" OWN_TABLE
		", "
		"then run: %s",
		item->sku, shop, sku_difference(shop, item->sku, w->put->arena),
		sku_retry(item->put->label, NEAR_SKU, w->put->arena));
}

/*
 * The ERP has the article no longer, and nor has the shop: there is nothing to set to 0. Where it stood under another
 * SKU by now left.c sees.
 */
static bool is_nowhere(struct stock_item *item)
{
	if (!str_equal(item->put->version, RECORD_GONE))
		return false;
	for (size_t i = 0; i < item->n_pairs; i++)
		item->pair[i].done = true;
	item->nowhere = true;
	return true;
}

static enum errk refuse_unknown(struct stock_put *p, struct wanted *w, size_t n, struct err *e)
{
	struct wanted lost = {p, arena_array(p->arena, n, sizeof(*lost.item))};
	const char **sku = arena_array(p->arena, n, sizeof(*sku));
	size_t n_lost = 0;
	for (size_t i = 0; i < n; i++) {
		if (w->item[i]->proven || w->item[i]->put->err.kind != E_OK ||
		    is_nowhere(w->item[i]))
			continue;
		lost.item[n_lost] = w->item[i];
		sku[n_lost++] = w->item[i]->sku;
	}
	enum errk rc = sku_search_near(p->shop, sku, n_lost, p->arena, take_near, &lost, e);
	for (size_t i = 0; rc == E_OK && i < n_lost; i++)
		if (lost.item[i]->put->err.kind == E_OK)
			stock_refuse(
				lost.item[i], UNKNOWN_SKU,
				"no variant of the shop has the SKU '%s'; create it there, or name "
				"the shop's SKU in tables/store_skus.csv" OWN_TABLE
				", then run: erpsync queue "
				"retry '%s'",
				lost.item[i]->sku, lost.item[i]->put->label);
	return rc;
}

enum errk stock_find_items(struct stock_put *p, struct err *e)
{
	struct wanted w = {p, arena_array(p->arena, p->n, sizeof(*w.item))};
	const char **sku = arena_array(p->arena, p->n, sizeof(*sku));
	size_t n = 0;
	for (size_t i = 0; i < p->n; i++) {
		struct stock_item *item = &p->item[i];
		if (item->id || item->put->err.kind != E_OK || !stock_has_open(item))
			continue;
		w.item[n] = item;
		sku[n++] = item->sku;
	}
	enum errk rc = sku_search(p->shop, sku, n, p->arena, take_hit, &w, e);
	if (rc != E_OK)
		return rc;
	return refuse_unknown(p, &w, n, e);
}
