#include "base_test.h"

#include <time.h>

#include "base/clock.h"

static int64_t at(const char *text)
{
	int64_t t = -1;
	struct err e;

	assert_ok(clock_parse(text, &t, &e), &e);
	return t;
}

static void test_clock__reads_each_form(void **state)
{
	const int64_t t = 1795423500; /* date -u -d 2026-11-23T09:45:00 +%s, less an hour below */

	(void)state;
	assert_int_equal(at("1970-01-01T00:00:00Z"), 0);
	assert_int_equal(at("2026-11-23T09:45:00Z") - at("2026-11-23T08:45:00Z"), 3600);
	assert_int_equal(at("2026-11-23T08:45:00Z"), t);
	assert_int_equal(at("2026-11-23T08:45:00.999Z"), t);
	assert_int_equal(at("2026-11-23t08:45:00z"), t);
	assert_int_equal(at("2026-11-23T10:45:00+02:00"), t);
	assert_int_equal(at("2026-11-23T03:15:00-05:30"), t);
	assert_int_equal(at("2026-11-23 10:45:00 +0200"), t);
	assert_int_equal(at("2026-11-23 08:45:00Z"), t);
	assert_int_equal(at("Mon, 23 Nov 2026 08:45:00 GMT"), t);
	assert_int_equal(at("2026-11-23"), t - 8 * 3600 - 45 * 60);
	assert_int_equal(at("2016-12-31T23:59:60Z"), at("2017-01-01"));
	assert_int_equal(at("1969-12-31T23:59:59Z"), -1);
	assert_int_equal(at("2000-02-29"), 951782400);
}

static void test_clock__refuses_everything_else(void **state)
{
	static const char *const bad[] = {
		"",
		"2026",
		"2026-11",
		"2026-13-01",
		"2026-00-10",
		"2026-02-29",
		"2100-02-29",
		"2026-04-31",
		"2026-11-23T",
		"2026-11-23T08:45",
		"2026-11-23T08:45:00",
		"2026-11-23T24:00:00Z",
		"2026-11-23T08:60:00Z",
		"2026-11-23T08:45:61Z",
		"2026-11-23T08:45:00.Z",
		"2026-11-23T08:45:00Zx",
		"2026-11-23T08:45:00+2:00",
		"2026-11-23T08:45:00+24:00",
		" 2026-11-23",
		"2026-11-23 ",
		"23.11.2026",
		"11/23/2026",
		"Mon, 23 Nov 2026 08:45:00 CET",
		"Xxx, 23 Nov 2026 08:45:00 GMT",
		"Mon, 31 Nov 2026 08:45:00 GMT",
		"1795423500",
		"+026-11-23",
	};
	int64_t t = 5;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(clock_parse(bad[i], &t, &e), E_RECORD);
		assert_string_equal(e.code, "bad_time");
		assert_int_equal(t, 5);
	}
	assert_int_equal(clock_parse(NULL, &t, &e), E_RECORD);
}

static void test_clock__text_and_parse_are_inverse(void **state)
{
	uint64_t seed = 11;
	char out[CLOCK_TEXT_MAX], libc[CLOCK_TEXT_MAX];

	(void)state;
	for (int i = 0; i < 20000; i++) {
		int64_t t = (int64_t)(next_random(&seed) % 315569520000) - 62167219200;
		time_t as_time = (time_t)t;
		struct tm tm;

		clock_text(t, out);
		assert_int_equal(at(out), t);
		gmtime_r(&as_time, &tm);
		tm.tm_year += 10000; /* glibc's %Y doesn't pad: write five digits, compare four */
		strftime(libc, sizeof(libc), "%Y-%m-%dT%H:%M:%SZ", &tm);
		assert_string_equal(out, libc + 1);
	}
	assert_string_equal(clock_text(INT64_MAX, out), "9999-12-31T23:59:59Z");
	assert_string_equal(clock_text(INT64_MIN, out), "0000-01-01T00:00:00Z");
	assert_string_equal(clock_text(-1, out), "1969-12-31T23:59:59Z");
}

static void test_clock__human_forms(void **state)
{
	const int64_t now = 1795423500;
	int64_t t = 0;
	struct err e;

	(void)state;
	assert_ok(clock_parse_human("now", now, &t, &e), &e);
	assert_int_equal(t, now);
	assert_ok(clock_parse_human("today", now, &t, &e), &e);
	assert_int_equal(t, now / 86400 * 86400);
	assert_ok(clock_parse_human("today", -1, &t, &e), &e);
	assert_int_equal(t, -86400);
	assert_ok(clock_parse_human("-2h", now, &t, &e), &e);
	assert_int_equal(t, now - 7200);
	assert_ok(clock_parse_human("-7d", now, &t, &e), &e);
	assert_int_equal(t, now - 7 * 86400);
	assert_ok(clock_parse_human("2026-11-23", now, &t, &e), &e);
	assert_int_equal(clock_parse_human("yesterday", now, &t, &e), E_LOCAL);
	assert_string_equal(e.code, "bad_time");
	assert_int_equal(clock_parse_human("2h", now, &t, &e), E_LOCAL);
	assert_int_equal(clock_parse_human("--2h", now, &t, &e), E_LOCAL);
	assert_int_equal(clock_parse_human(NULL, now, &t, &e), E_LOCAL);
}

static void test_clock__durations_read(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} good[] = {{"90s", 90000}, {"12m", 720000}, {"2h", 7200000}, {"30d", 2592000000},
		    {"500ms", 500}, {"7", 7000},     {"0", 0}};
	static const char *const bad[] = {
		"",
		"s",
		"-5s",
		"1.5h",
		"5 m",
		"5M",
		"1h30m",
		"9223372036854775807d",
		"99999999999999999999s",
		"5w",
		"+5s",
	};
	int64_t ms = 3;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(duration_parse(bad[i], &ms, &e), E_LOCAL);
		assert_string_equal(e.code, "bad_duration");
		assert_int_equal(ms, 3);
	}
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_ok(duration_parse(good[i].text, &ms, &e), &e);
		assert_int_equal(ms, good[i].ms);
	}
}

static void test_clock__durations_show_two_units(void **state)
{
	char out[CLOCK_TEXT_MAX];

	(void)state;
	assert_string_equal(duration_text(0, out), "0s");
	assert_string_equal(duration_text(350, out), "350ms");
	assert_string_equal(duration_text(8000, out), "8s");
	assert_string_equal(duration_text(1500, out), "1s 500ms");
	assert_string_equal(duration_text(720000, out), "12m");
	assert_string_equal(duration_text(183600000, out), "2d 3h");
	assert_string_equal(duration_text(86400000 + 59000, out), "1d");
	assert_string_equal(duration_text(-7200000, out), "-2h");
	assert_contains(duration_text(INT64_MIN, out), "-106751991167d");
}

static void test_clock__clocks_agree_and_move_on(void **state)
{
	int64_t wall = clock_now(), ms = clock_now_ms(), mono = clock_mono_ms();

	(void)state;
	assert_true(ms / 1000 - wall <= 1);
	assert_true(clock_mono_ms() >= mono);
	assert_true(wall > 1700000000);
}

static void day_is(const char *time, const char *zone, const char *day)
{
	char out[CLOCK_DAY_SIZE];
	struct err e;
	int64_t t;

	assert_int_equal(clock_parse(time, &t, &e), E_OK);
	assert_true(clock_day(t, zone, out));
	assert_string_equal(out, day);
}

static void test_clock_day__is_the_day_at_the_place(void **state)
{
	const char *tz = getenv("TZ");

	(void)state;
	day_is("2026-12-31T22:59:59Z", "Europe/Paris", "2026-12-31");
	day_is("2026-12-31T23:00:00Z", "Europe/Paris", "2027-01-01");
	day_is("2027-01-01T04:59:59Z", "America/New_York", "2026-12-31");
	day_is("2027-01-01T05:00:00Z", "America/New_York", "2027-01-01");
	/* The clocks go forward and back on these nights. */
	day_is("2026-03-28T22:59:59Z", "Europe/Paris", "2026-03-28");
	day_is("2026-03-29T21:59:59Z", "Europe/Paris", "2026-03-29");
	day_is("2026-03-29T22:00:00Z", "Europe/Paris", "2026-03-30");
	day_is("2026-10-24T22:00:00Z", "Europe/Paris", "2026-10-25");
	day_is("2026-10-25T22:59:59Z", "Europe/Paris", "2026-10-25");
	day_is("2026-12-31T12:00:00Z", "Pacific/Auckland", "2027-01-01");
	day_is("2026-12-31T23:30:00Z", "UTC", "2026-12-31");
	assert_ptr_equal(getenv("TZ") == NULL, tz == NULL);
}

static void test_clock_day__refuses_a_zone_that_is_not_known(void **state)
{
	static const char *const bad[] = {"",          " ",           "Europe/Atlantis",
					  "../passwd", "/etc/passwd", "Europe/Paris\n",
					  "Europe",    "+25:00",      "+0200 ",
					  "-",         "CET-1CEST,M3"};
	char out[CLOCK_DAY_SIZE];
	int64_t at;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(clock_day(0, bad[i], out) || clock_midnight(0, bad[i], &at));
	assert_false(clock_day(0, NULL, out) || clock_midnight(0, NULL, &at));
}

static void begins(const char *day, const char *zone, const char *at)
{
	char text[CLOCK_TEXT_MAX], out[CLOCK_DAY_SIZE];
	struct err e;
	int64_t t, first;

	assert_true(clock_is_day(day));
	assert_int_equal(clock_parse(day, &t, &e), E_OK);
	assert_true(clock_midnight(t, zone, &first));
	assert_string_equal(clock_text(first, text), at);
	assert_true(clock_day(first, zone, out));
	assert_string_equal(out, day);
	assert_true(clock_day(first - 1, zone, out));
	assert_string_not_equal(out, day);
}

static void test_clock_midnight__is_where_the_day_begins_there(void **state)
{
	(void)state;
	begins("2026-11-01", "UTC", "2026-11-01T00:00:00Z");
	begins("2026-11-01", "Europe/Paris", "2026-10-31T23:00:00Z");
	begins("2026-11-01", "Australia/Sydney", "2026-10-31T13:00:00Z");
	begins("2026-11-01", "Asia/Kathmandu", "2026-10-31T18:15:00Z");
	begins("2026-11-01", "Pacific/Kiritimati", "2026-10-31T10:00:00Z");
	begins("2026-11-01", "Etc/GMT+12", "2026-11-01T12:00:00Z");
	begins("2026-11-01", "+1100", "2026-10-31T13:00:00Z");
	begins("2026-11-01", "-0330", "2026-11-01T03:30:00Z");
	/* The clocks go back and forward in the night that follows. */
	begins("2026-11-01", "America/Los_Angeles", "2026-11-01T07:00:00Z");
	begins("2026-11-02", "America/Los_Angeles", "2026-11-02T08:00:00Z");
	begins("2026-10-04", "Australia/Sydney", "2026-10-03T14:00:00Z");
	begins("2026-10-05", "Australia/Sydney", "2026-10-04T13:00:00Z");
	/* It begins at one o'clock; and it begins a second time an hour later. */
	begins("2026-04-24", "Africa/Cairo", "2026-04-23T22:00:00Z");
	begins("2026-09-06", "America/Santiago", "2026-09-06T04:00:00Z");
	begins("2026-11-01", "America/Havana", "2026-11-01T04:00:00Z");
}

static void test_clock_is_day__an_instant_is_none(void **state)
{
	static const char *const none[] = {"2026-11-01T00:00:00Z",
					   "2026-11-01T00:00:00+11:00",
					   "now",
					   "-7d",
					   "2026-13-01",
					   "",
					   "2026-11-01 "};
	char out[CLOCK_DAY_SIZE];

	(void)state;
	assert_true(clock_is_day("2026-11-01") && clock_is_day("today"));
	assert_false(clock_is_day(NULL));
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		assert_false(clock_is_day(none[i]));
	assert_true(clock_offset("2026-11-01 00:30:00 +1100", out));
	assert_string_equal(out, "+1100");
	assert_true(clock_offset("2026-11-01T00:30:00-03:30", out));
	assert_string_equal(out, "-03:30");
	assert_false(clock_offset("2026-11-01T00:30:00Z", out) || clock_offset("", out) ||
		     clock_offset("2026-11-01", out));
}

/* One test: what was heard stays heard. */
static void test_clock_latest__is_that_of_who_is_believed(void **state)
{
	enum { DAY = 86400 };
	int64_t now = clock_now();

	(void)state;
	clock_heard(now + CLOCK_TOLERANCE_S - 5, CLOCK_OF_FILE);
	assert_in_range(clock_latest(), now, now + 5);
	clock_heard(now + 2 * DAY, CLOCK_OF_RUN);
	assert_in_range(clock_latest(), now, now + 5);
	clock_heard(now + 3600, CLOCK_OF_FILE);
	clock_heard(now + 1800, CLOCK_OF_RUN);
	assert_in_range(clock_latest(), now + 3600, now + 3605);
	assert_false(clock_server_heard());
	/* It knows better. */
	clock_heard(now - 100 * DAY, CLOCK_OF_SERVER);
	assert_true(clock_server_heard());
	assert_in_range(clock_latest(), now, now + 5);
	clock_heard(now + 7200, CLOCK_OF_FILE);
	assert_in_range(clock_latest(), now, now + 5);
	clock_heard(now + 9 * DAY, CLOCK_OF_SERVER);
	assert_in_range(clock_latest(), now + 9 * DAY, now + 9 * DAY + 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clock__reads_each_form),
		cmocka_unit_test(test_clock__refuses_everything_else),
		cmocka_unit_test(test_clock__text_and_parse_are_inverse),
		cmocka_unit_test(test_clock__human_forms),
		cmocka_unit_test(test_clock__durations_read),
		cmocka_unit_test(test_clock__durations_show_two_units),
		cmocka_unit_test(test_clock__clocks_agree_and_move_on),
		cmocka_unit_test(test_clock_day__is_the_day_at_the_place),
		cmocka_unit_test(test_clock_day__refuses_a_zone_that_is_not_known),
		cmocka_unit_test(test_clock_midnight__is_where_the_day_begins_there),
		cmocka_unit_test(test_clock_is_day__an_instant_is_none),
		cmocka_unit_test(test_clock_latest__is_that_of_who_is_believed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
