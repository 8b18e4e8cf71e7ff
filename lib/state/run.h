#ifndef ERPSYNC_STATE_RUN_H
#define ERPSYNC_STATE_RUN_H

#include "state/state.h"

/* The history of runs, for `status` and for alerts. */
struct run {
	int64_t id;
	const char *flow;
	int64_t started, ended; /* ended 0 = still running, or killed */
	/* "done", "parked", "busy", "refused", "local", "skipped", "stopped" or NULL. */
	const char *outcome;
	int64_t pulled, delivered, unchanged, parked, later, requests;
	const char *detail; /* the error that ended it, or who held the lock */
};

MUST_CHECK enum errk run_begin(struct state *s, const char *flow, int64_t now, int64_t *id,
			       struct err *e);
MUST_CHECK enum errk run_end(struct state *s, const struct run *r, int64_t now, struct err *e);
/* The last n runs of a flow (NULL = all flows), newest first. */
MUST_CHECK enum errk run_last(struct state *s, const char *flow, size_t n, struct arena *a,
			      struct run **out, size_t *n_out, struct err *e);
/* Names of all flows that the state file has ever seen. */
MUST_CHECK enum errk run_flows(struct state *s, struct arena *a, const char ***out, size_t *n,
			       struct err *e);
/*
 * Forgets runs begun before `before`, but never a flow's last one. At most 1,000 per call;
 * *more tells if some are left.
 */
MUST_CHECK enum errk run_purge(struct state *s, int64_t before, bool *more, struct err *e);

#endif
