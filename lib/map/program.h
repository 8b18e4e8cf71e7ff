#ifndef ERPSYNC_MAP_PROGRAM_H
#define ERPSYNC_MAP_PROGRAM_H

#include <stddef.h>

#include <cjson/cJSON.h>

#include "base/arena.h"
#include "base/err.h"

/*
 * One compiled jq program. program*.c are the only files that know jq; they work with 1.6 and 1.7.
 *
 * jq has no public way to add functions written in C, so look-ups are jq functions
 * (mappings/erpsync.jq) over the tables, which every program and module sees as $tables.
 */
struct program;

struct program_source {
	const char *path; /* of the program's file; named in messages */
	const char *text; /* its content */
	const char *const
		*dirs; /* where `include "x";` looks for x.jq, first hit wins; NULL-terminated */
	const cJSON *tables; /* name -> table_json() */
};

/* E_LOCAL "bad_mapping" with file:line. */
MUST_CHECK enum errk program_compile(const struct program_source *src, struct program **out,
				     struct err *e);
void program_free(struct program *p); /* takes NULL */

/*
 * Runs it on one verified canonical document. *out: compact JSON text of the one object it
 * gives, keys sorted, in the arena. E_RECORD: what the program's fail() says with its code,
 * else "mapping". E_LOCAL "bad_mapping": no result, several, no object, a halt, or a look-up
 * in a table that isn't there.
 */
MUST_CHECK enum errk program_run(struct program *p, const cJSON *doc, struct arena *a,
				 const char **out, struct err *e);

static inline void cleanup_program(struct program **p)
{
	program_free(*p);
}

#endif
