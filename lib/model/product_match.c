#include "model/product_match.h"

#include <string.h>

#include "base/str.h"

static void pair(struct product_variant *v, struct shop_variant *s)
{
	v->shop = s;
	v->shop_id = s->id;
	s->taken = true;
}

/* As an earlier put knew it: a variant that has got another SKU is still the same. */
static void match_known(struct product_item *item)
{
	for (size_t i = 0; i < item->n_variants; i++)
		for (size_t k = 0; item->variant[i].shop_id && k < item->shop->n_variants; k++)
			if (strcmp(item->shop->variant[k].id, item->variant[i].shop_id) == 0 &&
			    !item->shop->variant[k].taken)
				pair(&item->variant[i], &item->shop->variant[k]);
}

static void match_sku(struct product_item *item, struct product_variant *v)
{
	struct shop_variant *hit = NULL;
	for (size_t k = 0; !v->shop && *v->sku && k < item->shop->n_variants; k++) {
		struct shop_variant *s = &item->shop->variant[k];
		if (strcmp(s->sku, v->sku) != 0 || s->taken)
			continue;
		if (hit) {
			product_refuse(item, "duplicate_sku",
				       "two variants of %s have the SKU '%s', so it is not known "
				       "which one is meant; give each its own, then run: erpsync "
				       "queue retry '%s'",
				       item->id, v->sku, item->put->label);
			return;
		}
		hit = s;
	}
	if (hit)
		pair(v, hit);
}

/* Both sides tell their variants apart by the same options, in the same order. */
bool product_same_options(const struct product_item *item)
{
	const struct shop_product *shop = item->shop;
	if (!item->n_options || shop->only_default)
		return !item->n_options && shop->only_default;
	if (shop->n_options != item->n_options)
		return false;
	for (size_t i = 0; i < item->n_options; i++)
		if (!str_equal_nocase(shop->option[i], item->option[i]))
			return false;
	return true;
}

static size_t count_active(const struct product_item *item)
{
	size_t n = 0;
	for (size_t i = 0; i < item->n_variants; i++)
		n += !item->variant[i].archived;
	return n;
}

static bool same_values(const struct product_item *item, const struct product_variant *v,
			const struct shop_variant *s)
{
	for (size_t i = 0; i < item->n_options; i++)
		if (strcmp(v->option[i], s->option[i]) != 0)
			return false;
	return true;
}

/* One without SKU there takes ours; one with another is somebody else's. */
static void match_options(struct product_item *item, struct product_variant *v, struct arena *a)
{
	/* Without options the values of all are the same. */
	if (v->lacks || (!item->n_options && count_active(item) > 1))
		return;
	for (size_t k = 0; !v->shop && k < item->shop->n_variants; k++) {
		struct shop_variant *s = &item->shop->variant[k];
		if (s->taken || !same_values(item, v, s))
			continue;
		if (!*s->sku) {
			pair(v, s);
			continue;
		}
		v->refused = true;
		if (!v->archived)
			product_refuse_part(
				&item->refusals, a,
				"variant '%s': the shop has it with the SKU '%s'; correct the SKU "
				"on one side",
				v->name, s->sku);
	}
}

/* New variants need the product's options; those are changed by a person. */
static void refuse_new(struct product_item *item, struct arena *a)
{
	const struct shop_product *shop = item->shop;
	const char *ours = "", *theirs = "";
	bool any = false;
	for (size_t i = 0; i < item->n_variants; i++) {
		any |= product_is_new(&item->variant[i]);
		item->variant[i].refused |= product_is_new(&item->variant[i]);
	}
	if (!any)
		return;
	for (size_t i = 0; i < item->n_options; i++)
		ours = arena_printf(a, "%s%s'%s'", ours, i ? ", " : "", item->option[i]);
	for (size_t i = 0; !shop->only_default && i < shop->n_options; i++)
		theirs = arena_printf(a, "%s%s'%s'", theirs, i ? ", " : "", shop->option[i]);
	product_refuse_part(
		&item->refusals, a,
		"its new variants can't be added: the ERP's differ in %s, the shop's in "
		"%s; give the shop's product the same options",
		*ours ? ours : "nothing", *theirs ? theirs : "nothing");
}

/* The shop's only variant becomes one of several: it must be one of ours to get its values. */
static bool can_get_options(const struct product_item *item)
{
	if (!item->n_options || !item->shop->only_default || item->shop->n_variants != 1)
		return false;
	for (size_t i = 0; i < item->n_variants; i++)
		if (item->variant[i].shop)
			return !item->variant[i].lacks;
	return false;
}

static void refuse_lacking(struct product_item *item, struct arena *a)
{
	for (size_t i = 0; i < item->n_variants; i++) {
		struct product_variant *v = &item->variant[i];
		if (!product_is_new(v) || !v->lacks)
			continue;
		v->refused = true;
		product_refuse_part(&item->refusals, a,
				    "new variant '%s' says nothing about '%s', which the product's "
				    "variants differ in; correct it in the ERP",
				    v->name, v->lacks);
	}
}

void product_match(struct product_item *item, bool gives_options, struct arena *a)
{
	match_known(item);
	for (size_t i = 0; i < item->n_variants; i++)
		match_sku(item, &item->variant[i]);
	for (size_t i = 0; i < item->n_variants && product_same_options(item); i++)
		match_options(item, &item->variant[i], a);
	if (!item->n_options ||
	    (!product_same_options(item) && !(gives_options && can_get_options(item))))
		refuse_new(item, a);
	refuse_lacking(item, a);
}
