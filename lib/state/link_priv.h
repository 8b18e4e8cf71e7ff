#ifndef ERPSYNC_STATE_LINK_PRIV_H
#define ERPSYNC_STATE_LINK_PRIV_H

#include "state/db_priv.h"
#include "state/link.h"

/* What every way to make a link says of it: ?1 to ?8, flow, record, label, target_id, target, n_parts, version, sent_hash. */
void link_bind(struct query *q, const struct link *l, struct arena *a);
/* Runs a change of one link that is there: else it is a BUG. */
MUST_CHECK enum errk link_change(struct query *q, const char *flow, const char *record,
				 struct err *e);

#endif
