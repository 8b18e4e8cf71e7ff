#include "state/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/stop.h"
#include "base/str.h"
#include "state/db_priv.h"
#include "base/banned.h"

enum { POLL_MS = 100, HOLDER_MAX = 400 };

struct lock {
	struct arena *mem;
	int fd;
};

/*
 * The file's name comes from SQLite, which resolves links: two paths to one state file
 * lead to one lock. The flow's name may hold slashes and is hashed.
 */
static const char *lock_path(struct state *s, const char *name, struct arena *a)
{
	char hex[HASH_HEX_SIZE];

	hash_hex(name, strlen(name), hex);
	return arena_printf(a, "%s.lock-%.16s", sqlite3_db_filename(s->db, "main"), hex);
}

/*
 * Like SQLite with its -wal: what root makes belongs to the state file's owner, or he is
 * locked out.
 */
static void give_to_owner(struct state *s, int fd)
{
	struct stat st;

	if (geteuid() == 0 && stat(s->path, &st) == 0 && st.st_uid != 0 &&
	    fchown(fd, st.st_uid, st.st_gid) != 0)
		errno = 0; /* the owner will be told by his own open() */
}

static int open_lock(struct state *s, const char *path, struct err *e)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		(void)err_set(e, E_LOCAL,
			      errno == ENOSPC || errno == EDQUOT ? "state_full" : "state_io",
			      "lock file %s: %s", path, strerror(errno));
	else
		give_to_owner(s, fd);
	return fd;
}

static enum errk held(int fd, const char *name, struct err *e)
{
	char text[HOLDER_MAX] = "", pid[24], host[256], since[CLOCK_TEXT_MAX];
	ssize_t got = pread(fd, text, sizeof(text) - 1, 0);

	/* A holder writes its line after it got the lock: the file may still be empty. */
	if (got > 0 && sscanf(text, "%23s %255s %31s", pid, host, since) == 3)
		return err_set(e, E_BUSY, "locked",
			       "'%s' is held by process %s on %s since %s; try again when it has "
			       "ended",
			       name, pid, host, since);
	return err_set(e, E_BUSY, "locked",
		       "'%s' is held by another process; try again when it has ended", name);
}

static void write_holder(int fd, const char *name)
{
	char text[HOLDER_MAX], host[256] = "", now[CLOCK_TEXT_MAX];
	int len;

	if (gethostname(host, sizeof(host) - 1) != 0 || !*host)
		snprintf(host, sizeof(host), "localhost");
	len = snprintf(text, sizeof(text), "%ld %s %s %.64s\n", (long)getpid(), host,
		       clock_text(clock_now(), now), name);
	/* Only for people; on a full disk the lock itself still holds. */
	if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)len, 0) != len)
		errno = 0;
}

static enum errk wait_for(int fd, const char *path, const char *name, int64_t wait_ms,
			  struct err *e)
{
	int64_t until = clock_mono_ms() + wait_ms;

	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		int64_t left = until - clock_mono_ms();

		if (errno == EINTR)
			continue;
		if (errno != EWOULDBLOCK)
			return err_set(e, E_LOCAL, "state_io", "lock file %s: %s", path,
				       strerror(errno));
		if (left <= 0 || !stop_sleep_ms(left < POLL_MS ? left : POLL_MS))
			return held(fd, name, e);
	}
	return E_OK;
}

enum errk lock_take(struct state *s, const char *name, int64_t wait_ms, struct lock **out,
		    struct err *e)
{
	CLEANUP(arena) struct arena *mem = arena_new();
	const char *path = lock_path(s, name, mem);
	int fd = open_lock(s, path, e);
	struct lock *l;
	enum errk rc;

	if (fd < 0)
		return E_LOCAL;
	rc = wait_for(fd, path, name, wait_ms, e);
	if (rc != E_OK) {
		close(fd);
		return rc;
	}
	write_holder(fd, name);
	l = arena_alloc(mem, sizeof(*l));
	l->fd = fd;
	l->mem = TAKE(mem);
	*out = l;
	return E_OK;
}

void lock_free(struct lock *l)
{
	if (!l)
		return;
	/*
	 * The file stays. Unlinked, it could still be open in a process that waits for
	 * it, which would then lock a file without a name while a third one locks its
	 * successor.
	 */
	if (ftruncate(l->fd, 0) != 0)
		errno = 0;
	close(l->fd);
	arena_free(l->mem);
}
