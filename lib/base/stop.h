#ifndef ERPSYNC_BASE_STOP_H
#define ERPSYNC_BASE_STOP_H

#include <stdbool.h>
#include <stdint.h>

/*
 * How a run is asked to end early: SIGINT or SIGTERM, or --max-runtime. The first signal
 * (or the deadline) makes stop_requested() true, and the engine ends between two batches
 * with everything kept. A second signal ends the process at once; that is as safe as a
 * kill.
 */
void stop_install(void);                     /* the signal handlers; once, from main */
void stop_set_deadline_ms(int64_t from_now); /* 0 = none */
bool stop_requested(void);
const char *stop_reason(void);   /* "signal TERM", "max-runtime", or NULL */
int64_t stop_remaining_ms(void); /* until the deadline; INT64_MAX when there is none */
/* Sleeps up to ms; returns false if it was cut short because a stop was requested. */
bool stop_sleep_ms(int64_t ms);

#endif
