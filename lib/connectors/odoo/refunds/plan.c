#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "connectors/odoo/refunds/refund.h"

#include "base/banned.h"

/*
 * What a refund becomes, of what was read alone. Units that come back go out of the order's line, and the credit note has
 * the line's article, price and taxes. All else is money: the order gets a line of -1 of a service, the credit note one of 1,
 * so that the order comes to what is billed of it, and nothing of it is left to be invoiced. Goods that the buyer keeps, or
 * that are spoilt, have left: they stay delivered.
 */

const char *refund_own_xid(const struct refund *r, const struct refund_part *p)
{
	return arena_printf(r->b->a, "%s_line_%s", r->d.xid, p->id);
}

const char *refund_back_xid(const struct refund *r, const struct refund_part *p)
{
	return odoo_given_back_xid(r->d.xid, p->id, p->units, p->line, r->b->a);
}

/* Whole units of Odoo's; -1: it has parts of one, or less than none. */
static int64_t whole(const cJSON *line, const char *field)
{
	int64_t n = -1;

	return odoo_whole_units(line, field, &n) ? n : -1;
}

static const cJSON *product_of(const struct refund *r, const cJSON *line)
{
	JSON_EACH (p, r->products)
		if (json_int(p, "id", 0) == odoo_ref(line, "product_id"))
			return p;
	return NULL;
}

static enum errk refuse(const struct refund *r, const struct refund_part *p, const char *code,
			const char *why, struct err *e)
{
	return refund_refuse(r, code,
			     arena_printf(r->b->a, "%lld of '%s' %s", (long long)p->units, p->name,
					  why),
			     e);
}

/* A person has read that the shop does not say where goods are, and names the refund all the same: not in stock. */
static bool is_answered(const struct refund *r)
{
	return r->b->put->named && str_equal(r->d.item->parked_as, "restock_unknown");
}

static enum errk judge_goods(const struct refund *r, struct refund_part *p, struct err *e)
{
	p->unsaid = !str_equal(p->back, "return") && !str_equal(p->back, "no_restock");
	if (str_equal(p->back, "no_restock") || (p->unsaid && is_answered(r)))
		return E_OK;
	p->lowers = true;
	if (!str_equal(json_str(product_of(r, p->sold), "tracking"), "none"))
		return refuse(
			r, p, "goods_differ",
			"came back, and Odoo keeps lots or serial numbers of them: which ones is for people to "
			"say",
			e);
	p->receive = p->units;
	return E_OK;
}

/* Do the part's units go out of the order's line? */
static enum errk choose_way(const struct refund *r, struct refund_part *p, struct err *e)
{
	int64_t ordered, delivered;

	p->sold = refund_order_line(r, p->line);
	p->sold_id = json_int(p->sold, "id", 0);
	p->lowered = p->sold && p->units && refund_order_line(r, refund_back_xid(r, p));
	p->lowers = p->lowered;
	if (p->lowered || !p->units)
		return E_OK;
	if (!p->sold && str_equal(p->back, "return"))
		return refuse(r, p, "line_missing",
			      arena_printf(r->b->a,
					   "are back in stock, and %s has no such line of ours",
					   r->d.name),
			      e);
	if (!p->sold)
		return E_OK;
	ordered = whole(p->sold, "product_uom_qty");
	delivered = whole(p->sold, "qty_delivered");
	p->service = str_equal(json_str(product_of(r, p->sold), "type"), "service");
	/* Odoo takes nothing out of what a person says is done. */
	if (p->service) {
		p->lowers = ordered >= p->units && delivered >= 0 &&
			    delivered <= ordered - p->units;
		return E_OK;
	}
	if (judge_goods(r, p, e) != E_OK)
		return e->kind;
	if (p->lowers && ordered < p->units)
		return refuse(r, p, "goods_differ",
			      arena_printf(r->b->a, "came back, and %s has %s of them", r->d.name,
					   json_number_text(p->sold, "product_uom_qty", r->b->a)),
			      e);
	return E_OK;
}

/* Taxes */

static const struct odoo_tax *tax_by_id(const struct odoo *o, int64_t id)
{
	for (size_t i = 0; i < o->looks.n_taxes; i++)
		if (o->looks.tax[i].id == id)
			return &o->looks.tax[i];
	return NULL;
}

static enum errk add_tax(struct odoo_line *l, const struct odoo_tax *t, struct err *e)
{
	if (l->n_taxes == LINE_TAXES_MAX)
		return err_set(e, E_RECORD, "too_many_taxes", "more than %d taxes on it",
			       LINE_TAXES_MAX);
	l->tax[l->n_taxes++] = t;
	return E_OK;
}

/* Those of the order's line; where the shop gives back no tax, only what is zero-rated. */
static enum errk taxes_of_sold(const struct refund *r, const struct refund_part *p,
			       struct odoo_line *l, struct err *e)
{
	const struct odoo *o = r->b->o;

	JSON_EACH (id, json_at(p->sold, o->field[FIELD_LINE_TAXES])) {
		const struct odoo_tax *t = tax_by_id(o, json_int(id, "", 0));

		if (!t)
			return refuse(
				r, p, "unmapped_tax",
				arena_printf(r->b->a,
					     "have a tax in %s that is no sales tax in use any "
					     "more: correct that line in Odoo",
					     r->d.name),
				e);
		if (decimal_is_zero(p->tax) && !decimal_is_zero(p->net) &&
		    !str_equal(t->amount, "0"))
			continue;
		if (add_tax(l, t, e) != E_OK)
			return e->kind;
	}
	return E_OK;
}

/* "0.2" of the shop is Odoo's 20. */
static bool is_rate(const struct odoo_tax *t, const char *rate)
{
	struct decimal is, wanted;

	return t->percent && rate && decimal_parse(t->amount, &is, NULL) == E_OK &&
	       decimal_parse(rate, &wanted, NULL) == E_OK &&
	       decimal_mul_int(wanted, 100, &wanted, NULL) == E_OK && decimal_cmp(is, wanted) == 0;
}

/* A tax of that rate which the order has: that of a line with this product, if there is one. */
static const struct odoo_tax *tax_in_order(const struct refund *r, const char *rate,
					   int64_t product)
{
	const struct odoo *o = r->b->o;
	const struct odoo_tax *found = NULL;

	JSON_EACH (line, r->lines)
		JSON_EACH (id, json_at(line, o->field[FIELD_LINE_TAXES])) {
			const struct odoo_tax *t = tax_by_id(o, json_int(id, "", 0));

			if (!t || !is_rate(t, rate) || t->included != r->d.included)
				continue;
			if (!found || odoo_ref(line, "product_id") == product)
				found = t;
		}
	return found;
}

static enum errk taxes_by_rate(const struct refund *r, const struct refund_part *p,
			       struct odoo_line *l, struct err *e)
{
	JSON_EACH (wanted, json_at(p->from, "taxes")) {
		const char *title = json_str(wanted, "title"), *rate = json_str(wanted, "rate");
		const struct odoo_tax *t = tax_in_order(r, rate, l->product);

		if (decimal_is_zero(p->tax) && !str_equal(rate, "0"))
			continue;
		/* A tax that the shop lists, and does not give back: the order need not have it. */
		if (!t && decimal_is_zero(p->tax))
			continue;
		if (!t)
			return refund_refuse(
				r, "unmapped_tax",
				arena_printf(
					r->b->a,
					"the tax '%s' (%s) was given back, and no line of %s has one of that "
					"rate that prices %s: correct the taxes of the order in Odoo",
					title ? title : "", rate ? rate : "no rate", r->d.name,
					r->d.included ? "include" : "don't include"),
				e);
		if (add_tax(l, t, e) != E_OK)
			return e->kind;
	}
	return E_OK;
}

/* Lines of the credit note */

/* Not what is charged beside it, as a duty. */
static bool is_article(const struct refund_part *p)
{
	return p->units || str_equal(p->kind, "product") || str_equal(p->kind, "custom");
}

static const char *kind_of(const struct refund_part *p)
{
	static const char *const own[] = {"shipping", "fee", "duty", "tip", "gift_card"};

	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
		if (str_equal(p->kind, own[i]))
			return own[i];
	return "refund";
}

static enum errk product_of_kind(const struct refund *r, const char *kind, struct odoo_line *l,
				 struct err *e)
{
	const char *sku = odoo_product_of_kind(r->b->o, kind);
	const struct odoo_product *p = sku ? odoo_product(r->b->o, sku) : NULL;

	if (!p || !p->id)
		return err_set(e, E_RECORD, p ? p->code : "unmapped_sku", "%s",
			       p ? p->problem
				 : arena_printf(r->b->a, "[odoo] %s_product is not set", kind));
	l->kind = kind;
	l->product_code = sku;
	l->product = p->id;
	l->unit = p->unit;
	return E_OK;
}

/* Money alone. */
static enum errk add_own(struct refund *r, struct refund_part *p, struct err *e)
{
	struct odoo_line *l = &r->d.line[r->d.n_lines];
	enum errk rc;

	if (decimal_is_zero(p->total) && decimal_is_zero(p->tax))
		return E_OK;
	*l = (struct odoo_line){.xid = refund_own_xid(r, p),
				.name = p->name,
				.quantity = "1",
				.price = refund_amount(p->net, r->b->a),
				.percent = "0",
				.net = p->net,
				.tax_amount = p->tax,
				.tax_known = true,
				.from = p->from};
	rc = product_of_kind(r, kind_of(p), l, e);
	if (rc == E_OK)
		rc = p->sold && is_article(p) ? taxes_of_sold(r, p, l, e)
					      : taxes_by_rate(r, p, l, e);
	if (rc != E_OK)
		return err_wrap(e, "'%s'", p->name);
	p->at = r->d.n_lines++;
	p->n = 1;
	return E_OK;
}

/* What Odoo makes of so many units at the line's price. */
static enum errk price_of_units(const struct refund *r, const struct refund_part *p,
				struct decimal *out, struct err *e)
{
	struct decimal off, hundred = {.units = 100}, share = {.units = 1, .scale = 2};
	enum errk rc = odoo_amount(p->sold, "price_unit", 6, out, e);

	if (rc == E_OK)
		rc = odoo_amount(p->sold, "discount", 4, &off, e);
	if (rc == E_OK)
		rc = decimal_sub(hundred, off, &off, e);
	if (rc == E_OK)
		rc = decimal_mul(off, share, &share, e);
	if (rc == E_OK)
		rc = decimal_mul(*out, share, out, e);
	if (rc == E_OK)
		rc = decimal_mul_int(*out, p->units, out, e);
	if (rc == E_OK)
		*out = decimal_round(*out, r->d.digits);
	return rc;
}

/* Units at the price they were sold for; what the shop gave back otherwise, a discount's share, stands beside them. */
static enum errk add_goods(struct refund *r, struct refund_part *p, struct err *e)
{
	struct odoo_line *l = &r->d.line[r->d.n_lines], *extra = l + 1;
	struct arena *a = r->b->a;
	struct decimal made, off;
	enum errk rc = price_of_units(r, p, &made, e);

	if (rc == E_OK)
		rc = decimal_sub(p->net, made, &off, e);
	if (rc != E_OK)
		return err_wrap(e, "'%s'", p->name);
	*l = (struct odoo_line){.xid = refund_own_xid(r, p),
				.kind = p->kind,
				.name = arena_strdup(a, json_str(p->sold, "name")),
				.quantity = arena_printf(a, "%lld", (long long)p->units),
				.price = json_number_text(p->sold, "price_unit", a),
				.percent = json_number_text(p->sold, "discount", a),
				.product = odoo_ref(p->sold, "product_id"),
				.unit = odoo_ref(p->sold, r->b->o->field[FIELD_LINE_UNIT]),
				.net = p->net,
				.tax_amount = p->tax,
				.tax_known = true,
				.from = p->from};
	rc = taxes_of_sold(r, p, l, e);
	if (rc != E_OK)
		return rc;
	p->at = r->d.n_lines++;
	p->n = 1;
	if (decimal_is_zero(off))
		return E_OK;
	*extra = *l;
	extra->xid = arena_printf(a, "%s_off", l->xid);
	extra->name = arena_printf(a, "Difference of price: %s", p->name);
	extra->quantity = "1";
	extra->price = refund_amount(off, a);
	extra->percent = "0";
	extra->extra = true;
	extra->from = NULL;
	rc = product_of_kind(r, decimal_cmp(off, DECIMAL_ZERO) < 0 ? "discount" : "refund", extra,
			     e);
	r->d.n_lines++;
	p->n = 2;
	return rc;
}

enum errk refund_plan(struct refund *r, struct err *e)
{
	enum errk rc = E_OK;

	r->d.line = arena_array(r->b->a, 2 * r->parts.n + 1, sizeof(*r->d.line));
	for (size_t i = 0; i < r->parts.n && rc == E_OK; i++) {
		struct refund_part *p = &r->parts.at[i];

		rc = choose_way(r, p, e);
		if (rc == E_OK)
			rc = p->lowers ? add_goods(r, p, e) : add_own(r, p, e);
	}
	/* A tax or a price that is another one than the shop's is refused before anything is written. */
	return rc == E_OK ? odoo_predict(r->b, &r->d, e) : rc;
}
