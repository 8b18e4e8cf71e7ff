#include "base_test.h"

#include <fcntl.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/str.h"
#include "connectors/shopify_admin/orders/read.h"

#define HEADER                                                                                \
	"Name,Email,Financial Status,Currency,Subtotal,Shipping,Taxes,Total,Discount Amount," \
	"Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Id\n"

/* Orders first … first + n - 1, each of a row. */
static void add_orders(const char *path, const char *mode, int first, int n, const char *price)
{
	FILE *f = fopen(path, mode);

	assert_non_null(f);
	if (mode[0] == 'w')
		fputs(HEADER, f);
	for (int i = first; i < first + n; i++)
		fprintf(f,
			"#%d,a@example.com,paid,EUR,%s,0,0,%s,0,2026-10-%02d 12:00:00 +0000,1,Hat,%s,"
			"HAT,%d\n",
			i, price, price, 1 + i % 28, price, 900000 + i);
	fclose(f);
}

static void set_time(const char *path, time_t t)
{
	struct timespec when[2] = {{.tv_sec = t}, {.tv_sec = t}};

	assert_int_equal(utimensat(AT_FDCWD, path, when, 0), 0);
}

struct all {
	size_t n, pages, problems, known;
	char first[64], last[64], cursor[4096];
};

/* Pulls pages until there are no more; a new reader for each page if asked for, as after a kill. */
static struct all pull_all(const char *path, struct pull_request req, const char *cursor,
			   bool restart, size_t pages_max)
{
	struct admin_orders *s = admin_orders_new(path, CSV_UTF8);
	struct arena *a = arena_new();
	struct all r = {0};
	struct page page = {.more = true};
	struct err e;

	snprintf(r.cursor, sizeof(r.cursor), "%s", cursor ? cursor : "");
	while (page.more && r.pages < pages_max) {
		req.cursor = r.cursor[0] ? r.cursor : NULL;
		assert_ok(admin_orders_pull(s, &req, a, &page, &e), &e);
		for (size_t i = 0; i < page.n; i++) {
			if (r.n++ == 0)
				snprintf(r.first, sizeof(r.first), "%s", page.rec[i].label);
			snprintf(r.last, sizeof(r.last), "%s", page.rec[i].label);
			r.problems += page.rec[i].problem != NULL;
		}
		r.known += page.known;
		r.pages++;
		if (page.cursor)
			snprintf(r.cursor, sizeof(r.cursor), "%s", page.cursor);
		arena_reset(a);
		if (restart) {
			admin_orders_free(s);
			s = admin_orders_new(path, CSV_UTF8);
		}
	}
	admin_orders_free(s);
	arena_free(a);
	return r;
}

static void test_admin_orders__pages_and_a_second_run_reads_nothing(void **state)
{
	struct all r, again;

	(void)state;
	assert_int_equal(mkdir("p1", 0700), 0);
	add_orders("p1/b.csv", "w", 1000, 600, "10.00");
	add_orders("p1/a.CSV", "w", 5000, 10, "10.00");
	write_text("p1/readme.txt", "not for us");
	set_time("p1/b.csv", 1000000);
	set_time("p1/a.CSV", 2000000);
	r = pull_all("p1", (struct pull_request){0}, NULL, false, 99);
	assert_int_equal(r.n, 610);
	assert_int_equal(r.problems, 0);
	assert_string_equal(r.first, "#1000"); /* the older file first */
	assert_string_equal(r.last, "#5009");
	again = pull_all("p1", (struct pull_request){0}, r.cursor, false, 99);
	assert_int_equal(again.n, 0);
	assert_int_equal(again.pages, 1);
	/* A file added, one replaced, one gone. */
	add_orders("p1/c.csv", "w", 7000, 3, "10.00");
	set_time("p1/c.csv", 3000000);
	add_orders("p1/b.csv", "w", 1000, 5, "11.00");
	set_time("p1/b.csv", 4000000);
	assert_int_equal(unlink("p1/a.CSV"), 0);
	again = pull_all("p1", (struct pull_request){0}, r.cursor, false, 99);
	assert_int_equal(again.n, 8);
	assert_string_equal(again.first, "#7000");
	assert_null(strstr(again.cursor, "a.CSV"));
}

static void test_admin_orders__resumes_in_the_middle_of_a_file(void **state)
{
	struct all part, rest;

	(void)state;
	add_orders("long.csv", "w", 1000, 1000, "10.00");
	set_time("long.csv", 1000000);
	part = pull_all("long.csv", (struct pull_request){0}, NULL, false, 2);
	assert_int_equal(part.n, 500);
	rest = pull_all("long.csv", (struct pull_request){0}, part.cursor, true, 99);
	assert_int_equal(rest.n, 500);
	assert_string_equal(rest.first, "#1500");
	assert_string_equal(rest.last, "#1999");
	/* Replaced in between: from its beginning. */
	set_time("long.csv", 1500000);
	rest = pull_all("long.csv", (struct pull_request){0}, part.cursor, true, 99);
	assert_int_equal(rest.n, 1000);
}

static void test_admin_orders__limit_and_window(void **state)
{
	struct pull_request req = {.window = true};
	struct all r;
	struct err e;

	(void)state;
	add_orders("win.csv", "w", 1000, 56, "10.00");
	set_time("win.csv", 1000000);
	assert_ok(clock_parse("2026-10-05T00:00:00Z", &req.since, &e), &e);
	assert_ok(clock_parse("2026-10-06T23:59:59Z", &req.until, &e), &e);
	r = pull_all("win.csv", req, NULL, false, 99);
	assert_int_equal(r.n, 4);
	/* Without a window of a person's own, since is that of the configuration. */
	req.window = false;
	req.until = 0;
	assert_int_equal(pull_all("win.csv", req, NULL, false, 99).n, 48);
	r = pull_all("win.csv", (struct pull_request){.limit = 7}, NULL, false, 1);
	assert_int_equal(r.n, 7);
	assert_int_equal(pull_all("win.csv", (struct pull_request){0}, r.cursor, true, 99).n, 49);
}

static enum errk knows_even(void *ctx, const struct record *head, bool *known, struct err *e)
{
	(void)ctx;
	(void)e;
	assert_int_equal(strlen(head->version), 64);
	*known = (head->id[strlen(head->id) - 1] - '0') % 2 == 0;
	return E_OK;
}

static void test_admin_orders__known_ones_are_counted(void **state)
{
	struct pull_request req = {.knows = knows_even};
	struct all r;

	(void)state;
	add_orders("known.csv", "w", 1000, 100, "10.00");
	set_time("known.csv", 1000000);
	r = pull_all("known.csv", req, NULL, false, 99);
	assert_int_equal(r.n, 50);
	assert_int_equal(r.known, 50);
	req.full = true;
	assert_int_equal(pull_all("known.csv", req, NULL, false, 99).n, 100);
}

static void test_admin_orders__a_growing_file_is_busy(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct admin_orders *s;
	struct pull_request req = {0};
	struct page page;
	struct err e;

	(void)state;
	add_orders("grow.csv", "w", 1000, 300, "10.00");
	s = admin_orders_new("grow.csv", CSV_UTF8);
	assert_ok(admin_orders_pull(s, &req, a, &page, &e), &e);
	assert_int_equal(page.n, 250);
	/* More orders come while the second page is read: the file is another one now. */
	add_orders("grow.csv", "a", 1300, 5, "10.00");
	req.cursor = page.cursor;
	assert_ok(admin_orders_pull(s, &req, a, &page, &e), &e);
	assert_string_equal(page.rec[0].label, "#1000");
	admin_orders_free(s);

	/* Cut in the middle of a row a moment ago. */
	add_orders("cut.csv", "w", 1000, 2, "10.00");
	FILE *f = fopen("cut.csv", "a");
	fputs("#1002,a@example.com,paid,EU", f);
	fclose(f);
	s = admin_orders_new("cut.csv", CSV_UTF8);
	req.cursor = NULL;
	assert_int_equal(admin_orders_pull(s, &req, a, &page, &e), E_BUSY);
	assert_string_equal(e.code, "file_changing");
	/* Long ago: it won't get better, and the order is parked. */
	set_time("cut.csv", 1600000000);
	assert_ok(admin_orders_pull(s, &req, a, &page, &e), &e);
	assert_int_equal(page.n, 3);
	assert_non_null(page.rec[2].problem);
	admin_orders_free(s);
}

static void test_admin_orders__an_open_quote_ends_the_file(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct admin_orders *s;
	struct page page;
	struct err e;

	(void)state;
	add_orders("quote.csv", "w", 1000, 2, "10.00");
	FILE *f = fopen("quote.csv", "a");
	fputs("#1002,\"a@example.com,paid\n#1003,b,c\n", f);
	fclose(f);
	set_time("quote.csv", 1600000000);
	s = admin_orders_new("quote.csv", CSV_UTF8);
	assert_ok(admin_orders_pull(s, &(struct pull_request){0}, a, &page, &e), &e);
	assert_int_equal(page.n, 3);
	assert_false(page.more);
	admin_orders_free(s);
}

static void test_admin_orders__pull_only(void **state)
{
	const char *who[] = {"#1003", "1004", "901005", "gid://shopify/Order/901006", "#9"};
	CLEANUP(arena) struct arena *a = arena_new();
	struct admin_orders *s;
	struct page page;
	struct err e;

	(void)state;
	assert_int_equal(mkdir("only", 0700), 0);
	add_orders("only/1.csv", "w", 1000, 20, "10.00");
	add_orders("only/2.csv", "w", 1003, 1, "33.00");
	set_time("only/1.csv", 1000000);
	set_time("only/2.csv", 2000000);
	s = admin_orders_new("only", CSV_UTF8);
	assert_ok(admin_orders_pull_only(s, who, 5, a, &page, &e), &e);
	assert_int_equal(page.n, 5);
	assert_string_equal(page.rec[0].label, "#1003");
	assert_contains(page.rec[0].doc, "33.00"); /* the newer file's */
	assert_string_equal(page.rec[1].label, "#1004");
	assert_string_equal(page.rec[2].label, "#1005");
	assert_string_equal(page.rec[3].label, "#1006");
	assert_string_equal(page.rec[4].id, "#9");
	assert_string_equal(page.rec[4].problem->code, "not_found");
	admin_orders_free(s);
}

static void test_admin_orders__refusals(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct admin_orders *s = admin_orders_new("nowhere", CSV_UTF8);
	struct page page = {.n = 77};
	struct err e;

	(void)state;
	assert_int_equal(admin_orders_pull(s, &(struct pull_request){0}, a, &page, &e), E_LOCAL);
	assert_int_equal(page.n, 77);
	admin_orders_free(s);
	write_text("products.csv", "Handle,Title\nhat,Hat\n");
	s = admin_orders_new("products.csv", CSV_UTF8);
	assert_int_equal(admin_orders_pull(s, &(struct pull_request){0}, a, &page, &e), E_LOCAL);
	assert_string_equal(e.code, "not_an_orders_export");
	assert_int_equal(admin_orders_pull(s, &(struct pull_request){.cursor = "2026-01-01"}, a,
					   &page, &e),
			 E_LOCAL);
	assert_string_equal(e.code, "bad_cursor");
	admin_orders_free(s);
}

struct said {
	int ok, warn, bad;
	char last_bad[512];
};

static void say(void *ctx, enum check_result result, const char *what, const char *remedy)
{
	struct said *s = ctx;

	(void)remedy;
	s->ok += result == CHECK_OK;
	s->warn += result == CHECK_WARN;
	s->bad += result == CHECK_BAD;
	if (result == CHECK_BAD)
		snprintf(s->last_bad, sizeof(s->last_bad), "%s", what);
}

static void test_admin_orders__check(void **state)
{
	struct said said = {0};
	struct check_sink sink = {.say = say, .ctx = &said};
	struct admin_orders *s;
	struct err e;

	(void)state;
	assert_int_equal(mkdir("check", 0700), 0);
	add_orders("check/1.csv", "w", 1000, 20, "10.00");
	write_text("check/2.csv", "Name,Total\n#1,10.00\n");
	/* Other exports may lie beside. */
	write_text("check/3.csv", "Handle,Title,Vendor,Variant SKU\nhat,Hat,Acme,HAT-1\n");
	write_text("check/4.csv", "Handle,Title,SKU,Location,On hand\nhat,Hat,HAT-1,Lyon,3\n");
	s = admin_orders_new("check", CSV_UTF8);
	assert_ok(admin_orders_check(s, &sink, &e), &e);
	assert_int_equal(said.ok, 1);
	assert_int_equal(said.bad, 1);
	assert_contains(said.last_bad, "2.csv");
	assert_int_equal(said.warn, 0);
	admin_orders_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_admin_orders__pages_and_a_second_run_reads_nothing),
		cmocka_unit_test(test_admin_orders__resumes_in_the_middle_of_a_file),
		cmocka_unit_test(test_admin_orders__limit_and_window),
		cmocka_unit_test(test_admin_orders__known_ones_are_counted),
		cmocka_unit_test(test_admin_orders__a_growing_file_is_busy),
		cmocka_unit_test(test_admin_orders__an_open_quote_ends_the_file),
		cmocka_unit_test(test_admin_orders__pull_only),
		cmocka_unit_test(test_admin_orders__refusals),
		cmocka_unit_test(test_admin_orders__check),
	};

	return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}
