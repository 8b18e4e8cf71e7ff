#ifndef ERPSYNC_TEST_STATE_FIXTURE_H
#define ERPSYNC_TEST_STATE_FIXTURE_H

/* A state file in a folder of its own, for the tests of lib/state. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/str.h"
#include "state/db_priv.h"

#define FLOW "orders export"

/* What a pull puts into the queue. */
#define ARRIVED(id, name, text, doc)            \
	(&(struct queue_row){.flow = FLOW,      \
			     .record = (id),    \
			     .label = (name),   \
			     .version = (text), \
			     .payload = (doc),  \
			     .origin = "pull"})

struct fixture {
	char dir[64], path[96];
	struct state *s;
	struct arena *a;
};

/* The call must succeed; prints the message if it does not. */
#define OK(call)                                                            \
	do {                                                                \
		struct err err_ = {0};                                      \
		struct err *e = &err_;                                      \
		if ((call) != E_OK)                                         \
			fail_msg("%s: %s: %s", #call, err_.code, err_.msg); \
	} while (0)

/* The call must fail with this kind and code; `text` must be in the message. */
#define FAILS(call, want_kind, want_code, text)                           \
	do {                                                              \
		struct err err_ = {0};                                    \
		struct err *e = &err_;                                    \
		assert_int_equal((call), (want_kind));                    \
		assert_int_equal(err_.kind, (want_kind));                 \
		assert_string_equal(err_.code, (want_code));              \
		if (!strstr(err_.msg, (text)))                            \
			fail_msg("'%s' is not in: %s", (text), err_.msg); \
	} while (0)

static inline void reopen(struct fixture *f)
{
	state_close(f->s);
	f->s = NULL;
	OK(state_open(f->path, &f->s, e));
}

static inline void close_state(struct fixture *f)
{
	state_close(f->s);
	f->s = NULL;
}

static inline int setup_empty(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	strncpy(f->dir, "/tmp/erpsync-state-XXXXXX", sizeof(f->dir) - 1);
	if (!mkdtemp(f->dir))
		return -1;
	snprintf(f->path, sizeof(f->path), "%s/state.db", f->dir);
	f->a = arena_new();
	*state = f;
	return 0;
}

static inline int setup(void **state)
{
	if (setup_empty(state) != 0)
		return -1;
	reopen(*state);
	return 0;
}

static inline int teardown(void **state)
{
	struct fixture *f = *state;
	struct file_entry *files;
	size_t n;

	state_close(f->s);
	OK(dir_list(f->dir, f->a, &files, &n, e));
	for (size_t i = 0; i < n; i++)
		unlink(path_join(f->a, f->dir, files[i].name));
	rmdir(f->dir);
	arena_free(f->a);
	free(f);
	return 0;
}

static inline const char *beside(struct fixture *f, const char *suffix)
{
	return arena_printf(f->a, "%s%s", f->path, suffix);
}

static inline void sql_at(const char *path, const char *sql)
{
	sqlite3 *db = NULL;
	char *why = NULL;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", sql, why);
	sqlite3_close(db);
}

static inline int64_t one_int(struct fixture *f, const char *sql)
{
	sqlite3_stmt *st = NULL;
	int64_t value;

	assert_int_equal(sqlite3_prepare_v2(f->s->db, sql, -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	value = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return value;
}

/* Spoils pages in the middle of the file, behind those that opening reads: roots of tables and the schema. */
static inline void damage(struct fixture *f)
{
	FILE *file;

	sql_at(f->path,
	       "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)"
	       " INSERT INTO connector_state SELECT 'n' || i, hex(randomblob(50)), 1 FROM n");
	close_state(f);
	file = fopen(f->path, "r+");
	assert_non_null(file);
	for (int page = 60; page < 70; page++) {
		fseek(file, page * 4096, SEEK_SET);
		for (int i = 0; i < 512; i++)
			fputc(0xA5, file);
	}
	fclose(file);
	reopen(f);
}

static inline mode_t mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

/*
 * Runs fn in a process of its own with the state file freshly opened there (SQLite
 * handles must not cross a fork) and returns its wait status. stderr of the child is
 * dropped.
 */
static inline int in_child(struct fixture *f, void (*fn)(struct fixture *f))
{
	int status;
	pid_t pid;

	close_state(f);
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (!freopen("/dev/null", "w", stderr))
			_exit(99);
		reopen(f);
		fn(f);
		state_close(f->s);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	reopen(f);
	return status;
}

static inline void assert_bug(struct fixture *f, void (*fn)(struct fixture *f))
{
	int status = in_child(f, fn);

	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 70);
}

#endif
