#ifndef ERPSYNC_STATE_REPORTED_H
#define ERPSYNC_STATE_REPORTED_H

#include "state/state.h"

/* Which units of an order of the store the ERP has been told, once for each delivery of it. */
struct reported {
	int64_t at;
	int64_t answered_at; /* when the other side said that it has it; 0 = not yet */
	/*
	 * JSON: [{"sku", "item", "erp", "units", "shipped"}], a line each: the store's SKU and the id of its article,
	 * either may be null; the ERP's article that it was booked on, null = no row of the table said one, absent =
	 * not known; of how many units, and how many of them had left.
	 */
	const char *lines;
	const char *document; /* of the target, in which it went; NULL = none. Not read back */
};

/*
 * Call it in the transaction of the delivery. The stock of all articles that this order ever took is in
 * doubt from then on (link.sku, the article as the target of its stock, the ERP's article): the store has taken them
 * off by itself, and the ERP's figure may be the same as before when it has booked them.
 */
/* Of two deliveries within a second, or of a clock that went back, the later one counts as the newer. */
MUST_CHECK enum errk reported_add(struct state *s, const char *record,
				  const struct reported *reported, struct err *e);
/* Newest first; *n = 0: it was never told, or so long ago that it is not kept. */
MUST_CHECK enum errk reported_get(struct state *s, const char *record, struct arena *a,
				  struct reported **out, size_t *n, struct err *e);
/* The other side has what was told of this order (NULL = of all that were) in that document, whatever was told since. */
MUST_CHECK enum errk reported_answered(struct state *s, const char *document, const char *record,
				       int64_t now, struct err *e);
/* Orders that were told something since then, or that wait for the answer if any is awaited; each once with when that was last. */
MUST_CHECK enum errk reported_each(struct state *s, int64_t since, bool awaited,
				   enum errk (*fn)(void *ctx, const char *record, int64_t at,
						   struct err *e),
				   void *ctx, struct err *e);
/*
 * The target has refused afterwards what it was told of this order in that document: it does not know it. Its
 * articles are in doubt.
 */
MUST_CHECK enum errk reported_take_back(struct state *s, const char *document, const char *record,
					struct err *e);
/* It has refused the order itself: whatever it was told, it knows no unit of it. */
MUST_CHECK enum errk reported_nothing(struct state *s, const char *record, int64_t now,
				      struct err *e);
/* An article by its SKU and id at the store, and by its name in the ERP; each may be NULL. */
struct reported_article {
	const char *sku, *item, *erp;
};
/* Was any order told since then that has this article? */
MUST_CHECK enum errk reported_since(struct state *s, const struct reported_article *x,
				    int64_t since, bool *any, struct err *e);
/*
 * Forgets what was told before `before`, but not of an order that waits in the queue, nor, where answers are awaited, of
 * one that the last answer is still to come of: however long that takes, it is not known before.
 */
MUST_CHECK enum errk reported_purge(struct state *s, int64_t before, bool awaited, struct err *e);

#endif
