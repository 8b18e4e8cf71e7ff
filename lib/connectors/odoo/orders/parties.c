#include <ctype.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/step.h"
#include "base/str.h"
#include "connectors/odoo/load.h"
#include "connectors/odoo/orders/order.h"
#include "connectors/odoo/source.h"

#include "base/banned.h"

/*
 * Customers and addresses are made once and then left alone: loading a contact again would undo
 * what people in the ERP changed in it. So whoever is there already is looked for first; and what the
 * search misses, as a customer whose e-mail is another one by now, or one that was merged with another,
 * is known by its external id: the load takes it as it is and writes nothing to it. A customer who
 * turns out to have been there has addresses of his own, so those of the order are chosen after that.
 */
struct contact {
	const char *xid, *parent_xid;
	int64_t id, parent; /* parent: of one that was there before */
	struct odoo_cell *cells;
	const cJSON *found; /* as Odoo has it; NULL: made in this put, or to be made */
	bool crowd;         /* the one contact of all guests: its addresses are too many to read */
	struct err err;
	struct contact *next;
};

/* What one order asks for. */
struct wanted {
	struct odoo_order *order;
	const char *email, *vat, *ref, *name;
	bool company, guest;
	struct contact *who, *address[PARTY_COUNT_];
};

struct parties {
	struct odoo_batch *b;
	struct wanted *wanted;
	size_t n;
	struct contact *list, **last;
	cJSON *found, *xids, *children; /* owned */
};

static const char *const contact_fields[] = {"name",       "email",    "email_normalized",
					     "vat",        "ref",      "is_company",
					     "parent_id",  "type",     "street",
					     "street2",    "zip",      "city",
					     "country_id", "state_id", "active",
					     NULL};

static const char *lower(const char *text, struct arena *a)
{
	char *copy = arena_strdup(a, text);

	for (char *p = copy; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return copy;
}

static struct contact *known(const struct parties *p, const char *xid)
{
	for (struct contact *c = p->list; c; c = c->next)
		if (str_equal(c->xid, xid))
			return c;
	return NULL;
}

static struct contact *add(struct parties *p, const char *xid)
{
	struct contact *c = arena_alloc(p->b->a, sizeof(*c));

	c->xid = xid;
	*p->last = c;
	p->last = &c->next;
	return c;
}

/* Who the buyer is, as an external id. */
static const char *xid_of(const struct parties *p, const struct wanted *w, const char *id,
			  bool *crowd)
{
	const struct odoo *o = p->b->o;
	struct arena *a = p->b->a;
	char hex[HASH_HEX_SIZE];

	*crowd = false;
	if (id)
		return odoo_xid(o, w->company ? "company" : "customer", id, a);
	if (o->rules.guest == ODOO_GUEST_SHARED) {
		*crowd = true;
		return odoo_xid(o, "guests", "all", a);
	}
	if (o->rules.guest == ODOO_GUEST_EMAIL && *w->email) {
		hash_hex(w->email, strlen(w->email), hex);
		return odoo_xid(o, "guest", arena_printf(a, "%.20s", hex), a);
	}
	return arena_printf(a, "%s_guest", w->order->xid);
}

static const char *text_of(const cJSON *doc, const char *path)
{
	const char *text = json_str(doc, path);

	return text ? text : "";
}

static struct wanted wanted_of(struct parties *p, struct odoo_order *d)
{
	struct arena *a = p->b->a;

	return (struct wanted){
		.order = d,
		.email = lower(text_of(d->doc, "customer.email"), a),
		.vat = text_of(d->doc, "customer.vat"),
		.ref = text_of(d->doc, "customer.ref"),
		.name = text_of(d->doc, "customer.values.name"),
		.company = json_bool(d->doc, "customer.company", false),
		.guest = !json_str(d->doc, "customer.id"),
	};
}

/* Searching */

static void push_once(cJSON *list, const char *text)
{
	if (!*text)
		return;
	JSON_EACH (item, list)
		if (str_equal(item->valuestring, text))
			return;
	json_push_str(list, text);
}

static cJSON *domain_of(const struct parties *p)
{
	cJSON *domain = json_array(), *mail = json_array(), *names = json_array();
	cJSON *refs = json_array(), *vats = json_array();

	for (size_t i = 0; i < p->n; i++) {
		const struct wanted *w = &p->wanted[i];

		push_once(mail, w->email);
		push_once(refs, w->ref);
		push_once(vats, w->vat);
		/* A company is known by its name as well; so is who has no address. */
		if (w->company || !*w->email)
			push_once(names, w->name);
	}
	json_push(domain, odoo_term("parent_id", "=", cJSON_CreateFalse()));
	json_push_str(domain, "|");
	json_push_str(domain, "|");
	json_push_str(domain, "|");
	json_push(domain, odoo_term("email_normalized", "in", mail));
	json_push(domain, odoo_term("name", "in", names));
	json_push(domain, odoo_term("ref", "in", refs));
	json_push(domain, odoo_term("vat", "in", vats));
	return domain;
}

static enum errk search(struct parties *p, struct err *e)
{
	struct odoo_read r = {.model = "res.partner",
			      .fields = contact_fields,
			      .domain = domain_of(p),
			      .context = odoo_archived_too(NULL)};
	int64_t *ids;
	size_t n = 0;
	enum errk rc = odoo_search_read(p->b->o, &r, p->b->a, &p->found, e);

	if (rc != E_OK)
		return rc;
	ids = odoo_refs(p->found, "id", p->b->a, &n);
	return odoo_external_ids(p->b->o, "res.partner", ids, n, p->b->a, &p->xids, e);
}

/* The only one whose field says so; two are refused. Who is archived is nobody's guess any more. */
static enum errk only_one(const struct parties *p, const struct wanted *w, const char *field,
			  const char *value, const cJSON **out, struct err *e)
{
	size_t n = 0;

	JSON_EACH (item, p->found) {
		if (!str_equal(json_str(item, field), value) || !json_bool(item, "active", false) ||
		    (w->company && !json_bool(item, "is_company", false)))
			continue;
		*out = item;
		n++;
	}
	if (n > 1)
		return err_set(
			e, E_RECORD, "ambiguous_customer",
			"Odoo (%s) has %zu contacts with the same %s as the customer; merge "
			"them there, then run: erpsync queue retry --code ambiguous_customer",
			p->b->o->server.host, n, field);
	return E_OK;
}

static const cJSON *by_xid(const struct parties *p, const char *xid)
{
	JSON_EACH (item, p->found)
		if (str_equal(odoo_external_id(p->xids, json_int(item, "id", 0)), xid))
			return item;
	return NULL;
}

static enum errk match(const struct parties *p, const struct wanted *w, const char *xid,
		       const cJSON **out, struct err *e)
{
	enum odoo_match rule = p->b->o->rules.match;
	enum errk rc = E_OK;

	*out = by_xid(p, xid);
	/* A customer number of the ERP itself says who it is. */
	if (!*out && w->company && *w->ref)
		rc = only_one(p, w, "ref", w->ref, out, e);
	if (rc == E_OK && !*out && w->company && *w->vat && rule == ODOO_MATCH_COMPANY_VAT)
		rc = only_one(p, w, "vat", w->vat, out, e);
	if (rc == E_OK && !*out && *w->email &&
	    (rule == ODOO_MATCH_EMAIL || (rule == ODOO_MATCH_COMPANY_VAT && !w->company)))
		rc = only_one(p, w, "email_normalized", w->email, out, e);
	return rc;
}

static struct odoo_cell *crowd_cells(struct arena *a, const char *shop)
{
	struct odoo_cell *name = arena_alloc(a, sizeof(*name));
	struct odoo_cell *type = arena_alloc(a, sizeof(*type));

	*name = (struct odoo_cell){"name", arena_printf(a, "Guests of %s", shop), type};
	*type = (struct odoo_cell){"type", "contact", NULL};
	return name;
}

static enum errk choose_customer(struct parties *p, struct wanted *w, struct err *e)
{
	struct odoo_order *d = w->order;
	const cJSON *found = NULL;
	struct contact *c;
	const char *xid;
	bool crowd = false;
	enum errk rc;

	if (d->found) { /* the order says whose it is */
		xid = arena_printf(p->b->a, "#%lld", (long long)odoo_ref(d->found, "partner_id"));
		w->who = known(p, xid);
		if (!w->who) {
			w->who = add(p, xid);
			w->who->id = odoo_ref(d->found, "partner_id");
		}
		return E_OK;
	}
	xid = xid_of(p, w, json_str(d->doc, "customer.id"), &crowd);
	w->who = known(p, xid);
	if (w->who)
		return E_OK;
	rc = crowd ? E_OK : match(p, w, xid, &found, e);
	if (rc != E_OK)
		return rc;
	c = w->who = add(p, xid);
	c->crowd = crowd;
	c->found = found;
	c->id = found ? json_int(found, "id", 0) : 0;
	if (found)
		return E_OK;
	if (crowd)
		c->cells = crowd_cells(p->b->a, p->b->o->rules.shop);
	else
		rc = odoo_cells(p->b->o, json_at(d->doc, "customer.values"), p->b->a, &c->cells, e);
	return rc;
}

/* Addresses */

static bool same_text(const char *mine, const cJSON *record, const char *field)
{
	const char *theirs = json_str(record, field);

	return strcmp(mine ? mine : "", theirs ? theirs : "") == 0;
}

static bool same_ref(const char *mine, const cJSON *record, const char *field, struct arena *a)
{
	return strcmp(mine ? mine : "", odoo_id_text(odoo_ref(record, field), a)) == 0;
}

static const char *const place_fields[] = {"name", "street", "street2", "zip", "city"};

static bool is_like(const struct odoo_cell *cells, const cJSON *record, struct arena *a)
{
	for (size_t i = 0; i < sizeof(place_fields) / sizeof(*place_fields); i++)
		if (!same_text(odoo_cell(cells, place_fields[i]), record, place_fields[i]))
			return false;
	return same_ref(odoo_cell(cells, "country_id/.id"), record, "country_id", a) &&
	       same_ref(odoo_cell(cells, "state_id/.id"), record, "state_id", a);
}

static bool same_cells(const struct odoo_cell *a, const struct odoo_cell *b)
{
	static const char *const refs[] = {"country_id/.id", "state_id/.id"};

	for (size_t i = 0; i < sizeof(place_fields) / sizeof(*place_fields); i++)
		if (strcmp(odoo_cell(a, place_fields[i]) ? odoo_cell(a, place_fields[i]) : "",
			   odoo_cell(b, place_fields[i]) ? odoo_cell(b, place_fields[i]) : "") != 0)
			return false;
	for (size_t i = 0; i < 2; i++)
		if (strcmp(odoo_cell(a, refs[i]) ? odoo_cell(a, refs[i]) : "",
			   odoo_cell(b, refs[i]) ? odoo_cell(b, refs[i]) : "") != 0)
			return false;
	return true;
}

/* Its external id follows from what it says: the same address is the same contact. */
static const char *address_xid(const struct parties *p, const struct contact *who,
			       const struct odoo_cell *cells, const char *type)
{
	CLEANUP(str) struct str text;
	char hex[HASH_HEX_SIZE];
	const char *owner = *who->xid == '#' ? arena_printf(p->b->a, "erpsync.%s_partner_%s",
							    p->b->o->rules.shop, who->xid + 1)
					     : who->xid;

	str_init(&text, 0);
	for (; cells; cells = cells->next)
		str_addf(&text, "%s=%s\n", cells->field, cells->text);
	hash_hex(text.buf, text.len, hex);
	return arena_printf(p->b->a, "%s_%s_%.12s", owner, type, hex);
}

static const cJSON *child_like(const struct parties *p, const struct contact *who,
			       const struct odoo_cell *cells, const char *type)
{
	JSON_EACH (item, p->children) {
		if (odoo_ref(item, "parent_id") == who->id && json_bool(item, "active", false) &&
		    str_equal(json_str(item, "type"), type) && is_like(cells, item, p->b->a))
			return item;
	}
	return NULL;
}

static enum errk choose_address(struct parties *p, struct wanted *w, enum odoo_party_role role,
				struct err *e)
{
	const cJSON *values = json_at(w->order->doc, role == PARTY_INVOICE ? "invoice_address"
									   : "delivery_address");
	const char *type = role == PARTY_INVOICE ? "invoice" : "delivery", *xid;
	struct contact *who = w->who, *c;
	struct odoo_cell *cells;
	const cJSON *child;
	enum errk rc;

	w->address[role] = who;
	if (!values)
		return E_OK;
	rc = odoo_cells(p->b->o, values, p->b->a, &cells, e);
	if (rc != E_OK)
		return rc;
	if (who->found ? is_like(cells, who->found, p->b->a)
		       : who->cells && same_cells(cells, who->cells))
		return E_OK;
	xid = address_xid(p, who, cells, type);
	c = known(p, xid);
	if (!c) {
		c = add(p, xid);
		c->cells = cells;
		c->parent_xid = who->id ? NULL : who->xid;
		c->parent = who->id;
		child = who->id ? child_like(p, who, cells, type) : NULL;
		c->found = child;
		c->id = child ? json_int(child, "id", 0) : 0;
	}
	w->address[role] = c;
	return E_OK;
}

/*
 * The customers as they are, archived or not, with their addresses. Who was to be made, and says something else
 * or is archived, was there before.
 */
static enum errk read_families(struct parties *p, struct err *e)
{
	int64_t *ids = arena_array(p->b->a, p->n, sizeof(*ids));
	struct odoo_read r = {.model = "res.partner", .fields = contact_fields};
	size_t n = 0;
	enum errk rc;

	for (size_t i = 0; i < p->n; i++)
		if (p->wanted[i].who && p->wanted[i].who->id && !p->wanted[i].who->crowd)
			ids[n++] = p->wanted[i].who->id;
	if (!n)
		return E_OK;
	r.context = odoo_archived_too(NULL);
	r.domain = json_array();
	json_push_str(r.domain, "|");
	json_push(r.domain, odoo_term_ids("parent_id", ids, n));
	json_push(r.domain, odoo_term_ids("id", ids, n));
	rc = odoo_search_read(p->b->o, &r, p->b->a, &p->children, e);
	if (rc != E_OK)
		return rc;
	JSON_EACH (item, p->children) {
		for (struct contact *c = p->list; c; c = c->next)
			if (c->id == json_int(item, "id", 0) &&
			    !(c->cells && json_bool(item, "active", false) &&
			      is_like(c->cells, item, p->b->a)))
				c->found = item;
	}
	return E_OK;
}

/* Making */

/* All columns that one of them has: nobody is emptied by one that is not his, for all are new. */
static const char **columns(const struct parties *p, bool by_xid, size_t *n)
{
	const char **fields = NULL;
	size_t count = 2, cap = 0;

	for (int pass = 0; pass < 2; pass++) {
		if (pass == 1)
			fields = arena_array(p->b->a, cap + 3, sizeof(*fields));
		for (const struct contact *c = p->list; c; c = c->next) {
			if (c->id || (c->parent != 0) == by_xid)
				continue;
			for (const struct odoo_cell *x = c->cells; x; x = x->next) {
				size_t i = 2;

				cap++;
				while (fields && i < count && strcmp(fields[i], x->field) != 0)
					i++;
				if (fields && i == count)
					fields[count++] = x->field;
			}
		}
	}
	fields[0] = "id";
	fields[1] = by_xid ? "parent_id/id" : "parent_id/.id";
	*n = count;
	return fields;
}

static void fill_row(const struct parties *p, const struct contact *c, const char *const *fields,
		     size_t width, struct odoo_load_item *out)
{
	const char **cell = arena_array(p->b->a, width, sizeof(*cell));

	cell[0] = c->xid;
	cell[1] = c->parent ? odoo_id_text(c->parent, p->b->a) : c->parent_xid;
	for (size_t i = 2; i < width; i++)
		cell[i] = odoo_cell(c->cells, fields[i]);
	*out = (struct odoo_load_item){.row = arena_alloc(p->b->a, sizeof(*out->row)), .n_rows = 1};
	out->row->cells = cell;
}

/* The new contacts of one kind, each new customer with his addresses behind him. */
static size_t families(const struct parties *p, bool by_xid, struct contact **made)
{
	size_t n = 0;

	for (struct contact *c = p->list; c; c = c->next) {
		if (c->id || (c->parent != 0) == by_xid || c->parent_xid)
			continue;
		made[n++] = c;
		for (struct contact *child = c->next; child && by_xid; child = child->next)
			if (!child->id && str_equal(child->parent_xid, c->xid))
				made[n++] = child;
	}
	return n;
}

/* by_xid: new customers and their addresses; else addresses of known customers. */
static enum errk make(struct parties *p, bool by_xid, struct err *e)
{
	size_t width, n, cap = 0;
	const char **fields = columns(p, by_xid, &width);
	struct odoo_load l = {.model = "res.partner",
			      .fields = fields,
			      .flag = "no_vat_validation",
			      .quiet = true,
			      .fresh = true,
			      .apart = by_xid,
			      .keep = true};
	struct contact **made;
	enum errk rc;

	for (const struct contact *c = p->list; c; c = c->next)
		cap++;
	made = arena_array(p->b->a, cap, sizeof(*made));
	l.item = arena_array(p->b->a, cap, sizeof(*l.item));
	n = families(p, by_xid, made);
	for (size_t i = 0; i < n; i++) {
		fill_row(p, made[i], fields, width, &l.item[i]);
		l.item[i].follows = made[i]->parent_xid != NULL;
	}
	if (!n)
		return E_OK;
	l.n = n;
	p->b->wrote = true;
	rc = odoo_load(p->b->o, &l, p->b->a, e);
	STEP("odoo contacts loaded");
	for (size_t i = 0; i < n; i++) {
		made[i]->id = l.item[i].id;
		made[i]->err = l.item[i].err;
	}
	return rc;
}

/* Before 19 Odoo's import finds no archived contact for a new order. */
static void refuse_archived(const struct odoo *o, const struct wanted *w)
{
	struct odoo_order *d = w->order;
	struct err why;

	if (o->version.major >= 19 || d->found || !w->who || !w->who->found ||
	    json_bool(w->who->found, "active", true))
		return;
	err_set(&why, E_RECORD, "archived_customer",
		"the customer is contact %lld in Odoo (%s), which is archived; restore it there (Action > "
		"Unarchive), then run: erpsync queue retry '%s'",
		(long long)w->who->id, o->server.host, d->item->label);
	odoo_order_fail(d, &why);
}

static void hand_out(struct wanted *w)
{
	struct odoo_order *d = w->order;

	w->address[PARTY_CUSTOMER] = w->who;
	for (int role = 0; role < PARTY_COUNT_; role++) {
		const struct contact *c = w->address[role];

		if (!c)
			continue;
		if (!c->id && c->err.kind != E_OK) {
			struct err why = c->err;

			err_wrap(&why, role == PARTY_CUSTOMER  ? "customer"
				       : role == PARTY_INVOICE ? "billing address"
							       : "shipping address");
			odoo_order_fail(d, &why);
		}
		d->party[role] = c->id;
	}
}

/* Customers first, so that their contacts stand before those of their addresses. */
static enum errk choose_customers(struct parties *p, struct err *e)
{
	struct err why;
	enum errk rc = search(p, e);

	for (size_t i = 0; i < p->n && rc == E_OK; i++) {
		rc = choose_customer(p, &p->wanted[i], &why);
		if (rc == E_RECORD) {
			odoo_order_fail(p->wanted[i].order, &why);
			p->wanted[i].who = NULL;
			rc = E_OK;
		} else if (rc != E_OK) {
			*e = why;
		}
	}
	return rc;
}

/* Of customers that are to be made; there: of those that are there. */
static enum errk choose_addresses(struct parties *p, bool there, struct err *e)
{
	struct err why;
	enum errk rc = E_OK;

	for (size_t i = 0; i < 2 * p->n && rc == E_OK; i++) {
		struct wanted *w = &p->wanted[i / 2];

		if (!w->who || (w->who->id != 0) != there || !odoo_order_goes_on(w->order) ||
		    (there && w->who->cells && !w->who->found))
			continue;
		rc = choose_address(p, w, i % 2 ? PARTY_DELIVERY : PARTY_INVOICE, &why);
		if (rc == E_RECORD) {
			odoo_order_fail(w->order, &why);
			rc = E_OK;
		} else if (rc != E_OK) {
			*e = why;
		}
	}
	return rc;
}

enum errk odoo_parties(struct odoo_batch *b, struct err *e)
{
	struct parties p = {.b = b, .wanted = arena_array(b->a, b->n, sizeof(*p.wanted))};
	struct odoo_order **all = arena_array(b->a, b->n, sizeof(*all));
	enum errk rc;

	p.last = &p.list;
	for (size_t i = 0; i < b->n; i++)
		if (odoo_order_goes_on(&b->order[i])) {
			all[p.n] = &b->order[i];
			p.wanted[p.n++] = wanted_of(&p, &b->order[i]);
		}
	if (!p.n)
		return E_OK;
	rc = choose_customers(&p, e);
	if (rc == E_OK)
		rc = choose_addresses(&p, false, e);
	if (rc == E_OK)
		rc = make(&p, true, e);
	if (rc == E_OK)
		rc = read_families(&p, e);
	if (rc == E_OK)
		rc = choose_addresses(&p, true, e);
	if (rc == E_OK)
		rc = make(&p, false, e);
	if (rc != E_OK)
		rc = odoo_batch_failed(b, all, p.n, e);
	for (size_t i = 0; i < p.n && rc == E_OK; i++) {
		refuse_archived(b->o, &p.wanted[i]);
		hand_out(&p.wanted[i]);
	}
	cJSON_Delete(p.found);
	cJSON_Delete(p.xids);
	cJSON_Delete(p.children);
	return rc;
}
