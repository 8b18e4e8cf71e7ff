#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/stop.h"
#include "base/json.h"
#include "base/str.h"
#include "connectors/shopify/shipments/shipments.h"

static void read_settings(struct fulfillment_put *p)
{
	const struct conf *c = p->shop->env.conf;
	const char *other = conf_text(c, "fulfillments", "other_location");
	p->other = str_equal(other, "park")   ? OTHER_PARK
		   : str_equal(other, "move") ? OTHER_MOVE
					      : OTHER_ACCEPT;
	p->notify = conf_bool(c, "fulfillments", "notify_customer");
}

static enum errk read_orders(struct fulfillment_put *p, struct err *e)
{
	struct ship_state **all = arena_array(p->arena, p->n_states, sizeof(*all));
	enum errk rc = E_OK;
	for (size_t i = 0; i < p->n_states && rc == E_OK; i++) {
		all[i] = &p->state[i];
		rc = intents_load(p, all[i], e);
	}
	return rc == E_OK ? fulfillment_read_states(p, all, p->n_states, e) : rc;
}

/* What a call would leave, for what comes after it in a dry run. */
static void pretend(struct fulfillment_put *p, struct delivery *d, const struct next_call *call)
{
	for (size_t i = 0; i < call->n_all; i++)
		call->all[i].left->left -= call->all[i].units;
	if (call->what == NEXT_TRACK)
		delivery_step(p, d, "tracking", "would be written", call->fulfillment);
	else
		delivery_step(p, d, "shipped", "would be written", d->state->name);
	d->written = true;
}

static int64_t units_of(const struct next_call *call)
{
	int64_t n = 0;
	for (size_t i = 0; i < call->n; i++)
		n += call->part[i].units;
	return n;
}

static void refuse_unknown(struct delivery *d)
{
	delivery_refuse(
		d, "unknown_order",
		"the shop shows no order '%s', or the app may not see it: orders older than 60 "
		"days need the scope read_all_orders; correct the order in the ERP, then run: "
		"erpsync queue retry '%s'",
		d->order_name ? d->order_name : d->order_id, d->put->label);
}

/*
 * What was sent without an answer is not to be seen in the order: the delivery waits for a later run, which
 * looks again; its intent stands in the intents. One that never gets an answer must not keep all others from
 * going over, but a shop that answers nobody ends the put.
 */
static enum errk wait_for_it(struct fulfillment_put *p, const struct delivery *d, struct err *e)
{
	if (!d->lost || ++p->lost < LOST_MAX)
		return E_OK;
	*e = d->put->err;
	e->wait_ms = 0;
	return E_BUSY;
}

/* One look at the order, and one call. *more: look again. */
static enum errk go_on(struct fulfillment_put *p, struct delivery *d, bool *more, struct err *e)
{
	enum errk rc = E_OK;
	*more = false;
	if (d->state->stale)
		rc = fulfillment_read_states(p, &d->state, 1, e);
	if (rc == E_OK && !d->state->found) {
		refuse_unknown(d);
		return E_OK;
	}
	if (rc == E_OK)
		rc = fulfillment_name_lines(p, d, e);
	if (rc == E_OK && delivery_is_open(d) && intents_open(d))
		rc = fulfillment_resolve(p, d, e);
	if (rc == E_OK && !delivery_is_open(d))
		return wait_for_it(p, d, e);
	if (rc != E_OK)
		return rc;
	fulfillment_late(p, d);
	if (!delivery_is_open(d))
		return E_OK;
	struct next_call call = fulfillment_judge(p, d);
	if (!delivery_is_open(d) || call.what == NEXT_NOTHING)
		return E_OK;
	if (p->shop->env.dry_run) {
		pretend(p, d, &call);
		return E_OK;
	}
	if (d->refusals >= REFUSALS_MAX) {
		err_set(&d->put->err, E_BUSY, "order_moving",
			"its order changed in the shop each time it was written; the next run goes on");
		return E_OK;
	}
	/* Once it is noted it must be looked for, sent or not. */
	if (stop_requested())
		return err_set(e, E_BUSY, "stopped", "not sent: stopped (%s)", stop_reason());
	int64_t needed = fulfillment_needed(d);
	rc = fulfillment_call(p, d, &call, e);
	d->refusals += d->refusal != NULL;
	/* What was shipped before the ERP changed its mind has the tracking of that day. */
	*more = d->refusal || call.what != NEXT_SHIP || units_of(&call) < needed ||
		fulfillment_untold(d);
	if (rc == E_UNSURE) {
		d->lost = arena_strdup(p->arena, e->msg);
		*more = true;
		return E_OK;
	}
	d->lost = NULL;
	if (rc == E_OK && !d->refusal)
		p->lost = 0;
	return rc;
}

/* The name of an order, or what it is known by if the shop shows it no more. */
static enum errk name_of(struct fulfillment_put *p, const char *order, const char **name,
			 struct err *e)
{
	struct ship_state state = {.id = order}, *s = &state;
	enum errk rc = fulfillment_read_states(p, &s, 1, e);
	*name = rc == E_OK && s->found ? s->name : order;
	return rc;
}

/* Two deliveries under one id: the shipments of the first would be looked for in the other's order. */
static enum errk refuse_other_order(struct fulfillment_put *p, struct delivery *d, struct err *e)
{
	const char *was, *shipments, *name, *label = d->put->label;
	char day[CLOCK_TEXT_MAX] = "";
	enum errk rc = d->state->found ? intents_other_order(p, d, &was, &shipments, e) : E_OK;
	if (rc != E_OK || !d->state->found || !was)
		return rc;
	rc = name_of(p, was, &name, e);
	if (rc != E_OK)
		return rc;
	if (d->put->delivered_at)
		clock_text(d->put->delivered_at, day);
	delivery_refuse(
		d, "delivery_reused",
		"delivery '%s' was sent for order %s%s%.10s (%s%s), and the ERP now says that it is "
		"for order %s: one id is one delivery, of one order; if it is another delivery, or "
		"the order was wrong before (then cancel that shipment in the shop), have the ERP "
		"send it under an id of its own, or ship it in the shop by hand; then run: erpsync "
		"queue drop '%s'",
		label, name, *day ? " on " : "", day, *shipments ? "shipment " : "",
		*shipments ? shipments : "no answer came: look there for its shipment",
		d->state->name, label);
	return E_OK;
}

/* What was adopted must be known to be this delivery's before any other is judged. */
static enum errk deliver(struct fulfillment_put *p, struct delivery *d, struct err *e)
{
	enum errk rc = refuse_other_order(p, d, e);
	for (bool more = true; more && delivery_is_open(d) && rc == E_OK;)
		rc = go_on(p, d, &more, e);
	if (rc == E_OK && d->n_own > d->n_saved && !intents_open(d))
		rc = intents_save(p, d, NULL, e);
	return rc;
}

/* Each is for itself: what a stop leaves undone waits, and what is done is kept. */
static enum errk deliver_unless_stopped(struct fulfillment_put *p, struct delivery *d,
					struct err *e)
{
	enum errk rc = p->stopped.kind == E_OK ? deliver(p, d, e) : E_OK;
	if (rc == E_BUSY && strcmp(e->code, "stopped") == 0)
		p->stopped = *e;
	else if (rc != E_OK || p->stopped.kind == E_OK)
		return rc;
	d->put->err = p->stopped;
	return E_OK;
}

/* Those with a call whose outcome nobody knows go first: what landed is theirs. */
static enum errk deliver_all(struct fulfillment_put *p, struct err *e)
{
	bool *doubtful = arena_array(p->arena, p->n, sizeof(*doubtful));
	enum errk rc = E_OK;
	for (size_t i = 0; i < p->n; i++) {
		struct delivery *d = &p->item[i];
		if (!delivery_is_open(d))
			continue;
		intents_own(p, d);
		doubtful[i] = intents_open(d) != NULL;
	}
	for (int first = 1; first >= 0; first--)
		for (size_t i = 0; i < p->n && rc == E_OK; i++)
			if (delivery_is_open(&p->item[i]) && doubtful[i] == first)
				rc = deliver_unless_stopped(p, &p->item[i], e);
	return rc;
}

static void add_moved(struct put_item *put, const char *sku)
{
	for (size_t i = 0; i < put->n_moved; i++)
		if (str_equal(put->moved[i], sku))
			return;
	if (sku)
		put->moved[put->n_moved++] = sku;
}

/*
 * What was shipped is no longer on hand, and what was moved is promised elsewhere. All of the order: what was
 * found done may be of a put that was cut short.
 */
static void name_moved(const struct fulfillment_put *p, const struct delivery *d)
{
	const struct ship_state *s = d->state;
	size_t n = d->n_lines;
	if (!s || !(d->written || delivery_is_open(d)))
		return;
	for (size_t i = 0; i < s->n_orders; i++)
		n += s->order[i].n_left;
	for (size_t i = 0; i < s->n_done; i++)
		n += s->done[i].n_lines;
	d->put->moved = arena_array(p->arena, n, sizeof(*d->put->moved));
	for (size_t i = 0; i < d->n_lines; i++)
		add_moved(d->put, d->line[i].sku);
	for (size_t i = 0; i < s->n_orders; i++)
		for (size_t k = 0; k < s->order[i].n_left; k++)
			add_moved(d->put, s->order[i].left[k].sku);
	for (size_t i = 0; i < s->n_done; i++)
		for (size_t k = 0; k < s->done[i].n_lines; k++)
			add_moved(d->put, s->done[i].line[k].sku);
}

/* target: the first fulfillment of the delivery, all of them its parts where it has several; kept: the order. */
static void report(struct fulfillment_put *p)
{
	for (size_t i = 0; i < p->n; i++) {
		struct delivery *d = &p->item[i];
		struct target *t = &d->put->target;
		name_moved(p, d);
		if (!delivery_is_open(d))
			continue;
		*t = (struct target){.id = d->n_own ? d->own[0] : NULL};
		for (size_t k = 0; k < d->n_own && d->n_own > 1; k++)
			target_add_part(t, "shipment", d->own[k], NULL, p->arena);
		d->put->kept = d->state->id;
		d->put->adopted = !d->written;
	}
}

static enum errk put(struct fulfillment_put *p, struct err *e)
{
	enum errk rc = shopify_authorize(p->shop, p->arena, e);
	if (rc == E_OK)
		rc = shopify_need_scopes(p->shop, 0, 1u << KIND_FULFILLMENT, p->arena, e);
	if (rc == E_OK)
		rc = fulfillment_read_documents(p, e);
	if (rc == E_OK)
		rc = fulfillment_find_orders(p, e);
	if (rc == E_OK)
		rc = read_orders(p, e);
	if (rc == E_OK)
		rc = deliver_all(p, e);
	if (rc == E_OK)
		report(p);
	return rc;
}

/*
 * A put that breaks off is put again as a whole: what it had done stands in the intents, and so does
 * the one call whose answer is missing.
 */
enum errk fulfillment_put(struct shopify *s, struct put_batch *batch, struct arena *a,
			  struct err *e)
{
	struct fulfillment_put p = {.shop = s, .batch = batch, .arena = a};
	read_settings(&p);
	enum errk rc = put(&p, e);
	for (size_t i = 0; i < p.n_states; i++)
		cJSON_Delete(p.state[i].intents);
	return rc;
}
