#include "state/delivered.h"

#include "base/cleanup.h"
#include "state/db_priv.h"
#include "base/banned.h"

/* Lines of the journal of what went over in ?2. */
#define WENT_OVER_IN                                               \
	"FROM journal WHERE flow = ?1"                             \
	" AND (action IN ('delivered', 'adopted') AND detail = ?2" \
	" OR action = 'acknowledged' AND record <> ?2"             \
	" AND substr(detail, 1, length(?2) + 2) = ?2 || ': ')"

static enum errk holds(struct state *s, const char *sql, const char *flow, const char *target_id,
		       bool *out, struct err *e)
{
	CLEANUP(query) struct query q = query_open(s, sql);

	query_text(&q, flow);
	query_text(&q, target_id);
	return query_next(&q, out, e);
}

enum errk delivered_known(struct state *s, const char *flow, const char *target_id,
			  enum delivered_known *out, struct err *e)
{
	bool is = false;
	enum errk rc = holds(s, "SELECT 1 FROM link WHERE flow = ?1 AND target_id = ?2 LIMIT 1",
			     flow, target_id, &is, e);

	*out = is ? DELIVERED_KNOWN : DELIVERED_UNKNOWN;
	if (rc != E_OK || is)
		return rc;
	rc = holds(s,
		   "SELECT 1 FROM journal WHERE record = ?2 AND flow = ?1"
		   " AND action = 'acknowledged' AND outcome = 'unknown' LIMIT 1",
		   flow, target_id, &is, e);
	*out = is ? DELIVERED_ABSENT : DELIVERED_UNKNOWN;
	if (rc == E_OK && !is) {
		rc = holds(s, "SELECT 1 " WENT_OVER_IN " LIMIT 1", flow, target_id, &is, e);
		*out = is ? DELIVERED_KNOWN : DELIVERED_UNKNOWN;
	}
	return rc;
}

enum errk delivered_as(struct state *s, const char *flow, const char *target_id, struct arena *a,
		       struct delivered **out, size_t *n, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s,
				    "SELECT record, label FROM link"
				    " WHERE flow = ?1 AND target_id = ?2"
				    " UNION SELECT record, label " WENT_OVER_IN " ORDER BY record");
	struct delivered *list = arena_array(a, 1, sizeof(*list));
	size_t count = 0, cap = 1;
	bool row;
	enum errk rc;

	query_text(&q, flow);
	query_text(&q, target_id);
	while ((rc = query_next(&q, &row, e)) == E_OK && row) {
		list = db_grow(a, list, count, &cap, sizeof(*list));
		list[count++] = (struct delivered){query_col(&q, 0, a), query_col(&q, 1, a)};
	}
	if (rc != E_OK)
		return rc;
	*out = list;
	*n = count;
	return E_OK;
}

enum errk delivered_first_as(struct state *s, const char *flow, const char *record,
			     const char *target_id, bool *first, struct err *e)
{
	/*
	 * Found there after an interruption says neither new nor changed: then its name does. What a person
	 * has named since is there, whatever was refused before.
	 */
	CLEANUP(query)
	struct query q = query_open(s, "SELECT detail = ?3 FROM journal WHERE record = ?1"
				       " AND flow = ?2 AND action IN ('delivered', 'adopted')"
				       " AND (outcome IN ('created', 'named') OR detail = ?3)"
				       " ORDER BY id DESC LIMIT 1");
	bool row;
	enum errk rc;

	query_text(&q, record);
	query_text(&q, flow);
	query_text(&q, target_id);
	rc = query_next(&q, &row, e);
	if (rc == E_OK)
		*first = row && query_col_int(&q, 0) != 0;
	return rc;
}

enum errk delivered_refused_in(struct state *s, const char *flow, const char *record, int64_t run,
			       bool *refused, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "SELECT 1 FROM journal WHERE record = ? AND flow = ?"
				       " AND run = ? AND action = 'acknowledged'"
				       " AND outcome = 'rejected'");

	query_text(&q, record);
	query_text(&q, flow);
	query_int(&q, run);
	return query_next(&q, refused, e);
}
