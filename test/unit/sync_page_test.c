#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "sync/sync_priv.h"

static struct record record(const char *id, const char *version)
{
	return (struct record){.id = id,
			       .label = id,
			       .version = version,
			       .doc = "{}",
			       .doc_len = 2};
}

static void test_page__a_record_that_stands_twice_counts_once(void **state)
{
	struct record rec[] = {record("b", "1"), record("a", "1"), record("b", "2"),
			       record("c", ""),  record("c", ""),  record("b", "3")};
	struct page page = {.rec = rec, .n = 6};
	CLEANUP(arena) struct arena *a = arena_new();
	struct err e;

	(void)state;
	assert_int_equal(sync_tidy_page(KIND_ORDER, &page, a, &e), E_OK);
	assert_int_equal(page.n, 3);
	assert_string_equal(page.rec[0].id, "a");
	assert_string_equal(page.rec[1].id, "c");
	assert_string_equal(page.rec[2].id, "b");
	assert_string_equal(page.rec[2].version, "3");
}

static char *text_of(struct arena *a, size_t len)
{
	char *text = arena_alloc(a, len + 1);

	memset(text, 'x', len);
	return text;
}

static void test_page__what_is_too_long_is_parked_and_not_kept(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct err e;
	const char *mega = text_of(a, 1 << 20), *most = text_of(a, 255);
	struct record rec[] = {record("1", "1"), record(mega, "1"), record("3", mega),
			       record(most, most)};
	struct page page = {.rec = rec, .n = 4};

	(void)state;
	rec[0].label = mega;
	rec[1].label = "#2";
	assert_int_equal(sync_tidy_page(KIND_ORDER, &page, a, &e), E_OK);
	assert_int_equal(page.n, 4);
	assert_true(strlen(rec[0].label) < 255);
	assert_string_equal(rec[0].problem->code, "too_long");
	assert_non_null(strstr(rec[0].problem->msg, "its name has 1048576 bytes"));
	assert_null(rec[0].doc);
	assert_true(strlen(rec[1].id) < 255);
	assert_non_null(strstr(rec[1].problem->msg, "its id has 1048576 bytes"));
	/* Nobody reads a version: only that it stays the same matters. */
	assert_true(strlen(rec[2].version) < 255);
	assert_null(rec[2].problem);
	assert_string_equal(rec[3].id, most);
	assert_string_equal(rec[3].version, most);
	assert_null(rec[3].problem);
}

static void test_page__a_head_is_never_empty(void **state)
{
	struct record rec[] = {record("1", NULL), record("2", "1")};
	struct page page = {.rec = rec, .n = 2};
	CLEANUP(arena) struct arena *a = arena_new();
	struct err e;

	(void)state;
	rec[0].label = NULL;
	rec[1].label = "";
	assert_int_equal(sync_tidy_page(KIND_ORDER, &page, a, &e), E_OK);
	assert_string_equal(rec[0].label, "1");
	assert_string_equal(rec[0].version, "");
	assert_string_equal(rec[1].label, "2");
	rec[1].id = NULL;
	assert_int_equal(sync_tidy_page(KIND_ORDER, &page, a, &e), E_BUSY);
	assert_string_equal(e.code, "bad_answer");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_page__a_record_that_stands_twice_counts_once),
		cmocka_unit_test(test_page__a_head_is_never_empty),
		cmocka_unit_test(test_page__what_is_too_long_is_parked_and_not_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
