#include <stdarg.h>

#include "base/advice.h"
#include "connectors/shopify/stock/stock.h"

void stock_refuse(struct stock_item *item, const char *code, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	err_vset(&item->put->err, E_RECORD, code, fmt, args);
	va_end(args);
}

void stock_refuse_place(struct stock_item *item, struct stock_pair *pair, const struct err *why)
{
	if (pair)
		pair->done = pair->refused = true;
	advice_join(&item->refusal, why);
}

void stock_refuse_pair(struct stock_pair *pair, const char *code, const char *fmt, ...)
{
	struct err why;
	va_list args;
	va_start(args, fmt);
	err_vset(&why, E_RECORD, code, fmt, args);
	va_end(args);
	stock_refuse_place(pair->item, pair, &why);
}
