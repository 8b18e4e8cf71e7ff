#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/shell_word.h"
#include "base/str.h"
#include "state/link.h"
#include "sync/sync_priv.h"

/*
 * A record that belongs to another, a refund to its order, goes over after that one: until the target has it, it waits, and is set
 * free by its delivery (queue_owner_came). A person is told where that takes too long.
 */

static const char *kind_of_owner(const struct sync *r)
{
	return record_kind_name(r->flow->owner);
}

const char *relative_key(const struct sync *r, struct arena *a)
{
	return arena_printf(a, "%s%s", flow_of_kind(r->flow->owner)->name,
			    r->key + strlen(r->flow->name));
}

/* *there: the target has it. */
static enum errk look_up(struct sync *r, const char *id, struct link *l, bool *there, struct err *e)
{
	bool found = false;
	enum errk rc = link_get(r->state, relative_key(r, r->page), id, r->page, l, &found, e);
	*there = found && target_is(&l->target);
	return rc;
}

enum errk relative_find(struct sync *r, struct batch_row *b, const char *payload, struct err *e)
{
	CLEANUP(json) cJSON *doc = NULL;
	struct link l;
	bool there = false;
	enum errk rc = json_parse(payload, strlen(payload), &doc, e);
	if (rc != E_OK)
		return rc;
	const cJSON *owner = json_at(doc, kind_of_owner(r));
	const char *id = arena_strdup(r->page, json_str(owner, "id"));
	const char *label = arena_strdup(r->page, json_str(owner, "name"));
	rc = look_up(r, id, &l, &there, e);
	if (rc != E_OK)
		return rc;
	if (!there) {
		b->missing = arena_alloc(r->page, sizeof(*b->missing));
		*b->missing = (struct owner){id, label};
		return E_OK;
	}
	struct put_owner *is = arena_alloc(r->page, sizeof(*is));
	*is = (struct put_owner){id, label, l.target, l.kept};
	b->put.owner = is;
	return E_OK;
}

static enum errk set_reason(struct sync *r, struct batch_row *b, const char *code, struct err *e)
{
	const struct flow *owners = flow_of_kind(r->flow->owner);
	const char *key = relative_key(r, r->page), *to = key + strlen(owners->name);
	struct queue_row row;
	enum errk rc = queue_waiting_row(r->state, key, b->missing->record, r->page, &row, e);
	if (rc != E_OK)
		return rc;
	err_set(&b->put.err, E_RECORD, code, "the %s %s is not in the %s", owners->label,
		b->missing->label, side_name(r->flow->to));
	if (row.id)
		err_append(&b->put.err, ": it is %s (%s); erpsync explain %s tells why",
			   row.state == QUEUE_PARKED ? "parked" : "waiting",
			   row.code ? row.code : queue_state_name(row.state),
			   shell_word(b->missing->label, r->page));
	else if (*to)
		err_append(&b->put.err, ": %s has not brought it there", key);
	else
		err_append(
			&b->put.err,
			"; to send it now: erpsync %s %s --only %s; where it was entered there by hand: erpsync adopt "
			"%s %s; to leave this out: erpsync queue drop --for-good %s",
			owners->noun, owners->verb, shell_word(b->missing->label, r->page),
			owners->noun, shell_word(b->missing->label, r->page),
			shell_word(b->row.label, r->page));
	return E_OK;
}

enum errk relative_came(struct sync *r, const struct batch_row *b, bool *came, struct err *e)
{
	struct link l;
	return look_up(r, b->missing->record, &l, came, e);
}

enum errk relative_judge(struct sync *r, struct batch_row *b, int64_t *seconds, struct err *e)
{
	const char *kind = kind_of_owner(r);
	const char *key = arena_printf(r->page, "wait_for_%s", kind);
	int64_t until = b->row.enqueued_at +
			conf_int(r->session->conf, r->flow->section, key) / 1000;
	int64_t now = clock_now();
	*seconds = until > now ? until - now : 0;
	enum errk rc = set_reason(r, b,
				  *seconds ? arena_printf(r->page, QUEUE_WAITS_FOR "%s", kind)
					   : arena_printf(r->page, "%s" QUEUE_MISSING, kind),
				  e);
	return rc == E_OK ? queue_set_owner(r->state, b->row.id, b->missing->record, e) : rc;
}

enum errk relative_look_only(struct sync *r, struct batch_row *b, struct err *e)
{
	b->put.doc = b->put.hash = NULL;
	enum errk rc = set_reason(r, b, arena_printf(r->page, "%s" QUEUE_MISSING, kind_of_owner(r)),
				  e);
	return rc == E_OK ? queue_set_owner(r->state, b->row.id, b->missing->record, e) : rc;
}
