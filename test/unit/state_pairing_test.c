/* What a target proves and the state file knows: pairings, adopted links, records dropped for good. */
#include "state_fixture.h"

#include "state/link.h"
#include "state/pairing.h"
#include "state/queue.h"

static void test_pairing__has_one_name_for_ever_and_numbers_that_never_fall(void **state)
{
	struct fixture *f = *state;
	struct pairing p, again, other;

	OK(pairing_get(f->s, FLOW, f->a, &p, e));
	assert_int_equal(strlen(p.writer), RANDOM_HEX_SIZE - 1);
	assert_int_equal(p.last[0] + p.last[1], 0);
	assert_false(p.pull_first);
	OK(pairing_remember(f->s, FLOW, false, 7, e));
	OK(pairing_remember(f->s, FLOW, false, 5, e));
	OK(pairing_remember(f->s, FLOW, true, 2, e));
	OK(pairing_pull_first(f->s, FLOW, true, e));
	reopen(f);
	OK(pairing_get(f->s, FLOW, f->a, &again, e));
	assert_string_equal(again.writer, p.writer);
	assert_int_equal(again.last[0], 7);
	assert_int_equal(again.last[1], 2);
	assert_true(again.pull_first);
	OK(pairing_get(f->s, "another flow", f->a, &other, e));
	assert_string_not_equal(other.writer, p.writer);
}

static struct link adopted(const char *record, const char *target)
{
	return (struct link){.flow = FLOW,
			     .record = record,
			     .label = "#1",
			     .target.id = target,
			     .version = "",
			     .sent_hash = ""};
}

static struct link get(struct fixture *f, const char *record)
{
	struct link l = {0};
	bool found = false;

	OK(link_get(f->s, FLOW, record, f->a, &l, &found, e));
	assert_true(found);
	return l;
}

static void test_link_adopt__is_known_the_second_time(void **state)
{
	struct fixture *f = *state;
	struct link l = adopted("1", "doc-1");
	bool known = true;

	OK(link_adopt(f->s, &l, false, 100, &known, e));
	assert_false(known);
	assert_int_equal(get(f, "1").adopted_at, 100);
	OK(link_adopt(f->s, &l, false, 200, &known, e));
	assert_true(known);
	assert_int_equal(get(f, "1").adopted_at, 100);
	/* What was written is known; when the ERP got it is told when the record is seen. */
	l.target.id = "doc-2";
	l.version = "v2";
	l.sent_hash = "h2";
	OK(link_adopt(f->s, &l, false, 300, &known, e));
	assert_false(known);
	assert_int_equal(get(f, "1").adopted_at, 300);
	assert_string_equal(get(f, "1").sent_hash, "h2");
	/* An older document does not take its place. */
	l.target.id = "doc-1";
	OK(link_adopt(f->s, &l, false, 250, &known, e));
	assert_true(known);
	assert_string_equal(get(f, "1").target.id, "doc-2");
}

static void test_link_adopt__ends_with_the_baseline_or_a_write(void **state)
{
	struct fixture *f = *state;
	struct link l = adopted("1", "doc-1"), m = adopted("2", "doc-1");
	bool known;

	OK(link_adopt(f->s, &l, false, 100, &known, e));
	OK(link_adopt(f->s, &m, false, 100, &known, e));
	OK(link_set_baseline(f->s, FLOW, "1", "v1", "h1", 200, e));
	assert_int_equal(get(f, "1").adopted_at, 0);
	assert_string_equal(get(f, "1").version, "v1");
	assert_string_equal(get(f, "1").sent_hash, "h1");
	m.sent_hash = "h2";
	OK(link_set(f->s, &m, 200, e));
	assert_int_equal(get(f, "2").adopted_at, 0);
}

static void test_link_adopt__leaves_what_the_target_refused(void **state)
{
	struct fixture *f = *state;
	struct link l = adopted("1", "");
	bool known = false;

	l.acknowledged = "customer is blocked";
	OK(link_set(f->s, &l, 100, e));
	l = adopted("1", "doc-1");
	OK(link_adopt(f->s, &l, false, 200, &known, e));
	assert_true(known);
	assert_string_equal(get(f, "1").target.id, "");
	/* Unless a person says that it is there; once is enough. */
	OK(link_adopt(f->s, &l, true, 200, &known, e));
	assert_false(known);
	assert_string_equal(get(f, "1").target.id, "doc-1");
	assert_null(get(f, "1").acknowledged);
	OK(link_adopt(f->s, &l, true, 300, &known, e));
	assert_true(known);
}

static enum queue_put_result put(struct fixture *f, const char *version, enum queue_put_mode mode)
{
	enum queue_put_result result = QUEUE_PUT_KNOWN;

	OK(queue_put(f->s, ARRIVED("1", "#1", version, "{}"), mode, 100, &result, e));
	return result;
}

static int64_t id_of_row(struct fixture *f)
{
	return one_int(f, "SELECT max(id) FROM queue");
}

static void test_drop_for_good__holds_for_newer_versions(void **state)
{
	struct fixture *f = *state;
	int64_t n = 0;
	bool known = false, waits;

	assert_int_equal(put(f, "v1", QUEUE_PUT_NEWS), QUEUE_PUT_NEW);
	OK(queue_drop(f->s, &(struct queue_filter){.who = "#1"}, "r", 200, &n, e));
	OK(queue_drop_for_good(f->s, FLOW, "#1", "r", 200, &n, e));
	assert_int_equal(n, 1);
	assert_int_equal(put(f, "v2", QUEUE_PUT_NEWS), QUEUE_PUT_KNOWN);
	assert_int_equal(put(f, "v3", QUEUE_PUT_AGAIN), QUEUE_PUT_KNOWN);
	OK(queue_knows(f->s, FLOW, "1", "v4", &known, &waits, e));
	assert_true(known);
	/* A person names it: then it is as any other. */
	assert_int_equal(put(f, "v4", QUEUE_PUT_NAMED), QUEUE_PUT_NEW);
	assert_int_equal(put(f, "v5", QUEUE_PUT_NEWS), QUEUE_PUT_REPLACED);
}

static void test_forbid__marks_what_is_under_way_and_nothing_else(void **state)
{
	struct fixture *f = *state;
	const char **keys;
	size_t n_keys;
	int64_t n = 0;

	put(f, "v1", QUEUE_PUT_NEWS);
	OK(queue_forbid(f->s, &(struct queue_filter){.who = "1"}, "mine", &n, e));
	assert_int_equal(n, 0);
	OK(queue_mark_sending(f->s, id_of_row(f), "batch", false, 200, e));
	OK(queue_batches(f->s, FLOW, f->a, &keys, &n_keys, e));
	assert_int_equal(n_keys, 1);
	assert_string_equal(keys[0], "batch");
	OK(queue_forbid(f->s, &(struct queue_filter){.who = "1"}, "mine", &n, e));
	assert_int_equal(n, 1);
	assert_int_equal(one_int(f,
				 "SELECT count(*) FROM queue WHERE state = 1 AND code = 'dropped'"),
			 1);
	OK(queue_drop_for_good(f->s, FLOW, "1", "r", 300, &n, e));
	assert_int_equal(n, 1);
	OK(queue_mark_parked(f->s, id_of_row(f), "dropped", "mine", 400, e));
	OK(queue_drop(f->s, &(struct queue_filter){.code = "dropped"}, "mine", 400, &n, e));
	assert_int_equal(put(f, "v2", QUEUE_PUT_NEWS), QUEUE_PUT_KNOWN);
}

int main(void)
{
#define OPEN(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		OPEN(test_pairing__has_one_name_for_ever_and_numbers_that_never_fall),
		OPEN(test_link_adopt__is_known_the_second_time),
		OPEN(test_link_adopt__ends_with_the_baseline_or_a_write),
		OPEN(test_link_adopt__leaves_what_the_target_refused),
		OPEN(test_drop_for_good__holds_for_newer_versions),
		OPEN(test_forbid__marks_what_is_under_way_and_nothing_else),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
