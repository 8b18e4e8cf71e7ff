#include "state/seal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "state/db_priv.h"
#include "base/banned.h"

enum { SEAL_MAX = 32 };

static enum errk count_runs(struct state *s, int64_t *n, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "SELECT max(seq) FROM sqlite_sequence WHERE name = 'run'");

	return query_one_int(&q, n, e);
}

/* 0 = there is none. */
static int64_t read_seal(const char *seal)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct err ignored;
	char *text;
	size_t len;

	if (!file_exists(seal) || file_read(seal, SEAL_MAX, a, &text, &len, &ignored) != E_OK)
		return 0;
	return strtoll(text, NULL, 10);
}

static enum errk doubt_all(struct state *s, bool *any, struct err *e)
{
	CLEANUP(query) struct query q = query_open(s, DB_DOUBT_ALL);
	CLEANUP(query) struct query again = query_open(s, DB_AGAIN_ALL);
	enum errk rc = query_run(&q, e);

	if (rc == E_OK)
		*any = query_changed(&q) > 0;
	return rc == E_OK ? query_run(&again, e) : rc;
}

enum errk state_doubt(struct state *s, struct err *e)
{
	bool any, own;
	enum errk rc = db_enter(s, &own, e);

	return rc == E_OK ? db_leave(s, own, doubt_all(s, &any, e), e) : rc;
}

enum errk state_compare_seal(struct state *s, const char *seal, bool *older, struct err *e)
{
	int64_t runs = 0;
	enum errk rc = count_runs(s, &runs, e);

	*older = false;
	/* A run that ended between its beginning and its seal has begun one more than the seal says. */
	if (rc != E_OK || read_seal(seal) <= runs)
		return rc;
	return doubt_all(s, older, e);
}

enum errk state_set_seal(struct state *s, const char *seal, struct err *e)
{
	char text[SEAL_MAX];
	int64_t runs = 0;
	/* One at a time, and never a lower number after a higher one. */
	enum errk rc = state_begin(s, e);

	if (rc != E_OK)
		return rc;
	rc = count_runs(s, &runs, e);
	snprintf(text, sizeof(text), "%lld\n", (long long)runs);
	if (rc == E_OK)
		rc = file_write_atomic(seal, text, strlen(text), 0600, e);
	state_rollback(s);
	return rc;
}
