#ifndef ERPSYNC_BASE_FILE_WRITER_H
#define ERPSYNC_BASE_FILE_WRITER_H

#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

/*
 * A file that is written piece by piece, because it may be larger than memory, and is whole or not
 * at all: path.tmp until it is committed, then path itself, durable. All return E_LOCAL with the
 * path and the system's reason.
 */
struct file_writer;

MUST_CHECK enum errk file_writer_open(const char *path, mode_t mode, struct file_writer **out,
				      struct err *e);
/* A failure is kept: each later call and the commit say it again. */
MUST_CHECK enum errk file_writer_add(struct file_writer *w, const void *data, size_t len,
				     struct err *e);
/* Replaces what is at path. The writer is still to be closed. */
MUST_CHECK enum errk file_writer_commit(struct file_writer *w, struct err *e);
/* Takes NULL; what was not committed goes. */
void file_writer_close(struct file_writer *w);

static inline void cleanup_file_writer(struct file_writer **p)
{
	file_writer_close(*p);
}

#endif
