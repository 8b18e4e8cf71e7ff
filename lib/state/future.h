#ifndef ERPSYNC_STATE_FUTURE_H
#define ERPSYNC_STATE_FUTURE_H

#include "state/state.h"

/*
 * Times that this machine's clock wrote while it was ahead, for a day or for years: records would wait
 * for them, tokens and notes would never end, nothing would be purged, and no figure would know what the
 * ERP was told of an order. If the newest run, what waits or what an ERP was told last lies in the future,
 * what is to be waited for is due now, what was done counts as done now, and how fresh something is counts
 * as not known. *ahead: by how many seconds, 0 = nothing was found. A look that finds nothing costs three
 * look-ups.
 */
MUST_CHECK enum errk state_mend_times(struct state *s, int64_t now, int64_t *ahead, struct err *e);

#endif
