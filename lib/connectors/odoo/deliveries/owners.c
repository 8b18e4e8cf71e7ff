#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/list.h"
#include "base/str.h"
#include "connectors/odoo/source.h"

#include "base/banned.h"

enum { NAMED_MAX = 10 }; /* ids of products that a message names */

static int by_sku_and_id(const void *a, const void *b)
{
	const struct odoo_owner *x = a, *y = b;
	int c = strcmp(x->sku, y->sku);

	return c ? c : (x->id > y->id) - (x->id < y->id);
}

/* Of the same product twice, as when it is in the page and among the others, one remains. */
static size_t sort_owners(struct odoo_owner *owner, size_t n)
{
	size_t kept = 0;

	if (n)
		qsort(owner, n, sizeof(*owner), by_sku_and_id);
	for (size_t i = 0; i < n; i++)
		if (!kept || by_sku_and_id(&owner[kept - 1], &owner[i]) != 0)
			owner[kept++] = owner[i];
	return kept;
}

void odoo_owners(const cJSON *list, const cJSON *others, struct arena *a, struct odoo_owners *out)
{
	const cJSON *const lists[] = {list, others};
	LIST(struct odoo_owner) owners = {0};

	for (size_t i = 0; i < 2; i++)
		JSON_EACH (item, lists[i]) {
			const char *sku = json_str(item, "default_code");

			if (!str_blank(sku))
				*list_add(&owners,
					  a) = (struct odoo_owner){sku, json_int(item, "id", 0)};
		}
	out->list = owners.at;
	out->n = sort_owners(owners.at, owners.n);
}

const struct odoo_owner *odoo_owners_of(const struct odoo_owners *o, const char *sku, size_t *count)
{
	size_t low = 0, high = o->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(o->list[mid].sku, sku) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	*count = 0;
	while (low + *count < o->n && str_equal(o->list[low + *count].sku, sku))
		++*count;
	return *count ? &o->list[low] : NULL;
}

const char *odoo_owners_text(const struct odoo_owner *owner, size_t n, struct arena *a)
{
	const char *ids = "";

	for (size_t i = 0; i < n && i < NAMED_MAX; i++)
		ids = arena_printf(a, "%s%s%lld", ids,
				   i == 0       ? ""
				   : i == n - 1 ? " and "
						: ", ",
				   (long long)owner[i].id);
	return arena_printf(a, "%s%s", ids, n > NAMED_MAX ? ", …" : "");
}
