#include "base/file_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/step.h"

#include "base/banned.h"

struct file_writer {
	struct arena *mem;
	const char *path, *tmp;
	FILE *file;
	struct err failure; /* kind E_OK: none yet */
};

static enum errk fail(struct file_writer *w, const char *what, struct err *e)
{
	err_set(&w->failure, E_LOCAL, "file_error", "%s: %s (%s)", w->path, what, strerror(errno));
	*e = w->failure;
	return E_LOCAL;
}

enum errk file_writer_open(const char *path, mode_t mode, struct file_writer **out, struct err *e)
{
	struct file_writer *w = calloc(1, sizeof(*w));
	enum errk k = E_OK;
	int fd;

	if (!w)
		die(70, "out of memory");
	w->mem = arena_new();
	w->path = arena_strdup(w->mem, path);
	w->tmp = arena_printf(w->mem, "%s.tmp", path);
	fd = open(w->tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode & 0700);
	if (fd < 0) {
		k = fail(w, "can't be created", e);
	} else {
		file_give(fd, w->tmp);
		w->file = fdopen(fd, "w");
		if (!w->file)
			die(70, "out of memory");
		if (fchmod(fd, mode) != 0)
			k = fail(w, "can't be written", e);
	}
	if (k != E_OK) {
		file_writer_close(w);
		return k;
	}
	*out = w;
	return E_OK;
}

enum errk file_writer_add(struct file_writer *w, const void *data, size_t len, struct err *e)
{
	if (w->failure.kind != E_OK) {
		*e = w->failure;
		return w->failure.kind;
	}
	if (len && fwrite(data, 1, len, w->file) != len)
		return fail(w, "can't be written", e);
	return E_OK;
}

enum errk file_writer_commit(struct file_writer *w, struct err *e)
{
	FILE *file = w->file;
	enum errk k = file_writer_add(w, "", 0, e);

	if (k != E_OK)
		return k;
	if (fflush(file) != 0 || fsync(fileno(file)) != 0)
		k = fail(w, "can't be written", e);
	w->file = NULL;
	/* NFS reports a full disk as late as at close(). */
	if (fclose(file) != 0 && k == E_OK)
		k = fail(w, "can't be written", e);
	STEP("file_written");
	if (k == E_OK && rename(w->tmp, w->path) != 0)
		k = fail(w, "can't be replaced", e);
	if (k != E_OK) {
		unlink(w->tmp);
		return k;
	}
	return file_sync_dir(path_folder(w->mem, w->path), e);
}

void file_writer_close(struct file_writer *w)
{
	if (!w)
		return;
	if (w->file) {
		fclose(w->file);
		unlink(w->tmp);
	}
	arena_free(w->mem);
	free(w);
}
