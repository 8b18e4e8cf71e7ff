#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "connectors/shopify/fulfillment_priv.h"

enum {
	/* Fulfillment orders, and lines of each, in the first reading. */
	FIRST_ORDERS = 10,
	FIRST_SHIP_LINES = 20,
	READINGS_AT_ONCE = 4,
};

static void *grow(struct arena *a, void *old, size_t n, size_t *cap, size_t more, size_t size)
{
	if (n + more <= *cap)
		return old;
	*cap = (n + more) * 2;
	void *larger = arena_array(a, *cap, size);
	if (n)
		memcpy(larger, old, n * size);
	return larger;
}

static const char *text_at(struct fulfillment_put *p, const cJSON *node, const char *path)
{
	return arena_strdup(p->arena, json_str(node, path));
}

static void add_left(struct fulfillment_put *p, struct ship_order *o, const cJSON *nodes)
{
	const cJSON *node;
	o->left = grow(p->arena, o->left, o->n_left, &o->cap_left, json_count(nodes, ""),
		       sizeof(*o->left));
	cJSON_ArrayForEach (node, nodes) {
		/* Units that were moved or taken off the order are nobody's line any more. */
		if (json_int(node, "totalQuantity", 0) <= 0)
			continue;
		o->left[o->n_left++] = (struct ship_left){
			.id = text_at(p, node, "id"),
			.line = text_at(p, node, "lineItem.id"),
			.sku = text_at(p, node, "lineItem.sku"),
			.left = json_int(node, "remainingQuantity", 0),
		};
	}
}

static void add_units(struct fulfillment_put *p, struct ship_done *f, const cJSON *nodes)
{
	const cJSON *node;
	f->line = grow(p->arena, f->line, f->n_lines, &f->cap_lines, json_count(nodes, ""),
		       sizeof(*f->line));
	cJSON_ArrayForEach (node, nodes)
		f->line[f->n_lines++] = (struct ship_units){
			.line = text_at(p, node, "lineItem.id"),
			.sku = text_at(p, node, "lineItem.sku"),
			.units = json_int(node, "quantity", 0),
		};
}

/* Further lines of a fulfillment order (o) or of a fulfillment (f). */
static enum errk read_lines(struct fulfillment_put *p, const char *id, const cJSON *first,
			    struct ship_order *o, struct ship_done *f, struct err *e)
{
	bool more = json_bool(first, "pageInfo.hasNextPage", false);
	const char *after = text_at(p, first, "pageInfo.endCursor");
	while (more) {
		struct shopify_query q = {.doc = DOC_SHIPPING_LINES, .variables = json_object()};
		json_add_str(q.variables, "id", id);
		json_add_str(q.variables, "after", after);
		enum errk rc = shopify_send(p->shop, &q, 1, p->arena, e);
		const cJSON *list = json_at(q.data,
					    o ? "node.lineItems" : "node.fulfillmentLineItems");
		if (rc == E_OK && !list)
			rc = err_set(e, E_BUSY, "order_moving",
				     "what is to be shipped changed while it was read");
		if (rc == E_OK && o)
			add_left(p, o, json_at(list, "nodes"));
		else if (rc == E_OK)
			add_units(p, f, json_at(list, "nodes"));
		more = json_bool(list, "pageInfo.hasNextPage", false);
		after = text_at(p, list, "pageInfo.endCursor");
		shopify_query_release(&q);
		if (rc != E_OK)
			return rc;
	}
	return E_OK;
}

static bool has_action(const cJSON *node, const char *wanted)
{
	const cJSON *action;
	cJSON_ArrayForEach (action, json_at(node, "supportedActions"))
		if (str_equal(json_str(action, "action"), wanted))
			return true;
	return false;
}

static enum errk add_order(struct fulfillment_put *p, struct ship_state *s, const cJSON *node,
			   struct err *e)
{
	s->order = grow(p->arena, s->order, s->n_orders, &s->cap_orders, 1, sizeof(*s->order));
	struct ship_order *o = &s->order[s->n_orders++];
	*o = (struct ship_order){
		.id = text_at(p, node, "id"),
		.status = text_at(p, node, "status"),
		.method = text_at(p, node, "deliveryMethod.methodType"),
		.location = text_at(p, node, "assignedLocation.location.id"),
		.location_name = text_at(p, node, "assignedLocation.name"),
		.can_move = has_action(node, "MOVE"),
	};
	o->hold = text_at(p, node, "fulfillmentHolds[0].displayReason");
	o->can_ship = (str_equal(o->status, "OPEN") || str_equal(o->status, "IN_PROGRESS")) &&
		      has_action(node, "CREATE_FULFILLMENT");
	add_left(p, o, json_at(node, "lineItems.nodes"));
	return read_lines(p, o->id, json_at(node, "lineItems"), o, NULL, e);
}

static enum errk add_orders(struct fulfillment_put *p, struct ship_state *s, const cJSON *first,
			    struct err *e)
{
	const cJSON *node;
	enum errk rc = E_OK;
	cJSON_ArrayForEach (node, json_at(first, "nodes")) {
		rc = add_order(p, s, node, e);
		if (rc != E_OK)
			return rc;
	}
	bool more = json_bool(first, "pageInfo.hasNextPage", false);
	const char *after = text_at(p, first, "pageInfo.endCursor");
	while (more && rc == E_OK) {
		struct shopify_query q = {.doc = DOC_SHIPPING_MORE_ORDERS,
					  .variables = json_object()};
		json_add_str(q.variables, "id", s->id);
		json_add_int(q.variables, "orders", FIRST_ORDERS);
		json_add_int(q.variables, "lines", FIRST_SHIP_LINES);
		json_add_str(q.variables, "after", after);
		rc = shopify_send(p->shop, &q, 1, p->arena, e);
		const cJSON *list = json_at(q.data, "order.fulfillmentOrders");
		cJSON_ArrayForEach (node, json_at(list, "nodes"))
			if (rc == E_OK)
				rc = add_order(p, s, node, e);
		more = json_bool(list, "pageInfo.hasNextPage", false);
		after = text_at(p, list, "pageInfo.endCursor");
		shopify_query_release(&q);
	}
	return rc;
}

static enum errk add_done(struct fulfillment_put *p, struct ship_done *f, const cJSON *node,
			  struct err *e)
{
	const cJSON *entry;
	size_t n = json_count(node, "trackingInfo");
	*f = (struct ship_done){
		.id = text_at(p, node, "id"),
		.cancelled = str_equal(json_str(node, "status"), "CANCELLED"),
		.company = text_at(p, node, "trackingInfo[0].company"),
		.number = arena_array(p->arena, n, sizeof(*f->number)),
		.url = arena_array(p->arena, n, sizeof(*f->url)),
	};
	cJSON_ArrayForEach (entry, json_at(node, "trackingInfo")) {
		if (str_blank(json_str(entry, "number")))
			continue;
		f->url[f->n_numbers] = text_at(p, entry, "url");
		f->number[f->n_numbers++] = text_at(p, entry, "number");
	}
	add_units(p, f, json_at(node, "fulfillmentLineItems.nodes"));
	const struct owners *owners = p->batch->owners;
	enum errk rc = f->id ? owners->of(owners->ctx, f->id, p->arena, &f->owner, e) : E_OK;
	if (rc != E_OK)
		return rc;
	return read_lines(p, f->id, json_at(node, "fulfillmentLineItems"), NULL, f, e);
}

static enum errk take(struct fulfillment_put *p, struct ship_state *s, const cJSON *node,
		      struct err *e)
{
	const cJSON *entry;
	*s = (struct ship_state){.id = s->id, .ledger = s->ledger};
	if (!json_str(node, "id"))
		return E_OK; /* not there, or not for this app */
	s->found = true;
	s->name = text_at(p, node, "name");
	s->cancelled = json_at(node, "cancelledAt") != NULL;
	s->done = arena_array(p->arena, json_count(node, "fulfillments"), sizeof(*s->done));
	enum errk rc = add_orders(p, s, json_at(node, "fulfillmentOrders"), e);
	cJSON_ArrayForEach (entry, json_at(node, "fulfillments"))
		if (rc == E_OK)
			rc = add_done(p, &s->done[s->n_done++], entry, e);
	return rc;
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

static enum errk take_all(struct fulfillment_put *p, struct ship_state **state, size_t n,
			  const cJSON *data, struct err *e)
{
	const cJSON *nodes = json_at(data, "nodes");
	if (json_count(nodes, "") != n)
		return err_set(e, E_BUSY, "bad_json", "Shopify sent %zu of %zu orders",
			       json_count(nodes, ""), n);
	/* In the order of the ids; null for one that is not there. */
	const cJSON *node = nodes->child;
	enum errk rc = E_OK;
	for (size_t i = 0; i < n && rc == E_OK; i++, node = node->next)
		rc = take(p, state[i], node, e);
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
		rc = take_all(p, state + from, some, q[i].data, e);
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
