#ifndef ERPSYNC_MAP_STRAY_H
#define ERPSYNC_MAP_STRAY_H

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

/*
 * Files in a merchant's own folder of mappings that look like tables and that nothing reads: a name that is
 * neither that of a shipped table nor asked for by a mapping, another ending, a table beside tables/.
 */
struct stray {
	const char *path;
	const char *why; /* "no mapping reads a table of this name" */
	const char
		*near; /* the name that may be meant, "tables/locations.csv"; NULL = none is near */
};
/* own NULL: none. Texts in the arena. E_LOCAL: a folder can't be read. */
MUST_CHECK enum errk map_strays(const char *own, const char *shipped, struct arena *a,
				struct stray **out, size_t *n, struct err *e);

#endif
