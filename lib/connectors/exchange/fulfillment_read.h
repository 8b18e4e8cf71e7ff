#ifndef ERPSYNC_CONNECTORS_EXCHANGE_FULFILLMENT_READ_H
#define ERPSYNC_CONNECTORS_EXCHANGE_FULFILLMENT_READ_H

#include "connectors/connector.h"

/*
 * The ERP role as a source: deliveries from fulfillments*.csv in the exchange folder. README.md in
 * this folder tells what they must hold. The cursor is JSON text: which files are being read, how
 * many deliveries of them are through, and whether that is all of them.
 */
struct exchange_fulfillment_reader;

struct exchange_fulfillment_reader *exchange_fulfillment_reader_new(const struct connector_env *env,
								    const char *dir);
void exchange_fulfillment_reader_free(struct exchange_fulfillment_reader *r); /* takes NULL */

/*
 * As connector.h. E_BUSY "file_changing": a file was written a moment ago or changes; E_LOCAL
 * "file_cut": one ends in the middle of a row; and what exchange_deliveries_read says.
 */
MUST_CHECK enum errk exchange_fulfillment_pull(struct exchange_fulfillment_reader *r,
					       const struct pull_request *req, struct arena *a,
					       struct page *out, struct err *e);
MUST_CHECK enum errk exchange_fulfillment_pull_only(struct exchange_fulfillment_reader *r,
						    const char *const *who, size_t n,
						    struct arena *a, struct page *out,
						    struct err *e);
/* As source.merge. */
const char *exchange_fulfillment_merge(const struct exchange_fulfillment_reader *r,
				       const char *before, const char *now, struct arena *a);
void exchange_fulfillment_check(const struct exchange_fulfillment_reader *r,
				const struct check_sink *sink);

#endif
