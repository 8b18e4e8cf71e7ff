#ifndef ERPSYNC_MAP_PROGRAM_H
#define ERPSYNC_MAP_PROGRAM_H

#include <stddef.h>

#include <cjson/cJSON.h>

#include "base/arena.h"
#include "base/err.h"

/*
 * One compiled jq program. program*.c are the only files that know jq; they work with 1.6 and 1.7.
 *
 * jq has no public way to add functions written in C, but it asks its caller for two things: where `debug` writes, and
 * what `input` gives. So mappings/erpsync.jq puts a question to `debug`, an object with a member "_ask",
 * and takes the answer from `input`. What a mapping itself writes there goes nowhere, and it is given nothing.
 */
struct program;

/* *out: a text in the arena; NULL gives null. What it fails with is what the program fails with at that place. */
typedef enum errk program_ask(void *ctx, const cJSON *question, struct arena *a, const char **out,
			      struct err *e);

struct program_source {
	const char *path; /* of the program's file; named in messages */
	const char *text; /* its content */
	const char *const
		*dirs; /* where `include "x";` looks for x.jq, first hit wins; NULL-terminated */
	const cJSON *tables; /* what every program and module sees as $tables */
	program_ask *ask;
	void *ctx;
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
