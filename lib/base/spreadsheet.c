#include "base/spreadsheet.h"

#include <stdbool.h>
#include <string.h>

#include "base/str.h"

#include "base/banned.h"

static const char DIGITS[] = "0123456789";

static bool all_digits(const char *s)
{
	return s[0] && !s[strspn(s, DIGITS)];
}

/* "5.27763E+12": what is left of a long number in a narrow column. */
static bool is_scientific(const char *s)
{
	size_t n = strspn(s, DIGITS);

	if (n == 0)
		return false;
	s += n;
	if (*s == '.' || *s == ',')
		s += 1 + strspn(s + 1, DIGITS);
	return (*s == 'E' || *s == 'e') && (s[1] == '+' || s[1] == '-') && all_digits(s + 2);
}

/* "748927000018.0": a long number that went through a program which knows floating point only. */
static bool is_floating(const char *s)
{
	size_t n = strspn(s, DIGITS);

	return n >= 8 && s[n] == '.' && s[n + 1] && !s[n + 1 + strspn(s + n + 1, "0")];
}

bool spreadsheet_rounded(const char *text)
{
	enum {
		LONG = 12,  /* digits, which a column shows as 7.48927E+11 … */
		ZEROS = 6,  /* … so that these are left of it at least */
		EXACT = 15, /* digits that a spreadsheet keeps of any number … */
		BEHIND =
			2, /* … and what shows it behind them: one in a hundred ends so by itself */
	};
	size_t len = strlen(text), left = len;

	while (left > 0 && text[left - 1] == '0')
		left--;
	return left > 0 && all_digits(text) &&
	       ((len >= LONG && len - left >= ZEROS) || (len >= EXACT + BEHIND && left <= EXACT));
}

/* What a formula leaves that found nothing, and a column that is too narrow. */
static bool is_error(const char *s)
{
	static const char *const errors[] = {"#N/A",     "#NV",     "#REF!",    "#BEZUG!",
					     "#VALUE!",  "#WERT!",  "#VALEUR!", "#NAME?",
					     "#DIV/0!",  "#NULL!",  "#NUM!",    "#ZAHL!",
					     "#NOMBRE!", "#VALOR!", "#SPILL!",  NULL};

	for (const char *const *e = errors; *e; e++)
		if (str_equal_nocase(s, *e))
			return true;
	return s[0] && s[1] && !s[strspn(s, "#")];
}

/* Blanks, no-break spaces, the mark of byte order and what takes no room, as it is copied from web pages. */
const char *spreadsheet_trim(const char *s, struct arena *a)
{
	static const char *const blanks[] = {" ",
					     "\t",
					     "\r",
					     "\n",
					     "\xc2\xa0",
					     "\xef\xbb\xbf",
					     "\xc2\xad",
					     "\xe2\x80\x8b",
					     "\xe2\x80\x8c",
					     "\xe2\x80\x8d",
					     "\xe2\x80\x8e",
					     "\xe2\x80\x8f",
					     "\xe2\x80\xaf",
					     "\xe2\x81\xa0"};
	size_t len = strlen(s), n;

	for (bool more = true; more;) {
		more = false;
		for (size_t i = 0; i < sizeof(blanks) / sizeof(blanks[0]); i++) {
			n = strlen(blanks[i]);
			if (len >= n && memcmp(s, blanks[i], n) == 0) {
				s += n;
				len -= n;
				more = true;
			}
			if (len >= n && memcmp(s + len - n, blanks[i], n) == 0) {
				len -= n;
				more = true;
			}
		}
	}
	return len ? arena_strndup(a, s, len) : "";
}

/* ="0042", as programs write a text that a spreadsheet is to leave alone; NULL where it is more than that. */
static const char *formula_text(const char *id, struct arena *a)
{
	size_t len = strlen(id);

	if (len < 3 || !str_starts(id, "=\"") || strchr(id + 2, '"') != id + len - 1)
		return NULL;
	return spreadsheet_trim(arena_strndup(a, id + 2, len - 3), a);
}

const char *spreadsheet_identifier(const char *text, struct arena *a, const char **out)
{
	const char *id = spreadsheet_trim(text, a), *inside = formula_text(id, a);
	bool was_text = id[0] == '\'' && all_digits(id + 1);

	if (inside)
		id = inside;
	else
		id += was_text;
	was_text |= inside != NULL;
	*out = id;
	/* A quote that is missing, or one too many, puts the beginning of another row into the cell. */
	if (strpbrk(id, "\r\n"))
		return "holds a line break; look for a quote that is missing, or one too many";
	if (!inside && id[0] == '=' && strpbrk(id, "\"("))
		return "is a spreadsheet's formula; have its value written";
	if (!was_text && spreadsheet_rounded(id))
		return "ends in zeros as a longer number does that a spreadsheet rounded; use the "
		       "file as it was written, or format the column as text; if it is right, "
		       "write an apostrophe before it";
	if (is_scientific(id))
		return "was a number that a spreadsheet shortened; use the file as it was written, "
		       "or format the column as text";
	if (is_floating(id))
		return "was a number to which a program added decimals; format the column as text";
	return spreadsheet_error(id);
}

const char *spreadsheet_error(const char *text)
{
	return is_error(text) ? "is a spreadsheet's error" : NULL;
}
