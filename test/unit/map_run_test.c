#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/stop.h"
#include "base/str.h"
#include "map/map.h"

/* Two folders with blanks in their names, made anew for each test. */
struct place {
	struct arena *arena;
	char *root;
	const char *shipped, *overrides;
	char *doc;
	size_t len;
};

static void put(struct place *p, const char *dir, const char *name, const char *text)
{
	struct err e = {0};
	char *path = arena_printf(p->arena, "%s/%s", dir, name);

	assert_int_equal(file_write_atomic(path, text, strlen(text), 0600, &e), E_OK);
}

static int setup(void **state)
{
	struct place *p = calloc(1, sizeof(*p));
	static const char *const folders[] = {"", "x", "tables"};
	struct err e = {0};
	char *prelude;

	p->arena = arena_new();
	p->root = arena_strdup(p->arena, "/tmp/erpsync map-XXXXXX");
	assert_non_null(mkdtemp(p->root));
	p->shipped = path_join(p->arena, p->root, "ship ped");
	p->overrides = path_join(p->arena, p->root, "over rides");
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(dir_make(path_join(p->arena, p->shipped, folders[i]), 0700, &e),
				 E_OK);
		assert_int_equal(dir_make(path_join(p->arena, p->overrides, folders[i]), 0700, &e),
				 E_OK);
	}
	assert_int_equal(file_read("mappings/erpsync.jq", 1 << 20, p->arena, &prelude, NULL, &e),
			 E_OK);
	put(p, p->shipped, "erpsync.jq", prelude);
	put(p, p->shipped, "tables/skus.csv", "shop_sku,erp_sku\nTEE-M,shipped\n");
	assert_int_equal(file_read("mappings/canonical/examples/order-simple.json", 1 << 20,
				   p->arena, &p->doc, &p->len, &e),
			 E_OK);
	*state = p;
	return 0;
}

static int teardown(void **state)
{
	struct place *p = *state;
	char *command = arena_printf(p->arena, "rm -rf '%s'", p->root);
	int rc = system(command);

	arena_free(p->arena);
	free(p);
	return rc;
}

static enum errk run(struct place *p, const char *program, const char **out, struct err *e)
{
	CLEANUP(mapper) struct mapper *m = NULL;

	if (program)
		put(p, p->shipped, "x/order.jq", program);
	assert_int_equal(mapper_open("x", p->overrides, p->shipped, &m, e), E_OK);
	return map_run(m, "order", p->doc, p->len, p->arena, out, e);
}

static void gives(struct place *p, const char *program, const char *text)
{
	struct err e = {0};
	const char *out = NULL;

	if (run(p, program, &out, &e) != E_OK)
		fail_msg("%s: %s", program, e.msg);
	assert_string_equal(out, text);
}

static void fails(struct place *p, const char *program, enum errk kind, const char *code,
		  const char *text)
{
	struct err e = {0};
	const char *out = "untouched";

	assert_int_equal(run(p, program, &out, &e), kind);
	assert_string_equal(out, "untouched");
	assert_string_equal(e.code, code);
	if (!strstr(e.msg, text))
		fail_msg("the message is: %s", e.msg);
	if (kind == E_LOCAL && str_equal(code, "bad_mapping"))
		assert_non_null(strstr(e.msg, p->root));
}

static void test_map__output_is_compact_and_sorted(void **state)
{
	gives(*state,
	      "{z: 1, a: {c: null, b: [true, \"x\\n\\t\\\"\\u0001ü/\", 2.5, -3]}, \"é\": {}, m: []}",
	      "{\"a\":{\"b\":[true,\"x\\n\\u0009\\\"\\u0001ü/\",2.5,-3],\"c\":null},\"m\":[],\"z\":1,\"é\":{}}");
	gives(*state, "{i: .id, n: .lines[0].quantity}",
	      "{\"i\":\"gid://shopify/Order/1001\",\"n\":2}");
	gives(*state,
	      "[range(20)] | map({key: \"k\\(100 - .)\", value: .}) | from_entries | {n: length, first: keys[0]}",
	      "{\"first\":\"k100\",\"n\":20}");
}

/* jq's program has something on the other end of these; here is nothing. */
static void test_map__what_asks_for_more_than_the_document_gets_nothing(void **state)
{
	gives(*state, "{id: (.id | debug), n: ([inputs] | length), f: input_filename}",
	      "{\"f\":null,\"id\":\"gid://shopify/Order/1001\",\"n\":0}");
	/* An answer is taken where its question was put. */
	gives(*state,
	      "include \"erpsync\"; {s: (lookup(\"skus\"; \"TEE-M\") | debug), n: ([inputs] | length), "
	      "t: lookup_or(\"skus\"; \"x\"; \"none\")}",
	      "{\"n\":0,\"s\":\"shipped\",\"t\":\"none\"}");
}

/* jq would look there first. */
static void test_map__the_folder_it_runs_in_changes_nothing(void **state)
{
	struct place *p = *state;
	char *here = getcwd(NULL, 0);

	put(p, p->root, "erpsync.jq", "def lookup($t; $k): \"of the working folder\";");
	assert_int_equal(chdir(p->root), 0);
	gives(p, "include \"erpsync\"; {a: lookup(\"skus\"; \"TEE-M\")}", "{\"a\":\"shipped\"}");
	assert_int_equal(chdir(here), 0);
	free(here);
}

static void test_map__an_override_wins_file_by_file(void **state)
{
	struct place *p = *state;

	put(p, p->shipped, "x/part.jq", "def part: \"shipped part\";");
	gives(p,
	      "include \"erpsync\"; include \"x/part\"; {a: lookup(\"skus\"; \"TEE-M\"), b: part}",
	      "{\"a\":\"shipped\",\"b\":\"shipped part\"}");
	put(p, p->overrides, "tables/skus.csv", "shop_sku,erp_sku\nTEE-M,mine\n");
	gives(p, NULL, "{\"a\":\"mine\",\"b\":\"shipped part\"}");
	put(p, p->overrides, "x/part.jq",
	    "include \"erpsync\"; def part: lookup(\"skus\"; \"TEE-M\") + \"!\";");
	gives(p, NULL, "{\"a\":\"mine\",\"b\":\"mine!\"}");
	put(p, p->overrides, "x/order.jq", "{own: true}");
	gives(p, NULL, "{\"own\":true}");
}

static void test_map__programs_that_do_not_compile_are_placed(void **state)
{
	struct place *p = *state;

	fails(p, "{a:\n 1\n", E_LOCAL, "bad_mapping", "x/order.jq:");
	fails(p, "# one\n{a: nothing_here}", E_LOCAL, "bad_mapping",
	      "x/order.jq:2: nothing_here/0 is not defined");
	fails(p, "include \"gone\"; {}", E_LOCAL, "bad_mapping", "gone");
	put(p, p->overrides, "x/part.jq", "def a: 1;\n\ndef b: nope;\n");
	fails(p, "include \"x/part\"; {a: b}", E_LOCAL, "bad_mapping",
	      "over rides/x/part.jq:3: nope/0 is not defined");
}

static void test_map__only_one_object_is_a_result(void **state)
{
	fails(*state, "empty", E_LOCAL, "bad_mapping", "gives nothing");
	fails(*state, "{}, {}", E_LOCAL, "bad_mapping", "gives more than one result");
	fails(*state, "\"text\"", E_LOCAL, "bad_mapping", "is of type string, not object");
	fails(*state, "halt", E_LOCAL, "bad_mapping", "halts");
	fails(*state, "\"x\" | halt_error", E_LOCAL, "bad_mapping", "halts");
	fails(*state, "include \"erpsync\"; {a: lookup(\"nope\"; \"x\")}", E_LOCAL, "bad_mapping",
	      "there is no table tables/nope.csv");
	fails(*state, "include \"erpsync\"; {a: lookup(\"skus\"; [\"x\", \"y\"])}", E_LOCAL,
	      "bad_mapping",
	      "tables/skus.csv has the key columns shop_sku; a look-up gave 2 values");
	fails(*state, "include \"erpsync\"; {a: lookup(\"skus\"; \"TEE-M\"; \"erp_y\")}", E_LOCAL,
	      "bad_mapping", "tables/skus.csv has no column erp_y");
}

static void test_map__errors_of_a_program_hold_no_values(void **state)
{
	fails(*state, "{a: (.email + 1)}", E_RECORD, "mapping",
	      "x/order.jq: string and number cannot be added");
	fails(*state, "{a: .customer[0]}", E_RECORD, "mapping", "Cannot index object with number");
	fails(*state, "{(.lines[0].quantity): 1}", E_RECORD, "mapping", "object key");
	fails(*state, "{a: (.email | tonumber)}", E_RECORD, "mapping", "Invalid numeric literal");
	fails(*state, "error(\"our own words\")", E_RECORD, "mapping", "x/order.jq: our own words");
	fails(*state, "error", E_RECORD, "mapping", "error() without a text");
	fails(*state, "include \"erpsync\"; fail(\"too_small\"; \"less than ten\")", E_RECORD,
	      "too_small", "less than ten");
	{
		struct place *p = *state;
		struct err e = {0};
		const char *out;

		assert_int_equal(run(p, "{a: (.email | tonumber)}", &out, &e), E_RECORD);
		assert_null(strstr(e.msg, "anne"));
		assert_int_equal(run(p, "{a: (.customer + .email)}", &out, &e), E_RECORD);
		assert_null(strstr(e.msg, "gid"));
		assert_null(strstr(e.msg, "anne"));
	}
}

static void test_map__lookups(void **state)
{
	struct place *p = *state;

	put(p, p->shipped, "tables/things.csv",
	    "a,b,erp_one,erp_two\nx,1,one,two\nx,*,,second\n*,*,*,any\n");
#define L "include \"erpsync\"; "
	gives(p,
	      L
	      "{r: [lookup(\"things\"; [\"x\", \"1\"]), lookup(\"things\"; [\"x\", \"1\"]; \"erp_two\"),"
	      "lookup(\"things\"; [\"y\", null]), lookup(\"things\"; [\"x\", \"9\"]; \"erp_two\")]}",
	      "{\"r\":[\"one\",\"two\",\"y\",\"second\"]}");
	gives(p,
	      L "{r: [lookup_or(\"skus\"; \"nope\"; \"d\"), lookup_or(\"skus\"; null; null), "
		"lookup_or(\"skus\"; \"TEE-M\"; \"d\"), lookup_exact(\"skus\"; \"nope\"), "
		"lookup_exact(\"things\"; [\"y\", \"1\"])]}",
	      "{\"r\":[\"d\",null,\"shipped\",null,null]}");
	fails(p, L "{a: lookup(\"things\"; [\"x\", \"9\"])}", E_RECORD, "unmapped_thing",
	      "thing (a 'x', b '9') has no erp_one in tables/things.csv, line 3; copy /");
	fails(p, L "{a: lookup(\"skus\"; null)}", E_RECORD, "unmapped_sku",
	      "SKU '' is in no row of tables/skus.csv; copy /");
}

static void test_map__text_helpers(void **state)
{
	gives(*state,
	      L
	      "{r: [([] | joined(\",\")), ([null, \"\"] | joined(\",\")), ([1, null, \"b\"] | joined(\"+\")), "
	      "([\"b\", \"a\", \"b\"] | joined_once(\"+\")), (false | text), (\"2026-11-23T09:45:00Z\" | date_only), "
	      "(null | full_name), ({first_name: null, last_name: \"W\"} | full_name)]}",
	      "{\"r\":[null,null,\"1+b\",\"b+a\",\"false\",\"2026-11-23\",null,\"W\"]}");
	gives(*state,
	      L
	      "{r: [\"20%\", \"5.50 %\", \"100%\", \"0.20\", \"0.055\", \"20\", \"0%\", \"0.0\", \"x\"] | map(rate_text)}",
	      "{\"r\":[\"0.2\",\"0.055\",\"1\",\"0.2\",\"0.055\",\"20\",\"0\",\"0\",\"x\"]}");
}

static void test_map__a_home_file_of_jq_changes_nothing(void **state)
{
	struct place *p = *state;
	CLEANUP(free) char *home = strdup(getenv("HOME") ? getenv("HOME") : "/");

	put(p, p->root, ".jq", "this does not compile");
	setenv("HOME", p->root, 1);
	gives(p, "{a: 1}", "{\"a\":1}");
	assert_string_equal(getenv("HOME"), p->root);
	setenv("HOME", home, 1);
}

static void test_map__folders_must_exist(void **state)
{
	struct place *p = *state;
	struct mapper *m = NULL;
	struct err e = {0};

	assert_int_equal(mapper_open("x", "/nowhere/at/all", p->shipped, &m, &e), E_LOCAL);
	assert_string_equal(
		e.msg,
		"[mappings] path: the folder /nowhere/at/all does not exist; correct the path, "
		"or run: mkdir -p /nowhere/at/all/tables");
	assert_int_equal(mapper_open("x", NULL, "/nowhere/at/all", &m, &e), E_LOCAL);
	assert_null(m);
	assert_int_equal(mapper_open("y", p->overrides, p->shipped, &m, &e), E_OK);
	assert_int_equal(map_check(m, "order", &e), E_LOCAL);
	assert_non_null(strstr(e.msg, "no mapping y/order.jq in "));
	mapper_free(m);
}

static void test_map__a_bad_table_stops_everything(void **state)
{
	struct place *p = *state;

	put(p, p->overrides, "tables/skus.csv", "shop_sku,erp_sku\na,1\na,2\n");
	fails(p, "{}", E_LOCAL, "bad_table", "over rides/tables/skus.csv:2 and ");
}

/* What is there and can't be read must not make way for the shipped one without a word. */
static void test_map__a_pipe_hides_no_shipped_file(void **state)
{
	struct place *p = *state;
	const char *table = path_join(p->arena, p->overrides, "tables/skus.csv");

	assert_int_equal(mkfifo(table, 0600), 0);
	fails(p, "{}", E_LOCAL, "bad_table",
	      "over rides/tables/skus.csv: can't be read (it is a pipe");
	assert_int_equal(unlink(table), 0);
	assert_int_equal(mkfifo(path_join(p->arena, p->overrides, "x/order.jq"), 0600), 0);
	fails(p, "{}", E_LOCAL, "file_error", "x/order.jq: can't be opened (it is a pipe");
}

static void test_map__the_fingerprint_is_of_contents(void **state)
{
	struct place *p = *state;
	CLEANUP(mapper) struct mapper *m = NULL;
	char a[HASH_HEX_SIZE], b[HASH_HEX_SIZE];
	struct err e = {0};

	put(p, p->shipped, "x/order.jq", "{}");
	assert_int_equal(mapper_open("x", p->overrides, p->shipped, &m, &e), E_OK);
	assert_int_equal(map_fingerprint(m, "order", a, &e), E_OK);
	put(p, p->overrides, "x/order.jq", "{}"); /* the same content in another folder */
	assert_int_equal(map_fingerprint(m, "order", b, &e), E_OK);
	assert_string_equal(a, b);
	put(p, p->overrides, "tables/skus.csv", "shop_sku,erp_sku\n*,*\n");
	assert_int_equal(map_fingerprint(m, "order", b, &e), E_OK);
	assert_string_not_equal(a, b);
	put(p, p->shipped, "tables/skus.csv", "not in effect");
	assert_int_equal(map_fingerprint(m, "order", a, &e), E_OK);
	assert_string_equal(a, b);
	put(p, p->overrides, "x/extra.jq", "def x: 1;");
	assert_int_equal(map_fingerprint(m, "order", b, &e), E_OK);
	assert_string_not_equal(a, b);
}

/* A budget small enough for a test, and the same mapping used on after it was spent. */
static void spends(struct place *p, const char *program, const char *text)
{
	CLEANUP(mapper) struct mapper *m = NULL;
	CLEANUP(free) char *both = NULL;
	struct err e = {0};
	const char *out = NULL;
	char *shorter = strdup(p->doc), *name = strstr(shorter, "\"#1001\"");

	assert_non_null(name);
	name[2] = '2'; /* another order, which the program lets pass */
	assert_true(asprintf(&both, "if .name == \"#1001\" then (%s) else {} end", program) > 0);
	put(p, p->shipped, "x/order.jq", both);
	assert_int_equal(mapper_open("x", p->overrides, p->shipped, &m, &e), E_OK);
	mapper_limit(m, 300);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(map_run(m, "order", p->doc, p->len, p->arena, &out, &e), E_RECORD);
		assert_string_equal(e.code, "mapping_limit");
		if (!strstr(e.msg, "mapping x/order.jq took more than ") || !strstr(e.msg, text))
			fail_msg("%s: %s", program, e.msg);
		assert_int_equal(map_run(m, "order", shorter, p->len, p->arena, &out, &e), E_OK);
		assert_string_equal(out, "{}");
	}
	free(shorter);
}

static void test_map__a_program_without_end_costs_its_record(void **state)
{
	static const char *const endless[] = {
		"def f: f; f",
		"last(range(1e18))",
		"last(repeat(.))",
		"[limit(1e9; repeat(1))] | length",
		"def f: 1 + f; f",
		"last(recurse(.))",
		"until(false; [.])", /* nested until freeing it alone would overflow a stack */
		"\"\\(last(range(1e15)))\"",
	};

	for (size_t i = 0; i < sizeof(endless) / sizeof(endless[0]); i++)
		spends(*state, endless[i], "300ms");
}

/* In one instruction, so that only the limit of the process can say no. */
static void test_map__memory_in_one_step_is_bounded(void **state)
{
#ifdef ERPSYNC_SANITIZE
	(void)state;
	skip(); /* the sanitizer's own memory can't be capped */
#else
	if (getenv("ERPSYNC_UNDER_VALGRIND"))
		skip();
	spends(*state, "[] | .[300000000] = 1", "memory");
#endif
}

static void test_map__a_pipe_among_the_modules_ends(void **state)
{
	struct place *p = *state;
	CLEANUP(mapper) struct mapper *m = NULL;
	struct err e = {0};

	assert_int_equal(mkfifo(path_join(p->arena, p->overrides, "own.jq"), 0600), 0);
	put(p, p->shipped, "x/order.jq", "include \"own\"; {}");
	assert_int_equal(mapper_open("x", p->overrides, p->shipped, &m, &e), E_OK);
	mapper_limit(m, 20);
	assert_int_equal(map_check(m, "order", &e), E_LOCAL);
	assert_string_equal(e.code, "bad_mapping");
	assert_non_null(strstr(e.msg, "mapping x/order.jq took more than "));
}

/* The end that a run was given comes in the middle of a document. */
static void test_map__a_stop_does_not_wait_for_the_document(void **state)
{
	struct place *p = *state;
	CLEANUP(mapper) struct mapper *m = NULL;
	struct err e = {0};
	const char *out;

	put(p, p->shipped, "x/order.jq", "def f: f; f");
	assert_int_equal(mapper_open("x", p->overrides, p->shipped, &m, &e), E_OK);
	mapper_limit(m, 3600 * 1000);
	assert_int_equal(map_check(m, "order", &e), E_OK);
	stop_set_deadline_ms(100);
	assert_int_equal(map_run(m, "order", p->doc, p->len, p->arena, &out, &e), E_BUSY);
	assert_string_equal(e.code, "stopped");
	stop_set_deadline_ms(0);
}

/* Of this process and of the one that it has made for its mappings. */
static long resident_kib(void)
{
	char path[64], text[512];
	long sum = 0, size, resident, pid = getpid();
	size_t n;

	snprintf(path, sizeof(path), "/proc/self/task/%ld/children", pid);
	CLEANUP(file) FILE *children = fopen(path, "r");
	assert_non_null(children);
	n = fread(text, 1, sizeof(text) - 1, children);
	text[n] = '\0';
	for (char *at = text; pid; pid = strtol(at, &at, 10)) {
		snprintf(path, sizeof(path), "/proc/%ld/statm", pid);
		CLEANUP(file) FILE *f = fopen(path, "r");
		assert_non_null(f);
		assert_int_equal(fscanf(f, "%ld %ld", &size, &resident), 2);
		sum += resident * (sysconf(_SC_PAGESIZE) / 1024);
	}
	return sum;
}

/* Documents that pass and that fail, the real mapping among them: nothing may stay behind. */
static void test_map__memory_stays_flat(void **state)
{
	struct place *p = *state;
	CLEANUP(mapper) struct mapper *small = NULL;
	CLEANUP(mapper) struct mapper *real = NULL;
	CLEANUP(arena) struct arena *a = arena_new();
	struct err e = {0};
	CLEANUP(free) char *first = NULL;
	const char *out;
	long before = 0;
	/* Sanitizers and valgrind are slow, keep what is freed, and look for leaks themselves. */
#ifdef ERPSYNC_SANITIZE
	const bool plain = false;
#else
	const bool plain = !getenv("ERPSYNC_UNDER_VALGRIND");
#endif
	const int runs = plain ? 100000 : 2000;

	put(p, p->shipped, "x/order.jq",
	    L "{id, sku: lookup(\"skus\"; .lines[0].sku), gone: .gone} "
	      "| if .gone then . else fail(\"none\"; .id) end");
	assert_int_equal(mapper_open("x", NULL, p->shipped, &small, &e), E_OK);
	assert_int_equal(mapper_open("csv", NULL, "mappings", &real, &e), E_OK);
	for (int i = 0; i < runs; i++) {
		if (i == runs / 10)
			before = resident_kib();
		arena_reset(a);
		assert_int_equal(map_run(small, "order", p->doc, p->len, a, &out, &e), E_RECORD);
		if (i % 100)
			continue;
		assert_int_equal(map_run(real, "order", p->doc, p->len, a, &out, &e), E_OK);
		if (!first)
			first = strdup(out);
		assert_string_equal(out, first);
	}
	if (plain)
		assert_true(resident_kib() - before < 1024);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_map__output_is_compact_and_sorted),
		TEST(test_map__what_asks_for_more_than_the_document_gets_nothing),
		TEST(test_map__the_folder_it_runs_in_changes_nothing),
		TEST(test_map__an_override_wins_file_by_file),
		TEST(test_map__programs_that_do_not_compile_are_placed),
		TEST(test_map__only_one_object_is_a_result),
		TEST(test_map__errors_of_a_program_hold_no_values),
		TEST(test_map__lookups),
		TEST(test_map__text_helpers),
		TEST(test_map__a_home_file_of_jq_changes_nothing),
		TEST(test_map__folders_must_exist),
		TEST(test_map__a_bad_table_stops_everything),
		TEST(test_map__a_pipe_hides_no_shipped_file),
		TEST(test_map__the_fingerprint_is_of_contents),
		TEST(test_map__a_program_without_end_costs_its_record),
		TEST(test_map__memory_in_one_step_is_bounded),
		TEST(test_map__a_pipe_among_the_modules_ends),
		TEST(test_map__a_stop_does_not_wait_for_the_document),
		TEST(test_map__memory_stays_flat),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
