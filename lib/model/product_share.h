#ifndef ERPSYNC_MODEL_PRODUCT_SHARE_H
#define ERPSYNC_MODEL_PRODUCT_SHARE_H

#include "model/product_item.h"
#include "model/product_judge.h"

/*
 * Several products of the ERP that are one product of the store: articles that the ERP keeps one by one, where
 * the shop has them as variants of one product. Each changes the variants that it is matched with. What is
 * said of the product itself (title, description, status, …) is brought over only from one that has all of its
 * variants, or is the only one that has any.
 * The same for every store.
 */
struct product_shares;
struct product_shares *product_shares_new(void);
void product_shares_free(struct product_shares *s); /* takes NULL */

/*
 * To be called once all items of a batch are matched, before any is compared: sets item->partial and silent, and what
 * they claim. Refuses items that are matched with one variant ("same_variant", see claims.h): each would undo the other.
 * more: further products may come in other batches, so that a single article may not be the only one.
 */
MUST_CHECK enum errk product_share(struct product_shares *s, struct product_item *item, size_t n,
				   const struct put_batch *batch, bool more, struct arena *a,
				   struct err *e);
/* put_item.claims, by the variants that it is matched with so far, or has just made. */
void product_claim(struct product_item *x, struct arena *a);

/* What to tell of the silent items of a batch; NULL: nothing, or it was told by the run already. */
const char *product_share_text(struct product_shares *s, const struct product_rules *rules,
			       struct product_item *item, size_t n, struct arena *a);

#endif
