#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "model/order_goods.h"
#include "state/link.h"
#include "sync/sync_priv.h"

/*
 * What the target never had, and the source has shipped of already: [section] fulfilled says what becomes of it. `deliver`
 * and `hold` are the target's to do; here it is left out or parked.
 */

/* The target has it, or may have it. */
static enum errk is_there(struct sync *r, const struct record *rec, bool *there, struct err *e)
{
	struct link l;
	bool found = false;
	enum errk rc = link_get(r->state, r->key, rec->id, r->page, &l, &found, e);
	*there = rc == E_OK && found && (target_is(&l.target) || l.doubt);
	return rc;
}

static void park(struct sync *r, struct record *rec, enum order_goods goods)
{
	struct err *why = arena_alloc(r->page, sizeof(*why));
	err_set(why, E_RECORD, "shipped_already",
		"the store has shipped %s of its goods ([%s] fulfilled = park); to send it, with these goods "
		"delivered: erpsync %s %s --only '%s'; to leave it out: erpsync queue drop --for-good '%s'",
		goods == ORDER_GOODS_SHIPPED ? "all" : "some", r->flow->section, r->flow->noun,
		r->flow->verb, rec->label, rec->label);
	rec->problem = why;
	rec->doc = NULL;
	rec->doc_len = 0;
}

enum errk arrival_judge(struct sync *r, struct record *rec, bool named, bool *left, struct err *e)
{
	CLEANUP(json) cJSON *doc = NULL;
	const char *policy;
	bool there = false;
	int64_t waits = 0;
	enum order_goods goods;
	enum errk rc;
	*left = false;
	if (!r->flow->arrives || rec->problem || !rec->doc)
		return E_OK;
	rc = is_there(r, rec, &there, e);
	if (rc != E_OK || there || json_parse(rec->doc, rec->doc_len, &doc, NULL) != E_OK)
		return rc;
	goods = order_goods(doc);
	r->arrived++;
	r->shipped += goods != ORDER_GOODS_OPEN;
	policy = conf_text(r->session->conf, r->flow->section, "fulfilled");
	if (named || goods == ORDER_GOODS_OPEN)
		return E_OK;
	if (str_equal(policy, "park")) {
		park(r, rec, goods);
		return E_OK;
	}
	if (!str_equal(policy, "skip") || goods != ORDER_GOODS_SHIPPED)
		return E_OK;
	/* An older version that waits would go over as not shipped. */
	rc = queue_waiting(r->state, r->key, rec->id, &waits, e);
	*left = rc == E_OK && !waits;
	if (*left)
		sync_leave_out(r, rec->id, rec->label,
			       "the store has shipped all of it ([orders] fulfilled = skip)");
	return rc;
}

void arrival_tell(struct sync *r)
{
	const char *policy, *what;
	if (!r->flow->arrives || !r->shipped || !r->sum->dry_run)
		return;
	policy = conf_text(r->session->conf, r->flow->section, "fulfilled");
	what = str_equal(policy, "skip")   ? "those that are shipped whole stay out"
	       : str_equal(policy, "hold") ? "they arrive unconfirmed"
	       : str_equal(policy, "park") ? "they are parked"
					   : "they arrive as delivered";
	notice_say(
		&r->notices, NULL,
		arena_printf(
			r->session->arena,
			"%lld of %lld that are new to the ERP were shipped by the store already, wholly or in "
			"part: [%s] fulfilled = %s, so %s",
			(long long)r->shipped, (long long)r->arrived, r->flow->section, policy,
			what));
}

/* ---- On hold */

/* Not longer than a run of every quarter of an hour waits. */
enum { ASKED_AGAIN_S = 600 };

bool arrival_holds_back(const struct sync *r)
{
	return r->flow->arrives && !r->options->n_only &&
	       str_equal(conf_text(r->session->conf, r->flow->section, "on_hold"), "wait");
}

bool arrival_waits(const struct sync *r, const struct batch_row *b)
{
	/* What can't be mapped is told now, not when it is to be shipped. What a person has named goes, if not by that run. */
	return b->on_hold && !b->update && !b->unmapped && !str_equal(b->row.origin, "only") &&
	       arrival_holds_back(r);
}

enum errk arrival_record_held(struct sync *r, struct batch_row *b, struct err *e)
{
	err_set(&b->put.err, E_BUSY, QUEUE_ON_HOLD,
		"the store has it on hold ([%s] on_hold = wait): it goes over once the hold is released "
		"there; to send it now: erpsync %s %s --only '%s'",
		r->flow->section, r->flow->noun, r->flow->verb, b->row.label);
	return batch_wait(r, b, ASKED_AGAIN_S, e);
}

static bool is_held(const struct record *rec)
{
	CLEANUP(json) cJSON *doc = NULL;
	return !rec->problem && rec->doc &&
	       json_parse(rec->doc, rec->doc_len, &doc, NULL) == E_OK && order_is_on_hold(doc);
}

static bool is_same(const struct queue_row *row, const struct record *rec)
{
	return strcmp(row->record, rec->id) == 0 && str_equal(row->code, QUEUE_ON_HOLD) &&
	       strcmp(row->version, rec->version) == 0;
}

enum errk arrival_wait(struct sync *r, const struct queue_row *row, struct err *e)
{
	int64_t now = clock_now();
	bool waits = arrival_holds_back(r);
	enum errk rc = waits ? queue_mark_later(r->state, row->id, row->code, row->reason,
						now + ASKED_AGAIN_S, now, e)
			     : queue_mark_later(r->state, row->id, NULL, NULL, now, now, e);
	/* A person has taken it out of the queue while the source was asked. */
	if (rc == E_BUSY && strcmp(e->code, "queue_moved") == 0)
		return E_OK;
	sync_count_asked(r, rc == E_OK && waits);
	return rc;
}

static struct record *find_held(const struct queue_row *row, const struct page *page)
{
	for (size_t i = 0; i < page->n; i++)
		if (is_same(row, &page->rec[i]) && is_held(&page->rec[i]))
			return &page->rec[i];
	return NULL;
}

/* Does it wait on, held as it was? Then it goes from the page. */
static enum errk take_held(struct sync *r, const struct queue_row *row, struct page *page,
			   bool *waits, struct err *e)
{
	struct record *rec = find_held(row, page);
	bool there = false;
	/* A person has told that the ERP has it. */
	enum errk rc = rec ? is_there(r, rec, &there, e) : E_OK;
	*waits = rc == E_OK && rec && !there;
	if (!*waits)
		return rc;
	page->n--;
	memmove(rec, rec + 1, (size_t)(page->rec + page->n - rec) * sizeof(*rec));
	return arrival_wait(r, row, e);
}

enum errk arrival_held_again(struct sync *r, const struct record *rec, bool *waits, struct err *e)
{
	struct record one = *rec;
	struct page page = {.rec = &one, .n = 1};
	struct queue_row row;
	*waits = false;
	if (!arrival_holds_back(r))
		return E_OK;
	enum errk rc = queue_waiting_row(r->state, r->key, rec->id, r->page, &row, e);
	return rc == E_OK && row.id ? take_held(r, &row, &page, waits, e) : rc;
}

enum errk arrival_still_held(struct sync *r, struct queue_row *row, size_t *n, struct page *page,
			     struct err *e)
{
	size_t kept = 0;
	if (!arrival_holds_back(r))
		return E_OK;
	enum errk rc = state_begin(r->state, e);
	for (size_t i = 0; i < *n && rc == E_OK; i++) {
		bool waits;
		rc = take_held(r, &row[i], page, &waits, e);
		if (!waits)
			row[kept++] = row[i];
	}
	*n = kept;
	return state_end(r->state, rc, e);
}
