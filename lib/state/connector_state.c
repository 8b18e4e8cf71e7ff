#include "state/connector_state.h"

#include "base/cleanup.h"
#include "state/db_priv.h"
#include "base/banned.h"

enum errk connector_state_set(struct state *s, const char *key, const char *text, int64_t now,
			      struct err *e)
{
	CLEANUP(query)
	struct query q =
		query_open(s, "INSERT INTO connector_state (key, body, saved_at) VALUES (?, ?, ?)"
			      " ON CONFLICT (key) DO UPDATE SET body = excluded.body,"
			      " saved_at = excluded.saved_at");

	query_text(&q, key);
	query_text(&q, text);
	query_int(&q, now);
	return query_run(&q, e);
}

enum errk connector_state_get(struct state *s, const char *key, struct arena *a, const char **text,
			      int64_t *saved_at, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "SELECT body, saved_at FROM connector_state WHERE key = ?");
	bool row;
	enum errk rc;

	query_text(&q, key);
	rc = query_next(&q, &row, e);
	if (rc != E_OK)
		return rc;
	*text = row ? query_col(&q, 0, a) : NULL;
	*saved_at = row ? query_col_int(&q, 1) : 0;
	return E_OK;
}

enum errk connector_state_drop(struct state *s, const char *prefix, struct err *e)
{
	/* Not LIKE: a key may hold its signs. */
	CLEANUP(query)
	struct query q = query_open(s, "DELETE FROM connector_state WHERE key >= ?1"
				       " AND substr(key, 1, length(?1)) = ?1");

	query_text(&q, prefix);
	return query_run(&q, e);
}

enum errk connector_state_purge(struct state *s, int64_t before, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "DELETE FROM connector_state WHERE saved_at < ?"
				       " AND substr(key, 1, 5) <> 'keep '");

	query_int(&q, before);
	return query_run(&q, e);
}
