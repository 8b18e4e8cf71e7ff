#include "connectors/shopify_admin/import.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/str.h"

#include "base/banned.h"

enum {
	SHORT_HEX = 8,
	/* The shop sells on while a person carries files: an old export is worth a word. */
	OLD_EXPORT_SECONDS = 24 * 3600,
};

static const char *short_hash(const char *text, struct arena *a)
{
	char hex[HASH_HEX_SIZE];

	hash_hex(text, strlen(text), hex);
	return arena_strndup(a, hex, SHORT_HEX);
}

const char *admin_import_export_id(const struct source_file *file, struct arena *a)
{
	return short_hash(arena_printf(a, "%s %s", file->name, file->stamp), a);
}

struct target admin_import_target(const char *export_id, const char *rows, struct arena *a)
{
	struct target as = {0};

	target_add_part(&as, "export", export_id, NULL, a);
	target_add_part(&as, "rows", short_hash(rows, a), NULL, a);
	return as;
}

struct target admin_import_as_is(const char *export_id, struct arena *a)
{
	struct target as = {.id = arena_printf(a, "export:%s", export_id)};

	target_add_part(&as, "export", export_id, NULL, a);
	return as;
}

bool admin_import_is_file(const struct target *written)
{
	return target_part(written, "rows");
}

bool admin_import_asks(const struct target *written, const char *rows, struct arena *a)
{
	return str_equal(target_part(written, "rows"), short_hash(rows, a));
}

enum admin_import_wait admin_import_judge(const struct admin_away *away,
					  const struct target *written, const char *export_id,
					  int64_t made_ns, bool shown)
{
	if (!admin_import_is_file(written))
		return IMPORT_GOES_ON;
	if (str_equal(target_part(written, "export"), export_id))
		return IMPORT_USED;
	if (admin_away_lies(away, written->id))
		return shown ? IMPORT_GOES_ON : IMPORT_LIES;
	return admin_away_after(away, written->id, made_ns) ? IMPORT_TAKEN : IMPORT_GOES_ON;
}

const char *admin_import_wait_code(enum admin_import_wait why)
{
	return why == IMPORT_LIES ? "import_waits" : "export_used";
}

const char *admin_import_wait_text(enum admin_import_wait why, const char *file, const char *what,
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

static void tell_misdated(const struct connector_env *env, const struct source_file *file,
			  bool used, struct arena *a)
{
	env->notice(env->notice_ctx, NULL,
		    arena_printf(a,
				 "%s%s; set the clock of the machine that made it, and export anew",
				 source_misdated_text(file->name, file->dated_ns, a),
				 used ? "" : ", so it is taken for older than the others"));
}

void admin_import_tell_age(const struct connector_env *env, const char *path,
			   enum admin_export kind, const struct source_file *file, const char *what,
			   struct arena *a)
{
	int64_t age = clock_now() - file->mtime_ns / 1000000000;
	struct source_file *all;
	struct err ignored;
	char text[CLOCK_TEXT_MAX];
	size_t n;

	if (file->misdated)
		tell_misdated(env, file, true, a);
	else if (age > OLD_EXPORT_SECONDS)
		env->notice(env->notice_ctx, NULL,
			    arena_printf(a, "%s was made %s ago; %s", file->name,
					 duration_text(age * 1000, text), what));
	if (source_list(path, a, &all, &n, &ignored) != E_OK)
		return;
	for (size_t i = 0; i < n; i++)
		if (all[i].misdated && !str_equal(all[i].path, file->path) &&
		    admin_export_kind(all[i].path) == kind)
			tell_misdated(env, &all[i], false, a);
}

const char *admin_import_document(const char *key, const struct admin_import_column *column,
				  size_t n, const char *rows, struct arena *a)
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
static enum errk remember_written(const struct outbox *x, struct admin_away *away,
				  const struct put_batch *files, struct err *e)
{
	const char *last = NULL;
	enum errk k = E_OK;

	for (size_t i = 0; i < files->n && k == E_OK && !x->dry_run; i++) {
		const struct put_item *item = files->item[i];

		if (item->err.kind != E_OK || (!item->doc && !item->adopted) ||
		    !admin_import_is_file(&item->target))
			continue;
		if (!str_equal(item->target.id, last))
			k = admin_away_wrote(away, item->target.id, e);
		last = item->target.id;
	}
	return k == E_OK ? k : outbox_undone(files, e);
}

enum errk admin_import_write(const struct outbox *x, struct admin_away *away,
			     struct put_batch *batch, const struct admin_import_file *f,
			     struct arena *a, struct err *e)
{
	struct put_batch files = *batch;
	const char **doc = arena_array(a, batch->n, sizeof(*doc));
	enum errk k;

	files.key = f->key;
	files.update = f->changed;
	for (size_t i = 0; i < batch->n; i++) {
		doc[i] = batch->item[i]->doc;
		batch->item[i]->doc = f->doc[i];
	}
	k = outbox_put(x, &files, f->as, a, e);
	if (k == E_OK)
		k = remember_written(x, away, &files, e);
	for (size_t i = 0; i < batch->n; i++)
		batch->item[i]->doc = doc[i];
	return k;
}

void admin_import_mark_unproven(struct put_batch *batch)
{
	for (size_t i = 0; i < batch->n; i++) {
		struct put_item *item = batch->item[i];

		item->unproven = item->err.kind == E_OK && admin_import_is_file(&item->target);
	}
}
