#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "connectors/shopify/shipments/shipments.h"

enum {
	/* Fulfillment orders, and lines of each, in the first reading. */
	FIRST_ORDERS = 10,
	FIRST_SHIP_LINES = 20,
	READINGS_AT_ONCE = 4,
};

static const char *id_at(struct fulfillment_put *p, struct answer *in, const cJSON *node,
			 const char *path)
{
	return arena_strdup(p->arena, answer_id(in, node, path));
}

static const char *text_or_null(struct fulfillment_put *p, struct answer *in, const cJSON *node,
				const char *path)
{
	return arena_strdup(p->arena, answer_text_or_null(in, node, path));
}

static int64_t units_at(struct answer *in, const cJSON *node, const char *path)
{
	return answer_int(in, node, path, 0, INT32_MAX);
}

static void add_left(struct fulfillment_put *p, struct answer *in, struct ship_order *o,
		     const cJSON *nodes)
{
	JSON_EACH (node, nodes) {
		int64_t left = units_at(in, node, "remainingQuantity");
		/* Units that were moved or taken off the order are nobody's line any more. */
		if (units_at(in, node, "totalQuantity") == 0)
			continue;
		*LIST_ADD(o->left, o->n_left, o->cap_left, p->arena) = (struct ship_left){
			.id = id_at(p, in, node, "id"),
			.line = id_at(p, in, node, "lineItem.id"),
			.sku = text_or_null(p, in, node, "lineItem.sku"),
			.left = left,
		};
	}
}

static void add_units(struct fulfillment_put *p, struct answer *in, struct ship_done *f,
		      const cJSON *nodes)
{
	JSON_EACH (node, nodes)
		*LIST_ADD(f->line, f->n_lines, f->cap_lines, p->arena) = (struct ship_units){
			.line = id_at(p, in, node, "lineItem.id"),
			.sku = text_or_null(p, in, node, "lineItem.sku"),
			.units = units_at(in, node, "quantity"),
		};
}

/* Further lines of a fulfillment order (o) or of a fulfillment (f). */
static enum errk read_lines(struct fulfillment_put *p, const char *id, struct answer_walk *walk,
			    const char *after, struct ship_order *o, struct ship_done *f,
			    struct err *e)
{
	while (after) {
		struct shopify_query q = {.doc = DOC_SHIPPING_LINES, .variables = json_object()};
		json_add_str(q.variables, "id", id);
		json_add_str(q.variables, "after", after);
		enum errk rc = shopify_send(p->shop, &q, 1, p->arena, e);
		if (rc == E_OK) {
			struct answer in = shopify_answer(&q);
			const cJSON *nodes = answer_page(&in, q.data,
							 o ? "node.lineItems"
							   : "node.fulfillmentLineItems",
							 PAGE_MAX, walk, &after);
			if (o)
				add_left(p, &in, o, nodes);
			else
				add_units(p, &in, f, nodes);
			after = arena_strdup(p->arena, after);
			rc = answer_end(&in, e);
		}
		shopify_query_release(&q);
		if (rc != E_OK)
			return rc;
	}
	return E_OK;
}

static bool has_action(struct answer *in, const cJSON *node, const char *wanted)
{
	JSON_EACH (action, answer_nodes(in, node, "supportedActions", ENTRIES_MAX))
		if (strcmp(answer_text(in, action, "action"), wanted) == 0)
			return true;
	return false;
}

static const char *hold_of(struct fulfillment_put *p, struct answer *in, const cJSON *node)
{
	const cJSON *hold = json_first(answer_nodes(in, node, "fulfillmentHolds", ENTRIES_MAX));
	return hold ? arena_strdup(p->arena, answer_text(in, hold, "displayReason")) : NULL;
}

static enum errk add_order(struct fulfillment_put *p, struct answer *in, struct ship_state *s,
			   const cJSON *node, struct err *e)
{
	struct answer_walk walk = {0};
	const char *after;
	struct ship_order *o = LIST_ADD(s->order, s->n_orders, s->cap_orders, p->arena);
	*o = (struct ship_order){
		.id = id_at(p, in, node, "id"),
		.status = id_at(p, in, node, "status"),
		.method = text_or_null(p, in, node, "deliveryMethod.methodType"),
		.location = text_or_null(p, in, node, "assignedLocation.location.id"),
		.location_name = id_at(p, in, node, "assignedLocation.name"),
		.can_move = has_action(in, node, "MOVE"),
		.hold = hold_of(p, in, node),
	};
	o->can_ship = (str_equal(o->status, "OPEN") || str_equal(o->status, "IN_PROGRESS")) &&
		      has_action(in, node, "CREATE_FULFILLMENT");
	add_left(p, in, o, answer_page(in, node, "lineItems", FIRST_SHIP_LINES, &walk, &after));
	enum errk rc = answer_end(in, e);
	return rc == E_OK ? read_lines(p, o->id, &walk, after, o, NULL, e) : rc;
}

static enum errk add_orders(struct fulfillment_put *p, struct answer *in, struct ship_state *s,
			    const cJSON *nodes, struct err *e)
{
	enum errk rc = answer_end(in, e);
	JSON_EACH (node, nodes)
		if (rc == E_OK)
			rc = add_order(p, in, s, node, e);
	return rc;
}

static enum errk read_more_orders(struct fulfillment_put *p, struct ship_state *s,
				  struct answer_walk *walk, const char *after, struct err *e)
{
	while (after) {
		struct shopify_query q = {.doc = DOC_SHIPPING_MORE_ORDERS,
					  .variables = json_object()};
		json_add_str(q.variables, "id", s->id);
		json_add_int(q.variables, "orders", FIRST_ORDERS);
		json_add_int(q.variables, "lines", FIRST_SHIP_LINES);
		json_add_str(q.variables, "after", after);
		enum errk rc = shopify_send(p->shop, &q, 1, p->arena, e);
		if (rc == E_OK) {
			struct answer in = shopify_answer(&q);
			const cJSON *nodes = answer_page(&in, q.data, "order.fulfillmentOrders",
							 FIRST_ORDERS, walk, &after);
			after = arena_strdup(p->arena, after);
			rc = add_orders(p, &in, s, nodes, e);
		}
		shopify_query_release(&q);
		if (rc != E_OK)
			return rc;
	}
	return E_OK;
}

/* FulfillmentStatus of 2026-10, but for CANCELLED: the goods count as on their way. */
static bool is_shipped(const char *status)
{
	static const char *const known[] = {"SUCCESS", "OPEN", "PENDING", "ERROR", "FAILURE"};
	return str_among(status, known, sizeof(known) / sizeof(*known));
}

static enum errk add_done(struct fulfillment_put *p, struct answer *in, struct ship_done *f,
			  const cJSON *node, struct err *e)
{
	const cJSON *parcels = answer_nodes(in, node, "trackingInfo", PAGE_MAX);
	size_t n = json_count(parcels, "");
	struct answer_walk walk = {0};
	const char *after, *status = id_at(p, in, node, "status");
	bool cancelled = str_equal(status, "CANCELLED");
	*f = (struct ship_done){
		.id = id_at(p, in, node, "id"),
		.cancelled = cancelled,
		.strange = cancelled || is_shipped(status) ? NULL : status,
		.number = arena_array(p->arena, n, sizeof(*f->number)),
		.url = arena_array(p->arena, n, sizeof(*f->url)),
	};
	JSON_EACH (entry, parcels) {
		const char *number = text_or_null(p, in, entry, "number");
		if (!f->company && entry == json_first(parcels))
			f->company = text_or_null(p, in, entry, "company");
		if (str_blank(number))
			continue;
		f->url[f->n_numbers] = text_or_null(p, in, entry, "url");
		f->number[f->n_numbers++] = number;
	}
	add_units(p, in, f,
		  answer_page(in, node, "fulfillmentLineItems", FIRST_SHIP_LINES, &walk, &after));
	const struct owners *owners = p->batch->owners;
	enum errk rc = answer_end(in, e);
	if (rc == E_OK)
		rc = owners->of(owners->ctx, f->id, p->arena, &f->owner, e);
	return rc == E_OK ? read_lines(p, f->id, &walk, after, NULL, f, e) : rc;
}

static enum errk take(struct fulfillment_put *p, struct answer *in, struct ship_state *s,
		      const cJSON *node, struct err *e)
{
	struct answer_walk walk = {0};
	const char *after = NULL;
	*s = (struct ship_state){.id = s->id, .intents = s->intents};
	if (!node)
		return E_OK; /* not there, or not for this app */
	s->found = true;
	s->name = arena_strdup(p->arena, answer_text(in, node, "name"));
	s->cancelled = answer_text_or_null(in, node, "cancelledAt") != NULL;
	const cJSON *orders = answer_page(in, node, "fulfillmentOrders", FIRST_ORDERS, &walk,
					  &after);
	enum errk rc = add_orders(p, in, s, orders, e);
	if (rc == E_OK)
		rc = read_more_orders(p, s, &walk, after, e);
	JSON_EACH (entry, answer_nodes(in, node, "fulfillments", PAGE_MAX))
		if (rc == E_OK)
			rc = add_done(p, in, LIST_ADD(s->done, s->n_done, s->cap_done, p->arena),
				      entry, e);
	return rc == E_OK ? answer_end(in, e) : rc;
}

static void ask(struct shopify_query *q, struct ship_state **state, size_t n)
{
	*q = (struct shopify_query){.doc = DOC_SHIPPING_ORDERS, .variables = json_object()};
	cJSON *ids = json_add_array(q->variables, "ids");
	for (size_t i = 0; i < n; i++)
		json_push_str(ids, state[i]->id);
	json_add_int(q->variables, "orders", FIRST_ORDERS);
	json_add_int(q->variables, "lines", FIRST_SHIP_LINES);
}

static const char *id_of(const void *ctx, size_t i)
{
	return ((struct ship_state *const *)ctx)[i]->id;
}

static enum errk take_all(struct fulfillment_put *p, struct ship_state **state, size_t n,
			  const struct shopify_query *q, struct err *e)
{
	struct answer in = shopify_answer(q);
	const cJSON **node = arena_array(p->arena, n, sizeof(*node));
	answer_by_id(&in, q->data, "nodes", n, id_of, state, node);
	enum errk rc = answer_end(&in, e);
	for (size_t i = 0; i < n && rc == E_OK; i++)
		rc = take(p, &in, state[i], node[i], e);
	return rc;
}

/* Some readings at once; *done orders are through. */
static enum errk read_some(struct fulfillment_put *p, struct ship_state **state, size_t n,
			   size_t page, size_t *done, struct err *e)
{
	struct shopify_query q[READINGS_AT_ONCE];
	size_t count = 0, at = 0;
	for (; count < READINGS_AT_ONCE && at < n; count++) {
		size_t some = n - at < page ? n - at : page;
		ask(&q[count], state + at, some);
		at += some;
	}
	enum errk rc = shopify_send(p->shop, q, count, p->arena, e);
	for (size_t i = 0, from = 0; i < count && rc == E_OK; i++) {
		size_t some = at - from < page ? at - from : page;
		rc = take_all(p, state + from, some, &q[i], e);
		from += some;
	}
	for (size_t i = 0; i < count; i++)
		shopify_query_release(&q[i]);
	*done = rc == E_OK ? at : 0;
	return rc;
}

enum errk fulfillment_read_states(struct fulfillment_put *p, struct ship_state **state, size_t n,
				  struct err *e)
{
	struct shopify *s = p->shop;
	if (!s->ship_page)
		s->ship_page = ORDERS_PER_READING;
	while (n) {
		size_t done = 0;
		enum errk rc = read_some(p, state, n, s->ship_page, &done, e);
		/* What a page costs is not published: ask for less until it is granted. */
		if (rc == E_RECORD && strcmp(e->code, "max_cost") == 0 && s->ship_page > 1) {
			s->ship_page /= 2;
			continue;
		}
		if (rc != E_OK)
			return rc;
		state += done;
		n -= done;
	}
	return E_OK;
}
