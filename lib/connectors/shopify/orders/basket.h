#ifndef ERPSYNC_CONNECTORS_SHOPIFY_ORDERS_BASKET_H
#define ERPSYNC_CONNECTORS_SHOPIFY_ORDERS_BASKET_H

#include "base/decimal.h"
#include "base/list.h"
#include "connectors/shopify/shopify.h"

/*
 * An order's books, each sale of them either counted to what is to be delivered and paid (basket.c) or left to a refund
 * (refunds/document.c): what one has the other has not, to the minor unit.
 */
enum reason { REASON_ORDER, REASON_EDIT, REASON_REFUND, REASON_RETURN };

/* What an agreement sold, took back, or changed the price of. */
struct sale {
	size_t agreement; /* its place in the books */
	enum reason reason;
	const char *refund;          /* of REASON_REFUND */
	const char *part;            /* the line, or the duty; NULL: neither */
	bool duty, back;             /* back: taken back */
	int64_t units;               /* never below 0; of a duty those of its line */
	int64_t counted;             /* of these units, what changes what is to be delivered */
	bool counts;                 /* wholly */
	struct decimal amount, kept; /* of all of it; of what is counted */
	const cJSON *from;
};

struct basket {
	const struct order_reader *r;
	const cJSON *events;
	cJSON *doc;
	int digits;
	LIST(struct sale) sale;
	enum errk failed; /* sums can't be reckoned: e says why */
	struct err *e;
};

/*
 * The books of a node that has "events". doc: what the order's document says of the order, its lines and transactions so far.
 * Faults go to the reader's answer.
 */
struct basket basket_read(const struct order_reader *r, cJSON *doc, struct err *e);
/* They come to what the order costs now: else nothing of them is believed. */
bool basket_is_sound(struct basket *b);
/* Units of a line that are to be delivered; a fault where the books come to other units than the order has left. */
int64_t basket_units(struct basket *b, const cJSON *node, const cJSON *line);
/* How much of a refund is for what was taken out before it was shipped. */
struct decimal basket_removed(struct basket *b, const char *refund);

enum reason basket_reason(struct answer *in, const cJSON *agreement);
/* Sums, numbers, and shares by units to the minor unit: what can't be reckoned is remembered in the basket. */
void basket_add(struct basket *b, struct decimal *sum, struct decimal x);
struct decimal basket_number(struct basket *b, const char *text);
struct decimal basket_share(struct basket *b, struct decimal x, int64_t n, int64_t of);
/* An amount of a sale: what is taken back is below zero, whichever way it is written. */
struct decimal basket_signed(struct basket *b, const struct sale *s, const char *text);
/* Of an amount of a sale, what is counted. */
struct decimal basket_counted(struct basket *b, const struct sale *s, struct decimal x);
void basket_set_amount(struct basket *b, cJSON *to, const char *key, struct decimal x);

#endif
