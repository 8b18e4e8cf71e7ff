#include "csv_history.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/step.h"
#include "base/str.h"
#include "csv_ack.h"
#include "csv_folder.h"

#include "base/banned.h"

enum { WRITERS_BYTES_MAX = 1024 * 1024, MISSING_SHOWN = 5 };

/* Its books */

static const char *writers_path(const char *dir, struct arena *a)
{
	return csv_staged(dir, "writers", a);
}

/*
 * {"<writer>": {"new": {"last": 3, "key": …, "number": 4, "done": true}, "changed": …}}: of its last batch the
 * key too, for the run may be stopped before it has noted the number. No file: {}.
 */
static enum errk read_writers(const char *dir, struct arena *a, cJSON **out, struct err *e)
{
	const char *path = writers_path(dir, a);
	char *text;
	size_t len;
	enum errk k = E_OK;

	*out = NULL;
	if (!file_exists(path)) {
		*out = json_object();
		return E_OK;
	}
	k = file_read(path, WRITERS_BYTES_MAX, a, &text, &len, e);
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

static enum errk write_writers(const char *dir, const cJSON *all, struct arena *a, struct err *e)
{
	const char *text = arena_printf(a, "%s\n", json_text(all, a));

	return file_write_atomic(writers_path(dir, a), text, strlen(text), 0600, e);
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

static bool is_counted(const struct put_batch *batch)
{
	return batch->writer && batch->kind == KIND_ORDER;
}

/* All books, and in them the lane of the batch's writer. */
static enum errk read_lane(const char *dir, const struct put_batch *batch, bool changed,
			   struct arena *a, cJSON **all, cJSON **lane, struct err *e)
{
	enum errk k = read_writers(dir, a, all, e);

	*lane = k == E_OK ? lane_of(*all, batch->writer, changed) : NULL;
	return k;
}

enum errk csv_history_begin(const char *dir, const struct put_batch *batch, int64_t number,
			    struct arena *a, struct err *e)
{
	CLEANUP(json) cJSON *all = NULL;
	cJSON *lane;
	enum errk k;

	if (!is_counted(batch))
		return E_OK;
	STEP("csv_writer_begins");
	k = read_lane(dir, batch, batch->update, a, &all, &lane, e);
	if (k != E_OK)
		return k;
	if (json_bool(lane, "done", false))
		raise_last(lane, json_int(lane, "number", 0));
	json_add_str(lane, "key", batch->key);
	json_add_int(lane, "number", number);
	json_add_bool(lane, "done", false);
	return write_writers(dir, all, a, e);
}

enum errk csv_history_end(const char *dir, const struct put_batch *batch, const struct csv_batch *b,
			  struct arena *a, struct err *e)
{
	CLEANUP(json) cJSON *all = NULL;
	cJSON *lane;
	enum errk k;

	if (!is_counted(batch))
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
	return write_writers(dir, all, a, e);
}

/* What it proves */

struct proof {
	const struct history_request *q;
	int64_t all[2];  /* highest numbers of all that is there */
	int64_t open[2]; /* of batches that were decided, interrupted, and are asked about */
};

static bool is_open(const struct history_request *q, const char *key)
{
	for (size_t i = 0; i < q->n_open; i++)
		if (str_equal(q->open[i], key))
			return true;
	return false;
}

static enum errk take_decided(void *ctx, const struct csv_batch *b, struct err *e)
{
	struct proof *p = ctx;
	int64_t *to = is_open(p->q, b->key) ? p->open : p->all;

	(void)e;
	if (b->sequence > to[b->changed])
		to[b->changed] = b->sequence;
	return E_OK;
}

static enum errk take_all(const char *dir, struct proof *p, struct arena *a, struct err *e)
{
	enum errk k = E_OK;

	for (int changed = 0; changed < 2 && k == E_OK; changed++)
		k = csv_sequence_last(dir, "orders", changed == 1, a, &p->all[changed], e);
	if (k == E_OK && dir_exists(csv_staged(dir, "", a)))
		k = csv_batch_each(dir, a, take_decided, p, e);
	return k;
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
	bool counts = key &&
		      (file_exists(csv_batch_path(dir, key, a)) ? !is_open(q, key)
								: json_bool(lane, "done", false));

	return counts && number > last ? number : last;
}

/* A state file that turns up again after another has adopted its orders would send the later ones again. */
static void replace_others(cJSON *all, const char *writer)
{
	cJSON *line;

	cJSON_ArrayForEach (line, all)
		if (cJSON_IsObject(line) && !str_equal(line->string, writer))
			json_add_str(line, "replaced_by", writer);
}

static enum errk claim(const char *dir, cJSON *all, const struct proof *p, const char *writer,
		       struct arena *a, struct err *e)
{
	CLEANUP(fd) int lock = -1;
	enum errk k = csv_folder_make(dir, a, e);

	if (k == E_OK)
		k = csv_folder_lock(dir, a, &lock, e);
	if (k != E_OK)
		return k;
	for (int changed = 0; changed < 2; changed++) {
		cJSON *lane = lane_of(all, writer, changed == 1);

		raise_last(lane, p->all[changed]);
		cJSON_DeleteItemFromObjectCaseSensitive(lane, "key");
	}
	cJSON_DeleteItemFromObjectCaseSensitive(object_of(all, writer), "replaced_by");
	if (p->q->alone)
		replace_others(all, writer);
	return write_writers(dir, all, a, e);
}

static const char *said(const struct proof *p, struct arena *a)
{
	const char *made = csv_name_make("orders", false, p->all[0], "", a);
	const char *changed = csv_name_make("orders", true, p->all[1], "", a);

	if (!p->all[1])
		return made;
	return p->all[0] ? arena_printf(a, "%s and %s", made, changed) : changed;
}

enum errk csv_history(const struct csv_exchange *x, const struct history_request *q,
		      struct arena *a, struct history *out, struct err *e)
{
	CLEANUP(json) cJSON *writers = NULL;
	struct proof p = {.q = q};
	const cJSON *line;
	enum errk k;

	*out = (struct history){.place = x->dir};
	if (!dir_exists(x->dir))
		return E_OK;
	k = take_all(x->dir, &p, a, e);
	if (k == E_OK)
		k = read_writers(x->dir, a, &writers, e);
	if (k == E_OK && q->claim && !x->dry_run)
		k = claim(x->dir, writers, &p, q->writer, a, e);
	if (k != E_OK)
		return k;
	out->said = said(&p, a);
	line = cJSON_GetObjectItemCaseSensitive(writers, q->writer);
	if (line && !json_str(line, "replaced_by")) {
		out->of = HISTORY_OURS;
		for (int i = 0; i < 2; i++)
			out->last[i] = last_of(x->dir, q, line, i == 1, a);
		return E_OK;
	}
	/* Decided before there were such books, and interrupted: that is no more than is open. */
	for (int i = 0; i < 2; i++)
		out->last[i] = p.all[i] - (p.all[i] && p.all[i] == p.open[i]);
	if (out->last[0] || out->last[1])
		out->of = line                        ? HISTORY_REPLACED
			  : writers && writers->child ? HISTORY_OTHERS
						      : HISTORY_UNCOUNTED;
	return E_OK;
}

/* What landed */

struct found {
	const char *path, *base;
	int64_t at, sequence;
	bool changed;
};

struct search {
	const struct csv_exchange *x;
	struct landed_request *q;
	struct arena *a;
	struct found *found;
	size_t n, cap;
};

static enum errk note_batch(struct search *s, const char *path, const struct csv_batch *b,
			    struct err *e)
{
	struct found f = {.path = path, .sequence = b->sequence, .changed = b->changed};
	struct csv_name name;

	if (!str_equal(json_str(b->doc, "kind"), record_kind_name(s->q->kind)))
		return E_OK;
	if (!csv_name_parse(b->target, s->a, &name) || !json_str(b->doc, "created_at") ||
	    clock_parse(json_str(b->doc, "created_at"), &f.at, NULL) != E_OK)
		return csv_batch_damaged(path, "target or created_at is not what was written", e);
	f.base = name.base;
	if (s->n == s->cap) {
		size_t cap = s->cap ? s->cap * 2 : 64;
		struct found *larger = arena_array(s->a, cap, sizeof(*larger));

		if (s->n)
			memcpy(larger, s->found, s->n * sizeof(*larger));
		s->found = larger;
		s->cap = cap;
	}
	s->found[s->n++] = f;
	return E_OK;
}

/* A manifest that nobody can mend is taken away; the order file of its number names the same orders. */
static enum errk with_cure(const char *path, enum errk k, struct err *e)
{
	if (k == E_LOCAL && str_equal(e->code, "bad_batch") && str_ends(path, ".manifest.json"))
		err_append(e,
			   "; put a whole copy of it in its place (the ERP's, or a backup's). "
			   "Without one, take it away and run erpsync adopt orders, then erpsync "
			   "adopt orders --csv FILE with the order file of that number, at last "
			   "erpsync adopt orders --rest-is-new");
	return k;
}

static enum errk search_folder(struct search *s, const char *dir, struct err *e)
{
	struct file_entry *entry;
	size_t n;
	enum errk k = dir_list(dir, s->a, &entry, &n, e);

	for (size_t i = 0; i < n && k == E_OK; i++) {
		__attribute__((cleanup(cleanup_csv_batch))) struct csv_batch b = {0};
		const char *path = path_join(s->a, dir, entry[i].name);
		CLEANUP(arena) struct arena *scratch = arena_new();

		if (!str_ends(entry[i].name, ".manifest.json"))
			continue;
		k = csv_batch_read(path, scratch, &b, e);
		if (k == E_OK)
			k = note_batch(s, path, &b, e);
		k = with_cure(path, k, e);
	}
	return k;
}

/* Decided, and perhaps not yet published: it will be. */
static enum errk search_decided(void *ctx, const struct csv_batch *b, struct err *e)
{
	struct search *s = ctx;

	return note_batch(s, csv_batch_path(s->x->dir, b->key, s->a), b, e);
}

static int by_time(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	if (x->changed != y->changed)
		return x->changed ? 1 : -1;
	return x->sequence < y->sequence ? -1 : x->sequence > y->sequence;
}

struct refusals {
	const cJSON *records; /* of the batch */
	const char *id, *label;
	bool refused;
};

/* A refusal that names no order of its batch may mean any of them. */
static bool means_nobody(const struct settlement *s, const cJSON *records)
{
	const cJSON *r;

	cJSON_ArrayForEach (r, records) {
		const char *id = json_str(r, "id"), *label = json_str(r, "label");

		if (id && label && settlement_means(s, id, label))
			return false;
	}
	return true;
}

static enum errk take_refusal(void *ctx, const struct settlement *s, struct err *e)
{
	struct refusals *r = ctx;

	(void)e;
	if (!s->accepted && (settlement_means(s, r->id, r->label) || means_nobody(s, r->records)))
		r->refused = true;
	return E_OK;
}

/* What the other side refused is not there. */
static enum errk is_refused(const struct search *s, const char *base, const cJSON *records,
			    const cJSON *record, struct arena *a, bool *refused, struct err *e)
{
	struct refusals r = {.records = records,
			     .id = json_str(record, "id"),
			     .label = json_str(record, "label")};
	enum errk k = s->x->ack ? csv_ack_read_again(s->x, base, a, take_refusal, &r, e) : E_OK;

	*refused = r.refused;
	return k;
}

static enum errk hand_over(struct search *s, const struct found *f, struct err *e)
{
	__attribute__((cleanup(cleanup_csv_batch))) struct csv_batch b = {0};
	CLEANUP(arena) struct arena *a = arena_new();
	const cJSON *r;
	enum errk k = csv_batch_read(f->path, a, &b, e);

	if (k != E_OK)
		return k;
	cJSON_ArrayForEach (r, json_at(b.doc, "records")) {
		struct landed x =
			{.record = json_str(r, "id"),
			 .label = json_str(r, "label"),
			 .target_id = b.target,
			 .version = json_str(r, "version"),
			 .hash = json_str(r, "hash"),
			 /* A change comes after what it changes, within one second too. */
			 .at = f->at + f->changed};
		bool refused = false;

		if (!x.record || !x.label)
			return csv_batch_damaged(f->path, "a record lacks its id or label", e);
		k = is_refused(s, f->base, json_at(b.doc, "records"), r, a, &refused, e);
		if (k == E_OK && !refused)
			k = s->q->fn(s->q->ctx, &x, e);
		if (k != E_OK)
			return k;
	}
	return E_OK;
}

/* Numbers of new orders of which no manifest is left. Changes of orders may be missing: they are sent again. */
static enum errk find_missing(struct search *s, struct err *e)
{
	struct history_request none = {.kind = s->q->kind};
	struct proof p = {.q = &none};
	const char *list = NULL;
	size_t n = 0;
	enum errk k = dir_exists(s->x->dir) ? take_all(s->x->dir, &p, s->a, e) : E_OK;
	bool *seen = arena_array(s->a, (size_t)p.all[0] + 1, sizeof(*seen));

	for (size_t i = 0; i < s->n; i++)
		if (!s->found[i].changed && s->found[i].sequence <= p.all[0])
			seen[s->found[i].sequence] = true;
	for (int64_t i = 1; i <= p.all[0] && k == E_OK; i++) {
		if (seen[i])
			continue;
		if (n++ < MISSING_SHOWN)
			list = arena_printf(s->a, "%s%s%s", list ? list : "", list ? ", " : "",
					    csv_name_make("orders", false, i, ".manifest.json",
							  s->a));
	}
	s->q->missing = n > MISSING_SHOWN
				? arena_printf(s->a, "%s and %zu more", list, n - MISSING_SHOWN)
				: list;
	return k;
}

enum errk csv_landed(const struct csv_exchange *x, struct landed_request *q, struct arena *a,
		     struct err *e)
{
	struct search s = {.x = x, .q = q, .a = a};
	const char *archive = path_join(a, x->dir, "archive");
	enum errk k = dir_exists(x->dir) ? search_folder(&s, x->dir, e) : E_OK;

	if (k == E_OK && dir_exists(csv_staged(x->dir, "", a)))
		k = csv_batch_each(x->dir, a, search_decided, &s, e);
	if (k == E_OK && dir_exists(archive))
		k = search_folder(&s, archive, e);
	for (size_t i = 0; i < q->n_places && k == E_OK; i++)
		k = search_folder(&s, q->place[i], e);
	if (k == E_OK && s.n)
		qsort(s.found, s.n, sizeof(*s.found), by_time);
	for (size_t i = 0; i < s.n && k == E_OK; i++)
		k = with_cure(s.found[i].path, hand_over(&s, &s.found[i], e), e);
	return k == E_OK ? find_missing(&s, e) : k;
}
