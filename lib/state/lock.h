#ifndef ERPSYNC_STATE_LOCK_H
#define ERPSYNC_STATE_LOCK_H

#include "state/state.h"

/*
 * One run per flow and state file. The lock is an flock(2) on "STATE.lock-<hash of name>", so a
 * holder that dies frees it by itself; the file's content says who holds it since when.
 */
struct lock;

/*
 * E_BUSY "locked" at once (wait_ms 0) or after waiting: "'orders export' is held by process
 * 4711 on host since 2026-…Z".
 */
MUST_CHECK enum errk lock_take(struct state *s, const char *name, int64_t wait_ms,
			       struct lock **out, struct err *e);
void lock_free(struct lock *l); /* takes NULL; releases */

static inline void cleanup_lock(struct lock **p)
{
	lock_free(*p);
}

#endif
