#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "connectors/shopify/shopify.h"

/*
 * What the shop has shipped of an order, by its fulfillments. An order that the list shows as shipped is asked for with
 * them; one that was shipped between the list and its reading, or more often than a first reading shows, is asked again.
 */

/* None of the other words says for certain that nothing of it has left: a part that is on hold may be the rest of it. */
bool order_may_be_shipped(const char *status)
{
	return strcmp(status, "UNFULFILLED") != 0;
}

/* The list has no pages: one that is as long as asked for may have been cut. */
static enum errk ask_all(struct shopify *s, cJSON *node, struct arena *a, bool *changed,
			 struct err *e)
{
	struct shopify_query q = {.doc = DOC_ORDER_SHIPMENTS, .variables = json_object()};
	json_add_str(q.variables, "id", json_str(node, "id"));
	json_add_int(q.variables, "lists", PAGE_MAX);
	json_add_int(q.variables, "lines", PAGE_MAX);
	json_add_bool(q.variables, "locations", shopify_has_scope(s, "read_locations"));
	enum errk rc = shopify_send(s, &q, 1, a, e);
	if (rc == E_OK) {
		struct answer in = shopify_answer(&q);
		cJSON *order = (cJSON *)answer_object(&in, q.data, "order");
		size_t n = json_count(answer_nodes(&in, order, "fulfillments", PAGE_MAX), "");
		*changed = answer_ok(&in) && !order_same_version(&in, node, order);
		rc = answer_end(&in, e);
		if (rc == E_OK && !*changed && n >= PAGE_MAX)
			rc = err_set(
				e, E_RECORD, "too_long",
				"Shopify shows only %d shipments of an order, and this one has "
				"more; book it by hand",
				PAGE_MAX - 1);
		if (rc == E_OK && !*changed)
			json_add(node, "fulfillments",
				 cJSON_DetachItemFromObjectCaseSensitive(order, "fulfillments"));
	}
	shopify_query_release(&q);
	return rc;
}

/* Further lines of a shipment. */
static enum errk read_lines(struct shopify *s, const cJSON *node, const cJSON *shipment,
			    struct arena *a, bool *changed, struct err *e)
{
	struct answer in = answer_of(E_RECORD, "a shipment as Shopify shows it");
	struct answer_walk walk = {0};
	const char *after;
	cJSON *lines = (cJSON *)answer_page(&in, shipment, "fulfillmentLineItems", PAGE_MAX, &walk,
					    &after);
	enum errk rc = answer_end(&in, e);
	while (rc == E_OK && after && !*changed) {
		struct shopify_query q = {.doc = DOC_SHIPPING_LINES, .variables = json_object()};
		json_add_str(q.variables, "id", json_str(shipment, "id"));
		json_add_str(q.variables, "after", after);
		rc = shopify_send(s, &q, 1, a, e);
		if (rc == E_OK) {
			in = shopify_answer(&q);
			const cJSON *more = answer_page(&in, q.data, "node.fulfillmentLineItems",
							PAGE_MAX, &walk, &after);
			after = arena_strdup(a, after);
			*changed = answer_ok(&in) &&
				   !order_same_version(&in, node,
						       answer_object(&in, q.data, "node.order"));
			rc = answer_end(&in, e);
			if (rc == E_OK && !*changed)
				order_append_nodes(lines, (cJSON *)more);
		}
		shopify_query_release(&q);
	}
	return rc;
}

enum errk order_read_shipments(struct shopify *s, cJSON *node, struct arena *a, bool *changed,
			       struct err *e)
{
	/* Of one order, and of no other: what is amiss in it is its own. */
	struct answer in = answer_of(E_RECORD, "the order as Shopify shows it");
	const char *status = answer_text(&in, node, "displayFulfillmentStatus");
	bool known = json_at(node, "fulfillments");
	if (known)
		answer_nodes(&in, node, "fulfillments", FIRST_LISTS);
	enum errk rc = answer_end(&in, e);
	if (rc != E_OK || (!known && !order_may_be_shipped(status)))
		return rc;
	if (!known || json_count(node, "fulfillments") >= FIRST_LISTS)
		rc = ask_all(s, node, a, changed, e);
	JSON_EACH (shipment, json_at(node, "fulfillments"))
		if (rc == E_OK && !*changed)
			rc = read_lines(s, node, shipment, a, changed, e);
	return rc;
}

bool order_shipment_stands(struct answer *in, const cJSON *shipment)
{
	static const char *const nothing[] = {"CANCELLED", "ERROR", "FAILURE"};
	return !str_among(answer_text(in, shipment, "status"), nothing,
			  sizeof(nothing) / sizeof(*nothing));
}

static cJSON *with(const cJSON *list, const char *key, const char *id)
{
	for (cJSON *item = list->child; item; item = item->next)
		if (str_equal(json_str(item, key), id))
			return item;
	return NULL;
}

static void add_units(cJSON *to, const char *key, int64_t units)
{
	json_add_int(to, key, json_int(to, key, 0) + units);
}

/* A line may stand in a shipment twice: once is enough. */
static void add_line(const struct order_reader *r, cJSON *doc, cJSON *list, const cJSON *from)
{
	const char *id = answer_id(r->in, from, "lineItem.id");
	int64_t units = answer_int(r->in, from, "quantity", 0, INT32_MAX);
	cJSON *line = with(json_at(doc, "lines"), "id", id), *to = with(list, "line_id", id);
	if (!line)
		answer_fault(r->in, "fulfillmentLineItems.lineItem.id",
			     "is that of no line of the order");
	if (!line || !units)
		return;
	if (!to) {
		to = json_object();
		json_add_str(to, "line_id", id);
		json_push(list, to);
	}
	add_units(to, "quantity", units);
	add_units(line, "fulfilled_quantity", units);
}

static void add_parcels(const struct order_reader *r, cJSON *to, const cJSON *from)
{
	const char *carrier = NULL;
	cJSON *list = json_add_array(to, "packages");
	JSON_EACH (parcel, answer_nodes(r->in, from, "trackingInfo", PAGE_MAX - 1)) {
		const char *number = answer_text_or_null(r->in, parcel, "number");
		const char *company = answer_text_or_null(r->in, parcel, "company");
		if (!carrier && !str_blank(company))
			carrier = company;
		if (str_blank(number))
			continue;
		cJSON *package = json_object();
		json_add_str(package, "number", number);
		order_add_text(r, package, "url", parcel, "url");
		json_push(list, package);
	}
	json_add_str(to, "carrier", carrier);
}

static cJSON *shipment_document(const struct order_reader *r, cJSON *doc, const cJSON *from)
{
	cJSON *to = json_object();
	/* Left out where the app may not see it. */
	const cJSON *place = json_at(from, "location");
	order_add_needed(r, to, "id", from, "id");
	order_add_needed(r, to, "created_at", from, "createdAt");
	json_add(to, "location", NULL);
	if (place) {
		cJSON *location = json_add_object(to, "location");
		order_add_needed(r, location, "id", place, "id");
		order_add_text(r, location, "name", place, "name");
	}
	add_parcels(r, to, from);
	cJSON *list = json_add_array(to, "lines");
	JSON_EACH (line, answer_nodes(r->in, from, "fulfillmentLineItems.nodes", ENTRIES_MAX))
		add_line(r, doc, list, line);
	return to;
}

void order_add_fulfillments(const struct order_reader *r, cJSON *doc)
{
	bool known = json_at(r->node, "fulfillments") ||
		     !order_may_be_shipped(answer_text(r->in, r->node, "displayFulfillmentStatus"));
	size_t n = 0;
	json_add(doc, "fulfillments", NULL);
	JSON_EACH (line, json_at(doc, "lines"))
		if (known)
			json_add_int((cJSON *)line, "fulfilled_quantity", 0);
		else
			json_add((cJSON *)line, "fulfilled_quantity", NULL);
	if (!known)
		return;
	cJSON *list = json_add_array(doc, "fulfillments");
	if (!json_at(r->node, "fulfillments"))
		return;
	JSON_EACH (shipment, answer_nodes(r->in, r->node, "fulfillments", PAGE_MAX)) {
		const char *order = order_line_begins(r, "shipment", ++n);
		if (order_shipment_stands(r->in, shipment))
			json_push(list, shipment_document(r, doc, shipment));
		r->in->what = order;
	}
	n = 0;
	JSON_EACH (line, json_at(doc, "lines")) {
		const char *order = order_line_begins(r, "line", ++n);
		int64_t shipped = json_int(line, "fulfilled_quantity", 0);
		int64_t sold = json_int(line, "sold_quantity", 0);
		if (shipped > sold)
			answer_fault(r->in, "fulfillments",
				     "hold %lld units of it, and %lld were sold",
				     (long long)shipped, (long long)sold);
		r->in->what = order;
	}
}
