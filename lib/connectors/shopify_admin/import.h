#ifndef ERPSYNC_CONNECTORS_SHOPIFY_ADMIN_IMPORT_H
#define ERPSYNC_CONNECTORS_SHOPIFY_ADMIN_IMPORT_H

#include "connectors/connector.h"
#include "connectors/shopify_admin/away.h"
#include "files/outbox.h"
#include "connectors/shopify_admin/exports.h"

/*
 * What files for the imports of Shopify's admin have in common, whatever they hold. A person carries
 * them into the shop, and nobody says when: what the shop has is known again only by an export that was
 * made afterwards. So a record that was written upon an export waits for a newer one.
 */

/* A short name of this export ("1a2b3c4d"): another one, or the same anew, has another. */
const char *admin_import_export_id(const struct source_file *file, struct arena *a);
/*
 * What a record that is put into a file becomes: parts "export", that the file is made from, and "rows", what is
 * asked for. The file is its id, once it has a name.
 */
struct target admin_import_target(const char *export_id, const char *rows, struct arena *a);
/* What the export shows as it should be, and is in no file. */
struct target admin_import_as_is(const char *export_id, struct arena *a);
bool admin_import_is_file(const struct target *written); /* not so: it is in a file */
/* Is that what is asked for there? */
bool admin_import_asks(const struct target *written, const char *rows, struct arena *a);

/* Why a record waits for a newer export. */
enum admin_import_wait {
	IMPORT_GOES_ON, /* it does not: what the export says is so */
	IMPORT_USED,    /* its file is made from the export that is there */
	IMPORT_TAKEN, /* its file was taken away after that one was made, so it may have been imported since */
	IMPORT_LIES, /* its file lies there still, and the export does not show it */
};
/*
 * What the file that was written last means upon this export, made then. shown: the export shows what the file
 * asks for.
 */
enum admin_import_wait admin_import_judge(const struct admin_away *away,
					  const struct target *written, const char *export_id,
					  int64_t made_ns, bool shown);
const char *admin_import_wait_code(enum admin_import_wait why);
/* what: "inventory", "products". */
const char *admin_import_wait_text(enum admin_import_wait why, const char *file, const char *what,
				   struct arena *a);

/*
 * An export (of those of its kind at path) that is older than a day is worth a word, what = what comes of it; and
 * so are those that are dated in the future.
 */
void admin_import_tell_age(const struct connector_env *env, const char *path,
			   enum admin_export kind, const struct source_file *file, const char *what,
			   struct arena *a);

struct admin_import_column {
	const char *name, *type; /* as render_batch.h has them */
};
/* A document as render_batch.h describes it: key "inventory", rows as JSON text. */
const char *admin_import_document(const char *key, const struct admin_import_column *column,
				  size_t n, const char *rows, struct arena *a);

/* One file of a batch. */
struct admin_import_file {
	const char *key;         /* of the decision, as put_batch's */
	bool changed;            /* numbered apart: products-changed-000001.csv */
	const char **doc;        /* by item; NULL = not in it */
	const struct target *as; /* by item: admin_import_target */
};
/* Which of a batch's items stand in a file of which no export shows yet what became of it. */
void admin_import_mark_unproven(struct put_batch *batch);
/* outbox_put with these documents; outcomes go to the batch's items, whose doc stays. */
MUST_CHECK enum errk admin_import_write(const struct outbox *x, struct admin_away *away,
					struct put_batch *batch, const struct admin_import_file *f,
					struct arena *a, struct err *e);

#endif
