#include "remedy.h"

#include <ctype.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/shell_word.h"
#include "base/str.h"
#include "cmd.h"
#include "output.h"

#include "base/banned.h"

static const char *given_conf, *given_flow;

void remedy_options(const char *conf, const char *flow)
{
	given_conf = conf;
	given_flow = flow;
}

/* "orders" of "orders export …": a word that begins a command and is not more than one. */
static size_t noun_length(const char *text, struct arena *a)
{
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz");
	const char *word = arena_strndup(a, text, n);

	/* Help is the same whatever is configured. */
	return n && !isalnum((unsigned char)text[n]) && !str_equal(word, "help") &&
			       noun_exists(word)
		       ? n
		       : 0;
}

/* The length of these words where the text begins with them. */
static size_t words(const char *text, const char *noun, const char *verb)
{
	size_t n = strlen(noun);

	if (!str_starts(text, noun) || text[n] != ' ' || !str_starts(text + n + 1, verb))
		return 0;
	n += 1 + strlen(verb);
	return isalnum((unsigned char)text[n]) || text[n] == '-' ? 0 : n;
}

/* Writes into the target of the flow. */
static size_t takes_to(const char *text)
{
	for (const struct flow *f = flows; f->noun; f++) {
		size_t n = f->to_option ? words(text, f->noun, f->verb) : 0;

		n = n || !f->to_option ? n : words(text, "adopt", f->noun);
		if (n)
			return n;
	}
	return 0;
}

static size_t takes_flow(const char *text)
{
	size_t n = words(text, "queue", "retry");

	return n ? n : words(text, "queue", "drop");
}

/* Copies a command as far as what is added goes. Returns what of the text was read. */
static size_t add_command(struct str *out, const char *text, const char *flow, const char *to,
			  struct arena *a)
{
	size_t to_at = to ? takes_to(text) : 0, flow_at = flow ? takes_flow(text) : 0;
	size_t n = to_at ? to_at : flow_at;

	str_addn(out, text, n);
	if (to_at && !str_starts(text + n, " --to "))
		str_addf(out, " --to %s", shell_word(to, a));
	if (flow_at && !str_starts(text + n, " --flow "))
		str_addf(out, " --flow %s", shell_word(flow, a));
	return n;
}

static const char *completed(const char *text, const char *flow, const char *to, struct arena *a)
{
	static const char name[] = "erpsync ";
	CLEANUP(str) struct str out = {0};
	const char *p = text, *at;

	str_init(&out, 0);
	while ((at = strstr(p, name))) {
		bool is_word = at == text || !strchr("/.-_", at[-1]);

		is_word = is_word && (at == text || !isalnum((unsigned char)at[-1]));
		str_addn(&out, p, (size_t)(at - p) + strlen(name));
		p = at + strlen(name);
		if (!is_word || !noun_length(p, a))
			continue;
		if (given_conf)
			str_addf(&out, "-c %s ", shell_word(given_conf, a));
		p += add_command(&out, p, flow, to, a);
	}
	str_add(&out, p);
	return arena_strndup(a, out.buf, out.len);
}

/* A word in quotes, as shell_word() makes it: its length; 0 = there is none, or it has no end. */
static size_t quoted_length(const char *text)
{
	const char *p = text;

	while (*p == '\'') {
		p = strchr(p + 1, '\'');
		if (!p)
			return 0;
		p++;
		if (!str_starts(p, "\\''"))
			break;
		p += 2;
	}
	return (size_t)(p - text);
}

static bool takes_value(const char *word, size_t n, struct arena *a)
{
	static const char *const options[] = {"-c", "--flow", "--to", "--csv", "--from"};
	const char *is = arena_strndup(a, word, n);

	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
		if (str_equal(is, options[i]))
			return true;
	return false;
}

/*
 * Copies the words of a command, and sees to it that a name like '-5' is not read as an option. Returns what of
 * the text was read.
 */
static size_t add_words(struct str *out, const char *text, struct arena *a)
{
	const char *p = text, *last = text;
	size_t n_last = 0;
	bool over = false;

	for (;;) {
		size_t n = strspn(p, "abcdefghijklmnopqrstuvwxyz-");
		bool named = !n && *p == '\'';

		if (named)
			n = quoted_length(p);
		if (!n)
			return (size_t)(p - text);
		if (named && p[1] == '-' && !over && !takes_value(last, n_last, a)) {
			bool only = n_last == strlen("--only") && str_starts(last, "--only");

			if (only && out->len)
				out->buf[out->len - 1] = '=';
			else
				str_add(out, "-- ");
			over = !only;
		}
		str_addn(out, p, n);
		last = p;
		n_last = n;
		p += n;
		if (*p != ' ')
			return (size_t)(p - text);
		str_addc(out, *p++);
	}
}

/* erpsync queue drop '-5' → erpsync queue drop -- '-5' */
static const char *dashed(const char *text, struct arena *a)
{
	static const char name[] = "erpsync ";
	CLEANUP(str) struct str out = {0};
	const char *p = text, *at;

	if (!strstr(text, " '-"))
		return text;
	str_init(&out, 0);
	while ((at = strstr(p, name))) {
		str_addn(&out, p, (size_t)(at - p) + strlen(name));
		p = at + strlen(name);
		if (noun_length(p, a) || str_starts(p, "-c "))
			p += add_words(&out, p, a);
	}
	str_add(&out, p);
	return arena_strndup(a, out.buf, out.len);
}

/* 'TABLE 5'' → 'TABLE 5'\'''; what is such a word already stays one. */
static const char *quoted(const char *text, const char *label, struct arena *a)
{
	const char *plain = arena_printf(a, "'%s'", label), *word = shell_word(label, a);
	CLEANUP(str) struct str out = {0};

	str_init(&out, 0);
	while (*text) {
		bool is_word = str_starts(text, word);

		if (!is_word && !str_starts(text, plain)) {
			str_addc(&out, *text++);
			continue;
		}
		str_add(&out, word);
		text += strlen(is_word ? word : plain);
	}
	return arena_strndup(a, out.buf, out.len);
}

bool remedy_names_flow(const char *flow)
{
	for (const struct flow *f = flows; f->noun; f++)
		if (str_equal(f->name, flow))
			return record_kind_of_goods(f->kind);
	return strstr(flow, " > ") != NULL;
}

const char *remedy_text(const char *text, const char *flow, const char *label, struct arena *a)
{
	const char *of = flow && !remedy_names_flow(flow) ? NULL : flow ? flow : given_flow;
	const char *mark = of ? strstr(of, " > ") : NULL;
	const char *clean = clean_text(text, a);

	if (label && strchr(label, '\''))
		clean = quoted(clean, clean_text(label, a), a);
	return dashed(completed(clean, of, mark ? mark + 3 : NULL, a), a);
}
