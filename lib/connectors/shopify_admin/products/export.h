#ifndef ERPSYNC_CONNECTORS_SHOPIFY_ADMIN_PRODUCTS_EXPORT_H
#define ERPSYNC_CONNECTORS_SHOPIFY_ADMIN_PRODUCTS_EXPORT_H

#include "connectors/connector.h"
#include "connectors/shopify_admin/exports.h"
#include "files/rows.h"

/*
 * The products export of Shopify's admin, as described in Shopify Help Center, "Product CSV files",
 * with the columns of today (Title, URL handle, …) or of before (Handle, Title, Body (HTML), …). The
 * first row of a product carries what is its own, further rows are variants or images.
 *
 * A large export is several files, and one of some products may have been made after one of all. So the
 * newest file and those that were made with it (admin_export_files) are read together, and of a product in
 * several the newest file counts. What only older ones list is not known to be there any more, and
 * marked so.
 */
enum admin_shop_column {
	SHOP_HANDLE,
	SHOP_TITLE,
	SHOP_DESCRIPTION,
	SHOP_VENDOR,
	SHOP_TYPE,
	SHOP_TAGS,
	SHOP_STATUS,
	SHOP_OPTION, /* three times name, value, what it is linked to */
	SHOP_SKU = SHOP_OPTION + 9,
	SHOP_BARCODE,
	SHOP_PRICE,
	SHOP_COMPARE_AT_PRICE,
	SHOP_COST,
	SHOP_TAXABLE,
	SHOP_TRACKER,
	SHOP_POLICY, /* whether it is sold on when there is none left */
	SHOP_GRAMS,
	SHOP_SHIPPING,
	SHOP_SERVICE,
	SHOP_COUNT_,
	SHOP_OPTIONS = 3,
};
enum { SHOP_OPTION_NAME, SHOP_OPTION_VALUE, SHOP_OPTION_LINK, SHOP_OPTION_PARTS_ };
static inline enum admin_shop_column admin_shop_option(int option, int part)
{
	return (enum admin_shop_column)(SHOP_OPTION + option * SHOP_OPTION_PARTS_ + part);
}

/* A variant. */
struct admin_shop_row {
	/*
	 * As it stands there, SKU and barcode without the apostrophe of exports; "" where there is no such
	 * column.
	 */
	const char *cell[SHOP_COUNT_];
	uint32_t line;
	uint32_t product; /* whose it is */
	uint32_t next;    /* of the same product, 0 = none; rows count from 1 */
};

struct admin_shop_product {
	const char *handle;
	uint32_t first, last;
	uint32_t lost; /* a variant that it was known to have: admin_lost, 0 = none */
	const struct source_file *file;
	bool older;  /* only an export of before lists it */
	bool broken; /* its first row has no title: the export was cut in pieces, or edited */
};

/*
 * A variant that a product had, as an older export says or what is remembered of it, and that the newest
 * export of this product does not list: it was deleted in the shop, or its row got lost on the way.
 */
struct admin_lost {
	const char *key, *sku;          /* admin_shop_key; sku "" = it had none */
	const struct source_file *file; /* that lists it; NULL = none does */
	uint32_t line, product;
	uint32_t next; /* of the same product, 0 = none; they count from 1 */
	bool moved;    /* its SKU stands elsewhere in the export */
};

struct admin_spelling {
	uint64_t hash; /* sku_spelling_hash */
	const struct admin_shop_row *row;
};

struct admin_shop {
	struct arena *mem;
	enum csv_encoding declared;
	const struct source_file *newest;
	bool today;                     /* the newest file has the columns of today */
	const char *title[SHOP_COUNT_]; /* columns as the newest file calls them; NULL = none */
	bool has[SHOP_COUNT_];          /* each file that is no older one has the column */
	bool policy_words;              /* "deny" and "continue" */
	/* One that is no older one, and has not all columns of options; the first that it lacks. */
	const struct source_file *optionless;
	const char *option_lacking;
	struct admin_shop_product *product; /* [0] is not used */
	size_t n, cap;
	struct admin_shop_row **row; /* [0] is not used */
	size_t n_rows, cap_rows;
	const struct admin_shop_row **by_sku; /* those with a SKU, in its order */
	size_t n_by_sku;
	struct admin_spelling *spelling; /* of the same rows, by hash */
	struct admin_lost *lost;         /* [0] is not used */
	size_t n_lost, cap_lost;
	struct key_index handles;
};

/*
 * Reads what path holds. keep: columns to be kept, a bit each; handle, title, options and SKU always
 * are. E_LOCAL "no_export", "not_a_products_export", "file_cut", "bad_csv", "bad_header", "bad_cell" (a spreadsheet
 * has changed it); E_BUSY "file_changing".
 */
MUST_CHECK enum errk admin_shop_read(const char *path, unsigned keep, struct admin_shop **out,
				     struct err *e);
/* The same; what is not UTF-8 is read as the encoding that was declared for it. */
MUST_CHECK enum errk admin_shop_read_as(const char *path, enum csv_encoding declared, unsigned keep,
					struct admin_shop **out, struct err *e);
void admin_shop_free(struct admin_shop *s); /* takes NULL */

/* index.c */
/* NULL: no export lists it. */
const struct admin_shop_product *admin_shop_find(const struct admin_shop *s, const char *handle);
/* The first of *n variants with this SKU, which stand one after the other in by_sku. */
const struct admin_shop_row *const *admin_shop_sku(const struct admin_shop *s, const char *sku,
						   size_t *n);
/* A variant with another SKU that people take for this one, see sku_spelling.h; NULL: there is none. */
const struct admin_shop_row *admin_shop_near(const struct admin_shop *s, const char *sku);
/* "products.csv:12" */
const char *admin_shop_where(const struct admin_shop *s, const struct admin_shop_row *row,
			     struct arena *a);

static inline const struct admin_shop_product *admin_shop_product_of(
	const struct admin_shop *s, const struct admin_shop_row *row)
{
	return &s->product[row->product];
}
/* Of a product: for (uint32_t i = p->first; i; i = s->row[i]->next) */

/* lost.c */
/* The values of a variant's options as one text, by which variants are told apart. */
const char *admin_shop_key(const char *const *cell, struct arena *a);
/* A variant that the product had; nothing happens if it has it, or if that is known already. */
void admin_lost_add(struct admin_shop *s, const struct admin_lost *x);
/* Once all files are read: what stands elsewhere is not lost. */
void admin_lost_decide(struct admin_shop *s);
/* The first of the product that is lost, NULL = none is. */
const struct admin_lost *admin_lost_of(const struct admin_shop *s,
				       const struct admin_shop_product *p);
/* One with this SKU, of whichever product. */
const struct admin_lost *admin_lost_sku(const struct admin_shop *s, const char *sku);
/* This one of the product's, whether it has moved or not. */
const struct admin_lost *admin_lost_find(const struct admin_shop *s,
					 const struct admin_shop_product *p, const char *key);

/* Each variant of what path holds as an article, older exports aside. As admin_shop_read. */
MUST_CHECK enum errk admin_products_catalogue(const char *path, enum csv_encoding declared,
					      enum errk (*fn)(void *ctx, const struct article *x,
							      struct err *e),
					      void *ctx, struct err *e);

static inline void cleanup_admin_shop(struct admin_shop **p)
{
	admin_shop_free(*p);
}

#endif
