#ifndef ERPSYNC_MAP_WORKER_H
#define ERPSYNC_MAP_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/*
 * A child process that answers questions, one after the other, within a budget of computing time and
 * memory for each. It is a process, because that is the only thing that can be ended at any instruction
 * with all that it holds: jq has no hook for steps, ends the process when memory is out, and a value
 * nested a million deep, which a loop soon makes, overflows the stack when it is freed.
 *
 * The child is made at the first question and after one that it did not survive. It inherits what the
 * caller had read until then, but no open file, is never asked to end in order, and does not outlive
 * the caller.
 */
struct worker;

/* The code of E_RECORD when a question took more than its budget. */
#define WORKER_SPENT "mapping_limit"

struct worker_job {
	/*
	 * Runs in the child. ask is NUL-terminated; *out, of *len bytes, may be left NULL. What it
	 * keeps in ctx is there at the next question, unless the child was ended between.
	 */
	enum errk (*answer)(void *ctx, const char *ask, size_t ask_len, struct arena *a,
			    const char **out, size_t *len, struct err *e);
	void *ctx;
	int64_t memory; /* bytes by which the child may grow for one question */
};

struct worker *worker_new(const struct worker_job *job);
void worker_free(struct worker *w); /* takes NULL */

/* False: the next question begins with a child that has read nothing yet. */
bool worker_is_up(const struct worker *w);

struct worker_question {
	const char *head, *body; /* what is asked: one after the other */
	size_t head_len, body_len;
	int64_t limit_ms; /* of computing; six times that by the clock */
};

/*
 * What the job returned. Besides: E_RECORD WORKER_SPENT with "took more than …" when the budget was used
 * up or the child died of it, E_BUSY "stopped" when the run is to end before the answer is there,
 * E_LOCAL "worker" when there can be no child.
 */
MUST_CHECK enum errk worker_ask(struct worker *w, const struct worker_question *q, struct arena *a,
				const char **out, struct err *e);

#endif
