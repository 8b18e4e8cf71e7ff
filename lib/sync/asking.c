#include <string.h>

#include "base/str.h"
#include "state/delivered.h"
#include "state/link.h"
#include "sync/sync_priv.h"

/* What a source may ask of what the target was told, and what it is itself asked for by name. */

static enum errk faults(void *ctx, const char *head, struct arena *a, const char ***ids, size_t *n,
			struct err *e)
{
	struct sync *r = ctx;
	return queue_faults(r->state, r->key, head, a, ids, n, e);
}

static enum errk untold(void *ctx, struct arena *a, const char ***ids, size_t *n, struct err *e)
{
	struct sync *r = ctx;
	return queue_undelivered(r->state, r->key, a, ids, n, e);
}

static enum errk unknown(void *ctx, struct arena *a, const char ***ids, size_t *n, struct err *e)
{
	struct sync *r = ctx;
	return queue_unknown_there(r->state, r->key, UNKNOWN_SKU, NEAR_SKU, a, ids, n, e);
}

static enum errk delivered(void *ctx, const char *after, struct arena *a,
			   struct delivered_record **list, size_t *n, struct err *e)
{
	struct sync *r = ctx;
	struct link_said *said;
	enum errk rc = link_list_said(r->state, r->key, after, a, &said, n, e);
	if (rc != E_OK)
		return rc;
	*list = arena_array(a, *n, sizeof(**list));
	for (size_t i = 0; i < *n; i++)
		(*list)[i] = (struct delivered_record){.id = said[i].record,
						       .version = said[i].version,
						       .waits = said[i].waits,
						       .doubt = said[i].doubt};
	return E_OK;
}

static enum errk dropped(void *ctx, struct arena *a, struct dropped_record **list, size_t *n,
			 struct err *e)
{
	struct sync *r = ctx;
	struct link_dropped *of;
	enum errk rc = link_list_dropped(r->state, r->key, a, &of, n, e);
	if (rc != E_OK)
		return rc;
	*list = arena_array(a, *n, sizeof(**list));
	for (size_t i = 0; i < *n; i++)
		(*list)[i] = (struct dropped_record){.id = of[i].record, .at = of[i].at};
	return E_OK;
}

static enum errk variants(void *ctx, struct arena *a, struct known_variant **list, size_t *n,
			  struct err *e)
{
	struct sync *r = ctx;
	struct link_variant *of;
	enum errk rc = link_list_variants(r->state, r->key, a, &of, n, e);
	if (rc != E_OK)
		return rc;
	*list = arena_array(a, *n, sizeof(**list));
	for (size_t i = 0; i < *n; i++)
		(*list)[i] = (struct known_variant){.id = of[i].record, .sku = of[i].sku};
	return E_OK;
}

static enum errk there(void *ctx, enum record_kind kind, const char *id, bool *is, struct err *e)
{
	struct sync *r = ctx;
	const char *key = kind == r->flow->kind ? r->key : relative_key(r, r->page);
	struct queue_row row = {0};
	struct link l;
	bool found = false;
	enum errk rc = link_get(r->state, key, id, r->page, &l, &found, e);
	*is = found && target_is(&l.target);
	if (rc != E_OK || *is)
		return rc;
	rc = queue_waiting_row(r->state, key, id, r->page, &row, e);
	*is = row.id != 0;
	return rc;
}

struct pull_request sync_asking(struct sync *r)
{
	return (struct pull_request){
		.kind = r->flow->kind,
		.faults = faults,
		.delivered = delivered,
		.untold = untold,
		.unknown = unknown,
		.dropped = dropped,
		.variants = variants,
		.there = there,
		.knows_ctx = r,
	};
}

/*
 * What belongs to another record may be known to its source by the name of that one alone ("#1001-R1"): it is asked for by the name
 * under which it is known here, and told apart by its id.
 */
struct named {
	const char *who, *name; /* the same, where there is no other name */
};

static enum errk name_of(struct sync *r, const char *who, struct arena *a, struct named *out,
			 struct err *e)
{
	struct queue_row row = {0};
	struct link l;
	bool found = false;
	*out = (struct named){who, who};
	if (!r->flow->belongs)
		return E_OK;
	enum errk rc = queue_waiting_row(r->state, r->key, who, a, &row, e);
	if (rc == E_OK && !row.id)
		rc = link_get(r->state, r->key, who, a, &l, &found, e);
	if (rc == E_OK && (row.id || found))
		out->name = arena_strdup(a, row.id ? row.label : l.label);
	return rc;
}

static bool is_not_found(const struct record *rec)
{
	return rec->problem && str_equal(rec->problem->code, "not_found");
}

/* Is rec what was asked for? Where it says of a name that nothing is called so, it says it of who was meant. */
static bool is_asked(struct record *rec, const struct named *asked, size_t n)
{
	bool other = false;
	for (size_t i = 0; i < n; i++) {
		const struct named *x = &asked[i];
		bool renamed = x->who != x->name;
		if (str_equal(rec->id, x->who) || (!renamed && str_equal(rec->label, x->who)))
			return true;
		if (renamed && is_not_found(rec) && str_equal(rec->id, x->name)) {
			rec->id = x->who;
			return true;
		}
		other |= renamed && str_equal(rec->label, x->name);
	}
	return !other;
}

static bool is_in(const struct page *page, const char *id)
{
	for (size_t i = 0; i < page->n; i++)
		if (str_equal(page->rec[i].id, id))
			return true;
	return false;
}

static void add_missing(struct page *page, const struct named *x, struct arena *a)
{
	struct record *larger = arena_array(a, page->n + 1, sizeof(*larger));
	struct err *why = arena_alloc(a, sizeof(*why));
	err_set(why, E_RECORD, "not_found",
		"the store has another one that is called %s, and none of this id (%s)", x->name,
		x->who);
	if (page->n)
		memcpy(larger, page->rec, page->n * sizeof(*larger));
	larger[page->n++] =
		(struct record){.id = x->who, .label = x->name, .version = "", .problem = why};
	page->rec = larger;
}

enum errk sync_ask_named(struct sync *r, const char *const *who, size_t n, struct arena *a,
			 struct page *page, struct err *e)
{
	const struct pull_request req = sync_asking(r);
	struct named *asked = arena_array(a, n, sizeof(*asked));
	const char **name = arena_array(a, n, sizeof(*name));
	size_t kept = 0;
	enum errk rc = E_OK;
	for (size_t i = 0; i < n && rc == E_OK; i++) {
		rc = name_of(r, who[i], a, &asked[i], e);
		name[i] = asked[i].name;
	}
	if (rc == E_OK)
		rc = r->from->pull_only(r->source, &req, name, n, a, page, e);
	if (rc != E_OK || !r->flow->belongs)
		return rc;
	/* What could not be read may stand for any of them. */
	bool unread = false;
	for (size_t i = 0; i < page->n; i++) {
		if (!is_asked(&page->rec[i], asked, n))
			continue;
		page->rec[kept++] = page->rec[i];
		unread |= page->rec[i].problem && !is_not_found(&page->rec[i]);
	}
	page->n = kept;
	for (size_t i = 0; i < n && !unread; i++)
		if (asked[i].who != asked[i].name && !is_in(page, asked[i].who))
			add_missing(page, &asked[i], a);
	return E_OK;
}
