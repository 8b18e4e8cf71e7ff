#include <string.h>

#include "base/cleanup.h"
#include "base/decimal.h"
#include "base/json.h"
#include "base/str.h"
#include "model/sku_spelling.h"
#include "connectors/shopify_admin/products/priv.h"

#include "base/banned.h"

const char *admin_product_claim(struct admin_product_import *s, const char *what, const char *key,
				const char *record)
{
	const char *name = arena_printf(s->mem, "%s %s", what, key);
	uint32_t *slot;

	key_index_room(&s->claims, s->n_claims);
	slot = key_index_slot(&s->claims, name);
	if (*slot)
		return s->claim[*slot - 1].record;
	s->claim = rows_grow(s->claim, s->n_claims, &s->cap_claims, sizeof(*s->claim));
	s->claim[s->n_claims] = (struct admin_claim){name, arena_strdup(s->mem, record)};
	*slot = (uint32_t)++s->n_claims;
	return record;
}

const char *admin_product_key(const char *const *option, size_t n, struct arena *a)
{
	const char *text = "";

	/* A character that stands in no value. */
	for (size_t i = 0; i < n; i++)
		text = arena_printf(a, "%s%s%s", text, i ? "\x1f" : "", option[i]);
	return text;
}

/* ---- Which product it is */

/* As it was called, with one of its SKUs, or a variant that had none of them then either. */
static bool is_the_same(const struct admin_product_plan *p, const struct admin_shop_row *row)
{
	const char *sku = row->cell[SHOP_SKU], *key = admin_shop_key(row->cell, p->a);

	for (size_t i = 0; i < p->item->n_variants; i++) {
		const struct product_variant *v = &p->item->variant[i];
		const char *was = v->base[FIELD_SKU].store, *asked = v->asked[FIELD_SKU].erp;

		if (*v->sku && strcmp(v->sku, sku) == 0)
			return true;
		if (v->shop_id && strcmp(v->shop_id, key) == 0 &&
		    ((!was && !asked) || str_equal(was, sku) || str_equal(asked, sku) ||
		     str_equal(v->asked[FIELD_SKU].store, sku)))
			return true;
	}
	return false;
}

static const struct admin_shop_product *by_handle(const struct admin_product_plan *p)
{
	const struct admin_shop *shop = p->s->shop;
	const struct admin_shop_product *found = p->item->handle
							 ? admin_shop_find(shop, p->item->handle)
							 : NULL;

	for (uint32_t i = found && !found->older ? found->first : 0; i; i = shop->row[i]->next)
		if (is_the_same(p, shop->row[i]))
			return found;
	return NULL;
}

/* One SKU of the item; *older: an export of before lists it, if none of today does. */
static void by_sku(struct admin_product_plan *p, const char *sku,
		   const struct admin_shop_row **older)
{
	const struct admin_shop *shop = p->s->shop;
	const struct admin_shop_row *first = NULL;
	size_t n;
	const struct admin_shop_row *const *hit = admin_shop_sku(shop, sku, &n);

	for (size_t i = 0; i < n; i++) {
		const struct admin_shop_product *product = admin_shop_product_of(shop, hit[i]);

		if (product->older) {
			*older = hit[i];
			continue;
		}
		if (first)
			product_refuse(
				p->item, "duplicate_sku",
				"several variants of the shop have the SKU '%s' (%s and %s), "
				"so it is not known which one is meant; give each its own, "
				"export the products anew, then run: erpsync queue retry "
				"'%s'",
				sku, admin_shop_where(shop, first, p->a),
				admin_shop_where(shop, hit[i], p->a), p->item->put->label);
		else if (p->shop && p->shop != product)
			product_refuse(p->item, "several_products",
				       "its SKUs are those of two products of the shop, '%s' and "
				       "'%s' (SKU '%s'); make one of them there, export the "
				       "products anew, then run: erpsync queue retry '%s'",
				       p->shop->handle, product->handle, sku, p->item->put->label);
		else
			p->shop = product;
		first = hit[i];
	}
}

static void refuse_older(struct admin_product_plan *p, const struct admin_shop_product *older)
{
	product_refuse(
		p->item, "not_in_export",
		"the newest export does not list it, and %s, which is older, does (as '%s'): "
		"export all products anew, or take the older file away if the shop no longer "
		"has it, then run: erpsync queue retry '%s'",
		older->file->name, older->handle, p->item->put->label);
}

/* What the shop has but for how it is spelled, as a spreadsheet or a web page does that, would be there twice. */
static void refuse_near(struct admin_product_plan *p, const char *sku)
{
	const struct admin_shop_row *near = admin_shop_near(p->s->shop, sku);
	const char *shop = near ? near->cell[SHOP_SKU] : "";

	if (near)
		product_refuse(p->item, "near_miss",
			       "the shop has the SKU '%s' (%s), and '%s' differs from it in %s "
			       "alone; write it as the shop does, or, if it is another article, "
			       "create that in the shop, export the products anew, then run: %s",
			       shop, admin_shop_where(p->s->shop, near, p->a), sku,
			       sku_difference(shop, sku, p->a),
			       sku_retry(p->item->put->label, "near_miss", p->a));
}

static bool same_options(const struct admin_shop_row *a, const struct admin_shop_row *b)
{
	for (int i = 0; i < SHOP_OPTIONS; i++)
		if (!str_equal(a->cell[admin_shop_option(i, SHOP_OPTION_VALUE)],
			       b->cell[admin_shop_option(i, SHOP_OPTION_VALUE)]))
			return false;
	return true;
}

/* Its rows are not those of the shop: what would be written from them is refused, or makes something else of it. */
static void refuse_broken(struct admin_product_plan *p)
{
	const struct admin_shop *shop = p->s->shop;
	const char *why = NULL;

	if (p->shop->broken)
		why = "begin without a title";
	for (uint32_t i = p->shop->first; i && !why; i = shop->row[i]->next)
		for (uint32_t k = shop->row[i]->next; k && !why; k = shop->row[k]->next)
			if (same_options(shop->row[i], shop->row[k]))
				why = arena_printf(p->a, "have the same options on lines %u and %u",
						   shop->row[i]->line, shop->row[k]->line);
	if (why)
		product_refuse(p->item, "broken_export",
			       "%s: the rows of '%s' %s; export the products anew and put the file "
			       "there as it was downloaded, then run: erpsync queue retry '%s'",
			       admin_shop_where(shop, shop->row[p->shop->first], p->a),
			       p->shop->handle, why, p->item->put->label);
}

void admin_product_find(struct admin_product_plan *p)
{
	struct admin_product_import *s = p->s;
	struct product_item *item = p->item;
	const struct admin_shop_row *older = NULL;
	bool known;

	p->shop = by_handle(p);
	known = p->shop != NULL;
	for (size_t i = 0; !known && product_is_open(item) && i < item->n_variants; i++)
		if (*item->variant[i].sku)
			by_sku(p, item->variant[i].sku, &older);
	if (!product_is_open(item))
		return;
	item->looked = !p->shop;
	if (!p->shop && older) {
		refuse_older(p, admin_shop_product_of(s->shop, older));
		return;
	}
	for (size_t i = 0; !p->shop && product_is_open(item) && i < item->n_variants; i++)
		refuse_near(p, item->variant[i].sku);
	if (!product_is_open(item))
		return;
	p->export_id = p->shop ? admin_import_export_id(p->shop->file, p->a) : s->newest_id;
	item->id = p->shop ? p->shop->handle : NULL;
	if (p->shop)
		refuse_broken(p);
}

/* ---- What it has */

static const char *kilograms(const char *grams, struct arena *a)
{
	char text[DECIMAL_TEXT_MAX];
	struct decimal d;

	if (!*grams)
		return "0";
	if (decimal_parse(grams, &d, NULL) != E_OK || d.scale > 6)
		return grams;
	d.scale += 3;
	return arena_strdup(a, decimal_text_short(d, text));
}

static bool is_true(const char *cell)
{
	return str_equal_nocase(cell, "true") || str_equal_nocase(cell, "yes") ||
	       str_equal(cell, "1");
}

static const char *tags_text(const char *cell, struct arena *a)
{
	CLEANUP(json) cJSON *list = json_array();

	json_push_str(list, cell);
	return product_tags_text(list, a);
}

/* What a cell says, in the words of product_values. */
static const char *value_of(enum product_field f, const char *cell, struct arena *a)
{
	switch (f) {
	case FIELD_TAGS:
		return tags_text(cell, a);
	case FIELD_PRICE:
	case FIELD_COMPARE_AT_PRICE:
	case FIELD_COST:
		return product_decimal_text(cell, a);
	case FIELD_WEIGHT:
		return kilograms(cell, a);
	case FIELD_TRACKED:
		return *cell ? "true" : "false";
	case FIELD_REQUIRES_SHIPPING:
		return is_true(cell) ? "true" : "false";
	case FIELD_TITLE:
	case FIELD_DESCRIPTION:
	case FIELD_VENDOR:
	case FIELD_TYPE:
	case FIELD_STATUS:
	case FIELD_IMAGES:
	case FIELD_SKU:
	case FIELD_BARCODE:
	case FIELD_COUNT_:
		break;
	}
	return cell;
}

static void take_values(const struct admin_product_plan *p, const struct admin_shop_row *row,
			enum product_field from, enum product_field to, struct product_values *out)
{
	for (enum product_field f = from; f < to; f++) {
		int column = admin_product_column(f);

		/* What the store owns is not kept, as it is not compared. */
		if (column < 0 || !p->s->shop->has[column] || f == FIELD_STATUS ||
		    (f < FIELD_VARIANT_FIRST && f != FIELD_TITLE &&
		     p->s->rules.owner[f] == OWNER_STORE))
			continue;
		out->text[f] = value_of(f, row->cell[column], p->a);
	}
}

static const char *status_of(const struct admin_product_plan *p, const struct admin_shop_row *row)
{
	char *text = arena_strdup(p->a, row->cell[SHOP_STATUS]);

	for (char *c = text; *c; c++)
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 32);
	return text;
}

static void take_options(struct shop_product *out, const struct admin_shop_row *row,
			 struct arena *a)
{
	const char *only = row->cell[admin_shop_option(0, SHOP_OPTION_VALUE)];

	out->option = arena_array(a, SHOP_OPTIONS, sizeof(*out->option));
	for (int i = 0; i < SHOP_OPTIONS; i++)
		if (row->cell[admin_shop_option(i, SHOP_OPTION_NAME)][0])
			out->option[out->n_options++] =
				row->cell[admin_shop_option(i, SHOP_OPTION_NAME)];
	out->only_default = out->n_options == 1 && str_equal(out->option[0], "Title") &&
			    str_equal(only, "Default Title");
}

struct shop_product *admin_product_take(const struct admin_product_plan *p)
{
	const struct admin_shop *shop = p->s->shop;
	const struct admin_shop_row *first = shop->row[p->shop->first];
	struct shop_product *out = arena_alloc(p->a, sizeof(*out));

	take_values(p, first, 0, FIELD_VARIANT_FIRST, &out->values);
	out->status = status_of(p, first);
	take_options(out, first, p->a);
	for (uint32_t i = p->shop->first; i; i = shop->row[i]->next)
		out->cap_variants++;
	out->variant = arena_array(p->a, out->cap_variants, sizeof(*out->variant));
	for (uint32_t i = p->shop->first; i; i = shop->row[i]->next) {
		const struct admin_shop_row *row = shop->row[i];
		struct shop_variant *v = &out->variant[out->n_variants++];

		v->id = admin_shop_key(row->cell, p->a);
		v->sku = row->cell[SHOP_SKU];
		take_values(p, row, FIELD_VARIANT_FIRST, FIELD_COUNT_, &v->values);
		v->option = arena_array(p->a, SHOP_OPTIONS, sizeof(*v->option));
		for (int k = 0; k < SHOP_OPTIONS; k++)
			v->option[k] = row->cell[admin_shop_option(k, SHOP_OPTION_VALUE)];
	}
	return out;
}
