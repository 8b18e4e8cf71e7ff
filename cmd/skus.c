#include "cmd.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/str.h"
#include "csv_out.h"
#include "options.h"
#include "output.h"
#include "remedy.h"
#include "skus_titles.h"
#include "sync/skus.h"
#include "sync/sync.h"

#include "base/banned.h"

/* A person reads the first few of each; all of them are in the file of --csv. */
enum { EXAMPLES = 5 };

struct view {
	struct cmd *cmd;
	struct file_writer *csv; /* NULL without --csv */
	size_t n_findings;       /* in the JSON array so far */
	const char *example[SKUS_RULES_][EXAMPLES];
	size_t n_examples[SKUS_RULES_];
	const char *notices[16];
	size_t n_notices;
};

static enum errk begin_csv(struct view *v, const char *path, struct err *e)
{
	static const char *const columns[] = {"finding", "breaks_rule", "side",      "sku",
					      "title",   "id",          "other_sku", "other_id",
					      "detail",  "remedy"};
	enum errk rc = csv_out_open(path, &v->csv, e);

	return rc == E_OK ? csv_out_row(v->csv, ',', columns, sizeof(columns) / sizeof(*columns), e)
			  : rc;
}

static enum errk add_row(struct view *v, const struct sku_finding *f, struct err *e)
{
	const struct sku_rule_row *rule = &sku_rules[f->rule];
	const char *const cells[] = {rule->name,
				     rule->breaks ? "yes" : "no",
				     side_section(f->side),
				     f->sku,
				     f->title,
				     f->id,
				     f->other_sku,
				     f->other_id,
				     f->detail,
				     rule->remedy};

	return csv_out_row(v->csv, ',', cells, sizeof(cells) / sizeof(*cells), e);
}

/* Not before the catalogues are read: until then a failure is the whole answer. */
static void begin_json(struct view *v)
{
	if (!v->cmd->answered)
		printf("{\n  \"format\": %d,\n  \"findings\": [", OUTPUT_FORMAT);
	v->cmd->answered = true;
}

static void print_finding_json(struct view *v, const struct sku_finding *f)
{
	CLEANUP(json) cJSON *o = json_object();
	CLEANUP(arena) struct arena *a = arena_new();

	begin_json(v);
	json_add_str(o, "finding", sku_rules[f->rule].name);
	json_add_bool(o, "breaks_rule", sku_rules[f->rule].breaks);
	json_add_str(o, "side", side_section(f->side));
	json_add_str(o, "sku", f->sku);
	json_add_str(o, "title", f->title);
	json_add_str(o, "id", f->id);
	json_add_str(o, "other_sku", f->other_sku);
	json_add_str(o, "other_id", f->other_id);
	json_add_str(o, "detail", f->detail);
	printf("%s\n    %s", v->n_findings++ ? "," : "", shown_json(json_text(o, a), a));
}

static const char *example(const struct sku_finding *f, struct arena *a)
{
	const char *who = *f->sku ? arena_printf(a, "'%s'", f->sku)
				  : arena_printf(a, "%s", *f->title ? f->title : "(no title)");
	const char *there = f->other_sku
				    ? arena_printf(a, " ~ '%s' (%s)", f->other_sku, f->other_id)
				    : "";

	return arena_printf(a, "%s: %s (%s%s%s)%s%s%s", side_section(f->side), who, f->id,
			    *f->sku && *f->title ? ", " : "", *f->sku ? f->title : "", there,
			    f->detail ? ": " : "", f->detail ? f->detail : "");
}

static enum errk on_finding(void *ctx, const struct sku_finding *f, struct err *e)
{
	struct view *v = ctx;
	size_t *n = &v->n_examples[f->rule];

	if (v->cmd->json)
		print_finding_json(v, f);
	else if (*n < EXAMPLES)
		v->example[f->rule][(*n)++] = example(f, v->cmd->arena);
	return v->csv ? add_row(v, f, e) : E_OK;
}

static void on_notice(void *ctx, const char *text)
{
	struct view *v = ctx;

	if (v->n_notices < sizeof(v->notices) / sizeof(*v->notices))
		v->notices[v->n_notices++] = arena_strdup(v->cmd->arena, text);
}

static void print_rule(const struct view *v, enum sku_rule r, size_t found)
{
	enum style style = sku_rules[r].breaks ? STYLE_RED : STYLE_YELLOW;

	printf("%s%zu %s%s\n", style_on(stdout, style), found, sku_rules[r].what,
	       style_off(stdout, style));
	for (size_t i = 0; i < v->n_examples[r]; i++)
		printf("     %s\n", clean_text(v->example[r][i], v->cmd->arena));
	if (found > v->n_examples[r])
		printf("     and %zu more\n", found - v->n_examples[r]);
	printf("     → %s\n", remedy_text(sku_rules[r].remedy, NULL, NULL, v->cmd->arena));
}

/* Of the one side that has a catalogue. */
static void print_alone(const struct view *v, const struct sku_summary *s)
{
	for (enum side side = SIDE_STORE; side < SIDE_COUNT_; side++)
		if (s->unread[side])
			printf("nothing is compared with the articles of the %s, for they are not known: %s\n",
			       side_name(side), clean_text(s->unread[side], v->cmd->arena));
		else
			printf("%zu articles in the %s (%s): looked at for SKUs that are missing or stand twice\n",
			       s->articles[side], side_name(side), s->system[side]);
}

static void print_both(const struct sku_summary *s)
{
	printf("%zu articles in the store (%s), %zu in the ERP (%s): %zu aligned",
	       s->articles[SIDE_STORE], s->system[SIDE_STORE], s->articles[SIDE_ERP],
	       s->system[SIDE_ERP], s->aligned);
	if (s->mapped)
		printf(", %zu of them by the tables", s->mapped);
	if (s->aside[SIDE_STORE] || s->aside[SIDE_ERP])
		printf("; left aside: %zu in the store, %zu in the ERP", s->aside[SIDE_STORE],
		       s->aside[SIDE_ERP]);
	putchar('\n');
}

static void end_text(const struct view *v, const struct sku_summary *s, const char *csv)
{
	enum style style = s->holds ? STYLE_GREEN : STYLE_RED;
	const bool both = !s->unread[SIDE_STORE] && !s->unread[SIDE_ERP];

	for (size_t i = 0; i < v->n_notices; i++)
		printf("note: %s\n", remedy_text(v->notices[i], NULL, NULL, v->cmd->arena));
	if (both)
		print_both(s);
	else
		print_alone(v, s);
	for (enum sku_rule r = 0; r < SKUS_RULES_; r++)
		if (s->found[r])
			print_rule(v, r, s->found[r]);
	printf("%s%s%s\n", style_on(stdout, style),
	       !s->holds ? "not one to one: see above"
	       : both    ? "every article has one counterpart"
			 : "each has an SKU of its own; whether the other side has it is not known",
	       style_off(stdout, style));
	if (csv)
		printf("all findings are in %s\n", clean_text(csv, v->cmd->arena));
}

static void end_json(struct view *v, const struct sku_summary *s, const struct err *failure)
{
	CLEANUP(json) cJSON *summary = json_object();
	CLEANUP(json) cJSON *notices = json_array();
	cJSON *found = json_add_object(summary, "found");

	for (enum sku_rule r = 0; r < SKUS_RULES_; r++)
		json_add_int(found, sku_rules[r].name, (int64_t)s->found[r]);
	for (enum side side = SIDE_STORE; side < SIDE_COUNT_; side++) {
		cJSON *o = json_add_object(summary, side_section(side));

		json_add_str(o, "system", s->system[side]);
		json_add_int(o, "articles", (int64_t)s->articles[side]);
		if (s->unread[side])
			json_add_str(o, "unread", s->unread[side]);
		json_add_int(o, "aside", (int64_t)s->aside[side]);
	}
	json_add_int(summary, "aligned", (int64_t)s->aligned);
	json_add_int(summary, "mapped", (int64_t)s->mapped);
	json_add_bool(summary, "holds", s->holds);
	if (failure)
		json_add_str(summary, "error", failure->msg);
	for (size_t i = 0; i < v->n_notices; i++)
		json_push_str(notices, v->notices[i]);
	begin_json(v);
	printf("%s],\n  \"notices\": %s,\n  \"summary\": %s\n}\n", v->n_findings ? "\n  " : "",
	       shown_json(json_text(notices, v->cmd->arena), v->cmd->arena),
	       shown_json(json_text(summary, v->cmd->arena), v->cmd->arena));
}

enum errk cmd_skus_check(struct cmd *c, struct err *e)
{
	const char *csv = args_text(c->args, "csv");
	struct view *v = arena_alloc(c->arena, sizeof(*v));
	struct skus_options o = {.on_finding = on_finding, .on_notice = on_notice, .ctx = v};
	struct sku_summary s = {0};
	enum errk rc;

	v->cmd = c;
	if (args_flag(c->args, "titles"))
		return skus_titles(c, e);
	if (args_flag(c->args, "personal"))
		return usage_error(e, "--personal is for --titles, which may name a person");
	rc = csv ? begin_csv(v, csv, e) : E_OK;
	if (rc == E_OK)
		rc = sync_skus(&c->session, &o, &s, e);
	if (rc == E_OK && csv)
		rc = file_writer_commit(v->csv, e);
	file_writer_close(v->csv);
	if (c->json && (rc == E_OK || c->answered))
		end_json(v, &s, rc == E_OK ? NULL : e);
	else if (rc == E_OK)
		end_text(v, &s, csv);
	if (rc == E_OK && !s.holds)
		c->status = err_exit_status(E_RECORD);
	return rc;
}
