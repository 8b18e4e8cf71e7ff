#include <string.h>

#include "base/clock.h"
#include "base/cleanup.h"
#include "base/json.h"
#include "connectors/shopify/shopify.h"

/*
 *	{"shop":"NAME.myshopify.com","last":"2026-11-23T10:00:00Z","deep":"…","fetch":25,
 *	 "window":{"from":"…","to":"…","end":"…","after":"…","seen":500,"count":812}}
 *
 * window is there while one is being read. Its bounds are fixed at its start: an order that
 * changes while its window is read leaves it, and is found by the next one. Returned updatedAt
 * values are never used as bounds: the index that the search runs on lags behind them.
 */

/* 0 where there is none. */
static int64_t get_time(struct answer *in, const cJSON *doc, const char *path)
{
	const char *text = answer_text_or_null(in, doc, path);
	int64_t at = 0;
	if (text && answer_ok(in) && clock_parse(text, &at, NULL) != E_OK)
		answer_fault(in, path, "is no time");
	return at;
}

static void put_time(cJSON *obj, const char *key, int64_t t)
{
	char text[CLOCK_TEXT_MAX];
	if (t)
		json_add_str(obj, key, clock_text(t, text));
}

static void parse(struct answer *in, const cJSON *doc, struct arena *a, struct order_cursor *c)
{
	/* Something else than a checkpoint is not one that has read nothing yet. */
	answer_object(in, doc, "");
	c->last = get_time(in, doc, "last");
	c->deep = get_time(in, doc, "deep");
	c->shop = arena_strdup(a, answer_text_or_null(in, doc, "shop"));
	c->fetch = (int)answer_int_or(in, doc, "fetch", 0, FETCH_MAX, 0);
	const cJSON *w = answer_object_or_null(in, doc, "window");
	c->window.open = w != NULL;
	if (!w)
		return;
	answer_id(in, w, "to");
	answer_id(in, w, "end");
	c->window.from = get_time(in, w, "from");
	c->window.to = get_time(in, w, "to");
	c->window.end = get_time(in, w, "end");
	c->window.after = arena_strdup(a, answer_text_or_null(in, w, "after"));
	c->window.seen = answer_int(in, w, "seen", 0, INT32_MAX);
	c->window.count = answer_int_or(in, w, "count", 0, INT32_MAX, -1);
}

enum errk order_cursor_parse(const char *text, struct arena *a, struct order_cursor *out,
			     struct err *e)
{
	*out = (struct order_cursor){0};
	if (!text)
		return E_OK;
	CLEANUP(json) cJSON *doc = NULL;
	struct order_cursor c = {0};
	struct answer in = answer_of(E_RECORD, "its text");
	enum errk rc = json_parse(text, strlen(text), &doc, e);
	if (rc == E_OK) {
		parse(&in, doc, a, &c);
		rc = answer_end(&in, e);
	}
	if (rc != E_OK) {
		err_wrap(e, "checkpoint of the Shopify orders");
		return e->kind = E_LOCAL;
	}
	*out = c;
	return E_OK;
}

const char *order_cursor_text(const struct order_cursor *c, struct arena *a)
{
	CLEANUP(json) cJSON *doc = json_object();
	json_add_str(doc, "shop", c->shop);
	put_time(doc, "last", c->last);
	put_time(doc, "deep", c->deep);
	if (c->fetch)
		json_add_int(doc, "fetch", c->fetch);
	if (c->window.open) {
		cJSON *w = json_add_object(doc, "window");
		put_time(w, "from", c->window.from);
		put_time(w, "to", c->window.to);
		put_time(w, "end", c->window.end);
		if (c->window.after)
			json_add_str(w, "after", c->window.after);
		json_add_int(w, "seen", c->window.seen);
		if (c->window.count >= 0)
			json_add_int(w, "count", c->window.count);
	}
	return json_text(doc, a);
}
