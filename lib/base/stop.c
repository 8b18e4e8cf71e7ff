#include "base/stop.h"

#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"

#include "base/banned.h"

enum { LOOK_AGAIN_MS = 500 };

static volatile sig_atomic_t caught;
static int64_t deadline; /* on clock_mono_ms; 0 = none */

static void on_signal(int sig)
{
	if (caught)
		_exit(128 + sig);
	caught = sig;
}

void stop_install(void)
{
	/* SA_RESTART spares the rest of the program EINTR; ppoll() is never restarted. */
	struct sigaction sa = {.sa_handler = on_signal, .sa_flags = SA_RESTART};

	sigemptyset(&sa.sa_mask);
	if (sigaction(SIGINT, &sa, NULL) != 0 || sigaction(SIGTERM, &sa, NULL) != 0)
		BUG("sigaction failed");
}

void stop_set_deadline_ms(int64_t from_now)
{
	deadline = 0;
	if (from_now > 0 && __builtin_add_overflow(clock_mono_ms(), from_now, &deadline))
		deadline = 0;
}

int64_t stop_remaining_ms(void)
{
	int64_t left;

	if (!deadline)
		return INT64_MAX;
	left = deadline - clock_mono_ms();
	return left > 0 ? left : 0;
}

bool stop_requested(void)
{
	return caught || stop_remaining_ms() == 0;
}

const char *stop_reason(void)
{
	if (caught)
		return caught == SIGINT ? "signal INT" : "signal TERM";
	return stop_remaining_ms() == 0 ? "max-runtime" : NULL;
}

bool stop_sleep_ms(int64_t ms)
{
	int64_t end;
	sigset_t ours, before;

	if (__builtin_add_overflow(clock_mono_ms(), ms > 0 ? ms : 0, &end))
		end = INT64_MAX;
	/*
	 * Blocked outside ppoll(), a signal can't slip in between the check and the
	 * sleep.
	 */
	sigemptyset(&ours);
	sigaddset(&ours, SIGINT);
	sigaddset(&ours, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &ours, &before);
	while (!stop_requested()) {
		int64_t left = end - clock_mono_ms(), until_stop = stop_remaining_ms();
		struct timespec ts;

		if (left <= 0)
			break;
		if (until_stop < left)
			left = until_stop;
		/* A thread of a library may be the one that gets the signal: no wake-up then. */
		if (left > LOOK_AGAIN_MS)
			left = LOOK_AGAIN_MS;
		ts.tv_sec = left / 1000;
		ts.tv_nsec = left % 1000 * 1000000;
		ppoll(NULL, 0, &ts, &before);
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return !stop_requested();
}
