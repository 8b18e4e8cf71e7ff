#ifndef ERPSYNC_CONNECTORS_ODOO_REFUNDS_REFUND_H
#define ERPSYNC_CONNECTORS_ODOO_REFUNDS_REFUND_H

#include "base/list.h"
#include "connectors/odoo/orders/invoices.h"
#include "connectors/odoo/transition.h"

/*
 * One refund on its way into Odoo: its document (mappings/odoo/README.md), what Odoo has of its order, and what is to be
 * written. Nothing is written before all of that is known.
 */

/* One line of the document. */
struct refund_part {
	const char *id, *kind, *name;
	const char *line; /* the external id of the order's line; NULL = it is of none */
	const char *back; /* "return", "no_restock"; NULL = the shop does not say */
	const char *warehouse;
	int64_t units;
	struct decimal total, tax, net; /* net: as the order's prices are, with tax or without */
	const cJSON *from;
	/* What Odoo has. */
	const cJSON *sold; /* the order's line; NULL: there is none */
	int64_t sold_id;
	bool service;
	/* plan.c: its units go out of the order's line; else money alone goes back, on a line of its own. */
	bool lowers;
	bool unsaid;  /* whether they are in stock again the shop does not say: Odoo may */
	bool lowered; /* they have gone already */
	size_t at;    /* its line among d.line … */
	size_t n; /* … and how many it has: 0 = it comes to nothing, 2 = with a difference of price */
	int64_t receive; /* units for the return receipt */
};

/* Units that come back of one delivered move. */
struct refund_take {
	const struct refund_part *part;
	int64_t move, units, warehouse, from, unit, product; /* from: the place of the customer */
};

struct refund {
	/*
	 * What goes on the credit note is as an order's: lines, prices, taxes, totals, rounding. d.name is that of Odoo's
	 * order, d.id its id.
	 */
	struct odoo_order d;
	struct odoo_batch *b;
	const char *order_xid;
	LIST(struct refund_part) parts;
	/* books.c; owned */
	cJSON *orders, *lines, *xids, *moves, *move_xids, *products;
	const cJSON *order, *invoice, *credit;
	struct decimal billed; /* posted invoices less posted credit notes, without this one */
	struct decimal sold;   /* what the order comes to */
	bool begun;            /* something of this refund stands in the order already */
	bool done;             /* its credit note is posted: goods and order are seen to */
	/* goods.c */
	LIST(struct refund_take) takes;
	LIST(struct odoo_document) receipts; /* that are there */
	/* What it became. */
	struct odoo_invoice note; /* the credit note */
};

/* refund.c: reads the document. E_RECORD. */
MUST_CHECK enum errk refund_read(struct refund *r, struct err *e);
/* E_RECORD with what a person can do about it: the two commands that end each reason. */
MUST_CHECK enum errk refund_refuse(const struct refund *r, const char *code, const char *why,
				   struct err *e);
const char *refund_amount(struct decimal d, struct arena *a);

/* books.c: the order with its lines, invoices and credit notes. E_RECORD: they don't allow it. */
MUST_CHECK enum errk refund_read_books(struct refund *r, struct err *e);
/* Reads the order and its lines anew. */
MUST_CHECK enum errk refund_read_order(struct refund *r, struct err *e);
/* The line of the order with this external id; NULL. */
const cJSON *refund_order_line(const struct refund *r, const char *xid);
/* May it be written? E_RECORD. Pure: of what was read alone. */
MUST_CHECK enum errk refund_judge_books(struct refund *r, struct err *e);

/* plan.c: what is to be written, of what was read alone. E_RECORD: it can't be, or not wholly. */
MUST_CHECK enum errk refund_plan(struct refund *r, struct err *e);
const char *refund_own_xid(const struct refund *r, const struct refund_part *p);
const char *refund_back_xid(const struct refund *r, const struct refund_part *p);

/* goods.c: deliveries that units come back of. Pure: E_RECORD where they don't fit. */
MUST_CHECK enum errk refund_take_goods(struct refund *r, const cJSON *moves, const cJSON *pickings,
				       struct err *e);
MUST_CHECK enum errk refund_look_at_goods(struct refund *r, struct err *e);
MUST_CHECK enum errk refund_receive_goods(struct refund *r, struct err *e);

/* sale.c: the order comes to what is left of it. */
MUST_CHECK enum errk refund_lower_order(struct refund *r, struct err *e);

/* credit.c: credit note and money. */
MUST_CHECK enum errk refund_credit(struct refund *r, struct err *e);

/* put.c: as connector.h. */
MUST_CHECK enum errk odoo_refund_put(struct connector *c, struct put_batch *put, struct arena *a,
				     struct err *e);

#endif
