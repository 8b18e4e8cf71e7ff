#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/step.h"
#include "base/str.h"
#include "connectors/shopify/shipments/shipments.h"

/*
 * Writes whose answer was lost. The order shows what landed; what it does not show may still be under way
 * somewhere, so that the same is sent again only after a long wait. And as no wait proves that nothing comes
 * any more, what was given up stays in the intents for a day ("late"): until then each run looks whether it
 * came after all.
 */

static bool is_what(const cJSON *intent, const char *what)
{
	return str_equal(json_str(intent, "what"), what);
}

static bool was_before(const cJSON *intent, const char *id)
{
	JSON_EACH (before, json_at(intent, "before"))
		if (cJSON_IsString(before) && strcmp(before->valuestring, id) == 0)
			return true;
	return false;
}

/* Exactly the units that were sent. */
static bool same_lines(const cJSON *intent, const struct ship_done *f)
{
	int64_t sent = 0, there = 0;
	for (size_t i = 0; i < f->n_lines; i++)
		there += f->line[i].units;
	JSON_EACH (line, json_at(intent, "lines")) {
		const char *id = json_str(line, "line");
		int64_t of_line = 0, units = 0;
		sent += json_int(line, "units", 0);
		JSON_EACH (other, json_at(intent, "lines"))
			if (str_equal(json_str(other, "line"), id))
				of_line += json_int(other, "units", 0);
		for (size_t i = 0; i < f->n_lines; i++)
			if (str_equal(f->line[i].line, id))
				units += f->line[i].units;
		if (units != of_line)
			return false;
	}
	return sent == there;
}

/* Can this shipment be what was sent? Whatever its numbers are now, if `any`. */
static bool is_sent(struct fulfillment_put *p, const cJSON *intent, const struct ship_done *f,
		    bool any)
{
	LIST(const char *) number = {0};
	JSON_EACH (entry, json_at(intent, "numbers"))
		if (cJSON_IsString(entry))
			*list_add(&number, p->arena) = entry->valuestring;
	return !f->claimed && !was_before(intent, f->id) && same_lines(intent, f) &&
	       (any || !number.n || fulfillment_same_numbers(number.at, number.n, f));
}

/* The shipment that the intent made; NULL: it is not there (yet). */
static const struct ship_done *find_landed(struct fulfillment_put *p, const struct delivery *d,
					   const cJSON *intent)
{
	const struct ship_state *s = d->state;
	intents_claims(d);
	for (size_t i = 0; i < s->n_done; i++)
		if (!delivery_owns(d, s->done[i].id) && is_sent(p, intent, &s->done[i], false))
			return &s->done[i];
	return NULL;
}

static const char *text_of(const cJSON *list, size_t at)
{
	const cJSON *entry = cJSON_GetArrayItem(list, (int)at);
	return cJSON_IsString(entry) ? entry->valuestring : NULL;
}

/* The shipment shows all of the tracking that was sent. */
static bool shows(struct fulfillment_put *p, const struct ship_done *f, const cJSON *tracking)
{
	const char *company = json_str(tracking, "company");
	const cJSON *numbers = json_at(tracking, "numbers"), *urls = json_at(tracking, "urls");
	size_t n = json_count(tracking, "numbers");
	const char **number = arena_array(p->arena, n, sizeof(*number));
	for (size_t i = 0; i < n; i++)
		number[i] = text_of(numbers, i) ? text_of(numbers, i) : "";
	if (!fulfillment_same_numbers(number, n, f) || (company && !str_equal(company, f->company)))
		return false;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; text_of(urls, i) && k < f->n_numbers; k++)
			if (strcmp(number[i], f->number[k]) == 0 &&
			    !str_equal(text_of(urls, i), f->url[k]))
				return false;
	return true;
}

static bool tracking_landed(struct fulfillment_put *p, const struct delivery *d,
			    const cJSON *intent)
{
	const struct ship_state *s = d->state;
	const char *id = json_str(intent, "fulfillment");
	for (size_t i = 0; i < s->n_done; i++)
		if (str_equal(s->done[i].id, id))
			return shows(p, &s->done[i], json_at(intent, "tracking"));
	return true; /* it is no more, and nothing can be written to it */
}

/* What was to be moved is not there any more as it was. */
static bool move_landed(const struct delivery *d, const cJSON *intent)
{
	const struct ship_state *s = d->state;
	JSON_EACH (line, json_at(intent, "lines"))
		for (size_t i = 0; i < s->n_orders; i++) {
			const struct ship_order *o = &s->order[i];
			for (size_t k = 0; k < o->n_left; k++)
				if (str_equal(o->left[k].id, json_str(line, "from")) &&
				    o->left[k].left >= json_int(line, "left", 0) &&
				    !str_equal(o->location, d->location))
					return false;
		}
	return true;
}

static bool has_landed(struct fulfillment_put *p, struct delivery *d, const cJSON *intent)
{
	if (is_what(intent, SENT_TRACKING))
		return tracking_landed(p, d, intent);
	if (is_what(intent, SENT_MOVE))
		return move_landed(d, intent);
	const struct ship_done *f = find_landed(p, d, intent);
	if (!f)
		return false;
	delivery_add_own(p, d, f->id);
	delivery_step(p, d, SENT_SHIPMENT, "found there", f->id);
	return true;
}

/* What was sent may still be carried out: nothing more is sent. */
static enum errk put_off(struct fulfillment_put *p, struct delivery *d, const cJSON *intent,
			 struct err *e)
{
	int64_t age = clock_now() - json_int(intent, "at", 0);
	if (age >= 0) {
		d->put->err.wait_ms = (FINISHED_S - age) * 1000;
		return E_OK;
	}
	/* The clock was set back since: it is reckoned from now on. */
	d->put->err.wait_ms = FINISHED_S * 1000;
	return intents_save(p, d, cJSON_Duplicate(intent, true), e);
}

enum errk fulfillment_resolve(struct fulfillment_put *p, struct delivery *d, struct err *e)
{
	const cJSON *intent = intents_open(d);
	bool landed = has_landed(p, d, intent);
	int64_t age = clock_now() - json_int(intent, "at", 0);
	/* Nothing is sent in a dry run, so nothing can be sent twice. */
	if (!landed && age < FINISHED_S && !p->shop->env.dry_run) {
		err_set(&d->put->err, E_BUSY, "no_answer",
			"a write of it got no answer%s%s, and order %s does not show it; as it may still be "
			"carried out, nothing more is sent of it before %d minutes have passed",
			d->lost ? ": " : "", d->lost ? d->lost : "", d->state->name,
			FINISHED_S / 60);
		return put_off(p, d, intent, e);
	}
	/* A second move is no second shipment, and a look would not show whose units moved. */
	bool over = landed || is_what(intent, SENT_MOVE);
	enum errk rc = over ? intents_save(p, d, NULL, e) : intents_give_up(p, d, e);
	STEP("shipment resolved");
	return rc;
}

/* What there is of one that was given up. */
struct arrival {
	const struct ship_done *mine, *dead, *other; /* ours; ours, cancelled; nobody's */
};

static struct arrival arrival_of(struct fulfillment_put *p, const struct delivery *d,
				 const cJSON *late)
{
	const struct ship_state *s = d->state;
	struct arrival found = {0};
	for (size_t i = 0; i < s->n_done; i++) {
		const struct ship_done *f = &s->done[i];
		bool own = delivery_owns(d, f->id);
		if (!is_sent(p, late, f, own))
			continue;
		if (f->cancelled)
			found.dead = own ? f : found.dead;
		else if (own)
			found.mine = f;
		else
			found.other = f;
	}
	return found;
}

static void refuse_twice(struct delivery *d, const struct arrival *found)
{
	delivery_refuse(
		d, "shipped_twice",
		"order %s has two shipments of this one delivery, %s and %s: a request got no "
		"answer, was sent again, and was carried out late all the same; cancel one of the "
		"two in the shop, then run: erpsync queue retry '%s'",
		d->state->name, found->mine ? found->mine->id : "its own", found->other->id,
		d->put->label);
}

static void judge_arrival(struct fulfillment_put *p, struct delivery *d, const cJSON *late)
{
	const char *over = NULL;
	struct arrival found = arrival_of(p, d, late);
	/* Of two a person has cancelled the one that we took for ours. */
	if (found.dead && (found.mine || found.other))
		delivery_drop_own(d, found.dead->id);
	if (!found.other)
		return;
	if (!fulfillment_reckon(p, d, &over) || !fulfillment_needed(d)) {
		refuse_twice(d, &found);
		return;
	}
	delivery_add_own(p, d, found.other->id);
	delivery_step(p, d, SENT_SHIPMENT, "found there", found.other->id);
}

void fulfillment_late(struct fulfillment_put *p, struct delivery *d)
{
	if (intents_other_intents(d)) {
		/* What is nobody's yet may be another delivery's. */
		d->put->passing |= intents_late(d) != NULL;
		return;
	}
	intents_claims(d);
	JSON_EACH (late, intents_late(d)) {
		int64_t age = clock_now() - json_int(late, "at", 0);
		d->put->passing |= age < LATE_S;
		if (is_what(late, SENT_SHIPMENT) && delivery_is_open(d))
			judge_arrival(p, d, late);
	}
}
