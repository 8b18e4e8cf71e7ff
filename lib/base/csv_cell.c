#include "base/csv_cell.h"

#include <string.h>

#include "base/banned.h"

/* A program that writes rows puts no blank behind a delimiter, a person who writes sentences does. */
static bool has_delimiters(const char *s, const char *end, char delimiter, size_t n)
{
	for (; s < end; s++) {
		if (*s != delimiter)
			continue;
		if (n-- == 0 || s[1] == ' ')
			return false;
	}
	return n == 0;
}

bool csv_cell_holds_row(const char *cell, size_t column, size_t width, char delimiter)
{
	const char *end = cell + strcspn(cell, "\r\n"), *last = end;
	size_t behind = width - 1 - column;

	if (!*end || width < 2 || column >= width)
		return false;
	while (last[strcspn(last, "\r\n")])
		last += strcspn(last, "\r\n") + 1;
	if (!has_delimiters(last, last + strlen(last), delimiter, column))
		return false;
	if (column && behind && has_delimiters(cell, end, delimiter, behind))
		return true;
	for (const char *quote = cell; (quote = strchr(quote, '"')) && quote < last; quote++) {
		end = quote + strcspn(quote, "\r\n");
		if ((quote[1] == delimiter || quote + 1 == end) &&
		    has_delimiters(quote + 1, end, delimiter, behind))
			return true;
	}
	return false;
}
