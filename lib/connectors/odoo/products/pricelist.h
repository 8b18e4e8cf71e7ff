#ifndef ERPSYNC_CONNECTORS_ODOO_PRODUCTS_PRICELIST_H
#define ERPSYNC_CONNECTORS_ODOO_PRODUCTS_PRICELIST_H

#include "connectors/odoo/odoo.h"

/*
 * Prices by a price list of Odoo, of one piece, now. Odoo computes none over its API, so the rules that
 * are in force are read, once a run, and prices are reckoned here as its own code does:
 * product_pricelist.py and product_pricelist_item.py of the product module.
 */

/* What a rule is for; Odoo looks through them in this order. */
enum odoo_rule_for { RULE_FOR_VARIANT, RULE_FOR_TEMPLATE, RULE_FOR_CATEGORY, RULE_FOR_ALL };
enum odoo_rule_way { RULE_FIXED, RULE_PERCENTAGE, RULE_FORMULA };
enum odoo_rule_base { BASE_PUBLIC_PRICE, BASE_COST, BASE_LIST };

struct odoo_price_rule {
	int64_t id, list;
	enum odoo_rule_for on;
	enum odoo_rule_way way;
	enum odoo_rule_base base;
	int64_t variant, template, category, base_list; /* 0 = none named */
	int depth;                                      /* of the category: how many are above it */
	struct decimal min_quantity;
	struct decimal fixed, percent; /* percent: off the base; below zero it is put on */
	struct decimal round, surcharge, min_margin, max_margin; /* zero: none */
};

struct odoo_price_list {
	int64_t id;
	const char *name, *currency;
	struct odoo_price_rule *rule;
	size_t n;
};

struct odoo_category {
	int64_t id, parent;
};

struct odoo_price_lists {
	const char *host;             /* for messages */
	struct odoo_price_list *list; /* the configured one first, then those that it is based on */
	size_t n;
	struct odoo_category *category; /* sorted by id; only where a rule is for one */
	size_t n_categories;
	int digits; /* decimals of a price that is told */
};

/* What is known of a variant. */
struct odoo_goods {
	int64_t variant, template, category;
	struct decimal price, cost; /* lst_price, standard_price */
	const char *currency, *cost_currency;
};

/*
 * pricelist.c: reads the configured list and those that it is based on, into the connector's arena.
 * E_REFUSED "no_pricelist", "pricelist_loop", with the remedy.
 */
MUST_CHECK enum errk odoo_price_lists_read(struct odoo *o, struct arena *a,
					   struct odoo_price_lists *out, struct err *e);
/* Rules of these lists that are in force at a time, for one piece. */
cJSON *odoo_price_rules_domain(const int64_t *lists, size_t n, int64_t now);

/* pricelist_rules.c, which needs no Odoo. */
extern const char *const odoo_price_rule_fields[];
/* A rule as Odoo tells it. E_RECORD, E_BUSY "bad_answer". */
MUST_CHECK enum errk odoo_price_rule(const cJSON *item, struct odoo_price_rule *out, struct err *e);
/*
 * Gives the lists their rules, in Odoo's order; sorts the categories. E_REFUSED "pricelist_loop": a list
 * is based on itself.
 */
MUST_CHECK enum errk odoo_price_lists_decide(struct odoo_price_lists *l,
					     struct odoo_price_rule *rule, size_t n,
					     struct arena *a, struct err *e);
/*
 * The price in the first list's currency, rounded to digits. E_RECORD "exchange_rate": it would have to
 * be converted.
 */
MUST_CHECK enum errk odoo_list_price(const struct odoo_price_lists *l, const struct odoo_goods *g,
				     struct decimal *out, struct err *e);

#endif
