#ifndef ERPSYNC_STATE_QUEUE_H
#define ERPSYNC_STATE_QUEUE_H

#include "state/state.h"

/*
 * What was pulled and has not been delivered, and for a while what has been.
 *
 *	ready ──take──▶ sending ──done──▶ done ──purge──▶ (gone)
 *	  ▲  ▲─later, passing┘ │
 *	  │                  └──park──▶ parked
 *	  └─────release (queue retry, changed mapping, newer version)─┘
 *
 * done ──reopen──▶ parked, when the target refuses afterwards (queue_reopen); or ready, when it would take the
 * record further than it did (queue_repeat_held).
 * A ready row may also go straight to parked (mapping refuses) or later, for an engine that maps before
 * it takes; and a row that turns out to hold nothing new is gone without a trace (queue_mark_unchanged).
 *
 * At most one row of a record waits (ready or parked) and at most one is sending; a newer version
 * replaces the waiting one, and waits behind the sending one, so deliveries of a record never
 * overtake. A row's id stands for one version of one record for ever: a replaced row is gone
 * and the newer one has a new id. An id that another process (webhook, queue drop) took away
 * meanwhile is E_BUSY "queue_moved" in all queue_mark_ functions; queue_due and
 * queue_mark_sending in one transaction avoid it. A "flow" here is the flow's name with its
 * target, e.g. "orders export" or "orders export > csv:/srv/out".
 */
enum queue_state { QUEUE_READY, QUEUE_SENDING, QUEUE_PARKED, QUEUE_DONE };
const char *queue_state_name(enum queue_state st);

struct queue_row {
	int64_t id;
	const char *flow, *record; /* record: the source's id */
	const char *label;         /* what a person calls it: "#1001" */
	const char *version;       /* changes whenever the record changes at the source */
	/* Canonical JSON; NULL where it was purged or not asked for. */
	const char *payload;
	enum queue_state state;
	const char *batch;  /* while sending: the batch it was put in, else NULL */
	const char *origin; /* "pull", "only", "webhook", "retry" */
	int attempts;
	int64_t next_attempt; /* seconds; due when <= now */
	/* Why it is parked or waits again; NULL if it never failed. */
	const char *code, *reason;
	/* First seen waiting / last change of state or version. */
	int64_t enqueued_at, changed_at;
	int64_t read_at;    /* queue_confirm's; 0 = never confirmed */
	const char *booked; /* queue_set_booked's; NULL = not known, or done */
	int changes;        /* while sending: queue_mark_sending's, as 0 or 1; -1 = not known */
};

enum queue_put_result {
	QUEUE_PUT_NEW, /* a row was added */
	/* A waiting row now holds this version (a parked one is ready again). */
	QUEUE_PUT_REPLACED,
	/* This version waits, is being sent, or was the last delivered: nothing done. */
	QUEUE_PUT_KNOWN,
	/* So it is, and it waits all the same, for the mode says so. */
	QUEUE_PUT_REPEATED,
};

/* Which known versions are put all the same. */
enum queue_put_mode {
	QUEUE_PUT_NEWS,  /* none */
	QUEUE_PUT_AGAIN, /* all but dropped ones: --full compares hashes later */
	QUEUE_PUT_ANEW,  /* the same, in a new row: it was asked for */
	QUEUE_PUT_NAMED, /* all: a person named the record (--only) */
};
/*
 * Adds one version of a record: arrived says flow, record, label, version, payload and origin. payload
 * NULL: the source could not read it, so the caller parks it at once. Known means: same version as the waiting row, else as the sending row,
 * else as the link's version unless that is in doubt (see link.h); a version that queue_drop took out is known too,
 * until another one comes. A parked row of the same version stays parked under QUEUE_PUT_NEWS,
 * and is due again otherwise. A replaced row hands on enqueued_at, and its turn if it was due;
 * attempts and reason begin anew. Under QUEUE_PUT_AGAIN a row of this version is due again as it is, with
 * the document that came, and with what it was parked for (queue_parked_as).
 */
MUST_CHECK enum errk queue_put(struct state *s, const struct queue_row *arrived,
			       enum queue_put_mode mode, int64_t now, enum queue_put_result *out,
			       struct err *e);

/*
 * Is this version known (as for queue_put)? Lets a source skip fetching what it need not. *waits: a
 * version of the record is ready, parked or being sent.
 */
MUST_CHECK enum errk queue_knows(struct state *s, const char *flow, const char *record,
				 const char *version, bool *known, bool *waits, struct err *e);
/*
 * The source said at read_at that this version holds. Noted in the rows of that version that wait or are
 * being sent: what was interrupted is put once more as of then. One that is parked as "too_old", or waits
 * as "on_order" or "figure_older" for a newer figure, or as "sent_again" for another look, is due at once.
 */
MUST_CHECK enum errk queue_confirm(struct state *s, const char *flow, const char *record,
				   const char *version, int64_t read_at, int64_t now,
				   struct err *e);
/*
 * Why the version that this row replaced was parked; NULL if it was not, or a person freed it. *reason: the same in words, if
 * that was this very row; else NULL.
 */
MUST_CHECK enum errk queue_parked_as(struct state *s, int64_t id, struct arena *a,
				     const char **code, const char **reason, struct err *e);
/* Whatever it is parked for from now on is news. */
MUST_CHECK enum errk queue_forget_parked_as(struct state *s, int64_t id, struct err *e);

/*
 * What a record waits or is parked with; where nothing does, what is being sent, unless a person has dropped that. NULL =
 * nothing, or it has no document.
 */
MUST_CHECK enum errk queue_undelivered_payload(struct state *s, const char *flow,
					       const char *record, struct arena *a,
					       const char **payload, struct err *e);
/* The row of a record that is ready or parked; 0 = none. */
MUST_CHECK enum errk queue_waiting(struct state *s, const char *flow, const char *record,
				   int64_t *id, struct err *e);

/*
 * Picks up to n due rows of a flow, oldest first, without payloads, skipping records that
 * have a row sending. only != NULL: just these records (ids), due or not, but ready: release
 * parked ones first. Rows live in the arena. Nothing is changed.
 */
MUST_CHECK enum errk queue_due(struct state *s, const char *flow, const char *const *only,
			       size_t n_only, int64_t now, size_t n, struct arena *a,
			       struct queue_row **rows, size_t *n_rows, struct err *e);
/*
 * A row that waits with this code has a document, which its source is asked for once more before it is put: queue_due leaves
 * it out, unless it is named.
 */
#define QUEUE_ON_HOLD "on_hold"
MUST_CHECK enum errk queue_due_held(struct state *s, const char *flow, int64_t now, size_t n,
				    struct arena *a, struct queue_row **rows, size_t *n_rows,
				    struct err *e);
/*
 * What is on hold under this id, number or name, with its document, waits no longer, as if it had come by that name. *record:
 * its id; NULL: nothing is.
 */
MUST_CHECK enum errk queue_name_held(struct state *s, const char *flow, const char *who,
				     int64_t now, struct arena *a, const char **record,
				     struct err *e);
/* The row of a record that is ready or parked, without payload; out->id 0 = none. */
MUST_CHECK enum errk queue_waiting_row(struct state *s, const char *flow, const char *record,
				       struct arena *a, struct queue_row *out, struct err *e);
/* Of these the ones that have no document: it never was read, or is no longer kept. */
MUST_CHECK enum errk queue_due_bare(struct state *s, const char *flow, int64_t now, size_t n,
				    struct arena *a, struct queue_row **rows, size_t *n_rows,
				    struct err *e);
/* The row that was added last, of any flow, whether or not it is still there; 0 = none ever was. */
MUST_CHECK enum errk queue_last(struct state *s, int64_t *id, struct err *e);
/* Rows that an earlier run left in `sending`, ordered by batch then id, at most n. */
MUST_CHECK enum errk queue_sending(struct state *s, const char *flow, size_t n, struct arena *a,
				   struct queue_row **rows, size_t *n_rows, struct err *e);
/* NULL where it was dropped or purged. */
MUST_CHECK enum errk queue_payload(struct state *s, int64_t id, struct arena *a,
				   const char **payload, struct err *e);

/* All documents that are kept of a record, whatever became of them. */
MUST_CHECK enum errk queue_payloads(struct state *s, const char *flow, const char *record,
				    struct arena *a, const char ***payload, size_t *n,
				    struct err *e);

/* Keys of the batches that are being sent, or were interrupted. */
MUST_CHECK enum errk queue_batches(struct state *s, const char *flow, struct arena *a,
				   const char ***keys, size_t *n, struct err *e);

/*
 * State changes of one row. Only the transitions of the picture; another one is a BUG.
 * changes: the batch is one of changes, else one of new records; attempts + 1; the link is in doubt.
 */
MUST_CHECK enum errk queue_mark_sending(struct state *s, int64_t id, const char *batch,
					bool changes, int64_t now, struct err *e);
/*
 * Which articles of the ERP the documents of this row take that may have been put: a text of the caller's, without
 * personal data. Before they are; it stays until the row is done.
 */
MUST_CHECK enum errk queue_set_booked(struct state *s, int64_t id, const char *booked,
				      struct err *e);
/*
 * The row waits, or is parked, because the record with this id is not at the target: once it is, whichever flow brought it there
 * (link_set, link_adopt), the row is due as long as it waits or is parked with one of these codes.
 */
MUST_CHECK enum errk queue_set_owner(struct state *s, int64_t id, const char *owner, struct err *e);
#define QUEUE_WAITS_FOR "waits_for_" /* and its kind: "waits_for_order" */
#define QUEUE_MISSING   "_missing"   /* behind its kind: "order_missing" */
/* It is there now. */
MUST_CHECK enum errk queue_owner_came(struct state *s, const char *owner, struct err *e);
/*
 * Delivered. keep_payload=false drops the payload now.
 */
MUST_CHECK enum errk queue_mark_done(struct state *s, int64_t id, bool keep_payload, int64_t now,
				     struct err *e);
/* Ready or sending, and nothing of it is new: row and payload are gone, as if it had never come. */
MUST_CHECK enum errk queue_mark_unchanged(struct state *s, int64_t id, struct err *e);
/*
 * Not now: ready again at next_attempt; batch forgotten. If a newer version waits meanwhile
 * this row is dropped in its favour.
 */
MUST_CHECK enum errk queue_mark_later(struct state *s, int64_t id, const char *code,
				      const char *reason, int64_t next_attempt, int64_t now,
				      struct err *e);
/*
 * Never left: the target as a whole was not to be had. As queue_mark_later, but the attempt does
 * not count, so that an ERP that is down for a night parks nothing.
 */
MUST_CHECK enum errk queue_mark_back(struct state *s, int64_t id, const char *code,
				     const char *reason, int64_t next_attempt, int64_t now,
				     struct err *e);
/*
 * Delivered as things stand: ready again at next_attempt, as if it had just come. Same rule about a
 * newer version.
 */
MUST_CHECK enum errk queue_mark_passing(struct state *s, int64_t id, const char *code,
					const char *reason, int64_t next_attempt, int64_t now,
					struct err *e);
/* Same rule about a newer version. */
MUST_CHECK enum errk queue_mark_parked(struct state *s, int64_t id, const char *code,
				       const char *reason, int64_t now, struct err *e);
/* That it is parked the mapping has said. */
MUST_CHECK enum errk queue_mark_unmapped(struct state *s, int64_t id, struct err *e);

/*
 * A delivered record that its target refused afterwards: its last version is parked again with the
 * reason, without a document if that was purged. Where a newer version waits, that one is parked; its own
 * reason stays in front. One that is being sent is left alone.
 */
MUST_CHECK enum errk queue_reopen(struct state *s, const char *flow, const char *record,
				  const char *label, const char *version, const char *code,
				  const char *reason, int64_t now, struct err *e);

/*
 * Delivered records whose kept text is this, or begins with it and a blank, wait once more in the version that was delivered last, without a document
 * if that is not kept; but for those of which something waits, and what a person has dropped. *n += how many.
 */
MUST_CHECK enum errk queue_repeat_held(struct state *s, const char *flow, const char *kept,
				       int64_t now, int64_t *n, struct err *e);

/* For people. */
struct queue_filter {
	const char *flow; /* NULL = all */
	const char *who;  /* record id or label; NULL = all */
	/* Reason code; * stands for any text ("unmapped_*"); NULL = all. */
	const char *code;
	/*
	 * Bit per enum queue_state: 1 << QUEUE_PARKED; 0 = ready, sending and parked
	 * (release and drop: only ready and parked, whatever it says).
	 */
	int states;
	size_t limit;  /* 0 = no limit */
	bool unmapped; /* only what the mapping refused, see queue_mark_unmapped */
};
/*
 * Rows in order of enqueued_at, each handed to fn with its payload if with_payload; fn's
 * failure ends the walk.
 */
MUST_CHECK enum errk queue_each(struct state *s, const struct queue_filter *f, bool with_payload,
				enum errk (*fn)(const struct queue_row *row, void *ctx,
						struct err *e),
				void *ctx, struct err *e);
/*
 * What a flow has on its way, with payloads: rows that are ready, parked or being sent, and those
 * written since then (changed_at says when). One at a time to fn.
 */
MUST_CHECK enum errk queue_under_way(struct state *s, const char *flow, int64_t since,
				     enum errk (*fn)(const struct queue_row *row, void *ctx,
						     struct err *e),
				     void *ctx, struct err *e);
/*
 * Parked and waiting rows that match are due at once, with origin "retry" and a journal line
 * each; *n = how many.
 */
MUST_CHECK enum errk queue_release(struct state *s, const struct queue_filter *f, int64_t now,
				   int64_t *n, struct err *e);
/* What is parked with this code is tried once more; that it is parked for the same again is no news. */
MUST_CHECK enum errk queue_try_parked(struct state *s, const char *flow, const char *code,
				      int64_t now, struct err *e);
/*
 * Takes waiting and parked rows out for good, on a person's order. Their record is remembered
 * as dropped with its version, so that the next pull of the same version does not bring it
 * back; a newer one does. A journal line each ("dropped", detail: the reason).
 */
MUST_CHECK enum errk queue_drop(struct state *s, const struct queue_filter *f, const char *reason,
				int64_t now, int64_t *n, struct err *e);

/*
 * What waits without a document under this id, or under one that begins with it and ":": the fault that
 * it told of is mended, so that it goes. A journal line each ("resolved").
 */
MUST_CHECK enum errk queue_resolve(struct state *s, const char *flow, const char *record,
				   int64_t now, struct err *e);
/* Ids that begin with head and ":" and wait without a document, whichever run put them there. */
MUST_CHECK enum errk queue_faults(struct state *s, const char *flow, const char *head,
				  struct arena *a, const char ***ids, size_t *n, struct err *e);
/*
 * Records of which the target has nothing, in the order of their ids: parked for one of these two reasons and never
 * delivered, or closed since, or told to it as gone.
 */
MUST_CHECK enum errk queue_unknown_there(struct state *s, const char *flow, const char *code,
					 const char *or_code, struct arena *a, const char ***ids,
					 size_t *n, struct err *e);
/* Records that wait and were never delivered: no write of them is under way, or has ever begun as far as their link knows. */
MUST_CHECK enum errk queue_undelivered(struct state *s, const char *flow, struct arena *a,
				       const char ***ids, size_t *n, struct err *e);
/* What waits of one of these goes, for its source has it no longer. A journal line ("resolved"); *n = how many. */
MUST_CHECK enum errk queue_close(struct state *s, const char *flow, const char *record, int64_t now,
				 int64_t *n, struct err *e);
/*
 * What of these is being sent or was interrupted is not sent once more: the next run only looks whether it
 * landed, and drops it if not. code becomes "dropped"; *n = how many.
 */
MUST_CHECK enum errk queue_forbid(struct state *s, const struct queue_filter *f, const char *reason,
				  int64_t *n, struct err *e);
/*
 * No version of these records is put into the queue again, but for QUEUE_PUT_NAMED, which ends that: of all
 * records of the flow with this id or name that have a link, or a row under way. *n = how many, with a journal
 * line each ("dropped", detail: "for good: " and the reason). What another
 * flow calls so, as a product and the stock of its SKU, is not meant.
 */
MUST_CHECK enum errk queue_drop_for_good(struct state *s, const char *flow, const char *who,
					 const char *reason, int64_t now, int64_t *n,
					 struct err *e);

struct queue_counts {
	int64_t ready, due, sending, parked;
	int64_t oldest_waiting; /* enqueued_at, 0 if none */
};
MUST_CHECK enum errk queue_count(struct state *s, const char *flow /* NULL = all */, int64_t now,
				 struct queue_counts *out, struct err *e);
struct queue_reason {
	const char *code;
	int64_t n;
};
/* Parked rows by code, most first. */
MUST_CHECK enum errk queue_reasons(struct state *s, const char *flow, struct arena *a,
				   struct queue_reason **out, size_t *n, struct err *e);

/*
 * Personal data: drops payloads of delivered rows older than `before`, and the rows themselves.
 * Bounded work per call (at most 1,000 rows); *more tells if some are left.
 */
MUST_CHECK enum errk queue_purge(struct state *s, int64_t before, bool *more, struct err *e);

#endif
