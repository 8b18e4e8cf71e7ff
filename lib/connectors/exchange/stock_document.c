#include "connectors/exchange/stock_document.h"

#include "base/str.h"
#include "files/rows.h"

#include "base/banned.h"

static size_t count_rows(const struct exchange_stock *s, const struct exchange_stock_article *a)
{
	size_t n = 0;

	for (uint32_t i = a ? a->first : 0; i; i = s->row[i].next)
		n++;
	return n;
}

/* None of its figures is used: a cell that is not understood may be one that slipped from its column. */
static void add_fault(const struct exchange_stock *s, const struct exchange_stock_article *article,
		      uint32_t row, struct arena *a, struct stock_entry *entry)
{
	const struct exchange_stock_fault *fault = article->faults;

	while (fault && fault->row != row)
		fault = fault->next;
	if (!fault)
		BUG("a row is at fault, and nobody knows why");
	entry->where = arena_printf(a, "%s:%u", s->name, fault->line);
	entry->problem = arena_printf(a, "%s; have the ERP write it again, in a new file",
				      fault->text);
}

static struct stock_entry entry_of(const struct exchange_stock *s,
				   const struct exchange_stock_article *article, uint32_t at,
				   struct arena *a)
{
	const struct exchange_stock_row *row = &s->row[at];
	struct stock_entry entry = {.warehouse = s->warehouse[row->warehouse]};
	char text[DECIMAL_TEXT_MAX];

	if (row->faulty) {
		add_fault(s, article, at, a, &entry);
		return entry;
	}
	for (int f = 0; f < FIGURE_COUNT_; f++) {
		struct decimal d;

		if (exchange_stock_figure(row, (enum stock_figure)f, &d))
			entry.figure[f] = arena_strdup(a, decimal_text_short(d, text));
	}
	return entry;
}

/* Nothing is there, in the figures that the file has. */
static struct stock_entry nothing_in(const struct exchange_stock *s, const char *warehouse)
{
	struct stock_entry entry = {.warehouse = warehouse, .gone = true};

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
static const struct exchange_stock_article *article_in(const struct exchange_stock *s,
						       const char *sku)
{
	const struct exchange_stock_article *x = s ? exchange_stock_find(s, sku) : NULL;

	return x && !x->problem ? x : NULL;
}

/* The warehouses of an article, as they are and as they were. */
struct places {
	struct stock_entry *entry;
	size_t n;
	const char *lost; /* the first one that is not said to be empty, and was not; NULL = none */
	const char **told; /* of these files of the same set say how they stand */
	size_t n_told;
};

static bool is_told(const struct places *p, const char *warehouse)
{
	for (size_t i = 0; i < p->n_told; i++)
		if (str_equal(p->told[i], warehouse))
			return true;
	return has_entry(p->entry, p->n, warehouse);
}

static void add_lost(const struct exchange_stock *s, const struct exchange_stock *was,
		     const struct exchange_stock_article *x, struct places *to)
{
	for (uint32_t i = x->first; i; i = was->row[i].next) {
		const char *warehouse = was->warehouse[was->row[i].warehouse];

		if (is_told(to, warehouse))
			continue;
		to->entry[to->n++] = nothing_in(s, warehouse);
		if (!to->lost && exchange_stock_is_some(&was->row[i]))
			to->lost = warehouse;
	}
}

/* Its figures are no sum while a warehouse may be missing. */
static void hold(const struct exchange_stock_article *article, const char *lost, const char *hidden,
		 int64_t read_at, struct arena *a, struct record *out)
{
	struct err problem;

	err_set(&problem, E_RECORD, "bad_row",
		"'%s' has no row in warehouse '%s' any more, where it had one, and a row that does "
		"not tell its article may be it (%s); have the ERP write the file anew, or list it "
		"there with 0",
		article->sku, lost, hidden);
	stock_record_problem(article->sku, &problem, read_at, a, out);
	/* Where that row stands makes it no other fault. */
	out->version = arena_printf(a, "part of it, not %.60s", lost);
}

void exchange_stock_record(const struct exchange_stock *s,
			   const struct exchange_stock_article *article,
			   const struct exchange_stock_past *before, size_t n_before,
			   const char *hidden, int64_t read_at, struct arena *a, struct record *out)
{
	size_t most = count_rows(s, article);
	struct places places = {0};

	if (article->problem) {
		stock_record_problem(article->sku, article->problem, read_at, a, out);
		rows_fault(article->problem, a, out);
		if (article->label)
			out->label = arena_strdup(a, article->label);
		return;
	}
	for (size_t b = 0; b < n_before; b++)
		most += count_rows(before[b].s, article_in(before[b].s, article->sku));
	places.entry = arena_array(a, most, sizeof(*places.entry));
	places.told = arena_array(a, most, sizeof(*places.told));
	for (uint32_t i = article->first; i; i = s->row[i].next)
		if (!has_entry(places.entry, places.n, s->warehouse[s->row[i].warehouse]))
			places.entry[places.n++] = entry_of(s, article, i, a);
	for (size_t b = 0; b < n_before; b++) {
		const struct exchange_stock_article *was = article_in(before[b].s, article->sku);

		for (uint32_t i = was && before[b].same_set ? was->first : 0; i;
		     i = before[b].s->row[i].next)
			places.told[places.n_told++] =
				before[b].s->warehouse[before[b].s->row[i].warehouse];
		if (!was || before[b].same_set)
			continue;
		add_lost(s, before[b].s, was, &places);
		/* A list says where it was, all of it. */
		if (!before[b].changes && !before[b].s->unnamed)
			break;
	}
	if (hidden && places.lost)
		hold(article, places.lost, hidden, read_at, a, out);
	else
		stock_record(article->sku, article->title, places.entry, places.n, read_at, a, out);
}

void exchange_stock_record_gone(const struct exchange_stock *s, const char *sku,
				const char *const *warehouse, size_t n, int64_t read_at,
				struct arena *a, struct record *out)
{
	struct stock_entry *entry = arena_array(a, n, sizeof(*entry));

	for (size_t i = 0; i < n; i++)
		entry[i] = nothing_in(s, warehouse[i]);
	stock_record(sku, NULL, entry, n, read_at, a, out);
}
