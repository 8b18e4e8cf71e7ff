#ifndef ERPSYNC_CONNECTORS_ODOO_STOCK_STOCK_H
#define ERPSYNC_CONNECTORS_ODOO_STOCK_STOCK_H

#include "connectors/odoo/source.h"

/*
 * Stock out of Odoo: a snapshot (source.h) of all storable products, each warehouse on its own,
 * page by page of product ids.
 */
MUST_CHECK enum errk odoo_stock_pull(struct connector *c, const struct pull_request *req,
				     struct arena *a, struct page *out, struct err *e);
MUST_CHECK enum errk odoo_stock_pull_only(struct connector *c, const char *const *who, size_t n,
					  struct arena *a, struct page *out, struct err *e);

/* page.c: what Odoo said about some products in one warehouse, in order of id. */
struct odoo_stock_answer {
	const char *warehouse; /* its code */
	const cJSON *list;
};

/* The answers about the same products in all warehouses. */
struct odoo_stock_page {
	const char *host;
	int digits; /* decimals of a quantity */
	int64_t read_at;
	const struct odoo_stock_answer *answer;
	size_t n_answers;
	const cJSON *others; /* further products with an internal reference of these */
};

/*
 * A record per internal reference, its document to follow with stock_record_finish; products
 * without one are left out, and those that are not in every answer: they were archived meanwhile.
 * One that several products have is a record with problem "duplicate_sku". E_BUSY "bad_answer".
 */
MUST_CHECK enum errk odoo_stock_items(const struct odoo_stock_page *p, struct arena *a,
				      struct odoo_item **out, size_t *n, struct err *e);

#endif
