#include <string.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/log.h"
#include "base/str.h"
#include "state/claim.h"
#include "sync/sync_priv.h"

#include "base/banned.h"

/*
 * Records that are one article of the store, and whether the source still says so: an article that was given another
 * number in the ERP, or another row in a table, is no rival of itself.
 */

/* What of it is judged with the batch; one that can't be written may have been before, and is asked about as any other. */
static bool is_asking(const struct rival_request *request, size_t n, const char *record)
{
	for (size_t i = 0; i < n; i++)
		if (str_equal(request[i].record, record))
			return true;
	return false;
}

static bool is_in(const struct put_rows *rows, const char *record)
{
	for (size_t i = 0; i < rows->n; i++)
		if (strcmp(rows->row[i]->row.record, record) == 0)
			return true;
	return false;
}

struct rivals {
	LIST(struct rival) list;
	LIST(const char *) record; /* of all, each once */
};

static void add(struct rivals *all, size_t of, const struct claim *x, struct arena *a)
{
	bool known = false;

	*list_add(&all->list, a) = (struct rival){.of = of,
						  .record = x->record,
						  .label = x->label,
						  .kept = x->kept,
						  .some = x->some,
						  .written = x->written};
	for (size_t i = 0; i < all->record.n && !known; i++)
		known = strcmp(all->record.at[i], x->record) == 0;
	if (!known)
		*list_add(&all->record, a) = x->record;
}

static enum errk find(const struct put_rows *rows, struct rival_request *request, size_t n,
		      struct arena *a, struct rivals *all, struct err *e)
{
	struct sync *r = rows->r;
	enum errk rc = E_OK;

	for (size_t i = 0; i < n && rc == E_OK; i++) {
		struct claim *claim;
		size_t n_claims;

		rc = claim_rivals(r->state, r->key, request[i].record, request[i].article, a,
				  &request[i].written, &claim, &n_claims, e);
		for (size_t k = 0; k < n_claims && rc == E_OK; k++)
			if (request[i].record ? !is_asking(request, n, claim[k].record)
					      : !is_in(rows, claim[k].record))
				add(all, i, &claim[k], a);
	}
	return rc;
}

static void say(struct rivals *all, const char *record, const char *doc)
{
	for (size_t i = 0; i < all->list.n; i++)
		if (strcmp(all->list.at[i].record, record) == 0) {
			all->list.at[i].doc = doc;
			all->list.at[i].unsaid = false;
		}
}

/* What is not there, or can't be mapped, is not written; of what can't be read it is not known. */
static enum errk hear(struct sync *r, const struct record *rec, bool partial, struct rivals *all,
		      struct arena *a, struct err *e)
{
	const char *doc = "{}";
	struct err why = {.kind = E_OK};
	enum errk rc = E_OK;

	if (rec->problem && (partial || strcmp(rec->problem->code, "not_found") != 0))
		return E_OK;
	if (rec->problem)
		rc = claim_end(r->state, r->key, rec->id, e);
	else if (rec->doc)
		rc = map_run(r->mapper, record_kind_name(r->flow->kind), rec->doc, rec->doc_len, a,
			     &doc, &why);
	if (why.kind == E_RECORD)
		rc = E_OK;
	else if (why.kind != E_OK)
		*e = why;
	if (rc == E_OK)
		say(all, rec->id, why.kind == E_RECORD ? "{}" : doc);
	return rc;
}

static enum errk ask(struct sync *r, struct rivals *all, struct arena *a, struct err *e)
{
	struct page page = {0};
	struct err why;
	enum errk rc = r->from->pull_only(r->source, all->record.at, all->record.n, a, &page, &why);

	/* Then it is not known: the next run asks again. */
	if (rc != E_OK) {
		log_event(LOG_LEVEL_WARN, "rivals not asked", "reason", why.msg, NULL);
		return E_OK;
	}
	for (size_t i = 0; i < all->list.n; i++)
		all->list.at[i].unsaid = true;
	for (size_t i = 0; i < page.n && rc == E_OK; i++)
		rc = hear(r, &page.rec[i], page.partial, all, a, e);
	return rc;
}

enum errk sync_rivals(void *ctx, struct rival_request *request, size_t n, struct arena *a,
		      struct rival **out, size_t *n_out, struct err *e)
{
	const struct put_rows *rows = ctx;
	struct rivals all = {0};
	enum errk rc = find(rows, request, n, a, &all, e);

	/* Between two pages the source is asked nothing else. */
	if (rc == E_OK && all.list.n && !rows->r->paging)
		rc = ask(rows->r, &all, a, e);
	*out = all.list.at;
	*n_out = all.list.n;
	return rc;
}

bool sync_has_claims(const struct sync *r)
{
	return r->flow->kind == KIND_STOCK || r->flow->kind == KIND_PRODUCT;
}

enum errk sync_remember_claims(struct sync *r, const struct put_item *item, struct err *e)
{
	enum claim_fate fate = CLAIM_OPEN;

	if (!sync_has_claims(r))
		return E_OK;
	if (item->err.kind == E_OK)
		fate = item->yields ? CLAIM_LEFT : CLAIM_WRITTEN;
	else if (item->err.kind == E_RECORD && item->doc)
		fate = CLAIM_REFUSED;
	return claim_set(r->state, r->key, item->record, item->claims, item->n_claims, fate, e);
}

enum errk sync_forget_refused(struct sync *r, const char *record, struct err *e)
{
	return sync_has_claims(r) ? claim_set(r->state, r->key, record, NULL, 0, CLAIM_REFUSED, e)
				  : E_OK;
}

/* A source that does not say of what it no longer has that it is gone is asked as long as it keeps others waiting. */
static enum errk ask_gone(struct sync *r, const char *code, struct err *e)
{
	const char **record;
	struct rivals all = {0};
	struct err why;
	size_t n;
	enum errk rc = claim_list_rivals(r->state, r->key, code, r->page, &record, &n, e);

	/* What keeps it from being asked is told by the pull. */
	if (rc != E_OK || !n || sync_know_source(r, &why) != E_OK)
		return rc;
	for (size_t i = 0; i < n; i++)
		*list_add(&all.record, r->page) = record[i];
	return ask(r, &all, r->page, e);
}

enum errk sync_release_rivals(struct sync *r, struct err *e)
{
	static const char *const codes[] = {SAME_ARTICLE, SAME_VARIANT};
	enum errk rc = E_OK;

	if (!sync_has_claims(r))
		return E_OK;
	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes) && rc == E_OK; i++) {
		arena_reset(r->page);
		if (!r->from->tells_gone)
			rc = ask_gone(r, codes[i], e);
		if (rc == E_OK)
			rc = claim_release(r->state, r->key, codes[i], clock_now(), e);
	}
	return rc;
}
