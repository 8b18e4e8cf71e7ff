#include "state_fixture.h"

#include "state/checkpoint.h"
#include "state/queue.h"
#include "state/run.h"

static int64_t begin(struct fixture *f, const char *flow, int64_t at)
{
	int64_t id = 0;

	OK(run_begin(f->s, flow, at, &id, e));
	assert_true(id > 0);
	return id;
}

static void test_run__has_its_figures(void **state)
{
	struct fixture *f = *state;
	struct run r = {.id = begin(f, FLOW, 100),
			.outcome = "parked",
			.pulled = 1,
			.delivered = 2,
			.unchanged = 3,
			.parked = 4,
			.later = 5,
			.requests = 6,
			.detail = "why"};
	struct run *got;
	size_t n;

	OK(run_last(f->s, FLOW, 5, f->a, &got, &n, e));
	assert_int_equal(n, 1);
	assert_int_equal(got[0].ended, 0);
	assert_null(got[0].outcome);
	OK(run_end(f->s, &r, 160, e));
	OK(run_last(f->s, FLOW, 5, f->a, &got, &n, e));
	assert_string_equal(got[0].flow, FLOW);
	assert_int_equal(got[0].started, 100);
	assert_int_equal(got[0].ended, 160);
	assert_string_equal(got[0].outcome, "parked");
	assert_string_equal(got[0].detail, "why");
	assert_int_equal(got[0].pulled, 1);
	assert_int_equal(got[0].delivered, 2);
	assert_int_equal(got[0].unchanged, 3);
	assert_int_equal(got[0].parked, 4);
	assert_int_equal(got[0].later, 5);
	assert_int_equal(got[0].requests, 6);
}

static void test_run__last_is_newest_first(void **state)
{
	struct fixture *f = *state;
	struct run *got;
	size_t n;

	for (int i = 0; i < 20; i++)
		begin(f, i % 2 ? "b" : "a", 100 + i);
	OK(run_last(f->s, "a", 3, f->a, &got, &n, e));
	assert_int_equal(n, 3);
	assert_int_equal(got[0].started, 118);
	assert_int_equal(got[2].started, 114);
	OK(run_last(f->s, NULL, 100, f->a, &got, &n, e));
	assert_int_equal(n, 20);
	assert_int_equal(got[0].started, 119);
	assert_string_equal(got[0].flow, "b");
}

static void end_unknown(struct fixture *f)
{
	struct run r = {.id = 4711, .outcome = "done"};

	OK(run_end(f->s, &r, 1, e));
}

static void test_run__ending_what_never_began_is_a_bug(void **state)
{
	assert_bug(*state, end_unknown);
}

static void test_run__flows_are_all_that_were_ever_seen(void **state)
{
	struct fixture *f = *state;
	enum queue_put_result result;
	const char **flows;
	size_t n;

	OK(run_flows(f->s, f->a, &flows, &n, e));
	assert_int_equal(n, 0);
	for (int i = 0; i < 9; i++)
		begin(f, i % 3 ? "orders export" : "stock pull", 100 + i);
	/* A checkpoint is no flow: the engine keeps other marks there too. */
	OK(checkpoint_set(f->s, "orders export: mapping", "c", 1, e));
	OK(queue_put(f->s,
		     &(struct queue_row){.flow = "refunds export",
					 .record = "1",
					 .label = "1",
					 .version = "v",
					 .payload = "{}",
					 .origin = "webhook"},
		     QUEUE_PUT_NEWS, 1, &result, e));
	OK(run_flows(f->s, f->a, &flows, &n, e));
	assert_int_equal(n, 3);
	assert_string_equal(flows[0], "orders export");
	assert_string_equal(flows[1], "refunds export");
	assert_string_equal(flows[2], "stock pull");
}

static void test_run__purge_leaves_each_flows_last(void **state)
{
	struct fixture *f = *state;
	struct run *got;
	bool more;
	size_t n;

	begin(f, "once", 10);
	OK(state_begin(f->s, e));
	for (int i = 0; i < 1500; i++)
		begin(f, FLOW, 100 + i);
	OK(state_commit(f->s, e));
	OK(run_purge(f->s, 1590, &more, e));
	assert_true(more);
	OK(run_purge(f->s, 1590, &more, e));
	assert_false(more);
	OK(run_last(f->s, NULL, 100, f->a, &got, &n, e));
	assert_int_equal(n, 11);
	assert_int_equal(got[9].started, 1590);
	assert_string_equal(got[10].flow, "once");
	OK(run_purge(f->s, 9999, &more, e));
	OK(run_last(f->s, NULL, 100, f->a, &got, &n, e));
	assert_int_equal(n, 2);
}

int main(void)
{
#define OPEN(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		OPEN(test_run__has_its_figures),
		OPEN(test_run__last_is_newest_first),
		OPEN(test_run__ending_what_never_began_is_a_bug),
		OPEN(test_run__flows_are_all_that_were_ever_seen),
		OPEN(test_run__purge_leaves_each_flows_last),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
