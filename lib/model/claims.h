#ifndef ERPSYNC_MODEL_CLAIMS_H
#define ERPSYNC_MODEL_CLAIMS_H

#include "model/put.h"

/*
 * Two records of the ERP that are one article of the store would undo each other, in one batch or in different runs: both
 * are kept out. But one that was written to the article, while the other never was, goes on; and one that the ERP has
 * nothing of leaves the article to another, so that it is when an article gets another number in the ERP.
 * The same for stock and products, and for every store.
 */
enum claim_verdict {
	CLAIM_STANDS,
	CLAIM_YIELDS, /* it is not to be written: it is the other's */
	CLAIM_TAKEN,  /* it is refused, for the other's sake */
	CLAIM_UNKNOWN, /* the source can't be asked at this moment whether the other still is this article */
};
struct claimant {
	struct put_item *put;
	const struct put_claim *claim;
	bool written; /* out, as rival_request says */
	enum claim_verdict verdict;
	const char *other; /* its label */
};
/*
 * Fills the verdicts on a list of claims of a batch. says: is the rival, as its document says it now, still the article
 * of this claim (*some as put_claim)?
 */
MUST_CHECK enum errk claims_judge(const struct put_batch *batch, struct claimant *list, size_t n,
				  bool (*says)(const void *ctx, const struct rival *r,
					       const struct put_claim *claim, bool *some,
					       struct arena *a),
				  const void *ctx, struct arena *a, struct err *e);

#endif
