#include "base_test.h"

#include "connectors/shopify_admin/orders/columns.h"

static const char *const required[] = {
	"Name",          "Financial Status",
	"Currency",      "Subtotal",
	"Shipping",      "Taxes",
	"Total",         "Discount Amount",
	"Created at",    "Lineitem quantity",
	"Lineitem name", "Lineitem price",
	"Lineitem sku",
};
enum { REQUIRED = sizeof(required) / sizeof(required[0]) };

static struct csv_row header_of(const char *const *cell, size_t n)
{
	return (struct csv_row){.n = n, .cell = cell, .line = 1};
}

static void test_admin_columns__required_ones_suffice(void **state)
{
	struct csv_row header = header_of(required, REQUIRED);
	struct admin_columns c;
	struct err e;

	(void)state;
	assert_ok(admin_columns_match("a.csv", &header, ',', &c, &e), &e);
	assert_int_equal(c.at[COL_NAME], 0);
	assert_int_equal(c.at[COL_LINE_SKU], 12);
	assert_int_equal(c.at[COL_ID], -1);
	assert_int_equal(c.width, REQUIRED);
	assert_false(c.numbers.comma);
	assert_ok(admin_columns_match("a.csv", &header, ';', &c, &e), &e);
	assert_true(c.numbers.comma);
}

static void test_admin_columns__each_missing_one_is_named(void **state)
{
	(void)state;
	for (size_t left_out = 0; left_out < REQUIRED; left_out++) {
		const char *cell[REQUIRED];
		struct csv_row header;
		struct admin_columns c = {.width = 77};
		struct err e;
		size_t n = 0;

		for (size_t i = 0; i < REQUIRED; i++)
			if (i != left_out)
				cell[n++] = required[i];
		header = header_of(cell, n);
		assert_int_equal(admin_columns_match("x.csv", &header, ',', &c, &e), E_LOCAL);
		assert_string_equal(e.code, "not_an_orders_export");
		assert_contains(e.msg, "x.csv");
		assert_contains(e.msg, required[left_out]);
		assert_int_equal(c.width, 77);
	}
}

static void test_admin_columns__spellings(void **state)
{
	static const struct {
		const char *title;
		enum admin_column column;
	} spelled[] = {
		{"Canceled at", COL_CANCELLED_AT},
		{"CANCELLED AT", COL_CANCELLED_AT},
		{"Payment terms", COL_PAYMENT_TERMS},
		{"Payment Terms Name", COL_PAYMENT_TERMS},
		{"Next payment due at", COL_PAYMENT_DUE_AT},
		{"Payment Reference (deprecated)", COL_PAYMENT_REFERENCE},
		{"Fulfilment status", COL_FULFILLMENT_STATUS},
		{"billing address 1", COL_BILLING_ADDRESS1},
		{"ID", COL_ID},
		{"Tax 5 Value", COL_TAX5_VALUE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(spelled) / sizeof(spelled[0]); i++) {
		const char *cell[REQUIRED + 2];
		struct csv_row header = header_of(cell, REQUIRED + 2);
		struct admin_columns c;
		struct err e;

		memcpy(cell, required, sizeof(required));
		cell[REQUIRED] = "Something new";
		cell[REQUIRED + 1] = spelled[i].title;
		assert_ok(admin_columns_match("a.csv", &header, ',', &c, &e), &e);
		assert_int_equal(c.at[spelled[i].column], REQUIRED + 1);
	}
}

static void test_admin_columns__a_column_twice_is_refused(void **state)
{
	const char *cell[REQUIRED + 1];
	struct csv_row header = header_of(cell, REQUIRED + 1);
	struct admin_columns c;
	struct err e;

	(void)state;
	memcpy(cell, required, sizeof(required));
	cell[REQUIRED] = "TOTAL";
	assert_int_equal(admin_columns_match("a.csv", &header, ',', &c, &e), E_LOCAL);
	assert_string_equal(e.code, "bad_header");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_admin_columns__required_ones_suffice),
		cmocka_unit_test(test_admin_columns__each_missing_one_is_named),
		cmocka_unit_test(test_admin_columns__spellings),
		cmocka_unit_test(test_admin_columns__a_column_twice_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
