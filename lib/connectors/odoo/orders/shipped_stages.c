#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/str.h"
#include "connectors/odoo/orders/shipped.h"
#include "connectors/odoo/source.h"

#include "base/banned.h"

/* Of what the shop has shipped: which lines of Odoo's, and what is under way for them. See shipped.c. */

enum { STAGES_MAX = 4 };

const cJSON *shipping_shipment(const struct odoo_order *d, size_t n)
{
	return cJSON_GetArrayItem(json_at(d->doc, "shipments"), (int)n);
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

enum errk shipping_add(struct shipping *s, struct odoo_order *d, size_t n, struct err *e)
{
	JSON_EACH (item, json_at(shipping_shipment(d, n), "lines")) {
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

enum errk shipping_find_lines(struct shipping *s, struct odoo_order *const *order, size_t n,
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

bool shipping_has_flag(const struct odoo *o)
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
				      shipping_has_flag(o) ? "picked" : NULL,
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

enum errk shipping_read_moves(struct shipping *s, struct err *e)
{
	enum errk rc;

	cJSON_Delete(s->moves);
	s->moves = NULL;
	/* No lines would be all the moves that there are. */
	if (!s->lines.n) {
		s->moves = json_array();
		return E_OK;
	}
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

bool shipping_is_open(const cJSON *move)
{
	const char *state = json_str(move, "state");

	return !str_equal(state, "done") && !str_equal(state, "cancel");
}

struct part *shipping_part_in(struct shipping *s, const struct odoo_order *d)
{
	for (size_t i = 0; i < s->parts.n; i++)
		if (s->parts.at[i].order == d)
			return &s->parts.at[i];
	BUG("a transfer was chosen for a part of its order");
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
		if (!odoo_whole_units(move, done, &units))
			x->theirs = "it has moved in parts of a unit";
		x->done += units;
		x->units += units;
		return;
	}
	if (!odoo_whole_units(move, "product_uom_qty", &m.units))
		x->theirs = "its transfer has parts of a unit";
	x->units += m.units;
	if (odoo_amount(move, done, 6, &m.there, NULL) != E_OK)
		m.there = DECIMAL_ZERO;
	m.packed = shipping_has_flag(o) ? json_bool(move, "picked", false)
					: !decimal_is_zero(m.there);
	*list_add(&x->open, s->b->a) = m;
}

void shipping_sort(struct shipping *s)
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

int64_t shipping_units_for(const struct stage *x, int64_t wanted)
{
	const struct part *p = x->part;

	if (x->product == p->line->product)
		return wanted;
	if (p->ordered <= 0 || x->units % p->ordered)
		return -1;
	return x->units / p->ordered * wanted;
}

bool shipping_is_waiting(const struct shipping *s, const struct stage *x)
{
	for (size_t i = 0; i < s->stages.n && x->before; i++) {
		const struct stage *y = &s->stages.at[i];

		if (y->part == x->part && y->product == x->product && y->type == x->before &&
		    y->done < shipping_units_for(y, y->part->wanted))
			return true;
	}
	return false;
}
