#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/step.h"
#include "base/str.h"
#include "connectors/odoo/load.h"
#include "connectors/odoo/orders/order.h"
#include "connectors/odoo/source.h"

#include "base/banned.h"

/*
 * Odoo computes amounts by its own rules (taxes over the whole order, or per line), the shop by
 * its own. The shop's are what was paid. What differs is compared line by line: as much as one minor
 * unit a line is rounding, and booked on lines of its own; anything else is a wrong tax or price.
 */
enum { ROUNDS_MAX = 5 };

struct sum {
	struct odoo_order *order;
	struct decimal total, tax;         /* Odoo's */
	struct decimal gap_total, gap_tax; /* the shop's minus Odoo's */
	const char *why;                   /* which lines differ, for the history */
	struct decimal taxed, untaxed;     /* prices of the rounding lines as they are */
	bool has_taxed;
	const struct odoo_tax *taxed_by; /* the tax of the line that is there */
};

struct totals {
	struct odoo_batch *b;
	struct sum *sum;
	size_t n;
};

static const char *amount_text(struct decimal d, struct arena *a)
{
	char text[DECIMAL_TEXT_MAX];

	return arena_strdup(a, decimal_text(d, text));
}

static struct sum *sum_of(const struct totals *t, int64_t order)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->sum[i].order->id == order)
			return &t->sum[i];
	return NULL;
}

static enum errk read_sum(struct odoo_batch *b, struct sum *s, const cJSON *record, struct err *e)
{
	struct odoo_order *d = s->order;
	enum errk rc = odoo_amount(record, "amount_total", d->digits, &s->total, e);

	if (rc == E_OK)
		rc = odoo_amount(record, "amount_tax", d->digits, &s->tax, e);
	if (rc == E_OK)
		rc = decimal_sub(d->total, s->total, &s->gap_total, e);
	if (rc == E_OK)
		rc = decimal_sub(d->tax, s->tax, &s->gap_tax, e);
	if (rc == E_OK && (!json_str(record, "name") || !json_str(record, "state")))
		rc = err_set(e, E_BUSY, "bad_answer",
			     "sale.order/search_read (%s): order %lld has no name or state",
			     b->o->server.host, (long long)d->id);
	if (rc != E_OK)
		return rc;
	d->name = arena_strdup(b->a, json_str(record, "name"));
	d->state = arena_strdup(b->a, json_str(record, "state"));
	return E_OK;
}

/* Those that this put has not written to since it read them need not be read once more. */
static enum errk take_read(struct totals *t, size_t *n_read, int64_t *ids, struct err *e)
{
	enum errk rc = E_OK;

	*n_read = 0;
	for (size_t i = 0; i < t->n && rc == E_OK; i++) {
		struct odoo_order *d = t->sum[i].order;

		if (!d->read)
			ids[(*n_read)++] = d->id;
		else
			rc = read_sum(t->b, &t->sum[i], d->read, e);
	}
	return rc;
}

/* Reads the sums of all, and keeps those that differ. */
static enum errk read_sums(struct totals *t, struct err *e)
{
	static const char *const fields[] = {"name", "state", "amount_total", "amount_tax", NULL};
	int64_t *ids = arena_array(t->b->a, t->n, sizeof(*ids));
	struct odoo_read r = {.model = "sale.order", .fields = fields, .ids = ids, .whole = true};
	CLEANUP(json) cJSON *list = NULL;
	size_t left = 0;
	enum errk rc = take_read(t, &r.n_ids, ids, e);

	if (rc == E_OK && r.n_ids)
		rc = odoo_search_read(t->b->o, &r, t->b->a, &list, e);
	if (rc != E_OK)
		return rc;
	JSON_EACH (record, list) {
		struct sum *s = sum_of(t, json_int(record, "id", 0));

		rc = s ? read_sum(t->b, s, record, e) : E_OK;
		if (rc != E_OK)
			return rc;
	}
	for (size_t i = 0; i < t->n; i++)
		if (!decimal_is_zero(t->sum[i].gap_total) || !decimal_is_zero(t->sum[i].gap_tax))
			t->sum[left++] = t->sum[i];
	t->n = left;
	return E_OK;
}

/* Lines */

struct line_sum {
	struct decimal net, tax;
	bool seen;
};

static int64_t units_of(struct decimal d, int digits)
{
	d = decimal_abs(decimal_round(d, digits));
	return d.units;
}

static const char *percents(const struct odoo_line *l, struct arena *a)
{
	const char *text = l->n_taxes ? "tax " : "no tax";

	for (size_t i = 0; i < l->n_taxes; i++)
		text = arena_printf(a, "%s%s%s %%", text, i ? " + " : "", l->tax[i]->amount);
	return text;
}

enum errk odoo_line_compare(struct odoo_batch *b, const struct odoo_order *d, size_t at,
			    struct decimal net, struct decimal tax, const char **why, struct err *e)
{
	const struct odoo_line *l = &d->line[at];
	bool has_extra = at + 1 < d->n_lines && d->line[at + 1].extra;
	int64_t may = (l->n_taxes > 1 ? (int64_t)l->n_taxes : 1) + has_extra;
	struct decimal by_net, by_tax;
	enum errk rc = decimal_sub(l->net, net, &by_net, e);

	if (rc == E_OK)
		rc = decimal_sub(l->tax_known ? l->tax_amount : tax, tax, &by_tax, e);
	if (rc != E_OK)
		return rc;
	if (units_of(by_net, d->digits) <= 1 && units_of(by_tax, d->digits) <= may) {
		if (why && (!decimal_is_zero(by_net) || !decimal_is_zero(by_tax)))
			*why = arena_printf(b->a, "%s%sline %zu: shop %s, tax %s; Odoo %s, tax %s",
					    *why ? *why : "", *why ? "; " : "", at + 1,
					    amount_text(l->net, b->a),
					    amount_text(l->tax_amount, b->a),
					    amount_text(net, b->a), amount_text(tax, b->a));
		return E_OK;
	}
	return err_set(
		e, E_RECORD, units_of(by_net, d->digits) > 1 ? "price_differs" : "tax_differs",
		"line %zu '%s' (%s): the shop charged %s with a tax of %s, Odoo makes %s with "
		"a tax of %s of it; correct the tax in Odoo or tables/taxes.csv, then run: "
		"erpsync queue retry '%s'",
		at + 1, l->name, percents(l, b->a), amount_text(l->net, b->a),
		amount_text(l->tax_amount, b->a), amount_text(net, b->a), amount_text(tax, b->a),
		d->item->label);
}

static enum errk compare_line(const struct totals *t, struct sum *s, size_t at,
			      const struct line_sum *is, struct err *e)
{
	const struct odoo_order *d = s->order;
	struct decimal net = is[at].net, tax = is[at].tax;
	enum errk rc = E_OK;

	if (at + 1 < d->n_lines && d->line[at + 1].extra) {
		rc = decimal_add(net, is[at + 1].net, &net, e);
		if (rc == E_OK)
			rc = decimal_add(tax, is[at + 1].tax, &tax, e);
	}
	return rc == E_OK ? odoo_line_compare(t->b, d, at, net, tax, &s->why, e) : rc;
}

static const struct odoo_tax *known_tax(const struct odoo *o, const cJSON *line)
{
	int64_t id = json_int(json_at(line, o->field[FIELD_LINE_TAXES]), "[0]", 0);

	for (size_t i = 0; i < o->looks.n_taxes; i++)
		if (o->looks.tax[i].id == id)
			return &o->looks.tax[i];
	return NULL;
}

static enum errk note_line(const struct totals *t, struct sum *s, const cJSON *record,
			   const char *xid, struct line_sum *is, struct err *e)
{
	struct odoo_order *d = s->order;
	const char *own = arena_printf(t->b->a, "%s_rounding", d->xid);
	struct decimal price;
	enum errk rc;

	if (str_equal(xid, own) || str_equal(xid, arena_printf(t->b->a, "%s_tax", own))) {
		rc = odoo_amount(record, "price_unit", d->digits, &price, e);
		if (str_equal(xid, own)) {
			s->untaxed = price;
		} else {
			s->taxed = price;
			s->has_taxed = true;
			s->taxed_by = known_tax(t->b->o, record);
		}
		return rc;
	}
	for (size_t i = 0; i < d->n_lines; i++) {
		if (!str_equal(d->line[i].xid, xid))
			continue;
		is[i].seen = true;
		rc = odoo_amount(record, d->included ? "price_total" : "price_subtotal", d->digits,
				 &is[i].net, e);
		return rc == E_OK ? odoo_amount(record, "price_tax", d->digits, &is[i].tax, e) : rc;
	}
	rc = odoo_amount(record, "price_total", d->digits, &price, e);
	if (rc != E_OK || decimal_is_zero(price) || str_starts(xid, d->xid))
		return rc;
	return err_set(
		e, E_RECORD, "foreign_lines",
		"%s has lines in Odoo that the shop does not know, and so another total; take them "
		"out there (quantity 0), then run: erpsync queue retry '%s'; or book the order by "
		"hand and run: erpsync queue drop '%s'",
		d->name, d->item->label, d->item->label);
}

int64_t odoo_rounding_most(const struct odoo *o, const struct odoo_order *d)
{
	int64_t n = 0;

	for (size_t i = 0; i < d->n_lines; i++)
		n += !d->line[i].note;
	return n < o->rules.rounding_limit ? n : o->rules.rounding_limit;
}

/* Explains one order's gap by its lines, or fails it. */
static enum errk explain(const struct totals *t, struct sum *s, const cJSON *lines,
			 const cJSON *xids, struct err *e)
{
	struct odoo_order *d = s->order;
	struct line_sum *is = arena_array(t->b->a, d->n_lines + 1, sizeof(*is));
	int64_t most = odoo_rounding_most(t->b->o, d);
	enum errk rc = E_OK;

	s->why = NULL;
	s->has_taxed = false;
	s->taxed_by = NULL;
	s->taxed = s->untaxed = DECIMAL_ZERO;
	JSON_EACH (record, lines) {
		if (odoo_ref(record, "order_id") != d->id || rc != E_OK)
			continue;
		rc = note_line(t, s, record, odoo_external_id(xids, json_int(record, "id", 0)), is,
			       e);
	}
	for (size_t i = 0; i < d->n_lines && rc == E_OK; i++) {
		if (!d->line[i].note && !d->line[i].extra)
			rc = compare_line(t, s, i, is, e);
	}
	if (rc != E_OK)
		return rc;
	if (units_of(s->gap_total, d->digits) <= most && units_of(s->gap_tax, d->digits) <= most)
		return E_OK;
	return err_set(
		e, E_RECORD, "rounding_limit",
		"the shop's total is %s with a tax of %s, Odoo makes %s with a tax of %s; that "
		"is more than %lld minor units of rounding (%s); correct "
		"the taxes, or raise [odoo] rounding_limit, then run: erpsync queue retry "
		"'%s'",
		amount_text(d->total, t->b->a), amount_text(d->tax, t->b->a),
		amount_text(s->total, t->b->a), amount_text(s->tax, t->b->a), (long long)most,
		d->name, d->item->label);
}

static enum errk explain_all(struct totals *t, struct err *e)
{
	const char *const fields[] = {"order_id",  "price_unit",  "price_subtotal",
				      "price_tax", "price_total", t->b->o->field[FIELD_LINE_TAXES],
				      NULL};
	int64_t *ids = arena_array(t->b->a, t->n, sizeof(*ids));
	struct odoo_read r = {.model = "sale.order.line",
			      .fields = fields,
			      .by = "order_id",
			      .ids = ids,
			      .n_ids = t->n,
			      .complete = true};
	CLEANUP(json) cJSON *lines = NULL;
	CLEANUP(json) cJSON *xids = NULL;
	size_t n = 0, left = 0;
	enum errk rc;

	for (size_t i = 0; i < t->n; i++)
		ids[i] = t->sum[i].order->id;
	rc = odoo_search_read(t->b->o, &r, t->b->a, &lines, e);
	if (rc != E_OK)
		return rc;
	ids = odoo_refs(lines, "id", t->b->a, &n);
	rc = odoo_external_ids(t->b->o, "sale.order.line", ids, n, t->b->a, &xids, e);
	if (rc != E_OK)
		return rc;
	for (size_t i = 0; i < t->n; i++) {
		struct err why;

		rc = explain(t, &t->sum[i], lines, xids, &why);
		if (rc == E_OK) {
			t->sum[left++] = t->sum[i];
			continue;
		}
		odoo_order_fail(t->sum[i].order, &why);
	}
	t->n = left;
	return E_OK;
}

/* Booking */

/* The tax that takes up a difference: one of the line that most is charged for. */
const struct odoo_tax *odoo_rounding_tax(const struct odoo_order *d, int round)
{
	const struct odoo_tax *found = NULL;
	const struct odoo_line *best = NULL;

	for (size_t i = 0; i < d->n_lines; i++) {
		const struct odoo_line *l = &d->line[i];

		for (size_t k = 0; k < l->n_taxes && !l->extra; k++) {
			/* Each of several taxes is rounded by itself: another one next time. */
			const struct odoo_tax *t = l->tax[((size_t)round + k) % l->n_taxes];

			if (!t->percent || str_equal(t->amount, "0") ||
			    (best && best != l &&
			     decimal_cmp(decimal_abs(l->net), decimal_abs(best->net)) <= 0))
				continue;
			best = l;
			found = t;
			break;
		}
	}
	return found;
}

static const char *const rounding_fields[] = {"id",
					      "order_line/id",
					      "order_line/sequence",
					      "order_line/product_id/.id",
					      "order_line/name",
					      "order_line/product_uom_qty",
					      "order_line/price_unit",
					      "order_line/discount",
					      NULL,
					      NULL};

static void rounding_row(const struct totals *t, const struct sum *s, struct odoo_row *row,
			 const char *xid, struct decimal price, const char *taxes, const char *name)
{
	const struct odoo_product *p = odoo_product(t->b->o,
						    odoo_product_of_kind(t->b->o, "rounding"));
	const char **cell = arena_array(t->b->a, 9, sizeof(*cell));

	cell[1] = xid;
	cell[2] = odoo_id_text((int64_t)(s->order->n_lines + 2) * 10, t->b->a);
	cell[3] = odoo_id_text(p ? p->id : 0, t->b->a);
	cell[4] = name;
	cell[5] = "1";
	cell[6] = amount_text(price, t->b->a);
	cell[7] = "0";
	cell[8] = taxes;
	row->cells = cell;
}

const char *odoo_rounding_name(struct odoo_batch *b, const struct odoo_order *d)
{
	return arena_printf(b->a, "Rounding: shop %s with tax %s", amount_text(d->total, b->a),
			    amount_text(d->tax, b->a));
}

static enum errk book_one(const struct totals *t, struct sum *s, int round,
			  struct odoo_load_item *item, struct err *e)
{
	struct odoo_order *d = s->order;
	struct arena *a = t->b->a;
	/* The same tax on the line as before, if there is one: its price is what moves. */
	const struct odoo_tax *tax = s->taxed_by ? s->taxed_by : odoo_rounding_tax(d, round);
	struct odoo_gap g = {.total = s->gap_total,
			     .tax = s->gap_tax,
			     .percent = tax ? tax->amount : NULL,
			     .included = tax && tax->included,
			     .digits = d->digits,
			     .tries = round};
	const char *xid = arena_printf(a, "%s_rounding", d->xid), *name;
	struct odoo_rounding r;
	enum errk rc = odoo_rounding(&g, &r, e);

	if (rc == E_OK)
		rc = decimal_add(s->untaxed, r.untaxed, &r.untaxed, e);
	if (rc == E_OK)
		rc = decimal_add(s->taxed, r.taxed, &r.taxed, e);
	if (rc != E_OK)
		return rc;
	name = odoo_rounding_name(t->b, d);
	*item = (struct odoo_load_item){.row = arena_array(a, 2, sizeof(*item->row))};
	rounding_row(t, s, &item->row[item->n_rows++], xid, r.untaxed, "", name);
	if (s->has_taxed || !decimal_is_zero(r.taxed))
		rounding_row(t, s, &item->row[item->n_rows++], arena_printf(a, "%s_tax", xid),
			     r.taxed, odoo_id_text(tax ? tax->id : 0, a), name);
	item->row[0].cells[0] = d->xid;
	item->known = d->id;
	return E_OK;
}

/* One load for the rounding lines of all orders that need some. */
static enum errk book(struct totals *t, int round, struct err *e)
{
	const char *fields[10];
	struct odoo_load l = {.model = "sale.order",
			      .fields = fields,
			      .item = arena_array(t->b->a, t->n, sizeof(*l.item)),
			      .fresh = true};
	size_t left = 0;
	enum errk rc;

	memcpy(fields, rounding_fields, sizeof(fields));
	fields[8] = arena_printf(t->b->a, "order_line/%s/.id", t->b->o->field[FIELD_LINE_TAXES]);
	for (size_t i = 0; i < t->n; i++) {
		struct err why;

		if (book_one(t, &t->sum[i], round, &l.item[left], &why) == E_OK)
			t->sum[left++] = t->sum[i];
		else
			odoo_order_fail(t->sum[i].order, &why);
	}
	l.n = t->n = left;
	if (!left)
		return E_OK;
	t->b->wrote = true;
	rc = odoo_load(t->b->o, &l, t->b->a, e);
	STEP("odoo rounding loaded");
	for (size_t i = 0; i < left; i++) {
		const struct sum *s = &t->sum[i];

		t->sum[i].order->wrote = true;
		t->sum[i].order->read = NULL;
		if (l.item[i].err.kind != E_OK)
			odoo_order_fail(s->order, &l.item[i].err);
		else
			odoo_order_step(t->b, s->order, "rounding", "booked",
					arena_printf(t->b->a, "total %s, tax %s%s%s",
						     amount_text(s->gap_total, t->b->a),
						     amount_text(s->gap_tax, t->b->a),
						     s->why ? "; " : "", s->why ? s->why : ""));
	}
	return rc;
}

static void give_up(struct totals *t)
{
	for (size_t i = 0; i < t->n; i++) {
		struct odoo_order *d = t->sum[i].order;
		struct err why;

		err_set(&why, E_RECORD, "rounding_failed",
			"the shop's total is %s with a tax of %s, and no rounding line makes Odoo "
			"agree (%s with a tax of %s); book %s by hand",
			amount_text(d->total, t->b->a), amount_text(d->tax, t->b->a),
			amount_text(t->sum[i].total, t->b->a), amount_text(t->sum[i].tax, t->b->a),
			d->name);
		odoo_order_fail(d, &why);
	}
}

static enum errk meet_totals(struct totals *t, struct err *e)
{
	enum errk rc = read_sums(t, e);

	for (int round = 0; t->n && rc == E_OK; round++) {
		if (round == ROUNDS_MAX) {
			give_up(t);
			return E_OK;
		}
		rc = explain_all(t, e);
		if (rc == E_OK)
			rc = book(t, round, e);
		if (rc == E_OK && t->n)
			rc = read_sums(t, e);
	}
	return rc;
}

/*
 * Every order that may still be amended, confirmed ones too, whether or not this put has written to it: an
 * earlier one may have been interrupted, or refused, behind what it wrote. An invoiced order is the ERP's own
 * affair by now, one that the shop changed too late is another than the shop's, and what is only to be cancelled need
 * not agree any more.
 */
static bool is_to_compare(const struct odoo_order *d)
{
	return odoo_order_goes_on(d) && d->id && !(d->cancelled && d->found) &&
	       !odoo_order_invoiced(d) && d->apart.kind == E_OK;
}

enum errk odoo_totals(struct odoo_batch *b, struct err *e)
{
	struct totals t = {.b = b, .sum = arena_array(b->a, b->n, sizeof(*t.sum))};
	struct odoo_order **all = arena_array(b->a, b->n, sizeof(*all));
	enum errk rc;

	for (size_t i = 0; i < b->n; i++)
		if (is_to_compare(&b->order[i])) {
			all[t.n] = &b->order[i];
			t.sum[t.n++].order = &b->order[i];
		}
	if (!t.n)
		return E_OK;
	{
		size_t n = t.n;

		rc = meet_totals(&t, e);
		return rc == E_OK ? E_OK : odoo_batch_failed(b, all, n, e);
	}
}
