#ifndef ERPSYNC_STATE_CONNECTOR_STATE_H
#define ERPSYNC_STATE_CONNECTOR_STATE_H

#include "state/state.h"

/*
 * What a connector must find again after a kill, by key: the exact request that is about to be
 * sent, for instance. Durable once connector_state_set has returned outside a transaction.
 */
MUST_CHECK enum errk connector_state_set(struct state *s, const char *key, const char *text,
					 int64_t now, struct err *e);
/* *text NULL, *saved_at 0: there is none. */
MUST_CHECK enum errk connector_state_get(struct state *s, const char *key, struct arena *a,
					 const char **text, int64_t *saved_at, struct err *e);
/* All whose key begins with prefix. */
MUST_CHECK enum errk connector_state_drop(struct state *s, const char *prefix, struct err *e);
/* Those that nobody came back for; a key that begins with "keep " stays until it is dropped. */
MUST_CHECK enum errk connector_state_purge(struct state *s, int64_t before, struct err *e);

#endif
