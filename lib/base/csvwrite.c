#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/csvfile.h"

#include "base/banned.h"

static bool is_formula_start(const char *s)
{
	static const char *const wide[] = {"＝", "＋", "－", "＠"};

	if (s[0] && strchr("=+-@", s[0]))
		return true;
	for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
		if (str_starts(s, wide[i]))
			return true;
	return false;
}

/*
 * "x;=1+1": a spreadsheet that splits at another sign than ours would run it. Character by character: a sanitized strspn
 * measures all that follows, at each comma of a long text.
 */
static bool hides_formula(const char *cell)
{
	bool begins = false;

	for (; *cell; cell++) {
		if (begins && *cell != ' ' && is_formula_start(cell))
			return true;
		begins = *cell == ',' || *cell == ';' || *cell == '\t' || (begins && *cell == ' ');
	}
	return false;
}

static bool needs_quotes(const char *cell, char delimiter, bool only_cell)
{
	const char special[] = {delimiter, '"', '\r', '\n', '\0'};
	size_t len = strlen(cell);

	if (len == 0)
		return only_cell; /* an empty line would be no row to a reader */
	return strpbrk(cell, special) || strchr(" \t", cell[0]) || strchr(" \t", cell[len - 1]) ||
	       hides_formula(cell);
}

static void add_cell(struct str *row, const char *cell, char delimiter, bool only_cell)
{
	if (!needs_quotes(cell, delimiter, only_cell)) {
		str_add(row, cell);
		return;
	}
	str_addc(row, '"');
	for (const char *quote; (quote = strchr(cell, '"')); cell = quote + 1) {
		str_addn(row, cell, (size_t)(quote - cell));
		str_add(row, "\"\"");
	}
	str_add(row, cell);
	str_addc(row, '"');
}

static void cleanup_iconv(iconv_t *cd)
{
	if (*cd && (intptr_t)*cd != -1)
		iconv_close(*cd);
}

/*
 * Windows-1252 has one byte a character, so that a buffer of in's length always
 * suffices.
 */
static enum errk to_windows_1252(iconv_t cd, const char *text, struct str *out, size_t column,
				 struct err *e)
{
	size_t left = strlen(text), room;
	char *in = (char *)text, *to;

	str_clear(out);
	str_add(out, text);
	room = out->len;
	to = out->buf;
	if (iconv(cd, &in, &left, &to, &room) == (size_t)-1) {
		int n = 1;

		while ((in[n] & 0xc0) == 0x80)
			n++;
		return err_set(e, E_RECORD, "bad_encoding",
			       "column %zu: the character '%.*s' does not exist in Windows-1252",
			       column, n, in);
	}
	out->len = (size_t)(to - out->buf);
	out->buf[out->len] = '\0';
	return E_OK;
}

static enum errk add_row(struct str *row, const struct csv_format *f, iconv_t cd,
			 const char *const *cells, size_t n, struct err *e)
{
	CLEANUP(str) struct str converted;

	str_init(&converted, 0);
	for (size_t i = 0; i < n; i++) {
		const char *text = cells[i] ? cells[i] : "";
		enum errk k;

		if (!str_utf8_valid(text, strlen(text)))
			return err_set(e, E_RECORD, "bad_encoding",
				       "column %zu: the text is not UTF-8", i + 1);
		if (f->encoding == CSV_WINDOWS_1252) {
			k = to_windows_1252(cd, text, &converted, i + 1, e);
			if (k != E_OK)
				return k;
			text = converted.buf;
		}
		if (i > 0)
			str_addc(row, f->delimiter);
		add_cell(row, text, f->delimiter, n == 1);
	}
	str_add(row, f->line_end);
	return E_OK;
}

enum errk csv_write_row(struct str *out, const struct csv_format *f, const char *const *cells,
			size_t n, struct err *e)
{
	CLEANUP(iconv) iconv_t cd = NULL;
	size_t before = out->len;
	bool full = out->overflow;
	enum errk k;

	if (f->encoding == CSV_WINDOWS_1252) {
		cd = iconv_open("WINDOWS-1252", "UTF-8");
		if ((intptr_t)cd == -1)
			return err_set(e, E_LOCAL, "no_iconv",
				       "the C library can't convert to Windows-1252 (%s)",
				       strerror(errno));
	}
	k = add_row(out, f, cd, cells, n, e);
	if (k == E_OK && out->overflow)
		k = err_set(e, E_LOCAL, "file_too_large", "the file would pass %zu bytes",
			    out->max);
	if (k != E_OK) {
		out->len = before;
		out->buf[before] = '\0';
		out->overflow = full;
	}
	return k;
}

const char *csv_neutral(const char *text, struct arena *a)
{
	/* Spreadsheets skip blanks before an equals sign, so we look behind them. */
	if ((text[0] && strchr("\t\r\n", text[0])) ||
	    is_formula_start(text + strspn(text, " \t\r\n")))
		return arena_printf(a, "'%s", text);
	return text;
}
