#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "sync/sync.h"

#include "../../cmd/output.c"
#include "../../cmd/progress.c"

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

static void test_output__text_from_elsewhere_cannot_steer_a_terminal(void **state)
{
	(void)state;
	assert_string_equal(clean_text("#1001 \033[31m\r\n\x7f", arena), "#1001 ?[31m???");
	assert_string_equal(clean_text("\xc2\x9b"
				       "31m",
				       arena),
			    "?31m");
	assert_string_equal(clean_text("a\xff\xc3"
				       "b\xc3\xa9",
				       arena),
			    "a??b\xc3\xa9");
	assert_string_equal(clean_text("Zoë 日本", arena), "Zoë 日本");
	/* What turns the direction of the text round, or hides; joiners of emoji stay. */
	assert_string_equal(clean_text("a\u202eb\u2066c\u200fd\u061ce\u200bf\ufeffg\u2028h", arena),
			    "a?b?c?d?e?f?g?h");
	assert_string_equal(clean_text("👩\u200d🔧", arena), "👩\u200d🔧");
	assert_string_equal(clean_text(NULL, arena), "");
}

static void test_output__cells_are_padded_by_characters(void **state)
{
	(void)state;
	assert_string_equal(clean_cell("Zoë", 5, arena), "Zoë  ");
	assert_string_equal(clean_cell("longer", 3, arena), "longer");
}

static void pretty(const char *json, const char *expected)
{
	struct str out;

	str_init(&out, 0);
	json_pretty(&out, json, "");
	assert_string_equal(out.buf, expected);
	str_release(&out);
}

static void test_output__json_keeps_every_byte_that_counts(void **state)
{
	(void)state;
	pretty("{\"a\":9007199254740993,\"b\":[1.10,true,null],\"c\":{},\"d\":[[]]}",
	       "{\n  \"a\": 9007199254740993,\n  \"b\": [1.10, true, null],\n"
	       "  \"c\": {},\n  \"d\": [\n    []\n  ]\n}\n");
	pretty("{\"a,{\":\"x\\\"]: \\\\\"}", "{\"a,{\": \"x\\\"]: \\\\\"}\n");
	pretty("\"\x7f\xc2\x9b\"", "\"\\u007f\\u009b\"\n");
	pretty("\"\u202e1\"", "\"\\u202e1\"\n");
	/* The name of a file in Latin-1, a character that is cut, and one that is whole. */
	pretty("[\"caf\xe9.csv\",\"\xe2\x82\"]", "[\"caf\uFFFD.csv\", \"\uFFFD\uFFFD\"]\n");
	pretty("\"caf\u00e9 \U0001f469\"", "\"caf\u00e9 \U0001f469\"\n");
	pretty("}]", "}]\n");
	pretty("\"never ends", "\"never ends\n");
}

static void test_output__times_say_how_long_ago(void **state)
{
	(void)state;
	assert_string_equal(when_text(0, 100, arena), "never");
	assert_string_equal(when_text(1000, 1060, arena), "1970-01-01T00:16:40Z (1m ago)");
	assert_non_null(strstr(when_text(1060, 1000, arena), "(in "));
}

static void test_progress__tells_what_is_left(void **state)
{
	struct sync_summary s = {.flow = "orders export",
				 .pulled = 100,
				 .created = 50,
				 .expected = 100,
				 .requests = 7};

	(void)state;
	assert_string_equal(progress_text(&s, 10000, arena),
			    "orders export: 100 read of about 200, 50 done, 5.0/s, 7 requests, "
			    "30s left");
	s.expected = -1;
	s.parked = 2;
	assert_string_equal(progress_text(&s, 10000, arena),
			    "orders export: 100 read, 52 done, 5.2/s, 7 requests, 2 parked");
	assert_non_null(progress_text(&s, 0, arena));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_output__text_from_elsewhere_cannot_steer_a_terminal),
		TEST(test_output__cells_are_padded_by_characters),
		TEST(test_output__json_keeps_every_byte_that_counts),
		TEST(test_output__times_say_how_long_ago),
		TEST(test_progress__tells_what_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
