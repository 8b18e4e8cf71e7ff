#include "connectors/exchange/fulfillment_read.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/step.h"
#include "base/str.h"
#include "connectors/exchange/fulfillment_file.h"
#include "connectors/exchange/fulfillment_merge.h"
#include "files/guard.h"
#include "connectors/exchange/inbox.h"
#include "files/sources.h"

#include "base/banned.h"

enum {
	PAGE = 500, /* records of a page */
	/* Used files that still tell what else is in a delivery that a new file names. */
	ARCHIVE_SECONDS = 90 * 86400,
};

static const char PREFIX[] = "fulfillments";

/* All files, oldest first, and which of them are new: every = used ones count as new too. */
struct files {
	struct inbox_file *all;
	size_t n;
	struct inbox_set news;
	bool every;
};

struct exchange_fulfillment_reader {
	const struct connector_env *env;
	const char *dir;
	struct exchange_deliveries *deliveries; /* of the files below; NULL = nothing is loaded */
	struct arena *mem;
	const char *fingerprint; /* of what is loaded */
};

struct exchange_fulfillment_reader *exchange_fulfillment_reader_new(const struct connector_env *env,
								    const char *dir)
{
	struct exchange_fulfillment_reader *r = calloc(1, sizeof(*r));

	if (!r)
		die(70, "out of memory");
	r->env = env;
	r->dir = dir;
	r->mem = arena_new();
	return r;
}

static void unload(struct exchange_fulfillment_reader *r)
{
	exchange_deliveries_free(r->deliveries);
	r->deliveries = NULL;
	r->fingerprint = NULL;
	arena_reset(r->mem);
}

void exchange_fulfillment_reader_free(struct exchange_fulfillment_reader *r)
{
	if (!r)
		return;
	unload(r);
	arena_free(r->mem);
	free(r);
}

static bool is_new(const struct files *l, const struct inbox_file *f)
{
	return l->every || !f->archived;
}

static enum errk list_files(const char *dir, bool every, struct arena *a, struct files *out,
			    struct err *e)
{
	struct files l = {.every = every};
	enum errk k = inbox_files(PREFIX, dir, a, &l.all, &l.n, &l.news.bad, e);

	if (k != E_OK)
		return k;
	l.news.used = inbox_last_used(l.all, l.n);
	l.news.file = arena_array(a, l.n, sizeof(*l.news.file));
	for (size_t i = 0; i < l.n; i++)
		if (is_new(&l, &l.all[i]))
			l.news.file[l.news.n++] = l.all[i];
	*out = l;
	return E_OK;
}

/* A used file was judged when it was new; if it can't be read any more there is nothing to add. */
static enum errk read_file(struct exchange_deliveries *d, enum exchange_delivery_pass pass,
			   const struct files *l, size_t i, struct err *e)
{
	const struct inbox_file *f = &l->all[i];
	const struct exchange_delivery_file file = {
		.path = f->path,
		.name = f->name,
		.plain = exchange_deliveries_keep(d, f->plain),
		.written_ns = inbox_written_ns(f),
		.number = (int)i + 1,
		.rank = (int)inbox_first_tied(l->all, i) + 1,
		.used = f->archived,
	};
	bool cut = false;
	enum errk k = exchange_deliveries_read(d, pass, &file, &cut, e);

	if (is_new(l, f))
		return inbox_blocked(f, &l->all[l->n - 1], inbox_whole(f, k, cut, e), e);
	return k == E_LOCAL ? E_OK : k;
}

/* First which deliveries the new files name, then all that any file says of those. */
static enum errk load(struct exchange_deliveries *d, const struct files *l, struct err *e)
{
	int64_t now = clock_now(), oldest;
	bool news = false;
	enum errk k = E_OK;

	/* Of the oldest new file: by a clock that is ahead none would be left to look at. */
	for (size_t i = 0; i < l->n; i++)
		if (is_new(l, &l->all[i]) && l->all[i].mtime_ns / 1000000000 < now)
			now = l->all[i].mtime_ns / 1000000000;
	oldest = now - ARCHIVE_SECONDS;

	for (size_t i = 0; i < l->n && k == E_OK; i++)
		if (!l->all[i].archived)
			k = source_is_finished(l->all[i].name, l->all[i].mtime_ns, e);
	for (size_t i = 0; i < l->n && k == E_OK; i++)
		if (is_new(l, &l->all[i]))
			k = read_file(d, EXCHANGE_DELIVERY_NAMES, l, i, e);
	/* What comes after a new one has the last word, however old both are. */
	for (size_t i = 0; i < l->n && k == E_OK; i++)
		if ((news |= is_new(l, &l->all[i])) || l->all[i].mtime_ns / 1000000000 >= oldest)
			k = read_file(d, EXCHANGE_DELIVERY_ROWS, l, i, e);
	return k;
}

/* Where it lacks something what waits may have it; if not, it is parked for what its document says. */
static void read_record(const struct exchange_delivery *in, struct arena *a, struct record *out)
{
	if (exchange_delivery_record(in, a, out))
		out->problem = NULL;
	out->written_ns = in->written_ns;
	out->file = in->read_in;
}

static enum errk read_page(const struct exchange_fulfillment_reader *r,
			   const struct pull_request *req, struct inbox_cursor *c, struct arena *a,
			   struct page *page, struct err *e)
{
	size_t all = exchange_deliveries_count(r->deliveries);
	size_t most = req->limit && req->limit < PAGE ? req->limit : PAGE;

	page->rec = arena_array(a, most, sizeof(*page->rec));
	for (size_t looked = 0; (size_t)c->done < all && looked < most; c->done++, looked++) {
		struct record *rec = &page->rec[page->n];
		bool known = false;

		read_record(exchange_deliveries_at(r->deliveries, (size_t)c->done), a, rec);
		if (req->knows && !req->full) {
			enum errk k = req->knows(req->knows_ctx, rec, &known, e);

			if (k != E_OK)
				return k;
		}
		page->known += known;
		page->n += !known;
	}
	c->read = (size_t)c->done >= all;
	page->expected = (int64_t)(all - (size_t)c->done);
	return E_OK;
}

/* Loads the files unless they are loaded. */
static enum errk open_files(struct exchange_fulfillment_reader *r, const struct files *l,
			    const char *files, struct err *e)
{
	CLEANUP(exchange_deliveries) struct exchange_deliveries *d = NULL;
	enum errk k;

	if (r->fingerprint && str_equal(r->fingerprint, files))
		return E_OK;
	unload(r);
	d = exchange_deliveries_new();
	exchange_deliveries_declare(d, guard_encoding(r->env->conf, "erp"));
	k = load(d, l, e);
	if (k != E_OK)
		return k;
	r->deliveries = TAKE(d);
	r->fingerprint = arena_strdup(r->mem, files);
	return E_OK;
}

static void tell_doubts(const struct exchange_fulfillment_reader *r, const struct files *l,
			struct arena *a)
{
	const char *doubts = inbox_doubts(&l->news, r->dir, a);

	if (doubts)
		r->env->notice(r->env->notice_ctx, NULL, doubts);
}

enum errk exchange_fulfillment_pull(struct exchange_fulfillment_reader *r,
				    const struct pull_request *req, struct arena *a,
				    struct page *out, struct err *e)
{
	struct page page = {.expected = -1};
	struct inbox_cursor c;
	struct files l;
	const char *files;
	enum errk k = inbox_cursor_parse(req->cursor, a, &c, e);

	if (k == E_OK)
		k = list_files(r->dir, req->full || req->again, a, &l, e);
	if (k == E_OK)
		k = inbox_find_taken(PREFIX, r->env, r->dir, &l.news, req->full || req->again, a,
				     e);
	if (k != E_OK)
		return k;
	files = inbox_fingerprint(&l.news, a);
	if (!*files || (str_equal(c.files, files) && c.read)) {
		/* All of it stands in the queue: the files have done their work. */
		if (*files)
			k = inbox_take(PREFIX, r->env, r->dir, &l.news, a, e);
		else if (!*files)
			tell_doubts(r, &l, a);
		unload(r);
		if (k == E_OK)
			*out = page;
		return k;
	}
	if (!str_equal(c.files, files))
		c = (struct inbox_cursor){.files = files};
	if (c.done == 0)
		tell_doubts(r, &l, a);
	k = open_files(r, &l, files, e);
	STEP("csv_inbox_read");
	if (k == E_OK && c.done == 0 && exchange_deliveries_ignored(r->deliveries))
		r->env->notice(r->env->notice_ctx, NULL,
			       exchange_deliveries_ignored(r->deliveries));
	if (k == E_OK)
		k = read_page(r, req, &c, a, &page, e);
	if (k != E_OK)
		return k;
	page.cursor = inbox_cursor_text(&c, a);
	page.more = true; /* to put the files away, if not for another page */
	*out = page;
	return E_OK;
}

static void add_missing(const char *dir, struct page *page, const char *who, struct arena *a)
{
	struct err *problem = arena_alloc(a, sizeof(*problem));

	err_set(problem, E_RECORD, "not_found",
		"%s: no file of deliveries there or in its archive/ names it; write its "
		"delivery_id, or the order, as it stands there, or have the ERP write it into a "
		"new file",
		dir);
	page->rec[page->n++] = (struct record){.id = arena_strdup(a, who),
					       .label = arena_strdup(a, who),
					       .version = "",
					       .problem = problem};
}

/* A delivery by its id, or all of an order. */
static bool is_meant(const struct exchange_delivery *d, const char *who)
{
	const char *order = d->order ? d->order : "";

	return str_equal(d->id, who) || str_equal(order, who) ||
	       (order[0] == '#' && str_equal(order + 1, who));
}

enum errk exchange_fulfillment_pull_only(struct exchange_fulfillment_reader *r,
					 const char *const *who, size_t n, struct arena *a,
					 struct page *out, struct err *e)
{
	CLEANUP(exchange_deliveries) struct exchange_deliveries *d = exchange_deliveries_new();
	struct page page = {.expected = -1};
	struct files l;
	enum errk k = list_files(r->dir, true, a, &l, e);

	exchange_deliveries_declare(d, guard_encoding(r->env->conf, "erp"));
	if (k == E_OK)
		k = load(d, &l, e);
	if (k != E_OK)
		return k;
	page.rec = arena_array(a, exchange_deliveries_count(d) * n + n, sizeof(*page.rec));
	for (size_t w = 0; w < n; w++) {
		size_t before = page.n;

		for (size_t i = 0; i < exchange_deliveries_count(d); i++)
			if (is_meant(exchange_deliveries_at(d, i), who[w]))
				read_record(exchange_deliveries_at(d, i), a, &page.rec[page.n++]);
		if (page.n == before)
			add_missing(r->dir, &page, who[w], a);
	}
	unload(r);
	r->deliveries = TAKE(d);
	*out = page;
	return E_OK;
}

const char *exchange_fulfillment_merge(const struct exchange_fulfillment_reader *r,
				       const char *before, const char *now, struct arena *a)
{
	CLEANUP(json) cJSON *doc = NULL;
	const struct exchange_delivery *in = NULL;
	const char *merged;

	if (r->deliveries && json_parse(now, strlen(now), &doc, NULL) == E_OK)
		in = exchange_deliveries_find(r->deliveries, json_str(doc, "id"));
	if (!in)
		BUG("a delivery is merged that was not read");
	merged = exchange_delivery_merge(in, before, a);
	return merged ? merged : now;
}

/* How many can be read, and those that would be parked for what their rows say. */
static void say_deliveries(const struct exchange_fulfillment_reader *r,
			   const struct exchange_deliveries *d, size_t files,
			   const struct check_sink *sink)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const char *all = arena_printf(a, "%s: %zu deliveries in %zu file%s", r->dir,
				       exchange_deliveries_count(d), files, files == 1 ? "" : "s");
	const struct err *first = NULL;
	size_t bad = 0;

	for (size_t i = 0; i < exchange_deliveries_count(d); i++) {
		struct record rec = {0};

		(void)exchange_delivery_record(exchange_deliveries_at(d, i), a, &rec);
		bad += rec.problem != NULL;
		first = first ? first : rec.problem;
	}
	if (!first)
		sink->say(sink->ctx, CHECK_OK, all, NULL);
	else
		sink->say(sink->ctx, CHECK_WARN,
			  arena_printf(a, "%s, of which %zu can't be read; the first: %s", all, bad,
				       first->msg),
			  "they will be parked; the others go over");
}

void exchange_fulfillment_check(const struct exchange_fulfillment_reader *r,
				const struct check_sink *sink)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(exchange_deliveries) struct exchange_deliveries *d = exchange_deliveries_new();
	struct files l;
	struct err why;
	enum errk k = list_files(r->dir, true, a, &l, &why);

	exchange_deliveries_declare(d, guard_encoding(r->env->conf, "erp"));
	/* What is wrong with the folder is told with it. */
	if (k != E_OK && str_equal(why.code, "no_folder"))
		return;
	if (k == E_OK && inbox_doubts(&l.news, r->dir, a))
		sink->say(sink->ctx, CHECK_WARN, inbox_doubts(&l.news, r->dir, a), NULL);
	if (k == E_OK && l.n == 0) {
		sink->say(
			sink->ctx, CHECK_WARN,
			arena_printf(a, "%s: there is no file of deliveries yet", r->dir),
			"if fulfillments are pulled, have the ERP write fulfillments.csv there, with "
			"the columns delivery_id, order, sku, quantity, tracking_number");
		return;
	}
	if (k == E_OK)
		k = load(d, &l, &why);
	if (k != E_OK)
		sink->say(sink->ctx, k == E_BUSY ? CHECK_WARN : CHECK_BAD, why.msg, NULL);
	else
		say_deliveries(r, d, l.n, sink);
	if (k == E_OK && exchange_deliveries_ignored(d))
		sink->say(sink->ctx, CHECK_WARN, exchange_deliveries_ignored(d), NULL);
}
