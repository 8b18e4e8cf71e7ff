#include "state/future.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "state/db_priv.h"
#include "base/banned.h"

/* The longest that a record waits is 7 days ([queue] max_wait). */
enum { WAIT_MAX_S = 8 * 86400 };

/*
 * By table and column. A note two days old is neither forgotten nor sent once more (a key of Shopify's
 * lives for one); 0 is "not known" for when a source was read.
 */
static const char *const cures[] = {
	"UPDATE queue SET next_attempt = ?1 WHERE state = 0 AND next_attempt > ?1",
	"UPDATE queue SET read_at = 0 WHERE read_at > ?2",
	"UPDATE queue SET enqueued_at = ?1 WHERE enqueued_at > ?2",
	"UPDATE queue SET changed_at = ?1 WHERE changed_at > ?2 AND state <> 3",
	"UPDATE link SET delivered_at = ?1 WHERE delivered_at > ?2",
	"UPDATE link SET changed_at = ?1 WHERE changed_at > ?2",
	"UPDATE link SET acknowledged_at = ?1 WHERE acknowledged_at > ?2",
	"UPDATE link SET adopted_at = ?1 WHERE adopted_at > ?2",
	"UPDATE link SET demand_at = 0 WHERE demand_at > ?2",
	"UPDATE written SET written_ns = ?1 * 1000000000 WHERE written_ns / 1000000000 > ?2",
	"UPDATE journal SET at = ?1 WHERE at > ?2",
	"UPDATE connector_state SET saved_at = ?1 - 172800 WHERE saved_at > ?2",
	"UPDATE run SET ended = ?1 WHERE ended > ?2",
	"UPDATE run SET started = ?1 WHERE started > ?2",
	"DELETE FROM token WHERE expires_at > ?2", /* it is asked for anew */
};

/* Since when the ERP knows of orders. Of what was told of one in those times the last counts. */
static const char *const known[] = {
	("DELETE FROM reported WHERE reported_at > ?2 AND reported_at <"
	 " (SELECT max(reported_at) FROM reported AS later WHERE later.record = reported.record)"),
	"UPDATE OR REPLACE reported SET reported_at = ?1 WHERE reported_at > ?2",
	"UPDATE reported SET answered_at = ?1 WHERE answered_at > ?2",
	"UPDATE queue SET changed_at = ?1 WHERE changed_at > ?2 AND state = 3",
};

static enum errk newest(struct state *s, int64_t now, int64_t *ahead, struct err *e)
{
	CLEANUP(query)
	struct query run = query_open(s, "SELECT max(started) FROM"
					 " (SELECT started FROM run ORDER BY id DESC LIMIT 20)");
	CLEANUP(query)
	struct query waits = query_open(s, "SELECT max(next_attempt) FROM queue WHERE state = 0");
	int64_t started, attempt;
	enum errk rc = query_one_int(&run, &started, e);

	if (rc == E_OK)
		rc = query_one_int(&waits, &attempt, e);
	if (rc != E_OK)
		return rc;
	*ahead = started > now + CLOCK_TOLERANCE_S ? started - now : 0;
	if (attempt > now + WAIT_MAX_S && attempt - now > *ahead)
		*ahead = attempt - now;
	return E_OK;
}

static enum errk mend(struct state *s, const char *const *sql, size_t n, int64_t now, int64_t bound,
		      struct err *e)
{
	bool own;
	enum errk rc = db_enter(s, &own, e);

	if (rc != E_OK)
		return rc;
	for (size_t i = 0; i < n && rc == E_OK; i++) {
		CLEANUP(query) struct query q = query_open(s, sql[i]);

		query_int(&q, now);
		if (strstr(sql[i], "?2"))
			query_int(&q, bound);
		rc = query_run(&q, e);
	}
	return db_leave(s, own, rc, e);
}

enum errk state_mend_times(struct state *s, int64_t now, int64_t *ahead, struct err *e)
{
	enum errk rc = newest(s, now, ahead, e);

	return rc == E_OK && *ahead ? mend(s, cures, sizeof(cures) / sizeof(cures[0]), now,
					   now + CLOCK_TOLERANCE_S, e)
				    : rc;
}

enum errk state_mend_reported(struct state *s, int64_t now, int64_t *ahead, struct err *e)
{
	CLEANUP(query) struct query q = query_open(s, "SELECT max(reported_at) FROM reported");
	int64_t last;
	enum errk rc = query_one_int(&q, &last, e);

	*ahead = rc == E_OK && last > now + FUTURE_BELIEVED_S ? last - now : 0;
	return *ahead ? mend(s, known, sizeof(known) / sizeof(known[0]), now,
			     now + FUTURE_BELIEVED_S, e)
		      : rc;
}
