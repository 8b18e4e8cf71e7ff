/* What is to be delivered and paid of an order, by its agreements: what the sandbox does not say, and a shop might. */
#include "base_test.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "connectors/shopify/shopify.h"

/* Three TEE at 10.00, tax included; what was shipped and what is still to be is told by each test. */
struct fixture {
	struct arena *arena;
	struct answer in;
	struct order_reader r;
	cJSON *node, *doc;
	struct err e;
};

#define MONEY(x) "{\"shopMoney\":{\"amount\":\"" x "\"}}"
#define SALE(action, units, amount, tax)                                                         \
	"{\"__typename\":\"ProductSale\",\"id\":\"s\",\"actionType\":\"" action                  \
	"\",\"lineType\":\"PRODUCT\",\"quantity\":" units ",\"totalAmount\":" MONEY(             \
		amount) ",\"taxes\":[{\"amount\":" MONEY(tax) ",\"taxLine\":{\"title\":\"VAT\"," \
							      "\"rate\":0.2,"                    \
							      "\"channelLiable\":false}}],"      \
							      "\"lineItem\":{\"id\":\"L1\"}}"
#define AGREEMENT(id, reason, refund, sales)                                                     \
	"{\"id\":\"" id "\",\"reason\":\"" reason                                                \
	"\",\"happenedAt\":\"2026-11-01T00:00:00Z\",\"refund\":" refund ",\"sales\":{\"nodes\":" \
	"[" sales "]}}"
#define SOLD AGREEMENT("A1", "ORDER", "null", SALE("ORDER", "3", "30.00", "5.00"))
#define REFUND(id, units, how)                                                               \
	"{\"id\":\"" id "\",\"transactions\":{\"nodes\":[]},\"refundLineItems\":{\"nodes\":" \
	"[{\"quantity\":" units ",\"restockType\":\"" how "\",\"lineItem\":{\"id\":\"L1\"}}]}}"

/* current, open: units that the order still has, and that are still to be shipped. */
static enum errk take(struct fixture *f, int current, int open, int shipped, const char *agreements,
		      const char *refunds, const char *total)
{
	char text[4096];

	f->arena = arena_new();
	snprintf(
		text, sizeof(text),
		"{\"totalPriceSet\":" MONEY(
			"30.00") ",\"lineItems\":{\"nodes\":[{\"id\":\"L1\",\"currentQuantity\":%d,"
				 "\"unfulfilledQuantity\":%d,\"requiresShipping\":true}]},\"events\":{\"agreements\":[%s],\"refunds\":[%s]},"
				 "\"fulfillments\":[{\"status\":\"SUCCESS\",\"fulfillmentLineItems\":{\"nodes\":[{\"quantity\":%d,"
				 "\"lineItem\":{\"id\":\"L1\"}}]}}]}",
		current, open, agreements, refunds, shipped);
	assert_int_equal(json_parse(text, strlen(text), &f->node, &f->e), E_OK);
	snprintf(
		text, sizeof(text),
		"{\"name\":\"#1\",\"currency\":\"EUR\",\"prices_include_tax\":true,\"lines\":[{\"id\":\"L1\",\"quantity\":3,"
		"\"unit_price\":\"10.00\",\"discounts\":[],\"taxes\":[],\"duties\":[]}],\"shipping_lines\":[],\"fees\":[],"
		"\"transactions\":[],\"totals\":{\"current_total\":\"%s\"}}",
		total);
	assert_int_equal(json_parse(text, strlen(text), &f->doc, &f->e), E_OK);
	f->in = answer_of(E_RECORD, "the order");
	f->in.whole = true;
	f->r = (struct order_reader){.node = f->node, .arena = f->arena, .in = &f->in};
	enum errk rc = order_take_out(&f->r, f->doc, &f->e);
	return rc == E_OK ? answer_end(&f->in, &f->e) : rc;
}

static void release(struct fixture *f)
{
	cJSON_Delete(f->node);
	cJSON_Delete(f->doc);
	arena_free(f->arena);
}

static void assert_left(struct fixture *f, enum errk rc, int units, const char *total,
			const char *tax)
{
	assert_ok(rc, &f->e);
	assert_int_equal(json_int(json_first(json_at(f->doc, "lines")), "quantity", -1), units);
	assert_string_equal(json_str(f->doc, "totals.total"), total);
	assert_string_equal(json_str(json_first(json_at(f->doc, "taxes")), "amount"), tax);
	release(f);
}

static void test_basket__what_is_taken_back_is_so_whichever_sign_it_has(void **state)
{
	static const char *const edits[] = {
		SOLD
		"," AGREEMENT("A2", "ORDER_EDIT", "null", SALE("RETURN", "-1", "-10.00", "-1.67")),
		SOLD
		"," AGREEMENT("A2", "ORDER_EDIT", "null", SALE("RETURN", "1", "10.00", "1.67")),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(edits) / sizeof(*edits); i++) {
		struct fixture f = {0};

		assert_left(&f, take(&f, 2, 2, 0, edits[i], "", "20.00"), 2, "20.00", "3.33");
	}
}

/* Sold 3, shipped 1, 1 still to be: of two that were given back without a word of the goods one was taken out. */
static void test_basket__no_word_of_the_goods__what_is_neither_shipped_nor_to_be_was_taken_out(
	void **state)
{
	struct fixture f = {0};

	(void)state;
	assert_left(&f,
		    take(&f, 1, 1, 1,
			 SOLD "," AGREEMENT("A2", "REFUND", "{\"id\":\"R1\"}",
					    SALE("RETURN", "-2", "-20.00", "-3.33")),
			 REFUND("R1", "2", "NO_RESTOCK"), "10.00"),
		    2, "20.00", "3.33");
}

/* A refund tells of one line in two parts: each is counted once. */
static void test_basket__a_refund_in_two_parts_of_one_line(void **state)
{
	struct fixture f = {0};

	(void)state;
	assert_left(&f,
		    take(&f, 1, 1, 1,
			 SOLD
			 "," AGREEMENT("A2", "REFUND", "{\"id\":\"R1\"}",
				       SALE("RETURN", "-1", "-10.00",
					    "-1.67") "," SALE("RETURN", "-1", "-10.00", "-1.66")),
			 REFUND("R1", "1", "CANCEL") "," REFUND("R2", "1", "RETURN"), "10.00"),
		    2, "20.00", "3.33");
}

static void test_basket__what_is_not_understood_parks_the_order(void **state)
{
	static const struct {
		const char *agreements, *refunds, *total, *why;
		int current;
	} cases[] = {
		{SOLD
		 "," AGREEMENT("A2", "SOMETHING", "null", SALE("RETURN", "-1", "-10.00", "-1.67")),
		 "", "20.00", "'agreements.reason' is of a kind", 2},
		{SOLD "," AGREEMENT("A2", "ORDER_EDIT", "null",
				    SALE("UNKNOWN", "-1", "-10.00", "-1.67")),
		 "", "20.00", "'agreements.sales.actionType' is of a kind", 2},
		{SOLD "," AGREEMENT("A2", "REFUND", "{\"id\":\"R9\"}",
				    SALE("RETURN", "-1", "-10.00", "-1.67")),
		 REFUND("R1", "1", "CANCEL"), "20.00", "name a refund", 2},
		{SOLD
		 "," AGREEMENT("A2", "ORDER_EDIT", "null", SALE("RETURN", "-1", "-10.00", "-1.67")),
		 "", "20.00", "add up to 2 units of it, and the order has 1 of 3 left", 1},
		{SOLD
		 "," AGREEMENT("A2", "ORDER_EDIT", "null", SALE("RETURN", "-1", "ten", "-1.67")),
		 "", "20.00", "totalAmount", 2},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fixture f = {0};
		enum errk rc = take(&f, cases[i].current, 2, 0, cases[i].agreements,
				    cases[i].refunds, cases[i].total);

		assert_int_equal(rc, E_RECORD);
		assert_contains(f.e.msg, cases[i].why);
		release(&f);
	}
}

/* The check of its sums parks it, with its document: what waits of it is not offered twice meanwhile. */
static void test_basket__books_that_do_not_add_up_leave_it_as_sold(void **state)
{
	struct fixture f = {0};

	(void)state;
	assert_ok(take(&f, 2, 2, 0,
		       SOLD "," AGREEMENT("A2", "ORDER_EDIT", "null",
					  SALE("RETURN", "-1", "-10.00", "-1.67")),
		       "", "19.50"),
		  &f.e);
	assert_int_equal(json_int(json_first(json_at(f.doc, "lines")), "quantity", -1), 3);
	assert_int_equal(json_count(f.doc, "agreements"), 2);
	release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_basket__what_is_taken_back_is_so_whichever_sign_it_has),
		cmocka_unit_test(
			test_basket__no_word_of_the_goods__what_is_neither_shipped_nor_to_be_was_taken_out),
		cmocka_unit_test(test_basket__a_refund_in_two_parts_of_one_line),
		cmocka_unit_test(test_basket__what_is_not_understood_parks_the_order),
		cmocka_unit_test(test_basket__books_that_do_not_add_up_leave_it_as_sold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
