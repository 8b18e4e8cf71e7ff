/* What the shop has shipped of an order: what the sandbox does not say, and a shop might. */
#include "base_test.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "connectors/shopify/shopify.h"

#define UNITS(line, n) "{\"quantity\":" n ",\"lineItem\":{\"id\":\"" line "\"}}"
#define SHIPMENT_BY(id, status, place, parcels, units)                                  \
	"{\"id\":\"" id "\",\"status\":\"" status                                       \
	"\",\"createdAt\":\"2026-11-24T08:00:00Z\"" place ",\"trackingInfo\":[" parcels \
	"],\"fulfillmentLineItems\":{\"nodes\":[" units "]}}"
#define SHIPMENT(id, status, units) SHIPMENT_BY(id, status, "", "", units)

struct fixture {
	struct arena *arena;
	struct answer in;
	cJSON *node, *doc;
	struct err e;
};

/* Of two lines: three of L1, one of L2. shipments: "\"fulfillments\":[…]," or nothing. */
static enum errk read_shipments(struct fixture *f, const char *status, const char *shipments)
{
	static const char doc[] = "{\"lines\":[{\"id\":\"L1\",\"sold_quantity\":3},"
				  "{\"id\":\"L2\",\"sold_quantity\":1}]}";
	const char *node;

	*f = (struct fixture){.arena = arena_new()};
	node = arena_printf(f->arena, "{%s\"displayFulfillmentStatus\":\"%s\"}", shipments, status);
	assert_int_equal(json_parse(node, strlen(node), &f->node, &f->e), E_OK);
	assert_int_equal(json_parse(doc, strlen(doc), &f->doc, &f->e), E_OK);
	f->in = answer_of(E_RECORD, "the order");
	f->in.whole = true;
	const struct order_reader r = {.node = f->node, .arena = f->arena, .in = &f->in};
	order_add_fulfillments(&r, f->doc);
	return answer_end(&f->in, &f->e);
}

static void release(struct fixture *f)
{
	cJSON_Delete(f->node);
	cJSON_Delete(f->doc);
	arena_free(f->arena);
}

static void assert_units(const struct fixture *f, int64_t first, int64_t second)
{
	assert_int_equal(json_int(f->doc, "lines[0].fulfilled_quantity", -1), first);
	assert_int_equal(json_int(f->doc, "lines[1].fulfilled_quantity", -1), second);
}

static void test_shipped__only_what_stands_is_counted(void **state)
{
	struct fixture f;

	(void)state;
	assert_ok(
		read_shipments(
			&f, "PARTIALLY_FULFILLED",
			"\"fulfillments\":[" SHIPMENT("F1", "SUCCESS", UNITS("L1", "1")) "," SHIPMENT(
				"F2", "CANCELLED",
				UNITS("L1",
				      "1")) "," SHIPMENT("F3", "ERROR",
							 UNITS("L1",
							       "1")) "," SHIPMENT("F4", "FAILURE",
										  UNITS("L2",
											"1")) "," SHIPMENT("F5",
													   "OPEN",
													   UNITS("L1",
														 "1")) "],"),
		&f.e);
	assert_int_equal(json_count(f.doc, "fulfillments"), 2);
	assert_string_equal(json_str(f.doc, "fulfillments[1].id"), "F5");
	assert_units(&f, 2, 0);
	release(&f);
}

static void test_shipped__a_line_twice_in_a_shipment_is_one(void **state)
{
	struct fixture f;

	(void)state;
	assert_ok(read_shipments(&f, "FULFILLED",
				 "\"fulfillments\":[" SHIPMENT(
					 "F1", "SUCCESS",
					 UNITS("L1", "1") "," UNITS("L2",
								    "0") "," UNITS("L1",
										   "2")) "],"),
		  &f.e);
	assert_int_equal(json_count(f.doc, "fulfillments[0].lines"), 1);
	assert_int_equal(json_int(f.doc, "fulfillments[0].lines[0].quantity", -1), 3);
	assert_units(&f, 3, 0);
	release(&f);
}

static void test_shipped__not_asked__is_nothing_only_of_what_is_unfulfilled(void **state)
{
	struct fixture f;

	(void)state;
	assert_ok(read_shipments(&f, "UNFULFILLED", ""), &f.e);
	assert_true(cJSON_IsArray(json_at(f.doc, "fulfillments")));
	assert_units(&f, 0, 0);
	release(&f);
	assert_ok(read_shipments(&f, "ON_HOLD", ""), &f.e);
	assert_null(json_at(f.doc, "fulfillments"));
	assert_units(&f, -1, -1);
	release(&f);
}

static void test_shipped__parcels_and_place_as_far_as_they_are_named(void **state)
{
	struct fixture f;

	(void)state;
	assert_ok(
		read_shipments(
			&f, "FULFILLED",
			"\"fulfillments\":[" SHIPMENT_BY(
				"F1", "SUCCESS", ",\"location\":null",
				"{\"company\":\" \",\"number\":null,\"url\":null},"
				"{\"company\":\"UPS\",\"number\":\"1Z\",\"url\":null}",
				UNITS("L1",
				      "1")) "," SHIPMENT_BY("F2", "SUCCESS",
							    ",\"location\":{\"id\":\"P1\",\"name\":\"Lyon\"}",
							    "", UNITS("L1", "1")) "],"),
		&f.e);
	assert_null(json_at(f.doc, "fulfillments[0].location"));
	assert_string_equal(json_str(f.doc, "fulfillments[0].carrier"), "UPS");
	assert_int_equal(json_count(f.doc, "fulfillments[0].packages"), 1);
	assert_string_equal(json_str(f.doc, "fulfillments[1].location.name"), "Lyon");
	assert_null(json_str(f.doc, "fulfillments[1].carrier"));
	release(&f);
}

static void test_shipped__what_contradicts_itself_parks_the_order(void **state)
{
	static const char *const cases[][2] = {
		{SHIPMENT("F1", "SUCCESS", UNITS("L1", "2")) "," SHIPMENT("F2", "SUCCESS",
									  UNITS("L1", "2")),
		 "line 1 of the order: 'fulfillments' hold 4 units of it, and 3 were sold"},
		{SHIPMENT("F1", "SUCCESS", UNITS("L9", "1")), "is that of no line of the order"},
		{SHIPMENT("F1", "SUCCESS", UNITS("L1", "-1")), "'quantity' is -1"},
		{SHIPMENT("F1", "SUCCESS", "7"), "fulfillmentLineItems.nodes"},
		{SHIPMENT("F1", "SUCCESS", "") "," SHIPMENT("F1", "SUCCESS", ""), "fulfillments"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fixture f;
		char text[1024];

		snprintf(text, sizeof(text), "\"fulfillments\":[%s],", cases[i][0]);
		assert_int_equal(read_shipments(&f, "FULFILLED", text), E_RECORD);
		assert_contains(f.e.msg, cases[i][1]);
		release(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shipped__only_what_stands_is_counted),
		cmocka_unit_test(test_shipped__a_line_twice_in_a_shipment_is_one),
		cmocka_unit_test(test_shipped__not_asked__is_nothing_only_of_what_is_unfulfilled),
		cmocka_unit_test(test_shipped__parcels_and_place_as_far_as_they_are_named),
		cmocka_unit_test(test_shipped__what_contradicts_itself_parks_the_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
