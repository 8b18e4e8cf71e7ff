#include "connectors/odoo/refunds/refund.h"

#include <string.h>

#include "base/json.h"
#include "base/str.h"

#include "base/banned.h"

const char *refund_amount(struct decimal d, struct arena *a)
{
	char text[DECIMAL_TEXT_MAX];

	return arena_strdup(a, decimal_text(d, text));
}

enum errk refund_refuse(const struct refund *r, const char *code, const char *why, struct err *e)
{
	const char *label = r->d.item->label;

	return err_set(
		e, E_RECORD, code,
		"%s; then run: erpsync queue retry '%s'; or book it in Odoo by hand and run: "
		"erpsync queue drop '%s'",
		why, label, label);
}

static enum errk amount(const cJSON *obj, const char *key, struct decimal *out, struct err *e)
{
	const char *text = json_str(obj, key);

	if (!text)
		return err_set(e, E_RECORD, "mapping", "%s is missing", key);
	return decimal_parse(text, out, e) == E_OK ? E_OK : err_wrap(e, "%s", key);
}

static enum errk read_part(struct refund *r, const cJSON *from, struct err *e)
{
	struct arena *a = r->b->a;
	const char *id = json_str(from, "id"), *line = json_str(from, "line");
	struct refund_part *p = list_add(&r->parts, a);
	enum errk rc;

	*p = (struct refund_part){
		.id = id ? odoo_tail(id, a) : NULL,
		.kind = json_str(from, "kind"),
		.name = json_str(from, "name"),
		.line = line ? arena_printf(a, "%s_%s", r->order_xid, odoo_tail(line, a)) : NULL,
		.back = json_str(from, "goods"),
		.warehouse = json_str(from, "warehouse"),
		.units = json_int(from, "quantity", -1),
		.from = from,
	};
	if (!p->id || !p->kind || p->units < 0)
		return err_set(e, E_RECORD, "mapping", "it has no id, kind or quantity");
	if (str_blank(p->name))
		p->name = p->kind;
	rc = amount(from, "total", &p->total, e);
	if (rc == E_OK)
		rc = amount(from, "tax", &p->tax, e);
	if (rc == E_OK)
		rc = r->d.included ? E_OK : decimal_sub(p->total, p->tax, &p->net, e);
	if (r->d.included)
		p->net = p->total;
	return rc;
}

/* A credit note that is the sum of its lines, or nobody knows what it should come to. */
static enum errk check_sum(const struct refund *r, struct err *e)
{
	struct decimal total = DECIMAL_ZERO, tax = DECIMAL_ZERO;
	enum errk rc = E_OK;

	for (size_t i = 0; i < r->parts.n && rc == E_OK; i++) {
		rc = decimal_add(total, r->parts.at[i].total, &total, e);
		if (rc == E_OK)
			rc = decimal_add(tax, r->parts.at[i].tax, &tax, e);
	}
	if (rc != E_OK || (decimal_cmp(total, r->d.total) == 0 && decimal_cmp(tax, r->d.tax) == 0))
		return rc;
	return err_set(e, E_RECORD, "mapping",
		       "its lines come to %s with a tax of %s, its totals say %s with %s",
		       refund_amount(total, r->b->a), refund_amount(tax, r->b->a),
		       refund_amount(r->d.total, r->b->a), refund_amount(r->d.tax, r->b->a));
}

enum errk refund_read(struct refund *r, struct err *e)
{
	struct odoo_order *d = &r->d;
	const char *text = d->item->doc;
	int number = 0;
	enum errk rc = json_parse(text, strlen(text), &d->doc, e);

	if (rc != E_OK)
		return rc;
	d->number = json_str(d->doc, "number");
	d->currency = json_str(d->doc, "currency");
	d->day = json_str(d->doc, "day");
	if (!d->number || !d->currency || !d->day)
		return err_set(e, E_RECORD, "mapping", "number, currency or day is missing");
	d->digits = currency_exponent(d->currency);
	d->included = json_bool(d->doc, "prices_include_tax", false);
	rc = amount(d->doc, "totals.total", &d->total, e);
	if (rc == E_OK)
		rc = amount(d->doc, "totals.tax", &d->tax, e);
	JSON_EACH (from, json_at(d->doc, "lines")) {
		number++;
		if (rc == E_OK && read_part(r, from, e) != E_OK)
			rc = err_wrap(e, "line %d", number);
	}
	if (rc == E_OK)
		rc = check_sum(r, e);
	if (rc == E_OK && decimal_cmp(d->total, DECIMAL_ZERO) < 0)
		rc = refund_refuse(r, "below_zero",
				   arena_printf(r->b->a,
						"it comes to %s, for more was kept back than given "
						"back, and Odoo posts no credit note below zero: "
						"invoice that in Odoo by hand",
						refund_amount(d->total, r->b->a)),
				   e);
	return rc;
}
