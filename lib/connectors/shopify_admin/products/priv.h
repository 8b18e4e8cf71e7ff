#ifndef ERPSYNC_CONNECTORS_SHOPIFY_ADMIN_PRODUCTS_PRIV_H
#define ERPSYNC_CONNECTORS_SHOPIFY_ADMIN_PRODUCTS_PRIV_H

#include "model/product_item.h"
#include "model/product_judge.h"
#include "model/product_share.h"
#include "connectors/shopify_admin/import.h"
#include "connectors/shopify_admin/pending.h"
#include "connectors/shopify_admin/products/import.h"
#include "connectors/shopify_admin/products/export.h"

/*
 * Shared by the files of the product import. A put is: read the exports ▶ find each product ▶ compare
 * field by field ▶ two files, of changes and of new products. Several products of the ERP may be one of the
 * shop: what they change stands in its rows once.
 */

/* What this run has given to a record: a handle, an SKU. */
struct admin_claim {
	const char *key, *record;
};

struct admin_product_import {
	const struct connector_env *env;
	const char *path;
	const struct outbox *exchange;
	struct arena *mem;
	struct product_rules rules;
	struct product_money money;
	bool named;              /* put_batch.named, of the put that is under way */
	struct admin_shop *shop; /* the exports, once read */
	const char *newest_id;   /* admin_import_export_id of the newest of them */
	struct admin_pending
		*pending; /* files that lay there when this run began; read when asked for */
	struct admin_away *away;
	struct product_shares *shares;
	struct admin_claim *claim;
	size_t n_claims, cap_claims;
	struct key_index claims;
};

enum admin_product_action { ACTION_NONE, ACTION_CHANGE, ACTION_CREATE };

struct admin_product_plan {
	struct admin_product_import *s;
	struct product_item *item;
	struct arena *a;
	const struct admin_shop_product *shop; /* NULL = it is not there */
	const char *export_id;                 /* of the export that says so */
	const char *status;                    /* that it is to get; NULL = it keeps its own */
	const char *noted;                     /* the file that is noted of the shop's product */
	const char *asks;                      /* all that is asked for, as a text; "" = nothing */
	enum admin_product_action action;
	unsigned fields; /* bits of those that are asked for, variants' too */
	bool grows;      /* gets new variants */
	bool judged;     /* compared: what it is and was asked for may be remembered */
	bool waits;      /* an earlier file may not have been imported yet */
	struct admin_product_plan
		*next; /* another one of the same product of the shop, in the same file */
};

/* find.c */
/* Which product of the shop it is. Refuses what is not sure. */
void admin_product_find(struct admin_product_plan *p);
/* The record that was given this by the run, this one if none was. what: "handle", "SKU". */
const char *admin_product_claim(struct admin_product_import *s, const char *what, const char *key,
				const char *record);
/* The shop's product as product_match knows it; ids of variants are the values of their options. */
struct shop_product *admin_product_take(const struct admin_product_plan *p);
/* The values of a variant's options as one text. */
const char *admin_product_key(const char *const *option, size_t n, struct arena *a);

/* plan.c */
/* Finds the product, and which of its variants are whose. E_LOCAL: prices with the other tax. */
MUST_CHECK enum errk admin_product_meet(struct admin_product_plan *p, struct err *e);
/* Compares, and decides what is asked for: once all of a batch are met. */
void admin_product_judge(struct admin_product_plan *p);
/* It goes over later. */
void admin_product_later(struct admin_product_plan *p, const char *code, const char *why);
/* The same, for what is known of this file. */
void admin_product_wait(struct admin_product_plan *p, const char *file, enum admin_import_wait why);
/* What a file that was written means for it. shown: the export shows that it was imported. */
enum admin_import_wait admin_product_doubt(const struct admin_product_plan *p,
					   const struct target *written, bool shown);
/* What is to be known the next time: the kept text. */
const char *admin_product_remember(struct admin_product_plan *p);

/*
 * upon.c: what was written of a product of the shop for other products of the ERP. Its rows repeat
 * what the export says of all variants, so that a second file upon the same export would take the first one's
 * values back.
 */
/* Lets a plan wait for another one's file. E_LOCAL: the state file. */
MUST_CHECK enum errk admin_product_follow_others(struct admin_product_plan *p, struct err *e);
/* The same where nothing is known of it, and a file that is newer than the export has it. E_LOCAL. */
MUST_CHECK enum errk admin_product_follow_files(struct admin_product_plan *p, struct err *e);
/* Notes what has been written for this one, where others may ask. E_LOCAL. */
MUST_CHECK enum errk admin_product_note(const struct admin_product_plan *p, struct err *e);

/*
 * missing.c: the import deletes the variants of a product that its rows leave out, and the rows are
 * those of the export. So one that is known, and missing there, keeps the product out.
 */
/* Notes of the shop's product what is known of it by this one. */
void admin_product_recall(const struct admin_product_plan *p);
/* Refuses what would be written without them; or as a new product, where it is one of them itself. */
void admin_product_follow_missing(struct admin_product_plan *p);
/* What is to be known of the variants the next time. */
void admin_product_keep_known(const struct admin_product_plan *p);

/* rows.c */
/* Columns of an export that hold a field; -1 = none. */
int admin_product_column(enum product_field f);
/* Documents of all plans with this action, by item, for one file. */
void admin_product_documents(const struct admin_product_import *s, struct admin_product_plan *plan,
			     size_t n, enum admin_product_action action, const char **doc,
			     struct arena *a);

#endif
