#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/step.h"
#include "base/str.h"
#include "connectors/odoo/load.h"
#include "connectors/odoo/refunds/refund.h"

#include "base/banned.h"

/*
 * The credit note: its lines are joined to the order's, so that nothing of the order is left to be invoiced. It is looked for
 * before it is made, for Odoo 14 appends the lines of one that is loaded twice, and not posted unless it comes to the cent to
 * what the shop has given back.
 */

enum { HEAD_WIDTH = 9, LINE_WIDTH = 8 };
static const char *const fields[] = {"id",
				     "move_type",
				     "partner_id/.id",
				     "invoice_date",
				     "ref",
				     "invoice_origin",
				     "journal_id/.id",
				     "currency_id/.id",
				     "reversed_entry_id/.id",
				     "invoice_line_ids/id",
				     "invoice_line_ids/product_id/.id",
				     "invoice_line_ids/name",
				     "invoice_line_ids/quantity",
				     "invoice_line_ids/price_unit",
				     "invoice_line_ids/discount",
				     "invoice_line_ids/tax_ids/.id",
				     "invoice_line_ids/sale_line_ids/.id",
				     NULL};

static void head_cells(const struct refund *r, const char **cell)
{
	struct arena *a = r->b->a;

	cell[0] = r->d.xid;
	cell[1] = "out_refund";
	cell[2] = odoo_id_text(odoo_ref(r->invoice, "partner_id"), a);
	cell[3] = r->b->today ? r->b->today : r->d.day;
	cell[4] = r->d.number;
	cell[5] = r->d.name;
	cell[6] = odoo_id_text(odoo_ref(r->invoice, "journal_id"), a);
	cell[7] = odoo_id_text(odoo_ref(r->invoice, "currency_id"), a);
	cell[8] = odoo_id_text(json_int(r->invoice, "id", 0), a);
}

static void add_line(const struct refund *r, const struct odoo_line *l, int64_t sold,
		     struct odoo_load_item *item)
{
	struct arena *a = r->b->a;
	const char **cell = arena_array(a, HEAD_WIDTH + LINE_WIDTH, sizeof(*cell));
	const char **line = cell + HEAD_WIDTH;

	if (!item->n_rows)
		head_cells(r, cell);
	line[0] = arena_printf(a, "%s_note", l->xid);
	line[1] = odoo_id_text(l->product, a);
	line[2] = l->name;
	line[3] = l->quantity;
	line[4] = l->price;
	line[5] = l->percent;
	line[6] = odoo_line_taxes(l, a);
	line[7] = odoo_id_text(sold, a);
	item->row[item->n_rows++].cells = cell;
}

static int64_t line_id(const struct refund *r, const char *xid)
{
	return json_int(refund_order_line(r, xid), "id", 0);
}

static void add_rounding(const struct refund *r, struct odoo_load_item *item)
{
	const char *own = arena_printf(r->b->a, "%s_gap", r->d.xid);
	const cJSON *gap = refund_order_line(r, own);
	int64_t sold = json_int(gap, "id", 0);

	for (size_t i = 0; i < r->d.n_rounding; i++) {
		const struct odoo_line *l = &r->d.rounding[i];

		add_line(r, l, l->n_taxes ? 0 : sold, item);
		sold = l->n_taxes ? sold : 0;
	}
	/* The order's cents are billed by it, though they are none of the credit note. */
	if (sold)
		add_line(r,
			 &(struct odoo_line){.xid = own,
					     .name = odoo_rounding_name(r->b, &r->d),
					     .product = odoo_ref(gap, "product_id"),
					     .quantity = "1",
					     .price = "0",
					     .percent = "0"},
			 sold, item);
}

static enum errk make(struct refund *r, struct err *e)
{
	struct odoo_load_item item = {
		.row = arena_array(r->b->a, r->d.n_lines + r->d.n_rounding + 2, sizeof(*item.row))};
	struct odoo_load l = {.model = "account.move", .fields = fields, .item = &item, .n = 1};
	enum errk rc;

	for (size_t i = 0; i < r->parts.n; i++) {
		const struct refund_part *p = &r->parts.at[i];

		for (size_t k = 0; k < p->n; k++) {
			const struct odoo_line *x = &r->d.line[p->at + k];

			add_line(r, x, p->lowers && k == 0 ? p->sold_id : line_id(r, x->xid),
				 &item);
		}
	}
	if (!item.n_rows)
		return E_OK;
	add_rounding(r, &item);
	r->b->wrote = r->d.wrote = true;
	rc = odoo_load(r->b->o, &l, r->b->a, e);
	STEP("odoo credit note loaded");
	if (rc == E_OK && item.err.kind != E_OK) {
		*e = item.err;
		rc = e->kind;
	}
	r->note.id = item.id;
	return rc;
}

static enum errk verify(struct refund *r, const cJSON *move, struct err *e)
{
	struct decimal total, tax;
	enum errk rc = odoo_amount(move, "amount_total", r->d.digits, &total, e);

	if (rc == E_OK)
		rc = odoo_amount(move, "amount_tax", r->d.digits, &tax, e);
	if (rc != E_OK || (decimal_cmp(total, r->d.total) == 0 && decimal_cmp(tax, r->d.tax) == 0))
		return rc;
	return refund_refuse(
		r, "credit_differs",
		arena_printf(r->b->a,
			     "the credit note of %s comes to %s with a tax of %s, the refund to %s "
			     "with a tax of %s; it stays a draft: correct it in Odoo",
			     r->d.name, refund_amount(total, r->b->a), refund_amount(tax, r->b->a),
			     refund_amount(r->d.total, r->b->a), refund_amount(r->d.tax, r->b->a)),
		e);
}

static void take_note(struct refund *r, const cJSON *move)
{
	r->note.id = json_int(move, "id", 0);
	r->note.name = arena_strdup(r->b->a, json_str(move, "name"));
	r->note.state = arena_strdup(r->b->a, json_str(move, "state"));
}

static enum errk read_note(struct refund *r, struct err *e)
{
	static const char *const asked[] = {"name", "state", "amount_total", "amount_tax", NULL};
	struct odoo_read q = {.model = "account.move",
			      .fields = asked,
			      .ids = &r->note.id,
			      .n_ids = 1,
			      .whole = true};
	CLEANUP(json) cJSON *list = NULL;
	enum errk rc = odoo_search_read(r->b->o, &q, r->b->a, &list, e);

	if (rc != E_OK)
		return rc;
	take_note(r, json_at(list, "[0]"));
	return str_equal(r->note.state, "posted") ? E_OK : verify(r, json_at(list, "[0]"), e);
}

static enum errk post(struct refund *r, struct err *e)
{
	static const struct odoo_transition transition = {.model = "account.move",
							  .method = "action_post",
							  .wanted = {"posted", NULL},
							  .step = "credited"};
	/* Odoo 14 gives drafts a name, and another one when they are posted. */
	struct odoo_document doc = {.order = &r->d, .id = r->note.id, .state = r->note.state};

	if (str_equal(r->note.state, "posted"))
		return E_OK;
	odoo_transition(r->b, &transition, &doc, 1);
	if (!odoo_order_goes_on(&r->d)) {
		*e = r->d.item->err;
		return e->kind;
	}
	return read_note(r, e);
}

/* The shop may say of one refund what is credited, and of another one what has gone back of it. */
static enum errk read_paid_back(struct refund *r, struct odoo_invoice *note, struct err *e)
{
	struct odoo *o = r->b->o;
	const char *memo = o->field[FIELD_PAYMENT_MEMO];
	const char *const asked[] = {memo, NULL};
	const char *head = arena_printf(r->b->a, "%s-R", json_str(r->d.doc, "order"));
	struct odoo_read q = {.model = "account.payment", .fields = asked, .domain = json_array()};
	CLEANUP(json) cJSON *list = NULL;
	enum errk rc;

	json_push(q.domain, odoo_term(memo, "=like",
				      cJSON_CreateString(arena_printf(r->b->a, "%s%%", head))));
	json_push(q.domain, odoo_term("payment_type", "=", cJSON_CreateString("outbound")));
	json_push(q.domain, odoo_term_int("partner_id", "=", note->partner));
	rc = odoo_search_read(o, &q, r->b->a, &list, e);
	if (rc != E_OK)
		return rc;
	note->paid = arena_array(r->b->a, json_count(list, ""), sizeof(*note->paid));
	JSON_EACH (payment, list)
		if (str_starts(json_str(payment, memo), head))
			note->paid[note->n_paid++] = json_int(payment, "id", 0);
	return E_OK;
}

static void add_other_notes(struct refund *r, struct odoo_invoice *note)
{
	const char *ours = arena_printf(r->b->a, "erpsync.%s_refund_", r->b->o->rules.shop);

	note->credits = arena_array(r->b->a, json_count(r->moves, "") + 1, sizeof(*note->credits));
	JSON_EACH (move, r->moves) {
		int64_t id = json_int(move, "id", 0);

		if (str_equal(json_str(move, "move_type"), "out_refund") && id != note->id &&
		    str_starts(odoo_external_id(r->move_xids, id), ours))
			note->credits[note->n_credits++] = id;
	}
}

/* Money that has gone back, and the invoice where it is open, are the other side of it. */
static enum errk pay(struct refund *r, struct err *e)
{
	struct odoo_invoice *note = &r->note;
	enum errk rc;

	note->order = &r->d;
	note->back = true;
	note->partner = odoo_ref(r->invoice, "commercial_partner_id");
	note->currency = odoo_ref(r->invoice, "currency_id");
	/* Where only money moved there is no credit note. */
	if (!note->id)
		note->state = "posted";
	note->more = arena_array(r->b->a, 1, sizeof(*note->more));
	note->more[note->n_more++] = json_int(r->invoice, "id", 0);
	add_other_notes(r, note);
	rc = read_paid_back(r, note, e);
	return rc == E_OK ? odoo_payments(r->b, note, 1, e) : rc;
}

enum errk refund_credit(struct refund *r, struct err *e)
{
	enum errk rc = E_OK;

	if (r->credit)
		take_note(r, r->credit);
	else
		rc = make(r, e);
	if (rc == E_OK && r->note.id && !r->done)
		rc = read_note(r, e);
	if (rc == E_OK && r->note.id)
		rc = post(r, e);
	return rc == E_OK ? pay(r, e) : rc;
}
