#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/decimal.h"
#include "base/json.h"
#include "base/list.h"
#include "base/str.h"
#include "connectors/odoo/source.h"

#include "base/banned.h"

/* Products by SKU */

static size_t place_of(const struct odoo_looks *l, const char *sku, bool *found)
{
	size_t low = 0, high = l->n_products;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int c = strcmp(l->product[mid]->sku, sku);

		if (c == 0) {
			*found = true;
			return mid;
		}
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	*found = false;
	return low;
}

const struct odoo_product *odoo_product(const struct odoo *o, const char *sku)
{
	bool found;
	size_t at = place_of(&o->looks, sku, &found);

	return found ? o->looks.product[at] : NULL;
}

static struct odoo_product *add_product(struct odoo *o, const char *sku)
{
	struct odoo_looks *l = &o->looks;
	struct odoo_product *p = arena_alloc(o->arena, sizeof(*p));
	bool found;
	size_t at = place_of(l, sku, &found);

	if (found)
		return l->product[at];
	if (l->n_products == l->cap_products) {
		size_t cap = l->cap_products ? l->cap_products * 2 : 64;
		struct odoo_product **more = arena_array(o->arena, cap, sizeof(*more));

		if (l->n_products)
			memcpy(more, l->product, l->n_products * sizeof(*more));
		l->product = more;
		l->cap_products = cap;
	}
	memmove(&l->product[at + 1], &l->product[at], (l->n_products - at) * sizeof(*l->product));
	l->product[at] = p;
	l->n_products++;
	p->sku = arena_strdup(o->arena, sku);
	return p;
}

/* The one record whose field says so; several are refused. */
static void match_product(struct odoo *o, struct odoo_product *p, const cJSON *list,
			  const char *field)
{
	size_t n = 0;

	JSON_EACH (item, list) {
		const char *type = json_str(item, "type");

		if (!str_equal(json_str(item, field), p->sku))
			continue;
		p->id = json_int(item, "id", 0);
		p->unit = odoo_ref(item, "uom_id");
		p->service = str_equal(type, "service");
		n++;
	}
	if (n > 1) {
		p->id = 0;
		p->code = "ambiguous_sku";
		p->problem = arena_printf(o->arena,
					  "Odoo (%s) has %zu products with the internal reference "
					  "'%s'; leave it on one of them, then run: erpsync queue "
					  "retry --code ambiguous_sku",
					  o->server.host, n, p->sku);
	}
}

static void decide_product(struct odoo *o, const char *sku, const cJSON *list)
{
	struct odoo_product *p = add_product(o, sku);

	match_product(o, p, list, "default_code");
	if (!p->id && !p->problem)
		match_product(o, p, list, "barcode");
	if (!p->id && !p->problem) {
		p->code = "unmapped_sku";
		p->problem = arena_printf(o->arena,
					  "Odoo (%s) has no product with the internal reference or "
					  "barcode '%s'; give it one there, or add a row to "
					  "tables/skus.csv" OWN_TABLE
					  ", then run: erpsync queue retry --code "
					  "unmapped_sku",
					  o->server.host, sku);
	}
}

enum errk odoo_look_products(struct odoo *o, const char *const *sku, size_t n, struct arena *a,
			     struct err *e)
{
	static const char *const fields[] = {"default_code", "barcode", "type", "uom_id", NULL};
	struct odoo_read r = {.model = "product.product", .fields = fields};
	const char **asked = arena_array(a, n, sizeof(*asked));
	CLEANUP(json) cJSON *list = NULL;
	cJSON *codes, *barcodes;
	size_t count = 0;
	enum errk rc;

	for (size_t i = 0; i < n; i++)
		if (sku[i] && !odoo_product(o, sku[i]))
			asked[count++] = sku[i];
	if (!count)
		return E_OK;
	codes = json_array();
	for (size_t i = 0; i < count; i++)
		json_push_str(codes, asked[i]);
	barcodes = cJSON_Duplicate(codes, true);
	r.domain = json_array();
	json_push_str(r.domain, "|");
	json_push(r.domain, odoo_term("default_code", "in", codes));
	json_push(r.domain, odoo_term("barcode", "in", barcodes));
	rc = odoo_search_read(o, &r, a, &list, e);
	for (size_t i = 0; i < count && rc == E_OK; i++)
		decide_product(o, asked[i], list);
	return rc;
}

/* Taxes */

enum errk odoo_look_taxes(struct odoo *o, struct arena *a, struct err *e)
{
	static const char *const fields[] = {"name",          "amount",    "amount_type",
					     "price_include", "tax_scope", NULL};
	struct odoo_read r = {.model = "account.tax", .fields = fields, .domain = json_array()};
	CLEANUP(json) cJSON *list = NULL;
	CLEANUP(json) cJSON *xids = NULL;
	LIST(struct odoo_tax) taxes = {0};
	int64_t *ids;
	size_t n;
	enum errk rc;

	if (o->looks.taxes_read) {
		cJSON_Delete(r.domain);
		return E_OK;
	}
	json_push(r.domain, odoo_term("type_tax_use", "=", cJSON_CreateString("sale")));
	json_push(r.domain, odoo_term_ids("company_id", &o->company.id, 1));
	rc = odoo_search_read(o, &r, a, &list, e);
	if (rc != E_OK)
		return rc;
	ids = odoo_refs(list, "id", a, &n);
	rc = odoo_external_ids(o, "account.tax", ids, n, a, &xids, e);
	if (rc != E_OK)
		return rc;
	JSON_EACH (item, list) {
		const char *scope = json_str(item, "tax_scope"), *name = json_str(item, "name");
		const char *amount = json_number_text(item, "amount", a);

		*list_add(&taxes, o->arena) = (struct odoo_tax){
			.id = json_int(item, "id", 0),
			.name = arena_strdup(o->arena, name ? name : ""),
			.xid = arena_strdup(o->arena,
					    odoo_external_id(xids, json_int(item, "id", 0))),
			.amount = arena_strdup(o->arena, amount ? amount : "0"),
			.percent = str_equal(json_str(item, "amount_type"), "percent"),
			.included = json_bool(item, "price_include", false),
			.service = str_equal(scope, "service"),
			.goods = str_equal(scope, "consu"),
		};
	}
	o->looks.tax = taxes.at;
	o->looks.n_taxes = taxes.n;
	o->looks.taxes_read = true;
	return E_OK;
}

/* "0.2" -> 20; false when it is no number. */
static bool percent_of(const char *rate, struct decimal *out)
{
	return rate && decimal_parse(rate, out, NULL) == E_OK &&
	       decimal_mul_int(*out, 100, out, NULL) == E_OK;
}

static bool has_percent(const struct odoo_tax *t, struct decimal want)
{
	struct decimal is;

	return t->percent && decimal_parse(t->amount, &is, NULL) == E_OK &&
	       decimal_cmp(is, want) == 0;
}

const char *odoo_tax_column(bool included)
{
	return included ? "erp_odoo_tax_incl" : "erp_odoo_tax_excl";
}

static enum errk no_tax(const struct odoo *o, const struct odoo_tax_wanted *w,
			struct decimal percent, struct err *e)
{
	char text[DECIMAL_TEXT_MAX];

	if (w->name)
		return err_set(e, E_RECORD, "unmapped_tax",
			       "tax '%s': Odoo (%s) has no active sales tax with the name or "
			       "external id '%s' that is %s the price; correct %s in "
			       "tables/taxes.csv" OWN_TABLE
			       ", then run: erpsync queue retry --code unmapped_tax",
			       w->title, o->server.host, w->name,
			       w->included ? "included in" : "added to",
			       odoo_tax_column(w->included));
	return err_set(e, E_RECORD, "unmapped_tax",
		       "tax '%s': Odoo (%s) has no active sales tax of %s %% that is %s the price; "
		       "make one there (Included in Price: %s), or name another one in %s of "
		       "tables/taxes.csv" OWN_TABLE
		       ", then run: erpsync queue retry --code unmapped_tax",
		       w->title, o->server.host, decimal_text_short(percent, text),
		       w->included ? "included in" : "added to",
		       w->included ? "Tax Included" : "Tax Excluded", odoo_tax_column(w->included));
}

const char *odoo_tax_names(const struct odoo_tax *const *tax, size_t n, struct arena *a)
{
	CLEANUP(str) struct str names = {0};

	str_init(&names, 400);
	for (size_t i = 0; i < n; i++)
		str_addf(&names, "%s%s (%s)", i ? ", " : "", tax[i]->name,
			 *tax[i]->xid ? tax[i]->xid : "no external id");
	return arena_strdup(a, names.buf);
}

static enum errk several_taxes(const struct odoo *o, const struct odoo_tax_wanted *w,
			       const struct odoo_tax *const *hit, size_t n, struct arena *a,
			       struct err *e)
{
	return err_set(e, E_RECORD, "ambiguous_tax",
		       "tax '%s': Odoo (%s) has %zu sales taxes that fit: %s; name one by its "
		       "external id in the column %s of tables/taxes.csv" OWN_TABLE
		       ", then run: erpsync "
		       "queue retry --code ambiguous_tax",
		       w->title, o->server.host, n, odoo_tax_names(hit, n, a),
		       odoo_tax_column(w->included));
}

static bool is_wanted(const struct odoo_tax *t, const struct odoo_tax_wanted *w,
		      struct decimal percent)
{
	/* Nothing is included of nothing. */
	bool zero = w->name ? str_equal(t->amount, "0") : decimal_is_zero(percent);

	if (t->included != w->included && !zero)
		return false;
	if (!w->name)
		return has_percent(t, percent);
	return str_equal(t->xid, w->name) || str_equal(t->name, w->name);
}

static size_t find_taxes(const struct odoo *o, const struct odoo_tax_wanted *w,
			 struct decimal percent, struct arena *a, const struct odoo_tax ***out)
{
	const struct odoo_tax **hit = *out = arena_array(a, o->looks.n_taxes, sizeof(*hit));
	size_t n = 0, scoped = 0;

	for (size_t i = 0; i < o->looks.n_taxes; i++)
		if (is_wanted(&o->looks.tax[i], w, percent))
			hit[n++] = &o->looks.tax[i];
	/* Charts with one tax for goods and one for services: the product tells which. */
	for (size_t i = 0; i < n && n > 1; i++)
		if (w->service ? hit[i]->service : hit[i]->goods)
			hit[scoped++] = hit[i];
	return scoped ? scoped : n;
}

size_t odoo_taxes_like(const struct odoo *o, const struct odoo_tax *tax, bool service,
		       struct arena *a, const struct odoo_tax ***out)
{
	const struct odoo_tax_wanted w = {.included = tax->included, .service = service};
	struct decimal percent;

	if (!tax->percent || decimal_parse(tax->amount, &percent, NULL) != E_OK)
		return 0;
	return find_taxes(o, &w, percent, a, out);
}

enum errk odoo_look_tax(struct odoo *o, const struct odoo_tax_wanted *w, struct arena *a,
			const struct odoo_tax **out, struct err *e)
{
	struct decimal percent = DECIMAL_ZERO;
	const struct odoo_tax **hit;
	size_t n;
	enum errk rc = odoo_look_taxes(o, a, e);

	if (rc != E_OK)
		return rc;
	if (!w->name && !percent_of(w->rate, &percent))
		return err_set(e, E_RECORD, "unmapped_tax",
			       "tax '%s' has no rate; name a tax of Odoo for it in the column "
			       "%s of tables/taxes.csv" OWN_TABLE ", then run: erpsync queue retry "
			       "--code unmapped_tax",
			       w->title, odoo_tax_column(w->included));
	n = find_taxes(o, w, percent, a, &hit);
	if (n == 0)
		return no_tax(o, w, percent, e);
	if (n > 1)
		return several_taxes(o, w, hit, n, a, e);
	*out = hit[0];
	return E_OK;
}
