#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "connectors/shopify_admin/orders/cells.h"
#include "connectors/shopify_admin/orders/priv.h"

#include "base/banned.h"

enum { TAXES_MAX = 5 };

/* "FR TVA 20%", "California State Tax 7.25%", "VAT 7,0 %": title and rate; else the title alone. */
static void split_tax_name(const char *name, struct arena *a, const char **title, const char **rate)
{
	char number[DECIMAL_TEXT_MAX], text[DECIMAL_TEXT_MAX];
	size_t len = strlen(name), end, start;
	struct decimal percent;

	*title = name;
	*rate = NULL;
	if (len == 0 || name[len - 1] != '%')
		return;
	for (end = len - 1; end > 0 && name[end - 1] == ' ';)
		end--;
	for (start = end; start > 0 && strchr("0123456789.,", name[start - 1]);)
		start--;
	if (start == end || end - start >= sizeof(number) || (start > 0 && name[start - 1] != ' '))
		return;
	memcpy(number, name + start, end - start);
	number[end - start] = '\0';
	for (char *p = number; *p; p++)
		*p = *p == ',' ? '.' : *p;
	if (decimal_parse(number, &percent, NULL) != E_OK || percent.scale > 7)
		return;
	percent.scale += 2;
	*rate = arena_strdup(a, decimal_text_short(percent, text));
	while (start > 0 && name[start - 1] == ' ')
		start--;
	if (start > 0)
		*title = arena_strndup(a, name, start);
}

static void add_tax(cJSON *list, const char *name, struct decimal amount, struct arena *a)
{
	const char *title, *rate;
	cJSON *tax = json_object();

	split_tax_name(name, a, &title, &rate);
	json_add_str(tax, "title", title);
	json_add_str(tax, "rate", rate);
	admin_json_amount(tax, "amount", amount);
	json_push(list, tax);
}

/* Taxes are rounded one by one: a few minor units between them and their sum are nothing wrong. */
static bool within_rounding(struct decimal left, const char *currency)
{
	return decimal_cmp(decimal_abs(left), (struct decimal){10, currency_exponent(currency)}) <=
	       0;
}

static enum errk taxes_differ(const struct admin_order_rows *o, struct decimal left, struct err *e)
{
	char text[DECIMAL_TEXT_MAX];

	return err_set(
		e, E_RECORD, "bad_sum",
		"%s:%lld: 'Taxes' is %s, the columns 'Tax 1 Value' to 'Tax 5 Value' leave %s of "
		"it unexplained",
		o->file, (long long)o->line, admin_order_cell(o, COL_TAXES),
		decimal_text(left, text));
}

/*
 * "Order CSV columns": up to five taxes, by name and amount. A sixth is only in the sum of "Taxes",
 * and some files have no tax columns at all: what they leave of "Taxes" stands as a tax without rate.
 */
enum errk admin_order_add_taxes(cJSON *doc, const struct admin_order_rows *o, struct arena *a,
				struct err *e)
{
	cJSON *list = json_add_array(doc, "taxes");
	struct decimal all, left;
	size_t n = 0;
	enum errk k = admin_order_amount(o, COL_TAXES, &all, NULL, e);

	left = all;
	for (int i = 0; i < TAXES_MAX && k == E_OK; i++) {
		const char *name = admin_order_text(o, COL_TAX1_NAME + (unsigned)(2 * i));
		struct decimal amount;
		bool given;

		k = admin_order_amount(o, COL_TAX1_VALUE + (unsigned)(2 * i), &amount, &given, e);
		if (k != E_OK || (!name && !given))
			continue;
		add_tax(list, name ? name : "Tax", amount, a);
		n++;
		k = decimal_sub(left, amount, &left, e);
	}
	if (k != E_OK || decimal_is_zero(left))
		return k;
	if ((n == 0 || n == TAXES_MAX) && left.units > 0) {
		add_tax(list, n == 0 ? "Tax" : "Other taxes", left, a);
		return E_OK;
	}
	return within_rounding(left, admin_order_cell(o, COL_CURRENCY)) ? E_OK
									: taxes_differ(o, left, e);
}

/*
 * code NULL: none was entered. What a person types into a draft order stands in the column
 * for codes.
 */
static cJSON *discount(const char *code, bool drafted)
{
	cJSON *d = json_object();
	bool manual = drafted || str_equal_nocase(code, "Custom discount");

	json_add_str(d, "kind", manual ? "manual" : code ? "code" : "automatic");
	json_add_str(d, "code", manual ? NULL : code);
	json_add_str(d, "title", manual ? code : NULL);
	return d;
}

/* One entry for each code; which of them gave how much, and on what, the export doesn't say. */
void admin_order_add_discounts(cJSON *doc, const struct admin_order_rows *o,
			       struct decimal on_items, struct decimal on_shipping, struct arena *a)
{
	cJSON *list = json_add_array(doc, "discounts"), *only;
	bool drafted = str_equal_nocase(admin_order_cell(o, COL_SOURCE), "shopify_draft_order");
	bool items = !decimal_is_zero(on_items), shipping = !decimal_is_zero(on_shipping);
	struct decimal sum;
	const char **code;
	size_t n = admin_split(admin_order_cell(o, COL_DISCOUNT_CODE), ",", a, &code);

	for (size_t i = 0; i < n; i++)
		json_push(list, discount(code[i], drafted));
	if (n > 1 || (n == 0 && !items && !shipping))
		return;
	only = n ? cJSON_GetArrayItem(list, 0) : discount(NULL, drafted);
	if (n == 0)
		json_push(list, only);
	if (decimal_add(on_items, on_shipping, &sum, NULL) == E_OK) {
		admin_json_amount(only, "value", sum);
		json_add_str(only, "value_type", "amount");
	}
	if (items != shipping)
		json_add_str(only, "scope", shipping ? "shipping" : "order");
}

static bool money_came_in(const char *status)
{
	return str_equal_nocase(status, "paid") || str_equal_nocase(status, "refunded") ||
	       str_equal_nocase(status, "partially_refunded");
}

/* What was paid, if the export lets it be known. */
static enum errk paid_amount(const struct admin_order_rows *o, struct decimal outstanding,
			     bool outstanding_given, struct decimal *out, bool *known,
			     struct err *e)
{
	const char *status = admin_order_cell(o, COL_FINANCIAL_STATUS);
	struct decimal total;
	enum errk k = admin_order_amount(o, COL_TOTAL, &total, NULL, e);

	if (k != E_OK)
		return k;
	*known = true;
	if (money_came_in(status) && (!outstanding_given || decimal_is_zero(outstanding)))
		*out = total;
	else if (str_equal_nocase(status, "pending") || str_equal_nocase(status, "authorized") ||
		 str_equal_nocase(status, "voided") || str_equal_nocase(status, "expired"))
		*out = DECIMAL_ZERO;
	else if (outstanding_given)
		return decimal_sub(total, outstanding, out, e);
	else
		*known = false;
	return E_OK;
}

/* A payment can be told only where there is one method: the export has no amounts per method. */
static enum errk add_transaction(cJSON *doc, const struct admin_order_rows *o, const char *gateway,
				 struct decimal paid, struct arena *a, struct err *e)
{
	cJSON *list = json_add_array(doc, "transactions"), *t;
	const char *id = admin_order_text(o, COL_PAYMENT_ID), *at;
	enum errk k = admin_order_time(o, COL_PAID_AT, a, &at, e);

	if (k != E_OK || !gateway || !at || decimal_is_zero(paid))
		return k;
	if (!id)
		id = admin_order_text(o, COL_PAYMENT_REFERENCES);
	if (!id)
		id = admin_order_text(o, COL_PAYMENT_REFERENCE);
	t = json_object();
	json_push(list, t);
	json_add_str(t, "id", NULL);
	json_add_str(t, "kind", "sale");
	json_add_str(t, "status", "success");
	json_add_str(t, "gateway", gateway);
	json_add_str(t, "payment_id", id);
	json_add_str(t, "created_at", at);
	json_add_str(t, "processed_at", at);
	json_add_str(t, "processed_on", admin_order_day(o, COL_PAID_AT, a));
	admin_json_amount(t, "amount", paid);
	return E_OK;
}

/* "Net 30" or "Within 30 days". */
static int64_t days_of(const char *name)
{
	size_t at = strcspn(name, "0123456789"), digits = strspn(name + at, "0123456789");
	int64_t days = 0;

	if (digits == 0 || digits > 4 ||
	    strcspn(name + at + digits, "0123456789") != strlen(name + at + digits))
		return -1;
	for (size_t i = at; i < at + digits; i++)
		days = days * 10 + (name[i] - '0');
	return days;
}

static enum errk add_terms(cJSON *doc, const struct admin_order_rows *o, struct arena *a,
			   struct err *e)
{
	const char *name = admin_order_text(o, COL_PAYMENT_TERMS), *due;
	cJSON *terms;
	enum errk k = admin_order_time(o, COL_PAYMENT_DUE_AT, a, &due, e);

	if (k != E_OK)
		return k;
	if (!name && !due) {
		json_add(doc, "payment_terms", NULL);
		return E_OK;
	}
	terms = json_add_object(doc, "payment_terms");
	json_add_str(terms, "name", name);
	json_add_str(terms, "type", name && days_of(name) >= 0 ? "net" : NULL);
	if (name && days_of(name) >= 0)
		json_add_int(terms, "due_in_days", days_of(name));
	json_add_str(terms, "due_at", due);
	return E_OK;
}

enum errk admin_order_add_payment(cJSON *doc, const struct admin_order_rows *o, struct arena *a,
				  struct err *e)
{
	cJSON *totals = cJSON_GetObjectItemCaseSensitive(doc, "totals");
	cJSON *gateways = json_add_array(doc, "payment_gateways");
	struct decimal refunded, outstanding, paid = DECIMAL_ZERO;
	bool refunded_given, outstanding_given, known;
	const char **gateway;
	size_t n = admin_split(admin_order_cell(o, COL_PAYMENT_METHOD), " + ", a, &gateway);
	enum errk k = admin_order_amount(o, COL_REFUNDED, &refunded, &refunded_given, e);

	for (size_t i = 0; i < n; i++)
		json_push(gateways, cJSON_CreateString(gateway[i]));
	if (k == E_OK)
		k = admin_order_amount(o, COL_OUTSTANDING, &outstanding, &outstanding_given, e);
	if (k == E_OK)
		k = paid_amount(o, outstanding, outstanding_given, &paid, &known, e);
	if (k != E_OK)
		return k;
	if (known)
		admin_json_amount(totals, "paid", paid);
	if (refunded_given)
		admin_json_amount(totals, "refunded", refunded);
	if (outstanding_given)
		admin_json_amount(totals, "outstanding", outstanding);
	k = add_transaction(doc, o, n == 1 ? gateway[0] : NULL, known ? paid : DECIMAL_ZERO, a, e);
	return k == E_OK ? add_terms(doc, o, a, e) : k;
}
