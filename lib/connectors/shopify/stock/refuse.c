#include <stdarg.h>
#include <stdio.h>

#include "base/advice.h"
#include "connectors/shopify/stock/stock.h"

void stock_refuse(struct stock_item *item, const char *code, const char *fmt, ...)
{
	char text[ERR_MSG_MAX];
	va_list args;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	err_set(&item->put->err, E_RECORD, code, "%s", text);
}

void stock_refuse_place(struct stock_item *item, struct stock_pair *pair, const struct err *why)
{
	if (pair)
		pair->done = pair->refused = true;
	advice_join(&item->refusal, why);
}

void stock_refuse_pair(struct stock_pair *pair, const char *code, const char *fmt, ...)
{
	char text[ERR_MSG_MAX];
	struct err why;
	va_list args;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	err_set(&why, E_RECORD, code, "%s", text);
	stock_refuse_place(pair->item, pair, &why);
}
