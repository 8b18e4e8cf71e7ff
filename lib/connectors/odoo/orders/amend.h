#ifndef ERPSYNC_CONNECTORS_ODOO_ORDERS_AMEND_H
#define ERPSYNC_CONNECTORS_ODOO_ORDERS_AMEND_H

#include "connectors/odoo/load.h"
#include "connectors/odoo/orders/order.h"

/* A later change of an order: what differs (differing.c), and is written (amend.c). */
struct change {
	struct odoo_order *order;
	struct odoo_row *changed, *added; /* rows of order lines, in the shapes below */
	size_t n_changed, n_added;
	const char *invoice, *delivery, *reference; /* cells of the head; NULL = as it is */
	const char *what;                           /* for people */
	/* What they changed and is not as the shop has it, for people: what is left so, and what is written over. */
	const char *people, *over;
	LIST(struct odoo_lowered) lowered; /* lines of goods of a confirmed order */
	bool shop;                         /* changed something that counts, and not people alone */
	bool delivered;                    /* goods of a changed line have left */
	bool late;                         /* that, or it is invoiced */
};

struct amend {
	struct odoo_batch *b;
	struct change *change;
	size_t n;
	cJSON *lines, *xids; /* owned */
	const char *changed_fields[8], *added_fields[ODOO_LINE_CELLS + 2];
};

enum { AMEND_CHANGED_WIDTH = 7 };

/* Has anything to be written? */
bool amend_has_change(const struct change *c);
/* The lines of all orders, with their external ids. */
MUST_CHECK enum errk amend_read_lines(struct amend *m, struct err *e);
/* Fills the change of an order. E_RECORD: the order is not to be changed. */
MUST_CHECK enum errk amend_compare(struct amend *m, struct change *c, struct err *e);
/* Adds to one of the texts for people, up to a length. */
void amend_add_text(const struct amend *m, const char **list, const char *text);

#endif
