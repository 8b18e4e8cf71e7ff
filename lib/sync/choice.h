#ifndef ERPSYNC_SYNC_CHOICE_H
#define ERPSYNC_SYNC_CHOICE_H

#include "state/state.h"
#include "sync/flow.h"

/*
 * Which records of the source the configuration asks for: [section] since and include_test. What the checkpoint
 * has passed by under another choice comes by itself only if the one in force then is known.
 */

/* Since when. */
struct choice_since {
	int64_t at; /* seconds; 0 = from the beginning */
	/*
	 * As it was typed: it is a day, and `at` its midnight UTC, while it begins where the shop is. NULL: `at` is an
	 * instant, or what such a day was first found to begin with: the source was read from there, and what was
	 * delivered of it must not fall out again because the shop moves, or another version knows the zone better.
	 */
	const char *day;
};
MUST_CHECK enum errk choice_since(struct state *s, const struct conf *c, const struct flow *f,
				  const char *key, struct arena *a, struct choice_since *out,
				  struct err *e);
/* The earliest that it may mean anywhere. */
int64_t choice_earliest(const struct choice_since *since);

/* As checkpoint_choose keeps it; NULL = the flow leaves nothing out. */
const char *choice_text(const struct conf *c, const struct flow *f,
			const struct choice_since *since, struct arena *a);
/*
 * Does the configuration ask for more than the checkpoint stands for? Of a state file that does not know, the
 * one in force now is believed to have been it.
 */
MUST_CHECK enum errk choice_is_wider(struct state *s, const struct conf *c, const struct flow *f,
				     const char *key, const struct choice_since *since, bool *wider,
				     struct err *e);
/* Why nothing is read yet: since is a time that is still to come. NULL: it is none. */
const char *choice_ahead(const struct conf *c, const struct flow *f,
			 const struct choice_since *since, struct arena *a);

#endif
