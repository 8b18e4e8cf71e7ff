#ifndef ERPSYNC_BASE_JSON_H
#define ERPSYNC_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "base/arena.h"
#include "base/err.h"

/*
 * Typed access to cJSON. Paths are "a.b[2].c". This is the only file that touches
 * valuedouble/valueint: ids and amounts are strings in our documents, and a JSON number
 * is used for counts only (measured: cJSON 1.7.15 changes one 16-digit id in five on a
 * round trip).
 */

/*
 * What a document may hold. cJSON takes 64 bytes for each value, with its key and malloc's
 * own about 130: a million are 130 MB. Real answers have a value in 20 to 40 bytes: 8 MB of
 * orders hold 300,000, a full answer of 32 MiB about a million.
 */
enum { JSON_MAX_BYTES = 32 * 1024 * 1024, JSON_MAX_VALUES = 1 << 20, JSON_MAX_DEPTH = 128 };

/*
 * Parses exactly one document; text needs no NUL at its end. Invalid UTF-8, a NUL (also
 * as \u0000), a cut text or trailing bytes are E_RECORD "bad_json" with the offset; so is
 * more than the limits above, before any memory is taken.
 */
MUST_CHECK enum errk json_parse(const char *text, size_t len, cJSON **out, struct err *e);

/*
 * The same for what another system answered. An escape that no text can hold, \u0000 or half of a
 * surrogate pair, becomes U+FFFD: one odd sign in one text is no reason to read none of the others.
 */
MUST_CHECK enum errk json_parse_answer(const char *text, size_t len, cJSON **out, struct err *e);

/* Compact text in the arena; with a NULL, to be freed by the caller with free(). */
char *json_text(const cJSON *doc, struct arena *a);

/* Walks a path; NULL when any part is missing. JSON null counts as missing. */
const cJSON *json_at(const cJSON *doc, const char *path);
const char *json_str(const cJSON *doc, const char *path); /* NULL if missing or no string */
bool json_bool(const cJSON *doc, const char *path, bool missing);
/* A whole number within +-2^53; `missing` when absent or not whole. */
int64_t json_int(const cJSON *doc, const char *path, int64_t missing);
/*
 * A JSON number as the shortest decimal text that reads back the same ("0.2", "19", no
 * exponent), or a string as it is; NULL if missing. For rates and cost figures, never
 * for amounts.
 */
const char *json_number_text(const cJSON *doc, const char *path, struct arena *a);
/* Elements of an array, 0 if missing. */
size_t json_count(const cJSON *doc, const char *path);
/*
 * Elements of an array in their order, as `const cJSON *item`; nothing where list is NULL
 * or no array (cJSON's own macro walks the members of an object too). Counts and walks of
 * the same list agree.
 */
/* NOLINTBEGIN(bugprone-macro-parentheses): what is declared can't stand in parentheses. */
#define JSON_EACH(item, list) \
	for (const cJSON *item = json_first(list); (item); (item) = (item)->next)
const cJSON *json_first(const cJSON *list);
/* The same for the members of an object; item->string is the key. */
#define JSON_EACH_MEMBER(item, obj) \
	for (const cJSON *item = json_first_member(obj); (item); (item) = (item)->next)
/* NOLINTEND(bugprone-macro-parentheses) */
const cJSON *json_first_member(const cJSON *obj);

/*
 * Building: each returns the new item (owned by obj) and replaces an older one of the
 * same key. NULL text adds JSON null. Out of memory dies. An integer of more than 15
 * digits is a BUG: use a string.
 */
cJSON *json_add_str(cJSON *obj, const char *key, const char *text);
cJSON *json_add_int(cJSON *obj, const char *key, int64_t value);
cJSON *json_add_bool(cJSON *obj, const char *key, bool value);
cJSON *json_add_object(cJSON *obj, const char *key);
cJSON *json_add_array(cJSON *obj, const char *key);
void json_add(cJSON *obj, const char *key, cJSON *item); /* takes the item; NULL adds JSON null */
/* The same without looking for the key, which must not be there yet: for objects of thousands. */
void json_append(cJSON *obj, const char *key, cJSON *item);
void json_push(cJSON *array, cJSON *item);          /* takes the item */
void json_push_str(cJSON *array, const char *text); /* NULL adds JSON null */
void json_push_int(cJSON *array, int64_t value);
cJSON *json_object(void);
cJSON *json_array(void);

#endif
