#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/str.h"
#include "connectors/shopify/shopify_priv.h"

/* Searches for variants, each for some SKUs, and several under way at once. */
enum { SKUS_PER_SEARCH = 30, SEARCHES_AT_ONCE = 16 };

struct search {
	struct shopify *shop;
	const char *const *sku;
	struct arena *arena;
	void (*hit)(void *ctx, size_t i, const cJSON *node);
	void *ctx;
};

/* "sku:'A' OR sku:'B'". In quotes, so that signs and words like OR mean nothing. */
static const char *search_text(const char *const *sku, size_t n, struct arena *a)
{
	CLEANUP(str) struct str text = {0};
	str_init(&text, 0);
	for (size_t i = 0; i < n; i++) {
		str_addf(&text, "%ssku:'", i ? " OR " : "");
		for (const char *p = sku[i]; *p; p++) {
			if (*p == '\'' || *p == '\\')
				str_addc(&text, '\\');
			str_addc(&text, *p);
		}
		str_addc(&text, '\'');
	}
	return arena_strdup(a, text.buf);
}

/* The search is by words and without case: only the same bytes are the same SKU. */
static void take_page(const struct search *w, size_t from, size_t n, const cJSON *nodes)
{
	const cJSON *node;
	cJSON_ArrayForEach (node, nodes) {
		const char *sku = json_str(node, "sku");
		for (size_t i = from; sku && i < from + n; i++)
			if (strcmp(w->sku[i], sku) == 0)
				w->hit(w->ctx, i, node);
	}
}

static void ask(const struct search *w, size_t from, size_t n, const char *after,
		struct shopify_query *q)
{
	*q = (struct shopify_query){.doc = DOC_VARIANTS_BY_SKU, .variables = json_object()};
	json_add_str(q->variables, "query", search_text(w->sku + from, n, w->arena));
	json_add_int(q->variables, "first", 100);
	json_add_str(q->variables, "after", after);
}

/* Further pages: there are more variants with such words than SKUs asked for. */
static enum errk read_rest(const struct search *w, size_t from, size_t n, const cJSON *first,
			   struct err *e)
{
	bool more = json_bool(first, "productVariants.pageInfo.hasNextPage", false);
	const char *after = arena_strdup(w->arena,
					 json_str(first, "productVariants.pageInfo.endCursor"));
	while (more) {
		struct shopify_query q;
		ask(w, from, n, after, &q);
		enum errk rc = shopify_send(w->shop, &q, 1, w->arena, e);
		if (rc == E_OK) {
			take_page(w, from, n, json_at(q.data, "productVariants.nodes"));
			more = json_bool(q.data, "productVariants.pageInfo.hasNextPage", false);
			after = arena_strdup(w->arena,
					     json_str(q.data,
						      "productVariants.pageInfo.endCursor"));
		}
		shopify_query_release(&q);
		if (rc != E_OK)
			return rc;
	}
	return E_OK;
}

static size_t part(size_t from, size_t end)
{
	return end - from < SKUS_PER_SEARCH ? end - from : SKUS_PER_SEARCH;
}

static enum errk run_searches(const struct search *w, size_t from, size_t end, struct err *e)
{
	struct shopify_query q[SEARCHES_AT_ONCE];
	size_t n = 0;
	for (size_t at = from; at < end; at += SKUS_PER_SEARCH)
		ask(w, at, part(at, end), NULL, &q[n++]);
	enum errk rc = shopify_send(w->shop, q, n, w->arena, e);
	for (size_t i = 0; i < n && rc == E_OK; i++) {
		size_t at = from + i * SKUS_PER_SEARCH;
		take_page(w, at, part(at, end), json_at(q[i].data, "productVariants.nodes"));
		rc = read_rest(w, at, part(at, end), q[i].data, e);
	}
	for (size_t i = 0; i < n; i++)
		shopify_query_release(&q[i]);
	return rc;
}

enum errk sku_search(struct shopify *s, const char *const *sku, size_t n, struct arena *a,
		     void (*hit)(void *ctx, size_t i, const cJSON *node), void *ctx, struct err *e)
{
	enum { AT_ONCE = SKUS_PER_SEARCH * SEARCHES_AT_ONCE };
	const struct search w = {s, sku, a, hit, ctx};
	enum errk rc = E_OK;
	for (size_t from = 0; from < n && rc == E_OK; from += AT_ONCE)
		rc = run_searches(&w, from, n - from < AT_ONCE ? n : from + AT_ONCE, e);
	return rc;
}
