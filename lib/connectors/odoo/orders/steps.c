#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/step.h"
#include "base/str.h"
#include "connectors/odoo/transition.h"
#include "connectors/odoo/load.h"
#include "connectors/odoo/orders/order.h"

#include "base/banned.h"

/* From quotation to confirmed or cancelled order. */

static void hand_back(struct odoo_document *doc, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		doc[i].order->state = doc[i].state;
		if (doc[i].name)
			doc[i].order->name = doc[i].name;
	}
}

/* action_confirm sets date_order to now. */
static enum errk keep_dates(struct odoo_batch *b, struct odoo_order *const *order, size_t n,
			    struct err *e)
{
	static const char *const fields[] = {"id", "date_order", NULL};
	struct odoo_load l = {.model = "sale.order",
			      .fields = fields,
			      .item = arena_array(b->a, n, sizeof(*l.item)),
			      .n = n,
			      .fresh = true};
	enum errk rc;

	for (size_t i = 0; i < n; i++) {
		const char **cell = arena_array(b->a, 2, sizeof(*cell));

		cell[0] = order[i]->xid;
		cell[1] = order[i]->date;
		l.item[i].row = arena_alloc(b->a, sizeof(*l.item[i].row));
		l.item[i].row->cells = cell;
		l.item[i].n_rows = 1;
		l.item[i].known = order[i]->id;
	}
	rc = odoo_load(b->o, &l, b->a, e);
	STEP("odoo order dates kept");
	for (size_t i = 0; i < n; i++)
		if (l.item[i].err.kind != E_OK)
			odoo_order_fail(order[i], &l.item[i].err);
	return rc;
}

/* Confirmed with another date than the shop's: now, or by a run that was killed before it wrote it. */
static bool date_is_lost(const struct odoo_batch *b, const struct odoo_order *d)
{
	const char *is = d->found ? json_str(d->found, "date_order") : NULL;
	const char *was = d->found ? json_str(d->found, "state") : NULL;

	if (!odoo_order_goes_on(d) || d->cancelled || !str_equal(d->state, "sale"))
		return false;
	/* Confirmed before this put: of a delivered order the date is the ERP's own affair. */
	return str_equal(was, "sale")
		       ? (b->put->unsure || !b->put->update) && !str_equal(is, d->date)
		       : true;
}

enum errk odoo_orders_confirm(struct odoo_batch *b, struct err *e)
{
	static const struct odoo_transition transition = {.model = "sale.order",
							  .method = "action_confirm",
							  .wanted = {"sale", "done", NULL},
							  .step = "confirmed",
							  .quiet = true,
							  .apart = true};
	struct odoo_document *doc = arena_array(b->a, b->n, sizeof(*doc));
	struct odoo_order **dated = arena_array(b->a, b->n, sizeof(*dated));
	size_t n = 0;
	enum errk rc;

	for (size_t i = 0; i < b->n; i++) {
		struct odoo_order *d = &b->order[i];

		if (odoo_order_goes_on(d) && d->id && !d->cancelled && d->depth >= ODOO_CONFIRMED &&
		    !(b->o->rules.hold_shipped && odoo_order_is_shipped(d)) &&
		    !(b->o->rules.hold_on_hold && json_bool(d->doc, "on_hold", false)) &&
		    (str_equal(d->state, "draft") || str_equal(d->state, "sent")))
			doc[n++] = (struct odoo_document){d, d->id, d->name, d->state};
	}
	odoo_transition(b, &transition, doc, n);
	hand_back(doc, n);
	n = 0;
	for (size_t i = 0; i < b->n && b->o->rules.keep_date_order; i++)
		if (b->order[i].depth >= ODOO_CONFIRMED && date_is_lost(b, &b->order[i]))
			dated[n++] = &b->order[i];
	if (!n)
		return E_OK;
	rc = keep_dates(b, dated, n, e);
	return rc == E_OK ? E_OK : odoo_batch_failed(b, dated, n, e);
}

/* Goods that have left: Odoo cancels such an order without a word. */
static enum errk read_delivered(struct odoo_batch *b, const struct odoo_document *doc, size_t n,
				cJSON **out, struct err *e)
{
	static const char *const fields[] = {"order_id", NULL};
	int64_t *ids = arena_array(b->a, n, sizeof(*ids));
	struct odoo_read r = {.model = "sale.order.line",
			      .fields = fields,
			      .domain = json_array(),
			      .by = "order_id",
			      .ids = ids,
			      .n_ids = n,
			      .complete = true};
	cJSON *zero = json_array(), *more;

	json_push_int(zero, 0);
	more = cJSON_DetachItemFromArray(zero, 0);
	cJSON_Delete(zero);
	for (size_t i = 0; i < n; i++)
		ids[i] = doc[i].id;
	json_push(r.domain, odoo_term("qty_delivered", ">", more));
	json_push(r.domain, odoo_term("product_id.type", "!=", cJSON_CreateString("service")));
	return odoo_search_read(b->o, &r, b->a, out, e);
}

/* What stands against cancelling: money or goods have moved, and a person must bring them back. */
static bool is_done(const struct odoo_order *d, const cJSON *delivered, struct err *why)
{
	bool invoiced = odoo_order_invoiced(d), left = false;

	JSON_EACH (line, delivered)
		left = left || odoo_ref(line, "order_id") == d->id;
	if (!invoiced && !left)
		return false;
	err_set(why, E_RECORD, left ? "cancelled_after_delivery" : "cancelled_after_invoice",
		"the shop cancelled it, and %s is %s in Odoo: %s there, cancel the order, then run: "
		"erpsync queue retry '%s'",
		d->name, left ? "delivered" : "invoiced",
		left ? "make the return" : "make the credit note", d->item->label);
	return true;
}

enum errk odoo_orders_cancel(struct odoo_batch *b, struct err *e)
{
	static const char *const flags[] = {"disable_cancel_warning", NULL};
	static const struct odoo_transition transition = {.model = "sale.order",
							  .method = "action_cancel",
							  .flags = flags,
							  .wanted = {"cancel", NULL},
							  .step = "cancelled"};
	struct odoo_document *doc = arena_array(b->a, b->n, sizeof(*doc));
	struct odoo_order **all = arena_array(b->a, b->n, sizeof(*all));
	CLEANUP(json) cJSON *delivered = NULL;
	size_t n = 0, left = 0;

	for (size_t i = 0; i < b->n; i++) {
		struct odoo_order *d = &b->order[i];

		if (!odoo_order_goes_on(d) || !d->id || !d->cancelled ||
		    str_equal(d->state, "cancel"))
			continue;
		all[n] = d;
		doc[n++] = (struct odoo_document){d, d->id, d->name, d->state};
	}
	if (!n)
		return E_OK;
	if (read_delivered(b, doc, n, &delivered, e) != E_OK)
		return odoo_batch_failed(b, all, n, e);
	for (size_t i = 0; i < n; i++) {
		struct odoo_order *d = doc[i].order;
		struct err why;

		if (is_done(d, delivered, &why) ||
		    (odoo_order_is_locked(b, d) && odoo_order_locked(d, "cancelled", &why) != E_OK))
			odoo_order_fail(d, &why);
		else
			doc[left++] = doc[i];
	}
	odoo_transition(b, &transition, doc, left);
	hand_back(doc, left);
	return E_OK;
}
