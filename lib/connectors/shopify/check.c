#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "connectors/shopify/shopify.h"
#include "connectors/shopify/stock/stock.h"

static void say(const struct check_sink *sink, enum check_result result, const char *what,
		const char *remedy)
{
	sink->say(sink->ctx, result, what, remedy);
}

/* Several kinds want one scope: said once, and as the one that can't do without it. */
static bool is_said_by_another(const struct shopify_scope *row, unsigned pull, unsigned put)
{
	for (const struct shopify_scope *x = shopify_scopes; x->name; x++)
		if (x != row && shopify_scope_is_for(x, pull, put) &&
		    strcmp(x->name, row->name) == 0 &&
		    (x->required != row->required ? x->required : x < row))
			return true;
	return false;
}

static void say_scopes(struct shopify *s, unsigned pull, unsigned put,
		       const struct check_sink *sink, struct arena *a)
{
	for (const struct shopify_scope *row = shopify_scopes; row->name; row++) {
		if (!shopify_scope_is_for(row, pull, put) || is_said_by_another(row, pull, put))
			continue;
		if (shopify_has_scope(s, row->name))
			say(sink, CHECK_OK, arena_printf(a, "scope %s is granted", row->name),
			    NULL);
		else
			say(sink, row->required ? CHECK_BAD : CHECK_WARN,
			    arena_printf(a, "scope %s is not granted: %s", row->name, row->why),
			    "add it to the app's scopes, release a version, accept it in the shop");
	}
}

static enum errk say_shop(const struct shopify_query *q, const struct check_sink *sink,
			  struct arena *a, struct err *e)
{
	struct answer in = shopify_answer(q);
	const char *plan = answer_text_or_null(&in, q->data, "shop.plan.publicDisplayName");
	const char *text = arena_printf(a, "shop %s answers (%s, %s, plan %s)",
					answer_text(&in, q->data, "shop.myshopifyDomain"),
					answer_text(&in, q->data, "shop.currencyCode"),
					answer_text(&in, q->data, "shop.ianaTimezone"),
					plan ? plan : "unknown");
	enum errk rc = answer_end(&in, e);
	if (rc == E_OK)
		say(sink, CHECK_OK, text, NULL);
	return rc;
}

static enum errk newest_orders(struct shopify *s, struct order_head *head, size_t most, size_t *n,
			       struct arena *a, struct err *e)
{
	struct shopify_query q = {.doc = DOC_ORDERS_NEWEST, .variables = json_object()};
	json_add_int(q.variables, "first", (int64_t)most);
	enum errk rc = shopify_send(s, &q, 1, a, e);
	struct answer in = shopify_answer(&q);
	*n = 0;
	if (rc == E_OK) {
		JSON_EACH (node, answer_nodes(&in, q.data, "orders.nodes", most)) {
			const char *id = arena_strdup(a, answer_id(&in, node, "id"));
			head[(*n)++] = (struct order_head){.id = id, .name = id, .shipped = true};
		}
		rc = answer_end(&in, e);
	}
	shopify_query_release(&q);
	return rc;
}

/* What the app may not see of buyers is null, without an error: only orders tell it; and what no table answers. */
static enum errk look_at_orders(struct shopify *s, const struct check_sink *sink, struct arena *a,
				struct err *e)
{
	enum { NEWEST = 50 };
	static const char hidden[] = "personal_data_hidden";
	struct order_head head[NEWEST];
	struct page page = {0};
	int fetch = 0;
	struct order_reading r = {.s = s,
				  .use = &order_use_itself,
				  .fetch = &fetch,
				  .a = a,
				  .out = &page};
	bool wanted = sink->document != NULL;
	size_t n, without = 0;
	enum errk rc = newest_orders(s, head, NEWEST, &n, a, e);
	if (rc == E_OK)
		rc = orders_fetch(&r, head, n, e);
	for (size_t i = 0; i < page.n && rc == E_OK; i++) {
		without += page.rec[i].problem && str_equal(page.rec[i].problem->code, hidden);
		if (page.rec[i].doc && wanted)
			wanted = sink->document(sink->ctx, &page.rec[i], KIND_ORDER);
	}
	if (rc == E_REFUSED && str_equal(e->code, hidden)) {
		without = n;
		rc = E_OK;
	}
	if (rc == E_OK && without)
		say(sink, CHECK_WARN,
		    arena_printf(
			    a,
			    "Shopify shows no name, address, mail or phone of the buyers of %zu "
			    "of the %zu orders that changed last: such orders are not exported",
			    without, n),
		    "request access to protected customer data (name, address, phone, email) in the "
		    "app's settings; an app made in the admin needs the Grow plan or higher");
	return rc;
}

/*
 * A token that is kept says nothing of the credentials that it was got with: they may have been changed since, here or in
 * the shop, and the run that needs the next one would be the first to know.
 */
static enum errk authorize(struct shopify *s, struct arena *a, struct err *e)
{
	int64_t before = http_stats(s->env.http).requests;
	enum errk rc = shopify_authorize(s, a, e);
	if (rc != E_OK || !s->client_id || http_stats(s->env.http).requests > before)
		return rc;
	return shopify_authorize_anew(s, a, e);
}

enum errk shopify_check(struct connector *c, unsigned pull, unsigned put,
			const struct check_sink *sink, struct err *e)
{
	struct shopify *s = (struct shopify *)c;
	struct arena *a = arena_new();
	struct shopify_query q = {.doc = DOC_SHOP_PROBE};
	struct err problem;
	enum errk rc = authorize(s, a, &problem);
	if (rc == E_OK)
		rc = shopify_send(s, &q, 1, a, &problem);
	if (rc == E_OK)
		rc = shopify_read_scopes(s, &q, a, &problem);
	if (rc == E_OK)
		rc = say_shop(&q, sink, a, &problem);
	if (rc == E_OK) {
		say_scopes(s, pull, put, sink, a);
		s->names_locations = put & (1u << KIND_STOCK | 1u << KIND_FULFILLMENT) &&
				     shopify_has_scope(s, "read_locations");
		if (pull & 1u << KIND_ORDER && !shopify_missing_scope(s, 1u << KIND_ORDER, 0))
			rc = look_at_orders(s, sink, a, &problem);
	}
	if (rc == E_OK) {
		if (put & 1u << KIND_PRODUCT)
			rc = product_check(s, sink, a, &problem);
		if (put & 1u << KIND_PRODUCT && sink->currency)
			sink->currency(sink->ctx, json_str(q.data, "shop.currencyCode"),
				       "let the ERP send prices in the shop's currency");
	}
	if (rc == E_BUSY) {
		say(sink, CHECK_BAD, problem.msg,
		    arena_printf(a,
				 "the shop's address is [store] url (%s); see that it can be "
				 "reached from here, or correct it",
				 conf_where(s->env.conf, "store", "url", a)));
		rc = E_OK;
	} else if (rc == E_REFUSED || rc == E_RECORD) {
		say(sink, CHECK_BAD, problem.msg, NULL);
		rc = E_OK;
	} else if (rc != E_OK) {
		*e = problem;
	}
	shopify_query_release(&q);
	arena_free(a);
	return rc;
}

const struct answer_column shopify_answer_columns[] = {{"locations", "store_location"}, {0}};

enum errk shopify_check_answer(struct connector *c, const struct answer_column *column,
			       const char *answer, const struct check_sink *sink, struct err *e)
{
	struct shopify *s = (struct shopify *)c;
	struct arena *a = arena_new();
	const struct stock_location *at;
	struct err why;
	enum errk rc = E_OK;
	/* A warehouse with "-" is left out. */
	if (s->names_locations && !str_equal(answer, "-")) {
		rc = stock_read_locations(s, a, &why);
		if (rc == E_OK)
			rc = stock_find_location(s, answer, &at, &why);
	}
	if (rc == E_LOCAL)
		*e = why;
	else if (rc != E_OK)
		say(sink, CHECK_BAD, arena_printf(a, "tables/%s.csv: %s", column->table, why.msg),
		    NULL);
	/* One that can't be asked is not asked again for each answer. */
	s->names_locations = s->names_locations && (rc == E_OK || rc == E_RECORD);
	arena_free(a);
	return rc == E_LOCAL ? rc : E_OK;
}
