#ifndef ERPSYNC_BASE_SPREADSHEET_H
#define ERPSYNC_BASE_SPREADSHEET_H

#include <stdbool.h>

#include "base/arena.h"

/*
 * What spreadsheets make of texts that they take for numbers. Each function returns NULL, or what is wrong
 * in words that follow "column 'X': 'text' ".
 */

/*
 * An article number, a barcode or another name that is compared letter by letter; *out in the arena,
 * "" where the text is empty. Blanks around it go, and the apostrophe that exports put before digits
 * alone ('748927000018), which spreadsheets would cut; of ="0042" its content stays, which programs write for
 * the same reason. Refused: other formulas, 5.27763E+12, 748927000018.0 and #N/A, and
 * 748927000000 (spreadsheet_rounded) unless one of these shows that it was a text all the time; and a line break inside: a quote
 * that is missing, or one too many, puts the beginning of another row there.
 */
const char *spreadsheet_identifier(const char *text, struct arena *a, const char **out);
/* The text without blanks and signs that take no room at both ends. */
const char *spreadsheet_trim(const char *s, struct arena *a);
/*
 * Digits of which a spreadsheet has kept the first ones, as 7.48927E+11 is 748927000000 when it is saved once
 * more: 12 or more that end in six zeros, or 17 and more with nothing behind the first 15. By itself one number
 * in a million looks so, of 18 digits one in a thousand. Of 16 one in ten would: these pass, as carriers have such.
 */
bool spreadsheet_rounded(const char *text);
/* Any other text: refused is #N/A, and what a column shows that is too narrow. */
const char *spreadsheet_error(const char *text);

#endif
