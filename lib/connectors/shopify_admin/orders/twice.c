#include "connectors/shopify_admin/orders/twice.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/hash.h"
#include "base/list.h"
#include "base/str.h"
#include "connectors/shopify_admin/orders/file.h"

#include "base/banned.h"

/* What one place of the file says of an order. */
struct said {
	uint64_t key;
	int64_t line;
	const char *id;
	char content[HASH_HEX_SIZE];
	uint64_t column[COL_COUNT_]; /* the same of each column */
	bool head;                   /* it has the cells of an order, not of lines alone */
	bool readable;               /* what proves that it is newer */
	bool cancelled;
	struct decimal refunded;
};

struct admin_twice {
	struct arena *mem;
	LIST(uint64_t)
	keys; /* while looking: of all; then of those that are there again, each once */
	LIST(struct said) said;
	bool sorted; /* by key, then by line */
};

struct admin_twice *admin_twice_new(void)
{
	struct admin_twice *t = calloc(1, sizeof(*t));

	if (!t)
		die(70, "out of memory");
	t->mem = arena_new();
	return t;
}

void admin_twice_free(struct admin_twice *t)
{
	if (!t)
		return;
	arena_free(t->mem);
	free(t);
}

/* FNV-1a. Two names of one number are taken for one, and told apart when they are judged. */
static uint64_t number_of(const char *key)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (; *key; key++)
		h = (h ^ (unsigned char)*key) * UINT64_C(1099511628211);
	return h;
}

static int by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

void admin_twice_begins(struct admin_twice *t, const char *key)
{
	*list_add(&t->keys, t->mem) = number_of(key);
}

bool admin_twice_any(struct admin_twice *t)
{
	struct arena *left = arena_new();
	LIST(uint64_t) again = {0};

	if (t->keys.n)
		qsort(t->keys.at, t->keys.n, sizeof(*t->keys.at), by_number);
	for (size_t i = 1; i < t->keys.n; i++)
		if (t->keys.at[i] == t->keys.at[i - 1] &&
		    (!again.n || again.at[again.n - 1] != t->keys.at[i]))
			*list_add(&again, left) = t->keys.at[i];
	arena_free(t->mem);
	t->mem = left;
	t->keys.at = again.at;
	t->keys.n = again.n;
	t->keys.cap = again.cap;
	return again.n > 0;
}

static bool may_be_again(const struct admin_twice *t, uint64_t key)
{
	return t->keys.n &&
	       bsearch(&key, t->keys.at, t->keys.n, sizeof(*t->keys.at), by_number) != NULL;
}

static const char *cell(const struct admin_order_rows *o, enum admin_column c)
{
	return o->first[c] ? o->first[c] : "";
}

static void hash_content(const struct admin_order_rows *o, struct said *out)
{
	struct hash *h = hash_new();

	for (size_t i = 0; i < o->n; i++)
		for (enum admin_column c = 0; c < COL_COUNT_; c++) {
			hash_add(h, o->row[i].cell[c], strlen(o->row[i].cell[c]) + 1);
			out->column[c] = out->column[c] * 31 + number_of(o->row[i].cell[c]);
		}
	hash_finish(h, out->content);
	hash_free(h);
}

static int by_key(const void *a, const void *b)
{
	const struct said *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->line < y->line ? -1 : x->line > y->line;
}

void admin_twice_add(struct admin_twice *t, const struct admin_order_rows *o, const char *key)
{
	struct said s = {.key = number_of(key),
			 .line = o->line,
			 .head = o->heads > 0,
			 .readable = o->heads > 0 && o->problem.kind == E_OK,
			 .cancelled = cell(o, COL_CANCELLED_AT)[0] != '\0',
			 .refunded = DECIMAL_ZERO};

	if (!may_be_again(t, s.key))
		return;
	if (cell(o, COL_REFUNDED)[0] && guard_amount(cell(o, COL_REFUNDED), o->columns->numbers,
						     cell(o, COL_CURRENCY), &s.refunded))
		s.readable = false;
	s.id = arena_strdup(t->mem, cell(o, COL_ID));
	hash_content(o, &s);
	*list_add(&t->said, t->mem) = s;
	t->sorted = false;
}

/*
 * Of one order: one name, and one id. Rows of lines alone, which are somewhere else than their order, have no id and may belong to
 * any of that name.
 */
static bool are_one(const struct said *x, const struct said *y)
{
	return str_equal(x->id, y->id) || !x->head || !y->head;
}

/*
 * What it says came later, whatever stands where: a cancelled order never is none again, and money that was given back isn't
 * taken again. All else (what is paid, what was shipped, the lines) may change either way.
 */
static bool is_newer(const struct said *x, const struct said *y)
{
	int money = decimal_cmp(x->refunded, y->refunded);

	return x->readable && y->readable && x->cancelled >= y->cancelled && money >= 0 &&
	       (x->cancelled > y->cancelled || money > 0);
}

static bool is_newest(const struct said *x, const struct said *at, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (are_one(x, &at[i]) && !str_equal(x->content, at[i].content) &&
		    !is_newer(x, &at[i]))
			return false;
	return true;
}

/* "Paid at, Tags": the columns in which it is said otherwise elsewhere. */
static const char *differing(const struct said *x, const struct said *at, size_t n, struct arena *a)
{
	enum { NAMED_MAX = 4 };
	const char *names = "";
	size_t shown = 0, more = 0;

	for (enum admin_column c = 0; c < COL_COUNT_; c++) {
		bool other = false;

		for (size_t i = 0; i < n; i++)
			other |= are_one(x, &at[i]) && x->column[c] != at[i].column[c];
		if (other && shown++ < NAMED_MAX)
			names = arena_printf(a, "%s%s%s", names, *names ? ", " : "",
					     admin_column_title(c));
		else
			more += other;
	}
	return more ? arena_printf(a, "%s and %zu more columns", names, more) : names;
}

static void describe(const struct admin_order_rows *o, const struct said *x, const struct said *at,
		     size_t n, struct err *doubt)
{
	CLEANUP(arena) struct arena *a = arena_new();
	bool apart = false;

	err_set(doubt, E_RECORD, "order_twice", "%s:%lld", o->file, (long long)x->line);
	for (size_t i = 0; i < n; i++) {
		if (&at[i] != x && are_one(x, &at[i]))
			err_append(doubt, " and :%lld", (long long)at[i].line);
		apart |= are_one(x, &at[i]) && !at[i].head;
	}
	if (apart)
		err_append(
			doubt,
			": rows of this order stand apart from each other, as a sheet that was "
			"sorted leaves them, and its lines may be in all of them; use the file as "
			"it was downloaded");
	else
		err_append(
			doubt,
			": the order stands there more than once, with different cells (%s), and "
			"nothing in them tells which is newer; export the order again into a file "
			"of its own, or take out the rows that are older",
			differing(x, at, n, a));
}

enum admin_standing admin_twice_judge(struct admin_twice *t, const struct admin_order_rows *o,
				      const char *key, struct err *doubt)
{
	uint64_t number = number_of(key);
	const struct said *first, *self = NULL, *speaks = NULL;
	size_t n = 0;

	if (!may_be_again(t, number))
		return ADMIN_ORDER_STANDS;
	if (!t->sorted)
		qsort(t->said.at, t->said.n, sizeof(*t->said.at), by_key);
	t->sorted = true;
	first = bsearch(&(struct said){.key = number, .line = o->line}, t->said.at, t->said.n,
			sizeof(*t->said.at), by_key);
	/* It wasn't there when the file was looked through: what is read of a file that changes doesn't count. */
	if (!first)
		return ADMIN_ORDER_STANDS;
	self = first;
	while (first > t->said.at && first[-1].key == number)
		first--;
	while (first + n < t->said.at + t->said.n && first[n].key == number)
		n++;
	/* One says what is said of them all: the newest one; where none is, the first that has the order's own cells. */
	for (size_t i = 0; i < n; i++)
		if (!speaks && are_one(self, &first[i]) && is_newest(&first[i], first, n))
			speaks = &first[i];
	if (speaks)
		return speaks == self ? ADMIN_ORDER_STANDS : ADMIN_ORDER_PASSED;
	for (size_t i = 0; i < n; i++)
		if (are_one(self, &first[i]) && (!speaks || first[i].head > speaks->head))
			speaks = &first[i];
	if (speaks != self)
		return ADMIN_ORDER_PASSED;
	describe(o, self, first, n, doubt);
	return ADMIN_ORDER_DOUBT;
}
