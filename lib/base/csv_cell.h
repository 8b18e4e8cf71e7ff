#ifndef ERPSYNC_BASE_CSV_CELL_H
#define ERPSYNC_BASE_CSV_CELL_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Does the cell in this column hold the end of its own row and the beginning of another? Behind a quote that was to end
 * it, or, where that is missing, in a column between others: the rest of a row, and in its last line as many cells as
 * stand before this one.
 */
bool csv_cell_holds_row(const char *cell, size_t column, size_t width, char delimiter);

#endif
