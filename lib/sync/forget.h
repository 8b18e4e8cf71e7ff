#ifndef ERPSYNC_SYNC_FORGET_H
#define ERPSYNC_SYNC_FORGET_H

#include "sync/session.h"

/* What was erased of a person, or would be in a dry run, and what is out of reach. */
struct forgotten {
	int64_t records;   /* that are the person's */
	int64_t documents; /* of them, dropped */
	int64_t texts; /* labels, reasons, lines of the journal, in which something was hidden */
	int64_t ids;   /* records whose id holds it: kept, or they would be delivered twice */
	struct out_of_reach {
		const char *where, *what;
	} * left; /* in the session's arena */
	size_t n_left;
};

/*
 * Erases a person from the state file: who is a mail address, a telephone number, a customer's id, or
 * an order's name or id. Orders are found by their documents, as long as they are kept, and with them
 * all orders of the same customer. E_BUSY "locked" while a flow runs, or an order is being sent or was
 * sent so lately that stock still counts on its document; E_LOCAL "not_delivered" if one still waits:
 * then nothing was erased.
 */
MUST_CHECK enum errk forget_person(struct session *s, const char *who, struct forgotten *out,
				   struct err *e);

#endif
