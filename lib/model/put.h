#ifndef ERPSYNC_MODEL_PUT_H
#define ERPSYNC_MODEL_PUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "model/record.h"
#include "model/target.h"

/* What is written at one end: documents of one kind, and what becomes of each. */

/* An article of the store that a record is. Two records that are one article would undo each other. */
struct put_claim {
	const char *
		article; /* of stock: the store's SKU; of products: "<product> <variant>" by their ids */
	const char *sku; /* the store's */
	bool some;       /* of stock: the ERP has some of it; of products: always */
};

/*
 * One thing that was done, or found done, on the way of a record into the target: "quotation",
 * "confirmed", "invoiced". Each becomes a line of the record's history.
 */
struct put_step {
	struct put_step *next;
	const char *name, *outcome; /* "confirmed"; "done", "found there", "refused", … */
	const char *detail; /* document of the target, reason; no personal data; may be NULL */
};

/* What a record belongs to, a refund to its order, as it stands at the target. */
struct put_owner {
	const char *record, *label; /* the source's id, and what a person calls it */
	struct target target;
	const char *kept; /* as put_item.kept of its own last put; NULL = none */
};

/*
 * One document to be written, and what became of it. The engine fills the first part, the connector the second, and what
 * stands between them is both: how it was before, and how it is then. Texts of the connector's live in the put's arena.
 */
struct put_item {
	const char *record; /* the source's id: our reference on the other side */
	const char *label;
	const char *version; /* the source's, of what doc was made of */
	const struct put_owner
		*owner;  /* NULL = it belongs to nothing, or (without doc) that is not there */
	int64_t read_at; /* when the source was last known to say so, seconds */
	/*
	 * The mapped document, JSON text; NULL (only when unsure): it can't be mapped any
	 * more, so only look whether it landed; if not, leave err as it is.
	 */
	const char *doc;
	const char *hash;     /* of doc; NULL without one */
	int64_t delivered_at; /* when target was first delivered, seconds; 0 = never */
	/* kept is of a copy of the state file, and more may have been written since. */
	bool kept_old;
	/* Where a person has named it: the code of what it was parked with, which that person has read; or NULL. */
	const char *parked_as;

	/* What an earlier put made of this record, none without id; then: what it is now. */
	struct target target;
	/*
	 * A text of the connector's own about this record, of an earlier put, or NULL; then: what is to be known
	 * the next time, stored in the transaction of the outcome. A record that is parked (E_RECORD) keeps a new
	 * one too, if it was delivered before.
	 */
	const char *kept;
	/* Without doc: why it can't be mapped; then: err.kind E_OK, E_RECORD, E_UNSURE, E_BUSY per item. */
	struct err err;

	bool adopted; /* it had landed before; nothing was written now */
	/* With adopted: hash of the document that was written then; NULL: it is not known, but doc, if there is one, is no other. */
	const char *landed;
	bool changed; /* what was written changed something that others had made there */
	bool differs; /* where the batch only looks: it is to be put; err says nothing */
	/*
	 * Right at this moment, but what it depends on besides the document will change (units of
	 * orders on their way are taken off), or may (a write that was given up may still arrive): it is
	 * compared again by each run until it is not set.
	 */
	bool passing;
	/* With passing: no orders are on their way, but it waits for a figure that is newer than read_at. */
	bool older;
	/*
	 * Written where somebody else has yet to take it over, so that the target does not show it: compared
	 * again whenever the source says it, unchanged as it may be, until it is not set.
	 */
	bool unproven;
	bool made; /* of products: an article came into being there by now, or got another SKU, whatever err says */
	/*
	 * With err E_OK: why the record went over but for a part of it, or what of it the target holds that nothing
	 * writes any more; NULL = nothing. It counts as delivered, its next version is compared whatever it says,
	 * and it is parked with this.
	 */
	struct err *left;
	/*
	 * Of stock from which orders on their way are taken off: the store's SKU. When the ERP is
	 * told an order of it, it is compared again. NULL where orders do not matter.
	 */
	const char *sku;
	/*
	 * Of a delivery, whatever err says: the store's SKUs whose stock it has moved there. They are compared
	 * with the next figures, which may be the same as before.
	 */
	const char **moved;
	size_t n_moved;
	/*
	 * Of products, whatever err says: SKUs that have come to another article of the store, or may yet by what was
	 * sent; at `remember`, those that are about to. What stands of them in stock stands elsewhere then.
	 */
	const char **renamed;
	size_t n_renamed, cap_renamed;
	/*
	 * Of stock and products, whatever err says: what it is at the store, as far as that was found. yields: it
	 * leaves that to another record, and went over so.
	 */
	struct put_claim *claims;
	size_t n_claims;
	bool yields;
	/*
	 * What was written, "Warehouse Lyon 5 → 7", for the history; NULL = target says it. With adopted: why
	 * nothing is to be written, though it is not there.
	 */
	const char *values;
	/* Oldest first; also what was done before err stopped it. */
	struct put_step *steps;
};

/* What a line of an order takes. */
struct in_flight_line {
	const char *sku;
	const char *item; /* whose the SKU is, by the article's id; NULL = not known */
	/* By which a line without SKU is looked up, see order.md; variant_title NULL = none. */
	const char *title, *variant_title, *kind;
	int64_t units;
};

/*
 * Units that the store has sold and the ERP has not been told of: its free stock is too high by
 * them. The engine knows what waits in its queue, the store what no run has read yet.
 */
struct in_flight {
	/*
	 * Units in orders on their way, that the ERP did not know at read_at: of the store's SKU, and of
	 * the article with this id (NULL = not known) under whatever SKU it had when it was sold, and of whatever else
	 * of the store is booked on the same article of the ERP, by its SKU there. The first call reads the queue.
	 * E_LOCAL "orders_behind": orders were last read too long ago to know.
	 */
	enum errk (*of)(void *ctx, const char *sku, const char *item, const char *erp_sku,
			int64_t read_at, int64_t *units, struct err *e);
	/* Orders that came or changed from then on may be unknown, seconds; 0 = none was ever read. */
	enum errk (*since)(void *ctx, int64_t *since, struct err *e);
	/* Orders that were made before then no export brings, seconds; 0 = all are brought. */
	int64_t (*first)(void *ctx);
	/*
	 * Orders that are still to be told, and of which it is not known what they take (one that could not be read, or whose document
	 * is gone): ids of the store, which is to tell it.
	 */
	enum errk (*unread)(void *ctx, struct arena *a, const char ***id, size_t *n, struct err *e);
	/* All that came or changed before then is known now, or was seen. */
	void (*seen)(void *ctx, int64_t since);
	/* Is this version of the order in the queue, or with the ERP? */
	enum errk (*knows)(void *ctx, const char *order, const char *version, bool *known,
			   struct err *e);
	/*
	 * The store has an unknown version of the order, if only with nothing to send (cancelled). What each of
	 * its lines takes is told next. A later version replaces it; `of` counts what the ERP was not told of it.
	 */
	void (*sees)(void *ctx, const char *order, const char *version);
	void (*takes)(void *ctx, const struct in_flight_line *line);
	void *ctx;
};

/* Whose a document of the target is, from what was delivered, however long ago. */
struct owners {
	/* *record NULL: no record's of this flow. */
	enum errk (*of)(void *ctx, const char *document, struct arena *a, const char **record,
			struct err *e);
	void *ctx;
};

/* Who else is this article? */
struct rival_request {
	const char *record; /* that asks; NULL = nobody does: what was written to the article */
	const char *article;
	bool written; /* out: the record was written to it, so that those that were only refused do not matter */
};
/*
 * Another record that is an article of the store, by what was last put of it, and is not in the batch; or one of which it
 * is not known what it was put as, and that may be any by its document.
 */
struct rival {
	size_t of; /* the request that it answers */
	const char *record, *label;
	const char
		*doc; /* mapped, as the source says it now; NULL = it does not, or can't be asked */
	/* doc NULL: the source was asked, and does not say whether it still is: what is known holds. */
	bool unsaid;
	bool some; /* as of its last put, see put_claim */
	bool written;
	const char *kept; /* as put_item.kept */
};

struct put_batch {
	enum record_kind kind;
	/* Unique, and the same again when an interrupted batch is put once more. */
	const char *key;
	/*
	 * An earlier put of this very batch may have landed, wholly or in part, or may still land:
	 * look first. Items of it may be missing, all of them too (see sink.compares):
	 * what was under way for these must be over when put returns E_OK.
	 */
	bool unsure;
	/* All items have been delivered before (with a target); else none has. */
	bool update;
	/*
	 * Write nothing: an item that is as it should be is adopted, another one differs, and comes
	 * in a later put under the same key, together with others; its target may be filled by
	 * then. Only where the connector looks at the kind.
	 */
	bool look_only;
	/* A person has named these records (--only): where only a person can know, this is the answer. */
	bool named;
	const struct in_flight *in_flight; /* for stock; else NULL */
	/*
	 * The day that it is where the shop is, "2026-11-23"; where nobody knows, UTC's. E_BUSY: the shop does not
	 * answer. NULL = there is nobody to ask.
	 */
	enum errk (*today)(void *ctx, char day[CLOCK_DAY_SIZE], struct err *e);
	void *today_ctx;
	/*
	 * The kept text of these items as it stands now, durable when it returns: for what must be known
	 * of a write if its answer is lost. Before its bytes leave.
	 */
	enum errk (*remember)(void *ctx, struct put_item *const *item, size_t n, struct err *e);
	void *remember_ctx;
	const struct owners *owners;
	/* Of stock and products. The source is asked about those that there are. */
	enum errk (*rivals)(void *ctx, struct rival_request *request, size_t n, struct arena *a,
			    struct rival **out, size_t *n_out, struct err *e);
	void *rivals_ctx;
	const char *writer; /* who writes, see struct history; NULL = not counted */
	/*
	 * The last numbers, of new records and of changed ones, that the state file knows of there: what is
	 * written gets a higher one, even if the target has lost count, so that no late answer to an old
	 * batch is taken for one to this. 0 = none.
	 */
	int64_t last[2];
	struct put_item **item;
	size_t n;
	int requests; /* out: HTTP requests it took */
	/* Out: its number in the target's history, among those of new records or of changed ones. */
	int64_t number[2];
};

#endif
