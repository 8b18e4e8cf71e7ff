#include "base_test.h"

#include <signal.h>

#include "base/clock.h"
#include "base/stop.h"

/* Signals and the deadline are state of the process: each test runs in a child of its own. */
static bool child_says(bool (*fn)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(fn() ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool nothing_asked(void)
{
	int64_t begin = clock_mono_ms();

	stop_install();
	return !stop_requested() && !stop_reason() && stop_remaining_ms() == INT64_MAX &&
	       stop_sleep_ms(30) && clock_mono_ms() - begin >= 30 && stop_sleep_ms(0) &&
	       stop_sleep_ms(-5);
}

static bool first_signal_asks(void)
{
	stop_install();
	raise(SIGTERM);
	return stop_requested() && strcmp(stop_reason(), "signal TERM") == 0 &&
	       !stop_sleep_ms(10000);
}

static bool interrupt_has_its_name(void)
{
	stop_install();
	raise(SIGINT);
	return strcmp(stop_reason(), "signal INT") == 0;
}

static bool signal_wakes_the_sleeper(void)
{
	int64_t begin = clock_mono_ms();
	pid_t sender, parent = getpid();
	bool slept;

	stop_install();
	sender = fork();
	if (sender == 0) {
		usleep(50000);
		kill(parent, SIGTERM);
		_exit(0);
	}
	slept = stop_sleep_ms(20000);
	waitpid(sender, NULL, 0);
	return !slept && clock_mono_ms() - begin < 10000;
}

static bool deadline_ends_the_sleep(void)
{
	int64_t begin = clock_mono_ms();

	stop_set_deadline_ms(40);
	if (stop_requested() || stop_remaining_ms() > 40 || stop_sleep_ms(20000))
		return false;
	if (clock_mono_ms() - begin > 10000 || strcmp(stop_reason(), "max-runtime") != 0)
		return false;
	stop_set_deadline_ms(0);
	return !stop_requested() && stop_remaining_ms() == INT64_MAX;
}

static bool far_deadline_is_harmless(void)
{
	stop_set_deadline_ms(INT64_MAX);
	return !stop_requested() && stop_sleep_ms(1);
}

static void test_stop__nothing_asked(void **state)
{
	(void)state;
	assert_true(child_says(nothing_asked));
}

static void test_stop__first_signal_asks(void **state)
{
	(void)state;
	assert_true(child_says(first_signal_asks));
	assert_true(child_says(interrupt_has_its_name));
}

static void test_stop__signal_wakes_the_sleeper(void **state)
{
	(void)state;
	assert_true(child_says(signal_wakes_the_sleeper));
}

static void test_stop__deadline_ends_the_sleep(void **state)
{
	(void)state;
	assert_true(child_says(deadline_ends_the_sleep));
	assert_true(child_says(far_deadline_is_harmless));
}

static void two_interrupts(void)
{
	stop_install();
	raise(SIGINT);
	raise(SIGINT);
}

static void interrupt_then_term(void)
{
	stop_install();
	raise(SIGINT);
	raise(SIGTERM);
}

static void test_stop__second_signal_ends_at_once(void **state)
{
	(void)state;
	assert_int_equal(WEXITSTATUS(status_of(two_interrupts)), 130);
	assert_int_equal(WEXITSTATUS(status_of(interrupt_then_term)), 143);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stop__nothing_asked),
		cmocka_unit_test(test_stop__first_signal_asks),
		cmocka_unit_test(test_stop__signal_wakes_the_sleeper),
		cmocka_unit_test(test_stop__deadline_ends_the_sleep),
		cmocka_unit_test(test_stop__second_signal_ends_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
