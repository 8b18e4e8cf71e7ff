#include "csv_import.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/str.h"

#include "base/banned.h"

enum {
	MARK_HEX = 8,
	/* The shop sells on while a person carries files: an old export is worth a word. */
	OLD_EXPORT_SECONDS = 24 * 3600,
};

const char *csv_import_mark(const char *what, const char *text, struct arena *a)
{
	char hex[HASH_HEX_SIZE];

	hash_hex(text, strlen(text), hex);
	return arena_printf(a, "%s:%.*s", what, MARK_HEX, hex);
}

const char *csv_import_export_mark(const struct csv_source_file *file, struct arena *a)
{
	return csv_import_mark("export", arena_printf(a, "%s %s", file->name, file->stamp), a);
}

bool csv_import_is_used(const char *written, const char *mark)
{
	/* One that was as it should be is in no file. */
	return written && !str_starts(written, "export:") && strstr(written, mark);
}

const char *csv_import_file(const char *written, struct arena *a)
{
	return arena_strndup(a, written, strcspn(written, " "));
}

enum csv_import_wait csv_import_judge(const struct csv_away *away, const char *written,
				      const char *mark, int64_t made_ns, bool shown,
				      struct arena *a)
{
	const char *file;

	if (!written || str_starts(written, "export:"))
		return IMPORT_GOES_ON;
	if (csv_import_is_used(written, mark))
		return IMPORT_USED;
	file = csv_import_file(written, a);
	if (csv_away_lies(away, file))
		return shown ? IMPORT_GOES_ON : IMPORT_LIES;
	return csv_away_after(away, file, made_ns) ? IMPORT_TAKEN : IMPORT_GOES_ON;
}

const char *csv_import_wait_code(enum csv_import_wait why)
{
	return why == IMPORT_LIES ? "import_waits" : "export_used";
}

const char *csv_import_wait_text(enum csv_import_wait why, const char *file, const char *what,
				 struct arena *a)
{
	const char *state = arena_printf(a,
					 "is made from the %s export that is there; import it "
					 "in the shop, then",
					 what);

	if (why == IMPORT_TAKEN)
		state = arena_printf(a,
				     "was taken away after the %s export that is there was made, "
				     "which so can't tell whether it was imported;",
				     what);
	if (why == IMPORT_LIES)
		state = arena_printf(a,
				     "has not been imported, as the newest %s export shows; import "
				     "it in the shop, or take it away, then",
				     what);
	return arena_printf(a, "%s %s export the %s anew, and the next run goes on", file, state,
			    what);
}

static void tell_misdated(const struct connector_env *env, const struct csv_source_file *file,
			  bool used, struct arena *a)
{
	env->notice(env->notice_ctx, NULL,
		    arena_printf(a,
				 "%s%s; set the clock of the machine that made it, and export anew",
				 csv_misdated_text(file->name, file->dated_ns, a),
				 used ? "" : ", so it is taken for older than the others"));
}

void csv_import_tell_age(const struct connector_env *env, const char *path, enum csv_export kind,
			 const struct csv_source_file *file, const char *what, struct arena *a)
{
	int64_t age = clock_now() - file->mtime_ns / 1000000000;
	struct csv_source_file *all;
	struct err ignored;
	char text[CLOCK_TEXT_MAX];
	size_t n;

	if (file->misdated)
		tell_misdated(env, file, true, a);
	else if (age > OLD_EXPORT_SECONDS)
		env->notice(env->notice_ctx, NULL,
			    arena_printf(a, "%s was made %s ago; %s", file->name,
					 duration_text(age * 1000, text), what));
	if (csv_source_list(path, a, &all, &n, &ignored) != E_OK)
		return;
	for (size_t i = 0; i < n; i++)
		if (all[i].misdated && !str_equal(all[i].path, file->path) &&
		    csv_export_kind(all[i].path) == kind)
			tell_misdated(env, &all[i], false, a);
}

const char *csv_import_document(const char *key, const struct csv_import_column *column, size_t n,
				const char *rows, struct arena *a)
{
	CLEANUP(json) cJSON *doc = json_object();
	cJSON *file = json_add_object(json_add_object(doc, "files"), key);
	cJSON *list = json_add_array(file, "columns");

	for (size_t i = 0; i < n; i++) {
		cJSON *c = json_object();

		json_add_str(c, "name", column[i].name);
		json_add_str(c, "type", column[i].type);
		json_push(list, c);
	}
	json_add(file, "rows", cJSON_CreateRaw(rows));
	return json_text(doc, a);
}

/* The files that items came into, by this put or by one that was interrupted. */
static enum errk note_written(const struct csv_exchange *x, struct csv_away *away,
			      const struct put_batch *files, struct arena *a, struct err *e)
{
	const char *last = NULL;
	enum errk k = E_OK;

	for (size_t i = 0; i < files->n && k == E_OK && !x->dry_run; i++) {
		const struct put_item *item = &files->item[i];
		const char *file;

		if (item->err.kind != E_OK || (!item->doc && !item->adopted) || !item->target_id ||
		    str_starts(item->target_id, "export:"))
			continue;
		file = csv_import_file(item->target_id, a);
		if (!str_equal(file, last))
			k = csv_away_wrote(away, file, e);
		last = file;
	}
	/* Decided: another file with these would be imported as well. */
	return k == E_OK ? k : err_set(e, E_UNSURE, e->code, "%s", e->msg);
}

enum errk csv_import_write(const struct csv_exchange *x, struct csv_away *away,
			   struct put_batch *batch, const struct csv_import_file *f,
			   struct arena *a, struct err *e)
{
	struct put_batch files = *batch;
	enum errk k;

	files.key = f->key;
	files.update = f->changed;
	files.item = arena_array(a, batch->n, sizeof(*files.item));
	for (size_t i = 0; i < batch->n; i++) {
		files.item[i] = batch->item[i];
		files.item[i].doc = f->doc[i];
	}
	k = csv_exchange_put(x, &files, f->mark, a, e);
	if (k == E_OK)
		k = note_written(x, away, &files, a, e);
	if (k != E_OK)
		return k;
	for (size_t i = 0; i < batch->n; i++) {
		const char *doc = batch->item[i].doc;

		batch->item[i] = files.item[i];
		batch->item[i].doc = doc;
	}
	return E_OK;
}

void csv_import_mark_unproven(struct put_batch *batch)
{
	for (size_t i = 0; i < batch->n; i++) {
		struct put_item *item = &batch->item[i];

		item->unproven = item->err.kind == E_OK && item->target_id &&
				 !str_starts(item->target_id, "export:");
	}
}
