#include "model/order_sums.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "base/json.h"
#include "base/str.h"

#include "base/banned.h"

struct place {
	const char *array; /* NULL: nowhere */
	int index;         /* -1: an object, not an array */
};

/*
 * One pass over the order. After a failure nothing is calculated any more (`failed` sticks), so
 * that the arithmetic below can be read as arithmetic.
 */
struct calc {
	int digits;        /* of the document's currency */
	bool tax_on_top;   /* prices exclude tax */
	bool tax_on_lines; /* tax_detail is "line" */
	bool duties_included;
	struct place part, list; /* lines[2], and in it discounts[0]: for messages */
	enum errk failed;
	struct err *e;

	struct decimal lines, lines_total, discount, shipping, shipping_tax, shipping_charged;
	struct decimal tax, duties, duties_charged, fees, fees_charged;
};

/* "lines[2].discounts[0].amount (line 3): …" */
static void PRINTF_LIKE(3, 4) fail(struct calc *c, const char *field, const char *fmt, ...)
{
	char text[256], part[40] = "", list[40] = "", human[40] = "";
	va_list args;

	if (c->failed)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (c->part.array && c->part.index < 0) {
		snprintf(part, sizeof(part), "%s.", c->part.array);
	} else if (c->part.array) {
		snprintf(part, sizeof(part), "%s[%d].", c->part.array, c->part.index);
		snprintf(human, sizeof(human), " (%.*s %d)", (int)strlen(c->part.array) - 1,
			 c->part.array, c->part.index + 1);
	}
	if (c->list.array)
		snprintf(list, sizeof(list), "%s[%d].", c->list.array, c->list.index);
	c->failed = err_set(c->e, E_RECORD, "bad_document", "%s%s%s%s: %s", part, list, field,
			    human, text);
}

static void add(struct calc *c, struct decimal *sum, struct decimal x)
{
	char a[DECIMAL_TEXT_MAX], b[DECIMAL_TEXT_MAX];
	struct err why;

	if (!c->failed && decimal_add(*sum, x, sum, &why) != E_OK)
		fail(c, "the amounts", "%s and %s: %s", decimal_text(*sum, a), decimal_text(x, b),
		     why.msg);
}

static struct decimal minus(struct calc *c, struct decimal a, struct decimal b)
{
	add(c, &a, decimal_neg(b));
	return a;
}

/* At least `digits` decimals, and no trailing zeros beyond them. */
static const char *amount_text(struct decimal d, int digits, char out[DECIMAL_TEXT_MAX])
{
	while (d.scale > digits && d.units % 10 == 0) {
		d.units /= 10;
		d.scale--;
	}
	return decimal_text(d.scale < digits ? decimal_round(d, digits) : d, out);
}

static void set_text(cJSON *obj, const char *key, const char *text)
{
	cJSON *item = cJSON_GetObjectItemCaseSensitive(obj, key);

	if (!item) {
		json_add_str(obj, key, text);
	} else if (!cJSON_IsString(item) || strcmp(item->valuestring, text) != 0) {
		item = cJSON_CreateString(text);
		if (!item || !cJSON_ReplaceItemInObjectCaseSensitive(obj, key, item))
			die(70, "out of memory");
	}
}

static void put(struct calc *c, cJSON *obj, const char *key, struct decimal value)
{
	char text[DECIMAL_TEXT_MAX];

	if (!c->failed)
		set_text(obj, key, amount_text(value, c->digits, text));
}

/* Reads a decimal and writes it back in its one form: digits < 0 is that of a rate. */
static struct decimal read_as(struct calc *c, cJSON *obj, const char *key, bool optional,
			      int digits)
{
	cJSON *item = cJSON_GetObjectItemCaseSensitive(obj, key);
	struct decimal d = DECIMAL_ZERO;
	struct err why = {0};
	char text[DECIMAL_TEXT_MAX];

	if (c->failed || (optional && (!item || cJSON_IsNull(item))))
		return d;
	if (!cJSON_IsString(item))
		fail(c, key, item ? "is not a text with a decimal number" : "is missing");
	else if (decimal_parse(item->valuestring, &d, &why) != E_OK)
		fail(c, key, "%s", why.msg);
	else
		set_text(obj, key,
			 digits < 0 ? decimal_text_short(d, text) : amount_text(d, digits, text));
	return d;
}

static struct decimal amount(struct calc *c, cJSON *obj, const char *key)
{
	return read_as(c, obj, key, false, c->digits);
}

static struct decimal optional_amount(struct calc *c, cJSON *obj, const char *key)
{
	return read_as(c, obj, key, true, c->digits);
}

static cJSON *items(const cJSON *obj, const char *key)
{
	cJSON *array = cJSON_GetObjectItemCaseSensitive(obj, key);

	return array ? array->child : NULL;
}

static struct decimal sum_of(struct calc *c, const cJSON *obj, const char *key)
{
	struct decimal sum = DECIMAL_ZERO;

	c->list = (struct place){key, 0};
	for (cJSON *item = items(obj, key); item; item = item->next, c->list.index++) {
		add(c, &sum, amount(c, item, "amount"));
		read_as(c, item, "rate", true, -1);
	}
	c->list = (struct place){NULL, 0};
	return sum;
}

/* Taxes of a part of the order; they would count twice if the order's own list counts. */
static struct decimal part_taxes(struct calc *c, const cJSON *obj)
{
	if (!c->tax_on_lines && items(obj, "taxes"))
		fail(c, "taxes", "must be empty when tax_detail is 'order'");
	return sum_of(c, obj, "taxes");
}

/* Fills tax_total and total of a part that costs net; returns the total. */
static struct decimal put_total(struct calc *c, cJSON *obj, struct decimal net, struct decimal tax)
{
	put(c, obj, "tax_total", tax);
	if (c->tax_on_top)
		add(c, &net, tax);
	put(c, obj, "total", net);
	return net;
}

static void line_duties(struct calc *c, const cJSON *line)
{
	for (cJSON *duty = items(line, "duties"); duty; duty = duty->next) {
		struct decimal cost = amount(c, duty, "amount"), tax = part_taxes(c, duty);

		add(c, &c->duties, cost);
		add(c, &c->tax, tax);
		if (!c->duties_included)
			add(c, &c->duties_charged, cost);
		if (c->tax_on_top)
			add(c, &c->duties_charged, tax);
	}
}

static void line_sums(struct calc *c, cJSON *line)
{
	struct decimal price = amount(c, line, "unit_price"), gross = DECIMAL_ZERO;
	struct decimal discount = sum_of(c, line, "discounts"), tax = part_taxes(c, line), net;
	int64_t quantity = json_int(line, "quantity", -1);
	struct err why;

	if (quantity < 0)
		fail(c, "quantity", "is missing or no whole number");
	if (!c->failed && decimal_mul_int(price, quantity, &gross, &why) != E_OK)
		fail(c, "unit_price * quantity", "%s", why.msg);
	net = minus(c, gross, discount);
	put(c, line, "gross_total", gross);
	put(c, line, "discount_total", discount);
	put(c, line, "net_total", net);
	add(c, &c->lines, net);
	add(c, &c->discount, discount);
	add(c, &c->tax, tax);
	add(c, &c->lines_total, put_total(c, line, net, tax));
	line_duties(c, line);
}

static void shipping_sums(struct calc *c, cJSON *line)
{
	struct decimal discount = sum_of(c, line, "discounts"), tax = part_taxes(c, line);
	struct decimal net = minus(c, amount(c, line, "price"), discount);

	put(c, line, "discount_total", discount);
	put(c, line, "net_total", net);
	add(c, &c->shipping, net);
	add(c, &c->discount, discount);
	add(c, &c->tax, tax);
	add(c, &c->shipping_tax, tax);
	add(c, &c->shipping_charged, put_total(c, line, net, tax));
}

static void fee_sums(struct calc *c, cJSON *fee)
{
	struct decimal net = amount(c, fee, "amount"), tax = part_taxes(c, fee);

	add(c, &c->fees, net);
	add(c, &c->tax, tax);
	add(c, &c->fees_charged, put_total(c, fee, net, tax));
}

static void each(struct calc *c, const cJSON *order, const char *array,
		 void (*fn)(struct calc *, cJSON *))
{
	c->part = (struct place){array, 0};
	for (cJSON *item = items(order, array); item; item = item->next, c->part.index++)
		fn(c, item);
	c->part = (struct place){NULL, 0};
}

static void tidy_amount(struct calc *c, cJSON *item)
{
	amount(c, item, "amount");
}

/* Amounts that take part in no sum, but shall look like the others. */
static void tidy_rest(struct calc *c, cJSON *order, cJSON *totals)
{
	static const char *const facts[] = {"current_total", "sold_total", "paid", "refunded",
					    "outstanding"};

	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
		optional_amount(c, totals, facts[i]);
	c->part = (struct place){NULL, 0};
	read_as(c, order, "shop_total", true, currency_exponent(json_str(order, "shop_currency")));
	read_as(c, order, "presentment_total", true,
		currency_exponent(json_str(order, "presentment_currency")));
	each(c, order, "transactions", tidy_amount);
	each(c, order, "refunds", tidy_amount);
	each(c, order, "agreements", tidy_amount);
}

static void totals_sums(struct calc *c, const cJSON *order, cJSON *totals)
{
	struct decimal order_taxes = sum_of(c, order, "taxes"), on_order = DECIMAL_ZERO;
	struct decimal tip, cash, rest;

	c->part = (struct place){"totals", -1};
	tip = optional_amount(c, totals, "tip");
	cash = optional_amount(c, totals, "cash_rounding");
	rest = amount(c, totals, "total");
	if (!c->tax_on_lines) {
		add(c, &c->tax, order_taxes);
		if (c->tax_on_top)
			on_order = order_taxes;
	}
	rest = minus(c, rest, c->lines_total);
	rest = minus(c, rest, c->shipping_charged);
	rest = minus(c, rest, c->duties_charged);
	rest = minus(c, rest, c->fees_charged);
	rest = minus(c, rest, on_order);
	rest = minus(c, rest, tip);
	rest = minus(c, rest, cash);
	put(c, totals, "lines", c->lines);
	put(c, totals, "discount", c->discount);
	put(c, totals, "shipping", c->shipping);
	put(c, totals, "shipping_tax", c->shipping_tax);
	put(c, totals, "tax", c->tax);
	put(c, totals, "duties", c->duties);
	put(c, totals, "fees", c->fees);
	put(c, totals, "shipping_charged", c->shipping_charged);
	put(c, totals, "duties_charged", c->duties_charged);
	put(c, totals, "fees_charged", c->fees_charged);
	put(c, totals, "order_tax", on_order);
	put(c, totals, "tip", tip);
	put(c, totals, "cash_rounding", cash);
	put(c, totals, "rounding", rest);
}

enum errk order_sums(cJSON *order, struct err *e)
{
	const char *detail = json_str(order, "tax_detail");
	cJSON *totals = cJSON_GetObjectItemCaseSensitive(order, "totals");
	struct calc c = {
		.digits = currency_exponent(json_str(order, "currency")),
		.tax_on_top = !json_bool(order, "prices_include_tax", false),
		.tax_on_lines = str_equal(detail, "line"),
		.duties_included = json_bool(order, "duties_included", false),
		.e = e,
	};

	if (!c.tax_on_lines && !str_equal(detail, "order"))
		fail(&c, "tax_detail", "must be 'line' or 'order'");
	if (!cJSON_IsObject(totals))
		fail(&c, "totals", "is missing");
	each(&c, order, "lines", line_sums);
	each(&c, order, "shipping_lines", shipping_sums);
	each(&c, order, "fees", fee_sums);
	totals_sums(&c, order, totals);
	tidy_rest(&c, order, totals);
	return c.failed;
}
