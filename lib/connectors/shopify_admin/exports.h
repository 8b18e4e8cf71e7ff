#ifndef ERPSYNC_CONNECTORS_SHOPIFY_ADMIN_EXPORTS_H
#define ERPSYNC_CONNECTORS_SHOPIFY_ADMIN_EXPORTS_H

#include "files/sources.h"

/*
 * The exports of Shopify's admin that lie side by side in [store] path. They are told apart by their
 * columns: what a download is called says nothing.
 */
enum admin_export {
	ADMIN_EXPORT_ORDERS, /* and what is none of the others: its reader says what is wrong */
	ADMIN_EXPORT_PRODUCTS,
	ADMIN_EXPORT_INVENTORY,
	ADMIN_EXPORT_CUSTOMS, /* codes for customs alone ("cross-border"), which nothing here reads */
};
enum admin_export admin_export_kind(const char *path);

/*
 * The newest export of a kind in a folder, or the file that path is. E_LOCAL "no_export" saying how
 * it is made, and what csv_reader_open says of a newer file that can't be told; E_BUSY "file_changing": it was
 * written a moment ago.
 */
MUST_CHECK enum errk admin_export_newest(const char *path, enum admin_export kind, struct arena *a,
					 const struct source_file **out, struct err *e);

/*
 * What is known of a kind that one export may be several files of: the newest, and what was made with
 * it (within an hour before), newest first; behind them those that are older.
 */
struct admin_export_set {
	const struct source_file **file;
	size_t n, n_older;
};
/* As admin_export_newest; each of the first n must be finished. */
MUST_CHECK enum errk admin_export_files(const char *path, enum admin_export kind, struct arena *a,
					struct admin_export_set *out, struct err *e);

#endif
