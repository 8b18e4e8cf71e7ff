#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/step.h"
#include "base/str.h"

#include "base/banned.h"

static enum errk failed(const char *path, const char *what, int error, struct err *e)
{
	return err_set(e, E_LOCAL, error == ENOENT ? "no_file" : "file_error", "%s: %s (%s)", path,
		       what, file_reason(error));
}

enum { NO_FILE = ENOTSUP }; /* open(2) never says it of a file that it reads */

/* /dev/null is how "an empty file" is said. */
static bool is_null(const struct stat *st)
{
	struct stat null;

	return S_ISCHR(st->st_mode) && stat("/dev/null", &null) == 0 && null.st_rdev == st->st_rdev;
}

int file_open(const char *path)
{
	/* A pipe that nobody writes to would hold up open(2) itself. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), error;
	struct stat st;

	if (fd < 0)
		return -1;
	error = fstat(fd, &st) != 0                   ? errno
		: S_ISDIR(st.st_mode)                 ? EISDIR
		: S_ISREG(st.st_mode) || is_null(&st) ? 0
						      : NO_FILE;
	if (!error)
		return fd;
	close(fd);
	errno = error;
	return -1;
}

int file_open_append(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
		      0600);

	if (fd >= 0 && fcntl(fd, F_SETFL, O_APPEND) != 0)
		BUG("fcntl failed");
	return fd;
}

const char *file_reason(int error)
{
	return error == NO_FILE || error == ENXIO ? "it is a pipe, a socket or a device"
						  : strerror(error);
}

/* Reads until the end or until the buffer is full; -1 and errno on failure. */
static ssize_t read_full(int fd, char *buf, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = read(fd, buf + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

enum errk file_read(const char *path, size_t max, struct arena *a, char **out, size_t *len,
		    struct err *e)
{
	CLEANUP(fd) int fd = file_open(path);
	struct stat st;
	size_t size, have = 0;
	char *buf;

	if (fd < 0)
		return failed(path, "can't be opened", errno, e);
	if (fstat(fd, &st) != 0)
		return failed(path, "can't be examined", errno, e);
	/* Files of /proc say 0; a file may also grow while it is read. */
	size = st.st_size > 0 && (uintmax_t)st.st_size <= max ? (size_t)st.st_size : 4096;
	buf = arena_alloc(a, size + 1);
	for (;;) {
		ssize_t n = read_full(fd, buf + have, size + 1 - have);
		char *larger;

		if (n < 0)
			return failed(path, "can't be read", errno, e);
		have += (size_t)n;
		if (have > max)
			return err_set(e, E_LOCAL, "file_too_large",
				       "%s: larger than the %zu bytes allowed", path, max);
		if (have <= size)
			break;
		larger = arena_alloc(a, 2 * size + 1);
		memcpy(larger, buf, have);
		buf = larger;
		size *= 2;
	}
	buf[have] = '\0';
	*out = buf;
	if (len)
		*len = have;
	return E_OK;
}

static bool write_full(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		data += n;
		len -= (size_t)n;
	}
	return true;
}

/* The folder part of path: "." or "/" where there is none. */
static const char *folder_of(const char *path, char out[PATH_MAX])
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return ".";
	if (slash == path)
		return "/";
	snprintf(out, PATH_MAX, "%.*s", (int)(slash - path), path);
	return out;
}

void file_give(int fd, const char *path)
{
	char dir[PATH_MAX];
	struct stat folder, st;

	if (geteuid() != 0 || strlen(path) >= sizeof(dir))
		return;
	/* A second name may be anywhere: such a file is nobody's to give. */
	if (stat(folder_of(path, dir), &folder) != 0 || folder.st_uid == 0 || fstat(fd, &st) != 0 ||
	    st.st_uid != 0 || (!S_ISDIR(st.st_mode) && st.st_nlink != 1))
		return;
	if (fchown(fd, folder.st_uid, folder.st_gid) != 0)
		errno = 0; /* the owner will be told by his own open() */
}

static enum errk write_synced(const char *path, const void *data, size_t len, mode_t mode,
			      struct err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode & 0700);
	enum errk k = E_OK;

	if (fd < 0)
		return failed(path, "can't be created", errno, e);
	file_give(fd, path);
	if (fchmod(fd, mode) != 0 || !write_full(fd, data, len) || fsync(fd) != 0)
		k = failed(path, "can't be written", errno, e);
	/* NFS reports a full disk as late as at close(). */
	if (close(fd) != 0 && k == E_OK)
		k = failed(path, "can't be written", errno, e);
	return k;
}

enum errk file_write_atomic(const char *path, const void *data, size_t len, mode_t mode,
			    struct err *e)
{
	char tmp[PATH_MAX], dir[PATH_MAX];
	enum errk k;

	if (snprintf(tmp, sizeof(tmp), "%s.tmp", path) >= (int)sizeof(tmp))
		return failed(path, "can't be created", ENAMETOOLONG, e);
	k = write_synced(tmp, data, len, mode, e);
	STEP("file_written");
	if (k == E_OK && rename(tmp, path) != 0)
		k = failed(path, "can't be replaced", errno, e);
	STEP("file_renamed");
	if (k != E_OK) {
		unlink(tmp);
		return k;
	}
	return file_sync_dir(folder_of(path, dir), e);
}

/* Some network and FUSE file systems don't know RENAME_NOREPLACE and say EINVAL. */
static int rename_new(const char *from, const char *to)
{
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	return link(from, to) == 0 ? unlink(from) : -1;
}

enum errk file_publish(const char *from, const char *to, struct err *e)
{
	char dir[PATH_MAX];

	if (strlen(to) >= PATH_MAX)
		return failed(to, "can't be published", ENAMETOOLONG, e);
	if (rename_new(from, to) != 0) {
		int error = errno;

		if (error == EEXIST)
			return err_set(e, E_LOCAL, "file_exists",
				       "%s: exists already and is not replaced; if it is nobody's, "
				       "move it away",
				       to);
		return failed(error == ENOENT ? from : to, "can't be published", error, e);
	}
	STEP("file_published");
	return file_sync_dir(folder_of(to, dir), e);
}

enum errk file_sync_dir(const char *dir, struct err *e)
{
	CLEANUP(fd) int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return failed(dir, "can't be opened", errno, e);
	/* EINVAL: a file system that can't sync a folder (some network mounts). */
	if (fsync(fd) != 0 && errno != EINVAL)
		return failed(dir, "can't be synced", errno, e);
	return E_OK;
}

static void give_folder(const char *path)
{
	CLEANUP(fd) int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd >= 0)
		file_give(fd, path);
}

enum errk dir_make(const char *path, mode_t mode, struct err *e)
{
	char part[PATH_MAX], parent[PATH_MAX];
	size_t len = strlen(path);

	if (len == 0)
		return failed(path, "can't be created", ENOENT, e);
	if (len >= sizeof(part))
		return failed(path, "can't be created", ENAMETOOLONG, e);
	for (size_t i = 1; i <= len; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdir(part, mode) != 0) {
			if (errno != EEXIST)
				return failed(part, "can't be created", errno, e);
			continue;
		}
		give_folder(part);
		/* Else a power cut takes it, and all that was put into it. */
		if (file_sync_dir(folder_of(part, parent), e) != E_OK)
			return E_LOCAL;
	}
	return dir_exists(path) ? E_OK : failed(path, "can't be created", ENOTDIR, e);
}

bool file_exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

bool dir_exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct file_entry *)a)->name, ((const struct file_entry *)b)->name);
}

static void cleanup_dir(DIR **p)
{
	if (*p)
		closedir(*p);
}

static int64_t nanoseconds(struct timespec t)
{
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* The next entry to be listed; false at the end or on failure (*error). all: dir_list_all. */
static bool next_entry(DIR *dir, bool all, struct arena *a, struct file_entry *out, int *error)
{
	const struct dirent *d;
	struct stat st;

	for (;;) {
		errno = 0;
		d = readdir(dir);
		if (!d)
			break;
		if (d->d_name[0] == '.')
			continue;
		*out = (struct file_entry){0};
		if (fstatat(dirfd(dir), d->d_name, &st, 0) != 0 ||
		    (all && S_ISREG(st.st_mode) &&
		     faccessat(dirfd(dir), d->d_name, R_OK, AT_EACCESS) != 0))
			out->problem = errno;
		else if (!S_ISREG(st.st_mode))
			out->problem = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
		if (out->problem && fstatat(dirfd(dir), d->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
			if (errno == ENOENT) /* gone since */
				continue;
			break; /* nothing of this folder may be looked at: it is not empty */
		}
		if (out->problem && !all)
			continue;
		out->name = arena_strdup(a, d->d_name);
		if (!out->problem) {
			out->size = st.st_size;
			out->mtime_ns = nanoseconds(st.st_mtim);
			out->ctime_ns = nanoseconds(st.st_ctim);
		}
		return true;
	}
	*error = errno;
	return false;
}

static enum errk list(const char *dir, bool all, struct arena *a, struct file_entry **out,
		      size_t *n, struct err *e)
{
	CLEANUP(dir) DIR *d = opendir(dir);
	struct file_entry *entries = NULL, entry;
	size_t count = 0, cap = 0;
	int error = 0;

	if (!d)
		return failed(dir, "can't be listed", errno, e);
	while (next_entry(d, all, a, &entry, &error)) {
		if (count == cap) {
			struct file_entry *larger;

			cap = cap ? 2 * cap : 32;
			larger = arena_array(a, cap, sizeof(*larger));
			if (count)
				memcpy(larger, entries, count * sizeof(*larger));
			entries = larger;
		}
		entries[count++] = entry;
	}
	if (error)
		return failed(dir, "can't be listed", error, e);
	if (count)
		qsort(entries, count, sizeof(*entries), by_name);
	*out = entries;
	*n = count;
	return E_OK;
}

enum errk dir_list(const char *dir, struct arena *a, struct file_entry **out, size_t *n,
		   struct err *e)
{
	return list(dir, false, a, out, n, e);
}

enum errk dir_list_all(const char *dir, struct arena *a, struct file_entry **out, size_t *n,
		       struct err *e)
{
	return list(dir, true, a, out, n, e);
}

const char *path_join(struct arena *a, const char *dir, const char *name)
{
	if (!dir || !*dir || name[0] == '/')
		return arena_strdup(a, name);
	return arena_printf(a, "%s%s%s", dir, str_ends(dir, "/") ? "" : "/", name);
}

const char *path_folder(struct arena *a, const char *path)
{
	char dir[PATH_MAX];

	return arena_strdup(a, folder_of(path, dir));
}

const char *path_absolute(struct arena *a, const char *path)
{
	char cwd[PATH_MAX];

	while (str_starts(path, "./"))
		path += 2;
	if (path[0] == '/' || !getcwd(cwd, sizeof(cwd)))
		return arena_strdup(a, path);
	if (str_equal(path, ".") || !*path)
		return arena_strdup(a, cwd);
	return path_join(a, cwd, path);
}

static const char *home(void)
{
	const char *dir = getenv("HOME");
	const struct passwd *pw;

	if (dir && *dir)
		return dir;
	pw = getpwuid(getuid()); /* cron on some systems starts without HOME */
	return pw && pw->pw_dir ? pw->pw_dir : "/";
}

const char *path_relative_to(struct arena *a, const char *dir, const char *path)
{
	if (str_starts(path, "~/"))
		return path_join(a, home(), path + 2);
	return path_join(a, dir, path);
}
