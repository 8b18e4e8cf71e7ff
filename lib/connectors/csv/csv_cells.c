#include "csv_cells.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "csv_cell_text.h"

#include "base/banned.h"

static enum errk bad_cell(const struct csv_order_rows *o, size_t i, enum csv_column c,
			  const char *what, struct err *e)
{
	return err_set(e, E_RECORD, "bad_cell", "%s:%lld: column '%s': '%s' %s", o->file,
		       (long long)o->row[i].line, csv_column_title(c), o->row[i].cell[c], what);
}

/* The row that csv_order_cell takes its value from. */
static size_t row_of(const struct csv_order_rows *o, enum csv_column c)
{
	for (size_t i = 0; i < o->n; i++)
		if (o->row[i].cell[c][0])
			return i;
	return 0;
}

enum errk csv_cell_amount(const struct csv_order_rows *o, size_t i, enum csv_column c,
			  struct decimal *out, bool *given, struct err *e)
{
	const char *text = o->row[i].cell[c];
	struct decimal value = DECIMAL_ZERO;

	if (text[0] && !csv_cell_decimal(text, o->columns->decimal_comma, &value))
		return bad_cell(o, i, c, "is not an amount such as 12.50", e);
	*out = value;
	if (given)
		*given = text[0] != '\0';
	return E_OK;
}

enum errk csv_order_amount(const struct csv_order_rows *o, enum csv_column c, struct decimal *out,
			   bool *given, struct err *e)
{
	return csv_cell_amount(o, row_of(o, c), c, out, given, e);
}

enum errk csv_cell_count(const struct csv_order_rows *o, size_t i, enum csv_column c, int64_t *out,
			 struct err *e)
{
	const char *text = o->row[i].cell[c];
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 9 || text[digits])
		return bad_cell(o, i, c, "is not a whole number", e);
	*out = strtoll(text, NULL, 10);
	return E_OK;
}

bool csv_cell_bool(const struct csv_order_rows *o, size_t i, enum csv_column c, bool empty)
{
	const char *text = o->row[i].cell[c];

	if (!text[0])
		return empty;
	return str_equal_nocase(text, "true") || str_equal_nocase(text, "yes") ||
	       str_equal(text, "1");
}

enum errk csv_order_time(const struct csv_order_rows *o, enum csv_column c, struct arena *a,
			 const char **out, struct err *e)
{
	const char *text = csv_order_cell(o, c);
	char utc[CLOCK_TEXT_MAX];
	int64_t t;

	if (!text[0]) {
		*out = NULL;
		return E_OK;
	}
	if (clock_parse(text, &t, NULL) != E_OK)
		return bad_cell(o, row_of(o, c), c,
				"is not a time such as 2026-10-07 09:50:26 +0200", e);
	*out = arena_strdup(a, clock_text(t, utc));
	return E_OK;
}

const char *csv_order_text(const struct csv_order_rows *o, enum csv_column c)
{
	const char *text = csv_order_cell(o, c);

	return text[0] ? text : NULL;
}

/*
 * Exports protect leading zeros and plus signs from spreadsheets by one apostrophe: '01067,
 * '+33 1 42 00 00 00.
 */
const char *csv_order_unquoted(const struct csv_order_rows *o, enum csv_column c)
{
	const char *text = csv_order_text(o, c);

	if (text && text[0] == '\'')
		text++;
	return text && text[0] ? text : NULL;
}

const char *csv_lower(struct arena *a, const char *text)
{
	char *copy = arena_strdup(a, text);

	for (char *p = copy; p && *p; p++)
		*p = *p == ' ' ? '_' : *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
	return copy;
}

void csv_json_amount(cJSON *obj, const char *key, struct decimal value)
{
	char text[DECIMAL_TEXT_MAX];

	json_add_str(obj, key, decimal_text(value, text));
}
