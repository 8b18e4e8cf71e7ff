#ifndef ERPSYNC_CONNECTORS_SHOPIFY_ADMIN_ORDERS_MONEY_H
#define ERPSYNC_CONNECTORS_SHOPIFY_ADMIN_ORDERS_MONEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/decimal.h"

/*
 * What the amounts of an export mean. The columns leave open whether prices contain tax, whether
 * "Discount Amount" repeats the line discounts, whether a part of it went to shipping, and whether
 * tips are in "Subtotal"; Shopify Help Center, "Order CSV columns", does not settle it. The
 * reading is chosen by which the order's own figures add up: the lines to Subtotal, and
 * everything to Total.
 */
struct admin_money_line {
	int64_t quantity;
	struct decimal price, discount; /* cells: unit price before discounts, Lineitem discount */
	bool tip;
	struct decimal own_discount;   /* out: of this line */
	struct decimal order_discount; /* out: its share of the order's discount */
};

struct admin_money {
	const char *currency;
	struct decimal subtotal, shipping, taxes, duties, total, discount;
	bool ships; /* there is a shipping method or a charge */
	struct admin_money_line *line;
	size_t n;
	struct decimal shipping_price,
		shipping_discount; /* out: before discount; what it took off */
	bool prices_include_tax;   /* out */
	struct decimal lines_sum;  /* out: all lines before discounts */
	bool lines_short;          /* out: that is less than Subtotal, which no discount explains */
};

/*
 * Fills the out fields. If no reading adds up, the likeliest is used: the difference stays visible
 * in the document's sums, which are checked before anything is written. E_RECORD: overflow.
 */
MUST_CHECK enum errk admin_money_read(struct admin_money *m, struct arena *a, struct err *e);

#endif
