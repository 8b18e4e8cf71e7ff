#include "base_test.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/stop.h"
#include "base/str.h"
#include "files/outbox.h"

static struct outbox folder(const char *dir)
{
	return (struct outbox){.dir = dir, .style = {{',', CSV_UTF8, "\r\n"}, false}};
}

/* Orders first … first + n - 1; all of one customer. */
static struct put_batch batch(const char *key, int first, size_t n, struct arena *a)
{
	struct put_batch b = {.key = key,
			      .n = n,
			      .item = arena_array(a, n, sizeof(struct put_item *))};

	for (size_t i = 0; i < n; i++) {
		int number = first + (int)i;

		b.item[i] = arena_alloc(a, sizeof(struct put_item));
		b.item[i]->record = arena_printf(a, "gid://shopify/Order/%d", number);
		b.item[i]->label = arena_printf(a, "#%d", number);
		b.item[i]->doc = arena_printf(
			a,
			"{\"files\":{\"customers\":{\"columns\":[{\"name\":\"mail\",\"type\":\"text\"}],"
			"\"rows\":[[\"a@example.com\"]]},\"orders\":{\"columns\":[{\"name\":\"order\","
			"\"type\":\"text\"}],\"rows\":[[\"#%d\"]]}}}",
			number);
	}
	return b;
}

static enum errk put(const struct outbox *x, struct put_batch *b, struct arena *a, struct err *e)
{
	for (size_t i = 0; i < b->n; i++)
		b->item[i]->err.kind = E_UNSURE;
	return outbox_put(x, b, NULL, a, e);
}

static char *content(const char *dir, const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return read_text(path);
}

static size_t count_files(const char *dir)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct file_entry *entry;
	struct err e;
	size_t n;

	assert_ok(dir_list(dir, a, &entry, &n, &e), &e);
	return n;
}

static void test_files_outbox__a_batch_becomes_files(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct outbox x = folder("new/deep");
	struct put_batch b = batch("k1", 1001, 2, a);
	CLEANUP(json) cJSON *doc = NULL;
	struct stat st;
	struct err e;
	char *text, hex[HASH_HEX_SIZE];

	(void)state;
	b.item[1]->target.id = NULL;
	/* Further up it is not made: it may be a disk that is not mounted. */
	assert_int_equal(put(&x, &b, a, &e), E_LOCAL);
	assert_contains(e.msg, "mkdir -p new/deep;");
	assert_ok(dir_make("new", 0700, &e), &e);
	assert_ok(put(&x, &b, a, &e), &e);
	assert_int_equal(b.item[0]->err.kind, E_OK);
	assert_string_equal(b.item[1]->target.id, "orders-000001.csv");
	assert_false(b.item[0]->adopted);
	assert_int_equal(b.requests, 0);
	assert_int_equal(count_files("new/deep"), 3);
	assert_int_equal(stat("new/deep/orders-000001.csv", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	assert_int_equal(stat("new/deep", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0750);
	assert_true(file_exists("new/deep/.erpsync/k1.json"));
	outbox_committed(&x, &b);
	assert_false(file_exists("new/deep/.erpsync/k1.json"));

	text = content("new/deep", "orders-000001.csv");
	assert_string_equal(text, "order\r\n#1001\r\n#1002\r\n");
	hash_hex(text, strlen(text), hex);
	free(text);
	text = content("new/deep", "customers-000001.csv");
	assert_string_equal(text, "mail\r\na@example.com\r\n");
	free(text);
	text = content("new/deep", "orders-000001.manifest.json");
	assert_ok(json_parse(text, strlen(text), &doc, &e), &e);
	free(text);
	assert_int_equal(json_int(doc, "sequence", 0), 1);
	assert_int_equal(json_int(doc, "count", 0), 2);
	assert_string_equal(json_str(doc, "files[0].name"), "orders-000001.csv");
	assert_string_equal(json_str(doc, "files[0].sha256"), hex);
	assert_int_equal(json_int(doc, "files[0].rows", 0), 2);
	assert_string_equal(json_str(doc, "records[1].label"), "#1002");
	assert_string_equal(json_str(doc, "records[1].id"), "gid://shopify/Order/1002");
	assert_string_equal(json_str(doc, "format.line_end"), "crlf");
}

static void test_files_outbox__changed_ones_count_apart_and_equal_bytes(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct outbox x = folder("changed");
	struct put_batch b = batch("k1", 1001, 2, a), u = batch("k2", 1001, 2, a);
	struct put_batch again = batch("k3", 1001, 2, a);
	struct err e;
	char *one, *two;

	(void)state;
	u.update = true;
	assert_ok(put(&x, &b, a, &e), &e);
	outbox_committed(&x, &b);
	assert_ok(put(&x, &u, a, &e), &e);
	outbox_committed(&x, &u);
	assert_string_equal(u.item[0]->target.id, "orders-changed-000001.csv");
	assert_true(file_exists("changed/customers-changed-000001.csv"));
	assert_ok(put(&x, &again, a, &e), &e);
	assert_string_equal(again.item[0]->target.id, "orders-000002.csv");
	one = content("changed", "orders-000001.csv");
	two = content("changed", "orders-000002.csv");
	assert_string_equal(one, two);
	free(one);
	free(two);
}

static void test_files_outbox__dry_run_writes_nothing(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct outbox x = folder("dry");
	struct put_batch b = batch("k1", 1001, 2, a);
	struct err e;

	(void)state;
	x.dry_run = true;
	b.item[0]->doc = "{";
	assert_ok(put(&x, &b, a, &e), &e);
	outbox_committed(&x, &b);
	assert_int_equal(b.item[0]->err.kind, E_RECORD);
	assert_int_equal(b.item[1]->err.kind, E_OK);
	assert_false(dir_exists("dry"));
}

static void test_files_outbox__only_refused_items_make_no_file(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct outbox x = folder("none");
	struct put_batch b = batch("k1", 1001, 1, a);
	struct err e;

	(void)state;
	b.item[0]->doc = "{";
	assert_ok(put(&x, &b, a, &e), &e);
	assert_int_equal(b.item[0]->err.kind, E_RECORD);
	assert_int_equal(count_files("none"), 0);
}

static void test_files_outbox__a_decided_batch_is_adopted(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct outbox x = folder("adopt");
	struct put_batch b = batch("k 1/ü", 1001, 3, a), other = batch("k2", 2001, 1, a);
	struct err e;
	const char *sound;

	(void)state;
	sound = b.item[2]->doc;
	b.item[2]->doc = "{";
	b.item[0]->version = b.item[1]->version = "v";
	b.item[0]->hash = "then";
	b.item[1]->hash = NULL;
	assert_ok(put(&x, &b, a, &e), &e);
	b.item[0]->hash = b.item[1]->hash = "now";
	/* Other batches come in between; the consumer takes everything. */
	assert_ok(put(&x, &other, a, &e), &e);
	outbox_committed(&x, &other);
	assert_int_equal(system("rm adopt/*.csv adopt/*.json"), 0);
	b.unsure = true;
	b.item[2]->doc = sound; /* refused then, sound now: it wasn't written */
	assert_ok(put(&x, &b, a, &e), &e);
	assert_true(b.item[0]->adopted && b.item[1]->adopted);
	assert_string_equal(b.item[0]->landed, "then");
	assert_null(b.item[1]->landed);
	assert_string_equal(b.item[0]->target.id, "orders-000001.csv");
	assert_false(b.item[2]->adopted);
	assert_int_equal(b.item[2]->err.kind, E_BUSY);
	assert_int_equal(count_files("adopt"), 0);
	outbox_committed(&x, &b);
	other = batch("k3", 3001, 1, a);
	assert_ok(put(&x, &other, a, &e), &e);
	assert_string_equal(other.item[0]->target.id, "orders-000003.csv");
}

static void test_files_outbox__unsure_without_a_decision_writes(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct outbox x = folder("undecided");
	struct put_batch b = batch("k1", 1001, 2, a);
	struct err e;

	(void)state;
	assert_int_equal(system("mkdir -p undecided/.erpsync && "
				"touch undecided/.erpsync/orders-000001.csv "
				"undecided/.erpsync/k1.json.tmp "
				"undecided/.erpsync/orders-000001.manifest.json"),
			 0);
	b.unsure = true;
	assert_ok(put(&x, &b, a, &e), &e);
	assert_false(b.item[0]->adopted);
	assert_false(file_exists("undecided/.erpsync/orders-000001.csv"));
	assert_false(file_exists("undecided/.erpsync/k1.json.tmp"));
	assert_true(file_exists("undecided/orders-000001.csv"));
}

static void test_files_outbox__a_lost_count_goes_on_after_the_names(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct outbox x = folder("lost");
	struct put_batch b = batch("k1", 1001, 1, a);
	struct err e;

	(void)state;
	assert_int_equal(system("mkdir -p lost/archive && touch lost/orders-000041.csv "
				"lost/archive/orders-000057.manifest.json "
				"lost/orders-changed-000999.csv lost/other-12.csv"),
			 0);
	assert_ok(put(&x, &b, a, &e), &e);
	assert_string_equal(b.item[0]->target.id, "orders-000058.csv");
	outbox_committed(&x, &b);
	/* A count that fell behind never replaces a file. */
	write_text("lost/.erpsync/sequence", "40\n");
	b = batch("k2", 1002, 1, a);
	assert_ok(put(&x, &b, a, &e), &e);
	assert_string_equal(b.item[0]->target.id, "orders-000042.csv");
	outbox_committed(&x, &b);
	write_text("lost/.erpsync/sequence", "many");
	b = batch("k3", 1003, 1, a);
	assert_int_equal(put(&x, &b, a, &e), E_LOCAL);
	assert_string_equal(e.code, "bad_sequence");
}

static void locked_put(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct outbox x = folder("locked");
	struct put_batch b = batch("k1", 1001, 1, a);
	struct err e;

	stop_set_deadline_ms(200);
	if (put(&x, &b, a, &e) != E_BUSY || !str_equal(e.code, "folder_locked"))
		_exit(1);
}

static void test_files_outbox__one_writer_at_a_time(void **state)
{
	int fd, status;

	(void)state;
	assert_int_equal(system("mkdir -p locked/.erpsync"), 0);
	fd = open("locked/.erpsync/lock", O_RDWR | O_CREAT, 0600);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	status = status_of(locked_put);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	close(fd);
}

static void test_files_outbox__failures_leave_nothing_visible(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct outbox x = folder("full");
	struct put_batch b = batch("k1", 1001, 1, a);
	struct err e;

	(void)state;
	/* A folder where a staged file should be: writing fails, as on a full disk. */
	assert_int_equal(system("mkdir -p full/.erpsync/orders-000001.manifest.json.tmp/x"), 0);
	assert_int_equal(put(&x, &b, a, &e), E_LOCAL);
	assert_int_equal(count_files("full"), 0);
	assert_false(file_exists("full/.erpsync/k1.json"));
	assert_false(file_exists("full/.erpsync/orders-000001.csv"));
	assert_int_equal(system("rm -r full/.erpsync"), 0);
	assert_ok(put(&x, &b, a, &e), &e);
}

#ifdef ERPSYNC_STEPS

/* What the engine does: put, note the outcome, tell. Killed at any step by $ERPSYNC_STOP_AT. */
static const char *run_key;
static int run_first;

static void engine_run(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct outbox x = folder("crash");
	struct put_batch b = batch(run_key, run_first, 3, a);
	char done[64];
	struct err e;

	snprintf(done, sizeof(done), "done-%s", run_key);
	if (file_exists(done))
		return;
	b.unsure = true;
	if (put(&x, &b, a, &e) != E_OK || b.item[2]->err.kind != E_OK || !b.item[2]->target.id)
		_exit(1);
	fclose(fopen(done, "w"));
	outbox_committed(&x, &b);
}

static int run_batch(const char *key, int first)
{
	run_key = key;
	run_first = first;
	return status_of(engine_run);
}

/* Takes away what is visible, as a consumer would that doesn't even wait for the manifest. */
static void consume(void)
{
	assert_int_equal(system("mkdir -p taken && "
				"find crash -maxdepth 1 -type f -exec mv -n {} taken/ \\;"),
			 0);
	/* mv -n leaves what would replace something: then a name was used twice. */
	assert_int_equal(count_files("crash"), 0);
}

/* The orders of all files taken, each exactly once, in files that their manifests describe. */
static void check_taken(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct file_entry *entry;
	size_t n, seen[3000] = {0}, manifests = 0;
	struct err e;

	assert_ok(dir_list("taken", a, &entry, &n, &e), &e);
	for (size_t i = 0; i < n; i++) {
		CLEANUP(json) cJSON *doc = NULL;
		char *text = content("taken", entry[i].name), hex[HASH_HEX_SIZE];

		if (str_starts(entry[i].name, "orders-") && str_ends(entry[i].name, ".csv"))
			for (char *p = text; (p = strchr(p, '#')); p++)
				seen[atoi(p + 1)]++;
		if (str_ends(entry[i].name, ".manifest.json")) {
			manifests++;
			assert_ok(json_parse(text, strlen(text), &doc, &e), &e);
			for (int f = 0; f < 2; f++) {
				const char *name = json_str(doc,
							    f ? "files[1].name" : "files[0].name");

				assert_ok(hash_file(arena_printf(a, "taken/%s", name), hex, &e),
					  &e);
				assert_string_equal(hex, json_str(doc, f ? "files[1].sha256"
									 : "files[0].sha256"));
			}
		}
		free(text);
	}
	for (int i = 0; i < 3; i++) {
		assert_int_equal(seen[1001 + i], 1);
		assert_int_equal(seen[2001 + i], 1);
	}
	assert_int_equal(manifests, 2);
	assert_int_equal(n, 6);
}

static bool crash_at(unsigned stop, unsigned second_stop, bool consumer, bool other_first)
{
	char text[16];
	int status;
	bool reached;

	assert_int_equal(system("rm -rf crash taken done-*"), 0);
	snprintf(text, sizeof(text), "%u", stop);
	setenv("ERPSYNC_STOP_AT", text, 1);
	status = run_batch("k1", 1001);
	reached = WIFSIGNALED(status);
	assert_true(reached || WEXITSTATUS(status) == 0);
	if (consumer && dir_exists("crash"))
		consume();
	snprintf(text, sizeof(text), "%u", second_stop);
	setenv("ERPSYNC_STOP_AT", text, 1);
	if (second_stop) /* killed again while recovering */
		run_batch("k1", 1001);
	unsetenv("ERPSYNC_STOP_AT");
	if (consumer && dir_exists("crash"))
		consume();
	if (other_first)
		assert_int_equal(run_batch("k2", 2001), 0);
	assert_int_equal(run_batch("k1", 1001), 0);
	assert_int_equal(run_batch("k2", 2001), 0);
	consume();
	check_taken();
	return reached;
}

static void test_files_outbox__survives_a_kill_at_every_step(void **state)
{
	(void)state;
	for (int consumer = 0; consumer < 2; consumer++) {
		unsigned stop = 1;

		while (crash_at(stop, 0, consumer, !consumer))
			stop++;
		assert_true(stop > 25);
	}
	/* Twice in a row, and another run's batch comes before ours is taken up again. */
	for (unsigned stop = 5; crash_at(stop, 3 + stop % 7, true, stop % 3 == 0); stop += 3)
		;
}

#else

static void test_files_outbox__survives_a_kill_at_every_step(void **state)
{
	(void)state;
	skip();
}

#endif

static void say(void *ctx, enum check_result result, const char *what, const char *remedy)
{
	(void)remedy;
	snprintf(ctx, 256, "%d %.200s", (int)result, what);
}

static void test_files_outbox__check(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct outbox x = folder("checked");
	struct put_batch b = batch("k1", 1001, 1, a);
	char said[256];
	struct check_sink sink = {.say = say, .ctx = said};
	struct err e;

	(void)state;
	x.ack = true;
	assert_ok(outbox_check(&x, true, &sink, &e), &e);
	assert_contains(said, "0 checked: will be created");
	assert_false(dir_exists("checked"));
	assert_ok(put(&x, &b, a, &e), &e);
	assert_ok(outbox_check(&x, true, &sink, &e), &e);
	assert_contains(said,
			"1 checked: 1 batches are not acknowledged, the first is orders-000001");
	assert_ok(file_write_atomic("a-file", "", 0, 0600, &e), &e);
	x.dir = "a-file";
	assert_ok(outbox_check(&x, true, &sink, &e), &e);
	assert_contains(said, "2 a-file: is a file");
	x.dir = "not/there/at/all";
	assert_ok(outbox_check(&x, true, &sink, &e), &e);
	assert_contains(said, "2 not/there");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files_outbox__survives_a_kill_at_every_step),
		cmocka_unit_test(test_files_outbox__a_batch_becomes_files),
		cmocka_unit_test(test_files_outbox__changed_ones_count_apart_and_equal_bytes),
		cmocka_unit_test(test_files_outbox__dry_run_writes_nothing),
		cmocka_unit_test(test_files_outbox__only_refused_items_make_no_file),
		cmocka_unit_test(test_files_outbox__a_decided_batch_is_adopted),
		cmocka_unit_test(test_files_outbox__unsure_without_a_decision_writes),
		cmocka_unit_test(test_files_outbox__a_lost_count_goes_on_after_the_names),
		cmocka_unit_test(test_files_outbox__one_writer_at_a_time),
		cmocka_unit_test(test_files_outbox__failures_leave_nothing_visible),
		cmocka_unit_test(test_files_outbox__check),
	};

	return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}
