#include "connectors/exchange/catalogue.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "files/rows.h"

#include "base/banned.h"

struct reading {
	enum errk (*fn)(void *ctx, const struct article *x, struct err *e);
	void *ctx;
	struct arena *mem;
	const char **sku; /* of product files */
	size_t n, cap;
	struct key_index skus;
};

static const char *sku_of(const void *ctx, size_t i)
{
	return ((const struct reading *)ctx)->sku[i];
}

static void cleanup_reading(struct reading *r)
{
	free(r->sku);
	key_index_release(&r->skus);
}

static bool is_known(const struct reading *r, const char *sku)
{
	return r->n && *key_index_slot(&r->skus, sku);
}

static enum errk of_product(void *ctx, const struct article *x, struct err *e)
{
	struct reading *r = ctx;

	if (!str_blank(x->sku) && !is_known(r, x->sku)) {
		key_index_room(&r->skus, r->n);
		r->sku = rows_grow(r->sku, r->n, &r->cap, sizeof(char *));
		r->sku[r->n] = arena_strdup(r->mem, x->sku);
		*key_index_slot(&r->skus, x->sku) = (uint32_t)++r->n;
	}
	return r->fn(r->ctx, x, e);
}

static enum errk of_stock(void *ctx, const struct article *x, struct err *e)
{
	const struct reading *r = ctx;

	return is_known(r, x->sku) ? E_OK : r->fn(r->ctx, x, e);
}

enum errk exchange_catalogue(const struct inbox *products, const struct inbox *stock,
			     enum errk (*fn)(void *ctx, const struct article *x, struct err *e),
			     void *ctx, struct err *e)
{
	CLEANUP(arena) struct arena *mem = arena_new();
	__attribute__((
		cleanup(cleanup_reading))) struct reading r = {.fn = fn, .ctx = ctx, .mem = mem};
	bool any;
	enum errk k;

	r.skus = (struct key_index){.key = sku_of, .ctx = &r};
	k = inbox_catalogue(products, of_product, &r, e);
	any = k == E_OK;
	if (k != E_OK && !str_equal(e->code, "no_catalogue"))
		return k;
	k = inbox_catalogue(stock, of_stock, &r, e);
	return k != E_OK && any && str_equal(e->code, "no_catalogue") ? E_OK : k;
}
