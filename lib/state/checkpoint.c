#include "state/checkpoint.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "state/db_priv.h"
#include "state/connector_state.h"
#include "base/banned.h"

enum errk checkpoint_get(struct state *s, const char *flow, struct arena *a, const char **cursor,
			 int64_t *moved_at, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "SELECT cursor, moved_at FROM checkpoint WHERE flow = ?");
	bool row;
	enum errk rc;

	query_text(&q, flow);
	rc = query_next(&q, &row, e);
	if (rc != E_OK)
		return rc;
	*cursor = row ? query_col(&q, 0, a) : NULL;
	*moved_at = row ? query_col_int(&q, 1) : 0;
	return E_OK;
}

enum errk checkpoint_set(struct state *s, const char *flow, const char *cursor, int64_t now,
			 struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s,
				    "INSERT INTO checkpoint (flow, cursor, moved_at)"
				    " VALUES (?, ?, ?)"
				    " ON CONFLICT (flow) DO UPDATE"
				    " SET cursor = excluded.cursor, moved_at = excluded.moved_at");

	query_text(&q, flow);
	query_text(&q, cursor);
	query_int(&q, now);
	return query_run(&q, e);
}

/* No other flow's begins with it. A note, so that it goes with the file wherever it is copied. */
static const char *again_key(const char *flow, struct arena *a)
{
	return arena_printf(a, DB_AGAIN_KEY "%s;", flow);
}

enum errk checkpoint_again(struct state *s, const char *flow, bool *again, struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const char *cursor, *text;
	int64_t at;
	enum errk rc = checkpoint_get(s, flow, a, &cursor, &at, e);

	if (rc == E_OK)
		rc = connector_state_get(s, again_key(flow, a), a, &text, &at, e);
	/* It may take more than one run. */
	if (rc == E_OK && !cursor && !text)
		rc = connector_state_set(s, again_key(flow, a), "", 0, e);
	if (rc == E_OK)
		*again = !cursor || text;
	return rc;
}

/* No other flow's begins with it. */
static const char *key_of(const char *what, const char *flow, struct arena *a)
{
	return arena_printf(a, "keep %s %s;", what, flow);
}

enum errk checkpoint_reached(struct state *s, const char *flow, int64_t begun, struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	enum errk rc = connector_state_drop(s, again_key(flow, a), e);

	return rc == E_OK ? connector_state_set(s, key_of("whole", flow, a), "", begun, e) : rc;
}

enum errk checkpoint_whole(struct state *s, const char *flow, int64_t *at, struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const char *cursor, *text, *again = NULL;
	int64_t moved, saved;
	enum errk rc = checkpoint_get(s, flow, a, &cursor, &moved, e);

	if (rc == E_OK)
		rc = connector_state_get(s, key_of("whole", flow, a), a, &text, at, e);
	if (rc != E_OK || text)
		return rc;
	/* A state file of before this was noted: its checkpoint is the best that is known. */
	rc = connector_state_get(s, again_key(flow, a), a, &again, &saved, e);
	if (rc == E_OK)
		*at = cursor && !again ? moved : 0;
	return rc;
}

enum errk checkpoint_reopen(struct state *s, const char *flow, struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	enum errk rc = connector_state_drop(s, key_of("whole", flow, a), e);

	return rc == E_OK ? connector_state_set(s, again_key(flow, a), "", 0, e) : rc;
}

enum errk checkpoint_choice(struct state *s, const char *flow, struct arena *a, const char **choice,
			    struct err *e)
{
	int64_t at;

	return connector_state_get(s, key_of("choice", flow, a), a, choice, &at, e);
}

enum errk checkpoint_choose(struct state *s, const char *flow, const char *choice, int64_t now,
			    struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();

	return connector_state_set(s, key_of("choice", flow, a), choice, now, e);
}

enum errk checkpoint_shared_due(struct state *s, const char *flow, bool *due, struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const char *text = NULL;
	int64_t at;
	enum errk rc = connector_state_get(s, key_of("shared", flow, a), a, &text, &at, e);

	*due = text != NULL;
	return rc;
}

enum errk checkpoint_set_shared_due(struct state *s, const char *flow, bool due, struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const char *key = key_of("shared", flow, a);

	return due ? connector_state_set(s, key, "", 0, e) : connector_state_drop(s, key, e);
}

/* An id of the queue is never used again, and a clock may be set back. */
enum errk checkpoint_mapped_before(struct state *s, const char *flow, int64_t *id, struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const char *text = NULL;
	int64_t at;
	enum errk rc = connector_state_get(s, key_of("mapped before", flow, a), a, &text, &at, e);

	*id = text ? strtoll(text, NULL, 10) : 0;
	return rc;
}

enum errk checkpoint_set_mapped_before(struct state *s, const char *flow, int64_t id, struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();

	return connector_state_set(s, key_of("mapped before", flow, a),
				   arena_printf(a, "%lld", (long long)id), 0, e);
}
