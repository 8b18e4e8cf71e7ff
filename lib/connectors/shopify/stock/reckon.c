#include "connectors/shopify/stock/stock.h"

enum errk stock_reckon(const struct stock_put *p, struct stock_pair *pair, bool *negative,
		       struct err *e)
{
	const struct in_flight *in_flight = p->batch->in_flight;
	struct stock_item *item = pair->item;
	int64_t units = 0;
	/* Of physical stock those that the shop has shipped: it takes its open orders off by itself. */
	if (in_flight) {
		enum errk rc = in_flight->of(in_flight->ctx, item->sku, item->id, item->put->record,
					     item->put->read_at, &units, e);
		if (rc != E_OK)
			return rc;
		item->put->passing |= units > 0;
	}
	/* Of free stock: what the shop has set aside for a draft is promised, and the ERP does not know of it. */
	if (pair->reserved > 0)
		units += pair->reserved;
	pair->target = stock_target(pair->sum, units, p->buffer, negative);
	if (pair->target > STOCK_TARGET_MAX)
		stock_refuse_pair(
			pair, "quantity_too_high",
			"%lld at '%s' is more than Shopify can hold (1,000,000,000); correct it in "
			"the ERP",
			(long long)pair->target, pair->location_name);
	return E_OK;
}
