#include "cmd.h"

#include <stdio.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "output.h"
#include "remedy.h"
#include "state/checkpoint.h"
#include "state/link.h"
#include "state/queue.h"
#include "state/run.h"
#include "sync/sync.h"

#include "base/banned.h"

/*
 * How far back `status` looks for the last run that did something, and for the last
 * error.
 */
enum { RUNS_READ = 50 };

struct reason {
	const char *code;
	int64_t n, oldest;
};

/* All that is said about one flow. */
struct flow_status {
	const char *name;
	int64_t checkpoint_at;                  /* 0 = never pulled */
	const struct run *last, *failed, *open; /* NULL if there is none */
	const struct run *well;                 /* the first that ended well after failed */
	struct queue_counts counts;
	int64_t on_hold; /* of those that wait */
	int64_t delivered;
	struct reason *reasons;
	size_t n_reasons;
	struct files_by_hand by_hand; /* n 0 where there are none */
	const char *unseen;           /* why it is not known what lies there; NULL = it is */
};

static enum errk note_oldest(const struct queue_row *row, void *ctx, struct err *e)
{
	(void)e;
	*(int64_t *)ctx = row->enqueued_at;
	return E_OK;
}

static enum errk count_row(const struct queue_row *row, void *ctx, struct err *e)
{
	(void)row;
	(void)e;
	++*(int64_t *)ctx;
	return E_OK;
}

static enum errk count_held(struct state *s, struct flow_status *f, struct err *e)
{
	const struct queue_filter held = {.flow = f->name,
					  .code = QUEUE_ON_HOLD,
					  .states = 1 << QUEUE_READY};

	return queue_each(s, &held, false, count_row, &f->on_hold, e);
}

static enum errk read_reasons(struct state *s, struct flow_status *f, struct arena *a,
			      struct err *e)
{
	struct queue_reason *rows;
	enum errk rc = queue_reasons(s, f->name, a, &rows, &f->n_reasons, e);

	if (rc != E_OK)
		return rc;
	f->reasons = arena_array(a, f->n_reasons, sizeof(*f->reasons));
	for (size_t i = 0; rc == E_OK && i < f->n_reasons; i++) {
		struct queue_filter oldest = {.flow = f->name,
					      .code = rows[i].code,
					      .states = 1 << QUEUE_PARKED,
					      .limit = 1};

		f->reasons[i] = (struct reason){.code = rows[i].code, .n = rows[i].n};
		rc = queue_each(s, &oldest, false, note_oldest, &f->reasons[i].oldest, e);
	}
	return rc;
}

/*
 * A run that found the lock held did nothing; one without an end is going on or was
 * killed.
 */
static enum errk read_runs(struct state *s, struct flow_status *f, struct arena *a, struct err *e)
{
	struct run *runs;
	size_t n;
	enum errk rc = run_last(s, f->name, RUNS_READ, a, &runs, &n, e);

	for (size_t i = 0; rc == E_OK && i < n; i++) {
		const struct run *r = &runs[i];
		bool failed = str_equal(r->outcome, "busy") || str_equal(r->outcome, "refused") ||
			      str_equal(r->outcome, "local");

		if (r->ended == 0 && !f->last && !f->open)
			f->open = r;
		if (r->ended && !f->last && !str_equal(r->outcome, "skipped"))
			f->last = r;
		if (failed && !f->failed)
			f->failed = r;
		if (!f->failed &&
		    (str_equal(r->outcome, "done") || str_equal(r->outcome, "parked")))
			f->well = r;
	}
	if (!f->failed)
		f->well = NULL;
	return rc;
}

/* What lies in a folder is no matter of the state file: that it can't be seen keeps nothing else from being told. */
static void find_by_hand(struct conf *conf, struct flow_status *f, struct arena *a)
{
	struct err why;

	for (const struct flow *own = flows; own->noun; own++)
		if (str_equal(own->name, f->name) && flow_is_set_up(own, conf) &&
		    flow_by_hand(own, conf, a, &f->by_hand, &why) != E_OK)
			f->unseen = arena_strdup(a, why.msg);
}

static enum errk read_flow(struct state *s, const char *name, int64_t now, struct flow_status *f,
			   struct arena *a, struct err *e)
{
	const char *cursor;
	enum errk rc;

	*f = (struct flow_status){.name = name};
	rc = checkpoint_get(s, name, a, &cursor, &f->checkpoint_at, e);
	if (rc == E_OK && !cursor)
		f->checkpoint_at = 0;
	if (rc == E_OK)
		rc = read_runs(s, f, a, e);
	if (rc == E_OK)
		rc = queue_count(s, name, now, &f->counts, e);
	if (rc == E_OK)
		rc = count_held(s, f, e);
	if (rc == E_OK)
		rc = link_count(s, name, &f->delivered, e);
	if (rc == E_OK)
		rc = read_reasons(s, f, a, e);
	return rc;
}

/*
 * The state file also keeps notes under names that are no flow's. A flow that is set up is shown
 * even before its first run, others when they have run or left something.
 */
static bool is_note(const struct flow_status *f)
{
	for (const struct flow *own = flows; own->noun; own++)
		if (str_equal(own->name, f->name))
			return false;
	return !f->last && !f->open && !f->counts.ready && !f->counts.sending && !f->counts.parked;
}

/* What is set up, then what else the state file has seen. */
static enum errk flow_names(const struct conf *conf, struct state *s, struct arena *a,
			    const char ***out, size_t *n, struct err *e)
{
	const char **seen, **all;
	size_t n_seen, n_flows = 0, set_up;
	enum errk rc = run_flows(s, a, &seen, &n_seen, e);

	if (rc != E_OK)
		return rc;
	while (flows[n_flows].noun)
		n_flows++;
	all = arena_array(a, n_flows + n_seen, sizeof(*all));
	*n = 0;
	for (size_t i = 0; i < n_flows; i++)
		if (flow_is_set_up(&flows[i], conf))
			all[(*n)++] = flows[i].name;
	set_up = *n;
	for (size_t i = 0; i < n_seen; i++) {
		bool known = false;

		for (size_t j = 0; j < set_up; j++)
			known |= str_equal(all[j], seen[i]);
		if (!known)
			all[(*n)++] = seen[i];
	}
	*out = all;
	return E_OK;
}

static void line(const char *name, enum style style, const char *value)
{
	printf("  %-12s %s%s%s\n", name, style_on(stdout, style), value, style_off(stdout, style));
}

/* How a run ended, for people who don't know the kinds of failures. */
static const char *outcome_text(const struct run *r, struct arena *a)
{
	static const char *const words[][2] = {
		{"parked", "done, some parked"},
		{"busy", "not finished, the next run goes on"},
		{"stopped", "stopped, the next run goes on"},
		{"refused", "refused by the other end"},
		{"local", "failed here (configuration, a file or the state file)"},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (str_equal(r->outcome, words[i][0]))
			return words[i][1];
	return clean_text(r->outcome, a);
}

static const char *run_text(const struct run *r, int64_t now, struct arena *a)
{
	char took[CLOCK_TEXT_MAX];

	return arena_printf(
		a, "%s, %s: %lld pulled, %lld delivered, %lld unchanged, %lld parked; took %s",
		outcome_text(r, a), when_text(r->ended, now, a), (long long)r->pulled,
		(long long)r->delivered, (long long)r->unchanged, (long long)r->parked,
		duration_text((r->ended - r->started) * 1000, took));
}

static void print_runs(const struct flow_status *f, int64_t now, struct arena *a)
{
	bool failed = f->failed && f->failed == f->last;
	char since[CLOCK_TEXT_MAX];

	line("last run", failed ? STYLE_RED : STYLE_PLAIN,
	     f->last ? run_text(f->last, now, a) : "never");
	if (f->failed)
		line("last error", failed ? STYLE_RED : STYLE_DIM,
		     arena_printf(a, "%s%s: %s", when_text(f->failed->ended, now, a),
				  f->well ? arena_printf(a, ", over since %s",
							 clock_text(f->well->ended, since))
					  : "",
				  remedy_text(f->failed->detail, f->name, NULL, a)));
	if (f->open)
		line("unfinished", STYLE_YELLOW,
		     arena_printf(a,
				  "a run began %s: it is still going on, or it was stopped and "
				  "the next one finishes its work",
				  when_text(f->open->started, now, a)));
}

static void print_flow(const struct flow_status *f, int64_t now, struct arena *a)
{
	const struct queue_counts *q = &f->counts;

	printf("%s%s%s\n", style_on(stdout, STYLE_BOLD), clean_text(f->name, a),
	       style_off(stdout, STYLE_BOLD));
	print_runs(f, now, a);
	line("checkpoint", STYLE_PLAIN,
	     f->checkpoint_at ? when_text(f->checkpoint_at, now, a)
			      : "none: nothing was pulled yet");
	line("delivered", STYLE_PLAIN, arena_printf(a, "%lld", (long long)f->delivered));
	line("waiting", STYLE_PLAIN,
	     arena_printf(a, "%lld, of which %lld are due%s", (long long)q->ready,
			  (long long)q->due,
			  f->on_hold ? arena_printf(a, " and %lld on hold in the store",
						    (long long)f->on_hold)
				     : ""));
	if (f->unseen)
		line("by hand", STYLE_YELLOW, clean_text(f->unseen, a));
	else if (f->by_hand.n)
		line("by hand", STYLE_YELLOW,
		     arena_printf(a, "%lld file%s in %s, the %s of %s: %s", (long long)f->by_hand.n,
				  f->by_hand.n == 1 ? "" : "s", clean_text(f->by_hand.where, a),
				  f->by_hand.n == 1 ? "one" : "oldest",
				  when_text(f->by_hand.since, now, a), f->by_hand.how));
	if (q->sending)
		line("sending", STYLE_YELLOW, arena_printf(a, "%lld", (long long)q->sending));
	line("parked", q->parked ? STYLE_RED : STYLE_PLAIN,
	     arena_printf(a, "%lld", (long long)q->parked));
	for (size_t i = 0; i < f->n_reasons; i++)
		printf("    %6lld  %-24s oldest %s\n", (long long)f->reasons[i].n,
		       f->reasons[i].code ? f->reasons[i].code : "-",
		       age_text(f->reasons[i].oldest, now, a));
	putchar('\n');
}

static void add_run(cJSON *obj, const char *key, const struct run *r)
{
	cJSON *o;

	if (!r) {
		json_add(obj, key, NULL);
		return;
	}
	o = json_add_object(obj, key);
	json_add_int(o, "run", r->id);
	json_add_time(o, "started", r->started);
	json_add_time(o, "ended", r->ended);
	json_add_str(o, "outcome", r->outcome);
	json_add_int(o, "pulled", r->pulled);
	json_add_int(o, "delivered", r->delivered);
	json_add_int(o, "unchanged", r->unchanged);
	json_add_int(o, "parked", r->parked);
	json_add_int(o, "later", r->later);
	json_add_int(o, "requests", r->requests);
	json_add_str(o, "detail", r->detail);
}

static void add_flow(cJSON *list, const struct flow_status *f)
{
	cJSON *o = json_object(), *reasons;

	json_push(list, o);
	json_add_str(o, "flow", f->name);
	json_add_time(o, "checkpoint_at", f->checkpoint_at);
	add_run(o, "last_run", f->last);
	add_run(o, "last_error", f->failed);
	json_add_time(o, "last_error_over", f->well ? f->well->ended : 0);
	add_run(o, "unfinished_run", f->open);
	json_add_int(o, "delivered", f->delivered);
	json_add_int(o, "waiting", f->counts.ready);
	json_add_int(o, "due", f->counts.due);
	json_add_int(o, "on_hold", f->on_hold);
	json_add_int(o, "sending", f->counts.sending);
	json_add_int(o, "parked", f->counts.parked);
	json_add_time(o, "oldest", f->counts.oldest_waiting);
	if (f->by_hand.where) {
		cJSON *files = json_add_object(o, "by_hand");

		json_add_str(files, "folder", f->by_hand.where);
		json_add_int(files, "files", f->by_hand.n);
		json_add_time(files, "oldest", f->by_hand.since);
	}
	reasons = json_add_array(o, "parked_by_reason");
	for (size_t i = 0; i < f->n_reasons; i++) {
		cJSON *r = json_object();

		json_push(reasons, r);
		json_add_str(r, "code", f->reasons[i].code);
		json_add_int(r, "records", f->reasons[i].n);
		json_add_time(r, "oldest", f->reasons[i].oldest);
	}
}

static int64_t file_size(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (int64_t)st.st_size : 0;
}

static void print_file(struct state *s, cJSON *answer)
{
	int64_t size = file_size(state_path(s));

	if (answer) {
		cJSON *o = json_add_object(answer, "state");

		json_add_str(o, "path", state_path(s));
		json_add_int(o, "bytes", size);
		json_add_int(o, "schema", state_schema_version());
		return;
	}
	printf("state file %s, %lld KiB, schema %d\n", state_path(s),
	       (long long)(size + 1023) / 1024, state_schema_version());
}

enum errk cmd_status(struct cmd *c, struct err *e)
{
	struct state *s = c->session.state;
	cJSON *answer = c->json ? answer_begin() : NULL;
	cJSON *list = answer ? json_add_array(answer, "flows") : NULL;
	const char **names;
	size_t n = 0;
	int64_t now = clock_now();
	bool parked = false;
	enum errk rc = flow_names(c->session.conf, s, c->arena, &names, &n, e);

	for (size_t i = 0; rc == E_OK && i < n; i++) {
		struct flow_status f;

		rc = read_flow(s, names[i], now, &f, c->arena, e);
		if (rc != E_OK)
			break;
		if (is_note(&f))
			continue;
		find_by_hand(c->session.conf, &f, c->arena);
		parked |= f.counts.parked > 0;
		if (answer)
			add_flow(list, &f);
		else
			print_flow(&f, now, c->arena);
	}
	if (rc == E_OK)
		print_file(s, answer);
	if (answer && rc == E_OK)
		answer_print(TAKE(answer), c->arena);
	cJSON_Delete(answer);
	c->status = parked ? 1 : 0;
	return rc;
}
