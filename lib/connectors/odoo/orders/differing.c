#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/list.h"
#include "base/str.h"
#include "connectors/odoo/orders/amend.h"
#include "connectors/odoo/source.h"

#include "base/banned.h"

/* What differs between an order in Odoo and what the shop says now, and is ours to change. See amend.c. */

/* Text of a note of ours that the shop no longer has: lines can't be deleted by load. */
static const char remember_gone[] = "(no longer in the shop)";

void amend_add_text(const struct amend *m, const char **list, const char *text)
{
	if (*list && strlen(*list) > 500)
		return;
	*list = arena_printf(m->b->a, "%s%s%s", *list ? *list : "", *list ? "; " : "", text);
}

static void say(const struct amend *m, struct change *c, const char *text)
{
	amend_add_text(m, &c->what, text);
}

static bool same_number(const cJSON *record, const char *field, const char *cell)
{
	struct decimal is, wanted;

	return odoo_amount(record, field, 6, &is, NULL) == E_OK &&
	       decimal_parse(cell, &wanted, NULL) == E_OK && decimal_cmp(is, wanted) == 0;
}

static const char *tax_names(const struct odoo *o, const char *ids, struct arena *a)
{
	char *list = arena_strdup(a, ids), *rest = NULL;
	const char *text = NULL;

	for (const char *at = strtok_r(list, ",", &rest); at; at = strtok_r(NULL, ",", &rest)) {
		const char *name = at;

		for (size_t i = 0; i < o->looks.n_taxes; i++)
			if (str_equal(odoo_id_text(o->looks.tax[i].id, a), at))
				name = o->looks.tax[i].name;
		text = arena_printf(a, "%s%s%s", text ? text : "", text ? " + " : "", name);
	}
	return text;
}

/* "2 19.9 10 68" as people read it: "2 x 19.9 less 10 %, VAT 20%". Of several the last is what they have seen. */
static const char *readable(const struct amend *m, const char *value)
{
	struct arena *a = m->b->a;
	const char *last = strrchr(value, ';');
	char *text = arena_strdup(a, last ? last + 1 : value), *rest = NULL;
	const char *cell[4];
	size_t n = 0;

	for (char *at = strtok_r(text, " ", &rest); at && n < 4; at = strtok_r(NULL, " ", &rest))
		cell[n++] = at;
	if (n < 4)
		return str_equal(value, "?") ? "not known" : "no such line";
	return arena_printf(a, "%s x %s%s%s%s, %s", cell[0], cell[1],
			    str_equal(cell[2], "0") ? "" : " less ",
			    str_equal(cell[2], "0") ? "" : cell[2],
			    str_equal(cell[2], "0") ? "" : " %",
			    str_equal(cell[3], "-") ? "no tax" : tax_names(m->b->o, cell[3], a));
}

/* What people made of a line of ours, and what it was before. */
static void say_people(const struct amend *m, struct change *c, const char *key, const char *name,
		       const char *is, const char *wanted, bool left)
{
	amend_add_text(m, left ? &c->people : &c->over,
		       arena_printf(m->b->a, "'%s': %s → %s in Odoo, %s in the shop", name,
				    readable(m, odoo_baseline_value(c->order, key)),
				    readable(m, is ? is : "-"),
				    readable(m, wanted ? wanted : "-")));
}

/*
 * Who names an order has the shop's written over what people made of it. Where nobody knows what was written last, a
 * line that is not there is one that the shop has added, rather than one that people have deleted.
 */
static bool is_left(const struct amend *m, enum odoo_stand stand, bool there)
{
	return !m->b->put->named &&
	       (stand == STAND_PEOPLE || stand == STAND_BOTH || (stand == STAND_UNKNOWN && there));
}

/* The name of a line of goods goes over as Odoo has it: what people made of it stays. */
static void add_changed(struct amend *m, struct change *c, const char *xid, const char *quantity,
			const char *price, const char *percent, const char *name, const char *taxes)
{
	const char **cell = arena_array(m->b->a, AMEND_CHANGED_WIDTH, sizeof(*cell));

	cell[0] = c->n_changed ? NULL : c->order->xid;
	cell[1] = xid;
	cell[2] = quantity;
	cell[3] = price;
	cell[4] = percent;
	cell[5] = name;
	cell[6] = taxes;
	c->changed[c->n_changed++].cells = cell;
}

static void add_added(struct amend *m, struct change *c, const struct odoo_line *l, size_t at)
{
	const char **cell = arena_array(m->b->a, ODOO_LINE_CELLS + 1, sizeof(*cell));

	cell[0] = c->n_added ? NULL : c->order->xid;
	odoo_line_cells(m->b, l, at, cell + 1);
	c->added[c->n_added++].cells = cell;
}

static void rewrite(struct amend *m, struct change *c, const struct odoo_line *l,
		    const cJSON *record)
{
	add_changed(m, c, l->xid, l->quantity, l->price, l->percent, json_str(record, "name"),
		    odoo_line_taxes(l, m->b->a));
}

/*
 * A line of text of ours says what the shop says now, unless people wrote into it and the shop did not: it hurts
 * nobody. Odoo lets nobody write the text of a locked order, and what else is to be done with the order need not wait
 * for that.
 */
static void write_note(struct amend *m, struct change *c, const char *xid, const char *text,
		       const cJSON *record)
{
	const struct odoo *o = m->b->o;
	struct odoo_order *d = c->order;
	const char *key = odoo_baseline_key(d, xid), *wanted = odoo_baseline_text(text, m->b->a);
	const char *is = odoo_baseline_text(json_str(record, "name"), m->b->a);
	enum odoo_stand stand = odoo_baseline_judge(d, key, is, wanted);
	bool locked = stand != STAND_SAME && odoo_order_is_locked(m->b, d);
	bool left = locked || (stand == STAND_PEOPLE && !m->b->put->named);

	odoo_baseline_note(d, key, is, wanted, !left, m->b->a);
	if (stand == STAND_SAME || (left && !locked))
		return;
	if (locked) {
		o->env.notice(
			o->env.notice_ctx, d->xid,
			arena_printf(m->b->a,
				     "%s: the shop changed a text of it, and %s is locked in "
				     "Odoo, where it stays as it was; unlock the order there to "
				     "have it with the next change",
				     d->item->label, d->name));
		return;
	}
	if (stand == STAND_BOTH)
		o->env.notice(o->env.notice_ctx, NULL,
			      arena_printf(m->b->a,
					   "%s: a text that people had changed in %s says what the "
					   "shop made of it",
					   d->item->label, d->name));
	add_changed(m, c, xid, "0", "0", "0", text, "");
}

/* A line of ours as Odoo has it; NULL: it has not. */
struct seen {
	const cJSON *record;
	const char *key, *is, *wanted;
	enum odoo_stand stand;
	bool changed;
};

/*
 * Goods of a confirmed order that are fewer by now; or are again as many as Odoo has, where a put that lowered them was cut
 * short: their moves may be lowered.
 */
static void note_lowered(struct amend *m, struct change *c, const struct seen *s, const char *name,
			 const char *quantity, int64_t product)
{
	struct odoo_order *d = c->order;
	struct decimal is, wanted;
	const char *known = odoo_baseline_value(d, s->key);
	/* One that was made by the put that was cut short was not lowered. */
	bool cut = strchr(known, ';') && !str_starts(known, "-;");
	int order;

	if (!str_equal(d->state, "sale") && !str_equal(d->state, "done"))
		return;
	if (odoo_amount(s->record, "product_uom_qty", 6, &is, NULL) != E_OK ||
	    decimal_parse(quantity, &wanted, NULL) != E_OK)
		return;
	order = decimal_cmp(wanted, is);
	if (order > 0 || (order == 0 && !cut))
		return;
	*list_add(&c->lowered,
		  m->b->a) = (struct odoo_lowered){.order = d,
						   .line = json_int(s->record, "id", 0),
						   .product = product,
						   .name = name,
						   .wanted = quantity,
						   .units = decimal_round(wanted, 0).units,
						   .interrupted = order == 0};
}

/* A line of ours that the shop no longer has; the rounding lines are seen to with the totals. */
static void compare_gone(struct amend *m, struct change *c, const char *xid, const cJSON *record)
{
	struct odoo_order *d = c->order;
	struct arena *a = m->b->a;
	const char *name = json_str(record, "name"), *taxes = "", *key, *is, *wanted;
	enum odoo_stand stand;

	if (!str_starts(xid, arena_printf(a, "%s_", d->xid)) ||
	    str_starts(xid, arena_printf(a, "%s_rounding", d->xid)))
		return;
	if (json_str(record, "display_type")) {
		if (m->b->o->rules.note)
			write_note(m, c, xid, remember_gone, record);
		return;
	}
	key = odoo_baseline_key(d, xid);
	is = odoo_baseline_found(m->b->o, record, NULL, a);
	wanted = odoo_baseline_found(m->b->o, record, "0", a);
	stand = odoo_baseline_judge(d, key, is, wanted);
	odoo_baseline_note(d, key, is, wanted, !is_left(m, stand, true), a);
	if (stand == STAND_SAME)
		return;
	say(m, c, arena_printf(a, "'%s' is gone in the shop", name));
	c->delivered = c->delivered || !same_number(record, "qty_delivered", "0");
	c->shop = c->shop || stand != STAND_PEOPLE;
	if (stand != STAND_SHOP)
		say_people(m, c, key, name, is, "-", is_left(m, stand, true));
	if (is_left(m, stand, true))
		return;
	note_lowered(m, c, &(struct seen){.record = record, .key = key}, name, "0",
		     odoo_ref(record, "product_id"));
	JSON_EACH (id, json_at(record, m->b->o->field[FIELD_LINE_TAXES]))
		taxes = arena_printf(a, "%s%s%lld", taxes, *taxes ? "," : "",
				     (long long)json_int(id, "", 0));
	add_changed(m, c, xid, "0", json_number_text(record, "price_unit", a),
		    json_number_text(record, "discount", a), name, taxes);
}

/* What Odoo makes of a line and of its discount's. */
static enum errk sum_line(const struct odoo_order *d, const struct seen *seen, size_t n,
			  struct decimal *net, struct decimal *tax, struct err *e)
{
	const char *field = d->included ? "price_total" : "price_subtotal";
	struct decimal part;
	enum errk rc = E_OK;

	*net = *tax = DECIMAL_ZERO;
	for (size_t i = 0; i < n && rc == E_OK; i++) {
		rc = odoo_amount(seen[i].record, field, d->digits, &part, e);
		if (rc == E_OK)
			rc = decimal_add(*net, part, net, e);
		if (rc == E_OK)
			rc = odoo_amount(seen[i].record, "price_tax", d->digits, &part, e);
		if (rc == E_OK)
			rc = decimal_add(*tax, part, tax, e);
	}
	return rc;
}

static bool has_gap(const struct odoo_order *d)
{
	struct decimal total, tax;

	return odoo_amount(d->found, "amount_total", d->digits, &total, NULL) != E_OK ||
	       odoo_amount(d->found, "amount_tax", d->digits, &tax, NULL) != E_OK ||
	       decimal_cmp(total, d->total) != 0 || decimal_cmp(tax, d->tax) != 0;
}

/*
 * Odoo keeps what it made of a line: a tax that somebody has corrected since is not in it. A line that is as
 * it should be but for its sums is written again, so that they are made anew; what they are then is compared
 * with the totals.
 */
static enum errk refresh_lines(struct amend *m, struct change *c, const struct seen *seen,
			       struct err *e)
{
	struct odoo_order *d = c->order;

	for (size_t i = 0, n = 1; i < d->n_lines; i += n) {
		struct decimal net, tax;
		bool whole = !d->line[i].note;
		enum errk rc;

		for (n = 1; i + n < d->n_lines && d->line[i + n].extra; n++)
			;
		for (size_t k = i; k < i + n; k++)
			whole = whole && seen[k].record && !seen[k].changed;
		if (!whole)
			continue;
		rc = sum_line(d, seen + i, n, &net, &tax, e);
		if (rc != E_OK)
			return rc;
		if (odoo_line_compare(m->b, d, i, net, tax, NULL, NULL) == E_OK)
			continue;
		for (size_t k = i; k < i + n; k++)
			rewrite(m, c, &d->line[k], seen[k].record);
	}
	return E_OK;
}

/* What refunds of the shop took out of the line is in it as the shop's order says; NULL: nothing. */
static const char *with_given_back(const struct amend *m, const struct odoo_line *l,
				   const cJSON *record)
{
	int64_t units = odoo_given_back(m->b->o, m->xids, l->xid);
	struct decimal is, sum;
	char text[DECIMAL_TEXT_MAX];

	if (!units || odoo_amount(record, "product_uom_qty", 6, &is, NULL) != E_OK ||
	    decimal_add(is, (struct decimal){.units = units}, &sum, NULL) != E_OK)
		return NULL;
	return arena_strdup(m->b->a, decimal_text_short(sum, text));
}

static void look_at_line(struct amend *m, const struct odoo_order *d, const struct odoo_line *l,
			 struct seen *s)
{
	s->key = odoo_baseline_key(d, l->xid);
	s->is = s->record ? odoo_baseline_found(m->b->o, s->record,
						with_given_back(m, l, s->record), m->b->a)
			  : NULL;
	s->wanted = odoo_baseline_wanted(l, m->b->a);
	s->stand = odoo_baseline_judge(d, s->key, s->is, s->wanted);
}

static void compare_line(struct amend *m, struct change *c, size_t at, struct seen *s, bool left)
{
	const struct odoo_line *l = &c->order->line[at];
	struct arena *a = m->b->a;

	if (l->note && s->record) {
		write_note(m, c, l->xid, l->name, s->record);
		return;
	}
	if (l->note)
		left = s->stand == STAND_PEOPLE && !m->b->put->named;
	odoo_baseline_note(c->order, s->key, s->is, s->wanted, s->stand == STAND_SAME || !left, a);
	s->changed = s->stand != STAND_SAME;
	if (!l->note && s->record && !left)
		note_lowered(m, c, s, l->name, l->quantity, l->product);
	if (!s->changed)
		return;
	if (!l->note && s->record) {
		say(m, c,
		    arena_printf(a, "'%s': %s x %s in Odoo, %s x %s in the shop", l->name,
				 json_number_text(s->record, "product_uom_qty", a),
				 json_number_text(s->record, "price_unit", a), l->quantity,
				 l->price));
		c->delivered = c->delivered || !same_number(s->record, "qty_delivered", "0");
	} else if (!l->note) {
		say(m, c, arena_printf(a, "'%s' is new in the shop", l->name));
	}
	c->shop = c->shop || (!l->note && s->stand != STAND_PEOPLE);
	if (!l->note && (left || s->stand != STAND_SHOP))
		say_people(m, c, s->key, l->name, s->is, s->wanted, left);
	if (left)
		return;
	if (s->record)
		rewrite(m, c, l, s->record);
	else
		add_added(m, c, l, at);
}

/* A line with its discount's: half of the two would be a price that nobody made. */
static size_t compare_group(struct amend *m, struct change *c, struct seen *seen, size_t at)
{
	struct odoo_order *d = c->order;
	bool left = false;
	size_t n = 1;

	while (at + n < d->n_lines && d->line[at + n].extra)
		n++;
	for (size_t i = at; i < at + n; i++) {
		look_at_line(m, d, &d->line[i], &seen[i]);
		left = left || is_left(m, seen[i].stand, seen[i].record != NULL);
	}
	for (size_t i = at; i < at + n; i++)
		compare_line(m, c, i, &seen[i], left);
	return n;
}

static enum errk same_product(const struct odoo_order *d, const struct odoo_line *l,
			      const cJSON *record, struct err *e)
{
	if (l->note || odoo_ref(record, "product_id") == l->product)
		return E_OK;
	return err_set(e, E_RECORD, "product_changed",
		       "'%s' is another product in Odoo (%s) than in the shop; correct one of "
		       "them, then run: erpsync queue retry '%s'",
		       l->name, d->name, d->item->label);
}

static enum errk compare_lines(struct amend *m, struct change *c, struct err *e)
{
	struct odoo_order *d = c->order;
	struct seen *seen = arena_array(m->b->a, d->n_lines + 1, sizeof(*seen));
	size_t most = d->n_lines + (size_t)cJSON_GetArraySize(m->lines);

	c->changed = arena_array(m->b->a, most, sizeof(*c->changed));
	c->added = arena_array(m->b->a, most, sizeof(*c->added));
	JSON_EACH (record, m->lines) {
		const char *xid = odoo_external_id(m->xids, json_int(record, "id", 0));
		size_t i = 0;
		enum errk rc;

		if (odoo_ref(record, "order_id") != d->id)
			continue;
		while (i < d->n_lines && !str_equal(d->line[i].xid, xid))
			i++;
		if (i == d->n_lines) {
			compare_gone(m, c, xid, record);
			continue;
		}
		seen[i].record = record;
		rc = same_product(d, &d->line[i], record, e);
		if (rc != E_OK)
			return rc;
	}
	for (size_t i = 0; i < d->n_lines;)
		i += compare_group(m, c, seen, i);
	return odoo_order_invoiced(d) || !has_gap(d) ? E_OK : refresh_lines(m, c, seen, e);
}

static void compare_head(struct amend *m, struct change *c)
{
	static const char *const what[OWN_COUNT_] = {"another billing address",
						     "another shipping address",
						     "another customer reference"};
	struct odoo_order *d = c->order;

	for (int i = 0; i < OWN_COUNT_; i++) {
		enum odoo_head h = (enum odoo_head)i;
		enum odoo_stand stand = odoo_baseline_head(d, h, m->b->a);
		/* Of an order that nothing is known of the shop's counts, as ever. */
		bool left = is_left(m, stand, false);

		odoo_baseline_note_head(d, d->found, h, !left, m->b->a);
		if (stand == STAND_SAME || (left && stand == STAND_PEOPLE))
			continue;
		if (h != OWN_REFERENCE || left)
			say(m, c, what[h]);
		c->shop = c->shop || (h != OWN_REFERENCE && stand != STAND_PEOPLE);
		if (stand != STAND_SHOP)
			amend_add_text(m, left ? &c->people : &c->over,
				       arena_printf(m->b->a, "%s than the shop's", what[h]));
		if (left)
			continue;
		if (h == OWN_INVOICE)
			c->invoice = odoo_id_text(d->party[PARTY_INVOICE], m->b->a);
		else if (h == OWN_DELIVERY)
			c->delivery = odoo_id_text(d->party[PARTY_DELIVERY], m->b->a);
		else
			c->reference = odoo_cell(d->values, "client_order_ref");
	}
}

bool amend_has_change(const struct change *c)
{
	return c->n_changed || c->n_added || c->invoice || c->delivery || c->reference;
}

/* Lines of text alone hurt nobody. */
static bool is_harmless(const struct change *c)
{
	return !c->what;
}

enum errk amend_compare(struct amend *m, struct change *c, struct err *e)
{
	struct odoo_order *d = c->order;
	enum errk rc;

	if (str_equal(d->state, "cancel"))
		return err_set(
			e, E_RECORD, "cancelled_in_odoo",
			"%s was cancelled in Odoo, and the shop's order is open; cancel it in "
			"the shop, or set it to quotation in Odoo, then run: erpsync queue "
			"retry '%s'",
			d->name, d->item->label);
	rc = compare_lines(m, c, e);
	if (rc != E_OK)
		return rc;
	compare_head(m, c);
	if ((!amend_has_change(c) && !c->people) || is_harmless(c))
		return E_OK;
	c->late = odoo_order_invoiced(d) || c->delivered;
	if (c->late)
		return E_OK;
	if (amend_has_change(c) && odoo_order_is_locked(m->b, d))
		return odoo_order_locked(d, "changed", e);
	return E_OK;
}

enum errk amend_read_lines(struct amend *m, struct err *e)
{
	const char *const fields[] = {"order_id",
				      "product_id",
				      "name",
				      "display_type",
				      "price_unit",
				      "product_uom_qty",
				      "discount",
				      "qty_delivered",
				      "price_subtotal",
				      "price_tax",
				      "price_total",
				      m->b->o->field[FIELD_LINE_TAXES],
				      NULL};
	int64_t *ids = arena_array(m->b->a, m->n, sizeof(*ids));
	struct odoo_read r = {.model = "sale.order.line",
			      .fields = fields,
			      .by = "order_id",
			      .ids = ids,
			      .n_ids = m->n,
			      .complete = true};
	size_t n = 0;
	enum errk rc;

	for (size_t i = 0; i < m->n; i++)
		ids[i] = m->change[i].order->id;
	rc = odoo_search_read(m->b->o, &r, m->b->a, &m->lines, e);
	if (rc != E_OK)
		return rc;
	ids = odoo_refs(m->lines, "id", m->b->a, &n);
	return odoo_external_ids(m->b->o, "sale.order.line", ids, n, m->b->a, &m->xids, e);
}
