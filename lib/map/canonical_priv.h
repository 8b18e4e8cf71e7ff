#ifndef ERPSYNC_MAP_CANONICAL_PRIV_H
#define ERPSYNC_MAP_CANONICAL_PRIV_H

#include "map/canonical.h"

/* One table per kind, each in a file of its own, ended by a row with path NULL. */
extern const struct canonical_field canonical_order[], canonical_stock[], canonical_product[],
	canonical_fulfillment[], canonical_refund[];

/* Fields that one object may have; the check keeps one bit for each. */
enum { CANONICAL_FIELDS_MAX = 128 };

/* The table as the tree that documents have, made once per kind. */
struct canonical_node {
	const char *name; /* "unit_price"; NULL for the root and elements */
	const struct canonical_field
		*field; /* NULL where no row stands: root, elements that are objects */
	enum canonical_type type;
	struct canonical_node *child;   /* of objects, in the order of the table */
	struct canonical_node *next;    /* sibling */
	struct canonical_node *element; /* of arrays, and of objects whose members have any name */
	unsigned index, n_children;
	struct canonical_node **slots; /* children by hash of the name */
	unsigned slot_mask;
};

/* NULL for an unknown kind. Lives as long as the program. */
const struct canonical_node *canonical_tree(const char *kind);
const struct canonical_node *canonical_child(const struct canonical_node *n, const char *name);
/*
 * Is it personal? A document may be masked before it was checked: what the table doesn't know counts as
 * personal.
 */
bool canonical_hides(const struct canonical_node *n);

#endif
