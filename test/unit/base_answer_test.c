#include "base_test.h"

#include <stdio.h>

#include "base/answer.h"
#include "base/arena.h"
#include "base/cleanup.h"
#include "base/list.h"

static cJSON *parsed(const char *text)
{
	cJSON *doc = NULL;
	struct err e;

	assert_ok(json_parse(text, strlen(text), &doc, &e), &e);
	return doc;
}

static const char doc_text[] =
	"{\"text\":\"x\",\"empty\":\"\",\"n\":7,\"half\":1.5,\"huge\":1e15,\"minus\":-1,\"no\":false,"
	"\"yes\":true,\"obj\":{\"k\":\"v\"},\"list\":[1,2],\"null\":null}";

static void test_answer__what_is_there_is_read(void **state)
{
	CLEANUP(json) cJSON *doc = parsed(doc_text);
	struct answer in = answer_of(E_BUSY, "things");

	(void)state;
	assert_string_equal(answer_text(&in, doc, "text"), "x");
	assert_string_equal(answer_text(&in, doc, "empty"), "");
	assert_string_equal(answer_id(&in, doc, "obj.k"), "v");
	assert_int_equal(answer_int(&in, doc, "n", 0, 10), 7);
	assert_int_equal(answer_int(&in, doc, "minus", -1, 10), -1);
	assert_true(answer_bool(&in, doc, "yes"));
	assert_false(answer_bool(&in, doc, "no"));
	assert_string_equal(json_str(answer_object(&in, doc, "obj"), "k"), "v");
	assert_int_equal(json_count(answer_list(&in, doc, "list"), ""), 2);
	assert_null(answer_text_or_null(&in, doc, "null"));
	assert_null(answer_object_or_null(&in, doc, "nothing"));
	assert_int_equal(answer_int_or(&in, doc, "null", 0, 1, 42), 42);
	assert_int_equal(answer_int_or(&in, doc, "n", 0, 9, 42), 7);
	assert_int_equal(answer_end(&in, NULL), E_OK);
}

enum reader { TEXT, ID, INT, BOOL, OBJECT, LIST_, TEXT_OR_NULL, OBJECT_OR_NULL, INT_OR };

static void read_by(enum reader reader, struct answer *in, const cJSON *doc, const char *path)
{
	switch (reader) {
	case TEXT:
		assert_string_equal(answer_text(in, doc, path), "");
		break;
	case ID:
		assert_string_equal(answer_id(in, doc, path), "");
		break;
	case INT:
		assert_int_equal(answer_int(in, doc, path, 0, 1000000), 0);
		break;
	case BOOL:
		assert_false(answer_bool(in, doc, path));
		break;
	case OBJECT:
		assert_true(cJSON_IsObject(answer_object(in, doc, path)));
		break;
	case LIST_:
		assert_true(cJSON_IsArray(answer_list(in, doc, path)));
		break;
	case TEXT_OR_NULL:
		answer_text_or_null(in, doc, path);
		break;
	case OBJECT_OR_NULL:
		answer_object_or_null(in, doc, path);
		break;
	case INT_OR:
		answer_int_or(in, doc, path, 0, 100, 0);
		break;
	}
}

static void test_answer__absent_or_of_another_type_is_a_fault(void **state)
{
	static const struct {
		enum reader reader;
		const char *path, *says;
	} bad[] = {
		{TEXT, "nothing", "'nothing' is missing or null instead of a text"},
		{TEXT, "null", "'null' is missing or null"},
		{TEXT, "n", "is a number instead of a text"},
		{TEXT, "obj.k.deeper", "'obj.k.deeper' is missing"},
		{ID, "empty", "'empty' is empty instead of an id"},
		{ID, "list", "is a list instead of a text"},
		{INT, "nothing", "missing or null instead of a number"},
		{INT, "text", "is a text instead of a number"},
		{INT, "half", "is no whole number"},
		{INT, "huge", "is 1000000000000000, which is not within 0 and 1000000"},
		{INT, "minus", "is -1, which is not within"},
		{BOOL, "nothing", "missing or null instead of true or false"},
		{BOOL, "n", "is a number instead of true or false"},
		{OBJECT, "list", "is a list instead of an object"},
		{OBJECT, "null", "is missing or null instead of an object"},
		{LIST_, "obj", "is an object instead of a list"},
		{LIST_, "null", "is missing or null instead of a list"},
		{TEXT_OR_NULL, "n", "is a number instead of a text"},
		{OBJECT_OR_NULL, "yes", "is true or false instead of an object"},
		{INT_OR, "text", "is a text instead of a number"},
	};
	CLEANUP(json) cJSON *doc = parsed(doc_text);
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct answer in = answer_of(E_BUSY, "things");

		read_by(bad[i].reader, &in, doc, bad[i].path);
		assert_false(answer_ok(&in));
		assert_int_equal(answer_end(&in, &e), E_BUSY);
		assert_string_equal(e.code, "bad_answer");
		assert_contains(e.msg, "things");
		assert_contains(e.msg, bad[i].says);
	}
}

static void test_answer__the_first_fault_stays_and_nothing_is_read_after_it(void **state)
{
	CLEANUP(json) cJSON *doc = parsed(doc_text);
	struct answer in = answer_of(E_RECORD, "order #1001");
	struct err e;

	(void)state;
	answer_int(&in, doc, "text", 0, 1);
	assert_string_equal(answer_text(&in, doc, "text"), "");
	assert_false(answer_bool(&in, doc, "yes"));
	assert_null(answer_object(&in, doc, "obj")->child);
	answer_fault(&in, "other", "is wrong too");
	assert_int_equal(answer_end(&in, &e), E_RECORD);
	assert_string_equal(e.code, "bad_value");
	assert_string_equal(e.msg, "order #1001: 'text' is a text instead of a number");
}

static void test_answer__nodes_are_objects_and_no_more_than_asked_for(void **state)
{
	static const struct {
		const char *text, *says;
	} bad[] = {
		{"{\"a\":[{},null]}", "holds null where an object belongs (entry 2)"},
		{"{\"a\":[{},{},{},{}]}", "holds 4 entries, and 3 at most"},
		{"{\"a\":[{},[]]}", "holds a list where"},
		{"{\"a\":[{\"id\":\"x\"},{},{\"id\":\"x\"}]}", "holds one id twice"},
		{"{\"a\":{\"x\":{}}}", "is an object instead of a list"},
	};
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CLEANUP(json) cJSON *doc = parsed(bad[i].text);
		struct answer in = answer_of(E_BUSY, "things");

		assert_null(json_first(answer_nodes(&in, doc, "a", 3)));
		assert_int_equal(answer_end(&in, &e), E_BUSY);
		assert_contains(e.msg, bad[i].says);
	}
	CLEANUP(json) cJSON *doc = parsed("{\"a\":[{},{},{}]}");
	struct answer in = answer_of(E_BUSY, "things");
	assert_int_equal(json_count(answer_nodes(&in, doc, "a", 3), ""), 3);
	assert_ok(answer_end(&in, &e), &e);
}

static void test_answer__a_page_says_whether_more_follow(void **state)
{
	static const char first[] =
		"{\"nodes\":[{}],\"pageInfo\":{\"hasNextPage\":true,\"endCursor\":\"a\"}}";
	static const struct {
		const char *text, *says; /* NULL = good */
		const char *next;
	} pages[] = {
		{"{\"nodes\":[{}],\"pageInfo\":{\"hasNextPage\":false,\"endCursor\":null}}", NULL,
		 NULL},
		{"{\"nodes\":[],\"pageInfo\":{\"hasNextPage\":false}}", NULL, NULL},
		{"{\"nodes\":[{}],\"pageInfo\":{\"hasNextPage\":true,\"endCursor\":\"b\"}}", NULL,
		 "b"},
		{"{\"nodes\":[{}],\"pageInfo\":{\"hasNextPage\":true,\"endCursor\":\"a\"}}",
		 "'c.pageInfo.endCursor' does not move", NULL},
		{"{\"nodes\":[{}],\"pageInfo\":{\"hasNextPage\":true,\"endCursor\":null}}",
		 "endCursor' is missing", NULL},
		{"{\"nodes\":[{}],\"pageInfo\":{\"hasNextPage\":true,\"endCursor\":\"\"}}",
		 "endCursor' is empty", NULL},
		{"{\"nodes\":[],\"pageInfo\":{\"hasNextPage\":true,\"endCursor\":\"b\"}}",
		 "empty page", NULL},
		{"{\"nodes\":[{}],\"pageInfo\":{}}", "hasNextPage' is missing", NULL},
		{"{\"nodes\":[{}],\"pageInfo\":{\"hasNextPage\":\"false\"}}",
		 "hasNextPage' is a text", NULL},
		{"{\"nodes\":[{}]}", "hasNextPage' is missing", NULL},
		{"{\"nodes\":{},\"pageInfo\":{\"hasNextPage\":false}}", "'c.nodes' is an object",
		 NULL},
	};
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		CLEANUP(json) cJSON *doc = json_object();
		struct answer in = answer_of(E_BUSY, "things");
		const char *next = "unset";

		struct answer_walk walk = {0};

		json_add(doc, "first", parsed(first));
		json_add(doc, "c", parsed(pages[i].text));
		answer_page(&in, doc, "first", 1, &walk, &next);
		const cJSON *nodes = answer_page(&in, doc, "c", 1, &walk, &next);
		if (pages[i].next)
			assert_string_equal(next, pages[i].next);
		else
			assert_null(next);
		assert_int_equal(answer_end(&in, &e), pages[i].says ? E_BUSY : E_OK);
		if (pages[i].says) {
			assert_contains(e.msg, pages[i].says);
			assert_null(json_first(nodes));
		}
	}
}

/* So many pages are read until the circle is noticed; none of them holds a cursor that the one before had. */
static void test_answer__cursors_that_go_in_a_circle_are_noticed(void **state)
{
	/* 120,000 pages in all: under valgrind some of the circles do. */
	const int each = getenv("ERPSYNC_UNDER_VALGRIND") ? 7 : 1;

	(void)state;
	for (int before = 0; before < 40; before += each)
		for (int circle = 1; circle < 40; circle += each) {
			struct answer in = answer_of(E_BUSY, "things");
			struct answer_walk walk = {0};
			const char *next;
			int i = 0;

			for (; answer_ok(&in) && i < 1000; i++) {
				char text[120];
				int cursor = i < before ? i : before + (i - before) % circle;

				snprintf(text, sizeof(text),
					 "{\"nodes\":[{}],\"pageInfo\":{\"hasNextPage\":true,"
					 "\"endCursor\":\"%d\"}}",
					 cursor);
				CLEANUP(json) cJSON *doc = parsed(text);
				answer_page(&in, doc, "", 1, &walk, &next);
			}
			assert_contains(in.err.msg, "does not move");
			assert_true(i > before + circle);
			assert_true(i <= 3 * (before + circle) + 3);
		}
}

static void test_answer__a_list_without_end_is_noticed(void **state)
{
	struct answer in = answer_of(E_BUSY, "things");
	struct answer_walk walk = {.entries = ANSWER_ENTRIES_MAX};
	CLEANUP(json)
	cJSON *doc = parsed("{\"nodes\":[{}],\"pageInfo\":{\"hasNextPage\":true,"
			    "\"endCursor\":\"a\"}}");
	const char *next;

	(void)state;
	answer_page(&in, doc, "", 1, &walk, &next);
	assert_contains(in.err.msg, "goes on after 25001 entries");
}

static const char *id_of(const void *ctx, size_t i)
{
	return ((const char *const *)ctx)[i];
}

static void test_answer__nodes_are_matched_to_ids(void **state)
{
	static const char *const ids[] = {"a", "b", "c"};
	static const struct {
		const char *text, *says; /* NULL = good */
		const char *got;         /* x of each, "-" = not there */
	} lists[] = {
		{"[{\"id\":\"a\",\"x\":\"1\"},{\"id\":\"b\",\"x\":\"2\"},{\"id\":\"c\",\"x\":\"3\"}]",
		 NULL, "123"},
		{"[{\"id\":\"c\",\"x\":\"3\"},null,{\"id\":\"a\",\"x\":\"1\"}]", NULL, "1-3"},
		{"[null,null,null]", NULL, "---"},
		{"[{\"id\":\"a\"},{\"id\":\"a\"},{\"id\":\"c\"}]", "or one twice", "---"},
		{"[{\"id\":\"a\"},{\"id\":\"z\"},{\"id\":\"c\"}]", "not asked for", "---"},
		{"[{\"id\":\"a\"},{\"id\":\"b\"}]", "holds 2 entries, and 3 were", "---"},
		{"[null,null,null,null]", "holds 4 entries", "---"},
		{"[{\"id\":\"a\"},{},null]", "'id' is missing", "---"},
		{"[{\"id\":\"a\"},\"b\",null]", "'id' is missing", "---"},
		{"{\"a\":{\"id\":\"a\"}}", "is an object instead of a list", "---"},
	};
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		CLEANUP(json) cJSON *doc = parsed(lists[i].text);
		struct answer in = answer_of(E_BUSY, "things");
		const cJSON *node[3];
		char got[4] = "";

		answer_by_id(&in, doc, "", 3, id_of, ids, node);
		for (size_t k = 0; k < 3; k++)
			got[k] = node[k] ? json_str(node[k], "x")[0] : '-';
		assert_string_equal(got, lists[i].got);
		assert_int_equal(answer_end(&in, &e), lists[i].says ? E_BUSY : E_OK);
		if (lists[i].says)
			assert_contains(e.msg, lists[i].says);
	}
}

static void test_list__grows_and_keeps_what_it_holds(void **state)
{
	struct thing {
		size_t number;
		const char *text;
	};
	LIST(struct thing) list = {0};
	struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < 1000; i++) {
		struct thing *t = list_add(&list, a);

		assert_int_equal(t->number, 0);
		assert_null(t->text);
		*t = (struct thing){i, "x"};
	}
	assert_int_equal(list.n, 1000);
	for (size_t i = 0; i < list.n; i++)
		assert_int_equal(list.at[i].number, i);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answer__what_is_there_is_read),
		cmocka_unit_test(test_answer__absent_or_of_another_type_is_a_fault),
		cmocka_unit_test(test_answer__the_first_fault_stays_and_nothing_is_read_after_it),
		cmocka_unit_test(test_answer__nodes_are_objects_and_no_more_than_asked_for),
		cmocka_unit_test(test_answer__a_page_says_whether_more_follow),
		cmocka_unit_test(test_answer__cursors_that_go_in_a_circle_are_noticed),
		cmocka_unit_test(test_answer__a_list_without_end_is_noticed),
		cmocka_unit_test(test_answer__nodes_are_matched_to_ids),
		cmocka_unit_test(test_list__grows_and_keeps_what_it_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
