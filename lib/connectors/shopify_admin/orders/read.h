#ifndef ERPSYNC_CONNECTORS_SHOPIFY_ADMIN_ORDERS_READ_H
#define ERPSYNC_CONNECTORS_SHOPIFY_ADMIN_ORDERS_READ_H

#include "base/csvfile.h"
#include "connectors/connector.h"

/*
 * The store role: orders from export files. The path is one file or a folder of *.csv; files are
 * read from the oldest to the newest, so that of an order in several files the newest version wins.
 * The cursor is JSON text: which files are finished (by name, size and time of change), which
 * had a fault that was told, and how many orders of the current one are through.
 *
 * Each record says when its file was written (record.written_ns): the engine lets none replace what a newer one has said,
 * whatever the cursor knows.
 *
 * A file of a folder that is not what it should be is a record of its own with a problem; it goes when
 * the file reads well or is taken away. A single file that [store] path names is E_LOCAL.
 */
struct admin_orders;

struct admin_orders *admin_orders_new(const char *path, enum csv_encoding declared);
void admin_orders_free(struct admin_orders *s); /* takes NULL */

/* As connector.h. E_BUSY "file_changing": a file is still being written. */
MUST_CHECK enum errk admin_orders_pull(struct admin_orders *s, const struct pull_request *req,
				       struct arena *a, struct page *out, struct err *e);
MUST_CHECK enum errk admin_orders_pull_only(struct admin_orders *s, const char *const *who,
					    size_t n, struct arena *a, struct page *out,
					    struct err *e);
/* "+0100": the shop's time zone when the newest order that was pulled was made; NULL = none was. */
const char *admin_orders_zone(const struct admin_orders *s);
MUST_CHECK enum errk admin_orders_check(struct admin_orders *s, const struct check_sink *sink,
					struct err *e);
extern const char *const admin_orders_lack[]; /* as source.lacks */

#endif
