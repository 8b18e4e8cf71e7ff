#include <string.h>

#include "base/advice.h"
#include "base/clock.h"
#include "base/step.h"
#include "base/stop.h"
#include "base/str.h"
#include "state/link.h"
#include "sync/sync_priv.h"

/* A run that reads it anew while it waits finds what the last one did: that is no event. */
static enum errk wait_for_owner(struct sync *r, struct batch_row *b, struct err *e)
{
	int64_t seconds, now = clock_now();
	bool came = false;
	enum errk rc = relative_came(r, b, &came, e);
	/* The row is as due as it was. */
	if (rc != E_OK || came)
		return rc;
	rc = relative_judge(r, b, &seconds, e);
	if (rc != E_OK)
		return rc;
	if (!seconds)
		return batch_record_parked(r, b, e);
	if (!str_equal(b->row.code, b->put.err.code))
		return batch_wait(r, b, seconds, e);
	sync_count(r, b, SYNC_LATER, NULL);
	return queue_mark_later(r->state, b->row.id, b->put.err.code, b->put.err.msg, now + seconds,
				now, e);
}

/* Parks what can't be mapped, closes what is unchanged, marks the rest `sending`: one commit. */
static enum errk sort_rows(struct sync *r, struct batch_row *rows, size_t n,
			   const char *const key[2], struct batch_row **out[2], size_t count[2],
			   struct err *e)
{
	enum errk rc = state_begin(r->state, e);
	for (size_t i = 0; i < n && rc == E_OK; i++) {
		struct batch_row *b = &rows[i];
		if (b->unchanged) {
			rc = batch_record_unchanged(r, b, e);
		} else if (arrival_waits(r, b)) {
			rc = arrival_record_held(r, b, e);
		} else if (b->missing) {
			rc = wait_for_owner(r, b, e);
		} else if (!b->put.doc) {
			rc = batch_record_parked(r, b, e);
			if (rc == E_OK && b->unmapped)
				rc = sync_forget_refused(r, b->row.record, e);
		} else {
			rc = queue_mark_sending(r->state, b->row.id, key[b->update], b->update,
						clock_now(), e);
			if (rc == E_OK)
				rc = batch_book(r, b, NULL, e);
			out[b->update][count[b->update]++] = b;
		}
	}
	return state_end(r->state, rc, e);
}

static struct batch_row *rows_of(struct sync *r, const struct queue_row *row, size_t n)
{
	struct batch_row *rows = arena_array(r->page, n, sizeof(*rows));
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct batch_row){.row = row[i],
					     .put = {.record = row[i].record,
						     .label = row[i].label,
						     .version = row[i].version,
						     .read_at = row[i].read_at}};
	return rows;
}

static const char *new_key(struct sync *r)
{
	char hex[RANDOM_HEX_SIZE];
	random_hex(hex);
	return arena_strdup(r->page, hex);
}

static enum errk deliver_rows(struct sync *r, const struct queue_row *row, size_t n, struct err *e)
{
	struct batch_row *rows = rows_of(r, row, n), **some[2];
	const char *key[2];
	bool look[2];
	size_t count[2] = {0, 0};
	for (int i = 0; i < 2; i++) {
		look[i] = sync_looks_first(r, n, i == 1);
		key[i] = look[i] ? sync_differing_key(r, i == 1) : new_key(r);
		some[i] = arena_array(r->page, n, sizeof(**some));
	}
	enum errk rc = E_OK;
	for (size_t i = 0; i < n && rc == E_OK; i++)
		rc = batch_map(r, &rows[i], e);
	STEP("batch mapped");
	if (rc == E_OK)
		rc = sort_rows(r, rows, n, key, some, count, e);
	/*
	 * What is new and what changes something go separately: a target may treat them
	 * differently.
	 */
	for (int i = 0; i < 2 && rc == E_OK; i++) {
		const struct put_how how = {.key = key[i], .update = i == 1};
		if (count[i] && look[i])
			rc = sync_look(r, some[i], count[i], i == 1, e);
		else if (count[i])
			rc = sync_put_rows(r, some[i], count[i], &how, e);
	}
	sync_progress(r);
	return rc;
}

/*
 * A batch as a whole, once more without an answer. The others go on meanwhile, and after hours nothing of it is under way any
 * more: a person is told. Where it can't be compared, nothing goes on, and that is told.
 */
static enum errk leave_in_doubt(struct sync *r, const struct queue_row *row, size_t n, bool *stays,
				struct err *e)
{
	enum { HOURS_S = 6 * 3600 };
	bool old = clock_now() - row[0].changed_at > HOURS_S;
	struct err why = *e;
	if (!sync_finds(r))
		return old ? e->kind = E_LOCAL : e->kind;
	r->doubt = why;
	*stays = !old;
	if (!old)
		return E_OK;
	struct batch_row *rows = rows_of(r, row, n);
	enum errk rc = state_begin(r->state, e);
	for (size_t i = 0; i < n && rc == E_OK; i++) {
		rows[i].put.err = why;
		rc = batch_record_doubt(r, &rows[i], true, e);
	}
	return state_end(r->state, rc, e);
}

/* What this run has found to differ is marked `sending` too, but nobody has put it yet. */
static size_t without_differing(const struct sync *r, struct queue_row *row, size_t n)
{
	size_t kept = 0;
	for (size_t i = 0; i < n; i++) {
		const char *batch = row[i].batch;
		if (!str_equal(batch, r->differing[0].key) &&
		    !str_equal(batch, r->differing[1].key))
			row[kept++] = row[i];
	}
	return kept;
}

/* A newer version waits behind these: they are given up in its favour, and it is compared. */
static enum errk give_up(struct sync *r, struct batch_row *const *rows, size_t n, struct err *e)
{
	enum errk rc = state_begin(r->state, e);
	for (size_t i = 0; i < n && rc == E_OK; i++)
		rc = queue_mark_back(r->state, rows[i]->row.id, "interrupted",
				     "its put was interrupted", clock_now(), clock_now(), e);
	rc = state_end(r->state, rc, e);
	STEP("old versions given up");
	return rc;
}

/*
 * Of records that may be one article each must know of the other: with the newer version of one of them all of the batch
 * are put anew. What a person has dropped meanwhile is only looked for.
 */
static void leave_together(struct batch_row **put, size_t *n_put, struct batch_row **old,
			   size_t *n_old)
{
	size_t kept = 0;
	for (size_t i = 0; i < *n_put; i++)
		if (batch_is_dropped(put[i]))
			put[kept++] = put[i];
		else
			old[(*n_old)++] = put[i];
	*n_put = kept;
}

/* By the tables of now, should they have to be written anew; what they were booked by before may be there. */
static enum errk book_again(struct sync *r, struct batch_row *const *rows, size_t n, struct err *e)
{
	enum errk rc = state_begin(r->state, e);
	for (size_t i = 0; i < n && rc == E_OK; i++)
		rc = batch_book(r, rows[i], rows[i]->row.booked, e);
	rc = state_end(r->state, rc, e);
	STEP("booked again");
	return rc;
}

/* What people have said of its records since, such as that the target has one (adopt), does not make another batch of it. */
static bool is_of_changes(const struct batch_row *rows)
{
	return rows[0].row.changes < 0 ? rows[0].update : rows[0].row.changes > 0;
}

/*
 * One interrupted batch, put once more; but where the target compares, an old version says nothing
 * that is worth repeating: it would only bring back what the newer one has already corrected.
 */
static enum errk recover_batch(struct sync *r, const struct queue_row *row, size_t n, struct err *e)
{
	struct batch_row *rows = rows_of(r, row, n);
	struct batch_row **put = arena_array(r->page, n, sizeof(*put)),
			 **old = arena_array(r->page, n, sizeof(*old));
	size_t n_put = 0, n_old = 0;
	enum errk rc = E_OK;
	for (size_t i = 0; i < n && rc == E_OK; i++) {
		int64_t newer = 0;
		rc = batch_map(r, &rows[i], e);
		if (rc == E_OK && batch_is_dropped(&rows[i]))
			batch_look_only(&rows[i]);
		else if (rc == E_OK && rows[i].missing)
			rc = relative_look_only(r, &rows[i], e);
		if (rc == E_OK && r->to->compares)
			rc = queue_waiting(r->state, r->key, row[i].record, &newer, e);
		if (newer)
			old[n_old++] = &rows[i];
		else
			put[n_put++] = &rows[i];
	}
	const struct put_how how = {.key = row[0].batch,
				    .unsure = true,
				    .update = is_of_changes(rows)};
	if (n_old && sync_has_claims(r))
		leave_together(put, &n_put, old, &n_old);
	if (rc == E_OK && sync_tells_orders(r))
		rc = book_again(r, put, n_put, e);
	if (rc == E_OK)
		rc = sync_put_rows(r, put, n_put, &how, e);
	return rc == E_OK && n_old ? give_up(r, old, n_old, e) : rc;
}

enum errk sync_put_back_sending(struct sync *r, struct err *e)
{
	enum { MOST = 10000 };
	static const char why[] = "was interrupted, and is compared with what is there";
	size_t n = MOST;
	enum errk rc = E_OK;
	while (rc == E_OK && n == MOST) {
		struct queue_row *row;
		arena_reset(r->scratch);
		rc = queue_sending(r->state, r->key, MOST, r->scratch, &row, &n, e);
		if (rc == E_OK)
			rc = state_begin(r->state, e);
		for (size_t i = 0; i < n && rc == E_OK; i++)
			rc = queue_mark_back(r->state, row[i].id, "interrupted", why, clock_now(),
					     clock_now(), e);
		rc = state_end(r->state, rc, e);
	}
	return rc;
}

enum errk sync_recover(struct sync *r, struct err *e)
{
	enum { MOST = 10000 };
	for (size_t left = 0;;) {
		struct queue_row *row;
		size_t n, group = 0;
		arena_reset(r->page);
		enum errk rc = queue_sending(r->state, r->key, MOST, r->page, &row, &n, e);
		if (rc == E_OK)
			n = without_differing(r, row, n);
		if (rc != E_OK || n <= left)
			return rc;
		row += left;
		n -= left;
		while (group < n && strcmp(row[group].batch, row[0].batch) == 0)
			group++;
		bool stays = false;
		rc = recover_batch(r, row, group, e);
		if (rc == E_UNSURE)
			rc = leave_in_doubt(r, row, group, &stays, e);
		if (rc != E_OK)
			return rc;
		left += stays ? group : 0;
	}
}

static size_t room_left(const struct sync *r)
{
	size_t limit = r->options->limit;
	size_t done = (size_t)(r->sum->created + r->sum->updated + r->sum->adopted +
			       r->sum->parked + r->sum->still_parked + r->sum->later +
			       r->sum->unchanged - r->asked);
	if (!limit)
		return r->batch;
	return done >= limit ? 0 : limit - done < r->batch ? limit - done : r->batch;
}

static enum errk deliver_named(struct sync *r, struct err *e)
{
	for (size_t at = 0; at < r->n_only; at += r->batch) {
		struct queue_row *row;
		size_t n, most = r->n_only - at < r->batch ? r->n_only - at : r->batch;
		arena_reset(r->page);
		enum errk rc = queue_due(r->state, r->key, r->only + at, most, clock_now(), most,
					 r->page, &row, &n, e);
		if (rc == E_OK && n > 0)
			rc = deliver_rows(r, row, n, e);
		if (rc != E_OK)
			return rc;
	}
	return E_OK;
}

enum errk sync_deliver(struct sync *r, bool flush, struct err *e)
{
	if (r->options->n_only)
		return deliver_named(r, e);
	while (!stop_requested()) {
		struct queue_row *row;
		size_t n, room = room_left(r);
		arena_reset(r->page);
		if (room == 0)
			return E_OK;
		enum errk rc = queue_due(r->state, r->key, NULL, 0, clock_now(), room, r->page,
					 &row, &n, e);
		bool any = false;
		/* A newer version may have come of what differs: it is due only then. */
		if (rc == E_OK && n == 0 && flush)
			rc = sync_put_differing(r, &any, e);
		if (rc == E_OK && any)
			continue;
		if (rc != E_OK || n == 0 || (!flush && n < r->batch))
			return rc;
		rc = deliver_rows(r, row, n, e);
		if (rc != E_OK)
			return rc;
	}
	return E_OK;
}
