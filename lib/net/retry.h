#ifndef ERPSYNC_NET_RETRY_H
#define ERPSYNC_NET_RETRY_H

#include <stdint.h>

/*
 * How long to wait before try number `tries + 1` (tries >= 1 failed so far): base doubled
 * per try, full jitter over its upper half, never above cap. The other side's own word
 * (asked_ms >= 0) wins over the formula, cap included: the caller compares it with how
 * long it is willing to wait.
 */
int64_t retry_wait_ms(int tries, int64_t base_ms, int64_t cap_ms, int64_t asked_ms);

#endif
