/* Prices by price lists of Odoo: which rule counts, and what it makes of a price. */
#include "base_test.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "base/str.h"
#include "connectors/odoo/products/pricelist.h"

/*
 * Shirts (6) are below Clothes (5), those below All (1). Variant 7 of product 3 is a shirt; its sales
 * price is 19.99, its cost 8.
 */
static const struct odoo_category tree[] = {{6, 5}, {1, 0}, {5, 1}, {9, 1}};
static const struct odoo_goods shirt = {.variant = 7,
					.template = 3,
					.category = 6,
					.price = {1999, 2},
					.cost = {8, 0},
					.currency = "EUR",
					.cost_currency = "EUR"};

enum { RULES_MAX = 12, LISTS = 4 };

/* Rules as the texts of their differing fields: {"list", "on", "fixed_price", …}. */
static struct odoo_price_rule parse_rule(const char *text, int64_t id)
{
	static const char *const amounts[] = {"min_quantity",     "fixed_price",
					      "percent_price",    "price_discount",
					      "price_round",      "price_surcharge",
					      "price_min_margin", "price_max_margin"};
	static const char *const refs[] = {"product_id", "product_tmpl_id", "categ_id",
					   "base_pricelist_id"};
	CLEANUP(json) cJSON *doc = NULL;
	struct odoo_price_rule r = {0};
	struct err e;

	assert_ok(json_parse(text, strlen(text), &doc, &e), &e);
	json_add_int(doc, "id", id);
	for (size_t i = 0; i < sizeof(amounts) / sizeof(*amounts); i++)
		if (!json_at(doc, amounts[i]))
			json_add_int(doc, amounts[i], 0);
	for (size_t i = 0; i < sizeof(refs) / sizeof(*refs); i++)
		if (!json_at(doc, refs[i]))
			json_add_bool(doc, refs[i], false);
	if (!json_at(doc, "pricelist_id"))
		json_add_int(doc, "pricelist_id", 1);
	if (!json_at(doc, "applied_on"))
		json_add_str(doc, "applied_on", "3_global");
	if (!json_at(doc, "base"))
		json_add_str(doc, "base", "list_price");
	assert_ok(odoo_price_rule(doc, &r, &e), &e);
	return r;
}

struct fixture {
	struct odoo_price_list list[LISTS];
	struct odoo_category category[4];
	struct odoo_price_lists lists;
	struct odoo_price_rule rule[RULES_MAX];
	struct arena *a;
};

static enum errk settle(struct fixture *f, const char *const *rules, struct err *e)
{
	size_t n = 0;

	*f = (struct fixture){.list = {{.id = 1, .name = "Web", .currency = "EUR"},
				       {.id = 2, .name = "Base", .currency = "EUR"},
				       {.id = 3, .name = "Third", .currency = "EUR"},
				       {.id = 4, .name = "Dollars", .currency = "USD"}},
			      .a = arena_new()};
	memcpy(f->category, tree, sizeof(tree));
	f->lists = (struct odoo_price_lists){.host = "h",
					     .list = f->list,
					     .n = LISTS,
					     .category = f->category,
					     .n_categories = 4,
					     .digits = 2};
	for (; rules[n]; n++)
		f->rule[n] = parse_rule(rules[n], (int64_t)n + 1);
	return odoo_price_lists_decide(&f->lists, f->rule, n, f->a, e);
}

/* The shirt's price by these rules, whose ids are 1, 2, 3, …; or "code: message". */
static const char *price_of(const struct odoo_goods *g, const char *const *rules, struct arena *a)
{
	struct fixture f;
	struct decimal price;
	char text[DECIMAL_TEXT_MAX];
	const char *out;
	struct err e;
	enum errk rc = settle(&f, rules, &e);

	if (rc == E_OK)
		rc = odoo_list_price(&f.lists, g, &price, &e);
	out = rc == E_OK ? arena_strdup(a, decimal_text(price, text))
			 : arena_printf(a, "%s: %s", e.code, e.msg);
	arena_free(f.a);
	return out;
}

static void assert_price(const char *const *rules, const char *price)
{
	struct arena *a = arena_new();

	assert_string_equal(price_of(&shirt, rules, a), price);
	arena_free(a);
}
#define PRICE(price, ...) assert_price((const char *const[]){__VA_ARGS__, NULL}, price)

#define FIXED      "\"compute_price\":\"fixed\",\"fixed_price\":"
#define PERCENT    "\"compute_price\":\"percentage\",\"percent_price\":"
#define FORMULA    "\"compute_price\":\"formula\","
#define VARIANT(v) "\"applied_on\":\"0_product_variant\",\"product_id\":[" v ",\"x\"],"
#define PRODUCT(p) "\"applied_on\":\"1_product\",\"product_tmpl_id\":[" p ",\"x\"],"
#define BELOW(c)   "\"applied_on\":\"2_product_category\",\"categ_id\":[" c ",\"x\"],"
#define BASED(l)   "\"base\":\"pricelist\",\"base_pricelist_id\":[" l ",\"x\"],"
#define OF_LIST(l) "\"pricelist_id\":[" l ",\"x\"],"

static void test_pricelist__without_a_rule_the_public_price(void **state)
{
	(void)state;
	assert_price((const char *const[]){NULL}, "19.99");
	PRICE("19.99", "{" VARIANT("8") FIXED "1}", "{" PRODUCT("4") FIXED "2}",
	      "{" BELOW("9") FIXED "3}", "{" OF_LIST("2") FIXED "4}");
}

static void test_pricelist__the_nearest_rule_counts_first(void **state)
{
	(void)state;
	PRICE("1.00", "{" FIXED "4}", "{" BELOW("6") FIXED "3}", "{" PRODUCT("3") FIXED "2}",
	      "{" VARIANT("7") FIXED "1}");
	PRICE("2.00", "{" VARIANT("8") FIXED "1}", "{" FIXED "4}", "{" BELOW("6") FIXED "3}",
	      "{" PRODUCT("3") FIXED "2}", "{" PRODUCT("2") FIXED "5}");
	PRICE("3.00", "{" FIXED "4}", "{" BELOW("6") FIXED "3}");
	PRICE("4.00", "{" FIXED "4}", "{" BELOW("9") FIXED "3}");
}

static void test_pricelist__the_deepest_category_counts_first(void **state)
{
	(void)state;
	PRICE("2.00", "{" BELOW("1") FIXED "1}", "{" BELOW("5") FIXED "2}",
	      "{" BELOW("9") FIXED "3}");
	PRICE("3.00", "{" BELOW("6") FIXED "3}", "{" BELOW("5") FIXED "2}",
	      "{" BELOW("1") FIXED "1}");
	/* A quantity comes before that. */
	PRICE("1.00", "{" BELOW("6") FIXED "3}", "{" BELOW("1") "\"min_quantity\":1," FIXED "1}");
}

static void test_pricelist__then_the_higher_quantity_and_the_newer_rule(void **state)
{
	(void)state;
	PRICE("2.00", "{" FIXED "1}", "{\"min_quantity\":1," FIXED "2}", "{" FIXED "3}");
	PRICE("3.00", "{" FIXED "1}", "{" FIXED "2}", "{" FIXED "3}");
	PRICE("2.00", "{" VARIANT("7") FIXED "1}", "{" VARIANT("7") FIXED "2}",
	      "{" VARIANT("6") FIXED "3}");
}

static void test_pricelist__a_variants_rule_may_name_its_product(void **state)
{
	(void)state;
	PRICE("1.00", "{" VARIANT("7") "\"product_tmpl_id\":[3,\"x\"]," FIXED "1}");
	PRICE("19.99", "{" VARIANT("7") "\"product_tmpl_id\":[4,\"x\"]," FIXED "1}");
	/* One that names nothing is for nothing. */
	PRICE("19.99", "{\"applied_on\":\"0_product_variant\"," FIXED "1}",
	      "{\"applied_on\":\"1_product\"," FIXED "1}",
	      "{\"applied_on\":\"2_product_category\"," FIXED "1}");
}

static void test_pricelist__percentages(void **state)
{
	(void)state;
	PRICE("16.99", "{" PERCENT "15}");           /* 16.9915 */
	PRICE("17.49", "{" PERCENT "12.5}");         /* 17.49125 */
	PRICE("21.99", "{" PERCENT "-10}");          /* 21.989 */
	PRICE("13.33", "{" PERCENT "33.333333333}"); /* 13.32666… */
	PRICE("0.00", "{" PERCENT "100}");
	PRICE("5.60", "{\"base\":\"standard_price\"," PERCENT "30}");
	/* What a float makes of it. */
	PRICE("0.30", "{" FIXED "0.30000000000000004}");
	PRICE("1.01", "{" FIXED "1.005}");
}

static void test_pricelist__formulas(void **state)
{
	(void)state;
	PRICE("15.99", "{" FORMULA "\"price_discount\":20}"); /* 15.992 */
	PRICE("12.00", "{" FORMULA "\"base\":\"standard_price\",\"price_discount\":-50,"
		       "\"price_markup\":50}");
	/* Rounded after the discount, before the surcharge. */
	PRICE("19.99", "{" FORMULA "\"price_round\":10,\"price_surcharge\":-0.01}");
	PRICE("15.95", "{" FORMULA "\"price_discount\":20.1,\"price_round\":0.05}"); /* 15.97201 */
	PRICE("16.49",
	      "{" FORMULA "\"price_discount\":20,\"price_round\":0.5,\"price_surcharge\":0.49}");
	/* A margin is over the base, before the discount. */
	PRICE("20.99", "{" FORMULA "\"price_discount\":50,\"price_min_margin\":1,"
		       "\"price_max_margin\":3}");
	PRICE("22.99", "{" FORMULA "\"price_discount\":-50,\"price_min_margin\":1,"
		       "\"price_max_margin\":3}");
	PRICE("21.99", "{" FORMULA "\"price_discount\":-10,\"price_min_margin\":1,"
		       "\"price_max_margin\":3}");
	PRICE("17.99", "{" FORMULA "\"price_discount\":50,\"price_min_margin\":-2}");
	/* A percentage of another way of reckoning is none of a formula's. */
	PRICE("19.99", "{" FORMULA "\"percent_price\":50}");
	PRICE("9.99",
	      "{\"price_surcharge\":3,\"price_round\":5,\"price_discount\":9," FIXED "9.99}");
}

static void test_pricelist__based_on_another_list(void **state)
{
	(void)state;
	/* 19.99 - 10 % = 17.991, - 10 % = 16.1919: nothing is rounded on the way. */
	PRICE("16.19", "{" BASED("2") PERCENT "10}", "{" OF_LIST("2") PERCENT "10}");
	PRICE("10.80", "{" BASED("2") PERCENT "10}", "{" OF_LIST("2") BASED("3") PERCENT "0}",
	      "{" OF_LIST("3") PRODUCT("3") FIXED "12}", "{" OF_LIST("3") FIXED "1}");
	/* Where the other list has no rule for it, the public price. */
	PRICE("17.99", "{" BASED("2") PERCENT "10}", "{" OF_LIST("2") VARIANT("8") FIXED "1}");
	/* The base's currency does not matter where the price is fixed. */
	PRICE("5.00", "{" BASED("4") FIXED "5}");
	/* No list named. */
	PRICE("17.99", "{\"base\":\"pricelist\"," PERCENT "10}");
}

static void test_pricelist__a_circle_is_refused_by_name(void **state)
{
	static const char circle[] =
		"pricelist_loop: Odoo (h): price lists are based on each other in a circle (Web, "
		"Base, Third, Base), so they give no price; take one of these rules away";

	(void)state;
	PRICE(circle, "{" BASED("2") PERCENT "1}", "{" OF_LIST("2") BASED("3") PERCENT "1}",
	      "{" OF_LIST("3") BASED("2") PERCENT "1}");
	/* Twice the same base is none, nor is one that a fixed price leaves aside. */
	PRICE("17.99", "{" BASED("2") PERCENT "10}", "{" VARIANT("8") BASED("3") PERCENT "10}",
	      "{" OF_LIST("2") BASED("3") PERCENT "0}", "{" OF_LIST("3") BASED("1") FIXED "19.99}");
}

/* Odoo lets nobody save that; an answer that says so must not keep us for ever. */
static void test_pricelist__categories_in_a_circle_are_no_answer(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct odoo_price_list list = {.id = 1, .name = "Web", .currency = "EUR"};
	struct odoo_category category[] = {{1, 2}, {2, 3}, {3, 1}};
	struct odoo_price_lists l = {.host = "h",
				     .list = &list,
				     .n = 1,
				     .category = category,
				     .n_categories = 3};
	struct odoo_price_rule rule = {.id = 1, .list = 1, .on = RULE_FOR_CATEGORY, .category = 2};
	struct err e;

	(void)state;
	assert_int_equal(odoo_price_lists_decide(&l, &rule, 1, a, &e), E_BUSY);
	assert_string_equal(e.code, "bad_answer");
	assert_contains(e.msg, "category 2");
}

static void test_pricelist__a_base_that_is_not_there(void **state)
{
	(void)state;
	PRICE("no_pricelist: Odoo (h): price list 'Web' has a rule based on another one (id 8) that "
	      "this user can't see; let it see that company, or base the rule on another list",
	      "{" BASED("8") PERCENT "10}");
}

static void test_pricelist__nothing_is_converted(void **state)
{
	struct odoo_goods g = shirt;
	struct arena *a = arena_new();

	(void)state;
	PRICE("exchange_rate: price list 'Web' is in EUR and would take its price from Dollars, which "
	      "is in USD; nothing is converted: give the product a fixed price in that list, and "
	      "the next run takes it",
	      "{" BASED("4") PERCENT "10}", "{" OF_LIST("4") FIXED "12}");
	g.currency = "CHF";
	g.cost_currency = "USD";
	assert_true(str_starts(price_of(&g, (const char *const[]){NULL}, a),
			       "exchange_rate: price list 'Web' is in EUR and would take its price "
			       "from the public price, which is in CHF;"));
	assert_true(str_starts(
		price_of(&g,
			 (const char *const[]){"{\"base\":\"standard_price\"," PERCENT "1}", NULL},
			 a),
		"exchange_rate: price list 'Web' is in EUR and would take its price "
		"from the cost, which is in USD;"));
	assert_string_equal(price_of(&g, (const char *const[]){"{" FIXED "7}", NULL}, a), "7.00");
	arena_free(a);
}

static void test_pricelist__a_rule_of_a_kind_that_is_not_known(void **state)
{
	CLEANUP(json) cJSON *doc = NULL;
	static const char text[] =
		"{\"id\":1,\"applied_on\":\"3_global\",\"compute_price\":\"fixed\","
		"\"base\":\"supplier\"}";
	struct odoo_price_rule r;
	struct err e;

	(void)state;
	assert_ok(json_parse(text, strlen(text), &doc, &e), &e);
	assert_int_equal(odoo_price_rule(doc, &r, &e), E_RECORD);
	assert_string_equal(e.code, "unknown_rule");
	json_add_str(doc, "base", "list_price");
	assert_int_equal(odoo_price_rule(doc, &r, &e), E_BUSY);
}

static void test_pricelist__what_is_in_force_is_asked_for(void **state)
{
	struct arena *a = arena_new();
	cJSON *domain = odoo_price_rules_domain((const int64_t[]){4, 9}, 2, 1798848000);

	(void)state;
	assert_string_equal(json_text(domain, a),
			    "[[\"pricelist_id\",\"in\",[4,9]],[\"min_quantity\",\"<=\",1],\"|\","
			    "[\"date_start\",\"=\",false],[\"date_start\",\"<=\",\"2027-01-02 "
			    "00:00:00\"],\"|\",[\"date_end\",\"=\",false],[\"date_end\",\">=\","
			    "\"2027-01-02 00:00:00\"]]");
	cJSON_Delete(domain);
	arena_free(a);
}

/* Each price is that of a plain walk through all rules in Odoo's order. */
static void test_pricelist__thousands_of_rules_give_the_same_price(void **state)
{
	enum { N = 4000 };
	struct odoo_price_rule *rule = calloc(N, sizeof(*rule));
	struct odoo_price_list list = {.id = 1, .name = "Web", .currency = "EUR"};
	struct odoo_price_lists l = {.host = "h", .list = &list, .n = 1, .digits = 0};
	struct arena *a = arena_new();
	struct err e;

	(void)state;
	assert_non_null(rule);
	for (int i = 0; i < N; i++)
		rule[i] = (struct odoo_price_rule){.id = i + 1,
						   .list = 1,
						   .on = i % 2 ? RULE_FOR_VARIANT
							       : RULE_FOR_TEMPLATE,
						   .variant = i % 2 ? i % 1500 : 0,
						   .template = i % 2 ? 0 : i % 300,
						   .fixed = {i + 1, 0}};
	assert_ok(odoo_price_lists_decide(&l, rule, N, a, &e), &e);
	for (int v = 0; v < 1600; v++) {
		struct odoo_goods g = shirt;
		struct decimal price;
		int64_t newest[2] = {0};

		g.variant = v;
		g.template = v % 400;
		for (int i = 0; i < N; i++)
			if (i % 2 ? i % 1500 == v : i % 300 == g.template)
				newest[i % 2] = i + 1;
		assert_ok(odoo_list_price(&l, &g, &price, &e), &e);
		assert_int_equal(price.units, newest[1] ? newest[1] : newest[0] ? newest[0] : 20);
	}
	free(rule);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pricelist__without_a_rule_the_public_price),
		cmocka_unit_test(test_pricelist__the_nearest_rule_counts_first),
		cmocka_unit_test(test_pricelist__the_deepest_category_counts_first),
		cmocka_unit_test(test_pricelist__then_the_higher_quantity_and_the_newer_rule),
		cmocka_unit_test(test_pricelist__a_variants_rule_may_name_its_product),
		cmocka_unit_test(test_pricelist__percentages),
		cmocka_unit_test(test_pricelist__formulas),
		cmocka_unit_test(test_pricelist__based_on_another_list),
		cmocka_unit_test(test_pricelist__a_circle_is_refused_by_name),
		cmocka_unit_test(test_pricelist__categories_in_a_circle_are_no_answer),
		cmocka_unit_test(test_pricelist__a_base_that_is_not_there),
		cmocka_unit_test(test_pricelist__nothing_is_converted),
		cmocka_unit_test(test_pricelist__a_rule_of_a_kind_that_is_not_known),
		cmocka_unit_test(test_pricelist__what_is_in_force_is_asked_for),
		cmocka_unit_test(test_pricelist__thousands_of_rules_give_the_same_price),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
