#ifndef ERPSYNC_CONNECTORS_SHOPIFY_ADMIN_STOCK_EXPORT_H
#define ERPSYNC_CONNECTORS_SHOPIFY_ADMIN_STOCK_EXPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/csvfile.h"
#include "base/err.h"

/*
 * The inventory export of Shopify's admin (Shopify Help Center, "Exporting or importing inventory
 * with a CSV file"): a row per variant and location, with all states. Whole and compact in memory,
 * because articles are asked for in any order: 16 bytes a row, and some 100 a variant.
 */
enum { INVENTORY_OPTIONS = 3 };
struct admin_level {
	uint32_t next; /* next level of the same variant, 0 = none; levels count from 1 */
	int32_t on_hand;
	uint32_t line;
	uint16_t location;
	bool stocked;  /* false: the shop does not stock it there */
	bool readable; /* false: the cell holds no whole number */
};

/* What the import finds it by, and what people do. */
struct admin_variant {
	/* Texts one after the other: see admin_variant_text. */
	const char *text;
	uint32_t first, last; /* levels */
	uint32_t duplicate;   /* another variant with the same SKU, index + 1; 0 = none */
	uint32_t line;
};
enum admin_variant_part {
	VARIANT_SKU,
	VARIANT_HANDLE,
	VARIANT_TITLE,
	VARIANT_OPTION, /* name and value of three options */
	VARIANT_PARTS_ = VARIANT_OPTION + 2 * INVENTORY_OPTIONS,
};

struct admin_inventory {
	struct arena *mem;
	const char *name;
	const char **location;
	size_t n_locations, cap_locations;
	struct admin_variant *variant;
	size_t n_variants, cap_variants;
	struct admin_level *level; /* [0] is not used */
	size_t n_levels, cap_levels;
	uint32_t *by_sku, *by_key; /* variants by hash, index + 1 */
	uint32_t *by_spelling;     /* the same by sku_spelling_hash, once all are read*/
	size_t n_slots;
};

/*
 * Reads the file; name is how messages call it. E_LOCAL "not_an_inventory_export": a column is
 * missing, as in the export of available quantities only; "bad_header", "bad_cell", "bad_csv", "file_cut", "double_row":
 * a variant is there twice for one location, with different quantities.
 */
MUST_CHECK enum errk admin_inventory_read(const char *path, const char *name,
					  enum csv_encoding declared, struct admin_inventory **out,
					  struct err *e);
/* The same of a file for the import: its quantities are those that it asks for. */
MUST_CHECK enum errk admin_inventory_read_asked(const char *path, const char *name,
						struct admin_inventory **out, struct err *e);
void admin_inventory_free(struct admin_inventory *s); /* takes NULL */

/* The first variant with this SKU, NULL if there is none; duplicate leads to others. */
const struct admin_variant *admin_inventory_find(const struct admin_inventory *s, const char *sku);
/* The first variant whose SKU people take for this one, though it is another text; NULL if there is none. */
const struct admin_variant *admin_inventory_near(const struct admin_inventory *s, const char *sku);
/* One of its texts, "" where the export has none. */
const char *admin_variant_text(const struct admin_variant *v, int part);
/* -1: the export names no such location. */
int admin_inventory_location(const struct admin_inventory *s, const char *name);
/* The variant's level there; NULL: the export has no such row. */
const struct admin_level *admin_inventory_level(const struct admin_inventory *s,
						const struct admin_variant *v, int location);

static inline void cleanup_admin_inventory(struct admin_inventory **p)
{
	admin_inventory_free(*p);
}

#endif
