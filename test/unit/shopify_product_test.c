#include "base_test.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "connectors/shopify/products/products.h"

static cJSON *parsed(const char *text)
{
	cJSON *doc = NULL;
	struct err e = {0};

	assert_ok(json_parse(text, strlen(text), &doc, &e), &e);
	return doc;
}

static void test_values__are_equal_when_they_mean_the_same(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();

	(void)state;
	assert_string_equal(product_decimal_text("4.2000", a), "4.2");
	assert_string_equal(product_decimal_text("12", a), "12");
	assert_string_equal(product_decimal_text(NULL, a), "");
}

static void tags(const char *list, const char *expected)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(json) cJSON *doc = parsed(list);

	assert_string_equal(product_tags_text(doc, a), expected);
}

static void test_tags__as_the_shop_keeps_them(void **state)
{
	(void)state;
	tags("[]", "");
	tags("[\"new\", \"Gift\"]", "Gift, new");
	tags("[\" new , Gift\", \"NEW\", \"\", \",\"]", "Gift, new");
}

static void weight(const char *value, const char *unit, const char *expected)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(json)
	cJSON *doc = parsed(
		arena_printf(a,
			     "{\"sku\": null, \"barcode\": null, \"price\": \"1\", "
			     "\"compareAtPrice\": null, \"inventoryItem\": {\"tracked\": "
			     "true, \"requiresShipping\": true, \"unitCost\": null, "
			     "\"measurement\": {\"weight\": {\"value\": %s, \"unit\": "
			     "\"%s\"}}}}",
			     value, unit));
	struct product_values v = {0};

	struct answer in = answer_of(E_BUSY, "variants");
	struct err e;

	in.whole = true;
	product_take_variant_values(&in, doc, &v, a);
	assert_int_equal(answer_end(&in, &e), E_OK);
	assert_string_equal(v.text[FIELD_WEIGHT], expected);
}

static void test_weight__is_in_kilograms(void **state)
{
	(void)state;
	weight("0.35", "KILOGRAMS", "0.35");
	weight("350", "GRAMS", "0.35");
	weight("1.5", "GRAMS", "0.0015");
	weight("0", "POUNDS", "0");
	weight("2.5", "POUNDS", "2.5 POUNDS");
}

static void test_input__clears_what_is_none_and_keeps_numbers(void **state)
{
	CLEANUP(json) cJSON *input = json_object();
	CLEANUP(arena) struct arena *a = arena_new();

	(void)state;
	product_add_variant_field(input, FIELD_SKU, "A");
	product_add_variant_field(input, FIELD_BARCODE, "");
	product_add_variant_field(input, FIELD_COMPARE_AT_PRICE, "");
	product_add_variant_field(input, FIELD_COST, "");
	product_add_variant_field(input, FIELD_WEIGHT, "0.1");
	product_add_variant_field(input, FIELD_TRACKED, "true");
	assert_string_equal(json_text(input, a),
			    "{\"inventoryItem\":{\"sku\":\"A\",\"cost\":null,\"measurement\":"
			    "{\"weight\":{\"value\":0.1,\"unit\":\"KILOGRAMS\"}},\"tracked\":true},"
			    "\"barcode\":null,\"compareAtPrice\":null}");
}

static void test_memo__is_read_as_it_was_written(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct product_variant first[2] = {{.id = "57", .shop_id = "gid://v/1"}, {.id = "58"}};
	struct product_variant second[2] = {{.id = "57"}, {.id = "58"}};
	struct product_item was = {.variant = first, .n_variants = 2},
			    is = {.variant = second, .n_variants = 2};
	struct put_item put = {0};

	(void)state;
	was.base[FIELD_TITLE] = (struct product_base){"Mug", "Mug"};
	was.base[FIELD_TAGS] = (struct product_base){"", ""};
	was.status_was = "ACTIVE";
	was.status_set = "ARCHIVED";
	first[0].base[FIELD_PRICE] = (struct product_base){"1.999", "2"};
	put.kept = product_baseline_text(&was, a);
	is.put = &put;
	product_read_baseline(&is, a);
	assert_string_equal(is.base[FIELD_TITLE].erp, "Mug");
	assert_string_equal(is.base[FIELD_TAGS].store, "");
	assert_null(is.base[FIELD_VENDOR].erp);
	assert_string_equal(is.status_was, "ACTIVE");
	assert_string_equal(is.status_set, "ARCHIVED");
	assert_string_equal(second[0].shop_id, "gid://v/1");
	assert_string_equal(second[0].base[FIELD_PRICE].erp, "1.999");
	assert_string_equal(second[0].base[FIELD_PRICE].store, "2");
	assert_null(second[1].shop_id);
	/* What can't be read is no kept. */
	put.kept = "{";
	second[0].shop_id = NULL;
	product_read_baseline(&is, a);
	assert_null(second[0].shop_id);
}

static void test_short__long_texts_are_known_by_their_hash(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	char text[200];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[80] = '\0';
	assert_ptr_equal(product_short(text, a), text);
	text[80] = 'x';
	text[199] = '\0';
	assert_int_equal(strlen(product_short(text, a)), strlen("sha256:") + 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values__are_equal_when_they_mean_the_same),
		cmocka_unit_test(test_tags__as_the_shop_keeps_them),
		cmocka_unit_test(test_weight__is_in_kilograms),
		cmocka_unit_test(test_input__clears_what_is_none_and_keeps_numbers),
		cmocka_unit_test(test_memo__is_read_as_it_was_written),
		cmocka_unit_test(test_short__long_texts_are_known_by_their_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
