#include "map/canonical_priv.h"

/* What the ERP has of one article, per warehouse. Figures are texts: half a metre is stock too. */
const struct canonical_field canonical_stock[] = {
	{"kind", CANONICAL_ID, true, false, "stock", "always \"stock\""},
	{"source", CANONICAL_ID, true, false, "csv", "the connector that read it"},
	{"id", CANONICAL_ID, true, false, "TEE-M", "the ERP's article: its SKU"},
	{"sku", CANONICAL_ID, true, false, "TEE-M", "the ERP's SKU"},
	{"title", CANONICAL_TEXT, false, false, "T-shirt M", "for people only"},
	{"read_at", CANONICAL_TIME, true, false, "2026-11-23T09:45:00Z",
	 "when the ERP said so; not part of the version"},
	{"gone", CANONICAL_BOOL, false, false, "true",
	 "the ERP has the article no longer: all its figures are zero"},
	{"quantities", CANONICAL_ARRAY, true, false, NULL,
	 "each warehouse at most once; one that is missing is left as it is"},
	{"quantities[].warehouse", CANONICAL_ID, true, false, "WH/Stock",
	 "the ERP's name or code of the warehouse"},
	{"quantities[].on_hand", CANONICAL_DECIMAL, false, false, "12.000",
	 "physically there; null where the source can't say"},
	{"quantities[].available", CANONICAL_DECIMAL, false, false, "9.000",
	 "on hand and not promised to anybody"},
	{"quantities[].forecast", CANONICAL_DECIMAL, false, false, "29.000",
	 "on hand, less what is promised, plus what is to arrive"},
	{"quantities[].problem", CANONICAL_TEXT, false, false,
	 "stock.csv:12: column 'on_hand': 'n/a' is no quantity such as 12 or 12.5",
	 "why the figures of the warehouse are not known, where that is a fault"},
	{0},
};
