#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "connectors/shopify/product_priv.h"

enum { PRODUCTS_AT_FIRST = 20, READINGS_AT_ONCE = 8 };

/* Some products, read by one request. */
struct reading {
	struct product_item *item[PRODUCT_BATCH];
	size_t n;
};

void product_add_shop_variant(struct shop_product *shop, const cJSON *node, struct arena *a)
{
	const cJSON *entry;
	size_t k = 0;
	if (shop->n_variants == shop->cap_variants) {
		shop->cap_variants = shop->cap_variants ? shop->cap_variants * 2 : FIRST_VARIANTS;
		struct shop_variant *larger = arena_array(a, shop->cap_variants, sizeof(*larger));
		if (shop->n_variants)
			memcpy(larger, shop->variant, shop->n_variants * sizeof(*larger));
		shop->variant = larger;
	}
	struct shop_variant *v = &shop->variant[shop->n_variants++];
	*v = (struct shop_variant){.id = arena_strdup(a, json_str(node, "id"))};
	product_take_variant_values(node, &v->values, a);
	v->sku = v->values.text[FIELD_SKU];
	v->option = arena_array(a, json_count(node, "selectedOptions"), sizeof(*v->option));
	cJSON_ArrayForEach (entry, json_at(node, "selectedOptions")) {
		const char *value = json_str(entry, "value");
		v->option[k++] = value ? arena_strdup(a, value) : "";
	}
}

static void take_variants(struct shop_product *shop, const cJSON *list, struct arena *a)
{
	const cJSON *node;
	cJSON_ArrayForEach (node, json_at(list, "nodes"))
		product_add_shop_variant(shop, node, a);
	shop->more = json_bool(list, "pageInfo.hasNextPage", false)
			     ? arena_strdup(a, json_str(list, "pageInfo.endCursor"))
			     : NULL;
}

struct shop_product *product_take(const cJSON *node, struct arena *a)
{
	struct shop_product *shop = arena_alloc(a, sizeof(*shop));
	const cJSON *entry;
	const char *status = json_str(node, "status");
	product_take_values(node, &shop->values, a);
	shop->status = status ? arena_strdup(a, status) : "";
	shop->only_default = json_bool(node, "hasOnlyDefaultVariant", false);
	shop->option = arena_array(a, json_count(node, "options"), sizeof(*shop->option));
	cJSON_ArrayForEach (entry, json_at(node, "options")) {
		const char *name = json_str(entry, "name");
		shop->option[shop->n_options++] = name ? arena_strdup(a, name) : "";
	}
	take_variants(shop, json_at(node, "variants"), a);
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

static enum errk take(const struct product_put *p, const struct reading *r, const cJSON *data,
		      struct err *e)
{
	const cJSON *nodes = json_at(data, "nodes");
	if (json_count(nodes, "") != r->n)
		return err_set(e, E_BUSY, "bad_json", "Shopify sent %zu of %zu products",
			       json_count(nodes, ""), r->n);
	/* In the order of the ids; null for one that is not there. */
	const cJSON *node = nodes->child;
	for (size_t i = 0; i < r->n; i++, node = node->next) {
		if (json_str(node, "id"))
			r->item[i]->shop = product_take(node, p->arena);
		else
			r->item[i]->id = NULL;
	}
	return E_OK;
}

static enum errk run(struct product_put *p, const struct reading *r, size_t n, struct err *e)
{
	struct shopify_query q[READINGS_AT_ONCE];
	for (size_t i = 0; i < n; i++)
		ask(&r[i], &q[i]);
	enum errk rc = shopify_send(p->shop, q, n, p->arena, e);
	for (size_t i = 0; i < n && rc == E_OK; i++)
		rc = take(p, &r[i], q[i].data, e);
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
		if (rc == E_OK)
			take_variants(item->shop, json_at(q.data, "product.variants"), p->arena);
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
