#ifndef ERPSYNC_CONNECTORS_CSV_PRODUCTS_EXPORT_H
#define ERPSYNC_CONNECTORS_CSV_PRODUCTS_EXPORT_H

#include "connectors/connector.h"

/*
 * The products export of Shopify's admin, as described in Shopify Help Center, "Product CSV files",
 * with the columns of today (Title, URL handle, …) or of before (Handle, Title, Body (HTML), …). The
 * first row of a product carries what is its own, further rows are variants or images.
 */

/* Each variant of the newest export in path as an article. E_LOCAL "not_a_products_export". */
MUST_CHECK enum errk csv_products_catalogue(const char *path,
					    enum errk (*fn)(void *ctx, const struct article *x,
							    struct err *e),
					    void *ctx, struct err *e);

#endif
