#include <string.h>

#include "base/json.h"
#include "base/list.h"
#include "base/str.h"
#include "connectors/shopify/products/products.h"

enum { PRODUCTS_AT_FIRST = 20, READINGS_AT_ONCE = 8 };

/* Some products, read by one request. */
struct reading {
	struct product_item *item[PRODUCT_BATCH];
	size_t n;
};

void product_add_shop_variant(struct answer *in, struct shop_product *shop, const cJSON *node,
			      struct arena *a)
{
	struct shop_variant *v = LIST_ADD(shop->variant, shop->n_variants, shop->cap_variants, a);
	const cJSON *options = answer_nodes(in, node, "selectedOptions", PAGE_MAX);
	size_t k = 0;
	*v = (struct shop_variant){.id = arena_strdup(a, answer_id(in, node, "id"))};
	product_take_variant_values(in, node, &v->values, a);
	v->sku = v->values.text[FIELD_SKU];
	/* Variants are compared value by value: each must have as many as the product has options. */
	v->option = arena_array(a, shop->n_options, sizeof(*v->option));
	if (json_count(options, "") != shop->n_options)
		answer_fault(in, "selectedOptions", "holds %zu values for %zu options",
			     json_count(options, ""), shop->n_options);
	for (const cJSON *o = json_first(options); o && k < shop->n_options; o = o->next)
		v->option[k++] = arena_strdup(a, answer_text(in, o, "value"));
	while (k < shop->n_options)
		v->option[k++] = "";
}

static void take_variants(struct answer *in, struct shop_product *shop, const cJSON *node,
			  const char *path, size_t most, struct arena *a)
{
	const char *next;
	JSON_EACH (variant, answer_page(in, node, path, most, &shop->walk, &next))
		product_add_shop_variant(in, shop, variant, a);
	shop->more = arena_strdup(a, next);
}

struct shop_product *product_take(struct answer *in, const cJSON *node, size_t variants,
				  struct arena *a)
{
	struct shop_product *shop = arena_alloc(a, sizeof(*shop));
	const cJSON *options = answer_nodes(in, node, "options", PAGE_MAX);
	product_take_values(in, node, &shop->values, a);
	shop->status = arena_strdup(a, answer_id(in, node, "status"));
	shop->only_default = answer_bool(in, node, "hasOnlyDefaultVariant");
	shop->option = arena_array(a, json_count(options, ""), sizeof(*shop->option));
	JSON_EACH (entry, options)
		shop->option[shop->n_options++] = arena_strdup(a, answer_text(in, entry, "name"));
	take_variants(in, shop, node, "variants", variants, a);
	return shop;
}

static void ask(const struct reading *r, struct shopify_query *q)
{
	*q = (struct shopify_query){.doc = DOC_PRODUCTS_BY_ID, .variables = json_object()};
	cJSON *ids = json_add_array(q->variables, "ids");
	for (size_t i = 0; i < r->n; i++)
		json_push_str(ids, r->item[i]->id);
	json_add_int(q->variables, "first", FIRST_VARIANTS);
}

static const char *id_of(const void *ctx, size_t i)
{
	return ((const struct reading *)ctx)->item[i]->id;
}

static enum errk take(const struct product_put *p, const struct reading *r,
		      const struct shopify_query *q, struct err *e)
{
	struct answer in = shopify_answer(q);
	const cJSON **node = arena_array(p->arena, r->n, sizeof(*node));
	answer_by_id(&in, q->data, "nodes", r->n, id_of, r, node);
	for (size_t i = 0; i < r->n && answer_ok(&in); i++) {
		if (node[i])
			r->item[i]->shop = product_take(&in, node[i], FIRST_VARIANTS, p->arena);
		else
			r->item[i]->id = NULL;
	}
	return answer_end(&in, e);
}

static enum errk run(struct product_put *p, const struct reading *r, size_t n, struct err *e)
{
	struct shopify_query q[READINGS_AT_ONCE];
	for (size_t i = 0; i < n; i++)
		ask(&r[i], &q[i]);
	enum errk rc = shopify_send(p->shop, q, n, p->arena, e);
	for (size_t i = 0; i < n && rc == E_OK; i++)
		rc = take(p, &r[i], &q[i], e);
	for (size_t i = 0; i < n; i++)
		shopify_query_release(&q[i]);
	return rc;
}

static enum errk read_rest(struct product_put *p, const struct product_item *item, struct err *e)
{
	while (item->shop && item->shop->more) {
		struct shopify_query q = {.doc = DOC_PRODUCT_VARIANTS, .variables = json_object()};
		json_add_str(q.variables, "id", item->id);
		json_add_int(q.variables, "first", MORE_VARIANTS);
		json_add_str(q.variables, "after", item->shop->more);
		enum errk rc = shopify_send(p->shop, &q, 1, p->arena, e);
		if (rc == E_OK) {
			struct answer in = shopify_answer(&q);
			take_variants(&in, item->shop, q.data, "product.variants", MORE_VARIANTS,
				      p->arena);
			rc = answer_end(&in, e);
		}
		shopify_query_release(&q);
		if (rc != E_OK)
			return rc;
	}
	return E_OK;
}

static bool is_to_read(const struct product_item *item)
{
	return product_is_open(item) && item->id && !item->shop;
}

static enum errk read_all(struct product_put *p, struct err *e)
{
	const size_t page = p->shop->product_page;
	struct reading *r = arena_array(p->arena, READINGS_AT_ONCE, sizeof(*r));
	size_t n = 0;
	enum errk rc = E_OK;
	for (size_t i = 0; i <= p->n && rc == E_OK; i++) {
		if (i < p->n && is_to_read(&p->item[i]))
			r[n].item[r[n].n++] = &p->item[i];
		n += r[n].n == page || (i == p->n && r[n].n);
		if (n == READINGS_AT_ONCE || (i == p->n && n)) {
			rc = run(p, r, n, e);
			memset(r, 0, READINGS_AT_ONCE * sizeof(*r));
			n = 0;
		}
	}
	for (size_t i = 0; i < p->n && rc == E_OK; i++)
		rc = read_rest(p, &p->item[i], e);
	return rc;
}

enum errk product_read(struct product_put *p, struct err *e)
{
	struct shopify *s = p->shop;
	if (!s->product_page)
		s->product_page = PRODUCTS_AT_FIRST;
	for (;;) {
		enum errk rc = read_all(p, e);
		/* What a page costs is not published: ask for less until it is granted. */
		if (rc != E_RECORD || strcmp(e->code, "max_cost") != 0 || s->product_page <= 1)
			return rc;
		s->product_page /= 2;
	}
}
