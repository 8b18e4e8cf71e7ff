#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/list.h"
#include "base/step.h"
#include "base/str.h"
#include "connectors/odoo/load.h"
#include "connectors/odoo/orders/order.h"
#include "connectors/odoo/source.h"
#include "connectors/odoo/transition.h"

#include "base/banned.h"

/*
 * Units that the shop has shipped have left: Odoo's deliveries of them are done, for exactly these units, or its people
 * ship them once more. Shipment by shipment, the oldest first, so that each has a transfer of its own with its tracking
 * number. How many are to be done follows from what was done ever (what came back since was shipped all the same), so
 * that a run that was killed in between goes on where it was. What people have packed, bought or cancelled is theirs.
 */

enum { ROUNDS_MAX = 8, STAGES_MAX = 4 };

/* One line of an order that has shipped units. */
struct part {
	struct odoo_order *order;
	const struct odoo_line *line;
	int64_t id;      /* sale.order.line */
	int64_t wanted;  /* units that have left with this shipment and those before it */
	int64_t ordered; /* units */
};

struct open_move {
	int64_t id, picking, units;
	bool packed;          /* by somebody, or by a put that was cut short … */
	struct decimal there; /* … so many */
};

/*
 * The moves of a part from one place to the next: several where goods are picked first, and one for each component of a
 * kit.
 */
struct stage {
	struct part *part;
	int64_t product, type,
		before;      /* before: the type of the moves that bring it here; 0 = none */
	int64_t done, units; /* moved ever; and with what is open */
	LIST(struct open_move) open;
	const char *theirs; /* why it is not for us; NULL = it is */
	bool cancelled;
	bool last; /* it leaves the company */
};

struct shipping {
	struct odoo_batch *b;
	LIST(struct part) parts;
	LIST(int64_t) lines; /* of the orders, in Odoo */
	LIST(struct stage) stages;
	cJSON *moves; /* owned: of the parts, and what brings the goods to them */
	size_t at;    /* the shipment of each order that is being seen to */
	LIST(struct odoo_document) todo; /* transfers that are to be done in this round */
};

static const cJSON *shipment_of(const struct odoo_order *d, size_t n)
{
	return cJSON_GetArrayItem(json_at(d->doc, "shipments"), (int)n);
}

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

/* Which lines. */

static const struct odoo_line *line_of(const struct shipping *s, const struct odoo_order *d,
				       const char *id)
{
	const char *xid = arena_printf(s->b->a, "%s_%s", d->xid, odoo_tail(id ? id : "", s->b->a));

	for (size_t i = 0; i < d->n_lines; i++)
		if (str_equal(d->line[i].xid, xid))
			return &d->line[i];
	return NULL;
}

static struct part *part_of(struct shipping *s, struct odoo_order *d, const struct odoo_line *l)
{
	struct part *p;

	for (size_t i = 0; i < s->parts.n; i++)
		if (s->parts.at[i].order == d && s->parts.at[i].line == l)
			return &s->parts.at[i];
	p = list_add(&s->parts, s->b->a);
	*p = (struct part){.order = d, .line = l, .ordered = strtoll(l->quantity, NULL, 10)};
	return p;
}

static bool is_service(const struct shipping *s, const struct odoo_line *l)
{
	const struct odoo_product *p = odoo_product(s->b->o, l->product_code);

	return l->note || !p || p->service;
}

/* What its n-th shipment adds. */
static enum errk add_shipment(struct shipping *s, struct odoo_order *d, size_t n, struct err *e)
{
	JSON_EACH (item, json_at(shipment_of(d, n), "lines")) {
		const struct odoo_line *l = line_of(s, d, json_str(item, "line"));
		int64_t units = json_int(item, "quantity", -1);

		if (!l || units < 0)
			return err_set(
				e, E_RECORD, "mapping",
				"shipments: a line is none of the order, or has no quantity");
		if (is_service(s, l))
			continue;
		part_of(s, d, l)->wanted += units;
	}
	return E_OK;
}

/* The ids of the lines in Odoo. */
static enum errk find_lines(struct shipping *s, struct odoo_order *const *order, size_t n,
			    struct err *e)
{
	static const char *const fields[] = {"order_id", NULL};
	struct odoo_batch *b = s->b;
	int64_t *ids = arena_array(b->a, n, sizeof(*ids));
	struct odoo_read r = {.model = "sale.order.line",
			      .fields = fields,
			      .by = "order_id",
			      .ids = ids,
			      .n_ids = n,
			      .complete = true};
	CLEANUP(json) cJSON *lines = NULL;
	CLEANUP(json) cJSON *xids = NULL;
	size_t n_lines = 0;
	bool known = s->lines.n > 0;
	enum errk rc;

	for (size_t i = 0; i < s->parts.n; i++)
		known = known && s->parts.at[i].id;
	if (known || !s->parts.n)
		return E_OK;
	s->lines.n = 0;
	for (size_t i = 0; i < n; i++)
		ids[i] = order[i]->id;
	rc = odoo_search_read(b->o, &r, b->a, &lines, e);
	if (rc != E_OK)
		return rc;
	ids = odoo_refs(lines, "id", b->a, &n_lines);
	rc = odoo_external_ids(b->o, "sale.order.line", ids, n_lines, b->a, &xids, e);
	for (size_t i = 0; i < n_lines && rc == E_OK; i++) {
		*list_add(&s->lines, b->a) = ids[i];
		for (size_t k = 0; k < s->parts.n; k++)
			if (str_equal(odoo_external_id(xids, ids[i]), s->parts.at[k].line->xid))
				s->parts.at[k].id = ids[i];
	}
	return rc;
}

/* What is under way for them. */

/* Of later versions `picked` says what counts, and the reserved quantity stands where what was done did. */
static bool has_flag(const struct odoo *o)
{
	return str_equal(o->field[FIELD_MOVE_DONE], "quantity");
}

static enum errk read_moves(struct shipping *s, const int64_t *ids, size_t n, const char *by,
			    cJSON **out, struct err *e)
{
	const struct odoo *o = s->b->o;
	const char *const fields[] = {"sale_line_id",
				      "product_id",
				      "product_uom",
				      "product_uom_qty",
				      "state",
				      "picking_id",
				      "picking_type_id",
				      "origin_returned_move_id",
				      "move_orig_ids",
				      o->field[FIELD_MOVE_DONE],
				      has_flag(o) ? "picked" : NULL,
				      NULL};
	struct odoo_read r = {.model = "stock.move",
			      .fields = fields,
			      .by = by,
			      .ids = ids,
			      .n_ids = n,
			      .complete = true};

	return odoo_search_read(s->b->o, &r, s->b->a, out, e);
}

static const cJSON *move_by_id(const struct shipping *s, int64_t id)
{
	JSON_EACH (m, s->moves)
		if (json_int(m, "id", 0) == id)
			return m;
	return NULL;
}

/* Before version 15 the moves that bring goods to a line's own do not say whose they are. */
static enum errk read_earlier(struct shipping *s, struct err *e)
{
	for (int round = 0; round < STAGES_MAX; round++) {
		LIST(int64_t) ids = {0};
		cJSON *more = NULL;
		enum errk rc;

		JSON_EACH (m, s->moves)
			JSON_EACH (id, json_at(m, "move_orig_ids"))
				if (!move_by_id(s, json_int(id, "", 0)))
					*list_add(&ids, s->b->a) = json_int(id, "", 0);
		if (!ids.n)
			return E_OK;
		rc = read_moves(s, ids.at, ids.n, NULL, &more, e);
		if (rc != E_OK)
			return rc;
		if (!json_count(more, "")) {
			cJSON_Delete(more);
			return E_OK;
		}
		while (more->child)
			json_push(s->moves, cJSON_DetachItemViaPointer(more, more->child));
		cJSON_Delete(more);
	}
	return E_OK;
}

static enum errk read_all_moves(struct shipping *s, struct err *e)
{
	enum errk rc;

	cJSON_Delete(s->moves);
	s->moves = NULL;
	rc = read_moves(s, s->lines.at, s->lines.n, "sale_line_id", &s->moves, e);
	return rc == E_OK ? read_earlier(s, e) : rc;
}

/* The line that a move is for: its own, or that of the move which it brings goods to. */
static int64_t line_of_move(const struct shipping *s, const cJSON *move)
{
	for (int depth = 0; depth < STAGES_MAX && move; depth++) {
		int64_t line = odoo_ref(move, "sale_line_id"), id = json_int(move, "id", 0);
		const cJSON *next = NULL;

		if (line)
			return line;
		JSON_EACH (m, s->moves)
			JSON_EACH (orig, json_at(m, "move_orig_ids"))
				if (json_int(orig, "", 0) == id)
					next = m;
		move = next;
	}
	return 0;
}

static struct stage *stage_of(struct shipping *s, struct part *p, const cJSON *move)
{
	int64_t product = odoo_ref(move, "product_id"), type = odoo_ref(move, "picking_type_id");
	struct stage *x;

	for (size_t i = 0; i < s->stages.n; i++) {
		x = &s->stages.at[i];
		if (x->part == p && x->product == product && x->type == type)
			return x;
	}
	x = list_add(&s->stages, s->b->a);
	*x = (struct stage){.part = p, .product = product, .type = type};
	return x;
}

static bool is_open(const cJSON *move)
{
	const char *state = json_str(move, "state");

	return !str_equal(state, "done") && !str_equal(state, "cancel");
}

static struct part *part_in(struct shipping *s, const struct odoo_order *d)
{
	for (size_t i = 0; i < s->parts.n; i++)
		if (s->parts.at[i].order == d)
			return &s->parts.at[i];
	BUG("a transfer was chosen for a part of its order");
}

static bool whole_units(const cJSON *move, const char *field, int64_t *out)
{
	struct decimal d, whole;

	if (odoo_amount(move, field, 6, &d, NULL) != E_OK)
		return false;
	whole = decimal_round(d, 0);
	*out = whole.units;
	return decimal_cmp(d, whole) == 0 && whole.units >= 0;
}

static void look_at_type(const struct shipping *s, struct stage *x)
{
	const struct odoo_transfer_type *t = odoo_transfer_type(s->b->o, x->type);

	if (!t || (!str_equal(t->code, "outgoing") && !str_equal(t->code, "internal")))
		x->theirs = "it is bought or made for this order";
	x->last = t && str_equal(t->code, "outgoing");
}

static void add_move(struct shipping *s, struct stage *x, const cJSON *move)
{
	const struct odoo *o = s->b->o;
	const char *done = o->field[FIELD_MOVE_DONE], *state = json_str(move, "state");
	struct open_move m = {.id = json_int(move, "id", 0),
			      .picking = odoo_ref(move, "picking_id")};
	int64_t units = 0;

	if (str_equal(state, "cancel")) {
		x->cancelled = true;
		return;
	}
	if (x->product == x->part->line->product &&
	    odoo_ref(move, "product_uom") != x->part->line->unit)
		x->theirs = "its transfer is in another unit";
	JSON_EACH (id, json_at(move, "move_orig_ids")) {
		int64_t before = odoo_ref(move_by_id(s, json_int(id, "", 0)), "picking_type_id");

		x->before = before && before != x->type ? before : x->before;
	}
	if (str_equal(state, "done")) {
		if (!whole_units(move, done, &units))
			x->theirs = "it has moved in parts of a unit";
		x->done += units;
		x->units += units;
		return;
	}
	if (!whole_units(move, "product_uom_qty", &m.units))
		x->theirs = "its transfer has parts of a unit";
	x->units += m.units;
	if (odoo_amount(move, done, 6, &m.there, NULL) != E_OK)
		m.there = DECIMAL_ZERO;
	m.packed = has_flag(o) ? json_bool(move, "picked", false) : !decimal_is_zero(m.there);
	*list_add(&x->open, s->b->a) = m;
}

static void sort_moves(struct shipping *s)
{
	s->stages.n = 0;
	JSON_EACH (move, s->moves) {
		int64_t line = line_of_move(s, move);
		struct part *p = NULL;
		struct stage *x;

		for (size_t i = 0; i < s->parts.n && line; i++)
			if (s->parts.at[i].id == line)
				p = &s->parts.at[i];
		if (!p || odoo_ref(move, "origin_returned_move_id"))
			continue;
		x = stage_of(s, p, move);
		look_at_type(s, x);
		add_move(s, x, move);
	}
}

/* What is to be done. */

/* Units of the stage for so many of the line; -1: a kit that is not made of whole numbers. */
static int64_t units_for(const struct stage *x, int64_t wanted)
{
	const struct part *p = x->part;

	if (x->product == p->line->product)
		return wanted;
	if (p->ordered <= 0 || x->units % p->ordered)
		return -1;
	return x->units / p->ordered * wanted;
}

/* The goods are not where this stage takes them from: another one comes first. */
static bool is_waiting(const struct shipping *s, const struct stage *x)
{
	for (size_t i = 0; i < s->stages.n && x->before; i++) {
		const struct stage *y = &s->stages.at[i];

		if (y->part == x->part && y->product == x->product && y->type == x->before &&
		    y->done < units_for(y, y->part->wanted))
			return true;
	}
	return false;
}

static const char *why_elsewhere(const struct shipping *s, const struct stage *x)
{
	const cJSON *shipment = shipment_of(x->part->order, s->at);
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
	int64_t wanted = units_for(x, p->wanted), open = 0;
	const char *why = x->theirs;

	if (!odoo_order_goes_on(p->order) || (wanted >= 0 && x->done >= wanted) || is_waiting(s, x))
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
	int64_t left = units_for(x, x->part->wanted) - x->done;

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
		bool packed = has_flag(s->b->o)
				      ? json_bool(move, "picked", false)
				      : odoo_amount(move, done, 6, &there, NULL) != E_OK ||
						!decimal_is_zero(there);

		if (!packed || !is_open(move))
			continue;
		for (size_t i = 0; i < l->n; i++)
			packed = packed && l->item[i].known != id;
		for (size_t i = 0; i < s->todo.n && packed; i++)
			if (s->todo.at[i].id == picking)
				fail(part_in(s, s->todo.at[i].order),
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
				      has_flag(o) ? "picked" : NULL, NULL};
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
		const char *text = json_str(shipment_of(doc[i].order, s->at), key), **cell;

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

	for (size_t i = 0; i < s->stages.n && !has_flag(s->b->o); i++)
		for (size_t k = 0; k < s->stages.at[i].open.n; k++)
			*list_add(&s->stages.at[i].part->order->to_assign,
				  s->b->a) = s->stages.at[i].open.at[k].picking;
	for (size_t i = 0; i < s->b->n && rc == E_OK; i++)
		if (!has_flag(s->b->o))
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
			left = left && (!x->last || x->done >= units_for(x, p->wanted));
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
		rc = read_all_moves(s, e);
		if (rc != E_OK)
			return rc;
		sort_moves(s);
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
			    add_shipment(s, order[i], s->at, &why) != E_OK)
				odoo_order_fail(order[i], &why);
		}
		rc = find_lines(s, order, n, e);
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

		if (!odoo_order_goes_on(d) || !d->id || d->cancelled || !odoo_order_is_shipped(d) ||
		    !b->o->field[FIELD_ORDER_PICKINGS])
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
