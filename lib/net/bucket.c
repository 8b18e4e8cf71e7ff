#include "net/bucket.h"

#include "base/banned.h"

/*
 * Shopify's largest bucket holds 40,000 points, and the slowest fills within 20 seconds (shopify.dev,
 * "API limits").
 */
enum { FILL_MAX_S = 600 };
static const int64_t POINTS_MAX = INT64_C(1000) * 10 * 1000 * 1000;

void bucket_init(struct bucket *b, int share_left_percent)
{
	*b = (struct bucket){.share = share_left_percent};
}

/* What is in the bucket at now_ms: what was there and what has run in since. */
static int64_t level(const struct bucket *b, int64_t now_ms)
{
	int64_t missing = b->capacity - b->available, passed = now_ms - b->at_ms;

	if (b->rate <= 0 || passed <= 0 || missing <= 0)
		return b->available;
	/*
	 * Full before the product below could overflow: a machine may have slept for
	 * days.
	 */
	if (passed / 1000 >= missing / b->rate + 1)
		return b->capacity;
	passed = passed * b->rate / 1000;
	return passed >= missing ? b->capacity : b->available + passed;
}

void bucket_sync(struct bucket *b, int64_t capacity, int64_t available, int64_t rate,
		 int64_t now_ms)
{
	/* Figures that can't be right decide nothing. */
	if (capacity <= 0 || rate <= 0 || capacity / rate > FILL_MAX_S || capacity > POINTS_MAX)
		return;
	b->capacity = capacity;
	b->available = available < -capacity  ? -capacity
		       : available > capacity ? capacity
					      : available;
	b->rate = rate;
	b->at_ms = now_ms;
}

int64_t bucket_wait_ms(const struct bucket *b, int64_t cost, int64_t now_ms)
{
	int64_t want, missing, seconds, rest;

	if (b->capacity <= 0 || b->rate <= 0)
		return 0;
	want = cost + b->capacity / 100 * b->share;
	/*
	 * More than a full bucket never comes: at full, try and let the other side
	 * decide.
	 */
	if (want > b->capacity)
		want = b->capacity;
	missing = want - level(b, now_ms);
	if (missing <= 0)
		return 0;
	seconds = missing / b->rate;
	rest = missing % b->rate;
	return seconds * 1000 + (rest * 1000 + b->rate - 1) / b->rate;
}

void bucket_take(struct bucket *b, int64_t cost, int64_t now_ms)
{
	if (b->capacity <= 0)
		return;
	/*
	 * May fall below zero: calls that are booked together queue up behind each other.
	 */
	b->available = level(b, now_ms) - (cost < b->capacity ? cost : b->capacity);
	b->at_ms = now_ms;
}
