#ifndef ERPSYNC_SYNC_OWED_H
#define ERPSYNC_SYNC_OWED_H

#include "base/conf.h"
#include "connectors/connector.h"
#include "state/state.h"

/*
 * Units sold in the store that the ERP does not know, from the queue of "orders export": see struct
 * owed_units. The queue is read once, at the first question, so that all answers of a run are about
 * the same moment.
 */
struct owed;

/* Reads nothing yet. notice: what can't be known, once. All arguments outlive it. */
struct owed *owed_new(struct state *s, const struct conf *c,
		      void (*notice)(void *ctx, const char *text), void *ctx);
void owed_free(struct owed *o); /* takes NULL */
const struct owed_units *owed_units(const struct owed *o);

#endif
