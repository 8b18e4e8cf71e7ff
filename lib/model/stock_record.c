#include "model/stock_record.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/str.h"
#include "model/record.h"

#include "base/banned.h"

const char *stock_figure_name(enum stock_figure f)
{
	static const char *const names[] = {"on_hand", "available", "forecast"};

	return names[f];
}

static int by_warehouse(const void *a, const void *b)
{
	const struct stock_entry *x = a, *y = b;

	return strcmp(x->warehouse, y->warehouse);
}

/* Where a fault stands makes it no other one, and why there is nothing no other figure: the version goes without. */
static const char *quantities(struct stock_entry *entry, size_t n, bool places, struct arena *a)
{
	CLEANUP(json) cJSON *list = json_array();

	if (n)
		qsort(entry, n, sizeof(*entry), by_warehouse);
	for (size_t i = 0; i < n; i++) {
		cJSON *o = json_object();

		json_add_str(o, "warehouse", entry[i].warehouse);
		for (int f = 0; f < FIGURE_COUNT_; f++)
			json_add_str(o, stock_figure_name((enum stock_figure)f),
				     entry[i].figure[f]);
		if (entry[i].problem && places && entry[i].where)
			json_add_str(o, "problem",
				     arena_printf(a, "%s: %s", entry[i].where, entry[i].problem));
		else if (entry[i].problem)
			json_add_str(o, "problem", entry[i].problem);
		if (entry[i].gone && places)
			json_add_bool(o, "gone", true);
		json_push(list, o);
	}
	return json_text(list, a);
}

void stock_record(const char *sku, const char *title, struct stock_entry *entry, size_t n,
		  int64_t read_at, struct arena *a, struct record *out)
{
	char hash[HASH_HEX_SIZE];
	const char *version = quantities(entry, n, false, a);

	hash_hex(version, strlen(version), hash);
	*out = (struct record){
		.id = arena_strdup(a, sku),
		.label = arena_strdup(a, sku),
		.version = arena_printf(a, "%.32s", hash),
		.read_at = read_at,
		/* Not a document yet: title and quantities, for stock_record_finish. */
		.doc = arena_printf(a, "%s\n%s", title ? title : "", quantities(entry, n, true, a)),
	};
}

void stock_record_problem(const char *sku, const struct err *problem, int64_t read_at,
			  struct arena *a, struct record *out)
{
	char hash[HASH_HEX_SIZE];
	struct err *copy = arena_alloc(a, sizeof(*copy));

	*copy = *problem;
	hash_hex(copy->msg, strlen(copy->msg), hash);
	*out = (struct record){
		.id = arena_strdup(a, sku),
		.label = arena_strdup(a, sku),
		.version = arena_printf(a, "bad %.28s", hash),
		.read_at = read_at,
		.problem = copy,
	};
}

void stock_record_finish(struct record *r, const char *source, struct arena *a)
{
	CLEANUP(json) cJSON *doc = json_object();
	const char *line = strrchr(r->doc, '\n'); /* a title may hold one too */
	char at[CLOCK_TEXT_MAX];

	json_add_str(doc, "kind", "stock");
	json_add_str(doc, "source", source);
	json_add_str(doc, "id", r->id);
	json_add_str(doc, "sku", r->id);
	json_add_str(doc, "title",
		     line > r->doc ? arena_strndup(a, r->doc, (size_t)(line - r->doc)) : NULL);
	json_add_str(doc, "read_at", clock_text(r->read_at, at));
	if (str_equal(r->version, RECORD_GONE))
		json_add_bool(doc, "gone", true);
	json_add(doc, "quantities", cJSON_CreateRaw(line + 1));
	r->doc = json_text(doc, a);
	r->doc_len = strlen(r->doc);
}

void stock_record_missing(const char *who, const char *text, struct arena *a, struct record *out)
{
	struct err *problem = arena_alloc(a, sizeof(*problem));

	err_set(problem, E_RECORD, "not_found", "%s", text);
	*out = (struct record){.id = arena_strdup(a, who),
			       .label = arena_strdup(a, who),
			       .version = "",
			       .problem = problem};
}
