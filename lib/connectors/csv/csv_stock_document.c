#include "csv_stock_document.h"

#include "base/str.h"
#include "csv_rows.h"

#include "base/banned.h"

static size_t count_rows(const struct csv_stock *s, const struct csv_stock_article *a)
{
	size_t n = 0;

	for (uint32_t i = a ? a->first : 0; i; i = s->row[i].next)
		n++;
	return n;
}

static struct stock_entry entry_of(const struct csv_stock *s, const struct csv_stock_row *row,
				   struct arena *a)
{
	struct stock_entry entry = {.warehouse = s->warehouse[row->warehouse]};
	char text[DECIMAL_TEXT_MAX];

	for (int f = 0; f < FIGURE_COUNT_; f++) {
		struct decimal d;

		if (csv_stock_figure(row, (enum stock_figure)f, &d))
			entry.figure[f] = arena_strdup(a, decimal_text_short(d, text));
	}
	return entry;
}

/* Nothing is there, in the figures that the file has. */
static struct stock_entry nothing_in(const struct csv_stock *s, const char *warehouse)
{
	struct stock_entry entry = {.warehouse = warehouse};

	for (int f = 0; f < FIGURE_COUNT_; f++)
		entry.figure[f] = s->has[f] ? "0" : NULL;
	return entry;
}

static bool has_entry(const struct stock_entry *entry, size_t n, const char *warehouse)
{
	for (size_t i = 0; i < n; i++)
		if (str_equal(entry[i].warehouse, warehouse))
			return true;
	return false;
}

/* How an earlier file has it; NULL: not, or not readably. */
static const struct csv_stock_article *article_in(const struct csv_stock *s, const char *sku)
{
	const struct csv_stock_article *x = s ? csv_stock_find(s, sku) : NULL;

	return x && !x->problem ? x : NULL;
}

void csv_stock_record(const struct csv_stock *s, const struct csv_stock_article *article,
		      const struct csv_stock *const *before, size_t n_before, int64_t read_at,
		      struct arena *a, struct record *out)
{
	size_t n = 0, most = count_rows(s, article);
	struct stock_entry *entry;

	if (article->problem) {
		stock_record_problem(article->sku, article->problem, read_at, a, out);
		csv_rows_fault(article->problem, a, out);
		return;
	}
	for (size_t b = 0; b < n_before; b++)
		most += count_rows(before[b], article_in(before[b], article->sku));
	entry = arena_array(a, most, sizeof(*entry));
	for (uint32_t i = article->first; i; i = s->row[i].next)
		entry[n++] = entry_of(s, &s->row[i], a);
	for (size_t b = 0; b < n_before; b++) {
		const struct csv_stock_article *was = article_in(before[b], article->sku);

		for (uint32_t i = was ? was->first : 0; i; i = before[b]->row[i].next) {
			const char *warehouse = before[b]->warehouse[before[b]->row[i].warehouse];

			if (!has_entry(entry, n, warehouse))
				entry[n++] = nothing_in(s, warehouse);
		}
	}
	stock_record(article->sku, article->title, entry, n, read_at, a, out);
}

void csv_stock_record_gone(const struct csv_stock *s, const char *sku, const char *const *warehouse,
			   size_t n, int64_t read_at, struct arena *a, struct record *out)
{
	struct stock_entry *entry = arena_array(a, n, sizeof(*entry));

	for (size_t i = 0; i < n; i++)
		entry[i] = nothing_in(s, warehouse[i]);
	stock_record(sku, NULL, entry, n, read_at, a, out);
}
