#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

#include "base/banned.h"

static const double EXACT = 9007199254740992.0; /* 2^53 */
static const int64_t PRINTABLE = INT64_C(1000000000000000);

static enum errk bad_json(const char *what, size_t offset, struct err *e)
{
	return err_set(e, E_RECORD, "bad_json", "not valid JSON: %s at byte %zu", what, offset);
}

/*
 * The offset of an escaped NUL, or len. cJSON decodes \u0000 to a zero byte inside a C
 * string, which would cut the text there without a word.
 */
static size_t escaped_nul(const char *text, size_t len)
{
	const char *p = text, *end = text + len;

	while ((p = memchr(p, '\\', (size_t)(end - p)))) {
		if (end - p >= 6 && memcmp(p, "\\u0000", 6) == 0)
			return (size_t)(p - text);
		p += end - p >= 2 ? 2 : 1;
	}
	return len;
}

/*
 * The limits, before cJSON takes memory: no document has more values than one and one for
 * each bracket that opens and each comma, outside of texts.
 */
static enum errk check_size(const char *text, size_t len, struct err *e)
{
	size_t values = 1, depth = 0;
	bool in_text = false;

	if (len > JSON_MAX_BYTES)
		return err_set(e, E_RECORD, "bad_json", "JSON of more than %d bytes",
			       (int)JSON_MAX_BYTES);
	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (c == '"')
			in_text = !in_text;
		else if (in_text)
			i += c == '\\';
		else if (c == ',')
			values++;
		else if (c == '[' || c == '{')
			values++, depth++;
		else if ((c == ']' || c == '}') && depth)
			depth--;
		if (values > JSON_MAX_VALUES)
			return err_set(e, E_RECORD, "bad_json", "JSON of more than %d values",
				       (int)JSON_MAX_VALUES);
		if (depth > JSON_MAX_DEPTH)
			return err_set(e, E_RECORD, "bad_json", "JSON nested more than %d deep",
				       (int)JSON_MAX_DEPTH);
	}
	return E_OK;
}

enum errk json_parse(const char *text, size_t len, cJSON **out, struct err *e)
{
	const char *end = NULL;
	size_t valid, at;
	const char *nul = len ? memchr(text, '\0', len) : NULL;
	cJSON *doc;
	enum errk rc = check_size(text, len, e);

	if (rc != E_OK)
		return rc;
	valid = str_utf8_prefix(text, len);
	if (valid < len)
		return bad_json("invalid UTF-8", valid, e);
	if (nul)
		return bad_json("a NUL byte", (size_t)(nul - text), e);
	at = len ? escaped_nul(text, len) : 0;
	if (at < len)
		return bad_json("\\u0000, which no text may hold,", at, e);

	/*
	 * require_null_terminated stays off: it wants a NUL inside len, and ours ends
	 * where it ends.
	 */
	doc = cJSON_ParseWithLengthOpts(text, len, &end, false);
	at = end ? (size_t)(end - text) : 0;
	if (!doc)
		return bad_json(at >= len ? "the text ends" : "a syntax error", at < len ? at : len,
				e);
	while (at < len && strchr(" \t\r\n", text[at]))
		at++;
	if (at < len) {
		cJSON_Delete(doc);
		return bad_json("more text after the document", at, e);
	}
	*out = doc;
	return E_OK;
}

/* The code unit of the escape \uXXXX at p; -1: there is none. */
static int unit_at(const char *p, const char *end)
{
	int unit = 0;

	if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
		return -1;
	for (int i = 2; i < 6; i++) {
		const char *hex = "0123456789abcdef", *digit = strchr(hex, p[i] | 0x20);

		if (!p[i] || !digit)
			return -1;
		unit = unit * 16 + (int)(digit - hex);
	}
	return unit;
}

static bool is_half(int unit, int first)
{
	return unit >= first && unit < first + 0x400;
}

/* Whether there was any. */
static bool replace_escapes(char *text, size_t len)
{
	enum { HIGH = 0xd800, LOW = 0xdc00 };
	static const char odd[6] = {'\\', 'u', 'f', 'f', 'f', 'd'};
	char *p = text, *end = text + len;
	bool any = false;

	while (p < end && (p = memchr(p, '\\', (size_t)(end - p)))) {
		int unit = unit_at(p, end);

		if (is_half(unit, HIGH) && is_half(unit_at(p + 6, end), LOW)) {
			p += 12;
			continue;
		}
		if (unit == 0 || is_half(unit, HIGH) || is_half(unit, LOW)) {
			memcpy(p, odd, sizeof(odd));
			any = true;
		}
		p += unit >= 0 ? 6 : 2;
	}
	return any;
}

enum errk json_parse_answer(const char *text, size_t len, cJSON **out, struct err *e)
{
	enum errk rc = json_parse(text, len, out, e);
	char *copy;

	if (rc == E_OK || !len || !memchr(text, '\\', len))
		return rc;
	copy = malloc(len);
	if (!copy)
		die(70, "out of memory");
	memcpy(copy, text, len);
	if (replace_escapes(copy, len))
		rc = json_parse(copy, len, out, e);
	free(copy);
	return rc;
}

char *json_text(const cJSON *doc, struct arena *a)
{
	char *text = cJSON_PrintUnformatted(doc), *copy;

	if (!text)
		die(70, "out of memory");
	if (!a)
		return text;
	copy = arena_strdup(a, text);
	cJSON_free(text);
	return copy;
}

static const cJSON *member(const cJSON *obj, const char *name, size_t len)
{
	/* Most names differ in their first byte: a call for each is a third of the time that an order takes. */
	JSON_EACH_MEMBER (child, obj)
		if (*child->string == *name && strncmp(child->string, name, len) == 0 &&
		    child->string[len] == '\0')
			return child;
	return NULL;
}

/* *path is behind "[": reads "12]". */
static const cJSON *element(const cJSON *array, const char **path)
{
	char *end;
	unsigned long i = strtoul(*path, &end, 10);
	const cJSON *child = json_first(array);

	if (end == *path || *end != ']')
		BUG("bad JSON path: '[%s'", *path);
	*path = end + 1;
	while (child && i-- > 0)
		child = child->next;
	return child;
}

const cJSON *json_at(const cJSON *doc, const char *path)
{
	while (doc && *path) {
		if (*path == '[') {
			path++;
			doc = element(doc, &path);
		} else {
			size_t len = strcspn(path, ".[");

			doc = member(doc, path, len);
			path += len;
		}
		if (*path == '.')
			path++;
	}
	return cJSON_IsNull(doc) ? NULL : doc;
}

const char *json_str(const cJSON *doc, const char *path)
{
	return cJSON_GetStringValue(json_at(doc, path));
}

bool json_bool(const cJSON *doc, const char *path, bool missing)
{
	const cJSON *item = json_at(doc, path);

	return cJSON_IsBool(item) ? cJSON_IsTrue(item) : missing;
}

int64_t json_int(const cJSON *doc, const char *path, int64_t missing)
{
	const cJSON *item = json_at(doc, path);
	double v;

	if (!cJSON_IsNumber(item))
		return missing;
	v = item->valuedouble;
	if (!(v >= -EXACT && v <= EXACT) || (double)(int64_t)v != v)
		return missing;
	return (int64_t)v;
}

/* "d.ddd…e±xx" as plain decimal text: 1.5e-03 is 0.0015. */
static char *plain(const char *scientific, struct arena *a)
{
	char digits[32];
	size_t n = 0;
	const char *p = scientific;
	struct str out;
	long exponent;
	char *text;

	for (; *p && *p != 'e'; p++)
		if (*p >= '0' && *p <= '9')
			digits[n++] = *p;
	exponent = *p ? strtol(p + 1, NULL, 10) : 0;
	while (n > 1 && digits[n - 1] == '0')
		n--;

	str_init(&out, 0);
	if (*scientific == '-')
		str_addc(&out, '-');
	if (exponent < 0)
		str_add(&out, "0.");
	for (long i = exponent + 1; i < 0; i++)
		str_addc(&out, '0');
	for (long i = 0; i < (long)n || i <= exponent; i++) {
		if (i > 0 && i == exponent + 1)
			str_addc(&out, '.');
		str_addc(&out, i < (long)n ? digits[i] : '0');
	}
	text = arena_strndup(a, out.buf, out.len);
	str_release(&out);
	return text;
}

const char *json_number_text(const cJSON *doc, const char *path, struct arena *a)
{
	const cJSON *item = json_at(doc, path);
	char text[40];
	double v;

	if (cJSON_IsString(item))
		return arena_strdup(a, item->valuestring);
	if (!cJSON_IsNumber(item) || !isfinite(item->valuedouble))
		return NULL;
	v = item->valuedouble;
	if (v == 0)
		return arena_strdup(a, "0"); /* never "-0" */
	/*
	 * The fewest digits that read back as the same number: 0.2, not
	 * 0.20000000000000001.
	 */
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*e", digits - 1, v);
		if (strtod(text, NULL) == v)
			break;
	}
	return plain(text, a);
}

size_t json_count(const cJSON *doc, const char *path)
{
	size_t n = 0;

	JSON_EACH (item, json_at(doc, path))
		n++;
	return n;
}

const cJSON *json_first(const cJSON *list)
{
	return cJSON_IsArray(list) ? list->child : NULL;
}

const cJSON *json_first_member(const cJSON *obj)
{
	return cJSON_IsObject(obj) ? obj->child : NULL;
}

static cJSON *made(cJSON *item)
{
	if (!item)
		die(70, "out of memory");
	return item;
}

/* cJSON would keep both of two equal keys; the last one given counts here. */
void json_append(cJSON *obj, const char *key, cJSON *item)
{
	if (!cJSON_IsObject(obj))
		BUG("json_append '%s' to something that is no object", key);
	if (!cJSON_AddItemToObject(obj, key, made(item)))
		die(70, "out of memory");
}

void json_add(cJSON *obj, const char *key, cJSON *item)
{
	cJSON_bool ok;

	if (!cJSON_IsObject(obj))
		BUG("json_add '%s' to something that is no object", key);
	if (!item)
		item = made(cJSON_CreateNull());
	if (member(obj, key, strlen(key)))
		ok = cJSON_ReplaceItemInObjectCaseSensitive(obj, key, item);
	else
		ok = cJSON_AddItemToObject(obj, key, item);
	if (!ok)
		die(70, "out of memory");
}

void json_push(cJSON *array, cJSON *item)
{
	if (!cJSON_IsArray(array))
		BUG("json_push to something that is no array");
	if (!cJSON_AddItemToArray(array, item ? item : made(cJSON_CreateNull())))
		BUG("json_push of an array into itself");
}

static cJSON *added(cJSON *obj, const char *key, cJSON *item)
{
	json_add(obj, key, made(item));
	return item;
}

cJSON *json_add_str(cJSON *obj, const char *key, const char *text)
{
	return added(obj, key, text ? cJSON_CreateString(text) : cJSON_CreateNull());
}

static cJSON *whole_number(int64_t value)
{
	char text[24];

	if (value < PRINTABLE && value > -PRINTABLE)
		return made(cJSON_CreateNumber((double)value));
	/*
	 * cJSON 1.7.15 prints 15 digits: 2^53 comes out as 9.00719925474099e+15. As it stands
	 * it is a number to whoever reads the text, and to nobody before.
	 */
	snprintf(text, sizeof(text), "%lld", (long long)value);
	return made(cJSON_CreateRaw(text));
}

cJSON *json_add_int(cJSON *obj, const char *key, int64_t value)
{
	return added(obj, key, whole_number(value));
}

void json_push_str(cJSON *array, const char *text)
{
	json_push(array, made(text ? cJSON_CreateString(text) : cJSON_CreateNull()));
}

void json_push_int(cJSON *array, int64_t value)
{
	json_push(array, whole_number(value));
}

cJSON *json_add_bool(cJSON *obj, const char *key, bool value)
{
	return added(obj, key, cJSON_CreateBool(value));
}

cJSON *json_add_object(cJSON *obj, const char *key)
{
	return added(obj, key, cJSON_CreateObject());
}

cJSON *json_add_array(cJSON *obj, const char *key)
{
	return added(obj, key, cJSON_CreateArray());
}

cJSON *json_object(void)
{
	return made(cJSON_CreateObject());
}

cJSON *json_array(void)
{
	return made(cJSON_CreateArray());
}
