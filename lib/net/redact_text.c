#include "net/redact_priv.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/secret_look.h"
#include "base/str.h"

#include "base/banned.h"

/* Texts without a key: what is written like a mail address, a telephone number or a token. */

enum { ESCAPED_MAX = 4 };

static bool is_local_part(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("._%+-'", c)) || (c & 0x80);
}

static size_t either_at(const char *s, const char *const *list)
{
	for (; *list; list++)
		if (strncasecmp(s, *list, strlen(*list)) == 0)
			return strlen(*list);
	return 0;
}

static bool hex_digits(const char *s, unsigned *value)
{
	*value = 0;
	for (int i = 0; i < 4; i++) {
		unsigned char c = (unsigned char)s[i];

		if (!isxdigit(c))
			return false;
		*value = *value * 16 + (unsigned)(isdigit(c) ? c - '0' : tolower(c) - 'a' + 10);
	}
	return true;
}

/*
 * "\u0040", behind as many backslashes as JSON inside of JSON makes: its length, and the sign; 0: it is none.
 */
static size_t escape_at(const char *s, unsigned *sign)
{
	size_t run = 0;

	while (s[run] == '\\' && run <= ESCAPED_MAX)
		run++;
	if (!run || run > ESCAPED_MAX || s[run] != 'u' || !hex_digits(s + run + 1, sign))
		return 0;
	return run + 5;
}

/* "@", "%40" of a URL, "&#64;" of a page, and the wide one of East Asian keyboards; 0: it is none. */
static size_t at_sign(const char *s)
{
	static const char *const written[] = {"%40",    "%2540",  "\xef\xbc\xa0", "&#64;",
					      "&#064;", "&#x40;", "&commat;",     "&amp;#64;",
					      "\\x40",  NULL};
	unsigned sign = 0;
	size_t n;

	if (*s == '@')
		return 1;
	if (!*s || !strchr("%&\\\xef", *s))
		return 0;
	n = escape_at(s, &sign);
	return n && (sign == '@' || sign == 0xff20) ? n : either_at(s, written);
}

/* The length of "…", a quotation mark or a blank that is no ASCII: it ends a word, as no letter does. */
static size_t wide_sign(const char *s)
{
	if (str_starts(s, "\xe2\x80") && s[2])
		return 3;
	return *s == '\xc2' && s[1] ? 2 : 0;
}

/* A letter of any alphabet, also as JSON may write it. */
static size_t letter_at(const char *s)
{
	unsigned sign = 0;
	size_t n;

	if (isalnum((unsigned char)*s))
		return 1;
	if (*s & 0x80)
		return !wide_sign(s);
	n = *s == '\\' ? escape_at(s, &sign) : 0;
	return sign >= 0xc0 && (sign < 0x2000 || sign > 0x206f) ? n : 0;
}

/* " (at) ", "[at]", " @ ": as people write it who fear robots. */
static size_t spelled_at_sign(const char *s)
{
	static const char *const written[] = {"(at)", "[at]", "{at}", "@", NULL};
	size_t blank = *s == ' ', n;

	if (!*s || !strchr(" ([{", *s))
		return 0;
	n = either_at(s + blank, written);
	return n ? blank + n + (s[blank + n] == ' ') : 0;
}

/* Behind the at sign: the length of a domain, which has a point and may be of any letters; 0: it is none. */
static size_t domain_at(const char *s)
{
	size_t end = 0, n;
	bool dot = false;

	for (; (n = s[end] && strchr(".-", s[end]) ? 1 : letter_at(s + end)); end += n)
		dot = dot || (s[end] == '.' && end > 0);
	return dot ? end : 0;
}

/* "\"anne martin\"@example.com", and as JSON, pages and URLs write it. */
static size_t quoted_mail_at(const char *s)
{
	enum { QUOTED_MAX = 64 };
	static const char *const quotes[] = {"\"", "&quot;", "%22", "\\\"", NULL};
	size_t quote = *s && strchr("\"&%\\", *s) ? either_at(s, quotes) : 0, end, at, domain;

	for (end = quote; quote && strncasecmp(s + end, s, quote) != 0; end++)
		if (!s[end] || s[end] == '\n' || end > QUOTED_MAX)
			return 0;
	if (!quote || end == quote)
		return 0;
	end += quote;
	at = at_sign(s + end);
	domain = at ? domain_at(s + end + at) : 0;
	return domain ? end + at + domain : 0;
}

/*
 * Length of a mail address at s, 0 if there is none; *run is how far one could not begin
 * again.
 */
static size_t mail_at(const char *s, size_t *run)
{
	size_t local = 0, n, at, domain;

	/* It is quoted: the quotation mark stays. */
	if (*s == '\'') {
		*run = 1;
		return 0;
	}
	while (!at_sign(s + local) && !wide_sign(s + local) &&
	       (n = is_local_part(s[local]) ? 1 : letter_at(s + local)))
		local += n;
	*run = local ? local : wide_sign(s);
	at = local ? at_sign(s + local) : 0;
	domain = at ? domain_at(s + local + at) : 0;
	if (!at && local && (at = spelled_at_sign(s + local))) {
		domain = domain_at(s + local + at);
		/* "2 @ 9.90" is a price. */
		if (domain && !isalpha((unsigned char)s[local + at + domain - 1]))
			domain = 0;
	}
	return domain ? local + at + domain : 0;
}

/* One sign between groups of digits; 0: there is none. Word processors put blanks that don't break. */
static size_t between_at(const char *s, const char *signs)
{
	static const char *const blanks[] = {"\xc2\xa0", "\xe2\x80\xaf", "&nbsp;", "&#160;",
					     "%20",      "%C2%A0",       NULL};
	unsigned sign = 0;
	size_t n;

	if (*s && strchr(signs, *s))
		return 1;
	if (!*s || !strchr(signs, ' ') || !strchr("\xc2\xe2&%\\", *s))
		return 0;
	/* Blanks and dashes of all widths: U+2000 to U+2015. */
	if (str_starts(s, "\xe2\x80") && (unsigned char)s[2] >= 0x80 && (unsigned char)s[2] <= 0x95)
		return 3;
	n = escape_at(s, &sign);
	return n && (sign == 0xa0 || sign == 0x202f || (sign >= 0x2000 && sign <= 0x2015))
		       ? n
		       : either_at(s, blanks);
}

static size_t plus_at(const char *s)
{
	static const char *const written[] = {"+", "%2B", "\xef\xbc\x8b", "&#43;", NULL};
	unsigned sign = 0;
	size_t n = *s == '\\' ? escape_at(s, &sign) : 0;

	return n && sign == '+' ? n : either_at(s, written);
}

/* "+49 (170) 123-4567": a plus and at least eight digits. "+02:00" of a time has four. */
static size_t phone_at(const char *s)
{
	size_t digits = 0, end = 0, plus = plus_at(s);

	if (!plus)
		return 0;
	for (size_t i = plus, n;
	     (n = isdigit((unsigned char)s[i]) ? 1 : between_at(s + i, " ()-./")); i += n)
		if (isdigit((unsigned char)s[i])) {
			digits++;
			end = i + 1;
		}
	return digits >= 8 ? end : 0;
}

/* An article's number as on its label (EAN, UPC): the last digit follows from the others. */
static bool is_gtin(const char *s, size_t n)
{
	int sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (s[i] - '0') * ((n - i) % 2 ? 1 : 3);
	return n >= 12 && n <= 14 && sum % 10 == 0;
}

/* "0033612345678", "0033 6 12 34 56 78": what is dialled for abroad, with one sign between its groups. */
static size_t abroad_phone_at(const char *s)
{
	enum { DIGITS_MIN = 11, DIGITS_MAX = 17, SOLID_MIN = 12 };
	size_t solid = strspn(s, "0123456789"), digits = solid, i = solid, n, len;
	const char *sign = NULL;

	if (!str_starts(s, "00") || s[2] < '1' || s[2] > '9')
		return 0;
	if (solid >= DIGITS_MIN)
		return solid >= SOLID_MIN && solid <= DIGITS_MAX && !isalnum((unsigned char)s[i]) &&
				       !is_gtin(s, solid)
			       ? solid
			       : 0;
	/* "0049 (0)221 123456" */
	n = i + (s[i] == ' ');
	len = s[n] == '(' ? strspn(s + n + 1, "0123456789") : 0;
	if (len && len <= 4 && s[n + 1 + len] == ')') {
		digits += len;
		i = n + len + 2;
		i += s[i] == ' ';
		len = strspn(s + i, "0123456789");
		digits += len;
		i += len;
	}
	while (digits <= DIGITS_MAX && (n = between_at(s + i, " -./")) &&
	       isdigit((unsigned char)s[i + n]) && (!sign || strncmp(sign, s + i, n) == 0)) {
		sign = s + i;
		len = strspn(s + i + n, "0123456789");
		digits += len;
		i += n + len;
	}
	return digits >= DIGITS_MIN && digits <= DIGITS_MAX && !isalnum((unsigned char)s[i]) ? i
											     : 0;
}

/* Groups of just so many digits ("334") with one sign between them, the same each time; 0: it is not. */
static size_t groups_at(const char *s, const char *groups, const char *signs)
{
	const char *sign = NULL;
	size_t i = 0, n = 0;

	for (; *groups; groups++) {
		size_t digits = strspn(s + i, "0123456789");

		if (digits != (size_t)(*groups - '0'))
			return 0;
		i += digits;
		if (!groups[1])
			break;
		n = between_at(s + i, signs);
		if (!n || (sign && strncmp(sign, s + i, n) != 0))
			return 0;
		sign = s + i;
		i += n;
	}
	/* "1.2.3" goes on. */
	if (isalnum((unsigned char)s[i]) ||
	    (n && strncmp(sign, s + i, n) == 0 && isdigit((unsigned char)s[i + n])))
		return 0;
	return i;
}

/* "555-123-4567", "1 555 123 4567", "06.12.34.56.78": nothing else is written so. */
static size_t usual_phone_at(const char *s)
{
	size_t n = groups_at(s, "334", "-/. ");

	if (!n && *s == '1')
		n = groups_at(s, "1334", "-/. ");
	return n || *s != '0' ? n : groups_at(s, "22222", ".-/ ");
}

/* "0221 / 123456", "0221 - 123456": the code of a town apart from the rest. */
static size_t wide_between_at(const char *s)
{
	size_t blank = *s == ' ', n = blank + 1;

	if (!s[blank] || !strchr("-/", s[blank]))
		return 0;
	n += s[n] == ' ';
	return n > 1 && isdigit((unsigned char)s[n]) ? n : 0;
}

/* "0221/123456-0": who takes the calls. */
static bool ends_in_switchboard(const char *s, size_t groups, size_t digits)
{
	return groups >= 2 && digits >= 9 && s[-1] == '-' && strspn(s, "0123456789") == 1;
}

/*
 * "0170 1234567", "(555) 123-4567": as people write them at home, in groups of two digits at least. Without
 * groups it could be an article, with dashes alone too, with points an amount.
 */
static size_t home_phone_at(const char *s)
{
	bool trunk = str_starts(s, "(0)"); /* "(0)221 123456", of a number abroad */
	size_t digits = trunk, groups = 0, usual = usual_phone_at(s), sign;
	size_t i = trunk ? 3 : *s == '(';
	bool apart = *s == '(';

	if (usual || (*s != '0' && !apart) || groups_at(s, "224", "-/"))
		return usual;
	for (;;) {
		size_t n = strspn(s + i, "0123456789");

		i += ends_in_switchboard(s + i, groups, digits);
		if (n < 2 || digits > 15)
			break;
		digits += n;
		groups++;
		i += n;
		i += *s == '(' && !trunk && groups == 1 && s[i] == ')';
		/* Of articles in a row the first is longer, or begins with more zeros. */
		sign = between_at(s + i, " -/");
		if (groups == 1 && n <= 5 && s[1] != '0' && wide_between_at(s + i))
			sign = wide_between_at(s + i);
		apart = apart || (sign && (s[i] != '-' || sign > 1));
		if (sign && isdigit((unsigned char)s[i + sign]))
			i += sign;
		else if (!isdigit((unsigned char)s[i]))
			break;
	}
	return apart && groups + trunk >= 2 && digits >= 9 && digits <= 15 &&
			       !isalnum((unsigned char)s[i])
		       ? i
		       : 0;
}

/* Named by their makers, and those of RFC 7235 and 6750. */
static size_t token_at(const char *s)
{
	size_t named = secret_named_at(s), n, len;

	len = str_starts(s, "Bearer ") ? 7 : str_starts(s, "Basic ") ? 6 : 0;
	if (named || !len)
		return named;
	n = len;
	while (isalnum((unsigned char)s[n]) || (s[n] && strchr("-._~+/=", s[n])))
		n++;
	return n >= len + 8 ? n : 0;
}

const char *redact_text(const char *text, struct arena *a)
{
	/* Each mask is shorter than what it stands for. */
	char *out = arena_alloc(a, strlen(text) + 1), *to = out;
	bool begins = true; /* no letter or digit stands in front */

	while (*text) {
		size_t run = 1, masked = phone_at(text);

		if (!masked && begins)
			masked = abroad_phone_at(text);
		if (!masked && begins)
			masked = home_phone_at(text);
		if (!masked)
			masked = token_at(text);
		if (!masked)
			masked = quoted_mail_at(text);
		if (!masked)
			masked = mail_at(text, &run);
		if (masked) {
			memcpy(to, "***", 3);
			to += 3;
			text += masked;
			begins = false;
			continue;
		}
		run = run ? run : 1;
		memcpy(to, text, run);
		to += run;
		text += run;
		begins = !isalnum((unsigned char)text[-1]) && !strchr("-._", text[-1]);
	}
	*to = '\0';
	return out;
}

/* The length of a word in quotes here that stays; 0: there is none. */
static size_t staying_at(const char *s, bool (*stays)(const void *ctx, const char *word),
			 const void *ctx, struct arena *a)
{
	enum { WORD_MAX = 255 };
	size_t n = *s == '\'' ? strcspn(s + 1, "'\n") : 0;

	return n && n <= WORD_MAX && s[n + 1] == '\'' && stays(ctx, arena_strndup(a, s + 1, n))
		       ? n + 2
		       : 0;
}

const char *redact_text_but(const char *text, bool (*stays)(const void *ctx, const char *word),
			    const void *ctx, struct arena *a)
{
	const char *out = "", *from = text;

	for (const char *p = text; *p;) {
		size_t n = staying_at(p, stays, ctx, a);

		if (n) {
			const char *front = arena_strndup(a, from, (size_t)(p - from));

			out = arena_printf(a, "%s%s%.*s", out, redact_text(front, a), (int)n, p);
			from = p + n;
		}
		p += n ? n : 1;
	}
	return *out ? arena_printf(a, "%s%s", out, redact_text(from, a)) : redact_text(text, a);
}
