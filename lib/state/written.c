#include "state/written.h"

#include "base/cleanup.h"
#include "state/db_priv.h"
#include "base/banned.h"

/* Of the record ?1 in the flow ?2, as written_get says it. */
#define NEWEST                                                                               \
	"max(coalesce((SELECT written_ns FROM written WHERE record = ?1 AND flow = ?2), 0)," \
	" coalesce((SELECT changed_at * 1000000000 FROM link"                                \
	" WHERE record = ?1 AND flow = ?2 AND version <> ''"                                 \
	" AND (adopted_at <> 0 OR NOT EXISTS"                                                \
	" (SELECT 1 FROM written WHERE record = ?1 AND flow = ?2))), 0))"

enum errk written_set(struct state *s, const char *flow, const char *record,
		      const struct written *w, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "INSERT INTO written (record, flow, written_ns, file)"
				       " VALUES (?1, ?2, max(?3, " NEWEST "), iif(?3 >= " NEWEST
				       ", ?4, NULL))"
				       " ON CONFLICT (record, flow) DO UPDATE"
				       " SET file = excluded.file,"
				       " written_ns = excluded.written_ns WHERE ?3 >= written_ns");

	query_text(&q, record);
	query_text(&q, flow);
	query_int(&q, w->ns);
	query_text(&q, w->file);
	return query_run(&q, e);
}

enum errk written_get(struct state *s, const char *flow, const char *record, struct arena *a,
		      struct written *out, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "SELECT n.ns, (SELECT file FROM written WHERE record = ?1"
				       " AND flow = ?2 AND written_ns = n.ns) FROM (SELECT " NEWEST
				       " AS ns) AS n");
	bool row;
	enum errk rc;

	query_text(&q, record);
	query_text(&q, flow);
	*out = (struct written){0};
	rc = query_next(&q, &row, e);
	if (rc == E_OK && row)
		*out = (struct written){query_col_int(&q, 0), query_col(&q, 1, a)};
	return rc;
}
