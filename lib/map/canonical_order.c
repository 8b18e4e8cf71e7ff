#include "map/canonical_priv.h"
#include "map/canonical_short.h"

/*
 * Money fields are in the document's one currency (`currency`). "As sold" values: an order keeps
 * what was sold; refunds travel as their own documents, current_* fields say what is left.
 */

#define TAXES(prefix)                                                                              \
	{prefix, A, MUST, OPEN, NULL, "tax lines as the store computed them; never recomputed"},   \
		{prefix "[].title", T, MUST, OPEN, "FR TVA", "name of the tax"},                   \
		{prefix "[].rate",                                                                 \
		 D,                                                                                \
		 MAY,                                                                              \
		 OPEN,                                                                             \
		 "0.2",                                                                            \
		 "as a fraction of 1; null if the source has none"},                               \
		{prefix "[].amount", D, MUST, OPEN, "4.17", "tax amount"},                         \
	{                                                                                          \
		prefix "[].channel_liable", B, MAY, OPEN, "false", "a marketplace remits this tax" \
	}

#define DISCOUNTS(prefix)                                                                        \
	{prefix, A, MUST, OPEN, NULL, "every share of a discount, order-level ones included"},   \
		{prefix "[].amount",                                                             \
		 D,                                                                              \
		 MUST,                                                                           \
		 OPEN,                                                                           \
		 "5.00",                                                                         \
		 "what it takes off; negative = a surcharge"},                                   \
		{prefix "[].code", T, MAY, OPEN, "SUMMER", "discount code, if one was entered"}, \
		{prefix "[].title",                                                              \
		 T,                                                                              \
		 MAY,                                                                            \
		 OPEN,                                                                           \
		 "Summer sale",                                                                  \
		 "name of an automatic or manual one"},                                          \
	{                                                                                        \
		prefix "[].scope", T, MAY, OPEN, "order", "line, order or shipping"              \
	}

#define ADDRESS(prefix)                                                                          \
	{prefix, O, MAY, OPEN, NULL, "null for digital or till orders"},                         \
		{prefix ".first_name", T, MAY, PERSONAL, "Anne", NULL},                          \
		{prefix ".last_name", T, MAY, PERSONAL, "Weber", NULL},                          \
		{prefix ".company", T, MAY, PERSONAL, "Weber SARL", NULL},                       \
		{prefix ".address1", T, MAY, PERSONAL, "1 rue de la Paix", NULL},                \
		{prefix ".address2", T, MAY, PERSONAL, "2e étage", NULL},                        \
		{prefix ".city", T, MAY, PERSONAL, "Paris", NULL},                               \
		{prefix ".zip", T, MAY, PERSONAL, "75008", "text: leading zeros count"},         \
		{prefix ".province", T, MAY, OPEN, "California", NULL},                          \
		{prefix ".province_code", T, MAY, OPEN, "CA", "ISO 3166-2 without the country"}, \
		{prefix ".country_code", T, MAY, OPEN, "FR", "ISO 3166-1 alpha-2"},              \
	{                                                                                        \
		prefix ".phone", T, MAY, PERSONAL, "+33142000000", NULL                          \
	}

#define ATTRIBUTES(prefix)                                                  \
	{prefix, A, MUST, OPEN, NULL, "free key and value pairs"},          \
		{prefix "[].key", T, MUST, OPEN, "gift_message", NULL},     \
	{                                                                   \
		prefix "[].value", T, MAY, PERSONAL, "Happy birthday", NULL \
	}

/* By name: an order's and a customer's say what people entered, an article's what it is. */
#define METAFIELDS(prefix, of, setting, hidden)                                               \
	{                                                                                     \
		prefix,                                                                       \
		O,                                                                            \
		MAY,                                                                          \
		OPEN,                                                                         \
		NULL,                                                                         \
		of " that [orders] " setting " names, by name; missing where none is named"}, \
		{prefix ".*", O,    MAY,                                                      \
		 OPEN,        NULL, "`custom.delivery_date`; null: has none of this name"},   \
		{prefix ".*.type", T, MUST, OPEN, "date", "the store's name of its type"},    \
	{                                                                                     \
		prefix ".*.value", T, MUST, hidden, "2026-12-01", "a text, whatever the type" \
	}

const struct canonical_field canonical_order[] = {
	{"kind", I, MUST, OPEN, "order", "always \"order\""},
	{"source", I, MUST, OPEN, "shopify", "the connector that read it"},
	{"id", I, MUST, OPEN, "gid://shopify/Order/1", "the source's key; the only safe identity"},
	{"legacy_id", T, MAY, OPEN, "5678901234", "numeric id, as in CSV exports and webhooks"},
	{"name", I, MUST, OPEN, "#1001", "what people call it; not unique by contract"},
	{"number", T, MAY, OPEN, "1001", NULL},
	{"confirmation_number", T, MAY, OPEN, "XPAV284CT", NULL},
	{"created_at", W, MUST, OPEN, "2026-11-23T09:45:00Z", "entered the store"},
	{"processed_at", W, MAY, OPEN, "2026-11-23T09:45:00Z", "document date; imports may differ"},
	{"processed_on", T, MAY, OPEN, "2026-11-23",
	 "the day of processed_at, else of created_at, in the shop's time zone; null where the source can't say"},
	{"updated_at", W, MAY, OPEN, "2026-11-23T09:50:00Z", "null where the source can't say"},
	{"cancelled_at", W, MAY, OPEN, NULL, "set: cancelled"},
	{"cancel_reason", T, MAY, OPEN, "customer", "lower case"},
	{"closed_at", W, MAY, OPEN, NULL, "archived only; no business meaning"},
	{"test", B, MUST, OPEN, "false", "test order; false where the source can't say"},
	{"confirmed", B, MUST, OPEN, "true", "inventory is reserved"},
	{"edited", B, MUST, OPEN, "false", "lines were changed after the sale"},
	{"financial_status", T, MUST, OPEN, "paid", "lower case; unknown values pass"},
	{"fulfillment_status", T, MUST, OPEN, "unfulfilled", "lower case; unknown values pass"},
	{"return_status", T, MAY, OPEN, "no_return", "lower case"},
	{"currency", I, MUST, OPEN, "EUR", "ISO 4217; every amount of this document"},
	{"shop_currency", I, MUST, OPEN, "EUR", "the store's own currency"},
	{"presentment_currency", I, MUST, OPEN, "EUR", "what the buyer saw and paid"},
	{"shop_total", D, MAY, OPEN, "49.95", "total in shop_currency"},
	{"presentment_total", D, MAY, OPEN, "49.95", "total in presentment_currency"},
	{"prices_include_tax", B, MUST, OPEN, "true", NULL},
	{"tax_exempt", B, MUST, OPEN, "false", NULL},
	{"taxes_estimated", B, MUST, OPEN, "false", NULL},
	{"duties_included", B, MUST, OPEN, "false", "unit prices contain the duties"},
	{"tax_detail", I, MUST, OPEN, "line",
	 "line: taxes stand on lines and shipping lines; order: only in taxes[]"},

	{"customer", O, MAY, OPEN, NULL, "null: guest"},
	{"customer.id", T, MAY, OPEN, "gid://shopify/Customer/7", "null where the source has none"},
	{"customer.legacy_id", T, MAY, OPEN, "7", NULL},
	{"customer.first_name", T, MAY, PERSONAL, "Anne", NULL},
	{"customer.last_name", T, MAY, PERSONAL, "Weber", NULL},
	{"customer.email", T, MAY, PERSONAL, "anne@example.com", NULL},
	{"customer.phone", T, MAY, PERSONAL, "+33142000000", NULL},
	{"customer.tax_exempt", B, MAY, OPEN, "false", NULL},
	{"customer.tax_exemptions", A, MAY, OPEN, NULL, NULL},
	{"customer.tax_exemptions[]", T, MAY, OPEN, "EU_REVERSE_CHARGE_EXEMPTION_RULE", NULL},
	{"customer.tags", A, MAY, OPEN, NULL, "as they were when the order was read"},
	{"customer.tags[]", T, MAY, PERSONAL, "VIP", NULL},
	METAFIELDS("customer.metafields", "those", "customer_metafields", PERSONAL),
	{"email", T, MAY, PERSONAL, "anne@example.com",
	 "of this order; may differ from the customer's"},
	{"phone", T, MAY, PERSONAL, "+33142000000", NULL},
	{"locale", T, MAY, OPEN, "fr-FR", NULL},

	{"company", O, MAY, OPEN, NULL, "B2B buyer; null otherwise"},
	{"company.id", I, MUST, OPEN, "gid://shopify/Company/3", NULL},
	{"company.name", T, MAY, PERSONAL, "Weber SARL", NULL},
	{"company.external_id", T, MAY, OPEN, "CUST-1", "debtor number in the ERP"},
	{"company.contact_id", T, MAY, OPEN, NULL, NULL},
	{"company.location", O, MAY, OPEN, NULL, NULL},
	{"company.location.id", I, MUST, OPEN, "gid://shopify/CompanyLocation/4", NULL},
	{"company.location.name", T, MAY, PERSONAL, "Weber Lyon", NULL},
	{"company.location.external_id", T, MAY, OPEN, "CUST-1-LYON", NULL},
	{"company.location.tax_id", T, MAY, PERSONAL, "FR12345678901", "VAT registration"},
	{"company.location.tax_exempt", B, MAY, OPEN, "false", NULL},
	{"po_number", T, MAY, OPEN, "PO-4711", NULL},
	{"payment_terms", O, MAY, OPEN, NULL, NULL},
	{"payment_terms.name", T, MAY, OPEN, "Net 30", NULL},
	{"payment_terms.type", T, MAY, OPEN, "net", "lower case"},
	{"payment_terms.due_in_days", N, MAY, OPEN, "30", NULL},
	{"payment_terms.due_at", W, MAY, OPEN, NULL, "of the last open schedule"},

	ADDRESS("billing_address"),
	ADDRESS("shipping_address"),

	{"lines", A, MUST, OPEN, NULL,
	 "in the order of the store; empty only if the source knows none"},
	{"lines[].id", I, MUST, OPEN, "gid://shopify/LineItem/11",
	 "stable; made from the position where the source has none"},
	{"lines[].kind", I, MUST, OPEN, "product",
	 "product, gift_card, tip or custom (no product behind it)"},
	{"lines[].sku", T, MAY, OPEN, "TEE-M", "as at the time of sale; null if none"},
	{"lines[].barcode", T, MAY, OPEN, "4006381333931", NULL},
	{"lines[].title", T, MUST, OPEN, "T-shirt", NULL},
	{"lines[].variant_title", T, MAY, OPEN, "M / blue", NULL},
	{"lines[].vendor", T, MAY, OPEN, "Acme", NULL},
	{"lines[].product_id", T, MAY, OPEN, "gid://shopify/Product/21",
	 "null: custom item or deleted"},
	{"lines[].variant_id", T, MAY, OPEN, "gid://shopify/ProductVariant/31",
	 "null: custom item or deleted"},
	{"lines[].inventory_item_id", T, MAY, OPEN, "gid://shopify/InventoryItem/41", NULL},
	{"lines[].quantity", N, MUST, OPEN, "2",
	 "to be delivered and paid: as sold, without what was taken out before it was shipped"},
	{"lines[].sold_quantity", N, MAY, OPEN, "2", "as sold, or added by an edit"},
	{"lines[].removed_quantity", N, MAY, OPEN, "0",
	 "taken out before it was shipped, by edits and refunds; null where the source can't say"},
	{"lines[].current_quantity", N, MAY, OPEN, "2", "after edits and refunds"},
	{"lines[].unfulfilled_quantity", N, MAY, OPEN, "2", NULL},
	{"lines[].fulfilled_quantity", N, MAY, OPEN, "0",
	 "shipped by the store, what came back later included; null where the source can't say"},
	{"lines[].unit_price", D, MUST, OPEN, "24.98", "before discounts"},
	{"lines[].gross_total", D, MUST, OPEN, "49.96", "unit_price * quantity"},
	DISCOUNTS("lines[].discounts"),
	{"lines[].discount_total", D, MUST, OPEN, "5.00", "sum of discounts"},
	{"lines[].net_total", D, MUST, OPEN, "44.96", "gross_total - discount_total"},
	TAXES("lines[].taxes"),
	{"lines[].tax_total", D, MUST, OPEN, "7.49", "sum of taxes"},
	{"lines[].total", D, MUST, OPEN, "44.96",
	 "what the line adds to the order: net_total, plus tax_total when prices exclude tax"},
	{"lines[].duties", A, MUST, OPEN, NULL, "import duties charged on the line"},
	{"lines[].duties[].id", T, MAY, OPEN, NULL, NULL},
	{"lines[].duties[].amount", D, MUST, OPEN, "3.10", NULL},
	{"lines[].duties[].hs_code", T, MAY, OPEN, "610910", NULL},
	{"lines[].duties[].origin_country", T, MAY, OPEN, "CN", NULL},
	TAXES("lines[].duties[].taxes"),
	{"lines[].requires_shipping", B, MUST, OPEN, "true", NULL},
	{"lines[].taxable", B, MUST, OPEN, "true", NULL},
	{"lines[].bundle", O, MAY, OPEN, NULL, "the bundle that this component was sold in"},
	{"lines[].bundle.id", I, MUST, OPEN, "gid://shopify/LineItemGroup/51", NULL},
	{"lines[].bundle.title", T, MAY, OPEN, "Starter set", NULL},
	{"lines[].bundle.quantity", N, MAY, OPEN, "1", NULL},
	{"lines[].bundle.sku", T, MAY, OPEN, "SET-1", NULL},
	{"lines[].bundle.variant_id", T, MAY, OPEN, NULL, NULL},
	{"lines[].selling_plan", T, MAY, OPEN, "Monthly", "subscription"},
	ATTRIBUTES("lines[].attributes"),
	METAFIELDS("lines[].variant_metafields", "those of its variant", "variant_metafields",
		   OPEN),
	METAFIELDS("lines[].product_metafields", "those of its product", "product_metafields",
		   OPEN),

	{"shipping_lines", A, MUST, OPEN, NULL, "removed ones are left out"},
	{"shipping_lines[].id", T, MAY, OPEN, NULL, NULL},
	{"shipping_lines[].title", T, MUST, OPEN, "Colissimo", NULL},
	{"shipping_lines[].code", T, MAY, OPEN, "COLISSIMO", NULL},
	{"shipping_lines[].source", T, MAY, OPEN, "shopify", NULL},
	{"shipping_lines[].carrier", T, MAY, OPEN, NULL, NULL},
	{"shipping_lines[].price", D, MUST, OPEN, "4.90", "before discounts"},
	DISCOUNTS("shipping_lines[].discounts"),
	{"shipping_lines[].discount_total", D, MUST, OPEN, "0.00", NULL},
	{"shipping_lines[].net_total", D, MUST, OPEN, "4.90", "price - discount_total"},
	TAXES("shipping_lines[].taxes"),
	{"shipping_lines[].tax_total", D, MUST, OPEN, "0.82", "sum of taxes"},
	{"shipping_lines[].total", D, MUST, OPEN, "4.90",
	 "net_total, plus tax_total when prices exclude tax"},

	{"fees", A, MUST, OPEN, NULL, "additional fees of the order"},
	{"fees[].id", T, MAY, OPEN, NULL, NULL},
	{"fees[].name", T, MUST, OPEN, "Import fee", NULL},
	{"fees[].amount", D, MUST, OPEN, "2.00", NULL},
	TAXES("fees[].taxes"),
	{"fees[].tax_total", D, MUST, OPEN, "0.00", "sum of taxes"},
	{"fees[].total", D, MUST, OPEN, "2.00", "amount, plus tax_total when prices exclude tax"},
	TAXES("taxes"),

	{"totals", O, MUST, OPEN, NULL, NULL},
	{"totals.lines", D, MUST, OPEN, "44.96", "sum of lines[].net_total"},
	{"totals.discount", D, MUST, OPEN, "5.00", "all discounts, shipping's included"},
	{"totals.shipping", D, MUST, OPEN, "4.90", "sum of shipping_lines[].net_total"},
	{"totals.tax", D, MUST, OPEN, "8.31", "all taxes, contained in the prices or not"},
	{"totals.duties", D, MUST, OPEN, "0.00", "sum of lines[].duties[].amount"},
	{"totals.fees", D, MUST, OPEN, "0.00", "sum of fees[].amount"},
	{"totals.shipping_tax", D, MUST, OPEN, "0.82", "sum of shipping_lines[].tax_total"},
	{"totals.shipping_charged", D, MUST, OPEN, "4.90", "sum of shipping_lines[].total"},
	{"totals.duties_charged", D, MUST, OPEN, "0.00",
	 "duties unless duties_included, plus their taxes when prices exclude tax"},
	{"totals.fees_charged", D, MUST, OPEN, "0.00", "sum of fees[].total"},
	{"totals.order_tax", D, MUST, OPEN, "0.00",
	 "tax on top that stands on no line: sum of taxes[] when tax_detail is order and prices exclude tax, else 0"},
	{"totals.tip", D, MUST, OPEN, "0.00", "the part of the tip that no line carries"},
	{"totals.cash_rounding", D, MUST, OPEN, "0.00",
	 "rounding of a cash payment, already contained in no line"},
	{"totals.rounding", D, MUST, OPEN, "0.00", "total minus the sum of the parts"},
	{"totals.total", D, MUST, OPEN, "49.86", "what is to be paid for what is to be delivered"},
	{"totals.sold_total", D, MAY, OPEN, "49.86", "before anything was taken out"},
	{"totals.current_total", D, MAY, OPEN, "49.86", "after edits and refunds"},
	{"totals.paid", D, MAY, OPEN, "49.86", NULL},
	{"totals.refunded", D, MAY, OPEN, "0.00", NULL},
	{"totals.outstanding", D, MAY, OPEN, "0.00", NULL},

	{"discounts", A, MUST, OPEN, NULL, "discounts of the order, once each"},
	{"discounts[].kind", T, MUST, OPEN, "code", "code, automatic, manual or script"},
	{"discounts[].code", T, MAY, OPEN, "SUMMER", NULL},
	{"discounts[].title", T, MAY, OPEN, NULL, NULL},
	{"discounts[].value", D, MAY, OPEN, "10", "percentage or amount"},
	{"discounts[].value_type", T, MAY, OPEN, "percentage", "percentage or amount"},
	{"discounts[].scope", T, MAY, OPEN, "order", "line, order or shipping"},

	{"transactions", A, MUST, OPEN, NULL,
	 "count status=success; sale and capture are money in, refund is money out"},
	{"transactions[].id", T, MAY, OPEN, NULL, NULL},
	{"transactions[].kind", T, MUST, OPEN, "sale", "lower case"},
	{"transactions[].status", T, MUST, OPEN, "success", "lower case"},
	{"transactions[].gateway", T, MAY, OPEN, "shopify_payments", NULL},
	{"transactions[].payment_id", T, MAY, OPEN, "c123.1", NULL},
	{"transactions[].test", B, MAY, OPEN, "false", NULL},
	{"transactions[].created_at", W, MAY, OPEN, NULL, NULL},
	{"transactions[].processed_at", W, MAY, OPEN, NULL, NULL},
	{"transactions[].processed_on", T, MAY, OPEN, NULL, "its day in the shop's time zone"},
	{"transactions[].amount", D, MUST, OPEN, "49.86", NULL},
	{"transactions[].removed_amount", D, MAY, OPEN, NULL,
	 "of a refund: how much of it is for what was taken out before it was shipped"},
	{"transactions[].parent_id", T, MAY, OPEN, NULL, NULL},
	{"refunds", A, MUST, OPEN, NULL, "heads only; refunds are documents of their own"},
	{"refunds[].id", I, MUST, OPEN, NULL, NULL},
	{"refunds[].created_at", W, MAY, OPEN, NULL, NULL},
	{"refunds[].amount", D, MUST, OPEN, "10.00", NULL},
	{"agreements", A, MAY, OPEN, NULL,
	 "what the store has booked for it, event by event; empty where nothing was taken out"},
	{"agreements[].id", I, MUST, OPEN, "gid://shopify/SalesAgreement/61", NULL},
	{"agreements[].reason", T, MUST, OPEN, "order_edit", "order, order_edit, refund or return"},
	{"agreements[].happened_at", W, MUST, OPEN, "2026-11-23T09:45:00Z", NULL},
	{"agreements[].refund_id", T, MAY, OPEN, NULL, "of a refund"},
	{"agreements[].amount", D, MUST, OPEN, "-24.98",
	 "what it adds to the order; all of them come to totals.current_total"},
	{"agreements[].counted", D, MUST, OPEN, "-24.98", "the part of it that is in totals.total"},

	{"fulfillments", A, MAY, OPEN, NULL,
	 "what the store has shipped; those that were cancelled or failed are left out; null where the source can't say"},
	{"fulfillments[].id", I, MUST, OPEN, "gid://shopify/Fulfillment/71", NULL},
	{"fulfillments[].created_at", W, MAY, OPEN, "2026-11-24T08:00:00Z", NULL},
	{"fulfillments[].location", O, MAY, OPEN, NULL,
	 "the store's location that it left; null where the source can't say"},
	{"fulfillments[].location.id", I, MUST, OPEN, "gid://shopify/Location/8", NULL},
	{"fulfillments[].location.name", T, MAY, OPEN, "Lyon", NULL},
	{"fulfillments[].carrier", T, MAY, OPEN, "DHL", "the store's name of the carrier"},
	{"fulfillments[].packages", A, MAY, OPEN, NULL,
	 "parcels with a tracking number; null where the source can't say"},
	{"fulfillments[].packages[].number", I, MUST, OPEN, "JD0146", "tracking number"},
	{"fulfillments[].packages[].url", T, MAY, OPEN, "https://track.example/JD0146",
	 "where the buyer follows it"},
	{"fulfillments[].lines", A, MUST, OPEN, NULL, "what is in it"},
	{"fulfillments[].lines[].line_id", I, MUST, OPEN, "gid://shopify/LineItem/11",
	 "one of lines[].id"},
	{"fulfillments[].lines[].quantity", N, MUST, OPEN, "2", "units"},

	{"payment_gateways", A, MUST, OPEN, NULL, NULL},
	{"payment_gateways[]", T, MAY, OPEN, "shopify_payments", NULL},
	{"note", T, MAY, PERSONAL, NULL, "up to 5,000 characters, line breaks possible"},
	ATTRIBUTES("attributes"),
	{"tags", A, MUST, OPEN, NULL, NULL},
	{"tags[]", T, MAY, OPEN, "wholesale", NULL},
	METAFIELDS("metafields", "those", "metafields", PERSONAL),
	{"channel", O, MUST, OPEN, NULL, "where it was sold"},
	{"channel.source", T, MAY, OPEN, "web", "web, pos, shopify_draft_order, an app's id"},
	{"channel.app_id", T, MAY, OPEN, NULL, NULL},
	{"channel.app_name", T, MAY, OPEN, "Online Store", NULL},
	{"channel.source_identifier", T, MAY, OPEN, NULL, "a marketplace's order number"},
	{"channel.url", T, MAY, OPEN, NULL, NULL},
	{"location", O, MAY, OPEN, NULL, "shop floor where it was sold; not the warehouse"},
	{"location.id", T, MAY, OPEN, NULL, NULL},
	{"location.name", T, MAY, OPEN, "Paris store", NULL},
	{0},
};
