#ifndef ERPSYNC_NET_RETRY_H
#define ERPSYNC_NET_RETRY_H

#include <stdint.h>

/* What another side asks us to wait is its word, but a day is the longest that is believed. */
#define RETRY_ASKED_MAX_MS (INT64_C(24) * 3600 * 1000)
static inline int64_t retry_asked_ms(int64_t ms)
{
	return ms < RETRY_ASKED_MAX_MS ? ms : RETRY_ASKED_MAX_MS;
}

/*
 * How long to wait before try number `tries + 1` (tries >= 1 failed so far): base doubled
 * per try, full jitter over its upper half, never above cap. The other side's own word
 * (asked_ms >= 0) wins over the formula, cap included: the caller compares it with how
 * long it is willing to wait.
 */
int64_t retry_wait_ms(int tries, int64_t base_ms, int64_t cap_ms, int64_t asked_ms);

#endif
