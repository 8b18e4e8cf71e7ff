#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"

#include "../../cmd/options.c"

static const struct opt global[] = {
	{"config", 'c', OPT_FILE, "FILE", NULL, "read this file", false},
	{"verbose", 'v', OPT_FLAG, NULL, NULL, "say more", false},
	{0},
};
static const struct opt own[] = {
	{"since", 0, OPT_TIME, "TIME", NULL, "from then on", false},
	{"only", 0, OPT_LIST, "WHO", NULL, "just these", false},
	{"limit", 0, OPT_COUNT, "N", NULL, "so many", false},
	{"max-runtime", 0, OPT_DURATION, "DURATION", NULL, "so long", false},
	{"secret", 0, OPT_FLAG, NULL, NULL, "nobody knows", true},
	{0},
};

static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* Splits at blanks and reads the line to its end. */
static enum errk read_line(const char *line, struct args *a, struct err *e)
{
	char *copy = arena_strdup(arena, line), *save = NULL;
	const char **words = arena_array(arena, strlen(line) + 1, sizeof(*words));
	size_t n = 0;

	for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save))
		words[n++] = w;
	*a = (struct args){.words = words, .n = n, .arena = arena, .tables = {global, own}};
	return args_read(a, true, e);
}

static void good(const char *line, struct args *a)
{
	struct err e;

	if (read_line(line, a, &e) != E_OK)
		fail_msg("%s: %s", line, e.msg);
}

static void bad(const char *line, const char *says)
{
	struct args a;
	struct err e = {0};

	assert_int_equal(read_line(line, &a, &e), E_LOCAL);
	assert_true(is_usage_error(&e));
	if (!strstr(e.msg, says))
		fail_msg("%s: '%s' does not say '%s'", line, e.msg, says);
}

static void test_options__reads_all_spellings(void **state)
{
	struct args a;

	(void)state;
	good("-c a.conf --limit=3 one --verbose --max-runtime 12m two", &a);
	assert_string_equal(args_text(&a, "config"), "a.conf");
	assert_int_equal(args_number(&a, "limit"), 3);
	assert_int_equal(args_number(&a, "max-runtime"), 12 * 60 * 1000);
	assert_true(args_flag(&a, "verbose"));
	assert_int_equal(a.n_operands, 2);
	assert_string_equal(a.operands[1], "two");
	good("-vca.conf", &a);
	assert_string_equal(args_text(&a, "config"), "a.conf");
	assert_true(args_flag(&a, "verbose"));
}

static void test_options__last_value_wins(void **state)
{
	struct args a;

	(void)state;
	good("--limit 3 --limit 4", &a);
	assert_int_equal(args_number(&a, "limit"), 4);
}

static void test_options__nothing_given_is_nothing(void **state)
{
	struct args a;
	size_t n;

	(void)state;
	good("", &a);
	assert_null(args_text(&a, "config"));
	assert_int_equal(args_number(&a, "limit"), 0);
	assert_false(args_flag(&a, "verbose"));
	(void)args_list(&a, "only", &n);
	assert_int_equal(n, 0);
}

static void test_options__list_takes_words_up_to_the_next_option(void **state)
{
	struct args a;
	const char *const *only;
	size_t n;

	(void)state;
	good("--only 1001 #1002 --limit 2 --only=1003 rest", &a);
	only = args_list(&a, "only", &n);
	assert_int_equal(n, 3);
	assert_string_equal(only[0], "1001");
	assert_string_equal(only[1], "#1002");
	assert_string_equal(only[2], "1003");
	assert_int_equal(a.n_operands, 1);
}

static void test_options__value_may_begin_with_a_dash(void **state)
{
	struct args a;

	(void)state;
	good("--since -7d", &a);
	assert_true(args_number(&a, "since") <= clock_now() - 7 * 86400);
}

static void test_options__dashes_end_the_options(void **state)
{
	struct args a;

	(void)state;
	good("-v -- -x --limit", &a);
	assert_int_equal(a.n_operands, 2);
	assert_string_equal(a.operands[0], "-x");
	good("-", &a);
	assert_int_equal(a.n_operands, 1);
}

static void test_options__errors_name_the_remedy(void **state)
{
	(void)state;
	bad("--limt 3", "did you mean '--limit'?");
	bad("--limit", "--limit needs a value: N");
	bad("--limit 0", "'0' is not a whole number above 0");
	bad("--limit 3x", "'3x' is not a whole number");
	bad("--limit 99999999999999999999", "not a whole number");
	bad("--limit=", "--limit needs a value");
	bad("--since yesteryear", "--since: ");
	bad("--max-runtime 3parsec", "--max-runtime: ");
	bad("--verbose=yes", "--verbose takes no value");
	bad("--only --limit 3", "--only needs a value: WHO");
	bad("-x", "unknown option '-x'");
	bad("--=3", "unknown option");
}

static void test_options__hidden_ones_are_not_proposed(void **state)
{
	struct args a;
	struct err e = {0};

	(void)state;
	assert_int_equal(read_line("--secrt", &a, &e), E_LOCAL);
	assert_null(strstr(e.msg, "--secret"));
	good("--secret", &a);
	assert_true(args_flag(&a, "secret"));
}

static void test_options__stop_at_the_command(void **state)
{
	const char *words[] = {"-v", "orders", "-v"};
	struct args a = {.words = words, .n = 3, .arena = arena, .tables = {global, NULL}};
	struct err e;

	(void)state;
	assert_int_equal(args_read(&a, false, &e), E_OK);
	assert_string_equal(args_word(&a), "orders");
	assert_null(args_word(&a));
	assert_false(args_knows(&a, "since"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_options__reads_all_spellings),
		TEST(test_options__last_value_wins),
		TEST(test_options__nothing_given_is_nothing),
		TEST(test_options__list_takes_words_up_to_the_next_option),
		TEST(test_options__value_may_begin_with_a_dash),
		TEST(test_options__dashes_end_the_options),
		TEST(test_options__errors_name_the_remedy),
		TEST(test_options__hidden_ones_are_not_proposed),
		TEST(test_options__stop_at_the_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
