#include "csv_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

#include "base/banned.h"

bool csv_column_is(const char *title, const char *name)
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

int csv_column_find(const struct csv_row *header, const char *const *names)
{
	for (size_t i = 0; i < header->n; i++)
		for (const char *const *name = names; *name; name++)
			if (csv_column_is(header->cell[i], *name))
				return (int)i;
	return -1;
}

const char *csv_cell_at(const struct csv_row *row, int at)
{
	return at >= 0 && (size_t)at < row->n ? row->cell[at] : "";
}

enum errk csv_rows_each(struct csv_reader *r, void (*on_row)(void *, const struct csv_row *),
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

		if (k == E_OK && !more)
			return E_OK;
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

static uint32_t hash(const char *s)
{
	uint32_t h = UINT32_C(2166136261); /* FNV-1a */

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * UINT32_C(16777619);
	return h;
}

uint32_t *csv_index_slot(const struct csv_index *x, const char *key)
{
	size_t i = hash(key) & (x->n_slots - 1);

	while (x->slot[i] && strcmp(x->key(x->ctx, x->slot[i] - 1), key) != 0)
		i = (i + 1) & (x->n_slots - 1);
	return &x->slot[i];
}

void csv_index_room(struct csv_index *x, size_t n)
{
	if (x->n_slots >= n * 2 + 2)
		return;
	free(x->slot);
	x->n_slots = x->n_slots ? x->n_slots * 2 : 1024;
	x->slot = calloc(x->n_slots, sizeof(*x->slot));
	if (!x->slot)
		die(70, "out of memory");
	for (size_t i = 0; i < n; i++)
		*csv_index_slot(x, x->key(x->ctx, i)) = (uint32_t)i + 1;
}

void csv_index_release(struct csv_index *x)
{
	free(x->slot);
	x->slot = NULL;
}

void *csv_grow(void *array, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return array;
	*cap = *cap ? *cap * 2 : 256;
	array = reallocarray(array, *cap, size);
	if (!array)
		die(70, "out of memory");
	return array;
}
