#include "connectors/shopify_admin/orders/read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/list.h"
#include "base/str.h"
#include "connectors/shopify_admin/exports.h"
#include "files/guard.h"
#include "connectors/shopify_admin/orders/document.h"
#include "connectors/shopify_admin/orders/file.h"
#include "connectors/shopify_admin/orders/newer.h"
#include "files/sources.h"

#include "base/banned.h"

enum { PAGE = 250, FINISHED_SECONDS = 60 };

struct admin_orders {
	char *path;
	enum csv_encoding declared;
	cJSON *refused; /* names of files that are not what they should be, by stamp; of this run */
	/*
	 * The file kept open between two pages; one of 100,000 orders is read once, not 400
	 * times.
	 */
	struct admin_orders_file *open;
	char *open_name, *open_stamp;
	int64_t open_done;
	struct admin_newer *newer; /* of the whole run */
	bool newer_found;          /* for the file that is open */
	/* Of this pull: records without an id of the shop's that are at fault, in order. */
	const char **unnumbered;
	size_t n_unnumbered;
	/* Of the newest order that was read: when it was made, and in which zone, "+0100". */
	int64_t newest;
	char zone[CLOCK_DAY_SIZE];
};

struct admin_orders *admin_orders_new(const char *path, enum csv_encoding declared)
{
	struct admin_orders *s = calloc(1, sizeof(*s));

	if (!s || !(s->path = strdup(path)))
		die(70, "out of memory");
	s->declared = declared;
	s->refused = json_object();
	s->newer = admin_newer_new(declared);
	return s;
}

static void close_file(struct admin_orders *s)
{
	admin_orders_file_close(TAKE(s->open));
	free(TAKE(s->open_name));
	free(TAKE(s->open_stamp));
	s->open_done = 0;
	s->newer_found = false;
}

void admin_orders_free(struct admin_orders *s)
{
	if (!s)
		return;
	close_file(s);
	admin_newer_free(s->newer);
	cJSON_Delete(s->refused);
	free(s->path);
	free(s);
}

/* What is there now: files, and what can't be used as one. */
struct listing {
	struct source_file *file;
	struct source_bad_entry *bad;
	size_t n, n_bad;
};

/* An entry that only its rights keep shut is a file as well, and refused as one. */
static enum errk list_source(const struct admin_orders *s, struct arena *a, struct listing *l,
			     struct err *e)
{
	size_t kept = 0;
	enum errk k = source_list(s->path, a, &l->file, &l->n, e);

	if (k == E_OK) {
		admin_newer_rank(l->file, l->n);
		k = source_bad(s->path, "", false, a, &l->bad, &l->n_bad, e);
	}
	if (k != E_OK)
		return k;
	for (size_t i = 0; i < l->n_bad; i++) {
		bool is_file = false;

		for (size_t f = 0; f < l->n; f++)
			is_file |= str_equal(l->bad[i].name, l->file[f].name);
		if (!is_file)
			l->bad[kept++] = l->bad[i];
	}
	l->n_bad = kept;
	return E_OK;
}

static enum errk changing(const struct source_file *f, struct err *e)
{
	return err_set(e, E_BUSY, "file_changing", "%s: is still being written", f->path);
}

/* Opens the file, or goes on with it, so that the order after `done` is the next one. */
static enum errk position(struct admin_orders *s, const struct source_file *f, int64_t done,
			  struct err *e)
{
	struct admin_order_rows order;
	bool more = true;
	enum errk k;

	if (s->open && str_equal(s->open_name, f->name) && str_equal(s->open_stamp, f->stamp) &&
	    s->open_done == done)
		return E_OK;
	close_file(s);
	k = admin_orders_file_open(f->path, f->name, s->declared, &s->open, e);
	for (; k == E_OK && more && s->open_done < done; s->open_done++)
		k = admin_orders_file_next(s->open, &order, &more, e);
	if (k != E_OK)
		return k;
	s->open_done = done;
	s->open_name = strdup(f->name);
	s->open_stamp = strdup(f->stamp);
	if (!s->open_name || !s->open_stamp)
		die(70, "out of memory");
	return E_OK;
}

/* In a folder other exports may lie beside; a file that was named is what it is said to be. */
static bool is_of_orders(const struct admin_orders *s, const struct source_file *f)
{
	return str_equal(f->path, s->path) || admin_export_kind(f->path) == ADMIN_EXPORT_ORDERS;
}

/* Before an instant or, by the clocks of where it was made, before a day. */
static bool is_before(int64_t t, const char *zone, int64_t bound, const char *day)
{
	char made[CLOCK_DAY_SIZE], today[CLOCK_DAY_SIZE];

	if (!day || !clock_day(t, zone, made) || !clock_day(clock_now(), zone, today))
		return t < bound;
	return strcmp(made, str_equal(day, "today") ? today : day) < 0;
}

/* By creation: from since on, before until. An order without a readable time is not left out. */
static bool in_window(struct admin_orders *s, const struct admin_order_rows *o,
		      const struct pull_request *req)
{
	const char *made = admin_order_cell(o, COL_CREATED_AT);
	char zone[CLOCK_DAY_SIZE];
	int64_t t;

	if (guard_time(made, &t) != NULL)
		return true;
	if (!clock_offset(made, zone))
		snprintf(zone, sizeof(zone), "+0000");
	if (t >= s->newest) {
		s->newest = t;
		memcpy(s->zone, zone, sizeof(zone));
	}
	return !is_before(t, zone, req->since, req->since_day) &&
	       (req->until == 0 || is_before(t, zone, req->until, req->until_day));
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* What is at fault under its name alone, because a file came without ids: known by its id it is read well. */
static void resolve_unnumbered(const struct admin_orders *s, const struct record *r,
			       struct arena *a, struct page *page)
{
	const char *other = admin_name_id(r->label, a);

	if (!r->problem && !str_equal(other, r->id) && s->n_unnumbered &&
	    bsearch(&other, s->unnumbered, s->n_unnumbered, sizeof(other), by_text))
		page->gone[page->n_gone++] = other;
}

static void leave_out(const struct admin_order_rows *o, const char *why, struct arena *a,
		      struct page *page)
{
	*LIST_ADD(page->left_out, page->n_left_out, page->cap_left_out,
		  a) = (struct left_out){admin_order_id(o, a), admin_order_label(o, a), why};
}

/*
 * What is remembered of a file beyond this run is its own time, rounded up to the microsecond: state files of before have it with
 * up to so many nanoseconds more, by what lay beside it.
 */
static int64_t written_ns(const struct source_file *f)
{
	enum { STEP_NS = 1000 };

	return f->mtime_ns - f->mtime_ns % STEP_NS + STEP_NS - 1;
}

static enum errk take(struct admin_orders *s, const struct source_file *f,
		      const struct admin_order_rows *o, const struct pull_request *req,
		      struct arena *a, struct page *page, struct err *e)
{
	struct record *r = &page->rec[page->n];
	bool known = false, there = false, within = in_window(s, o, req);
	enum errk k = E_OK;

	/* Of an order that the target has, all is told. */
	if (!within && !req->window && req->there)
		k = req->there(req->knows_ctx, KIND_ORDER, admin_order_id(o, a), &there, e);
	if (k != E_OK)
		return k;
	if (!within && !there) {
		if (!req->window)
			leave_out(o, LEFT_OUT_OLD, a, page);
		return E_OK;
	}
	if (!req->include_test && admin_order_is_test(o, a)) {
		leave_out(o, LEFT_OUT_TEST, a, page);
		return E_OK;
	}
	admin_order_record(o, a, r);
	r->written_ns = written_ns(f);
	r->file = f->name;
	if (admin_newer_judge(s->newer, f, r, o->line, a)) {
		page->known++;
		return E_OK;
	}
	resolve_unnumbered(s, r, a, page);
	if (req->knows && !req->full) {
		k = req->knows(req->knows_ctx, r, &known, e);
		if (k != E_OK)
			return k;
	}
	page->known += known;
	page->n += !known;
	return E_OK;
}

/* Up to a page of orders; *end when the file has no more. */
static enum errk read_page(struct admin_orders *s, const struct source_file *f,
			   const struct pull_request *req, struct arena *a, struct page *page,
			   bool *end, struct err *e)
{
	size_t most = req->limit > 0 && req->limit < PAGE ? req->limit : PAGE;
	struct admin_order_rows order;
	bool more = true;

	for (size_t seen = 0; seen < PAGE && page->n < most; seen++) {
		enum errk k = admin_orders_file_next(s->open, &order, &more, e);

		if (k == E_OK && more)
			k = take(s, f, &order, req, a, page, e);
		if (k != E_OK)
			return k;
		if (!more)
			break;
		s->open_done++;
	}
	*end = !more;
	return E_OK;
}

/* A copy in progress: it changed under our eyes, or broke off in a row a moment ago. */
static bool still_written(const struct admin_orders *s, const struct source_file *f, bool end)
{
	int64_t age = clock_now() - f->mtime_ns / 1000000000;

	return source_changed(f) ||
	       (end && admin_orders_file_cut(s->open) && age >= 0 && age < FINISHED_SECONDS);
}

static bool is_refused(const struct admin_orders *s, const struct source_file *f)
{
	return str_equal(source_stamp_of(s->refused, f->name), f->stamp);
}

/*
 * The next file of orders. Exports of other things that lie there are through at once; what this run
 * has refused is looked at again by the next one.
 */
static const struct source_file *next_file(const struct admin_orders *s, struct source_cursor *at,
					   const struct source_file *files, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_equal(files[i].name, at->file) && str_equal(files[i].stamp, at->stamp))
			return &files[i];
	for (size_t i = 0; i < n; i++) {
		if (source_cursor_finished(at, &files[i]) || is_refused(s, &files[i]))
			continue;
		if (is_of_orders(s, &files[i]))
			return &files[i];
		source_cursor_skip(at, &files[i]);
	}
	return NULL;
}

static void add_gone(struct page *page, const char *name, struct arena *a)
{
	page->gone[page->n_gone++] = admin_file_id(name, a);
}

/* Is it the fault of this file, or of one of its rows ("file:NAME:12")? */
static bool is_fault_of(const char *id, const char *name, struct arena *a)
{
	const char *file = admin_file_id(name, a);

	return str_equal(id, file) || str_starts(id, arena_printf(a, "%s:", file));
}

/* A file that was at fault and is no longer there, or is of other things now: so is its fault. */
static enum errk forget_taken_away(struct admin_orders *s, const struct pull_request *req,
				   const struct listing *l, struct page *page, struct arena *a,
				   struct err *e)
{
	const char **id = NULL;
	size_t n = 0;
	enum errk k = req->faults ? req->faults(req->knows_ctx, "file", a, &id, &n, e) : E_OK;

	s->n_unnumbered = 0;
	if (k == E_OK && req->faults)
		k = req->faults(req->knows_ctx, "csv", a, &s->unnumbered, &s->n_unnumbered, e);
	page->gone = arena_array(a, n + 1 + PAGE, sizeof(*page->gone));
	for (size_t i = 0; i < n && k == E_OK; i++) {
		bool there = false;

		for (size_t f = 0; f < l->n; f++)
			there |= is_fault_of(id[i], l->file[f].name, a) &&
				 is_of_orders(s, &l->file[f]);
		for (size_t f = 0; f < l->n_bad; f++)
			there |= str_equal(id[i], admin_file_id(l->bad[f].name, a));
		if (!there)
			page->gone[page->n_gone++] = id[i];
	}
	return k;
}

/* stamp: of what is at fault, so that something else in its place is news. */
static struct record fault(const char *name, const char *stamp, const struct err *why,
			   struct arena *a)
{
	struct err *problem = arena_alloc(a, sizeof(*problem));
	char label[64];

	str_ellipsis(label, sizeof(label), name, 60);
	*problem = *why;
	problem->kind = E_RECORD;
	return (struct record){
		.id = admin_file_id(name, a),
		.label = arena_strdup(a, label),
		.version = arena_printf(a, "%s %s", stamp, why->code),
		.problem = problem,
	};
}

static struct record file_fault(const struct source_file *f, const struct err *why, struct arena *a)
{
	return fault(f->name, f->stamp, why, a);
}

static struct record entry_fault(const struct source_bad_entry *bad, struct arena *a)
{
	struct err why;

	err_set(&why, E_RECORD, "bad_entry",
		"%s: %s, and nothing is read from it; take it away, or put the file itself there",
		bad->name, bad->why);
	return fault(bad->name, bad->why, &why, a);
}

/* The fault of a file in a folder is told once and costs the others nothing. */
static void refuse(struct admin_orders *s, const struct source_file *f, const struct err *why,
		   struct arena *a, struct page *page)
{
	source_stamp_set(s->refused, f->name, f->stamp);
	page->rec[page->n++] = file_fault(f, why, a);
}

/* The same of what is no file at all. */
static void refuse_entries(struct admin_orders *s, const struct listing *l, struct arena *a,
			   struct page *page)
{
	for (size_t i = 0; i < l->n_bad; i++) {
		const struct source_bad_entry *bad = &l->bad[i];

		if (str_equal(source_stamp_of(s->refused, bad->name), bad->why))
			continue;
		source_stamp_set(s->refused, bad->name, bad->why);
		page->rec[page->n++] = entry_fault(bad, a);
	}
}

/* What it says may be older than what a file has said that nobody can look up any more. */
static void refuse_late(struct admin_orders *s, const struct source_file *f, int64_t gone,
			struct arena *a, struct page *page)
{
	char own[CLOCK_TEXT_MAX], newer[CLOCK_TEXT_MAX];
	struct err why;

	err_set(&why, E_RECORD, "late_file",
		"%s: was written at %s, and a newer export (of %s) has been read that is no longer "
		"there: its orders may be known as they are since, so nothing is read from it; "
		"export these orders once more, or put the newer file back beside it, and take "
		"this one away when it is read",
		f->name, clock_text(f->mtime_ns / 1000000000, own), clock_text(gone, newer));
	refuse(s, f, &why, a, page);
}

static enum errk pull_file(struct admin_orders *s, const struct pull_request *req,
			   const struct source_file *f, struct source_cursor *at,
			   const struct listing *l, struct arena *a, struct page *page,
			   struct err *e)
{
	bool same = str_equal(at->file, f->name) && str_equal(at->stamp, f->stamp), end = false;
	struct err why;
	enum errk k;

	if (source_cursor_is_late(at, f, l->file, l->n)) {
		at->file = NULL;
		refuse_late(s, f, at->gone, a, page);
		return E_OK;
	}
	k = position(s, f, same ? at->done : 0, &why);
	if (k == E_OK && !s->newer_found)
		k = admin_newer_find(s->newer, f, at, l->file, l->n, a, &why);
	s->newer_found = k == E_OK;

	if (k == E_LOCAL && !str_equal(f->path, s->path) && !source_changed(f)) {
		close_file(s);
		k = source_is_finished(f->name, f->mtime_ns, e);
		if (k != E_OK)
			return k;
		at->file = NULL;
		refuse(s, f, &why, a, page);
		return E_OK;
	}
	if (k == E_OK && s->open_done == 0)
		add_gone(page, f->name, a);
	if (k == E_OK)
		k = read_page(s, f, req, a, page, &end, &why);
	/* Whatever was found in a file that is being written is no finding. */
	if ((s->open || k == E_LOCAL) && still_written(s, f, end))
		k = changing(f, &why);
	if (k != E_OK) {
		close_file(s);
		*e = why;
		return k;
	}
	at->file = end ? NULL : f->name;
	at->stamp = end ? NULL : f->stamp;
	at->done = end ? 0 : s->open_done;
	if (end) {
		source_cursor_finish(at, f);
		close_file(s);
	}
	return E_OK;
}

enum errk admin_orders_pull(struct admin_orders *s, const struct pull_request *req, struct arena *a,
			    struct page *out, struct err *e)
{
	struct page page = {.expected = -1};
	struct listing l;
	CLEANUP(source_cursor) struct source_cursor at = {0};
	const struct source_file *f;
	enum errk k = source_cursor_parse(req->cursor, a, &at, e);

	if (k == E_OK && req->anew)
		source_cursor_restart(&at);
	if (k == E_OK)
		k = list_source(s, a, &l, e);
	if (k == E_OK)
		k = forget_taken_away(s, req, &l, &page, a, e);
	if (k != E_OK)
		return k;
	page.rec = arena_array(a, PAGE + 1 + l.n_bad, sizeof(*page.rec));
	f = next_file(s, &at, l.file, l.n);
	if (f)
		k = pull_file(s, req, f, &at, &l, a, &page, e);
	if (k != E_OK)
		return k;
	refuse_entries(s, &l, a, &page);
	if (f || page.n || page.n_gone) {
		page.cursor = source_cursor_text(&at, l.file, l.n, a);
		page.more = next_file(s, &at, l.file, l.n) != NULL;
	}
	*out = page;
	return E_OK;
}

const char *admin_orders_zone(const struct admin_orders *s)
{
	return s->zone[0] ? s->zone : NULL;
}

/* "#1001", "1001", a numeric id, a gid or our own id; a number may be a name or an id. */
static bool is_meant(const struct admin_order_rows *o, const char *who, struct arena *a)
{
	const char *name = admin_order_cell(o, COL_NAME), *id = admin_order_cell(o, COL_ID);

	if (str_equal(who, name) || (id[0] && str_equal(who, id)))
		return true;
	if (name[0] == '#' && str_equal(who, name + 1))
		return true;
	return str_equal(who, admin_order_id(o, a));
}

static void find_in_order(const struct admin_orders *s, const struct source_file *f,
			  const struct admin_order_rows *o, const char *const *who, size_t n,
			  struct arena *a, struct arena *scratch, struct record *found)
{
	for (size_t i = 0; i < n; i++)
		if (is_meant(o, who[i], scratch)) {
			admin_order_record(o, a, &found[i]);
			found[i].written_ns = written_ns(f);
			found[i].file = f->name;
			/* The files come from the oldest to the newest: that one is newer will be seen. */
			(void)admin_newer_judge(s->newer, f, &found[i], o->line, a);
			found[i].superseded = false;
		}
}

static enum errk find_in_file(const struct admin_orders *s, const struct source_file *f,
			      const char *const *who, size_t n, struct arena *a,
			      struct record *found, struct err *e)
{
	CLEANUP(admin_orders_file) struct admin_orders_file *file = NULL;
	CLEANUP(arena) struct arena *scratch = arena_new();
	struct admin_order_rows order;
	bool more = true;
	enum errk k = admin_orders_file_open(f->path, f->name, s->declared, &file, e);

	/* A file at fault is asked for by its name; if it is none any more, its id is empty. */
	for (size_t i = 0; i < n && (k == E_OK || k == E_LOCAL); i++)
		if (str_equal(who[i], f->name) || str_equal(who[i], admin_file_id(f->name, a)))
			found[i] = k == E_OK ? (struct record){.id = "", .label = f->name}
					     : file_fault(f, e, a);
	while (k == E_OK && more) {
		k = admin_orders_file_next(file, &order, &more, e);
		if (k == E_OK && more)
			find_in_order(s, f, &order, who, n, a, scratch, found);
		arena_reset(scratch);
	}
	return k == E_OK && source_changed(f) ? changing(f, e) : k;
}

static void find_faults(const struct listing *l, const char *const *who, size_t n, struct arena *a,
			struct record *found)
{
	for (size_t b = 0; b < l->n_bad; b++)
		for (size_t i = 0; i < n; i++)
			if (str_equal(who[i], l->bad[b].name) ||
			    str_equal(who[i], admin_file_id(l->bad[b].name, a)))
				found[i] = entry_fault(&l->bad[b], a);
}

enum errk admin_orders_pull_only(struct admin_orders *s, const char *const *who, size_t n,
				 struct arena *a, struct page *out, struct err *e)
{
	struct record *found = arena_array(a, n, sizeof(*found));
	struct page page = {.rec = found, .expected = -1};
	struct listing l = {0};
	size_t unread = 0;
	struct err why;
	enum errk k = list_source(s, a, &l, e);

	page.gone = arena_array(a, n, sizeof(*page.gone));
	find_faults(&l, who, n, a, found);
	for (size_t i = 0; k == E_OK && i < l.n; i++) {
		if (!is_of_orders(s, &l.file[i]))
			continue;
		k = admin_newer_find(s->newer, &l.file[i], NULL, l.file, l.n, a, &why);
		if (k == E_OK)
			k = find_in_file(s, &l.file[i], who, n, a, found, &why);
		if (k == E_LOCAL && !str_equal(l.file[i].path, s->path)) {
			unread++;
			k = E_OK;
		}
		if (k != E_OK)
			*e = why;
	}
	s->newer_found = false;
	if (k != E_OK)
		return k;
	for (size_t i = 0; i < n; i++) {
		struct err *problem;

		if (found[i].id && !found[i].id[0])
			add_gone(&page, found[i].label, a);
		else if (found[i].id)
			found[page.n++] = found[i];
		if (found[i].id)
			continue;
		/* What was at fault and is not there any more is no fault. */
		if (str_starts(who[i], "file:")) {
			add_gone(&page, who[i] + strlen("file:"), a);
			continue;
		}
		page.partial = true;
		problem = arena_alloc(a, sizeof(*problem));
		err_set(problem, E_RECORD, "not_found",
			"%s is in none of the files of %s; write it as the shop shows it, or export the "
			"orders anew with this one, and lay the file there",
			who[i], s->path);
		if (unread)
			err_append(problem, "; %zu of them can't be read, erpsync check says why",
				   unread);
		found[page.n++] = (struct record){.id = who[i],
						  .label = who[i],
						  .version = "",
						  .problem = problem};
	}
	*out = page;
	return E_OK;
}

static enum errk check_file(const struct admin_orders *s, const struct source_file *f,
			    const struct check_sink *sink, struct arena *a, struct err *e)
{
	CLEANUP(admin_orders_file) struct admin_orders_file *file = NULL;
	CLEANUP(arena) struct arena *scratch = arena_new();
	struct err first = {0};
	struct admin_order_rows order;
	struct record record;
	size_t orders = 0, bad = 0;
	bool more = true, ids = true, wanted = true;
	enum errk k = admin_orders_file_open(f->path, f->name, s->declared, &file, e);

	while (k == E_OK && more) {
		k = admin_orders_file_next(file, &order, &more, e);
		if (k != E_OK || !more)
			break;
		admin_order_record(&order, scratch, &record);
		orders++;
		ids = ids && order.columns->at[COL_ID] >= 0;
		if (record.problem && bad++ == 0)
			first = *record.problem;
		if (!record.problem && sink->document && wanted)
			wanted = sink->document(sink->ctx, &record, KIND_ORDER);
		arena_reset(scratch);
	}
	if (k != E_OK)
		return k;
	if (!bad)
		sink->say(sink->ctx, CHECK_OK, arena_printf(a, "%s: %zu orders", f->name, orders),
			  NULL);
	else
		sink->say(sink->ctx, CHECK_WARN,
			  arena_printf(a, "%s: %zu of %zu orders can't be read; the first: %s",
				       f->name, bad, orders, first.msg),
			  "they will be parked; the others go over");
	if (!ids)
		sink->say(sink->ctx, CHECK_WARN, arena_printf(a, "%s: has no column 'Id'", f->name),
			  "orders are told apart by name only and can't be matched with the "
			  "API's; export again from the current admin");
	return E_OK;
}

enum errk admin_orders_check(struct admin_orders *s, const struct check_sink *sink, struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct listing l;
	struct err why;

	(void)e;
	if (list_source(s, a, &l, &why) != E_OK) {
		sink->say(sink->ctx, CHECK_BAD, why.msg, NULL);
		return E_OK;
	}
	if (l.n == 0)
		sink->say(sink->ctx, CHECK_WARN, arena_printf(a, "%s: holds no *.csv", s->path),
			  "put an orders export there");
	for (size_t i = 0; i < l.n_bad; i++)
		sink->say(sink->ctx, CHECK_BAD,
			  arena_printf(a, "%s: %s", l.bad[i].name, l.bad[i].why),
			  "take it away, or put the file itself there");
	for (size_t i = 0; i < l.n; i++)
		if (is_of_orders(s, &l.file[i]) && check_file(s, &l.file[i], sink, a, &why) != E_OK)
			/* The one that has a remedy of its own. */
			sink->say(sink->ctx, CHECK_BAD, why.msg,
				  str_equal(why.code, "bad_encoding")
					  ? NULL
					  : "take the file away or export it again");
	return E_OK;
}

const char *const admin_orders_lack[] = {
	"An orders export has taxes of the whole order only, not of each line.",
	"It has no variant, product or line ids: lines are known by position and SKU.",
	"It has no B2B company: a buyer's company is text in the address.",
	"It has no amounts per payment: an order paid in two ways carries no payments.",
	"Duties are one sum for the order and travel as a fee named Duties.",
	"It marks test orders by their payment gateway only, custom items and gift cards not at all.",
	"It does not say what currency the buyer paid in: all amounts are the shop's.",
	"It has no time of change: a changed order is seen only in a newer export.",
	"Refunds are one sum for the order; refunded lines and dates are unknown.",
	NULL,
};
