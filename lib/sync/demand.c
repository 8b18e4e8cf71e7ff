#include "sync/demand.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/list.h"
#include "base/str.h"
#include "state/link.h"
#include "sync/demand_priv.h"
#include "sync/flow.h"

static int64_t missing_under(struct demand *o, enum demand_key by,
			     const struct reported_article *article, int64_t read_at)
{
	const char *const text[DEMAND_KEYS] = {article->sku, article->item, article->erp};
	int64_t units = 0;
	size_t n;
	const struct demand_entry *entry = demand_entries(o, by, text[by], &n);
	for (size_t i = 0; i < n; i++) {
		struct demand_order *x = entry[i].order;
		if (x->asked == o->questions)
			continue;
		x->asked = o->questions;
		units += demand_missing(o, x, article, read_at);
	}
	return units;
}

static enum errk units_of(void *ctx, const char *sku, const char *item, const char *erp_sku,
			  int64_t read_at, int64_t *units, struct err *e)
{
	struct demand *o = ctx;
	const struct reported_article article = {sku, item, erp_sku};
	enum errk rc = demand_read(o, e);
	if (rc == E_OK)
		rc = demand_index(o, e);
	if (rc != E_OK)
		return rc;
	demand_tell_unreadable(o);
	*units = 0;
	o->questions++;
	for (int by = 0; by < DEMAND_KEYS; by++)
		*units += missing_under(o, by, &article, read_at);
	return E_OK;
}

int64_t demand_read_at(const struct demand *o)
{
	return o->read ? o->read_at : 0;
}

enum errk demand_reported_since(const struct demand *o, const struct reported_article *article,
				bool *reported, struct err *e)
{
	*reported = false;
	return o->read ? reported_since(o->state, article, o->read_at, reported, e) : E_OK;
}

/*
 * In the queue, or delivered so long ago that no figure in use misses it. One that a person dropped is
 * that person's business, whatever version it has by now.
 */
static enum errk knows(void *ctx, const char *order, const char *version, bool *known,
		       struct err *e)
{
	struct demand *o = ctx;
	struct link l;
	bool found = false;
	enum errk rc = demand_read(o, e);
	if (rc != E_OK)
		return rc;
	const struct demand_version *queued = demand_in_queue(o, order);
	*known = queued && strcmp(queued->text, version) == 0 &&
		 (queued->readable || queued->known_at != INT64_MAX);
	if (*known)
		return E_OK;
	CLEANUP(arena) struct arena *a = arena_new();
	rc = link_get(o->state, flow_of_kind(KIND_ORDER)->name, order, a, &l, &found, e);
	if (rc == E_OK && found)
		*known = l.dropped || (strcmp(l.version, version) == 0 && l.delivered_at &&
				       l.changed_at < o->read_at);
	return rc;
}

static void sees(void *ctx, const char *order, const char *version)
{
	struct demand *o = ctx;
	const struct demand_version fresh = {.order = arena_strdup(o->arena, order),
					     .text = arena_strdup(o->arena, version),
					     .seq = DEMAND_OF_STORE + (int64_t)o->n,
					     .known_at = INT64_MAX,
					     .readable = true};
	demand_forget_index(o);
	demand_add_version(o, &fresh);
}

static void takes(void *ctx, const struct in_flight_line *line)
{
	struct demand *o = ctx;
	const struct demand_line x = {.sku = line->sku,
				      .item = line->item,
				      .title = line->title,
				      .variant_title = line->variant_title,
				      .kind = line->kind,
				      .units = line->units,
				      .shipped = line->units};
	demand_lines_add(&o->version[o->n - 1].lines, &x, o->arena);
}

static enum errk since(void *ctx, int64_t *out, struct err *e)
{
	struct demand *o = ctx;
	enum errk rc = demand_read(o, e);
	if (rc == E_OK)
		*out = o->since;
	return rc;
}

/* Of a day that is not found out yet the earliest beginning: what is taken off too much is never sold twice. */
static int64_t first(void *ctx)
{
	struct demand *o = ctx;
	return choice_earliest(&o->orders_since);
}

static enum errk unread(void *ctx, struct arena *a, const char ***id, size_t *n, struct err *e)
{
	struct demand *o = ctx;
	size_t cap = 0;
	*n = 0;
	*id = NULL;
	enum errk rc = demand_read(o, e);
	if (rc == E_OK)
		rc = demand_index(o, e);
	for (size_t i = 0; i < o->n_orders && rc == E_OK; i++) {
		const struct demand_version *newest = demand_newest(&o->order[i]);
		if (!newest->readable && newest->known_at == INT64_MAX)
			*LIST_ADD(*id, *n, cap, a) = arena_strdup(a, newest->order);
	}
	return rc;
}

static void seen(void *ctx, int64_t since)
{
	struct demand *o = ctx;
	o->since = since;
}

/* Two clocks, or one that was set back, may have seen it the other way round: then it is compared once too often. */
static int64_t moved_at(const struct demand_order *x)
{
	int64_t at = x->n_reported ? x->reported[0].at : 0;
	for (size_t i = 0; i < x->n; i++)
		if (x->first[i].moved_at > at)
			at = x->first[i].moved_at;
	return at + CLOCK_TOLERANCE_S;
}

static enum errk find_shared(struct demand *o, const struct demand_shared *q, struct arena *a,
			     const char ***record, size_t *n, struct err *e)
{
	size_t cap = 0;
	enum errk rc = demand_read(o, e);
	if (rc == E_OK)
		rc = demand_index(o, e);
	for (size_t i = 0; i < o->n_entries && rc == E_OK; i++) {
		const struct demand_entry *x = &o->entry[i];
		bool moved = false;
		/* Those of one article stand together. */
		if (x->by != DEMAND_BY_ERP || (*n && strcmp((*record)[*n - 1], x->text) == 0))
			continue;
		const struct link_shared shared = {
			.record = x->text,
			.sku = x->line->sku,
			.item = x->line->item,
			.since = q->all ? INT64_MAX : moved_at(x->order),
		};
		rc = link_move_shared(o->state, q->flow, &shared, &moved, e);
		if (moved)
			*LIST_ADD(*record, *n, cap, a) = arena_strdup(a, x->text);
	}
	return rc;
}

/* By a look of its own: units are counted by what is known when the first article is put. */
enum errk demand_shared(const struct demand *o, struct demand_shared *q, struct arena *a,
			const char ***record, size_t *n, struct err *e)
{
	struct demand *look = demand_new(o->state, o->conf, o->mapper, NULL);
	look->looked = q->all ? 0 : q->since;
	*n = 0;
	*record = NULL;
	enum errk rc = find_shared(look, q, a, record, n, e);
	demand_free(look);
	q->known = rc == E_OK;
	return rc == E_LOCAL && strcmp(e->code, DEMAND_BEHIND) == 0 ? E_OK : rc;
}

struct demand *demand_new(struct state *s, const struct conf *c, struct mapper *const *mapper,
			  struct notices *notices)
{
	struct demand *o = calloc(1, sizeof(*o));
	if (!o)
		die(70, "out of memory");
	o->face = (struct in_flight){.of = units_of,
				     .knows = knows,
				     .since = since,
				     .first = first,
				     .unread = unread,
				     .seen = seen,
				     .sees = sees,
				     .takes = takes,
				     .ctx = o};
	o->state = s;
	o->conf = c;
	o->mapper = mapper;
	o->notices = notices;
	o->arena = arena_new();
	o->index = arena_new();
	o->lag = conf_int(c, "inventory", "order_lag") / 1000;
	o->awaited = flow_is_answered(c, flow_of_kind(KIND_ORDER));
	o->on_hand = str_equal(conf_text(c, "inventory", "quantity"), "on_hand");
	return o;
}

void demand_free(struct demand *o)
{
	if (!o)
		return;
	arena_free(o->index);
	arena_free(o->arena);
	free(o);
}

const struct in_flight *demand_in_flight(const struct demand *o)
{
	return &o->face;
}
