#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"

#include "base/banned.h"

enum { DAY = 86400 };
static const int64_t FIRST = INT64_C(-62167219200); /* 0000-01-01T00:00:00Z */
static const int64_t LAST = INT64_C(253402300799);  /* 9999-12-31T23:59:59Z */

static int64_t read_ms(clockid_t id)
{
	struct timespec ts;

	if (clock_gettime(id, &ts) != 0)
		BUG("clock_gettime(%d) failed", (int)id);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Where steps are numbered (step.h), a test may also live at another time: $ERPSYNC_CLOCK_SHIFT, seconds. */
static int64_t shift_ms(void)
{
#ifdef ERPSYNC_STEPS
	const char *shift = getenv("ERPSYNC_CLOCK_SHIFT");

	return shift ? strtoll(shift, NULL, 10) * 1000 : 0;
#else
	return 0;
#endif
}

int64_t clock_now_ms(void)
{
	return read_ms(CLOCK_REALTIME) + shift_ms();
}

int64_t clock_now(void)
{
	return clock_now_ms() / 1000;
}

int64_t clock_mono_ms(void)
{
	return read_ms(CLOCK_MONOTONIC);
}

/* By how much the one that is furthest ahead is so. */
static struct {
	bool server;
	int64_t lead_s;
} heard;

void clock_heard(int64_t t, enum clock_witness from)
{
	int64_t lead = t - clock_now();
	bool server = from == CLOCK_OF_SERVER;

	/* What a file or an earlier run said may have been a clock that was ahead. */
	if (server && !heard.server)
		heard.lead_s = 0;
	heard.server |= server;
	if (server == heard.server && lead > CLOCK_TOLERANCE_S && lead > heard.lead_s &&
	    (server || lead <= DAY))
		heard.lead_s = lead;
}

int64_t clock_latest(void)
{
	return clock_now() + heard.lead_s;
}

bool clock_server_heard(void)
{
	return heard.server;
}

/* timegm() is no help: it takes 30 February for 2 March. */
static bool is_leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in(int64_t year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return days[month - 1] + (month == 2 && is_leap(year));
}

/*
 * Days from 1970-01-01; the year is taken to begin in March, so that a leap day comes
 * last.
 */
static int64_t days_from_date(int64_t year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

const char *clock_text(int64_t t, char out[CLOCK_TEXT_MAX])
{
	int64_t clamped = t < FIRST ? FIRST : t > LAST ? LAST : t;
	int64_t days = (clamped - FIRST) / DAY;
	int rest = (int)((clamped - FIRST) % DAY);
	int64_t year = days / 366; /* never past the right one */
	int month = 1, day;

	while (days_from_date(year + 1, 1, 1) - FIRST / DAY <= days)
		year++;
	day = (int)(days - (days_from_date(year, 1, 1) - FIRST / DAY)) + 1;
	while (day > days_in(year, month))
		day -= days_in(year, month++);
	snprintf(out, CLOCK_TEXT_MAX, "%04d-%02d-%02dT%02d:%02d:%02dZ", (int)year % 10000, month,
		 day, rest / 3600, rest / 60 % 60, rest % 60);
	return out;
}

/* Reads exactly n digits, moves on; false if there are fewer. */
static bool digits(const char **p, int n, int *out)
{
	int value = 0;

	for (int i = 0; i < n; i++) {
		char c = (*p)[i];

		if (c < '0' || c > '9')
			return false;
		value = value * 10 + (c - '0');
	}
	*p += n;
	*out = value;
	return true;
}

static bool literal(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

static bool date(const char **p, int64_t *t)
{
	int year, month, day;

	if (!digits(p, 4, &year) || !literal(p, '-') || !digits(p, 2, &month) || !literal(p, '-') ||
	    !digits(p, 2, &day))
		return false;
	if (month < 1 || month > 12 || day < 1 || day > days_in(year, month))
		return false;
	*t = days_from_date(year, month, day) * DAY;
	return true;
}

static bool time_of_day(const char **p, int64_t *t)
{
	int hour, minute, second;

	if (!digits(p, 2, &hour) || !literal(p, ':') || !digits(p, 2, &minute) ||
	    !literal(p, ':') || !digits(p, 2, &second))
		return false;
	if (hour > 23 || minute > 59 || second > 60) /* RFC 3339 allows a leap second */
		return false;
	*t += hour * 3600 + minute * 60 + second;
	return true;
}

/* "Z", "+02:00", "+0200", each with or without a blank before. */
static bool offset(const char **p, int64_t *t)
{
	int hours, minutes, sign;

	literal(p, ' ');
	if (literal(p, 'Z') || literal(p, 'z'))
		return true;
	sign = **p == '-' ? -1 : 1;
	if (!literal(p, '+') && !literal(p, '-'))
		return false;
	if (!digits(p, 2, &hours))
		return false;
	literal(p, ':');
	if (!digits(p, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*t -= sign * (hours * 3600 + minutes * 60);
	return true;
}

static bool rfc3339(const char *text, int64_t *out)
{
	const char *p = text;
	int64_t t;
	int ignored;

	if (!date(&p, &t))
		return false;
	if (*p) {
		if (!literal(&p, 'T') && !literal(&p, 't') && !literal(&p, ' '))
			return false;
		if (!time_of_day(&p, &t))
			return false;
		if (literal(&p, '.')) {
			if (!digits(&p, 1, &ignored))
				return false;
			p += strspn(p, "0123456789");
		}
		if (!offset(&p, &t) || *p)
			return false;
	}
	*out = t;
	return true;
}

/* One of the names, each three letters, at p; its index or -1. */
static int name_at(const char **p, const char *names)
{
	for (int i = 0; names[3 * i]; i++) {
		if (strncmp(*p, names + 3 * i, 3) == 0) {
			*p += 3;
			return i;
		}
	}
	return -1;
}

/* "Mon, 23 Nov 2026 08:42:40 GMT" (RFC 9110, 5.6.7, the preferred form). */
static bool http_date(const char *text, int64_t *out)
{
	const char *p = text;
	int day, month, year;
	int64_t t;

	if (name_at(&p, "MonTueWedThuFriSatSun") < 0 || !literal(&p, ',') || !literal(&p, ' ') ||
	    !digits(&p, 2, &day) || !literal(&p, ' '))
		return false;
	month = name_at(&p, "JanFebMarAprMayJunJulAugSepOctNovDec") + 1;
	if (month < 1 || !literal(&p, ' ') || !digits(&p, 4, &year) || !literal(&p, ' ') ||
	    day < 1 || day > days_in(year, month))
		return false;
	t = days_from_date(year, month, day) * DAY;
	if (!time_of_day(&p, &t) || strcmp(p, " GMT") != 0)
		return false;
	*out = t;
	return true;
}

enum errk clock_parse(const char *text, int64_t *out, struct err *e)
{
	char shown[64];

	if (text && (rfc3339(text, out) || http_date(text, out)))
		return E_OK;
	str_ellipsis(shown, sizeof(shown), text, 40);
	return err_set(e, E_RECORD, "bad_time", "'%s' is not a time like 2026-11-23T09:45:00Z",
		       shown);
}

bool clock_is_day(const char *text)
{
	const char *p = text;
	int64_t ignored;

	return text && (strcmp(text, "today") == 0 || (date(&p, &ignored) && !*p));
}

enum errk clock_parse_human(const char *text, int64_t now, int64_t *out, struct err *e)
{
	char shown[64];
	int64_t ms = 0;

	if (text && strcmp(text, "now") == 0) {
		*out = now;
		return E_OK;
	}
	if (text && strcmp(text, "today") == 0) {
		*out = now - (now % DAY + DAY) % DAY;
		return E_OK;
	}
	if (text && text[0] == '-' && duration_parse(text + 1, &ms, NULL) == E_OK) {
		*out = now - ms / 1000;
		return E_OK;
	}
	if (text && clock_parse(text, out, NULL) == E_OK)
		return E_OK;
	str_ellipsis(shown, sizeof(shown), text, 40);
	return err_set(e, E_LOCAL, "bad_time",
		       "'%s' is not a time; write 2026-11-23, 2026-11-23T09:45:00Z, today, now, "
		       "-2h or -7d",
		       shown);
}

static const struct {
	const char *suffix;
	int64_t ms;
} UNITS[] = {{"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};
enum { N_UNITS = sizeof(UNITS) / sizeof(UNITS[0]) };

static bool duration(const char *text, int64_t *ms)
{
	const char *p = text;
	int64_t n = 0, unit = *text ? 1000 : 0;

	if (*p < '0' || *p > '9')
		return false;
	for (; *p >= '0' && *p <= '9'; p++)
		if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, *p - '0', &n))
			return false;
	if (*p) {
		unit = 0;
		for (int i = 0; i < N_UNITS; i++)
			if (strcmp(p, UNITS[i].suffix) == 0)
				unit = UNITS[i].ms;
	}
	return unit && !__builtin_mul_overflow(n, unit, ms);
}

enum errk duration_parse(const char *text, int64_t *ms, struct err *e)
{
	char shown[64];
	int64_t value;

	if (text && duration(text, &value)) {
		*ms = value;
		return E_OK;
	}
	str_ellipsis(shown, sizeof(shown), text, 40);
	return err_set(e, E_LOCAL, "bad_duration",
		       "'%s' is not a duration; write 500ms, 90s, 12m, 2h or 30d", shown);
}

const char *duration_text(int64_t ms, char out[CLOCK_TEXT_MAX])
{
	uint64_t left = ms < 0 ? -(uint64_t)ms : (uint64_t)ms;
	const char *sign = ms < 0 ? "-" : "";

	for (int i = 0; i < N_UNITS; i++) {
		uint64_t unit = (uint64_t)UNITS[i].ms, n = left / unit, next = 0;

		if (n == 0)
			continue;
		if (i + 1 < N_UNITS)
			next = left % unit / (uint64_t)UNITS[i + 1].ms;
		if (next)
			snprintf(out, CLOCK_TEXT_MAX, "%s%llu%s %llu%s", sign,
				 (unsigned long long)n, UNITS[i].suffix, (unsigned long long)next,
				 UNITS[i + 1].suffix);
		else
			snprintf(out, CLOCK_TEXT_MAX, "%s%llu%s", sign, (unsigned long long)n,
				 UNITS[i].suffix);
		return out;
	}
	snprintf(out, CLOCK_TEXT_MAX, "0s");
	return out;
}

/* The C library takes a zone that it does not know for UTC, without a word. */
static bool zone_is_known(const char *zone)
{
	char path[128];
	struct stat st;

	if (!zone || str_blank(zone) || *zone == '/' || strstr(zone, "..") ||
	    zone[strspn(zone,
			"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/")])
		return false;
	return snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", zone) < (int)sizeof(path) &&
	       stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, R_OK) == 0;
}

/* A place's time: an offset, or the C library's while it is entered. */
struct zone {
	bool fixed;
	int64_t east; /* fixed: seconds */
	char *before; /* what $TZ was; NULL = it was not set */
};

static bool enter(const char *name, struct zone *z)
{
	const char *p = name, *set = getenv("TZ");

	*z = (struct zone){.fixed = name && (*name == '+' || *name == '-')};
	if (z->fixed) {
		if (!offset(&p, &z->east) || *p)
			return false;
		z->east = -z->east;
		return true;
	}
	if (!zone_is_known(name))
		return false;
	z->before = set ? strdup(set) : NULL;
	if ((set && !z->before) || setenv("TZ", name, 1) != 0)
		die(70, "out of memory");
	tzset();
	return true;
}

static void leave(struct zone *z)
{
	if (z->fixed)
		return;
	if ((z->before ? setenv("TZ", z->before, 1) : unsetenv("TZ")) != 0)
		BUG("TZ can't be set back");
	tzset();
	free(z->before);
}

/* Which day it is there: its midnight UTC. */
static int64_t day_in(const struct zone *z, int64_t t)
{
	time_t at = (time_t)t;
	struct tm tm;
	int64_t there = t + z->east;

	if (z->fixed)
		return there - (there % DAY + DAY) % DAY;
	if (!localtime_r(&at, &tm))
		BUG("%lld is no time", (long long)t);
	return days_from_date(tm.tm_year + INT64_C(1900), tm.tm_mon + 1, tm.tm_mday) * DAY;
}

bool clock_day(int64_t t, const char *zone, char out[CLOCK_DAY_SIZE])
{
	char text[CLOCK_TEXT_MAX];
	struct zone z;

	if (!enter(zone, &z))
		return false;
	memcpy(out, clock_text(day_in(&z, t), text), CLOCK_DAY_SIZE - 1);
	out[CLOCK_DAY_SIZE - 1] = '\0';
	leave(&z);
	return true;
}

/* By the minute: there are days that begin at one, and some that begin twice. */
bool clock_midnight(int64_t day, const char *zone, int64_t *out)
{
	enum { MINUTE = 60 };
	struct zone z;

	if (!enter(zone, &z))
		return false;
	*out = day - CLOCK_EARLIEST_S - 2 * 3600;
	while (day_in(&z, *out) < day)
		*out += MINUTE;
	leave(&z);
	return true;
}

bool clock_offset(const char *text, char out[CLOCK_DAY_SIZE])
{
	const char *p = strlen(text) > CLOCK_DAY_SIZE ? strpbrk(text + CLOCK_DAY_SIZE, "+-") : NULL;

	return p && snprintf(out, CLOCK_DAY_SIZE, "%s", p) < CLOCK_DAY_SIZE;
}
