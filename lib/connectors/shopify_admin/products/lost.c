#include <string.h>

#include "base/str.h"
#include "connectors/shopify_admin/products/export.h"

#include "base/banned.h"

/* A character that stands in no value. */
static const char BETWEEN[] = "\x1f";

const char *admin_shop_key(const char *const *cell, struct arena *a)
{
	const char *text = "";

	for (int i = 0; i < SHOP_OPTIONS; i++) {
		const char *value = cell[admin_shop_option(i, SHOP_OPTION_VALUE)];

		if (value[0])
			text = arena_printf(a, "%s%s%s", text, text[0] ? BETWEEN : "", value);
	}
	return text;
}

/* admin_shop_key without making a text. */
static bool has_key(const struct admin_shop_row *row, const char *key)
{
	const char *at = key;

	for (int i = 0; i < SHOP_OPTIONS; i++) {
		const char *value = row->cell[admin_shop_option(i, SHOP_OPTION_VALUE)];

		if (!value[0])
			continue;
		if (at != key && *at++ != BETWEEN[0])
			return false;
		if (!str_starts(at, value))
			return false;
		at += strlen(value);
	}
	return !*at;
}

static bool has_variant(const struct admin_shop *s, const struct admin_shop_product *p,
			const struct admin_lost *x)
{
	for (uint32_t i = p->first; i; i = s->row[i]->next)
		if ((x->sku[0] && str_equal(s->row[i]->cell[SHOP_SKU], x->sku)) ||
		    has_key(s->row[i], x->key))
			return true;
	return false;
}

/* By its SKU the other place would be known as well: it was given to another product. */
static bool is_elsewhere(const struct admin_shop *s, const char *sku)
{
	size_t n;
	const struct admin_shop_row *const *hit;

	if (!sku[0] || !s->n_by_sku)
		return false;
	hit = admin_shop_sku(s, sku, &n);
	for (size_t i = 0; i < n; i++)
		if (!admin_shop_product_of(s, hit[i])->older)
			return true;
	return false;
}

void admin_lost_add(struct admin_shop *s, const struct admin_lost *x)
{
	struct admin_shop_product *p = &s->product[x->product];

	if (admin_lost_find(s, p, x->key) || has_variant(s, p, x))
		return;
	s->lost = rows_grow(s->lost, s->n_lost, &s->cap_lost, sizeof(*s->lost));
	s->lost[s->n_lost] = *x;
	s->lost[s->n_lost].key = arena_strdup(s->mem, x->key);
	s->lost[s->n_lost].sku = arena_strdup(s->mem, x->sku);
	s->lost[s->n_lost].moved = is_elsewhere(s, x->sku);
	s->lost[s->n_lost].next = p->lost;
	p->lost = (uint32_t)s->n_lost++;
}

void admin_lost_decide(struct admin_shop *s)
{
	for (size_t i = 1; i < s->n_lost; i++)
		s->lost[i].moved = is_elsewhere(s, s->lost[i].sku);
}

const struct admin_lost *admin_lost_of(const struct admin_shop *s,
				       const struct admin_shop_product *p)
{
	uint32_t i = p->lost;

	while (i && s->lost[i].moved)
		i = s->lost[i].next;
	return i ? &s->lost[i] : NULL;
}

const struct admin_lost *admin_lost_sku(const struct admin_shop *s, const char *sku)
{
	for (size_t i = 1; sku[0] && i < s->n_lost; i++)
		if (!s->lost[i].moved && str_equal(s->lost[i].sku, sku))
			return &s->lost[i];
	return NULL;
}

const struct admin_lost *admin_lost_find(const struct admin_shop *s,
					 const struct admin_shop_product *p, const char *key)
{
	for (uint32_t i = p->lost; i; i = s->lost[i].next)
		if (str_equal(s->lost[i].key, key))
			return &s->lost[i];
	return NULL;
}
