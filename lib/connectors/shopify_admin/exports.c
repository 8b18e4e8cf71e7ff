#include "connectors/shopify_admin/exports.h"

#include <string.h>

#include "base/csvfile.h"
#include "base/str.h"
#include "files/rows.h"

#include "base/banned.h"

/* A large export comes as several files, which are unpacked or downloaded one after the other. */
enum { TOGETHER_SECONDS = 3600 };

static bool has(const struct csv_row *header, const char *const *names)
{
	return column_find(header, names) >= 0;
}

/* A quantity or "not stocked" below a column that has the name of a location. */
static bool has_levels(struct csv_reader *r)
{
	static const char *const known[] = {"handle",        "title",         "option1 name",
					    "option1 value", "option2 name",  "option2 value",
					    "option3 name",  "option3 value", "sku",
					    "hs code",       "coo",           NULL};
	struct csv_row row;
	bool more = false;

	if (csv_reader_next(r, &row, &more, NULL) != E_OK || !more)
		return false;
	for (size_t i = 0; i < row.n && i < csv_reader_header(r)->n; i++) {
		const char *const *name = known;
		const char *cell = row.cell[i];

		while (*name && !column_is(csv_reader_header(r)->cell[i], *name))
			name++;
		if (!*name && cell[0] &&
		    (str_equal_nocase(cell, "not stocked") || !cell[strspn(cell, "-0123456789")]))
			return true;
	}
	return false;
}

/* E_LOCAL: it can't be told, for the file can't be read. */
static enum errk look(const char *path, enum admin_export *kind, struct err *e)
{
	static const char *const paid[] = {"financial status", NULL};
	static const char *const handle[] = {"handle", "url handle", NULL};
	static const char *const stock[] = {"on hand",
					    "on hand (new)",
					    "on hand (current)",
					    "on hand (not editable)",
					    "available (not editable)",
					    NULL};
	static const char *const customs[] = {"coo", "hs code", "country of origin", NULL};
	static const char *const vendor[] = {"vendor", NULL};
	__attribute__((cleanup(cleanup_csv_reader))) struct csv_reader *r = NULL;
	const struct csv_row *header;
	/* Whatever it is said to be in: its header is read, and its reader says what is wrong. */
	enum errk k = csv_reader_open_as(path, CSV_WINDOWS_1252, &r, e);

	*kind = ADMIN_EXPORT_ORDERS;
	if (k != E_OK)
		return k;
	header = csv_reader_header(r);
	if (has(header, paid) || !has(header, handle))
		return E_OK;
	if (has(header, stock))
		*kind = ADMIN_EXPORT_INVENTORY;
	else if (!has(header, customs) || has(header, vendor))
		*kind = ADMIN_EXPORT_PRODUCTS;
	else /* one of available quantities has a column for each location */
		*kind = has_levels(r) ? ADMIN_EXPORT_INVENTORY : ADMIN_EXPORT_CUSTOMS;
	return E_OK;
}

enum admin_export admin_export_kind(const char *path)
{
	enum admin_export kind;
	struct err ignored;

	(void)look(path, &kind, &ignored);
	return kind;
}

static enum errk missing(const char *path, enum admin_export kind, bool customs, struct arena *a,
			 struct err *e)
{
	static const char *const how[] = {
		[ADMIN_EXPORT_ORDERS] = "orders export; make one in the admin (Orders > Export)",
		[ADMIN_EXPORT_PRODUCTS] = "products export; make one in the admin (Products > "
					  "Export, all products, CSV) and put it there",
		[ADMIN_EXPORT_INVENTORY] = "inventory export; make one in the admin (Products > "
					   "Inventory > Export, all variants, all locations, all "
					   "states) and put it there",
	};

	struct source_bad_entry *bad;
	size_t n;
	enum errk k = source_bad(path, "", false, a, &bad, &n, e);

	if (k != E_OK)
		return k;
	return err_set(e, E_LOCAL, "no_export", "%s: there is no %s%s%s%s", path, how[kind],
		       customs ? " (what is there tells customs' codes of products alone)" : "",
		       n ? "; not used: " : "", n ? source_bad_text(bad, n, a) : "");
}

/* All of the kind, newest first. */
static enum errk find(const char *path, enum admin_export kind, struct arena *a,
		      const struct source_file ***out, size_t *count, struct err *e)
{
	struct source_file *file;
	const struct source_file **found;
	size_t n;
	bool customs = false;
	enum errk k = source_list(path, a, &file, &n, e);

	if (k != E_OK)
		return k;
	found = arena_array(a, n, sizeof(*found));
	*count = 0;
	for (size_t i = n; i-- > 0;) {
		enum admin_export is;
		struct err why;

		/* One that is newer than any of the kind may be of it; an older one is of no use. */
		enum errk looked = look(file[i].path, &is, &why);

		if (looked != E_OK && *count)
			continue;
		if (looked != E_OK) {
			*e = why;
			e->kind = looked == E_RECORD ? E_LOCAL : looked;
			return looked == E_RECORD ? E_LOCAL : looked;
		}
		customs |= is == ADMIN_EXPORT_CUSTOMS;
		if (is == kind)
			found[(*count)++] = &file[i];
	}
	*out = found;
	return *count ? E_OK : missing(path, kind, customs, a, e);
}

enum errk admin_export_newest(const char *path, enum admin_export kind, struct arena *a,
			      const struct source_file **out, struct err *e)
{
	const struct source_file **file;
	size_t n;
	enum errk k = find(path, kind, a, &file, &n, e);

	if (k == E_OK)
		k = source_is_finished(file[0]->path, file[0]->mtime_ns, e);
	if (k == E_OK)
		*out = file[0];
	return k;
}

enum errk admin_export_files(const char *path, enum admin_export kind, struct arena *a,
			     struct admin_export_set *out, struct err *e)
{
	struct admin_export_set set = {0};
	size_t all;
	enum errk k = find(path, kind, a, &set.file, &all, e);

	/* Nobody knows when one was made that is dated in the future. */
	while (k == E_OK && set.n < all && set.file[set.n]->misdated == set.file[0]->misdated &&
	       set.file[0]->mtime_ns - set.file[set.n]->mtime_ns <=
		       (int64_t)TOGETHER_SECONDS * 1000000000) {
		k = source_is_finished(set.file[set.n]->path, set.file[set.n]->mtime_ns, e);
		set.n++;
	}
	if (k != E_OK)
		return k;
	set.n_older = all - set.n;
	*out = set;
	return E_OK;
}
