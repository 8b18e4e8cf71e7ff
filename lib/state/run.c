#include "state/run.h"

#include "base/cleanup.h"
#include "state/db_priv.h"
#include "base/banned.h"

enum { PURGE_ROWS = 1000 };

enum errk run_begin(struct state *s, const char *flow, int64_t now, int64_t *id, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "INSERT INTO run (flow, started) VALUES (?, ?)");
	enum errk rc;

	query_text(&q, flow);
	query_int(&q, now);
	rc = query_run(&q, e);
	if (rc == E_OK)
		*id = sqlite3_last_insert_rowid(s->db);
	return rc;
}

enum errk run_end(struct state *s, const struct run *r, int64_t now, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "UPDATE run SET ended = ?, outcome = ?, pulled = ?,"
				       " delivered = ?, unchanged = ?, parked = ?, later = ?,"
				       " requests = ?, detail = ? WHERE id = ?");
	enum errk rc;

	query_int(&q, now);
	query_text(&q, r->outcome);
	query_int(&q, r->pulled);
	query_int(&q, r->delivered);
	query_int(&q, r->unchanged);
	query_int(&q, r->parked);
	query_int(&q, r->later);
	query_int(&q, r->requests);
	query_text(&q, r->detail);
	query_int(&q, r->id);
	rc = query_run(&q, e);
	if (rc == E_OK && query_changed(&q) != 1)
		BUG("run %lld was never begun", (long long)r->id);
	return rc;
}

static struct run read_run(const struct query *q, struct arena *a)
{
	return (struct run){
		.id = query_col_int(q, 0),
		.flow = query_col(q, 1, a),
		.started = query_col_int(q, 2),
		.ended = query_col_int(q, 3),
		.outcome = query_col(q, 4, a),
		.pulled = query_col_int(q, 5),
		.delivered = query_col_int(q, 6),
		.unchanged = query_col_int(q, 7),
		.parked = query_col_int(q, 8),
		.later = query_col_int(q, 9),
		.requests = query_col_int(q, 10),
		.detail = query_col(q, 11, a),
	};
}

#define RUN_COLUMNS                                                               \
	"SELECT id, flow, started, ended, outcome, pulled, delivered, unchanged," \
	" parked, later, requests, detail FROM run "

enum errk run_last(struct state *s, const char *flow, size_t n, struct arena *a, struct run **out,
		   size_t *n_out, struct err *e)
{
	CLEANUP(query)
	struct query q = flow ? query_open(s,
					   RUN_COLUMNS "WHERE flow = ?2 ORDER BY id DESC LIMIT ?1")
			      : query_open(s, RUN_COLUMNS "ORDER BY id DESC LIMIT ?1");
	struct run *runs = arena_array(a, 1, sizeof(*runs));
	size_t count = 0, cap = 1;
	bool row;
	enum errk rc;

	query_int(&q, (int64_t)n);
	if (flow)
		query_text(&q, flow);
	while ((rc = query_next(&q, &row, e)) == E_OK && row) {
		runs = db_grow(a, runs, count, &cap, sizeof(*runs));
		runs[count++] = read_run(&q, a);
	}
	if (rc != E_OK)
		return rc;
	*out = runs;
	*n_out = count;
	return E_OK;
}

enum errk run_flows(struct state *s, struct arena *a, const char ***out, size_t *n, struct err *e)
{
	/* Hops from flow to flow in the index: DISTINCT would read years of runs. */
	CLEANUP(query)
	struct query q = query_open(
		s, "WITH RECURSIVE ran (flow) AS (SELECT min(flow) FROM run"
		   " UNION ALL SELECT (SELECT min(flow) FROM run WHERE flow > ran.flow)"
		   " FROM ran WHERE ran.flow IS NOT NULL)"
		   " SELECT flow FROM ran WHERE flow IS NOT NULL"
		   " UNION SELECT flow FROM queue INDEXED BY queue_waiting WHERE state IN (0, 2)"
		   " ORDER BY 1");

	return query_texts(&q, a, out, n, e);
}

enum errk run_purge(struct state *s, int64_t before, bool *more, struct err *e)
{
	/* Ids rise with time: the oldest come first without an index on started. */
	CLEANUP(query)
	struct query q =
		query_open(s,
			   "DELETE FROM run WHERE id IN (SELECT id FROM run AS r WHERE started < ?1"
			   " AND EXISTS (SELECT 1 FROM run WHERE flow = r.flow AND id > r.id)"
			   " ORDER BY id LIMIT ?2)");
	enum errk rc;

	query_int(&q, before);
	query_int(&q, PURGE_ROWS);
	rc = query_run(&q, e);
	if (rc == E_OK)
		*more = query_changed(&q) == PURGE_ROWS;
	return rc;
}
