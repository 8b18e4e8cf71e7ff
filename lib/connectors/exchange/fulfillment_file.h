#ifndef ERPSYNC_CONNECTORS_EXCHANGE_FULFILLMENT_FILE_H
#define ERPSYNC_CONNECTORS_EXCHANGE_FULFILLMENT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/csvfile.h"
#include "base/decimal.h"
#include "base/err.h"
#include "connectors/connector.h"

/*
 * Deliveries out of rows, one row per delivered line, that may stand in several files. Files are read
 * from the oldest to the newest: what a later one says of the same line or of the tracking counts. Rows of one file add up.
 */
struct exchange_delivery_line {
	const char *line_id, *sku, *title; /* NULL where the cell is empty */
	struct decimal quantity;           /* 0: taken out again */
	struct decimal before;             /* what earlier files said; 0 where that can't be read */
	int file, first;                   /* numbers of the files that say so, and said it first */
	int rank;                          /* of the former */
	bool tied;                         /* one before it of that rank said so, too */
	const char *where;                 /* "fulfillments.csv:12", its last row */
	bool doubt;                        /* see fulfillment_lines.h */
	const struct err *problem;         /* the row can't be used; else NULL */
	bool nameless;                     /* a row that does not tell which line it is */
	const struct exchange_delivery_order *of; /* the order that it was said for */
	struct exchange_delivery_line *next;
};

struct exchange_parcel {
	const char *number, *url; /* url NULL: none */
	struct exchange_parcel *next;
};

/* An order that files said of a delivery. */
struct exchange_delivery_order {
	const char *name;
	int first; /* number of the file that said it first */
	struct exchange_delivery_order *next;
};

struct exchange_delivery {
	const char *id;    /* of a row that has none: made of what it says, for files are renamed */
	const char *label; /* "fulfillments.csv:12" of such a row; NULL = the id */
	const char *last;  /* "fulfillments.csv:12": its last row; NULL = it can't be read as one */
	const char *order, *shipped_at, *warehouse, *carrier;
	/* Ranks of the files that said so last. */
	int order_rank, shipped_rank, warehouse_rank, carrier_rank, tracking_rank, rank;
	int file;                            /* number of the last one that names it */
	const char *read_in;                 /* its name */
	int64_t written_ns;                  /* as record.written_ns */
	struct exchange_delivery *next_here; /* that this file names, too */
	struct exchange_parcel *parcel, *last_parcel;
	struct exchange_delivery_line *line, *last_line;
	const struct err *problem; /* rows that contradict each other, of files of that rank */
	int problem_rank;
	/* All of them, and the one of now; NULL: none. What was said for another is not of this order. */
	struct exchange_delivery_order *orders, *of, *row; /* row: that of the row being read */
	/*
	 * The order that earlier files said, and which row says another one. NULL: none. unsent: their
	 * delivery was never read without this one.
	 */
	const char *was, *moved; /* moved: "fulfillments.csv:2" */
	bool unsent, order_new;
};

struct exchange_deliveries;
struct exchange_deliveries *exchange_deliveries_new(void);
/* A text that is to live as long as what is read. */
const char *exchange_deliveries_keep(struct exchange_deliveries *d, const char *text);
/* How files are read that are not UTF-8. */
void exchange_deliveries_declare(struct exchange_deliveries *d, enum csv_encoding declared);
void exchange_deliveries_free(struct exchange_deliveries *d); /* takes NULL */

/* Rows of this delivery are wanted; see EXCHANGE_DELIVERY_ROWS. */
void exchange_deliveries_want(struct exchange_deliveries *d, const char *id);

/* A file as it stands among the others. */
struct exchange_delivery_file {
	const char *path, *name; /* name: how messages call it */
	const char *plain;       /* as inbox_file.plain; lives as long as what is read */
	int64_t written_ns;
	int number; /* its place, from 1 */
	int rank;   /* the same for files of which nothing tells which is newer: they must agree */
	bool used;  /* an earlier run has read it */
};
enum exchange_delivery_pass {
	/* Every delivery that the file names is wanted; nothing else is kept. */
	EXCHANGE_DELIVERY_NAMES,
	/* Rows of wanted deliveries are added; others are passed over. */
	EXCHANGE_DELIVERY_ROWS,
};
/*
 * Reads a file. *cut: it ends in the middle of a row. E_LOCAL "not_a_fulfillment_file": a column is missing; and what
 * csv_reader_open says.
 */
MUST_CHECK enum errk exchange_deliveries_read(struct exchange_deliveries *d,
					      enum exchange_delivery_pass pass,
					      const struct exchange_delivery_file *file, bool *cut,
					      struct err *e);

/* What columns_ignored says of the files that no earlier run has read; NULL = nothing. */
const char *exchange_deliveries_ignored(const struct exchange_deliveries *d);

/* In the order in which files first named them. */
size_t exchange_deliveries_count(const struct exchange_deliveries *d);
const struct exchange_delivery *exchange_deliveries_at(const struct exchange_deliveries *d,
						       size_t i);
/* NULL: it is not wanted. */
const struct exchange_delivery *exchange_deliveries_find(const struct exchange_deliveries *d,
							 const char *id);

/* fulfillment_lines.c: the same line of the order: by its id if there is one, else by the SKU. */
bool exchange_delivery_line_is(const struct exchange_delivery_line *l, const char *line_id,
			       const char *sku);

/*
 * fulfillment_document.c: the record, with its document, and its problem. True: it only lacks something (an order, a line),
 * which what waits may have; its document says that, too.
 */
bool exchange_delivery_record(const struct exchange_delivery *in, struct arena *a,
			      struct record *out);

static inline void cleanup_exchange_deliveries(struct exchange_deliveries **p)
{
	exchange_deliveries_free(*p);
}

#endif
