#include "state/reported.h"

#include "base/cleanup.h"
#include "state/db_priv.h"
#include "base/banned.h"

/*
 * By the SKU of the day; by the article, which may have had none or another one then; and by the ERP's, which may be
 * that of another article of the store.
 */
static enum errk doubt_articles(struct state *s, const char *record, struct err *e)
{
	static const char *const sql[] = {
		"UPDATE link SET " LINK_MOVED " WHERE sku IN (SELECT line.value ->> '$.sku'"
		" FROM reported, json_each(reported.lines) AS line WHERE reported.record = ?)",
		"UPDATE link SET " LINK_MOVED " WHERE sku IS NOT NULL AND target_id IN"
		" (SELECT line.value ->> '$.item'"
		" FROM reported, json_each(reported.lines) AS line WHERE reported.record = ?)",
		"UPDATE link SET " LINK_MOVED " WHERE sku IS NOT NULL AND record IN"
		" (SELECT line.value ->> '$.erp'"
		" FROM reported, json_each(reported.lines) AS line WHERE reported.record = ?)",
	};
	enum errk rc = E_OK;

	for (size_t i = 0; i < sizeof(sql) / sizeof(sql[0]) && rc == E_OK; i++) {
		CLEANUP(query) struct query q = query_open(s, sql[i]);

		query_text(&q, record);
		rc = query_run(&q, e);
	}
	return rc;
}

enum errk reported_add(struct state *s, const char *record, const struct reported *reported,
		       struct err *e)
{
	/* What went in another document has an answer of its own to come, and stays. */
	CLEANUP(query)
	struct query q = query_open(
		s,
		"INSERT OR REPLACE INTO reported (record, reported_at, lines, answered_at,"
		" document) SELECT ?1, max(?2, coalesce(max(reported_at + (document <> ?5)), 0)),"
		" ?3, ?4, ?5 FROM reported WHERE record = ?1");
	enum errk rc;

	query_text(&q, record);
	query_int(&q, reported->at);
	query_text(&q, reported->lines);
	query_int(&q, reported->answered_at);
	query_text(&q, reported->document ? reported->document : "");
	rc = query_run(&q, e);
	return rc == E_OK ? doubt_articles(s, record, e) : rc;
}

enum errk reported_take_back(struct state *s, const char *document, const char *record,
			     struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "DELETE FROM reported WHERE record = ? AND document = ?");
	enum errk rc = doubt_articles(s, record, e);

	query_text(&q, record);
	query_text(&q, document);
	return rc == E_OK ? query_run(&q, e) : rc;
}

enum errk reported_nothing(struct state *s, const char *record, int64_t now, struct err *e)
{
	CLEANUP(query) struct query q = query_open(s, "DELETE FROM reported WHERE record = ?");
	enum errk rc = doubt_articles(s, record, e);

	query_text(&q, record);
	if (rc == E_OK)
		rc = query_run(&q, e);
	/* Without a line the documents that were delivered would be taken for known. */
	return rc == E_OK ? reported_add(s, record, &(struct reported){.at = now, .lines = "[]"}, e)
			  : rc;
}

enum errk reported_since(struct state *s, const struct reported_article *x, int64_t since,
			 bool *any, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(
		s,
		"SELECT 1 FROM reported INDEXED BY reported_age, json_each(reported.lines) AS line"
		" WHERE reported_at >= ? AND (line.value ->> '$.sku' = ?"
		" OR line.value ->> '$.item' = ? OR line.value ->> '$.erp' = ?) LIMIT 1");

	query_int(&q, since);
	query_text(&q, x->sku);
	query_text(&q, x->item);
	query_text(&q, x->erp);
	return query_next(&q, any, e);
}

enum errk reported_get(struct state *s, const char *record, struct arena *a, struct reported **out,
		       size_t *n, struct err *e)
{
	CLEANUP(query)
	struct query q =
		query_open(s,
			   "SELECT reported_at, lines, answered_at FROM reported WHERE record = ?"
			   " ORDER BY reported_at DESC");
	struct reported *list = arena_array(a, 1, sizeof(*list));
	size_t count = 0, cap = 1;
	bool row;
	enum errk rc;

	query_text(&q, record);
	while ((rc = query_next(&q, &row, e)) == E_OK && row) {
		list = db_grow(a, list, count, &cap, sizeof(*list));
		list[count++] = (struct reported){
			.at = query_col_int(&q, 0),
			.lines = query_col(&q, 1, a),
			.answered_at = query_col_int(&q, 2),
		};
	}
	if (rc != E_OK)
		return rc;
	*out = list;
	*n = count;
	return E_OK;
}

enum errk reported_answered(struct state *s, const char *document, const char *record, int64_t now,
			    struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "UPDATE reported SET answered_at = ? WHERE answered_at = 0"
				       " AND document = ? AND record = coalesce(?, record)");

	query_int(&q, now);
	query_text(&q, document);
	query_text(&q, record);
	return query_run(&q, e);
}

enum errk reported_each(struct state *s, int64_t since, bool awaited,
			enum errk (*fn)(void *ctx, const char *record, int64_t at, struct err *e),
			void *ctx, struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(query)
	struct query q = query_open(
		s, awaited ? "SELECT record, max(reported_at) FROM reported"
			     " WHERE reported_at >= ?1 OR answered_at = 0 GROUP BY record"
			   : "SELECT record, max(reported_at) FROM reported INDEXED BY reported_age"
			     " WHERE reported_at >= ?1 GROUP BY record");
	bool row;
	enum errk rc;

	query_int(&q, since);
	while ((rc = query_next(&q, &row, e)) == E_OK && row) {
		rc = fn(ctx, query_col(&q, 0, a), query_col_int(&q, 1), e);
		if (rc != E_OK)
			return rc;
		arena_reset(a);
	}
	return rc;
}

enum errk reported_purge(struct state *s, int64_t before, bool awaited, struct err *e)
{
	/* An answer to what was told later is one to all before it. */
	CLEANUP(query)
	struct query q = query_open(
		s,
		"DELETE FROM reported WHERE reported_at < ?1"
		" AND NOT EXISTS (SELECT 1 FROM queue INDEXED BY queue_waiting"
		"  WHERE record = reported.record AND state IN (0, 2))"
		" AND NOT EXISTS (SELECT 1 FROM queue INDEXED BY queue_sending"
		"  WHERE record = reported.record AND state = 1)"
		" AND NOT (?2 AND EXISTS (SELECT 1 FROM reported AS open"
		"  WHERE open.record = reported.record AND open.answered_at = 0"
		"  AND NOT EXISTS (SELECT 1 FROM reported AS later WHERE later.record = open.record"
		"   AND later.reported_at > open.reported_at AND later.answered_at > 0)))");

	query_int(&q, before);
	query_int(&q, awaited);
	return query_run(&q, e);
}
