/* What an exchange folder proves: by whom it was written to, how far, and what of it is only interrupted. */
#include "base_test.h"

#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "files/outbox.h"
#include "files/folder.h"
#include "files/outbox_history.h"

static struct outbox folder(const char *dir)
{
	return (struct outbox){.dir = dir, .style = {{',', CSV_UTF8, "\r\n"}, false}};
}

static struct put_item one_of(enum record_kind kind, const char *label, struct arena *a)
{
	return (struct put_item){
		.record = label,
		.label = label,
		.version = "v1",
		.hash = "h1",
		.doc = arena_printf(a,
				    "{\"files\":{\"%s\":{\"columns\":[{\"name\":\"a\","
				    "\"type\":\"text\"}],\"rows\":[[\"x\"]]}}}",
				    record_kind_plural(kind))};
}

/* One record is written under a key. */
static void write_of(const struct outbox *x, enum record_kind kind, const char *writer,
		     const char *key, const char *label, bool changed, bool committed,
		     struct arena *a)
{
	struct put_item item = one_of(kind, label, a);
	struct put_item *all = &item;
	struct put_batch b = {.kind = kind,
			      .key = key,
			      .writer = writer,
			      .update = changed,
			      .item = &all,
			      .n = 1};
	struct err e;

	assert_ok(outbox_put(x, &b, NULL, a, &e), &e);
	assert_true(b.number[changed] > 0);
	assert_int_equal(b.number[!changed], 0);
	if (committed)
		outbox_committed(x, &b);
}

static void write_one(const struct outbox *x, const char *writer, const char *key,
		      const char *label, bool changed, bool committed, struct arena *a)
{
	write_of(x, KIND_ORDER, writer, key, label, changed, committed, a);
}

static struct history ask_of(const struct outbox *x, enum record_kind kind, const char *writer,
			     const char *open, bool claim, struct arena *a)
{
	const struct history_request q = {.kind = kind,
					  .writer = writer,
					  .open = &open,
					  .n_open = open ? 1 : 0,
					  .claim = claim};
	struct history h;
	struct err e;

	assert_ok(outbox_history(x, &q, a, &h, &e), &e);
	return h;
}

static struct history ask(const struct outbox *x, const char *writer, const char *open, bool claim,
			  struct arena *a)
{
	return ask_of(x, KIND_ORDER, writer, open, claim, a);
}

static void assert_proves(struct history h, enum history_of of, int64_t made, int64_t changed)
{
	assert_int_equal(h.of, of);
	assert_int_equal(h.last[0], made);
	assert_int_equal(h.last[1], changed);
}

/* What a put by this writer says. */
static void assert_refused(const struct outbox *x, const char *writer, struct arena *a)
{
	struct put_item item = one_of(KIND_ORDER, "#9", a);
	struct put_item *all = &item;
	struct put_batch b = {.kind = KIND_ORDER,
			      .key = "k9",
			      .writer = writer,
			      .item = &all,
			      .n = 1};
	struct err e;

	assert_int_equal(outbox_put(x, &b, NULL, a, &e), E_LOCAL);
	assert_string_equal(e.code, "state_behind");
}

static void test_history__has_one_writer(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct outbox x = folder("writers");

	(void)state;
	assert_proves(ask(&x, "me", NULL, false, a), HISTORY_NONE, 0, 0);
	assert_false(dir_exists("writers"));
	write_one(&x, "me", "k1", "#1", false, true, a);
	write_one(&x, "me", "k2", "#1", true, true, a);
	assert_proves(ask(&x, "me", NULL, false, a), HISTORY_OURS, 1, 1);
	assert_proves(ask(&x, "you", NULL, false, a), HISTORY_OTHERS, 1, 1);
	assert_refused(&x, "you", a);
	/* Whoever claims the folder has it, and the other no longer. */
	assert_proves(ask(&x, "you", NULL, true, a), HISTORY_OURS, 1, 1);
	assert_proves(ask(&x, "me", NULL, false, a), HISTORY_REPLACED, 1, 1);
	assert_refused(&x, "me", a);
	write_one(&x, "you", "k3", "#2", false, true, a);
	assert_proves(ask(&x, "you", NULL, false, a), HISTORY_OURS, 2, 1);
	assert_string_equal(ask(&x, "new", NULL, false, a).said,
			    "orders-000002 and orders-changed-000001");
	assert_proves(ask(&x, "me", NULL, true, a), HISTORY_OURS, 2, 1);
	assert_proves(ask(&x, "you", NULL, false, a), HISTORY_REPLACED, 2, 1);
	/* Nothing but our own books is left. */
	for (int i = 1; i <= 2; i++) {
		unlink(arena_printf(a, "writers/orders-00000%d.csv", i));
		unlink(arena_printf(a, "writers/orders-00000%d.manifest.json", i));
	}
	unlink("writers/.erpsync/sequence");
	assert_proves(ask(&x, "new", NULL, false, a), HISTORY_OTHERS, 2, 1);
	unlink("writers/.erpsync/writers");
	assert_proves(ask(&x, "me", NULL, false, a), HISTORY_UNCOUNTED, 0, 1);
}

/* Books of before: both wrote, and neither took the other's place. */
static void test_history__of_two_the_last_one_goes_on(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct outbox x = folder("two");
	struct err e;

	(void)state;
	assert_ok(folder_make("two", a, &e), &e);
	write_text("two/.erpsync/writers",
		   "{\"old\":{\"new\":{\"last\":2}},"
		   "\"me\":{\"new\":{\"last\":2,\"key\":\"k\",\"number\":3,\"done\":true}},"
		   "\"you\":{\"new\":{\"last\":2,\"key\":\"l\",\"number\":4,\"done\":true}}}");
	assert_proves(ask(&x, "you", NULL, false, a), HISTORY_OURS, 4, 0);
	assert_proves(ask(&x, "me", NULL, false, a), HISTORY_SHARED, 3, 0);
	assert_refused(&x, "me", a);
	/* One that has only begun is none. */
	write_text("two/.erpsync/writers",
		   "{\"me\":{\"new\":{\"last\":2,\"key\":\"k\",\"number\":3,\"done\":true}},"
		   "\"you\":{\"new\":{\"last\":2,\"key\":\"l\",\"number\":4,\"done\":false}}}");
	assert_proves(ask(&x, "me", NULL, false, a), HISTORY_OURS, 3, 0);
}

static void test_history__an_interrupted_batch_is_nobodys_loss(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct outbox x = folder("open");

	(void)state;
	write_one(&x, "me", "k1", "#1", false, false, a);
	assert_proves(ask(&x, "me", "k1", false, a), HISTORY_OURS, 0, 0);
	/* The state file has forgotten the batch. */
	assert_proves(ask(&x, "me", NULL, false, a), HISTORY_OURS, 1, 0);
	/* Its outcome was noted once, and now it is as if it had not been. */
	unlink("open/.erpsync/k1.json");
	assert_proves(ask(&x, "me", "k1", false, a), HISTORY_OURS, 1, 0);
	/* The one that is next has the first one behind it. */
	write_one(&x, "me", "k2", "#2", false, false, a);
	assert_proves(ask(&x, "me", "k2", false, a), HISTORY_OURS, 1, 0);
}

static void test_history__names_of_others_prove_nothing(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct outbox x = folder("names");
	struct err e;

	(void)state;
	assert_ok(folder_make("names", a, &e), &e);
	write_text("names/stock-000123.csv", "theirs");
	write_text("names/orders-000009.csv.bak", "theirs");
	assert_proves(ask(&x, "me", NULL, false, a), HISTORY_NONE, 0, 0);
	write_text("names/orders-000003.manifest.json", "ours");
	assert_proves(ask(&x, "me", NULL, false, a), HISTORY_UNCOUNTED, 3, 0);
}

static void test_history__damaged_books_are_not_taken_for_none(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const struct history_request q = {.kind = KIND_ORDER, .writer = "me"};
	struct outbox x = folder("damaged");
	struct history h;
	struct err e;

	(void)state;
	write_one(&x, "me", "k1", "#1", false, true, a);
	write_text("damaged/.erpsync/writers", "{\"me\":");
	assert_int_equal(outbox_history(&x, &q, a, &h, &e), E_LOCAL);
	assert_string_equal(e.code, "bad_writers");
}

/* Orders and refunds are two series, each with books of its own. */
static void test_history__kinds_are_counted_apart(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct outbox x = folder("kinds");

	(void)state;
	write_one(&x, "me", "k1", "#1", false, true, a);
	write_one(&x, "me", "k2", "#2", false, true, a);
	write_one(&x, "me", "k3", "#3", false, false, a);
	assert_proves(ask_of(&x, KIND_REFUND, "back", NULL, false, a), HISTORY_NONE, 0, 0);
	/* An order batch that is open raises no number of refunds, and the other way round. */
	write_of(&x, KIND_REFUND, "back", "r1", "#1-R1", false, false, a);
	assert_true(file_exists("kinds/refunds-000001.manifest.json"));
	assert_proves(ask_of(&x, KIND_REFUND, "back", "r1", false, a), HISTORY_OURS, 0, 0);
	assert_proves(ask_of(&x, KIND_REFUND, "back", NULL, false, a), HISTORY_OURS, 1, 0);
	write_of(&x, KIND_REFUND, "back", "r2", "#1-R1", true, true, a);
	assert_true(file_exists("kinds/refunds-changed-000001.csv"));
	write_one(&x, "me", "k4", "#4", false, true, a);
	assert_true(file_exists("kinds/orders-000004.csv"));
	assert_proves(ask(&x, "me", NULL, false, a), HISTORY_OURS, 4, 0);
	assert_proves(ask_of(&x, KIND_REFUND, "back", NULL, false, a), HISTORY_OURS, 1, 1);
	assert_string_equal(ask_of(&x, KIND_REFUND, "new", NULL, false, a).said,
			    "refunds-000001 and refunds-changed-000001");
	/* Who adopts the refunds has not the orders by that. */
	assert_proves(ask_of(&x, KIND_REFUND, "new", NULL, false, a), HISTORY_OTHERS, 1, 1);
	assert_proves(ask_of(&x, KIND_REFUND, "new", NULL, true, a), HISTORY_OURS, 1, 1);
	assert_proves(ask_of(&x, KIND_REFUND, "back", NULL, false, a), HISTORY_REPLACED, 1, 1);
	assert_proves(ask(&x, "me", NULL, false, a), HISTORY_OURS, 4, 0);
}

/* The count is lost: the other kind's names say nothing of this one's. */
static void test_history__a_lost_count_is_read_off_the_kinds_own_names(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct outbox x = folder("lost");

	(void)state;
	for (int i = 1; i <= 3; i++)
		write_of(&x, KIND_REFUND, "back", arena_printf(a, "r%d", i), "#1-R1", false, true,
			 a);
	write_one(&x, "me", "k1", "#1", false, true, a);
	unlink("lost/.erpsync/sequence");
	unlink("lost/.erpsync/sequence-refunds");
	write_one(&x, "me", "k2", "#2", false, true, a);
	assert_true(file_exists("lost/orders-000002.csv"));
	write_of(&x, KIND_REFUND, "back", "r4", "#1-R4", false, true, a);
	assert_true(file_exists("lost/refunds-000004.csv"));
}

struct seen {
	const char *last;
	size_t n;
};

static enum errk note(void *ctx, const struct landed *l, struct err *e)
{
	struct seen *s = ctx;

	(void)e;
	assert_string_equal(l->version, "v1");
	assert_string_equal(l->hash, "h1");
	if (strcmp(l->record, "#1") == 0)
		s->last = strcmp(l->target.id, "orders-changed-000001.csv") == 0 ? "changed"
										 : "new";
	s->n++;
	return E_OK;
}

static void test_landed__tells_the_last_one_last_and_what_is_missing(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct outbox x = folder("landed");
	struct seen seen = {0};
	struct landed_request q = {.kind = KIND_ORDER, .fn = note, .ctx = &seen};
	struct err e;

	(void)state;
	write_one(&x, "me", "k1", "#1", false, true, a);
	write_one(&x, "me", "k2", "#2", false, true, a);
	write_one(&x, "me", "k3", "#1", true, false, a);
	assert_ok(outbox_landed(&x, &q, a, &e), &e);
	assert_null(q.missing);
	assert_string_equal(seen.last, "changed");
	/* The decision of the last one and its manifest tell the same. */
	assert_int_equal(seen.n, 4);
	unlink("landed/orders-000002.manifest.json");
	assert_ok(outbox_landed(&x, &q, a, &e), &e);
	assert_string_equal(q.missing, "orders-000002.manifest.json");
}

static void test_landed__tells_of_its_kind_alone(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct outbox x = folder("landed kinds");
	struct seen seen = {0};
	struct landed_request q = {.kind = KIND_REFUND, .fn = note, .ctx = &seen};
	struct err e;

	(void)state;
	write_one(&x, "me", "k1", "#1", false, true, a);
	write_of(&x, KIND_REFUND, "back", "r1", "#1-R1", false, true, a);
	write_of(&x, KIND_REFUND, "back", "r2", "#1-R2", false, true, a);
	assert_ok(outbox_landed(&x, &q, a, &e), &e);
	assert_null(q.missing);
	assert_int_equal(seen.n, 2);
	/* What is wrong with an order's manifest is nothing of a refund's. */
	write_text("landed kinds/orders-000001.manifest.json", "{");
	unlink("landed kinds/refunds-000001.manifest.json");
	assert_ok(outbox_landed(&x, &q, a, &e), &e);
	assert_string_equal(q.missing, "refunds-000001.manifest.json");
	write_text("landed kinds/refunds-000001.manifest.json", "{");
	assert_int_equal(outbox_landed(&x, &q, a, &e), E_LOCAL);
	assert_contains(e.msg, "adopt refunds --csv FILE with the refund file of that number");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_history__has_one_writer),
		cmocka_unit_test(test_history__of_two_the_last_one_goes_on),
		cmocka_unit_test(test_history__an_interrupted_batch_is_nobodys_loss),
		cmocka_unit_test(test_history__names_of_others_prove_nothing),
		cmocka_unit_test(test_history__damaged_books_are_not_taken_for_none),
		cmocka_unit_test(test_history__kinds_are_counted_apart),
		cmocka_unit_test(test_history__a_lost_count_is_read_off_the_kinds_own_names),
		cmocka_unit_test(test_landed__tells_the_last_one_last_and_what_is_missing),
		cmocka_unit_test(test_landed__tells_of_its_kind_alone),
	};

	return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}
