#ifndef ERPSYNC_MODEL_STOCK_WANTED_H
#define ERPSYNC_MODEL_STOCK_WANTED_H

#include "base/conf.h"
#include "base/decimal.h"
#include "model/stock_record.h"

/*
 * What a store is to hold of one article, as mappings/<store>/stock.jq says it, whatever the store:
 *
 *	{"sku": "TEE-M", "quantities": [{"location": "Warehouse Lyon", "on_hand": "12.5",
 *	 "available": null, "forecast": null}, {"problem": {"code": "unmapped_location", "text": "…"}}, …]}
 *
 * Several entries may name one location: they are warehouses of the ERP that are one place there,
 * and are to be added up. What is wrong with one keeps the others from nothing: an article that is sold out
 * in one place must not be sold on there because of another.
 */
struct stock_wanted {
	const char *location; /* NULL: not known, see wrong */
	struct decimal figure;
	bool known;              /* the figure is */
	const struct err *wrong; /* why it can't be written; NULL = it can */
};

/* [inventory] quantity=, which is set where stock is pulled. */
enum stock_figure stock_figure_wanted(const struct conf *c);

/* E_RECORD "bad_document"; of one wanted: "no_figure", the ERP does not give the wanted one. In the arena. */
MUST_CHECK enum errk stock_wanted_read(const char *doc, enum stock_figure f, struct arena *a,
				       const char **sku, struct stock_wanted **out, size_t *n,
				       struct err *e);

/*
 * The number to write: the sum in whole units, downwards, less what the ERP does not know of yet,
 * less what is held back, not below zero. *negative: the ERP has less than nothing.
 */
int64_t stock_target(struct decimal sum, int64_t in_flight, int64_t buffer, bool *negative);
/* Shopify, "INVALID_QUANTITY_TOO_HIGH": more is refused. */
enum { STOCK_TARGET_MAX = 1000000000 };

#endif
