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
 * number in the ERP, or another row in a table, is no rival of itself. What a source is found to have no longer that does
 * not tell it by itself is closed: its last version would go over once its rival is out of the way.
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
	int64_t closed;
	const char *first; /* that was */
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

static enum errk end(struct sync *r, const char *record, struct rivals *all, struct arena *a,
		     struct err *e)
{
	int64_t closed;
	enum errk rc = claim_end(r->state, r->key, record, clock_now(), &closed, e);

	if (rc == E_OK && closed && !all->closed)
		all->first = arena_strdup(a, record);
	all->closed += closed;
	return rc;
}

/* What is not there, or can't be mapped, is not written; of what can't be read it is not known. */
static enum errk map(struct sync *r, const char *doc, size_t len, struct arena *a, const char **out,
		     struct err *e)
{
	struct err why;
	enum errk rc = map_run(r->mapper, record_kind_name(r->flow->kind), doc, len, a, out, &why);

	if (rc == E_RECORD)
		*out = "{}";
	else if (rc != E_OK)
		*e = why;
	return rc == E_RECORD ? E_OK : rc;
}

static enum errk hear(struct sync *r, const struct record *rec, bool partial, struct rivals *all,
		      struct arena *a, struct err *e)
{
	const char *doc = "{}";
	enum errk rc = E_OK;

	if (rec->problem && (partial || strcmp(rec->problem->code, "not_found") != 0))
		return E_OK;
	if (rec->problem && !r->from->tells_gone)
		rc = end(r, rec->id, all, a, e);
	else if (rec->doc)
		rc = map(r, rec->doc, rec->doc_len, a, &doc, e);
	if (rc == E_OK)
		say(all, rec->id, doc);
	return rc;
}

static enum errk ask(struct sync *r, struct rivals *all, struct arena *a, bool *asked,
		     struct err *e)
{
	struct page page = {0};
	struct err why;
	const struct pull_request req = sync_asking(r);
	enum errk rc = r->from->pull_only(r->source, &req, all->record.at, all->record.n, a, &page,
					  &why);

	/* Then it is not known: the next run asks again. */
	*asked = rc == E_OK;
	if (rc != E_OK) {
		log_event(LOG_LEVEL_WARN, "rivals not asked", "reason", why.msg, NULL);
		return E_OK;
	}
	for (size_t i = 0; i < all->list.n; i++)
		all->list.at[i].unsaid = true;
	for (size_t i = 0; i < page.n && rc == E_OK; i++)
		rc = hear(r, &page.rec[i], page.partial, all, a, e);
	if (rc == E_OK)
		sync_tell_closed(r, all->closed, "", all->first);
	return rc;
}

/* Whose article is not known may be any one's, as its document says it. */
static enum errk add_unjudged(const struct put_rows *rows, const struct rival_request *request,
			      size_t n, struct arena *a, struct rivals *all, struct err *e)
{
	struct sync *r = rows->r;
	enum errk rc = E_OK;

	for (size_t i = 0; i < r->n_unjudged && rc == E_OK; i++) {
		struct rival x = {.record = r->unjudged[i]};

		if (is_in(rows, x.record))
			continue;
		rc = claim_unjudged(r->state, r->key, x.record, a, &x.label, &x.doc, e);
		if (rc == E_OK && x.doc)
			rc = map(r, x.doc, strlen(x.doc), a, &x.doc, e);
		/* What was written to the article is not disturbed by it. */
		for (x.of = 0; x.of < n && x.doc && rc == E_OK; x.of++)
			if (request[x.of].record && !request[x.of].written)
				*list_add(&all->list, a) = x;
	}
	return rc;
}

enum errk sync_rivals(void *ctx, struct rival_request *request, size_t n, struct arena *a,
		      struct rival **out, size_t *n_out, struct err *e)
{
	const struct put_rows *rows = ctx;
	struct rivals all = {0};
	bool asked;
	enum errk rc = find(rows, request, n, a, &all, e);

	/* Between two pages the source is asked nothing else. */
	if (rc == E_OK && all.list.n && !rows->r->paging)
		rc = ask(rows->r, &all, a, &asked, e);
	if (rc == E_OK)
		rc = add_unjudged(rows, request, n, a, &all, e);
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

/*
 * A source that does not say of what it no longer has that it is gone is asked as long as two contend for an article. It
 * must have answered: what is set free would go over as it was last said.
 */
static enum errk ask_gone(struct sync *r, const char *code, bool *answered, struct err *e)
{
	const char **record;
	struct rivals all = {0};
	struct err why;
	size_t n;
	enum errk rc = claim_list_disputed(r->state, r->key, code, r->page, &record, &n, e);

	*answered = false;
	/* What keeps it from being asked is told by the pull. */
	if (rc != E_OK || !n || sync_know_source(r, &why) != E_OK)
		return rc;
	for (size_t i = 0; i < n; i++)
		*list_add(&all.record, r->page) = record[i];
	return ask(r, &all, r->page, answered, e);
}

enum errk sync_release_rivals(struct sync *r, struct err *e)
{
	const char *code = r->flow->kind == KIND_STOCK ? SAME_ARTICLE : SAME_VARIANT;
	bool free = r->from->tells_gone;
	enum errk rc = E_OK;

	if (!sync_has_claims(r))
		return E_OK;
	arena_reset(r->page);
	if (!free)
		rc = ask_gone(r, code, &free, e);
	if (rc == E_OK && free)
		rc = claim_release(r->state, r->key, code, clock_now(), e);
	return rc == E_OK ? claim_list_unjudged(r->state, r->key, code, r->session->arena,
						&r->unjudged, &r->n_unjudged, e)
			  : rc;
}
