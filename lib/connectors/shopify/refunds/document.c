#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/str.h"
#include "connectors/shopify/refunds/refunds.h"

/* Units of a line that a refund tells of, and what became of them. */
struct goods {
	const char *line;
	enum {
		GOODS_TAKEN_OUT,
		GOODS_UNSAID,
		GOODS_BACK
	} as; /* in the order in which they are counted */
	const char *restock;
	const cJSON *location;
	int64_t units;
};

/* One document in the making. Faults are of this refund alone. */
struct drawing {
	struct answer in;
	struct order_reader r;
	struct basket b;
	size_t place;
	const cJSON *refund; /* of events.refunds; NULL = the agreement is of none */
	cJSON *doc;
	LIST(struct goods) goods;
	size_t n_shipping; /* sales of shipping so far */
	struct decimal total, tax, shop_total, paid, pending;
};

/* Of n units in a row, those from the one to the other. */
struct span {
	int64_t from, to, of;
};
static const struct span WHOLE = {0, 1, 1};

static struct decimal piece(struct basket *b, struct decimal x, struct span at)
{
	struct decimal part = basket_share(b, x, at.to, at.of);

	if (at.from)
		basket_add(b, &part, decimal_neg(basket_share(b, x, at.from, at.of)));
	return part;
}

/* What is given back of an amount of a sale: all that is not counted, above zero. */
static struct decimal given_back(struct basket *b, const struct sale *s, struct decimal x)
{
	struct decimal rest = basket_counted(b, s, x);

	basket_add(b, &rest, decimal_neg(x));
	return rest;
}

/* ------------------------------------------------------------------ goods */

static void add_goods(struct drawing *d, const cJSON *item)
{
	static const struct {
		const char *type, *restock;
		int as;
	} kinds[] = {
		{"RETURN", "return", GOODS_BACK},
		{"NO_RESTOCK", "no_restock", GOODS_UNSAID},
		/* Restocked, and not said whether they had left. */
		{"LEGACY_RESTOCK", NULL, GOODS_UNSAID},
		/* They never left: nothing comes back. */
		{"CANCEL", NULL, GOODS_TAKEN_OUT},
	};
	const char *type = answer_text(&d->in, item, "restockType");
	struct goods *g = list_add(&d->goods, d->r.arena);

	g->line = answer_id(&d->in, item, "lineItem.id");
	g->units = answer_int(&d->in, item, "quantity", 0, INT32_MAX);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(type, kinds[i].type) == 0) {
			g->as = kinds[i].as;
			g->restock = kinds[i].restock;
			if (g->as == GOODS_BACK && json_at(item, "location"))
				g->location = answer_object_or_null(&d->in, item, "location");
			return;
		}
	answer_fault(&d->in, "refundLineItems.restockType", "is of a kind that is not known");
}

/* Those that are counted in the order are none of the refund's: what basket.c counts first. */
static void leave_counted(struct drawing *d, const struct sale *s)
{
	int64_t counted = s->counted;

	for (int as = GOODS_TAKEN_OUT; as <= GOODS_BACK; as++)
		for (size_t i = 0; i < d->goods.n && counted > 0; i++) {
			struct goods *g = &d->goods.at[i];
			int64_t n = g->units < counted ? g->units : counted;

			if ((int)g->as != as || !str_equal(g->line, s->part))
				continue;
			g->units -= n;
			counted -= n;
		}
}

static void read_goods(struct drawing *d)
{
	JSON_EACH (item, json_at(d->refund, "refundLineItems.nodes"))
		add_goods(d, item);
	for (size_t i = 0; i < d->b.sale.n; i++)
		if (d->b.sale.at[i].agreement == d->place && d->b.sale.at[i].back &&
		    !d->b.sale.at[i].duty)
			leave_counted(d, &d->b.sale.at[i]);
}

static struct goods *next_goods(struct drawing *d, const char *line)
{
	for (size_t i = 0; i < d->goods.n; i++)
		if (d->goods.at[i].units > 0 && str_equal(d->goods.at[i].line, line))
			return &d->goods.at[i];
	return NULL;
}

/* ------------------------------------------------------------------ lines */

/* The order's line, or that of a duty. */
static const cJSON *line_of(const struct drawing *d, const struct sale *s)
{
	JSON_EACH (line, json_at(d->b.doc, "lines")) {
		if (!s->duty && str_equal(json_str(line, "id"), s->part))
			return line;
		JSON_EACH (duty, json_at(line, "duties"))
			if (s->duty && str_equal(json_str(duty, "id"), s->part))
				return line;
	}
	return NULL;
}

/*
 * A sale names its shipping line unless it takes it back (ShippingLineSale.shippingLine). Then the refund does, if it has as many
 * as there are such sales, or there is only one that it can be of.
 */
static const char *shipping_title(struct drawing *d, const struct sale *s)
{
	const cJSON *named = json_at(d->refund, "refundShippingLines.nodes");
	const cJSON *sold = json_at(d->b.doc, "shipping_lines");
	const char *title = json_str(s->from, "shippingLine.title");
	size_t all = 0, k = d->n_shipping++;

	for (size_t i = 0; i < d->b.sale.n; i++)
		all += d->b.sale.at[i].agreement == s->agreement &&
		       str_equal(json_str(d->b.sale.at[i].from, "lineType"), "SHIPPING");
	if (!title && json_count(named, "") == all)
		JSON_EACH (line, named)
			if (k-- == 0)
				title = answer_text(&d->in, line, "shippingLine.title");
	if (!title && json_count(sold, "") == 1)
		title = json_str(json_first(sold), "title");
	return title && *title ? title : "Shipping";
}

static const char *fee_title(const struct sale *s)
{
	const char *type = json_str(s->from, "fee.__typename");

	return str_equal(type, "RestockingFee")       ? "Restocking fee"
	       : str_equal(type, "ReturnShippingFee") ? "Return shipping fee"
						      : "Fee";
}

/* Kind and title of what a sale is of. line: of which line of the order; NULL = of none. */
static void add_what(struct drawing *d, cJSON *to, const struct sale *s, const cJSON *line)
{
	static const char *const kinds[][2] = {{"PRODUCT", "product"},
					       {"GIFT_CARD", "gift_card"},
					       {"TIP", "tip"},
					       {"SHIPPING", "shipping"},
					       {"DUTY", "duty"},
					       {"FEE", "fee"},
					       {"ADDITIONAL_FEE", "fee"},
					       {"ADJUSTMENT", "adjustment"}};
	const char *type = answer_text(&d->in, s->from, "lineType"), *kind = NULL, *title = NULL;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(type, kinds[i][0]) == 0)
			kind = kinds[i][1];
	if (!kind)
		answer_fault(&d->in, "agreements.sales.lineType", "is of a kind that is not known");
	else if (strcmp(type, "SHIPPING") == 0)
		title = shipping_title(d, s);
	else if (strcmp(type, "DUTY") == 0)
		title = "Duties";
	else if (strcmp(type, "FEE") == 0)
		title = fee_title(s);
	else if (strcmp(type, "ADDITIONAL_FEE") == 0)
		title = answer_text(&d->in, s->from, "additionalFee.name");
	else if (strcmp(type, "ADJUSTMENT") == 0)
		title = "Adjustment";
	else if (line)
		title = json_str(line, "title");
	else
		answer_fault(&d->in, "agreements.sales.lineItem",
			     "is of no line that the order has");
	/* A line knows more exactly what it is: goods of no article, a tip. */
	json_add_str(to, "kind",
		     line && str_equal(kind, "product") ? json_str(line, "kind") : kind);
	json_add_str(to, "line_id", json_str(line, "id"));
	json_add_str(to, "sku", s->duty ? NULL : json_str(line, "sku"));
	json_add_str(to, "title", title);
	json_add_str(to, "variant_title", s->duty ? NULL : json_str(line, "variant_title"));
	json_add_str(to, "product_id", s->duty ? NULL : json_str(line, "product_id"));
	json_add_str(to, "variant_id", s->duty ? NULL : json_str(line, "variant_id"));
}

static void add_restock(struct drawing *d, cJSON *to, const struct goods *g)
{
	json_add_str(to, "restock", g ? g->restock : NULL);
	if (!g || !g->location) {
		json_add(to, "location", NULL);
		return;
	}
	cJSON *location = json_add_object(to, "location");
	order_add_needed(&d->r, location, "id", g->location, "id");
	order_add_needed(&d->r, location, "name", g->location, "name");
}

static void add_taxes(struct drawing *d, cJSON *to, const struct sale *s, struct span at)
{
	struct basket *b = &d->b;
	struct decimal sum = DECIMAL_ZERO;
	cJSON *list = json_array();

	JSON_EACH (from, answer_list(&d->in, s->from, "taxes")) {
		struct decimal x =
			given_back(b, s, basket_signed(b, s, order_amount(&d->r, from, "amount")));
		cJSON *tax = json_object();

		x = piece(b, x, at);
		basket_add(b, &sum, x);
		order_add_tax_head(&d->r, tax, answer_object(&d->in, from, "taxLine"));
		basket_set_amount(b, tax, "amount", x);
		json_push(list, tax);
	}
	basket_set_amount(b, to, "tax_total", sum);
	json_add(to, "taxes", list);
	basket_add(b, &d->tax, sum);
}

/* number: which line of this sale it is. */
static void add_line(struct drawing *d, const struct sale *s, struct span at, int64_t units,
		     const struct goods *g, size_t number)
{
	const char *id = answer_id(&d->in, s->from, "id");
	struct decimal total = piece(&d->b, given_back(&d->b, s, s->amount), at);
	const cJSON *line = s->part ? line_of(d, s) : NULL;
	cJSON *to = json_object();

	json_push(cJSON_GetObjectItemCaseSensitive(d->doc, "lines"), to);
	json_add_str(to, "id", number ? arena_printf(d->r.arena, "%s-%zu", id, number + 1) : id);
	add_what(d, to, s, line);
	json_add_int(to, "quantity", units);
	add_restock(d, to, g);
	basket_set_amount(&d->b, to, "total", total);
	basket_add(&d->b, &d->total, total);
	add_taxes(d, to, s, at);
}

static bool gives_back(struct drawing *d, const struct sale *s)
{
	bool any = !decimal_is_zero(given_back(&d->b, s, s->amount));

	JSON_EACH (tax, answer_list(&d->in, s->from, "taxes"))
		any = any || !decimal_is_zero(
				     given_back(&d->b, s,
						basket_signed(&d->b, s,
							      order_amount(&d->r, tax, "amount"))));
	return any;
}

/* A line for each thing that became of its units: what is sold anew instead is the order's, and none of them. */
static void add_sale(struct drawing *d, const struct sale *s)
{
	int64_t rest = s->part && !s->duty && s->back ? s->units - s->counted : 0, done = 0;
	size_t number = 0;

	if (s->counts || (rest == 0 && !gives_back(d, s)))
		return;
	basket_add(&d->b, &d->shop_total,
		   given_back(&d->b, s,
			      basket_signed(&d->b, s,
					    answer_text(&d->in, s->from,
							"totalAmount.shopMoney.amount"))));
	if (rest == 0)
		add_line(d, s, WHOLE, 0, NULL, 0);
	while (done < rest) {
		struct goods *g = next_goods(d, s->part);
		int64_t n = g && g->units < rest - done ? g->units : rest - done;

		add_line(d, s, (struct span){done, done + n, rest}, n, g, number++);
		if (g)
			g->units -= n;
		done += n;
	}
}

/* ------------------------------------------------------------------ money */

/* Money goes back by a REFUND; an authorization that ends, and what was only proposed, moves none. */
static bool gives_money(struct drawing *d, const cJSON *payment)
{
	static const char *const none[] = {"void", "authorization", "emv_authorization",
					   "suggested_refund"};
	const char *kind = json_str(payment, "kind");

	if (str_equal(kind, "refund"))
		return true;
	if (!str_among(kind, none, sizeof(none) / sizeof(*none)))
		answer_fault(&d->in, "refunds.transactions",
			     "has one of a kind that gives nothing back");
	return false;
}

static const char *payment_status(struct drawing *d, const cJSON *payment)
{
	static const char *const known[] = {"success", "pending", "failure", "error"};
	const char *status = json_str(payment, "status");

	/* The gateway was asked, and has not answered: it is under way. */
	if (str_equal(status, "awaiting_response"))
		return "pending";
	if (!str_among(status, known, sizeof(known) / sizeof(*known)))
		answer_fault(&d->in, "transactions.status",
			     "does not say whether money has gone back");
	return status;
}

static void add_payment(struct drawing *d, const cJSON *payment)
{
	static const char *const keys[] = {"gateway",      "payment_id",   "created_at",
					   "processed_at", "processed_on", "amount"};
	cJSON *to = json_object();

	json_add_str(to, "id", json_str(payment, "id"));
	json_add_str(to, "kind", "refund");
	json_add_str(to, "status", payment_status(d, payment));
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		json_add_str(to, keys[i], json_str(payment, keys[i]));
	json_add_str(to, "removed_amount", NULL);
	json_add_str(to, "parent_id", json_str(payment, "parent_id"));
	json_push(cJSON_GetObjectItemCaseSensitive(d->doc, "transactions"), to);
}

/*
 * What a refund pays for what was taken out before it was shipped is the order's: of money that has gone back first, then of
 * what is under way. Whether anything else is paid.
 */
static bool split_payments(struct drawing *d, struct decimal removed)
{
	static const char *const order[] = {"success", "pending"};
	bool beyond = false, failed = decimal_is_zero(removed);

	for (size_t i = 0; i < 2; i++)
		for (cJSON *to = cJSON_GetObjectItemCaseSensitive(d->doc, "transactions")->child;
		     to; to = to->next) {
			struct decimal paid = basket_number(&d->b, json_str(to, "amount")), part;

			if (!str_equal(json_str(to, "status"), order[i]))
				continue;
			part = decimal_cmp(paid, removed) < 0 ? paid : removed;
			if (!decimal_is_zero(part))
				basket_set_amount(&d->b, to, "removed_amount", part);
			basket_add(&d->b, &removed, decimal_neg(part));
			basket_add(&d->b, &paid, decimal_neg(part));
			basket_add(&d->b, i == 0 ? &d->paid : &d->pending, paid);
			beyond = beyond || !decimal_is_zero(paid);
		}
	/* Of a refund of money alone it is to be known that it failed. */
	return beyond || (failed && json_count(d->doc, "transactions"));
}

static bool add_payments(struct drawing *d)
{
	const cJSON *all = json_at(d->b.doc, "transactions");

	JSON_EACH (named, json_at(d->refund, "transactions.nodes")) {
		const char *id = answer_id(&d->in, named, "id");
		bool found = false;

		JSON_EACH (payment, all) {
			if (!str_equal(json_str(payment, "id"), id))
				continue;
			found = true;
			if (gives_money(d, payment))
				add_payment(d, payment);
		}
		if (!found)
			answer_fault(&d->in, "refunds.transactions",
				     "has one that is not among the order's");
	}
	return d->refund && split_payments(d, basket_removed(&d->b, json_str(d->refund, "id")));
}

/* --------------------------------------------------------------- document */

static const cJSON *refund_of(struct drawing *d, const cJSON *agreement)
{
	const char *id = json_str(agreement, "refund.id");

	JSON_EACH (refund, json_at(d->b.events, "refunds"))
		if (id && str_equal(json_str(refund, "id"), id))
			return refund;
	return NULL;
}

/* As the taxes of the order are looked up; NULL: it has no address. */
static const char *tax_country(const struct order_reader *r)
{
	static const char *const addresses[] = {"shippingAddress", "billingAddress"};
	const char *country = NULL;

	for (size_t i = 0; i < sizeof(addresses) / sizeof(*addresses) && !country; i++) {
		const cJSON *from = answer_object_or_null(r->in, r->node, addresses[i]);

		country = from ? answer_text_or_null(r->in, from, "countryCodeV2") : NULL;
	}
	return country;
}

static void add_head(struct drawing *d, const cJSON *agreement, const char *name)
{
	static const char *const same[] = {"currency", "shop_currency", "presentment_currency"};
	static const char *const of[] = {"id", "legacy_id", "name", "created_at"};
	const struct order_reader *r = &d->r;
	const char *happened = answer_text(r->in, agreement, "happenedAt");
	cJSON *doc = d->doc;

	json_add_str(doc, "kind", "refund");
	json_add_str(doc, "source", "shopify");
	order_add_needed(r, doc, "id", agreement, "id");
	json_add_str(doc, "name", name);
	cJSON *order = json_add_object(doc, "order");
	for (size_t i = 0; i < sizeof(of) / sizeof(*of); i++)
		json_add_str(order, of[i], json_str(d->b.doc, of[i]));
	json_add_str(order, "tax_country", tax_country(r));
	json_add_str(doc, "reason",
		     basket_reason(r->in, agreement) == REASON_REFUND ? "refund" : "return");
	json_add_str(doc, "refund_id", json_str(d->refund, "id"));
	json_add_str(doc, "happened_at", happened);
	json_add_str(doc, "happened_on", order_day(r, happened));
	json_add_str(doc, "updated_at", json_str(d->b.doc, "updated_at"));
	json_add_bool(doc, "test", json_bool(d->b.doc, "test", false));
	for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++)
		json_add_str(doc, same[i], json_str(d->b.doc, same[i]));
	json_add_bool(doc, "prices_include_tax", json_bool(d->b.doc, "prices_include_tax", false));
	json_add_array(doc, "lines");
	json_add_object(doc, "totals");
	json_add_array(doc, "transactions");
	json_add_str(doc, "note", d->refund ? answer_text_or_null(r->in, d->refund, "note") : NULL);
}

enum errk refund_document(const struct refund_book *book, size_t place, const char *name,
			  cJSON **out, bool *left, struct err *e)
{
	CLEANUP(json) cJSON *doc = json_object();
	struct drawing d = {.r = book->r, .b = book->b, .place = place, .doc = doc};
	const cJSON *agreement = json_first(json_at(book->b.events, "agreements"));

	for (size_t i = 0; i < place; i++)
		agreement = agreement->next;
	d.in = answer_of(E_RECORD, arena_printf(d.r.arena, "%s as Shopify shows it", name));
	d.in.whole = true;
	d.r.in = &d.in;
	d.b.r = &d.r;
	d.b.e = e;
	d.refund = refund_of(&d, agreement);
	add_head(&d, agreement, name);
	read_goods(&d);
	for (size_t i = 0; i < d.b.sale.n; i++)
		if (d.b.sale.at[i].agreement == place)
			add_sale(&d, &d.b.sale.at[i]);
	bool money = add_payments(&d);
	cJSON *totals = cJSON_GetObjectItemCaseSensitive(doc, "totals");
	basket_set_amount(&d.b, totals, "total", d.total);
	basket_set_amount(&d.b, totals, "tax", d.tax);
	basket_set_amount(&d.b, totals, "paid", d.paid);
	basket_set_amount(&d.b, totals, "pending", d.pending);
	basket_set_amount(&d.b, totals, "shop_total", d.shop_total);
	enum errk rc = answer_end(&d.in, e);
	if (rc == E_OK)
		rc = d.b.failed;
	if (rc != E_OK)
		return rc;
	*left = money || json_count(doc, "lines") > 0;
	*out = TAKE(doc);
	return E_OK;
}

/* ------------------------------------------------------------------- book */

static enum errk read_book(struct refund_book *book, struct err *e)
{
	struct order_reader *r = &book->r;
	const char *tip = "0";
	size_t n = 0;
	enum errk rc = order_find_tips(r, &tip, e);

	if (rc != E_OK)
		return rc;
	order_add_head(r, book->doc);
	order_add_lines(r, book->doc);
	order_add_shipping_lines(r, book->doc);
	order_add_totals(r, book->doc, tip);
	order_add_payments(r, book->doc);
	rc = answer_end(&book->in, e);
	if (rc != E_OK)
		return rc;
	book->b = basket_read(r, book->doc, e);
	const cJSON *line = json_first(json_at(book->doc, "lines"));
	JSON_EACH (node, json_at(r->node, "lineItems.nodes")) {
		const char *order = order_line_begins(r, "line", ++n);

		basket_units(&book->b, node, line);
		line = line->next;
		r->in->what = order;
	}
	bool sound = basket_is_sound(&book->b);
	rc = answer_end(&book->in, e);
	if (rc == E_OK)
		rc = book->b.failed;
	if (rc == E_OK && !sound)
		rc = err_set(e, E_RECORD, "agreements_differ",
			     "what the shop has booked for its order does not come to what that "
			     "costs now, so what was given back can't be told from it");
	return rc;
}

void refund_book_open(struct refund_book *book, const struct shopify *s, const cJSON *node,
		      struct arena *a)
{
	*book = (struct refund_book){.doc = json_object()};
	book->r = order_reader_of(s, node, a, &book->in);
	book->rc = read_book(book, &book->why);
}

void refund_book_close(struct refund_book *book)
{
	cJSON_Delete(book->doc);
}
