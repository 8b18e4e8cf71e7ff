#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "net/oauth.h"
#include "net_server.h"

static const char secret[] = "s&cr=t +%\xc3\xa4";

/* A store in memory; what another process does happens when we come to the lock. */
struct memory {
	char token[64], scope[64];
	int64_t expires_at;
	const char *renewed_meanwhile;
	int loads, saves, locked, unlocked;
	enum errk load_says, save_says, lock_says;
};

static enum errk load(void *ctx, const char *key, struct arena *a, struct oauth_token *out,
		      bool *found, struct err *e)
{
	struct memory *m = ctx;

	m->loads++;
	assert_non_null(strstr(key, "the-client"));
	if (m->load_says)
		return err_set(e, m->load_says, "store", "no load");
	*found = m->token[0];
	out->access_token = arena_strdup(a, m->token);
	out->scope = arena_strdup(a, m->scope);
	out->expires_at = m->expires_at;
	return E_OK;
}

static enum errk save(void *ctx, const char *key, const struct oauth_token *t, struct err *e)
{
	struct memory *m = ctx;

	(void)key;
	assert_int_equal(m->locked - m->unlocked, 1);
	m->saves++;
	if (m->save_says)
		return err_set(e, m->save_says, "store", "no save");
	snprintf(m->token, sizeof(m->token), "%s", t->access_token);
	snprintf(m->scope, sizeof(m->scope), "%s", t->scope);
	m->expires_at = t->expires_at;
	return E_OK;
}

static enum errk drop(void *ctx, const char *key, struct err *e)
{
	(void)ctx, (void)key, (void)e;
	return E_OK;
}

static enum errk lock(void *ctx, const char *key, int64_t timeout_ms, struct err *e)
{
	struct memory *m = ctx;

	(void)key;
	assert_true(timeout_ms > 0);
	if (m->lock_says)
		return err_set(e, m->lock_says, "store", "no lock");
	m->locked++;
	if (m->renewed_meanwhile) {
		snprintf(m->token, sizeof(m->token), "%s", m->renewed_meanwhile);
		m->expires_at = clock_now() + 1000;
	}
	return E_OK;
}

static void unlock(void *ctx, const char *key)
{
	struct memory *m = ctx;

	(void)key;
	m->unlocked++;
}

static enum errk get_token(struct net *n, struct memory *m, const char *rejected,
			   struct oauth_token *out, struct err *e)
{
	const struct token_store store = {m, load, save, drop, lock, unlock};
	const struct oauth_client client = {.token_url = server_url(n->server, "/token"),
					    .client_id = "the-client",
					    .client_secret = secret,
					    .who = "Shopify"};
	enum errk rc = oauth_client_credentials(n->http, &client, &store, rejected, 60000, n->arena,
						out, e);

	assert_int_equal(m->locked, m->unlocked);
	if (rc) {
		assert_null(strstr(e->msg, secret));
		assert_null(out->access_token);
	}
	return rc;
}

static void test_oauth__asks_once_and_keeps_it(void **state)
{
	struct net *n = *state;
	struct memory m = {0};
	struct oauth_token t = {0};
	struct err e = {0};

	net_open(n, (struct http_options){.dry_run = true});
	server_say(n->server, "200 OK", NULL,
		   "{\"access_token\":\"new\",\"scope\":\"read_orders\",\"expires_in\":86399}");
	assert_int_equal(get_token(n, &m, NULL, &t, &e), E_OK);
	assert_string_equal(t.access_token, "new");
	assert_string_equal(t.scope, "read_orders");
	assert_in_range(t.expires_at, clock_now() + 86390, clock_now() + 86399);
	assert_string_equal(server_request(n->server, 0)->body,
			    "grant_type=client_credentials&client_id=the-client&"
			    "client_secret=s%26cr%3Dt%20%2B%25%C3%A4");
	assert_non_null(strstr(server_request(n->server, 0)->head,
			       "Content-Type: application/x-www-form-urlencoded\r\n"));
	assert_int_equal(get_token(n, &m, NULL, &t, &e), E_OK);
	assert_string_equal(t.access_token, "new");
	assert_int_equal(server_requests(n->server), 1);
	assert_int_equal(m.locked, 1);
}

static void test_oauth__renews_before_the_margin(void **state)
{
	struct net *n = *state;
	struct memory m = {.token = "old", .expires_at = clock_now() + 59};
	struct oauth_token t = {0};
	struct err e = {0};

	net_open(n, (struct http_options){0});
	server_say(n->server, "200 OK", NULL,
		   "{\"access_token\":\"new\",\"token_type\":\"Bearer\",\"expires_in\":\"3600\"}");
	assert_int_equal(get_token(n, &m, NULL, &t, &e), E_OK);
	assert_string_equal(t.access_token, "new");
	assert_string_equal(t.scope, "");
	assert_in_range(m.expires_at, clock_now() + 3590, clock_now() + 3600);
	m.expires_at = clock_now() + 70;
	assert_int_equal(get_token(n, &m, NULL, &t, &e), E_OK);
	m.expires_at = 0;
	assert_int_equal(get_token(n, &m, NULL, &t, &e), E_OK);
	assert_int_equal(server_requests(n->server), 1);
}

static void test_oauth__expiry_by_the_earlier_clock(void **state)
{
	struct net *n = *state;
	struct memory m = {0};
	struct oauth_token t = {0};
	struct err e = {0};

	net_open(n, (struct http_options){0});
	server_say(n->server, "200 OK", "Date: Sat, 01 Jan 2022 00:00:00 GMT\r\n",
		   "{\"access_token\":\"a\",\"expires_in\":100}");
	server_say(n->server, "200 OK", "Date: Fri, 01 Jan 2100 00:00:00 GMT\r\n",
		   "{\"access_token\":\"b\",\"expires_in\":100}");
	assert_int_equal(get_token(n, &m, NULL, &t, &e), E_OK);
	assert_int_equal(t.expires_at, 1640995200 + 100);
	assert_int_equal(get_token(n, &m, "a", &t, &e), E_OK);
	assert_in_range(t.expires_at, clock_now() + 90, clock_now() + 100);
}

static void test_oauth__never_returns_what_was_rejected(void **state)
{
	struct net *n = *state;
	struct memory m = {.token = "dead"},
		      shared = {.token = "dead", .renewed_meanwhile = "live"};
	struct memory replaced = {.token = "live"};
	struct oauth_token t = {0};
	struct err e = {0};

	net_open(n, (struct http_options){0});
	/*
	 * Another process has replaced it: before we look, or while we wait for the lock.
	 */
	assert_int_equal(get_token(n, &replaced, "dead", &t, &e), E_OK);
	assert_string_equal(t.access_token, "live");
	assert_int_equal(get_token(n, &shared, "dead", &t, &e), E_OK);
	assert_string_equal(t.access_token, "live");
	assert_int_equal(shared.saves, 0);
	assert_int_equal(server_requests(n->server), 0);
	server_say(n->server, "200 OK", NULL, "{\"access_token\":\"new\"}");
	assert_int_equal(get_token(n, &m, "dead", &t, &e), E_OK);
	assert_string_equal(t.access_token, "new");
	assert_int_equal(t.expires_at, 0);
	assert_string_equal(m.token, "new");
}

static void test_oauth__refusals_name_the_reason_and_no_secret(void **state)
{
	static const struct {
		const char *status, *body, *says;
	} cases[] = {
		{"400 Bad", "{\"error\":\"invalid_client\",\"error_description\":\"who?\"}",
		 "Shopify refuses to give an access token (invalid_client: who?); check client_id"},
		{"401 No", "{\"error\":\"invalid_client\"}", "(invalid_client)"},
		{"400 Bad", "{\"error\":\"x\",\"error_description\":\"bad s&cr=t +%\xc3\xa4\"}",
		 "(x: bad ***)"},
		{"400 Bad",
		 "<html><p>Oauth error shop_not_permitted: Client credentials cannot</p></html>",
		 "(shop_not_permitted)"},
		{"404 None", "<html>", "(status 404)"},
		{"200 OK", "{\"access_token\":\"a\",\"token_type\":\"mac\"}", "unknown kind: mac"},
	};
	struct net *n = *state;

	net_open(n, (struct http_options){.retries = 3});
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct memory m = {0};
		struct oauth_token t = {0};
		struct err e = {0};

		server_say(n->server, cases[i].status, NULL, cases[i].body);
		assert_int_equal(get_token(n, &m, NULL, &t, &e), E_REFUSED);
		assert_string_equal(e.code, "bad_credentials");
		if (!strstr(e.msg, cases[i].says))
			fail_msg("'%s' has no '%s'", e.msg, cases[i].says);
		assert_int_equal(m.saves, 0);
		assert_int_equal(server_requests(n->server), i + 1);
	}
}

static void test_oauth__odd_answers_are_busy(void **state)
{
	static const char *const bodies[] = {"<html>", "{}", "{\"access_token\":\"\"}",
					     "{\"access_token\":7}", ""};
	struct net *n = *state;

	net_open(n, (struct http_options){.retries = 0});
	for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
		struct memory m = {0};
		struct oauth_token t = {0};
		struct err e = {0};

		server_say(n->server, "200 OK", NULL, bodies[i]);
		assert_int_equal(get_token(n, &m, NULL, &t, &e), E_BUSY);
	}
}

static void test_oauth__transport_and_store_failures_pass_through(void **state)
{
	struct net *n = *state;
	struct memory load_fails = {.load_says = E_LOCAL}, lock_fails = {.lock_says = E_BUSY};
	struct memory save_fails = {.save_says = E_LOCAL}, m = {0};
	struct oauth_token t = {0};
	struct err e = {0};

	net_open(n, (struct http_options){.retries = 1});
	assert_int_equal(get_token(n, &load_fails, NULL, &t, &e), E_LOCAL);
	assert_int_equal(get_token(n, &lock_fails, NULL, &t, &e), E_BUSY);
	assert_int_equal(server_requests(n->server), 0);
	server_say(n->server, "503 Later", NULL, "");
	server_say(n->server, "200 OK", NULL, "{\"access_token\":\"new\"}");
	assert_int_equal(get_token(n, &save_fails, NULL, &t, &e), E_LOCAL);
	server_say(n->server, "503 Later", NULL, "");
	server_say(n->server, "503 Later", NULL, "");
	assert_int_equal(get_token(n, &m, NULL, &t, &e), E_BUSY);
	assert_string_equal(e.code, "http_503");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(test_oauth__##name, net_setup, net_teardown)
		T(asks_once_and_keeps_it),
		T(renews_before_the_margin),
		T(expiry_by_the_earlier_clock),
		T(never_returns_what_was_rejected),
		T(refusals_name_the_reason_and_no_secret),
		T(odd_answers_are_busy),
		T(transport_and_store_failures_pass_through),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
