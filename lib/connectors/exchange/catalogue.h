#ifndef ERPSYNC_CONNECTORS_EXCHANGE_CATALOGUE_H
#define ERPSYNC_CONNECTORS_EXCHANGE_CATALOGUE_H

#include "connectors/exchange/inbox_read.h"

/*
 * The ERP's articles out of its files, used ones too, none of which is moved: those of product files,
 * which say more of each, and those that only stock files list. As connector.h. E_LOCAL "no_catalogue":
 * there is no file of either kind.
 */
MUST_CHECK enum errk exchange_catalogue(const struct inbox *products, const struct inbox *stock,
					enum errk (*fn)(void *ctx, const struct article *x,
							struct err *e),
					void *ctx, struct err *e);

#endif
