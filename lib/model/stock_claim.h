#ifndef ERPSYNC_MODEL_STOCK_CLAIM_H
#define ERPSYNC_MODEL_STOCK_CLAIM_H

#include "model/stock_places.h"
#include "model/stock_wanted.h"

/*
 * Two articles of the ERP that are one in the store: see claims.h.
 *
 * For the items that have a document and no error: sets what they claim, and `yields` or the error "same_article":
 * E_RECORD, or E_BUSY where the other can't be asked about yet.
 */
MUST_CHECK enum errk stock_judge_claims(struct put_batch *batch, enum stock_figure f,
					struct arena *a, struct err *e);
/* Articles and places that the documents of a batch name, as they name them. */
struct stock_named {
	struct stock_place *at;
	size_t n, cap;
};
void stock_list_named(const struct put_batch *batch, enum stock_figure f, struct arena *a,
		      struct stock_named *out);
bool stock_is_named(const struct stock_named *named, const struct stock_place *x);
/* Another article of the ERP is written to this place of the store, by its name or id, and not in the batch. */
MUST_CHECK enum errk stock_is_taken(const struct put_batch *batch, enum stock_figure f,
				    const struct stock_place *x, struct arena *a, bool *taken,
				    struct err *e);

#endif
