/* What Odoo says of products in each warehouse, as records of stock. */
#include "base_test.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "connectors/odoo/stock/stock.h"
#include "model/stock_record.h"

#define PRODUCT(id, sku, on_hand, free, forecast)                                           \
	"{\"id\":" id ",\"default_code\":" sku ",\"name\":\"A\",\"qty_available\":" on_hand \
	",\"free_qty\":" free ",\"virtual_available\":" forecast "}"

static cJSON *parse(const char *text)
{
	cJSON *doc = NULL;
	struct err e;

	assert_ok(json_parse(text, strlen(text), &doc, &e), &e);
	return doc;
}

/* Two warehouses' answers, freed with the test's fixture. */
struct fixture {
	cJSON *list[3];
	struct odoo_stock_answer answer[2];
	struct arena *a;
	struct odoo_item *item;
	size_t n;
};

static void release(struct fixture *f)
{
	for (size_t i = 0; i < 3; i++)
		cJSON_Delete(f->list[i]);
	arena_free(f->a);
}

static enum errk try_read(struct fixture *f, const char *lyon, const char *paris,
			  const char *others, int digits, struct err *e)
{
	struct odoo_stock_page p = {.host = "h",
				    .digits = digits,
				    .read_at = 1000,
				    .answer = f->answer,
				    .n_answers = paris ? 2 : 1};

	*f = (struct fixture){.a = arena_new()};
	f->list[0] = parse(lyon);
	f->list[1] = paris ? parse(paris) : NULL;
	p.others = f->list[2] = others ? parse(others) : NULL;
	f->answer[0] = (struct odoo_stock_answer){"LYON", f->list[0]};
	f->answer[1] = (struct odoo_stock_answer){"A-PARIS", f->list[1]};
	return odoo_stock_items(&p, f->a, &f->item, &f->n, e);
}

static void read_in(struct fixture *f, const char *lyon, const char *paris, const char *others)
{
	struct err e;

	assert_ok(try_read(f, lyon, paris, others, 2, &e), &e);
}

static void test_noise_is_rounded_away(void **state)
{
	struct fixture f;

	(void)state;
	read_in(&f,
		"[" PRODUCT("7", "\"TEE\"", "31.620000000000005", "2.9999999999999996",
			    "30.300000000000004") "]",
		NULL, NULL);
	assert_int_equal(f.n, 1);
	assert_int_equal(f.item[0].id, 7);
	stock_record_finish(&f.item[0].rec, "odoo", f.a);
	assert_string_equal(
		f.item[0].rec.doc,
		"{\"kind\":\"stock\",\"source\":\"odoo\",\"id\":\"TEE\",\"sku\":\"TEE\","
		"\"title\":\"A\",\"read_at\":\"1970-01-01T00:16:40Z\",\"quantities\":[{"
		"\"warehouse\":\"LYON\",\"on_hand\":\"31.62\",\"available\":\"3\","
		"\"forecast\":\"30.3\"}]}");
	release(&f);
}

/* Confirmed and not reserved: only the forecast knows them. */
static void test_what_is_promised_is_not_free(void **state)
{
	static const struct {
		const char *free, *forecast, *available;
	} cases[] = {
		{"10", "7", "\"available\":\"7\""},   {"7", "12", "\"available\":\"7\""},
		{"4", "-20", "\"available\":\"0\""},  {"-2", "3", "\"available\":\"-2\""},
		{"-2", "-5", "\"available\":\"-2\""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fixture f;
		char list[256];

		snprintf(list, sizeof(list),
			 "[{\"id\":7,\"default_code\":\"TEE\",\"name\":\"A\","
			 "\"qty_available\":10,\"free_qty\":%s,\"virtual_available\":%s}]",
			 cases[i].free, cases[i].forecast);
		read_in(&f, list, NULL, NULL);
		stock_record_finish(&f.item[0].rec, "odoo", f.a);
		assert_contains(f.item[0].rec.doc, cases[i].available);
		release(&f);
	}
}

static void test_the_version_is_of_the_rounded_quantities(void **state)
{
	struct fixture clean, noisy, moved;

	(void)state;
	read_in(&clean, "[" PRODUCT("7", "\"TEE\"", "3.0", "3", "3.5") "]", NULL, NULL);
	read_in(&noisy, "[" PRODUCT("7", "\"TEE\"", "3", "2.9999999999999996", "3.50000000001") "]",
		NULL, NULL);
	read_in(&moved, "[" PRODUCT("7", "\"TEE\"", "3", "3", "4.5") "]", NULL, NULL);
	assert_string_equal(clean.item[0].rec.version, noisy.item[0].rec.version);
	assert_string_not_equal(clean.item[0].rec.version, moved.item[0].rec.version);
	release(&clean);
	release(&noisy);
	release(&moved);
}

/* By id, whatever is missing in one of them; warehouses in the order of their codes. */
static void test_warehouses_are_joined_by_product(void **state)
{
	struct fixture f;

	(void)state;
	read_in(&f,
		"[" PRODUCT("7", "\"TEE\"", "1", "1",
			    "1") "," PRODUCT("9", "\"MUG\"", "2", "2",
					     "2") "," PRODUCT("12", "\"CAP\"", "3", "3", "3") "]",
		"[" PRODUCT("7", "\"TEE\"", "4", "4", "4") "," PRODUCT("12", "\"CAP\"", "6", "6",
								       "6") "]",
		NULL);
	assert_int_equal(f.n, 2);
	assert_string_equal(f.item[0].rec.id, "TEE");
	assert_string_equal(f.item[1].rec.id, "CAP");
	stock_record_finish(&f.item[1].rec, "odoo", f.a);
	assert_contains(f.item[1].rec.doc,
			"[{\"warehouse\":\"A-PARIS\",\"on_hand\":\"6\",\"available\":\"6\","
			"\"forecast\":\"6\"},{\"warehouse\":\"LYON\",\"on_hand\":\"3\"");
	release(&f);
}

static void test_a_sku_of_two_products_is_a_problem_once(void **state)
{
	struct fixture same, apart;
	const struct err *problem;

	(void)state;
	read_in(&same,
		"[" PRODUCT("9", "\"TWICE\"", "1", "1",
			    "1") "," PRODUCT("10", "\"TWICE\"", "2", "2",
					     "2") "," PRODUCT("11", "\"twice\"", "3", "3", "3") "]",
		NULL, NULL);
	assert_int_equal(same.n, 2);
	problem = same.item[0].rec.problem;
	assert_non_null(problem);
	assert_int_equal(problem->kind, E_RECORD);
	assert_string_equal(problem->code, "duplicate_sku");
	assert_contains(problem->msg, "'TWICE' (ids 9 and 10)");
	assert_contains(problem->msg, "archive");
	/* Another spelling is another SKU. */
	assert_null(same.item[1].rec.problem);
	/* The other one stands elsewhere in the snapshot: the same problem, whoever is read. */
	read_in(&apart, "[" PRODUCT("10", "\"TWICE\"", "2", "2", "2") "]", NULL,
		"[{\"id\":9,\"default_code\":\"TWICE\"}]");
	assert_int_equal(apart.n, 1);
	assert_string_equal(apart.item[0].rec.version, same.item[0].rec.version);
	release(&same);
	release(&apart);
}

static void test_products_without_a_sku_are_left_out(void **state)
{
	struct fixture f;

	(void)state;
	read_in(&f,
		"[" PRODUCT("7", "false", "1", "1",
			    "1") "," PRODUCT("8", "\" \"", "1", "1",
					     "1") "," PRODUCT("9", "\"TEE\"", "1", "1", "1") "]",
		NULL, NULL);
	assert_int_equal(f.n, 1);
	assert_string_equal(f.item[0].rec.id, "TEE");
	release(&f);
}

static void test_no_figure_is_no_zero(void **state)
{
	struct fixture f;
	struct err e;

	(void)state;
	assert_int_equal(try_read(&f, "[{\"id\":7,\"default_code\":\"TEE\",\"qty_available\":1}]",
				  NULL, NULL, 2, &e),
			 E_BUSY);
	assert_contains(e.msg, "free_qty");
	release(&f);
}

/* One product's own odd value parks that one by its name; the others go on. */
static void test_an_odd_product_is_parked(void **state)
{
	static const struct {
		const char *item, *code, *says;
	} rows[] = {
		{PRODUCT("7", "\"TEE\"", "1e15", "1", "1"), "too_large",
		 "qty_available is 1000000000000000"},
		{PRODUCT("7", "\"TEE\"", "1", "1", "-1e15"), "too_large", "virtual_available"},
		{PRODUCT("7", "\"TEE\"", "1", "1e300", "1"), "too_large", "free_qty"},
		{"{\"id\":7,\"default_code\":\"TEE\",\"name\":false,\"qty_available\":1,"
		 "\"free_qty\":1,\"virtual_available\":1}",
		 "no_name", "product 7"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		CLEANUP(arena) struct arena *a = arena_new();
		struct fixture f;

		read_in(&f,
			arena_printf(a, "[%s,%s]", rows[i].item,
				     PRODUCT("8", "\"MUG\"", "2", "2", "2")),
			NULL, NULL);
		assert_int_equal(f.n, 2);
		assert_string_equal(f.item[0].rec.id, "TEE");
		assert_non_null(f.item[0].rec.problem);
		assert_string_equal(f.item[0].rec.problem->code, rows[i].code);
		assert_contains(f.item[0].rec.problem->msg, rows[i].says);
		assert_null(f.item[1].rec.problem);
		release(&f);
	}
}

/* It can't be told by its reference, for nobody could read that. */
static void test_an_endless_reference_is_parked(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	char *sku = arena_alloc(a, 5001);
	struct fixture f;

	(void)state;
	memset(sku, 'x', 5000);
	read_in(&f,
		arena_printf(
			a,
			"[{\"id\":7,\"default_code\":\"%s\",\"name\":\"A\",\"qty_available\":1,"
			"\"free_qty\":1,\"virtual_available\":1}]",
			sku),
		NULL, NULL);
	assert_int_equal(f.n, 1);
	assert_string_equal(f.item[0].rec.id, "product 7");
	assert_string_equal(f.item[0].rec.problem->code, "too_long");
	release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_noise_is_rounded_away),
		cmocka_unit_test(test_what_is_promised_is_not_free),
		cmocka_unit_test(test_the_version_is_of_the_rounded_quantities),
		cmocka_unit_test(test_warehouses_are_joined_by_product),
		cmocka_unit_test(test_a_sku_of_two_products_is_a_problem_once),
		cmocka_unit_test(test_products_without_a_sku_are_left_out),
		cmocka_unit_test(test_no_figure_is_no_zero),
		cmocka_unit_test(test_an_odd_product_is_parked),
		cmocka_unit_test(test_an_endless_reference_is_parked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
