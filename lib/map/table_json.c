#include "map/table_priv.h"

#include <string.h>

#include "base/json.h"
#include "base/str.h"

#include "base/banned.h"

/* "payment_statuses" -> "payment_status": for codes and messages. */
static const char *singular(struct arena *a, const char *name)
{
	static const struct {
		const char *end, *becomes;
	} RULES[] = {
		{"ies", "y"},   {"statuses", "status"}, {"sses", "ss"}, {"xes", "x"},
		{"ches", "ch"}, {"shes", "sh"},         {"ss", "ss"},   {"s", ""},
	};

	for (size_t i = 0; i < sizeof(RULES) / sizeof(RULES[0]); i++)
		if (str_ends(name, RULES[i].end))
			return arena_printf(a, "%.*s%s", (int)(strlen(name) - strlen(RULES[i].end)),
					    name, RULES[i].becomes);
	return name;
}

static cJSON *row_json(const struct table *t, const struct table_row *r)
{
	cJSON *obj = json_object();

	for (size_t i = 0; i < t->n_values; i++) {
		/* Where the first key cell is a plain text, the star is known already. */
		bool hand_on = str_equal(r->value[i], "*") && !strchr(r->key[0], '*');

		json_add_str(obj, t->values[i], hand_on ? r->key[0] : r->value[i]);
	}
	json_add_int(obj, "line", r->line);
	json_add_int(obj, "rank", r->rank);
	return obj;
}

/* What a key cell asks of the text looked up. */
static void add_need(cJSON *needs, int at, const char *cell, struct arena *a)
{
	size_t len = strlen(cell);
	cJSON *need = json_object();

	json_add_int(need, "at", at);
	if (cell[0] == '*')
		json_add_str(need, "end", cell + 1);
	else if (len > 0 && cell[len - 1] == '*')
		json_add_str(need, "begin", arena_strndup(a, cell, len - 1));
	else
		json_add_str(need, "is", cell);
	json_push(needs, need);
}

/*
 * By first key cell, so that a look-up tries few of them: most tables of taxes begin with a
 * country. What a group's name says already, and "*", is not asked again.
 */
static void add_pattern(cJSON *patterns, const struct table *t, const struct table_row *r,
			struct arena *a)
{
	bool star_first = strchr(r->key[0], '*') != NULL;
	const char *first = star_first ? "*" : r->key[0];
	cJSON *p = json_object(), *needs = json_add_array(p, "needs");
	cJSON *group = cJSON_GetObjectItemCaseSensitive(patterns, first);

	for (size_t i = star_first ? 0 : 1; i < t->n_keys; i++)
		if (!str_equal(r->key[i], "*"))
			add_need(needs, (int)i, r->key[i], a);
	json_add(p, "row", row_json(t, r));
	json_push(group ? group : json_add_array(patterns, first), p);
}

/*
 * Rows come sorted by key, so a level of the nest is done when its cell changes: only the last item of
 * each level can be the one wanted, and 50,000 SKUs take no search.
 */
static void nest(cJSON *top, const struct table *t, const struct table_row *r)
{
	cJSON *level = top;

	for (size_t i = 0; i + 1 < t->n_keys; i++) {
		cJSON *last = level->child ? level->child->prev : NULL;

		if (!last || strcmp(last->string, r->key[i]) != 0) {
			last = json_object();
			json_append(level, r->key[i], last);
		}
		level = last;
	}
	json_append(level, r->key[t->n_keys - 1], row_json(t, r));
}

static void add_rows(cJSON *doc, const struct table *t, struct arena *a)
{
	cJSON *rows = json_add_object(doc, "rows");
	cJSON *patterns = json_add_object(doc, "patterns");

	for (size_t i = 0; i < t->n_rows; i++) {
		const struct table_row *r = t->sorted[i];

		if (r->pattern) {
			add_pattern(patterns, t, r, a);
			continue;
		}
		nest(rows, t, r);
	}
}

static bool has_patterns(const struct table *t)
{
	for (size_t i = 0; i < t->n_rows; i++)
		if (t->rows[i].pattern)
			return true;
	return false;
}

cJSON *table_json(const struct table *t)
{
	struct arena *a = arena_new();
	const char *one = singular(a, t->name);
	char *label = str_equal(one, "sku") ? arena_strdup(a, "SKU") : arena_strdup(a, one);
	cJSON *doc = json_object(), *keys, *values;

	for (char *p = label; *p; p++)
		if (*p == '_')
			*p = ' ';
	json_add_str(doc, "file", arena_printf(a, "tables/%s.csv", t->name));
	json_add_str(doc, "code", arena_printf(a, "unmapped_%s", one));
	json_add_str(doc, "label", label);
	keys = json_add_array(doc, "keys");
	for (size_t i = 0; i < t->n_keys; i++)
		json_push(keys, cJSON_CreateString(t->keys[i]));
	json_add_int(doc, "n_keys", (int64_t)t->n_keys);
	values = json_add_array(doc, "values");
	for (size_t i = 0; i < t->n_values; i++)
		json_push(values, cJSON_CreateString(t->values[i]));
	json_add_str(doc, "value", t->values[0]);
	json_add_bool(doc, "simple", t->n_keys == 1 && t->rate_at < 0 && !has_patterns(t));
	json_add(doc, "rate_at", t->rate_at < 0 ? NULL : cJSON_CreateNumber(t->rate_at));
	add_rows(doc, t, a);
	arena_free(a);
	return doc;
}
