#include "connectors/odoo/products/product.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/step.h"
#include "base/str.h"
#include "connectors/odoo/products/pricelist.h"
#include "model/stock_record.h"

#include "base/banned.h"

/* Templates of a page, each with all its variants. */
enum { PAGE = 500 };

/* What is configured */

static enum errk find_one(struct odoo *o, const char *model, const char *field, const char *name,
			  struct arena *a, int64_t *id, size_t *n, struct err *e)
{
	static const char *const fields[] = {"id", NULL};
	struct odoo_read r = {.model = model, .fields = fields, .domain = json_array()};
	CLEANUP(json) cJSON *list = NULL;
	enum errk rc;

	json_push(r.domain, odoo_term(field, "=", cJSON_CreateString(name)));
	rc = odoo_search_read(o, &r, a, &list, e);
	if (rc != E_OK)
		return rc;
	*n = json_count(list, "");
	*id = json_int(list, "[0].id", 0);
	return E_OK;
}

static enum errk find_language(struct odoo *o, struct arena *a, struct err *e)
{
	const char *language = o->rules.language;
	int64_t id = 0;
	size_t n = 0;
	enum errk rc = find_one(o, "res.lang", "code", language, a, &id, &n, e);

	if (rc == E_OK && n == 0)
		return err_set(
			e, E_REFUSED, "no_language",
			"[odoo] language = %s: Odoo (%s) has no such language installed (Settings "
			"> Translations > Languages)",
			language, o->server.host);
	return rc;
}

static enum errk find_category(struct odoo *o, struct arena *a, struct err *e)
{
	const char *name = o->rules.product_category;
	size_t n = 0;
	enum errk rc;

	if (str_blank(name))
		return E_OK;
	rc = find_one(o, "product.category", "complete_name", name, a, &o->product_category, &n, e);
	if (rc == E_OK && n != 1)
		return err_set(
			e, E_REFUSED, "no_category",
			"[odoo] product_category = %s: Odoo (%s) has %s category of that name; "
			"write it as Odoo shows it: All / Shop",
			name, o->server.host, n ? "more than one" : "no");
	return rc;
}

static enum errk open_prices(struct odoo *o, struct arena *a, struct err *e)
{
	struct odoo_price_lists *lists;
	enum errk rc;

	if (!o->rules.product_pricelist)
		return E_OK;
	lists = arena_alloc(o->arena, sizeof(*lists));
	rc = odoo_price_lists_read(o, a, lists, e);
	if (rc == E_OK)
		o->price_lists = lists;
	return rc;
}

enum errk odoo_product_settings(struct odoo *o, struct arena *a, struct err *e)
{
	enum errk rc = find_language(o, a, e);

	if (rc == E_OK)
		rc = find_category(o, a, e);
	if (rc == E_OK)
		rc = open_prices(o, a, e);
	o->products_set = rc == E_OK;
	return rc;
}

static enum errk open_products(struct odoo *o, struct arena *a, struct err *e)
{
	enum errk rc = odoo_enter(o, KIND_PRODUCT, a, e);

	if (rc == E_OK)
		rc = odoo_look_taxes(o, a, e);
	if (rc == E_OK && !o->products_set)
		rc = odoo_product_settings(o, a, e);
	return rc;
}

/* Which products */

/* An internal reference that lines of orders without a product of their own are booked on is no goods. */
static cJSON *references_of_services(const struct odoo *o)
{
	cJSON *list = json_array();
	const char *sku;

	for (size_t i = 0; (sku = odoo_product_of_lines(o, i)); i++)
		if (*sku)
			json_push_str(list, sku);
	return list;
}

/* All that can be sold; prefix: what leads to the template. */
static cJSON *for_sale(const struct odoo *o, const char *prefix, struct arena *a)
{
	cJSON *domain = json_array(), *company = json_array();

	json_push(company, cJSON_CreateFalse());
	json_push_int(company, o->company.id);
	json_push(domain, odoo_term(arena_printf(a, "%ssale_ok", prefix), "=", cJSON_CreateTrue()));
	json_push(domain, odoo_term(arena_printf(a, "%scompany_id", prefix), "in", company));
	if (o->product_category)
		json_push(domain, odoo_term_int(arena_printf(a, "%scateg_id", prefix), "child_of",
						o->product_category));
	json_push(domain, odoo_term("default_code", "not in", references_of_services(o)));
	return domain;
}

/* what: of one such product, and of several. */
static enum errk tell(struct odoo *o, cJSON *condition, const char *const what[2], struct arena *a,
		      struct err *e)
{
	cJSON *domain = for_sale(o, "", a);
	int64_t n = 0;
	enum errk rc;

	json_push(domain, condition);
	rc = odoo_count(o, "product.template", domain, a, &n, e);
	if (rc == E_OK && n)
		o->env.notice(o->env.notice_ctx, NULL,
			      arena_printf(a, "%lld product%s of Odoo %s", (long long)n,
					   n == 1 ? "" : "s", what[n != 1]));
	return rc;
}

/* What can't be told of products; a person should know how many. */
static enum errk tell_limits(struct odoo *o, struct arena *a, struct err *e)
{
	static const char *const none[] =
		{"has no variant before it is sold, and is left out",
		 "have no variants before they are sold, and are left out"};
	static const char *const more[] =
		{"has attributes that make no variants; the shop gets it without them",
		 "have attributes that make no variants; the shop gets them without"};
	enum errk rc = tell(o, odoo_term("product_variant_ids", "=", cJSON_CreateFalse()), none, a,
			    e);

	return rc == E_OK ? tell(o,
				 odoo_term("attribute_line_ids.attribute_id.create_variant", "=",
					   cJSON_CreateString("no_variant")),
				 more, a, e)
			  : rc;
}

/* Reading a page */

/* Where a page of the snapshot begins, and what follows it. */
struct place {
	int64_t after;
	bool more;
};

/* page NULL: all of the domain. */
static enum errk read_templates(struct odoo_product_page *p, struct odoo *o, cJSON *domain,
				struct place *page, struct arena *a, struct err *e)
{
	const char *fields[] = {"name",
				"default_code",
				"active",
				"type",
				"description_sale",
				"categ_id",
				"currency_id",
				"cost_currency_id",
				"taxes_id",
				"weight_uom_name",
				"attribute_line_ids",
				NULL,
				NULL,
				NULL};
	struct odoo_read r = {.model = "product.template",
			      .domain = domain,
			      .fields = fields,
			      .context = odoo_archived_too(o->rules.language)};
	size_t n = 11;

	r.limit = page ? PAGE : 0;
	r.more = page ? &page->more : NULL;
	r.after = page ? page->after : 0;

	if (o->field[FIELD_TEMPLATE_STORABLE])
		fields[n++] = o->field[FIELD_TEMPLATE_STORABLE];
	if (o->field[FIELD_TEMPLATE_TAGS])
		fields[n++] = o->field[FIELD_TEMPLATE_TAGS];
	return odoo_search_read(o, &r, a, &p->templates, e);
}

static enum errk read_variants(struct odoo_product_page *p, struct odoo *o, struct arena *a,
			       struct err *e)
{
	static const char *const fields[] = {"product_tmpl_id",
					     "default_code",
					     "barcode",
					     "active",
					     "lst_price",
					     "standard_price",
					     "weight",
					     "product_template_attribute_value_ids",
					     NULL};
	struct odoo_read r = {.model = "product.product",
			      .fields = fields,
			      .by = "product_tmpl_id",
			      .complete = true,
			      .context = odoo_archived_too(NULL)};

	r.ids = odoo_refs(p->templates, "id", a, &r.n_ids);
	return odoo_search_read(o, &r, a, &p->variants, e);
}

static enum errk read_attributes(struct odoo_product_page *p, struct odoo *o, struct arena *a,
				 struct err *e)
{
	static const char *const line_fields[] = {"attribute_id", "active", NULL};
	static const char *const fields[] = {"name", "create_variant", NULL};
	static const char *const value_fields[] = {"name", "attribute_line_id", NULL};
	const char *lang = o->rules.language;
	size_t n;
	int64_t *ids = odoo_refs(p->templates, "attribute_line_ids", a, &n);
	enum errk rc = odoo_read_ids(o, "product.template.attribute.line", ids, n, line_fields,
				     lang, true, a, &p->lines, e);

	if (rc != E_OK)
		return rc;
	ids = odoo_refs(p->lines, "attribute_id", a, &n);
	rc = odoo_read_ids(o, "product.attribute", ids, n, fields, lang, true, a, &p->attributes,
			   e);
	if (rc != E_OK)
		return rc;
	ids = odoo_refs(p->variants, "product_template_attribute_value_ids", a, &n);
	return odoo_read_ids(o, "product.template.attribute.value", ids, n, value_fields, lang,
			     true, a, &p->values, e);
}

static enum errk read_tags(struct odoo_product_page *p, struct odoo *o, struct arena *a,
			   struct err *e)
{
	static const char *const fields[] = {"name", NULL};
	const char *field = o->field[FIELD_TEMPLATE_TAGS];
	size_t n;
	int64_t *ids;

	if (!field)
		return E_OK;
	ids = odoo_refs(p->templates, field, a, &n);
	return odoo_read_ids(o, "product.tag", ids, n, fields, o->rules.language, true, a, &p->tags,
			     e);
}

/* Every further variant for sale that has an internal reference of these, wherever in the snapshot. */
static enum errk read_others(struct odoo_product_page *p, struct odoo *o, struct arena *a,
			     struct err *e)
{
	static const char *const fields[] = {"default_code", NULL};
	struct odoo_read q = {.model = "product.product", .fields = fields};
	cJSON *codes = json_array(), *ids = json_array();

	JSON_EACH (item, p->variants) {
		json_push_int(ids, json_int(item, "id", 0));
		if (json_bool(item, "active", true) && !str_blank(json_str(item, "default_code")))
			json_push_str(codes, json_str(item, "default_code"));
	}
	q.domain = for_sale(o, "product_tmpl_id.", a);
	json_push(q.domain, odoo_term("default_code", "in", codes));
	json_push(q.domain, odoo_term("id", "not in", ids));
	return odoo_search_read(o, &q, a, &p->others, e);
}

/* The templates of a domain with all that is to be known of them. */
static enum errk read_page(struct odoo_product_page *p, struct odoo *o, cJSON *domain,
			   struct place *place, struct arena *a, struct err *e)
{
	enum errk rc = read_templates(p, o, domain, place, a, e);

	STEP("odoo products asked");
	if (rc != E_OK || !json_count(p->templates, ""))
		return rc;
	rc = read_variants(p, o, a, e);
	if (rc == E_OK)
		rc = read_attributes(p, o, a, e);
	if (rc == E_OK)
		rc = read_tags(p, o, a, e);
	if (rc == E_OK)
		rc = read_others(p, o, a, e);
	return rc;
}

static enum errk begin(struct odoo *o, int64_t last, struct arena *a, struct err *e)
{
	int64_t count = 0;
	enum errk rc = tell_limits(o, a, e);

	if (rc == E_OK)
		rc = odoo_count(o, "product.template", for_sale(o, "", a), a, &count, e);
	if (rc == E_OK)
		odoo_snapshot_begin(&o->snapshot, last, count);
	return rc;
}

enum errk odoo_product_pull(struct connector *c, const struct pull_request *req, struct arena *a,
			    struct page *out, struct err *e)
{
	struct odoo *o = (struct odoo *)(void *)c;
	CLEANUP(odoo_product_page) struct odoo_product_page p = {.o = o};
	struct page page = {0};
	struct odoo_item *item = NULL;
	struct place place = {0};
	int64_t last;
	bool cut = false;
	size_t n = 0, seen;
	cJSON *domain;
	enum errk rc = odoo_snapshot_place(req->cursor, &last, e);

	if (rc == E_OK)
		rc = open_products(o, a, e);
	if (rc == E_OK && !o->snapshot.begun)
		rc = begin(o, last, a, e);
	if (rc != E_OK)
		return rc;
	domain = for_sale(o, "", a);
	odoo_snapshot_bound(&o->snapshot, domain, last);
	place.after = last;
	rc = read_page(&p, o, domain, &place, a, e);
	if (rc == E_OK)
		rc = odoo_product_items(&p, a, &item, &n, e);
	if (rc != E_OK)
		return rc;
	seen = json_count(p.templates, "");
	if (seen)
		last = json_int(cJSON_GetArrayItem(p.templates, (int)seen - 1), "id", 0);
	rc = odoo_page_fill(req, item, n, NULL, a, &page, &cut, &last, e);
	if (rc != E_OK)
		return rc;
	odoo_snapshot_turn(&o->snapshot, seen, place.more || cut, last, a, &page);
	*out = page;
	return E_OK;
}

/* Named records */

static int64_t id_of(const char *who)
{
	char *end;
	long long id = strtoll(who, &end, 10);

	return *end == '\0' && id > 0 ? id : 0;
}

/* Whose variant has this reference, else who has this id; 0 = nobody. */
static int64_t template_of(const char *who, const cJSON *variants)
{
	JSON_EACH (item, variants)
		if (str_equal(json_str(item, "default_code"), who))
			return odoo_ref(item, "product_tmpl_id");
	return id_of(who);
}

static enum errk read_named(struct odoo *o, const char *const *who, size_t n, struct arena *a,
			    int64_t *ids, struct err *e)
{
	static const char *const fields[] = {"default_code", "product_tmpl_id", NULL};
	struct odoo_read q = {.model = "product.product",
			      .fields = fields,
			      .domain = json_array(),
			      .context = odoo_archived_too(NULL)};
	CLEANUP(json) cJSON *found = NULL;
	cJSON *codes = json_array();
	enum errk rc;

	for (size_t i = 0; i < n; i++)
		json_push_str(codes, who[i]);
	json_push(q.domain, odoo_term("default_code", "in", codes));
	rc = odoo_search_read(o, &q, a, &found, e);
	for (size_t i = 0; i < n && rc == E_OK; i++)
		ids[i] = template_of(who[i], found);
	return rc;
}

/* The one template of this name; 0 = none, or several: which one is meant can't be told. */
static int64_t named_so(const char *who, const cJSON *templates)
{
	int64_t id = 0;

	JSON_EACH (item, templates) {
		if (!str_equal(json_str(item, "name"), who))
			continue;
		if (id)
			return 0;
		id = json_int(item, "id", 0);
	}
	return id;
}

/* What lists and messages call a product is its name; asked for only where reference and id found nothing. */
static enum errk read_by_name(struct odoo *o, const char *const *who, size_t n, struct arena *a,
			      int64_t *ids, struct err *e)
{
	static const char *const fields[] = {"name", NULL};
	struct odoo_read q = {.model = "product.template", .fields = fields};
	CLEANUP(json) cJSON *found = NULL;
	cJSON *names = json_array();
	enum errk rc;

	for (size_t i = 0; i < n; i++)
		if (!ids[i])
			json_push_str(names, who[i]);
	if (!json_first(names)) {
		cJSON_Delete(names);
		return E_OK;
	}
	q.context = odoo_archived_too(o->rules.language);
	q.domain = for_sale(o, "", a);
	json_push(q.domain, odoo_term("name", "in", names));
	rc = odoo_search_read(o, &q, a, &found, e);
	for (size_t i = 0; i < n && rc == E_OK; i++)
		if (!ids[i])
			ids[i] = named_so(who[i], found);
	return rc;
}

enum errk odoo_product_pull_only(struct connector *c, const char *const *who, size_t n,
				 struct arena *a, struct page *out, struct err *e)
{
	struct odoo *o = (struct odoo *)(void *)c;
	CLEANUP(odoo_product_page) struct odoo_product_page p = {.o = o};
	struct page page = {.rec = arena_array(a, 2 * n, sizeof(*page.rec)), .expected = -1};
	struct odoo_item *item = NULL;
	int64_t *ids = arena_array(a, n, sizeof(*ids));
	size_t found = 0;
	cJSON *domain;
	enum errk rc = open_products(o, a, e);

	if (rc == E_OK)
		rc = read_named(o, who, n, a, ids, e);
	if (rc == E_OK)
		rc = read_by_name(o, who, n, a, ids, e);
	if (rc != E_OK)
		return rc;
	domain = for_sale(o, "", a);
	json_push(domain, odoo_term_ids("id", ids, n));
	rc = read_page(&p, o, domain, NULL, a, e);
	if (rc == E_OK)
		rc = odoo_product_items(&p, a, &item, &found, e);
	if (rc != E_OK)
		return rc;
	for (size_t i = 0; i < found; i++)
		page.rec[page.n++] = item[i].rec;
	for (size_t i = 0; i < n; i++) {
		size_t k = 0;

		while (k < found && item[k].id != ids[i])
			k++;
		if (k == found)
			stock_record_missing(who[i],
					     "Odoo has no product that can be sold with this "
					     "internal reference or id, nor a single one of "
					     "this name; write it as it stands there, or let it "
					     "be sold there",
					     a, &page.rec[page.n++]);
	}
	*out = page;
	return E_OK;
}
