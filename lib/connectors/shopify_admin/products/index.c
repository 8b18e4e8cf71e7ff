#include "connectors/shopify_admin/products/export.h"

#include <string.h>

#include "base/str.h"
#include "model/sku_spelling.h"

#include "base/banned.h"

const struct admin_shop_product *admin_shop_find(const struct admin_shop *s, const char *handle)
{
	uint32_t slot = *key_index_slot(&s->handles, handle);

	return slot ? &s->product[slot] : NULL;
}

const struct admin_shop_row *const *admin_shop_sku(const struct admin_shop *s, const char *sku,
						   size_t *n)
{
	size_t from = 0, to = s->n_by_sku;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (strcmp(s->by_sku[middle]->cell[SHOP_SKU], sku) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	*n = 0;
	while (from + *n < s->n_by_sku && strcmp(s->by_sku[from + *n]->cell[SHOP_SKU], sku) == 0)
		++*n;
	return s->by_sku + from;
}

const struct admin_shop_row *admin_shop_near(const struct admin_shop *s, const char *sku)
{
	const uint64_t hash = sku_spelling_hash(sku);
	size_t from = 0, to = s->n_by_sku;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (s->spelling[middle].hash < hash)
			from = middle + 1;
		else
			to = middle;
	}
	for (; hash && from < s->n_by_sku && s->spelling[from].hash == hash; from++)
		if (strcmp(s->spelling[from].row->cell[SHOP_SKU], sku) != 0)
			return s->spelling[from].row;
	return NULL;
}

const char *admin_shop_where(const struct admin_shop *s, const struct admin_shop_row *row,
			     struct arena *a)
{
	return arena_printf(a, "%s:%u", admin_shop_product_of(s, row)->file->name, row->line);
}
