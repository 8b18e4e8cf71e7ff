#ifndef ERPSYNC_BASE_FILE_H
#define ERPSYNC_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"

/*
 * Durable files. All return E_LOCAL with the path and the system's reason in the message.
 */

/*
 * Opens for reading what is a file: a pipe or a device, which may never end, is refused at once. -1 and
 * errno; file_reason() says it in words.
 */
int file_open(const char *path);
/*
 * Opens for writing at the end, created with mode 0600: also a terminal or a pipe, but not one that
 * nobody reads.
 */
int file_open_append(const char *path);
const char *file_reason(int error);

/*
 * The whole file, NUL-terminated, in the arena; refuses more than max bytes. len may be
 * NULL.
 */
MUST_CHECK enum errk file_read(const char *path, size_t max, struct arena *a, char **out,
			       size_t *len, struct err *e);

/*
 * Writes path.tmp, fsyncs it, renames it over path, fsyncs the folder: whole or not at
 * all.
 */
MUST_CHECK enum errk file_write_atomic(const char *path, const void *data, size_t len, mode_t mode,
				       struct err *e);

/*
 * What root makes is for whom the folder belongs to: gives a file or folder that this process has just
 * opened at path to the folder's owner, as far as the system lets. Does nothing for other users. All that is
 * made here is handed over so.
 */
void file_give(int fd, const char *path);

/* rename(2) and fsync of the target's folder. Refuses to replace an existing file. */
MUST_CHECK enum errk file_publish(const char *from, const char *to, struct err *e);

MUST_CHECK enum errk file_sync_dir(const char *dir, struct err *e);
/* mkdir -p, each durable in its parent. */
MUST_CHECK enum errk dir_make(const char *path, mode_t mode, struct err *e);

bool file_exists(const char *path);
bool dir_exists(const char *path);

struct file_entry {
	const char *name; /* without folder */
	int64_t size;     /* bytes */
	int64_t mtime_ns, ctime_ns;
	int problem; /* dir_list_all: errno, EISDIR for a folder; 0 = a file that can be read */
};
/*
 * Regular files of dir, sorted by name, hidden ones left out. An entry that can't be looked at costs itself
 * alone. Missing folder: E_LOCAL.
 */
MUST_CHECK enum errk dir_list(const char *dir, struct arena *a, struct file_entry **out, size_t *n,
			      struct err *e);

/* The same with those that can't be used, problem set. */
MUST_CHECK enum errk dir_list_all(const char *dir, struct arena *a, struct file_entry **out,
				  size_t *n, struct err *e);

const char *path_join(struct arena *a, const char *dir, const char *name);
/* The folder that path stands in: "." or "/" where it names none. */
const char *path_folder(struct arena *a, const char *path);
/* Against the working directory; no link is resolved. */
const char *path_absolute(struct arena *a, const char *path);
/*
 * A path as written in a file in dir: "~/x" is in $HOME, "/x" stands, others are relative
 * to dir.
 */
const char *path_relative_to(struct arena *a, const char *dir, const char *path);

#endif
