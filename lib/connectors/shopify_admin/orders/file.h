#ifndef ERPSYNC_CONNECTORS_SHOPIFY_ADMIN_ORDERS_FILE_H
#define ERPSYNC_CONNECTORS_SHOPIFY_ADMIN_ORDERS_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "connectors/shopify_admin/orders/columns.h"

/* One export file, read order by order; only one order is in memory. */
struct admin_orders_file;

struct admin_order_row {
	const char *const
		*cell; /* by enum admin_column; trimmed; "" where empty or not in the file */
	int64_t line;
	bool aligned; /* as many cells as the header: each is what it seems */
};

/* The consecutive rows of one order. */
struct admin_order_rows {
	const char *file; /* its name, for messages */
	const struct admin_columns *columns;
	struct admin_order_row *row;
	size_t n;
	const char *
		first[COL_COUNT_]; /* the first cell of each column that isn't empty; NULL = none */
	size_t heads;              /* rows that have the order's own sums, and not a line alone */
	bool lines_alone;          /* some order of the file has rows that have not */
	int64_t line;              /* of the first row, or of the row that can't be read */
	struct err
		problem; /* kind not E_OK: rows can't be read, or one that can't may belong here */
};

/*
 * Opens a file of orders that as a whole is what it should be. name: how messages call it; declared:
 * guard_open. E_LOCAL as admin_columns_match and csv_reader_open, "abandoned_checkouts", and
 * "spreadsheet_ids" where a spreadsheet has shortened the orders' ids.
 */
MUST_CHECK enum errk admin_orders_file_open(const char *path, const char *name,
					    enum csv_encoding declared,
					    struct admin_orders_file **out, struct err *e);
void admin_orders_file_close(struct admin_orders_file *f); /* takes NULL */

/*
 * The next order; it lives until the next call. A row that can't be read is an order with n
 * 0. One that the file has more than once comes once, as it is newest, or with the problem "order_twice"; rows
 * below each other that may be one order or the same twice come together (heads). E_LOCAL.
 */
MUST_CHECK enum errk admin_orders_file_next(struct admin_orders_file *f,
					    struct admin_order_rows *out, bool *more,
					    struct err *e);
/* The file broke off in the middle of a row: it may still be written. True after the last order. */
bool admin_orders_file_cut(const struct admin_orders_file *f);

/* The value of an order's own column: the first that isn't empty in any of its rows, else "". */
const char *admin_order_cell(const struct admin_order_rows *o, enum admin_column c);

/*
 * Spreadsheets turn long numbers into 5.67891E+12, and that into 5678910000000: such an id is lost. None
 * begins with a zero, and none is longer than a number of 64 bits.
 */
bool admin_order_id_is_sound(const char *id);

static inline void cleanup_admin_orders_file(struct admin_orders_file **p)
{
	admin_orders_file_close(*p);
}

#endif
