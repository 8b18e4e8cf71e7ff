#ifndef ERPSYNC_MAP_TABLE_PRIV_H
#define ERPSYNC_MAP_TABLE_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "map/table.h"

/* Shared by reading (table.c) and answering programs (table_ask.c). */
enum { TABLE_COLUMNS_MAX = 32 };

struct table_row {
	const char **key, **value;
	int64_t line;
	int64_t rank; /* the smallest of the rows that match wins */
	bool pattern; /* a key cell with a star inside */
};

struct table {
	struct arena *arena, *scratch; /* scratch: for one look-up */
	const char *path, *name;
	const char *keys[TABLE_COLUMNS_MAX], *values[TABLE_COLUMNS_MAX];
	size_t n_keys, n_values;
	const char *before, *place; /* of table_place */
	int rate_at;                /* -1: no key column "rate" */
	struct table_row *rows;
	struct table_row **sorted;  /* by key, for what comes grouped by it */
	struct table_row **starred; /* those with a star in their key, in the order of the file */
	size_t n_starred;
	size_t n_rows, cap;
};

/*
 * The row that wins, or (exact) the one that has exactly this key; NULL if there is none. cells: in column order, none of
 * them NULL; they are read as a look-up means them. Scratch is in the arena.
 */
const struct table_row *table_row_for(const struct table *t, const char *const *cells, bool exact,
				      struct arena *a);
/* "0.20" and "20%" as a rate column has them: "0.2". What is no number stays as it is. */
const char *table_rate(const char *text, struct arena *a);

#endif
