/* Windows of write_date: how far they reach back, and where a run that was cut short goes on. */
#include "base_test.h"

#include "base/clock.h"
#include "base/json.h"
#include "connectors/odoo/source.h"

enum { NOON = 1795521600, MINUTE = 60, HOUR = 3600, DAY = 24 * HOUR }; /* 2026-11-24T12:00:00Z */

/* What the request of the next page asks for, as JSON. */
static const char *asks(const char *cursor, int64_t now, struct odoo_window *w, struct arena *a)
{
	struct pull_request req = {.kind = KIND_FULFILLMENT, .cursor = cursor};
	cJSON *domain = json_array();
	const char *text;
	struct err e;

	assert_ok(odoo_window_parse(&req, now, w, &e), &e);
	odoo_window_bound(w, &req, domain);
	text = json_text(domain, a);
	cJSON_Delete(domain);
	return text;
}

static const char *turn(struct odoo_window *w, bool full, int64_t last, bool *more, struct arena *a)
{
	struct page page = {0};

	odoo_window_turn(w, full, last, a, &page);
	*more = page.more;
	return page.cursor;
}

static void test_the_first_window_is_of_everything_the_next_reaches_back(void **state)
{
	struct arena *a = arena_new();
	struct odoo_window w;
	const char *cursor;
	bool more;

	(void)state;
	assert_string_equal(asks(NULL, NOON, &w, a), "[[\"id\",\">\",0]]");
	odoo_window_started(&w, NOON - 3);
	cursor = turn(&w, false, 7, &more, a);
	assert_false(more);
	assert_string_equal(
		cursor, "{\"done\":\"2026-11-24T11:59:57Z\",\"deep\":\"2026-11-24T11:59:57Z\"}");
	/* By the server's clock, a quarter of an hour before the last one began. */
	assert_string_equal(asks(cursor, NOON + 20 * MINUTE, &w, a),
			    "[[\"id\",\">\",0],[\"write_date\",\">=\",\"2026-11-24 11:44:57\"]]");
	arena_free(a);
}

/* A clock was ahead for one run: what is read from then on would be nothing, until its time comes. */
static void test_a_window_that_ended_in_the_future_is_not_believed(void **state)
{
	struct arena *a = arena_new();
	struct odoo_window w;
	const char *cursor =
		"{\"done\":\"2028-11-24T11:00:00Z\",\"deep\":\"2028-11-24T10:00:00Z\"}";
	bool more;

	(void)state;
	assert_string_equal(asks(cursor, NOON, &w, a), "[[\"id\",\">\",0]]");
	odoo_window_started(&w, NOON);
	cursor = turn(&w, false, 7, &more, a);
	assert_string_equal(
		cursor, "{\"done\":\"2026-11-24T12:00:00Z\",\"deep\":\"2026-11-24T12:00:00Z\"}");
	arena_free(a);
}

static void test_pages_are_of_one_window(void **state)
{
	struct arena *a = arena_new();
	struct odoo_window w;
	const char *cursor =
		"{\"done\":\"2026-11-24T11:00:00Z\",\"deep\":\"2026-11-24T10:00:00Z\"}";
	bool more;

	(void)state;
	asks(cursor, NOON, &w, a);
	odoo_window_started(&w, NOON);
	cursor = turn(&w, true, 12, &more, a);
	assert_true(more);
	/* Killed, and run again an hour later: the same window, from where it was. */
	assert_string_equal(asks(cursor, NOON + HOUR, &w, a),
			    "[[\"id\",\">\",12],[\"write_date\",\">=\",\"2026-11-24 10:45:00\"]]");
	odoo_window_started(&w, NOON + HOUR);
	cursor = turn(&w, false, 30, &more, a);
	/* What was written since the window began has not all been seen. */
	assert_string_equal(
		cursor, "{\"done\":\"2026-11-24T12:00:00Z\",\"deep\":\"2026-11-24T10:00:00Z\"}");
	arena_free(a);
}

static void test_once_a_day_it_reaches_back_a_long_way(void **state)
{
	struct arena *a = arena_new();
	struct odoo_window w;
	const char *cursor =
		"{\"done\":\"2026-11-24T11:55:00Z\",\"deep\":\"2026-11-23T12:00:00Z\"}";
	bool more;

	(void)state;
	assert_contains(asks(cursor, NOON, &w, a), "2026-10-25 11:55:00");
	odoo_window_started(&w, NOON);
	cursor = turn(&w, true, 12, &more, a);
	asks(cursor, NOON + MINUTE, &w, a);
	cursor = turn(&w, false, 20, &more, a);
	assert_contains(cursor, "\"deep\":\"2026-11-24T12:00:00Z\"");
	assert_contains(asks(cursor, NOON + HOUR, &w, a), "2026-11-24 11:45:00");
	arena_free(a);
}

static void test_a_person_gets_the_days_that_were_asked_for(void **state)
{
	struct pull_request req = {.kind = KIND_FULFILLMENT,
				   .since = NOON - DAY,
				   .until = NOON,
				   .window = true};
	struct arena *a = arena_new();
	cJSON *domain = json_array();
	struct odoo_window w;
	struct err e;

	(void)state;
	assert_ok(odoo_window_parse(&req, NOON + DAY, &w, &e), &e);
	odoo_window_bound(&w, &req, domain);
	assert_string_equal(json_text(domain, a),
			    "[[\"id\",\">\",0],[\"write_date\",\">=\",\"2026-11-23 12:00:00\"],"
			    "[\"write_date\",\"<=\",\"2026-11-24 12:00:00\"]]");
	cJSON_Delete(domain);
	arena_free(a);
}

static void test_another_checkpoint_is_refused(void **state)
{
	static const char *const cursors[] = {"nonsense", "{\"done\":\"yesterday\"}"};
	struct odoo_window w;
	struct err e;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct pull_request req = {.kind = KIND_FULFILLMENT, .cursor = cursors[i]};

		assert_int_equal(odoo_window_parse(&req, NOON, &w, &e), E_LOCAL);
		assert_string_equal(e.code, "bad_cursor");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_first_window_is_of_everything_the_next_reaches_back),
		cmocka_unit_test(test_a_window_that_ended_in_the_future_is_not_believed),
		cmocka_unit_test(test_pages_are_of_one_window),
		cmocka_unit_test(test_once_a_day_it_reaches_back_a_long_way),
		cmocka_unit_test(test_a_person_gets_the_days_that_were_asked_for),
		cmocka_unit_test(test_another_checkpoint_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
