#include "state_fixture.h"

#include "state/claim.h"
#include "state/link.h"
#include "state/queue.h"

/* What a put found a record to be. */
#define SOME(is) (&(struct put_claim){.article = (is), .sku = (is), .some = true})
#define NONE(is) (&(struct put_claim){.article = (is), .sku = (is)})

static void set(struct fixture *f, const char *record, const struct put_claim *claim,
		enum claim_fate fate)
{
	OK(claim_set(f->s, FLOW, record, claim, claim ? 1 : 0, fate, e));
}

/* It waits, or (code) is parked. */
static int64_t waits(struct fixture *f, const char *record, const char *code)
{
	enum queue_put_result result;
	int64_t id;

	OK(queue_put(f->s, ARRIVED(record, arena_printf(f->a, "#%s", record), "v1", "{}"),
		     QUEUE_PUT_AGAIN, 1, &result, e));
	OK(queue_waiting(f->s, FLOW, record, &id, e));
	if (code)
		OK(queue_mark_parked(f->s, id, code, "why", 1, e));
	return id;
}

static void deliver(struct fixture *f, const char *record)
{
	const struct link l = {.flow = FLOW,
			       .record = record,
			       .label = record,
			       .target.id = "there",
			       .version = "v1",
			       .sent_hash = "h",
			       .kept = "kept"};

	OK(link_set(f->s, &l, 1, e));
}

/* "A! B": their rivals' ids, "!" behind those that were written. */
static const char *rivals(struct fixture *f, const char *record, const char *article, bool *written)
{
	struct claim *x;
	const char *text = "";
	size_t n;

	OK(claim_rivals(f->s, FLOW, record, article, f->a, written, &x, &n, e));
	for (size_t i = 0; i < n; i++)
		text = arena_printf(f->a, "%s%s%s%s", text, i ? " " : "", x[i].record,
				    x[i].written ? "!" : "");
	return text;
}

static void test_claim__what_was_refused_counts_while_it_is_parked(void **state)
{
	struct fixture *f = *state;
	const struct queue_filter all = {.flow = FLOW, .who = "B"};
	int64_t n;
	bool written;

	waits(f, "A", "same_article");
	waits(f, "B", "same_article");
	set(f, "A", SOME("X"), CLAIM_REFUSED);
	set(f, "B", SOME("X"), CLAIM_REFUSED);
	assert_string_equal(rivals(f, "A", "X", &written), "B");
	assert_false(written);
	OK(queue_drop(f->s, &all, "by hand", 2, &n, e));
	assert_string_equal(rivals(f, "A", "X", &written), "");
}

static void test_claim__what_was_written_is_disturbed_by_its_like_alone(void **state)
{
	struct fixture *f = *state;
	bool written;
	int64_t n;

	deliver(f, "A");
	set(f, "A", SOME("X"), CLAIM_WRITTEN);
	waits(f, "B", "same_article");
	set(f, "B", SOME("X"), CLAIM_REFUSED);
	assert_string_equal(rivals(f, "A", "X", &written), "");
	assert_true(written);
	assert_string_equal(rivals(f, "B", "X", &written), "A!");
	assert_string_equal(rivals(f, NULL, "X", &written), "A!");
	set(f, "B", SOME("X"), CLAIM_WRITTEN);
	assert_string_equal(rivals(f, "A", "X", &written), "B!");
	OK(queue_drop_for_good(f->s, FLOW, "A", "by hand", 2, &n, e));
	assert_string_equal(rivals(f, "B", "X", &written), "");
}

static void test_claim__another_article(void **state)
{
	struct fixture *f = *state;
	int64_t closed;
	bool written;

	deliver(f, "A");
	set(f, "A", SOME("X"), CLAIM_WRITTEN);
	waits(f, "A", "same_article");
	set(f, "A", SOME("Y"), CLAIM_REFUSED);
	assert_string_equal(rivals(f, "B", "X", &written), "A!");
	assert_string_equal(rivals(f, "B", "Y", &written), "A");
	set(f, "A", NULL, CLAIM_OPEN);
	assert_string_equal(rivals(f, "B", "Y", &written), "A");
	set(f, "A", SOME("Y"), CLAIM_WRITTEN);
	assert_string_equal(rivals(f, "B", "X", &written), "");
	OK(claim_end(f->s, FLOW, "A", 2, &closed, e));
	assert_int_equal(closed, 1);
	assert_string_equal(rivals(f, "B", "Y", &written), "");
	assert_int_equal(one_int(f, "SELECT doubt FROM link WHERE record = 'A'"), 4);
}

static void test_claim__release(void **state)
{
	static const char parked[] = "SELECT count(*) FROM queue WHERE state = 2";
	struct fixture *f = *state;
	const char **who;
	size_t n;

	waits(f, "A", "same_article");
	waits(f, "B", "same_article");
	waits(f, "C", "other");
	set(f, "A", SOME("X"), CLAIM_REFUSED);
	set(f, "B", SOME("X"), CLAIM_REFUSED);
	OK(claim_release(f->s, FLOW, "same_article", 5, e));
	assert_int_equal(one_int(f, parked), 3);
	OK(claim_list_disputed(f->s, FLOW, "same_article", f->a, &who, &n, e));
	assert_int_equal(n, 2);
	/* The ERP has none of it any longer. */
	set(f, "B", NONE("X"), CLAIM_REFUSED);
	OK(claim_release(f->s, FLOW, "same_article", 5, e));
	assert_int_equal(one_int(f, parked), 2);
	assert_int_equal(one_int(f, "SELECT parked_as = 'same_article' AND next_attempt = 5"
				    " FROM queue WHERE record = 'A'"),
			 1);
	/* What was set free is asked about as long as it waits. */
	OK(claim_list_disputed(f->s, FLOW, "same_article", f->a, &who, &n, e));
	assert_int_equal(n, 2);
}

static void test_claim__what_claims_nothing_is_not_released(void **state)
{
	struct fixture *f = *state;

	waits(f, "A", "same_article");
	OK(claim_release(f->s, FLOW, "same_article", 5, e));
	assert_int_equal(one_int(f, "SELECT count(*) FROM queue WHERE state = 2"), 1);
}

static void test_claim__what_was_set_free_without_a_claim_is_judged_first(void **state)
{
	struct fixture *f = *state;
	const char **who, *label, *doc;
	size_t n;

	waits(f, "A", "same_article");
	waits(f, "B", "same_article");
	waits(f, "C", "other");
	waits(f, "D", NULL);
	OK(queue_try_parked(f->s, FLOW, "same_article", 3, e));
	set(f, "B", SOME("X"), CLAIM_REFUSED);
	OK(claim_list_unjudged(f->s, FLOW, "same_article", f->a, &who, &n, e));
	assert_int_equal(n, 1);
	assert_string_equal(who[0], "A");
	OK(claim_unjudged(f->s, FLOW, "A", f->a, &label, &doc, e));
	assert_string_equal(label, "#A");
	assert_string_equal(doc, "{}");
	waits(f, "A", "same_article");
	OK(claim_unjudged(f->s, FLOW, "A", f->a, &label, &doc, e));
	assert_null(doc);
}

static void test_claim__what_left_its_article_is_in_doubt_when_nobody_has_it(void **state)
{
	struct fixture *f = *state;
	const char **who;
	size_t n;

	deliver(f, "A");
	deliver(f, "B");
	set(f, "A", SOME("X"), CLAIM_WRITTEN);
	set(f, "B", NONE("X"), CLAIM_LEFT);
	OK(claim_doubt_left(f->s, FLOW, f->a, &who, &n, e));
	assert_int_equal(n, 0);
	set(f, "A", SOME("Y"), CLAIM_WRITTEN);
	OK(claim_doubt_left(f->s, FLOW, f->a, &who, &n, e));
	assert_int_equal(n, 1);
	assert_string_equal(who[0], "B");
	assert_int_equal(one_int(f, "SELECT doubt FROM link WHERE record = 'B'"), 4);
	waits(f, "B", NULL);
	OK(claim_doubt_left(f->s, FLOW, f->a, &who, &n, e));
	assert_int_equal(n, 0);
	waits(f, "B", "left_there"); /* this very version went over, but for something of before */
	OK(claim_doubt_left(f->s, FLOW, f->a, &who, &n, e));
	assert_int_equal(n, 1);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_claim__what_was_refused_counts_while_it_is_parked),
		TEST(test_claim__what_was_written_is_disturbed_by_its_like_alone),
		TEST(test_claim__another_article),
		TEST(test_claim__release),
		TEST(test_claim__what_claims_nothing_is_not_released),
		TEST(test_claim__what_was_set_free_without_a_claim_is_judged_first),
		TEST(test_claim__what_left_its_article_is_in_doubt_when_nobody_has_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
