#ifndef ERPSYNC_CONNECTORS_CSV_FULFILLMENT_READ_H
#define ERPSYNC_CONNECTORS_CSV_FULFILLMENT_READ_H

#include "connectors/connector.h"

/*
 * The ERP role as a source: deliveries from fulfillments*.csv in the exchange folder. README.md in
 * this folder tells what they must hold. The cursor is JSON text: which files are being read, how
 * many deliveries of them are through, and whether that is all of them.
 */
struct csv_fulfillment_reader;

struct csv_fulfillment_reader *csv_fulfillment_reader_new(const struct connector_env *env,
							  const char *dir);
void csv_fulfillment_reader_free(struct csv_fulfillment_reader *r); /* takes NULL */

/*
 * As connector.h. E_BUSY "file_changing": a file was written a moment ago or changes; E_LOCAL
 * "file_cut": one ends in the middle of a row; and what csv_deliveries_read says.
 */
MUST_CHECK enum errk csv_fulfillment_pull(struct csv_fulfillment_reader *r,
					  const struct pull_request *req, struct arena *a,
					  struct page *out, struct err *e);
MUST_CHECK enum errk csv_fulfillment_pull_only(struct csv_fulfillment_reader *r,
					       const char *const *who, size_t n, struct arena *a,
					       struct page *out, struct err *e);
void csv_fulfillment_check(const struct csv_fulfillment_reader *r, const struct check_sink *sink);

#endif
