#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/step.h"
#include "base/str.h"
#include "connectors/shopify/shipments/shipments.h"

static const struct call_row {
	enum shopify_document doc;
	const char *field, *name; /* of the answer; in intents and history */
} call_table[] = {
	[NEXT_SHIP] = {DOC_SHIPMENT_CREATE, "fulfillmentCreate", SENT_SHIPMENT},
	[NEXT_MOVE] = {DOC_SHIPMENT_MOVE, "fulfillmentOrderMove", SENT_MOVE},
	[NEXT_TRACK] = {DOC_SHIPMENT_TRACK, "fulfillmentTrackingInfoUpdate", SENT_TRACKING},
};

static void add_lines(cJSON *to, const struct ship_part *part, size_t n,
		      const struct ship_order *of)
{
	for (size_t i = 0; i < n; i++) {
		if (part[i].order != of)
			continue;
		/* Two lines of the delivery may draw on the same one of the shop. */
		int64_t units = part[i].units;
		bool again = false;
		for (size_t k = 0; k < n; k++) {
			if (k == i || part[k].left != part[i].left)
				continue;
			again |= k < i;
			units += part[k].units;
		}
		if (again)
			continue;
		cJSON *o = json_object();
		json_add_str(o, "id", part[i].left->id);
		json_add_int(o, "quantity", units);
		json_push(to, o);
	}
}

static void add_tracking(cJSON *to, const struct delivery *d)
{
	if (!d->n_numbers)
		return;
	cJSON *tracking = json_add_object(to, "trackingInfo");
	if (d->company)
		json_add_str(tracking, "company", d->company);
	cJSON *numbers = json_add_array(tracking, "numbers");
	for (size_t i = 0; i < d->n_numbers; i++)
		json_push_str(numbers, d->number[i]);
	cJSON *urls = d->n_urls ? json_add_array(tracking, "urls") : NULL;
	for (size_t i = 0; i < d->n_urls; i++)
		json_push_str(urls, d->url[i]);
}

/* Lines always stand there: without them everything that is left would be shipped. */
static cJSON *ship_variables(const struct fulfillment_put *p, const struct delivery *d,
			     const struct next_call *call)
{
	cJSON *variables = json_object(), *input = json_add_object(variables, "fulfillment");
	cJSON *orders = json_add_array(input, "lineItemsByFulfillmentOrder");
	for (size_t i = 0; i < call->n; i++) {
		const struct ship_order *order = call->part[i].order;
		bool again = false;
		for (size_t k = 0; k < i; k++)
			again |= call->part[k].order == order;
		if (again)
			continue;
		cJSON *o = json_object();
		json_add_str(o, "fulfillmentOrderId", order->id);
		add_lines(json_add_array(o, "fulfillmentOrderLineItems"), call->part, call->n,
			  order);
		json_push(orders, o);
	}
	add_tracking(input, d);
	json_add_bool(input, "notifyCustomer", p->notify);
	return variables;
}

static cJSON *variables_of(const struct fulfillment_put *p, const struct delivery *d,
			   const struct next_call *call)
{
	if (call->what == NEXT_SHIP)
		return ship_variables(p, d, call);
	cJSON *variables = json_object();
	if (call->what == NEXT_MOVE) {
		json_add_str(variables, "id", call->part[0].order->id);
		json_add_str(variables, "location", d->location);
		add_lines(json_add_array(variables, "lines"), call->part, call->n,
			  call->part[0].order);
		return variables;
	}
	json_add_str(variables, "id", call->fulfillment);
	add_tracking(variables, d);
	json_add(variables, "tracking",
		 cJSON_DetachItemFromObjectCaseSensitive(variables, "trackingInfo"));
	json_add_bool(variables, "notify", p->notify);
	return variables;
}

/* Enough to know what it did, should it turn up. */
static cJSON *intent_of(const struct delivery *d, const struct next_call *call,
			const cJSON *variables)
{
	const struct ship_state *s = d->state;
	cJSON *intent = json_object();
	json_add_str(intent, "what", call_table[call->what].name);
	if (call->what == NEXT_TRACK) {
		json_add_str(intent, "fulfillment", call->fulfillment);
		json_add(intent, "tracking", cJSON_Duplicate(json_at(variables, "tracking"), true));
		return intent;
	}
	cJSON *before = json_add_array(intent, "before"), *lines = json_add_array(intent, "lines"),
	      *numbers = json_add_array(intent, "numbers");
	for (size_t i = 0; i < s->n_done; i++)
		json_push_str(before, s->done[i].id);
	for (size_t i = 0; i < call->n; i++) {
		cJSON *o = json_object();
		json_add_str(o, "line", call->part[i].left->line);
		json_add_int(o, "units", call->part[i].units);
		json_add_str(o, "from", call->part[i].left->id);
		json_add_int(o, "left", call->part[i].left->left);
		json_push(lines, o);
	}
	for (size_t i = 0; i < d->n_numbers; i++)
		json_push_str(numbers, d->number[i]);
	return intent;
}

static const char *detail_of(const struct fulfillment_put *p, const struct next_call *call,
			     const char *id)
{
	int64_t units = 0;
	if (call->what == NEXT_TRACK)
		return call->fulfillment;
	for (size_t i = 0; i < call->n; i++)
		units += call->part[i].units;
	const char *from = call->part[0].order->location_name;
	return arena_printf(p->arena, "%s%s%lld unit%s from %s", id ? id : "", id ? ": " : "",
			    (long long)units, units == 1 ? "" : "s", from ? from : "no location");
}

/* What the answer says. A refusal names no reason that a program may act on: the order does. */
static enum errk take_answer(struct fulfillment_put *p, struct delivery *d,
			     const struct next_call *call, const struct shopify_query *q,
			     struct err *e)
{
	const struct call_row *row = &call_table[call->what];
	struct answer in = shopify_answer(q);
	const cJSON *payload = answer_object(&in, q->data, row->field);
	const char *message = shopify_refusal(&in, payload);
	const char *id = NULL;
	if (!message && call->what == NEXT_SHIP)
		id = answer_id(&in, payload, "fulfillment.id");
	if (!message && call->what == NEXT_TRACK &&
	    strcmp(answer_id(&in, payload, "fulfillment.id"), call->fulfillment) != 0)
		answer_fault(&in, "fulfillment.id", "is that of another fulfillment");
	if (!message && call->what == NEXT_MOVE)
		answer_id(&in, payload, "movedFulfillmentOrder.id");
	enum errk rc = answer_end(&in, e);
	if (rc != E_OK)
		return rc;
	d->refusal = arena_strdup(p->arena, message);
	if (!message) {
		d->written = true;
		delivery_step(p, d, row->name, "done", detail_of(p, call, id));
		if (call->what == NEXT_SHIP)
			delivery_add_own(p, d, id);
		if (call->what == NEXT_TRACK)
			d->told = arena_printf(p->arena, "%s%s ", d->told ? d->told : "",
					       call->fulfillment);
	}
	rc = intents_save(p, d, NULL, e);
	STEP("shipment known");
	return rc;
}

enum errk fulfillment_call(struct fulfillment_put *p, struct delivery *d,
			   const struct next_call *call, struct err *e)
{
	struct shopify_query q = {.doc = call_table[call->what].doc,
				  .variables = variables_of(p, d, call)};
	const char *text = json_text(q.variables, p->arena);
	/* Nothing has changed since this was refused: so it will be again. */
	if (d->refusal && str_equal(d->tried, text)) {
		delivery_refuse(
			d, "shopify_refuses",
			"Shopify refuses it: %s; see order %s in the shop, then run: erpsync queue "
			"retry '%s'",
			d->refusal, d->state->name, d->put->label);
		shopify_query_release(&q);
		return E_OK;
	}
	d->tried = text;
	d->refusal = NULL;
	enum errk rc = intents_save(p, d, intent_of(d, call, q.variables), e);
	STEP("shipment noted");
	d->state->stale = true;
	if (rc == E_OK) {
		rc = shopify_send(p->shop, &q, 1, p->arena, e);
		STEP("shipment sent");
		if (rc == E_OK)
			rc = take_answer(p, d, call, &q, e);
		else if (rc == E_REFUSED && strcmp(e->code, "graphql_error") == 0) {
			/* An id that is no more, or half an answer: the order tells. */
			d->refusal = arena_strdup(p->arena, e->msg);
			rc = E_OK;
		}
	}
	shopify_query_release(&q);
	return rc;
}
