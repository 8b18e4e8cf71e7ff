#include "base/clock.h"
#include "base/str.h"
#include "sync/sync_priv.h"

/*
 * Business days are days where the shop is. Which zone that is the store says; a source whose records say it one by
 * one, as admin's export files do, is given the day itself.
 */

static enum errk zone_of_shop(struct sync *r, const char **zone, struct err *e)
{
	struct connector *store = r->flow->from == SIDE_STORE ? r->source : r->target;
	*zone = NULL;
	return store->type->zone ? store->type->zone(store, r->session->arena, zone, e) : E_OK;
}

enum errk sync_today(void *ctx, char day[CLOCK_DAY_SIZE], struct err *e)
{
	struct sync *r = ctx;
	const char *zone;
	enum errk rc = zone_of_shop(r, &zone, e);
	if (rc != E_OK || clock_day(clock_now(), zone, day))
		return rc;
	notice_say(&r->notices, NULL,
		   "the shop's time zone is not known here: today is the day of UTC");
	if (!clock_day(clock_now(), "+0000", day))
		BUG("an offset is a zone");
	return E_OK;
}

/* The UTC midnight of the day that it is there. */
static bool today_at(const char *zone, int64_t *at)
{
	char day[CLOCK_DAY_SIZE];
	return clock_day(clock_now(), zone, day) && clock_parse(day, at, NULL) == E_OK;
}

/*
 * Where the zone is not known the window is as wide as the day may be meant: what is read too much may be with the ERP
 * already by other ways, what is read too little would be missed by nobody.
 */
static int64_t widest(const char *day, int64_t at, bool end)
{
	int64_t now = clock_now();
	if (str_equal(day, "today"))
		return end ? now : now - 86400;
	return end ? at + CLOCK_LATEST_S : at - CLOCK_EARLIEST_S;
}

static enum errk begin_of(struct sync *r, const char *day, bool end, int64_t *at, struct err *e)
{
	char text[CLOCK_TEXT_MAX];
	const char *zone;
	int64_t typed = *at;
	enum errk rc = zone_of_shop(r, &zone, e);
	if (rc != E_OK)
		return rc;
	if ((!str_equal(day, "today") || today_at(zone, &typed)) && clock_midnight(typed, zone, at))
		return E_OK;
	*at = widest(day, *at, end);
	notice_say(
		&r->notices, NULL,
		arena_printf(
			r->session->arena,
			"the shop's time zone is not known here, and where %s begins with it: it "
			"is taken for %s, the %s that it may be; orders of the hours between that the "
			"ERP has by other ways would be sent once more, so name the moment "
			"itself, such as %.10sT00:00:00+01:00",
			day, clock_text(*at, text), end ? "latest" : "earliest",
			str_equal(day, "today") ? text : day));
	return E_OK;
}

enum errk sync_bound(struct sync *r, const char *day, bool end, struct sync_bound *out,
		     struct err *e)
{
	out->day = r->from->own_days ? day : NULL;
	return day && !out->day ? begin_of(r, day, end, &out->at, e) : E_OK;
}
