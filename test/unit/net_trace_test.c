#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "net/trace.h"
#include "net_server.h"

static char trace_path[] = "/tmp/erpsync-trace-test-XXXXXX";

static int setup(void **state)
{
	memcpy(trace_path + sizeof(trace_path) - 7, "XXXXXX", 7);
	close(mkstemp(trace_path));
	chmod(trace_path, 0644);
	return net_setup(state);
}

static int teardown(void **state)
{
	unlink(trace_path);
	return net_teardown(state);
}

static const char *trace_text(struct net *n)
{
	char *text = NULL;

	http_close(n->http); /* all is flushed per block; closing must not add to it */
	n->http = NULL;
	assert_int_equal(file_read(trace_path, 1 << 20, n->arena, &text, NULL, NULL), E_OK);
	return text;
}

static void test_trace__masks_and_keeps_what_helps(void **state)
{
	static const char *const secrets[] = {"shpat_12345678", "hunter2",        "ann@b.co",
					      "Lane 1",         "s3cr3t",         "cookie-value",
					      "4711",           "tok-in-location"};
	static const char *const parts[] = {"#1 ",
					    "orders page, write, try 1\n",
					    "> POST http://127.0.0.1:",
					    "/graphql.json?page=2&token=***\n",
					    "> X-Shopify-Access-Token: ***\n",
					    "> Content-Type: application/json\n",
					    "\"address1\":\"***\"",
					    "\"sku\":\"S-1\"",
					    "#1 answer after ",
					    "< 200, ",
					    "< set-cookie: ***\n",
					    "< x-request-id: r-77\n",
					    "\"email\":\"***\"",
					    "\"name\":\"#1001\"",
					    "< location: /x?token=***\n"};
	const struct http_header headers[] = {{"X-Shopify-Access-Token", "shpat_12345678"},
					      {"Content-Type", "application/json"}};
	struct net *n = *state;
	struct http_call c = net_call(n, HTTP_WRITE, "POST", "/graphql.json?page=2&token=s3cr3t",
				      "{\"password\":\"hunter2\",\"address1\":\"Lane 1\","
				      "\"sku\":\"S-1\",\"lat\":4711}");
	const char *text;
	struct stat st;

	net_open(n, (struct http_options){.trace_path = trace_path});
	server_say(n->server, "200 OK",
		   "Set-Cookie: cookie-value\r\nX-Request-Id: r-77\r\n"
		   "Location: /x?token=tok-in-location\r\n",
		   "{\"order\":{\"name\":\"#1001\",\"email\":\"ann@b.co\"}}");
	c.request.headers = headers;
	c.request.n_headers = 2;
	assert_int_equal(http_send(n->http, &c, n->arena, NULL), E_OK);
	assert_int_equal(stat(trace_path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	text = trace_text(n);
	for (size_t i = 0; i < sizeof(secrets) / sizeof(*secrets); i++)
		if (strstr(text, secrets[i]))
			fail_msg("the trace has '%s':\n%s", secrets[i], text);
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (!strstr(text, parts[i]))
			fail_msg("the trace has no '%s':\n%s", parts[i], text);
}

static void test_trace__shows_each_try_and_each_failure(void **state)
{
	struct net *n = *state;
	struct http_call c = net_call(n, HTTP_READ, "GET", "/", NULL);
	const char *text;

	net_open(n, (struct http_options){.trace_path = trace_path, .retries = 2});
	server_say(n->server, "503 Later", NULL, "");
	server_add(n->server, (struct server_step){.end = SERVER_CLOSE});
	server_add(n->server, (struct server_step){.end = SERVER_CLOSE});
	server_say(n->server, "200 OK", "Content-Type: image/png\r\n", "\001\002\003");
	assert_int_equal(http_send(n->http, &c, n->arena, NULL), E_OK);
	text = trace_text(n);
	assert_non_null(strstr(text, "read, try 2\n"));
	assert_non_null(strstr(text, "#2 no answer after "));
	assert_non_null(strstr(text, "[image/png, 3 bytes]\n"));
	/* The second run adds to the file. */
	net_open(n, (struct http_options){.trace_path = trace_path});
	server_say(n->server, "200 OK", NULL, "");
	assert_int_equal(http_send(n->http, &c, n->arena, NULL), E_OK);
	assert_true(strlen(trace_text(n)) > strlen(text));
}

static void test_trace__full_disk_fails_no_run(void **state)
{
	struct net *n = *state;
	struct http_call c = net_call(n, HTTP_READ, "GET", "/", NULL);
	struct trace *t = NULL;
	struct err e = {0};

	if (trace_open("/dev/full", &t, &e)) {
		skip();
		return;
	}
	assert_int_equal(trace_request(t, &c.request, 1), 1);
	assert_int_equal(trace_request(t, &c.request, 2), 2);
	trace_close(t);
	assert_int_equal(trace_request(NULL, &c.request, 1), 0);
	trace_answer(NULL, 0, &c.answer, false, 0);
	trace_failure(NULL, 0, "x", 0);
	trace_close(NULL);
}

static void test_trace__hidden_bodies_by_size(void **state)
{
	struct net *n = *state;
	struct http_call c = net_call(n, HTTP_WRITE, "POST", "/", "[[\"Anne Weber\"]]");
	const char *text;

	c.request.hide_bodies = true;
	net_open(n, (struct http_options){.trace_path = trace_path});
	server_say(n->server, "200 OK", "Content-Type: application/json\r\n",
		   "{\"x\": \"Anne Weber\"}");
	assert_int_equal(http_send(n->http, &c, n->arena, NULL), E_OK);
	text = trace_text(n);
	assert_null(strstr(text, "Anne"));
	assert_non_null(strstr(text, "(16 bytes)\n"));
}

static void test_trace__huge_bodies_by_size(void **state)
{
	struct net *n = *state;
	size_t len = 8 * 1024 * 1024;
	char *body = malloc(len + 1);
	struct http_call c;

	memset(body, '7', len);
	body[len] = '\0';
	c = net_call(n, HTTP_WRITE, "POST", "/", body);
	net_open(n, (struct http_options){.trace_path = trace_path});
	server_say(n->server, "200 OK", "Content-Type: text/plain\r\n", body);
	assert_int_equal(http_send(n->http, &c, n->arena, NULL), E_OK);
	assert_non_null(strstr(trace_text(n), "[text/plain, 8388608 bytes]\n"));
	free(body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(test_trace__##name, setup, teardown)
		T(masks_and_keeps_what_helps), T(shows_each_try_and_each_failure),
		T(hidden_bodies_by_size),      T(full_disk_fails_no_run),
		T(huge_bodies_by_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
