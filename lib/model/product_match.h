#ifndef ERPSYNC_MODEL_PRODUCT_MATCH_H
#define ERPSYNC_MODEL_PRODUCT_MATCH_H

#include "model/product_item.h"

/*
 * Which variant of the ERP is which one of item->shop: as an earlier put knew it, by SKU, by options.
 * Refuses new ones that can't be added. gives_options: the store's connector can make several
 * variants of a product's only one.
 */
void product_match(struct product_item *item, bool gives_options, struct arena *a);
/* Both sides tell their variants apart by the same options, in the same order. */
bool product_same_options(const struct product_item *item);
/*
 * The option values of those that are matched, and have no other options than the store's: what only the ERP has
 * changed since both were compared last is to be written (moves), where the store's connector writes it and no other
 * variant keeps those values; else it is refused, "options_differ", as are new ones that another variant has the
 * values of.
 */
void product_match_options(struct product_item *item, bool writes, struct arena *a);
/* What both sides say of them now. */
struct product_base product_option_base(const struct product_item *item,
					const struct product_variant *v, struct arena *a);

#endif
