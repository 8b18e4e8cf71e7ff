#include "state_fixture.h"

#include "state/connector_state.h"

static const char *note(struct fixture *f, const char *key)
{
	const char *text = "x";
	int64_t at;

	OK(connector_state_get(f->s, key, f->a, &text, &at, e));
	return text;
}

static void test_note__is_kept_replaced_and_dropped_by_prefix(void **state)
{
	struct fixture *f = *state;
	const char *text;
	int64_t at = 7;

	assert_null(note(f, "stock 1 0"));
	OK(connector_state_set(f->s, "stock 1 0", "a", 100, e));
	OK(connector_state_set(f->s, "stock 1 1", "b", 100, e));
	OK(connector_state_set(f->s, "stock 10 0", "c", 100, e));
	OK(connector_state_set(f->s, "stock%1 0", "d", 100, e));
	OK(connector_state_set(f->s, "stock 1 1", "b2", 200, e));
	reopen(f);
	OK(connector_state_get(f->s, "stock 1 1", f->a, &text, &at, e));
	assert_string_equal(text, "b2");
	assert_int_equal(at, 200);
	OK(connector_state_drop(f->s, "stock 1 ", e));
	assert_null(note(f, "stock 1 0"));
	assert_null(note(f, "stock 1 1"));
	assert_string_equal(note(f, "stock 10 0"), "c");
	OK(connector_state_drop(f->s, "stock%", e));
	assert_string_equal(note(f, "stock 10 0"), "c");
	assert_null(note(f, "stock%1 0"));
}

static void test_note__forgotten_ones_go(void **state)
{
	struct fixture *f = *state;

	OK(connector_state_set(f->s, "old", "a", 100, e));
	OK(connector_state_set(f->s, "new", "b", 200, e));
	OK(connector_state_set(f->s, "keep old", "c", 100, e));
	OK(connector_state_purge(f->s, 200, e));
	assert_string_equal(note(f, "keep old"), "c");
	assert_null(note(f, "old"));
	assert_string_equal(note(f, "new"), "b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_note__is_kept_replaced_and_dropped_by_prefix,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_note__forgotten_ones_go, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
