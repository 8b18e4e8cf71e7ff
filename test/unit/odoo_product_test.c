/* What Odoo says of product templates and their variants, as products. */
#include "base_test.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "connectors/odoo/products/pricelist.h"
#include "connectors/odoo/products/product.h"

static cJSON *parse(const char *text)
{
	cJSON *doc = NULL;
	struct err e;

	assert_ok(json_parse(text, strlen(text), &doc, &e), &e);
	return doc;
}

#define TEMPLATE(id, more)                                                            \
	"{\"id\":" id ",\"name\":\"T-shirt\",\"default_code\":false,\"active\":true," \
	"\"type\":\"consu\",\"is_storable\":true,"                                    \
	"\"categ_id\":[4,\"All / Shop / Shirts\"],\"currency_id\":[1,\"EUR\"],"       \
	"\"cost_currency_id\":[1,\"EUR\"],\"taxes_id\":[20],\"weight_uom_name\":\"kg\"," more "}"
#define VARIANT(id, template, sku, active, values)                                                                                  \
	"{\"id\":" id                                                                                                               \
	",\"product_tmpl_id\":[" template ",\"T\"],\"default_code\":" sku                                                           \
					  ",\"barcode\":false,\"active\":" active                                                   \
					  ",\"lst_price\":19.900000000000002,"                                                      \
					  "\"standard_price\":0.0,\"weight\":0.0,\"product_template_attribute_value_ids\":[" values \
					  "]}"

/* Lines 31 Size (S 41, M 42), 32 Colour (red 43, blue 44), 33 Engraving, which makes no variants. */
static const char lines[] = "[{\"id\":31,\"attribute_id\":[1,\"x\"],\"active\":true},"
			    "{\"id\":32,\"attribute_id\":[2,\"x\"],\"active\":true},"
			    "{\"id\":33,\"attribute_id\":[3,\"x\"],\"active\":true},"
			    "{\"id\":34,\"attribute_id\":[4,\"x\"],\"active\":true}]";
static const char attributes[] =
	"[{\"id\":1,\"name\":\"Size\",\"create_variant\":\"always\"},"
	"{\"id\":2,\"name\":\"Colour\",\"create_variant\":\"dynamic\"},"
	"{\"id\":3,\"name\":\"Engraving\",\"create_variant\":\"no_variant\"},"
	"{\"id\":4,\"name\":\"Size\",\"create_variant\":\"always\"}]";
static const char values[] = "[{\"id\":41,\"name\":\"S\",\"attribute_line_id\":[31,\"x\"]},"
			     "{\"id\":42,\"name\":\"M\",\"attribute_line_id\":[31,\"x\"]},"
			     "{\"id\":43,\"name\":\"red\",\"attribute_line_id\":[32,\"x\"]},"
			     "{\"id\":44,\"name\":\"blue\",\"attribute_line_id\":[32,\"x\"]},"
			     "{\"id\":45,\"name\":\"long\",\"attribute_line_id\":[34,\"x\"]},"
			     "{\"id\":46,\"name\":\"short\",\"attribute_line_id\":[34,\"x\"]},"
			     "{\"id\":49,\"name\":\"gone\",\"attribute_line_id\":[39,\"x\"]}]";

struct fixture {
	struct odoo o;
	struct odoo_tax tax[3];
	struct odoo_product_page p;
	struct arena *a;
	struct odoo_item *item;
	size_t n;
};

static void open_fixture(struct fixture *f, const char *templates, const char *variants,
			 const char *others)
{
	*f = (struct fixture){.tax = {{.id = 20, .amount = "20", .included = true},
				      {.id = 21, .amount = "20"},
				      {.id = 22, .amount = "0"}},
			      .a = arena_new()};
	f->o.looks.tax = f->tax;
	f->o.looks.n_taxes = 3;
	f->o.server.host = "h";
	f->o.price_digits = 6;
	f->o.company.currency_name = "EUR";
	f->o.field[FIELD_TEMPLATE_STORABLE] = "is_storable";
	f->p = (struct odoo_product_page){.o = &f->o,
					  .templates = parse(templates),
					  .variants = parse(variants),
					  .lines = parse(lines),
					  .attributes = parse(attributes),
					  .values = parse(values),
					  .others = others ? parse(others) : NULL};
}

static void close_fixture(struct fixture *f)
{
	odoo_product_page_release(&f->p);
	arena_free(f->a);
}

static void read_items(struct fixture *f, size_t n)
{
	struct err e;

	assert_ok(odoo_product_items(&f->p, f->a, &f->item, &f->n, &e), &e);
	assert_int_equal(f->n, n);
}

/* The document's options, and of each variant "sku status value …". */
static const char *told(const char *templates, const char *variants, struct arena *a)
{
	struct fixture f;
	const cJSON *item, *option;
	cJSON *doc;
	const char *text = "";

	open_fixture(&f, templates, variants, NULL);
	read_items(&f, 1);
	if (f.item[0].rec.problem) {
		text = arena_printf(a, "%s: %s", f.item[0].rec.problem->code,
				    f.item[0].rec.problem->msg);
		close_fixture(&f);
		return text;
	}
	doc = parse(f.item[0].rec.doc);
	cJSON_ArrayForEach (option, json_at(doc, "options"))
		text = arena_printf(a, "%s%s ", text, json_str(option, "name"));
	cJSON_ArrayForEach (item, json_at(doc, "variants")) {
		text = arena_printf(a, "%s| %s %s", text, json_str(item, "sku"),
				    json_str(item, "status"));
		cJSON_ArrayForEach (option, json_at(item, "options"))
			text = arena_printf(a, "%s %s", text, json_str(option, "value"));
		text = arena_printf(a, "%s ", text);
	}
	text = arena_printf(a, "%s= %s", text, json_str(doc, "status"));
	cJSON_Delete(doc);
	close_fixture(&f);
	return text;
}

static void test_a_product(void **state)
{
	struct fixture f;

	(void)state;
	open_fixture(
		&f,
		"[" TEMPLATE("3",
			     "\"attribute_line_ids\":[],\"description_sale\":\"a < b\\nc\"") "]",
		"[{\"id\":7,\"product_tmpl_id\":[3,\"T\"],\"default_code\":\"TEE\","
		"\"barcode\":\"4006381333931\",\"active\":true,\"lst_price\":19.900000000000002,"
		"\"standard_price\":7.4500000001,\"weight\":0.18,"
		"\"product_template_attribute_value_ids\":[]}]",
		NULL);
	read_items(&f, 1);
	assert_string_equal(
		f.item[0].rec.doc,
		"{\"kind\":\"product\",\"source\":\"odoo\",\"id\":\"3\",\"code\":\"TEE\","
		"\"status\":\"active\",\"title\":\"T-shirt\",\"description\":\"a &lt; b<br>c\","
		"\"type\":\"Shirts\",\"currency\":\"EUR\",\"prices_include_tax\":true,\"options\":[],"
		"\"variants\":[{\"id\":\"7\",\"sku\":\"TEE\",\"status\":\"active\",\"options\":[],"
		"\"barcode\":\"4006381333931\",\"price\":\"19.90\",\"cost\":\"7.45\","
		"\"weight_kg\":\"0.18\",\"tracked\":true,\"requires_shipping\":true}]}");
	assert_string_equal(f.item[0].rec.label, "TEE");
	close_fixture(&f);
}

static void test_options_are_what_variants_differ_in(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();

	(void)state;
	assert_string_equal(told("[" TEMPLATE("3", "\"attribute_line_ids\":[31,32,33]") "]",
				 "[" VARIANT("7", "3", "\"A\"", "true",
					     "41,43") "," VARIANT("8", "3", "\"B\"", "true",
								  "42,43") "]",
				 a),
			    "Size | A active S | B active M = active");
	assert_string_equal(told("[" TEMPLATE("3", "\"attribute_line_ids\":[32,31]") "]",
				 "[" VARIANT("7", "3", "\"A\"", "true",
					     "41,43") "," VARIANT("8", "3", "\"B\"", "true",
								  "42,44") "]",
				 a),
			    "Colour Size | A active red S | B active blue M = active");
	assert_string_equal(told("[" TEMPLATE("3", "\"attribute_line_ids\":[31]") "]",
				 "[" VARIANT("7", "3", "\"A\"", "true", "41") "]", a),
			    "| A active = active");
}

static void test_archived_variants_stay_while_they_have_a_place(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();

	(void)state;
	/* A size that is no longer sold is still one. */
	assert_string_equal(told("[" TEMPLATE("3", "\"attribute_line_ids\":[31]") "]",
				 "[" VARIANT("7", "3", "\"A\"", "true",
					     "41") "," VARIANT("8", "3", "\"B\"", "false",
							       "42") "]",
				 a),
			    "Size | A active S | B archived M = active");
	/* Its place is another's now; or its attribute is gone; or it lacks one that came later. */
	assert_string_equal(told("[" TEMPLATE("3", "\"attribute_line_ids\":[31,32]") "]",
				 "[" VARIANT("5", "3", "\"OLD\"", "false", "41,43") "," VARIANT(
					 "6", "3", "\"ODD\"", "false",
					 "42,43,49") "," VARIANT("7", "3", "\"A\"", "true",
								 "41,43") "," VARIANT("8", "3",
										      "\"LESS\"",
										      "false",
										      "42") "]",
				 a),
			    "| A active = active");
	/* All are archived: of two in one place the newer one. */
	assert_string_equal(told("[" TEMPLATE("3", "\"attribute_line_ids\":[31]") "]",
				 "[" VARIANT("7", "3", "\"A\"", "false",
					     "41") "," VARIANT("8", "3", "\"B\"", "false",
							       "41") "]",
				 a),
			    "| B archived = archived");
}

static void test_options_that_are_not_clear_are_parked(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();

	(void)state;
	assert_contains(told("[" TEMPLATE("3", "\"attribute_line_ids\":[31,32]") "]",
			     "[" VARIANT("7", "3", "\"A\"", "true",
					 "41,43") "," VARIANT("8", "3", "\"B\"", "true", "42") "]",
			     a),
			"options_unclear: variant 8, B: it lacks a value");
	assert_contains(told("[" TEMPLATE("3", "\"attribute_line_ids\":[31]") "]",
			     "[" VARIANT("7", "3", "\"A\"", "true",
					 "41") "," VARIANT("8", "3", "\"B\"", "true", "41") "]",
			     a),
			"options_unclear: variant 7, A: another variant has the same");
	assert_contains(told("[" TEMPLATE("3", "\"attribute_line_ids\":[31,34]") "]",
			     "[" VARIANT("7", "3", "\"A\"", "true",
					 "41,45") "," VARIANT("8", "3", "\"B\"", "true",
							      "42,46") "]",
			     a),
			"two of its attributes have the same name");
}

/* One product's own odd value parks that one, by what people call it. */
static void test_an_odd_product_is_parked(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const char *variant = "[" VARIANT("7", "3", "\"A\"", "true", "") "]", *many;
	char *x = arena_alloc(a, 2001);

	(void)state;
	memset(x, 'x', 2000);
	many = arena_printf(a, "[%s]", x);
	assert_contains(told("[{\"id\":3,\"name\":false}]", variant, a), "no_name: product 3");
	assert_contains(told(arena_printf(a, "[{\"id\":3,\"name\":\"%s\"}]", many), variant, a),
			"too_long: the name of product 3");
	assert_contains(
		told("[" TEMPLATE("3", "\"attribute_line_ids\":[]") "]",
		     arena_printf(a,
				  "[{\"id\":7,\"product_tmpl_id\":[3,\"T\"],\"active\":true,"
				  "\"default_code\":\"%s\"}]",
				  x),
		     a),
		"too_long: the internal reference of product 7");
	assert_contains(told("[" TEMPLATE("3", "\"attribute_line_ids\":[]") "]",
			     "[{\"id\":7,\"product_tmpl_id\":[3,\"T\"],\"active\":true,"
			     "\"default_code\":\"A\",\"lst_price\":1e15}]",
			     a),
			"too_large: variant 'A': lst_price is 1000000000000000");
}

static void test_a_template_without_variants_is_left_out(void **state)
{
	struct fixture f;

	(void)state;
	open_fixture(&f, "[" TEMPLATE("3", "\"attribute_line_ids\":[32]") "]", "[]", NULL);
	read_items(&f, 0);
	close_fixture(&f);
}

static void test_a_sku_of_two_products_for_sale_is_a_problem_of_both(void **state)
{
	static const char two[] = "[" TEMPLATE("3", "\"attribute_line_ids\":[]") "," TEMPLATE(
		"4", "\"attribute_line_ids\":[]") "]";
	struct fixture same, apart, archived;

	(void)state;
	open_fixture(&same, two,
		     "[" VARIANT("7", "3", "\"TEE\"", "true", "") "," VARIANT("9", "4", "\"TEE\"",
									      "true", "") "]",
		     NULL);
	read_items(&same, 2);
	assert_string_equal(same.item[0].rec.problem->code, "duplicate_sku");
	assert_contains(same.item[0].rec.problem->msg, "'TEE' (ids 7 and 9)");
	assert_string_equal(same.item[0].rec.version, same.item[1].rec.version);
	close_fixture(&same);
	/* The other one stands on another page. */
	open_fixture(&apart, "[" TEMPLATE("3", "\"attribute_line_ids\":[]") "]",
		     "[" VARIANT("7", "3", "\"TEE\"", "true", "") "]",
		     "[{\"id\":9,\"default_code\":\"TEE\"}]");
	read_items(&apart, 1);
	assert_contains(apart.item[0].rec.problem->msg, "'TEE' (ids 7 and 9)");
	close_fixture(&apart);
	/* What is archived does not count, nor do products without any. */
	open_fixture(&archived, two,
		     "[" VARIANT("7", "3", "\"TEE\"", "true",
				 "") "," VARIANT("8", "3", "\"TEE\"", "false",
						 "") "," VARIANT("9", "4", "false", "true", "") "]",
		     NULL);
	read_items(&archived, 2);
	assert_null(archived.item[0].rec.problem);
	assert_null(archived.item[1].rec.problem);
	close_fixture(&archived);
}

static const char *field(const char *template, const char *variant, const char *path,
			 struct arena *a)
{
	struct fixture f;
	const char *text;
	cJSON *doc;

	open_fixture(&f, template, variant, NULL);
	read_items(&f, 1);
	doc = parse(f.item[0].rec.doc);
	text = json_at(doc, path) ? json_text(json_at(doc, path), a) : "none";
	cJSON_Delete(doc);
	close_fixture(&f);
	return text;
}

#define ONE(more)                                                                              \
	"[{\"id\":3,\"name\":\"T\",\"default_code\":false,\"active\":true,\"type\":\"consu\"," \
	"\"attribute_line_ids\":[]," more "}]"
#define WEIGHS(weight)                                                                   \
	"[{\"id\":7,\"product_tmpl_id\":[3,\"T\"],\"active\":true,\"lst_price\":1500.0," \
	"\"standard_price\":3.0,\"weight\":" weight                                      \
	",\"product_template_attribute_value_ids\":[]}]"

static void test_units_and_currencies(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const char *pounds = ONE("\"weight_uom_name\":\"lb\"");

	(void)state;
	assert_string_equal(field(pounds, WEIGHS("1.0"), "variants[0].weight_kg", a),
			    "\"0.45359\"");
	assert_string_equal(field(pounds, WEIGHS("2.5"), "variants[0].weight_kg", a),
			    "\"1.13398\"");
	/* Zero is what stands there when nobody has weighed it. */
	assert_string_equal(field(pounds, WEIGHS("0.0"), "variants[0].weight_kg", a), "none");
	assert_string_equal(
		field(ONE("\"currency_id\":[2,\"JPY\"],\"cost_currency_id\":[2,\"JPY\"]"),
		      WEIGHS("1"), "variants[0].price", a),
		"\"1500\"");
	assert_string_equal(
		field(ONE("\"currency_id\":[2,\"JPY\"],\"cost_currency_id\":[1,\"EUR\"]"),
		      WEIGHS("1"), "variants[0].cost", a),
		"none");
}

static void test_whether_prices_include_tax(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();

	(void)state;
	assert_string_equal(field(ONE("\"taxes_id\":[20]"), WEIGHS("1"), "prices_include_tax", a),
			    "true");
	assert_string_equal(field(ONE("\"taxes_id\":[21]"), WEIGHS("1"), "prices_include_tax", a),
			    "false");
	/* They don't agree, there are none, they are another company's. */
	assert_string_equal(field(ONE("\"taxes_id\":[20,21]"), WEIGHS("1"), "prices_include_tax",
				  a),
			    "none");
	assert_string_equal(field(ONE("\"taxes_id\":[]"), WEIGHS("1"), "prices_include_tax", a),
			    "none");
	/* Nothing is included of nothing. */
	assert_string_equal(field(ONE("\"taxes_id\":[22]"), WEIGHS("1"), "prices_include_tax", a),
			    "none");
	assert_string_equal(field(ONE("\"taxes_id\":[20,22]"), WEIGHS("1"), "prices_include_tax",
				  a),
			    "true");
	assert_string_equal(field(ONE("\"taxes_id\":[99]"), WEIGHS("1"), "prices_include_tax", a),
			    "none");
}

/* By a list with one rule: "currency price compare_at cost" of variant 7 of product 3. */
static const char *by_list(const char *currency, bool active, bool compare_at,
			   struct odoo_price_rule rule, struct arena *a)
{
	const char *euros = ONE("\"currency_id\":[1,\"EUR\"],\"cost_currency_id\":[1,\"EUR\"]");
	struct odoo_price_list list = {.id = 1, .name = "Web", .currency = currency};
	struct odoo_price_lists lists = {.host = "h", .list = &list, .n = 1, .digits = 2};
	struct fixture f;
	CLEANUP(json) cJSON *doc = NULL;
	const struct record *rec;
	const char *text;
	struct err e;

	rule.list = 1;
	assert_ok(odoo_price_lists_decide(&lists, &rule, 1, a, &e), &e);
	open_fixture(
		&f, euros,
		arena_printf(
			a,
			"[{\"id\":7,\"product_tmpl_id\":[3,\"T\"],\"default_code\":\"TEE\","
			"\"active\":%s,\"lst_price\":19.99,\"standard_price\":3.0,\"weight\":0,"
			"\"product_template_attribute_value_ids\":[]}]",
			active ? "true" : "false"),
		NULL);
	f.o.price_lists = &lists;
	f.o.rules.compare_at = compare_at;
	read_items(&f, 1);
	rec = &f.item[0].rec;
	if (rec->problem) {
		text = arena_printf(a, "%s: %s", rec->problem->code, rec->problem->msg);
	} else {
		const cJSON *v;

		doc = parse(rec->doc);
		v = json_at(doc, "variants[0]");
		text = arena_printf(a, "%s %s %s %s", json_str(doc, "currency"),
				    json_str(v, "price") ? json_str(v, "price") : "untold",
				    json_str(v, "compare_at_price")
					    ? json_str(v, "compare_at_price")
				    : cJSON_HasObjectItem(v, "compare_at_price") ? "null"
										 : "untold",
				    json_str(v, "cost") ? json_str(v, "cost") : "untold");
	}
	close_fixture(&f);
	return text;
}

static void test_prices_by_a_price_list(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const struct odoo_price_rule
		less = {.on = RULE_FOR_ALL, .way = RULE_PERCENTAGE, .percent = {15, 0}},
		more = {.on = RULE_FOR_ALL, .way = RULE_PERCENTAGE, .percent = {-15, 0}},
		other = {.on = RULE_FOR_TEMPLATE, .template = 4, .fixed = {30, 0}},
		fixed = {.on = RULE_FOR_TEMPLATE, .template = 3, .fixed = {22, 0}};

	(void)state;
	assert_string_equal(by_list("EUR", true, false, less, a), "EUR 16.99 untold 3.00");
	assert_string_equal(by_list("EUR", true, true, less, a), "EUR 16.99 19.99 3.00");
	/* No reduction: the shop's is cleared. */
	assert_string_equal(by_list("EUR", true, true, more, a), "EUR 22.99 null 3.00");
	assert_string_equal(by_list("EUR", true, true, other, a), "EUR 19.99 null 3.00");
	/* The list's currency is the document's; what is in another one is not told. */
	assert_string_equal(by_list("USD", true, true, fixed, a), "USD 22.00 untold untold");
	assert_contains(by_list("USD", true, true, less, a),
			"exchange_rate: variant 'TEE': price list 'Web' is in USD and would take "
			"its price from the public price, which is in EUR");
	/* What is no longer sold needs none. */
	assert_string_equal(by_list("USD", false, true, less, a), "USD untold untold untold");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_product),
		cmocka_unit_test(test_options_are_what_variants_differ_in),
		cmocka_unit_test(test_archived_variants_stay_while_they_have_a_place),
		cmocka_unit_test(test_options_that_are_not_clear_are_parked),
		cmocka_unit_test(test_an_odd_product_is_parked),
		cmocka_unit_test(test_a_template_without_variants_is_left_out),
		cmocka_unit_test(test_a_sku_of_two_products_for_sale_is_a_problem_of_both),
		cmocka_unit_test(test_units_and_currencies),
		cmocka_unit_test(test_whether_prices_include_tax),
		cmocka_unit_test(test_prices_by_a_price_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
