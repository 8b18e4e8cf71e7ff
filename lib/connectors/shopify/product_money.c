#include "base/str.h"
#include "connectors/shopify/product_priv.h"

/* Does it tell this amount, and may it be written? */
static bool writes(const struct product_put *p, const struct product_item *item,
		   enum product_field f)
{
	if (item->shop && p->rules->owner[f] == OWNER_STORE)
		return false;
	for (size_t i = 0; i < item->n_variants; i++)
		if (item->variant[i].values.text[f])
			return true;
	return false;
}

static const char *with(bool tax)
{
	return tax ? "with" : "without";
}

static enum errk check(const struct product_put *p, struct product_item *item, struct err *e)
{
	const struct product_shop *shop = p->shop->product_shop;
	bool price = writes(p, item, FIELD_PRICE) || writes(p, item, FIELD_COMPARE_AT_PRICE);
	if ((price || writes(p, item, FIELD_COST)) && !str_equal(item->currency, shop->currency)) {
		product_refuse(item, "wrong_currency",
			       "its prices are in %s and the shop's are in %s; nothing is "
			       "converted: let the ERP send prices in %s",
			       item->currency, shop->currency, shop->currency);
		return E_OK;
	}
	if (!price || !item->taxes_said || item->taxes_included == shop->taxes_included)
		return E_OK;
	product_refuse(item, "tax_mismatch",
		       "the ERP's prices are %s tax and the shop's are %s tax; let the ERP send "
		       "prices %s tax, or change \"Include sales tax in product price\" in the "
		       "shop's settings for taxes",
		       with(item->taxes_included), with(shop->taxes_included),
		       with(shop->taxes_included));
	if (!p->rules->refuse_tax)
		return E_OK;
	*e = item->put->err;
	return e->kind = E_LOCAL;
}

enum errk product_check_money(struct product_put *p, struct err *e)
{
	enum errk rc = E_OK;
	for (size_t i = 0; i < p->n && rc == E_OK; i++)
		if (product_is_open(&p->item[i]) && !p->item[i].archived)
			rc = check(p, &p->item[i], e);
	return rc;
}
