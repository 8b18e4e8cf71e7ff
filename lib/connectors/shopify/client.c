#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/str.h"
#include "connectors/shopify/shopify.h"
#include "embedded/shopify_graphql.h"
#include "net/graphql.h"

static const struct document_row {
	enum http_intent intent;
	const char *operation, *label;
	const char *part[5];
} documents[DOC_COUNT_] = {
	[DOC_ORDERS_CHANGED] = {HTTP_READ,
				"OrdersChanged",
				"changed orders",
				{embedded_shopify_graphql_orders_changed}},
	[DOC_ORDERS_COUNT] = {HTTP_READ,
			      "OrdersCount",
			      "number of orders",
			      {embedded_shopify_graphql_orders_count}},
	[DOC_ORDERS_BY_ID] = {HTTP_READ,
			      "OrdersById",
			      "orders",
			      {embedded_shopify_graphql_orders_by_id,
			       embedded_shopify_graphql_fragment_order,
			       embedded_shopify_graphql_fragment_lists,
			       embedded_shopify_graphql_fragment_line,
			       embedded_shopify_graphql_fragment_money}},
	[DOC_ORDER_LINES] = {HTTP_READ,
			     "OrderLines",
			     "order lines",
			     {embedded_shopify_graphql_order_lines,
			      embedded_shopify_graphql_fragment_line,
			      embedded_shopify_graphql_fragment_money}},
	[DOC_ORDER_LISTS] = {HTTP_READ,
			     "OrderLists",
			     "order lists",
			     {embedded_shopify_graphql_order_lists,
			      embedded_shopify_graphql_fragment_lists,
			      embedded_shopify_graphql_fragment_money}},
	[DOC_ORDERS_NAMED] = {HTTP_READ,
			      "OrdersNamed",
			      "named orders",
			      {embedded_shopify_graphql_orders_named}},
	[DOC_SHOP_PROBE] = {HTTP_READ, "ShopProbe", "shop", {embedded_shopify_graphql_shop_probe}},
	[DOC_LOCATIONS] = {HTTP_READ,
			   "Locations",
			   "locations",
			   {embedded_shopify_graphql_locations}},
	[DOC_VARIANTS_BY_SKU] = {HTTP_READ,
				 "VariantsBySku",
				 "articles",
				 {embedded_shopify_graphql_variants_by_sku}},
	[DOC_VARIANTS_ALL] = {HTTP_READ,
			      "VariantsAll",
			      "catalogue",
			      {embedded_shopify_graphql_variants_all}},
	[DOC_STOCK_LEVELS] = {HTTP_READ,
			      "StockLevels",
			      "stock levels",
			      {embedded_shopify_graphql_stock_levels}},
	[DOC_STOCK_SET] = {HTTP_WRITE,
			   "StockSet",
			   "write of stock",
			   {embedded_shopify_graphql_stock_set}},
	[DOC_STOCK_ACTIVATE] = {HTTP_WRITE,
				"StockActivate",
				"activation of stock",
				{embedded_shopify_graphql_stock_activate}},
	[DOC_ORDERS_NEWEST] = {HTTP_READ,
			       "OrdersNewest",
			       "newest orders",
			       {embedded_shopify_graphql_orders_newest}},
	[DOC_ORDER_UNITS] = {HTTP_READ,
			     "OrderUnits",
			     "units of an order",
			     {embedded_shopify_graphql_order_units}},
	[DOC_ORDERS_BY_NAME] = {HTTP_READ,
				"OrdersByName",
				"orders by name",
				{embedded_shopify_graphql_orders_by_name}},
	[DOC_SHIPPING_ORDERS] = {HTTP_READ,
				 "ShippingOrders",
				 "orders to ship",
				 {embedded_shopify_graphql_shipping_orders,
				  embedded_shopify_graphql_fragment_shipping}},
	[DOC_SHIPPING_MORE_ORDERS] = {HTTP_READ,
				      "ShippingMoreOrders",
				      "fulfillment orders",
				      {embedded_shopify_graphql_shipping_more_orders,
				       embedded_shopify_graphql_fragment_shipping}},
	[DOC_SHIPPING_LINES] = {HTTP_READ,
				"ShippingLines",
				"lines to ship",
				{embedded_shopify_graphql_shipping_lines}},
	[DOC_SHIPPING_SKUS] = {HTTP_READ,
			       "ShippingSkus",
			       "articles of an order's lines",
			       {embedded_shopify_graphql_shipping_skus}},
	[DOC_SHIPMENT_CREATE] = {HTTP_WRITE,
				 "ShipmentCreate",
				 "shipment",
				 {embedded_shopify_graphql_shipment_create}},
	[DOC_SHIPMENT_TRACK] = {HTTP_WRITE,
				"ShipmentTrack",
				"tracking of a shipment",
				{embedded_shopify_graphql_shipment_track}},
	[DOC_SHIPMENT_MOVE] = {HTTP_WRITE,
			       "ShipmentMove",
			       "move of a fulfillment order",
			       {embedded_shopify_graphql_shipment_move}},
	[DOC_PRODUCTS_BY_ID] = {HTTP_READ,
				"ProductsById",
				"products",
				{embedded_shopify_graphql_products_by_id,
				 embedded_shopify_graphql_fragment_product,
				 embedded_shopify_graphql_fragment_variant}},
	[DOC_PRODUCT_BY_REF] = {HTTP_READ,
				"ProductByRef",
				"product of our own",
				{embedded_shopify_graphql_product_by_ref}},
	[DOC_PRODUCT_VARIANTS] = {HTTP_READ,
				  "ProductVariants",
				  "variants of a product",
				  {embedded_shopify_graphql_product_variants,
				   embedded_shopify_graphql_fragment_variant}},
	[DOC_REF_DEFINITION] = {HTTP_READ,
				"RefDefinition",
				"definition of our reference",
				{embedded_shopify_graphql_ref_definition}},
	[DOC_REF_DEFINE] = {HTTP_WRITE,
			    "RefDefine",
			    "definition of our reference",
			    {embedded_shopify_graphql_ref_define}},
	[DOC_PRODUCT_CREATE] = {HTTP_WRITE,
				"ProductCreate",
				"creation of a product",
				{embedded_shopify_graphql_product_create,
				 embedded_shopify_graphql_fragment_product,
				 embedded_shopify_graphql_fragment_variant}},
	[DOC_PRODUCT_UPDATE] = {HTTP_WRITE,
				"ProductUpdate",
				"write of a product",
				{embedded_shopify_graphql_product_update}},
	[DOC_OPTIONS_CREATE] = {HTTP_WRITE,
				"OptionsCreate",
				"options of a product",
				{embedded_shopify_graphql_options_create}},
	[DOC_VARIANTS_CREATE] = {HTTP_WRITE,
				 "VariantsCreate",
				 "new variants",
				 {embedded_shopify_graphql_variants_create,
				  embedded_shopify_graphql_fragment_variant}},
	[DOC_VARIANTS_UPDATE] = {HTTP_WRITE,
				 "VariantsUpdate",
				 "write of variants",
				 {embedded_shopify_graphql_variants_update,
				  embedded_shopify_graphql_fragment_variant}},
};

/* A document as it is sent: its files one after the other, without comments and indentation. */
static const char *document_text(struct shopify *s, enum shopify_document doc)
{
	if (s->document[doc])
		return s->document[doc];
	CLEANUP(str) struct str text;
	str_init(&text, 0);
	for (size_t i = 0; i < 5 && documents[doc].part[i]; i++) {
		for (const char *line = documents[doc].part[i]; *line;) {
			line += strspn(line, " \t");
			size_t len = strcspn(line, "\n");
			if (len && *line != '#') {
				str_addn(&text, line, len);
				str_addc(&text, '\n');
			}
			line += len + (line[len] == '\n');
		}
	}
	s->document[doc] = strdup(text.buf);
	if (!s->document[doc])
		die(70, "out of memory");
	return s->document[doc];
}

void shopify_query_release(struct shopify_query *q)
{
	cJSON_Delete(q->variables);
	cJSON_Delete(q->root);
	q->variables = q->root = NULL;
	q->data = NULL;
}

struct answer shopify_answer(const struct shopify_query *q)
{
	const struct document_row *row = &documents[q->doc];
	struct answer in = answer_of(row->intent == HTTP_WRITE ? E_UNSURE : E_BUSY, row->label);
	in.whole = true;
	return in;
}

int64_t shopify_now(const struct shopify *s)
{
	return clock_now() + s->clock_skew;
}

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

static enum errk ask_scopes(struct shopify *s, struct arena *a, struct err *e)
{
	const struct token_store *store = s->env.tokens;
	struct shopify_query q = {.doc = DOC_SHOP_PROBE};
	s->scope = ""; /* lets the probe itself pass */
	enum errk rc = shopify_probe(s, a, &q, e);
	shopify_query_release(&q);
	if (rc != E_OK) {
		s->scope = NULL;
		return rc;
	}
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

/*
 * A write that Shopify failed at, or whose answer can't be read, may have been carried out: it is not
 * sent again from here. THROTTLED is said before anything is done (shopify.dev, "API limits").
 */
static enum errk judge_write(const struct shopify_query *q, enum errk rc, struct err *e)
{
	if (rc == E_BUSY && documents[q->doc].intent == HTTP_WRITE &&
	    strcmp(e->code, "throttled") != 0)
		rc = e->kind = E_UNSURE;
	return rc;
}

/*
 * Runs inside lib/net for each answer, so that THROTTLED, and where something was read internal
 * errors and answers that are no JSON, are tried again under the same rules as a 429.
 */
static enum errk judge(struct http_call *call, struct err *e)
{
	struct shopify_query *q = call->user;
	cJSON_Delete(q->root);
	q->root = NULL;
	q->data = NULL;
	if (call->answer.status != 200)
		return E_OK;
	enum errk rc = graphql_parse(&call->answer, &q->root, e);
	if (rc != E_OK)
		return judge_write(q, rc, e);
	q->data = cJSON_GetObjectItemCaseSensitive(q->root, "data");
	struct arena *scratch = arena_new();
	rc = shopify_graphql_error(q->store, q->root, scratch, e);
	arena_free(scratch);
	return judge_write(q, rc, e);
}

static void learn(struct shopify *s, const struct shopify_query *q, const struct http_answer *a)
{
	/* The first answer tells; a clock that falls from answer to answer would never let a window be. */
	if (a->date && !s->clock_known) {
		s->clock_skew = a->date - clock_now();
		s->clock_known = true;
	}
	if (!q->root)
		return;
	int64_t cost = shopify_cost(q->root, "extensions.cost.requestedQueryCost");
	if (cost >= 0)
		s->cost[q->doc] = cost;
	int64_t max = shopify_cost(q->root, "extensions.cost.throttleStatus.maximumAvailable");
	int64_t have = shopify_cost(q->root, "extensions.cost.throttleStatus.currentlyAvailable");
	int64_t rate = shopify_cost(q->root, "extensions.cost.throttleStatus.restoreRate");
	if (max > 0 && have >= 0 && rate > 0)
		bucket_sync(&s->bucket, max, have, rate, clock_mono_ms());
}

/* An expired version is not refused: Shopify answers with the oldest supported one. */
static enum errk check_served_version(const struct shopify *s, const struct http_answer *a,
				      struct err *e)
{
	const char *served = http_answer_header(a, "x-shopify-api-version");
	if (!served || strcmp(served, s->version) == 0)
		return E_OK;
	return err_set(e, E_REFUSED, "version",
		       "Shopify (%s) answered with API version %s instead of %s: that one has "
		       "expired or does not exist yet; set [store] api_version to a supported one",
		       s->host, served, s->version);
}

static void prepare(struct shopify *s, struct shopify_query *q, struct http_call *call,
		    const struct http_header *headers, struct arena *a)
{
	const char *body = graphql_body(document_text(s, q->doc), documents[q->doc].operation,
					q->variables, a);
	q->store = s;
	*call = (struct http_call){
		.request = {.intent = documents[q->doc].intent,
			    .method = "POST",
			    .url = s->endpoint,
			    .headers = headers,
			    .n_headers = 3,
			    .body = body,
			    .body_len = strlen(body),
			    .label = documents[q->doc].label,
			    .trust = &s->trust},
		.judge = judge,
		.user = q,
	};
}

/* Waits until the bucket holds a query's cost, and says how many of n fit then. */
static enum errk pace(struct shopify *s, enum shopify_document doc, size_t n, size_t *fit,
		      struct err *e)
{
	int64_t cost = s->cost[doc] ? s->cost[doc] : COST_MAX * 1000 / 4;
	int64_t wait = bucket_wait_ms(&s->bucket, cost, clock_mono_ms());
	enum errk rc = wait > 0 ? http_await(s->env.http, wait, "Shopify", e) : E_OK;
	if (rc != E_OK)
		return rc;
	*fit = 0;
	while (*fit < n && *fit < s->parallel &&
	       (*fit == 0 || bucket_wait_ms(&s->bucket, cost, clock_mono_ms()) == 0)) {
		bucket_take(&s->bucket, cost, clock_mono_ms());
		++*fit;
	}
	return E_OK;
}

static enum errk send_group(struct shopify *s, struct shopify_query *q, size_t n, struct arena *a,
			    struct err *e)
{
	const struct http_header headers[] = {{"Content-Type", "application/json"},
					      {"Accept", "application/json"},
					      {"X-Shopify-Access-Token", s->token}};
	struct http_call *calls = arena_array(a, n, sizeof(*calls));
	for (size_t i = 0; i < n; i++)
		prepare(s, &q[i], &calls[i], headers, a);
	/* What happened to each query stands in its own call; the first error follows from them. */
	struct err any;
	enum errk first = E_OK;
	enum errk sent = http_batch(s->env.http, calls, n, s->parallel, a, &any);
	(void)sent;
	for (size_t i = 0; i < n; i++) {
		q[i].err = calls[i].err;
		learn(s, &q[i], &calls[i].answer);
		if (q[i].err.kind == E_OK)
			q[i].err.kind = shopify_status_error(s, &calls[i].answer, &q[i].err);
		if (q[i].err.kind == E_OK)
			q[i].err.kind = check_served_version(s, &calls[i].answer, &q[i].err);
		if (q[i].err.kind != E_OK && first == E_OK) {
			first = q[i].err.kind;
			*e = q[i].err;
		}
	}
	return first;
}

/* A 401 with a renewable token: once more with a new one, in case it was revoked or replaced. */
static enum errk send_renewed(struct shopify *s, struct shopify_query *q, size_t n, struct arena *a,
			      struct err *e)
{
	enum errk rc = authorize_client(s, s->token, a, e);
	if (rc != E_OK)
		return rc;
	return send_group(s, q, n, a, e);
}

enum errk shopify_send(struct shopify *s, struct shopify_query *q, size_t n, struct arena *a,
		       struct err *e)
{
	enum errk first = shopify_authorize(s, a, e);
	for (size_t done = 0; done < n && (first == E_OK || first == E_RECORD);) {
		size_t fit = 0;
		struct err group;
		enum errk rc = pace(s, q[done].doc, n - done, &fit, &group);
		if (rc == E_OK)
			rc = send_group(s, q + done, fit, a, &group);
		if (rc == E_REFUSED && s->client_id && strcmp(group.code, "bad_credentials") == 0)
			rc = send_renewed(s, q + done, fit, a, &group);
		if (rc != E_OK && first == E_OK) {
			first = rc;
			*e = group;
		}
		if (!fit)
			break;
		done += fit;
	}
	return first;
}
