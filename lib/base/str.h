#ifndef ERPSYNC_BASE_STR_H
#define ERPSYNC_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* A growing byte buffer, always NUL-terminated, with a stated maximum. */
struct str {
	char *buf; /* never NULL after str_init */
	size_t len, cap, max;
	bool overflow; /* an append passed max: it was cut, later ones are dropped */
};

void str_init(struct str *s, size_t max); /* max in bytes; 0 = 64 MiB */
void str_release(struct str *s);          /* safe on a released or zeroed one */
void str_clear(struct str *s);            /* length 0, keeps the memory */
void str_add(struct str *s, const char *text);
void str_addn(struct str *s, const char *bytes, size_t n);
void str_addc(struct str *s, char c);
void str_addf(struct str *s, const char *fmt, ...) PRINTF_LIKE(2, 3);
void str_addvf(struct str *s, const char *fmt, va_list args) PRINTF_LIKE(2, 0);

static inline void cleanup_str(struct str *s)
{
	str_release(s);
}

/* Small helpers on C strings. */
bool str_equal(const char *a, const char *b);        /* NULL equals only NULL */
bool str_equal_nocase(const char *a, const char *b); /* ASCII */
bool str_starts(const char *s, const char *prefix);
bool str_ends(const char *s, const char *suffix);
bool str_blank(const char *s); /* NULL, empty or white space only */
bool str_among(const char *word, const char *const *list, size_t n);
/*
 * The nearest of n names by edit distance (at most 3 and under half the length), or
 * NULL.
 */
const char *str_nearest(const char *word, const char *const *names, size_t n);
/*
 * A copy of at most max characters (not bytes) that fits size, never cut inside one; "…"
 * is appended if it was cut. NULL gives "". Secrets are taken out before: half of one can't be known.
 */
void str_ellipsis(char *out, size_t size, const char *utf8, size_t max);
/* The same of a text that holds no secret. */
void str_cut(char *out, size_t size, const char *utf8, size_t max);
/*
 * Bytes of the character at p if it could move a cursor, turn the direction of text round or hide:
 * C0, DEL, C1, line and paragraph separators, bidirectional controls, zero-width blanks (not the
 * joiners, which scripts and emoji need). Else 0.
 */
size_t str_control(const char *p);
unsigned str_code(const char *p, size_t n); /* the number of a valid character of n <= 3 bytes */
/* Each of them replaced by one character, in place. */
void str_clean(char *text, char with);
bool str_utf8_valid(const char *s, size_t len);
/* Bytes before the first that is not valid UTF-8; len if all are. */
size_t str_utf8_prefix(const char *s, size_t len);

#endif
