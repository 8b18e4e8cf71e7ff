#include "base/cleanup.h"
#include "base/json.h"
#include "base/str.h"
#include "model/order_goods.h"
#include "state/link.h"
#include "sync/sync_priv.h"

/*
 * What the target never had, and the source has shipped of already: [section] fulfilled says what becomes of it. `deliver`
 * and `hold` are the target's to do; here it is left out or parked.
 */

/* The target has it, or may have it. */
static enum errk is_there(struct sync *r, const struct record *rec, bool *there, struct err *e)
{
	struct link l;
	bool found = false;
	enum errk rc = link_get(r->state, r->key, rec->id, r->page, &l, &found, e);
	*there = rc == E_OK && found && (target_is(&l.target) || l.doubt);
	return rc;
}

static void park(struct sync *r, struct record *rec, enum order_goods goods)
{
	struct err *why = arena_alloc(r->page, sizeof(*why));
	err_set(why, E_RECORD, "shipped_already",
		"the store has shipped %s of its goods ([%s] fulfilled = park); to send it, with these goods "
		"delivered: erpsync %s %s --only '%s'; to leave it out: erpsync queue drop --for-good '%s'",
		goods == ORDER_GOODS_SHIPPED ? "all" : "some", r->flow->section, r->flow->noun,
		r->flow->verb, rec->label, rec->label);
	rec->problem = why;
	rec->doc = NULL;
	rec->doc_len = 0;
}

enum errk arrival_judge(struct sync *r, struct record *rec, bool named, bool *left, struct err *e)
{
	CLEANUP(json) cJSON *doc = NULL;
	const char *policy;
	bool there = false;
	int64_t waits = 0;
	enum order_goods goods;
	enum errk rc;
	*left = false;
	if (!r->flow->fulfilled || rec->problem || !rec->doc)
		return E_OK;
	rc = is_there(r, rec, &there, e);
	if (rc != E_OK || there || json_parse(rec->doc, rec->doc_len, &doc, NULL) != E_OK)
		return rc;
	goods = order_goods(doc);
	r->arrived++;
	r->shipped += goods != ORDER_GOODS_OPEN;
	policy = conf_text(r->session->conf, r->flow->section, "fulfilled");
	if (named || goods == ORDER_GOODS_OPEN)
		return E_OK;
	if (str_equal(policy, "park")) {
		park(r, rec, goods);
		return E_OK;
	}
	if (!str_equal(policy, "skip") || goods != ORDER_GOODS_SHIPPED)
		return E_OK;
	/* An older version that waits would go over as not shipped. */
	rc = queue_waiting(r->state, r->key, rec->id, &waits, e);
	*left = rc == E_OK && !waits;
	r->sum->excluded += *left;
	return rc;
}

void arrival_tell(struct sync *r)
{
	const char *policy, *what;
	if (!r->flow->fulfilled || !r->shipped || !r->sum->dry_run)
		return;
	policy = conf_text(r->session->conf, r->flow->section, "fulfilled");
	what = str_equal(policy, "skip")   ? "those that are shipped whole stay out"
	       : str_equal(policy, "hold") ? "they arrive unconfirmed"
	       : str_equal(policy, "park") ? "they are parked"
					   : "they arrive as delivered";
	notice_say(
		&r->notices, NULL,
		arena_printf(
			r->session->arena,
			"%lld of %lld that are new to the ERP were shipped by the store already, wholly or in "
			"part: [%s] fulfilled = %s, so %s",
			(long long)r->shipped, (long long)r->arrived, r->flow->section, policy,
			what));
}
