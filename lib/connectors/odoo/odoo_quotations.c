#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/step.h"
#include "base/str.h"
#include "connectors/odoo/odoo_load.h"
#include "connectors/odoo/odoo_order.h"
#include "connectors/odoo/odoo_source.h"

#include "base/banned.h"

/* Looking */

enum { FIELDS_MAX = 24 };
/* And whether it is locked, where that is not a state. */
static const char *const order_fields[] = {"name",
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
					   NULL};

/* As an earlier put named it; 0: it did not. What a person has linked by hand may be any text. */
static int64_t known_id(const struct put_item *item)
{
	int64_t id = 0;

	for (const char *p = item->target.id ? item->target.id : ""; *p; p++) {
		if (*p < '0' || *p > '9' || id >= INT64_MAX / 100)
			return 0;
		id = id * 10 + (*p - '0');
	}
	return id;
}

/*
 * Orders by the number they came with, and by the id that they had: one of them may have been
 * edited. Which is whose is told by the external id alone.
 */
static cJSON *domain_of(const struct odoo_batch *b)
{
	cJSON *domain = json_array(), *numbers = json_array(), *ids = json_array();

	for (size_t i = 0; i < b->n; i++) {
		const struct odoo_order *d = &b->order[i];
		int64_t id = known_id(d->item);

		json_push_str(numbers, d->number ? d->number : d->item->label);
		if (id)
			json_push_int(ids, id);
	}
	json_push_str(domain, "|");
	json_push(domain, odoo_term("origin", "in", numbers));
	json_push(domain, odoo_term("id", "in", ids));
	return domain;
}

/* Name and state outlive the answer: they go into the order's history. */
static void take_found(struct odoo_order *d, const cJSON *record, struct arena *a)
{
	d->found = record;
	d->id = json_int(record, "id", 0);
	d->name = arena_strdup(a, json_str(record, "name"));
	d->state = arena_strdup(a, json_str(record, "state"));
}

enum errk odoo_orders_find(struct odoo_batch *b, struct err *e)
{
	const char *fields[FIELDS_MAX] = {NULL};
	struct odoo_read r = {.model = "sale.order", .fields = fields, .domain = domain_of(b)};
	CLEANUP(json) cJSON *xids = NULL;
	int64_t *ids;
	size_t n = 0;
	enum errk rc;

	for (; order_fields[n]; n++)
		fields[n] = order_fields[n];
	fields[n] = b->o->field[FIELD_ORDER_LOCKED];
	rc = odoo_search_read(b->o, &r, b->a, &b->found, e);
	if (rc != E_OK)
		return rc;
	ids = odoo_refs(b->found, "id", b->a, &n);
	rc = odoo_external_ids(b->o, "sale.order", ids, n, b->a, &xids, e);
	if (rc != E_OK)
		return rc;
	JSON_EACH (record, b->found) {
		const char *xid = odoo_external_id(xids, json_int(record, "id", 0));

		for (size_t i = 0; i < b->n; i++)
			if (str_equal(b->order[i].xid, xid))
				take_found(&b->order[i], record, b->a);
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
		order[i]->wrote = true;
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

enum errk odoo_orders_create(struct odoo_batch *b, struct err *e)
{
	struct odoo_order **alike = arena_array(b->a, b->n, sizeof(*alike));
	const char *const **fields = arena_array(b->a, b->n, sizeof(*fields));

	for (size_t i = 0; i < b->n; i++)
		if (!b->order[i].id && odoo_order_goes_on(&b->order[i]))
			fields[i] = odoo_order_fields(b, &b->order[i]);
	for (size_t i = 0; i < b->n; i++) {
		const char *const *shape = fields[i];
		size_t n = 0;
		enum errk rc;

		for (size_t k = i; k < b->n && shape; k++)
			if (fields[k] && same_fields(shape, fields[k])) {
				alike[n++] = &b->order[k];
				fields[k] = NULL;
			}
		rc = n ? create_alike(b, alike, n, shape, e) : E_OK;
		/* Each order knows what became of it; what stopped this load stops the next too. */
		for (size_t k = 0; k < b->n && rc != E_OK; k++)
			if (!b->order[k].id && b->order[k].doc)
				odoo_order_fail(&b->order[k], e);
		if (rc != E_OK)
			return E_OK;
	}
	return E_OK;
}
