#include "csv_products_export.h"

#include "base/cleanup.h"
#include "base/csvfile.h"
#include "base/str.h"
#include "csv_exports.h"
#include "csv_rows.h"

#include "base/banned.h"

enum column {
	COL_HANDLE,
	COL_TITLE,
	COL_STATUS,
	COL_OPTION,
	COL_SKU,
	COL_BARCODE,
	COL_TRACKER,
	COL_COUNT_,
	NAMES_MAX = 3 /* with the NULL at the end */
};

/* Today's name, then the one of before. */
static const char *const names[COL_COUNT_][NAMES_MAX] = {
	[COL_HANDLE] = {"url handle", "handle"},
	[COL_TITLE] = {"title"},
	[COL_STATUS] = {"status"},
	[COL_OPTION] = {"option1 value"},
	[COL_SKU] = {"sku", "variant sku"},
	[COL_BARCODE] = {"barcode", "variant barcode"},
	[COL_TRACKER] = {"inventory tracker", "variant inventory tracker"},
};

/* The export being read. */
struct reading {
	const char *name;
	int at[COL_COUNT_];
	struct str handle, title; /* of the product that the row belongs to */
	bool archived;
};

static void cleanup_reading(struct reading *r)
{
	str_release(&r->handle);
	str_release(&r->title);
}

static enum errk match(struct reading *r, const struct csv_row *header, struct err *e)
{
	for (int c = 0; c < COL_COUNT_; c++)
		r->at[c] = csv_column_find(header, names[c]);
	if (r->at[COL_HANDLE] < 0 || r->at[COL_SKU] < 0)
		return err_set(e, E_LOCAL, "not_a_products_export",
			       "%s: the column '%s' is missing; this is not a products export of "
			       "Shopify (Products > Export) as it was downloaded",
			       r->name, r->at[COL_SKU] < 0 ? "SKU" : "URL handle");
	return E_OK;
}

static void begin_product(struct reading *r, const struct csv_row *row, const char *handle)
{
	str_clear(&r->handle);
	str_add(&r->handle, handle);
	str_clear(&r->title);
	str_add(&r->title, csv_cell_at(row, r->at[COL_TITLE]));
	r->archived = str_equal_nocase(csv_cell_at(row, r->at[COL_STATUS]), "archived");
}

static enum errk take(struct reading *r, const struct csv_row *row, struct arena *a,
		      enum errk (*fn)(void *ctx, const struct article *x, struct err *e), void *ctx,
		      struct err *e)
{
	const char *handle = csv_cell_at(row, r->at[COL_HANDLE]);
	const char *sku = csv_cell_at(row, r->at[COL_SKU]);
	struct article x = {
		.id = arena_printf(a, "%s:%lld", r->name, (long long)row->line),
		.sku = sku,
		.barcode = csv_cell_at(row, r->at[COL_BARCODE]),
	};

	if (handle[0] && !str_equal(handle, r->handle.buf))
		begin_product(r, row, handle);
	/* A row of an image only. */
	if (!sku[0] && str_blank(csv_cell_at(row, r->at[COL_OPTION])))
		return E_OK;
	x.title = r->title.buf;
	if (r->archived)
		x.traits |= ARTICLE_ARCHIVED;
	if (r->at[COL_TRACKER] >= 0 && str_blank(csv_cell_at(row, r->at[COL_TRACKER])))
		x.traits |= ARTICLE_UNTRACKED;
	return fn(ctx, &x, e);
}

static enum errk read_file(const struct csv_source_file *file, struct csv_reader *csv,
			   enum errk (*fn)(void *ctx, const struct article *x, struct err *e),
			   void *ctx, struct err *e)
{
	__attribute__((cleanup(cleanup_reading))) struct reading r = {.name = file->name};
	CLEANUP(arena) struct arena *a = arena_new();
	struct csv_row row;
	bool more = true;
	enum errk k = match(&r, csv_reader_header(csv), e);

	str_init(&r.handle, 0);
	str_init(&r.title, 0);
	while (k == E_OK && more) {
		arena_reset(a);
		k = csv_reader_next(csv, &row, &more, e);
		if (k == E_OK && more)
			k = take(&r, &row, a, fn, ctx, e);
	}
	/* A catalogue with a gap would call articles missing that are there. */
	if (k == E_RECORD)
		k = e->kind = E_LOCAL;
	return k;
}

enum errk csv_products_catalogue(const char *path,
				 enum errk (*fn)(void *ctx, const struct article *x, struct err *e),
				 void *ctx, struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(csv_reader) struct csv_reader *csv = NULL;
	const struct csv_source_file *file;
	enum errk k = csv_export_newest(path, CSV_EXPORT_PRODUCTS, a, &file, e);

	if (k == E_OK)
		k = csv_reader_open(file->path, &csv, e);
	if (k == E_OK)
		k = read_file(file, csv, fn, ctx, e);
	if (k == E_OK && csv_source_changed(file))
		k = err_set(e, E_BUSY, "file_changing",
			    "%s: changes while it is read; try again when it is whole", file->path);
	return k;
}
