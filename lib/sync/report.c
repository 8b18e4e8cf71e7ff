#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "state/journal.h"
#include "sync/sync_priv.h"

const char *sync_outcome_name(enum sync_outcome o)
{
	static const char *const names[] = {
		[SYNC_CREATED] = "created",     [SYNC_UPDATED] = "updated",
		[SYNC_UNCHANGED] = "unchanged", [SYNC_ADOPTED] = "found there",
		[SYNC_PARKED] = "parked",       [SYNC_STILL_PARKED] = "still parked",
		[SYNC_LATER] = "later",         [SYNC_LEFT_OUT] = "left out",
	};
	return names[o];
}

static int64_t *counter(struct sync_summary *sum, enum sync_outcome o)
{
	switch (o) {
	case SYNC_CREATED:
		return &sum->created;
	case SYNC_UPDATED:
		return &sum->updated;
	case SYNC_UNCHANGED:
		return &sum->unchanged;
	case SYNC_ADOPTED:
		return &sum->adopted;
	case SYNC_PARKED:
		return &sum->parked;
	case SYNC_STILL_PARKED:
		return &sum->still_parked;
	case SYNC_LATER:
		return &sum->later;
	case SYNC_LEFT_OUT:
		return &sum->excluded;
	}
	BUG("outcome %d", (int)o);
}

void sync_count_asked(struct sync *r, size_t n)
{
	r->sum->later += (int64_t)n;
	r->asked += (int64_t)n;
}

/* Counts a record, shows it to the caller, and logs what a person may look for later. */
void sync_count(struct sync *r, const struct batch_row *b, enum sync_outcome outcome,
		const struct target *target)
{
	++*counter(r->sum, outcome);
	bool failed = outcome == SYNC_PARKED || outcome == SYNC_STILL_PARKED ||
		      outcome == SYNC_LATER;
	struct sync_record rec = {
		.record = b->row.record,
		.label = b->row.label,
		.outcome = outcome,
		.target = target,
		.document = b->put.doc,
		.err = failed ? &b->put.err : NULL,
		.at_fault = b->at_fault,
	};
	if (r->options->on_record)
		r->options->on_record(r->options->ctx, &rec);
	if (failed)
		log_event(LOG_LEVEL_WARN, sync_outcome_name(outcome), "record", b->row.record,
			  "name", b->row.label, "code", b->put.err.code, "reason", b->put.err.msg,
			  NULL);
	else
		log_event(LOG_LEVEL_DEBUG, sync_outcome_name(outcome), "record", b->row.record,
			  "name", b->row.label, "target", target->id, NULL);
}

void sync_leave_out(struct sync *r, const char *record, const char *label, const char *why)
{
	struct err because;
	struct sync_record rec = {.record = record,
				  .label = label,
				  .outcome = SYNC_LEFT_OUT,
				  .err = &because};
	err_set(&because, E_RECORD, "left_out", "%s", why);
	if (!(*counter(r->sum, SYNC_LEFT_OUT))++)
		r->sum->excluded_first = arena_strdup(r->session->arena, label);
	if (r->options->on_record)
		r->options->on_record(r->options->ctx, &rec);
	log_event(LOG_LEVEL_DEBUG, "left out", "record", record, "name", label, "reason", why,
		  NULL);
}

enum errk sync_journal(struct sync *r, const char *record, const char *label, const char *action,
		       const char *outcome, const char *detail, struct err *e)
{
	struct journal_line line = {
		.at = clock_now(),
		.run = r->sum->run,
		.flow = r->key,
		.record = record,
		.label = label,
		.action = action,
		.outcome = outcome,
		.detail = detail,
	};
	return journal_add(r->state, &line, e);
}

void sync_measure(struct sync *r)
{
	struct http_stats st = http_stats(r->session->http);
	r->sum->requests = st.requests - r->before.requests;
	r->sum->writes = st.writes - r->before.writes;
	r->sum->bytes_in = st.bytes_in - r->before.bytes_in;
	r->sum->bytes_out = st.bytes_out - r->before.bytes_out;
	r->sum->waited_ms = st.waited_ms - r->before.waited_ms;
	r->sum->ms = clock_mono_ms() - r->started_ms;
}

void sync_progress(struct sync *r)
{
	if (!r->options->on_progress)
		return;
	sync_measure(r);
	r->options->on_progress(r->options->ctx, r->sum);
}

static void add_count(struct str *out, int64_t n, const char *what)
{
	if (n)
		str_addf(out, "%s%lld %s", out->len ? ", " : "", (long long)n, what);
}

const char *sync_summary_text(const struct sync_summary *s, struct arena *a)
{
	struct str counts;
	char took[CLOCK_TEXT_MAX];
	str_init(&counts, 4096);
	add_count(&counts, s->created, s->dry_run ? "would be created" : "created");
	add_count(&counts, s->updated, s->dry_run ? "would be updated" : "updated");
	add_count(&counts, s->adopted, "found there already");
	add_count(&counts, s->unchanged, "unchanged");
	add_count(&counts, s->parked, s->dry_run ? "would be parked" : "parked");
	add_count(&counts, s->still_parked, "parked as before");
	add_count(&counts, s->later, "to be tried later");
	if (s->excluded)
		add_count(&counts, s->excluded,
			  arena_printf(a, "left out (%s: %s%s)", s->excluded_because,
				       s->excluded_first,
				       s->excluded > 1 ? " and others, which -v names" : ""));
	add_count(&counts, s->young, "younger than a minute (the next run takes them)");
	add_count(&counts, s->acknowledged, "confirmed by the target");
	add_count(&counts, s->rejected, "rejected by the target");
	add_count(&counts, s->doubted, "answered so that nobody can be sure");
	if (!counts.len)
		str_add(&counts, "nothing new");
	if (s->stopped)
		str_addf(&counts, "; stopped by %s, %lld still waiting", s->stopped,
			 (long long)s->waiting);
	if (s->err.kind != E_OK)
		str_addf(&counts, "; ended early: %s", s->err.msg);
	const char *text = arena_printf(a, "%s to %s: %s; %lld request%s, %s", s->flow, s->target,
					counts.buf, (long long)s->requests,
					s->requests == 1 ? "" : "s", duration_text(s->ms, took));
	str_release(&counts);
	return text;
}

cJSON *sync_summary_json(const struct sync_summary *s)
{
	cJSON *o = json_object();
	json_add_str(o, "flow", s->flow);
	json_add_str(o, "target", s->target);
	json_add_int(o, "run", s->run);
	json_add_bool(o, "dry_run", s->dry_run);
	const struct {
		const char *key;
		int64_t value;
	} rows[] = {
		{"pulled", s->pulled},       {"known", s->known},
		{"excluded", s->excluded},   {"young", s->young},
		{"created", s->created},     {"updated", s->updated},
		{"unchanged", s->unchanged}, {"adopted", s->adopted},
		{"parked", s->parked},       {"still_parked", s->still_parked},
		{"later", s->later},         {"acknowledged", s->acknowledged},
		{"rejected", s->rejected},   {"doubted", s->doubted},
		{"waiting", s->waiting},     {"parked_total", s->parked_total},
		{"requests", s->requests},   {"writes", s->writes},
		{"bytes_in", s->bytes_in},   {"bytes_out", s->bytes_out},
		{"waited_ms", s->waited_ms}, {"ms", s->ms},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		json_add_int(o, rows[i].key, rows[i].value);
	json_add_str(o, "stopped", s->stopped);
	json_add_str(o, "outcome", s->err.kind == E_OK ? "ok" : errk_name(s->err.kind));
	json_add_int(o, "exit", sync_exit_status(s));
	if (s->err.kind != E_OK) {
		json_add_str(o, "code", s->err.code);
		json_add_str(o, "error", s->err.msg);
	}
	return o;
}

const char *sync_clock_off(const struct http *h, struct arena *a)
{
	struct http_clock clock = http_clock(h);
	char text[CLOCK_TEXT_MAX];
	if (!clock.off_s)
		return NULL;
	return arena_printf(a, "the clock of %s is %s %s this machine's", clock.host,
			    duration_text(llabs(clock.off_s) * 1000, text),
			    clock.off_s > 0 ? "ahead of" : "behind");
}
