#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/step.h"
#include "base/str.h"
#include "connectors/odoo/odoo_order.h"

#include "base/banned.h"

enum { NAME_MAX_BYTES = 200 };

/* An order that can be mapped no more is only looked for. */
static void read_all(struct odoo_batch *b)
{
	for (size_t i = 0; i < b->n; i++) {
		struct odoo_order *d = &b->order[i];
		struct put_item *item = &b->put->item[i];
		struct err why;

		d->item = item;
		d->last_step = &item->steps;
		d->xid = odoo_xid(b->o, "order", item->record, b->a);
		d->number = item->label;
		if (!item->doc)
			continue;
		item->err = (struct err){.kind = E_OK};
		if (odoo_order_read(b, d, &why) != E_OK)
			odoo_order_fail(d, &why);
	}
}

static void push_code(const char **list, size_t *n, const char *code)
{
	if (code)
		list[(*n)++] = code;
}

/* All SKUs of the batch in one question, then each order's names. */
static enum errk resolve_all(struct odoo_batch *b, struct err *e)
{
	const char **code;
	size_t n = 0, cap = 1;
	enum errk rc;

	for (size_t i = 0; i < b->n; i++)
		cap += b->order[i].n_lines;
	code = arena_array(b->a, cap, sizeof(*code));
	push_code(code, &n, odoo_product_of_kind(b->o, "rounding"));
	for (size_t i = 0; i < b->n; i++)
		for (size_t k = 0; k < b->order[i].n_lines; k++)
			push_code(code, &n, b->order[i].line[k].product_code);
	rc = odoo_look_products(b->o, code, n, b->a, e);
	for (size_t i = 0; i < b->n && rc == E_OK; i++) {
		struct odoo_order *d = &b->order[i];
		struct err why;

		if (!odoo_order_goes_on(d))
			continue;
		rc = odoo_order_resolve(b, d, &why);
		if (rc == E_OK && !d->found)
			rc = odoo_predict(b, d, &why);
		if (rc == E_RECORD) {
			odoo_order_fail(d, &why);
			rc = E_OK;
		} else if (rc != E_OK) {
			*e = why;
		}
	}
	return rc;
}

/* A state of a later Odoo, or of a module: what may be done to such an order is not known. */
static void refuse_strange(struct odoo_order *d)
{
	static const char *const known[] = {"draft", "sent", "sale", "done", "cancel"};
	struct err why;

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (!d->id || str_equal(d->state, known[i]))
			return;
	err_set(&why, E_RECORD, "unknown_state",
		"%s is in the state '%.40s' in Odoo, which this version of erpsync does not know; bring it "
		"to one of quotation, sales order or cancelled there, then run: erpsync queue retry "
		"'%s'; or settle it there and run: erpsync queue drop '%s'",
		d->name, d->state ? d->state : "", d->item->label, d->item->label);
	odoo_order_fail(d, &why);
}

static enum errk refuse_gone(struct odoo_order *d)
{
	struct err why;

	if (d->id || !target_is(&d->item->target) || !odoo_order_goes_on(d))
		return E_OK;
	err_set(&why, E_RECORD, "gone_in_odoo",
		"order %s was deleted in Odoo; let it be with: erpsync queue drop '%s'",
		d->item->target.name ? d->item->target.name : d->item->target.id, d->item->label);
	odoo_order_fail(d, &why);
	return E_OK;
}

/* Nothing is written before all of this is known. */
static enum errk look(struct odoo_batch *b, struct err *e)
{
	/* A right that is missing would park every order with the same words. */
	enum errk rc = odoo_enter(b->o, KIND_ORDER, b->a, e);

	if (rc != E_OK)
		return rc;
	read_all(b);
	rc = odoo_orders_find(b, e);
	if (rc == E_OK)
		rc = resolve_all(b, e);
	for (size_t i = 0; i < b->n && rc == E_OK; i++) {
		refuse_strange(&b->order[i]);
		rc = refuse_gone(&b->order[i]);
	}
	return rc;
}

/* Whatever held it there: [odoo] depth, its payment status, or the mapping. */
static void tell_unreserved(const struct odoo_batch *b)
{
	const struct odoo *o = b->o;

	for (size_t i = 0; i < b->n && o->rules.free_stock; i++) {
		const struct odoo_order *d = &b->order[i];

		if (odoo_order_goes_on(d) && !d->cancelled &&
		    (str_equal(d->state, "draft") || str_equal(d->state, "sent")))
			o->env.notice(
				o->env.notice_ctx, "quotations",
				arena_printf(b->a,
					     "%s stays a quotation: " ODOO_UNRESERVED
					     "; " ODOO_RESERVES
					     " (tables/payment_statuses.csv may hold it, too)",
					     d->item->label));
	}
}

static enum errk write_all(struct odoo_batch *b, struct err *e)
{
	enum errk rc = odoo_parties(b, e);

	STEP("odoo parties known");
	if (rc == E_OK)
		rc = odoo_orders_create(b, e);
	if (rc == E_OK)
		rc = odoo_orders_amend(b, e);
	if (rc == E_OK)
		rc = odoo_totals(b, e);
	if (rc == E_OK)
		rc = odoo_orders_cancel(b, e);
	if (rc == E_OK)
		rc = odoo_orders_confirm(b, e);
	if (rc == E_OK)
		rc = odoo_orders_invoice(b, e);
	if (rc == E_OK)
		tell_unreserved(b);
	return rc;
}

/* What goes into messages and lists. */
static bool is_name(const char *name)
{
	return !str_blank(name) && strlen(name) <= NAME_MAX_BYTES;
}

struct target odoo_order_target(const char *name, int64_t id, struct arena *a)
{
	return (struct target){.id = arena_printf(a, "%lld", (long long)id),
			       .name = is_name(name) ? arena_strdup(a, name) : NULL};
}

static void report(struct odoo_batch *b)
{
	for (size_t i = 0; i < b->n; i++) {
		struct odoo_order *d = &b->order[i];

		if (!d->id)
			continue;
		d->item->target = odoo_order_target(d->name, d->id, b->a);
		/* It landed, though it can't be mapped any more. */
		if (!d->doc && !d->item->doc)
			d->item->err = (struct err){.kind = E_OK};
		d->item->adopted = d->item->err.kind == E_OK && d->found && !d->wrote &&
				   !b->put->update;
	}
}

static enum errk put_orders(struct odoo_batch *b, struct err *e)
{
	enum errk rc = look(b, e);

	if (rc == E_OK && !b->o->env.dry_run)
		rc = write_all(b, e);
	if (rc == E_OK)
		report(b);
	return rc;
}

enum errk odoo_put(struct connector *c, struct put_batch *put, struct arena *a, struct err *e)
{
	struct odoo_batch b = {.o = (struct odoo *)(void *)c, .a = a, .put = put, .n = put->n};
	int64_t before = http_stats(b.o->env.http).requests;
	enum errk rc;

	b.order = arena_array(a, put->n, sizeof(*b.order));
	rc = put_orders(&b, e);
	http_finish(b.o->env.http, false);
	for (size_t i = 0; i < b.n; i++)
		cJSON_Delete(b.order[i].doc);
	cJSON_Delete(b.found);
	put->requests = (int)(http_stats(b.o->env.http).requests - before);
	return rc;
}
