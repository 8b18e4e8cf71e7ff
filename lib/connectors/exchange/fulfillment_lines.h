#ifndef ERPSYNC_CONNECTORS_EXCHANGE_FULFILLMENT_LINES_H
#define ERPSYNC_CONNECTORS_EXCHANGE_FULFILLMENT_LINES_H

#include "connectors/exchange/fulfillment_file.h"

/* False: they are two orders. The id and the name may be one order's. */
bool exchange_delivery_may_be_one(const char *a, const char *b);
/* The order that is called so, or a new one, that this file (its number) said first. */
struct exchange_delivery_order *exchange_delivery_order_of(struct exchange_delivery *to,
							   const char *name, int file,
							   struct arena *a);
/*
 * What a row is said of: the line that its delivery has under that name already, for the order of the row, or a new
 * one. line_id and sku NULL: a row that does not tell it, always a new one.
 */
struct exchange_delivery_line *exchange_delivery_line_of(struct exchange_delivery *to,
							 const char *line_id, const char *sku,
							 struct arena *a);
/*
 * All rows of a file are read. One line of an order may be named by its id in one file and by its SKU alone in
 * another: what the later one says takes the place of the other, where the quantities or the number of lines show that
 * they mean the same. Else the line by its SKU has a problem until files show it.
 */
void exchange_delivery_compare_lines(struct exchange_delivery *d,
				     const struct exchange_delivery_file *file, struct arena *a);

#endif
