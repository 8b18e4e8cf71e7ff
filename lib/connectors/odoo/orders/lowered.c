#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/list.h"
#include "base/step.h"
#include "base/str.h"
#include "connectors/odoo/orders/order.h"
#include "connectors/odoo/source.h"

#include "base/banned.h"

/*
 * Units that were taken out of a confirmed order. Its line alone does not take them out of its transfers: before
 * Odoo 17 never, after it not from one that is printed, and what is left there is shipped (sale_stock,
 * sale_order_line.py, _action_launch_stock_rule). So the moves come first, then the line: Odoo finds as many under way as are
 * wanted and starts nothing more. All figures are absolute, so that a run that was killed in between is done over.
 * What the warehouse is at already is for people.
 */

struct move {
	int64_t id, picking, units;
	/* The move of the step before it, where the goods are picked first; 0 = there is none. */
	int64_t before, before_picking, before_units;
};
struct moves {
	LIST(struct move) list;
	int64_t units, done; /* open, and moved already */
	bool cancelled;      /* there are such, too: it is no service */
	const char *theirs;  /* why they are not for us to change; NULL = they are */
};

/* The moves of the steps before, and their transfers. Owned. */
struct earlier {
	cJSON *moves, *pickings;
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
			      .by = by,
			      .ids = ids,
			      .n_ids = n,
			      .complete = true};

	return odoo_search_read(b->o, &r, b->a, out, e);
}

static enum errk refuse(const struct odoo_lowered *l, const char *why, struct err *e)
{
	return err_set(
		e, E_RECORD, "goods_differ",
		"the shop has '%s' at %s now, and %s: set it to that in its transfer and in %s by hand, then run: "
		"erpsync queue retry '%s'; or let it be as it is there: erpsync queue drop '%s'",
		l->name, l->wanted, why, l->order->name, l->order->item->label,
		l->order->item->label);
}

/* A transfer within the company: what comes from a supplier for this order is bought, and not picked. */
static bool is_internal(const cJSON *pickings, int64_t picking)
{
	JSON_EACH (p, pickings)
		if (json_int(p, "id", 0) == picking)
			return str_equal(json_str(p, "picking_type_code"), "internal");
	return false;
}

static const char *find_before(const struct odoo_batch *b, const struct odoo_lowered *l,
			       const cJSON *move, const struct earlier *earlier, struct move *m)
{
	size_t n = json_count(move, "move_orig_ids");

	JSON_EACH (record, earlier->moves) {
		int64_t id = json_int(record, "id", 0);

		JSON_EACH (before, json_at(move, "move_orig_ids")) {
			if (json_int(before, "", 0) != id ||
			    str_equal(json_str(record, "state"), "cancel"))
				continue;
			m->before = id;
			m->before_picking = odoo_ref(record, "picking_id");
			if (!is_internal(earlier->pickings, m->before_picking))
				return "it is bought or made for this order";
			if (str_equal(json_str(record, "state"), "done") || is_packed(b->o, record))
				return "the warehouse has picked it";
			if (!odoo_whole_units(record, "product_uom_qty", &m->before_units) ||
			    n > 1 || json_count(record, "move_orig_ids"))
				return "it goes through several transfers";
			/* Another put may have been killed between the two. */
			if (m->before_units != m->units && m->before_units != l->units &&
			    m->units != l->units)
				return "it goes through several transfers";
		}
	}
	return NULL;
}

static const char *why_theirs(const struct odoo_batch *b, const struct odoo_lowered *l,
			      const cJSON *record, const struct earlier *earlier, struct move *m)
{
	if (odoo_ref(record, "product_id") != l->product)
		return "it is a kit in Odoo, whose parts are sent";
	if (!odoo_whole_units(record, "product_uom_qty", &m->units))
		return "its transfer is in another unit";
	if (is_packed(b->o, record))
		return "the warehouse is packing it";
	return find_before(b, l, record, earlier, m);
}

/* The moves of a line. */
static void find_moves(struct odoo_batch *b, const struct odoo_lowered *l, const cJSON *all,
		       const struct earlier *earlier, struct moves *out)
{
	JSON_EACH (record, all) {
		struct move m = {.id = json_int(record, "id", 0),
				 .picking = odoo_ref(record, "picking_id")};
		const char *why;
		int64_t done = 0;

		if (odoo_ref(record, "sale_line_id") != l->line ||
		    odoo_ref(record, "origin_returned_move_id"))
			continue;
		if (str_equal(json_str(record, "state"), "cancel")) {
			out->cancelled = true;
			continue;
		}
		if (str_equal(json_str(record, "state"), "done")) {
			out->theirs = "some of it has moved in the warehouse already";
			if (odoo_whole_units(record, "product_uom_qty", &done))
				out->done += done;
			continue;
		}
		why = why_theirs(b, l, record, earlier, &m);
		out->theirs = out->theirs ? out->theirs : why;
		out->units += m.units;
		*list_add(&out->list, b->a) = m;
	}
}

/*
 * E_RECORD: it is for the warehouse. What is under way as the shop has it is right, whoever made it so; a kit's parts are not
 * told by it, and were not touched.
 */
static enum errk judge(const struct odoo_lowered *l, struct moves *m, struct err *e)
{
	int64_t off = m->units + m->done - l->units;

	if (m->theirs && (off == 0 || (l->interrupted && str_starts(m->theirs, "it is a kit")))) {
		m->list.n = 0;
		return E_OK;
	}
	if (m->theirs)
		return refuse(l, m->theirs, e);
	if (off < 0 && l->interrupted && !m->list.n && m->cancelled)
		return refuse(l, "nothing of it is on its way", e);
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

static enum errk set_units(struct odoo_batch *b, int64_t id, int64_t was, int64_t units,
			   struct err *e)
{
	enum errk rc = was == units ? E_OK : write_move(b, id, "product_uom_qty", NULL, units, e);

	return rc == E_OK && !units ? write_move(b, id, "state", "cancel", 0, e) : rc;
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
		off = 0;
	for (size_t i = m->list.n; i-- > 0 && rc == E_OK;) {
		struct move *x = &m->list.at[i];
		int64_t by = off < 0 || off < x->units ? off : x->units, units = x->units - by;

		off -= by;
		l->order->wrote = true;
		/* Also what an earlier put has lowered: it may have been killed before that was reserved. */
		if (units)
			*list_add(&l->order->to_assign, b->a) = x->picking;
		if (units && x->before)
			*list_add(&l->order->to_assign, b->a) = x->before_picking;
		rc = set_units(b, x->id, x->units, units, e);
		if (rc == E_OK && x->before)
			rc = set_units(b, x->before, x->before_units, units, e);
	}
	return rc;
}

static enum errk read_earlier(struct odoo_batch *b, const cJSON *all, struct earlier *out,
			      struct err *e)
{
	static const char *const fields[] = {"picking_type_code", NULL};
	LIST(int64_t) ids = {0};
	struct odoo_read r = {.model = "stock.picking", .fields = fields, .whole = true};
	enum errk rc;

	JSON_EACH (record, all)
		JSON_EACH (id, json_at(record, "move_orig_ids"))
			*list_add(&ids, b->a) = json_int(id, "", 0);
	if (!ids.n)
		return E_OK;
	rc = read_moves(b, ids.at, ids.n, NULL, &out->moves, e);
	if (rc != E_OK)
		return rc;
	r.ids = odoo_refs(out->moves, "picking_id", b->a, &r.n_ids);
	return r.n_ids ? odoo_search_read(b->o, &r, b->a, &out->pickings, e) : E_OK;
}

/* All lines of an order are judged before the first one is written. */
static enum errk lower_all(struct odoo_batch *b, struct odoo_lowered *list, size_t n,
			   struct moves *m, struct err *e)
{
	struct err why;

	for (size_t i = 0; i < n; i++)
		if (odoo_order_goes_on(list[i].order) && judge(&list[i], &m[i], &why) != E_OK)
			odoo_order_fail(list[i].order, &why);
	for (size_t i = 0; i < n; i++) {
		enum errk rc = odoo_order_goes_on(list[i].order) ? lower(b, &list[i], &m[i], &why)
								 : E_OK;

		if (rc == E_RECORD)
			odoo_order_fail(list[i].order, &why);
		else if (rc != E_OK)
			return *e = why, rc;
	}
	return E_OK;
}

enum errk odoo_lower_goods(struct odoo_batch *b, struct odoo_lowered *list, size_t n, struct err *e)
{
	CLEANUP(json) cJSON *all = NULL;
	struct earlier earlier = {0};
	int64_t *ids = arena_array(b->a, n, sizeof(*ids));
	struct moves *m = arena_array(b->a, n, sizeof(*m));
	enum errk rc;

	if (!n || !b->o->field[FIELD_ORDER_PICKINGS])
		return E_OK;
	for (size_t i = 0; i < n; i++)
		ids[i] = list[i].line;
	rc = read_moves(b, ids, n, "sale_line_id", &all, e);
	if (rc == E_OK)
		rc = read_earlier(b, all, &earlier, e);
	for (size_t i = 0; i < n && rc == E_OK; i++)
		find_moves(b, &list[i], all, &earlier, &m[i]);
	if (rc == E_OK)
		rc = lower_all(b, list, n, m, e);
	cJSON_Delete(earlier.moves);
	cJSON_Delete(earlier.pickings);
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
