#ifndef ERPSYNC_CONNECTORS_SHOPIFY_ADMIN_PRODUCTS_IMPORT_H
#define ERPSYNC_CONNECTORS_SHOPIFY_ADMIN_PRODUCTS_IMPORT_H

#include "connectors/connector.h"
#include "files/outbox.h"

/*
 * The store role as a sink: products as files for the product import of Shopify's admin. What the shop
 * has is read from its products exports; only what differs is written, changes and new products in files
 * of their own. README.md in this folder tells how the files go round.
 */
struct admin_product_import;

/* Products of one put: few files, each is carried into the shop by a person. One may have 15 MB. */
enum { ADMIN_PRODUCT_BATCH = 2500 };

/* path: [store] path=, the exports; the files go to exchange->dir. Both outlive it. */
struct admin_product_import *admin_product_import_new(const struct connector_env *env,
						      const char *path,
						      const struct outbox *exchange);
void admin_product_import_free(struct admin_product_import *s); /* takes NULL */

/*
 * As connector.h. E_LOCAL "no_export", "not_a_products_export", "file_cut", "bad_config": whose fields
 * are whose, or the shop's currency is not said; E_BUSY "file_changing".
 */
MUST_CHECK enum errk admin_product_import_put(struct admin_product_import *s,
					      struct put_batch *batch, struct arena *a,
					      struct err *e);
void admin_product_import_committed(const struct admin_product_import *s,
				    const struct put_batch *batch);
void admin_product_import_check(struct admin_product_import *s, const struct check_sink *sink);

#endif
