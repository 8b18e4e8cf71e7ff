#ifndef ERPSYNC_MODEL_PRODUCT_FIELDS_H
#define ERPSYNC_MODEL_PRODUCT_FIELDS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/err.h"

/*
 * What a product consists of, who may change each part of it, and what follows from that where both
 * sides say something: the same for every store. The names are those of [products] erp_owns.
 */
enum product_field {
	FIELD_TITLE,
	FIELD_DESCRIPTION,
	FIELD_VENDOR,
	FIELD_TYPE,
	FIELD_TAGS,
	FIELD_STATUS,
	FIELD_IMAGES,
	FIELD_SKU, /* this one and those behind it: of a variant */
	FIELD_BARCODE,
	FIELD_PRICE,
	FIELD_COMPARE_AT_PRICE,
	FIELD_COST,
	FIELD_WEIGHT,
	FIELD_TRACKED,
	FIELD_REQUIRES_SHIPPING,
	FIELD_COUNT_,
	FIELD_VARIANT_FIRST = FIELD_SKU,
};
const char *product_field_name(enum product_field f); /* "compare_at_price" */

enum product_owner { OWNER_ERP, OWNER_STORE, OWNER_BOTH };

/*
 * Reads [products] erp_owns, store_owns and both. E_LOCAL "bad_config" with file:line: an unknown
 * name, a field in two lists, one that a list has lost and no other names, one that can't be there.
 */
MUST_CHECK enum errk product_owners_read(const struct conf *c, struct arena *a,
					 enum product_owner out[FIELD_COUNT_], struct err *e);

/* What becomes of one field of a product that is on both sides. */
enum product_choice {
	CHOICE_KEEP,     /* the store's stays */
	CHOICE_SAME,     /* both say the same */
	CHOICE_WRITE,    /* the ERP's goes over */
	CHOICE_CONFLICT, /* both were changed, to different values */
};

/* The values of a field that last were the same thing; NULL = not known. */
struct product_base {
	const char *erp, *store; /* they differ where the store rounds or tidies up */
};

/* Texts; "" = it has none. */
enum product_choice product_choose(enum product_owner owner, const char *erp, const char *store,
				   struct product_base base);

#endif
