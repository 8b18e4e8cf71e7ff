#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "connectors/shopify/shopify.h"

/* What orders_named.graphql asks for at most. */
enum { NAMED_MAX = 10 };

static const char GID[] = "gid://shopify/Order/";

/*
 * Search string for what a person typed: a gid, a numeric id, "#1001" or "1001". An order's name
 * carries a prefix and a suffix that the shop chose, so both spellings are asked for.
 */
static const char *search_for(const char *who, struct arena *a)
{
	if (str_starts(who, GID))
		return arena_printf(a, "id:%s", who + strlen(GID));
	char *safe = arena_strdup(a, who);
	for (char *p = safe; *p; p++)
		if (*p == '\'' || *p == '"' || *p == '\\')
			*p = ' ';
	const char *bare = safe[0] == '#' ? safe + 1 : safe;
	bool digits = *bare && strspn(bare, "0123456789") == strlen(bare);
	/* Ids are long, order numbers are not. */
	if (digits && safe == bare && strlen(bare) >= 11)
		return arena_printf(a, "id:%s", bare);
	return arena_printf(a, "name:'%s' OR name:'#%s'", safe, bare);
}

static bool names_it(struct answer *in, const cJSON *node, const char *who)
{
	const char *id = answer_id(in, node, "id"), *name = answer_text(in, node, "name");
	const char *number = strrchr(id, '/');
	/* Search is not exact ("#100" finds "#1001-B" too): compare here. */
	return strcmp(id, who) == 0 || strcmp(name, who) == 0 ||
	       (name[0] == '#' && strcmp(name + 1, who) == 0) ||
	       (number && strcmp(number + 1, who) == 0);
}

static void add_missing(struct page *out, const char *who, struct arena *a)
{
	struct err *problem = arena_alloc(a, sizeof(*problem));
	err_set(problem, E_RECORD, "not_found",
		"there is no such order in the shop, or the app may not see it (orders older than 60 "
		"days need the scope read_all_orders); write its name as the shop shows it, or its id");
	out->rec[out->n++] = (struct record){.id = arena_strdup(a, who),
					     .label = arena_strdup(a, who),
					     .version = "",
					     .problem = problem};
}

static bool is_gid(const char *who)
{
	return str_starts(who, GID);
}

/* An id is one order; a name may be several's, and has a search of its own. */
static size_t group(const char *const *who, size_t n)
{
	size_t some = 0;
	while (some < n && some < NAMED_MAX && is_gid(who[some]))
		some++;
	return some ? some : 1;
}

static const char *search_for_all(const char *const *who, size_t n, struct arena *a)
{
	const char *text = search_for(who[0], a);
	for (size_t i = 1; i < n; i++)
		text = arena_printf(a, "%s OR %s", text, search_for(who[i], a));
	return text;
}

static bool is_read(const struct page *out, size_t before, const char *who)
{
	for (size_t i = before; i < out->n; i++)
		if (!is_gid(who) || strcmp(out->rec[i].id, who) == 0)
			return true;
	return false;
}

static bool names_any(struct answer *in, const cJSON *node, const char *const *who, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (names_it(in, node, who[i]))
			return true;
	return false;
}

static enum errk pull_group(struct shopify *s, const char *const *who, size_t n_who, int *fetch,
			    struct arena *a, struct page *out, struct err *e)
{
	struct shopify_query q = {.doc = DOC_ORDERS_NAMED, .variables = json_object()};
	json_add_str(q.variables, "query", search_for_all(who, n_who, a));
	enum errk rc = shopify_send(s, &q, 1, a, e);
	struct order_head head[NAMED_MAX];
	size_t n = 0, before = out->n;
	struct answer in = shopify_answer(&q);
	if (rc == E_OK) {
		JSON_EACH (node, answer_nodes(&in, q.data, "orders.nodes", NAMED_MAX))
			if (names_any(&in, node, who, n_who)) {
				head[n] = order_head_read(&in, node, a);
				n += !order_head_is_in(head, n, head[n].id);
			}
		rc = answer_end(&in, e);
	}
	shopify_query_release(&q);
	if (rc == E_OK && n > 0)
		rc = orders_fetch(s, head, n, fetch, a, out, e);
	size_t end = out->n;
	for (size_t i = 0; i < n_who && rc == E_OK; i++)
		if (!is_read(&(struct page){.rec = out->rec, .n = end}, before, who[i]))
			add_missing(out, who[i], a);
	return rc;
}

enum errk shopify_pull_only(struct connector *c, const struct pull_request *req,
			    const char *const *who, size_t n, struct arena *a, struct page *out,
			    struct err *e)
{
	struct shopify *s = (struct shopify *)c;
	struct page page = {.rec = arena_array(a, n * NAMED_MAX, sizeof(*page.rec)),
			    .expected = -1};
	int fetch = 0;
	(void)req;
	enum errk rc = shopify_authorize(s, a, e);
	if (rc == E_OK)
		rc = shopify_need_scopes(s, 1u << KIND_ORDER, 0, a, e);
	for (size_t i = 0, some; i < n && rc == E_OK; i += some) {
		some = group(who + i, n - i);
		rc = pull_group(s, who + i, some, &fetch, a, &page, e);
	}
	if (rc == E_RECORD)
		rc = e->kind = E_BUSY;
	if (rc == E_OK)
		*out = page;
	return rc;
}
