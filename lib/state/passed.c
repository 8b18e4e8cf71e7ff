#include "state/passed.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "state/connector_state.h"
#include "state/db_priv.h"
#include "base/banned.h"

enum { DAY = 86400 };
/* In their texts, as the times of when they were saved are mended as any other (future.h). */
#define PASSED "keep time passed;" /* what time it is here, and what it was by the clock */
#define LATEST "keep time latest;" /* the time, and 1 = a server was heard */

static enum errk read_two(struct state *s, const char *key, int64_t out[2], bool *found,
			  struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const char *text;
	char *rest = NULL;
	int64_t at;
	enum errk rc = connector_state_get(s, key, a, &text, &at, e);

	*found = rc == E_OK && text;
	out[0] = *found ? strtoll(text, &rest, 10) : 0;
	out[1] = *found ? strtoll(rest, NULL, 10) : 0;
	return rc;
}

static enum errk save_two(struct state *s, const char *key, const int64_t x[2], struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();

	return connector_state_set(s, key,
				   arena_printf(a, "%lld %lld", (long long)x[0], (long long)x[1]),
				   0, e);
}

static enum errk before_this(struct state *s, const struct passed *p, int64_t *at, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "SELECT coalesce(max(started), ?2) FROM (SELECT started"
				       " FROM run WHERE id < ?1 ORDER BY id DESC LIMIT 20)");

	query_int(&q, p->run);
	query_int(&q, p->clock);
	return query_one_int(&q, at, e);
}

/* It is never set back: after a clock that is years behind for a run it would take years to come back. */
static enum errk pass(struct state *s, const struct passed *p, int64_t *now, struct err *e)
{
	int64_t x[2], step;
	bool found;
	enum errk rc = read_two(s, PASSED, x, &found, e);

	if (rc == E_OK && !found) {
		rc = before_this(s, p, &x[0], e);
		x[1] = x[0];
	}
	*now = x[0] < p->clock ? x[0] : p->clock;
	if (rc != E_OK || p->behind_s)
		return rc;
	step = p->clock > x[1] ? p->clock - x[1] : 0;
	step = 2 * (step < DAY ? step : DAY);
	if (x[0] < p->clock)
		x[0] = x[0] + step < p->clock ? x[0] + step : p->clock;
	x[1] = p->clock;
	*now = x[0] < p->clock ? x[0] : p->clock;
	return save_two(s, PASSED, x, e);
}

enum errk passed_now(struct state *s, const struct passed *p, int64_t *now, struct err *e)
{
	bool own;
	enum errk rc = db_enter(s, &own, e);

	if (rc == E_OK)
		rc = db_leave(s, own, pass(s, p, now, e), e);
	if (rc == E_OK && *now > p->clock - p->behind_s)
		*now = p->clock - p->behind_s;
	return rc;
}

enum errk passed_last(struct state *s, int64_t clock, int64_t *now, struct err *e)
{
	int64_t x[2];
	bool found;
	enum errk rc = read_two(s, PASSED, x, &found, e);

	*now = x[0] < clock ? x[0] : clock;
	return rc;
}

enum errk passed_latest(struct state *s, int64_t *at, bool *server, struct err *e)
{
	int64_t x[2];
	bool found;
	enum errk rc = read_two(s, LATEST, x, &found, e);

	*at = x[0];
	*server = x[1] != 0;
	return rc;
}

enum errk passed_set_latest(struct state *s, int64_t at, bool server, struct err *e)
{
	return save_two(s, LATEST, (const int64_t[2]){at, server}, e);
}
