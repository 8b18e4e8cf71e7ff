#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/str.h"
#include "state/checkpoint.h"
#include "state/link.h"
#include "state/connector_state.h"
#include "sync/sync_priv.h"

static const char made[] = "articles made";

/* A store shows by then what was made there, seconds. */
enum { SHOWS_LATE = 600 };

enum errk sync_remember_made(struct sync *r, struct err *e)
{
	return connector_state_set(r->state, made, r->key, clock_now(), e);
}

/*
 * Stock of an article that the store did not have may find it now. A store shows late what was made there, so for
 * a while each run tries, and what it does not find waits.
 */
static enum errk try_unknown(struct sync *r, struct err *e)
{
	const char *text;
	int64_t at, now = clock_now();
	enum errk rc = connector_state_get(r->state, made, r->page, &text, &at, e);
	if (rc != E_OK || !text)
		return rc;
	r->just_made = now - at < SHOWS_LATE;
	rc = queue_try_parked(r->state, r->key, UNKNOWN_SKU, now, e);
	return rc == E_OK && !r->just_made ? connector_state_drop(r->state, made, e) : rc;
}

/* What has waited that long was there for others to see as well: who looks after it must hear of it. */
bool sync_may_show_yet(const struct sync *r, const struct queue_row *row)
{
	return r->just_made && clock_now() - row->enqueued_at < SHOWS_LATE;
}

/* The same where people lay down what the store has: what the last one did not list, another one may. */
static enum errk try_unlisted(struct sync *r, struct err *e)
{
	static const char *const missing[] = {UNKNOWN_SKU, NEAR_SKU, "duplicate_sku"};
	const char *is = r->to->catalogue ? r->to->catalogue(r->target, r->page) : NULL, *was;
	const char *key = arena_printf(r->page, "%s: catalogue", r->key);
	int64_t at, now = clock_now();
	if (!is)
		return E_OK;
	enum errk rc = checkpoint_get(r->state, key, r->page, &was, &at, e);
	if (rc != E_OK || str_equal(was, is))
		return rc;
	for (size_t i = 0; i < sizeof(missing) / sizeof(*missing) && rc == E_OK; i++)
		rc = queue_try_parked(r->state, r->key, missing[i], now, e);
	return rc == E_OK ? checkpoint_set(r->state, key, is, now, e) : rc;
}

enum errk sync_release_made(struct sync *r, struct err *e)
{
	if (r->flow->kind != KIND_STOCK)
		return E_OK;
	enum errk rc = state_begin(r->state, e);
	if (rc == E_OK)
		rc = try_unknown(r, e);
	if (rc == E_OK)
		rc = try_unlisted(r, e);
	return state_end(r->state, rc, e);
}

/*
 * The mapping with its tables, and the settings, may change between two runs. Their fingerprints, as of the
 * last run of a flow, stand beside the flow's checkpoint.
 */

enum { BY_MAPPING = 1u << 0, BY_SETTINGS = 1u << 1 };

/*
 * Which of the two can cure a reason that the mapping has not said itself: a message that names a file of tables/ or a key has its code here, so
 * that a person who does what it says is done.
 */
static const struct {
	const char *code;
	unsigned by;
} cures[] = {
	{"unmapped_*", BY_MAPPING | BY_SETTINGS},
	{"ambiguous_pricelist", BY_MAPPING | BY_SETTINGS},
	{"ambiguous_tax", BY_MAPPING | BY_SETTINGS},
	{"mapping*", BY_MAPPING | BY_SETTINGS},
	{"bad_mapping", BY_MAPPING},
	{"bad_document", BY_MAPPING},
	{"bad_sum", BY_MAPPING},
	{"unknown_location", BY_MAPPING},
	{"other_location", BY_MAPPING | BY_SETTINGS},
	{"unknown_sku", BY_MAPPING},
	{"near_miss", BY_MAPPING},
	{STOCK_LEFT, BY_MAPPING},
	{"unknown_line", BY_MAPPING},
	{"bad_tracking_url", BY_MAPPING},
	{"bad_encoding", BY_SETTINGS},
	{"conflict", BY_SETTINGS},
	{"no_figure", BY_SETTINGS},
	{"rounding_limit", BY_SETTINGS},
};

static const char *mapping_key(const struct sync *r)
{
	return arena_printf(r->page, "%s: mapping", r->key);
}

static const char *settings_key(const struct sync *r)
{
	return arena_printf(r->page, "%s: settings", r->key);
}

static void hash_settings(const struct sync *r, char out[HASH_HEX_SIZE])
{
	const char *const sections[] = {"store", "erp",      "csv",
					"odoo",  "mappings", r->flow->section};
	CLEANUP(hash) struct hash *h = hash_new();
	for (size_t i = 0; i < sizeof(sections) / sizeof(*sections); i++)
		conf_hash(r->session->conf, sections[i], h);
	hash_finish(h, out);
}

/*
 * Which rows another mapping may have put: known before anything is put by this one, for a run that ends in between may be
 * followed by one with the other.
 */
static enum errk know_mapped_before(struct sync *r, struct err *e)
{
	if (!r->first_mapping && !r->mapping_changed)
		return checkpoint_mapped_before(r->state, r->key, &r->mapped_before, e);
	enum errk rc = queue_last(r->state, &r->mapped_before, e);
	return rc == E_OK ? checkpoint_set_mapped_before(r->state, r->key, r->mapped_before, e)
			  : rc;
}

enum errk sync_remember_mapping(struct sync *r, struct err *e)
{
	const char *was;
	int64_t moved;
	enum errk rc = map_fingerprint(r->mapper, record_kind_name(r->flow->kind), r->mapping, e);
	if (rc == E_OK)
		rc = checkpoint_get(r->state, mapping_key(r), r->page, &was, &moved, e);
	if (rc != E_OK)
		return rc;
	r->first_mapping = !was;
	r->mapping_changed = was && strcmp(was, r->mapping) != 0;
	rc = know_mapped_before(r, e);
	if (rc != E_OK)
		return rc;
	hash_settings(r, r->settings);
	rc = checkpoint_get(r->state, settings_key(r), r->page, &was, &moved, e);
	if (rc != E_OK)
		return rc;
	r->first_settings = !was;
	r->settings_changed = was && strcmp(was, r->settings) != 0;
	return E_OK;
}

/* The target may take records further than it was allowed to when they were delivered. */
static enum errk repeat_held(struct sync *r, int64_t now, struct err *e)
{
	int64_t n = 0;
	enum errk rc = E_OK;
	const char *const *kept = r->to->held ? r->to->held(r->target, r->page) : NULL;
	for (; kept && *kept && rc == E_OK; kept++)
		rc = queue_repeat_held(r->state, r->key, *kept, now, &n, e);
	if (rc == E_OK && n)
		notice_say(
			&r->notices, NULL,
			arena_printf(r->session->arena,
				     "the settings let %s go further than when they were "
				     "delivered: %lld that were held back %s looked at once more",
				     record_kind_plural(r->flow->kind), (long long)n,
				     n == 1 ? "is" : "are"));
	return rc;
}

enum errk sync_release_mapped(struct sync *r, struct err *e)
{
	unsigned changed = (r->mapping_changed ? BY_MAPPING : 0) |
			   (r->settings_changed ? BY_SETTINGS : 0);
	int64_t freed, now = clock_now();
	if (!r->first_mapping && !r->first_settings && !changed)
		return E_OK;
	enum errk rc = state_begin(r->state, e);
	for (size_t i = 0; i < sizeof(cures) / sizeof(*cures) && rc == E_OK; i++) {
		struct queue_filter f = {.flow = r->key,
					 .code = cures[i].code,
					 .states = 1 << QUEUE_PARKED};
		if (cures[i].by & changed)
			rc = queue_release(r->state, &f, now, &freed, e);
	}
	/* Whatever code the mapping gave it: a merchant's own says what it likes. */
	if (rc == E_OK && r->mapping_changed)
		rc = queue_release(r->state,
				   &(struct queue_filter){.flow = r->key,
							  .states = 1 << QUEUE_PARKED,
							  .unmapped = true},
				   now, &freed, e);
	if (rc == E_OK && r->mapping_changed)
		rc = queue_try_parked(r->state, r->key, SAME_ARTICLE, now, e);
	if (rc == E_OK && r->mapping_changed)
		rc = queue_try_parked(r->state, r->key, SAME_VARIANT, now, e);
	if (rc == E_OK && r->settings_changed)
		rc = repeat_held(r, now, e);
	/* Stock may have another place now; what was written where it had its place before is noticed then. */
	if (rc == E_OK && changed && r->flow->kind == KIND_STOCK)
		rc = link_doubt_all(r->state, r->key, RECORD_GONE, e);
	/* Which articles of the store are one of the ERP's, a table says. */
	if (rc == E_OK && (r->first_mapping || r->mapping_changed) && r->demand)
		rc = checkpoint_set_shared_due(r->state, r->key, true, e);
	if (rc == E_OK)
		rc = checkpoint_set(r->state, mapping_key(r), r->mapping, now, e);
	if (rc == E_OK)
		rc = checkpoint_set(r->state, settings_key(r), r->settings, now, e);
	return state_end(r->state, rc, e);
}
