#ifndef ERPSYNC_CONNECTORS_SHOPIFY_ADMIN_STOCK_IMPORT_H
#define ERPSYNC_CONNECTORS_SHOPIFY_ADMIN_STOCK_IMPORT_H

#include "connectors/connector.h"
#include "files/outbox.h"

/*
 * The store role as a sink: stock as a file for the inventory import of Shopify's admin. What the
 * shop has, and how the import knows a variant, is read from its newest inventory export; only what
 * differs is written. README.md in this folder tells how the two files go round.
 */
struct admin_stock_import;

/* path: [store] path=, the exports; the files go to exchange->dir. Both outlive it. */
struct admin_stock_import *admin_stock_import_new(const struct connector_env *env, const char *path,
						  const struct outbox *exchange);
void admin_stock_import_free(struct admin_stock_import *s); /* takes NULL */

/*
 * As connector.h. E_LOCAL "no_export", "not_an_inventory_export", "bad_config": a figure that the
 * import does not take; E_BUSY "file_changing".
 */
MUST_CHECK enum errk admin_stock_import_put(struct admin_stock_import *s, struct put_batch *batch,
					    struct arena *a, struct err *e);
void admin_stock_import_check(struct admin_stock_import *s, const struct check_sink *sink);
/* Says whether the export knows a location of this name. */
void admin_stock_import_check_location(struct admin_stock_import *s, const char *name,
				       const struct check_sink *sink);

#endif
