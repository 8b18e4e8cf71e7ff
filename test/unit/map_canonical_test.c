#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/json.h"
#include "base/secrets.h"
#include "base/str.h"
#include "connectors/connector.h"
#include "map/canonical.h"

static const char *const EXAMPLES = "mappings/canonical/examples";

static cJSON *example(const char *name)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct err e = {0};
	cJSON *doc = NULL;
	char *text;
	size_t len;

	assert_int_equal(file_read(path_join(a, EXAMPLES, name), 1 << 20, a, &text, &len, &e),
			 E_OK);
	assert_int_equal(json_parse(text, len, &doc, &e), E_OK);
	return doc;
}

/* Sets a member of the object at path to a JSON text; NULL removes it. */
static void change(cJSON *doc, const char *path, const char *key, const char *json)
{
	cJSON *obj = (cJSON *)json_at(doc, path), *value = NULL;
	struct err e;

	assert_non_null(obj);
	cJSON_DeleteItemFromObjectCaseSensitive(obj, key);
	if (!json)
		return;
	assert_int_equal(json_parse(json, strlen(json), &value, &e), E_OK);
	json_add(obj, key, value);
}

static void expect_code(const char *path, const char *key, const char *json, const char *code,
			const char *msg)
{
	CLEANUP(json) cJSON *doc = example("order-discounts-shipping.json");
	struct err e = {0};

	change(doc, path, key, json);
	assert_int_equal(canonical_verify("order", doc, &e), E_RECORD);
	assert_string_equal(e.msg, msg);
	assert_string_equal(e.code, code);
}

static void bad(const char *path, const char *key, const char *json, const char *msg)
{
	expect_code(path, key, json, "bad_document", msg);
}

static void bad_sum(const char *path, const char *key, const char *json, const char *msg)
{
	expect_code(path, key, json, "bad_sum", msg);
}

static void test_canonical__the_examples_pass(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct file_entry *files;
	struct err e = {0};
	size_t n;

	(void)state;
	assert_int_equal(dir_list(EXAMPLES, a, &files, &n, &e), E_OK);
	assert_true(n >= 5);
	for (size_t i = 0; i < n; i++) {
		CLEANUP(json) cJSON *doc = example(files[i].name);

		/* "stock-simple.json" is a stock document. */
		const char *kind = arena_strndup(a, files[i].name, strcspn(files[i].name, "-"));

		if (canonical_verify(kind, doc, &e) != E_OK)
			fail_msg("%s: %s", files[i].name, e.msg);
	}
}

static void test_canonical__missing_and_null_are_told_apart(void **state)
{
	(void)state;
	bad("", "currency", NULL, "currency: is missing");
	bad("lines[1]", "unit_price", NULL, "lines[1].unit_price (line 2): is missing");
	bad("lines[1]", "unit_price", "null",
	    "lines[1].unit_price (line 2): is null, but must be given");
	bad("lines[0].taxes[1]", "title", NULL, "lines[0].taxes[1].title (line 1): is missing");
	bad("shipping_lines[0]", "title", NULL,
	    "shipping_lines[0].title (shipping_line 1): is missing");
	bad("", "lines", "[null]", "lines[0] (line 1): is null, but must be given");
}

/* A JSON text of so many letters, until the next call. */
static const char *long_text(size_t len)
{
	static char text[1024 * 1024 + 8];

	memset(text, 'x', len + 2);
	text[0] = text[len + 1] = '"';
	text[len + 2] = '\0';
	return text;
}

static void test_canonical__types_are_checked(void **state)
{
	(void)state;
	bad("", "id", "\"\"", "id: is empty");
	bad("", "id", "5", "id: is no text");
	bad("", "note", "false", "note: is no text");
	bad("lines[0]", "sku", long_text(1025),
	    "lines[0].sku (line 1): has 1025 bytes, and 1024 are accepted");
	bad("", "id", long_text(2000), "id: has 2000 bytes, and 1024 are accepted");
	bad("", "note", long_text(1024 * 1024 + 1),
	    "note: has 1048577 bytes, and 1048576 are accepted");
	bad("", "test", "\"no\"", "test: is neither true nor false");
	bad("", "totals", "[]", "totals: is no object");
	bad("", "tags", "{}", "tags: is no array");
	bad("", "tags", "[\"a\", 1]", "tags[1] (tag 2): is no text");
	bad("", "lines", "[7]", "lines[0] (line 1): is no object");
	bad("lines[0]", "quantity", "1.5",
	    "lines[0].quantity (line 1): is no whole number from 0 up");
	bad("lines[0]", "quantity", "-1",
	    "lines[0].quantity (line 1): is no whole number from 0 up");
	bad("lines[0]", "quantity", "1000000000000000",
	    "lines[0].quantity (line 1): is more than anybody counts");
	bad("lines[0]", "quantity", "\"1\"",
	    "lines[0].quantity (line 1): is no whole number from 0 up");
	bad("lines[0]", "unit_price", "12.5",
	    "lines[0].unit_price (line 1): is no text; amounts and rates are texts like \"12.50\"");
	bad("lines[0]", "unit_price", "\"12,50\"",
	    "lines[0].unit_price (line 1): '12,50' is not a number");
	bad("", "kind", "\"refund\"", "kind: 'refund' where 'order' was expected");
	bad("", "tax_detail", "\"lines\"", "tax_detail: must be 'line' or 'order'");
}

static void test_canonical__times_have_one_form(void **state)
{
	static const char *const wrong[] = {
		"2026-11-23T09:45:00+00:00", "2026-11-23T09:45:00.000Z",
		"2026-11-23 09:45:00Z",      "2026-02-29T09:45:00Z",
		"2026-13-01T09:45:00Z",      "2026-11-31T09:45:00Z",
		"2026-11-23T24:00:00Z",      "2026-11-23T09:60:00Z",
		"2026-11-23T09:45:60Z",      "2026-11-23",
		"2026-11-23T09:45:0xZ",      "",
	};
	char json[64], msg[128];

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		snprintf(json, sizeof(json), "\"%s\"", wrong[i]);
		snprintf(msg, sizeof(msg),
			 "created_at: '%s' is no UTC time like 2026-11-23T09:45:00Z", wrong[i]);
		bad("", "created_at", json, msg);
	}
	bad("", "created_at", "1700000000",
	    "created_at: '(no text)' is no UTC time like 2026-11-23T09:45:00Z");
	{
		CLEANUP(json) cJSON *doc = example("order-simple.json");
		struct err e = {0};

		change(doc, "", "created_at", "\"2028-02-29T23:59:59Z\"");
		assert_int_equal(canonical_check("order", doc, &e), E_OK);
	}
}

static void test_canonical__unknown_and_double_fields_are_errors(void **state)
{
	CLEANUP(json) cJSON *doc = example("order-simple.json");
	struct err e = {0};

	(void)state;
	bad("lines[0]", "quantiy", "1",
	    "lines[0].quantiy (line 1): no such field; did you mean 'quantity'?");
	bad("", "zzzzzzzzzz", "1", "zzzzzzzzzz: no such field");
	bad("customer", "address", "{}", "customer.address: no such field");
	cJSON_AddItemToObject(doc, "name", cJSON_CreateString("#2"));
	assert_int_equal(canonical_check("order", doc, &e), E_RECORD);
	assert_string_equal(e.msg, "name: stands here twice");
}

static void test_canonical__metafields_have_any_name(void **state)
{
	CLEANUP(json) cJSON *doc = example("order-discounts-shipping.json");
	struct err e = {0};

	(void)state;
	change(doc, "", "metafields",
	       "{\"custom.date\": {\"type\": \"date\", \"value\": \"2026-12-01\"}, \"my-app.x\": null}");
	assert_int_equal(canonical_verify("order", doc, &e), E_OK);
	change(doc, "", "metafields", "null");
	assert_int_equal(canonical_verify("order", doc, &e), E_OK);
	bad("", "metafields", "[]", "metafields: is no object");
	bad("", "metafields", "{\"a.b\": \"2026-12-01\"}", "metafields.a.b: is no object");
	bad("", "metafields", "{\"a.b\": {\"type\": \"date\"}}",
	    "metafields.a.b.value: is missing");
	bad("lines[0]", "variant_metafields",
	    "{\"a.b\": {\"type\": \"date\", \"value\": \"x\", \"values\": 1}}",
	    "lines[0].variant_metafields.a.b.values (line 1): no such field; did you mean 'value'?");
	bad("customer", "metafields",
	    "{\"a.b\": {\"type\": \"t\", \"value\": \"x\"}, \"a.b\": null}",
	    "customer.metafields.a.b: stands here twice");
}

static void test_canonical__whatever_is_no_object_is_refused(void **state)
{
	CLEANUP(json) cJSON *list = json_array();
	struct err e = {0};

	(void)state;
	assert_int_equal(canonical_check("order", list, &e), E_RECORD);
	assert_string_equal(e.msg, "the document: is no object");
	assert_null(canonical_fields("spaceship"));
	assert_non_null(canonical_fields("order"));
}

static void test_canonical_sums__every_figure_is_checked(void **state)
{
	(void)state;
	bad_sum("lines[0]", "gross_total", "\"128.00\"",
		"lines[0].gross_total (line 1): says 128.00, but unit_price * quantity is 129.00 "
		"(difference -1.00)");
	bad_sum("lines[0]", "discount_total", "\"0.00\"",
		"lines[0].discount_total (line 1): says 0.00, but the sum of discounts is 22.90 "
		"(difference -22.90)");
	bad_sum("lines[0]", "net_total", "\"129.00\"",
		"lines[0].net_total (line 1): says 129.00, but gross_total - discount_total is "
		"106.10 (difference 22.90)");
	bad_sum("lines[1]", "tax_total", "\"6.85\"",
		"lines[1].tax_total (line 2): says 6.85, but the sum of taxes is 6.84 "
		"(difference 0.01)");
	bad_sum("lines[1]", "total", "\"71.96\"",
		"lines[1].total (line 2): says 71.96, but the net amount plus tax_total is 78.80 "
		"(difference -6.84)");
	bad_sum("shipping_lines[0]", "net_total", "\"9.95\"",
		"shipping_lines[0].net_total (shipping_line 1): says 9.95, but price - "
		"discount_total is 0.00 (difference 9.95)");
	bad_sum("fees[0]", "total", "\"2.00\"",
		"fees[0].total (fee 1): says 2.00, but the net amount plus tax_total is 2.50 "
		"(difference -0.50)");
	bad_sum("totals", "duties_charged", "\"0.00\"",
		"totals.duties_charged: says 0.00, but what the duties add to the prices is 6.45 "
		"(difference -6.45)");
	bad_sum("totals", "tax", "\"16.93\"",
		"totals.tax: says 16.93, but the sum of all taxes is 16.92 (difference 0.01)");
	bad_sum("totals", "order_tax", "\"16.92\"",
		"totals.order_tax: says 16.92, but the tax on top that stands on no line is 0 "
		"(difference 16.92)");
	bad_sum("totals", "rounding", "\"0.02\"",
		"totals.total: says 203.93, but the sum of its parts with totals.rounding is "
		"203.95 (difference -0.02)");
}

static void test_canonical_sums__a_refund_is_the_sum_of_its_lines(void **state)
{
	static const struct {
		const char *path, *key, *json, *msg;
	} cases[] = {
		{"lines[0]", "total", "\"24.99\"",
		 "totals.total: says 26.88, but the sum of lines[].total is 26.89 (difference -0.01)"},
		{"lines[1]", "tax_total", "\"0.83\"",
		 "lines[1].tax_total (line 2): says 0.83, but the sum of taxes is 0.82 (difference 0.01)"},
		{"totals", "tax", "\"5\"",
		 "totals.tax: says 5, but the sum of lines[].tax_total is 4.48 (difference 0.52)"},
		{"transactions[0]", "removed_amount", "\"1.00\"",
		 "totals.paid: says 26.88, but the sum of transactions that succeeded, without what is "
		 "removed_amount is 25.88 (difference 1.00)"},
		{"transactions[0]", "status", "\"pending\"",
		 "totals.paid: says 26.88, but the sum of transactions that succeeded, without what is "
		 "removed_amount is 0 (difference 26.88)"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(json) cJSON *doc = example("refund-simple.json");
		struct err e = {0};

		assert_int_equal(canonical_verify("refund", doc, &e), E_OK);
		change(doc, cases[i].path, cases[i].key, cases[i].json);
		assert_int_equal(canonical_verify("refund", doc, &e), E_RECORD);
		assert_string_equal(e.msg, cases[i].msg);
		assert_string_equal(e.code, "bad_sum");
	}
}

static void test_canonical_sums__more_than_rounding_is_refused(void **state)
{
	CLEANUP(json)
	cJSON *doc = example("order-simple.json"); /* two lines, one shipping line */
	struct err e = {0};

	(void)state;
	change(doc, "totals", "total", "\"66.89\"");
	change(doc, "totals", "rounding", "\"0.03\"");
	assert_int_equal(canonical_sums(doc, &e), E_OK);
	change(doc, "totals", "total", "\"66.90\"");
	change(doc, "totals", "rounding", "\"0.04\"");
	assert_int_equal(canonical_sums(doc, &e), E_RECORD);
	assert_string_equal(e.msg,
			    "the parts add up to 66.86, but totals.total is 66.90: a difference "
			    "of 0.04 is more than the 0.03 that rounding can explain");
}

static void test_canonical_sums__taxes_stand_in_one_place_only(void **state)
{
	(void)state;
	bad_sum("", "tax_detail", "\"order\"",
		"lines[0].taxes (line 1): must be empty when tax_detail is 'order'");
}

static void test_canonical_mask__hides_people_and_nothing_else(void **state)
{
	static const char *const hidden[] = {"customer.email",
					     "email",
					     "billing_address.zip",
					     "lines[1].attributes[0].value",
					     "note",
					     "surprise.x"};
	CLEANUP(json) cJSON *doc = example("order-discounts-shipping.json");

	(void)state;
	change(doc, "", "note", "\"call me\"");
	change(doc, "", "surprise", "{\"x\": \"anne@example.com\", \"y\": [5]}");
	change(doc, "lines[0].taxes[0]", "title", "\"VAT anne@example.com\"");
	change(doc, "lines[1].attributes[0]", "key", "\"Call 0170 1234567\"");
	change(doc, "customer", "tags", "[\"VIP\"]");
	change(doc, "customer", "metafields",
	       "{\"born\": {\"type\": \"date\", \"value\": \"1980-01-02\"}}");
	change(doc, "lines[0]", "variant_metafields",
	       "{\"bin\": {\"type\": \"t\", \"value\": \"A-7\"}}");
	canonical_mask("order", doc);
	assert_string_equal(json_str(doc, "customer.tags[0]"), "…");
	assert_string_equal(json_str(doc, "customer.metafields.born.value"), "…");
	assert_string_equal(json_str(doc, "customer.metafields.born.type"), "date");
	assert_string_equal(json_str(doc, "lines[0].variant_metafields.bin.value"), "A-7");
	assert_string_equal(json_str(doc, "lines[0].taxes[0].title"), "VAT ***");
	assert_string_equal(json_str(doc, "lines[1].attributes[0].key"), "Call ***");
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		assert_string_equal(json_str(doc, hidden[i]), "…");
	assert_string_equal(json_str(doc, "surprise.y[0]"), "…");
	assert_null(json_at(doc, "phone"));
	assert_string_equal(json_str(doc, "name"), "#1005");
	assert_string_equal(json_str(doc, "billing_address.country_code"), "US");
	assert_int_equal(json_int(doc, "lines[1].quantity", 0), 4);
}

/* mappings/canonical/<kind>.md is the table of canonical_<kind>.c, row by row. */
static void check_reference(const char *kind)
{
	static const char *const types[] = {
		[CANONICAL_TEXT] = "text",       [CANONICAL_ID] = "id",
		[CANONICAL_DECIMAL] = "decimal", [CANONICAL_COUNT] = "count",
		[CANONICAL_BOOL] = "yes/no",     [CANONICAL_TIME] = "time",
		[CANONICAL_OBJECT] = "object",   [CANONICAL_ARRAY] = "list",
	};
	CLEANUP(arena) struct arena *a = arena_new();
	const char *path = arena_printf(a, "mappings/canonical/%s.md", kind);
	struct err e;
	char *text, *at;

	assert_int_equal(file_read(path, 1 << 20, a, &text, NULL, &e), E_OK);
	at = strstr(text, "| --- | --- | --- | --- | --- | --- |\n");
	assert_non_null(at);
	for (const struct canonical_field *f = canonical_fields(kind); f->path; f++) {
		const char *tick = f->example ? "`" : "";
		const char *row = arena_printf(a, "| `%s` | %s | %s | %s | %s%s%s | %s |\n",
					       f->path, types[f->type], f->required ? "yes" : "",
					       f->personal ? "yes" : "", tick,
					       f->example ? f->example : "", tick,
					       f->help ? f->help : "");

		at = strchr(at, '\n') + 1;
		if (!str_starts(at, row))
			fail_msg("%s lacks the row:\n%s", path, row);
	}
	assert_int_equal(strchr(at, '\n')[1], '\n');
}

static void test_canonical__the_reference_is_the_table(void **state)
{
	(void)state;
	for (int k = 0; k < KIND_COUNT_; k++)
		check_reference(record_kind_name((enum record_kind)k));
}

/* A system that refuses an order quotes it as it keeps it. */
static void test_canonical__values_are_hidden_as_others_write_them(void **state)
{
	static const char order[] =
		"{\"email\":\"zoe.weber@example.com\",\"name\":\"#1001\","
		"\"customer\":{\"first_name\":\"Zo\u00eb\",\"last_name\":\"M\u00fc\u00dfler\","
		"\"tags\":[\"web\",\"called Weberine\"],\"metafields\":{\"a.b\":{\"type\":\"json\","
		"\"value\":\"{\\\"name\\\": \\\"Flora Klee\\\", \\\"kg\\\": [\\\"70\\\"]}\"}}},"
		"\"lines\":[{\"variant_metafields\":{\"a.b\":{\"type\":\"t\",\"value\":\"blue and broad\"}}}],"
		"\"shipping_address\":{\"address1\":\"12 bis, Wobbleton Lane\",\"city\":\"K\u00f6ln\","
		"\"phone\":\"+33 1 42 98 76 54\"},"
		"\"billing_address\":{\"address1\":\"Hauptstra\u00dfe 5a\",\"city\":\"\u0141\u00f3d\u017a\","
		"\"phone\":\"0221 / 98 76 543\"}}";
	static const struct {
		const char *text, *masked;
	} cases[] = {
		{"Mrs Muessler, MUSSLER; Zoe is blocked", "Mrs ***, ***; *** is blocked"},
		{"user zoe.weber, zoe_muessler, ZoeMussler unknown", "user ***, ***, *** unknown"},
		{"Koeln, Koln, Lodz", "***, ***, ***"},
		{"Wobbleton Lane 12 bis; 12, Wobbleton Lane", "*** 12 bis; 12, ***"},
		{"Hauptstrasse, Nr. 5a", "***, Nr. 5a"},
		{"0142987654, 0033142987654, 33142987654", "***, ***, ***"},
		{"02219876543", "***"},
		{"tag called Weberine of Flora Klee", "tag *** of ***"},
		{"a blue and broad one of 70, web", "a blue and broad one of 70, web"},
		/* Not his. */
		{"SKU 142987654, order #1001 of 12, lane 5, web",
		 "SKU 142987654, order #1001 of 12, lane 5, web"},
	};
	CLEANUP(json) cJSON *doc = NULL;
	struct hidden *h = hidden_new();

	(void)state;
	assert_int_equal(json_parse(order, strlen(order), &doc, NULL), E_OK);
	canonical_hide("order", doc, h);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[128];

		snprintf(text, sizeof(text), "%s", cases[i].text);
		hidden_hide(h, text);
		assert_string_equal(text, cases[i].masked);
	}
	hidden_free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_canonical__the_examples_pass),
		cmocka_unit_test(test_canonical__missing_and_null_are_told_apart),
		cmocka_unit_test(test_canonical__types_are_checked),
		cmocka_unit_test(test_canonical__times_have_one_form),
		cmocka_unit_test(test_canonical__unknown_and_double_fields_are_errors),
		cmocka_unit_test(test_canonical__metafields_have_any_name),
		cmocka_unit_test(test_canonical__whatever_is_no_object_is_refused),
		cmocka_unit_test(test_canonical_sums__every_figure_is_checked),
		cmocka_unit_test(test_canonical_sums__a_refund_is_the_sum_of_its_lines),
		cmocka_unit_test(test_canonical_sums__more_than_rounding_is_refused),
		cmocka_unit_test(test_canonical_sums__taxes_stand_in_one_place_only),
		cmocka_unit_test(test_canonical_mask__hides_people_and_nothing_else),
		cmocka_unit_test(test_canonical__the_reference_is_the_table),
		cmocka_unit_test(test_canonical__values_are_hidden_as_others_write_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
