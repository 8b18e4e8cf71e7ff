#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "connectors/shopify/shopify.h"
#include "connectors/shopify/stock/stock.h"

enum { SCOPES_MAX = 2000 };

/* Source: shopify.dev, "Shopify API access scopes". */
static const struct scope_row {
	unsigned pull, put; /* kinds that it is for */
	const char *name;
	bool required;
	const char *why;
} scope_table[] = {
	{1u << KIND_ORDER, 0, "read_orders", true, "orders are read with it"},
	{1u << KIND_ORDER, 0, "read_customers", true, "an order's customer and company need it"},
	{1u << KIND_ORDER, 0, "read_products", true, "an order line's product and variant need it"},
	{1u << KIND_ORDER, 0, "read_all_orders", false,
	 "without it, orders created more than 60 days ago are invisible"},
	{1u << KIND_ORDER, 0, "read_payment_terms", false,
	 "without it, payment terms of B2B orders are left out"},
	{1u << KIND_ORDER, 0, "read_locations", false,
	 "without it, the shop floor of till orders is left out"},
	{0, 1u << KIND_STOCK, "write_inventory", true, "quantities are written with it"},
	{0, 1u << KIND_STOCK, "read_inventory", true, "quantities are compared before they change"},
	{0, 1u << KIND_STOCK, "read_products", true, "articles are found by their SKU with it"},
	{0, 1u << KIND_PRODUCT, "read_products", true, "products are compared before they change"},
	{0, 1u << KIND_PRODUCT, "write_products", true, "products are written with it"},
	{0, 1u << KIND_PRODUCT, "read_inventory", true, "cost and weight are compared with it"},
	{0, 1u << KIND_PRODUCT, "write_inventory", true, "cost and tracking are written with it"},
	{0, 1u << KIND_STOCK, "read_locations", true, "warehouses are matched with it"},
	{0, 1u << KIND_FULFILLMENT, "read_orders", true, "deliveries are matched with orders"},
	{0, 1u << KIND_FULFILLMENT, "read_merchant_managed_fulfillment_orders", true,
	 "without it, what an order has to ship is invisible"},
	{0, 1u << KIND_FULFILLMENT, "write_merchant_managed_fulfillment_orders", true,
	 "orders are fulfilled with it"},
	{0, 1u << KIND_FULFILLMENT, "read_locations", true, "warehouses are matched with it"},
	{0, 1u << KIND_FULFILLMENT, "read_all_orders", false,
	 "without it, deliveries of orders created more than 60 days ago are parked"},
	{0},
};

static bool is_for(const struct scope_row *row, unsigned pull, unsigned put)
{
	return row->pull & pull || row->put & put;
}

static const struct scope_row *missing_scope(const struct shopify *s, unsigned pull, unsigned put)
{
	const struct scope_row *row = scope_table;
	while (row->name &&
	       (!is_for(row, pull, put) || !row->required || shopify_has_scope(s, row->name)))
		row++;
	return row->name ? row : NULL;
}

static enum errk refuse_scope(const struct shopify *s, const char *scope, const char *why,
			      struct err *e)
{
	return err_set(e, E_REFUSED, "scope",
		       "the app lacks the scope %s (%s); add it to the app's scopes, release a "
		       "version, and accept it in the shop; granted: %s",
		       scope, why, *s->scope ? s->scope : "none");
}

enum errk shopify_need_scope(struct shopify *s, const char *scope, const char *why, struct arena *a,
			     struct err *e)
{
	if (shopify_has_scope(s, scope))
		return E_OK;
	/* What is remembered may be a day old: the merchant may have granted it since. */
	enum errk rc = shopify_authorize_anew(s, a, e);
	if (rc != E_OK || shopify_has_scope(s, scope))
		return rc;
	return refuse_scope(s, scope, why, e);
}

enum errk shopify_need_scopes(struct shopify *s, unsigned pull, unsigned put, struct arena *a,
			      struct err *e)
{
	const struct scope_row *missing;
	while ((missing = missing_scope(s, pull, put))) {
		enum errk rc = shopify_need_scope(s, missing->name, missing->why, a, e);
		if (rc != E_OK)
			return rc;
	}
	return E_OK;
}

enum errk shopify_probe(struct shopify *s, struct arena *a, struct shopify_query *q, struct err *e)
{
	q->doc = DOC_SHOP_PROBE;
	enum errk rc = shopify_send(s, q, 1, a, e);
	if (rc != E_OK)
		return rc;
	const char *scopes = "";
	struct answer in = shopify_answer(q);
	JSON_EACH (scope,
		   answer_nodes(&in, q->data, "currentAppInstallation.accessScopes", SCOPES_MAX))
		scopes = arena_printf(a, "%s%s%s", scopes, *scopes ? "," : "",
				      answer_id(&in, scope, "handle"));
	rc = answer_end(&in, e);
	if (rc == E_OK) {
		s->scope = arena_strdup(s->arena, scopes);
		shopify_take_zone(s, q);
	}
	return rc;
}

/* A shop may move to another zone, but not within a run. */
void shopify_take_zone(struct shopify *s, const struct shopify_query *q)
{
	const char *zone = json_str(q->data, "shop.ianaTimezone");
	char day[CLOCK_DAY_SIZE];

	if (!zone || s->zone)
		return;
	s->zone = arena_strdup(s->arena, zone);
	if (!clock_day(0, s->zone, day))
		s->env.notice(
			s->env.notice_ctx, NULL,
			arena_printf(s->arena,
				     "this machine does not know the shop's time zone %s (package "
				     "tzdata): days of orders and payments are those of UTC",
				     s->zone));
}

enum errk shopify_zone(struct connector *c, struct arena *a, const char **zone, struct err *e)
{
	enum { FRESH_S = 24 * 3600 };
	struct shopify *s = (struct shopify *)c;
	const struct connector_state *state = s->env.state;
	const char *key = arena_printf(a, "zone %s", s->host);
	const char *kept = NULL;
	int64_t at;
	enum errk rc = s->zone ? E_OK : state->load(state->ctx, key, a, &kept, &at, e);
	bool fresh = kept && clock_now() >= at && clock_now() - at < FRESH_S;
	if (rc == E_OK && !s->zone && !fresh) {
		struct shopify_query q = {0};
		rc = shopify_authorize(s, a, e);
		if (rc == E_OK && !s->zone)
			rc = shopify_probe(s, a, &q, e);
		shopify_query_release(&q);
		if (rc == E_OK && s->zone)
			rc = state->save(state->ctx, key, s->zone, e);
		/* Where it was yesterday it is today. */
		if (rc == E_BUSY && kept)
			rc = E_OK;
	}
	*zone = s->zone ? s->zone : kept;
	return rc;
}

static void say(const struct check_sink *sink, enum check_result result, const char *what,
		const char *remedy)
{
	sink->say(sink->ctx, result, what, remedy);
}

/* Several kinds want one scope: said once, and as the one that can't do without it. */
static bool is_said_by_another(const struct scope_row *row, unsigned pull, unsigned put)
{
	for (const struct scope_row *x = scope_table; x->name; x++)
		if (x != row && is_for(x, pull, put) && strcmp(x->name, row->name) == 0 &&
		    (x->required != row->required ? x->required : x < row))
			return true;
	return false;
}

static void say_scopes(struct shopify *s, unsigned pull, unsigned put,
		       const struct check_sink *sink, struct arena *a)
{
	for (const struct scope_row *row = scope_table; row->name; row++) {
		if (!is_for(row, pull, put) || is_said_by_another(row, pull, put))
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
			head[(*n)++] = (struct order_head){.id = id, .name = id};
		}
		rc = answer_end(&in, e);
	}
	shopify_query_release(&q);
	return rc;
}

/* What the app may not see of buyers is null, without an error: only orders tell it. */
static enum errk say_buyers(struct shopify *s, const struct check_sink *sink, struct arena *a,
			    struct err *e)
{
	enum { NEWEST = 5 };
	static const char hidden[] = "personal_data_hidden";
	struct order_head head[NEWEST];
	struct page page = {.rec = arena_array(a, NEWEST, sizeof(*page.rec))};
	int fetch = NEWEST;
	size_t n, without = 0;
	enum errk rc = newest_orders(s, head, NEWEST, &n, a, e);
	if (rc == E_OK)
		rc = orders_fetch(s, head, n, &fetch, a, &page, e);
	for (size_t i = 0; i < page.n; i++)
		without += page.rec[i].problem && str_equal(page.rec[i].problem->code, hidden);
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

enum errk shopify_check(struct connector *c, unsigned pull, unsigned put,
			const struct check_sink *sink, struct err *e)
{
	struct shopify *s = (struct shopify *)c;
	struct arena *a = arena_new();
	struct shopify_query q = {0};
	struct err problem;
	enum errk rc = shopify_authorize(s, a, &problem);
	if (rc == E_OK)
		rc = shopify_probe(s, a, &q, &problem);
	if (rc == E_OK)
		rc = say_shop(&q, sink, a, &problem);
	if (rc == E_OK) {
		say_scopes(s, pull, put, sink, a);
		s->names_locations = put & (1u << KIND_STOCK | 1u << KIND_FULFILLMENT) &&
				     shopify_has_scope(s, "read_locations");
		if (pull & 1u << KIND_ORDER && !missing_scope(s, 1u << KIND_ORDER, 0))
			rc = say_buyers(s, sink, a, &problem);
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
