#include "connectors/exchange/inbox_read.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/step.h"
#include "base/str.h"
#include "files/rows.h"

#include "base/banned.h"

/* Records of a page, and articles looked at for it. */
enum { PAGE = 1000, LOOK = 10000 };

struct inbox {
	const struct inbox_kind *kind;
	const struct connector_env *env;
	const char *dir;
	struct arena *mem; /* texts of the set */
	struct inbox_set set;
	const char *fingerprint; /* of what is loaded; NULL = nothing is */
	bool asked;              /* what is gone of it is known */
	size_t gone_at;          /* so many of those are through */
};

struct inbox *inbox_new(const struct inbox_kind *kind, const struct connector_env *env,
			const char *dir)
{
	struct inbox *r = calloc(1, sizeof(*r));

	if (!r)
		die(70, "out of memory");
	r->kind = kind;
	r->env = env;
	r->dir = dir;
	r->mem = arena_new();
	return r;
}

void inbox_free(struct inbox *r)
{
	if (!r)
		return;
	inbox_unload(r->kind, &r->set);
	arena_free(r->mem);
	free(r);
}

/* Lists the set anew; what is loaded stays if it is the same. */
static enum errk open_set(struct inbox *r, bool archived, struct arena *a, const char **files,
			  struct err *e)
{
	struct inbox_set set;
	enum errk k = inbox_list(r->kind, r->dir, archived, a, &set, e);

	if (k != E_OK)
		return k;
	*files = inbox_fingerprint(&set, a);
	if (r->fingerprint && str_equal(r->fingerprint, *files))
		return E_OK;
	inbox_unload(r->kind, &r->set);
	arena_reset(r->mem);
	r->fingerprint = NULL;
	r->asked = false;
	/* Once more, into memory that lives as long as the set. */
	return inbox_list(r->kind, r->dir, archived, r->mem, &r->set, e);
}

static enum errk load_set(struct inbox *r, int64_t max_age, const char *files, struct err *e)
{
	enum errk k;

	if (r->fingerprint || r->set.n == 0)
		return E_OK;
	k = inbox_load(r->kind, r->env->conf, &r->set, max_age, e);
	if (k == E_OK)
		r->fingerprint = arena_strdup(r->mem, files);
	return k;
}

/* Of a set that is loaded. The cursor does not count them: what is through is no longer among them. */
static enum errk find_gone(struct inbox *r, const struct pull_request *req, struct arena *a,
			   struct err *e)
{
	enum errk k;

	if (r->asked)
		return E_OK;
	r->gone_at = 0;
	k = inbox_find_gone(r->kind, r->env->conf, &r->set, req, a, r->mem, e);
	r->asked = k == E_OK;
	return k;
}

/* What a person has dropped, as long as the set is loaded. */
static enum errk find_dropped(struct inbox *r, const struct pull_request *req, struct err *e)
{
	if (r->kind->complete || !req->dropped || r->set.dropped)
		return E_OK;
	return req->dropped(req->knows_ctx, r->mem, &r->set.dropped, &r->set.n_dropped, e);
}

const char *inbox_merge(const struct inbox *r, const char *before, const char *now, struct arena *a)
{
	const struct inbox_set none = {0};

	return r->kind->merge(r->fingerprint ? &r->set : &none, before, now, a);
}

/* Records of the set one after the other: of each file, then what the first one no longer lists. */
static size_t count_records(const struct inbox *r)
{
	size_t n = r->set.before.content ? r->kind->count(r->set.before.content) : 0;

	for (size_t i = 0; i < r->set.n; i++)
		n += r->kind->count(r->set.file[i].content);
	return n;
}

/* No file of changes says that what a row told that named no record has been written again. */
static void say_remedy(struct record *rec, struct arena *a)
{
	struct err *problem = arena_alloc(a, sizeof(*problem));

	*problem = *rec->problem;
	err_append(problem,
		   "; this entry goes with the next whole list, or with: erpsync queue drop '%s'",
		   rec->label);
	rec->problem = problem;
}

/* The head of the k-th record; false if it is another file's business. */
static bool record_at(const struct inbox *r, size_t k, struct arena *a, struct record *out)
{
	size_t file = 0;

	while (file < r->set.n && k >= r->kind->count(r->set.file[file].content))
		k -= r->kind->count(r->set.file[file++].content);
	if (!r->kind->record(&r->set, file, k, a, out))
		return false;
	/* What the file before had is gone by the list of this set. */
	inbox_date_record(&r->set.file[file < r->set.n ? file : 0], out);
	if (file < r->set.n && r->set.file[file].changes && out->problem &&
	    str_starts(out->id, ROW))
		say_remedy(out, a);
	return true;
}

static enum errk read_page(struct inbox *r, const struct pull_request *req, struct inbox_cursor *c,
			   struct arena *a, struct page *page, struct err *e)
{
	size_t all = count_records(r), looked = 0;
	size_t most = req->limit && req->limit < PAGE ? req->limit : PAGE;

	if (r->kind->complete && !r->set.file[0].changes) {
		page->list_ns = inbox_written_ns(&r->set.file[0]);
		page->list = r->set.file[0].plain;
	}
	page->rec = arena_array(a, most, sizeof(*page->rec));
	for (; (size_t)c->done < all && page->n < most && looked < LOOK; c->done++, looked++) {
		struct record *rec = &page->rec[page->n];
		bool known = false;

		if (!record_at(r, (size_t)c->done, a, rec))
			continue;
		if (req->knows && !req->full) {
			enum errk k = req->knows(req->knows_ctx, rec, &known, e);

			if (k != E_OK)
				return k;
		}
		page->known += known;
		page->n += !known;
		if (!known && !rec->problem)
			r->kind->finish(rec, a);
	}
	for (; r->gone_at < r->set.n_gone && page->n < most; r->gone_at++) {
		struct record *rec = &page->rec[page->n++];

		r->kind->gone(&r->set, &r->set.gone[r->gone_at], a, rec);
		inbox_date_record(&r->set.file[0], rec);
		if (!rec->problem)
			r->kind->finish(rec, a);
	}
	c->read = (size_t)c->done >= all && r->gone_at >= r->set.n_gone;
	page->expected = (int64_t)(all - (size_t)c->done + r->set.n_gone - r->gone_at);
	return E_OK;
}

static void tell_left_out(const struct inbox *r, struct arena *a)
{
	const struct inbox_set *set = &r->set;

	const char *doubts = inbox_doubts(set, r->dir, a);
	bool one = set->n_superseded == 1;

	if (set->n_superseded)
		r->env->notice(
			r->env->notice_ctx, NULL,
			arena_printf(
				a, "%zu older %s file%s not used: %s is a newer snapshot than %s%s",
				set->n_superseded, r->kind->prefix, one ? " was" : "s were",
				set->n ? set->file[0].name : "the one in archive/",
				set->superseded[0].name, one ? "" : ", …"));
	if (doubts)
		r->env->notice(r->env->notice_ctx, NULL, doubts);
}

static void tell_tie(const struct inbox *r, const struct inbox_file *x, const struct inbox_file *y,
		     const char *what, struct arena *a)
{
	r->env->notice(
		r->env->notice_ctx, NULL,
		arena_printf(
			a,
			"%s and %s are dated alike, and nothing tells which is newer%s: what "
			"%s says counts, the last one by its name; have the ERP write one file "
			"after the other, or number them",
			x->name, y->name, what, y->name));
}

/* The first record of a file that the k-th is tied to, and has too, unless a later one says how it stands. */
static bool tell_first_tied(const struct inbox *r, size_t k)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const struct inbox_file *f = r->set.file;
	struct record rec;

	for (size_t i = 0; i < r->kind->count(f[k].content); i++, arena_reset(a)) {
		if (!r->kind->record(&r->set, k, i, a, &rec))
			continue;
		for (size_t x = inbox_first_tied(f, k); x < k; x++)
			if (r->kind->has(f[x].content, rec.id)) {
				tell_tie(r, &f[x], &f[k],
					 arena_printf(a, ", and both have '%s'", rec.label), a);
				return true;
			}
	}
	return false;
}

/* Files that are new: what was used is known to have been. */
static void tell_ties(const struct inbox *r, struct arena *a)
{
	const struct inbox_set *set = &r->set;
	bool found = false;

	if (set->n_superseded && set->n && set->file[0].tied)
		tell_tie(r, &set->superseded[set->n_superseded - 1], &set->file[0], "", a);
	for (size_t k = 1; k < set->n && !found; k++)
		found = set->file[k].tied && !set->file[k].archived && tell_first_tied(r, k);
}

/* Of files that are new: each is told once. */
static void tell_ignored(const struct inbox *r)
{
	for (size_t i = 0; i < r->set.n; i++) {
		const struct inbox_file *f = &r->set.file[i];
		const char *text = f->archived ? NULL : r->kind->ignored(f->content);

		if (text)
			r->env->notice(r->env->notice_ctx, NULL, text);
	}
}

/* Nothing of it is new: it is only read once more. */
static bool is_used(const struct inbox_set *set)
{
	for (size_t i = 0; i < set->n; i++)
		if (!set->file[i].archived)
			return false;
	return true;
}

enum errk inbox_pull(struct inbox *r, const struct pull_request *req, struct arena *a,
		     struct page *out, struct err *e)
{
	struct page page = {.expected = -1};
	struct inbox_cursor c;
	const char *files;
	bool same;
	enum errk k = inbox_cursor_parse(req->cursor, a, &c, e);

	if (k == E_OK)
		k = open_set(r, req->full || req->again, a, &files, e);
	if (k == E_OK)
		k = inbox_find_taken(r->kind->prefix, r->env, r->dir, &r->set,
				     req->full || req->again, a, e);
	if (k != E_OK)
		return k;
	if (c.read)
		inbox_mark_used(&r->set, c.files, a);
	same = str_equal(c.files, files);
	/* All of it stands in the queue: the files have done their work. */
	if (same && c.read) {
		k = inbox_take(r->kind->prefix, r->env, r->dir, &r->set, a, e);
		if (k != E_OK)
			return k;
		inbox_unload(r->kind, &r->set);
		r->fingerprint = NULL;
		*out = page;
		return E_OK;
	}
	if (r->set.n == 0) {
		tell_left_out(r, a);
		if (r->set.n_superseded)
			k = inbox_take(r->kind->prefix, r->env, r->dir, &r->set, a, e);
		*out = page;
		return k;
	}
	if (!same)
		c = (struct inbox_cursor){.files = files};
	if (c.done == 0)
		tell_left_out(r, a);
	r->set.req = req;
	k = load_set(r, req->max_age, files, e);
	r->set.req = NULL;
	if (k == E_LOCAL && str_equal(e->code, FILE_TOO_OLD) && !req->full && is_used(&r->set)) {
		r->env->notice(r->env->notice_ctx, NULL, arena_strdup(a, e->msg));
		c.read = true;
		page.cursor = inbox_cursor_text(&c, a);
		*out = page;
		return E_OK;
	}
	STEP("csv_inbox_read");
	if (k == E_OK && c.done == 0) {
		tell_ignored(r);
		tell_ties(r, a);
	}
	if (k == E_OK)
		k = find_gone(r, req, a, e);
	if (k == E_OK)
		k = find_dropped(r, req, e);
	if (k == E_OK)
		k = read_page(r, req, &c, a, &page, e);
	if (k == E_OK && c.read)
		k = inbox_find_over(r->kind, &r->set, req, a, &page, e);
	if (k != E_OK)
		return k;
	page.cursor = inbox_cursor_text(&c, a);
	page.more = true; /* to put the files away, if not for another page */
	*out = page;
	return E_OK;
}

/* [section] max_age in seconds; 0 = any age. */
static int64_t max_age(const struct inbox *r)
{
	return r->kind->section ? conf_int(r->env->conf, r->kind->section, "max_age") / 1000 : 0;
}

/* A list that no longer has it, where older ones did: it is gone, and that is an answer. */
static bool add_gone(const struct inbox *r, struct page *page, const char *who, struct arena *a)
{
	struct inbox_gone gone;
	struct record *rec = &page->rec[page->n];

	if (!inbox_trace(r->kind, r->env->conf, &r->set, who, a, &gone))
		return false;
	r->kind->gone(&r->set, &gone, a, rec);
	inbox_date_record(&r->set.file[0], rec);
	if (!rec->problem)
		r->kind->finish(rec, a);
	page->n++;
	return true;
}

static void add_missing(const struct inbox *r, struct page *page, const char *who, struct arena *a)
{
	struct err *problem = arena_alloc(a, sizeof(*problem));

	const struct inbox_file *newest = r->set.n ? &r->set.file[r->set.n - 1] : NULL;
	const char *others = r->set.n > 1 ? arena_printf(a, " and %zu more", r->set.n - 1) : "";

	if (newest)
		err_set(problem, E_RECORD, "not_found",
			"%s%s: %s; write it as it stands there, or have the ERP list it in a new "
			"file",
			newest->path, others, r->kind->missing);
	else
		err_set(problem, E_RECORD, "not_found",
			"%s: there is no %s file of the ERP; have it write %s.csv there, with the "
			"columns %s",
			r->dir, r->kind->prefix, r->kind->prefix, r->kind->columns);
	page->rec[page->n++] = (struct record){.id = arena_strdup(a, who),
					       .label = arena_strdup(a, who),
					       .version = "",
					       .problem = problem};
}

enum errk inbox_pull_only(struct inbox *r, const struct pull_request *req, const char *const *who,
			  size_t n, struct arena *a, struct page *out, struct err *e)
{
	struct page page = {.rec = arena_array(a, n, sizeof(*page.rec)), .expected = -1};
	const char *files;
	enum errk k = open_set(r, true, a, &files, e);

	if (k == E_OK)
		k = load_set(r, max_age(r), files, e);
	if (k == E_OK)
		k = find_gone(r, req, a, e);
	if (k != E_OK)
		return k;
	page.partial = !r->kind->complete || !r->set.n || r->set.file[0].changes;
	for (size_t w = 0; w < n; w++) {
		size_t before = page.n, all = count_records(r);

		for (size_t i = 0; i < all && page.n == before; i++) {
			struct record rec;

			if (!record_at(r, i, a, &rec) ||
			    (!str_equal(rec.id, who[w]) && !str_equal(rec.label, who[w])))
				continue;
			if (!rec.problem)
				r->kind->finish(&rec, a);
			page.rec[page.n++] = rec;
		}
		if (page.n == before && !add_gone(r, &page, who[w], a))
			add_missing(r, &page, who[w], a);
	}
	*out = page;
	return E_OK;
}

static enum errk hand_on_all(const struct inbox_kind *kind, const struct inbox_set *set,
			     enum errk (*fn)(void *ctx, const struct article *x, struct err *e),
			     void *ctx, struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	enum errk k = E_OK;

	for (size_t i = 0; i < set->n; i++)
		for (size_t n = kind->count(set->file[i].content), at = 0; at < n && k == E_OK;
		     at++) {
			k = kind->articles(set, i, at, a, fn, ctx, e);
			arena_reset(a);
		}
	return k;
}

enum errk inbox_catalogue(const struct inbox *r,
			  enum errk (*fn)(void *ctx, const struct article *x, struct err *e),
			  void *ctx, struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct inbox_set set;
	enum errk k = inbox_list(r->kind, r->dir, true, a, &set, e);

	if (k != E_OK)
		return k;
	if (set.n == 0)
		return err_set(
			e, E_LOCAL, "no_catalogue",
			"%s: there is no %s file that would tell the ERP's articles; have it write "
			"%s.csv there, with every article, or products.csv",
			r->dir, r->kind->prefix, r->kind->prefix);
	/* Nothing is taken from it, so that there is nothing to compare it with. */
	set.before.path = NULL;
	set.n_since = set.n_past = 0;
	k = inbox_load(r->kind, r->env->conf, &set, 0, e);
	if (k == E_OK)
		k = hand_on_all(r->kind, &set, fn, ctx, e);
	inbox_unload(r->kind, &set);
	return k;
}

/* What a run would still read; what was used already can't end one. */
static bool has_news(const struct inbox_set *set)
{
	for (size_t i = 0; i < set->n; i++)
		if (!set->file[i].archived)
			return true;
	return false;
}

static bool is_faulty(const struct inbox *r, const struct inbox_set *set)
{
	for (size_t i = 0; i < set->n; i++)
		if (r->kind->wholeness && r->kind->wholeness(set->file[i].content) == INBOX_FAULTY)
			return true;
	return false;
}

/* What its mapping makes of it, and what the tables have no row for. false: no more are wanted. */
static bool try_record(const struct inbox *r, const struct check_sink *sink, struct record *rec,
		       struct arena *a)
{
	if (rec->problem)
		return true;
	r->kind->finish(rec, a);
	return sink->document(sink->ctx, rec, r->kind->kind);
}

/* Records that can be read, and those that would be parked for what their rows say. */
static void say_records(const struct inbox *r, const struct inbox_set *set,
			const struct check_sink *sink, struct arena *a)
{
	CLEANUP(arena) struct arena *scratch = arena_new();
	const char *what = r->kind->kind == KIND_STOCK ? "articles"
						       : record_kind_plural(r->kind->kind);
	const char *first = NULL;
	size_t bad = 0, all = r->kind->count(set->file[0].content);
	bool wanted = sink->document != NULL;

	for (size_t i = 0; i < set->n; i++)
		for (size_t k = 0; k < r->kind->count(set->file[i].content); k++) {
			struct record rec = {0};

			if (r->kind->record(set, i, k, scratch, &rec) && wanted)
				wanted = try_record(r, sink, &rec, scratch);
			if (rec.problem && bad++ == 0)
				first = arena_printf(a, "%s: %s", rec.label, rec.problem->msg);
			arena_reset(scratch);
		}
	if (bad == 0 && is_faulty(r, set))
		sink->say(sink->ctx, CHECK_WARN,
			  arena_printf(a, "%s: %zu %s, some with rows that can't be used",
				       set->file[0].path, all, what),
			  "they will be told; what the other rows say goes over");
	else if (bad == 0)
		sink->say(sink->ctx, CHECK_OK,
			  arena_printf(a, "%s: %zu %s", set->file[0].path, all, what), NULL);
	else
		sink->say(sink->ctx, CHECK_WARN,
			  arena_printf(a, "%s: %zu %s, of which %zu can't be read; the first: %s",
				       set->file[0].path, all, what, bad, first),
			  "they will be parked; the others go over");
}

void inbox_check(const struct inbox *r, const struct check_sink *sink)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const struct pull_request nobody = {.kind = r->kind->kind};
	const struct pull_request *req = sink->asking ? sink->asking(sink->ctx, r->kind->kind)
						      : &nobody;
	struct inbox_set set = {0};
	const char *doubts;
	struct err why;
	enum errk k;

	k = inbox_list(r->kind, r->dir, true, a, &set, &why);
	/* What is wrong with the folder is told with it. */
	if (k != E_OK && str_equal(why.code, "no_folder"))
		return;
	if (k != E_OK)
		sink->say(sink->ctx, CHECK_BAD, why.msg, NULL);
	else if (set.n == 0)
		sink->say(sink->ctx, CHECK_WARN,
			  arena_printf(a, "%s: there is no %s file yet", r->dir, r->kind->prefix),
			  arena_printf(a, "have the ERP write %s.csv there, with the columns %s",
				       r->kind->prefix, r->kind->columns));
	else if ((k = inbox_load(r->kind, r->env->conf, &set, max_age(r), &why)) != E_OK ||
		 (k = inbox_find_gone(r->kind, r->env->conf, &set, req, a, a, &why)) != E_OK)
		sink->say(sink->ctx, k != E_BUSY && has_news(&set) ? CHECK_BAD : CHECK_WARN,
			  why.msg, NULL);
	else
		say_records(r, &set, sink, a);
	for (size_t i = 0; i < set.n && k == E_OK; i++)
		if (r->kind->ignored(set.file[i].content))
			sink->say(sink->ctx, CHECK_WARN, r->kind->ignored(set.file[i].content),
				  NULL);
	if (k == E_OK && set.n && r->kind->examine)
		r->kind->examine(&set, r->env->conf, sink, a);
	doubts = inbox_doubts(&set, r->dir, a);
	if (doubts)
		sink->say(sink->ctx, CHECK_WARN, doubts, NULL);
	inbox_unload(r->kind, &set);
}
