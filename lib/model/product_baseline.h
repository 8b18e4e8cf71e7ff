#ifndef ERPSYNC_MODEL_PRODUCT_BASELINE_H
#define ERPSYNC_MODEL_PRODUCT_BASELINE_H

#include "model/product_item.h"

/* What both sides last agreed on, and what the store was asked for, between runs: put_item's kept. */

/* What item->put->kept says, of its variants too; one that can't be read is none. */
void product_read_baseline(struct product_item *item, struct arena *a);
/*
 * item->asked, where the answer to a write may have been lost, against what the store shows now
 * (item->shop, matched): what stands there is what both last agreed on; what became another text is
 * agreed on by nobody. The same for a status that was to be set. Of a kept text that may be old (put_item.kept_old)
 * only what both sides still say is believed.
 */
void product_learn_asked(struct product_item *item, struct arena *a);
/* The shop has an article by an SKU by which it was not known before. */
bool product_made_article(const struct product_item *item);
const char *product_baseline_text(const struct product_item *item, struct arena *a);

#endif
