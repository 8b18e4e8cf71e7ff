#include "cmd.h"

#include <string.h>

#include "base/str.h"

#include "base/banned.h"

enum { NAMES_MAX = 64 };

/* Apart from commands.c: what a command prints may name others, and that table names what all of them do. */
static bool (*rows)(size_t i, struct command *out);

void command_table(bool (*table)(size_t i, struct command *out))
{
	rows = table;
}

bool command_at(size_t i, struct command *out)
{
	if (!rows)
		BUG("no table of commands");
	return rows(i, out);
}

/*
 * The names that could stand where a word was not understood: verbs of a noun, or nouns.
 */
static size_t names_of(const char *noun, const char *names[NAMES_MAX])
{
	struct command c;
	size_t n = 0;

	for (size_t i = 0; n < NAMES_MAX && command_at(i, &c); i++) {
		const char *name = noun ? c.verb : c.noun;

		if (noun && (!str_equal(c.noun, noun) || !name))
			continue;
		if (n == 0 || !str_equal(names[n - 1], name))
			names[n++] = name;
	}
	return n;
}

static enum errk unknown_word(const char *word, const char *noun, struct err *e)
{
	const char *names[NAMES_MAX], *near;
	const char *what = noun ? "verb" : "command";
	struct str list = {0};
	enum errk rc;

	near = str_nearest(word, names, names_of(noun, names));
	if (near)
		return usage_error(e, "unknown %s '%s'; did you mean '%s%s%s'?", what, word,
				   noun ? noun : "", noun ? " " : "", near);
	str_init(&list, 0);
	for (size_t i = 0, n = names_of(noun, names); i < n; i++)
		str_addf(&list, "%s%s", i ? ", " : "", names[i]);
	rc = usage_error(e, "unknown %s '%s'; there is: %s", what, word, list.buf);
	str_release(&list);
	return rc;
}

bool noun_exists(const char *noun)
{
	struct command c;

	for (size_t i = 0; command_at(i, &c); i++)
		if (str_equal(c.noun, noun))
			return true;
	return false;
}

bool noun_has_verbs(const char *noun)
{
	struct command c;

	for (size_t i = 0; command_at(i, &c); i++)
		if (str_equal(c.noun, noun) && c.verb)
			return true;
	return false;
}

enum errk command_find(const char *noun, const char *verb, struct command *out, struct err *e)
{
	for (size_t i = 0; command_at(i, out); i++)
		if (str_equal(out->noun, noun) && str_equal(out->verb, verb))
			return E_OK;
	if (!noun_exists(noun))
		return unknown_word(noun, NULL, e);
	if (verb)
		return unknown_word(verb, noun, e);
	return usage_error(e, "'%s' needs a verb; 'erpsync help %s' lists them", noun, noun);
}

const char *command_name(const struct command *c, struct arena *a)
{
	return c->verb ? arena_printf(a, "%s %s", c->noun, c->verb) : c->noun;
}
