#include "base/file_blame.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/shell_word.h"
#include "base/str.h"

#include "base/banned.h"

const char *file_shell_name(const char *path, struct arena *a)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "/._-+,:@%";

	/* What begins with a dash is read as an option. */
	if (*path == '-')
		path = arena_printf(a, "./%s", path);
	if (*path && strspn(path, plain) == strlen(path))
		return path;
	return shell_word(path, a);
}

const char *file_user(struct arena *a)
{
	const struct passwd *pw = getpwuid(geteuid());

	return pw ? arena_strdup(a, pw->pw_name) : arena_printf(a, "%lu", (unsigned long)geteuid());
}

/* "." where there is none. */
static const char *folder_of(const char *path, struct arena *a)
{
	size_t len = strlen(path);

	while (len > 1 && path[len - 1] == '/')
		len--;
	while (len > 0 && path[len - 1] != '/')
		len--;
	return len > 1 ? arena_strndup(a, path, len - 1) : len ? "/" : ".";
}

/* The first folder on the way that is at fault, and how; NULL: none, it is the path itself. */
static const char *culprit(const char *path, struct arena *a, int *how)
{
	const char *folder = folder_of(path, a);
	struct stat st;

	for (size_t i = 1; i <= strlen(folder); i++) {
		const char *part;

		if (folder[i] != '/' && folder[i])
			continue;
		part = arena_strndup(a, folder, i);
		*how = stat(part, &st) != 0      ? errno
		       : !S_ISDIR(st.st_mode)    ? ENOTDIR
		       : access(part, X_OK) != 0 ? EACCES
		       : str_equal(part, folder) ? 0
						 : -1;
		if (*how > 0)
			return part;
	}
	return NULL;
}

const char *file_blame(const char *path, int error, const char *absent, struct arena *a)
{
	const char *user = file_user(a), *name = file_shell_name(path, a);
	int how = 0;
	const char *part = culprit(path, a, &how), *folder;
	struct stat st;

	if (part && how == ENOENT) {
		folder = file_shell_name(folder_of(path, a), a);
		return arena_printf(a,
				    "; the folder %s is not there: correct the path, or run: mkdir "
				    "-p %s",
				    part, folder);
	}
	if (part && how == ENOTDIR)
		return arena_printf(a, "; %s is a file, and nothing can be in it: correct the path",
				    part);
	if (part && how == EACCES)
		return arena_printf(
			a,
			"; user %s may not enter the folder %s: run erpsync as a user who "
			"may, or run: sudo chmod o+x %s",
			user, part, file_shell_name(part, a));
	if (error == EISDIR || error == EEXIST)
		return "; it is a folder, and a file is to be named: correct the path";
	/* What is the machine's is not given away: /var/log, /var/lib. */
	folder = folder_of(path, a);
	if ((error == EACCES || error == EPERM) && access(path, F_OK) != 0 &&
	    stat(folder, &st) == 0 && st.st_uid == 0)
		return arena_printf(
			a,
			"; user %s may not write to the folder %s: name a file in a folder of "
			"its own, and run: sudo install -d -o %s %s/erpsync",
			user, folder, user, file_shell_name(folder, a));
	if (error == EACCES || error == EPERM)
		return arena_printf(
			a,
			"; user %s has no right to it: run erpsync as a user who has, or run: "
			"sudo chown %s %s",
			user, user,
			access(path, F_OK) == 0 ? name : file_shell_name(folder_of(path, a), a));
	return error == ENOENT && absent ? arena_printf(a, "; %s", absent) : "";
}

enum errk file_blame_add(struct err *e, const char *path, int error, const char *absent)
{
	CLEANUP(arena) struct arena *a = arena_new();

	if (!e)
		return E_LOCAL;
	return err_append(e, "%s", file_blame(path, error, absent, a));
}
