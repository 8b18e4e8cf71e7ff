#ifndef ERPSYNC_FILES_ROWS_H
#define ERPSYNC_FILES_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/csvfile.h"
#include "base/key_index.h"
#include "connectors/connector.h"

/* What files of the ERP have in common, whatever they hold: columns by name, rows. */

/* "On-hand" is "on hand": case, blanks, dashes and underscores do not count. name: lower case. */
bool column_is(const char *title, const char *name);
/* The place of the first column that is called by one of the names, which end with NULL; -1. */
int column_find(const struct csv_row *header, const char *const *names);
/* How a kind of file may call its columns, the first name ours: as column_find takes them. */
struct column_names {
	const char *const *(*of)(int column);
	int n;
};
/* "'Artikelnummer', 'Preis'": the titles, or those of them that are no column of ours; NULL = there are none. */
const char *columns_titles(const struct csv_row *header, const struct column_names *except,
			   struct arena *a);
/* "sku, price", or all names: "sku (article, item), price (list price)". */
const char *columns_known(const struct column_names *names, bool all, struct arena *a);
/* What a person should know of columns that are not read; NULL = nothing. */
const char *columns_ignored(const char *file, const struct csv_row *header,
			    const struct column_names *names, struct arena *a);
/* "" where the row is short or there is no such column (at -1). */
const char *row_cell(const struct csv_row *row, int at);

/* What guard_number says, where it is units that are counted. */
const char *row_no_quantity(const char *why);

/* Is it as wide as the header? Else *misfit says so, unless it tells of an earlier row. */
bool row_fits(const struct csv_row *row, const struct csv_reader *r, const char *file,
	      struct err *misfit);

/*
 * Hands each row to on_row, and what can't be read as one to on_unreadable. *cut: the last row is
 * short, or a quote does not end. E_LOCAL: the file can't be read.
 */
MUST_CHECK enum errk rows_each(struct csv_reader *r, void (*on_row)(void *, const struct csv_row *),
			       void (*on_unreadable)(void *, const struct err *), void *ctx,
			       bool *cut, struct err *e);

/*
 * The record of rows at fault: its problem with what to do, for the file is used by then, and a version that
 * does not tell in which file and line they stand: they are read again from archive/, under another name.
 */
void rows_fault(const struct err *problem, struct arena *a, struct record *out);

/*
 * The id of a row that tells no record: the same in whichever file and line it stands, as it is read again from
 * archive/, under another name.
 */
#define ROW "row:"
const char *row_id(const struct csv_row *row, struct arena *a);
/* Of one that can't be read at all. */
const char *row_bad_id(const struct err *why, struct arena *a);

/* Room for one more than n in an array of cap. */
void *rows_grow(void *array, size_t n, size_t *cap, size_t size);

#endif
