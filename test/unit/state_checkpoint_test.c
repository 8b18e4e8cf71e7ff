#include "state_fixture.h"

#include "state/checkpoint.h"

static void test_checkpoint__is_null_before_the_first_pull(void **state)
{
	struct fixture *f = *state;
	const char *cursor = "x";
	int64_t at = 7;

	OK(checkpoint_get(f->s, FLOW, f->a, &cursor, &at, e));
	assert_null(cursor);
	assert_int_equal(at, 0);
}

static void test_checkpoint__moves_and_survives(void **state)
{
	struct fixture *f = *state;
	const char *cursor;
	int64_t at;

	OK(checkpoint_set(f->s, FLOW, "c1", 100, e));
	OK(checkpoint_set(f->s, "refunds export", "other", 150, e));
	OK(checkpoint_set(f->s, FLOW, "c2 'quoted' ü", 200, e));
	reopen(f);
	OK(checkpoint_get(f->s, FLOW, f->a, &cursor, &at, e));
	assert_string_equal(cursor, "c2 'quoted' ü");
	assert_int_equal(at, 200);
}

static void test_checkpoint__goes_back_with_its_transaction(void **state)
{
	struct fixture *f = *state;
	const char *cursor;
	int64_t at;

	OK(checkpoint_set(f->s, FLOW, "c1", 100, e));
	OK(state_begin(f->s, e));
	OK(checkpoint_set(f->s, FLOW, "c2", 200, e));
	state_rollback(f->s);
	OK(checkpoint_get(f->s, FLOW, f->a, &cursor, &at, e));
	assert_string_equal(cursor, "c1");
}

static void test_checkpoint__again_until_all_is_read(void **state)
{
	struct fixture *f = *state;
	bool again = false;
	int64_t at = 1;

	OK(checkpoint_again(f->s, FLOW, &again, e));
	assert_true(again);
	OK(checkpoint_again(f->s, "refunds export", &again, e));
	OK(checkpoint_set(f->s, FLOW, "c1", 100, e));
	reopen(f);
	again = false;
	OK(checkpoint_again(f->s, FLOW, &again, e));
	assert_true(again);
	OK(checkpoint_whole(f->s, FLOW, &at, e));
	assert_int_equal(at, 0);
	OK(checkpoint_reached(f->s, FLOW, 90, e));
	OK(checkpoint_whole(f->s, FLOW, &at, e));
	assert_int_equal(at, 90);
	OK(checkpoint_again(f->s, FLOW, &again, e));
	assert_false(again);
	OK(checkpoint_set(f->s, "refunds export", "c1", 100, e));
	OK(checkpoint_again(f->s, "refunds export", &again, e));
	assert_true(again);
}

static void test_checkpoint__is_read_anew_until_all_is_read(void **state)
{
	struct fixture *f = *state;
	const char *choice = "x";
	bool again = true;
	int64_t at = 1;

	OK(checkpoint_choice(f->s, FLOW, f->a, &choice, e));
	assert_null(choice);
	OK(checkpoint_set(f->s, FLOW, "c1", 100, e));
	OK(checkpoint_choose(f->s, FLOW, "few", 100, e));
	OK(checkpoint_reached(f->s, FLOW, 90, e));
	OK(checkpoint_choose(f->s, FLOW, "more", 200, e));
	OK(checkpoint_reopen(f->s, FLOW, e));
	reopen(f);
	OK(checkpoint_choice(f->s, FLOW, f->a, &choice, e));
	assert_string_equal(choice, "more");
	OK(checkpoint_whole(f->s, FLOW, &at, e));
	assert_int_equal(at, 0);
	OK(checkpoint_again(f->s, FLOW, &again, e));
	assert_true(again);
	OK(checkpoint_reached(f->s, FLOW, 300, e));
	OK(checkpoint_whole(f->s, FLOW, &at, e));
	assert_int_equal(at, 300);
}

static void test_checkpoint__keeps_what_is_due(void **state)
{
	struct fixture *f = *state;
	bool due = true;
	int64_t id = 1;

	OK(checkpoint_shared_due(f->s, FLOW, &due, e));
	assert_false(due);
	OK(checkpoint_mapped_before(f->s, FLOW, &id, e));
	assert_int_equal(id, 0);
	OK(checkpoint_set_shared_due(f->s, FLOW, true, e));
	OK(checkpoint_set_mapped_before(f->s, FLOW, 1LL << 40, e));
	OK(checkpoint_set_shared_due(f->s, FLOW " > csv:/out", false, e));
	reopen(f);
	OK(checkpoint_shared_due(f->s, FLOW, &due, e));
	assert_true(due);
	OK(checkpoint_mapped_before(f->s, FLOW, &id, e));
	assert_true(id == 1LL << 40);
	OK(checkpoint_set_shared_due(f->s, FLOW, false, e));
	OK(checkpoint_shared_due(f->s, FLOW, &due, e));
	assert_false(due);
}

int main(void)
{
#define OPEN(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		OPEN(test_checkpoint__is_null_before_the_first_pull),
		OPEN(test_checkpoint__moves_and_survives),
		OPEN(test_checkpoint__goes_back_with_its_transaction),
		OPEN(test_checkpoint__again_until_all_is_read),
		OPEN(test_checkpoint__is_read_anew_until_all_is_read),
		OPEN(test_checkpoint__keeps_what_is_due),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
