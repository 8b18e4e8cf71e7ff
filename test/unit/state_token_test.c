#include "state_fixture.h"

#include "state/token.h"

static void test_token__is_kept_replaced_and_dropped(void **state)
{
	struct fixture *f = *state;
	const char *token = "x", *scope = "x";
	int64_t until = 7;
	bool found = true;

	OK(token_get(f->s, "shop", f->a, &token, &scope, &until, &found, e));
	assert_false(found);
	assert_null(token);
	OK(token_set(f->s, "shop", "secret-1", "read_orders", 1000, e));
	OK(token_set(f->s, "other", "o", NULL, 0, e));
	OK(token_set(f->s, "shop", "secret-2", "write_orders", 2000, e));
	reopen(f);
	OK(token_get(f->s, "shop", f->a, &token, &scope, &until, &found, e));
	assert_true(found);
	assert_string_equal(token, "secret-2");
	assert_string_equal(scope, "write_orders");
	assert_int_equal(until, 2000);
	OK(token_get(f->s, "other", f->a, &token, &scope, &until, &found, e));
	assert_null(scope);
	OK(token_drop(f->s, "shop", e));
	OK(token_drop(f->s, "shop", e));
	OK(token_get(f->s, "shop", f->a, &token, &scope, &until, &found, e));
	assert_false(found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_token__is_kept_replaced_and_dropped, setup,
						teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
