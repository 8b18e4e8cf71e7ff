#ifndef ERPSYNC_CONNECTORS_SHOPIFY_ADMIN_PRODUCTS_HANDLE_H
#define ERPSYNC_CONNECTORS_SHOPIFY_ADMIN_PRODUCTS_HANDLE_H

#include <stdbool.h>

#include "base/arena.h"

/*
 * The handle of a product that is to be created: by it the import knows a product, and a product of the
 * shop that has it already would be overwritten. It follows from the record alone, whatever else is in
 * the shop, so that the same product gets the same one however often it is made: the title, for
 * addresses, and behind it the ERP's id, or where that has other characters than a-z and 0-9 its hash.
 * sure: always the hash, which nobody has by chance.
 */
const char *admin_product_handle(const char *title, const char *record, bool sure, struct arena *a);

#endif
