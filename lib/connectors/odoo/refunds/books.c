#include "base/cleanup.h"
#include "base/json.h"
#include "base/list.h"
#include "base/shell_word.h"
#include "base/str.h"
#include "connectors/odoo/refunds/refund.h"
#include "connectors/odoo/source.h"

#include "base/banned.h"

/*
 * What Odoo has of the order that a refund is of: its lines, its invoices, its credit notes. The order's total has to be what is
 * billed of it, or nobody knows what a credit note would put right.
 */

static enum errk refuse(const struct refund *r, const char *code, const char *why, struct err *e)
{
	return refund_refuse(r, code, why, e);
}

static enum errk read_lines(struct refund *r, struct err *e)
{
	const struct odoo *o = r->b->o;
	const char *const fields[] = {"order_id",
				      "product_id",
				      "name",
				      "display_type",
				      "price_unit",
				      "product_uom_qty",
				      "discount",
				      "qty_delivered",
				      o->field[FIELD_LINE_UNIT],
				      o->field[FIELD_LINE_TAXES],
				      NULL};
	struct odoo_read q = {.model = "sale.order.line",
			      .fields = fields,
			      .by = "order_id",
			      .ids = &r->d.id,
			      .n_ids = 1,
			      .complete = true};
	int64_t *ids;
	size_t n = 0;
	enum errk rc;

	cJSON_Delete(r->lines);
	cJSON_Delete(r->xids);
	r->lines = r->xids = NULL;
	rc = odoo_search_read(r->b->o, &q, r->b->a, &r->lines, e);
	if (rc != E_OK)
		return rc;
	ids = odoo_refs(r->lines, "id", r->b->a, &n);
	return odoo_external_ids(r->b->o, "sale.order.line", ids, n, r->b->a, &r->xids, e);
}

enum errk refund_read_order(struct refund *r, struct err *e)
{
	const struct odoo *o = r->b->o;
	const char *fields[16] =
		{"name",        "state",        "amount_total",       "invoice_ids",
		 "currency_id", "warehouse_id", "partner_shipping_id"};
	struct odoo_read q = {.model = "sale.order", .fields = fields, .ids = &r->d.id, .n_ids = 1};
	size_t n = 7;
	enum errk rc;

	if (o->field[FIELD_ORDER_LOCKED])
		fields[n++] = o->field[FIELD_ORDER_LOCKED];
	if (o->field[FIELD_ORDER_GROUP])
		fields[n++] = o->field[FIELD_ORDER_GROUP];
	cJSON_Delete(r->orders);
	r->orders = NULL;
	rc = odoo_search_read(r->b->o, &q, r->b->a, &r->orders, e);
	if (rc != E_OK)
		return rc;
	r->order = r->d.found = json_at(r->orders, "[0]");
	if (!r->order)
		return refuse(r, "gone_in_odoo",
			      arena_printf(r->b->a,
					   "its order, %s, is not in Odoo any more: send the order "
					   "once more: erpsync orders export --only %s",
					   target_text(&r->d.item->owner->target, r->b->a),
					   shell_word(r->d.item->owner->label, r->b->a)),
			      e);
	r->d.name = arena_strdup(r->b->a, json_str(r->order, "name"));
	r->d.state = arena_strdup(r->b->a, json_str(r->order, "state"));
	rc = odoo_amount(r->order, "amount_total", r->d.digits, &r->sold, e);
	return rc == E_OK ? read_lines(r, e) : rc;
}

const cJSON *refund_order_line(const struct refund *r, const char *xid)
{
	JSON_EACH (line, r->lines)
		if (xid && str_equal(odoo_external_id(r->xids, json_int(line, "id", 0)), xid))
			return line;
	return NULL;
}

/* Linked orders that people entered are theirs, and so are their lines. */
static enum errk check_is_ours(struct refund *r, struct err *e)
{
	CLEANUP(json) cJSON *xids = NULL;
	enum errk rc = odoo_external_ids(r->b->o, "sale.order", &r->d.id, 1, r->b->a, &xids, e);

	if (rc != E_OK || str_equal(odoo_external_id(xids, r->d.id), r->order_xid))
		return rc;
	return refuse(r, "entered_by_hand",
		      arena_printf(r->b->a,
				   "%s was not made by erpsync, and nothing is written to it: make "
				   "the credit note there",
				   r->d.name),
		      e);
}

static enum errk read_moves(struct refund *r, struct err *e)
{
	static const char *const fields[] = {"name",
					     "state",
					     "move_type",
					     "amount_total",
					     "amount_tax",
					     "partner_id",
					     "commercial_partner_id",
					     "currency_id",
					     "journal_id",
					     "reversed_entry_id",
					     NULL};
	struct odoo_read q = {.model = "account.move", .fields = fields, .domain = json_array()};
	LIST(int64_t) ids = {0};
	int64_t *found;
	size_t n = 0;
	enum errk rc;

	JSON_EACH (id, json_at(r->order, "invoice_ids"))
		*list_add(&ids, r->b->a) = json_int(id, "", 0);
	if (!ids.n) {
		cJSON_Delete(q.domain);
		r->moves = json_array();
		r->move_xids = json_object();
		return E_OK;
	}
	json_push_str(q.domain, "|");
	json_push(q.domain, odoo_term_ids("id", ids.at, ids.n));
	json_push(q.domain, odoo_term_ids("reversed_entry_id", ids.at, ids.n));
	rc = odoo_search_read(r->b->o, &q, r->b->a, &r->moves, e);
	if (rc != E_OK)
		return rc;
	found = odoo_refs(r->moves, "id", r->b->a, &n);
	return odoo_external_ids(r->b->o, "account.move", found, n, r->b->a, &r->move_xids, e);
}

enum errk refund_read_books(struct refund *r, struct err *e)
{
	enum errk rc = refund_read_order(r, e);

	if (rc == E_OK)
		rc = check_is_ours(r, e);
	if (rc == E_OK)
		rc = read_moves(r, e);
	return rc == E_OK ? refund_judge_books(r, e) : rc;
}

/* Judging */

static bool is_posted(const cJSON *move)
{
	return str_equal(json_str(move, "state"), "posted");
}

static const char *move_name(const cJSON *move)
{
	const char *name = json_str(move, "name");

	return str_blank(name) || str_equal(name, "/") ? "a draft" : name;
}

/* A credit note, or none: one that people made may be of this very refund. */
static enum errk judge_credit(struct refund *r, const cJSON *move, const char *xid, struct err *e)
{
	struct arena *a = r->b->a;
	const char *ours = arena_printf(a, "erpsync.%s_refund_", r->b->o->rules.shop);
	bool cancelled = str_equal(json_str(move, "state"), "cancel");

	if (str_equal(xid, r->d.xid)) {
		r->credit = move;
		r->done = is_posted(move);
		return cancelled
			       ? refuse(r, "credit_cancelled",
					arena_printf(
						a,
						"its credit note, %s of %s, was cancelled in Odoo: set "
						"it to draft there",
						move_name(move), r->d.name),
					e)
			       : E_OK;
	}
	if (cancelled || str_starts(xid, ours))
		return E_OK;
	if (is_posted(move) && r->b->put->named &&
	    str_equal(r->d.item->parked_as, "credited_by_hand"))
		return E_OK;
	return err_set(
		e, E_RECORD, "credited_by_hand",
		"people made the credit note %s of %s in Odoo, which may be of this refund; if it is: "
		"erpsync queue drop '%s'; if it is another one, post it, and run: erpsync refunds "
		"export --only '%s'",
		move_name(move), r->d.name, r->d.item->label, r->d.item->label);
}

static enum errk judge_move(struct refund *r, const cJSON *move, size_t *invoices, struct err *e)
{
	const char *type = json_str(move, "move_type");
	const char *xid = odoo_external_id(r->move_xids, json_int(move, "id", 0));
	bool back = str_equal(type, "out_refund");
	struct decimal is;
	enum errk rc;

	if (!back && !str_equal(type, "out_invoice"))
		return E_OK;
	rc = back ? judge_credit(r, move, xid, e) : E_OK;
	if (rc != E_OK || move == r->credit || str_equal(json_str(move, "state"), "cancel"))
		return rc;
	if (!back && !is_posted(move))
		return refuse(r, "not_invoiced",
			      arena_printf(r->b->a, "%s has an invoice that is not posted: post it",
					   r->d.name),
			      e);
	rc = odoo_amount(move, "amount_total", r->d.digits, &is, e);
	if (rc == E_OK && is_posted(move))
		rc = decimal_add(r->billed, back ? decimal_neg(is) : is, &r->billed, e);
	if (back)
		return rc;
	*invoices += 1;
	if (!r->invoice || str_equal(xid, arena_printf(r->b->a, "%s_invoice", r->order_xid)))
		r->invoice = move;
	return rc;
}

static enum errk judge_invoice(struct refund *r, size_t invoices, struct err *e)
{
	struct arena *a = r->b->a;
	const char *xid = r->invoice ? odoo_external_id(r->move_xids, json_int(r->invoice, "id", 0))
				     : "";

	if (!r->invoice)
		return refuse(
			r, "not_invoiced",
			arena_printf(
				a,
				"%s has no posted invoice in Odoo, and a refund is booked against "
				"one: %s",
				r->d.name,
				r->b->o->rules.depth < ODOO_PAID
					? "with [odoo] depth = paid orders get theirs"
					: "invoice it there"),
			e);
	if (r->b->o->rules.depth < ODOO_PAID)
		return refuse(
			r, "not_invoiced",
			arena_printf(a,
				     "%s is invoiced by people in Odoo, and [odoo] depth leaves "
				     "its books to them: set depth = paid",
				     r->d.name),
			e);
	if (invoices > 1 && !str_equal(xid, arena_printf(a, "%s_invoice", r->order_xid)))
		return refuse(
			r, "invoiced_by_hand",
			arena_printf(a,
				     "%s has %zu invoices in Odoo that erpsync did not make, and "
				     "which of them this refund is of is for people to say: make "
				     "the credit note there",
				     r->d.name, invoices),
			e);
	return E_OK;
}

static enum errk judge_order(const struct refund *r, struct err *e)
{
	struct arena *a = r->b->a;
	const char *is = json_str(r->order, "currency_id[1]");

	if (!str_equal(is, r->d.currency))
		return refuse(
			r, "currency_differs",
			arena_printf(a,
				     "%s is in %s in Odoo, and the refund comes in %s: set what "
				     "was changed back ([orders] currency, tables/currencies.csv)",
				     r->d.name, is ? is : "no currency", r->d.currency),
			e);
	if (!str_equal(r->d.state, "sale") && !str_equal(r->d.state, "done"))
		return refuse(
			r, "not_confirmed",
			arena_printf(a,
				     "%s is %s in Odoo, and what is given back of such an order is "
				     "for people to book",
				     r->d.name,
				     str_equal(r->d.state, "cancel") ? "cancelled" : "a quotation"),
			e);
	if (odoo_order_is_locked(r->b, &r->d))
		return refuse(r, "locked_in_odoo",
			      arena_printf(a, "%s is locked in Odoo: unlock it there", r->d.name),
			      e);
	if (!r->begun && decimal_cmp(r->sold, r->billed) != 0)
		return refuse(
			r, "books_differ",
			arena_printf(a,
				     "%s comes to %s in Odoo, and its invoices less its credit "
				     "notes to %s, so that what the refund would leave of it is "
				     "not known: put that right there",
				     r->d.name, refund_amount(r->sold, a),
				     refund_amount(r->billed, a)),
			e);
	return E_OK;
}

/* The totals of a credit note of ours that is posted are the shop's, or somebody changed one of them. */
static enum errk judge_done(const struct refund *r, struct err *e)
{
	struct decimal is;
	enum errk rc = odoo_amount(r->credit, "amount_total", r->d.digits, &is, e);

	if (rc != E_OK || decimal_cmp(is, r->d.total) == 0)
		return rc;
	return refuse(
		r, "credit_differs",
		arena_printf(r->b->a,
			     "its credit note %s comes to %s in Odoo, the refund to %s, and what "
			     "is posted is not changed: put the difference of %s right there",
			     move_name(r->credit), refund_amount(is, r->b->a),
			     refund_amount(r->d.total, r->b->a), r->d.name),
		e);
}

enum errk refund_judge_books(struct refund *r, struct err *e)
{
	const char *own = arena_printf(r->b->a, "%s_", r->d.xid);
	size_t invoices = 0;
	enum errk rc = E_OK;

	r->billed = DECIMAL_ZERO;
	JSON_EACH_MEMBER (xid, r->xids)
		r->begun = r->begun || str_starts(cJSON_GetStringValue(xid), own);
	JSON_EACH (move, r->moves)
		if (rc == E_OK)
			rc = judge_move(r, move, &invoices, e);
	if (rc == E_OK && r->done)
		rc = judge_done(r, e);
	if (rc == E_OK)
		rc = judge_invoice(r, invoices, e);
	return rc == E_OK && !r->done ? judge_order(r, e) : rc;
}
