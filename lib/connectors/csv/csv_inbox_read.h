#ifndef ERPSYNC_CONNECTORS_CSV_INBOX_READ_H
#define ERPSYNC_CONNECTORS_CSV_INBOX_READ_H

#include "csv_inbox.h"

/*
 * The ERP role as a source: records from files in the exchange folder, of one kind each. README.md in
 * this folder tells how they are named and what they must hold. The cursor is JSON text: which files
 * are being read, how many records of them are through, and whether that is all of them.
 */
struct csv_inbox;

struct csv_inbox *csv_inbox_new(const struct csv_inbox_kind *kind, const struct connector_env *env,
				const char *dir);
void csv_inbox_free(struct csv_inbox *r); /* takes NULL */

/* As connector.h; and what csv_inbox_load says. */
MUST_CHECK enum errk csv_inbox_pull(struct csv_inbox *r, const struct pull_request *req,
				    struct arena *a, struct page *out, struct err *e);
MUST_CHECK enum errk csv_inbox_pull_only(struct csv_inbox *r, const char *const *who, size_t n,
					 struct arena *a, struct page *out, struct err *e);
/* What the files list, used ones too, however old; only of a kind that has articles. */
MUST_CHECK enum errk csv_inbox_catalogue(const struct csv_inbox *r,
					 enum errk (*fn)(void *ctx, const struct article *x,
							 struct err *e),
					 void *ctx, struct err *e);
void csv_inbox_check(const struct csv_inbox *r, const struct check_sink *sink);

/* csv_stock.c, csv_products.c */
extern const struct csv_inbox_kind csv_stock_files, csv_product_files;

#endif
