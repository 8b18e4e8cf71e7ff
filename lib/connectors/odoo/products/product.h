#ifndef ERPSYNC_CONNECTORS_ODOO_PRODUCTS_PRODUCT_H
#define ERPSYNC_CONNECTORS_ODOO_PRODUCTS_PRODUCT_H

#include "connectors/odoo/source.h"

/*
 * Products out of Odoo: a snapshot (source.h) of all that can be sold, archived ones too, page by
 * page of product templates.
 */
MUST_CHECK enum errk odoo_product_pull(struct connector *c, const struct pull_request *req,
				       struct arena *a, struct page *out, struct err *e);
/* who: an internal reference, or the id of a product template. */
MUST_CHECK enum errk odoo_product_pull_only(struct connector *c, const char *const *who, size_t n,
					    struct arena *a, struct page *out, struct err *e);
/*
 * Looks for what is configured: language, category, price list. E_REFUSED "no_language", "no_category",
 * and as odoo_price_lists_read.
 */
MUST_CHECK enum errk odoo_product_settings(struct odoo *o, struct arena *a, struct err *e);

/* page.c: what Odoo said about some templates. Lists may be NULL: nothing of that. */
struct odoo_product_page {
	const struct odoo *o;
	cJSON *templates, *variants, *tags;
	cJSON *lines, *attributes, *values; /* of attributes: what makes variants */
	cJSON *others; /* further variants with an internal reference of these */
};
void odoo_product_page_release(struct odoo_product_page *p);
/*
 * A record for each template that has a variant, in order of id. Problems of records: "duplicate_sku",
 * "options_unclear", "exchange_rate". E_BUSY "bad_answer".
 */
MUST_CHECK enum errk odoo_product_items(const struct odoo_product_page *p, struct arena *a,
					struct odoo_item **out, size_t *n, struct err *e);

/* options.c: what the variants of a template differ in. */
struct odoo_choice {
	const cJSON *variant;
	bool active;
	const char **value; /* one for each option */
};
struct odoo_options {
	const char **name;
	size_t n;
	struct odoo_choice *choice; /* variants that are told, in order of id */
	size_t n_choices;
};
/* The lists of a page by what is looked for in them. */
struct odoo_product_index {
	struct odoo_index lines, attributes, values; /* by id */
	struct odoo_index variants;                  /* by template */
};
/*
 * Archived variants that the options can't tell from others are left out: nothing is lost by that, an
 * active one has their place. E_RECORD "options_unclear".
 */
MUST_CHECK enum errk odoo_options(const struct odoo_product_index *x, const cJSON *template,
				  struct arena *a, struct odoo_options *out, struct err *e);

static inline void cleanup_odoo_product_page(struct odoo_product_page *p)
{
	odoo_product_page_release(p);
}

#endif
