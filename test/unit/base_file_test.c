#include "base_test.h"

#include <errno.h>

#include <fcntl.h>

#include "base/conf.h"
#include "base/csvfile.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"

static void test_file__reads_whole(void **state)
{
	struct arena *a = arena_new();
	char *text = NULL;
	size_t len = 0;
	struct err e;

	(void)state;
	write_bytes("r", "a\0b\n", 4, 0600);
	assert_ok(file_read("r", 4, a, &text, &len, &e), &e);
	assert_int_equal(len, 4);
	assert_memory_equal(text, "a\0b\n", 5);
	assert_int_equal(file_read("r", 3, a, &text, &len, &e), E_LOCAL);
	assert_string_equal(e.code, "file_too_large");
	assert_contains(e.msg, "r: larger than the 3 bytes");
	assert_int_equal(len, 4);
	write_text("empty", "");
	assert_ok(file_read("empty", 10, a, &text, NULL, &e), &e);
	assert_string_equal(text, "");
	assert_ok(file_read("/proc/self/status", 1 << 20, a, &text, &len, &e), &e);
	assert_contains(text, "Name:");
	assert_int_equal(strlen(text), len);
	arena_free(a);
}

static void test_file__read_errors_name_path_and_reason(void **state)
{
	struct arena *a = arena_new();
	char *text = NULL;
	struct err e;

	(void)state;
	assert_int_equal(file_read("gone", 10, a, &text, NULL, &e), E_LOCAL);
	assert_string_equal(e.code, "no_file");
	assert_string_equal(e.msg, "gone: can't be opened (No such file or directory)");
	assert_int_equal(file_read(".", 10, a, &text, NULL, &e), E_LOCAL);
	assert_contains(e.msg, "Is a directory");
	assert_null(text);
	arena_free(a);
}

static void test_file__write_replaces_whole(void **state)
{
	struct stat st;
	struct err e;
	char *text;

	(void)state;
	assert_ok(file_write_atomic("w", "first", 5, 0644, &e), &e);
	assert_ok(file_write_atomic("w", "second one", 10, 0600, &e), &e);
	text = read_text("w");
	assert_string_equal(text, "second one");
	free(text);
	assert_int_equal(stat("w", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_false(file_exists("w.tmp"));
}

static void test_file__failed_write_leaves_the_old_one(void **state)
{
	struct err e;
	char *text;

	(void)state;
	write_text("old", "old");
	assert_int_equal(mkdir("old.tmp", 0700), 0);
	assert_int_equal(file_write_atomic("old", "new", 3, 0600, &e), E_LOCAL);
	assert_contains(e.msg, "old.tmp: can't be created");
	text = read_text("old");
	assert_string_equal(text, "old");
	free(text);
	assert_int_equal(file_write_atomic("no/such/dir/x", "new", 3, 0600, &e), E_LOCAL);
	assert_int_equal(mkdir("isdir", 0700), 0);
	assert_int_equal(file_write_atomic("isdir", "new", 3, 0600, &e), E_LOCAL);
	assert_false(file_exists("isdir.tmp"));
}

static void test_file__publish_never_replaces(void **state)
{
	struct err e;
	char *text;

	(void)state;
	write_text("from", "new");
	write_text("to", "mine");
	assert_int_equal(file_publish("from", "to", &e), E_LOCAL);
	assert_string_equal(e.code, "file_exists");
	text = read_text("to");
	assert_string_equal(text, "mine");
	free(text);
	assert_ok(file_publish("from", "to2", &e), &e);
	assert_false(file_exists("from"));
	assert_true(file_exists("to2"));
	assert_int_equal(file_publish("from", "to3", &e), E_LOCAL);
	assert_contains(e.msg, "from: can't be published (No such file");
}

static void test_file__folders_are_made_down_to_the_last(void **state)
{
	struct err e;

	(void)state;
	assert_ok(dir_make("a/b/c", 0755, &e), &e);
	assert_ok(dir_make("a/b/c", 0755, &e), &e);
	assert_ok(dir_make("./a//b/d/", 0755, &e), &e);
	assert_true(dir_exists("a/b/c") && dir_exists("a/b/d"));
	assert_ok(dir_make("/", 0755, &e), &e);
	write_text("a/file", "");
	assert_int_equal(dir_make("a/file", 0755, &e), E_LOCAL);
	assert_int_equal(dir_make("a/file/x", 0755, &e), E_LOCAL);
	assert_int_equal(dir_make("", 0755, &e), E_LOCAL);
	assert_false(dir_exists("a/file"));
	assert_false(file_exists("a"));
	assert_ok(file_sync_dir("a", &e), &e);
	assert_int_equal(file_sync_dir("nowhere", &e), E_LOCAL);
}

static void test_file__list_is_sorted_and_regular(void **state)
{
	struct arena *a = arena_new();
	struct file_entry *list = NULL;
	size_t n = 0;
	struct err e;

	(void)state;
	assert_ok(dir_make("list/sub", 0755, &e), &e);
	assert_ok(dir_list("list", a, &list, &n, &e), &e);
	assert_int_equal(n, 0);
	for (int i = 99; i >= 0; i--) {
		char path[32];

		snprintf(path, sizeof(path), "list/f%02d", i);
		write_text(path, "12345");
	}
	write_text("list/.hidden", "");
	assert_int_equal(symlink("nowhere", "list/dangling"), 0);
	assert_int_equal(symlink("f00", "list/z-link"), 0);
	assert_ok(dir_list("list", a, &list, &n, &e), &e);
	assert_int_equal(n, 101);
	assert_string_equal(list[0].name, "f00");
	assert_string_equal(list[99].name, "f99");
	assert_string_equal(list[100].name, "z-link");
	assert_int_equal(list[42].size, 5);
	assert_true(list[42].mtime_ns > INT64_C(1700000000000000000));
	assert_int_equal(dir_list("no-list", a, &list, &n, &e), E_LOCAL);
	assert_int_equal(n, 101);
	arena_free(a);
}

static void test_file__an_entry_that_cant_be_used_costs_itself(void **state)
{
	struct arena *a = arena_new();
	struct file_entry *list = NULL;
	size_t n = 0;
	struct err e;

	(void)state;
	assert_ok(dir_make("odd/sub", 0755, &e), &e);
	write_text("odd/file", "12345");
	assert_int_equal(symlink("loop", "odd/loop"), 0);
	assert_int_equal(symlink("gone", "odd/nowhere"), 0);
	assert_ok(dir_list("odd", a, &list, &n, &e), &e);
	assert_int_equal(n, 1);
	assert_ok(dir_list_all("odd", a, &list, &n, &e), &e);
	assert_int_equal(n, 4);
	assert_int_equal(list[0].problem, 0);
	assert_int_equal(list[0].size, 5);
	assert_string_equal(list[1].name, "loop");
	assert_int_equal(list[1].problem, ELOOP);
	assert_int_equal(list[2].problem, ENOENT);
	assert_int_equal(list[3].problem, EISDIR);
	arena_free(a);
}

static void test_file__paths(void **state)
{
	struct arena *a = arena_new();
	char cwd[200], want[256];

	(void)state;
	assert_string_equal(path_join(a, "d", "x"), "d/x");
	assert_string_equal(path_join(a, "d/", "x"), "d/x");
	assert_string_equal(path_join(a, "", "x"), "x");
	assert_string_equal(path_join(a, NULL, "x"), "x");
	assert_string_equal(path_join(a, "d", "/x"), "/x");

	assert_non_null(getcwd(cwd, sizeof(cwd)));
	snprintf(want, sizeof(want), "%s/x/y", cwd);
	assert_string_equal(path_absolute(a, "x/y"), want);
	assert_string_equal(path_absolute(a, "././x/y"), want);
	assert_string_equal(path_absolute(a, "/x"), "/x");
	assert_string_equal(path_absolute(a, "."), cwd);
	assert_string_equal(path_absolute(a, "./"), cwd);

	setenv("HOME", "/home/me", 1);
	assert_string_equal(path_relative_to(a, "/etc", "~/x"), "/home/me/x");
	assert_string_equal(path_relative_to(a, "/etc", "x"), "/etc/x");
	assert_string_equal(path_relative_to(a, "/etc", "/x"), "/x");
	unsetenv("HOME");
	assert_int_equal(path_relative_to(a, "/etc", "~/x")[0], '/');
	arena_free(a);
}

/* Opening a pipe waits for its other end, and reading a device may never end. */
static void test_file__pipes_and_devices_are_refused_at_once(void **state)
{
	struct arena *a = arena_new();
	char hash[HASH_HEX_SIZE], *text;
	struct csv_reader *r = NULL;
	struct conf *c = NULL;
	struct err e;

	(void)state;
	assert_int_equal(mkfifo("fifo", 0600), 0);
	assert_int_equal(file_read("fifo", 100, a, &text, NULL, &e), E_LOCAL);
	assert_string_equal(e.msg, "fifo: can't be opened (it is a pipe, a socket or a device)");
	assert_int_equal(file_read("/dev/zero", SIZE_MAX / 2, a, &text, NULL, &e), E_LOCAL);
	assert_int_equal(file_read(".", 100, a, &text, NULL, &e), E_LOCAL);
	assert_contains(e.msg, "Is a directory");
	assert_int_equal(hash_file("fifo", hash, &e), E_LOCAL);
	assert_int_equal(csv_reader_open("fifo", &r, &e), E_LOCAL);
	assert_contains(e.msg, "it is a pipe");
	assert_int_equal(conf_load("fifo", NULL, 0, &c, &e), E_LOCAL);
	assert_contains(e.msg, "it is a pipe");
	assert_int_equal(log_open("fifo", LOG_FORMAT_KV, LOG_LEVEL_INFO, &e), E_LOCAL);
	assert_contains(e.msg, "it is a pipe");
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file__reads_whole),
		cmocka_unit_test(test_file__read_errors_name_path_and_reason),
		cmocka_unit_test(test_file__write_replaces_whole),
		cmocka_unit_test(test_file__failed_write_leaves_the_old_one),
		cmocka_unit_test(test_file__publish_never_replaces),
		cmocka_unit_test(test_file__folders_are_made_down_to_the_last),
		cmocka_unit_test(test_file__list_is_sorted_and_regular),
		cmocka_unit_test(test_file__an_entry_that_cant_be_used_costs_itself),
		cmocka_unit_test(test_file__paths),
		cmocka_unit_test(test_file__pipes_and_devices_are_refused_at_once),
	};

	return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}
