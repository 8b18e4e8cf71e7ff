#include "csv_out.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "base/csvfile.h"
#include "base/str.h"
#include "output.h"

#include "base/banned.h"

enum { FILE_MODE = 0640 };

enum errk csv_out_open(const char *path, struct file_writer **out, struct err *e)
{
	/* Spreadsheets take a file without it for one of their own old encoding. */
	static const char bom[] = "\xef\xbb\xbf";
	enum errk rc = file_writer_open(path, FILE_MODE, out, e);

	return rc == E_OK ? file_writer_add(*out, bom, sizeof(bom) - 1, e) : rc;
}

enum errk csv_out_row(struct file_writer *to, char delimiter, const char *const *cells, size_t n,
		      struct err *e)
{
	const struct csv_format format = {.delimiter = delimiter,
					  .encoding = CSV_UTF8,
					  .line_end = to ? "\r\n" : "\n"};
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(str) struct str row = {0};
	const char **safe = arena_array(a, n, sizeof(*safe));
	enum errk rc;

	str_init(&row, 0);
	for (size_t i = 0; i < n; i++) {
		safe[i] = cells[i] ? csv_neutral(cells[i], a) : "";
		if (!to && out_is_tty(stdout))
			safe[i] = clean_text(safe[i], a);
	}
	rc = csv_write_row(&row, &format, safe, n, e);
	if (rc == E_OK && to)
		return file_writer_add(to, row.buf, row.len, e);
	if (rc == E_OK)
		fwrite(row.buf, 1, row.len, stdout);
	return rc;
}
