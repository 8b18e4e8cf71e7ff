#ifndef ERPSYNC_CONNECTORS_PRODUCT_MATCH_H
#define ERPSYNC_CONNECTORS_PRODUCT_MATCH_H

#include "connectors/product_item.h"

/*
 * Which variant of the ERP is which one of item->shop: as an earlier put knew it, by SKU, by options.
 * Refuses new ones that can't be added. gives_options: the store's connector can make several
 * variants of a product's only one.
 */
void product_match(struct product_item *item, bool gives_options, struct arena *a);

#endif
