/* What was given back of an order, by its books: real answers of the shop (test/fuzz/answers/refunds.json), to the cent. */
#include "base_test.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "base/str.h"
#include "connectors/shopify/refunds/refunds.h"
#include "map/canonical.h"

struct fixture {
	struct arena *arena;
	cJSON *root, *node;
	struct shopify s;
	struct refund_book book;
	struct err e;
};

/* The n-th order of the answers; its books are open. */
static void begin(struct fixture *f, int n)
{
	char *text = read_text("test/fuzz/answers/refunds.json");

	*f = (struct fixture){.arena = arena_new(), .s = {.host = "x", .zone = "Europe/Paris"}};
	assert_ok(json_parse(text, strlen(text), &f->root, &f->e), &f->e);
	free(text);
	f->node = cJSON_GetArrayItem((cJSON *)json_at(f->root, "data.nodes"), n);
	assert_non_null(f->node);
}

static void finish(struct fixture *f)
{
	refund_book_close(&f->book);
	cJSON_Delete(f->root);
	arena_free(f->arena);
}

static cJSON *at(const cJSON *from, const char *path, int i)
{
	return cJSON_GetArrayItem((cJSON *)json_at(from, path), i);
}

static const cJSON *agreement(const struct fixture *f, size_t place)
{
	return cJSON_GetArrayItem(json_at(f->node, "events.agreements"), (int)place);
}

static enum errk refund(struct fixture *f, size_t place, cJSON **doc, bool *left)
{
	if (!f->book.doc)
		refund_book_open(&f->book, &f->s, f->node, f->arena);
	if (f->book.rc != E_OK)
		return f->e = f->book.why, f->book.rc;
	return refund_document(&f->book, place, "#1-R1", doc, left, &f->e);
}

/* "kind title units restock place total tax", one behind the other; then total, tax, paid, pending, in the shop's currency. */
static const char *spelt(struct fixture *f, const cJSON *doc)
{
	static const char *const sums[] = {"total", "tax", "paid", "pending", "shop_total"};
	const char *out = "";

	JSON_EACH (line, json_at(doc, "lines")) {
		const char *restock = json_str(line, "restock"),
			   *place = json_str(line, "location.name");

		out = arena_printf(f->arena, "%s%s|%s|%d|%s|%s|%s|%s\n", out,
				   json_str(line, "kind"), json_str(line, "title"),
				   (int)json_int(line, "quantity", -1), restock ? restock : "-",
				   place ? place : "-", json_str(line, "total"),
				   json_str(line, "tax_total"));
	}
	for (size_t i = 0; i < sizeof(sums) / sizeof(*sums); i++)
		out = arena_printf(f->arena, "%s%s ", out,
				   json_str(json_at(doc, "totals"), sums[i]));
	return out;
}

static void assert_refund(struct fixture *f, size_t place, const char *expected)
{
	CLEANUP(json) cJSON *doc = NULL;
	bool left = false;
	struct err e = {0};

	assert_ok(refund(f, place, &doc, &left), &f->e);
	assert_string_equal(spelt(f, doc), expected);
	assert_true(left);
	assert_ok(canonical_check("refund", doc, &e), &e);
}

static void test_refund__goods_by_what_became_of_them_and_shipping(void **state)
{
	struct fixture f;
	CLEANUP(json) cJSON *doc = NULL;
	bool left;

	(void)state;
	begin(&f, 0);
	assert_refund(&f, 1,
		      "product|Longer than another|2|return|Shop Paris 8e|25.82|4.30\n"
		      "product|Longer than another|1|no_restock|-|12.91|2.15\n"
		      "product|One and only|1|-|-|13.50|2.25\n"
		      "shipping|Standard|0|-|-|4.90|0.82\n"
		      "57.13 9.52 57.13 0.00 57.13 ");
	assert_ok(refund(&f, 1, &doc, &left), &f.e);
	assert_string_equal(json_str(doc, "note"), "Too small");
	assert_string_equal(json_str(doc, "reason"), "refund");
	assert_string_equal(json_str(doc, "order.name"), "#1001");
	finish(&f);
}

/* One entry of the books of which part came back: a line for each part, which are the whole to the cent. */
static void test_refund__one_sale_of_which_several_things_became(void **state)
{
	struct fixture f;
	CLEANUP(json) cJSON *doc = NULL;
	bool left;

	(void)state;
	begin(&f, 0);
	cJSON *first = at(agreement(&f, 1), "sales.nodes", 0), *second = first->next;
	json_add_int(first, "quantity", -3);
	json_add_str((cJSON *)json_at(first, "totalAmount.shopMoney"), "amount", "-38.74");
	json_add_str((cJSON *)json_at(at(first, "taxes", 0), "amount.shopMoney"), "amount",
		     "-6.46");
	cJSON_Delete(cJSON_DetachItemViaPointer((cJSON *)json_at(agreement(&f, 1), "sales.nodes"),
						second));
	assert_refund(&f, 1,
		      "product|Longer than another|2|return|Shop Paris 8e|25.83|4.31\n"
		      "product|Longer than another|1|no_restock|-|12.91|2.15\n"
		      "product|One and only|1|-|-|13.50|2.25\n"
		      "shipping|Standard|0|-|-|4.90|0.82\n"
		      "57.14 9.53 57.13 0.00 57.14 ");
	assert_ok(refund(&f, 1, &doc, &left), &f.e);
	const cJSON *line = json_first(json_at(doc, "lines"));
	assert_string_equal(json_str(line->next, "id"),
			    arena_printf(f.arena, "%s-2", json_str(line, "id")));
	finish(&f);
}

static void test_refund__a_return_less_its_fees(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, 1);
	assert_refund(&f, 1,
		      "product|Longer than another|3|-|-|38.73|6.19\n"
		      "fee|Restocking fee|0|-|-|-2.00|-0.32\n"
		      "fee|Return shipping fee|0|-|-|-3.00|-0.48\n"
		      "33.73 5.39 0.00 0.00 33.73 ");
	finish(&f);
}

static void test_refund__only_what_the_order_does_not_lack_already(void **state)
{
	struct fixture f;
	CLEANUP(json) cJSON *doc = NULL;
	bool left;

	(void)state;
	begin(&f, 2);
	assert_refund(&f, 1,
		      "product|Longer than another|1|return|Warehouse Lyon|12.91|2.15\n"
		      "adjustment|Adjustment|0|-|-|-8.73|0.00\n"
		      "4.18 2.15 4.18 0.00 4.18 ");
	assert_refund(&f, 2, "adjustment|Adjustment|0|-|-|1.25|0.00\n1.25 0.00 0.00 1.25 1.25 ");
	assert_refund(&f, 3, "adjustment|Adjustment|0|-|-|2.25|0.00\n2.25 0.00 0.00 0.00 2.25 ");
	assert_ok(refund(&f, 4, &doc, &left), &f.e);
	assert_false(left);
	assert_string_equal(spelt(&f, doc), "0.00 0.00 0.00 0.00 0.00 ");
	finish(&f);
}

static void test_refund__in_the_buyers_currency_or_the_shops(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, 3);
	f.s.use_presentment = true;
	assert_refund(&f, 1,
		      "product|Desk lamp|1|-|-|101.90|10.92\n"
		      "shipping|Express 24 h|0|-|-|12.02|1.29\n"
		      "113.92 12.21 113.92 0.00 105.12 ");
	refund_book_close(&f.book);
	f.book.doc = NULL;
	f.s.use_presentment = false;
	assert_refund(&f, 1,
		      "product|Desk lamp|1|-|-|94.03|10.08\n"
		      "shipping|Express 24 h|0|-|-|11.09|1.19\n"
		      "105.12 11.27 105.12 0.00 105.12 ");
	finish(&f);
}

static void test_refund__a_duty_is_of_its_line(void **state)
{
	struct fixture f;
	CLEANUP(json) cJSON *doc = NULL;
	bool left;

	(void)state;
	begin(&f, 4);
	assert_ok(refund(&f, 1, &doc, &left), &f.e);
	const cJSON *goods = json_first(json_at(doc, "lines")), *duty = goods->next;
	assert_string_equal(json_str(duty, "kind"), "duty");
	assert_string_equal(json_str(duty, "total"), "2.15");
	assert_string_equal(json_str(duty, "line_id"), json_str(goods, "line_id"));
	assert_null(json_str(duty, "sku"));
	finish(&f);
}

/* What is not understood is that refund's alone, or, where nothing of the books can be told by it, the order's. */
static void test_refund__what_is_not_understood_parks_it(void **state)
{
	enum { SALE, GOODS, PAYMENT, AGREEMENT };
	static const struct {
		int what;
		const char *key, *value, *why;
		bool all;
	} cases[] = {
		{SALE, "lineType", "UNKNOWN", "'agreements.sales.lineType' is of a kind", false},
		{GOODS, "restockType", "SOMETHING", "'refundLineItems.restockType' is of a kind",
		 false},
		{PAYMENT, "status", "UNKNOWN", "'transactions.status' does not say", false},
		{PAYMENT, "kind", "CHANGE", "'refunds.transactions' has one of a kind", false},
		{PAYMENT, "id", "gid://shopify/OrderTransaction/1", "not among the order's", false},
		{SALE, "actionType", "UNKNOWN", "'agreements.sales.actionType' is of a kind", true},
		{AGREEMENT, "reason", "UNKNOWN", "'agreements.reason' is of a kind", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fixture f;
		CLEANUP(json) cJSON *doc = NULL;
		bool left;

		begin(&f, 2);
		cJSON *where[] = {
			[SALE] = at(agreement(&f, 1), "sales.nodes", 1),
			[GOODS] = at(at(f.node, "events.refunds", 0), "refundLineItems.nodes", 0),
			[PAYMENT] = at(f.node, "transactions", 1),
			[AGREEMENT] = at(f.node, "events.agreements", 0),
		};
		json_add_str(where[cases[i].what], cases[i].key, cases[i].value);
		if (refund(&f, 1, &doc, &left) != E_RECORD)
			fail_msg("%s = %s: is believed", cases[i].key, cases[i].value);
		assert_contains(f.e.msg, cases[i].why);
		assert_int_equal(refund(&f, 2, &doc, &left), cases[i].all ? E_RECORD : E_OK);
		finish(&f);
	}
}

static void test_refund__books_that_do_not_add_up_are_not_believed(void **state)
{
	struct fixture f;
	CLEANUP(json) cJSON *doc = NULL;
	bool left;

	(void)state;
	begin(&f, 0);
	json_add_str((cJSON *)json_at(f.node, "currentTotalPriceSet.shopMoney"), "amount", "1.00");
	assert_int_equal(refund(&f, 1, &doc, &left), E_RECORD);
	assert_string_equal(f.e.code, "agreements_differ");
	finish(&f);
}

static void test_refund__money_is_under_way_until_the_gateway_answers_and_a_void_is_none(
	void **state)
{
	static const struct {
		const char *key, *value, *sums;
	} cases[] = {
		{"status", "AWAITING_RESPONSE", "57.13 9.52 0.00 57.13 57.13 "},
		{"status", "ERROR", "57.13 9.52 0.00 0.00 57.13 "},
		{"kind", "VOID", "57.13 9.52 0.00 0.00 57.13 "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fixture f;
		CLEANUP(json) cJSON *doc = NULL;
		bool left;

		begin(&f, 0);
		json_add_str(at(f.node, "transactions", 1), cases[i].key, cases[i].value);
		assert_ok(refund(&f, 1, &doc, &left), &f.e);
		assert_string_equal(strrchr(spelt(&f, doc), '\n') + 1, cases[i].sums);
		finish(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refund__goods_by_what_became_of_them_and_shipping),
		cmocka_unit_test(test_refund__one_sale_of_which_several_things_became),
		cmocka_unit_test(test_refund__a_return_less_its_fees),
		cmocka_unit_test(test_refund__only_what_the_order_does_not_lack_already),
		cmocka_unit_test(test_refund__in_the_buyers_currency_or_the_shops),
		cmocka_unit_test(test_refund__a_duty_is_of_its_line),
		cmocka_unit_test(test_refund__what_is_not_understood_parks_it),
		cmocka_unit_test(test_refund__books_that_do_not_add_up_are_not_believed),
		cmocka_unit_test(
			test_refund__money_is_under_way_until_the_gateway_answers_and_a_void_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
