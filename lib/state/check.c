#include "state/db_priv.h"

#include "base/cleanup.h"
#include "base/banned.h"

/* What must hold in every state file. Each statement gives one text per breach. */
static const char *const invariants[] = {
	"SELECT 'integrity: ' || integrity_check FROM pragma_integrity_check(20)"
	" WHERE integrity_check <> 'ok'",

	"SELECT 'table ' || \"table\" || ': row ' || coalesce(rowid, '?')"
	" || ' points to no row of ' || parent FROM pragma_foreign_key_check LIMIT 20",

	/* NOT INDEXED: a damaged index must not hide what it was to prevent. */
	"SELECT 'queue: ' || flow || ' ' || label || ' waits ' || count(*) || ' times'"
	" FROM queue NOT INDEXED WHERE state IN (0, 2) GROUP BY flow, record"
	" HAVING count(*) > 1 LIMIT 20",

	"SELECT 'queue: ' || flow || ' ' || label || ' is being sent ' || count(*)"
	" || ' times' FROM queue NOT INDEXED WHERE state = 1 GROUP BY flow, record"
	" HAVING count(*) > 1 LIMIT 20",

	/* A row that failed may have none: unreadable at the source, or reopened. */
	"SELECT 'queue: ' || flow || ' ' || label || ' (row ' || id || ') has no payload'"
	" FROM queue NOT INDEXED WHERE (state = 1 OR (state = 0 AND code IS NULL))"
	" AND NOT EXISTS (SELECT 1 FROM payload WHERE queue_id = id) LIMIT 20",

	"SELECT 'queue: ' || flow || ' ' || label || ' (row ' || id || ')'"
	" || iif(state = 1, ' is being sent without a batch',"
	" ' has a batch and is not being sent') FROM queue NOT INDEXED WHERE (state = 1) <> (batch IS NOT NULL) LIMIT 20",

	"SELECT 'queue: ' || flow || ' ' || label || ' (row ' || id || ')'"
	" || ' is parked without a reason' FROM queue NOT INDEXED"
	" WHERE state = 2 AND (code IS NULL OR reason IS NULL) LIMIT 20",

	"SELECT 'queue: ' || q.flow || ' ' || q.label || ' (row ' || q.id || ')'"
	" || ' was delivered and has no link' FROM queue AS q NOT INDEXED"
	" WHERE q.state = 3 AND NOT EXISTS"
	" (SELECT 1 FROM link WHERE record = q.record AND flow = q.flow) LIMIT 20",
};

enum errk state_is_empty(struct state *s, bool *empty, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "SELECT 1 WHERE EXISTS (SELECT 1 FROM run)"
				       " OR EXISTS (SELECT 1 FROM link)"
				       " OR EXISTS (SELECT 1 FROM queue)");
	bool row;
	enum errk rc = query_next(&q, &row, e);

	*empty = rc == E_OK && !row;
	return rc;
}

enum errk state_check(struct state *s, struct arena *a, const char ***findings, size_t *n,
		      struct err *e)
{
	const char **list = arena_array(a, 1, sizeof(*list));
	size_t count = 0, cap = 1;

	for (size_t i = 0; i < sizeof(invariants) / sizeof(*invariants); i++) {
		CLEANUP(query) struct query q = query_open(s, invariants[i]);
		bool row;
		enum errk rc;

		while ((rc = query_next(&q, &row, e)) == E_OK && row) {
			list = db_grow(a, list, count, &cap, sizeof(*list));
			list[count++] = query_col(&q, 0, a);
		}
		if (rc != E_OK)
			return rc;
	}
	*findings = list;
	*n = count;
	return E_OK;
}
