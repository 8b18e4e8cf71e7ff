#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/step.h"
#include "base/str.h"
#include "connectors/odoo/refunds/refund.h"
#include "connectors/odoo/source.h"

#include "base/banned.h"

/*
 * Refunds, one by one: each is looked at wholly, then written in an order in which what is there says what is still to be
 * done: return receipt, order, credit note, money. What has been told of one is not undone by another of the same order.
 */

static enum errk read_today(struct odoo_batch *b, struct err *e)
{
	char day[CLOCK_DAY_SIZE];
	enum errk rc = E_OK;

	if (!b->o->rules.invoice_today)
		return E_OK;
	if (b->put->today)
		rc = b->put->today(b->put->today_ctx, day, e);
	else if (!clock_day(clock_now(), "+0000", day))
		BUG("an offset is a zone");
	if (rc == E_OK)
		b->today = arena_strdup(b->a, day);
	return rc;
}

/* The services that lines are booked on, and what the articles of the order are. */
static enum errk read_products(struct refund *r, struct err *e)
{
	static const char *const kinds[] = {"shipping",  "fee",    "duty",     "tip",
					    "gift_card", "refund", "discount", "rounding"};
	static const char *const fields[] = {"type", "tracking", NULL};
	static const char *const bare[] = {"type", NULL};
	const char *code[sizeof(kinds) / sizeof(*kinds)];
	int64_t *ids;
	size_t n = 0, n_ids = 0;
	enum errk rc;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		code[n] = odoo_product_of_kind(r->b->o, kinds[i]);
		n += code[n] != NULL;
	}
	rc = odoo_look_products(r->b->o, code, n, r->b->a, e);
	if (rc == E_OK)
		rc = odoo_look_taxes(r->b->o, r->b->a, e);
	if (rc != E_OK)
		return rc;
	ids = odoo_refs(r->lines, "product_id", r->b->a, &n_ids);
	return odoo_read_ids(r->b->o, "product.product", ids, n_ids,
			     r->b->o->field[FIELD_ORDER_PICKINGS] ? fields : bare, NULL, false,
			     r->b->a, &r->products, e);
}

/* Nothing is written before all of this is known. */
static enum errk look(struct refund *r, struct err *e)
{
	enum errk rc = refund_read(r, e);

	if (rc == E_OK)
		rc = refund_read_books(r, e);
	if (rc != E_OK || r->done)
		return rc;
	rc = read_products(r, e);
	if (rc == E_OK)
		rc = refund_plan(r, e);
	if (rc == E_OK)
		rc = odoo_payments_foresee(r->b, &r->d, true, e);
	return rc == E_OK ? refund_look_at_goods(r, e) : rc;
}

static enum errk write_one(struct refund *r, struct err *e)
{
	enum errk rc = E_OK;

	if (!r->done)
		rc = refund_receive_goods(r, e);
	if (rc == E_OK && !r->done)
		rc = refund_lower_order(r, e);
	return rc == E_OK ? refund_credit(r, e) : rc;
}

/* Where only money moved it is known by its order. */
static void report(struct refund *r)
{
	struct put_item *item = r->d.item;

	const char *id = odoo_id_text(r->note.id, r->b->a);

	/* What is known of it is more than what this put has looked at. */
	if (r->note.id && !(r->done && str_equal(id, item->target.id))) {
		item->target = odoo_order_target(r->note.name, r->note.id, r->b->a);
		for (size_t i = 0; i < r->receipts.n; i++)
			target_add_part(&item->target, "return",
					odoo_id_text(r->receipts.at[i].id, r->b->a), NULL, r->b->a);
	} else if (!r->note.id && item->err.kind == E_OK && item->owner) {
		item->target = target_copy(&item->owner->target, r->b->a);
	}
	item->adopted = item->err.kind == E_OK && !r->d.wrote &&
			(!r->b->put->update || r->b->put->named);
}

/* It can't be mapped any more: has it landed? */
static enum errk look_again(struct refund *r, struct err *e)
{
	struct put_item *item = r->d.item;
	struct err why = item->err;
	enum errk rc;

	if (!item->owner)
		return E_OK;
	r->d.currency = "";
	r->d.digits = 2;
	rc = refund_read_books(r, e);
	if (rc != E_OK && rc != E_RECORD)
		return rc;
	item->err = why;
	if (!r->done)
		return E_OK;
	item->err = (struct err){.kind = E_OK};
	r->note.id = json_int(r->credit, "id", 0);
	r->note.name = arena_strdup(r->b->a, json_str(r->credit, "name"));
	report(r);
	return E_OK;
}

static enum errk put_doc(struct refund *r, struct err *e)
{
	struct put_item *item = r->d.item;
	struct err why;
	enum errk rc;

	item->err = (struct err){.kind = E_OK};
	if (!item->owner || !r->d.id)
		rc = err_set(
			&why, E_RECORD, "order_missing",
			"its order is not known to be in Odoo; send that first: erpsync orders "
			"export; then run: erpsync queue retry '%s'",
			item->label);
	else
		rc = look(r, &why);
	if (rc == E_OK && !r->b->o->env.dry_run)
		rc = write_one(r, &why);
	/* What stops the run is the batch's, unless something of this refund was written. */
	if (rc != E_OK && rc != E_RECORD && !r->d.wrote) {
		*e = why;
		return rc;
	}
	if (rc != E_OK)
		odoo_order_fail(&r->d, &why);
	if (!r->b->o->env.dry_run)
		report(r);
	return E_OK;
}

static int64_t owner_id(const struct put_item *item)
{
	struct put_item owner = {0};

	if (!item->owner)
		return 0;
	owner.target = item->owner->target;
	return odoo_order_known_id(&owner);
}

static enum errk put_one(struct odoo_batch *b, size_t at, struct err *e)
{
	struct refund r = {.b = b};
	struct put_item *item = b->put->item[at];
	enum errk rc;

	r.d.item = item;
	r.d.last_step = &item->steps;
	r.d.xid = odoo_xid(b->o, "refund", item->record, b->a);
	r.d.number = item->label;
	r.d.id = owner_id(item);
	r.order_xid = item->owner ? odoo_xid(b->o, "order", item->owner->record, b->a) : NULL;
	rc = item->doc ? put_doc(&r, e) : look_again(&r, e);
	cJSON_Delete(r.d.doc);
	cJSON_Delete(r.orders);
	cJSON_Delete(r.lines);
	cJSON_Delete(r.xids);
	cJSON_Delete(r.moves);
	cJSON_Delete(r.move_xids);
	cJSON_Delete(r.products);
	return rc;
}

/* After the first write of the batch what stops one refund stops those behind it, and each knows that. */
static void give_up(struct odoo_batch *b, size_t from, const struct err *why)
{
	for (size_t i = from; i < b->n; i++)
		if (b->put->item[i]->doc)
			b->put->item[i]->err = *why;
}

enum errk odoo_refund_put(struct connector *c, struct put_batch *put, struct arena *a,
			  struct err *e)
{
	struct odoo_batch b = {.o = (struct odoo *)(void *)c, .a = a, .put = put, .n = put->n};
	int64_t before = http_stats(b.o->env.http).requests;
	enum errk rc = odoo_enter(b.o, KIND_REFUND, a, e);

	if (rc == E_OK)
		rc = read_today(&b, e);
	for (size_t i = 0; i < b.n && rc == E_OK; i++) {
		struct err why;
		enum errk one = put_one(&b, i, &why);

		if (one == E_OK)
			continue;
		if (b.wrote) {
			give_up(&b, i, &why);
			break;
		}
		*e = why;
		rc = one;
	}
	http_finish(b.o->env.http, false);
	put->requests = (int)(http_stats(b.o->env.http).requests - before);
	return rc;
}
