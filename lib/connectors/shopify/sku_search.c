#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/list.h"
#include "base/str.h"
#include "connectors/shopify/shopify.h"
#include "model/sku_spelling.h"

/* Searches for variants, each for some SKUs, and several under way at once. */
enum { SKUS_PER_SEARCH = 30, SEARCHES_AT_ONCE = 16 };

struct search {
	struct shopify *shop;
	const char *const *sku;
	struct arena *arena;
	bool nocase; /* other than in case, a SKU is the same bytes */
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
static bool is_same(const struct search *w, size_t i, const char *sku)
{
	return w->nocase ? str_equal_nocase(w->sku[i], sku) : strcmp(w->sku[i], sku) == 0;
}

static enum errk take_page(const struct search *w, size_t from, size_t n,
			   const struct shopify_query *q, struct answer_walk *walk,
			   const char **after, struct err *e)
{
	struct answer in = shopify_answer(q);
	const cJSON *nodes = answer_page(&in, q->data, "productVariants", VARIANTS_OF_SEARCH, walk,
					 after);
	JSON_EACH (node, nodes) {
		/* Found by its SKU, so it has one: without, nobody could say that it is not there. */
		const char *sku = answer_id(&in, node, "sku");
		for (size_t i = from; answer_ok(&in) && i < from + n; i++)
			if (is_same(w, i, sku))
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
static enum errk read_rest(const struct search *w, size_t from, size_t n, struct answer_walk *walk,
			   const char *after, struct err *e)
{
	while (after) {
		struct shopify_query q;
		ask(w, from, n, after, &q);
		enum errk rc = shopify_send(w->shop, &q, 1, w->arena, e);
		if (rc == E_OK)
			rc = take_page(w, from, n, &q, walk, &after, e);
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
		struct answer_walk walk = {0};
		rc = take_page(w, at, part(at, end), &q[i], &walk, &after, e);
		if (rc == E_OK)
			rc = read_rest(w, at, part(at, end), &walk, after, e);
	}
	for (size_t i = 0; i < n; i++)
		shopify_query_release(&q[i]);
	return rc;
}

static enum errk search_all(const struct search *w, size_t n, struct err *e)
{
	enum { AT_ONCE = SKUS_PER_SEARCH * SEARCHES_AT_ONCE };
	enum errk rc = E_OK;
	for (size_t from = 0; from < n && rc == E_OK; from += AT_ONCE)
		rc = run_searches(w, from, n - from < AT_ONCE ? n : from + AT_ONCE, e);
	return rc;
}

enum errk sku_search(struct shopify *s, const char *const *sku, size_t n, struct arena *a,
		     void (*hit)(void *ctx, size_t i, struct answer *in, const cJSON *node),
		     void *ctx, struct err *e)
{
	const struct search w = {.shop = s, .sku = sku, .arena = a, .hit = hit, .ctx = ctx};
	return search_all(&w, n, e);
}

/* How SKUs may be spelled in the shop, and whose spelling each is. */
struct spellings {
	LIST(const char *) text;
	LIST(size_t) of;
	const char *const *sku;
	void (*hit)(void *ctx, size_t i, struct answer *in, const cJSON *node);
	void *ctx;
};

static void add_spelling(struct spellings *x, const char *text, size_t i, struct arena *a)
{
	*list_add(&x->text, a) = text;
	*list_add(&x->of, a) = i;
}

/* Digits: with any number of zeros in front, up to those of the longest article number (GTIN-14). */
static void add_spellings(struct spellings *x, size_t i, struct arena *a)
{
	static const char zeros[] = "00000000000000";
	const char *sku = x->sku[i], *plain = sku_plain(sku, a), *bare = sku + strspn(sku, "0");
	if (*plain && strcmp(plain, sku) != 0)
		add_spelling(x, plain, i, a);
	if (!*bare || bare[strspn(bare, "0123456789")] || strlen(bare) >= sizeof(zeros)) {
		add_spelling(x, sku, i, a);
		return;
	}
	for (size_t n = 0; n + strlen(bare) < sizeof(zeros); n++)
		if (n != (size_t)(bare - sku))
			add_spelling(x, arena_printf(a, "%.*s%s", (int)n, zeros, bare), i, a);
}

static void take_near(void *ctx, size_t i, struct answer *in, const cJSON *node)
{
	const struct spellings *x = ctx;
	size_t of = x->of.at[i];
	if (strcmp(answer_id(in, node, "sku"), x->sku[of]) != 0)
		x->hit(x->ctx, of, in, node);
}

enum errk sku_search_near(struct shopify *s, const char *const *sku, size_t n, struct arena *a,
			  void (*hit)(void *ctx, size_t i, struct answer *in, const cJSON *node),
			  void *ctx, struct err *e)
{
	struct spellings x = {.sku = sku, .hit = hit, .ctx = ctx};
	for (size_t i = 0; i < n; i++)
		add_spellings(&x, i, a);
	const struct search w = {.shop = s,
				 .sku = x.text.at,
				 .arena = a,
				 .nocase = true,
				 .hit = take_near,
				 .ctx = &x};
	return search_all(&w, x.text.n, e);
}
