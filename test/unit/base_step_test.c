#include "base_test.h"

#include <signal.h>

#include "base/step.h"

static void three_steps(void)
{
	setenv("ERPSYNC_STEP_LOG", "steps", 1);
	STEP("one");
	STEP("two");
	STEP("three");
}

static void stop_at_two(void)
{
	setenv("ERPSYNC_STOP_AT", "2", 1);
	three_steps();
}

static void test_step__counts_or_is_nothing(void **state)
{
	(void)state;
	assert_int_equal(status_of(three_steps), 0);
#ifdef ERPSYNC_STEPS
	char *log = read_text("steps");

	assert_string_equal(log, "1 one\n2 two\n3 three\n");
	free(log);
	unlink("steps");
#else
	assert_int_equal(access("steps", F_OK), -1);
#endif
}

static void test_step__stops_as_by_power_cut(void **state)
{
	int status = status_of(stop_at_two);

	(void)state;
#ifdef ERPSYNC_STEPS
	char *log = read_text("steps");

	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
	assert_string_equal(log, "1 one\n2 two\n");
	free(log);
#else
	assert_int_equal(status, 0);
#endif
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_step__counts_or_is_nothing),
		cmocka_unit_test(test_step__stops_as_by_power_cut),
	};

	return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}
