#ifndef ERPSYNC_CONNECTORS_CSV_FULFILLMENT_FILE_H
#define ERPSYNC_CONNECTORS_CSV_FULFILLMENT_FILE_H

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
 * from the oldest to the newest: what a later one says of the same line or of the tracking counts.
 */
struct csv_delivery_line {
	const char *line_id, *sku, *title;   /* NULL where the cell is empty */
	struct decimal quantity;             /* 0: taken out again */
	int file;                            /* number of the file that says so */
	const struct err *problem;           /* the row can't be used; else NULL */
	bool nameless;                       /* a row that does not tell which line it is */
	const struct csv_delivery_order *of; /* the order that it was said for */
	struct csv_delivery_line *next;
};

struct csv_parcel {
	const char *number, *url; /* url NULL: none */
	struct csv_parcel *next;
};

/* An order that files said of a delivery. */
struct csv_delivery_order {
	const char *name;
	int first; /* number of the file that said it first */
	struct csv_delivery_order *next;
};

struct csv_delivery {
	const char *id;    /* of a row that has none: made of what it says, for files are renamed */
	const char *label; /* "fulfillments.csv:12" of such a row; NULL = the id */
	const char *order, *shipped_at, *warehouse, *carrier;
	/* Numbers of the files that said so last. */
	int order_file, shipped_file, warehouse_file, carrier_file, tracking_file, file;
	struct csv_parcel *parcel, *last_parcel;
	struct csv_delivery_line *line, *last_line;
	const struct err *problem; /* rows that contradict each other, of that file */
	int problem_file;
	/* All of them, and the one of now; NULL: none. What was said for another is not of this order. */
	struct csv_delivery_order *orders, *of, *row; /* row: that of the row being read */
	/*
	 * The order that earlier files said, and which row says another one. NULL: none. unsent: their
	 * delivery was never read without this one.
	 */
	const char *was, *moved; /* moved: "fulfillments.csv:2" */
	bool unsent, order_new;
};

struct csv_deliveries;
struct csv_deliveries *csv_deliveries_new(void);
/* How files are read that are not UTF-8. */
void csv_deliveries_declare(struct csv_deliveries *d, enum csv_encoding declared);
void csv_deliveries_free(struct csv_deliveries *d); /* takes NULL */

/* Rows of this delivery are wanted; see CSV_DELIVERY_ROWS. */
void csv_deliveries_want(struct csv_deliveries *d, const char *id);

/* A file as it stands among the others. */
struct csv_delivery_file {
	const char *path, *name; /* name: how messages call it */
	int number;              /* its place, from 1 */
	bool used;               /* an earlier run has read it */
};
enum csv_delivery_pass {
	/* Every delivery that the file names is wanted; nothing else is kept. */
	CSV_DELIVERY_NAMES,
	/* Rows of wanted deliveries are added; others are passed over. */
	CSV_DELIVERY_ROWS,
};
/*
 * Reads a file. *cut: it ends in the middle of a row. E_LOCAL "not_a_fulfillment_file": a column is missing; and what
 * csv_reader_open says.
 */
MUST_CHECK enum errk csv_deliveries_read(struct csv_deliveries *d, enum csv_delivery_pass pass,
					 const struct csv_delivery_file *file, bool *cut,
					 struct err *e);

/* In the order in which files first named them. */
size_t csv_deliveries_count(const struct csv_deliveries *d);
const struct csv_delivery *csv_deliveries_at(const struct csv_deliveries *d, size_t i);

/* The same line of the order: by its id if there is one, else by the SKU. */
bool csv_delivery_line_is(const struct csv_delivery_line *l, const char *line_id, const char *sku);

/* csv_fulfillment_document.c: the record, with its document or its problem. */
void csv_delivery_record(const struct csv_delivery *in, struct arena *a, struct record *out);

static inline void cleanup_csv_deliveries(struct csv_deliveries **p)
{
	csv_deliveries_free(*p);
}

#endif
