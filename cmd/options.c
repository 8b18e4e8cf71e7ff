#include "options.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"

#include "base/banned.h"

const struct opt global_options[] = {
	{"config", 'c', OPT_FILE, "FILE", NULL, "read this configuration file", false},
	{"trace", 0, OPT_FILE, "FILE", NULL,
	 "write every request and answer to FILE, secrets and personal data masked", false},
	{"verbose", 'v', OPT_FLAG, NULL, NULL, "say more, also when no person is watching", false},
	{"help", 'h', OPT_FLAG, NULL, NULL, "show help for the command and stop", false},
	{"version", 0, OPT_FLAG, NULL, NULL, "show the version and stop", false},
	{0},
};

struct arg_value {
	const struct opt *opt;
	const char *text;
	int64_t number;
};

enum errk usage_error(struct err *e, const char *fmt, ...)
{
	char msg[ERR_MSG_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(msg, sizeof(msg), fmt, args);
	va_end(args);
	return err_set(e, E_LOCAL, "usage", "%s", msg);
}

bool is_usage_error(const struct err *e)
{
	return e->kind == E_LOCAL && str_equal(e->code, "usage");
}

const char *opt_spec(const struct opt *o, struct arena *a)
{
	const char *letter = o->letter ? arena_printf(a, "-%c, ", o->letter) : "";
	const char *dots = o->type == OPT_LIST ? "..." : "";

	return o->arg ? arena_printf(a, "%s--%s %s%s", letter, o->name, o->arg, dots)
		      : arena_printf(a, "%s--%s", letter, o->name);
}

/* Tables are short and lines too: a walk is all the look-up there is. */
static const struct opt *find(const struct args *a, const char *name, size_t len, char letter)
{
	for (size_t t = 0; t < ARGS_TABLES_MAX; t++)
		for (const struct opt *o = a->tables[t]; o && o->name; o++)
			if (letter ? o->letter == letter
				   : strlen(o->name) == len && memcmp(o->name, name, len) == 0)
				return o;
	return NULL;
}

static enum errk unknown(const struct args *a, const char *word, struct err *e)
{
	const char *names[64], *near;
	size_t n = 0;

	for (size_t t = 0; t < ARGS_TABLES_MAX; t++)
		for (const struct opt *o = a->tables[t]; o && o->name; o++)
			if (!o->hidden && n < sizeof(names) / sizeof(names[0]))
				names[n++] = arena_printf(a->arena, "--%s", o->name);
	near = str_nearest(arena_strndup(a->arena, word, strcspn(word, "=")), names, n);
	if (near)
		return usage_error(e, "unknown option '%s'; did you mean '%s'?", word, near);
	if (!a->tables[1])
		return usage_error(e,
				   "unknown option '%s'; a command's own options follow it: "
				   "erpsync COMMAND --option",
				   word);
	return usage_error(e, "unknown option '%s'; add --help to see what there is", word);
}

static enum errk parse_count(const char *text, int64_t *out, struct err *e)
{
	char *end;
	long long v;

	errno = 0;
	v = strtoll(text, &end, 10);
	if (errno || end == text || *end || v < 1)
		return usage_error(e, "'%s' is not a whole number above 0", text);
	*out = v;
	return E_OK;
}

static enum errk parse_number(const struct opt *o, const char *text, int64_t *out, struct err *e)
{
	switch (o->type) {
	case OPT_TIME:
		return clock_parse_human(text, clock_now(), out, e);
	case OPT_DURATION:
		return duration_parse(text, out, e);
	case OPT_COUNT:
		return parse_count(text, out, e);
	case OPT_FLAG:
	case OPT_TEXT:
	case OPT_FILE:
	case OPT_LIST:
		break;
	}
	*out = 0;
	return E_OK;
}

static enum errk add_value(struct args *a, const struct opt *o, const char *text, struct err *e)
{
	struct arg_value *v;
	int64_t number = 0;

	if (text && !*text)
		return usage_error(e, "--%s needs a value: %s", o->name, o->arg);
	if (text && parse_number(o, text, &number, e) != E_OK)
		return usage_error(e, "--%s: %s", o->name, arena_strdup(a->arena, e->msg));
	/* A line has at most as many values as words. */
	if (!a->values)
		a->values = arena_array(a->arena, a->n + 1, sizeof(*a->values));
	v = &a->values[a->n_values++];
	*v = (struct arg_value){.opt = o, .text = text, .number = number};
	return E_OK;
}

static bool is_option(const char *word)
{
	return word[0] == '-' && word[1] != '\0';
}

/*
 * The option at a->at is known; reads its value from the same word or from the words
 * after it.
 */
static enum errk read_value(struct args *a, const struct opt *o, const char *inline_value,
			    struct err *e)
{
	if (o->type == OPT_FLAG) {
		if (inline_value)
			return usage_error(e, "--%s takes no value", o->name);
		return add_value(a, o, NULL, e);
	}
	if (inline_value)
		return add_value(a, o, inline_value, e);
	if (a->at >= a->n || (o->type == OPT_LIST && is_option(a->words[a->at])))
		return usage_error(e, "--%s needs a value: %s", o->name, o->arg);
	do {
		enum errk rc = add_value(a, o, a->words[a->at++], e);

		if (rc != E_OK)
			return rc;
	} while (o->type == OPT_LIST && a->at < a->n && !is_option(a->words[a->at]));
	return E_OK;
}

/* "-c FILE", "-cFILE", "-v", "-vh". */
static enum errk read_short(struct args *a, const char *word, struct err *e)
{
	for (const char *p = word + 1; *p; p++) {
		const struct opt *o = find(a, NULL, 0, *p);
		bool takes = o && o->type != OPT_FLAG;
		enum errk rc;

		if (!o)
			return unknown(a, word, e);
		rc = read_value(a, o, takes && p[1] ? p + 1 : NULL, e);
		if (rc != E_OK || takes)
			return rc;
	}
	return E_OK;
}

static enum errk read_long(struct args *a, const char *word, struct err *e)
{
	const char *name = word + 2, *equals = strchr(name, '=');
	size_t len = equals ? (size_t)(equals - name) : strlen(name);
	const struct opt *o = len ? find(a, name, len, 0) : NULL;

	if (!o)
		return unknown(a, word, e);
	return read_value(a, o, equals ? equals + 1 : NULL, e);
}

static void add_operand(struct args *a, const char *word)
{
	if (!a->operands)
		a->operands = arena_array(a->arena, a->n + 1, sizeof(*a->operands));
	a->operands[a->n_operands++] = word;
}

enum errk args_read(struct args *a, bool operands_too, struct err *e)
{
	bool options_over = false;

	while (a->at < a->n) {
		const char *word = a->words[a->at];
		enum errk rc = E_OK;

		if (options_over || !is_option(word)) {
			if (!operands_too)
				return E_OK;
			add_operand(a, word);
			a->at++;
			continue;
		}
		a->at++;
		if (str_equal(word, "--"))
			options_over = true;
		else
			rc = word[1] == '-' ? read_long(a, word, e) : read_short(a, word, e);
		if (rc != E_OK)
			return rc;
	}
	return E_OK;
}

const char *args_word(struct args *a)
{
	return a->at < a->n && !is_option(a->words[a->at]) ? a->words[a->at++] : NULL;
}

static const struct arg_value *last(const struct args *a, const char *name)
{
	const struct opt *o = find(a, name, strlen(name), 0);

	if (!o)
		BUG("no option --%s in the tables of this command", name);
	for (size_t i = a->n_values; i > 0; i--)
		if (a->values[i - 1].opt == o)
			return &a->values[i - 1];
	return NULL;
}

bool args_knows(const struct args *a, const char *name)
{
	return find(a, name, strlen(name), 0) != NULL;
}

bool args_flag(const struct args *a, const char *name)
{
	return last(a, name) != NULL;
}

const char *args_text(const struct args *a, const char *name)
{
	const struct arg_value *v = last(a, name);

	return v ? v->text : NULL;
}

int64_t args_number(const struct args *a, const char *name)
{
	const struct arg_value *v = last(a, name);

	return v ? v->number : 0;
}

const char *const *args_list(const struct args *a, const char *name, size_t *n)
{
	const struct arg_value *v = last(a, name);
	const char **out = arena_array(a->arena, a->n_values + 1, sizeof(*out));

	*n = 0;
	for (size_t i = 0; v && i < a->n_values; i++)
		if (a->values[i].opt == v->opt)
			out[(*n)++] = a->values[i].text;
	return out;
}
