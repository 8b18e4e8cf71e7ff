#ifndef ERPSYNC_STATE_CLAIM_H
#define ERPSYNC_STATE_CLAIM_H

#include "model/put.h"
#include "state/state.h"

/*
 * Which article of the store each record of a flow is, as its last put found: what was written, and also what was refused,
 * or waits. A claim counts as long as something of the record stands there or is open in the queue, and it was not
 * dropped for good.
 */

/* What a put that told claims made of the record. */
enum claim_fate {
	CLAIM_WRITTEN, /* it stands there: other claims of it are over */
	CLAIM_LEFT,    /* it went over, and leaves the article to another record */
	CLAIM_REFUSED, /* it did not; what it was written to still stands there */
	CLAIM_OPEN,    /* it is not known what became of it: what it claimed besides holds */
};
MUST_CHECK enum errk claim_set(struct state *s, const char *flow, const char *record,
			       const struct put_claim *claim, size_t n, enum claim_fate fate,
			       struct err *e);
/*
 * The source no longer has it: what waits of it goes (queue_close; *closed = how many), and if it comes back it is compared,
 * whatever its version.
 */
MUST_CHECK enum errk claim_end(struct state *s, const char *flow, const char *record, int64_t now,
			       int64_t *closed, struct err *e);

/*
 * Is it open in the queue, or claims an article, as one whose only variant is called as the record is? Nothing of it is
 * being sent, and it was not dropped for good.
 */
MUST_CHECK enum errk claim_is_single(struct state *s, const char *flow, const char *record,
				     bool *single, struct err *e);

/*
 * The store's SKU has gone from one of its articles to another, or to one that is new: stock that was written by it is compared
 * with its next version, whatever that is, and its source is to be asked for it (claim_list_asked); what was parked because it
 * was asked in vain is gone, and is news if it is in vain again.
 */
MUST_CHECK enum errk claim_renamed(struct state *s, const char *sku, struct err *e);
/*
 * Of what its source is to be asked, and nothing waits or is parked, but for what was asked in vain: without document, in a
 * version of its own. What was dropped is not among them.
 */
#define CLAIM_UNANSWERED "renamed"
MUST_CHECK enum errk claim_list_asked(struct state *s, const char *flow, struct arena *a,
				      const char ***record, size_t *n, struct err *e);

struct claim {
	const char *record, *label;
	const char *kept; /* of its link; NULL = none */
	bool written, some;
};
/*
 * Other records that claim the article, in the order of their ids, and whether this one was written to it. One that was
 * is disturbed by others that were, and by none that was only refused. record NULL: those that were written to it.
 */
MUST_CHECK enum errk claim_rivals(struct state *s, const char *flow, const char *record,
				  const char *article, struct arena *a, bool *written,
				  struct claim **out, size_t *n, struct err *e);
/*
 * What is parked with this code is tried once more where no other record disturbs it any longer; no news if in vain. Of
 * what has no claim it is not known.
 */
MUST_CHECK enum errk claim_release(struct state *s, const char *flow, const char *code, int64_t now,
				   struct err *e);
/* Records that are parked with this code, or were until they were set free, and those that they have for rivals. */
MUST_CHECK enum errk claim_list_disputed(struct state *s, const char *flow, const char *code,
					 struct arena *a, const char ***record, size_t *n,
					 struct err *e);
/*
 * Records that were set free from this code and of which it is not known which article they were refused as: a state file
 * of before did not say it. Each may be any other's rival until its next put.
 */
MUST_CHECK enum errk claim_list_unjudged(struct state *s, const char *flow, const char *code,
					 struct arena *a, const char ***record, size_t *n,
					 struct err *e);
/* What is to be put of such a record; *doc NULL: it has been judged since, waits no more, or its document is not kept. */
MUST_CHECK enum errk claim_unjudged(struct state *s, const char *flow, const char *record,
				    struct arena *a, const char **label, const char **doc,
				    struct err *e);
/*
 * Records that have left an article to others, none of which claims it any longer: they are compared with their next
 * version, whatever it is. What was dropped is not among them.
 */
MUST_CHECK enum errk claim_doubt_left(struct state *s, const char *flow, struct arena *a,
				      const char ***record, size_t *n, struct err *e);

#endif
