#include "state_fixture.h"

#include "state/checkpoint.h"
#include "state/queue.h"
#include "state/token.h"

static void put_one(struct fixture *f, const char *record)
{
	enum queue_put_result result;

	OK(queue_put(f->s, ARRIVED(record, record, "v1", "{}"), QUEUE_PUT_NEWS, 100, &result, e));
}

static void test_state__a_new_file_is_private_and_wal(void **state)
{
	struct fixture *f = *state;

	umask(0);
	OK(state_open(f->path, &f->s, e));
	assert_int_equal(mode_of(f->path), 0600);
	assert_int_equal(mode_of(beside(f, "-wal")), 0600);
	assert_int_equal(mode_of(beside(f, "-shm")), 0600);
	umask(022);
	assert_string_equal(state_path(f->s), f->path);
	assert_int_equal(one_int(f, "PRAGMA user_version"), state_schema_version());
	assert_int_equal(one_int(f, "PRAGMA application_id"), 0x45525053);
	assert_int_equal(one_int(f, "PRAGMA synchronous"), 2);
	assert_int_equal(one_int(f, "PRAGMA foreign_keys"), 1);
	assert_int_equal(one_int(f, "PRAGMA auto_vacuum"), 2);
	assert_int_equal(one_int(f, "PRAGMA secure_delete"), 1);
	assert_int_equal(one_int(f, "SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 1);
	assert_false(file_exists(beside(f, ".before-v1")));
}

static void test_state__closing_leaves_one_file(void **state)
{
	struct fixture *f = *state;

	put_one(f, "1");
	close_state(f);
	assert_true(file_exists(f->path));
	assert_false(file_exists(beside(f, "-wal")));
	assert_false(file_exists(beside(f, "-shm")));
	state_close(NULL);
}

static void test_state__a_missing_folder_is_named(void **state)
{
	struct fixture *f = *state;
	const char *path = path_join(f->a, f->dir, "missing/state.db");

	FAILS(state_open(path, &f->s, e), E_LOCAL, "state_io", path);
	assert_null(f->s);
	FAILS(state_open(f->dir, &f->s, e), E_LOCAL, "state_io", "not a regular file");
}

static void test_state__a_file_others_can_read_is_refused(void **state)
{
	struct fixture *f = *state;
	static const mode_t bad[] = {0640, 0604, 0620, 0660, 0666, 0644, 0601};

	reopen(f);
	close_state(f);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(chmod(f->path, bad[i]), 0);
		FAILS(state_open(f->path, &f->s, e), E_LOCAL, "state_mode",
		      arena_printf(f->a, "chmod 600 %s", f->path));
	}
	assert_int_equal(chmod(f->path, 0600), 0);
	reopen(f);
}

static void test_state__another_users_file_is_refused(void **state)
{
	struct fixture *f = *state;
	int status;
	pid_t pid;

	if (geteuid() != 0)
		skip();
	reopen(f);
	close_state(f);
	assert_int_equal(chmod(f->dir, 0755), 0);
	pid = fork();
	if (pid == 0) {
		struct err e = {0};

		if (setuid(65534) != 0)
			_exit(1);
		_exit(state_open(f->path, &f->s, &e) == E_LOCAL && str_equal(e.code, "state_mode")
			      ? 0
			      : 2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void test_state__a_newer_file_is_not_touched(void **state)
{
	struct fixture *f = *state;
	char before[HASH_HEX_SIZE], after[HASH_HEX_SIZE];

	put_one(f, "1");
	close_state(f);
	sql_at(f->path, "PRAGMA user_version = 99");
	OK(hash_file(f->path, before, e));
	FAILS(state_open(f->path, &f->s, e), E_LOCAL, "state_newer", "schema 99");
	OK(hash_file(f->path, after, e));
	assert_string_equal(before, after);
	assert_false(file_exists(beside(f, "-wal")));
	assert_false(file_exists(beside(f, "-shm")));
}

/* The upgrade by a newer erpsync that was killed is in the -wal only. */
static void test_state__a_newer_version_in_the_wal_is_not_touched(void **state)
{
	struct fixture *f = *state;
	char file[2][HASH_HEX_SIZE], wal[2][HASH_HEX_SIZE];
	int status;
	pid_t pid;

	close_state(f);
	pid = fork();
	if (pid == 0) {
		sqlite3 *db;

		sqlite3_open(f->path, &db);
		sqlite3_exec(db, "PRAGMA user_version = 99", NULL, NULL, NULL);
		raise(SIGKILL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	OK(hash_file(f->path, file[0], e));
	OK(hash_file(beside(f, "-wal"), wal[0], e));
	FAILS(state_open(f->path, &f->s, e), E_LOCAL, "state_newer", "schema 99");
	OK(hash_file(f->path, file[1], e));
	OK(hash_file(beside(f, "-wal"), wal[1], e));
	assert_string_equal(file[0], file[1]);
	assert_string_equal(wal[0], wal[1]);
}

static void test_state__a_file_that_is_not_sqlite_is_not_touched(void **state)
{
	struct fixture *f = *state;
	static const char text[] =
		"These are the accounts of 2026, and no database at all. They are "
		"longer than the header of an SQLite file, which has 100 bytes.\n";
	size_t len;
	char *now;

	OK(file_write_atomic(f->path, text, sizeof(text) - 1, 0600, e));
	FAILS(state_open(f->path, &f->s, e), E_LOCAL, "state_corrupt", f->path);
	OK(file_read(f->path, 1000, f->a, &now, &len, e));
	assert_string_equal(now, text);
	assert_false(file_exists(beside(f, "-wal")));
}

static void test_state__another_programs_sqlite_file_is_not_touched(void **state)
{
	struct fixture *f = *state;
	char before[HASH_HEX_SIZE], after[HASH_HEX_SIZE];

	sql_at(f->path, "CREATE TABLE moz_places (url TEXT)");
	assert_int_equal(chmod(f->path, 0600), 0);
	OK(hash_file(f->path, before, e));
	FAILS(state_open(f->path, &f->s, e), E_LOCAL, "state_corrupt", "not erpsync's");
	OK(hash_file(f->path, after, e));
	assert_string_equal(before, after);
	assert_false(file_exists(beside(f, "-wal")));
}

static void test_state__odd_paths_work(void **state)
{
	struct fixture *f = *state;
	static const char *const names[] = {"a?b=c#d%41.db", "file:x", "with space & ü.db"};

	for (size_t i = 0; i < 3; i++) {
		const char *path = path_join(f->a, f->dir, names[i]);

		for (int twice = 0; twice < 2; twice++) {
			OK(state_open(path, &f->s, e));
			close_state(f);
			assert_true(file_exists(path));
		}
	}
	assert_int_equal(chdir(f->dir), 0);
	for (int twice = 0; twice < 2; twice++) {
		OK(state_open("relative.db", &f->s, e));
		close_state(f);
	}
	assert_true(file_exists(path_join(f->a, f->dir, "relative.db")));
	assert_int_equal(chdir("/"), 0);
}

static void test_state__a_transaction_is_all_or_nothing(void **state)
{
	struct fixture *f = *state;

	OK(state_begin(f->s, e));
	put_one(f, "1");
	put_one(f, "2");
	state_rollback(f->s);
	state_rollback(f->s);
	assert_int_equal(one_int(f, "SELECT count(*) FROM queue"), 0);
	OK(state_begin(f->s, e));
	put_one(f, "1");
	OK(state_commit(f->s, e));
	state_rollback(f->s);
	assert_int_equal(one_int(f, "SELECT count(*) FROM queue"), 1);
	OK(state_begin(f->s, e));
	put_one(f, "2");
	reopen(f);
	assert_int_equal(one_int(f, "SELECT count(*) FROM queue"), 1);
	assert_int_equal(one_int(f, "SELECT count(*) FROM payload"), 1);
}

static void begin_twice(struct fixture *f)
{
	OK(state_begin(f->s, e));
	OK(state_begin(f->s, e));
}

static void commit_without_begin(struct fixture *f)
{
	OK(state_commit(f->s, e));
}

static void use_twice(struct fixture *f)
{
	static const char sql[] = "SELECT 1";
	struct query q = query_open(f->s, sql);
	bool row;

	OK(query_next(&q, &row, e));
	(void)query_open(f->s, sql);
}

static void test_state__wrong_use_is_a_bug(void **state)
{
	assert_bug(*state, begin_twice);
	assert_bug(*state, commit_without_begin);
	assert_bug(*state, use_twice);
}

static void die_in_transaction(struct fixture *f)
{
	OK(state_begin(f->s, e));
	for (int i = 0; i < 2000; i++)
		put_one(f, arena_printf(f->a, "new-%d", i));
	OK(checkpoint_set(f->s, FLOW, "new", 200, e));
	raise(SIGKILL);
}

static void die_after_commit(struct fixture *f)
{
	OK(state_begin(f->s, e));
	put_one(f, "2");
	OK(checkpoint_set(f->s, FLOW, "new", 200, e));
	OK(state_commit(f->s, e));
	raise(SIGKILL);
}

static void test_state__killed_in_a_transaction_leaves_the_old_state(void **state)
{
	struct fixture *f = *state;
	const char **findings, *cursor;
	int64_t at;
	size_t n;

	put_one(f, "1");
	OK(checkpoint_set(f->s, FLOW, "old", 100, e));
	assert_true(WIFSIGNALED(in_child(f, die_in_transaction)));
	assert_int_equal(one_int(f, "SELECT count(*) FROM queue"), 1);
	OK(checkpoint_get(f->s, FLOW, f->a, &cursor, &at, e));
	assert_string_equal(cursor, "old");
	assert_true(WIFSIGNALED(in_child(f, die_after_commit)));
	assert_int_equal(one_int(f, "SELECT count(*) FROM queue"), 2);
	OK(checkpoint_get(f->s, FLOW, f->a, &cursor, &at, e));
	assert_string_equal(cursor, "new");
	OK(state_check(f->s, f->a, &findings, &n, e));
	assert_int_equal(n, 0);
}

static void open_and_put(struct fixture *f, int who)
{
	struct err e = {0};

	if (state_open(f->path, &f->s, &e) != E_OK) {
		fprintf(stderr, "%s\n", e.msg);
		_exit(1);
	}
	for (int i = 0; i < 20; i++) {
		enum queue_put_result r;
		const char *id = arena_printf(f->a, "%d-%d", who, i);

		if (queue_put(f->s, ARRIVED(id, id, "v1", "{}"), QUEUE_PUT_NEWS, 100, &r, &e) !=
		    E_OK) {
			fprintf(stderr, "%s\n", e.msg);
			_exit(2);
		}
	}
	state_close(f->s);
	_exit(0);
}

static void test_state__many_processes_may_create_and_write_at_once(void **state)
{
	struct fixture *f = *state;
	enum { N = 8 };
	pid_t pid[N];
	int status;

	fflush(NULL);
	for (int i = 0; i < N; i++) {
		pid[i] = fork();
		if (pid[i] == 0)
			open_and_put(f, i);
	}
	for (int i = 0; i < N; i++) {
		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		assert_int_equal(status, 0);
	}
	reopen(f);
	assert_int_equal(one_int(f, "SELECT count(*) FROM queue"), N * 20);
	assert_int_equal(one_int(f, "PRAGMA auto_vacuum"), 2);
}

static void test_state__a_file_held_by_another_process_is_busy(void **state)
{
	struct fixture *f = *state;
	int ready[2], go[2], status;
	enum queue_put_result result;
	char c = 'x';
	pid_t pid;

	close_state(f);
	assert_int_equal(pipe(ready) | pipe(go), 0);
	pid = fork();
	if (pid == 0) {
		struct err e;

		close(go[1]);
		if (state_open(f->path, &f->s, &e) != E_OK || state_begin(f->s, &e) != E_OK ||
		    write(ready[1], &c, 1) != 1 || read(go[0], &c, 1) != 1 ||
		    state_commit(f->s, &e) != E_OK)
			_exit(1);
		state_close(f->s);
		_exit(0);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	reopen(f);
	sqlite3_busy_timeout(f->s->db, 100);
	FAILS(state_begin(f->s, e), E_BUSY, "state_busy", f->path);
	FAILS(queue_put(f->s, ARRIVED("1", "1", "v1", "{}"), QUEUE_PUT_NEWS, 1, &result, e), E_BUSY,
	      "state_busy", f->path);
	FAILS(token_set(f->s, "k", "t", NULL, 0, e), E_BUSY, "state_busy", f->path);
	assert_int_equal(one_int(f, "SELECT count(*) FROM queue"), 0);
	assert_int_equal(write(go[1], &c, 1), 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	put_one(f, "1");
	for (int i = 0; i < 2; i++) {
		close(ready[i]);
		close(go[i]);
	}
}

static void test_state__a_full_disk_loses_nothing(void **state)
{
	struct fixture *f = *state;
	char *big = arena_alloc(f->a, 200001);
	enum queue_put_result result;

	memset(big, 'x', 200000);
	put_one(f, "1");
	sqlite3_exec(f->s->db, "PRAGMA max_page_count = 40", NULL, NULL, NULL);
	OK(state_begin(f->s, e));
	put_one(f, "2");
	FAILS(queue_put(f->s, ARRIVED("3", "3", "v1", big), QUEUE_PUT_NEWS, 1, &result, e), E_LOCAL,
	      "state_full", f->path);
	state_rollback(f->s);
	FAILS(queue_put(f->s, ARRIVED("3", "3", "v1", big), QUEUE_PUT_NEWS, 1, &result, e), E_LOCAL,
	      "state_full", "free some");
	assert_int_equal(one_int(f, "SELECT count(*) FROM queue"), 1);
	sqlite3_exec(f->s->db, "PRAGMA max_page_count = 100000", NULL, NULL, NULL);
	OK(queue_put(f->s, ARRIVED("3", "3", "v1", big), QUEUE_PUT_NEWS, 1, &result, e));
}

static void test_state__a_missing_table_is_corrupt(void **state)
{
	struct fixture *f = *state;
	const char *cursor;
	int64_t at;

	close_state(f);
	sql_at(f->path, "DROP TABLE checkpoint");
	reopen(f);
	FAILS(checkpoint_get(f->s, FLOW, f->a, &cursor, &at, e), E_LOCAL, "state_corrupt",
	      "no such table: checkpoint");
}

static void test_state__a_damaged_file_is_found(void **state)
{
	struct fixture *f = *state;
	const char **findings;
	struct err e = {0};
	size_t n = 0;
	enum errk rc;

	damage(f);
	rc = state_check(f->s, f->a, &findings, &n, &e);
	if (rc == E_OK)
		assert_true(n > 0);
	else
		assert_string_equal(e.code, "state_corrupt");
}

static void expect_finding(struct fixture *f, const char *sql, const char *text)
{
	const char **findings;
	bool found = false;
	size_t n;

	sqlite3_exec(f->s->db, "PRAGMA foreign_keys = OFF; BEGIN", NULL, NULL, NULL);
	if (sqlite3_exec(f->s->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(f->s->db));
	OK(state_check(f->s, f->a, &findings, &n, e));
	for (size_t i = 0; i < n; i++)
		found |= strstr(findings[i], text) != NULL;
	if (!found)
		fail_msg("no finding with '%s' (of %zu) after: %s", text, n, sql);
	sqlite3_exec(f->s->db, "ROLLBACK", NULL, NULL, NULL);
}

static void test_state__check_finds_broken_invariants(void **state)
{
	struct fixture *f = *state;
	const char **findings;
	size_t n;

	put_one(f, "1");
	OK(queue_mark_sending(f->s, 1, "b1", false, 110, e));
	put_one(f, "2");
	OK(state_check(f->s, f->a, &findings, &n, e));
	assert_int_equal(n, 0);
	expect_finding(f, "DELETE FROM payload WHERE queue_id = 2", "2 (row 2) has no payload");
	expect_finding(f, "DELETE FROM queue WHERE id = 2", "table payload");
	expect_finding(f, "UPDATE queue SET state = 3, batch = NULL WHERE id = 1", "no link");
	expect_finding(f, "UPDATE queue SET batch = NULL WHERE id = 1", "without a batch");
	expect_finding(f, "UPDATE queue SET batch = 'b' WHERE id = 2", "is not being sent");
	expect_finding(f, "UPDATE queue SET state = 2 WHERE id = 2", "parked without a reason");
	expect_finding(f,
		       "DROP INDEX queue_waiting; UPDATE queue SET state = 0, record = '2',"
		       " batch = NULL",
		       "waits 2 times");
	expect_finding(f,
		       "DROP INDEX queue_sending; UPDATE queue SET state = 1, record = '2',"
		       " batch = 'b'",
		       "is being sent 2 times");
}

int main(void)
{
#define EMPTY(test) cmocka_unit_test_setup_teardown(test, setup_empty, teardown)
#define OPEN(test)  cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		EMPTY(test_state__a_new_file_is_private_and_wal),
		OPEN(test_state__closing_leaves_one_file),
		EMPTY(test_state__a_missing_folder_is_named),
		EMPTY(test_state__a_file_others_can_read_is_refused),
		EMPTY(test_state__another_users_file_is_refused),
		OPEN(test_state__a_newer_file_is_not_touched),
		OPEN(test_state__a_newer_version_in_the_wal_is_not_touched),
		EMPTY(test_state__a_file_that_is_not_sqlite_is_not_touched),
		EMPTY(test_state__another_programs_sqlite_file_is_not_touched),
		EMPTY(test_state__odd_paths_work),
		OPEN(test_state__a_transaction_is_all_or_nothing),
		OPEN(test_state__wrong_use_is_a_bug),
		OPEN(test_state__killed_in_a_transaction_leaves_the_old_state),
		EMPTY(test_state__many_processes_may_create_and_write_at_once),
		OPEN(test_state__a_file_held_by_another_process_is_busy),
		OPEN(test_state__a_full_disk_loses_nothing),
		OPEN(test_state__a_missing_table_is_corrupt),
		OPEN(test_state__a_damaged_file_is_found),
		OPEN(test_state__check_finds_broken_invariants),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
