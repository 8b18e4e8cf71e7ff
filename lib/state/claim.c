#include "state/claim.h"

#include <string.h>

#include "base/list.h"
#include "base/cleanup.h"
#include "state/db_priv.h"
#include "state/queue.h"
#include "base/banned.h"

static enum errk forget(struct state *s, const char *flow, const char *record, bool all,
			struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "DELETE FROM claim WHERE record = ? AND flow = ?"
				       " AND (? OR NOT written)");

	query_text(&q, record);
	query_text(&q, flow);
	query_int(&q, all);
	return query_run(&q, e);
}

static enum errk add(struct state *s, const char *flow, const char *record,
		     const struct put_claim *claim, bool written, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(
		s, "INSERT INTO claim (article, flow, record, written, some) VALUES (?, ?, ?, ?, ?)"
		   " ON CONFLICT (article, flow, record) DO UPDATE SET some = excluded.some,"
		   " written = max(written, excluded.written)");

	query_text(&q, claim->article);
	query_text(&q, flow);
	query_text(&q, record);
	query_int(&q, written);
	query_int(&q, claim->some);
	return query_run(&q, e);
}

enum errk claim_set(struct state *s, const char *flow, const char *record,
		    const struct put_claim *claim, size_t n, enum claim_fate fate, struct err *e)
{
	bool went = fate == CLAIM_WRITTEN || fate == CLAIM_LEFT, own;
	enum errk rc = db_enter(s, &own, e);

	if (rc != E_OK)
		return rc;
	if (fate != CLAIM_OPEN)
		rc = forget(s, flow, record, went, e);
	for (size_t i = 0; i < n && rc == E_OK; i++)
		rc = add(s, flow, record, &claim[i], fate == CLAIM_WRITTEN, e);
	return db_leave(s, own, rc, e);
}

static enum errk doubt(struct state *s, const char *flow, const char *record, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s,
				    "UPDATE link SET " LINK_MOVED " WHERE record = ? AND flow = ?");

	query_text(&q, record);
	query_text(&q, flow);
	return query_run(&q, e);
}

enum errk claim_end(struct state *s, const char *flow, const char *record, int64_t now,
		    int64_t *closed, struct err *e)
{
	bool own;
	enum errk rc = db_enter(s, &own, e);

	*closed = 0;
	if (rc != E_OK)
		return rc;
	rc = forget(s, flow, record, true, e);
	if (rc == E_OK)
		rc = queue_close(s, flow, record, now, closed, e);
	if (rc == E_OK)
		rc = doubt(s, flow, record, e);
	return db_leave(s, own, rc, e);
}

enum errk claim_is_single(struct state *s, const char *flow, const char *record, bool *single,
			  struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(
		s,
		"WITH said (id, of) AS (SELECT body ->> '$.variants[0].sku', json_array_length("
		"body, '$.variants') FROM queue JOIN payload ON queue_id = id WHERE record = ?1"
		" AND flow = ?2 AND state IN (0, 2) AND json_valid(body) UNION ALL"
		" SELECT min(variant.key), count(*) FROM link, json_each(iif(json_valid(kept),"
		" kept, '{}'), '$.variants') AS variant WHERE record = ?1 AND flow = ?2"
		" HAVING count(*)) SELECT 1 WHERE EXISTS (SELECT 1 FROM said) AND NOT EXISTS"
		" (SELECT 1 FROM said WHERE of <> 1 OR id IS NOT ?1) AND (EXISTS (SELECT 1"
		" FROM queue WHERE record = ?1 AND flow = ?2 AND state IN (0, 2)) OR EXISTS"
		" (SELECT 1 FROM claim WHERE record = ?1 AND flow = ?2)) AND NOT EXISTS (SELECT 1"
		" FROM queue WHERE record = ?1 AND flow = ?2 AND state = 1) AND NOT EXISTS"
		" (SELECT 1 FROM link WHERE record = ?1 AND flow = ?2 AND for_good)");

	query_text(&q, record);
	query_text(&q, flow);
	return query_next(&q, single, e);
}

#define OPEN_ROW(of)                                                                   \
	"(EXISTS (SELECT 1 FROM queue WHERE record = " of ".record AND flow = " of     \
	".flow AND state IN (0, 2)) OR EXISTS (SELECT 1 FROM queue WHERE record = " of \
	".record AND flow = " of ".flow AND state = 1))"
/* It stands there, or may come to. */
#define COUNTS(of)                                                                        \
	"(" of ".written OR " OPEN_ROW(of) ") AND NOT EXISTS (SELECT 1 FROM link"         \
					   " WHERE record = " of ".record AND flow = " of \
					   ".flow AND for_good)"
/* It waits, and what it was refused as is not known. */
#define UNJUDGED                                                                        \
	"NOT EXISTS (SELECT 1 FROM claim WHERE record = q.record AND flow = q.flow AND" \
	" NOT written)"
/* Another record's claim on the article of c. */
#define OTHER "o.article = c.article AND o.flow = c.flow AND o.record <> c.record"

enum errk claim_rivals(struct state *s, const char *flow, const char *record, const char *article,
		       struct arena *a, bool *written, struct claim **out, size_t *n, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(
		s, "SELECT o.record, coalesce((SELECT label FROM queue WHERE record = o.record"
		   " AND flow = o.flow AND state IN (0, 2)), l.label, o.record), l.kept, o.written,"
		   " o.some FROM claim AS o"
		   " LEFT JOIN link AS l ON l.record = o.record AND l.flow = o.flow"
		   " WHERE o.article = ? AND o.flow = ? AND (o.record IS ? OR " COUNTS(
			   "o") ")"
				" ORDER BY o.record");
	LIST(struct claim) all = {0};
	size_t kept = 0;
	bool row;
	enum errk rc;

	*written = !record;
	query_text(&q, article);
	query_text(&q, flow);
	query_text(&q, record);
	while ((rc = query_next(&q, &row, e)) == E_OK && row) {
		struct claim x = {.record = query_col(&q, 0, a),
				  .label = query_col(&q, 1, a),
				  .kept = query_col(&q, 2, a),
				  .written = query_col_int(&q, 3) != 0,
				  .some = query_col_int(&q, 4) != 0};
		if (record && strcmp(x.record, record) == 0)
			*written = x.written;
		else
			*list_add(&all, a) = x;
	}
	for (size_t i = 0; i < all.n; i++)
		if (all.at[i].written || !*written)
			all.at[kept++] = all.at[i];
	*out = all.at;
	*n = kept;
	return rc;
}

enum errk claim_release(struct state *s, const char *flow, const char *code, int64_t now,
			struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(
		s, "UPDATE queue AS q INDEXED BY queue_parked SET state = 0, origin = 'retry',"
		   " parked_as = code, attempts = 0, next_attempt = ?3, changed_at = ?3"
		   " WHERE state = 2 AND flow = ?1 AND code = ?2 AND EXISTS (SELECT 1 FROM claim"
		   " WHERE record = q.record AND flow = q.flow) AND NOT EXISTS"
		   " (SELECT 1 FROM claim AS c, claim AS o WHERE c.record = q.record"
		   " AND c.flow = q.flow AND " OTHER " AND o.some AND (o.written OR NOT c.written)"
		   " AND " COUNTS("o") ")");

	query_text(&q, flow);
	query_text(&q, code);
	query_int(&q, now);
	return query_run(&q, e);
}

enum errk claim_list_disputed(struct state *s, const char *flow, const char *code, struct arena *a,
			      const char ***record, size_t *n, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(
		s, "WITH q AS (SELECT record, flow FROM queue INDEXED BY queue_parked"
		   " WHERE state = 2 AND flow = ?1 AND code = ?2 UNION ALL"
		   " SELECT record, flow FROM queue INDEXED BY queue_due"
		   " WHERE state = 0 AND flow = ?1 AND code = ?2)"
		   " SELECT record FROM q UNION SELECT o.record FROM q, claim AS c, claim AS o"
		   " WHERE c.record = q.record AND c.flow = q.flow AND " OTHER
		   " AND (o.written OR NOT c.written) AND " COUNTS("o"));

	query_text(&q, flow);
	query_text(&q, code);
	return query_texts(&q, a, record, n, e);
}

enum errk claim_list_unjudged(struct state *s, const char *flow, const char *code, struct arena *a,
			      const char ***record, size_t *n, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "SELECT record FROM queue AS q INDEXED BY queue_due"
				       " WHERE state = 0 AND flow = ?1 AND"
				       " (code = ?2 OR parked_as = ?2) AND " UNJUDGED);

	query_text(&q, flow);
	query_text(&q, code);
	return query_texts(&q, a, record, n, e);
}

enum errk claim_unjudged(struct state *s, const char *flow, const char *record, struct arena *a,
			 const char **label, const char **doc, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(
		s, "SELECT id, label FROM queue AS q WHERE id = coalesce("
		   "(SELECT id FROM queue WHERE record = ?1 AND flow = ?2 AND state IN (0, 2)),"
		   "(SELECT id FROM queue WHERE record = ?1 AND flow = ?2 AND state = 1))"
		   " AND state <> 2 AND " UNJUDGED);
	bool row;
	enum errk rc;

	*doc = NULL;
	query_text(&q, record);
	query_text(&q, flow);
	rc = query_next(&q, &row, e);
	if (rc != E_OK || !row)
		return rc;
	*label = query_col(&q, 1, a);
	return queue_payload(s, query_col_int(&q, 0), a, doc, e);
}

/* What was asked in vain before says nothing of the article that it is now. */
static enum errk forget_unanswered(struct state *s, const char *sku, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(
		s, "DELETE FROM queue WHERE id IN (SELECT q.id FROM claim AS c JOIN queue AS q"
		   " ON q.record = c.record AND q.flow = c.flow AND q.state IN (0, 2)"
		   " WHERE c.article = ? AND q.version = '" CLAIM_UNANSWERED "')");

	query_text(&q, sku);
	return query_run(&q, e);
}

static enum errk ask_renamed(struct state *s, const char *sku, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s,
				    "UPDATE link AS l SET " LINK_ASKED " FROM claim AS c"
				    " WHERE c.article = ? AND l.record = c.record"
				    " AND l.flow = c.flow AND (l.sent_hash > '' OR " LINK_MAY_STAND
				    ")");

	query_text(&q, sku);
	return query_run(&q, e);
}

enum errk claim_renamed(struct state *s, const char *sku, struct err *e)
{
	bool own;
	enum errk rc = db_enter(s, &own, e);

	if (rc != E_OK)
		return rc;
	rc = forget_unanswered(s, sku, e);
	if (rc == E_OK)
		rc = ask_renamed(s, sku, e);
	return db_leave(s, own, rc, e);
}

enum errk claim_list_asked(struct state *s, const char *flow, struct arena *a, const char ***record,
			   size_t *n, struct err *e)
{
	CLEANUP(query)
	struct query q =
		query_open(s, "SELECT record FROM link AS l INDEXED BY link_asked"
			      " WHERE flow = ? AND doubt >= 8 AND dropped IS NULL AND NOT for_good"
			      " AND EXISTS (SELECT 1 FROM claim AS c WHERE c.record = l.record"
			      " AND c.flow = l.flow) AND NOT EXISTS (SELECT 1 FROM queue AS w"
			      " WHERE w.record = l.record AND w.flow = l.flow AND w.state IN (0, 2)"
			      " AND w.version <> '" CLAIM_UNANSWERED "' AND NOT " LINK_AT_REST
			      ") AND NOT EXISTS (SELECT 1 FROM queue AS w"
			      " WHERE w.record = l.record AND w.flow = l.flow AND w.state = 1)"
			      " ORDER BY record");

	query_text(&q, flow);
	return query_texts(&q, a, record, n, e);
}

static enum errk list_left(struct state *s, const char *flow, struct arena *a, const char ***record,
			   size_t *n, struct err *e)
{
	CLEANUP(query)
	struct query q =
		query_open(s,
			   "SELECT DISTINCT c.record FROM claim AS c INDEXED BY claim_left"
			   " JOIN link AS l ON l.record = c.record AND l.flow = c.flow"
			   " WHERE c.flow = ? AND NOT c.written AND NOT c.some AND l.sent_hash > ''"
			   " AND l.dropped IS NULL AND NOT l.for_good AND NOT EXISTS (SELECT 1"
			   " FROM queue AS w WHERE w.record = c.record AND w.flow = c.flow"
			   " AND w.state IN (0, 2) AND NOT " LINK_AT_REST
			   ") AND NOT EXISTS (SELECT 1 FROM queue AS w WHERE w.record = c.record"
			   " AND w.flow = c.flow AND w.state = 1) AND NOT EXISTS (SELECT 1"
			   " FROM claim AS o WHERE " OTHER " AND " COUNTS("o") ")");

	query_text(&q, flow);
	return query_texts(&q, a, record, n, e);
}

enum errk claim_doubt_left(struct state *s, const char *flow, struct arena *a, const char ***record,
			   size_t *n, struct err *e)
{
	bool own;
	enum errk rc = db_enter(s, &own, e);

	if (rc != E_OK)
		return rc;
	rc = list_left(s, flow, a, record, n, e);
	for (size_t i = 0; rc == E_OK && i < *n; i++)
		rc = doubt(s, flow, (*record)[i], e);
	return db_leave(s, own, rc, e);
}
