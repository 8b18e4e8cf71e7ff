#ifndef ERPSYNC_CONNECTORS_SHOPIFY_SHIPMENTS_SHIPMENTS_H
#define ERPSYNC_CONNECTORS_SHOPIFY_SHIPMENTS_SHIPMENTS_H

#include "base/list.h"
#include "connectors/shopify/shopify.h"

/*
 * Deliveries of the ERP into the shop. A put reads the fulfillment orders and fulfillments of the
 * orders of a batch, and for each delivery judges what is to be done next from what was just read:
 * adopt what is there, move, ship, correct the tracking, or park. fulfillmentCreate takes no key
 * (shopify.dev, FulfillmentInput): what is about to be sent is noted in the order's intents first, and
 * after any doubt the order is read again before anything more is sent.
 */
enum {
	/* Deliveries of one put: their orders share readings. */
	FULFILLMENT_BATCH = 50,
	/* Orders of one reading, at first; less where they are found too expensive. */
	ORDERS_PER_READING = 10,
	/* Names of one search. */
	NAMES_PER_SEARCH = 20,
	/* Lines of one call (FulfillmentOrderLineItemsInput takes 512). */
	SHIP_LINES_MAX = 512,
	/*
	 * A write without an answer that is not to be seen may still be under way: for so long nothing more
	 * is sent. A tracking number that comes some minutes later harms nobody, a second shipment does.
	 */
	FINISHED_S = 300,
	/* For so long after a write that was given up each run looks whether it came all the same. */
	LATE_S = 24 * 3600,
	/* Answers "no" to one delivery before it is left to the next run. */
	REFUSALS_MAX = 3,
	/* Deliveries one after the other that got no answer at all: then the shop is in trouble. */
	LOST_MAX = 3,
};

/* What the shop still has to ship, and from where. */
struct ship_left {
	const char *id; /* FulfillmentOrderLineItem */
	const char *line, *sku;
	int64_t left;
};
struct ship_order {
	const char *id; /* FulfillmentOrder */
	const char *status, *method, *hold;
	const char *location, *location_name; /* gid, NULL = a location that is gone */
	bool can_ship, can_move;
	struct ship_left *left;
	size_t n_left, cap_left;
};
/* What was shipped. */
struct ship_units {
	const char *line, *sku;
	int64_t units;
};
struct ship_done {
	const char *id; /* Fulfillment */
	bool cancelled;
	const char
		*strange; /* a status that is not known here: it may be shipped or not; else NULL */
	const char *company, **number, **url;
	size_t n_numbers;
	struct ship_units *line;
	size_t n_lines, cap_lines;
	const char *owner; /* the delivery that was delivered with it; NULL = none */
	bool claimed;      /* by another delivery than the one that is being judged */
};
/* An order of the shop as last read. */
struct ship_state {
	const char *id, *name;
	bool found, cancelled;
	bool stale; /* written to since it was read */
	struct ship_order *order;
	size_t n_orders, cap_orders;
	struct ship_done *done;
	size_t n_done, cap_done;
	/* intents: record -> {"done": [fulfillment ids], "intent": {…}}; owned by the put */
	cJSON *intents;
};

/* One line of a delivery. */
struct delivery_line {
	const char *line; /* gid; NULL = the SKU decides */
	const char *sku;
	const char *sold_as; /* what the order's lines call it; NULL = so */
	int64_t units;
	int64_t need; /* not shipped yet */
};
/* One delivery of the batch. */
struct delivery {
	struct put_item *put;
	const char *order_id, *order_name; /* at least one */
	const char *warehouse, *location;  /* the ERP's; gid of the shop's, NULL = not known */
	const char *location_name;
	const char *company, **number, **url; /* url: the first n_urls numbers have one */
	size_t n_numbers, n_urls;
	struct delivery_line *line;
	size_t n_lines;
	struct ship_state *state;
	/* Fulfillments that are this delivery's, by id. */
	const char **own;
	size_t n_own, cap_own, n_saved; /* saved: known to the intents */
	/* Fulfillments whose tracking this put has written: ids, a blank after each. */
	const char *told;
	bool written; /* by this put */
	bool named;   /* its lines are, see fulfillment_name_lines */
	bool noted;   /* that it is for this order, see intents_other_order */
	int refusals;
	const char *refusal; /* what the last call was answered */
	const char *tried;   /* that call, to see whether it comes again */
	const char *lost;    /* why the last call of this put got no answer; NULL: it got one */
	struct put_step **last_step;
};

enum other_location { OTHER_ACCEPT, OTHER_MOVE, OTHER_PARK };

/* One put under way. */
struct fulfillment_put {
	struct shopify *shop;
	struct put_batch *batch;
	struct arena *arena;
	enum other_location other;
	bool notify;
	int lost;           /* deliveries without an answer since the last one that got one */
	struct err stopped; /* the run is to end: no delivery is begun any more */
	struct delivery *item;
	size_t n;
	struct ship_state *state;
	size_t n_states;
};

/* How an ERP that writes files mends a delivery, behind what it is to correct. */
#define SAID_ANEW "(one that writes files says the delivery once more, in a new file)"

/* The delivery is out. */
enum errk delivery_refuse(struct delivery *d, const char *code, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
void delivery_step(struct fulfillment_put *p, struct delivery *d, const char *name,
		   const char *outcome, const char *detail);
static inline bool delivery_is_open(const struct delivery *d)
{
	return d->put->err.kind == E_OK;
}

/* document.c: the mapped documents of a batch. */
MUST_CHECK enum errk fulfillment_read_documents(struct fulfillment_put *p, struct err *e);

/* find.c: orders that are known by name only, and a state for each order. */
MUST_CHECK enum errk fulfillment_find_orders(struct fulfillment_put *p, struct err *e);

/* read.c: what the shop says of these orders now; intents stay. */
MUST_CHECK enum errk fulfillment_read_states(struct fulfillment_put *p, struct ship_state **state,
					     size_t n, struct err *e);

/* intents.c: what was done and is being done, per order, durable. */
MUST_CHECK enum errk intents_load(struct fulfillment_put *p, struct ship_state *s, struct err *e);
/* The ids that the intents and the target know as this delivery's. */
void intents_own(struct fulfillment_put *p, struct delivery *d);
bool delivery_owns(const struct delivery *d, const char *id);
/* Marks what other deliveries of the order have made. */
void intents_claims(const struct delivery *d);
/* What was sent of the delivery and given up, oldest first; NULL: nothing. */
const cJSON *intents_late(const struct delivery *d);
/* What became of a call of another delivery of the order is not known. */
bool intents_other_intents(const struct delivery *d);
/* Its call is not there, and not waited for any longer. */
MUST_CHECK enum errk intents_give_up(struct fulfillment_put *p, struct delivery *d, struct err *e);
/* What is about to be sent; NULL = no longer. With the ids that are this delivery's. */
MUST_CHECK enum errk intents_save(struct fulfillment_put *p, struct delivery *d, cJSON *intent,
				  struct err *e);
const cJSON *intents_open(const struct delivery *d); /* NULL: none */
/*
 * The order that the delivery was sent for, wholly or in part, if that is another one than it is for
 * now, with the ids of its shipments; *was NULL: none.
 */
MUST_CHECK enum errk intents_other_order(struct fulfillment_put *p, const struct delivery *d,
					 const char **was, const char **shipments, struct err *e);
/* This fulfillment is the delivery's from now on; intents_save makes it durable. */
void delivery_add_own(struct fulfillment_put *p, struct delivery *d, const char *id);
void delivery_drop_own(struct delivery *d, const char *id);

/* judge.c: what is next for a delivery, as its order was read. */
enum next { NEXT_NOTHING, NEXT_SHIP, NEXT_MOVE, NEXT_TRACK };
struct ship_part {
	struct ship_order *order;
	struct ship_left *left;
	int64_t units;
};
struct next_call {
	enum next what;
	struct ship_part *part; /* of one location; to move: of one fulfillment order */
	size_t n;
	struct ship_part *all; /* that of all calls that are still needed */
	size_t n_all;
	const char *fulfillment; /* whose tracking is corrected */
};
/* Refuses the delivery, or says what to do. What is found there already is adopted: own grows. */
struct next_call fulfillment_judge(struct fulfillment_put *p, struct delivery *d);
/* One of its shipments, as its order was read, whose tracking is not what the ERP says now; NULL: none. */
const char *fulfillment_untold(const struct delivery *d);
/* The same numbers, in whatever order; none on either side is the same too. */
bool fulfillment_same_numbers(const char *const *a, size_t n, const struct ship_done *f);

/*
 * skus.c: for lines whose SKU no line of the order has, the line whose article has it now. Refuses the
 * delivery where it may be one or another.
 */
MUST_CHECK enum errk fulfillment_name_lines(struct fulfillment_put *p, struct delivery *d,
					    struct err *e);

/* match.c: lines of the delivery against lines of the order. */
/* Is this line of the order what the delivery's line means? */
bool delivery_line_is(const struct delivery_line *l, const char *line, const char *sku);
/* Sets need: units less what own fulfillments hold; false: they hold *what besides. */
MUST_CHECK bool fulfillment_reckon(struct fulfillment_put *p, struct delivery *d,
				   const char **what);
int64_t fulfillment_needed(const struct delivery *d);
/* Do these fulfillments hold only what is needed, and is that all of it? */
enum fit { FIT_NOT, FIT_PART, FIT_ALL };
enum fit fulfillment_fit(struct fulfillment_put *p, const struct delivery *d,
			 struct ship_done *const *f, size_t n);
/* Chooses where need comes from; false: it can't, *why says so. */
MUST_CHECK bool fulfillment_allocate(struct fulfillment_put *p, struct delivery *d,
				     struct ship_part **part, size_t *n, struct err *why);

/* calls.c */
/* What calls are called in intents and history. */
#define SENT_SHIPMENT "shipped"
#define SENT_MOVE     "moved"
#define SENT_TRACKING "tracking"
/*
 * Sends the call. E_OK: done, or refused: then d->refusal is set. E_UNSURE: it may have happened;
 * its intent stays in the intents.
 */
MUST_CHECK enum errk fulfillment_call(struct fulfillment_put *p, struct delivery *d,
				      const struct next_call *call, struct err *e);

/* doubt.c */
/*
 * Finds out what became of the call that the intents hold, from the order as just read. E_OK: it is known
 * now or given up, and the intents say so; or the delivery is out until it is.
 */
MUST_CHECK enum errk fulfillment_resolve(struct fulfillment_put *p, struct delivery *d,
					 struct err *e);
/* Looks for what was given up, and refuses the delivery if it is there besides its repetition. */
void fulfillment_late(struct fulfillment_put *p, struct delivery *d);

#endif
