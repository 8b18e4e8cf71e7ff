#include "state_fixture.h"

#include "state/queue.h"
#include "state/told.h"

static void test_told__newest_first_and_purged_by_age(void **state)
{
	struct fixture *f = *state;
	struct told *told;
	size_t n = 7;

	OK(told_get(f->s, "1", f->a, &told, &n, e));
	assert_int_equal(n, 0);
	OK(told_add(f->s, "1", "{\"A\":1}", 100, e));
	OK(told_add(f->s, "1", "{\"A\":2}", 200, e));
	OK(told_add(f->s, "1", "{\"A\":3}", 200, e));
	OK(told_add(f->s, "12", "{\"B\":9}", 300, e));
	OK(told_get(f->s, "1", f->a, &told, &n, e));
	assert_int_equal(n, 2);
	assert_string_equal(told[0].units, "{\"A\":3}");
	assert_int_equal(told[0].at, 200);
	assert_string_equal(told[1].units, "{\"A\":1}");
	OK(told_purge(f->s, 200, e));
	OK(told_get(f->s, "1", f->a, &told, &n, e));
	assert_int_equal(n, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_told__newest_first_and_purged_by_age, setup,
						teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
