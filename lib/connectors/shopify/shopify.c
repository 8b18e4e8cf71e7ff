#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/str.h"
#include "connectors/shopify/shipments/shipments.h"
#include "connectors/shopify/products/products.h"
#include "connectors/shopify/stock/stock.h"

static const struct conf_key shopify_keys[] = {
	{"store", "url", "shopify", CONF_URL, NULL, NULL, 0, 0,
	 "Address of the shop, https://NAME.myshopify.com."},
	{"store", "api_version", "shopify", CONF_TEXT, "2026-10", NULL, 0, 0,
	 "Version of the Admin API; a shop that answers with another one ends the run."},
	{"store", "client_id", "shopify", CONF_TEXT, NULL, NULL, 0, 0,
	 "Client id of the app in the Dev Dashboard (client credentials grant)."},
	{"store", "client_secret", "shopify", CONF_SECRET, NULL, NULL, 0, 0,
	 "Client secret of the app."},
	{"store", "access_token", "shopify", CONF_SECRET, NULL, NULL, 0, 0,
	 "Static access token of an app made in the shop's admin, instead of client_id."},
	{"store", "ca_file", "shopify", CONF_PATH, NULL, NULL, 0, 0,
	 "PEM file of the only authorities whose certificates are believed; the system's if not set."},
	{"store", "leave_for_others", "shopify", CONF_INT, "20", NULL, 0, 90,
	 "Percent of the shop's rate limit that is left to other apps."},
	{"store", "parallel", "shopify", CONF_INT, "4", NULL, 1, 16, "Requests under way at once."},
	{"orders", "metafields", "shopify", CONF_TEXT, NULL, NULL, 0, 0,
	 "Metafields of the order that its document has, NAMESPACE.KEY, separated by commas."},
	{"orders", "customer_metafields", "shopify", CONF_TEXT, NULL, NULL, 0, 0,
	 "The same of its customer."},
	{"orders", "variant_metafields", "shopify", CONF_TEXT, NULL, NULL, 0, 0,
	 "The same of the variant of each of its lines."},
	{"orders", "product_metafields", "shopify", CONF_TEXT, NULL, NULL, 0, 0,
	 "The same of the product of each of its lines."},
	{0},
};

static bool is_loopback(const char *host)
{
	return str_starts(host, "127.") || str_starts(host, "localhost") ||
	       str_starts(host, "[::1]");
}

/*
 * Only a shop's own domain gets our token: NAME.myshopify.com by https, or a test server on
 * loopback. The custom domain of a shop serves pages, not the API.
 */
static enum errk check_url(struct shopify *s, struct err *e)
{
	const char *where = conf_where(s->env.conf, "store", "url", s->arena);
	const char *url = conf_text(s->env.conf, "store", "url");
	if (str_blank(url))
		return err_set(e, E_LOCAL, "bad_config",
			       "%s: connector=shopify needs url = https://NAME.myshopify.com",
			       where);
	char *copy = arena_strdup(s->arena, url);
	size_t len = strlen(copy);
	while (len && copy[len - 1] == '/')
		copy[--len] = 0;
	if (!strstr(copy, "://"))
		copy = arena_printf(s->arena, "https://%s", copy);
	s->url = copy;
	s->host = strstr(copy, "://") + 3;
	if ((str_starts(copy, "http://") || str_starts(copy, "https://")) && is_loopback(s->host))
		return E_OK;
	size_t name = strspn(s->host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-");
	if (str_starts(copy, "https://") && name > 0 && s->host[0] != '-' &&
	    str_equal_nocase(s->host + name, ".myshopify.com"))
		return E_OK;
	return err_set(e, E_LOCAL, "bad_config",
		       "%s: what stands there is no shop address; it must be "
		       "https://NAME.myshopify.com (the admin shows it under Settings > Domains)",
		       where);
}

static enum errk read_credentials(struct shopify *s, struct err *e)
{
	s->client_id = conf_text(s->env.conf, "store", "client_id");
	enum errk rc = conf_secret(s->env.conf, "store", "client_secret", &s->client_secret, e);
	s->trust = (struct http_trust){conf_text(s->env.conf, "store", "ca_file"),
				       "[store] ca_file"};
	if (rc == E_OK)
		rc = conf_secret(s->env.conf, "store", "access_token", &s->token, e);
	if (rc == E_OK)
		rc = http_trust_check(&s->trust, e);
	if (rc != E_OK)
		return rc;
	if (s->token && s->client_id)
		return err_set(e, E_LOCAL, "bad_config",
			       "[store]: client_id and access_token are both set; keep client_id "
			       "with client_secret_file (Dev Dashboard app), or access_token_file "
			       "alone");
	if (!s->token && (!s->client_id || !s->client_secret))
		return err_set(
			e, E_LOCAL, "bad_config",
			"[store]: no credentials; set client_id and client_secret_file (app "
			"of the Dev Dashboard), or access_token_file (app made in the admin)");
	return E_OK;
}

static enum errk check_version(struct shopify *s, struct err *e)
{
	s->version = conf_text(s->env.conf, "store", "api_version");
	if (strlen(s->version) == 7 && s->version[4] == '-' &&
	    strspn(s->version, "0123456789-") == 7)
		return E_OK;
	return err_set(e, E_LOCAL, "bad_config",
		       "%s: what stands there is no API version; it looks like 2026-10",
		       conf_where(s->env.conf, "store", "api_version", s->arena));
}

static void shopify_close(struct connector *c)
{
	struct shopify *s = (struct shopify *)c;
	if (!s)
		return;
	for (int i = 0; i < DOC_COUNT_; i++)
		free(s->document[i]);
	product_shares_free(s->product_shares);
	arena_free(s->arena);
	free(s);
}

static enum errk shopify_open(const struct connector_env *env, struct connector **out,
			      struct err *e)
{
	struct shopify *s = calloc(1, sizeof(*s));
	if (!s)
		die(70, "out of memory");
	s->base.type = &shopify_connector;
	s->env = *env;
	s->arena = arena_new();
	s->products = arena_alloc(s->arena, sizeof(*s->products));
	enum errk rc = check_url(s, e);
	if (rc == E_OK)
		rc = check_version(s, e);
	if (rc == E_OK)
		rc = read_credentials(s, e);
	if (rc == E_OK)
		rc = product_rules_read(env->conf, s->arena, s->products, e);
	if (rc == E_OK)
		rc = metafields_read(s, e);
	if (rc != E_OK) {
		shopify_close(&s->base);
		return rc;
	}
	s->endpoint = arena_printf(s->arena, "%s/admin/api/%s/graphql.json", s->url, s->version);
	s->use_presentment = str_equal(conf_text(env->conf, "orders", "currency"), "presentment");
	s->overlap = conf_int(env->conf, "orders", "overlap") / 1000;
	s->parallel = (size_t)conf_int(env->conf, "store", "parallel");
	bucket_init(&s->bucket, (int)conf_int(env->conf, "store", "leave_for_others"));
	*out = &s->base;
	return E_OK;
}

static struct shopify *ours(struct connector *c)
{
	return (struct shopify *)c;
}

/* Its address is the shop's for good, and nobody else's afterwards: nothing needs to be asked. */
static enum errk shopify_identify(struct connector *c, bool ask, struct arena *a,
				  struct identity *out, struct err *e)
{
	(void)ask;
	(void)e;
	*out = (struct identity){.place = identity_host(ours(c)->host, a)};
	return E_OK;
}

/* A query that is too dear however small is not a record's fault. */
static enum errk as_put(enum errk rc, struct err *e)
{
	return rc == E_RECORD ? (e->kind = E_REFUSED) : rc;
}

static enum errk pull_orders(struct connector *c, const struct pull_request *req, struct arena *a,
			     struct page *out, struct err *e)
{
	return orders_pull(ours(c), &order_use_itself, req, a, out, e);
}

static enum errk pull_named_orders(struct connector *c, const struct pull_request *req,
				   const char *const *who, size_t n, struct arena *a,
				   struct page *out, struct err *e)
{
	(void)req;
	return orders_pull_only(ours(c), who, n, a, out, e);
}

static const struct source orders_source = {
	.pull = pull_orders,
	.pull_only = pull_named_orders,
};

static enum errk pull_refunds(struct connector *c, const struct pull_request *req, struct arena *a,
			      struct page *out, struct err *e)
{
	return refunds_pull(ours(c), req, a, out, e);
}

static enum errk pull_named_refunds(struct connector *c, const struct pull_request *req,
				    const char *const *who, size_t n, struct arena *a,
				    struct page *out, struct err *e)
{
	return refunds_pull_only(ours(c), req, who, n, a, out, e);
}

static const struct source refunds_source = {
	.pull = pull_refunds,
	.pull_only = pull_named_refunds,
};

static enum errk put_stock(struct connector *c, struct put_batch *batch, struct arena *a,
			   struct err *e)
{
	batch->requests = 0;
	return as_put(stock_put(ours(c), batch, a, e), e);
}

static void stock_committed(struct connector *c, const struct put_batch *batch)
{
	stock_put_committed(ours(c), batch);
}

static const struct sink stock_sink = {
	.batch = STOCK_BATCH,
	.looks = true,
	.compares = true,
	.put = put_stock,
	.put_committed = stock_committed,
};

/* Of an interrupted batch no item may be left: only calls of stock, with a key, can still be held up. */
static enum errk put_products(struct connector *c, struct put_batch *batch, struct arena *a,
			      struct err *e)
{
	batch->requests = 0;
	return batch->n ? as_put(product_put(ours(c), batch, a, e), e) : E_OK;
}

static const struct sink products_sink = {
	.batch = PRODUCT_BATCH,
	.compares = true,
	.put = put_products,
};

static enum errk put_fulfillments(struct connector *c, struct put_batch *batch, struct arena *a,
				  struct err *e)
{
	batch->requests = 0;
	return batch->n ? as_put(fulfillment_put(ours(c), batch, a, e), e) : E_OK;
}

static void fulfillments_committed(struct connector *c, const struct put_batch *batch)
{
	fulfillment_put_committed(ours(c), batch);
}

static const struct sink fulfillments_sink = {
	.batch = FULFILLMENT_BATCH,
	.compares = true,
	.put = put_fulfillments,
	.put_committed = fulfillments_committed,
};

const struct connector_type shopify_connector = {
	.name = "shopify",
	.title = "Shopify",
	.keys = shopify_keys,
	.source = {[SIDE_STORE] = {[KIND_ORDER] = &orders_source, [KIND_REFUND] = &refunds_source}},
	.sink = {[SIDE_STORE] = {[KIND_STOCK] = &stock_sink,
				 [KIND_PRODUCT] = &products_sink,
				 [KIND_FULFILLMENT] = &fulfillments_sink}},
	.examination = {.check = shopify_check,
			.answer_columns = shopify_answer_columns,
			.check_answer = shopify_check_answer},
	.open = shopify_open,
	.close = shopify_close,
	.identify = shopify_identify,
	.zone = shopify_zone,
	.catalogue = shopify_catalogue,
};
