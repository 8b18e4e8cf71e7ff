#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/step.h"
#include "base/str.h"
#include "connectors/odoo/load.h"
#include "connectors/odoo/refunds/refund.h"
#include "connectors/odoo/source.h"
#include "connectors/odoo/transition.h"

#include "base/banned.h"

/*
 * Units that are back in stock: a return receipt of what was delivered of the order's line, never of more, which is validated
 * before the line is lowered (Odoo refuses it otherwise, and would ship anew if it were raised). Units that the warehouse
 * has received by itself count; a return that it has begun is for the warehouse to end.
 */

/* Deliveries of one line, and what of them came back. */
struct line_goods {
	int64_t delivered, back; /* back: done, whoever received it */
	int64_t ours;            /* of that, by receipts of refunds */
	const char
		*open; /* a return that is neither done nor cancelled, and is not this refund's */
};

static enum errk refuse(const struct refund *r, const struct refund_part *p, const char *why,
			struct err *e)
{
	return refund_refuse(r, "goods_differ",
			     arena_printf(r->b->a, "the shop has %lld of '%s' back, and %s",
					  (long long)p->receive, p->name, why),
			     e);
}

static const char *picking_xid(const cJSON *pickings, const cJSON *move)
{
	return odoo_external_id(json_at(pickings, "xids"), odoo_ref(move, "picking_id"));
}

static int64_t done_units(const struct refund *r, const cJSON *move)
{
	int64_t n = 0;

	return odoo_whole_units(move, r->b->o->field[FIELD_MOVE_DONE], &n) ? n : 0;
}

static bool is_delivery(const struct refund *r, const cJSON *move)
{
	const struct odoo_transfer_type *t = odoo_transfer_type(r->b->o,
								odoo_ref(move, "picking_type_id"));

	return t && str_equal(t->code, "outgoing") && !odoo_ref(move, "origin_returned_move_id") &&
	       str_equal(json_str(move, "state"), "done");
}

/* Units of a delivered move that came back, or are about to. */
static int64_t returned_of(const struct refund *r, const cJSON *moves, int64_t move)
{
	int64_t all = 0, n = 0;

	JSON_EACH (m, moves) {
		if (odoo_ref(m, "origin_returned_move_id") != move ||
		    str_equal(json_str(m, "state"), "cancel"))
			continue;
		if (str_equal(json_str(m, "state"), "done"))
			all += done_units(r, m);
		else if (odoo_whole_units(m, "product_uom_qty", &n))
			all += n;
	}
	return all;
}

static void look_at_line(const struct refund *r, const struct refund_part *p, const cJSON *moves,
			 const cJSON *pickings, struct line_goods *g)
{
	const char *ours = arena_printf(r->b->a, "erpsync.%s_refund_", r->b->o->rules.shop);
	const char *own = arena_printf(r->b->a, "%s_return_", r->d.xid);

	*g = (struct line_goods){0};
	JSON_EACH (m, moves) {
		const char *state = json_str(m, "state"), *xid = picking_xid(pickings, m);

		if (odoo_ref(m, "sale_line_id") != p->sold_id)
			continue;
		if (is_delivery(r, m))
			g->delivered += done_units(r, m);
		if (!odoo_ref(m, "origin_returned_move_id") || str_equal(state, "cancel"))
			continue;
		if (str_equal(state, "done")) {
			g->back += done_units(r, m);
			g->ours += str_starts(xid, ours) ? done_units(r, m) : 0;
		} else if (!str_starts(xid, own)) {
			g->open = json_str(m, "picking_id[1]");
		}
	}
}

/* This refund's own receipt of the part: its units, done or not. */
static int64_t own_units(struct refund *r, const struct refund_part *p, const cJSON *moves,
			 const cJSON *pickings, bool *cancelled)
{
	const char *own = arena_printf(r->b->a, "%s_return_", r->d.xid);
	int64_t all = 0, n;

	JSON_EACH (m, moves) {
		int64_t picking = odoo_ref(m, "picking_id");
		bool known = false, done = str_equal(json_str(m, "state"), "done");

		if (odoo_ref(m, "sale_line_id") != p->sold_id ||
		    !str_starts(picking_xid(pickings, m), own))
			continue;
		if (str_equal(json_str(m, "state"), "cancel")) {
			*cancelled = true;
			continue;
		}
		n = 0;
		if (!done && !odoo_whole_units(m, "product_uom_qty", &n))
			n = 0;
		all += done ? done_units(r, m) : n;
		for (size_t i = 0; i < r->receipts.n; i++)
			known = known || r->receipts.at[i].id == picking;
		if (!known && !done)
			*list_add(&r->receipts, r->b->a) = (struct odoo_document){
				.order = &r->d,
				.id = picking,
				.name = arena_strdup(r->b->a, json_str(m, "picking_id[1]"))};
	}
	return all;
}

/* The units of all parts of this refund that are of the same line. */
static int64_t wanted_of(const struct refund *r, const struct refund_part *p)
{
	int64_t all = 0;

	for (size_t i = 0; i < r->parts.n; i++)
		if (r->parts.at[i].receive && r->parts.at[i].sold_id == p->sold_id)
			all += r->parts.at[i].receive;
	return all;
}

static int64_t taken_of(const struct refund *r, int64_t move)
{
	int64_t all = 0;

	for (size_t i = 0; i < r->takes.n; i++)
		all += r->takes.at[i].move == move ? r->takes.at[i].units : 0;
	return all;
}

static enum errk warehouse_of(struct refund *r, const struct refund_part *p, const cJSON *move,
			      int64_t *id, struct err *e)
{
	const struct odoo_transfer_type *t = odoo_transfer_type(r->b->o,
								odoo_ref(move, "picking_type_id"));

	*id = t ? t->warehouse : 0;
	return str_blank(p->warehouse)
		       ? E_OK
		       : odoo_look(r->b->o, LOOK_WAREHOUSE, p->warehouse, r->b->a, id, e);
}

static enum errk take(struct refund *r, const struct refund_part *p, const cJSON *moves,
		      struct err *e)
{
	int64_t left = p->receive;

	JSON_EACH (m, moves) {
		int64_t id = json_int(m, "id", 0), units, warehouse;

		if (odoo_ref(m, "sale_line_id") != p->sold_id || !is_delivery(r, m) || !left)
			continue;
		if (odoo_ref(m, "product_id") != odoo_ref(p->sold, "product_id"))
			return refuse(
				r, p,
				"it is a kit in Odoo, whose parts were sent: receive it there", e);
		if (odoo_ref(m, "product_uom") != r->d.line[p->at].unit)
			return refuse(r, p, "it was delivered in another unit: receive it there",
				      e);
		units = done_units(r, m) - returned_of(r, moves, id) - taken_of(r, id);
		if (units <= 0)
			continue;
		units = units < left ? units : left;
		if (warehouse_of(r, p, m, &warehouse, e) != E_OK)
			return err_wrap(e, "where '%s' is in stock again", p->name);
		left -= units;
		*list_add(&r->takes,
			  r->b->a) = (struct refund_take){.part = p,
							  .move = id,
							  .units = units,
							  .warehouse = warehouse,
							  .from = odoo_ref(m, "location_dest_id"),
							  .unit = odoo_ref(m, "product_uom"),
							  .product = odoo_ref(m, "product_id")};
	}
	return left ? refuse(r, p,
			     arena_printf(
				     r->b->a,
				     "Odoo has not delivered so many that are not back already: validate the "
				     "delivery of %s there, or the return",
				     r->d.name),
			     e)
		    : E_OK;
}

/* Nothing is assumed: not that they are back, nor that they are not. */
static enum errk unknown(const struct refund *r, const struct refund_part *p, struct err *e)
{
	const char *label = r->d.item->label;

	return err_set(
		e, E_RECORD, "restock_unknown",
		"%lld of '%s' were given back, and the shop does not say whether they are in stock again; if "
		"they are, receive them in Odoo (a return of the delivery of %s), then run: erpsync queue "
		"retry '%s'; if they are not: erpsync refunds export --only '%s'",
		(long long)p->receive, p->name, r->d.name, label, label);
}

static enum errk take_part(struct refund *r, struct refund_part *p, const cJSON *moves,
			   const cJSON *pickings, struct err *e)
{
	struct line_goods g;
	bool cancelled = false;
	int64_t own = own_units(r, p, moves, pickings, &cancelled), wanted = wanted_of(r, p);
	int64_t lowered, unclaimed, ordered = 0, delivered = 0;

	look_at_line(r, p, moves, pickings, &g);
	if (cancelled)
		return refuse(
			r, p,
			arena_printf(r->b->a,
				     "its return was cancelled in Odoo (%s): receive it there",
				     r->d.name),
			e);
	if (own && own != wanted)
		return refuse(r, p,
			      arena_printf(r->b->a,
					   "its return in Odoo has %lld: see to the rest there",
					   (long long)own),
			      e);
	if (own)
		return E_OK;
	if (g.open)
		return refuse(
			r, p,
			arena_printf(
				r->b->a,
				"people have begun a return of it in Odoo, %s: validate or cancel "
				"that one",
				g.open),
			e);
	/* What the warehouse has received by itself is of some refund: of this one, unless an earlier one took it. */
	lowered = odoo_given_back(r->b->o, r->xids, p->line);
	unclaimed = g.back - g.ours - (lowered > g.ours ? lowered - g.ours : 0);
	if (unclaimed > 0 && unclaimed < wanted)
		return refuse(
			r, p,
			arena_printf(
				r->b->a,
				"people have received %lld of it in Odoo: receive the rest there, too",
				(long long)unclaimed),
			e);
	/* Odoo lets no line be lower than what it says is delivered. */
	if (!odoo_whole_units(p->sold, "product_uom_qty", &ordered) ||
	    !odoo_whole_units(p->sold, "qty_delivered", &delivered) ||
	    delivered - (unclaimed > 0 ? 0 : wanted) > ordered - wanted)
		return refuse(
			r, p,
			arena_printf(
				r->b->a,
				"%s has %s of it delivered of %s, the returns taken off: see to that there",
				r->d.name, json_number_text(p->sold, "qty_delivered", r->b->a),
				json_number_text(p->sold, "product_uom_qty", r->b->a)),
			e);
	if (unclaimed > 0)
		return E_OK;
	return p->unsaid ? unknown(r, p, e) : take(r, p, moves, e);
}

enum errk refund_take_goods(struct refund *r, const cJSON *moves, const cJSON *pickings,
			    struct err *e)
{
	for (size_t i = 0; i < r->parts.n; i++)
		if (r->parts.at[i].receive &&
		    take_part(r, &r->parts.at[i], moves, pickings, e) != E_OK)
			return e->kind;
	return E_OK;
}

/* Reading */

static enum errk read_moves(struct refund *r, const int64_t *ids, size_t n, cJSON **out,
			    struct err *e)
{
	const struct odoo *o = r->b->o;
	const char *const fields[] = {"sale_line_id",
				      "product_id",
				      "product_uom",
				      "product_uom_qty",
				      "state",
				      "picking_id",
				      "picking_type_id",
				      "origin_returned_move_id",
				      "location_dest_id",
				      o->field[FIELD_MOVE_DONE],
				      NULL};
	struct odoo_read q = {.model = "stock.move",
			      .fields = fields,
			      .by = "sale_line_id",
			      .ids = ids,
			      .n_ids = n,
			      .complete = true};

	return odoo_search_read(r->b->o, &q, r->b->a, out, e);
}

/* In 14 whoever receives goods writes their value, too, and only administrators of the inventory may. */
static enum errk may_receive(struct refund *r, struct err *e)
{
	static const struct {
		const char *model, *operation, *group;
	} rights[] = {{"stock.picking", "create", "Inventory: User"},
		      {ODOO_VALUATION, "create", "Inventory: Administrator"}};
	size_t n = r->b->o->version.major < ODOO_RECEIVED_BY_USERS ? 2 : 1;

	for (size_t i = 0; i < n; i++) {
		bool may = false;
		enum errk rc = odoo_may(r->b->o, rights[i].model, rights[i].operation, r->b->a,
					&may, e);

		if (rc != E_OK)
			return rc;
		if (!may)
			return refund_refuse(
				r, "access_denied",
				arena_printf(
					r->b->a,
					"goods are in stock again, and the user of the API key may not "
					"receive them in Odoo: give it the right '%s' (Settings > Users)",
					rights[i].group),
				e);
	}
	return E_OK;
}

enum errk refund_look_at_goods(struct refund *r, struct err *e)
{
	CLEANUP(json) cJSON *moves = NULL;
	CLEANUP(json) cJSON *pickings = json_object();
	LIST(int64_t) lines = {0};
	cJSON *xids = NULL;
	int64_t *ids;
	size_t n = 0;
	enum errk rc;

	for (size_t i = 0; i < r->parts.n; i++)
		if (r->parts.at[i].receive)
			*list_add(&lines, r->b->a) = r->parts.at[i].sold_id;
	if (!lines.n)
		return E_OK;
	rc = odoo_ready(r->b->o, KIND_FULFILLMENT, r->b->a, e);
	if (rc == E_OK)
		rc = odoo_transfer_types(r->b->o, r->b->a, e);
	if (rc == E_OK)
		rc = read_moves(r, lines.at, lines.n, &moves, e);
	if (rc != E_OK)
		return rc;
	ids = odoo_refs(moves, "picking_id", r->b->a, &n);
	rc = odoo_external_ids(r->b->o, "stock.picking", ids, n, r->b->a, &xids, e);
	if (rc != E_OK)
		return rc;
	json_add(pickings, "xids", xids);
	rc = refund_take_goods(r, moves, pickings, e);
	return rc == E_OK && (r->takes.n || r->receipts.n) ? may_receive(r, e) : rc;
}

/* Writing */

enum { HEAD_MAX = 7, MOVE_MAX = 11 };

struct receipt_shape {
	const char *fields[HEAD_MAX + MOVE_MAX + 1];
	size_t head, width;
	bool grouped;
};

static void shape_of(const struct refund *r, struct receipt_shape *s)
{
	static const char *const head[] = {"id",
					   "picking_type_id/.id",
					   "location_id/.id",
					   "location_dest_id/.id",
					   "partner_id/.id",
					   "origin"};
	static const char *const move[] = {"id",
					   "product_id/.id",
					   "product_uom_qty",
					   "product_uom/.id",
					   "location_id/.id",
					   "location_dest_id/.id",
					   "sale_line_id/.id",
					   "origin_returned_move_id/.id",
					   "to_refund"};
	const struct odoo *o = r->b->o;
	const char *moves = o->field[FIELD_PICKING_MOVES];

	*s = (struct receipt_shape){.grouped = o->field[FIELD_ORDER_GROUP] != NULL};
	for (size_t i = 0; i < sizeof(head) / sizeof(*head); i++)
		s->fields[s->width++] = head[i];
	/* Until 18 a transfer is of the order that the group of its moves is of. */
	if (!s->grouped)
		s->fields[s->width++] = arena_printf(r->b->a, "%s/.id",
						     o->field[FIELD_PICKING_ORDER]);
	s->head = s->width;
	for (size_t i = 0; i < sizeof(move) / sizeof(*move); i++)
		s->fields[s->width++] = arena_printf(r->b->a, "%s/%s", moves, move[i]);
	if (s->grouped)
		s->fields[s->width++] = arena_printf(r->b->a, "%s/group_id/.id", moves);
	if (o->field[FIELD_MOVE_NAME])
		s->fields[s->width++] = arena_printf(r->b->a, "%s/%s", moves,
						     o->field[FIELD_MOVE_NAME]);
}

static void head_cells(const struct refund *r, const struct receipt_shape *s,
		       const struct refund_take *t, const cJSON *warehouse, const char **cell)
{
	struct arena *a = r->b->a;

	cell[0] = arena_printf(a, "%s_return_%lld", r->d.xid, (long long)t->warehouse);
	cell[1] = odoo_id_text(odoo_ref(warehouse, "in_type_id"), a);
	cell[2] = odoo_id_text(t->from, a);
	cell[3] = odoo_id_text(odoo_ref(warehouse, "lot_stock_id"), a);
	cell[4] = odoo_id_text(odoo_ref(r->order, "partner_shipping_id"), a);
	cell[5] = arena_printf(a, "%s %s", r->d.name, r->d.number);
	if (!s->grouped)
		cell[6] = odoo_id_text(r->d.id, a);
}

static void move_cells(const struct refund *r, const struct receipt_shape *s,
		       const struct refund_take *t, const cJSON *warehouse, const char **cell)
{
	struct arena *a = r->b->a;
	const char **m = cell + s->head;
	size_t n = 9;

	m[0] = arena_printf(a, "%s_returned_%s_%lld", r->d.xid, t->part->id, (long long)t->move);
	m[1] = odoo_id_text(t->product, a);
	m[2] = arena_printf(a, "%lld", (long long)t->units);
	m[3] = odoo_id_text(t->unit, a);
	m[4] = odoo_id_text(t->from, a);
	m[5] = odoo_id_text(odoo_ref(warehouse, "lot_stock_id"), a);
	m[6] = odoo_id_text(t->part->sold_id, a);
	m[7] = odoo_id_text(t->move, a);
	m[8] = "1";
	if (s->grouped)
		m[n++] = odoo_id_text(odoo_ref(r->order, r->b->o->field[FIELD_ORDER_GROUP]), a);
	if (r->b->o->field[FIELD_MOVE_NAME])
		m[n++] = t->part->name;
}

static enum errk read_warehouses(const struct refund *r, cJSON **out, struct err *e)
{
	static const char *const fields[] = {"in_type_id", "lot_stock_id", NULL};
	LIST(int64_t) ids = {0};
	struct odoo_read q = {.model = "stock.warehouse", .fields = fields, .whole = true};

	for (size_t i = 0; i < r->takes.n; i++)
		*list_add(&ids, r->b->a) = r->takes.at[i].warehouse;
	q.ids = ids.at;
	q.n_ids = ids.n;
	return odoo_search_read(r->b->o, &q, r->b->a, out, e);
}

/* One receipt for each warehouse. */
static enum errk make_receipts(struct refund *r, struct err *e)
{
	struct receipt_shape s;
	struct odoo_load l = {.model = "stock.picking", .quiet = true, .fresh = true};
	CLEANUP(json) cJSON *warehouses = NULL;
	enum errk rc = r->takes.n ? read_warehouses(r, &warehouses, e) : E_OK;

	if (rc != E_OK || !r->takes.n)
		return rc;
	shape_of(r, &s);
	l.fields = s.fields;
	l.item = arena_array(r->b->a, r->takes.n, sizeof(*l.item));
	JSON_EACH (warehouse, warehouses) {
		struct odoo_load_item *item = &l.item[l.n];

		item->row = arena_array(r->b->a, r->takes.n, sizeof(*item->row));
		for (size_t i = 0; i < r->takes.n; i++) {
			const struct refund_take *t = &r->takes.at[i];
			const char **cell = arena_array(r->b->a, s.width, sizeof(*cell));

			if (t->warehouse != json_int(warehouse, "id", 0))
				continue;
			if (!item->n_rows)
				head_cells(r, &s, t, warehouse, cell);
			move_cells(r, &s, t, warehouse, cell);
			item->row[item->n_rows++].cells = cell;
		}
		l.n += item->n_rows > 0;
	}
	r->b->wrote = r->d.wrote = true;
	rc = odoo_load(r->b->o, &l, r->b->a, e);
	STEP("odoo return loaded");
	for (size_t i = 0; i < l.n && rc == E_OK; i++) {
		if (l.item[i].err.kind != E_OK) {
			*e = l.item[i].err;
			return e->kind;
		}
		*list_add(&r->receipts, r->b->a) = (struct odoo_document){.order = &r->d,
									  .id = l.item[i].id};
	}
	return rc;
}

/* All that was asked for has come. */
static enum errk set_units(struct refund *r, struct err *e)
{
	const struct odoo *o = r->b->o;
	bool flag = str_equal(o->field[FIELD_MOVE_DONE], "quantity");
	static const char *const asked[] = {"product_uom_qty", "state", "picking_id", NULL};
	const char *const fields[] = {".id", o->field[FIELD_MOVE_DONE], flag ? "picked" : NULL,
				      NULL};
	int64_t *ids = arena_array(r->b->a, r->receipts.n, sizeof(*ids));
	struct odoo_read q = {.model = "stock.move",
			      .fields = asked,
			      .by = "picking_id",
			      .ids = ids,
			      .complete = true};
	struct odoo_load l = {.model = "stock.move", .fields = fields, .fresh = true};
	CLEANUP(json) cJSON *moves = NULL;
	enum errk rc;

	for (size_t i = 0; i < r->receipts.n; i++)
		ids[q.n_ids++] = r->receipts.at[i].id;
	rc = odoo_search_read(r->b->o, &q, r->b->a, &moves, e);
	if (rc != E_OK)
		return rc;
	l.item = arena_array(r->b->a, json_count(moves, "") + 1, sizeof(*l.item));
	JSON_EACH (m, moves) {
		const char **cell = arena_array(r->b->a, 3, sizeof(*cell));

		for (size_t i = 0; i < r->receipts.n; i++)
			if (r->receipts.at[i].id == odoo_ref(m, "picking_id"))
				r->receipts.at[i].name = arena_strdup(r->b->a,
								      json_str(m, "picking_id[1]"));
		if (str_equal(json_str(m, "state"), "done") ||
		    str_equal(json_str(m, "state"), "cancel"))
			continue;
		cell[0] = odoo_id_text(json_int(m, "id", 0), r->b->a);
		cell[1] = json_number_text(m, "product_uom_qty", r->b->a);
		cell[2] = "1";
		l.item[l.n] = (struct odoo_load_item){.row = arena_alloc(r->b->a,
									 sizeof(*l.item->row)),
						      .n_rows = 1,
						      .known = json_int(m, "id", 0)};
		l.item[l.n++].row->cells = cell;
	}
	rc = l.n ? odoo_load(r->b->o, &l, r->b->a, e) : E_OK;
	STEP("odoo returned units set");
	for (size_t i = 0; i < l.n && rc == E_OK; i++)
		if (l.item[i].err.kind != E_OK) {
			*e = l.item[i].err;
			rc = e->kind;
		}
	return rc;
}

/* Again it does nothing. */
static enum errk confirm(struct refund *r, struct err *e)
{
	int64_t *ids = arena_array(r->b->a, r->receipts.n, sizeof(*ids));
	enum errk rc;

	for (size_t i = 0; i < r->receipts.n; i++)
		ids[i] = r->receipts.at[i].id;
	rc = odoo_act(r->b->o, "stock.picking", "action_confirm", ids, r->receipts.n, NULL, r->b->a,
		      NULL, e);
	STEP("odoo return confirmed");
	return rc;
}

static enum errk end_of(const struct refund *r, struct err *e)
{
	*e = r->d.item->err;
	return e->kind;
}

enum errk refund_receive_goods(struct refund *r, struct err *e)
{
	static const char *const flags[] = {"skip_sms", "skip_backorder", "skip_immediate", NULL};
	static const struct odoo_transition validate = {.model = "stock.picking",
							.method = "button_validate",
							.flags = flags,
							.wanted = {"done", NULL},
							.step = "goods returned"};
	enum errk rc = make_receipts(r, e);

	if (rc != E_OK || !r->receipts.n)
		return rc;
	r->b->wrote = r->d.wrote = true;
	rc = confirm(r, e);
	if (rc == E_OK)
		rc = set_units(r, e);
	if (rc != E_OK)
		return rc;
	odoo_transition(r->b, &validate, r->receipts.at, r->receipts.n);
	return odoo_order_goes_on(&r->d) ? E_OK : end_of(r, e);
}
