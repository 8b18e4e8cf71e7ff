#include "base/answer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

#include "base/banned.h"

static const cJSON no_object = {.type = cJSON_Object};
static const cJSON no_list = {.type = cJSON_Array};

struct answer answer_of(enum errk kind, const char *what)
{
	return (struct answer){.what = what, .kind = kind};
}

enum errk answer_end(const struct answer *in, struct err *e)
{
	if (in->err.kind != E_OK && e)
		*e = in->err;
	return in->err.kind;
}

void answer_fault(struct answer *in, const char *where, const char *fmt, ...)
{
	char text[ERR_MSG_MAX];
	va_list args;

	if (in->err.kind != E_OK)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (in->kind == E_RECORD)
		err_set(&in->err, E_RECORD, "bad_value", "%s: '%s' %s", in->what, where, text);
	else
		err_set(&in->err, in->kind, "bad_answer",
			"the answer about %s is not understood: '%s' %s", in->what, where, text);
}

static const char *type_of(const cJSON *item)
{
	if (!item)
		return "missing";
	if (cJSON_IsNull(item))
		return "null";
	if (cJSON_IsObject(item))
		return "an object";
	if (cJSON_IsArray(item))
		return "a list";
	if (cJSON_IsString(item))
		return "a text";
	return cJSON_IsNumber(item) ? "a number" : "true or false";
}

/* NULL and a fault if it is not as wanted. */
static const cJSON *wanted(struct answer *in, const cJSON *from, const char *path,
			   cJSON_bool (*is)(const cJSON *), const char *what)
{
	const cJSON *item = json_at(from, path);

	if (in->err.kind != E_OK)
		return NULL;
	if (is(item))
		return item;
	answer_fault(in, path, "is %s instead of %s", item ? type_of(item) : "missing or null",
		     what);
	return NULL;
}

const char *answer_text(struct answer *in, const cJSON *from, const char *path)
{
	const cJSON *item = wanted(in, from, path, cJSON_IsString, "a text");

	return item ? item->valuestring : "";
}

const char *answer_id(struct answer *in, const cJSON *from, const char *path)
{
	const char *text = answer_text(in, from, path);

	if (str_blank(text))
		answer_fault(in, path, "is empty instead of an id");
	return answer_ok(in) ? text : "";
}

int64_t answer_int(struct answer *in, const cJSON *from, const char *path, int64_t min, int64_t max)
{
	const cJSON *item = wanted(in, from, path, cJSON_IsNumber, "a number");
	int64_t v = item ? json_int(item, "", INT64_MIN) : 0;

	if (item && v == INT64_MIN)
		answer_fault(in, path, "is no whole number");
	else if (item && (v < min || v > max))
		answer_fault(in, path, "is %lld, which is not within %lld and %lld", (long long)v,
			     (long long)min, (long long)max);
	return answer_ok(in) ? v : 0;
}

bool answer_bool(struct answer *in, const cJSON *from, const char *path)
{
	const cJSON *item = wanted(in, from, path, cJSON_IsBool, "true or false");

	return cJSON_IsTrue(item);
}

const cJSON *answer_object(struct answer *in, const cJSON *from, const char *path)
{
	const cJSON *item = wanted(in, from, path, cJSON_IsObject, "an object");

	return item ? item : &no_object;
}

const cJSON *answer_list(struct answer *in, const cJSON *from, const char *path)
{
	const cJSON *item = wanted(in, from, path, cJSON_IsArray, "a list");

	return item ? item : &no_list;
}

/* Nothing stands there: null, or below something that is null; or, where keys may lack, no key. */
static bool is_null(struct answer *in, const cJSON *from, const char *path)
{
	const char *dot = strrchr(path, '.'), *key = dot ? dot + 1 : path;
	char above[120];

	if (json_at(from, path))
		return false;
	if (!in->whole || !*key || strchr(key, '['))
		return true;
	snprintf(above, sizeof(above), "%.*s", dot ? (int)(dot - path) : 0, path);
	from = json_at(from, above);
	if (from && !cJSON_IsObject(from))
		answer_fault(in, above, "is %s instead of an object", type_of(from));
	else if (from && !cJSON_HasObjectItem(from, key))
		answer_fault(in, path, "is missing");
	return true;
}

const char *answer_text_or_null(struct answer *in, const cJSON *from, const char *path)
{
	return is_null(in, from, path) ? NULL : answer_text(in, from, path);
}

const cJSON *answer_object_or_null(struct answer *in, const cJSON *from, const char *path)
{
	return is_null(in, from, path) ? NULL : answer_object(in, from, path);
}

int64_t answer_int_or(struct answer *in, const cJSON *from, const char *path, int64_t min,
		      int64_t max, int64_t missing)
{
	return is_null(in, from, path) ? missing : answer_int(in, from, path, min, max);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* What is in a list twice would be counted twice, and two things of one id are taken for each other. */
static void check_ids(struct answer *in, const cJSON *list, const char *path, size_t n)
{
	const char **id = reallocarray(NULL, n, sizeof(*id));
	size_t n_ids = 0;

	if (!id)
		die(70, "out of memory");
	JSON_EACH (node, list) {
		id[n_ids] = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(node, "id"));
		n_ids += id[n_ids] != NULL;
	}
	qsort(id, n_ids, sizeof(*id), by_text);
	for (size_t i = 1; i < n_ids; i++)
		if (strcmp(id[i - 1], id[i]) == 0)
			answer_fault(in, path, "holds one id twice");
	free(id);
}

const cJSON *answer_nodes(struct answer *in, const cJSON *from, const char *path, size_t max)
{
	const cJSON *list = answer_list(in, from, path);
	size_t n = 0;

	JSON_EACH (node, list) {
		if (!cJSON_IsObject(node))
			answer_fault(in, path, "holds %s where an object belongs (entry %zu)",
				     type_of(node), n + 1);
		n++;
	}
	if (n > max)
		answer_fault(in, path, "holds %zu entries, and %zu at most were asked for", n, max);
	if (n > 1 && answer_ok(in))
		check_ids(in, list, path, n);
	return answer_ok(in) ? list : &no_list;
}

/* "a.b" and "c" are "a.b.c"; paths are constants of ours, and short. */
static const char *below(char *out, size_t size, const char *path, const char *rest)
{
	if ((size_t)snprintf(out, size, "%s%s%s", path, *path ? "." : "", rest) >= size)
		BUG("a path of an answer is too long: %s", path);
	return out;
}

/* Has this cursor been met before? At the latest when a circle was gone round for the second time. */
static bool is_circle(struct answer_walk *w, const char *cursor)
{
	char hash[HASH_HEX_SIZE];

	hash_hex(cursor, strlen(cursor), hash);
	if (strcmp(hash, w->mark) == 0)
		return true;
	if (w->since_mark++ == w->marked_after) {
		memcpy(w->mark, hash, sizeof(hash));
		w->marked_after = w->marked_after * 2 + 1;
		w->since_mark = 0;
	}
	return false;
}

const cJSON *answer_page(struct answer *in, const cJSON *from, const char *path, size_t max,
			 struct answer_walk *w, const char **next)
{
	char at[120];
	const cJSON *nodes = answer_nodes(in, from, below(at, sizeof(at), path, "nodes"), max);
	bool more;

	*next = NULL;
	more = answer_bool(in, from, below(at, sizeof(at), path, "pageInfo.hasNextPage"));
	w->entries += json_count(nodes, "");
	if (!more)
		return answer_ok(in) ? nodes : &no_list;
	if (!nodes->child)
		answer_fault(in, path, "is an empty page that says that more follow");
	if (w->entries > ANSWER_ENTRIES_MAX)
		answer_fault(in, path, "goes on after %zu entries, and no list is that long",
			     w->entries);
	*next = answer_id(in, from, below(at, sizeof(at), path, "pageInfo.endCursor"));
	if (answer_ok(in) && is_circle(w, *next))
		answer_fault(in, at, "does not move although more pages are said to follow");
	if (answer_ok(in))
		return nodes;
	*next = NULL;
	return &no_list;
}

void answer_by_id(struct answer *in, const cJSON *from, const char *path, size_t n,
		  const char *(*id)(const void *ctx, size_t i), const void *ctx, const cJSON **node)
{
	const cJSON *list = answer_list(in, from, path);
	size_t seen = 0, i;

	for (i = 0; i < n; i++)
		node[i] = NULL;
	JSON_EACH (item, list) {
		const char *is = cJSON_IsNull(item) ? NULL : answer_id(in, item, "id");

		/* Mostly in the order of the question: look there first. */
		for (i = 0; is && i < n; i++)
			if (strcmp(id(ctx, (seen + i) % n), is) == 0)
				break;
		if (is && (i == n || node[(seen + i) % n])) {
			answer_fault(in, path, "has an id that was not asked for, or one twice");
			break;
		}
		if (is)
			node[(seen + i) % n] = item;
		seen++;
	}
	if (seen != n)
		answer_fault(in, path, "holds %zu entries, and %zu were asked for", seen, n);
	for (i = 0; !answer_ok(in) && i < n; i++)
		node[i] = NULL;
}
