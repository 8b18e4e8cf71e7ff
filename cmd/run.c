#include <stdio.h>

#include "base/stop.h"
#include "base/str.h"
#include "flow.h"
#include "output.h"
#include "remedy.h"

#include "base/banned.h"

/* Whose word counts when several flows of a slot end differently: the first of these. */
static const int gravest[] = {78, 69, 1, 75};

static int graver(int a, int b)
{
	for (size_t i = 0; i < sizeof(gravest) / sizeof(gravest[0]); i++)
		if (a == gravest[i] || b == gravest[i])
			return gravest[i];
	return a ? a : b;
}

static bool is_named(const struct cmd *c, const struct flow *f)
{
	for (size_t i = 0; i < c->args->n_operands; i++)
		if (str_equal(c->args->operands[i], f->noun))
			return true;
	return false;
}

static enum errk check_names(const struct cmd *c, struct err *e)
{
	const char *nouns[FLOWS_MAX], *near;

	for (size_t i = 0; i < c->args->n_operands; i++) {
		const char *name = c->args->operands[i];
		bool known = false;
		size_t n = 0;

		for (const struct flow *f = flows; f->noun; f++) {
			known |= str_equal(f->noun, name);
			nouns[n++] = f->noun;
		}
		if (known)
			continue;
		near = str_nearest(name, nouns, n);
		return usage_error(e, "run: no flow is called '%s'; there is e.g. '%s'", name,
				   near ? near : nouns[0]);
	}
	return E_OK;
}

/*
 * With --all, those that can run as the configuration stands: what the other side rules, or what
 * waits for a decision, is left out. A flow that is named is run, and says what is wrong.
 */
static bool is_due(const struct cmd *c, const struct flow *f)
{
	struct err why;

	if (!args_flag(c->args, "all"))
		return is_named(c, f);
	return flow_is_set_up(f, c->session.conf) &&
	       flow_check_allowed(f, c->session.conf, &why) == E_OK;
}

/* The errors of flows before the last: main() prints one alone. */
static void tell(const struct cmd *c, const struct flow *f, const struct err *e)
{
	bool later = err_exit_status(e->kind) == 75;

	if (later && !c->verbose && !out_is_tty(stderr))
		return;
	fflush(stdout);
	fprintf(stderr, "%serpsync: %s: %s%s\n", style_on(stderr, STYLE_RED), f->name,
		remedy_text(e->msg, f->name, NULL, c->arena), style_off(stderr, STYLE_RED));
}

static enum errk read_options(struct cmd *c, struct sync_options *o, struct err *e)
{
	const struct args *args = c->args;

	if (args_flag(args, "all") == (args->n_operands > 0))
		return usage_error(e, "run: say --all, or name flows: run orders inventory");
	o->full = args_flag(args, "full");
	return check_names(c, e);
}

/* One flow of the slot; whatever becomes of it, the next one is begun. */
static void run_one(struct cmd *c, const struct flow *f, const struct sync_options *asked,
		    bool first)
{
	struct sync_options o = *asked;
	struct err why = {.kind = E_OK};
	int status;

	if (c->json)
		fputs(first ? "\n" : ",\n", stdout);
	if (flow_run(c, f, &o, arena_printf(c->arena, "\"flow\": \"%s\"", f->name), &status,
		     &why) != E_OK)
		tell(c, f, &why);
	c->status = graver(c->status, status);
}

/* Time is over, or a signal came: what was not begun is said, and left to the next slot. */
static void leave_out(struct cmd *c, const struct flow *f)
{
	if (!c->json && (c->verbose || out_is_tty(stdout)))
		printf("%s: not begun: %s\n", f->name, stop_reason());
	c->status = graver(c->status, 75);
}

enum errk cmd_run(struct cmd *c, struct err *e)
{
	struct sync_options o = {0};
	size_t n = 0;
	enum errk rc = read_options(c, &o, e);

	if (rc != E_OK)
		return rc;
	for (const struct flow *f = flows; f->noun; f++)
		n += is_due(c, f);
	if (n == 0)
		return err_set(
			e, E_LOCAL, "bad_config",
			"%s: no flow is set up; [store] connector= and [erp] connector= must "
			"name systems that can do one, `erpsync check` tells more",
			conf_path(c->session.conf));
	c->answered = c->json;
	if (c->json)
		printf("{\n\"format\": %d,\n\"flows\": [", OUTPUT_FORMAT);
	n = 0;
	for (const struct flow *f = flows; f->noun; f++) {
		if (!is_due(c, f))
			continue;
		if (stop_requested())
			leave_out(c, f);
		else
			run_one(c, f, &o, n++ == 0);
	}
	if (c->json)
		printf("\n],\n\"exit\": %d\n}\n", c->status);
	return E_OK;
}
