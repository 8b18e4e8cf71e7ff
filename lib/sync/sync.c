#include "sync/sync.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/stop.h"
#include "base/str.h"
#include "state/checkpoint.h"
#include "state/future.h"
#include "state/journal.h"
#include "state/lock.h"
#include "state/connector_state.h"
#include "state/run.h"
#include "state/seal.h"
#include "state/passed.h"
#include "state/reported.h"
#include "sync/choice.h"
#include "sync/sync_priv.h"

/* Seconds. */
enum { KEEP_RUNS = 90 * 86400, KEEP_CONNECTOR_STATE = 30 * 86400, KEEP_REPORTED = 90 * 86400 };

/* "csv:DIR": a connector and where it is to write. */
enum errk sync_parse_to(struct sync *r, struct err *e)
{
	struct arena *a = r->session->arena;
	const char *to = r->options->to, *colon = strchr(to, ':');
	const struct connector_type *t =
		colon ? connector_find(arena_strndup(a, to, (size_t)(colon - to)), r->flow->to)
		      : NULL;
	if (!t || !colon[1])
		return err_set(e, E_LOCAL, "bad_target", "--to %s: write it as csv:DIR", to);
	r->to_type = t->name;
	r->to_path = path_absolute(a, colon + 1);
	r->key = arena_printf(a, "%s > %s:%s", r->flow->name, t->name, r->to_path);
	return E_OK;
}

enum errk sync_open_target(struct sync *r, struct err *e)
{
	const char *section = side_section(r->flow->to);
	enum errk rc = session_connector(r->session, section, r->to_type, r->to_path, &r->notices,
					 &r->target, e);
	if (rc != E_OK)
		return rc;
	const struct connector_type *t = r->target->type;
	r->to = t->sink[r->flow->to][r->flow->kind];
	if (!r->to)
		return err_set(e, E_LOCAL, "cannot_put", "[%s]: %s can't take %s", section,
			       t->title, record_kind_plural(r->flow->kind));
	r->batch = r->to->batch;
	return session_mapper(r->session, t->name, &r->mapper, e);
}

enum errk sync_open_source(struct sync *r, struct err *e)
{
	const char *section = side_section(r->flow->from);
	enum errk rc = session_connector(r->session, section, NULL, NULL, &r->notices, &r->source,
					 e);
	if (rc != E_OK)
		return rc;
	const struct connector_type *t = r->source->type;
	r->from = t->source[r->flow->from][r->flow->kind];
	if (!r->from)
		return err_set(e, E_LOCAL, "cannot_pull", "[%s]: %s has no %s to read", section,
			       t->title, record_kind_plural(r->flow->kind));
	return E_OK;
}

/* At the first run a person learns what this source can't give; `check` says it again. */
static void tell_lacks(struct sync *r)
{
	for (const char *const *lack = r->from->lacks; lack && *lack; lack++)
		notice_say(&r->notices, NULL, *lack);
}

/* Where the configuration asks for more than the checkpoint was read with. */
static enum errk begin_anew(struct sync *r, const struct choice_since *since, struct err *e)
{
	char from[CLOCK_TEXT_MAX];
	const struct flow *f = r->flow;
	const char *ahead = choice_ahead(r->session->conf, f, since, r->session->arena);
	if (ahead)
		notice_say(&r->notices, NULL, ahead);
	r->choice = choice_text(r->session->conf, f, since, r->session->arena);
	enum errk rc = choice_is_wider(r->state, r->session->conf, f, r->key, since, &r->anew, e);
	if (rc == E_OK && r->anew)
		notice_say(&r->notices, NULL,
			   arena_printf(r->session->arena,
					"[%s] asks for more than what was read so far, so the %s "
					"since %s are looked at again",
					f->section, record_kind_plural(f->kind),
					since->at ? clock_text(since->at, from) : "the first one"));
	r->again |= r->anew;
	return rc;
}

/* Since when [section] since asks for records. */
static enum errk begin_configured(struct sync *r, struct err *e)
{
	struct choice_since since;
	enum errk rc = choice_since(r->state, r->session->conf, r->flow, r->key, r->session->arena,
				    &since, e);
	r->since.at = since.at;
	if (rc == E_OK)
		rc = sync_bound(r, since.day, false, &r->since, e);
	since = (struct choice_since){r->since.at, r->since.day};
	return rc == E_OK ? begin_anew(r, &since, e) : rc;
}

static enum errk begin_window(struct sync *r, struct err *e)
{
	const struct sync_options *o = r->options;
	r->since.at = o->since;
	r->until.at = o->until;
	enum errk rc = sync_bound(r, o->since_day, false, &r->since, e);
	return rc == E_OK ? sync_bound(r, o->until_day, true, &r->until, e) : rc;
}

static enum errk first_cursor(struct sync *r, const char **cursor, struct err *e)
{
	int64_t moved;
	*cursor = NULL;
	enum errk rc = checkpoint_get(r->state, r->key, r->cursors[0], cursor, &moved, e);
	if (rc == E_OK && !*cursor)
		tell_lacks(r);
	if (rc == E_OK)
		rc = checkpoint_again(r->state, r->key, &r->again, e);
	if (r->options->since || r->options->until || r->options->full)
		*cursor = NULL;
	if (rc == E_OK)
		rc = r->options->since || r->options->until ? begin_window(r, e)
							    : begin_configured(r, e);
	if (rc == E_BUSY || rc == E_REFUSED)
		r->source_failed = true;
	return rc;
}

static bool enough(const struct sync *r)
{
	return r->options->limit && !r->pull_first && r->sum->pulled >= (int64_t)r->options->limit;
}

/*
 * Records without a document are asked for by name, beside what has changed. A source that can't answer that
 * now may well say the rest.
 */
static enum errk fetch_again(struct sync *r, bool held, struct err *later, struct err *e)
{
	bool more = true;
	/* Where the configuration no longer holds them back, all of them are due. */
	int64_t due = held && !arrival_holds_back(r) ? INT64_MAX : clock_now();
	enum errk rc = E_OK;
	while (rc == E_OK && more && !stop_requested() && !enough(r))
		rc = sync_fetch_again(r, held, due, &more, e);
	if (rc != E_BUSY && rc != E_REFUSED)
		return rc;
	*later = *e;
	return E_OK;
}

/* A window is not all there is. Of orders it is asked how far they are known (demand.c). */
static enum errk remember_end(struct sync *r, int64_t begun, struct err *e)
{
	enum errk rc = E_OK;
	if (r->options->since || r->options->until)
		return E_OK;
	/* Of a state file that did not know, or read with --full. */
	if (r->choice)
		rc = checkpoint_choose(r->state, r->key, r->choice, clock_now(), e);
	/* By a clock that is ahead it would be known of times that no one has read yet. */
	begun -= http_clock(r->session->http).behind_s;
	if (rc == E_OK && (r->again || sync_tells_orders(r)))
		rc = checkpoint_reached(r->state, r->key, begun, e);
	return rc;
}

/* Pages into the queue, and whole batches out of it, so that neither grows with the backlog. */
static enum errk pull_and_deliver(struct sync *r, struct err *e)
{
	const char *cursor;
	bool more = true;
	int64_t begun = clock_now();
	enum errk rc = first_cursor(r, &cursor, e);
	while (rc == E_OK && more && !stop_requested() && !enough(r)) {
		rc = sync_pull_page(r, &cursor, &more, e);
		r->paging = rc == E_OK && more;
		if (rc == E_OK && !r->pull_first)
			rc = sync_deliver(r, false, e);
		else if (rc == E_BUSY || rc == E_REFUSED)
			r->source_failed = true;
	}
	r->paging = false;
	if (rc == E_OK && !more)
		rc = remember_end(r, begun, e);
	return rc == E_OK && !more ? sync_all_pulled(r, e) : rc;
}

/*
 * What an interrupted run left is put once more: at once, or, where the target compares, when it is
 * known whether the source still says so.
 */
static bool recovers_late(const struct sync *r)
{
	return r->to->compares;
}

/*
 * A target that looks by our reference before each put needs no repetition of what was interrupted: the
 * newest version goes instead.
 */
static enum errk recover_late(struct sync *r, struct err *e)
{
	return r->to->reference && !recovers_late(r) ? sync_put_back_sending(r, e)
						     : sync_recover(r, e);
}

/* What is parked for something that is over by now. */
static enum errk release(struct sync *r, struct err *e)
{
	enum errk rc = sync_release_mapped(r, e);
	if (rc == E_OK)
		rc = sync_release_made(r, e);
	return rc == E_OK ? sync_release_rivals(r, e) : rc;
}

/* What waits for its source alone, then what is new there. *later: why it could not be asked for what waits. */
static enum errk read_source(struct sync *r, struct err *later, struct err *e)
{
	const bool all = !r->options->n_only;
	enum errk rc = all ? fetch_again(r, false, later, e) : sync_pull_only(r, e);
	if (rc == E_OK && later->kind == E_OK)
		rc = sync_pull_shared(r, later, e);
	if (rc == E_OK && all)
		rc = pull_and_deliver(r, e);
	/* Last: many may be held for weeks, and what is new is not to wait for them. */
	if (rc == E_OK && all && later->kind == E_OK)
		rc = fetch_again(r, true, later, e);
	return rc;
}

/*
 * The run proper. A source that is busy or refuses does not keep what waits in the queue from
 * going over.
 */
static enum errk work(struct sync *r, struct err *e)
{
	struct err later = {.kind = E_OK};
	enum errk rc = sync_know_ends(r, e);
	if (rc == E_OK)
		rc = sync_check_history(r, e);
	if (rc == E_OK)
		rc = sync_remember_mapping(r, e);
	bool late = r->pull_first || recovers_late(r);
	if (rc == E_OK && !late)
		rc = sync_recover(r, e);
	/* The answer may be to what an interrupted run has just left there. */
	if (rc == E_OK)
		rc = sync_acknowledge(r, e);
	if (rc == E_OK)
		rc = release(r, e);
	if (rc != E_OK)
		return rc;
	rc = read_source(r, &later, e);
	if (rc != E_OK && r->source_failed && !r->pull_first) {
		later = *e;
		rc = E_OK;
	}
	if (rc == E_OK && late && !r->pull_first && !stop_requested())
		rc = recover_late(r, e);
	if (rc == E_OK && !stop_requested() && (!r->pull_first || r->options->n_only))
		rc = sync_deliver(r, true, e);
	if (later.kind == E_OK)
		later = r->doubt;
	if (rc == E_OK && later.kind != E_OK) {
		*e = later;
		rc = later.kind;
	}
	return rc;
}

/* Documents that are no longer kept, and what nobody asks about any more of old runs. */
static enum errk purge(struct sync *r, struct err *e)
{
	const struct passed passed = {clock_now(), http_clock(r->session->http).behind_s,
				      r->sum->run};
	const bool awaited = flow_is_answered(r->session->conf, flow_of_kind(KIND_ORDER));
	bool more = true;
	int64_t now = 0;
	enum errk rc = passed_now(r->state, &passed, &now, e);
	const struct journal_age journal = {r->key, now - r->keep_journal, awaited};
	while (rc == E_OK && more && !stop_requested())
		rc = queue_purge(r->state, now - r->keep_payloads, &more, e);
	for (more = true; rc == E_OK && more && !stop_requested();)
		rc = run_purge(r->state, now - KEEP_RUNS, &more, e);
	for (more = true; rc == E_OK && more && !stop_requested();)
		rc = journal_purge(r->state, &journal, &more, e);
	if (rc == E_OK)
		rc = reported_purge(r->state, now - KEEP_REPORTED, awaited, e);
	return rc == E_OK ? connector_state_purge(r->state, now - KEEP_CONNECTOR_STATE, e) : rc;
}

static enum errk count_queue(struct sync *r, struct err *e)
{
	struct queue_counts counts;
	enum errk rc = queue_count(r->state, r->key, clock_now(), &counts, e);
	if (rc == E_OK) {
		r->sum->waiting = counts.ready + counts.sending;
		r->sum->parked_total = counts.parked;
	}
	return rc;
}

static const char *run_outcome(const struct sync_summary *s)
{
	if (strcmp(s->err.code, "locked") == 0)
		return "skipped";
	if (s->err.kind != E_OK)
		return errk_name(s->err.kind);
	if (s->stopped)
		return "stopped";
	return s->parked || s->rejected || s->doubted ? "parked" : "done";
}

/* The end of a run, in the state file and in the log. */
static enum errk end_run(struct sync *r, struct err *e)
{
	struct sync_summary *s = r->sum;
	sync_measure(r);
	struct run run = {
		.id = s->run,
		.flow = r->key,
		.outcome = run_outcome(s),
		.pulled = s->pulled,
		.delivered = s->created + s->updated + s->adopted,
		.unchanged = s->unchanged,
		.parked = s->parked,
		.later = s->later,
		.requests = s->requests,
		.detail = s->err.kind != E_OK ? s->err.msg : s->stopped,
	};
	arena_reset(r->scratch);
	enum log_level level = s->err.kind == E_OK || s->err.kind == E_BUSY ? LOG_LEVEL_INFO
									    : LOG_LEVEL_ERROR;
	log_event(level, "run ended", "outcome", run.outcome, "summary",
		  sync_summary_text(s, r->scratch), NULL);
	log_context("run", NULL);
	log_context("flow", NULL);
	return s->run ? run_end(r->state, &run, clock_now(), e) : E_OK;
}

static void tell_mended(struct sync *r, int64_t ahead)
{
	char text[CLOCK_TEXT_MAX];
	notice_say(&r->notices, "times to come",
		   arena_printf(r->session->arena,
				"the state file holds times that are still to come, by up to "
				"%s: this machine's clock was ahead, or is behind now; they "
				"count as now",
				duration_text(ahead * 1000, text)));
}

/* Before this run's own time stands there. */
static enum errk mend_times(struct sync *r, struct err *e)
{
	int64_t ahead, latest = 0;
	enum errk rc = state_mend_times(r->state, clock_now(), &ahead, e);
	if (rc == E_OK && ahead)
		tell_mended(r, ahead);
	if (rc == E_OK)
		rc = passed_latest(r->state, &latest, &r->server_heard, e);
	clock_heard(latest, CLOCK_OF_RUN);
	return rc;
}

/*
 * Once it is known what time it is. Where servers say so in other runs, one that asks none does not know it: its clock may be
 * behind by more than a file or an earlier run is believed.
 */
static enum errk mend_reported(struct sync *r, struct err *e)
{
	int64_t ahead;
	if (r->server_heard && !clock_server_heard())
		return E_OK;
	enum errk rc = state_mend_reported(r->state, clock_latest(), &ahead, e);
	if (rc == E_OK && ahead)
		tell_mended(r, ahead);
	return rc == E_OK ? passed_set_latest(r->state, clock_latest(), clock_server_heard(), e)
			  : rc;
}

/* A copy that was put back is noticed before this run's own number stands there. */
static enum errk compare_seal(struct sync *r, const char *seal, struct err *e)
{
	static const char *const why[] = {
		[SEAL_OLDER] =
			"is an older one that was put back: it does not know of the last runs",
		[SEAL_COPIED] = "was put back, or moved to where it is now",
		[SEAL_SLEPT] =
			"was not used for far longer than is usual, and may be an older one that "
			"was put back with the whole machine",
	};
	enum seal_says says;
	enum errk rc = state_compare_seal(r->state, seal, clock_now(), &says, e);
	if (rc == E_OK && says != SEAL_FITS)
		notice_say(
			&r->notices, NULL,
			arena_printf(r->session->arena,
				     "the state file %s %s, so what it remembers is compared with "
				     "what is there",
				     state_path(r->session->state), why[says]));
	return rc;
}

/* Without a seal only less is noticed: no reason not to run. */
static void set_seal(struct sync *r, const char *seal)
{
	struct err why;
	if (!r->sum->dry_run && state_set_seal(r->state, seal, &why) != E_OK)
		log_event(LOG_LEVEL_WARN, "no seal", "reason", why.msg, NULL);
}

static enum errk start_run(struct sync *r, struct err *e)
{
	char id[24];
	const char *seal = arena_printf(r->session->arena, "%s.seal",
					state_path(r->session->state));
	enum errk rc = mend_times(r, e);
	if (rc == E_OK)
		rc = compare_seal(r, seal, e);
	if (rc == E_OK)
		rc = run_begin(r->state, r->key, clock_now(), &r->sum->run, e);
	if (rc != E_OK)
		return rc;
	set_seal(r, seal);
	snprintf(id, sizeof(id), "%lld", (long long)r->sum->run);
	log_context("run", id);
	log_context("flow", r->key);
	log_event(LOG_LEVEL_INFO, "run started", "dry_run", r->sum->dry_run ? "yes" : "no", NULL);
	return E_OK;
}

static enum errk locked_run(struct sync *r, struct err *e)
{
	struct lock *lock = NULL;
	enum errk rc = flow_check_allowed(r->flow, r->session->conf, e);
	if (rc == E_OK)
		rc = flow_check_arrival(r->flow, r->session->conf, e);
	if (rc == E_OK)
		rc = lock_take(r->state, r->key, 0, &lock, e);
	if (rc == E_OK)
		rc = sync_open_target(r, e);
	if (rc == E_OK)
		rc = sync_open_source(r, e);
	if (rc == E_OK)
		rc = work(r, e);
	struct err ignored;
	if (rc == E_LOCAL && strcmp(e->code, FILE_TAKEN) == 0 &&
	    state_doubt(r->state, &ignored) != E_OK)
		log_event(LOG_LEVEL_WARN, "nothing in doubt", "reason", ignored.msg, NULL);
	/* If that fails, the next run finds them `sending` and looks first. */
	if (rc != E_LOCAL && sync_return_differing(r, &ignored) != E_OK)
		log_event(LOG_LEVEL_WARN, "records stay marked", "reason", ignored.msg, NULL);
	if (lock && rc != E_LOCAL && mend_reported(r, &ignored) != E_OK)
		log_event(LOG_LEVEL_WARN, "times stay", "reason", ignored.msg, NULL);
	if (lock && rc != E_LOCAL && purge(r, &ignored) != E_OK)
		log_event(LOG_LEVEL_WARN, "purge failed", "reason", ignored.msg, NULL);
	arrival_tell(r);
	const char *off = sync_clock_off(r->session->http, r->session->arena);
	if (off)
		notice_say(&r->notices, NULL,
			   arena_printf(r->session->arena, "%s; " SYNC_CLOCK_REMEDY, off));
	lock_free(lock);
	return rc;
}

void sync_prepare(struct sync *r, struct session *s)
{
	const struct conf *c = s->conf;
	r->state = session_state(s);
	r->page = arena_new();
	r->scratch = arena_new();
	r->cursors[0] = arena_new();
	r->cursors[1] = arena_new();
	r->keep_payloads = conf_int(c, "state", "keep_payloads") / 1000;
	r->keep_documents = r->keep_payloads > 0 && r->flow->keeps_documents;
	r->keep_journal = conf_int(c, r->flow->brief ? r->flow->section : "state", "keep_journal") /
			  1000;
	r->tries = conf_int(c, "queue", "tries");
	r->wait_ms = conf_int(c, "queue", "wait");
	r->max_wait_ms = conf_int(c, "queue", "max_wait");
	r->max_age = r->flow->max_age ? conf_int(c, r->flow->section, "max_age") / 1000 : 0;
	if (r->flow->kind == KIND_STOCK)
		r->demand = demand_new(r->state, c, &r->mapper, &r->notices);
	r->notices = (struct notices){.a = s->arena,
				      .on = r->options->on_notice,
				      .ctx = r->options->ctx};
	r->started_ms = clock_mono_ms();
	r->before = http_stats(s->http);
}

void sync_close(struct sync *r)
{
	connector_close(r->source);
	connector_close(r->target);
	mapper_free(r->mapper);
	demand_free(r->demand);
	sync_forget_differing(r);
	arena_free(r->page);
	arena_free(r->scratch);
	arena_free(r->cursors[0]);
	arena_free(r->cursors[1]);
}

static const char *target_name(const struct sync *r)
{
	if (r->options->to)
		return r->options->to;
	const char *type = conf_text(r->session->conf, side_section(r->flow->to), "connector");
	return type ? type : "nowhere";
}

enum errk sync_run(struct session *s, const struct flow *f, const struct sync_options *o,
		   struct sync_summary *out, struct err *e)
{
	*out = (struct sync_summary){.flow = f->name,
				     .dry_run = s->options.dry_run,
				     .excluded_because = f->excluded,
				     .expected = -1};
	struct sync r = {.session = s, .flow = f, .options = o, .key = f->name, .sum = out};
	struct err why = {.kind = E_OK};
	out->target = target_name(&r);
	sync_prepare(&r, s);
	enum errk rc = o->to ? sync_parse_to(&r, &why) : E_OK;
	if (rc == E_OK)
		rc = start_run(&r, &why);
	if (rc == E_OK)
		rc = locked_run(&r, &why);
	/* A request or a wait that was cut short because a stop was asked for is no trouble. */
	if (rc == E_BUSY && stop_requested() && strcmp(why.code, "stopped") == 0)
		rc = E_OK;
	if (rc != E_OK)
		out->err = why;
	out->stopped = stop_reason();
	struct err last;
	if (out->run && (count_queue(&r, &last) != E_OK || end_run(&r, &last) != E_OK) &&
	    rc == E_OK) {
		rc = last.kind;
		out->err = last;
	}
	sync_close(&r);
	if (rc != E_OK)
		*e = out->err;
	return rc;
}
