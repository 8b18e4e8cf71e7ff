#ifndef ERPSYNC_CONNECTORS_SHOPIFY_PRODUCTS_PRODUCTS_H
#define ERPSYNC_CONNECTORS_SHOPIFY_PRODUCTS_PRODUCTS_H

#include "model/product_item.h"
#include "model/product_judge.h"
#include "model/product_match.h"
#include "model/product_baseline.h"
#include "model/product_share.h"
#include "connectors/shopify/shopify.h"

/*
 * Products into the shop. A put is a few rounds of: find each product ▶ read it ▶ compare field by
 * field ▶ write what differs. Whatever is not sure of a write, the next round sees by reading. A
 * product is created by one call under our reference, which the shop holds unique, so it can't come
 * into being twice; everything else that is written is absolute. Nothing is ever deleted.
 */
enum {
	/* Products of one put: several searches and readings, and bounded memory. */
	PRODUCT_BATCH = 100,
	/* The first round, and two more for what is not finished or not sure after it. */
	PRODUCT_ROUNDS = 3,
	/* Before a round that a missing answer made necessary. */
	PRODUCT_PAUSE_MS = 1500,
	/* Variants of the first reading of a product, and of each further one. */
	FIRST_VARIANTS = 25,
	MORE_VARIANTS = 100,
	/* Variants of one creation; the others are added to the product afterwards. */
	VARIANTS_AT_CREATION = 100,
	/* Variants of one write. */
	VARIANTS_PER_WRITE = 250,
	/* Writes that are made ready at once. */
	WRITES_AT_ONCE = 16,
};

struct product_shop {
	struct product_money money;
	bool defined; /* our reference is known as a unique id */
};

struct product_put {
	struct shopify *shop;
	const struct product_rules *rules;
	struct put_batch *batch;
	struct arena *arena;
	struct product_item *item;
	size_t n;
};

void product_step(const struct product_put *p, struct product_item *item, const char *name,
		  const char *outcome, const char *detail);

/* document.c: the mapped documents of a batch. */
MUST_CHECK enum errk product_read_documents(struct product_put *p, struct err *e);

/* values.c: what the shop says of a product, or of a variant. */
void product_take_values(struct answer *in, const cJSON *node, struct product_values *out,
			 struct arena *a);
void product_take_variant_values(struct answer *in, const cJSON *node, struct product_values *out,
				 struct arena *a);
/* Adds a field to ProductUpdateInput, ProductSetInput. */
void product_add_field(cJSON *input, enum product_field f, const char *text);
/* The field of a product that a userError is about; FIELD_COUNT_ = none. */
enum product_field product_field_of(const cJSON *error);
/* Adds it to ProductVariantsBulkInput, ProductVariantSetInput. */
void product_add_variant_field(cJSON *input, enum product_field f, const char *text);
/* find.c */
/* Which products of the shop the items without id are: by our reference, then by SKU. */
MUST_CHECK enum errk product_find(struct product_put *p, struct err *e);
/* The product that an interrupted creation made, for an item without document. */
MUST_CHECK enum errk product_find_landed(struct product_put *p, struct put_item *put,
					 struct err *e);
/* Refuses items that would bring an SKU into the shop a second time. */
MUST_CHECK enum errk product_check_new_skus(struct product_put *p, struct err *e);

/* ref.c: our reference on the products that were created from here. */
MUST_CHECK enum errk product_ref_look(struct product_put *p, struct err *e);
MUST_CHECK enum errk product_ref_define(struct product_put *p, struct err *e);
cJSON *product_ref_identifier(const char *record); /* {"customId": {…}} */
void product_ref_add(cJSON *input, const char *record);
/* Refuses an item that was found by our reference, where nothing else says that it is it. */
void product_ref_judge(struct product_item *item);

/* read.c: reads the products of all open items with an id. Sets id NULL where it is gone. */
MUST_CHECK enum errk product_read(struct product_put *p, struct err *e);
/* A product as it was answered, with the variants of the answer, of which so many were asked for. */
struct shop_product *product_take(struct answer *in, const cJSON *node, size_t variants,
				  struct arena *a);
void product_add_shop_variant(struct answer *in, struct shop_product *shop, const cJSON *node,
			      struct arena *a);

/* plan.c: what is to be written. NULL = nothing. */
cJSON *product_plan_creation(struct product_put *p, struct product_item *item);
cJSON *product_plan_fields(struct product_put *p, struct product_item *item);
cJSON *product_plan_options(struct product_put *p, struct product_item *item);
/* The fields of a variant that is in the shop already; NULL = nothing differs. */
cJSON *product_plan_variant(struct product_put *p, struct product_item *item,
			    struct product_variant *v);
cJSON *product_plan_new_variant(struct product_put *p, struct product_item *item,
				const struct product_variant *v);
/* Adds to put_item.renamed; NULL and "" are none. */
void product_rename(const struct product_put *p, struct product_item *item, const char *sku);
/* One write of one product. */
struct product_call {
	struct product_item *item;
	struct product_variant **of; /* variants of the call, in its order */
	size_t n;
};
/* errors.c: what a userError says. */
/* The variant of the call that it is about; n = none. */
size_t product_error_entry(const cJSON *error, size_t n);
/* "variant 'TEE-M': price: Price must be … (GREATER_THAN_OR_EQUAL_TO)" */
const char *product_error_text(const struct product_put *p, const struct product_call *c,
			       const cJSON *error);
/* The product is no longer as it was read: read it again before this is believed. */
bool product_error_is_stale(const cJSON *error);

/* write.c: writes the differences of all open items that were read. */
MUST_CHECK enum errk product_write(struct product_put *p, struct err *e);

#endif
