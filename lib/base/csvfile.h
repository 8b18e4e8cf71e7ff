#ifndef ERPSYNC_BASE_CSVFILE_H
#define ERPSYNC_BASE_CSVFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/*
 * Reading CSV row by row over libcsv: UTF-8 with or without BOM, delimiter "," ";" or tab
 * taken from the header line, RFC 4180 quoting, CRLF or LF, line breaks inside quoted
 * cells. Blanks around a cell without quotes are cut; a stray quote is a character. The
 * whole file is never in memory.
 */
struct csv_reader;

struct csv_row {
	size_t n;                /* cells in this row */
	const char *const *cell; /* never NULL; valid until the next read */
	int64_t line;            /* line of the file on which the row begins, from 1 */
};

/* Reads the header row. E_LOCAL if the file can't be read, is empty or not UTF-8. */
MUST_CHECK enum errk csv_reader_open(const char *path, struct csv_reader **out, struct err *e);
void csv_reader_close(struct csv_reader *r); /* takes NULL */
/* Cells trimmed; lives as long as r. */
const struct csv_row *csv_reader_header(const struct csv_reader *r);
char csv_reader_delimiter(const struct csv_reader *r);
/*
 * The next row with a cell that is not empty; *more = false at the end. Rows may be
 * shorter or longer than the header. E_RECORD "bad_csv" with file:line. After invalid
 * UTF-8 or a NUL in a cell the next call goes on with the next row; an unclosed quote, a
 * row over 16 MiB or a read error (E_LOCAL) is said again by each later call.
 */
MUST_CHECK enum errk csv_reader_next(struct csv_reader *r, struct csv_row *row, bool *more,
				     struct err *e);

static inline void cleanup_csv_reader(struct csv_reader **p)
{
	csv_reader_close(*p);
}

/* How a CSV file is to be written. The BOM itself is up to who begins the file. */
enum csv_encoding { CSV_UTF8, CSV_UTF8_BOM, CSV_WINDOWS_1252 };
struct csv_format {
	char delimiter; /* ',' ';' or '\t' */
	enum csv_encoding encoding;
	const char *line_end; /* "\r\n" or "\n" */
};

/*
 * Appends one row: cells (NULL = empty) quoted where needed, converted to the encoding. A
 * character that Windows-1252 doesn't have is E_RECORD "bad_encoding" naming the column,
 * counted from 1; out is left as it was then.
 */
MUST_CHECK enum errk csv_write_row(struct str *out, const struct csv_format *f,
				   const char *const *cells, size_t n, struct err *e);

/*
 * Text that a spreadsheet would run as a formula gets an apostrophe in front (OWASP, "CSV
 * Injection"): a first character, blanks aside, of = + - @ tab CR LF or the full-width ＝ ＋ － ＠.
 */
const char *csv_neutral(const char *text, struct arena *a);

#endif
