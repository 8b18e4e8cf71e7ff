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
 * taken from a first line "sep=;" or from the header line, RFC 4180 quoting, CRLF or LF, line
 * breaks inside quoted cells. Blanks around a cell without quotes are cut, and a quote in it is a
 * character; in a cell that begins with a quote another one ends it or is doubled. The whole file is never in memory, but it is read through once before its first row
 * is handed out, so that what is wrong with the file is said of the file.
 */
struct csv_reader;

struct csv_row {
	size_t n;                /* cells in this row */
	const char *const *cell; /* never NULL; valid until the next read */
	int64_t line;            /* line of the file on which the row begins, from 1 */
};

/* How a CSV file is or is to be written. */
enum csv_encoding { CSV_UTF8, CSV_UTF8_BOM, CSV_WINDOWS_1252 };

/*
 * Reads the header row. E_LOCAL "no_file", "file_error"; "not_csv": a workbook, UTF-16; "bad_encoding":
 * not all of it is UTF-8; "wrapped_rows": a spreadsheet made each row one quoted cell; "stray_quote": a quote in a
 * cell that began with one neither ends it nor is doubled; "bad_csv": empty.
 */
MUST_CHECK enum errk csv_reader_open(const char *path, struct csv_reader **out, struct err *e);
/*
 * The same; what is not UTF-8 is read as the encoding that was declared for it. Bytes don't tell
 * Windows-1252 from its sisters, so it is never guessed.
 */
MUST_CHECK enum errk csv_reader_open_as(const char *path, enum csv_encoding declared,
					struct csv_reader **out, struct err *e);
/*
 * The header alone, to see what a file is: what stands below it is not looked at, and rows must not
 * be read.
 */
MUST_CHECK enum errk csv_reader_open_head(const char *path, struct csv_reader **out, struct err *e);
void csv_reader_close(struct csv_reader *r); /* takes NULL */
/* Back before the first row. E_LOCAL. */
MUST_CHECK enum errk csv_reader_rewind(struct csv_reader *r, struct err *e);
/* Cells trimmed; lives as long as r. */
const struct csv_row *csv_reader_header(const struct csv_reader *r);
char csv_reader_delimiter(const struct csv_reader *r);
/* The last row has no line end: its last cell may be cut. */
bool csv_reader_unended(const struct csv_reader *r);
/*
 * E_LOCAL "stray_quote": a cell in quotes holds what reads as the end of its row and the beginning of another. Quotes
 * that were forgotten, or not doubled, fit so by chance. Other programs may mean such a cell: it is no fault of CSV.
 */
MUST_CHECK enum errk csv_reader_apart(const struct csv_reader *r, struct err *e);
/*
 * The decimal signs that numbers of a column (0 = the first) can only have been written with: "12.5"
 * shows a point, "1.299" nothing.
 */
enum { CSV_SIGN_POINT = 1, CSV_SIGN_COMMA = 2 };
unsigned csv_reader_signs(const struct csv_reader *r, size_t column);
/*
 * The next row with a cell that is not empty; *more = false at the end. Rows may be
 * shorter or longer than the header. E_RECORD "bad_csv" with file:line. After a NUL in a
 * cell the next call goes on with the next row; an unclosed quote, a row over 16 MiB or a
 * read error (E_LOCAL) is said again by each later call.
 */
MUST_CHECK enum errk csv_reader_next(struct csv_reader *r, struct csv_row *row, bool *more,
				     struct err *e);

static inline void cleanup_csv_reader(struct csv_reader **p)
{
	csv_reader_close(*p);
}

/* The BOM itself is up to who begins the file. */
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
