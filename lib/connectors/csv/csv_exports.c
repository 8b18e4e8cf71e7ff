#include "csv_exports.h"

#include "base/csvfile.h"
#include "base/str.h"
#include "csv_rows.h"

#include "base/banned.h"

/* A large export comes as several files, which are unpacked or downloaded one after the other. */
enum { TOGETHER_SECONDS = 3600 };

enum csv_export csv_export_kind(const char *path)
{
	static const char *const paid[] = {"financial status", NULL};
	static const char *const handle[] = {"handle", "url handle", NULL};
	static const char *const stock[] = {"on hand",
					    "on hand (new)",
					    "on hand (current)",
					    "on hand (not editable)",
					    "available (not editable)",
					    NULL};
	static const char *const location[] = {"location", NULL};
	static const char *const origin[] = {"coo", NULL}, *const vendor[] = {"vendor", NULL};
	__attribute__((cleanup(cleanup_csv_reader))) struct csv_reader *r = NULL;
	struct err ignored;
	const struct csv_row *header;

	if (csv_reader_open_head(path, &r, &ignored) != E_OK)
		return CSV_EXPORT_ORDERS;
	header = csv_reader_header(r);
	if (csv_column_find(header, paid) >= 0 || csv_column_find(header, handle) < 0)
		return CSV_EXPORT_ORDERS;
	if (csv_column_find(header, stock) >= 0)
		return csv_column_find(header, location) >= 0 ? CSV_EXPORT_INVENTORY
							      : CSV_EXPORT_INVENTORY_PART;
	/*
	 * The export of customs data has no quantities; that of the available ones alone has a column
	 * called by each location.
	 */
	if (csv_column_find(header, origin) >= 0 && csv_column_find(header, vendor) < 0)
		return CSV_EXPORT_INVENTORY_PART;
	return CSV_EXPORT_PRODUCTS;
}

static enum errk missing(const char *path, enum csv_export kind, struct err *e)
{
	static const char *const how[] = {
		[CSV_EXPORT_ORDERS] = "orders export; make one in the admin (Orders > Export)",
		[CSV_EXPORT_PRODUCTS] = "products export; make one in the admin (Products > "
					"Export, all products, CSV) and put it there",
		[CSV_EXPORT_INVENTORY] = "inventory export; make one in the admin (Products > "
					 "Inventory > Export, all variants, all locations, all "
					 "states) and put it there",
		[CSV_EXPORT_INVENTORY_PART] = "inventory export",
	};

	return err_set(e, E_LOCAL, "no_export", "%s: there is no %s", path, how[kind]);
}

/* All of the kind, newest first. */
static enum errk find(const char *path, enum csv_export kind, struct arena *a,
		      const struct csv_source_file ***out, size_t *count, struct err *e)
{
	struct csv_source_file *file;
	const struct csv_source_file **found;
	size_t n;
	enum errk k = csv_source_list(path, a, &file, &n, e);

	if (k != E_OK)
		return k;
	found = arena_array(a, n, sizeof(*found));
	*count = 0;
	for (size_t i = n; i-- > 0;)
		if (csv_export_kind(file[i].path) == kind)
			found[(*count)++] = &file[i];
	*out = found;
	return *count ? E_OK : missing(path, kind, e);
}

enum errk csv_export_newest(const char *path, enum csv_export kind, struct arena *a,
			    const struct csv_source_file **out, struct err *e)
{
	const struct csv_source_file **file;
	size_t n;
	enum errk k = find(path, kind, a, &file, &n, e);

	/* Its reader says what it lacks. */
	if (k == E_LOCAL && kind == CSV_EXPORT_INVENTORY && str_equal(e->code, "no_export")) {
		struct err why;

		if (find(path, CSV_EXPORT_INVENTORY_PART, a, &file, &n, &why) == E_OK)
			k = E_OK;
	}
	if (k == E_OK)
		k = csv_file_settled(file[0]->path, file[0]->mtime_ns, e);
	if (k == E_OK)
		*out = file[0];
	return k;
}

enum errk csv_export_files(const char *path, enum csv_export kind, struct arena *a,
			   struct csv_export_set *out, struct err *e)
{
	struct csv_export_set set = {0};
	size_t all;
	enum errk k = find(path, kind, a, &set.file, &all, e);

	while (k == E_OK && set.n < all &&
	       set.file[0]->mtime_ns - set.file[set.n]->mtime_ns <=
		       (int64_t)TOGETHER_SECONDS * 1000000000) {
		k = csv_file_settled(set.file[set.n]->path, set.file[set.n]->mtime_ns, e);
		set.n++;
	}
	if (k != E_OK)
		return k;
	set.n_older = all - set.n;
	*out = set;
	return E_OK;
}
