#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/json.h"
#include "base/str.h"
#include "map/table.h"

static char path[64];

static enum errk load(const char *name, const char *csv, struct table **out, struct err *e)
{
	enum errk k;

	snprintf(path, sizeof(path), "/tmp/erpsync-table-%d.csv", (int)getpid());
	assert_int_equal(file_write_atomic(path, csv, strlen(csv), 0600, e), E_OK);
	k = table_load(path, name, out, e);
	unlink(path);
	return k;
}

static void finds(const struct table *t, const char *a, const char *b, const char *value)
{
	const char *key[] = {a, b}, *got = table_find(t, key, 2, "erp_code");

	if (value ? !got || strcmp(got, value) != 0 : got != NULL)
		fail_msg("%s, %s gives %s, not %s", a, b, got ? got : "nothing",
			 value ? value : "nothing");
}

static void test_table__the_most_exact_row_wins(void **state)
{
	CLEANUP(table) struct table *t = NULL;
	struct err e = {0};

	(void)state;
	assert_int_equal(load("taxes",
			      "country,title,erp_code,note\n"
			      "*,*,REST,\n"
			      "FR,*,FR,a note\n"
			      "*,TVA,TVA,\n"
			      ",TVA,NOWHERE,\n"
			      ",,\n"
			      "FR, TVA ,EXACT,\n"
			      "DE,*Steuer,STEUER,\n"
			      "DE,Mw*,MWST,\n"
			      "DE,*,*,\n",
			      &t, &e),
			 E_OK);
	finds(t, "FR", "TVA", "EXACT");
	finds(t, "FR", "x", "FR");
	finds(t, "AT", "TVA", "TVA");
	finds(t, NULL, "TVA", "NOWHERE");
	finds(t, "", "TVA", "NOWHERE");
	finds(t, NULL, "x", "REST");
	finds(t, "DE", "MwSteuer", "STEUER"); /* both patterns match: the first in the file */
	finds(t, "DE", "MwSt", "MWST");
	finds(t, "DE", "x", "DE");    /* "*" hands the first key cell on */
	finds(t, "DE", "TVA", "TVA"); /* as many stars as DE,*: the first in the file */
	assert_string_equal(table_name(t), "taxes");
}

static void test_table__may_answer_in_the_stores_words(void **state)
{
	CLEANUP(table) struct table *t = NULL;
	const char *key[] = {"WH1"};
	struct err e = {0};

	(void)state;
	assert_int_equal(load("locations", "warehouse,store_location,note\nWH1,Lyon,\nWH2,Lyon,\n",
			      &t, &e),
			 E_OK);
	assert_string_equal(table_find(t, key, 1, "store_location"), "Lyon");
}

static void test_table__rates_are_numbers(void **state)
{
	CLEANUP(table) struct table *t = NULL;
	struct err e = {0};

	(void)state;
	assert_int_equal(load("taxes",
			      "country;rate;erp_code\r\nFR;20%;A\r\nFR;5.50 %;B\r\nFR;0.10;C\r\n",
			      &t, &e),
			 E_OK);
	finds(t, "FR", "0.2", "A");
	finds(t, "FR", "0.200", "A");
	finds(t, "FR", "20 %", "A");
	finds(t, "FR", "0.055", "B");
	finds(t, "FR", "0.1", "C");
	finds(t, "FR", "20", NULL);
	finds(t, "FR", "x", NULL);
}

static void test_table__rates_of_other_spreadsheets(void **state)
{
	CLEANUP(table) struct table *t = NULL;
	struct err e = {0};

	(void)state;
	assert_int_equal(
		load("taxes",
		     "country;rate;erp_code\r\nDE;0,19;A\r\nDE;7,0%;B\r\nFR;5,50\xc2\xa0%;C\r\n"
		     "FR;20,00\xe2\x80\xaf%;D\r\nFR;0,021;E\r\nCA;9,975%;F\r\nXX;;G\r\nXX;*;H\r\n",
		     &t, &e),
		E_OK);
	finds(t, "DE", "0.19", "A");
	finds(t, "DE", "0.07", "B");
	finds(t, "FR", "0.055", "C");
	finds(t, "FR", "0.2", "D");
	finds(t, "FR", "0.021", "E");
	finds(t, "CA", "0.09975", "F");
	finds(t, "XX", "", "G");
	finds(t, "XX", "0.5", "H");
}

static void test_table__as_it_was_meant(void **state)
{
	CLEANUP(table) struct table *t = NULL;
	const char *key[] = {"007"};
	struct err e = {0};

	(void)state;
	assert_int_equal(load("skus", "shop,erp_sku,note\n'007,'0042,#N/A\nb,'x\nc,1,", &t, &e),
			 E_OK);
	assert_string_equal(table_find(t, key, 1, "erp_sku"), "0042");
	key[0] = "b";
	assert_string_equal(table_find(t, key, 1, "erp_sku"), "'x");
	key[0] = "c";
	assert_string_equal(table_find(t, key, 1, "erp_sku"), "1");
}

/* As lookup_exact of mappings/erpsync.jq: a row with a star names nothing. */
static void test_table__exact_answers(void **state)
{
	CLEANUP(table) struct table *t = NULL;
	CLEANUP(table) struct table *two = NULL;
	struct err e = {0};

	(void)state;
	assert_int_equal(load("skus",
			      "shop_sku,erp_sku\ntitle:Mug,MUG\ntitle:*,ANY\ntitle:*New* mug*,NEW\n"
			      "kind:tip,*\nkind:t*,ANY\nkind:custom,\n*,*\n",
			      &t, &e),
			 E_OK);
	assert_string_equal(table_answer_exact(t, "title:Mug"), "MUG");
	assert_string_equal(table_answer_exact(t, "kind:tip"), "kind:tip");
	assert_null(table_answer_exact(t, "title:Cup"));
	assert_null(table_answer_exact(t, "kind:t*"));
	assert_null(table_answer_exact(t, "kind:custom"));
	assert_string_equal(table_answer(t, NULL, "kind:total"), "ANY");
	/* Titles are names as they stand. */
	assert_string_equal(table_answer_exact(t, "title:*New* mug*"), "NEW");
	assert_string_equal(table_answer_exact(t, "title:*"), "ANY");
	assert_string_equal(table_answer(t, NULL, "title:Cup"), "title:Cup");
	assert_int_equal(load("skus", "shop_sku,size,erp_sku\ntitle:Mug,,MUG\n", &two, &e), E_OK);
	assert_null(table_answer_exact(two, "title:Mug"));
}

static void refused(const char *csv, const char *msg)
{
	struct table *t = NULL;
	struct err e = {0};
	const char *text;

	assert_int_equal(load("x", csv, &t, &e), E_LOCAL);
	assert_null(t);
	assert_string_equal(e.code, "bad_table");
	assert_int_equal(strncmp(e.msg, path, strlen(path)), 0);
	text = e.msg + strlen(path);
	assert_non_null(strstr(text, msg));
}

static void test_table__mistakes_name_file_and_line(void **state)
{
	static const char *const no_rate[] = {"1,234",   "1.234,5", "20 pct", "0,2,0", "20,0",
					      "0.2 EUR", "20",      "%",      ",2"};
	char both[256];

	(void)state;
	refused("shop,erp_x\na,1\nb,2\n a ,3\n", ":2 and ");
	snprintf(both, sizeof(both), "%s:4 have the same key (shop 'a'); remove one", path);
	refused("shop,erp_x\na,1\nb,2\n a ,3\n", both);
	refused("shop,rate,erp_x\na,0.20,1\na,20%,2\n",
		"have the same key (shop 'a', …); remove one");
	refused("shop,note\na,1\n", ":1: no column whose name begins with 'erp_'");
	refused("erp_x,note\na,1\n", ":1: no key column");
	refused("shop,erp_x\na,4.00638E+12\n",
		":2: column 'erp_x': '4.00638E+12' was a number that a spreadsheet shortened");
	refused("shop,erp_x\na,1\n7.5E+11,b\n", ":3: column 'shop': '7.5E+11' was a number");
	refused("shop,erp_x\na,#N/A\n", ":2: column 'erp_x': '#N/A' is a spreadsheet's error");
	refused("shop,erp_x,note\na,1,\nb,ART", ":3: the file ends in the middle of this row");
	refused("shop,shop,erp_x\n", ":1: the column 'shop' stands there twice");
	refused("shop,erp_x\na,1\nb,2,3\n", ":3: 3 cells, but the header has 2 columns");
	for (size_t i = 0; i < sizeof(no_rate) / sizeof(no_rate[0]); i++) {
		char says[128];

		snprintf(both, sizeof(both), "shop;rate;erp_x\na;%s;1\n", no_rate[i]);
		snprintf(says, sizeof(says), ":2: column 'rate': '%s' ", no_rate[i]);
		refused(both, says);
	}
	refused("shop;rate;erp_x\na;20,0;1\n", "write 20% or 0.2 for 20%");
	refused("shop,erp_x\na*b,1\n",
		":2: 'a*b': a star can stand at the beginning or at the end");
	refused("shop,erp_x\n*a*,1\n", ":2: '*a*': a star can stand");
}

static void test_table__a_missing_file_is_named(void **state)
{
	struct table *t = NULL;
	struct err e = {0};

	(void)state;
	assert_int_equal(table_load("/nowhere/skus.csv", "skus", &t, &e), E_LOCAL);
	assert_non_null(strstr(e.msg, "/nowhere/skus.csv"));
}

static enum errk ask(struct table *t, const char *question, struct arena *a, const char **out,
		     struct err *e)
{
	CLEANUP(json) cJSON *doc = NULL;

	assert_int_equal(json_parse(question, strlen(question), &doc, e), E_OK);
	return table_ask(&t, 1, doc, a, out, e);
}

static void code_is(const char *name, const char *code, const char *label)
{
	CLEANUP(table) struct table *t = NULL;
	CLEANUP(arena) struct arena *a = arena_new();
	char question[128], says[128];
	const char *out;
	struct err e = {0};

	assert_int_equal(load(name, "k,erp_v\na,1\nb,\n", &t, &e), E_OK);
	snprintf(question, sizeof(question), "{\"_ask\":\"lookup\",\"table\":\"%s\",\"key\":\"c\"}",
		 name);
	assert_int_equal(ask(t, question, a, &out, &e), E_RECORD);
	assert_string_equal(e.code, code);
	snprintf(says, sizeof(says), "%s 'c' is in no row of tables/%s.csv; add a row in ", label,
		 name);
	assert_non_null(strstr(e.msg, says));
}

static void answers(struct table *t, const char *question, const char *expected)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct err e = {0};
	const char *out = "untouched";

	if (ask(t, question, a, &out, &e) != E_OK)
		fail_msg("%s: %s", question, e.msg);
	if (expected)
		assert_string_equal(out, expected);
	else
		assert_null(out);
}

static void complains(struct table *t, const char *question, enum errk kind, const char *says)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct err e = {0};
	const char *out;

	assert_int_equal(ask(t, question, a, &out, &e), kind);
	if (!strstr(e.msg, says))
		fail_msg("the message is: %s", e.msg);
}

static void test_table__answers_programs(void **state)
{
	CLEANUP(table) struct table *t = NULL;
	CLEANUP(table) struct table *n = NULL;
	struct err e = {0};

	(void)state;
	assert_int_equal(load("taxes",
			      "country,title,rate,erp_code,erp_other\nFR,TVA,0.2,FR-20,*\n"
			      "FR,*,*,,\n,none,,NONE,\n",
			      &t, &e),
			 E_OK);
#define Q(rest) "{\"_ask\":\"lookup\",\"table\":\"taxes\"," rest "}"
	answers(t, Q("\"key\":[\"FR\",\"TVA\",\"20%\"]"), "FR-20");
	answers(t, Q("\"key\":[\"FR\",\"TVA\",\"0.20\"],\"column\":\"erp_other\""), "FR");
	answers(t, Q("\"key\":[null,\"none\",null]"), "NONE");
	answers(t, Q("\"key\":[\"FR\",\"x\",null],\"may_lack\":true"), NULL);
	answers(t, Q("\"key\":[\"FR\",\"x\",null],\"exact\":true"), NULL);
	complains(t, Q("\"key\":[\"FR\",\"x\",null]"), E_RECORD,
		  "tax (country 'FR', title 'x', rate '') has no erp_code in tables/taxes.csv, "
		  "line 3; fill it in in ");
	complains(t, Q("\"key\":[\"DE\",\"x\",\"7%\"]"), E_RECORD,
		  "tax (country 'DE', title 'x', rate '0.07') is in no row of tables/taxes.csv; "
		  "add a row in ");
	complains(t, Q("\"key\":\"DE\""), E_LOCAL,
		  "tables/taxes.csv has the key columns country, title, rate; a look-up gave 1 "
		  "values");
	complains(t, Q("\"key\":[\"FR\",\"TVA\",\"0.2\"],\"column\":\"erp_x\""), E_LOCAL,
		  "tables/taxes.csv has no column erp_x");
#undef Q
	complains(t, "{\"_ask\":\"lookup\",\"table\":\"skus\",\"key\":\"a\"}", E_LOCAL,
		  "there is no table tables/skus.csv");
	answers(t, "{\"_ask\":\"rate\",\"text\":\"5.50%\"}", "0.055");
	answers(t, "{\"_ask\":\"rate\",\"text\":\"free\"}", "free");
	assert_int_equal(load("counts", "n,store_n\n2,two\ntrue,yes\n", &n, &e), E_OK);
	answers(n, "{\"_ask\":\"lookup\",\"table\":\"counts\",\"key\":2}", "two");
	answers(n, "{\"_ask\":\"lookup\",\"table\":\"counts\",\"key\":true}", "yes");
	complains(n, "{\"_ask\":\"lookup\",\"table\":\"counts\",\"key\":3}", E_RECORD,
		  ", with what the shop calls it in the column store_n; the next run tries it "
		  "again");
}

static void test_table__tells_the_answers_of_a_column(void **state)
{
	CLEANUP(table) struct table *t = NULL;
	CLEANUP(arena) struct arena *a = arena_new();
	struct table_answers found = {0};
	struct err e = {0};

	(void)state;
	assert_int_equal(load("skus", "k,erp_v,erp_w\nc,1,x\na,*,x\nb,1,x\nd,,x\nx*,2,x\n*,*,x\n",
			      &t, &e),
			 E_OK);
	table_answers(t, "erp_v", &found, a);
	assert_int_equal(found.n, 3);
	assert_string_equal(found.at[0], "a");
	assert_string_equal(found.at[1], "1");
	assert_string_equal(found.at[2], "2");
	table_answers(t, "erp_none", &found, a);
	assert_int_equal(found.n, 3);
}

static void test_table__codes_are_singular(void **state)
{
	(void)state;
	code_is("skus", "unmapped_sku", "SKU");
	code_is("taxes", "unmapped_tax", "tax");
	code_is("payment_statuses", "unmapped_payment_status", "payment status");
	code_is("warehouses", "unmapped_warehouse", "warehouse");
	code_is("currencies", "unmapped_currency", "currency");
	code_is("sales_channels", "unmapped_sales_channel", "sales channel");
}

static void test_table__a_large_one_is_quick(void **state)
{
	CLEANUP(table) struct table *t = NULL;
	CLEANUP(str) struct str csv;
	struct err e = {0};
	/* Valgrind takes a hundred times as long, and looks for something else. */
	const int n = getenv("ERPSYNC_UNDER_VALGRIND") ? 10000 : 50000;

	(void)state;
	str_init(&csv, 0);
	str_add(&csv, "shop_sku,erp_sku\n");
	for (int i = 0; i < n; i++)
		str_addf(&csv, "SKU-%d,%d\n", i * 7919 % n, i);
	assert_int_equal(load("skus", csv.buf, &t, &e), E_OK);
	for (int i = 0; i < n; i++) {
		char key[32], want[32];

		snprintf(key, sizeof(key), "SKU-%d", i * 7919 % n);
		snprintf(want, sizeof(want), "%d", i);
		assert_string_equal(table_answer(t, NULL, key), want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table__the_most_exact_row_wins),
		cmocka_unit_test(test_table__may_answer_in_the_stores_words),
		cmocka_unit_test(test_table__rates_are_numbers),
		cmocka_unit_test(test_table__rates_of_other_spreadsheets),
		cmocka_unit_test(test_table__as_it_was_meant),
		cmocka_unit_test(test_table__exact_answers),
		cmocka_unit_test(test_table__mistakes_name_file_and_line),
		cmocka_unit_test(test_table__a_missing_file_is_named),
		cmocka_unit_test(test_table__codes_are_singular),
		cmocka_unit_test(test_table__answers_programs),
		cmocka_unit_test(test_table__tells_the_answers_of_a_column),
		cmocka_unit_test(test_table__a_large_one_is_quick),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
