#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/step.h"
#include "base/str.h"
#include "connectors/odoo/load.h"
#include "connectors/odoo/orders/shipped.h"
#include "connectors/odoo/source.h"

#include "base/banned.h"

/*
 * Units that the shop has shipped have left: Odoo's deliveries of them are done, for exactly these units, or its people
 * ship them once more. Shipment by shipment, the oldest first, so that each has a transfer of its own with its tracking
 * number. How many are to be done follows from what was done ever (what came back since was shipped all the same), so
 * that a run that was killed in between goes on where it was. What people have packed, bought or cancelled is theirs.
 */

enum { ROUNDS_MAX = 8 };

bool odoo_order_is_shipped(const struct odoo_order *d)
{
	const cJSON *list = json_at(d->doc, "shipments");

	return json_count(d->doc, "shipments") > 0 ||
	       (cJSON_HasObjectItem(d->doc, "shipments") && (!list || cJSON_IsNull(list)));
}

static enum errk refuse(const struct odoo_order *d, const char *name, int64_t units,
			const char *why, struct err *e)
{
	return err_set(
		e, E_RECORD, "goods_differ",
		"the shop has shipped %lld of '%s', and %s: see to it in the deliveries of %s by hand, then run: "
		"erpsync queue retry '%s'; or let it be as it is there: erpsync queue drop '%s'",
		(long long)units, name, why, d->name, d->item->label, d->item->label);
}

static void fail(struct part *p, const char *why)
{
	struct err e;

	if (refuse(p->order, p->line->name, p->wanted, why, &e) != E_OK)
		odoo_order_fail(p->order, &e);
}

static const char *why_elsewhere(const struct shipping *s, const struct stage *x)
{
	const cJSON *shipment = shipping_shipment(x->part->order, s->at);
	const char *name = json_str(shipment, "warehouse");
	const struct odoo_transfer_type *t = odoo_transfer_type(s->b->o, x->type);
	int64_t id = 0;
	struct err why;

	if (str_blank(name) || !t || !t->warehouse)
		return NULL;
	if (odoo_look(s->b->o, LOOK_WAREHOUSE, name, s->b->a, &id, &why) != E_OK)
		return arena_printf(s->b->a, "of the warehouse it left: %s", why.msg);
	return id == t->warehouse
		       ? NULL
		       : arena_printf(s->b->a, "it left %s, and Odoo delivers it from %s", name,
				      t->name);
}

/* Is the stage to be seen to now? Where it can't be, its order ends. */
static bool is_due(struct shipping *s, struct stage *x)
{
	struct part *p = x->part;
	int64_t wanted = shipping_units_for(x, p->wanted), open = 0;
	const char *why = x->theirs;

	if (!odoo_order_goes_on(p->order) || (wanted >= 0 && x->done >= wanted) ||
	    shipping_is_waiting(s, x))
		return false;
	for (size_t i = 0; i < x->open.n; i++)
		open += x->open.at[i].units;
	/* People have cancelled its delivery: they have seen to it in their own way. */
	if (!open && x->cancelled)
		return false;
	if (!why && wanted < 0)
		why = "it is a kit in Odoo, and its parts don't make whole ones";
	if (!why && open < wanted - x->done)
		why = arena_printf(s->b->a, "only %lld are still to be delivered in Odoo",
				   (long long)open);
	if (!why)
		why = why_elsewhere(s, x);
	if (why)
		fail(p, why);
	return !why;
}

static void add_todo(struct shipping *s, struct odoo_order *d, int64_t picking)
{
	for (size_t i = 0; i < s->todo.n; i++)
		if (s->todo.at[i].id == picking)
			return;
	*list_add(&s->todo, s->b->a) = (struct odoo_document){.order = d, .id = picking};
}

/* Its moves: so many units of each. What somebody has packed otherwise is not for us to change. */
static void plan_stage(struct shipping *s, struct stage *x, struct odoo_load *l,
		       struct odoo_order **order)
{
	int64_t left = shipping_units_for(x, x->part->wanted) - x->done;

	for (size_t i = 0; i < x->open.n; i++) {
		const struct open_move *m = &x->open.at[i];
		int64_t units = m->units < left ? m->units : left;
		const char **cell;

		if (m->packed && decimal_cmp(m->there, (struct decimal){.units = units}) != 0) {
			fail(x->part, "the warehouse is packing it");
			return;
		}
		left -= units;
		if (!units || !m->picking)
			continue;
		cell = arena_array(s->b->a, 3, sizeof(*cell));
		cell[0] = odoo_id_text(m->id, s->b->a);
		cell[1] = arena_printf(s->b->a, "%lld", (long long)units);
		cell[2] = "1";
		order[l->n] = x->part->order;
		l->item[l->n] = (struct odoo_load_item){.row = arena_alloc(s->b->a,
									   sizeof(*l->item->row)),
							.n_rows = 1,
							.known = m->id};
		l->item[l->n++].row->cells = cell;
		add_todo(s, x->part->order, m->picking);
	}
}

static enum errk load(struct shipping *s, struct odoo_load *l, struct odoo_order *const *order,
		      const char *step, struct err *e)
{
	enum errk rc;

	if (!l->n)
		return E_OK;
	s->b->wrote = true;
	rc = odoo_load(s->b->o, l, s->b->a, e);
	(void)step; /* where steps are not counted */
	STEP(step);
	for (size_t i = 0; i < l->n; i++) {
		order[i]->wrote = true;
		if (l->item[i].err.kind != E_OK)
			odoo_order_fail(order[i], &l->item[i].err);
	}
	return rc;
}

/* Of these transfers something else is packed, which would leave with what the shop has shipped. */
static void judge_packed(struct shipping *s, const struct odoo_load *l)
{
	const char *done = s->b->o->field[FIELD_MOVE_DONE];

	JSON_EACH (move, s->moves) {
		int64_t id = json_int(move, "id", 0), picking = odoo_ref(move, "picking_id");
		struct decimal there;
		bool packed = shipping_has_flag(s->b->o)
				      ? json_bool(move, "picked", false)
				      : odoo_amount(move, done, 6, &there, NULL) != E_OK ||
						!decimal_is_zero(there);

		if (!packed || !shipping_is_open(move))
			continue;
		for (size_t i = 0; i < l->n; i++)
			packed = packed && l->item[i].known != id;
		for (size_t i = 0; i < s->todo.n && packed; i++)
			if (s->todo.at[i].id == picking)
				fail(shipping_part_in(s, s->todo.at[i].order),
				     arena_printf(
					     s->b->a,
					     "the warehouse is packing '%s' in the same transfer",
					     json_str(move, "product_id[1]")));
	}
}

/* Leaves in l the moves of the orders that go on. */
static void drop_failed(struct odoo_load *l, struct odoo_order **order)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		if (odoo_order_goes_on(order[i])) {
			l->item[n] = l->item[i];
			order[n++] = order[i];
		}
	l->n = n;
}

static enum errk set_units(struct shipping *s, struct err *e)
{
	const struct odoo *o = s->b->o;
	const char *const fields[] = {".id", o->field[FIELD_MOVE_DONE],
				      shipping_has_flag(o) ? "picked" : NULL, NULL};
	struct odoo_order **order;
	struct odoo_load l = {.model = "stock.move", .fields = fields, .fresh = true};
	size_t most = 0;

	for (size_t i = 0; i < s->stages.n; i++)
		most += s->stages.at[i].open.n;
	l.item = arena_array(s->b->a, most, sizeof(*l.item));
	order = arena_array(s->b->a, most, sizeof(struct odoo_order *));
	s->todo.n = 0;
	for (size_t i = 0; i < s->stages.n; i++)
		if (is_due(s, &s->stages.at[i]))
			plan_stage(s, &s->stages.at[i], &l, order);
	judge_packed(s, &l);
	drop_failed(&l, order);
	return load(s, &l, order, "odoo shipped units set", e);
}

/* The transfers that leave: their tracking number stands there before they do. */
static bool leaves(const struct shipping *s, int64_t picking)
{
	for (size_t i = 0; i < s->stages.n; i++)
		for (size_t k = 0; k < s->stages.at[i].open.n; k++)
			if (s->stages.at[i].open.at[k].picking == picking)
				return s->stages.at[i].last;
	return false;
}

static enum errk write_pickings(struct shipping *s, const struct odoo_document *doc, size_t n,
				const char *field, const char *key, const char *step, struct err *e)
{
	const char *const fields[] = {".id", field, NULL};
	struct odoo_order **order = arena_array(s->b->a, n, sizeof(*order));
	struct odoo_load l = {.model = "stock.picking",
			      .fields = fields,
			      .fresh = true,
			      .item = arena_array(s->b->a, n, sizeof(*l.item))};

	for (size_t i = 0; i < n && field; i++) {
		const char *text = json_str(shipping_shipment(doc[i].order, s->at), key), **cell;

		if (str_blank(text) || !odoo_order_goes_on(doc[i].order) || !leaves(s, doc[i].id))
			continue;
		cell = arena_array(s->b->a, 2, sizeof(*cell));
		cell[0] = odoo_id_text(doc[i].id, s->b->a);
		cell[1] = str_equal(key, "date") ? odoo_time(text, s->b->a) : text;
		order[l.n] = doc[i].order;
		l.item[l.n] = (struct odoo_load_item){.row = arena_alloc(s->b->a,
									 sizeof(*l.item->row)),
						      .n_rows = 1,
						      .known = doc[i].id};
		l.item[l.n++].row->cells = cell;
	}
	return load(s, &l, order, step, e);
}

/* It is done, or its order has ended. */
static enum errk validate(struct shipping *s, struct err *e)
{
	static const char *const flags[] = {"skip_sms", "skip_backorder", "skip_immediate", NULL};
	static const struct odoo_transition transition = {.model = "stock.picking",
							  .method = "button_validate",
							  .flags = flags,
							  .wanted = {"done", NULL},
							  .step = "delivered"};
	const struct odoo *o = s->b->o;
	size_t n = 0;
	enum errk rc = write_pickings(s, s->todo.at, s->todo.n, o->field[FIELD_PICKING_TRACKING],
				      "tracking", "odoo tracking numbers written", e);

	if (rc != E_OK)
		return rc;
	for (size_t i = 0; i < s->todo.n; i++)
		if (odoo_order_goes_on(s->todo.at[i].order))
			s->todo.at[n++] = s->todo.at[i];
	s->todo.n = n;
	odoo_transition(s->b, &transition, s->todo.at, n);
	return write_pickings(s, s->todo.at, n, "date_done", "date", "odoo delivery dates kept", e);
}

/* Odoo 14 reserves nothing of what is left of a transfer; versions that do are not asked to. */
static enum errk assign_rest(struct shipping *s, struct err *e)
{
	enum errk rc = E_OK;

	for (size_t i = 0; i < s->stages.n && !shipping_has_flag(s->b->o); i++)
		for (size_t k = 0; k < s->stages.at[i].open.n; k++)
			*list_add(&s->stages.at[i].part->order->to_assign,
				  s->b->a) = s->stages.at[i].open.at[k].picking;
	for (size_t i = 0; i < s->b->n && rc == E_OK; i++)
		if (!shipping_has_flag(s->b->o))
			rc = odoo_assign_goods(s->b, &s->b->order[i], e);
	return rc;
}

/* Nothing more can be done. What has left by now, or was cancelled by people, is right. */
static void judge_parts(struct shipping *s)
{
	for (size_t i = 0; i < s->parts.n; i++) {
		struct part *p = &s->parts.at[i];
		bool any = false, left = true, cancelled = false;

		for (size_t k = 0; k < s->stages.n; k++) {
			const struct stage *x = &s->stages.at[k];

			if (x->part != p)
				continue;
			cancelled = cancelled || x->cancelled;
			any = any || x->last;
			left = left && (!x->last || x->done >= shipping_units_for(x, p->wanted));
		}
		if (!(any && left) && !cancelled && p->wanted && odoo_order_goes_on(p->order))
			fail(p, "Odoo has no delivery of it");
	}
}

/* The shipments that are at the same place in their orders' lists, stage by stage. */
static enum errk ship(struct shipping *s, struct err *e)
{
	/* A put that was cut short may have left it so. */
	bool rest = s->b->put->unsure;
	enum errk rc = E_OK;

	for (int round = 0; round < ROUNDS_MAX && rc == E_OK; round++) {
		rc = shipping_read_moves(s, e);
		if (rc != E_OK)
			return rc;
		shipping_sort(s);
		rc = set_units(s, e);
		if (rc != E_OK || !s->todo.n)
			break;
		rest = true;
		rc = validate(s, e);
	}
	if (rc == E_OK)
		judge_parts(s);
	return rc == E_OK && rest ? assign_rest(s, e) : rc;
}

static enum errk ship_all(struct shipping *s, struct odoo_order **order, size_t n, struct err *e)
{
	size_t most = 0;
	enum errk rc = odoo_ready(s->b->o, KIND_FULFILLMENT, s->b->a, e);

	if (rc == E_OK)
		rc = odoo_transfer_types(s->b->o, s->b->a, e);
	for (size_t i = 0; i < n; i++) {
		size_t count = json_count(order[i]->doc, "shipments");

		most = most > count ? most : count;
	}
	for (s->at = 0; s->at < most && rc == E_OK; s->at++) {
		for (size_t i = 0; i < n; i++) {
			struct err why;

			if (odoo_order_goes_on(order[i]) &&
			    shipping_add(s, order[i], s->at, &why) != E_OK)
				odoo_order_fail(order[i], &why);
		}
		rc = shipping_find_lines(s, order, n, e);
		if (rc == E_OK)
			rc = ship(s, e);
	}
	return rc;
}

static enum errk unknown(const struct odoo_order *d, struct err *e)
{
	return err_set(
		e, E_RECORD, "shipments_unknown",
		"the shop has shipped some of it, and the export does not say which units: set them done in the "
		"deliveries of %s by hand, then run: erpsync queue drop '%s'; orders that are read by the shop's API "
		"tell it",
		d->name, d->item->label);
}

static void tell_quotation(const struct odoo_batch *b, const struct odoo_order *d)
{
	b->o->env.notice(
		b->o->env.notice_ctx, "shipped quotations",
		arena_printf(
			b->a,
			"%s stays a quotation in Odoo, and the shop has shipped goods of it: they "
			"leave Odoo's stock when it is confirmed",
			d->item->label));
}

enum errk odoo_orders_ship(struct odoo_batch *b, struct err *e)
{
	struct shipping s = {.b = b};
	struct odoo_order **order = arena_array(b->a, b->n, sizeof(*order));
	size_t n = 0;
	enum errk rc;

	for (size_t i = 0; i < b->n; i++) {
		struct odoo_order *d = &b->order[i];
		struct err why;

		if (!odoo_order_goes_on(d) || d->apart.kind != E_OK || !d->id || d->cancelled ||
		    !odoo_order_is_shipped(d) || !b->o->field[FIELD_ORDER_PICKINGS])
			continue;
		if (!str_equal(d->state, "sale") && !str_equal(d->state, "done"))
			tell_quotation(b, d);
		else if (json_count(d->doc, "shipments"))
			order[n++] = d;
		else if (unknown(d, &why) != E_OK)
			odoo_order_fail(d, &why);
	}
	if (!n)
		return E_OK;
	rc = ship_all(&s, order, n, e);
	cJSON_Delete(s.moves);
	return rc == E_OK ? E_OK : odoo_batch_failed(b, order, n, e);
}
