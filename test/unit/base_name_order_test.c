#include "base_test.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/name_order.h"
#include "files/sources.h"

/* Each comes before the next one. */
static void before(const char *a, const char *b, bool known)
{
	if (name_order(a, b) >= 0 || name_order(b, a) <= 0)
		fail_msg("'%s' does not come before '%s'", a, b);
	if (name_order_known(a, b) != known || name_order_known(b, a) != known)
		fail_msg("'%s' before '%s' is %s", a, b, known ? "known" : "not known");
}

static void test_base_name_order__numbers(void **state)
{
	(void)state;
	before("stock.csv", "stock-2.csv", true);
	before("stock-9.csv", "stock-10.csv", true);
	before("stock-2.csv", "stock-0010.csv", true);
	before("stock_9.csv", "stock-10.csv", true);
	before("stock.csv", "stock-changes.csv", true);
	before("stock.CSV", "stock-2.csv", true);
	before("orders_export.csv", "orders_export (1).csv", true);
	before("orders_export (9).csv", "orders_export (10).csv", true);
	before("orders_export.csv", "orders_export_1.csv", true);
	before("stock-2026-11-09.csv", "stock-2026-11-10.csv", true);
	before("stock-99999999999999999999.csv", "stock-100000000000000000000.csv", true);
}

static void test_base_name_order__words(void **state)
{
	(void)state;
	before("stock-a.csv", "stock-B.csv", false);
	before("stock-changes-2.csv", "stock-lyon.csv", false);
	before("stock-2.csv", "stock-lyon.csv", false);
	/* Two spellings of one name. */
	before("stock-1.csv", "stock_1.csv", false);
	before("stock-01.csv", "stock-1.csv", false);
	assert_int_equal(name_order("stock.csv", "stock.csv"), 0);
	assert_true(name_order_known("stock.csv", "stock.csv"));
	before("", "a", true);
}

/* Several numbers tell it only where the first weighs most. */
static void test_base_name_order__dates(void **state)
{
	(void)state;
	before("orders 01.12.2026.csv", "orders 30.11.2026.csv", false);
	before("stock-11-30-2026.csv", "stock-12-01-2026.csv", false);
	before("stock 1.1.2027.csv", "stock 31.12.2026.csv", false);
	before("stock 01 Dec 2026.csv", "stock 30 Nov 2026.csv", false);
	before("stock-01122026.csv", "stock-30112026.csv", false);
	before("stock-2-of-9.csv", "stock-3-of-4.csv", false);
	before("stock-2026-11-30 shop 2 (5).csv", "stock-2026-11-30 shop 3 (1).csv", false);
	before("stock 29.11.2026.csv", "stock 30.11.2026.csv", true);
	before("stock 30.11.2026.csv", "stock 30.12.2026.csv", true);
	before("stock 30.11.2026 (1).csv", "stock 30.11.2026 (2).csv", true);
	before("stock-29112026.csv", "stock-30112026.csv", true);
	before("stock-2026-11-30.csv", "stock-2026-12-01.csv", true);
	before("stock-2026-12-31.csv", "stock-2027-01-01.csv", true);
	before("stock-2026-11.csv", "stock-2027-01.csv", true);
	before("stock-20261130.csv", "stock-20261201.csv", true);
	before("stock-20261130-1015.csv", "stock-20261201-0900.csv", true);
	before("stock-20261130101500.csv", "stock-20261201090000.csv", true);
	before("stock-2026-11-30T10-15-00.csv", "stock-2026-11-30T11-05-00.csv", true);
	before("stock 2 2026-12-31.csv", "stock 2 2027-01-01.csv", true);
	before("stock-2026-11-30 shop.csv", "stock-2026-12-01 all.csv", true);
	before("stock-4711.csv", "stock-4712.csv", true);
	/* A day and a year of two digits may be either. */
	before("stock 011226.csv", "stock 301126.csv", false);
	before("stock 261130.csv", "stock 261201.csv", false);
	before("stock 0112261015.csv", "stock 3011261015.csv", false);
	before("stock 011226101500.csv", "stock 301126101500.csv", false);
	before("stock 01122026101500.csv", "stock 30112026101500.csv", false);
	before("stock 291126.csv", "stock 301126.csv", true);
	before("stock 301126.csv", "stock 301226.csv", true);
	before("stock 301126 (1).csv", "stock 301126 (2).csv", true);
	before("stock-471100.csv", "stock-471201.csv", true);
	before("stock-1796047849.csv", "stock-1796051449.csv", true);
	/* The same date in two spellings, or with a time behind one. */
	before("stock-2026-12-01.csv", "stock-20261130.csv", false);
	before("stock-20261201.csv", "stock-20261130101500.csv", false);
	before("stock-30112.csv", "stock-30121.csv", true);
}

/* Nine in the evening is later than ten in the morning, and twelve in the morning is earlier than both. */
static void test_base_name_order__12_hours(void **state)
{
	(void)state;
	before("stock 2026-11-30 9-15 PM.csv", "stock 2026-11-30 10-15 AM.csv", false);
	before("stock 2026-11-30 9-15 am.csv", "stock 2026-11-30 12-15 am.csv", false);
	before("stock 2026-11-30 9.15.20 p.m..csv", "stock 2026-11-30 10.15.00 a.m..csv", false);
	before("stock 2026-11-30 9-15 AM.csv", "stock 2026-11-30 9-15 PM.csv", false);
	before("stock 20261130 0915PM.csv", "stock 20261130 1015AM.csv", false);
	before("stock 9-15 AM.csv", "stock 12-15 AM.csv", false);
	before("stock 2026-11-30 9-15 PM.csv", "stock 2026-12-01 10-15 AM.csv", true);
	before("stock 2026-11-29 10-15 PM.csv", "stock 2026-11-30 9-15 AM.csv", true);
	before("stock 20261130 1015PM.csv", "stock 20261201 0915AM.csv", true);
	before("stock 2026-11-30 9-15.csv", "stock 2026-11-30 10-15.csv", true);
	before("stock 2026-11-30 9 amiens.csv", "stock 2026-11-30 10 amiens.csv", true);
}

/* Of any three the order is one. */
static void test_base_name_order__one_order(void **state)
{
	static const char *const name[] = {"",        ".csv",      "a.csv",   "A.csv",
					   "a-.csv",  "a-1.csv",   "a1.csv",  "a01.csv",
					   "a_1.csv", "a--1.csv",  "a10.csv", "a-b.csv",
					   "ab.csv",  "a (1).csv", "a.1.csv", "\xc3\xa4.csv"};
	enum { N = sizeof(name) / sizeof(name[0]) };

	(void)state;
	for (size_t i = 0; i < N; i++)
		for (size_t j = 0; j < N; j++)
			for (size_t k = 0; k < N; k++)
				if (name_order(name[i], name[j]) < 0 &&
				    name_order(name[j], name[k]) < 0 &&
				    name_order(name[i], name[k]) >= 0)
					fail_msg("%s, %s, %s", name[i], name[j], name[k]);
}

/* Exports that a browser downloaded within a second. */
static void test_base_name_order__folder(void **state)
{
	static const char *const name[] = {"orders_export.csv", "orders_export (2).csv",
					   "orders_export (10).csv"};
	const struct timespec at = {1700000000, 0};
	CLEANUP(arena) struct arena *a = arena_new();
	struct source_file *file;
	struct err e;
	size_t n;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		write_text(name[i], "a\n");
		assert_int_equal(utimensat(AT_FDCWD, name[i], (const struct timespec[]){at, at}, 0),
				 0);
	}
	assert_ok(source_list(".", a, &file, &n, &e), &e);
	assert_int_equal(n, 3);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(file[i].name, name[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_base_name_order__numbers),
		cmocka_unit_test(test_base_name_order__words),
		cmocka_unit_test(test_base_name_order__dates),
		cmocka_unit_test(test_base_name_order__12_hours),
		cmocka_unit_test(test_base_name_order__one_order),
		cmocka_unit_test(test_base_name_order__folder),
	};

	return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}
