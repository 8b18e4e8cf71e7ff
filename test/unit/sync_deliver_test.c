#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "state/link.h"
#include "sync/sync_priv.h"

/* What the engine makes of the outcomes of a put: a target that answers as it is told. */

static char dir[] = "/tmp/erpsync-deliver-XXXXXX";

static struct fake {
	struct connector face;
	struct err whole;   /* of the put */
	struct err item[2]; /* of its items */
	int puts, committed;
} fake;

static enum errk fake_put(struct connector *c, struct put_batch *batch, struct arena *a,
			  struct err *e)
{
	struct fake *f = (struct fake *)c;
	(void)a;
	f->puts++;
	for (size_t i = 0; i < batch->n; i++) {
		batch->item[i]->err = f->item[i];
		batch->item[i]->target.id = "there";
	}
	*e = f->whole;
	return f->whole.kind;
}

static void fake_committed(struct connector *c, const struct put_batch *batch)
{
	(void)batch;
	((struct fake *)c)->committed++;
}

static const struct sink fake_sink = {.put = fake_put, .put_committed = fake_committed};
/* One that finds by our reference what is there. */
static const char *fake_reference(struct connector *c, const char *record, struct arena *a)
{
	(void)c;
	return arena_strdup(a, record);
}
static const struct sink finding_sink = {.put = fake_put,
					 .put_committed = fake_committed,
					 .reference = fake_reference};
static const struct connector_type fake_type = {.name = "fake", .title = "Fake"};

struct fixture {
	struct state *s;
	struct sync r;
	struct session session;
	struct sync_options options;
	struct sync_summary sum;
	struct batch_row row[2], *rows[2];
};

#define OK(call)                                             \
	do {                                                 \
		struct err fixture_err, *e = &fixture_err;   \
		if ((call) != E_OK)                          \
			fail_msg("%s: %s", e->code, e->msg); \
	} while (0)

static int open_fixture(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char path[64];
	snprintf(path, sizeof(path), "%s/db", dir);
	unlink(path);
	OK(state_open(path, &f->s, e));
	fake = (struct fake){.face = {.type = &fake_type}};
	f->r = (struct sync){.session = &f->session,
			     .flow = flow_of_kind(KIND_ORDER),
			     .options = &f->options,
			     .state = f->s,
			     .key = "orders export",
			     .target = &fake.face,
			     .to = &fake_sink,
			     .sum = &f->sum,
			     .page = arena_new(),
			     .scratch = arena_new(),
			     .tries = 10,
			     .wait_ms = 1000,
			     .max_wait_ms = 1000,
			     .batch = 10};
	*state = f;
	return 0;
}

static int close_fixture(void **state)
{
	struct fixture *f = *state;
	arena_free(f->r.page);
	arena_free(f->r.scratch);
	state_close(f->s);
	free(f);
	return 0;
}

/* Two orders that were delivered as v1 are on their way as v2. */
static void send_two(struct fixture *f)
{
	static const char *const id[] = {"1", "2"};
	for (int i = 0; i < 2; i++) {
		struct link l = {.flow = f->r.key,
				 .record = id[i],
				 .label = id[i],
				 .target.id = "there",
				 .version = "v1",
				 .sent_hash = "one"};
		enum queue_put_result result;
		struct queue_row *due;
		size_t n;
		OK(link_set(f->s, &l, 100, e));
		OK(queue_put(f->s,
			     &(struct queue_row){.flow = f->r.key,
						 .record = id[i],
						 .label = id[i],
						 .version = "v2",
						 .payload = "{}",
						 .origin = "pull"},
			     QUEUE_PUT_NEWS, 200, &result, e));
		OK(queue_due(f->s, f->r.key, &id[i], 1, 200, 1, f->r.page, &due, &n, e));
		assert_int_equal(n, 1);
		OK(queue_mark_sending(f->s, due[0].id, "b1", false, 200, e));
		f->row[i] = (struct batch_row){.row = due[0],
					       .put = {.record = due[0].record,
						       .label = due[0].label,
						       .version = due[0].version,
						       .doc = "{}",
						       .hash = "two",
						       .target.id = "there"},
					       .update = true};
		f->rows[i] = &f->row[i];
	}
}

static enum errk put(struct fixture *f, bool unsure)
{
	const struct put_how how = {.key = "b1", .unsure = unsure, .update = true};
	struct err e;
	return sync_put_rows(&f->r, f->rows, 2, &how, &e);
}

static size_t rows_in(struct fixture *f, int states)
{
	struct queue_counts c;
	OK(queue_count(f->s, f->r.key, 10000000000, &c, e));
	return (size_t)(states & 1 << QUEUE_SENDING ? c.sending : 0) +
	       (size_t)(states & 1 << QUEUE_READY ? c.ready : 0) +
	       (size_t)(states & 1 << QUEUE_PARKED ? c.parked : 0);
}

struct kept {
	struct queue_row *row;
	struct arena *a;
};
static enum errk keep_row(const struct queue_row *row, void *ctx, struct err *e)
{
	struct kept *kept = ctx;
	(void)e;
	kept->row->code = arena_strdup(kept->a, row->code);
	kept->row->reason = arena_strdup(kept->a, row->reason);
	return E_OK;
}

static bool in_doubt(struct fixture *f, const char *record)
{
	struct link l;
	bool found;
	OK(link_get(f->s, f->r.key, record, f->r.page, &l, &found, e));
	assert_true(found);
	return l.doubt;
}

static struct err busy(void)
{
	struct err e;
	(void)err_set(&e, E_BUSY, "http_503", "busy");
	return e;
}

static struct err of_kind(enum errk kind)
{
	struct err e;
	(void)err_set(&e, kind, "code", "reason");
	return e;
}

static void test_put__a_busy_target_gives_the_rows_back(void **state)
{
	struct fixture *f = *state;
	send_two(f);
	fake.whole = busy();
	assert_int_equal(put(f, false), E_BUSY);
	assert_int_equal(rows_in(f, 1 << QUEUE_READY), 2);
	assert_int_equal(fake.committed, 0);
	assert_true(in_doubt(f, "1"));
}

static void test_put__what_may_have_landed_is_not_given_back(void **state)
{
	struct fixture *f = *state;
	send_two(f);
	fake.whole = busy();
	assert_int_equal(put(f, true), E_BUSY);
	assert_int_equal(rows_in(f, 1 << QUEUE_SENDING), 2);
	assert_int_equal(rows_in(f, 1 << QUEUE_READY), 0);
}

static void test_put__an_item_in_doubt_keeps_what_the_target_needs_to_look(void **state)
{
	struct fixture *f = *state;
	send_two(f);
	fake.item[1] = of_kind(E_UNSURE);
	assert_int_equal(put(f, false), E_UNSURE);
	assert_int_equal(fake.committed, 0);
	assert_int_equal(rows_in(f, 1 << QUEUE_SENDING), 1);
	assert_false(in_doubt(f, "1"));
	assert_true(in_doubt(f, "2"));
}

static void test_put__what_ends_well_is_known_again(void **state)
{
	struct fixture *f = *state;
	send_two(f);
	assert_true(in_doubt(f, "1"));
	assert_int_equal(put(f, false), E_OK);
	assert_int_equal(fake.committed, 1);
	assert_false(in_doubt(f, "1"));
	assert_false(in_doubt(f, "2"));
}

static void test_put__what_is_parked_or_waits_is_not_known(void **state)
{
	struct fixture *f = *state;
	send_two(f);
	fake.item[0] = of_kind(E_RECORD);
	fake.item[1] = of_kind(E_BUSY);
	assert_int_equal(put(f, false), E_OK);
	assert_int_equal(rows_in(f, 1 << QUEUE_PARKED), 1);
	assert_int_equal(rows_in(f, 1 << QUEUE_READY), 1);
	assert_true(in_doubt(f, "1"));
	assert_true(in_doubt(f, "2"));
}

static struct queue_row parked_row(struct fixture *f)
{
	struct queue_filter filter = {.flow = f->r.key, .states = 1 << QUEUE_PARKED};
	struct queue_row out = {0};
	OK(queue_each(f->s, &filter, false, keep_row, &(struct kept){&out, f->r.page}, e));
	return out;
}

static void test_put__an_item_in_doubt_each_time_has_its_tries(void **state)
{
	struct fixture *f = *state;
	f->r.to = &finding_sink;
	send_two(f);
	fake.item[1] = of_kind(E_UNSURE);
	assert_int_equal(put(f, false), E_UNSURE);
	f->rows[0] = f->rows[1];
	fake.item[0] = fake.item[1];
	const struct put_how again = {.key = "b1", .unsure = true, .update = true};
	OK(sync_put_rows(&f->r, f->rows, 1, &again, e));
	assert_int_equal(rows_in(f, 1 << QUEUE_SENDING), 0);
	assert_int_equal(rows_in(f, 1 << QUEUE_READY), 1);
	assert_true(in_doubt(f, "2"));
	OK(queue_mark_sending(f->s, f->row[1].row.id, "b2", false, 300, e));
	f->row[1].row.attempts = (int)f->r.tries;
	OK(sync_put_rows(&f->r, f->rows, 1, &again, e));
	struct queue_row row = parked_row(f);
	assert_string_equal(row.code, "code");
	assert_non_null(strstr(row.reason, "run: erpsync queue retry '2'; or, if it is settled "
					   "there: erpsync queue drop '2'"));
	assert_int_equal(f->sum.parked, 1);
}

/* Interrupted as new ones, each in a batch of its own. */
static void interrupt_two(struct fixture *f, int64_t when)
{
	static const char *const id[] = {"1", "2"};
	for (int i = 0; i < 2; i++) {
		struct queue_row *due, row = {.flow = f->r.key,
					      .record = id[i],
					      .label = id[i],
					      .version = "v1",
					      .origin = "pull"};
		enum queue_put_result result;
		size_t n;
		OK(queue_put(f->s, &row, QUEUE_PUT_NEWS, when, &result, e));
		OK(queue_due(f->s, f->r.key, &id[i], 1, when, 1, f->r.page, &due, &n, e));
		assert_int_equal(n, 1);
		OK(queue_mark_sending(f->s, due[0].id, i ? "b2" : "b1", false, when, e));
	}
	fake.whole = of_kind(E_UNSURE);
}

static void test_recover__a_batch_in_doubt_does_not_stop_the_others(void **state)
{
	struct fixture *f = *state;
	f->r.to = &finding_sink;
	interrupt_two(f, clock_now());
	OK(sync_recover(&f->r, e));
	assert_int_equal(fake.puts, 2);
	assert_int_equal(rows_in(f, 1 << QUEUE_SENDING), 2);
	assert_int_equal(f->r.doubt.kind, E_UNSURE);
}

static void test_recover__after_hours_a_person_is_told(void **state)
{
	struct fixture *f = *state;
	f->r.to = &finding_sink;
	interrupt_two(f, clock_now() - 86400);
	OK(sync_recover(&f->r, e));
	assert_int_equal(fake.puts, 2);
	assert_int_equal(rows_in(f, 1 << QUEUE_PARKED), 2);
	assert_int_equal(f->sum.parked, 2);
	assert_non_null(strstr(parked_row(f).reason, "for hours"));
}

static void test_recover__where_nothing_is_found_again_nothing_goes_on(void **state)
{
	struct fixture *f = *state;
	struct err e;
	interrupt_two(f, clock_now());
	assert_int_equal(sync_recover(&f->r, &e), E_UNSURE);
	assert_int_equal(fake.puts, 1);
	assert_int_equal(rows_in(f, 1 << QUEUE_SENDING), 2);
}

static void test_recover__and_after_hours_that_is_an_error(void **state)
{
	struct fixture *f = *state;
	struct err e;
	interrupt_two(f, clock_now() - 86400);
	assert_int_equal(sync_recover(&f->r, &e), E_LOCAL);
	assert_int_equal(e.kind, E_LOCAL);
	assert_int_equal(rows_in(f, 1 << QUEUE_SENDING), 2);
}

static int make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int drop_dir(void **state)
{
	static const char *const names[] = {"db", "db-wal", "db-shm"};
	char path[64];
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
	return rmdir(dir);
}

int main(void)
{
#define OPEN(test) cmocka_unit_test_setup_teardown(test, open_fixture, close_fixture)
	const struct CMUnitTest tests[] = {
		OPEN(test_put__a_busy_target_gives_the_rows_back),
		OPEN(test_put__what_may_have_landed_is_not_given_back),
		OPEN(test_put__an_item_in_doubt_keeps_what_the_target_needs_to_look),
		OPEN(test_put__what_ends_well_is_known_again),
		OPEN(test_put__what_is_parked_or_waits_is_not_known),
		OPEN(test_put__an_item_in_doubt_each_time_has_its_tries),
		OPEN(test_recover__a_batch_in_doubt_does_not_stop_the_others),
		OPEN(test_recover__after_hours_a_person_is_told),
		OPEN(test_recover__where_nothing_is_found_again_nothing_goes_on),
		OPEN(test_recover__and_after_hours_that_is_an_error),
	};
	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
