#include "connectors/shopify_admin/pending.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/csvfile.h"
#include "base/file.h"
#include "base/str.h"
#include "files/folder.h"
#include "files/rows.h"

#include "base/banned.h"

struct entry {
	const char *text, *file;
	int64_t mtime_ns;
};

struct admin_pending {
	struct arena *mem;
	struct entries {
		struct entry *entry;
		size_t n, cap;
		struct key_index index;
	} by[PENDING_COUNT_];
};

/* A file that is being read. */
struct reading {
	struct admin_pending *x;
	const struct file_entry *file;
	int at[PENDING_COUNT_];
	struct err problem;
};

static const char *text_of(const void *ctx, size_t i)
{
	return ((const struct entries *)ctx)->entry[i].text;
}

static void add_row(void *ctx, const struct csv_row *row)
{
	const struct reading *r = ctx;
	struct arena *mem = r->x->mem;

	for (int by = 0; by < PENDING_COUNT_; by++) {
		struct entries *list = &r->x->by[by];
		const char *text = row_cell(row, r->at[by]);
		uint32_t *slot;

		if (!text[0])
			continue;
		key_index_room(&list->index, list->n);
		slot = key_index_slot(&list->index, text);
		if (!*slot) {
			list->entry = rows_grow(list->entry, list->n, &list->cap,
						sizeof(struct entry));
			list->entry[list->n] = (struct entry){.text = arena_strdup(mem, text)};
			*slot = (uint32_t)++list->n;
		}
		if (r->file->mtime_ns >= list->entry[*slot - 1].mtime_ns) {
			list->entry[*slot - 1].file = r->file->name;
			list->entry[*slot - 1].mtime_ns = r->file->mtime_ns;
		}
	}
}

static void add_unreadable(void *ctx, const struct err *why)
{
	((struct reading *)ctx)->problem = *why;
}

static enum errk read_file(struct admin_pending *x, const char *path, const struct file_entry *file,
			   struct err *e)
{
	static const char *const handle[] = {"url handle", "handle", NULL};
	static const char *const sku[] = {"sku", "variant sku", NULL};
	CLEANUP(csv_reader) struct csv_reader *csv = NULL;
	struct reading r = {.x = x, .file = file};
	bool cut;
	enum errk k = csv_reader_open(path, &csv, e);

	if (k != E_OK)
		return k;
	r.at[PENDING_HANDLE] = column_find(csv_reader_header(csv), handle);
	r.at[PENDING_SKU] = column_find(csv_reader_header(csv), sku);
	k = rows_each(csv, add_row, add_unreadable, &r, &cut, e);
	if (k == E_OK && r.problem.kind != E_OK) {
		*e = r.problem;
		k = e->kind = E_LOCAL;
	}
	return k;
}

static bool is_ours(const char *name, const char *key, struct arena *a)
{
	struct folder_name parts;

	return str_starts(name, key) && name[strlen(key)] == '-' &&
	       folder_name_parse(name, a, &parts) && str_equal(parts.ending, ".csv");
}

enum errk admin_pending_read(const char *dir, const char *key, struct admin_pending **out,
			     struct err *e)
{
	CLEANUP(admin_pending) struct admin_pending *x = calloc(1, sizeof(*x));
	struct file_entry *file;
	size_t n = 0;
	enum errk k = E_OK;

	if (!x)
		die(70, "out of memory");
	x->mem = arena_new();
	for (int by = 0; by < PENDING_COUNT_; by++) {
		x->by[by].index = (struct key_index){.key = text_of, .ctx = &x->by[by]};
		key_index_room(&x->by[by].index, 0);
	}
	if (dir_exists(dir))
		k = dir_list(dir, x->mem, &file, &n, e);
	for (size_t i = 0; i < n && k == E_OK; i++)
		if (is_ours(file[i].name, key, x->mem))
			k = read_file(x, path_join(x->mem, dir, file[i].name), &file[i], e);
	if (k == E_OK)
		*out = TAKE(x);
	return k;
}

void admin_pending_free(struct admin_pending *x)
{
	if (!x)
		return;
	for (int by = 0; by < PENDING_COUNT_; by++) {
		free(x->by[by].entry);
		key_index_release(&x->by[by].index);
	}
	arena_free(x->mem);
	free(x);
}

const char *admin_pending_file(const struct admin_pending *x, enum admin_pending_by by,
			       const char *text, int64_t after_ns)
{
	uint32_t slot = *key_index_slot(&x->by[by].index, text);
	const struct entry *found = slot ? &x->by[by].entry[slot - 1] : NULL;

	return found && found->mtime_ns > after_ns ? found->file : NULL;
}

enum errk admin_pending_count(const char *dir, const char *key, int64_t *n, int64_t *since,
			      struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct file_entry *file;
	size_t n_files = 0;
	enum errk rc = dir_exists(dir) ? dir_list(dir, a, &file, &n_files, e) : E_OK;

	*n = *since = 0;
	for (size_t i = 0; i < n_files && rc == E_OK; i++) {
		int64_t made = file[i].mtime_ns / 1000000000;

		if (!is_ours(file[i].name, key, a))
			continue;
		if (!*n || made < *since)
			*since = made;
		++*n;
	}
	return rc;
}
