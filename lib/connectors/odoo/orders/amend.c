#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/list.h"
#include "base/step.h"
#include "base/str.h"
#include "connectors/odoo/load.h"
#include "connectors/odoo/orders/amend.h"

#include "base/banned.h"

/*
 * Later changes. An order in Odoo is compared with what the shop says now, and only what differs and
 * is ours is written: quantities, prices, discounts, taxes of our lines, lines that are new or gone,
 * the two addresses, the reference. What people added in Odoo stays, and so does what they changed since it was
 * last written (baseline.c); where money or goods are another than the shop's by that, they are asked. Once something
 * of it is invoiced or delivered, it is theirs alone, and the difference is reported.
 */

static void set_shapes(struct amend *m)
{
	static const char *const changed[] = {"id",
					      "order_line/id",
					      "order_line/product_uom_qty",
					      "order_line/price_unit",
					      "order_line/discount",
					      "order_line/name"};
	const char *taxes = arena_printf(m->b->a, "order_line/%s/.id",
					 m->b->o->field[FIELD_LINE_TAXES]);

	memcpy(m->changed_fields, changed, sizeof(changed));
	m->changed_fields[AMEND_CHANGED_WIDTH - 1] = taxes;
	m->added_fields[0] = "id";
	odoo_line_fields(m->b, m->added_fields + 1);
}

static enum errk load(struct amend *m, struct odoo_load *l, struct odoo_order **order,
		      struct err *e)
{
	enum errk rc;

	if (!l->n)
		return E_OK;
	l->model = "sale.order";
	m->b->wrote = true;
	rc = odoo_load(m->b->o, l, m->b->a, e);
	STEP("odoo order amended");
	for (size_t i = 0; i < l->n; i++) {
		order[i]->wrote = true;
		order[i]->read = NULL;
		if (l->item[i].err.kind != E_OK)
			odoo_order_fail(order[i], &l->item[i].err);
	}
	return rc;
}

static enum errk write_lines(struct amend *m, bool added, struct err *e)
{
	struct odoo_order **order = arena_array(m->b->a, m->n, sizeof(*order));
	struct odoo_load l = {.fields = added ? m->added_fields : m->changed_fields,
			      .item = arena_array(m->b->a, m->n, sizeof(*l.item)),
			      .fresh = true};

	/* The transfers are seen to: nobody need be asked to. */
	for (size_t i = 0; i < m->n; i++)
		if (m->change[i].lowered.n)
			l.flag = "mail_activity_automation_skip";
	for (size_t i = 0; i < m->n; i++) {
		struct change *c = &m->change[i];
		size_t n = added ? c->n_added : c->n_changed;

		if (!n || !odoo_order_goes_on(c->order))
			continue;
		order[l.n] = c->order;
		l.item[l.n++] = (struct odoo_load_item){.row = added ? c->added : c->changed,
							.n_rows = n,
							.known = c->order->id};
	}
	return load(m, &l, order, e);
}

static enum errk write_heads(struct amend *m, struct err *e)
{
	static const char *const fields[] = {"id", "partner_invoice_id/.id",
					     "partner_shipping_id/.id", "client_order_ref", NULL};
	struct odoo_order **order = arena_array(m->b->a, m->n, sizeof(*order));
	/* Nobody need be asked to see to the transfers. */
	struct odoo_load l = {.fields = fields,
			      .flag = "mail_activity_automation_skip",
			      .item = arena_array(m->b->a, m->n, sizeof(*l.item)),
			      .fresh = true};

	for (size_t i = 0; i < m->n; i++) {
		const struct change *c = &m->change[i];
		const cJSON *is = c->order->found;
		const char *reference = json_str(is, "client_order_ref");
		const char **cell;

		if ((!c->invoice && !c->delivery && !c->reference) || !odoo_order_goes_on(c->order))
			continue;
		cell = arena_array(m->b->a, 4, sizeof(*cell));
		cell[0] = c->order->xid;
		cell[1] = c->invoice ? c->invoice
				     : odoo_id_text(odoo_ref(is, "partner_invoice_id"), m->b->a);
		cell[2] = c->delivery ? c->delivery
				      : odoo_id_text(odoo_ref(is, "partner_shipping_id"), m->b->a);
		cell[3] = c->reference ? c->reference : reference;
		order[l.n] = c->order;
		l.item[l.n] = (struct odoo_load_item){.row = arena_alloc(m->b->a,
									 sizeof(*l.item->row)),
						      .n_rows = 1,
						      .known = c->order->id};
		l.item[l.n++].row->cells = cell;
	}
	return load(m, &l, order, e);
}

/* A quotation has no transfers. */
static enum errk reroute(struct amend *m, struct err *e)
{
	struct odoo_reroute *list = arena_array(m->b->a, m->n, sizeof(*list));
	size_t n = 0;

	for (size_t i = 0; i < m->n; i++) {
		struct odoo_order *d = m->change[i].order;

		if (m->change[i].delivery && odoo_order_goes_on(d) &&
		    (str_equal(d->state, "sale") || str_equal(d->state, "done")))
			list[n++] = (struct odoo_reroute){.order = d,
							  .from = odoo_ref(d->found,
									   "partner_shipping_id"),
							  .to = d->party[PARTY_DELIVERY]};
	}
	return odoo_reroute(m->b, list, n, e);
}

static void tell(struct amend *m)
{
	for (size_t i = 0; i < m->n; i++) {
		struct change *c = &m->change[i];

		if (amend_has_change(c) && odoo_order_goes_on(c->order))
			/* What changed may name people: the history has only how many lines. */
			odoo_order_step(m->b, c->order, "amended", "done",
					arena_printf(m->b->a, "%s: %zu line%s changed, %zu new%s",
						     c->order->name, c->n_changed,
						     c->n_changed == 1 ? "" : "s", c->n_added,
						     c->invoice || c->delivery ? ", address" : ""));
	}
}

/* What people changed is not undone by the way: such an order ends here. It is where a person has named it, and told. */
static void tell_people(struct amend *m, struct change *c)
{
	const struct odoo *o = m->b->o;
	struct odoo_order *d = c->order;
	struct err why;

	if (!odoo_order_goes_on(d))
		return;
	if (c->over)
		o->env.notice(
			o->env.notice_ctx, NULL,
			arena_printf(m->b->a,
				     "%s: %s is as the shop has it now, where people may have "
				     "changed it in Odoo: %s",
				     d->item->label, d->name, c->over));
	if (!c->people)
		return;
	if (d->kept)
		err_set(&why, E_RECORD, "changed_in_odoo",
			"people changed %s in Odoo, where it is not as the shop has it now; that was left as it "
			"is%s",
			d->name, c->late ? "" : ", and what only the shop changed is written");
	else
		err_set(&why, E_RECORD, "changed_in_odoo",
			"%s is not in Odoo as the shop has it now, and what was last written there is not known: the "
			"shop may have changed it, or people in Odoo; so it was left as it is",
			d->name);
	err_append(&why, "; make it the same on both sides, then run: erpsync queue retry '%s'",
		   d->item->label);
	/* Of what is invoiced or delivered we write nothing over. */
	if (!c->late)
		err_append(&why, "; or write the shop's over it: erpsync orders export --only '%s'",
			   d->item->label);
	err_append(&why, "; or let it be as it is there: erpsync queue drop '%s': %s",
		   d->item->label, c->people);
	/* What the shop was paid is registered all the same. */
	if (c->late) {
		d->apart = why;
		return;
	}
	d->parted = true;
	odoo_order_fail(d, &why);
}

/* Durable what will be written, before it is. */
static enum errk remember(struct amend *m, struct err *e)
{
	struct odoo_order **order = arena_array(m->b->a, m->n, sizeof(*order));
	size_t n = 0;

	for (size_t i = 0; i < m->n; i++)
		if (amend_has_change(&m->change[i]) && odoo_order_goes_on(m->change[i].order))
			order[n++] = m->change[i].order;
	return odoo_baseline_remember(m->b, order, n, e);
}

/* Nothing of it is written; what the shop was paid is registered all the same. */
static void leave(struct change *c, bool by_hand)
{
	struct odoo_order *d = c->order;
	bool lines = c->n_changed || c->n_added;

	/* Where the shop has changed nothing that counts, it is for those who did. */
	bool theirs = !by_hand && !c->shop && c->people;

	if (!by_hand && !theirs)
		err_set(&d->apart, E_RECORD,
			c->delivered ? "changed_after_delivery" : "changed_after_invoice",
			"the shop changed it, and %s is %s in Odoo already; change it there by hand, "
			"%sthen run: erpsync queue retry '%s'; or let it be as it is there: erpsync "
			"queue drop '%s': %s",
			d->name, c->delivered ? "delivered" : "invoiced",
			lines && odoo_order_invoiced(d) ? "post an invoice of the difference, "
							: "",
			d->item->label, d->item->label, c->what);
	c->n_changed = c->n_added = 0;
	c->invoice = c->delivery = c->what = c->reference = c->over = NULL;
	c->people = theirs ? c->people : NULL;
}

/* Addresses are as the shop says, or not; all else people may have written in their own way. */
static enum errk judge_late(struct amend *m, struct err *e)
{
	struct odoo_order **order = arena_array(m->b->a, m->n, sizeof(*order));
	CLEANUP(json) cJSON *moves = NULL;
	size_t n = 0;
	enum errk rc;

	for (size_t i = 0; i < m->n; i++)
		if (m->change[i].late)
			order[n++] = m->change[i].order;
	if (!n)
		return E_OK;
	rc = odoo_by_hand_read(m->b, order, n, &moves, e);
	/* Invoices that our user may not see prove nothing. */
	if (rc != E_OK && rc != E_REFUSED && rc != E_RECORD)
		return rc;
	for (size_t i = 0; i < m->n; i++) {
		struct change *c = &m->change[i];

		if (c->late)
			leave(c, rc == E_OK && !c->invoice && !c->delivery &&
					 odoo_is_done_by_hand(m->b, c->order, m->lines, moves));
	}
	return E_OK;
}

/* Of all of them, from the transfers of the orders that are still to be changed. */
static enum errk lower(struct amend *m, struct err *e)
{
	LIST(struct odoo_lowered) all = {0};

	for (size_t i = 0; i < m->n; i++)
		for (size_t k = 0; k < m->change[i].lowered.n; k++)
			if (odoo_order_goes_on(m->change[i].order) && !m->change[i].late)
				*list_add(&all, m->b->a) = m->change[i].lowered.at[k];
	return odoo_lower_goods(m->b, all.at, all.n, e);
}

static enum errk assign(struct amend *m, struct err *e)
{
	enum errk rc = E_OK;

	/* Also of those that were refused on the way: what was lowered is not left on the shelf. */
	for (size_t i = 0; i < m->n && rc == E_OK; i++)
		rc = odoo_assign_goods(m->b, m->change[i].order, e);
	return rc;
}

static enum errk amend_all(struct amend *m, struct err *e)
{
	enum errk rc = amend_read_lines(m, e);

	for (size_t i = 0; i < m->n && rc == E_OK; i++) {
		struct err why;

		if (amend_compare(m, &m->change[i], &why) != E_OK)
			odoo_order_fail(m->change[i].order, &why);
	}
	if (rc == E_OK)
		rc = judge_late(m, e);
	if (rc == E_OK)
		rc = remember(m, e);
	if (rc == E_OK)
		rc = reroute(m, e);
	if (rc == E_OK)
		rc = write_heads(m, e);
	if (rc == E_OK)
		rc = lower(m, e);
	if (rc == E_OK)
		rc = write_lines(m, false, e);
	if (rc == E_OK)
		rc = write_lines(m, true, e);
	if (rc == E_OK)
		rc = assign(m, e);
	if (rc == E_OK)
		tell(m);
	for (size_t i = 0; i < m->n && rc == E_OK; i++)
		tell_people(m, &m->change[i]);
	return rc;
}

enum errk odoo_orders_amend(struct odoo_batch *b, struct err *e)
{
	struct amend m = {.b = b, .change = arena_array(b->a, b->n, sizeof(*m.change))};
	struct odoo_order **all = arena_array(b->a, b->n, sizeof(*all));
	enum errk rc;

	for (size_t i = 0; i < b->n; i++)
		if (b->order[i].found && !b->order[i].cancelled &&
		    odoo_order_goes_on(&b->order[i])) {
			all[m.n] = &b->order[i];
			m.change[m.n++].order = &b->order[i];
		}
	if (!m.n)
		return E_OK;
	set_shapes(&m);
	rc = amend_all(&m, e);
	cJSON_Delete(m.lines);
	cJSON_Delete(m.xids);
	return rc == E_OK ? E_OK : odoo_batch_failed(b, all, m.n, e);
}
