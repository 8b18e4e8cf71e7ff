#include "connectors/shopify_admin/orders/document.h"

#include <stdlib.h>
#include <string.h>

#include "base/advice.h"
#include "base/cleanup.h"
#include "base/decimal.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/str.h"
#include "connectors/shopify_admin/orders/priv.h"

#include "base/banned.h"

/*
 * Rows below each other that have the order's own cells more than once, alike: somebody has filled them down, and all rows are
 * one order; or the order is there more than once, and a part of the rows is all of it. The sums decide.
 */

static int compare_lines(const struct admin_order_row *x, const struct admin_order_row *y)
{
	int differs = 0;

	for (enum admin_column c = 0; c < COL_COUNT_ && !differs; c++)
		if (admin_column_is_of_line(c))
			differs = strcmp(x->cell[c], y->cell[c]);
	return differs;
}

static int by_line(const void *a, const void *b)
{
	const struct admin_order_row *x = a, *y = b;
	int differs = compare_lines(x, y);

	return differs ? differs : x->line < y->line ? -1 : x->line > y->line;
}

static int by_place(const void *a, const void *b)
{
	const struct admin_order_row *x = a, *y = b;

	return x->line < y->line ? -1 : x->line > y->line;
}

/* How many of the rows, which are sorted by what their lines are, from `at` on are alike. */
static size_t alike(const struct admin_order_row *row, size_t n, size_t at)
{
	size_t end = at + 1;

	while (end < n && compare_lines(&row[at], &row[end]) == 0)
		end++;
	return end - at;
}

static size_t common_divisor(size_t a, size_t b)
{
	while (b) {
		size_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

static struct admin_order_row *sorted(const struct admin_order_rows *o, struct arena *a)
{
	struct admin_order_row *row = arena_array(a, o->n, sizeof(*row));

	memcpy(row, o->row, o->n * sizeof(*row));
	qsort(row, o->n, sizeof(*row), by_line);
	return row;
}

/* So often each line is there at least, and a multiple of that. */
static size_t repeats(const struct admin_order_row *row, size_t n)
{
	size_t times = 0, same;

	for (size_t i = 0; i < n; i += same) {
		same = alike(row, n, i);
		times = common_divisor(times, same);
	}
	return times;
}

/* The order without its repetitions. */
static struct admin_order_rows once_of(const struct admin_order_rows *o,
				       const struct admin_order_row *row, size_t times,
				       struct arena *a)
{
	struct admin_order_rows once = *o;
	size_t same;

	once.row = arena_array(a, o->n / times, sizeof(*once.row));
	once.n = 0;
	for (size_t i = 0; i < o->n; i += same) {
		same = alike(row, o->n, i);
		memcpy(&once.row[once.n], &row[i], same / times * sizeof(*row));
		once.n += same / times;
	}
	qsort(once.row, once.n, sizeof(*once.row), by_place);
	return once;
}

static bool is_head(const struct admin_order_row *row)
{
	return row->cell[COL_SUBTOTAL][0] && row->cell[COL_TOTAL][0];
}

/* All that repeat the order's own cells repeat each of them. */
static bool are_heads_alike(const struct admin_order_rows *o)
{
	for (size_t i = 0; i < o->n; i++)
		for (enum admin_column c = 0; c < COL_COUNT_ && is_head(&o->row[i]); c++)
			if (admin_column_is_of_order(c) &&
			    !str_equal(o->row[i].cell[c], admin_order_cell(o, c)))
				return false;
	return true;
}

/* Do these rows make an order whose parts make its total? A minor unit per line is rounding. */
static bool is_order(const struct admin_order_rows *o, const char *id, struct arena *a, cJSON **out)
{
	CLEANUP(json) cJSON *doc = NULL;
	struct decimal left, most = {o->n < 10 ? (int64_t)o->n : 10,
				     currency_exponent(admin_order_cell(o, COL_CURRENCY))};
	struct err ignored;

	if (admin_order_build(o, id, a, &doc, &ignored) != E_OK ||
	    decimal_parse(json_str(json_at(doc, "totals"), "rounding"), &left, &ignored) != E_OK ||
	    decimal_cmp(decimal_abs(left), most) > 0)
		return false;
	*out = TAKE(doc);
	return true;
}

/* Of the rows with the order's own cells, each with those below it: how many would be an order, of how many. */
static size_t whole_parts(const struct admin_order_rows *o, const char *id, struct arena *a)
{
	size_t whole = 0;

	for (size_t from = 0, to; from < o->n; from = to) {
		CLEANUP(json) cJSON *doc = NULL;
		struct admin_order_rows part = *o;

		for (to = from + 1; to < o->n && !is_head(&o->row[to]);)
			to++;
		part.row = &o->row[from];
		part.n = to - from;
		whole += is_order(&part, id, a, &doc);
	}
	return whole;
}

static enum errk in_doubt(const struct admin_order_rows *o, struct err *e)
{
	size_t again = 1;

	while (again + 1 < o->n && !is_head(&o->row[again]))
		again++;
	return err_set(
		e, E_RECORD, "order_twice",
		"%s:%lld: the order begins once more at row %lld, and its sums do not tell "
		"whether it stands there twice or all rows are one order; use the file as it "
		"was downloaded, or take out the rows that are there once too often",
		o->file, (long long)o->line, (long long)o->row[again].line);
}

/*
 * What the rows are: all of them one order, what is left of them without repetitions, or neither for certain. In a file that
 * fills nothing down an order that begins once more is there once more, wherever its sums don't forbid it.
 */
static enum errk build(const struct admin_order_rows *o, const char *id, struct arena *a,
		       cJSON **out, struct err *e)
{
	CLEANUP(json) cJSON *whole = NULL, *once = NULL;
	const struct admin_order_row *row;
	size_t fits = 0, times;

	if (o->heads < 2)
		return admin_order_build(o, id, a, out, e);
	row = sorted(o, a);
	times = repeats(row, o->n);
	for (size_t n = 2; n <= times; n++) {
		CLEANUP(json) cJSON *doc = NULL;
		struct admin_order_rows part;

		if (times % n || (o->lines_alone && n != o->heads))
			continue;
		part = once_of(o, row, n, a);
		if (!is_order(&part, id, a, &doc))
			continue;
		cJSON_Delete(once);
		once = TAKE(doc);
		fits++;
	}
	(void)is_order(o, id, a, &whole);
	if (fits > 1 || (fits && (!are_heads_alike(o) || (whole && !o->lines_alone))))
		return in_doubt(o, e);
	if (!fits && o->lines_alone && whole_parts(o, id, a) >= (whole ? o->heads : 1))
		return in_doubt(o, e);
	if (!fits)
		return admin_order_build(o, id, a, out, e);
	*out = TAKE(once);
	return E_OK;
}

/* The version of rows without a document: it changes with their text and with what is wrong. */
static const char *version_of_problem(const struct admin_order_rows *o, const struct err *why,
				      struct arena *a)
{
	struct hash *h = hash_new();
	char hex[HASH_HEX_SIZE];

	hash_add(h, why->msg, strlen(why->msg));
	for (size_t i = 0; i < o->n; i++)
		for (enum admin_column c = 0; c < COL_COUNT_; c++)
			hash_add(h, o->row[i].cell[c], strlen(o->row[i].cell[c]) + 1);
	hash_finish(h, hex);
	hash_free(h);
	return arena_strdup(a, hex);
}

const char *admin_order_label(const struct admin_order_rows *o, struct arena *a)
{
	return admin_order_is_named(o) ? arena_strdup(a, admin_order_cell(o, COL_NAME))
				       : arena_printf(a, "%.60s:%lld", o->file, (long long)o->line);
}

void admin_order_record(const struct admin_order_rows *o, struct arena *a, struct record *out)
{
	static const char *const said[] = {"use the ", "export the order", "correct ", NULL};
	CLEANUP(json) cJSON *doc = NULL;
	char hex[HASH_HEX_SIZE];
	struct err why;

	*out = (struct record){.id = admin_order_id(o, a)};
	out->label = admin_order_label(o, a);
	if (build(o, out->id, a, &doc, &why) != E_OK) {
		struct err *problem = arena_alloc(a, sizeof(*problem));

		*problem = why;
		advice_add(problem, said, "; correct the file, or export the order again");
		out->problem = problem;
		out->version = version_of_problem(o, &why, a);
		return;
	}
	out->remedy_of_namesake =
		admin_order_cell(o, COL_ID)[0]
			? "use the file as it was downloaded, or go on without the column 'Id' if "
			  "the other came without it"
			: "use the file as it was downloaded, with its column 'Id'";
	out->doc = json_text(doc, a);
	out->doc_len = strlen(out->doc);
	hash_hex(out->doc, out->doc_len, hex);
	out->version = arena_strdup(a, hex);
}
