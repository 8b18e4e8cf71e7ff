#ifndef ERPSYNC_CONNECTORS_EXCHANGE_INBOX_READ_H
#define ERPSYNC_CONNECTORS_EXCHANGE_INBOX_READ_H

#include "connectors/exchange/inbox.h"

/*
 * The ERP role as a source: records from files in the exchange folder, of one kind each. README.md in
 * this folder tells how they are named and what they must hold. The cursor is JSON text: which files
 * are being read, how many records of them are through, and whether that is all of them.
 */
struct inbox;

struct inbox *inbox_new(const struct inbox_kind *kind, const struct connector_env *env,
			const char *dir);
void inbox_free(struct inbox *r); /* takes NULL */

/* As connector.h; and what inbox_load says. */
MUST_CHECK enum errk inbox_pull(struct inbox *r, const struct pull_request *req, struct arena *a,
				struct page *out, struct err *e);
MUST_CHECK enum errk inbox_pull_only(struct inbox *r, const struct pull_request *req,
				     const char *const *who, size_t n, struct arena *a,
				     struct page *out, struct err *e);
/* As source.merge; of a kind that is merged. */
const char *inbox_merge(const struct inbox *r, const char *before, const char *now,
			struct arena *a);
/* What the files list, used ones too, however old; only of a kind that has articles. */
MUST_CHECK enum errk inbox_catalogue(const struct inbox *r,
				     enum errk (*fn)(void *ctx, const struct article *x,
						     struct err *e),
				     void *ctx, struct err *e);
void inbox_check(const struct inbox *r, const struct check_sink *sink);

/* exchange_stock.c, exchange_products.c */
extern const struct inbox_kind exchange_stock_files, exchange_product_files;

#endif
