#include "state_fixture.h"

#include <sys/file.h>

#include "base/clock.h"
#include "base/stop.h"
#include "state/lock.h"

/* A process that holds the lock of FLOW until it reads a byte, or for ever. */
struct holder {
	pid_t pid;
	int go[2];
};

static struct holder hold(struct fixture *f)
{
	struct holder h;
	int ready[2];
	char c = 'x';

	close_state(f);
	assert_int_equal(pipe(ready) | pipe(h.go), 0);
	h.pid = fork();
	assert_true(h.pid >= 0);
	if (h.pid == 0) {
		struct lock *l = NULL;
		struct err e;

		close(h.go[1]);
		if (state_open(f->path, &f->s, &e) != E_OK ||
		    lock_take(f->s, FLOW, 0, &l, &e) != E_OK || write(ready[1], &c, 1) != 1)
			_exit(1);
		while (read(h.go[0], &c, 1) < 0)
			;
		lock_free(l);
		state_close(f->s);
		_exit(0);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	close(ready[0]);
	close(ready[1]);
	close(h.go[0]);
	reopen(f);
	return h;
}

static void end(struct holder *h, int sig)
{
	int status;

	if (sig)
		kill(h->pid, sig);
	close(h->go[1]);
	assert_int_equal(waitpid(h->pid, &status, 0), h->pid);
	assert_int_equal(status, sig);
}

static const char *lock_file(struct fixture *f)
{
	struct file_entry *files;
	size_t n;

	OK(dir_list(f->dir, f->a, &files, &n, e));
	for (size_t i = 0; i < n; i++) {
		if (strstr(files[i].name, ".lock-"))
			return path_join(f->a, f->dir, files[i].name);
	}
	fail_msg("no lock file");
	return NULL;
}

static void test_lock__a_second_process_is_told_who_holds_it(void **state)
{
	struct fixture *f = *state;
	struct holder h = hold(f);
	struct lock *l = NULL;
	char host[256] = "";

	gethostname(host, sizeof(host) - 1);
	FAILS(lock_take(f->s, FLOW, 0, &l, e), E_BUSY, "locked",
	      arena_printf(f->a, "'orders export' is held by process %ld on %s since 2",
			   (long)h.pid, host));
	assert_null(l);
	end(&h, 0);
	OK(lock_take(f->s, FLOW, 0, &l, e));
	lock_free(l);
	lock_free(NULL);
}

static void test_lock__dies_with_its_holder(void **state)
{
	struct fixture *f = *state;
	struct holder h = hold(f);
	struct lock *l = NULL;

	end(&h, SIGKILL);
	OK(lock_take(f->s, FLOW, 0, &l, e));
	lock_free(l);
}

static void test_lock__each_name_has_its_own(void **state)
{
	struct fixture *f = *state;
	struct lock *a = NULL, *b = NULL, *c = NULL;

	OK(lock_take(f->s, FLOW, 0, &a, e));
	OK(lock_take(f->s, "orders export > csv:/srv/out", 0, &b, e));
	FAILS(lock_take(f->s, FLOW, 0, &c, e), E_BUSY, "locked",
	      arena_printf(f->a, "process %ld", (long)getpid()));
	lock_free(a);
	OK(lock_take(f->s, FLOW, 0, &c, e));
	lock_free(b);
	lock_free(c);
}

static void test_lock__the_file_is_private_stays_and_is_emptied(void **state)
{
	struct fixture *f = *state;
	struct lock *l = NULL;
	struct stat st;
	const char *path;
	size_t len;
	char *text;

	umask(0);
	OK(lock_take(f->s, FLOW, 0, &l, e));
	umask(022);
	path = lock_file(f);
	assert_int_equal(mode_of(path), 0600);
	assert_int_equal(strlen(strstr(path, ".lock-")), 6 + 16);
	OK(file_read(path, 1000, f->a, &text, &len, e));
	assert_true(str_starts(text, arena_printf(f->a, "%ld ", (long)getpid())));
	assert_true(str_ends(text, "Z orders export\n"));
	lock_free(l);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 0);
}

static void test_lock__is_not_inherited_by_a_command(void **state)
{
	struct fixture *f = *state;
	struct lock *l = NULL;
	pid_t pid;

	OK(lock_take(f->s, FLOW, 0, &l, e));
	pid = fork();
	if (pid == 0) {
		execl("/bin/sleep", "sleep", "5", (char *)NULL);
		_exit(127);
	}
	usleep(100 * 1000);
	lock_free(l);
	OK(lock_take(f->s, FLOW, 0, &l, e));
	lock_free(l);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void test_lock__two_paths_to_one_file_share_it(void **state)
{
	struct fixture *f = *state;
	const char *alias = path_join(f->a, f->dir, "alias.db");
	struct lock *a = NULL, *b = NULL;
	struct state *s = NULL;

	assert_int_equal(symlink(f->path, alias), 0);
	OK(state_open(alias, &s, e));
	OK(lock_take(f->s, FLOW, 0, &a, e));
	FAILS(lock_take(s, FLOW, 0, &b, e), E_BUSY, "locked", "is held by");
	lock_free(a);
	state_close(s);
	unlink(alias);
}

static void test_lock__waits_as_long_as_told(void **state)
{
	struct fixture *f = *state;
	struct holder h = hold(f);
	struct lock *l = NULL;
	int64_t start = clock_mono_ms(), took;

	FAILS(lock_take(f->s, FLOW, 250, &l, e), E_BUSY, "locked", "is held by");
	took = clock_mono_ms() - start;
	assert_in_range(took, 240, 2000);
	if (fork() == 0) {
		usleep(200 * 1000);
		_exit(write(h.go[1], "x", 1) == 1 ? 0 : 1);
	}
	start = clock_mono_ms();
	OK(lock_take(f->s, FLOW, 10000, &l, e));
	assert_in_range(clock_mono_ms() - start, 100, 5000);
	lock_free(l);
	wait(NULL);
	close(h.go[1]);
	wait(NULL);
}

static void test_lock__a_stop_ends_the_wait(void **state)
{
	struct fixture *f = *state;
	struct holder h = hold(f);
	struct lock *l = NULL;
	int64_t start = clock_mono_ms();

	stop_set_deadline_ms(150);
	FAILS(lock_take(f->s, FLOW, 60000, &l, e), E_BUSY, "locked", "is held by");
	assert_in_range(clock_mono_ms() - start, 100, 5000);
	stop_set_deadline_ms(0);
	end(&h, 0);
}

static void test_lock__root_leaves_it_to_the_owner(void **state)
{
	struct fixture *f = *state;
	struct lock *l = NULL;
	struct stat st;

	if (geteuid() != 0)
		skip();
	close_state(f);
	assert_int_equal(chown(f->path, 65534, 65534), 0);
	reopen(f);
	OK(lock_take(f->s, FLOW, 0, &l, e));
	lock_free(l);
	assert_int_equal(stat(lock_file(f), &st), 0);
	assert_int_equal(st.st_uid, 65534);
}

static void test_lock__a_folder_in_its_place_is_local(void **state)
{
	struct fixture *f = *state;
	struct lock *l = NULL;
	const char *path;

	OK(lock_take(f->s, FLOW, 0, &l, e));
	lock_free(l);
	l = NULL;
	path = lock_file(f);
	unlink(path);
	assert_int_equal(mkdir(path, 0700), 0);
	FAILS(lock_take(f->s, FLOW, 0, &l, e), E_LOCAL, "state_io", path);
	assert_null(l);
	rmdir(path);
}

/* A holder that has just got the lock and not written its line yet. */
static void test_lock__an_empty_file_can_be_held(void **state)
{
	struct fixture *f = *state;
	struct lock *l = NULL;
	FILE *file;

	OK(lock_take(f->s, FLOW, 0, &l, e));
	lock_free(l);
	l = NULL;
	file = fopen(lock_file(f), "r+");
	assert_non_null(file);
	assert_int_equal(flock(fileno(file), LOCK_EX), 0);
	FAILS(lock_take(f->s, FLOW, 0, &l, e), E_BUSY, "locked",
	      "'orders export' is held by another process");
	fclose(file);
}

int main(void)
{
#define OPEN(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		OPEN(test_lock__a_second_process_is_told_who_holds_it),
		OPEN(test_lock__dies_with_its_holder),
		OPEN(test_lock__each_name_has_its_own),
		OPEN(test_lock__the_file_is_private_stays_and_is_emptied),
		OPEN(test_lock__is_not_inherited_by_a_command),
		OPEN(test_lock__two_paths_to_one_file_share_it),
		OPEN(test_lock__waits_as_long_as_told),
		OPEN(test_lock__a_stop_ends_the_wait),
		OPEN(test_lock__root_leaves_it_to_the_owner),
		OPEN(test_lock__a_folder_in_its_place_is_local),
		OPEN(test_lock__an_empty_file_can_be_held),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
