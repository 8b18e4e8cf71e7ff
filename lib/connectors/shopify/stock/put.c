#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/str.h"
#include "connectors/shopify/stock/stock.h"

static void tell(const struct stock_put *p, const char *about, const char *text)
{
	p->shop->env.notice(p->shop->env.notice_ctx, about, text);
}

static void read_settings(struct stock_put *p)
{
	const struct conf *c = p->shop->env.conf;
	p->figure = stock_figure_wanted(c);
	p->name = p->figure == FIGURE_ON_HAND ? "on_hand" : "available";
	p->reason = conf_text(c, "inventory", "reason");
	p->buffer = conf_int(c, "inventory", "buffer");
	p->activate = str_equal(conf_text(c, "inventory", "inactive_level"), "activate");
}

/* Levels that can't be compared and set as this does. */
static enum errk check_version(const struct shopify *s, struct err *e)
{
	if (strcmp(s->version, "2026-04") >= 0)
		return E_OK;
	return err_set(e, E_LOCAL, "bad_config",
		       "stock needs [store] api_version = 2026-04 or newer, not %s", s->version);
}

/*
 * Somebody bought a moment ago (or took it along, of what is on hand), and lists of orders may not show it yet:
 * the figure is not raised now, and looked at again by the next run. To lower it is right in any case.
 */
static void wait_for_orders(const struct stock_put *p, struct stock_pair *pair)
{
	const int64_t moved = p->figure == FIGURE_ON_HAND ? pair->moved_at
							  : pair->changed_at - p->shop->clock_skew;
	if (!p->counts_orders || clock_now() - moved >= INDEX_LAG)
		return;
	pair->moved_lately = true;
	pair->done = !pair->active || pair->target > pair->have;
}

/*
 * When others moved it last: known where it was not written since, else as long ago as its own time says, which is that of
 * orders and of our writes as well. Where it is not stocked none moves, nor where it was just made and has none yet.
 */
static int64_t moved_at(const struct stock_put *p, const struct stock_pair *pair)
{
	enum { NEVER = 1, MADE = 60 };
	const struct stock_item *item = pair->item;
	const struct stock_place *was = stock_place_find(item->was, item->n_was, item->id,
							 pair->location);
	const int64_t changed = pair->changed_at - p->shop->clock_skew, now = clock_now();
	if (stock_place_is_ours(was, pair->have))
		return was->moved_at;
	if (!pair->active || (!pair->have && pair->changed_at - pair->made_at < MADE))
		return NEVER;
	/* What a clock says that is wrong must not last. */
	return changed < now ? changed : now;
}

/*
 * The shop takes what it ships off what is there. A figure from before that has these units still, and they
 * would be sold again: it can tell that there is less, but not that there is more.
 */
static bool is_older(const struct stock_put *p, struct stock_pair *pair)
{
	if (p->figure != FIGURE_ON_HAND)
		return false;
	pair->moved_at = moved_at(p, pair);
	pair->older = pair->active && pair->target > pair->have &&
		      pair->item->put->read_at <= pair->moved_at;
	return pair->older;
}

static void tell_older(const struct stock_put *p, const struct stock_pair *pair)
{
	char read[CLOCK_TEXT_MAX], moved[CLOCK_TEXT_MAX];
	tell(p, "stock older than the shop's",
	     arena_printf(p->arena,
			  "some articles are not raised, because the ERP's figure is older than "
			  "what the shop has shipped or counted (the first: '%s' at '%s', read at "
			  "%s, moved at %s); the next figure that is newer goes over",
			  pair->item->sku, pair->location_name,
			  clock_text(pair->item->put->read_at, read),
			  clock_text(pair->moved_at, moved)));
}

/* Closes the pairs that are as they should be. */
static enum errk compare(struct stock_put *p, struct err *e)
{
	for (size_t i = 0; i < p->n_pairs; i++) {
		struct stock_pair *pair = p->pair[i];
		bool negative = false;
		if (!stock_is_open(pair) || !pair->item->id)
			continue;
		enum errk rc = stock_reckon(p, pair, &negative, e);
		if (rc != E_OK)
			return rc;
		/* More than the shop can hold. */
		if (!stock_is_open(pair))
			continue;
		if (negative)
			tell(p, "stock below zero",
			     arena_printf(
				     p->arena,
				     "the ERP has less than nothing of some articles (the first: "
				     "'%s' at '%s'); they are offered with 0",
				     pair->item->sku, pair->location_name));
		if (!pair->active && pair->target > 0 && !p->activate)
			tell(p, "stock where it is not stocked",
			     arena_printf(
				     p->arena,
				     "some articles are not stocked where the ERP has them (the "
				     "first: '%s' at '%s'); left alone: [inventory] "
				     "inactive_level = skip",
				     pair->item->sku, pair->location_name));
		/* A place that does not stock it sells none: so it should be when there is none. */
		if (pair->active ? pair->have == pair->target : !pair->target || !p->activate)
			pair->done = true;
		if (is_older(p, pair)) {
			tell_older(p, pair);
			pair->done = true;
		}
		if (!pair->done)
			wait_for_orders(p, pair);
	}
	return E_OK;
}

static bool any_open(const struct stock_put *p)
{
	for (size_t i = 0; i < p->n_pairs; i++)
		if (stock_is_open(p->pair[i]))
			return true;
	return false;
}

static enum errk run_round(struct stock_put *p, struct err *e)
{
	enum errk rc = stock_find_items(p, e);
	if (rc == E_OK)
		rc = stock_read_levels(p, e);
	/* After the levels: what they know already must be known here too. */
	if (rc == E_OK && p->batch->in_flight && any_open(p))
		rc = stock_read_fresh(p, e);
	if (rc == E_OK)
		rc = compare(p, e);
	if (rc != E_OK || p->batch->look_only)
		return rc;
	if (!p->shop->env.dry_run) {
		rc = stock_remember_places(p, e);
		return rc == E_OK ? stock_write(p, e) : rc;
	}
	for (size_t i = 0; i < p->n_pairs; i++)
		if (stock_is_open(p->pair[i]) && p->pair[i]->item->id)
			p->pair[i]->done = p->pair[i]->written = true;
	return E_OK;
}

/* What was written of it, for its history. */
static const char *values_of(const struct stock_put *p, const struct stock_item *item)
{
	CLEANUP(str) struct str text = {0};
	str_init(&text, 0);
	for (size_t i = 0; i < item->n_pairs; i++) {
		const struct stock_pair *pair = &item->pair[i];
		if (pair->written)
			str_addf(&text, "%s%s %lld → %lld", text.len ? "; " : "",
				 pair->location_name, (long long)(pair->active ? pair->have : 0),
				 (long long)pair->target);
	}
	return text.len ? arena_strdup(p->arena, text.buf) : NULL;
}

/*
 * Some of its places can't be written, and what it has at the others is. What is compared again anyway is parked when
 * it comes to rest, and told until then.
 */
static void report_refusal(struct stock_put *p, struct stock_item *item)
{
	struct put_item *put = item->put;
	if (put->err.kind != E_OK || item->refusal.kind == E_OK || item->yields)
		return;
	stock_places_refused(put, &item->refusal, p->arena);
	if (put->passing)
		tell(p, "stock refused",
		     arena_printf(p->arena, "stock of '%s': %s", put->label, put->left->msg));
}

/* Its pairs are not all written: why, and that the next run goes on. */
static void report_open(struct stock_item *item, bool open, bool moved_lately)
{
	struct err *why = &item->put->err;
	if (moved_lately && !open)
		err_set(why, E_BUSY, "stock_moving",
			"moved less than a minute ago, and the shop may not list the order yet; the "
			"next run goes on");
	if (open && item->strange)
		err_set(why, E_BUSY, "other_item",
			"the shop says which inventory item has the SKU '%s', and asked for it by its "
			"id answered for another one or for none, each time; the next run goes on",
			item->sku);
	else if (open)
		err_set(why, E_BUSY, "stock_moving",
			"its stock in the shop moved each time it was written; the next run goes on");
}

static void report_item(struct stock_put *p, struct stock_item *item)
{
	struct put_item *put = item->put;
	bool open = false, written = false, moved_lately = false, older = false;
	for (size_t k = 0; k < item->n_pairs; k++) {
		open |= !item->pair[k].done;
		written |= item->pair[k].written;
		moved_lately |= item->pair[k].moved_lately;
		older |= item->pair[k].older;
	}
	if (!item->nowhere)
		put->target.id = item->id;
	put->sku = p->batch->in_flight ? item->sku : NULL;
	if (item->nowhere || !item->n_pairs)
		put->n_claims = 0;
	put->values = item->nowhere ? STOCK_NOWHERE : values_of(p, item);
	put->differs = open && p->batch->look_only;
	if (put->differs)
		return;
	put->adopted = !written;
	put->older = older && !put->passing;
	put->passing |= older;
	report_open(item, open, moved_lately);
	report_refusal(p, item);
}

/* What became of each article. */
static void report(struct stock_put *p)
{
	for (size_t i = 0; i < p->n; i++) {
		struct stock_item *item = &p->item[i];
		if (item->put->err.kind == E_OK && item->refusal.kind != E_OK &&
		    !stock_has_good(item))
			item->put->err = item->refusal;
		if (item->put->err.kind == E_OK)
			report_item(p, item);
	}
}

static enum errk run_rounds(struct stock_put *p, struct err *e)
{
	enum errk rc = check_version(p->shop, e);
	if (rc == E_OK)
		rc = shopify_authorize(p->shop, p->arena, e);
	if (rc == E_OK)
		rc = shopify_need_scopes(p->shop, 0, 1u << KIND_STOCK, p->arena, e);
	if (rc == E_OK)
		rc = stock_read_locations(p->shop, p->arena, e);
	if (rc == E_OK && p->batch->unsure)
		rc = stock_bar_calls(p, e);
	if (rc != E_OK || !p->batch->n)
		return rc;
	rc = stock_read_documents(p, e);
	int rounds = p->batch->look_only ? 1 : STOCK_ROUNDS;
	for (int round = 0; rc == E_OK && (round == 0 || any_open(p)) && round < rounds; round++)
		rc = run_round(p, e);
	if (rc == E_OK && !p->batch->look_only && !p->shop->env.dry_run)
		rc = stock_remember_places(p, e);
	if (rc == E_OK)
		rc = stock_find_left(p, e);
	if (rc == E_OK)
		report(p);
	return rc;
}

/*
 * A put that breaks off between two writes is put again as a whole: quantities are absolute, so what
 * was written is found equal then. Only a write whose answer is missing keeps its note.
 */
enum errk stock_put(struct shopify *s, struct put_batch *batch, struct arena *a, struct err *e)
{
	struct stock_put p = {.shop = s, .batch = batch, .arena = a};
	read_settings(&p);
	enum errk rc = run_rounds(&p, e);
	if (rc != E_OK && rc != E_UNSURE && !batch->unsure)
		stock_forget(s, batch->key);
	return rc;
}

void stock_put_committed(struct shopify *s, const struct put_batch *batch)
{
	stock_forget(s, batch->key);
}
