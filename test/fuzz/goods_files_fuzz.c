/* Any bytes as each of the ERP's files of goods: stock, products, deliveries. */
#include "base/cleanup.h"

#include "../../lib/connectors/csv/csv_fulfillment_file.h"
#include "../../lib/connectors/csv/csv_product_file.h"
#include "../../lib/connectors/csv/csv_stock_file.h"
#include "as_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void as_stock(const char *path)
{
	CLEANUP(csv_stock) struct csv_stock *s = NULL;
	struct decimal d;
	struct err e;

	if (csv_stock_read(path, "stock.csv", &s, &e) != E_OK)
		return;
	for (size_t i = 0; i < s->n_articles; i++) {
		const struct csv_stock_article *a = &s->article[i];

		if (csv_stock_find(s, a->sku) != a)
			BUG("the article %s is not found", a->sku);
		for (uint32_t k = a->first; k; k = s->row[k].next)
			for (int f = 0; f < FIGURE_COUNT_; f++)
				(void)csv_stock_figure(&s->row[k], (enum stock_figure)f, &d);
	}
}

static void as_products(const char *path)
{
	CLEANUP(csv_products) struct csv_products *s = NULL;
	struct err e;

	if (csv_products_read(NULL, path, "products.csv", &s, &e) != E_OK)
		return;
	for (size_t i = 0; i < s->n; i++)
		if (csv_products_find(s, s->product[i].id) != &s->product[i])
			BUG("the product %s is not found", s->product[i].id);
}

static void as_deliveries(const char *path)
{
	CLEANUP(csv_deliveries) struct csv_deliveries *d = csv_deliveries_new();
	const struct csv_delivery_file file = {path, "fulfillments.csv", 1, false};
	bool cut;
	struct err e;

	for (int pass = CSV_DELIVERY_NAMES; pass <= CSV_DELIVERY_ROWS; pass++)
		if (csv_deliveries_read(d, (enum csv_delivery_pass)pass, &file, &cut, &e) != E_OK)
			return;
	for (size_t i = 0; i < csv_deliveries_count(d); i++)
		if (!csv_deliveries_at(d, i)->id[0])
			BUG("a delivery without id");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	CLEANUP(fd) int fd = -1;

	as_file(data, size, &fd, path);
	as_stock(path);
	as_products(path);
	as_deliveries(path);
	return 0;
}
