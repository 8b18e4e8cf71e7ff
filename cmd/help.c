#include "help.h"

#include <stdio.h>
#include <string.h>

#include "base/conf.h"
#include "sync/session.h"
#include "sync/sync.h"

#include "base/banned.h"

enum { SPEC_WIDTH = 26 };

/* "  spec        what", what on the next line if the spec is long. */
static void add_pair(struct str *out, const char *spec, const char *text)
{
	if (strlen(spec) > SPEC_WIDTH - 2)
		str_addf(out, "  %s\n  %*s%s", spec, SPEC_WIDTH, "", text);
	else
		str_addf(out, "  %-*s%s", SPEC_WIDTH, spec, text);
}

static void add_options(struct str *out, const struct opt *table, struct arena *a)
{
	for (const struct opt *o = table; o->name; o++) {
		if (o->hidden)
			continue;
		add_pair(out, opt_spec(o, a), o->help);
		if (o->fallback)
			str_addf(out, " (default: %s)", o->fallback);
		str_addc(out, '\n');
	}
}

static const char *synopsis(const struct command *c, struct arena *a)
{
	bool options = false;

	for (const struct opt *o = c->options; o->name; o++)
		options |= !o->hidden;
	return arena_printf(a, "erpsync %s%s%s%s", command_name(c, a), c->operands ? " " : "",
			    c->operands ? c->operands : "", options ? " [options]" : "");
}

void help_overview(struct str *out, struct arena *a)
{
	struct command c;

	str_add(out, "usage: erpsync [-c FILE] COMMAND [options]\n\n");
	for (size_t i = 0; command_at(i, &c); i++) {
		const char *name = command_name(&c, a);

		add_pair(out,
			 c.verb || !c.operands || c.operands[0] == '['
				 ? name
				 : arena_printf(a, "%s %s", name, c.operands),
			 c.help);
		str_addc(out, '\n');
	}
	str_add(out, "\nOptions of every command:\n");
	add_options(out, global_options, a);
	str_add(out,
		"\n'erpsync help COMMAND' shows a command's own options, 'erpsync help config' the\n"
		"configuration's keys and 'erpsync help exit-status' what each exit status means.\n");
}

void help_noun(struct str *out, const char *noun, struct arena *a)
{
	struct command c;

	str_addf(out, "usage: erpsync %s VERB [options]\n\n", noun);
	for (size_t i = 0; command_at(i, &c); i++) {
		if (!str_equal(c.noun, noun))
			continue;
		add_pair(out, command_name(&c, a), c.help);
		str_addc(out, '\n');
	}
}

void help_command(struct str *out, const struct command *c, struct arena *a)
{
	str_addf(out, "usage: %s\n\n%s\n", synopsis(c, a), c->help);
	if (c->options[0].name && !c->options[0].hidden) {
		str_add(out, "\nOptions:\n");
		add_options(out, c->options, a);
	}
	str_add(out, "\nOptions of every command:\n");
	add_options(out, global_options, a);
	if (c->more)
		str_addf(out, "\n%s\n", c->more);
}

void help_exit_status(struct str *out)
{
	for (const struct exit_row *r = exit_table; r->name; r++)
		str_addf(out, "%3d  %-8s %s\n              %s\n", r->status, r->name, r->meaning,
			 r->remedy);
}

/* What else is to be said about a key, on a line of its own. */
static void add_note(struct str *out, const char *name, const char *value, bool *more)
{
	if (!value)
		return;
	if (*more)
		str_add(out, "; ");
	else
		str_addf(out, "\n  %*s", SPEC_WIDTH, "");
	str_addf(out, "%s: %s", name, value);
	*more = true;
}

static void add_key(struct str *out, const struct conf_key *k, struct arena *a)
{
	const char *spec = k->type == CONF_SECRET ? arena_printf(a, "%s, %s_file, _env, _command",
								 k->name, k->name)
						  : k->name;
	bool more = false;

	add_pair(out, spec, k->help);
	add_note(out, "connector", k->connector, &more);
	add_note(out, "one of", k->choices, &more);
	add_note(out, "default", k->fallback, &more);
	str_addc(out, '\n');
}

/*
 * A section's keys stand in several tables (the engine's and each connector's): they
 * belong together here.
 */
static void add_section(struct str *out, const char *section, struct arena *a)
{
	size_t n;
	const struct conf_key *const *tables = settings_tables(&n);

	str_addf(out, "%s[%s]\n", out->len ? "\n" : "", section);
	for (size_t t = 0; t < n; t++)
		for (const struct conf_key *k = tables[t]; k->section; k++)
			if (str_equal(k->section, section))
				add_key(out, k, a);
}

void help_config(struct str *out, struct arena *a)
{
	const char *seen[64];
	size_t n, n_seen = 0;
	const struct conf_key *const *tables = settings_tables(&n);

	for (size_t t = 0; t < n; t++)
		for (const struct conf_key *k = tables[t]; k->section; k++) {
			bool known = false;

			for (size_t i = 0; i < n_seen; i++)
				known |= str_equal(seen[i], k->section);
			if (known || n_seen == sizeof(seen) / sizeof(seen[0]))
				continue;
			seen[n_seen++] = k->section;
			add_section(out, k->section, a);
		}
}

static enum errk help_topic(const struct args *args, struct str *out, struct err *e)
{
	const char *noun = args->n_operands > 0 ? args->operands[0] : NULL;
	const char *verb = args->n_operands > 1 ? args->operands[1] : NULL;
	struct command c;
	enum errk rc = E_OK;

	if (args_flag(args, "completion"))
		completion_script(out, args->arena);
	else if (!noun)
		help_overview(out, args->arena);
	else if (!verb && str_equal(noun, "exit-status"))
		help_exit_status(out);
	else if (!verb && str_equal(noun, "config"))
		help_config(out, args->arena);
	else if (!verb && noun_has_verbs(noun))
		help_noun(out, noun, args->arena);
	else if ((rc = command_find(noun, verb, &c, e)) == E_OK)
		help_command(out, &c, args->arena);
	return rc;
}

enum errk cmd_help(struct cmd *c, struct err *e)
{
	struct str text = {0};
	enum errk rc;

	str_init(&text, 0);
	rc = help_topic(c->args, &text, e);
	if (rc == E_OK)
		fputs(text.buf, stdout);
	str_release(&text);
	return rc;
}
