#include "state/token.h"

#include "base/cleanup.h"
#include "state/db_priv.h"
#include "base/banned.h"

enum errk token_get(struct state *s, const char *key, struct arena *a, const char **token,
		    const char **scope, int64_t *expires_at, bool *found, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "SELECT token, scope, expires_at FROM token WHERE key = ?");
	bool row;
	enum errk rc;

	query_text(&q, key);
	rc = query_next(&q, &row, e);
	if (rc != E_OK)
		return rc;
	*found = row;
	*token = row ? query_col(&q, 0, a) : NULL;
	*scope = row ? query_col(&q, 1, a) : NULL;
	*expires_at = row ? query_col_int(&q, 2) : 0;
	return E_OK;
}

enum errk token_set(struct state *s, const char *key, const char *token, const char *scope,
		    int64_t expires_at, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "INSERT INTO token (key, token, scope, expires_at)"
				       " VALUES (?, ?, ?, ?)"
				       " ON CONFLICT (key) DO UPDATE SET token = excluded.token,"
				       " scope = excluded.scope, expires_at = excluded.expires_at");

	query_text(&q, key);
	query_text(&q, token);
	query_text(&q, scope);
	query_int(&q, expires_at);
	return query_run(&q, e);
}

enum errk token_drop(struct state *s, const char *key, struct err *e)
{
	CLEANUP(query) struct query q = query_open(s, "DELETE FROM token WHERE key = ?");

	query_text(&q, key);
	return query_run(&q, e);
}
