#include "model/product_share.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/key_index.h"
#include "base/str.h"

/* What this run has met: a product of the shop or a variant of it, and whose of the ERP it is. */
struct claim {
	const char *key, *record;
};

struct product_shares {
	struct arena *mem;
	struct claim *claim;
	size_t n, cap;
	struct key_index index;
	bool told;
};

static const char *key_of(const void *ctx, size_t i)
{
	return ((const struct product_shares *)ctx)->claim[i].key;
}

struct product_shares *product_shares_new(void)
{
	struct product_shares *s = calloc(1, sizeof(*s));
	if (!s)
		die(70, "out of memory");
	s->mem = arena_new();
	s->index = (struct key_index){.key = key_of, .ctx = s};
	return s;
}

void product_shares_free(struct product_shares *s)
{
	if (!s)
		return;
	key_index_release(&s->index);
	free(s->claim);
	arena_free(s->mem);
	free(s);
}

/* The record that this is of already, or this one from now on. */
static const char *claim(struct product_shares *s, const char *key, const char *record)
{
	key_index_room(&s->index, s->n);
	uint32_t *slot = key_index_slot(&s->index, key);
	if (*slot)
		return s->claim[*slot - 1].record;
	if (s->n == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 256;
		s->claim = reallocarray(s->claim, s->cap, sizeof(*s->claim));
		if (!s->claim)
			die(70, "out of memory");
	}
	s->claim[s->n] = (struct claim){arena_strdup(s->mem, key), arena_strdup(s->mem, record)};
	*slot = (uint32_t)++s->n;
	return record;
}

static struct product_item *find(struct product_item *item, size_t n, const char *record)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(item[i].put->record, record) == 0)
			return &item[i];
	return NULL;
}

/* Is it this variant of the shop, matched or not? */
static bool is_this(const struct product_variant *v, const struct shop_variant *s)
{
	return v->shop == s || str_equal(v->shop_id, s->id) ||
	       (*v->sku && strcmp(v->sku, s->sku) == 0);
}

static bool has_all(const struct product_item *item)
{
	for (size_t k = 0; k < item->shop->n_variants; k++) {
		bool has = false;
		for (size_t i = 0; i < item->n_variants && !has; i++)
			has = is_this(&item->variant[i], &item->shop->variant[k]);
		if (!has)
			return false;
	}
	return true;
}

static bool is_shared(struct product_item *x)
{
	return product_is_open(x) && x->id && x->shop;
}

static void refuse_duplicate(struct product_item *item, const char *sku, const char *other)
{
	if (item->put->err.kind == E_OK)
		product_refuse(item, "same_variant",
			       "has the shop's variant '%s', as '%s' does; give it to one of them "
			       "in the ERP, then run: erpsync queue retry '%s'",
			       sku, other, item->put->label);
}

static void claim_variants(struct product_shares *s, struct product_item *item, size_t n,
			   struct product_item *x, struct arena *a)
{
	for (size_t i = 0; i < x->n_variants && !x->archived; i++) {
		const struct product_variant *v = &x->variant[i];
		if (!v->shop || v->archived)
			continue;
		const char *key = arena_printf(a, "variant %s %s", x->id, v->shop->id);
		const char *record = claim(s, key, x->put->record);
		if (strcmp(record, x->put->record) == 0)
			continue;
		struct product_item *other = find(item, n, record);
		if (other)
			refuse_duplicate(other, v->shop->sku, x->put->label);
		refuse_duplicate(x, v->shop->sku, other ? other->put->label : record);
	}
}

void product_share(struct product_shares *s, struct product_item *item, size_t n, bool more,
		   struct arena *a)
{
	for (size_t i = 0; i < n; i++) {
		struct product_item *x = &item[i];
		if (!is_shared(x))
			continue;
		const char *record = claim(s, arena_printf(a, "product %s", x->id), x->put->record);
		struct product_item *other = find(item, n, record);
		x->family |= x->n_options > 0 || x->n_variants > 1;
		if (strcmp(record, x->put->record) != 0) {
			x->shared = true;
			if (other)
				other->shared = true;
		}
	}
	for (size_t i = 0; i < n; i++)
		if (is_shared(&item[i])) {
			item[i].partial = !has_all(&item[i]);
			item[i].silent = item[i].partial &&
					 (item[i].shared || (more && !item[i].family &&
							     !target_is(&item[i].put->target)));
			/* What was all of it once stays so when a person adds a variant there. */
			item[i].family |= !item[i].partial;
			claim_variants(s, item, n, &item[i], a);
		}
}

/* Would it change the product itself? */
static bool has_to_say(const struct product_rules *rules, struct product_item *item,
		       struct arena *a)
{
	for (int f = 0; f < FIELD_VARIANT_FIRST; f++) {
		const char *erp = item->values.text[f], *store = item->shop->values.text[f];
		if (!erp || !store)
			continue;
		enum product_choice c = product_choose(rules->owner[f], product_short(erp, a),
						       product_short(store, a), item->base[f]);
		if (c == CHOICE_WRITE || c == CHOICE_CONFLICT)
			return true;
	}
	item->silent = false;
	bool status = product_wanted_status(rules, item) != NULL;
	item->silent = true;
	return status;
}

const char *product_share_text(struct product_shares *s, const struct product_rules *rules,
			       struct product_item *item, size_t n, struct arena *a)
{
	for (size_t i = 0; i < n && !s->told; i++) {
		struct product_item *x = &item[i];
		if (!is_shared(x) || !x->silent || !has_to_say(rules, x, a))
			continue;
		s->told = true;
		return arena_printf(
			a,
			"some products of the ERP are variants of one product of the shop "
			"(the first: '%s'): what they say of the product itself, such as "
			"title or status, is not brought over; say it in the shop, or make "
			"one product of them in the ERP",
			x->put->label);
	}
	return NULL;
}
