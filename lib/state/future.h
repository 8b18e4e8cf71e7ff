#ifndef ERPSYNC_STATE_FUTURE_H
#define ERPSYNC_STATE_FUTURE_H

#include "state/state.h"

/*
 * Times that this machine's clock wrote while it was ahead, for a day or for years: records would wait
 * for them, tokens and notes would never end, and nothing would be purged. If the newest run or what waits lies in the
 * future, what is to be waited for is due now, what was done counts as done now, and how fresh something is counts
 * as not known. *ahead: by how many seconds, 0 = nothing was found. A look that finds nothing costs two
 * look-ups.
 */
MUST_CHECK enum errk state_mend_times(struct state *s, int64_t now, int64_t *ahead, struct err *e);

/*
 * The same for what an ERP was told of orders, which no figure would know of. It may as well be now that the clock is
 * behind, and what is set back then would count as known too early as soon as it is right: so what lies ahead by a day at
 * most is left, and comes to pass by itself. now: as clock_latest.
 */
enum { FUTURE_BELIEVED_S = 86400 };
MUST_CHECK enum errk state_mend_reported(struct state *s, int64_t now, int64_t *ahead,
					 struct err *e);

#endif
