#include "base/everybody.h"

#include <fts.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/file_blame.h"
#include "base/str.h"

#include "base/banned.h"

enum { DEPTH_MAX = 5 }; /* mappings have folders in a folder */

static enum errk refuse(const char *path, const char *of, struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();

	return err_set(e, E_LOCAL, "writable_by_all",
		       "every user of this machine may write %s%s%s, and could change what goes "
		       "where; run: chmod o-w %s",
		       path, of ? ", above " : "", of ? of : "", file_shell_name(path, a));
}

/* The folders above; each may be a link to somewhere else. */
static enum errk check_above(const char *path, struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const char *folder = path_absolute(a, path);
	struct stat st;

	do {
		folder = path_folder(a, folder);
		if (stat(folder, &st) == 0 && st.st_mode & S_IWOTH && !(st.st_mode & S_ISVTX))
			return refuse(folder, path, e);
	} while (!str_equal(folder, "/") && !str_equal(folder, "."));
	return E_OK;
}

enum errk everybody_writes(const char *path, struct err *e)
{
	char real[PATH_MAX];
	struct stat st;
	enum errk rc;

	if (stat(path, &st) != 0)
		return E_OK;
	if (st.st_mode & S_IWOTH && (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)))
		return refuse(path, NULL, e);
	rc = check_above(path, e);
	if (rc == E_OK && realpath(path, real) && !str_equal(real, path))
		rc = check_above(real, e);
	return rc;
}

static bool is_listed(const FTSENT *f)
{
	return f->fts_info == FTS_D || f->fts_info == FTS_F;
}

enum errk everybody_writes_below(const char *folder, struct err *e)
{
	char *copy = strdup(folder);
	char *const roots[] = {copy, NULL};
	enum errk rc = everybody_writes(folder, e);
	FTS *tree;
	FTSENT *f;

	if (!copy)
		die(70, "out of memory");
	tree = rc == E_OK ? fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, NULL) : NULL;
	while (rc == E_OK && tree && (f = fts_read(tree)) != NULL) {
		if (f->fts_level > DEPTH_MAX)
			fts_set(tree, f, FTS_SKIP);
		else if (is_listed(f) && f->fts_statp->st_mode & S_IWOTH)
			rc = refuse(f->fts_path, NULL, e);
	}
	if (tree)
		fts_close(tree);
	free(copy);
	return rc;
}
