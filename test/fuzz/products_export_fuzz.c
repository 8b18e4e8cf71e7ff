/* Any bytes as a products export: products or an error; what stands in it is found again. */
#include <string.h>

#include "base/cleanup.h"

#include "connectors/shopify_admin/products/export.h"
#include "as_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_row(const struct admin_shop *s, const struct admin_shop_row *row)
{
	const char *sku = row->cell[SHOP_SKU];
	size_t n;

	if (sku[0] == '\'' && sku[1] && !sku[1 + strspn(sku + 1, "0123456789")])
		BUG("the apostrophe of an export: %s", sku);
	if (sku[0]) {
		admin_shop_sku(s, sku, &n);
		if (n == 0)
			BUG("the SKU %s is not found", sku);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	CLEANUP(fd) int fd = -1;
	CLEANUP(admin_shop) struct admin_shop *s = NULL;
	struct err e;

	as_file(data, size, &fd, path);
	if (admin_shop_read_as(path, size % 2 ? CSV_UTF8 : CSV_WINDOWS_1252, ~0u, &s, &e) != E_OK)
		return 0;
	for (size_t i = 1; i < s->n; i++) {
		if (admin_shop_find(s, s->product[i].handle) != &s->product[i])
			BUG("the handle %s is not found", s->product[i].handle);
		for (uint32_t k = s->product[i].first; k; k = s->row[k]->next)
			check_row(s, s->row[k]);
	}
	return 0;
}
