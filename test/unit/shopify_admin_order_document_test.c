#include "base_test.h"

#include <dirent.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/str.h"
#include "connectors/shopify_admin/orders/document.h"
#include "map/canonical.h"

#define DATA "test/data/orders_export"

/* The record of the order with this name (of the n-th, "#1001/2"), or a zeroed one. */
static struct record find(const char *file, const char *name, struct arena *a)
{
	CLEANUP(admin_orders_file) struct admin_orders_file *f = NULL;
	const char *slash = strrchr(name, '/');
	int nth = slash ? slash[1] - '0' : 1;
	struct admin_order_rows o;
	struct record r = {0};
	struct err e;
	bool more = true;
	char path[512];

	snprintf(path, sizeof(path), DATA "/%s", file);
	assert_ok(admin_orders_file_open(path, file, CSV_UTF8, &f, &e), &e);
	while (more && nth > 0) {
		assert_ok(admin_orders_file_next(f, &o, &more, &e), &e);
		if (!more)
			break;
		admin_order_record(&o, a, &r);
		if (strncmp(r.label, name, slash ? (size_t)(slash - name) : strlen(name) + 1) == 0)
			nth--;
		else
			r = (struct record){0};
	}
	return r;
}

/* A value of the document as one line of text; "-" for null and for what isn't there. */
static const char *value(const cJSON *doc, const char *path, struct arena *a)
{
	const cJSON *item = json_at(doc, path);
	const char *text = json_str(doc, path);
	char *copy;

	if (str_ends(path, ".count"))
		return arena_printf(a, "%zu",
				    json_count(doc, arena_strndup(a, path, strlen(path) - 6)));
	if (!item)
		return "-";
	copy = arena_strdup(a, text ? text : json_text(item, a));
	for (char *p = copy; *p; p++)
		if (*p == '\n')
			*p = '|';
	return copy;
}

/* "#1001 lines[0].sku = TEE": the file's name with .expected holds one claim a line. */
static void check_claim(const char *file, char *line, struct arena *a)
{
	char *path = strchr(line, ' '), *equals = strstr(line, " = ");
	CLEANUP(json) cJSON *doc = NULL;
	const char *got;
	struct record r;
	struct err e;

	assert_non_null(path);
	assert_non_null(equals);
	*path++ = '\0';
	*equals = '\0';
	r = find(file, line, a);
	if (!r.id)
		fail_msg("%s: no order %s", file, line);
	if (str_equal(path, "id")) {
		got = r.id;
	} else if (str_equal(path, "problem")) {
		got = r.problem ? r.problem->code : "-";
	} else if (str_equal(path, "problem.text")) {
		got = r.problem ? r.problem->msg : "-";
		if (!strstr(got, equals + 3))
			fail_msg("%s: %s: '%s' is not in '%s'", file, line, equals + 3, got);
		return;
	} else {
		if (r.problem)
			fail_msg("%s: %s: %s", file, line, r.problem->msg);
		assert_ok(json_parse(r.doc, r.doc_len, &doc, &e), &e);
		got = str_equal(path, "sums") ? (canonical_sums(doc, &e) == E_OK ? "ok" : e.code)
					      : value(doc, path, a);
	}
	if (!str_equal(got, equals + 3))
		fail_msg("%s: %s %s: '%s', expected '%s'", file, line, path, got, equals + 3);
}

static void test_shopify_admin_order_document__claims_hold(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	DIR *dir = opendir(DATA);
	size_t claims = 0;

	(void)state;
	assert_non_null(dir);
	for (struct dirent *d; (d = readdir(dir));) {
		char path[512], line[1024], file[300];
		FILE *f;

		if (!str_ends(d->d_name, ".expected"))
			continue;
		snprintf(path, sizeof(path), DATA "/%s", d->d_name);
		snprintf(file, sizeof(file), "%.*s.csv", (int)strlen(d->d_name) - 9, d->d_name);
		f = fopen(path, "r");
		assert_non_null(f);
		while (fgets(line, sizeof(line), f)) {
			line[strcspn(line, "\n")] = '\0';
			if (!line[0] || str_starts(line, "//"))
				continue;
			check_claim(file, line, a);
			arena_reset(a);
			claims++;
		}
		fclose(f);
	}
	closedir(dir);
	assert_true(claims > 100);
}

/* What is handed out without a problem is a canonical order in form; two readings are one version. */
static void test_shopify_admin_order_document__every_document_is_canonical(void **state)
{
	static const char *const files[] = {"current.csv",      "help_center.csv", "old.csv",
					    "semicolon.csv",    "tab.csv",         "shuffled.csv",
					    "continuation.csv", "bad_rows.csv",    "demo.csv"};
	CLEANUP(arena) struct arena *a = arena_new();
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		CLEANUP(admin_orders_file) struct admin_orders_file *f = NULL;
		struct admin_order_rows o;
		bool more = true;
		char path[512];

		snprintf(path, sizeof(path), DATA "/%s", files[i]);
		assert_ok(admin_orders_file_open(path, files[i], CSV_UTF8, &f, &e), &e);
		while (true) {
			struct record r, again;
			CLEANUP(json) cJSON *doc = NULL;

			assert_ok(admin_orders_file_next(f, &o, &more, &e), &e);
			if (!more)
				break;
			admin_order_record(&o, a, &r);
			admin_order_record(&o, a, &again);
			assert_string_equal(r.version, again.version);
			assert_int_equal(strlen(r.version), 64);
			assert_non_null(r.id);
			assert_true((r.problem != NULL) == (r.doc == NULL));
			if (r.problem)
				continue;
			assert_ok(json_parse(r.doc, r.doc_len, &doc, &e), &e);
			if (canonical_check("order", doc, &e) != E_OK)
				fail_msg("%s %s: %s", files[i], r.label, e.msg);
			arena_reset(a);
		}
	}
}

static void test_shopify_admin_order_document__demo_parks_a_few(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(admin_orders_file) struct admin_orders_file *f = NULL;
	struct admin_order_rows o;
	size_t orders = 0, parked = 0;
	bool more = true;
	struct err e;

	(void)state;
	assert_ok(admin_orders_file_open(DATA "/demo.csv", "demo.csv", CSV_UTF8, &f, &e), &e);
	while (true) {
		CLEANUP(json) cJSON *doc = NULL;
		struct record r;

		assert_ok(admin_orders_file_next(f, &o, &more, &e), &e);
		if (!more)
			break;
		admin_order_record(&o, a, &r);
		orders++;
		if (!r.problem)
			assert_ok(json_parse(r.doc, r.doc_len, &doc, &e), &e);
		if (r.problem || canonical_verify("order", doc, &e) != E_OK)
			parked++;
	}
	assert_int_equal(orders, 48);
	assert_int_equal(parked, 2); /* and the line without SKU, which only a mapping can judge */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shopify_admin_order_document__claims_hold),
		cmocka_unit_test(test_shopify_admin_order_document__every_document_is_canonical),
		cmocka_unit_test(test_shopify_admin_order_document__demo_parks_a_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
