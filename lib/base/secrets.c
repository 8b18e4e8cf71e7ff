#include "base/secrets.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/die.h"
#include "base/str.h"

#include "base/banned.h"

enum {
	WORD_MIN = 4,     /* shorter secrets are no secrets */
	ANYWHERE_MIN = 8, /* from here on a shape is found inside of words */
	CUT_MIN = 12,     /* so much of one is hidden where a text is cut, in front or behind */
	TAIL_BITS = 1 << 16,
	NESTED_MAX = 16, /* times that a text is escaped; a server may send megabytes of "\" */
	PATTERNS = 5,    /* plain, hex, base64 after 0, 1, 2 bytes */
};

static const char MASK[] = "***";

/* One shape of a hidden text, in folded characters. */
struct pattern {
	char *text;
	size_t len;
	bool base64;   /* up to three characters behind it hold bits of it too, */
	size_t before; /* and so many in front */
};

struct hidden {
	struct entry {
		char *exact;
		bool word; /* only where it is no part of a longer word */
		struct pattern pattern[PATTERNS];
		size_t n;
	} * list;
	size_t n;
	bool begins[256]; /* a pattern, or an escape, may begin with this character */
	/* By hash of three characters: what is left of a secret without its front may begin so. */
	unsigned char *tails;
};

static struct hidden held;

/*
 * Case does not count, and base64url is base64. before: the byte in front, for the letters of
 * Western Europe, which are two bytes each.
 */
static char fold(char before, char c)
{
	unsigned char u = (unsigned char)c;

	if ((c >= 'A' && c <= 'Z') || ((unsigned char)before == 0xc3 && u >= 0x80 && u <= 0x9e))
		return (char)(u + 32);
	return c == '-' ? '+' : c == '_' ? '/' : c;
}

static void add_pattern(struct hidden *h, struct entry *s, const char *text, size_t len,
			const size_t *before)
{
	struct pattern *p = &s->pattern[s->n];

	*p = (struct pattern){.text = malloc(len),
			      .len = len,
			      .base64 = before != NULL,
			      .before = before ? *before : 0};
	if (!p->text)
		die(70, "out of memory");
	for (size_t i = 0; i < len; i++)
		p->text[i] = fold(i ? text[i - 1] : 0, text[i]);
	for (int c = 0; c < 256; c++)
		h->begins[c] = h->begins[c] || fold(0, (char)c) == p->text[0];
	s->n++;
}

static unsigned tail_bit(const char *folded)
{
	const unsigned char *c = (const unsigned char *)folded;

	return (c[0] * 2654435761u ^ c[1] * 40503u ^ c[2] * 2246822519u) >> 5 & (TAIL_BITS - 1);
}

static void add_tails(struct hidden *h, const struct entry *s)
{
	if (!h->tails)
		h->tails = calloc(TAIL_BITS / 8, 1);
	if (!h->tails)
		die(70, "out of memory");
	for (size_t i = 0; i < s->n; i++)
		for (size_t k = 1; k + CUT_MIN <= s->pattern[i].len; k++) {
			unsigned bit = tail_bit(s->pattern[i].text + k);

			h->tails[bit / 8] |= (unsigned char)(1u << bit % 8);
		}
}

static void add_hex(struct hidden *h, struct entry *s, const char *text, size_t len)
{
	struct str hex;

	str_init(&hex, 0);
	for (size_t i = 0; i < len; i++)
		str_addf(&hex, "%02x", (unsigned char)text[i]);
	add_pattern(h, s, hex.buf, hex.len, NULL);
	str_release(&hex);
}

/*
 * What base64 makes of the secret behind `k` other bytes: only the characters that hold nothing of
 * what stands before and behind it.
 */
static void add_base64(struct hidden *h, struct entry *s, const char *text, size_t len, size_t k)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t first = (8 * k + 5) / 6, end = 8 * (k + len) / 6, before = first - 8 * k / 6;
	struct str out;

	str_init(&out, 0);
	for (size_t i = first; i < end; i++) {
		size_t bit = 6 * i - 8 * k, at = bit / 8;
		unsigned two = (unsigned)(unsigned char)text[at] << 8;

		if (at + 1 < len)
			two |= (unsigned char)text[at + 1];
		str_addc(&out, digits[two >> (10 - bit % 8) & 63]);
	}
	if (out.len >= ANYWHERE_MIN)
		add_pattern(h, s, out.buf, out.len, &before);
	str_release(&out);
}

/* A new entry; NULL if it is there already. */
static struct entry *add_entry(struct hidden *h, const char *text, bool word)
{
	struct entry *list;

	for (size_t i = 0; i < h->n; i++)
		if (strcmp(h->list[i].exact, text) == 0)
			return NULL;
	list = realloc(h->list, (h->n + 1) * sizeof(*list));
	if (!list)
		die(70, "out of memory");
	h->list = list;
	list[h->n] = (struct entry){.exact = strdup(text), .word = word};
	if (!list[h->n].exact)
		die(70, "out of memory");
	h->begins[(unsigned char)*text] = true;
	h->begins['%'] = h->begins['\\'] = h->begins['&'] = h->begins['+'] = true;
	return &list[h->n++];
}

void secrets_add(const char *text)
{
	size_t len = text ? strlen(text) : 0;
	struct entry *s = len < WORD_MIN ? NULL : add_entry(&held, text, len < ANYWHERE_MIN);

	if (!s)
		return;
	if (len >= ANYWHERE_MIN) {
		add_pattern(&held, s, text, len, NULL);
		add_hex(&held, s, text, len);
	}
	for (size_t k = 0; k < 3; k++)
		add_base64(&held, s, text, len, k);
	if (!s->word)
		add_tails(&held, s);
}

struct hidden *hidden_new(void)
{
	struct hidden *h = calloc(1, sizeof(*h));

	if (!h)
		die(70, "out of memory");
	return h;
}

void hidden_add(struct hidden *h, const char *text)
{
	struct entry *s = *text ? add_entry(h, text, true) : NULL;

	if (s)
		add_pattern(h, s, text, strlen(text), NULL);
}

static void wipe(char *text, size_t len)
{
	explicit_bzero(text, len);
	free(text);
}

static void forget(struct hidden *h)
{
	for (size_t i = 0; i < h->n; i++) {
		struct entry *s = &h->list[i];

		for (size_t k = 0; k < s->n; k++)
			wipe(s->pattern[k].text, s->pattern[k].len);
		wipe(s->exact, strlen(s->exact));
	}
	free(h->list);
	if (h->tails)
		wipe((char *)h->tails, TAIL_BITS / 8);
	memset(h, 0, sizeof(*h));
}

void secrets_forget(void)
{
	forget(&held);
}

void hidden_free(struct hidden *h)
{
	if (h)
		forget(h);
	free(h);
}

/* The value of n hex digits at p, or -1. */
static long hex_at(const char *p, int n)
{
	long value = 0;

	for (int i = 0; i < n; i++) {
		if (!isxdigit((unsigned char)p[i]))
			return -1;
		value = value * 16 + (p[i] <= '9' ? p[i] - '0' : (p[i] | 32) - 'a' + 10);
	}
	return value;
}

/* A character as UTF-8; escapes of surrogates stay unread. */
static size_t utf8(long c, char out[4])
{
	if (c < 0 || c > 0xffff || (c >= 0xd800 && c < 0xe000))
		return 0;
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	out[0] = (char)(0xe0 | c >> 12);
	out[1] = (char)(0x80 | (c >> 6 & 0x3f));
	out[2] = (char)(0x80 | (c & 0x3f));
	return 3;
}

/* "%2F", "%252F": encoded as often as you like; "%25" alone may be what is wanted. */
static size_t percent_at(const char *p, char wanted, char out[4], size_t *n)
{
	const char *at = p + 1, *most = at + 2 * NESTED_MAX;
	long c;

	while (wanted != '%' && at < most && strncmp(at, "25", 2) == 0 && hex_at(at + 2, 2) >= 0)
		at += 2;
	c = hex_at(at, 2);
	if (c < 0)
		return 0;
	out[0] = (char)c;
	*n = 1;
	return (size_t)(at + 2 - p);
}

/* \u0041, \x41, \/ and \": behind as many backslashes as make sense. */
static size_t backslash_at(const char *p, char wanted, char out[4], size_t *n)
{
	size_t run = 1;
	char c;

	while (run < NESTED_MAX && p[run] == '\\')
		run++;
	c = p[run];
	if (c == 'u')
		*n = utf8(hex_at(p + run + 1, 4), out);
	else if (c == 'x')
		*n = utf8(hex_at(p + run + 1, 2), out);
	if (c == 'x' && *n) { /* a byte, not a character */
		out[0] = (char)hex_at(p + run + 1, 2);
		*n = 1;
	}
	if (*n)
		return run + (c == 'u' ? 5 : 3);
	if (wanted != '\\' && c && strchr("/\"'", c)) {
		out[0] = c;
		*n = 1;
		return run + 1;
	}
	if (run >= 2) {
		out[0] = '\\';
		*n = 1;
		return 2;
	}
	return 0;
}

static size_t entity_at(const char *p, char out[4], size_t *n)
{
	static const struct {
		const char *name;
		char c;
	} names[] = {{"&amp;", '&'},  {"&lt;", '<'},    {"&gt;", '>'},
		     {"&quot;", '"'}, {"&apos;", '\''}, {NULL, 0}};
	bool hex = strncasecmp(p, "&#x", 3) == 0;
	char *end;
	long c;

	for (size_t i = 0; names[i].name; i++)
		if (str_starts(p, names[i].name)) {
			out[0] = names[i].c;
			*n = 1;
			return strlen(names[i].name);
		}
	if (p[1] != '#' || !isxdigit((unsigned char)p[2 + hex]))
		return 0;
	c = strtol(p + 2 + hex, &end, hex ? 16 : 10);
	*n = *end == ';' ? utf8(c, out) : 0;
	return *n ? (size_t)(end + 1 - p) : 0;
}

/* What is written at p by an escape, and the escape's length; 0: there is none. */
static size_t escape_at(const char *p, char wanted, char out[4], size_t *n)
{
	*n = 0;
	switch (*p) {
	case '%':
		return percent_at(p, wanted, out, n);
	case '\\':
		return backslash_at(p, wanted, out, n);
	case '&':
		return entity_at(p, out, n);
	case '+':
		out[0] = ' ';
		*n = 1;
		return 1;
	default:
		return 0;
	}
}

static bool folds_to(char before, const char *bytes, size_t n, const char *wanted, size_t left)
{
	if (n == 0 || n > left)
		return false;
	for (size_t i = 0; i < n; i++)
		if (fold(i ? bytes[i - 1] : before, bytes[i]) != wanted[i])
			return false;
	return true;
}

/* A cut text ends there, or goes on with a sign: "…", a quote, a bracket. */
static bool is_cut(const char *p)
{
	return !isalnum((unsigned char)*p);
}

/* One blank, dash or line break, however it is written; 0: none. */
static size_t blank_at(const char *p, bool escapes)
{
	if (isalnum((unsigned char)*p))
		return 0; /* mostly */
	if (isspace((unsigned char)*p) || *p == '-')
		return 1;
	if (str_starts(p, "\xc2\xa0")) /* a blank that does not break */
		return 2;
	if (str_starts(p, "\xe2\x80\x90") || str_starts(p, "\xe2\x80\x91") ||
	    str_starts(p, "\xe2\x80\x93")) /* hyphens and a dash */
		return 3;
	if (escapes && p[0] == '\\' && p[1] && strchr("rnt", p[1]))
		return 2;
	if (escapes && p[0] == '%' && p[1] == '0' && p[2] && strchr("9aAdD", p[2]))
		return 3;
	return 0;
}

/*
 * What mail and terminals put into a long word: a line break and the blanks of the next line, behind the "="
 * of quoted-printable; and what people and forms put between groups. The length; 0: there is none.
 */
static size_t break_at(const char *p, bool escapes, char wanted)
{
	enum { MOST = 8 };
	size_t first = *p == '=', at = first, took;

	/* A blank or dash that is wanted is the secret's own. */
	for (int i = 0; i < MOST && fold(0, p[at]) != wanted && (took = blank_at(p + at, escapes));
	     i++)
		at += took;
	return at > first ? at : 0;
}

/* How much of the text at p is what comes next of the pattern: bytes, n of them; 0: it is something else. */
static size_t next_at(const struct pattern *pat, size_t done, const char *p, bool escapes,
		      char before, char bytes[4], size_t *n)
{
	size_t took = escapes ? escape_at(p, pat->text[done], bytes, n) : 0;

	if (took && folds_to(before, bytes, *n, pat->text + done, pat->len - done))
		return took;
	bytes[0] = *p;
	*n = 1;
	return fold(before, *p) == pat->text[done];
}

/* How much of the text at p is the pattern; 0: it is not. loose: it may be cut, or broken by line ends. */
static size_t pattern_at(const struct pattern *pat, const char *p, bool escapes, bool loose)
{
	/* end: behind the last character that is the pattern's; cut: where it may end, if it does not go on */
	size_t at = 0, done = 0, end = 0, cut = 0;
	char before = 0;

	while (done < pat->len && p[at]) {
		char bytes[4];
		size_t n = 0, took = next_at(pat, done, p + at, escapes, before, bytes, &n);

		if (took) {
			before = bytes[n - 1];
			at += took;
			end = at;
			done += n;
			continue;
		}
		took = loose && done && at == end ? break_at(p + at, escapes, pat->text[done]) : 0;
		if (!took)
			break;
		at += took;
		cut = done >= CUT_MIN ? end : 0;
	}
	if (done == pat->len || (loose && done >= CUT_MIN && is_cut(p + end)))
		return end;
	return cut;
}

/* Letters and digits; of what is not ASCII all but the signs of Latin 1 and U+2000 to U+207F. */
static bool is_word(const char *p)
{
	unsigned char c = (unsigned char)p[0], next = c ? (unsigned char)p[1] : 0;

	if (c < 0x80)
		return isalnum(c) || c == '_';
	return c != 0xc2 && !(c == 0xe2 && (next == 0x80 || next == 0x81));
}

/* "%22", "\u00ab" or "\n" ends at p: what stands behind it begins anew. */
static bool ends_escape(const char *start, const char *p)
{
	size_t n = (size_t)(p - start);

	return (n >= 2 && p[-2] == '\\') || (n >= 3 && p[-3] == '%' && hex_at(p - 2, 2) >= 0) ||
	       (n >= 6 && p[-6] == '\\' && p[-5] == 'u' && hex_at(p - 4, 4) >= 0);
}

static bool begins_word(const char *start, const char *p)
{
	const char *last = p;

	if (p == start || ends_escape(start, p))
		return true;
	do
		last--;
	while (last > start && p - last < 4 && (*last & 0xc0) == 0x80);
	return !is_word(last);
}

/* How much of the text at p is this entry. A short secret: this very word. */
static size_t entry_at(const struct entry *s, const char *start, const char *p,
		       const struct pattern **as)
{
	bool escape = *p == '%' || *p == '\\' || *p == '&' || *p == '+';
	char first = fold(0, *p);
	size_t longest = 0, len;

	if (s->word && !begins_word(start, p))
		return 0;
	len = s->word ? strlen(s->exact) : 0;
	if (s->word && strncmp(p, s->exact, len) == 0 && !is_word(p + len))
		longest = len;
	for (size_t k = 0; k < s->n * 2; k++) {
		const struct pattern *pat = &s->pattern[k / 2];

		if (!escape && first != *pat->text)
			continue;
		len = pattern_at(pat, p, k % 2 == 1, !s->word);
		if (len <= longest || (s->word && is_word(p + len)))
			continue;
		longest = len;
		*as = pat;
	}
	return longest;
}

/* The longest part of the text at p that is to be hidden, and the shape it has. */
static size_t hidden_at(const struct hidden *h, const char *start, const char *p,
			const struct pattern **as)
{
	size_t longest = 0;

	for (size_t i = 0; i < h->n; i++) {
		const struct pattern *shape = NULL;
		size_t len = entry_at(&h->list[i], start, p, &shape);

		if (len <= longest)
			continue;
		longest = len;
		*as = shape;
	}
	return longest;
}

/* Nothing stands in front, or a sign, or what hides the rest: "…", "***", "xxxx". */
static bool begins_anew(const char *start, const char *p)
{
	if (p == start || !isalnum((unsigned char)p[-1]) || ends_escape(start, p))
		return true;
	return p - start >= 2 && (p[-1] | 32) == 'x' && p[-2] == p[-1];
}

/* Does what is written at p, escapes read, begin as the rest of a secret may? first: its first character. */
static bool may_be_tail(const struct hidden *h, const char *start, const char *p, char *first)
{
	char folded[3], out[4], before = 0;
	unsigned bit;

	if (!h->tails || !begins_anew(start, p))
		return false;
	for (int i = 0; i < 3; i++) {
		size_t n = 0, took = *p == '+' ? 0 : escape_at(p, 0, out, &n);

		if (!*p)
			return false;
		if (!took || n != 1)
			out[0] = *p;
		p += took && n == 1 ? took : 1;
		folded[i] = fold(before, out[0]);
		before = out[0];
	}
	*first = folded[0];
	bit = tail_bit(folded);
	return h->tails[bit / 8] >> bit % 8 & 1;
}

/* An end of a secret that is made of plain words is hidden only where something says that it is one. */
static bool tells(const char *start, const char *p, size_t len)
{
	int changes = 0;

	if (p > start && ((p[-1] & 0x80) || strchr("*.xX", p[-1])))
		return true;
	for (size_t i = 0; i < len; i++) {
		if (isdigit((unsigned char)p[i]))
			return true;
		changes += i && islower((unsigned char)p[i - 1]) && isupper((unsigned char)p[i]);
	}
	return changes >= 2;
}

/* How much of the text at p is a secret without its front, to its end or as far as it goes. */
static size_t tail_at(const struct hidden *h, const char *start, const char *p, char first,
		      const struct pattern **as)
{
	size_t longest = 0;

	for (size_t i = 0; i < h->n * PATTERNS; i++) {
		const struct entry *s = &h->list[i / PATTERNS];
		const struct pattern *pat = &s->pattern[i % PATTERNS];

		for (size_t k = 1; !s->word && i % PATTERNS < s->n && k + CUT_MIN <= pat->len;
		     k++) {
			const struct pattern rest = {.text = pat->text + k, .len = pat->len - k};

			if (first != *rest.text)
				continue;
			for (int escapes = 0; escapes < 2; escapes++) {
				size_t len = pattern_at(&rest, p, escapes, true);

				if (len <= longest || !(pat->base64 || is_cut(p + len)) ||
				    !tells(start, p, len))
					continue;
				longest = len;
				*as = pat;
			}
		}
	}
	return longest;
}

static bool is_base64(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("+/-_=", c));
}

/* Steps back over what stands before a secret and belongs to its encoding. */
static char *step_back(char *start, char *to, size_t before)
{
	size_t run = 0;

	while (before-- > 0 && to > start && is_base64(to[-1]))
		to--;
	/* Of "\x" the x went: a backslash alone would escape the mask. */
	while (run < (size_t)(to - start) && to[-1 - (long)run] == '\\')
		run++;
	return run % 2 ? to - 1 : to;
}

void hidden_hide(const struct hidden *h, char *text)
{
	const char *p = text;
	char *to = text, *copy, first;

	while (*p && !h->begins[(unsigned char)*p] && !may_be_tail(h, text, p, &first))
		p++;
	if (!*p)
		return;
	copy = strdup(text); /* what is compared must not change meanwhile */
	if (!copy)
		die(70, "out of memory");
	for (p = copy; *p;) {
		const struct pattern *as = NULL;
		size_t len = h->begins[(unsigned char)*p] ? hidden_at(h, copy, p, &as) : 0;
		size_t before = as ? as->before : 0;

		/* Of a secret that repeats itself the front may stand there too, but shorter. */
		if (may_be_tail(h, copy, p, &first)) {
			const struct pattern *of = NULL;
			size_t rest = tail_at(h, copy, p, first, &of);

			if (rest > len) {
				len = rest;
				as = of;
				before = 0;
			}
		}
		if (len < sizeof(MASK) - 1) {
			*to++ = *p++;
			continue;
		}
		p += len;
		to = step_back(text, to, before);
		for (int i = 0; as && as->base64 && i < 3 && is_base64(*p); i++)
			p++;
		memcpy(to, MASK, sizeof(MASK) - 1);
		to += sizeof(MASK) - 1;
	}
	*to = '\0';
	wipe(copy, strlen(copy));
}

void secrets_hide(char *text)
{
	hidden_hide(&held, text);
}
