#include "state/written.h"

#include "base/cleanup.h"
#include "state/db_priv.h"
#include "base/banned.h"

/* Of the record ?1 in the flow ?2, as written_get says it; ?3: by_write. */
#define NEWEST                                                                                           \
	"max(coalesce((SELECT max(written_ns) FROM written WHERE record IN (?1, '') AND flow = ?2), 0)," \
	" coalesce((SELECT changed_at * 1000000000 FROM link"                                            \
	" WHERE record = ?1 AND flow = ?2 AND ?3 AND version <> ''"                                      \
	" AND (adopted_at <> 0 OR NOT EXISTS"                                                            \
	" (SELECT 1 FROM written WHERE record = ?1 AND flow = ?2))), 0))"

enum errk written_set(struct state *s, const char *flow, const char *record, bool by_write,
		      const struct written *w, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "INSERT INTO written (record, flow, written_ns, file)"
				       " VALUES (?1, ?2, max(?4, " NEWEST "), iif(?4 >= " NEWEST
				       ", ?5, NULL))"
				       " ON CONFLICT (record, flow) DO UPDATE"
				       " SET file = excluded.file,"
				       " written_ns = excluded.written_ns WHERE ?4 >= written_ns");

	query_text(&q, record);
	query_text(&q, flow);
	query_int(&q, by_write);
	query_int(&q, w->ns);
	query_text(&q, w->file);
	return query_run(&q, e);
}

enum errk written_get(struct state *s, const char *flow, const char *record, bool by_write,
		      struct arena *a, struct written *out, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(
		s,
		"SELECT n.ns, (SELECT file FROM written WHERE record IN (?1, '')"
		" AND flow = ?2 AND written_ns = n.ns ORDER BY record DESC LIMIT 1) FROM (SELECT " NEWEST
		" AS ns) AS n");
	bool row;
	enum errk rc;

	query_text(&q, record);
	query_text(&q, flow);
	query_int(&q, by_write);
	*out = (struct written){0};
	rc = query_next(&q, &row, e);
	if (rc == E_OK && row)
		*out = (struct written){query_col_int(&q, 0), query_col(&q, 1, a)};
	return rc;
}
