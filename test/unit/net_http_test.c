#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/str.h"
#include "net_server.h"

static enum errk send_one(struct net *n, struct http_call *c)
{
	struct err e = {0};
	enum errk rc = http_send(n->http, c, n->arena, &e);

	assert_int_equal(rc, c->err.kind);
	if (rc)
		assert_string_equal(e.msg, c->err.msg);
	return rc;
}

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("'%s' has no '%s'", text, part);
}

static void assert_has_not(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("'%s' has '%s'", text, part);
}

/* The exchange */

static void test_http__sends_what_is_asked_and_gives_what_came(void **state)
{
	struct net *n = *state;
	const struct http_header headers[] = {{"X-Thing", "a b"}, {"X-Empty", ""}};
	struct http_call c = net_call(n, HTTP_READ, "GET", "/orders?page=2", NULL);
	const char *head;

	net_open(n, (struct http_options){0});
	server_say(n->server, "200 OK",
		   "Date: Mon, 23 Nov 2020 09:45:00 GMT\r\nX-MiXed: One\r\nx-mixed: two\r\n",
		   "{\"a\":1}");
	c.request.headers = headers;
	c.request.n_headers = 2;
	assert_int_equal(send_one(n, &c), E_OK);
	assert_int_equal(c.answer.status, 200);
	assert_string_equal(c.answer.body, "{\"a\":1}");
	assert_int_equal(c.answer.len, 7);
	assert_int_equal(c.answer.date, 1606124700);
	assert_int_equal(c.answer.retry_after_ms, -1);
	assert_string_equal(http_answer_header(&c.answer, "x-mixed"), "One");
	assert_null(http_answer_header(&c.answer, "x-none"));
	assert_int_equal(c.tries, 1);
	head = server_request(n->server, 0)->head;
	assert_has(head, "GET /orders?page=2 HTTP/1.1\r\n");
	assert_has(head, "\r\nX-Thing: a b\r\n");
	assert_has(head, "\r\nX-Empty:\r\n");
	assert_has(head, "\r\nUser-Agent: erpsync-test/1\r\n");
	assert_has(head, "\r\nAccept-Encoding: ");
}

static void test_http__knows_the_methods(void **state)
{
	static const struct {
		const char *method, *body;
	} cases[] = {{"GET", NULL}, {"GET", "q"},    {"POST", "a=1"},  {"POST", NULL},
		     {"PUT", "{}"}, {"PATCH", "{}"}, {"DELETE", NULL}, {"DELETE", "{}"},
		     {"PUT", NULL}, {"HEAD", NULL}};
	struct net *n = *state;

	net_open(n, (struct http_options){0});
	server_add(n->server,
		   (struct server_step){.match = "HEAD",
					.reply = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"});
	server_add(n->server,
		   (struct server_step){.reply = server_reply(n->server, "201 Created", NULL, ""),
					.times = -1});
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct http_call c = net_call(n, HTTP_WRITE, cases[i].method, "/x", cases[i].body);
		const struct server_request *r;
		char line[40];

		assert_int_equal(send_one(n, &c), E_OK);
		r = server_request(n->server, i);
		snprintf(line, sizeof(line), "%s /x HTTP/1.1\r\n", cases[i].method);
		assert_true(str_starts(r->head, line));
		assert_string_equal(r->body, cases[i].body ? cases[i].body : "");
		assert_null(strcasestr(r->head, "\r\nContent-Type"));
		assert_null(strcasestr(r->head, "\r\nExpect"));
	}
	assert_int_equal(server_connections(n->server), 1);
}

static void test_http__sends_a_large_body_at_once(void **state)
{
	struct net *n = *state;
	size_t len = 3 * 1024 * 1024;
	char *body = malloc(len + 1);
	struct http_call c;
	struct http_stats s;

	memset(body, 'x', len);
	body[len] = '\0';
	c = net_call(n, HTTP_WRITE, "POST", "/x", body);
	net_open(n, (struct http_options){0});
	server_say(n->server, "200 OK", NULL, "done");
	assert_int_equal(send_one(n, &c), E_OK);
	assert_int_equal(server_request(n->server, 0)->body_len, len);
	s = http_stats(n->http);
	assert_int_equal(s.requests, 1);
	assert_int_equal(s.writes, 1);
	assert_true(s.bytes_out >= (int64_t)len && s.bytes_out < (int64_t)len + 1000);
	assert_true(s.bytes_in > 4 && s.bytes_in < 1000);
	free(body);
}

static void test_http__keeps_connections_over_batches(void **state)
{
	struct net *n = *state;

	net_open(n, (struct http_options){0});
	server_add(n->server,
		   (struct server_step){.reply = server_reply(n->server, "200 OK", NULL, "x"),
					.times = -1});
	for (int i = 0; i < 20; i++) {
		struct http_call c = net_call(n, i % 2 ? HTTP_WRITE : HTTP_READ, "POST", "/x", "b");

		assert_int_equal(send_one(n, &c), E_OK);
	}
	assert_int_equal(server_connections(n->server), 1);
}

static void test_http__undoes_gzip(void **state)
{
	/* {"orders":[1,2,3,4,5,6,7,8,9,10,11,12]} */
	static const unsigned char packed[] = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02,
					       0x03, 0xab, 0x56, 0xca, 0x2f, 0x4a, 0x49, 0x2d, 0x2a,
					       0x56, 0xb2, 0x8a, 0x36, 0xd4, 0x31, 0xd2, 0x31, 0xd6,
					       0x31, 0xd1, 0x31, 0xd5, 0x31, 0xd3, 0x31, 0xd7, 0xb1,
					       0xd0, 0xb1, 0xd4, 0x31, 0x34, 0xd0, 0x31, 0x34, 0xd4,
					       0x31, 0x34, 0x8a, 0xad, 0x05, 0x00, 0x1e, 0xc1, 0x9f,
					       0x91, 0x27, 0x00, 0x00, 0x00};
	struct net *n = *state;
	struct http_call c = net_call(n, HTTP_READ, "GET", "/", NULL);
	char reply[512];
	int head = snprintf(reply, sizeof(reply),
			    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
			    "Content-Length: %zu\r\n\r\n",
			    sizeof(packed));

	memcpy(reply + head, packed, sizeof(packed));
	net_open(n, (struct http_options){0});
	server_add(n->server,
		   (struct server_step){.reply = reply, .len = (size_t)head + sizeof(packed)});
	assert_int_equal(send_one(n, &c), E_OK);
	assert_string_equal(c.answer.body, "{\"orders\":[1,2,3,4,5,6,7,8,9,10,11,12]}");
}

static void test_http__broken_gzip_is_busy(void **state)
{
	struct net *n = *state;
	struct http_call c = net_call(n, HTTP_READ, "GET", "/", NULL);

	net_open(n, (struct http_options){.retries = 0});
	server_say(n->server, "200 OK", "Content-Encoding: gzip\r\n", "this is no gzip at all");
	assert_int_equal(send_one(n, &c), E_BUSY);
	assert_string_equal(c.err.code, "bad_answer");
}

/* Batches */

static void test_http__fills_a_batch_in_its_own_order(void **state)
{
	struct net *n = *state;
	struct http_call calls[8];
	struct err e = {0};

	net_open(n, (struct http_options){0});
	for (int i = 0; i < 8; i++) {
		const char *path = arena_printf(n->arena, "/c%d", i);
		const char *body = arena_printf(n->arena, "body%d", i);

		calls[i] = net_call(n, HTTP_READ, "GET", path, NULL);
		server_add(n->server,
			   (struct server_step){.match = arena_printf(n->arena, "/c%d ", i),
						.delay_ms = (7 - i) * 10,
						.reply = server_reply(n->server, "200 OK", NULL,
								      body)});
	}
	assert_int_equal(http_batch(n->http, calls, 8, 4, n->arena, &e), E_OK);
	for (int i = 0; i < 8; i++)
		assert_string_equal(calls[i].answer.body, arena_printf(n->arena, "body%d", i));
	assert_true(server_connections(n->server) <= 4);
	assert_true(server_connections(n->server) > 1);
}

static void test_http__batch_goes_on_after_a_failure_and_names_the_first(void **state)
{
	struct net *n = *state;
	struct http_call calls[4];
	struct err e = {0};

	net_open(n, (struct http_options){.retries = 0});
	for (int i = 0; i < 4; i++)
		calls[i] = net_call(n, i == 2 ? HTTP_WRITE : HTTP_READ, "POST",
				    i == 0 || i == 3 ? "/good"
				    : i == 1         ? "/slow"
						     : "/bad",
				    "x");
	server_add(n->server,
		   (struct server_step){.match = "/slow",
					.delay_ms = 60,
					.reply = server_reply(n->server, "500 No", NULL, "")});
	server_add(n->server,
		   (struct server_step){.match = "/bad",
					.reply = server_reply(n->server, "502 No", NULL, "")});
	server_add(n->server,
		   (struct server_step){.reply = server_reply(n->server, "200 OK", NULL, "x"),
					.times = -1});
	assert_int_equal(http_batch(n->http, calls, 4, 4, n->arena, &e), E_BUSY);
	assert_string_equal(e.code, "http_500");
	assert_int_equal(calls[0].err.kind, E_OK);
	assert_int_equal(calls[1].err.kind, E_BUSY);
	assert_int_equal(calls[2].err.kind, E_UNSURE);
	assert_int_equal(calls[3].err.kind, E_OK);
	assert_int_equal(http_batch(n->http, calls, 0, 4, n->arena, &e), E_OK);
}

/* Limits */

/* Status lines and headers without end: no whole answer, and memory stays what it was. */
static void test_http__stops_reading_endless_headers(void **state)
{
	enum { MUCH = 5 * 1024 * 1024 };
	static const char *const ways[] = {"HTTP/1.1 200 ", "HTTP/1.1 200 OK\r\nX-A: ", NULL};
	struct net *n = *state;
	char *much = arena_alloc(n->arena, MUCH + 64);

	net_open(n, (struct http_options){0});
	for (int i = 0; i < 4; i++) {
		bool write = i % 2;
		struct http_call c = net_call(n, write ? HTTP_WRITE : HTTP_READ, "POST", "/", "x");

		memset(much, 'a', MUCH);
		memcpy(much, ways[i / 2], strlen(ways[i / 2]));
		server_add(n->server, (struct server_step){.reply = much, .end = SERVER_CLOSE});
		assert_int_equal(send_one(n, &c), write ? E_UNSURE : E_BUSY);
		assert_string_equal(c.err.code, "answer_too_big");
		assert_int_equal(c.tries, 1);
	}
	/* Many lines, each of a usual length; or short, so that there is room for thousands. */
	for (int length = 1000; length > 0; length -= 990) {
		char *at = much + 17;

		strncpy(much, "HTTP/1.1 200 OK\r\n", 32);
		for (int i = 0; i < (length > 10 ? 5000 : 20000); i++, at += length)
			snprintf(at, (size_t)length + 1, "X-A: %0*d\r\n", length - 7, 0);
		snprintf(at, 32, "Content-Length: 0\r\n\r\n");
		server_add(n->server, (struct server_step){.reply = much, .end = SERVER_CLOSE});
		struct http_call c = net_call(n, HTTP_READ, "GET", "/", NULL);
		assert_int_equal(send_one(n, &c), E_BUSY);
		assert_string_equal(c.err.code, "answer_too_big");
	}
}

/* A Date that is ahead is not believed, one that is behind does no harm; both are told. */
static void test_http__clocks_of_servers_are_held_against_ours(void **state)
{
	struct net *n = *state;
	struct http_call c = net_call(n, HTTP_READ, "GET", "/", NULL);

	net_open(n, (struct http_options){0});
	server_say(n->server, "200 OK", NULL, "");
	assert_int_equal(send_one(n, &c), E_OK);
	assert_int_equal(http_clock(n->http).off_s, 0);
	server_say(n->server, "200 OK", "Date: Mon, 23 Nov 2099 09:45:00 GMT\r\n", "");
	assert_int_equal(send_one(n, &c), E_OK);
	assert_in_range(c.answer.date, clock_now() - 60, clock_now());
	assert_true(http_clock(n->http).off_s > CLOCK_TOLERANCE_S);
	assert_has(http_clock(n->http).host, "127.0.0.1:");
	server_say(n->server, "200 OK", "Date: Thu, 01 Jan 1970 00:00:10 GMT\r\n", "");
	assert_int_equal(send_one(n, &c), E_OK);
	assert_int_equal(c.answer.date, 10);
}

static void test_http__stops_reading_above_the_limit(void **state)
{
	struct net *n = *state;
	struct http_call read = net_call(n, HTTP_READ, "GET", "/", NULL);
	struct http_call write = net_call(n, HTTP_WRITE, "POST", "/", "x");

	net_open(n, (struct http_options){0});
	server_add(n->server, (struct server_step){.reply = server_reply(n->server, "200 OK", NULL,
									 "0123456789"),
						   .times = -1});
	read.request.max_answer = 10;
	assert_int_equal(send_one(n, &read), E_OK);
	read.request.max_answer = 9;
	assert_int_equal(send_one(n, &read), E_BUSY);
	assert_string_equal(read.err.code, "answer_too_big");
	assert_int_equal(read.tries, 1);
	write.request.max_answer = 9;
	assert_int_equal(send_one(n, &write), E_UNSURE);
	assert_string_equal(write.err.code, "answer_too_big");
}

static void test_http__drip_ends_at_the_total_timeout(void **state)
{
	struct net *n = *state;
	struct http_call c = net_call(n, HTTP_READ, "GET", "/", NULL);
	int64_t since = clock_mono_ms();

	net_open(n, (struct http_options){.retries = 0, .total_timeout_ms = 150});
	server_add(n->server, (struct server_step){.reply = server_reply(n->server, "200 OK", NULL,
									 "0123456789"),
						   .drip_ms = 20});
	assert_int_equal(send_one(n, &c), E_BUSY);
	assert_string_equal(c.err.code, "timeout");
	assert_in_range(clock_mono_ms() - since, 100, 2000);
}

/* What may be asked for */

static void test_http__refuses_urls(void **state)
{
	static const struct {
		const char *url, *says;
	} cases[] = {
		{"http://shop.example/x", "plain http"},
		{"http://128.0.0.1/", "plain http"},
		{"http://localhost.evil.example/", "plain http"},
		{"http://127.0.0.1.evil.example/", "plain http"},
		{"http://[::2]/", "plain http"},
		{"ftp://127.0.0.1/", "ftp is not supported"},
		{"file:///etc/passwd", "not"},
		{"https://joe:hunter2@shop.example/", "user name"},
		{"http://joe@127.0.0.1/", "user name"},
		{"shop.example/x", "not a valid URL"},
		{"https://", "not a valid URL"},
		{"", "not a valid URL"},
	};
	struct net *n = *state;

	net_open(n, (struct http_options){0});
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct http_call c = net_call(n, HTTP_READ, "GET", "/", NULL);

		c.request.url = cases[i].url;
		assert_int_equal(send_one(n, &c), E_LOCAL);
		assert_string_equal(c.err.code, "bad_url");
		assert_has(c.err.msg, cases[i].says);
		assert_has_not(c.err.msg, "hunter2");
		assert_int_equal(c.tries, 0);
	}
}

static void test_http__takes_plain_http_on_this_machine(void **state)
{
	struct net *n = *state;
	const char *const hosts[] = {"127.0.0.1", "localhost", "127.1", "LOCALHOST"};

	/* A proxy that is named in the environment is not for loopback. */
	setenv("http_proxy", "http://127.0.0.1:9", 1);
	net_open(n, (struct http_options){0});
	server_add(n->server,
		   (struct server_step){.reply = server_reply(n->server, "200 OK", NULL, "x"),
					.times = -1});
	for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++) {
		struct http_call c = net_call(n, HTTP_READ, "GET", "/", NULL);

		c.request.url = arena_printf(n->arena, "http://%s:%d/", hosts[i],
					     server_port(n->server));
		assert_int_equal(send_one(n, &c), E_OK);
	}
	unsetenv("http_proxy");
}

static void test_http__refuses_headers_with_line_breaks(void **state)
{
	struct net *n = *state;
	const struct http_header bad[] = {{"X-Token", "abc\n"},
					  {"X-Token", "abc\r\nX-Other: 1"},
					  {"X Token", "abc"},
					  {"", "abc"}};

	net_open(n, (struct http_options){0});
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct http_call c = net_call(n, HTTP_READ, "GET", "/", NULL);

		c.request.headers = &bad[i];
		c.request.n_headers = 1;
		assert_int_equal(send_one(n, &c), E_LOCAL);
		assert_string_equal(c.err.code, "bad_header");
		assert_has_not(c.err.msg, "abc");
	}
	assert_int_equal(server_requests(n->server), 0);
}

static void test_http__dry_run_sends_reads_only(void **state)
{
	struct net *n = *state;
	struct http_call calls[2] = {net_call(n, HTTP_WRITE, "POST", "/w", "x"),
				     net_call(n, HTTP_READ, "POST", "/r", "x")};
	struct err e = {0};

	net_open(n, (struct http_options){.dry_run = true});
	server_say(n->server, "200 OK", NULL, "x");
	assert_int_equal(http_batch(n->http, calls, 2, 2, n->arena, &e), E_LOCAL);
	assert_string_equal(e.code, "dry_run");
	assert_int_equal(calls[1].err.kind, E_OK);
	assert_int_equal(server_requests(n->server), 1);
	assert_has(server_request(n->server, 0)->head, "POST /r ");
}

static void test_http__never_follows_a_redirect(void **state)
{
	struct net *n = *state;
	struct http_call c = net_call(n, HTTP_READ, "GET", "/", NULL);
	struct http_call w = net_call(n, HTTP_WRITE, "POST", "/", "x");

	net_open(n, (struct http_options){0});
	server_say(n->server, "302 Found",
		   "Location: https://u:p@other.example/secret?token=abc\r\n", "");
	server_say(n->server, "301 Moved", "Location: /login?token=abc\r\n", "");
	server_say(n->server, "307 Temporary", "Location: https://other.example/\r\n", "");
	server_say(n->server, "303 See Other", "Location: /done\r\n", "");
	server_say(n->server, "304 Not Modified", NULL, "");
	assert_int_equal(send_one(n, &c), E_REFUSED);
	assert_string_equal(c.err.code, "redirect");
	assert_has(c.err.msg, " other.example,");
	assert_has_not(c.err.msg, "abc");
	assert_has_not(c.err.msg, "secret");
	assert_int_equal(send_one(n, &c), E_REFUSED);
	assert_has(c.err.msg, "the same host");
	assert_int_equal(send_one(n, &w), E_REFUSED);
	assert_int_equal(send_one(n, &w), E_UNSURE);
	assert_int_equal(send_one(n, &c), E_OK);
	assert_int_equal(c.answer.status, 304);
	assert_int_equal(server_requests(n->server), 5);
}

/* TLS */

static void test_http__verifies_certificates(void **state)
{
	struct net *n = *state;
	const char *ca_file;
	struct server *tls = server_start_tls(&ca_file);
	struct http_call c = net_call(n, HTTP_WRITE, "POST", "/", "x");
	struct http_trust trust = {.setting = "[erp] ca_file"};

	c.request.url = server_url(tls, "/x");
	server_say(tls, "200 OK", NULL, "safe");
	net_open(n, (struct http_options){0});
	assert_int_equal(send_one(n, &c), E_REFUSED);
	assert_string_equal(c.err.code, "tls");
	assert_int_equal(c.tries, 1);
	assert_has(c.err.msg, "certificate");
	c.request.trust = &trust;
	assert_int_equal(send_one(n, &c), E_REFUSED);
	assert_has(c.err.msg, "[erp] ca_file = PATH");
	trust.ca_file = ca_file;
	assert_int_equal(send_one(n, &c), E_OK);
	assert_string_equal(c.answer.body, "safe");
	assert_int_equal(server_requests(tls), 1);
	http_close(n->http);
	n->http = NULL;
	server_stop(tls);
}

static void test_http__tells_a_missing_file(void **state)
{
	const struct http_trust trust = {"/nonexistent/ca.pem", "[erp] ca_file"};
	struct http *h = NULL;
	struct err e = {0};
	struct http_options o = {.trace_path = "/nonexistent/trace"};

	(void)state;
	assert_int_equal(http_trust_check(&trust, &e), E_LOCAL);
	assert_has(e.msg, "[erp] ca_file = /nonexistent/ca.pem");
	assert_int_equal(http_open(&o, &h, &e), E_LOCAL);
	assert_null(h);
	assert_string_equal(e.code, "trace");
	http_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(test_http__##name, net_setup, net_teardown)
		T(sends_what_is_asked_and_gives_what_came),
		T(knows_the_methods),
		T(sends_a_large_body_at_once),
		T(keeps_connections_over_batches),
		T(undoes_gzip),
		T(broken_gzip_is_busy),
		T(fills_a_batch_in_its_own_order),
		T(batch_goes_on_after_a_failure_and_names_the_first),
		T(stops_reading_above_the_limit),
		T(stops_reading_endless_headers),
		T(clocks_of_servers_are_held_against_ours),
		T(drip_ends_at_the_total_timeout),
		T(refuses_urls),
		T(takes_plain_http_on_this_machine),
		T(refuses_headers_with_line_breaks),
		T(dry_run_sends_reads_only),
		T(never_follows_a_redirect),
		T(verifies_certificates),
		T(tells_a_missing_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
