#ifndef ERPSYNC_FILES_CELL_TEXT_H
#define ERPSYNC_FILES_CELL_TEXT_H

#include <stdbool.h>

#include <cjson/cJSON.h>

#include "base/arena.h"
#include "base/csvfile.h"
#include "base/decimal.h"

enum cell_type {
	CELL_TEXT,
	/* As it is, even where a spreadsheet would run it: a key that the other side compares. */
	CELL_EXACT,
	CELL_AMOUNT,
	CELL_COUNT,
	CELL_TIME,
};

struct cell_column {
	const char *name;
	enum cell_type type;
};

bool cell_type_parse(const char *text, enum cell_type *out);

/* The text of a cell as it is to be written; null is "". E_RECORD "bad_cell" naming the column. */
MUST_CHECK enum errk cell_text(const cJSON *value, const struct cell_column *column,
			       bool decimal_comma, struct arena *a, const char **out,
			       struct err *e);

/* Rewrites the refusal of csv_write_row: which column, which character. Returns E_RECORD. */
enum errk cell_bad_encoding(const struct csv_format *f, const struct cell_column *column,
			    const char *const *cell, size_t n, struct err *e);

#endif
