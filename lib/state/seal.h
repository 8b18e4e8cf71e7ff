#ifndef ERPSYNC_STATE_SEAL_H
#define ERPSYNC_STATE_SEAL_H

#include "state/state.h"

/*
 * Beside the state file stands how many runs it has begun (PATH.seal). A file that knows of fewer is an older
 * one that was put back, by whatever means: what it remembers may have been written over since.
 */

/*
 * Compares with the seal; no seal, or one that can't be read, says nothing. *older = the file is, and something
 * that it remembers is in doubt from now on (link.doubt, link.kept_old). What was read is to be read again then
 * (checkpoint_again), whatever *older says.
 */
MUST_CHECK enum errk state_compare_seal(struct state *s, const char *seal, bool *older,
					struct err *e);
/* The same as for an older one: others have gone on where this state file thinks to be alone. */
MUST_CHECK enum errk state_doubt(struct state *s, struct err *e);
/* Writes how many runs were begun by now. */
MUST_CHECK enum errk state_set_seal(struct state *s, const char *seal, struct err *e);

#endif
