#include "map/table_priv.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/list.h"
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

static const char *label_of(const struct table *t, struct arena *a)
{
	const char *one = singular(a, t->name);
	char *label = arena_strdup(a, str_equal(one, "sku") ? "SKU" : one);

	for (char *p = label; *p; p++)
		if (*p == '_')
			*p = ' ';
	return label;
}

static const char *file_of(const struct table *t, struct arena *a)
{
	return arena_printf(a, "tables/%s.csv", t->name);
}

/* Long keys are cut in messages. */
static const char *shown(const char *text, struct arena *a)
{
	char out[80 * 4 + 4];

	str_cut(out, sizeof(out), text, 80);
	return arena_strdup(a, out);
}

/* "SKU 'X'" or "tax (country 'FR', title 'Levy', rate '0.42')" */
static const char *named(const struct table *t, const char *const *cells, struct arena *a)
{
	const char *list = "";

	if (t->n_keys == 1)
		return arena_printf(a, "%s '%s'", label_of(t, a), shown(cells[0], a));
	for (size_t i = 0; i < t->n_keys; i++)
		list = arena_printf(a, "%s%s%s '%s'", list, i ? ", " : "", t->keys[i],
				    shown(cells[i], a));
	return arena_printf(a, "%s (%s)", label_of(t, a), list);
}

/* "copy /usr/… to /etc/… and add a row there, with what the ERP calls it in the column erp_sku; …" */
static const char *remedy(const struct table *t, const char *column, const char *what,
			  struct arena *a)
{
	return arena_printf(a,
			    "%s%s %s, with what %s calls it in the column %s; the next run tries "
			    "it again",
			    t->before, what, t->place,
			    str_starts(column, "store_") ? "the shop" : "the ERP", column);
}

static enum errk unmapped(const struct table *t, const struct table_row *row,
			  const char *const *cells, const char *column, struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const char *code = arena_printf(a, "unmapped_%s", singular(a, t->name));

	if (!row)
		return err_set(e, E_RECORD, code, "%s is in no row of %s; %s", named(t, cells, a),
			       file_of(t, a), remedy(t, column, "add a row", a));
	return err_set(e, E_RECORD, code, "%s has no %s in %s, line %lld; %s", named(t, cells, a),
		       column, file_of(t, a), (long long)row->line,
		       remedy(t, column, "fill it in", a));
}

/* How the key of a question is written: a text, or a list of them. What is absent is empty. */
static enum errk read_key(const struct table *t, const cJSON *key, struct arena *a,
			  const char **cells, struct err *e)
{
	const cJSON *list = cJSON_IsArray(key) ? key->child : key;
	size_t n = cJSON_IsArray(key) ? (size_t)cJSON_GetArraySize(key) : 1;
	const char *names = t->keys[0];

	for (size_t i = 1; i < t->n_keys; i++)
		names = arena_printf(a, "%s, %s", names, t->keys[i]);
	if (n != t->n_keys)
		return err_set(e, E_LOCAL, "bad_mapping",
			       "%s has the key columns %s; a look-up gave %zu values",
			       file_of(t, a), names, n);
	for (size_t i = 0; i < n; i++, list = list ? list->next : NULL) {
		bool none = !list || cJSON_IsNull(list) || cJSON_IsFalse(list);

		cells[i] = none                   ? ""
			   : cJSON_IsString(list) ? list->valuestring
						  : json_text(list, a);
	}
	if (t->rate_at >= 0)
		cells[t->rate_at] = table_rate(cells[t->rate_at], a);
	return E_OK;
}

static enum errk look_up(const struct table *t, const cJSON *q, struct arena *a, const char **out,
			 struct err *e)
{
	const char **cells = arena_array(a, t->n_keys, sizeof(*cells));
	const char *column = json_str(q, "column"), *found;
	const struct table_row *row;
	bool exact = json_bool(q, "exact", false);
	size_t at = 0;
	enum errk k = read_key(t, json_at(q, "key"), a, cells, e);

	if (k != E_OK)
		return k;
	column = column ? column : t->values[0];
	row = table_row_for(t, cells, exact, a);
	while (row && at < t->n_values && !str_equal(t->values[at], column))
		at++;
	if (row && at == t->n_values)
		return err_set(e, E_LOCAL, "bad_mapping", "%s has no column %s", file_of(t, a),
			       column);
	found = row ? row->value[at] : "";
	if (str_equal(found, "*"))
		found = cells[0];
	*out = *found ? arena_strdup(a, found) : NULL;
	if (*out)
		return E_OK;
	return exact || json_bool(q, "may_lack", false) ? E_OK : unmapped(t, row, cells, column, e);
}

/* The line of the row alone that names exactly this; 0: there is none. */
static int64_t line_of(const struct table *t, const char *key, struct arena *a)
{
	const struct table_row *row = t->n_keys == 1 ? table_row_for(t, &key, true, a) : NULL;

	return row ? row->line : 0;
}

/* Half a key is looked for in vain: one that no message has room for, or no one line, stands in the list. */
static const char *how_to_add(const struct table *t, const char *key, struct arena *a)
{
	enum { ROOM = 400 };
	int64_t line = line_of(t, key, a);
	bool fits = strlen(key) <= ROOM;

	for (const char *p = key; *p; p++)
		fits = fits && (unsigned char)*p >= ' ' && *p != 0x7f;
	if (line)
		return arena_printf(a, "fill in line %lld", (long long)line);
	return fits ? arena_printf(a, "add a row for %s '%s'", t->keys[0], key)
		    : "add the row that erpsync skus check --titles lists for it";
}

enum errk table_ask(struct table *const *tables, size_t n, const cJSON *question, struct arena *a,
		    const char **out, struct err *e)
{
	const char *what = json_str(question, "_ask"), *name = json_str(question, "table");
	const char *text = json_str(question, "text"), *key = json_str(question, "key");
	const struct table *t = NULL;

	*out = NULL;
	if (str_equal(what, "rate")) {
		*out = arena_strdup(a, text ? table_rate(text, a) : NULL);
		return E_OK;
	}
	for (size_t i = 0; i < n && !t; i++)
		t = str_equal(tables[i]->name, name) ? tables[i] : NULL;
	if (!t)
		return err_set(e, E_LOCAL, "bad_mapping", "there is no table tables/%s.csv",
			       name ? name : "");
	if (str_equal(what, "lookup"))
		return look_up(t, question, a, out, e);
	if (!key)
		return err_set(e, E_LOCAL, "bad_mapping", "%s: nothing is asked for",
			       file_of(t, a));
	if (str_equal(what, "remedy"))
		*out = remedy(t, t->values[0], how_to_add(t, key, a), a);
	else if (line_of(t, key, a))
		*out = arena_printf(a, "%lld", (long long)line_of(t, key, a));
	return E_OK;
}

void table_place(struct table *t, const char *before, const char *place)
{
	t->before = arena_strdup(t->arena, before);
	t->place = arena_strdup(t->arena, place);
}

static cJSON *names_json(const char *const *name, size_t n)
{
	cJSON *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_push(list, cJSON_CreateString(name[i]));
	return list;
}

cJSON *table_json(const struct table *t)
{
	cJSON *doc = json_object();

	json_add(doc, "keys", names_json(t->keys, t->n_keys));
	json_add(doc, "values", names_json(t->values, t->n_values));
	return doc;
}

/* Without a star, unless that is all it says. */
static void add_answer(const struct table *t, const struct table_row *r, const char *column,
		       struct table_answers *into, struct arena *a)
{
	for (size_t i = 0; i < t->n_values; i++) {
		const char *text = r->value[i];
		bool known = !str_equal(t->values[i], column);

		if (str_equal(text, "*"))
			text = strchr(r->key[0], '*') ? "" : r->key[0];
		for (size_t k = 0; k < into->n && !known; k++)
			known = str_equal(into->at[k], text);
		if (!known && *text)
			*list_add(into, a) = arena_strdup(a, text);
	}
}

void table_answers(const struct table *t, const char *column, struct table_answers *into,
		   struct arena *a)
{
	for (int pattern = 0; pattern < 2; pattern++)
		for (size_t i = 0; i < t->n_rows; i++)
			if (t->sorted[i]->pattern == (pattern == 1))
				add_answer(t, t->sorted[i], column, into, a);
}
