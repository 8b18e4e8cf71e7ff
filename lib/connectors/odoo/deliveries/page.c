#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/list.h"
#include "base/str.h"
#include "connectors/odoo/deliveries/delivery.h"

#include "base/banned.h"

/* Kits of a line beyond this are not reckoned with. */
enum { KITS_MAX = 100000, HASHED_LENGTH = 21, NUMBER_MAX = 200 };

void odoo_delivery_page_release(struct odoo_delivery_page *p)
{
	cJSON *const lists[] = {p->pickings, p->types,       p->orders,     p->moves, p->lines,
				p->products, p->order_links, p->line_links, p->parts};

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		cJSON_Delete(lists[i]);
	*p = (struct odoo_delivery_page){.o = p->o};
}

/* What was delivered of one line of the order, or of one product that no line of it names. */
struct part {
	int64_t line, product;
	struct decimal quantity;
	bool kit; /* the line's product was delivered as others */
};

struct reader {
	const struct odoo_delivery_page *p;
	struct arena *a;
	struct odoo_index types, orders, lines, products, moves;
	/* The transfer that is being read. */
	const cJSON *picking;
	int64_t id, order;
	const char *number;
	struct part *part;
	size_t n_parts;
};

/* Our external ids, taken apart: names.c and mappings/odoo/order.jq make them. */

/* "erpsync.shop_order_5001" -> "5001"; NULL: not of this shop. */
static const char *order_tail(const struct odoo_delivery_page *p, int64_t order)
{
	const char *link = odoo_external_id(p->order_links, order), *shop = p->o->rules.shop;
	size_t len = strlen(shop);

	if (!str_starts(link, "erpsync."))
		return NULL;
	link += strlen("erpsync.");
	if (!str_starts(link, shop) || !str_starts(link + len, "_order_"))
		return NULL;
	return link + len + strlen("_order_");
}

bool odoo_delivery_is_ours(const struct odoo_delivery_page *p, int64_t order)
{
	return order_tail(p, order) != NULL;
}

/* An id that was too long or odd for a name stands there as its hash: it can't be told. */
static const char *known_tail(const char *tail)
{
	bool hashed = strlen(tail) == HASHED_LENGTH && tail[0] == 'h' &&
		      strspn(tail + 1, "0123456789abcdef") == HASHED_LENGTH - 1;

	return hashed ? NULL : tail;
}

/* "erpsync.shop_order_5001_line_7001" -> "7001"; NULL: a line that people added. */
static const char *line_tail(const struct reader *r, int64_t line)
{
	const char *order = odoo_external_id(r->p->order_links, r->order);
	const char *link = odoo_external_id(r->p->line_links, line);

	if (!str_starts(link, order) || !str_starts(link + strlen(order), "_line_"))
		return NULL;
	return known_tail(link + strlen(order) + strlen("_line_"));
}

static const char *product_name(const struct reader *r, int64_t product)
{
	const cJSON *found = odoo_index_find(&r->products, product);
	const char *sku = json_str(found, "default_code"), *name = json_str(found, "name");

	return sku ? sku : name ? name : "?";
}

/* Reading the moves of a transfer */

static struct part *part_of(struct reader *r, int64_t line, int64_t product, bool kit)
{
	struct part *p;

	for (size_t i = 0; i < r->n_parts; i++) {
		p = &r->part[i];
		if (p->line == line && (line || p->product == product))
			return p;
	}
	p = &r->part[r->n_parts++];
	*p = (struct part){.line = line, .product = product, .kit = kit};
	return p;
}

static enum errk several_orders(const struct reader *r, const cJSON *line, struct err *e)
{
	const char *other = json_str(line, "order_id[1]"),
		   *own = json_str(r->picking, "sale_id[1]");

	return err_set(
		e, E_RECORD, "several_orders",
		"Odoo delivered parts of %s and %s together: that can't be told as one delivery of "
		"an order; fulfil both in the shop by hand, then run: erpsync queue drop '%s'",
		own ? own : "the order", other ? other : "another order", r->number);
}

static enum errk unit_differs(const struct reader *r, const cJSON *move, int64_t product,
			      const char *ordered, struct err *e)
{
	const char *unit = json_str(move, "product_uom[1]");

	return err_set(
		e, E_RECORD, "unit_differs",
		"'%s' was delivered in the unit %s, and the order counts in %s; fulfil it in the "
		"shop by hand, then run: erpsync queue drop '%s'",
		product_name(r, product), unit ? unit : "?", ordered ? ordered : "?", r->number);
}

static enum errk read_move(struct reader *r, const cJSON *move, struct err *e)
{
	const struct odoo *o = r->p->o;
	const char *const unit = o->field[FIELD_LINE_UNIT];
	int64_t product = odoo_ref(move, "product_id"), line = odoo_ref(move, "sale_line_id");
	const cJSON *of = line ? odoo_index_find(&r->lines, line) : NULL;
	const cJSON *counted = of ? of : odoo_index_find(&r->products, product);
	const char *const unit_field = of ? unit : "uom_id";
	struct decimal done;
	struct part *part;
	bool kit;
	enum errk rc = odoo_amount(move, o->field[FIELD_MOVE_DONE], o->quantity_digits, &done, e);

	if (rc == E_OK)
		rc = odoo_codes_fit(odoo_index_find(&r->products, product), e);
	if (rc != E_OK || decimal_cmp(done, DECIMAL_ZERO) <= 0)
		return rc;
	if (of && odoo_ref(of, "order_id") != r->order)
		return several_orders(r, of, e);
	kit = of && odoo_ref(of, "product_id") != product;
	if (!kit && counted && odoo_ref(counted, unit_field) != odoo_ref(move, "product_uom"))
		return unit_differs(r, move, product,
				    json_str(counted, arena_printf(r->a, "%s[1]", unit_field)), e);
	part = part_of(r, of ? line : 0, kit ? odoo_ref(of, "product_id") : product, kit);
	part->kit = part->kit || kit;
	return kit ? E_OK : decimal_add(part->quantity, done, &part->quantity, e);
}

/* Kits */

struct component {
	int64_t product;
	struct decimal ordered, here;
};

static struct component *component_of(struct component *list, size_t *n, int64_t product)
{
	for (size_t i = 0; i < *n; i++)
		if (list[i].product == product)
			return &list[i];
	list[*n] = (struct component){.product = product};
	return &list[(*n)++];
}

/* All that the line asked for of each component, and what of it is in this transfer. */
static enum errk read_components(const struct reader *r, int64_t line, struct component *list,
				 size_t *n, struct err *e)
{
	const struct odoo *o = r->p->o;
	enum errk rc = E_OK;

	JSON_EACH (move, r->p->parts) {
		struct component *c;
		struct decimal q;

		if (rc != E_OK || odoo_ref(move, "sale_line_id") != line)
			continue;
		c = component_of(list, n, odoo_ref(move, "product_id"));
		rc = odoo_amount(move, "product_uom_qty", o->quantity_digits, &q, e);
		if (rc == E_OK)
			rc = decimal_add(c->ordered, q, &c->ordered, e);
		if (rc != E_OK || odoo_ref(move, "picking_id") != r->id ||
		    !str_equal(json_str(move, "state"), "done"))
			continue;
		rc = odoo_amount(move, o->field[FIELD_MOVE_DONE], o->quantity_digits, &q, e);
		if (rc == E_OK)
			rc = decimal_add(c->here, q, &c->here, e);
	}
	return rc;
}

/* Is of each component here what so many of all the kits need? */
static bool makes(const struct component *list, size_t n, int64_t kits, int64_t all)
{
	for (size_t i = 0; i < n; i++) {
		struct decimal here, needed;

		if (decimal_mul_int(list[i].here, all, &here, NULL) != E_OK ||
		    decimal_mul_int(list[i].ordered, kits, &needed, NULL) != E_OK ||
		    decimal_cmp(here, needed) != 0)
			return false;
	}
	return n > 0;
}

static enum errk broken_kit(const struct reader *r, const struct part *p, struct err *e)
{
	return err_set(
		e, E_RECORD, "kit_incomplete",
		"'%s' is a kit, and its parts in this delivery don't make whole kits; fulfil it in "
		"the shop by hand when it is complete, then run: erpsync queue drop '%s'",
		product_name(r, p->product), r->number);
}

/*
 * Odoo delivers a kit as moves of its components. So many kits are in this transfer as all components
 * agree upon; the whole of what the line asked for, cancelled or not, is what all its kits need.
 */
static enum errk count_kits(const struct reader *r, struct part *p, struct err *e)
{
	const cJSON *line = odoo_index_find(&r->lines, p->line);
	struct component *list = arena_array(r->a, json_count(r->p->parts, ""), sizeof(*list));
	struct decimal ordered, whole;
	size_t n = 0;
	enum errk rc = odoo_amount(line, "product_uom_qty", r->p->o->quantity_digits, &ordered, e);

	if (rc == E_OK)
		rc = read_components(r, p->line, list, &n, e);
	if (rc != E_OK)
		return rc;
	whole = decimal_round(ordered, 0);
	if (decimal_cmp(whole, ordered) != 0 || whole.units > KITS_MAX ||
	    !decimal_is_zero(p->quantity))
		return broken_kit(r, p, e);
	for (int64_t kits = 1; kits <= whole.units; kits++) {
		if (!makes(list, n, kits, whole.units))
			continue;
		p->quantity = (struct decimal){.units = kits};
		return E_OK;
	}
	return broken_kit(r, p, e);
}

/* The document */

/* "2026-11-23 04:57:18", UTC */
static const char *rfc_time(const char *t, struct arena *a)
{
	return t && strlen(t) >= 19 ? arena_printf(a, "%.10sT%.8sZ", t, t + 11) : NULL;
}

static const char *warehouse_of(const struct reader *r)
{
	const cJSON *type = odoo_index_find(&r->types, odoo_ref(r->picking, "picking_type_id"));
	int64_t id = odoo_ref(type, "warehouse_id");
	const struct odoo *o = r->p->o;

	for (size_t i = 0; i < o->n_warehouses; i++)
		if (o->warehouse[i].id == id)
			return o->warehouse[i].code;
	return NULL;
}

static void add_lines(const struct reader *r, cJSON *doc)
{
	cJSON *lines = json_add_array(doc, "lines");

	for (size_t i = 0; i < r->n_parts; i++) {
		const struct part *p = &r->part[i];
		const cJSON *product = odoo_index_find(&r->products, p->product);
		cJSON *line = json_object();
		char text[DECIMAL_TEXT_MAX];

		json_add_str(line, "line_id", p->line ? line_tail(r, p->line) : NULL);
		json_add_str(line, "sku", json_str(product, "default_code"));
		json_add_str(line, "title", json_str(product, "name"));
		json_add_str(line, "quantity", decimal_text_short(p->quantity, text));
		json_push(lines, line);
	}
}

static void add_parcels(const struct reader *r, cJSON *doc)
{
	const char *const *field = r->p->o->field;
	const char *carrier = field[FIELD_PICKING_CARRIER], *ref = field[FIELD_PICKING_TRACKING],
		   *url = field[FIELD_PICKING_TRACKING_URL];

	if (carrier)
		json_add_str(doc, "carrier",
			     json_str(r->picking, arena_printf(r->a, "%s[1]", carrier)));
	if (ref)
		json_add(doc, "packages",
			 odoo_delivery_parcels(json_str(r->picking, ref),
					       url ? json_str(r->picking, url) : NULL, r->a));
}

static const char *order_name(const struct reader *r)
{
	const cJSON *order = odoo_index_find(&r->orders, r->order);
	const char *origin = json_str(order, "origin");

	return str_blank(origin) ? json_str(order, "client_order_ref") : origin;
}

static void make_document(const struct reader *r, struct record *out)
{
	const char *id = odoo_id_text(r->id, r->a);
	cJSON *doc = json_object(), *order;

	json_add_str(doc, "kind", "fulfillment");
	json_add_str(doc, "source", "odoo");
	json_add_str(doc, "id", id);
	json_add_str(doc, "number", r->number);
	order = json_add_object(doc, "order");
	json_add_str(order, "id", known_tail(order_tail(r->p, r->order)));
	json_add_str(order, "name", order_name(r));
	json_add_str(doc, "shipped_at", rfc_time(json_str(r->picking, "date_done"), r->a));
	json_add_str(doc, "warehouse", warehouse_of(r));
	add_parcels(r, doc);
	add_lines(r, doc);
	odoo_record(doc, id, r->number, r->a, out);
}

static enum errk read_picking(struct reader *r, struct record *out, struct err *e)
{
	size_t n;
	const struct odoo_entry *move = odoo_index_range(&r->moves, r->id, &n);
	enum errk rc = E_OK;

	r->n_parts = 0;
	for (size_t i = 0; i < n && rc == E_OK; i++)
		rc = read_move(r, move[i].record, e);
	for (size_t i = 0; i < r->n_parts && rc == E_OK; i++)
		if (r->part[i].kit)
			rc = count_kits(r, &r->part[i], e);
	if (rc == E_OK && r->n_parts)
		make_document(r, out);
	return rc;
}

/* What people call the transfer; one that has no name, or an endless one, goes by its id. */
static const char *number_of(const cJSON *picking, struct arena *a)
{
	const char *name = json_str(picking, "name");

	return str_blank(name) || strlen(name) > NUMBER_MAX
		       ? odoo_id_text(json_int(picking, "id", 0), a)
		       : name;
}

enum errk odoo_delivery_items(const struct odoo_delivery_page *p, struct arena *a,
			      struct odoo_item **out, struct odoo_delivery_item **what, size_t *n,
			      struct err *e)
{
	LIST(struct odoo_item) items = {0};
	LIST(struct odoo_delivery_item) whats = {0};
	struct reader r = {
		.p = p,
		.a = a,
		.part = arena_array(a, json_count(p->moves, ""), sizeof(*r.part)),
	};

	odoo_index(p->types, "id", a, &r.types);
	odoo_index(p->orders, "id", a, &r.orders);
	odoo_index(p->lines, "id", a, &r.lines);
	odoo_index(p->products, "id", a, &r.products);
	odoo_index(p->moves, "picking_id", a, &r.moves);
	JSON_EACH (picking, p->pickings) {
		struct odoo_item item = {.id = json_int(picking, "id", 0)};
		struct err problem;
		enum errk rc;

		r.picking = picking;
		r.id = item.id;
		r.order = odoo_ref(picking, "sale_id");
		r.number = number_of(picking, a);
		if (!odoo_delivery_is_ours(p, r.order))
			continue;
		rc = read_picking(&r, &item.rec, &problem);
		if (rc == E_RECORD)
			odoo_record_problem(odoo_id_text(r.id, a), r.number, &problem, a,
					    &item.rec);
		if (rc != E_OK && rc != E_RECORD) {
			*e = problem;
			return rc;
		}
		if (rc == E_OK && !r.n_parts)
			continue;
		*list_add(&items, a) = item;
		*list_add(&whats, a) = (struct odoo_delivery_item){arena_strdup(a, r.number),
								   arena_strdup(a, order_name(&r))};
	}
	*out = items.at;
	*what = whats.at;
	*n = items.n;
	return E_OK;
}
