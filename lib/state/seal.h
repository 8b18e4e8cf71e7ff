#ifndef ERPSYNC_STATE_SEAL_H
#define ERPSYNC_STATE_SEAL_H

#include "state/state.h"

/*
 * Beside the state file stands how many runs it has begun, and which file says so (PATH.seal). A state file that knows of fewer, a
 * seal that stands in another file, and one that nobody has used for far longer than is usual, is an older one that was put back,
 * by whatever means, or may be: what it remembers may have been written over since.
 */
enum seal_says {
	SEAL_FITS,
	SEAL_OLDER,  /* later runs were begun */
	SEAL_COPIED, /* it was put back or moved, together with its seal */
	SEAL_SLEPT /* no run for at least an hour, and for thrice the longest time that ever was between two of the last runs */
};

/*
 * No seal, or one that can't be read, says nothing. now: seconds. But for SEAL_FITS something that the state file remembers is in
 * doubt from now on (link.doubt, link.kept_old). What was read is to be read again then (checkpoint_again), whatever it says.
 */
MUST_CHECK enum errk state_compare_seal(struct state *s, const char *path, int64_t now,
					enum seal_says *says, struct err *e);
/* The same as for an older one: others have gone on where this state file thinks to be alone. */
MUST_CHECK enum errk state_doubt(struct state *s, struct err *e);
/* Writes how many runs were begun by now. */
MUST_CHECK enum errk state_set_seal(struct state *s, const char *path, struct err *e);

#endif
