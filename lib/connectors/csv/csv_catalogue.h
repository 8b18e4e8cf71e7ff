#ifndef ERPSYNC_CONNECTORS_CSV_CATALOGUE_H
#define ERPSYNC_CONNECTORS_CSV_CATALOGUE_H

#include "csv_inbox_read.h"

/*
 * The ERP's articles out of its files, used ones too, none of which is moved: those of product files,
 * which say more of each, and those that only stock files list. As connector.h. E_LOCAL "no_catalogue":
 * there is no file of either kind.
 */
MUST_CHECK enum errk csv_catalogue_read(const struct csv_inbox *products,
					const struct csv_inbox *stock,
					enum errk (*fn)(void *ctx, const struct article *x,
							struct err *e),
					void *ctx, struct err *e);

#endif
