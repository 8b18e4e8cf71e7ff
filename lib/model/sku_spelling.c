#include "model/sku_spelling.h"

#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/shell_word.h"
#include "base/str.h"

#include "base/banned.h"

/* What people do not see or take for another. */
enum blur {
	BLUR_CASE = 1u << 0,
	BLUR_BLANKS = 1u << 1,
	BLUR_ZEROS = 1u << 2,
	BLUR_LETTER_O = 1u << 3,
	BLUR_DASHES = 1u << 4,
	BLUR_ALL = (1u << 5) - 1,
};
static const char *const blur_names[] = {"case", "blanks", "leading zeros", "the letter O and zero",
					 "dashes"};

static const uint64_t FNV = UINT64_C(14695981039346656037), FNV_PRIME = UINT64_C(1099511628211);

/* The next character of valid UTF-8; a byte that is none stands for itself. */
static uint32_t next(const char **s)
{
	const unsigned char *p = (const unsigned char *)*s;
	size_t more = p[0] < 0xc0 ? 0 : p[0] < 0xe0 ? 1 : p[0] < 0xf0 ? 2 : 3;
	uint32_t c = more ? p[0] & (0x3fu >> more) : p[0];

	for (size_t i = 1; i <= more; i++) {
		if ((p[i] & 0xc0) != 0x80) {
			more = 0;
			c = p[0];
			break;
		}
		c = c << 6 | (p[i] & 0x3fu);
	}
	*s += more + 1;
	return c;
}

/* Blanks, and what takes no room at all. */
static bool is_blank(uint32_t c)
{
	return c <= ' ' || c == 0xa0 || c == 0xad || c == 0x1680 || (c >= 0x2000 && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202f) || (c >= 0x205f && c <= 0x2064) || c == 0x3000 ||
	       c == 0xfeff;
}

static bool is_dash(uint32_t c)
{
	return (c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0xfe58 || c == 0xfe63 ||
	       c == 0xff0d;
}

/* Latin, Greek and Cyrillic: what SKUs are made of. */
static uint32_t lower(uint32_t c)
{
	if ((c >= 'A' && c <= 'Z') || (c >= 0xc0 && c <= 0xde && c != 0xd7) ||
	    (c >= 0x391 && c <= 0x3a9) || (c >= 0x410 && c <= 0x42f))
		return c + 32;
	return c >= 0x400 && c <= 0x40f ? c + 80 : c;
}

/* The hash of a SKU with these differences smoothed out; 0: nothing is left of it. */
static uint64_t hash_of(const char *sku, unsigned blur)
{
	uint64_t h = FNV;
	bool begun = false, zero = false;

	while (*sku) {
		uint32_t c = next(&sku);

		if (blur & BLUR_BLANKS && is_blank(c))
			continue;
		if (blur & BLUR_DASHES && is_dash(c))
			c = '-';
		if (blur & BLUR_LETTER_O && (c == 'O' || c == 'o'))
			c = '0';
		if (blur & BLUR_CASE)
			c = lower(c);
		if (blur & BLUR_ZEROS && !begun && c == '0') {
			zero = true;
			continue;
		}
		begun = true;
		h = (h ^ c) * FNV_PRIME;
	}
	if (!begun && zero)
		h = (h ^ '0') * FNV_PRIME;
	return begun || zero ? h : 0;
}

uint64_t sku_spelling_hash(const char *sku)
{
	return hash_of(sku, BLUR_ALL);
}

uint64_t sku_text_hash(const char *text)
{
	return hash_of(text, 0);
}

const char *sku_difference(const char *a, const char *b, struct arena *mem)
{
	const char *list = "";

	/* A difference is there if they are not the same without smoothing it. */
	for (unsigned i = 0; i < sizeof(blur_names) / sizeof(*blur_names); i++) {
		unsigned rest = BLUR_ALL & ~(1u << i);

		if (hash_of(a, rest) != hash_of(b, rest))
			list = arena_printf(mem, "%s%s%s", list, *list ? ", " : "", blur_names[i]);
	}
	return *list ? list : "spelling";
}

const char *sku_plain(const char *sku, struct arena *a)
{
	CLEANUP(str) struct str out = {0};

	str_init(&out, 0);
	while (*sku) {
		const char *at = sku;
		uint32_t c = next(&sku);

		if (is_dash(c))
			str_addc(&out, '-');
		else if (c == 0xa0 || c == ' ')
			str_addc(&out, ' ');
		else if (!is_blank(c))
			str_addn(&out, at, (size_t)(sku - at));
	}
	return arena_strdup(a, out.buf);
}

const char *sku_retry(const char *label, const char *code, struct arena *a)
{
	return strcmp(sku_plain(label, a), label) == 0
		       ? arena_printf(a, "erpsync queue retry %s", shell_word(label, a))
		       : arena_printf(a, "erpsync queue retry --code %s", code);
}
