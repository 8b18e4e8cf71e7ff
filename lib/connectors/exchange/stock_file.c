#include "connectors/exchange/stock_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/csvfile.h"
#include "base/str.h"
#include "model/sku_spelling.h"
#include "files/guard.h"

#include "base/banned.h"

/* Where the file has no such column, everything is in one warehouse. */
static const char ONE_WAREHOUSE[] = "default";

enum column { COL_SKU, COL_TITLE, COL_WAREHOUSE, COL_FIRST_FIGURE, COL_COUNT_ = 6, NAMES_MAX = 8 };

/* As ERPs call them; blanks, dashes and underscores, and case, do not count. */
static const char *const names[COL_COUNT_][NAMES_MAX] = {
	[COL_SKU] = {"sku", "article", "item", "internal reference", "default code",
		     "artikelnummer"},
	[COL_TITLE] = {"title", "name", "description", "product", "bezeichnung"},
	[COL_WAREHOUSE] = {"warehouse", "location", "site", "store", "lager"},
	[COL_FIRST_FIGURE + FIGURE_ON_HAND] = {"on hand", "quantity", "qty", "stock", "physical",
					       "bestand", "menge"},
	[COL_FIRST_FIGURE + FIGURE_AVAILABLE] = {"available", "free", "free stock", "free to use"},
	[COL_FIRST_FIGURE +
		FIGURE_FORECAST] = {"forecast", "forecasted", "virtual available", "projected"},
};

static const char *const *names_of(int column)
{
	return names[column];
}

static const struct column_names column_names = {names_of, COL_COUNT_};

bool exchange_stock_figure(const struct exchange_stock_row *row, enum stock_figure f,
			   struct decimal *out)
{
	*out = (struct decimal){row->units[f], row->scale[f]};
	return row->scale[f] >= 0;
}

/* Articles by how people read their SKUs. */
struct admin_spelling {
	uint64_t hash;
	uint32_t article;
};
struct exchange_spellings {
	struct admin_spelling *list; /* NULL = not made yet */
	size_t n;
};

/* The file being read. */
struct reading {
	struct exchange_stock *s;
	int at[COL_COUNT_]; /* -1: the file has no such column */
	size_t width;
	struct guard_numbers numbers;
	enum stock_figure only; /* FIGURE_COUNT_: each of them may be used */
};

static enum errk match_columns(struct reading *r, const struct csv_row *header, struct err *e)
{
	struct exchange_stock *s = r->s;
	bool any = false;
	enum errk k = guard_columns(header, &column_names, s->name, r->at, e);

	r->width = header->n;
	s->ignored = columns_ignored(s->name, header, &column_names, s->mem);
	if (k != E_OK)
		return k;
	for (int f = 0; f < FIGURE_COUNT_; f++)
		any |= s->has[f] = r->at[COL_FIRST_FIGURE + f] >= 0;
	if (r->at[COL_SKU] >= 0 && any)
		return E_OK;
	return err_set(e, E_LOCAL, "not_a_stock_file",
		       "%s: there is %s; its columns are %s; names that are known: %s", s->name,
		       r->at[COL_SKU] < 0
			       ? "no column 'sku'"
			       : "none of the columns 'on_hand', 'available' and 'forecast'",
		       columns_titles(header, NULL, s->mem),
		       columns_known(&column_names, true, s->mem));
}

/* Arrays double as they grow; what was not needed goes back. */
static void *fit(void *array, size_t n, size_t size)
{
	void *exact = n ? reallocarray(array, n, size) : NULL;

	return exact ? exact : array;
}

static const char *sku_of(const void *ctx, size_t i)
{
	return ((const struct exchange_stock *)ctx)->article[i].sku;
}

static struct exchange_stock_article *article_of(struct exchange_stock *s, const char *sku)
{
	uint32_t *slot;

	key_index_room(&s->skus, s->n_articles);
	slot = key_index_slot(&s->skus, sku);
	if (!*slot) {
		s->article = rows_grow(s->article, s->n_articles, &s->cap_articles,
				       sizeof(*s->article));
		s->article[s->n_articles] = (struct exchange_stock_article){
			.sku = arena_strdup(s->mem, sku)};
		*slot = (uint32_t)++s->n_articles;
	}
	return &s->article[*slot - 1];
}

static const char *warehouse_name(const void *ctx, size_t i)
{
	return ((const struct exchange_stock *)ctx)->warehouse[i];
}

static uint32_t warehouse_of(struct exchange_stock *s, const char *name)
{
	uint32_t *slot;

	key_index_room(&s->warehouses, s->n_warehouses);
	slot = key_index_slot(&s->warehouses, name);
	if (!*slot) {
		s->warehouse = rows_grow(s->warehouse, s->n_warehouses, &s->cap_warehouses,
					 sizeof(char *));
		s->warehouse[s->n_warehouses] = arena_strdup(s->mem, name);
		*slot = (uint32_t)++s->n_warehouses;
	}
	return *slot - 1;
}

static const char *cell(const struct reading *r, const struct csv_row *row, int column)
{
	return row_cell(row, r->at[column]);
}

static void PRINTF_LIKE(3, 4)
	spoil(struct exchange_stock *s, struct exchange_stock_article *a, const char *fmt, ...)
{
	struct err *problem = arena_alloc(s->mem, sizeof(*problem));
	va_list args;

	s->faulty = true;
	if (a->problem) /* the first one is enough to act on */
		return;
	va_start(args, fmt);
	err_set(problem, E_RECORD, "bad_row", "%s", arena_vprintf(s->mem, fmt, args));
	va_end(args);
	a->problem = problem;
}

/* What the article has in the row's warehouse is not known; in its others it is. */
static void PRINTF_LIKE(5, 6) spoil_row(struct exchange_stock *s, struct exchange_stock_article *a,
					uint32_t row, uint32_t line, const char *fmt, ...)
{
	struct exchange_stock_fault *fault = arena_alloc(s->mem, sizeof(*fault));
	va_list args;

	s->faulty = s->row[row].faulty = true;
	va_start(args, fmt);
	*fault = (struct exchange_stock_fault){.row = row, .line = line, .next = a->faults};
	fault->text = arena_vprintf(s->mem, fmt, args);
	va_end(args);
	a->faults = fault;
}

/* The row of this article may be another's: a cell is missing, or a spreadsheet took its SKU for a number. */
static void count_unnamed(struct exchange_stock *s, const struct exchange_stock_article *a)
{
	if (s->n_unnamed++ == 0)
		s->unnamed = a->problem->msg;
}

static void add_figures(const struct reading *r, struct exchange_stock_article *a,
			const struct csv_row *in, uint32_t at)
{
	struct exchange_stock_row *row = &r->s->row[at];

	for (int f = 0; f < FIGURE_COUNT_; f++) {
		const char *text = cell(r, in, COL_FIRST_FIGURE + f);
		struct decimal d = DECIMAL_ZERO;
		const char *why;

		row->scale[f] = -1;
		if (!text[0])
			continue;
		why = guard_number(text, r->numbers, &d);
		if (!why) {
			row->units[f] = d.units;
			row->scale[f] = (int8_t)d.scale;
		} else if (r->only == FIGURE_COUNT_ || r->only == (enum stock_figure)f)
			spoil_row(r->s, a, at, row->line, "column '%s': '%.40s' %s",
				  stock_figure_name((enum stock_figure)f), text,
				  row_no_quantity(why));
	}
}

/* Returns where it is. Two rows of one warehouse: which of them holds nobody knows. */
static uint32_t append(struct exchange_stock *s, struct exchange_stock_article *a,
		       struct exchange_stock_row row)
{
	const uint32_t at = (uint32_t)s->n_rows;

	for (uint32_t i = a->first; i; i = s->row[i].next)
		if (s->row[i].warehouse == row.warehouse) {
			spoil_row(s, a, i, row.line,
				  "'%s' in warehouse '%s' stands on line %u already", a->sku,
				  s->warehouse[row.warehouse], s->row[i].line);
			row.faulty = true;
			break;
		}
	s->row = rows_grow(s->row, s->n_rows, &s->cap_rows, sizeof(*s->row));
	s->row[s->n_rows++] = row;
	if (a->last)
		s->row[a->last].next = at;
	else
		a->first = at;
	a->last = at;
	return at;
}

/* Of an article no row can be used: the first fault is enough to act on. */
static void judge_rows(struct exchange_stock *s, struct exchange_stock_article *a)
{
	const struct exchange_stock_fault *first = a->faults;

	for (uint32_t i = a->first; first && i; i = s->row[i].next)
		if (!s->row[i].faulty)
			return;
	for (; first && first->next; first = first->next)
		;
	if (first)
		spoil(s, a,
		      "%s:%u: %s; no other row of it can be used, so the shop keeps what it has "
		      "of it, in other warehouses too",
		      s->name, first->line, first->text);
}

static void add_row(void *ctx, const struct csv_row *in)
{
	const struct reading *r = ctx;
	struct exchange_stock *s = r->s;
	const char *sku, *title = cell(r, in, COL_TITLE);
	const char *why = guard_identifier(cell(r, in, COL_SKU), s->mem, &sku);
	const char *warehouse = ONE_WAREHOUSE, *where_wrong = NULL;
	char where[80];
	struct exchange_stock_article *a;
	struct exchange_stock_row row = {.line = (uint32_t)in->line};

	snprintf(where, sizeof(where), "%.60s:%lld", s->name, (long long)in->line);
	a = article_of(s, !sku[0] ? row_id(in, s->mem)
			  : why   ? arena_printf(s->mem, ROW "%s", sku)
				  : sku);
	if ((!sku[0] || why) && !a->label)
		a->label = arena_strdup(s->mem, sku[0] ? sku : where);
	if (title[0] && !a->title)
		a->title = arena_strdup(s->mem, title);
	if (in->n != r->width)
		spoil(s, a, "%s: the row has %zu cells, the header has %zu", where, in->n,
		      r->width);
	if (!sku[0]) {
		a->nameless = true;
		spoil(s, a, "%s: the row has no SKU", where);
	}
	if (why)
		spoil(s, a, "%s: column 'sku': '%.40s' %s", where, sku, why);
	if (in->n != r->width || !sku[0] || why)
		count_unnamed(s, a);
	if (r->at[COL_WAREHOUSE] >= 0)
		where_wrong = guard_identifier(cell(r, in, COL_WAREHOUSE), s->mem, &warehouse);
	if (where_wrong)
		spoil(s, a, "%s: column 'warehouse': '%.40s' %s", where, warehouse, where_wrong);
	if (!warehouse[0])
		spoil(s, a, "%s: the row has no warehouse", where);
	row.warehouse = warehouse_of(s, warehouse);
	add_figures(r, a, in, append(s, a, row));
}

/* A row that can't be read at all stands for itself. */
static void add_unreadable(void *ctx, const struct err *why)
{
	struct exchange_stock *s = ((const struct reading *)ctx)->s;
	struct exchange_stock_article *a = article_of(s, row_bad_id(why, s->mem));

	if (!a->label)
		a->label = arena_printf(s->mem, "%.60s: unreadable row %zu", s->name,
					s->n_articles);
	spoil(s, a, "%s", why->msg);
	count_unnamed(s, a);
}

enum errk exchange_stock_read(const char *path, const char *name, struct exchange_stock **out,
			      struct err *e)
{
	return exchange_stock_read_as(path, name, CSV_UTF8, FIGURE_COUNT_, out, e);
}

enum errk exchange_stock_read_as(const char *path, const char *name, enum csv_encoding declared,
				 enum stock_figure only, struct exchange_stock **out, struct err *e)
{
	CLEANUP(exchange_stock) struct exchange_stock *s = calloc(1, sizeof(*s));
	CLEANUP(csv_reader) struct csv_reader *reader = NULL;
	struct reading r = {.s = s, .only = only};
	enum errk k;

	if (!s)
		die(70, "out of memory");
	s->mem = arena_new();
	s->name = arena_strdup(s->mem, name);
	s->row = rows_grow(s->row, 0, &s->cap_rows, sizeof(*s->row));
	s->n_rows = 1;
	s->skus = (struct key_index){.key = sku_of, .ctx = s};
	s->warehouses = (struct key_index){.key = warehouse_name, .ctx = s};
	s->spellings = arena_alloc(s->mem, sizeof(*s->spellings));
	key_index_room(&s->skus, 0);
	key_index_room(&s->warehouses, 0);
	k = guard_open(path, declared, &reader, e);
	if (k != E_OK)
		return k;
	k = match_columns(&r, csv_reader_header(reader), e);
	if (k == E_OK)
		r.numbers = guard_numbers(reader, r.at + COL_FIRST_FIGURE, FIGURE_COUNT_);
	if (k == E_OK)
		k = rows_each(reader, add_row, add_unreadable, &r, &s->cut, e);
	if (k != E_OK)
		return k;
	for (size_t i = 0; i < s->n_articles; i++)
		judge_rows(s, &s->article[i]);
	s->row = fit(s->row, s->n_rows, sizeof(*s->row));
	s->article = fit(s->article, s->n_articles, sizeof(*s->article));
	*out = TAKE(s);
	return E_OK;
}

void exchange_stock_free(struct exchange_stock *s)
{
	if (!s)
		return;
	free(s->warehouse);
	free(s->article);
	free(s->row);
	key_index_release(&s->skus);
	key_index_release(&s->warehouses);
	arena_free(s->mem);
	free(s);
}

const struct exchange_stock_article *exchange_stock_find(const struct exchange_stock *s,
							 const char *sku)
{
	uint32_t slot = *key_index_slot(&s->skus, sku);

	return slot ? &s->article[slot - 1] : NULL;
}

static int by_hash(const void *a, const void *b)
{
	const struct admin_spelling *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return (x->article > y->article) - (x->article < y->article);
}

static void make_spellings(const struct exchange_stock *s)
{
	struct exchange_spellings *all = s->spellings;

	all->list = arena_array(s->mem, s->n_articles + 1, sizeof(*all->list));
	for (size_t i = 0; i < s->n_articles; i++)
		if (!s->article[i].label)
			all->list[all->n++] =
				(struct admin_spelling){sku_spelling_hash(s->article[i].sku),
							(uint32_t)i};
	qsort(all->list, all->n, sizeof(*all->list), by_hash);
}

const struct exchange_stock_article *exchange_stock_near(const struct exchange_stock *s,
							 const char *sku)
{
	const uint64_t hash = sku_spelling_hash(sku);
	const struct exchange_spellings *all = s->spellings;
	size_t low = 0, high;

	if (!all->list)
		make_spellings(s);
	if (!all->list)
		return NULL;
	for (high = all->n; low < high;) {
		size_t middle = low + (high - low) / 2;

		if (all->list[middle].hash < hash)
			low = middle + 1;
		else
			high = middle;
	}
	for (; hash && low < all->n && all->list[low].hash == hash; low++) {
		const struct exchange_stock_article *x = &s->article[all->list[low].article];

		if (!str_equal(x->sku, sku))
			return x;
	}
	return NULL;
}

bool exchange_stock_has(const struct exchange_stock *s, const struct exchange_stock_article *a,
			const char *warehouse)
{
	for (uint32_t i = a->first; i; i = s->row[i].next)
		if (str_equal(s->warehouse[s->row[i].warehouse], warehouse))
			return true;
	return false;
}

bool exchange_stock_is_some(const struct exchange_stock_row *row)
{
	for (int f = 0; f < FIGURE_COUNT_; f++)
		if (row->scale[f] >= 0 && row->units[f] != 0)
			return true;
	return row->faulty;
}

bool exchange_stock_has_some(const struct exchange_stock *s, const struct exchange_stock_article *a,
			     uint32_t warehouse)
{
	for (uint32_t i = a->first; i; i = s->row[i].next)
		if (s->row[i].warehouse == warehouse && exchange_stock_is_some(&s->row[i]))
			return true;
	return false;
}
