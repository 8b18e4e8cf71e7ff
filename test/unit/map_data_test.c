/*
 * Mapping tests as data: every .test file of test/map is one document, what is changed in it, the files that override
 * the shipped ones, and what must come out. The form is told in test/map/README.md.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/json.h"
#include "base/str.h"
#include "map/map.h"

struct example {
	struct arena *arena;
	const char *path, *system;
	cJSON *doc;
	const char *overrides; /* temporary folder, or NULL */
	const char *code;      /* of the expected error, or NULL */
	char *expected;        /* text of the last section */
	bool whole;            /* "--- result": every cell; "--- cells": only these */
};

static void must(enum errk k, const struct err *e, const char *what)
{
	if (k != E_OK)
		fail_msg("%s: %s", what, e->msg);
}

/* The next line, or NULL at a line that begins a section or at the end. */
static char *next_line(char **text)
{
	char *line = *text, *end;

	if (!*line || str_starts(line, "--- "))
		return NULL;
	end = strchr(line, '\n');
	if (end)
		*end = '\0';
	*text = end ? end + 1 : line + strlen(line);
	return line;
}

/* "lines[0].taxes[0].rate = "0.42"" */
static void change(struct example *x, char *text)
{
	char *equals = strstr(text, " = "), *dot;
	struct err e;
	cJSON *value = NULL, *parent;

	assert_non_null(equals);
	*equals = '\0';
	must(json_parse(equals + 3, strlen(equals + 3), &value, &e), &e, x->path);
	dot = strrchr(text, '.');
	if (dot)
		*dot = '\0';
	parent = (cJSON *)json_at(x->doc, dot ? text : "");
	if (!parent)
		fail_msg("%s: no %s", x->path, text);
	cJSON_DeleteItemFromObjectCaseSensitive(parent, dot ? dot + 1 : text);
	json_add(parent, dot ? dot + 1 : text, value);
}

static void read_head(struct example *x, char **text)
{
	char *line, *doc;
	struct err e;
	size_t len;

	while ((line = next_line(text))) {
		if (str_starts(line, "document: ")) {
			must(file_read(line + 10, 1 << 20, x->arena, &doc, &len, &e), &e, x->path);
			must(json_parse(doc, len, &x->doc, &e), &e, x->path);
		} else if (str_starts(line, "system: ")) {
			x->system = line + 8;
		} else if (str_starts(line, "set: ")) {
			change(x, line + 5);
		}
	}
}

static void write_override(struct example *x, const char *name, char **text)
{
	char *path, *line;
	struct err e;
	struct str content;

	if (!x->overrides) {
		char *dir = arena_strdup(x->arena, "/tmp/erpsync over rides-XXXXXX");

		assert_non_null(mkdtemp(dir));
		x->overrides = dir;
		must(dir_make(path_join(x->arena, dir, "tables"), 0700, &e), &e, x->path);
		must(dir_make(path_join(x->arena, dir, "csv"), 0700, &e), &e, x->path);
	}
	path = arena_printf(x->arena, "%s/%s", x->overrides, name);
	str_init(&content, 0);
	while ((line = next_line(text)))
		str_addf(&content, "%s\n", line);
	must(file_write_atomic(path, content.buf, content.len, 0600, &e), &e, x->path);
	str_release(&content);
}

static void load(struct example *x, const char *path)
{
	char *text, *line;
	struct err e;

	*x = (struct example){.arena = arena_new(), .path = path, .system = "csv"};
	must(file_read(path, 1 << 20, x->arena, &text, NULL, &e), &e, path);
	read_head(x, &text);
	while (!x->expected) {
		assert_true(str_starts(text, "--- "));
		line = text + 4;
		text = strchr(text, '\n') + 1;
		text[-1] = '\0';
		if (str_starts(line, "file ")) {
			write_override(x, line + 5, &text);
		} else {
			x->whole = str_equal(line, "result");
			if (str_starts(line, "error "))
				x->code = line + 6;
			else if (!x->whole)
				assert_string_equal(line, "cells");
			x->expected = text;
		}
	}
	assert_non_null(x->doc);
}

static void release(struct example *x)
{
	static const char *const made[] = {"tables/skus.csv",
					   "tables/taxes.csv",
					   "tables/payment_methods.csv",
					   "tables/locations.csv",
					   "tables/store_skus.csv",
					   "csv/order.jq",
					   "tables",
					   "csv",
					   ""};

	for (size_t i = 0; x->overrides && i < sizeof(made) / sizeof(made[0]); i++)
		remove(arena_printf(x->arena, "%s/%s", x->overrides, made[i]));
	cJSON_Delete(x->doc);
	arena_free(x->arena);
}

static void add_cell(struct str *out, const char *file, int row, const char *column,
		     const char *value)
{
	str_addf(out, "%s[%d].%s: ", file, row, column);
	for (; *value; value++)
		if (*value == '\n')
			str_add(out, "\\n");
		else if (*value == '\r')
			str_add(out, "\\r");
		else
			str_addc(out, *value);
	str_addc(out, '\n');
}

/* "lines[0].sku: TEE-M" for every value of a document that isn't rows of files. */
static void render_values(const cJSON *item, const char *path, struct arena *a, struct str *out)
{
	const cJSON *child;
	int i = 0;

	cJSON_ArrayForEach (child, item) {
		const char *name = child->string ? arena_printf(a, "%s%s%s", path, *path ? "." : "",
								child->string)
						 : arena_printf(a, "%s[%d]", path, i++);

		if (cJSON_IsString(child))
			str_addf(out, "%s: %s\n", name, child->valuestring);
		else if (cJSON_IsBool(child))
			str_addf(out, "%s: %s\n", name, cJSON_IsTrue(child) ? "true" : "false");
		else
			render_values(child, name, a, out);
	}
}

/* "orders[0].sku: TEE-M" for every cell that isn't null. */
static void render(const char *json, struct str *out)
{
	CLEANUP(json) cJSON *doc = NULL;
	const cJSON *file, *row, *cell;
	struct err e;

	must(json_parse(json, strlen(json), &doc, &e), &e, "result");
	if (!json_at(doc, "files")) {
		CLEANUP(arena) struct arena *a = arena_new();

		render_values(doc, "", a, out);
		return;
	}
	cJSON_ArrayForEach (file, json_at(doc, "files")) {
		const cJSON *columns = json_at(file, "columns"), *column;
		int r = 0;

		assert_non_null(json_str(file, "key"));
		cJSON_ArrayForEach (row, json_at(file, "rows")) {
			assert_int_equal(cJSON_GetArraySize(row), cJSON_GetArraySize(columns));
			column = columns->child;
			cJSON_ArrayForEach (cell, row) {
				assert_true(cJSON_IsString(cell) || cJSON_IsNull(cell));
				if (cJSON_IsString(cell))
					add_cell(out, file->string, r, json_str(column, "name"),
						 cell->valuestring);
				column = column->next;
			}
			r++;
		}
	}
}

static void check_cells(const struct example *x, const char *got)
{
	char *text = x->expected, *line;

	if (x->whole) {
		if (strcmp(got, x->expected) != 0)
			fail_msg("%s: the result is\n%s", x->path, got);
		return;
	}
	while ((line = next_line(&text))) {
		bool absent = str_ends(line, ": -"); /* must be null */
		const char *hit;
		size_t len = strlen(line) - (absent ? 1 : 0);

		for (hit = got;
		     hit && (strncmp(hit, line, len) != 0 || (!absent && hit[len] != '\n'));)
			hit = (hit = strchr(hit, '\n')) ? hit + 1 : NULL;
		if (absent ? hit != NULL : hit == NULL)
			fail_msg("%s: %s is not so; the result is\n%s", x->path, line, got);
	}
}

/* The message with OWN and SHIPPED for the two folders, which are others wherever the tests run. */
static void add_message(const struct example *x, const char *msg, struct str *out)
{
	const char *shipped = path_absolute(x->arena, "mappings");

	while (*msg) {
		const char *dir = x->overrides && str_starts(msg, x->overrides) ? x->overrides
				  : str_starts(msg, shipped)                    ? shipped
										: NULL;

		if (dir)
			str_add(out, dir == shipped ? "SHIPPED" : "OWN");
		else
			str_addc(out, *msg);
		msg += dir ? strlen(dir) : 1;
	}
	str_addc(out, '\n');
}

static void run(const char *path)
{
	CLEANUP(mapper) struct mapper *m = NULL;
	CLEANUP(str) struct str got;
	struct example x;
	struct err e = {0};
	const char *out, *doc;
	enum errk k;

	load(&x, path);
	str_init(&got, 0);
	must(mapper_open(x.system, x.overrides, "mappings", &m, &e), &e, path);
	doc = json_text(x.doc, x.arena);
	k = map_run(m, json_str(x.doc, "kind"), doc, strlen(doc), x.arena, &out, &e);
	if (x.code) {
		if (k == E_OK)
			fail_msg("%s: it passes, where %s was expected", path, x.code);
		assert_string_equal(e.code, x.code);
		add_message(&x, e.msg, &got);
		if (strcmp(got.buf, x.expected) != 0)
			fail_msg("%s: the message is\n%s", path, got.buf);
	} else {
		must(k, &e, path);
		render(out, &got);
		check_cells(&x, got.buf);
	}
	release(&x);
}

static void test_map_data__every_file_holds(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct file_entry *files;
	struct err e;
	size_t n, ran = 0, found = 0;
	/* A mapping is compiled for each; under valgrind some do, since the mappings themselves are not looked at there. */
	const size_t each = getenv("ERPSYNC_UNDER_VALGRIND") ? 5 : 1;

	(void)state;
	must(dir_list("test/map", a, &files, &n, &e), &e, "test/map");
	for (size_t i = 0; i < n; i++) {
		if (!str_ends(files[i].name, ".test") || found++ % each)
			continue;
		run(path_join(a, "test/map", files[i].name));
		ran++;
	}
	assert_true(ran >= 10);
}

/* mappings/csv/README.md tells every column of the kind's files, in order and with its type. */
static void the_columns_are_documented(const char *kind, size_t files)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(mapper) struct mapper *m = NULL;
	CLEANUP(json) cJSON *result = NULL;
	const cJSON *file, *column;
	char *readme, *doc, *at;
	const char *out;
	struct err e;
	size_t len;

	must(file_read("mappings/csv/README.md", 1 << 20, a, &readme, NULL, &e), &e, "README");
	must(file_read(arena_printf(a, "mappings/canonical/examples/%s-simple.json", kind), 1 << 20,
		       a, &doc, &len, &e),
	     &e, "document");
	must(mapper_open("csv", NULL, "mappings", &m, &e), &e, "mapper");
	must(map_run(m, kind, doc, len, a, &out, &e), &e, "map");
	must(json_parse(out, strlen(out), &result, &e), &e, "result");
	assert_int_equal(cJSON_GetArraySize(json_at(result, "files")), files);
	cJSON_ArrayForEach (file, json_at(result, "files")) {
		int i = 0;

		at = strstr(readme, arena_printf(a, "\n## %s.csv\n", file->string));
		assert_non_null(at);
		at = strstr(at, "| --- | --- | --- | --- |\n") + 26;
		cJSON_ArrayForEach (column, json_at(json_at(json_at(result, "also"), file->string),
						    "columns"))
			cJSON_AddItemToArray((cJSON *)json_at(file, "columns"),
					     cJSON_Duplicate(column, true));
		cJSON_ArrayForEach (column, json_at(file, "columns")) {
			const char *row = arena_printf(a, "| %d | `%s` | %s | ", ++i,
						       json_str(column, "name"),
						       json_str(column, "type"));

			if (!str_starts(at, row))
				fail_msg("mappings/csv/README.md lacks: %s", row);
			at = strchr(at, '\n') + 1;
		}
		assert_int_equal(*at, '\n');
	}
}

static void test_map_data__the_columns_are_documented(void **state)
{
	(void)state;
	the_columns_are_documented("order", 2);
	the_columns_are_documented("refund", 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_map_data__every_file_holds),
		cmocka_unit_test(test_map_data__the_columns_are_documented),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
