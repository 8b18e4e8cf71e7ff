#include "connectors/shopify_admin/products/export.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/csvfile.h"
#include "base/decimal.h"
#include "base/str.h"
#include "model/sku_spelling.h"
#include "files/guard.h"

#include "base/banned.h"

enum { NAMES_MAX = 3 /* with the NULL at the end */ };

/* Today's name, then the one of before. */
static const char *const names[SHOP_COUNT_][NAMES_MAX] = {
	[SHOP_HANDLE] = {"url handle", "handle"},
	[SHOP_TITLE] = {"title"},
	[SHOP_DESCRIPTION] = {"description", "body (html)"},
	[SHOP_VENDOR] = {"vendor"},
	[SHOP_TYPE] = {"type"},
	[SHOP_TAGS] = {"tags"},
	[SHOP_STATUS] = {"status"},
	[SHOP_OPTION] = {"option1 name"},
	[SHOP_OPTION + 1] = {"option1 value"},
	[SHOP_OPTION + 2] = {"option1 linked to"},
	[SHOP_OPTION + 3] = {"option2 name"},
	[SHOP_OPTION + 4] = {"option2 value"},
	[SHOP_OPTION + 5] = {"option2 linked to"},
	[SHOP_OPTION + 6] = {"option3 name"},
	[SHOP_OPTION + 7] = {"option3 value"},
	[SHOP_OPTION + 8] = {"option3 linked to"},
	[SHOP_SKU] = {"sku", "variant sku"},
	[SHOP_BARCODE] = {"barcode", "variant barcode"},
	[SHOP_PRICE] = {"price", "variant price"},
	[SHOP_COMPARE_AT_PRICE] = {"compare at price", "variant compare at price"},
	[SHOP_COST] = {"cost per item"},
	[SHOP_TAXABLE] = {"charge tax", "variant taxable"},
	[SHOP_TRACKER] = {"inventory tracker", "variant inventory tracker"},
	[SHOP_POLICY] = {"continue selling when out of stock", "variant inventory policy"},
	[SHOP_GRAMS] = {"weight value (grams)", "variant grams"},
	[SHOP_SHIPPING] = {"requires shipping", "variant requires shipping"},
	[SHOP_SERVICE] = {"fulfillment service", "variant fulfillment service"},
};

/* One file being read. */
struct reading {
	struct admin_shop *s;
	const struct source_file *file;
	const struct csv_reader *csv;
	int at[SHOP_COUNT_];
	unsigned keep;
	bool older;
	uint32_t product; /* that the rows belong to; 0 = one that a newer file has, or none yet */
	uint32_t newer;   /* the product, where a newer file has it */
	const char *handle;
	struct arena *scratch;
	struct err problem; /* the first row that can't be read */
	struct err misfit;  /* the first one of another width: any cell may be another's */
};

static const char *handle_of(const void *ctx, size_t i)
{
	return ((const struct admin_shop *)ctx)->product[i + 1].handle;
}

static enum errk match(struct reading *r, const struct csv_row *header, struct err *e)
{
	struct admin_shop *s = r->s;

	enum errk k = E_OK;

	for (int c = 0; c < SHOP_COUNT_ && k == E_OK; c++)
		k = guard_column(header, names[c], r->file->name, &r->at[c], e);
	if (k != E_OK)
		return k;
	if (r->at[SHOP_HANDLE] < 0 || r->at[SHOP_SKU] < 0)
		return err_set(e, E_LOCAL, "not_a_products_export",
			       "%s: the column '%s' is missing; this is not a products export of "
			       "Shopify (Products > Export) as it was downloaded",
			       r->file->name, r->at[SHOP_SKU] < 0 ? "SKU" : "URL handle");
	for (int c = 0; c < SHOP_COUNT_ && !r->older; c++) {
		if (r->file == s->newest && r->at[c] >= 0)
			s->title[c] = arena_strdup(s->mem, header->cell[r->at[c]]);
		s->has[c] = r->at[c] >= 0 && (r->file == s->newest || s->has[c]);
	}
	for (int i = 0; i < SHOP_OPTIONS * SHOP_OPTION_PARTS_ && !r->older && !s->optionless; i++)
		if (i % SHOP_OPTION_PARTS_ != SHOP_OPTION_LINK && r->at[SHOP_OPTION + i] < 0) {
			s->optionless = r->file;
			s->option_lacking = names[SHOP_OPTION + i][0];
		}
	if (r->file == s->newest)
		s->today = column_is(header->cell[r->at[SHOP_HANDLE]], names[SHOP_HANDLE][0]);
	return E_OK;
}

/* Goes on with the product of this handle; a newer file's stays as it is. */
static void begin_product(struct reading *r, const struct csv_row *in, const char *handle)
{
	struct admin_shop *s = r->s;
	uint32_t *slot;

	key_index_room(&s->handles, s->n - 1);
	slot = key_index_slot(&s->handles, handle);
	if (*slot) {
		r->handle = s->product[*slot].handle;
		r->product = s->product[*slot].file == r->file ? *slot : 0;
		r->newer = r->product || s->product[*slot].older ? 0 : *slot;
		return;
	}
	s->product = rows_grow(s->product, s->n, &s->cap, sizeof(*s->product));
	s->product[s->n] = (struct admin_shop_product){
		.handle = arena_strdup(s->mem, handle),
		.file = r->file,
		.older = r->older,
		.broken = str_blank(row_cell(in, r->at[SHOP_TITLE])),
	};
	r->handle = s->product[s->n].handle;
	r->product = *slot = (uint32_t)s->n++;
	r->newer = 0;
}

/* A row of a product that a newer file has: it is to have this variant too. */
static void compare_older(const struct reading *r, const struct csv_row *in)
{
	const char *cell[SHOP_COUNT_], *sku;

	for (int c = 0; c < SHOP_COUNT_; c++)
		cell[c] = row_cell(in, r->at[c]);
	arena_reset(r->scratch);
	(void)guard_identifier(cell[SHOP_SKU], r->scratch, &sku);
	admin_lost_add(r->s, &(struct admin_lost){.key = admin_shop_key(cell, r->scratch),
						  .sku = sku,
						  .file = r->file,
						  .line = (uint32_t)in->line,
						  .product = r->newer});
}

static void add_unreadable(void *ctx, const struct err *why)
{
	struct reading *r = ctx;

	if (r->problem.kind == E_OK)
		r->problem = *why;
}

static void spoil(struct reading *r, const struct csv_row *in, int column, const char *cell,
		  const char *what)
{
	struct err why;

	err_set(&why, E_RECORD, "bad_cell",
		"%s:%lld: column '%s': '%.40s' %s; use the export as it was downloaded",
		r->file->name, (long long)in->line, csv_reader_header(r->csv)->cell[r->at[column]],
		cell, what);
	add_unreadable(r, &why);
}

/*
 * Exports put an apostrophe before what a spreadsheet would take for a number: each SKU and barcode of
 * digits alone. It is none of theirs, and a barcode never begins with one. Blanks are: the shop keeps them.
 */
static const char *key_cell(struct reading *r, const struct csv_row *in, int column,
			    const char *cell)
{
	const char *id, *why = guard_identifier(cell, r->s->mem, &id);

	if (why)
		spoil(r, in, column, cell, why);
	return cell[0] == '\'' && (column == SHOP_BARCODE || str_equal(cell + 1, id)) ? cell + 1
										      : cell;
}

/* TRUE in whatever language a spreadsheet has saved it; the import knows one. */
static const char *flag_cell(struct reading *r, const struct csv_row *in, int column,
			     const char *cell)
{
	bool yes;
	const char *why = guard_flag(cell, &yes);

	if (column == SHOP_POLICY &&
	    (str_equal_nocase(cell, "deny") || str_equal_nocase(cell, "continue")))
		return cell;
	if (why)
		spoil(r, in, column, cell, why);
	else if (!str_equal_nocase(cell, yes ? "true" : "false"))
		return yes ? "TRUE" : "FALSE";
	return cell;
}

static const char *status_cell(struct reading *r, const struct csv_row *in, const char *cell)
{
	static const char *const words[] = {"active", "draft", "archived", "unlisted", NULL};
	const char *why = guard_word(cell, words, r->s->mem);

	if (why)
		spoil(r, in, SHOP_STATUS, cell, why);
	return cell;
}

/* A cell as the shop has it; one that a spreadsheet has changed makes the file useless. */
static const char *plain_cell(struct reading *r, const struct csv_row *in, int column)
{
	const char *cell = row_cell(in, r->at[column]);
	struct decimal d;

	if (!cell[0])
		return cell;
	switch (column) {
	case SHOP_SKU:
	case SHOP_BARCODE:
		return key_cell(r, in, column, cell);
	case SHOP_PRICE:
	case SHOP_COMPARE_AT_PRICE:
	case SHOP_COST:
	case SHOP_GRAMS:
		if (decimal_parse(cell, &d, NULL) != E_OK)
			spoil(r, in, column, cell, "is no number such as 12.50");
		return cell;
	case SHOP_TAXABLE:
	case SHOP_POLICY:
	case SHOP_SHIPPING:
		return flag_cell(r, in, column, cell);
	case SHOP_STATUS:
		return status_cell(r, in, cell);
	default:
		return cell;
	}
}

static bool is_kept(const struct reading *r, int column)
{
	return column <= SHOP_TITLE || (column >= SHOP_OPTION && column <= SHOP_SKU) ||
	       r->keep & 1u << column;
}

static void add_row(void *ctx, const struct csv_row *in)
{
	struct reading *r = ctx;
	struct admin_shop *s = r->s;
	const char *handle = row_cell(in, r->at[SHOP_HANDLE]);
	const char *policy = row_cell(in, r->at[SHOP_POLICY]);
	struct admin_shop_product *p;
	struct admin_shop_row *row;

	if (!row_fits(in, r->csv, r->file->name, &r->misfit))
		return;
	if (handle[0] && !str_equal(handle, r->handle))
		begin_product(r, in, handle);
	/* A row of an image only. */
	if (!row_cell(in, r->at[SHOP_SKU])[0] &&
	    str_blank(row_cell(in, r->at[admin_shop_option(0, SHOP_OPTION_VALUE)])))
		return;
	if (r->newer)
		compare_older(r, in);
	if (!r->product)
		return;
	s->policy_words |= str_equal_nocase(policy, "deny") || str_equal_nocase(policy, "continue");
	row = arena_alloc(s->mem, sizeof(*row));
	row->line = (uint32_t)in->line;
	row->product = r->product;
	for (int c = 0; c < SHOP_COUNT_; c++) {
		const char *cell = is_kept(r, c) ? plain_cell(r, in, c) : "";

		row->cell[c] = cell[0] ? arena_strdup(s->mem, cell) : "";
	}
	p = &s->product[r->product];
	s->row = rows_grow(s->row, s->n_rows, &s->cap_rows, sizeof(struct admin_shop_row *));
	if (p->last)
		s->row[p->last]->next = (uint32_t)s->n_rows;
	else
		p->first = (uint32_t)s->n_rows;
	p->last = (uint32_t)s->n_rows;
	s->row[s->n_rows++] = row;
}

/* What is not known of one row is not known of any: a gap would look like articles that are gone. */
static enum errk read_file(struct admin_shop *s, const struct source_file *file, unsigned keep,
			   bool older, struct err *e)
{
	CLEANUP(csv_reader) struct csv_reader *csv = NULL;
	CLEANUP(arena) struct arena *scratch = arena_new();
	struct reading r = {.s = s, .file = file, .keep = keep, .older = older, .scratch = scratch};
	bool cut = false;
	enum errk k = guard_open(file->path, s->declared, &csv, e);

	r.csv = csv;
	if (k == E_OK)
		k = match(&r, csv_reader_header(csv), e);
	if (k == E_OK)
		k = rows_each(csv, add_row, add_unreadable, &r, &cut, e);
	if (k == E_OK && source_changed(file))
		return err_set(e, E_BUSY, "file_changing",
			       "%s: changes while it is read; try again when it is whole",
			       file->path);
	if (k == E_OK && r.problem.kind != E_OK) {
		*e = r.problem;
		return e->kind = E_LOCAL;
	}
	if (k == E_OK && cut)
		k = err_set(e, E_LOCAL, "file_cut",
			    "%s: ends in the middle of a row, or a quote in it is not closed, so "
			    "nothing of it is used; download the export again",
			    file->path);
	if (k == E_OK && r.misfit.kind != E_OK) {
		*e = r.misfit;
		k = e->kind;
	}
	return k;
}

static int by_sku(const void *a, const void *b)
{
	const struct admin_shop_row *x = *(const struct admin_shop_row *const *)a,
				    *y = *(const struct admin_shop_row *const *)b;
	int order = strcmp(x->cell[SHOP_SKU], y->cell[SHOP_SKU]);

	if (order != 0)
		return order;
	if (x->product != y->product)
		return x->product < y->product ? -1 : 1;
	return x->line < y->line ? -1 : x->line > y->line;
}

static int by_hash(const void *a, const void *b)
{
	const struct admin_spelling *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return by_sku(&x->row, &y->row);
}

static void sort_spellings(struct admin_shop *s)
{
	s->spelling = arena_array(s->mem, s->n_by_sku, sizeof(*s->spelling));
	for (size_t i = 0; i < s->n_by_sku; i++)
		s->spelling[i] =
			(struct admin_spelling){sku_spelling_hash(s->by_sku[i]->cell[SHOP_SKU]),
						s->by_sku[i]};
	if (s->n_by_sku)
		qsort(s->spelling, s->n_by_sku, sizeof(*s->spelling), by_hash);
}

static void sort_skus(struct admin_shop *s)
{
	s->by_sku = arena_array(s->mem, s->n_rows, sizeof(struct admin_shop_row *));
	for (size_t i = 1; i < s->n_rows; i++)
		if (s->row[i]->cell[SHOP_SKU][0])
			s->by_sku[s->n_by_sku++] = s->row[i];
	if (s->n_by_sku)
		qsort(s->by_sku, s->n_by_sku, sizeof(struct admin_shop_row *), by_sku);
}

static struct admin_shop *shop_new(void)
{
	struct admin_shop *s = calloc(1, sizeof(*s));

	if (!s)
		die(70, "out of memory");
	s->mem = arena_new();
	s->product = rows_grow(NULL, 0, &s->cap, sizeof(*s->product));
	s->row = rows_grow(NULL, 0, &s->cap_rows, sizeof(struct admin_shop_row *));
	s->lost = rows_grow(NULL, 0, &s->cap_lost, sizeof(*s->lost));
	s->n = s->n_rows = s->n_lost = 1;
	s->handles = (struct key_index){.key = handle_of, .ctx = s};
	key_index_room(&s->handles, 0);
	return s;
}

enum errk admin_shop_read(const char *path, unsigned keep, struct admin_shop **out, struct err *e)
{
	return admin_shop_read_as(path, CSV_UTF8, keep, out, e);
}

enum errk admin_shop_read_as(const char *path, enum csv_encoding declared, unsigned keep,
			     struct admin_shop **out, struct err *e)
{
	CLEANUP(admin_shop) struct admin_shop *s = shop_new();
	struct admin_export_set set;
	enum errk k = admin_export_files(path, ADMIN_EXPORT_PRODUCTS, s->mem, &set, e);

	if (k != E_OK)
		return k;
	s->newest = set.file[0];
	s->declared = declared;
	for (size_t i = 0; i < set.n + set.n_older && k == E_OK; i++)
		k = read_file(s, set.file[i], keep, i >= set.n, e);
	if (k != E_OK)
		return k;
	sort_skus(s);
	sort_spellings(s);
	admin_lost_decide(s);
	*out = TAKE(s);
	return E_OK;
}

void admin_shop_free(struct admin_shop *s)
{
	if (!s)
		return;
	free(s->product);
	free(s->row);
	free(s->lost);
	key_index_release(&s->handles);
	arena_free(s->mem);
	free(s);
}

/* "M / blue", as orders call the variant; of a product without options nothing. */
static const char *variant_title(const struct admin_shop *s, const struct admin_shop_product *p,
				 const struct admin_shop_row *row, struct arena *a)
{
	const char *title = NULL;

	for (int i = 0; i < SHOP_OPTIONS; i++) {
		const char *value = row->cell[admin_shop_option(i, SHOP_OPTION_VALUE)];
		const char *name = s->row[p->first]->cell[admin_shop_option(i, SHOP_OPTION_NAME)];

		if (str_blank(value) ||
		    (str_equal(name, "Title") && str_equal(value, "Default Title")))
			continue;
		title = title ? arena_printf(a, "%s / %s", title, value) : value;
	}
	return title;
}

static enum errk hand_on(const struct admin_shop *s, const struct admin_shop_product *p,
			 struct arena *a,
			 enum errk (*fn)(void *ctx, const struct article *x, struct err *e),
			 void *ctx, struct err *e)
{
	const char *title = s->row[p->first]->cell[SHOP_TITLE];
	bool archived = str_equal_nocase(s->row[p->first]->cell[SHOP_STATUS], "archived");
	enum errk k = E_OK;

	for (uint32_t i = p->first; i && k == E_OK; i = s->row[i]->next) {
		const struct admin_shop_row *row = s->row[i];
		const struct article x = {
			.id = admin_shop_where(s, row, a),
			.sku = row->cell[SHOP_SKU],
			.barcode = row->cell[SHOP_BARCODE],
			.title = title,
			.variant_title = variant_title(s, p, row, a),
			.traits = (archived ? (unsigned)ARTICLE_ARCHIVED : 0) |
				  (s->has[SHOP_TRACKER] && str_blank(row->cell[SHOP_TRACKER])
					   ? (unsigned)ARTICLE_UNTRACKED
					   : 0),
		};

		k = fn(ctx, &x, e);
	}
	return k;
}

enum errk admin_products_catalogue(const char *path, enum csv_encoding declared,
				   enum errk (*fn)(void *ctx, const struct article *x,
						   struct err *e),
				   void *ctx, struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(admin_shop) struct admin_shop *s = NULL;
	enum errk k = admin_shop_read_as(path, declared,
					 1u << SHOP_STATUS | 1u << SHOP_BARCODE |
						 1u << SHOP_TRACKER,
					 &s, e);

	for (size_t i = 1; k == E_OK && i < s->n; i++) {
		if (!s->product[i].older && s->product[i].first)
			k = hand_on(s, &s->product[i], a, fn, ctx, e);
		arena_reset(a);
	}
	return k;
}
