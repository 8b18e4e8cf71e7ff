#include "base_test.h"

#include "files/name_order.h"

/* Each comes before the next one. */
static void before(const char *a, const char *b, bool known)
{
	if (name_order(a, b) >= 0 || name_order(b, a) <= 0)
		fail_msg("'%s' does not come before '%s'", a, b);
	if (name_order_known(a, b) != known || name_order_known(b, a) != known)
		fail_msg("'%s' before '%s' is %s", a, b, known ? "known" : "not known");
}

static void test_files_name_order__numbers(void **state)
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

static void test_files_name_order__words(void **state)
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

/* Of any three the order is one. */
static void test_files_name_order__one_order(void **state)
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files_name_order__numbers),
		cmocka_unit_test(test_files_name_order__words),
		cmocka_unit_test(test_files_name_order__one_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
