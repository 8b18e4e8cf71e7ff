#include "sync/choice.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "state/checkpoint.h"

/* *was NULL: nothing is known of it. */
static enum errk read_choice(struct state *s, const char *key, struct arena *a, cJSON **was,
			     struct err *e)
{
	const char *text = NULL;
	enum errk rc = checkpoint_choice(s, key, a, &text, e);
	if (rc != E_OK || !text)
		return rc;
	if (json_parse(text, strlen(text), was, e) != E_OK) {
		err_wrap(e, "what %s was read with", key);
		return e->kind = E_LOCAL;
	}
	return E_OK;
}

/* "-60d" and "today" move with the time. */
static bool is_lasting(const char *written)
{
	return clock_is_day(written) && !str_equal(written, "today");
}

enum errk choice_since(struct state *s, const struct conf *c, const struct flow *f, const char *key,
		       struct arena *a, struct choice_since *out, struct err *e)
{
	CLEANUP(json) cJSON *was = NULL;
	*out = (struct choice_since){0};
	if (!f->chosen_by)
		return E_OK;
	const char *written = conf_text(c, f->chosen_by, "since");
	out->at = conf_int(c, f->chosen_by, "since");
	if (!clock_is_day(written))
		return E_OK;
	out->day = written;
	enum errk rc = read_choice(s, key, a, &was, e);
	if (rc != E_OK || !is_lasting(written))
		return rc;
	if (was && str_equal(written, json_str(was, "written")) && !json_bool(was, "day", false)) {
		out->at = json_int(was, "since", out->at);
		out->day = NULL;
	} else if (!was) {
		/* Read by a version that took each day for one of UTC, and kept nothing of it. */
		const char *cursor = NULL;
		int64_t moved;
		rc = checkpoint_get(s, key, a, &cursor, &moved, e);
		out->day = rc == E_OK && cursor ? NULL : written;
	}
	return rc;
}

int64_t choice_earliest(const struct choice_since *since)
{
	return since->day ? since->at - CLOCK_EARLIEST_S : since->at;
}

const char *choice_text(const struct conf *c, const struct flow *f,
			const struct choice_since *since, struct arena *a)
{
	CLEANUP(json) cJSON *doc = json_object();
	if (!f->chosen_by)
		return NULL;
	json_add_int(doc, "since", since->at);
	json_add_str(doc, "written", conf_text(c, f->chosen_by, "since"));
	if (since->day)
		json_add_bool(doc, "day", true);
	json_add_bool(doc, "include_test", conf_bool(c, f->chosen_by, "include_test"));
	return json_text(doc, a);
}

const char *choice_ahead(const struct conf *c, const struct flow *f,
			 const struct choice_since *since, struct arena *a)
{
	if (choice_earliest(since) <= clock_now())
		return NULL;
	return arena_printf(a,
			    "%s: [%s] since is still to come (%s), so no %s is read until then; if "
			    "that is not meant, set it to the day from which the ERP has none of "
			    "them yet",
			    conf_where(c, f->chosen_by, "since", a), f->chosen_by,
			    conf_text(c, f->chosen_by, "since"), f->label);
}

enum errk choice_is_wider(struct state *s, const struct conf *c, const struct flow *f,
			  const char *key, const struct choice_since *since, bool *wider,
			  struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(json) cJSON *was = NULL;
	*wider = false;
	if (!f->chosen_by)
		return E_OK;
	enum errk rc = read_choice(s, key, a, &was, e);
	if (rc != E_OK || !was)
		return rc;
	/* What moves with the time, and a clock that was set back, ask for nothing more. */
	const char *written = conf_text(c, f->chosen_by, "since");
	bool same = str_equal(written, json_str(was, "written"));
	/* A day and an instant: at most as far apart as they may be. */
	bool was_day = json_bool(was, "day", false);
	int64_t from = since->day && !was_day ? choice_earliest(since) : since->at,
		until = json_int(was, "since", 0) + (was_day && !since->day ? CLOCK_LATEST_S : 0);
	*wider = (!same && from < until) || (conf_bool(c, f->chosen_by, "include_test") &&
					     !json_bool(was, "include_test", true));
	return E_OK;
}
