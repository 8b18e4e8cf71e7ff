#ifndef ERPSYNC_MODEL_PRODUCT_VALUES_H
#define ERPSYNC_MODEL_PRODUCT_VALUES_H

#include <cjson/cJSON.h>

#include "base/arena.h"
#include "model/product_fields.h"

/* Values of products as texts that are equal when they mean the same: the same for every store. */

/* Texts of all fields; NULL = not said, "" = it has none. */
struct product_values {
	const char *text[FIELD_COUNT_];
};

const char *product_decimal_text(const char *text, struct arena *a); /* "4.2000" is "4.2" */
/* Sorted, each once whatever its case, cut at commas. */
const char *product_tags_text(const cJSON *list, struct arena *a);
/* Long texts are remembered and compared by their hash. */
const char *product_short(const char *text, struct arena *a);

#endif
