#include <string.h>

#include "base/clock.h"
#include "state/checkpoint.h"
#include "state/link.h"
#include "state/note.h"
#include "sync/sync_priv.h"

static const char made[] = "articles made";

enum errk sync_note_made(struct sync *r, struct err *e)
{
	return note_set(r->state, made, r->key, clock_now(), e);
}

/*
 * Stock of an article that the store did not have may find it now. A store shows late what was made there, so for
 * a while each run tries, and what it does not find waits.
 */
static enum errk try_unknown(struct sync *r, struct err *e)
{
	enum { SHOWS_LATE = 600 };
	const char *text;
	int64_t at, now = clock_now();
	enum errk rc = note_get(r->state, made, r->page, &text, &at, e);
	if (rc != E_OK || !text)
		return rc;
	r->just_made = now - at < SHOWS_LATE;
	rc = queue_try_parked(r->state, r->key, UNKNOWN_SKU, now, e);
	return rc == E_OK && !r->just_made ? note_drop(r->state, made, e) : rc;
}

enum errk sync_release_made(struct sync *r, struct err *e)
{
	if (r->flow->kind != KIND_STOCK)
		return E_OK;
	enum errk rc = state_begin(r->state, e);
	if (rc == E_OK)
		rc = try_unknown(r, e);
	if (rc == E_OK)
		rc = state_commit(r->state, e);
	if (rc != E_OK)
		state_rollback(r->state);
	return rc;
}

/*
 * A mapping may change between two runs. Its fingerprint, as of the last run of a flow, stands beside
 * the flow's checkpoint.
 */

static const char *key_of(const struct sync *r)
{
	return arena_printf(r->page, "%s: mapping", r->key);
}

enum errk sync_note_mapping(struct sync *r, struct err *e)
{
	const char *was;
	int64_t moved;
	enum errk rc = map_fingerprint(r->mapper, record_kind_name(r->flow->kind), r->mapping, e);
	if (rc == E_OK)
		rc = checkpoint_get(r->state, key_of(r), r->page, &was, &moved, e);
	if (rc != E_OK)
		return rc;
	r->first_mapping = !was;
	r->remapped = was && strcmp(was, r->mapping) != 0;
	return E_OK;
}

enum errk sync_release_mapped(struct sync *r, struct err *e)
{
	/* Codes that a mapping or its tables can cure; see lib/map/map.h. */
	static const char *const codes[] = {"unmapped_*", "mapping*", "bad_document", "bad_sum",
					    STOCK_LEFT};
	int64_t freed, now = clock_now();
	if (!r->first_mapping && !r->remapped)
		return E_OK;
	enum errk rc = state_begin(r->state, e);
	for (size_t i = 0; r->remapped && i < sizeof(codes) / sizeof(*codes) && rc == E_OK; i++) {
		struct queue_filter f = {.flow = r->key,
					 .code = codes[i],
					 .states = 1 << QUEUE_PARKED};
		rc = queue_release(r->state, &f, now, &freed, e);
	}
	if (rc == E_OK && r->remapped)
		rc = queue_try_parked(r->state, r->key, SAME_ARTICLE, now, e);
	/* Stock may have another place now; what was written where it had its place before is noticed then. */
	if (rc == E_OK && r->remapped && r->flow->kind == KIND_STOCK)
		rc = link_doubt_all(r->state, r->key, RECORD_GONE, e);
	if (rc == E_OK)
		rc = checkpoint_set(r->state, key_of(r), r->mapping, now, e);
	if (rc == E_OK)
		rc = state_commit(r->state, e);
	if (rc != E_OK)
		state_rollback(r->state);
	return rc;
}
