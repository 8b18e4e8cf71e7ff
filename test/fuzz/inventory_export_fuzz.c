/* Any bytes as an inventory export: variants or an error; each is found again, with its levels. */
#include "base/cleanup.h"

#include "connectors/shopify_admin/stock/export.h"
#include "as_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	CLEANUP(fd) int fd = -1;
	CLEANUP(admin_inventory) struct admin_inventory *s = NULL;
	struct err e;

	as_file(data, size, &fd, path);
	if (admin_inventory_read(path, "fuzz.csv", size % 2 ? CSV_UTF8 : CSV_WINDOWS_1252, &s,
				 &e) != E_OK)
		return 0;
	for (size_t i = 0; i < s->n_variants; i++) {
		const struct admin_variant *v = &s->variant[i];

		if (admin_variant_text(v, VARIANT_SKU)[0] &&
		    !admin_inventory_find(s, admin_variant_text(v, VARIANT_SKU)))
			BUG("the SKU %s is not found", admin_variant_text(v, VARIANT_SKU));
		for (uint32_t k = v->first; k; k = s->level[k].next)
			if (!admin_inventory_level(s, v, s->level[k].location))
				BUG("a level of line %u is not found", v->line);
	}
	return 0;
}
