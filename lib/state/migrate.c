#include "state/db_priv.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <fcntl.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/banned.h"

enum { APPLICATION_ID = 0x45525053 }; /* "ERPS", shown by file(1) and PRAGMA application_id */

static int read_int(sqlite3 *db, const char *sql, int *out)
{
	CLEANUP(stmt) sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &st, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	if (rc != SQLITE_ROW)
		return rc;
	*out = sqlite3_column_int(st, 0);
	return SQLITE_OK;
}

enum errk db_check_owner(sqlite3 *db, const char *path, int version, struct err *e)
{
	/* One statement, one snapshot: another process may be creating tables now. */
	static const char sql[] = "SELECT user_version, application_id,"
				  " (SELECT count(*) FROM sqlite_schema)"
				  " FROM pragma_user_version, pragma_application_id";
	CLEANUP(stmt) sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &st, NULL);
	int has, id, tables;

	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	if (rc != SQLITE_ROW)
		return db_fail(db, path, rc, e);
	has = sqlite3_column_int(st, 0);
	id = sqlite3_column_int(st, 1);
	tables = sqlite3_column_int(st, 2);
	if (id == APPLICATION_ID && has > version)
		return err_set(
			e, E_LOCAL, "state_newer",
			"state file %s: written by a newer erpsync (schema %d, this one knows "
			"%d); install that version again",
			path, has, version);
	if (id != APPLICATION_ID && (id != 0 || has != 0 || tables != 0))
		return err_set(e, E_LOCAL, "state_corrupt",
			       "state file %s: an SQLite file, but not erpsync's; check the path",
			       path);
	return E_OK;
}

static enum errk copy_pages(sqlite3 *src, const char *from, sqlite3 *dst, const char *to,
			    struct err *e)
{
	sqlite3_backup *b = sqlite3_backup_init(dst, "main", src, "main");
	int rc;

	if (!b)
		return db_fail(dst, to, sqlite3_errcode(dst), e);
	rc = sqlite3_backup_step(b, -1);
	sqlite3_backup_finish(b);
	if (rc == SQLITE_DONE)
		return E_OK;
	/* The failure is the source's unless the target's connection has it on record. */
	if (sqlite3_errcode(dst) == rc)
		return db_fail(dst, to, rc, e);
	return db_fail(NULL, from, rc, e);
}

static enum errk copy_into(const char *from, const char *tmp, struct err *e)
{
	CLEANUP(fd) int fd = -1;
	CLEANUP(db) sqlite3 *src = NULL;
	CLEANUP(db) sqlite3 *dst = NULL;
	int rc;

	unlink(tmp); /* of a copy that was killed */
	fd = open(tmp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set(e, E_LOCAL, "state_io", "backup %s: can't be created: %m", tmp);
	file_give(fd, tmp);
	rc = sqlite3_open_v2(from, &src, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
	if (rc != SQLITE_OK)
		return db_fail(src, from, rc, e);
	sqlite3_busy_timeout(src, BUSY_MS);
	rc = sqlite3_open_v2(tmp, &dst, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
	if (rc != SQLITE_OK)
		return db_fail(dst, tmp, rc, e);
	/* SQLite syncs the file at its commit: synchronous is FULL by default. */
	return copy_pages(src, from, dst, tmp, e);
}

static enum errk doubt_all(const char *path, struct err *e)
{
	CLEANUP(db) sqlite3 *db = NULL;
	int rc = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, DB_DOUBT_ALL ";" DB_AGAIN_ALL, NULL, NULL, NULL);
	return rc == SQLITE_OK ? E_OK : db_fail(db, path, rc, e);
}

/* A copy of what is damaged would take the place of those that are sound. */
static enum errk check_sound(const char *copy, const char *to, struct err *e)
{
	CLEANUP(db) sqlite3 *db = NULL;
	CLEANUP(stmt) sqlite3_stmt *st = NULL;
	const char *said = NULL;
	int rc = sqlite3_open_v2(copy, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_prepare_v2(db, "PRAGMA integrity_check(1)", -1, &st, NULL);
	if (rc == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW)
		said = (const char *)sqlite3_column_text(st, 0);
	if (said && strcmp(said, "ok") == 0)
		return E_OK;
	return err_set(e, E_LOCAL, "state_corrupt",
		       "backup %s: not made, for the state file is damaged (%s); keep the earlier "
		       "backups, and look with: erpsync state check",
		       to, said ? said : sqlite3_errmsg(db));
}

enum errk db_copy(const char *from, const char *to, enum db_copy_how how, struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const char *tmp = arena_printf(a, "%s.tmp", to);
	const char *slash = strrchr(to, '/');
	enum errk rc = copy_into(from, tmp, e);

	if (rc == E_OK && how == DB_COPY_KEPT)
		rc = check_sound(tmp, to, e);
	if (rc == E_OK && how == DB_COPY_KEPT)
		rc = doubt_all(tmp, e);
	if (rc == E_OK && how != DB_COPY_REPLACE)
		rc = file_publish(tmp, to, e);
	else if (rc == E_OK && rename(tmp, to) != 0)
		rc = err_set(e, E_LOCAL, "state_io", "backup %s: can't be renamed: %m", to);
	else if (rc == E_OK)
		return file_sync_dir(slash ? arena_strndup(a, to, (size_t)(slash - to) + 1) : ".",
				     e);
	if (rc != E_OK)
		unlink(tmp);
	return rc;
}

static enum errk apply(struct state *s, const struct embedded_file *files, int from, int to,
		       struct err *e)
{
	char pragmas[96];
	enum errk rc = E_OK;

	for (int i = from; i < to && rc == E_OK; i++) {
		rc = db_exec(s, files[i].text, e);
		if (rc != E_OK && e)
			(void)err_wrap(e, "migration %s", files[i].name);
	}
	snprintf(pragmas, sizeof(pragmas), "PRAGMA application_id = %d; PRAGMA user_version = %d",
		 APPLICATION_ID, to);
	return rc == E_OK ? db_exec(s, pragmas, e) : rc;
}

/*
 * All pending migrations in one transaction: an upgrade that is interrupted leaves the
 * old version whole, never one in between, so a backup of an earlier attempt may be
 * replaced.
 */
static enum errk upgrade(struct state *s, const struct embedded_file *files, int to, struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	int has = 0, tables = 0;
	int rc = read_int(s->db, "PRAGMA user_version", &has);
	enum errk k = E_OK;

	if (rc == SQLITE_OK)
		rc = read_int(s->db, "SELECT count(*) FROM sqlite_schema", &tables);
	if (rc != SQLITE_OK)
		return db_fail(s->db, s->path, rc, e);
	if (has == to) /* another process did it while we waited for the lock */
		return E_OK;
	if (tables > 0)
		k = db_copy(s->path, arena_printf(a, "%s.before-v%d", s->path, to), DB_COPY_REPLACE,
			    e);
	if (k == E_OK)
		k = apply(s, files, has, to, e);
	return k;
}

enum errk db_migrate(struct state *s, const struct embedded_file *files, struct err *e)
{
	int has = 0, to = 0, rc;
	enum errk k = E_OK;

	while (files[to].name)
		to++;
	rc = read_int(s->db, "PRAGMA user_version", &has);
	if (rc != SQLITE_OK)
		return db_fail(s->db, s->path, rc, e);
	if (has != to)
		k = state_begin(s, e);
	if (has != to && k == E_OK) {
		/* Again, under the lock: a newer erpsync may have just upgraded it. */
		k = db_check_owner(s->db, s->path, to, e);
		if (k == E_OK)
			k = upgrade(s, files, to, e);
		k = db_leave(s, true, k, e);
	}
	if (k == E_OK)
		s->version = to;
	return k;
}
