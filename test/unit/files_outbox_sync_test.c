/*
 * What a power cut leaves: fsync(2) is ours here, and remembers what each call has made durable. Names are those
 * that a folder had when it was synced, contents those of files that were.
 */
#include "base_test.h"

#include <dirent.h>
#include <sys/syscall.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "files/outbox.h"

enum { MANY = 256 };

static struct entry {
	ino_t folder, file;
	char name[64];
} durable[MANY];
static ino_t synced[MANY];
static size_t n_durable, n_synced;

static void take_folder(int fd, ino_t folder)
{
	DIR *d = fdopendir(dup(fd));
	const struct dirent *x;
	size_t kept = 0;

	assert_non_null(d);
	rewinddir(d);
	for (size_t i = 0; i < n_durable; i++)
		if (durable[i].folder != folder)
			durable[kept++] = durable[i];
	n_durable = kept;
	while ((x = readdir(d))) {
		assert_true(n_durable < MANY);
		durable[n_durable] = (struct entry){.folder = folder, .file = x->d_ino};
		snprintf(durable[n_durable++].name, sizeof(durable->name), "%.63s", x->d_name);
	}
	closedir(d);
}

int fsync(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	if (S_ISDIR(st.st_mode)) {
		take_folder(fd, st.st_ino);
	} else {
		assert_true(n_synced < MANY);
		synced[n_synced++] = st.st_ino;
	}
	return (int)syscall(SYS_fsync, fd);
}

static ino_t inode(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_ino;
}

/* The name is there after a power cut, and leads to what is there now. */
static bool survives(const char *dir, const char *name)
{
	ino_t folder = inode(dir);

	for (size_t i = 0; i < n_durable; i++)
		if (durable[i].folder == folder && strcmp(durable[i].name, name) == 0)
			return true;
	return false;
}

static void assert_whole(const char *dir, const char *name)
{
	char path[512];
	bool whole = false;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	for (size_t i = 0; i < n_synced; i++)
		whole |= synced[i] == inode(path);
	if (!survives(dir, name) || !whole)
		fail_msg("%s: %s", path, whole ? "its folder was not synced" : "it was not synced");
}

static enum errk put(const char *dir, struct arena *a, struct err *e)
{
	const struct outbox x = {.dir = dir, .style = {{',', CSV_UTF8, "\r\n"}, false}};
	struct put_item item = {
		.record = "gid://shopify/Order/1",
		.label = "#1001",
		.doc = "{\"files\":{\"orders\":{\"columns\":[{\"name\":\"order\",\"type\":\"text\"}],"
		       "\"rows\":[[\"#1001\"]]}}}",
		.err = {.kind = E_UNSURE},
	};
	struct put_item *all = &item;
	struct put_batch b = {.key = "k1", .n = 1, .item = &all};

	return outbox_put(&x, &b, NULL, a, e);
}

static void test_sync__a_batch_outlives_a_power_cut(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct err e;

	(void)state;
	assert_ok(dir_make("new", 0700, &e), &e);
	assert_ok(put("new/deep", a, &e), &e);
	assert_true(survives(".", "new"));
	assert_true(survives("new", "deep"));
	assert_true(survives("new/deep", ".erpsync"));
	assert_whole("new/deep", "orders-000001.csv");
	assert_whole("new/deep", "orders-000001.manifest.json");
	assert_whole("new/deep/.erpsync", "sequence");
	assert_whole("new/deep/.erpsync", "k1.json");
}

/* The run that renamed the files was stopped before it synced the folder. */
static void test_sync__so_does_one_that_was_published_and_no_more(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct err e;

	(void)state;
	assert_ok(put("out", a, &e), &e);
	n_durable = 0;
	assert_ok(put("out", a, &e), &e);
	assert_true(survives("out", "orders-000001.csv"));
	assert_true(survives("out", "orders-000001.manifest.json"));
}

static void test_sync__what_is_put_away_is_in_its_new_place(void **state)
{
	struct err e;

	(void)state;
	assert_ok(dir_make("archive", 0700, &e), &e);
	write_text("stock.csv", "sku,on_hand\n");
	assert_ok(file_publish("stock.csv", "archive/stock.csv", &e), &e);
	assert_true(survives("archive", "stock.csv"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sync__a_batch_outlives_a_power_cut),
		cmocka_unit_test(test_sync__so_does_one_that_was_published_and_no_more),
		cmocka_unit_test(test_sync__what_is_put_away_is_in_its_new_place),
	};

	return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}
