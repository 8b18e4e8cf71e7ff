#include "connectors/shopify_admin/orders/file.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/spreadsheet.h"
#include "base/str.h"
#include "files/rows.h"

#include "base/banned.h"

struct admin_orders_file {
	struct csv_reader *reader;
	char *path, *name;
	struct admin_columns columns;
	/* The order handed out lives in one arena, the one that is being collected in the other. */
	struct arena *mem[2];
	int now;
	struct admin_order_rows order;
	size_t cap;
	struct err last; /* the reader's last refusal */
	bool cut;
};

static const char *cell_of(const struct admin_orders_file *f, const struct csv_row *row,
			   enum admin_column c)
{
	return row_cell(row, f->columns.at[c]);
}

bool admin_order_id_is_sound(const char *id)
{
	enum { DIGITS_MOST = 19 };
	size_t len = strlen(id);

	return len > 0 && len <= DIGITS_MOST && id[0] != '0' && !id[strspn(id, "0123456789")] &&
	       !spreadsheet_rounded(id);
}

/* Digits, and yet not what the shop gave out. */
static bool is_lost_number(const char *id)
{
	return id[0] && !id[strspn(id, "0123456789")] && !admin_order_id_is_sound(id);
}

/*
 * What only all rows together tell. An export of abandoned checkouts has an order export's columns and
 * a payment status nowhere; a spreadsheet shortens every long number of a column, to 5.27763E+12, and that
 * to 5277630000000 when it is saved once more: orders of other names with one Id, of which one would be left.
 */
static enum errk judge(struct admin_orders_file *f, struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct csv_row row;
	struct err why;
	const char *id, *name, *wrong;
	char last_id[32] = "", last_name[128] = "";
	bool more = true, any = false, status = false;

	while (more) {
		enum errk k = csv_reader_next(f->reader, &row, &more, &why);

		if (k == E_RECORD && !str_equal(why.msg, f->last.msg)) {
			f->last = why;
			continue;
		}
		if (k != E_OK || !more)
			break;
		any |= !str_blank(cell_of(f, &row, COL_CREATED_AT));
		status |= !str_blank(cell_of(f, &row, COL_FINANCIAL_STATUS));
		wrong = guard_identifier(cell_of(f, &row, COL_ID), a, &id);
		(void)guard_order_name(cell_of(f, &row, COL_NAME), a, &name);
		if (!wrong && is_lost_number(id))
			wrong = "is no order id";
		if (row.n == f->columns.width && !wrong && id[0] && name[0]) {
			if (str_equal(id, last_id) &&
			    strncmp(name, last_name, sizeof(last_name) - 1) != 0)
				return err_set(
					e, E_LOCAL, "spreadsheet_ids",
					"%s:%lld: column 'Id': the order above has the Id '%.24s' "
					"too, under another name; a spreadsheet changed it: use "
					"the file as it was downloaded",
					f->name, (long long)row.line, id);
			snprintf(last_id, sizeof(last_id), "%s", id);
			snprintf(last_name, sizeof(last_name), "%s", name);
		}
		if (row.n == f->columns.width && wrong)
			return err_set(
				e, E_LOCAL, "spreadsheet_ids",
				"%s:%lld: column 'Id': '%.24s' is no order id; a spreadsheet "
				"changed it: use the file as it was downloaded",
				f->name, (long long)row.line, id);
		arena_reset(a);
	}
	if (any && !status)
		return err_set(
			e, E_LOCAL, "abandoned_checkouts",
			"%s: has no 'Financial Status' in any row, so that it is an export of "
			"abandoned checkouts and not of orders; take it away",
			f->name);
	f->last = (struct err){.kind = E_OK};
	return csv_reader_rewind(f->reader, e);
}

enum errk admin_orders_file_open(const char *path, const char *name, enum csv_encoding declared,
				 struct admin_orders_file **out, struct err *e)
{
	CLEANUP(admin_orders_file) struct admin_orders_file *f = calloc(1, sizeof(*f));
	enum errk k;

	if (!f || !(f->name = strdup(name)) || !(f->path = strdup(path)))
		die(70, "out of memory");
	f->mem[0] = arena_new();
	f->mem[1] = arena_new();
	k = guard_open(path, declared, &f->reader, e);
	if (k == E_OK)
		k = admin_columns_match(name, csv_reader_header(f->reader),
					csv_reader_delimiter(f->reader), &f->columns, e);
	if (k == E_OK) {
		admin_columns_numbers(&f->columns, f->reader);
		k = judge(f, e);
	}
	if (k != E_OK)
		return k;
	*out = TAKE(f);
	return E_OK;
}

void admin_orders_file_close(struct admin_orders_file *f)
{
	if (!f)
		return;
	csv_reader_close(f->reader);
	arena_free(f->mem[0]);
	arena_free(f->mem[1]);
	free(f->name);
	free(f->path);
	free(f);
}

bool admin_orders_file_cut(const struct admin_orders_file *f)
{
	return f->cut;
}

const char *admin_order_cell(const struct admin_order_rows *o, enum admin_column c)
{
	return o->first[c] ? o->first[c] : "";
}

/* By these rows are told apart, and orders from those of another file: not by what a spreadsheet does to them. */
static const char *key_of(const struct admin_orders_file *f, const struct csv_row *row,
			  enum admin_column c, struct arena *a)
{
	const char *text = cell_of(f, row, c), *key;

	/* What is wrong with it is said where it is used. */
	if (c == COL_NAME)
		(void)guard_order_name(text, a, &key);
	else
		(void)guard_identifier(text, a, &key);
	return key;
}

static const char *trimmed(struct arena *a, const char *s)
{
	size_t len;

	s += strspn(s, " \t\r\n");
	len = strlen(s);
	while (len > 0 && strchr(" \t\r\n", s[len - 1]))
		len--;
	return len ? arena_strndup(a, s, len) : "";
}

static void append(struct admin_orders_file *f, const struct csv_row *row)
{
	struct admin_order_rows *o = &f->order;
	struct arena *a = f->mem[f->now];
	const char **cell = arena_array(a, COL_COUNT_, sizeof(*cell));

	for (enum admin_column c = 0; c < COL_COUNT_; c++)
		cell[c] = c == COL_NAME || c == COL_ID ? key_of(f, row, c, a)
						       : trimmed(a, cell_of(f, row, c));
	for (enum admin_column c = 0; c < COL_COUNT_; c++)
		if (!o->first[c] && cell[c][0])
			o->first[c] = cell[c];
	if (o->n == f->cap) {
		struct admin_order_row *larger;

		f->cap = f->cap ? 2 * f->cap : 8;
		larger = arena_array(a, f->cap, sizeof(*larger));
		if (o->n)
			memcpy(larger, o->row, o->n * sizeof(*larger));
		o->row = larger;
	}
	if (o->n == 0)
		o->line = row->line;
	o->row[o->n++] = (struct admin_order_row){.cell = cell,
						  .line = row->line,
						  .aligned = row->n == f->columns.width};
	if (row->n != f->columns.width && o->problem.kind == E_OK)
		err_set(&o->problem, E_RECORD, "bad_row",
			"%s:%lld: the row has %zu cells, the header has %zu", f->name,
			(long long)row->line, row->n, f->columns.width);
}

/* Forgets the order collected so far; the other arena takes the next one. */
static void begin(struct admin_orders_file *f)
{
	f->now = !f->now;
	arena_reset(f->mem[f->now]);
	f->order = (struct admin_order_rows){.file = f->name, .columns = &f->columns};
	f->cap = 0;
}

static bool is_same(const struct admin_orders_file *f, const struct csv_row *row,
		    enum admin_column c)
{
	const char *key = key_of(f, row, c, f->mem[f->now]);

	return !key[0] || str_equal(key, admin_order_cell(&f->order, c));
}

/*
 * "Order CSV columns": an order with several items has one row for each, and most order columns are
 * filled on its first row only. Name repeats; some tools blank it too. Two orders may have one name
 * (it is no key), so an Id of its own begins a new order.
 */
static bool continues(const struct admin_orders_file *f, const struct csv_row *row)
{
	const struct admin_order_rows *o = &f->order;

	if (o->n == 0)
		return true;
	return is_same(f, row, COL_NAME) && is_same(f, row, COL_ID);
}

/*
 * A row that isn't readable is reported by itself; it may also have been part of the order
 * before it.
 */
static void report_row(struct admin_orders_file *f, const struct err *why,
		       struct admin_order_rows *out)
{
	if (f->order.n > 0 && f->order.problem.kind == E_OK)
		err_set(&f->order.problem, E_RECORD, "bad_row",
			"%s; the row may belong to this order", why->msg);
	f->last = *why;
	*out = (struct admin_order_rows){.file = f->name, .columns = &f->columns, .problem = *why};
	if (str_starts(why->msg, f->path)) /* "path:line: …" */
		out->line = strtoll(why->msg + strlen(f->path) + 1, NULL, 10);
}

enum errk admin_orders_file_next(struct admin_orders_file *f, struct admin_order_rows *out,
				 bool *more, struct err *e)
{
	struct csv_row row;
	struct err why;
	bool have = false;

	if (!f->order.file)
		begin(f);
	for (;;) {
		enum errk k = csv_reader_next(f->reader, &row, &have, &why);

		if (k == E_RECORD && !str_equal(why.msg, f->last.msg)) {
			report_row(f, &why, out);
			*more = true;
			return E_OK;
		}
		if (k == E_RECORD) {
			/* The reader repeats itself when it can't go on: a quote without an end. */
			f->cut = true;
			have = false;
		} else if (k != E_OK) {
			*e = why;
			return k;
		}
		if (have && continues(f, &row)) {
			append(f, &row);
			f->cut = row.n < f->columns.width;
			continue;
		}
		*out = f->order;
		*more = f->order.n > 0;
		begin(f);
		if (have) {
			append(f, &row);
			f->cut = row.n < f->columns.width;
		}
		return E_OK;
	}
}
