#include "base/cleanup.h"
#include "base/json.h"
#include "base/list.h"
#include "base/str.h"
#include "connectors/odoo/answer.h"
#include "connectors/odoo/orders/invoices.h"
#include "connectors/odoo/source.h"

#include "base/banned.h"

/* What orders have been invoiced with: our invoice, or what people made of it or beside it. */

const char *odoo_invoice_xid(const struct odoo_batch *b, const struct odoo_order *d)
{
	return arena_printf(b->a, "%s_invoice", d->xid);
}

static enum errk read_heads(struct odoo_invoices *v, struct err *e)
{
	static const char *const fields[] = {"name",
					     "state",
					     "invoice_ids",
					     "amount_total",
					     "partner_invoice_id",
					     "partner_shipping_id",
					     "currency_id",
					     "payment_term_id",
					     NULL};
	int64_t *ids = arena_array(v->b->a, v->n, sizeof(*ids));
	struct odoo_read r = {.model = "sale.order",
			      .fields = fields,
			      .ids = ids,
			      .n_ids = v->n,
			      .whole = true};
	enum errk rc;

	for (size_t i = 0; i < v->n; i++)
		ids[i] = v->inv[i].order->id;
	rc = odoo_search_read(v->b->o, &r, v->b->a, &v->heads, e);
	if (rc != E_OK)
		return rc;
	JSON_EACH (head, v->heads) {
		for (size_t i = 0; i < v->n; i++)
			if (v->inv[i].order->id == json_int(head, "id", 0))
				v->inv[i].head = head;
	}
	return E_OK;
}

const char *const odoo_invoice_fields[] =
	{"name",        "state", "move_type", "amount_total", "commercial_partner_id",
	 "currency_id", NULL};

void odoo_invoice_take(const struct odoo_invoices *v, struct odoo_invoice *inv, const cJSON *move)
{
	inv->id = json_int(move, "id", 0);
	inv->name = arena_strdup(v->b->a, json_str(move, "name"));
	inv->state = arena_strdup(v->b->a, json_str(move, "state"));
	inv->partner = odoo_ref(move, "commercial_partner_id");
	inv->currency = odoo_ref(move, "currency_id");
}

static enum errk hidden(const struct odoo_invoice *inv, const cJSON *id, struct err *e)
{
	return err_set(
		e, E_RECORD, "invoice_hidden",
		"Odoo does not show invoice %lld of %s to the user of the API key; give it the "
		"right 'Invoicing' (Settings > Users), then run: erpsync queue retry '%s'",
		(long long)odoo_answer_id(id), inv->order->name, inv->order->item->label);
}

/* The invoices of an order as Odoo has them. */
struct made {
	const cJSON *ours, *cancelled; /* with our external id */
	const cJSON **other;           /* invoices of people that are not cancelled */
	size_t others;
};

static void sort_move(const struct odoo_invoices *v, const char *xid, const cJSON *move,
		      struct made *m)
{
	bool cancelled = str_equal(json_str(move, "state"), "cancel");

	if (str_equal(odoo_external_id(v->move_xids, json_int(move, "id", 0)), xid))
		*(cancelled ? &m->cancelled : &m->ours) = move;
	else if (str_equal(json_str(move, "move_type"), "out_invoice") && !cancelled)
		m->other[m->others++] = move;
}

static void take_more(struct odoo_invoice *inv, const struct made *m, struct arena *a)
{
	inv->more = arena_array(a, m->others, sizeof(*inv->more));
	for (size_t i = 0; i < m->others; i++)
		if (str_equal(json_str(m->other[i], "state"), "posted") &&
		    odoo_ref(m->other[i], "commercial_partner_id") == inv->partner &&
		    odoo_ref(m->other[i], "currency_id") == inv->currency)
			inv->more[inv->n_more++] = json_int(m->other[i], "id", 0);
}

static enum errk choose(const struct odoo_invoices *v, struct odoo_invoice *inv,
			const struct made *m, struct err *e)
{
	const char *label = inv->order->item->label;

	if (m->ours) {
		odoo_invoice_take(v, inv, m->ours);
		take_more(inv, m, v->b->a);
		return E_OK;
	}
	/* Made anew it would be this one; and people had a reason. */
	if (!m->others && m->cancelled)
		return err_set(
			e, E_RECORD, "invoice_cancelled",
			"the invoice of %s was cancelled in Odoo; set it to draft and post it there, or "
			"invoice the order anew there, then run: erpsync queue retry '%s'; or let it "
			"be without one: erpsync queue drop '%s'",
			inv->order->name, label, label);
	if (!m->others)
		return E_OK;
	if (m->others > 1 || !str_equal(json_str(m->other[0], "state"), "posted"))
		return err_set(
			e, E_RECORD, "invoiced_by_hand",
			"%s has %zu invoices in Odoo that erpsync did not make; post and pay "
			"them there, then drop it here: erpsync queue drop '%s'",
			inv->order->name, m->others, label);
	odoo_invoice_take(v, inv, m->other[0]);
	odoo_order_step(v->b, inv->order, "invoiced", "found there", inv->name);
	return E_OK;
}

/* What an order has been invoiced with: ours, or one that a person made. */
static enum errk find_move(const struct odoo_invoices *v, struct odoo_invoice *inv, struct err *e)
{
	const char *xid = odoo_invoice_xid(v->b, inv->order);
	struct made m = {.other = arena_array(v->b->a, json_count(inv->head, "invoice_ids"),
					      sizeof(*m.other))};
	const cJSON *unseen = NULL;

	JSON_EACH (id, json_at(inv->head, "invoice_ids")) {
		bool seen = false;

		JSON_EACH (move, v->moves) {
			if (json_int(move, "id", 0) != json_int(id, "", -1))
				continue;
			seen = true;
			sort_move(v, xid, move, &m);
		}
		unseen = seen ? unseen : id;
	}
	/* One that is not shown may be ours. */
	return unseen && !m.ours ? hidden(inv, unseen, e) : choose(v, inv, &m, e);
}

static enum errk find_moves(struct odoo_invoices *v, struct err *e)
{
	struct odoo_read r = {.model = "account.move", .fields = odoo_invoice_fields};
	LIST(int64_t) asked = {0};
	int64_t *ids;
	size_t n = 0;
	enum errk rc = E_OK;

	for (size_t i = 0; i < v->n; i++)
		JSON_EACH (id, json_at(v->inv[i].head, "invoice_ids"))
			*list_add(&asked, v->b->a) = json_int(id, "", 0);
	if (!asked.n)
		return E_OK;
	r.ids = asked.at;
	r.n_ids = asked.n;
	rc = odoo_search_read(v->b->o, &r, v->b->a, &v->moves, e);
	if (rc != E_OK)
		return rc;
	ids = odoo_refs(v->moves, "id", v->b->a, &n);
	rc = odoo_external_ids(v->b->o, "account.move", ids, n, v->b->a, &v->move_xids, e);
	for (size_t i = 0; i < v->n && rc == E_OK; i++) {
		struct err why;

		if (find_move(v, &v->inv[i], &why) != E_OK)
			odoo_order_fail(v->inv[i].order, &why);
	}
	return rc;
}

enum errk odoo_invoices_find(struct odoo_invoices *v, struct err *e)
{
	cJSON *const old[] = {v->heads, v->moves, v->move_xids};
	enum errk rc;

	v->heads = v->moves = v->move_xids = NULL;
	rc = read_heads(v, e);
	if (rc == E_OK)
		rc = find_moves(v, e);
	for (size_t i = 0; i < sizeof(old) / sizeof(*old); i++)
		cJSON_Delete(old[i]);
	return rc;
}
