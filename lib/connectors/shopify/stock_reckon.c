#include "connectors/shopify/stock_priv.h"

enum errk stock_reckon(const struct stock_put *p, struct stock_pair *pair, bool *negative,
		       struct err *e)
{
	const struct owed_units *owed = p->batch->owed;
	struct stock_item *item = pair->item;
	int64_t units = 0;
	/* Physical stock is complete: Shopify takes its own open orders off. */
	if (p->figure != FIGURE_ON_HAND && owed) {
		enum errk rc = owed->of(owed->ctx, item->sku, item->id, item->put->read_at, &units,
					e);
		if (rc != E_OK)
			return rc;
		item->put->passing |= units > 0;
	}
	pair->target = stock_target(pair->sum, units, p->buffer, negative);
	if (pair->target > STOCK_TARGET_MAX)
		stock_refuse_pair(
			pair, "quantity_too_high",
			"%lld at '%s' is more than Shopify can hold (1,000,000,000); correct it in "
			"the ERP",
			(long long)pair->target, pair->location_name);
	return E_OK;
}
