#ifndef ERPSYNC_MODEL_STOCK_RECORD_H
#define ERPSYNC_MODEL_STOCK_RECORD_H

#include "model/put.h"

/* What a source of stock makes of one article: the same record, version and document for all. */
enum stock_figure { FIGURE_ON_HAND, FIGURE_AVAILABLE, FIGURE_FORECAST, FIGURE_COUNT_ };
const char *stock_figure_name(enum stock_figure f); /* "on_hand" */

/* put_item.values of what is gone in the ERP and has no article in the store: nothing is to be written. */
#define STOCK_NOWHERE "the store does not have it either"

/* One entry of quantities[]. */
struct stock_entry {
	const char *warehouse;
	/* Equal text when they are equal: 12, 12.0 and 12,00 are all "12". NULL: not known. */
	const char *figure[FIGURE_COUNT_];
	/* Why they are not known, and where the source says it, "stock.csv:12"; both NULL where that is no fault. */
	const char *problem, *where;
	bool gone; /* the source has it there no longer, so that nothing is */
};

/*
 * id, label, version (of the quantities alone) and read_at. The document follows with
 * stock_record_finish, for most records are known already. Sorts the entries by warehouse.
 */
void stock_record(const char *sku, const char *title, struct stock_entry *entry, size_t n,
		  int64_t read_at, struct arena *a, struct record *out);
/* An article whose stock can't be told. The same problem is the same version. */
void stock_record_problem(const char *sku, const struct err *problem, int64_t read_at,
			  struct arena *a, struct record *out);
/* Makes the whole document of what stock_record left in doc. source: "csv". */
void stock_record_finish(struct record *r, const char *source, struct arena *a);
/* An article that was asked for by name and is not there: "not_found" with this text. */
void stock_record_missing(const char *who, const char *text, struct arena *a, struct record *out);

#endif
