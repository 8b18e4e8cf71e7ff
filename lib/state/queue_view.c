#include "state/queue.h"

#include "base/cleanup.h"
#include "model/record.h"
#include "state/queue_priv.h"
#include "base/banned.h"

/* The queue as people see and steer it: lists, counts, release, drop, purge. */

enum {
	STATES_OPEN = 1 << QUEUE_READY | 1 << QUEUE_SENDING | 1 << QUEUE_PARKED,
	STATES_WAITING = 1 << QUEUE_READY | 1 << QUEUE_PARKED,
	PURGE_ROWS = 1000,
	/* Pages kept free for the next pulls, and pages given back at a time. */
	FREE_PAGES = 1024,
	VACUUM_PAGES = 4096,
};

#define MATCHES                                                                    \
	" (?1 IS NULL OR flow = ?1) AND (?2 IS NULL OR record = ?2 OR label = ?2)" \
	" AND (?3 IS NULL OR code GLOB ?3) AND (?4 >> state) & 1"                  \
	" AND unmapped >= ?6"
#define FIRST_OF " ORDER BY enqueued_at, id LIMIT ?5"

static void bind_filter(struct query *q, const struct queue_filter *f, int states)
{
	query_text(q, f->flow);
	query_text(q, f->who);
	query_text(q, f->code);
	query_int(q, states);
	query_int(q, f->limit ? (int64_t)f->limit : -1);
	query_int(q, f->unmapped);
}

/*
 * Delivered rows outnumber the others: unless they are asked for, only the small indexes
 * are read.
 */
static const char sql_open[] =
	"SELECT " QUEUE_COLUMNS " FROM queue WHERE id IN"
	" (SELECT id FROM queue INDEXED BY queue_waiting WHERE state IN (0, 2)"
	"  UNION ALL SELECT id FROM queue INDEXED BY queue_sending WHERE state = 1)"
	" AND" MATCHES FIRST_OF;
static const char sql_all[] = "SELECT " QUEUE_COLUMNS " FROM queue WHERE" MATCHES FIRST_OF;

static enum errk each(struct state *s, struct query *q, bool with_payload,
		      enum errk (*fn)(const struct queue_row *row, void *ctx, struct err *e),
		      void *ctx, struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	bool more;
	enum errk rc;

	while ((rc = query_next(q, &more, e)) == E_OK && more) {
		struct queue_row row = queue_read(q, a);

		if (with_payload)
			rc = queue_payload(s, row.id, a, &row.payload, e);
		if (rc == E_OK)
			rc = fn(&row, ctx, e);
		if (rc != E_OK)
			return rc;
		arena_reset(a);
	}
	return rc;
}

enum errk queue_under_way(struct state *s, const char *flow, int64_t since,
			  enum errk (*fn)(const struct queue_row *row, void *ctx, struct err *e),
			  void *ctx, struct err *e)
{
	/* A row that was closed as unchanged was never sent: it has no attempt. */
	CLEANUP(query)
	struct query q = query_open(
		s, "SELECT " QUEUE_COLUMNS " FROM queue WHERE flow = ?1 AND id IN"
		   " (SELECT id FROM queue INDEXED BY queue_waiting WHERE state IN (0, 2)"
		   "  UNION ALL SELECT id FROM queue INDEXED BY queue_sending WHERE state = 1"
		   "  UNION ALL SELECT id FROM queue INDEXED BY queue_done"
		   "  WHERE state = 3 AND changed_at >= ?2 AND attempts > 0)");

	query_text(&q, flow);
	query_int(&q, since);
	return each(s, &q, true, fn, ctx, e);
}

enum errk queue_each(struct state *s, const struct queue_filter *f, bool with_payload,
		     enum errk (*fn)(const struct queue_row *row, void *ctx, struct err *e),
		     void *ctx, struct err *e)
{
	int states = f->states ? f->states : STATES_OPEN;
	CLEANUP(query)
	struct query q = query_open(s, states & 1 << QUEUE_DONE ? sql_all : sql_open);

	bind_filter(&q, f, states);
	return each(s, &q, with_payload, fn, ctx, e);
}

static enum errk clear_picked(struct state *s, struct err *e)
{
	return db_exec(s,
		       "CREATE TEMP TABLE IF NOT EXISTS picked (id INTEGER PRIMARY KEY);"
		       "DELETE FROM temp.picked",
		       e);
}

/*
 * Notes the waiting rows that match in a temporary table, so that what follows is about
 * the same ones.
 */
static enum errk pick(struct state *s, const struct queue_filter *f, int64_t *n, struct err *e)
{
	CLEANUP(query)
	struct query q = {0};
	int states = (f->states ? f->states : STATES_WAITING) & STATES_WAITING;
	enum errk rc = clear_picked(s, e);

	if (rc != E_OK)
		return rc;
	q = query_open(s, "INSERT INTO temp.picked SELECT id FROM queue INDEXED BY queue_waiting"
			  " WHERE state IN (0, 2) AND" MATCHES FIRST_OF);
	bind_filter(&q, f, states);
	rc = query_run(&q, e);
	if (rc == E_OK)
		*n = query_changed(&q);
	return rc;
}

static enum errk write_journal(struct state *s, const char *action, const char *detail, int64_t now,
			       struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(
		s, "INSERT INTO journal (at, run, flow, record, label, action, outcome, requests,"
		   " detail) SELECT ?1, 0, flow, record, label, ?2, 'ok', 0, coalesce(?3, code)"
		   " FROM queue WHERE id IN (SELECT id FROM temp.picked)");

	query_int(&q, now);
	query_text(&q, action);
	query_text(&q, detail);
	return query_run(&q, e);
}

static enum errk delete_picked(struct state *s, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s,
				    "DELETE FROM queue WHERE id IN (SELECT id FROM temp.picked)");

	return query_run(&q, e);
}

static enum errk release(struct state *s, const struct queue_filter *f, int64_t now, int64_t *n,
			 struct err *e)
{
	CLEANUP(query) struct query q = {0};
	enum errk rc = pick(s, f, n, e);

	if (rc == E_OK)
		rc = write_journal(s, "released", NULL, now, e);
	if (rc != E_OK)
		return rc;
	q = query_open(
		s, "UPDATE queue SET state = 0, origin = 'retry', next_attempt = ?1,"
		   " parked_as = NULL, changed_at = ?1 WHERE id IN (SELECT id FROM temp.picked)");
	query_int(&q, now);
	return query_run(&q, e);
}

enum errk queue_release(struct state *s, const struct queue_filter *f, int64_t now, int64_t *n,
			struct err *e)
{
	int64_t count = 0;
	bool own;
	enum errk rc = db_enter(s, &own, e);

	if (rc != E_OK)
		return rc;
	rc = db_leave(s, own, release(s, f, now, &count, e), e);
	if (rc == E_OK)
		*n = count;
	return rc;
}

/* A link that knows of rows of the queue only that they were dropped; ?1: now. */
#define LINK_AS_DROPPED                                                                       \
	"INSERT INTO link (flow, record, label, target_id, version, sent_hash, dropped,"      \
	" delivered_at, changed_at, dropped_at) SELECT flow, record, label, '', version, ''," \
	" version, 0, ?1, ?1 FROM queue WHERE "

/*
 * A record that was delivered before keeps its link to the other side, and its version:
 * the drop is noted beside it, for an older version may be on its way right now.
 */
static enum errk remember_dropped(struct state *s, int64_t now, struct err *e)
{
	CLEANUP(query)
	struct query q =
		query_open(s, LINK_AS_DROPPED
			   "id IN (SELECT id FROM temp.picked)"
			   " AND (state <> 2 OR code IS NOT 'left_there')"
			   " ON CONFLICT (record, flow) DO UPDATE SET dropped = excluded.dropped,"
			   " dropped_at = excluded.dropped_at");

	query_int(&q, now);
	return query_run(&q, e);
}

/* Delivered, and parked for what is left of an older delivery: that alone is somebody else's business now. */
static enum errk forget_left(struct state *s, struct err *e)
{
	CLEANUP(query)
	struct query q =
		query_open(s, "UPDATE link SET kept = json_remove(kept, '$.left') FROM queue"
			      " WHERE queue.id IN (SELECT id FROM temp.picked) AND queue.state = 2"
			      " AND queue.code = 'left_there' AND link.record = queue.record"
			      " AND link.flow = queue.flow AND json_valid(link.kept)");

	return query_run(&q, e);
}

/*
 * What becomes of a dropped order is a person's business, in the ERP too: its articles are compared with
 * the ERP's figures as they are, as after its delivery.
 */
static enum errk doubt_articles(struct state *s, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(
		s, "UPDATE link SET " LINK_MOVED " WHERE sku IN"
		   " (SELECT json_extract(line.value, '$.sku') FROM payload,"
		   " json_each(iif(json_valid(body), body, '{}'), '$.lines') AS line"
		   " WHERE queue_id IN (SELECT id FROM temp.picked) AND line.type = 'object')");

	return query_run(&q, e);
}

static enum errk drop(struct state *s, const struct queue_filter *f, const char *reason,
		      int64_t now, int64_t *n, struct err *e)
{
	enum errk rc = pick(s, f, n, e);

	if (rc == E_OK)
		rc = remember_dropped(s, now, e);
	if (rc == E_OK)
		rc = forget_left(s, e);
	if (rc == E_OK)
		rc = doubt_articles(s, e);
	if (rc == E_OK)
		rc = write_journal(s, "dropped", reason, now, e);
	if (rc != E_OK)
		return rc;
	return delete_picked(s, e);
}

enum errk queue_drop(struct state *s, const struct queue_filter *f, const char *reason, int64_t now,
		     int64_t *n, struct err *e)
{
	int64_t count = 0;
	bool own;
	enum errk rc = db_enter(s, &own, e);

	if (rc != E_OK)
		return rc;
	rc = db_leave(s, own, drop(s, f, reason, now, &count, e), e);
	if (rc == E_OK)
		*n = count;
	return rc;
}

static enum errk resolve(struct state *s, const char *flow, const char *record, int64_t now,
			 struct err *e)
{
	CLEANUP(query) struct query q = {0};
	enum errk rc = clear_picked(s, e);

	if (rc != E_OK)
		return rc;
	/* ";" is the character after ":". */
	q = query_open(s, "INSERT INTO temp.picked SELECT id FROM queue INDEXED BY queue_waiting"
			  " WHERE state IN (0, 2) AND flow = ?1"
			  " AND (record = ?2 OR (record > ?2 || ':' AND record < ?2 || ';'))"
			  " AND NOT EXISTS (SELECT 1 FROM payload WHERE queue_id = queue.id)");
	query_text(&q, flow);
	query_text(&q, record);
	rc = query_run(&q, e);
	if (rc != E_OK || query_changed(&q) == 0)
		return rc;
	rc = write_journal(s, "resolved", NULL, now, e);
	if (rc != E_OK)
		return rc;
	return delete_picked(s, e);
}

enum errk queue_resolve(struct state *s, const char *flow, const char *record, int64_t now,
			struct err *e)
{
	bool own;
	enum errk rc = db_enter(s, &own, e);

	return rc == E_OK ? db_leave(s, own, resolve(s, flow, record, now, e), e) : rc;
}

enum errk queue_faults(struct state *s, const char *flow, const char *head, struct arena *a,
		       const char ***ids, size_t *n, struct err *e)
{
	CLEANUP(query)
	struct query q =
		query_open(s, "SELECT record FROM queue INDEXED BY queue_waiting"
			      " WHERE state IN (0, 2) AND flow = ?1"
			      " AND record > ?2 || ':' AND record < ?2 || ';'"
			      " AND NOT EXISTS (SELECT 1 FROM payload WHERE queue_id = queue.id)");

	query_text(&q, flow);
	query_text(&q, head);
	return query_texts(&q, a, ids, n, e);
}

enum errk queue_unknown_there(struct state *s, const char *flow, const char *code,
			      const char *or_code, struct arena *a, const char ***ids, size_t *n,
			      struct err *e)
{
	CLEANUP(query)
	struct query q =
		query_open(s,
			   "SELECT record FROM queue AS w INDEXED BY queue_waiting"
			   " WHERE state IN (0, 2) AND flow = ?1 AND state = 2 AND code IN (?2, ?3)"
			   " AND NOT EXISTS (SELECT 1 FROM link AS l WHERE l.flow = w.flow"
			   " AND l.record = w.record AND " LINK_MAY_STAND ")"
			   " UNION SELECT record FROM link AS l WHERE flow = ?1 AND doubt & 3 = 0"
			   " AND delivered_at > 0 AND (target_id = '' OR version = '" RECORD_GONE
			   "') AND NOT EXISTS (SELECT 1 FROM queue AS w WHERE w.flow = l.flow"
			   " AND w.record = l.record AND w.state IN (0, 1, 2)) ORDER BY record");

	query_text(&q, flow);
	query_text(&q, code);
	query_text(&q, or_code);
	return query_texts(&q, a, ids, n, e);
}

enum errk queue_undelivered(struct state *s, const char *flow, struct arena *a, const char ***ids,
			    size_t *n, struct err *e)
{
	CLEANUP(query)
	struct query q =
		query_open(s, "SELECT record FROM queue AS w INDEXED BY queue_waiting"
			      " WHERE state IN (0, 2) AND flow = ?1"
			      " AND NOT EXISTS (SELECT 1 FROM queue AS x WHERE x.record = w.record"
			      " AND x.flow = w.flow AND x.state = 1)"
			      " AND NOT EXISTS (SELECT 1 FROM link AS l WHERE l.flow = w.flow"
			      " AND l.record = w.record AND " LINK_MAY_STAND ")");

	query_text(&q, flow);
	return query_texts(&q, a, ids, n, e);
}

static enum errk close_waiting(struct state *s, const char *flow, const char *record, int64_t now,
			       int64_t *n, struct err *e)
{
	CLEANUP(query) struct query q = {0};
	enum errk rc = clear_picked(s, e);

	if (rc != E_OK)
		return rc;
	q = query_open(s, "INSERT INTO temp.picked SELECT id FROM queue INDEXED BY queue_waiting"
			  " WHERE state IN (0, 2) AND flow = ?1 AND record = ?2");
	query_text(&q, flow);
	query_text(&q, record);
	rc = query_run(&q, e);
	if (rc != E_OK)
		return rc;
	*n = query_changed(&q);
	rc = *n ? write_journal(s, "resolved", "its source has it no longer", now, e) : E_OK;
	return rc == E_OK && *n ? delete_picked(s, e) : rc;
}

enum errk queue_close(struct state *s, const char *flow, const char *record, int64_t now,
		      int64_t *n, struct err *e)
{
	bool own;
	enum errk rc = db_enter(s, &own, e);

	*n = 0;
	return rc == E_OK ? db_leave(s, own, close_waiting(s, flow, record, now, n, e), e) : rc;
}

enum errk queue_forbid(struct state *s, const struct queue_filter *f, const char *reason,
		       int64_t *n, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "UPDATE queue SET code = 'dropped', reason = ?7"
				       " WHERE id IN (SELECT id FROM queue INDEXED BY queue_sending"
				       " WHERE state = 1 AND" MATCHES " ORDER BY id LIMIT ?5)");
	enum errk rc;

	bind_filter(&q, f, 1 << QUEUE_SENDING);
	query_text(&q, reason);
	rc = query_run(&q, e);
	if (rc == E_OK)
		*n = query_changed(&q);
	return rc;
}

static enum errk link_under_way(struct state *s, const char *flow, const char *who, int64_t now,
				struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, LINK_AS_DROPPED
				    "state = 1 AND (record = ?2 OR label = ?2) AND flow = ?3"
				    " ON CONFLICT (record, flow) DO NOTHING");

	query_int(&q, now);
	query_text(&q, who);
	query_text(&q, flow);
	return query_run(&q, e);
}

static enum errk journal_for_good(struct state *s, const char *flow, const char *who,
				  const char *reason, int64_t now, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(
		s, "INSERT INTO journal (at, run, flow, record, label, action, outcome, requests,"
		   " detail) SELECT ?1, 0, flow, record, label, 'dropped', 'ok', 0,"
		   " 'for good: ' || ?2 FROM link WHERE (record = ?3 OR label = ?3) AND flow = ?4");

	query_int(&q, now);
	query_text(&q, reason);
	query_text(&q, who);
	query_text(&q, flow);
	return query_run(&q, e);
}

static enum errk drop_for_good(struct state *s, const char *flow, const char *who,
			       const char *reason, int64_t now, int64_t *n, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "UPDATE link SET for_good = 1,"
				       " dropped = coalesce(dropped, version)"
				       " WHERE (record = ?1 OR label = ?1) AND flow = ?2");
	enum errk rc = link_under_way(s, flow, who, now, e);

	if (rc != E_OK)
		return rc;
	query_text(&q, who);
	query_text(&q, flow);
	rc = query_run(&q, e);
	if (rc != E_OK)
		return rc;
	*n = query_changed(&q);
	return journal_for_good(s, flow, who, reason, now, e);
}

enum errk queue_drop_for_good(struct state *s, const char *flow, const char *who,
			      const char *reason, int64_t now, int64_t *n, struct err *e)
{
	int64_t count = 0;
	bool own;
	enum errk rc = db_enter(s, &own, e);

	if (rc != E_OK)
		return rc;
	rc = db_leave(s, own, drop_for_good(s, flow, who, reason, now, &count, e), e);
	if (rc == E_OK)
		*n = count;
	return rc;
}

enum errk queue_count(struct state *s, const char *flow, int64_t now, struct queue_counts *out,
		      struct err *e)
{
	CLEANUP(query)
	struct query q =
		query_open(s,
			   "SELECT count(*) FILTER (WHERE state = 0),"
			   " count(*) FILTER (WHERE state = 0 AND next_attempt <= ?2),"
			   " count(*) FILTER (WHERE state = 2), min(enqueued_at),"
			   " (SELECT count(*) FROM queue INDEXED BY queue_sending WHERE state = 1"
			   "  AND (?1 IS NULL OR flow = ?1))"
			   " FROM queue INDEXED BY queue_waiting WHERE state IN (0, 2)"
			   " AND (?1 IS NULL OR flow = ?1)");
	bool row;
	enum errk rc;

	query_text(&q, flow);
	query_int(&q, now);
	rc = query_next(&q, &row, e);
	if (rc != E_OK)
		return rc;
	*out = (struct queue_counts){
		.ready = query_col_int(&q, 0),
		.due = query_col_int(&q, 1),
		.parked = query_col_int(&q, 2),
		.oldest_waiting = query_col_int(&q, 3),
		.sending = query_col_int(&q, 4),
	};
	return E_OK;
}

enum errk queue_reasons(struct state *s, const char *flow, struct arena *a,
			struct queue_reason **out, size_t *n, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "SELECT code, count(*) FROM queue INDEXED BY queue_parked"
				       " WHERE state = 2 AND (?1 IS NULL OR flow = ?1)"
				       " GROUP BY code ORDER BY 2 DESC, 1");
	struct queue_reason *reasons = arena_array(a, 1, sizeof(*reasons));
	size_t count = 0, cap = 1;
	bool row;
	enum errk rc;

	query_text(&q, flow);
	while ((rc = query_next(&q, &row, e)) == E_OK && row) {
		reasons = db_grow(a, reasons, count, &cap, sizeof(*reasons));
		reasons[count++] = (struct queue_reason){
			.code = query_col(&q, 0, a),
			.n = query_col_int(&q, 1),
		};
	}
	if (rc != E_OK)
		return rc;
	*out = reasons;
	*n = count;
	return E_OK;
}

/*
 * Gives a bounded part of the free pages back to the file system. Some stay, so that a
 * busy shop's file does not shrink and grow every day; secure_delete has overwritten
 * them.
 */
static enum errk give_space_back(struct state *s, struct err *e)
{
	CLEANUP(query) struct query q = query_open(s, "PRAGMA freelist_count");
	int64_t n_free = 0;
	enum errk rc = query_one_int(&q, &n_free, e);

	if (rc != E_OK || n_free <= FREE_PAGES)
		return rc;
	_Static_assert(VACUUM_PAGES == 4096, "the number in the pragma");
	return db_exec(s, "PRAGMA incremental_vacuum(4096)", e);
}

static enum errk purge(struct state *s, int64_t before, int64_t *n, struct err *e)
{
	CLEANUP(query)
	struct query q =
		query_open(s, "DELETE FROM queue WHERE id IN (SELECT id FROM queue"
			      " INDEXED BY queue_done WHERE state = 3 AND changed_at < ? LIMIT ?)");
	enum errk rc;

	query_int(&q, before);
	query_int(&q, PURGE_ROWS);
	rc = query_run(&q, e);
	if (rc != E_OK)
		return rc;
	*n = query_changed(&q);
	return give_space_back(s, e);
}

enum errk queue_purge(struct state *s, int64_t before, bool *more, struct err *e)
{
	int64_t n = 0;
	bool own;
	enum errk rc = db_enter(s, &own, e);

	if (rc != E_OK)
		return rc;
	rc = db_leave(s, own, purge(s, before, &n, e), e);
	if (rc == E_OK)
		*more = n == PURGE_ROWS;
	return rc;
}
