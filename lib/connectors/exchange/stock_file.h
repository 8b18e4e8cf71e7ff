#ifndef ERPSYNC_CONNECTORS_EXCHANGE_STOCK_FILE_H
#define ERPSYNC_CONNECTORS_EXCHANGE_STOCK_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/decimal.h"
#include "base/err.h"
#include "model/stock_record.h"
#include "files/rows.h"

/*
 * One stock file of the ERP, whole and compact in memory, because the rows of an article may stand
 * anywhere in it: 40 bytes a row, and 100 an article.
 */
struct exchange_stock_row {
	int64_t units[FIGURE_COUNT_]; /* of struct decimal, see exchange_stock_figure */
	uint32_t line, next; /* next row of the same article, 0 = none; rows count from 1 */
	uint32_t warehouse;
	int8_t scale[FIGURE_COUNT_]; /* -1: the cell is empty, or not understood */
	bool faulty;                 /* what it has in this warehouse is not known */
};

/* A row of which it is known what it is of, article and warehouse, and not what it says. */
struct exchange_stock_fault {
	uint32_t row, line; /* the row's; where it is seen */
	const char *text;
	const struct exchange_stock_fault *next;
};

struct exchange_stock_article {
	const char *sku;   /* row_id and the like of a row that has none that can be used */
	const char *label; /* "stock.csv:12" of such a row; NULL = the SKU */
	const char *title; /* or NULL */
	uint32_t first, last;
	bool nameless; /* it stands for a row without SKU */
	const struct err
		*problem; /* it can't be used: none of its rows, or one may be of any warehouse */
	const struct exchange_stock_fault
		*faults; /* of rows; what it has in other warehouses stands */
};

struct exchange_stock {
	struct arena *mem;
	const char *name;
	bool has[FIGURE_COUNT_]; /* columns of the file */
	const char *ignored;     /* as columns_ignored says */
	const char **warehouse;
	size_t n_warehouses, cap_warehouses;
	struct exchange_stock_article *article; /* in the order of the file */
	size_t n_articles, cap_articles;
	struct exchange_stock_row *row; /* [0] is not used */
	size_t n_rows, cap_rows;
	struct key_index skus, warehouses; /* articles; warehouse, by name */
	bool cut;                          /* ends in the middle of a row */
	bool faulty;                       /* a row can't be used */
	/* Rows that do not tell for certain what they are of, and what is wrong with the first one; NULL = none. */
	size_t n_unnamed;
	const char *unnamed;
	struct exchange_spellings *spellings; /* exchange_stock_near makes it */
};

/*
 * Reads the file; name is how messages call it. Rows that can't be used are faults or problems of their
 * article. E_LOCAL "not_a_stock_file": a column is missing; and what csv_reader_open says.
 */
MUST_CHECK enum errk exchange_stock_read(const char *path, const char *name,
					 struct exchange_stock **out, struct err *e);
/*
 * The same; what is not UTF-8 is read as the encoding that was declared for it. only: the figure that is used; what
 * stands in the columns of the others and is no number is no fault, as in any column that nobody asks for.
 */
MUST_CHECK enum errk exchange_stock_read_as(const char *path, const char *name,
					    enum csv_encoding declared, enum stock_figure only,
					    struct exchange_stock **out, struct err *e);
void exchange_stock_free(struct exchange_stock *s); /* takes NULL */

/* NULL if the file does not name it. */
const struct exchange_stock_article *exchange_stock_find(const struct exchange_stock *s,
							 const char *sku);
/* Another article of the file that people would take for this SKU (sku_spelling.h); NULL = none. */
const struct exchange_stock_article *exchange_stock_near(const struct exchange_stock *s,
							 const char *sku);
/* The article has a row for this warehouse. */
bool exchange_stock_has(const struct exchange_stock *s, const struct exchange_stock_article *a,
			const char *warehouse);
/* A figure of the row is another than 0, or may be. */
bool exchange_stock_is_some(const struct exchange_stock_row *row);
/* The article has such a row for this warehouse of the file. */
bool exchange_stock_has_some(const struct exchange_stock *s, const struct exchange_stock_article *a,
			     uint32_t warehouse);
/* False where the cell is empty. */
bool exchange_stock_figure(const struct exchange_stock_row *row, enum stock_figure f,
			   struct decimal *out);

static inline void cleanup_exchange_stock(struct exchange_stock **p)
{
	exchange_stock_free(*p);
}

#endif
