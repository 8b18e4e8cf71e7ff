#include "map/canonical_priv.h"

/* One delivery that has left a warehouse of the ERP, whole or part of an order. */
const struct canonical_field canonical_fulfillment[] = {
	{"kind", CANONICAL_ID, true, false, "fulfillment", "always \"fulfillment\""},
	{"source", CANONICAL_ID, true, false, "odoo", "the connector that read it"},
	{"id", CANONICAL_ID, true, false, "3452", "the ERP's delivery, unchanged for its lifetime"},
	{"number", CANONICAL_ID, true, false, "WH/OUT/03452", "what people call it"},
	{"order", CANONICAL_OBJECT, true, false, NULL, "the store's order; id or name is there"},
	{"order.id", CANONICAL_TEXT, false, false, "gid://shopify/Order/5001",
	 "the store's id, or its end (5001), where the ERP has kept it"},
	{"order.name", CANONICAL_TEXT, false, false, "#1001", "what people call it"},
	{"shipped_at", CANONICAL_TIME, false, false, "2026-11-23T09:45:00Z", "when it left"},
	{"warehouse", CANONICAL_TEXT, false, false, "WH",
	 "the ERP's warehouse that it left, as in tables/locations.csv; empty = not known"},
	{"carrier", CANONICAL_TEXT, false, false, "DHL", "the ERP's name of the carrier"},
	{"packages", CANONICAL_ARRAY, false, false, NULL, "parcels with a tracking number"},
	{"packages[].number", CANONICAL_ID, true, false, "JD0146", "tracking number"},
	{"packages[].url", CANONICAL_TEXT, false, false, "https://track.example/JD0146",
	 "where the buyer follows it"},
	{"lines", CANONICAL_ARRAY, true, false, NULL, "what is in it"},
	{"lines[].line_id", CANONICAL_TEXT, false, false, "gid://shopify/LineItem/7001",
	 "the store's line of the order, or the end of its id; without it the SKU decides"},
	{"lines[].sku", CANONICAL_TEXT, false, false, "TEE-M", "the ERP's SKU"},
	{"lines[].title", CANONICAL_TEXT, false, false, "T-shirt M", "for people only"},
	{"lines[].quantity", CANONICAL_DECIMAL, true, false, "2", "units, more than zero"},
	{0},
};
