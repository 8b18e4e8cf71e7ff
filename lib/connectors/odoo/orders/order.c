#include "connectors/odoo/orders/order.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/str.h"

#include "base/banned.h"

bool odoo_order_goes_on(const struct odoo_order *d)
{
	return d->doc && d->item->err.kind == E_OK;
}

bool odoo_order_invoiced(const struct odoo_order *d)
{
	return d->found && json_count(d->found, "invoice_ids") > 0;
}

void odoo_order_fail(struct odoo_order *d, const struct err *why)
{
	if (d->item->err.kind == E_OK)
		d->item->err = *why;
}

bool odoo_order_is_locked(const struct odoo_batch *b, const struct odoo_order *d)
{
	const char *field = b->o->field[FIELD_ORDER_LOCKED];

	return str_equal(d->state, "done") || (field && json_bool(d->found, field, false));
}

enum errk odoo_order_locked(const struct odoo_order *d, const char *what, struct err *e)
{
	return err_set(
		e, E_RECORD, "locked_in_odoo",
		"the shop %s it, and %s is locked in Odoo; unlock it there, then run: erpsync "
		"queue retry '%s'; or let it be as it is there: erpsync queue drop '%s'",
		what, d->name, d->item->label, d->item->label);
}

void odoo_order_step(const struct odoo_batch *b, struct odoo_order *d, const char *name,
		     const char *outcome, const char *detail)
{
	struct put_step *s = arena_alloc(b->a, sizeof(*s));

	*s = (struct put_step){.name = name, .outcome = outcome, .detail = detail};
	*d->last_step = s;
	d->last_step = &s->next;
}

enum errk odoo_batch_failed(struct odoo_batch *b, struct odoo_order *const *some, size_t n,
			    struct err *e)
{
	if (!b->wrote && e->kind != E_RECORD)
		return e->kind;
	for (size_t i = 0; i < n; i++)
		odoo_order_fail(some[i], e);
	return E_OK;
}

static enum errk amount(const cJSON *obj, const char *key, struct decimal *out, struct err *e)
{
	const char *text = json_str(obj, key);

	if (!text)
		return err_set(e, E_RECORD, "mapping", "%s is missing", key);
	return decimal_parse(text, out, e) == E_OK ? E_OK : err_wrap(e, "%s", key);
}

const char *odoo_time(const char *t, struct arena *a)
{
	char *copy = arena_strdup(a, t);

	if (strlen(copy) >= 19) {
		copy[10] = ' ';
		copy[19] = '\0';
	}
	return copy;
}

/* What a line costs, as the document says it. */
struct charge {
	struct decimal price, gross, discount;
	const char *discount_name; /* " SUMMER", or "" */
};

static enum errk read_charge(const cJSON *from, struct odoo_line *l, struct arena *a,
			     struct charge *out, struct err *e)
{
	const char *name = json_str(from, "discount_name");
	enum errk rc = amount(from, "price", &out->price, e);

	if (rc == E_OK)
		rc = amount(from, "gross", &out->gross, e);
	if (rc == E_OK)
		rc = amount(from, "discount", &out->discount, e);
	if (rc == E_OK)
		rc = amount(from, "net", &l->net, e);
	l->tax_known = json_str(from, "tax") != NULL;
	if (rc == E_OK && l->tax_known)
		rc = amount(from, "tax", &l->tax_amount, e);
	out->discount_name = name ? arena_printf(a, " %s", name) : "";
	return rc;
}

/* The discount of a line as a line of its own, behind it. */
static void add_discount(struct odoo_batch *b, struct odoo_order *d, const struct odoo_line *l,
			 const struct charge *c)
{
	char text[DECIMAL_TEXT_MAX];

	d->line[d->n_lines++] = (struct odoo_line){
		.xid = arena_printf(b->a, "%s_off", l->xid),
		.kind = "discount",
		.name = arena_printf(b->a, "Discount%s: %s", c->discount_name, l->name),
		.product_code = odoo_product_of_kind(b->o, "discount"),
		.quantity = "1",
		.price = arena_strdup(b->a, decimal_text(decimal_neg(c->discount), text)),
		.percent = "0",
		.extra = true,
	};
}

static enum errk price_line(struct odoo_batch *b, struct odoo_order *d, struct odoo_line *l,
			    struct err *e)
{
	struct charge c = {0};
	struct odoo_price p = {0};
	int64_t quantity = l->quantity ? (int64_t)strtoll(l->quantity, NULL, 10) : 0;
	char text[DECIMAL_TEXT_MAX];
	enum errk rc = read_charge(l->from, l, b->a, &c, e);

	if (rc == E_OK)
		rc = odoo_price(c.price, c.gross, c.discount, l->net, quantity, b->o->price_digits,
				b->a, &p, e);
	if (rc != E_OK)
		return rc;
	l->price = p.price;
	l->percent = p.percent;
	if (p.discount_line)
		add_discount(b, d, l, &c);
	else if (!decimal_is_zero(c.discount) && str_equal(p.percent, "0"))
		l->name = arena_printf(b->a, "%s\nDiscount%s: %s", l->name, c.discount_name,
				       decimal_text(decimal_neg(c.discount), text));
	return E_OK;
}

enum { NAME_CHARACTERS = 80, KEY_BYTES = 400 };

/*
 * As the mapping has looked for it; one of the merchant's own may not say. Half a key is looked for in vain: one that no
 * message has room for, or no one line, stands in the list.
 */
static const char *row_in_skus(const struct odoo_batch *b, const struct odoo_order *d,
			       const struct odoo_line *l, const char *id)
{
	const cJSON *keys = json_at(d->doc, "also.article_keys");
	const cJSON *found = cJSON_GetObjectItemCaseSensitive(keys, id);
	const char *key = cJSON_IsString(found) ? found->valuestring
						: arena_printf(b->a, "title:%s", l->name);
	const cJSON *lines = json_at(d->doc, "also.article_lines");
	const char *line = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(lines, id));

	if (line)
		return arena_printf(b->a, "fill in line %s of", line);
	return strlen(key) > KEY_BYTES || strcspn(key, "\r\n\t") < strlen(key)
		       ? "add the row that erpsync skus check --titles lists for it to"
		       : arena_printf(b->a, "add a row for '%s' to", key);
}

static enum errk read_line(struct odoo_batch *b, struct odoo_order *d, const cJSON *from,
			   struct err *e)
{
	struct odoo_line *l = &d->line[d->n_lines];
	const char *id = json_str(from, "id"), *kind = json_str(from, "kind");
	char name[4 * NAME_CHARACTERS + 4];

	if (!id || !kind)
		return err_set(e, E_RECORD, "mapping", "a line has no id or kind");
	if (str_equal(kind, "note") && !b->o->rules.note)
		return E_OK;
	*l = (struct odoo_line){
		.xid = arena_printf(b->a, "%s_%s", d->xid, odoo_tail(id, b->a)),
		.kind = kind,
		.name = json_str(from, "name"),
		.note = str_equal(kind, "note"),
		.quantity = json_str(from, "quantity"),
		.from = from,
	};
	if (str_blank(l->name))
		l->name = kind;
	d->n_lines++;
	if (l->note)
		return E_OK;
	l->product_code = json_str(from, "sku");
	if (!l->product_code)
		l->product_code = odoo_product_of_kind(b->o, kind);
	if (l->product_code)
		return price_line(b, d, l, e);
	str_ellipsis(name, sizeof(name), l->name, NAME_CHARACTERS);
	return err_set(e, E_RECORD, "unmapped_sku",
		       "'%s' has no SKU, and keeps none even if the article is given one now; %s "
		       "tables/skus.csv" OWN_TABLE
		       ", or set [odoo] custom_product, then run: erpsync queue retry "
		       "--code unmapped_sku",
		       name, row_in_skus(b, d, l, id));
}

static enum errk read_lines(struct odoo_batch *b, struct odoo_order *d, struct err *e)
{
	const cJSON *lines = json_at(d->doc, "lines");
	int number = 0;

	d->line = arena_array(b->a, 2 * json_count(d->doc, "lines") + 1, sizeof(*d->line));
	JSON_EACH (from, lines) {
		enum errk rc = read_line(b, d, from, e);

		number++;
		if (rc != E_OK)
			return err_wrap(e, "line %d", number);
	}
	return E_OK;
}

enum errk odoo_order_read(struct odoo_batch *b, struct odoo_order *d, struct err *e)
{
	const char *text = d->item->doc, *date;
	enum errk rc = json_parse(text, strlen(text), &d->doc, e);

	if (rc != E_OK)
		return rc;
	d->number = json_str(d->doc, "number");
	d->currency = json_str(d->doc, "currency");
	date = json_str(d->doc, "date");
	if (!d->number || !d->currency || !date)
		return err_set(e, E_RECORD, "mapping", "number, currency or date is missing");
	d->digits = currency_exponent(d->currency);
	d->date = odoo_time(date, b->a);
	d->day = json_str(d->doc, "day");
	if (!d->day)
		d->day = arena_strndup(b->a, d->date, 10);
	d->cancelled = json_bool(d->doc, "cancelled", false);
	d->included = json_bool(d->doc, "prices_include_tax", false);
	d->asked = odoo_depth_of(json_str(d->doc, "depth"));
	d->depth = d->asked < b->o->rules.depth ? d->asked : b->o->rules.depth;
	rc = amount(d->doc, "totals.total", &d->total, e);
	if (rc == E_OK)
		rc = amount(d->doc, "totals.tax", &d->tax, e);
	if (rc == E_OK)
		rc = read_lines(b, d, e);
	return rc;
}

/* Resolving */

static enum errk resolve_taxes(struct odoo_batch *b, struct odoo_order *d, struct odoo_line *l,
			       const struct odoo_product *p, const cJSON *taxes, struct err *e)
{
	JSON_EACH (wanted, taxes) {
		const char *title = json_str(wanted, "title");
		struct odoo_tax_wanted w = {
			.rate = json_str(wanted, "rate"),
			.title = title ? title : "",
			.name = json_str(wanted, "name"),
			.included = d->included,
			.service = p->service,
		};
		enum errk rc;

		if (l->n_taxes == LINE_TAXES_MAX)
			return err_set(e, E_RECORD, "too_many_taxes", "more than %d taxes on it",
				       LINE_TAXES_MAX);
		rc = odoo_look_tax(b->o, &w, b->a, &l->tax[l->n_taxes], e);
		if (rc != E_OK)
			return rc;
		l->n_taxes++;
	}
	return E_OK;
}

static enum errk resolve_line(struct odoo_batch *b, struct odoo_order *d, struct odoo_line *l,
			      struct err *e)
{
	const struct odoo_product *p;

	if (l->note)
		return E_OK;
	p = odoo_product(b->o, l->product_code);
	if (!p || !p->id)
		return err_set(e, E_RECORD, p ? p->code : "unmapped_sku", "%s",
			       p ? p->problem : "its product was not asked for");
	l->product = p->id;
	l->unit = p->unit;
	return resolve_taxes(b, d, l, p, json_at(l->from, "taxes"), e);
}

static enum errk add_value(struct odoo_batch *b, struct odoo_order *d, enum odoo_look_kind kind,
			   const char *field, const char *name, struct err *e)
{
	struct odoo_cell *cell;
	int64_t id;
	enum errk rc;

	if (!name || odoo_cell(d->values, field))
		return E_OK;
	rc = odoo_look(b->o, kind, name, b->a, &id, e);
	if (rc != E_OK)
		return rc;
	cell = arena_alloc(b->a, sizeof(*cell));
	*cell = (struct odoo_cell){field, odoo_id_text(id, b->a), d->values};
	d->values = cell;
	return E_OK;
}

static enum errk add_tag(struct odoo_batch *b, struct odoo_order *d, struct err *e)
{
	struct odoo_cell *cell;
	int64_t id;
	enum errk rc;

	if (!b->o->rules.tag || odoo_cell(d->values, "tag_ids/.id"))
		return E_OK;
	rc = odoo_look_tag(b->o, b->o->rules.tag, b->a, &id, e);
	if (rc != E_OK)
		return rc;
	cell = arena_alloc(b->a, sizeof(*cell));
	*cell = (struct odoo_cell){"tag_ids/.id", odoo_id_text(id, b->a), d->values};
	d->values = cell;
	return E_OK;
}

/* What the mapping leaves open the configuration says; what that leaves open Odoo decides. */
static enum errk resolve_head(struct odoo_batch *b, struct odoo_order *d, struct err *e)
{
	const struct odoo_rules *r = &b->o->rules;
	enum errk rc = odoo_cells(b->o, json_at(d->doc, "values"), b->a, &d->values, e);

	if (rc == E_OK)
		rc = add_value(b, d, LOOK_WAREHOUSE, "warehouse_id/.id", r->warehouse, e);
	if (rc == E_OK)
		rc = add_value(b, d, LOOK_TEAM, "team_id/.id", r->team, e);
	if (rc == E_OK)
		rc = add_value(b, d, LOOK_SALESPERSON, "user_id/.id", r->salesperson, e);
	if (rc == E_OK)
		rc = add_tag(b, d, e);
	if (rc == E_OK)
		rc = odoo_look_pricelist(b->o, json_str(d->doc, "pricelist"), d->currency, b->a,
					 &d->pricelist, e);
	return rc;
}

enum errk odoo_order_resolve(struct odoo_batch *b, struct odoo_order *d, struct err *e)
{
	int number = 0;
	enum errk rc = resolve_head(b, d, e);

	for (size_t i = 0; i < d->n_lines && rc == E_OK; i++) {
		struct odoo_line *l = &d->line[i];

		if (l->extra) {
			const struct odoo_line *of = &d->line[i - 1];
			const struct odoo_product *p = odoo_product(b->o, l->product_code);

			if (!p || !p->id)
				return err_set(e, E_RECORD, p ? p->code : "unmapped_sku", "%s",
					       p ? p->problem : "no [odoo] discount_product");
			l->product = p->id;
			l->unit = p->unit;
			memcpy(l->tax, of->tax, sizeof(l->tax));
			l->n_taxes = of->n_taxes;
			continue;
		}
		number++;
		rc = resolve_line(b, d, l, e);
		if (rc != E_OK)
			return err_wrap(e, "line %d", number);
	}
	return rc;
}

int64_t odoo_order_known_id(const struct put_item *item)
{
	int64_t id = 0;

	for (const char *p = item->target.id ? item->target.id : ""; *p; p++) {
		if (*p < '0' || *p > '9' || id >= INT64_MAX / 100)
			return 0;
		id = id * 10 + (*p - '0');
	}
	return id;
}
