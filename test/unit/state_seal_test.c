#include "state_fixture.h"

#include "base/file.h"
#include "state/link.h"
#include "state/run.h"
#include "state/checkpoint.h"
#include "state/seal.h"

static struct link linked(struct fixture *f)
{
	struct link l;
	bool found = false;

	OK(link_get(f->s, FLOW, "1", f->a, &l, &found, e));
	assert_true(found);
	return l;
}

static void test_seal__only_a_higher_one_says_that_the_file_is_older(void **state)
{
	struct fixture *f = *state;
	const char *seal = path_join(f->a, f->dir, "seal");
	const struct link l = {.flow = FLOW,
			       .record = "1",
			       .label = "#1",
			       .target.id = "doc",
			       .version = "v1",
			       .sent_hash = "h",
			       .kept = "agreed"};
	static const char *const silent[] = {"", "x", "-3", "1", "2\n"};
	int64_t run;
	bool older = true, again;

	OK(link_set(f->s, &l, 100, e));
	OK(state_compare_seal(f->s, seal, &older, e));
	assert_false(older);
	OK(run_begin(f->s, FLOW, 100, &run, e));
	OK(state_set_seal(f->s, seal, e));
	assert_int_equal(mode_of(seal), 0600);
	/* Killed before it could write its seal. */
	OK(run_begin(f->s, FLOW, 200, &run, e));
	for (size_t i = 0; i < sizeof(silent) / sizeof(*silent); i++) {
		OK(state_compare_seal(f->s, seal, &older, e));
		assert_false(older);
		assert_false(linked(f).doubt);
		OK(file_write_atomic(seal, silent[i], strlen(silent[i]), 0600, e));
	}
	OK(checkpoint_set(f->s, FLOW, "c", 200, e));
	OK(checkpoint_again(f->s, FLOW, &again, e));
	assert_false(again);
	OK(file_write_atomic(seal, "3\n", 2, 0600, e));
	OK(state_compare_seal(f->s, seal, &older, e));
	assert_true(older);
	assert_true(linked(f).doubt && linked(f).kept_old);
	OK(checkpoint_again(f->s, FLOW, &again, e));
	assert_true(again);
	/* What becomes of a write is believed again, and a new kept text is none of before. */
	OK(link_set_kept(f->s, FLOW, "1", "agreed anew", e));
	assert_true(linked(f).doubt && !linked(f).kept_old);
	OK(link_set(f->s, &l, 300, e));
	assert_false(linked(f).doubt);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_seal__only_a_higher_one_says_that_the_file_is_older, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
