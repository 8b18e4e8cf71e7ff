#include <string.h>

#include "base/str.h"
#include "model/product_judge.h"
#include "model/product_match.h"

#include "base/banned.h"

struct product_base product_option_base(const struct product_item *item,
					const struct product_variant *v, struct arena *a)
{
	return (struct product_base){product_option_text(v->option, item->n_options, a),
				     product_option_text(v->shop->option, item->n_options, a)};
}

static void refuse(struct product_item *item, const struct product_variant *v, const char *why,
		   struct arena *a)
{
	if (!item->refusals)
		item->refusal_code = "options_differ";
	product_refuse_part(&item->refusals, a,
			    "variant '%s' is '%s' in the ERP%s; make the values of its options the "
			    "same on one side",
			    v->name, product_option_text(v->option, item->n_options, a), why);
}

static const char *is_there(const struct product_item *item, const struct shop_variant *s,
			    struct arena *a)
{
	return arena_printf(a, "'%s'", product_option_text(s->option, item->n_options, a));
}

/* What only the ERP has changed. */
static void judge(struct product_item *item, struct product_variant *v, struct arena *a)
{
	struct product_base now = product_option_base(item, v, a), *base = &v->option_base;

	if (str_equal_nocase(now.erp, now.store)) {
		*base = now;
	} else if (!base->erp || !base->store) {
		/* Found there, perhaps in another language: told once. */
		*base = now;
		item->foreign_options = arena_printf(
			a,
			"the options of some variants are others in the shop than in the ERP, and were "
			"when they were compared first (the first: '%s' is '%s' there and '%s' in the "
			"ERP); they are left alone until the ERP changes them",
			v->name, now.store, now.erp);
	} else if (!str_equal(base->erp, now.erp)) {
		v->moves = str_equal(base->store, now.store);
		if (!v->moves)
			refuse(item, v,
			       arena_printf(a, " and %s in the shop, and was changed on both sides",
					    is_there(item, v->shop, a)),
			       a);
	}
}

/* Another variant of the shop's product that has these values; NULL = none. */
static const struct shop_variant *holder(const struct product_item *item,
					 const struct product_variant *v)
{
	for (size_t k = 0; k < item->shop->n_variants; k++) {
		const struct shop_variant *s = &item->shop->variant[k];
		size_t same = 0;

		while (same < item->n_options && str_equal_nocase(s->option[same], v->option[same]))
			same++;
		if (same == item->n_options && s != v->shop)
			return s;
	}
	return NULL;
}

/* It gets them in this round, or in a later one. */
static bool leaves(struct product_item *item, const struct shop_variant *s, const bool *free)
{
	const struct product_variant *w = product_variant_of(item, s);

	return w && w->moves && free[w - item->variant];
}

/* Values that go round in a circle can't be written: no two variants may have the same ones in between. */
static void decide(struct product_item *item, struct arena *a)
{
	bool *free = arena_array(a, item->n_variants, sizeof(*free));

	for (bool any = true; any;) {
		any = false;
		for (size_t i = 0; i < item->n_variants; i++) {
			struct product_variant *v = &item->variant[i];
			const struct shop_variant *s = v->moves && !free[i] ? holder(item, v)
									    : NULL;

			if (!v->moves || free[i] || (s && !leaves(item, s, free)))
				continue;
			free[i] = any = true;
			v->waits = s != NULL;
		}
	}
	for (size_t i = 0; i < item->n_variants; i++) {
		struct product_variant *v = &item->variant[i];

		if (!v->moves || free[i])
			continue;
		v->moves = false;
		refuse(item, v,
		       arena_printf(
			       a,
			       " and %s in the shop, where another variant has those values and "
			       "does not leave them first",
			       is_there(item, v->shop, a)),
		       a);
	}
	/* New ones: what leaves its values in this round has left them before they are made. */
	for (size_t i = 0; i < item->n_variants; i++) {
		struct product_variant *v = &item->variant[i];
		const struct shop_variant *s = product_is_new(v) && !v->lacks ? holder(item, v)
									      : NULL;

		if (!s)
			continue;
		if (leaves(item, s, free)) {
			v->waits = product_variant_of(item, s)->waits;
			continue;
		}
		v->refused = true;
		refuse(item, v,
		       arena_printf(a,
				    ", and those values the shop's variant with the SKU '%s' has",
				    s->sku),
		       a);
	}
}

void product_match_options(struct product_item *item, bool writes, struct arena *a)
{
	if (!item->n_options || !product_same_options(item))
		return;
	for (size_t i = 0; i < item->n_variants; i++) {
		struct product_variant *v = &item->variant[i];

		if (v->shop && !v->archived && !v->lacks)
			judge(item, v, a);
		if (!v->moves || writes || !v->shop)
			continue;
		v->moves = false;
		refuse(item, v,
		       arena_printf(
			       a,
			       " and %s in the shop, and an import of files would make another "
			       "variant of it",
			       is_there(item, v->shop, a)),
		       a);
	}
	decide(item, a);
}
