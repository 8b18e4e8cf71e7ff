#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/secrets.h"
#include "base/str.h"
#include "map/canonical.h"
#include "net/redact.h"
#include "sync/sync_priv.h"

/*
 * What the other side says of a record may quote the record, and who keeps it is not asked whether
 * it may: state file, log and cron's mail hold no personal data.
 */

const char *foreign_text(const char *text, struct arena *a)
{
	if (!text)
		return NULL;
	char *clean = arena_strdup(a, redact_text(text, a));
	secrets_hide(clean);
	return clean;
}

static void mask(struct err *e, const struct hidden *who, struct arena *a)
{
	if (e->kind == E_OK)
		return;
	char *clean = arena_strdup(a, foreign_text(e->msg, a));
	if (who)
		hidden_hide(who, clean);
	str_ellipsis(e->msg, sizeof(e->msg), clean, sizeof(e->msg));
}

static void add_person(enum record_kind kind, const char *doc, struct hidden *who)
{
	CLEANUP(json) cJSON *json = NULL;
	if (doc && json_parse(doc, strlen(doc), &json, NULL) == E_OK)
		canonical_hide(record_kind_name(kind), json, who);
}

/* A document that is no longer kept has nothing left to be told by. */
static void add_row(struct sync *r, const struct batch_row *b, struct hidden *who)
{
	const char *doc = NULL;
	struct err ignored;
	if (queue_payload(r->state, b->row.id, r->page, &doc, &ignored) == E_OK)
		add_person(r->flow->kind, doc, who);
}

static void mask_item(struct sync *r, const struct batch_row *b, struct put_item *item)
{
	bool told = false;
	item->values = foreign_text(item->values, r->page);
	for (const struct put_step *s = item->steps; s; s = s->next)
		told = told || s->detail;
	if (item->err.kind == E_OK && item->left.kind == E_OK && !told)
		return;
	CLEANUP(hidden) struct hidden *who = hidden_new();
	add_row(r, b, who);
	mask(&item->err, who, r->page);
	mask(&item->left, who, r->page);
	for (struct put_step *s = item->steps; s; s = s->next) {
		if (!s->detail)
			continue;
		char *clean = arena_strdup(r->page, foreign_text(s->detail, r->page));
		hidden_hide(who, clean);
		s->detail = clean;
	}
}

void foreign_mapping(enum record_kind kind, const char *doc, struct arena *a, struct err *e)
{
	CLEANUP(hidden) struct hidden *who = hidden_new();
	add_person(kind, doc, who);
	mask(e, who, a);
}

void foreign_outcome(struct sync *r, struct batch_row *const *rows, struct put_batch *batch,
		     enum errk rc, struct err *why)
{
	for (size_t i = 0; i < batch->n; i++)
		mask_item(r, rows[i], &batch->item[i]);
	if (rc == E_OK)
		return;
	CLEANUP(hidden) struct hidden *who = hidden_new();
	for (size_t i = 0; i < batch->n; i++)
		add_row(r, rows[i], who);
	mask(why, who, r->page);
}

enum errk foreign_answer(struct sync *r, struct acknowledgement *s, const struct delivered *held,
			 size_t n, struct err *e)
{
	enum { TOO_SHORT = 4 }; /* "ok" names nobody */
	CLEANUP(hidden) struct hidden *who = hidden_new();
	if (!s->text || strlen(s->text) <= TOO_SHORT)
		return E_OK;
	enum errk rc = E_OK;
	for (size_t i = 0; i < n && rc == E_OK; i++) {
		const char **doc = NULL;
		size_t docs = 0;
		if (!acknowledgement_means(s, held[i].record, held[i].label))
			continue;
		CLEANUP(arena) struct arena *own = arena_new();
		rc = queue_payloads(r->state, r->key, held[i].record, own, &doc, &docs, e);
		for (size_t k = 0; k < docs && rc == E_OK; k++)
			add_person(r->flow->kind, doc[k], who);
	}
	char *clean = arena_strdup(r->page, foreign_text(s->text, r->page));
	hidden_hide(who, clean);
	s->text = clean;
	return rc;
}

enum errk foreign_pulled(struct sync *r, enum errk rc, struct page *page, struct err *e)
{
	if (rc != E_OK)
		mask(e, NULL, r->page);
	for (size_t i = 0; i < page->n && rc == E_OK; i++) {
		if (!page->rec[i].problem)
			continue;
		CLEANUP(hidden) struct hidden *who = hidden_new();
		struct err *own = arena_alloc(r->page, sizeof(*own));
		*own = *page->rec[i].problem;
		add_person(r->flow->kind, page->rec[i].doc, who);
		mask(own, who, r->page);
		page->rec[i].problem = own;
	}
	return rc;
}
