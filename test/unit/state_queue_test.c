#include "state_fixture.h"

#include "state/link.h"
#include "state/queue.h"

static enum queue_put_result put_at(struct fixture *f, const char *record, const char *version,
				    enum queue_put_mode mode, int64_t now)
{
	enum queue_put_result result = QUEUE_PUT_KNOWN;

	OK(queue_put(f->s,
		     ARRIVED(record, arena_printf(f->a, "#%s", record), version,
			     arena_printf(f->a, "{\"v\":\"%s\"}", version)),
		     mode, now, &result, e));
	return result;
}

static enum queue_put_result put(struct fixture *f, const char *record, const char *version)
{
	return put_at(f, record, version, QUEUE_PUT_NEWS, 100);
}

static bool knows(struct fixture *f, const char *record, const char *version)
{
	bool known = false;

	bool waits;

	OK(queue_knows(f->s, FLOW, record, version, &known, &waits, e));
	return known;
}

static size_t due_at(struct fixture *f, int64_t now, size_t n, struct queue_row **rows)
{
	size_t count;

	OK(queue_due(f->s, FLOW, NULL, 0, now, n, f->a, rows, &count, e));
	return count;
}

/* The only row of a record in this state; id 0 if there is none. */
static struct queue_row row_of(struct fixture *f, const char *record, enum queue_state st)
{
	CLEANUP(stmt) sqlite3_stmt *q = NULL;
	struct queue_row row = {0};

	assert_int_equal(sqlite3_prepare_v2(f->s->db,
					    "SELECT id, version, attempts, next_attempt, code,"
					    " reason, enqueued_at, changed_at, batch, origin"
					    " FROM queue WHERE record = ? AND state = ?",
					    -1, &q, NULL),
			 SQLITE_OK);
	sqlite3_bind_text(q, 1, record, -1, SQLITE_STATIC);
	sqlite3_bind_int(q, 2, (int)st);
	if (sqlite3_step(q) != SQLITE_ROW)
		return row;
	row.id = sqlite3_column_int64(q, 0);
	row.version = arena_strdup(f->a, (const char *)sqlite3_column_text(q, 1));
	row.attempts = sqlite3_column_int(q, 2);
	row.next_attempt = sqlite3_column_int64(q, 3);
	row.code = arena_strdup(f->a, (const char *)sqlite3_column_text(q, 4));
	row.reason = arena_strdup(f->a, (const char *)sqlite3_column_text(q, 5));
	row.enqueued_at = sqlite3_column_int64(q, 6);
	row.changed_at = sqlite3_column_int64(q, 7);
	row.batch = arena_strdup(f->a, (const char *)sqlite3_column_text(q, 8));
	row.origin = arena_strdup(f->a, (const char *)sqlite3_column_text(q, 9));
	assert_int_equal(sqlite3_step(q), SQLITE_DONE);
	return row;
}

static int64_t send(struct fixture *f, const char *record)
{
	int64_t id = row_of(f, record, QUEUE_READY).id;

	OK(queue_mark_sending(f->s, id, "b1", false, 200, e));
	return id;
}

static void deliver(struct fixture *f, const char *record)
{
	int64_t id = send(f, record);
	struct queue_row row = row_of(f, record, QUEUE_SENDING);
	struct link l = {.flow = FLOW,
			 .record = record,
			 .label = "#",
			 .target.id = "doc",
			 .version = row.version,
			 .sent_hash = "hash"};

	OK(link_set(f->s, &l, 300, e));
	OK(queue_mark_done(f->s, id, true, 300, e));
}

static void park(struct fixture *f, const char *record)
{
	OK(queue_mark_parked(f->s, send(f, record), "unmapped_sku", "SKU 'X'", 250, e));
}

static const char *payload_of(struct fixture *f, int64_t id)
{
	const char *payload;

	OK(queue_payload(f->s, id, f->a, &payload, e));
	return payload;
}

static void assert_sound(struct fixture *f)
{
	const char **findings;
	size_t n;

	OK(state_check(f->s, f->a, &findings, &n, e));
	if (n)
		fail_msg("%s", findings[0]);
}

static void test_queue__put_adds_a_ready_row(void **state)
{
	struct fixture *f = *state;
	struct queue_row *rows;

	assert_int_equal(put(f, "1", "v1"), QUEUE_PUT_NEW);
	assert_int_equal(due_at(f, 100, 10, &rows), 1);
	assert_string_equal(rows[0].flow, FLOW);
	assert_string_equal(rows[0].record, "1");
	assert_string_equal(rows[0].label, "#1");
	assert_string_equal(rows[0].version, "v1");
	assert_string_equal(rows[0].origin, "pull");
	assert_null(rows[0].payload);
	assert_null(rows[0].batch);
	assert_null(rows[0].code);
	assert_null(rows[0].reason);
	assert_int_equal(rows[0].state, QUEUE_READY);
	assert_int_equal(rows[0].attempts, 0);
	assert_int_equal(rows[0].enqueued_at, 100);
	assert_int_equal(rows[0].changed_at, 100);
	assert_string_equal(payload_of(f, rows[0].id), "{\"v\":\"v1\"}");
	assert_null(payload_of(f, 4711));
	assert_sound(f);
}

static void test_queue__the_waiting_version_is_known(void **state)
{
	struct fixture *f = *state;

	assert_false(knows(f, "1", "v1"));
	put(f, "1", "v1");
	assert_true(knows(f, "1", "v1"));
	assert_false(knows(f, "1", "v2"));
	assert_int_equal(put(f, "1", "v1"), QUEUE_PUT_KNOWN);
	assert_int_equal(one_int(f, "SELECT count(*) FROM queue"), 1);
}

static void test_queue__flows_do_not_share_records(void **state)
{
	struct fixture *f = *state;
	enum queue_put_result result;

	put(f, "1", "v1");
	OK(queue_put(f->s,
		     &(struct queue_row){.flow = "refunds export",
					 .record = "1",
					 .label = "#1",
					 .version = "v1",
					 .payload = "{}",
					 .origin = "pull"},
		     QUEUE_PUT_NEWS, 1, &result, e));
	assert_int_equal(result, QUEUE_PUT_NEW);
}

static void test_queue__a_newer_version_replaces_the_waiting_one(void **state)
{
	struct fixture *f = *state;
	struct queue_row *rows, old;

	put(f, "1", "v1");
	old = row_of(f, "1", QUEUE_READY);
	assert_int_equal(put_at(f, "1", "v2", QUEUE_PUT_NEWS, 160), QUEUE_PUT_REPLACED);
	assert_int_equal(due_at(f, 100, 10, &rows), 1);
	assert_string_equal(rows[0].version, "v2");
	assert_int_equal(rows[0].enqueued_at, 100);
	assert_int_equal(rows[0].changed_at, 160);
	assert_true(rows[0].id != old.id);
	assert_string_equal(payload_of(f, rows[0].id), "{\"v\":\"v2\"}");
	assert_null(payload_of(f, old.id));
	assert_sound(f);
}

static void test_queue__a_replaced_row_that_backed_off_is_due_at_once(void **state)
{
	struct fixture *f = *state;
	struct queue_row *rows;

	put(f, "1", "v1");
	OK(queue_mark_later(f->s, send(f, "1"), "http_500", "later", 5000, 210, e));
	assert_int_equal(due_at(f, 300, 10, &rows), 0);
	assert_int_equal(put_at(f, "1", "v2", QUEUE_PUT_NEWS, 300), QUEUE_PUT_REPLACED);
	assert_int_equal(due_at(f, 300, 10, &rows), 1);
	assert_int_equal(rows[0].attempts, 0);
	assert_null(rows[0].code);
}

static void test_queue__a_parked_row_stays_unless_newer_or_forced(void **state)
{
	struct fixture *f = *state;
	struct queue_row row, parked;
	const char *code, *reason;

	put(f, "1", "v1");
	park(f, "1");
	assert_int_equal(put(f, "1", "v1"), QUEUE_PUT_KNOWN);
	parked = row_of(f, "1", QUEUE_PARKED);
	assert_int_equal(parked.attempts, 1);
	assert_int_equal(put_at(f, "1", "v1", QUEUE_PUT_AGAIN, 300), QUEUE_PUT_REPEATED);
	row = row_of(f, "1", QUEUE_READY);
	assert_int_equal(row.id, parked.id);
	assert_int_equal(row.attempts, 0);
	OK(queue_parked_as(f->s, row.id, f->a, &code, &reason, e));
	assert_string_equal(code, parked.code);
	assert_string_equal(reason, parked.reason);
	park(f, "1");
	assert_int_equal(put_at(f, "1", "v1", QUEUE_PUT_ANEW, 300), QUEUE_PUT_REPEATED);
	row = row_of(f, "1", QUEUE_READY);
	assert_int_not_equal(row.id, parked.id);
	OK(queue_parked_as(f->s, row.id, f->a, &code, &reason, e));
	assert_null(reason);
	park(f, "1");
	assert_int_equal(put_at(f, "1", "v2", QUEUE_PUT_NEWS, 400), QUEUE_PUT_REPLACED);
	row = row_of(f, "1", QUEUE_READY);
	assert_int_equal(row.enqueued_at, 100);
	assert_null(row.code);
	assert_sound(f);
}

static void test_queue__the_version_being_sent_is_known(void **state)
{
	struct fixture *f = *state;
	struct queue_row *rows;

	put(f, "1", "v1");
	send(f, "1");
	assert_true(knows(f, "1", "v1"));
	assert_int_equal(put(f, "1", "v1"), QUEUE_PUT_KNOWN);
	assert_int_equal(put(f, "1", "v2"), QUEUE_PUT_NEW);
	assert_true(knows(f, "1", "v2"));
	assert_false(knows(f, "1", "v1")); /* the waiting one is asked */
	assert_int_equal(put(f, "1", "v3"), QUEUE_PUT_REPLACED);
	assert_int_equal(due_at(f, 1000, 10, &rows), 0);
	assert_string_equal(row_of(f, "1", QUEUE_SENDING).version, "v1");
	assert_string_equal(row_of(f, "1", QUEUE_READY).version, "v3");
	OK(queue_mark_done(f->s, row_of(f, "1", QUEUE_SENDING).id, true, 300, e));
	assert_int_equal(due_at(f, 1000, 10, &rows), 1);
}

static void test_queue__the_delivered_version_is_known(void **state)
{
	struct fixture *f = *state;

	put(f, "1", "v1");
	deliver(f, "1");
	assert_true(knows(f, "1", "v1"));
	assert_int_equal(put(f, "1", "v1"), QUEUE_PUT_KNOWN);
	assert_int_equal(put_at(f, "1", "v1", QUEUE_PUT_AGAIN, 400), QUEUE_PUT_REPEATED);
	deliver(f, "1");
	assert_int_equal(put(f, "1", "v2"), QUEUE_PUT_NEW);
	deliver(f, "1");
	assert_int_equal(one_int(f, "SELECT count(*) FROM queue WHERE state = 3"), 3);
	assert_sound(f);
}

static void test_queue__force_behind_a_sending_row_waits(void **state)
{
	struct fixture *f = *state;
	struct queue_row *rows;

	put(f, "1", "v1");
	send(f, "1");
	assert_int_equal(put_at(f, "1", "v1", QUEUE_PUT_AGAIN, 300), QUEUE_PUT_REPEATED);
	assert_int_equal(due_at(f, 1000, 10, &rows), 0);
	assert_sound(f);
}

static void test_queue__due_is_oldest_first_and_bounded(void **state)
{
	struct fixture *f = *state;
	struct queue_row *rows;

	put_at(f, "late", "v1", QUEUE_PUT_NEWS, 500);
	put_at(f, "b", "v1", QUEUE_PUT_NEWS, 100);
	put_at(f, "c", "v1", QUEUE_PUT_NEWS, 100);
	put_at(f, "a", "v1", QUEUE_PUT_NEWS, 90);
	assert_int_equal(due_at(f, 89, 10, &rows), 0);
	assert_int_equal(due_at(f, 499, 10, &rows), 3);
	assert_string_equal(rows[0].record, "a");
	assert_string_equal(rows[1].record, "b");
	assert_string_equal(rows[2].record, "c");
	assert_int_equal(due_at(f, 500, 2, &rows), 2);
	assert_string_equal(rows[1].record, "b");
	assert_int_equal(due_at(f, 500, 0, &rows), 0);
}

static void test_queue__only_takes_what_is_named(void **state)
{
	struct fixture *f = *state;
	static const char *const only[] = {"d", "b", "missing", "p", "s", "a"};
	struct queue_row *rows;
	size_t n;

	put(f, "p", "v1");
	park(f, "p");
	put(f, "s", "v1");
	send(f, "s");
	put(f, "s", "v2");
	put_at(f, "a", "v1", QUEUE_PUT_NEWS, 100);
	put_at(f, "b", "v1", QUEUE_PUT_NEWS, 100);
	put_at(f, "c", "v1", QUEUE_PUT_NEWS, 100);
	put_at(f, "d", "v1", QUEUE_PUT_NEWS, 9000);
	OK(queue_due(f->s, FLOW, only, 6, 100, 10, f->a, &rows, &n, e));
	assert_int_equal(n, 3);
	assert_string_equal(rows[0].record, "a");
	assert_string_equal(rows[1].record, "b");
	assert_string_equal(rows[2].record, "d");
	OK(queue_due(f->s, FLOW, only, 6, 100, 1, f->a, &rows, &n, e));
	assert_int_equal(n, 1);
	assert_string_equal(rows[0].record, "a");
	OK(queue_due(f->s, FLOW, only, 0, 100, 10, f->a, &rows, &n, e));
	assert_int_equal(n, 0);
	OK(queue_due(f->s, "other", only, 6, 100, 10, f->a, &rows, &n, e));
	assert_int_equal(n, 0);
}

static void test_queue__sending_rows_come_by_batch(void **state)
{
	struct fixture *f = *state;
	static const char *const batch[] = {"b2", "b1", "b2", "b1"};
	struct queue_row *rows;
	size_t n;

	for (int i = 0; i < 4; i++) {
		const char *id = arena_printf(f->a, "%d", i);

		put(f, id, "v1");
		OK(queue_mark_sending(f->s, row_of(f, id, QUEUE_READY).id, batch[i], false, 200,
				      e));
	}
	OK(queue_sending(f->s, FLOW, 3, f->a, &rows, &n, e));
	assert_int_equal(n, 3);
	assert_string_equal(rows[0].record, "1");
	assert_string_equal(rows[1].record, "3");
	assert_string_equal(rows[2].record, "0");
	assert_string_equal(rows[2].batch, "b2");
	assert_int_equal(rows[0].attempts, 1);
	assert_int_equal(rows[0].changed_at, 200);
	OK(queue_sending(f->s, "other", 3, f->a, &rows, &n, e));
	assert_int_equal(n, 0);
}

static void test_queue__done_keeps_or_drops_the_payload(void **state)
{
	struct fixture *f = *state;
	int64_t id;

	put(f, "1", "v1");
	id = send(f, "1");
	OK(queue_mark_done(f->s, id, true, 300, e));
	assert_non_null(payload_of(f, id));
	assert_null(row_of(f, "1", QUEUE_DONE).batch);
	assert_int_equal(row_of(f, "1", QUEUE_DONE).changed_at, 300);
	put(f, "2", "v1");
	id = send(f, "2");
	OK(queue_mark_done(f->s, id, false, 300, e));
	assert_null(payload_of(f, id));
}

static void test_queue__later_is_ready_again_with_its_reason(void **state)
{
	struct fixture *f = *state;
	struct queue_row row;

	put(f, "1", "v1");
	OK(queue_mark_later(f->s, send(f, "1"), "http_500", "HTTP 500", 900, 210, e));
	row = row_of(f, "1", QUEUE_READY);
	assert_int_equal(row.attempts, 1);
	assert_int_equal(row.next_attempt, 900);
	assert_int_equal(row.changed_at, 210);
	assert_int_equal(row.enqueued_at, 100);
	assert_string_equal(row.code, "http_500");
	assert_string_equal(row.reason, "HTTP 500");
	assert_null(row.batch);
	send(f, "1");
	row = row_of(f, "1", QUEUE_SENDING);
	assert_int_equal(row.attempts, 2);
	OK(queue_mark_done(f->s, row.id, true, 300, e));
	assert_null(row_of(f, "1", QUEUE_DONE).code);
}

static void test_queue__back_does_not_count_the_attempt(void **state)
{
	struct fixture *f = *state;
	struct queue_row row;

	put(f, "1", "v1");
	OK(queue_mark_back(f->s, send(f, "1"), "http_503", "down", 900, 210, e));
	row = row_of(f, "1", QUEUE_READY);
	assert_int_equal(row.attempts, 0);
	assert_int_equal(row.next_attempt, 900);
	assert_string_equal(row.code, "http_503");
	assert_sound(f);
}

static void test_queue__what_holds_for_now_is_due_again_without_a_try(void **state)
{
	struct fixture *f = *state;
	struct queue_row row;

	put(f, "1", "v1");
	OK(queue_mark_later(f->s, send(f, "1"), "http_503", "down", 205, 205, e));
	OK(queue_mark_passing(f->s, send(f, "1"), "on_order", "compared again", 900, 210, e));
	row = row_of(f, "1", QUEUE_READY);
	assert_int_equal(row.attempts, 0);
	assert_int_equal(row.next_attempt, 900);
	assert_int_equal(row.enqueued_at, 210);
	assert_string_equal(row.code, "on_order");
	/* A newer version that waits behind it takes its place. */
	send(f, "1");
	put(f, "1", "v2");
	OK(queue_mark_passing(f->s, row.id, "on_order", "compared again", 900, 220, e));
	row = row_of(f, "1", QUEUE_READY);
	assert_string_equal(row.version, "v2");
}

static void test_queue__parked_keeps_its_reason(void **state)
{
	struct fixture *f = *state;
	struct queue_row row, *rows;

	put(f, "1", "v1");
	park(f, "1");
	row = row_of(f, "1", QUEUE_PARKED);
	assert_string_equal(row.code, "unmapped_sku");
	assert_string_equal(row.reason, "SKU 'X'");
	assert_null(row.batch);
	assert_int_equal(due_at(f, 100000, 10, &rows), 0);
}

static void test_queue__a_failed_row_gives_way_to_a_newer_one(void **state)
{
	struct fixture *f = *state;
	struct queue_row row;
	int64_t id;

	for (int parked = 0; parked < 2; parked++) {
		const char *record = parked ? "p" : "l";

		put_at(f, record, "v1", QUEUE_PUT_NEWS, 100);
		id = send(f, record);
		put_at(f, record, "v2", QUEUE_PUT_NEWS, 220);
		if (parked)
			OK(queue_mark_parked(f->s, id, "c", "r", 230, e));
		else
			OK(queue_mark_later(f->s, id, "c", "r", 900, 230, e));
		assert_int_equal(row_of(f, record, QUEUE_PARKED).id, 0);
		assert_int_equal(row_of(f, record, QUEUE_SENDING).id, 0);
		row = row_of(f, record, QUEUE_READY);
		assert_string_equal(row.version, "v2");
		assert_int_equal(row.enqueued_at, 100);
		assert_int_equal(row.next_attempt, 220);
		assert_null(row.code);
		assert_null(payload_of(f, id));
	}
	assert_int_equal(one_int(f, "SELECT count(*) FROM queue"), 2);
	assert_sound(f);
}

static struct link delivered(const char *version)
{
	return (struct link){.flow = FLOW,
			     .record = "1",
			     .label = "#1",
			     .target.id = "doc",
			     .version = version,
			     .sent_hash = "hash"};
}

static void test_queue__a_ready_row_may_end_without_being_sent(void **state)
{
	struct fixture *f = *state;
	struct link l = delivered("v0");

	OK(link_set(f->s, &l, 50, e));
	put(f, "1", "v1");
	OK(queue_mark_unchanged(f->s, row_of(f, "1", QUEUE_READY).id, e));
	assert_int_equal(one_int(f, "SELECT count(*) FROM queue"), 0);
	assert_int_equal(one_int(f, "SELECT count(*) FROM payload"), 0);
	put(f, "2", "v1");
	OK(queue_mark_parked(f->s, row_of(f, "2", QUEUE_READY).id, "c", "r", 300, e));
	put(f, "3", "v1");
	OK(queue_mark_later(f->s, row_of(f, "3", QUEUE_READY).id, "c", "r", 400, 300, e));
	assert_int_equal(row_of(f, "3", QUEUE_READY).next_attempt, 400);
	assert_int_equal(row_of(f, "3", QUEUE_READY).attempts, 0);
	assert_sound(f);
}

static void test_queue__what_was_written_is_known_only_once_it_stands_there(void **state)
{
	struct fixture *f = *state;
	struct link l = delivered("v1");

	OK(link_set(f->s, &l, 50, e));
	assert_true(knows(f, "1", "v1"));
	assert_int_equal(put(f, "1", "v2"), QUEUE_PUT_NEW);
	assert_int_equal(one_int(f, "SELECT doubt FROM link"), 0);
	send(f, "1");
	assert_int_equal(one_int(f, "SELECT doubt FROM link"), 1);
	/* However it ends but well: the version from before is no longer what the other side has. */
	OK(queue_mark_later(f->s, row_of(f, "1", QUEUE_SENDING).id, "c", "r", 300, 300, e));
	send(f, "1");
	OK(queue_mark_back(f->s, row_of(f, "1", QUEUE_SENDING).id, "c", "r", 300, 300, e));
	send(f, "1");
	OK(queue_mark_parked(f->s, row_of(f, "1", QUEUE_SENDING).id, "c", "r", 300, e));
	assert_int_equal(one_int(f, "SELECT doubt FROM link"), 1);
	assert_int_equal(put(f, "1", "v1"), QUEUE_PUT_REPLACED);
	send(f, "1");
	OK(queue_mark_done(f->s, row_of(f, "1", QUEUE_SENDING).id, false, 300, e));
	OK(link_set(f->s, &l, 300, e));
	assert_true(knows(f, "1", "v1"));
	assert_sound(f);
}

static void test_queue__a_dropped_write_leaves_the_version_before_it_unknown(void **state)
{
	struct fixture *f = *state;
	struct link l = delivered("v1");
	struct queue_filter all = {.flow = FLOW};
	int64_t n;

	OK(link_set(f->s, &l, 50, e));
	put(f, "1", "v2");
	park(f, "1");
	OK(queue_drop(f->s, &all, "by hand", 400, &n, e));
	assert_int_equal(n, 1);
	assert_true(knows(f, "1", "v2"));
	assert_false(knows(f, "1", "v1"));
	assert_int_equal(put(f, "1", "v1"), QUEUE_PUT_NEW);
	assert_sound(f);
}

static void test_queue__a_row_taken_away_meanwhile_is_busy(void **state)
{
	struct fixture *f = *state;
	int64_t id;

	put(f, "1", "v1");
	id = row_of(f, "1", QUEUE_READY).id;
	put(f, "1", "v2");
	FAILS(queue_mark_sending(f->s, id, "b", false, 1, e), E_BUSY, "queue_moved", "replaced");
	FAILS(queue_mark_done(f->s, id, true, 1, e), E_BUSY, "queue_moved", "replaced");
	FAILS(queue_mark_later(f->s, id, "c", "r", 1, 1, e), E_BUSY, "queue_moved", "replaced");
	FAILS(queue_mark_parked(f->s, id, "c", "r", 1, e), E_BUSY, "queue_moved", "replaced");
	assert_string_equal(row_of(f, "1", QUEUE_READY).version, "v2");
}

static void test_queue__ids_are_never_used_again(void **state)
{
	struct fixture *f = *state;
	bool more;
	int64_t id;

	put(f, "1", "v1");
	deliver(f, "1");
	id = row_of(f, "1", QUEUE_DONE).id;
	OK(queue_purge(f->s, 100000, &more, e));
	assert_false(more);
	assert_int_equal(one_int(f, "SELECT count(*) FROM queue"), 0);
	reopen(f);
	put(f, "2", "v1");
	assert_true(row_of(f, "2", QUEUE_READY).id > id);
}

static void send_parked(struct fixture *f)
{
	OK(queue_mark_sending(f->s, row_of(f, "parked", QUEUE_PARKED).id, "b", false, 1, e));
}

static void send_done(struct fixture *f)
{
	OK(queue_mark_sending(f->s, row_of(f, "done", QUEUE_DONE).id, "b", false, 1, e));
}

static void send_sending(struct fixture *f)
{
	OK(queue_mark_sending(f->s, row_of(f, "sending", QUEUE_SENDING).id, "b", false, 1, e));
}

/* The newer version must not overtake the one that is out. */
static void send_behind_sending(struct fixture *f)
{
	OK(queue_mark_sending(f->s, row_of(f, "sending", QUEUE_READY).id, "b", false, 1, e));
}

static void done_parked(struct fixture *f)
{
	OK(queue_mark_done(f->s, row_of(f, "parked", QUEUE_PARKED).id, true, 1, e));
}

static void done_done(struct fixture *f)
{
	OK(queue_mark_done(f->s, row_of(f, "done", QUEUE_DONE).id, true, 1, e));
}

static void park_parked(struct fixture *f)
{
	OK(queue_mark_parked(f->s, row_of(f, "parked", QUEUE_PARKED).id, "c", "r", 1, e));
}

static void park_done(struct fixture *f)
{
	OK(queue_mark_parked(f->s, row_of(f, "done", QUEUE_DONE).id, "c", "r", 1, e));
}

static void later_parked(struct fixture *f)
{
	OK(queue_mark_later(f->s, row_of(f, "parked", QUEUE_PARKED).id, "c", "r", 1, 1, e));
}

static void later_done(struct fixture *f)
{
	OK(queue_mark_later(f->s, row_of(f, "done", QUEUE_DONE).id, "c", "r", 1, 1, e));
}

static void test_queue__other_transitions_are_bugs(void **state)
{
	struct fixture *f = *state;
	static void (*const wrong[])(struct fixture *) = {
		send_parked, send_done,   send_sending, send_behind_sending, done_parked,
		done_done,   park_parked, park_done,    later_parked,        later_done,
	};

	put(f, "parked", "v1");
	park(f, "parked");
	put(f, "done", "v1");
	deliver(f, "done");
	put(f, "sending", "v1");
	send(f, "sending");
	put(f, "sending", "v2");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_bug(f, wrong[i]);
	assert_int_equal(row_of(f, "parked", QUEUE_PARKED).attempts, 1);
	assert_int_equal(row_of(f, "sending", QUEUE_SENDING).attempts, 1);
	assert_int_equal(row_of(f, "done", QUEUE_DONE).changed_at, 300);
}

static void test_queue__a_page_in_one_transaction_goes_or_stays_whole(void **state)
{
	struct fixture *f = *state;

	put(f, "1", "v1");
	OK(state_begin(f->s, e));
	put(f, "1", "v2");
	put(f, "2", "v1");
	send(f, "2");
	state_rollback(f->s);
	assert_string_equal(row_of(f, "1", QUEUE_READY).version, "v1");
	assert_string_equal(payload_of(f, row_of(f, "1", QUEUE_READY).id), "{\"v\":\"v1\"}");
	assert_int_equal(one_int(f, "SELECT count(*) FROM queue"), 1);
	assert_sound(f);
}

static void kill_after_sending(struct fixture *f)
{
	OK(state_begin(f->s, e));
	send(f, "1");
	OK(state_commit(f->s, e));
	OK(state_begin(f->s, e));
	OK(queue_mark_done(f->s, row_of(f, "1", QUEUE_SENDING).id, false, 300, e));
	raise(SIGKILL);
}

static void test_queue__killed_before_the_last_commit_is_still_sending(void **state)
{
	struct fixture *f = *state;
	struct queue_row *rows;
	size_t n;

	put(f, "1", "v1");
	assert_true(WIFSIGNALED(in_child(f, kill_after_sending)));
	OK(queue_sending(f->s, FLOW, 10, f->a, &rows, &n, e));
	assert_int_equal(n, 1);
	assert_string_equal(rows[0].batch, "b1");
	assert_non_null(payload_of(f, rows[0].id));
	assert_sound(f);
}

static void test_queue__an_unreadable_record_is_parked_without_payload(void **state)
{
	struct fixture *f = *state;
	enum queue_put_result result;
	int64_t id;

	OK(state_begin(f->s, e));
	OK(queue_put(f->s, ARRIVED("1", "#1", "v1", NULL), QUEUE_PUT_NEWS, 100, &result, e));
	id = row_of(f, "1", QUEUE_READY).id;
	OK(queue_mark_parked(f->s, id, "bad_tax", "tax line 2 has no rate", 100, e));
	OK(state_commit(f->s, e));
	assert_null(payload_of(f, id));
	assert_sound(f);
}

static void test_queue__states_have_names(void **state)
{
	(void)state;
	assert_string_equal(queue_state_name(QUEUE_READY), "ready");
	assert_string_equal(queue_state_name(QUEUE_SENDING), "sending");
	assert_string_equal(queue_state_name(QUEUE_PARKED), "parked");
	assert_string_equal(queue_state_name(QUEUE_DONE), "done");
}

static void test_queue__what_the_source_says_again_is_fresh(void **state)
{
	struct fixture *f = *state;
	struct queue_filter all = {.flow = FLOW};
	int64_t id, n;

	put(f, "1", "v1");
	OK(queue_confirm(f->s, FLOW, "1", "v1", 50, 100, e));
	OK(queue_confirm(f->s, FLOW, "1", "v0", 90, 100, e));
	OK(queue_confirm(f->s, FLOW, "1", "v1", 40, 100, e));
	assert_int_equal(one_int(f, "SELECT read_at FROM queue"), 50);
	OK(queue_waiting(f->s, FLOW, "1", &id, e));
	OK(queue_mark_parked(f->s, id, "unknown_sku", "no such", 100, e));
	OK(queue_confirm(f->s, FLOW, "1", "v1", 60, 100, e));
	assert_int_equal(one_int(f, "SELECT state FROM queue"), QUEUE_PARKED);
	OK(queue_release(f->s, &all, 100, &n, e));
	OK(queue_mark_parked(f->s, id, "too_old", "read long ago", 100, e));
	OK(queue_confirm(f->s, FLOW, "1", "v1", 70, 300, e));
	assert_int_equal(one_int(f, "SELECT state FROM queue"), QUEUE_READY);
	assert_int_equal(one_int(f, "SELECT next_attempt FROM queue"), 300);
	assert_int_equal(one_int(f, "SELECT read_at FROM queue"), 70);
}

static void test_queue__what_is_being_sent_is_fresh_and_waits(void **state)
{
	struct fixture *f = *state;
	bool known, waits;

	put(f, "1", "v1");
	OK(queue_confirm(f->s, FLOW, "1", "v1", 50, 100, e));
	send(f, "1");
	OK(queue_knows(f->s, FLOW, "1", "v1", &known, &waits, e));
	assert_true(known && waits);
	OK(queue_knows(f->s, FLOW, "1", "v0", &known, &waits, e));
	assert_true(!known && waits);
	OK(queue_confirm(f->s, FLOW, "1", "v1", 60, 100, e));
	OK(queue_confirm(f->s, FLOW, "1", "v0", 70, 100, e));
	assert_int_equal(one_int(f, "SELECT read_at FROM queue WHERE state = 1"), 60);
	/* Another version behind it is asked for its own. */
	put(f, "1", "v2");
	OK(queue_confirm(f->s, FLOW, "1", "v2", 80, 100, e));
	assert_int_equal(one_int(f, "SELECT read_at FROM queue WHERE state = 1"), 60);
	assert_int_equal(one_int(f, "SELECT read_at FROM queue WHERE state = 0"), 80);
	assert_sound(f);
}

int main(void)
{
#define OPEN(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		OPEN(test_queue__what_holds_for_now_is_due_again_without_a_try),
		OPEN(test_queue__put_adds_a_ready_row),
		OPEN(test_queue__the_waiting_version_is_known),
		OPEN(test_queue__flows_do_not_share_records),
		OPEN(test_queue__a_newer_version_replaces_the_waiting_one),
		OPEN(test_queue__a_replaced_row_that_backed_off_is_due_at_once),
		OPEN(test_queue__a_parked_row_stays_unless_newer_or_forced),
		OPEN(test_queue__the_version_being_sent_is_known),
		OPEN(test_queue__the_delivered_version_is_known),
		OPEN(test_queue__force_behind_a_sending_row_waits),
		OPEN(test_queue__due_is_oldest_first_and_bounded),
		OPEN(test_queue__only_takes_what_is_named),
		OPEN(test_queue__sending_rows_come_by_batch),
		OPEN(test_queue__done_keeps_or_drops_the_payload),
		OPEN(test_queue__later_is_ready_again_with_its_reason),
		OPEN(test_queue__back_does_not_count_the_attempt),
		OPEN(test_queue__parked_keeps_its_reason),
		OPEN(test_queue__a_failed_row_gives_way_to_a_newer_one),
		OPEN(test_queue__a_ready_row_may_end_without_being_sent),
		OPEN(test_queue__what_was_written_is_known_only_once_it_stands_there),
		OPEN(test_queue__a_dropped_write_leaves_the_version_before_it_unknown),
		OPEN(test_queue__a_row_taken_away_meanwhile_is_busy),
		OPEN(test_queue__ids_are_never_used_again),
		OPEN(test_queue__other_transitions_are_bugs),
		OPEN(test_queue__a_page_in_one_transaction_goes_or_stays_whole),
		OPEN(test_queue__killed_before_the_last_commit_is_still_sending),
		OPEN(test_queue__an_unreadable_record_is_parked_without_payload),
		cmocka_unit_test(test_queue__states_have_names),
		OPEN(test_queue__what_the_source_says_again_is_fresh),
		OPEN(test_queue__what_is_being_sent_is_fresh_and_waits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
