#ifndef ERPSYNC_MAP_TABLE_PRIV_H
#define ERPSYNC_MAP_TABLE_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "map/table.h"

/* Shared by reading (table.c) and handing on (table_json.c). */
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
	int rate_at; /* -1: no key column "rate" */
	struct table_row *rows;
	struct table_row **sorted;  /* by key, for what comes grouped by it */
	struct table_row **starred; /* those with a star in their key, in the order of the file */
	size_t n_starred;
	size_t n_rows, cap;
};

#endif
