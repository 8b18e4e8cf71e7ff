#include "csv_exports.h"

#include "base/clock.h"
#include "base/csvfile.h"
#include "csv_rows.h"

#include "base/banned.h"

/* A download that is still under way looks whole between two of its blocks. */
enum { SETTLED_SECONDS = 10, AHEAD_SECONDS = 3600 };

enum csv_export csv_export_kind(const char *path)
{
	static const char *const paid[] = {"financial status", NULL};
	static const char *const handle[] = {"handle", "url handle", NULL};
	static const char *const stock[] = {"on hand", "on hand (new)", "on hand (current)",
					    "available (not editable)", NULL};
	static const char *const origin[] = {"coo", NULL}, *const vendor[] = {"vendor", NULL};
	__attribute__((cleanup(cleanup_csv_reader))) struct csv_reader *r = NULL;
	struct err ignored;
	const struct csv_row *header;

	if (csv_reader_open(path, &r, &ignored) != E_OK)
		return CSV_EXPORT_ORDERS;
	header = csv_reader_header(r);
	if (csv_column_find(header, paid) >= 0 || csv_column_find(header, handle) < 0)
		return CSV_EXPORT_ORDERS;
	/* An inventory export with one column per location has no column of quantities by name. */
	if (csv_column_find(header, stock) >= 0 ||
	    (csv_column_find(header, origin) >= 0 && csv_column_find(header, vendor) < 0))
		return CSV_EXPORT_INVENTORY;
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
	};

	return err_set(e, E_LOCAL, "no_export", "%s: there is no %s", path, how[kind]);
}

enum errk csv_export_newest(const char *path, enum csv_export kind, struct arena *a,
			    const struct csv_source_file **out, struct err *e)
{
	struct csv_source_file *file;
	const struct csv_source_file *found = NULL;
	size_t n;
	int64_t age;
	enum errk k = csv_source_list(path, a, &file, &n, e);

	if (k != E_OK)
		return k;
	for (size_t i = n; i-- > 0 && !found;)
		if (csv_export_kind(file[i].path) == kind)
			found = &file[i];
	if (!found)
		return missing(path, kind, e);
	age = clock_now() - found->mtime_ns / 1000000000;
	if (age < SETTLED_SECONDS && age > -AHEAD_SECONDS)
		return err_set(e, E_BUSY, "file_changing",
			       "%s: was written a moment ago and may not be finished; the next run "
			       "takes it",
			       found->path);
	*out = found;
	return E_OK;
}
