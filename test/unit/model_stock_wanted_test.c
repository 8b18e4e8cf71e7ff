#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/stock_wanted.h"

static void target(const char *sum, int64_t owed, int64_t buffer, int64_t expected, bool less)
{
	struct decimal d;
	struct err e;
	bool negative;

	assert_int_equal(decimal_parse(sum, &d, &e), E_OK);
	assert_int_equal(stock_target(d, owed, buffer, &negative), expected);
	assert_int_equal(negative, less);
}

static void test_stock_target__is_never_above_the_truth(void **state)
{
	(void)state;
	target("12", 0, 0, 12, false);
	target("12.999", 0, 0, 12, false);
	target("0.999", 0, 0, 0, false);
	target("12.000", 3, 2, 7, false);
	target("4.5", 3, 2, 0, false);
	target("0", 5, 0, 0, false);
	target("-0.001", 0, 0, 0, true);
	target("-1", 0, 0, 0, true);
	target("-12.5", 2, 2, 0, true);
	target("999999999999.5", 0, 1, 999999999998, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stock_target__is_never_above_the_truth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
