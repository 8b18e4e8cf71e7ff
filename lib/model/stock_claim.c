#include "model/stock_claim.h"

#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/str.h"

#include "base/banned.h"

/* An article of the store that an item is about to write. */
struct claim {
	struct put_item *put;
	const char *sku; /* the store's */
	bool some;       /* the ERP has some of it */
	bool yields;
};

static bool has_some(const struct stock_wanted *wanted, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (wanted[i].figure.units > 0 || !wanted[i].known)
			return true;
	return false;
}

static void refuse(struct claim *c, const char *other)
{
	err_set(&c->put->err, E_RECORD, SAME_ARTICLE,
		"is the same article of the shop ('%s') as '%s', and the ERP has stock of both: each "
		"would overwrite the other; correct tables/store_skus.csv; or, if '%s' is not to be "
		"written any more, run: erpsync queue drop --for-good '%s', then: erpsync queue "
		"retry '%s'",
		c->sku, other, other, other, c->put->label);
}

/* By SKU; those that the ERP has some of first. */
static int by_sku(const void *a, const void *b)
{
	const struct claim *x = *(struct claim *const *)a, *y = *(struct claim *const *)b;
	int sku = strcmp(x->sku, y->sku);

	if (sku || x->some != y->some)
		return sku ? sku : y->some - x->some;
	return strcmp(x->put->record, y->put->record);
}

/* Those of one SKU: the first has some, if any has. */
static void judge_duplicates(struct claim **same, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		if (!same[i]->some) {
			same[i]->yields = true;
			continue;
		}
		refuse(same[i], same[0]->put->label);
		if (same[0]->put->err.kind == E_OK)
			refuse(same[0], same[i]->put->label);
	}
}

static void judge_batch(struct claim **list, size_t n)
{
	size_t from = 0;

	if (n)
		qsort(list, n, sizeof(*list), by_sku);
	for (size_t i = 1; i <= n; i++) {
		if (i < n && strcmp(list[i]->sku, list[from]->sku) == 0)
			continue;
		judge_duplicates(list + from, i - from);
		from = i;
	}
}

/* Does it still write this article? */
static bool claims(const struct rival *r, enum stock_figure f, struct arena *a)
{
	struct stock_wanted *wanted;
	struct err ignored;
	const char *sku;
	size_t n;

	return stock_wanted_read(r->doc, f, a, &sku, &wanted, &n, &ignored) == E_OK &&
	       str_equal(sku, r->article) && has_some(wanted, n);
}

static void judge_rival(struct claim *c, const struct rival *r, enum stock_figure f,
			struct arena *a)
{
	if (c->yields || c->put->err.kind != E_OK || !str_equal(c->sku, r->article))
		return;
	if (!r->doc)
		err_set(&c->put->err, E_BUSY, SAME_ARTICLE,
			"was written to by '%s' too, and the ERP could not be asked yet whether it "
			"still has that; the next run goes on",
			r->label);
	else if (claims(r, f, a) && c->some)
		refuse(c, r->label);
	else if (claims(r, f, a))
		c->yields = true;
}

static size_t read_claims(struct put_batch *batch, enum stock_figure f, struct claim *claim,
			  struct arena *a)
{
	size_t n = 0;

	for (size_t i = 0; i < batch->n; i++) {
		struct put_item *put = &batch->item[i];
		struct stock_wanted *wanted;
		struct err ignored;
		const char *sku;
		size_t n_wanted;

		/* What can't be read is told where it is written. */
		if (put->doc && put->err.kind == E_OK &&
		    stock_wanted_read(put->doc, f, a, &sku, &wanted, &n_wanted, &ignored) == E_OK &&
		    n_wanted)
			claim[n++] = (struct claim){put, sku, has_some(wanted, n_wanted), false};
	}
	return n;
}

enum errk stock_judge_claims(struct put_batch *batch, enum stock_figure f, bool *yields,
			     struct arena *a, struct err *e)
{
	struct claim *claim = arena_array(a, batch->n, sizeof(*claim));
	struct claim **list = arena_array(a, batch->n, sizeof(*list));
	const char **article = arena_array(a, batch->n, sizeof(*article));
	size_t n = read_claims(batch, f, claim, a), n_rivals = 0;
	struct rival *rival;
	enum errk k = E_OK;

	for (size_t i = 0; i < n; i++)
		list[i] = &claim[i];
	judge_batch(list, n);
	for (size_t i = 0; i < n; i++)
		article[i] = list[i]->sku;
	if (n)
		k = batch->rivals(batch->rivals_ctx, article, n, a, &rival, &n_rivals, e);
	for (size_t r = 0; r < n_rivals && k == E_OK; r++)
		for (size_t i = 0; i < n; i++)
			judge_rival(&claim[i], &rival[r], f, a);
	for (size_t i = 0; i < n; i++)
		yields[claim[i].put - batch->item] = claim[i].yields;
	return k;
}

static int by_place(const void *a, const void *b)
{
	const struct stock_place *x = a, *y = b;
	int article = strcmp(x->article, y->article);

	return article ? article : strcmp(x->place, y->place);
}

void stock_list_named(const struct put_batch *batch, enum stock_figure f, struct arena *a,
		      struct stock_named *out)
{
	*out = (struct stock_named){0};
	for (size_t i = 0; i < batch->n; i++) {
		struct stock_wanted *wanted;
		struct err ignored;
		const char *sku;
		size_t n;

		if (!batch->item[i].doc || stock_wanted_read(batch->item[i].doc, f, a, &sku,
							     &wanted, &n, &ignored) != E_OK)
			continue;
		for (size_t k = 0; k < n; k++)
			if (wanted[k].location)
				*LIST_ADD(out->at, out->n, out->cap,
					  a) = (struct stock_place){.article = sku,
								    .place = wanted[k].location};
	}
	if (out->n)
		qsort(out->at, out->n, sizeof(*out->at), by_place);
}

bool stock_is_named(const struct stock_named *named, const struct stock_place *x)
{
	return named->n && bsearch(x, named->at, named->n, sizeof(*x), by_place);
}

static bool is_at(const struct stock_place *x, const char *location)
{
	size_t place = strlen(x->place), n = strlen(location);

	/* The number of a store's id, gid://shopify/Location/70100000002, names it too. */
	return str_equal(x->name, location) || str_equal(x->place, location) ||
	       (place > n && x->place[place - n - 1] == '/' && str_ends(x->place, location));
}

enum errk stock_is_taken(const struct put_batch *batch, enum stock_figure f,
			 const struct stock_place *x, struct arena *a, bool *taken, struct err *e)
{
	struct rival *rival;
	size_t n = 0;
	enum errk k = batch->rivals(batch->rivals_ctx, &x->sku, 1, a, &rival, &n, e);

	*taken = false;
	for (size_t i = 0; i < n && k == E_OK; i++) {
		struct stock_wanted *wanted;
		struct err ignored;
		const char *sku;
		size_t n_wanted;

		if (!rival[i].doc || stock_wanted_read(rival[i].doc, f, a, &sku, &wanted, &n_wanted,
						       &ignored) != E_OK)
			continue;
		for (size_t w = 0; w < n_wanted; w++)
			*taken |= str_equal(sku, x->sku) && wanted[w].location &&
				  is_at(x, wanted[w].location);
	}
	return k;
}
