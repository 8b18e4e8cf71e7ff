#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "connectors/shopify/stock/stock.h"

/*
 * Orders that came in or were changed after the last orders export are in no queue as they are now,
 * but Shopify's figures know them already: free stock of the ERP would put their units back on the
 * shelf. They are read after the levels, so that what the levels know is known here too; what comes
 * later makes the write stale.
 *
 * An order that changes moves to the top of the list, past the page that is being read: a list of
 * several pages is followed by what has changed since it began, until one page holds all of it.
 */
enum {
	ORDERS_PAGE = 25,
	FIRST_UNITS = 50,
	MORE_LINES = 250,
	READINGS_MAX = 5,
	/* updatedAt has whole seconds, and the shop more than one clock. */
	CLOCKS_DIFFER_S = 2,
};

/* From the top down to what was known before. */
struct reading {
	struct stock_put *put;
	int64_t since, top; /* top: when the first order of the list changed; 0 = there is none */
	int pages;
	bool end;
};

struct seen_order {
	const char *id, *version;
};

static enum errk see_lines(const struct stock_put *p, struct answer *in, const cJSON *lines,
			   struct err *e)
{
	const struct in_flight *in_flight = p->batch->in_flight;
	JSON_EACH (line, lines) {
		int64_t waiting = answer_int(in, line, "unfulfilledQuantity", 0, INT32_MAX);
		struct in_flight_line taken = {
			.sku = answer_text_or_null(in, line, "sku"),
			/* Null where the variant has been deleted. */
			.item = answer_object_or_null(in, line, "variant")
					? answer_text(in, line, "variant.inventoryItem.id")
					: NULL,
			.title = answer_text(in, line, "title"),
			.variant_title = answer_text_or_null(in, line, "variantTitle"),
			.kind = answer_bool(in, line, "isGiftCard") ? "gift_card" : "product",
			/*
			 * As sold: what of it was taken out, what came back and what money alone was given back for, orders
			 * export reads. Until then too little is offered, and not too much.
			 */
			.units = answer_int(in, line, "quantity", 0, INT32_MAX),
		};
		enum errk rc = answer_end(in, e);
		if (rc != E_OK)
			return rc;
		/* Or a tip, or a product that was deleted: which of them, orders export reads. */
		if (!taken.item && str_equal(taken.kind, "product"))
			taken.kind = "custom";
		/* What is there still is in what is on hand. */
		if (p->figure == FIGURE_ON_HAND)
			taken.units -= waiting < taken.units ? waiting : taken.units;
		in_flight->takes(in_flight->ctx, &taken);
	}
	return answer_end(in, e);
}

static enum errk see_order(struct stock_put *p, struct answer *in, const struct seen_order *order,
			   const cJSON *node, struct err *e)
{
	const struct in_flight *in_flight = p->batch->in_flight;
	bool cancelled = answer_text_or_null(in, node, "cancelledAt") != NULL;
	struct answer_walk walk = {0};
	const char *after = NULL;
	const cJSON *lines = answer_page(in, node, "lineItems", FIRST_UNITS, &walk, &after);
	enum errk rc = answer_end(in, e);
	if (rc != E_OK)
		return rc;
	in_flight->sees(in_flight->ctx, order->id, order->version);
	if (cancelled)
		return E_OK;
	rc = see_lines(p, in, lines, e);
	while (rc == E_OK && after) {
		struct shopify_query q = {.doc = DOC_ORDER_UNITS, .variables = json_object()};
		json_add_str(q.variables, "id", order->id);
		json_add_int(q.variables, "first", MORE_LINES);
		json_add_str(q.variables, "after", after);
		rc = shopify_send(p->shop, &q, 1, p->arena, e);
		if (rc == E_OK) {
			struct answer more = shopify_answer(&q);
			lines = answer_page(&more, q.data, "order.lineItems", MORE_LINES, &walk,
					    &after);
			after = arena_strdup(p->arena, after);
			rc = see_lines(p, &more, lines, e);
		}
		shopify_query_release(&q);
	}
	return rc;
}

/*
 * Orders that no export will ever bring: tests, those from before the ERP took over, and those that the shop has shipped
 * before it brought them, where these stay out. One that it has brought is known as it was.
 */
static bool is_excluded(const struct stock_put *p, bool test, bool shipped, int64_t created)
{
	const struct conf *c = p->shop->env.conf;
	const struct in_flight *in_flight = p->batch->in_flight;
	return created < in_flight->first(in_flight->ctx) ||
	       (test && !conf_bool(c, "orders", "include_test")) ||
	       (shipped && str_equal(conf_text(c, "orders", "fulfilled"), "skip"));
}

static int64_t time_of(struct answer *in, const cJSON *node, const char *field)
{
	int64_t at = 0;
	const char *text = answer_text(in, node, field);
	if (clock_parse(text, &at, NULL) != E_OK)
		answer_fault(in, "orders.nodes", "has a time that is none");
	return at;
}

/* Orders of one page, last changed first; the end is at the first that is old enough to be known. */
static enum errk take_page(struct reading *r, struct answer *in, const cJSON *nodes, struct err *e)
{
	const struct in_flight *in_flight = r->put->batch->in_flight;
	JSON_EACH (node, nodes) {
		const struct seen_order order = {answer_id(in, node, "id"),
						 answer_text(in, node, "updatedAt")};
		int64_t created = time_of(in, node, "createdAt"),
			changed = time_of(in, node, "updatedAt");
		bool test = answer_bool(in, node, "test"), known = false;
		bool shipped = str_equal(answer_text(in, node, "displayFulfillmentStatus"),
					 "FULFILLED");
		enum errk rc = answer_end(in, e);
		if (rc != E_OK)
			return rc;
		if (!r->top)
			r->top = changed;
		if (changed < r->since) {
			r->end = true;
			return E_OK;
		}
		if (is_excluded(r->put, test, shipped, created))
			continue;
		rc = in_flight->knows(in_flight->ctx, order.id, order.version, &known, e);
		if (rc == E_OK && !known)
			rc = see_order(r->put, in, &order, node, e);
		if (rc != E_OK)
			return rc;
	}
	return answer_end(in, e);
}

static enum errk read_down(struct reading *r, struct err *e)
{
	struct stock_put *p = r->put;
	struct answer_walk walk = {0};
	const char *after = NULL;
	enum errk rc = E_OK;
	while (rc == E_OK && !r->end) {
		struct shopify_query q = {.doc = DOC_ORDERS_NEWEST, .variables = json_object()};
		json_add_int(q.variables, "first", ORDERS_PAGE);
		json_add_str(q.variables, "after", after);
		rc = shopify_send(p->shop, &q, 1, p->arena, e);
		r->pages++;
		if (rc == E_OK) {
			struct answer in = shopify_answer(&q);
			const cJSON *nodes = answer_page(&in, q.data, "orders", ORDERS_PAGE, &walk,
							 &after);
			rc = take_page(r, &in, nodes, e);
			after = arena_strdup(p->arena, after);
			if (rc == E_OK && !r->end && !after && walk.entries >= WINDOW_HARD_MAX)
				rc = err_set(e, E_BUSY, "window_cut",
					     "Shopify ended the list of orders at %zu, which may "
					     "not be its end; run erpsync orders export first",
					     walk.entries);
			r->end |= !after;
		}
		shopify_query_release(&q);
	}
	return rc;
}

static int64_t latest(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static const char *unread_id(const void *ctx, size_t i)
{
	return ((const char *const *)ctx)[i];
}

static enum errk see_named(struct stock_put *p, const char *const *id, size_t n, struct err *e)
{
	const struct in_flight *in_flight = p->batch->in_flight;
	struct shopify_query q = {.doc = DOC_ORDERS_UNITS, .variables = json_object()};
	cJSON *ids = json_add_array(q.variables, "ids");
	for (size_t i = 0; i < n; i++)
		json_push(ids, cJSON_CreateString(id[i]));
	enum errk rc = shopify_send(p->shop, &q, 1, p->arena, e);
	struct answer in = shopify_answer(&q);
	const cJSON *node[ORDERS_PAGE] = {0};
	if (rc == E_OK) {
		answer_by_id(&in, q.data, "nodes", n, unread_id, id, node);
		rc = answer_end(&in, e);
	}
	for (size_t i = 0; i < n && rc == E_OK; i++) {
		struct seen_order order = {id[i], "deleted"};
		if (node[i])
			order.version = answer_text(&in, node[i], "updatedAt");
		rc = answer_end(&in, e);
		if (rc == E_OK && node[i])
			rc = see_order(p, &in, &order, node[i], e);
		else if (rc == E_OK)
			in_flight->sees(in_flight->ctx, order.id, order.version);
	}
	shopify_query_release(&q);
	return rc;
}

/* What waits without its lines takes them all the same, however long ago it changed. */
static enum errk read_unread(struct stock_put *p, struct err *e)
{
	const struct in_flight *in_flight = p->batch->in_flight;
	const char **id;
	size_t n, own = 0;
	enum errk rc = in_flight->unread(in_flight->ctx, p->arena, &id, &n, e);
	for (size_t i = 0; i < n && rc == E_OK; i++)
		if (str_starts(id[i], "gid://shopify/Order/"))
			id[own++] = id[i];
	for (size_t i = 0; i < own && rc == E_OK; i += ORDERS_PAGE)
		rc = see_named(p, id + i, own - i < ORDERS_PAGE ? own - i : ORDERS_PAGE, e);
	return rc;
}

/* What changes after a reading has begun is not older than its first order, nor than the clock then. */
enum errk stock_read_fresh(struct stock_put *p, struct err *e)
{
	const struct in_flight *in_flight = p->batch->in_flight;
	int64_t since = 0;
	enum errk rc = in_flight->since(in_flight->ctx, &since, e);
	p->counts_orders = since != 0;
	if (rc != E_OK || !since)
		return rc;
	rc = read_unread(p, e);
	for (int i = 0; i < READINGS_MAX && rc == E_OK; i++) {
		struct reading r = {.put = p, .since = since};
		int64_t began = p->shop->clock_known ? shopify_now(p->shop) - INDEX_LAG : 0;
		rc = read_down(&r, e);
		if (rc != E_OK)
			return rc;
		since = latest(since, latest(began, r.top - CLOCKS_DIFFER_S));
		in_flight->seen(in_flight->ctx, since);
		if (r.pages <= 1)
			return E_OK;
	}
	if (rc != E_OK)
		return rc;
	return err_set(e, E_BUSY, "orders_moving",
		       "the orders of the shop change faster than they can be read, so it is not "
		       "known what was sold; the next run tries again");
}
