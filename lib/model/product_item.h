#ifndef ERPSYNC_MODEL_PRODUCT_ITEM_H
#define ERPSYNC_MODEL_PRODUCT_ITEM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/answer.h"
#include "model/put.h"
#include "model/product_values.h"

/*
 * A product on its way into a store: as the ERP has it (mappings/<store>/product.jq), as the store has
 * it, and how far it has come. The same for every store.
 */

/* One variant as the shop has it. */
struct shop_variant {
	const char *id, *sku;
	struct product_values values;
	const char **option; /* values, in the order of the product's options */
	bool taken;          /* by a variant of the ERP */
};

struct shop_product {
	struct product_values values;
	const char *status;
	bool only_default; /* has no options */
	const char **option;
	size_t n_options;
	struct shop_variant *variant;
	size_t n_variants, cap_variants;
	const char *more;        /* cursor of further variants; NULL = that is all */
	struct answer_walk walk; /* through its variants */
};

/* One variant as the ERP has it. */
struct product_variant {
	const char *id, *sku; /* sku "" = it has none */
	const char *name;     /* for people: "TEE-M" or "M / Red" */
	bool archived, refused;
	bool created;  /* by the last write */
	unsigned sent; /* bits of its fields */
	struct product_values values;
	const char **option; /* values, in the order of the item's options; "" = it says none */
	const char *lacks;   /* an option that it says nothing about; NULL = none */
	struct shop_variant *shop;
	struct product_base base[FIELD_COUNT_]; /* of what both last agreed on */
	struct product_base asked[FIELD_COUNT_];
	struct product_base option_base; /* the same of its option values, as one text */
	bool moves; /* its option values in the store are to become those of the ERP … */
	bool waits; /* … or it is to come into being, once another variant has left them */
	const char *shop_id; /* as remembered; NULL = not met yet */
	const char *was_sku; /* the shop's, as remembered; NULL = none */
};

/* What a variant was called by a store: by its options, or whatever tells them apart, and its SKU. */
struct product_known {
	const char *id, *sku;
	bool shown; /* by an export; else it was asked for */
};

struct product_item {
	struct put_item *put;
	bool archived, done;
	bool status_said; /* else it is neither archived nor sold again */
	const char *currency;
	bool taxes_said, taxes_included;
	struct product_values values;
	const char **option; /* names */
	size_t n_options;
	struct product_variant *variant;
	size_t n_variants;
	struct product_base base[FIELD_COUNT_];
	/*
	 * What the store was asked for and has not confirmed (erp), and what it had then (store): a write
	 * whose answer may be lost, or a file that a person is to import.
	 */
	struct product_base asked[FIELD_COUNT_];
	/* A store that is written by files: what it is called there; what it was written as, none = not yet. */
	const char *handle;
	struct target written_as;
	/* The same: all variants that are known of its product there, its own or not. */
	struct product_known *beside;
	size_t n_beside;
	/*
	 * The ERP has told of its variants as of one product, once; another product of the ERP has been met
	 * that is the same one of the shop. Both are remembered.
	 */
	bool family, shared;
	bool partial; /* the shop's product has variants that are not its own */
	bool silent; /* says nothing of the shop's product itself, only of variants: see product_share.h */
	/* The shop's status before it was archived by us, and what we made of it; NULL = not. */
	const char *status_was, *status_set;

	const char *id; /* gid in the shop; NULL = not found */
	bool known;     /* from an earlier put: id is not to be doubted but for being gone */
	bool by_ref;    /* found by our reference alone */
	bool looked;    /* there is none: it may be created */
	struct shop_product *shop; /* once read */
	bool created, written;
	bool again;    /* the next round goes on with it */
	bool unsure;   /* because the answer to a write is missing */
	unsigned sent; /* bits of its fields */
	bool intends;  /* asked or status_set changed since the kept text was kept */
	bool renames;  /* the same of put_item.renamed */
	const char *conflicts, *refusals; /* texts, one after the other; NULL = none */
	const char *refusal_code;         /* of the first refusal; NULL = the store's own */
	const char *
		foreign_options; /* what to tell of option values that never were the same; NULL = nothing */
	struct put_step *last_step;
};

static inline bool product_is_open(const struct product_item *i)
{
	return !i->done && i->put->err.kind == E_OK;
}
static inline bool product_is_new(const struct product_variant *v)
{
	return !v->archived && !v->refused && !v->shop;
}

/* "M / Red" */
const char *product_option_text(const char *const *option, size_t n, struct arena *a);

/*
 * Reads the mapped document and the kept text. What is wrong with the document is put into put->err
 * (E_RECORD "bad_document", "no_sku", "duplicate_sku"). What only a new variant needs, such as options,
 * is not asked for here. E_LOCAL.
 */
MUST_CHECK enum errk product_item_read(struct put_item *put, struct arena *a,
				       struct product_item *item, struct err *e);

/* May "none" be said of this member of a document? Else that says nothing: a product can't be without it. */
bool product_is_clearable(const char *key);

/* The product is out. */
void product_refuse(struct product_item *item, const char *code, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
/* One more thing that could not go over; the rest of the product does, and it is parked then. */
void product_refuse_part(const char **texts, struct arena *a, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

#endif
