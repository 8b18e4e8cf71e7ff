#include "map/table_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/csvfile.h"
#include "base/decimal.h"
#include "base/json.h"
#include "base/spreadsheet.h"
#include "base/str.h"

#include "base/banned.h"

/* Which column of the file goes where. */
enum role { ROLE_IGNORED, ROLE_KEY, ROLE_VALUE };
struct layout {
	enum role role[TABLE_COLUMNS_MAX];
	size_t n;
};

static const char *trimmed(struct arena *a, const char *s)
{
	size_t len;

	s += strspn(s, " \t\r\n");
	for (len = strlen(s); len > 0 && strchr(" \t\r\n", s[len - 1]); len--)
		;
	return arena_strndup(a, s, len);
}

/* "0.20", "0,2" and "20,0 %" are 0.2: no rate has thousands. False: it is no number. */
static bool read_rate(struct arena *a, const char *s, const char **out)
{
	char digits[32], text[DECIMAL_TEXT_MAX], *comma;
	size_t len = strlen(s);
	bool percent = len > 0 && s[len - 1] == '%';
	struct decimal d;

	if (percent) {
		s = spreadsheet_trim(arena_strndup(a, s, len - 1), a);
		len = strlen(s);
	}
	if (len >= sizeof(digits))
		return false;
	snprintf(digits, sizeof(digits), "%s", s);
	comma = strchr(digits, ',');
	if (comma)
		*comma = '.';
	if (decimal_parse(digits, &d, NULL) != E_OK || (percent && d.scale > 7))
		return false;
	if (percent)
		d.scale += 2;
	*out = arena_strdup(a, decimal_text_short(d, text));
	return true;
}

/* What is asked for: what is no number stays text, which no row has. */
const char *table_rate(const char *text, struct arena *a)
{
	const char *out = text;

	return read_rate(a, text, &out) ? out : text;
}

/* One that is read as another rate, or as none, sends its orders to another row. */
static enum errk read_rate_cell(struct table *t, const char **cell, int64_t line, struct err *e)
{
	static const struct decimal WHOLE = {1, 0};
	const char *written = *cell;
	struct decimal rate;

	if (!*written || strchr(written, '*'))
		return E_OK;
	if (!read_rate(t->arena, written, cell))
		return err_set(
			e, E_LOCAL, "bad_table",
			"%s:%lld: column 'rate': '%.40s' is no number; write it as 0.2, 0,2 or 20%%, or * for any",
			t->path, (long long)line, written);
	if (decimal_parse(*cell, &rate, NULL) == E_OK && decimal_cmp(rate, WHOLE) > 0)
		return err_set(e, E_LOCAL, "bad_table",
			       "%s:%lld: column 'rate': '%.40s' would be more than 100%% of the "
			       "price; write 20%% or 0.2 for 20%%",
			       t->path, (long long)line, written);
	return E_OK;
}

static enum errk read_header(struct table *t, const struct csv_row *head, struct layout *l,
			     struct err *e)
{
	if (head->n > TABLE_COLUMNS_MAX)
		return err_set(e, E_LOCAL, "bad_table", "%s: more than %d columns", t->path,
			       TABLE_COLUMNS_MAX);
	for (l->n = 0; l->n < head->n; l->n++) {
		const char *name = trimmed(t->arena, head->cell[l->n]);

		for (size_t i = 0; *name && i < l->n; i++)
			if (str_equal(name, trimmed(t->arena, head->cell[i])))
				return err_set(e, E_LOCAL, "bad_table",
					       "%s:1: the column '%s' stands there twice", t->path,
					       name);
		l->role[l->n] = ROLE_IGNORED; /* also a column without a name */
		if (str_starts(name, "erp_") || str_starts(name, "store_")) {
			l->role[l->n] = ROLE_VALUE;
			t->values[t->n_values++] = name;
		} else if (*name && !str_equal_nocase(name, "note")) {
			l->role[l->n] = ROLE_KEY;
			if (str_equal(name, "rate"))
				t->rate_at = (int)t->n_keys;
			t->keys[t->n_keys++] = name;
		}
	}
	if (!t->n_values)
		return err_set(e, E_LOCAL, "bad_table",
			       "%s:1: no column whose name begins with 'erp_' or 'store_'",
			       t->path);
	if (!t->n_keys)
		return err_set(e, E_LOCAL, "bad_table", "%s:1: no key column", t->path);
	return E_OK;
}

static struct table_row *new_row(struct table *t, int64_t line)
{
	if (t->n_rows == t->cap) {
		t->cap = t->cap ? t->cap * 2 : 64;
		t->rows = reallocarray(t->rows, t->cap, sizeof(*t->rows));
		if (!t->rows)
			die(70, "out of memory");
	}
	t->rows[t->n_rows] = (struct table_row){
		.key = arena_array(t->arena, t->n_keys, sizeof(char *)),
		.value = arena_array(t->arena, t->n_values, sizeof(char *)),
		.line = line,
	};
	return &t->rows[t->n_rows++];
}

/* "title:*New* chair" names a thing, whose name is anybody's words: a star in it is a star. */
static bool is_literal(const struct table *t, const char *cell)
{
	return t->n_keys == 1 && str_starts(cell, "title:");
}

/* Fewest "*" first, then fewest cells with a star inside, then the line. */
static enum errk rank_row(const struct table *t, struct table_row *r, struct err *e)
{
	int64_t whole = 0, inside = 0;

	for (size_t i = 0; i < t->n_keys; i++) {
		const char *cell = r->key[i], *star = strchr(cell, '*');

		if (!star || is_literal(t, cell))
			continue;
		if (str_equal(cell, "*")) {
			whole++;
			continue;
		}
		if (strchr(star + 1, '*') || (star != cell && star[1]))
			return err_set(e, E_LOCAL, "bad_table",
				       "%s:%lld: '%s': a star can stand at the beginning or at the "
				       "end, once",
				       t->path, (long long)r->line, cell);
		inside++;
		r->pattern = true;
	}
	r->rank = (whole << 40) + (inside << 32) + r->line;
	return E_OK;
}

/* A cell as it was meant: without the apostrophe before digits, and nothing that a spreadsheet made of it. */
static enum errk read_cell(struct table *t, const struct csv_row *in, const char *column, size_t i,
			   const char **out, struct err *e)
{
	const char *cell = i < in->n ? trimmed(t->arena, in->cell[i]) : "", *plain;
	const char *wrong = spreadsheet_identifier(cell, t->arena, &plain);

	/* A title may have two lines; whether rows were put together csv_reader_apart has seen. */
	if (is_literal(t, cell)) {
		*out = cell;
		return E_OK;
	}
	if (wrong)
		return err_set(e, E_LOCAL, "bad_table", "%s:%lld: column '%s': '%.40s' %s", t->path,
			       (long long)in->line, column, cell, wrong);
	*out = (cell[0] == '\'' && str_equal(cell + 1, plain)) || str_starts(cell, "=\"") ? plain
											  : cell;
	return E_OK;
}

static enum errk read_cells(struct table *t, const struct layout *l, const struct csv_row *in,
			    struct table_row *r, struct err *e)
{
	size_t key = 0, value = 0;
	enum errk k = E_OK;

	for (size_t i = 0; i < l->n && k == E_OK; i++) {
		if (l->role[i] == ROLE_VALUE) {
			k = read_cell(t, in, t->values[value], i, &r->value[value], e);
			value++;
		} else if (l->role[i] == ROLE_KEY) {
			k = read_cell(t, in, t->keys[key], i, &r->key[key], e);
			key++;
		}
	}
	return k;
}

static enum errk add_row(struct table *t, const struct layout *l, const struct csv_row *in,
			 struct err *e)
{
	size_t filled = 0;
	struct table_row *r;
	enum errk k;

	for (size_t i = 0; i < in->n; i++)
		filled += !str_blank(in->cell[i]);
	if (!filled) /* spreadsheets leave lines of nothing but commas */
		return E_OK;
	for (size_t i = l->n; i < in->n; i++)
		if (!str_blank(in->cell[i]))
			return err_set(e, E_LOCAL, "bad_table",
				       "%s:%lld: %zu cells, but the header has %zu columns",
				       t->path, (long long)in->line, in->n, l->n);
	r = new_row(t, in->line);
	k = read_cells(t, l, in, r, e);
	if (k != E_OK)
		return k;
	if (t->rate_at >= 0)
		k = read_rate_cell(t, &r->key[t->rate_at], in->line, e);
	return k == E_OK ? rank_row(t, r, e) : k;
}

static size_t key_width; /* for the comparison below; qsort(3) hands no context on */

static int by_key(const void *a, const void *b)
{
	const struct table_row *x = *(const struct table_row *const *)a;
	const struct table_row *y = *(const struct table_row *const *)b;
	int c = 0;

	for (size_t i = 0; c == 0 && i < key_width; i++)
		c = strcmp(x->key[i], y->key[i]);
	return c ? c : (x->line > y->line) - (x->line < y->line);
}

static bool same_key(const struct table *t, const struct table_row *a, const struct table_row *b)
{
	for (size_t i = 0; i < t->n_keys; i++)
		if (strcmp(a->key[i], b->key[i]) != 0)
			return false;
	return true;
}

/* Its rank begins with the number of its stars. */
static bool has_star(const struct table_row *r)
{
	return r->rank >> 32 != 0;
}

static enum errk sort_rows(struct table *t, struct err *e)
{
	struct table_row **sorted = arena_array(t->arena, t->n_rows, sizeof(*sorted));

	for (size_t i = 0; i < t->n_rows; i++)
		sorted[i] = &t->rows[i];
	key_width = t->n_keys;
	qsort(sorted, t->n_rows, sizeof(*sorted), by_key);
	for (size_t i = 1; i < t->n_rows; i++)
		if (same_key(t, sorted[i - 1], sorted[i]))
			return err_set(
				e, E_LOCAL, "bad_table",
				"%s:%lld and %s:%lld have the same key (%s '%s'%s); remove one",
				t->path, (long long)sorted[i - 1]->line, t->path,
				(long long)sorted[i]->line, t->keys[0], sorted[i]->key[0],
				t->n_keys > 1 ? ", …" : "");
	t->sorted = sorted;
	t->starred = arena_array(t->arena, t->n_rows, sizeof(*t->starred));
	for (size_t i = 0; i < t->n_rows; i++)
		if (has_star(&t->rows[i]))
			t->starred[t->n_starred++] = &t->rows[i];
	return E_OK;
}

static enum errk load(struct table *t, struct err *e)
{
	__attribute__((cleanup(cleanup_csv_reader))) struct csv_reader *r = NULL;
	struct layout l = {0};
	struct csv_row row;
	int64_t last = 0;
	bool more = true, narrow = false;
	enum errk k;

	k = csv_reader_open(t->path, &r, e);
	if (k == E_OK)
		k = csv_reader_apart(r, e);
	if (k == E_OK)
		k = read_header(t, csv_reader_header(r), &l, e);
	while (k == E_OK && more) {
		k = csv_reader_next(r, &row, &more, e);
		if (k != E_OK || !more)
			break;
		k = add_row(t, &l, &row, e);
		last = row.line;
		narrow = row.n < l.n;
	}
	if (k == E_OK && narrow && csv_reader_unended(r))
		return err_set(e, E_LOCAL, "bad_table",
			       "%s:%lld: the file ends in the middle of this row; put the whole "
			       "file there, or end the row with a line break",
			       t->path, (long long)last);
	return k == E_OK ? sort_rows(t, e) : k;
}

enum errk table_load(const char *path, const char *name, struct table **out, struct err *e)
{
	struct table *t = calloc(1, sizeof(*t));
	struct err why = {0};

	if (!t)
		die(70, "out of memory");
	t->arena = arena_new();
	t->scratch = arena_new();
	t->path = arena_strdup(t->arena, path);
	t->name = arena_strdup(t->arena, name);
	t->before = "";
	t->place = arena_printf(t->arena, "in %s", path);
	t->rate_at = -1;
	if (load(t, &why) != E_OK) {
		table_free(t);
		/* The reader calls bad CSV a bad record; here it stops every record. */
		return err_set(e, E_LOCAL, "bad_table", "%s", why.msg);
	}
	*out = t;
	return E_OK;
}

void table_free(struct table *t)
{
	if (!t)
		return;
	free(t->rows);
	arena_free(t->scratch);
	arena_free(t->arena);
	free(t);
}

const char *table_name(const struct table *t)
{
	return t->name;
}

static bool cell_matches(const char *cell, const char *text)
{
	size_t len = strlen(cell);

	if (str_equal(cell, "*") || str_equal(cell, text))
		return true;
	if (cell[0] == '*')
		return str_ends(text, cell + 1);
	return len > 0 && cell[len - 1] == '*' && strncmp(cell, text, len - 1) == 0;
}

static size_t value_index(const struct table *t, const char *value)
{
	for (size_t i = 0; i < t->n_values; i++)
		if (str_equal(t->values[i], value))
			return i;
	BUG("table %s has no column '%s'", t->name, value);
}

/* The row with exactly this key; NULL if there is none. Any other that matches has a star. */
static const struct table_row *exact_row(const struct table *t, const char **want)
{
	const struct table_row key = {.key = want, .line = 0};
	size_t low = 0, high = t->n_rows;

	key_width = t->n_keys;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct table_row *probe = &key;

		if (by_key(&t->sorted[mid], &probe) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == t->n_rows || !same_key(t, t->sorted[low], &key) || has_star(t->sorted[low]))
		return NULL;
	return t->sorted[low];
}

static bool row_matches(const struct table *t, const struct table_row *r, const char **want)
{
	for (size_t i = 0; i < t->n_keys; i++)
		if (!cell_matches(r->key[i], want[i]))
			return false;
	return true;
}

static const struct table_row *best_row(const struct table *t, const char **want)
{
	const struct table_row *best = exact_row(t, want);

	if (best)
		return best;
	for (size_t i = 0; i < t->n_starred; i++) {
		const struct table_row *r = t->starred[i];

		if (row_matches(t, r, want) && (!best || r->rank < best->rank))
			best = r;
	}
	return best;
}

const struct table_row *table_row_for(const struct table *t, const char *const *cells, bool exact,
				      struct arena *a)
{
	const char **want = arena_array(a, t->n_keys, sizeof(char *));

	for (size_t i = 0; i < t->n_keys; i++)
		want[i] = trimmed(a, cells[i]);
	if (t->rate_at >= 0)
		want[t->rate_at] = table_rate(want[t->rate_at], a);
	return exact ? exact_row(t, want) : best_row(t, want);
}

/* By the best row that matches, or by one alone that has exactly this key. */
static const char *find_value(const struct table *t, const char *const *key, size_t column,
			      bool exact)
{
	const char *found, **cells;
	const struct table_row *row;

	arena_reset(t->scratch);
	cells = arena_array(t->scratch, t->n_keys, sizeof(char *));
	for (size_t i = 0; i < t->n_keys; i++)
		cells[i] = key[i] ? key[i] : "";
	row = table_row_for(t, cells, exact, t->scratch);
	found = row ? row->value[column] : NULL;
	return found && str_equal(found, "*") ? cells[0] : found;
}

const char *table_find(const struct table *t, const char *const *key, size_t n_key,
		       const char *value)
{
	size_t column = value_index(t, value);

	if (n_key != t->n_keys)
		BUG("table %s has %zu key columns, not %zu", t->name, t->n_keys, n_key);
	return find_value(t, key, column, false);
}

const char *table_answer(const struct table *t, const char *column, const char *key)
{
	const char *found;
	bool there = !column;

	for (size_t i = 0; i < t->n_values && !there; i++)
		there = str_equal(t->values[i], column);
	if (t->n_keys != 1 || !there)
		return NULL;
	found = table_find(t, &key, 1, column ? column : t->values[0]);
	return found && *found ? found : NULL;
}

const char *table_answer_exact(const struct table *t, const char *key)
{
	const char *found = t->n_keys == 1 ? find_value(t, &key, 0, true) : NULL;

	return found && *found ? found : NULL;
}

bool table_has_row(const struct table *t, const char *key)
{
	arena_reset(t->scratch);
	return t->n_keys == 1 && table_row_for(t, &key, true, t->scratch);
}
