#include "map/canonical_priv.h"

/*
 * What the ERP sells: one article with its variants. A field that is not there at all is one that
 * the source can't tell; null, or an empty text, says that the article has none.
 */
const struct canonical_field canonical_product[] = {
	{"kind", CANONICAL_ID, true, false, "product", "always \"product\""},
	{"source", CANONICAL_ID, true, false, "odoo", "the connector that read it"},
	{"id", CANONICAL_ID, true, false, "42", "the ERP's product, unchanged for its lifetime"},
	{"code", CANONICAL_TEXT, false, false, "TEE", "what people call it: its SKU or number"},
	{"status", CANONICAL_ID, true, false, "active",
	 "active, or archived: the ERP no longer sells it"},
	{"title", CANONICAL_TEXT, false, false, "T-shirt", "the product's name"},
	{"description", CANONICAL_TEXT, false, false, "<p>Organic cotton</p>", "HTML"},
	{"vendor", CANONICAL_TEXT, false, false, "Acme", "brand or maker"},
	{"type", CANONICAL_TEXT, false, false, "Shirts", "the ERP's category"},
	{"tags", CANONICAL_ARRAY, false, false, NULL, "words that the ERP files it under"},
	{"tags[]", CANONICAL_ID, false, false, "summer", ""},
	{"currency", CANONICAL_ID, true, false, "EUR", "of every amount in this document"},
	{"prices_include_tax", CANONICAL_BOOL, false, false, "true",
	 "whether prices contain tax; null where the source can't say"},
	{"options", CANONICAL_ARRAY, false, false, NULL,
	 "what its variants differ in, in this order; none for a single article"},
	{"options[].name", CANONICAL_ID, true, false, "Size", "unique within the product"},
	{"variants", CANONICAL_ARRAY, true, false, NULL, "at least one"},
	{"variants[].id", CANONICAL_ID, true, false, "57", "the ERP's variant"},
	{"variants[].sku", CANONICAL_TEXT, false, false, "TEE-M", "without one it can't be sold"},
	{"variants[].status", CANONICAL_ID, true, false, "active", "active or archived"},
	{"variants[].options", CANONICAL_ARRAY, false, false, NULL,
	 "its value of each of the product's options"},
	{"variants[].options[].name", CANONICAL_ID, true, false, "Size", "one of options[].name"},
	{"variants[].options[].value", CANONICAL_ID, true, false, "M", "differs between variants"},
	{"variants[].barcode", CANONICAL_TEXT, false, false, "4006381333931", "EAN, UPC, …"},
	{"variants[].price", CANONICAL_DECIMAL, false, false, "19.90", "what it is sold for"},
	{"variants[].compare_at_price", CANONICAL_DECIMAL, false, false, "24.90",
	 "the price before a reduction"},
	{"variants[].cost", CANONICAL_DECIMAL, false, false, "7.45", "what it costs the merchant"},
	{"variants[].weight_kg", CANONICAL_DECIMAL, false, false, "0.180", "kilograms"},
	{"variants[].tracked", CANONICAL_BOOL, false, false, "true", "the ERP keeps its stock"},
	{"variants[].requires_shipping", CANONICAL_BOOL, false, false, "true",
	 "false for services and downloads"},
	{0},
};
