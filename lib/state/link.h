#ifndef ERPSYNC_STATE_LINK_H
#define ERPSYNC_STATE_LINK_H

#include "model/target.h"
#include "state/state.h"

/* Which record here is which record there, and the hash of what was last written. */
struct link {
	const char *flow, *record, *label;
	struct target target; /* without id: it was never delivered, or is not there */
	const char *version;  /* of the source record that was last dealt with */
	/* Of the mapped document that was last written; "" = none (dropped). */
	const char *sent_hash;
	int64_t delivered_at; /* first delivery */
	int64_t changed_at;   /* last write or version change */
	/* NULL = no later answer expected or none yet, else what the target said. */
	const char *acknowledged;
	/* Version that a person took out of the queue (queue_drop), else NULL; read only. */
	const char *dropped;
	bool for_good;    /* and no newer one is to come back; read only */
	const char *kept; /* the target connector's own text, see put_item; NULL = none */
	/*
	 * A write was begun, and what became of it is not known to stand there: neither version nor
	 * sent_hash say what the other side has, and the next version, whatever it is, is compared with
	 * it. Set by queue_mark_sending and link_doubt; link_set says whether it is over. So does what moves an
	 * article in the store or what is known of its orders; if that comes while it is being written, it stands.
	 */
	bool doubt;
	/* Doubt that began with a copy of the state file: the kept text may be older than what was written since. */
	bool kept_old;
	/*
	 * Of stock: the store's SKU, by which an order that the ERP is told puts it in doubt (reported_add);
	 * NULL = it need not. Not read back.
	 */
	const char *sku;
	/*
	 * When it was read which orders the ERP does not know, of stock that was written by that: one that has moved
	 * since is not counted in it. 0 = not known. Not read back.
	 */
	int64_t demand_at;
	/*
	 * Linked by link_adopt and not seen since: the target has it as it was then, of which version and
	 * sent_hash may say more. 0 = no; read only.
	 */
	int64_t adopted_at;
};

MUST_CHECK enum errk link_get(struct state *s, const char *flow, const char *record,
			      struct arena *a, struct link *out, bool *found, struct err *e);
/*
 * Inserts or updates by (flow, record). changed_at becomes now, and so does delivered_at of a
 * record that was never delivered before; delivered_at, changed_at and dropped of *l are not
 * looked at. kept NULL leaves what is there.
 */
MUST_CHECK enum errk link_set(struct state *s, const struct link *l, int64_t now, struct err *e);
/* Only the version moved: the mapped document is the same as last time. No link is a BUG. */
MUST_CHECK enum errk link_set_version(struct state *s, const char *flow, const char *record,
				      const char *version, int64_t now, struct err *e);
/*
 * What is to be known of a record whose write is about to leave: durable when it returns outside a
 * transaction, and doubt begins. A record without link gets one that says nothing else.
 */
MUST_CHECK enum errk link_doubt(struct state *s, const char *flow, const char *record,
				const char *label, const char *kept, int64_t now, struct err *e);
/*
 * Links a record with what the target has of it, without a write: version and sent_hash are what was
 * written, if that is known, else "". The next version that comes is compared with it. *known = it is linked
 * already, or was refused by its target, and nothing is changed: unless it is another document of later.
 * named: a person says that the target has it, and knows better than an earlier refusal; a link that leads somewhere
 * stays, but for one to LINK_BY_HAND.
 */
#define LINK_BY_HAND "by hand"
MUST_CHECK enum errk link_adopt(struct state *s, const struct link *l, bool named, int64_t at,
				bool *known, struct err *e);
/* The target's clock was ahead of ours: what it has since a time that is still to come, it has since now. */
MUST_CHECK enum errk link_bound_adopted(struct state *s, const char *flow, int64_t now,
					struct err *e);
/* What an adopted record is like there: this version, and the document that is made of it. */
MUST_CHECK enum errk link_set_baseline(struct state *s, const char *flow, const char *record,
				       const char *version, const char *hash, int64_t now,
				       struct err *e);
/* The stock that stands in the store under this SKU has moved there by something else that was written. */
MUST_CHECK enum errk link_doubt_sku(struct state *s, const char *sku, struct err *e);
/*
 * What the record's article is in the ERP has moved then, by another article of the store. *moved: the orders that the
 * store's stock was written by may have been read before (link.demand_at), it is that of another article than this, and
 * nothing of the record waits, or is parked, that did not go over; nor was it dropped for good.
 */
struct link_shared {
	const char *record;
	const char *sku, *item; /* of the store's article, and its id; NULL = none */
	int64_t since;          /* seconds */
};
MUST_CHECK enum errk link_move_shared(struct state *s, const char *flow,
				      const struct link_shared *x, bool *moved, struct err *e);
/*
 * All that was dealt with is compared with its next version, whatever it is, also what was found to be nowhere there; but for
 * those of this version.
 */
MUST_CHECK enum errk link_doubt_all(struct state *s, const char *flow, const char *but,
				    struct err *e);
/* The kept text alone, of a record whose put did not end well. Without a link nothing happens. */
MUST_CHECK enum errk link_set_kept(struct state *s, const char *flow, const char *record,
				   const char *kept, struct err *e);
/* All links of a flow whose record or label equals who. */
MUST_CHECK enum errk link_find(struct state *s, const char *flow /* NULL = all */, const char *who,
			       struct arena *a, struct link **out, size_t *n, struct err *e);
/* The one record whose id ends in this number ("gid://shopify/Order/1001"); NULL: there is none, or several. */
MUST_CHECK enum errk link_by_number(struct state *s, const char *number, struct arena *a,
				    const char **record, struct err *e);
/*
 * Another record of the flow that goes by this label and was delivered, or waits with a document; *other NULL:
 * there is none, or this record was itself delivered or waits so, and is no newcomer.
 */
MUST_CHECK enum errk link_namesake(struct state *s, const char *flow, const char *record,
				   const char *label, struct arena *a, const char **other,
				   struct err *e);
/*
 * Later answer of the target to a document (acknowledgement file, asynchronous job), or to one record of it
 * (NULL = all); *n = links that point to it.
 */
MUST_CHECK enum errk link_acknowledge(struct state *s, const char *flow, const char *target_id,
				      const char *record, const char *answer, int64_t now,
				      int64_t *n, struct err *e);
/* Does the flow have a record that the target has refused, and that is not there otherwise? */
MUST_CHECK enum errk link_any_refused(struct state *s, const char *flow, bool *any, struct err *e);
/* All links of a flow that point to one document of the target. */
MUST_CHECK enum errk link_of_target(struct state *s, const char *flow, const char *target_id,
				    struct arena *a, struct link **out, size_t *n, struct err *e);
/*
 * The record whose document this is at the target, alone or as one of several (a part of its target); NULL:
 * none is known.
 */
MUST_CHECK enum errk link_owner(struct state *s, const char *flow, const char *document,
				struct arena *a, const char **record, struct err *e);
/* What was last said of a record that the target was told of. */
struct link_said {
	const char *record, *version;
	bool waits; /* this version waits, or is under way */
	bool doubt; /* none does, and what the target has is not known */
};
/*
 * Some of the records of a flow that were delivered or may have been, in the order of their bytes: those after
 * `after` (NULL = the first); *n 0 = there are no more. What was dropped for good is left out.
 */
MUST_CHECK enum errk link_list_said(struct state *s, const char *flow, const char *after,
				    struct arena *a, struct link_said **out, size_t *n,
				    struct err *e);
/* Records that a person has dropped, whatever came after it, and has not named since: queue_drop, QUEUE_PUT_NAMED. */
struct link_dropped {
	const char *record;
	int64_t at;
};
MUST_CHECK enum errk link_list_dropped(struct state *s, const char *flow, struct arena *a,
				       struct link_dropped **out, size_t *n, struct err *e);
/* What a record of products has for variants: first as what is to be delivered says it, then as it was written. */
struct link_variant {
	const char *record, *sku;
};
/* Not of a record that is the SKU itself, nor of one that was dropped for good. */
MUST_CHECK enum errk link_list_variants(struct state *s, const char *flow, struct arena *a,
					struct link_variant **out, size_t *n, struct err *e);
/* Delivered records of a flow; dropped ones don't count. */
MUST_CHECK enum errk link_count(struct state *s, const char *flow, int64_t *n, struct err *e);

#endif
