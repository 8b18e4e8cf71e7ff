#ifndef ERPSYNC_CONNECTORS_ODOO_ORDERS_SHIPPED_H
#define ERPSYNC_CONNECTORS_ODOO_ORDERS_SHIPPED_H

#include "base/list.h"
#include "connectors/odoo/orders/order.h"
#include "connectors/odoo/transition.h"

/* Shared by shipped.c, which does deliveries, and shipped_stages.c, which knows what is under way for the units. */

/* One line of an order that has shipped units. */
struct part {
	struct odoo_order *order;
	const struct odoo_line *line;
	int64_t id;      /* sale.order.line */
	int64_t wanted;  /* units that have left with this shipment and those before it */
	int64_t ordered; /* units */
};

struct open_move {
	int64_t id, picking, units;
	bool packed;          /* by somebody, or by a put that was cut short … */
	struct decimal there; /* … so many */
};

/*
 * The moves of a part from one place to the next: several where goods are picked first, and one for each component of a
 * kit.
 */
struct stage {
	struct part *part;
	int64_t product, type,
		before;      /* before: the type of the moves that bring it here; 0 = none */
	int64_t done, units; /* moved ever; and with what is open */
	LIST(struct open_move) open;
	const char *theirs; /* why it is not for us; NULL = it is */
	bool cancelled;
	bool last; /* it leaves the company */
};

struct shipping {
	struct odoo_batch *b;
	LIST(struct part) parts;
	LIST(int64_t) lines; /* of the orders, in Odoo */
	LIST(struct stage) stages;
	cJSON *moves; /* owned: of the parts, and what brings the goods to them */
	size_t at;    /* the shipment of each order that is being seen to */
	LIST(struct odoo_document) todo; /* transfers that are to be done in this round */
};

/* The n-th shipment of an order's document; NULL: it has not so many. */
const cJSON *shipping_shipment(const struct odoo_order *d, size_t n);
/* Adds the units of an order's n-th shipment to its parts. E_RECORD "mapping". */
MUST_CHECK enum errk shipping_add(struct shipping *s, struct odoo_order *d, size_t n,
				  struct err *e);
/* A part of the order; there must be one. */
struct part *shipping_part_in(struct shipping *s, const struct odoo_order *d);
/* The ids of the orders' lines in Odoo. */
MUST_CHECK enum errk shipping_find_lines(struct shipping *s, struct odoo_order *const *order,
					 size_t n, struct err *e);
/* Reads the moves of these lines, and sorts them into stages: each time anew. */
MUST_CHECK enum errk shipping_read_moves(struct shipping *s, struct err *e);
void shipping_sort(struct shipping *s);
/* Neither done nor cancelled. */
bool shipping_is_open(const cJSON *move);
/* Of versions from 17 on `picked` says what counts, and the reserved quantity stands where what was done did. */
bool shipping_has_flag(const struct odoo *o);
/* Units of the stage for so many of the line; -1: a kit that is not made of whole numbers. */
int64_t shipping_units_for(const struct stage *x, int64_t wanted);
/* The goods are not where this stage takes them from: another one comes first. */
bool shipping_is_waiting(const struct shipping *s, const struct stage *x);

#endif
