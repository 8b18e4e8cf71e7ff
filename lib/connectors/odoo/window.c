#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "connectors/odoo/source.h"

#include "base/banned.h"

/*
 * How far a window reaches back before the start of the last one: further than the longest transaction,
 * which Odoo's limits keep under some minutes but for imports and scheduled jobs; those the deep
 * window of each day finds.
 */
enum { OVERLAP_S = 15 * 60, DEEP_EVERY_S = 20 * 3600, DEEP_S = 30 * 24 * 3600 };

static enum errk get_time(const cJSON *doc, const char *path, int64_t *out, struct err *e)
{
	const char *text = json_str(doc, path);

	*out = 0;
	return text ? clock_parse(text, out, e) : E_OK;
}

static enum errk read_cursor(const cJSON *doc, struct odoo_window *w, struct err *e)
{
	enum errk rc = get_time(doc, "done", &w->done, e);

	if (rc == E_OK)
		rc = get_time(doc, "deep", &w->deep, e);
	if (rc == E_OK)
		rc = get_time(doc, "pass.from", &w->from, e);
	if (rc == E_OK)
		rc = get_time(doc, "pass.start", &w->start, e);
	w->open = json_at(doc, "pass") != NULL;
	w->reaching = json_bool(doc, "pass.deep", false);
	w->last = json_int(doc, "pass.last", 0);
	return rc;
}

static void begin(const struct pull_request *req, int64_t now, struct odoo_window *w)
{
	w->open = true;
	w->start = w->last = 0;
	/* Written by a clock that was ahead: how far was read really is not known. */
	if (w->done > now + CLOCK_TOLERANCE_S)
		w->done = 0;
	w->reaching = now - w->deep > DEEP_EVERY_S || w->deep > now + CLOCK_TOLERANCE_S;
	w->from = w->done ? w->done - (w->reaching ? DEEP_S : OVERLAP_S) : 0;
	if (req->window || (!w->from && req->since))
		w->from = req->since;
}

enum errk odoo_window_parse(const struct pull_request *req, int64_t now, struct odoo_window *out,
			    struct err *e)
{
	CLEANUP(json) cJSON *doc = NULL;
	struct odoo_window w = {0};

	if (req->cursor && (json_parse(req->cursor, strlen(req->cursor), &doc, e) != E_OK ||
			    read_cursor(doc, &w, e) != E_OK))
		return err_set(e, E_LOCAL, "bad_cursor",
			       "the checkpoint was not written by the odoo connector; read with "
			       "--full");
	if (!w.open)
		begin(req, now, &w);
	*out = w;
	return E_OK;
}

void odoo_window_bound(const struct odoo_window *w, const struct pull_request *req, cJSON *domain)
{
	json_push(domain, odoo_term_int("id", ">", w->last));
	/* ">" would lose what is of the same second (19) or find the same again (14). */
	if (w->from)
		json_push(domain, odoo_term_time("write_date", ">=", w->from));
	if (req->until)
		json_push(domain, odoo_term_time("write_date", "<=", req->until));
}

void odoo_window_started(struct odoo_window *w, int64_t asked)
{
	if (!w->start)
		w->start = asked;
}

static void put_time(cJSON *obj, const char *key, int64_t t)
{
	char text[CLOCK_TEXT_MAX];

	if (t)
		json_add_str(obj, key, clock_text(t, text));
}

void odoo_window_turn(struct odoo_window *w, bool full, int64_t last, struct arena *a,
		      struct page *page)
{
	CLEANUP(json) cJSON *doc = json_object();
	cJSON *pass;

	page->more = full;
	page->expected = -1;
	w->last = last;
	if (!full) {
		w->open = false;
		w->done = w->start;
		if (w->reaching)
			w->deep = w->start;
	}
	put_time(doc, "done", w->done);
	put_time(doc, "deep", w->deep);
	if (w->open) {
		pass = json_add_object(doc, "pass");
		put_time(pass, "from", w->from);
		put_time(pass, "start", w->start);
		json_add_bool(pass, "deep", w->reaching);
		json_add_int(pass, "last", w->last);
	}
	page->cursor = json_text(doc, a);
}
