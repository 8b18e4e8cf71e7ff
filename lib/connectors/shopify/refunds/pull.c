#include <string.h>

#include "base/json.h"
#include "base/list.h"
#include "base/shell_word.h"
#include "base/str.h"
#include "connectors/shopify/refunds/refunds.h"

/*
 * Refunds are read with their order (orders/pull.c): only there the shop tells what of them the order itself lacks already. Each is
 * known by the id of its agreement and the version of the order.
 */

/* The target has it, or may have: it is to be said that nothing of it is left. */
static enum errk was_told(struct order_reading *r, const char *id, bool *told, struct err *e)
{
	struct delivered_record *list;
	size_t n = 0, last = strlen(id) - 1;
	char *before = arena_strdup(r->a, id);

	*told = false;
	if (!r->req->delivered)
		return E_OK;
	/* Of all ids only those that end in more digits lie between. */
	before[last]--;
	const char *after = arena_printf(r->a, "%s~", before);
	enum errk rc = r->req->delivered(r->req->knows_ctx, after, r->a, &list, &n, e);
	*told = rc == E_OK && n && str_equal(list[0].id, id);
	return rc;
}

static enum errk add_refund(struct order_reading *r, const struct refund_book *book, size_t place,
			    const struct record *head, struct err *e)
{
	cJSON *doc = NULL;
	bool left = false, told = false;
	enum errk rc = book->rc;

	if (rc == E_OK)
		rc = refund_document(book, place, head->label, &doc, &left, e);
	else
		*e = book->why;
	if (rc == E_RECORD)
		err_append(e, "; book it by hand, then run: erpsync queue drop --for-good '%s'",
			   head->label);
	if (rc == E_OK && !left)
		rc = was_told(r, head->id, &told, e);
	if (rc == E_OK && !left && !told)
		*LIST_ADD(r->out->unlisted, r->out->n_unlisted, r->cap_unlisted, r->a) = head->id;
	else
		rc = order_add_made(r, head, rc, doc, e);
	cJSON_Delete(doc);
	return rc;
}

/* Is each refund of the order in its books? What is not would be lost without a word. */
static enum errk check_booked(const cJSON *node, struct arena *a, struct err *e)
{
	JSON_EACH (refund, json_at(node, "events.refunds")) {
		const char *id = json_str(refund, "id");
		bool booked = false;

		JSON_EACH (agreement, json_at(node, "events.agreements"))
			booked = booked || str_equal(json_str(agreement, "refund.id"), id);
		if (!booked)
			return err_set(
				e, E_RECORD, "refund_not_booked",
				"the shop has a refund of it (%s) that is not in its books, so what "
				"was given back can't be told; it goes over once the shop has booked "
				"it, so don't book it by hand before: ask the shop's support, or "
				"look again with: erpsync refunds export --only %s",
				id, shell_word(order_label(node), a));
	}
	return E_OK;
}

/* Their numbers are their places among all of them, whatever is left of each. */
static enum errk add_each(struct order_reading *r, const cJSON *node, const char *version,
			  size_t *number, struct err *e)
{
	struct answer in = answer_of(E_BUSY, "agreements of an order");
	struct refund_book book;
	static const char *const reasons[] = {"ORDER", "ORDER_EDIT", "REFUND", "RETURN"};
	size_t place = 0;
	bool strange = false;
	enum errk rc = E_OK;

	refund_book_open(&book, r->s, node, r->a);
	JSON_EACH (agreement, json_at(node, "events.agreements")) {
		const char *id = answer_id(&in, agreement, "id");
		const char *reason = answer_text(&in, agreement, "reason");
		bool known = false,
		     is_one = str_equal(reason, "REFUND") || str_equal(reason, "RETURN");
		struct record head = {.id = arena_strdup(r->a, id), .version = version};
		*number += is_one;
		strange = strange || !str_among(reason, reasons, 4);
		head.label = arena_printf(r->a, "%s-R%zu", order_label(node), *number);
		rc = answer_end(&in, e);
		if (rc == E_OK && is_one && r->req->knows && !r->req->full)
			rc = r->req->knows(r->req->knows_ctx, &head, &known, e);
		r->out->known += known;
		if (rc == E_OK && is_one && !known)
			rc = add_refund(r, &book, place, &head, e);
		if (rc != E_OK)
			break;
		place++;
	}
	/* What may be one, and is not understood, is told by the order where there is no other. */
	if (rc == E_OK && book.rc != E_OK && strange && *number == 0)
		rc = (*e = book.why).kind;
	refund_book_close(&book);
	return rc;
}

static enum errk add_refunds(struct order_reading *r, const cJSON *node, enum errk rc,
			     struct err *e)
{
	const struct record order = {
		.id = arena_strdup(r->a, json_str(node, "id")),
		.label = arena_strdup(r->a, order_label(node)),
		.version = order_version(r->s, node, r->a),
	};
	size_t number = 0;

	if (rc == E_OK)
		rc = add_each(r, node, order.version, &number, e);
	if (rc == E_OK)
		rc = check_booked(node, r->a, e);
	if (rc != E_OK)
		return order_add_made(r, &order, rc, NULL, e);
	*LIST_ADD(r->out->gone, r->out->n_gone, r->cap_gone, r->a) = order.id;
	return E_OK;
}

static const struct order_use refunds = {.kind = KIND_REFUND, .refunds = true, .add = add_refunds};

enum errk refunds_pull(struct shopify *s, const struct pull_request *req, struct arena *a,
		       struct page *out, struct err *e)
{
	return orders_pull(s, &refunds, req, a, out, e);
}

/* ---------------------------------------------------------------- by name */

/* Of "#1001-R1" the name of the order; NULL: it does not look so. */
static const char *order_of_label(const char *who, struct arena *a)
{
	const char *number = strrchr(who, '-');

	if (!number || number == who || number[1] != 'R' || !number[2] ||
	    strspn(number + 2, "0123456789") != strlen(number + 2))
		return NULL;
	return arena_printf(a, "%.*s", (int)(number - who), who);
}

static bool is_meant(const struct record *rec, const char *who)
{
	return !who || strcmp(rec->id, who) == 0 || strcmp(rec->label, who) == 0 ||
	       (rec->label[0] == '#' && strcmp(rec->label + 1, who) == 0) ||
	       /* The order could not be read: that stands for each of its refunds. */
	       str_starts(rec->id, "gid://shopify/Order/");
}

/* What was given back of an order; with who only that. *kept: something was. */
static enum errk read_of_order(struct order_reading *r, const char *order, const char *who,
			       bool *found, bool *kept, struct err *e)
{
	struct page *out = r->out;
	size_t n = out->n;
	enum errk rc = orders_read_named(r, order, found, e);

	*kept = false;
	if (rc != E_OK)
		return rc;
	size_t end = out->n;
	out->n = n;
	for (size_t i = n; i < end; i++)
		if (is_meant(&out->rec[i], who))
			out->rec[out->n++] = out->rec[i];
	*kept = out->n > n;
	return E_OK;
}

static const char *why_missing(bool found, bool one)
{
	if (!found)
		return ORDER_MISSING;
	return one ? "its order has nothing of that name that was given back, or only what was taken "
		     "out before it was shipped, which is part of the order; name the order to see "
		     "all that was given back of it"
		   : "this order has nothing that was given back: what was taken out before it was "
		     "shipped is part of the order";
}

/* "#1001-R1" is a refund, or, in a shop whose orders are called so, an order. */
static enum errk pull_label(struct order_reading *r, const char *who, const char *order,
			    struct err *e)
{
	bool found, found_whole = false, kept;
	enum errk rc = read_of_order(r, order, who, &found, &kept, e);

	if (rc == E_OK && !kept)
		rc = read_of_order(r, who, NULL, &found_whole, &kept, e);
	if (rc == E_OK && !kept)
		order_add_missing(r, who, why_missing(found || found_whole, !found_whole));
	return rc;
}

static enum errk pull_named(struct order_reading *r, const char *who, struct err *e)
{
	const char *order = order_of_label(who, r->a);
	bool found, kept;

	/* SalesAgreement is no Node. */
	if (str_starts(who, "gid://shopify/") && !str_starts(who, "gid://shopify/Order/")) {
		order_add_missing(
			r, who,
			"Shopify can't be asked for what was given back by this id; name it "
			"by its order and number (#1001-R1), or name its order");
		return E_OK;
	}
	if (order)
		return pull_label(r, who, order, e);
	enum errk rc = read_of_order(r, who, NULL, &found, &kept, e);
	if (rc == E_OK && !kept)
		order_add_missing(r, who, why_missing(found, false));
	return rc;
}

enum errk refunds_pull_only(struct shopify *s, const struct pull_request *req,
			    const char *const *who, size_t n, struct arena *a, struct page *out,
			    struct err *e)
{
	int fetch = 0;
	struct page page = {.expected = -1};
	struct order_reading r =
		{.s = s, .use = &refunds, .req = req, .fetch = &fetch, .a = a, .out = &page};
	enum errk rc = shopify_authorize(s, a, e);

	if (rc == E_OK)
		rc = shopify_need_scopes(s, 1u << KIND_REFUND, 0, a, e);
	for (size_t i = 0; i < n && rc == E_OK; i++)
		rc = pull_named(&r, who[i], e);
	if (rc == E_RECORD)
		rc = e->kind = E_BUSY;
	if (rc == E_OK)
		*out = page;
	return rc;
}
