#ifndef ERPSYNC_NET_BUCKET_H
#define ERPSYNC_NET_BUCKET_H

#include <stdint.h>

/*
 * A leaky bucket as APIs meter it: `capacity` points, refilled with `rate` points a
 * second, a call costs some. Our picture is corrected by what the other side answers.
 * `share` percent of the capacity are left to other users of the same limit. All figures
 * in thousandths of a point.
 */
struct bucket {
	int64_t capacity, available, rate; /* 0 capacity = nothing known yet: no wait */
	int64_t at_ms;                     /* clock_mono_ms() of `available` */
	int share;
};

void bucket_init(struct bucket *b, int share_left_percent);
/*
 * What the other side said just now; figures that no bucket has (nothing runs in, it takes longer than
 * ten minutes to fill) are left out. A call never costs more than the bucket holds.
 */
void bucket_sync(struct bucket *b, int64_t capacity, int64_t available, int64_t rate,
		 int64_t now_ms);
/* Milliseconds to wait until `cost` is there above the share that is left to others. */
int64_t bucket_wait_ms(const struct bucket *b, int64_t cost, int64_t now_ms);
/* Books a call that is about to be sent. */
void bucket_take(struct bucket *b, int64_t cost, int64_t now_ms);

#endif
