#ifndef ERPSYNC_STATE_JOURNAL_H
#define ERPSYNC_STATE_JOURNAL_H

#include "state/state.h"

/*
 * One line per record and action, for as long as [state] keep_journal says: when, run, flow, record, action, outcome. No
 * personal data in detail.
 */
struct journal_line {
	int64_t at, run;
	const char *flow, *record, *label;
	/* "pulled", "mapped", "put", "looked up", "acknowledged", "released", "dropped". */
	const char *action;
	/* "ok", "new", "replaced", "unchanged", "parked", "later", "unsure", …. */
	const char *outcome;
	int requests;       /* HTTP requests this action took; 0 if shared by a batch */
	const char *detail; /* reason, target document, version; may be NULL */
};

MUST_CHECK enum errk journal_add(struct state *s, const struct journal_line *l, struct err *e);
/*
 * Forgets lines of a flow from before `before`, but not those that tell what stands in a document whose answer is
 * awaited: at most 1,000 a call, *more = some are left.
 */
struct journal_age {
	const char *flow;
	int64_t before;
	bool awaited; /* the target answers what it got in a document (reported.h) */
};
MUST_CHECK enum errk journal_purge(struct state *s, const struct journal_age *x, bool *more,
				   struct err *e);
/* Lines of a record (id or label), oldest first. */
MUST_CHECK enum errk journal_find(struct state *s, const char *who, struct arena *a,
				  struct journal_line **out, size_t *n, struct err *e);

#endif
