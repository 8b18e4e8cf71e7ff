#include "base/cleanup.h"
#include "base/json.h"
#include "base/list.h"
#include "base/step.h"
#include "base/str.h"
#include "connectors/odoo/orders/order.h"

#include "base/banned.h"

/*
 * Another shipping address. A change of the order leaves its transfers where they were: Odoo asks its
 * people to see to them, and the parcel may be gone before they do. So those that are not done yet are
 * written too, and before the order: a run that is killed in between finds the order as it was, and
 * goes on. A transfer that people sent elsewhere is theirs.
 */

/* The transfers of one order. */
struct transfers {
	LIST(int64_t) to_move;
	size_t open;
	bool done;
	const char *elsewhere; /* the name of one that is on its way to neither address */
};

static struct transfers transfers_of(const struct odoo_reroute *r, const cJSON *list,
				     struct arena *a)
{
	struct transfers t = {0};

	JSON_EACH (item, list) {
		int64_t to = odoo_ref(item, "partner_id");

		if (odoo_ref(item, "sale_id") != r->order->id)
			continue;
		if (str_equal(json_str(item, "state"), "done")) {
			t.done = true;
			continue;
		}
		t.open++;
		if (to == r->from)
			*list_add(&t.to_move, a) = json_int(item, "id", 0);
		else if (to && to != r->to)
			t.elsewhere = json_str(item, "name");
	}
	return t;
}

static enum errk judge(const struct odoo_order *d, const struct transfers *t, struct err *e)
{
	if (t->elsewhere)
		return err_set(
			e, E_RECORD, "transfer_elsewhere",
			"the shop has another shipping address, and transfer %.40s of %s goes to one that was "
			"chosen in Odoo; give it the order's delivery address there, then run: erpsync queue "
			"retry '%s'; or leave it so and run: erpsync queue drop '%s'",
			t->elsewhere, d->name, d->item->label, d->item->label);
	if (t->done && !t->open)
		return err_set(
			e, E_RECORD, "changed_after_delivery",
			"the shop changed it, and %s is delivered in Odoo already; change it there by "
			"hand: another shipping address",
			d->name);
	return E_OK;
}

static enum errk write_one(struct odoo_batch *b, const struct odoo_reroute *r,
			   const struct transfers *t, struct err *e)
{
	CLEANUP(odoo_call)
	struct odoo_call c = {.model = "stock.picking",
			      .method = "write",
			      .ids = t->to_move.at,
			      .n_ids = t->to_move.n,
			      .intent = HTTP_WRITE,
			      .args = json_object()};
	cJSON *vals = json_object();
	enum errk rc;

	json_add_int(vals, "partner_id", r->to);
	json_add(c.args, "vals", vals);
	b->wrote = true;
	rc = odoo_call(&b->o->server, &c, b->a, e);
	STEP("odoo transfers rerouted");
	if (rc != E_OK)
		return rc;
	r->order->wrote = true;
	odoo_order_step(b, r->order, "rerouted", "done",
			arena_printf(b->a, "%s: %zu transfer%s", r->order->name, t->to_move.n,
				     t->to_move.n == 1 ? "" : "s"));
	return E_OK;
}

static enum errk read_transfers(struct odoo_batch *b, const struct odoo_reroute *list, size_t n,
				cJSON **out, struct err *e)
{
	static const char *const fields[] = {"name", "state", "partner_id", "sale_id", NULL};
	int64_t *ids = arena_array(b->a, n, sizeof(*ids));
	struct odoo_read r = {.model = "stock.picking",
			      .fields = fields,
			      .domain = json_array(),
			      .by = "sale_id",
			      .ids = ids,
			      .n_ids = n,
			      .complete = true};

	for (size_t i = 0; i < n; i++)
		ids[i] = list[i].order->id;
	json_push(r.domain, odoo_term("state", "!=", cJSON_CreateString("cancel")));
	return odoo_search_read(b->o, &r, b->a, out, e);
}

enum errk odoo_reroute(struct odoo_batch *b, const struct odoo_reroute *list, size_t n,
		       struct err *e)
{
	CLEANUP(json) cJSON *found = NULL;
	enum errk rc;

	if (!n || !b->o->field[FIELD_ORDER_PICKINGS])
		return E_OK;
	rc = read_transfers(b, list, n, &found, e);
	for (size_t i = 0; i < n && rc == E_OK; i++) {
		struct transfers t = transfers_of(&list[i], found, b->a);
		struct err why;

		rc = judge(list[i].order, &t, &why);
		if (rc == E_OK && t.to_move.n)
			rc = write_one(b, &list[i], &t, &why);
		if (rc == E_RECORD) {
			odoo_order_fail(list[i].order, &why);
			rc = E_OK;
		} else if (rc != E_OK) {
			*e = why;
		}
	}
	return rc;
}
