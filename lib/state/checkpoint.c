#include "state/checkpoint.h"

#include "base/cleanup.h"
#include "state/db_priv.h"
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
