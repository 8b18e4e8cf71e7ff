#ifndef ERPSYNC_CSV_OUT_H
#define ERPSYNC_CSV_OUT_H

#include <stddef.h>

#include "base/err.h"
#include "base/file_writer.h"

/* Rows for people who work with spreadsheets. */

/* A file that is there once it is whole: file_writer_commit. E_LOCAL. */
MUST_CHECK enum errk csv_out_open(const char *path, struct file_writer **out, struct err *e);
/*
 * cells: NULL = empty; none of them is run as a formula. to NULL: standard output, where a terminal gets what can't move its
 * cursor, and a file or a program the cells as they are.
 */
MUST_CHECK enum errk csv_out_row(struct file_writer *to, char delimiter, const char *const *cells,
				 size_t n, struct err *e);

#endif
