#include "connectors/exchange/product_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/decimal.h"
#include "base/spreadsheet.h"
#include "base/str.h"
#include "files/guard.h"

#include "base/banned.h"

enum {
	NAMES_MAX = 7,
	/* Articles of which nobody believes that they have one barcode. */
	SAME_MIN = 3,
};
enum cell_type { CELL_TEXT, CELL_KEY, CELL_AMOUNT, CELL_BOOL, CELL_CURRENCY, CELL_STATUS };

/* As ERPs call them, lower case and with blanks; see column_is. The first one is ours. */
static const struct column_row {
	const char *names[NAMES_MAX];
	enum cell_type type;
} columns[PCOL_COUNT_] = {
	[PCOL_PRODUCT] = {{"product id", "product", "handle", "code", "product code"}, CELL_KEY},
	[PCOL_TITLE] = {{"title", "name", "product name", "bezeichnung"}, CELL_TEXT},
	[PCOL_DESCRIPTION] = {{"description", "body", "body html", "body (html)"}, CELL_TEXT},
	[PCOL_VENDOR] = {{"vendor", "brand", "manufacturer"}, CELL_TEXT},
	[PCOL_TYPE] = {{"type", "category", "product type"}, CELL_TEXT},
	[PCOL_TAGS] = {{"tags"}, CELL_TEXT},
	[PCOL_STATUS] = {{"status", "product status"}, CELL_STATUS},
	[PCOL_CURRENCY] = {{"currency"}, CELL_CURRENCY},
	[PCOL_TAX] = {{"prices include tax", "tax included"}, CELL_BOOL},
	[PCOL_OPTION_NAME] = {{"option1 name", "option 1 name"}, CELL_TEXT},
	[PCOL_OPTION_NAME + 1] = {{"option2 name", "option 2 name"}, CELL_TEXT},
	[PCOL_OPTION_NAME + 2] = {{"option3 name", "option 3 name"}, CELL_TEXT},
	[PCOL_SKU] = {{"sku", "variant sku", "article", "internal reference", "default code",
		       "artikelnummer"},
		      CELL_KEY},
	[PCOL_OPTION_VALUE] = {{"option1 value", "option 1 value"}, CELL_TEXT},
	[PCOL_OPTION_VALUE + 1] = {{"option2 value", "option 2 value"}, CELL_TEXT},
	[PCOL_OPTION_VALUE + 2] = {{"option3 value", "option 3 value"}, CELL_TEXT},
	[PCOL_VARIANT_ID] = {{"variant id"}, CELL_KEY},
	[PCOL_VARIANT_STATUS] = {{"variant status"}, CELL_STATUS},
	[PCOL_BARCODE] = {{"barcode", "ean", "gtin", "upc", "variant barcode"}, CELL_KEY},
	[PCOL_PRICE] = {{"price", "variant price", "sales price", "list price", "preis"},
			CELL_AMOUNT},
	[PCOL_COMPARE_AT_PRICE] = {{"compare at price", "variant compare at price"}, CELL_AMOUNT},
	[PCOL_COST] = {{"cost", "cost per item", "standard price"}, CELL_AMOUNT},
	[PCOL_WEIGHT] = {{"weight kg", "weight"}, CELL_AMOUNT},
	[PCOL_TRACKED] = {{"tracked", "track quantity"}, CELL_BOOL},
	[PCOL_SHIPPING] = {{"requires shipping"}, CELL_BOOL},
};

static const char *const *names_of(int column)
{
	return columns[column].names;
}

static const struct column_names column_names = {names_of, PCOL_COUNT_};

/* The file being read. */
struct reading {
	struct exchange_products *s;
	int at[PCOL_COUNT_]; /* -1: the file has no such column */
	size_t width;
	struct guard_numbers numbers;
};

static const char *id_of(const void *ctx, size_t i)
{
	return ((const struct exchange_products *)ctx)->product[i].id;
}

static struct exchange_product *product_of(struct exchange_products *s, const char *id)
{
	uint32_t *slot;

	key_index_room(&s->ids, s->n);
	slot = key_index_slot(&s->ids, id);
	if (!*slot) {
		s->product = rows_grow(s->product, s->n, &s->cap, sizeof(*s->product));
		s->product[s->n] = (struct exchange_product){.id = arena_strdup(s->mem, id),
							     .unnamed = true,
							     .single = true};
		*slot = (uint32_t)++s->n;
	}
	return &s->product[*slot - 1];
}

/* row NULL, column -1: more than a cell. */
static void PRINTF_LIKE(5, 6)
	spoil(struct exchange_products *s, struct exchange_product *p,
	      struct exchange_product_row *row, int column, const char *fmt, ...)
{
	struct exchange_product_fault *fault;
	struct err *why;
	va_list args;

	/* The first one is enough to act on. */
	for (fault = p->fault; fault && column < 0; fault = fault->next)
		if (fault->column < 0)
			return;
	why = arena_alloc(s->mem, sizeof(*why));
	va_start(args, fmt);
	err_set(why, E_RECORD, "bad_row", "%s", arena_vprintf(s->mem, fmt, args));
	va_end(args);
	fault = arena_alloc(s->mem, sizeof(*fault));
	*fault = (struct exchange_product_fault){.why = why, .row = row, .column = column};
	if (p->fault)
		p->last_fault->next = fault;
	else
		p->fault = fault;
	p->last_fault = fault;
	p->problem = p->fault->why;
}

static const char *one_of(const char *text, const char *const *words)
{
	for (; *words; words += 2)
		if (str_equal_nocase(text, words[0]))
			return words[1];
	return NULL;
}

/* The cell as it is to go on; *why = what is wrong with it, NULL = nothing. */
static const char *cell_text(const struct reading *r, enum cell_type type, const char *text,
			     struct guard_numbers numbers, const char **why)
{
	static const char *const states[] = {"active", "active", "archived", "archived", NULL};
	char number[DECIMAL_TEXT_MAX];
	struct decimal d = DECIMAL_ZERO;
	const char *out = "";
	bool yes = false;

	*why = NULL;
	if (!text[0])
		return "";
	switch (type) {
	case CELL_TEXT:
		*why = guard_text(text);
		return arena_strdup(r->s->mem, text);
	case CELL_KEY:
		*why = guard_identifier(text, r->s->mem, &out);
		return arena_strdup(r->s->mem, out);
	case CELL_AMOUNT:
		*why = guard_number(text, numbers, &d);
		if (d.units < 0 || (*why && str_starts(*why, "is no number")))
			*why = "is not a number such as 12 or 12.50, 0 or more";
		return arena_strdup(r->s->mem, decimal_text(d, number));
	case CELL_BOOL:
		*why = guard_flag(text, &yes);
		return yes ? "true" : "false";
	case CELL_CURRENCY:
		*why = guard_currency(text, r->s->mem, &out);
		return out;
	case CELL_STATUS:
		out = one_of(text, states);
		*why = out ? NULL : "is not active or archived";
		return out;
	}
	return "";
}

static struct exchange_product_row *add_row_to(struct exchange_products *s,
					       struct exchange_product *p, int64_t line)
{
	struct exchange_product_row *row = arena_alloc(s->mem, sizeof(*row));
	const uint32_t at = (uint32_t)s->n_rows;

	row->line = line;
	row->product = (uint32_t)(p - s->product);
	s->row = rows_grow(s->row, s->n_rows, &s->cap_rows, sizeof(struct exchange_product_row *));
	s->row[s->n_rows++] = row;
	if (p->last)
		s->row[p->last]->next = at;
	else
		p->first = at;
	p->last = at;
	return row;
}

/* What is said of the product may stand in any of its rows, but not differently. */
static void check_same(struct exchange_products *s, struct exchange_product *p,
		       const struct exchange_product_row *row)
{
	for (int c = PCOL_TITLE; c < PCOL_SKU; c++) {
		for (uint32_t i = p->first; i && s->row[i] != row; i = s->row[i]->next) {
			const char *was = s->row[i]->cell[c];

			if (was && row->cell[c] && was[0] && row->cell[c][0] &&
			    !str_equal(was, row->cell[c])) {
				spoil(s, p, NULL, -1,
				      "%s:%lld: '%s' differs from line %lld of the same product",
				      s->name, (long long)row->line, columns[c].names[0],
				      (long long)s->row[i]->line);
				return;
			}
		}
	}
}

/*
 * How amounts of this row are written: in a currency of three decimals "1.299" is what it looks like. It may
 * stand in an earlier row of the product; where none says it, it is the configured one.
 */
static struct guard_numbers money_of(const struct reading *r, const struct exchange_product *p,
				     const struct csv_row *in)
{
	const char *currency;

	(void)guard_currency(row_cell(in, r->at[PCOL_CURRENCY]), r->s->mem, &currency);
	for (uint32_t i = p->first; i && !currency[0]; i = r->s->row[i]->next)
		if (r->s->row[i]->cell[PCOL_CURRENCY])
			currency = r->s->row[i]->cell[PCOL_CURRENCY];
	return guard_money(r->numbers, currency[0] ? currency : r->s->currency);
}

/* What tells which variant the row is of, or how its other cells are meant, is more than its own value. */
static bool is_of_one_cell(int column)
{
	return column != PCOL_PRODUCT && column != PCOL_SKU && column != PCOL_VARIANT_ID &&
	       column != PCOL_CURRENCY &&
	       (column < PCOL_OPTION_NAME || column >= PCOL_OPTION_NAME + 3) &&
	       (column < PCOL_OPTION_VALUE || column >= PCOL_OPTION_VALUE + 3);
}

static void take_cells(const struct reading *r, struct exchange_product *p,
		       const struct csv_row *in, struct exchange_product_row *row)
{
	const struct guard_numbers money = money_of(r, p, in);

	for (int c = 0; c < PCOL_COUNT_; c++) {
		const char *text = row_cell(in, r->at[c]), *why;

		if (r->at[c] < 0)
			continue;
		row->cell[c] = cell_text(r, columns[c].type, text,
					 c == PCOL_WEIGHT ? r->numbers : money, &why);
		row->sku_changed |= why && c == PCOL_SKU;
		if (!why)
			continue;
		spoil(r->s, p, row, is_of_one_cell(c) ? c : -1, "%s:%lld: column '%s': '%.40s' %s",
		      r->s->name, (long long)in->line, columns[c].names[0], text, why);
	}
}

static void add_row(void *ctx, const struct csv_row *in)
{
	const struct reading *r = ctx;
	struct exchange_products *s = r->s;
	const char *id, *sku;
	struct exchange_product_row *row;
	struct exchange_product *p;
	char where[80];

	/* What is wrong with them is said below. */
	(void)guard_identifier(row_cell(in, r->at[PCOL_PRODUCT]), s->mem, &id);
	(void)guard_identifier(row_cell(in, r->at[PCOL_SKU]), s->mem, &sku);
	snprintf(where, sizeof(where), "%.60s:%lld", s->name, (long long)in->line);
	p = product_of(s, id[0] ? id : sku[0] ? sku : row_id(in, s->mem));
	p->unnamed = p->unnamed && !sku[0];
	p->single = p->single && !id[0];
	if (!id[0] && !sku[0])
		p->label = arena_strdup(s->mem, where);
	row = add_row_to(s, p, in->line);
	if (in->n != r->width)
		spoil(s, p, NULL, -1, "%s: the row has %zu cells, the header has %zu", where, in->n,
		      r->width);
	if (!sku[0])
		spoil(s, p, NULL, -1, "%s: the row has no SKU", where);
	take_cells(r, p, in, row);
	for (int k = 0; k < EXCHANGE_OPTIONS; k++) {
		const char *value = row_cell(in, r->at[PCOL_OPTION_VALUE + k]);

		if (value[0] && r->at[PCOL_OPTION_NAME + k] < 0)
			spoil(s, p, NULL, -1,
			      "%s: there is no column 'option%d name' for its value '%.40s'", where,
			      k + 1, value);
	}
	check_same(s, p, row);
}

/* A row that can't be read at all stands for itself. */
static void add_unreadable(void *ctx, const struct err *why)
{
	struct exchange_products *s = ((const struct reading *)ctx)->s;
	struct exchange_product *p = product_of(s, row_bad_id(why, s->mem));

	p->label = arena_printf(s->mem, "%.60s: unreadable row %zu", s->name, s->n);
	spoil(s, p, NULL, -1, "%s", why->msg);
}

/* Something of the product is told, beside which one it is and in which currency. */
static bool says_something(const struct exchange_products *s)
{
	for (int c = 0; c < PCOL_COUNT_; c++)
		if (s->has[c] && c != PCOL_PRODUCT && c != PCOL_SKU && c != PCOL_VARIANT_ID &&
		    c != PCOL_CURRENCY && c != PCOL_TAX)
			return true;
	return false;
}

static enum errk match_columns(struct reading *r, const struct csv_row *header, struct err *e)
{
	struct exchange_products *s = r->s;
	enum errk k = guard_columns(header, &column_names, s->name, r->at, e);

	if (k != E_OK)
		return k;
	r->width = header->n;
	s->ignored = columns_ignored(s->name, header, &column_names, s->mem);
	for (int c = 0; c < PCOL_COUNT_; c++)
		s->has[c] = r->at[c] >= 0;
	if (!s->has[PCOL_SKU])
		return err_set(e, E_LOCAL, "not_a_product_file",
			       "%s: there is no column 'sku'; a product file has a row for each "
			       "SKU, with product_id, title, price, … as the ERP knows them",
			       s->name);
	if (s->ignored && !says_something(s))
		return err_set(
			e, E_LOCAL, "not_a_product_file",
			"%s: of its columns (%s) nothing is understood but which product a row is "
			"of; names that are known: %s",
			s->name, columns_titles(header, NULL, s->mem),
			columns_known(&column_names, true, s->mem));
	if (!s->has[PCOL_CURRENCY] && !s->currency &&
	    (s->has[PCOL_PRICE] || s->has[PCOL_COMPARE_AT_PRICE] || s->has[PCOL_COST]))
		return err_set(e, E_LOCAL, "no_currency",
			       "%s: it has amounts and no column 'currency'; add one, or set [csv] "
			       "currency",
			       s->name);
	return E_OK;
}

static bool has_amount(const struct exchange_product_row *row)
{
	static const int amounts[] = {PCOL_PRICE, PCOL_COMPARE_AT_PRICE, PCOL_COST};

	for (size_t i = 0; i < sizeof(amounts) / sizeof(amounts[0]); i++)
		if (row->cell[amounts[i]] && row->cell[amounts[i]][0])
			return true;
	return false;
}

/* An empty cell stands for the configured currency; where there is none either, amounts are of nothing. */
static void check_currencies(struct exchange_products *s)
{
	for (size_t k = 0; k < s->n && !s->currency; k++) {
		struct exchange_product *p = &s->product[k];
		const struct exchange_product_row *amount = NULL;
		bool said = false;

		for (uint32_t i = p->first; i; i = s->row[i]->next) {
			const char *currency = s->row[i]->cell[PCOL_CURRENCY];

			said = said || (currency && currency[0]);
			amount = amount || !has_amount(s->row[i]) ? amount : s->row[i];
		}
		if (amount && !said)
			spoil(s, p, NULL, -1,
			      "%s:%lld: it has an amount, and 'currency' is empty; fill it in, or "
			      "set [csv] currency",
			      s->name, (long long)amount->line);
	}
}

const char *exchange_product_currency(const struct exchange_products *s,
				      const struct exchange_product *p)
{
	for (uint32_t i = p->first; i; i = s->row[i]->next)
		if (!str_blank(s->row[i]->cell[PCOL_CURRENCY]))
			return s->row[i]->cell[PCOL_CURRENCY];
	return s->currency ? s->currency
			   : "X"
			     "XX";
}

/* Prices that nobody can pay: what is bought may cost fractions. */
static void check_prices(struct exchange_products *s, struct exchange_product *p)
{
	static const enum admin_product_column prices[] = {PCOL_PRICE, PCOL_COMPARE_AT_PRICE};
	const char *currency = exchange_product_currency(s, p);
	struct decimal d;

	for (uint32_t i = p->first; i; i = s->row[i]->next)
		for (size_t k = 0; k < sizeof(prices) / sizeof(*prices); k++) {
			struct exchange_product_row *row = s->row[i];
			const char *text = row->cell[prices[k]];

			if (!text || !text[0] || decimal_parse(text, &d, NULL) != E_OK ||
			    decimal_cmp(decimal_round(d, currency_exponent(currency)), d) == 0)
				continue;
			spoil(s, p, row, prices[k],
			      "%s:%lld: the price %s has more decimals than %s has; have the ERP "
			      "round it",
			      s->name, (long long)row->line, text, currency);
		}
}

static bool names_option(const struct exchange_products *s, const struct exchange_product *p, int k)
{
	for (uint32_t i = p->first; i; i = s->row[i]->next)
		if (!str_blank(s->row[i]->cell[PCOL_OPTION_NAME + k]))
			return true;
	return false;
}

/* What only all rows of a product tell. */
static void check_product(struct exchange_products *s, struct exchange_product *p)
{
	check_prices(s, p);
	for (struct exchange_product_fault *x = p->fault; x; x = x->next)
		if (x->column >= 0)
			x->row->cell[x->column] = NULL;
	for (int k = 0; k < EXCHANGE_OPTIONS; k++)
		for (uint32_t i = names_option(s, p, k) ? 0 : p->first; i; i = s->row[i]->next)
			if (!str_blank(s->row[i]->cell[PCOL_OPTION_VALUE + k]))
				spoil(s, p, NULL, -1,
				      "%s:%lld: 'option%d value' is '%.40s', and no row of the "
				      "product names the option",
				      s->name, (long long)s->row[i]->line, k + 1,
				      s->row[i]->cell[PCOL_OPTION_VALUE + k]);
}

static const char *sku_of(const void *ctx, size_t i)
{
	return i ? ((const struct exchange_products *)ctx)->row[i]->cell[PCOL_SKU] : "";
}

static void index_skus(struct exchange_products *s)
{
	for (size_t i = 1; i < s->n_rows; i++) {
		uint32_t *slot;

		key_index_room(&s->skus, i);
		slot = key_index_slot(&s->skus, sku_of(s, i));
		if (!*slot)
			*slot = (uint32_t)i + 1;
	}
}

static enum errk read_currency(struct exchange_products *s, const struct conf *c, struct err *e)
{
	const char *text = c ? conf_text(c, "csv", "currency") : NULL, *why;

	if (str_blank(text))
		return E_OK;
	why = guard_currency(text, s->mem, &s->currency);
	return why ? err_set(e, E_LOCAL, "bad_config", "%s: [csv] currency = '%.40s' %s",
			     conf_where(c, "csv", "currency", s->mem), text, why)
		   : E_OK;
}

static const char *barcode_of(const void *ctx, size_t row)
{
	const struct exchange_products *s = ctx;
	const char *barcode = row ? s->row[row]->cell[PCOL_BARCODE] : NULL;

	return barcode ? barcode : "";
}

/* A barcode is of one article: a column of which a spreadsheet made one value would overwrite all of the shop's. */
static enum errk judge_barcodes(const struct exchange_products *s, struct key_index *seen,
				struct err *e)
{
	static const char cure[] = "nothing of the file is used: write it anew, without a "
				   "spreadsheet or with that column as text, or without the column";
	const char *one = NULL, *last_sku = NULL;
	size_t n = 0;
	bool same = true;

	for (size_t i = 1; i < s->n_rows; i++) {
		const char *barcode = barcode_of(s, i), *sku = s->row[i]->cell[PCOL_SKU];
		uint32_t *slot;

		key_index_room(seen, i);
		slot = key_index_slot(seen, barcode);
		if (!barcode[0])
			continue;
		if (*slot && spreadsheet_rounded(barcode) &&
		    !str_equal(s->row[*slot - 1]->cell[PCOL_SKU], sku))
			return err_set(
				e, E_LOCAL, "same_barcode",
				"%s:%lld: column 'barcode': '%.40s' stands on line %lld for "
				"another SKU too, and looks like a number that a spreadsheet "
				"shortened; %s",
				s->name, (long long)s->row[i]->line, barcode,
				(long long)s->row[*slot - 1]->line, cure);
		if (!*slot)
			*slot = (uint32_t)i + 1;
		one = one ? one : barcode;
		same = same && str_equal(one, barcode);
		n += !last_sku || !str_equal(last_sku, sku);
		last_sku = sku;
	}
	if (!same || n < SAME_MIN)
		return E_OK;
	return err_set(e, E_LOCAL, "same_barcode",
		       "%s: column 'barcode': '%.40s' stands in every row that has one, for %zu "
		       "SKUs; %s",
		       s->name, one, n, cure);
}

enum errk exchange_products_read(const struct conf *c, const char *path, const char *name,
				 struct exchange_products **out, struct err *e)
{
	CLEANUP(exchange_products) struct exchange_products *s = calloc(1, sizeof(*s));
	CLEANUP(csv_reader) struct csv_reader *reader = NULL;
	const char *tax = c ? conf_text(c, "csv", "prices_include_tax") : NULL;
	struct reading r = {.s = s};
	struct key_index seen = {.key = barcode_of, .ctx = s};
	enum errk k;

	if (!s)
		die(70, "out of memory");
	s->mem = arena_new();
	s->name = arena_strdup(s->mem, name);
	s->with_tax = str_equal(tax, "yes") ? "true" : str_equal(tax, "no") ? "false" : NULL;
	s->row = rows_grow(NULL, 0, &s->cap_rows, sizeof(struct exchange_product_row *));
	s->n_rows = 1;
	s->ids = (struct key_index){.key = id_of, .ctx = s};
	s->skus = (struct key_index){.key = sku_of, .ctx = s};
	key_index_room(&s->ids, 0);
	key_index_room(&s->skus, 0);
	k = read_currency(s, c, e);
	if (k != E_OK)
		return k;
	k = guard_open(path, c ? guard_encoding(c, "erp") : CSV_UTF8, &reader, e);
	if (k != E_OK)
		return k;
	k = match_columns(&r, csv_reader_header(reader), e);
	if (k == E_OK)
		r.numbers = guard_numbers(reader, r.at + PCOL_PRICE, PCOL_TRACKED - PCOL_PRICE);
	if (k == E_OK)
		k = rows_each(reader, add_row, add_unreadable, &r, &s->cut, e);
	if (k == E_OK && s->has[PCOL_CURRENCY])
		check_currencies(s);
	if (k == E_OK && s->has[PCOL_BARCODE])
		k = judge_barcodes(s, &seen, e);
	key_index_release(&seen);
	if (k != E_OK)
		return k;
	for (size_t i = 0; i < s->n; i++)
		check_product(s, &s->product[i]);
	index_skus(s);
	*out = TAKE(s);
	return E_OK;
}

void exchange_products_free(struct exchange_products *s)
{
	if (!s)
		return;
	free(s->product);
	free(s->row);
	key_index_release(&s->ids);
	key_index_release(&s->skus);
	arena_free(s->mem);
	free(s);
}

const struct exchange_product *exchange_products_find(const struct exchange_products *s,
						      const char *id)
{
	uint32_t slot = *key_index_slot(&s->ids, id);

	return slot ? &s->product[slot - 1] : NULL;
}

const struct exchange_product *exchange_products_of_sku(const struct exchange_products *s,
							const char *sku)
{
	uint32_t slot = *key_index_slot(&s->skus, sku);

	return slot ? &s->product[s->row[slot - 1]->product] : NULL;
}

bool exchange_products_is_list(const char *path)
{
	CLEANUP(csv_reader) struct csv_reader *reader = NULL;
	int at[PCOL_COUNT_];
	struct err ignored;

	return csv_reader_open_head(path, &reader, &ignored) == E_OK &&
	       guard_columns(csv_reader_header(reader), &column_names, path, at, &ignored) ==
		       E_OK &&
	       at[PCOL_PRODUCT] >= 0 && at[PCOL_TITLE] >= 0;
}

/* An article that is one of several says nothing of their product. */
static void leave_to_product(struct exchange_products *s, struct exchange_product_row *row,
			     bool *told)
{
	static const int left[] = {PCOL_TITLE, PCOL_DESCRIPTION, PCOL_VENDOR, PCOL_TYPE, PCOL_TAGS};

	if (!row->cell[PCOL_VARIANT_STATUS])
		row->cell[PCOL_VARIANT_STATUS] = row->cell[PCOL_STATUS];
	row->cell[PCOL_STATUS] = NULL;
	for (size_t i = 0; i < sizeof(left) / sizeof(*left); i++) {
		if (!str_blank(row->cell[left[i]]) && !*told) {
			*told = true;
			s->ignored = arena_printf(
				s->mem,
				"%s%s%s:%lld: '%s' (and what else is said of a product as a whole) "
				"is not used where the row has no product_id and its SKU is a "
				"variant of a product that has one: say it with that product_id",
				s->ignored ? s->ignored : "", s->ignored ? "; " : "", s->name,
				(long long)row->line, columns[left[i]].names[0]);
		}
		row->cell[left[i]] = NULL;
	}
}

static void append(struct exchange_products *s, struct exchange_product *to,
		   struct exchange_product *p)
{
	if (p->fault && to->fault)
		to->last_fault->next = p->fault;
	else if (p->fault)
		to->fault = p->fault;
	to->last_fault = p->fault ? p->last_fault : to->last_fault;
	to->problem = to->problem ? to->problem : p->problem;
	to->unnamed = to->unnamed && p->unnamed;
	if (p->first)
		s->row[to->last]->next = p->first;
	to->last = p->last;
	for (uint32_t i = p->first; i; i = s->row[i]->next) {
		s->row[i]->product = (uint32_t)(to - s->product);
		check_same(s, to, s->row[i]);
	}
	p->first = p->last = 0;
	p->joined = true;
}

void exchange_products_join(struct exchange_products *s,
			    const char *(*owner)(const void *ctx, const char *sku), const void *ctx)
{
	bool told = false;

	for (size_t i = 0; i < s->n; i++) {
		struct exchange_product *p = &s->product[i];
		const char *id = p->single && p->first && !p->unnamed ? owner(ctx, p->id) : NULL;

		if (!id)
			continue;
		p->id = arena_strdup(s->mem, id);
		p->single = false;
		for (uint32_t k = p->first; k; k = s->row[k]->next)
			leave_to_product(s, s->row[k], &told);
	}
	memset(s->ids.slot, 0, s->ids.n_slots * sizeof(*s->ids.slot));
	for (size_t i = 0; i < s->n; i++) {
		uint32_t *slot = key_index_slot(&s->ids, s->product[i].id);

		if (*slot)
			append(s, &s->product[*slot - 1], &s->product[i]);
		else
			*slot = (uint32_t)i + 1;
	}
}
