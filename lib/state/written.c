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

enum errk written_set(struct state *s, const char *flow, const char *record, int64_t written_ns,
		      struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "INSERT INTO written (record, flow, written_ns)"
				       " VALUES (?1, ?2, max(?3, " NEWEST
				       ")) ON CONFLICT (record, flow) DO UPDATE"
				       " SET written_ns = excluded.written_ns"
				       " WHERE excluded.written_ns > written_ns");

	query_text(&q, record);
	query_text(&q, flow);
	query_int(&q, written_ns);
	return query_run(&q, e);
}

enum errk written_get(struct state *s, const char *flow, const char *record, int64_t *written_ns,
		      struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "SELECT " NEWEST);

	query_text(&q, record);
	query_text(&q, flow);
	return query_one_int(&q, written_ns, e);
}
