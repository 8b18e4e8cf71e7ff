#include <stdlib.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "sync/skus_priv.h"

#include "base/banned.h"

/* Answers of the tables are handed out into an arena, which is emptied now and then. */
enum { ANSWERS_KEPT = 4096 };

static const char *const tables[SIDE_COUNT_] = {
	[SIDE_STORE] = "skus",
	[SIDE_ERP] = "store_skus",
};

static void add_clash(struct sku_pairs *p, struct sku_entry *store, struct sku_entry *erp)
{
	if (p->n_clashes == p->cap_clashes) {
		p->cap_clashes = p->cap_clashes ? p->cap_clashes * 2 : 64;
		p->clash = reallocarray(p->clash, p->cap_clashes, sizeof(*p->clash));
		if (!p->clash)
			die(70, "out of memory");
	}
	p->clash[p->n_clashes++] = (struct sku_clash){store, erp};
	store->marks |= SKU_CLASH;
	erp->marks |= SKU_CLASH;
}

static void join(struct sku_pairs *p, enum side from, struct sku_entry *x, struct sku_entry *y)
{
	struct sku_entry *store = from == SIDE_STORE ? x : y, *erp = from == SIDE_STORE ? y : x;

	if ((store->partner || erp->partner) && store->partner != erp) {
		add_clash(p, store, erp);
		return;
	}
	store->partner = erp;
	erp->partner = store;
	store->marks |= from == SIDE_STORE ? SKU_BY_STORE : SKU_BY_ERP;
	erp->marks = (uint8_t)(erp->marks | (store->marks & (SKU_BY_STORE | SKU_BY_ERP)));
}

/* What this key is called at the other side, and who that is there; *y NULL: nobody. */
static enum errk look_up(struct sku_pairs *p, enum side from, const char *key, struct arena *a,
			 struct sku_entry **y, struct err *e)
{
	const struct sku_list *other = &p->list[from == SIDE_STORE ? SIDE_ERP : SIDE_STORE];
	const char *answer = NULL;
	enum errk rc = map_answer(p->mapper, tables[from], NULL, key, a, &answer, e);

	*y = rc == E_OK && answer ? sku_list_find(other, answer) : NULL;
	if (*y && !sku_counts(other, *y))
		*y = NULL;
	return rc;
}

/*
 * An article of the store without SKU may have a row by its title; so may several variants of one
 * product, which are then the same article of the ERP on purpose.
 */
static enum errk pair_title(struct sku_pairs *p, struct sku_entry *x, struct arena *a,
			    struct err *e)
{
	struct sku_entry *y = NULL;
	enum errk rc = E_OK;

	if (*sku_title(x))
		rc = look_up(p, SIDE_STORE, arena_printf(a, "title:%s", sku_title(x)), a, &y, e);
	if (rc == E_OK && !y && *sku_product_title(x))
		rc = look_up(p, SIDE_STORE, arena_printf(a, "title:%s", sku_product_title(x)), a,
			     &y, e);
	if (rc != E_OK || !y)
		return rc;
	x->partner = y;
	x->marks |= SKU_BY_STORE;
	if (!y->partner) {
		y->partner = x;
		y->marks |= SKU_BY_STORE;
	}
	return E_OK;
}

static enum errk pair_side(struct sku_pairs *p, enum side from, struct err *e)
{
	const struct sku_list *l = &p->list[from];
	CLEANUP(arena) struct arena *a = arena_new();
	enum errk rc = E_OK;

	for (size_t i = 0; i < l->n_sorted && rc == E_OK; i += sku_list_group(l, i)) {
		struct sku_entry *x = l->sorted[i], *y = NULL;

		if (sku_counts(l, x))
			rc = look_up(p, from, x->sku, a, &y, e);
		if (y)
			join(p, from, x, y);
		if (i % ANSWERS_KEPT == 0)
			arena_reset(a);
	}
	for (size_t i = 0; i < l->n && rc == E_OK && from == SIDE_STORE; i++)
		if (!*l->entry[i].sku)
			rc = pair_title(p, &l->entry[i], a, e);
	return rc;
}

static int by_both(const void *a, const void *b)
{
	const struct sku_clash *x = a, *y = b;

	if (x->store != y->store)
		return x->store < y->store ? -1 : 1;
	return (x->erp > y->erp) - (x->erp < y->erp);
}

/* Both directions may have come upon the same one. */
static void drop_repeated(struct sku_pairs *p)
{
	size_t kept = 0;

	if (p->n_clashes)
		qsort(p->clash, p->n_clashes, sizeof(*p->clash), by_both);
	for (size_t i = 0; i < p->n_clashes; i++)
		if (!kept || by_both(&p->clash[kept - 1], &p->clash[i]) != 0)
			p->clash[kept++] = p->clash[i];
	p->n_clashes = kept;
}

enum errk sku_pair(struct sku_pairs *p, struct err *e)
{
	enum errk rc = pair_side(p, SIDE_STORE, e);

	if (rc == E_OK)
		rc = pair_side(p, SIDE_ERP, e);
	drop_repeated(p);
	return rc;
}
