#include "sync/choice.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "state/checkpoint.h"

const char *choice_text(const struct conf *c, const struct flow *f, struct arena *a)
{
	CLEANUP(json) cJSON *doc = json_object();
	if (!f->since && !f->include_test)
		return NULL;
	if (f->since) {
		json_add_int(doc, "since", conf_int(c, f->section, "since"));
		json_add_str(doc, "written", conf_text(c, f->section, "since"));
	}
	if (f->include_test)
		json_add_bool(doc, "include_test", conf_bool(c, f->section, "include_test"));
	return json_text(doc, a);
}

const char *choice_ahead(const struct conf *c, const struct flow *f, struct arena *a)
{
	char text[CLOCK_TEXT_MAX];
	int64_t since = f->since ? conf_int(c, f->section, "since") : 0;
	if (since <= clock_now())
		return NULL;
	return arena_printf(a,
			    "%s: [%s] since is still to come (%s), so no %s is read until then; if "
			    "that is not meant, set it to the day from which the ERP has none of "
			    "them yet",
			    conf_where(c, f->section, "since", a), f->section,
			    clock_text(since, text), f->label);
}

enum errk choice_is_wider(struct state *s, const struct conf *c, const struct flow *f,
			  const char *key, bool *wider, struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(json) cJSON *was = NULL;
	const char *text = NULL, *written;
	*wider = false;
	if (!f->since && !f->include_test)
		return E_OK;
	enum errk rc = checkpoint_choice(s, key, a, &text, e);
	if (rc != E_OK || !text)
		return rc;
	if (json_parse(text, strlen(text), &was, e) != E_OK) {
		err_wrap(e, "what %s was read with", key);
		return e->kind = E_LOCAL;
	}
	/* "-60d" moves with the time, and a clock that was set back asks for nothing more. */
	written = f->since ? conf_text(c, f->section, "since") : NULL;
	bool same = str_equal(written, json_str(was, "written"));
	*wider = (f->since && !same &&
		  conf_int(c, f->section, "since") < json_int(was, "since", 0)) ||
		 (f->include_test && conf_bool(c, f->section, "include_test") &&
		  !json_bool(was, "include_test", true));
	return E_OK;
}
