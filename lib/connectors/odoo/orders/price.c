#include "connectors/odoo/orders/order.h"

#include "base/banned.h"

/* The same value with so many decimals; false when that would change it. */
static bool exactly(struct decimal d, int scale, int64_t *units)
{
	struct decimal r = decimal_round(d, scale);

	if (r.scale != scale || decimal_cmp(r, d) != 0)
		return false;
	*units = r.units;
	return true;
}

static const char *cell(struct decimal d, struct arena *a)
{
	char text[DECIMAL_TEXT_MAX];

	return arena_strdup(a, decimal_text(d, text));
}

/* Odoo keeps two decimals of a percentage. */
static bool percent_of(struct decimal gross, struct decimal discount, int64_t *hundredths)
{
	int scale = gross.scale > discount.scale ? gross.scale : discount.scale;
	int64_t whole, part;

	if (!exactly(gross, scale, &whole) || !exactly(discount, scale, &part) || whole <= 0 ||
	    part <= 0 || part > whole || __builtin_mul_overflow(part, 10000, &part))
		return false;
	*hundredths = part / whole;
	return part % whole == 0;
}

enum errk odoo_price(struct decimal price, struct decimal gross, struct decimal discount,
		     struct decimal net, int64_t quantity, int digits, struct arena *a,
		     struct odoo_price *out, struct err *e)
{
	int64_t units, hundredths;
	char text[DECIMAL_TEXT_MAX];

	*out = (struct odoo_price){.price = cell(price, a), .percent = "0"};
	if (!exactly(price, digits, &units) && !decimal_is_zero(price))
		return err_set(e, E_RECORD, "price_precision",
			       "the price %s has more decimals than this Odoo keeps (%d); raise "
			       "Decimal Accuracy of 'Product Price' there, then run: erpsync queue "
			       "retry --code price_precision",
			       decimal_text(price, text), digits);
	if (decimal_is_zero(discount))
		return E_OK;
	if (percent_of(gross, discount, &hundredths)) {
		out->percent = cell((struct decimal){hundredths, 2}, a);
		return E_OK;
	}
	/* The price that is paid, where it divides evenly: no other line is needed then. */
	if (quantity > 0 && exactly(net, digits, &units) && units % quantity == 0) {
		out->price = cell((struct decimal){units / quantity, digits}, a);
		return E_OK;
	}
	out->discount_line = true;
	return E_OK;
}
