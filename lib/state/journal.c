#include "state/journal.h"

#include "base/cleanup.h"
#include "state/db_priv.h"
#include "base/banned.h"

enum errk journal_add(struct state *s, const struct journal_line *l, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "INSERT INTO journal (at, run, flow, record, label, action,"
				       " outcome, requests, detail)"
				       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");

	query_int(&q, l->at);
	query_int(&q, l->run);
	query_text(&q, l->flow);
	query_text(&q, l->record);
	query_text(&q, l->label);
	query_text(&q, l->action);
	query_text(&q, l->outcome);
	query_int(&q, l->requests);
	query_text(&q, l->detail);
	return query_run(&q, e);
}

enum errk journal_purge(struct state *s, const struct journal_age *x, bool *more, struct err *e)
{
	enum { LINES = 1000 };
	CLEANUP(query)
	struct query q = query_open(s, "DELETE FROM journal WHERE id IN (SELECT id FROM journal"
				       " INDEXED BY journal_flow WHERE flow = ?1 AND at < ?2"
				       " AND NOT (?4 AND EXISTS (SELECT 1 FROM reported"
				       "  WHERE record = journal.record AND answered_at = 0"
				       "  AND document = journal.detail AND document <> ''))"
				       " ORDER BY at LIMIT ?3)");
	enum errk rc;

	query_text(&q, x->flow);
	query_int(&q, x->before);
	query_int(&q, LINES);
	query_int(&q, x->awaited);
	rc = query_run(&q, e);
	if (rc == E_OK)
		*more = query_changed(&q) == LINES;
	return rc;
}

enum errk journal_find(struct state *s, const char *who, struct arena *a, struct journal_line **out,
		       size_t *n, struct err *e)
{
	CLEANUP(query)
	struct query q =
		query_open(s, "SELECT at, run, flow, record, label, action, outcome, requests,"
			      " detail FROM journal WHERE id IN"
			      " (SELECT id FROM journal WHERE record = ?1"
			      "  UNION ALL SELECT id FROM journal WHERE label = ?1)"
			      " ORDER BY id");
	struct journal_line *lines = arena_array(a, 1, sizeof(*lines));
	size_t count = 0, cap = 1;
	bool row;
	enum errk rc;

	query_text(&q, who);
	while ((rc = query_next(&q, &row, e)) == E_OK && row) {
		lines = db_grow(a, lines, count, &cap, sizeof(*lines));
		lines[count++] = (struct journal_line){
			.at = query_col_int(&q, 0),
			.run = query_col_int(&q, 1),
			.flow = query_col(&q, 2, a),
			.record = query_col(&q, 3, a),
			.label = query_col(&q, 4, a),
			.action = query_col(&q, 5, a),
			.outcome = query_col(&q, 6, a),
			.requests = (int)query_col_int(&q, 7),
			.detail = query_col(&q, 8, a),
		};
	}
	if (rc != E_OK)
		return rc;
	*out = lines;
	*n = count;
	return E_OK;
}
