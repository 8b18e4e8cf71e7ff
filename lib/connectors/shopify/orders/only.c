#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "connectors/shopify/shopify.h"

/* What orders_named.graphql asks for at most. */
enum { NAMED_MAX = 10 };

/*
 * Search string for what a person typed: a gid, a numeric id, "#1001" or "1001". An order's name
 * carries a prefix and a suffix that the shop chose, so both spellings are asked for.
 */
static const char *search_for(const char *who, struct arena *a)
{
	static const char gid[] = "gid://shopify/Order/";
	if (str_starts(who, gid))
		return arena_printf(a, "id:%s", who + strlen(gid));
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

static enum errk pull_one(struct shopify *s, const char *who, int *fetch, struct arena *a,
			  struct page *out, struct err *e)
{
	struct shopify_query q = {.doc = DOC_ORDERS_NAMED, .variables = json_object()};
	json_add_str(q.variables, "query", search_for(who, a));
	enum errk rc = shopify_send(s, &q, 1, a, e);
	struct order_head head[NAMED_MAX];
	size_t n = 0, before = out->n;
	struct answer in = shopify_answer(&q);
	if (rc == E_OK) {
		JSON_EACH (node, answer_nodes(&in, q.data, "orders.nodes", NAMED_MAX))
			if (names_it(&in, node, who)) {
				head[n] = order_head_read(&in, node, a);
				n += !order_head_is_in(head, n, head[n].id);
			}
		rc = answer_end(&in, e);
	}
	shopify_query_release(&q);
	if (rc == E_OK && n > 0)
		rc = orders_fetch(s, head, n, fetch, a, out, e);
	if (rc == E_OK && out->n == before)
		add_missing(out, who, a);
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
	for (size_t i = 0; i < n && rc == E_OK; i++)
		rc = pull_one(s, who[i], &fetch, a, &page, e);
	if (rc == E_RECORD)
		rc = e->kind = E_BUSY;
	if (rc == E_OK)
		*out = page;
	return rc;
}
