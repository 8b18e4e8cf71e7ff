#include "state/link_priv.h"

#include "base/cleanup.h"
#include "state/queue.h"
#include "base/banned.h"

#define LINK_COLUMNS                                                               \
	"SELECT flow, record, label, target_id, version, sent_hash, delivered_at," \
	" changed_at, acknowledgement, dropped, kept, doubt, adopted_at, for_good, target FROM link "

static enum errk read_link(const struct query *q, struct arena *a, struct link *out, struct err *e)
{
	*out = (struct link){
		.flow = query_col(q, 0, a),
		.record = query_col(q, 1, a),
		.label = query_col(q, 2, a),
		.version = query_col(q, 4, a),
		.sent_hash = query_col(q, 5, a),
		.delivered_at = query_col_int(q, 6),
		.changed_at = query_col_int(q, 7),
		.acknowledged = query_col(q, 8, a),
		.dropped = query_col(q, 9, a),
		.kept = query_col(q, 10, a),
		.doubt = query_col_int(q, 11) != 0,
		.kept_old = (query_col_int(q, 11) & 2) != 0,
		.adopted_at = query_col_int(q, 12),
		.for_good = query_col_int(q, 13) != 0,
	};
	return target_read(query_col(q, 3, a), query_col(q, 14, a), a, &out->target, e);
}

enum errk link_get(struct state *s, const char *flow, const char *record, struct arena *a,
		   struct link *out, bool *found, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, LINK_COLUMNS "WHERE record = ? AND flow = ?");
	bool row;
	enum errk rc;

	query_text(&q, record);
	query_text(&q, flow);
	rc = query_next(&q, &row, e);
	if (rc != E_OK)
		return rc;
	*found = row;
	return row ? read_link(&q, a, out, e) : E_OK;
}

void link_bind(struct query *q, const struct link *l, struct arena *a)
{
	query_text(q, l->flow);
	query_text(q, l->record);
	query_text(q, l->label);
	query_text(q, l->target.id ? l->target.id : "");
	query_text(q, target_more(&l->target, a));
	query_int(q, (int64_t)l->target.n_parts);
	query_text(q, l->version);
	query_text(q, l->sent_hash);
}

enum errk link_change(struct query *q, const char *flow, const char *record, struct err *e)
{
	enum errk rc = query_run(q, e);

	if (rc == E_OK && query_changed(q) != 1)
		BUG("%s %s has no link", flow, record);
	return rc;
}

enum errk link_set(struct state *s, const struct link *l, int64_t now, struct err *e)
{
	/* `dropped` stays: it may name a newer version, dropped while this one was sent. */
	CLEANUP(query)
	struct query q = query_open(
		s,
		"INSERT INTO link (flow, record, label, target_id, target, n_parts,"
		" version, sent_hash, acknowledgement, delivered_at, changed_at, acknowledged_at,"
		" kept, doubt, sku, demand_at)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, iif(?8 = '', 0, ?10), ?10,"
		" iif(?9 IS NULL, NULL, ?10), ?11, ?12, ?13, ?14)"
		" ON CONFLICT (record, flow) DO UPDATE SET label = excluded.label,"
		" target_id = excluded.target_id, target = excluded.target,"
		" n_parts = excluded.n_parts, version = excluded.version,"
		" sent_hash = excluded.sent_hash, acknowledgement = excluded.acknowledgement,"
		" acknowledged_at = excluded.acknowledged_at, changed_at = excluded.changed_at,"
		" kept = coalesce(excluded.kept, kept), doubt = doubt & 12 | excluded.doubt,"
		" sku = excluded.sku, demand_at = excluded.demand_at, adopted_at = 0,"
		" delivered_at = iif(delivered_at = 0,"
		" excluded.delivered_at, delivered_at)");

	CLEANUP(arena) struct arena *a = arena_new();
	link_bind(&q, l, a);
	query_text(&q, l->acknowledged);
	query_int(&q, now);
	query_text(&q, l->kept);
	query_int(&q, l->doubt);
	query_text(&q, l->sku);
	query_int(&q, l->demand_at);
	enum errk rc = query_run(&q, e);
	return rc == E_OK && target_is(&l->target) ? queue_owner_came(s, l->record, e) : rc;
}

enum errk link_doubt(struct state *s, const char *flow, const char *record, const char *label,
		     const char *kept, int64_t now, struct err *e)
{
	CLEANUP(query)
	struct query q =
		query_open(s,
			   "INSERT INTO link (flow, record, label, target_id, version, sent_hash,"
			   " delivered_at, changed_at, kept, doubt)"
			   " VALUES (?1, ?2, ?3, '', '', '', 0, ?5, ?4, 1)"
			   " ON CONFLICT (record, flow) DO UPDATE SET kept = excluded.kept,"
			   " doubt = doubt & 12 | 1");

	query_text(&q, flow);
	query_text(&q, record);
	query_text(&q, label);
	query_text(&q, kept);
	query_int(&q, now);
	return query_run(&q, e);
}

enum errk link_doubt_sku(struct state *s, const char *sku, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "UPDATE link SET " LINK_MOVED " WHERE sku = ?");

	query_text(&q, sku);
	return query_run(&q, e);
}

enum errk link_move_shared(struct state *s, const char *flow, const struct link_shared *x,
			   bool *moved, struct err *e)
{
	CLEANUP(query)
	struct query q =
		query_open(s,
			   "UPDATE link AS l SET " LINK_MOVED " WHERE record = ?1"
			   " AND flow = ?2 AND NOT for_good AND sku IS NOT NULL AND sku IS NOT ?3"
			   " AND target_id IS NOT ?5 AND demand_at <= ?4"
			   " AND NOT EXISTS (SELECT 1 FROM queue AS w WHERE record = ?1"
			   " AND flow = ?2 AND state IN (0, 2) AND NOT " LINK_AT_REST ")"
			   " AND NOT EXISTS (SELECT 1 FROM queue WHERE record = ?1"
			   " AND flow = ?2 AND state = 1)");
	enum errk rc;

	query_text(&q, x->record);
	query_text(&q, flow);
	query_text(&q, x->sku);
	query_int(&q, x->since);
	query_text(&q, x->item);
	rc = query_run(&q, e);
	*moved = rc == E_OK && query_changed(&q) > 0;
	return rc;
}

enum errk link_doubt_all(struct state *s, const char *flow, const char *but, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "UPDATE link SET " LINK_MOVED " WHERE flow = ?"
				       " AND (target_id > '' OR sent_hash > '') AND version <> ?");

	query_text(&q, flow);
	query_text(&q, but);
	return query_run(&q, e);
}

enum errk link_set_kept(struct state *s, const char *flow, const char *record, const char *kept,
			struct err *e)
{
	CLEANUP(query)
	struct query q =
		query_open(s, "UPDATE link SET kept = ?, doubt = doubt & 12 | min(doubt & 3, 1)"
			      " WHERE record = ? AND flow = ?");

	query_text(&q, kept);
	query_text(&q, record);
	query_text(&q, flow);
	return query_run(&q, e);
}

enum errk link_set_version(struct state *s, const char *flow, const char *record,
			   const char *version, int64_t now, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "UPDATE link SET version = ?, changed_at = ?"
				       " WHERE record = ? AND flow = ?");

	query_text(&q, version);
	query_int(&q, now);
	query_text(&q, record);
	query_text(&q, flow);
	return link_change(&q, flow, record, e);
}

static enum errk read_links(struct query *q, struct arena *a, struct link **out, size_t *n,
			    struct err *e)
{
	struct link *links = arena_array(a, 1, sizeof(*links));
	size_t count = 0, cap = 1;
	bool row;
	enum errk rc;

	while ((rc = query_next(q, &row, e)) == E_OK && row) {
		links = db_grow(a, links, count, &cap, sizeof(*links));
		rc = read_link(q, a, &links[count++], e);
		if (rc != E_OK)
			return rc;
	}
	if (rc != E_OK)
		return rc;
	*out = links;
	*n = count;
	return E_OK;
}

enum errk link_find(struct state *s, const char *flow, const char *who, struct arena *a,
		    struct link **out, size_t *n, struct err *e)
{
	/* Two index look-ups; with OR on one table SQLite would scan it. */
	CLEANUP(query)
	struct query q = query_open(s,
				    LINK_COLUMNS "WHERE record = ?1 AND (?2 IS NULL OR flow = ?2)"
						 " UNION " LINK_COLUMNS
						 "WHERE label = ?1 AND (?2 IS NULL OR flow = ?2)"
						 " ORDER BY 1, 2");

	query_text(&q, who);
	query_text(&q, flow);
	return read_links(&q, a, out, n, e);
}

enum errk link_by_number(struct state *s, const char *number, struct arena *a, const char **record,
			 struct err *e)
{
	/* Rare, and a person waits: no index serves it. */
	CLEANUP(query)
	struct query q = query_open(s, "SELECT min(record), count(DISTINCT record) FROM"
				       " (SELECT record FROM link UNION SELECT record FROM queue)"
				       " WHERE substr(record, -length(?1) - 1) IN"
				       " ('/' || ?1, ':' || ?1)");
	bool row;
	enum errk rc;

	query_text(&q, number);
	rc = query_next(&q, &row, e);
	if (rc == E_OK)
		*record = row && query_col_int(&q, 1) == 1 ? query_col(&q, 0, a) : NULL;
	return rc;
}

enum errk link_any_refused(struct state *s, const char *flow, bool *any, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "SELECT 1 FROM link WHERE flow = ? AND target_id = ''"
				       " AND acknowledgement IS NOT NULL LIMIT 1");

	query_text(&q, flow);
	return query_next(&q, any, e);
}

enum errk link_of_target(struct state *s, const char *flow, const char *target_id, struct arena *a,
			 struct link **out, size_t *n, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, LINK_COLUMNS "WHERE flow = ? AND target_id = ?"
						    " ORDER BY record");

	query_text(&q, flow);
	query_text(&q, target_id);
	return read_links(&q, a, out, n, e);
}

enum errk link_owner(struct state *s, const char *flow, const char *document, struct arena *a,
		     const char **record, struct err *e)
{
	/* Both by index: most have one document, and those with several are few. */
	CLEANUP(query)
	struct query q = query_open(s, "SELECT record FROM link WHERE flow = ?1 AND target_id = ?2"
				       " UNION ALL SELECT record FROM link INDEXED BY link_several,"
				       " json_each(target, '$.parts') AS part"
				       " WHERE flow = ?1 AND n_parts > 1"
				       " AND json_extract(part.value, '$.id') = ?2 LIMIT 1");
	bool row;
	enum errk rc;

	query_text(&q, flow);
	query_text(&q, document);
	rc = query_next(&q, &row, e);
	if (rc == E_OK)
		*record = row ? query_col(&q, 0, a) : NULL;
	return rc;
}

enum errk link_namesake(struct state *s, const char *flow, const char *record, const char *label,
			struct arena *a, const char **other, struct err *e)
{
	CLEANUP(query)
	struct query q =
		query_open(s,
			   "WITH there (record) AS (SELECT record FROM link INDEXED BY link_label"
			   " WHERE label = ?3 AND flow = ?1 AND target_id > ''"
			   " UNION SELECT record FROM queue INDEXED BY queue_label"
			   " WHERE label = ?3 AND flow = ?1 AND state IN (0, 1, 2)"
			   " AND EXISTS (SELECT 1 FROM payload WHERE queue_id = queue.id))"
			   " SELECT record FROM there WHERE record <> ?2"
			   " AND NOT EXISTS (SELECT 1 FROM link WHERE record = ?2 AND flow = ?1"
			   " AND target_id > '')"
			   " AND ?2 NOT IN (SELECT record FROM there) ORDER BY record LIMIT 1");
	bool row;
	enum errk rc;

	query_text(&q, flow);
	query_text(&q, record);
	query_text(&q, label);
	rc = query_next(&q, &row, e);
	if (rc == E_OK)
		*other = row ? query_col(&q, 0, a) : NULL;
	return rc;
}

enum errk link_acknowledge(struct state *s, const char *flow, const char *target_id,
			   const char *record, const char *answer, int64_t now, int64_t *n,
			   struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "UPDATE link SET acknowledgement = ?, acknowledged_at = ?"
				       " WHERE flow = ? AND target_id = ?"
				       " AND record = coalesce(?, record)");
	enum errk rc;

	query_text(&q, answer);
	query_int(&q, now);
	query_text(&q, flow);
	query_text(&q, target_id);
	query_text(&q, record);
	rc = query_run(&q, e);
	if (rc == E_OK)
		*n = query_changed(&q);
	return rc;
}

enum errk link_count(struct state *s, const char *flow, int64_t *n, struct err *e)
{
	/* Answered from the index on (flow, target_id) alone. */
	CLEANUP(query)
	struct query q = query_open(s,
				    "SELECT count(*) FROM link WHERE flow = ? AND target_id > ''");

	query_text(&q, flow);
	return query_one_int(&q, n, e);
}

enum errk link_list_said(struct state *s, const char *flow, const char *after, struct arena *a,
			 struct link_said **out, size_t *n, struct err *e)
{
	enum { MOST = 1000 };
	CLEANUP(query)
	struct query q = query_open(
		s,
		"SELECT l.record, coalesce(w.version, x.version, l.dropped, l.version),"
		" w.id IS NOT NULL OR x.id IS NOT NULL, l.doubt <> 0 AND w.id IS NULL AND x.id IS NULL"
		" FROM link AS l"
		" LEFT JOIN queue AS w ON w.record = l.record AND w.flow = l.flow AND w.state IN (0, 2)"
		" LEFT JOIN queue AS x ON x.record = l.record AND x.flow = l.flow AND x.state = 1"
		" WHERE l.record > ?1 AND l.flow = ?2 AND " LINK_MAY_STAND
		" AND NOT l.for_good ORDER BY l.record LIMIT ?3");
	struct link_said *list = arena_array(a, MOST, sizeof(*list));
	size_t count = 0;
	bool row;
	enum errk rc;

	query_text(&q, after ? after : "");
	query_text(&q, flow);
	query_int(&q, MOST);
	while ((rc = query_next(&q, &row, e)) == E_OK && row)
		list[count++] = (struct link_said){
			.record = query_col(&q, 0, a),
			.version = query_col(&q, 1, a),
			.waits = query_col_int(&q, 2) != 0,
			.doubt = query_col_int(&q, 3) != 0,
		};
	*out = list;
	*n = count;
	return rc;
}

enum errk link_list_dropped(struct state *s, const char *flow, struct arena *a,
			    struct link_dropped **out, size_t *n, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "SELECT record, dropped_at FROM link"
				       " WHERE flow = ? AND dropped_at > 0");
	struct link_dropped *list = arena_array(a, 1, sizeof(*list));
	size_t count = 0, cap = 1;
	bool row;
	enum errk rc;

	query_text(&q, flow);
	while ((rc = query_next(&q, &row, e)) == E_OK && row) {
		list = db_grow(a, list, count, &cap, sizeof(*list));
		list[count++] = (struct link_dropped){query_col(&q, 0, a), query_col_int(&q, 1)};
	}
	*out = list;
	*n = count;
	return rc;
}

enum errk link_list_variants(struct state *s, const char *flow, struct arena *a,
			     struct link_variant **out, size_t *n, struct err *e)
{
	/*
	 * The key is the variant's own id, or else the SKU as the source says it. A field is a text, or [the source's, the
	 * target's], as it was mapped: an SKU that is another one's key is not meant.
	 */
	CLEANUP(query)
	struct query q = query_open(
		s,
		"WITH written (record, own, sku) AS (SELECT record, variant.key, variant.value ->>"
		" iif(json_type(variant.value, '$.fields.sku') = 'array', '$.fields.sku[0]',"
		" '$.fields.sku') FROM link,"
		" json_each(iif(json_valid(kept), kept, '{}'), '$.variants') AS variant"
		" WHERE flow = ?1 AND variant.type = 'object' AND variant.key <> record),"
		" named (record, sku, rank) AS (SELECT record, variant.value ->> '$.sku', 1"
		" FROM queue JOIN payload ON queue_id = queue.id,"
		" json_each(iif(json_valid(body), body, '{}'), '$.variants') AS variant"
		" WHERE flow = ?1 AND state IN (0, 1, 2) AND code IS NOT 'dropped'"
		" AND variant.type = 'object' UNION ALL SELECT record, own, 2 FROM written"
		" UNION ALL SELECT record, sku, 3 FROM written)"
		" SELECT record, sku FROM named WHERE sku > '' AND record <> sku AND NOT EXISTS"
		" (SELECT 1 FROM link WHERE link.record = named.record AND flow = ?1 AND for_good)"
		" ORDER BY rank");
	struct link_variant *list = arena_array(a, 1, sizeof(*list));
	size_t count = 0, cap = 1;
	bool row;
	enum errk rc;

	query_text(&q, flow);
	while ((rc = query_next(&q, &row, e)) == E_OK && row) {
		list = db_grow(a, list, count, &cap, sizeof(*list));
		list[count++] = (struct link_variant){query_col(&q, 0, a), query_col(&q, 1, a)};
	}
	*out = list;
	*n = count;
	return rc;
}
