#include "base_test.h"

#include "base/str.h"

static void test_str__grows_and_stays_terminated(void **state)
{
	struct str s;

	(void)state;
	str_init(&s, 0);
	assert_string_equal(s.buf, "");
	for (int i = 0; i < 1000; i++)
		str_addf(&s, "%03d,", i % 1000);
	assert_int_equal(s.len, 4000);
	assert_int_equal(strlen(s.buf), 4000);
	assert_memory_equal(s.buf + 3996, "999,", 5);
	str_clear(&s);
	str_add(&s, "ab");
	str_addc(&s, 'c');
	str_addn(&s, "d\0e", 3);
	assert_int_equal(s.len, 6);
	assert_memory_equal(s.buf, "abcd\0e", 7);
	assert_false(s.overflow);
	str_release(&s);
	str_release(&s);
}

static void test_str__maximum_cuts_once_and_for_all(void **state)
{
	struct str s;

	(void)state;
	str_init(&s, 10);
	str_add(&s, "12345678");
	str_add(&s, "90");
	assert_false(s.overflow);
	str_add(&s, "");
	assert_false(s.overflow);
	str_addf(&s, "%s", "x");
	assert_true(s.overflow);
	assert_string_equal(s.buf, "1234567890");

	str_clear(&s);
	assert_false(s.overflow);
	str_addf(&s, "%s", "abcdefghijkl");
	assert_string_equal(s.buf, "abcdefghij");
	assert_true(s.overflow);
	s.len = 2; /* even with room again, nothing is added out of order */
	s.buf[2] = '\0';
	str_add(&s, "zz");
	assert_string_equal(s.buf, "ab");
	str_release(&s);
}

static void test_str__compares(void **state)
{
	(void)state;
	assert_true(str_among("b", (const char *const[]){"a", "b"}, 2));
	assert_false(str_among("b", (const char *const[]){"a", "b"}, 1));
	assert_false(str_among("b", NULL, 0));
	assert_true(str_equal(NULL, NULL));
	assert_false(str_equal(NULL, ""));
	assert_false(str_equal("a", NULL));
	assert_true(str_equal("a", "a"));
	assert_true(str_equal_nocase("Content-TYPE", "content-type"));
	assert_false(str_equal_nocase("abc", "abcd"));
	assert_false(str_equal_nocase(NULL, "x"));
	assert_true(str_starts("abc", "ab") && str_starts("abc", ""));
	assert_false(str_starts("a", "ab") || str_starts(NULL, ""));
	assert_true(str_ends("a.jq", ".jq") && str_ends("x", ""));
	assert_false(str_ends("q", ".jq") || str_ends(NULL, ""));
	assert_true(str_blank(NULL) && str_blank("") && str_blank(" \t\r\n"));
	assert_false(str_blank(" x "));
}

static void test_str__nearest_finds_the_typo(void **state)
{
	static const char *const names[] = {"connector", "shop", "password", "interval"};

	(void)state;
	assert_string_equal(str_nearest("conector", names, 4), "connector");
	assert_string_equal(str_nearest("CONNECTOR", names, 4), "connector");
	assert_string_equal(str_nearest("pasword", names, 4), "password");
	assert_string_equal(str_nearest("shpo", names, 3) ? "found" : "none", "none");
	assert_string_equal(str_nearest("sho", names, 4), "shop");
	assert_null(str_nearest("warehouse", names, 4));
	assert_null(str_nearest("", names, 4));
	assert_null(str_nearest("x", names, 0));
	assert_null(str_nearest(
		"a-name-that-is-longer-than-sixty-four-characters-and-therefore-no-typo", names,
		4));
}

static void test_str__ellipsis_counts_characters(void **state)
{
	char out[32];

	(void)state;
	str_ellipsis(out, sizeof(out), "äöü", 3);
	assert_string_equal(out, "äöü");
	str_ellipsis(out, sizeof(out), "äöüß", 3);
	assert_string_equal(out, "äöü…");
	str_ellipsis(out, sizeof(out), NULL, 3);
	assert_string_equal(out, "");
	str_ellipsis(out, 6, "abcdef", 100);
	assert_string_equal(out, "ab…");
	str_ellipsis(out, 6, "abcde", 100);
	assert_string_equal(out, "abcde");
	str_ellipsis(out, 2, "€", 5);
	assert_string_equal(out, "");
	str_ellipsis(out, 1, "abc", 5);
	assert_string_equal(out, "");
}

static void test_str__ellipsis_never_passes_size(void **state)
{
	static const char text[] = "aé€😀bé€😀cé€😀";
	char out[40];

	(void)state;
	for (size_t size = 1; size < sizeof(out); size++) {
		for (size_t max = 0; max < 16; max++) {
			memset(out, '#', sizeof(out));
			str_ellipsis(out, size, text, max);
			assert_true(strlen(out) < size);
			assert_true(str_utf8_valid(out, strlen(out)));
			assert_int_equal(out[size], '#');
		}
	}
}

static void test_str__utf8_rejects_what_rfc3629_forbids(void **state)
{
	static const char *const bad[] = {
		"\x80",         "\xc0\x80",         "\xc1\xbf",         "\xe0\x9f\xbf",
		"\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
		"\xc3",         "\xe2\x82",         "\xf0\x9f\x98",     "\xff",
		"a\xe9z",
	};
	static const char good[] = "plain é € 😀 \xed\x9f\xbf \xee\x80\x80 \xf4\x8f\xbf\xbf";

	(void)state;
	assert_true(str_utf8_valid("", 0));
	assert_true(str_utf8_valid("a\0b", 3));
	assert_true(str_utf8_valid(good, strlen(good)));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(str_utf8_valid(bad[i], strlen(bad[i])));
}

static void test_str__utf8_prefix_names_the_offset(void **state)
{
	char text[64];

	(void)state;
	for (size_t at = 0; at < sizeof(text); at++) {
		memset(text, 'x', sizeof(text));
		text[at] = (char)0xff;
		assert_int_equal(str_utf8_prefix(text, sizeof(text)), at);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_str__grows_and_stays_terminated),
		cmocka_unit_test(test_str__maximum_cuts_once_and_for_all),
		cmocka_unit_test(test_str__compares),
		cmocka_unit_test(test_str__nearest_finds_the_typo),
		cmocka_unit_test(test_str__ellipsis_counts_characters),
		cmocka_unit_test(test_str__ellipsis_never_passes_size),
		cmocka_unit_test(test_str__utf8_rejects_what_rfc3629_forbids),
		cmocka_unit_test(test_str__utf8_prefix_names_the_offset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
