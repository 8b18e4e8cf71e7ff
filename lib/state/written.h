#ifndef ERPSYNC_STATE_WRITTEN_H
#define ERPSYNC_STATE_WRITTEN_H

#include "state/state.h"

/* When the files were written that records came from, for sources whose files may come in any order; in ns. */

struct written {
	int64_t ns;       /* 0 = nobody knows */
	const char *file; /* its name; NULL = not known */
};
/*
 * by_write: where no file is remembered, and of what was adopted, what the target has of a known version is as new as its
 * last write, for a file from before that may be older. Else such a record is older than any file.
 */
/* In place of a record: the file says all that there is, of each of them. */
#define WRITTEN_ALL ""
/*
 * A file of that time says the record; an earlier one than written_get says takes nothing back, and what that knew by the
 * last write alone stands from then on.
 */
MUST_CHECK enum errk written_set(struct state *s, const char *flow, const char *record,
				 bool by_write, const struct written *w, struct err *e);
/* Of the newest version that is known. */
MUST_CHECK enum errk written_get(struct state *s, const char *flow, const char *record,
				 bool by_write, struct arena *a, struct written *out,
				 struct err *e);

#endif
