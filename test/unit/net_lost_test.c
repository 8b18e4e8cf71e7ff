#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

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

/* Nothing was sent */

static void test_lost__no_connection_is_tried_again_for_both(void **state)
{
	struct net *n = *state;

	net_open(n, (struct http_options){.retries = 2});
	for (int intent = HTTP_READ; intent <= HTTP_WRITE; intent++) {
		struct http_call c = net_call(n, (enum http_intent)intent, "POST", "/", "x");

		c.request.url = "http://127.0.0.1:1/secret?token=abc";
		assert_int_equal(send_one(n, &c), E_BUSY);
		assert_string_equal(c.err.code, "no_connection");
		assert_int_equal(c.tries, 3);
		assert_has(c.err.msg, "orders page (127.0.0.1:1): ");
		assert_has(c.err.msg, "given up after 3 tries");
		assert_null(strstr(c.err.msg, "secret"));
	}
	assert_int_equal(http_stats(n->http).requests, 0);
}

static void test_lost__unknown_host_is_named(void **state)
{
	struct net *n = *state;
	struct http_call c = net_call(n, HTTP_WRITE, "POST", "/", "x");

	net_open(n, (struct http_options){.retries = 0, .connect_timeout_ms = 3000});
	c.request.url = "https://no-such-host.invalid/";
	assert_int_equal(send_one(n, &c), E_BUSY);
	assert_has(c.err.msg, "no-such-host.invalid");
	/*
	 * Where the name server itself is out of reach, it takes until the timeout to
	 * know.
	 */
	if (strcmp(c.err.code, "timeout") != 0)
		assert_string_equal(c.err.code, "no_host");
}

static void test_lost__broken_handshake_is_tried_again(void **state)
{
	struct net *n = *state;
	struct http_call c = net_call(n, HTTP_WRITE, "POST", "/", "x");

	net_open(n, (struct http_options){.retries = 1});
	server_hang_up(n->server, 2);
	c.request.url = arena_printf(n->arena, "https://127.0.0.1:%d/", server_port(n->server));
	assert_int_equal(send_one(n, &c), E_BUSY);
	assert_string_equal(c.err.code, "tls_handshake");
	assert_int_equal(c.tries, 2);
}

static void test_lost__proxy_that_refuses(void **state)
{
	struct net *n = *state;
	struct http_call c = net_call(n, HTTP_WRITE, "POST", "/", "x");

	setenv("https_proxy", arena_printf(n->arena, "http://127.0.0.1:%d", server_port(n->server)),
	       1);
	net_open(n, (struct http_options){.retries = 0});
	c.request.url = "https://shop.example/";
	server_say(n->server, "407 Who are you", NULL, "");
	server_say(n->server, "403 No", NULL, "");
	server_say(n->server, "503 Later", NULL, "");
	assert_int_equal(send_one(n, &c), E_REFUSED);
	assert_string_equal(c.err.code, "proxy");
	assert_has(c.err.msg, "https_proxy");
	assert_int_equal(send_one(n, &c), E_REFUSED);
	assert_int_equal(send_one(n, &c), E_BUSY);
	assert_string_equal(c.err.code, "proxy");
	unsetenv("https_proxy");
}

/* The answer is lost */

static void test_lost__lost_answer_of_a_read_is_asked_for_again(void **state)
{
	static const enum server_end ends[] = {SERVER_CLOSE, SERVER_RESET};
	struct net *n = *state;

	net_open(n, (struct http_options){.retries = -1});
	for (size_t i = 0; i < 2; i++) {
		struct http_call c = net_call(n, HTTP_READ, "POST", "/", "x");

		server_add(n->server, (struct server_step){.end = ends[i]});
		say_ok(n);
		assert_int_equal(send_one(n, &c), E_OK);
		assert_string_equal(c.answer.body, "fine");
	}
	assert_int_equal(server_requests(n->server), 4);
}

static void test_lost__lost_answer_of_a_write_is_unsure(void **state)
{
	static const enum server_end ends[] = {SERVER_CLOSE, SERVER_RESET};
	struct net *n = *state;

	net_open(n, (struct http_options){0});
	for (size_t i = 0; i < 2; i++) {
		struct http_call c = net_call(n, HTTP_WRITE, "POST", "/", "x");

		server_add(n->server, (struct server_step){.end = ends[i]});
		assert_int_equal(send_one(n, &c), E_UNSURE);
		assert_string_equal(c.err.code, "connection_lost");
		assert_has(c.err.msg, "the request was sent, but");
		assert_int_equal(c.tries, 1);
	}
	assert_int_equal(server_requests(n->server), 2);
}

static void test_lost__hang_up_before_reading(void **state)
{
	struct net *n = *state;
	struct http_call r = net_call(n, HTTP_READ, "GET", "/", NULL);
	struct http_call w = net_call(n, HTTP_WRITE, "POST", "/", "x");

	net_open(n, (struct http_options){.retries = -1});
	server_hang_up(n->server, 2);
	say_ok(n);
	assert_int_equal(send_one(n, &r), E_OK);
	assert_int_equal(r.tries, 3);
	net_open(n, (struct http_options){0});
	server_hang_up(n->server, 1);
	/* The bytes left this machine: nothing tells how far they came. */
	assert_int_equal(send_one(n, &w), E_UNSURE);
	assert_int_equal(server_requests(n->server), 1);
}

/*
 * A kept-alive connection that breaks after the request was read and before the answer:
 * libcurl itself would send the same again on a new connection. See on_request() in
 * http_transfer.c.
 */
static void write_on_dying_connection(struct net *n, const char *method, const char *body,
				      enum server_end end)
{
	struct http_call first = net_call(n, HTTP_WRITE, "POST", "/first", "x");
	struct http_call second = net_call(n, HTTP_WRITE, method, "/second", body);
	size_t before = server_requests(n->server);

	net_open(n, (struct http_options){0});
	say_ok(n);
	server_add(n->server, (struct server_step){.match = "/second", .end = end});
	assert_int_equal(send_one(n, &first), E_OK);
	assert_int_equal(send_one(n, &second), E_UNSURE);
	assert_string_equal(second.err.code, "connection_lost");
	assert_int_equal(second.tries, 1);
	assert_int_equal(server_requests(n->server), before + 2);
	assert_int_equal(server_request(n->server, before)->connection,
			 server_request(n->server, before + 1)->connection);
	assert_int_equal(http_stats(n->http).requests, 2);
}

static void test_lost__write_on_a_dying_connection_arrives_once(void **state)
{
	static const enum server_end ends[] = {SERVER_CLOSE, SERVER_RESET};
	struct net *n = *state;
	char *large = malloc(500001);

	memset(large, 'y', 500000);
	large[500000] = '\0';
	for (size_t i = 0; i < 2; i++) {
		write_on_dying_connection(n, "POST", "{\"order\":1001}", ends[i]);
		write_on_dying_connection(n, "POST", large, ends[i]);
		write_on_dying_connection(n, "PUT", "{}", ends[i]);
		write_on_dying_connection(n, "DELETE", NULL, ends[i]);
		write_on_dying_connection(n, "POST", NULL, ends[i]);
	}
	free(large);
}

/*
 * The same as a read shows that the trap is there, and that our guard is what closes it.
 */
static void test_lost__libcurl_would_send_twice(void **state)
{
	struct net *n = *state;
	struct http_call first = net_call(n, HTTP_READ, "POST", "/first", "x");
	struct http_call second = net_call(n, HTTP_READ, "POST", "/second", "y");

	net_open(n, (struct http_options){.retries = 0});
	say_ok(n);
	server_add(n->server, (struct server_step){.match = "/second", .end = SERVER_CLOSE});
	say_ok(n);
	assert_int_equal(send_one(n, &first), E_OK);
	assert_int_equal(send_one(n, &second), E_OK);
	assert_int_equal(second.tries, 1);
	assert_int_equal(server_requests(n->server), 3);
	assert_int_equal(http_stats(n->http).requests, 3);
}

static void test_lost__write_after_an_idle_close_gets_a_new_connection(void **state)
{
	struct net *n = *state;
	struct http_call c = net_call(n, HTTP_WRITE, "POST", "/", "x");

	net_open(n, (struct http_options){0});
	server_add(n->server,
		   (struct server_step){.reply = server_reply(n->server, "200 OK", NULL, "a"),
					.end = SERVER_CLOSE});
	say_ok(n);
	assert_int_equal(send_one(n, &c), E_OK);
	usleep(50000);
	assert_int_equal(send_one(n, &c), E_OK);
	assert_int_equal(server_connections(n->server), 2);
}

static void test_lost__cut_body(void **state)
{
	static const char cut[] = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n"
				  "X-Request-Id: abc-123\r\n\r\n{\"half\":";
	static const char chunks[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
				     "5\r\nhello\r\n";
	static const char *const replies[] = {cut, chunks};
	struct net *n = *state;

	net_open(n, (struct http_options){.retries = 1});
	for (size_t i = 0; i < 2; i++) {
		struct server_step step = {.reply = replies[i], .end = SERVER_CLOSE};
		struct http_call r = net_call(n, HTTP_READ, "GET", "/", NULL);
		struct http_call w = net_call(n, HTTP_WRITE, "POST", "/", "x");

		server_add(n->server, step);
		say_ok(n);
		assert_int_equal(send_one(n, &r), E_OK);
		assert_string_equal(r.answer.body, "fine");
		server_add(n->server, step);
		server_add(n->server, step);
		assert_int_equal(send_one(n, &r), E_BUSY);
		assert_string_equal(r.err.code, "connection_lost");
		assert_int_equal(r.answer.len, 0);
		if (i == 0)
			assert_has(r.err.msg, "(request id abc-123)");
		server_add(n->server, step);
		assert_int_equal(send_one(n, &w), E_UNSURE);
	}
}

static void test_lost__stalled_answer(void **state)
{
	struct net *n = *state;
	struct http_call r = net_call(n, HTTP_READ, "GET", "/", NULL);
	struct http_call w = net_call(n, HTTP_WRITE, "POST", "/", "x");

	net_open(n, (struct http_options){.retries = 1, .total_timeout_ms = 80});
	server_add(n->server, (struct server_step){.end = SERVER_STALL, .times = -1});
	assert_int_equal(send_one(n, &r), E_BUSY);
	assert_string_equal(r.err.code, "timeout");
	assert_int_equal(r.tries, 2);
	assert_int_equal(send_one(n, &w), E_UNSURE);
	assert_string_equal(w.err.code, "timeout");
	assert_int_equal(w.tries, 1);
	assert_int_equal(server_requests(n->server), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(test_lost__##name, net_setup, net_teardown)
		T(no_connection_is_tried_again_for_both),
		T(unknown_host_is_named),
		T(broken_handshake_is_tried_again),
		T(proxy_that_refuses),
		T(lost_answer_of_a_read_is_asked_for_again),
		T(lost_answer_of_a_write_is_unsure),
		T(hang_up_before_reading),
		T(write_on_a_dying_connection_arrives_once),
		T(libcurl_would_send_twice),
		T(write_after_an_idle_close_gets_a_new_connection),
		T(cut_body),
		T(stalled_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
