#include "base_test.h"

#include "base/cleanup.h"
#include "base/json.h"

static cJSON *parsed(const char *text)
{
	cJSON *doc = NULL;
	struct err e;

	assert_ok(json_parse(text, strlen(text), &doc, &e), &e);
	return doc;
}

static void test_json__parses_exactly_one_document(void **state)
{
	static const char *const good[] = {"{}",
					   " [1,2] \r\n\t",
					   "\"x\"",
					   "0",
					   "null",
					   "true ",
					   "{\"a\":\"\\u00e9\\\\u0000\"}"};
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		CLEANUP(json) cJSON *doc = parsed(good[i]);

		assert_non_null(doc);
	}
}

static void test_json__needs_no_nul_and_reads_no_further(void **state)
{
	cJSON *doc = NULL;
	struct err e;

	(void)state;
	/* Each cut copy is a malloc of its own, so that ASan sees a read past its end. */
	static const char text[] = "{\"a\":[1,2.5,\"x\",true,null],\"b\":{\"c\":\"d\"}}";
	for (size_t len = 0; len < strlen(text); len++) {
		char *cut = malloc(len ? len : 1);

		memcpy(cut, text, len);
		assert_int_equal(json_parse(cut, len, &doc, &e), E_RECORD);
		assert_null(doc);
		free(cut);
	}
	char *whole = malloc(strlen(text));

	memcpy(whole, text, strlen(text));
	assert_ok(json_parse(whole, strlen(text), &doc, &e), &e);
	cJSON_Delete(doc);
	free(whole);
}

static void test_json__errors_name_the_offset(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		const char *part;
	} bad[] = {
		{"", 0, "the text ends at byte 0"},
		{"{\"a\":1", 6, "byte"},
		{"{} x", 4, "more text after the document at byte 3"},
		{"[1,]", 4, "a syntax error at byte 3"},
		{"{\"a\":\"\xff\"}", 9, "invalid UTF-8 at byte 6"},
		{"{\"a\":1}\0", 8, "a NUL byte at byte 7"},
		{"{\"a\":\"\0\"}", 9, "a NUL byte at byte 6"},
		{"{\"a\":\"x\\u0000y\"}", 16, "at byte 7"},
	};
	cJSON *doc = NULL;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(json_parse(bad[i].text, bad[i].len, &doc, &e), E_RECORD);
		assert_string_equal(e.code, "bad_json");
		assert_contains(e.msg, bad[i].part);
		assert_null(doc);
	}
}

static void test_json__deep_nesting_is_an_error_not_a_crash(void **state)
{
	static char deep[200001];
	cJSON *doc = NULL;
	struct err e;

	(void)state;
	memset(deep, '[', 100000);
	memset(deep + 100000, ']', 100000);
	assert_int_equal(json_parse(deep, 200000, &doc, &e), E_RECORD);
}

/* head, n times unit, tail */
static struct err refused(const char *head, const char *unit, size_t n, const char *tail)
{
	size_t len = strlen(head) + n * strlen(unit) + strlen(tail), at = 0;
	char *text = malloc(len + 1);
	cJSON *doc = NULL;
	struct err e = {.kind = E_OK};

	assert_non_null(text);
	memcpy(text, head, strlen(head));
	at += strlen(head);
	for (size_t i = 0; i < n; i++, at += strlen(unit))
		memcpy(text + at, unit, strlen(unit));
	memcpy(text + at, tail, strlen(tail) + 1);
	if (json_parse(text, len, &doc, &e) == E_OK)
		e.kind = E_OK;
	cJSON_Delete(doc);
	free(text);
	return e;
}

static void test_json__size_is_bounded_before_memory_is_taken(void **state)
{
	struct err e;

	(void)state;
	e = refused("[1", ",1", JSON_MAX_VALUES, "]");
	assert_int_equal(e.kind, E_RECORD);
	assert_string_equal(e.code, "bad_json");
	assert_contains(e.msg, "more than 1048576 values");
	e = refused("", "[", JSON_MAX_DEPTH + 1, "");
	assert_contains(e.msg, "nested more than 128 deep");
	e = refused("{\"a\":[", "{},", JSON_MAX_VALUES, "{}]}");
	assert_contains(e.msg, "more than 1048576 values");
	e = refused("\"", "x", JSON_MAX_BYTES, "\"");
	assert_contains(e.msg, "more than 33554432 bytes");
}

static void test_json__brackets_and_commas_in_texts_are_no_values(void **state)
{
	struct err e;

	(void)state;
	e = refused("[\"\\\"", "[,{", JSON_MAX_VALUES, "\",1]");
	assert_int_equal(e.kind, E_OK);
	e = refused("[1", ",1", JSON_MAX_VALUES - 2, "]");
	assert_int_equal(e.kind, E_OK);
	e = refused("[1", ",[1]", 1000, "]");
	assert_int_equal(e.kind, E_OK);
}

static void test_json__lists_and_members_are_walked_for_what_they_are(void **state)
{
	CLEANUP(json) cJSON *doc = parsed("{\"list\":[1,null],\"obj\":{\"a\":1,\"b\":2}}");
	size_t n = 0;

	(void)state;
	JSON_EACH (item, json_at(doc, "list"))
		n++;
	assert_int_equal(n, 2);
	JSON_EACH (item, json_at(doc, "obj"))
		fail_msg("an object was walked as a list");
	JSON_EACH (item, json_at(doc, "nothing"))
		fail_msg("nothing was walked");
	JSON_EACH_MEMBER (item, json_at(doc, "obj"))
		n += strlen(item->string);
	assert_int_equal(n, 4);
	JSON_EACH_MEMBER (item, json_at(doc, "list"))
		fail_msg("a list was walked as an object");
}

static void test_json__paths_walk(void **state)
{
	CLEANUP(json)
	cJSON *doc = parsed("{\"a\":{\"b\":[{\"c\":\"x\"},{\"c\":\"y\",\"n\":null}]},\"ab\":1,"
			    "\"m\":[[1,2],[3]],\"t\":true,\"s\":\"\"}");

	(void)state;
	assert_string_equal(json_str(doc, "a.b[1].c"), "y");
	assert_string_equal(json_str(doc, "s"), "");
	assert_null(json_str(doc, "a.b[2].c"));
	assert_null(json_str(doc, "a.b.c"));
	assert_null(json_str(doc, "a.b[1].n"));
	assert_null(json_at(doc, "a.b[1].n"));
	assert_null(json_str(doc, "ab"));
	assert_null(json_at(doc, "A"));
	assert_null(json_at(NULL, "a"));
	assert_ptr_equal(json_at(doc, ""), doc);
	assert_int_equal(json_int(doc, "m[1][0]", -1), 3);
	assert_int_equal(json_int(json_at(doc, "m"), "[0][1]", -1), 2);
	assert_int_equal(json_count(doc, "m"), 2);
	assert_int_equal(json_count(doc, "a"), 0);
	assert_int_equal(json_count(doc, "nope"), 0);
	assert_true(json_bool(doc, "t", false));
	assert_true(json_bool(doc, "nope", true));
	assert_false(json_bool(doc, "ab", false));
}

static void test_json__integers_are_whole_and_exact(void **state)
{
	CLEANUP(json)
	cJSON *doc = parsed("{\"a\":9007199254740992,\"b\":9007199254740994,\"c\":1.5,"
			    "\"d\":-3,\"e\":\"7\",\"f\":1e999,\"g\":1e3}");

	(void)state;
	assert_int_equal(json_int(doc, "a", -1), INT64_C(9007199254740992));
	assert_int_equal(json_int(doc, "b", -1), -1);
	assert_int_equal(json_int(doc, "c", -1), -1);
	assert_int_equal(json_int(doc, "d", -1), -3);
	assert_int_equal(json_int(doc, "e", -1), -1);
	assert_int_equal(json_int(doc, "f", -1), -1);
	assert_int_equal(json_int(doc, "g", -1), 1000);
	assert_int_equal(json_int(doc, "z", -1), -1);
}

static void test_json__numbers_have_their_shortest_text(void **state)
{
	static const char *const same[] = {"0.2",
					   "19",
					   "-0.055",
					   "100",
					   "1234567890123456",
					   "0.0000001",
					   "123456.789",
					   "9007199254740993000000"};
	struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]) - 1; i++) {
		CLEANUP(json) cJSON *doc = parsed(same[i]);

		assert_string_equal(json_number_text(doc, "", a), same[i]);
	}
	CLEANUP(json)
	cJSON *doc = parsed("[1e3, 1.50, -0.0, \"7.10\", null, true, 1e999, 1e-9, 0.1, 5e-324]");

	assert_string_equal(json_number_text(doc, "[0]", a), "1000");
	assert_string_equal(json_number_text(doc, "[1]", a), "1.5");
	assert_string_equal(json_number_text(doc, "[2]", a), "0");
	assert_string_equal(json_number_text(doc, "[3]", a), "7.10");
	assert_null(json_number_text(doc, "[4]", a));
	assert_null(json_number_text(doc, "[5]", a));
	assert_null(json_number_text(doc, "[6]", a));
	assert_null(json_number_text(doc, "[99]", a));
	assert_string_equal(json_number_text(doc, "[7]", a), "0.000000001");
	assert_string_equal(json_number_text(doc, "[8]", a), "0.1");
	assert_true(strtod(json_number_text(doc, "[9]", a), NULL) > 0);
	arena_free(a);
}

static void test_json__number_text_reads_back_the_same(void **state)
{
	struct arena *a = arena_new();
	uint64_t seed = 5;

	(void)state;
	for (int i = 0; i < 5000; i++) {
		double v = (double)(int64_t)next_random(&seed) /
			   (double)(1 + next_random(&seed) % 1000000);
		CLEANUP(json) cJSON *item = cJSON_CreateNumber(v);
		const char *text = json_number_text(item, "", a);

		assert_true(strtod(text, NULL) == v);
		assert_null(strchr(text, 'e'));
	}
	arena_free(a);
}

static void test_json__builds(void **state)
{
	CLEANUP(json) cJSON *doc = json_object();
	struct arena *a = arena_new();
	cJSON *list;
	char *text;

	(void)state;
	json_add_str(doc, "s", "a\"b");
	json_add_str(doc, "none", NULL);
	json_add_int(doc, "n", -INT64_C(999999999999999));
	json_add_bool(doc, "t", true);
	json_add_str(json_add_object(doc, "o"), "k", "v");
	list = json_add_array(doc, "l");
	json_push(list, cJSON_CreateString("x"));
	json_push(list, NULL);
	json_add(doc, "z", NULL);
	json_add_str(doc, "s", "again");
	json_add_int(doc, "big", INT64_C(9007199254740993));
	assert_string_equal(json_text(doc, a),
			    "{\"s\":\"again\",\"none\":null,\"n\":-999999999999999,\"t\":true,"
			    "\"o\":{\"k\":\"v\"},\"l\":[\"x\",null],\"z\":null,"
			    "\"big\":9007199254740993}");
	text = json_text(list, NULL);
	assert_string_equal(text, "[\"x\",null]");
	free(text);
	arena_free(a);
}

static void test_json__arrays_are_pushed_to(void **state)
{
	CLEANUP(json) cJSON *list = json_array();
	char *text;

	(void)state;
	json_push_int(list, 7);
	json_push_int(list, -999999999999999);
	json_push_str(list, "x");
	json_push_str(list, NULL);
	text = json_text(list, NULL);
	assert_string_equal(text, "[7,-999999999999999,\"x\",null]");
	free(text);
}

static cJSON *volatile doomed; /* kept, or LeakSanitizer would change the exit status */

static void uses_bad_path(void)
{
	doomed = json_array();
	json_at(doomed, "[x]");
}

static void test_json__misuse_is_a_bug(void **state)
{
	(void)state;
	assert_int_equal(WEXITSTATUS(status_of(uses_bad_path)), 70);
}

static void test_json__odd_escapes_of_an_answer_cost_one_sign(void **state)
{
	static const struct {
		const char *text, *is; /* NULL = no JSON for other reasons */
	} answers[] = {
		{"{\"a\":\"x\\u0000y\"}", "x\xef\xbf\xbdy"},
		{"{\"a\":\"\\uD83D\"}", "\xef\xbf\xbd"},
		{"{\"a\":\"\\ude00z\\ud83dz\"}", "\xef\xbf\xbdz\xef\xbf\xbdz"},
		{"{\"a\":\"\\ud83d\\uDE00\\u0000\"}", "\xf0\x9f\x98\x80\xef\xbf\xbd"},
		{"{\"a\":\"\\\\u0000\\u0000\"}", "\\u0000\xef\xbf\xbd"},
		{"{\"a\":\"\\u00\"}", NULL},
		{"{\"a\":\"\\u0000\"", NULL},
		{"{\"a\":\"\\", NULL},
	};
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		CLEANUP(json) cJSON *doc = NULL;
		enum errk rc = json_parse_answer(answers[i].text, strlen(answers[i].text), &doc,
						 &e);

		assert_int_equal(rc, answers[i].is ? E_OK : E_RECORD);
		if (answers[i].is)
			assert_string_equal(json_str(doc, "a"), answers[i].is);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json__odd_escapes_of_an_answer_cost_one_sign),
		cmocka_unit_test(test_json__parses_exactly_one_document),
		cmocka_unit_test(test_json__needs_no_nul_and_reads_no_further),
		cmocka_unit_test(test_json__errors_name_the_offset),
		cmocka_unit_test(test_json__deep_nesting_is_an_error_not_a_crash),
		cmocka_unit_test(test_json__size_is_bounded_before_memory_is_taken),
		cmocka_unit_test(test_json__brackets_and_commas_in_texts_are_no_values),
		cmocka_unit_test(test_json__lists_and_members_are_walked_for_what_they_are),
		cmocka_unit_test(test_json__paths_walk),
		cmocka_unit_test(test_json__integers_are_whole_and_exact),
		cmocka_unit_test(test_json__numbers_have_their_shortest_text),
		cmocka_unit_test(test_json__number_text_reads_back_the_same),
		cmocka_unit_test(test_json__builds),
		cmocka_unit_test(test_json__arrays_are_pushed_to),
		cmocka_unit_test(test_json__misuse_is_a_bug),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
