#include "base/cleanup.h"
#include "base/json.h"
#include "base/list.h"
#include "base/str.h"
#include "connectors/odoo/orders/order.h"
#include "connectors/odoo/source.h"

#include "base/banned.h"

/*
 * What the shop changed of an order that is invoiced or delivered people make in Odoo, with lines and invoices of
 * their own. It is made when Odoo has as much of each article as the shop, the order comes to the shop's total,
 * and its posted invoices come to the order's.
 */

enum { QUANTITY_DIGITS = 6 };

enum errk odoo_by_hand_read(struct odoo_batch *b, struct odoo_order *const *order, size_t n,
			    cJSON **moves, struct err *e)
{
	static const char *const fields[] = {"move_type", "state", "amount_total", NULL};
	LIST(int64_t) ids = {0};
	struct odoo_read r = {.model = "account.move", .fields = fields};

	for (size_t i = 0; i < n; i++)
		JSON_EACH (id, json_at(order[i]->found, "invoice_ids"))
			*list_add(&ids, b->a) = json_int(id, "", 0);
	if (!ids.n)
		return E_OK;
	r.ids = ids.at;
	r.n_ids = ids.n;
	return odoo_search_read(b->o, &r, b->a, moves, e);
}

/* Of all lines with this product, whoever made them. */
static enum errk in_odoo(const struct odoo_order *d, const cJSON *lines, int64_t product,
			 struct decimal *out, struct err *e)
{
	enum errk rc = E_OK;

	*out = DECIMAL_ZERO;
	JSON_EACH (line, lines) {
		struct decimal is;

		if (rc != E_OK || odoo_ref(line, "order_id") != d->id ||
		    odoo_ref(line, "product_id") != product)
			continue;
		rc = odoo_amount(line, "product_uom_qty", QUANTITY_DIGITS, &is, e);
		if (rc == E_OK)
			rc = decimal_add(*out, is, out, e);
	}
	return rc;
}

static enum errk in_shop(const struct odoo_order *d, int64_t product, struct decimal *out,
			 struct err *e)
{
	enum errk rc = E_OK;

	*out = DECIMAL_ZERO;
	for (size_t i = 0; i < d->n_lines && rc == E_OK; i++) {
		const struct odoo_line *l = &d->line[i];
		struct decimal is;

		if (l->note || l->product != product)
			continue;
		rc = decimal_parse(l->quantity, &is, e);
		if (rc == E_OK)
			rc = decimal_add(*out, is, out, e);
	}
	return rc;
}

/* Shipping, discounts and rounding are money alone, and people may write them otherwise. */
static bool is_article(const struct odoo_batch *b, int64_t product)
{
	static const char *const kinds[] = {"shipping", "discount", "rounding"};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		const char *sku = odoo_product_of_kind(b->o, kinds[i]);
		const struct odoo_product *p = sku ? odoo_product(b->o, sku) : NULL;

		if (p && p->id == product)
			return false;
	}
	return product != 0;
}

static bool same_quantity(const struct odoo_batch *b, const struct odoo_order *d,
			  const cJSON *lines, int64_t product)
{
	struct decimal is, wanted;

	return !is_article(b, product) ||
	       (in_odoo(d, lines, product, &is, NULL) == E_OK &&
		in_shop(d, product, &wanted, NULL) == E_OK && decimal_cmp(is, wanted) == 0);
}

static bool same_goods(const struct odoo_batch *b, const struct odoo_order *d, const cJSON *lines)
{
	for (size_t i = 0; i < d->n_lines; i++)
		if (!d->line[i].note && !same_quantity(b, d, lines, d->line[i].product))
			return false;
	JSON_EACH (line, lines)
		if (odoo_ref(line, "order_id") == d->id &&
		    !same_quantity(b, d, lines, odoo_ref(line, "product_id")))
			return false;
	return true;
}

/* What the order's invoices come to; *any: it has some, or had. */
static enum errk invoiced(const struct odoo_order *d, const cJSON *moves, struct decimal *out,
			  bool *any, struct err *e)
{
	enum errk rc = E_OK;

	*out = DECIMAL_ZERO;
	*any = false;
	JSON_EACH (id, json_at(d->found, "invoice_ids")) {
		*any = true;
		JSON_EACH (move, moves) {
			struct decimal is;

			if (rc != E_OK || json_int(move, "id", 0) != json_int(id, "", -1) ||
			    !str_equal(json_str(move, "state"), "posted"))
				continue;
			rc = odoo_amount(move, "amount_total", d->digits, &is, e);
			if (str_equal(json_str(move, "move_type"), "out_refund"))
				is = decimal_neg(is);
			if (rc == E_OK)
				rc = decimal_add(*out, is, out, e);
		}
	}
	return rc;
}

bool odoo_is_done_by_hand(const struct odoo_batch *b, const struct odoo_order *d,
			  const cJSON *lines, const cJSON *moves)
{
	struct decimal is, gap, sum, most = {odoo_rounding_most(b->o, d), d->digits};
	bool any;

	return same_goods(b, d, lines) &&
	       odoo_amount(d->found, "amount_total", d->digits, &is, NULL) == E_OK &&
	       decimal_sub(is, d->total, &gap, NULL) == E_OK &&
	       decimal_cmp(decimal_abs(gap), most) <= 0 &&
	       invoiced(d, moves, &sum, &any, NULL) == E_OK && (!any || decimal_cmp(sum, is) == 0);
}
