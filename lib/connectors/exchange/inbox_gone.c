#include "connectors/exchange/inbox.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "files/rows.h"

#include "base/banned.h"

/*
 * A list says what is gone by leaving it out: of all that the shop was ever told, not only of what the list
 * before had. What the shop was told the engine knows; where it was, the files that were used.
 */

static bool is_listed(const struct inbox_kind *kind, const struct inbox_set *set, const char *id)
{
	for (size_t i = 0; i < set->n; i++)
		if (kind->says(set->file[i].content, id) != INBOX_SAYS_NOTHING)
			return true;
	return false;
}

struct search {
	const struct inbox_kind *kind;
	struct inbox_set *set;
	const struct pull_request *req;
	struct arena *pull; /* what the engine is told lives as long as the pull */
	struct arena *mem;
	size_t cap;
};

static void add_gone(struct search *s, const struct delivered_record *d, bool told)
{
	struct inbox_set *set = s->set;

	if (set->n_gone == s->cap) {
		struct inbox_gone *larger;

		s->cap = s->cap ? s->cap * 2 : 64;
		larger = arena_array(s->mem, s->cap, sizeof(*larger));
		if (set->n_gone)
			memcpy(larger, set->gone, set->n_gone * sizeof(*larger));
		set->gone = larger;
	}
	set->gone[set->n_gone++] = (struct inbox_gone){.id = arena_strdup(s->mem, d->id),
						       .told = told};
}

/* It waits to be told, and is as true as the list is new. */
static enum errk confirm(const struct search *s, const struct delivered_record *d, struct err *e)
{
	const struct record head = {.id = arena_strdup(s->pull, d->id),
				    .label = "",
				    .version = INBOX_GONE,
				    .read_at = s->set->file[0].mtime_ns / 1000000000};
	bool known;

	if (!s->req->knows)
		return E_OK;
	return s->req->knows(s->req->knows_ctx, &head, &known, e);
}

static enum errk look_at(struct search *s, const struct delivered_record *d, struct err *e)
{
	bool told = str_equal(d->version, INBOX_GONE);
	bool listed = is_listed(s->kind, s->set, d->id);

	s->set->n_told += !told;
	if (listed || (told && !d->waits && !d->doubt))
		return E_OK;
	if (told && d->waits && !s->kind->hides(s->set, d->id, s->pull))
		return confirm(s, d, e);
	add_gone(s, d, told);
	return E_OK;
}

static enum errk ask(struct search *s, struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const char *after = NULL;
	size_t n;

	do {
		struct delivered_record *list;
		enum errk k = s->req->delivered(s->req->knows_ctx, after, a, &list, &n, e);

		for (size_t i = 0; i < n && k == E_OK; i++)
			k = look_at(s, &list[i], e);
		if (k != E_OK)
			return k;
		if (n)
			after = arena_strdup(s->mem, list[n - 1].id);
		arena_reset(a);
	} while (n);
	return E_OK;
}

/* What one of the older files says of those that are still sought; returns how many are. */
static size_t recall(const struct inbox_kind *kind, const struct inbox_file *f,
		     struct inbox_gone *gone, size_t n, struct arena *mem)
{
	size_t sought = 0;

	for (size_t i = 0; i < n; i++) {
		struct inbox_gone *x = &gone[i];
		enum inbox_said said = x->traced ? INBOX_SAYS_NOTHING
						 : kind->says(f->content, x->id);

		if (said == INBOX_LISTS_NONE || said == INBOX_LISTS_SOME) {
			kind->recall(f->content, x->id, mem, &x->trace);
			if (x->said == INBOX_SAYS_NOTHING)
				x->said = said;
			x->traced = !f->changes && kind->wholeness(f->content) != INBOX_UNNAMED;
		}
		sought += !x->traced;
	}
	return sought;
}

/* Newest first, and none that need not be read. */
static void trace(const struct inbox_kind *kind, const struct conf *c, const struct inbox_set *set,
		  struct inbox_gone *gone, size_t n, struct arena *mem)
{
	size_t sought = n;

	for (size_t i = set->n_older; i-- > 0 && sought;) {
		struct inbox_file f = set->older[i];
		struct err ignored;
		bool cut;

		if (set->before.content && str_equal(f.path, set->before.path)) {
			f.content = set->before.content;
			sought = recall(kind, &f, gone, n, mem);
			continue;
		}
		/* It was read once; if it can't be any more it says nothing. */
		if (kind->read(c, f.path, f.name, &f.content, &cut, &ignored) != E_OK)
			continue;
		sought = recall(kind, &f, gone, n, mem);
		kind->free(f.content);
	}
}

/* A list that was used was believed: what it lacks was told, or the state file that knew of it is not that one any more. */
static enum errk judge(const struct inbox_kind *kind, const struct inbox_set *set, struct err *e)
{
	return kind->judge && set->n && !set->file[0].archived ? kind->judge(set, e) : E_OK;
}

enum errk inbox_find_gone(const struct inbox_kind *kind, const struct conf *c,
			  struct inbox_set *set, const struct pull_request *req, struct arena *pull,
			  struct arena *mem, struct err *e)
{
	struct search s = {.kind = kind, .set = set, .req = req, .pull = pull, .mem = mem};
	enum errk k;

	set->gone = NULL;
	set->n_gone = set->n_told = set->n_unknown = 0;
	if (!kind->complete || set->n == 0 || set->file[0].changes)
		return judge(kind, set, e);
	k = req->unknown ? req->unknown(req->knows_ctx, mem, &set->unknown, &set->n_unknown, e)
			 : E_OK;
	if (k == E_OK && req->delivered)
		k = ask(&s, e);
	if (k != E_OK)
		return k;
	trace(kind, c, set, set->gone, set->n_gone, mem);
	return judge(kind, set, e);
}

bool inbox_trace(const struct inbox_kind *kind, const struct conf *c, const struct inbox_set *set,
		 const char *id, struct arena *a, struct inbox_gone *out)
{
	*out = (struct inbox_gone){.id = id};
	if (!kind->complete || set->n == 0 || set->file[0].changes || is_listed(kind, set, id))
		return false;
	trace(kind, c, set, out, 1, a);
	return out->trace != NULL;
}

static int by_id(const void *key, const void *x)
{
	return strcmp(key, ((const struct inbox_gone *)x)->id);
}

bool inbox_is_gone(const struct inbox_set *set, const char *id)
{
	return set->n_gone && bsearch(id, set->gone, set->n_gone, sizeof(*set->gone), by_id);
}

static int by_name(const void *key, const void *x)
{
	return strcmp(key, *(const char *const *)x);
}

bool inbox_is_unknown(const struct inbox_set *set, const char *id)
{
	return set->n_unknown &&
	       bsearch(id, set->unknown, set->n_unknown, sizeof(*set->unknown), by_name);
}

static bool is_there(const struct inbox_kind *kind, const struct inbox_set *set, const char *id)
{
	for (size_t i = 0; i < set->n; i++)
		if (kind->has(set->file[i].content, id))
			return true;
	return false;
}

/* Rows of older lists that told no record, and that this list has no longer: what they said it says, or nobody. */
static enum errk add_mended(const struct inbox_kind *kind, const struct inbox_set *set,
			    const struct pull_request *req, struct arena *a, struct page *page,
			    struct err *e)
{
	const char **id = NULL;
	size_t n = 0;
	enum errk k;

	if (!req->faults || set->n == 0 || set->file[0].changes)
		return E_OK;
	k = req->faults(req->knows_ctx, "row", a, &id, &n, e);
	page->gone = arena_array(a, n, sizeof(*page->gone));
	for (size_t i = 0; i < n && k == E_OK; i++)
		if (!is_there(kind, set, id[i]))
			page->gone[page->n_gone++] = id[i];
	return k;
}

/* The last list had it, readably and under no name that is nearly one of this list: its record says that it is gone. */
static bool is_said_gone(const struct inbox_kind *kind, const struct inbox_set *set, const char *id,
			 struct arena *a)
{
	const void *before = set->before.content;
	enum inbox_said said = before ? kind->says(before, id) : INBOX_SAYS_NOTHING;

	return (said == INBOX_LISTS_NONE || said == INBOX_LISTS_SOME) && !kind->hides(set, id, a);
}

/*
 * What waits, was never told and stands in none of the files of a set that begins with a list: an article that the ERP
 * has dropped, or calls otherwise by now. A row that does not tell what it is of may be it.
 */
static enum errk add_unlisted(const struct inbox_kind *kind, const struct inbox_set *set,
			      const struct pull_request *req, struct arena *a, struct page *page,
			      struct err *e)
{
	const char **id = NULL;
	size_t n = 0;
	enum errk k;

	if (!kind->complete || !req->untold || set->n == 0 || set->file[0].changes)
		return E_OK;
	for (size_t i = 0; i < set->n; i++)
		if (kind->wholeness(set->file[i].content) == INBOX_UNNAMED)
			return E_OK;
	k = req->untold(req->knows_ctx, a, &id, &n, e);
	page->unlisted = arena_array(a, n, sizeof(*page->unlisted));
	for (size_t i = 0; i < n && k == E_OK; i++)
		if (!str_starts(id[i], ROW) && !is_there(kind, set, id[i]) &&
		    !is_said_gone(kind, set, id[i], a))
			page->unlisted[page->n_unlisted++] = id[i];
	return k;
}

enum errk inbox_find_over(const struct inbox_kind *kind, const struct inbox_set *set,
			  const struct pull_request *req, struct arena *a, struct page *page,
			  struct err *e)
{
	enum errk k = add_mended(kind, set, req, a, page, e);

	return k == E_OK ? add_unlisted(kind, set, req, a, page, e) : k;
}
