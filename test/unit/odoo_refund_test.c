/* What a refund becomes, of what Odoo says and the document, without an Odoo. */
#include "base_test.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "connectors/odoo/refunds/refund.h"

/* A refund of an order whose lines, moves and documents are given as JSON; Odoo 19, French taxes. */
struct fixture {
	struct arena *a;
	struct odoo o;
	struct odoo_batch b;
	struct put_batch put;
	struct put_item item;
	struct put_owner owner;
	struct refund r;
	struct odoo_tax tax[2];
	struct odoo_product service[8];
	struct odoo_product *products[8];
	struct odoo_transfer_type type[2];
};

static const char conf_text_of_test[] = "[erp]\nconnector=odoo\nurl=https://odoo.example\n";

static cJSON *json(const char *text)
{
	cJSON *doc = NULL;
	struct err e;

	assert_ok(json_parse(text, strlen(text), &doc, &e), &e);
	return doc;
}

static const char lines_text[] =
	"[{\"id\":1,\"order_id\":[9,\"S9\"],\"product_id\":[21,\"Tee\"],\"name\":\"Tee\",\"display_type\":false,"
	"\"price_unit\":12.0,\"product_uom_qty\":3.0,\"discount\":0.0,\"qty_delivered\":3.0,\"product_uom_id\":[1,\"U\"],"
	"\"tax_ids\":[68]},"
	"{\"id\":2,\"order_id\":[9,\"S9\"],\"product_id\":[22,\"Cup\"],\"name\":\"Cup\",\"display_type\":false,"
	"\"price_unit\":10.0,\"product_uom_qty\":2.0,\"discount\":10.0,\"qty_delivered\":2.0,\"product_uom_id\":[1,\"U\"],"
	"\"tax_ids\":[68]}]";
static const char xids_text[] =
	"{\"1\":\"erpsync.shop_order_5_line_11\",\"2\":\"erpsync.shop_order_5_line_12\"}";

static void open(struct fixture *f, const char *doc)
{
	static const char *const sku[] = {"SHIPPING",  "FEES",   "DUTIES",   "TIP",
					  "GIFT-CARD", "REFUND", "DISCOUNT", "ROUNDING"};
	static const struct conf_key connector[] = {{"erp", "connector", NULL, CONF_TEXT, NULL,
						     NULL, 0, 0, "The ERP."},
						    {0}};
	static const struct conf_key *const tables[] = {connector, odoo_keys};
	struct conf *conf = NULL;
	char path[] = "/tmp/odoo_refund_test.XXXXXX";
	int fd = mkstemp(path);
	struct err e;

	*f = (struct fixture){.a = arena_new()};
	assert_true(fd >= 0);
	assert_int_equal(write(fd, conf_text_of_test, sizeof(conf_text_of_test) - 1),
			 (ssize_t)sizeof(conf_text_of_test) - 1);
	close(fd);
	assert_ok(conf_load(path, tables, 2, &conf, &e), &e);
	unlink(path);
	f->o.env.conf = conf;
	f->o.arena = f->a;
	f->o.version.major = 19;
	f->o.rules.shop = "shop";
	f->o.rules.depth = ODOO_PAID;
	f->o.rules.rounding_limit = 100;
	f->o.field[FIELD_LINE_TAXES] = "tax_ids";
	f->o.field[FIELD_LINE_UNIT] = "product_uom_id";
	f->o.field[FIELD_MOVE_DONE] = "quantity";
	f->tax[0] = (struct odoo_tax){.id = 68,
				      .name = "20%",
				      .amount = "20",
				      .percent = true,
				      .included = true};
	f->o.looks.tax = f->tax;
	f->o.looks.n_taxes = 1;
	f->o.looks.taxes_read = true;
	/* Sorted by SKU, as look_goods.c keeps them. */
	for (size_t i = 0; i < 8; i++)
		f->service[i] = (struct odoo_product){.sku = sku[i],
						      .id = 100 + (int64_t)i,
						      .unit = 1,
						      .service = true};
	f->products[0] = &f->service[6];
	f->products[1] = &f->service[2];
	f->products[2] = &f->service[1];
	f->products[3] = &f->service[4];
	f->products[4] = &f->service[5];
	f->products[5] = &f->service[7];
	f->products[6] = &f->service[0];
	f->products[7] = &f->service[3];
	f->o.looks.product = f->products;
	f->o.looks.n_products = 8;
	f->type[0] = (struct odoo_transfer_type){.id = 2, .warehouse = 7, .code = "outgoing"};
	f->type[1] = (struct odoo_transfer_type){.id = 1, .warehouse = 7, .code = "incoming"};
	f->o.transfer_type = f->type;
	f->o.n_transfer_types = 2;
	f->item = (struct put_item){.record = "gid://shopify/SalesAgreement/62",
				    .label = "#1-R1",
				    .doc = doc,
				    .owner = &f->owner};
	f->owner = (struct put_owner){.record = "gid://shopify/Order/5",
				      .label = "#1",
				      .target = {.id = "9"}};
	f->b = (struct odoo_batch){.o = &f->o, .a = f->a, .put = &f->put, .n = 1};
	f->r.b = &f->b;
	f->r.d.item = &f->item;
	f->r.d.last_step = &f->item.steps;
	f->r.d.xid = "erpsync.shop_refund_62";
	f->r.d.id = 9;
	f->r.d.name = "S9";
	f->r.d.state = "sale";
	f->r.order_xid = "erpsync.shop_order_5";
	f->r.lines = json(lines_text);
	f->r.xids = json(xids_text);
	f->r.products = json(
		"[{\"id\":21,\"type\":\"consu\",\"tracking\":\"none\"},{\"id\":22,\"type\":\"consu\",\"tracking\":\"none\"}]");
	f->r.orders = json("[{\"id\":9,\"currency_id\":[1,\"EUR\"],\"invoice_ids\":[3]}]");
	f->r.order = f->r.d.found = json_at(f->r.orders, "[0]");
	assert_ok(refund_read(&f->r, &e), &e);
}

static void done(struct fixture *f)
{
	cJSON *const owned[] = {f->r.d.doc,  f->r.lines, f->r.xids,     f->r.products,
				f->r.orders, f->r.moves, f->r.move_xids};

	for (size_t i = 0; i < sizeof(owned) / sizeof(*owned); i++)
		cJSON_Delete(owned[i]);
	conf_free(f->o.env.conf);
	arena_free(f->a);
}

#define LINE(id, line, quantity, goods, total, tax)                    \
	"{\"id\":\"" id "\",\"kind\":\"product\",\"line\":" line       \
	",\"name\":\"Tee\",\"quantity\":" quantity ",\"goods\":" goods \
	",\"warehouse\":null,\"total\":\"" total "\",\"tax\":\"" tax   \
	"\",\"taxes\":[{\"title\":\"VAT\",\"rate\":\"0.2\"}]}"
#define MONEY(id, kind, total, tax)                                               \
	"{\"id\":\"" id "\",\"kind\":\"" kind "\",\"line\":null,\"name\":\"" kind \
	"\",\"quantity\":0,\"goods\":null,"                                       \
	"\"warehouse\":null,\"total\":\"" total "\",\"tax\":\"" tax               \
	"\",\"taxes\":[{\"title\":\"VAT\",\"rate\":\"0.2\"}]}"
#define DOC(lines, total, tax)                                                                     \
	"{\"number\":\"#1-R1\",\"order\":\"#1\",\"currency\":\"EUR\",\"prices_include_tax\":true," \
	"\"day\":\"2026-11-27\",\"lines\":[" lines                                                 \
	"],\"payments\":[],\"totals\":{\"total\":\"" total "\",\"tax\":\"" tax "\"}}"

static void test_plan__units_that_come_back_go_out_of_their_line(void **state)
{
	struct fixture f;
	struct err e;

	(void)state;
	open(&f,
	     DOC(LINE("81", "\"line_11\"", "2", "\"return\"", "24.00", "4.00"), "24.00", "4.00"));
	assert_ok(refund_plan(&f.r, &e), &e);
	assert_true(f.r.parts.at[0].lowers);
	assert_int_equal(f.r.parts.at[0].receive, 2);
	assert_int_equal(f.r.d.n_lines, 1);
	assert_string_equal(f.r.d.line[0].quantity, "2");
	assert_string_equal(f.r.d.line[0].price, "12");
	assert_int_equal(f.r.d.line[0].product, 21);
	assert_int_equal(f.r.d.line[0].tax[0]->id, 68);
	assert_int_equal(f.r.d.n_rounding, 0);
	assert_string_equal(refund_back_xid(&f.r, &f.r.parts.at[0]),
			    "erpsync.shop_refund_62_81_back_2_of_order_5_line_11");
	done(&f);
}

static void test_plan__a_difference_of_price_stands_beside_it(void **state)
{
	struct fixture f;
	struct err e;

	(void)state;
	/* Sold at 10.00 less 10 %, and 1.00 of it was a discount of the order. */
	open(&f, DOC(LINE("81", "\"line_12\"", "1", "\"return\"", "8.00", "1.33"), "8.00", "1.33"));
	assert_ok(refund_plan(&f.r, &e), &e);
	assert_int_equal(f.r.d.n_lines, 2);
	assert_string_equal(f.r.d.line[0].percent, "10");
	assert_string_equal(f.r.d.line[1].price, "-1.00");
	assert_int_equal(f.r.d.line[1].product, 106);
	done(&f);
}

static void test_plan__what_is_no_goods_is_money_on_a_service(void **state)
{
	struct fixture f;
	struct err e;

	(void)state;
	open(&f, DOC(LINE("81", "\"line_11\"", "1", "\"no_restock\"", "12.00",
			  "2.00") "," MONEY("82", "shipping", "4.90",
					    "0.82") "," MONEY("83", "fee", "-3.00",
							      "-0.50") "," MONEY("84", "adjustment",
										 "1.20", "0.20"),
		     "15.10", "2.52"));
	assert_ok(refund_plan(&f.r, &e), &e);
	assert_int_equal(f.r.d.n_lines, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_false(f.r.parts.at[i].lowers);
		assert_string_equal(f.r.d.line[i].quantity, "1");
	}
	assert_int_equal(f.r.d.line[0].product, 105);
	assert_int_equal(f.r.d.line[1].product, 100);
	assert_int_equal(f.r.d.line[2].product, 101);
	assert_string_equal(f.r.d.line[2].price, "-3.00");
	assert_int_equal(f.r.d.line[3].product, 105);
	done(&f);
}

static void plan_refuses(const char *doc, const char *code)
{
	struct fixture f;
	struct err e = {0};

	open(&f, doc);
	assert_int_equal(refund_plan(&f.r, &e), E_RECORD);
	assert_string_equal(e.code, code);
	done(&f);
}

static void test_plan__what_does_not_fit_is_refused(void **state)
{
	(void)state;
	plan_refuses(DOC(LINE("81", "\"line_11\"", "4", "\"return\"", "48.00", "8.00"), "48.00",
			 "8.00"),
		     "goods_differ");
	plan_refuses(DOC(LINE("81", "\"line_99\"", "1", "\"return\"", "12.00", "2.00"), "12.00",
			 "2.00"),
		     "line_missing");
	plan_refuses(DOC(LINE("81", "\"line_11\"", "1", "\"return\"", "12.00", "1.00"), "12.00",
			 "1.00"),
		     "tax_differs");
	plan_refuses(
		DOC("{\"id\":\"8\",\"kind\":\"adjustment\",\"line\":null,\"name\":\"x\",\"quantity\":0,\"goods\":null,"
		    "\"total\":\"1.00\",\"tax\":\"0.05\",\"taxes\":[{\"title\":\"VAT\",\"rate\":\"0.055\"}]}",
		    "1.00", "0.05"),
		"unmapped_tax");
}

#define MOVE(id, line, type, origin, state, qty, picking)                             \
	"{\"id\":" id ",\"sale_line_id\":[" line                                      \
	",\"\"],\"product_id\":[21,\"Tee\"],\"product_uom\":[1,\"U\"],"               \
	"\"product_uom_qty\":" qty ",\"quantity\":" qty ",\"state\":\"" state         \
	"\",\"picking_id\":[" picking ",\"P" picking "\"],\"picking_type_id\":[" type \
	",\"\"],\"origin_returned_move_id\":" origin ",\"location_dest_id\":[5,\"Customers\"]}"
#define OUT(id, qty)                      MOVE(id, "1", "2", "false", "done", qty, "40")
#define BACK(id, of, state, qty, picking) MOVE(id, "1", "1", "[" of ",\"\"]", state, qty, picking)

/* What comes of these moves for two units of the first line; pickings: their external ids. */
static enum errk take(struct fixture *f, const char *goods, const char *moves, const char *pickings,
		      struct err *e)
{
	CLEANUP(json) cJSON *all = json(moves);
	CLEANUP(json) cJSON *xids = json(pickings);
	enum errk rc;

	open(f, *goods == 'n' ? DOC(LINE("81", "\"line_11\"", "2", "null", "24.00", "4.00"),
				    "24.00", "4.00")
			      : DOC(LINE("81", "\"line_11\"", "2", "\"return\"", "24.00", "4.00"),
				    "24.00", "4.00"));
	assert_ok(refund_plan(&f->r, e), e);
	rc = refund_take_goods(&f->r, all, xids, e);
	return rc;
}

static void test_goods__are_taken_of_what_was_delivered(void **state)
{
	struct fixture f;
	struct err e = {0};

	(void)state;
	/* Of two deliveries, the first of which is back already by half. */
	assert_ok(take(&f, "return", "[" OUT("50", "2") "," OUT("51", "1") "]",
		       "{\"xids\":{\"40\":\"\"}}", &e),
		  &e);
	assert_int_equal(f.r.takes.n, 1);
	assert_int_equal(f.r.takes.at[0].units, 2);
	assert_int_equal(f.r.takes.at[0].warehouse, 7);
	done(&f);
	assert_int_equal(take(&f, "return", "[" OUT("50", "1") "]", "{\"xids\":{\"40\":\"\"}}", &e),
			 E_RECORD);
	assert_string_equal(e.code, "goods_differ");
	done(&f);
}

static void test_goods__that_the_warehouse_has_received_are_not_received_again(void **state)
{
	static const char theirs[] = "{\"xids\":{\"40\":\"\",\"41\":\"\"}}";
	static const char others[] =
		"{\"xids\":{\"40\":\"\",\"41\":\"erpsync.shop_refund_60_return_7\"}}";
	static const char own[] =
		"{\"xids\":{\"40\":\"\",\"41\":\"erpsync.shop_refund_62_return_7\"}}";
	struct fixture f;
	struct err e = {0};

	(void)state;
	/* Odoo says then that one is left with the buyer. */
	assert_int_equal(take(&f, "\"return\"",
			      "[" OUT("50", "3") "," BACK("60", "50", "done", "2", "41") "]",
			      theirs, &e),
			 E_RECORD);
	assert_non_null(strstr(e.msg, "the returns taken off"));
	done(&f);
	/* A return that the warehouse has begun is its own to end. */
	assert_int_equal(take(&f, "\"return\"",
			      "[" OUT("50", "3") "," BACK("60", "50", "assigned", "2", "41") "]",
			      theirs, &e),
			 E_RECORD);
	assert_non_null(strstr(e.msg, "have begun a return"));
	done(&f);
	/* That of another refund leaves too few. */
	assert_int_equal(take(&f, "\"return\"",
			      "[" OUT("50", "3") "," BACK("60", "50", "done", "2", "41") "]",
			      others, &e),
			 E_RECORD);
	done(&f);
	/* Its own was cut short before it was validated. */
	assert_ok(take(&f, "\"return\"",
		       "[" OUT("50", "3") "," BACK("60", "50", "assigned", "2", "41") "]", own, &e),
		  &e);
	assert_int_equal(f.r.takes.n, 0);
	assert_int_equal(f.r.receipts.n, 1);
	done(&f);
}

static void test_goods__of_which_the_shop_says_nothing_are_for_odoo_or_a_person(void **state)
{
	struct fixture f;
	struct err e = {0};

	(void)state;
	assert_int_equal(take(&f, "null", "[" OUT("50", "3") "]", "{\"xids\":{\"40\":\"\"}}", &e),
			 E_RECORD);
	assert_string_equal(e.code, "restock_unknown");
	done(&f);
	open(&f, DOC(LINE("81", "\"line_11\"", "2", "null", "24.00", "4.00"), "24.00", "4.00"));
	f.put.named = true;
	f.item.parked_as = "restock_unknown";
	assert_ok(refund_plan(&f.r, &e), &e);
	assert_false(f.r.parts.at[0].lowers);
	done(&f);
}

#define MOVE_OF(id, type, state, total)                                                     \
	"{\"id\":" id ",\"name\":\"M" id "\",\"state\":\"" state "\",\"move_type\":\"" type \
	"\",\"amount_total\":" total ",\"amount_tax\":1}"

static enum errk judge(struct fixture *f, const char *moves, const char *xids, const char *sold,
		       struct err *e)
{
	open(f, DOC(LINE("81", "\"line_11\"", "1", "\"no_restock\"", "12.00", "2.00"), "12.00",
		    "2.00"));
	f->r.moves = json(moves);
	f->r.move_xids = json(xids);
	assert_ok(decimal_parse(sold, &f->r.sold, e), e);
	return refund_judge_books(&f->r, e);
}

static void judge_refuses(const char *moves, const char *xids, const char *sold, const char *code)
{
	struct fixture f;
	struct err e = {0};

	assert_int_equal(judge(&f, moves, xids, sold, &e), E_RECORD);
	assert_string_equal(e.code, code);
	done(&f);
}

static void test_books__of_a_refund_must_be_those_of_its_order(void **state)
{
	static const char ours[] = "{\"3\":\"erpsync.shop_order_5_invoice\",\"4\":\"\",\"5\":\"\"}";
	static const char credited[] =
		"{\"3\":\"erpsync.shop_order_5_invoice\",\"4\":\"erpsync.shop_refund_62\"}";
	struct fixture f;
	struct err e = {0};

	(void)state;
	assert_ok(judge(&f, "[" MOVE_OF("3", "out_invoice", "posted", "54") "]", ours, "54.00", &e),
		  &e);
	assert_false(f.r.done);
	done(&f);
	assert_ok(judge(&f,
			"[" MOVE_OF("3", "out_invoice", "posted",
				    "54") "," MOVE_OF("4", "out_refund", "posted", "12") "]",
			credited, "42.00", &e),
		  &e);
	assert_true(f.r.done);
	done(&f);
	judge_refuses("[]", "{}", "54.00", "not_invoiced");
	judge_refuses("[" MOVE_OF("3", "out_invoice", "draft", "54") "]", ours, "54.00",
		      "not_invoiced");
	judge_refuses("[" MOVE_OF("3", "out_invoice", "cancel", "54") "]", ours, "54.00",
		      "not_invoiced");
	judge_refuses("[" MOVE_OF("3", "out_invoice", "posted", "54") "]", ours, "59.00",
		      "books_differ");
	judge_refuses("[" MOVE_OF("3", "out_invoice", "posted",
				  "54") "," MOVE_OF("4", "out_refund", "draft", "12") "]",
		      ours, "54.00", "credited_by_hand");
	judge_refuses("[" MOVE_OF("4", "out_invoice", "posted",
				  "30") "," MOVE_OF("5", "out_invoice", "posted", "24") "]",
		      ours, "54.00", "invoiced_by_hand");
	judge_refuses("[" MOVE_OF("3", "out_invoice", "posted",
				  "54") "," MOVE_OF("4", "out_refund", "cancel", "12") "]",
		      credited, "54.00", "credit_cancelled");
	judge_refuses("[" MOVE_OF("3", "out_invoice", "posted",
				  "54") "," MOVE_OF("4", "out_refund", "posted", "13") "]",
		      credited, "41.00", "credit_differs");
}

static void test_given_back__is_told_by_external_ids(void **state)
{
	CLEANUP(json)
	cJSON *xids = json(
		"{\"1\":\"erpsync.shop_refund_62_81_back_2_of_order_5_line_11\","
		"\"2\":\"erpsync.shop_refund_63_9_back_1_of_order_5_line_11\","
		"\"3\":\"erpsync.shop_refund_63_9_back_4_of_order_5_line_1\","
		"\"4\":\"erpsync.other_refund_62_81_back_8_of_order_5_line_11\",\"5\":\"\"}");
	struct odoo o = {.rules = {.shop = "shop"}};

	(void)state;
	assert_int_equal(odoo_given_back(&o, xids, "erpsync.shop_order_5_line_11"), 3);
	assert_int_equal(odoo_given_back(&o, xids, "erpsync.shop_order_5_line_1"), 4);
	assert_int_equal(odoo_given_back(&o, xids, "erpsync.shop_order_15_line_11"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plan__units_that_come_back_go_out_of_their_line),
		cmocka_unit_test(test_plan__a_difference_of_price_stands_beside_it),
		cmocka_unit_test(test_plan__what_is_no_goods_is_money_on_a_service),
		cmocka_unit_test(test_plan__what_does_not_fit_is_refused),
		cmocka_unit_test(test_goods__are_taken_of_what_was_delivered),
		cmocka_unit_test(
			test_goods__that_the_warehouse_has_received_are_not_received_again),
		cmocka_unit_test(
			test_goods__of_which_the_shop_says_nothing_are_for_odoo_or_a_person),
		cmocka_unit_test(test_books__of_a_refund_must_be_those_of_its_order),
		cmocka_unit_test(test_given_back__is_told_by_external_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
