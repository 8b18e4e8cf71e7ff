#ifndef ERPSYNC_MAP_TABLE_H
#define ERPSYNC_MAP_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include <cjson/cJSON.h>

#include "base/arena.h"
#include "base/err.h"

/*
 * Look-up tables that accountants and logistics people edit in a spreadsheet: CSV with a header.
 * Columns whose name begins with "erp_" or "store_" are values, one named "note" is ignored, all
 * others together are the key. Cells are trimmed, and read as spreadsheet_identifier does: one that it
 * refuses, and a file that ends in the middle of a row, is E_LOCAL "bad_table" with file:line.
 *
 * A key cell "*" matches anything, even nothing; "GST*" and "*Tax" match by beginning and end; an
 * empty one matches only what is absent. In the only key column "title:…" is a name as it stands, with its stars. Of several rows that match, one without stars wins,
 * then the one with the fewest cells "*", then the fewest cells with a star inside, then the
 * first in the file. A value cell "*" hands the first key cell on as it is. A "rate" key
 * column is compared as a number; "20%" and "0,2" are read as 0.2, and what is no number, and more than
 * 1, is E_LOCAL "bad_table". Two rows with the same key:
 * E_LOCAL "bad_table" with both file:line.
 */
struct table;

/* name: without folder and ".csv". E_LOCAL "bad_table". */
MUST_CHECK enum errk table_load(const char *path, const char *name, struct table **out,
				struct err *e);
void table_free(struct table *t); /* takes NULL */
const char *table_name(const struct table *t);

/* How a message says where a row is added: "copy X to Y and " or "" before it, "in Z" or "there" behind it. */
void table_place(struct table *t, const char *before, const char *place);

/* What every program sees as $tables.<name>: {"keys": ["shop_sku"], "values": ["erp_sku"]}; owned by the caller. */
cJSON *table_json(const struct table *t);

/*
 * Answers what mappings/erpsync.jq asks, the only one that does:
 *
 *	{"_ask": "lookup", "table": "skus", "key": "TEE-M" or ["FR", "TVA", "0.2"],
 *	 "column": "erp_sku"; the first one if it isn't said,
 *	 "exact": true for a row alone that names exactly this key, "may_lack": true for none instead of an error}
 *	{"_ask": "remedy", "table": "skus", "key": "title:Vase"}       the text that tells a person how to answer it
 *	{"_ask": "line", "table": "skus", "key": "title:Vase"}         "12": where the row alone stands that names exactly this
 *	{"_ask": "rate", "text": "20%"}                                "0.2"
 *
 * *out NULL: there is no answer, and there need be none. E_RECORD "unmapped_<table>" with remedy; E_LOCAL "bad_mapping":
 * there is no such table or column, or the key has another number of cells.
 */
MUST_CHECK enum errk table_ask(struct table *const *tables, size_t n, const cJSON *question,
			       struct arena *a, const char **out, struct err *e);

/* Adds the answers that a column can give, each once, without "*" and empty ones. */
struct table_answers {
	const char **at;
	size_t n, cap;
};
void table_answers(const struct table *t, const char *column, struct table_answers *into,
		   struct arena *a);

/*
 * Plain look-up by key cells in column order (NULL = absent), for code. NULL when no row matches; a
 * value column that doesn't exist, or a wrong n_key, is a BUG.
 */
const char *table_find(const struct table *t, const char *const *key, size_t n_key,
		       const char *value);

/*
 * A value column's answer (column NULL: the first one's) for a key, of a table with one key column;
 * NULL when no row matches, when the answer is empty, when the table has several key columns or no
 * such value column.
 */
const char *table_answer(const struct table *t, const char *column, const char *key);
/* The same in the first value column, by a row alone that names exactly this key. */
const char *table_answer_exact(const struct table *t, const char *key);
/* Is there such a row, whatever it answers? */
bool table_has_row(const struct table *t, const char *key);

static inline void cleanup_table(struct table **p)
{
	table_free(*p);
}

#endif
