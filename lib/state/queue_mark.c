#include "state/queue.h"

#include <limits.h>

#include "base/cleanup.h"
#include "state/queue_priv.h"
#include "base/banned.h"

/* The changes of state of one row: the arrows in queue.h, and no others. */

/*
 * An update by id and state found nothing. Either another process took the row away,
 * which may happen, or the caller is wrong about the row's state, which may not.
 */
static enum errk not_found(struct state *s, int64_t id, const char *wanted, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "SELECT state FROM queue WHERE id = ?");
	bool row;
	enum errk rc;

	query_int(&q, id);
	rc = query_next(&q, &row, e);
	if (rc != E_OK)
		return rc;
	if (row)
		BUG("queue row %lld can't become %s: it is %s", (long long)id, wanted,
		    queue_state_name((enum queue_state)query_col_int(&q, 0)));
	return err_set(e, E_BUSY, "queue_moved",
		       "queue row %lld was replaced or dropped by another process meanwhile",
		       (long long)id);
}

/* From now on nobody knows what the other side has of it. */
static enum errk begin_doubt(struct state *s, int64_t id, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "UPDATE link SET doubt = max(doubt & 3, 1) FROM queue"
				       " WHERE queue.id = ? AND link.record = queue.record"
				       " AND link.flow = queue.flow");

	query_int(&q, id);
	return query_run(&q, e);
}

static enum errk mark_sending(struct state *s, int64_t id, const char *batch, bool changes,
			      int64_t now, struct err *e)
{
	CLEANUP(query)
	struct query q =
		query_open(s, "UPDATE queue SET state = 1, batch = ?, changes = ?, changed_at = ?,"
			      " attempts = attempts + 1 WHERE id = ? AND state = 0");
	enum errk rc;

	query_text(&q, batch);
	query_int(&q, changes);
	query_int(&q, now);
	query_int(&q, id);
	rc = query_run(&q, e);
	if (rc == E_OK && query_changed(&q) != 1)
		return not_found(s, id, "sending", e);
	return rc == E_OK ? begin_doubt(s, id, e) : rc;
}

enum errk queue_mark_sending(struct state *s, int64_t id, const char *batch, bool changes,
			     int64_t now, struct err *e)
{
	bool own;
	enum errk rc = db_enter(s, &own, e);

	if (rc != E_OK)
		return rc;
	return db_leave(s, own, mark_sending(s, id, batch, changes, now, e), e);
}

enum errk queue_set_booked(struct state *s, int64_t id, const char *booked, struct err *e)
{
	CLEANUP(query) struct query q = query_open(s, "UPDATE queue SET booked = ? WHERE id = ?");

	query_text(&q, booked);
	query_int(&q, id);
	return query_run(&q, e);
}

enum errk queue_set_owner(struct state *s, int64_t id, const char *owner, struct err *e)
{
	CLEANUP(query) struct query q = query_open(s, "UPDATE queue SET owner = ? WHERE id = ?");

	query_text(&q, owner);
	query_int(&q, id);
	return query_run(&q, e);
}

enum errk queue_owner_came(struct state *s, const char *owner, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "UPDATE queue SET state = 0, next_attempt = 0, attempts = 0"
				       " WHERE owner = ? AND state IN (0, 2)"
				       " AND (code GLOB '" QUEUE_WAITS_FOR "*'"
				       " OR code GLOB '*" QUEUE_MISSING "')");

	query_text(&q, owner);
	return query_run(&q, e);
}

static enum errk drop_payload(struct state *s, int64_t id, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "DELETE FROM payload WHERE queue_id = ?");

	query_int(&q, id);
	return query_run(&q, e);
}

static enum errk mark_done(struct state *s, int64_t id, bool keep_payload, int64_t now,
			   struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "UPDATE queue SET state = 3, batch = NULL, code = NULL,"
				       " reason = NULL, booked = NULL, changed_at = ?"
				       " WHERE id = ? AND state = 1");
	enum errk rc;

	query_int(&q, now);
	query_int(&q, id);
	rc = query_run(&q, e);
	if (rc == E_OK && query_changed(&q) != 1)
		return not_found(s, id, "done", e);
	if (rc == E_OK && !keep_payload)
		rc = drop_payload(s, id, e);
	return rc;
}

enum errk queue_mark_done(struct state *s, int64_t id, bool keep_payload, int64_t now,
			  struct err *e)
{
	bool own;
	enum errk rc = db_enter(s, &own, e);

	if (rc != E_OK)
		return rc;
	return db_leave(s, own, mark_done(s, id, keep_payload, now, e), e);
}

enum errk queue_mark_unchanged(struct state *s, int64_t id, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "DELETE FROM queue WHERE id = ? AND state IN (0, 1)");
	enum errk rc;

	query_int(&q, id);
	rc = query_run(&q, e);
	if (rc == E_OK && query_changed(&q) != 1)
		return not_found(s, id, "unchanged", e);
	return rc;
}

/*
 * Gives a row up in favour of the newer version that waits behind it, which inherits how
 * long the record has been waiting. *gone = false: there is none.
 */
static enum errk give_way(struct state *s, int64_t id, bool *gone, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(
		s, "UPDATE queue SET enqueued_at = min(queue.enqueued_at, old.enqueued_at)"
		   " FROM (SELECT record, flow, enqueued_at FROM queue WHERE id = ? AND state = 1)"
		   " AS old WHERE queue.record = old.record AND queue.flow = old.flow"
		   " AND queue.state IN (0, 2)");
	CLEANUP(query) struct query del = query_open(s, "DELETE FROM queue WHERE id = ?");
	enum errk rc;

	query_int(&q, id);
	rc = query_run(&q, e);
	if (rc != E_OK)
		return rc;
	*gone = query_changed(&q) > 0;
	if (!*gone)
		return E_OK;
	query_int(&del, id);
	return query_run(&del, e);
}

static enum errk later(struct state *s, int64_t id, const char *code, const char *reason,
		       int64_t next_attempt, int64_t now, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "UPDATE queue SET state = 0, batch = NULL, code = ?,"
				       " reason = ?, next_attempt = ?, changed_at = ?"
				       " WHERE id = ? AND state IN (0, 1)");
	bool gone;
	enum errk rc = give_way(s, id, &gone, e);

	if (rc != E_OK || gone)
		return rc;
	query_text(&q, code);
	query_text(&q, reason);
	query_int(&q, next_attempt);
	query_int(&q, now);
	query_int(&q, id);
	rc = query_run(&q, e);
	if (rc == E_OK && query_changed(&q) != 1)
		return not_found(s, id, "ready again", e);
	return rc;
}

enum errk queue_mark_later(struct state *s, int64_t id, const char *code, const char *reason,
			   int64_t next_attempt, int64_t now, struct err *e)
{
	bool own;
	enum errk rc = db_enter(s, &own, e);

	if (rc != E_OK)
		return rc;
	return db_leave(s, own, later(s, id, code, reason, next_attempt, now, e), e);
}

/* As if these attempts had not been, and (since, if not 0) as if it had come then. */
static enum errk uncount(struct state *s, int64_t id, int attempts, int64_t since, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "UPDATE queue SET attempts = max(attempts - ?2, 0),"
				       " enqueued_at = iif(?3, ?3, enqueued_at)"
				       " WHERE id = ?1 AND state = 1");

	query_int(&q, id);
	query_int(&q, attempts);
	query_int(&q, since);
	return query_run(&q, e);
}

static enum errk later_uncounted(struct state *s, int64_t id, int attempts, int64_t since,
				 const char *code, const char *reason, int64_t next_attempt,
				 int64_t now, struct err *e)
{
	bool own;
	enum errk rc = db_enter(s, &own, e);

	if (rc != E_OK)
		return rc;
	rc = uncount(s, id, attempts, since, e);
	if (rc == E_OK)
		rc = later(s, id, code, reason, next_attempt, now, e);
	return db_leave(s, own, rc, e);
}

enum errk queue_mark_back(struct state *s, int64_t id, const char *code, const char *reason,
			  int64_t next_attempt, int64_t now, struct err *e)
{
	return later_uncounted(s, id, 1, 0, code, reason, next_attempt, now, e);
}

enum errk queue_mark_passing(struct state *s, int64_t id, const char *code, const char *reason,
			     int64_t next_attempt, int64_t now, struct err *e)
{
	return later_uncounted(s, id, INT_MAX, now, code, reason, next_attempt, now, e);
}

static enum errk park(struct state *s, int64_t id, const char *code, const char *reason,
		      int64_t now, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "UPDATE queue SET state = 2, batch = NULL, code = ?,"
				       " unmapped = 0, reason = ?, changed_at = ?"
				       " WHERE id = ? AND state IN (0, 1)");
	bool gone;
	enum errk rc = give_way(s, id, &gone, e);

	if (rc != E_OK || gone)
		return rc;
	query_text(&q, code);
	query_text(&q, reason);
	query_int(&q, now);
	query_int(&q, id);
	rc = query_run(&q, e);
	if (rc == E_OK && query_changed(&q) != 1)
		return not_found(s, id, "parked", e);
	return rc;
}

enum errk queue_mark_unmapped(struct state *s, int64_t id, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "UPDATE queue SET unmapped = 1 WHERE id = ? AND state = 2");

	query_int(&q, id);
	return query_run(&q, e);
}

enum errk queue_mark_parked(struct state *s, int64_t id, const char *code, const char *reason,
			    int64_t now, struct err *e)
{
	bool own;
	enum errk rc = db_enter(s, &own, e);

	if (rc != E_OK)
		return rc;
	return db_leave(s, own, park(s, id, code, reason, now, e), e);
}
