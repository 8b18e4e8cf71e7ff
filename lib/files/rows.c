#include "files/rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/advice.h"
#include "base/cleanup.h"
#include "base/hash.h"
#include "base/str.h"
#include "files/guard.h"

#include "base/banned.h"

bool column_is(const char *title, const char *name)
{
	for (;; title++, name++) {
		char t = *title == '_' || *title == '-' ? ' ' : *title;

		if (t >= 'A' && t <= 'Z')
			t = (char)(t + 32);
		if (t != *name)
			return false;
		if (!t)
			return true;
	}
}

int column_find(const struct csv_row *header, const char *const *names)
{
	for (size_t i = 0; i < header->n; i++)
		for (const char *const *name = names; *name; name++)
			if (column_is(header->cell[i], *name))
				return (int)i;
	return -1;
}

static bool is_ours(const char *title, const struct column_names *names)
{
	for (int c = 0; c < names->n; c++)
		for (const char *const *name = names->of(c); *name; name++)
			if (column_is(title, *name))
				return true;
	return false;
}

const char *columns_titles(const struct csv_row *header, const struct column_names *except,
			   struct arena *a)
{
	enum { SHOWN = 20, CHARS = 40 };
	const char *text = NULL;
	size_t n = 0;

	for (size_t i = 0; i < header->n; i++) {
		char title[CHARS * 4 + 4];

		if (str_blank(header->cell[i]) || (except && is_ours(header->cell[i], except)))
			continue;
		str_ellipsis(title, sizeof(title), header->cell[i], CHARS);
		if (n++ < SHOWN)
			text = arena_printf(a, "%s%s'%s'", text ? text : "", text ? ", " : "",
					    title);
	}
	return n > SHOWN ? arena_printf(a, "%s and %zu more", text, n - SHOWN) : text;
}

const char *columns_known(const struct column_names *names, bool all, struct arena *a)
{
	CLEANUP(str) struct str text = {0};

	str_init(&text, 0);
	for (int c = 0; c < names->n; c++) {
		const char *const *name = names->of(c);

		str_addf(&text, "%s%s", c ? ", " : "", name[0]);
		for (int i = 1; all && name[i]; i++)
			str_addf(&text, "%s%s", i == 1 ? " (" : ", ", name[i]);
		if (all && name[1])
			str_addf(&text, ")");
	}
	return arena_strdup(a, text.buf);
}

const char *columns_ignored(const char *file, const struct csv_row *header,
			    const struct column_names *names, struct arena *a)
{
	const char *titles = columns_titles(header, names, a);

	return titles ? arena_printf(a,
				     "%s: not read, for no column is called so: %s; if one is "
				     "meant, call it by a name that is known: %s",
				     file, titles, columns_known(names, false, a))
		      : NULL;
}

const char *row_no_quantity(const char *why)
{
	return str_starts(why, "is no number") ? "is no quantity such as 12 or 12.5" : why;
}

const char *row_cell(const struct csv_row *row, int at)
{
	return at >= 0 && (size_t)at < row->n ? row->cell[at] : "";
}

bool row_fits(const struct csv_row *row, const struct csv_reader *r, const char *file,
	      struct err *misfit)
{
	size_t width = csv_reader_header(r)->n;

	if (row->n != width && misfit->kind == E_OK)
		(void)err_set(misfit, E_LOCAL, "bad_row",
			      "%s:%lld: the row has %zu cells, the header has %zu, so nothing of "
			      "the file is used; use the export as it was downloaded",
			      file, (long long)row->line, row->n, width);
	return row->n == width;
}

enum errk rows_each(struct csv_reader *r, void (*on_row)(void *, const struct csv_row *),
		    void (*on_unreadable)(void *, const struct err *), void *ctx, bool *cut,
		    struct err *e)
{
	const size_t width = csv_reader_header(r)->n;
	struct csv_row row;
	struct err why, last = {.kind = E_OK};

	*cut = false;
	for (;;) {
		bool more = false;
		enum errk k = csv_reader_next(r, &row, &more, &why);

		if (k == E_OK && !more) {
			*cut |= csv_reader_unended(r);
			return E_OK;
		}
		if (k == E_OK) {
			on_row(ctx, &row);
			*cut = row.n < width;
			continue;
		}
		if (k != E_RECORD) {
			*e = why;
			return k;
		}
		/* The reader repeats itself when it can't go on: a quote without an end. */
		if (str_equal(why.msg, last.msg)) {
			*cut = true;
			return E_OK;
		}
		last = why;
		on_unreadable(ctx, &why);
	}
}

/* "stock.csv:12: column …" without its place. */
static const char *without_place(const char *msg)
{
	const char *end = strstr(msg, ": ");

	return end && end > msg && end[-1] >= '0' && end[-1] <= '9' ? end + 2 : msg;
}

const char *row_id(const struct csv_row *row, struct arena *a)
{
	CLEANUP(hash) struct hash *h = hash_new();
	char hex[HASH_HEX_SIZE];

	for (size_t i = 0; i < row->n; i++)
		hash_add(h, row->cell[i], strlen(row->cell[i]) + 1);
	hash_finish(h, hex);
	return arena_printf(a, ROW "%.24s", hex);
}

const char *row_bad_id(const struct err *why, struct arena *a)
{
	const char *what = without_place(why->msg);
	char hex[HASH_HEX_SIZE];

	hash_hex(what, strlen(what), hex);
	return arena_printf(a, ROW "unreadable %.24s", hex);
}

void rows_fault(const struct err *problem, struct arena *a, struct record *out)
{
	static const char *const said[] = {"have the ERP ", NULL};
	const char *what = without_place(problem->msg);
	struct err *copy = arena_alloc(a, sizeof(*copy));
	char hash[HASH_HEX_SIZE];

	*copy = *problem;
	advice_add(copy, said, "; have the ERP write it again, in a new file");
	hash_hex(what, strlen(what), hash);
	out->problem = copy;
	out->version = arena_printf(a, "bad %.28s", hash);
}

void *rows_grow(void *array, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return array;
	*cap = *cap ? *cap * 2 : 256;
	array = reallocarray(array, *cap, size);
	if (!array)
		die(70, "out of memory");
	return array;
}
