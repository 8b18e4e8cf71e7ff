#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/json.h"
#include "base/str.h"
#include "model/order_sums.h"
#include "map/canonical.h"

static cJSON *parse(const char *text)
{
	struct err e;
	cJSON *doc = NULL;

	assert_int_equal(json_parse(text, strlen(text), &doc, &e), E_OK);
	return doc;
}

static void says(const cJSON *doc, const char *path, const char *text)
{
	const char *got = json_str(doc, path);

	if (!got || strcmp(got, text) != 0)
		fail_msg("%s is %s, not %s", path, got ? got : "missing", text);
}

#define LINE(more)                                                                                              \
	"{\"unit_price\":\"10.005\",\"quantity\":3,\"discounts\":[{\"amount\":\"5.0\"},{\"amount\":\"-0.5\"}]," \
	"\"taxes\":[{\"rate\":\"0.200\",\"amount\":\"5.1\"}]" more "}"
#define REST                                                                            \
	",\"shipping_lines\":[{\"price\":\"4.9\",\"discounts\":[{\"amount\":\"0.9\"}]," \
	"\"taxes\":[{\"amount\":\"0.8\",\"rate\":null}]}],"                             \
	"\"fees\":[{\"amount\":\"2\",\"taxes\":[{\"amount\":\"0.4\"}]}]"

static void test_order_sums__prices_without_tax(void **state)
{
	CLEANUP(json)
	cJSON *doc = parse(
		"{\"currency\":\"EUR\",\"prices_include_tax\":false,\"tax_detail\":\"line\","
		"\"lines\":[" LINE(
			",\"duties\":[{\"amount\":\"3.1\",\"taxes\":[{\"amount\":\"0.62\"}]}]") "]" REST
												",\"taxes\":[{\"amount\":\"99\"}],\"totals\":{\"total\":\"41.54\",\"tip\":\"1\"}}");
	struct err e = {0};

	(void)state;
	assert_int_equal(order_sums(doc, &e), E_OK);
	says(doc, "lines[0].unit_price", "10.005");
	says(doc, "lines[0].gross_total", "30.015");
	says(doc, "lines[0].discounts[0].amount", "5.00");
	says(doc, "lines[0].taxes[0].rate", "0.2");
	says(doc, "lines[0].discount_total", "4.50");
	says(doc, "lines[0].net_total", "25.515");
	says(doc, "lines[0].tax_total", "5.10");
	says(doc, "lines[0].total", "30.615");
	says(doc, "shipping_lines[0].total", "4.80");
	says(doc, "fees[0].total", "2.40");
	says(doc, "totals.lines", "25.515");
	says(doc, "totals.discount", "5.40");
	says(doc, "totals.shipping", "4.00");
	says(doc, "totals.shipping_tax", "0.80");
	says(doc, "totals.shipping_charged", "4.80");
	says(doc, "totals.duties", "3.10");
	says(doc, "totals.duties_charged", "3.72");
	says(doc, "totals.fees", "2.00");
	says(doc, "totals.fees_charged", "2.40");
	says(doc, "totals.tax", "6.92");
	says(doc, "totals.order_tax", "0.00");
	says(doc, "totals.tip", "1.00");
	says(doc, "totals.cash_rounding", "0.00");
	says(doc, "totals.rounding", "-0.995");
}

static void test_order_sums__contained_tax_and_duties_add_nothing(void **state)
{
	CLEANUP(json)
	cJSON *doc = parse(
		"{\"currency\":\"JPY\",\"prices_include_tax\":true,\"duties_included\":true,\"tax_detail\":\"line\","
		"\"lines\":[{\"unit_price\":\"500.00\",\"quantity\":2,\"taxes\":[{\"amount\":\"90.0\"}],"
		"\"duties\":[{\"amount\":\"7\"}]}],\"totals\":{\"total\":\"1001\",\"cash_rounding\":\"1\"}}");
	struct err e = {0};

	(void)state;
	assert_int_equal(order_sums(doc, &e), E_OK);
	says(doc, "lines[0].unit_price", "500");
	says(doc, "lines[0].total", "1000");
	says(doc, "totals.tax", "90");
	says(doc, "totals.duties", "7");
	says(doc, "totals.duties_charged", "0");
	says(doc, "totals.rounding", "0");
	assert_null(json_at(doc, "fees"));
}

static void test_order_sums__tax_of_the_whole_order(void **state)
{
	CLEANUP(json)
	cJSON *doc = parse(
		"{\"currency\":\"KWD\",\"prices_include_tax\":false,\"tax_detail\":\"order\","
		"\"lines\":[{\"unit_price\":\"1.5\",\"quantity\":1,\"taxes\":[]}],"
		"\"taxes\":[{\"amount\":\"0.3\"}],\"totals\":{\"total\":\"1.8\"}}");
	struct err e = {0};

	(void)state;
	assert_int_equal(order_sums(doc, &e), E_OK);
	says(doc, "lines[0].total", "1.500");
	says(doc, "lines[0].tax_total", "0.000");
	says(doc, "totals.order_tax", "0.300");
	says(doc, "totals.tax", "0.300");
	says(doc, "totals.rounding", "0.000");
}

static void refused(const char *text, const char *msg)
{
	CLEANUP(json) cJSON *doc = parse(text);
	struct err e = {0};

	assert_int_equal(order_sums(doc, &e), E_RECORD);
	assert_string_equal(e.msg, msg);
	assert_string_equal(e.code, "bad_document");
}

#define HEAD(detail) \
	"{\"currency\":\"EUR\",\"tax_detail\":\"" detail "\",\"totals\":{\"total\":\"1\"},"

static void test_order_sums__what_is_wrong_is_named(void **state)
{
	(void)state;
	refused("{\"totals\":{\"total\":\"1\"}}", "tax_detail: must be 'line' or 'order'");
	refused("{\"tax_detail\":\"line\"}", "totals: is missing");
	refused("{\"tax_detail\":\"line\",\"totals\":{}}", "totals.total: is missing");
	refused(HEAD("line") "\"lines\":[{},{}]}", "lines[0].unit_price (line 1): is missing");
	refused(HEAD("line") "\"lines\":[{\"unit_price\":\"1\"}]}",
		"lines[0].quantity (line 1): is missing or no whole number");
	refused(HEAD("line") "\"lines\":[{\"unit_price\":\"1\",\"quantity\":1,\"discounts\":"
			     "[{\"amount\":\"1\"},{\"amount\":\"1,5\"}]}]}",
		"lines[0].discounts[1].amount (line 1): '1,5' is not a number");
	refused(HEAD("line") "\"shipping_lines\":[{\"price\":5}]}",
		"shipping_lines[0].price (shipping_line 1): is not a text with a decimal number");
	refused(HEAD("order") "\"lines\":[{\"unit_price\":\"1\",\"quantity\":1,\"taxes\":"
			      "[{\"amount\":\"1\"}]}]}",
		"lines[0].taxes (line 1): must be empty when tax_detail is 'order'");
	refused(HEAD("line") "\"refunds\":[{\"amount\":null}]}",
		"refunds[0].amount (refund 1): is not a text with a decimal number");
}

/* The independent check agrees, and a second call changes nothing. */
static void test_order_sums__the_examples_stay_as_they_are(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const char *dir = "mappings/canonical/examples";
	struct file_entry *files;
	struct err e = {0};
	size_t n, len;

	(void)state;
	assert_int_equal(dir_list(dir, a, &files, &n, &e), E_OK);
	for (size_t i = 0; i < n; i++) {
		CLEANUP(json) cJSON *doc = NULL;
		char *text, *before;

		if (!str_starts(files[i].name, "order-"))
			continue;
		assert_int_equal(file_read(path_join(a, dir, files[i].name), 1 << 20, a, &text,
					   &len, &e),
				 E_OK);
		assert_int_equal(json_parse(text, len, &doc, &e), E_OK);
		before = json_text(doc, a);
		assert_int_equal(order_sums(doc, &e), E_OK);
		assert_string_equal(json_text(doc, a), before);
		assert_int_equal(canonical_sums(doc, &e), E_OK);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_sums__prices_without_tax),
		cmocka_unit_test(test_order_sums__contained_tax_and_duties_add_nothing),
		cmocka_unit_test(test_order_sums__tax_of_the_whole_order),
		cmocka_unit_test(test_order_sums__what_is_wrong_is_named),
		cmocka_unit_test(test_order_sums__the_examples_stay_as_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
