#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/key_index.h"
#include "base/list.h"
#include "base/str.h"
#include "files/ack.h"
#include "files/folder.h"
#include "files/outbox_history.h"

#include "base/banned.h"

/*
 * What landed by the manifests: a file holds a record, an order or a refund, unless it was refused, and a file of changes
 * a change of it, if the record itself is there.
 */

enum { MISSING_SHOWN = 5 };

/* A record as it was first told: in some file of new ones it was taken, or it was refused in all of them. */
struct base {
	const char *id;
	bool landed;
};

struct found {
	const char *path, *base;
	int64_t at, sequence;
	bool changed;
};

struct search {
	const struct outbox *x;
	struct landed_request *q;
	struct arena *a;
	struct found *found;
	size_t n, cap;
	LIST(struct base) bases;
	struct key_index index; /* of bases, by id */
};

static const char *base_id(const void *ctx, size_t i)
{
	const struct search *s = ctx;

	return s->bases.at[i].id;
}

/* NULL: no manifest of a file of new records names it. */
static struct base *base_of(const struct search *s, const char *id)
{
	uint32_t at = s->bases.n ? *key_index_slot(&s->index, id) : 0;

	return at ? &s->bases.at[at - 1] : NULL;
}

static void note_base(struct search *s, const char *id, bool landed)
{
	struct base *b = base_of(s, id);

	if (!b) {
		key_index_room(&s->index, s->bases.n);
		*key_index_slot(&s->index, id) = (uint32_t)s->bases.n + 1;
		b = list_add(&s->bases, s->a);
		b->id = arena_strdup(s->a, id);
	}
	b->landed = b->landed || landed;
}

static enum errk remember_batch(struct search *s, const char *path, const struct file_batch *b,
				struct err *e)
{
	struct found f = {.path = path, .sequence = b->sequence, .changed = b->changed};
	struct folder_name name;

	if (!str_equal(json_str(b->doc, "kind"), record_kind_name(s->q->kind)))
		return E_OK;
	if (!folder_name_parse(b->target, s->a, &name) || !json_str(b->doc, "created_at") ||
	    clock_parse(json_str(b->doc, "created_at"), &f.at, NULL) != E_OK)
		return file_batch_damaged(path, "target or created_at is not what was written", e);
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

/* A manifest that nobody can mend is taken away; the file of its number names the same records. */
static enum errk with_cure(const struct search *s, const char *path, enum errk k, struct err *e)
{
	const char *adopt = arena_printf(s->a, "erpsync adopt %s", record_kind_plural(s->q->kind));

	if (k == E_LOCAL && str_equal(e->code, "bad_batch") && str_ends(path, ".manifest.json"))
		err_append(e,
			   "; put a whole copy of it in its place (the ERP's, or a backup's). "
			   "Without one, take it away and run %s, then %s --csv FILE with the %s "
			   "file of that number, at last %s --rest-is-new",
			   adopt, adopt, record_kind_name(s->q->kind), adopt);
	return k;
}

static enum errk search_folder(struct search *s, const char *dir, struct err *e)
{
	struct file_entry *entry;
	size_t n;
	enum errk k = dir_list(dir, s->a, &entry, &n, e);

	for (size_t i = 0; i < n && k == E_OK; i++) {
		__attribute__((cleanup(cleanup_file_batch))) struct file_batch b = {0};
		const char *path = path_join(s->a, dir, entry[i].name);
		CLEANUP(arena) struct arena *scratch = arena_new();
		struct folder_name name;

		if (!str_ends(entry[i].name, ".manifest.json") ||
		    (folder_name_parse(entry[i].name, scratch, &name) &&
		     !folder_name_counts(&name, s->q->kind)))
			continue;
		k = file_batch_read(path, scratch, &b, e);
		if (k == E_OK)
			k = remember_batch(s, path, &b, e);
		k = with_cure(s, path, k, e);
	}
	return k;
}

/* Decided, and perhaps not yet published: it will be. */
static enum errk search_decided(void *ctx, const struct file_batch *b, struct err *e)
{
	struct search *s = ctx;

	return remember_batch(s, file_batch_path(s->x->dir, b->key, s->a), b, e);
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
	bool accepted; /* by its name */
	bool refused;
};

/* A refusal that names no record of its batch may mean any of them that no yes names. */
static bool means_nobody(const struct acknowledgement *s, const cJSON *records)
{
	const cJSON *r;

	cJSON_ArrayForEach (r, records) {
		const char *id = json_str(r, "id"), *label = json_str(r, "label");

		if (id && label && acknowledgement_means(s, id, label))
			return false;
	}
	return true;
}

static enum errk take_refusal(void *ctx, const struct acknowledgement *s, struct err *e)
{
	struct refusals *r = ctx;

	(void)e;
	if (s->doubt || s->end)
		return E_OK;
	if (s->accepted)
		r->accepted |= s->record && acknowledgement_means(s, r->id, r->label);
	else if (acknowledgement_means(s, r->id, r->label) ||
		 (!r->accepted && acknowledgement_may_mean_any(s) && means_nobody(s, r->records)))
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
	enum errk k = s->x->ack ? ack_read_again(s->x, base, a, take_refusal, &r, e) : E_OK;

	*refused = r.refused;
	return k;
}

/* A change of what was refused is a change of nothing: the record is not there by it. */
static bool is_of_nothing(const struct search *s, const char *id)
{
	const struct base *b = base_of(s, id);

	return b && !b->landed;
}

static enum errk hand_over(struct search *s, const struct found *f, struct err *e)
{
	__attribute__((cleanup(cleanup_file_batch))) struct file_batch b = {0};
	CLEANUP(arena) struct arena *a = arena_new();
	const cJSON *r;
	enum errk k = file_batch_read(f->path, a, &b, e);

	if (k != E_OK)
		return k;
	cJSON_ArrayForEach (r, json_at(b.doc, "records")) {
		struct landed x =
			{.record = json_str(r, "id"),
			 .label = json_str(r, "label"),
			 .target = {.id = b.target},
			 .version = json_str(r, "version"),
			 .hash = json_str(r, "hash"),
			 /* A change comes after what it changes, within one second too. */
			 .at = f->at + f->changed};
		bool refused = false;

		if (!x.record || !x.label)
			return file_batch_damaged(f->path, "a record lacks its id or label", e);
		k = is_refused(s, f->base, json_at(b.doc, "records"), r, a, &refused, e);
		if (k == E_OK && !f->changed)
			note_base(s, x.record, !refused);
		if (k == E_OK && !refused && !(f->changed && is_of_nothing(s, x.record)))
			k = s->q->fn(s->q->ctx, &x, e);
		if (k != E_OK)
			return k;
	}
	return E_OK;
}

/* Numbers of new records of which no manifest is left. Changes of them may be missing: they are sent again. */
static enum errk find_missing(struct search *s, struct err *e)
{
	int64_t last[2];
	const char *list = NULL;
	size_t n = 0;
	enum errk k = outbox_history_numbers(s->x->dir, s->q->kind, s->a, last, e);
	bool *seen = arena_array(s->a, (size_t)last[0] + 1, sizeof(*seen));

	for (size_t i = 0; i < s->n; i++)
		if (!s->found[i].changed && s->found[i].sequence <= last[0])
			seen[s->found[i].sequence] = true;
	for (int64_t i = 1; i <= last[0] && k == E_OK; i++) {
		if (seen[i])
			continue;
		if (n++ < MISSING_SHOWN)
			list = arena_printf(s->a, "%s%s%s", list ? list : "", list ? ", " : "",
					    folder_name_make(folder_key(s->q->kind), false, i,
							     ".manifest.json", s->a));
	}
	s->q->missing = n > MISSING_SHOWN
				? arena_printf(s->a, "%s and %zu more", list, n - MISSING_SHOWN)
				: list;
	return k;
}

enum errk outbox_landed(const struct outbox *x, struct landed_request *q, struct arena *a,
			struct err *e)
{
	struct search s = {.x = x, .q = q, .a = a, .index = {.key = base_id, .ctx = &s}};
	const char *archive = path_join(a, x->dir, "archive");
	enum errk k = dir_exists(x->dir) ? search_folder(&s, x->dir, e) : E_OK;

	if (k == E_OK && dir_exists(folder_staged(x->dir, "", a)))
		k = file_batch_each(x->dir, a, search_decided, &s, e);
	if (k == E_OK && dir_exists(archive))
		k = search_folder(&s, archive, e);
	for (size_t i = 0; i < q->n_places && k == E_OK; i++)
		k = search_folder(&s, q->place[i], e);
	if (k == E_OK && s.n)
		qsort(s.found, s.n, sizeof(*s.found), by_time);
	for (size_t i = 0; i < s.n && k == E_OK; i++)
		k = with_cure(&s, s.found[i].path, hand_over(&s, &s.found[i], e), e);
	key_index_release(&s.index);
	return k == E_OK ? find_missing(&s, e) : k;
}
