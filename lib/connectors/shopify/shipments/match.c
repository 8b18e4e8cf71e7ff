#include <string.h>

#include "base/str.h"
#include "connectors/shopify/shipments/shipments.h"

/* Units by line, to be counted off. */
struct tally {
	struct ship_units *entry;
	size_t n;
};

bool delivery_line_is(const struct delivery_line *l, const char *line, const char *sku)
{
	return l->line ? str_equal(l->line, line)
		       : sku && str_equal(l->sold_as ? l->sold_as : l->sku, sku);
}

static struct tally tally_of(struct fulfillment_put *p, struct ship_done *const *f, size_t n)
{
	struct tally t = {0};
	size_t cap = 0;
	for (size_t i = 0; i < n; i++)
		cap += f[i]->n_lines;
	t.entry = arena_array(p->arena, cap, sizeof(*t.entry));
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < f[i]->n_lines; k++)
			t.entry[t.n++] = f[i]->line[k];
	return t;
}

/* Takes up to so many units of what the line means; returns how many it got. */
static int64_t take(struct tally *t, const struct delivery_line *l, int64_t units)
{
	int64_t got = 0;
	for (size_t i = 0; i < t->n && got < units; i++) {
		struct ship_units *entry = &t->entry[i];
		if (!delivery_line_is(l, entry->line, entry->sku))
			continue;
		int64_t some = entry->units < units - got ? entry->units : units - got;
		entry->units -= some;
		got += some;
	}
	return got;
}

static const struct ship_units *left_over(const struct tally *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->entry[i].units > 0)
			return &t->entry[i];
	return NULL;
}

bool fulfillment_reckon(struct fulfillment_put *p, struct delivery *d, const char **what)
{
	struct ship_state *s = d->state;
	struct ship_done **own = arena_array(p->arena, s->n_done, sizeof(*own));
	size_t n = 0;
	for (size_t i = 0; i < s->n_done; i++)
		if (delivery_owns(d, s->done[i].id))
			own[n++] = &s->done[i];
	struct tally t = tally_of(p, own, n);
	for (size_t i = 0; i < d->n_lines; i++)
		d->line[i].need = d->line[i].units - take(&t, &d->line[i], d->line[i].units);
	const struct ship_units *over = left_over(&t);
	if (over)
		*what = arena_printf(p->arena, "%lld more of '%s'", (long long)over->units,
				     over->sku ? over->sku : over->line);
	return !over;
}

int64_t fulfillment_needed(const struct delivery *d)
{
	int64_t n = 0;
	for (size_t i = 0; i < d->n_lines; i++)
		n += d->line[i].need;
	return n;
}

enum fit fulfillment_fit(struct fulfillment_put *p, const struct delivery *d,
			 struct ship_done *const *f, size_t n)
{
	struct tally t = tally_of(p, f, n);
	int64_t got = 0;
	for (size_t i = 0; i < d->n_lines; i++)
		got += take(&t, &d->line[i], d->line[i].need);
	if (!got || left_over(&t))
		return FIT_NOT;
	return got == fulfillment_needed(d) ? FIT_ALL : FIT_PART;
}

/* Where units may be taken from now: what is left, less what an earlier line took. */
struct portion {
	struct ship_order *order;
	struct ship_left *left;
	int64_t units;
	bool here; /* at the location that the delivery left from, or anywhere if none is known */
};

static struct portion *sources_of(struct fulfillment_put *p, const struct delivery *d, size_t *n)
{
	struct ship_state *s = d->state;
	size_t cap = 0;
	for (size_t i = 0; i < s->n_orders; i++)
		cap += s->order[i].n_left;
	struct portion *list = arena_array(p->arena, cap, sizeof(*list));
	/* Those at the delivery's location first. */
	for (int here = 1; here >= 0; here--)
		for (size_t i = 0; i < s->n_orders; i++) {
			struct ship_order *o = &s->order[i];
			bool is = !d->location || str_equal(d->location, o->location);
			if (is != here)
				continue;
			for (size_t k = 0; k < o->n_left; k++)
				list[(*n)++] = (struct portion){o, &o->left[k], o->left[k].left,
								is};
		}
	return list;
}

/* The fulfillment order can give units to this delivery as things are configured. */
static bool is_open(const struct fulfillment_put *p, const struct portion *from)
{
	if (!from->order->can_ship)
		return false;
	return from->here || p->other == OTHER_ACCEPT ||
	       (p->other == OTHER_MOVE && from->order->can_move);
}

/* What there is for one line of the delivery. */
struct supply {
	int64_t open, held,
		elsewhere; /* can be taken; in an order that can't be shipped; other place */
	const struct ship_order *holder, *other;
	const char *line; /* the only line of the order with units to take */
	bool known, several;
};

static struct supply supply_of(const struct fulfillment_put *p, const struct delivery *d,
			       const struct delivery_line *l, const struct portion *list, size_t n)
{
	struct supply s = {0};
	for (size_t i = 0; i < n; i++) {
		const struct portion *from = &list[i];
		if (!delivery_line_is(l, from->left->line, from->left->sku))
			continue;
		s.known = true;
		if (from->units <= 0)
			continue;
		if (is_open(p, from)) {
			s.open += from->units;
			s.several |= s.line && !str_equal(s.line, from->left->line);
			s.line = from->left->line;
		} else if (from->order->can_ship) {
			s.elsewhere += from->units;
			s.other = from->order;
		} else {
			s.held += from->units;
			s.holder = from->order;
		}
	}
	for (size_t i = 0; i < d->state->n_done && !s.known; i++)
		for (size_t k = 0; k < d->state->done[i].n_lines; k++)
			s.known |= delivery_line_is(l, d->state->done[i].line[k].line,
						    d->state->done[i].line[k].sku);
	return s;
}

static bool refuse(struct fulfillment_put *p, const struct delivery *d,
		   const struct delivery_line *l, const struct supply *s, struct err *why)
{
	const char *order = d->state->name, *retry = d->put->label;
	const char *name = l->sku ? l->sku : l->line;
	long long need = l->need, all = s->open;
	all += s->held + s->elsewhere;
	if (!s->known)
		err_set(why, E_RECORD, "unknown_line",
			"'%s' is on no line that order %s has to ship (its SKU in the shop may be "
			"another one, or a fulfillment service ships it); name the shop's SKU in "
			"tables/store_skus.csv" OWN_TABLE
			", or have the ERP correct it (in a new file: the wrong SKU with quantity 0, "
			"and the right one, or the line by its line_id where the article got its SKU "
			"after it was sold: the order's line keeps the one of that day, or none), then "
			"run: erpsync queue retry '%s'",
			name, order, retry);
	else if (s->several)
		err_set(why, E_RECORD, "ambiguous_sku",
			"order %s has several lines with the SKU '%s', %lld units of them left, and "
			"the delivery holds %lld: the ERP must say which by line_id, beside the SKU",
			order, name, (long long)s->open, need);
	else if (s->open + s->held >= need && s->holder)
		err_set(why, E_RECORD, "not_shippable",
			"%lld of '%s' can't be shipped in the shop: order %s is %s there%s%s; release "
			"it there, then run: erpsync queue retry '%s'",
			(long long)s->held, name, order,
			s->holder->status ? s->holder->status : "not open",
			s->holder->hold ? ", " : "", s->holder->hold ? s->holder->hold : "", retry);
	else if (s->open + s->elsewhere >= need && s->other)
		err_set(why, E_RECORD, "other_location",
			"%lld of '%s' left from %s, but the shop has them at '%s'%s; move them there, "
			"then run: erpsync queue retry '%s'",
			(long long)s->elsewhere, name,
			d->location_name ? d->location_name : d->warehouse,
			s->other->location_name ? s->other->location_name : "no location",
			p->other == OTHER_MOVE ? " and does not let them be moved"
					       : " ([fulfillments] other_location = park)",
			retry);
	else
		err_set(why, E_RECORD, "over_delivery",
			"the delivery holds %lld of '%s', and order %s has %lld left to ship; if the "
			"delivery is wrong, correct it in the ERP " SAID_ANEW ", then run: erpsync "
			"queue retry '%s'; if it "
			"was shipped by hand in the shop, or the order was changed, settle it there or "
			"drop it: erpsync queue drop '%s'",
			need, name, order, all, retry, retry);
	return false;
}

bool fulfillment_allocate(struct fulfillment_put *p, struct delivery *d, struct ship_part **part,
			  size_t *n, struct err *why)
{
	size_t sources = 0;
	struct portion *list = sources_of(p, d, &sources);
	struct ship_part *out = arena_array(p->arena, sources * (d->n_lines + 1), sizeof(*out));
	*n = 0;
	for (size_t i = 0; i < d->n_lines; i++) {
		const struct delivery_line *l = &d->line[i];
		if (l->need <= 0)
			continue;
		struct supply s = supply_of(p, d, l, list, sources);
		/* Several lines of one SKU: which are meant is clear only if it is all of them. */
		if (s.several && s.open == l->need)
			s.several = false;
		if (s.open < l->need || s.several)
			return refuse(p, d, l, &s, why);
		int64_t rest = l->need;
		for (size_t k = 0; k < sources && rest; k++) {
			struct portion *from = &list[k];
			if (!is_open(p, from) || from->units <= 0 ||
			    !delivery_line_is(l, from->left->line, from->left->sku))
				continue;
			int64_t some = from->units < rest ? from->units : rest;
			from->units -= some;
			rest -= some;
			out[(*n)++] = (struct ship_part){from->order, from->left, some};
		}
	}
	*part = out;
	return true;
}
