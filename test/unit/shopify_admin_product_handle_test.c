#include "base_test.h"

#include "base/cleanup.h"
#include "connectors/shopify_admin/products/handle.h"

static void handle(const char *title, const char *record, const char *expected)
{
	CLEANUP(arena) struct arena *a = arena_new();

	assert_string_equal(admin_product_handle(title, record, false, a), expected);
}

static void test_handle__is_the_title_and_the_id(void **state)
{
	(void)state;
	handle("Mug", "42", "mug-42");
	handle("  T-shirt \"soft\", 100 %  ", "a1", "t-shirt-soft-100-a1");
	handle("Café ÜBER Straße ÿ", "7", "cafe-ueber-strasse-y-7");
	handle("Øl × ÷ æ", "7", "ol-ae-7");
	handle("🎉 茶", "7", "product-7");
	handle("", "7", "product-7");
}

/* What could be the id of another product in another spelling is no end of a handle. */
static void test_handle__differs_for_each_record(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	static const char *const ids[] = {"MUG", "mug", "P/MUG", "P-MUG", "p mug", "é", "e", ""};

	(void)state;
	for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++)
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(admin_product_handle("A", ids[i], false, a),
						admin_product_handle("A", ids[k], false, a));
	/* "a-b" with "c", and "a" with "b-c". */
	assert_string_not_equal(admin_product_handle("A B", "c", false, a),
				admin_product_handle("A", "b-c", false, a));
}

static void test_handle__sure_ends_with_a_hash(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const char *text = admin_product_handle("Mug", "42", true, a);

	(void)state;
	assert_int_equal(strlen(text), strlen("mug-") + 12);
	assert_string_equal(text, admin_product_handle("Mug", "42", true, a));
}

static void test_handle__stays_short(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	char title[2000];

	(void)state;
	for (size_t i = 0; i + 2 < sizeof(title); i += 2)
		memcpy(title + i, "\xc3\x96", 2);
	title[sizeof(title) - 2] = '\0';
	assert_true(strlen(admin_product_handle(title, "42", false, a)) < 120);
	/* Cut inside of a character. */
	handle("a\xc3", "1", "a-1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_handle__is_the_title_and_the_id),
		cmocka_unit_test(test_handle__differs_for_each_record),
		cmocka_unit_test(test_handle__sure_ends_with_a_hash),
		cmocka_unit_test(test_handle__stays_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
