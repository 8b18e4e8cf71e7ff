#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/list.h"
#include "base/step.h"
#include "base/str.h"
#include "connectors/odoo/answer.h"
#include "connectors/odoo/transition.h"
#include "connectors/odoo/orders/invoices.h"
#include "connectors/odoo/load.h"
#include "connectors/odoo/source.h"

#include "base/banned.h"

/*
 * Invoices by load, with our external ids, joined to the order's lines: the wizards of Odoo make
 * them too, but a second one when they are asked twice.
 */

/* Making */

enum { HEAD_WIDTH = 10, LINE_WIDTH = 8 };
static const char *const head_fields[HEAD_WIDTH] = {"id",
						    "move_type",
						    "partner_id/.id",
						    "partner_shipping_id/.id",
						    "invoice_date",
						    "ref",
						    "invoice_origin",
						    "payment_reference",
						    "currency_id/.id",
						    "invoice_payment_term_id/.id"};
static const char *const line_fields[LINE_WIDTH] = {"invoice_line_ids/id",
						    "invoice_line_ids/product_id/.id",
						    "invoice_line_ids/name",
						    "invoice_line_ids/quantity",
						    "invoice_line_ids/price_unit",
						    "invoice_line_ids/discount",
						    "invoice_line_ids/tax_ids/.id",
						    "invoice_line_ids/sale_line_ids/.id"};

static enum errk read_lines(struct odoo_invoices *v, struct odoo_invoice *const *wanted, size_t n,
			    struct err *e)
{
	const char *const fields[] =
		{"order_id", "product_id",      "name",         "price_unit",
		 "discount", "product_uom_qty", "display_type", v->b->o->field[FIELD_LINE_TAXES],
		 NULL};
	int64_t *ids = arena_array(v->b->a, n, sizeof(*ids));
	struct odoo_read r = {.model = "sale.order.line",
			      .fields = fields,
			      .order = "order_id, sequence, id",
			      .by = "order_id",
			      .ids = ids,
			      .n_ids = n,
			      .complete = true};

	for (size_t i = 0; i < n; i++)
		ids[i] = wanted[i]->order->id;
	return odoo_search_read(v->b->o, &r, v->b->a, &v->lines, e);
}

static const char *list_of(const cJSON *ids, struct arena *a)
{
	const char *text = "";

	JSON_EACH (id, ids)
		text = arena_printf(a, "%s%s%lld", text, *text ? "," : "",
				    (long long)json_int(id, "", 0));
	return text;
}

static void line_cells(const struct odoo_invoices *v, const struct odoo_order *d, const cJSON *line,
		       const char **cell)
{
	struct arena *a = v->b->a;
	const char *id = odoo_id_text(json_int(line, "id", 0), a);

	cell[0] = arena_printf(a, "%s_invoice_line_%s", d->xid, id);
	cell[1] = odoo_id_text(odoo_ref(line, "product_id"), a);
	cell[2] = arena_strdup(a, json_str(line, "name"));
	cell[3] = json_number_text(line, "product_uom_qty", a);
	cell[4] = json_number_text(line, "price_unit", a);
	cell[5] = json_number_text(line, "discount", a);
	cell[6] = list_of(json_at(line, v->b->o->field[FIELD_LINE_TAXES]), a);
	cell[7] = id;
}

static void head_cells(const struct odoo_invoices *v, const struct odoo_invoice *inv,
		       const char **cell)
{
	struct arena *a = v->b->a;
	const struct odoo_order *d = inv->order;

	cell[0] = odoo_invoice_xid(v->b, d);
	cell[1] = "out_invoice";
	cell[2] = odoo_id_text(odoo_ref(inv->head, "partner_invoice_id"), a);
	cell[3] = odoo_id_text(odoo_ref(inv->head, "partner_shipping_id"), a);
	cell[4] = v->b->today ? v->b->today : d->day;
	cell[5] = d->number;
	cell[6] = d->name;
	cell[7] = d->number;
	cell[8] = odoo_id_text(odoo_ref(inv->head, "currency_id"), a);
	cell[9] = odoo_id_text(odoo_ref(inv->head, "payment_term_id"), a);
}

static bool is_billed(const cJSON *line)
{
	return !json_str(line, "display_type") && json_int(line, "product_uom_qty", -1) != 0;
}

static struct odoo_load_item rows_of(const struct odoo_invoices *v, const struct odoo_invoice *inv,
				     const char *journal)
{
	size_t head = HEAD_WIDTH + (journal ? 1 : 0);
	struct odoo_load_item item = {0};
	size_t cap = 1;

	JSON_EACH (line, v->lines)
		cap += odoo_ref(line, "order_id") == inv->order->id;
	item.row = arena_array(v->b->a, cap, sizeof(*item.row));
	JSON_EACH (line, v->lines) {
		const char **cell;

		if (odoo_ref(line, "order_id") != inv->order->id || !is_billed(line))
			continue;
		cell = arena_array(v->b->a, head + LINE_WIDTH, sizeof(*cell));
		if (item.n_rows == 0) {
			head_cells(v, inv, cell);
			if (journal)
				cell[HEAD_WIDTH] = journal;
		}
		line_cells(v, inv->order, line, cell + head);
		item.row[item.n_rows++].cells = cell;
	}
	return item;
}

static enum errk journal_of(const struct odoo_invoices *v, const char **journal, struct err *e)
{
	int64_t id;
	enum errk rc;

	*journal = NULL;
	if (!v->b->o->rules.journal)
		return E_OK;
	rc = odoo_look(v->b->o, LOOK_SALES_JOURNAL, v->b->o->rules.journal, v->b->a, &id, e);
	if (rc == E_OK)
		*journal = odoo_id_text(id, v->b->a);
	return rc;
}

/*
 * After a lost answer: what is there goes on. What is not may be under way yet, and is not sent once more in
 * this put; the next one looks first.
 */
static enum errk look_after_loss(struct odoo_invoices *v, struct odoo_invoice *const *wanted,
				 size_t n, const struct err *lost, struct err *e)
{
	enum errk rc = odoo_invoices_find(v, e);

	for (size_t i = 0; i < n; i++) {
		if (rc != E_OK || !wanted[i]->id)
			odoo_order_fail(wanted[i]->order, lost);
		else
			wanted[i]->order->wrote = true;
	}
	return rc;
}

static enum errk load_moves(struct odoo_invoices *v, struct odoo_invoice **wanted, size_t n,
			    struct err *e)
{
	const char *fields[HEAD_WIDTH + LINE_WIDTH + 2], *journal;
	/*
	 * Not fresh: Odoo 14 does not know the lines of an invoice again by their external ids, and a second
	 * load of what has landed appends them once more.
	 */
	struct odoo_load l = {.model = "account.move", .fields = fields};
	size_t at = HEAD_WIDTH;
	struct err lost;
	enum errk rc = journal_of(v, &journal, e);

	if (rc != E_OK)
		return rc;
	memcpy(fields, head_fields, sizeof(head_fields));
	if (journal)
		fields[at++] = "journal_id/.id";
	memcpy(fields + at, line_fields, sizeof(line_fields));
	fields[at + LINE_WIDTH] = NULL;
	l.item = arena_array(v->b->a, n, sizeof(*l.item));
	for (size_t i = 0; i < n; i++) {
		struct odoo_load_item item = rows_of(v, wanted[i], journal);

		if (!item.n_rows)
			continue;
		wanted[l.n] = wanted[i];
		l.item[l.n++] = item;
	}
	if (!l.n)
		return E_OK;
	v->b->wrote = true;
	rc = odoo_load(v->b->o, &l, v->b->a, &lost);
	STEP("odoo invoices loaded");
	if (rc == E_UNSURE)
		return look_after_loss(v, wanted, l.n, &lost, e);
	for (size_t i = 0; i < l.n; i++) {
		if (l.item[i].err.kind != E_OK) {
			odoo_order_fail(wanted[i]->order, &l.item[i].err);
			continue;
		}
		wanted[i]->id = l.item[i].id;
		wanted[i]->made = true;
		wanted[i]->order->wrote = true;
	}
	if (rc != E_OK)
		*e = lost;
	return rc;
}

static enum errk make_moves(struct odoo_invoices *v, struct err *e)
{
	struct odoo_invoice **wanted = arena_array(v->b->a, v->n, sizeof(*wanted));
	size_t n = 0;
	enum errk rc;

	for (size_t i = 0; i < v->n; i++)
		if (!v->inv[i].id && v->inv[i].order->apart.kind == E_OK &&
		    odoo_order_goes_on(v->inv[i].order))
			wanted[n++] = &v->inv[i];
	if (!n)
		return E_OK;
	rc = read_lines(v, wanted, n, e);
	return rc == E_OK ? load_moves(v, wanted, n, e) : rc;
}

/* The invoice must say what the order says, to the cent, before it is posted. */
static enum errk verify_move(const struct odoo_invoices *v, struct odoo_invoice *inv,
			     const cJSON *move, struct err *e)
{
	struct decimal order, is;
	char a[DECIMAL_TEXT_MAX], b[DECIMAL_TEXT_MAX];
	enum errk rc = odoo_amount(inv->head, "amount_total", inv->order->digits, &order, e);

	if (rc == E_OK)
		rc = odoo_amount(move, "amount_total", inv->order->digits, &is, e);
	if (rc != E_OK)
		return rc;
	odoo_invoice_take(v, inv, move);
	if (decimal_cmp(order, is) == 0)
		return E_OK;
	return err_set(
		e, E_RECORD, "invoice_differs",
		"the invoice of %s comes to %s, the order to %s; it stays a draft: correct it "
		"in Odoo, then run: erpsync queue retry '%s'",
		inv->order->name, decimal_text(is, a), decimal_text(order, b),
		inv->order->item->label);
}

static enum errk verify_moves(struct odoo_invoices *v, struct err *e)
{
	int64_t *ids = arena_array(v->b->a, v->n, sizeof(*ids));
	struct odoo_read r = {.model = "account.move",
			      .fields = odoo_invoice_fields,
			      .ids = ids,
			      .whole = true};
	CLEANUP(json) cJSON *list = NULL;
	enum errk rc;

	for (size_t i = 0; i < v->n; i++)
		if (v->inv[i].id && (v->inv[i].made || str_equal(v->inv[i].state, "draft")))
			ids[r.n_ids++] = v->inv[i].id;
	rc = r.n_ids ? odoo_search_read(v->b->o, &r, v->b->a, &list, e) : E_OK;
	if (rc != E_OK)
		return rc;
	JSON_EACH (move, list) {
		for (size_t i = 0; i < v->n; i++) {
			struct err why;

			if (v->inv[i].id == json_int(move, "id", 0) &&
			    verify_move(v, &v->inv[i], move, &why) != E_OK)
				odoo_order_fail(v->inv[i].order, &why);
		}
	}
	return E_OK;
}

static void post(struct odoo_invoices *v)
{
	static const struct odoo_transition transition = {.model = "account.move",
							  .method = "action_post",
							  .wanted = {"posted", NULL},
							  .step = "invoiced"};
	struct odoo_document *doc = arena_array(v->b->a, v->n, sizeof(*doc));
	size_t n = 0;

	for (size_t i = 0; i < v->n; i++) {
		struct odoo_invoice *inv = &v->inv[i];

		if (inv->id && str_equal(inv->state, "draft") && odoo_order_goes_on(inv->order))
			doc[n++] = (struct odoo_document){inv->order, inv->id, NULL, inv->state};
	}
	odoo_transition(v->b, &transition, doc, n);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < v->n; k++)
			if (v->inv[k].id == doc[i].id)
				v->inv[k].state = doc[i].state;
}

static enum errk invoice_all(struct odoo_invoices *v, struct err *e)
{
	enum errk rc = odoo_invoices_find(v, e);

	if (rc == E_OK)
		rc = make_moves(v, e);
	if (rc == E_OK)
		rc = verify_moves(v, e);
	if (rc != E_OK)
		return rc;
	post(v);
	return odoo_payments(v->b, v->inv, v->n, e);
}

enum errk odoo_orders_invoice(struct odoo_batch *b, struct err *e)
{
	struct odoo_invoices v = {.b = b, .inv = arena_array(b->a, b->n, sizeof(*v.inv))};
	struct odoo_order **all = arena_array(b->a, b->n, sizeof(*all));
	enum errk rc;

	for (size_t i = 0; i < b->n; i++) {
		struct odoo_order *d = &b->order[i];

		if (!odoo_order_goes_on(d) || d->cancelled || d->depth < ODOO_PAID ||
		    (!str_equal(d->state, "sale") && !str_equal(d->state, "done")))
			continue;
		all[v.n] = d;
		v.inv[v.n++].order = d;
	}
	if (!v.n)
		return E_OK;
	rc = invoice_all(&v, e);
	cJSON_Delete(v.heads);
	cJSON_Delete(v.moves);
	cJSON_Delete(v.move_xids);
	cJSON_Delete(v.lines);
	return rc == E_OK ? E_OK : odoo_batch_failed(b, all, v.n, e);
}
