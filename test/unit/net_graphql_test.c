#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "net/graphql.h"

static struct http_answer answer_of(const char *type, const char *body)
{
	static struct http_header header = {"content-type", NULL};

	header.value = type;
	return (struct http_answer){.status = 200,
				    .body = body,
				    .len = strlen(body),
				    .headers = &header,
				    .n_headers = type ? 1 : 0};
}

static void test_graphql__body_holds_what_is_given(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(json) cJSON *variables = json_object();

	(void)state;
	json_add_str(variables, "id", "gid://shopify/Order/1");
	assert_string_equal(graphql_body("{ shop { name } }", NULL, NULL, a),
			    "{\"query\":\"{ shop { name } }\"}");
	assert_string_equal(graphql_body("query Q($id: ID!) {\n\t\"x\"}", "Q", variables, a),
			    "{\"query\":\"query Q($id: ID!) {\\n\\t\\\"x\\\"}\","
			    "\"operationName\":\"Q\","
			    "\"variables\":{\"id\":\"gid://shopify/Order/1\"}}");
	/* Borrowed: still ours, and as it was. */
	assert_string_equal(json_str(variables, "id"), "gid://shopify/Order/1");
}

static void test_graphql__what_is_no_object_is_busy(void **state)
{
	static const char *const bodies[] =
		{"",      "<html>oops</html>",   "[1]",           "null",
		 "\"x\"", "{\"data\":{\"a\":1}", "{\"data\":1}{", "\xff"};

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
		struct http_answer answer = answer_of("text/html", bodies[i]);
		cJSON *root = NULL;
		struct err e = {0};

		assert_int_equal(graphql_parse(&answer, &root, &e), E_BUSY);
		assert_null(root);
		assert_string_equal(e.code, "bad_json");
		assert_non_null(strstr(e.msg, "no JSON object (text/html, "));
	}
}

static void test_graphql__finds_the_first_error(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(json) cJSON *root = NULL;
	struct http_answer answer = answer_of("application/json",
					      "{\"errors\":[{\"message\":\"Thr\\nottled\","
					      "\"extensions\":{\"code\":\"THROTTLED\"}},{}]}");
	const cJSON *error;

	(void)state;
	assert_int_equal(graphql_parse(&answer, &root, NULL), E_OK);
	error = graphql_first_error(root);
	assert_non_null(error);
	assert_string_equal(graphql_error_code(error), "THROTTLED");
	assert_string_equal(graphql_error_text(error, a), "Thr ottled");
	assert_string_equal(graphql_error_code(error->next), "");
	assert_string_equal(graphql_error_text(error->next, a), "no message");
	assert_string_equal(graphql_error_code(NULL), "");
}

static void test_graphql__no_error_is_null(void **state)
{
	static const char *const bodies[] = {"{}", "{\"errors\":[]}", "{\"errors\":null}"};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct http_answer answer = answer_of(NULL, bodies[i]);
		CLEANUP(json) cJSON *root = NULL;

		assert_int_equal(graphql_parse(&answer, &root, NULL), E_OK);
		assert_null(graphql_first_error(root));
	}
}

static void test_graphql__errors_that_are_no_list_are_an_error(void **state)
{
	static const char *const bodies[] = {"{\"errors\":\"text\",\"data\":{}}",
					     "{\"errors\":{},\"data\":{}}", "{\"errors\":[null]}"};
	CLEANUP(arena) struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct http_answer answer = answer_of(NULL, bodies[i]);
		CLEANUP(json) cJSON *root = NULL;

		assert_int_equal(graphql_parse(&answer, &root, NULL), E_OK);
		assert_non_null(graphql_first_error(root));
		assert_string_equal(graphql_error_code(graphql_first_error(root)), "");
		assert_string_equal(graphql_error_text(graphql_first_error(root), a), "no message");
	}
}

static void test_graphql__long_messages_are_cut(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(json) cJSON *error = json_object();
	char text[3001];

	(void)state;
	for (size_t i = 0; i < 3000; i += 2)
		memcpy(text + i, "\xc3\xa4", 2);
	text[3000] = '\0';
	json_add_str(error, "message", text);
	assert_in_range(strlen(graphql_error_text(error, a)), 500, 620);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_graphql__body_holds_what_is_given),
		cmocka_unit_test(test_graphql__what_is_no_object_is_busy),
		cmocka_unit_test(test_graphql__finds_the_first_error),
		cmocka_unit_test(test_graphql__no_error_is_null),
		cmocka_unit_test(test_graphql__errors_that_are_no_list_are_an_error),
		cmocka_unit_test(test_graphql__long_messages_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
