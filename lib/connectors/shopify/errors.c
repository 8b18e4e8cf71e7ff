#include <string.h>

#include "base/decimal.h"
#include "base/json.h"
#include "base/str.h"
#include "connectors/shopify/shopify.h"
#include "net/graphql.h"

/*
 * What each HTTP status means to us; source: shopify.dev, "Shopify API response status and
 * error codes".
 */
static const struct status_row {
	long status;
	enum errk kind;
	const char *code, *text;
} status_table[] = {
	{400, E_REFUSED, "bad_request",
	 "the request was not understood; check [store] api_version"},
	{401, E_REFUSED, "bad_credentials",
	 "the access token was refused; check the credentials in [store], and that the app is still "
	 "installed in the shop"},
	{402, E_REFUSED, "shop_frozen", "the shop is frozen: its owner must settle the bill first"},
	{403, E_REFUSED, "forbidden",
	 "access is forbidden to this app; see its permissions in the admin"},
	{404, E_REFUSED, "not_found",
	 "no shop or API version answers there; check [store] url and api_version"},
	{423, E_REFUSED, "shop_locked", "the shop is locked; ask Shopify's support"},
	/* Not documented further than "security rejection": asking again at once makes it worse. */
	{430, E_BUSY, "security_rejected",
	 "requests from here are being rejected; wait before the next run"},
};

static const char *request_id(const struct http_answer *a)
{
	const char *id = http_answer_header(a, "x-request-id");
	return id ? id : "none";
}

enum errk shopify_status_error(const struct shopify *s, const struct http_answer *a, struct err *e)
{
	if (a->status == 200)
		return E_OK;
	for (size_t i = 0; i < sizeof(status_table) / sizeof(*status_table); i++) {
		const struct status_row *row = &status_table[i];
		if (row->status == a->status)
			return err_set(e, row->kind, row->code,
				       "Shopify (%s) answered HTTP %ld: %s (request id %s)",
				       s->host, a->status, row->text, request_id(a));
	}
	return err_set(e, a->status >= 500 ? E_BUSY : E_REFUSED, "http_status",
		       "Shopify (%s) answered HTTP %ld (request id %s)", s->host, a->status,
		       request_id(a));
}

int64_t shopify_cost(const cJSON *root, const char *path)
{
	/* Points; the largest bucket holds 40,000 (shopify.dev, "API limits"). */
	enum { SENSIBLE = 10 * 1000 * 1000 };
	char text[64];
	const cJSON *item = json_at(root, path);
	struct decimal d;
	struct err ignored;
	/* Figures may be floats: "1998.5". */
	struct arena *a = arena_new();
	const char *number = item ? json_number_text(root, path, a) : NULL;
	str_ellipsis(text, sizeof(text), number ? number : "", sizeof(text) - 4);
	arena_free(a);
	if (!number || decimal_parse(text, &d, &ignored) != E_OK ||
	    decimal_cmp(d, DECIMAL_ZERO) < 0 || decimal_cmp(d, (struct decimal){SENSIBLE, 0}) > 0)
		return -1;
	return decimal_round(d, 3).units;
}

/* Milliseconds until the bucket holds what this query asked for; one second at least. */
static int64_t throttle_wait_ms(const cJSON *root)
{
	int64_t want = shopify_cost(root, "extensions.cost.requestedQueryCost");
	int64_t have = shopify_cost(root, "extensions.cost.throttleStatus.currentlyAvailable");
	int64_t rate = shopify_cost(root, "extensions.cost.throttleStatus.restoreRate");
	if (want < 0 || have < 0 || rate <= 0 || want <= have)
		return 1000;
	int64_t ms = (want - have) * 1000 / rate;
	return ms < 1000 ? 1000 : ms;
}

static bool one_of(const char *code, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(code, *list) == 0)
			return true;
	return false;
}

enum errk shopify_graphql_error(const struct shopify *s, const cJSON *root, struct arena *a,
				struct err *e)
{
	static const char *const busy[] = {"INTERNAL_SERVER_ERROR", "SERVICE_UNAVAILABLE",
					   "TIMEOUT", "", NULL};
	const cJSON *error = graphql_first_error(root);
	if (!error)
		return cJSON_IsObject(json_at(root, "data"))
			       ? E_OK
			       : err_set(e, E_BUSY, "bad_json",
					 "Shopify (%s) sent neither data nor errors", s->host);
	const char *code = graphql_error_code(error);
	const char *text = graphql_error_text(error, a);
	if (strcmp(code, "THROTTLED") == 0) {
		err_set(e, E_BUSY, "throttled", "Shopify (%s) has no points left for this app",
			s->host);
		e->wait_ms = throttle_wait_ms(root);
		return E_BUSY;
	}
	if (strcmp(code, "MAX_COST_EXCEEDED") == 0)
		return err_set(e, E_RECORD, "max_cost", "Shopify finds the query too expensive: %s",
			       text);
	if (strstr(text, "nvalid cursor"))
		return err_set(e, E_RECORD, "bad_cursor", "Shopify no longer knows the page: %s",
			       text);
	if (strcmp(code, "ACCESS_DENIED") == 0 || strstr(text, "not approved to access"))
		return err_set(
			e, E_REFUSED, "access_denied",
			"Shopify (%s) denies access: %s; grant the scope, or request access "
			"to protected customer data, in the app's settings, then install its "
			"new version in the shop",
			s->host, text);
	/* Data beside errors is partial: never a complete page, whatever the error. */
	if (one_of(code, busy))
		return err_set(e, E_BUSY, "shopify_error", "Shopify (%s) failed: %s", s->host,
			       text);
	return err_set(e, E_REFUSED, "graphql_error",
		       "Shopify (%s, API %s) refuses the query: %s (%s)", s->host, s->version, text,
		       code);
}

const char *shopify_refusal(struct answer *in, const cJSON *payload)
{
	const cJSON *errors = answer_nodes(in, payload, "userErrors", ENTRIES_MAX);
	return json_first(errors) ? answer_text(in, json_first(errors), "message") : NULL;
}

bool shopify_is_unsure(const struct err *e)
{
	return e->kind == E_UNSURE ||
	       (e->kind == E_BUSY &&
		(strcmp(e->code, "shopify_error") == 0 || strcmp(e->code, "bad_json") == 0 ||
		 strcmp(e->code, "bad_answer") == 0));
}
