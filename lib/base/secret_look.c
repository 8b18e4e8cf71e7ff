#include "base/secret_look.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/secrets.h"
#include "base/str.h"

#include "base/banned.h"

enum { NAMED_MIN = 8, HEX_MIN = 16, HEX_MIXED = 3, ANY_MIN = 20, ANY_MIXED = 6, WORD_MAX = 4096 };

/* Their makers chose them so that scanners find them. */
size_t secret_named_at(const char *p)
{
	static const char *const prefixes[] = {"shpat_",   "shpss_",      "shpca_",   "shppa_",
					       "shpua_",   "shptka_",     "sk_live_", "sk_test_",
					       "rk_live_", "ghp_",        "glpat-",   "xoxb-",
					       "xoxp-",    "github_pat_", NULL};

	for (size_t i = 0; prefixes[i]; i++) {
		size_t len = strlen(prefixes[i]), n = len;

		if (strncmp(p, prefixes[i], len) != 0)
			continue;
		while (isalnum((unsigned char)p[n]) || (p[n] && strchr("-._~+/=", p[n])))
			n++;
		return n >= len + NAMED_MIN ? n : 0;
	}
	return 0;
}

static int class_of(char c)
{
	return isdigit((unsigned char)c) ? 1 : islower((unsigned char)c) ? 2 : 3;
}

/* Eight, four, four, four and twelve hexadecimal digits. */
static bool is_uuid(const char *s, size_t len)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	if (len != sizeof(form) - 1)
		return false;
	for (size_t i = 0; i < len; i++)
		if (form[i] == '-' ? s[i] != '-' : !isxdigit((unsigned char)s[i]))
			return false;
	return true;
}

/* A run of letters, digits and the signs of base64, which mix nothing by themselves. */
static bool is_mixed(const char *s, size_t len)
{
	size_t digits = 0, letters = 0, changes = 0;
	bool hex = true;
	int last = 0;

	for (size_t i = 0; i < len; i++) {
		int now = class_of(s[i]);

		if (!isalnum((unsigned char)s[i])) {
			hex = false;
			continue;
		}
		hex = hex && isxdigit((unsigned char)s[i]);
		digits += now == 1;
		letters += now != 1;
		changes += last && now != last;
		last = now;
	}
	if (hex)
		return len >= HEX_MIN && digits >= HEX_MIXED && letters >= HEX_MIXED &&
		       changes >= HEX_MIXED;
	return digits + letters >= ANY_MIN && digits && changes >= ANY_MIXED;
}

bool secret_looks(const char *word)
{
	if (strchr("/.~", *word))
		return false;
	while (*word) {
		size_t n = 0;

		while (isalnum((unsigned char)word[n]) || (word[n] && strchr("-_+/=", word[n])))
			n++;
		if (n && (is_uuid(word, n) || is_mixed(word, n)))
			return true;
		word += n ? n : 1;
	}
	return false;
}

/* What may stand around a secret in a line: quotation marks, brackets, what separates. */
static size_t word_at(const char *p)
{
	return strcspn(p, " \t\"'`()[]{}<>|;,:&?#=");
}

/* As long and mixed as its maker makes it: "sk_live_customer/secret" and "shpat_production.txt" are files. */
static bool is_whole(const char *p, size_t n)
{
	return n >= ANY_MIN && strcspn(p, "./~") >= n && strcspn(p, "0123456789") < n;
}

/* The next token of a maker at p or behind it, where a word begins; NULL: none. */
static const char *next_named(const char *text, const char *p, size_t *n)
{
	for (; *p; p++)
		if ((p == text || !isalnum((unsigned char)p[-1])) && (*n = secret_named_at(p)) &&
		    is_whole(p, *n))
			return p;
	return NULL;
}

bool secret_named_within(const char *text)
{
	size_t n;

	return next_named(text, text, &n) != NULL;
}

static void tell(const char *from, size_t n)
{
	char word[WORD_MAX];

	if (n >= sizeof(word))
		return;
	snprintf(word, sizeof(word), "%.*s", (int)n, from);
	secrets_add(word);
	explicit_bzero(word, sizeof(word));
}

void secret_look_hide(const char *text)
{
	char word[WORD_MAX];
	size_t n;

	for (const char *p = text; (p = next_named(text, p, &n)); p += n)
		tell(p, n);
	for (; *text; text += n + (text[n] != '\0')) {
		n = word_at(text);
		if (n == 0 || n >= sizeof(word))
			continue;
		snprintf(word, sizeof(word), "%.*s", (int)n, text);
		if (secret_looks(word))
			secrets_add(word);
	}
	explicit_bzero(word, sizeof(word));
}
