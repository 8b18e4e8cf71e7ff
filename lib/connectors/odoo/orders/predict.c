#include "connectors/odoo/orders/order.h"

#include <string.h>

#include "base/str.h"

#include "base/banned.h"

/*
 * What Odoo will make of an order, so that a wrong tax is refused before anything is written, and
 * the rounding lines go over with the order and not in a load of their own. Nothing depends on it:
 * Odoo's own totals are compared afterwards, and a guess that was wrong is put right then.
 *
 * Odoo rounds a tax per line, or over all that it is on ("round globally", its default). Until 17
 * the sum of all taxes was rounded then, since 18 each tax is. And until 17 taxes that are included
 * in a price are what is left of it when the price without them is rounded, line by line whatever
 * the company chose (compute_all of account.tax).
 */
enum { TAXES_MAX = 32, EACH_TAX_SINCE = 18 };
static const int64_t FINE = 1000000000; /* parts of a minor unit */

struct guess {
	const struct odoo *o;
	const struct odoo_order *d;
	struct {
		const struct odoo_tax *tax;
		__int128 raw; /* in minor units / FINE */
	} sum[TAXES_MAX];
	size_t n;
	int64_t rounded; /* taxes that are rounded already, minor units */
	int64_t net;     /* of all lines, minor units */
	bool failed;
};

static int64_t round_fine(__int128 raw)
{
	__int128 half = raw < 0 ? -FINE / 2 : FINE / 2;

	return (int64_t)((raw + half) / FINE);
}

static bool percent_of(const struct odoo_tax *t, struct decimal *out)
{
	if (!t->percent || decimal_parse(t->amount, out, NULL) != E_OK)
		return false;
	*out = decimal_round(*out, 6);
	return out->scale == 6;
}

/* The part of amount (minor units) that is this tax, in FINE. */
static bool raw_tax(const struct odoo_tax *const *tax, size_t n, size_t which, int64_t amount,
		    __int128 *out)
{
	__int128 hundred = (__int128)100 * 1000000, whole = hundred, rate = 0;

	for (size_t i = 0; i < n; i++) {
		struct decimal p;

		if (!percent_of(tax[i], &p))
			return false;
		if (tax[i]->included)
			whole += p.units;
		if (i == which)
			rate = p.units;
	}
	*out = (__int128)amount * FINE * rate / whole;
	return true;
}

static void add_amount(struct guess *g, const struct odoo_tax *const *tax, size_t n, int64_t amount,
		       __int128 *all)
{
	bool by_rest = g->o->version.major < EACH_TAX_SINCE;
	__int128 inside = 0;

	*all = 0;
	g->net += amount;
	for (size_t i = 0; i < n && !g->failed; i++) {
		__int128 raw = 0;
		size_t at = 0;

		g->failed = !raw_tax(tax, n, i, amount, &raw);
		*all += raw;
		if (by_rest && tax[i]->included) {
			inside += raw;
			continue;
		}
		if (g->o->company.rounds_per_line) {
			g->rounded += round_fine(raw);
			continue;
		}
		while (at < g->n && g->sum[at].tax != tax[i])
			at++;
		if (at == TAXES_MAX) {
			g->failed = true;
			return;
		}
		if (at == g->n) {
			g->sum[g->n].tax = tax[i];
			g->sum[g->n++].raw = 0;
		}
		g->sum[at].raw += raw;
	}
	if (inside)
		g->rounded += amount - round_fine((__int128)amount * FINE - inside);
}

static bool in_units(struct decimal d, int digits, int64_t *out)
{
	struct decimal r = decimal_round(d, digits);

	*out = r.units;
	return r.scale == digits && decimal_cmp(r, d) == 0;
}

static bool units_of_text(const char *text, int digits, int64_t *out)
{
	struct decimal d;

	return text && decimal_parse(text, &d, NULL) == E_OK && in_units(d, digits, out);
}

static void sums_of(const struct guess *g, int64_t *total, int64_t *tax)
{
	bool each = g->o->version.major >= EACH_TAX_SINCE;
	__int128 all = 0;

	*tax = g->rounded;
	for (size_t i = 0; i < g->n; i++) {
		if (each)
			*tax += round_fine(g->sum[i].raw);
		all += g->sum[i].raw;
	}
	if (!each)
		*tax += round_fine(all);
	*total = g->net + (g->d->included ? 0 : *tax);
}

/* One line with its discount's, if it has one of its own; refuses a tax that is another one. */
static enum errk add_line(struct odoo_batch *b, struct guess *g, size_t at, struct err *e)
{
	const struct odoo_line *l = &g->d->line[at];
	bool has_extra = at + 1 < g->d->n_lines && g->d->line[at + 1].extra;
	int64_t net = 0, off = 0;
	__int128 raw, more = 0;

	if (l->note || l->extra)
		return E_OK;
	if (!in_units(l->net, g->d->digits, &net) ||
	    (has_extra && !units_of_text(g->d->line[at + 1].price, g->d->digits, &off)))
		g->failed = true;
	add_amount(g, l->tax, l->n_taxes, net - off, &raw);
	if (has_extra)
		add_amount(g, l->tax, l->n_taxes, off, &more);
	if (g->failed)
		return E_OK;
	return odoo_line_compare(b, g->d, at, l->net,
				 (struct decimal){round_fine(raw + more), g->d->digits}, NULL, e);
}

/* Prices of the two rounding lines with which the guess comes out right; false if none does. */
static bool find_rounding(const struct guess *plain, struct odoo_gap gap,
			  const struct odoo_tax *tax, int64_t total, int64_t tax_total,
			  struct odoo_rounding *out)
{
	for (gap.tries = 0; gap.tries < 4; gap.tries++) {
		struct guess g = *plain;
		int64_t is_total, is_tax;
		__int128 unused;

		if (odoo_rounding(&gap, out, NULL) != E_OK)
			return false;
		if (tax && !decimal_is_zero(out->taxed))
			add_amount(&g, &tax, 1, out->taxed.units, &unused);
		add_amount(&g, NULL, 0, out->untaxed.units, &unused);
		sums_of(&g, &is_total, &is_tax);
		if (!g.failed && is_total == total && is_tax == tax_total)
			return true;
	}
	return false;
}

static void add_rounding(struct odoo_batch *b, struct odoo_order *d, const char *end,
			 struct decimal price, const struct odoo_tax *tax, const char *name)
{
	const struct odoo_product *p = odoo_product(b->o, odoo_product_of_kind(b->o, "rounding"));
	struct odoo_line *l = &d->rounding[d->n_rounding];
	char text[DECIMAL_TEXT_MAX];

	if (decimal_is_zero(price) || !p || !p->id)
		return;
	*l = (struct odoo_line){
		.xid = arena_printf(b->a, "%s_rounding%s", d->xid, end),
		.kind = "rounding",
		.name = name,
		.product = p->id,
		.unit = p->unit,
		.quantity = "1",
		.price = arena_strdup(b->a, decimal_text(price, text)),
		.percent = "0",
	};
	if (tax) {
		l->tax[0] = tax;
		l->n_taxes = 1;
	}
	d->n_rounding++;
}

enum errk odoo_predict(struct odoo_batch *b, struct odoo_order *d, struct err *e)
{
	struct guess g = {.o = b->o, .d = d};
	int64_t total, tax, is_total, is_tax, by_total, by_tax, most = odoo_rounding_most(b->o, d);
	const struct odoo_tax *by = odoo_rounding_tax(d, 0);
	struct odoo_rounding r;
	const char *name;
	enum errk rc = E_OK;

	for (size_t i = 0; i < d->n_lines && rc == E_OK; i++)
		rc = add_line(b, &g, i, e);
	if (rc != E_OK || g.failed || !in_units(d->total, d->digits, &total) ||
	    !in_units(d->tax, d->digits, &tax))
		return rc;
	sums_of(&g, &is_total, &is_tax);
	by_total = total - is_total;
	by_tax = tax - is_tax;
	if ((!by_total && !by_tax) || by_total > most || by_total < -most || by_tax > most ||
	    by_tax < -most)
		return E_OK;
	struct odoo_gap gap = {.total = {by_total, d->digits},
			       .tax = {by_tax, d->digits},
			       .percent = by ? by->amount : NULL,
			       .included = by && by->included,
			       .digits = d->digits};
	if (!find_rounding(&g, gap, by, total, tax, &r))
		return E_OK;
	name = odoo_rounding_name(b, d);
	add_rounding(b, d, "", r.untaxed, NULL, name);
	add_rounding(b, d, "_tax", r.taxed, by, name);
	return E_OK;
}
