#include "connectors/odoo/load.h"
#include "connectors/odoo/orders/order.h"

#include <string.h>

#include "base/str.h"

#include "base/banned.h"

/*
 * An order as rows of `load`: its own cells stand in the first row only; each line is a row. Where
 * price, discount or taxes are not sent, Odoo fills them from the customer's price list and the
 * product: so they always are. So is the unit, though it is the product's own: for a line without
 * it, Odoo 14 works out all of the others first, a quarter of what an order costs it.
 */
enum head_column {
	HEAD_ID,
	HEAD_CUSTOMER,
	HEAD_INVOICE,
	HEAD_DELIVERY,
	HEAD_DATE,
	HEAD_PRICELIST,
	HEAD_COUNT_
};
static const char *const head_fields[HEAD_COUNT_] = {
	[HEAD_ID] = "id",
	[HEAD_CUSTOMER] = "partner_id/.id",
	[HEAD_INVOICE] = "partner_invoice_id/.id",
	[HEAD_DELIVERY] = "partner_shipping_id/.id",
	[HEAD_DATE] = "date_order",
	[HEAD_PRICELIST] = "pricelist_id/.id",
};

enum line_column {
	LINE_ID,
	LINE_SEQUENCE,
	LINE_TYPE,
	LINE_PRODUCT,
	LINE_NAME,
	LINE_QUANTITY,
	LINE_PRICE,
	LINE_DISCOUNT,
	/* Whose names depend on the version. */
	LINE_UNIT,
	LINE_TAXES,
	LINE_COUNT_
};
_Static_assert((int)LINE_COUNT_ == ODOO_LINE_CELLS, "what others make room for");

static const char *const line_fields[LINE_COUNT_] = {
	[LINE_ID] = "id",
	[LINE_SEQUENCE] = "sequence",
	[LINE_TYPE] = "display_type",
	[LINE_PRODUCT] = "product_id/.id",
	[LINE_NAME] = "name",
	[LINE_QUANTITY] = "product_uom_qty",
	[LINE_PRICE] = "price_unit",
	[LINE_DISCOUNT] = "discount",
};

static size_t count_values(const struct odoo_order *d)
{
	size_t n = 0;

	for (const struct odoo_cell *c = d->values; c; c = c->next)
		n++;
	return n;
}

/* Companies without price lists don't have the field's feature: leave it alone then. */
static bool has_column(const struct odoo_order *d, int column)
{
	return column != HEAD_PRICELIST || d->pricelist;
}

void odoo_line_fields(const struct odoo_batch *b, const char *fields[ODOO_LINE_CELLS])
{
	for (int i = 0; i < LINE_COUNT_; i++)
		if (line_fields[i])
			fields[i] = arena_printf(b->a, "order_line/%s", line_fields[i]);
	fields[LINE_UNIT] = arena_printf(b->a, "order_line/%s/.id", b->o->field[FIELD_LINE_UNIT]);
	fields[LINE_TAXES] = arena_printf(b->a, "order_line/%s/.id", b->o->field[FIELD_LINE_TAXES]);
}

const char *const *odoo_order_fields(const struct odoo_batch *b, const struct odoo_order *d)
{
	const char **fields = arena_array(b->a, HEAD_COUNT_ + count_values(d) + LINE_COUNT_ + 1,
					  sizeof(*fields));
	size_t n = 0;

	for (int i = 0; i < HEAD_COUNT_; i++)
		if (has_column(d, i))
			fields[n++] = head_fields[i];
	for (const struct odoo_cell *c = d->values; c; c = c->next)
		fields[n++] = c->field;
	odoo_line_fields(b, fields + n);
	return fields;
}

static size_t head_cells(const struct odoo_batch *b, const struct odoo_order *d, const char **cell)
{
	const char *text[HEAD_COUNT_] = {
		[HEAD_ID] = d->xid,
		[HEAD_CUSTOMER] = odoo_id_text(d->party[PARTY_CUSTOMER], b->a),
		[HEAD_INVOICE] = odoo_id_text(d->party[PARTY_INVOICE], b->a),
		[HEAD_DELIVERY] = odoo_id_text(d->party[PARTY_DELIVERY], b->a),
		[HEAD_DATE] = d->date,
		[HEAD_PRICELIST] = odoo_id_text(d->pricelist, b->a),
	};
	size_t n = 0;

	for (int i = 0; i < HEAD_COUNT_; i++)
		if (has_column(d, i))
			cell[n++] = text[i];
	for (const struct odoo_cell *c = d->values; c; c = c->next)
		cell[n++] = c->text;
	return n;
}

static size_t head_width(const struct odoo_order *d)
{
	size_t n = count_values(d);

	for (int i = 0; i < HEAD_COUNT_; i++)
		n += has_column(d, i);
	return n;
}

const char *odoo_line_taxes(const struct odoo_line *l, struct arena *a)
{
	const char *list = "";

	for (size_t i = 0; i < l->n_taxes; i++)
		list = arena_printf(a, "%s%s%lld", list, i ? "," : "", (long long)l->tax[i]->id);
	return list;
}

void odoo_line_cells(const struct odoo_batch *b, const struct odoo_line *l, size_t number,
		     const char *cell[ODOO_LINE_CELLS])
{
	cell[LINE_ID] = l->xid;
	cell[LINE_SEQUENCE] = odoo_id_text((int64_t)(number + 1) * 10, b->a);
	cell[LINE_TYPE] = l->note ? "line_note" : "";
	cell[LINE_PRODUCT] = odoo_id_text(l->product, b->a);
	cell[LINE_NAME] = l->name;
	cell[LINE_QUANTITY] = l->note ? "0" : l->quantity;
	cell[LINE_PRICE] = l->note ? "0" : l->price;
	cell[LINE_DISCOUNT] = l->note ? "0" : l->percent;
	cell[LINE_UNIT] = odoo_id_text(l->unit, b->a);
	cell[LINE_TAXES] = odoo_line_taxes(l, b->a);
}

void odoo_order_rows(const struct odoo_batch *b, const struct odoo_order *d,
		     struct odoo_load_item *out)
{
	size_t head = head_width(d), own = d->n_lines, n = own + d->n_rounding;

	n = n ? n : 1;
	*out = (struct odoo_load_item){.row = arena_array(b->a, n, sizeof(*out->row)), .n_rows = n};
	for (size_t i = 0; i < n; i++) {
		const char **cell = arena_array(b->a, head + LINE_COUNT_, sizeof(*cell));

		if (i == 0)
			head_cells(b, d, cell);
		if (i < own)
			odoo_line_cells(b, &d->line[i], i, cell + head);
		else if (i - own < d->n_rounding)
			odoo_line_cells(b, &d->rounding[i - own], i, cell + head);
		out->row[i].cells = cell;
	}
}
