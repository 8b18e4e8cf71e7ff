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

void order_add_missing(struct order_reading *r, const char *who, const char *why)
{
	struct err *problem = arena_alloc(r->a, sizeof(*problem));
	err_set(problem, E_RECORD, "not_found", "%s", why);
	*order_reading_add(r) = (struct record){.id = arena_strdup(r->a, who),
						.label = arena_strdup(r->a, who),
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

static enum errk read_group(struct order_reading *r, const char *const *who, size_t n_who,
			    size_t *found, struct err *e)
{
	struct shopify_query q = {.doc = DOC_ORDERS_NAMED, .variables = json_object()};
	json_add_str(q.variables, "query", search_for_all(who, n_who, r->a));
	enum errk rc = shopify_send(r->s, &q, 1, r->a, e);
	struct order_head head[NAMED_MAX];
	struct answer in = shopify_answer(&q);
	size_t n = 0;
	if (rc == E_OK) {
		JSON_EACH (node, answer_nodes(&in, q.data, "orders.nodes", NAMED_MAX))
			if (names_any(&in, node, who, n_who)) {
				head[n] = order_head_read(&in, node, r->a);
				n += !order_head_is_in(head, n, head[n].id);
			}
		rc = answer_end(&in, e);
	}
	shopify_query_release(&q);
	*found = n;
	return rc == E_OK && n > 0 ? orders_fetch(r, head, n, e) : rc;
}

enum errk orders_read_named(struct order_reading *r, const char *who, bool *found, struct err *e)
{
	size_t n;
	enum errk rc = read_group(r, &who, 1, &n, e);
	*found = n > 0;
	return rc;
}

static enum errk pull_group(struct order_reading *r, const char *const *who, size_t n_who,
			    struct err *e)
{
	size_t found, before = r->out->n;
	enum errk rc = read_group(r, who, n_who, &found, e);
	size_t end = r->out->n;
	for (size_t i = 0; i < n_who && rc == E_OK; i++)
		if (!is_read(&(struct page){.rec = r->out->rec, .n = end}, before, who[i]))
			order_add_missing(r, who[i], ORDER_MISSING);
	return rc;
}

enum errk orders_pull_only(struct shopify *s, const char *const *who, size_t n, struct arena *a,
			   struct page *out, struct err *e)
{
	int fetch = 0;
	struct page page = {.expected = -1};
	struct order_reading r = {.s = s,
				  .use = &order_use_itself,
				  .fetch = &fetch,
				  .a = a,
				  .out = &page};
	enum errk rc = shopify_authorize(s, a, e);
	if (rc == E_OK)
		rc = shopify_need_scopes(s, 1u << KIND_ORDER, 0, a, e);
	for (size_t i = 0, some; i < n && rc == E_OK; i += some) {
		some = group(who + i, n - i);
		rc = pull_group(&r, who + i, some, e);
	}
	if (rc == E_RECORD)
		rc = e->kind = E_BUSY;
	if (rc == E_OK)
		*out = page;
	return rc;
}
