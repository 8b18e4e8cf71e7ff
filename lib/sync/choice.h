#ifndef ERPSYNC_SYNC_CHOICE_H
#define ERPSYNC_SYNC_CHOICE_H

#include "state/state.h"
#include "sync/flow.h"

/*
 * Which records of the source the configuration asks for: [section] since and include_test. What the checkpoint
 * has passed by under another choice comes by itself only if the one in force then is known.
 */

/* As checkpoint_choose keeps it; NULL = the flow leaves nothing out. */
const char *choice_text(const struct conf *c, const struct flow *f, struct arena *a);
/*
 * Does the configuration ask for more than the checkpoint stands for? Of a state file that does not know, the
 * one in force now is believed to have been it.
 */
MUST_CHECK enum errk choice_is_wider(struct state *s, const struct conf *c, const struct flow *f,
				     const char *key, bool *wider, struct err *e);
/* Why nothing is read yet: since is a time that is still to come. NULL: it is none. */
const char *choice_ahead(const struct conf *c, const struct flow *f, struct arena *a);

#endif
