#include "connectors/shopify_admin/orders/cells.h"

#include <errno.h>
#include <stdlib.h>
#include <ctype.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "files/guard.h"

#include "base/banned.h"

static enum errk bad_cell(const struct admin_order_rows *o, size_t i, enum admin_column c,
			  const char *what, struct err *e)
{
	char shown[64];

	return err_set(e, E_RECORD, "bad_cell", "%s:%lld: column '%s': '%s' %s", o->file,
		       (long long)o->row[i].line, admin_column_title(c),
		       guard_shown(o->row[i].cell[c], shown), what);
}

/* The row that admin_order_cell takes its value from. */
static size_t row_of(const struct admin_order_rows *o, enum admin_column c)
{
	for (size_t i = 0; i < o->n; i++)
		if (o->row[i].cell[c][0])
			return i;
	return 0;
}

/* What no order has: a price below nothing, or a figure that ran into its neighbour. */
static const char *believe(enum admin_column c, struct decimal value)
{
	static const struct decimal most = {INT64_C(1000000000000), 0};

	/* Less than nothing is outstanding of what was paid twice. */
	if (value.units < 0 && c != COL_OUTSTANDING)
		return "is less than nothing";
	return decimal_cmp(decimal_abs(value), most) >= 0 ? "is more than any order costs" : NULL;
}

enum errk admin_cell_amount(const struct admin_order_rows *o, size_t i, enum admin_column c,
			    struct decimal *out, bool *given, struct err *e)
{
	const char *text = o->row[i].cell[c];
	struct decimal value = DECIMAL_ZERO;
	const char *wrong = NULL;

	/* A price per piece may be finer than the currency. */
	if (text[0] && c == COL_LINE_PRICE)
		wrong = guard_number(text,
				     guard_money(o->columns->numbers,
						 admin_order_cell(o, COL_CURRENCY)),
				     &value);
	else if (text[0])
		wrong = guard_amount(text, o->columns->numbers, admin_order_cell(o, COL_CURRENCY),
				     &value);
	if (!wrong)
		wrong = believe(c, value);
	if (wrong)
		return bad_cell(o, i, c, wrong, e);
	*out = value;
	if (given)
		*given = text[0] != '\0';
	return E_OK;
}

enum errk admin_order_amount(const struct admin_order_rows *o, enum admin_column c,
			     struct decimal *out, bool *given, struct err *e)
{
	return admin_cell_amount(o, row_of(o, c), c, out, given, e);
}

enum errk admin_cell_count(const struct admin_order_rows *o, size_t i, enum admin_column c,
			   int64_t *out, struct err *e)
{
	const char *text = o->row[i].cell[c];
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 9 || text[digits])
		return bad_cell(o, i, c, "is not a whole number", e);
	*out = strtoll(text, NULL, 10);
	return E_OK;
}

enum errk admin_cell_flag(const struct admin_order_rows *o, size_t i, enum admin_column c,
			  bool empty, bool *out, struct err *e)
{
	const char *text = o->row[i].cell[c];
	const char *wrong = text[0] ? guard_flag(text, out) : NULL;

	if (wrong)
		return bad_cell(o, i, c, wrong, e);
	if (!text[0])
		*out = empty;
	return E_OK;
}

enum errk admin_cell_identifier(const struct admin_order_rows *o, size_t i, enum admin_column c,
				struct arena *a, const char **out, struct err *e)
{
	const char *wrong = guard_identifier(o->row[i].cell[c], a, out);

	if (wrong)
		return bad_cell(o, i, c, wrong, e);
	if (!(*out)[0])
		*out = NULL;
	return E_OK;
}

enum errk admin_order_time(const struct admin_order_rows *o, enum admin_column c, struct arena *a,
			   const char **out, struct err *e)
{
	const char *text = admin_order_cell(o, c), *wrong;
	char utc[CLOCK_TEXT_MAX];
	int64_t t;

	if (!text[0]) {
		*out = NULL;
		return E_OK;
	}
	wrong = guard_time(text, &t);
	/* Payments are due on a day. */
	if (wrong && c == COL_PAYMENT_DUE_AT && clock_parse(text, &t, NULL) == E_OK &&
	    guard_this_century(t))
		wrong = NULL;
	if (wrong)
		return bad_cell(o, row_of(o, c), c, wrong, e);
	*out = arena_strdup(a, clock_text(t, utc));
	return E_OK;
}

/* The export tells times as the shop's clocks show them. */
const char *admin_order_day(const struct admin_order_rows *o, enum admin_column c, struct arena *a)
{
	const char *text = admin_order_cell(o, c);

	return strlen(text) >= 10 && text[4] == '-' && text[7] == '-' ? arena_strndup(a, text, 10)
								      : NULL;
}

const char *admin_order_text(const struct admin_order_rows *o, enum admin_column c)
{
	const char *text = admin_order_cell(o, c);

	return text[0] ? text : NULL;
}

/*
 * Exports protect leading zeros and plus signs from spreadsheets by one apostrophe: '01067,
 * '+33 1 42 00 00 00.
 */
const char *admin_order_unquoted(const struct admin_order_rows *o, enum admin_column c)
{
	const char *text = admin_order_text(o, c);

	if (text && text[0] == '\'')
		text++;
	return text && text[0] ? text : NULL;
}

const char *admin_lower(struct arena *a, const char *text)
{
	char *copy = arena_strdup(a, text);

	for (char *p = copy; p && *p; p++)
		*p = *p == ' ' ? '_' : *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
	return copy;
}

void admin_json_amount(cJSON *obj, const char *key, struct decimal value)
{
	char text[DECIMAL_TEXT_MAX];

	json_add_str(obj, key, decimal_text(value, text));
}

size_t admin_split(const char *text, const char *separator, struct arena *a, const char ***out)
{
	size_t n = 0, width = strlen(separator);
	const char **list = arena_array(a, strlen(text) / width + 1, sizeof(*list));

	for (const char *next; *text; text = next) {
		const char *end = strstr(text, separator);

		next = end ? end + width : text + strlen(text);
		if (!end)
			end = next;
		while (text < end && isspace((unsigned char)*text))
			text++;
		while (end > text && isspace((unsigned char)end[-1]))
			end--;
		if (end > text)
			list[n++] = arena_strndup(a, text, (size_t)(end - text));
	}
	*out = list;
	return n;
}
