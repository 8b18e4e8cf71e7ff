#include "connectors/shopify_admin/orders/file.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/spreadsheet.h"
#include "base/str.h"
#include "connectors/shopify_admin/orders/twice.h"
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
	struct admin_twice *twice; /* NULL: no order is there more than once */
	bool lines_alone;
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

/* The sums of an order stand in its first row alone, unless somebody has filled its cells down. */
static bool is_head(const struct admin_orders_file *f, const struct csv_row *row)
{
	return !str_blank(cell_of(f, row, COL_SUBTOTAL)) && !str_blank(cell_of(f, row, COL_TOTAL));
}

static bool is_line_alone(const struct admin_orders_file *f, const struct csv_row *row)
{
	return row->n == f->columns.width && !is_head(f, row) &&
	       (!str_blank(cell_of(f, row, COL_LINE_NAME)) ||
		!str_blank(cell_of(f, row, COL_LINE_PRICE)));
}

/* May this row begin an order, or begin one once more? last: the name above, or the id where there is none. */
static void look_for_begin(struct admin_orders_file *f, const struct csv_row *row, const char *name,
			   const char *id, char *last, size_t size)
{
	const char *key = name[0] ? name : id;
	bool same = !key[0] || strncmp(key, last, size - 1) == 0;

	f->lines_alone |= last[0] && same && is_line_alone(f, row);
	if (key[0] && (!same || is_head(f, row)))
		admin_twice_begins(f->twice, key);
	if (!same)
		snprintf(last, size, "%s", key);
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
	char last_id[32] = "", last_name[128] = "", last_key[128] = "";
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
		look_for_begin(f, &row, name, id, last_key, sizeof(last_key));
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
	return E_OK;
}

static enum errk rewind_file(struct admin_orders_file *f, struct err *e)
{
	f->last = (struct err){.kind = E_OK};
	f->order = (struct admin_order_rows){0};
	f->cut = false;
	return csv_reader_rewind(f->reader, e);
}

void admin_orders_file_close(struct admin_orders_file *f)
{
	if (!f)
		return;
	csv_reader_close(f->reader);
	admin_twice_free(f->twice);
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
	o->heads += is_head(f, row);
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
	f->order = (struct admin_order_rows){.file = f->name,
					     .columns = &f->columns,
					     .lines_alone = f->lines_alone};
	f->cap = 0;
}

static bool is_same(const struct admin_orders_file *f, const struct csv_row *row,
		    enum admin_column c)
{
	const char *key = key_of(f, row, c, f->mem[f->now]);

	return !key[0] || str_equal(key, admin_order_cell(&f->order, c));
}

/* Another word in a cell of the order's own: no order has two totals. Of what is filled on one row alone nothing follows. */
static bool is_otherwise(struct admin_orders_file *f, const struct csv_row *row)
{
	for (enum admin_column c = 0; c < COL_COUNT_; c++) {
		const char *text, *first = admin_order_cell(&f->order, c);

		if (!admin_column_is_of_order(c) || !first[0])
			continue;
		text = trimmed(f->mem[f->now], cell_of(f, row, c));
		if (text[0] && !str_equal(text, first))
			return true;
	}
	return false;
}

/*
 * "Order CSV columns": an order with several items has one row for each, and most order columns are
 * filled on its first row only. Name repeats; some tools blank it too. Two orders may have one name
 * (it is no key), so an Id of its own begins a new order; and so do sums once more, that say otherwise.
 */
static bool continues(struct admin_orders_file *f, const struct csv_row *row)
{
	const struct admin_order_rows *o = &f->order;

	if (o->n == 0)
		return true;
	return is_same(f, row, COL_NAME) && is_same(f, row, COL_ID) &&
	       !(o->heads && is_head(f, row) && is_otherwise(f, row));
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

/* The next rows that belong together. */
static enum errk next_rows(struct admin_orders_file *f, struct admin_order_rows *out, bool *more,
			   struct err *e)
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

static const char *twice_key(const struct admin_order_rows *o)
{
	const char *name = admin_order_cell(o, COL_NAME);

	return name[0] ? name : admin_order_cell(o, COL_ID);
}

/* Most files have no order twice, and are not read for that. */
static enum errk find_twice(struct admin_orders_file *f, struct err *e)
{
	struct admin_order_rows o;
	bool more = admin_twice_any(f->twice);
	enum errk k = E_OK;

	if (!more) {
		admin_twice_free(TAKE(f->twice));
		return E_OK;
	}
	while (k == E_OK && more) {
		k = next_rows(f, &o, &more, e);
		if (k == E_OK && more && o.n)
			admin_twice_add(f->twice, &o, twice_key(&o));
	}
	return k == E_OK ? rewind_file(f, e) : k;
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
	f->twice = admin_twice_new();
	k = guard_open(path, declared, &f->reader, e);
	if (k == E_OK)
		k = admin_columns_match(name, csv_reader_header(f->reader),
					csv_reader_delimiter(f->reader), &f->columns, e);
	if (k == E_OK) {
		admin_columns_numbers(&f->columns, f->reader);
		k = judge(f, e);
	}
	if (k == E_OK)
		k = rewind_file(f, e);
	if (k == E_OK)
		k = find_twice(f, e);
	if (k != E_OK)
		return k;
	*out = TAKE(f);
	return E_OK;
}

enum errk admin_orders_file_next(struct admin_orders_file *f, struct admin_order_rows *out,
				 bool *more, struct err *e)
{
	for (;;) {
		enum admin_standing standing = ADMIN_ORDER_STANDS;
		struct err doubt;
		enum errk k = next_rows(f, out, more, e);

		if (k == E_OK && *more && out->n && f->twice)
			standing = admin_twice_judge(f->twice, out, twice_key(out), &doubt);
		if (standing == ADMIN_ORDER_PASSED)
			continue;
		if (standing == ADMIN_ORDER_DOUBT)
			out->problem = doubt;
		return k;
	}
}
