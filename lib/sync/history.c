#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "state/checkpoint.h"
#include "state/link.h"
#include "state/pairing.h"
#include "sync/sync_priv.h"

#include "base/banned.h"

/*
 * A state file that was emptied, lost or restored from a backup takes what the target has for new. Where
 * the target proves a history, the run ends before it writes anything.
 */

enum { FRESH_S = 3600 };

/* "orders export > csv:/srv/out" -> " --to csv:/srv/out", for commands that are to be typed. */
static const char *to_option(const char *key, struct arena *a)
{
	const char *mark = strstr(key, " > ");

	return mark ? arena_printf(a, " --to '%s'", mark + 3) : "";
}

static enum errk behind(const char *state, const char *what, const char *key, const struct flow *f,
			enum history_of of, struct arena *a, struct err *e)
{
	const char *to = to_option(key, a);
	enum errk rc = err_set(
		e, E_LOCAL, "state_behind",
		"state file %s %s, so nothing is written: it would send again what is there. "
		"Put the right state file in its place, or link what is there: erpsync adopt "
		"%s%s --dry-run, then the same without --dry-run",
		state, what, f->noun, to);

	if (of != HISTORY_OURS && of != HISTORY_UNCOUNTED)
		err_append(e, ". A folder is for one state file: where another one is to go on "
			      "writing there, give this one a folder of its own");
	return rc;
}

/*
 * The other way round: nothing is there of what this state file knows to have written. What is not mounted looks like
 * that, and what is written below its mount point nobody would ever read.
 */
static enum errk vanished(const struct history *h, const char *key, const struct flow *f,
			  struct arena *a, struct err *e)
{
	return err_set(e, E_LOCAL, "history_gone",
		       "%s holds nothing of what was written there before, so nothing is written: "
		       "see that it is the right folder, and that what is to be mounted there is. "
		       "If it is a new one, or was emptied on purpose, run: erpsync adopt %s%s "
		       "--rest-is-new",
		       h->place, f->noun, to_option(key, a));
}

/* What is wrong, in words; NULL = nothing. */
static const char *judge(const struct history *h, const struct pairing *p, int64_t links,
			 struct arena *a)
{
	bool further = h->last[0] > p->last[0] || h->last[1] > p->last[1];

	if (h->of == HISTORY_NONE)
		return NULL;
	if (h->of == HISTORY_OURS)
		return further ? arena_printf(a,
					      "is older than what was written with it (a restored "
					      "backup, or a copy): %s has got to %s",
					      h->place, h->said)
			       : NULL;
	if (h->of == HISTORY_REPLACED)
		return arena_printf(
			a,
			"was replaced: another one has adopted what stands in %s, which has "
			"got to %s",
			h->place, h->said);
	if (h->of == HISTORY_SHARED)
		return arena_printf(
			a, "is not the only one that writes to %s: another one has got to %s",
			h->place, h->said);
	if (!links)
		return arena_printf(a, "is new or was emptied, and %s has got to %s", h->place,
				    h->said);
	if (h->of == HISTORY_OTHERS)
		return arena_printf(a,
				    "is not the one that wrote to %s (its path, or that of the "
				    "state file, is another's), which has got to %s",
				    h->place, h->said);
	/* Written before writers were told apart, or the books are lost: it knows as much. */
	if ((p->last[0] || p->last[1]) && further)
		return arena_printf(a, "is older than what is in %s, which has got to %s", h->place,
				    h->said);
	return NULL;
}

static enum errk ask(struct state *s, const char *key, const struct flow *f,
		     struct connector *target, bool claim, struct pairing *p, struct arena *a,
		     struct history *out, struct err *e)
{
	struct history_request q = {.kind = f->kind, .claim = claim};
	const struct sink *sink = target->type->sink[f->to][f->kind];
	const char **open;
	enum errk rc = pairing_get(s, key, a, p, e);

	if (!sink->history)
		BUG("%s has no history to be asked for", target->type->name);
	if (rc == E_OK)
		rc = queue_batches(s, key, a, &open, &q.n_open, e);
	if (rc != E_OK)
		return rc;
	q.open = open;
	q.writer = p->writer;
	return sink->history(target, &q, a, out, e);
}

enum errk sync_find_behind(struct state *s, const char *key, const struct flow *f,
			   struct connector *target, struct arena *a, struct behind *out,
			   struct err *e)
{
	struct pairing p;
	const char *what;
	int64_t links;
	enum errk rc;

	*out = (struct behind){0};
	if (!target->type->sink[f->to][f->kind]->history)
		return E_OK;
	rc = ask(s, key, f, target, false, &p, a, &out->history, e);
	if (rc == E_OK)
		rc = link_count(s, key, &links, e);
	if (rc != E_OK)
		return rc;
	what = judge(&out->history, &p, links, a);
	out->is = what != NULL;
	if (what)
		behind(session_plain_path(state_path(s), a), what, key, f, out->history.of, a,
		       &out->why);
	else if (out->history.of == HISTORY_NONE && (p.last[0] || p.last[1]))
		out->is = vanished(&out->history, key, f, a, &out->why) != E_OK;
	return E_OK;
}

enum errk sync_claim_history(struct state *s, const char *key, const struct flow *f,
			     struct connector *target, struct arena *a, struct err *e)
{
	struct history h;
	struct pairing p;
	enum errk rc = ask(s, key, f, target, true, &p, a, &h, e);

	for (int i = 0; i < 2 && rc == E_OK; i++)
		rc = pairing_remember(s, key, i == 1, h.last[i], e);
	return rc;
}

/*
 * Something waits, and the source was last read so long ago that the state file may be an old one: what
 * waits may be older than what the target has by now.
 */
static enum errk note_age(struct sync *r, struct pairing *p, struct err *e)
{
	struct queue_counts waits;
	const char *cursor;
	int64_t moved = 0;
	enum errk rc = checkpoint_get(r->state, r->key, r->page, &cursor, &moved, e);

	if (rc == E_OK)
		rc = queue_count(r->state, r->key, clock_now(), &waits, e);
	if (rc != E_OK || p->pull_first || !r->to->reference || !cursor ||
	    clock_now() - moved < FRESH_S || waits.ready + waits.sending == 0)
		return rc;
	p->pull_first = true;
	return pairing_pull_first(r->state, r->key, true, e);
}

enum errk sync_check_history(struct sync *r, struct err *e)
{
	struct behind b;
	struct pairing p;
	enum errk rc = pairing_get(r->state, r->key, r->session->arena, &p, e);

	arena_reset(r->page);
	if (rc == E_OK)
		rc = sync_find_behind(r->state, r->key, r->flow, r->target, r->page, &b, e);
	if (rc == E_OK)
		rc = note_age(r, &p, e);
	if (rc != E_OK)
		return rc;
	r->pull_first = p.pull_first;
	if (r->to->history)
		r->writer = p.writer;
	if (b.is) {
		*e = b.why;
		return b.why.kind;
	}
	/* From now on it is known who wrote what is there. */
	if (b.history.of == HISTORY_UNCOUNTED && !r->sum->dry_run)
		return sync_claim_history(r->state, r->key, r->flow, r->target, r->page, e);
	return E_OK;
}

enum errk sync_known_numbers(struct sync *r, struct put_batch *batch, struct err *e)
{
	struct pairing p;
	enum errk rc = E_OK;

	if (!r->writer)
		return E_OK;
	rc = pairing_get(r->state, r->key, r->page, &p, e);
	for (int i = 0; i < 2 && rc == E_OK; i++)
		batch->last[i] = p.last[i];
	return rc;
}

enum errk sync_remember_written(struct sync *r, const struct put_batch *batch, struct err *e)
{
	enum errk rc = E_OK;

	for (int i = 0; i < 2 && rc == E_OK; i++)
		if (batch->number[i])
			rc = pairing_remember(r->state, r->key, i == 1, batch->number[i], e);
	return rc;
}

enum errk sync_all_pulled(struct sync *r, struct err *e)
{
	enum errk rc = E_OK;

	/* A window is not all there is. */
	if (r->pull_first && !r->options->since && !r->options->until) {
		rc = pairing_pull_first(r->state, r->key, false, e);
		r->pull_first = rc != E_OK;
	}
	return rc;
}
