#ifndef ERPSYNC_MODEL_PRODUCT_JUDGE_H
#define ERPSYNC_MODEL_PRODUCT_JUDGE_H

#include "model/product_item.h"

/* What of a product is to be written, by [products]: the same for every store. */

/* [products], as far as the shop is concerned. */
struct product_rules {
	enum product_owner owner[FIELD_COUNT_];
	const char *new_status;      /* "DRAFT" */
	const char *archived_status; /* what archived products become; NULL = they are left alone */
	bool refuse_tax;             /* prices with the other tax end the run */
};
/* What product_owners_read says. Texts live as long as c and a. */
MUST_CHECK enum errk product_rules_read(const struct conf *c, struct arena *a,
					struct product_rules *rules, struct err *e);

/*
 * Is the ERP's value of a field to be written over the store's? What both agree on is remembered in
 * the base, a conflict is noted with the item. v NULL: a field of the product; store NULL: not known.
 */
bool product_is_to_write(const struct product_rules *rules, struct product_item *item,
			 enum product_field f, struct product_variant *v, const char *store,
			 struct arena *a);

/* The status that item->shop is to have; NULL = the one it has. */
const char *product_wanted_status(const struct product_rules *rules,
				  const struct product_item *item);

/* How the store keeps its prices. */
struct product_money {
	const char *currency;
	bool taxes_said, taxes_included;
};
/*
 * Refuses an item that would bring prices in another currency than the store's, or with the other tax;
 * E_LOCAL where that is to end the run.
 */
MUST_CHECK enum errk product_check_money(const struct product_rules *rules,
					 const struct product_money *shop,
					 struct product_item *item, struct err *e);

/*
 * May a product that is not in the store come into being there? If not, the item is refused (E_RECORD
 * "duplicate_sku", "no_title", "bad_options"). why: how it is known not to be there; then: what else is
 * to be done after a person has created it.
 */
bool product_check_creation(struct product_item *item, const char *why, const char *then);

/* Would it bring its SKU into the store? */
bool product_brings_sku(const struct product_rules *rules, const struct product_item *item,
			const struct product_variant *v, struct arena *a);
/*
 * SKUs that change places among the variants of one product are written together. One that another of its variants
 * has and keeps is refused.
 */
void product_decide_skus(const struct product_rules *rules, struct product_item *item,
			 struct arena *a);
/* The one of ours that this variant of the shop is; NULL = none. */
struct product_variant *product_variant_of(struct product_item *item, const struct shop_variant *s);
/* Its SKU is somebody else's: the variant keeps its own in the store, or does not come into being. */
void product_refuse_sku(struct product_item *item, struct product_variant *v, const char *where,
			struct arena *a);

/* What to tell once a run of variants that the ERP no longer sells; NULL = the item has none. */
const char *product_archived_text(const struct product_item *item, struct arena *a);
/*
 * Tells of a variant that is to come into being what the shop will make up, because the ERP tells nothing: price 0.00, and no
 * tracking of its stock. What belongs to the store is not missed. tell is connector_env.notice: each once a run.
 */
void product_tell_lacks(const struct product_rules *rules, const struct product_variant *v,
			void (*tell)(void *ctx, const char *about, const char *text), void *ctx,
			struct arena *a);
/* Parks an item for its conflicts ("conflict") and refusals (code), if it has any; lead: before them. */
void product_report_parts(const struct product_item *item, const char *code, const char *lead);

#endif
