#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/list.h"
#include "base/step.h"
#include "base/str.h"
#include "connectors/shopify/stock/stock.h"

/*
 * Writes under a key. Shopify.dev, "Idempotent requests": the same key with the same variables
 * gives the first result, for 24 hours; with others it is refused. So each call is noted, variables
 * and key, before it is sent. Within its put it may be sent again. Afterwards it is an old intention
 * and must not be: a later put only sees to it that it can't take effect any more.
 */
enum { KEY_HOURS = 23, CONCURRENT_WAIT_MS = 1500 };

static const char *note_key(const struct stock_put *p, size_t seq)
{
	return arena_printf(p->arena, "stock %s %06zu", p->batch->key, seq);
}

static const char *doc_name(enum shopify_document doc)
{
	return doc == DOC_STOCK_SET ? "set" : "activate";
}

static enum errk save_note(const struct stock_put *p, const struct stock_call *c, size_t seq,
			   struct err *e)
{
	const struct connector_state *state = p->shop->env.state;
	CLEANUP(json) cJSON *note = json_object();
	json_add_str(note, "call", doc_name(c->doc));
	json_add(note, "variables", cJSON_Duplicate(c->variables, true));
	return state->save(state->ctx, note_key(p, seq), json_text(note, p->arena), e);
}

/* The errors of inventoryActivate have no code: there the sentence must do. */
static bool is_error(const cJSON *errors, const char *wanted, const char *sentence)
{
	const char *code = json_str(errors, "[0].code");
	const char *text = json_str(errors, "[0].message");
	return code ? strcmp(code, wanted) == 0 : text && strstr(text, sentence);
}

/* One sending. *again: worth another with the same key. */
static enum errk send_once(struct stock_put *p, struct stock_call *c, bool *again, struct err *e)
{
	static const char *const fields[] = {"inventorySetQuantities", "inventoryActivate"};
	struct shopify_query q = {.doc = c->doc, .variables = cJSON_Duplicate(c->variables, true)};
	enum errk rc = shopify_send(p->shop, &q, 1, p->arena, e);
	if (rc == E_OK) {
		struct answer in = shopify_answer(&q);
		const cJSON *payload = answer_object(&in, q.data,
						     fields[c->doc == DOC_STOCK_ACTIVATE]);
		c->errors = answer_nodes(&in, payload, "userErrors", ENTRIES_MAX);
		JSON_EACH (error, c->errors)
			answer_text(&in, error, "message");
		/* null where every quantity was as it should be already */
		if (c->doc == DOC_STOCK_SET)
			answer_object_or_null(&in, payload, "inventoryAdjustmentGroup");
		else if (!json_first(c->errors))
			answer_id(&in, payload, "inventoryLevel.id");
		cJSON_Delete(c->root);
		c->root = TAKE(q.root);
		rc = answer_end(&in, e);
		*again = rc != E_OK || is_error(c->errors, "IDEMPOTENCY_CONCURRENT_REQUEST",
						"currently in progress");
		if (rc == E_OK && *again)
			rc = err_set(e, E_UNSURE, "in_progress",
				     "Shopify has not said what became of the write");
	} else if (shopify_is_unsure(e)) {
		*again = true;
		rc = e->kind = E_UNSURE;
	}
	shopify_query_release(&q);
	return rc;
}

static enum errk send(struct stock_put *p, struct stock_call *c, struct err *e)
{
	enum errk rc = E_OK;
	for (int tries = 0; tries <= STOCK_RESENDS; tries++) {
		bool again = false;
		struct err wait;
		if (tries && http_pause(p->shop->env.http, CONCURRENT_WAIT_MS, &wait) != E_OK)
			return rc;
		rc = send_once(p, c, &again, e);
		STEP("stock sent");
		if (!again)
			return rc;
	}
	return rc;
}

enum errk stock_call(struct stock_put *p, struct stock_call *c, struct err *e)
{
	size_t seq = p->seq++;
	char once[RANDOM_HEX_SIZE];
	/* What stands in the state file may have been used already by what was done before it was put back. */
	random_hex(once);
	json_add_str(c->variables, "key",
		     arena_printf(p->arena, "%s-%06zu-%s", p->batch->key, seq, once));
	enum errk rc = save_note(p, c, seq, e);
	STEP("stock noted");
	return rc == E_OK ? send(p, c, e) : rc;
}

/* A key that is about to be forgotten may no longer be sent: it would write a second time. */
static bool is_fresh(int64_t saved_at)
{
	return clock_now() - saved_at < KEY_HOURS * 3600;
}

/*
 * A call under the key of the old one that changes nothing: the level as it is now, or an activation
 * with nothing to sell.
 */
static enum errk harmless(struct stock_put *p, const struct stock_call *old, cJSON **out,
			  struct err *e)
{
	const cJSON *first = json_at(old->variables, "input.quantities[0]");
	cJSON *variables = cJSON_Duplicate(old->variables, true);
	*out = variables;
	if (old->doc == DOC_STOCK_ACTIVATE) {
		const char *name = json_at(old->variables, "onHand") ? "onHand" : "available";
		cJSON_DeleteItemFromObjectCaseSensitive(variables, name);
		json_add_int(variables, name, 0);
		return E_OK;
	}
	int64_t have = 0;
	const char *item = json_str(first, "inventoryItemId"), *at = json_str(first, "locationId");
	enum errk rc = stock_read_level(p, item, at, json_str(old->variables, "input.name"), &have,
					e);
	if (rc != E_OK)
		return rc;
	cJSON *input = cJSON_GetObjectItemCaseSensitive(variables, "input"), *o = json_object();
	cJSON_DeleteItemFromObjectCaseSensitive(input, "quantities");
	json_add_str(o, "inventoryItemId", item);
	json_add_str(o, "locationId", at);
	json_add_int(o, "quantity", have);
	json_add_int(o, "changeFromQuantity", have);
	json_push(json_add_array(input, "quantities"), o);
	return E_OK;
}

/*
 * Takes the key of a call whose outcome is not known. If it had not arrived it never will: its key is
 * used up. If it had, the key is refused to other variables, and only then is it sent as it was: that
 * runs nothing, and tells when Shopify is through with it. The levels, read next, say the rest.
 */
static enum errk bar(struct stock_put *p, struct stock_call *old, bool *landed, struct err *e)
{
	for (int round = 0; round < STOCK_ROUNDS; round++) {
		CLEANUP(stock_call) struct stock_call c = {.doc = old->doc};
		enum errk rc = harmless(p, old, &c.variables, e);
		if (rc == E_OK)
			rc = send(p, &c, e);
		if (rc != E_OK)
			return rc;
		if (is_error(c.errors, "IDEMPOTENCY_KEY_PARAMETER_MISMATCH",
			     "different parameters")) {
			rc = send(p, old, e);
			*landed = rc == E_OK && !json_first(old->errors);
			return rc;
		}
		/* Another refusal than of a moved level meets the old call as well. */
		if (!is_error(c.errors, "CHANGE_FROM_QUANTITY_STALE", "no longer matches"))
			return E_OK;
	}
	return err_set(e, E_BUSY, "stock_moving",
		       "the stock moves while an interrupted write is looked into; the next run "
		       "goes on");
}

static struct stock_barred *find_barred(const struct shopify *s, const char *item,
					const char *location)
{
	for (size_t i = 0; i < s->n_barred; i++)
		if (str_equal(s->barred[i].item, item) &&
		    str_equal(s->barred[i].location, location))
			return &s->barred[i];
	return NULL;
}

/* Of several calls for one place the last one counts: those before it were refused. */
static void add_barred(struct shopify *s, const struct stock_barred *b)
{
	struct stock_barred *had = find_barred(s, b->item, b->location);
	if (!had && b->item && b->location) {
		had = LIST_ADD(s->barred, s->n_barred, s->cap_barred, s->arena);
		had->item = arena_strdup(s->arena, b->item);
		had->location = arena_strdup(s->arena, b->location);
	}
	if (had) {
		had->figure = b->figure;
		had->landed = b->landed;
	}
}

/* Whether it was done is known from now on. */
static void remember_barred(struct stock_put *p, const struct stock_call *old, bool landed)
{
	const cJSON *v = old->variables;
	if (old->doc == DOC_STOCK_ACTIVATE)
		add_barred(p->shop,
			   &(struct stock_barred){json_str(v, "item"), json_str(v, "location"),
						  json_int(v, "onHand", 0), landed});
	JSON_EACH (o, json_at(v, "input.quantities"))
		add_barred(p->shop, &(struct stock_barred){json_str(o, "inventoryItemId"),
							   json_str(o, "locationId"),
							   json_int(o, "quantity", 0), landed});
}

void stock_resolve_places(const struct shopify *s, struct stock_place *was, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct stock_barred *b =
			was[i].asked ? find_barred(s, was[i].article, was[i].place) : NULL;
		if (!b)
			continue;
		/* What was asked for last may not have been sent any more. */
		if (!b->landed || b->figure != was[i].figure)
			was[i].figure = was[i].before;
		was[i].asked = false;
	}
}

static enum errk bar_note(struct stock_put *p, const char *text, struct err *e)
{
	CLEANUP(json) cJSON *note = NULL;
	CLEANUP(stock_call) struct stock_call old = {0};
	enum errk rc = json_parse(text, strlen(text), &note, e);
	if (rc != E_OK)
		return e->kind = E_LOCAL;
	old.doc = str_equal(json_str(note, "call"), doc_name(DOC_STOCK_SET)) ? DOC_STOCK_SET
									     : DOC_STOCK_ACTIVATE;
	old.variables = cJSON_DetachItemFromObjectCaseSensitive(note, "variables");
	bool landed = false;
	rc = bar(p, &old, &landed, e);
	if (rc == E_OK)
		remember_barred(p, &old, landed);
	STEP("stock barred");
	return rc;
}

enum errk stock_bar_calls(struct stock_put *p, struct err *e)
{
	const struct connector_state *state = p->shop->env.state;
	for (;; p->seq++) {
		const char *text;
		int64_t at;
		enum errk rc = state->load(state->ctx, note_key(p, p->seq), p->arena, &text, &at,
					   e);
		if (rc != E_OK || !text)
			return rc;
		/* After a day nothing is under way any more, and the key is free again. */
		if (is_fresh(at) && !p->shop->env.dry_run)
			rc = bar_note(p, text, e);
		if (rc != E_OK)
			return rc;
	}
}

void stock_forget(const struct shopify *s, const char *batch_key)
{
	const struct connector_state *state = s->env.state;
	struct arena *a = arena_new();
	struct err ignored;
	/* What stays is purged when no run can come back for it. */
	enum errk rc = state->drop(state->ctx, arena_printf(a, "stock %s ", batch_key), &ignored);
	(void)rc;
	arena_free(a);
}
