/* What an answer of Odoo must be before anything is taken from it. */
#include "base_test.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "connectors/odoo/answer.h"

static const char *const fields[] = {"name",   "state",      "order_id", "tax_ids",
				     "active", "price_unit", NULL};
#define ROW(id)                                                                       \
	"{\"id\":" id                                                                 \
	",\"name\":false,\"state\":\"sale\",\"order_id\":[5,\"S5\"],\"tax_ids\":[1]," \
	"\"active\":true,\"price_unit\":1.5}"

static enum errk judge(const struct odoo_read *r, const char *text, struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(json) cJSON *doc = NULL;

	assert_ok(json_parse(text, strlen(text), &doc, e), e);
	return odoo_answer_rows(r, "h", doc, a, e);
}

static void test_rows_that_were_asked_for_are_taken(void **state)
{
	static const int64_t ids[] = {8, 7, 7}, orders[] = {5};
	struct odoo_read r = {.model = "sale.order.line", .fields = fields};
	struct err e;

	(void)state;
	assert_ok(judge(&r, "[]", &e), &e);
	assert_ok(judge(&r, "[" ROW("7") "," ROW("8") "]", &e), &e);
	r.ids = ids;
	r.n_ids = 3;
	r.whole = true;
	assert_ok(judge(&r, "[" ROW("7") "," ROW("8") "]", &e), &e);
	r = (struct odoo_read){.model = "m",
			       .fields = fields,
			       .by = "order_id",
			       .ids = orders,
			       .n_ids = 1};
	assert_ok(judge(&r, "[" ROW("7") "," ROW("8") "]", &e), &e);
	/* In another order, if that was wanted. */
	r.order = "order_id, id";
	assert_ok(judge(&r, "[" ROW("8") "," ROW("7") "]", &e), &e);
}

static void test_any_other_answer_is_busy(void **state)
{
	static const int64_t ids[] = {7, 8}, orders[] = {6};
	const struct {
		struct odoo_read r;
		const char *text, *says;
	} rows[] = {
		{{0}, "{}", "a list"},
		{{0}, "{\"0\":" ROW("7") "}", "a list"},
		{{0}, "null", "a list"},
		{{0}, "[null]", "without an id"},
		{{0}, "[" ROW("7") ",null]", "without an id"},
		{{0}, "[[]]", "without an id"},
		{{0}, "[{}]", "without an id"},
		{{0}, "[" ROW("0") "]", "without an id"},
		{{0}, "[" ROW("-7") "]", "without an id"},
		{{0}, "[" ROW("1e15") "]", "without an id"},
		{{0}, "[" ROW("1.5") "]", "without an id"},
		{{0}, "[" ROW("\"7\"") "]", "without an id"},
		{{0}, "[" ROW("7") "," ROW("7") "]", "twice"},
		{{0}, "[" ROW("8") "," ROW("7") "]", "out of order"},
		{{.limit = 1}, "[" ROW("7") "," ROW("8") "]", "more than"},
		{{.after = 7}, "[" ROW("7") "]", "earlier page"},
		{{.ids = ids, .n_ids = 2}, "[" ROW("9") "]", "not asked for"},
		{{.ids = ids, .n_ids = 2, .whole = true}, "[" ROW("7") "]", "1 of 2"},
		{{.ids = ids, .n_ids = 2, .whole = true}, "[]", "0 of 2"},
		{{.ids = ids, .n_ids = 0}, "[" ROW("7") "]", "not asked for"},
		{{.ids = orders, .n_ids = 1, .by = "order_id"}, "[" ROW("7") "]", "order_id"},
		{{.order = "name"}, "[" ROW("8") "," ROW("7") "," ROW("8") "]", "twice"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct odoo_read r = rows[i].r;
		struct err e = {.kind = E_OK};

		r.model = "sale.order.line";
		r.fields = fields;
		if (judge(&r, rows[i].text, &e) != E_BUSY)
			fail_msg("taken: %s", rows[i].text);
		assert_string_equal(e.code, "bad_answer");
		assert_contains(e.msg, rows[i].says);
		assert_contains(e.msg, "sale.order.line/search_read");
	}
}

/* Every field with every value that is none of its type. */
static void test_fields_are_there_and_of_their_type(void **state)
{
	static const struct {
		const char *field, *right[3], *wrong[12];
	} rows[] = {
		{"name", {"\"A\"", "false"}, {"null", "true", "7", "[]", "{}"}},
		{"state", {"\"sale\""}, {"null", "false", "\"\"", "7", "[]", "{}"}},
		{"parent_id",
		 {"[7,\"A\"]", "[7,false]", "false"},
		 {"null", "true", "7", "[]", "{}", "[7]", "[\"7\",\"A\"]", "[0,\"A\"]",
		  "[7,\"A\",1]", "[1e15,\"A\"]", "[7,8]", "[null,\"A\"]"}},
		{"order_id", {"[7,\"A\"]"}, {"false", "null", "7", "[]", "{}", "[-7,\"A\"]"}},
		{"tax_ids",
		 {"[]", "[1,2]"},
		 {"false", "null", "{}", "[null]", "[\"1\"]", "[0]", "[1e15]"}},
		{"active", {"true", "false"}, {"null", "0", "\"\"", "[]", "{}"}},
		{"price_unit", {"0", "-1.5", "1e15"}, {"null", "false", "\"1\"", "[]", "{}"}},
	};
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		CLEANUP(arena) struct arena *a = arena_new();
		const char *one[] = {rows[i].field, NULL};
		struct odoo_read r = {.model = "m", .fields = one};

		assert_int_equal(judge(&r, "[{\"id\":7}]", &e), E_BUSY);
		assert_contains(e.msg, "record 7");
		assert_contains(e.msg, rows[i].field);
		for (size_t k = 0; k < 3 && rows[i].right[k]; k++)
			assert_ok(judge(&r,
					arena_printf(a, "[{\"id\":7,\"%s\":%s}]", rows[i].field,
						     rows[i].right[k]),
					&e),
				  &e);
		for (size_t k = 0; k < 12 && rows[i].wrong[k]; k++)
			if (judge(&r,
				  arena_printf(a, "[{\"id\":7,\"%s\":%s}]", rows[i].field,
					       rows[i].wrong[k]),
				  &e) != E_BUSY)
				fail_msg("%s is taken as %s", rows[i].wrong[k], rows[i].field);
	}
}

static enum errk judge_xids(const char *text, struct err *e)
{
	static const int64_t ids[] = {7, 12};
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(json) cJSON *doc = NULL;

	assert_ok(json_parse(text, strlen(text), &doc, e), e);
	return odoo_answer_external_ids(doc, "sale.order", ids, 2, a, e);
}

static void test_external_ids_are_of_the_records_asked_for(void **state)
{
	static const char *const wrong[] = {
		"{}",
		"[]",
		"null",
		"{\"7\":\"a\"}",
		"{\"7\":\"a\",\"13\":\"b\"}",
		"{\"7\":\"a\",\"12\":\"b\",\"13\":\"c\"}",
		"{\"7\":\"a\",\"7\":\"b\"}",
		"{\"7\":\"a\",\"12\":null}",
		"{\"7\":\"a\",\"12\":false}",
		"{\"7\":\"a\",\"12\":\"a\"}",
		"{\"7\":\"a\",\"012\":\"b\"}",
		"{\"7\":\"a\",\"12x\":\"b\"}",
		"{\"7\":\"a\",\"99999999999999999999\":\"b\"}",
	};
	struct err e;

	(void)state;
	assert_ok(judge_xids("{\"12\":\"a\",\"7\":\"b\"}", &e), &e);
	assert_ok(judge_xids("{\"12\":\"\",\"7\":\"\"}", &e), &e);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		if (judge_xids(wrong[i], &e) != E_BUSY)
			fail_msg("taken: %s", wrong[i]);
}

static void test_fields_of_a_model(void **state)
{
	static const char *const wrong[] = {"{}",
					    "[]",
					    "null",
					    "{\"name\":{\"type\":\"char\"}}",
					    "{\"id\":{\"type\":\"integer\"},\"name\":null}",
					    "{\"id\":{\"type\":7}}"};
	CLEANUP(arena) struct arena *a = arena_new();
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		CLEANUP(json) cJSON *doc = NULL;

		assert_ok(json_parse(wrong[i], strlen(wrong[i]), &doc, &e), &e);
		assert_int_equal(odoo_answer_fields(doc, "m", a, &e), E_BUSY);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_that_were_asked_for_are_taken),
		cmocka_unit_test(test_any_other_answer_is_busy),
		cmocka_unit_test(test_fields_are_there_and_of_their_type),
		cmocka_unit_test(test_external_ids_are_of_the_records_asked_for),
		cmocka_unit_test(test_fields_of_a_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
