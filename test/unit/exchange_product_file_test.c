#include "base_test.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "connectors/exchange/inbox_read.h"
#include "connectors/exchange/product_file.h"

static enum errk try_read(const char *csv, struct exchange_products **out, struct err *e)
{
	write_text("products.csv", csv);
	return exchange_products_read(NULL, "products.csv", "products.csv", out, e);
}

static struct exchange_products *read_csv(const char *csv)
{
	struct exchange_products *s = NULL;
	struct err e = {0};

	assert_ok(try_read(csv, &s, &e), &e);
	return s;
}

static struct record record_of(struct exchange_products *s, size_t k, struct arena *a)
{
	struct inbox_file file = {.name = "products.csv", .content = s};
	struct inbox_set set = {.file = &file, .n = 1};
	struct record r = {0};

	assert_true(exchange_product_files.record(&set, 0, k, a, &r));
	return r;
}

static void test_products__columns_that_are_not_there_are_not_told(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(exchange_products)
	struct exchange_products *s = read_csv("sku,title,compare-at price,currency\nA,,,EUR\n");
	struct record r = record_of(s, 0, a);

	(void)state;
	assert_string_equal(
		r.doc, "{\"kind\":\"product\",\"source\":\"csv\",\"id\":\"A\",\"code\":\"A\","
		       "\"currency\":\"EUR\",\"title\":null,"
		       "\"variants\":[{\"id\":\"A\",\"sku\":\"A\",\"compare_at_price\":null}]}");
}

static void test_products__amounts_have_the_decimals_of_their_currency(void **state)
{
	static const struct {
		const char *csv, *price; /* NULL: refused */
	} files[] = {
		{"sku,price,currency\nA,1.299,KWD\n", "1.299"},
		{"sku,price,currency\nA,12.500,BHD\n", "12.500"},
		{"sku,price,currency\nA,1.299,EUR\n", NULL},
		{"sku,price,currency\nA,1.299,JPY\n", NULL},
		/* The other sign is one of thousands, whatever the currency. */
		{"sku;price;currency\nA;1,299;KWD\n", "1.299"},
		{"sku;price;currency\nA;1.299;KWD\n", NULL},
		/* Of the product, in an earlier row. */
		{"product,sku,price,currency\nP,A,2,KWD\nP,B,1.299,\n", "2"},
		{"product,sku,price,currency\nP,A,2,EUR\nP,B,1.299,\n", NULL},
		{"sku,price,currency\nA,1.299,kwd\n", "1.299"},
		/* Weights are no money. */
		{"sku,price,weight,currency\nA,1.299,1.299,KWD\n", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		CLEANUP(exchange_products) struct exchange_products *s = read_csv(files[i].csv);

		assert_int_equal(s->n, 1);
		if (!files[i].price) {
			assert_contains(s->product[0].problem->msg, "'1.299' has a thousands sign");
			continue;
		}
		assert_null(s->product[0].problem);
		assert_string_equal(s->row[1]->cell[PCOL_PRICE], files[i].price);
	}
}

static void test_products__one_barcode_for_all_is_none(void **state)
{
	static const struct {
		const char *csv, *wrong;
	} files[] = {
		{"sku,barcode\nA,4006381333931\nB,\nC,4006381333931\nD,4006381333931\n",
		 "products.csv: column 'barcode': '4006381333931' stands in every row that has "
		 "one, for 3 SKUs; nothing of the file is used: write it anew"},
		{"sku,barcode\nA,4006381333931\nB,7489270000000\nC,7489270000000\n",
		 "products.csv:4: column 'barcode': '7489270000000' stands on line 3 for another "
		 "SKU too, and looks like a number that a spreadsheet shortened"},
		/* Two of one may be meant so; a code that ends in zeros is one where it stands once. */
		{"sku,barcode\nA,4006381333931\nB,4006381333931\n", NULL},
		{"sku,barcode\nA,7489270000000\nB,4006381333931\nA,7489270000000\n", NULL},
		{"sku,barcode\nA,\nB,\nC,\n", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		CLEANUP(exchange_products) struct exchange_products *s = NULL;
		struct err e = {0};

		assert_int_equal(try_read(files[i].csv, &s, &e), files[i].wrong ? E_LOCAL : E_OK);
		if (!files[i].wrong)
			continue;
		assert_string_equal(e.code, "same_barcode");
		assert_contains(e.msg, files[i].wrong);
	}
}

static void test_products__rows_of_one_may_stand_anywhere(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(exchange_products)
	struct exchange_products *s = read_csv(
		"Handle;SKU;Price;Currency;Option1 name;Option1 value;Tags;Tracked\n"
		"tee;T-S;19,9;EUR;Size;S;\"b; a\";yes\nmug;MUG;5;EUR;;;;0\ntee;T-M;20;EUR;;M;;no\n");
	struct record r = record_of(s, 0, a);
	CLEANUP(json) cJSON *doc = NULL;
	struct err e = {0};

	(void)state;
	assert_int_equal(s->n, 2);
	assert_ok(json_parse(r.doc, r.doc_len, &doc, &e), &e);
	assert_int_equal(json_count(doc, "variants"), 2);
	assert_string_equal(json_str(doc, "options[0].name"), "Size");
	assert_string_equal(json_str(doc, "variants[0].price"), "19.9");
	assert_string_equal(json_str(doc, "variants[1].options[0].name"), "Size");
	assert_string_equal(json_str(doc, "variants[1].options[0].value"), "M");
	assert_string_equal(json_str(doc, "tags[1]"), "a");
	assert_true(json_bool(doc, "variants[0].tracked", false));
	assert_false(json_bool(doc, "variants[1].tracked", true));
	assert_null(record_of(s, 1, a).problem);
}

static void test_products__the_version_is_that_of_the_content(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(exchange_products)
	struct exchange_products *x = read_csv("sku,price,currency\nA,1,EUR\n");
	CLEANUP(exchange_products)
	struct exchange_products *y = read_csv("currency,sku,note,price\nEUR,A,x,1\n");
	CLEANUP(exchange_products)
	struct exchange_products *z = read_csv("sku,price,currency\nA,2,EUR\n");

	(void)state;
	assert_string_equal(record_of(x, 0, a).version, record_of(y, 0, a).version);
	assert_string_not_equal(record_of(x, 0, a).version, record_of(z, 0, a).version);
}

static void test_products__what_is_no_product_file_is_refused(void **state)
{
	struct exchange_products *s = NULL;
	struct err e = {0};

	(void)state;
	assert_int_equal(try_read("title,price,currency\nA,1,EUR\n", &s, &e), E_LOCAL);
	assert_string_equal(e.code, "not_a_product_file");
	assert_int_equal(try_read("sku,price\nA,1\n", &s, &e), E_LOCAL);
	assert_string_equal(e.code, "no_currency");
	/* Without amounts there is nothing to be in a currency. */
	s = read_csv("sku,title\nA,Tea\n");
	exchange_products_free(s);
}

static void test_products__a_cut_file_is_seen(void **state)
{
	CLEANUP(exchange_products) struct exchange_products *row = read_csv("sku,title\nA,Tea\nB");
	CLEANUP(exchange_products)
	struct exchange_products *quote = read_csv("sku,title\nA,\"Tea\n");
	CLEANUP(exchange_products)
	struct exchange_products *whole = read_csv("sku,title\nA,\"Tea\"");

	(void)state;
	assert_true(row->cut);
	assert_true(quote->cut);
	assert_false(whole->cut);
}

static void test_products__many_are_found_again(void **state)
{
	CLEANUP(exchange_products) struct exchange_products *s = NULL;
	char *text = calloc(1, 1 << 18);
	size_t len = 0;
	char sku[16];

	(void)state;
	assert_non_null(text);
	len += (size_t)snprintf(text, 1 << 18, "sku,title\n");
	for (int i = 0; i < 5000; i++)
		len += (size_t)snprintf(text + len, (1 << 18) - len, "S%d,Thing %d\n", i, i);
	s = read_csv(text);
	free(text);
	assert_int_equal(s->n, 5000);
	for (int i = 0; i < 5000; i++) {
		snprintf(sku, sizeof(sku), "S%d", i);
		assert_string_equal(exchange_products_find(s, sku)->id, sku);
	}
	assert_null(exchange_products_find(s, "S5000"));
}

static void test_products__amounts_are_of_a_currency(void **state)
{
	static const struct {
		const char *csv, *why; /* NULL: accepted */
	} files[] = {
		{"sku,price,currency\nA,1,\n",
		 "products.csv:2: it has an amount, and 'currency' is empty; "
		 "fill it in, or set [csv] currency"},
		{"sku,cost,currency\nA,1,EURO\n",
		 "column 'currency': 'EURO' is no ISO 4217 code such as EUR"},
		{"sku,cost,currency\nA,1,12\n",
		 "column 'currency': '12' is no ISO 4217 code such as EUR"},
		{"product,sku,price,currency\nP,A,2,\nP,B,1,eur\n", NULL},
		{"sku,title,price,currency\nA,x,,\n", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		CLEANUP(exchange_products) struct exchange_products *s = read_csv(files[i].csv);

		assert_int_equal(s->n, 1);
		if (files[i].why)
			assert_contains(s->product[0].problem->msg, files[i].why);
		else
			assert_null(s->product[0].problem);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_products__columns_that_are_not_there_are_not_told),
		cmocka_unit_test(test_products__amounts_have_the_decimals_of_their_currency),
		cmocka_unit_test(test_products__amounts_are_of_a_currency),
		cmocka_unit_test(test_products__one_barcode_for_all_is_none),
		cmocka_unit_test(test_products__rows_of_one_may_stand_anywhere),
		cmocka_unit_test(test_products__the_version_is_that_of_the_content),
		cmocka_unit_test(test_products__what_is_no_product_file_is_refused),
		cmocka_unit_test(test_products__a_cut_file_is_seen),
		cmocka_unit_test(test_products__many_are_found_again),
	};

	return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}
