#include "state/told.h"

#include "base/cleanup.h"
#include "state/db_priv.h"
#include "base/banned.h"

enum errk told_add(struct state *s, const char *record, const char *units, int64_t now,
		   struct err *e)
{
	/* Twice within a second: the later one counts. */
	CLEANUP(query)
	struct query q = query_open(s, "INSERT OR REPLACE INTO told (record, told_at, units)"
				       " VALUES (?, ?, ?)");

	query_text(&q, record);
	query_int(&q, now);
	query_text(&q, units);
	return query_run(&q, e);
}

enum errk told_get(struct state *s, const char *record, struct arena *a, struct told **out,
		   size_t *n, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "SELECT told_at, units FROM told WHERE record = ?"
				       " ORDER BY told_at DESC");
	struct told *list = arena_array(a, 1, sizeof(*list));
	size_t count = 0, cap = 1;
	bool row;
	enum errk rc;

	query_text(&q, record);
	while ((rc = query_next(&q, &row, e)) == E_OK && row) {
		list = db_grow(a, list, count, &cap, sizeof(*list));
		list[count++] = (struct told){
			.at = query_col_int(&q, 0),
			.units = query_col(&q, 1, a),
		};
	}
	if (rc != E_OK)
		return rc;
	*out = list;
	*n = count;
	return E_OK;
}

enum errk told_purge(struct state *s, int64_t before, struct err *e)
{
	CLEANUP(query) struct query q = query_open(s, "DELETE FROM told WHERE told_at < ?");

	query_int(&q, before);
	return query_run(&q, e);
}
