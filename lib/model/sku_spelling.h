#ifndef ERPSYNC_MODEL_SKU_SPELLING_H
#define ERPSYNC_MODEL_SKU_SPELLING_H

#include <stdint.h>

#include "base/arena.h"

/* SKUs that are not the same, and that people take for the same. */

/*
 * What is left of a SKU without what people do not see or mistake: case, blanks and signs that take no room,
 * leading zeros, the letter O for a zero, typographic dashes. The hash of nothing is 0.
 */
uint64_t sku_spelling_hash(const char *sku);
uint64_t sku_text_hash(const char *text);
/* "case, blanks": in what two SKUs of one spelling differ. */
const char *sku_difference(const char *a, const char *b, struct arena *mem);
/* The SKU as a keyboard writes it: without signs that take no room, each dash a "-", each blank a " ". */
const char *sku_plain(const char *sku, struct arena *a);
/*
 * The command that tries a record again which is parked with this code: by its name, or, where that holds
 * what can't be seen and so not be typed, by the code.
 */
const char *sku_retry(const char *label, const char *code, struct arena *a);

#endif
