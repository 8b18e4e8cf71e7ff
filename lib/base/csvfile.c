#include "base/csvfile.h"

#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csv.h>

#include "base/cleanup.h"
#include "base/csv_cell.h"
#include "base/file.h"

#include "base/banned.h"

/*
 * libcsv pushes cells and rows at us, our callers pull rows. Between the two stands a
 * queue that holds the rows of one chunk of the file; when it is empty, the next chunk
 * is parsed into it.
 */
enum { CHUNK = 64 * 1024, CELL_BLOCK = 4096, ROW_MAX = 16 * 1024 * 1024 };

enum {
	/* A quote inside a cell in quotes is doubled, and none is left open at the end. */
	STRICT = CSV_APPEND_NULL | CSV_REPALL_NL | CSV_STRICT | CSV_STRICT_FINI,
	LAX = CSV_APPEND_NULL | CSV_REPALL_NL,
};

struct cell {
	size_t at, len; /* in text */
};

struct queued_row {
	size_t first, n; /* in cells */
	int64_t line;
};

struct csv_reader {
	char *path;
	int fd;
	struct csv_parser parser;
	bool at_end;
	struct err failed; /* once the file can't be parsed on, every call says so */

	char *text;
	size_t text_len, text_cap;
	struct cell *cells;
	size_t n_cells, cells_cap;
	struct queued_row *rows;
	size_t n_rows, rows_cap, next_row;
	size_t row_first, row_text; /* where the row that isn't complete yet begins */
	int64_t line, row_line;     /* of the next byte; of the beginning of that row */
	bool after_cr;

	const char **cell_ptrs;
	size_t ptrs_cap;
	struct arena *arena;
	struct csv_row header;

	iconv_t from; /* the file is Windows-1252; else NULL */
	bool unended;
	struct err merged;    /* csv_reader_apart() */
	unsigned char *signs; /* by column */
};

/* Room for one more item than n. */
static void *grow(void *items, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return items;
	while (*cap <= n)
		*cap = *cap ? *cap * 2 : 256;
	items = reallocarray(items, *cap, size);
	if (!items)
		die(70, "out of memory");
	return items;
}

/* Line breaks inside a cell: CRLF, LF, or a lone CR count one each. */
static int64_t count_lines(const char *s, size_t len)
{
	const char *end = s + len;
	int64_t n = 0;

	for (const char *p = s; (p = memchr(p, '\n', (size_t)(end - p))); p++)
		n++;
	for (const char *p = s; (p = memchr(p, '\r', (size_t)(end - p))); p++)
		n += p + 1 == end || p[1] != '\n';
	return n;
}

static void on_cell(void *data, size_t len, void *user)
{
	struct csv_reader *r = user;

	r->text = grow(r->text, r->text_len + len, &r->text_cap, 1);
	r->cells = grow(r->cells, r->n_cells, &r->cells_cap, sizeof(*r->cells));
	r->cells[r->n_cells++] = (struct cell){r->text_len, len};
	/*
	 * libcsv hands over NULL with length 0 for a row that ends before its first
	 * byte.
	 */
	if (len > 0)
		memcpy(r->text + r->text_len, data, len);
	r->text[r->text_len + len] = '\0';
	r->line += count_lines(r->text + r->text_len, len);
	r->text_len += len + 1;
	r->after_cr = false;
}

static bool row_is_empty(const struct csv_reader *r)
{
	for (size_t i = r->row_first; i < r->n_cells; i++)
		if (r->cells[i].len > 0)
			return false;
	return true;
}

/*
 * CSV_REPALL_NL makes libcsv report every line end outside quotes, empty lines and the
 * LF of a CRLF too: the only way to know the line number, since it tells no positions.
 */
static void on_row(int c, void *user)
{
	struct csv_reader *r = user;

	if (row_is_empty(r)) {
		r->n_cells = r->row_first;
		r->text_len = r->row_text;
	} else {
		r->rows = grow(r->rows, r->n_rows, &r->rows_cap, sizeof(*r->rows));
		r->rows[r->n_rows++] = (struct queued_row){
			.first = r->row_first,
			.n = r->n_cells - r->row_first,
			.line = r->row_line,
		};
	}
	if (c == '\r' || (c == '\n' && !r->after_cr))
		r->line++;
	r->after_cr = c == '\r';
	r->row_first = r->n_cells;
	r->row_text = r->text_len;
	r->row_line = r->line;
}

/*
 * Forgets the rows handed out; the cells of the row still being read move to the front.
 */
static void queue_reset(struct csv_reader *r)
{
	size_t n = r->n_cells - r->row_first;

	if (n > 0) {
		memmove(r->cells, r->cells + r->row_first, n * sizeof(*r->cells));
		memmove(r->text, r->text + r->row_text, r->text_len - r->row_text);
		for (size_t i = 0; i < n; i++)
			r->cells[i].at -= r->row_text;
	}
	r->n_cells = n;
	r->text_len -= r->row_text;
	r->row_first = r->row_text = 0;
	r->n_rows = r->next_row = 0;
}

static ssize_t read_some(int fd, char *buf, size_t size)
{
	ssize_t n;

	do
		n = read(fd, buf, size);
	while (n < 0 && errno == EINTR);
	return n;
}

/* As UTF-8, whatever the file is in. */
static ssize_t read_chunk(struct csv_reader *r, char *buf)
{
	char raw[CHUNK / 3], *in = raw, *out = buf; /* no character has more than three bytes */
	size_t left, room = CHUNK;
	ssize_t n;

	if (!r->from)
		return read_some(r->fd, buf, CHUNK);
	n = read_some(r->fd, raw, sizeof(raw));
	if (n <= 0)
		return n;
	left = (size_t)n;
	if (iconv(r->from, &in, &left, &out, &room) == (size_t)-1)
		return -1;
	return out - buf;
}

static enum errk io_failed(const char *path, int error, struct err *e)
{
	return err_set(e, E_LOCAL, error == ENOENT ? "no_file" : "file_error",
		       "%s: can't be read (%s)", path, file_reason(error));
}

#define QUOTES                                                                                       \
	"write each quote inside a cell that is in quotes twice, as in \"19\"\" rack\", and one at " \
	"its end"

/*
 * The cell began with a quote, and a later one neither ends it nor is doubled: one before it may have ended
 * nothing, so that rows in between stand inside the cell. The line is that of the row with the cell.
 */
static enum errk stray_quote(const struct csv_reader *r, struct err *e)
{
	int64_t at = r->line + count_lines((const char *)r->parser.entry_buf, r->parser.entry_pos);
	char line[40] = "";

	if (at != r->row_line)
		snprintf(line, sizeof(line), " (on line %lld)", (long long)at);
	return err_set(
		e, E_LOCAL, "stray_quote",
		"%s:%lld: column %zu begins with a quote, and a later quote%s neither ends the cell "
		"nor is doubled, so that rows may be lost in it, and nothing of the file is "
		"used; " QUOTES,
		r->path, (long long)r->row_line, r->n_cells - r->row_first + 1, line);
}

/* A quote in a cell that doesn't begin with one is a character like any other: libcsv is strict there too. */
static bool takes_quote(struct csv_reader *r, const char *quote)
{
	size_t n;

	if (csv_error(&r->parser) != CSV_EPARSE)
		return false;
	csv_set_opts(&r->parser, LAX);
	n = csv_parse(&r->parser, quote, 1, on_cell, on_row, r);
	csv_set_opts(&r->parser, STRICT);
	return n == 1;
}

static enum errk parse(struct csv_reader *r, const char *buf, size_t len, struct err *e)
{
	size_t held = r->parser.entry_pos, done = 0;

	/* libcsv grows its buffer by this much: as much again, or a long cell is copied endlessly. */
	csv_set_blk_size(&r->parser, held > CELL_BLOCK ? held : CELL_BLOCK);
	for (;; done++) {
		done += csv_parse(&r->parser, buf + done, len - done, on_cell, on_row, r);
		if (done == len)
			break;
		if (csv_error(&r->parser) == CSV_EPARSE && r->parser.quoted)
			return stray_quote(r, e);
		if (!takes_quote(r, buf + done))
			die(70, "out of memory");
	}
	/* entry_pos: the part of the current cell that libcsv holds back. */
	if (r->text_len - r->row_text + r->parser.entry_pos > ROW_MAX)
		return err_set(e, E_RECORD, "bad_csv",
			       "%s:%lld: the row is longer than 16 MiB; is a quote not closed?",
			       r->path, (long long)r->row_line);
	return E_OK;
}

static enum errk finish(struct csv_reader *r, struct err *e)
{
	r->at_end = true;
	if (csv_fini(&r->parser, on_cell, on_row, r) != 0)
		return err_set(e, E_RECORD, "bad_csv",
			       "%s:%lld: a quote in this row is not closed; " QUOTES, r->path,
			       (long long)r->row_line);
	return E_OK;
}

/* Fills the queue until it holds a row, the file ends, or it can't be parsed on: the rows before that are there. */
static void fill(struct csv_reader *r)
{
	char buf[CHUNK];
	enum errk k = r->failed.kind;

	queue_reset(r);
	while (k == E_OK && r->n_rows == 0 && !r->at_end) {
		ssize_t n = read_chunk(r, buf);

		if (n < 0)
			k = io_failed(r->path, errno, &r->failed);
		else if (n == 0)
			k = finish(r, &r->failed);
		else
			k = parse(r, buf, (size_t)n, &r->failed);
	}
}

static enum errk bad_cell(const struct csv_reader *r, const struct queued_row *row, size_t i,
			  const char *what, struct err *e)
{
	return err_set(e, E_RECORD, "bad_csv", "%s:%lld: column %zu holds %s", r->path,
		       (long long)row->line, i + 1, what);
}

static enum errk take_row(struct csv_reader *r, struct csv_row *row, struct err *e)
{
	const struct queued_row *q = &r->rows[r->next_row++];

	for (size_t i = 0; i < q->n; i++) {
		const struct cell *c = &r->cells[q->first + i];
		const char *text = r->text + c->at;

		if (!str_utf8_valid(text, c->len))
			return bad_cell(r, q, i, "text that is not UTF-8", e);
		if (memchr(text, '\0', c->len))
			return bad_cell(r, q, i, "a NUL byte", e);
		r->cell_ptrs = grow(r->cell_ptrs, i, &r->ptrs_cap, sizeof(*r->cell_ptrs));
		r->cell_ptrs[i] = text;
	}
	*row = (struct csv_row){.n = q->n, .cell = r->cell_ptrs, .line = q->line};
	return E_OK;
}

enum errk csv_reader_next(struct csv_reader *r, struct csv_row *row, bool *more, struct err *e)
{
	enum errk k = E_OK;

	if (r->next_row == r->n_rows)
		fill(r);
	if (r->next_row == r->n_rows) {
		if (r->failed.kind == E_OK)
			*more = false;
		else if (e)
			*e = r->failed;
		return r->failed.kind;
	}
	k = take_row(r, row, e);
	if (k == E_OK)
		*more = true;
	return k;
}

/* The most frequent of , ; tab in the first line that holds anything, outside quotes. */
static char detect_delimiter(const char *s, size_t len)
{
	size_t comma = 0, semicolon = 0, tab = 0;
	bool quoted = false, seen = false;

	for (size_t i = 0; i < len; i++) {
		char c = s[i];

		if (c == '"')
			quoted = !quoted;
		if (quoted)
			continue;
		if ((c == '\n' || c == '\r') && seen)
			break;
		seen = seen || (c != '\n' && c != '\r');
		comma += c == ',';
		semicolon += c == ';';
		tab += c == '\t';
	}
	if (semicolon > comma && semicolon >= tab)
		return ';';
	return tab > comma ? '\t' : ',';
}

/*
 * "sep=;", which spreadsheets write and read as the first line to say what separates the cells.
 * Returns its length, 0 = there is none.
 */
static size_t named_delimiter(const char *s, size_t len, char *delimiter)
{
	if (len < 6 || (memcmp(s, "sep=", 4) != 0 && memcmp(s, "SEP=", 4) != 0) ||
	    (s[4] != ',' && s[4] != ';' && s[4] != '\t') || (s[5] != '\r' && s[5] != '\n'))
		return 0;
	*delimiter = s[4];
	return len > 6 && s[5] == '\r' && s[6] == '\n' ? 7 : 6;
}

static enum errk start(struct csv_reader *r, struct err *e)
{
	char buf[CHUNK], *text = buf, delimiter = '\0';
	ssize_t n = read_chunk(r, buf);
	size_t len = n > 0 ? (size_t)n : 0, named;

	if (n < 0)
		return io_failed(r->path, errno, e);
	if (len >= 3 && memcmp(buf, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		len -= 3;
	}
	named = named_delimiter(text, len, &delimiter);
	if (named) {
		text += named;
		len -= named;
		r->line = r->row_line = 2;
	} else {
		delimiter = detect_delimiter(text, len);
	}
	csv_set_delim(&r->parser, (unsigned char)delimiter);
	(void)parse(r, text, len, &r->failed); /* said after the rows before it */
	return E_OK;
}

/* Bytes of the blank at p, of any width: spreadsheets and web pages leave those that don't break. 0: none. */
static size_t blank_at(const char *p)
{
	static const char *const wide[] = {"\xc2\xa0", "\xe2\x80\xaf", "\xe3\x80\x80"};

	if (*p == ' ' || (*p >= '\t' && *p <= '\r'))
		return 1;
	for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
		if (str_starts(p, wide[i]))
			return strlen(wide[i]);
	/* U+2000 to U+200A */
	return str_starts(p, "\xe2\x80") && (unsigned char)p[2] >= 0x80 &&
			       (unsigned char)p[2] <= 0x8a
		       ? 3
		       : 0;
}

/* What is not seen in a name and is no blank: a mark of the byte order, a soft hyphen, controls. */
static size_t unseen_at(const char *p)
{
	return str_starts(p, "\xef\xbb\xbf") ? 3 : str_starts(p, "\xc2\xad") ? 2 : str_control(p);
}

/*
 * libcsv trims blanks of cells without quotes; names in quotes shall match too, and such as look the same:
 * blanks of any kind and number are one.
 */
static const char *clean_name(struct arena *a, const char *s)
{
	char *out = arena_alloc(a, strlen(s) + 1), *to = out;
	bool blank = false;

	for (size_t n; *s; s += n) {
		n = blank_at(s);
		if (n) {
			blank = to > out;
			continue;
		}
		n = unseen_at(s);
		if (n)
			continue;
		if (blank)
			*to++ = ' ';
		blank = false;
		*to++ = *s;
		n = 1;
	}
	*to = '\0';
	return out;
}

static enum errk read_header(struct csv_reader *r, struct err *e)
{
	struct csv_row row = {0};
	const char **names;
	bool more = false;
	enum errk k = start(r, e);

	if (k == E_OK)
		k = csv_reader_next(r, &row, &more, e);
	if (k == E_RECORD) /* a file whose header can't be read is no matter of one record */
		e->kind = E_LOCAL;
	if (k != E_OK)
		return e->kind;
	if (!more)
		return err_set(e, E_LOCAL, "bad_csv", "%s: is empty; a header row is needed",
			       r->path);
	names = arena_array(r->arena, row.n, sizeof(*names));
	for (size_t i = 0; i < row.n; i++)
		names[i] = clean_name(r->arena, row.cell[i]);
	r->header = (struct csv_row){.n = row.n, .cell = names, .line = row.line};
	return E_OK;
}

static struct csv_reader *reader_new(const char *path, int fd)
{
	struct csv_reader *r = calloc(1, sizeof(*r));

	if (!r || !(r->path = strdup(path)))
		die(70, "out of memory");
	r->fd = fd;
	r->line = r->row_line = 1;
	r->arena = arena_new();
	if (csv_init(&r->parser, STRICT) != 0)
		die(70, "out of memory");
	return r;
}

static enum errk not_csv(const char *path, const char *is, struct err *e)
{
	return err_set(e, E_LOCAL, "not_csv", "%s: is %s, no CSV file; save it as CSV UTF-8", path,
		       is);
}

/* Without a mark in front: a header's letters have a zero byte each, all on one side. */
static bool is_utf16(const char *s, size_t len)
{
	size_t zeros[2] = {0}, pairs = (len < 64 ? len : 64) / 2;

	for (size_t i = 0; i < pairs * 2; i++)
		zeros[i % 2] += !s[i];
	return pairs && (zeros[0] * 2 > pairs || zeros[1] * 2 > pairs) && zeros[0] != zeros[1];
}

/* Files that are no text at all, by how they begin. */
static enum errk check_magic(const char *path, const char *s, size_t len, struct err *e)
{
	static const struct {
		const char *begins;
		size_t len;
		const char *is;
	} kinds[] = {
		{"PK\x03\x04", 4, "an Excel or OpenDocument workbook"},
		{"\xd0\xcf\x11\xe0", 4, "an old Excel workbook"},
		{"\xff\xfe", 2, "UTF-16"},
		{"\xfe\xff", 2, "UTF-16"},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (len >= kinds[i].len && memcmp(s, kinds[i].begins, kinds[i].len) == 0)
			return not_csv(path, kinds[i].is, e);
	return is_utf16(s, len) ? not_csv(path, "UTF-16", e) : E_OK;
}

/*
 * The file's bytes as a whole: what it is, whether all of it is UTF-8, how it ends. The line is
 * counted for the message alone. bad_line: of the first text that is not UTF-8, 0 = all is.
 */
struct bytes {
	int64_t bad_line;
	bool unended;
	bool no_1252; /* bytes that Windows-1252 does not have either */
};

static enum errk look_at_bytes(const char *path, int fd, struct bytes *out, struct err *e)
{
	char buf[CHUNK];
	size_t kept = 0, good;
	int64_t line = 1;

	for (bool first = true;; first = false) {
		ssize_t n = read_some(fd, buf + kept, sizeof(buf) - kept);
		size_t len = kept + (n > 0 ? (size_t)n : 0);

		if (n < 0)
			return io_failed(path, errno, e);
		if (first && check_magic(path, buf, len, e) != E_OK)
			return E_LOCAL;
		for (const char *p = "\x81\x8d\x8f\x90\x9d"; *p; p++)
			out->no_1252 |= memchr(buf + kept, *p, len - kept) != NULL;
		good = str_utf8_prefix(buf, len);
		/* The last three bytes may be the beginning of a character. */
		if (!out->bad_line && good + 3 < len + (n == 0 ? 3 : 0))
			out->bad_line = line + count_lines(buf, good);
		if (n == 0)
			return E_OK;
		/* What a quote closes is whole. */
		out->unended = !strchr("\n\r\"", buf[len - 1]);
		kept = out->bad_line ? 0 : len - good;
		line += count_lines(buf, len - kept);
		/* At most three bytes of a character that is not whole yet. */
		for (size_t i = 0; i < kept; i++)
			buf[i] = buf[len - kept + i];
	}
}

static size_t count_char(const char *s, char c)
{
	size_t n = 0;

	for (; (s = strchr(s, c)); s++)
		n++;
	return n;
}

/*
 * The decimal sign that a number can only have been written with. "12.5", "0.125" and "1.299,00"
 * show one; "1.299" shows none: that may be a thousands sign.
 */
static unsigned char sign_shown(const char *s)
{
	static const char digits[] = "0123456789";
	size_t whole, part;
	char sign;

	s += *s == '-' || *s == '+';
	whole = strspn(s, digits);
	sign = s[whole];
	part = sign == '.' || sign == ',' ? strspn(s + whole + 1, digits) : 0;
	if (!part)
		return 0;
	if (!s[whole + 1 + part]) {
		if (part == 3 && whole >= 1 && whole <= 3 && s[0] != '0')
			return 0;
		return sign == '.' ? CSV_SIGN_POINT : CSV_SIGN_COMMA;
	}
	/* Groups of three, then the other sign if any. */
	for (s += whole; *s == sign && strspn(s + 1, digits) == 3;)
		s += 4;
	if (*s == (sign == '.' ? ',' : '.'))
		s += 1 + strspn(s + 1, digits);
	if (*s || whole < 1 || whole > 3)
		return 0;
	return sign == '.' ? CSV_SIGN_COMMA : CSV_SIGN_POINT;
}

static enum errk wrapped(const struct csv_reader *r, int64_t line, struct err *e)
{
	return err_set(
		e, E_LOCAL, "wrapped_rows",
		"%s:%lld: the row as a whole is one cell in quotes, as a spreadsheet writes it "
		"that does not split rows at this sign; use the file as it was downloaded",
		r->path, (long long)line);
}

static void look_at_cells(struct csv_reader *r, const struct csv_row *row)
{
	for (size_t i = 0; i < row->n && r->merged.kind == E_OK; i++)
		if (csv_cell_holds_row(row->cell[i], i, r->header.n, csv_reader_delimiter(r)))
			err_set(&r->merged, E_LOCAL, "stray_quote",
				"%s:%lld: column %zu holds, within quotes, what looks like the end "
				"of this row and the beginning of another, so nothing of the file "
				"is used; " QUOTES,
				r->path, (long long)row->line, i + 1);
}

/* All rows once: what is wrong with the file as a whole is said before any of it is used. */
static enum errk look_at_rows(struct csv_reader *r, struct err *e)
{
	const size_t width = r->header.n;
	const char *title = r->header.cell[0];
	struct csv_row row = {0};
	bool more = true;

	if (width == 1 && count_char(title, ',') + count_char(title, ';') > 1)
		return wrapped(r, r->header.line, e);
	while (more) {
		struct err why;
		enum errk k = csv_reader_next(r, &row, &more, &why);

		if (k == E_RECORD && r->failed.kind == E_OK)
			continue;
		if (k != E_OK && k != E_RECORD) {
			*e = why;
			return k;
		}
		/* A file that ends too early is said by the row in which it does. */
		if (k != E_OK || !more)
			break;
		if (width > 1 && row.n == 1 &&
		    count_char(row.cell[0], csv_reader_delimiter(r)) + 1 >= width)
			return wrapped(r, row.line, e);
		for (size_t i = 0; i < row.n && i < width; i++)
			r->signs[i] |= sign_shown(row.cell[i]);
		look_at_cells(r, &row);
	}
	return E_OK;
}

static enum errk open_file(const char *path, int *fd, struct err *e)
{
	int ours = file_open(path);

	if (ours < 0)
		return io_failed(path, errno, e);
	*fd = ours;
	return E_OK;
}

enum errk csv_reader_rewind(struct csv_reader *r, struct err *e)
{
	struct err ours;

	if (lseek(r->fd, 0, SEEK_SET) != 0)
		return io_failed(r->path, errno, e);
	csv_free(&r->parser);
	if (csv_init(&r->parser, STRICT) != 0)
		die(70, "out of memory");
	r->at_end = r->after_cr = false;
	r->failed = (struct err){.kind = E_OK};
	r->text_len = r->n_cells = r->n_rows = r->next_row = r->row_first = r->row_text = 0;
	r->line = r->row_line = 1;
	if (read_header(r, &ours) == E_OK)
		return E_OK;
	if (e)
		*e = ours;
	return ours.kind;
}

static enum errk look(struct csv_reader *r, enum csv_encoding declared, struct err *e)
{
	struct bytes bytes = {0};
	enum errk k = look_at_bytes(r->path, r->fd, &bytes, e);

	if (k != E_OK)
		return k;
	if (bytes.bad_line && (declared != CSV_WINDOWS_1252 || bytes.no_1252))
		return err_set(e, E_LOCAL, "bad_encoding",
			       "%s:%lld: holds text that is not UTF-8; save the file as CSV UTF-8",
			       r->path, (long long)bytes.bad_line);
	if (bytes.bad_line)
		r->from = iconv_open("UTF-8", "WINDOWS-1252");
	if ((intptr_t)r->from == -1)
		die(70, "iconv does not know Windows-1252");
	r->unended = bytes.unended;
	k = csv_reader_rewind(r, e);
	if (k != E_OK)
		return k;
	r->signs = arena_alloc(r->arena, r->header.n);
	memset(r->signs, 0, r->header.n);
	k = look_at_rows(r, e);
	return k == E_OK ? csv_reader_rewind(r, e) : k;
}

enum errk csv_reader_open_as(const char *path, enum csv_encoding declared, struct csv_reader **out,
			     struct err *e)
{
	CLEANUP(csv_reader) struct csv_reader *r = NULL;
	struct err ours;
	int fd = -1;
	enum errk k = open_file(path, &fd, &ours);

	if (k == E_OK) {
		r = reader_new(path, fd);
		k = look(r, declared, &ours);
	}
	if (k != E_OK) {
		if (e)
			*e = ours;
		return k;
	}
	*out = TAKE(r);
	return E_OK;
}

enum errk csv_reader_open_head(const char *path, struct csv_reader **out, struct err *e)
{
	CLEANUP(csv_reader) struct csv_reader *r = NULL;
	int fd = -1;
	enum errk k = open_file(path, &fd, e);

	if (k != E_OK)
		return k;
	r = reader_new(path, fd);
	k = csv_reader_rewind(r, e);
	if (k == E_OK)
		*out = TAKE(r);
	return k;
}

enum errk csv_reader_open(const char *path, struct csv_reader **out, struct err *e)
{
	return csv_reader_open_as(path, CSV_UTF8, out, e);
}

void csv_reader_close(struct csv_reader *r)
{
	if (!r)
		return;
	close(r->fd);
	if (r->from)
		iconv_close(r->from);
	csv_free(&r->parser);
	arena_free(r->arena);
	free(r->path);
	free(r->text);
	free(r->cells);
	free(r->rows);
	free(r->cell_ptrs);
	free(r);
}

const struct csv_row *csv_reader_header(const struct csv_reader *r)
{
	return &r->header;
}

char csv_reader_delimiter(const struct csv_reader *r)
{
	return (char)r->parser.delim_char;
}

bool csv_reader_unended(const struct csv_reader *r)
{
	return r->unended;
}

enum errk csv_reader_apart(const struct csv_reader *r, struct err *e)
{
	if (r->merged.kind != E_OK)
		*e = r->merged;
	return r->merged.kind;
}

unsigned csv_reader_signs(const struct csv_reader *r, size_t column)
{
	return column < r->header.n ? r->signs[column] : 0;
}
