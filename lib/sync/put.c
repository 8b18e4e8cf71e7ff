#include <string.h>

#include "base/advice.h"
#include "base/clock.h"
#include "base/step.h"
#include "base/stop.h"
#include "base/str.h"
#include "state/claim.h"
#include "state/link.h"
#include "sync/sync_priv.h"

static enum errk record_steps(struct sync *r, const struct batch_row *b, struct err *e)
{
	enum errk rc = E_OK;
	for (const struct put_step *s = b->put.steps; s && rc == E_OK; s = s->next)
		rc = sync_journal(r, b->row.record, b->row.label, s->name, s->outcome, s->detail,
				  e);
	return rc;
}

/* Parked; what of it went over all the same is not forgotten. */
static enum errk record_refused(struct sync *r, struct batch_row *b, struct err *e)
{
	if (strcmp(b->put.err.code, "dropped") == 0)
		return batch_record_dropped(r, b, e);
	if (strcmp(b->put.err.code, UNKNOWN_SKU) == 0 && sync_may_show_yet(r, &b->row))
		return batch_record_later(r, b, e);
	enum errk rc = batch_record_parked(r, b, e);
	if (rc == E_OK && b->put.kept && b->put.kept != b->known_kept)
		rc = link_set_kept(r->state, r->key, b->row.record, b->put.kept, e);
	return rc;
}

bool sync_finds(const struct sync *r)
{
	return r->to->reference || r->to->compares;
}

/* What became of one item of a batch. */
static enum errk record_item(struct sync *r, struct batch_row *b, bool unsure, struct err *stop,
			     struct err *e)
{
	enum errk rc = record_steps(r, b, e);
	if (rc == E_OK)
		rc = sync_remember_claims(r, &b->put, e);
	if (rc != E_OK)
		return rc;
	switch (b->put.err.kind) {
	case E_OK:
		return batch_record_delivered(r, b, e);
	case E_RECORD:
		return record_refused(r, b, e);
	case E_BUSY:
		return batch_record_later(r, b, e);
	case E_UNSURE:
		if (unsure && sync_finds(r))
			return batch_record_doubt(r, b, false, e);
		/* Stays `sending`: the next run looks before it puts again. */
		*stop = b->put.err;
		sync_count(r, b, SYNC_LATER, NULL);
		return E_OK;
	case E_REFUSED:
	case E_LOCAL:
		*stop = b->put.err;
		return batch_record_later(r, b, e);
	}
	BUG("outcome %d of a put", (int)b->put.err.kind);
}

/*
 * The target took nothing, through no fault of these records: they wait again, and neither the
 * attempt nor a line in each one's history counts it.
 */
enum errk sync_put_back(struct sync *r, struct batch_row *const *rows, size_t n,
			const struct err *why, struct err *e)
{
	int64_t now = clock_now(), wait = why->wait_ms > 0 ? (why->wait_ms + 999) / 1000 : 0;
	enum errk rc = state_begin(r->state, e);
	for (size_t i = 0; i < n && rc == E_OK; i++)
		rc = queue_mark_back(r->state, rows[i]->row.id, why->code, why->msg, now + wait,
				     now, e);
	r->sum->later += (int64_t)n;
	return state_end(r->state, rc, e);
}

static enum errk doubt_renamed(struct sync *r, const struct put_item *item, struct err *e)
{
	enum errk rc = E_OK;
	for (size_t i = 0; i < item->n_renamed && rc == E_OK; i++)
		rc = claim_renamed(r->state, item->renamed[i], e);
	return rc;
}

static enum errk doubt_moved(struct sync *r, const struct put_item *item, struct err *e)
{
	enum errk rc = doubt_renamed(r, item, e);
	for (size_t i = 0; i < item->n_moved && rc == E_OK; i++)
		rc = link_doubt_sku(r->state, item->moved[i], e);
	return rc;
}

static enum errk record_batch(struct sync *r, struct batch_row *const *rows,
			      const struct put_batch *batch, struct err *e)
{
	struct err stop = {.kind = E_OK};
	bool made = false;
	enum errk rc = state_begin(r->state, e);
	for (size_t i = 0; i < batch->n && rc == E_OK; i++) {
		made |= rows[i]->put.made;
		rc = doubt_moved(r, &rows[i]->put, e);
		/* What differs is put together with others, and then it is known what became of it. */
		if (rc == E_OK && !(batch->look_only && rows[i]->put.differs))
			rc = record_item(r, rows[i], batch->unsure, &stop, e);
	}
	if (rc == E_OK && made)
		rc = sync_remember_made(r, e);
	if (rc == E_OK)
		rc = sync_remember_written(r, batch, e);
	rc = state_end(r->state, rc, e);
	if (rc != E_OK)
		return rc;
	STEP("batch written down");
	if (r->to->put_committed && stop.kind != E_UNSURE && !batch->look_only)
		r->to->put_committed(r->target, batch);
	if (stop.kind != E_OK)
		*e = stop;
	return stop.kind;
}

/* What a connector must know after a kill of a write that is about to leave. */
static enum errk remember(void *ctx, struct put_item *const *item, size_t n, struct err *e)
{
	struct sync *r = ctx;
	int64_t now = clock_now();
	enum errk rc = state_begin(r->state, e);
	for (size_t i = 0; i < n && rc == E_OK; i++) {
		/* Of what is new nothing is kept yet. */
		if (item[i]->kept)
			rc = link_doubt(r->state, r->key, item[i]->record, item[i]->label,
					item[i]->kept, now, e);
		if (rc == E_OK)
			rc = doubt_renamed(r, item[i], e);
	}
	return state_end(r->state, rc, e);
}

static enum errk owner_of(void *ctx, const char *document, struct arena *a, const char **record,
			  struct err *e)
{
	struct sync *r = ctx;
	return link_owner(r->state, r->key, document, a, record, e);
}

enum errk sync_put_rows(struct sync *r, struct batch_row *const *rows, size_t n,
			const struct put_how *how, struct err *e)
{
	const struct owners owners = {owner_of, r};
	struct put_rows all = {r, rows, n};
	struct put_batch batch = {.kind = r->flow->kind,
				  .key = how->key,
				  .unsure = how->unsure,
				  .update = how->update,
				  .look_only = how->look_only,
				  .named = r->only && !how->unsure,
				  .remember = remember,
				  .remember_ctx = r,
				  .in_flight = r->demand ? demand_in_flight(r->demand) : NULL,
				  .today = sync_today,
				  .today_ctx = r,
				  .owners = &owners,
				  .rivals = sync_rivals,
				  .rivals_ctx = &all,
				  .writer = r->writer,
				  .n = n};
	batch.item = arena_array(r->page, n, sizeof(struct put_item *));
	for (size_t i = 0; i < n; i++)
		batch.item[i] = &rows[i]->put;
	struct err why;
	const char *words;
	enum errk rc = sync_known_numbers(r, &batch, e);
	for (size_t i = 0; i < n && rc == E_OK && batch.named; i++)
		rc = queue_parked_as(r->state, rows[i]->row.id, r->page, &rows[i]->put.parked_as,
				     &words, e);
	if (rc != E_OK)
		return rc;
	r->notices.at_hand = &all;
	STEP("before put");
	rc = sync_know_target(r, &why);
	if (rc == E_OK)
		rc = r->to->put(r->target, &batch, r->page, &why);
	STEP("after put");
	r->notices.at_hand = NULL;
	foreign_outcome(r, rows, n, rc, &why);
	switch (rc) {
	case E_OK:
		return record_batch(r, rows, &batch, e);
	case E_UNSURE:
		break;
	case E_RECORD:
		BUG("%s: a batch as a whole can't be at fault", r->target->type->name);
	case E_BUSY:
	case E_REFUSED:
	case E_LOCAL:
		/*
		 * A batch that may have landed earlier is not known to be absent: it stays
		 * `sending`.
		 */
		if (!how->unsure && sync_put_back(r, rows, n, &why, e) != E_OK)
			return e->kind;
		break;
	}
	*e = why;
	return rc;
}
