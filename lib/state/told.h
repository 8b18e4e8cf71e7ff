#ifndef ERPSYNC_STATE_TOLD_H
#define ERPSYNC_STATE_TOLD_H

#include "state/state.h"

/* Which units of an order of the store the ERP has been told, once for each delivery of it. */
struct told {
	int64_t at;
	const char *units; /* JSON: {"SKU": 3}, by the store's SKUs */
};

/* Call it in the transaction of the delivery. */
MUST_CHECK enum errk told_add(struct state *s, const char *record, const char *units, int64_t now,
			      struct err *e);
/* Newest first; *n = 0: it was never told, or so long ago that it is not kept. */
MUST_CHECK enum errk told_get(struct state *s, const char *record, struct arena *a,
			      struct told **out, size_t *n, struct err *e);
MUST_CHECK enum errk told_purge(struct state *s, int64_t before, struct err *e);

#endif
