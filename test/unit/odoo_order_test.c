/* What becomes of prices, roundings, payments, names and of load's answers, without an Odoo. */
#include "base_test.h"

#include "base/cleanup.h"
#include "base/conf.h"
#include "base/json.h"
#include "connectors/odoo/orders/invoices.h"
#include "connectors/odoo/load.h"
#include "connectors/odoo/orders/order.h"

static struct decimal dec(const char *text)
{
	struct decimal d = DECIMAL_ZERO;
	struct err e;

	assert_ok(decimal_parse(text, &d, &e), &e);
	return d;
}

static struct odoo_price price(struct arena *a, const char *unit, const char *gross,
			       const char *discount, const char *net, int64_t quantity)
{
	struct odoo_price p;
	struct err e;

	assert_ok(odoo_price(dec(unit), dec(gross), dec(discount), dec(net), quantity, 2, a, &p,
			     &e),
		  &e);
	return p;
}

static void test_price__is_exact_in_the_simplest_way(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct odoo_price p = price(a, "24.98", "49.96", "0.00", "49.96", 2);

	(void)state;
	assert_string_equal(p.price, "24.98");
	assert_string_equal(p.percent, "0");
	/* A percentage of two decimals. */
	p = price(a, "20.00", "40.00", "5.00", "35.00", 2);
	assert_string_equal(p.price, "20.00");
	assert_string_equal(p.percent, "12.50");
	/* All of it. */
	p = price(a, "20.00", "40.00", "40.00", "0.00", 2);
	assert_string_equal(p.percent, "100.00");
	/* Else what each piece is paid with, if that comes out even. */
	p = price(a, "24.98", "49.96", "5.00", "44.96", 2);
	assert_string_equal(p.price, "22.48");
	assert_string_equal(p.percent, "0");
	assert_false(p.discount_line);
	/* Else a line of its own. */
	p = price(a, "3.34", "10.02", "0.02", "10.00", 3);
	assert_true(p.discount_line);
	assert_string_equal(p.price, "3.34");
	/* A surcharge is no percentage. */
	p = price(a, "10.00", "30.00", "-3.50", "33.50", 3);
	assert_true(p.discount_line);
}

static void test_price__that_odoo_would_cut_is_refused(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct odoo_price p;
	struct err e = {0};

	(void)state;
	assert_int_equal(odoo_price(dec("1.255"), dec("1.255"), dec("0"), dec("1.255"), 1, 2, a, &p,
				    &e),
			 E_RECORD);
	assert_string_equal(e.code, "price_precision");
}

static void check_rounding(struct odoo_gap g, const char *taxed, const char *untaxed)
{
	struct odoo_rounding r;
	struct err e;
	char text[DECIMAL_TEXT_MAX];

	assert_ok(odoo_rounding(&g, &r, &e), &e);
	assert_string_equal(decimal_text(r.taxed, text), taxed);
	assert_string_equal(decimal_text(r.untaxed, text), untaxed);
}

static void test_rounding__moves_tax_and_total_apart(void **state)
{
	(void)state;
	/* The total only. */
	check_rounding((struct odoo_gap){.total = dec("0.01"), .tax = dec("0"), .digits = 2}, "0",
		       "0.01");
	/* A cent more tax at 20 % on top: of 0.05; all but the cent of the total is taken back. */
	check_rounding((struct odoo_gap){.total = dec("0.01"),
					 .tax = dec("0.01"),
					 .percent = "20",
					 .digits = 2},
		       "0.05", "-0.05");
	/* Within the price: 0.06 holds a cent of tax. */
	check_rounding((struct odoo_gap){.total = dec("0.00"),
					 .tax = dec("0.01"),
					 .percent = "20",
					 .included = true,
					 .digits = 2},
		       "0.06", "-0.06");
	check_rounding((struct odoo_gap){.total = dec("0.00"),
					 .tax = dec("-0.01"),
					 .percent = "5.5",
					 .included = true,
					 .digits = 2},
		       "-0.19", "0.19");
	/* A try that jumped too far takes a little less. */
	check_rounding((struct odoo_gap){.total = dec("0.00"),
					 .tax = dec("0.01"),
					 .percent = "20",
					 .included = true,
					 .digits = 2,
					 .tries = 1},
		       "0.05", "-0.05");
	check_rounding((struct odoo_gap){.total = dec("1"),
					 .tax = dec("1"),
					 .percent = "10",
					 .digits = 0},
		       "10", "-10");
}

static void test_rounding__needs_a_tax(void **state)
{
	struct odoo_gap g = {.total = dec("0"), .tax = dec("0.01"), .digits = 2};
	struct odoo_rounding r;
	struct err e = {0};

	(void)state;
	assert_int_equal(odoo_rounding(&g, &r, &e), E_RECORD);
	assert_string_equal(e.code, "tax_differs");
}

/* Payments */

static void test_payments__change_is_taken_off(void **state)
{
	static const char text[] =
		"{\"payments\":[{\"id\":\"1\",\"kind\":\"sale\",\"amount\":\"100.00\",\"journal\":{"
		"\"name\":\"Cash\"}},{\"id\":\"2\",\"kind\":\"change\",\"amount\":\"12.35\","
		"\"parent\":\"1\"},{\"id\":\"3\",\"kind\":\"sale\",\"amount\":\"0.00\"}]}";
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(json) cJSON *doc = NULL;
	struct odoo_payment *pay;
	char amount[DECIMAL_TEXT_MAX];
	struct err e;
	size_t n;

	(void)state;
	assert_ok(json_parse(text, strlen(text), &doc, &e), &e);
	assert_ok(odoo_payments_read(doc, a, &pay, &n, &e), &e);
	assert_int_equal(n, 1);
	assert_string_equal(decimal_text(pay[0].amount, amount), "87.65");
	assert_string_equal(pay[0].journal_name, "Cash");
}

/* Names */

static void test_names__keep_ids_apart(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct odoo o = {.rules = {.shop = "main"}};

	(void)state;
	assert_string_equal(odoo_xid(&o, "order", "gid://shopify/Order/12", a),
			    "erpsync.main_order_12");
	assert_string_equal(odoo_tail("line_5", a), "line_5");
	/* What Odoo would not take is known by its hash, and two of them stay two. */
	assert_string_not_equal(odoo_tail("csv:#1 a", a), odoo_tail("csv:#1.a", a));
	assert_int_equal(odoo_tail("csv:#1 a", a)[0], 'h');
	assert_string_equal(odoo_shop_name("https://my-shop.myshopify.com/", a), "my-shop");
	assert_string_equal(odoo_shop_name("/srv/Exports/", a), "exports");
	assert_string_equal(odoo_shop_name("http://127.0.0.1:8080", a), "127_0_0_1");
}

static void test_amounts__lose_the_noise_of_floats(void **state)
{
	static const char text[] =
		"{\"a\":31.620000000000005,\"b\":1.1100000000000003,\"c\":0,\"d\":5}";
	CLEANUP(json) cJSON *doc = NULL;
	struct decimal d;
	char out[DECIMAL_TEXT_MAX];
	struct err e;

	(void)state;
	assert_ok(json_parse(text, strlen(text), &doc, &e), &e);
	assert_ok(odoo_amount(doc, "a", 2, &d, &e), &e);
	assert_string_equal(decimal_text(d, out), "31.62");
	assert_ok(odoo_amount(doc, "b", 2, &d, &e), &e);
	assert_string_equal(decimal_text(d, out), "1.11");
	assert_ok(odoo_amount(doc, "d", 0, &d, &e), &e);
	assert_string_equal(decimal_text(d, out), "5");
	assert_int_equal(odoo_amount(doc, "x", 2, &d, &e), E_BUSY);
}

/* Answers of load */

struct verdict {
	struct odoo_load_item item[3];
	size_t guilty;
	bool again, ids;
	enum errk rc;
};

static struct verdict verdict(const char *text, bool keep, struct arena *a)
{
	CLEANUP(json) cJSON *doc = NULL;
	struct verdict v = {0};
	struct odoo_load_item *sent[3] = {&v.item[0], &v.item[1], &v.item[2]};
	const struct odoo_load l = {.model = "sale.order", .keep = keep};
	struct odoo_load_verdict told;
	struct err e;

	assert_ok(json_parse(text, strlen(text), &doc, &e), &e);
	v.item[2].known = keep ? 0 : 7;
	v.rc = odoo_load_verdict(doc, &l, sent, 3, a, &told, &e);
	v.guilty = told.guilty;
	v.again = told.again;
	v.ids = told.ids != NULL;
	return v;
}

static struct verdict verdict_of(const char *text, struct arena *a)
{
	return verdict(text, false, a);
}

/* Contacts that people merged are one record under two external ids. */
static void test_load__takes_one_record_for_two_items_only_where_records_are_kept(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	static const char merged[] = "{\"ids\":[5,7,7],\"messages\":[]}";

	(void)state;
	assert_true(verdict(merged, true, a).ids);
	assert_int_equal(verdict(merged, false, a).rc, E_UNSURE);
	assert_int_equal(verdict("{\"ids\":[5,7],\"messages\":[]}", true, a).rc, E_UNSURE);
	assert_int_equal(verdict("{\"ids\":[5,7,0],\"messages\":[]}", true, a).rc, E_UNSURE);
}

static void test_load__blames_the_right_record(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct verdict v = verdict_of("{\"ids\":[5,6,7],\"messages\":[],\"nextrow\":0}", a);

	(void)state;
	assert_true(v.ids);
	assert_int_equal(v.guilty, 0);
	/* A business rule is told twice, and blamed on record 0 first. */
	v = verdict_of("{\"ids\":false,\"messages\":[{\"record\":0,\"message\":\"no stock\"},{"
		       "\"record\":2,\"message\":\"no stock\"}]}",
		       a);
	assert_false(v.ids);
	assert_int_equal(v.guilty, 1);
	assert_int_equal(v.item[0].err.kind, E_OK);
	assert_int_equal(v.item[2].err.kind, E_RECORD);
	assert_non_null(strstr(v.item[2].err.msg, "no stock"));
	/* It may be record 0's own. */
	v = verdict_of("{\"ids\":false,\"messages\":[{\"record\":0,\"message\":\"bad\"}]}", a);
	assert_int_equal(v.item[0].err.kind, E_RECORD);
	/* Nobody is named: the caller cuts the batch down. */
	v = verdict_of("{\"ids\":false,\"messages\":[{\"message\":\"Found more than 10 errors\"}]}",
		       a);
	assert_int_equal(v.guilty, 0);
	assert_false(v.ids);
	/* A warning beside ids: something was guessed. */
	v = verdict_of(
		"{\"ids\":[5,6,7],\"messages\":[{\"type\":\"warning\",\"record\":1,\"message\":"
		"\"Found multiple matches\"}]}",
		a);
	assert_int_equal(v.item[1].err.kind, E_RECORD);
}

static void test_load__without_ids_or_reasons_is_unsure(void **state)
{
	static const char *const odd[] = {
		"{}",
		"[]",
		"null",
		"true",
		"{\"ids\":false}",
		"{\"ids\":false,\"messages\":[]}",
		"{\"ids\":false,\"messages\":[null]}",
		"{\"ids\":false,\"messages\":[{\"message\":7}]}",
		"{\"ids\":null,\"messages\":[{\"message\":\"no\"}]}",
		"{\"ids\":[5,6],\"messages\":[]}",
		"{\"ids\":[5,6,7,8],\"messages\":[]}",
		"{\"ids\":[5,5,7],\"messages\":[]}",
		"{\"ids\":[7,7,7],\"messages\":[]}",
		"{\"ids\":[5,6,0],\"messages\":[]}",
		"{\"ids\":[5,null,7],\"messages\":[]}",
		"{\"ids\":[-5,6,7],\"messages\":[]}",
		"{\"ids\":[1e15,6,7],\"messages\":[]}",
		"{\"ids\":[\"5\",6,7],\"messages\":[]}",
		"{\"ids\":{\"0\":5,\"1\":6,\"2\":7},\"messages\":[]}",
		/* The third one is a change of record 7. */
		"{\"ids\":[5,6,8],\"messages\":[]}",
	};
	CLEANUP(arena) struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		struct verdict v = verdict_of(odd[i], a);

		if (v.rc != E_UNSURE || v.ids || v.guilty)
			fail_msg("taken: %s", odd[i]);
	}
}

static void test_load__a_conflict_is_nobodys_fault(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct verdict v = verdict_of(
		"{\"ids\":false,\"messages\":[{\"record\":1,\"message\":\"could not serialize access "
		"due to concurrent update\\n\"}]}",
		a);

	(void)state;
	assert_true(v.again);
	assert_int_equal(v.guilty, 0);
	assert_int_equal(v.item[1].err.kind, E_OK);
}

/* Two lines of 27000 and 10920 with 19 % inside, as compute_all of Odoo's account.tax explains itself. */
static size_t rounding_lines(struct arena *a, int major, const char *tax_of_shop)
{
	struct odoo o = {.version = {.major = major}, .rules = {.rounding_limit = 5}};
	struct odoo_tax vat = {.id = 1, .amount = "19", .percent = true, .included = true};
	struct odoo_product rounding = {.sku = "ROUNDING", .id = 9, .unit = 1, .service = true};
	struct odoo_product *products[] = {&rounding};
	struct odoo_line line[] = {
		{.net = dec("27000"), .tax = {&vat}, .n_taxes = 1, .price = "27000"},
		{.net = dec("10920"), .tax = {&vat}, .n_taxes = 1, .price = "10920"},
	};
	struct odoo_order d = {.included = true,
			       .total = dec("37920"),
			       .tax = dec(tax_of_shop),
			       .line = line,
			       .n_lines = 2,
			       .xid = "erpsync.shop_order_1"};
	struct odoo_batch b = {.o = &o, .a = a};
	const struct conf_key *tables[] = {odoo_connector.keys};
	CLEANUP(conf) struct conf *conf = NULL;
	struct err e;

	assert_ok(conf_load("/dev/null", tables, 1, &conf, &e), &e); /* the defaults */
	o.env.conf = conf;
	o.looks.product = products;
	o.looks.n_products = 1;
	assert_ok(odoo_predict(&b, &d, &e), &e);
	return d.n_rounding;
}

static void test_predict__knows_how_versions_round_included_taxes(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();

	(void)state;
	/* Until 17: 27000 - 22689 and 10920 - 9176. */
	assert_int_equal(rounding_lines(a, 14, "6055"), 0);
	assert_true(rounding_lines(a, 14, "6054") > 0);
	/* Since 18 all of it is rounded: 6054.45. */
	assert_int_equal(rounding_lines(a, 19, "6054"), 0);
	assert_true(rounding_lines(a, 19, "6055") > 0);
}

/* How many documents of Odoo are taken for the order "#1001" of 2026-11-20: this one, 1 or 0. */
static size_t entered(const char *document, const char *xid)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(json) cJSON *record = NULL;
	struct odoo o = {.company.id = 1};
	struct odoo_batch b = {.o = &o, .a = a};
	struct put_item item = {.label = "#1001"};
	struct odoo_order d = {.item = &item, .number = "#1001", .date = "2026-11-20 10:00:00"};
	struct err e;

	assert_ok(json_parse(document, strlen(document), &record, &e), &e);
	odoo_order_take_entered(&b, &d, record, xid);
	return d.n_entered;
}

static const char *document(struct arena *a, const char *reference, const char *origin,
			    const char *state, int company, const char *made)
{
	return arena_printf(a,
			    "{\"id\":7,\"name\":\"S00007\",\"client_order_ref\":%s,\"origin\":%s,"
			    "\"state\":\"%s\",\"company_id\":[%d,\"C\"],\"create_date\":\"%s\"}",
			    reference, origin, state, company, made);
}

static void test_entered__is_the_number_however_it_is_typed(void **state)
{
	static const char *const same[] = {"\"#1001\"", "\"1001\"", "\" # 1001 \"", "\"10 01\""},
				 *const other[] = {"\"11001\"", "\"1001-2\"", "\"100\"",
						   "\"\"",      "\"#\"",      "false"};
	static const char day[] = "2026-11-21 08:00:00";
	CLEANUP(arena) struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++) {
		assert_int_equal(entered(document(a, same[i], "false", "draft", 1, day), ""), 1);
		assert_int_equal(entered(document(a, "false", same[i], "sale", 1, day), ""), 1);
	}
	for (size_t i = 0; i < sizeof(other) / sizeof(*other); i++)
		assert_int_equal(entered(document(a, other[i], "false", "draft", 1, day), ""), 0);
}

static void test_entered__is_not_what_stands_for_another_order(void **state)
{
	static const char ref[] = "\"1001\"", day[] = "2026-11-21 08:00:00";
	CLEANUP(arena) struct arena *a = arena_new();

	(void)state;
	assert_int_equal(entered(document(a, ref, "false", "draft", 1, day), "__export__.so_7"), 1);
	/* Ours, or another shop's; cancelled; another company's; of an earlier shop. */
	assert_int_equal(entered(document(a, ref, "false", "draft", 1, day), "erpsync.b_order_9"),
			 0);
	assert_int_equal(entered(document(a, ref, "false", "cancel", 1, day), ""), 0);
	assert_int_equal(entered(document(a, ref, "false", "draft", 2, day), ""), 0);
	assert_int_equal(entered(document(a, ref, "false", "sale", 1, "2026-11-19 09:59:59"), ""),
			 0);
	assert_int_equal(entered(document(a, ref, "false", "sale", 1, "2026-11-19 10:00:00"), ""),
			 1);
}

static void test_spellings__are_each_told_once(void **state)
{
	static const char *const number[] = {"#1001", "1001", "Eu-1001", "#", "# 7"};
	static const size_t n[] = {10, 10, 30, 1, 10};
	CLEANUP(arena) struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(number) / sizeof(*number); i++) {
		CLEANUP(json) cJSON *list = json_array();
		const cJSON *x, *y;

		odoo_order_spellings(number[i], list, a);
		assert_int_equal(json_count(list, ""), n[i]);
		cJSON_ArrayForEach (x, list)
			cJSON_ArrayForEach (y, list)
				assert_true(x == y || strcmp(x->valuestring, y->valuestring) != 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_price__is_exact_in_the_simplest_way),
		cmocka_unit_test(test_price__that_odoo_would_cut_is_refused),
		cmocka_unit_test(test_rounding__moves_tax_and_total_apart),
		cmocka_unit_test(test_rounding__needs_a_tax),
		cmocka_unit_test(test_predict__knows_how_versions_round_included_taxes),
		cmocka_unit_test(test_payments__change_is_taken_off),
		cmocka_unit_test(test_names__keep_ids_apart),
		cmocka_unit_test(test_amounts__lose_the_noise_of_floats),
		cmocka_unit_test(
			test_load__takes_one_record_for_two_items_only_where_records_are_kept),
		cmocka_unit_test(test_load__blames_the_right_record),
		cmocka_unit_test(test_load__without_ids_or_reasons_is_unsure),
		cmocka_unit_test(test_load__a_conflict_is_nobodys_fault),
		cmocka_unit_test(test_entered__is_the_number_however_it_is_typed),
		cmocka_unit_test(test_entered__is_not_what_stands_for_another_order),
		cmocka_unit_test(test_spellings__are_each_told_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
