#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/conf_priv.h"
#include "base/file.h"
#include "base/str.h"

#include "base/banned.h"

/* The path without links, as far as its folder is there: of a file that is yet to be made too. */
static const char *real(const char *path, struct arena *a)
{
	const char *full = path_absolute(a, path);
	char *whole = realpath(full, NULL), *folder = NULL;
	const char *out = full;

	if (whole)
		out = arena_strdup(a, whole);
	else if ((folder = realpath(path_folder(a, full), NULL)))
		out = path_join(a, folder, strrchr(full, '/') + 1);
	free(whole);
	free(folder);
	return out;
}

static bool is_same(const char *path, const char *other, struct arena *a)
{
	struct stat x, y;

	if (stat(path, &x) == 0 && stat(other, &y) == 0)
		return x.st_dev == y.st_dev && x.st_ino == y.st_ino;
	return str_equal(real(path, a), real(other, a));
}

/* In the folder, or with the name of the file and more: what SQLite and locks put beside a state file. */
static bool is_near(const char *path, const char *named, struct arena *a)
{
	const char *is = real(path, a), *at = real(named, a);
	size_t n = strlen(at);

	return str_starts(is, at) && strchr(dir_exists(named) ? "/" : "/-.", is[n]) != NULL;
}

static enum errk refuse(const char *path, const char *what, const char *into, struct err *e)
{
	return err_set(
		e, E_LOCAL, "not_spare",
		"%s: the %s would be written into %s; name a file of its own for it, such as "
		"erpsync.%s in a folder of logs",
		path, what, into, what);
}

enum errk conf_spare(const struct conf *c, const char *path, const char *what, struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	bool is_log = str_ends(name, ".log") || str_ends(name, ".trace");

	if (is_same(path, c->path, a))
		return refuse(path, what, "the configuration file", e);
	for (size_t i = 0; i < c->n_values; i++) {
		const struct conf_value *v = &c->values[i];
		bool secret = v->key->type == CONF_SECRET;
		const char *by;

		if (!v->text || (secret ? v->form != SECRET_FILE : v->key->type != CONF_PATH))
			continue;
		by = arena_printf(a, "[%s] %s%s", v->key->section, v->key->name,
				  secret ? conf_secret_suffix[SECRET_FILE] : "");
		if (is_same(path, v->text, a))
			return refuse(path, what, arena_printf(a, "what %s names", by), e);
		if (!is_log && !secret && is_near(path, v->text, a))
			return refuse(path, what, arena_printf(a, "one of the files at %s", by), e);
	}
	return E_OK;
}
