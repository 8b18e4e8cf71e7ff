#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/str.h"
#include "connectors/shopify/shopify.h"

enum { SCOPES_MAX = 2000 };

/*
 * Which app asks, as a key for the token store: the URL, and the client or a hash of the static
 * token (for its scopes).
 */
static const char *token_key(const struct shopify *s, struct arena *a)
{
	char hash[HASH_HEX_SIZE];
	const char *who = s->client_id ? s->client_id : s->token;
	hash_hex(who, strlen(who), hash);
	return arena_printf(a, "shopify %s %.16s", s->url, hash);
}

enum errk shopify_read_scopes(struct shopify *s, const struct shopify_query *q, struct arena *a,
			      struct err *e)
{
	const char *scopes = "";
	struct answer in = shopify_answer(q);
	JSON_EACH (scope,
		   answer_nodes(&in, q->data, "currentAppInstallation.accessScopes", SCOPES_MAX))
		scopes = arena_printf(a, "%s%s%s", scopes, *scopes ? "," : "",
				      answer_id(&in, scope, "handle"));
	enum errk rc = answer_end(&in, e);
	if (rc == E_OK)
		s->scope = arena_strdup(s->arena, scopes);
	return rc;
}

/* Asked with the token at hand, for what that may do is the question. */
static enum errk ask_scopes(struct shopify *s, struct arena *a, struct err *e)
{
	const struct token_store *store = s->env.tokens;
	struct shopify_query q = {.doc = DOC_SHOP_PROBE};
	size_t fit;
	enum errk rc = shopify_pace(s, q.doc, 1, &fit, e);
	s->scope = NULL;
	if (rc == E_OK)
		rc = shopify_send_group(s, &q, 1, a, e);
	if (rc == E_OK)
		rc = shopify_read_scopes(s, &q, a, e);
	shopify_query_release(&q);
	if (rc != E_OK)
		return rc;
	struct oauth_token t = {"static", s->scope, clock_now() + 24 * 3600};
	return store->save(store->ctx, token_key(s, a), &t, e);
}

/* A static token doesn't say what it may do: the shop is asked once a day. */
static enum errk authorize_static(struct shopify *s, struct arena *a, struct err *e)
{
	const struct token_store *store = s->env.tokens;
	struct oauth_token known;
	bool found = false;
	enum errk rc = store->load(store->ctx, token_key(s, a), a, &known, &found, e);
	if (rc != E_OK)
		return rc;
	if (!found || known.expires_at <= clock_now())
		return ask_scopes(s, a, e);
	s->scope = arena_strdup(s->arena, known.scope);
	return E_OK;
}

static enum errk authorize_client(struct shopify *s, const char *rejected, struct arena *a,
				  struct err *e)
{
	struct oauth_client client = {
		.token_url = arena_printf(a, "%s/admin/oauth/access_token", s->url),
		.client_id = s->client_id,
		.client_secret = s->client_secret,
		.who = "Shopify",
		.trust = &s->trust,
	};
	struct oauth_token t;
	/* The store tells tokens apart by key; oauth.c makes it of token_url and client_id. */
	enum errk rc = oauth_client_credentials(s->env.http, &client, s->env.tokens, rejected,
						TOKEN_MARGIN_MS, a, &t, e);
	if (rc != E_OK)
		return rc;
	s->token = arena_strdup(s->arena, t.access_token);
	s->scope = arena_strdup(s->arena, t.scope);
	return E_OK;
}

enum errk shopify_authorize(struct shopify *s, struct arena *a, struct err *e)
{
	if (s->scope)
		return E_OK;
	return s->client_id ? authorize_client(s, NULL, a, e) : authorize_static(s, a, e);
}

enum errk shopify_authorize_anew(struct shopify *s, struct arena *a, struct err *e)
{
	return s->client_id ? authorize_client(s, s->token, a, e) : ask_scopes(s, a, e);
}

bool shopify_has_scope(const struct shopify *s, const char *scope)
{
	const char *writes = str_starts(scope, "read_") ? scope + strlen("read_") : NULL;
	for (const char *p = s->scope; p && *p;) {
		size_t len = strcspn(p, ", ");
		if (len == strlen(scope) && strncmp(p, scope, len) == 0)
			return true;
		if (writes && len == strlen(writes) + 6 && strncmp(p, "write_", 6) == 0 &&
		    strncmp(p + 6, writes, len - 6) == 0)
			return true;
		p += len;
		p += strspn(p, ", ");
	}
	return false;
}

/* Source: shopify.dev, "Shopify API access scopes". */
const struct shopify_scope shopify_scopes[] = {
	{1u << KIND_ORDER | 1u << KIND_REFUND, 0, "read_orders", true, "orders are read with it"},
	{1u << KIND_ORDER | 1u << KIND_REFUND, 0, "read_customers", true,
	 "an order's customer and company need it"},
	{1u << KIND_ORDER | 1u << KIND_REFUND, 0, "read_products", true,
	 "an order line's product and variant need it"},
	{1u << KIND_ORDER | 1u << KIND_REFUND, 0, "read_all_orders", false,
	 "without it, orders created more than 60 days ago are invisible"},
	{1u << KIND_ORDER, 0, "read_payment_terms", false,
	 "without it, payment terms of B2B orders are left out"},
	{1u << KIND_ORDER, 0, "read_locations", false,
	 "without it, the shop floor of till orders is left out"},
	{1u << KIND_REFUND, 0, "read_locations", false,
	 "without it, where goods that came back were put is left out"},
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

bool shopify_scope_is_for(const struct shopify_scope *row, unsigned pull, unsigned put)
{
	return row->pull & pull || row->put & put;
}

const struct shopify_scope *shopify_missing_scope(const struct shopify *s, unsigned pull,
						  unsigned put)
{
	const struct shopify_scope *row = shopify_scopes;
	while (row->name && (!shopify_scope_is_for(row, pull, put) || !row->required ||
			     shopify_has_scope(s, row->name)))
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
	const struct shopify_scope *missing;
	while ((missing = shopify_missing_scope(s, pull, put))) {
		enum errk rc = shopify_need_scope(s, missing->name, missing->why, a, e);
		if (rc != E_OK)
			return rc;
	}
	return E_OK;
}
