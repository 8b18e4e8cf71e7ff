#ifndef ERPSYNC_SYNC_DEMAND_PRIV_H
#define ERPSYNC_SYNC_DEMAND_PRIV_H

#include "state/reported.h"
#include "sync/choice.h"
#include "sync/demand.h"

/*
 * The inside of demand.h: orders are read (demand_read.c) as lines (demand_lines.c), found by the articles that they take
 * (demand_index.c), and compared with what the ERP knows of them (demand_known.c).
 */

enum {
	/* A store shows an order late; reading begins this much before the last reading, seconds. */
	DEMAND_OVERLAP = 600,
};
#define DEMAND_BEHIND   "orders_behind"
#define DEMAND_OF_STORE (INT64_MAX / 2)

/* What one line of an order takes from the shelf, and of whose. */
struct demand_line {
	const char *sku, *item; /* of the store, on the day of the sale; NULL = none */
	/* Of a line without SKU, for the table; NULL = not known, or none. */
	const char *title, *variant_title, *kind;
	const char *erp; /* the ERP's article that it is booked on; NULL = no row says one */
	bool booked;     /* erp is known, for the table was asked */
	int64_t units, shipped;
};
struct demand_lines {
	struct demand_line *at;
	size_t n, cap;
};

/* One version of an order: what the queue holds of it, or what the store says now. */
struct demand_version {
	const char *order, *text;
	int64_t seq; /* the row's id: a newer version has a higher one; from DEMAND_OF_STORE on: its own */
	int64_t known_at; /* since when the ERP may know it; INT64_MAX: it has not been told */
	int64_t moved_at; /* when it came or was told last, as far as the queue says */
	bool readable;    /* else its document is gone */
	struct demand_lines lines;
	struct demand_lines
		sent; /* while it is being sent: as it was booked when it was, by any table */
};

/* What the ERP was told of an order once. */
struct demand_reported {
	int64_t at, answered_at;
	struct demand_lines lines;
	bool booked; /* all of them were */
};

/* An order that the ERP may not know as it is now. */
struct demand_order {
	const struct demand_lines *now; /* as far as they are known: the newest version's */
	struct demand_version *first;   /* all versions of it, oldest first */
	size_t n;
	struct demand_reported *reported; /* newest first */
	size_t n_reported;
	size_t asked; /* number of the last question that it was counted for */
};

/* Where an order is found; those of one article stand together. */
enum demand_key { DEMAND_BY_SKU, DEMAND_BY_ITEM, DEMAND_BY_ERP, DEMAND_KEYS };
struct demand_entry {
	enum demand_key by;
	const char *text;
	struct demand_order *order;
	const struct demand_line *line;
};

struct demand {
	struct in_flight face;
	struct state *state;
	const struct conf *conf;
	struct mapper *const *mapper;
	struct notices *notices;
	struct arena *arena, *index; /* index: orders and entries, until the store says more */
	bool read, indexed;
	int64_t looked; /* of what was delivered before, others have thought; 0 = of nothing */
	int64_t read_at, since;
	struct choice_since orders_since; /* from when on orders are the export's */
	int64_t lag;  /* seconds from the delivery until the ERP's figures know of it */
	bool awaited; /* nor before it has answered */
	bool on_hand; /* the figure is what is there: of an order that is missing what has been shipped */
	struct demand_version *version;
	size_t n, cap, n_queue; /* those of the queue come first, sorted */
	struct demand_order *order;
	size_t n_orders;
	struct demand_entry *entry; /* by key */
	size_t n_entries, questions;
	size_t unreadable;
};

/* demand_lines.c */
/* Copies its texts. A line that nothing tells takes nothing. */
void demand_lines_add(struct demand_lines *l, const struct demand_line *line, struct arena *a);
/* Of a canonical order; false: it can't be read. */
bool demand_lines_of_order(const char *payload, struct arena *a, struct demand_lines *out);
/* The ERP's article of each line by the table of now, where that is not known. */
MUST_CHECK enum errk demand_lines_book(struct demand_lines *l, struct mapper *m, struct arena *a,
				       struct err *e);
/* As struct reported has them. *booked: all lines were. E_LOCAL. */
MUST_CHECK enum errk demand_lines_reported(const char *text, struct arena *a,
					   struct demand_lines *out, bool *booked, struct err *e);
/* Of all documents in such a text (queue_row.booked). E_LOCAL. */
MUST_CHECK enum errk demand_lines_booked(const char *booked, struct arena *a,
					 struct demand_lines *out, struct err *e);
/* Booked lines may be what the ERP has instead: those on another of its articles are taken off that one, too. */
void demand_lines_also(struct demand_lines *l, const struct demand_lines *booked, struct arena *a);

/* demand_read.c */
/* What the queue holds now and what the ERP was told lately, once. E_LOCAL DEMAND_BEHIND. */
MUST_CHECK enum errk demand_read(struct demand *o, struct err *e);
/* Newest version of the order in the queue, or of what is left of it; NULL: none. */
const struct demand_version *demand_in_queue(const struct demand *o, const char *order);
struct demand_version *demand_add_version(struct demand *o, const struct demand_version *v);
/* By order, the oldest version first. */
void demand_sort_versions(struct demand_version *version, size_t n);

/* demand_index.c */
/* Orders, and where they are found, from all versions; nothing to do where that is done. */
MUST_CHECK enum errk demand_index(struct demand *o, struct err *e);
void demand_forget_index(struct demand *o);
/* What is not known of them is told once. */
void demand_tell_unreadable(struct demand *o);
static inline struct demand_version *demand_newest(const struct demand_order *x)
{
	return &x->first[x->n - 1];
}
/* The entries of this key; NULL: *n = 0. */
const struct demand_entry *demand_entries(const struct demand *o, enum demand_key by,
					  const char *text, size_t *n);

/* demand_known.c */
/* Units of this article in the order that the ERP's figure of that moment does not count; none is less than 0. */
int64_t demand_missing(const struct demand *o, const struct demand_order *x,
		       const struct reported_article *article, int64_t read_at);

#endif
