#include <ctype.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "connectors/odoo/orders/order.h"

#include "base/banned.h"

/*
 * Orders that people entered in Odoo themselves, under the shop's number: as Customer Reference or Source Document. They
 * have no external id of ours, and ours beside them would be the same order twice. Whether such a document is the
 * shop's order only a person can say, so the order is parked.
 */

#define IGNORED " \t#"

static int next_of(const char **p)
{
	int c;

	*p += strspn(*p, IGNORED);
	c = tolower((unsigned char)**p);
	*p += c != 0;
	return c;
}

/* "# 1001 " is 1001: without blanks, number signs and case. */
static bool is_same_number(const char *a, const char *b)
{
	size_t n = 0;
	int c = 0;

	if (!a || !b)
		return false;
	do {
		c = next_of(&a);
		if (c != next_of(&b))
			return false;
		n++;
	} while (c);
	return n > 1;
}

static const char *in_case(const char *text, int (*turn)(int), struct arena *a)
{
	char *out = arena_strdup(a, text);

	for (char *p = out; *p; p++)
		*p = (char)turn((unsigned char)*p);
	return out;
}

/* Odoo is asked for whole texts: what can be typed for the number. */
void odoo_order_spellings(const char *number, cJSON *list, struct arena *a)
{
	const char *bare = number + strspn(number, IGNORED);
	const char *const word[] = {bare, in_case(bare, tolower, a), in_case(bare, toupper, a)};
	static const char *const before[] = {"", "#", "# ", " ", " #"}, *const after[] = {"", " "};

	json_push_str(list, number);
	for (size_t w = 0; w < 3 && *bare; w++) {
		if (w && (str_equal(word[w], bare) || (w == 2 && str_equal(word[2], word[1]))))
			continue;
		for (size_t i = 0; i < sizeof(before) / sizeof(*before); i++)
			for (size_t k = 0; k < sizeof(after) / sizeof(*after); k++) {
				const char *text = arena_printf(a, "%s%s%s", before[i], word[w],
								after[k]);

				if (!str_equal(text, number))
					json_push_str(list, text);
			}
	}
}

/*
 * Nobody enters an order before it is placed: what is older was made for another one, of an earlier shop that counted
 * the same numbers.
 */
static bool is_older(const struct odoo_order *d, const cJSON *record, struct arena *a)
{
	enum { CLOCKS_DIFFER_S = 24 * 3600 };
	const char *text = json_str(record, "create_date");
	int64_t made, placed;

	return d->date && clock_parse(arena_printf(a, "%sZ", d->date), &placed, NULL) == E_OK &&
	       clock_parse(arena_printf(a, "%sZ", text ? text : ""), &made, NULL) == E_OK &&
	       made < placed - CLOCKS_DIFFER_S;
}

void odoo_order_take_entered(const struct odoo_batch *b, struct odoo_order *d, const cJSON *record,
			     const char *xid)
{
	const char *number = d->number ? d->number : d->item->label;
	bool reference = is_same_number(json_str(record, "client_order_ref"), number);

	/* With one of ours it is an order of this shop, or of another one that has the same number. */
	if (str_starts(xid, "erpsync.") || str_equal(json_str(record, "state"), "cancel") ||
	    odoo_ref(record, "company_id") != b->o->company.id || is_older(d, record, b->a) ||
	    (!reference && !is_same_number(json_str(record, "origin"), number)))
		return;
	if (!d->n_entered++) {
		d->entered = arena_strdup(b->a, json_str(record, "name"));
		d->entered_in = reference ? "Customer Reference" : "Source Document";
	}
}

/* A document that is linked and not ours is the people's: what the shop changes is only told. */
static void linked(const struct odoo_order *d, const char *label, struct err *why)
{
	const char *is = d->entered ? d->entered : d->other_name;

	err_set(why, E_RECORD, "already_there",
		"%s is linked as this order (erpsync adopt) and was not made by erpsync, which writes nothing "
		"to it: make the shop's change there, then run: erpsync queue drop '%s'; if it is not this "
		"order, send it as a new one: erpsync orders export --only '%s'",
		is ? is : "a document in Odoo that no longer has its number", label, label);
}

bool odoo_order_is_entered(const struct odoo_batch *b, struct odoo_order *d, struct err *why)
{
	struct put_item *item = d->item;
	const char *label = item->label;
	bool by_person = target_is(&item->target) && (d->other_name || !odoo_order_known_id(item));

	if (!d->entered && !by_person)
		return false;
	if (by_person)
		linked(d, label, why);
	else
		err_set(why, E_RECORD, "already_there",
			"%s%s is in Odoo with the number %s as %s, and not by erpsync; if it is this order, link "
			"it, and nothing is written to it: erpsync adopt orders '%s'; if it is another "
			"one, send this one all the same: erpsync orders export --only '%s'",
			d->entered,
			d->n_entered > 1 ? arena_printf(b->a, " (and %zu more)", d->n_entered - 1)
					 : "",
			label, d->entered_in, label, label);
	if (!b->put->named || !str_equal(item->parked_as, why->code))
		return true;
	/* A person has read that, and wants it. */
	odoo_order_step(b, d, "already there", "written all the same", d->entered);
	item->target = (struct target){0};
	return false;
}
