#include "state_fixture.h"

#include "state/journal.h"
#include "state/link.h"
#include "state/queue.h"

#define OTHER "refunds export"

static enum queue_put_result put(struct fixture *f, const char *flow, const char *record,
				 const char *version, int64_t now)
{
	enum queue_put_result result = QUEUE_PUT_KNOWN;

	OK(queue_put(f->s,
		     &(struct queue_row){.flow = flow,
					 .record = record,
					 .label = arena_printf(f->a, "#%s", record),
					 .version = version,
					 .payload = version,
					 .origin = "pull"},
		     QUEUE_PUT_NEWS, now, &result, e));
	return result;
}

static int64_t id_of(struct fixture *f, const char *record)
{
	return one_int(f, arena_printf(f->a,
				       "SELECT max(id) FROM queue WHERE record = '%s'"
				       " AND state < 2",
				       record));
}

static void park(struct fixture *f, const char *record, const char *code)
{
	OK(queue_mark_sending(f->s, id_of(f, record), "b", false, 200, e));
	OK(queue_mark_parked(f->s, id_of(f, record), code, "a reason", 200, e));
}

static void deliver(struct fixture *f, const char *record, const char *version, int64_t now)
{
	struct link l = {.flow = FLOW,
			 .record = record,
			 .label = arena_printf(f->a, "#%s", record),
			 .target.id = "doc",
			 .version = version,
			 .sent_hash = "hash"};

	OK(queue_mark_sending(f->s, id_of(f, record), "b", false, now, e));
	OK(link_set(f->s, &l, now, e));
	OK(queue_mark_done(f->s, id_of(f, record), true, now, e));
}

/* Ready a (at 100), b (at 90, parked), c (sending), d (done), and r of another flow. */
static void fill(struct fixture *f)
{
	put(f, FLOW, "a", "v1", 100);
	put(f, FLOW, "b", "v1", 90);
	park(f, "b", "unmapped_sku");
	put(f, FLOW, "c", "v1", 110);
	OK(queue_mark_sending(f->s, id_of(f, "c"), "b", false, 200, e));
	put(f, FLOW, "d", "v1", 80);
	deliver(f, "d", "v1", 300);
	put(f, OTHER, "r", "v1", 95);
	park(f, "r", "no_tax");
}

struct seen {
	struct arena *a;
	char text[200];
	size_t stop_after;
};

static enum errk note(const struct queue_row *row, void *ctx, struct err *e)
{
	struct seen *seen = ctx;
	size_t len = strlen(seen->text);

	snprintf(seen->text + len, sizeof(seen->text) - len, "%s%s ", row->record,
		 row->payload ? row->payload : "");
	if (seen->stop_after && --seen->stop_after == 0)
		return err_set(e, E_LOCAL, "pipe", "stdout was closed");
	return E_OK;
}

static const char *list(struct fixture *f, struct queue_filter filter, bool with_payload)
{
	struct seen seen = {.a = f->a};

	OK(queue_each(f->s, &filter, with_payload, note, &seen, e));
	return arena_strdup(f->a, seen.text);
}

static void test_queue_each__lists_open_rows_by_age(void **state)
{
	struct fixture *f = *state;

	fill(f);
	assert_string_equal(list(f, (struct queue_filter){0}, false), "b r a c ");
	assert_string_equal(list(f, (struct queue_filter){0}, true), "bv1 rv1 av1 cv1 ");
	assert_string_equal(list(f, (struct queue_filter){.limit = 2}, false), "b r ");
}

static void test_queue_each__filters(void **state)
{
	struct fixture *f = *state;

	fill(f);
	assert_string_equal(list(f, (struct queue_filter){.flow = OTHER}, false), "r ");
	assert_string_equal(list(f, (struct queue_filter){.who = "a"}, false), "a ");
	assert_string_equal(list(f, (struct queue_filter){.who = "#b"}, false), "b ");
	assert_string_equal(list(f, (struct queue_filter){.code = "no_tax"}, false), "r ");
	assert_string_equal(list(f, (struct queue_filter){.who = "d"}, false), "");
	assert_string_equal(list(f, (struct queue_filter){.states = 1 << QUEUE_DONE}, false), "d ");
	assert_string_equal(list(f, (struct queue_filter){.states = 1 << QUEUE_PARKED}, false),
			    "b r ");
	assert_string_equal(list(f, (struct queue_filter){.states = 1 << QUEUE_SENDING}, false),
			    "c ");
	assert_string_equal(list(f, (struct queue_filter){.states = 15, .flow = FLOW}, false),
			    "d b a c ");
}

static void test_queue_each__ends_with_the_callbacks_failure(void **state)
{
	struct fixture *f = *state;
	struct seen seen = {.a = f->a, .stop_after = 2};
	struct queue_filter all = {0};

	fill(f);
	FAILS(queue_each(f->s, &all, false, note, &seen, e), E_LOCAL, "pipe", "closed");
	assert_string_equal(seen.text, "b r ");
	assert_string_equal(list(f, all, false), "b r a c ");
}

static void test_queue_release__frees_what_matches(void **state)
{
	struct fixture *f = *state;
	struct queue_filter sku = {.code = "unmapped_sku"};
	struct queue_row *rows;
	struct journal_line *lines;
	int64_t n;
	size_t count;

	fill(f);
	OK(queue_release(f->s, &sku, 500, &n, e));
	assert_int_equal(n, 1);
	OK(queue_due(f->s, FLOW, NULL, 0, 500, 10, f->a, &rows, &count, e));
	assert_int_equal(count, 2);
	assert_string_equal(rows[1].record, "b");
	assert_string_equal(rows[1].origin, "retry");
	assert_string_equal(rows[1].code, "unmapped_sku");
	assert_int_equal(rows[1].attempts, 1);
	assert_int_equal(rows[1].next_attempt, 500);
	assert_int_equal(rows[1].enqueued_at, 90);
	OK(journal_find(f->s, "b", f->a, &lines, &count, e));
	assert_int_equal(count, 1);
	assert_string_equal(lines[0].action, "released");
	assert_string_equal(lines[0].detail, "unmapped_sku");
	OK(queue_release(f->s, &(struct queue_filter){.code = "none"}, 500, &n, e));
	assert_int_equal(n, 0);
}

static void test_queue_release__matches_codes_with_a_star(void **state)
{
	struct fixture *f = *state;
	int64_t n;

	fill(f);
	OK(queue_release(f->s, &(struct queue_filter){.code = "unmapped"}, 500, &n, e));
	assert_int_equal(n, 0);
	OK(queue_release(f->s, &(struct queue_filter){.code = "unmapped_*"}, 500, &n, e));
	assert_int_equal(n, 1);
	assert_string_equal(list(f, (struct queue_filter){.code = "no*"}, false), "r ");
}

static void reopen_record(struct fixture *f, const char *record)
{
	OK(queue_reopen(f->s, FLOW, record, "#d", "v1", "refused_later", "no such tax", 700, e));
}

static void test_queue_reopen__parks_what_was_delivered(void **state)
{
	struct fixture *f = *state;
	const char **findings;
	size_t n;

	fill(f);
	reopen_record(f, "d");
	assert_string_equal(list(f, (struct queue_filter){.code = "refused*"}, true), "dv1 ");
	reopen_record(f, "d"); /* waits already */
	reopen_record(f, "c"); /* is being sent */
	assert_string_equal(list(f, (struct queue_filter){.code = "refused*"}, true), "dv1 ");
	OK(state_check(f->s, f->a, &findings, &n, e));
	assert_int_equal(n, 0);
}

static void test_queue_reopen__parks_what_waits_in_its_place(void **state)
{
	struct fixture *f = *state;

	fill(f);
	reopen_record(f, "a");
	assert_string_equal(list(f, (struct queue_filter){.code = "refused*"}, true), "av1 ");
	reopen_record(f, "b");
	reopen_record(f, "b");
	assert_string_equal(list(f, (struct queue_filter){.code = "unmapped_sku"}, true), "bv1 ");
	assert_int_equal(one_int(f, "SELECT count(*) FROM queue WHERE record = 'b'"
				    " AND reason = 'a reason; no such tax'"),
			 1);
}

static void test_queue_reopen__works_without_the_document(void **state)
{
	struct fixture *f = *state;
	const char **findings;
	bool more;
	int64_t released;
	size_t n;

	fill(f);
	OK(queue_purge(f->s, 9999, &more, e));
	reopen_record(f, "d");
	assert_string_equal(list(f, (struct queue_filter){.code = "refused*"}, true), "d ");
	OK(queue_release(f->s, &(struct queue_filter){.who = "d"}, 800, &released, e));
	OK(state_check(f->s, f->a, &findings, &n, e));
	assert_int_equal(n, 0);
}

static void test_queue_release__takes_backed_off_rows_but_not_sent_ones(void **state)
{
	struct fixture *f = *state;
	struct queue_filter all = {.states = 15};
	struct queue_row *rows;
	size_t count;
	int64_t n;

	fill(f);
	OK(queue_mark_later(f->s, id_of(f, "a"), "http_500", "r", 9000, 200, e));
	OK(queue_release(f->s, &all, 500, &n, e));
	assert_int_equal(n, 3);
	OK(queue_due(f->s, FLOW, NULL, 0, 500, 10, f->a, &rows, &count, e));
	assert_int_equal(count, 2);
	assert_int_equal(one_int(f, "SELECT count(*) FROM queue WHERE state = 1"), 1);
	assert_int_equal(one_int(f, "SELECT count(*) FROM queue WHERE state = 3"), 1);
	OK(queue_release(f->s, &(struct queue_filter){.limit = 1}, 600, &n, e));
	assert_int_equal(n, 1);
}

static void drop(struct fixture *f, const char *who, int64_t want)
{
	int64_t n = -1;

	OK(queue_drop(f->s, &(struct queue_filter){.who = who}, "test order", 600, &n, e));
	assert_int_equal(n, want);
}

/* A row as the engine parks what its source could not read; payload NULL = without a document. */
static void park_problem(struct fixture *f, const char *record, const char *payload)
{
	enum queue_put_result result;
	int64_t id;

	OK(queue_put(f->s, ARRIVED(record, record, "v1", payload), QUEUE_PUT_NEWS, 100, &result,
		     e));
	OK(queue_waiting(f->s, FLOW, record, &id, e));
	OK(queue_mark_parked(f->s, id, "wrapped_rows", "r", 100, e));
}

static void test_queue_resolve__takes_the_file_and_its_rows(void **state)
{
	struct fixture *f = *state;
	struct journal_line *lines;
	const char **ids;
	bool found;
	struct link l;
	size_t n;

	park_problem(f, "file:a.csv", NULL);
	park_problem(f, "file:a.csv:12", NULL);
	park_problem(f, "file:a.csv2", NULL);
	park_problem(f, "file:a", NULL);
	park_problem(f, "file:a.csv:doc", "{}");
	OK(queue_resolve(f->s, "another flow", "file:a.csv", 600, e));
	assert_int_equal(one_int(f, "SELECT count(*) FROM queue"), 5);
	OK(queue_resolve(f->s, FLOW, "file:a.csv", 600, e));
	assert_int_equal(one_int(f, "SELECT count(*) FROM queue"), 3);
	assert_int_equal(one_int(f, "SELECT count(*) FROM queue WHERE record IN"
				    " ('file:a.csv', 'file:a.csv:12')"),
			 0);
	OK(journal_find(f->s, "file:a.csv:12", f->a, &lines, &n, e));
	assert_int_equal(n, 1);
	assert_string_equal(lines[0].action, "resolved");
	OK(queue_faults(f->s, FLOW, "file", f->a, &ids, &n, e));
	assert_int_equal(n, 2);
	assert_string_equal(ids[0], "file:a");
	assert_string_equal(ids[1], "file:a.csv2");
	OK(queue_faults(f->s, "another flow", "file", f->a, &ids, &n, e));
	assert_int_equal(n, 0);
	/* Nothing remembers it: the same fault is news when it comes again. */
	OK(link_get(f->s, FLOW, "file:a.csv", f->a, &l, &found, e));
	assert_false(found);
	park_problem(f, "file:a.csv", NULL);
}

static void test_queue_drop__is_remembered_until_a_newer_version(void **state)
{
	struct fixture *f = *state;
	struct journal_line *lines;
	struct link l;
	bool found, known, waits;
	int64_t links;
	size_t n;

	fill(f);
	drop(f, "#b", 1);
	assert_int_equal(one_int(f, "SELECT count(*) FROM queue WHERE record = 'b'"), 0);
	OK(link_get(f->s, FLOW, "b", f->a, &l, &found, e));
	assert_true(found);
	assert_string_equal(l.sent_hash, "");
	assert_string_equal(l.target.id, "");
	assert_string_equal(l.version, "v1");
	assert_string_equal(l.dropped, "v1");
	assert_int_equal(l.delivered_at, 0);
	OK(link_count(f->s, FLOW, &links, e));
	assert_int_equal(links, 1);
	OK(journal_find(f->s, "#b", f->a, &lines, &n, e));
	assert_int_equal(n, 1);
	assert_string_equal(lines[0].action, "dropped");
	assert_string_equal(lines[0].detail, "test order");
	OK(queue_knows(f->s, FLOW, "b", "v1", &known, &waits, e));
	assert_true(known);
	assert_int_equal(put(f, FLOW, "b", "v1", 700), QUEUE_PUT_KNOWN);
	assert_int_equal(put(f, FLOW, "b", "v2", 700), QUEUE_PUT_NEW);
	deliver(f, "b", "v2", 800);
	OK(link_get(f->s, FLOW, "b", f->a, &l, &found, e));
	assert_null(l.dropped);
	assert_int_equal(l.delivered_at, 800);
	assert_int_equal(put(f, FLOW, "b", "v1", 900), QUEUE_PUT_NEW);
}

static void test_queue_drop__keeps_the_link_of_a_delivered_record(void **state)
{
	struct fixture *f = *state;
	struct link l;
	bool found;

	fill(f);
	put(f, FLOW, "d", "v2", 400);
	drop(f, "d", 1);
	OK(link_get(f->s, FLOW, "d", f->a, &l, &found, e));
	assert_string_equal(l.target.id, "doc");
	assert_string_equal(l.sent_hash, "hash");
	assert_string_equal(l.version, "v1");
	assert_string_equal(l.dropped, "v2");
	assert_int_equal(put(f, FLOW, "d", "v1", 700), QUEUE_PUT_KNOWN);
	assert_int_equal(put(f, FLOW, "d", "v2", 700), QUEUE_PUT_KNOWN);
	assert_int_equal(put(f, FLOW, "d", "v3", 700), QUEUE_PUT_NEW);
}

/*
 * The older version lands after the newer one was dropped: that must not bring the
 * newer one back.
 */
static void test_queue_drop__holds_while_an_older_version_is_sent(void **state)
{
	struct fixture *f = *state;
	struct link l = {.flow = FLOW,
			 .record = "c",
			 .label = "#c",
			 .target.id = "doc",
			 .version = "v1",
			 .sent_hash = "hash"};

	fill(f);
	put(f, FLOW, "c", "v2", 400);
	drop(f, "c", 1);
	assert_int_equal(one_int(f, "SELECT count(*) FROM queue WHERE record = 'c'"), 1);
	assert_int_equal(put(f, FLOW, "c", "v2", 450), QUEUE_PUT_KNOWN);
	OK(link_set(f->s, &l, 500, e));
	OK(queue_mark_done(f->s, id_of(f, "c"), true, 500, e));
	assert_int_equal(put(f, FLOW, "c", "v2", 700), QUEUE_PUT_KNOWN);
}

static void test_queue_drop__a_person_brings_it_back_a_full_pull_does_not(void **state)
{
	struct fixture *f = *state;
	enum queue_put_result result;

	fill(f);
	drop(f, "a", 1);
	OK(queue_put(f->s, ARRIVED("a", "#a", "v1", "{}"), QUEUE_PUT_AGAIN, 690, &result, e));
	assert_int_equal(result, QUEUE_PUT_KNOWN);
	OK(queue_put(f->s,
		     &(struct queue_row){.flow = FLOW,
					 .record = "a",
					 .label = "#a",
					 .version = "v1",
					 .payload = "{}",
					 .origin = "only"},
		     QUEUE_PUT_NAMED, 700, &result, e));
	assert_int_equal(result, QUEUE_PUT_REPEATED);
	assert_int_equal(one_int(f, "SELECT count(*) FROM link WHERE dropped IS NOT NULL"), 0);
}

static void test_queue_drop__leaves_what_is_sent_or_delivered(void **state)
{
	struct fixture *f = *state;
	struct queue_filter all = {.states = 15};
	const char **findings;
	int64_t n;
	size_t count;

	fill(f);
	OK(queue_drop(f->s, &all, "all", 600, &n, e));
	assert_int_equal(n, 3);
	assert_int_equal(one_int(f, "SELECT count(*) FROM queue"), 2);
	assert_int_equal(one_int(f, "SELECT count(*) FROM payload"), 2);
	OK(state_check(f->s, f->a, &findings, &count, e));
	assert_int_equal(count, 0);
}

static void test_queue_count__counts_per_flow_and_in_all(void **state)
{
	struct fixture *f = *state;
	struct queue_counts c;

	OK(queue_count(f->s, NULL, 100, &c, e));
	assert_int_equal(c.ready + c.due + c.sending + c.parked + c.oldest_waiting, 0);
	fill(f);
	put(f, FLOW, "z", "v1", 5000);
	OK(queue_count(f->s, FLOW, 300, &c, e));
	assert_int_equal(c.ready, 2);
	assert_int_equal(c.due, 1);
	assert_int_equal(c.sending, 1);
	assert_int_equal(c.parked, 1);
	assert_int_equal(c.oldest_waiting, 90);
	OK(queue_count(f->s, NULL, 300, &c, e));
	assert_int_equal(c.parked, 2);
	assert_int_equal(c.sending, 1);
	OK(queue_count(f->s, OTHER, 300, &c, e));
	assert_int_equal(c.ready, 0);
	assert_int_equal(c.sending, 0);
	assert_int_equal(c.oldest_waiting, 95);
}

static void test_queue_reasons__most_first(void **state)
{
	struct fixture *f = *state;
	struct queue_reason *r;
	size_t n;

	fill(f);
	for (int i = 0; i < 3; i++) {
		const char *id = arena_printf(f->a, "t%d", i);
		put(f, FLOW, id, "v1", 100);
		park(f, id, "no_tax");
	}
	OK(queue_reasons(f->s, NULL, f->a, &r, &n, e));
	assert_int_equal(n, 2);
	assert_string_equal(r[0].code, "no_tax");
	assert_int_equal(r[0].n, 4);
	assert_string_equal(r[1].code, "unmapped_sku");
	OK(queue_reasons(f->s, OTHER, f->a, &r, &n, e));
	assert_int_equal(n, 1);
	assert_int_equal(r[0].n, 1);
	OK(queue_reasons(f->s, "none", f->a, &r, &n, e));
	assert_int_equal(n, 0);
}

static void test_queue_purge__takes_old_delivered_rows_only(void **state)
{
	struct fixture *f = *state;
	bool more, known, waits;

	fill(f);
	put(f, FLOW, "e", "v1", 100);
	deliver(f, "e", "v1", 400);
	OK(queue_purge(f->s, 400, &more, e));
	assert_false(more);
	assert_int_equal(one_int(f, "SELECT count(*) FROM queue WHERE record = 'd'"), 0);
	assert_int_equal(one_int(f, "SELECT count(*) FROM queue"), 5);
	assert_int_equal(one_int(f, "SELECT count(*) FROM payload"), 5);
	OK(queue_knows(f->s, FLOW, "d", "v1", &known, &waits, e));
	assert_true(known);
}

static void test_queue_purge__is_bounded_and_gives_space_back(void **state)
{
	struct fixture *f = *state;
	char *big = arena_alloc(f->a, 8001);
	enum queue_put_result result;
	bool more;
	int64_t before;

	memset(big, 'x', 8000);
	OK(state_begin(f->s, e));
	for (int i = 0; i < 2100; i++) {
		const char *id = arena_printf(f->a, "%d", i);

		OK(queue_put(f->s, ARRIVED(id, id, "v1", big), QUEUE_PUT_NEWS, 1, &result, e));
		deliver(f, id, "v1", 300);
	}
	OK(state_commit(f->s, e));
	before = one_int(f, "PRAGMA page_count");
	OK(queue_purge(f->s, 1000, &more, e));
	assert_true(more);
	assert_int_equal(one_int(f, "SELECT count(*) FROM queue"), 1100);
	OK(queue_purge(f->s, 1000, &more, e));
	assert_true(more);
	OK(queue_purge(f->s, 1000, &more, e));
	assert_false(more);
	assert_int_equal(one_int(f, "SELECT count(*) FROM payload"), 0);
	assert_true(one_int(f, "PRAGMA page_count") < before / 2);
	assert_true(one_int(f, "PRAGMA freelist_count") <= 1024);
}

/* Purged personal data is not left in free pages. */
static void test_queue_purge__overwrites(void **state)
{
	struct fixture *f = *state;
	enum queue_put_result result;
	size_t len;
	char *file;
	bool more;

	for (int i = 0; i < 50; i++) {
		const char *id = arena_printf(f->a, "%d", i);
		char *text = arena_alloc(f->a, 6001);

		memset(text, 'x', 6000);
		for (int at = 0; at < 5900; at += 60)
			memcpy(text + at, "Erika Mustermann", 16);
		OK(queue_put(f->s, ARRIVED(id, id, "v1", text), QUEUE_PUT_NEWS, 1, &result, e));
		deliver(f, id, "v1", 300);
	}
	OK(queue_purge(f->s, 1000, &more, e));
	close_state(f);
	OK(file_read(f->path, 10 << 20, f->a, &file, &len, e));
	assert_null(memmem(file, len, "Mustermann", 10));
}

static const char *parked_as(struct fixture *f)
{
	const char *code = "x", *reason;
	int64_t id;

	OK(queue_waiting(f->s, FLOW, "1", &id, e));
	OK(queue_parked_as(f->s, id, f->a, &code, &reason, e));
	return code;
}

static void test_queue__remembers_why_the_version_before_was_parked(void **state)
{
	struct fixture *f = *state;
	struct queue_filter all = {.flow = FLOW};
	int64_t id, n;

	put(f, FLOW, "1", "v1", 100);
	assert_null(parked_as(f));
	OK(queue_waiting(f->s, FLOW, "1", &id, e));
	OK(queue_mark_parked(f->s, id, "unknown_sku", "no such", 100, e));
	put(f, FLOW, "1", "v2", 100);
	assert_string_equal(parked_as(f), "unknown_sku");
	/* Replaced again before it was tried. */
	put(f, FLOW, "1", "v3", 100);
	assert_string_equal(parked_as(f), "unknown_sku");
	/* A person who frees it wants to hear of it. */
	OK(queue_release(f->s, &all, 200, &n, e));
	assert_null(parked_as(f));
}

int main(void)
{
#define OPEN(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		OPEN(test_queue_each__lists_open_rows_by_age),
		OPEN(test_queue__remembers_why_the_version_before_was_parked),
		OPEN(test_queue_each__filters),
		OPEN(test_queue_each__ends_with_the_callbacks_failure),
		OPEN(test_queue_release__frees_what_matches),
		OPEN(test_queue_release__matches_codes_with_a_star),
		OPEN(test_queue_reopen__parks_what_was_delivered),
		OPEN(test_queue_reopen__parks_what_waits_in_its_place),
		OPEN(test_queue_reopen__works_without_the_document),
		OPEN(test_queue_release__takes_backed_off_rows_but_not_sent_ones),
		OPEN(test_queue_resolve__takes_the_file_and_its_rows),
		OPEN(test_queue_drop__is_remembered_until_a_newer_version),
		OPEN(test_queue_drop__keeps_the_link_of_a_delivered_record),
		OPEN(test_queue_drop__holds_while_an_older_version_is_sent),
		OPEN(test_queue_drop__a_person_brings_it_back_a_full_pull_does_not),
		OPEN(test_queue_drop__leaves_what_is_sent_or_delivered),
		OPEN(test_queue_count__counts_per_flow_and_in_all),
		OPEN(test_queue_reasons__most_first),
		OPEN(test_queue_purge__takes_old_delivered_rows_only),
		OPEN(test_queue_purge__is_bounded_and_gives_space_back),
		OPEN(test_queue_purge__overwrites),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
