#ifndef ERPSYNC_MODEL_STOCK_PLACES_H
#define ERPSYNC_MODEL_STOCK_PLACES_H

#include "model/put.h"

/*
 * Where the stock of a record was written in a store, remembered in its kept text, so that it is noticed when
 * the tables no longer name an article or a place: what stands there would be offered for ever. It is not
 * set to 0 either, for somebody else may look after it by now: a person decides.
 *
 *	{"at": [["gid://…/InventoryItem/1", "TEE-M", "gid://…/Location/2", "Warehouse Lyon", 7]],
 *	 "left": [… of what is no longer written, and a person has not decided about yet],
 *	 "none": [… where 0 was written: nothing is left there]}
 *
 * What the store moves by itself is told from what was written by this too: what stands there is the figure, or,
 * while the answer to the last write is not known, what stood there before (0 where it was not stocked). Further numbers
 * of an entry: moved_at, before.
 */
struct stock_place {
	const char *article, *sku; /* as the store knows the article, and its SKU there */
	const char *place, *name;  /* the same of the place */
	int64_t figure;            /* what was written there last */
	/* Of what is on hand: when the store moved it by itself the last time before that, seconds; 0 = not known. */
	int64_t moved_at;
	bool asked; /* whether it was written is not known (yet): else this stands there: */
	int64_t before;
	bool stood; /* something of ours, before 0 was asked for */
	/* Of one that is left: what it holds now. */
	bool seen; /* else nobody can tell */
	int64_t now;
};

/* All of them, the left ones too. A kept text that can't be read is none. */
void stock_places_read(const char *kept, struct arena *a, struct stock_place **out, size_t *n);
/* Those where it was written, 0 too. */
void stock_places_written(const char *kept, struct arena *a, struct stock_place **out, size_t *n);
const struct stock_place *stock_place_find(const struct stock_place *list, size_t n,
					   const char *article, const char *place);
/* Nobody else has moved it since: it has what was written there, or not yet. */
static inline bool stock_place_is_ours(const struct stock_place *was, int64_t have)
{
	return was && was->moved_at && (have == was->figure || (was->asked && have == was->before));
}
/*
 * Before these are written: the kept text gets what is asked for, and those that it lacks, for whatever becomes of the
 * put, the tables may name another place by the next one. false: it has them all.
 */
bool stock_places_add(struct put_item *put, const struct stock_place *to, size_t n,
		      struct arena *a);
/* As it is remembered where another article's figure is to come: when the store moved it is not known by this one's any more. */
static inline struct stock_place stock_place_of_other(const struct stock_place *was)
{
	struct stock_place x = *was;

	x.moved_at = 0;
	return x;
}
/* It went over but for some of its places, and why: sets left of the item. */
void stock_places_refused(struct put_item *put, const struct err *why, struct arena *a);
/*
 * The put is through: it is written at these places, and something is left at those. Sets kept and left of
 * the item; left: what is left where, and what to do about it; also: what a person has to do besides, ", …".
 */
void stock_places_close(struct put_item *put, const struct stock_place *at, size_t n,
			const struct stock_place *left, size_t n_left, const char *also,
			struct arena *a);

#endif
