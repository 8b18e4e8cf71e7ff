#include <string.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/str.h"
#include "state/checkpoint.h"
#include "state/queue.h"
#include "state/run.h"
#include "sync/choice.h"
#include "sync/demand_priv.h"
#include "sync/flow.h"

/* Orders that were read longer ago than this are no base to reckon from, seconds. */
enum { BEHIND = 24 * 3600 };

/* Is it meant that the ERP gets its orders by this program? */
static enum errk expects_orders(const struct demand *o, const char *orders, bool *expects,
				struct err *e)
{
	struct run *tried;
	size_t n;
	enum errk rc = run_last(o->state, orders, 1, o->arena, &tried, &n, e);
	if (rc == E_OK)
		*expects = n || conf_has_section(o->conf, "orders");
	return rc;
}

/*
 * What is on hand is right without the orders, but for those that have been shipped there: no reason to write
 * nothing. Of orders that nobody has read for long the last ones are looked at all the same.
 */
static enum errk check_shipments(struct demand *o, const struct flow *orders, int64_t whole,
				 struct err *e)
{
	bool expects = whole != 0;
	enum errk rc = expects ? E_OK : expects_orders(o, orders->name, &expects, e);
	if (rc != E_OK || !expects)
		return rc;
	if (whole > o->read_at || o->read_at - whole > BEHIND) {
		whole = o->read_at - BEHIND;
		notice_say(o->notices, "orders behind",
			   arena_printf(
				   o->arena,
				   "%s has not read the store to its end for a day: units that "
				   "were shipped there of orders which changed longer ago are not "
				   "taken off; run it: erpsync %s",
				   orders->name, orders->name));
	}
	o->since = whole - DEMAND_OVERLAP;
	return E_OK;
}

static enum errk check_orders(struct demand *o, const struct flow *orders, struct err *e)
{
	char ago[CLOCK_TEXT_MAX];
	int64_t whole;
	bool expects = false, wider = false;
	enum errk rc = choice_since(o->state, o->conf, orders, orders->name, o->arena,
				    &o->orders_since, e);
	if (rc == E_OK)
		rc = checkpoint_whole(o->state, orders->name, &whole, e);
	if (o->on_hand)
		return rc == E_OK ? check_shipments(o, orders, whole, e) : rc;
	if (rc == E_OK)
		rc = choice_is_wider(o->state, o->conf, orders, orders->name, &o->orders_since,
				     &wider, e);
	if (rc == E_OK && wider)
		return err_set(e, E_LOCAL, DEMAND_BEHIND,
			       "[%s] asks for more orders than %s has read the store for, so it "
			       "is not known what was sold and the ERP's free stock can't be "
			       "trusted; run it first: erpsync %s",
			       orders->section, orders->name, orders->name);
	if (rc == E_OK && !whole)
		rc = expects_orders(o, orders->name, &expects, e);
	if (rc != E_OK)
		return rc;
	if (expects)
		return err_set(e, E_LOCAL, DEMAND_BEHIND,
			       "%s has not read the store to its end yet, as far as this state "
			       "file knows, so it is not known what was sold and the ERP's free "
			       "stock can't be trusted; run it first: erpsync %s",
			       orders->name, orders->name);
	if (!whole) {
		notice_say(
			o->notices, NULL,
			"orders export has never run: units of orders that the ERP does not know "
			"are not taken off");
		return E_OK;
	}
	/* Of a time that is still to come nothing is known either: the clock was ahead then. */
	if (whole > o->read_at + CLOCK_TOLERANCE_S)
		whole = 0;
	if (o->read_at - whole > BEHIND)
		return err_set(e, E_LOCAL, DEMAND_BEHIND,
			       "%s last read the store to its end %s ago, so it is not known what "
			       "was sold since and the ERP's free stock can't be trusted; run it "
			       "first: erpsync %s",
			       orders->name, duration_text((o->read_at - whole) * 1000, ago),
			       orders->name);
	o->since = whole - DEMAND_OVERLAP;
	return E_OK;
}

enum errk demand_check(struct demand *o, struct err *e)
{
	o->read_at = clock_now();
	return check_orders(o, flow_of_kind(KIND_ORDER), e);
}

struct demand_version *demand_add_version(struct demand *o, const struct demand_version *v)
{
	struct demand_version *to = LIST_ADD(o->version, o->n, o->cap, o->arena);
	*to = *v;
	return to;
}

static enum errk add_row(const struct queue_row *row, void *ctx, struct err *e)
{
	struct demand *o = ctx;
	enum errk rc = E_OK;
	struct demand_version v = {
		.order = arena_strdup(o->arena, row->record),
		.text = arena_strdup(o->arena, row->version),
		.seq = row->id,
		.moved_at = row->changed_at,
		.known_at = row->state == QUEUE_DONE ? row->changed_at + o->lag : INT64_MAX,
	};
	v.readable = demand_lines_of_order(row->payload, o->arena, &v.lines);
	if (row->state == QUEUE_SENDING)
		rc = demand_lines_booked(row->booked, o->arena, &v.sent, e);
	if (rc == E_OK)
		demand_add_version(o, &v);
	return rc;
}

/* What was delivered is purged from the queue after [state] keep_payloads; what it took stays in what was reported. */
static enum errk add_reported(void *ctx, const char *order, int64_t at, struct err *e)
{
	struct demand *o = ctx;
	(void)e;
	if (demand_in_queue(o, order))
		return E_OK;
	const struct demand_version v = {.order = arena_strdup(o->arena, order),
					 .text = "",
					 .moved_at = at,
					 .known_at = at + o->lag};
	demand_add_version(o, &v);
	return E_OK;
}

enum errk demand_read(struct demand *o, struct err *e)
{
	const struct flow *orders = flow_of_kind(KIND_ORDER);
	if (o->read)
		return E_OK;
	o->read_at = clock_now();
	enum errk rc = check_orders(o, orders, e);
	/* The ERP's figures may be as old as max_age, and miss what was delivered since. */
	int64_t oldest = o->read_at - conf_int(o->conf, "inventory", "max_age") / 1000 - o->lag;
	if (oldest < o->looked - DEMAND_OVERLAP)
		oldest = o->looked - DEMAND_OVERLAP;
	if (rc == E_OK)
		rc = queue_under_way(o->state, orders->name, oldest, add_row, o, e);
	if (rc != E_OK)
		return rc;
	demand_sort_versions(o->version, o->n);
	o->n_queue = o->n;
	rc = reported_each(o->state, oldest, o->awaited, add_reported, o, e);
	if (rc != E_OK)
		return rc;
	demand_sort_versions(o->version, o->n);
	o->n_queue = o->n;
	o->read = true;
	return E_OK;
}

const struct demand_version *demand_in_queue(const struct demand *o, const char *order)
{
	size_t low = 0, high = o->n_queue;
	while (low < high) {
		size_t mid = (low + high) / 2;
		if (strcmp(o->version[mid].order, order) <= 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low && strcmp(o->version[low - 1].order, order) == 0 ? &o->version[low - 1] : NULL;
}
