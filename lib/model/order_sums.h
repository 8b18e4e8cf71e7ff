#ifndef ERPSYNC_MODEL_ORDER_SUMS_H
#define ERPSYNC_MODEL_ORDER_SUMS_H

#include <cjson/cJSON.h>

#include "base/err.h"

/*
 * The arithmetic of a canonical order, shared by all connectors that read orders. A reader fills
 * in what its source says and calls this last:
 *
 *	currency, prices_include_tax, duties_included, tax_detail
 *	lines[]           unit_price, quantity, discounts[].amount, taxes[].amount, duties[].amount,
 *	                  duties[].taxes[].amount
 *	shipping_lines[]  price, discounts[].amount, taxes[].amount
 *	fees[]            amount, taxes[].amount
 *	taxes[].amount    (the parts of the sum only when tax_detail is "order")
 *	totals.total      what the source says the order costs
 *	totals.tip, totals.cash_rounding   missing = 0
 *
 * and gets, exactly and replaced if already there:
 *
 *	lines[]           gross_total, discount_total, net_total, tax_total, total
 *	shipping_lines[]  discount_total, net_total, tax_total, total
 *	fees[]            tax_total, total
 *	totals            lines, discount, shipping, shipping_tax, tax, duties, fees,
 *	                  shipping_charged, duties_charged, fees_charged, order_tax, rounding,
 *	                  tip and cash_rounding when missing
 *
 * rounding is whatever the parts leave of totals.total; whether it is too large is for
 * canonical_sums() to say. Every amount of the document, given or computed, is written with at
 * least the minor digits of its currency and no more trailing zeros than that ("24.9" -> "24.90",
 * JPY "500.00" -> "500", "0.125" stays); rates are written short ("0.20" -> "0.2"). A missing
 * array counts as empty and is not added. Also good for a second call: the result is the same.
 *
 * E_RECORD "bad_document" naming the path: an amount that is missing or no decimal, a quantity
 * that is no whole number, tax_detail neither "line" nor "order", taxes on a line, shipping line,
 * fee or duty although tax_detail is "order". The document may then be partly filled: drop it.
 */
MUST_CHECK enum errk order_sums(cJSON *order, struct err *e);

#endif
