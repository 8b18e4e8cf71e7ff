#include "map/canonical.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/decimal.h"
#include "base/json.h"
#include "base/str.h"
#include "map/canonical_priv.h"
#include "net/redact.h"

#include "base/banned.h"

/* Where a value stands; a path is only spelled out when something is wrong there. */
struct frame {
	const struct frame *up;
	const char *name; /* NULL: an element of the array above */
	int index;
};

enum { PATH_MAX_LEN = 256 };

/* Appends "lines[2].unit_price" and remembers the outermost array for " (line 3)". */
static size_t spell(const struct frame *f, char *out, size_t size, const struct frame **array,
		    const struct frame **element)
{
	size_t len;

	if (!f || (!f->up && !f->name))
		return 0;
	len = spell(f->up, out, size, array, element);
	if (f->name) {
		len += (size_t)snprintf(out + len, size - len, "%s%s", len ? "." : "", f->name);
		if (!*element)
			*array = f;
	} else {
		len += (size_t)snprintf(out + len, size - len, "[%d]", f->index);
		if (!*element)
			*element = f;
	}
	return len < size ? len : size - 1;
}

static enum errk PRINTF_LIKE(3, 4) bad(struct err *e, const struct frame *f, const char *fmt, ...)
{
	char path[PATH_MAX_LEN] = "", human[48] = "", text[512];
	const struct frame *array = NULL, *element = NULL;
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	spell(f, path, sizeof(path), &array, &element);
	if (element && array) { /* "line 3", "quantity 1": people count from one */
		bool ies = str_ends(array->name, "ies");
		int len = (int)strnlen(array->name, 32) - (ies ? 3 : 1);

		snprintf(human, sizeof(human), " (%.*s%s %d)", len, array->name, ies ? "y" : "",
			 element->index + 1);
	}
	return err_set(e, E_RECORD, "bad_document", "%s%s: %s", path[0] ? path : "the document",
		       human, text);
}

static bool digits(const char *s, int n, int *out)
{
	for (*out = 0; n > 0; n--, s++) {
		if (*s < '0' || *s > '9')
			return false;
		*out = *out * 10 + (*s - '0');
	}
	return true;
}

/* Exactly "2026-11-23T09:45:00Z": one form, so that equal times are equal text. */
static bool is_time(const char *s)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int y, mo, d, h, mi, sec;
	bool leap;

	if (strlen(s) != 20 || s[4] != '-' || s[7] != '-' || s[10] != 'T' || s[13] != ':' ||
	    s[16] != ':' || s[19] != 'Z')
		return false;
	if (!digits(s, 4, &y) || !digits(s + 5, 2, &mo) || !digits(s + 8, 2, &d) ||
	    !digits(s + 11, 2, &h) || !digits(s + 14, 2, &mi) || !digits(s + 17, 2, &sec))
		return false;
	leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
	return mo >= 1 && mo <= 12 && d >= 1 && d <= days[mo - 1] + (mo == 2 && leap) && h < 24 &&
	       mi < 60 && sec < 60;
}

/*
 * A description may be long. A name, a SKU, a code that is, is another field's text or damage, and nobody
 * takes it: Shopify's own limit is 255 characters, of up to four bytes each.
 */
enum { TEXT_MAX = 1024 * 1024, ID_MAX = 1024 };
static const int64_t COUNT_MAX = INT64_C(1000000000000);

static enum errk check_text(const cJSON *v, const struct frame *at, size_t max, struct err *e)
{
	if (!cJSON_IsString(v))
		return bad(e, at, "is no text");
	if (at->name && (str_ends(at->name, "sku") || str_ends(at->name, "name")))
		max = ID_MAX;
	if (strlen(v->valuestring) <= max)
		return E_OK;
	return bad(e, at, "has %zu bytes, and %zu are accepted", strlen(v->valuestring), max);
}

static enum errk check_decimal(const cJSON *v, const struct frame *at, struct err *e)
{
	struct decimal d;
	struct err why;

	if (!cJSON_IsString(v))
		return bad(e, at, "is no text; amounts and rates are texts like \"12.50\"");
	if (decimal_parse(v->valuestring, &d, &why) != E_OK)
		return bad(e, at, "%s", why.msg);
	return E_OK;
}

static enum errk check_time(const cJSON *v, const struct frame *at, struct err *e)
{
	char shown[48];

	if (cJSON_IsString(v) && is_time(v->valuestring))
		return E_OK;
	str_ellipsis(shown, sizeof(shown), cJSON_IsString(v) ? v->valuestring : "(no text)", 40);
	return bad(e, at, "'%s' is no UTC time like 2026-11-23T09:45:00Z", shown);
}

static enum errk check_value(const struct canonical_node *n, const cJSON *v, const struct frame *at,
			     struct err *e);

static enum errk check_elements(const struct canonical_node *n, const cJSON *array,
				const struct frame *at, struct err *e)
{
	struct frame here = {at, NULL, 0};
	enum errk k;

	if (!cJSON_IsArray(array))
		return bad(e, at, "is no array");
	JSON_EACH (v, array) {
		k = check_value(n->element, v, &here, e);
		if (k != E_OK)
			return k;
		here.index++;
	}
	return E_OK;
}

static enum errk unknown_field(const struct canonical_node *n, const struct frame *at,
			       struct err *e)
{
	const char *names[CANONICAL_FIELDS_MAX], *near;
	size_t count = 0;

	for (const struct canonical_node *c = n->child; c; c = c->next)
		names[count++] = c->name;
	near = str_nearest(at->name, names, count);
	if (near)
		return bad(e, at, "no such field; did you mean '%s'?", near);
	return bad(e, at, "no such field");
}

static enum errk check_members(const struct canonical_node *n, const cJSON *obj,
			       const struct frame *at, struct err *e)
{
	uint64_t seen[CANONICAL_FIELDS_MAX / 64] = {0};
	enum errk k;

	if (!cJSON_IsObject(obj))
		return bad(e, at, "is no object");
	JSON_EACH_MEMBER (v, obj) {
		const struct canonical_node *c = canonical_child(n, v->string);
		struct frame here = {at, v->string, 0};

		if (!c)
			return unknown_field(n, &here, e);
		if (c == n->element ? cJSON_GetObjectItemCaseSensitive(obj, v->string) != v
				    : seen[c->index / 64] >> c->index % 64 & 1)
			return bad(e, &here, "stands here twice");
		seen[c->index / 64] |= UINT64_C(1) << c->index % 64;
		k = check_value(c, v, &here, e);
		if (k != E_OK)
			return k;
	}
	for (const struct canonical_node *c = n->child; c; c = c->next) {
		struct frame here = {at, c->name, 0};

		if (c->field->required && !(seen[c->index / 64] >> c->index % 64 & 1))
			return bad(e, &here, "is missing");
	}
	return E_OK;
}

static enum errk check_value(const struct canonical_node *n, const cJSON *v, const struct frame *at,
			     struct err *e)
{
	if (cJSON_IsNull(v) && n->field && !n->field->required)
		return E_OK;
	if (cJSON_IsNull(v))
		return bad(e, at, "is null, but must be given");
	switch (n->type) {
	case CANONICAL_TEXT:
		return check_text(v, at, TEXT_MAX, e);
	case CANONICAL_ID:
		if (cJSON_IsString(v) && !v->valuestring[0])
			return bad(e, at, "is empty");
		return check_text(v, at, ID_MAX, e);
	case CANONICAL_DECIMAL:
		return check_decimal(v, at, e);
	case CANONICAL_COUNT:
		if (json_int(v, "", -1) > COUNT_MAX)
			return bad(e, at, "is more than anybody counts");
		return json_int(v, "", -1) >= 0 ? E_OK : bad(e, at, "is no whole number from 0 up");
	case CANONICAL_BOOL:
		return cJSON_IsBool(v) ? E_OK : bad(e, at, "is neither true nor false");
	case CANONICAL_TIME:
		return check_time(v, at, e);
	case CANONICAL_OBJECT:
		return check_members(n, v, at, e);
	case CANONICAL_ARRAY:
		return check_elements(n, v, at, e);
	}
	BUG("canonical type %d", (int)n->type);
}

enum errk canonical_check(const char *kind, const cJSON *doc, struct err *e)
{
	const struct canonical_node *root = canonical_tree(kind);
	struct frame top = {NULL, NULL, 0};
	const char *says;
	enum errk k;

	if (!root)
		BUG("no canonical document of kind '%s'", kind);
	k = check_value(root, doc, &top, e);
	if (k != E_OK)
		return k;
	says = json_str(doc, "kind");
	if (!str_equal(says, kind)) {
		struct frame here = {&top, "kind", 0};

		return bad(e, &here, "'%.40s' where '%s' was expected", says, kind);
	}
	return E_OK;
}

enum errk canonical_verify(const char *kind, const cJSON *doc, struct err *e)
{
	enum errk k = canonical_check(kind, doc, e);

	if (k == E_OK && str_equal(kind, "order"))
		k = canonical_sums(doc, e);
	if (k == E_OK && str_equal(kind, "refund"))
		k = canonical_refund_sums(doc, e);
	if (k == E_OK && json_str(doc, "unreadable[0].why"))
		k = err_set(e, E_RECORD, "bad_row", "%s", json_str(doc, "unreadable[0].why"));
	return k;
}

bool canonical_hides(const struct canonical_node *n)
{
	return !n || !n->field || n->field->personal;
}

/*
 * In place where it can be: of two fields with one name, replacing by name would miss the
 * second.
 */
static void mask_scalar(cJSON *container, cJSON *v, int index)
{
	cJSON *hidden;

	if (cJSON_IsString(v)) {
		if (v->valuestring[0] && !cJSON_SetValuestring(v, "…"))
			die(70, "out of memory");
		return;
	}
	hidden = cJSON_CreateString("…");
	if (!hidden)
		die(70, "out of memory");
	if (v->string)
		cJSON_ReplaceItemInObjectCaseSensitive(container, v->string, hidden);
	else
		cJSON_ReplaceItemInArray(container, index, hidden);
}

/* What anybody may write into a field that is no person's: the name of a tax, a discount code. */
static void mask_words(cJSON *v, struct arena *a)
{
	const char *clean = redact_text(v->valuestring, a);

	if (strcmp(clean, v->valuestring) != 0 && !cJSON_SetValuestring(v, clean))
		die(70, "out of memory");
}

static void mask_below(const struct canonical_node *n, cJSON *container, struct arena *a)
{
	cJSON *next;
	int i = 0;

	for (cJSON *v = container->child; v; v = next, i++) {
		const struct canonical_node *c = NULL;

		next = v->next;
		if (n)
			c = v->string ? canonical_child(n, v->string) : n->element;
		if (cJSON_IsObject(v) || cJSON_IsArray(v))
			mask_below(c, v, a);
		else if (canonical_hides(c) && !cJSON_IsNull(v))
			mask_scalar(container, v, i);
		else if (cJSON_IsString(v))
			mask_words(v, a);
	}
}

void canonical_mask(const char *kind, cJSON *doc)
{
	CLEANUP(arena) struct arena *a = arena_new();

	mask_below(canonical_tree(kind), doc, a);
}
