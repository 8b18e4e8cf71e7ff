#include "connectors/odoo/deliveries/delivery.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/list.h"
#include "base/step.h"
#include "base/str.h"
#include "model/stock_record.h"

#include "base/banned.h"

/* Transfers of a page. */
enum { PAGE = 100 };

/*
 * Done, and gone to a customer: where goods are picked, packed and shipped in steps that is the last of
 * them; returns go the other way.
 */
static cJSON *delivered(const struct odoo *o)
{
	cJSON *domain = json_array();

	json_push(domain, odoo_term("state", "=", cJSON_CreateString("done")));
	json_push(domain, odoo_term("location_dest_id.usage", "=", cJSON_CreateString("customer")));
	json_push(domain, odoo_term(o->field[FIELD_PICKING_ORDER], "!=", cJSON_CreateFalse()));
	json_push(domain, odoo_term_int("company_id", "=", o->company.id));
	return domain;
}

static enum errk open_deliveries(struct odoo *o, struct arena *a, struct err *e)
{
	enum errk rc = odoo_enter(o, KIND_FULFILLMENT, a, e);

	return rc == E_OK ? odoo_warehouses(o, a, e) : rc;
}

static enum errk read_pickings(struct odoo_delivery_page *p, struct odoo *o, cJSON *domain,
			       struct odoo_read r, struct arena *a, struct err *e)
{
	static const enum odoo_field optional[] = {FIELD_PICKING_ORDER, FIELD_PICKING_CARRIER,
						   FIELD_PICKING_TRACKING,
						   FIELD_PICKING_TRACKING_URL};
	const char *fields[8] = {"name", "date_done", "picking_type_id"};
	size_t n = 3;

	r.model = "stock.picking";
	r.domain = domain;
	r.fields = fields;

	for (size_t i = 0; i < sizeof(optional) / sizeof(*optional); i++)
		if (o->field[optional[i]])
			fields[n++] = o->field[optional[i]];
	return odoo_search_read(o, &r, a, &p->pickings, e);
}

/* Record rules hide what the user may not see: without its order a delivery can't be told. */
static enum errk see_all(const struct odoo *o, const cJSON *list, size_t n, const char *what,
			 struct err *e)
{
	if (json_count(list, "") >= n)
		return E_OK;
	return err_set(
		e, E_REFUSED, "access_denied",
		"Odoo (%s) hides %s of deliveries from the user of the API key; give it the right "
		"'Sales: User: All Documents' (Settings > Users)",
		o->server.host, what);
}

/* The orders of these transfers by external id, and of those that are the shop's their names. */
static enum errk read_orders(struct odoo_delivery_page *p, struct odoo *o, struct arena *a,
			     struct err *e)
{
	static const char *const fields[] = {"origin", "client_order_ref", NULL};
	size_t n, ours = 0;
	int64_t *ids = odoo_refs(p->pickings, o->field[FIELD_PICKING_ORDER], a, &n);
	enum errk rc = odoo_external_ids(o, "sale.order", ids, n, a, &p->order_links, e);

	if (rc != E_OK)
		return rc;
	for (size_t i = 0; i < n; i++)
		if (odoo_delivery_is_ours(p, ids[i]))
			ids[ours++] = ids[i];
	rc = odoo_read_ids(o, "sale.order", ids, ours, fields, NULL, false, a, &p->orders, e);
	return rc == E_OK ? see_all(o, p->orders, ours, "orders", e) : rc;
}

/*
 * What left in these transfers of the shop's orders. Moves may go elsewhere in the same transfer, as
 * scrap; what is sent a second time was a delivery before.
 */
static cJSON *gone(void)
{
	cJSON *domain = json_array();

	json_push(domain, odoo_term("location_dest_id.usage", "=", cJSON_CreateString("customer")));
	json_push(domain, odoo_term("origin_returned_move_id", "=", cJSON_CreateFalse()));
	return domain;
}

static enum errk read_moves(struct odoo_delivery_page *p, struct odoo *o, struct arena *a,
			    struct err *e)
{
	const char *fields[] = {"picking_id",  "product_id", "sale_line_id",
				"product_uom", NULL,         NULL};
	struct odoo_read r = {.model = "stock.move",
			      .fields = fields,
			      .by = "picking_id",
			      .complete = true};
	LIST(int64_t) ids = {0};

	fields[4] = o->field[FIELD_MOVE_DONE];
	JSON_EACH (picking, p->pickings)
		if (odoo_delivery_is_ours(p, odoo_ref(picking, o->field[FIELD_PICKING_ORDER])))
			*list_add(&ids, a) = json_int(picking, "id", 0);
	if (!ids.n)
		return E_OK;
	r.domain = gone();
	r.ids = ids.at;
	r.n_ids = ids.n;
	json_push(r.domain, odoo_term("state", "=", cJSON_CreateString("done")));
	return odoo_search_read(o, &r, a, &p->moves, e);
}

static enum errk read_lines(struct odoo_delivery_page *p, struct odoo *o, struct arena *a,
			    struct err *e)
{
	const char *fields[] = {"order_id", "product_id", "product_uom_qty",
				o->field[FIELD_LINE_UNIT], NULL};
	size_t n;
	int64_t *ids = odoo_refs(p->moves, "sale_line_id", a, &n);
	enum errk rc = odoo_read_ids(o, "sale.order.line", ids, n, fields, NULL, false, a,
				     &p->lines, e);

	if (rc == E_OK)
		rc = see_all(o, p->lines, n, "lines of orders", e);
	return rc == E_OK ? odoo_external_ids(o, "sale.order.line", ids, n, a, &p->line_links, e)
			  : rc;
}

/* Lines whose product was delivered as others: of all their moves, wherever. */
static enum errk read_parts(struct odoo_delivery_page *p, struct odoo *o, struct arena *a,
			    struct err *e)
{
	const char *fields[] = {"picking_id",
				"product_id",
				"sale_line_id",
				"product_uom_qty",
				"state",
				o->field[FIELD_MOVE_DONE],
				NULL};
	struct odoo_read r = {.model = "stock.move",
			      .fields = fields,
			      .by = "sale_line_id",
			      .complete = true};
	LIST(int64_t) ids = {0};
	struct odoo_index lines;

	odoo_index(p->lines, "id", a, &lines);
	JSON_EACH (move, p->moves) {
		int64_t line = odoo_ref(move, "sale_line_id");
		const cJSON *of = line ? odoo_index_find(&lines, line) : NULL;

		if (of && odoo_ref(of, "product_id") != odoo_ref(move, "product_id"))
			*list_add(&ids, a) = line;
	}
	if (!ids.n)
		return E_OK;
	r.domain = gone();
	r.ids = ids.at;
	r.n_ids = ids.n;
	return odoo_search_read(o, &r, a, &p->parts, e);
}

static enum errk read_products(struct odoo_delivery_page *p, struct odoo *o, struct arena *a,
			       struct err *e)
{
	static const char *const fields[] = {"default_code", "name", "uom_id", NULL};
	struct odoo_index found;
	size_t moved, sold;
	int64_t *of_moves = odoo_refs(p->moves, "product_id", a, &moved);
	int64_t *of_lines = odoo_refs(p->lines, "product_id", a, &sold);
	int64_t *ids = arena_array(a, moved + sold, sizeof(*ids));
	enum errk rc;

	if (moved)
		memcpy(ids, of_moves, moved * sizeof(*ids));
	if (sold)
		memcpy(ids + moved, of_lines, sold * sizeof(*ids));
	rc = odoo_read_ids(o, "product.product", ids, moved + sold, fields, NULL, false, a,
			   &p->products, e);
	if (rc != E_OK)
		return rc;
	odoo_index(p->products, "id", a, &found);
	for (size_t i = 0; i < moved + sold; i++)
		if (!odoo_index_find(&found, ids[i]))
			return see_all(o, NULL, 1, "products", e);
	return E_OK;
}

/* All that is to be known of the transfers of a domain. */
static enum errk read_page(struct odoo_delivery_page *p, struct odoo *o, cJSON *domain,
			   struct odoo_read page, struct arena *a, struct err *e)
{
	static const char *const type_fields[] = {"warehouse_id", NULL};
	int64_t *types;
	size_t n;
	enum errk rc = read_pickings(p, o, domain, page, a, e);

	STEP("odoo deliveries asked");
	if (rc == E_OK)
		rc = read_orders(p, o, a, e);
	if (rc == E_OK)
		rc = read_moves(p, o, a, e);
	if (rc == E_OK)
		rc = read_lines(p, o, a, e);
	if (rc == E_OK)
		rc = read_parts(p, o, a, e);
	if (rc == E_OK)
		rc = read_products(p, o, a, e);
	if (rc != E_OK || !json_count(p->moves, ""))
		return rc;
	types = odoo_refs(p->pickings, "picking_type_id", a, &n);
	return odoo_read_ids(o, "stock.picking.type", types, n, type_fields, NULL, true, a,
			     &p->types, e);
}

/* By the server's clock, when what it answered at date was asked for at the latest. */
static int64_t asked_at(int64_t date, int64_t started_ms)
{
	int64_t took = (clock_mono_ms() - started_ms + 999) / 1000;

	return date ? date - took : clock_now() - took;
}

enum errk odoo_delivery_pull(struct connector *c, const struct pull_request *req, struct arena *a,
			     struct page *out, struct err *e)
{
	struct odoo *o = (struct odoo *)(void *)c;
	CLEANUP(odoo_delivery_page) struct odoo_delivery_page p = {.o = o};
	struct page page = {0};
	struct odoo_window w;
	struct odoo_item *item = NULL;
	struct odoo_delivery_item *what;
	int64_t started_ms, date = 0, last;
	bool cut = false, more = false;
	size_t n = 0, seen;
	cJSON *domain;
	enum errk rc = odoo_window_parse(req, clock_now(), &w, e);

	if (rc == E_OK)
		rc = open_deliveries(o, a, e);
	if (rc != E_OK)
		return rc;
	domain = delivered(o);
	odoo_window_bound(&w, req, domain);
	started_ms = clock_mono_ms();
	rc = read_page(&p, o, domain,
		       (struct odoo_read){.limit = PAGE,
					  .date = &date,
					  .more = &more,
					  .after = w.last},
		       a, e);
	if (rc == E_OK)
		rc = odoo_delivery_items(&p, a, &item, &what, &n, e);
	if (rc != E_OK)
		return rc;
	odoo_window_started(&w, asked_at(date, started_ms));
	seen = json_count(p.pickings, "");
	last = seen ? json_int(cJSON_GetArrayItem(p.pickings, (int)seen - 1), "id", 0) : w.last;
	rc = odoo_page_fill(req, item, n, NULL, a, &page, &cut, &last, e);
	if (rc != E_OK)
		return rc;
	odoo_window_turn(&w, more || cut, last, a, &page);
	*out = page;
	return E_OK;
}

/* By number, by id, or as the deliveries of an order. */
static cJSON *named(const struct odoo *o, const char *const *who, size_t n, struct arena *a)
{
	cJSON *domain = delivered(o), *names = json_array(), *ids = json_array();
	const char *origin = arena_printf(a, "%s.origin", o->field[FIELD_PICKING_ORDER]);

	for (size_t i = 0; i < n; i++) {
		cJSON *id = NULL;

		json_push_str(names, who[i]);
		if (json_parse(who[i], strlen(who[i]), &id, NULL) == E_OK &&
		    json_int(id, "", 0) > 0)
			json_push_int(ids, json_int(id, "", 0));
		cJSON_Delete(id);
	}
	json_push_str(domain, "|");
	json_push_str(domain, "|");
	json_push(domain, odoo_term("id", "in", ids));
	json_push(domain, odoo_term("name", "in", cJSON_Duplicate(names, true)));
	json_push(domain, odoo_term(origin, "in", names));
	return domain;
}

static bool is_called(const char *who, const struct odoo_item *item,
		      const struct odoo_delivery_item *what)
{
	return str_equal(who, item->rec.id) || str_equal(who, what->number) ||
	       str_equal(who, what->order_name);
}

enum errk odoo_delivery_pull_only(struct connector *c, const char *const *who, size_t n,
				  struct arena *a, struct page *out, struct err *e)
{
	struct odoo *o = (struct odoo *)(void *)c;
	CLEANUP(odoo_delivery_page) struct odoo_delivery_page p = {.o = o};
	struct page page = {.expected = -1};
	struct odoo_item *item = NULL;
	struct odoo_delivery_item *what = NULL;
	size_t found = 0;
	enum errk rc = open_deliveries(o, a, e);

	if (rc == E_OK)
		rc = read_page(&p, o, named(o, who, n, a), (struct odoo_read){0}, a, e);
	if (rc == E_OK)
		rc = odoo_delivery_items(&p, a, &item, &what, &found, e);
	if (rc != E_OK)
		return rc;
	page.rec = arena_array(a, n + found, sizeof(*page.rec));
	for (size_t i = 0; i < found; i++)
		page.rec[page.n++] = item[i].rec;
	for (size_t i = 0; i < n; i++) {
		size_t k = 0;

		while (k < found && !is_called(who[i], &item[k], &what[k]))
			k++;
		if (k == found)
			stock_record_missing(who[i],
					     "Odoo has no done delivery with this number or id, or "
					     "of an order of this name, that came from this shop; "
					     "write it as Odoo shows it, once it is done there",
					     a, &page.rec[page.n++]);
	}
	*out = page;
	return E_OK;
}

enum errk odoo_carrier_names(struct odoo *o, struct arena *a, const char *const **name, size_t *n,
			     struct err *e)
{
	static const char *const fields[] = {"display_name", NULL};
	struct odoo_read r = {.model = "delivery.carrier", .fields = fields};
	CLEANUP(json) cJSON *list = NULL;
	LIST(const char *) names = {0};
	bool may = false;
	enum errk rc = E_OK;

	*n = 0;
	if (o->field[FIELD_PICKING_CARRIER])
		rc = odoo_may(o, r.model, "read", a, &may, e);
	if (rc != E_OK || !may)
		return rc;
	rc = odoo_search_read(o, &r, a, &list, e);
	if (rc != E_OK)
		return rc;
	JSON_EACH (item, list)
		if (!str_blank(json_str(item, "display_name")))
			*list_add(&names, a) = arena_strdup(a, json_str(item, "display_name"));
	*name = names.at;
	*n = names.n;
	return E_OK;
}
