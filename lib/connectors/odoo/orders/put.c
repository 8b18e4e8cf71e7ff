#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/step.h"
#include "base/str.h"
#include "connectors/odoo/orders/order.h"

#include "base/banned.h"

enum { NAME_MAX_BYTES = 200 };

/* An order that can be mapped no more is only looked for. */
static void read_all(struct odoo_batch *b)
{
	for (size_t i = 0; i < b->n; i++) {
		struct odoo_order *d = &b->order[i];
		struct put_item *item = b->put->item[i];
		struct err why;

		d->item = item;
		d->last_step = &item->steps;
		odoo_baseline_read(d);
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

/*
 * An order keeps its currency in Odoo. Figures of another one would be compared with its own, and written over
 * them; but to be cancelled it needs none.
 */
static void refuse_currency(struct odoo_order *d)
{
	const char *is = d->found ? json_str(d->found, "currency_id[1]") : NULL;
	struct err why;

	if (!d->found || d->cancelled || !d->currency || str_equal(is, d->currency))
		return;
	err_set(&why, E_RECORD, "currency_differs",
		"%s is in %s in Odoo, and the shop's figures now come in %s: nothing of them is "
		"written to it; set what was changed back ([orders] currency, tables/currencies.csv, "
		"or the price list of %s in Odoo), then run: erpsync orders export --only '%s', or "
		"--full for all such orders; or leave the order as it is: erpsync queue drop '%s'",
		d->name, is ? is : "no currency", d->currency, d->name, d->item->label,
		d->item->label);
	/* Whatever else is wrong with such figures does not matter. */
	d->item->err = why;
}

/* What was made of it stands there under its id, and is not found by what it is looked for. */
static bool has_lost_name(const struct odoo_batch *b, const struct odoo_order *d, struct err *why)
{
	const char *tail = arena_printf(b->a, "_order_%s", odoo_tail(d->item->record, b->a));
	const char *xid = d->other_xid, *prefix = "erpsync.";

	if (!xid || d->id)
		return false;
	if (str_starts(xid, prefix) && str_ends(xid, tail)) {
		const char *shop = arena_strndup(b->a, xid + strlen(prefix),
						 strlen(xid) - strlen(prefix) - strlen(tail));

		err_set(why, E_RECORD, "other_reference",
			"%s has the external id %s in Odoo, with '%s' as the shop's name, and is "
			"looked for as %s; set [odoo] shop = %s, which must never change, then run: "
			"erpsync queue retry '%s'",
			d->other_name, xid, shop, d->xid, shop, d->item->label);
		return true;
	}
	if (!str_equal(d->other_origin, d->number ? d->number : d->item->label))
		return false;
	err_set(why, E_RECORD, "other_reference",
		"%s is there in Odoo, %s%s, and is looked for by the external id %s; give it that one "
		"(Settings > Technical > External Identifiers), then run: erpsync queue retry '%s'",
		d->other_name, *xid ? "with the external id " : "without an external id", xid,
		d->xid, d->item->label);
	return true;
}

/*
 * Deleted by a person, or never there: Odoo was brought back from a backup. Nobody but a person can tell; who names
 * it says that it is to be written once more.
 */
static void refuse_gone(const struct odoo_batch *b, struct odoo_order *d)
{
	struct target *target = &d->item->target;
	struct err why;

	if (d->id || !odoo_order_goes_on(d))
		return;
	if ((target_is(target) && has_lost_name(b, d, &why)) || odoo_order_is_entered(b, d, &why)) {
		odoo_order_fail(d, &why);
		return;
	}
	if (!target_is(target))
		return;
	if (b->put->named) {
		odoo_order_step(b, d, "gone", "written anew", target_text(target, b->a));
		*target = (struct target){0};
		return;
	}
	err_set(&why, E_RECORD, "gone_in_odoo",
		"order %s is not in Odoo any more: it was deleted there, or Odoo was brought back from a "
		"backup; to write it once more: erpsync orders export --only '%s'; to let it be: erpsync "
		"queue drop '%s'",
		target->name ? target->name : target->id, d->item->label, d->item->label);
	odoo_order_fail(d, &why);
}

/*
 * What Odoo has went further than the payment status allows by now: goods may leave that nobody pays. Where it is not
 * known what the status ever allowed, people may as well have taken it there.
 */
static void refuse_withdrawn(const struct odoo_batch *b, struct odoo_order *d)
{
	const struct odoo *o = b->o;
	enum odoo_depth reached, asked, is = ODOO_QUOTATION;
	const char *done, *may = d->asked == ODOO_QUOTATION ? "quotation" : "confirmed order";
	struct err why;
	bool known = odoo_depth_read(d->item->kept, &reached, &asked);

	if (!d->id || !odoo_order_goes_on(d) || d->cancelled)
		return;
	if (str_equal(d->state, "sale") || str_equal(d->state, "done"))
		is = json_count(d->found, "invoice_ids") ? ODOO_PAID : ODOO_CONFIRMED;
	if (d->asked >= is || (known && d->asked >= asked))
		return;
	done = is == ODOO_PAID ? "invoiced" : "confirmed";
	if (!known) {
		o->env.notice(
			o->env.notice_ctx, NULL,
			arena_printf(b->a,
				     "%s: %s is %s in Odoo, and by its payment status in the "
				     "shop it may be no more than a %s; whether people took it "
				     "there, or its payment was withdrawn, is not known: see to it",
				     d->item->label, d->name, done, may));
		return;
	}
	err_set(&why, E_RECORD, "payment_withdrawn",
		"%s is %s in Odoo, and by its payment status in the shop it may be no more than a %s "
		"now; cancel the order in the shop, and the next run sees to it there; if it is to be "
		"delivered all the same: erpsync queue drop '%s'",
		d->name, done, may, d->item->label);
	odoo_order_fail(d, &why);
}

static enum errk read_today(struct odoo_batch *b, struct err *e)
{
	char day[CLOCK_DAY_SIZE];
	enum errk rc = E_OK;

	if (b->put->today)
		rc = b->put->today(b->put->today_ctx, day, e);
	else if (!clock_day(clock_now(), "+0000", day))
		BUG("an offset is a zone");
	if (rc == E_OK)
		b->today = arena_strdup(b->a, day);
	return rc;
}

/* Nothing is written before all of this is known. */
static enum errk look(struct odoo_batch *b, struct err *e)
{
	/* A right that is missing would park every order with the same words. */
	enum errk rc = odoo_enter(b->o, KIND_ORDER, b->a, e);
	bool any = false;

	if (rc == E_OK && b->o->rules.invoice_today)
		rc = read_today(b, e);
	if (rc != E_OK)
		return rc;
	read_all(b);
	rc = odoo_orders_find(b, e);
	for (size_t i = 0; i < b->n && rc == E_OK; i++) {
		refuse_currency(&b->order[i]);
		any |= odoo_order_goes_on(&b->order[i]);
	}
	/* So would a name in the configuration. */
	if (rc == E_OK && any)
		rc = odoo_look_settings(b->o, b->a, e);
	if (rc == E_OK)
		rc = resolve_all(b, e);
	for (size_t i = 0; i < b->n && rc == E_OK; i++) {
		refuse_strange(&b->order[i]);
		refuse_withdrawn(b, &b->order[i]);
		refuse_gone(b, &b->order[i]);
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
	for (size_t i = 0; i < b->n && rc == E_OK; i++) {
		refuse_strange(&b->order[i]);
		refuse_currency(&b->order[i]);
	}
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
		rc = odoo_orders_ship(b, e);
	for (size_t i = 0; i < b->n; i++)
		if (b->order[i].apart.kind != E_OK)
			odoo_order_fail(&b->order[i], &b->order[i].apart);
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
		/* It was there, and did not come into being now. */
		d->item->changed = d->found && d->wrote && !d->made;
		if (odoo_order_goes_on(d))
			d->item->kept = odoo_order_kept(d, b->a);
		else if (d->parted)
			d->item->kept = odoo_baseline_stored(d, NULL, b->a);
		d->item->adopted = d->item->err.kind == E_OK && d->found && !d->wrote &&
				   (!b->put->update || b->put->named);
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
	for (size_t i = 0; i < b.n; i++) {
		cJSON_Delete(b.order[i].doc);
		cJSON_Delete(b.order[i].kept);
		cJSON_Delete(b.order[i].keep);
		cJSON_Delete(b.order[i].pending);
	}
	cJSON_Delete(b.found);
	cJSON_Delete(b.made);
	put->requests = (int)(http_stats(b.o->env.http).requests - before);
	return rc;
}
