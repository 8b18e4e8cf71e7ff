#ifndef ERPSYNC_CONNECTORS_CSV_CELL_TEXT_H
#define ERPSYNC_CONNECTORS_CSV_CELL_TEXT_H

#include <stdbool.h>

#include <cjson/cJSON.h>

#include "base/arena.h"
#include "base/csvfile.h"
#include "base/decimal.h"

enum csv_cell_type {
	CSV_CELL_TEXT,
	/* As it is, even where a spreadsheet would run it: a key that the other side compares. */
	CSV_CELL_EXACT,
	CSV_CELL_AMOUNT,
	CSV_CELL_COUNT,
	CSV_CELL_TIME,
};

struct csv_cell_column {
	const char *name;
	enum csv_cell_type type;
};

bool csv_cell_type_parse(const char *text, enum csv_cell_type *out);

/* The text of a cell as it is to be written; null is "". E_RECORD "bad_cell" naming the column. */
MUST_CHECK enum errk csv_cell_text(const cJSON *value, const struct csv_cell_column *column,
				   bool decimal_comma, struct arena *a, const char **out,
				   struct err *e);

/* Rewrites the refusal of csv_write_row: which column, which character. Returns E_RECORD. */
enum errk csv_bad_encoding(const struct csv_format *f, const struct csv_cell_column *column,
			   const char *const *cell, size_t n, struct err *e);

#endif
