#include "base/str.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/die.h"

#include "base/banned.h"

static const size_t DEFAULT_MAX = 64UL * 1024 * 1024;

void str_init(struct str *s, size_t max)
{
	*s = (struct str){.max = max ? max : DEFAULT_MAX, .cap = 64};
	s->buf = calloc(1, s->cap);
	if (!s->buf)
		die(70, "out of memory");
}

void str_release(struct str *s)
{
	free(s->buf);
	*s = (struct str){0};
}

void str_clear(struct str *s)
{
	s->len = 0;
	s->overflow = false;
	if (s->buf)
		s->buf[0] = '\0';
}

/*
 * Makes room for n more bytes and the NUL; returns how many of them the maximum allows.
 */
static size_t reserve(struct str *s, size_t n)
{
	size_t max = s->max ? s->max : DEFAULT_MAX;
	size_t cap = s->cap ? s->cap : 64;

	if (s->overflow)
		return 0;
	if (n > max - s->len) {
		s->overflow = true;
		n = max - s->len;
	}
	while (cap < s->len + n + 1)
		cap *= 2;
	if (cap != s->cap) {
		char *grown = realloc(s->buf, cap);

		if (!grown)
			die(70, "out of memory");
		s->buf = grown;
		s->cap = cap;
		s->buf[s->len] = '\0';
	}
	return n;
}

void str_add(struct str *s, const char *text)
{
	str_addn(s, text, strlen(text));
}

void str_addn(struct str *s, const char *bytes, size_t n)
{
	n = reserve(s, n);
	if (n == 0)
		return;
	memcpy(s->buf + s->len, bytes, n);
	s->len += n;
	s->buf[s->len] = '\0';
}

void str_addc(struct str *s, char c)
{
	str_addn(s, &c, 1);
}

void str_addf(struct str *s, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	str_addvf(s, fmt, args);
	va_end(args);
}

void str_addvf(struct str *s, const char *fmt, va_list args)
{
	va_list again;
	int n;
	size_t room;

	va_copy(again, args);
	n = vsnprintf(NULL, 0, fmt, args);
	if (n < 0)
		BUG("str_addf: bad format '%s'", fmt);
	room = reserve(s, (size_t)n);
	if (room > 0) {
		vsnprintf(s->buf + s->len, room + 1, fmt, again);
		s->len += room;
	}
	va_end(again);
}

bool str_equal(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static int lower(int c)
{
	return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

bool str_equal_nocase(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	while (*a && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return lower(*a) == lower(*b);
}

bool str_starts(const char *s, const char *prefix)
{
	return s && strncmp(s, prefix, strlen(prefix)) == 0;
}

bool str_ends(const char *s, const char *suffix)
{
	size_t len = s ? strlen(s) : 0, n = strlen(suffix);

	return s && len >= n && memcmp(s + len - n, suffix, n) == 0;
}

bool str_among(const char *word, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], word) == 0)
			return true;
	return false;
}

bool str_blank(const char *s)
{
	return !s || s[strspn(s, " \t\r\n\v\f")] == '\0';
}

enum { NEAREST_LEN = 64, NEAREST_DISTANCE = 3 };

/* Levenshtein, two names of at most NEAREST_LEN bytes; case costs nothing. */
static size_t edit_distance(const char *a, const char *b)
{
	size_t row[NEAREST_LEN + 1], la = strlen(a), lb = strlen(b);

	for (size_t j = 0; j <= lb; j++)
		row[j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t best = diagonal + (lower(a[i - 1]) != lower(b[j - 1]));

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[lb];
}

const char *str_nearest(const char *word, const char *const *names, size_t n)
{
	const char *nearest = NULL;
	size_t best = NEAREST_DISTANCE + 1, len = strlen(word);

	if (len > NEAREST_LEN)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		size_t d;

		if (strlen(names[i]) > NEAREST_LEN)
			continue;
		d = edit_distance(word, names[i]);
		if (d < best && d * 2 < len) {
			best = d;
			nearest = names[i];
		}
	}
	return nearest;
}

/* Bytes of the valid UTF-8 sequence at p (left bytes are there), 0 if there is none. */
static size_t sequence(const unsigned char *p, size_t left)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t n;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	n = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	/* The second byte tells overlong forms, surrogates and values past U+10FFFF. */
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	if (left < n || p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

size_t str_utf8_prefix(const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t at = 0;

	while (at < len) {
		uint64_t eight;
		size_t n;

		/*
		 * Nearly all text is ASCII; eight bytes a step keep this off the
		 * profile.
		 */
		while (len - at >= sizeof(eight)) {
			memcpy(&eight, p + at, sizeof(eight));
			if (eight & UINT64_C(0x8080808080808080))
				break;
			at += sizeof(eight);
		}
		if (at == len)
			break;
		n = sequence(p + at, len - at);
		if (n == 0)
			break;
		at += n;
	}
	return at;
}

bool str_utf8_valid(const char *s, size_t len)
{
	return str_utf8_prefix(s, len) == len;
}

size_t str_control(const char *p)
{
	unsigned char c = (unsigned char)p[0], next = c >= 0xc2 ? (unsigned char)p[1] : 0;
	unsigned char last = c >= 0xe0 && next ? (unsigned char)p[2] : 0;

	if ((c && c < 0x20) || c == 0x7f)
		return 1;
	if ((c == 0xc2 && next >= 0x80 && next < 0xa0) || (c == 0xd8 && next == 0x9c))
		return 2;              /* C1; U+061C */
	if (c == 0xe2 && next == 0x80) /* U+200B, U+200E, U+200F, U+2028 to U+202E */
		return last == 0x8b || last == 0x8e || last == 0x8f ||
				       (last >= 0xa8 && last <= 0xae)
			       ? 3
			       : 0;
	if (c == 0xe2 && next == 0x81) /* U+2060 to U+206F */
		return last >= 0xa0 && last <= 0xaf ? 3 : 0;
	return c == 0xef && next == 0xbb && last == 0xbf ? 3 : 0; /* U+FEFF */
}

unsigned str_code(const char *p, size_t n)
{
	const unsigned char *u = (const unsigned char *)p;

	if (n == 2)
		return (u[0] & 0x1fu) << 6 | (u[1] & 0x3fu);
	if (n == 3)
		return (u[0] & 0xfu) << 12 | (u[1] & 0x3fu) << 6 | (u[2] & 0x3fu);
	return u[0];
}

void str_clean(char *text, char with)
{
	char *to = text;

	for (const char *p = text; *p;) {
		size_t n = str_control(p);

		*to++ = n ? with : *p;
		p += n ? n : 1;
	}
	*to = '\0';
}

void str_cut(char *out, size_t size, const char *utf8, size_t max)
{
	static const char dots[] = "…";
	size_t len = utf8 ? strlen(utf8) : 0, at = 0, fits = 0, chars = 0;

	if (size == 0)
		return;
	/* `fits` trails `at`: the longest prefix after which the dots still have room. */
	while (at < len && chars < max) {
		size_t n = sequence((const unsigned char *)utf8 + at, len - at);

		n = n ? n : 1;
		if (at + n + 1 > size)
			break;
		at += n;
		chars++;
		if (at + sizeof(dots) <= size)
			fits = at;
	}
	if (at == len) {
		if (len)
			memcpy(out, utf8, len);
		out[len] = '\0';
		return;
	}
	memcpy(out, utf8, fits);
	out[fits] = '\0';
	if (fits + sizeof(dots) <= size)
		memcpy(out + fits, dots, sizeof(dots));
}
