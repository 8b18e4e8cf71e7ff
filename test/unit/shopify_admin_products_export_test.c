#include "base_test.h"

#include <time.h>
#include <utime.h>

#include "base/cleanup.h"
#include "connectors/shopify_admin/products/export.h"

#define TODAY                                                                                          \
	"Title,URL handle,Description,Status,SKU,Option1 name,Option1 value,Price,Product image URL\n" \
	"Tee,tee,<p>x</p>,Active,TEE-S,Size,S,5.00,https://x/1\n"                                      \
	",tee,,,TEE-M,,M,6.00,\n"                                                                      \
	",tee,,,,,,,https://x/2\n"                                                                     \
	"Mug,mug,,Draft,007,Title,Default Title,9.00,\n"
#define BEFORE                                                                           \
	"Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Policy\n" \
	"tee,Old tee,Size,S,TEE-S,deny\n"                                                \
	"cap,Cap,Title,Default Title,CAP,deny\n"

static void put(const char *name, const char *text, int age)
{
	struct utimbuf times = {time(NULL) - age, time(NULL) - age};

	write_text(name, text);
	assert_int_equal(utime(name, &times), 0);
}

static struct admin_shop *shop(unsigned keep)
{
	struct admin_shop *s = NULL;
	struct err e = {0};

	assert_ok(admin_shop_read(".", keep, &s, &e), &e);
	return s;
}

static void refused(enum errk kind, const char *code, const char *said)
{
	struct admin_shop *s = NULL;
	struct err e = {0};

	assert_int_equal(admin_shop_read(".", 0, &s, &e), kind);
	assert_string_equal(e.code, code);
	assert_contains(e.msg, said);
	assert_null(s);
}

static void test_shop__rows_as_they_stand(void **state)
{
	put("a.csv", TODAY, 60);
	CLEANUP(admin_shop) struct admin_shop *s = shop(1u << SHOP_PRICE);
	const struct admin_shop_product *tee = admin_shop_find(s, "tee");
	const struct admin_shop_row *first, *second;

	(void)state;
	assert_true(s->today);
	assert_string_equal(s->title[SHOP_HANDLE], "URL handle");
	assert_null(s->title[SHOP_BARCODE]);
	assert_true(s->has[SHOP_PRICE]);
	assert_false(s->has[SHOP_COST]);
	assert_int_equal(s->n, 3);
	assert_non_null(tee);
	first = s->row[tee->first];
	second = s->row[first->next];
	assert_string_equal(first->cell[SHOP_TITLE], "Tee");
	assert_string_equal(first->cell[SHOP_DESCRIPTION], "");
	assert_string_equal(second->cell[admin_shop_option(0, SHOP_OPTION_VALUE)], "M");
	assert_string_equal(second->cell[SHOP_PRICE], "6.00");
	assert_int_equal(second->line, 3);
	assert_int_equal(second->next, 0);
	assert_null(admin_shop_find(s, "nobody"));
}

static void test_shop__skus(void **state)
{
	size_t n;

	put("a.csv", TODAY ",tee,,,007,,L,1,\n", 60);
	CLEANUP(admin_shop) struct admin_shop *s = shop(0);
	const struct admin_shop_row *const *hit = admin_shop_sku(s, "007", &n);

	(void)state;
	assert_int_equal(n, 2);
	assert_string_equal(admin_shop_product_of(s, hit[0])->handle, "tee");
	assert_string_equal(admin_shop_product_of(s, hit[1])->handle, "mug");
	admin_shop_sku(s, "7", &n);
	assert_int_equal(n, 0);
	admin_shop_sku(s, "", &n);
	assert_int_equal(n, 0);
}

static void test_shop__of_several_files_the_newest_counts(void **state)
{
	size_t n;

	put("new.csv", TODAY, 60);
	put("part.csv", BEFORE, 3000);
	put("old.csv",
	    "Handle,Title,Option1 Value,Variant SKU\ncap,Cap,x,CAP-1\ngone,Gone,x,GONE\n", 4000);
	CLEANUP(admin_shop) struct admin_shop *s = shop(1u << SHOP_PRICE | 1u << SHOP_STATUS);

	(void)state;
	assert_string_equal(s->newest->name, "new.csv");
	assert_string_equal(s->row[admin_shop_find(s, "tee")->first]->cell[SHOP_TITLE], "Tee");
	assert_false(admin_shop_find(s, "cap")->older);
	assert_true(admin_shop_find(s, "gone")->older);
	/* Not all files have it. */
	assert_false(s->has[SHOP_PRICE]);
	assert_true(s->has[SHOP_TITLE]);
	assert_true(s->policy_words);
	admin_shop_sku(s, "CAP-1", &n);
	assert_int_equal(n, 0);
}

static void test_shop__what_is_no_whole_export(void **state)
{
	(void)state;
	refused(E_LOCAL, "no_export", "there is no products export");
	put("a.csv", "Handle,Title\ntee,Tee\n", 60);
	refused(E_LOCAL, "not_a_products_export", "a.csv: the column 'SKU' is missing");
	put("a.csv", TODAY "Half,half", 60);
	refused(E_LOCAL, "file_cut", "ends in the middle of a row");
	put("a.csv", TODAY, 1);
	refused(E_BUSY, "file_changing", "a moment ago");
	put("a.csv", TODAY, 60);
	put("b.csv", TODAY, 2);
	refused(E_BUSY, "file_changing", "b.csv");
}

static void test_shop__digits_have_no_apostrophe(void **state)
{
	size_t n;

	put("a.csv",
	    "Handle,Title,Option1 Value,Variant SKU,Variant Barcode\n"
	    "tee,Tee,M,'748927000018,'0040\ncap,Cap,x,'CAP,\n",
	    60);
	CLEANUP(admin_shop) struct admin_shop *s = shop(1u << SHOP_BARCODE);
	const struct admin_shop_row *const *hit = admin_shop_sku(s, "748927000018", &n);

	(void)state;
	assert_int_equal(n, 1);
	assert_string_equal(hit[0]->cell[SHOP_BARCODE], "0040");
	/* It is a part of this one. */
	admin_shop_sku(s, "'CAP", &n);
	assert_int_equal(n, 1);
	put("a.csv", "Handle,Title,Option1 Value,Variant SKU\ntee,Tee,M,7.48927E+11\n", 60);
	refused(E_LOCAL, "bad_cell", "a.csv:2: column 'Variant SKU': '7.48927E+11' was a number");
	put("a.csv", "Handle,Title,SKU,Variant SKU\ntee,Tee,M,N\n", 60);
	refused(E_LOCAL, "bad_header", "columns 3 and 4");
}

static void test_shop__a_product_without_title_is_broken(void **state)
{
	put("a.csv", "Handle,Title,Option1 Value,Variant SKU\ntee,,M,TEE-M\ncap,Cap,x,CAP\n", 60);
	CLEANUP(admin_shop) struct admin_shop *s = shop(0);

	(void)state;
	assert_true(admin_shop_find(s, "tee")->broken);
	assert_false(admin_shop_find(s, "cap")->broken);
}

static void test_shop__a_status_in_another_language_is_not_known(void **state)
{
	struct admin_shop *s = NULL;
	struct err e = {0};

	(void)state;
	put("a.csv", "Handle,Title,Option1 Value,Variant SKU,Status\ncap,Cap,x,CAP,Archiviert\n",
	    60);
	assert_int_equal(admin_shop_read(".", 1u << SHOP_STATUS, &s, &e), E_LOCAL);
	assert_contains(e.msg, "a.csv:2: column 'Status': 'Archiviert' is none of the shop's words "
			       "(active, draft, archived, unlisted)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_shop__rows_as_they_stand, enter_scratch,
						leave_scratch),
		cmocka_unit_test_setup_teardown(test_shop__skus, enter_scratch, leave_scratch),
		cmocka_unit_test_setup_teardown(test_shop__of_several_files_the_newest_counts,
						enter_scratch, leave_scratch),
		cmocka_unit_test_setup_teardown(test_shop__what_is_no_whole_export, enter_scratch,
						leave_scratch),
		cmocka_unit_test_setup_teardown(test_shop__digits_have_no_apostrophe, enter_scratch,
						leave_scratch),
		cmocka_unit_test_setup_teardown(
			test_shop__a_status_in_another_language_is_not_known, enter_scratch,
			leave_scratch),
		cmocka_unit_test_setup_teardown(test_shop__a_product_without_title_is_broken,
						enter_scratch, leave_scratch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
