#ifndef ERPSYNC_WHO_H
#define ERPSYNC_WHO_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "state/state.h"

/*
 * People leave the "#" of a name out, or shells take it for a comment. *as is the
 * spelling under which the state file knows the record: `who` itself, else with or
 * without "#", else the id that ends in this number; `who` and *known = false if neither.
 */
MUST_CHECK enum errk who_find(struct state *s, const char *who, struct arena *a, const char **as,
			      bool *known, struct err *e);

/* The other spelling: "#1001" for "1001" and the reverse. */
const char *who_other(const char *who, struct arena *a);

#endif
