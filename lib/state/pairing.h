#ifndef ERPSYNC_STATE_PAIRING_H
#define ERPSYNC_STATE_PAIRING_H

#include "state/state.h"

/*
 * A flow and a target that counts its batches (struct history in connector.h): as whom this state file
 * writes there, and the last numbers that it knows of.
 */
struct pairing {
	const char *writer;
	int64_t last[2]; /* of new records, of changed ones */
	bool pull_first; /* after adopting: what waits may be older than what the target has */
};

/* Makes the writer's name at the first call for a flow. */
MUST_CHECK enum errk pairing_get(struct state *s, const char *flow, struct arena *a,
				 struct pairing *out, struct err *e);
/* A batch was written: in the transaction of its outcome. Numbers never fall. */
MUST_CHECK enum errk pairing_remember(struct state *s, const char *flow, bool changed,
				      int64_t number, struct err *e);
MUST_CHECK enum errk pairing_pull_first(struct state *s, const char *flow, bool pull_first,
					struct err *e);

#endif
