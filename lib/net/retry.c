#include "net/retry.h"

#include "base/hash.h"

#include "base/banned.h"

int64_t retry_wait_ms(int tries, int64_t base_ms, int64_t cap_ms, int64_t asked_ms)
{
	int64_t wait = base_ms < cap_ms ? base_ms : cap_ms, half;

	if (asked_ms >= 0)
		return retry_asked_ms(asked_ms);
	for (int i = 1; i < tries && wait < cap_ms; i++)
		wait = wait > cap_ms / 2 ? cap_ms : wait * 2;
	if (wait <= 0)
		return 0;
	half = wait / 2;
	/*
	 * Many runs start on the same minute of cron: without jitter they would meet
	 * again and again.
	 */
	return wait - half + (half < UINT32_MAX ? random_below((uint32_t)half + 1) : 0);
}
