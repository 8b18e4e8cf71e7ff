#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/bucket.h"

enum { POINT = 1000 };

static void test_bucket__unknown_means_no_wait(void **state)
{
	struct bucket b;

	(void)state;
	bucket_init(&b, 20);
	assert_int_equal(bucket_wait_ms(&b, 500 * POINT, 0), 0);
	bucket_take(&b, 500 * POINT, 0);
	assert_int_equal(bucket_wait_ms(&b, 500 * POINT, 1), 0);
}

static void test_bucket__waits_for_what_is_missing(void **state)
{
	struct bucket b;

	(void)state;
	bucket_init(&b, 0);
	bucket_sync(&b, 2000 * POINT, 100 * POINT, 100 * POINT, 1000);
	assert_int_equal(bucket_wait_ms(&b, 100 * POINT, 1000), 0);
	assert_int_equal(bucket_wait_ms(&b, 752 * POINT, 1000), 6520);
	assert_int_equal(bucket_wait_ms(&b, 752 * POINT, 4000), 3520);
	assert_int_equal(bucket_wait_ms(&b, 752 * POINT, 7520), 0);
	/* A part of a millisecond counts as a whole one. */
	assert_int_equal(bucket_wait_ms(&b, 100 * POINT + 1, 1000), 1);
}

static void test_bucket__leaves_the_share_of_others(void **state)
{
	struct bucket b;

	(void)state;
	bucket_init(&b, 20);
	bucket_sync(&b, 1000 * POINT, 300 * POINT, 50 * POINT, 0);
	assert_int_equal(bucket_wait_ms(&b, 100 * POINT, 0), 0);
	assert_int_equal(bucket_wait_ms(&b, 101 * POINT, 0), 20);
	/* With the share it is more than ever comes: at full it may go. */
	assert_int_equal(bucket_wait_ms(&b, 900 * POINT, 0), 14000);
	assert_int_equal(bucket_wait_ms(&b, 5000 * POINT, 0), 14000);
	assert_int_equal(bucket_wait_ms(&b, 5000 * POINT, 14000), 0);
}

static void test_bucket__books_calls_that_are_sent_together(void **state)
{
	struct bucket b;

	(void)state;
	bucket_init(&b, 0);
	bucket_sync(&b, 100 * POINT, 100 * POINT, 10 * POINT, 0);
	for (int i = 0; i < 4; i++)
		bucket_take(&b, 50 * POINT, 0);
	assert_int_equal(b.available, -100 * POINT);
	assert_int_equal(bucket_wait_ms(&b, 50 * POINT, 0), 15000);
	bucket_take(&b, 50 * POINT, 15000);
	assert_int_equal(b.available, 0);
}

static void test_bucket__never_overfills(void **state)
{
	struct bucket b;

	(void)state;
	bucket_init(&b, 0);
	bucket_sync(&b, 100 * POINT, 0, 10 * POINT, 0);
	bucket_take(&b, 0, 9999);
	assert_int_equal(b.available, 99990);
	bucket_take(&b, 0, INT64_MAX / 2);
	assert_int_equal(b.available, 100 * POINT);
	bucket_take(&b, 10 * POINT, INT64_MAX / 2 + 1);
	assert_int_equal(b.available, 90 * POINT);
	/* A clock that steps back gives and takes nothing. */
	assert_int_equal(bucket_wait_ms(&b, 90 * POINT, 0), 0);
	bucket_sync(&b, 100 * POINT, 0, 0, 0);
	assert_int_equal(bucket_wait_ms(&b, 90 * POINT, 0), 0);
}

/* What another side says must not decide a wait without end. */
static void test_bucket__figures_that_can_not_be_decide_nothing(void **state)
{
	static const int64_t huge = INT64_C(1000000000000) * POINT;
	const struct {
		int64_t capacity, available, rate;
	} wrong[] = {{100 * POINT, 0, 0}, {100 * POINT, 0, -1}, {100 * POINT, 0, 1},
		     {0, 0, POINT},       {-huge, 0, POINT},    {huge, 0, huge}};
	struct bucket b;

	(void)state;
	bucket_init(&b, 0);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		bucket_sync(&b, wrong[i].capacity, wrong[i].available, wrong[i].rate, 0);
		assert_int_equal(bucket_wait_ms(&b, huge, 0), 0);
	}
	bucket_sync(&b, 100 * POINT, -huge, 10 * POINT, 0);
	assert_int_equal(bucket_wait_ms(&b, POINT, 0), 10100);
	bucket_sync(&b, 100 * POINT, huge, 10 * POINT, 0);
	bucket_take(&b, huge, 0);
	assert_int_equal(bucket_wait_ms(&b, huge, 0), 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bucket__unknown_means_no_wait),
		cmocka_unit_test(test_bucket__waits_for_what_is_missing),
		cmocka_unit_test(test_bucket__leaves_the_share_of_others),
		cmocka_unit_test(test_bucket__books_calls_that_are_sent_together),
		cmocka_unit_test(test_bucket__never_overfills),
		cmocka_unit_test(test_bucket__figures_that_can_not_be_decide_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
