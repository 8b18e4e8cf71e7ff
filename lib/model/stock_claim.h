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
/*
 * Whose a place is that a record was written to, and is no longer. As long as nobody else is known to have been written there, it
 * is not forgotten: the other may yet be refused, or go.
 */
enum stock_owner {
	STOCK_NOBODYS,
	STOCK_NAMED, /* another article of the ERP is to be written there */
	STOCK_HELD,  /* it was: its kept text has the place */
};
/* Articles and places that the documents of a batch name, as they name them; not those that leave it to another. */
struct stock_named {
	struct stock_naming {
		struct stock_place place;
		const struct put_item *by;
	} * at;
	size_t n, cap;
};
void stock_list_named(const struct put_batch *batch, enum stock_figure f, struct arena *a,
		      struct stock_named *out);
enum stock_owner stock_owner_in_batch(const struct stock_named *named, const struct stock_place *x,
				      struct arena *a);
/* Of what is named there, by this record. */
enum stock_owner stock_owner_by(const char *kept, const struct stock_place *x, struct arena *a);
/* Of what is written to this place of the store, by its name or id, and not in the batch. */
MUST_CHECK enum errk stock_owner_elsewhere(const struct put_batch *batch, enum stock_figure f,
					   const struct stock_place *x, struct arena *a,
					   enum stock_owner *owner, struct err *e);

#endif
