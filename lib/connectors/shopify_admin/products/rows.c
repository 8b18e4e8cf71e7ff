#include <string.h>

#include "base/cleanup.h"
#include "base/decimal.h"
#include "base/json.h"
#include "base/str.h"
#include "connectors/shopify_admin/products/priv.h"

#include "base/banned.h"

/* As the admin calls them today, and before. Shopify Help Center, "Product CSV files". */
static const char *const titles[SHOP_COUNT_][2] = {
	[SHOP_HANDLE] = {"URL handle", "Handle"},
	[SHOP_TITLE] = {"Title", "Title"},
	[SHOP_DESCRIPTION] = {"Description", "Body (HTML)"},
	[SHOP_VENDOR] = {"Vendor", "Vendor"},
	[SHOP_TYPE] = {"Type", "Type"},
	[SHOP_TAGS] = {"Tags", "Tags"},
	[SHOP_STATUS] = {"Status", "Status"},
	[SHOP_OPTION] = {"Option1 name", "Option1 Name"},
	[SHOP_OPTION + 1] = {"Option1 value", "Option1 Value"},
	[SHOP_OPTION + 3] = {"Option2 name", "Option2 Name"},
	[SHOP_OPTION + 4] = {"Option2 value", "Option2 Value"},
	[SHOP_OPTION + 6] = {"Option3 name", "Option3 Name"},
	[SHOP_OPTION + 7] = {"Option3 value", "Option3 Value"},
	[SHOP_SKU] = {"SKU", "Variant SKU"},
	[SHOP_BARCODE] = {"Barcode", "Variant Barcode"},
	[SHOP_PRICE] = {"Price", "Variant Price"},
	[SHOP_COMPARE_AT_PRICE] = {"Compare-at price", "Variant Compare At Price"},
	[SHOP_COST] = {"Cost per item", "Cost per item"},
	[SHOP_TAXABLE] = {"Charge tax", "Variant Taxable"},
	[SHOP_TRACKER] = {"Inventory tracker", "Variant Inventory Tracker"},
	[SHOP_POLICY] = {"Continue selling when out of stock", "Variant Inventory Policy"},
	[SHOP_GRAMS] = {"Weight value (grams)", "Variant Grams"},
	[SHOP_SHIPPING] = {"Requires shipping", "Variant Requires Shipping"},
	[SHOP_SERVICE] = {"Fulfillment service", "Variant Fulfillment Service"},
};

static const struct {
	enum product_field field;
	enum admin_shop_column column;
} columns[] = {
	{FIELD_TITLE, SHOP_TITLE},     {FIELD_DESCRIPTION, SHOP_DESCRIPTION},
	{FIELD_VENDOR, SHOP_VENDOR},   {FIELD_TYPE, SHOP_TYPE},
	{FIELD_TAGS, SHOP_TAGS},       {FIELD_STATUS, SHOP_STATUS},
	{FIELD_SKU, SHOP_SKU},         {FIELD_BARCODE, SHOP_BARCODE},
	{FIELD_PRICE, SHOP_PRICE},     {FIELD_COMPARE_AT_PRICE, SHOP_COMPARE_AT_PRICE},
	{FIELD_COST, SHOP_COST},       {FIELD_WEIGHT, SHOP_GRAMS},
	{FIELD_TRACKED, SHOP_TRACKER}, {FIELD_REQUIRES_SHIPPING, SHOP_SHIPPING},
};
enum { COLUMNS = sizeof(columns) / sizeof(*columns) };

int admin_product_column(enum product_field f)
{
	for (size_t i = 0; i < COLUMNS; i++)
		if (columns[i].field == f)
			return (int)columns[i].column;
	return -1;
}

static int field_of(int column)
{
	for (size_t i = 0; i < COLUMNS; i++)
		if ((int)columns[i].column == column)
			return (int)columns[i].field;
	return -1;
}

static bool is_option(int column)
{
	return column >= SHOP_OPTION && column < SHOP_SKU;
}

/* ---- Which columns a file has */

/* What a new variant needs beside what the ERP tells: an empty cell would be another answer. */
static const enum admin_shop_column given[] = {SHOP_TAXABLE, SHOP_POLICY, SHOP_SHIPPING,
					       SHOP_SERVICE};

/*
 * Of a file of changes: the keys, and what any of its products changes. In a column that is there every
 * product needs a cell: those that do not change repeat what the export has.
 */
static unsigned columns_of_changes(const struct admin_product_import *s,
				   const struct admin_product_plan *plan, size_t n)
{
	unsigned set = 1u << SHOP_HANDLE | 1u << SHOP_TITLE;

	for (int c = SHOP_OPTION; c < SHOP_SKU; c++)
		set |= s->shop->title[c] ? 1u << c : 0;
	for (size_t i = 0; i < n; i++) {
		if (plan[i].action != ACTION_CHANGE || plan[i].item->put->adopted)
			continue;
		for (size_t k = 0; k < COLUMNS; k++)
			if (plan[i].fields & 1u << columns[k].field &&
			    s->shop->has[columns[k].column])
				set |= 1u << columns[k].column;
		set |= plan[i].status ? 1u << SHOP_STATUS : 0;
		for (size_t k = 0; plan[i].grows && k < sizeof(given) / sizeof(*given); k++)
			set |= s->shop->has[given[k]] ? 1u << given[k] : 0;
	}
	return set;
}

static unsigned columns_of_creations(void)
{
	unsigned set = 0;

	for (int c = 0; c < SHOP_COUNT_; c++)
		set |= titles[c][0] ? 1u << c : 0;
	return set;
}

static size_t head(const struct admin_product_import *s, unsigned set,
		   struct admin_import_column out[SHOP_COUNT_])
{
	size_t n = 0;

	for (int c = 0; c < SHOP_COUNT_; c++)
		if (set & 1u << c)
			out[n++] = (struct admin_import_column){
				s->shop->title[c] ? s->shop->title[c]
						  : titles[c][s->shop->today ? 0 : 1],
				"exact"};
	return n;
}

/* ---- Cells */

static const char *amount(const char *text, int scale, struct arena *a)
{
	char buf[DECIMAL_TEXT_MAX];
	struct decimal d;

	if (!*text || decimal_parse(text, &d, NULL) != E_OK)
		return text;
	return arena_strdup(a, decimal_text(decimal_round(d, scale), buf));
}

static const char *grams(const char *kilograms, struct arena *a)
{
	struct decimal d;

	if (decimal_parse(kilograms, &d, NULL) != E_OK)
		return kilograms;
	return arena_printf(a, "%lld", (long long)decimal_round(d, 3).units);
}

static const char *cell_of(const struct admin_product_plan *p, enum product_field f,
			   const char *text)
{
	switch (f) {
	case FIELD_PRICE:
	case FIELD_COMPARE_AT_PRICE:
	case FIELD_COST:
		return amount(text, currency_exponent(p->s->money.currency), p->a);
	case FIELD_WEIGHT:
		return grams(text, p->a);
	case FIELD_TRACKED:
		return str_equal(text, "true") ? "shopify" : "";
	case FIELD_REQUIRES_SHIPPING:
		return str_equal(text, "true") ? "TRUE" : "FALSE";
	case FIELD_TITLE:
	case FIELD_DESCRIPTION:
	case FIELD_VENDOR:
	case FIELD_TYPE:
	case FIELD_TAGS:
	case FIELD_STATUS:
	case FIELD_IMAGES:
	case FIELD_SKU:
	case FIELD_BARCODE:
	case FIELD_COUNT_:
		break;
	}
	return text;
}

/* "Active" today, "active" before. */
static const char *status_cell(const struct admin_product_plan *p)
{
	char *text = arena_strdup(p->a, p->status);

	for (char *c = p->s->shop->today ? text + 1 : text; *c; c++)
		*c = (char)(*c + 32);
	return text;
}

static const char *given_cell(const struct admin_product_plan *p, int column)
{
	switch (column) {
	case SHOP_TAXABLE:
	case SHOP_SHIPPING:
		return "TRUE";
	case SHOP_POLICY:
		return p->s->shop->policy_words || !p->s->shop->today ? "deny" : "FALSE";
	case SHOP_SERVICE:
		return "manual";
	default:
		return "";
	}
}

/* What is said of the product itself stands in its first row. */
static const char *product_cell(const struct admin_product_plan *p, int column, const char *is)
{
	int f = field_of(column);

	if (column == SHOP_STATUS && p->status)
		return status_cell(p);
	if (f >= 0 && f < FIELD_VARIANT_FIRST && p->item->sent & 1u << f)
		return cell_of(p, (enum product_field)f, p->item->values.text[f]);
	return is;
}

/* Names stand in the first row of a product. */
static const char *new_option(const struct product_item *item, const struct product_variant *v,
			      int column, bool first)
{
	size_t option = (size_t)(column - SHOP_OPTION) / SHOP_OPTION_PARTS_;
	int part = (column - SHOP_OPTION) % SHOP_OPTION_PARTS_;

	if (part == SHOP_OPTION_LINK || (part == SHOP_OPTION_NAME && !first))
		return "";
	if (option < item->n_options)
		return part == SHOP_OPTION_NAME ? item->option[option] : v->option[option];
	if (item->n_options || option > 0)
		return "";
	return part == SHOP_OPTION_NAME ? "Title" : "Default Title";
}

static const char *new_cell(const struct admin_product_plan *p, const struct product_variant *v,
			    int column, bool first)
{
	const struct product_item *item = p->item;
	int f = field_of(column);

	if (column == SHOP_HANDLE)
		return item->handle;
	if (is_option(column))
		return new_option(item, v, column, first);
	if (column < SHOP_OPTION)
		return first ? product_cell(p, column, "") : "";
	if (f >= 0 && v->sent & 1u << f)
		return cell_of(p, (enum product_field)f, v->values.text[f]);
	return given_cell(p, column);
}

/* ---- Rows */

static const struct product_variant *variant_at(const struct product_item *item, size_t k)
{
	for (size_t i = 0; i < item->n_variants; i++)
		if (item->variant[i].shop == &item->shop->variant[k])
			return &item->variant[i];
	return NULL;
}

/* The cell of the k-th row of the product, as one of the plans for it asks. */
static const char *changed_cell(const struct admin_product_plan *p,
				const struct admin_shop_row *row, size_t k, int column)
{
	const char *is = row->cell[column];
	int f = field_of(column);

	if (column == SHOP_HANDLE)
		return p->shop->handle;
	for (; p; p = p->next) {
		const struct product_variant *v = variant_at(p->item, k);

		if (k == 0 && column < SHOP_OPTION && product_cell(p, column, is) != is)
			return product_cell(p, column, is);
		if (v && f >= FIELD_VARIANT_FIRST && v->sent & 1u << f)
			return cell_of(p, (enum product_field)f, v->values.text[f]);
	}
	return is;
}

/* All variants of the export, whether they change or not: none is to be missing. */
static void add_changes(const struct admin_product_plan *p, unsigned set, cJSON *list)
{
	const struct admin_shop *shop = p->s->shop;
	size_t k = 0;

	for (uint32_t i = p->shop->first; i; i = shop->row[i]->next, k++) {
		cJSON *row = json_array();

		for (int c = 0; c < SHOP_COUNT_; c++)
			if (set & 1u << c)
				json_push_str(row, changed_cell(p, shop->row[i], k, c));
		json_push(list, row);
	}
}

static void add_new(const struct admin_product_plan *p, unsigned set, cJSON *list)
{
	bool first = p->action == ACTION_CREATE;

	for (size_t i = 0; i < p->item->n_variants; i++) {
		const struct product_variant *v = &p->item->variant[i];
		cJSON *row;

		if (!product_is_new(v) || !v->sent)
			continue;
		row = json_array();
		for (int c = 0; c < SHOP_COUNT_; c++)
			if (set & 1u << c)
				json_push_str(row, new_cell(p, v, c, first));
		json_push(list, row);
		first = false;
	}
}

static const char *rows_of(const struct admin_product_plan *p, unsigned set, struct arena *a)
{
	CLEANUP(json) cJSON *list = json_array();

	if (p->action == ACTION_CHANGE)
		add_changes(p, set, list);
	for (; p; p = p->next)
		add_new(p, set, list);
	return json_text(list, a);
}

/* Those of one product of the shop behind the first of them; true: it stands behind another one. */
static bool join(struct admin_product_plan *plan, size_t i)
{
	for (size_t k = 0; k < i; k++) {
		struct admin_product_plan *p = &plan[k];

		if (p->action != ACTION_CHANGE || p->shop != plan[i].shop || p->item->put->adopted)
			continue;
		while (p->next)
			p = p->next;
		p->next = &plan[i];
		return true;
	}
	return false;
}

void admin_product_documents(const struct admin_product_import *s, struct admin_product_plan *plan,
			     size_t n, enum admin_product_action action, const char **doc,
			     struct arena *a)
{
	struct admin_import_column column[SHOP_COUNT_];
	unsigned set = action == ACTION_CREATE ? columns_of_creations()
					       : columns_of_changes(s, plan, n);
	size_t width = head(s, set, column);
	bool *joins = arena_array(a, n, sizeof(*joins));

	for (size_t i = 0; i < n; i++)
		joins[i] = action == ACTION_CHANGE && plan[i].action == action &&
			   !plan[i].item->put->adopted && join(plan, i);
	for (size_t i = 0; i < n; i++)
		if (plan[i].action == action && !plan[i].item->put->adopted)
			doc[i] = admin_import_document("products", column, width,
						       joins[i] ? "[]" : rows_of(&plan[i], set, a),
						       a);
}
