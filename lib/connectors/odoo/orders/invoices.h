#ifndef ERPSYNC_CONNECTORS_ODOO_ORDERS_INVOICES_H
#define ERPSYNC_CONNECTORS_ODOO_ORDERS_INVOICES_H

#include "connectors/odoo/orders/order.h"

/* The invoice of one order on its way to being paid; shared by odoo_invoices*.c and payments.c. */
struct odoo_invoice {
	struct odoo_order *order;
	int64_t id; /* 0: none yet */
	const char *name, *state;
	int64_t partner, currency;
	/* Posted ones that people made beside ours, for the same customer: of a later difference. */
	int64_t *more;
	size_t n_more;
	const cJSON *head;  /* the order as Odoo has it now */
	const cJSON *lines; /* all lines of all orders, and their external ids */
	bool made;          /* in this put */
	/*
	 * A credit note: its payments go out, and it is joined with what is open of `more`, too. credits: others of the order,
	 * which its payments may be of; paid: payments that were made before.
	 */
	bool back;
	int64_t *credits, *paid;
	size_t n_credits, n_paid;
};

/* Those of one put. */
struct odoo_invoices {
	struct odoo_batch *b;
	struct odoo_invoice *inv;
	size_t n;
	cJSON *heads, *moves, *move_xids, *lines; /* owned */
};

/*
 * invoices_find.c: reads the orders and their invoices, anew if they were read before. An order whose
 * invoices leave nothing to do for us has failed then.
 */
MUST_CHECK enum errk odoo_invoices_find(struct odoo_invoices *v, struct err *e);
/* One invoice, read with these fields. */
extern const char *const odoo_invoice_fields[];
void odoo_invoice_take(const struct odoo_invoices *v, struct odoo_invoice *inv, const cJSON *move);
/* Our external id of the order's invoice. */
const char *odoo_invoice_xid(const struct odoo_batch *b, const struct odoo_order *d);

/* Registers what the shop has received, or given back, and joins it to the invoices, which are posted. */
MUST_CHECK enum errk odoo_payments(struct odoo_batch *b, struct odoo_invoice *inv, size_t n,
				   struct err *e);

/* Could they be registered? E_RECORD: a journal is not known, or takes none. Nothing is written. */
MUST_CHECK enum errk odoo_payments_foresee(struct odoo_batch *b, struct odoo_order *d, bool back,
					   struct err *e);

/* One payment that the shop received or gave back, of a document's payments[]. */
struct odoo_payment {
	const char *id, *journal_name, *date, *memo;
	struct decimal amount; /* change that was given back is taken off */
};
/* Reads them; those that come to nothing are left out. E_RECORD. */
MUST_CHECK enum errk odoo_payments_read(const cJSON *doc, struct arena *a,
					struct odoo_payment **out, size_t *n, struct err *e);

#endif
