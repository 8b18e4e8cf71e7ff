#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "connectors/shopify/products/products.h"
#include "model/sku_spelling.h"

static bool is_wanted(const struct product_item *item)
{
	return product_is_open(item) && !item->id && !item->looked;
}

static void ask(struct shopify_query *q, const char *record)
{
	*q = (struct shopify_query){.doc = DOC_PRODUCT_BY_REF, .variables = json_object()};
	json_add(q->variables, "identifier", product_ref_identifier(record));
}

/* Null where no product has it; borrowed from q. */
static enum errk take_reference(const struct shopify_query *q, const char **id, struct err *e)
{
	struct answer in = shopify_answer(q);
	if (answer_object_or_null(&in, q->data, "productByIdentifier"))
		*id = answer_id(&in, q->data, "productByIdentifier.id");
	return answer_end(&in, e);
}

static enum errk by_reference(struct product_put *p, struct product_item **item, size_t n,
			      struct err *e)
{
	struct shopify_query q[WRITES_AT_ONCE];
	for (size_t i = 0; i < n; i++)
		ask(&q[i], item[i]->put->record);
	enum errk rc = shopify_send(p->shop, q, n, p->arena, e);
	for (size_t i = 0; i < n; i++) {
		const char *id = NULL;
		if (rc == E_OK)
			rc = take_reference(&q[i], &id, e);
		if (rc == E_OK && id) {
			item[i]->id = arena_strdup(p->arena, id);
			item[i]->by_ref = true;
		}
		shopify_query_release(&q[i]);
	}
	return rc;
}

static enum errk find_references(struct product_put *p, struct err *e)
{
	struct product_item *some[WRITES_AT_ONCE];
	size_t n = 0;
	enum errk rc = E_OK;
	for (size_t i = 0; i <= p->n && rc == E_OK; i++) {
		if (i < p->n && is_wanted(&p->item[i]))
			some[n++] = &p->item[i];
		if (n == WRITES_AT_ONCE || (i == p->n && n)) {
			rc = by_reference(p, some, n, e);
			n = 0;
		}
	}
	return rc;
}

/* SKUs that are looked for, and whose they are. */
struct wanted {
	struct product_put *put;
	const char **sku;
	struct product_item **item;
	struct product_variant **variant;
	size_t n;
};

static void add_wanted(struct wanted *w, struct product_item *item, struct product_variant *v)
{
	w->sku[w->n] = v->sku;
	w->item[w->n] = item;
	w->variant[w->n++] = v;
}

static struct wanted new_wanted(struct product_put *p)
{
	size_t most = 0;
	for (size_t i = 0; i < p->n; i++)
		most += p->item[i].n_variants;
	return (struct wanted){
		.put = p,
		.sku = arena_array(p->arena, most, sizeof(char *)),
		.item = arena_array(p->arena, most, sizeof(struct product_item *)),
		.variant = arena_array(p->arena, most, sizeof(struct product_variant *)),
	};
}

static void take_hit(void *ctx, size_t i, struct answer *in, const cJSON *node)
{
	const struct wanted *w = ctx;
	struct product_item *item = w->item[i];
	const char *product = answer_id(in, node, "product.id");
	int64_t others = answer_int(in, node, "inventoryItem.duplicateSkuCount", 0, INT32_MAX);
	if (item->put->err.kind != E_OK || !answer_ok(in))
		return;
	if (others > 0)
		product_refuse(item, "duplicate_sku",
			       "several variants of the shop have the SKU '%s', so it is not known "
			       "which one is meant; give each its own, then run: erpsync queue "
			       "retry '%s'",
			       w->sku[i], item->put->label);
	else if (item->id && strcmp(item->id, product) != 0)
		product_refuse(item, "several_products",
			       "its SKUs are those of two products of the shop, %s and %s (SKU "
			       "'%s'); make one of them there, then run: erpsync queue retry '%s'",
			       item->id, product, w->sku[i], item->put->label);
	else
		item->id = arena_strdup(w->put->arena, product);
}

static enum errk find_skus(struct product_put *p, struct err *e)
{
	struct wanted w = new_wanted(p);
	for (size_t i = 0; i < p->n; i++)
		for (size_t k = 0; is_wanted(&p->item[i]) && k < p->item[i].n_variants; k++)
			if (*p->item[i].variant[k].sku)
				add_wanted(&w, &p->item[i], &p->item[i].variant[k]);
	return sku_search(p->shop, w.sku, w.n, p->arena, take_hit, &w, e);
}

static void take_near(void *ctx, size_t i, struct answer *in, const cJSON *node)
{
	const struct wanted *w = ctx;
	const char *shop = answer_id(in, node, "sku"), *product = answer_id(in, node, "product.id");
	if (w->item[i]->put->err.kind != E_OK || !answer_ok(in))
		return;
	product_refuse(
		w->item[i], "near_miss",
		"the shop has the SKU '%s' (%s), and '%s' differs from it in %s alone; write it as "
		"the shop does, or, if it is another article, create that in the shop, then "
		"run: %s",
		shop, product, w->sku[i], sku_difference(shop, w->sku[i], w->put->arena),
		sku_retry(w->item[i]->put->label, "near_miss", w->put->arena));
}

/* What is about to be created, and is there already but for how its SKU is spelled, would be there twice. */
static enum errk find_near(struct product_put *p, struct err *e)
{
	struct wanted w = new_wanted(p);
	for (size_t i = 0; i < p->n; i++)
		for (size_t k = 0; is_wanted(&p->item[i]) && k < p->item[i].n_variants; k++)
			if (*p->item[i].variant[k].sku && !p->item[i].archived)
				add_wanted(&w, &p->item[i], &p->item[i].variant[k]);
	return sku_search_near(p->shop, w.sku, w.n, p->arena, take_near, &w, e);
}

enum errk product_find(struct product_put *p, struct err *e)
{
	bool any = false;
	enum errk rc = E_OK;
	for (size_t i = 0; i < p->n; i++)
		any |= is_wanted(&p->item[i]);
	if (any && p->shop->product_shop->defined)
		rc = find_references(p, e);
	if (any && rc == E_OK)
		rc = find_skus(p, e);
	if (any && rc == E_OK)
		rc = find_near(p, e);
	if (rc != E_OK)
		return rc;
	for (size_t i = 0; i < p->n; i++)
		p->item[i].looked |= is_wanted(&p->item[i]);
	return E_OK;
}

enum errk product_find_landed(struct product_put *p, struct put_item *put, struct err *e)
{
	struct shopify_query q;
	if (!p->shop->product_shop->defined)
		return E_OK;
	ask(&q, put->record);
	enum errk rc = shopify_send(p->shop, &q, 1, p->arena, e);
	const char *id = NULL;
	if (rc == E_OK)
		rc = take_reference(&q, &id, e);
	if (rc == E_OK && id) {
		put->err = (struct err){.kind = E_OK};
		put->target.id = arena_strdup(p->arena, id);
		put->adopted = true;
	}
	shopify_query_release(&q);
	return rc;
}

/* SKUs that this run has brought into the shop: its index shows them a minute later. */
struct product_news {
	struct product_news *next;
	const char *sku, *record;
	int64_t at;
};

static const char *brought_by(const struct shopify *s, const char *sku, const char *record)
{
	for (const struct product_news *news = s->product_news;
	     news && clock_now() - news->at <= 2 * INDEX_LAG; news = news->next)
		if (strcmp(news->sku, sku) == 0 && strcmp(news->record, record) != 0)
			return news->record;
	return NULL;
}

static void remember_news(struct shopify *s, const char *sku, const char *record)
{
	struct product_news *news = arena_alloc(s->arena, sizeof(*news));
	*news = (struct product_news){
		.next = s->product_news,
		.sku = arena_strdup(s->arena, sku),
		.record = arena_strdup(s->arena, record),
		.at = clock_now(),
	};
	s->product_news = news;
}

static void refuse_sku(struct wanted *w, size_t i, const char *where)
{
	product_refuse_sku(w->item[i], w->variant[i], where, w->put->arena);
}

/* Seen by the reading of its product: see product_decide_skus. */
static bool has_it(const struct shop_product *shop, const char *id, const char *sku)
{
	for (size_t k = 0; k < shop->n_variants; k++)
		if (strcmp(shop->variant[k].id, id) == 0)
			return strcmp(shop->variant[k].sku, sku) == 0;
	return false;
}

static void take_foreign(void *ctx, size_t i, struct answer *in, const cJSON *node)
{
	struct wanted *w = ctx;
	const char *id = answer_id(in, node, "id"), *product = answer_id(in, node, "product.id");
	const struct shop_variant *own = w->variant[i]->shop;
	if (!answer_ok(in) || (own && strcmp(own->id, id) == 0))
		return;
	/* In its own product it is new, or has just got it: read once more, it is found there. */
	if (str_equal(product, w->item[i]->id))
		w->item[i]->again |= !has_it(w->item[i]->shop, id, w->sku[i]);
	else
		refuse_sku(w, i,
			   arena_printf(w->put->arena, "another variant of the shop (%s)",
					product));
}

/* Another article of the shop has it but for how it is spelled. */
static void take_foreign_near(void *ctx, size_t i, struct answer *in, const cJSON *node)
{
	struct wanted *w = ctx;
	const char *id = answer_id(in, node, "id"), *sku = answer_id(in, node, "sku");
	const struct shop_variant *own = w->variant[i]->shop;
	if (answer_ok(in) && !(own && strcmp(own->id, id) == 0))
		refuse_sku(w, i,
			   arena_printf(
				   w->put->arena,
				   "another variant of the shop ('%s', which differs in %s alone)",
				   sku, sku_difference(sku, w->sku[i], w->put->arena)));
}

enum errk product_check_new_skus(struct product_put *p, struct err *e)
{
	struct wanted w = new_wanted(p), to_ask = new_wanted(p);
	for (size_t i = 0; i < p->n; i++)
		for (size_t k = 0; product_is_open(&p->item[i]) && k < p->item[i].n_variants; k++)
			if (product_brings_sku(p->rules, &p->item[i], &p->item[i].variant[k],
					       p->arena))
				add_wanted(&w, &p->item[i], &p->item[i].variant[k]);
	for (size_t i = 0; i < w.n; i++) {
		const char *other = brought_by(p->shop, w.sku[i], w.item[i]->put->record);
		if (other)
			refuse_sku(&w, i, arena_printf(p->arena, "product '%s' of the ERP", other));
		else if (!w.variant[i]->refused)
			remember_news(p->shop, w.sku[i], w.item[i]->put->record);
		if (!other && w.item[i]->shop)
			add_wanted(&to_ask, w.item[i], w.variant[i]);
	}
	enum errk rc = sku_search(p->shop, to_ask.sku, to_ask.n, p->arena, take_foreign, &to_ask,
				  e);
	if (rc == E_OK)
		rc = sku_search_near(p->shop, to_ask.sku, to_ask.n, p->arena, take_foreign_near,
				     &to_ask, e);
	for (size_t i = 0; rc == E_OK && i < p->n; i++)
		if (product_is_open(&p->item[i]))
			product_decide_skus(p->rules, &p->item[i], p->arena);
	return rc;
}
