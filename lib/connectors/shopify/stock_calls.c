#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/step.h"
#include "connectors/shopify/stock_priv.h"

/*
 * Writes under a key. Shopify.dev, "Idempotent requests": the same key with the same variables
 * gives the first result, for 24 hours. So each call is noted, variables and key, before it is sent;
 * whatever happens to its answer, sending the note again is safe and tells what became of it.
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
	const struct note_store *notes = p->shop->env.notes;
	CLEANUP(json) cJSON *note = json_object();
	json_add_str(note, "call", doc_name(c->doc));
	json_add(note, "variables", cJSON_Duplicate(c->variables, true));
	return notes->save(notes->ctx, note_key(p, seq), json_text(note, p->arena), e);
}

/* The errors of inventoryActivate have no code: there the sentence must do. */
static bool is_concurrent(const cJSON *errors)
{
	const char *code = json_str(errors, "[0].code");
	const char *text = json_str(errors, "[0].message");
	if (code)
		return strcmp(code, "IDEMPOTENCY_CONCURRENT_REQUEST") == 0;
	return text && strstr(text, "currently in progress");
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
		*again = rc != E_OK || is_concurrent(c->errors);
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
	json_add_str(c->variables, "key", arena_printf(p->arena, "%s-%06zu", p->batch->key, seq));
	enum errk rc = save_note(p, c, seq, e);
	STEP("stock noted");
	return rc == E_OK ? send(p, c, e) : rc;
}

/* A key that is about to be forgotten may no longer be sent: it would write a second time. */
static bool is_fresh(int64_t saved_at)
{
	return clock_now() - saved_at < KEY_HOURS * 3600;
}

static enum errk replay_note(struct stock_put *p, const char *text, struct err *e)
{
	CLEANUP(json) cJSON *note = NULL;
	CLEANUP(stock_call) struct stock_call c = {0};
	enum errk rc = json_parse(text, strlen(text), &note, e);
	if (rc != E_OK)
		return e->kind = E_LOCAL;
	const char *call = json_str(note, "call");
	c.doc = call && strcmp(call, "set") == 0 ? DOC_STOCK_SET : DOC_STOCK_ACTIVATE;
	c.variables = cJSON_DetachItemFromObjectCaseSensitive(note, "variables");
	/* Landed or refused: the levels, which are read next, say what is there now. */
	return send(p, &c, e);
}

enum errk stock_replay(struct stock_put *p, struct err *e)
{
	const struct note_store *notes = p->shop->env.notes;
	for (;; p->seq++) {
		const char *text;
		int64_t at;
		enum errk rc = notes->load(notes->ctx, note_key(p, p->seq), p->arena, &text, &at,
					   e);
		if (rc != E_OK || !text)
			return rc;
		if (is_fresh(at))
			rc = replay_note(p, text, e);
		if (rc != E_OK)
			return rc;
	}
}

void stock_forget(const struct shopify *s, const char *batch_key)
{
	const struct note_store *notes = s->env.notes;
	struct arena *a = arena_new();
	struct err ignored;
	/* What stays is purged when no run can come back for it. */
	enum errk rc = notes->drop(notes->ctx, arena_printf(a, "stock %s ", batch_key), &ignored);
	(void)rc;
	arena_free(a);
}
