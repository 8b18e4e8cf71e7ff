#ifndef ERPSYNC_STATE_PASSED_H
#define ERPSYNC_STATE_PASSED_H

#include "state/state.h"

/*
 * What time it is for what goes by its age. This machine's clock may be ahead by months for one run, and no server may be
 * there to tell: what is in use would be purged as old. So time passes here by what the clock moves on between two runs,
 * a day at most, and twice as fast while it is behind the clock: a pause is made up for, each run of a usual
 * installation is at the clock, and a clock that is wrong makes things older by two days at most, and by twice the time that
 * it stays so.
 */
struct passed {
	int64_t clock; /* this machine's */
	int64_t behind_s; /* by how much another one that was heard is behind it; 0 = none is. Nothing passes then */
	int64_t run; /* this one; where nothing is kept yet, time is what those before it had */
};
/* *now: never later than the clock. */
MUST_CHECK enum errk passed_now(struct state *s, const struct passed *p, int64_t *now,
				struct err *e);
/* What the last run was told; 0 = none asked yet. */
MUST_CHECK enum errk passed_last(struct state *s, int64_t clock, int64_t *now, struct err *e);

/* The latest time that the last run knew of (clock_latest); 0 = none. server: whether one was ever heard. */
MUST_CHECK enum errk passed_latest(struct state *s, int64_t *at, bool *server, struct err *e);
MUST_CHECK enum errk passed_set_latest(struct state *s, int64_t at, bool server, struct err *e);

#endif
