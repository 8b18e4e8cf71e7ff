#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/list.h"
#include "base/str.h"
#include "connectors/odoo/orders/order.h"

#include "base/banned.h"

/*
 * Which orders of this shop are in Odoo, whoever's state file made them. An order carries our reference as its
 * external id, which holds the end of the shop's id; what the shop calls it stands in its origin.
 */

enum {
	PAGE = 500,
	/*
	 * How long an order may have been on its way when it was made: what the shop changed in that time
	 * may be missing, and is compared.
	 */
	ON_ITS_WAY_S = 15 * 60,
};

const char *odoo_reference(struct connector *c, const char *record, struct arena *a)
{
	return odoo_xid((struct odoo *)(void *)c, "order", record, a);
}

/* A page of orders, their external ids, and their invoices where [odoo] depth goes as far. */
struct page_of {
	cJSON *orders, *xids, *moves; /* owned */
};

static enum errk read_moves(struct odoo *o, struct page_of *p, struct arena *a, struct err *e)
{
	static const char *const fields[] = {"move_type", "state", "payment_state", NULL};
	struct odoo_read r = {.model = "account.move", .fields = fields};
	LIST(int64_t) ids = {0};

	JSON_EACH (order, p->orders)
		JSON_EACH (id, json_at(order, "invoice_ids"))
			*list_add(&ids, a) = json_int(id, "", 0);
	if (!ids.n || o->rules.depth < ODOO_PAID)
		return E_OK;
	r.ids = ids.at;
	r.n_ids = ids.n;
	return odoo_search_read(o, &r, a, &p->moves, e);
}

/* An invoice that is posted, and that money came for. */
static bool is_paid(const struct page_of *p, const cJSON *order)
{
	JSON_EACH (id, json_at(order, "invoice_ids"))
		JSON_EACH (move, p->moves)
			if (json_int(move, "id", 0) == json_int(id, "", -1) &&
			    str_equal(json_str(move, "move_type"), "out_invoice") &&
			    str_equal(json_str(move, "state"), "posted") &&
			    !str_equal(json_str(move, "payment_state"), "not_paid"))
				return true;
	return false;
}

/* How far it got; how far it may go the shop's payment status says when it is read. */
static const char *reached(const struct page_of *p, const cJSON *order, struct arena *a)
{
	const char *state = json_str(order, "state");
	enum odoo_depth depth = is_paid(p, order) ? ODOO_PAID : ODOO_CONFIRMED;

	if (str_equal(state, "draft") || str_equal(state, "sent"))
		depth = ODOO_QUOTATION;
	return str_equal(state, "sale") || str_equal(state, "done") || depth == ODOO_QUOTATION
		       ? odoo_depth_text(depth, ODOO_PAID, a)
		       : NULL;
}

static enum errk read_page(struct odoo *o, int64_t last, struct arena *a, struct page_of *p,
			   struct err *e)
{
	static const char *const fields[] = {"name",  "origin",      "create_date",
					     "state", "invoice_ids", NULL};
	struct odoo_read r = {.model = "sale.order",
			      .fields = fields,
			      .domain = json_array(),
			      .limit = PAGE};
	int64_t *ids;
	const cJSON *order;
	size_t n = 0;
	enum errk rc;

	json_push(r.domain, odoo_term_int("id", ">", last));
	json_push(r.domain, odoo_term_int("company_id", "=", o->company.id));
	json_push(r.domain, odoo_term("origin", "!=", cJSON_CreateFalse()));
	rc = odoo_search_read(o, &r, a, &p->orders, e);
	if (rc != E_OK)
		return rc;
	ids = arena_array(a, json_count(p->orders, "") + 1, sizeof(*ids));
	cJSON_ArrayForEach (order, p->orders)
		ids[n++] = json_int(order, "id", 0);
	rc = odoo_external_ids(o, "sale.order", ids, n, a, &p->xids, e);
	return rc == E_OK ? read_moves(o, p, a, e) : rc;
}

static enum errk hand_over(struct odoo *o, struct landed_request *q, const struct page_of *p,
			   const cJSON *order, struct arena *a, struct err *e)
{
	const char *prefix = arena_printf(a, "erpsync.%s_order_", o->rules.shop);
	const char *made = json_str(order, "create_date");
	struct landed x = {.label = json_str(order, "origin"),
			   .reference = odoo_external_id(p->xids, json_int(order, "id", 0)),
			   .kept = reached(p, order, a),
			   .target = odoo_order_target(json_str(order, "name"),
						       json_int(order, "id", 0), a)};
	enum errk rc;

	if (!x.label || !str_starts(x.reference, prefix))
		return E_OK;
	rc = clock_parse(arena_printf(a, "%sZ", made ? made : ""), &x.at, e);
	if (rc != E_OK)
		return err_set(e, E_BUSY, "bad_answer",
			       "Odoo (%s) does not say when %s was made: create_date is '%s'",
			       o->server.host, target_text(&x.target, a), made ? made : "");
	x.at -= ON_ITS_WAY_S;
	return q->fn(q->ctx, &x, e);
}

enum errk odoo_landed(struct connector *c, struct landed_request *q, struct arena *a, struct err *e)
{
	struct odoo *o = (struct odoo *)(void *)c;
	int64_t last = 0;
	bool more = true;
	enum errk rc = odoo_enter(o, KIND_ORDER, a, e);

	while (rc == E_OK && more) {
		CLEANUP(arena) struct arena *page = arena_new();
		struct page_of p = {0};
		const cJSON *order;

		rc = read_page(o, last, page, &p, e);
		more = rc == E_OK && json_count(p.orders, "") == PAGE;
		for (order = rc == E_OK ? p.orders->child : NULL; order && rc == E_OK;
		     order = order->next) {
			last = json_int(order, "id", 0);
			rc = hand_over(o, q, &p, order, page, e);
		}
		cJSON_Delete(p.orders);
		cJSON_Delete(p.xids);
		cJSON_Delete(p.moves);
	}
	return rc;
}
