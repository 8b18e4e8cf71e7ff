#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "sync/demand_priv.h"

static int by_key(const void *a, const void *b)
{
	const struct demand_entry *x = a, *y = b;
	return x->by != y->by ? (int)x->by - (int)y->by : strcmp(x->text, y->text);
}

void demand_forget_index(struct demand *o)
{
	o->n_orders = o->n_entries = o->unreadable = 0;
	o->indexed = false;
	arena_reset(o->index);
}

static enum errk read_reported(struct demand *o, struct demand_order *x, struct err *e)
{
	struct reported *list;
	enum errk rc = reported_get(o->state, x->first->order, o->index, &list, &x->n_reported, e);
	if (rc != E_OK) {
		x->n_reported = 0;
		return rc;
	}
	x->reported = arena_array(o->index, x->n_reported, sizeof(*x->reported));
	for (size_t i = 0; i < x->n_reported && rc == E_OK; i++) {
		struct demand_reported *to = &x->reported[i];
		to->at = list[i].at;
		to->answered_at = list[i].answered_at;
		rc = demand_lines_reported(list[i].lines, o->index, &to->lines, &to->booked, e);
		if (rc == E_OK)
			rc = demand_lines_book(&to->lines, *o->mapper, o->index, e);
	}
	return rc;
}

/*
 * What the ERP was told stays booked where it was told, whatever the table says now. What waits will be booked by the
 * table of now; what is being sent, by that or as it was booked when it was.
 */
static enum errk read_now(struct demand *o, struct demand_order *x, struct err *e)
{
	struct demand_version *newest = demand_newest(x);
	const struct demand_reported *last = x->n_reported ? x->reported : NULL;
	enum errk rc = E_OK;
	if (last && newest->known_at != INT64_MAX && (last->booked || !newest->readable))
		x->now = &last->lines;
	else if (newest->readable)
		x->now = &newest->lines;
	o->unreadable += !x->now;
	/* Of what was told the older versions are of no use. */
	for (size_t i = last ? x->n - 1 : 0; i < x->n && rc == E_OK; i++)
		rc = demand_lines_book(&x->first[i].lines, *o->mapper, o->arena, e);
	if (rc == E_OK && x->now == &newest->lines)
		demand_lines_also(&newest->lines, &newest->sent, o->arena);
	return rc;
}

static void add_entries(struct demand *o, struct demand_order *x)
{
	for (size_t i = 0; x->now && i < x->now->n; i++) {
		const struct demand_line *line = &x->now->at[i];
		const char *const text[DEMAND_KEYS] = {line->sku, line->item, line->erp};
		for (int by = 0; by < DEMAND_KEYS; by++)
			if (text[by])
				o->entry[o->n_entries++] = (struct demand_entry){by, text[by], x,
										 line};
	}
}

void demand_tell_unreadable(struct demand *o)
{
	if (o->unreadable)
		notice_say(o->notices, NULL,
			   arena_printf(o->arena,
					"%zu orders on their way have no document (unreadable, or "
					"[state] keep_payloads): their units are not taken off",
					o->unreadable));
	o->unreadable = 0;
}

static int by_order(const void *a, const void *b)
{
	const struct demand_version *x = a, *y = b;
	int order = strcmp(x->order, y->order);
	return order ? order : (x->seq > y->seq) - (x->seq < y->seq);
}

void demand_sort_versions(struct demand_version *version, size_t n)
{
	if (n)
		qsort(version, n, sizeof(*version), by_order);
}

enum errk demand_index(struct demand *o, struct err *e)
{
	size_t n_lines = 0;
	enum errk rc = E_OK;
	if (o->indexed)
		return E_OK;
	struct demand_version *all = arena_array(o->index, o->n, sizeof(*all));
	if (o->n)
		memcpy(all, o->version, o->n * sizeof(*all));
	demand_sort_versions(all, o->n);
	o->order = arena_array(o->index, o->n, sizeof(*o->order));
	for (size_t i = 0; i < o->n && rc == E_OK; i++) {
		if (!i || strcmp(all[i - 1].order, all[i].order) != 0)
			o->order[o->n_orders++] = (struct demand_order){.first = &all[i]};
		struct demand_order *x = &o->order[o->n_orders - 1];
		x->n++;
		if (i + 1 < o->n && strcmp(all[i + 1].order, all[i].order) == 0)
			continue;
		rc = read_reported(o, x, e);
		if (rc == E_OK)
			rc = read_now(o, x, e);
		n_lines += x->now ? x->now->n : 0;
	}
	o->entry = arena_array(o->index, n_lines * DEMAND_KEYS, sizeof(*o->entry));
	for (size_t i = 0; i < o->n_orders && rc == E_OK; i++)
		add_entries(o, &o->order[i]);
	if (o->n_entries)
		qsort(o->entry, o->n_entries, sizeof(*o->entry), by_key);
	o->indexed = rc == E_OK;
	return rc;
}

const struct demand_entry *demand_entries(const struct demand *o, enum demand_key by,
					  const char *text, size_t *n)
{
	const struct demand_entry want = {.by = by, .text = text}, *hit = NULL;
	const struct demand_entry *end = o->entry + o->n_entries;
	*n = 0;
	if (text && o->n_entries)
		hit = bsearch(&want, o->entry, o->n_entries, sizeof(*o->entry), by_key);
	while (hit && hit > o->entry && by_key(&hit[-1], &want) == 0)
		hit--;
	while (hit && hit + *n < end && by_key(&hit[*n], &want) == 0)
		(*n)++;
	return hit;
}
