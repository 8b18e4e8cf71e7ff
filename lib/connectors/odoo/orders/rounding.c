#include "connectors/odoo/orders/order.h"

#include "base/banned.h"

/* a * num / den, rounded half away from zero; false when it does not fit. */
static bool scaled(int64_t a, int64_t num, int64_t den, int64_t *out)
{
	int64_t x, rest;

	if (den == 0 || __builtin_mul_overflow(a, num, &x))
		return false;
	if (den < 0) {
		x = -x;
		den = -den;
	}
	rest = x % den;
	*out = x / den;
	if ((rest < 0 ? -rest : rest) * 2 >= den)
		*out += x < 0 ? -1 : 1;
	return true;
}

/*
 * Taxes can't be written in Odoo, only what they are computed of: a line of price p with the tax
 * makes it p * rate (or its part of p, when prices include it), and a line without tax takes p back.
 */
enum errk odoo_rounding(const struct odoo_gap *g, struct odoo_rounding *out, struct err *e)
{
	struct decimal tax = decimal_round(g->tax, g->digits), percent, whole, charged;
	enum errk rc;

	*out = (struct odoo_rounding){.untaxed = decimal_round(g->total, g->digits)};
	if (decimal_is_zero(tax))
		return E_OK;
	if (!g->percent)
		return err_set(e, E_RECORD, "tax_differs",
			       "there is no line with a tax that could take up the difference");
	rc = decimal_parse(g->percent, &percent, e);
	if (rc != E_OK)
		return err_wrap(e, "the rate of a tax in Odoo");
	if (rc == E_OK)
		rc = decimal_add((struct decimal){.units = 100}, percent, &whole, e);
	if (rc != E_OK)
		return rc;
	if (!g->included)
		rc = decimal_add((struct decimal){.units = 100}, (struct decimal){0, percent.scale},
				 &whole, e);
	if (rc != E_OK)
		return rc;
	out->taxed.scale = g->digits;
	if (!scaled(tax.units, whole.units, percent.units, &out->taxed.units))
		return err_set(e, E_RECORD, "tax_differs", "the difference is too large");
	/* Near the half of a unit the tax may jump by two, and back by two. */
	if (out->taxed.units > g->tries)
		out->taxed.units -= g->tries;
	else if (out->taxed.units < -g->tries)
		out->taxed.units += g->tries;
	rc = g->included ? E_OK : decimal_add(out->taxed, tax, &charged, e);
	if (g->included)
		charged = out->taxed;
	if (rc == E_OK)
		rc = decimal_sub(out->untaxed, charged, &out->untaxed, e);
	return rc;
}
