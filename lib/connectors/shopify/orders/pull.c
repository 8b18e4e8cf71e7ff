#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/list.h"
#include "base/str.h"
#include "connectors/shopify/shopify.h"

/*
 * Orders that changed, in two passes: a page of ids (250 for about 13 points), then those that are
 * new here in full. Source for the window rules: shopify.dev, "API search syntax" and the Order
 * object: the search runs on an index that is seconds behind, results are fresh.
 */

/* Dates are quoted, bounds inclusive: > and < behave like >= and <= for dates anyway. */
static const char *window_query(const struct order_window *w, int64_t end, bool by_creation,
				struct arena *a)
{
	const char *field = by_creation ? "created_at" : "updated_at";
	char from[CLOCK_TEXT_MAX], to[CLOCK_TEXT_MAX];
	clock_text(end, to);
	if (!w->from)
		return arena_printf(a, "%s:<='%s'", field, to);
	return arena_printf(a, "%s:>='%s' %s:<='%s'", field, clock_text(w->from, from), field, to);
}

/* Everything of interest is looked at once more; what is known costs a head each. */
static void forget_last(struct shopify *s, const struct pull_request *req, struct order_cursor *c)
{
	char last[CLOCK_TEXT_MAX], since[CLOCK_TEXT_MAX], text[400];
	snprintf(text, sizeof(text),
		 "the orders' checkpoint lies in the future (%s), so a clock was wrong when it was "
		 "written, or is wrong now; everything since %s is looked at again",
		 clock_text(c->last, last),
		 req->since ? clock_text(req->since, since) : "the first order");
	s->env.notice(s->env.notice_ctx, NULL, text);
	c->last = 0;
}

/*
 * Opens the next window: from the end of the last one, less an overlap for what the search
 * index had not seen yet, up to where the index can be trusted. Once a day the overlap is a
 * deep one.
 */
static void open_window(struct shopify *s, const struct pull_request *req, struct order_cursor *c)
{
	struct order_window *w = &c->window;
	int64_t now = shopify_now(s);
	*w = (struct order_window){.open = true, .count = -1};
	if (req->window || req->full) {
		w->from = req->since;
		/* The search includes its end; a person's window ends before it, so two never overlap. */
		w->to = req->until ? req->until - 1 : now;
	} else {
		w->to = now - INDEX_LAG;
		/* A clock was ahead when it was written: how far was read really is not known. */
		if (c->last > w->to + s->overlap)
			forget_last(s, req, c);
		if (!c->last) {
			w->from = req->since;
			c->deep = w->to;
		} else if (w->to - c->deep >= DEEP_EVERY || c->deep > w->to + s->overlap) {
			w->from = c->last - DEEP_OVERLAP;
			c->deep = w->to;
		} else {
			w->from = c->last - s->overlap;
		}
	}
	if (w->from > w->to)
		w->from = w->to;
	w->end = w->to;
}

static enum errk ask_count(struct shopify *s, const struct order_window *w, bool by_creation,
			   struct arena *a, int64_t *count, struct err *e)
{
	struct shopify_query q = {.doc = DOC_ORDERS_COUNT, .variables = json_object()};
	json_add_str(q.variables, "query", window_query(w, w->to, by_creation, a));
	json_add_int(q.variables, "limit", WINDOW_MAX + 1);
	enum errk rc = shopify_send(s, &q, 1, a, e);
	if (rc == E_OK) {
		struct answer in = shopify_answer(&q);
		*count = answer_int(&in, q.data, "ordersCount.count", 0, INT32_MAX);
		rc = answer_end(&in, e);
	}
	shopify_query_release(&q);
	return rc;
}

/*
 * A paged list ends at 25,000 objects without a word. A window wide enough to hold a backlog is
 * counted first, and halved until it holds fewer; the rest follows as the next window.
 */
static enum errk fit_window(struct shopify *s, struct order_window *w, bool by_creation,
			    struct arena *a, int64_t *count, struct err *e)
{
	*count = -1;
	if (w->from && w->to - w->from <= DEEP_OVERLAP + DEEP_EVERY)
		return E_OK;
	for (;;) {
		enum errk rc = ask_count(s, w, by_creation, a, count, e);
		if (rc != E_OK || *count <= WINDOW_MAX)
			return rc;
		/* Shopify opened in 2006: no order is older. */
		int64_t from = w->from ? w->from : 1136073600;
		if (w->to - from < 2)
			return err_set(e, E_RECORD, "window_too_full",
				       "more than %d orders changed within one second; read them "
				       "with --only or ask Shopify's support",
				       WINDOW_MAX);
		w->to = from + (w->to - from) / 2;
		*count = -1;
	}
}

/*
 * One page of ids. The last ones lie behind the window, where the index need not show all: they are left to the next
 * run, but a person who has just placed an order is told so.
 */
static enum errk ask_page(const struct order_reading *r, const struct order_window *w,
			  struct shopify_query *q, struct err *e)
{
	const bool by_creation = r->req->window;
	int64_t end = by_creation || w->to < w->end ? w->to : w->to + 2 * INDEX_LAG;
	q->doc = DOC_ORDERS_CHANGED;
	q->variables = json_object();
	json_add_int(q->variables, "first", PAGE_MAX);
	json_add_str(q->variables, "after", w->after);
	json_add_str(q->variables, "query", window_query(w, end, by_creation, r->a));
	json_add_str(q->variables, "sort", by_creation ? "CREATED_AT" : "UPDATED_AT");
	json_add_bool(q->variables, "refunds", r->use->refunds);
	return shopify_send(r->s, q, 1, r->a, e);
}

/* An order as the list has it. */
struct listed {
	struct order_head head;
	int64_t created, changed;
	bool test;
	bool refunds; /* something may have been given back of it */
};

/*
 * Each refund is in the one list, and a return that was received is told by the other: OrderReturnStatus says NO_RETURN where
 * nothing of an order came back.
 */
static bool may_have_refunds(struct answer *in, const cJSON *node)
{
	const char *returns = answer_text_or_null(in, node, "returnStatus");
	return answer_nodes(in, node, "refunds", 1)->child || !str_equal(returns, "NO_RETURN");
}

static enum errk read_listed(struct answer *in, const cJSON *node, const struct order_use *use,
			     struct arena *a, struct listed *out, struct err *e)
{
	*out = (struct listed){.head = order_head_read(in, node, a),
			       .test = answer_bool(in, node, "test"),
			       .refunds = use->refunds && may_have_refunds(in, node)};
	if (clock_parse(answer_text(in, node, "createdAt"), &out->created, NULL) != E_OK)
		answer_fault(in, "orders.nodes.createdAt", "is no time");
	if (clock_parse(answer_text(in, node, "updatedAt"), &out->changed, NULL) != E_OK)
		answer_fault(in, "orders.nodes.updatedAt", "is no time");
	return answer_end(in, e);
}

/* An old order that is touched today is not a new order; but of one that the target has, all is told. *why NULL: it stays. */
static enum errk judge_age(const struct pull_request *req, const struct listed *x, const char **why,
			   struct err *e)
{
	bool there = false;
	enum errk rc = E_OK;
	*why = NULL;
	if (!req->window && req->since && x->created < req->since) {
		if (req->there)
			rc = req->there(req->knows_ctx, KIND_ORDER, x->head.id, &there, e);
		*why = there ? NULL : LEFT_OUT_OLD;
	}
	if (!*why && x->test && !req->include_test)
		*why = LEFT_OUT_TEST;
	return rc;
}

/* What was given back of it is known by records of its own, once it is read. */
static enum errk is_known(const struct order_reading *r, const struct listed *x, bool *known,
			  struct err *e)
{
	const struct record found = {.id = x->head.id,
				     .label = x->head.name,
				     .version = x->head.updated_at};
	*known = false;
	return r->req->full || r->use->refunds ? E_OK
					       : r->req->knows(r->req->knows_ctx, &found, known, e);
}

/* Which orders of a page are to be read in full. */
static enum errk choose(const struct order_reading *r, struct order_window *w, struct answer *in,
			const cJSON *nodes, struct order_head *head, size_t *n, struct err *e)
{
	const struct pull_request *req = r->req;
	struct page *out = r->out;
	JSON_EACH (node, nodes) {
		struct listed x;
		enum errk rc = read_listed(in, node, r->use, r->a, &x, e);
		if (rc != E_OK)
			return rc;
		bool behind = !req->window && x.changed > w->to, known = false;
		w->seen += !behind;
		if (r->use->refunds && !x.refunds)
			continue;
		const char *left_out;
		rc = judge_age(req, &x, &left_out, e);
		if (rc != E_OK)
			return rc;
		if (left_out && !behind)
			*LIST_ADD(out->left_out, out->n_left_out, out->cap_left_out,
				  r->a) = (struct left_out){x.head.id, x.head.name, left_out};
		if (left_out)
			continue;
		rc = is_known(r, &x, &known, e);
		if (rc != E_OK)
			return rc;
		if (behind)
			out->young += !known && x.changed > shopify_now(r->s) - INDEX_LAG;
		else if (known)
			out->known++;
		else if (order_head_is_in(head, *n, x.head.id))
			answer_fault(in, "orders.nodes", "has the order %s twice", x.head.id);
		else
			head[(*n)++] = x.head;
	}
	return answer_end(in, e);
}

/*
 * A list that is shorter than its own count is not complete. Orders that change leave their window
 * while it is read, so it is counted once more before that is said.
 */
static enum errk check_complete(struct shopify *s, const struct order_window *w, bool by_creation,
				struct arena *a, struct err *e)
{
	int64_t now = 0;
	if (w->count < 0 || w->seen >= w->count)
		return E_OK;
	enum errk rc = ask_count(s, w, by_creation, a, &now, e);
	if (rc == E_OK && now > w->seen)
		rc = err_set(
			e, E_BUSY, "list_short",
			"Shopify ended the list of orders at %lld of %lld; they are read again "
			"from the start of this window",
			(long long)w->seen, (long long)now);
	return rc;
}

/* Moves the cursor past the page that was read: to next, or NULL = it was the last. */
static enum errk advance(struct shopify *s, struct order_cursor *c, bool by_creation,
			 const char *next, struct arena *a, bool *more, struct err *e)
{
	struct order_window *w = &c->window;
	if (next) {
		w->after = arena_strdup(a, next);
		*more = true;
		return E_OK;
	}
	enum errk rc = check_complete(s, w, by_creation, a, e);
	if (rc != E_OK)
		return rc;
	if (w->seen >= WINDOW_HARD_MAX)
		return err_set(e, E_BUSY, "window_cut",
			       "Shopify ended the list of orders at %lld, which may not be its end",
			       (long long)w->seen);
	c->last = w->to;
	*more = w->to < w->end;
	if (*more)
		*w = (struct order_window){.open = true,
					   .from = w->to,
					   .to = w->end,
					   .end = w->end,
					   .count = -1};
	else
		*w = (struct order_window){0};
	return E_OK;
}

/* Our clock was ahead of Shopify's: the window would have passed what the index knows. */
static bool window_too_new(const struct shopify *s, const struct pull_request *req,
			   const struct order_window *w)
{
	return !req->window && !req->full && s->clock_known &&
	       w->to > shopify_now(s) - INDEX_LAG + 5;
}

/* Counting may be the first answer of a run, and tell what time it is in the shop: then once more. */
static enum errk begin_window(struct shopify *s, const struct pull_request *req,
			      struct order_cursor *c, struct arena *a, int64_t *count,
			      struct err *e)
{
	const struct order_cursor before = *c;
	open_window(s, req, c);
	enum errk rc = fit_window(s, &c->window, req->window, a, count, e);
	if (rc != E_OK || !window_too_new(s, req, &c->window))
		return rc;
	*c = before;
	open_window(s, req, c);
	return fit_window(s, &c->window, req->window, a, count, e);
}

static enum errk read_page(struct order_reading *r, struct order_cursor *c, struct err *e)
{
	struct shopify *s = r->s;
	const struct pull_request *req = r->req;
	struct arena *a = r->a;
	struct page *out = r->out;
	const struct order_cursor before = *c;
	enum errk rc = E_OK;
	out->expected = -1;
	if (!c->window.open)
		rc = begin_window(s, req, c, a, &out->expected, e);
	else if (!c->window.after)
		rc = fit_window(s, &c->window, req->window, a, &out->expected, e);
	if (rc != E_OK)
		return rc;
	if (!c->window.after)
		c->window.count = out->expected;
	if (!c->window.after)
		s->orders_walk = (struct answer_walk){0};
	struct shopify_query q = {0};
	rc = ask_page(r, &c->window, &q, e);
	if (rc == E_OK && !before.window.open && window_too_new(s, req, &c->window)) {
		shopify_query_release(&q);
		*c = before;
		return read_page(r, c, e);
	}
	struct order_head *head = arena_array(a, PAGE_MAX, sizeof(*head));
	struct answer in = shopify_answer(&q);
	const cJSON *nodes = NULL;
	const char *next = NULL;
	size_t n = 0;
	if (rc == E_OK) {
		nodes = answer_page(&in, q.data, "orders", PAGE_MAX, &s->orders_walk, &next);
		rc = answer_end(&in, e);
	}
	if (rc == E_OK)
		rc = choose(r, &c->window, &in, nodes, head, &n, e);
	if (rc == E_OK)
		rc = advance(s, c, req->window, next, a, &out->more, e);
	shopify_query_release(&q);
	if (rc != E_OK)
		return rc;
	/* How many records orders make is not known before they are read. */
	if (r->use->refunds)
		out->expected = -1;
	r->fetch = &c->fetch;
	return orders_fetch(r, head, n, e);
}

/* Another shop's checkpoint would hide this one's older orders. A test server's port may change. */
static enum errk check_shop(const struct shopify *s, struct order_cursor *c, struct err *e)
{
	if (c->shop && strcmp(c->shop, s->host) != 0 && str_starts(s->url, "https://"))
		return err_set(e, E_LOCAL, "other_shop",
			       "the state file has followed %s so far, and [store] url is now %s; "
			       "give each shop a state file of its own ([state] path)",
			       c->shop, s->host);
	c->shop = s->host;
	return E_OK;
}

enum errk orders_pull(struct shopify *s, const struct order_use *use,
		      const struct pull_request *req, struct arena *a, struct page *out,
		      struct err *e)
{
	struct order_cursor c;
	enum errk rc = order_cursor_parse(req->cursor, a, &c, e);
	if (rc == E_OK)
		rc = check_shop(s, &c, e);
	if (req->anew) {
		c.last = 0;
		c.window = (struct order_window){0};
	}
	if (rc == E_OK)
		rc = shopify_authorize(s, a, e);
	if (rc == E_OK)
		rc = shopify_need_scopes(s, 1u << use->kind, 0, a, e);
	if (rc != E_OK)
		return rc;
	struct page page = {0};
	const struct order_reading reading = {.s = s, .use = use, .req = req, .a = a, .out = &page};
	struct order_reading r = reading;
	rc = read_page(&r, &c, e);
	if (rc == E_RECORD && strcmp(e->code, "bad_cursor") == 0 && c.window.after) {
		/* The page is gone: the window begins again; what is here already is known. */
		c.window.after = NULL;
		c.window.seen = 0;
		page = (struct page){0};
		r = reading;
		rc = read_page(&r, &c, e);
	}
	if (rc == E_BUSY && strcmp(e->code, "list_short") == 0 && c.window.after &&
	    !s->window_again) {
		/* What is missing may be missing from an earlier page. */
		s->window_again = true;
		c.window.after = NULL;
		c.window.seen = 0;
		page = (struct page){.more = true, .expected = -1};
		rc = E_OK;
	}
	/* Nothing here concerns one record only. */
	if (rc == E_RECORD)
		rc = e->kind = E_BUSY;
	if (rc != E_OK)
		return rc;
	page.cursor = order_cursor_text(&c, a);
	*out = page;
	return E_OK;
}
