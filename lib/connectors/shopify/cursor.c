#include <string.h>

#include "base/clock.h"
#include "base/cleanup.h"
#include "base/json.h"
#include "connectors/shopify/shopify_priv.h"

/*
 *	{"shop":"NAME.myshopify.com","last":"2026-11-23T10:00:00Z","deep":"…","fetch":25,
 *	 "window":{"from":"…","to":"…","end":"…","after":"…","seen":500,"count":812}}
 *
 * window is there while one is being read. Its bounds are fixed at its start: an order that
 * changes while its window is read leaves it, and is found by the next one. Returned updatedAt
 * values are never used as bounds: the index that the search runs on lags behind them.
 */

static enum errk get_time(const cJSON *doc, const char *path, int64_t *out, struct err *e)
{
	const char *text = json_str(doc, path);
	*out = 0;
	return text ? clock_parse(text, out, e) : E_OK;
}

static void put_time(cJSON *obj, const char *key, int64_t t)
{
	char text[CLOCK_TEXT_MAX];
	if (t)
		json_add_str(obj, key, clock_text(t, text));
}

static enum errk parse(const cJSON *doc, struct arena *a, struct order_cursor *c, struct err *e)
{
	enum errk rc = get_time(doc, "last", &c->last, e);
	if (rc == E_OK)
		rc = get_time(doc, "deep", &c->deep, e);
	c->shop = arena_strdup(a, json_str(doc, "shop"));
	c->fetch = (int)json_int(doc, "fetch", 0);
	c->window.open = json_at(doc, "window") != NULL;
	if (!c->window.open || rc != E_OK)
		return rc;
	rc = get_time(doc, "window.from", &c->window.from, e);
	if (rc == E_OK)
		rc = get_time(doc, "window.to", &c->window.to, e);
	if (rc == E_OK)
		rc = get_time(doc, "window.end", &c->window.end, e);
	c->window.after = arena_strdup(a, json_str(doc, "window.after"));
	c->window.seen = json_int(doc, "window.seen", 0);
	c->window.count = json_int(doc, "window.count", -1);
	return rc;
}

enum errk order_cursor_parse(const char *text, struct arena *a, struct order_cursor *out,
			     struct err *e)
{
	*out = (struct order_cursor){0};
	if (!text)
		return E_OK;
	CLEANUP(json) cJSON *doc = NULL;
	struct order_cursor c = {0};
	enum errk rc = json_parse(text, strlen(text), &doc, e);
	if (rc == E_OK)
		rc = parse(doc, a, &c, e);
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
