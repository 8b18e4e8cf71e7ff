#include "state_fixture.h"

#include "state/passed.h"
#include "state/run.h"

enum { NOW = 1795521600, DAY = 86400, HOUR = 3600 };

static int64_t begin(struct fixture *f, int64_t at)
{
	int64_t run;

	OK(run_begin(f->s, FLOW, at, &run, e));
	return run;
}

/* A run whose clock says this; it ends at once. */
static int64_t run_at(struct fixture *f, int64_t clock, int64_t behind)
{
	const struct passed p = {clock, behind, begin(f, clock)};
	int64_t now;

	OK(passed_now(f->s, &p, &now, e));
	return now;
}

static void test_passed__runs_of_every_day_are_at_the_clock(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run_at(f, NOW, 0), NOW);
	for (int i = 1; i < 20; i++)
		assert_int_equal(run_at(f, NOW + i * (DAY + 60), 0), NOW + i * (DAY + 60));
}

/* Nor does it if it is the first that a state file of before sees. */
static void test_passed__one_clock_that_is_ahead_makes_nothing_old(void **state)
{
	struct fixture *f = *state;

	begin(f, NOW);
	assert_int_equal(run_at(f, NOW + 100 * DAY, 0), NOW + 2 * DAY);
	for (int i = 1; i <= 12; i++)
		assert_int_equal(run_at(f, NOW + 100 * DAY + i * HOUR, 0),
				 NOW + 2 * DAY + i * 2 * HOUR);
	assert_int_equal(run_at(f, NOW + DAY, 0), NOW + DAY);
	assert_int_equal(run_at(f, NOW + 4 * DAY, 0), NOW + 4 * DAY);
}

/* Each run of them moves on by a day, and the next days make up for it. */
static void test_passed__a_pause_is_made_up_for(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run_at(f, NOW, 0), NOW);
	assert_int_equal(run_at(f, NOW + 5 * DAY, 0), NOW + 2 * DAY);
	assert_int_equal(run_at(f, NOW + 6 * DAY, 0), NOW + 4 * DAY);
	assert_int_equal(run_at(f, NOW + 7 * DAY, 0), NOW + 6 * DAY);
	assert_int_equal(run_at(f, NOW + 8 * DAY, 0), NOW + 8 * DAY);
}

static void test_passed__a_clock_that_is_years_behind_stops_nothing(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run_at(f, NOW, 0), NOW);
	assert_int_equal(run_at(f, 1000, 0), 1000);
	assert_int_equal(run_at(f, NOW + HOUR, 0), NOW + HOUR);
}

/* Where a server says that ours is ahead, nothing passes, and nothing is newer than it says. */
static void test_passed__servers_are_heard(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run_at(f, NOW, 0), NOW);
	assert_int_equal(run_at(f, NOW + DAY, 2 * DAY), NOW - DAY);
	assert_int_equal(run_at(f, NOW + HOUR, 0), NOW + HOUR);
}

static void test_passed__the_latest_time_is_kept_as_it_is(void **state)
{
	struct fixture *f = *state;
	int64_t at;
	bool server;

	OK(passed_latest(f->s, &at, &server, e));
	assert_int_equal(at, 0);
	assert_false(server);
	OK(passed_set_latest(f->s, NOW, true, e));
	reopen(f);
	OK(passed_latest(f->s, &at, &server, e));
	assert_int_equal(at, NOW);
	assert_true(server);
	OK(passed_last(f->s, NOW, &at, e));
	assert_int_equal(at, 0);
	assert_int_equal(run_at(f, NOW, 0), NOW);
	OK(passed_last(f->s, NOW + DAY, &at, e));
	assert_int_equal(at, NOW);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(test_passed__##name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(runs_of_every_day_are_at_the_clock),
		T(one_clock_that_is_ahead_makes_nothing_old),
		T(a_pause_is_made_up_for),
		T(a_clock_that_is_years_behind_stops_nothing),
		T(servers_are_heard),
		T(the_latest_time_is_kept_as_it_is),
	};
#undef T
	return cmocka_run_group_tests(tests, NULL, NULL);
}
