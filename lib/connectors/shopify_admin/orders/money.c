#include "connectors/shopify_admin/orders/money.h"

#include "base/banned.h"

/* All figures of one order as integers of one scale, so that comparing them is exact and cheap. */
struct figures {
	int scale;
	int64_t subtotal, shipping, taxes, duties, total, discount;
	int64_t gross, tips; /* lines before discounts; tip lines apart */
	int64_t *line;       /* gross of each line */
	int64_t *cell;       /* its Lineitem discount as it stands */
};

/* How the discount columns can be read; earlier ones are tried first. */
enum rule {
	RULE_INCLUDES_LINES,          /* Discount Amount = line discounts + the order's */
	RULE_APART,                   /* Discount Amount = the order's alone */
	RULE_INCLUDES_LINES_SHIPPING, /* the first, and the rest went to shipping */
	RULE_APART_SHIPPING,          /* the second, and the rest went to shipping */
	RULE_COUNT_,
};

struct reading {
	bool per_unit, tip_in_subtotal, shipping_before_discount, tax_included;
	int64_t order_discount, shipping_discount;
	int64_t off; /* by how much Total is missed */
};

/* Far above any order, far below what a sum of all its lines could overflow. */
static const int64_t UNITS_MAX = INT64_C(1000000000000000);

static enum errk too_large(struct err *e)
{
	return err_set(e, E_RECORD, "bad_number", "an amount of the order is too large");
}

/* Digits after the point that aren't trailing zeros. */
static int significant_scale(struct decimal d)
{
	while (d.scale > 0 && d.units % 10 == 0) {
		d.units /= 10;
		d.scale--;
	}
	return d.scale;
}

static enum errk to_units(struct decimal d, int scale, int64_t *out, struct err *e)
{
	if (decimal_cmp(decimal_abs(d), (struct decimal){UNITS_MAX, scale}) >= 0)
		return too_large(e);
	*out = decimal_round(d, scale).units;
	return E_OK;
}

static void widen(int *scale, struct decimal d)
{
	int s = significant_scale(d);

	if (s > *scale)
		*scale = s;
}

static int common_scale(const struct admin_money *m)
{
	int scale = currency_exponent(m->currency);

	widen(&scale, m->subtotal);
	widen(&scale, m->shipping);
	widen(&scale, m->taxes);
	widen(&scale, m->duties);
	widen(&scale, m->total);
	widen(&scale, m->discount);
	for (size_t i = 0; i < m->n; i++) {
		widen(&scale, m->line[i].price);
		widen(&scale, m->line[i].discount);
	}
	return scale;
}

static enum errk line_figures(const struct admin_money *m, struct figures *f, struct err *e)
{
	enum errk k = E_OK;

	for (size_t i = 0; i < m->n; i++) {
		const struct admin_money_line *l = &m->line[i];
		int64_t price = 0;

		k = to_units(l->price, f->scale, &price, e);
		if (k == E_OK)
			k = to_units(l->discount, f->scale, &f->cell[i], e);
		if (k == E_OK && (__builtin_mul_overflow(price, l->quantity, &f->line[i]) ||
				  f->line[i] >= UNITS_MAX || f->line[i] <= -UNITS_MAX))
			k = err_set(e, E_RECORD, "bad_number",
				    "the price of line %zu times its quantity is too large", i + 1);
		if (k != E_OK)
			break;
		if (l->tip)
			f->tips += f->line[i];
		else
			f->gross += f->line[i];
	}
	return k;
}

static enum errk read_figures(const struct admin_money *m, struct arena *a, struct figures *f,
			      struct err *e)
{
	enum errk k;

	*f = (struct figures){
		.scale = common_scale(m),
		.line = arena_array(a, m->n, sizeof(*f->line)),
		.cell = arena_array(a, m->n, sizeof(*f->cell)),
	};
	k = to_units(m->subtotal, f->scale, &f->subtotal, e);
	if (k == E_OK)
		k = to_units(m->shipping, f->scale, &f->shipping, e);
	if (k == E_OK)
		k = to_units(m->taxes, f->scale, &f->taxes, e);
	if (k == E_OK)
		k = to_units(m->duties, f->scale, &f->duties, e);
	if (k == E_OK)
		k = to_units(m->total, f->scale, &f->total, e);
	if (k == E_OK)
		k = to_units(m->discount, f->scale, &f->discount, e);
	return k == E_OK ? line_figures(m, f, e) : k;
}

/*
 * The line discounts' sum. The column is a total of its line in the exports seen (the API's
 * total_discount), but per piece is tried too. False: a line would cost less than nothing.
 */
static bool sum_line_discounts(const struct admin_money *m, const struct figures *f, bool per_unit,
			       int64_t *out)
{
	int64_t sum = 0;

	for (size_t i = 0; i < m->n; i++) {
		int64_t d = f->cell[i];

		if (per_unit && __builtin_mul_overflow(d, m->line[i].quantity, &d))
			return false;
		if (d > f->line[i])
			return false;
		sum += d;
	}
	*out = sum;
	return true;
}

/* What the rule makes of the discounts: lines took `own`, `order` is needed to reach Subtotal. */
static bool apply_rule(const struct admin_money *m, const struct figures *f, enum rule rule,
		       int64_t own, int64_t order, int64_t *shipping)
{
	int64_t rest = rule == RULE_APART || rule == RULE_APART_SHIPPING
			       ? f->discount - order
			       : f->discount - own - order;

	*shipping = rest;
	if (rule == RULE_INCLUDES_LINES || rule == RULE_APART)
		return rest == 0;
	return rest > 0 && m->ships;
}

static void keep_better(struct reading *best, const struct reading *r)
{
	if (best->off < 0 || r->off < best->off)
		*best = *r;
}

/*
 * Tries what is open about Total: tax in the prices or on top, Shipping before or after
 * discount.
 */
static void try_totals(const struct figures *f, struct reading r, struct reading *best)
{
	for (int before = 0; before <= (r.shipping_discount > 0); before++) {
		int64_t net_shipping = f->shipping - (before ? r.shipping_discount : 0);
		int64_t sum = f->subtotal + f->duties + net_shipping +
			      (r.tip_in_subtotal ? 0 : f->tips);

		if (net_shipping < 0)
			continue;
		r.shipping_before_discount = before;
		for (int included = 0; included <= (f->taxes != 0); included++) {
			r.tax_included = included;
			r.off = f->total - sum - (included ? 0 : f->taxes);
			r.off = r.off < 0 ? -r.off : r.off;
			keep_better(best, &r);
		}
	}
}

static void try_discounts(const struct admin_money *m, const struct figures *f, bool per_unit,
			  bool tip_in_subtotal, struct reading *best)
{
	int64_t own, order, shipping;

	if (!sum_line_discounts(m, f, per_unit, &own))
		return;
	order = f->gross + (tip_in_subtotal ? f->tips : 0) - own - f->subtotal;
	if (order < 0)
		return;
	for (enum rule rule = 0; rule < RULE_COUNT_; rule++) {
		struct reading r = {
			.per_unit = per_unit,
			.tip_in_subtotal = tip_in_subtotal,
			.order_discount = order,
		};

		if (!apply_rule(m, f, rule, own, order, &shipping))
			continue;
		r.shipping_discount = shipping;
		try_totals(f, r, best);
		if (shipping == 0) /* nothing is left to be explained */
			break;
	}
}

static struct reading choose(const struct admin_money *m, const struct figures *f)
{
	struct reading best = {.off = -1};
	int64_t own = 0;

	for (int per_unit = 0; per_unit <= 1; per_unit++)
		for (int tip = 0; tip <= (f->tips != 0); tip++)
			try_discounts(m, f, per_unit, tip, &best);
	if (best.off >= 0)
		return best;
	for (size_t i = 0; i < m->n; i++)
		own += f->cell[i];
	if (f->discount > own && f->gross >= f->discount)
		best.order_discount = f->discount - own;
	try_totals(f, best, &best);
	return best;
}

/*
 * Shares in proportion to what each line still costs, rounded down; the largest line takes what is
 * left. The same order gives the same shares in every run.
 */
static void allocate(const struct figures *f, struct admin_money *m, int64_t amount)
{
	__int128 weights = 0;
	int64_t left = amount, largest_weight = -1;
	size_t largest = 0;

	for (size_t i = 0; i < m->n; i++)
		if (!m->line[i].tip)
			weights += f->line[i] - m->line[i].own_discount.units;
	for (size_t i = 0; i < m->n && amount != 0; i++) {
		int64_t weight = f->line[i] - m->line[i].own_discount.units;
		int64_t share;

		if (m->line[i].tip)
			continue;
		if (weight > largest_weight) {
			largest_weight = weight;
			largest = i;
		}
		share = weights > 0 ? (int64_t)((__int128)amount * weight / weights) : 0;
		m->line[i].order_discount.units = share;
		left -= share;
	}
	if (m->n > 0)
		m->line[largest].order_discount.units += left;
}

/* More was taken off than everything costs that it can be taken off. */
static bool discount_too_large(const struct figures *f)
{
	return f->discount > f->gross + f->tips + f->shipping;
}

/* A minor unit per line is rounding. */
static bool lines_short(const struct admin_money *m, const struct figures *f)
{
	const struct decimal cents = {(int64_t)m->n, currency_exponent(m->currency)};

	return f->subtotal - f->gross - f->tips > decimal_round(cents, f->scale).units;
}

enum errk admin_money_read(struct admin_money *m, struct arena *a, struct err *e)
{
	struct figures f;
	struct reading r;
	enum errk k = read_figures(m, a, &f, e);

	if (k != E_OK)
		return k;
	if (discount_too_large(&f))
		return err_set(
			e, E_RECORD, "bad_sum",
			"its discount is more than its lines and its shipping cost together");
	r = choose(m, &f);
	for (size_t i = 0; i < m->n; i++) {
		struct admin_money_line *l = &m->line[i];

		l->own_discount = (struct decimal){f.cell[i] * (r.per_unit ? l->quantity : 1),
						   f.scale};
		l->order_discount = (struct decimal){0, f.scale};
	}
	allocate(&f, m, r.order_discount);
	m->shipping_discount = (struct decimal){r.shipping_discount, f.scale};
	m->shipping_price = (struct decimal){f.shipping + (r.shipping_before_discount
								   ? 0
								   : r.shipping_discount),
					     f.scale};
	m->prices_include_tax = r.tax_included;
	m->lines_sum = (struct decimal){f.gross + f.tips, f.scale};
	m->lines_short = lines_short(m, &f);
	return E_OK;
}
