#ifndef ERPSYNC_CONNECTORS_ODOO_ORDERS_LOOK_H
#define ERPSYNC_CONNECTORS_ODOO_ORDERS_LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "base/arena.h"
#include "base/err.h"

/*
 * From names to database ids, asked once per run and remembered. A name that fits several records
 * is refused, never guessed: Odoo itself would take the first one.
 */
struct odoo;

enum odoo_look_kind {
	LOOK_COUNTRY,
	LOOK_STATE, /* "FR/75": country and code */
	LOOK_CURRENCY,
	LOOK_PRICELIST,
	LOOK_WAREHOUSE,
	LOOK_TEAM,
	LOOK_SALESPERSON,
	LOOK_PAYMENT_TERM,
	LOOK_JOURNAL,
	LOOK_SALES_JOURNAL,
	LOOK_FISCAL_POSITION,
	LOOK_COUNT_
};

struct odoo_product {
	const char *sku; /* as it was asked for */
	int64_t id;      /* 0: problem says why not */
	int64_t unit;    /* of measure, that it is counted in */
	bool service;
	const char *code, *problem;
};

struct odoo_tax {
	int64_t id;
	const char *name, *xid;
	const char *amount; /* "20", percent */
	bool percent, included;
	bool service, goods; /* tax_scope */
};

struct odoo_looks {
	cJSON *list[LOOK_COUNT_];      /* whole lists as read; NULL = not yet */
	struct odoo_product **product; /* sorted by sku */
	size_t n_products, cap_products;
	struct odoo_tax *tax;
	size_t n_taxes;
	bool taxes_read;
	cJSON *tags; /* name -> id */
};
void odoo_looks_release(struct odoo_looks *l);

/* "warehouse" -> LOOK_WAREHOUSE; LOOK_COUNT_ if there is no such kind. */
enum odoo_look_kind odoo_look_kind(const char *name);
/*
 * The id of what is called so (code or name, as the kind has them). E_RECORD "unmapped_<kind>" or
 * "ambiguous_<kind>" with the remedy.
 */
MUST_CHECK enum errk odoo_look(struct odoo *o, enum odoo_look_kind kind, const char *name,
			       struct arena *a, int64_t *id, struct err *e);
/*
 * The same of what [odoo] key= names; not set: *id 0. Wrong there it is wrong for each order: E_LOCAL "bad_config". Price
 * lists may share a name, one for each currency.
 */
MUST_CHECK enum errk odoo_look_setting(struct odoo *o, enum odoo_look_kind kind, const char *key,
				       struct arena *a, int64_t *id, struct err *e);
struct odoo_setting {
	enum odoo_look_kind kind;
	const char *key;
	bool invoiced; /* it counts where orders are invoiced alone */
};
extern const struct odoo_setting odoo_settings[]; /* ended by a row with key NULL */
/* All of them. */
MUST_CHECK enum errk odoo_look_settings(struct odoo *o, struct arena *a, struct err *e);
/* The price list for a currency: the configured one, or the only one there is. *id 0: none needed. */
MUST_CHECK enum errk odoo_look_pricelist(struct odoo *o, const char *named, const char *currency,
					 struct arena *a, int64_t *id, struct err *e);
/* A tag of orders; made when it isn't there (not in a dry run: *id 0 then). */
MUST_CHECK enum errk odoo_look_tag(struct odoo *o, const char *name, struct arena *a, int64_t *id,
				   struct err *e);

/* Asks for all of these SKUs that are not known yet, in one request. */
MUST_CHECK enum errk odoo_look_products(struct odoo *o, const char *const *sku, size_t n,
					struct arena *a, struct err *e);
/* One that was asked for before; else NULL. */
const struct odoo_product *odoo_product(const struct odoo *o, const char *sku);

/* Reads the company's sales taxes, once per run. */
MUST_CHECK enum errk odoo_look_taxes(struct odoo *o, struct arena *a, struct err *e);
/* What a mapping says of a tax. */
struct odoo_tax_wanted {
	const char *rate;  /* "0.2"; may be NULL when name is set */
	const char *title; /* the store's, for messages */
	const char *name;  /* name or external id in Odoo, NULL = by rate */
	bool included;     /* prices contain it */
	bool service;      /* on a service, not on goods */
};
/*
 * E_RECORD "unmapped_tax", "ambiguous_tax". By rate: of the sales taxes with this percentage and the
 * same "included in price", the one for goods or services as the line's product is.
 */
MUST_CHECK enum errk odoo_look_tax(struct odoo *o, const struct odoo_tax_wanted *w, struct arena *a,
				   const struct odoo_tax **out, struct err *e);
/* Where tables/taxes.csv names it; as mappings/odoo/order.jq reads it. */
const char *odoo_tax_column(bool included);
/* Of the taxes that were read: those that odoo_look_tax would find by the rate of this one; more than one is ambiguous. */
size_t odoo_taxes_like(const struct odoo *o, const struct odoo_tax *tax, bool service,
		       struct arena *a, const struct odoo_tax ***out);
/* "20% G (account.1_vat20), 20% S (no external id)". */
const char *odoo_tax_names(const struct odoo_tax *const *tax, size_t n, struct arena *a);

#endif
