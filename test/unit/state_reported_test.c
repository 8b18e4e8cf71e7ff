#include "state_fixture.h"

#include "state/link.h"
#include "state/queue.h"
#include "state/reported.h"

static void test_reported__newest_first_and_purged_by_age(void **state)
{
	struct fixture *f = *state;
	struct reported *reported;
	size_t n = 7;

	OK(reported_get(f->s, "1", f->a, &reported, &n, e));
	assert_int_equal(n, 0);
	OK(reported_add(f->s, "1",
			&(struct reported){.at = 100, .lines = "[{\"sku\":\"A\",\"units\":1}]"},
			e));
	OK(reported_add(f->s, "1",
			&(struct reported){.at = 200, .lines = "[{\"sku\":\"A\",\"units\":2}]"},
			e));
	OK(reported_add(f->s, "1",
			&(struct reported){.at = 200, .lines = "[{\"sku\":\"A\",\"units\":3}]"},
			e));
	OK(reported_add(f->s, "12",
			&(struct reported){.at = 300, .lines = "[{\"sku\":\"B\",\"units\":9}]"},
			e));
	OK(reported_get(f->s, "1", f->a, &reported, &n, e));
	assert_int_equal(n, 2);
	assert_string_equal(reported[0].lines, "[{\"sku\":\"A\",\"units\":3}]");
	assert_int_equal(reported[0].at, 200);
	assert_string_equal(reported[1].lines, "[{\"sku\":\"A\",\"units\":1}]");
	OK(reported_purge(f->s, 200, false, e));
	OK(reported_get(f->s, "1", f->a, &reported, &n, e));
	assert_int_equal(n, 1);
}

/* Of an order that an answer is awaited of, or that waits to be told anew, nothing goes; of any other it does. */
static void test_reported__what_is_awaited_is_no_matter_of_age(void **state)
{
	static const struct reported open = {.at = 100, .lines = "[1]", .document = "out-1"},
				     later = {.at = 110, .lines = "[2]", .document = "out-2"};
	struct fixture *f = *state;
	enum queue_put_result result;
	struct reported *got;
	int64_t id;
	size_t n;

	OK(reported_add(f->s, "1", &open, e));
	OK(reported_add(f->s, "2", &open, e));
	OK(reported_add(f->s, "2", &later, e));
	OK(reported_answered(f->s, "out-1", NULL, 120, e));
	OK(reported_add(f->s, "1", &later, e));
	OK(reported_answered(f->s, "out-2", "2", 120, e));
	OK(reported_purge(f->s, 200, true, e));
	OK(reported_get(f->s, "1", f->a, &got, &n, e));
	assert_int_equal(n, 2);
	OK(reported_get(f->s, "2", f->a, &got, &n, e));
	assert_int_equal(n, 0);
	OK(queue_put(f->s, ARRIVED("1", "1", "1", "{}"), QUEUE_PUT_NEWS, 150, &result, e));
	OK(reported_purge(f->s, 200, false, e));
	OK(reported_get(f->s, "1", f->a, &got, &n, e));
	assert_int_equal(n, 2);
	OK(queue_waiting(f->s, FLOW, "1", &id, e));
	OK(queue_mark_unchanged(f->s, id, e));
	OK(reported_purge(f->s, 200, false, e));
	OK(reported_get(f->s, "1", f->a, &got, &n, e));
	assert_int_equal(n, 0);
}

/* One that was answered late is answered all the same, and a refusal is of what went in that document alone. */
static void test_reported__an_answer_is_to_its_document(void **state)
{
	static const struct reported reports[] = {
		{.at = 100, .lines = "[1]", .document = "out-1"},
		{.at = 100, .lines = "[2]", .document = "out-2"},
		{.at = 90, .lines = "[3]", .document = "out-3"}, /* the clock went back */
	};
	struct fixture *f = *state;
	struct reported *got;
	size_t n;

	for (size_t i = 0; i < sizeof(reports) / sizeof(*reports); i++)
		OK(reported_add(f->s, "1", &reports[i], e));
	OK(reported_add(f->s, "2", &reports[0], e));
	OK(reported_answered(f->s, "out-1", "1", 200, e));
	OK(reported_get(f->s, "1", f->a, &got, &n, e));
	assert_int_equal(n, 3);
	assert_string_equal(got[0].lines, "[3]");
	assert_string_equal(got[1].lines, "[2]");
	assert_string_equal(got[2].lines, "[1]");
	assert_int_equal(got[0].answered_at, 0);
	assert_int_equal(got[1].answered_at, 0);
	assert_int_equal(got[2].answered_at, 200);
	OK(reported_take_back(f->s, "out-2", "1", e));
	OK(reported_get(f->s, "1", f->a, &got, &n, e));
	assert_int_equal(n, 2);
	assert_string_equal(got[0].lines, "[3]");
	OK(reported_answered(f->s, "out-1", NULL, 300, e));
	OK(reported_get(f->s, "2", f->a, &got, &n, e));
	assert_int_equal(got[0].answered_at, 300);
}

static bool is_doubted(struct fixture *f, const char *record)
{
	struct link l;
	bool found;

	OK(link_get(f->s, "inventory pull", record, f->a, &l, &found, e));
	assert_true(found);
	return l.doubt;
}

static void link_articles(struct fixture *f)
{
	static const char *const sku[] = {"A", "B", NULL};

	for (int i = 0; i < 3; i++) {
		const struct link l = {.flow = "inventory pull",
				       .record = arena_printf(f->a, "%d", i),
				       .label = "",
				       .target.id = "9",
				       .version = "v",
				       .sent_hash = "h",
				       .sku = sku[i]};

		OK(link_set(f->s, &l, 50, e));
	}
}

static void test_reported__puts_the_articles_in_doubt(void **state)
{
	struct fixture *f = *state;
	struct reported *reported;
	bool any = true;
	size_t n;

	link_articles(f);
	assert_false(is_doubted(f, "0"));
	OK(reported_add(
		f->s, "1",
		&(struct reported){
			.at = 100,
			.lines = "[{\"sku\":\"A\",\"units\":1},{\"sku\":\"C\",\"units\":2}]"},
		e));
	assert_true(is_doubted(f, "0"));
	assert_false(is_doubted(f, "1"));
	assert_false(is_doubted(f, "2"));
	OK(reported_since(f->s, &(struct reported_article){"A", NULL, NULL}, 101, &any, e));
	assert_false(any);
	OK(reported_since(f->s, &(struct reported_article){"B", NULL, NULL}, 100, &any, e));
	assert_false(any);
	OK(reported_since(f->s, &(struct reported_article){"A", NULL, NULL}, 100, &any, e));
	assert_true(any);
	/* What it no longer takes has moved too. */
	link_articles(f);
	OK(reported_add(f->s, "1",
			&(struct reported){.at = 200,
					   .lines = "[{\"sku\":\"B\",\"units\":1}]",
					   .document = "out-2"},
			e));
	assert_true(is_doubted(f, "0"));
	assert_true(is_doubted(f, "1"));
	/* Only what was reported in that document is taken back. */
	link_articles(f);
	OK(reported_take_back(f->s, "out-2", "1", e));
	assert_true(is_doubted(f, "1"));
	OK(reported_get(f->s, "1", f->a, &reported, &n, e));
	assert_int_equal(n, 1);
	assert_int_equal(reported[0].at, 100);
	/* Or all that was reported. */
	OK(reported_add(f->s, "1",
			&(struct reported){.at = 200, .lines = "[{\"sku\":\"B\",\"units\":1}]"},
			e));
	link_articles(f);
	OK(reported_nothing(f->s, "1", 300, e));
	assert_true(is_doubted(f, "0"));
	assert_true(is_doubted(f, "1"));
	OK(reported_get(f->s, "1", f->a, &reported, &n, e));
	assert_int_equal(n, 1);
	assert_int_equal(reported[0].at, 300);
	assert_string_equal(reported[0].lines, "[]");
}

/* It was moved while it was being written: what was read before says nothing of it. */
static void test_reported__a_write_that_was_begun_before_takes_no_doubt_away(void **state)
{
	struct fixture *f = *state;
	const struct queue_row row = {.flow = "inventory pull",
				      .record = "0",
				      .label = "0",
				      .version = "w",
				      .payload = "{}",
				      .origin = "pull"};
	enum queue_put_result put;
	int64_t id;

	link_articles(f);
	OK(link_doubt_sku(f->s, "A", e));
	OK(queue_put(f->s, &row, QUEUE_PUT_NEWS, 60, &put, e));
	OK(queue_waiting(f->s, row.flow, row.record, &id, e));
	OK(queue_mark_sending(f->s, id, "batch", false, 61, e));
	link_articles(f);
	assert_false(is_doubted(f, "0")); /* it was moved before */
	OK(link_doubt_sku(f->s, "A", e));
	link_articles(f);
	assert_true(is_doubted(f, "0"));
	assert_false(is_doubted(f, "1"));
}

/* It was sold under another SKU, or none: only its id says which one it is. */
static void test_reported__knows_an_article_by_its_id(void **state)
{
	struct fixture *f = *state;
	const struct reported reported = {.at = 100,
					  .lines =
						  "[{\"sku\":\"OLD\",\"item\":\"9\",\"units\":1}]"};
	bool any = true;

	link_articles(f);
	OK(reported_add(f->s, "1", &reported, e));
	assert_true(is_doubted(f, "0"));
	assert_false(is_doubted(f, "2")); /* not reckoned by orders */
	OK(reported_since(f->s, &(struct reported_article){"A", "8", NULL}, 100, &any, e));
	assert_false(any);
	OK(reported_since(f->s, &(struct reported_article){"A", "9", NULL}, 100, &any, e));
	assert_true(any);
}

/* It is booked on an article of the ERP by a row of the table, whatever it is in the store. */
static void test_reported__knows_the_article_that_it_was_booked_on(void **state)
{
	struct fixture *f = *state;
	bool any = true;

	link_articles(f);
	OK(reported_add(f->s, "1",
			&(struct reported){.at = 100, .lines = "[{\"erp\":\"1\",\"units\":2}]"},
			e));
	assert_false(is_doubted(f, "0"));
	assert_true(is_doubted(f, "1"));
	OK(reported_since(f->s, &(struct reported_article){"1", "1", NULL}, 100, &any, e));
	assert_false(any);
	OK(reported_since(f->s, &(struct reported_article){"B", "9", "1"}, 100, &any, e));
	assert_true(any);
}

/* What may have landed is found by a later run, whatever its row was in between. */
static void test_reported__how_it_was_booked_stays_until_it_is_done(void **state)
{
	struct fixture *f = *state;
	const struct queue_row order = {.flow = "orders export",
					.record = "1",
					.label = "#1",
					.version = "v1",
					.payload = "{}",
					.origin = "pull"};
	enum queue_put_result put;
	struct queue_row *rows;
	size_t n;
	int64_t id;

	OK(queue_put(f->s, &order, QUEUE_PUT_NEWS, 60, &put, e));
	OK(queue_waiting(f->s, order.flow, order.record, &id, e));
	OK(queue_mark_sending(f->s, id, "batch", false, 61, e));
	OK(queue_set_booked(f->s, id, "as it was", e));
	OK(queue_sending(f->s, order.flow, 1, f->a, &rows, &n, e));
	assert_string_equal(rows[0].booked, "as it was");
	OK(queue_mark_back(f->s, id, "interrupted", "", 62, 62, e));
	OK(queue_due(f->s, order.flow, NULL, 0, 63, 1, f->a, &rows, &n, e));
	assert_string_equal(rows[0].booked, "as it was");
	OK(queue_mark_sending(f->s, id, "batch", false, 64, e));
	OK(queue_mark_done(f->s, id, true, 65, e));
	assert_int_equal(one_int(f, "SELECT booked IS NULL FROM queue"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_reported__newest_first_and_purged_by_age,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_reported__a_write_that_was_begun_before_takes_no_doubt_away, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_reported__what_is_awaited_is_no_matter_of_age,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_reported__an_answer_is_to_its_document, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_reported__puts_the_articles_in_doubt, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_reported__knows_an_article_by_its_id, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			test_reported__knows_the_article_that_it_was_booked_on, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_reported__how_it_was_booked_stays_until_it_is_done, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
