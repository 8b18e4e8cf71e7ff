#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/step.h"
#include "base/str.h"
#include "connectors/odoo/transition.h"
#include "connectors/odoo/orders/invoices.h"
#include "connectors/odoo/load.h"
#include "connectors/odoo/source.h"

#include "base/banned.h"

/*
 * Payments by load, one for each that the shop received or gave back, on the journal of its gateway. One that
 * Odoo has already is never loaded again: Odoo would take another amount even when it is posted.
 */
struct payment {
	struct odoo_invoice *inv;
	struct odoo_payment say;
	const char *xid, *memo;
	int64_t journal, method;
	int64_t id;
	const char *state, *name;
};

struct payments {
	struct odoo_batch *b;
	struct odoo_invoice *inv;
	size_t n_inv;
	struct payment *pay;
	size_t n;
	cJSON *found; /* owned */
};

/* Reading what the shop says */

static enum errk take_change(const cJSON *doc, struct odoo_payment *pay, size_t n, struct err *e)
{
	enum errk rc = E_OK;

	JSON_EACH (from, json_at(doc, "payments")) {
		const char *parent = json_str(from, "parent"), *amount = json_str(from, "amount");
		struct decimal back;
		size_t to = 0;

		if (!str_equal(json_str(from, "kind"), "change") || rc != E_OK || !n)
			continue;
		for (size_t i = 0; i < n; i++)
			if (str_equal(pay[i].id, parent))
				to = i;
		rc = decimal_parse(amount ? amount : "", &back, e);
		if (rc == E_OK)
			rc = decimal_sub(pay[to].amount, decimal_abs(back), &pay[to].amount, e);
		if (rc != E_OK)
			err_wrap(e, "the amount of the change of payment %zu", to + 1);
	}
	return rc;
}

enum errk odoo_payments_read(const cJSON *doc, struct arena *a, struct odoo_payment **out,
			     size_t *n, struct err *e)
{
	size_t cap = json_count(doc, "payments"), count = 0, left = 0;
	struct odoo_payment *pay = arena_array(a, cap, sizeof(*pay));
	enum errk rc = E_OK;

	JSON_EACH (from, json_at(doc, "payments")) {
		const char *amount = json_str(from, "amount");
		struct odoo_payment *p = &pay[count];

		if (str_equal(json_str(from, "kind"), "change"))
			continue;
		*p = (struct odoo_payment){
			.id = json_str(from, "id"),
			.journal_name = json_str(from, "journal.name"),
			.date = json_str(from, "date"),
			.memo = json_str(from, "memo"),
		};
		rc = decimal_parse(amount ? amount : "", &p->amount, e);
		if (rc != E_OK)
			return err_wrap(e, "the amount of payment %zu", count + 1);
		count++;
	}
	rc = take_change(doc, pay, count, e);
	if (rc != E_OK)
		return rc;
	for (size_t i = 0; i < count; i++)
		if (pay[i].id && decimal_cmp(pay[i].amount, DECIMAL_ZERO) > 0)
			pay[left++] = pay[i];
	*out = pay;
	*n = left;
	return E_OK;
}

/* What is to be registered: all payments of orders whose invoice is posted. */
static void collect(struct payments *p)
{
	size_t cap = 0;

	for (size_t i = 0; i < p->n_inv; i++)
		cap += json_count(p->inv[i].order->doc, "payments");
	p->pay = arena_array(p->b->a, cap, sizeof(*p->pay));
	for (size_t i = 0; i < p->n_inv; i++) {
		struct odoo_invoice *inv = &p->inv[i];
		struct odoo_payment *say;
		struct err why;
		size_t n = 0;

		/* Where only money went back there is no credit note. */
		if ((!inv->id && !inv->back) || !str_equal(inv->state, "posted") ||
		    !odoo_order_goes_on(inv->order))
			continue;
		if (odoo_payments_read(inv->order->doc, p->b->a, &say, &n, &why) != E_OK) {
			odoo_order_fail(inv->order, &why);
			continue;
		}
		for (size_t k = 0; k < n; k++)
			p->pay[p->n++] = (struct payment){
				.inv = inv,
				.say = say[k],
				.xid = arena_printf(p->b->a, "%s_payment_%s", inv->order->xid,
						    odoo_tail(say[k].id, p->b->a)),
				.memo = arena_printf(p->b->a, "%s %s", inv->order->number,
						     say[k].memo ? say[k].memo : say[k].id),
			};
	}
}

/* Looking */

static enum errk find(struct payments *p, struct err *e)
{
	const char *memo = p->b->o->field[FIELD_PAYMENT_MEMO];
	const char *const fields[] = {"name", "state", memo, NULL};
	struct odoo_read r = {.model = "account.payment", .fields = fields, .domain = json_array()};
	CLEANUP(json) cJSON *xids = NULL;
	cJSON *memos = json_array();
	int64_t *ids;
	size_t n = 0;
	enum errk rc;

	for (size_t i = 0; i < p->n; i++)
		json_push_str(memos, p->pay[i].memo);
	json_push(r.domain, odoo_term(memo, "in", memos));
	rc = odoo_search_read(p->b->o, &r, p->b->a, &p->found, e);
	if (rc != E_OK)
		return rc;
	ids = odoo_refs(p->found, "id", p->b->a, &n);
	rc = odoo_external_ids(p->b->o, "account.payment", ids, n, p->b->a, &xids, e);
	if (rc != E_OK)
		return rc;
	JSON_EACH (record, p->found) {
		const char *xid = odoo_external_id(xids, json_int(record, "id", 0));

		for (size_t i = 0; i < p->n; i++) {
			if (!str_equal(p->pay[i].xid, xid))
				continue;
			p->pay[i].id = json_int(record, "id", 0);
			p->pay[i].state = json_str(record, "state");
			p->pay[i].name = json_str(record, "name");
		}
	}
	return E_OK;
}

static const char *type_of(bool back)
{
	return back ? "outbound" : "inbound";
}

/* From 15 on each journal has lines of its own for its payment methods; before, they are shared. */
static enum errk method_of(struct odoo *o, int64_t journal, bool back, struct arena *a, int64_t *id,
			   struct err *e)
{
	const char *way = back ? "outgoing" : "incoming", *menu = back ? "Outgoing" : "Incoming";
	bool lines = str_equal(o->field[FIELD_PAYMENT_METHOD], "payment_method_line_id");
	static const char *const of_line[] = {"code", "payment_account_id", NULL};
	static const char *const of_method[] = {"code", NULL};
	struct odoo_read r = {.model = lines ? "account.payment.method.line"
					     : "account.payment.method",
			      .fields = lines ? of_line : of_method,
			      .domain = json_array()};
	CLEANUP(json) cJSON *list = NULL;
	const cJSON *best = NULL;
	enum errk rc;

	json_push(r.domain, odoo_term("payment_type", "=", cJSON_CreateString(type_of(back))));
	if (lines)
		json_push(r.domain, odoo_term_ids("journal_id", &journal, 1));
	rc = odoo_search_read(o, &r, a, &list, e);
	if (rc != E_OK)
		return rc;
	JSON_EACH (item, list)
		if (!best || (str_equal(json_str(item, "code"), "manual") &&
			      !str_equal(json_str(best, "code"), "manual")))
			best = item;
	*id = json_int(best, "id", 0);
	if (!best)
		return err_set(
			e, E_RECORD, "journal_method",
			"its journal takes no %s payments in Odoo; give it the method "
			"Manual Payment, then run: erpsync queue retry --code journal_method",
			way);
	/* From 18 on such a payment would have no entry, and the invoice would never be settled. */
	if (lines && o->version.major >= 18 && !odoo_ref(best, "payment_account_id"))
		return err_set(
			e, E_RECORD, "journal_account",
			"the method of its journal has no outstanding account in Odoo; set one "
			"(Invoicing > Configuration > Journals > %s Payments), then run: "
			"erpsync queue retry --code journal_account",
			menu);
	return E_OK;
}

/* Journals by name are asked for once; their methods once for each payment's journal of a batch. */
static enum errk resolve(struct payments *p, struct payment *pay, struct err *e)
{
	struct odoo *o = p->b->o;
	enum errk rc;

	if (!pay->say.journal_name)
		return err_set(
			e, E_RECORD, "unmapped_journal",
			"a payment has no gateway; add a row to tables/payment_methods.csv" OWN_TABLE);
	rc = odoo_look(o, LOOK_JOURNAL, pay->say.journal_name, p->b->a, &pay->journal, e);
	if (rc != E_OK)
		return rc;
	for (const struct payment *x = p->pay; x < pay; x++)
		if (x->journal == pay->journal && x->inv->back == pay->inv->back && x->method) {
			pay->method = x->method;
			return E_OK;
		}
	rc = method_of(o, pay->journal, pay->inv->back, p->b->a, &pay->method, e);
	return rc == E_OK ? E_OK : err_wrap(e, "payment by '%s'", pay->say.journal_name);
}

enum errk odoo_payments_foresee(struct odoo_batch *b, struct odoo_order *d, bool back,
				struct err *e)
{
	struct odoo_invoice inv = {.order = d, .back = back};
	struct payments p = {.b = b, .inv = &inv, .n_inv = 1};
	struct odoo_payment *say;
	size_t n = 0;
	enum errk rc = odoo_payments_read(d->doc, b->a, &say, &n, e);

	p.pay = arena_array(b->a, n + 1, sizeof(*p.pay));
	for (size_t i = 0; i < n && rc == E_OK; i++) {
		p.pay[p.n] = (struct payment){.inv = &inv, .say = say[i]};
		rc = resolve(&p, &p.pay[p.n++], e);
	}
	return rc;
}

/* Making */

enum { PAYMENT_WIDTH = 10 };

static void cells_of(const struct payments *p, const struct payment *pay, const char **cell)
{
	struct arena *a = p->b->a;
	char text[DECIMAL_TEXT_MAX];

	cell[0] = pay->xid;
	cell[1] = type_of(pay->inv->back);
	cell[2] = "customer";
	cell[3] = odoo_id_text(pay->inv->partner, a);
	cell[4] = arena_strdup(a, decimal_text(pay->say.amount, text));
	cell[5] = odoo_id_text(pay->inv->currency, a);
	cell[6] = pay->say.date ? pay->say.date : pay->inv->order->day;
	cell[7] = odoo_id_text(pay->journal, a);
	cell[8] = odoo_id_text(pay->method, a);
	cell[9] = pay->memo;
}

static enum errk make(struct payments *p, struct err *e)
{
	const char *const fields[] = {"id",
				      "payment_type",
				      "partner_type",
				      "partner_id/.id",
				      "amount",
				      "currency_id/.id",
				      "date",
				      "journal_id/.id",
				      arena_printf(p->b->a, "%s/.id",
						   p->b->o->field[FIELD_PAYMENT_METHOD]),
				      p->b->o->field[FIELD_PAYMENT_MEMO],
				      NULL};
	struct odoo_load l = {.model = "account.payment",
			      .fields = fields,
			      .item = arena_array(p->b->a, p->n, sizeof(*l.item)),
			      .fresh = true};
	struct payment **made = arena_array(p->b->a, p->n, sizeof(*made));
	enum errk rc = E_OK;

	for (size_t i = 0; i < p->n && rc == E_OK; i++) {
		struct payment *pay = &p->pay[i];
		struct err why;

		if (pay->id || !odoo_order_goes_on(pay->inv->order))
			continue;
		rc = resolve(p, pay, &why);
		if (rc == E_RECORD) {
			odoo_order_fail(pay->inv->order, &why);
			rc = E_OK;
			continue;
		}
		if (rc != E_OK) {
			*e = why;
			return rc;
		}
		made[l.n] = pay;
		l.item[l.n].row = arena_alloc(p->b->a, sizeof(*l.item->row));
		l.item[l.n].row->cells = arena_array(p->b->a, PAYMENT_WIDTH, sizeof(char *));
		cells_of(p, pay, l.item[l.n].row->cells);
		l.item[l.n++].n_rows = 1;
	}
	if (!l.n)
		return E_OK;
	p->b->wrote = true;
	rc = odoo_load(p->b->o, &l, p->b->a, e);
	STEP("odoo payments loaded");
	for (size_t i = 0; i < l.n; i++) {
		if (l.item[i].err.kind != E_OK) {
			odoo_order_fail(made[i]->inv->order, &l.item[i].err);
			continue;
		}
		made[i]->id = l.item[i].id;
		made[i]->state = "draft";
		made[i]->inv->order->wrote = true;
	}
	return rc;
}

static void post(struct payments *p)
{
	static const struct odoo_transition transition = {.model = "account.payment",
							  .method = "action_post",
							  .wanted = {"posted", "in_process", "paid",
								     NULL},
							  .step = "payment"};
	struct odoo_transition back = transition;
	struct odoo_document *doc = arena_array(p->b->a, p->n, sizeof(*doc));

	back.step = "paid back";
	for (int way = 0; way < 2; way++) {
		size_t n = 0;

		for (size_t i = 0; i < p->n; i++)
			if (p->pay[i].id && str_equal(p->pay[i].state, "draft") &&
			    p->pay[i].inv->back == (way == 1) &&
			    odoo_order_goes_on(p->pay[i].inv->order))
				doc[n++] = (struct odoo_document){p->pay[i].inv->order,
								  p->pay[i].id, p->pay[i].memo,
								  p->pay[i].state};
		odoo_transition(p->b, way ? &back : &transition, doc, n);
	}
}

/* Joining */

static enum errk open_lines(const struct payments *p, cJSON **out, struct err *e)
{
	static const char *const fields[] = {"move_id", "payment_id", NULL};
	struct odoo_read r = {.model = "account.move.line",
			      .fields = fields,
			      .domain = json_array(),
			      .complete = true};
	cJSON *types = json_array(), *moves = json_array(), *pays = json_array();

	json_push_str(types, "asset_receivable"); /* from 16 on */
	json_push_str(types, "receivable");
	for (size_t i = 0; i < p->n_inv; i++) {
		if (p->inv[i].id)
			json_push_int(moves, p->inv[i].id);
		for (size_t k = 0; k < p->inv[i].n_more; k++)
			json_push_int(moves, p->inv[i].more[k]);
		for (size_t k = 0; k < p->inv[i].n_credits; k++)
			json_push_int(moves, p->inv[i].credits[k]);
		for (size_t k = 0; k < p->inv[i].n_paid; k++)
			json_push_int(pays, p->inv[i].paid[k]);
	}
	for (size_t i = 0; i < p->n; i++)
		if (p->pay[i].id)
			json_push_int(pays, p->pay[i].id);
	json_push(r.domain, odoo_term(p->b->o->field[FIELD_MOVE_LINE_TYPE], "in", types));
	json_push(r.domain, odoo_term("reconciled", "=", cJSON_CreateFalse()));
	json_push(r.domain, odoo_term("parent_state", "=", cJSON_CreateString("posted")));
	json_push_str(r.domain, "|");
	json_push(r.domain, odoo_term("move_id", "in", moves));
	json_push(r.domain, odoo_term("payment_id", "in", pays));
	return odoo_search_read(p->b->o, &r, p->b->a, out, e);
}

static bool is_of(const struct odoo_invoice *inv, int64_t move)
{
	for (size_t i = 0; i < inv->n_more; i++)
		if (inv->more[i] == move)
			return true;
	return inv->id == move;
}

static bool is_credit(const struct odoo_invoice *inv, int64_t move)
{
	for (size_t i = 0; i < inv->n_credits; i++)
		if (inv->credits[i] == move)
			return true;
	return inv->back && inv->id == move;
}

static bool is_paid_by(const struct payments *p, const struct odoo_invoice *inv, int64_t payment)
{
	for (size_t i = 0; i < p->n; i++)
		if (payment && p->pay[i].inv == inv && p->pay[i].id == payment)
			return true;
	for (size_t i = 0; i < inv->n_paid; i++)
		if (payment && inv->paid[i] == payment)
			return true;
	return false;
}

/* An invoice whose lines, its own and those of its payments, Odoo was asked to reconcile. */
struct joined {
	struct odoo_invoice *inv;
	int64_t *ids;
	size_t n; /* 0: there was nothing to join */
};

static enum errk join(const struct payments *p, struct odoo_invoice *inv, const cJSON *lines,
		      struct joined *out, struct err *e)
{
	int64_t *ids = arena_array(p->b->a, (size_t)cJSON_GetArraySize(lines), sizeof(*ids));
	size_t n = 0, of_invoice = 0, of_credit = 0;
	enum errk rc;

	JSON_EACH (line, lines) {
		bool credit = is_credit(inv, odoo_ref(line, "move_id"));
		bool own = credit || is_of(inv, odoo_ref(line, "move_id"));

		if (!own && !is_paid_by(p, inv, odoo_ref(line, "payment_id")))
			continue;
		of_credit += credit;
		of_invoice += own;
		ids[n++] = json_int(line, "id", 0);
	}
	/* Of credit notes invoices and what has gone back are the other side. */
	if (inv->back ? !of_credit || n == of_credit : !of_invoice || n == of_invoice)
		return E_OK;
	p->b->wrote = true;
	rc = odoo_act(p->b->o, "account.move.line", "reconcile", ids, n, NULL, p->b->a, NULL, e);
	STEP("odoo payment joined");
	if (rc != E_OK)
		return rc;
	inv->order->wrote = true;
	*out = (struct joined){inv, ids, n};
	return E_OK;
}

/* reconcile answers nothing, whatever it did: one side of what was joined must be settled by it. */
static bool is_reconciled(const struct joined *j, const cJSON *lines)
{
	JSON_EACH (line, lines)
		for (size_t i = 0; i < j->n; i++)
			if (json_int(line, "id", 0) == j->ids[i] &&
			    cJSON_IsTrue(json_at(line, "reconciled")))
				return true;
	return false;
}

static enum errk confirm(const struct payments *p, const struct joined *j, size_t n, struct err *e)
{
	static const char *const fields[] = {"reconciled", NULL};
	CLEANUP(json) cJSON *lines = NULL;
	struct odoo_read r = {.model = "account.move.line",
			      .fields = fields,
			      .domain = json_array()};
	cJSON *ids = json_array();
	enum errk rc;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < j[i].n; k++)
			json_push_int(ids, j[i].ids[k]);
	json_push(r.domain, odoo_term("id", "in", ids));
	rc = odoo_search_read(p->b->o, &r, p->b->a, &lines, e);
	for (size_t i = 0; i < n && rc == E_OK; i++) {
		struct odoo_invoice *inv = j[i].inv;
		struct err why;

		if (is_reconciled(&j[i], lines)) {
			odoo_order_step(p->b, inv->order, "reconciled", "done", inv->name);
			continue;
		}
		err_set(&why, E_BUSY, "not_reconciled",
			"Odoo was asked to reconcile the %s of %s with its payment and answered "
			"without an error, but has them open as before; the next run asks again",
			inv->back ? "credit note" : "invoice", inv->order->item->label);
		odoo_order_fail(inv->order, &why);
	}
	return rc;
}

static enum errk join_all(struct payments *p, struct err *e)
{
	CLEANUP(json) cJSON *lines = NULL;
	struct joined *joined = arena_array(p->b->a, p->n_inv, sizeof(*joined));
	enum errk rc = open_lines(p, &lines, e);
	size_t n = 0;

	if (rc != E_OK)
		return rc;
	for (size_t i = 0; i < p->n_inv; i++) {
		struct err why;

		if ((!p->inv[i].id && !p->inv[i].back) || !odoo_order_goes_on(p->inv[i].order))
			continue;
		joined[n].n = 0;
		if (join(p, &p->inv[i], lines, &joined[n], &why) != E_OK)
			odoo_order_fail(p->inv[i].order, &why);
		n += joined[n].n > 0;
	}
	return n ? confirm(p, joined, n, e) : E_OK;
}

static enum errk pay_all(struct payments *p, struct err *e)
{
	enum errk rc = p->n ? find(p, e) : E_OK;

	if (rc == E_OK)
		rc = make(p, e);
	if (rc != E_OK)
		return rc;
	post(p);
	return join_all(p, e);
}

enum errk odoo_payments(struct odoo_batch *b, struct odoo_invoice *inv, size_t n, struct err *e)
{
	struct payments p = {.b = b, .inv = inv, .n_inv = n};
	bool back = false;
	enum errk rc;

	for (size_t i = 0; i < n; i++)
		back = back || inv[i].back;
	collect(&p);
	if (!p.n && !back)
		return E_OK;
	rc = pay_all(&p, e);
	cJSON_Delete(p.found);
	return rc;
}
