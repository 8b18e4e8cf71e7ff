#ifndef ERPSYNC_STATE_QUEUE_PRIV_H
#define ERPSYNC_STATE_QUEUE_PRIV_H

#include "state/db_priv.h"
#include "state/queue.h"

/* A row as both queue.c (the engine's side) and queue_view.c (for people) read it. */
#define QUEUE_COLUMNS                                                                     \
	"id, flow, record, label, version, state, batch, origin, attempts, next_attempt," \
	" code, reason, enqueued_at, changed_at, read_at, booked, coalesce(changes, -1)"

struct queue_row queue_read(const struct query *q, struct arena *a); /* payload NULL */

#endif
