#include "files/guard.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/spreadsheet.h"
#include "base/str.h"

#include "base/banned.h"

static const char DIGITS[] = "0123456789";

const char *guard_identifier(const char *text, struct arena *a, const char **out)
{
	return spreadsheet_identifier(text, a, out);
}

const char *guard_order_name(const char *text, struct arena *a, const char **out)
{
	const char *why = guard_identifier(text, a, out);

	if ((*out)[0] == '\'' && (*out)[1])
		*out += 1;
	return why;
}

const char *guard_text(const char *text)
{
	return spreadsheet_error(text);
}

struct guard_numbers guard_numbers(const struct csv_reader *r, const int *at, size_t n)
{
	struct guard_numbers how = {.comma = csv_reader_delimiter(r) == ';'};

	for (size_t i = 0; i < n; i++)
		if (at[i] >= 0)
			how.signs |= csv_reader_signs(r, (size_t)at[i]);
	return how;
}

static const char NO_NUMBER[] = "is no number such as 12 or 12.50";
static const char THOUSANDS[] = "has a thousands sign; write it without one";
static const char COMMA[] = "has a decimal comma, which only a file with ';' between its cells may "
			    "have; write a point";
static const char TWO_WAYS[] = "has a thousands sign or three decimals, and the file does not show "
			       "which; write it without the sign, or with one 0 more behind it";

static const char NO_DECIMALS[] =
	"has a thousands sign, or decimals that its currency does not have; "
	"write it without the sign, or without decimals";
static const char TOO_LONG[] =
	"has more digits than can be kept; have it rounded where the file is "
	"written";

/* The length of the sign between groups of digits that begins here; 0 = none does. */
static size_t group_sign(const char *s)
{
	static const char *const signs[] = {",",           ".",        " ",
					    "'",           "\xc2\xa0", "\xe2\x80\xaf",
					    "\xe2\x80\x99"};

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (str_starts(s, signs[i]))
			return strlen(signs[i]);
	return 0;
}

/* "1.299,00", "1,299", "1 299.5", "1'299": digits in groups of three, decimals behind another sign. */
static bool is_grouped(const char *s)
{
	size_t first, sign, groups = 0;
	const char *between;

	s += *s == '-' || *s == '+';
	first = strspn(s, DIGITS);
	s += first;
	between = s;
	sign = group_sign(s);
	while (sign && strncmp(s, between, sign) == 0 && strspn(s + sign, DIGITS) == 3) {
		s += sign + 3;
		groups++;
	}
	if (first < 1 || first > 3 || groups == 0)
		return false;
	if ((*s == '.' || *s == ',') && *s != *between)
		s += 1 + strspn(s + 1, DIGITS);
	return !*s;
}

/* "18.119999999999997", "99999999999999999999": a number as it should be, but for its length. */
static bool is_long(const char *s, struct guard_numbers how)
{
	s += *s == '-' || *s == '+';
	if (!strspn(s, DIGITS))
		return false;
	s += strspn(s, DIGITS);
	if (*s == '.' || (*s == ',' && how.comma))
		s += 1 + strspn(s + 1, DIGITS);
	return !*s;
}

/* Why a text that makes no decimal makes none. */
static const char *no_number(const char *text, struct guard_numbers how)
{
	if (is_grouped(text))
		return THOUSANDS;
	return is_long(text, how) ? TOO_LONG : NO_NUMBER;
}

const char *guard_number(const char *text, struct guard_numbers how, struct decimal *out)
{
	const char *digits = text + (*text == '-' || *text == '+');
	size_t whole = strspn(digits, DIGITS), part;
	char sign = digits[whole], point[DECIMAL_TEXT_MAX];
	unsigned shown;

	if (strlen(text) >= sizeof(point))
		return no_number(text, how);
	memcpy(point, text, strlen(text) + 1);
	if (sign == ',' && how.comma)
		point[digits + whole - text] = '.';
	part = sign ? strlen(digits + whole + 1) : 0;
	if (decimal_parse(point, out, NULL) != E_OK) {
		/* Without its sign "21,50" would be 2150. */
		if (sign == ',' && !how.comma && part != 3 && whole &&
		    !digits[whole + 1 + strspn(digits + whole + 1, DIGITS)])
			return COMMA;
		return no_number(text, how);
	}
	if (part != 3 || whole < 1 || whole > 3 || digits[0] == '0')
		return NULL;
	if (how.whole)
		return NO_DECIMALS;
	shown = sign == ',' ? CSV_SIGN_COMMA : CSV_SIGN_POINT;
	if (how.signs == shown)
		return NULL;
	return how.signs && !(how.signs & shown) ? THOUSANDS : TWO_WAYS;
}

struct guard_numbers guard_money(struct guard_numbers how, const char *currency)
{
	how.whole = currency && currency_exponent(currency) == 0;
	if (!how.signs && currency && currency_exponent(currency) == 3)
		how.signs = how.comma ? CSV_SIGN_COMMA : CSV_SIGN_POINT;
	return how;
}

const char *guard_amount(const char *text, struct guard_numbers how, const char *currency,
			 struct decimal *out)
{
	const char *why = guard_number(text, guard_money(how, currency), out);
	int most = currency_exponent(currency ? currency : "");

	if (!why && decimal_cmp(decimal_round(*out, most), *out) != 0)
		return "has more decimals than its currency";
	return why;
}

/* Spreadsheets write TRUE in the language of whoever saves the file: en, de, fr, es, it, nl, pt, pl. */
static const struct {
	const char *word;
	bool yes;
} flags[] = {
	{"true", true},
	{"false", false},
	{"yes", true},
	{"no", false},
	{"1", true},
	{"0", false},
	{"y", true},
	{"n", false},
	{"wahr", true},
	{"falsch", false},
	{"ja", true},
	{"nein", false},
	{"vrai", true},
	{"faux", false},
	{"oui", true},
	{"non", false},
	{"verdadero", true},
	{"falso", false},
	{"si", true},
	{"s\xc3\xad", true},
	{"S\xc3\x8d", true},
	{"vero", true},
	{"s\xc3\xac", true},
	{"S\xc3\x8c", true},
	{"waar", true},
	{"onwaar", false},
	{"nee", false},
	{"verdadeiro", true},
	{"sim", true},
	{"n\xc3\xa3o", false},
	{"N\xc3\x83O", false},
	{"prawda", true},
	{"fa\xc5\x82sz", false},
	{"FA\xc5\x81SZ", false},
	{"tak", true},
	{"nie", false},
};

const char *guard_flag(const char *text, bool *out)
{
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (str_equal_nocase(text, flags[i].word)) {
			*out = flags[i].yes;
			return NULL;
		}
	return "is not yes or no";
}

bool guard_this_century(int64_t t)
{
	static const int64_t first = INT64_C(946684800), end = INT64_C(4102444800);

	return t >= first && t < end;
}

const char *guard_currency(const char *text, struct arena *a, const char **out)
{
	char *code = arena_strdup(a, text);

	*out = code;
	for (char *p = code; *p; p++)
		*p = (char)toupper((unsigned char)*p);
	return strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3 && !code[3]
		       ? NULL
		       : "is no ISO 4217 code such as EUR";
}

static bool is_word(const char *text, const char *word)
{
	for (; *text && *word; text++, word++)
		if ((*text == ' ' ? '_' : tolower((unsigned char)*text)) != *word)
			return false;
	return !*text && !*word;
}

const char *guard_word(const char *text, const char *const *words, struct arena *a)
{
	const char *all = "";

	for (size_t i = 0; words[i]; i++) {
		if (is_word(text, words[i]))
			return NULL;
		all = arena_printf(a, "%s%s%s", all, i ? ", " : "", words[i]);
	}
	return arena_printf(a,
			    "is none of the shop's words (%s); use the file as an admin in English "
			    "exports it",
			    all);
}

const char *guard_time(const char *text, int64_t *out)
{
	/* A day alone could be any zone's. */
	if (!strchr(text, ':') || clock_parse(text, out, NULL) != E_OK)
		return "is not a time such as 2026-10-07 09:50:26 +0200";
	return guard_this_century(*out) ? NULL : "is no time of this century";
}

enum errk guard_column(const struct csv_row *header, const char *const *names, const char *file,
		       int *at, struct err *e)
{
	*at = column_find(header, names);
	for (size_t i = *at < 0 ? header->n : (size_t)*at + 1; i < header->n; i++)
		for (const char *const *name = names; *name; name++)
			if (column_is(header->cell[i], *name))
				return err_set(
					e, E_LOCAL, "bad_header",
					"%s: columns %d and %zu ('%.40s' and '%.40s') are the "
					"same; leave one of them",
					file, *at + 1, i + 1, header->cell[*at], header->cell[i]);
	return E_OK;
}

enum errk guard_columns(const struct csv_row *header, const struct column_names *names,
			const char *file, int *at, struct err *e)
{
	enum errk k = E_OK;

	for (int c = 0; c < names->n && k == E_OK; c++)
		k = guard_column(header, names->of(c), file, &at[c], e);
	return k;
}

const char *guard_shown(const char *text, char out[64])
{
	size_t len = strlen(text);
	bool figures = !text[strspn(text, "0123456789.,:+-/%'eETZ ")];
	bool word = !text[strcspn(text, " @\n\r\t")];
	char head[16];

	if (len <= (figures ? 40 : 16) && (figures || word)) {
		snprintf(out, 64, "%s", text);
		return out;
	}
	str_ellipsis(head, sizeof(head), text, 2);
	snprintf(out, 64, "%s (%zu bytes)", head, len);
	return out;
}

bool guard_is_name(const char *text)
{
	return text[0] && strlen(text) <= 64 && !text[strcspn(text, "@\"\n\r\t")];
}

enum csv_encoding guard_encoding(const struct conf *c, const char *section)
{
	return str_equal(conf_text(c, section, "read_encoding"), "windows-1252") ? CSV_WINDOWS_1252
										 : CSV_UTF8;
}

enum errk guard_open(const char *path, enum csv_encoding declared, struct csv_reader **out,
		     struct err *e)
{
	enum errk k = csv_reader_open_as(path, declared, out, e);

	if (k == E_LOCAL && declared == CSV_UTF8 && str_equal(e->code, "bad_encoding"))
		err_append(e, ", or, if it is Windows-1252, set read_encoding = windows-1252");
	return k == E_OK ? csv_reader_apart(*out, e) : k;
}
