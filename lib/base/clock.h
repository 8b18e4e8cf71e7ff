#ifndef ERPSYNC_BASE_CLOCK_H
#define ERPSYNC_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/*
 * Points in time are whole seconds since 1970 UTC (int64_t) inside and RFC 3339 UTC
 * ("2026-11-23T09:45:00Z") outside. Durations are milliseconds unless the name says
 * otherwise.
 */
enum { CLOCK_TEXT_MAX = 48 };

/* Two clocks that differ by less are one; one that is ahead by more is wrong, or ours is. */
enum { CLOCK_TOLERANCE_S = 5 * 60 };

int64_t clock_now(void);     /* wall clock, seconds */
int64_t clock_now_ms(void);  /* wall clock, milliseconds */
int64_t clock_mono_ms(void); /* for measuring; never jumps */

/*
 * What else says how late it is: a server, or where none has answered yet a file or an earlier run. Those are believed
 * where they are ahead of our clock by a day at most. Not for several threads.
 */
enum clock_witness { CLOCK_OF_FILE, CLOCK_OF_RUN, CLOCK_OF_SERVER };
void clock_heard(int64_t t, enum clock_witness from);
/*
 * The later of our clock and the others that were heard of: since when what is done now counts as known to another
 * system. By a clock that is behind it would count as known long ago, from the moment that the clock is right again.
 */
int64_t clock_latest(void);
bool clock_server_heard(void); /* has one said what time it is? */

const char *clock_text(int64_t t, char out[CLOCK_TEXT_MAX]); /* RFC 3339 UTC with Z */

/*
 * Reads RFC 3339 ("…Z", "…+02:00", fractions cut off), "YYYY-MM-DD" (midnight UTC),
 * "YYYY-MM-DD HH:MM:SS +0200" (Shopify's CSV exports) and the HTTP Date form. A time of
 * day without a zone is refused: append "Z" where an API documents UTC. E_RECORD
 * "bad_time".
 */
MUST_CHECK enum errk clock_parse(const char *text, int64_t *out, struct err *e);

/*
 * The day at a place, "2026-11-23"; zone: an IANA name, "Europe/Paris", or an offset, "+0200". False: NULL, or this
 * machine does not know it (package tzdata). Not for several threads.
 */
enum { CLOCK_DAY_SIZE = 11 };
MUST_CHECK bool clock_day(int64_t t, const char *zone, char out[CLOCK_DAY_SIZE]);
/*
 * The first moment of a day at a place; day: its midnight UTC. Where clocks are put forward at midnight the day begins
 * at one. False as clock_day.
 */
MUST_CHECK bool clock_midnight(int64_t day, const char *zone, int64_t *out);
/* How much earlier, and later, than in UTC a day may begin somewhere on earth. */
enum { CLOCK_EARLIEST_S = 14 * 3600, CLOCK_LATEST_S = 12 * 3600 };
/* "2026-11-23 09:50:26 +0100", as clock_parse reads it: "+0100" at the end. False: it has no offset in figures. */
bool clock_offset(const char *text, char out[CLOCK_DAY_SIZE]);

/*
 * A time a person types: all of the above, "now", "today" (midnight UTC), "-2h", "-7d".
 * E_LOCAL "bad_time".
 */
MUST_CHECK enum errk clock_parse_human(const char *text, int64_t now, int64_t *out, struct err *e);
/* Is it a day, "2026-11-23" or "today"? At the shop it begins at another moment than in UTC. */
bool clock_is_day(const char *text);

/* "90s", "12m", "2h", "30d", "500ms", plain number = seconds. E_LOCAL "bad_duration". */
MUST_CHECK enum errk duration_parse(const char *text, int64_t *ms, struct err *e);
/* "2d 3h", "12m", "8s", "350ms": the two largest units. */
const char *duration_text(int64_t ms, char out[CLOCK_TEXT_MAX]);

#endif
