#ifndef ERPSYNC_STATE_CHECKPOINT_H
#define ERPSYNC_STATE_CHECKPOINT_H

#include "state/state.h"

/* How far a flow has pulled: a text that only the source connector understands. */

/* *cursor = NULL when the flow has never pulled. */
MUST_CHECK enum errk checkpoint_get(struct state *s, const char *flow, struct arena *a,
				    const char **cursor, int64_t *moved_at, struct err *e);
/* Call it in the transaction that stores what was pulled up to it. */
MUST_CHECK enum errk checkpoint_set(struct state *s, const char *flow, const char *cursor,
				    int64_t now, struct err *e);

/*
 * Earlier runs may have read more than this file knows of: the flow has never pulled (that is kept from this
 * call on), or the file is a copy that was put back. Until checkpoint_reached.
 */
MUST_CHECK enum errk checkpoint_again(struct state *s, const char *flow, bool *again,
				      struct err *e);
/* All that the source had at that moment was read. */
MUST_CHECK enum errk checkpoint_reached(struct state *s, const char *flow, int64_t begun,
					struct err *e);
/* When that was, the last time; 0 = never: behind the checkpoint may stand what no run has seen. */
MUST_CHECK enum errk checkpoint_whole(struct state *s, const char *flow, int64_t *at,
				      struct err *e);
/* Behind the checkpoint stands what it has passed by: not whole, and again, until checkpoint_reached. */
MUST_CHECK enum errk checkpoint_reopen(struct state *s, const char *flow, struct err *e);

/*
 * What of the source the checkpoint stands for, as a text of the caller's. *choice = NULL: it is not known.
 * Set it in the transaction that moves the checkpoint, or when all was read.
 */
MUST_CHECK enum errk checkpoint_choice(struct state *s, const char *flow, struct arena *a,
				       const char **choice, struct err *e);
MUST_CHECK enum errk checkpoint_choose(struct state *s, const char *flow, const char *choice,
				       int64_t now, struct err *e);

/*
 * All records that another article of the target moves are to be looked at, whatever was seen to before. Set it in the
 * transaction of what makes that due, and clear it in the one that stores what the source says of them: whatever ends a
 * run between the two, the next one begins with it.
 */
MUST_CHECK enum errk checkpoint_shared_due(struct state *s, const char *flow, bool *due,
					   struct err *e);
MUST_CHECK enum errk checkpoint_set_shared_due(struct state *s, const char *flow, bool due,
					       struct err *e);

/*
 * The last row of the queue that may have been put by another mapping than the one in force; 0 = none is known. Set it
 * before anything is put by a new one.
 */
MUST_CHECK enum errk checkpoint_mapped_before(struct state *s, const char *flow, int64_t *id,
					      struct err *e);
MUST_CHECK enum errk checkpoint_set_mapped_before(struct state *s, const char *flow, int64_t id,
						  struct err *e);

#endif
