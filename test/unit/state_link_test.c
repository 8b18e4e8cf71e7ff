#include "state_fixture.h"

#include "state/link.h"
#include "state/queue.h"

static struct link sample(const char *record, const char *target)
{
	return (struct link){
		.flow = FLOW,
		.record = record,
		.label = "#1001",
		.target.id = target,
		.version = "v1",
		.sent_hash = "h1",
		.delivered_at = 12345, /* not looked at */
	};
}

static void test_link__set_and_get(void **state)
{
	struct fixture *f = *state;
	struct link l = sample("1", "orders-000001.csv"), got;
	bool found = true;

	OK(link_get(f->s, FLOW, "1", f->a, &got, &found, e));
	assert_false(found);
	OK(link_set(f->s, &l, 100, e));
	OK(link_get(f->s, FLOW, "1", f->a, &got, &found, e));
	assert_true(found);
	assert_string_equal(got.flow, FLOW);
	assert_string_equal(got.record, "1");
	assert_string_equal(got.label, "#1001");
	assert_string_equal(got.target.id, "orders-000001.csv");
	assert_null(got.target.name);
	assert_int_equal(got.target.n_parts, 0);
	assert_string_equal(got.version, "v1");
	assert_string_equal(got.sent_hash, "h1");
	assert_int_equal(got.delivered_at, 100);
	assert_int_equal(got.changed_at, 100);
	assert_null(got.acknowledged);
	assert_null(got.dropped);
	OK(link_get(f->s, "other flow", "1", f->a, &got, &found, e));
	assert_false(found);
}

static const char *owner(struct fixture *f, const char *flow, const char *document)
{
	const char *record = "asked";

	OK(link_owner(f->s, flow, document, f->a, &record, e));
	return record;
}

static void test_link__whose_a_document_is(void **state)
{
	struct fixture *f = *state;
	struct link one = sample("1", "F/1"), several = sample("2", "F/2");

	target_add_part(&several.target, "shipment", "F/2", NULL, f->a);
	target_add_part(&several.target, "shipment", "F/30", NULL, f->a);
	target_add_part(&several.target, "shipment", "F/4", NULL, f->a);
	OK(link_set(f->s, &one, 100, e));
	OK(link_set(f->s, &several, 100, e));
	assert_string_equal(owner(f, FLOW, "F/1"), "1");
	assert_string_equal(owner(f, FLOW, "F/2"), "2");
	assert_string_equal(owner(f, FLOW, "F/30"), "2");
	assert_string_equal(owner(f, FLOW, "F/4"), "2");
	assert_null(owner(f, FLOW, "F/3"));
	assert_null(owner(f, FLOW, "F/"));
	assert_null(owner(f, "other flow", "F/1"));
}

static void test_link__the_first_delivery_stays(void **state)
{
	struct fixture *f = *state;
	struct link l = sample("1", "doc-1"), got;
	bool found;

	OK(link_set(f->s, &l, 100, e));
	l.target.id = "doc-2";
	l.version = "v2";
	l.sent_hash = "h2";
	OK(link_set(f->s, &l, 200, e));
	OK(link_get(f->s, FLOW, "1", f->a, &got, &found, e));
	assert_string_equal(got.target.id, "doc-2");
	assert_string_equal(got.sent_hash, "h2");
	assert_int_equal(got.delivered_at, 100);
	assert_int_equal(got.changed_at, 200);
	assert_int_equal(one_int(f, "SELECT count(*) FROM link"), 1);
}

static void test_link__without_a_hash_is_not_a_delivery(void **state)
{
	struct fixture *f = *state;
	struct link l = sample("1", ""), got;
	bool found;
	int64_t n;

	l.sent_hash = "";
	OK(link_set(f->s, &l, 100, e));
	OK(link_get(f->s, FLOW, "1", f->a, &got, &found, e));
	assert_int_equal(got.delivered_at, 0);
	OK(link_count(f->s, FLOW, &n, e));
	assert_int_equal(n, 0);
	l = sample("1", "doc");
	OK(link_set(f->s, &l, 200, e));
	OK(link_get(f->s, FLOW, "1", f->a, &got, &found, e));
	assert_int_equal(got.delivered_at, 200);
}

static void test_link__only_the_version_moves(void **state)
{
	struct fixture *f = *state;
	struct link l = sample("1", "doc"), got;
	bool found;

	OK(link_set(f->s, &l, 100, e));
	OK(link_set_version(f->s, FLOW, "1", "v2", 200, e));
	OK(link_get(f->s, FLOW, "1", f->a, &got, &found, e));
	assert_string_equal(got.version, "v2");
	assert_string_equal(got.sent_hash, "h1");
	assert_int_equal(got.changed_at, 200);
}

static void version_without_link(struct fixture *f)
{
	OK(link_set_version(f->s, FLOW, "none", "v2", 200, e));
}

static void test_link__a_version_without_link_is_a_bug(void **state)
{
	assert_bug(*state, version_without_link);
}

static void test_link__find_by_record_or_label(void **state)
{
	struct fixture *f = *state;
	struct link a = sample("1", "doc"), b = sample("2", "doc"), c = sample("1", "doc"), *got;
	size_t n;

	b.label = "1"; /* a label that is another's id */
	c.flow = "refunds export";
	OK(link_set(f->s, &a, 100, e));
	OK(link_set(f->s, &b, 100, e));
	OK(link_set(f->s, &c, 100, e));
	OK(link_find(f->s, NULL, "1", f->a, &got, &n, e));
	assert_int_equal(n, 3);
	assert_string_equal(got[2].flow, "refunds export");
	OK(link_find(f->s, FLOW, "#1001", f->a, &got, &n, e));
	assert_int_equal(n, 1);
	assert_string_equal(got[0].record, "1");
	OK(link_find(f->s, FLOW, "nobody", f->a, &got, &n, e));
	assert_int_equal(n, 0);
}

static void test_link__settle_reaches_all_records_of_a_document(void **state)
{
	struct fixture *f = *state;
	struct link got;
	int64_t n;
	bool found;

	for (int i = 0; i < 3; i++) {
		struct link l = sample(arena_printf(f->a, "%d", i), i < 2 ? "file-1" : "file-2");
		OK(link_set(f->s, &l, 100, e));
	}
	OK(link_acknowledge(f->s, FLOW, "file-1", NULL, "accepted", 300, &n, e));
	assert_int_equal(n, 2);
	OK(link_get(f->s, FLOW, "0", f->a, &got, &found, e));
	assert_string_equal(got.acknowledged, "accepted");
	assert_int_equal(got.changed_at, 100);
	OK(link_get(f->s, FLOW, "2", f->a, &got, &found, e));
	assert_null(got.acknowledged);
	OK(link_acknowledge(f->s, FLOW, "file-1", "1", "blocked", 301, &n, e));
	assert_int_equal(n, 1);
	OK(link_get(f->s, FLOW, "0", f->a, &got, &found, e));
	assert_string_equal(got.acknowledged, "accepted");
	OK(link_acknowledge(f->s, FLOW, "file-9", NULL, "accepted", 300, &n, e));
	assert_int_equal(n, 0);
	/* A new document has no answer yet. */
	{
		struct link l = sample("0", "file-3");
		OK(link_set(f->s, &l, 400, e));
	}
	OK(link_get(f->s, FLOW, "0", f->a, &got, &found, e));
	assert_null(got.acknowledged);
	OK(link_count(f->s, FLOW, &n, e));
	assert_int_equal(n, 3);
}

static void test_link__a_memo_stays_until_there_is_another(void **state)
{
	struct fixture *f = *state;
	struct link l = sample("1", "doc-1"), got;
	bool found;

	/* Without a link there is nothing to remember it by. */
	OK(link_set_kept(f->s, FLOW, "1", "early", e));
	OK(link_get(f->s, FLOW, "1", f->a, &got, &found, e));
	assert_false(found);
	OK(link_set(f->s, &l, 100, e));
	OK(link_get(f->s, FLOW, "1", f->a, &got, &found, e));
	assert_null(got.kept);
	l.kept = "first";
	OK(link_set(f->s, &l, 200, e));
	l.kept = NULL;
	OK(link_set(f->s, &l, 300, e));
	OK(link_get(f->s, FLOW, "1", f->a, &got, &found, e));
	assert_string_equal(got.kept, "first");
	OK(link_set_kept(f->s, FLOW, "1", "second", e));
	OK(link_get(f->s, FLOW, "1", f->a, &got, &found, e));
	assert_string_equal(got.kept, "second");
	assert_int_equal(got.changed_at, 300);
}

static void test_link__what_was_said_of_each(void **state)
{
	struct fixture *f = *state;
	struct link_said *said;
	size_t n;

	for (int i = 0; i < 1200; i++) {
		struct link l = sample(arena_printf(f->a, "r%04d", i), "doc-1");
		OK(link_set(f->s, &l, 100, e));
	}
	struct link never = sample("r0000a", "");
	never.sent_hash = "";
	OK(link_set(f->s, &never, 100, e));
	struct link other = sample("r0000b", "doc-1");
	other.flow = "another flow";
	OK(link_set(f->s, &other, 100, e));
	OK(link_doubt(f->s, FLOW, "r0000c", "r0000c", NULL, 100, e));
	OK(link_list_said(f->s, FLOW, NULL, f->a, &said, &n, e));
	assert_int_equal(n, 1000);
	assert_string_equal(said[0].record, "r0000");
	assert_string_equal(said[0].version, sample("1", "doc-1").version);
	assert_false(said[0].waits || said[0].doubt);
	assert_string_equal(said[1].record, "r0000c");
	assert_true(said[1].doubt);
	OK(link_list_said(f->s, FLOW, said[n - 1].record, f->a, &said, &n, e));
	assert_int_equal(n, 201);
	assert_string_equal(said[0].record, "r0999");
	OK(link_list_said(f->s, FLOW, said[n - 1].record, f->a, &said, &n, e));
	assert_int_equal(n, 0);
}

static const char *namesake(struct fixture *f, const char *flow, const char *record)
{
	const char *other = "asked";

	OK(link_namesake(f->s, flow, record, "#1001", f->a, &other, e));
	return other;
}

static void test_link__another_of_the_same_name(void **state)
{
	struct fixture *f = *state;
	struct link l = sample("1", "F/1"), dropped = sample("0", "");
	enum queue_put_result put;

	assert_null(namesake(f, FLOW, "2"));
	OK(link_set(f->s, &dropped, 100, e));
	OK(queue_put(f->s, ARRIVED("3", "#1001", "v1", NULL), QUEUE_PUT_NEWS, 100, &put, e));
	assert_null(namesake(f, FLOW, "2")); /* neither went over, nor could be read */
	OK(queue_put(f->s, ARRIVED("4", "#1001", "v1", "{}"), QUEUE_PUT_NEWS, 100, &put, e));
	assert_string_equal(namesake(f, FLOW, "2"), "4");
	assert_null(namesake(f, FLOW, "4"));
	OK(link_set(f->s, &l, 100, e));
	assert_string_equal(namesake(f, FLOW, "2"), "1");
	assert_null(namesake(f, FLOW, "1"));
	assert_null(namesake(f, FLOW, "4")); /* no newcomer any more */
	assert_null(namesake(f, "other flow", "2"));
}

static bool is_known(struct fixture *f, const char *record, const char *version)
{
	bool known, waits;

	OK(queue_knows(f->s, FLOW, record, version, &known, &waits, e));
	return known;
}

static void park(struct fixture *f, const char *record, const char *version)
{
	enum queue_put_result put;
	int64_t id;

	OK(queue_put(f->s, ARRIVED(record, record, version, "{}"), QUEUE_PUT_AGAIN, 100, &put, e));
	OK(queue_waiting(f->s, FLOW, record, &id, e));
	OK(queue_mark_parked(f->s, id, "left_there", "why", 100, e));
}

static void test_link__all_are_compared_after_a_change(void **state)
{
	struct fixture *f = *state;
	struct link there = sample("there", "F/1"), nowhere = sample("nowhere", ""),
		    never = sample("never", ""), gone = sample("gone", "F/2"),
		    left = sample("left", "F/3"), newer = sample("newer", "F/4");
	struct link_said *said;
	const char **unknown;
	size_t n;

	never.sent_hash = "";
	gone.version = "of a gone one";
	OK(link_set(f->s, &there, 100, e));
	OK(link_set(f->s, &nowhere, 100, e));
	OK(link_set(f->s, &never, 100, e));
	OK(link_set(f->s, &gone, 100, e));
	OK(link_set(f->s, &left, 100, e));
	OK(link_set(f->s, &newer, 100, e));
	park(f, "left", "v1");
	park(f, "newer", "v2");
	assert_true(is_known(f, "there", "v1") && is_known(f, "nowhere", "v1"));
	assert_true(is_known(f, "left", "v1"));
	OK(link_doubt_all(f->s, FLOW, gone.version, e));
	assert_false(is_known(f, "there", "v1") || is_known(f, "nowhere", "v1"));
	assert_true(is_known(f, "never", "v1") && is_known(f, "gone", gone.version));
	/* What is parked is compared where it went over: what stands there is of that version. */
	assert_false(is_known(f, "left", "v1"));
	assert_true(is_known(f, "newer", "v2"));
	/* Of what is nowhere there nothing can be gone. */
	OK(link_list_said(f->s, FLOW, NULL, f->a, &said, &n, e));
	assert_int_equal(n, 4);
	for (size_t i = 0; i < n; i++)
		assert_string_not_equal(said[i].record, "nowhere");
	OK(queue_unknown_there(f->s, FLOW, "x", "y", f->a, &unknown, &n, e));
	assert_int_equal(n, 1);
	assert_string_equal(unknown[0], "nowhere");
}

static bool moves(struct fixture *f, const char *record)
{
	const struct link_shared x = {.record = record, .sku = "OTHER", .since = 200};
	bool moved;

	OK(link_move_shared(f->s, FLOW, &x, &moved, e));
	return moved;
}

static void test_link__moved_by_an_order_of_another(void **state)
{
	struct fixture *f = *state;
	struct link l = sample("1", "F/1");
	enum queue_put_result put;
	int64_t id, n;

	l.sku = "SKU";
	OK(link_set(f->s, &l, 100, e));
	assert_true(moves(f, "1"));
	OK(queue_put(f->s, ARRIVED("1", "1", "v1", "{}"), QUEUE_PUT_AGAIN, 100, &put, e));
	assert_false(moves(f, "1")); /* it will be compared in any case */
	OK(queue_waiting(f->s, FLOW, "1", &id, e));
	OK(queue_mark_sending(f->s, id, "batch", false, 100, e));
	assert_false(moves(f, "1"));
	OK(queue_mark_passing(f->s, id, "figure_older", "why", 90000, 100, e));
	assert_true(moves(f, "1"));
	park(f, "1", "v1");
	assert_true(moves(f, "1"));
	assert_false(is_known(f, "1", "v1"));
	park(f, "1", "v2");
	assert_false(moves(f, "1")); /* what stands there is of before */
	OK(queue_drop_for_good(f->s, FLOW, "1", "by hand", 100, &n, e));
	assert_false(moves(f, "1"));
}

int main(void)
{
#define OPEN(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		OPEN(test_link__set_and_get),
		OPEN(test_link__whose_a_document_is),
		OPEN(test_link__the_first_delivery_stays),
		OPEN(test_link__without_a_hash_is_not_a_delivery),
		OPEN(test_link__only_the_version_moves),
		OPEN(test_link__a_version_without_link_is_a_bug),
		OPEN(test_link__find_by_record_or_label),
		OPEN(test_link__settle_reaches_all_records_of_a_document),
		OPEN(test_link__a_memo_stays_until_there_is_another),
		OPEN(test_link__what_was_said_of_each),
		OPEN(test_link__another_of_the_same_name),
		OPEN(test_link__all_are_compared_after_a_change),
		OPEN(test_link__moved_by_an_order_of_another),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
