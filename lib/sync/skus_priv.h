#ifndef ERPSYNC_SYNC_SKUS_PRIV_H
#define ERPSYNC_SYNC_SKUS_PRIV_H

#include <stdint.h>

#include "map/map.h"
#include "sync/skus.h"

/* Shared by the files of the SKU check. */

/* How an article came to its partner, and what was found about it. */
enum sku_mark {
	SKU_BY_STORE = 1u << 0,  /* the store's SKU leads to the ERP's: tables/skus.csv */
	SKU_BY_ERP = 1u << 1,    /* the ERP's SKU leads to the store's: tables/store_skus.csv */
	SKU_CLASH = 1u << 2,     /* it has two partners */
	SKU_DUPLICATE = 1u << 3, /* others of its side have its SKU */
	SKU_NEAR = 1u << 4,      /* it has none, and another_ is spelled almost like it */
};

/* One article, packed: a hundred thousand of them are held on each side. */
struct sku_entry {
	const char *sku; /* never NULL */
	/* Where its other texts stand behind the SKU. */
	uint32_t id_at, title_at, barcode_at, product_at;
	uint8_t traits, marks;
	struct sku_entry *partner; /* at the other side; with SKU_NEAR: the one it is like */
};
static inline const char *sku_id(const struct sku_entry *x)
{
	return x->sku + x->id_at;
}
static inline const char *sku_title(const struct sku_entry *x)
{
	return x->sku + x->title_at;
}
/* Of one without SKU: the title that it has in common with its other variants; "" = it is the only one. */
static inline const char *sku_product_title(const struct sku_entry *x)
{
	return x->sku + x->product_at;
}
static inline const char *sku_barcode(const struct sku_entry *x)
{
	return x->sku + x->barcode_at;
}

struct sku_key {
	uint64_t hash;
	struct sku_entry *entry;
};

/* A side's catalogue. */
struct sku_list {
	enum side side;
	struct arena *mem;
	struct sku_entry *entry;
	size_t n, cap;
	struct sku_entry **sorted; /* those with a SKU, by it; archived ones last of their SKU */
	size_t n_sorted;
	struct sku_key *spelling, *barcode; /* by hash */
	size_t n_spelling, n_barcode;
};
void sku_list_init(struct sku_list *l, enum side side);
void sku_list_release(struct sku_list *l);
void sku_list_add(struct sku_list *l, const struct article *x);
/* Sorts; nothing is added after it. */
void sku_list_seal(struct sku_list *l);
/* The first with this SKU, NULL if there is none. */
struct sku_entry *sku_list_find(const struct sku_list *l, const char *sku);
/* Articles with the SKU of sorted[at], from there on. */
size_t sku_list_group(const struct sku_list *l, size_t at);
/*
 * Is it part of the catalogue? The ERP does not offer what it has archived; in the store what is
 * archived still owns its SKU.
 */
static inline bool sku_counts(const struct sku_list *l, const struct sku_entry *x)
{
	return l->side == SIDE_STORE || !(x->traits & ARTICLE_ARCHIVED);
}
/* Must it have a partner? */
bool sku_is_due(const struct sku_list *l, const struct sku_entry *x);

/* skus_near.c */
/* The article of the other side that x might be, with the reason; NULL = none. */
struct sku_entry *sku_near(const struct sku_list *other, const struct sku_entry *x, struct arena *a,
			   const char **why);

/* skus_pairs.c */
/* Who is whose partner, by SKU and by the tables. */
struct sku_clash {
	struct sku_entry *store, *erp;
};
struct sku_pairs {
	struct sku_list *list; /* by side */
	struct mapper *mapper;
	struct sku_clash *clash; /* pairs of which one had another partner before */
	size_t n_clashes, cap_clashes;
};
MUST_CHECK enum errk sku_pair(struct sku_pairs *p, struct err *e);

#endif
