#include "map/canonical.h"

#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "base/json.h"
#include "base/str.h"

#include "base/banned.h"

/*
 * Written apart from connectors/order_sums.c on purpose: the readers fill the figures with that
 * one, and a mistake there must not check itself. The first difference sticks in `failed`.
 */
struct audit {
	bool on_top;   /* prices exclude tax */
	bool on_lines; /* tax_detail is "line" */
	enum errk failed;
	struct err *e;
};

/* "lines[2].net_total (line 3)" */
struct place {
	const char *array;
	int index;
};

static const char *spell(struct place at, const char *field, char out[96])
{
	if (at.array)
		snprintf(out, 96, "%s[%d].%s (%.*s %d)", at.array, at.index, field,
			 (int)strlen(at.array) - 1, at.array, at.index + 1);
	else
		snprintf(out, 96, "%s", field);
	return out;
}

static struct decimal get(struct audit *c, const cJSON *obj, struct place at, const char *field)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(obj, field);
	struct decimal d = DECIMAL_ZERO;
	char path[96];

	if (c->failed)
		return d;
	if (!cJSON_IsString(item))
		c->failed = err_set(c->e, E_RECORD, "bad_document", "%s: is missing",
				    spell(at, field, path));
	else if (decimal_parse(item->valuestring, &d, c->e) != E_OK)
		c->failed = err_wrap(c->e, "%s", spell(at, field, path));
	return d;
}

static struct decimal plus(struct audit *c, struct decimal a, struct decimal b)
{
	char shown[2][DECIMAL_TEXT_MAX];

	if (!c->failed && decimal_add(a, b, &a, c->e) != E_OK)
		c->failed = err_wrap(c->e, "the amounts %s and %s", decimal_text(a, shown[0]),
				     decimal_text(b, shown[1]));
	return a;
}

static struct decimal sum_of(struct audit *c, const cJSON *obj, const char *array,
			     const char *field)
{
	struct decimal sum = DECIMAL_ZERO;

	JSON_EACH (item, cJSON_GetObjectItemCaseSensitive(obj, array))
		sum = plus(c, sum, get(c, item, (struct place){NULL, 0}, field));
	return sum;
}

/* The field must say `is`, which is what `rule` gives. */
static void expect(struct audit *c, const cJSON *obj, struct place at, const char *field,
		   struct decimal is, const char *rule)
{
	const char *slash = strrchr(field, '.');
	struct decimal says = get(c, obj, at, slash ? slash + 1 : field);
	char a[DECIMAL_TEXT_MAX], b[DECIMAL_TEXT_MAX], d[DECIMAL_TEXT_MAX], path[96];
	struct decimal diff = plus(c, says, decimal_neg(is));

	if (c->failed || decimal_is_zero(diff))
		return;
	c->failed = err_set(c->e, E_RECORD, "bad_sum", "%s: says %s, but %s is %s (difference %s)",
			    spell(at, field, path), decimal_text(says, a), rule,
			    decimal_text(is, b), decimal_text(diff, d));
}

/* What all parts of one sort add up to. */
struct part {
	struct decimal net, discount, tax, total;
};

static struct decimal taxes_of(struct audit *c, const cJSON *obj, struct place at)
{
	const cJSON *taxes = cJSON_GetObjectItemCaseSensitive(obj, "taxes");
	char path[96];

	if (!c->failed && !c->on_lines && taxes && taxes->child)
		c->failed = err_set(c->e, E_RECORD, "bad_sum",
				    "%s: must be empty when tax_detail is 'order'",
				    spell(at, "taxes", path));
	return sum_of(c, obj, "taxes", "amount");
}

static void check_total(struct audit *c, const cJSON *obj, struct place at, struct decimal net,
			struct part *all)
{
	struct decimal tax = taxes_of(c, obj, at);
	struct decimal total = c->on_top ? plus(c, net, tax) : net;

	expect(c, obj, at, "tax_total", tax, "the sum of taxes");
	expect(c, obj, at, "total", total,
	       c->on_top ? "the net amount plus tax_total" : "the net amount");
	all->net = plus(c, all->net, net);
	all->tax = plus(c, all->tax, tax);
	all->total = plus(c, all->total, total);
}

static void check_line(struct audit *c, const cJSON *line, struct place at, struct part *all,
		       struct part *duties)
{
	struct decimal gross = DECIMAL_ZERO, discount = sum_of(c, line, "discounts", "amount");
	struct decimal price = get(c, line, at, "unit_price");

	char path[96];

	if (!c->failed &&
	    decimal_mul_int(price, json_int(line, "quantity", 0), &gross, c->e) != E_OK)
		c->failed = err_wrap(c->e, "%s * quantity", spell(at, "unit_price", path));
	expect(c, line, at, "gross_total", gross, "unit_price * quantity");
	expect(c, line, at, "discount_total", discount, "the sum of discounts");
	expect(c, line, at, "net_total", plus(c, gross, decimal_neg(discount)),
	       "gross_total - discount_total");
	all->discount = plus(c, all->discount, discount);
	check_total(c, line, at, plus(c, gross, decimal_neg(discount)), all);
	JSON_EACH (duty, cJSON_GetObjectItemCaseSensitive(line, "duties"))
		duties->tax = plus(c, duties->tax, taxes_of(c, duty, at));
	duties->net = plus(c, duties->net, sum_of(c, line, "duties", "amount"));
}

static void check_shipping(struct audit *c, const cJSON *line, struct place at, struct part *all)
{
	struct decimal discount = sum_of(c, line, "discounts", "amount");
	struct decimal net = plus(c, get(c, line, at, "price"), decimal_neg(discount));

	expect(c, line, at, "discount_total", discount, "the sum of discounts");
	expect(c, line, at, "net_total", net, "price - discount_total");
	all->discount = plus(c, all->discount, discount);
	check_total(c, line, at, net, all);
}

/* A cent per line is rounding; more is a part that is missing or counted twice. */
static void check_rounding(struct audit *c, const cJSON *order, struct decimal parts,
			   struct decimal total, struct decimal rounding)
{
	size_t n = json_count(order, "lines") + json_count(order, "shipping_lines");
	int scale = currency_exponent(json_str(order, "currency"));
	struct decimal limit = {n < 1 ? 1 : n > 10 ? 10 : (int64_t)n, scale};
	char a[DECIMAL_TEXT_MAX], b[DECIMAL_TEXT_MAX], d[DECIMAL_TEXT_MAX], l[DECIMAL_TEXT_MAX];

	if (c->failed || decimal_cmp(decimal_abs(rounding), limit) <= 0)
		return;
	c->failed = err_set(c->e, E_RECORD, "bad_sum",
			    "the parts add up to %s, but totals.total is %s: a difference of %s is "
			    "more than the %s that rounding can explain",
			    decimal_text(parts, a), decimal_text(total, b),
			    decimal_text(rounding, d), decimal_text(limit, l));
}

/* What the store has booked for it comes to what it costs now, and what of that is counted to what is to be paid. */
static void check_agreements(struct audit *c, const cJSON *order)
{
	const cJSON *t = cJSON_GetObjectItemCaseSensitive(order, "totals");
	const struct place top = {NULL, 0};
	struct decimal all, now, limit = {10, currency_exponent(json_str(order, "currency"))};
	char a[DECIMAL_TEXT_MAX], b[DECIMAL_TEXT_MAX];

	if (!json_count(order, "agreements"))
		return;
	all = sum_of(c, order, "agreements", "amount");
	now = get(c, t, top, "current_total");
	if (!c->failed && decimal_cmp(decimal_abs(plus(c, now, decimal_neg(all))), limit) > 0)
		c->failed = err_set(
			c->e, E_RECORD, "agreements_differ",
			"units of it were taken back, and what the shop has booked for it comes to %s "
			"where the order is at %s now: what is to be delivered and paid can't be told "
			"from it; book it by hand, then run: erpsync queue drop '%s'",
			decimal_text(all, a), decimal_text(now, b), json_str(order, "name"));
	expect(c, t, top, "totals.total", sum_of(c, order, "agreements", "counted"),
	       "the sum of agreements[].counted");
}

static void check_totals(struct audit *c, const cJSON *order, struct part lines, struct part duties,
			 struct part shipping, struct part fees)
{
	const cJSON *t = cJSON_GetObjectItemCaseSensitive(order, "totals");
	const struct place top = {NULL, 0};
	struct decimal own_taxes = sum_of(c, order, "taxes", "amount");
	struct decimal tax = c->on_lines ? DECIMAL_ZERO : own_taxes, charged = DECIMAL_ZERO;
	struct decimal on_order = c->on_top ? tax : DECIMAL_ZERO;
	struct decimal parts, total = get(c, t, top, "total");
	struct decimal rounding = get(c, t, top, "rounding");

	tax = plus(c, plus(c, plus(c, plus(c, tax, lines.tax), shipping.tax), fees.tax),
		   duties.tax);
	if (!json_bool(order, "duties_included", false))
		charged = duties.net;
	if (c->on_top)
		charged = plus(c, charged, duties.tax);
	expect(c, t, top, "totals.lines", lines.net, "the sum of lines[].net_total");
	expect(c, t, top, "totals.discount", plus(c, lines.discount, shipping.discount),
	       "the sum of all discounts");
	expect(c, t, top, "totals.shipping", shipping.net, "the sum of shipping_lines[].net_total");
	expect(c, t, top, "totals.shipping_tax", shipping.tax,
	       "the sum of shipping_lines[].tax_total");
	expect(c, t, top, "totals.shipping_charged", shipping.total,
	       "the sum of shipping_lines[].total");
	expect(c, t, top, "totals.tax", tax, "the sum of all taxes");
	expect(c, t, top, "totals.duties", duties.net, "the sum of lines[].duties[].amount");
	expect(c, t, top, "totals.duties_charged", charged, "what the duties add to the prices");
	expect(c, t, top, "totals.fees", fees.net, "the sum of fees[].amount");
	expect(c, t, top, "totals.fees_charged", fees.total, "the sum of fees[].total");
	expect(c, t, top, "totals.order_tax", on_order, "the tax on top that stands on no line");

	parts = plus(c, plus(c, lines.net, shipping.net), fees.net);
	if (!json_bool(order, "duties_included", false))
		parts = plus(c, parts, duties.net);
	parts = plus(c, parts, get(c, t, top, "tip"));
	parts = plus(c, parts, get(c, t, top, "cash_rounding"));
	if (c->on_top)
		parts = plus(c, parts, tax);
	check_rounding(c, order, parts, total, rounding);
	expect(c, t, top, "totals.total", plus(c, parts, rounding),
	       "the sum of its parts with totals.rounding");
}

enum errk canonical_sums(const cJSON *order, struct err *e)
{
	const char *detail = json_str(order, "tax_detail");
	struct audit c = {
		.on_top = !json_bool(order, "prices_include_tax", false),
		.on_lines = str_equal(detail, "line"),
		.e = e,
	};
	struct part lines = {0}, duties = {0}, shipping = {0}, fees = {0};
	struct place at = {"lines", 0};

	if (!c.on_lines && !str_equal(detail, "order"))
		return err_set(e, E_RECORD, "bad_document",
			       "tax_detail: must be 'line' or 'order'");
	JSON_EACH (item, json_at(order, "lines")) {
		check_line(&c, item, at, &lines, &duties);
		at.index++;
	}
	at = (struct place){"shipping_lines", 0};
	JSON_EACH (item, json_at(order, "shipping_lines")) {
		check_shipping(&c, item, at, &shipping);
		at.index++;
	}
	at = (struct place){"fees", 0};
	JSON_EACH (item, json_at(order, "fees")) {
		check_total(&c, item, at, get(&c, item, at, "amount"), &fees);
		at.index++;
	}
	check_agreements(&c, order);
	check_totals(&c, order, lines, duties, shipping, fees);
	return c.failed;
}

/* What has gone back, or is under way, as `status` says, less what is for goods that are no longer in the order. */
static struct decimal sum_of_payments(struct audit *c, const cJSON *refund, const char *status)
{
	struct place at = {"transactions", 0};
	struct decimal sum = DECIMAL_ZERO;

	JSON_EACH (item, json_at(refund, "transactions")) {
		if (str_equal(json_str(item, "status"), status)) {
			sum = plus(c, sum, get(c, item, at, "amount"));
			if (json_str(item, "removed_amount"))
				sum = plus(c, sum, decimal_neg(get(c, item, at, "removed_amount")));
		}
		at.index++;
	}
	return sum;
}

enum errk canonical_refund_sums(const cJSON *refund, struct err *e)
{
	struct audit c = {.on_lines = true, .e = e};
	const cJSON *totals = cJSON_GetObjectItemCaseSensitive(refund, "totals");
	struct place at = {"lines", 0}, top = {NULL, 0};

	JSON_EACH (item, json_at(refund, "lines")) {
		expect(&c, item, at, "tax_total", taxes_of(&c, item, at), "the sum of taxes");
		at.index++;
	}
	expect(&c, totals, top, "totals.total", sum_of(&c, refund, "lines", "total"),
	       "the sum of lines[].total");
	expect(&c, totals, top, "totals.tax", sum_of(&c, refund, "lines", "tax_total"),
	       "the sum of lines[].tax_total");
	expect(&c, totals, top, "totals.paid", sum_of_payments(&c, refund, "success"),
	       "the sum of transactions that succeeded, without what is removed_amount");
	expect(&c, totals, top, "totals.pending", sum_of_payments(&c, refund, "pending"),
	       "the sum of transactions that are pending, without what is removed_amount");
	return c.failed;
}
