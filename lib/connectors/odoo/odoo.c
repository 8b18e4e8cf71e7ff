#include <stdlib.h>

#include "base/str.h"
#include "connectors/odoo/catalogue.h"
#include "connectors/odoo/deliveries/delivery.h"
#include "connectors/odoo/orders/order.h"
#include "connectors/odoo/products/product.h"
#include "connectors/odoo/refunds/refund.h"
#include "connectors/odoo/source.h"
#include "connectors/odoo/stock/stock.h"

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

static enum errk odoo_identify(struct connector *c, bool ask, struct arena *a, struct identity *out,
			       struct err *e)
{
	struct odoo *o = (struct odoo *)(void *)c;
	enum errk rc = ask ? odoo_connect(o, a, e) : E_OK;

	*out = (struct identity){.place = o->place,
				 .mark = o->mark,
				 .shop = o->rules.shop,
				 .shop_key = "[odoo] shop"};
	return odoo_as_source(rc, e);
}

static enum errk stock_pull(struct connector *c, const struct pull_request *req, struct arena *a,
			    struct page *out, struct err *e)
{
	return odoo_as_source(odoo_stock_pull(c, req, a, out, e), e);
}

static enum errk stock_pull_only(struct connector *c, const struct pull_request *req,
				 const char *const *who, size_t n, struct arena *a,
				 struct page *out, struct err *e)
{
	(void)req;
	return odoo_as_source(odoo_stock_pull_only(c, who, n, a, out, e), e);
}

static const struct source stock_source = {.pull = stock_pull, .pull_only = stock_pull_only};

static enum errk products_pull(struct connector *c, const struct pull_request *req, struct arena *a,
			       struct page *out, struct err *e)
{
	return odoo_as_source(odoo_product_pull(c, req, a, out, e), e);
}

static enum errk products_pull_only(struct connector *c, const struct pull_request *req,
				    const char *const *who, size_t n, struct arena *a,
				    struct page *out, struct err *e)
{
	(void)req;
	return odoo_as_source(odoo_product_pull_only(c, who, n, a, out, e), e);
}

static const struct source products_source = {.pull = products_pull,
					      .pull_only = products_pull_only};

static enum errk deliveries_pull(struct connector *c, const struct pull_request *req,
				 struct arena *a, struct page *out, struct err *e)
{
	return odoo_as_source(odoo_delivery_pull(c, req, a, out, e), e);
}

static enum errk deliveries_pull_only(struct connector *c, const struct pull_request *req,
				      const char *const *who, size_t n, struct arena *a,
				      struct page *out, struct err *e)
{
	(void)req;
	return odoo_as_source(odoo_delivery_pull_only(c, who, n, a, out, e), e);
}

static const struct source deliveries_source = {.pull = deliveries_pull,
						.pull_only = deliveries_pull_only};

static const struct sink orders_sink = {
	.batch = BATCH,
	.put = odoo_put,
	.landed = odoo_landed,
	.reference = odoo_reference,
	.further = odoo_further,
	.held = odoo_held,
	.keeps_unconfirmed = true,
};

/* Each is looked at by itself: a batch is what may be lost of a run that is killed. */
enum { REFUNDS = 20 };

static const struct sink refunds_sink = {
	.batch = REFUNDS,
	.put = odoo_refund_put,
	.compares = true,
};

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
	.keys = odoo_keys,
	.source = {[SIDE_ERP] = {[KIND_STOCK] = &stock_source,
				 [KIND_PRODUCT] = &products_source,
				 [KIND_FULFILLMENT] = &deliveries_source}},
	.sink = {[SIDE_ERP] = {[KIND_ORDER] = &orders_sink, [KIND_REFUND] = &refunds_sink}},
	.examination = {.check = odoo_check,
			.answer_columns = odoo_answer_columns,
			.check_answer = odoo_check_answer,
			.name_tables = name_tables,
			.names = odoo_names},
	.open = odoo_open,
	.close = odoo_close,
	.identify = odoo_identify,
	.catalogue = odoo_catalogue,
};
