#include "files/batch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/step.h"
#include "base/str.h"
#include "files/folder.h"

#include "base/banned.h"

enum { BATCH_BYTES_MAX = 16 * 1024 * 1024 };

/* A key becomes a file name; one that can't is hashed. */
const char *file_batch_path(const char *dir, const char *key, struct arena *a)
{
	char hex[HASH_HEX_SIZE];
	size_t len = strlen(key);

	if (len == 0 || len > 100 ||
	    strspn(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") !=
		    len) {
		hash_hex(key, len, hex);
		key = arena_strdup(a, hex);
	}
	return folder_staged(dir, arena_printf(a, "%s.json", key), a);
}

static void describe_format(cJSON *doc, const struct render_style *style)
{
	static const char *const encodings[] = {
		[CSV_UTF8] = "utf-8",
		[CSV_UTF8_BOM] = "utf-8-bom",
		[CSV_WINDOWS_1252] = "windows-1252",
	};
	cJSON *format = json_add_object(doc, "format");
	const char delimiter[] = {style->format.delimiter, '\0'};

	json_add_str(format, "delimiter", delimiter);
	json_add_str(format, "decimal", style->decimal_comma ? "," : ".");
	json_add_str(format, "encoding", encodings[style->format.encoding]);
	json_add_str(format, "line_end", str_equal(style->format.line_end, "\n") ? "lf" : "crlf");
}

static void describe_file(cJSON *list, const struct rendered_file *f, const char *name)
{
	char hex[HASH_HEX_SIZE];
	cJSON *file = json_object();

	hash_hex(f->text.buf, f->text.len, hex);
	json_push(list, file);
	json_add_str(file, "name", name);
	json_add_int(file, "rows", (int64_t)f->rows);
	json_add_int(file, "bytes", (int64_t)f->text.len);
	json_add_str(file, "sha256", hex);
}

cJSON *file_batch_describe(const struct put_batch *batch, const struct target *as,
			   const struct render_style *style, const struct rendered *r,
			   int64_t sequence, struct arena *a)
{
	cJSON *doc = json_object(), *files, *records;
	const char *main_key = r->file[0].key;
	char now[CLOCK_TEXT_MAX];
	int64_t count = 0;

	json_add_int(doc, "version", 1);
	json_add_str(doc, "batch", batch->key);
	json_add_str(doc, "kind", record_kind_name(batch->kind));
	json_add_bool(doc, "changed", batch->update);
	json_add_int(doc, "sequence", sequence);
	json_add_str(doc, "target", folder_name_make(main_key, batch->update, sequence, ".csv", a));
	json_add_str(doc, "manifest",
		     folder_name_make(main_key, batch->update, sequence, ".manifest.json", a));
	json_add_str(doc, "created_at", clock_text(clock_now(), now));
	describe_format(doc, style);
	files = json_add_array(doc, "files");
	for (size_t i = 0; i < r->n; i++)
		if (i == 0 || r->file[i].rows > 0)
			describe_file(files, &r->file[i],
				      folder_name_make(r->file[i].key, batch->update, sequence,
						       ".csv", a));
	records = json_add_array(doc, "records");
	for (size_t i = 0; i < batch->n; i++) {
		cJSON *record;

		if (!batch->item[i]->doc || batch->item[i]->err.kind != E_OK)
			continue;
		record = json_object();
		json_push(records, record);
		json_add_str(record, "id", batch->item[i]->record);
		json_add_str(record, "label", batch->item[i]->label);
		/* What `adopt` needs should the state file be lost. */
		if (batch->item[i]->version && batch->item[i]->hash) {
			json_add_str(record, "version", batch->item[i]->version);
			json_add_str(record, "hash", batch->item[i]->hash);
		}
		if (as && as[i].n_parts)
			json_add(record, "target", target_json(&as[i]));
		count++;
	}
	json_add_int(doc, "count", count);
	return doc;
}

void file_batch_release(struct file_batch *b)
{
	cJSON_Delete(b->doc);
	b->doc = NULL;
}

enum errk file_batch_damaged(const char *path, const char *what, struct err *e)
{
	return err_set(e, E_LOCAL, "bad_batch", "%s: is damaged: %s", path, what);
}

enum errk file_batch_read(const char *path, struct arena *a, struct file_batch *out, struct err *e)
{
	struct file_batch b = {0};
	char *text;
	size_t len;
	enum errk k = file_read(path, BATCH_BYTES_MAX, a, &text, &len, e);

	if (k != E_OK)
		return k;
	if (json_parse(text, len, &b.doc, NULL) != E_OK)
		return file_batch_damaged(path, "it is no JSON, or not all of it", e);
	b.key = json_str(b.doc, "batch");
	b.target = json_str(b.doc, "target");
	b.manifest = json_str(b.doc, "manifest");
	b.sequence = json_int(b.doc, "sequence", 0);
	b.changed = json_bool(b.doc, "changed", false);
	if (!b.key || !b.target || !b.manifest || b.sequence < 1) {
		file_batch_release(&b);
		return file_batch_damaged(path, "it lacks batch, target, manifest or sequence", e);
	}
	if (!json_count(b.doc, "files") || !json_count(b.doc, "records")) {
		file_batch_release(&b);
		return file_batch_damaged(path, "it lacks files or records", e);
	}
	*out = b;
	return E_OK;
}

bool file_batch_counts(const struct file_batch *b, enum record_kind kind, struct arena *a)
{
	struct folder_name name;

	return !folder_name_parse(b->target, a, &name) || folder_name_counts(&name, kind);
}

const cJSON *file_batch_record(const struct file_batch *b, const char *record)
{
	JSON_EACH (r, json_at(b->doc, "records"))
		if (str_equal(json_str(r, "id"), record))
			return r;
	return NULL;
}

static int by_sequence(const void *a, const void *b)
{
	const struct file_batch *x = a, *y = b;

	return x->sequence < y->sequence ? -1 : x->sequence > y->sequence;
}

/* Staged files have two endings; a decision has one. */
static bool is_decision(const char *name)
{
	return str_ends(name, ".json") && !str_ends(name, ".manifest.json");
}

/* The manifest of this batch in that folder; NULL = none. */
static const char *manifest_in(const char *dir, const char *key, struct arena *a)
{
	struct file_entry *entry;
	const char *found = NULL;
	size_t n = 0;

	if (!dir_exists(dir) || dir_list(dir, a, &entry, &n, NULL) != E_OK)
		return NULL;
	for (size_t i = 0; i < n && !found; i++) {
		__attribute__((cleanup(cleanup_file_batch))) struct file_batch b = {0};
		const char *path = path_join(a, dir, entry[i].name);

		if (str_ends(path, ".manifest.json") &&
		    file_batch_read(path, a, &b, NULL) == E_OK && str_equal(b.key, key))
			found = path;
	}
	return found;
}

/* Whether a batch was published can't be told without its decision, so nobody goes on before it is mended. */
static enum errk damaged_decision(enum errk k, const char *dir, const char *name, struct arena *a,
				  struct err *e)
{
	const char *key = arena_strndup(a, name, strlen(name) - strlen(".json"));
	const char *copy = manifest_in(folder_staged(dir, "", a), key, a);

	copy = copy ? copy : manifest_in(dir, key, a);
	copy = copy ? copy : manifest_in(path_join(a, dir, "archive"), key, a);
	if (copy)
		err_append(e, "; %s has the same text: copy it over it", copy);
	else
		err_append(
			e,
			"; its manifest, which the ERP has moved, has the same text, and says "
			"'batch': '%s': copy it over it. Without one take it away: what is "
			"'sending' in erpsync queue list --sending is then written again, but "
			"for what the ERP has of it by erpsync adopt orders NAME, or of a refund "
			"by erpsync adopt refunds NAME",
			key);
	return k;
}

enum errk file_batch_each(const char *dir, struct arena *a,
			  enum errk (*fn)(void *ctx, const struct file_batch *b, struct err *e),
			  void *ctx, struct err *e)
{
	struct file_entry *entry;
	struct file_batch *list;
	size_t entries, n = 0;
	enum errk k = dir_list_all(folder_staged(dir, "", a), a, &entry, &entries, e);

	if (k != E_OK)
		return k;
	list = arena_array(a, entries, sizeof(*list));
	for (size_t i = 0; k == E_OK && i < entries; i++) {
		if (!is_decision(entry[i].name))
			continue;
		k = file_batch_read(folder_staged(dir, entry[i].name, a), a, &list[n], e);
		n += k == E_OK;
		/* Its own run has just committed it: that needs no lock. */
		if (k != E_OK && str_equal(e->code, "no_file"))
			k = E_OK;
		if (k != E_OK)
			k = damaged_decision(k, dir, entry[i].name, a, e);
	}
	if (n)
		qsort(list, n, sizeof(*list), by_sequence);
	for (size_t i = 0; i < n; i++) {
		if (k == E_OK)
			k = fn(ctx, &list[i], e);
		file_batch_release(&list[i]);
	}
	return k;
}

/*
 * A file that still stands in .erpsync/ has not been published; one that is gone has been, even if
 * the other side took it away since. Two links mean that a file system without an exclusive rename
 * was interrupted between link and unlink.
 */
static enum errk publish(const char *dir, const char *name, struct arena *a, struct err *e)
{
	const char *from = folder_staged(dir, name, a);
	struct stat st;

	if (lstat(from, &st) != 0) {
		/* The run that did it may not have come as far as the folder. */
		if (errno == ENOENT)
			return file_sync_dir(dir, e);
		return err_set(e, E_LOCAL, "file_error", "%s: can't be examined (%s)", from,
			       strerror(errno));
	}
	if (st.st_nlink > 1) {
		unlink(from);
		return file_sync_dir(dir, e);
	}
	return file_publish(from, path_join(a, dir, name), e);
}

enum errk file_batch_publish(const char *dir, const struct file_batch *b, struct arena *a,
			     struct err *e)
{
	enum errk k = E_OK;

	JSON_EACH (file, json_at(b->doc, "files")) {
		const char *name = json_str(file, "name");

		STEP("csv_publish");
		if (name)
			k = publish(dir, name, a, e);
		if (k != E_OK)
			return k;
	}
	STEP("csv_publish_manifest");
	return publish(dir, b->manifest, a, e);
}

/* A batch that an older version decided: "export:1a2b3c4d rows:5e6f7a8b". */
static void read_mark(const char *mark, struct arena *a, struct target *out)
{
	while (*mark) {
		size_t len = strcspn(mark, " "), kind = strcspn(mark, ": ");

		if (kind < len)
			target_add_part(out, arena_strndup(a, mark, kind),
					arena_strndup(a, mark + kind + 1, len - kind - 1), NULL, a);
		mark += len;
		mark += strspn(mark, " ");
	}
}

enum errk file_batch_target(const struct file_batch *b, const cJSON *record, struct arena *a,
			    struct target *out, struct err *e)
{
	const char *mark = json_str(record, "mark");
	enum errk k = target_of_json(json_at(record, "target"), a, out, e);

	if (k == E_OK && mark)
		read_mark(mark, a, out);
	out->id = arena_strdup(a, b->target);
	return k;
}
