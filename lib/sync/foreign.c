#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/list.h"
#include "base/secrets.h"
#include "base/str.h"
#include "map/canonical.h"
#include "map/map.h"
#include "model/sku_spelling.h"
#include "net/redact.h"
#include "sync/sync_priv.h"

/*
 * What the other side says of a record may quote the record, and who keeps it is not asked whether
 * it may: state file, log and cron's mail hold no personal data. What an article is called is none, whatever it
 * looks like: who is to look after it must find it, and commands name it.
 */

/* What texts about records may say, and what not. */
struct about {
	struct hidden *who;
	LIST(uint64_t)
	names; /* articles: how they are spelled, so that what is taken for one is said too */
	struct arena *a;
};

static void add_name(struct about *x, const char *name)
{
	if (name && *name)
		*list_add(&x->names, x->a) = sku_spelling_hash(name);
}

/* Of other kinds a record may go by the name of a person. */
static void add_record(struct about *x, enum record_kind kind, const char *id, const char *label)
{
	if (!record_kind_of_goods(kind))
		return;
	add_name(x, id);
	add_name(x, label);
}

static void add_skus(struct about *x, const cJSON *doc)
{
	const cJSON *v;
	cJSON_ArrayForEach (v, doc) {
		if (cJSON_IsString(v) && str_equal(v->string, "sku"))
			add_name(x, v->valuestring);
		else
			add_skus(x, v);
	}
}

static bool is_named(const void *ctx, const char *word)
{
	const struct about *x = ctx;
	uint64_t spelling = sku_spelling_hash(word);
	for (size_t i = 0; i < x->names.n; i++)
		if (x->names.at[i] == spelling)
			return true;
	return false;
}

static char *masked(const char *text, const struct about *x)
{
	char *clean = arena_strdup(x->a, redact_text_but(text, is_named, x, x->a));
	secrets_hide(clean);
	hidden_hide(x->who, clean);
	return clean;
}

static void mask(struct err *e, const struct about *x)
{
	if (e->kind == E_OK)
		return;
	str_ellipsis(e->msg, sizeof(e->msg), masked(e->msg, x), sizeof(e->msg));
	map_masked_key(e);
}

static void add_document(struct about *x, enum record_kind kind, const char *doc)
{
	CLEANUP(json) cJSON *json = NULL;
	if (!doc || json_parse(doc, strlen(doc), &json, NULL) != E_OK)
		return;
	canonical_hide(record_kind_name(kind), json, x->who);
	add_skus(x, json);
}

/* A document that is no longer kept has nothing left to be told by. */
static void add_row(struct sync *r, const struct batch_row *b, struct about *x)
{
	const char *doc = NULL;
	struct err ignored;
	add_record(x, r->flow->kind, b->row.record, b->row.label);
	if (queue_payload(r->state, b->row.id, x->a, &doc, &ignored) == E_OK)
		add_document(x, r->flow->kind, doc);
	/* As the target knows it, where a table gives it another SKU. */
	CLEANUP(json) cJSON *mapped = NULL;
	if (b->put.doc && json_parse(b->put.doc, strlen(b->put.doc), &mapped, NULL) == E_OK)
		add_skus(x, mapped);
}

/* Asked of the few words that would be masked: a batch may hold much. */
static bool is_of_rows(const void *ctx, const char *word)
{
	const struct put_rows *all = ctx;
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(hidden) struct hidden *who = hidden_new();
	struct about x = {.who = who, .a = a};
	if (str_equal(redact_text(word, a), word))
		return false;
	for (size_t i = 0; i < all->n; i++)
		add_row(all->r, all->row[i], &x);
	return is_named(&x, word);
}

const char *foreign_notice(const char *text, const struct put_rows *rows, struct arena *a)
{
	if (!text)
		return NULL;
	char *clean = arena_strdup(a, rows ? redact_text_but(text, is_of_rows, rows, a)
					   : redact_text(text, a));
	secrets_hide(clean);
	return clean;
}

const char *foreign_text(const char *text, struct arena *a)
{
	return foreign_notice(text, NULL, a);
}

static void mask_item(struct sync *r, struct batch_row *b)
{
	struct put_item *item = &b->put;
	bool told = false;
	item->values = foreign_text(item->values, r->page);
	for (const struct put_step *s = item->steps; s; s = s->next)
		told = told || s->detail;
	if (item->err.kind == E_OK && !item->left && !told)
		return;
	CLEANUP(hidden) struct hidden *who = hidden_new();
	struct about x = {.who = who, .a = r->page};
	add_row(r, b, &x);
	mask(&item->err, &x);
	if (item->left)
		mask(item->left, &x);
	for (struct put_step *s = item->steps; s; s = s->next)
		if (s->detail)
			s->detail = masked(s->detail, &x);
}

void foreign_mapping(enum record_kind kind, const char *doc, struct arena *a, struct err *e)
{
	CLEANUP(hidden) struct hidden *who = hidden_new();
	struct about x = {.who = who, .a = a};
	add_document(&x, kind, doc);
	mask(e, &x);
}

void foreign_outcome(struct sync *r, struct batch_row *const *rows, size_t n, enum errk rc,
		     struct err *why)
{
	for (size_t i = 0; i < n; i++)
		mask_item(r, rows[i]);
	if (rc == E_OK)
		return;
	CLEANUP(hidden) struct hidden *who = hidden_new();
	struct about x = {.who = who, .a = r->page};
	for (size_t i = 0; i < n; i++)
		add_row(r, rows[i], &x);
	mask(why, &x);
}

enum errk foreign_answer(struct sync *r, struct acknowledgement *s, const struct delivered *held,
			 size_t n, struct err *e)
{
	enum { TOO_SHORT = 4 }; /* "ok" names nobody */
	CLEANUP(hidden) struct hidden *who = hidden_new();
	struct about x = {.who = who, .a = r->page};
	if (!s->text || strlen(s->text) <= TOO_SHORT)
		return E_OK;
	enum errk rc = E_OK;
	for (size_t i = 0; i < n && rc == E_OK; i++) {
		const char **doc = NULL;
		size_t docs = 0;
		if (!acknowledgement_means(s, held[i].record, held[i].label))
			continue;
		CLEANUP(arena) struct arena *own = arena_new();
		add_record(&x, r->flow->kind, held[i].record, held[i].label);
		rc = queue_payloads(r->state, r->key, held[i].record, own, &doc, &docs, e);
		for (size_t k = 0; k < docs && rc == E_OK; k++)
			add_document(&x, r->flow->kind, doc[k]);
	}
	s->text = masked(s->text, &x);
	return rc;
}

enum errk foreign_pulled(struct sync *r, enum errk rc, struct page *page, struct err *e)
{
	if (rc != E_OK) {
		CLEANUP(hidden) struct hidden *nobody = hidden_new();
		mask(e, &(struct about){.who = nobody, .a = r->page});
	}
	for (size_t i = 0; i < page->n && rc == E_OK; i++) {
		const struct record *rec = &page->rec[i];
		if (!rec->problem)
			continue;
		CLEANUP(hidden) struct hidden *who = hidden_new();
		struct about x = {.who = who, .a = r->page};
		struct err *own = arena_alloc(r->page, sizeof(*own));
		*own = *rec->problem;
		add_record(&x, r->flow->kind, rec->id, rec->label);
		add_document(&x, r->flow->kind, rec->doc);
		mask(own, &x);
		page->rec[i].problem = own;
	}
	return rc;
}
