#ifndef ERPSYNC_CONNECTORS_EXCHANGE_PRODUCT_FILE_H
#define ERPSYNC_CONNECTORS_EXCHANGE_PRODUCT_FILE_H

#include "base/arena.h"
#include "base/conf.h"
#include "files/rows.h"

/* One product file of the ERP: a row is a variant, and the rows of a product may stand anywhere. */
enum admin_product_column {
	PCOL_PRODUCT,
	PCOL_TITLE,
	PCOL_DESCRIPTION,
	PCOL_VENDOR,
	PCOL_TYPE,
	PCOL_TAGS,
	PCOL_STATUS,
	PCOL_CURRENCY,
	PCOL_TAX,
	PCOL_OPTION_NAME,                /* three */
	PCOL_SKU = PCOL_OPTION_NAME + 3, /* from here on: of the variant */
	PCOL_OPTION_VALUE,               /* three */
	PCOL_VARIANT_ID = PCOL_OPTION_VALUE + 3,
	PCOL_VARIANT_STATUS,
	PCOL_BARCODE,
	PCOL_PRICE,
	PCOL_COMPARE_AT_PRICE,
	PCOL_COST,
	PCOL_WEIGHT,
	PCOL_TRACKED,
	PCOL_SHIPPING,
	PCOL_COUNT_,
	EXCHANGE_OPTIONS = 3,
};

struct exchange_product_row {
	const char *cell[PCOL_COUNT_]; /* as it is to go on; "" = empty, NULL = no such column */
	int64_t line;
	bool sku_changed; /* by a spreadsheet: it is another article's, or none's */
	uint32_t product; /* its place among the products */
	uint32_t next;    /* of the same product, 0 = none; rows count from 1 */
};

/* A cell can't be used, and says nothing: its column in the row is NULL. */
struct exchange_product_fault {
	const struct err *why;
	struct exchange_product_row *row;
	int column; /* -1: it is not known what the rows of the product say, or of which variants */
	struct exchange_product_fault *next;
};

struct exchange_product {
	const char *id;    /* row_id and the like of a row that has none that can be used */
	const char *label; /* "products.csv:12" of such a row; NULL = the id */
	uint32_t first, last;
	const struct err *problem; /* of the first fault: with it the product can't be used */
	struct exchange_product_fault *fault, *last_fault;
	bool unnamed; /* none of its rows has an SKU: sums and the like */
	bool joined;  /* its rows are another one's by now, see exchange_products_join */
	bool single;  /* no row says whose variant it is: the SKU is the id */
};

struct exchange_products {
	struct arena *mem;
	const char *name;
	bool has[PCOL_COUNT_];
	const char *ignored;              /* as columns_ignored says */
	const char *currency;             /* where the file does not say it; NULL = not known */
	const char *with_tax;             /* "true", "false"; NULL = not known */
	struct exchange_product *product; /* in the order of the file */
	size_t n, cap;
	struct exchange_product_row **row; /* [0] is not used */
	size_t n_rows, cap_rows;
	struct key_index ids, skus; /* of the products; of rows, one of each SKU */
	bool cut;                   /* ends in the middle of a row */
};

/*
 * Reads the file; name is how messages call it. Rows that can't be used are problems of their
 * product. E_LOCAL "not_a_product_file": there is no SKU in it, or nothing else that is understood; "no_currency": amounts without one;
 * "same_barcode": a spreadsheet made one of several; and what csv_reader_open says.
 */
MUST_CHECK enum errk exchange_products_read(const struct conf *c, const char *path,
					    const char *name, struct exchange_products **out,
					    struct err *e);
void exchange_products_free(struct exchange_products *s); /* takes NULL */
const struct exchange_product *exchange_products_find(const struct exchange_products *s,
						      const char *id);
/*
 * Makes rows that say no product_id those of the product that owner names by their SKU (NULL = nobody knows one). What they
 * say of a product as a whole is then left out, and told with `ignored`; their status is the variant's.
 */
void exchange_products_join(struct exchange_products *s,
			    const char *(*owner)(const void *ctx, const char *sku),
			    const void *ctx);
/*
 * Does the header promise which products there are: by product_id, with titles? A list of prices by SKU does not. false
 * also where it can't be read.
 */
bool exchange_products_is_list(const char *path);
/* Of its amounts. ISO 4217 has a code for "no currency is involved": three times X. */
const char *exchange_product_currency(const struct exchange_products *s,
				      const struct exchange_product *p);
/* Whose a row with this SKU is; NULL = there is none. */
const struct exchange_product *exchange_products_of_sku(const struct exchange_products *s,
							const char *sku);

static inline void cleanup_exchange_products(struct exchange_products **p)
{
	exchange_products_free(*p);
}

#endif
