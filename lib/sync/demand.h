#ifndef ERPSYNC_SYNC_DEMAND_H
#define ERPSYNC_SYNC_DEMAND_H

#include "base/conf.h"
#include "connectors/connector.h"
#include "map/map.h"
#include "state/reported.h"
#include "state/state.h"
#include "sync/notice.h"

/*
 * Units sold in the store that the ERP does not know: see struct in_flight. For each order, those of
 * its newest version (in the queue of "orders export", or as the store says) less those of the version
 * that the ERP had been told when its figure was read. What waits will be booked on the ERP's article that
 * tables/skus.csv says now, what was told on the one that it said then. The queue is read once, at the first question.
 */
struct demand;

/*
 * Reads nothing yet. notices: what can't be known; mapper: whose tables/skus.csv says which article of the ERP an order's
 * line is, opened before the first question. All arguments outlive it.
 */
struct demand *demand_new(struct state *s, const struct conf *c, struct mapper *const *mapper,
			  struct notices *notices);
void demand_free(struct demand *o); /* takes NULL */
const struct in_flight *demand_in_flight(const struct demand *o);

/*
 * Would a run of stock be refused now, because orders were not read to their end (E_LOCAL "orders_behind")? What else it would
 * say of that goes to the notices.
 */
MUST_CHECK enum errk demand_check(struct demand *o, struct err *e);

/* When the orders were read that units are counted by; 0 = they were not. */
int64_t demand_read_at(const struct demand *o);

/*
 * Has the ERP been told an order of this article since the queue was read? What was compared by it is
 * to be compared again.
 */
MUST_CHECK enum errk demand_reported_since(const struct demand *o,
					   const struct reported_article *article, bool *reported,
					   struct err *e);

/*
 * Several articles of the store may be one of the ERP's, and what is sold of one the store takes off that one alone. Records
 * whose stock this flow wrote to another than was sold, by orders that were read before that one came or was told: nothing
 * new may be read of them. They are in doubt from then on; call it in a transaction. Why they can't be known now is told by
 * the first put.
 */
struct demand_shared {
	const char *flow;
	int64_t since; /* orders that were delivered before have been seen to (seconds; 0 = none was) */
	bool all;      /* nor is what was seen to known to be so by the table of now */
	bool known; /* out: all that is to be known of orders is; else they are to be found later */
};
MUST_CHECK enum errk demand_shared(const struct demand *o, struct demand_shared *q, struct arena *a,
				   const char ***record, size_t *n, struct err *e);

/*
 * What an order takes by its canonical document, as struct reported has the lines, each with the ERP's article that the
 * tables of this mapper say. NULL: the document is gone or can't be read.
 */
const char *demand_booking(struct mapper *m, const char *order, const char *payload,
			   struct arena *a);
/*
 * As queue_row.booked has it: what an order took when documents of it were made that may have landed, by their hashes.
 * With one more; as it was if it has that one.
 */
const char *demand_booked_with(const char *booked, const char *hash, const char *booking,
			       struct arena *a);
/* By the document with this hash, NULL = by the only one that there is; NULL: it is not known. */
const char *demand_booked_as(const char *booked, const char *hash, struct arena *a);

#endif
