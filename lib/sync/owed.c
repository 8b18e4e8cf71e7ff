#include "sync/owed.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "state/checkpoint.h"
#include "state/link.h"
#include "state/queue.h"
#include "sync/flow.h"

enum {
	/* Orders that were read longer ago than this are no base to reckon from, seconds. */
	BEHIND = 24 * 3600,
	/* A store shows an order late; reading begins this much before the last reading. */
	OVERLAP = 600,
};

/* Units of one SKU in one order; since when the ERP may know them. */
struct line {
	const char *sku;
	int64_t units, known_at; /* INT64_MAX: it has not been told */
};

struct owed {
	struct owed_units face;
	struct state *state;
	const struct conf *conf;
	void (*notice)(void *ctx, const char *text);
	void *notice_ctx;
	struct arena *arena;
	bool read;
	int64_t read_at, since;
	int64_t lag;       /* seconds from the delivery until the ERP's figures know of it */
	struct line *line; /* by SKU */
	size_t n, cap;
	const char **order; /* ids that were counted, sorted */
	size_t n_orders, cap_orders;
	size_t unreadable;
};

static void *grow(void *array, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return array;
	*cap = *cap ? *cap * 2 : 64;
	array = reallocarray(array, *cap, size);
	if (!array)
		die(70, "out of memory");
	return array;
}

static void add_line(struct owed *o, const cJSON *line, int64_t known_at)
{
	const char *sku = json_str(line, "sku");
	int64_t units = json_int(line, "current_quantity", json_int(line, "quantity", 0));
	if (!sku || !*sku || units <= 0)
		return;
	o->line = grow(o->line, o->n, &o->cap, sizeof(*o->line));
	o->line[o->n++] = (struct line){arena_strdup(o->arena, sku), units, known_at};
}

static enum errk add_order(const struct queue_row *row, void *ctx, struct err *e)
{
	struct owed *o = ctx;
	CLEANUP(json) cJSON *doc = NULL;
	(void)e;
	if (!row->payload || json_parse(row->payload, strlen(row->payload), &doc, NULL) != E_OK) {
		o->unreadable++;
		return E_OK;
	}
	o->order = grow(o->order, o->n_orders, &o->cap_orders, sizeof(*o->order));
	o->order[o->n_orders++] = arena_strdup(o->arena, row->record);
	/* What was cancelled has gone back to the shelf. */
	if (json_at(doc, "cancelled_at"))
		return E_OK;
	int64_t known_at = row->state == QUEUE_DONE ? row->changed_at + o->lag : INT64_MAX;
	JSON_EACH (line, json_at(doc, "lines"))
		add_line(o, line, known_at);
	return E_OK;
}

static int by_sku(const void *a, const void *b)
{
	return strcmp(((const struct line *)a)->sku, ((const struct line *)b)->sku);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static enum errk check_orders(struct owed *o, const struct flow *orders, struct err *e)
{
	const char *cursor;
	char ago[CLOCK_TEXT_MAX];
	int64_t moved;
	enum errk rc = checkpoint_get(o->state, orders->name, o->arena, &cursor, &moved, e);
	if (rc != E_OK)
		return rc;
	if (!cursor) {
		o->notice(o->notice_ctx,
			  "orders export has never run: units of orders that the ERP does not know "
			  "are not taken off");
		return E_OK;
	}
	/* Of a time that is still to come nothing is known either: the clock was ahead then. */
	if (moved > o->read_at + CLOCK_TOLERANCE_S)
		moved = 0;
	if (o->read_at - moved > BEHIND)
		return err_set(e, E_LOCAL, "orders_behind",
			       "%s last read the store %s ago, so it is not known what was sold "
			       "since and the ERP's free stock can't be trusted; run it first",
			       orders->name, duration_text((o->read_at - moved) * 1000, ago));
	o->since = moved - OVERLAP;
	return E_OK;
}

/* What the queue holds now. */
static enum errk read_queue(struct owed *o, struct err *e)
{
	const struct flow *orders = flow_of_kind(KIND_ORDER);
	if (o->read)
		return E_OK;
	o->read_at = clock_now();
	enum errk rc = check_orders(o, orders, e);
	/* The ERP's figures may be as old as max_age, and miss what was delivered since. */
	int64_t oldest = o->read_at - conf_int(o->conf, "inventory", "max_age") / 1000 - o->lag;
	if (rc == E_OK)
		rc = queue_under_way(o->state, orders->name, oldest, add_order, o, e);
	if (rc != E_OK)
		return rc;
	if (o->n)
		qsort(o->line, o->n, sizeof(*o->line), by_sku);
	if (o->n_orders)
		qsort(o->order, o->n_orders, sizeof(*o->order), by_text);
	if (o->unreadable)
		o->notice(
			o->notice_ctx,
			arena_printf(o->arena,
				     "%zu orders on their way have no document ([state] "
				     "keep_payloads, or unreadable): their units are not taken off",
				     o->unreadable));
	o->read = true;
	return E_OK;
}

static enum errk units_of(void *ctx, const char *sku, int64_t read_at, int64_t *units,
			  struct err *e)
{
	struct owed *o = ctx;
	struct line want = {.sku = sku};
	enum errk rc = read_queue(o, e);
	if (rc != E_OK)
		return rc;
	*units = 0;
	const struct line *hit = o->n ? bsearch(&want, o->line, o->n, sizeof(*o->line), by_sku)
				      : NULL;
	while (hit && hit > o->line && strcmp(hit[-1].sku, sku) == 0)
		hit--;
	for (; hit && hit < o->line + o->n && strcmp(hit->sku, sku) == 0; hit++)
		if (hit->known_at > read_at)
			*units += hit->units;
	return E_OK;
}

/* Delivered or dropped before this run looked: the ERP, or a person, has it. */
static enum errk knows(void *ctx, const char *order, bool *known, struct err *e)
{
	struct owed *o = ctx;
	struct link l;
	bool found = false;
	enum errk rc = read_queue(o, e);
	if (rc != E_OK)
		return rc;
	*known = o->n_orders &&
		 bsearch(&order, o->order, o->n_orders, sizeof(*o->order), by_text) != NULL;
	if (*known)
		return E_OK;
	CLEANUP(arena) struct arena *a = arena_new();
	rc = link_get(o->state, flow_of_kind(KIND_ORDER)->name, order, a, &l, &found, e);
	if (rc == E_OK)
		*known = found && (l.dropped || (l.delivered_at && l.delivered_at < o->read_at));
	return rc;
}

static enum errk since(void *ctx, int64_t *out, struct err *e)
{
	struct owed *o = ctx;
	enum errk rc = read_queue(o, e);
	if (rc == E_OK)
		*out = o->since;
	return rc;
}

struct owed *owed_new(struct state *s, const struct conf *c,
		      void (*notice)(void *ctx, const char *text), void *ctx)
{
	struct owed *o = calloc(1, sizeof(*o));
	if (!o)
		die(70, "out of memory");
	o->face = (struct owed_units){.of = units_of, .knows = knows, .since = since, .ctx = o};
	o->state = s;
	o->conf = c;
	o->notice = notice;
	o->notice_ctx = ctx;
	o->arena = arena_new();
	o->lag = conf_int(c, "inventory", "order_lag") / 1000;
	return o;
}

void owed_free(struct owed *o)
{
	if (!o)
		return;
	free(o->line);
	free(o->order);
	arena_free(o->arena);
	free(o);
}

const struct owed_units *owed_units(const struct owed *o)
{
	return &o->face;
}
