#include "base/clock.h"
#include "state/claim.h"
#include "sync/sync_priv.h"

/* A document that says a part of its record, and what waits of that. */

static enum errk merge_of(struct sync *r, const char *record, const char **doc, struct err *e)
{
	const char *waits = NULL;
	enum errk rc = queue_undelivered_payload(r->state, r->key, record, r->page, &waits, e);
	if (rc == E_OK && waits)
		*doc = r->from->merge(r->source, waits, *doc, r->page);
	return rc;
}

/* What was told of it as another record: that one ends with it. */
static enum errk merge_parts(struct sync *r, const struct record *rec, const char **doc,
			     struct err *e)
{
	bool known = false, waits, single;
	int64_t closed;
	enum errk rc = rec->n_parts ? queue_knows(r->state, r->key, rec->id, rec->version, &known,
						  &waits, e)
				    : E_OK;
	for (size_t i = 0; i < rec->n_parts && rc == E_OK && !known; i++) {
		rc = claim_is_single(r->state, r->key, rec->parts[i], &single, e);
		if (rc != E_OK || !single)
			continue;
		rc = merge_of(r, rec->parts[i], doc, e);
		if (rc == E_OK)
			rc = claim_end(r->state, r->key, rec->parts[i], clock_now(), &closed, e);
	}
	return rc;
}

enum errk sync_merge_waiting(struct sync *r, const struct record *rec, const char **doc,
			     struct err *e)
{
	*doc = rec->doc;
	if (!r->from->merge || !rec->doc)
		return E_OK;
	enum errk rc = merge_parts(r, rec, doc, e);
	return rc == E_OK ? merge_of(r, rec->id, doc, e) : rc;
}
