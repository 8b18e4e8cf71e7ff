#include "map/stray.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/list.h"
#include "base/str.h"

#include "base/banned.h"

enum { FILE_MAX = 4 * 1024 * 1024 };

struct look {
	struct arena *a;
	LIST(const char *) table; /* names of shipped tables, without ending */
	LIST(const char *)
	text; /* of the merchant's own mappings; what the shipped ones read is shipped */
	LIST(struct stray) stray;
};

static enum errk list(const char *dir, struct arena *a, struct file_entry **entry, size_t *n,
		      struct err *e)
{
	*n = 0;
	return dir_exists(dir) ? dir_list(dir, a, entry, n, e) : E_OK;
}

static enum errk add_texts(struct look *l, const char *dir, struct err *e)
{
	struct file_entry *entry;
	size_t n;
	enum errk k = list(dir, l->a, &entry, &n, e);

	for (size_t i = 0; i < n && k == E_OK; i++) {
		char *text;

		if (!str_ends(entry[i].name, ".jq"))
			continue;
		k = file_read(path_join(l->a, dir, entry[i].name), FILE_MAX, l->a, &text, NULL, e);
		if (k == E_OK)
			*list_add(&l->text, l->a) = text;
	}
	return k;
}

/* The mappings of all systems: another configuration may use this folder too. */
static enum errk read_mappings(struct look *l, const char *dir, struct err *e)
{
	static const char *const systems[] = {"", "csv", "odoo", "shopify"};
	enum errk k = E_OK;

	for (size_t i = 0; i < sizeof(systems) / sizeof(*systems) && k == E_OK; i++)
		k = add_texts(l, *systems[i] ? path_join(l->a, dir, systems[i]) : dir, e);
	return k;
}

/* lookup("skus"; …), $tables["skus"], $tables.skus; {name: "skus"} is none. */
static bool asks(const char *text, const char *quoted, const char *dotted)
{
	if (strstr(text, dotted))
		return true;
	for (const char *at = text; (at = strstr(at, quoted)); at++) {
		const char *before = at;

		while (before > text && strchr(" \t\n", before[-1]))
			before--;
		if (before > text && strchr("([", before[-1]))
			return true;
	}
	return false;
}

static bool is_used(const struct look *l, const char *name)
{
	const char *quoted = arena_printf(l->a, "\"%s\"", name);
	const char *dotted = arena_printf(l->a, "$tables.%s", name);

	for (size_t i = 0; i < l->table.n; i++)
		if (str_equal(l->table.at[i], name))
			return true;
	for (size_t i = 0; i < l->text.n; i++)
		if (asks(l->text.at[i], quoted, dotted))
			return true;
	return false;
}

/* "Location" is near "locations", and so is "locations.csv". */
static const char *near(const struct look *l, const char *name)
{
	char *lower = arena_strndup(l->a, name, strcspn(name, "."));

	for (char *p = lower; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return str_nearest(lower, l->table.at, l->table.n);
}

static void add(struct look *l, const char *path, const char *why, const char *meant)
{
	*list_add(&l->stray, l->a) = (struct stray){
		.path = path,
		.why = why,
		.near = meant ? arena_printf(l->a, "tables/%s.csv", meant) : NULL,
	};
}

static void look_at_table(struct look *l, const char *dir, const char *file)
{
	size_t len = strlen(file);
	bool csv = str_ends(file, ".csv");
	const char *name = csv ? arena_strndup(l->a, file, len - strlen(".csv")) : file;
	const char *meant = near(l, name);

	if (csv && !is_used(l, name))
		add(l, path_join(l->a, dir, file), "no mapping reads a table of this name", meant);
	/* Notes and copies may stand there, but for one that was saved in another form. */
	else if (!csv && meant && strlen(meant) == strcspn(file, "."))
		add(l, path_join(l->a, dir, file), "only what ends in .csv is read", meant);
}

enum errk map_strays(const char *own, const char *shipped, struct arena *a, struct stray **out,
		     size_t *n, struct err *e)
{
	struct look l = {.a = a};
	struct file_entry *entry;
	size_t count;
	const char *tables = own ? path_join(a, own, "tables") : NULL;
	enum errk k;

	*out = NULL;
	*n = 0;
	if (!own || !dir_exists(own))
		return E_OK;
	k = list(path_join(a, shipped, "tables"), a, &entry, &count, e);
	for (size_t i = 0; k == E_OK && i < count; i++)
		if (str_ends(entry[i].name, ".csv"))
			*list_add(&l.table,
				  a) = arena_strndup(a, entry[i].name,
						     strlen(entry[i].name) - strlen(".csv"));
	if (k == E_OK)
		k = read_mappings(&l, own, e);
	if (k == E_OK)
		k = list(tables, a, &entry, &count, e);
	for (size_t i = 0; k == E_OK && i < count; i++)
		look_at_table(&l, tables, entry[i].name);
	if (k == E_OK)
		k = list(own, a, &entry, &count, e);
	for (size_t i = 0; k == E_OK && i < count; i++)
		if (str_ends(entry[i].name, ".csv"))
			add(&l, path_join(a, own, entry[i].name),
			    "tables are read in the folder tables/ alone", near(&l, entry[i].name));
	*out = l.stray.at;
	*n = l.stray.n;
	return k;
}
