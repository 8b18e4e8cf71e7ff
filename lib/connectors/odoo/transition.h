#ifndef ERPSYNC_CONNECTORS_ODOO_TRANSITION_H
#define ERPSYNC_CONNECTORS_ODOO_TRANSITION_H

#include "connectors/odoo/orders/order.h"

/*
 * Methods that move documents from one state to the next, like action_confirm. None is safe to
 * repeat, so a document's state decides whether it is called, and is read again whenever an answer
 * was lost or refused.
 */
struct odoo_document {
	struct odoo_order *order;
	int64_t id;
	const char *name, *state; /* updated */
};

struct odoo_transition {
	const char *model, *method;
	const char *const *flags; /* set in the context, ended by NULL; NULL = none */
	const char *wanted[4];    /* states in which it is done; the first is what it leads to */
	const char *step;         /* name in the order's history */
	bool quiet;               /* as in odoo_call */
	bool apart;               /* documents don't wait for each other: shares may go at once */
};

/*
 * Does it to n documents, in one call if none of them is at fault; a refused group is halved until
 * only the guilty ones are left out. What became of each stands in its state and its order's err.
 */
void odoo_transition(struct odoo_batch *b, const struct odoo_transition *transition,
		     struct odoo_document *doc, size_t n);

#endif
