#include "cmd.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "flow.h"
#include "output.h"
#include "remedy.h"
#include "sync/adopt.h"

#include "base/banned.h"

/* A person reads the first few; --json has all of them. */
enum { EXAMPLES = 5, NOT_FOUND_SHOWN = 20 };

struct view {
	struct cmd *cmd;
	const char *linked[EXAMPLES], *known[EXAMPLES], *not_found[NOT_FOUND_SHOWN];
	size_t n_linked, n_known, n_not_found;
	size_t n_records; /* in the JSON array so far */
};

static const char *outcome_name(enum adopt_outcome o)
{
	static const char *const names[] = {
		[ADOPT_LINKED] = "linked",
		[ADOPT_KNOWN] = "known",
		[ADOPT_NOT_FOUND] = "not found",
	};

	return names[o];
}

static void begin_json(struct view *v)
{
	if (!v->cmd->answered)
		printf("{\n  \"format\": %d,\n  \"records\": [", OUTPUT_FORMAT);
	v->cmd->answered = true;
}

static void print_record_json(struct view *v, const struct adopt_record *x)
{
	CLEANUP(json) cJSON *o = json_object();
	CLEANUP(arena) struct arena *a = arena_new();

	begin_json(v);
	json_add_str(o, "outcome", outcome_name(x->outcome));
	json_add_str(o, "name", x->label);
	json_add_str(o, "record", x->record);
	json_add_str(o, "target", x->target);
	if (x->why) {
		json_add_str(o, "where", x->where);
		json_add_str(o, "reason", x->why);
	}
	printf("%s\n    %s", v->n_records++ ? "," : "", shown_json(json_text(o, a), a));
}

static void on_record(void *ctx, const struct adopt_record *x)
{
	struct view *v = ctx;
	struct arena *a = v->cmd->arena;

	if (v->cmd->json)
		print_record_json(v, x);
	else if (x->outcome == ADOPT_LINKED && v->n_linked < EXAMPLES)
		v->linked[v->n_linked++] = arena_printf(a, "%s → %s", x->label, x->target);
	else if (x->outcome == ADOPT_KNOWN && v->n_known < EXAMPLES)
		v->known[v->n_known++] = arena_printf(a, "%s → %s", x->label, x->target);
	else if (x->outcome == ADOPT_NOT_FOUND && v->n_not_found < NOT_FOUND_SHOWN)
		v->not_found[v->n_not_found++] = arena_printf(a, "%s%s%s (%s): %s",
							      x->where ? x->where : "",
							      x->where ? ": " : "", x->label,
							      x->target, x->why);
}

static void on_notice(void *ctx, const char *text)
{
	const struct view *v = ctx;

	if (!v->cmd->json)
		printf("note: %s\n", remedy_text(text, NULL, NULL, v->cmd->arena));
}

static void print_some(const struct view *v, const char *const *list, size_t n, int64_t of)
{
	for (size_t i = 0; i < n; i++)
		printf("     %s\n", clean_text(list[i], v->cmd->arena));
	if (of > (int64_t)n)
		printf("     and %lld more\n", (long long)(of - (int64_t)n));
}

static void end_text(const struct view *v, const struct adopt_summary *s, bool dry_run)
{
	printf("%lld %s, %lld known before, %lld not found in the store; nothing was written to "
	       "%s\n",
	       (long long)s->linked, dry_run ? "would be linked" : "linked", (long long)s->known,
	       (long long)s->not_found, s->target);
	print_some(v, v->linked, v->n_linked, s->linked);
	if (s->known && v->cmd->args->n_operands)
		puts("known before, and left as it is:");
	if (v->cmd->args->n_operands)
		print_some(v, v->known, v->n_known, s->known);
	if (s->not_found)
		puts("not found:");
	print_some(v, v->not_found, v->n_not_found, s->not_found);
	if (s->opened)
		puts(dry_run ? "runs would go on after this" : "runs go on from here");
}

static void end_json(struct view *v, const struct adopt_summary *s, bool dry_run)
{
	CLEANUP(json) cJSON *summary = json_object();

	begin_json(v);
	json_add_bool(summary, "dry_run", dry_run);
	json_add_int(summary, "linked", s->linked);
	json_add_int(summary, "known", s->known);
	json_add_int(summary, "not_found", s->not_found);
	json_add_bool(summary, "opened", s->opened);
	json_add_str(summary, "refused", s->closed);
	printf("%s],\n  \"summary\": %s\n}\n", v->n_records ? "\n  " : "",
	       shown_json(json_text(summary, v->cmd->arena), v->cmd->arena));
}

enum errk cmd_adopt(struct cmd *c, struct err *e)
{
	const struct args *args = c->args;
	const struct flow *f = flow_of_noun(c->command->verb);
	struct view *v = arena_alloc(c->arena, sizeof(*v));
	struct adopt_options o = {.to = args_text(args, "to"),
				  .csv = args_text(args, "csv"),
				  .who = args->operands,
				  .n_who = args->n_operands,
				  .rest_is_new = args_flag(args, "rest-is-new"),
				  .on_record = on_record,
				  .on_notice = on_notice,
				  .ctx = v};
	struct adopt_summary s = {0};
	bool dry_run = c->session.options.dry_run;
	enum errk rc = o.to ? flow_check_target(f, o.to, c->arena, e) : E_OK;

	o.from = args_list(args, "from", &o.n_from);
	if (rc == E_OK && o.n_from && (o.csv || o.n_who))
		rc = usage_error(e,
				 "--from is about files of batches: no --csv and no names with it");
	if (rc != E_OK)
		return rc;
	v->cmd = c;
	rc = sync_adopt(&c->session, f, &o, &s, e);
	if (c->json && (rc == E_OK || c->answered))
		end_json(v, &s, dry_run);
	else if (rc == E_OK)
		end_text(v, &s, dry_run);
	if (rc == E_OK && s.closed)
		rc = err_set(e, E_LOCAL, "state_behind", "%s", s.closed);
	if (rc == E_OK && s.not_found)
		c->status = err_exit_status(E_RECORD);
	return rc;
}
