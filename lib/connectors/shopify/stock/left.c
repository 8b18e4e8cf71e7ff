#include <string.h>

#include "base/list.h"
#include "base/str.h"
#include "connectors/shopify/stock/stock.h"
#include "model/stock_claim.h"

#include "base/banned.h"

/* A level that was written once and is not named now, whichever articles of the batch left it there. */
struct old_level {
	struct put_item put;
	struct stock_item item;
	struct stock_pair pair;
};

static struct stock_place place_of(const struct stock_pair *pair)
{
	return (struct stock_place){.article = pair->item->id,
				    .sku = pair->item->sku,
				    .place = pair->location,
				    .name = pair->location_name,
				    .figure = pair->older ? pair->have : pair->target,
				    .moved_at = pair->moved_at};
}

struct old_levels {
	LIST(struct old_level *) list;
};

static bool is_through(const struct stock_item *item)
{
	for (size_t i = 0; i < item->n_pairs; i++)
		if (!item->pair[i].done)
			return false;
	if (item->refusal.kind != E_OK && !item->yields)
		return false;
	return item->put->err.kind == E_OK;
}

static bool is_pair(const struct stock_pair *pair, const struct stock_place *x)
{
	return str_equal(pair->item->id, x->article) && str_equal(pair->location, x->place);
}

/* Of what this put writes there, for this article of the ERP or for another one that has taken its place. */
static enum stock_owner owner_here(const struct stock_put *p, const struct stock_item *item,
				   const struct stock_place *x)
{
	/* Mostly it does so itself. What leaves the article to another writes nothing. */
	for (size_t i = 0; i < item->n_pairs && !item->yields; i++)
		if (is_pair(&item->pair[i], x))
			return STOCK_HELD;
	for (size_t i = 0; i < p->n_pairs; i++)
		if (!p->pair[i]->item->yields && is_pair(p->pair[i], x))
			return stock_owner_by(p->pair[i]->item->put->kept, x, p->arena);
	return STOCK_NOBODYS;
}

static bool is_location(const struct shopify *s, const char *id)
{
	for (size_t i = 0; i < s->n_locations; i++)
		if (str_equal(s->location[i].id, id))
			return true;
	return false;
}

static const struct old_level *find(const struct old_levels *old, const struct stock_place *x)
{
	for (size_t i = 0; i < old->list.n; i++)
		if (str_equal(old->list.at[i]->item.id, x->article) &&
		    str_equal(old->list.at[i]->pair.location, x->place))
			return old->list.at[i];
	return NULL;
}

static void want(const struct stock_put *p, struct old_levels *old, const struct stock_place *x)
{
	struct old_level *level;

	if (find(old, x))
		return;
	level = arena_alloc(p->arena, sizeof(*level));
	*level = (struct old_level){
		/* No SKU: whatever it is called by now, it is that article. */
		.item = {.id = x->article},
		.pair = {.location = x->place, .location_name = x->name},
	};
	level->item.put = &level->put;
	level->pair.item = &level->item;
	*list_add(&old->list, p->arena) = level;
}

/* What this put comes to by itself says it otherwise: see conclude. */
static bool is_to_remember(const struct stock_item *item)
{
	bool some = !is_through(item);

	for (size_t i = 0; i < item->n_pairs; i++)
		some |= item->pair[i].moved_lately;
	return some && item->id && !item->yields;
}

static bool add_places(const struct stock_put *p, struct stock_item *item)
{
	struct stock_place *to = arena_array(p->arena, item->n_pairs, sizeof(*to));
	size_t n = 0;

	for (size_t i = 0; is_to_remember(item) && i < item->n_pairs; i++) {
		const struct stock_pair *pair = &item->pair[i];

		if (stock_is_open(pair)) {
			to[n] = place_of(pair);
			to[n].asked = p->figure == FIGURE_ON_HAND;
			/* Whatever is stored where it is not stocked: what bars its activation makes it 0. */
			to[n++].before = pair->active ? pair->have : 0;
		} else if (pair->older || pair->written) {
			to[n++] = place_of(pair);
		}
	}
	if (!n || !stock_places_add(item->put, to, n, p->arena))
		return false;
	stock_places_written(item->put->kept, p->arena, &item->was, &item->n_was);
	return true;
}

enum errk stock_remember_places(struct stock_put *p, struct err *e)
{
	struct put_batch *b = p->batch;
	struct put_item **some = arena_array(p->arena, p->n, sizeof(*some));
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		if (add_places(p, &p->item[i]))
			some[n++] = p->item[i].put;
	return n ? b->remember(b->remember_ctx, some, n, e) : E_OK;
}

static enum errk read_levels(const struct stock_put *p, const struct old_levels *old, struct err *e)
{
	struct stock_put q = *p;

	q.pair = arena_array(p->arena, old->list.n, sizeof(*q.pair));
	q.n_pairs = old->list.n;
	for (size_t i = 0; i < old->list.n; i++)
		q.pair[i] = &old->list.at[i]->pair;
	return old->list.n ? stock_read_levels(&q, e) : E_OK;
}

/* What stands there, and can be sold from there. */
static bool holds_some(const struct old_levels *old, struct stock_place *x)
{
	const struct old_level *level = find(old, x);

	if (!level || !level->pair.active || level->pair.have <= 0)
		return false;
	x->seen = true;
	x->now = level->pair.have;
	return true;
}

static enum errk conclude(const struct stock_put *p, struct stock_item *item,
			  const struct old_levels *old, struct err *e)
{
	struct put_item *put = item->put;
	struct stock_place *was, *at;
	size_t n, n_at = 0, n_left = 0;

	stock_places_read(put->kept, p->arena, &was, &n);
	at = arena_array(p->arena, item->n_pairs + n, sizeof(*at));
	for (size_t i = 0; i < item->n_pairs && !item->yields; i++) {
		const struct stock_pair *pair = &item->pair[i];

		if (pair->active || pair->written)
			at[n_at++] = place_of(pair);
	}
	for (size_t i = 0; i < n; i++) {
		enum stock_owner owner = owner_here(p, item, &was[i]);
		enum errk rc = E_OK;

		if (owner == STOCK_NOBODYS && !holds_some(old, &was[i]))
			continue;
		if (owner == STOCK_NOBODYS)
			rc = stock_owner_elsewhere(p->batch, p->figure, &was[i], p->arena, &owner,
						   e);
		if (rc != E_OK)
			return rc;
		if (owner == STOCK_NAMED)
			at[n_at++] = stock_place_of_other(&was[i]);
		else if (owner == STOCK_NOBODYS)
			was[n_left++] = was[i];
	}
	stock_places_close(put, at, n_at, was, n_left, "", p->arena);
	if (n_left && put->passing)
		p->shop->env.notice(p->shop->env.notice_ctx, STOCK_LEFT,
				    arena_printf(p->arena, "stock of '%s': %s", put->label,
						 put->left->msg));
	return E_OK;
}

enum errk stock_find_left(struct stock_put *p, struct err *e)
{
	struct old_levels old = {0};
	enum errk rc;

	for (size_t i = 0; i < p->n; i++) {
		struct stock_place *was;
		size_t n;

		if (!is_through(&p->item[i]))
			continue;
		stock_places_read(p->item[i].put->kept, p->arena, &was, &n);
		for (size_t k = 0; k < n; k++)
			if (owner_here(p, &p->item[i], &was[k]) == STOCK_NOBODYS &&
			    is_location(p->shop, was[k].place))
				want(p, &old, &was[k]);
	}
	rc = read_levels(p, &old, e);
	for (size_t i = 0; i < p->n && rc == E_OK; i++)
		if (is_through(&p->item[i]))
			rc = conclude(p, &p->item[i], &old, e);
	return rc;
}
