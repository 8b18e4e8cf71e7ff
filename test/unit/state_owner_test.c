#include "state_fixture.h"

#include "state/link.h"
#include "state/queue.h"

/* What belongs to a record that is not at the target yet waits until it is. */

#define REFUNDS "refunds export"

static int64_t put(struct fixture *f, const char *record, const char *version)
{
	const struct queue_row arrived = {.flow = REFUNDS,
					  .record = record,
					  .label = record,
					  .version = version,
					  .payload = "{}",
					  .origin = "pull"};
	enum queue_put_result result;
	int64_t id;

	OK(queue_put(f->s, &arrived, QUEUE_PUT_NEWS, 100, &result, e));
	OK(queue_waiting(f->s, REFUNDS, record, &id, e));
	return id;
}

static void waits(struct fixture *f, int64_t id, const char *owner)
{
	OK(queue_set_owner(f->s, id, owner, e));
	OK(queue_mark_later(f->s, id, "waits_for_order", "not there", 100000, 200, e));
}

static void parked(struct fixture *f, int64_t id, const char *owner, const char *code)
{
	OK(queue_set_owner(f->s, id, owner, e));
	OK(queue_mark_parked(f->s, id, code, "for a reason", 200, e));
}

/* "r1 r2": what is due. */
static const char *due(struct fixture *f)
{
	const char *text = "";
	struct queue_row *row;
	size_t n;

	OK(queue_due(f->s, REFUNDS, NULL, 0, 300, 10, f->a, &row, &n, e));
	for (size_t i = 0; i < n; i++)
		text = arena_printf(f->a, "%s%s%s", text, *text ? " " : "", row[i].record);
	return text;
}

static struct link link_of(const char *order, const char *target)
{
	return (struct link){.flow = FLOW,
			     .record = order,
			     .label = "#1",
			     .target.id = target,
			     .version = "v1",
			     .sent_hash = "hash"};
}

static void test_owner__is_delivered_and_sets_free_what_waits_for_it(void **state)
{
	struct fixture *f = *state;
	const struct link refused = link_of("order1", ""), there = link_of("order1", "S1");

	waits(f, put(f, "waits", "v1"), "order1");
	parked(f, put(f, "missing", "v1"), "order1", "order_missing");
	parked(f, put(f, "unmapped", "v1"), "order1", "unmapped_sku");
	waits(f, put(f, "another", "v1"), "order2");
	assert_string_equal(due(f), "");
	OK(link_set(f->s, &refused, 250, e));
	assert_string_equal(due(f), "");
	OK(link_set(f->s, &there, 250, e));
	assert_string_equal(due(f), "waits missing");
}

static void test_owner__is_said_to_be_there(void **state)
{
	struct fixture *f = *state;
	const struct link there = link_of("order1", LINK_BY_HAND);
	bool known;

	waits(f, put(f, "waits", "v1"), "order1");
	OK(link_adopt(f->s, &there, true, 250, &known, e));
	assert_false(known);
	assert_string_equal(due(f), "waits");
}

/* What a newer version is parked for is its own; what it waits for is asked anew. */
static void test_owner__of_a_newer_version_is_looked_for_anew(void **state)
{
	struct fixture *f = *state;
	const struct link there = link_of("order1", "S1");
	int64_t id;

	waits(f, put(f, "refund", "v1"), "order1");
	id = put(f, "refund", "v2");
	assert_string_equal(due(f), "refund");
	OK(queue_mark_parked(f->s, id, "unmapped_sku", "for a reason", 200, e));
	OK(link_set(f->s, &there, 250, e));
	assert_string_equal(due(f), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_owner__is_delivered_and_sets_free_what_waits_for_it, setup, teardown),
		cmocka_unit_test_setup_teardown(test_owner__is_said_to_be_there, setup, teardown),
		cmocka_unit_test_setup_teardown(test_owner__of_a_newer_version_is_looked_for_anew,
						setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
