#include "map/program_priv.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/json.h"

#include "base/banned.h"

/* Value by value: several times faster than printing a document for jq's own parser to read. */
jv program_jv_of(const cJSON *json)
{
	int64_t n = json_int(json, "", INT64_MIN);
	jv v;

	if (cJSON_IsString(json))
		return jv_string(json->valuestring);
	if (cJSON_IsBool(json))
		return cJSON_IsTrue(json) ? jv_true() : jv_false();
	if (cJSON_IsNumber(json) && n == INT64_MIN)
		BUG("a number that is no count in a canonical document");
	if (cJSON_IsNumber(json))
		return jv_number((double)n);
	if (cJSON_IsArray(json)) {
		v = jv_array();
		for (const cJSON *item = json->child; item; item = item->next)
			v = jv_array_append(v, program_jv_of(item));
		return v;
	}
	if (cJSON_IsObject(json)) {
		v = jv_object();
		for (const cJSON *item = json->child; item; item = item->next)
			v = jv_object_set(v, jv_string(item->string), program_jv_of(item));
		return v;
	}
	return jv_null();
}

static void add_string(struct str *out, const char *s, size_t len)
{
	const char *end = s + len, *from = s;

	str_addc(out, '"');
	for (; s < end; s++) {
		if ((unsigned char)*s >= 0x20 && *s != '"' && *s != '\\')
			continue;
		str_addn(out, from, (size_t)(s - from));
		from = s + 1;
		if (*s == '"' || *s == '\\')
			str_addf(out, "\\%c", *s);
		else if (*s == '\n')
			str_add(out, "\\n");
		else
			str_addf(out, "\\u%04x", (unsigned char)*s);
	}
	str_addn(out, from, (size_t)(end - from));
	str_addc(out, '"');
}

static void add_jv_string(struct str *out, jv s)
{
	add_string(out, jv_string_value(s), (size_t)jv_string_length_bytes(jv_copy(s)));
}

static void add_number(struct str *out, double n)
{
	if (isnan(n))
		str_add(out, "null");
	else if (fabs(n) < 1e15 && n == floor(n))
		str_addf(out, "%lld", (long long)n);
	else
		str_addf(out, "%.17g", n);
}

static void add_value(struct str *out, jv v, struct program_texts *known);

static void add_array(struct str *out, jv array, struct program_texts *known)
{
	int n = jv_array_length(jv_copy(array));

	str_addc(out, '[');
	for (int i = 0; i < n; i++) {
		CLEANUP(jv) jv item = jv_array_get(jv_copy(array), i);

		if (i)
			str_addc(out, ',');
		add_value(out, item, known);
	}
	str_addc(out, ']');
}

/*
 * A list that the program still holds after its result was taken is one of its constants, and
 * comes again with every document: the list of columns is half of what a CSV mapping gives. The
 * reference held here keeps its address from being used again, so the same address is the same
 * list.
 */
static void add_list(struct str *out, jv array, struct program_texts *known)
{
	size_t from = out->len, n = known->n;

	if (jv_array_length(jv_copy(array)) < 16 || jv_get_refcnt(array) < 3) {
		add_array(out, array, known);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		if (!jv_identical(jv_copy(known->item[i].value), jv_copy(array)))
			continue;
		str_addn(out, known->item[i].text, known->item[i].len);
		return;
	}
	add_array(out, array, known);
	if (known->n == PROGRAM_TEXTS_MAX || out->overflow)
		return;
	known->item[known->n].len = out->len - from;
	known->item[known->n].text = strndup(out->buf + from, out->len - from);
	if (!known->item[known->n].text)
		die(70, "out of memory");
	known->item[known->n++].value = jv_copy(array);
}

void program_texts_release(struct program_texts *known)
{
	for (; known->n > 0; known->n--) {
		jv_free(known->item[known->n - 1].value);
		free(known->item[known->n - 1].text);
	}
}

enum { FEW = 8 };

struct member {
	jv key, value;
};

static int by_key(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	return strcmp(jv_string_value(x->key), jv_string_value(y->key));
}

static void sort_members(struct member *all, size_t n)
{
	if (n > FEW) {
		qsort(all, n, sizeof(*all), by_key);
		return;
	}
	for (size_t i = 1; i < n; i++) {
		struct member moved = all[i];
		size_t k = i;

		for (; k > 0 && by_key(&all[k - 1], &moved) > 0; k--)
			all[k] = all[k - 1];
		all[k] = moved;
	}
}

/*
 * Sorting the members by hand saves jv_keys() and a second look-up of each: most objects are
 * small.
 */
static void add_object(struct str *out, jv object, struct program_texts *known)
{
	size_t most = (size_t)jv_object_length(jv_copy(object)), n = 0;
	struct member few[FEW], *all = few;
	CLEANUP(free) struct member *many = NULL;

	if (most > FEW) {
		many = reallocarray(NULL, most, sizeof(*many));
		if (!many)
			die(70, "out of memory");
		all = many;
	}
	for (int it = jv_object_iter(object); jv_object_iter_valid(object, it);
	     it = jv_object_iter_next(object, it))
		all[n++] = (struct member){jv_object_iter_key(object, it),
					   jv_object_iter_value(object, it)};
	sort_members(all, n);
	str_addc(out, '{');
	for (size_t i = 0; i < n; i++) {
		if (i)
			str_addc(out, ',');
		add_jv_string(out, all[i].key);
		str_addc(out, ':');
		add_value(out, all[i].value, known);
		jv_free(all[i].key);
		jv_free(all[i].value);
	}
	str_addc(out, '}');
}

/* jq's own printer takes each character through a UTF-8 decoder, and needs twice the time. */
static void add_value(struct str *out, jv v, struct program_texts *known)
{
	switch (jv_get_kind(v)) {
	case JV_KIND_INVALID:
		BUG("an invalid value in a result");
	case JV_KIND_NULL:
		str_add(out, "null");
		break;
	case JV_KIND_FALSE:
		str_add(out, "false");
		break;
	case JV_KIND_TRUE:
		str_add(out, "true");
		break;
	case JV_KIND_NUMBER:
		add_number(out, jv_number_value(v));
		break;
	case JV_KIND_STRING:
		add_jv_string(out, v);
		break;
	case JV_KIND_ARRAY:
		add_list(out, v, known);
		break;
	case JV_KIND_OBJECT:
		add_object(out, v, known);
		break;
	}
}

void program_jv_text(jv v, struct program_texts *known, struct str *out)
{
	add_value(out, v, known);
}
