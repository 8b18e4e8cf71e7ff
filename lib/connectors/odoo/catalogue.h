#ifndef ERPSYNC_CONNECTORS_ODOO_CATALOGUE_H
#define ERPSYNC_CONNECTORS_ODOO_CATALOGUE_H

#include "connectors/odoo/odoo.h"

/*
 * What Odoo sells: products with "Sales" ticked, archived ones too, page by page of their ids. The
 * SKU is the internal reference; a barcode stands beside it.
 */
MUST_CHECK enum errk odoo_catalogue(struct connector *c,
				    enum errk (*fn)(void *ctx, const struct article *x,
						    struct err *e),
				    void *ctx, struct err *e);

#endif
