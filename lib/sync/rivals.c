#include <string.h>

#include "base/list.h"
#include "base/log.h"
#include "base/str.h"
#include "state/link.h"
#include "sync/sync_priv.h"

#include "base/banned.h"

/*
 * Records that were written to one article of the store, and whether the source still has them: an article that was
 * given another number in the ERP, or another row in a table, is no rival of itself.
 */

static bool is_in(const struct put_rows *rows, const char *record)
{
	for (size_t i = 0; i < rows->n; i++)
		if (strcmp(rows->row[i]->row.record, record) == 0)
			return true;
	return false;
}

struct rivals {
	LIST(struct rival) list;
	LIST(const char *) record; /* of each */
};

static enum errk find(const struct put_rows *rows, const char *article, struct arena *a,
		      struct rivals *out, struct err *e)
{
	struct sync *r = rows->r;
	struct link *l;
	size_t n;
	enum errk rc = link_of_article(r->state, r->key, article, a, &l, &n, e);

	for (size_t i = 0; i < n && rc == E_OK; i++) {
		if (is_in(rows, l[i].record))
			continue;
		*list_add(&out->list, a) = (struct rival){.article = article, .label = l[i].label};
		*list_add(&out->record, a) = l[i].record;
	}
	return rc;
}

/* What is not there, or can't be read or mapped, is not written. */
static enum errk hear(struct sync *r, const struct record *rec, struct rivals *all, struct arena *a,
		      struct err *e)
{
	const char *doc = "{}";
	struct err why = {.kind = E_OK};
	enum errk rc = E_OK;

	if (rec->problem && strcmp(rec->problem->code, "not_found") == 0)
		return link_leave_article(r->state, r->key, rec->id, e);
	if (!rec->problem && rec->doc)
		rc = map_run(r->mapper, record_kind_name(r->flow->kind), rec->doc, rec->doc_len, a,
			     &doc, &why);
	if (rc != E_OK && rc != E_RECORD) {
		*e = why;
		return rc;
	}
	for (size_t i = 0; i < all->list.n; i++)
		if (rc == E_OK && str_equal(all->record.at[i], rec->id))
			all->list.at[i].doc = doc;
	return E_OK;
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
		all->list.at[i].doc = "{}";
	for (size_t i = 0; i < page.n && rc == E_OK; i++)
		rc = hear(r, &page.rec[i], all, a, e);
	return rc;
}

enum errk sync_rivals(void *ctx, const char *const *article, size_t n, struct arena *a,
		      struct rival **out, size_t *n_out, struct err *e)
{
	const struct put_rows *rows = ctx;
	struct rivals all = {0};
	enum errk rc = E_OK;

	for (size_t i = 0; i < n && rc == E_OK; i++)
		if (!i || strcmp(article[i - 1], article[i]) != 0)
			rc = find(rows, article[i], a, &all, e);
	/* Between two pages the source is asked nothing else. */
	if (rc == E_OK && all.list.n && !rows->r->paging)
		rc = ask(rows->r, &all, a, e);
	*out = all.list.at;
	*n_out = all.list.n;
	return rc;
}
