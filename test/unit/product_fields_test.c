#include "base_test.h"

#include "base/cleanup.h"
#include "model/product_fields.h"
#include "sync/session.h"

static enum errk owners(const char *text, enum product_owner out[FIELD_COUNT_], struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(conf) struct conf *c = NULL;
	size_t n;
	const struct conf_key *const *tables = settings_tables(&n);

	write_text("products.conf", text);
	assert_ok(conf_load("products.conf", tables, n, &c, e), e);
	return product_owners_read(c, a, out, e);
}

static void refused(const char *text, const char *said)
{
	enum product_owner owner[FIELD_COUNT_];
	struct err e = {0};

	assert_int_equal(owners(text, owner, &e), E_LOCAL);
	assert_string_equal(e.code, "bad_config");
	assert_contains(e.msg, said);
}

static void test_owners__each_field_has_one(void **state)
{
	enum product_owner owner[FIELD_COUNT_];
	struct err e = {0};

	(void)state;
	assert_ok(owners("", owner, &e), &e);
	assert_int_equal(owner[FIELD_PRICE], OWNER_ERP);
	assert_int_equal(owner[FIELD_COMPARE_AT_PRICE], OWNER_ERP);
	assert_int_equal(owner[FIELD_TITLE], OWNER_STORE);
	assert_int_equal(owner[FIELD_VENDOR], OWNER_STORE);
	assert_int_equal(owner[FIELD_STATUS], OWNER_STORE);
	assert_int_equal(owners("[products]\nerp_owns = sku,price cost  barcode,vendor\n"
				"store_owns = description, images, tags, weight\nboth = title\n",
				owner, &e),
			 E_OK);
	assert_int_equal(owner[FIELD_VENDOR], OWNER_ERP);
	assert_int_equal(owner[FIELD_WEIGHT], OWNER_STORE);
	assert_int_equal(owner[FIELD_TITLE], OWNER_BOTH);
}

static void test_owners__mistakes_are_named(void **state)
{
	(void)state;
	refused("[products]\nboth = titel\n", "products.conf:2: [products] both: there is no field "
					      "'titel'; did you mean 'title'?");
	refused("[products]\nboth = price\n", "'price' stands in erp_owns too");
	refused("[products]\nerp_owns = sku\n", "'barcode' stands in none of");
	refused("[products]\nboth = status\n", "the status belongs to one side");
	refused("[products]\nboth = images\nstore_owns = title, description, tags\n",
		"images are not brought over");
}

static void choose(enum product_owner owner, const char *erp, const char *store,
		   struct product_base base, enum product_choice expected)
{
	assert_int_equal(product_choose(owner, erp, store, base), expected);
}

static void test_choice__follows_from_the_owner(void **state)
{
	const struct product_base none = {0}, old = {"old", "old"};

	(void)state;
	choose(OWNER_STORE, "a", "b", none, CHOICE_KEEP);
	choose(OWNER_STORE, "a", "old", old, CHOICE_KEEP);
	choose(OWNER_ERP, "a", "a", none, CHOICE_SAME);
	choose(OWNER_ERP, "a", "b", none, CHOICE_WRITE);
	choose(OWNER_ERP, "old", "b", old, CHOICE_WRITE);
	choose(OWNER_ERP, "", "b", none, CHOICE_WRITE);
}

static void test_choice__of_both_follows_from_the_last_agreement(void **state)
{
	const struct product_base none = {0}, old = {"old", "old"};

	(void)state;
	choose(OWNER_BOTH, "a", "a", none, CHOICE_SAME);
	choose(OWNER_BOTH, "a", "a", old, CHOICE_SAME);
	choose(OWNER_BOTH, "a", "old", old, CHOICE_WRITE);
	choose(OWNER_BOTH, "", "old", old, CHOICE_WRITE);
	choose(OWNER_BOTH, "old", "b", old, CHOICE_KEEP);
	choose(OWNER_BOTH, "old", "", old, CHOICE_KEEP);
	choose(OWNER_BOTH, "a", "b", old, CHOICE_CONFLICT);
	choose(OWNER_BOTH, "a", "", old, CHOICE_CONFLICT);
	/* They never agreed. */
	choose(OWNER_BOTH, "a", "b", none, CHOICE_CONFLICT);
	choose(OWNER_BOTH, "a", "", none, CHOICE_WRITE);
	choose(OWNER_BOTH, "", "b", none, CHOICE_KEEP);
}

static void test_choice__a_store_that_tidies_up_is_no_change(void **state)
{
	const struct product_base tidied = {"<B>x", "<b>x</b>"};

	(void)state;
	choose(OWNER_ERP, "<B>x", "<b>x</b>", tidied, CHOICE_SAME);
	choose(OWNER_BOTH, "<B>x", "<b>x</b>", tidied, CHOICE_SAME);
	choose(OWNER_BOTH, "<B>y", "<b>x</b>", tidied, CHOICE_WRITE);
	choose(OWNER_BOTH, "<B>x", "<b>z</b>", tidied, CHOICE_KEEP);
	choose(OWNER_BOTH, "<B>y", "<b>z</b>", tidied, CHOICE_CONFLICT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_owners__each_field_has_one),
		cmocka_unit_test(test_owners__mistakes_are_named),
		cmocka_unit_test(test_choice__follows_from_the_owner),
		cmocka_unit_test(test_choice__of_both_follows_from_the_last_agreement),
		cmocka_unit_test(test_choice__a_store_that_tidies_up_is_no_change),
	};

	return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}
