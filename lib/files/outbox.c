#include "files/outbox.h"

#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/json.h"
#include "base/step.h"
#include "files/ack.h"
#include "files/batch.h"
#include "files/folder.h"
#include "files/outbox_history.h"

#include "base/banned.h"

enum { LEFTOVER_DAYS = 90, SPACE_WARN_MIB = 100 };

struct recovery {
	const char *dir;
	enum record_kind kind; /* of what is to be written */
	struct arena *a;
	const char **keep; /* names of files that belong to a decided batch */
	size_t n_keep, cap;
	int64_t highest[2]; /* decided numbers that are counted with the kind's: new, changed */
};

static void keep_name(struct recovery *r, const char *name)
{
	if (r->n_keep == r->cap) {
		const char **larger;

		r->cap = r->cap ? 2 * r->cap : 16;
		larger = arena_array(r->a, r->cap, sizeof(*larger));
		if (r->n_keep)
			memcpy(larger, r->keep, r->n_keep * sizeof(*larger));
		r->keep = larger;
	}
	r->keep[r->n_keep++] = arena_strdup(r->a, name);
}

/* What is decided comes to pass, whoever decided it, before anything new gets a higher number. */
static enum errk finish_decided(void *ctx, const struct file_batch *b, struct err *e)
{
	struct recovery *r = ctx;

	JSON_EACH (file, json_at(b->doc, "files"))
		if (json_str(file, "name"))
			keep_name(r, json_str(file, "name"));
	keep_name(r, b->manifest);
	if (file_batch_counts(b, r->kind, r->a) && b->sequence > r->highest[b->changed])
		r->highest[b->changed] = b->sequence;
	/* A person must hear of it: what is decided stays so, whatever this is said to be. */
	return file_batch_publish(r->dir, b, r->a, e);
}

static bool is_kept(const struct recovery *r, const char *name)
{
	for (size_t i = 0; i < r->n_keep; i++)
		if (str_equal(r->keep[i], name))
			return true;
	return false;
}

/* Staged files of no decided batch were written by a run that was stopped before it decided. */
static enum errk drop_undecided(const struct recovery *r, struct err *e)
{
	struct file_entry *entry;
	size_t n;
	enum errk k = dir_list(folder_staged(r->dir, "", r->a), r->a, &entry, &n, e);

	for (size_t i = 0; k == E_OK && i < n; i++) {
		const char *name = entry[i].name;

		if ((str_ends(name, ".csv") || str_ends(name, ".manifest.json") ||
		     str_ends(name, ".tmp")) &&
		    !is_kept(r, name)) {
			STEP("csv_drop_undecided");
			unlink(folder_staged(r->dir, name, r->a));
		}
	}
	return k;
}

static enum errk recover(struct recovery *r, struct err *e)
{
	enum errk k;

	STEP("csv_recover");
	k = file_batch_each(r->dir, r->a, finish_decided, r, e);
	return k == E_OK ? drop_undecided(r, e) : k;
}

static bool is_used(const struct outbox *x, const char *name, struct arena *a)
{
	return folder_own_exists(path_join(a, x->dir, name));
}

/* An acknowledgement that was there before the file is no answer to it. */
static bool is_answered(const struct outbox *x, const char *name, struct arena *a)
{
	return is_used(x, name, a) ||
	       folder_own_exists(folder_staged(x->dir, path_join(a, "acks", name), a));
}

/*
 * The number for a new batch: past our count and the state file's, past everything decided, past every name
 * in use.
 */
static enum errk choose_number(const struct outbox *x, const struct put_batch *batch,
			       const struct rendered *r, const struct recovery *done,
			       struct arena *a, int64_t *out, struct err *e)
{
	int64_t sequence;
	bool used = true;
	enum errk k = sequence_next(x->dir, batch->kind, batch->update, a, &sequence, e);

	if (k != E_OK)
		return k;
	if (sequence <= done->highest[batch->update])
		sequence = done->highest[batch->update] + 1;
	if (sequence <= batch->last[batch->update])
		sequence = batch->last[batch->update] + 1;
	for (; used; sequence += used) {
		used = is_used(x,
			       folder_name_make(r->file[0].key, batch->update, sequence,
						".manifest.json", a),
			       a) ||
		       is_answered(x,
				   folder_name_make(r->file[0].key, batch->update, sequence, ".ack",
						    a),
				   a);
		for (size_t i = 0; i < r->n; i++)
			used = used || is_used(x,
					       folder_name_make(r->file[i].key, batch->update,
								sequence, ".csv", a),
					       a);
	}
	*out = sequence;
	return E_OK;
}

static void drop_staged(const struct outbox *x, const struct file_batch *b, struct arena *a)
{
	JSON_EACH (file, json_at(b->doc, "files"))
		unlink(folder_staged(x->dir, json_str(file, "name"), a));
	unlink(folder_staged(x->dir, b->manifest, a));
	unlink(file_batch_path(x->dir, b->key, a));
}

/* Every file of the batch, durable but out of sight; then the decision. */
static enum errk stage(const struct outbox *x, const struct rendered *r, const struct file_batch *b,
		       struct arena *a, struct err *e)
{
	const char *text = arena_printf(a, "%s\n", json_text(b->doc, a));
	enum errk k = E_OK;

	for (size_t i = 0; i < r->n && k == E_OK; i++) {
		const char *name = folder_name_make(r->file[i].key, b->changed, b->sequence, ".csv",
						    a);

		if (i > 0 && r->file[i].rows == 0)
			continue;
		STEP("csv_stage_file");
		k = file_write_atomic(folder_staged(x->dir, name, a), r->file[i].text.buf,
				      r->file[i].text.len, FOLDER_FILE_MODE, e);
	}
	STEP("csv_stage_manifest");
	if (k == E_OK)
		k = file_write_atomic(folder_staged(x->dir, b->manifest, a), text, strlen(text),
				      FOLDER_FILE_MODE, e);
	STEP("csv_decide");
	if (k == E_OK)
		k = file_write_atomic(file_batch_path(x->dir, b->key, a), text, strlen(text),
				      FOLDER_FILE_MODE, e);
	STEP("csv_decided");
	return k;
}

static void report(struct put_batch *batch, const struct target *as, const char *file,
		   struct arena *a)
{
	for (size_t i = 0; i < batch->n; i++) {
		if (!batch->item[i]->doc || batch->item[i]->err.kind != E_OK)
			continue;
		batch->item[i]->target = as ? as[i] : (struct target){0};
		batch->item[i]->target.id = arena_strdup(a, file);
	}
}

enum errk outbox_undone(const struct put_batch *batch, struct err *e)
{
	if (!batch->unsure)
		e->kind = E_UNSURE;
	return e->kind;
}

static enum errk write_new(const struct outbox *x, struct put_batch *batch, const struct target *as,
			   const struct rendered *r, const struct recovery *done, struct arena *a,
			   struct err *e)
{
	__attribute__((cleanup(cleanup_file_batch))) struct file_batch b = {0};
	enum errk k = choose_number(x, batch, r, done, a, &b.sequence, e);

	if (k != E_OK)
		return k;
	b.doc = file_batch_describe(batch, as, &x->style, r, b.sequence, a);
	b.key = batch->key;
	b.changed = batch->update;
	b.target = json_str(b.doc, "target");
	b.manifest = json_str(b.doc, "manifest");
	k = outbox_history_begin(x->dir, batch, b.sequence, a, e);
	if (k == E_OK)
		k = stage(x, r, &b, a, e);
	if (k != E_OK) {
		drop_staged(x, &b, a);
		return k;
	}
	k = file_batch_publish(x->dir, &b, a, e);
	STEP("csv_published");
	if (k == E_OK)
		k = sequence_store(x->dir, batch->kind, b.changed, b.sequence, a, e);
	STEP("csv_sequence_stored");
	if (k == E_OK)
		k = outbox_history_end(x->dir, batch, &b, a, e);
	if (k != E_OK)
		return outbox_undone(batch, e);
	batch->number[b.changed] = b.sequence;
	report(batch, as, b.target, a);
	return E_OK;
}

/*
 * The batch was decided by an earlier put. What it held has landed under that name; what it didn't
 * hold was refused then and, if it is sound now, comes with another batch.
 */
static enum errk adopt(const struct outbox *x, struct put_batch *batch, const struct file_batch *b,
		       struct arena *a, struct err *e)
{
	enum errk k = sequence_raise(x->dir, batch->kind, b->changed, b->sequence, a, e);

	STEP("csv_adopt");
	if (k == E_OK)
		k = outbox_history_end(x->dir, batch, b, a, e);
	if (k != E_OK)
		return outbox_undone(batch, e);
	batch->number[b->changed] = b->sequence;
	for (size_t i = 0; i < batch->n; i++) {
		struct put_item *item = batch->item[i];
		__attribute__((cleanup(cleanup_rendered))) struct rendered r = {0};

		const cJSON *held = file_batch_record(b, item->record);

		if (held) {
			k = file_batch_target(b, held, a, &item->target, e);
			if (k != E_OK)
				return k;
			item->err = (struct err){.kind = E_OK};
			item->adopted = true;
			item->landed = arena_strdup(a, json_str(held, "hash"));
			continue;
		}
		if (!item->doc)
			continue;
		k = render_batch(&x->style, &item, 1, folder_key(batch->kind), a, &r, e);
		if (k != E_OK)
			return k;
		if (item->err.kind == E_OK)
			err_set(&item->err, E_BUSY, "not_in_batch",
				"was not part of the batch when it was written; goes with the next");
	}
	return E_OK;
}

static enum errk put_locked(const struct outbox *x, struct put_batch *batch,
			    const struct target *as, struct arena *a, struct err *e)
{
	__attribute__((cleanup(cleanup_rendered))) struct rendered r = {0};
	__attribute__((cleanup(cleanup_file_batch))) struct file_batch earlier = {0};
	struct recovery done = {.dir = x->dir, .kind = batch->kind, .a = a};
	const char *path = file_batch_path(x->dir, batch->key, a);
	bool any = false;
	enum errk k = recover(&done, e);

	if (k != E_OK)
		return k;
	if (folder_own_exists(path)) {
		k = file_batch_read(path, a, &earlier, e);
		return k == E_OK ? adopt(x, batch, &earlier, a, e) : k;
	}
	k = render_batch(&x->style, batch->item, batch->n, folder_key(batch->kind), a, &r, e);
	for (size_t i = 0; i < batch->n; i++)
		any = any || (batch->item[i]->doc && batch->item[i]->err.kind == E_OK);
	return k == E_OK && any ? write_new(x, batch, as, &r, &done, a, e) : k;
}

enum errk outbox_put(const struct outbox *x, struct put_batch *batch, const struct target *as,
		     struct arena *a, struct err *e)
{
	__attribute__((cleanup(cleanup_rendered))) struct rendered r = {0};
	CLEANUP(fd) int lock = -1;
	enum errk k;

	batch->requests = 0;
	for (size_t i = 0; i < batch->n; i++)
		if (batch->item[i]->doc)
			batch->item[i]->adopted = false;
	if (x->dry_run)
		return render_batch(&x->style, batch->item, batch->n, folder_key(batch->kind), a,
				    &r, e);
	k = folder_make(x->dir, a, e);
	if (k == E_OK)
		k = folder_lock(x->dir, a, &lock, e);
	return k == E_OK ? put_locked(x, batch, as, a, e) : k;
}

/*
 * A decision may only go when its own run has committed it. One that stays behind because that run
 * was killed right here is removed when no run can still come back for it.
 */
void outbox_committed(const struct outbox *x, const struct put_batch *batch)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct file_entry *entry;
	size_t n;
	const struct connector_state *state = x->env ? x->env->state : NULL;
	int64_t now = state && state->age_now ? state->age_now(state->ctx) : 0;
	int64_t old = now - (int64_t)LEFTOVER_DAYS * 24 * 3600;

	if (x->dry_run)
		return;
	STEP("csv_forget");
	unlink(file_batch_path(x->dir, batch->key, a));
	STEP("csv_forgotten");
	if (dir_list(folder_staged(x->dir, "", a), a, &entry, &n, NULL) != E_OK)
		return;
	for (size_t i = 0; i < n; i++)
		if (str_ends(entry[i].name, ".json") && entry[i].mtime_ns / 1000000000 < old &&
		    !str_ends(entry[i].name, ".manifest.json"))
			unlink(folder_staged(x->dir, entry[i].name, a));
}

static void check_space(const struct outbox *x, const struct check_sink *sink, struct arena *a)
{
	struct statvfs fs;
	uint64_t mib;

	if (statvfs(x->dir, &fs) != 0)
		return;
	mib = (uint64_t)fs.f_bavail * fs.f_frsize / (1024 * 1024);
	if (mib < SPACE_WARN_MIB)
		sink->say(sink->ctx, CHECK_WARN,
			  arena_printf(a, "%s: %llu MiB are free", x->dir, (unsigned long long)mib),
			  "make room; a full disk ends each run without harm");
}

static void say_unreadable(void *ctx, const char *what, const char *remedy)
{
	const struct check_sink *sink = ctx;

	sink->say(sink->ctx, CHECK_WARN, what, remedy);
}

/* Batches whose manifest is still there and that nobody acknowledged. */
static void check_acks(const struct outbox *x, const struct check_sink *sink, struct arena *a)
{
	struct file_entry *entry;
	struct folder_name name;
	const char *oldest = NULL;
	struct check_sink say_to = *sink;
	struct err ignored;
	const char *doubtful = NULL;
	size_t n, waiting = 0, doubts = 0;

	if (!x->ack || dir_list(x->dir, a, &entry, &n, NULL) != E_OK)
		return;
	for (size_t i = 0; i < n; i++) {
		const char *ack;

		if (!folder_name_parse(entry[i].name, a, &name) ||
		    !str_equal(name.ending, ".manifest.json"))
			continue;
		ack = arena_printf(a, "%s.ack", name.base);
		if (file_exists(path_join(a, x->dir, ack)))
			continue;
		if (file_exists(folder_staged(x->dir, arena_printf(a, "acks/%s", ack), a))) {
			if (ack_is_doubtful(x, name.base, a)) {
				doubtful = doubtful ? doubtful : name.base;
				doubts++;
			}
			continue;
		}
		oldest = oldest ? oldest : name.base;
		waiting++;
	}
	if (ack_unreadable(x, NULL, a, say_unreadable, &say_to, &ignored) != E_OK)
		sink->say(sink->ctx, CHECK_WARN, ignored.msg, NULL);
	if (doubts)
		sink->say(sink->ctx, CHECK_WARN,
			  arena_printf(a,
				       "%s: %zu batch%s answered so that nobody can be sure, the "
				       "first is %s",
				       x->dir, doubts, doubts == 1 ? " is" : "es are", doubtful),
			  "write its acknowledgement once more, with lines of ok and error alone");
	if (waiting)
		sink->say(sink->ctx, CHECK_WARN,
			  arena_printf(a, "%s: %zu batches are not acknowledged, the first is %s",
				       x->dir, waiting, oldest),
			  "the other side has not said whether it took them");
}

enum errk outbox_check(const struct outbox *x, bool makes, const struct check_sink *sink,
		       struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct err why;

	(void)e;
	if (folder_fault(x->dir, makes, &why) != E_OK)
		sink->say(sink->ctx, CHECK_BAD, why.msg, NULL);
	else if (!dir_exists(x->dir))
		sink->say(sink->ctx, CHECK_OK, arena_printf(a, "%s: will be created", x->dir),
			  NULL);
	else
		sink->say(sink->ctx, CHECK_OK, arena_printf(a, "%s: can be written to", x->dir),
			  NULL);
	if (dir_exists(x->dir)) {
		check_space(x, sink, a);
		check_acks(x, sink, a);
	}
	return E_OK;
}
