#include "files/cell_text.h"

#include <string.h>

#include "base/clock.h"
#include "base/decimal.h"
#include "base/json.h"
#include "base/str.h"

#include "base/banned.h"

bool cell_type_parse(const char *text, enum cell_type *out)
{
	static const char *const names[] = {
		[CELL_TEXT] = "text",   [CELL_EXACT] = "exact", [CELL_AMOUNT] = "amount",
		[CELL_COUNT] = "count", [CELL_TIME] = "time",
	};

	for (enum cell_type t = CELL_TEXT; t <= CELL_TIME; t++) {
		if (str_equal(text, names[t])) {
			*out = t;
			return true;
		}
	}
	return false;
}

static enum errk refuse(const struct cell_column *column, const char *text, const char *what,
			struct err *e)
{
	return err_set(e, E_RECORD, "bad_cell", "column '%s': '%s' is not %s", column->name, text,
		       what);
}

static enum errk amount_text(const char *text, const struct cell_column *column, bool comma,
			     struct arena *a, const char **out, struct err *e)
{
	char buf[DECIMAL_TEXT_MAX], *point;
	struct decimal d;

	if (decimal_parse(text, &d, NULL) != E_OK)
		return refuse(column, text, "an amount", e);
	decimal_text(d, buf);
	point = strchr(buf, '.');
	if (point && comma)
		*point = ',';
	*out = arena_strdup(a, buf);
	return E_OK;
}

static bool is_count(const char *text)
{
	const char *digits = text[0] == '-' ? text + 1 : text;

	return digits[0] && digits[strspn(digits, "0123456789")] == '\0';
}

enum errk cell_text(const cJSON *value, const struct cell_column *column, bool decimal_comma,
		    struct arena *a, const char **out, struct err *e)
{
	const char *text = cJSON_IsString(value) ? value->valuestring : NULL;
	int64_t t;

	if (cJSON_IsNull(value) || (text && !text[0])) {
		*out = "";
		return E_OK;
	}
	if (!text && (cJSON_IsNumber(value) || cJSON_IsBool(value)) && column->type != CELL_AMOUNT)
		text = json_text(value, a);
	if (!text)
		return refuse(column, "…", "a text", e);
	switch (column->type) {
	case CELL_AMOUNT:
		return amount_text(text, column, decimal_comma, a, out, e);
	case CELL_COUNT:
		if (!is_count(text))
			return refuse(column, text, "a whole number", e);
		*out = text;
		return E_OK;
	case CELL_TIME:
		if (clock_parse(text, &t, NULL) != E_OK)
			return refuse(column, text, "a time", e);
		*out = text;
		return E_OK;
	case CELL_TEXT:
		*out = csv_neutral(text, a);
		return E_OK;
	case CELL_EXACT:
		*out = text;
		return E_OK;
	}
	BUG("no such cell type: %d", (int)column->type);
}

/*
 * Bytes of the UTF-8 character at s and its code point; s is valid UTF-8 or the refusal is
 * another.
 */
static size_t character(const char *s, unsigned *code)
{
	unsigned char c = (unsigned char)s[0];
	size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;

	*code = n == 1 ? c : c & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++)
		*code = *code << 6 | ((unsigned char)s[i] & 0x3f);
	return n;
}

static bool can_write(const struct csv_format *f, const char *text)
{
	__attribute__((cleanup(cleanup_str))) struct str out;

	str_init(&out, 0);
	return csv_write_row(&out, f, &text, 1, NULL) == E_OK;
}

enum errk cell_bad_encoding(const struct csv_format *f, const struct cell_column *column,
			    const char *const *cell, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		if (can_write(f, cell[i]))
			continue;
		if (!str_utf8_valid(cell[i], strlen(cell[i])))
			break;
		for (const char *s = cell[i]; *s;) {
			char one[8] = "";
			unsigned code;
			size_t len = character(s, &code);

			memcpy(one, s, len);
			s += len;
			if (!can_write(f, one))
				return err_set(e, E_RECORD, "bad_encoding",
					       "column '%s' holds the character U+%04X, which "
					       "Windows-1252 does not have; set [csv] encoding = "
					       "utf-8 (the next run tries it again), or "
					       "change the text",
					       column[i].name, code);
		}
	}
	return e->kind;
}
