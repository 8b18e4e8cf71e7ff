#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/list.h"
#include "base/step.h"
#include "base/str.h"
#include "connectors/odoo/orders/order.h"

#include "base/banned.h"

/*
 * Units that were taken out of a confirmed order. Its line alone does not take them out of its transfers: before
 * Odoo 17 never, after it not from one that is printed, and what is left there is shipped (sale_stock,
 * sale_order_line.py, _action_launch_stock_rule). So the moves come first, then the line: Odoo finds as many under way as are
 * wanted and starts nothing more. All figures are absolute, so that a run that was killed in between is done over.
 * What the warehouse is at already is for people.
 */

struct move {
	int64_t id, picking;
	int64_t before; /* the move of the step before it, with as many units; 0 = there is none */
	int64_t units;
};
struct moves {
	LIST(struct move) list;
	int64_t units;
};

/* Of later versions what is reserved stands where what was done stood, and a flag says whether it was done. */
static const char *done_field(const struct odoo *o)
{
	enum { FLAG_SINCE = 17 };
	return o->version.major >= FLAG_SINCE ? "picked" : "quantity_done";
}

static bool is_packed(const struct odoo *o, const cJSON *record)
{
	const char *field = done_field(o);
	struct decimal done;

	if (str_equal(field, "picked"))
		return json_bool(record, field, false);
	return odoo_amount(record, field, 6, &done, NULL) != E_OK || !decimal_is_zero(done);
}

static enum errk read_moves(struct odoo_batch *b, const int64_t *ids, size_t n, const char *by,
			    cJSON **out, struct err *e)
{
	const char *const fields[] = {"sale_line_id",  "product_id",     "product_uom_qty",
				      "state",         "picking_id",     "origin_returned_move_id",
				      "move_orig_ids", done_field(b->o), NULL};
	struct odoo_read r = {.model = "stock.move",
			      .fields = fields,
			      .domain = json_array(),
			      .by = by,
			      .ids = ids,
			      .n_ids = n,
			      .complete = true};

	json_push(r.domain, odoo_term("state", "!=", cJSON_CreateString("cancel")));
	return odoo_search_read(b->o, &r, b->a, out, e);
}

static enum errk refuse(const struct odoo_lowered *l, const char *why, struct err *e)
{
	return err_set(
		e, E_RECORD, "goods_differ",
		"the shop has '%s' at %s now, and %s: set it to that in its transfer and in %s by hand, then run: "
		"erpsync queue retry '%s'",
		l->name, l->wanted, why, l->order->name, l->order->item->label);
}

static enum errk whole_units(const struct odoo_lowered *l, const cJSON *record, int64_t *out,
			     struct err *e)
{
	struct decimal d, whole;

	if (odoo_amount(record, "product_uom_qty", 6, &d, NULL) != E_OK)
		return refuse(l, "its transfer says no quantity", e);
	whole = decimal_round(d, 0);
	if (decimal_cmp(d, whole) != 0 || whole.units < 0)
		return refuse(l, "its transfer is in another unit", e);
	*out = whole.units;
	return E_OK;
}

/* The step before a move, where the goods are picked first; *out 0: there is none. */
static enum errk find_before(struct odoo_batch *b, const struct odoo_lowered *l, const cJSON *move,
			     int64_t units, const cJSON *earlier, int64_t *out, struct err *e)
{
	size_t n = json_count(move, "move_orig_ids");

	*out = 0;
	JSON_EACH (record, earlier) {
		int64_t id = json_int(record, "id", 0), its = 0;

		JSON_EACH (before, json_at(move, "move_orig_ids")) {
			if (json_int(before, "", 0) != id)
				continue;
			if (str_equal(json_str(record, "state"), "done") || is_packed(b->o, record))
				return refuse(l, "the warehouse has picked it", e);
			if (whole_units(l, record, &its, e) != E_OK)
				return e->kind;
			if (n > 1 || its != units || json_count(record, "move_orig_ids"))
				return refuse(l, "it goes through several transfers", e);
			*out = id;
		}
	}
	return E_OK;
}

/* The open moves of a line. E_RECORD: they are not for us to change. */
static enum errk find_moves(struct odoo_batch *b, const struct odoo_lowered *l, const cJSON *all,
			    const cJSON *earlier, struct moves *out, struct err *e)
{
	JSON_EACH (record, all) {
		struct move m = {.id = json_int(record, "id", 0),
				 .picking = odoo_ref(record, "picking_id")};
		enum errk rc;

		if (odoo_ref(record, "sale_line_id") != l->line ||
		    odoo_ref(record, "origin_returned_move_id"))
			continue;
		if (str_equal(json_str(record, "state"), "done"))
			return refuse(l, "some of it has moved in the warehouse already", e);
		if (odoo_ref(record, "product_id") != l->product)
			return refuse(l, "it is a kit in Odoo, whose parts are sent", e);
		if (is_packed(b->o, record))
			return refuse(l, "the warehouse is packing it", e);
		rc = whole_units(l, record, &m.units, e);
		if (rc == E_OK)
			rc = find_before(b, l, record, m.units, earlier, &m.before, e);
		if (rc != E_OK)
			return rc;
		out->units += m.units;
		*list_add(&out->list, b->a) = m;
	}
	return E_OK;
}

static enum errk write_move(struct odoo_batch *b, int64_t id, const char *field, const char *value,
			    int64_t units, struct err *e)
{
	CLEANUP(odoo_call)
	struct odoo_call c = {.model = "stock.move",
			      .method = "write",
			      .ids = &id,
			      .n_ids = 1,
			      .intent = HTTP_WRITE,
			      .args = json_object()};
	cJSON *vals = json_add_object(c.args, "vals");
	enum errk rc;

	if (value)
		json_add_str(vals, field, value);
	else
		json_add_int(vals, field, units);
	b->wrote = true;
	rc = odoo_call(&b->o->server, &c, b->a, e);
	STEP("odoo move lowered");
	return rc;
}

static enum errk set_units(struct odoo_batch *b, const struct move *m, struct err *e)
{
	const int64_t ids[] = {m->id, m->before};
	enum errk rc = E_OK;

	for (size_t i = 0; i < 2 && rc == E_OK; i++) {
		if (!ids[i])
			continue;
		rc = write_move(b, ids[i], "product_uom_qty", NULL, m->units, e);
		if (rc == E_OK && !m->units)
			rc = write_move(b, ids[i], "state", "cancel", 0, e);
	}
	return rc;
}

/*
 * As many units under way as are wanted. Fewer than that are the warehouse's own affair, unless an earlier put was
 * interrupted here, and the shop says again what it said before.
 */
static enum errk lower(struct odoo_batch *b, struct odoo_lowered *l, struct moves *m, struct err *e)
{
	int64_t off = m->units - l->units;
	enum errk rc = E_OK;

	if (off < 0 && !l->interrupted)
		return E_OK;
	if (off < 0 && !m->list.n)
		return refuse(l, "nothing of it is on its way", e);
	for (size_t i = m->list.n; i-- > 0 && off && rc == E_OK;) {
		struct move *x = &m->list.at[i];
		int64_t by = off < 0 || off < x->units ? off : x->units;

		x->units -= by;
		off -= by;
		rc = set_units(b, x, e);
		l->order->wrote = true;
	}
	/* Those that an earlier put has lowered, too: it may have been killed before they were reserved. */
	for (size_t i = 0; i < m->list.n; i++)
		if (m->list.at[i].units)
			*list_add(&l->order->to_assign, b->a) = m->list.at[i].picking;
	return rc;
}

static enum errk read_earlier(struct odoo_batch *b, const cJSON *all, cJSON **out, struct err *e)
{
	LIST(int64_t) ids = {0};

	JSON_EACH (record, all)
		JSON_EACH (id, json_at(record, "move_orig_ids"))
			*list_add(&ids, b->a) = json_int(id, "", 0);
	return ids.n ? read_moves(b, ids.at, ids.n, NULL, out, e) : E_OK;
}

enum errk odoo_lower_goods(struct odoo_batch *b, struct odoo_lowered *list, size_t n, struct err *e)
{
	CLEANUP(json) cJSON *all = NULL, *earlier = NULL;
	int64_t *ids = arena_array(b->a, n, sizeof(*ids));
	enum errk rc;

	if (!n || !b->o->field[FIELD_ORDER_PICKINGS])
		return E_OK;
	for (size_t i = 0; i < n; i++)
		ids[i] = list[i].line;
	rc = read_moves(b, ids, n, "sale_line_id", &all, e);
	if (rc == E_OK)
		rc = read_earlier(b, all, &earlier, e);
	for (size_t i = 0; i < n && rc == E_OK; i++) {
		struct moves m = {0};
		struct err why;

		if (!odoo_order_goes_on(list[i].order))
			continue;
		rc = find_moves(b, &list[i], all, earlier, &m, &why);
		if (rc == E_OK)
			rc = lower(b, &list[i], &m, &why);
		if (rc == E_RECORD) {
			odoo_order_fail(list[i].order, &why);
			rc = E_OK;
		} else if (rc != E_OK) {
			*e = why;
		}
	}
	return rc;
}

/* A move that is lowered loses what was reserved for it, whatever is left of it. */
enum errk odoo_assign_goods(struct odoo_batch *b, struct odoo_order *d, struct err *e)
{
	CLEANUP(odoo_call)
	struct odoo_call c = {.model = "stock.picking",
			      .method = "action_assign",
			      .ids = d->to_assign.at,
			      .n_ids = d->to_assign.n,
			      .intent = HTTP_WRITE};
	enum errk rc;

	if (!d->to_assign.n)
		return E_OK;
	rc = odoo_call(&b->o->server, &c, b->a, e);
	STEP("odoo transfers assigned");
	/* There may be nothing of it on the shelf: the order stands, and Odoo's scheduler goes on with it. */
	return rc == E_RECORD ? E_OK : rc;
}
