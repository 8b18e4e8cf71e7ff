#include "connectors/odoo/transition.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/step.h"
#include "base/str.h"

#include "base/banned.h"

static enum errk read_states(struct odoo_batch *b, const struct odoo_transition *transition,
			     struct odoo_document *doc, size_t n, struct err *e)
{
	static const char *const fields[] = {"state", "name", NULL};
	int64_t *ids = arena_array(b->a, n, sizeof(*ids));
	struct odoo_read r = {.model = transition->model,
			      .fields = fields,
			      .ids = ids,
			      .n_ids = n,
			      .whole = true};
	CLEANUP(json) cJSON *list = NULL;
	enum errk rc;

	for (size_t i = 0; i < n; i++)
		ids[i] = doc[i].id;
	rc = odoo_search_read(b->o, &r, b->a, &list, e);
	if (rc != E_OK)
		return rc;
	JSON_EACH (record, list) {
		for (size_t i = 0; i < n; i++)
			if (doc[i].id == json_int(record, "id", 0)) {
				doc[i].state = arena_strdup(b->a, json_str(record, "state"));
				if (!doc[i].name)
					doc[i].name = arena_strdup(b->a, json_str(record, "name"));
			}
	}
	return E_OK;
}

static bool is_done(const struct odoo_transition *transition, const struct odoo_document *doc)
{
	for (const char *const *s = transition->wanted; *s; s++)
		if (str_equal(doc->state, *s))
			return true;
	return false;
}

static void remember_done(struct odoo_batch *b, const struct odoo_transition *transition,
			  struct odoo_document *doc)
{
	if (!is_done(transition, doc))
		doc->state = transition->wanted[0];
	doc->order->wrote = true;
	odoo_order_step(b, doc->order, transition->step, "done", doc->name);
}

static struct odoo_call transition_call(struct odoo_batch *b,
					const struct odoo_transition *transition,
					const struct odoo_document *doc, size_t n)
{
	int64_t *ids = arena_array(b->a, n, sizeof(*ids));
	struct odoo_call c = {.model = transition->model,
			      .method = transition->method,
			      .ids = ids,
			      .n_ids = n,
			      .quiet = transition->quiet,
			      .intent = HTTP_WRITE};

	for (size_t i = 0; i < n; i++)
		ids[i] = doc[i].id;
	if (transition->flags)
		c.context = json_object();
	for (const char *const *flag = transition->flags; flag && *flag; flag++)
		json_add_bool(c.context, *flag, true);
	b->wrote = true;
	return c;
}

/*
 * Only true says that it is done. Methods that return nothing, and those that answer an object, are
 * asked after: it may be a dialog that a person must fill in, in place of the transition.
 */
static void judge_result(const struct odoo_transition *transition, const cJSON *result,
			 struct err *e)
{
	const char *dialog = json_str(result, "name");

	if (cJSON_IsTrue(result))
		return;
	if (cJSON_IsObject(result))
		err_set(e, E_RECORD, "dialog",
			"Odoo wants a person's answer first%s%s%s: do it there (%s)",
			dialog ? ": '" : "", dialog ? dialog : "", dialog ? "'" : "",
			transition->method);
	else
		err_set(e, E_UNSURE, "not_done",
			"%s/%s was answered, but it is not done; the next run looks",
			transition->model, transition->method);
}

static void fail_all(struct odoo_document *doc, size_t n, const struct err *why)
{
	for (size_t i = 0; i < n; i++)
		odoo_order_fail(doc[i].order, why);
}

/* After a refusal or a lost answer: what is done already moves to the end; how many are not. */
static size_t still_open(struct odoo_batch *b, const struct odoo_transition *transition,
			 struct odoo_document *doc, size_t n)
{
	for (size_t i = 0; i < n;) {
		struct odoo_document last = doc[n - 1];

		if (!is_done(transition, &doc[i])) {
			i++;
			continue;
		}
		remember_done(b, transition, &doc[i]);
		doc[n - 1] = doc[i];
		doc[i] = last;
		n--;
	}
	return n;
}

static void transition_some(struct odoo_batch *b, const struct odoo_transition *transition,
			    struct odoo_document *doc, size_t n);

/* What became of the documents of one call that ended so. */
static void judge_outcome(struct odoo_batch *b, const struct odoo_transition *transition,
			  struct odoo_document *doc, size_t n, struct err *why)
{
	struct err lost;

	if (why->kind == E_OK) {
		for (size_t i = 0; i < n; i++)
			remember_done(b, transition, &doc[i]);
		return;
	}
	if (why->kind != E_RECORD && why->kind != E_UNSURE) {
		fail_all(doc, n, why);
		return;
	}
	if (read_states(b, transition, doc, n, &lost) != E_OK) {
		/* The next put looks, if even that can't be had now. */
		fail_all(doc, n, why->kind == E_UNSURE ? why : &lost);
		return;
	}
	n = still_open(b, transition, doc, n);
	if (why->kind == E_RECORD && n == 1) {
		err_wrap(why, "%s", doc->name ? doc->name : transition->model);
		fail_all(doc, n, why);
		return;
	}
	if (why->kind == E_UNSURE) {
		/* It may be under way yet: not again in this put. */
		fail_all(doc, n, why);
		return;
	}
	transition_some(b, transition, doc, n / 2);
	transition_some(b, transition, doc + n / 2, n - n / 2);
}

/* One call. */
static void transition_some(struct odoo_batch *b, const struct odoo_transition *transition,
			    struct odoo_document *doc, size_t n)
{
	struct err why = {.kind = E_OK};

	if (!n)
		return;
	CLEANUP(odoo_call) struct odoo_call c = transition_call(b, transition, doc, n);

	if (odoo_call(&b->o->server, &c, b->a, &why) == E_OK)
		judge_result(transition, c.result, &why);
	STEP(transition->step);
	judge_outcome(b, transition, doc, n, &why);
}

/*
 * In 14, of two transactions that reserve the same product one is refused, waits and begins anew:
 * shares cost more at once than in turn. In 19 they step aside for each other (stock.quant,
 * _update_reserved_quantity); that this began with 17 is not measured.
 */
static bool reserves_at_once(const struct odoo *o)
{
	return o->version.major >= 17;
}

void odoo_transition(struct odoo_batch *b, const struct odoo_transition *transition,
		     struct odoo_document *doc, size_t n)
{
	size_t shares = transition->apart ? odoo_shares(b->o, n) : 1;
	struct odoo_call *c;

	if (shares < 2) {
		transition_some(b, transition, doc, n);
		return;
	}
	c = arena_array(b->a, shares, sizeof(*c));
	for (size_t s = 0; s < shares; s++) {
		size_t at = odoo_share_at(n, s, shares);

		c[s] = transition_call(b, transition, doc + at,
				       odoo_share_at(n, s + 1, shares) - at);
	}
	odoo_calls(&b->o->server, c, shares, reserves_at_once(b->o) ? shares : 1, b->a);
	STEP(transition->step);
	for (size_t s = 0; s < shares; s++) {
		size_t at = odoo_share_at(n, s, shares);
		struct err why = c[s].err;

		if (why.kind == E_OK)
			judge_result(transition, c[s].result, &why);
		odoo_call_release(&c[s]);
		judge_outcome(b, transition, doc + at, odoo_share_at(n, s + 1, shares) - at, &why);
	}
}
