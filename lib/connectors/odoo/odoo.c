#include <stdlib.h>

#include "base/str.h"
#include "connectors/odoo/odoo_catalogue.h"
#include "connectors/odoo/odoo_delivery.h"
#include "connectors/odoo/odoo_order.h"
#include "connectors/odoo/odoo_product.h"
#include "connectors/odoo/odoo_stock.h"

#include "base/banned.h"

/*
 * Orders per put. Odoo's throughput is flat from 50 on; confirming so many takes seconds, and Odoo's
 * workers are killed after 60 s of CPU time (limit_time_cpu).
 */
enum { BATCH = 100 };

static void odoo_close(struct connector *c)
{
	struct odoo *o = (struct odoo *)(void *)c;

	if (!o)
		return;
	odoo_looks_release(&o->looks);
	arena_free(o->arena);
	free(o);
}

static enum errk odoo_open(const struct connector_env *env, struct connector **out, struct err *e)
{
	struct odoo *o = calloc(1, sizeof(*o));
	enum errk rc;

	if (!o)
		die(70, "out of memory");
	o->base.type = &odoo_connector;
	o->env = *env;
	o->arena = arena_new();
	rc = odoo_rules_read(o, e);
	if (rc != E_OK) {
		odoo_close(&o->base);
		return rc;
	}
	*out = &o->base;
	return E_OK;
}

/* What each kind of record is read with. */
static const struct source {
	enum errk (*pull)(struct connector *c, const struct pull_request *req, struct arena *a,
			  struct page *out, struct err *e);
	enum errk (*pull_only)(struct connector *c, enum record_kind kind, const char *const *who,
			       size_t n, struct arena *a, struct page *out, struct err *e);
} sources[KIND_COUNT_] = {
	[KIND_STOCK] = {odoo_stock_pull, odoo_stock_pull_only},
	[KIND_PRODUCT] = {odoo_product_pull, odoo_product_pull_only},
	[KIND_FULFILLMENT] = {odoo_delivery_pull, odoo_delivery_pull_only},
};

static enum errk odoo_pull(struct connector *c, const struct pull_request *req, struct arena *a,
			   struct page *out, struct err *e)
{
	return odoo_as_source(sources[req->kind].pull(c, req, a, out, e), e);
}

static enum errk odoo_pull_only(struct connector *c, enum record_kind kind, const char *const *who,
				size_t n, struct arena *a, struct page *out, struct err *e)
{
	return odoo_as_source(sources[kind].pull_only(c, kind, who, n, a, out, e), e);
}

static const struct name_table name_tables[] = {
	{KIND_STOCK, "locations", NULL, false},
	{KIND_FULFILLMENT, "locations", NULL, false},
	{KIND_FULFILLMENT, "carriers", "store_carrier", true},
	{0},
};

static enum errk odoo_names(struct connector *c, const struct name_table *table, struct arena *a,
			    const char *const **name, size_t *n, struct err *e)
{
	struct odoo *o = (struct odoo *)(void *)c;
	enum errk rc = odoo_enter(o, table->kind, a, e);

	if (rc != E_OK)
		return rc;
	return str_equal(table->table, "carriers") ? odoo_carrier_names(o, a, name, n, e)
						   : odoo_warehouse_names(o, a, name, n, e);
}

const struct connector_type odoo_connector = {
	.name = "odoo",
	.title = "Odoo",
	.as = {[SIDE_ERP] = {.pull = 1u << KIND_STOCK | 1u << KIND_PRODUCT | 1u << KIND_FULFILLMENT,
			     .put = 1u << KIND_ORDER}},
	.batch = {[KIND_ORDER] = BATCH},
	.keys = odoo_keys,
	.open = odoo_open,
	.check = odoo_check,
	.catalogue = odoo_catalogue,
	.answer_columns = odoo_answer_columns,
	.check_answer = odoo_check_answer,
	.name_tables = name_tables,
	.names = odoo_names,
	.pull = odoo_pull,
	.pull_only = odoo_pull_only,
	.put = odoo_put,
	.landed = odoo_landed,
	.reference = odoo_reference,
	.close = odoo_close,
};
