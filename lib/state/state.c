#include "state/db_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/file_blame.h"
#include "base/hash.h"
#include "base/step.h"
#include "base/stop.h"
#include "base/str.h"
#include "embedded/state_migrations.h"
#include "base/banned.h"

int state_schema_version(void)
{
	int n = 0;

	while (embedded_state_migrations[n].name)
		n++;
	return n;
}

const char *state_path(const struct state *s)
{
	return s->path;
}

static enum errk io_fail(const char *path, const char *what, struct err *e)
{
	int error = errno;

	err_set(e, E_LOCAL, error == ENOSPC || error == EDQUOT ? "state_full" : "state_io",
		"state file %s: %s: %s", path, what, strerror(error));
	return file_blame_add(e, path, error, NULL);
}

/*
 * Made by us and not by SQLite, so that it is 0600 from its first instant; -wal and -shm
 * inherit that.
 */
static enum errk create_file(const char *path, struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(fd) int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	const char *slash = strrchr(path, '/');

	/* SQLite gives -wal and -shm to the same owner. */
	if (fd >= 0)
		file_give(fd, path);
	if (fd >= 0)
		return file_sync_dir(slash ? arena_strndup(a, path, (size_t)(slash - path) + 1)
					   : ".",
				     e);
	if (errno == EEXIST) /* another process was faster */
		return E_OK;
	return io_fail(path, errno == ENOENT ? "its folder must exist" : "can't be created", e);
}

/* Personal data and tokens are inside: nobody but the owner may look. */
static enum errk check_file(const char *path, struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct stat st;

	if (stat(path, &st) != 0 && errno == ENOENT) {
		enum errk rc = create_file(path, e);
		if (rc != E_OK)
			return rc;
	}
	if (stat(path, &st) != 0)
		return io_fail(path, "can't be looked at", e);
	if (!S_ISREG(st.st_mode)) {
		err_set(e, E_LOCAL, "state_io", "state file %s: not a regular file", path);
		return file_blame_add(e, path, S_ISDIR(st.st_mode) ? EISDIR : 0, NULL);
	}
	if (st.st_mode & 0077)
		return err_set(e, E_LOCAL, "state_mode",
			       "state file %s: mode %04o lets others at tokens and personal data; "
			       "run `chmod 600 %s`",
			       path, (unsigned)(st.st_mode & 07777), file_shell_name(path, a));
	if (geteuid() != 0 && st.st_uid != geteuid())
		return err_set(e, E_LOCAL, "state_mode",
			       "state file %s: belongs to user %ld, this is user %ld; run erpsync "
			       "as its owner",
			       path, (long)st.st_uid, (long)geteuid());
	return E_OK;
}

/*
 * A look that leaves no trace, not even -wal and -shm beside the file: immutable=1. What
 * such a look sees may be half of a checkpoint that another process is writing, so only a
 * clear "not ours" counts here; db_check_owner is asked again on the real connection.
 */
static enum errk peek(const char *path, struct err *e)
{
	CLEANUP(str) struct str uri = {0};
	CLEANUP(db) sqlite3 *db = NULL;
	struct err found;
	enum errk rc;

	str_init(&uri, 0);
	str_add(&uri, "file:");
	for (const char *p = path; *p; p++) {
		if (strchr("%?#", *p))
			str_addf(&uri, "%%%02X", (unsigned)*p);
		else
			str_addc(&uri, *p);
	}
	str_add(&uri, "?immutable=1");
	if (sqlite3_open_v2(uri.buf, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL) !=
	    SQLITE_OK)
		return E_OK; /* the real connection will say why */
	rc = db_check_owner(db, path, state_schema_version(), &found);
	if (rc == E_OK ||
	    (sqlite3_errcode(db) != SQLITE_OK && sqlite3_errcode(db) != SQLITE_NOTADB))
		return E_OK;
	if (e)
		*e = found;
	return rc;
}

static enum errk use_wal(struct state *s, struct err *e)
{
	CLEANUP(stmt) sqlite3_stmt *st = NULL;
	const char *mode;
	int rc = sqlite3_prepare_v2(s->db, "PRAGMA journal_mode = WAL", -1, &st, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	if (rc != SQLITE_ROW)
		return db_fail(s->db, s->path, rc, e);
	mode = (const char *)sqlite3_column_text(st, 0);
	if (!str_equal(mode, "wal"))
		return err_set(e, E_LOCAL, "state_io",
			       "state file %s: this file system has no shared memory for SQLite's "
			       "WAL; use a local disk",
			       s->path);
	return E_OK;
}

/*
 * auto_vacuum counts only before the first page is written. In a file that has pages the
 * pragma would wait for the write lock, and with it every start of erpsync for whoever
 * writes just then.
 */
static enum errk prepare_new(struct state *s, struct err *e)
{
	CLEANUP(query) struct query q = query_open(s, "PRAGMA page_count");
	int64_t pages = 0;
	enum errk rc = query_one_int(&q, &pages, e);

	if (rc != E_OK || pages > 0)
		return rc;
	return db_exec(s, "PRAGMA auto_vacuum = INCREMENTAL", e);
}

static enum errk configure(struct state *s, struct err *e)
{
	/* secure_delete: what is purged is overwritten, not just forgotten. */
	static const char rest[] = "PRAGMA synchronous = FULL;"
				   "PRAGMA secure_delete = ON;"
				   "PRAGMA wal_autocheckpoint = 2000;"
				   "PRAGMA journal_size_limit = 16777216;"
				   "PRAGMA cache_size = -8192;"
				   "PRAGMA trusted_schema = OFF;";
	enum errk rc = prepare_new(s, e);

	if (rc == E_OK)
		rc = use_wal(s, e);
	if (rc == E_OK)
		rc = db_exec(s, rest, e);
	if (rc == E_OK)
		rc = db_migrate(s, embedded_state_migrations, e);
	/* Only now: rebuilding a table in a migration must not cascade. */
	if (rc == E_OK)
		rc = db_exec(s, "PRAGMA foreign_keys = ON", e);
	return rc;
}

static enum errk connect_file(struct state *s, struct err *e)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
	int rc = sqlite3_open_v2(s->path, &s->db, flags, NULL);
	enum errk k;

	if (rc != SQLITE_OK)
		return db_fail(s->db, s->path, rc, e);
	sqlite3_extended_result_codes(s->db, 1);
	sqlite3_busy_timeout(s->db, BUSY_MS);
	/* Until we know that the file is ours, closing it must not write to it. */
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	k = db_check_owner(s->db, s->path, state_schema_version(), e);
	if (k != E_OK)
		return k;
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
	return configure(s, e);
}

static enum errk try_open(const char *path, struct state **out, struct err *e)
{
	struct arena *mem = arena_new();
	CLEANUP(state) struct state *s = arena_alloc(mem, sizeof(*s));
	enum errk rc;

	s->mem = mem;
	s->path = arena_strdup(mem, path);
	rc = connect_file(s, e);
	if (rc == E_OK)
		*out = TAKE(s);
	return rc;
}

enum errk state_open(const char *path, struct state **out, struct err *e)
{
	int64_t until = clock_mono_ms() + BUSY_MS;
	enum errk rc = check_file(path, e);

	if (rc == E_OK)
		rc = peek(path, e);
	if (rc != E_OK)
		return rc;
	/*
	 * Two processes that make a new file at once: SQLite does not wait for the change
	 * to WAL, it says busy at once to whoever comes second. He starts again and finds
	 * the file ready.
	 */
	while ((rc = try_open(path, out, e)) == E_BUSY && clock_mono_ms() < until) {
		if (!stop_sleep_ms(20 + (int64_t)random_below(30)))
			break;
	}
	return rc;
}

void state_close(struct state *s)
{
	if (!s)
		return;
	state_rollback(s);
	for (size_t i = 0; i < DB_CACHE_SLOTS; i++)
		sqlite3_finalize(s->cache[i].st);
	if (sqlite3_close(s->db) != SQLITE_OK)
		BUG("state file %s: %s", s->path, sqlite3_errmsg(s->db));
	arena_free(s->mem);
}

static enum errk copy_new(struct state *s, const char *to, enum db_copy_how how, struct err *e)
{
	if (file_exists(to))
		return err_set(e, E_LOCAL, "state_io", "backup %s: the file exists; name a new one",
			       to);
	return db_copy(s->path, to, how, e);
}

enum errk state_backup(struct state *s, const char *to, struct err *e)
{
	return copy_new(s, to, DB_COPY_KEPT, e);
}

enum errk state_copy(struct state *s, const char *to, struct err *e)
{
	return copy_new(s, to, DB_COPY_NEW, e);
}
