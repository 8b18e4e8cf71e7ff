#include "base/str.h"
#include "csv_inbox_read.h"
#include "csv_guard.h"
#include "csv_stock_document.h"

#include "base/banned.h"

static enum errk read_file(const struct conf *c, const char *path, const char *name, void **content,
			   bool *cut, struct err *e)
{
	struct csv_stock *s = NULL;
	enum errk k = csv_stock_read_as(path, name, csv_guard_encoding(c, "erp"), &s, e);

	if (k != E_OK)
		return k;
	*cut = s->cut;
	*content = s;
	return E_OK;
}

static void free_file(void *content)
{
	csv_stock_free(content);
}

static size_t count(const void *content)
{
	return ((const struct csv_stock *)content)->n_articles;
}

/* A later file of the set says how this article stands. */
static bool is_overtaken(const struct csv_inbox_set *set, size_t file, const char *sku)
{
	for (size_t i = file + 1; i < set->n; i++)
		if (csv_stock_find(set->file[i].content, sku))
			return true;
	return false;
}

/*
 * An export that broke off between two rows, or a list of something else, would empty the shop: what a list
 * leaves out is sold out. However few there are: a small shop is emptied as surely.
 */
static enum errk judge(const struct csv_inbox_set *set, struct err *e)
{
	const struct csv_stock *was = set->before.content;
	size_t gone = 0, all = 0;

	for (size_t i = 0; was && i < was->n_articles; i++) {
		const struct csv_stock_article *x = &was->article[i];

		if (x->problem)
			continue;
		all++;
		gone += !csv_stock_find(set->file[0].content, x->sku) &&
			!is_overtaken(set, 0, x->sku);
	}
	if (gone * 2 <= all)
		return E_OK;
	return err_set(e, E_LOCAL, "snapshot_shrunk",
		       "%s: lists %zu articles, and %zu of the %zu of the last snapshot (%s) are "
		       "missing: it looks broken off, or is a list of something else, and is not "
		       "used; have the ERP list what is sold out with 0, or call a file of changes "
		       "stock-changes….csv; if the shop is to keep what it has of those, remove "
		       "the stock*.csv from that folder",
		       set->file[0].path,
		       ((const struct csv_stock *)set->file[0].content)->n_articles, gone, all,
		       set->before.path);
}

static bool record(const struct csv_inbox_set *set, size_t file, size_t k, struct arena *a,
		   struct record *out)
{
	const struct csv_stock *before = set->before.content;
	const struct csv_stock *s = file < set->n ? set->file[file].content : before;
	int64_t read_at = set->file[file < set->n ? file : 0].mtime_ns / 1000000000;

	if (file < set->n) {
		if (is_overtaken(set, file, s->article[k].sku))
			return false;
		csv_stock_record(s, &s->article[k], file == 0 ? before : NULL, read_at, a, out);
		return true;
	}
	/* What the last snapshot had and the new one has not. */
	if (before->article[k].problem ||
	    csv_stock_find(set->file[0].content, before->article[k].sku) ||
	    is_overtaken(set, 0, before->article[k].sku))
		return false;
	csv_stock_record_gone(set->file[0].content, before, &before->article[k], read_at, a, out);
	return true;
}

static void finish(struct record *r, struct arena *a)
{
	stock_record_finish(r, "csv", a);
}

/* An article has a row for each warehouse; one that has two for the same stands there twice. */
static bool is_another(const struct csv_stock *s, const struct csv_stock_article *x, uint32_t row)
{
	for (uint32_t i = x->first; i != row; i = s->row[i].next)
		if (s->row[i].warehouse == s->row[row].warehouse)
			return true;
	return row == x->first;
}

static enum errk articles(const struct csv_inbox_set *set, size_t file, size_t k, struct arena *a,
			  enum errk (*fn)(void *ctx, const struct article *x, struct err *e),
			  void *ctx, struct err *e)
{
	const struct csv_stock *s = set->file[file].content;
	const struct csv_stock_article *x = &s->article[k];
	enum errk rc = E_OK;

	if (is_overtaken(set, file, x->sku))
		return E_OK;
	/* A row that can't be read may be any article's. */
	if (!x->first)
		return err_set(e, E_LOCAL, "bad_row", "%s", x->problem ? x->problem->msg : s->name);
	for (uint32_t i = x->first; i && rc == E_OK; i = s->row[i].next) {
		const struct article article = {
			.id = arena_printf(a, "%s:%u", s->name, s->row[i].line),
			.sku = x->nameless ? "" : x->sku,
			.title = x->title,
		};

		if (is_another(s, x, i))
			rc = fn(ctx, &article, e);
	}
	return rc;
}

const struct csv_inbox_kind csv_stock_files = {
	.kind = KIND_STOCK,
	.prefix = "stock",
	.columns = "sku, warehouse, on_hand, available, forecast",
	.section = "inventory",
	.complete = true,
	.missing = "no stock file of the ERP lists this SKU",
	.read = read_file,
	.free = free_file,
	.judge = judge,
	.count = count,
	.record = record,
	.finish = finish,
	.articles = articles,
};
