#include "state/queue.h"

#include "base/cleanup.h"
#include "state/queue_priv.h"
#include "base/banned.h"

static enum errk has_open_row(struct state *s, const char *flow, const char *record, bool *open,
			      struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "SELECT 1 FROM queue WHERE record = ?1 AND flow = ?2"
				       " AND state IN (0, 2) UNION ALL SELECT 1 FROM queue"
				       " WHERE record = ?1 AND flow = ?2 AND state = 1");

	query_text(&q, record);
	query_text(&q, flow);
	return query_next(&q, open, e);
}

/*
 * The row as it was delivered, with its document; since then the version may have moved on without
 * changing the document.
 */
static enum errk park_done_row(struct state *s, const char *flow, const char *record,
			       const char *version, const char *code, const char *reason,
			       int64_t now, bool *found, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(
		s, "UPDATE queue SET state = 2, version = ?, code = ?, reason = ?, changed_at = ?"
		   " WHERE id ="
		   " (SELECT max(id) FROM queue INDEXED BY queue_record"
		   "  WHERE record = ? AND flow = ? AND state = 3)");
	enum errk rc;

	query_text(&q, version);
	query_text(&q, code);
	query_text(&q, reason);
	query_int(&q, now);
	query_text(&q, record);
	query_text(&q, flow);
	rc = query_run(&q, e);
	if (rc == E_OK)
		*found = query_changed(&q) > 0;
	return rc;
}

static enum errk add_parked_row(struct state *s, const char *flow, const char *record,
				const char *label, const char *version, const char *code,
				const char *reason, int64_t now, struct err *e)
{
	CLEANUP(query)
	struct query q =
		query_open(s,
			   "INSERT INTO queue (flow, record, label, version, state,"
			   " origin, next_attempt, code, reason, enqueued_at,"
			   " changed_at) VALUES (?1, ?2, ?3, ?4, 2, 'retry', ?7, ?5, ?6, ?7, ?7)");

	query_text(&q, flow);
	query_text(&q, record);
	query_text(&q, label);
	query_text(&q, version);
	query_text(&q, code);
	query_text(&q, reason);
	query_int(&q, now);
	return query_run(&q, e);
}

/*
 * What waits would tell the target of a record that it does not have, or has otherwise: it is parked too, with
 * what it was parked for itself in front; once, however often it is said.
 */
static enum errk park_waiting_row(struct state *s, const char *flow, const char *record,
				  const char *code, const char *reason, int64_t now, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "UPDATE queue SET state = 2, changed_at = ?5,"
				       " code = iif(state = 2, coalesce(code, ?3), ?3),"
				       " reason = iif(state = 2, coalesce(reason || '; ', ''), '')"
				       " || ?4 WHERE record = ?1 AND flow = ?2"
				       " AND (state = 0 OR state = 2"
				       " AND instr(coalesce(reason, ''), ?4) = 0)");

	query_text(&q, record);
	query_text(&q, flow);
	query_text(&q, code);
	query_text(&q, reason);
	query_int(&q, now);
	return query_run(&q, e);
}

static enum errk reopen(struct state *s, const char *flow, const char *record, const char *label,
			const char *version, const char *code, const char *reason, int64_t now,
			struct err *e)
{
	bool open, found = false;
	enum errk rc = has_open_row(s, flow, record, &open, e);

	if (rc != E_OK)
		return rc;
	if (open)
		return park_waiting_row(s, flow, record, code, reason, now, e);
	rc = park_done_row(s, flow, record, version, code, reason, now, &found, e);
	if (rc == E_OK && !found)
		rc = add_parked_row(s, flow, record, label, version, code, reason, now, e);
	return rc;
}

enum errk queue_reopen(struct state *s, const char *flow, const char *record, const char *label,
		       const char *version, const char *code, const char *reason, int64_t now,
		       struct err *e)
{
	bool own;
	enum errk rc = db_enter(s, &own, e);

	if (rc != E_OK)
		return rc;
	return db_leave(s, own, reopen(s, flow, record, label, version, code, reason, now, e), e);
}

enum errk queue_try_parked(struct state *s, const char *flow, const char *code, int64_t now,
			   struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "UPDATE queue INDEXED BY queue_parked SET state = 0,"
				       " origin = 'retry', parked_as = code, attempts = 0,"
				       " next_attempt = ?3, changed_at = ?3"
				       " WHERE state = 2 AND flow = ?1 AND code = ?2");

	query_text(&q, flow);
	query_text(&q, code);
	query_int(&q, now);
	return query_run(&q, e);
}

#define HELD_REASON  "'it was delivered less far than it may go now'"
#define HELD_BECAUSE "code = 'held_back', reason = " HELD_REASON
/* Nothing of it waits or is under way, and no person took a version of it out. */
#define HELD                                                                 \
	" FROM link AS l WHERE l.flow = ?1"                                  \
	" AND substr(l.kept || ' ', 1, length(?2) + 1) = ?2 || ' '"          \
	" AND l.target_id > ''"                                              \
	" AND l.dropped IS NULL AND l.for_good = 0 AND NOT EXISTS (SELECT 1" \
	" FROM queue AS w WHERE w.record = l.record AND w.flow = l.flow"     \
	" AND w.state IN (0, 2)) AND NOT EXISTS (SELECT 1 FROM queue AS w"   \
	" WHERE w.record = l.record AND w.flow = l.flow AND w.state = 1)"

/* With the document that is kept, if that is of the last version … */
#define WAIT_DONE_ROWS                                                                   \
	"UPDATE queue SET state = 0, origin = 'retry', attempts = 0, " HELD_BECAUSE      \
	", next_attempt = ?3, enqueued_at = ?3, changed_at = ?3"                         \
	" WHERE id IN (SELECT (SELECT max(d.id) FROM queue AS d INDEXED BY queue_record" \
	"  WHERE d.record = l.record AND d.flow = l.flow AND d.state = 3"                \
	"  AND d.version = l.version AND EXISTS (SELECT 1 FROM payload"                  \
	"  WHERE queue_id = d.id))" HELD ")"
/* … else it is asked for. */
#define ADD_WAITING_ROWS                                                                \
	"INSERT INTO queue (flow, record, label, version, state, origin, next_attempt," \
	" enqueued_at, changed_at, code, reason) SELECT l.flow, l.record, l.label,"     \
	" l.version, 0, 'retry', ?3, ?3, ?3, 'held_back', " HELD_REASON HELD

static enum errk change_held(struct state *s, const char *sql, const char *flow, const char *kept,
			     int64_t now, int64_t *n, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, sql);
	enum errk rc;

	query_text(&q, flow);
	query_text(&q, kept);
	query_int(&q, now);
	rc = query_run(&q, e);
	if (rc == E_OK)
		*n += query_changed(&q);
	return rc;
}

enum errk queue_repeat_held(struct state *s, const char *flow, const char *kept, int64_t now,
			    int64_t *n, struct err *e)
{
	bool own;
	enum errk rc = db_enter(s, &own, e);

	if (rc != E_OK)
		return rc;
	rc = change_held(s, WAIT_DONE_ROWS, flow, kept, now, n, e);
	if (rc == E_OK)
		rc = change_held(s, ADD_WAITING_ROWS, flow, kept, now, n, e);
	return db_leave(s, own, rc, e);
}
