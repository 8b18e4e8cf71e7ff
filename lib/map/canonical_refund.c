#include "map/canonical_priv.h"

/*
 * What the store gives back of an order, one event of its books each, but for what was taken out before it was shipped: that is no
 * longer in the order (see canonical_order.c). An order's totals.total less the totals of its refunds is what it costs now.
 */
#define T        CANONICAL_TEXT
#define I        CANONICAL_ID
#define D        CANONICAL_DECIMAL
#define N        CANONICAL_COUNT
#define B        CANONICAL_BOOL
#define W        CANONICAL_TIME
#define O        CANONICAL_OBJECT
#define A        CANONICAL_ARRAY
#define MUST     true
#define MAY      false
#define PERSONAL true
#define OPEN     false

const struct canonical_field canonical_refund[] = {
	{"kind", I, MUST, OPEN, "refund", "always \"refund\""},
	{"source", I, MUST, OPEN, "shopify", "the connector that read it"},
	{"id", I, MUST, OPEN, "gid://shopify/SalesAgreement/62",
	 "the event in the order's books; one document of the ERP each"},
	{"name", I, MUST, OPEN, "#1001-R1",
	 "the order's name and the number of the event among its refunds and returns"},
	{"order", O, MUST, OPEN, NULL, "what it belongs to"},
	{"order.id", I, MUST, OPEN, "gid://shopify/Order/1", NULL},
	{"order.legacy_id", T, MAY, OPEN, "5678901234", "numeric id"},
	{"order.name", I, MUST, OPEN, "#1001", NULL},
	{"order.created_at", W, MUST, OPEN, "2026-11-23T09:45:00Z", NULL},
	{"order.tax_country", T, MAY, OPEN, "FR",
	 "whose taxes they are: of its shipping address, else of its billing address"},
	{"reason", I, MUST, OPEN, "refund",
	 "refund: money, with goods or without; return: goods that came back by a return of the store"},
	{"refund_id", T, MAY, OPEN, "gid://shopify/Refund/7", "of a refund"},
	{"happened_at", W, MUST, OPEN, "2026-11-27T10:00:00Z", "document date"},
	{"happened_on", T, MAY, OPEN, "2026-11-27", "its day in the shop's time zone"},
	{"updated_at", W, MAY, OPEN, "2026-11-27T10:00:05Z", "of the order"},
	{"test", B, MUST, OPEN, "false", "of a test order"},
	{"currency", I, MUST, OPEN, "EUR", "ISO 4217; every amount of this document"},
	{"shop_currency", I, MUST, OPEN, "EUR", "the store's own currency"},
	{"presentment_currency", I, MUST, OPEN, "EUR", "what the buyer saw and paid"},
	{"prices_include_tax", B, MUST, OPEN, "true", "of the order"},

	{"lines", A, MUST, OPEN, NULL, "what is given back; empty: only money moved"},
	{"lines[].id", I, MUST, OPEN, "gid://shopify/Sale/81", "of the entry in the books"},
	{"lines[].kind", I, MUST, OPEN, "product",
	 "product, gift_card, tip, custom, shipping, duty, fee or adjustment"},
	{"lines[].line_id", T, MAY, OPEN, "gid://shopify/LineItem/11",
	 "the order's line that it is of; null: of none"},
	{"lines[].sku", T, MAY, OPEN, "TEE-M", "as at the time of sale; null if none"},
	{"lines[].title", T, MUST, OPEN, "T-shirt", NULL},
	{"lines[].variant_title", T, MAY, OPEN, "M / blue", NULL},
	{"lines[].product_id", T, MAY, OPEN, "gid://shopify/Product/21", NULL},
	{"lines[].variant_id", T, MAY, OPEN, "gid://shopify/ProductVariant/31", NULL},
	{"lines[].quantity", N, MUST, OPEN, "1", "units that are given back; 0 = only money"},
	{"lines[].restock", T, MAY, OPEN, "return",
	 "return: they are in stock again; no_restock: they are not; null where the source can't say"},
	{"lines[].location", O, MAY, OPEN, NULL, "where they are in stock again"},
	{"lines[].location.id", I, MUST, OPEN, "gid://shopify/Location/8", NULL},
	{"lines[].location.name", T, MAY, OPEN, "Lyon", NULL},
	{"lines[].total", D, MUST, OPEN, "24.98",
	 "what is credited, tax included whatever prices do; below zero = kept back (a fee)"},
	{"lines[].tax_total", D, MUST, OPEN, "4.16", "sum of taxes"},
	{"lines[].taxes", A, MUST, OPEN, NULL, "the share of each tax, as the store booked it"},
	{"lines[].taxes[].title", T, MUST, OPEN, "FR TVA", "name of the tax"},
	{"lines[].taxes[].rate", D, MAY, OPEN, "0.2",
	 "as a fraction of 1; null if the source has none"},
	{"lines[].taxes[].amount", D, MUST, OPEN, "4.16", "tax amount"},
	{"lines[].taxes[].channel_liable", B, MAY, OPEN, "false", "a marketplace remits this tax"},

	{"totals", O, MUST, OPEN, NULL, NULL},
	{"totals.total", D, MUST, OPEN, "24.98", "sum of lines[].total"},
	{"totals.tax", D, MUST, OPEN, "4.16", "sum of lines[].tax_total"},
	{"totals.paid", D, MUST, OPEN, "24.98",
	 "money that has gone back: of transactions that succeeded, without their removed_amount"},
	{"totals.pending", D, MUST, OPEN, "0.00", "the same of those that are still under way"},
	{"totals.shop_total", D, MAY, OPEN, "24.98", "total in shop_currency"},

	{"transactions", A, MUST, OPEN, NULL, "money back, whether it has arrived or not"},
	{"transactions[].id", I, MUST, OPEN, "gid://shopify/OrderTransaction/91", NULL},
	{"transactions[].kind", T, MUST, OPEN, "refund", "lower case"},
	{"transactions[].status", T, MUST, OPEN, "success",
	 "lower case; only success has moved money"},
	{"transactions[].gateway", T, MAY, OPEN, "shopify_payments", NULL},
	{"transactions[].payment_id", T, MAY, OPEN, "c123.1", NULL},
	{"transactions[].created_at", W, MAY, OPEN, "2026-11-27T10:00:00Z", NULL},
	{"transactions[].processed_at", W, MAY, OPEN, "2026-11-27T10:00:02Z", NULL},
	{"transactions[].processed_on", T, MAY, OPEN, "2026-11-27",
	 "its day in the shop's time zone"},
	{"transactions[].amount", D, MUST, OPEN, "24.98", NULL},
	{"transactions[].removed_amount", D, MAY, OPEN, NULL,
	 "how much of it is for what was taken out before it was shipped: that is no part of this refund"},
	{"transactions[].parent_id", T, MAY, OPEN, "gid://shopify/OrderTransaction/90",
	 "the payment that it gives back"},
	{"note", T, MAY, PERSONAL, NULL, "what people wrote about it"},
	{0},
};
