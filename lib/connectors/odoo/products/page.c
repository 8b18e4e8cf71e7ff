#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/list.h"
#include "base/str.h"
#include "connectors/odoo/products/pricelist.h"
#include "connectors/odoo/products/product.h"

#include "base/banned.h"

enum {
	WEIGHT_DIGITS = 4, /* that Odoo may be set to keep */
	POUND = 45359237,  /* of a kilogram, in 10^-8: by definition */
	POUND_SCALE = 8,
	KILOGRAM_DIGITS = 5,
	HTML_MAX = 1024 * 1024,
};

void odoo_product_page_release(struct odoo_product_page *p)
{
	cJSON *const lists[] = {p->templates,  p->variants, p->tags,  p->lines,
				p->attributes, p->values,   p->others};

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		cJSON_Delete(lists[i]);
	*p = (struct odoo_product_page){.o = p->o};
}

struct reader {
	const struct odoo_product_page *p;
	struct arena *a;
	struct odoo_product_index x;
	struct odoo_index tags;
	struct odoo_owners owners; /* of active variants */
	const cJSON *template;     /* that is being read */
	const char *currency;      /* of its document */
	const char *public_currency, *cost_currency;
};

/* Values */

/* Odoo's description for customers is plain text. */
static const char *html(const char *text, struct arena *a)
{
	CLEANUP(str) struct str s;

	str_init(&s, HTML_MAX);
	for (const char *p = text; *p; p++) {
		if (*p == '&')
			str_add(&s, "&amp;");
		else if (*p == '<')
			str_add(&s, "&lt;");
		else if (*p == '>')
			str_add(&s, "&gt;");
		else if (*p == '\n')
			str_add(&s, "<br>");
		else if (*p != '\r')
			str_addc(&s, *p);
	}
	return arena_strdup(a, s.buf);
}

/* "All / Saleable / Shirts" -> "Shirts"; the root, where what has no category stands, is none. */
static const char *leaf(const char *category)
{
	const char *at = category, *next;

	if (str_equal(category, "All"))
		return NULL;
	while (at && (next = strstr(at, " / ")))
		at = next + strlen(" / ");
	return at;
}

/* With the decimals of its currency at least, and no zeros beyond. */
static const char *money(struct decimal d, const char *currency, struct arena *a)
{
	char text[DECIMAL_TEXT_MAX];
	int digits = currency_exponent(currency);

	while (d.scale > digits && d.units % 10 == 0) {
		d.units /= 10;
		d.scale--;
	}
	return arena_strdup(a, decimal_text(d.scale < digits ? decimal_round(d, digits) : d, text));
}

static enum errk kilograms(struct decimal weight, bool pounds, struct decimal *out, struct err *e)
{
	enum errk rc;

	*out = weight;
	if (!pounds)
		return E_OK;
	rc = decimal_mul_int(weight, POUND, out, e);
	if (rc != E_OK)
		return rc;
	for (int drop = out->scale + POUND_SCALE - KILOGRAM_DIGITS; drop > 1; drop--)
		out->units /= 10;
	out->units = (out->units + 5) / 10;
	out->scale = KILOGRAM_DIGITS;
	return E_OK;
}

static const struct odoo_tax *tax_of(const struct odoo *o, int64_t id)
{
	for (size_t i = 0; i < o->looks.n_taxes; i++)
		if (o->looks.tax[i].id == id)
			return &o->looks.tax[i];
	return NULL;
}

/* Its sales taxes of this company, if they agree; else it can't be said. Of nothing nothing is included. */
static cJSON *prices_include_tax(const struct reader *r)
{
	bool included = false, excluded = false;

	JSON_EACH (ref, json_at(r->template, "taxes_id")) {
		const struct odoo_tax *t = tax_of(r->p->o, json_int(ref, "", 0));

		if (!t || str_equal(t->amount, "0"))
			continue;
		included = included || t->included;
		excluded = excluded || !t->included;
	}
	return included == excluded ? cJSON_CreateNull() : cJSON_CreateBool(included);
}

static bool is_stored(const struct reader *r)
{
	const char *flag = r->p->o->field[FIELD_TEMPLATE_STORABLE];

	return flag ? json_bool(r->template, flag, false)
		    : str_equal(json_str(r->template, "type"), "product");
}

/* The document */

/* What people call a variant. */
static const char *name_of(const cJSON *variant, struct arena *a)
{
	const char *sku = json_str(variant, "default_code");

	return str_blank(sku)
		       ? arena_printf(a, "id %s", odoo_id_text(json_int(variant, "id", 0), a))
		       : sku;
}

/* What Odoo has zero for when nobody has set it is left out. */
static enum errk add_cost_and_weight(const struct reader *r, const cJSON *from, cJSON *to,
				     struct err *e)
{
	bool pounds = str_starts(json_str(r->template, "weight_uom_name"), "lb");
	struct decimal cost, weight;
	char text[DECIMAL_TEXT_MAX];
	enum errk rc = odoo_amount(from, "standard_price", r->p->o->price_digits, &cost, e);

	if (rc == E_OK)
		rc = odoo_amount(from, "weight", WEIGHT_DIGITS, &weight, e);
	if (rc == E_OK)
		rc = kilograms(weight, pounds, &weight, e);
	if (rc != E_OK)
		return err_wrap(e, "variant '%s'", name_of(from, r->a));
	if (!decimal_is_zero(cost) && str_equal(r->cost_currency, r->currency))
		json_add_str(to, "cost", money(cost, r->currency, r->a));
	if (!decimal_is_zero(weight))
		json_add_str(to, "weight_kg", decimal_text_short(weight, text));
	return E_OK;
}

/* The price before a reduction; in another currency than the price it can't be told. */
static void add_compare_at(const struct reader *r, struct decimal public_price,
			   struct decimal price, cJSON *to)
{
	public_price = decimal_round(public_price, r->p->o->price_lists->digits);
	if (r->p->o->rules.compare_at && str_equal(r->public_currency, r->currency))
		json_add_str(to, "compare_at_price",
			     decimal_cmp(price, public_price) < 0
				     ? money(public_price, r->currency, r->a)
				     : NULL);
}

static enum errk add_price(const struct reader *r, const struct odoo_choice *c, cJSON *to,
			   struct err *e)
{
	const struct odoo *o = r->p->o;
	const cJSON *from = c->variant;
	struct odoo_goods goods = {
		.variant = json_int(from, "id", 0),
		.template = json_int(r->template, "id", 0),
		.category = odoo_ref(r->template, "categ_id"),
		.currency = r->public_currency,
		.cost_currency = r->cost_currency,
	};
	struct decimal price;
	enum errk rc = odoo_amount(from, "lst_price", o->price_digits, &goods.price, e);

	if (rc == E_OK && o->price_lists)
		rc = odoo_amount(from, "standard_price", o->price_digits, &goods.cost, e);
	if (rc != E_OK)
		return err_wrap(e, "variant '%s'", name_of(from, r->a));
	price = goods.price;
	if (o->price_lists)
		rc = odoo_list_price(o->price_lists, &goods, &price, e);
	/* Nobody buys what is no longer sold: no rule need be made for it. */
	if (rc == E_RECORD && !c->active)
		return E_OK;
	if (rc != E_OK)
		return err_wrap(e, "variant '%s'", name_of(from, r->a));
	json_add_str(to, "price", money(price, r->currency, r->a));
	if (o->price_lists)
		add_compare_at(r, goods.price, price, to);
	return E_OK;
}

static enum errk add_variant(const struct reader *r, const struct odoo_options *o, size_t n,
			     cJSON *list, struct err *e)
{
	const struct odoo_choice *c = &o->choice[n];
	cJSON *to = json_object(), *options;
	enum errk rc;

	json_push(list, to);
	json_add_str(to, "id", odoo_id_text(json_int(c->variant, "id", 0), r->a));
	json_add_str(to, "sku", json_str(c->variant, "default_code"));
	json_add_str(to, "status", c->active ? "active" : "archived");
	options = json_add_array(to, "options");
	for (size_t i = 0; i < o->n; i++) {
		cJSON *option = json_object();

		json_add_str(option, "name", o->name[i]);
		json_add_str(option, "value", c->value[i]);
		json_push(options, option);
	}
	json_add_str(to, "barcode", json_str(c->variant, "barcode"));
	rc = add_price(r, c, to, e);
	if (rc == E_OK)
		rc = add_cost_and_weight(r, c->variant, to, e);
	json_add_bool(to, "tracked", is_stored(r));
	json_add_bool(to, "requires_shipping",
		      !str_equal(json_str(r->template, "type"), "service"));
	return rc;
}

static void add_tags(const struct reader *r, cJSON *doc)
{
	const char *field = r->p->o->field[FIELD_TEMPLATE_TAGS];
	cJSON *list;

	if (!field)
		return;
	list = json_add_array(doc, "tags");
	JSON_EACH (ref, json_at(r->template, field)) {
		const char *name = json_str(odoo_index_find(&r->tags, json_int(ref, "", 0)),
					    "name");

		if (name)
			json_push_str(list, name);
	}
}

/* A template has its variant's reference only while there is a single active one. */
static const char *code_of(const cJSON *template, const struct odoo_options *o)
{
	const char *code = json_str(template, "default_code");

	return str_blank(code) && o->n_choices == 1 ? json_str(o->choice[0].variant, "default_code")
						    : code;
}

/* A template stays active when the last of its variants is archived by itself. */
static bool is_sold(const cJSON *template, const struct odoo_options *o)
{
	for (size_t i = 0; i < o->n_choices; i++)
		if (o->choice[i].active)
			return json_bool(template, "active", true);
	return false;
}

static void add_head(const struct reader *r, const struct odoo_options *o, cJSON *doc)
{
	const cJSON *t = r->template;
	const char *description = json_str(t, "description_sale");

	json_add_str(doc, "kind", "product");
	json_add_str(doc, "source", "odoo");
	json_add_str(doc, "id", odoo_id_text(json_int(t, "id", 0), r->a));
	json_add_str(doc, "code", code_of(t, o));
	json_add_str(doc, "status", is_sold(t, o) ? "active" : "archived");
	json_add_str(doc, "title", json_str(t, "name"));
	json_add_str(doc, "description", description ? html(description, r->a) : NULL);
	json_add_str(doc, "type", leaf(json_str(t, "categ_id[1]")));
	add_tags(r, doc);
	json_add_str(doc, "currency", r->currency);
	json_add(doc, "prices_include_tax", prices_include_tax(r));
}

static enum errk make_document(const struct reader *r, const struct odoo_options *o, cJSON *doc,
			       struct err *e)
{
	cJSON *options, *variants;
	enum errk rc = E_OK;

	add_head(r, o, doc);
	options = json_add_array(doc, "options");
	for (size_t i = 0; i < o->n; i++) {
		cJSON *option = json_object();

		json_add_str(option, "name", o->name[i]);
		json_push(options, option);
	}
	variants = json_add_array(doc, "variants");
	for (size_t i = 0; i < o->n_choices && rc == E_OK; i++)
		rc = add_variant(r, o, i, variants, e);
	return rc;
}

/* A SKU that is sold twice belongs to neither. */
static enum errk refuse_duplicates(const struct reader *r, const struct odoo_options *o,
				   struct err *e)
{
	for (size_t i = 0; i < o->n_choices; i++) {
		const char *sku = json_str(o->choice[i].variant, "default_code");
		const struct odoo_owner *owner;
		size_t n = 0;

		if (str_blank(sku) || !o->choice[i].active)
			continue;
		owner = odoo_owners_of(&r->owners, sku, &n);
		if (n > 1)
			return err_set(
				e, E_RECORD, "duplicate_sku",
				"Odoo (%s) has %zu products for sale with the internal reference "
				"'%s' (ids %s): give each its own, or archive the others, and the "
				"next run takes it",
				r->p->o->server.host, n, sku, odoo_owners_text(owner, n, r->a));
	}
	return E_OK;
}

static void read_currencies(struct reader *r)
{
	const struct odoo *o = r->p->o;

	r->public_currency = json_str(r->template, "currency_id[1]");
	r->cost_currency = json_str(r->template, "cost_currency_id[1]");
	if (!r->public_currency)
		r->public_currency = o->company.currency_name;
	r->currency = o->price_lists ? o->price_lists->list->currency : r->public_currency;
}

static enum errk read_template(struct reader *r, struct record *out, bool *none, struct err *e)
{
	const cJSON *t = r->template;
	const char *code;
	CLEANUP(json) cJSON *doc = json_object();
	struct odoo_options options;
	enum errk rc = odoo_options(&r->x, t, r->a, &options, e);

	*none = rc == E_OK && !options.n_choices;
	if (rc != E_OK || *none)
		return rc;
	code = code_of(t, &options);
	read_currencies(r);
	rc = odoo_names_fit(t, e);
	for (size_t i = 0; i < options.n_choices && rc == E_OK; i++)
		rc = odoo_codes_fit(options.choice[i].variant, e);
	if (rc == E_OK)
		rc = refuse_duplicates(r, &options, e);
	if (rc == E_OK)
		rc = make_document(r, &options, doc, e);
	if (rc == E_OK)
		odoo_record(TAKE(doc), odoo_id_text(json_int(t, "id", 0), r->a),
			    odoo_label(t, code, r->a), r->a, out);
	return rc;
}

/* Those whose references count: what is not sold any more does not stand in the way. */
static cJSON *active_ones(const cJSON *variants)
{
	cJSON *list = json_array();

	JSON_EACH (item, variants)
		if (json_bool(item, "active", true))
			json_push(list, cJSON_Duplicate(item, true));
	return list;
}

enum errk odoo_product_items(const struct odoo_product_page *p, struct arena *a,
			     struct odoo_item **out, size_t *n, struct err *e)
{
	CLEANUP(json) cJSON *active = active_ones(p->variants);
	struct reader r = {.p = p, .a = a};
	LIST(struct odoo_item) items = {0};

	odoo_index(p->lines, "id", a, &r.x.lines);
	odoo_index(p->attributes, "id", a, &r.x.attributes);
	odoo_index(p->values, "id", a, &r.x.values);
	odoo_index(p->variants, "product_tmpl_id", a, &r.x.variants);
	odoo_index(p->tags, "id", a, &r.tags);
	odoo_owners(active, p->others, a, &r.owners);
	JSON_EACH (template, p->templates) {
		struct odoo_item item = {.id = json_int(template, "id", 0)};
		struct err problem;
		bool none = false;
		enum errk rc;

		r.template = template;
		rc = read_template(&r, &item.rec, &none, &problem);

		if (rc != E_OK && rc != E_RECORD) {
			*e = problem;
			return rc;
		}
		if (none)
			continue;
		if (rc == E_RECORD)
			odoo_record_problem(odoo_id_text(item.id, a),
					    odoo_label(template, json_str(template, "default_code"),
						       a),
					    &problem, a, &item.rec);
		*list_add(&items, a) = item;
	}
	*out = items.at;
	*n = items.n;
	return E_OK;
}
