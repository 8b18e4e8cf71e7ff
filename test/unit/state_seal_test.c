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

static const struct link WRITTEN = {.flow = FLOW,
				    .record = "1",
				    .label = "#1",
				    .target.id = "doc",
				    .version = "v1",
				    .sent_hash = "h",
				    .kept = "agreed"};

static void test_seal__only_a_higher_one_says_that_the_file_is_older(void **state)
{
	struct fixture *f = *state;
	const char *seal = path_join(f->a, f->dir, "seal");
	static const char *const silent[] = {"", "x", "-3", "1", "2\n"};
	int64_t run;
	enum seal_says says = SEAL_OLDER;
	bool again;

	OK(link_set(f->s, &WRITTEN, 100, e));
	OK(state_compare_seal(f->s, seal, 100, &says, e));
	assert_int_equal(says, SEAL_FITS);
	OK(run_begin(f->s, FLOW, 100, &run, e));
	OK(state_set_seal(f->s, seal, e));
	assert_int_equal(mode_of(seal), 0600);
	/* Killed before it could write its seal. */
	OK(run_begin(f->s, FLOW, 200, &run, e));
	for (size_t i = 0; i < sizeof(silent) / sizeof(*silent); i++) {
		OK(state_compare_seal(f->s, seal, 200, &says, e));
		assert_int_equal(says, SEAL_FITS);
		assert_false(linked(f).doubt);
		OK(file_write_atomic(seal, silent[i], strlen(silent[i]), 0600, e));
	}
	OK(checkpoint_set(f->s, FLOW, "c", 200, e));
	OK(checkpoint_again(f->s, FLOW, &again, e));
	assert_false(again);
	OK(file_write_atomic(seal, "3\n", 2, 0600, e));
	OK(state_compare_seal(f->s, seal, 200, &says, e));
	assert_int_equal(says, SEAL_OLDER);
	assert_true(linked(f).doubt && linked(f).kept_old);
	OK(checkpoint_again(f->s, FLOW, &again, e));
	assert_true(again);
	/* What becomes of a write is believed again, and a new kept text is none of before. */
	OK(link_set_kept(f->s, FLOW, "1", "agreed anew", e));
	assert_true(linked(f).doubt && !linked(f).kept_old);
	OK(link_set(f->s, &WRITTEN, 300, e));
	assert_false(linked(f).doubt);
}

static void test_seal__put_back_with_the_state_file_it_is_another_file(void **state)
{
	struct fixture *f = *state;
	const char *seal = path_join(f->a, f->dir, "seal");
	enum seal_says says;
	int64_t run;
	char *text;
	size_t len;

	OK(link_set(f->s, &WRITTEN, 100, e));
	OK(run_begin(f->s, FLOW, 100, &run, e));
	OK(state_set_seal(f->s, seal, e));
	OK(state_compare_seal(f->s, seal, 200, &says, e));
	assert_int_equal(says, SEAL_FITS);
	OK(file_read(seal, 1000, f->a, &text, &len, e));
	assert_non_null(strchr(text, ' '));
	OK(file_write_atomic(seal, text, len, 0600, e));
	OK(state_compare_seal(f->s, seal, 200, &says, e));
	assert_int_equal(says, SEAL_COPIED);
	assert_true(linked(f).doubt && linked(f).kept_old);
	OK(state_set_seal(f->s, seal, e));
	OK(state_compare_seal(f->s, seal, 200, &says, e));
	assert_int_equal(says, SEAL_FITS);
}

/* A quarter of an hour between two runs, but for one night. */
static void test_seal__that_slept_far_longer_than_ever_may_be_older(void **state)
{
	enum { QUARTER = 900, NIGHT = 8 * 3600 };
	struct fixture *f = *state;
	const char *seal = path_join(f->a, f->dir, "seal");
	enum seal_says says;
	int64_t run, at = 100000;

	OK(link_set(f->s, &WRITTEN, 100, e));
	for (int i = 0; i < 31; i++, at += QUARTER) {
		OK(run_begin(f->s, FLOW, at, &run, e));
		OK(state_compare_seal(f->s, seal, at + 30 * NIGHT, &says, e));
		assert_int_equal(says, SEAL_FITS); /* too few to tell */
	}
	OK(run_begin(f->s, FLOW, at, &run, e));
	OK(state_compare_seal(f->s, seal, at + 3600, &says, e));
	assert_int_equal(says, SEAL_FITS);
	OK(state_compare_seal(f->s, seal, at + 3601, &says, e));
	assert_int_equal(says, SEAL_SLEPT);
	assert_true(linked(f).doubt && !linked(f).kept_old);
	at += NIGHT;
	OK(run_begin(f->s, FLOW, at, &run, e));
	OK(state_compare_seal(f->s, seal, at + 3 * NIGHT, &says, e));
	assert_int_equal(says, SEAL_FITS);
	OK(state_compare_seal(f->s, seal, at + 3 * NIGHT + 1, &says, e));
	assert_int_equal(says, SEAL_SLEPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_seal__only_a_higher_one_says_that_the_file_is_older, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_seal__put_back_with_the_state_file_it_is_another_file, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			test_seal__that_slept_far_longer_than_ever_may_be_older, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
