#include "flow.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "output.h"
#include "progress.h"
#include "remedy.h"
#include "sync/sync.h"

#include "base/banned.h"

/* A mail from cron should tell enough to act on, and still be read. */
enum { PARKED_SHOWN = 20, NOTICES_KEPT = 50 };

/* One run of one flow as seen from the command line. */
struct view {
	struct cmd *cmd;
	const struct flow *flow;
	const char *
		of; /* the flow for remedy_text(): NULL = that of the command line, which may have --to */
	struct progress progress;
	bool dry_run;
	bool named;       /* by --only */
	size_t n_records; /* written into the JSON array so far */
	const char *parked[PARKED_SHOWN];
	/* Of these, those that one file is at fault for: it, and how many more; NULL = none is. */
	const char *at_fault[PARKED_SHOWN];
	size_t n_more[PARKED_SHOWN];
	size_t n_shown;
	size_t n_parked; /* all of them, also those that are not kept */
	const char *notices[NOTICES_KEPT];
	size_t n_notices;
};

static const char *outcome_text(enum sync_outcome o, bool dry_run)
{
	switch (o) {
	case SYNC_CREATED:
		return dry_run ? "would create" : "created";
	case SYNC_UPDATED:
		return dry_run ? "would update" : "updated";
	case SYNC_UNCHANGED:
		return "unchanged";
	case SYNC_ADOPTED:
		return dry_run ? "is already there:" : "was already there:";
	case SYNC_PARKED:
		return dry_run ? "would park" : "parked";
	case SYNC_STILL_PARKED:
		return dry_run ? "would stay parked:" : "still parked:";
	case SYNC_LATER:
		return dry_run ? "would try later" : "later";
	case SYNC_LEFT_OUT:
		return dry_run ? "would leave out" : "left out";
	}
	BUG("no such outcome: %d", (int)o);
}

static enum style outcome_style(enum sync_outcome o)
{
	return o == SYNC_PARKED                                                      ? STYLE_RED
	       : o == SYNC_LATER                                                     ? STYLE_YELLOW
	       : o == SYNC_UNCHANGED || o == SYNC_STILL_PARKED || o == SYNC_LEFT_OUT ? STYLE_DIM
										     : STYLE_PLAIN;
}

static void print_record(struct view *v, const struct sync_record *r, struct arena *a)
{
	enum style style = outcome_style(r->outcome);

	printf("%s%s%s %s", style_on(stdout, style), outcome_text(r->outcome, v->dry_run),
	       style_off(stdout, style), clean_text(r->label, a));
	if (r->target && target_is(r->target))
		printf(" → %s", clean_text(target_text(r->target, a), a));
	if (r->err)
		printf(": %s", remedy_text(r->err->msg, v->of, r->label, a));
	putchar('\n');
	if (v->cmd->verbose && v->dry_run && r->document)
		print_json(stdout, r->document, "  ");
}

/*
 * The mapped document is already JSON text and goes in as it is, so that no number
 * changes.
 */
static void print_record_json(struct view *v, const struct sync_record *r, struct arena *a)
{
	CLEANUP(json) cJSON *o = json_object();
	const char *text;

	json_add_str(o, "record", r->record);
	json_add_str(o, "name", r->label);
	json_add_str(o, "outcome", sync_outcome_name(r->outcome));
	json_add_str(o, "target",
		     r->target && target_is(r->target) ? target_text(r->target, a) : NULL);
	if (r->err) {
		json_add_str(o, "code", r->err->code);
		json_add_str(o, "reason", r->err->msg);
	}
	text = shown_json(json_text(o, a), a);
	printf("%s\n    ", v->n_records++ ? "," : "");
	if (v->dry_run && r->document)
		printf("%.*s,\"document\":%s}", (int)strlen(text) - 1, text,
		       shown_json(r->document, a));
	else
		fputs(text, stdout);
}

static void keep_parked(struct view *v, const struct sync_record *r)
{
	struct arena *a = v->cmd->arena;

	v->n_parked++;
	for (size_t i = 0; i < v->n_shown; i++)
		if (r->at_fault && str_equal(v->at_fault[i], r->at_fault)) {
			v->n_more[i]++;
			return;
		}
	if (v->n_shown == PARKED_SHOWN)
		return;
	v->at_fault[v->n_shown] = arena_strdup(a, r->at_fault);
	v->parked[v->n_shown++] = arena_printf(a, "%s: %s", clean_text(r->label, a),
					       r->err ? remedy_text(r->err->msg, v->of, r->label, a)
						      : "parked");
}

static void on_record(void *ctx, const struct sync_record *r)
{
	struct view *v = ctx;
	CLEANUP(arena) struct arena *a = arena_new();

	if (r->outcome == SYNC_PARKED)
		keep_parked(v, r);
	/* What is left out may be all the years before [orders] since: a dry run is about the others. */
	bool asked = v->cmd->json || v->cmd->verbose ||
		     (v->dry_run && r->outcome != SYNC_LEFT_OUT) ||
		     /* It did not go, and nothing is wrong: who named it would not know why. */
		     (v->named && r->outcome == SYNC_LATER);
	if (!asked)
		return;
	progress_clear(&v->progress);
	if (v->cmd->json)
		print_record_json(v, r, a);
	else
		print_record(v, r, a);
}

static void on_notice(void *ctx, const char *text)
{
	struct view *v = ctx;

	if (v->n_notices < NOTICES_KEPT)
		v->notices[v->n_notices++] = arena_strdup(v->cmd->arena, text);
	/* A dry run is asked what would happen; with --json the document says it. */
	if (!out_is_tty(stderr) && !v->cmd->verbose && !(v->dry_run && !v->cmd->json))
		return;
	progress_clear(&v->progress);
	fprintf(stderr, "erpsync: note: %s\n", remedy_text(text, v->of, NULL, v->cmd->arena));
}

static void on_progress(void *ctx, const struct sync_summary *so_far)
{
	struct view *v = ctx;

	progress_update(&v->progress, so_far);
}

/* "csv:/srv/out" names a connector of this build that can take the flow's kind. */
enum errk flow_check_target(const struct flow *f, const char *to, struct arena *a, struct err *e)
{
	const char *colon = strchr(to, ':');
	const char *name = arena_strndup(a, to, strcspn(to, ":"));
	const struct connector_type *type = connector_find(name, f->to);

	if (!colon || !colon[1])
		return usage_error(e, "--to: '%s' should be SYSTEM:PLACE, e.g. csv:/srv/out", to);
	if (!type)
		return usage_error(e, "--to: no system is called '%s'", name);
	if (!type->sink[f->to][f->kind])
		return usage_error(e, "--to: %s does not take %s", type->title,
				   record_kind_plural(f->kind));
	return E_OK;
}

/* What was typed where it is a day; else NULL. */
static const char *day_of(const struct args *args, const char *option)
{
	const char *text = args_text(args, option);

	return clock_is_day(text) ? text : NULL;
}

static enum errk read_options(struct cmd *c, struct sync_options *o, struct err *e)
{
	const struct args *args = c->args;

	o->full = args_flag(args, "full");
	o->only = args_list(args, "only", &o->n_only);
	o->limit = (size_t)args_number(args, "limit");
	/* Not every flow has these. */
	if (args_knows(args, "since")) {
		o->since = args_number(args, "since");
		o->since_day = day_of(args, "since");
	}
	if (args_knows(args, "until")) {
		o->until = args_number(args, "until");
		o->until_day = day_of(args, "until");
	}
	if (args_knows(args, "to"))
		o->to = args_text(args, "to");
	/* There are places where tomorrow has begun. */
	if (o->since - (o->since_day ? CLOCK_EARLIEST_S : 0) > clock_now())
		return usage_error(e, "--since is still to come: nothing has changed after it yet");
	if (o->since && o->until && o->since >= o->until)
		return usage_error(e, "--since must be before --until");
	if (o->n_only && (o->since || o->until || o->full))
		return usage_error(e, "--only names its records: no %s--full with it",
				   args_knows(args, "since") ? "--since, --until or " : "");
	return o->to ? flow_check_target(c->command->flow, o->to, c->arena, e) : E_OK;
}

static void end_json(struct view *v, const struct sync_summary *s)
{
	CLEANUP(json) cJSON *summary = sync_summary_json(s);
	CLEANUP(json) cJSON *notices = json_array();

	for (size_t i = 0; i < v->n_notices; i++) {
		cJSON *text = cJSON_CreateString(v->notices[i]);

		if (text)
			json_push(notices, text);
	}
	printf("%s],\n  \"notices\": %s,\n  \"summary\": %s\n}", v->n_records ? "\n  " : "",
	       shown_json(json_text(notices, v->cmd->arena), v->cmd->arena),
	       shown_json(json_text(summary, v->cmd->arena), v->cmd->arena));
}

static void print_parked(const struct view *v, const struct sync_summary *s)
{
	size_t shown = v->n_shown;
	int64_t all = s->parked_total > (int64_t)v->n_parked ? s->parked_total
							     : (int64_t)v->n_parked;

	const char *list = remedy_text("erpsync queue list --parked", NULL, NULL, v->cmd->arena);

	for (size_t i = 0; i < v->n_shown; i++) {
		fprintf(stderr, "erpsync: %s %s", v->flow->label, v->parked[i]);
		if (v->n_more[i])
			fprintf(stderr, "; and so for %zu more of %s: %s", v->n_more[i],
				clean_text(v->at_fault[i], v->cmd->arena), list);
		fputc('\n', stderr);
		shown += v->n_more[i];
	}
	if (all > (int64_t)shown && shown > 0)
		fprintf(stderr, "erpsync: and %lld more%s: %s\n", (long long)(all - (int64_t)shown),
			shown == v->n_parked ? ", parked before" : "", list);
	else if (shown == 0 && all > 0)
		fprintf(stderr, "erpsync: %lld records are parked: %s\n", (long long)all, list);
}

static enum style summary_style(int status)
{
	return status == 0 ? STYLE_GREEN : status == 1 || status == 75 ? STYLE_YELLOW : STYLE_RED;
}

/* A run that failed before the first record has nothing to add to its error. */
static bool did_something(const struct sync_summary *s)
{
	return s->pulled || s->created || s->updated || s->unchanged || s->adopted || s->parked ||
	       s->still_parked || s->later || s->acknowledged;
}

/* No later run says it, so that it is told whatever ends this one; that is said behind it. */
static void tell_parked(const struct view *v, const struct sync_summary *s, bool with_summary)
{
	struct sync_summary done = *s;

	if (!s->parked && !s->rejected && !s->doubted)
		return;
	if (sync_exit_status(s) != 1)
		done.err.kind = E_OK;
	fflush(stdout);
	if (with_summary)
		fprintf(stderr, "erpsync: %s\n", sync_summary_text(&done, v->cmd->arena));
	print_parked(v, s);
}

/*
 * The summary goes to whoever asked: a terminal, --verbose, a dry run. Parked records
 * need a person, so they and the summary go to stderr, where cron makes a mail of them.
 */
static void end_text(struct view *v, const struct sync_summary *s)
{
	const char *text = sync_summary_text(s, v->cmd->arena);
	enum style style = summary_style(sync_exit_status(s));
	bool shown = !v->cmd->json && (out_is_tty(stdout) || v->cmd->verbose || v->dry_run);

	if (shown && (s->err.kind == E_OK || did_something(s)))
		printf("%s%s%s\n", style_on(stdout, style), text, style_off(stdout, style));
	/* A dry run has told about each record already. */
	if (!v->dry_run)
		tell_parked(v, s, !shown);
}

enum errk flow_run(struct cmd *c, const struct flow *f, struct sync_options *o,
		   const char *json_head, int *status, struct err *e)
{
	struct view v = {.cmd = c,
			 .flow = f,
			 .of = f == c->command->flow ? NULL : f->name,
			 .dry_run = c->session.options.dry_run,
			 .named = o->n_only > 0};
	struct sync_summary summary = {0};
	enum errk rc;

	o->on_progress = on_progress;
	o->on_record = on_record;
	o->on_notice = on_notice;
	o->ctx = &v;
	progress_begin(&v.progress);
	if (c->json)
		printf("{\n  %s,\n  \"records\": [", json_head);
	rc = sync_run(&c->session, f, o, &summary, e);
	progress_clear(&v.progress);
	*status = sync_exit_status(&summary);
	if (c->json)
		end_json(&v, &summary);
	end_text(&v, &summary);
	return rc;
}

enum errk cmd_flow(struct cmd *c, struct err *e)
{
	struct sync_options o = {0};
	enum errk rc = read_options(c, &o, e);

	if (rc != E_OK)
		return rc;
	c->answered = c->json;
	rc = flow_run(c, c->command->flow, &o,
		      arena_printf(c->arena, "\"format\": %d", OUTPUT_FORMAT), &c->status, e);
	if (c->json)
		putchar('\n');
	return rc;
}
