/* What Odoo says of done transfers, as deliveries of the shop's orders. */
#include "base_test.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "connectors/odoo/deliveries/delivery.h"

static cJSON *parse(const char *text)
{
	cJSON *doc = NULL;
	struct err e;

	assert_ok(json_parse(text, strlen(text), &doc, &e), &e);
	return doc;
}

/* One transfer of order 5, that came from the shop "shop" as 5001; its lines 51 (TEE) and 52 (SET, a kit). */
struct fixture {
	struct odoo o;
	struct odoo_warehouse lyon;
	struct odoo_delivery_page p;
	struct arena *a;
	struct odoo_item *item;
	struct odoo_delivery_item *what;
	size_t n;
};

#define MOVE(id, product, line, unit, done)                                                    \
	"{\"id\":" id ",\"picking_id\":[7,\"LYON/OUT/7\"],\"product_id\":[" product ",\"x\"]," \
	"\"sale_line_id\":" line ",\"product_uom\":[" unit ",\"Units\"],\"quantity\":" done "}"
#define PART(id, picking, product, demand, state, done)                                         \
	"{\"id\":" id ",\"picking_id\":[" picking ",\"x\"],\"product_id\":[" product            \
	",\"x\"],\"sale_line_id\":[52,\"x\"],\"product_uom_qty\":" demand ",\"state\":\"" state \
	"\",\"quantity\":" done "}"

static void open_fixture(struct fixture *f, const char *moves, const char *parts)
{
	*f = (struct fixture){.lyon = {3, "LYON"}, .a = arena_new()};
	f->o.rules.shop = "shop";
	f->o.quantity_digits = 2;
	f->o.warehouse = &f->lyon;
	f->o.n_warehouses = 1;
	f->o.field[FIELD_PICKING_ORDER] = "sale_id";
	f->o.field[FIELD_PICKING_CARRIER] = "carrier_id";
	f->o.field[FIELD_PICKING_TRACKING] = "carrier_tracking_ref";
	f->o.field[FIELD_PICKING_TRACKING_URL] = "carrier_tracking_url";
	f->o.field[FIELD_MOVE_DONE] = "quantity";
	f->o.field[FIELD_LINE_UNIT] = "product_uom_id";
	f->p = (struct odoo_delivery_page){
		.o = &f->o,
		.pickings = parse(
			"[{\"id\":7,\"name\":\"LYON/OUT/7\",\"date_done\":\"2026-11-23 04:57:18\","
			"\"sale_id\":[5,\"S00005\"],\"picking_type_id\":[2,\"Out\"],"
			"\"carrier_id\":[1,\"DHL\"],\"carrier_tracking_ref\":\"T-1\","
			"\"carrier_tracking_url\":false}]"),
		.types = parse("[{\"id\":2,\"warehouse_id\":[3,\"Lyon\"]}]"),
		.orders = parse("[{\"id\":5,\"origin\":\"#1001\",\"client_order_ref\":\"PO-9\"}]"),
		.order_links = parse("{\"5\":\"erpsync.shop_order_5001\"}"),
		.moves = parse(moves),
		.lines = parse("[{\"id\":51,\"order_id\":[5,\"S\"],\"product_id\":[11,\"x\"],"
			       "\"product_uom_id\":[1,\"Units\"],\"product_uom_qty\":3.0},"
			       "{\"id\":52,\"order_id\":[5,\"S\"],\"product_id\":[12,\"x\"],"
			       "\"product_uom_id\":[1,\"Units\"],\"product_uom_qty\":2.0},"
			       "{\"id\":61,\"order_id\":[6,\"S00006\"],\"product_id\":[11,\"x\"],"
			       "\"product_uom_id\":[1,\"Units\"],\"product_uom_qty\":1.0}]"),
		.line_links = parse("{\"51\":\"erpsync.shop_order_5001_line_7001\","
				    "\"52\":\"erpsync.shop_order_5001_line_7002\",\"61\":\"\"}"),
		.products = parse(
			"[{\"id\":11,\"default_code\":\"TEE\",\"name\":\"T-shirt\",\"uom_id\":[1,\"U\"]},"
			"{\"id\":12,\"default_code\":\"SET\",\"name\":\"Set\",\"uom_id\":[1,\"U\"]},"
			"{\"id\":13,\"default_code\":\"CUP\",\"name\":\"Cup\",\"uom_id\":[1,\"U\"]},"
			"{\"id\":14,\"default_code\":false,\"name\":\"Lid\",\"uom_id\":[1,\"U\"]}]"),
		.parts = parts ? parse(parts) : NULL,
	};
}

static void close_fixture(struct fixture *f)
{
	odoo_delivery_page_release(&f->p);
	arena_free(f->a);
}

static const struct record *read_one(struct fixture *f)
{
	struct err e;

	assert_ok(odoo_delivery_items(&f->p, f->a, &f->item, &f->what, &f->n, &e), &e);
	assert_int_equal(f->n, 1);
	return &f->item[0].rec;
}

/* The code of the problem that these moves are. */
static void expect_problem(const char *moves, const char *parts, const char *code, const char *says)
{
	struct fixture f;
	const struct record *rec;

	open_fixture(&f, moves, parts);
	rec = read_one(&f);
	assert_non_null(rec->problem);
	assert_int_equal(rec->problem->kind, E_RECORD);
	assert_string_equal(rec->problem->code, code);
	assert_contains(rec->problem->msg, "LYON/OUT/7");
	assert_contains(rec->problem->msg, says);
	assert_string_equal(rec->label, "LYON/OUT/7");
	close_fixture(&f);
}

static void test_a_delivery_names_the_shops_order_and_lines(void **state)
{
	struct fixture f;

	(void)state;
	open_fixture(&f, "[" MOVE("1", "11", "[51,\"x\"]", "1", "1.0000000000000002") "]", NULL);
	assert_string_equal(
		read_one(&f)->doc,
		"{\"kind\":\"fulfillment\",\"source\":\"odoo\",\"id\":\"7\",\"number\":\"LYON/OUT/7\","
		"\"order\":{\"id\":\"5001\",\"name\":\"#1001\"},\"shipped_at\":\"2026-11-23T04:57:18Z\","
		"\"warehouse\":\"LYON\",\"carrier\":\"DHL\",\"packages\":[{\"number\":\"T-1\"}],"
		"\"lines\":[{\"line_id\":\"7001\",\"sku\":\"TEE\",\"title\":\"T-shirt\","
		"\"quantity\":\"1\"}]}");
	assert_int_equal(f.item[0].id, 7);
	close_fixture(&f);
}

static void test_only_orders_of_this_shop_count(void **state)
{
	static const char *const links[] = {"{\"5\":\"\"}", "{\"5\":\"erpsync.other_order_5001\"}",
					    "{\"5\":\"__export__.sale_order_5\"}"};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct fixture f;
		struct err e;

		open_fixture(&f, "[" MOVE("1", "11", "[51,\"x\"]", "1", "1") "]", NULL);
		cJSON_Delete(f.p.order_links);
		f.p.order_links = parse(links[i]);
		assert_ok(odoo_delivery_items(&f.p, f.a, &f.item, &f.what, &f.n, &e), &e);
		assert_int_equal(f.n, 0);
		close_fixture(&f);
	}
}

/* A long or odd id stands in the external id as its hash. */
static void test_an_id_that_was_hashed_is_not_told(void **state)
{
	struct fixture f;
	const char *doc;

	(void)state;
	open_fixture(&f, "[" MOVE("1", "11", "[51,\"x\"]", "1", "1") "]", NULL);
	cJSON_Delete(f.p.order_links);
	f.p.order_links = parse("{\"5\":\"erpsync.shop_order_h0123456789abcdef0123\"}");
	doc = read_one(&f)->doc;
	assert_contains(doc, "\"order\":{\"id\":null,\"name\":\"#1001\"}");
	assert_contains(doc, "\"line_id\":null,\"sku\":\"TEE\"");
	close_fixture(&f);
}

static void test_moves_of_a_line_are_one_those_of_none_go_by_sku(void **state)
{
	struct fixture f;
	const char *doc;

	(void)state;
	open_fixture(&f,
		     "[" MOVE("1", "11", "[51,\"x\"]", "1",
			      "1") "," MOVE("2", "11", "[51,\"x\"]", "1",
					    "1.5") "," MOVE("3", "13", "false", "1",
							    "2") "," MOVE("4", "14", "false", "1",
									  "0") "]",
		     NULL);
	doc = read_one(&f)->doc;
	assert_contains(doc, "{\"line_id\":\"7001\",\"sku\":\"TEE\",\"title\":\"T-shirt\","
			     "\"quantity\":\"2.5\"},{\"line_id\":null,\"sku\":\"CUP\","
			     "\"title\":\"Cup\",\"quantity\":\"2\"}]");
	close_fixture(&f);
	/* Nothing left. */
	open_fixture(&f, "[" MOVE("4", "14", "false", "1", "0") "]", NULL);
	assert_int_equal(odoo_delivery_items(&f.p, f.a, &f.item, &f.what, &f.n, NULL), E_OK);
	assert_int_equal(f.n, 0);
	close_fixture(&f);
}

static void test_what_cant_be_told_is_parked_with_its_reason(void **state)
{
	(void)state;
	expect_problem("[" MOVE("1", "11", "[61,\"x\"]", "1", "1") "]", NULL, "several_orders",
		       "S00005 and S00006");
	expect_problem("[" MOVE("1", "11", "[51,\"x\"]", "9", "1") "]", NULL, "unit_differs",
		       "'TEE'");
	expect_problem("[" MOVE("1", "13", "false", "9", "1") "]", NULL, "unit_differs", "'CUP'");
}

/* Two sets of a cup and two lids each: moves of both, in the unit of the components. */
#define SETS(cups, lids)                                                                    \
	"[" MOVE("1", "13", "[52,\"x\"]", "9", cups) "," MOVE("2", "14", "[52,\"x\"]", "9", \
							      lids) "]"

static void test_whole_kits_are_units_of_their_line(void **state)
{
	struct fixture f;

	(void)state;
	open_fixture(&f, SETS("2", "4"),
		     "[" PART("1", "7", "13", "2", "done", "2") "," PART("2", "7", "14", "4",
									 "done", "4") "]");
	assert_contains(read_one(&f)->doc, "\"lines\":[{\"line_id\":\"7002\",\"sku\":\"SET\","
					   "\"title\":\"Set\",\"quantity\":\"2\"}]");
	close_fixture(&f);
	/* One of the two; the other one waits, or was given up. */
	open_fixture(&f, SETS("1", "2"),
		     "[" PART("1", "7", "13", "1", "done",
			      "1") "," PART("2", "7", "14", "2", "done",
					    "2") "," PART("3", "8", "13", "1", "assigned",
							  "0") "," PART("4", "7", "14", "2",
									"cancel", "0") "]");
	assert_contains(read_one(&f)->doc, "\"quantity\":\"1\"");
	close_fixture(&f);
}

static void test_a_kit_in_pieces_is_parked(void **state)
{
	(void)state;
	/* A lid is missing. */
	expect_problem(SETS("1", "1"),
		       "[" PART("1", "7", "13", "2", "done", "1") "," PART("2", "7", "14", "4",
									   "done", "1") "]",
		       "kit_incomplete", "'SET' is a kit");
	/* The lids came before. */
	expect_problem("[" MOVE("1", "13", "[52,\"x\"]", "1", "2") "]",
		       "[" PART("1", "7", "13", "2", "done", "2") "," PART("2", "6", "14", "4",
									   "done", "4") "]",
		       "kit_incomplete", "queue drop 'LYON/OUT/7'");
}

static const char *parcels(const char *numbers, const char *url, struct arena *a)
{
	CLEANUP(json) cJSON *list = odoo_delivery_parcels(numbers, url, a);

	return json_text(list, a);
}

static void test_parcels(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();

	(void)state;
	assert_string_equal(parcels(NULL, NULL, a), "[]");
	assert_string_equal(parcels(" , ;", "https://t.example/", a), "[]");
	assert_string_equal(parcels("-", "https://t.example/", a), "[]");
	assert_string_equal(parcels("N/A, 0", NULL, a), "[]");
	assert_string_equal(parcels("JD 01 46", "https://t.example/JD%200146", a),
			    "[{\"number\":\"JD 01 46\",\"url\":\"https://t.example/JD%200146\"}]");
	/* A carrier's template was filled with both. */
	assert_string_equal(parcels("A,B", "https://t.example/A,B?l=fr", a),
			    "[{\"number\":\"A\",\"url\":\"https://t.example/A?l=fr\"},"
			    "{\"number\":\"B\",\"url\":\"https://t.example/B?l=fr\"}]");
	assert_string_equal(parcels("A ; B\nA", NULL, a),
			    "[{\"number\":\"A\"},{\"number\":\"B\"}]");
	/* Several addresses, by their numbers, or as many. */
	assert_string_equal(
		parcels("A,B", "[[\"B\",\"https://t.example/b\"],[\"A\",\"https://t.example/a\"]]",
			a),
		"[{\"number\":\"A\",\"url\":\"https://t.example/a\"},"
		"{\"number\":\"B\",\"url\":\"https://t.example/b\"}]");
	assert_string_equal(parcels("A,B",
				    "[[\"Parcel 1\",\"https://t.example/1\"],"
				    "[\"Parcel 2\",\"https://t.example/2\"]]",
				    a),
			    "[{\"number\":\"A\",\"url\":\"https://t.example/1\"},"
			    "{\"number\":\"B\",\"url\":\"https://t.example/2\"}]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_delivery_names_the_shops_order_and_lines),
		cmocka_unit_test(test_only_orders_of_this_shop_count),
		cmocka_unit_test(test_an_id_that_was_hashed_is_not_told),
		cmocka_unit_test(test_moves_of_a_line_are_one_those_of_none_go_by_sku),
		cmocka_unit_test(test_what_cant_be_told_is_parked_with_its_reason),
		cmocka_unit_test(test_whole_kits_are_units_of_their_line),
		cmocka_unit_test(test_a_kit_in_pieces_is_parked),
		cmocka_unit_test(test_parcels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
