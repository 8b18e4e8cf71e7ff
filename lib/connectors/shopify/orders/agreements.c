#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "connectors/shopify/shopify.h"

/*
 * What became of an order since it was sold, by the shop's own books: order.agreements holds each event with what it
 * sold and took back, signed (shopify.dev, Order.agreements, SalesAgreement). It is asked for where a line has lost units,
 * and put under "events" of the order's node: {agreements, refunds}.
 */

bool order_is_withdrawal(const char *cancelled, const char *refunded)
{
	enum { AT_ONCE_S = 60 }; /* the refund of a cancellation bears about its time */
	int64_t end, at;

	return clock_parse(cancelled, &end, NULL) != E_OK ||
	       clock_parse(refunded, &at, NULL) != E_OK || at >= end - AT_ONCE_S;
}

/* Of an order as it stands in a first reading: has one of its lines lost units that the cancellation does not tell? */
bool order_has_lost_units(const cJSON *node)
{
	const char *cancelled = json_str(node, "cancelledAt"), *refunded;
	bool before = !cancelled || json_bool(node, "edited", false);

	/* Else all that a cancelled order has lost is what the cancellation took back. */
	JSON_EACH (refund, json_at(node, "refunds"))
		if (!before && (refunded = json_str(refund, "createdAt")))
			before = !order_is_withdrawal(cancelled, refunded);
	if (!before)
		return false;
	JSON_EACH (line, json_at(node, "lineItems.nodes"))
		if (json_int(line, "currentQuantity", 0) < json_int(line, "quantity", 0))
			return true;
	return false;
}

struct reading {
	struct shopify *s;
	cJSON *node, *agreements; /* of node */
	bool presentment, refunds;
	struct arena *a;
	struct answer_walk walk;
	bool changed; /* the order, since its node was read */
};

/* One page: its answer stays in q. */
static enum errk ask(struct reading *r, size_t first, const char *after, const char *sales_after,
		     struct shopify_query *q, const cJSON **order, struct err *e)
{
	*q = (struct shopify_query){.doc = DOC_ORDER_AGREEMENTS, .variables = json_object()};
	json_add_str(q->variables, "id", json_str(r->node, "id"));
	json_add_int(q->variables, "first", (int64_t)first);
	json_add_str(q->variables, "after", after);
	json_add_int(q->variables, "sales", PAGE_MAX);
	json_add_str(q->variables, "sales_after", sales_after);
	json_add_int(q->variables, "lists", PAGE_MAX);
	json_add_bool(q->variables, "presentment", r->presentment);
	json_add_bool(q->variables, "refunds", r->refunds);
	json_add_bool(q->variables, "locations",
		      r->refunds && shopify_has_scope(r->s, "read_locations"));
	json_add_bool(q->variables, "returns",
		      r->refunds && shopify_has_scope(r->s, "read_returns"));
	enum errk rc = shopify_send(r->s, q, 1, r->a, e);
	if (rc != E_OK)
		return rc;
	struct answer in = shopify_answer(q);
	*order = answer_object(&in, q->data, "order");
	r->changed = answer_ok(&in) && !order_same_version(&in, r->node, *order);
	return answer_end(&in, e);
}

/* Further sales of an agreement that stands alone on its page, which begins after `after`. */
static enum errk add_sales(struct reading *r, cJSON *agreement, const char *after, struct err *e)
{
	struct answer_walk walk = {0};
	struct answer in = answer_of(E_BUSY, "agreements of an order");
	const char *next = NULL;
	answer_page(&in, agreement, "sales", PAGE_MAX, &walk, &next);
	enum errk rc = answer_end(&in, e);
	while (rc == E_OK && next && !r->changed) {
		struct shopify_query q;
		const cJSON *order = NULL;
		rc = ask(r, 1, after, next, &q, &order, e);
		if (rc == E_OK && !r->changed) {
			in = shopify_answer(&q);
			const cJSON *more = answer_nodes(&in, order, "agreements.nodes", 1);
			const cJSON *same = more->child ? more->child : order;
			if (!more->child ||
			    strcmp(answer_id(&in, same, "id"), json_str(agreement, "id")) != 0)
				answer_fault(&in, "agreements", "are others than a moment ago");
			const cJSON *sales = answer_page(&in, same, "sales", PAGE_MAX, &walk,
							 &next);
			next = arena_strdup(r->a, next);
			rc = answer_end(&in, e);
			if (rc == E_OK)
				order_append_nodes((cJSON *)json_at(agreement, "sales.nodes"),
						   (cJSON *)sales);
		}
		shopify_query_release(&q);
	}
	return rc;
}

static bool sales_cut(struct answer *in, const cJSON *agreements)
{
	bool cut = false;
	JSON_EACH (agreement, agreements) {
		answer_nodes(in, agreement, "sales.nodes", PAGE_MAX);
		cut = answer_bool(in, agreement, "sales.pageInfo.hasNextPage") || cut;
	}
	return cut;
}

/* All agreements, `first` a page; *cut: one has more sales than a page of them shows, and it does not stand alone. */
static enum errk read_pages(struct reading *r, size_t first, bool *cut, struct err *e)
{
	const char *after = NULL, *next = NULL;
	enum errk rc = E_OK;
	do {
		struct shopify_query q;
		const cJSON *order = NULL;
		rc = ask(r, first, after, NULL, &q, &order, e);
		if (rc == E_OK && !r->changed) {
			struct answer in = shopify_answer(&q);
			const cJSON *page = answer_page(&in, order, "agreements", first, &r->walk,
							&next);
			next = arena_strdup(r->a, next);
			*cut = sales_cut(&in, page) && first > 1;
			rc = answer_end(&in, e);
			if (rc == E_OK && first == 1 && page->child)
				rc = add_sales(r, page->child, after, e);
			if (rc == E_OK && !after) {
				cJSON *events = json_add_object(r->node, "events");
				json_add(events, "refunds",
					 cJSON_DetachItemFromObjectCaseSensitive((cJSON *)order,
										 "refunds"));
				r->agreements = json_add_array(events, "agreements");
			}
			if (rc == E_OK && !*cut)
				order_append_nodes(r->agreements, (cJSON *)page);
		}
		shopify_query_release(&q);
		after = next;
	} while (rc == E_OK && next && !*cut && !r->changed);
	return rc;
}

static enum errk check_whole(const cJSON *events, bool refunds, struct err *e)
{
	struct answer in = answer_of(E_BUSY, "agreements of an order");
	static const char *const lists[] = {"refundLineItems", "transactions",
					    "refundShippingLines"};
	const size_t asked = refunds ? 3 : 2;
	bool cut = json_count(events, "refunds") >= PAGE_MAX;
	JSON_EACH (refund, answer_nodes(&in, events, "refunds", PAGE_MAX))
		for (size_t i = 0; i < asked; i++) {
			const cJSON *list = answer_object(&in, refund, lists[i]);
			answer_nodes(&in, list, "nodes", PAGE_MAX);
			cut = answer_bool(&in, list, "pageInfo.hasNextPage") || cut;
		}
	enum errk rc = answer_end(&in, e);
	if (rc == E_OK && cut)
		rc = err_set(e, E_RECORD, "too_long",
			     "units of it were taken back, and Shopify shows only %d refunds of "
			     "an order, each with %d lines: this one has more; book it by hand",
			     PAGE_MAX - 1, PAGE_MAX);
	return rc;
}

enum errk order_read_agreements(struct shopify *s, cJSON *node, bool presentment, bool refunds,
				struct arena *a, bool *changed, struct err *e)
{
	struct reading r = {.s = s,
			    .node = node,
			    .presentment = presentment,
			    .refunds = refunds,
			    .a = a};
	bool cut = false;
	enum errk rc = read_pages(&r, EVENTS_PAGE, &cut, e);
	/* What has more sales than a page shows is asked for alone: only so it is known where it stands. */
	if (rc == E_OK && cut && !r.changed) {
		r.walk = (struct answer_walk){0};
		cJSON_DeleteItemFromObjectCaseSensitive(node, "events");
		rc = read_pages(&r, 1, &cut, e);
	}
	*changed = r.changed;
	return rc == E_OK && !r.changed ? check_whole(json_at(node, "events"), refunds, e) : rc;
}
