#ifndef ERPSYNC_SYNC_SKUS_H
#define ERPSYNC_SYNC_SKUS_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "connectors/connector.h"
#include "map/map.h"
#include "sync/session.h"

/*
 * `erpsync skus check`: every article of the store is one article of the ERP and the reverse, by
 * SKU, or by tables/skus.csv and tables/store_skus.csv. Both catalogues are read, and nothing is
 * written anywhere. Where one side has none, and no flow reads its articles from there, the other is looked at alone.
 */
enum sku_rule {
	SKUS_MISSING_IN_ERP,
	SKUS_MISSING_IN_STORE,
	SKUS_NEAR_MISS,
	SKUS_DUPLICATE,
	SKUS_BLANK,
	SKUS_MAPPED_TWICE,
	SKUS_HALF_MAPPED,
	SKUS_UNTRACKED,
	SKUS_BUNDLE,
	SKUS_RULES_,
};
struct sku_rule_row {
	const char *name; /* "missing_in_erp", for programs */
	bool breaks;      /* it breaks the rule; else it is only worth knowing */
	const char *what, *remedy;
};
extern const struct sku_rule_row sku_rules[SKUS_RULES_];

/* Texts live until the call that hands it over returns. */
struct sku_finding {
	enum sku_rule rule;
	enum side side;         /* where the article stands */
	const char *sku;        /* "" = none */
	const char *id, *title; /* how it is found there; title "" = none */
	const char *other_sku;  /* what it is, or might be, at the other side; NULL = nothing */
	const char *other_id;   /* NULL = nothing */
	const char *detail;     /* what else there is to say of it; NULL = nothing */
};

struct sku_summary {
	const char *system[SIDE_COUNT_]; /* "Shopify", "Odoo" */
	size_t articles[SIDE_COUNT_];    /* as read */
	size_t aligned;                  /* articles of the store that are one of the ERP */
	size_t mapped;                   /* those of them that are so by a table */
	size_t aside[SIDE_COUNT_];       /* not under the rule: archived, services */
	size_t found[SKUS_RULES_];
	bool holds;
	const char *
		unread[SIDE_COUNT_]; /* why the articles of a side are not known; NULL = they are */
};

struct skus_options {
	/* Finding by finding, those of one rule after the other; what it returns ends the check. */
	enum errk (*on_finding)(void *ctx, const struct sku_finding *f, struct err *e);
	void (*on_notice)(void *ctx, const char *text);
	void *ctx;
};

/* Needs session_open_state and session_open_wire before. E_BUSY, E_REFUSED, E_LOCAL. */
MUST_CHECK enum errk sync_skus(struct session *s, const struct skus_options *o,
			       struct sku_summary *out, struct err *e);

/*
 * `erpsync skus check --titles`: by what titles tables/skus.csv is asked for lines without SKU: of orders that wait or are
 * parked, of those that `check` reads and a run would take up, and of the articles of the store. Each once.
 */
struct sku_title {
	const char *key; /* as the table is asked: "title:Chair - L" */
	const char *
		shown; /* the same without words that tell of a buyer; equal where there are none */
	const char *erp_sku; /* by whatever row; NULL = of one of its lines at least none */
	bool has_row;        /* by this key, and there may be no answer in it yet */
	const char *order;   /* the name of one that has it; NULL = articles alone */
	size_t orders, lines, articles;
	int64_t units;
	const char *last; /* used while counting */
};
static inline bool sku_title_is_personal(const struct sku_title *x)
{
	return strcmp(x->key, x->shown) != 0;
}
/* Lives as long as the session. */
struct sku_titles {
	struct sku_title *at; /* those of most orders first */
	size_t n, orders;     /* orders: looked at */
	struct map_form form; /* in which rows are written */
	bool whole;           /* else a notice says what could not be looked at */
};
/* Of the options on_notice and ctx alone. As sync_skus. */
MUST_CHECK enum errk sync_sku_titles(struct session *s, const struct skus_options *o,
				     struct sku_titles *out, struct err *e);

#endif
