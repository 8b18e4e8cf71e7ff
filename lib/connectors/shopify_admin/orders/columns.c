#include "connectors/shopify_admin/orders/columns.h"

#include "base/str.h"

#include "base/banned.h"

enum { NAMES_MAX = 4 };

/*
 * First the name that exports carry, then other spellings. Shopify Help Center, "Order CSV columns",
 * spells some columns differently from the files; files of older shops lack some.
 */
static const struct {
	bool required;
	const char *name[NAMES_MAX];
} columns[COL_COUNT_] = {
	[COL_NAME] = {true, {"Name", "Order name", "Order"}},
	[COL_ID] = {false, {"Id", "Order ID"}},
	[COL_EMAIL] = {false, {"Email", "Customer email"}},
	[COL_PHONE] = {false, {"Phone", "Customer phone"}},
	[COL_FINANCIAL_STATUS] = {true, {"Financial Status", "Payment status"}},
	[COL_PAID_AT] = {false, {"Paid at"}},
	[COL_FULFILLMENT_STATUS] = {false, {"Fulfillment Status", "Fulfilment Status"}},
	[COL_FULFILLED_AT] = {false, {"Fulfilled at"}},
	[COL_CURRENCY] = {true, {"Currency"}},
	[COL_SUBTOTAL] = {true, {"Subtotal"}},
	[COL_SHIPPING] = {true, {"Shipping"}},
	[COL_TAXES] = {true, {"Taxes"}},
	[COL_TOTAL] = {true, {"Total"}},
	[COL_DUTIES] = {false, {"Duties"}},
	[COL_DISCOUNT_CODE] = {false, {"Discount Code", "Discount Codes"}},
	[COL_DISCOUNT_AMOUNT] = {true, {"Discount Amount"}},
	[COL_SHIPPING_METHOD] = {false, {"Shipping Method"}},
	[COL_CREATED_AT] = {true, {"Created at"}},
	[COL_CANCELLED_AT] = {false, {"Cancelled at", "Canceled at"}},
	[COL_LINE_QUANTITY] = {true, {"Lineitem quantity"}},
	[COL_LINE_NAME] = {true, {"Lineitem name"}},
	[COL_LINE_PRICE] = {true, {"Lineitem price"}},
	[COL_LINE_SKU] = {true, {"Lineitem sku"}},
	[COL_LINE_SHIPS] = {false, {"Lineitem requires shipping"}},
	[COL_LINE_TAXABLE] = {false, {"Lineitem taxable"}},
	[COL_LINE_FULFILLMENT] = {false,
				  {"Lineitem fulfillment status", "Lineitem fulfilment status"}},
	[COL_LINE_DISCOUNT] = {false, {"Lineitem discount"}},
	[COL_VENDOR] = {false, {"Vendor", "Lineitem vendor"}},
	[COL_BILLING_NAME] = {false, {"Billing Name"}},
	[COL_BILLING_STREET] = {false, {"Billing Street"}},
	[COL_BILLING_ADDRESS1] = {false, {"Billing Address1", "Billing Address 1"}},
	[COL_BILLING_ADDRESS2] = {false, {"Billing Address2", "Billing Address 2"}},
	[COL_BILLING_COMPANY] = {false, {"Billing Company"}},
	[COL_BILLING_CITY] = {false, {"Billing City"}},
	[COL_BILLING_ZIP] = {false, {"Billing Zip", "Billing Postal code"}},
	[COL_BILLING_PROVINCE] = {false, {"Billing Province", "Billing Province Code"}},
	[COL_BILLING_PROVINCE_NAME] = {false, {"Billing Province Name"}},
	[COL_BILLING_COUNTRY] = {false, {"Billing Country", "Billing Country Code"}},
	[COL_BILLING_PHONE] = {false, {"Billing Phone"}},
	[COL_SHIPPING_NAME] = {false, {"Shipping Name"}},
	[COL_SHIPPING_STREET] = {false, {"Shipping Street"}},
	[COL_SHIPPING_ADDRESS1] = {false, {"Shipping Address1", "Shipping Address 1"}},
	[COL_SHIPPING_ADDRESS2] = {false, {"Shipping Address2", "Shipping Address 2"}},
	[COL_SHIPPING_COMPANY] = {false, {"Shipping Company"}},
	[COL_SHIPPING_CITY] = {false, {"Shipping City"}},
	[COL_SHIPPING_ZIP] = {false, {"Shipping Zip", "Shipping Postal code"}},
	[COL_SHIPPING_PROVINCE] = {false, {"Shipping Province", "Shipping Province Code"}},
	[COL_SHIPPING_PROVINCE_NAME] = {false, {"Shipping Province Name"}},
	[COL_SHIPPING_COUNTRY] = {false, {"Shipping Country", "Shipping Country Code"}},
	[COL_SHIPPING_PHONE] = {false, {"Shipping Phone"}},
	[COL_NOTES] = {false, {"Notes", "Note"}},
	[COL_NOTE_ATTRIBUTES] = {false, {"Note Attributes"}},
	[COL_PAYMENT_METHOD] = {false, {"Payment Method"}},
	[COL_PAYMENT_REFERENCE] = {false, {"Payment Reference", "Payment Reference (deprecated)"}},
	[COL_PAYMENT_REFERENCES] = {false, {"Payment References"}},
	[COL_PAYMENT_ID] = {false, {"Payment ID"}},
	[COL_PAYMENT_TERMS] = {false, {"Payment Terms Name", "Payment terms"}},
	[COL_PAYMENT_DUE_AT] = {false, {"Next Payment Due At"}},
	[COL_REFUNDED] = {false, {"Refunded Amount"}},
	[COL_OUTSTANDING] = {false, {"Outstanding Balance"}},
	[COL_LOCATION] = {false, {"Location"}},
	[COL_TAGS] = {false, {"Tags"}},
	[COL_SOURCE] = {false, {"Source"}},
	[COL_TAX1_NAME] = {false, {"Tax 1 Name"}},
	[COL_TAX1_VALUE] = {false, {"Tax 1 Value"}},
	[COL_TAX2_NAME] = {false, {"Tax 2 Name"}},
	[COL_TAX2_VALUE] = {false, {"Tax 2 Value"}},
	[COL_TAX3_NAME] = {false, {"Tax 3 Name"}},
	[COL_TAX3_VALUE] = {false, {"Tax 3 Value"}},
	[COL_TAX4_NAME] = {false, {"Tax 4 Name"}},
	[COL_TAX4_VALUE] = {false, {"Tax 4 Value"}},
	[COL_TAX5_NAME] = {false, {"Tax 5 Name"}},
	[COL_TAX5_VALUE] = {false, {"Tax 5 Value"}},
};

const char *admin_column_title(enum admin_column c)
{
	return columns[c].name[0];
}

bool admin_column_is_of_order(enum admin_column c)
{
	return c != COL_NAME && c != COL_ID && !admin_column_is_of_line(c);
}

bool admin_column_is_of_line(enum admin_column c)
{
	return (c >= COL_LINE_QUANTITY && c <= COL_LINE_DISCOUNT) || c == COL_VENDOR;
}

/* The column that a header cell names; COL_COUNT_ if it is none of ours. */
static enum admin_column find(const char *title)
{
	for (enum admin_column c = 0; c < COL_COUNT_; c++)
		for (size_t i = 0; i < NAMES_MAX && columns[c].name[i]; i++)
			if (str_equal_nocase(title, columns[c].name[i]))
				return c;
	return COL_COUNT_;
}

void admin_columns_numbers(struct admin_columns *c, const struct csv_reader *r)
{
	static const enum admin_column amounts[] = {COL_SUBTOTAL,        COL_SHIPPING,
						    COL_TAXES,           COL_TOTAL,
						    COL_DISCOUNT_AMOUNT, COL_LINE_PRICE,
						    COL_LINE_DISCOUNT,   COL_REFUNDED,
						    COL_OUTSTANDING,     COL_DUTIES,
						    COL_TAX1_VALUE,      COL_TAX2_VALUE,
						    COL_TAX3_VALUE,      COL_TAX4_VALUE,
						    COL_TAX5_VALUE};
	int at[sizeof(amounts) / sizeof(amounts[0])];

	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++)
		at[i] = c->at[amounts[i]];
	c->numbers = guard_numbers(r, at, sizeof(at) / sizeof(at[0]));
}

enum errk admin_columns_match(const char *file, const struct csv_row *header, char delimiter,
			      struct admin_columns *out, struct err *e)
{
	struct admin_columns found = {.width = header->n, .numbers = {.comma = delimiter == ';'}};

	for (enum admin_column c = 0; c < COL_COUNT_; c++)
		found.at[c] = -1;
	for (size_t i = 0; i < header->n; i++) {
		enum admin_column c = find(header->cell[i]);

		if (c == COL_COUNT_)
			continue;
		if (found.at[c] >= 0)
			return err_set(e, E_LOCAL, "bad_header",
				       "%s: column '%s' is there twice (%d and %zu)", file,
				       header->cell[i], found.at[c] + 1, i + 1);
		found.at[c] = (int)i;
	}
	for (enum admin_column c = 0; c < COL_COUNT_; c++)
		if (columns[c].required && found.at[c] < 0)
			return err_set(e, E_LOCAL, "not_an_orders_export",
				       "%s: column '%s' is missing; this is not an orders export "
				       "of Shopify (Orders > Export) as it was downloaded",
				       file, admin_column_title(c));
	*out = found;
	return E_OK;
}
