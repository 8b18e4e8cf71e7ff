#ifndef ERPSYNC_CONNECTORS_SHOPIFY_STOCK_STOCK_H
#define ERPSYNC_CONNECTORS_SHOPIFY_STOCK_STOCK_H

#include "base/decimal.h"
#include "connectors/shopify/shopify.h"
#include "model/stock_places.h"
#include "model/stock_wanted.h"

/*
 * Stock into the shop. A put is a few rounds of: find the items of the SKUs ▶ read their levels ▶
 * reckon what each should be ▶ write the differences against what was read. What moved in between
 * is read again in the next round.
 */
enum {
	/* Items of one put: several requests' worth, so that few differences still share one write. */
	STOCK_BATCH = 1000,
	/* The first reading and writing, and three more for what moved meanwhile. */
	STOCK_ROUNDS = 4,
	/* Further tries of a write whose answer did not come, under the same key. */
	STOCK_RESENDS = 2,
};

struct stock_item;

/* One article at one location. */
struct stock_pair {
	struct stock_item *item;
	const char *location, *location_name; /* gid; as the shop calls it */
	struct decimal sum;                   /* of the ERP's warehouses there */
	int64_t target;                       /* what it should be */
	int64_t have;                         /* what the shop says it is */
	int64_t reserved;                     /* of free stock: what drafts of orders hold there */
	int64_t changed_at;                   /* when that last changed, whoever did it, seconds */
	int64_t moved_at;                     /* the same, by others; see is_older */
	int64_t made_at;                      /* when it was made there */
	bool active;                          /* the shop sells it from there */
	bool done;    /* is as it should be, left alone on purpose, or refused */
	bool refused; /* it can't be written, see stock_item.refusal; the article's others can */
	bool written; /* by this put */
	bool older;   /* to be raised, by a figure from before the shop moved it: left as it is */
	bool moved_lately;  /* moved so lately that the next run looks again */
	struct err refusal; /* of an activation, to be believed the second time */
};

/* One article of the batch. */
struct stock_item {
	struct put_item *put;
	const char *sku; /* the shop's; NULL = whatever it is, see left.c */
	const char *id;  /* gid of the inventory item; NULL = not found yet */
	bool proven;     /* its SKU was read back in this put */
	bool nowhere;    /* gone at the ERP, and the shop has no such SKU */
	bool yields;     /* another article of the ERP is this one there: it is left to that one */
	bool strange; /* asked for its level by id, the shop answered for another item, or for none */
	struct stock_pair *pair;
	size_t n_pairs;
	struct err refusal;      /* what is wrong with some of its places; E_OK = nothing */
	struct stock_place *was; /* where it was written by earlier puts */
	size_t n_was;
};

/* One put under way. */
struct stock_put {
	struct shopify *shop;
	struct put_batch *batch;
	struct arena *arena;
	enum stock_figure figure;
	const char *name; /* of the figure at Shopify: "on_hand", "available" */
	const char *reason;
	int64_t buffer;
	bool activate;
	struct stock_item *item;
	size_t n;
	struct stock_pair **pair; /* of all items */
	size_t n_pairs;
	bool counts_orders; /* the figure must be corrected by orders that the ERP does not know */
	size_t seq;         /* number of the next call, for its key and note */
};

/* The article is out: its pairs are done with. */
void stock_refuse(struct stock_item *item, const char *code, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
/* One of its places is out (pair NULL: one that is not known): what it has elsewhere goes over. */
void stock_refuse_place(struct stock_item *item, struct stock_pair *pair, const struct err *why);
void stock_refuse_pair(struct stock_pair *pair, const char *code, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
/* Some of it is to be written, or is as it should be. */
bool stock_has_good(const struct stock_item *item);
static inline bool stock_has_open(const struct stock_item *item)
{
	for (size_t i = 0; i < item->n_pairs; i++)
		if (!item->pair[i].done)
			return true;
	return false;
}
static inline bool stock_is_open(const struct stock_pair *p)
{
	return !p->done && p->item->put->err.kind == E_OK;
}

/* document.c: the mapped documents of a batch. */
/* Fills items and pairs; an article's own trouble goes into its put_item. */
MUST_CHECK enum errk stock_read_documents(struct stock_put *p, struct err *e);
/* The shop's locations, read once a run. "Warehouse Lyon", its id or gid; NULL = unknown. */
struct stock_location {
	const char *id, *number, *name;
	bool active;
};
MUST_CHECK enum errk stock_read_locations(struct shopify *s, struct arena *a, struct err *e);
MUST_CHECK enum errk stock_find_location(const struct shopify *s, const char *which,
					 const struct stock_location **out, struct err *e);

/* items.c */
/* Finds the items of all SKUs that have none, by search; refuses what can't be written. */
MUST_CHECK enum errk stock_find_items(struct stock_put *p, struct err *e);
/* levels.c: reads have and active of all open pairs. */
MUST_CHECK enum errk stock_read_levels(struct stock_put *p, struct err *e);
/* One quantity by its name, "available"; 0 where there is no such item or level. */
MUST_CHECK enum errk stock_read_level(struct stock_put *p, const char *item, const char *location,
				      const char *name, int64_t *have, struct err *e);

/* reckon.c */
/* Sum, less what the ERP does not know yet, whole units, less the buffer, not below zero. */
MUST_CHECK enum errk stock_reckon(const struct stock_put *p, struct stock_pair *pair,
				  bool *negative, struct err *e);

/* orders.c: orders that came or changed after the last reading, for batch->in_flight. */
MUST_CHECK enum errk stock_read_fresh(struct stock_put *p, struct err *e);

/* calls.c: writes with a key, noted before they are sent. */
struct stock_call {
	enum shopify_document doc;
	cJSON *variables;    /* with its key; owned */
	cJSON *root;         /* the answer; owned */
	const cJSON *errors; /* userErrors, inside root; NULL where there are none */
};
/*
 * Sends it, again with the same key where the answer does not come. E_OK: answered, perhaps with
 * userErrors; E_UNSURE: it may have happened; others: it has not.
 */
MUST_CHECK enum errk stock_call(struct stock_put *p, struct stock_call *c, struct err *e);
/*
 * No call that an interrupted put of this batch had noted can take effect from now on, however late it
 * arrives; sets p->seq behind them. E_UNSURE, E_BUSY: not so yet.
 */
MUST_CHECK enum errk stock_bar_calls(struct stock_put *p, struct err *e);
/* What the last call for a place asked for, that this run has barred, and whether it was done. */
struct stock_barred {
	const char *item, *location;
	int64_t figure;
	bool landed;
};
/*
 * What was asked for by the calls that this run has barred: it stands there, or what stood there before does, and not
 * either of the two. As much may have left since as was added.
 */
void stock_resolve_places(const struct shopify *s, struct stock_place *was, size_t n);
void stock_forget(const struct shopify *s, const char *batch_key);
static inline void cleanup_stock_call(struct stock_call *c)
{
	cJSON_Delete(c->variables);
	cJSON_Delete(c->root);
}

/*
 * left.c: the kept text of each article that is through, and put_item.left where the shop holds something that
 * an earlier put had written and this one does not name.
 */
/* Before the writes; and after them, what became of an article that is not through. */
MUST_CHECK enum errk stock_remember_places(struct stock_put *p, struct err *e);
MUST_CHECK enum errk stock_find_left(struct stock_put *p, struct err *e);

/* write.c: writes the differences of all open pairs. */
MUST_CHECK enum errk stock_write(struct stock_put *p, struct err *e);

#endif
