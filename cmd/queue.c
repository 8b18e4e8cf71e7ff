#include "cmd.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/shell_word.h"
#include "base/str.h"
#include "document.h"
#include "entry.h"
#include "remedy.h"
#include "state/link.h"
#include "state/queue.h"
#include "state/run.h"
#include "sync/sync.h"
#include "who.h"

#include "base/banned.h"

enum { ALL_STATES = 1 << QUEUE_READY | 1 << QUEUE_SENDING | 1 << QUEUE_PARKED | 1 << QUEUE_DONE };

/* A walk over the queue: rows are printed as they come, however many there are. */
struct walk {
	struct cmd *cmd;
	int64_t now, n;
	bool with_flow, personal;
	const char **flow; /* of what is dropped, each once */
	size_t n_flows;
};

static void add_flow(struct walk *w, const char *flow)
{
	struct arena *a = w->cmd->arena;
	const char **more = arena_array(a, w->n_flows + 1, sizeof(*more));

	for (size_t i = 0; i < w->n_flows; i++) {
		if (str_equal(w->flow[i], flow))
			return;
		more[i] = w->flow[i];
	}
	more[w->n_flows++] = arena_strdup(a, flow);
	w->flow = more;
}

/* `queue list` */

#define FLOW_HEAD "FLOW             "

static int wanted_states(const struct args *args)
{
	int states = 0;

	if (args_flag(args, "parked"))
		states |= 1 << QUEUE_PARKED;
	if (args_flag(args, "waiting"))
		states |= 1 << QUEUE_READY;
	if (args_flag(args, "sending"))
		states |= 1 << QUEUE_SENDING;
	if (args_flag(args, "done"))
		states |= 1 << QUEUE_DONE;
	return args_flag(args, "all") ? ALL_STATES : states;
}

static void list_json(struct walk *w, const struct queue_row *row, struct arena *a)
{
	CLEANUP(json) cJSON *o = entry_json(row);

	printf("%s\n    %s", w->n ? "," : "", shown_json(json_text(o, a), a));
}

static void list_text(const struct walk *w, const struct queue_row *row, struct arena *a)
{
	enum style style = entry_style(row->state);

	if (w->n == 0)
		printf("%s%-12s %-8s %-8s %5s  %s%sREASON%s\n", style_on(stdout, STYLE_BOLD),
		       "RECORD", "STATE", "AGE", "TRIES", w->with_flow ? FLOW_HEAD : "", "",
		       style_off(stdout, STYLE_BOLD));
	printf("%s %s%-8s%s %s %5d  ", clean_cell(row->label, 12, a), style_on(stdout, style),
	       entry_state(row->state), style_off(stdout, style),
	       clean_cell(age_text(row->enqueued_at, w->now, a), 8, a), row->attempts);
	if (w->with_flow)
		printf("%s ", clean_cell(row->flow, sizeof(FLOW_HEAD) - 2, a));
	printf("%s\n", entry_why(row, w->now, a));
}

static enum errk list_row(const struct queue_row *row, void *ctx, struct err *e)
{
	struct walk *w = ctx;
	CLEANUP(arena) struct arena *a = arena_new();

	(void)e;
	if (w->cmd->json)
		list_json(w, row, a);
	else
		list_text(w, row, a);
	w->n++;
	return E_OK;
}

/* The state file also keeps notes under names that are no flow's: those have no runs. */
static enum errk count_flows(struct state *s, const char *const *names, size_t n, struct arena *a,
			     size_t *out, struct err *e)
{
	enum errk rc = E_OK;

	*out = 0;
	for (size_t i = 0; rc == E_OK && i < n; i++) {
		struct run *runs;
		size_t n_runs = 0;

		rc = run_last(s, names[i], 1, a, &runs, &n_runs, e);
		*out += n_runs > 0;
	}
	return rc;
}

/* A flow that does not exist would list nothing, which looks like good news. */
static enum errk check_flow(struct cmd *c, const char *flow, bool *several, struct err *e)
{
	const char **names, *near;
	size_t n, n_flows = 0;
	enum errk rc = run_flows(c->session.state, c->arena, &names, &n, e);

	if (rc == E_OK)
		rc = count_flows(c->session.state, names, n, c->arena, &n_flows, e);
	if (rc != E_OK)
		return rc;
	*several = !flow && n_flows > 1;
	for (size_t i = 0; flow && i < n; i++)
		if (str_equal(names[i], flow))
			return E_OK;
	if (!flow || flow_of_name(flow, c->arena, NULL))
		return E_OK;
	near = str_nearest(flow, names, n);
	for (const struct flow *f = flows; f->noun && !near; f++)
		if (str_equal(f->noun, flow))
			near = f->name;
	if (near)
		return usage_error(e, "--flow: no flow is called '%s'; did you mean '%s'?", flow,
				   near);
	return usage_error(e, "--flow: no flow is called '%s'; 'erpsync status' lists them", flow);
}

static enum errk count_row(const struct queue_row *row, void *ctx, struct err *e)
{
	(void)row;
	(void)e;
	++*(int64_t *)ctx;
	return E_OK;
}

/* How many wait, are under way or are parked, whichever was asked for. */
static enum errk count_all(struct cmd *c, int64_t *n, struct err *e)
{
	const struct queue_filter all = {0};

	*n = 0;
	return queue_each(c->session.state, &all, false, count_row, n, e);
}

static const char *list_command(struct cmd *c)
{
	return remedy_text("erpsync queue list", NULL, NULL, c->arena);
}

static enum errk list_nothing(struct cmd *c, const struct queue_filter *f, struct err *e)
{
	int64_t n;
	enum errk rc = count_all(c, &n, e);

	if (rc != E_OK)
		return rc;
	if (n == 0 && !(f->states & 1 << QUEUE_DONE))
		puts("the queue is empty: nothing waits, nothing is under way, nothing is parked");
	else if (n == 0)
		puts("the queue is empty, and nothing that was delivered is kept in it");
	else
		printf("no such entry in the queue, of %lld that wait, are under way or are parked: "
		       "%s\n",
		       (long long)n, list_command(c));
	return E_OK;
}

enum errk cmd_queue_list(struct cmd *c, struct err *e)
{
	struct walk w = {.cmd = c, .now = clock_now()};
	struct queue_filter filter = {
		.flow = args_text(c->args, "flow"),
		.code = args_text(c->args, "code"),
		.states = wanted_states(c->args),
		.limit = (size_t)args_number(c->args, "limit"),
	};
	enum errk rc = check_flow(c, filter.flow, &w.with_flow, e);

	if (rc != E_OK)
		return rc;
	if (c->json) {
		c->answered = true;
		printf("{\n  \"format\": %d,\n  \"entries\": [", OUTPUT_FORMAT);
	}
	rc = queue_each(c->session.state, &filter, false, list_row, &w, e);
	if (c->json)
		printf("%s]\n}\n", w.n ? "\n  " : "");
	else if (rc == E_OK && w.n == 0)
		rc = list_nothing(c, &filter, e);
	return rc;
}

/* `queue show` */

static enum errk shown_payload(const struct walk *w, const struct queue_row *row, struct arena *a,
			       const char **doc, struct err *e)
{
	const struct flow *f = flow_of_name(row->flow, a, NULL);

	*doc = NULL;
	if (!row->payload || !f)
		return E_OK;
	return document_shown(record_kind_name(f->kind), row->payload, w->personal, a, doc, e);
}

static enum errk show_row(const struct queue_row *row, void *ctx, struct err *e)
{
	struct walk *w = ctx;
	CLEANUP(arena) struct arena *a = arena_new();
	const char *doc;
	enum errk rc = shown_payload(w, row, a, &doc, e);

	if (rc != E_OK)
		return rc;
	if (w->cmd->json) {
		CLEANUP(json) cJSON *o = entry_json(row);

		if (doc)
			json_add(o, "document", cJSON_Parse(doc));
		printf("%s\n    %s", w->n++ ? "," : "", shown_json(json_text(o, a), a));
		return E_OK;
	}
	printf("%s%s%s (%s)\n", w->n++ ? "\n" : "", clean_text(row->label, a), "",
	       clean_text(row->record, a));
	entry_print(row, w->now, a);
	if (doc)
		printf("  %-14s %s\n", "document",
		       w->personal ? "as read" : "personal data masked; --personal shows it");
	if (doc)
		print_json(stdout, doc, "    ");
	return E_OK;
}

static enum errk show_nothing(struct cmd *c, struct err *e)
{
	const char *who = clean_text(c->args->operands[0], c->arena);
	int64_t n;
	enum errk rc = count_all(c, &n, e);

	if (rc == E_OK && n)
		printf("the queue holds nothing of %s, and nothing is known of it; the names of "
		       "what is in the queue: %s\n",
		       who, list_command(c));
	else if (rc == E_OK)
		printf("the queue holds nothing of %s: it is empty\n", who);
	return rc;
}

enum errk cmd_queue_show(struct cmd *c, struct err *e)
{
	struct walk w = {.cmd = c, .now = clock_now(), .personal = args_flag(c->args, "personal")};
	struct queue_filter filter = {.states = ALL_STATES};
	bool known;
	enum errk rc = who_find(c->session.state, c->args->operands[0], c->arena, &filter.who,
				&known, e);

	if (rc != E_OK)
		return rc;
	if (c->json) {
		c->answered = true;
		printf("{\n  \"format\": %d,\n  \"entries\": [", OUTPUT_FORMAT);
	}
	rc = queue_each(c->session.state, &filter, true, show_row, &w, e);
	if (rc == E_OK && w.n == 0)
		c->status = err_exit_status(E_RECORD);
	if (c->json)
		printf("%s]\n}\n", w.n ? "\n  " : "");
	else if (rc == E_OK && w.n == 0 && known)
		printf("the queue holds nothing of %s; %s tells what is known\n",
		       clean_text(filter.who, c->arena),
		       remedy_text(arena_printf(c->arena, "erpsync explain %s",
						shell_word(filter.who, c->arena)),
				   NULL, NULL, c->arena));
	else if (rc == E_OK && w.n == 0)
		rc = show_nothing(c, e);
	return rc;
}

/* `queue retry` */

static enum errk retry_nothing(struct cmd *c, const char *who, struct err *e)
{
	int64_t all;
	enum errk rc = count_all(c, &all, e);

	if (rc != E_OK)
		return rc;
	return usage_error(
		e,
		"nothing is known of '%s'%s; the command of its flow would fetch it, e.g. "
		"erpsync %s --only %s",
		who,
		all ? "; the names of what is in the queue: erpsync queue list"
		    : ", and the queue is empty",
		flows[0].name, shell_word(who, c->arena));
}

static enum errk retry_one(struct cmd *c, const char *who, int64_t *total, struct err *e)
{
	struct queue_filter filter = {.flow = args_text(c->args, "flow")};
	int64_t n = 0, under_way = 0;
	bool known;
	enum errk rc = who_find(c->session.state, who, c->arena, &filter.who, &known, e);

	if (rc == E_OK)
		rc = queue_release(c->session.state, &filter, clock_now(), &n, e);
	filter.states = 1 << QUEUE_SENDING;
	if (rc == E_OK)
		rc = queue_each(c->session.state, &filter, false, count_row, &under_way, e);
	if (rc != E_OK)
		return rc;
	*total += n;
	if (n > 0)
		printf("%s will be tried by the next run\n", clean_text(filter.who, c->arena));
	else if (known && under_way)
		printf("%s is under way, or was interrupted: the next run looks what became of it, and tries "
		       "it again if it is not there\n",
		       clean_text(filter.who, c->arena));
	else if (known)
		printf("%s neither waits nor is parked: nothing to do\n",
		       clean_text(filter.who, c->arena));
	else
		return retry_nothing(c, who, e);
	return E_OK;
}

enum errk cmd_queue_retry(struct cmd *c, struct err *e)
{
	const char *code = args_text(c->args, "code");
	bool all = args_flag(c->args, "all");
	struct queue_filter filter = {.code = code, .flow = args_text(c->args, "flow")};
	int64_t n = 0;
	bool several;
	enum errk rc = check_flow(c, filter.flow, &several, e);

	if (rc != E_OK)
		return rc;

	if ((c->args->n_operands > 0) + all + (code != NULL) != 1)
		return usage_error(e,
				   "queue retry: name the records, or say --all, or --code CODE");
	if (c->args->n_operands == 0) {
		rc = queue_release(c->session.state, &filter, clock_now(), &n, e);
		if (rc == E_OK)
			printf("%lld will be tried by the next run\n", (long long)n);
		return rc;
	}
	for (size_t i = 0; rc == E_OK && i < c->args->n_operands; i++)
		rc = retry_one(c, c->args->operands[i], &n, e);
	return rc;
}

/* `queue drop` */

/* What may still go over of these, and with --for-good, what a link is known of. */
static enum errk count_droppable(struct cmd *c, const char *who, bool for_good, int64_t *n,
				 struct err *e)
{
	struct queue_filter filter = {.who = who, .flow = args_text(c->args, "flow")};
	struct link *links;
	size_t n_links = 0;
	enum errk rc = queue_each(c->session.state, &filter, false, count_row, n, e);

	if (rc == E_OK && for_good && *n == 0)
		rc = link_find(c->session.state, filter.flow, who, c->arena, &links, &n_links, e);
	*n += (int64_t)n_links;
	return rc;
}

static enum errk add_row_flow(const struct queue_row *row, void *ctx, struct err *e)
{
	(void)e;
	add_flow(ctx, row->flow);
	return E_OK;
}

/* What is dropped for good never comes back, so a name that several flows have does not say enough. */
static enum errk check_one_flow(struct cmd *c, const char *who, struct err *e)
{
	struct walk all = {.cmd = c};
	struct queue_filter filter = {.who = who};
	const char *names = "", *commands = "";
	struct link *links;
	size_t n = 0;
	enum errk rc = queue_each(c->session.state, &filter, false, add_row_flow, &all, e);

	if (rc == E_OK)
		rc = link_find(c->session.state, NULL, who, c->arena, &links, &n, e);
	for (size_t i = 0; rc == E_OK && i < n; i++)
		add_flow(&all, links[i].flow);
	if (rc != E_OK || all.n_flows <= 1)
		return rc;
	for (size_t i = 0; i < all.n_flows; i++) {
		names = arena_printf(c->arena, "%s%s'%s'", names, i ? ", " : "", all.flow[i]);
		commands = arena_printf(c->arena, "%s%serpsync queue drop --flow %s --for-good %s",
					commands, i ? "; or: " : "",
					shell_word(all.flow[i], c->arena),
					shell_word(who, c->arena));
	}
	return usage_error(e,
			   "several flows have a record that is called '%s' (%s), and nothing was "
			   "dropped; say which is meant: %s",
			   who, names, commands);
}

/* Dropping loses a delivery for good, so a name must be spelt as the queue spells it. */
static enum errk check_droppable(struct cmd *c, const char *who, bool for_good, struct err *e)
{
	const char *other = who_other(who, c->arena), *as;
	int64_t n = 0;
	bool known = false;
	enum errk rc = count_droppable(c, who, for_good, &n, e);

	if (rc != E_OK || n > 0)
		return rc;
	rc = count_droppable(c, other, for_good, &n, e);
	if (rc == E_OK && n == 0)
		rc = who_find(c->session.state, who, c->arena, &as, &known, e);
	if (rc != E_OK)
		return rc;
	if (n > 0)
		return usage_error(e,
				   "nothing in the queue is called '%s'; did you mean '%s'? "
				   "Nothing was dropped",
				   who, other);
	if (known && !str_equal(as, who) && !str_equal(as, other))
		return usage_error(e,
				   "nothing in the queue is called '%s'; did you mean '%s'? "
				   "Nothing was dropped",
				   who, as);
	if (known)
		return usage_error(
			e,
			"'%s' neither waits nor is parked; nothing was dropped. To leave "
			"it alone whatever changes: erpsync queue drop --for-good %s",
			who, shell_word(as, c->arena));
	return usage_error(
		e,
		"nothing is known of '%s'; nothing was dropped. If the ERP has that order "
		"already: erpsync adopt orders %s; or that refund: erpsync adopt refunds %s",
		who, shell_word(who, c->arena), shell_word(who, c->arena));
}

static enum errk drop_row(const struct queue_row *row, void *ctx, struct err *e)
{
	struct walk *w = ctx;
	CLEANUP(arena) struct arena *a = arena_new();

	(void)e;
	printf(row->state == QUEUE_SENDING
		       ? "%s (%s, %s%s%s) is under way: it is looked for, and not sent again\n"
		       : "dropping %s (%s, %s%s%s)\n",
	       clean_text(row->label, a), clean_text(row->flow, a), entry_state(row->state),
	       row->code ? ": " : "", row->code ? row->code : "");
	add_flow(w, row->flow);
	w->n++;
	return E_OK;
}

/* Without its target. */
static size_t name_length(const char *flow)
{
	const char *to = strstr(flow, " > ");

	return to ? (size_t)(to - flow) : strlen(flow);
}

/* Of the flows in which something of it waited; if nothing does, of all that know it. */
static enum errk drop_for_good(struct cmd *c, const char *who, const char *reason, struct walk *w,
			       struct err *e)
{
	struct link *links;
	size_t n = 0;
	enum errk rc = E_OK;

	if (w->n_flows == 0)
		rc = link_find(c->session.state, args_text(c->args, "flow"), who, c->arena, &links,
			       &n, e);
	for (size_t i = 0; rc == E_OK && i < n; i++)
		add_flow(w, links[i].flow);
	for (size_t i = 0; rc == E_OK && i < w->n_flows; i++) {
		const char *flow = w->flow[i], *only;
		int64_t never = 0;

		only = arena_printf(c->arena, "erpsync %.*s --only %s", (int)name_length(flow),
				    flow, shell_word(who, c->arena));
		rc = queue_drop_for_good(c->session.state, flow, who, reason, w->now, &never, e);
		if (rc == E_OK && never)
			printf("%s: no version of %s will come back; to fetch it all the same: "
			       "%s\n",
			       clean_text(flow, c->arena), clean_text(who, c->arena),
			       remedy_text(only, flow, NULL, c->arena));
	}
	return rc;
}

static enum errk drop_one(struct cmd *c, const char *who, bool for_good, struct walk *w,
			  int64_t *dropped, struct err *e)
{
	const char *reason = args_text(c->args, "reason");
	struct queue_filter filter = {.who = who, .flow = args_text(c->args, "flow")};
	struct state *s = c->session.state;
	int64_t n = 0, under_way = 0;
	enum errk rc;

	w->n_flows = 0;
	rc = queue_each(s, &filter, false, drop_row, w, e);
	reason = reason ? reason : "by hand";
	if (rc == E_OK)
		rc = state_begin(s, e);
	if (rc == E_OK)
		rc = queue_drop(s, &filter, reason, w->now, &n, e);
	if (rc == E_OK)
		rc = queue_forbid(s, &filter, reason, &under_way, e);
	if (rc == E_OK && for_good)
		rc = drop_for_good(c, who, reason, w, e);
	if (rc == E_OK)
		rc = state_commit(s, e);
	state_rollback(s);
	*dropped += n;
	return rc;
}

enum errk cmd_queue_drop(struct cmd *c, struct err *e)
{
	bool for_good = args_flag(c->args, "for-good");
	struct walk w = {.cmd = c, .now = clock_now()};
	int64_t dropped = 0;
	bool several;
	enum errk rc = check_flow(c, args_text(c->args, "flow"), &several, e);

	for (size_t i = 0; rc == E_OK && i < c->args->n_operands; i++)
		rc = check_droppable(c, c->args->operands[i], for_good, e);
	for (size_t i = 0; rc == E_OK && i < c->args->n_operands && for_good; i++)
		rc = args_text(c->args, "flow") ? E_OK : check_one_flow(c, c->args->operands[i], e);
	for (size_t i = 0; rc == E_OK && i < c->args->n_operands; i++)
		rc = drop_one(c, c->args->operands[i], for_good, &w, &dropped, e);
	/* What became of a name that only --for-good knew is said already. */
	if (rc == E_OK && (dropped || !for_good))
		printf("%lld dropped\n", (long long)dropped);
	return rc;
}
