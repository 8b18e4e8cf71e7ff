#include "state_fixture.h"

#include "base/clock.h"
#include "state/future.h"
#include "state/connector_state.h"
#include "state/link.h"
#include "state/queue.h"
#include "state/reported.h"
#include "state/run.h"
#include "state/token.h"
#include "state/written.h"

enum { NOW = 1795521600, YEARS = 2 * 365 * 86400 };

static size_t due(struct fixture *f, int64_t now)
{
	struct queue_row *row;
	size_t n;

	OK(queue_due(f->s, FLOW, NULL, 0, now, 10, f->a, &row, &n, e));
	return n;
}

static int64_t put(struct fixture *f, const char *record, int64_t now)
{
	enum queue_put_result result;
	int64_t id;

	OK(queue_put(f->s, ARRIVED(record, record, "1", "{}"), QUEUE_PUT_NEWS, now, &result, e));
	OK(queue_waiting(f->s, FLOW, record, &id, e));
	return id;
}

static int64_t one(struct fixture *f, const char *sql)
{
	sqlite3_stmt *st;
	int64_t n;

	assert_int_equal(sqlite3_prepare_v2(f->s->db, sql, -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return n;
}

/* One run of a machine whose clock was two years ahead, and then the next one. */
static void test_future__a_clock_that_was_ahead_holds_nothing_up(void **state)
{
	struct fixture *f = *state;
	int64_t id, run, ahead, then = NOW + YEARS;

	OK(run_begin(f->s, FLOW, then, &run, e));
	id = put(f, "1", then);
	OK(queue_confirm(f->s, FLOW, "1", "1", then, then, e));
	OK(queue_mark_later(f->s, id, "busy", "later", then + 3600, then, e));
	OK(connector_state_set(f->s, "n", "text", then, e));
	OK(token_set(f->s, "k", "token", NULL, then + 86400, e));
	assert_int_equal(due(f, NOW), 0);

	OK(state_mend_times(f->s, NOW, &ahead, e));
	assert_int_equal(ahead, YEARS + 3600);
	assert_int_equal(due(f, NOW), 1);
	assert_int_equal(one(f, "SELECT read_at FROM queue"), 0);
	assert_int_equal(one(f, "SELECT max(started) FROM run"), NOW);
	assert_int_equal(one(f, "SELECT count(*) FROM token"), 0);
	assert_in_range(one(f, "SELECT saved_at FROM connector_state"), NOW - 30 * 86400,
			NOW - 86400);
	/* Once. */
	OK(state_mend_times(f->s, NOW, &ahead, e));
	assert_int_equal(ahead, 0);
}

/* A person's retry while the clock was ahead began no run. */
static void test_future__what_waits_tells_it_too(void **state)
{
	struct fixture *f = *state;
	int64_t ahead;

	put(f, "1", NOW + YEARS);
	OK(state_mend_times(f->s, NOW, &ahead, e));
	assert_int_equal(ahead, YEARS);
	assert_int_equal(due(f, NOW), 1);
}

/* Twice in those times: the last counts, and is told from what the ERP was told before and will be told now. */
static void test_future__what_an_erp_was_told_is_known_from_now_on(void **state)
{
	static const struct reported reports[] = {
		{.at = NOW - 9, .answered_at = NOW - 8, .lines = "[]"},
		{.at = NOW, .lines = "[1]"},
		{.at = NOW + YEARS, .lines = "[2]"},
		{.at = NOW + YEARS + 1, .answered_at = NOW + YEARS + 2, .lines = "[3]"},
	};
	struct fixture *f = *state;
	struct reported *list;
	int64_t ahead;
	size_t n;

	for (size_t i = 0; i < sizeof(reports) / sizeof(*reports); i++)
		OK(reported_add(f->s, "1", &reports[i], e));
	OK(state_mend_reported(f->s, NOW, &ahead, e));
	assert_int_equal(ahead, YEARS + 1);
	OK(reported_get(f->s, "1", f->a, &list, &n, e));
	assert_int_equal(n, 2);
	assert_int_equal(list[0].at, NOW);
	assert_int_equal(list[0].answered_at, NOW);
	assert_string_equal(list[0].lines, "[3]");
	assert_int_equal(list[1].at, NOW - 9);
	assert_int_equal(list[1].answered_at, NOW - 8);
	OK(state_mend_reported(f->s, NOW, &ahead, e));
	assert_int_equal(ahead, 0);
}

/* It may be now that the clock is behind: set back, it would be known at once when that is right again. */
static void test_future__what_an_erp_was_told_within_a_day_is_left(void **state)
{
	const struct reported x = {.at = NOW + FUTURE_BELIEVED_S, .lines = "[]"};
	struct fixture *f = *state;
	struct reported *list;
	int64_t run, ahead;
	size_t n;

	OK(run_begin(f->s, FLOW, NOW + YEARS, &run, e));
	OK(reported_add(f->s, "1", &x, e));
	OK(state_mend_times(f->s, NOW, &ahead, e));
	assert_int_equal(ahead, YEARS);
	OK(state_mend_reported(f->s, NOW, &ahead, e));
	assert_int_equal(ahead, 0);
	OK(reported_get(f->s, "1", f->a, &list, &n, e));
	assert_int_equal(list[0].at, x.at);
}

/* Else each file that is written from now on would be older than that one. */
static void test_future__files_are_no_newer_than_now(void **state)
{
	struct fixture *f = *state;
	const struct written ahead_of_us = {(int64_t)(NOW + YEARS) * 1000000000, "a.csv"},
			     last = {(int64_t)NOW * 1000000000 - 1, "b.csv"}, first = {1, "c.csv"};
	struct written w;
	int64_t run, ahead;

	OK(run_begin(f->s, FLOW, NOW + YEARS, &run, e));
	OK(written_set(f->s, FLOW, "1", true, &ahead_of_us, e));
	OK(written_set(f->s, FLOW, "2", true, &last, e));
	OK(written_set(f->s, FLOW, "2", true, &first, e));
	OK(state_mend_times(f->s, NOW, &ahead, e));
	OK(written_get(f->s, FLOW, "1", true, f->a, &w, e));
	assert_int_equal(w.ns, (int64_t)NOW * 1000000000);
	OK(written_get(f->s, FLOW, "2", true, f->a, &w, e));
	assert_int_equal(w.ns, (int64_t)NOW * 1000000000 - 1);
	assert_string_equal(w.file, "b.csv");
}

/* Else no order that comes from now on would be compared with it. */
static void test_future__what_was_known_of_orders_is_not_known(void **state)
{
	const struct link_shared moved = {.record = "1", .sku = "B", .item = "8", .since = NOW};
	const struct link l = {.flow = FLOW,
			       .record = "1",
			       .label = "",
			       .target.id = "9",
			       .version = "v",
			       .sent_hash = "h",
			       .sku = "A",
			       .demand_at = NOW + YEARS};
	struct fixture *f = *state;
	int64_t run, ahead;
	bool any = true;

	OK(run_begin(f->s, FLOW, NOW + YEARS, &run, e));
	OK(link_set(f->s, &l, NOW + YEARS, e));
	OK(link_move_shared(f->s, FLOW, &moved, &any, e));
	assert_false(any);
	OK(state_mend_times(f->s, NOW, &ahead, e));
	OK(link_move_shared(f->s, FLOW, &moved, &any, e));
	assert_true(any);
}

static void test_future__usual_times_are_left_alone(void **state)
{
	struct fixture *f = *state;
	int64_t id, run, ahead;

	OK(run_begin(f->s, FLOW, NOW + CLOCK_TOLERANCE_S, &run, e));
	id = put(f, "1", NOW);
	OK(queue_mark_later(f->s, id, "busy", "later", NOW + 7 * 86400, NOW, e));
	OK(token_set(f->s, "k", "token", NULL, NOW + 86400, e));
	OK(state_mend_times(f->s, NOW, &ahead, e));
	assert_int_equal(ahead, 0);
	assert_int_equal(due(f, NOW), 0);
	assert_int_equal(one(f, "SELECT count(*) FROM token"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(test_future__##name, setup, teardown)
		T(a_clock_that_was_ahead_holds_nothing_up),
		T(what_waits_tells_it_too),
		T(what_an_erp_was_told_is_known_from_now_on),
		T(what_an_erp_was_told_within_a_day_is_left),
		T(files_are_no_newer_than_now),
		T(what_was_known_of_orders_is_not_known),
		T(usual_times_are_left_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
