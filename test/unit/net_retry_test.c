#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/stop.h"
#include "base/str.h"
#include "net/retry.h"
#include "net_server.h"

static enum errk send_one(struct net *n, struct http_call *c)
{
	struct err e = {0};
	enum errk rc = http_send(n->http, c, n->arena, &e);

	assert_int_equal(rc, c->err.kind);
	return rc;
}

static void say_ok(struct net *n)
{
	server_say(n->server, "200 OK", NULL, "fine");
}

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("'%s' has no '%s'", text, part);
}

/* The formula */

static void test_retry__doubles_within_its_bounds(void **state)
{
	(void)state;
	for (int round = 0; round < 200; round++) {
		assert_in_range(retry_wait_ms(1, 500, 60000, -1), 250, 500);
		assert_in_range(retry_wait_ms(2, 500, 60000, -1), 500, 1000);
		assert_in_range(retry_wait_ms(5, 500, 60000, -1), 4000, 8000);
		assert_in_range(retry_wait_ms(500, 500, 60000, -1), 30000, 60000);
		assert_in_range(retry_wait_ms(3, 9000, 1000, -1), 500, 1000);
		assert_in_range(retry_wait_ms(60, 1, INT64_MAX, -1), 1, INT64_MAX);
		assert_in_range(retry_wait_ms(1, 1, 60000, -1), 1, 1);
	}
}

static void test_retry__takes_the_other_sides_word(void **state)
{
	(void)state;
	assert_int_equal(retry_wait_ms(3, 500, 1000, 0), 0);
	assert_int_equal(retry_wait_ms(1, 500, 1000, 7000), 7000);
	assert_int_equal(retry_wait_ms(1, 0, 1000, -1), 0);
	assert_int_equal(retry_wait_ms(1, 500, 0, -1), 0);
}

static void test_retry__spreads(void **state)
{
	int64_t first = retry_wait_ms(1, 100000, 100000, -1);
	bool differ = false;

	(void)state;
	for (int i = 0; i < 100; i++)
		differ = differ || retry_wait_ms(1, 100000, 100000, -1) != first;
	assert_true(differ);
}

/* What status says what */

static void test_retry__statuses(void **state)
{
	static const struct {
		const char *status, *code;
		enum errk read, write;
		int read_tries, write_tries;
	} cases[] = {
		{"200 OK", "", E_OK, E_OK, 1, 1},
		{"201 Created", "", E_OK, E_OK, 1, 1},
		{"400 Bad", "", E_OK, E_OK, 1, 1},
		{"401 Who", "", E_OK, E_OK, 1, 1},
		{"404 None", "", E_OK, E_OK, 1, 1},
		{"408 Slow", "", E_OK, E_OK, 1, 1},
		{"423 Locked", "", E_OK, E_OK, 1, 1},
		{"430 Security", "", E_OK, E_OK, 1, 1},
		{"429 Many", "http_429", E_BUSY, E_BUSY, 3, 3},
		{"500 Oops", "http_500", E_BUSY, E_UNSURE, 3, 1},
		{"502 Gateway", "http_502", E_BUSY, E_UNSURE, 3, 1},
		{"503 Later", "http_503", E_BUSY, E_UNSURE, 3, 1},
		{"504 Gateway", "http_504", E_BUSY, E_UNSURE, 3, 1},
	};
	struct net *n = *state;

	net_open(n, (struct http_options){.retries = 2});
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *path = arena_printf(n->arena, "/s%zu", i);
		struct http_call r = net_call(n, HTTP_READ, "GET", path, NULL);
		struct http_call w = net_call(n, HTTP_WRITE, "POST", path, "x");

		server_add(n->server,
			   (struct server_step){.match = arena_printf(n->arena, "%s ", path),
						.reply = server_reply(n->server, cases[i].status,
								      "X-Request-Id: r-1\r\n",
								      "why"),
						.times = -1});
		assert_int_equal(send_one(n, &r), cases[i].read);
		assert_int_equal(r.tries, cases[i].read_tries);
		assert_int_equal(send_one(n, &w), cases[i].write);
		assert_int_equal(w.tries, cases[i].write_tries);
		assert_string_equal(r.err.code, cases[i].code);
		assert_string_equal(w.err.code, cases[i].code);
		assert_string_equal(w.answer.body, "why");
		if (cases[i].write != E_OK)
			assert_has(w.err.msg, "(request id r-1)");
	}
}

static void test_retry__recovers(void **state)
{
	struct net *n = *state;
	struct http_call r = net_call(n, HTTP_READ, "GET", "/", NULL);
	struct http_call w = net_call(n, HTTP_WRITE, "POST", "/", "x");

	net_open(n, (struct http_options){.retries = -1});
	server_say(n->server, "500 Oops", NULL, "");
	server_say(n->server, "429 Many", "Retry-After: 0\r\n", "");
	server_say(n->server, "503 Later", NULL, "");
	say_ok(n);
	assert_int_equal(send_one(n, &r), E_OK);
	assert_int_equal(r.tries, 4);
	assert_string_equal(r.answer.body, "fine");
	assert_string_equal(r.err.msg, "");
	server_say(n->server, "429 Many", NULL, "");
	say_ok(n);
	assert_int_equal(send_one(n, &w), E_OK);
	assert_int_equal(w.tries, 2);
}

/* How long to wait */

static void test_retry__waits_as_told_in_seconds(void **state)
{
	struct net *n = *state;
	struct http_call c = net_call(n, HTTP_WRITE, "POST", "/", "x");
	int64_t since = clock_mono_ms();

	net_open(n, (struct http_options){.retries = 1});
	server_say(n->server, "429 Many", "Retry-After: 1\r\n", "");
	say_ok(n);
	assert_int_equal(send_one(n, &c), E_OK);
	assert_in_range(clock_mono_ms() - since, 990, 3000);
	assert_in_range(http_stats(n->http).waited_ms, 900, 3000);
}

static void test_retry__waits_as_told_by_date(void **state)
{
	struct net *n = *state;
	struct http_call c = net_call(n, HTTP_READ, "GET", "/", NULL);
	int64_t since = clock_mono_ms();

	net_open(n, (struct http_options){.retries = 2});
	/* The server's clock counts, not ours; what lies behind it is now. */
	server_say(n->server, "503 Later",
		   "Date: Mon, 23 Nov 2026 09:45:00 GMT\r\n"
		   "Retry-After: Mon, 23 Nov 2026 09:45:01 GMT\r\n",
		   "");
	server_say(n->server, "503 Later",
		   "Date: Mon, 23 Nov 2026 09:45:00 GMT\r\n"
		   "Retry-After: Mon, 23 Nov 2026 09:40:00 GMT\r\n",
		   "");
	say_ok(n);
	assert_int_equal(send_one(n, &c), E_OK);
	assert_in_range(clock_mono_ms() - since, 990, 3000);
}

static void test_retry__does_not_wait_longer_than_allowed(void **state)
{
	static const struct {
		const char *header;
		int64_t wait_ms;
	} cases[] = {
		{"Retry-After: 3\r\n", 3000},
		{"Retry-After: 99999999999999999999\r\n", RETRY_ASKED_MAX_MS},
		{"Date: Mon, 23 Nov 2026 09:45:00 GMT\r\n"
		 "Retry-After: Mon, 23 Nov 2026 10:45:00 GMT\r\n",
		 3600000},
	};
	struct net *n = *state;

	net_open(n, (struct http_options){.retries = 5, .max_wait_ms = 2000});
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct http_call c = net_call(n, HTTP_WRITE, "POST", "/", "x");

		server_say(n->server, "429 Many", cases[i].header, "");
		assert_int_equal(send_one(n, &c), E_BUSY);
		assert_int_equal(c.tries, 1);
		assert_int_equal(c.err.wait_ms, cases[i].wait_ms);
		assert_has(c.err.msg, "it asks to wait");
	}
}

static void test_retry__odd_retry_after_is_as_none(void **state)
{
	static const char *const headers[] = {"Retry-After: soon\r\n", "Retry-After:\r\n",
					      "Retry-After: -5\r\n", "Retry-After: 1.5\r\n"};
	struct net *n = *state;

	net_open(n, (struct http_options){0});
	for (size_t i = 0; i < 4; i++) {
		struct http_call c = net_call(n, HTTP_READ, "GET", "/", NULL);

		server_say(n->server, "200 OK", headers[i], "");
		assert_int_equal(send_one(n, &c), E_OK);
		assert_int_equal(c.answer.retry_after_ms, -1);
	}
}

static void test_retry__a_wait_does_not_hold_up_others(void **state)
{
	struct net *n = *state;
	struct http_call calls[6];
	struct err e = {0};
	int64_t since = clock_mono_ms();

	net_open(n, (struct http_options){.retries = -1});
	server_say(n->server, "429 Many", "Retry-After: 1\r\n", "");
	server_add(n->server,
		   (struct server_step){.reply = server_reply(n->server, "200 OK", NULL, "x"),
					.times = -1});
	for (int i = 0; i < 6; i++)
		calls[i] = net_call(n, HTTP_WRITE, "POST", arena_printf(n->arena, "/%d", i), "x");
	assert_int_equal(http_batch(n->http, calls, 6, 1, n->arena, &e), E_OK);
	assert_in_range(clock_mono_ms() - since, 990, 3000);
	assert_int_equal(calls[0].tries, 2);
	assert_true(str_starts(server_request(n->server, 1)->head, "POST /1 "));
	assert_true(str_starts(server_request(n->server, 6)->head, "POST /0 "));
}

/* Judges */

struct opinion {
	int busy_times, seen;
	int64_t wait_ms;
	enum errk then;
};

static enum errk judge(struct http_call *call, struct err *e)
{
	struct opinion *o = call->user;

	o->seen++;
	if (o->busy_times-- > 0) {
		err_set(e, E_BUSY, "throttled", "throttled");
		e->wait_ms = o->wait_ms;
		return E_BUSY;
	}
	if (o->then)
		return err_set(e, o->then, "judged", "no good: %s", call->answer.body);
	err_set(e, E_RECORD, "noise", "what a judge leaves behind and does not mean");
	return E_OK;
}

static struct http_call judged(struct net *n, struct opinion *o)
{
	struct http_call c = net_call(n, HTTP_WRITE, "POST", "/", "x");

	c.judge = judge;
	c.user = o;
	return c;
}

static void test_retry__judge_has_the_last_word(void **state)
{
	struct net *n = *state;
	struct opinion ok = {0}, throttled = {.busy_times = 2, .wait_ms = 1};
	struct opinion bad = {.then = E_RECORD}, always = {.busy_times = 99};
	struct opinion later = {.busy_times = 1, .wait_ms = 999999}, unasked = {0};
	struct http_call c = judged(n, &ok);

	net_open(n, (struct http_options){.retries = 3});
	server_add(n->server,
		   (struct server_step){.reply = server_reply(n->server, "200 OK",
							      "X-Request-Id: r-9\r\n", "text"),
					.times = 99});
	assert_int_equal(send_one(n, &c), E_OK);
	assert_string_equal(c.err.msg, "");
	c = judged(n, &throttled);
	assert_int_equal(send_one(n, &c), E_OK);
	assert_int_equal(c.tries, 3);
	c = judged(n, &bad);
	assert_int_equal(send_one(n, &c), E_RECORD);
	assert_int_equal(c.tries, 1);
	assert_string_equal(c.err.msg, "no good: text (request id r-9)");
	c = judged(n, &always);
	assert_int_equal(send_one(n, &c), E_BUSY);
	assert_int_equal(always.seen, 4);
	assert_string_equal(c.err.code, "throttled");
	c = judged(n, &later);
	assert_int_equal(send_one(n, &c), E_BUSY);
	assert_int_equal(c.err.wait_ms, 999999);
	assert_int_equal(c.tries, 1);
	net_open(n, (struct http_options){.retries = 0});
	server_stop(n->server);
	n->server = server_start(); /* answers 599 */
	c = judged(n, &unasked);
	assert_int_equal(send_one(n, &c), E_UNSURE);
	assert_int_equal(unasked.seen, 0);
}

static void test_retry__judge_of_5xx(void **state)
{
	struct net *n = *state;
	struct opinion none = {0}, refuses = {.then = E_RECORD}, rolled_back = {.busy_times = 1};
	struct http_call c = judged(n, &none);

	net_open(n, (struct http_options){.retries = 2});
	c.judges_5xx = true; /* the server answers 599 */
	assert_int_equal(send_one(n, &c), E_UNSURE);
	assert_int_equal(none.seen, 1);
	c = judged(n, &refuses);
	c.judges_5xx = true;
	assert_int_equal(send_one(n, &c), E_RECORD);
	assert_int_equal(c.tries, 1);
	c = judged(n, &rolled_back);
	c.judges_5xx = true;
	assert_int_equal(send_one(n, &c), E_UNSURE);
	assert_int_equal(c.tries, 2);
}

static void test_retry__a_request_may_have_its_own_timeout(void **state)
{
	struct net *n = *state;
	struct http_call c = net_call(n, HTTP_READ, "GET", "/", NULL);
	int64_t since = clock_mono_ms();

	net_open(n, (struct http_options){.retries = 0, .total_timeout_ms = 60000});
	server_add(n->server, (struct server_step){.end = SERVER_STALL});
	c.request.timeout_ms = 100;
	assert_int_equal(send_one(n, &c), E_BUSY);
	assert_string_equal(c.err.code, "timeout");
	assert_true(clock_mono_ms() - since < 5000);
}

/* Stopping */

static void test_retry__deadline_cuts_waits_and_what_has_not_begun(void **state)
{
	struct net *n = *state;
	struct http_call calls[4];
	struct err e = {0};
	int64_t since = clock_mono_ms();

	net_open(n, (struct http_options){.retries = 9});
	server_say(n->server, "429 Many", "Retry-After: 30\r\n", "");
	server_add(n->server,
		   (struct server_step){.reply = server_reply(n->server, "200 OK", NULL, "x"),
					.delay_ms = 200,
					.times = -1});
	for (int i = 0; i < 4; i++)
		calls[i] = net_call(n, HTTP_WRITE, "POST", arena_printf(n->arena, "/%d", i), "x");
	stop_set_deadline_ms(100);
	assert_int_equal(http_batch(n->http, calls, 4, 1, n->arena, &e), E_BUSY);
	assert_string_equal(e.code, "stopped");
	assert_has(e.msg, "answered 429");
	assert_int_equal(calls[1].err.kind, E_OK); /* under way: never cut */
	assert_int_equal(calls[2].tries, 0);
	assert_string_equal(calls[2].err.code, "stopped");
	assert_string_equal(calls[3].err.code, "stopped");
	assert_in_range(clock_mono_ms() - since, 150, 2000);
	/* What has not begun does not begin any more, unless something would be left half done. */
	assert_int_equal(send_one(n, &calls[0]), E_BUSY);
	assert_int_equal(calls[0].tries, 0);
	http_finish(n->http, true);
	assert_int_equal(send_one(n, &calls[0]), E_OK);
	http_finish(n->http, false);
	assert_int_equal(http_pause(n->http, 10, &e), E_BUSY);
	stop_set_deadline_ms(0);
	assert_int_equal(http_pause(n->http, 10, &e), E_OK);
}

static void *send_signal(void *ctx)
{
	(void)ctx;
	usleep(100000);
	kill(getpid(), SIGTERM);
	return NULL;
}

/* The last one: a signal can't be taken back. */
static void test_retry__signal_ends_a_wait(void **state)
{
	struct net *n = *state;
	struct http_call c = net_call(n, HTTP_READ, "GET", "/", NULL);
	int64_t since = clock_mono_ms();
	pthread_t thread;

	stop_install();
	net_open(n, (struct http_options){.retries = 9});
	server_say(n->server, "503 Later", "Retry-After: 20\r\n", "");
	pthread_create(&thread, NULL, send_signal, NULL);
	assert_int_equal(send_one(n, &c), E_BUSY);
	pthread_join(thread, NULL);
	assert_string_equal(c.err.code, "stopped");
	assert_has(c.err.msg, "TERM");
	assert_in_range(clock_mono_ms() - since, 80, 5000);
	/* What hangs is cut soon, if it only reads. */
	server_add(n->server, (struct server_step){.end = SERVER_STALL, .times = 1});
	since = clock_mono_ms();
	http_finish(n->http, true);
	assert_int_equal(send_one(n, &c), E_BUSY);
	assert_string_equal(c.err.code, "stopped");
	assert_has(c.err.msg, "the run is to end");
	assert_in_range(clock_mono_ms() - since, 1000, 20000);
}

static void test_retry__a_limit_of_others_is_waited_for_in_bounds(void **state)
{
	struct net *n = *state;
	struct err e = {0};

	net_open(n, (struct http_options){.max_wait_ms = 1000});
	assert_int_equal(http_await(n->http, 1, "Shop", &e), E_OK);
	assert_int_equal(http_await(n->http, INT64_MAX, "Shop", &e), E_BUSY);
	assert_string_equal(e.code, "rate_limit");
	assert_int_equal(e.wait_ms, RETRY_ASKED_MAX_MS);
	assert_has(e.msg, "Shop says");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(test_retry__##name, net_setup, net_teardown)
		T(doubles_within_its_bounds),
		T(takes_the_other_sides_word),
		T(spreads),
		T(statuses),
		T(recovers),
		T(waits_as_told_in_seconds),
		T(waits_as_told_by_date),
		T(does_not_wait_longer_than_allowed),
		T(odd_retry_after_is_as_none),
		T(a_wait_does_not_hold_up_others),
		T(judge_has_the_last_word),
		T(judge_of_5xx),
		T(a_request_may_have_its_own_timeout),
		T(deadline_cuts_waits_and_what_has_not_begun),
		T(a_limit_of_others_is_waited_for_in_bounds),
		T(signal_ends_a_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
