#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/str.h"

#include "connectors/exchange/stock_document.h"

static char path[64];

static enum errk try_read(const char *csv, struct exchange_stock **out, struct err *e)
{
	enum errk k;

	snprintf(path, sizeof(path), "/tmp/erpsync-stock-%d.csv", (int)getpid());
	assert_int_equal(file_write_atomic(path, csv, strlen(csv), 0600, e), E_OK);
	k = exchange_stock_read(path, "stock.csv", out, e);
	unlink(path);
	return k;
}

static struct exchange_stock *read_text(const char *csv)
{
	struct exchange_stock *s = NULL;
	struct err e;

	if (try_read(csv, &s, &e) != E_OK)
		fail_msg("%s", e.msg);
	return s;
}

static struct record record_of(const struct exchange_stock *s, const char *sku,
			       const struct exchange_stock *before, struct arena *a)
{
	const struct exchange_stock_article *article = exchange_stock_find(s, sku);
	struct record r;

	assert_non_null(article);
	exchange_stock_record(s, article, &(struct exchange_stock_past){.s = before},
			      before != NULL, NULL, 1795000000, a, &r);
	return r;
}

static void has_document(const struct exchange_stock *s, const char *sku,
			 const struct exchange_stock *before, const char *quantities)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct record r = record_of(s, sku, before, a);

	assert_null(r.problem);
	stock_record_finish(&r, "csv", a);
	if (!strstr(r.doc, arena_printf(a, "\"quantities\":%s}", quantities)))
		fail_msg("%s", r.doc);
}

static void test_stock__rows_of_an_article_may_stand_anywhere(void **state)
{
	CLEANUP(exchange_stock)
	struct exchange_stock *s = read_text(
		"sku,warehouse,on_hand,available\nA,W2,1.50,1\nB,W1,2,\nA,W1,-3,0\n");

	(void)state;
	assert_int_equal(s->n_articles, 2);
	has_document(
		s, "A", NULL,
		"[{\"warehouse\":\"W1\",\"on_hand\":\"-3\",\"available\":\"0\",\"forecast\":null},"
		"{\"warehouse\":\"W2\",\"on_hand\":\"1.5\",\"available\":\"1\",\"forecast\":null}]");
	has_document(
		s, "B", NULL,
		"[{\"warehouse\":\"W1\",\"on_hand\":\"2\",\"available\":null,\"forecast\":null}]");
	assert_null(exchange_stock_find(s, "a"));
}

static void test_stock__equal_figures_are_one_version(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(exchange_stock)
	struct exchange_stock *x = read_text("sku,warehouse,qty\nA,W1,12\nA,W2,0\n");
	CLEANUP(exchange_stock)
	struct exchange_stock *y = read_text(
		"Warehouse;Article;Title;On Hand\nW2;A;T;0,00\nW1;A;T;12,0\n");
	CLEANUP(exchange_stock)
	struct exchange_stock *z = read_text("sku,warehouse,qty\nA,W1,12\nA,W2,1\n");

	(void)state;
	assert_string_equal(record_of(x, "A", NULL, a).version, record_of(y, "A", NULL, a).version);
	assert_string_not_equal(record_of(x, "A", NULL, a).version,
				record_of(z, "A", NULL, a).version);
}

static void test_stock__what_a_snapshot_no_longer_lists_is_nothing(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(exchange_stock)
	struct exchange_stock *was = read_text(
		"sku,warehouse,on_hand\nA,W1,1\nA,W2,2\nGONE,W1,3\n");
	CLEANUP(exchange_stock)
	struct exchange_stock *now = read_text("sku,warehouse,on_hand\nA,W2,5\n");
	struct record r;

	(void)state;
	has_document(
		now, "A", was,
		"[{\"warehouse\":\"W1\",\"on_hand\":\"0\",\"available\":null,\"forecast\":null,"
		"\"gone\":true},"
		"{\"warehouse\":\"W2\",\"on_hand\":\"5\",\"available\":null,\"forecast\":null}]");
	exchange_stock_record_gone(now, "GONE", (const char *const[]){"W1"}, 1, 1795000000, a, &r);
	stock_record_finish(&r, "csv", a);
	assert_non_null(strstr(r.doc, "\"sku\":\"GONE\""));
	assert_non_null(strstr(r.doc, "\"on_hand\":\"0\""));
}

static void test_stock__a_bad_row_is_its_warehouses_fault(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(exchange_stock)
	struct exchange_stock *s = read_text("sku,warehouse,on_hand\nA,W1,1\nA,W2,1e3\n");
	CLEANUP(exchange_stock)
	struct exchange_stock *moved = read_text(
		"sku,warehouse,on_hand\nA,W2,1e3\nB,W1,1\nA,W1,1\n");
	CLEANUP(exchange_stock)
	struct exchange_stock *other = read_text("sku,warehouse,on_hand\nA,W1,1\nA,W2,1e4\n");
	CLEANUP(exchange_stock)
	struct exchange_stock *twice = read_text("sku,warehouse,on_hand\nA,W1,1\nA,W2,1\nA,W2,2\n");
	static const char document[] =
		"[{\"warehouse\":\"W1\",\"on_hand\":\"1\",\"available\":null,\"forecast\":null},"
		"{\"warehouse\":\"W2\",\"on_hand\":null,\"available\":null,\"forecast\":null,"
		"\"problem\":\"stock.csv:%s; have the ERP write it again, in a new file\"}]";

	(void)state;
	has_document(s, "A", NULL,
		     arena_printf(a, document,
				  "3: column 'on_hand': '1e3' is no quantity such as 12 or 12.5"));
	has_document(s, "A", twice,
		     arena_printf(a, document,
				  "3: column 'on_hand': '1e3' is no quantity such as 12 or 12.5"));
	has_document(twice, "A", NULL,
		     arena_printf(a, document,
				  "4: 'A' in warehouse 'W2' stands on line 3 already"));
	assert_string_equal(record_of(s, "A", NULL, a).version,
			    record_of(moved, "A", NULL, a).version);
	assert_string_not_equal(record_of(s, "A", NULL, a).version,
				record_of(other, "A", NULL, a).version);
	assert_true(s->faulty);
}

/* Where no row is left. */
static void test_stock__a_bad_row_is_the_articles_problem(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(exchange_stock)
	struct exchange_stock *s = read_text(
		"sku,warehouse,on_hand\nA,W1,n/a\nA,W2,1e3\nB,W1,1\n,W1,1\n");
	struct record r = record_of(s, "A", NULL, a);

	(void)state;
	assert_non_null(r.problem);
	assert_string_equal(r.problem->code, "bad_row");
	assert_string_equal(
		r.problem->msg,
		"stock.csv:2: column 'on_hand': 'n/a' is no quantity such as 12 or 12.5; no other row of it can be used, so the shop keeps what it has of it, in other warehouses too; have the ERP write it again, in a new file");
	assert_null(record_of(s, "B", NULL, a).problem);
	assert_string_equal(s->article[2].label, "stock.csv:5");
	assert_int_equal(s->n_articles, 3);
	assert_false(s->cut);
}

static void test_stock__headers(void **state)
{
	struct exchange_stock *s = NULL;
	struct err e = {0};

	(void)state;
	assert_int_equal(try_read("warehouse,on_hand\nW,1\n", &s, &e), E_LOCAL);
	assert_string_equal(e.code, "not_a_stock_file");
	assert_int_equal(try_read("sku,warehouse\nA,W\n", &s, &e), E_LOCAL);
	assert_int_equal(try_read("", &s, &e), E_LOCAL);
	assert_null(s);
}

static void test_stock__a_cut_file_is_known(void **state)
{
	CLEANUP(exchange_stock)
	struct exchange_stock *row = read_text("sku,warehouse,on_hand\nA,W1,1\nB,W");
	CLEANUP(exchange_stock)
	struct exchange_stock *quote = read_text("sku,warehouse,on_hand\n\"A,W1,1\n");
	CLEANUP(exchange_stock)
	struct exchange_stock *whole = read_text("sku,warehouse,on_hand\nA,W1,\"1\"");

	(void)state;
	assert_true(row->cut);
	assert_true(quote->cut);
	assert_false(whole->cut);
}

static void test_stock__many_articles_are_found(void **state)
{
	CLEANUP(str) struct str csv = {0};
	CLEANUP(exchange_stock) struct exchange_stock *s = NULL;
	char sku[16];

	(void)state;
	str_init(&csv, 0);
	str_add(&csv, "sku,warehouse,on_hand\n");
	for (int i = 0; i < 5000; i++)
		str_addf(&csv, "S%d,W%d,%d\n", i, i % 3, i);
	s = read_text(csv.buf);
	assert_int_equal(s->n_articles, 5000);
	assert_int_equal(s->n_warehouses, 3);
	for (int i = 0; i < 5000; i++) {
		snprintf(sku, sizeof(sku), "S%d", i);
		assert_string_equal(exchange_stock_find(s, sku)->sku, sku);
	}
	assert_null(exchange_stock_find(s, "S5000"));
}

/* Bins of a warehouse, say: none is taken for another, however many there are. */
static void test_stock__many_warehouses_are_told_apart(void **state)
{
	CLEANUP(str) struct str csv = {0};
	CLEANUP(exchange_stock) struct exchange_stock *s = NULL;

	(void)state;
	str_init(&csv, 0);
	str_add(&csv, "sku,warehouse,on_hand\n");
	for (int i = 0; i < 66000; i++)
		str_addf(&csv, "S%d,W%d,1\n", i, i);
	s = read_text(csv.buf);
	assert_int_equal(s->n_warehouses, 66000);
	for (int i = 0; i < 66000; i += 32768) {
		char sku[16], warehouse[16];

		snprintf(sku, sizeof(sku), "S%d", i);
		snprintf(warehouse, sizeof(warehouse), "W%d", i);
		assert_true(exchange_stock_has(s, exchange_stock_find(s, sku), warehouse));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stock__rows_of_an_article_may_stand_anywhere),
		cmocka_unit_test(test_stock__equal_figures_are_one_version),
		cmocka_unit_test(test_stock__what_a_snapshot_no_longer_lists_is_nothing),
		cmocka_unit_test(test_stock__a_bad_row_is_its_warehouses_fault),
		cmocka_unit_test(test_stock__a_bad_row_is_the_articles_problem),
		cmocka_unit_test(test_stock__headers),
		cmocka_unit_test(test_stock__a_cut_file_is_known),
		cmocka_unit_test(test_stock__many_articles_are_found),
		cmocka_unit_test(test_stock__many_warehouses_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
