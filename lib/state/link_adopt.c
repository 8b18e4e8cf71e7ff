#include "state/link_priv.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "state/queue.h"
#include "base/banned.h"

/* Links that no write of ours has made: the target has the record all the same. */

enum errk link_adopt(struct state *s, const struct link *l, bool named, int64_t at, bool *known,
		     struct err *e)
{
	/*
	 * One without a target that was answered is a refusal of the target's: it is not there, unless a
	 * person says so. A target without a hash has not taken the last change.
	 */
	CLEANUP(query)
	struct query q = query_open(
		s,
		"INSERT INTO link (flow, record, label, target_id, target, n_parts, version,"
		" sent_hash, delivered_at, changed_at, adopted_at, kept)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?9, ?11)"
		" ON CONFLICT (record, flow) DO UPDATE SET label = excluded.label,"
		" target_id = excluded.target_id, target = excluded.target,"
		" n_parts = excluded.n_parts, version = excluded.version,"
		" sent_hash = excluded.sent_hash, changed_at = excluded.changed_at,"
		" adopted_at = excluded.adopted_at, acknowledgement = NULL, acknowledged_at = NULL,"
		" kept = coalesce(excluded.kept, kept),"
		" delivered_at = iif(delivered_at = 0, excluded.delivered_at, delivered_at)"
		" WHERE iif(target_id = '', ?10 OR acknowledgement IS NULL,"
		" iif(?10, sent_hash = '' AND adopted_at = 0"
		" OR target_id = ?12 AND excluded.target_id <> target_id,"
		" excluded.changed_at > changed_at"
		" AND excluded.target_id <> target_id))");
	enum errk rc;

	CLEANUP(arena) struct arena *a = arena_new();
	link_bind(&q, l, a);
	query_int(&q, at);
	query_int(&q, named);
	query_text(&q, l->kept);
	query_text(&q, LINK_BY_HAND);
	rc = query_run(&q, e);
	if (rc == E_OK)
		*known = query_changed(&q) == 0;
	return rc == E_OK && !*known ? queue_owner_came(s, l->record, e) : rc;
}

enum errk link_bound_adopted(struct state *s, const char *flow, int64_t now, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "UPDATE link SET adopted_at = ?1, changed_at = ?1,"
				       " delivered_at = min(delivered_at, ?1)"
				       " WHERE flow = ?2 AND adopted_at > ?3");

	query_int(&q, now);
	query_text(&q, flow);
	query_int(&q, now + CLOCK_TOLERANCE_S);
	return query_run(&q, e);
}

enum errk link_set_baseline(struct state *s, const char *flow, const char *record,
			    const char *version, const char *hash, int64_t now, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "UPDATE link SET version = ?, sent_hash = ?, adopted_at = 0,"
				       " changed_at = ? WHERE record = ? AND flow = ?");

	query_text(&q, version);
	query_text(&q, hash);
	query_int(&q, now);
	query_text(&q, record);
	query_text(&q, flow);
	return link_change(&q, flow, record, e);
}
