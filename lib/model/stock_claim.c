#include "model/stock_claim.h"

#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/shell_word.h"
#include "base/str.h"
#include "model/claims.h"

#include "base/banned.h"

static bool has_some(const struct stock_wanted *wanted, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (wanted[i].figure.units > 0 || !wanted[i].known)
			return true;
	return false;
}

static void refuse(const struct claimant *c, struct arena *a)
{
	err_set(&c->put->err, E_RECORD, SAME_ARTICLE,
		"is the same article of the shop ('%s') as '%s', and the ERP has stock of both: each "
		"would overwrite the other; correct tables/store_skus.csv; or, if '%s' is not to be "
		"written any more, run: erpsync queue drop --for-good %s, then: erpsync queue "
		"retry %s",
		c->claim->sku, c->other, c->other, shell_word(c->other, a),
		shell_word(c->put->label, a));
}

static void put_off(const struct claimant *c)
{
	err_set(&c->put->err, E_BUSY, SAME_ARTICLE,
		"is the same article of the shop ('%s') as '%s', and the ERP could not be asked yet "
		"whether it still has that; the next run goes on",
		c->claim->sku, c->other);
}

/* Does it still name this article, and has some of it? */
static bool says(const void *ctx, const struct rival *r, const struct put_claim *claim, bool *some,
		 struct arena *a)
{
	const enum stock_figure *f = ctx;
	struct stock_wanted *wanted;
	struct err ignored;
	const char *sku;
	size_t n;

	if (stock_wanted_read(r->doc, *f, a, &sku, &wanted, &n, &ignored) != E_OK || !n ||
	    !str_equal(sku, claim->article))
		return false;
	*some = has_some(wanted, n);
	return true;
}

static size_t read_claims(struct put_batch *batch, enum stock_figure f, struct claimant *list,
			  struct arena *a)
{
	size_t n = 0;

	for (size_t i = 0; i < batch->n; i++) {
		struct put_item *put = batch->item[i];
		struct stock_wanted *wanted;
		struct err ignored;
		const char *sku;
		size_t n_wanted;

		/* What can't be read is told where it is written. */
		if (!put->doc || put->err.kind != E_OK ||
		    stock_wanted_read(put->doc, f, a, &sku, &wanted, &n_wanted, &ignored) != E_OK ||
		    !n_wanted)
			continue;
		put->claims = arena_alloc(a, sizeof(*put->claims));
		*put->claims = (struct put_claim){sku, sku, has_some(wanted, n_wanted)};
		put->n_claims = 1;
		list[n++] = (struct claimant){.put = put, .claim = put->claims};
	}
	return n;
}

enum errk stock_judge_claims(struct put_batch *batch, enum stock_figure f, struct arena *a,
			     struct err *e)
{
	struct claimant *list = arena_array(a, batch->n, sizeof(*list));
	size_t n = read_claims(batch, f, list, a);
	enum errk k = claims_judge(batch, list, n, says, &f, a, e);

	for (size_t i = 0; i < n && k == E_OK; i++) {
		list[i].put->yields = list[i].verdict == CLAIM_YIELDS;
		if (list[i].verdict == CLAIM_TAKEN)
			refuse(&list[i], a);
		else if (list[i].verdict == CLAIM_UNKNOWN)
			put_off(&list[i]);
	}
	return k;
}

static int by_place(const void *a, const void *b)
{
	const struct stock_naming *x = a, *y = b;
	int article = strcmp(x->place.article, y->place.article);

	return article ? article : strcmp(x->place.place, y->place.place);
}

void stock_list_named(const struct put_batch *batch, enum stock_figure f, struct arena *a,
		      struct stock_named *out)
{
	*out = (struct stock_named){0};
	for (size_t i = 0; i < batch->n; i++) {
		const struct put_item *put = batch->item[i];
		struct stock_wanted *wanted;
		struct err ignored;
		const char *sku;
		size_t n;

		if (!put->doc || put->yields ||
		    stock_wanted_read(put->doc, f, a, &sku, &wanted, &n, &ignored) != E_OK)
			continue;
		for (size_t k = 0; k < n; k++)
			if (wanted[k].location)
				*LIST_ADD(out->at, out->n, out->cap, a) = (struct stock_naming){
					.place = {.article = sku, .place = wanted[k].location},
					.by = put};
	}
	if (out->n)
		qsort(out->at, out->n, sizeof(*out->at), by_place);
}

enum stock_owner stock_owner_by(const char *kept, const struct stock_place *x, struct arena *a)
{
	struct stock_place *at;
	size_t n;

	stock_places_read(kept, a, &at, &n);
	return stock_place_find(at, n, x->article, x->place) ? STOCK_HELD : STOCK_NAMED;
}

enum stock_owner stock_owner_in_batch(const struct stock_named *named, const struct stock_place *x,
				      struct arena *a)
{
	const struct stock_naming key = {.place = *x};
	const struct stock_naming *hit =
		named->n ? bsearch(&key, named->at, named->n, sizeof(key), by_place) : NULL;

	return hit ? stock_owner_by(hit->by->kept, x, a) : STOCK_NOBODYS;
}

static bool is_at(const struct stock_place *x, const char *location)
{
	size_t place = strlen(x->place), n = strlen(location);

	/* The number of a store's id, gid://shopify/Location/70100000002, names it too. */
	return str_equal(x->name, location) || str_equal(x->place, location) ||
	       (place > n && x->place[place - n - 1] == '/' && str_ends(x->place, location));
}

static bool names(const struct rival *rival, enum stock_figure f, const struct stock_place *x,
		  struct arena *a)
{
	struct stock_wanted *wanted;
	struct err ignored;
	const char *sku;
	size_t n;

	if (!rival->doc ||
	    stock_wanted_read(rival->doc, f, a, &sku, &wanted, &n, &ignored) != E_OK ||
	    !str_equal(sku, x->sku))
		return false;
	for (size_t i = 0; i < n; i++)
		if (wanted[i].location && is_at(x, wanted[i].location))
			return true;
	return false;
}

enum errk stock_owner_elsewhere(const struct put_batch *batch, enum stock_figure f,
				const struct stock_place *x, struct arena *a,
				enum stock_owner *owner, struct err *e)
{
	struct rival_request request = {.article = x->sku};
	struct rival *rival;
	size_t n = 0;
	enum errk k = batch->rivals(batch->rivals_ctx, &request, 1, a, &rival, &n, e);

	*owner = STOCK_NOBODYS;
	for (size_t i = 0; i < n && k == E_OK; i++)
		if (*owner != STOCK_HELD && names(&rival[i], f, x, a))
			*owner = stock_owner_by(rival[i].kept, x, a);
	return k;
}
