#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "connectors/shopify/shopify.h"

/* Where reading stands. */
struct reading {
	struct shopify *shop;
	struct arena *page;
	/*
	 * Shopify's cursor in this list, empty = its beginning, and the search that makes the list,
	 * empty = all variants.
	 */
	struct str after, list;
	struct answer_walk walk; /* through this list */
	size_t seen;             /* variants of this list */
	size_t size;             /* variants of a page */
	bool more;
	enum errk (*fn)(void *ctx, const struct article *x, struct err *e);
	void *ctx;
};

static void ask(const struct reading *r, struct shopify_query *q)
{
	*q = (struct shopify_query){.doc = DOC_VARIANTS_ALL, .variables = json_object()};
	json_add_int(q->variables, "first", (int64_t)r->size);
	json_add_str(q->variables, "after", r->after.len ? r->after.buf : NULL);
	json_add_str(q->variables, "query", r->list.len ? r->list.buf : NULL);
}

static unsigned traits_of(struct answer *in, const cJSON *node)
{
	unsigned traits = 0;
	if (!answer_bool(in, node, "inventoryItem.tracked"))
		traits |= ARTICLE_UNTRACKED;
	if (answer_bool(in, node, "requiresComponents"))
		traits |= ARTICLE_BUNDLE;
	if (strcmp(answer_text(in, node, "product.status"), "ARCHIVED") == 0)
		traits |= ARTICLE_ARCHIVED;
	return traits;
}

/* Shopify's own name of the only variant of a product is none. */
static const char *variant_title(struct answer *in, const cJSON *node)
{
	const char *title = answer_text(in, node, "title");
	return strcmp(title, "Default Title") == 0 ? NULL : title;
}

/* *last: the number of the last node, by which the next list begins. */
static enum errk hand_on(struct reading *r, struct answer *in, const cJSON *nodes,
			 const char **last, struct err *e)
{
	JSON_EACH (node, nodes) {
		*last = answer_id(in, node, "legacyResourceId");
		const struct article x = {
			.id = arena_printf(r->page, "variant %s", *last),
			.sku = answer_text_or_null(in, node, "sku"),
			.barcode = answer_text_or_null(in, node, "barcode"),
			.title = answer_text(in, node, "product.title"),
			.variant_title = variant_title(in, node),
			.traits = traits_of(in, node),
		};
		enum errk rc = answer_end(in, e);
		if (rc == E_OK)
			rc = r->fn(r->ctx, &x, e);
		if (rc != E_OK)
			return rc;
		r->seen++;
	}
	return E_OK;
}

/*
 * To the next page; to the next list before Shopify would end this one without a word (shopify.dev,
 * "Paginating results": at 25,000 objects).
 */
static void go_on(struct reading *r, const char *end, const char *last)
{
	r->more = end != NULL;
	str_clear(&r->after);
	if (!r->more)
		return;
	if (r->seen < WINDOW_MAX || !last) {
		str_add(&r->after, end);
		return;
	}
	str_clear(&r->list);
	str_addf(&r->list, "id:>%s", last);
	r->seen = 0;
	r->walk = (struct answer_walk){0};
}

static enum errk read_page(struct reading *r, struct err *e)
{
	struct shopify_query q;
	const char *last = NULL, *next = NULL;
	ask(r, &q);
	enum errk rc = shopify_send(r->shop, &q, 1, r->page, e);
	/* What a page costs is not published: ask for less until it is granted. */
	bool too_dear = rc == E_RECORD && strcmp(e->code, "max_cost") == 0 && r->size > 1;
	struct answer in = shopify_answer(&q);
	const cJSON *nodes = NULL;
	if (rc == E_OK) {
		nodes = answer_page(&in, q.data, "productVariants", r->size, &r->walk, &next);
		rc = answer_end(&in, e);
	}
	if (rc == E_OK)
		rc = hand_on(r, &in, nodes, &last, e);
	if (rc == E_OK)
		go_on(r, next, last);
	shopify_query_release(&q);
	if (!too_dear)
		return rc;
	r->size /= 2;
	return E_OK;
}

enum errk shopify_catalogue(struct connector *c,
			    enum errk (*fn)(void *ctx, const struct article *x, struct err *e),
			    void *ctx, struct err *e)
{
	struct reading r = {.shop = (struct shopify *)c,
			    .page = arena_new(),
			    .size = PAGE_MAX,
			    .more = true,
			    .fn = fn,
			    .ctx = ctx};
	str_init(&r.after, 0);
	str_init(&r.list, 0);
	enum errk rc = shopify_authorize(r.shop, r.page, e);
	if (rc == E_OK)
		rc = shopify_need_scope(r.shop, "read_products", "the catalogue is read with it",
					r.page, e);
	while (rc == E_OK && r.more) {
		arena_reset(r.page);
		rc = read_page(&r, e);
	}
	if (rc == E_RECORD) /* a query that is too dear however small: no article's fault */
		rc = e->kind = E_REFUSED;
	str_release(&r.after);
	str_release(&r.list);
	arena_free(r.page);
	return rc;
}
