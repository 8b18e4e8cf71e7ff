#ifndef ERPSYNC_FILES_GUARD_H
#define ERPSYNC_FILES_GUARD_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/csvfile.h"
#include "base/decimal.h"
#include "files/rows.h"

/*
 * One guard for the cells of every file that is read: people open such files in a spreadsheet, which
 * changes what it takes for a number, a date or a truth value. What can't be known for certain is
 * refused. Each function returns NULL, or what is wrong in words that follow "column 'X': 'text' ".
 */

/*
 * An article number, a barcode or another name that is compared letter by letter; *out in the arena,
 * "" where the cell is empty. Blanks around it go, and the apostrophe that exports put before digits
 * alone ('748927000018), which spreadsheets would cut. Refused: 5.27763E+12, 527763000000 and #N/A.
 */
const char *guard_identifier(const char *text, struct arena *a, const char **out);

/*
 * The name of an order; none begins with an apostrophe, so that it goes from '#1001 and '-1001 too, which a
 * spreadsheet would take for something else.
 */
const char *guard_order_name(const char *text, struct arena *a, const char **out);

/* Any other text: refused is #N/A. */
const char *guard_text(const char *text);

/* How a file writes its numbers. */
struct guard_numbers {
	/* A spreadsheet that separates cells by ";" writes "12,50"; "12.50" is read there too. */
	bool comma;
	unsigned signs; /* what its number columns show, csv_reader_signs */
	/* Amounts of a currency without decimals: 6.000 is six thousand, or six, whatever others show. */
	bool whole;
};
/* at: places of columns that hold numbers, -1 = the file has none of that name. */
struct guard_numbers guard_numbers(const struct csv_reader *r, const int *at, size_t n);

/*
 * A number without thousands signs. "1.299" is 1.299 only where other cells of these columns show that
 * the sign is the decimal one, and none that it is the other.
 */
const char *guard_number(const char *text, struct guard_numbers how, struct decimal *out);
/*
 * How amounts of a currency are written: one of three decimals with them, so that its 1.299 is what it looks
 * like; one of none without.
 */
struct guard_numbers guard_money(struct guard_numbers how, const char *currency);
/* The same with no more decimals than the currency has; an unknown one has two. */
const char *guard_amount(const char *text, struct guard_numbers how, const char *currency,
			 struct decimal *out);

/* Yes or no in the words of spreadsheets: TRUE, yes, 1, WAHR, ja, VRAI, oui, … */
const char *guard_flag(const char *text, bool *out);

/* An ISO 4217 code in any case; *out has it in capitals. */
const char *guard_currency(const char *text, struct arena *a, const char **out);

/* One of these words (the last is NULL), in any case, its blanks written as "_" or not; else what is wrong. */
const char *guard_word(const char *text, const char *const *words, struct arena *a);

/* 1899-12-30 is what a spreadsheet makes of an empty cell. */
bool guard_this_century(int64_t t);
/* A time of this century with its zone. UTC seconds. */
const char *guard_time(const char *text, int64_t *out);

/*
 * The place of the one column that is called by one of the names (column_find), -1 = none. E_LOCAL
 * "bad_header": two are.
 */
MUST_CHECK enum errk guard_column(const struct csv_row *header, const char *const *names,
				  const char *file, int *at, struct err *e);

/* The same of all columns of a kind of file. */
MUST_CHECK enum errk guard_columns(const struct csv_row *header, const struct column_names *names,
				   const char *file, int *at, struct err *e);

/*
 * A cell's text as a message may quote it: whole where it looks like a number, a date or a word, else
 * its beginning and its length. A row that is not what it seems may hold a buyer's name anywhere.
 */
const char *guard_shown(const char *text, char out[64]);
/* Is this the name of an order, as "#1001" or "FR-1001-A"? Nothing else is a label. */
bool guard_is_name(const char *text);

/* How files of that side are read that are not UTF-8: its read_encoding=. */
enum csv_encoding guard_encoding(const struct conf *c, const char *section);
/* csv_reader_open_as; where the encoding is at fault, the message says how to declare it. */
MUST_CHECK enum errk guard_open(const char *path, enum csv_encoding declared,
				struct csv_reader **out, struct err *e);

#endif
