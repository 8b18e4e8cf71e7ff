#ifndef ERPSYNC_CONNECTORS_SHOPIFY_REFUNDS_REFUNDS_H
#define ERPSYNC_CONNECTORS_SHOPIFY_REFUNDS_REFUNDS_H

#include "connectors/shopify/orders/basket.h"

/*
 * What was given back of an order: of each agreement REFUND or RETURN of its books, what is not counted to what is to be
 * delivered and paid (orders/basket.h). Shopify: Order.agreements, SalesAgreement, Sale, Refund.
 */
struct refund_book {
	struct order_reader r;
	struct answer in;
	struct basket b;
	cJSON *doc;   /* what the order's document says of it */
	enum errk rc; /* E_RECORD: nothing of it can be told, why says it */
	struct err why;
};
/* Of a node with all of its agreements. The book must stay where it is. */
void refund_book_open(struct refund_book *book, const struct shopify *s, const cJSON *node,
		      struct arena *a);
void refund_book_close(struct refund_book *book);

/*
 * The document of the agreement at this place in the books, under this name; owned by the caller. *left: something is left of it;
 * else all was taken out before it was shipped, and the document gives back nothing. E_RECORD: it can't be one.
 */
MUST_CHECK enum errk refund_document(const struct refund_book *book, size_t place, const char *name,
				     cJSON **out, bool *left, struct err *e);

#endif
