#include <string.h>

#include "base/decimal.h"
#include "base/json.h"
#include "base/list.h"
#include "base/str.h"
#include "connectors/shopify/orders/basket.h"

/*
 * What is to be delivered and paid: the sale with its edits, without what a refund took out before it was shipped. It is
 * reckoned from the order's agreements (agreements.c), so that each amount is one that the shop has booked. What came
 * back after it was shipped, and money that was given back without goods, are refunds: documents of their own.
 */

void basket_add(struct basket *b, struct decimal *sum, struct decimal x)
{
	if (!b->failed && decimal_add(*sum, x, sum, b->e) != E_OK)
		b->failed = err_wrap(b->e, "%s: the sums of its agreements", b->r->in->what);
}

struct decimal basket_number(struct basket *b, const char *text)
{
	struct decimal d = DECIMAL_ZERO;

	if (answer_ok(b->r->in) && !b->failed && decimal_parse(text, &d, b->e) != E_OK)
		b->failed = err_wrap(b->e, "%s: the sums of its agreements", b->r->in->what);
	return d;
}

struct decimal basket_share(struct basket *b, struct decimal x, int64_t n, int64_t of)
{
	struct decimal part = DECIMAL_ZERO;

	if (n == of)
		return x;
	if (!b->failed && n && decimal_part(x, n, of, b->digits, &part, b->e) != E_OK)
		b->failed = err_wrap(b->e, "%s: the sums of its agreements", b->r->in->what);
	return part;
}

/* What is taken back is below zero, whichever way it is written: that is not documented. */
struct decimal basket_signed(struct basket *b, const struct sale *s, const char *text)
{
	struct decimal d = basket_number(b, text);

	return s->back ? decimal_neg(decimal_abs(d)) : d;
}

enum reason basket_reason(struct answer *in, const cJSON *agreement)
{
	static const char *const names[] = {"ORDER", "ORDER_EDIT", "REFUND", "RETURN"};
	const char *name = answer_text(in, agreement, "reason");

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(name, names[i]) == 0)
			return (enum reason)i;
	answer_fault(in, "agreements.reason", "is of a kind that is not known");
	return REASON_ORDER;
}

static void read_sale(struct basket *b, struct sale s, const cJSON *from)
{
	struct answer *in = b->r->in;
	const char *action = answer_text(in, from, "actionType");
	const char *line = json_str(from, "lineItem.id"), *duty = json_str(from, "duty.id");
	int64_t units = answer_int_or(in, from, "quantity", -INT32_MAX, INT32_MAX, 0);

	s.from = from;
	s.part = line ? line : duty;
	s.duty = !line && duty;
	s.units = units < 0 ? -units : units;
	/* A correction of money is as it is written. */
	s.back = strcmp(action, "RETURN") == 0 &&
		 strcmp(answer_text(in, from, "lineType"), "ADJUSTMENT") != 0;
	if (strcmp(action, "UPDATE") == 0)
		s.units = 0;
	else if (strcmp(action, "ORDER") != 0 && strcmp(action, "RETURN") != 0)
		answer_fault(in, "agreements.sales.actionType", "is of a kind that is not known");
	/* What is sold anew in exchange is to be delivered; a correction of what a refund pays is not. */
	s.counts = s.reason == REASON_ORDER || s.reason == REASON_EDIT ||
		   (s.part && strcmp(action, "ORDER") == 0);
	s.counted = s.counts ? s.units : 0;
	s.amount = basket_signed(b, &s, order_amount(b->r, from, "totalAmount"));
	*list_add(&b->sale, b->r->arena) = s;
}

static void read_sales(struct basket *b)
{
	size_t n = 0;

	JSON_EACH (agreement, json_at(b->events, "agreements")) {
		struct sale s = {.agreement = n++, .reason = basket_reason(b->r->in, agreement)};

		if (s.reason == REASON_REFUND)
			s.refund = answer_id(b->r->in, agreement, "refund.id");
		JSON_EACH (from, json_at(agreement, "sales.nodes"))
			read_sale(b, s, from);
	}
}

/* Units of a line in a list of lists, whose entries are of a kind, or of any. */
static int64_t units_in(struct basket *b, const cJSON *of, const char *list, const char *line,
			const char *const kind[2])
{
	int64_t units = 0;

	JSON_EACH (item, json_at(of, list)) {
		const char *type = kind ? answer_text(b->r->in, item, "restockType") : NULL;

		if (str_equal(answer_id(b->r->in, item, "lineItem.id"), line) &&
		    (!kind || str_equal(type, kind[0]) || str_equal(type, kind[1])))
			units += answer_int(b->r->in, item, "quantity", 0, INT32_MAX);
	}
	return units;
}

static const char *const taken_out[] = {"CANCEL", "CANCEL"};
static const char *const unsaid[] = {"NO_RESTOCK", "LEGACY_RESTOCK"};

/* Units of a line that have left: what came back of them is in it. */
static int64_t shipped(struct basket *b, const char *line)
{
	int64_t units = 0;

	JSON_EACH (shipment, json_at(b->r->node, "fulfillments"))
		if (order_shipment_stands(b->r->in, shipment))
			units += units_in(b, shipment, "fulfillmentLineItems.nodes", line, NULL);
	return units;
}

/* Each refund of the books is one of the order's. */
static void check_refunds(struct basket *b)
{
	for (size_t i = 0; i < b->sale.n; i++) {
		bool known = !b->sale.at[i].refund;

		JSON_EACH (refund, json_at(b->events, "refunds"))
			known = known || str_equal(json_str(refund, "id"), b->sale.at[i].refund);
		if (!known)
			answer_fault(b->r->in, "agreements",
				     "name a refund that is not among the order's");
	}
}

/* Of a cancelled order: was it given back by the cancellation, or after it? That takes nothing out. */
static bool is_withdrawal(struct basket *b, const cJSON *refund)
{
	const char *cancelled = json_str(b->doc, "cancelled_at");

	return cancelled &&
	       order_is_withdrawal(cancelled, answer_text(b->r->in, refund, "createdAt"));
}

/* So many units of a line were taken out by a refund: they are those of its first sales. Returns how many it sold back. */
static int64_t count_units(struct basket *b, const char *refund, const char *line, int64_t units)
{
	int64_t rest = units;

	for (size_t i = 0; i < b->sale.n && rest > 0; i++) {
		struct sale *s = &b->sale.at[i];
		int64_t n = s->units - s->counted;

		if (s->duty || !s->back || s->counts || !str_equal(s->part, line) ||
		    !str_equal(s->refund, refund))
			continue;
		n = n < rest ? n : rest;
		s->counted += n;
		rest -= n;
	}
	return units - rest;
}

/*
 * A refund takes units out (CANCEL) or gives money for what came back (RETURN). NO_RESTOCK says neither: of these units,
 * the oldest first, as many were taken out as are neither shipped nor still to be.
 */
static void count_refunds(struct basket *b, const cJSON *node, const char *line, int64_t sold)
{
	int64_t open = sold - shipped(b, line) -
		       answer_int(b->r->in, node, "unfulfilledQuantity", 0, INT32_MAX);

	for (size_t i = 0; i < b->sale.n; i++) {
		const struct sale *s = &b->sale.at[i];

		if (!s->duty && s->reason == REASON_EDIT && s->back && str_equal(s->part, line))
			open -= s->units;
	}
	for (int pass = 0; pass < 2; pass++)
		JSON_EACH (refund, json_at(b->events, "refunds")) {
			int64_t n = units_in(b, refund, "refundLineItems.nodes", line,
					     pass == 0 ? taken_out : unsaid);

			if (is_withdrawal(b, refund))
				continue;
			if (pass == 1 && n > open)
				n = open > 0 ? open : 0;
			if (pass == 0 || answer_bool(b->r->in, node, "requiresShipping"))
				open -= count_units(b, json_str(refund, "id"), line, n);
		}
}

/* A duty goes with its line. */
static void count_duty(struct basket *b, const cJSON *line)
{
	JSON_EACH (duty, json_at(line, "duties"))
		for (size_t i = 0; i < b->sale.n; i++) {
			struct sale *s = &b->sale.at[i];
			int64_t units = 0, counted = 0;

			if (!s->duty || s->counts || !str_equal(s->part, json_str(duty, "id")))
				continue;
			for (size_t k = 0; k < b->sale.n; k++)
				if (b->sale.at[k].agreement == s->agreement &&
				    !b->sale.at[k].duty &&
				    str_equal(b->sale.at[k].part, json_str(line, "id"))) {
					units += b->sale.at[k].units;
					counted += b->sale.at[k].counted;
				}
			s->units = units;
			s->counted = counted;
		}
}

struct decimal basket_counted(struct basket *b, const struct sale *s, struct decimal x)
{
	return s->counts ? x : basket_share(b, x, s->counted, s->units ? s->units : 1);
}

void basket_set_amount(struct basket *b, cJSON *to, const char *key, struct decimal x)
{
	char text[DECIMAL_TEXT_MAX];

	json_add_str(to, key,
		     decimal_text(decimal_round(x, x.scale > b->digits ? x.scale : b->digits),
				  text));
}

/* Of one name and rate there is one. tax: without an amount, and owned here. */
static void add_tax(struct basket *b, cJSON *taxes, cJSON *tax, struct decimal amount)
{
	cJSON *same = NULL;

	for (cJSON *t = taxes->child; t && !same; t = t->next)
		if (str_equal(json_str(t, "title"), json_str(tax, "title")) &&
		    str_equal(json_str(t, "rate"), json_str(tax, "rate")))
			same = t;
	if (same) {
		basket_add(b, &amount, basket_number(b, json_str(same, "amount")));
		cJSON_Delete(tax);
	} else {
		json_push(taxes, tax);
	}
	basket_set_amount(b, same ? same : tax, "amount", amount);
}

/* What one line, or duty, comes to: its amount with tax, and its taxes by name and rate. */
static struct decimal sum_part(struct basket *b, const char *part, cJSON *taxes,
			       struct decimal *tax)
{
	struct decimal sum = DECIMAL_ZERO;

	*tax = DECIMAL_ZERO;
	for (size_t i = 0; i < b->sale.n; i++) {
		struct sale *s = &b->sale.at[i];

		if (!str_equal(s->part, part) || (!s->counts && !s->counted))
			continue;
		basket_add(b, &sum, s->kept);
		JSON_EACH (from, answer_list(b->r->in, s->from, "taxes")) {
			struct decimal x =
				basket_counted(b, s,
					       basket_signed(b, s,
							     order_amount(b->r, from, "amount")));

			basket_add(b, tax, x);
			cJSON *head = json_object();
			order_add_tax_head(b->r, head, answer_object(b->r->in, from, "taxLine"));
			add_tax(b, taxes, head, x);
		}
	}
	return sum;
}

/* Each discount's share of what is left; the last one takes what that leaves of the shop's own figure. */
static void share_discounts(struct basket *b, cJSON *line, struct decimal whole, int64_t units,
			    int64_t sold)
{
	cJSON *list = cJSON_GetObjectItemCaseSensitive(line, "discounts");

	if (!json_count(list, "") && !decimal_is_zero(whole)) {
		cJSON *edit = json_object();

		json_add_str(edit, "code", NULL);
		json_add_str(edit, "title", "Order edit");
		json_add_str(edit, "scope", "line");
		json_push(list, edit);
		basket_set_amount(b, edit, "amount", whole);
		return;
	}
	for (cJSON *item = list->child; item; item = item->next) {
		struct decimal x =
			item->next ? basket_share(b, basket_number(b, json_str(item, "amount")),
						  units, sold)
				   : whole;

		basket_set_amount(b, item, "amount", x);
		basket_add(b, &whole, decimal_neg(x));
	}
}

static void set_duties(struct basket *b, cJSON *line)
{
	bool on_top = !json_bool(b->doc, "prices_include_tax", false);

	for (cJSON *duty = cJSON_GetObjectItemCaseSensitive(line, "duties")->child; duty;
	     duty = duty->next) {
		cJSON *taxes = json_add_array(duty, "taxes");
		struct decimal tax, sum = sum_part(b, json_str(duty, "id"), taxes, &tax);

		if (on_top)
			basket_add(b, &sum, decimal_neg(tax));
		basket_set_amount(b, duty, "amount", sum);
	}
}

/* Of a line that has lost units: what is left, at what the shop has booked for it. */
static void set_line(struct basket *b, cJSON *line, int64_t units, int64_t sold)
{
	bool on_top = !json_bool(b->doc, "prices_include_tax", false);
	cJSON *taxes = json_add_array(line, "taxes");
	struct decimal tax, gross = DECIMAL_ZERO,
			    net = sum_part(b, json_str(line, "id"), taxes, &tax);

	if (on_top)
		basket_add(b, &net, decimal_neg(tax));
	if (!b->failed && decimal_mul_int(basket_number(b, json_str(line, "unit_price")), units,
					  &gross, b->e) != E_OK)
		b->failed = err_wrap(b->e, "%s: unit price * quantity", b->r->in->what);
	basket_add(b, &gross, decimal_neg(net));
	share_discounts(b, line, gross, units, sold);
	set_duties(b, line);
	json_add_int(line, "quantity", units);
	json_add_int(line, "removed_quantity", sold - units);
}

int64_t basket_units(struct basket *b, const cJSON *node, const cJSON *line)
{
	const char *id = json_str(line, "id");
	int64_t sold = json_int(line, "quantity", 0), units = 0, now = 0;
	int64_t current = answer_int(b->r->in, node, "currentQuantity", 0, INT32_MAX);
	bool any = false;

	for (size_t i = 0; i < b->sale.n; i++) {
		const struct sale *s = &b->sale.at[i];

		if (s->duty || !str_equal(s->part, id))
			continue;
		any = true;
		units += s->back ? -s->counted : s->counted;
		now += s->back ? -s->units : s->units;
	}
	if (!any && current == sold)
		return sold;
	if (now != current || units < 0 || units > sold)
		answer_fault(b->r->in, "agreements",
			     "add up to %lld units of it, and the order has %lld of %lld left",
			     (long long)now, (long long)current, (long long)sold);
	return units;
}

static void take_line(struct basket *b, const cJSON *node, cJSON *line)
{
	int64_t sold = json_int(line, "quantity", 0), units = basket_units(b, node, line);

	if (answer_ok(b->r->in) && units < sold)
		set_line(b, line, units, sold);
}

/* The order's own list sums up those of its parts. */
static void set_taxes(struct basket *b)
{
	static const char *const parts[] = {"lines", "shipping_lines", "fees"};
	cJSON *taxes = json_add_array(b->doc, "taxes");

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		JSON_EACH (part, json_at(b->doc, parts[i]))
			JSON_EACH (tax, json_at(part, "taxes"))
				add_tax(b, taxes, cJSON_Duplicate(tax, true),
					basket_number(b, json_str(tax, "amount")));
}

/* Everything that is counted, in the document's currency or one of its own. */
static struct decimal sum_counted(struct basket *b, const char *path)
{
	struct decimal sum = DECIMAL_ZERO;

	for (size_t i = 0; i < b->sale.n; i++) {
		const struct sale *s = &b->sale.at[i];
		basket_add(b, &sum,
			   path ? basket_counted(b, s,
						 basket_signed(b, s,
							       answer_text(b->r->in, s->from,
									   path)))
				: s->kept);
	}
	return sum;
}

/* See canonical_sums. */
bool basket_is_sound(struct basket *b)
{
	enum { ROUNDINGS_MAX = 10 };
	const struct decimal most = {ROUNDINGS_MAX, b->digits};
	struct decimal off = basket_number(b, json_str(b->doc, "totals.current_total"));

	for (size_t i = 0; i < b->sale.n; i++)
		basket_add(b, &off, decimal_neg(b->sale.at[i].amount));
	return decimal_cmp(decimal_abs(off), most) <= 0;
}

struct decimal basket_removed(struct basket *b, const char *refund)
{
	struct decimal sum = DECIMAL_ZERO;

	for (size_t i = 0; i < b->sale.n; i++) {
		const struct sale *s = &b->sale.at[i];

		if (s->back && s->counted && str_equal(s->refund, refund))
			basket_add(b, &sum, decimal_neg(s->kept));
	}
	return sum;
}

/* How much of each refund was for what was taken out: it is part of the sale, not of a refund. */
static void set_payments(struct basket *b)
{
	JSON_EACH (refund, json_at(b->events, "refunds")) {
		struct decimal rest = basket_removed(b, json_str(refund, "id"));

		JSON_EACH (named, json_at(refund, "transactions.nodes"))
			for (cJSON *to = cJSON_GetObjectItemCaseSensitive(b->doc, "transactions")
						 ->child;
			     to; to = to->next) {
				struct decimal paid, part;

				if (!str_equal(json_str(named, "id"), json_str(to, "id")) ||
				    !str_equal(json_str(to, "kind"), "refund") ||
				    !str_equal(json_str(to, "status"), "success"))
					continue;
				paid = basket_number(b, json_str(to, "amount"));
				part = decimal_cmp(paid, rest) < 0 ? paid : rest;
				if (!decimal_is_zero(part))
					basket_set_amount(b, to, "removed_amount", part);
				basket_add(b, &rest, decimal_neg(part));
			}
	}
}

static void set_agreements(struct basket *b)
{
	cJSON *list = json_add_array(b->doc, "agreements");
	size_t n = 0;

	JSON_EACH (from, json_at(b->events, "agreements")) {
		struct decimal amount = DECIMAL_ZERO, kept = DECIMAL_ZERO;
		cJSON *to = json_object();

		for (size_t i = 0; i < b->sale.n; i++)
			if (b->sale.at[i].agreement == n) {
				basket_add(b, &amount, b->sale.at[i].amount);
				basket_add(b, &kept, b->sale.at[i].kept);
			}
		n++;
		order_add_needed(b->r, to, "id", from, "id");
		json_add_str(to, "reason",
			     order_lower(b->r, answer_text(b->r->in, from, "reason")));
		order_add_needed(b->r, to, "happened_at", from, "happenedAt");
		order_add_text(b->r, to, "refund_id", from, "refund.id");
		basket_set_amount(b, to, "amount", amount);
		basket_set_amount(b, to, "counted", kept);
		json_push(list, to);
	}
}

struct basket basket_read(const struct order_reader *r, cJSON *doc, struct err *e)
{
	struct basket b = {.r = r,
			   .events = json_at(r->node, "events"),
			   .doc = doc,
			   .digits = currency_exponent(json_str(doc, "currency")),
			   .e = e};
	size_t n = 0;

	read_sales(&b);
	check_refunds(&b);
	/* The document's lines stand in the order of the node's. */
	const cJSON *line = json_first(json_at(doc, "lines"));
	JSON_EACH (node, json_at(r->node, "lineItems.nodes")) {
		const char *order = order_line_begins(r, "line", ++n);

		count_refunds(&b, node, json_str(line, "id"), json_int(line, "quantity", 0));
		count_duty(&b, line);
		line = line->next;
		r->in->what = order;
	}
	for (size_t i = 0; i < b.sale.n; i++)
		b.sale.at[i].kept = basket_counted(&b, &b.sale.at[i], b.sale.at[i].amount);
	return b;
}

enum errk order_take_out(const struct order_reader *r, cJSON *doc, struct err *e)
{
	cJSON *totals = cJSON_GetObjectItemCaseSensitive(doc, "totals");
	size_t n = 0;

	if (!json_at(r->node, "events") || !answer_ok(r->in))
		return E_OK;
	struct basket b = basket_read(r, doc, e);
	set_agreements(&b);
	if (answer_ok(r->in) && !b.failed && !basket_is_sound(&b))
		return E_OK;
	cJSON *line = cJSON_GetObjectItemCaseSensitive(doc, "lines")->child;
	JSON_EACH (node, json_at(r->node, "lineItems.nodes")) {
		const char *order = order_line_begins(r, "line", ++n);

		take_line(&b, node, line);
		line = line->next;
		r->in->what = order;
	}
	basket_set_amount(&b, totals, "total", sum_counted(&b, NULL));
	basket_set_amount(&b, doc, "shop_total", sum_counted(&b, "totalAmount.shopMoney.amount"));
	if (json_at(r->node, "totalPriceSet.presentmentMoney"))
		basket_set_amount(&b, doc, "presentment_total",
				  sum_counted(&b, "totalAmount.presentmentMoney.amount"));
	else
		json_add_str(doc, "presentment_total", json_str(doc, "shop_total"));
	set_taxes(&b);
	set_payments(&b);
	/* What is not understood comes before a sum that lacks it. */
	enum errk rc = answer_end(r->in, e);
	return rc == E_OK ? b.failed : rc;
}
