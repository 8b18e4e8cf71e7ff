#ifndef ERPSYNC_CONNECTORS_SHOPIFY_ADMIN_ORDERS_COLUMNS_H
#define ERPSYNC_CONNECTORS_SHOPIFY_ADMIN_ORDERS_COLUMNS_H

#include <stdbool.h>

#include "base/csvfile.h"
#include "base/err.h"
#include "files/guard.h"

/* The columns of Shopify's orders export that are read, whatever their place and spelling. */
enum admin_column {
	COL_NAME,
	COL_ID,
	COL_EMAIL,
	COL_PHONE,
	COL_FINANCIAL_STATUS,
	COL_PAID_AT,
	COL_FULFILLMENT_STATUS,
	COL_FULFILLED_AT,
	COL_CURRENCY,
	COL_SUBTOTAL,
	COL_SHIPPING,
	COL_TAXES,
	COL_TOTAL,
	COL_DUTIES,
	COL_DISCOUNT_CODE,
	COL_DISCOUNT_AMOUNT,
	COL_SHIPPING_METHOD,
	COL_CREATED_AT,
	COL_CANCELLED_AT,
	COL_LINE_QUANTITY,
	COL_LINE_NAME,
	COL_LINE_PRICE,
	COL_LINE_SKU,
	COL_LINE_SHIPS,
	COL_LINE_TAXABLE,
	COL_LINE_FULFILLMENT,
	COL_LINE_DISCOUNT,
	COL_VENDOR,
	COL_BILLING_NAME, /* the two addresses have the same columns in the same order */
	COL_BILLING_STREET,
	COL_BILLING_ADDRESS1,
	COL_BILLING_ADDRESS2,
	COL_BILLING_COMPANY,
	COL_BILLING_CITY,
	COL_BILLING_ZIP,
	COL_BILLING_PROVINCE,
	COL_BILLING_PROVINCE_NAME,
	COL_BILLING_COUNTRY,
	COL_BILLING_PHONE,
	COL_SHIPPING_NAME,
	COL_SHIPPING_STREET,
	COL_SHIPPING_ADDRESS1,
	COL_SHIPPING_ADDRESS2,
	COL_SHIPPING_COMPANY,
	COL_SHIPPING_CITY,
	COL_SHIPPING_ZIP,
	COL_SHIPPING_PROVINCE,
	COL_SHIPPING_PROVINCE_NAME,
	COL_SHIPPING_COUNTRY,
	COL_SHIPPING_PHONE,
	COL_NOTES,
	COL_NOTE_ATTRIBUTES,
	COL_PAYMENT_METHOD,
	COL_PAYMENT_REFERENCE,
	COL_PAYMENT_REFERENCES,
	COL_PAYMENT_ID,
	COL_PAYMENT_TERMS,
	COL_PAYMENT_DUE_AT,
	COL_REFUNDED,
	COL_OUTSTANDING,
	COL_LOCATION,
	COL_TAGS,
	COL_SOURCE,
	COL_TAX1_NAME, /* name and value of five taxes, one after the other */
	COL_TAX1_VALUE,
	COL_TAX2_NAME,
	COL_TAX2_VALUE,
	COL_TAX3_NAME,
	COL_TAX3_VALUE,
	COL_TAX4_NAME,
	COL_TAX4_VALUE,
	COL_TAX5_NAME,
	COL_TAX5_VALUE,
	COL_COUNT_,
};

struct admin_columns {
	int at[COL_COUNT_];           /* place in the row; -1: the file doesn't have it */
	size_t width;                 /* cells of the header */
	struct guard_numbers numbers; /* how amounts are written */
};

/*
 * Finds the columns in a header row. file is named in errors only. E_LOCAL "not_an_orders_export"
 * when a required column is missing, "bad_header" when one is there twice.
 */
MUST_CHECK enum errk admin_columns_match(const char *file, const struct csv_row *header,
					 char delimiter, struct admin_columns *out, struct err *e);
/* What its amounts show of how the file writes numbers: one column holds for the others. */
void admin_columns_numbers(struct admin_columns *c, const struct csv_reader *r);
/* It says something of the order, and not of one of its lines; its name and id are neither. */
bool admin_column_is_of_order(enum admin_column c);
bool admin_column_is_of_line(enum admin_column c);
const char *admin_column_title(enum admin_column c); /* as the current export spells it */

#endif
