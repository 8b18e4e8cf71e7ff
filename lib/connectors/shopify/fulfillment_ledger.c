#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "connectors/shopify/fulfillment_priv.h"

/*
 * The ledger of an order, a note under its id:
 *
 *	{"<delivery>": {"done": ["gid://shopify/Fulfillment/1"],
 *	                "intent": {"what": "ship", "at": 1763890000, …}}, …}
 *
 * "intent" is written before a call is sent and goes when its outcome is known; "done" are the
 * fulfillments that are this delivery's, so that no other delivery takes them for its own. It stays
 * after delivery, until the engine purges notes that nothing was added to for a month.
 */

static const char *note_key(const struct fulfillment_put *p, const struct ship_state *s)
{
	return arena_printf(p->arena, "fulfillments %s", s->id);
}

enum errk ledger_load(struct fulfillment_put *p, struct ship_state *s, struct err *e)
{
	const struct note_store *notes = p->shop->env.notes;
	const char *text = NULL;
	int64_t at;
	enum errk rc = notes->load(notes->ctx, note_key(p, s), p->arena, &text, &at, e);
	if (rc == E_OK && text)
		rc = json_parse(text, strlen(text), &s->ledger, e);
	else if (rc == E_OK)
		s->ledger = json_object();
	return rc == E_RECORD ? (e->kind = E_LOCAL) : rc;
}

/* Not by path: a delivery's id may hold dots. */
static const cJSON *entry_of(const struct delivery *d)
{
	return cJSON_GetObjectItemCaseSensitive(d->state->ledger, d->put->record);
}

const cJSON *ledger_intent(const struct delivery *d)
{
	const cJSON *entry = entry_of(d);
	return entry ? json_at(entry, "intent") : NULL;
}

bool delivery_owns(const struct delivery *d, const char *id)
{
	for (size_t i = 0; i < d->n_own; i++)
		if (strcmp(d->own[i], id) == 0)
			return true;
	return false;
}

void delivery_add_own(struct fulfillment_put *p, struct delivery *d, const char *id)
{
	if (delivery_owns(d, id))
		return;
	*LIST_ADD(d->own, d->n_own, d->cap_own, p->arena) = arena_strdup(p->arena, id);
}

void ledger_own(struct fulfillment_put *p, struct delivery *d)
{
	/* target_id: the ids, one blank between them. */
	for (const char *t = d->put->target_id; t && *t;) {
		size_t len = strcspn(t, " ");
		delivery_add_own(p, d, arena_strndup(p->arena, t, len));
		t += len;
		t += strspn(t, " ");
	}
	JSON_EACH (id, json_at(entry_of(d), "done"))
		if (cJSON_IsString(id))
			delivery_add_own(p, d, id->valuestring);
	d->n_saved = d->n_own;
}

void ledger_claims(const struct delivery *d)
{
	struct ship_state *s = d->state;
	for (size_t i = 0; i < s->n_done; i++)
		s->done[i].claimed = false;
	JSON_EACH_MEMBER (entry, s->ledger) {
		if (str_equal(entry->string, d->put->record))
			continue;
		JSON_EACH (id, json_at(entry, "done"))
			for (size_t i = 0; cJSON_IsString(id) && i < s->n_done; i++)
				if (strcmp(s->done[i].id, id->valuestring) == 0)
					s->done[i].claimed = true;
	}
}

enum errk ledger_save(struct fulfillment_put *p, struct delivery *d, cJSON *intent, struct err *e)
{
	const struct note_store *notes = p->shop->env.notes;
	struct ship_state *s = d->state;
	cJSON *entry = json_object(), *done = json_add_array(entry, "done");
	for (size_t i = 0; i < d->n_own; i++)
		json_push_str(done, d->own[i]);
	if (intent) {
		json_add_int(intent, "at", clock_now());
		json_add(entry, "intent", intent);
	}
	json_add(s->ledger, d->put->record, entry);
	d->n_saved = d->n_own;
	if (p->shop->env.dry_run)
		return E_OK;
	return notes->save(notes->ctx, note_key(p, s), json_text(s->ledger, p->arena), e);
}
