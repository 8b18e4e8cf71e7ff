#include "state/queue.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "state/queue_priv.h"
#include "base/banned.h"

/*
 * States stand as numbers in the SQL (0 ready, 1 sending, 2 parked, 3 done): SQLite uses
 * a partial index only when it sees the index's own condition in the statement, not a
 * parameter.
 */
_Static_assert(QUEUE_READY == 0 && QUEUE_SENDING == 1 && QUEUE_PARKED == 2 && QUEUE_DONE == 3,
	       "the state file's numbers");

const char *queue_state_name(enum queue_state st)
{
	switch (st) {
	case QUEUE_READY:
		return "ready";
	case QUEUE_SENDING:
		return "sending";
	case QUEUE_PARKED:
		return "parked";
	case QUEUE_DONE:
		return "done";
	}
	BUG("queue state %d", (int)st);
}

struct queue_row queue_read(const struct query *q, struct arena *a)
{
	return (struct queue_row){
		.id = query_col_int(q, 0),
		.flow = query_col(q, 1, a),
		.record = query_col(q, 2, a),
		.label = query_col(q, 3, a),
		.version = query_col(q, 4, a),
		.state = (enum queue_state)query_col_int(q, 5),
		.batch = query_col(q, 6, a),
		.origin = query_col(q, 7, a),
		.attempts = (int)query_col_int(q, 8),
		.next_attempt = query_col_int(q, 9),
		.code = query_col(q, 10, a),
		.reason = query_col(q, 11, a),
		.enqueued_at = query_col_int(q, 12),
		.changed_at = query_col_int(q, 13),
		.read_at = query_col_int(q, 14),
		.booked = query_col(q, 15, a),
		.changes = (int)query_col_int(q, 16),
	};
}

/* What the state file knows of a record when a version of it arrives. */
struct known {
	bool version; /* this very version waits, is being sent, or was the last delivered */
	bool moved; /* what stands there of it has moved since: it is compared, though a version waits */
	bool dropped;     /* this very version was dropped, or all are, and nothing else waits */
	bool any_dropped; /* some version of it is remembered as dropped, or when it was */
	bool sending;     /* a version of it is being sent */
	int64_t waiting, enqueued_at, next_attempt; /* waiting: id of the waiting row, 0 = none */
	const char *parked_as; /* why the waiting row, or one it replaced, was parked; or NULL */
};

static enum errk look_up(struct state *s, const char *flow, const char *record, const char *version,
			 struct arena *a, struct known *out, struct err *e)
{
	/* coalesce: the waiting row is asked, else the sending row, else the link if it knows. */
	CLEANUP(query)
	struct query q = query_open(
		s,
		"SELECT coalesce(coalesce(w.version, x.version, iif(l.doubt OR l.adopted_at,"
		" NULL, l.version))"
		" = ?3, 0),"
		" w.id IS NULL AND (l.dropped IS ?3 OR coalesce(l.for_good, 0)),"
		" l.dropped IS NOT NULL OR coalesce(l.dropped_at, 0), w.id, w.enqueued_at, w.next_attempt,"
		" iif(w.state = 2, w.code, w.parked_as),"
		" coalesce(l.doubt & 4 AND " LINK_AT_REST ", 0), x.id IS NOT NULL"
		" FROM (SELECT 1)"
		" LEFT JOIN queue AS w ON w.record = ?1 AND w.flow = ?2 AND w.state IN (0, 2)"
		" LEFT JOIN queue AS x ON x.record = ?1 AND x.flow = ?2 AND x.state = 1"
		" LEFT JOIN link AS l ON l.record = ?1 AND l.flow = ?2");
	bool row;
	enum errk rc;

	query_text(&q, record);
	query_text(&q, flow);
	query_text(&q, version);
	rc = query_next(&q, &row, e);
	if (rc != E_OK)
		return rc;
	*out = (struct known){
		.version = query_col_int(&q, 0) != 0,
		.dropped = query_col_int(&q, 1) != 0,
		.any_dropped = query_col_int(&q, 2) != 0,
		.waiting = query_col_int(&q, 3),
		.enqueued_at = query_col_int(&q, 4),
		.next_attempt = query_col_int(&q, 5),
		.parked_as = a ? query_col(&q, 6, a) : NULL,
		.moved = query_col_int(&q, 7) != 0,
		.sending = query_col_int(&q, 8) != 0,
	};
	return E_OK;
}

static enum errk delete_row(struct state *s, int64_t id, struct err *e)
{
	CLEANUP(query) struct query q = query_open(s, "DELETE FROM queue WHERE id = ?");

	query_int(&q, id);
	return query_run(&q, e);
}

/*
 * A dropped version that comes back after another one is news: stock may go 5, 4, 5. What was said before it only a
 * person brings back, by name.
 */
static enum errk forget_dropped(struct state *s, const char *flow, const char *record, bool named,
				struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "UPDATE link SET dropped = NULL, for_good = 0,"
				       " dropped_at = iif(?3, 0, dropped_at)"
				       " WHERE record = ?1 AND flow = ?2");

	query_text(&q, record);
	query_text(&q, flow);
	query_int(&q, named);
	return query_run(&q, e);
}

static enum errk insert_payload(struct state *s, int64_t id, const char *payload, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "INSERT INTO payload (queue_id, body) VALUES (?, ?)");

	query_int(&q, id);
	query_text(&q, payload);
	return query_run(&q, e);
}

static enum errk insert_row(struct state *s, const struct queue_row *r, const char *parked_as,
			    struct err *e)
{
	CLEANUP(query)
	struct query q =
		query_open(s, "INSERT INTO queue (flow, record, label, version, state, origin,"
			      " next_attempt, enqueued_at, changed_at, parked_as)"
			      " VALUES (?, ?, ?, ?, 0, ?, ?, ?, ?, ?)");
	enum errk rc;

	query_text(&q, r->flow);
	query_text(&q, r->record);
	query_text(&q, r->label);
	query_text(&q, r->version);
	query_text(&q, r->origin);
	query_int(&q, r->next_attempt);
	query_int(&q, r->enqueued_at);
	query_int(&q, r->changed_at);
	query_text(&q, parked_as);
	rc = query_run(&q, e);
	/* What its source could not make a document of is parked without one. */
	if (rc == E_OK && r->payload)
		rc = insert_payload(s, sqlite3_last_insert_rowid(s->db), r->payload, e);
	return rc;
}

/* Of one version a document may still tell when it was read. */
static enum errk update_payload(struct state *s, int64_t id, const char *payload, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "UPDATE payload SET body = ?2 WHERE queue_id = ?1"
				       " AND body <> ?2");

	query_int(&q, id);
	query_text(&q, payload);
	return query_run(&q, e);
}

/*
 * Nothing of it is new, unless there is a document now, or none any more: it is tried again, and what it was parked for is
 * remembered. What is on hold is so no longer.
 */
static enum errk repeat_row(struct state *s, int64_t id, const struct queue_row *r, bool *same,
			    struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(
		s, "UPDATE queue SET state = 0, label = ?2, attempts = 0, next_attempt = ?3,"
		   " changed_at = ?4, parked_as = iif(state = 2, code, parked_as),"
		   " code = nullif(code, '" QUEUE_ON_HOLD "'),"
		   " reason = iif(code IS '" QUEUE_ON_HOLD "', NULL, reason)"
		   " WHERE id = ?1 AND EXISTS (SELECT 1 FROM payload WHERE queue_id = ?1) = ?5");
	enum errk rc;

	query_int(&q, id);
	query_text(&q, r->label);
	query_int(&q, r->next_attempt);
	query_int(&q, r->changed_at);
	query_int(&q, r->payload != NULL);
	rc = query_run(&q, e);
	if (rc == E_OK)
		*same = query_changed(&q) > 0;
	return rc == E_OK && *same && r->payload ? update_payload(s, id, r->payload, e) : rc;
}

static bool is_known(const struct known *k, enum queue_put_mode mode)
{
	return (k->version && !k->moved && mode == QUEUE_PUT_NEWS) ||
	       (k->dropped && mode != QUEUE_PUT_NAMED);
}

static enum errk put(struct state *s, struct queue_row *r, enum queue_put_mode mode,
		     enum queue_put_result *result, struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct known k;
	bool same = false;
	enum errk rc = look_up(s, r->flow, r->record, r->version, a, &k, e);

	if (rc != E_OK)
		return rc;
	*result = is_known(&k, mode) ? QUEUE_PUT_KNOWN
		  : k.version        ? QUEUE_PUT_REPEATED
		  : k.waiting        ? QUEUE_PUT_REPLACED
				     : QUEUE_PUT_NEW;
	if (*result == QUEUE_PUT_KNOWN)
		return E_OK;
	if (k.waiting) {
		r->enqueued_at = k.enqueued_at;
		if (k.next_attempt < r->next_attempt)
			r->next_attempt = k.next_attempt;
		if (k.version && mode == QUEUE_PUT_AGAIN)
			rc = repeat_row(s, k.waiting, r, &same, e);
		if (rc == E_OK && !same)
			rc = delete_row(s, k.waiting, e);
	}
	if (rc == E_OK && k.any_dropped)
		rc = forget_dropped(s, r->flow, r->record, mode == QUEUE_PUT_NAMED, e);
	if (rc == E_OK && !same)
		rc = insert_row(s, r, k.parked_as, e);
	return rc;
}

enum errk queue_put(struct state *s, const struct queue_row *arrived, enum queue_put_mode mode,
		    int64_t now, enum queue_put_result *out, struct err *e)
{
	struct queue_row r = *arrived;
	enum queue_put_result result = QUEUE_PUT_KNOWN;
	bool own;
	enum errk rc = db_enter(s, &own, e);

	if (rc != E_OK)
		return rc;
	r.next_attempt = r.enqueued_at = r.changed_at = now;
	rc = db_leave(s, own, put(s, &r, mode, &result, e), e);
	if (rc == E_OK)
		*out = result;
	return rc;
}

enum errk queue_knows(struct state *s, const char *flow, const char *record, const char *version,
		      bool *known, bool *waits, struct err *e)
{
	struct known k;
	enum errk rc = look_up(s, flow, record, version, NULL, &k, e);

	if (rc == E_OK) {
		*known = is_known(&k, QUEUE_PUT_NEWS);
		*waits = k.waiting || k.sending;
	}
	return rc;
}

enum errk queue_undelivered_payload(struct state *s, const char *flow, const char *record,
				    struct arena *a, const char **payload, struct err *e)
{
	CLEANUP(query)
	struct query q =
		query_open(s,
			   "SELECT body FROM (SELECT id, 0 AS sending FROM queue WHERE record = ?1"
			   " AND flow = ?2 AND state IN (0, 2) UNION ALL SELECT id, 1 FROM queue"
			   " WHERE record = ?1 AND flow = ?2 AND state = 1"
			   " AND code IS NOT 'dropped') LEFT JOIN payload ON queue_id = id"
			   " ORDER BY sending LIMIT 1");
	bool row;
	enum errk rc;

	query_text(&q, record);
	query_text(&q, flow);
	rc = query_next(&q, &row, e);
	if (rc == E_OK)
		*payload = row ? query_col(&q, 0, a) : NULL;
	return rc;
}

enum errk queue_confirm(struct state *s, const char *flow, const char *record, const char *version,
			int64_t read_at, int64_t now, struct err *e)
{
	CLEANUP(query)
	struct query q =
		query_open(s, "UPDATE queue SET read_at = ?4,"
			      " state = iif(state = 2 AND code = 'too_old', 0, state),"
			      " next_attempt = iif(code IN ('too_old', 'on_order', 'figure_older',"
			      " 'sent_again'), ?5, next_attempt)"
			      " WHERE id IN (SELECT id FROM queue WHERE record = ?1 AND flow = ?2"
			      " AND state IN (0, 2) UNION ALL SELECT id FROM queue"
			      " WHERE record = ?1 AND flow = ?2 AND state = 1)"
			      " AND version = ?3 AND read_at < ?4");

	query_text(&q, record);
	query_text(&q, flow);
	query_text(&q, version);
	query_int(&q, read_at);
	query_int(&q, now);
	return query_run(&q, e);
}

enum errk queue_parked_as(struct state *s, int64_t id, struct arena *a, const char **code,
			  const char **reason, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "SELECT parked_as, iif(code = parked_as, reason, NULL)"
				       " FROM queue WHERE id = ?");
	bool row;
	enum errk rc;

	query_int(&q, id);
	rc = query_next(&q, &row, e);
	if (rc == E_OK)
		*code = row ? query_col(&q, 0, a) : NULL;
	if (rc == E_OK)
		*reason = row ? query_col(&q, 1, a) : NULL;
	return rc;
}

enum errk queue_forget_parked_as(struct state *s, int64_t id, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "UPDATE queue SET parked_as = NULL WHERE id = ?");

	query_int(&q, id);
	return query_run(&q, e);
}

enum errk queue_waiting(struct state *s, const char *flow, const char *record, int64_t *id,
			struct err *e)
{
	struct known k;
	enum errk rc = look_up(s, flow, record, "", NULL, &k, e);

	if (rc == E_OK)
		*id = k.waiting;
	return rc;
}

enum errk queue_last(struct state *s, int64_t *id, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "SELECT coalesce((SELECT seq FROM sqlite_sequence"
				       " WHERE name = 'queue'), 0)");

	return query_one_int(&q, id, e);
}

struct rows {
	struct arena *a;
	struct queue_row *row;
	size_t n, cap;
};

static enum errk read_rows(struct query *q, struct rows *to, size_t max, struct err *e)
{
	bool row = false;
	enum errk rc = E_OK;

	while (to->n < max && (rc = query_next(q, &row, e)) == E_OK && row) {
		to->row = db_grow(to->a, to->row, to->n, &to->cap, sizeof(*to->row));
		to->row[to->n++] = queue_read(q, to->a);
	}
	return rc;
}

static enum errk read_list(struct query *q, size_t n, struct arena *a, struct queue_row **rows,
			   size_t *n_rows, struct err *e)
{
	struct rows to = {.a = a, .row = arena_array(a, 1, sizeof(*to.row)), .cap = 1};
	enum errk rc = read_rows(q, &to, n, e);

	if (rc != E_OK)
		return rc;
	*rows = to.row;
	*n_rows = to.n;
	return E_OK;
}

#define NOT_SENDING                                                               \
	" AND NOT EXISTS (SELECT 1 FROM queue AS x WHERE x.record = queue.record" \
	" AND x.flow = queue.flow AND x.state = 1)"

#define DUE_ROWS                                                   \
	"SELECT " QUEUE_COLUMNS " FROM queue INDEXED BY queue_due" \
	" WHERE flow = ? AND state = 0 AND next_attempt <= ?" NOT_SENDING

static enum errk due_of(struct state *s, const char *flow, const char *record, struct rows *to,
			size_t max, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s,
				    "SELECT " QUEUE_COLUMNS " FROM queue INDEXED BY queue_waiting"
				    " WHERE record = ? AND flow = ? AND state IN (0, 2)"
				    " AND state = 0" NOT_SENDING);

	query_text(&q, record);
	query_text(&q, flow);
	return read_rows(&q, to, max, e);
}

static int oldest_first(const void *a, const void *b)
{
	const struct queue_row *x = a, *y = b;

	if (x->next_attempt != y->next_attempt)
		return x->next_attempt < y->next_attempt ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

enum errk queue_due(struct state *s, const char *flow, const char *const *only, size_t n_only,
		    int64_t now, size_t n, struct arena *a, struct queue_row **rows, size_t *n_rows,
		    struct err *e)
{
	/* The order is the index's own: nothing is sorted, only n rows are read. */
	CLEANUP(query)
	struct query q = query_open(s, DUE_ROWS " AND code IS NOT '" QUEUE_ON_HOLD
						"' ORDER BY next_attempt, id");
	struct rows to = {.a = a, .row = arena_array(a, 1, sizeof(*to.row)), .cap = 1};
	enum errk rc = E_OK;

	if (only) {
		for (size_t i = 0; i < n_only && rc == E_OK; i++)
			rc = due_of(s, flow, only[i], &to, SIZE_MAX, e);
		qsort(to.row, to.n, sizeof(*to.row), oldest_first);
		if (to.n > n)
			to.n = n;
	} else {
		query_text(&q, flow);
		query_int(&q, now);
		rc = read_rows(&q, &to, n, e);
	}
	if (rc != E_OK)
		return rc;
	*rows = to.row;
	*n_rows = to.n;
	return E_OK;
}

static enum errk due_where(struct state *s, const char *sql, const char *flow, int64_t now,
			   size_t n, struct arena *a, struct queue_row **rows, size_t *n_rows,
			   struct err *e)
{
	CLEANUP(query) struct query q = query_open(s, sql);

	query_text(&q, flow);
	query_int(&q, now);
	return read_list(&q, n, a, rows, n_rows, e);
}

enum errk queue_due_bare(struct state *s, const char *flow, int64_t now, size_t n, struct arena *a,
			 struct queue_row **rows, size_t *n_rows, struct err *e)
{
	return due_where(s,
			 DUE_ROWS
			 " AND NOT EXISTS (SELECT 1 FROM payload WHERE queue_id = queue.id)"
			 " ORDER BY next_attempt, id",
			 flow, now, n, a, rows, n_rows, e);
}

enum errk queue_due_held(struct state *s, const char *flow, int64_t now, size_t n, struct arena *a,
			 struct queue_row **rows, size_t *n_rows, struct err *e)
{
	return due_where(s, DUE_ROWS " AND code = '" QUEUE_ON_HOLD "' ORDER BY next_attempt, id",
			 flow, now, n, a, rows, n_rows, e);
}

enum errk queue_name_held(struct state *s, const char *flow, const char *who, int64_t now,
			  struct arena *a, const char **record, struct err *e)
{
	CLEANUP(query)
	struct query q =
		query_open(s, "UPDATE queue SET code = NULL, reason = NULL, origin = 'only',"
			      " next_attempt = ?3, changed_at = ?3 WHERE id = (SELECT id FROM queue"
			      " INDEXED BY queue_due WHERE flow = ?1 AND state = 0"
			      " AND code = '" QUEUE_ON_HOLD "' AND (record = ?2 OR label = ?2 OR"
			      " label = '#' || ?2 OR substr(record, -length(?2) - 1) = '/' || ?2)"
			      " AND EXISTS (SELECT 1 FROM payload WHERE queue_id = queue.id)"
			      " ORDER BY record <> ?2, label <> ?2, id LIMIT 1) RETURNING record");
	bool row;
	enum errk rc;

	query_text(&q, flow);
	query_text(&q, who);
	query_int(&q, now);
	rc = query_next(&q, &row, e);
	if (rc == E_OK)
		*record = row ? query_col(&q, 0, a) : NULL;
	return rc;
}

enum errk queue_waiting_row(struct state *s, const char *flow, const char *record, struct arena *a,
			    struct queue_row *out, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "SELECT " QUEUE_COLUMNS " FROM queue WHERE record = ?"
				       " AND flow = ? AND state IN (0, 2)");
	bool row;
	enum errk rc;

	query_text(&q, record);
	query_text(&q, flow);
	rc = query_next(&q, &row, e);
	if (rc == E_OK)
		*out = row ? queue_read(&q, a) : (struct queue_row){0};
	return rc;
}

enum errk queue_sending(struct state *s, const char *flow, size_t n, struct arena *a,
			struct queue_row **rows, size_t *n_rows, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s,
				    "SELECT " QUEUE_COLUMNS " FROM queue INDEXED BY queue_sending"
				    " WHERE flow = ? AND state = 1 ORDER BY batch, id");

	query_text(&q, flow);
	return read_list(&q, n, a, rows, n_rows, e);
}

enum errk queue_batches(struct state *s, const char *flow, struct arena *a, const char ***keys,
			size_t *n, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "SELECT DISTINCT batch FROM queue INDEXED BY queue_sending"
				       " WHERE flow = ? AND state = 1");

	query_text(&q, flow);
	return query_texts(&q, a, keys, n, e);
}

enum errk queue_payloads(struct state *s, const char *flow, const char *record, struct arena *a,
			 const char ***payload, size_t *n, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(
		s, "SELECT body FROM payload WHERE queue_id IN"
		   " (SELECT id FROM queue INDEXED BY queue_waiting WHERE record = ?1 AND flow = ?2"
		   "  AND state IN (0, 2) UNION ALL"
		   "  SELECT id FROM queue INDEXED BY queue_sending WHERE record = ?1 AND flow = ?2"
		   "  AND state = 1 UNION ALL"
		   "  SELECT id FROM queue INDEXED BY queue_record WHERE record = ?1 AND flow = ?2"
		   "  AND state = 3)");

	query_text(&q, record);
	query_text(&q, flow);
	return query_texts(&q, a, payload, n, e);
}

enum errk queue_payload(struct state *s, int64_t id, struct arena *a, const char **payload,
			struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "SELECT body FROM payload WHERE queue_id = ?");
	bool row;
	enum errk rc;

	query_int(&q, id);
	rc = query_next(&q, &row, e);
	if (rc == E_OK)
		*payload = row ? query_col(&q, 0, a) : NULL;
	return rc;
}
