#include "state_fixture.h"

#include "state/journal.h"

static void add(struct fixture *f, int64_t at, const char *record, const char *label,
		const char *action)
{
	struct journal_line l = {
		.at = at,
		.run = 3,
		.flow = FLOW,
		.record = record,
		.label = label,
		.action = action,
		.outcome = "ok",
		.requests = 2,
		.detail = at == 100 ? NULL : "orders-000001.csv",
	};

	OK(journal_add(f->s, &l, e));
}

static void test_journal__tells_a_records_story_in_order(void **state)
{
	struct fixture *f = *state;
	struct journal_line *l;
	size_t n;

	add(f, 100, "gid-1", "#1001", "pulled");
	add(f, 110, "gid-2", "#1002", "pulled");
	add(f, 105, "gid-1", "#1001", "put");
	OK(journal_find(f->s, "gid-1", f->a, &l, &n, e));
	assert_int_equal(n, 2);
	assert_string_equal(l[0].action, "pulled");
	assert_null(l[0].detail);
	assert_string_equal(l[1].action, "put");
	assert_string_equal(l[1].detail, "orders-000001.csv");
	assert_int_equal(l[1].at, 105);
	assert_int_equal(l[1].run, 3);
	assert_int_equal(l[1].requests, 2);
	assert_string_equal(l[1].flow, FLOW);
	assert_string_equal(l[1].outcome, "ok");
	OK(journal_find(f->s, "#1002", f->a, &l, &n, e));
	assert_int_equal(n, 1);
	assert_string_equal(l[0].record, "gid-2");
	OK(journal_find(f->s, "nobody", f->a, &l, &n, e));
	assert_int_equal(n, 0);
}

static void test_journal__a_line_that_is_id_and_label_comes_once(void **state)
{
	struct fixture *f = *state;
	struct journal_line *l;
	size_t n;

	for (int i = 0; i < 40; i++)
		add(f, 200 + i, "1001", "1001", "put");
	OK(journal_find(f->s, "1001", f->a, &l, &n, e));
	assert_int_equal(n, 40);
	assert_int_equal(l[39].at, 239);
}

int main(void)
{
#define OPEN(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		OPEN(test_journal__tells_a_records_story_in_order),
		OPEN(test_journal__a_line_that_is_id_and_label_comes_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
