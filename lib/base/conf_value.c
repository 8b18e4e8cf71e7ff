#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/conf_priv.h"
#include "base/file.h"
#include "base/secret_look.h"
#include "base/str.h"

#include "base/banned.h"

enum { SHOWN_MAX = 30, CHOICES_MAX = 32 };

/* "12 min", "2026-13-01T9:00Z", "1,5": figures with a word or two, as no password is. */
static bool is_like_figure(const char *text)
{
	size_t words = 0, digits = 0;
	bool time = strchr(text, '-') || strchr(text, ':');

	for (const char *p = text; *p; p++) {
		if (isalpha((unsigned char)*p))
			words += p == text || !isalpha((unsigned char)p[-1]);
		else if (isdigit((unsigned char)*p))
			digits++;
		else if (!strchr(" .,:+-", *p))
			return false;
	}
	return digits && !isalpha((unsigned char)*text) && words <= (time ? 2U : 1U);
}

/* A slip in one of these words: "yse", "Shopfy". */
static bool is_like_word(const char *choices, const char *text)
{
	const char *name[CHOICES_MAX];
	char copy[512], *rest = copy;
	size_t n = 0;

	snprintf(copy, sizeof(copy), "%s", choices);
	for (char *word; n < CHOICES_MAX && (word = strsep(&rest, "|"));)
		name[n++] = word;
	for (size_t i = 0; i < n; i++)
		if (str_equal_nocase(name[i], text))
			return true;
	return str_nearest(text, name, n) != NULL;
}

/*
 * What stands there may be a password that was pasted behind the wrong key: it is quoted where it is like what
 * belongs there, and else the line says where to look.
 */
static enum errk bad_value(const char *text, const char *choices, const char *wanted, struct err *e)
{
	bool comment = strstr(text, " ;") || strstr(text, " #");
	bool shown = strlen(text) <= SHOWN_MAX &&
		     (choices ? is_like_word(choices, text) : is_like_figure(text));

	if (!*text)
		return err_set(e, E_LOCAL, "bad_config", "is empty; write %s", wanted);
	return err_set(e, E_LOCAL, "bad_config", "%s%s%s is not %s%s", shown ? "'" : "",
		       shown ? text : "what stands there", shown ? "'" : "", wanted,
		       comment ? " (a comment needs a line of its own)" : "");
}

/* True if word is one of choices ("a|b|c"). */
static bool is_choice(const char *choices, const char *word)
{
	size_t len = strlen(word);

	while (choices && *choices) {
		size_t n = strcspn(choices, "|");

		if (n == len && strncmp(choices, word, n) == 0)
			return true;
		choices += n + (choices[n] == '|');
	}
	return false;
}

static bool read_bool(const char *text, int64_t *out)
{
	static const char *const no[] = {"no", "false", "off", "0"};
	static const char *const yes[] = {"yes", "true", "on", "1"};

	for (size_t i = 0; i < 4; i++) {
		if (str_equal_nocase(text, no[i]) || str_equal_nocase(text, yes[i])) {
			*out = str_equal_nocase(text, yes[i]);
			return true;
		}
	}
	return false;
}

static bool read_int(const char *text, int64_t *out)
{
	const char *p = *text == '-' ? text + 1 : text;
	int64_t n = 0;

	if (!*p || p[strspn(p, "0123456789")])
		return false;
	for (; *p; p++)
		if (__builtin_mul_overflow(n, 10, &n) || __builtin_sub_overflow(n, *p - '0', &n))
			return false;
	/* Summed up below zero, where the range is larger by one. */
	if (*text == '-')
		*out = n;
	else if (__builtin_sub_overflow(0, n, out))
		return false;
	return true;
}

static enum errk check_range(const struct conf_key *key, const char *text, int64_t n, struct err *e)
{
	char wanted[96], low[CLOCK_TEXT_MAX], high[CLOCK_TEXT_MAX];

	if ((key->min == 0 && key->max == 0) || (n >= key->min && n <= key->max))
		return E_OK;
	if (key->type == CONF_DURATION)
		snprintf(wanted, sizeof(wanted), "between %s and %s", duration_text(key->min, low),
			 duration_text(key->max, high));
	else
		snprintf(wanted, sizeof(wanted), "between %lld and %lld", (long long)key->min,
			 (long long)key->max);
	return bad_value(text, NULL, wanted, e);
}

static enum errk read_choice(const struct conf_key *key, const char *text, struct err *e)
{
	struct str wanted;
	enum errk k;

	if (is_choice(key->choices, text))
		return E_OK;
	str_init(&wanted, 512);
	str_add(&wanted, "one of ");
	for (const char *p = key->choices; *p; p++) {
		if (*p == '|')
			str_add(&wanted, ", ");
		else
			str_addc(&wanted, *p);
	}
	k = bad_value(text, key->choices, wanted.buf, e);
	str_release(&wanted);
	return k;
}

static enum errk read_number(const struct conf_key *key, const char *text, int64_t *n,
			     struct err *e)
{
	if (key->type == CONF_BOOL)
		return read_bool(text, n)
			       ? E_OK
			       : bad_value(text, "yes|no|true|false|on|off", "yes or no", e);
	if (key->type == CONF_TIME) {
		if (clock_parse_human(text, clock_now(), n, NULL) == E_OK)
			return E_OK;
		return bad_value(text, NULL,
				 "a time; write 2026-11-23, 2026-11-23T09:45:00Z or -60d", e);
	}
	if (key->type == CONF_INT && !read_int(text, n))
		return bad_value(text, NULL, "a whole number", e);
	if (key->type == CONF_DURATION && duration_parse(text, n, NULL) != E_OK)
		return bad_value(text, NULL, "a duration; write 500ms, 90s, 12m, 2h or 30d", e);
	return check_range(key, text, *n, e);
}

enum errk conf_value_read(const struct conf *c, const char *text, struct conf_value *v,
			  struct err *e)
{
	int64_t number = 0;
	bool own = v->key->type == CONF_SECRET &&
		   (v->form == SECRET_INLINE || v->form == SECRET_COMMAND);
	enum errk k = E_OK;

	if (v->key->type == CONF_URL && conf_address_read(c, v, text, e) != E_OK)
		return E_LOCAL;
	/* What is there by that name is a file, whatever it is called. */
	if (!own && secret_named_within(text) &&
	    access(path_relative_to(c->arena, c->dir, text), F_OK) != 0)
		return conf_misplaced(c, v, e);
	switch (v->key->type) {
	case CONF_TEXT:
	case CONF_URL:
		break;
	case CONF_PATH:
		/* Words like "syslog" stand for themselves; no path at all stays none. */
		if (*text && !is_choice(v->key->choices, text))
			text = path_relative_to(c->arena, c->dir, text);
		break;
	case CONF_CHOICE:
		k = read_choice(v->key, text, e);
		break;
	case CONF_SECRET:
		if (!*text)
			k = err_set(e, E_LOCAL, "bad_config", "is empty");
		else if (v->form == SECRET_FILE)
			text = path_relative_to(c->arena, c->dir, text);
		break;
	case CONF_BOOL:
	case CONF_INT:
	case CONF_DURATION:
	case CONF_TIME:
		k = read_number(v->key, text, &number, e);
		break;
	}
	if (k != E_OK)
		return k;
	v->text = text;
	v->number = number;
	return E_OK;
}
