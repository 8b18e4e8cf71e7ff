#ifndef ERPSYNC_CONNECTORS_SHOPIFY_ADMIN_ORDERS_PRIV_H
#define ERPSYNC_CONNECTORS_SHOPIFY_ADMIN_ORDERS_PRIV_H

#include "connectors/shopify_admin/orders/cells.h"

/* The document of rows that are one order. E_RECORD. */
MUST_CHECK enum errk admin_order_build(const struct admin_order_rows *o, const char *id,
				       struct arena *a, cJSON **out, struct err *e);
/* They tell their name. */
bool admin_order_is_named(const struct admin_order_rows *o);
/* The parts of the document; each adds its fields to doc. E_RECORD "bad_cell" and the like. */
MUST_CHECK enum errk admin_order_add_parties(cJSON *doc, const struct admin_order_rows *o,
					     struct arena *a, struct err *e);
/* lines, shipping_lines, fees, taxes, discounts, prices_include_tax, totals.total. */
MUST_CHECK enum errk admin_order_add_items(cJSON *doc, const struct admin_order_rows *o,
					   const char *id, struct arena *a, struct err *e);
/* transactions, payment_gateways, payment_terms and totals.paid, refunded, outstanding. */
MUST_CHECK enum errk admin_order_add_payment(cJSON *doc, const struct admin_order_rows *o,
					     struct arena *a, struct err *e);
MUST_CHECK enum errk admin_order_add_taxes(cJSON *doc, const struct admin_order_rows *o,
					   struct arena *a, struct err *e);
void admin_order_add_discounts(cJSON *doc, const struct admin_order_rows *o,
			       struct decimal on_items, struct decimal on_shipping,
			       struct arena *a);
/* The code to name on a share of a discount: NULL unless there is exactly one. */
const char *admin_order_single_code(const struct admin_order_rows *o, struct arena *a,
				    const char **title);

#endif
