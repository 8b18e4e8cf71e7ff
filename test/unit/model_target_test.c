#include "base_test.h"

#include "base/cleanup.h"
#include "model/target.h"

static struct target order(struct arena *a)
{
	struct target t = {.id = "12", .name = "S00012"};

	target_add_part(&t, "invoice", "7", NULL, a);
	target_add_part(&t, "line", "31", "gid://shopify/LineItem/9", a);
	return t;
}

static void test_target__its_text_is_for_people(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct target none = {0}, plain = {.id = "orders-000001.csv"}, named = order(a),
		      several = {.id = "F/1"};

	(void)state;
	assert_false(target_is(&none));
	assert_string_equal(target_text(&none, a), "");
	assert_string_equal(target_text(&plain, a), "orders-000001.csv");
	assert_string_equal(target_text(&named, a), "S00012 (12)");
	target_add_part(&several, "shipment", "F/1", NULL, a);
	target_add_part(&several, "invoice", "7", NULL, a);
	target_add_part(&several, "shipment", "F/2", NULL, a);
	assert_string_equal(target_text(&several, a), "F/1 F/2");
}

static void test_target__is_read_as_it_was_kept(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct target t = order(a), got;
	struct err e;

	(void)state;
	assert_int_equal(target_read("12", target_more(&t, a), a, &got, &e), E_OK);
	assert_true(target_equal(&t, &got));
	assert_string_equal(target_part(&got, "invoice"), "7");
	assert_null(target_part(&got, "payment"));
	assert_string_equal(got.part[1].of, "gid://shopify/LineItem/9");

	t = (struct target){.id = "12"};
	assert_null(target_more(&t, a));
	assert_int_equal(target_read("12", NULL, a, &got, &e), E_OK);
	assert_true(target_equal(&t, &got));
}

static void test_target__a_copy_is_its_own(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	char id[] = "12", part[] = "7";
	struct target t = {.id = id}, copy;

	(void)state;
	target_add_part(&t, "invoice", part, NULL, a);
	copy = target_copy(&t, a);
	id[0] = part[0] = 'x';
	assert_string_equal(copy.id, "12");
	assert_string_equal(target_part(&copy, "invoice"), "7");
	assert_false(target_equal(&t, &copy));
}

static void test_target__what_is_none_of_ours_is_refused(void **state)
{
	static const char *const bad[] = {
		"{\"parts\":[{\"kind\":\"invoice\"}]}",
		"{\"parts\":[{\"id\":\"7\"}]}",
		"{\"parts\":[7]}",
		"{\"name\":",
	};
	CLEANUP(arena) struct arena *a = arena_new();
	struct target got;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(target_read("12", bad[i], a, &got, &e), E_LOCAL);
		assert_string_equal(e.code, "bad_target");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_target__its_text_is_for_people),
		cmocka_unit_test(test_target__is_read_as_it_was_kept),
		cmocka_unit_test(test_target__a_copy_is_its_own),
		cmocka_unit_test(test_target__what_is_none_of_ours_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
