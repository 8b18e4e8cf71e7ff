#include "net/redact_priv.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/str.h"

#include "base/banned.h"

/* A trace is for reading; parsing 30 MB for it would cost more than the request. */
static const size_t READABLE_MAX = 1024UL * 1024;

/* How much of what is below a key is masked. */
enum depth {
	MASK_BY_KEY,
	MASK_ATTRIBUTES, /* by key, and every "value" */
	MASK_PERSON,     /* by key, names and bare texts too */
	MASK_ALL,        /* every leaf */
};

static void walk(cJSON *item, enum depth depth, struct arena *a);

static void replace(cJSON *parent, cJSON **item, const char *text)
{
	cJSON *mask = cJSON_CreateString(text);

	if (!mask)
		die(70, "out of memory");
	/* The new item takes the old one's key; the old one must not free it then. */
	mask->string = (*item)->string;
	(*item)->string = NULL;
	cJSON_ReplaceItemViaPointer(parent, *item, mask);
	*item = mask;
}

static void mask(cJSON *parent, cJSON **item)
{
	/* null, true and false tell nothing about a person and much about a fault. */
	if (cJSON_IsString(*item) || cJSON_IsNumber(*item))
		replace(parent, item, "***");
}

static bool is_global_id(const cJSON *item)
{
	return cJSON_IsString(item) && str_starts(item->valuestring, "gid://");
}

/* A text may be JSON itself (metafields, bulk variables), or hold a mail address. */
static void mask_inside(cJSON *parent, cJSON **item, struct arena *a)
{
	CLEANUP(json) cJSON *inner = NULL;
	const char *text = (*item)->valuestring, *masked;

	if ((*text == '{' || *text == '[') && !json_parse(text, strlen(text), &inner, NULL)) {
		walk(inner, MASK_BY_KEY, a);
		masked = json_text(inner, a);
	} else {
		masked = redact_text(text, a);
	}
	if (strcmp(masked, text) != 0)
		replace(parent, item, masked);
}

static bool is_container(const cJSON *item)
{
	return cJSON_IsObject(item) || cJSON_IsArray(item);
}

/*
 * {"service": "object", "args": [database, user, password, …]}: Odoo, "External API",
 * JSON-RPC.
 */
static void mask_positional(cJSON *object)
{
	cJSON *args = cJSON_GetObjectItemCaseSensitive(object, "args");
	int at = 0;

	if (!cJSON_IsArray(args) || !cJSON_GetObjectItemCaseSensitive(object, "service"))
		return;
	for (cJSON *arg = args->child; arg && at < 3; arg = arg->next, at++)
		if (at > 0 && cJSON_IsString(arg))
			mask(args, &arg);
}

/* ["email", "=", "…"]: a condition, as Odoo's search takes them. */
static void mask_condition(cJSON *array)
{
	const cJSON *field = array->child;
	cJSON *value;

	if (json_count(array, "") != 3 || !cJSON_IsString(field) || !cJSON_IsString(field->next))
		return;
	value = field->next->next;
	if (redact_key(field->valuestring) || str_equal(field->valuestring, "name"))
		mask(array, &value);
}

/*
 * An order is called "#1001" beside the customer's mail address, and must stay findable.
 */
static bool object_is_person(const cJSON *object)
{
	const cJSON *name = cJSON_GetObjectItem(object, "name");

	if (cJSON_IsString(name) && name->valuestring[0] == '#')
		return false;
	for (const cJSON *c = object->child; c; c = c->next)
		if (redact_key_is_mark(c->string))
			return true;
	return false;
}

static bool key_is_id(const char *key)
{
	return str_equal(key, "id") || str_equal(key, "__typename") || str_ends(key, "Id") ||
	       str_ends(key, "_id");
}

static bool leaf_is_masked(const cJSON *leaf, bool person, enum depth depth)
{
	const char *key = leaf->string;

	if (redact_key(key))
		return true;
	if (is_global_id(leaf) || str_equal(key, "__typename"))
		return false;
	/* Numbers that are ids tell records apart; a text may be the id of a session. */
	if (key_is_id(key) && (depth != MASK_ALL || cJSON_IsNumber(leaf)))
		return false;
	if (depth == MASK_ALL || redact_key_is_person(key))
		return true;
	if (depth == MASK_ATTRIBUTES && str_equal(key, "value"))
		return true;
	return person && redact_key_in_context(key);
}

static enum depth depth_below(const char *key, enum depth depth)
{
	if (depth == MASK_ALL || redact_key(key))
		return MASK_ALL;
	if (redact_key_is_attributes(key))
		return MASK_ATTRIBUTES;
	return redact_key_is_person(key) ? MASK_PERSON : depth;
}

static void walk_object(cJSON *object, enum depth depth, struct arena *a)
{
	bool person = depth == MASK_PERSON || object_is_person(object);

	mask_positional(object);
	for (cJSON *c = object->child; c; c = c->next) {
		if (is_container(c))
			walk(c, depth_below(c->string, depth), a);
		else if (leaf_is_masked(c, person, depth))
			mask(object, &c);
		else if (cJSON_IsString(c))
			mask_inside(object, &c, a);
	}
}

static void walk(cJSON *item, enum depth depth, struct arena *a)
{
	if (cJSON_IsObject(item)) {
		walk_object(item, depth, a);
		return;
	}
	if (!cJSON_IsArray(item))
		return;
	mask_condition(item);
	for (cJSON *c = item->child; c; c = c->next) {
		if (is_container(c))
			walk(c, depth, a);
		else if (depth == MASK_ALL ||
			 (depth == MASK_PERSON && cJSON_IsString(c) && !is_global_id(c)))
			mask(item, &c);
		else if (cJSON_IsString(c))
			mask_inside(item, &c, a);
	}
}

static const char *size_only(const char *content_type, size_t len, struct arena *a)
{
	return arena_printf(a, "[%s, %zu bytes]",
			    content_type && *content_type ? content_type : "no content type", len);
}

const char *redact_body(const char *content_type, const char *body, size_t len, struct arena *a)
{
	CLEANUP(json) cJSON *doc = NULL;
	bool form = content_type && strcasestr(content_type, "x-www-form-urlencoded");

	if (!body || len == 0)
		return "";
	if (len > READABLE_MAX)
		return size_only(content_type, len, a);
	if (form)
		return redact_pairs(body, len, a);
	/*
	 * The content type is not asked: servers label JSON as text, and pages of HTML as
	 * JSON.
	 */
	if (json_parse(body, len, &doc, NULL) || !is_container(doc))
		return size_only(content_type, len, a);
	walk(doc, MASK_BY_KEY, a);
	return json_text(doc, a);
}
