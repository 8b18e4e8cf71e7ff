#include "state_fixture.h"

#include "state/link.h"
#include "state/queue.h"

/* Records that were delivered less far than they may go now. */

static void put(struct fixture *f, const char *record, const char *version)
{
	enum queue_put_result result;

	OK(queue_put(f->s,
		     ARRIVED(record, arena_printf(f->a, "#%s", record), version,
			     arena_printf(f->a, "{\"v\":\"%s\"}", version)),
		     QUEUE_PUT_NEWS, 100, &result, e));
}

static void deliver(struct fixture *f, const char *record, const char *kept)
{
	const struct link l = {.flow = FLOW,
			       .record = record,
			       .label = arena_printf(f->a, "#%s", record),
			       .target.id = "doc",
			       .version = "v1",
			       .sent_hash = "hash",
			       .kept = kept};
	int64_t id;

	put(f, record, "v1");
	OK(queue_waiting(f->s, FLOW, record, &id, e));
	OK(queue_mark_sending(f->s, id, "b", false, 200, e));
	OK(link_set(f->s, &l, 300, e));
	OK(queue_mark_done(f->s, id, true, 300, e));
}

/* "1: v1 {…}" of each that is due, in order. */
static const char *due(struct fixture *f, int64_t now)
{
	const char *text = "";
	struct queue_row *row;
	size_t n;

	OK(queue_due(f->s, FLOW, NULL, 0, now, 10, f->a, &row, &n, e));
	for (size_t i = 0; i < n; i++) {
		const char *payload;

		OK(queue_payload(f->s, row[i].id, f->a, &payload, e));
		text = arena_printf(f->a, "%s%s %s %s;", text, row[i].record, row[i].version,
				    payload ? payload : "-");
	}
	return text;
}

static int64_t repeated(struct fixture *f, int64_t now)
{
	int64_t n = 0;

	OK(queue_repeat_held(f->s, FLOW, "half", now, &n, e));
	return n;
}

static void test_queue_repeat_held__what_was_held_back_waits_once(void **state)
{
	struct fixture *f = *state;
	const struct queue_filter dropped = {.flow = FLOW, .who = "dropped"};
	const char **findings;
	size_t n_findings;
	int64_t n;

	deliver(f, "kept", "half {\"1\":\"2 19.9\"}");
	deliver(f, "other", "halfway");
	deliver(f, "bare", "half");
	deliver(f, "newer", "half");
	deliver(f, "waits", "half");
	deliver(f, "dropped", "half");
	deliver(f, "whole", "whole");
	OK(db_exec(
		f->s,
		"DELETE FROM payload WHERE queue_id IN (SELECT id FROM queue WHERE record = 'bare')",
		e));
	/* The document that is kept is an older one's. */
	OK(link_set_version(f->s, FLOW, "newer", "v2", 310, e));
	put(f, "waits", "v2");
	put(f, "dropped", "v2");
	OK(queue_drop(f->s, &dropped, "by hand", 320, &n, e));

	assert_int_equal(repeated(f, 400), 3);
	assert_string_equal(due(f, 399), "waits v2 {\"v\":\"v2\"};");
	assert_string_equal(due(f, 400), "waits v2 {\"v\":\"v2\"};kept v1 {\"v\":\"v1\"};"
					 "bare v1 -;newer v2 -;");
	assert_int_equal(repeated(f, 500), 0);
	OK(state_check(f->s, f->a, &findings, &n_findings, e));
	assert_int_equal(n_findings, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_queue_repeat_held__what_was_held_back_waits_once, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
