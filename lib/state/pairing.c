#include "state/pairing.h"

#include "base/cleanup.h"
#include "base/hash.h"
#include "state/db_priv.h"
#include "base/banned.h"

static enum errk make(struct state *s, const char *flow, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "INSERT INTO pairing (flow, writer) VALUES (?, ?)"
				       " ON CONFLICT (flow) DO NOTHING");
	char writer[RANDOM_HEX_SIZE];

	random_hex(writer);
	query_text(&q, flow);
	query_text(&q, writer);
	return query_run(&q, e);
}

static enum errk get(struct state *s, const char *flow, struct arena *a, struct pairing *out,
		     bool *found, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "SELECT writer, last_new, last_changed, pull_first"
				       " FROM pairing WHERE flow = ?");
	enum errk rc;

	query_text(&q, flow);
	rc = query_next(&q, found, e);
	if (rc == E_OK && *found)
		*out = (struct pairing){.writer = query_col(&q, 0, a),
					.last = {query_col_int(&q, 1), query_col_int(&q, 2)},
					.pull_first = query_col_int(&q, 3) != 0};
	return rc;
}

enum errk pairing_get(struct state *s, const char *flow, struct arena *a, struct pairing *out,
		      struct err *e)
{
	bool found = false;
	enum errk rc = get(s, flow, a, out, &found, e);

	if (rc == E_OK && !found)
		rc = make(s, flow, e);
	return rc == E_OK && !found ? get(s, flow, a, out, &found, e) : rc;
}

enum errk pairing_remember(struct state *s, const char *flow, bool changed, int64_t number,
			   struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "UPDATE pairing SET last_new = max(last_new, ?2),"
				       " last_changed = max(last_changed, ?3) WHERE flow = ?1");

	query_text(&q, flow);
	query_int(&q, changed ? 0 : number);
	query_int(&q, changed ? number : 0);
	return query_run(&q, e);
}

enum errk pairing_pull_first(struct state *s, const char *flow, bool pull_first, struct err *e)
{
	CLEANUP(query)
	struct query q = query_open(s, "UPDATE pairing SET pull_first = ? WHERE flow = ?");

	query_int(&q, pull_first);
	query_text(&q, flow);
	return query_run(&q, e);
}
