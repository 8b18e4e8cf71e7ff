#include <string.h>

#include "base/str.h"
#include "connectors/shopify/shipments/shipments.h"

bool fulfillment_same_numbers(const char *const *a, size_t n, const struct ship_done *f)
{
	for (size_t i = 0; i < n; i++)
		if (!str_among(a[i], f->number, f->n_numbers))
			return false;
	return n == f->n_numbers;
}

static bool shares_number(const struct delivery *d, const struct ship_done *f)
{
	for (size_t i = 0; i < d->n_numbers; i++)
		if (str_among(d->number[i], f->number, f->n_numbers))
			return true;
	return false;
}

/* Neither this delivery's nor another one's: somebody made it by hand, or an app. */
static bool is_free(const struct delivery *d, const struct ship_done *f)
{
	return !f->cancelled && !f->claimed && !delivery_owns(d, f->id);
}

static void adopt(struct fulfillment_put *p, struct delivery *d, struct ship_done *const *f,
		  size_t n)
{
	for (size_t i = 0; i < n; i++) {
		delivery_add_own(p, d, f[i]->id);
		delivery_step(p, d, "shipped", "found there", f[i]->id);
	}
}

/* What carries one of our numbers is this delivery, whoever entered it. False: it can't be. */
static bool adopt_by_number(struct fulfillment_put *p, struct delivery *d)
{
	struct ship_state *s = d->state;
	struct ship_done **f = arena_array(p->arena, s->n_done, sizeof(*f));
	size_t n = 0;
	for (size_t i = 0; i < s->n_done; i++)
		if (is_free(d, &s->done[i]) && shares_number(d, &s->done[i]))
			f[n++] = &s->done[i];
	if (!n)
		return true;
	if (fulfillment_fit(p, d, f, n) == FIT_NOT) {
		delivery_refuse(
			d, "tracking_in_use",
			"the shop has a shipment of order %s with the tracking number %s "
			"already (%s), with other lines or quantities than this delivery; correct "
			"one of them, then run: erpsync queue retry '%s'",
			s->name, f[0]->number[0], f[0]->id, d->put->label);
		return false;
	}
	adopt(p, d, f, n);
	return true;
}

/*
 * Nothing is left to ship, but what was shipped by hand is the same: one shipment, or all that
 * nobody has claimed together. One with other numbers is another parcel.
 */
static bool adopt_by_lines(struct fulfillment_put *p, struct delivery *d)
{
	struct ship_state *s = d->state;
	struct ship_done **f = arena_array(p->arena, s->n_done, sizeof(*f));
	size_t n = 0;
	for (size_t i = 0; i < s->n_done; i++)
		if (is_free(d, &s->done[i]) && (!d->n_numbers || !s->done[i].n_numbers))
			f[n++] = &s->done[i];
	for (size_t i = 0; i < n; i++)
		if (fulfillment_fit(p, d, &f[i], 1) == FIT_ALL) {
			adopt(p, d, &f[i], 1);
			return true;
		}
	if (n && fulfillment_fit(p, d, f, n) == FIT_ALL) {
		adopt(p, d, f, n);
		return true;
	}
	return false;
}

/* Shipments that a delivery may be, and a choice of them. */
struct choice {
	struct ship_done **from, **chosen;
	size_t n_from, n;
	int tries;
};

/* Are some of them together what is needed, and nothing else? After many tries it is taken for so. */
static bool makes_up(struct fulfillment_put *p, const struct delivery *d, struct choice *c,
		     size_t at)
{
	enum { TRIES_MAX = 2000 };
	for (size_t i = at; i < c->n_from; i++) {
		c->chosen[c->n++] = c->from[i];
		enum fit fit = fulfillment_fit(p, d, c->chosen, c->n);
		if (fit == FIT_ALL || ++c->tries > TRIES_MAX)
			return true;
		if (fit == FIT_PART && makes_up(p, d, c, i + 1))
			return true;
		c->n--;
	}
	return false;
}

static const char *names_of(struct fulfillment_put *p, const struct choice *c)
{
	const char *text = "";
	for (size_t i = 0; i < c->n; i++)
		text = arena_printf(p->arena, "%s%s%s%s%s", text, i ? ", " : "", c->chosen[i]->id,
				    c->chosen[i]->n_numbers ? " with " : "",
				    c->chosen[i]->n_numbers ? c->chosen[i]->number[0] : "");
	return text;
}

static void refuse_doubtful(struct fulfillment_put *p, struct delivery *d, const struct choice *c)
{
	const char *label = d->put->label;
	const char *found =
		arena_printf(p->arena,
			     "order %s has %s of the same lines that no delivery is known for (%s)",
			     d->state->name, c->n > 1 ? "shipments" : "a shipment", names_of(p, c));
	const char *which = c->n > 1 ? "they are" : "it is";
	if (d->n_numbers)
		delivery_refuse(
			d, "maybe_shipped",
			"%s; if %s this one, write %s there as the tracking number; if it is "
			"another parcel, ship this one there by hand with %s; then run: "
			"erpsync queue retry '%s'",
			found, which, d->number[0], d->number[0], label);
	else
		delivery_refuse(
			d, "maybe_shipped",
			"%s; if %s this one: erpsync queue drop '%s'; if it is another parcel, "
			"ship this one there by hand, and then: erpsync queue drop '%s'",
			found, which, label, label);
}

/*
 * There is more to ship, and shipments that nobody here knows of have just these lines: made by hand, or by
 * a state file that was lost or restored since, as one or as several, one for each location. A number says
 * nothing then, the ERP may have another one by now. Whether they are this one only a person knows.
 */
static bool may_be_there(struct fulfillment_put *p, struct delivery *d)
{
	struct ship_state *s = d->state;
	struct choice c = {.from = arena_array(p->arena, s->n_done, sizeof(*c.from)),
			   .chosen = arena_array(p->arena, s->n_done, sizeof(*c.chosen))};
	if (d->put->target.id || d->written)
		return false;
	for (size_t i = 0; i < s->n_done; i++)
		if (is_free(d, &s->done[i]))
			c.from[c.n_from++] = &s->done[i];
	if (!makes_up(p, d, &c, 0))
		return false;
	refuse_doubtful(p, d, &c);
	return true;
}

/* Neither shipped nor cancelled: whether its goods may be shipped again only a person knows. */
static bool check_known(struct delivery *d)
{
	const struct ship_state *s = d->state;
	for (size_t i = 0; i < s->n_done; i++)
		if (s->done[i].strange) {
			delivery_refuse(
				d, "unknown_status",
				"order %s has the shipment %s, whose status '%.40s' this version of erpsync "
				"does not know; see in the shop what it means and settle the delivery "
				"there, then run: erpsync queue drop '%s'; or install a newer version, then "
				"run: erpsync queue retry '%s'",
				s->name, s->done[i].id, s->done[i].strange, d->put->label,
				d->put->label);
			return false;
		}
	return true;
}

static bool check_own(struct delivery *d)
{
	const struct ship_state *s = d->state;
	for (size_t i = 0; i < d->n_own; i++) {
		const struct ship_done *f = NULL;
		for (size_t k = 0; k < s->n_done; k++)
			if (strcmp(s->done[k].id, d->own[i]) == 0)
				f = &s->done[k];
		if (f && !f->cancelled)
			continue;
		delivery_refuse(
			d, "shipment_cancelled",
			"its shipment %s was %s in the shop, and a cancelled shipment is never made "
			"anew without a person; ship it there by hand if it has left, and then: "
			"erpsync queue drop '%s'",
			d->own[i], f ? "cancelled" : "removed", d->put->label);
		return false;
	}
	return true;
}

/* What the ERP says of a delivery that was told to the shop must still be what was told. */
static bool check_lines(struct fulfillment_put *p, struct delivery *d)
{
	const char *what = NULL;
	const char *how = "the shop was told";
	if (fulfillment_reckon(p, d, &what)) {
		if (!d->put->target.id || !fulfillment_needed(d))
			return true;
		how = "the ERP now has";
		for (size_t i = 0; i < d->n_lines && !what; i++)
			if (d->line[i].need > 0)
				what = arena_printf(p->arena, "%lld more of '%s'",
						    (long long)d->line[i].need,
						    d->line[i].sku ? d->line[i].sku
								   : d->line[i].line);
	}
	delivery_refuse(
		d, "lines_changed",
		"its lines have changed since the shop was told: %s %s; a shipment's lines are "
		"not changed from here; correct it in the shop (cancel the shipment there and "
		"ship anew), then run: erpsync queue drop '%s'",
		how, what, d->put->label);
	return false;
}

static bool same_place(const struct ship_order *a, const struct ship_order *b)
{
	return str_equal(a->location, b->location) && str_equal(a->method, b->method);
}

/* One call of all that is needed: one location, and one fulfillment order if it is moved. */
static void choose(struct fulfillment_put *p, const struct delivery *d, struct next_call *out)
{
	const struct ship_order *first = NULL;
	out->what = NEXT_SHIP;
	for (size_t i = 0; i < out->n_all && p->other == OTHER_MOVE && d->location && !first; i++)
		if (!str_equal(out->all[i].order->location, d->location)) {
			first = out->all[i].order;
			out->what = NEXT_MOVE;
		}
	if (!first)
		first = out->all[0].order;
	out->part = arena_array(p->arena, out->n_all, sizeof(*out->part));
	for (size_t i = 0; i < out->n_all && out->n < SHIP_LINES_MAX; i++)
		if (out->what == NEXT_MOVE ? out->all[i].order == first
					   : same_place(out->all[i].order, first))
			out->part[out->n++] = out->all[i];
}

/* The id is one of a list with a blank after each. */
static bool is_listed(const char *list, const char *id)
{
	size_t len = strlen(id);
	for (const char *hit = list; hit && (hit = strstr(hit, id)); hit += len)
		if (hit[len] == ' ')
			return true;
	return false;
}

/* A new delivery may differ in what the shop made of carrier and links; a change must arrive. */
static bool is_told(const struct delivery *d, const struct ship_done *f)
{
	if (is_listed(d->told, f->id))
		return true;
	if (!fulfillment_same_numbers(d->number, d->n_numbers, f))
		return false;
	if (!d->put->target.id)
		return true;
	if (d->company && !str_equal(d->company, f->company))
		return false;
	for (size_t i = 0; i < d->n_numbers; i++)
		for (size_t k = 0; i < d->n_urls && k < f->n_numbers; k++)
			if (strcmp(d->number[i], f->number[k]) == 0 &&
			    !str_equal(d->url[i], f->url[k]))
				return false;
	return true;
}

const char *fulfillment_untold(const struct delivery *d)
{
	const struct ship_state *s = d->state;
	/* Tracking that the ERP no longer names stays: the buyer may have it. */
	for (size_t i = 0; i < s->n_done && d->n_numbers; i++)
		if (delivery_owns(d, s->done[i].id) && !is_told(d, &s->done[i]))
			return s->done[i].id;
	return NULL;
}

static void refuse_cancelled(struct delivery *d)
{
	delivery_refuse(
		d, "order_cancelled",
		"order %s is cancelled in the shop, and the ERP has delivered it; call the goods "
		"back or settle it with the buyer, then run: erpsync queue drop '%s'",
		d->state->name, d->put->label);
}

struct next_call fulfillment_judge(struct fulfillment_put *p, struct delivery *d)
{
	struct next_call out = {.what = NEXT_NOTHING};
	const char *over = NULL;
	struct err why;
	intents_claims(d);
	if (!check_known(d) || !check_own(d) || !check_lines(p, d))
		return out;
	if (fulfillment_needed(d)) {
		if (!adopt_by_number(p, d) || !fulfillment_reckon(p, d, &over))
			return out;
	}
	if (fulfillment_needed(d)) {
		bool can = !d->state->cancelled &&
			   fulfillment_allocate(p, d, &out.all, &out.n_all, &why);
		if (can && may_be_there(p, d))
			return out;
		if (can) {
			choose(p, d, &out);
			return out;
		}
		if (!adopt_by_lines(p, d)) {
			if (d->state->cancelled)
				refuse_cancelled(d);
			else
				d->put->err = why;
			return out;
		}
	}
	out.fulfillment = fulfillment_untold(d);
	out.what = out.fulfillment ? NEXT_TRACK : NEXT_NOTHING;
	return out;
}
