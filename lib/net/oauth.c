#include "net/oauth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/secrets.h"
#include "base/str.h"
#include "net/redact.h"

#include "base/banned.h"

/* Longer than a renewal takes with all its tries but the unluckiest. */
enum { LOCK_TIMEOUT_MS = 60 * 1000, MAX_ANSWER = 64 * 1024, REASON_MAX = 400 };

struct grant {
	const struct oauth_client *client;
	struct arena *arena;
	struct oauth_token token;
};

/* The request: RFC 6749, 4.4.2 */

/* application/x-www-form-urlencoded, with the unreserved set of RFC 3986. */
static void add_field(struct str *form, const char *name, const char *value)
{
	str_addf(form, "%s%s=", form->len ? "&" : "", name);
	for (; *value; value++) {
		unsigned char c = (unsigned char)*value;

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		    strchr("-._~", c))
			str_addc(form, (char)c);
		else
			str_addf(form, "%%%02X", c);
	}
}

/* The answer: RFC 6749, 5.1 and 5.2 */

/*
 * The earlier of what the server's clock and ours say: with a clock that is wrong,
 * renewing too early costs one request, too late a refused one for each record.
 */
static int64_t expiry(const struct http_answer *answer, int64_t expires_in)
{
	int64_t now = clock_now();

	if (expires_in <= 0)
		return 0;
	if (answer->date && answer->date < now)
		now = answer->date;
	return now + expires_in;
}

static int64_t expires_in(const cJSON *doc)
{
	const char *text = json_str(doc, "expires_in"); /* some servers send a string */
	int64_t seconds = text ? strtoll(text, NULL, 10) : json_int(doc, "expires_in", 0);

	return seconds > 0 && seconds < INT32_MAX ? seconds : 0;
}

static enum errk take_token(struct grant *g, const struct http_answer *answer, const cJSON *doc,
			    struct err *e)
{
	const char *token = doc ? json_str(doc, "access_token") : NULL;
	const char *type = doc ? json_str(doc, "token_type") : NULL;
	const char *scope = doc ? json_str(doc, "scope") : NULL;

	secrets_add(token);
	if (!token || !*token)
		return err_set(e, E_BUSY, "bad_token_answer",
			       "%s: the token endpoint answered %ld without an access token",
			       g->client->who, answer->status);
	if (type && !str_equal_nocase(type, "bearer"))
		return err_set(e, E_REFUSED, "bad_credentials",
			       "%s: the token endpoint gave a token of an unknown kind: "
			       "%.40s",
			       g->client->who, type);
	g->token.access_token = arena_strdup(g->arena, token);
	g->token.scope = arena_strdup(g->arena, scope ? scope : "");
	g->token.expires_at = expiry(answer, expires_in(doc));
	return E_OK;
}

/*
 * Shopify answers a page of HTML with "Oauth error shop_not_permitted: …" in it where
 * the RFC wants JSON.
 */
static void reason_from_page(const struct http_answer *answer, char out[REASON_MAX])
{
	static const char mark[] = "oauth error ";
	const char *at = strcasestr(answer->body, mark);
	size_t n = 0;

	if (at)
		n = strspn(at + strlen(mark), "abcdefghijklmnopqrstuvwxyz_");
	if (n > 0)
		snprintf(out, REASON_MAX, "%.*s", (int)(n < 60 ? n : 60), at + strlen(mark));
	else
		snprintf(out, REASON_MAX, "status %ld", answer->status);
}

static enum errk refused(const struct grant *g, const struct http_answer *answer, struct err *e)
{
	CLEANUP(json) cJSON *doc = NULL;
	bool is_json = json_parse(answer->body, answer->len, &doc, NULL) == E_OK;
	const char *error = is_json ? json_str(doc, "error") : NULL;
	const char *text = is_json ? json_str(doc, "error_description") : NULL;
	char reason[REASON_MAX], why[REASON_MAX];

	reason_from_page(answer, reason);
	if (error)
		str_ellipsis(reason, sizeof(reason), redact_text(error, g->arena), 80);
	str_ellipsis(why, sizeof(why), error && text ? redact_text(text, g->arena) : "", 200);
	return err_set(e, E_REFUSED, "bad_credentials",
		       "%s refuses to give an access token (%s%s%s); check client_id and "
		       "client_secret (or client_secret_file, _env, _command) in the "
		       "configuration, and that the app is installed there",
		       g->client->who, reason, *why ? ": " : "", why);
}

static bool is_success(const struct http_answer *answer)
{
	return answer->status >= 200 && answer->status < 300;
}

/* An answer that should hold a token and doesn't may be whole the next time. */
static enum errk judge_token(struct http_call *call, struct err *e)
{
	CLEANUP(json) cJSON *doc = NULL;

	if (!is_success(&call->answer))
		return E_OK;
	if (json_parse(call->answer.body, call->answer.len, &doc, NULL))
		doc = NULL;
	return take_token(call->user, &call->answer, doc, e);
}

/*
 * 430 is Shopify's "security rejection": it says nothing about the credentials, and asking again at
 * once makes it worse (shopify.dev, "Shopify API response status and error codes").
 */
static enum errk no_token(const struct grant *g, const struct http_answer *answer, struct err *e)
{
	enum { SECURITY_REJECTION = 430 };

	if (answer->status != SECURITY_REJECTION)
		return refused(g, answer, e);
	return err_set(
		e, E_BUSY, "security_rejected",
		"%s: the token endpoint rejects requests from here (status %ld); wait before "
		"the next run",
		g->client->who, answer->status);
}

static enum errk ask(struct http *h, struct grant *g, struct err *e)
{
	static const struct http_header headers[] = {
		{"Content-Type", "application/x-www-form-urlencoded"},
		{"Accept", "application/json"},
	};
	CLEANUP(str) struct str form;
	struct http_call call = {.judge = judge_token, .user = g};
	enum errk rc;

	str_init(&form, 0);
	add_field(&form, "grant_type", "client_credentials");
	add_field(&form, "client_id", g->client->client_id);
	add_field(&form, "client_secret", g->client->client_secret);
	call.request = (struct http_request){
		/*
		 * A read: asking twice harms nothing (a token too many runs out unused),
		 * and a dry run needs one too.
		 */
		.intent = HTTP_READ,
		.method = "POST",
		.url = g->client->token_url,
		.headers = headers,
		.n_headers = sizeof(headers) / sizeof(*headers),
		.body = form.buf,
		.body_len = form.len,
		.max_answer = MAX_ANSWER,
		.label = "access token",
		.trust = g->client->trust,
	};
	rc = http_send(h, &call, g->arena, e);
	if (rc == E_OK && !is_success(&call.answer))
		rc = no_token(g, &call.answer, e);
	return rc;
}

/* The store */

static bool is_good(const struct oauth_token *t, const char *rejected, int64_t margin_ms)
{
	if (!t->access_token || !*t->access_token)
		return false;
	if (rejected && strcmp(t->access_token, rejected) == 0)
		return false;
	return t->expires_at == 0 || (t->expires_at - clock_now()) * 1000 > margin_ms;
}

static enum errk load(const struct token_store *store, const char *key, const char *rejected,
		      int64_t margin_ms, struct arena *a, struct oauth_token *out, bool *good,
		      struct err *e)
{
	struct oauth_token t = {0};
	bool found = false;
	enum errk rc = store->load(store->ctx, key, a, &t, &found, e);

	if (rc)
		return rc;
	secrets_add(t.access_token); /* no longer good: a server may still quote it */
	*good = found && is_good(&t, rejected, margin_ms);
	if (*good)
		*out = t;
	return E_OK;
}

static enum errk renew_locked(struct http *h, struct grant *g, const struct token_store *store,
			      const char *key, const char *rejected, int64_t margin_ms,
			      struct err *e)
{
	bool good;
	/* Whoever held the lock before us may have renewed it. */
	enum errk rc = load(store, key, rejected, margin_ms, g->arena, &g->token, &good, e);

	if (rc || good)
		return rc;
	rc = ask(h, g, e);
	if (rc)
		return rc;
	return store->save(store->ctx, key, &g->token, e);
}

enum errk oauth_client_credentials(struct http *h, const struct oauth_client *c,
				   const struct token_store *store, const char *rejected,
				   int64_t margin_ms, struct arena *a, struct oauth_token *out,
				   struct err *e)
{
	struct grant g = {.client = c, .arena = a};
	const char *key = arena_printf(a, "oauth %s %s", c->token_url, c->client_id);
	bool good;
	enum errk rc;

	secrets_add(c->client_secret);
	secrets_add(rejected);
	rc = load(store, key, rejected, margin_ms, a, out, &good, e);
	if (rc || good)
		return rc;
	rc = store->lock(store->ctx, key, LOCK_TIMEOUT_MS, e);
	if (rc)
		return rc;
	rc = renew_locked(h, &g, store, key, rejected, margin_ms, e);
	store->unlock(store->ctx, key);
	if (rc)
		return rc;
	*out = g.token;
	return E_OK;
}
