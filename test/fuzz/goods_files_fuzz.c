/* Any bytes as each of the ERP's files of goods: stock, products, deliveries. */
#include "base/cleanup.h"

#include "connectors/exchange/fulfillment_file.h"
#include "connectors/exchange/product_file.h"
#include "connectors/exchange/stock_file.h"
#include "as_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void as_stock(const char *path)
{
	CLEANUP(exchange_stock) struct exchange_stock *s = NULL;
	struct decimal d;
	struct err e;

	if (exchange_stock_read(path, "stock.csv", &s, &e) != E_OK)
		return;
	for (size_t i = 0; i < s->n_articles; i++) {
		const struct exchange_stock_article *a = &s->article[i];

		if (exchange_stock_find(s, a->sku) != a)
			BUG("the article %s is not found", a->sku);
		for (uint32_t k = a->first; k; k = s->row[k].next)
			for (int f = 0; f < FIGURE_COUNT_; f++)
				(void)exchange_stock_figure(&s->row[k], (enum stock_figure)f, &d);
	}
}

static void as_products(const char *path)
{
	CLEANUP(exchange_products) struct exchange_products *s = NULL;
	struct err e;

	if (exchange_products_read(NULL, path, "products.csv", &s, &e) != E_OK)
		return;
	for (size_t i = 0; i < s->n; i++)
		if (exchange_products_find(s, s->product[i].id) != &s->product[i])
			BUG("the product %s is not found", s->product[i].id);
}

static void as_deliveries(const char *path)
{
	CLEANUP(exchange_deliveries) struct exchange_deliveries *d = exchange_deliveries_new();
	const struct exchange_delivery_file file = {.path = path,
						    .name = "fulfillments.csv",
						    .number = 1,
						    .rank = 1};
	bool cut;
	struct err e;

	for (int pass = EXCHANGE_DELIVERY_NAMES; pass <= EXCHANGE_DELIVERY_ROWS; pass++)
		if (exchange_deliveries_read(d, (enum exchange_delivery_pass)pass, &file, &cut,
					     &e) != E_OK)
			return;
	for (size_t i = 0; i < exchange_deliveries_count(d); i++)
		if (!exchange_deliveries_at(d, i)->id[0])
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
