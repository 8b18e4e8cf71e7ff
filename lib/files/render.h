#ifndef ERPSYNC_FILES_RENDER_H
#define ERPSYNC_FILES_RENDER_H

#include "base/csvfile.h"
#include "base/str.h"
#include "connectors/connector.h"

/* How exchange files are written. */
struct render_style {
	struct csv_format format;
	bool decimal_comma;
};

enum { RENDER_FILES_MAX = 8 };

/* The content of one file of a batch, header row included. */
struct rendered_file {
	const char *key;     /* "orders" */
	const char *columns; /* as the mapping gave them, for comparison */
	struct str text;
	size_t rows; /* without the header */
	struct render_row_set *seen;
};

struct rendered {
	struct rendered_file file[RENDER_FILES_MAX];
	size_t n; /* the first is the main one: orders */
};

/*
 * Turns mapped documents into file contents and fills each item's err; an item that can't be
 * written (E_RECORD) leaves no trace in any file. A document is
 *
 *	{"files": {"orders": {"columns": [{"name": "order_id", "type": "text"}, …],
 *	                      "rows": [["#1001", …], …]}, "customers": {"key": …}}}
 *
 * with the types text, exact, amount, count and time. An item without document is left as it is. In all files but the main one, what several items
 * say about the same thing is written once: equal rows, or, where "key" names a column, the row of
 * the last item with that value. E_LOCAL "bad_mapping": files or columns differ within the batch.
 */
MUST_CHECK enum errk render_batch(const struct render_style *style, struct put_item *const *item,
				  size_t n, const char *main_key, struct arena *a,
				  struct rendered *out, struct err *e);
void rendered_release(struct rendered *r); /* safe on a zeroed one */

static inline void cleanup_rendered(struct rendered *r)
{
	rendered_release(r);
}

#endif
