#ifndef ERPSYNC_CONNECTORS_ODOO_INVOICE_H
#define ERPSYNC_CONNECTORS_ODOO_INVOICE_H

#include "connectors/odoo/odoo_order.h"

/* The invoice of one order on its way to being paid; shared by odoo_invoices.c and odoo_payments.c. */
struct odoo_invoice {
	struct odoo_order *order;
	int64_t id; /* 0: none yet */
	const char *name, *state;
	int64_t partner, currency;
	const cJSON *head;  /* the order as Odoo has it now */
	const cJSON *lines; /* all lines of all orders, and their external ids */
	bool made;          /* in this put */
};

/* Registers what the shop has received and joins it to the invoices, which are posted. */
MUST_CHECK enum errk odoo_payments(struct odoo_batch *b, struct odoo_invoice *inv, size_t n,
				   struct err *e);

/* One payment that the shop received, of a document's payments[]. */
struct odoo_payment {
	const char *id, *journal_name, *date, *memo;
	struct decimal amount; /* change that was given back is taken off */
};
/* Reads them; those that come to nothing are left out. E_RECORD. */
MUST_CHECK enum errk odoo_payments_read(const cJSON *doc, struct arena *a,
					struct odoo_payment **out, size_t *n, struct err *e);

#endif
