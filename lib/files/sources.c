#include "files/sources.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/file_blame.h"
#include "base/json.h"
#include "base/str.h"
#include "base/name_order.h"

#include "base/banned.h"

enum {
	FINISHED_SECONDS = 10,
	/* Clocks differ by that much; what is dated further ahead is dated wrongly. */
	AHEAD_SECONDS = 60,
	/* 2001: a clock that was never set says 1970, 1980 or 2000. */
	SET_SINCE = 978307200,
};

enum errk source_is_finished(const char *name, int64_t mtime_ns, struct err *e)
{
	int64_t age = clock_now() - mtime_ns / 1000000000;

	if (age >= FINISHED_SECONDS || age < -AHEAD_SECONDS)
		return E_OK;
	return err_set(
		e, E_BUSY, "file_changing",
		"%s: was written a moment ago and may not be finished; the next run takes it",
		name);
}

static const char *stamp_text(struct arena *a, int64_t size, int64_t mtime_ns)
{
	return arena_printf(a, "%lld-%lld", (long long)size, (long long)mtime_ns);
}

static int64_t now_ns(void)
{
	return clock_now() * 1000000000;
}

static bool is_misdated(int64_t ns)
{
	return ns > now_ns() + (int64_t)AHEAD_SECONDS * 1000000000 ||
	       ns < (int64_t)SET_SINCE * 1000000000;
}

const char *source_misdated_text(const char *name, int64_t dated_ns, struct arena *a)
{
	char text[CLOCK_TEXT_MAX];

	clock_text(dated_ns / 1000000000, text);
	return dated_ns < now_ns()
		       ? arena_printf(a, "%s is dated %s, as by a clock that is not set", name,
				      text)
		       : arena_printf(a, "%s is dated in the future (%s)", name, text);
}

/* ctime is our own clock's, unless that was ahead itself once. Nobody is to wait for such a file. */
static void date(struct source_file *f, int64_t mtime_ns, int64_t ctime_ns)
{
	int64_t settled = now_ns() - (int64_t)FINISHED_SECONDS * 1000000000;

	f->dated_ns = f->mtime_ns = mtime_ns;
	f->came_ns = ctime_ns;
	f->misdated = is_misdated(mtime_ns);
	/* It may be our clock that is behind. */
	clock_heard(mtime_ns / 1000000000, CLOCK_OF_FILE);
	if (f->misdated)
		f->mtime_ns = ctime_ns < settled ? ctime_ns : settled;
	f->order_ns = f->mtime_ns;
}

static int64_t mtime_of(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

static int oldest_first(const void *a, const void *b)
{
	const struct source_file *x = a, *y = b;

	if (x->misdated != y->misdated)
		return x->misdated ? -1 : 1;
	if (x->dated_ns != y->dated_ns)
		return x->dated_ns < y->dated_ns ? -1 : 1;
	return name_order(x->name, y->name);
}

bool source_begins_with(const char *name, const char *prefix)
{
	char head[32];

	if (strlen(name) < strlen(prefix) || strlen(prefix) >= sizeof(head))
		return false;
	memcpy(head, name, strlen(prefix));
	head[strlen(prefix)] = '\0';
	return str_equal_nocase(head, prefix);
}

static bool ends_as(const char *name, const char *ending)
{
	size_t len = strlen(name), n = strlen(ending);

	return len > n && str_equal_nocase(name + len - n, ending);
}

static bool is_csv(const char *name)
{
	return ends_as(name, ".csv");
}

static bool is_workbook(const char *name)
{
	return ends_as(name, ".xlsx") || ends_as(name, ".xls") || ends_as(name, ".xlsm") ||
	       ends_as(name, ".xlsb") || ends_as(name, ".ods");
}

const char *source_entry_problem(int problem, struct arena *a)
{
	return problem == EISDIR   ? "is a folder"
	       : problem == EINVAL ? "is no file"
	       : problem == ENOENT ? "is a link that leads nowhere"
				   : arena_printf(a, "can't be read (%s)", strerror(problem));
}

enum errk source_bad(const char *path, const char *prefix, bool workbooks, struct arena *a,
		     struct source_bad_entry **out, size_t *n, struct err *e)
{
	struct file_entry *entry;
	struct source_bad_entry *list;
	struct stat st;
	size_t all;
	bool any = false;
	enum errk k = E_OK;

	*n = 0;
	*out = NULL;
	/* A single file is none of a folder's entries. */
	if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
		return E_OK;
	k = dir_list_all(path, a, &entry, &all, e);
	if (k != E_OK)
		return k;
	list = arena_array(a, all, sizeof(*list));
	for (size_t i = 0; i < all; i++) {
		if (!is_csv(entry[i].name) || !source_begins_with(entry[i].name, prefix))
			continue;
		any = true;
		if (entry[i].problem)
			list[(*n)++] = (struct source_bad_entry){
				.name = entry[i].name,
				.why = source_entry_problem(entry[i].problem, a),
				.hidden = entry[i].problem != EISDIR && entry[i].problem != EINVAL,
			};
	}
	for (size_t i = 0; i < all && (workbooks || !any); i++)
		if (!entry[i].problem && is_workbook(entry[i].name) &&
		    source_begins_with(entry[i].name, prefix))
			list[(*n)++] = (struct source_bad_entry){
				.name = entry[i].name,
				.why = "is a workbook; save it as CSV (UTF-8) beside it",
				.workbook = true,
				.dated_ns = entry[i].mtime_ns,
			};
	*out = list;
	return E_OK;
}

const char *source_bad_text(const struct source_bad_entry *bad, size_t n, struct arena *a)
{
	const char *text = NULL;

	for (size_t i = 0; i < n; i++)
		text = arena_printf(a, "%s%s%s %s", text ? text : "", text ? ", " : "", bad[i].name,
				    bad[i].why);
	return text;
}

static enum errk list_folder(const char *path, struct arena *a, struct source_file **out, size_t *n,
			     struct err *e)
{
	struct file_entry *entry;
	struct source_file *list;
	size_t entries, count = 0;
	enum errk k = dir_list(path, a, &entry, &entries, e);

	if (k != E_OK)
		return k;
	list = arena_array(a, entries, sizeof(*list));
	for (size_t i = 0; i < entries; i++) {
		if (!is_csv(entry[i].name))
			continue;
		list[count] = (struct source_file){
			.name = entry[i].name,
			.path = path_join(a, path, entry[i].name),
			.stamp = stamp_text(a, entry[i].size, entry[i].mtime_ns),
		};
		date(&list[count++], entry[i].mtime_ns, entry[i].ctime_ns);
	}
	if (count)
		qsort(list, count, sizeof(*list), oldest_first);
	*out = list;
	*n = count;
	return E_OK;
}

enum errk source_list(const char *path, struct arena *a, struct source_file **out, size_t *n,
		      struct err *e)
{
	const char *slash = strrchr(path, '/');
	struct source_file *one;
	struct stat st;

	if (stat(path, &st) != 0) {
		int error = errno;

		err_set(e, E_LOCAL, "no_file", "%s: can't be read (%s)", path, strerror(error));
		return file_blame_add(e, path, error,
				      "correct the path, or put what the shop exports there");
	}
	if (S_ISDIR(st.st_mode))
		return list_folder(path, a, out, n, e);
	one = arena_alloc(a, sizeof(*one));
	*one = (struct source_file){
		.name = slash ? slash + 1 : path,
		.path = path,
		.stamp = stamp_text(a, st.st_size, mtime_of(&st)),
	};
	date(one, mtime_of(&st), (int64_t)st.st_ctim.tv_sec * 1000000000 + st.st_ctim.tv_nsec);
	*out = one;
	*n = 1;
	return E_OK;
}

bool source_changed(const struct source_file *f)
{
	char now[64];
	struct stat st;

	if (stat(f->path, &st) != 0)
		return true;
	snprintf(now, sizeof(now), "%lld-%lld", (long long)st.st_size, (long long)mtime_of(&st));
	return !str_equal(now, f->stamp);
}

enum errk source_cursor_parse(const char *text, struct arena *a, struct source_cursor *out,
			      struct err *e)
{
	CLEANUP(json) cJSON *doc = NULL;
	cJSON *finished;

	if (!text) {
		*out = (struct source_cursor){.finished = json_object()};
		return E_OK;
	}
	if (json_parse(text, strlen(text), &doc, NULL) != E_OK || !json_at(doc, "finished"))
		return err_set(e, E_LOCAL, "bad_cursor",
			       "the checkpoint was not written by the csv connector; remove it or "
			       "read with --full");
	finished = cJSON_DetachItemFromObjectCaseSensitive(doc, "finished");
	*out = (struct source_cursor){
		.finished = finished,
		.file = arena_strdup(a, json_str(doc, "file")),
		.stamp = arena_strdup(a, json_str(doc, "stamp")),
		.done = json_int(doc, "done", 0),
		.gone = json_int(doc, "gone", 0),
	};
	return E_OK;
}

void source_cursor_restart(struct source_cursor *c)
{
	cJSON_Delete(c->finished);
	*c = (struct source_cursor){.finished = json_object()};
}

/* Behind the stamp of a file that says nothing of the records that are read. */
static const char SKIPPED[] = "-";

/* By its stamp, which holds when it was written. */
static void note_gone(struct source_cursor *c, const char *stamp)
{
	const char *dash = strchr(stamp, '-');
	int64_t ns = dash ? strtoll(dash + 1, NULL, 10) : 0;

	if (!str_ends(stamp, SKIPPED) && !is_misdated(ns) && ns / 1000000000 > c->gone)
		c->gone = ns / 1000000000;
}

static void find_gone(struct source_cursor *c, const struct source_file *files, size_t n)
{
	JSON_EACH_MEMBER (stamp, c->finished) {
		bool there = false;

		for (size_t i = 0; i < n && !there; i++)
			there = str_equal(files[i].name, stamp->string) &&
				source_cursor_finished(c, &files[i]);
		if (!there)
			note_gone(c, stamp->valuestring);
	}
}

const char *source_cursor_text(struct source_cursor *c, const struct source_file *files, size_t n,
			       struct arena *a)
{
	CLEANUP(json) cJSON *doc = json_object();
	cJSON *finished = json_add_object(doc, "finished");

	find_gone(c, files, n);
	for (size_t i = 0; i < n; i++)
		if (source_cursor_finished(c, &files[i]))
			json_add_str(finished, files[i].name,
				     source_stamp_of(c->finished, files[i].name));
	if (c->file) {
		json_add_str(doc, "file", c->file);
		json_add_str(doc, "stamp", c->stamp);
		json_add_int(doc, "done", c->done);
	}
	if (c->gone)
		json_add_int(doc, "gone", c->gone);
	return json_text(doc, a);
}

const char *source_stamp_of(const cJSON *stamps, const char *name)
{
	/* Not by path: a name holds points and may hold brackets. */
	const cJSON *stamp = cJSON_GetObjectItemCaseSensitive(stamps, name);

	return cJSON_IsString(stamp) ? stamp->valuestring : NULL;
}

void source_stamp_set(cJSON *stamps, const char *name, const char *stamp)
{
	cJSON_DeleteItemFromObjectCaseSensitive(stamps, name);
	json_add_str(stamps, name, stamp);
}

static void finish(struct source_cursor *c, const char *name, const char *stamp)
{
	const char *before = source_stamp_of(c->finished, name);

	if (before && !str_equal(before, stamp))
		note_gone(c, before);
	source_stamp_set(c->finished, name, stamp);
}

void source_cursor_finish(struct source_cursor *c, const struct source_file *f)
{
	finish(c, f->name, f->stamp);
}

void source_cursor_skip(struct source_cursor *c, const struct source_file *f)
{
	char stamp[80];

	snprintf(stamp, sizeof(stamp), "%s%s", f->stamp, SKIPPED);
	finish(c, f->name, stamp);
}

bool source_cursor_finished(const struct source_cursor *c, const struct source_file *f)
{
	const char *stamp = source_stamp_of(c->finished, f->name);
	size_t len = strlen(f->stamp);

	return stamp && strncmp(stamp, f->stamp, len) == 0 &&
	       (!stamp[len] || str_equal(stamp + len, SKIPPED));
}

bool source_cursor_has_read(const struct source_cursor *c, const struct source_file *f)
{
	return str_equal(source_stamp_of(c->finished, f->name), f->stamp);
}

bool source_cursor_is_late(struct source_cursor *c, const struct source_file *f,
			   const struct source_file *files, size_t n)
{
	find_gone(c, files, n);
	for (size_t i = 0; i < n; i++)
		if (files[i].mtime_ns / 1000000000 == c->gone)
			return false;
	return f->mtime_ns / 1000000000 < c->gone;
}
