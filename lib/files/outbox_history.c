#include "files/outbox_history.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/json.h"
#include "base/step.h"
#include "base/str.h"
#include "files/folder.h"

#include "base/banned.h"

enum { WRITERS_BYTES_MAX = 1024 * 1024 };

/* Its books */

static const char *writers_path(const char *dir, enum record_kind kind, struct arena *a)
{
	return folder_book(dir, "writers", kind, a);
}

/*
 * {"<writer>": {"new": {"last": 3, "key": …, "number": 4, "done": true}, "changed": …}}: of its last batch the
 * key too, for the run may be stopped before it has noted the number. No file: {}.
 */
static enum errk read_writers(const char *dir, enum record_kind kind, struct arena *a, cJSON **out,
			      struct err *e)
{
	const char *path = writers_path(dir, kind, a);
	char *text;
	size_t len;
	enum errk k = E_OK;

	*out = NULL;
	if (!folder_own_exists(path)) {
		*out = json_object();
		return E_OK;
	}
	k = folder_own_failed(file_read(path, WRITERS_BYTES_MAX, a, &text, &len, e),
			      "remove it; the numbers in the state file are then asked", e);
	if (k == E_OK && (json_parse(text, len, out, NULL) != E_OK || !cJSON_IsObject(*out))) {
		cJSON_Delete(*out);
		*out = NULL;
		k = err_set(
			e, E_LOCAL, "bad_writers",
			"%s: is damaged; remove it: the numbers in the state file are then asked",
			path);
	}
	return k;
}

static enum errk write_writers(const char *dir, enum record_kind kind, const cJSON *all,
			       struct arena *a, struct err *e)
{
	const char *text = arena_printf(a, "%s\n", json_text(all, a));

	return file_write_atomic(writers_path(dir, kind, a), text, strlen(text), 0600, e);
}

static cJSON *object_of(cJSON *in, const char *name)
{
	cJSON *found = cJSON_GetObjectItemCaseSensitive(in, name);

	return cJSON_IsObject(found) ? found : json_add_object(in, name);
}

static const char *lane_name(bool changed)
{
	return changed ? "changed" : "new";
}

static cJSON *lane_of(cJSON *all, const char *writer, bool changed)
{
	return object_of(object_of(all, writer), lane_name(changed));
}

static void raise_last(cJSON *lane, int64_t number)
{
	if (number > json_int(lane, "last", 0))
		json_add_int(lane, "last", number);
}

static bool is_open(const struct history_request *q, const char *key)
{
	for (size_t i = 0; i < q->n_open; i++)
		if (str_equal(q->open[i], key))
			return true;
	return false;
}

/*
 * Of the last batch: a decision stands until its run has noted the outcome, so that one which is not open
 * belongs to a state file that has forgotten it; without a decision the batch was noted, or never decided.
 */
static int64_t last_of(const char *dir, const struct history_request *q, const cJSON *line,
		       bool changed, struct arena *a)
{
	const cJSON *lane = json_at(line, lane_name(changed));
	const char *key = json_str(lane, "key");
	int64_t last = json_int(lane, "last", 0), number = json_int(lane, "number", 0);
	bool counts = key && (folder_own_exists(file_batch_path(dir, key, a))
				      ? !is_open(q, key)
				      : json_bool(lane, "done", false));

	return counts && number > last ? number : last;
}

/*
 * Another has taken this one's place, or has got further and nobody has taken its: it writes here too. Whoever claims a
 * folder has got as far as all that was there before.
 */
static bool is_overtaken(const char *dir, const cJSON *all, const char *writer, struct arena *a)
{
	const struct history_request all_count = {0};
	const cJSON *own = cJSON_GetObjectItemCaseSensitive(all, writer), *line;

	if (json_str(own, "replaced_by"))
		return true;
	cJSON_ArrayForEach (line, all)
		for (int changed = 0; line != own && changed < 2; changed++)
			if (!json_str(line, "replaced_by") &&
			    last_of(dir, &all_count, line, changed == 1, a) >
				    last_of(dir, &all_count, own, changed == 1, a))
				return true;
	return false;
}

/* All books, and in them the lane of the batch's writer. */
static enum errk read_lane(const char *dir, const struct put_batch *batch, bool changed,
			   struct arena *a, cJSON **all, cJSON **lane, struct err *e)
{
	enum errk k = read_writers(dir, batch->kind, a, all, e);

	*lane = k == E_OK ? lane_of(*all, batch->writer, changed) : NULL;
	return k;
}

enum errk outbox_history_begin(const char *dir, const struct put_batch *batch, int64_t number,
			       struct arena *a, struct err *e)
{
	CLEANUP(json) cJSON *all = NULL;
	cJSON *lane;
	enum errk k;

	if (!batch->writer)
		return E_OK;
	STEP("csv_writer_begins");
	k = read_lane(dir, batch, batch->update, a, &all, &lane, e);
	if (k != E_OK)
		return k;
	/* Since the run looked; two that begin at once in an empty folder are told apart here. */
	if (is_overtaken(dir, all, batch->writer, a))
		return err_set(e, E_LOCAL, "state_behind",
			       "%s: another state file writes there too, so nothing is written: "
			       "run erpsync check, which says what to do",
			       dir);
	if (json_bool(lane, "done", false))
		raise_last(lane, json_int(lane, "number", 0));
	json_add_str(lane, "key", batch->key);
	json_add_int(lane, "number", number);
	json_add_bool(lane, "done", false);
	return write_writers(dir, batch->kind, all, a, e);
}

enum errk outbox_history_end(const char *dir, const struct put_batch *batch,
			     const struct file_batch *b, struct arena *a, struct err *e)
{
	CLEANUP(json) cJSON *all = NULL;
	cJSON *lane;
	enum errk k;

	if (!batch->writer)
		return E_OK;
	STEP("csv_writer_ends");
	k = read_lane(dir, batch, b->changed, a, &all, &lane, e);
	if (k != E_OK)
		return k;
	if (str_equal(json_str(lane, "key"), batch->key)) {
		json_add_int(lane, "number", b->sequence);
		json_add_bool(lane, "done", true);
	} else {
		raise_last(lane, b->sequence);
	}
	return write_writers(dir, batch->kind, all, a, e);
}

/* What it proves */

struct proof {
	const struct history_request *q;
	struct arena *a;
	int64_t all[2];  /* highest numbers of all that is there */
	int64_t open[2]; /* of batches that were decided, interrupted, and are asked about */
};

static enum errk take_decided(void *ctx, const struct file_batch *b, struct err *e)
{
	struct proof *p = ctx;
	int64_t *to = is_open(p->q, b->key) ? p->open : p->all;

	(void)e;
	if (file_batch_counts(b, p->q->kind, p->a) && b->sequence > to[b->changed])
		to[b->changed] = b->sequence;
	return E_OK;
}

static enum errk take_all(const char *dir, struct proof *p, struct err *e)
{
	struct arena *a = p->a;
	enum errk k = E_OK;

	for (int changed = 0; changed < 2 && k == E_OK; changed++)
		k = sequence_last(dir, p->q->kind, changed == 1, a, &p->all[changed], e);
	if (k == E_OK && dir_exists(folder_staged(dir, "", a)))
		k = file_batch_each(dir, a, take_decided, p, e);
	return k;
}

enum errk outbox_history_numbers(const char *dir, enum record_kind kind, struct arena *a,
				 int64_t last[2], struct err *e)
{
	const struct history_request none = {.kind = kind};
	struct proof p = {.q = &none, .a = a};
	enum errk k = dir_exists(dir) ? take_all(dir, &p, e) : E_OK;

	last[0] = p.all[0];
	last[1] = p.all[1];
	return k;
}

/* Names and count may be gone with the files, and what was written under them counts all the same. */
static void take_lines(const char *dir, const cJSON *all, struct proof *p)
{
	const cJSON *line;

	cJSON_ArrayForEach (line, all)
		for (int changed = 0; changed < 2; changed++) {
			int64_t last = last_of(dir, p->q, line, changed == 1, p->a);

			if (last > p->all[changed])
				p->all[changed] = last;
		}
}

/* A state file that turns up again after another has adopted its orders would send the later ones again. */
static void replace_others(cJSON *all, const char *writer)
{
	cJSON *line;

	cJSON_ArrayForEach (line, all)
		if (cJSON_IsObject(line) && !str_equal(line->string, writer))
			json_add_str(line, "replaced_by", writer);
}

/* Under the folder's lock. */
static enum errk claim(const char *dir, cJSON *all, const struct proof *p, struct err *e)
{
	const char *writer = p->q->writer;

	for (int changed = 0; changed < 2; changed++) {
		cJSON *lane = lane_of(all, writer, changed == 1);

		raise_last(lane, p->all[changed]);
		cJSON_DeleteItemFromObjectCaseSensitive(lane, "key");
	}
	cJSON_DeleteItemFromObjectCaseSensitive(object_of(all, writer), "replaced_by");
	replace_others(all, writer);
	return write_writers(dir, p->q->kind, all, p->a, e);
}

static const char *said(const struct proof *p)
{
	struct arena *a = p->a;
	const char *key = folder_key(p->q->kind);
	const char *made = folder_name_make(key, false, p->all[0], "", a);
	const char *changed = folder_name_make(key, true, p->all[1], "", a);

	if (!p->all[1])
		return made;
	return p->all[0] ? arena_printf(a, "%s and %s", made, changed) : changed;
}

/* Whose history the folder's is, once it has been read. */
static void judge(const char *dir, const cJSON *writers, const struct proof *p, struct history *out)
{
	const struct history_request *q = p->q;
	struct arena *a = p->a;
	const cJSON *line;

	out->said = said(p);
	line = cJSON_GetObjectItemCaseSensitive(writers, q->writer);
	if (line && !json_str(line, "replaced_by")) {
		out->of = is_overtaken(dir, writers, q->writer, a) ? HISTORY_SHARED : HISTORY_OURS;
		for (int i = 0; i < 2; i++)
			out->last[i] = last_of(dir, q, line, i == 1, a);
		return;
	}
	/* Decided before there were such books, and interrupted: that is no more than is open. */
	for (int i = 0; i < 2; i++)
		out->last[i] = p->all[i] - (p->all[i] && p->all[i] == p->open[i]);
	if (out->last[0] || out->last[1])
		out->of = line                        ? HISTORY_REPLACED
			  : writers && writers->child ? HISTORY_OTHERS
						      : HISTORY_UNCOUNTED;
}

enum errk outbox_history(const struct outbox *x, const struct history_request *q, struct arena *a,
			 struct history *out, struct err *e)
{
	CLEANUP(json) cJSON *writers = NULL;
	CLEANUP(fd) int lock = -1;
	struct proof p = {.q = q, .a = a};
	bool claims = q->claim && !x->dry_run;
	enum errk k = E_OK;

	*out = (struct history){.place = x->dir};
	if (!dir_exists(x->dir) && !claims)
		return E_OK;
	if (claims)
		k = folder_make(x->dir, a, e);
	if (k == E_OK && claims)
		k = folder_lock(x->dir, a, &lock, e);
	if (k == E_OK)
		k = take_all(x->dir, &p, e);
	if (k == E_OK)
		k = read_writers(x->dir, q->kind, a, &writers, e);
	if (k == E_OK)
		take_lines(x->dir, writers, &p);
	if (k == E_OK && claims)
		k = claim(x->dir, writers, &p, e);
	if (k != E_OK)
		return k;
	judge(x->dir, writers, &p, out);
	return E_OK;
}
