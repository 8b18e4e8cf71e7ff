#include "sync/demand.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/list.h"
#include "base/str.h"
#include "state/checkpoint.h"
#include "state/link.h"
#include "state/queue.h"
#include "state/run.h"
#include "state/reported.h"
#include "sync/choice.h"
#include "sync/flow.h"

enum {
	/* Orders that were read longer ago than this are no base to reckon from, seconds. */
	BEHIND = 24 * 3600,
	/* A store shows an order late; reading begins this much before the last reading. */
	OVERLAP = 600,
};

#define ORDERS_BEHIND "orders_behind"
#define OF_THE_STORE  (INT64_MAX / 2)
/* Before the ERP's SKU of a line: its SKUs are others than the store's. */
#define OF_THE_ERP "\1"

/* One version of an order: what the queue holds of it, or what the store says now. */
struct version {
	const char *order, *text;
	int64_t seq; /* the row's id: a newer version has a higher one; from OF_THE_STORE on: its own */
	int64_t known_at; /* since when the ERP may know it; INT64_MAX: it has not been told */
	int64_t moved_at; /* when it came or was told last, as far as the queue says */
	cJSON *units; /* {"SKU": 3}, of what has none by the article's id; owned; NULL: its document is gone */
	cJSON *shipped; /* the same of what has left; owned; NULL: as units */
	cJSON *items; /* {"article's id": ["SKU"]}: under which of these it was sold; owned; may be NULL */
};

/* An order that the ERP may not know as it is now. */
struct order {
	const cJSON *now;      /* units, as far as they are known: the newest version's */
	const cJSON *items;    /* of the same version; may be NULL */
	struct version *first; /* all versions of it, oldest first */
	size_t n;
	struct reported *reported; /* newest first */
	cJSON **known;             /* their units; owned */
	cJSON *reported_items;     /* of the newest; owned */
	size_t n_reported;
};

struct line {
	const char *key; /* an SKU, the id of an article, or OF_THE_ERP and an SKU there */
	const char *sku; /* that it was sold under */
	const struct order *order;
	int64_t units;
};

struct demand {
	struct in_flight face;
	struct state *state;
	const struct conf *conf;
	struct mapper *const *mapper;
	struct notices *notices;
	struct arena *arena, *index; /* index: orders and lines, until the store says more */
	bool read, indexed;
	int64_t looked; /* of what was delivered before, others have thought; 0 = of nothing */
	int64_t read_at, since;
	struct choice_since orders_since; /* from when on orders are the export's */
	int64_t lag;  /* seconds from the delivery until the ERP's figures know of it */
	bool awaited; /* nor before it has answered */
	bool on_hand; /* the figure is what is there: of an order that is missing what has been shipped */
	struct version *version;
	size_t n, cap, n_queue; /* those of the queue come first, sorted */
	struct order *order;
	size_t n_orders;
	struct line *line; /* by key: each of them by its SKU and, if it says so, by its article */
	size_t n_lines;
	size_t unreadable;
};

static struct version *add_version(struct demand *o, const struct version *v)
{
	if (!o->version || o->n == o->cap) {
		o->cap = o->cap ? o->cap * 2 : 64;
		o->version = reallocarray(o->version, o->cap, sizeof(*o->version));
		if (!o->version)
			die(70, "out of memory");
	}
	o->version[o->n] = *v;
	return &o->version[o->n++];
}

static void release(struct version *v)
{
	cJSON_Delete(v->units);
	cJSON_Delete(v->shipped);
	cJSON_Delete(v->items);
}

/* A line without SKU is known by its article, which may have got one by the time it is asked for. */
static void add_units(cJSON *units, const char *sku, const char *item, int64_t n)
{
	if (!sku || !*sku)
		sku = item;
	if (!sku || !*sku || n < 0)
		return;
	const cJSON *had = cJSON_GetObjectItemCaseSensitive(units, sku);
	if (had)
		n += json_int(had, "", 0);
	cJSON_DeleteItemFromObjectCaseSensitive(units, sku);
	json_add_int(units, sku, n);
}

/* An order line keeps the SKU of the day of the sale, and the article may have got another one since. */
static void add_item(cJSON *items, const char *item, const char *sku)
{
	const cJSON *had;
	cJSON *skus = item ? cJSON_GetObjectItemCaseSensitive(items, item) : NULL;
	if (!item || !*item)
		return;
	if (!skus)
		skus = json_add_array(items, item);
	if (!sku || !*sku)
		return;
	cJSON_ArrayForEach (had, skus)
		if (strcmp(had->valuestring, sku) == 0)
			return;
	json_push_str(skus, sku);
}

/*
 * What an order takes from the shelf: of each article 0 if it was cancelled, for these moved all the same.
 * NULL: it can't be read. items: what each article was sold as; shipped: what of it has left.
 */
static cJSON *units_of_order(const char *payload, cJSON *items, cJSON *shipped)
{
	CLEANUP(json) cJSON *doc = NULL;
	if (!payload || json_parse(payload, strlen(payload), &doc, NULL) != E_OK)
		return NULL;
	cJSON *units = json_object();
	bool cancelled = json_at(doc, "cancelled_at") != NULL;
	JSON_EACH (line, json_at(doc, "lines")) {
		int64_t left = json_int(line, "current_quantity", json_int(line, "quantity", 0));
		const char *sku = json_str(line, "sku"),
			   *item = json_str(line, "inventory_item_id");
		int64_t waits = json_int(line, "unfulfilled_quantity", left);
		add_units(units, sku, item, cancelled ? 0 : left);
		add_units(shipped, sku, item, cancelled || waits > left ? 0 : left - waits);
		add_item(items, item, sku);
	}
	return units;
}

enum errk demand_report(struct state *s, const char *order, const char *payload, int64_t now,
			bool answered, struct err *e)
{
	CLEANUP(json) cJSON *items = json_object();
	CLEANUP(json) cJSON *shipped = json_object();
	CLEANUP(json) cJSON *units = units_of_order(payload, items, shipped);
	if (!units)
		return E_OK;
	CLEANUP(arena) struct arena *a = arena_new();
	const struct reported reported = {.at = now,
					  .answered_at = answered ? now : 0,
					  .units = json_text(units, a),
					  .items = json_text(items, a)};
	return reported_add(s, order, &reported, e);
}

enum errk demand_reported_since(const struct demand *o, const char *sku, const char *item,
				bool *reported, struct err *e)
{
	*reported = false;
	return o->read ? reported_since(o->state, sku, item, o->read_at, reported, e) : E_OK;
}

static enum errk add_row(const struct queue_row *row, void *ctx, struct err *e)
{
	struct demand *o = ctx;
	(void)e;
	struct version v = {
		.order = arena_strdup(o->arena, row->record),
		.text = arena_strdup(o->arena, row->version),
		.seq = row->id,
		.moved_at = row->changed_at,
		.known_at = row->state == QUEUE_DONE ? row->changed_at + o->lag : INT64_MAX,
		.items = json_object(),
		.shipped = o->on_hand ? json_object() : NULL,
	};
	CLEANUP(json) cJSON *unused = json_object();
	v.units = units_of_order(row->payload, v.items, v.shipped ? v.shipped : unused);
	add_version(o, &v);
	return E_OK;
}

static int by_order(const void *a, const void *b)
{
	const struct version *x = a, *y = b;
	int order = strcmp(x->order, y->order);
	return order ? order : (x->seq > y->seq) - (x->seq < y->seq);
}

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct line *)a)->key, ((const struct line *)b)->key);
}

/* Is it meant that the ERP gets its orders by this program? */
static enum errk expects_orders(const struct demand *o, const char *orders, bool *expects,
				struct err *e)
{
	struct run *tried;
	size_t n;
	enum errk rc = run_last(o->state, orders, 1, o->arena, &tried, &n, e);
	if (rc == E_OK)
		*expects = n || conf_has_section(o->conf, "orders");
	return rc;
}

/*
 * What is on hand is right without the orders, but for those that have been shipped there: no reason to write
 * nothing. Of orders that nobody has read for long the last ones are looked at all the same.
 */
static enum errk check_shipments(struct demand *o, const struct flow *orders, int64_t whole,
				 struct err *e)
{
	bool expects = whole != 0;
	enum errk rc = expects ? E_OK : expects_orders(o, orders->name, &expects, e);
	if (rc != E_OK || !expects)
		return rc;
	if (whole > o->read_at || o->read_at - whole > BEHIND) {
		whole = o->read_at - BEHIND;
		notice_say(o->notices, "orders behind",
			   arena_printf(
				   o->arena,
				   "%s has not read the store to its end for a day: units that "
				   "were shipped there of orders which changed longer ago are not "
				   "taken off; run it: erpsync %s",
				   orders->name, orders->name));
	}
	o->since = whole - OVERLAP;
	return E_OK;
}

static enum errk check_orders(struct demand *o, const struct flow *orders, struct err *e)
{
	char ago[CLOCK_TEXT_MAX];
	int64_t whole;
	bool expects = false, wider = false;
	enum errk rc = choice_since(o->state, o->conf, orders, orders->name, o->arena,
				    &o->orders_since, e);
	if (rc == E_OK)
		rc = checkpoint_whole(o->state, orders->name, &whole, e);
	if (o->on_hand)
		return rc == E_OK ? check_shipments(o, orders, whole, e) : rc;
	if (rc == E_OK)
		rc = choice_is_wider(o->state, o->conf, orders, orders->name, &o->orders_since,
				     &wider, e);
	if (rc == E_OK && wider)
		return err_set(e, E_LOCAL, ORDERS_BEHIND,
			       "[%s] asks for more orders than %s has read the store for, so it "
			       "is not known what was sold and the ERP's free stock can't be "
			       "trusted; run it first: erpsync %s",
			       orders->section, orders->name, orders->name);
	if (rc == E_OK && !whole)
		rc = expects_orders(o, orders->name, &expects, e);
	if (rc != E_OK)
		return rc;
	if (expects)
		return err_set(e, E_LOCAL, ORDERS_BEHIND,
			       "%s has not read the store to its end yet, as far as this state "
			       "file knows, so it is not known what was sold and the ERP's free "
			       "stock can't be trusted; run it first: erpsync %s",
			       orders->name, orders->name);
	if (!whole) {
		notice_say(
			o->notices, NULL,
			"orders export has never run: units of orders that the ERP does not know "
			"are not taken off");
		return E_OK;
	}
	/* Of a time that is still to come nothing is known either: the clock was ahead then. */
	if (whole > o->read_at + CLOCK_TOLERANCE_S)
		whole = 0;
	if (o->read_at - whole > BEHIND)
		return err_set(e, E_LOCAL, ORDERS_BEHIND,
			       "%s last read the store to its end %s ago, so it is not known what "
			       "was sold since and the ERP's free stock can't be trusted; run it "
			       "first: erpsync %s",
			       orders->name, duration_text((o->read_at - whole) * 1000, ago),
			       orders->name);
	o->since = whole - OVERLAP;
	return E_OK;
}

enum errk demand_check(struct demand *o, struct err *e)
{
	o->read_at = clock_now();
	return check_orders(o, flow_of_kind(KIND_ORDER), e);
}

static const struct version *in_queue(const struct demand *o, const char *order);

/* What was delivered is purged from the queue after [state] keep_payloads; what it took stays in told. */
static enum errk add_reported(void *ctx, const char *order, int64_t at, struct err *e)
{
	struct demand *o = ctx;
	(void)e;
	if (in_queue(o, order))
		return E_OK;
	const struct version v = {.order = arena_strdup(o->arena, order),
				  .text = "",
				  .moved_at = at,
				  .known_at = at + o->lag};
	add_version(o, &v);
	return E_OK;
}

/* What the queue holds now. */
static enum errk read_queue(struct demand *o, struct err *e)
{
	const struct flow *orders = flow_of_kind(KIND_ORDER);
	if (o->read)
		return E_OK;
	o->read_at = clock_now();
	enum errk rc = check_orders(o, orders, e);
	/* The ERP's figures may be as old as max_age, and miss what was delivered since. */
	int64_t oldest = o->read_at - conf_int(o->conf, "inventory", "max_age") / 1000 - o->lag;
	if (oldest < o->looked - OVERLAP)
		oldest = o->looked - OVERLAP;
	if (rc == E_OK)
		rc = queue_under_way(o->state, orders->name, oldest, add_row, o, e);
	if (rc != E_OK)
		return rc;
	if (o->n)
		qsort(o->version, o->n, sizeof(*o->version), by_order);
	o->n_queue = o->n;
	rc = reported_each(o->state, oldest, o->awaited, add_reported, o, e);
	if (rc != E_OK)
		return rc;
	if (o->n)
		qsort(o->version, o->n, sizeof(*o->version), by_order);
	o->n_queue = o->n;
	o->read = true;
	return E_OK;
}

/* The newest version of the order in the queue, or of what is left of it; NULL: none. */
static const struct version *in_queue(const struct demand *o, const char *order)
{
	size_t low = 0, high = o->n_queue;
	while (low < high) {
		size_t mid = (low + high) / 2;
		if (strcmp(o->version[mid].order, order) <= 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low && strcmp(o->version[low - 1].order, order) == 0 ? &o->version[low - 1] : NULL;
}

static void forget_index(struct demand *o)
{
	for (size_t i = 0; i < o->n_orders; i++) {
		for (size_t k = 0; k < o->order[i].n_reported; k++)
			cJSON_Delete(o->order[i].known[k]);
		cJSON_Delete(o->order[i].reported_items);
	}
	o->n_orders = o->n_lines = 0;
	o->indexed = false;
	arena_reset(o->index);
}

/* Fills told, and now where the documents are gone: what was delivered last. */
static enum errk read_reported(struct demand *o, struct order *x, struct err *e)
{
	enum errk rc = reported_get(o->state, x->first->order, o->index, &x->reported,
				    &x->n_reported, e);
	if (rc != E_OK) {
		x->n_reported = 0;
		return rc;
	}
	x->known = arena_array(o->index, x->n_reported, sizeof(*x->known));
	for (size_t i = 0; i < x->n_reported; i++)
		if (json_parse(x->reported[i].units, strlen(x->reported[i].units), &x->known[i],
			       e) != E_OK)
			return e->kind = E_LOCAL;
	const struct version *newest = &x->first[x->n - 1];
	x->now = newest->units && newest->shipped ? newest->shipped : newest->units;
	x->items = newest->items;
	if (!x->now && newest->known_at != INT64_MAX && x->n_reported) {
		if (json_parse(x->reported[0].items, strlen(x->reported[0].items),
			       &x->reported_items, e) != E_OK)
			return e->kind = E_LOCAL;
		x->now = x->known[0];
		x->items = x->reported_items;
	}
	o->unreadable += !x->now;
	return E_OK;
}

static void tell_unreadable(struct demand *o)
{
	if (o->unreadable)
		notice_say(o->notices, NULL,
			   arena_printf(o->arena,
					"%zu orders on their way have no document (unreadable, or "
					"[state] keep_payloads): their units are not taken off",
					o->unreadable));
	o->unreadable = 0;
}

static size_t count_lines(const struct order *x)
{
	size_t n = 2 * (size_t)cJSON_GetArraySize(x->now);
	const cJSON *skus;
	cJSON_ArrayForEach (skus, x->items)
		n += (size_t)cJSON_GetArraySize(skus);
	return n;
}

/* What the store sold is booked on this article of the ERP, which may be that of others of the store too. */
static enum errk add_erp_line(struct demand *o, const struct line *line, struct err *e)
{
	const char *erp = NULL;
	enum errk rc = map_answer(*o->mapper, "skus", NULL, line->sku, o->index, &erp, e);
	if (rc != E_OK || !erp)
		return rc;
	o->line[o->n_lines] = *line;
	o->line[o->n_lines++].key = arena_printf(o->index, OF_THE_ERP "%s", erp);
	return E_OK;
}

static enum errk add_lines(struct demand *o, const struct order *x, struct err *e)
{
	const cJSON *unit, *skus, *sku;
	enum errk rc = E_OK;
	cJSON_ArrayForEach (unit, x->now) {
		const struct line line = {unit->string, unit->string, x, json_int(unit, "", 0)};
		o->line[o->n_lines++] = line;
		rc = add_erp_line(o, &line, e);
		if (rc != E_OK)
			return rc;
	}
	cJSON_ArrayForEach (skus, x->items)
		cJSON_ArrayForEach (sku, skus) {
			unit = cJSON_GetObjectItemCaseSensitive(x->now, sku->valuestring);
			o->line[o->n_lines++] = (struct line){skus->string, sku->valuestring, x,
							      json_int(unit, "", 0)};
		}
	return rc;
}

/* Orders, and their lines by key, from all versions. */
static enum errk build_index(struct demand *o, struct err *e)
{
	size_t n_lines = 0;
	enum errk rc = E_OK;
	struct version *all = arena_array(o->index, o->n, sizeof(*all));
	if (o->n) {
		memcpy(all, o->version, o->n * sizeof(*all));
		qsort(all, o->n, sizeof(*all), by_order);
	}
	o->order = arena_array(o->index, o->n, sizeof(*o->order));
	for (size_t i = 0; i < o->n && rc == E_OK; i++) {
		if (!i || strcmp(all[i - 1].order, all[i].order) != 0)
			o->order[o->n_orders++] = (struct order){.first = &all[i]};
		o->order[o->n_orders - 1].n++;
		if (i + 1 < o->n && strcmp(all[i + 1].order, all[i].order) == 0)
			continue;
		rc = read_reported(o, &o->order[o->n_orders - 1], e);
		n_lines += count_lines(&o->order[o->n_orders - 1]);
	}
	o->line = arena_array(o->index, n_lines, sizeof(*o->line));
	for (size_t i = 0; i < o->n_orders && rc == E_OK; i++)
		rc = add_lines(o, &o->order[i], e);
	if (o->n_lines)
		qsort(o->line, o->n_lines, sizeof(*o->line), by_key);
	tell_unreadable(o);
	o->indexed = rc == E_OK;
	return rc;
}

/* An answer says that it has the order; that its figures have changed by then is another matter. */
static bool is_known(const struct demand *o, const struct reported *reported, int64_t read_at)
{
	return reported->at + o->lag <= read_at &&
	       (!o->awaited || (reported->answered_at && reported->answered_at <= read_at));
}

/* Units that the ERP's figure of that moment counts for this order already. */
static int64_t known_units(const struct demand *o, const struct order *x, const char *sku,
			   int64_t read_at)
{
	for (size_t i = 0; i < x->n_reported; i++)
		if (is_known(o, &x->reported[i], read_at))
			return json_int(cJSON_GetObjectItemCaseSensitive(x->known[i], sku), "", 0);
	/* What was delivered is noted with it; if it is not, its document in the queue tells. */
	for (size_t i = x->n_reported ? 0 : x->n; i-- > 0;)
		if (x->first[i].known_at <= read_at && x->first[i].units)
			return json_int(cJSON_GetObjectItemCaseSensitive(x->first[i].units, sku),
					"", 0);
	return 0;
}

static bool is_sold_as(const struct order *x, const char *item, const char *sku)
{
	const cJSON *had, *skus = item ? cJSON_GetObjectItemCaseSensitive(x->items, item) : NULL;
	cJSON_ArrayForEach (had, skus)
		if (strcmp(had->valuestring, sku) == 0)
			return true;
	return item && strcmp(item, sku) == 0;
}

/*
 * Units of the lines with this key, but for those that were sold under this SKU, or under any as this article (NULL =
 * none).
 */
static int64_t units_under(const struct demand *o, const char *key, const char *but,
			   const char *but_item, int64_t read_at)
{
	struct line want = {.key = key};
	int64_t units = 0;
	const struct line *hit =
		o->n_lines ? bsearch(&want, o->line, o->n_lines, sizeof(*o->line), by_key) : NULL;
	while (hit && hit > o->line && strcmp(hit[-1].key, key) == 0)
		hit--;
	/* An order that takes less than the ERP thinks gives nothing to the others. */
	for (; hit && hit < o->line + o->n_lines && strcmp(hit->key, key) == 0; hit++) {
		int64_t more = hit->units - known_units(o, hit->order, hit->sku, read_at);
		if (more > 0 && !(but && strcmp(hit->sku, but) == 0) &&
		    !is_sold_as(hit->order, but_item, hit->sku))
			units += more;
	}
	return units;
}

static enum errk units_of(void *ctx, const char *sku, const char *item, const char *erp_sku,
			  int64_t read_at, int64_t *units, struct err *e)
{
	struct demand *o = ctx;
	CLEANUP(arena) struct arena *a = arena_new();
	enum errk rc = read_queue(o, e);
	if (rc == E_OK && !o->indexed)
		rc = build_index(o, e);
	if (rc != E_OK)
		return rc;
	*units = units_under(o, sku, NULL, NULL, read_at);
	if (item)
		*units += units_under(o, item, sku, NULL, read_at);
	*units += units_under(o, arena_printf(a, OF_THE_ERP "%s", erp_sku), sku, item, read_at);
	return E_OK;
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
	enum errk rc = read_queue(o, e);
	if (rc != E_OK)
		return rc;
	const struct version *queued = in_queue(o, order);
	*known = queued && strcmp(queued->text, version) == 0 &&
		 (queued->units || queued->known_at != INT64_MAX);
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
	const struct version fresh = {.order = arena_strdup(o->arena, order),
				      .text = arena_strdup(o->arena, version),
				      .seq = OF_THE_STORE + (int64_t)o->n,
				      .known_at = INT64_MAX,
				      .units = json_object(),
				      .items = json_object()};
	forget_index(o);
	add_version(o, &fresh);
}

static void takes(void *ctx, const char *sku, const char *item, int64_t units)
{
	struct demand *o = ctx;
	struct version *v = &o->version[o->n - 1];
	add_units(v->units, sku, item, units);
	add_item(v->items, item, sku);
}

static enum errk since(void *ctx, int64_t *out, struct err *e)
{
	struct demand *o = ctx;
	enum errk rc = read_queue(o, e);
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

static void seen(void *ctx, int64_t since)
{
	struct demand *o = ctx;
	o->since = since;
}

static bool has(const char *const *list, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], text) == 0)
			return true;
	return false;
}

static int64_t moved_at(const struct order *x)
{
	int64_t at = x->n_reported ? x->reported[0].at : 0;
	for (size_t i = 0; i < x->n; i++)
		if (x->first[i].moved_at > at)
			at = x->first[i].moved_at;
	return at;
}

static enum errk find_shared(struct demand *o, const char *flow, struct arena *a,
			     const char ***record, size_t *n, struct err *e)
{
	size_t cap = 0, prefix = strlen(OF_THE_ERP);
	enum errk rc = read_queue(o, e);
	if (rc == E_OK)
		rc = build_index(o, e);
	for (size_t i = 0; i < o->n_lines && rc == E_OK; i++) {
		const struct line *line = &o->line[i];
		const char *erp = line->key + prefix;
		bool moved = false;
		if (strncmp(line->key, OF_THE_ERP, prefix) != 0 || has(*record, *n, erp))
			continue;
		rc = link_move_shared(o->state, flow, erp, line->sku, moved_at(line->order), &moved,
				      e);
		if (moved)
			*LIST_ADD(*record, *n, cap, a) = arena_strdup(a, erp);
	}
	return rc;
}

/* By a look of its own: units are counted by what is known when the first article is put. */
enum errk demand_shared(const struct demand *o, const char *flow, int64_t since, struct arena *a,
			const char ***record, size_t *n, struct err *e)
{
	struct demand *look = demand_new(o->state, o->conf, o->mapper, NULL);
	look->looked = since;
	*n = 0;
	*record = NULL;
	enum errk rc = find_shared(look, flow, a, record, n, e);
	demand_free(look);
	return rc == E_LOCAL && strcmp(e->code, ORDERS_BEHIND) == 0 ? E_OK : rc;
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
	forget_index(o);
	for (size_t i = 0; i < o->n; i++)
		release(&o->version[i]);
	free(o->version);
	arena_free(o->index);
	arena_free(o->arena);
	free(o);
}

const struct in_flight *demand_in_flight(const struct demand *o)
{
	return &o->face;
}
