#include "sync/flow.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"

/*
 * In the order of a slot: the ERP must know the orders before it says what of them has left, and both
 * before its free stock is offered.
 */
const struct flow flows[] = {
	{
		.noun = "orders",
		.verb = "export",
		.name = "orders export",
		.kind = KIND_ORDER,
		.from = SIDE_STORE,
		.to = SIDE_ERP,
		.section = "orders",
		.label = "order",
		.help = "Send orders of the store to the ERP.",
		.excluded = "test, older than since, or shipped already",
		.chosen_by = "orders",
		.arrives = true,
		.versions_are_news = true,
		.to_option = true,
		.keeps_documents = true,
	},
	{
		.noun = "refunds",
		.verb = "export",
		.name = "refunds export",
		.kind = KIND_REFUND,
		.from = SIDE_STORE,
		.to = SIDE_ERP,
		.section = "refunds",
		.label = "refund",
		.help = "Send what the store has given back of its orders to the ERP.",
		.excluded = "of test orders, or of orders older than since",
		.chosen_by = "orders",
		.belongs = true,
		.owner = KIND_ORDER,
		.opt_in = true,
		.versions_are_news = true,
		.to_option = true,
		.keeps_documents = true,
	},
	{
		.noun = "fulfillments",
		.verb = "pull",
		.name = "fulfillments pull",
		.kind = KIND_FULFILLMENT,
		.from = SIDE_ERP,
		.to = SIDE_STORE,
		.section = "fulfillments",
		.label = "delivery",
		.help = "Tell the store what the ERP has delivered.",
		.opt_in = true,
		.master = true,
		.keeps_documents = true,
		.quiet_repeats = true,
		.versions_are_news = true,
	},
	{
		.noun = "products",
		.verb = "push",
		.name = "products push",
		.kind = KIND_PRODUCT,
		.from = SIDE_ERP,
		.to = SIDE_STORE,
		.section = "products",
		.label = "product",
		.help = "Bring the ERP's products into the store.",
		.opt_in = true,
		.master = true,
		.reconciles = true,
		.keeps_documents = true,
		.quiet_repeats = true,
	},
	{
		.noun = "inventory",
		.verb = "pull",
		.name = "inventory pull",
		.kind = KIND_STOCK,
		.from = SIDE_ERP,
		.to = SIDE_STORE,
		.section = "inventory",
		.label = "stock of",
		.help = "Bring the ERP's stock into the store.",
		.must_set = "quantity",
		.must_set_because =
			"on_hand (physical stock; the store takes its own open orders off), "
			"available (free stock; must know every order, or what is sold twice "
			"is oversold) or forecast (counts goods that have not arrived); "
			"erpsync.conf(5) tells the consequences",
		.master = true,
		.max_age = true,
		.reconciles = true,
		.brief = true,
		.quiet_repeats = true,
	},
	{0},
};

const struct flow *flow_find(const char *noun, const char *verb)
{
	for (const struct flow *f = flows; f->noun; f++)
		if (strcmp(f->noun, noun) == 0 && strcmp(f->verb, verb) == 0)
			return f;
	return NULL;
}

const struct flow *flow_of_kind(enum record_kind kind)
{
	for (const struct flow *f = flows; f->noun; f++)
		if (f->kind == kind)
			return f;
	return NULL;
}

const struct flow *flow_of_noun(const char *noun)
{
	for (const struct flow *f = flows; f->noun; f++)
		if (strcmp(f->noun, noun) == 0)
			return f;
	return NULL;
}

static const struct connector_type *connector_at(const struct conf *c, enum side side)
{
	return connector_find(conf_text(c, side_section(side), "connector"), side);
}

bool flow_is_possible(const struct flow *f, const struct conf *c)
{
	const struct connector_type *from = connector_at(c, f->from), *to = connector_at(c, f->to);
	return from && to && from->source[f->from][f->kind] && to->sink[f->to][f->kind];
}

bool flow_is_set_up(const struct flow *f, const struct conf *c)
{
	if (f->must_set && !conf_is_set(c, f->section, f->must_set))
		return false;
	if (f->opt_in && !conf_has_section(c, f->section))
		return false;
	return flow_is_possible(f, c);
}

enum errk flow_by_hand(const struct flow *f, struct conf *c, struct arena *a,
		       struct files_by_hand *out, struct err *e)
{
	const struct connector_type *to = connector_at(c, f->to);
	const struct sink *sink = to ? to->sink[f->to][f->kind] : NULL;
	*out = (struct files_by_hand){0};
	return sink && sink->by_hand ? sink->by_hand(c, a, out, e) : E_OK;
}

bool flow_is_answered(const struct conf *c, const struct flow *f)
{
	const struct connector_type *to = connector_at(c, f->to);
	const struct sink *sink = to ? to->sink[f->to][f->kind] : NULL;
	return sink && sink->answers && sink->answers(c);
}

enum errk flow_check_allowed(const struct flow *f, const struct conf *c, struct err *e)
{
	const char *source = side_section(f->from);
	const char *master = f->master ? conf_text(c, f->section, "master") : NULL;
	struct arena *a = arena_new();
	enum errk rc = E_OK;
	if (master && !str_equal(master, source) && !str_equal(master, "both"))
		rc = err_set(e, E_LOCAL, "source_of_truth",
			     "%s: [%s] master = %s: the %s is the source of truth, and %s would "
			     "overwrite it; set master = %s if the %s is to rule",
			     conf_where(c, f->section, "master", a), f->section, master, master,
			     f->name, source, source);
	else if (f->must_set && !conf_is_set(c, f->section, f->must_set))
		rc = err_set(e, E_LOCAL, "bad_config",
			     "%s: [%s] %s= is not set, and %s does not guess it: %s", conf_path(c),
			     f->section, f->must_set, f->name, f->must_set_because);
	arena_free(a);
	return rc;
}

enum errk flow_check_arrival(const struct flow *f, const struct conf *c, struct err *e)
{
	static const char *const keys[] = {"fulfilled", "on_hold"},
				 *const ways[] = {"deliver, skip or park", "wait or export"};
	const struct connector_type *to = connector_at(c, f->to);
	const struct sink *sink = to ? to->sink[f->to][f->kind] : NULL;
	CLEANUP(arena) struct arena *a = arena_new();
	if (!f->arrives || !sink || sink->keeps_unconfirmed)
		return E_OK;
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (str_equal(conf_text(c, f->section, keys[i]), "hold"))
			return err_set(
				e, E_LOCAL, "bad_config",
				"%s: [%s] %s = hold: %s has no orders that wait to be confirmed, and "
				"these would be taken for any other; set it to %s",
				conf_where(c, f->section, keys[i], a), f->section, keys[i],
				to->title, ways[i]);
	return E_OK;
}
