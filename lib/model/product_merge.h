#ifndef ERPSYNC_MODEL_PRODUCT_MERGE_H
#define ERPSYNC_MODEL_PRODUCT_MERGE_H

#include <stdint.h>

#include <cjson/cJSON.h>

/*
 * Canonical documents of one product, of a source that says it piece by piece. Into `doc` goes what a later one says;
 * what that has no member for stays as it was (or null, where a product can't be without), and so do variants and options that it does not list. A variant is known by
 * its id, or, where one of the two has none of its own (it is the SKU), by its SKU.
 *
 * What can't be read is listed in "unreadable" (mappings/canonical/product.md): it goes from there as soon as a later
 * document says it. Amounts of two currencies, or with and without tax, don't come to stand beside each other: those of
 * before become unreadable.
 */
void product_merge(cJSON *doc, const cJSON *later);
/*
 * Adds an entry to it and returns its list of fields. variant: the id of the one that they are of, NULL = the product.
 * variants: not 0 where they may be of either, and of any of so many variants.
 */
cJSON *product_add_unreadable(cJSON *doc, const char *why, const char *variant, int64_t variants);

#endif
