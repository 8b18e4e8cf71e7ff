#include <string.h>

#include "base/clock.h"
#include "state/link.h"
#include "state/told.h"
#include "sync/sync_priv.h"

/* Answers that a target gives after the put: an acknowledgement file, an asynchronous job's end. */

static enum errk note_answer(struct sync *r, const struct settlement *s, int64_t *links,
			     struct err *e)
{
	enum errk rc = link_settle(r->state, r->key, s->target_id, s->text, clock_now(), links, e);
	if (rc == E_OK)
		rc = sync_journal(r, s->target_id, s->target_id, "settled",
				  s->accepted ? "accepted" : "rejected", s->text, e);
	return rc;
}

/* A record that the target refuses afterwards was not delivered after all: it is parked. */
static enum errk take_back(struct sync *r, const struct link *l, const char *text, struct err *e)
{
	struct err why;
	err_set(&why, E_RECORD, "rejected_by_target",
		"%s was rejected: %s; mend it there or here, then run: erpsync queue retry '%s'",
		l->target_id, text, l->label);
	bool reopened;
	enum errk rc = queue_reopen(r->state, r->key, l->record, l->label, l->version, why.code,
				    why.msg, clock_now(), &reopened, e);
	if (rc != E_OK || !reopened)
		return rc;
	if (sync_tells_orders(r))
		rc = told_take_back(r->state, l->record, e);
	if (rc != E_OK)
		return rc;
	struct link none = *l;
	none.sent_hash = "";
	none.target_id = "";
	none.settled = text;
	rc = link_set(r->state, &none, clock_now(), e);
	if (rc == E_OK)
		rc = sync_journal(r, l->record, l->label, "settled", "rejected", text, e);
	struct batch_row b = {.row = {.record = l->record, .label = l->label}, .err = why};
	sync_count(r, &b, SYNC_PARKED, NULL);
	r->sum->rejected++;
	return rc;
}

static bool is_meant(const struct settlement *s, const struct link *l)
{
	return !s->record || strcmp(s->record, l->record) == 0 || strcmp(s->record, l->label) == 0;
}

static enum errk reject(struct sync *r, const struct settlement *s, struct err *e)
{
	struct link *links;
	size_t n, meant = 0;
	enum errk rc = link_of_target(r->state, r->key, s->target_id, r->page, &links, &n, e);
	for (size_t i = 0; i < n && rc == E_OK; i++) {
		if (!is_meant(s, &links[i]))
			continue;
		meant++;
		rc = take_back(r, &links[i], s->text, e);
	}
	if (rc == E_OK && !meant)
		rc = sync_journal(r, s->record ? s->record : s->target_id,
				  s->record ? s->record : s->target_id, "settled", "unknown",
				  s->text, e);
	return rc;
}

static enum errk settle_one(void *ctx, const struct settlement *said, struct err *e)
{
	struct sync *r = ctx;
	struct settlement own = *said, *s = &own;
	int64_t links = 0;
	enum errk rc = foreign_answer(r, &own, e);
	if (rc != E_OK)
		return rc;
	rc = state_begin(r->state, e);
	if (rc == E_OK && s->accepted)
		rc = note_answer(r, s, &links, e);
	else if (rc == E_OK)
		rc = reject(r, s, e);
	if (rc == E_OK)
		rc = state_commit(r->state, e);
	if (rc != E_OK)
		state_rollback(r->state);
	r->sum->settled += links;
	return rc;
}

enum errk sync_settle(struct sync *r, struct err *e)
{
	if (!r->to->settle)
		return E_OK;
	arena_reset(r->page);
	return r->to->settle(r->target, r->page, settle_one, r, e);
}
