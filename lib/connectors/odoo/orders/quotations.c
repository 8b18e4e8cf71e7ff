#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/step.h"
#include "base/str.h"
#include "connectors/odoo/load.h"
#include "connectors/odoo/orders/order.h"
#include "connectors/odoo/source.h"

#include "base/banned.h"

/* Looking */

enum { FIELDS_MAX = 18 };

static const char *const *order_fields(const struct odoo_batch *b)
{
	static const char *const always[] = {"name",
					     "state",
					     "origin",
					     "client_order_ref",
					     "amount_total",
					     "amount_tax",
					     "partner_id",
					     "partner_invoice_id",
					     "partner_shipping_id",
					     "date_order",
					     "order_line",
					     "invoice_ids",
					     "invoice_status",
					     "currency_id",
					     "company_id",
					     "create_date"};
	const char **fields = arena_array(b->a, FIELDS_MAX, sizeof(*fields));

	_Static_assert(sizeof(always) / sizeof(*always) + 2 <= FIELDS_MAX, "and the end");
	memcpy(fields, always, sizeof(always));
	fields[sizeof(always) / sizeof(*always)] = b->o->field[FIELD_ORDER_LOCKED];
	return fields;
}

/*
 * Orders by the number they came with, and by the id that they had: one of them may have been
 * edited. Which is whose is told by the external id alone. Others under such a number are those that people entered.
 */
static cJSON *domain_of(const struct odoo_batch *b)
{
	cJSON *domain = json_array(), *numbers = json_array(), *ids = json_array();

	for (size_t i = 0; i < b->n; i++) {
		const struct odoo_order *d = &b->order[i];
		int64_t id = odoo_order_known_id(d->item);

		odoo_order_spellings(d->number ? d->number : d->item->label, numbers, b->a);
		if (id)
			json_push_int(ids, id);
	}
	json_push_str(domain, "|");
	json_push_str(domain, "|");
	json_push(domain, odoo_term("origin", "in", cJSON_Duplicate(numbers, true)));
	json_push(domain, odoo_term("client_order_ref", "in", numbers));
	json_push(domain, odoo_term("id", "in", ids));
	return domain;
}

/* Name and state outlive the answer: they go into the order's history. */
static void take_found(struct odoo_order *d, const cJSON *record, struct arena *a)
{
	d->found = d->read = record;
	d->id = json_int(record, "id", 0);
	d->name = arena_strdup(a, json_str(record, "name"));
	d->state = arena_strdup(a, json_str(record, "state"));
}

static void take_other(struct odoo_order *d, const cJSON *record, const char *xid, struct arena *a)
{
	d->other_name = arena_strdup(a, json_str(record, "name"));
	d->other_origin = arena_strdup(a, json_str(record, "origin"));
	d->other_xid = arena_strdup(a, xid);
}

enum errk odoo_orders_find(struct odoo_batch *b, struct err *e)
{
	struct odoo_read r = {.model = "sale.order",
			      .fields = order_fields(b),
			      .domain = domain_of(b)};
	CLEANUP(json) cJSON *xids = NULL;
	int64_t *ids;
	size_t n = 0;
	enum errk rc;

	rc = odoo_search_read(b->o, &r, b->a, &b->found, e);
	if (rc != E_OK)
		return rc;
	ids = odoo_refs(b->found, "id", b->a, &n);
	rc = odoo_external_ids(b->o, "sale.order", ids, n, b->a, &xids, e);
	if (rc != E_OK)
		return rc;
	JSON_EACH (record, b->found) {
		const char *xid = odoo_external_id(xids, json_int(record, "id", 0));

		for (size_t i = 0; i < b->n; i++) {
			struct odoo_order *d = &b->order[i];

			if (str_equal(d->xid, xid)) {
				take_found(d, record, b->a);
				continue;
			}
			if (odoo_order_known_id(d->item) == json_int(record, "id", 0))
				take_other(d, record, xid, b->a);
			odoo_order_take_entered(b, d, record, xid);
		}
	}
	return E_OK;
}

/* Making */

static bool same_fields(const char *const *a, const char *const *b)
{
	for (; *a && *b; a++, b++)
		if (strcmp(*a, *b) != 0)
			return false;
	return !*a && !*b;
}

/* Orders of one shape: a column that is sent for one would be emptied for the others. */
static enum errk create_alike(struct odoo_batch *b, struct odoo_order **order, size_t n,
			      const char *const *fields, struct err *e)
{
	struct odoo_load l = {.model = "sale.order",
			      .fields = fields,
			      .item = arena_array(b->a, n, sizeof(*l.item)),
			      .n = n,
			      .quiet = true,
			      .fresh = true,
			      .keep = true,
			      .apart = true};
	struct err why;
	enum errk rc;

	for (size_t i = 0; i < n; i++)
		odoo_order_rows(b, order[i], &l.item[i]);
	b->wrote = true;
	rc = odoo_load(b->o, &l, b->a, &why);
	STEP("odoo quotations loaded");
	for (size_t i = 0; i < n; i++) {
		if (l.item[i].err.kind != E_OK) {
			odoo_order_fail(order[i], &l.item[i].err);
			continue;
		}
		order[i]->id = l.item[i].id;
		order[i]->state = "draft";
		order[i]->wrote = order[i]->made = true;
		for (size_t k = 0; k < order[i]->n_rounding; k++)
			odoo_order_step(b, order[i], "rounding", "booked",
					arena_printf(b->a, "%s%s", order[i]->rounding[k].price,
						     order[i]->rounding[k].n_taxes ? " with tax"
										   : ""));
	}
	if (rc != E_OK)
		*e = why;
	return rc;
}

static bool same_cell(const struct odoo_order *d, const char *field, const cJSON *record)
{
	const char *cell = odoo_cell(d->values, field);

	return !cell || str_equal(cell, json_str(record, field));
}

/* It is as it was just loaded: so many lines, and the shop's totals. */
static bool is_as_made(const struct odoo_order *d, const cJSON *record)
{
	struct decimal total, tax;

	return json_count(record, "order_line") == d->n_lines + d->n_rounding &&
	       odoo_amount(record, "amount_total", d->digits, &total, NULL) == E_OK &&
	       odoo_amount(record, "amount_tax", d->digits, &tax, NULL) == E_OK &&
	       decimal_cmp(total, d->total) == 0 && decimal_cmp(tax, d->tax) == 0;
}

/*
 * An order is looked for by number and id, for Odoo tells nobody but its administrators whose an external id is:
 * one whose origin somebody has changed, and that the state file does not know, comes to light only here. It
 * was not loaded, and is compared as any other that is there.
 */
static void take_made(struct odoo_order *d, const cJSON *record, struct arena *a)
{
	d->read = record;
	d->name = arena_strdup(a, json_str(record, "name"));
	d->state = arena_strdup(a, json_str(record, "state"));
	if (str_equal(d->state, "draft") && same_cell(d, "origin", record)) {
		/* What it is made of may be an older version's: only the lines can tell. */
		if (!is_as_made(d, record))
			d->found = record;
		return;
	}
	take_found(d, record, a);
	d->wrote = d->made = false;
	d->n_rounding = 0;
	/* Chosen for the customer of the shop: another one has other addresses. */
	if (odoo_ref(record, "partner_id") != d->party[PARTY_CUSTOMER])
		d->party[PARTY_INVOICE] = d->party[PARTY_DELIVERY] = 0;
}

static enum errk look_at_made(struct odoo_batch *b, struct err *e)
{
	struct odoo_order **made = arena_array(b->a, b->n, sizeof(*made));
	int64_t *ids = arena_array(b->a, b->n, sizeof(*ids));
	struct odoo_read r = {.model = "sale.order",
			      .fields = order_fields(b),
			      .ids = ids,
			      .whole = true};
	enum errk rc;

	for (size_t i = 0; i < b->n; i++)
		if (b->order[i].made) {
			made[r.n_ids] = &b->order[i];
			ids[r.n_ids++] = b->order[i].id;
		}
	if (!r.n_ids)
		return E_OK;
	rc = odoo_search_read(b->o, &r, b->a, &b->made, e);
	if (rc != E_OK)
		return odoo_batch_failed(b, made, r.n_ids, e);
	JSON_EACH (record, b->made) {
		for (size_t i = 0; i < r.n_ids; i++)
			if (made[i]->id == json_int(record, "id", 0))
				take_made(made[i], record, b->a);
	}
	return E_OK;
}

/* Each order knows what became of it. */
static void create_all(struct odoo_batch *b)
{
	struct odoo_order **alike = arena_array(b->a, b->n, sizeof(*alike));
	const char *const **fields = arena_array(b->a, b->n, sizeof(*fields));

	for (size_t i = 0; i < b->n; i++)
		if (!b->order[i].id && odoo_order_goes_on(&b->order[i]))
			fields[i] = odoo_order_fields(b, &b->order[i]);
	for (size_t i = 0; i < b->n; i++) {
		const char *const *shape = fields[i];
		size_t n = 0;
		struct err why;
		enum errk rc;

		for (size_t k = i; k < b->n && shape; k++)
			if (fields[k] && same_fields(shape, fields[k])) {
				alike[n++] = &b->order[k];
				fields[k] = NULL;
			}
		rc = n ? create_alike(b, alike, n, shape, &why) : E_OK;
		/* What stopped this load stops the next too. */
		for (size_t k = 0; k < b->n && rc != E_OK; k++)
			if (!b->order[k].id && b->order[k].doc)
				odoo_order_fail(&b->order[k], &why);
		if (rc != E_OK)
			return;
	}
}

enum errk odoo_orders_create(struct odoo_batch *b, struct err *e)
{
	struct odoo_order **order = arena_array(b->a, b->n, sizeof(*order));
	size_t n = 0;
	enum errk rc;

	for (size_t i = 0; i < b->n; i++)
		if (!b->order[i].id && odoo_order_goes_on(&b->order[i]))
			order[n++] = &b->order[i];
	rc = odoo_baseline_remember(b, order, n, e);
	if (rc != E_OK)
		return rc;
	create_all(b);
	rc = look_at_made(b, e);
	for (size_t i = 0; i < n; i++)
		for (int h = 0; h < OWN_COUNT_ && order[i]->read; h++)
			odoo_baseline_note_head(order[i], order[i]->read, (enum odoo_head)h, true,
						b->a);
	return rc;
}
