#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/step.h"
#include "base/str.h"
#include "connectors/odoo/load.h"
#include "connectors/odoo/refunds/refund.h"

#include "base/banned.h"

/*
 * The order after a refund. A line that is lowered and the text that says so are one write, so that a run that was killed
 * finds both or none, and `orders export` knows by the text's external id that the line is the shop's. What is left between
 * order and books, cents of taxes that are rounded over all of it, stands on a line of its own.
 */

static enum errk load(struct refund *r, const char *const *fields, struct odoo_row *row, size_t n,
		      struct err *e)
{
	struct odoo_load_item item = {.row = row, .n_rows = n, .known = r->d.id};
	struct odoo_load l = {.model = "sale.order",
			      .fields = fields,
			      .item = &item,
			      .n = 1,
			      .flag = "mail_activity_automation_skip",
			      .fresh = true};
	enum errk rc;

	r->b->wrote = r->d.wrote = true;
	rc = odoo_load(r->b->o, &l, r->b->a, e);
	if (rc == E_OK && item.err.kind != E_OK) {
		*e = item.err;
		rc = e->kind;
	}
	return rc;
}

enum { OWN_WIDTH = ODOO_LINE_CELLS + 2, LAST = 1000 };

/* Delivered as it is ordered: else Odoo has a line of -1 for one to be billed, or of which more was delivered. */
static void add_row(struct refund *r, const struct odoo_line *l, struct odoo_row *row, size_t *n)
{
	const char **cell = arena_array(r->b->a, OWN_WIDTH, sizeof(*cell));

	cell[0] = *n ? NULL : r->order_xid;
	odoo_line_cells(r->b, l, LAST + *n, cell + 1);
	cell[OWN_WIDTH - 1] = l->quantity;
	row[(*n)++].cells = cell;
}

static void own_fields(const struct refund *r, const char *fields[OWN_WIDTH + 1])
{
	fields[0] = "id";
	odoo_line_fields(r->b, fields + 1);
	fields[OWN_WIDTH - 1] = "order_line/qty_delivered";
	fields[OWN_WIDTH] = NULL;
}

/* Each line of money alone, and each difference of price, takes as much from the order as the credit note gives. */
static enum errk add_own_lines(struct refund *r, struct err *e)
{
	const char *fields[OWN_WIDTH + 1];
	struct odoo_row *row = arena_array(r->b->a, r->d.n_lines + 1, sizeof(*row));
	size_t n = 0;
	enum errk rc;

	for (size_t i = 0; i < r->parts.n; i++) {
		const struct refund_part *p = &r->parts.at[i];

		for (size_t k = p->lowers ? 1 : 0; k < p->n; k++) {
			struct odoo_line l = r->d.line[p->at + k];

			if (refund_order_line(r, l.xid))
				continue;
			l.name = arena_printf(r->b->a, "%s: %s", r->d.number, l.name);
			l.quantity = "-1";
			add_row(r, &l, row, &n);
		}
	}
	if (!n)
		return E_OK;
	own_fields(r, fields);
	rc = load(r, fields, row, n, e);
	STEP("odoo refund lines loaded");
	return rc;
}

enum { LOWERED_WIDTH = 8 };

static void lowered_row(struct refund *r, const char *xid, const char *type, const char *name,
			const char *quantity, const struct odoo_line *l, struct odoo_row *row,
			size_t *n)
{
	const char **cell = arena_array(r->b->a, LOWERED_WIDTH, sizeof(*cell));

	cell[0] = *n ? NULL : r->order_xid;
	cell[1] = xid;
	cell[2] = type;
	cell[3] = name;
	cell[4] = quantity;
	cell[5] = l ? l->price : "0";
	cell[6] = l ? l->percent : "0";
	cell[7] = l ? odoo_line_taxes(l, r->b->a) : "";
	row[(*n)++].cells = cell;
}

static const char *taxes_of(const struct refund *r, const cJSON *line)
{
	const char *text = "";

	JSON_EACH (id, json_at(line, r->b->o->field[FIELD_LINE_TAXES]))
		text = arena_printf(r->b->a, "%s%s%lld", text, *text ? "," : "",
				    (long long)json_int(id, "", 0));
	return text;
}

/* What a line has before this write less the units of this refund's parts that are still in it. */
static const char *left_of(const struct refund *r, const struct refund_part *p)
{
	int64_t units = 0;

	if (!odoo_whole_units(p->sold, "product_uom_qty", &units))
		BUG("refund_plan takes no parts of a unit");
	for (size_t i = 0; i < r->parts.n; i++) {
		const struct refund_part *x = &r->parts.at[i];

		if (x->lowers && !x->lowered && x->sold_id == p->sold_id)
			units -= x->units;
	}
	return arena_printf(r->b->a, "%lld", (long long)units);
}

static bool is_first_of_line(const struct refund *r, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (r->parts.at[i].lowers && !r->parts.at[i].lowered &&
		    r->parts.at[i].sold_id == r->parts.at[at].sold_id)
			return false;
	return true;
}

static enum errk lower_lines(struct refund *r, struct err *e)
{
	struct arena *a = r->b->a;
	const char *const fields[] = {"id",
				      "order_line/id",
				      "order_line/display_type",
				      "order_line/name",
				      "order_line/product_uom_qty",
				      "order_line/price_unit",
				      "order_line/discount",
				      arena_printf(a, "order_line/%s/.id",
						   r->b->o->field[FIELD_LINE_TAXES]),
				      NULL};
	struct odoo_row *row = arena_array(a, 2 * r->parts.n + 1, sizeof(*row));
	size_t n = 0;
	enum errk rc;

	for (size_t i = 0; i < r->parts.n; i++) {
		const struct refund_part *p = &r->parts.at[i];
		struct odoo_line l;

		if (!p->lowers || p->lowered)
			continue;
		l = r->d.line[p->at];
		if (is_first_of_line(r, i)) {
			lowered_row(r, p->line, "", json_str(p->sold, "name"), left_of(r, p), &l,
				    row, &n);
			/* Also where the shop gives back no tax of it: the line keeps its own. */
			row[n - 1].cells[7] = taxes_of(r, p->sold);
		}
		lowered_row(r, refund_back_xid(r, p), "line_note",
			    arena_printf(a, "%s: %lld x %s given back", r->d.number,
					 (long long)p->units, p->name),
			    "0", NULL, row, &n);
	}
	if (!n)
		return E_OK;
	rc = load(r, fields, row, n, e);
	STEP("odoo order lowered");
	return rc;
}

/* Its line: of -1, as all of a refund are, so that nothing of it is left to be invoiced. */
static enum errk load_gap(struct refund *r, struct decimal price, struct err *e)
{
	const struct odoo_product *p = odoo_product(r->b->o,
						    odoo_product_of_kind(r->b->o, "rounding"));
	struct odoo_line l = {.xid = arena_printf(r->b->a, "%s_gap", r->d.xid),
			      .kind = "rounding",
			      .name = odoo_rounding_name(r->b, &r->d),
			      .quantity = "-1",
			      .price = refund_amount(price, r->b->a),
			      .percent = "0",
			      .product = p ? p->id : 0,
			      .unit = p ? p->unit : 0};
	const char *fields[OWN_WIDTH + 1];
	struct odoo_row row[1];
	size_t n = 0;
	enum errk rc;

	if (!l.product)
		return err_set(e, E_RECORD, p ? p->code : "unmapped_sku", "%s",
			       p ? p->problem : "[odoo] rounding_product is not set");
	add_row(r, &l, row, &n);
	own_fields(r, fields);
	rc = load(r, fields, row, n, e);
	STEP("odoo refund rounding loaded");
	return rc;
}

static enum errk close_gap(struct refund *r, struct err *e)
{
	const cJSON *line;
	struct decimal wanted, gap, price = DECIMAL_ZERO, most;
	enum errk rc = decimal_sub(r->billed, r->d.total, &wanted, e);

	if (rc == E_OK)
		rc = decimal_sub(wanted, r->sold, &gap, e);
	if (rc != E_OK || decimal_is_zero(gap))
		return rc;
	most = (struct decimal){odoo_rounding_most(r->b->o, &r->d) + 1, r->d.digits};
	if (decimal_cmp(decimal_abs(gap), most) > 0)
		return refund_refuse(
			r, "order_differs",
			arena_printf(
				r->b->a,
				"%s would come to %s in Odoo, and by its invoices and credit "
				"notes to %s: somebody has changed it meanwhile; put that right "
				"there",
				r->d.name, refund_amount(r->sold, r->b->a),
				refund_amount(wanted, r->b->a)),
			e);
	line = refund_order_line(r, arena_printf(r->b->a, "%s_gap", r->d.xid));
	if (line)
		rc = odoo_amount(line, "price_unit", r->d.digits, &price, e);
	if (rc == E_OK)
		rc = decimal_sub(price, gap, &price, e);
	if (rc == E_OK)
		rc = load_gap(r, price, e);
	return rc == E_OK ? refund_read_order(r, e) : rc;
}

enum errk refund_lower_order(struct refund *r, struct err *e)
{
	enum errk rc = add_own_lines(r, e);

	if (rc == E_OK)
		rc = lower_lines(r, e);
	if (rc == E_OK)
		rc = refund_read_order(r, e);
	return rc == E_OK ? close_gap(r, e) : rc;
}
