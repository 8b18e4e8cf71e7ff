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
	void (*hit)(void *ctx, size_t i, struct answer *in, const cJSON *node);
	void *ctx;
};

enum { VARIANTS_OF_SEARCH = 100 };

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
static enum errk take_page(const struct search *w, size_t from, size_t n,
			   const struct shopify_query *q, const char **after, struct err *e)
{
	struct answer in = shopify_answer(q);
	const cJSON *nodes = answer_page(&in, q->data, "productVariants", VARIANTS_OF_SEARCH,
					 *after, after);
	JSON_EACH (node, nodes) {
		/* Found by its SKU, so it has one: without, nobody could say that it is not there. */
		const char *sku = answer_id(&in, node, "sku");
		for (size_t i = from; answer_ok(&in) && i < from + n; i++)
			if (strcmp(w->sku[i], sku) == 0)
				w->hit(w->ctx, i, &in, node);
	}
	*after = arena_strdup(w->arena, *after);
	return answer_end(&in, e);
}

static void ask(const struct search *w, size_t from, size_t n, const char *after,
		struct shopify_query *q)
{
	*q = (struct shopify_query){.doc = DOC_VARIANTS_BY_SKU, .variables = json_object()};
	json_add_str(q->variables, "query", search_text(w->sku + from, n, w->arena));
	json_add_int(q->variables, "first", VARIANTS_OF_SEARCH);
	json_add_str(q->variables, "after", after);
}

/* Further pages: there are more variants with such words than SKUs asked for. */
static enum errk read_rest(const struct search *w, size_t from, size_t n, const char *after,
			   struct err *e)
{
	while (after) {
		struct shopify_query q;
		ask(w, from, n, after, &q);
		enum errk rc = shopify_send(w->shop, &q, 1, w->arena, e);
		if (rc == E_OK)
			rc = take_page(w, from, n, &q, &after, e);
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
		const char *after = NULL;
		rc = take_page(w, at, part(at, end), &q[i], &after, e);
		if (rc == E_OK)
			rc = read_rest(w, at, part(at, end), after, e);
	}
	for (size_t i = 0; i < n; i++)
		shopify_query_release(&q[i]);
	return rc;
}

enum errk sku_search(struct shopify *s, const char *const *sku, size_t n, struct arena *a,
		     void (*hit)(void *ctx, size_t i, struct answer *in, const cJSON *node),
		     void *ctx, struct err *e)
{
	enum { AT_ONCE = SKUS_PER_SEARCH * SEARCHES_AT_ONCE };
	const struct search w = {s, sku, a, hit, ctx};
	enum errk rc = E_OK;
	for (size_t from = 0; from < n && rc == E_OK; from += AT_ONCE)
		rc = run_searches(&w, from, n - from < AT_ONCE ? n : from + AT_ONCE, e);
	return rc;
}
