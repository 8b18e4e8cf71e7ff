#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/str.h"
#include "connectors/shopify/shipments/shipments.h"

/*
 * The intents of an order, a note under its id:
 *
 *	{"<delivery>": {"done": ["gid://shopify/Fulfillment/1"],
 *	                "intent": {"what": "ship", "at": 1763890000, …}}, …}
 *
 * "intent" is written before a call is sent and goes when its outcome is known; where it never is, it stands
 * among "late" until a day has passed (doubt.c); "done" are the
 * fulfillments that are this delivery's, so that no other delivery takes them for its own. Once it is
 * delivered the engine knows them as its target (struct owners), and its entry goes; that of one that
 * is parked half-way stays, however long. So long a note under the delivery's id says which order that
 * is: an ERP may use its ids twice.
 */

/* The blank at the end: notes are dropped by prefix, and an order's id may begin with another's. */
static const char *note_key(const char *order, struct arena *a)
{
	return arena_printf(a, "keep fulfillments %s ", order);
}

/* By hash: an id may be anything, also another's with a blank and more behind it. */
static const char *delivery_key(const char *record, struct arena *a)
{
	char hash[HASH_HEX_SIZE];
	hash_hex(record, strlen(record), hash);
	return arena_printf(a, "keep delivery %s", hash);
}

/* The intents of an order; *out NULL: it has none. */
static enum errk load(const struct connector_state *state, const char *order, struct arena *a,
		      cJSON **out, struct err *e)
{
	const char *text = NULL;
	int64_t at;
	enum errk rc = state->load(state->ctx, note_key(order, a), a, &text, &at, e);
	if (rc == E_OK && text)
		rc = json_parse(text, strlen(text), out, e);
	return rc == E_RECORD ? (e->kind = E_LOCAL) : rc;
}

enum errk intents_load(struct fulfillment_put *p, struct ship_state *s, struct err *e)
{
	enum errk rc = load(p->shop->env.state, s->id, p->arena, &s->intents, e);
	if (rc == E_OK && !s->intents)
		s->intents = json_object();
	return rc;
}

/* Not by path: a delivery's id may hold dots. */
static const cJSON *entry_of(const struct delivery *d)
{
	return cJSON_GetObjectItemCaseSensitive(d->state->intents, d->put->record);
}

const cJSON *intents_open(const struct delivery *d)
{
	const cJSON *entry = entry_of(d);
	return entry ? json_at(entry, "intent") : NULL;
}

const cJSON *intents_late(const struct delivery *d)
{
	const cJSON *entry = entry_of(d);
	return entry ? json_at(entry, "late") : NULL;
}

bool intents_other_intents(const struct delivery *d)
{
	JSON_EACH_MEMBER (entry, d->state->intents)
		if (!str_equal(entry->string, d->put->record) && json_at(entry, "intent"))
			return true;
	return false;
}

bool delivery_owns(const struct delivery *d, const char *id)
{
	return str_among(id, d->own, d->n_own);
}

void delivery_add_own(struct fulfillment_put *p, struct delivery *d, const char *id)
{
	if (delivery_owns(d, id))
		return;
	*LIST_ADD(d->own, d->n_own, d->cap_own, p->arena) = arena_strdup(p->arena, id);
}

/* n_saved: the intents are to be written. */
void delivery_drop_own(struct delivery *d, const char *id)
{
	size_t kept = 0;
	for (size_t i = 0; i < d->n_own; i++)
		if (strcmp(d->own[i], id) != 0)
			d->own[kept++] = d->own[i];
	d->n_own = kept;
	d->n_saved = 0;
}

void intents_own(struct fulfillment_put *p, struct delivery *d)
{
	const struct target *t = &d->put->target;
	if (target_is(t))
		delivery_add_own(p, d, t->id);
	for (size_t i = 0; i < t->n_parts; i++)
		delivery_add_own(p, d, t->part[i].id);
	JSON_EACH (id, json_at(entry_of(d), "done"))
		if (cJSON_IsString(id))
			delivery_add_own(p, d, id->valuestring);
	d->n_saved = d->n_own;
}

void intents_claims(const struct delivery *d)
{
	struct ship_state *s = d->state;
	for (size_t i = 0; i < s->n_done; i++)
		s->done[i].claimed = s->done[i].owner &&
				     !str_equal(s->done[i].owner, d->put->record);
	JSON_EACH_MEMBER (entry, s->intents) {
		if (str_equal(entry->string, d->put->record))
			continue;
		JSON_EACH (id, json_at(entry, "done"))
			for (size_t i = 0; cJSON_IsString(id) && i < s->n_done; i++)
				if (strcmp(s->done[i].id, id->valuestring) == 0)
					s->done[i].claimed = true;
	}
}

/* For people, one blank between them. */
static const char *shipments_text(const struct target *t, struct arena *a)
{
	const char *text = t->id ? t->id : "";
	for (size_t i = 1; i < t->n_parts; i++)
		text = arena_printf(a, "%s %s", text, t->part[i].id);
	return text;
}

enum errk intents_other_order(struct fulfillment_put *p, const struct delivery *d, const char **was,
			      const char **shipments, struct err *e)
{
	const struct connector_state *state = p->shop->env.state;
	const char *order = d->put->kept;
	*was = NULL;
	*shipments = shipments_text(&d->put->target, p->arena);
	if (order) {
		if (strcmp(order, d->state->id) != 0)
			*was = order;
		return E_OK;
	}
	CLEANUP(json) cJSON *intents = NULL;
	int64_t at;
	enum errk rc = state->load(state->ctx, delivery_key(d->put->record, p->arena), p->arena,
				   &order, &at, e);
	if (rc == E_OK && order && strcmp(order, d->state->id) != 0)
		rc = load(state, order, p->arena, &intents, e);
	const cJSON *entry = cJSON_GetObjectItemCaseSensitive(intents, d->put->record);
	/* What was refused there has sent nothing. */
	if (rc != E_OK ||
	    !(json_count(entry, "done") || json_at(entry, "intent") || json_count(entry, "late")))
		return rc;
	*was = order;
	JSON_EACH (id, json_at(entry, "done"))
		if (cJSON_IsString(id))
			*shipments = arena_printf(p->arena, "%s%s%s", *shipments,
						  **shipments ? " " : "", id->valuestring);
	return E_OK;
}

enum errk intents_save(struct fulfillment_put *p, struct delivery *d, cJSON *intent, struct err *e)
{
	const struct connector_state *state = p->shop->env.state;
	struct ship_state *s = d->state;
	cJSON *entry = json_object(), *done = json_add_array(entry, "done");
	cJSON *was = cJSON_GetObjectItemCaseSensitive(s->intents, d->put->record);
	cJSON *late = cJSON_DetachItemFromObjectCaseSensitive(was, "late");
	if (late)
		json_add(entry, "late", late);
	for (size_t i = 0; i < d->n_own; i++)
		json_push_str(done, d->own[i]);
	if (intent) {
		json_add_int(intent, "at", clock_now());
		json_add(entry, "intent", intent);
	}
	json_add(s->intents, d->put->record, entry);
	d->n_saved = d->n_own;
	if (p->shop->env.dry_run)
		return E_OK;
	if (!d->noted && !d->put->kept) {
		enum errk rc = state->save(state->ctx, delivery_key(d->put->record, p->arena),
					   s->id, e);
		if (rc != E_OK)
			return rc;
		d->noted = true;
	}
	return state->save(state->ctx, note_key(s->id, p->arena), json_text(s->intents, p->arena),
			   e);
}

enum errk intents_give_up(struct fulfillment_put *p, struct delivery *d, struct err *e)
{
	cJSON *entry = cJSON_GetObjectItemCaseSensitive(d->state->intents, d->put->record);
	cJSON *late = cJSON_GetObjectItemCaseSensitive(entry, "late");
	if (!late)
		late = json_add_array(entry, "late");
	json_push(late, cJSON_DetachItemFromObjectCaseSensitive(entry, "intent"));
	return intents_save(p, d, NULL, e);
}

static enum errk forget(const struct connector_state *state, const char *order,
			const char *delivery, struct arena *a, struct err *e)
{
	CLEANUP(json) cJSON *intents = NULL;
	const char *key = note_key(order, a);
	enum errk rc = load(state, order, a, &intents, e);
	if (rc == E_OK)
		rc = state->drop(state->ctx, delivery_key(delivery, a), e);
	if (rc != E_OK || !intents || !cJSON_GetObjectItemCaseSensitive(intents, delivery))
		return rc;
	cJSON_DeleteItemFromObjectCaseSensitive(intents, delivery);
	return intents->child ? state->save(state->ctx, key, json_text(intents, a), e)
			      : state->drop(state->ctx, key, e);
}

void fulfillment_put_committed(const struct shopify *s, const struct put_batch *batch)
{
	struct arena *a = arena_new();
	enum errk rc = E_OK;
	for (size_t i = 0; i < batch->n && rc == E_OK; i++) {
		const struct put_item *item = batch->item[i];
		struct err ignored;
		/* An entry that stays says what the link says. */
		if (item->err.kind == E_OK && item->kept && !item->passing)
			rc = forget(s->env.state, item->kept, item->record, a, &ignored);
	}
	arena_free(a);
}
