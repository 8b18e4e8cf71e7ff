/* Any bytes as a CSV file: rows or an error; good rows survive being written and read again. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/csvfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Opens the bytes as a file that never touches the disk. */
static enum errk open_bytes(const void *data, size_t size, struct csv_reader **r, struct err *e)
{
	CLEANUP(fd) int fd = memfd_create("csv", MFD_CLOEXEC);
	char path[64];

	if (fd < 0 || write(fd, data, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET) != 0)
		BUG("memfd");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return csv_reader_open(path, r, e);
}

static void write_and_read(const struct csv_row *row)
{
	const struct csv_format f = {',', CSV_UTF8, "\n"};
	const char *const header[] = {"a", "b"};
	CLEANUP(str) struct str out;
	CLEANUP(csv_reader) struct csv_reader *r = NULL;
	struct csv_row back;
	struct err e;
	bool more = false;

	str_init(&out, 0);
	/* One cell below several columns is a row that was wrapped in quotes. */
	if (csv_write_row(&out, &f, header, row->n > 1 ? 2 : 1, &e) != E_OK ||
	    csv_write_row(&out, &f, row->cell, row->n, &e) != E_OK ||
	    open_bytes(out.buf, out.len, &r, &e) != E_OK ||
	    csv_reader_next(r, &back, &more, &e) != E_OK)
		BUG("a row that was read can't be written: %s", e.msg);
	if (!more || back.n != row->n)
		BUG("a row of %zu cells came back as %zu", row->n, more ? back.n : 0);
	for (size_t i = 0; i < row->n; i++)
		if (strcmp(back.cell[i], row->cell[i]) != 0)
			BUG("cell %zu changed", i);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(csv_reader) struct csv_reader *r = NULL;
	int64_t line = 0, lines = 1;
	struct csv_row row;
	struct err e;
	bool more = true;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n' || data[i] == '\r';
	if (open_bytes(data, size, &r, &e) != E_OK)
		return 0;
	for (int failures = 0; more && failures < 10;) {
		if (csv_reader_next(r, &row, &more, &e) != E_OK) {
			failures++;
			continue;
		}
		if (!more)
			break;
		if (row.line <= line || row.line > lines)
			BUG("line %lld after %lld", (long long)row.line, (long long)line);
		line = row.line;
		write_and_read(&row);
	}
	return 0;
}
