#include "state/db_priv.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/step.h"
#include "base/banned.h"

static const char *remedy(int rc)
{
	switch (rc) {
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return "the file and its folder must be writable; check their owner";
	case SQLITE_CANTOPEN:
		return "check that the folder exists and may be written";
	default:
		return "check the disk and the folder's rights";
	}
}

enum errk db_fail(sqlite3 *db, const char *path, int rc, struct err *e)
{
	int os = db ? sqlite3_system_errno(db) : 0;
	const char *why = db ? sqlite3_errmsg(db) : sqlite3_errstr(rc);

	switch (rc & 0xff) {
	case SQLITE_NOMEM:
		die(70, "out of memory");
	case SQLITE_MISUSE:
	case SQLITE_RANGE:
	case SQLITE_CONSTRAINT:
		BUG("state file %s: %s", path, why);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_set(e, E_BUSY, "state_busy",
			       "state file %s: another process has been writing it for longer "
			       "than 10 s; try later, or look with `fuser %s`",
			       path, path);
	case SQLITE_FULL:
		break;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_ERROR: /* our SQL is right, so a table or column was taken away */
	case SQLITE_MISMATCH:
		return err_set(e, E_LOCAL, "state_corrupt",
			       "state file %s: %s; keep the file as it is and restore a backup",
			       path, why);
	default:
		if (os == ENOSPC || os == EDQUOT)
			break;
		return err_set(e, E_LOCAL, "state_io", "state file %s: %s%s%s; %s", path, why,
			       os ? ": " : "", os ? strerror(os) : "", remedy(rc & 0xff));
	}
	return err_set(e, E_LOCAL, "state_full",
		       "state file %s: no space left on its disk; free some and run again", path);
}

enum errk db_exec(struct state *s, const char *sql, struct err *e)
{
	int rc = sqlite3_exec(s->db, sql, NULL, NULL, NULL);
	return rc == SQLITE_OK ? E_OK : db_fail(s->db, s->path, rc, e);
}

struct query query_open(struct state *s, const char *sql)
{
	struct query q = {.s = s};
	size_t slot = ((uintptr_t)sql >> 3) % DB_CACHE_SLOTS;
	size_t tries = 0;

	while (s->cache[slot].sql && s->cache[slot].sql != sql) {
		if (++tries == DB_CACHE_SLOTS)
			BUG("more than %d statements", DB_CACHE_SLOTS);
		slot = (slot + 1) % DB_CACHE_SLOTS;
	}
	if (!s->cache[slot].sql) {
		q.rc = sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &q.st, NULL);
		if (q.rc != SQLITE_OK)
			return q;
		s->cache[slot].sql = sql;
		s->cache[slot].st = q.st;
	}
	q.st = s->cache[slot].st;
	if (sqlite3_stmt_busy(q.st))
		BUG("statement used twice at once: %s", sql);
	return q;
}

void query_text(struct query *q, const char *text)
{
	if (q->st && sqlite3_bind_text(q->st, ++q->n_bound, text, -1, SQLITE_STATIC) != SQLITE_OK)
		BUG("parameter %d of %s", q->n_bound, sqlite3_sql(q->st));
}

void query_int(struct query *q, int64_t value)
{
	if (q->st && sqlite3_bind_int64(q->st, ++q->n_bound, value) != SQLITE_OK)
		BUG("parameter %d of %s", q->n_bound, sqlite3_sql(q->st));
}

enum errk query_next(struct query *q, bool *row, struct err *e)
{
	int rc = q->st ? sqlite3_step(q->st) : q->rc;

	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return db_fail(q->s->db, q->s->path, rc, e);
	*row = rc == SQLITE_ROW;
	return E_OK;
}

enum errk query_run(struct query *q, struct err *e)
{
	bool row = false;
	enum errk rc;

	if (!q->s->in_tx)
		STEP("before commit");
	rc = query_next(q, &row, e);
	if (row)
		BUG("unexpected row from %s", sqlite3_sql(q->st));
	/* Only the reset ends the statement and, outside a transaction, its locks. */
	if (rc == E_OK)
		sqlite3_reset(q->st);
	if (rc == E_OK && !q->s->in_tx)
		STEP("after commit");
	return rc;
}

int64_t query_changed(const struct query *q)
{
	return sqlite3_changes64(q->s->db);
}

const char *query_col(const struct query *q, int i, struct arena *a)
{
	const char *text = (const char *)sqlite3_column_text(q->st, i);

	if (!text && sqlite3_column_type(q->st, i) != SQLITE_NULL)
		die(70, "out of memory");
	return text ? arena_strndup(a, text, (size_t)sqlite3_column_bytes(q->st, i)) : NULL;
}

int64_t query_col_int(const struct query *q, int i)
{
	return sqlite3_column_int64(q->st, i);
}

bool query_col_null(const struct query *q, int i)
{
	return sqlite3_column_type(q->st, i) == SQLITE_NULL;
}

enum errk query_one_int(struct query *q, int64_t *out, struct err *e)
{
	bool row = false;
	enum errk rc = query_next(q, &row, e);

	if (rc == E_OK)
		*out = row ? query_col_int(q, 0) : 0;
	return rc;
}

enum errk query_texts(struct query *q, struct arena *a, const char ***out, size_t *n, struct err *e)
{
	const char **list = arena_array(a, 1, sizeof(*list));
	size_t count = 0, cap = 1;
	bool row = false;
	enum errk rc;

	while ((rc = query_next(q, &row, e)) == E_OK && row) {
		list = db_grow(a, list, count, &cap, sizeof(*list));
		list[count++] = query_col(q, 0, a);
	}
	if (rc != E_OK)
		return rc;
	*out = list;
	*n = count;
	return E_OK;
}

enum errk db_enter(struct state *s, bool *own, struct err *e)
{
	*own = !s->in_tx;
	return *own ? state_begin(s, e) : E_OK;
}

enum errk db_leave(struct state *s, bool own, enum errk rc, struct err *e)
{
	return own ? state_end(s, rc, e) : rc;
}

void *db_grow(struct arena *a, void *array, size_t n, size_t *cap, size_t size)
{
	void *bigger;

	if (n < *cap)
		return array;
	*cap = *cap ? *cap * 2 : 16;
	bigger = arena_array(a, *cap, size);
	if (n)
		memcpy(bigger, array, n * size);
	return bigger;
}

enum errk state_begin(struct state *s, struct err *e)
{
	/* IMMEDIATE: who gets in has the write lock, and nothing inside can be busy. */
	CLEANUP(query) struct query q = query_open(s, "BEGIN IMMEDIATE");
	CLEANUP(query) struct query version = query_open(s, "PRAGMA user_version");
	int64_t has = 0;
	bool row;
	enum errk rc;

	if (s->in_tx)
		BUG("nested transaction");
	rc = query_next(&q, &row, e);
	if (rc != E_OK)
		return rc;
	s->in_tx = true;
	rc = query_one_int(&version, &has, e);
	if (rc == E_OK && s->version != 0 && has != s->version)
		rc = err_set(
			e, E_LOCAL, "state_newer",
			"state file %s: upgraded from schema %d to %lld while this process had "
			"it open; start it again",
			s->path, s->version, (long long)has);
	if (rc != E_OK)
		state_rollback(s);
	return rc;
}

enum errk state_commit(struct state *s, struct err *e)
{
	CLEANUP(query) struct query q = query_open(s, "COMMIT");
	bool row;
	enum errk rc;

	if (!s->in_tx)
		BUG("commit without a transaction");
	STEP("before commit");
	rc = query_next(&q, &row, e);
	if (rc != E_OK) {
		state_rollback(s);
		return rc;
	}
	s->in_tx = false;
	STEP("after commit");
	return E_OK;
}

void state_rollback(struct state *s)
{
	if (!s->in_tx)
		return;
	s->in_tx = false;
	/*
	 * SQLite may have rolled back by itself (disk full); a failing ROLLBACK leaves
	 * nothing behind.
	 */
	if (!sqlite3_get_autocommit(s->db))
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
}

enum errk state_end(struct state *s, enum errk rc, struct err *e)
{
	if (rc == E_OK)
		rc = state_commit(s, e);
	if (rc != E_OK)
		state_rollback(s);
	return rc;
}
