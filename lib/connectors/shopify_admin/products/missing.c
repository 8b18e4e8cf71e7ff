#include <string.h>

#include "base/str.h"
#include "connectors/shopify_admin/products/priv.h"

#include "base/banned.h"

/* The product that it was, or would be a part of; NULL = the exports list none. */
static const struct admin_shop_product *product_of(const struct admin_product_plan *p)
{
	const struct admin_shop_product *x = p->shop;

	if (!x && p->item->handle)
		x = admin_shop_find(p->s->shop, p->item->handle);
	return x && !x->older ? x : NULL;
}

/* It was asked for, and no export has shown it yet: that it is not there says nothing. */
static bool is_unconfirmed(const struct product_item *item, const char *key)
{
	for (size_t i = 0; i < item->n_variants; i++) {
		const struct product_variant *v = &item->variant[i];
		bool confirmed = false;

		if (!str_equal(v->shop_id, key))
			continue;
		for (int f = FIELD_VARIANT_FIRST; f < FIELD_COUNT_; f++)
			confirmed |= v->base[f].store != NULL;
		return !confirmed;
	}
	return false;
}

static bool is_own(const struct product_item *item, const char *key)
{
	for (size_t i = 0; i < item->n_variants; i++)
		if (str_equal(item->variant[i].shop_id, key))
			return true;
	return false;
}

/* All variants of a product came into the shop by one file. */
static bool is_made_by_file(const struct admin_product_plan *p)
{
	const struct target *written = &p->item->written_as;

	return p->shop && admin_import_is_file(written) && !strstr(written->id, "-changed-");
}

void admin_product_recall(const struct admin_product_plan *p)
{
	const struct product_item *item = p->item;
	const struct admin_shop_product *x = product_of(p);

	for (size_t i = 0; x && i < item->n_beside; i++) {
		const struct product_known *known = &item->beside[i];

		/* A product of that name is its own only if it has been found by more than the name. */
		if ((!known->shown && !is_made_by_file(p)) || is_unconfirmed(item, known->id) ||
		    (!p->shop && !is_own(item, known->id)))
			continue;
		admin_lost_add(p->s->shop,
			       &(struct admin_lost){.key = known->id,
						    .sku = known->sku,
						    .product = (uint32_t)(x -
									  p->s->shop->product)});
	}
}

/* One that keeps it out; NULL = nothing does. */
static const struct admin_lost *missing(const struct admin_product_plan *p)
{
	const struct admin_shop *shop = p->s->shop;
	const struct admin_shop_product *x = product_of(p);
	const struct admin_lost *lost = p->shop ? admin_lost_of(shop, p->shop) : NULL;

	if (p->shop)
		return lost;
	for (size_t i = 0; !lost && i < p->item->n_variants; i++)
		lost = admin_lost_sku(shop, p->item->variant[i].sku);
	for (uint32_t i = x ? x->lost : 0; i && !lost; i = shop->lost[i].next)
		if (!shop->lost[i].moved && is_own(p->item, shop->lost[i].key))
			lost = &shop->lost[i];
	return lost;
}

static const char *people_key(const char *key, struct arena *a)
{
	char *text = arena_strdup(a, key);

	for (char *c = text; *c; c++)
		if (*c == '\x1f')
			*c = '/';
	return text;
}

void admin_product_follow_missing(struct admin_product_plan *p)
{
	const struct admin_lost *x = p->action == ACTION_NONE || p->s->named ? NULL : missing(p);
	const struct admin_shop_product *product = x ? &p->s->shop->product[x->product] : NULL;
	const char *label = p->item->put->label;

	if (!x)
		return;
	product_refuse(
		p->item, "variant_missing",
		"%s lists '%s' without its variant '%s' (SKU '%s'), which %s: %s; export all products "
		"anew and put the file there as it was downloaded, then run: erpsync queue retry "
		"'%s'; if the variant was deleted in the shop on purpose, run: erpsync products push "
		"--only '%s'",
		product->file->name, product->handle, people_key(x->key, p->a), x->sku,
		x->file ? arena_printf(p->a, "%s:%u lists, an older export", x->file->name, x->line)
			: "an earlier export listed",
		p->shop ? "an import made from it would delete the variant"
			: "written as a product of its own it would be there twice",
		label, label);
}

static void add(struct product_item *item, const char *key, const char *sku)
{
	item->beside[item->n_beside++] = (struct product_known){key, sku, true};
}

void admin_product_keep_known(const struct admin_product_plan *p)
{
	struct product_item *item = p->item;
	const struct admin_shop *shop = p->s->shop;
	const struct product_known *was = item->beside;
	size_t n = item->n_beside;

	if (!p->shop)
		return;
	item->beside = arena_array(p->a, n + item->shop->n_variants, sizeof(*item->beside));
	item->n_beside = 0;
	for (size_t i = 0; i < item->shop->n_variants; i++)
		add(item, item->shop->variant[i].id, item->shop->variant[i].sku);
	for (size_t i = 0; i < n && !p->s->named; i++) {
		const struct admin_lost *lost = admin_lost_find(shop, p->shop, was[i].id);

		if (lost && !lost->moved)
			add(item, was[i].id, was[i].sku);
	}
	/* One alone is its own: what is known of that says it. */
	if (item->n_beside == 1)
		item->n_beside = 0;
}
