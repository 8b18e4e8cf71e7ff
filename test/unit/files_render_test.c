#include "base_test.h"

#include "base/cleanup.h"
#include "files/cell_text.h"
#include "files/render.h"

#define COLUMNS                                                                             \
	"[{\"name\":\"order\",\"type\":\"text\"},{\"name\":\"total\",\"type\":\"amount\"}," \
	"{\"name\":\"lines\",\"type\":\"count\"},{\"name\":\"at\",\"type\":\"time\"}]"
#define DOC(rows, customers)                                                                                  \
	"{\"files\":{\"customers\":{\"columns\":[{\"name\":\"mail\",\"type\":\"text\"}],\"rows\":[" customers \
	"]},\"orders\":{\"columns\":" COLUMNS ",\"rows\":[" rows "]}}}"

static const struct render_style plain = {{',', CSV_UTF8, "\n"}, false};

static struct put_item item(const char *doc)
{
	return (struct put_item){.record = "id", .label = "#1", .doc = doc};
}

static enum errk render(const struct render_style *style, struct put_item *items, size_t n,
			const char *main_key, struct arena *a, struct rendered *out, struct err *e)
{
	struct put_item **all = arena_array(a, n, sizeof(struct put_item *));

	for (size_t i = 0; i < n; i++)
		all[i] = &items[i];
	return render_batch(style, all, n, main_key, a, out, e);
}

static void test_files_render__files_of_a_batch(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct put_item items[] = {
		item(DOC(
			"[\"#1\",\"-5.50\",2,\"2026-10-07T00:00:00Z\"],[\"#1\",\"-5.50\",2,\"2026-10-07T00:00:00Z\"]",
			"[\"a@example.com\"]")),
		item(DOC("[\"#2\",null,\"0\",null]", "[\"a@example.com\"],[\"b@example.com\"]")),
	};
	struct rendered r;
	struct err e;

	(void)state;
	assert_ok(render(&plain, items, 2, "orders", a, &r, &e), &e);
	assert_int_equal(r.n, 2);
	assert_string_equal(r.file[0].key, "orders");
	/* Two equal lines of an order are two lines; a customer of two orders is one. */
	assert_string_equal(r.file[0].text.buf, "order,total,lines,at\n"
						"#1,-5.50,2,2026-10-07T00:00:00Z\n"
						"#1,-5.50,2,2026-10-07T00:00:00Z\n"
						"#2,,0,\n");
	assert_int_equal(r.file[0].rows, 3);
	assert_string_equal(r.file[1].text.buf, "mail\na@example.com\nb@example.com\n");
	rendered_release(&r);
}

static void test_files_render__a_bad_item_leaves_no_trace(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct render_style style = {{';', CSV_WINDOWS_1252, "\r\n"}, true};
	struct put_item items[] = {
		item(DOC("[\"é\",\"1234.50\",1,null]", "[\"a@example.com\"]")),
		item(DOC("[\"x\",\"1\",1,null],[\"a ☕\",\"1\",1,null]", "[\"gone@example.com\"]")),
		item(DOC("[\"x\",\"1,5\",1,null]", "[\"gone@example.com\"]")),
		item(DOC("[\"x\",\"1\",1.5,null]", "")),
		item(DOC("[\"x\",\"1\",1,\"noon\"]", "")),
		item(DOC("[\"x\",\"1\"]", "")),
		item("no json"),
		item(DOC("[\"z\",\"0.5\",1,null]", "")),
	};
	static const char *const why[] = {NULL,      "U+2615", "'total'",
					  "'lines'", "'at'",   "2 cells instead of 4",
					  "",        NULL};
	struct rendered r;
	struct err e;

	(void)state;
	assert_ok(render(&style, items, 8, "orders", a, &r, &e), &e);
	for (size_t i = 0; i < 8; i++) {
		assert_int_equal(items[i].err.kind, why[i] ? E_RECORD : E_OK);
		if (why[i])
			assert_contains(items[i].err.msg, why[i]);
	}
	assert_string_equal(items[1].err.code, "bad_encoding");
	assert_contains(items[1].err.msg, "'order'");
	assert_string_equal(r.file[0].text.buf,
			    "order;total;lines;at\r\n\xe9;1234,50;1;\r\nz;0,5;1;\r\n");
	assert_string_equal(r.file[1].text.buf, "mail\r\na@example.com\r\n");
	rendered_release(&r);
}

static void test_files_render__mapping_mistakes_end_the_run(void **state)
{
	static const char *const second[] = {
		"{\"files\":{\"orders\":{\"columns\":[{\"name\":\"other\",\"type\":\"text\"}],\"rows\":[]}}}",
		"{\"files\":{\"orders\":{\"columns\":[{\"name\":\"order\",\"type\":\"money\"}],\"rows\":[]}}}",
		"{\"files\":{\"orders\":{\"columns\":[],\"rows\":[]}}}",
		"{\"files\":{\"orders\":{\"rows\":[]}}}",
		"{\"files\":{\"lines\":{\"columns\":" COLUMNS ",\"rows\":[]}}}",
		"{\"files\":{\"orders\":{\"columns\":" COLUMNS
		",\"rows\":[]},\"../x\":{\"columns\":" COLUMNS ",\"rows\":[]}}}",
		"{}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(second) / sizeof(second[0]); i++) {
		CLEANUP(arena) struct arena *a = arena_new();
		struct put_item items[] = {item(DOC("[\"#1\",\"1\",1,null]", "")), item(second[i])};
		struct rendered r = {.n = 5};
		struct err e;

		assert_int_equal(render(&plain, items, 2, "orders", a, &r, &e), E_LOCAL);
		assert_string_equal(e.code, "bad_mapping");
		assert_int_equal(r.n, 5);
	}
}

static void test_files_render__an_order_without_rows_is_not_written(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct put_item items[] = {item(DOC("[\"#1\",\"1\",1,null]", "")),
				   item("{\"files\":{\"orders\":{\"columns\":" COLUMNS
					",\"rows\":[]}}}")};
	struct rendered r = {0};
	struct err e;

	(void)state;
	assert_int_equal(render(&plain, items, 2, "orders", a, &r, &e), E_OK);
	assert_int_equal(items[0].err.kind, E_OK);
	assert_int_equal(items[1].err.kind, E_RECORD);
	assert_string_equal(items[1].err.code, "bad_mapping");
	assert_non_null(strstr(items[1].err.msg, "the mapping gives no row for it"));
	assert_int_equal(r.file[0].rows, 1);
	rendered_release(&r);
}

static void test_files_render__formulas_are_text(void **state)
{
	static const struct {
		const char *in, *out;
	} cells[] = {
		{"=1+1", "'=1+1"},
		{"+33142000001", "'+33142000001"},
		{"-2", "'-2"},
		{"@SUM(A1)", "'@SUM(A1)"},
		{"\tx", "'\tx"},
		{"\rx", "'\rx"},
		{"  =cmd|'/c calc'!A1", "'  =cmd|'/c calc'!A1"},
		{"＝1", "'＝1"},
		{"＋1", "'＋1"},
		{"－1", "'－1"},
		{"＠x", "'＠x"},
		{"a=1", "a=1"},
		{"'=1", "'=1"},
		{"", ""},
		{" plain", " plain"},
		{"„quoted“", "„quoted“"},
	};
	CLEANUP(arena) struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++)
		assert_string_equal(csv_neutral(cells[i].in, a), cells[i].out);
}

static void test_files_render__many_rows(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	enum { N = 1500 };
	struct put_item *items = arena_array(a, N, sizeof(*items));
	struct rendered r;
	struct err e;

	(void)state;
	for (int i = 0; i < N; i++)
		items[i] = item(arena_printf(a,
					     DOC("[\"#%d\",\"1\",1,null]", "[\"c%d@example.com\"]"),
					     i % 700, i));
	assert_ok(render(&plain, items, N, "orders", a, &r, &e), &e);
	assert_int_equal(r.file[0].rows, N);
	assert_int_equal(r.file[1].rows, 700);
	rendered_release(&r);
}

#define CUSTOMER(rows)                                                                             \
	"{\"files\":{\"orders\":{\"key\":\"o\",\"columns\":[{\"name\":\"o\",\"type\":\"text\"}],"  \
	"\"rows\":[[\"1\"],[\"1\"]]},\"customers\":{\"key\":\"id\",\"columns\":[{\"name\":\"id\"," \
	"\"type\":\"text\"},{\"name\":\"city\",\"type\":\"text\"}],\"rows\":[" rows "]}}}"

static void test_files_render__the_newest_row_of_a_key_stays(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct put_item items[] = {
		item(CUSTOMER("[\"7\",\"Paris\"]")),
		item(CUSTOMER("[\"8\",\"Lyon\"]")),
		item(CUSTOMER("[\"7\",\"Marseille\"]")),
		item(CUSTOMER("[null,\"Nice\"]")),
		item(CUSTOMER("[\"7\",\"Marseille\"]")),
		item(CUSTOMER("[\"8\",\"Lille\"]")),
		item(CUSTOMER("[null,\"Metz\"],[\"9\",\"A\"],[\"9\",\"B\"]")),
	};
	struct rendered r;
	struct err e;

	(void)state;
	assert_ok(render(&plain, items, 7, "orders", a, &r, &e), &e);
	assert_string_equal(r.file[1].text.buf,
			    "id,city\n7,Marseille\n,Nice\n8,Lille\n,Metz\n9,A\n9,B\n");
	assert_int_equal(r.file[1].rows, 6);
	assert_int_equal(r.file[0].rows, 14);
	rendered_release(&r);
	items[0].doc =
		"{\"files\":{\"orders\":{\"key\":\"x\",\"columns\":[{\"name\":\"o\",\"type\":"
		"\"text\"}],\"rows\":[]}}}";
	assert_int_equal(render(&plain, items, 1, "orders", a, &r, &e), E_LOCAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files_render__files_of_a_batch),
		cmocka_unit_test(test_files_render__a_bad_item_leaves_no_trace),
		cmocka_unit_test(test_files_render__mapping_mistakes_end_the_run),
		cmocka_unit_test(test_files_render__an_order_without_rows_is_not_written),
		cmocka_unit_test(test_files_render__formulas_are_text),
		cmocka_unit_test(test_files_render__the_newest_row_of_a_key_stays),
		cmocka_unit_test(test_files_render__many_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
