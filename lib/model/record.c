#include "model/record.h"

static const struct {
	const char *name, *plural;
} kinds[KIND_COUNT_] = {
	[KIND_ORDER] = {"order", "orders"},
	[KIND_STOCK] = {"stock", "stock levels"},
	[KIND_PRODUCT] = {"product", "products"},
	[KIND_FULFILLMENT] = {"fulfillment", "fulfillments"},
	[KIND_REFUND] = {"refund", "refunds"},
};

const char *record_kind_name(enum record_kind k)
{
	return kinds[k].name;
}

bool record_kind_of_goods(enum record_kind k)
{
	return k == KIND_PRODUCT || k == KIND_STOCK;
}

const char *record_kind_plural(enum record_kind k)
{
	return kinds[k].plural;
}
