#include <ctype.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/decimal.h"
#include "base/json.h"
#include "connectors/order_sums.h"
#include "connectors/shopify/shopify_priv.h"

/*
 * Amounts are taken "as sold" (without the current… prefix): what was sold stays the sales
 * document, refunds and removed lines are documents of their own. One currency per document:
 * the shop's, or the buyer's if so configured; they are never mixed.
 */

const char *order_amount(const struct order_reader *r, const cJSON *obj, const char *bag)
{
	const char *side = r->presentment ? "presentmentMoney" : "shopMoney";
	return json_str(obj, arena_printf(r->arena, "%s.%s.amount", bag, side));
}

const char *order_lower(const struct order_reader *r, const char *text)
{
	char *copy = arena_strdup(r->arena, text);
	for (char *p = copy; p && *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return copy;
}

void order_add_text(cJSON *to, const char *key, const cJSON *from, const char *path)
{
	json_add_str(to, key, json_str(from, path));
}

void order_add_attributes(cJSON *to, const cJSON *from)
{
	cJSON *list = json_add_array(to, "attributes");
	const cJSON *attribute;
	cJSON_ArrayForEach (attribute, json_at(from, "customAttributes")) {
		cJSON *item = json_object();
		order_add_text(item, "key", attribute, "key");
		order_add_text(item, "value", attribute, "value");
		json_push(list, item);
	}
}

static void add_identity(const struct order_reader *r, cJSON *doc)
{
	const cJSON *n = r->node;
	json_add_str(doc, "kind", "order");
	json_add_str(doc, "source", "shopify");
	order_add_text(doc, "id", n, "id");
	order_add_text(doc, "legacy_id", n, "legacyResourceId");
	order_add_text(doc, "name", n, "name");
	json_add_str(doc, "number", json_number_text(n, "number", r->arena));
	order_add_text(doc, "confirmation_number", n, "confirmationNumber");
	order_add_text(doc, "created_at", n, "createdAt");
	order_add_text(doc, "processed_at", n, "processedAt");
	order_add_text(doc, "updated_at", n, "updatedAt");
	order_add_text(doc, "cancelled_at", n, "cancelledAt");
	json_add_str(doc, "cancel_reason", order_lower(r, json_str(n, "cancelReason")));
	order_add_text(doc, "closed_at", n, "closedAt");
	json_add_bool(doc, "test", json_bool(n, "test", false));
	json_add_bool(doc, "confirmed", json_bool(n, "confirmed", true));
	json_add_bool(doc, "edited", json_bool(n, "edited", false));
}

static const char *status_or(const struct order_reader *r, const char *path, const char *missing)
{
	const char *text = json_str(r->node, path);
	return text ? order_lower(r, text) : missing;
}

static void add_statuses(const struct order_reader *r, cJSON *doc)
{
	const cJSON *n = r->node;
	const char *shop = json_str(n, "currencyCode");
	const char *buyer = json_str(n, "presentmentCurrencyCode");
	bool two = shop && buyer && strcmp(shop, buyer) != 0;
	json_add_str(doc, "financial_status", status_or(r, "displayFinancialStatus", "unknown"));
	json_add_str(doc, "fulfillment_status",
		     status_or(r, "displayFulfillmentStatus", "unknown"));
	json_add_str(doc, "return_status", status_or(r, "returnStatus", NULL));
	json_add_str(doc, "currency", r->presentment ? buyer : shop);
	json_add_str(doc, "shop_currency", shop);
	json_add_str(doc, "presentment_currency", buyer ? buyer : shop);
	order_add_text(doc, "shop_total", n, "totalPriceSet.shopMoney.amount");
	order_add_text(doc, "presentment_total", n,
		       two ? "totalPriceSet.presentmentMoney.amount"
			   : "totalPriceSet.shopMoney.amount");
	json_add_bool(doc, "prices_include_tax", json_bool(n, "taxesIncluded", false));
	json_add_bool(doc, "tax_exempt", json_bool(n, "taxExempt", false));
	json_add_bool(doc, "taxes_estimated", json_bool(n, "estimatedTaxes", false));
	json_add_bool(doc, "duties_included", json_bool(n, "dutiesIncluded", false));
	json_add_str(doc, "tax_detail", "line");
}

static void add_customer(const struct order_reader *r, cJSON *doc)
{
	const cJSON *from = json_at(r->node, "customer");
	order_add_text(doc, "email", r->node, "email");
	order_add_text(doc, "phone", r->node, "phone");
	order_add_text(doc, "locale", r->node, "customerLocale");
	if (!from)
		return;
	cJSON *to = json_add_object(doc, "customer");
	order_add_text(to, "id", from, "id");
	order_add_text(to, "legacy_id", from, "legacyResourceId");
	order_add_text(to, "first_name", from, "firstName");
	order_add_text(to, "last_name", from, "lastName");
	order_add_text(to, "email", from, "defaultEmailAddress.emailAddress");
	order_add_text(to, "phone", from, "defaultPhoneNumber.phoneNumber");
	json_add_bool(to, "tax_exempt", json_bool(from, "taxExempt", false));
	json_add(to, "tax_exemptions", cJSON_Duplicate(json_at(from, "taxExemptions"), true));
}

static void add_company(const struct order_reader *r, cJSON *doc)
{
	const cJSON *from = json_at(r->node, "purchasingEntity");
	const cJSON *location = json_at(from, "location");
	if (!json_at(from, "company"))
		return;
	cJSON *to = json_add_object(doc, "company");
	order_add_text(to, "id", from, "company.id");
	order_add_text(to, "name", from, "company.name");
	order_add_text(to, "external_id", from, "company.externalId");
	order_add_text(to, "contact_id", from, "contact.id");
	if (!location)
		return;
	to = json_add_object(to, "location");
	order_add_text(to, "id", location, "id");
	order_add_text(to, "name", location, "name");
	order_add_text(to, "external_id", location, "externalId");
	order_add_text(to, "tax_id", location, "taxSettings.taxRegistrationId");
	json_add_bool(to, "tax_exempt", json_bool(location, "taxSettings.taxExempt", false));
}

static void add_terms(const struct order_reader *r, cJSON *doc)
{
	const cJSON *from = json_at(r->node, "paymentTerms"), *schedule;
	order_add_text(doc, "po_number", r->node, "poNumber");
	if (!from)
		return;
	const char *due = NULL;
	cJSON_ArrayForEach (schedule, json_at(from, "paymentSchedules.nodes"))
		if (!json_at(schedule, "completedAt") && json_str(schedule, "dueAt"))
			due = json_str(schedule, "dueAt");
	cJSON *to = json_add_object(doc, "payment_terms");
	order_add_text(to, "name", from, "paymentTermsName");
	json_add_str(to, "type", order_lower(r, json_str(from, "paymentTermsType")));
	if (json_at(from, "dueInDays"))
		json_add_int(to, "due_in_days", json_int(from, "dueInDays", 0));
	json_add_str(to, "due_at", due);
}

static void add_address(const struct order_reader *r, cJSON *doc, const char *key, const char *path)
{
	static const char *const fields[][2] = {
		{"first_name", "firstName"},
		{"last_name", "lastName"},
		{"company", "company"},
		{"address1", "address1"},
		{"address2", "address2"},
		{"city", "city"},
		{"zip", "zip"},
		{"province", "province"},
		{"province_code", "provinceCode"},
		{"country_code", "countryCodeV2"},
		{"phone", "phone"},
	};
	const cJSON *from = json_at(r->node, path);
	if (!from)
		return;
	cJSON *to = json_add_object(doc, key);
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		order_add_text(to, fields[i][0], from, fields[i][1]);
}

static void add_payments(const struct order_reader *r, cJSON *doc)
{
	cJSON *list = json_add_array(doc, "transactions");
	const cJSON *from;
	cJSON_ArrayForEach (from, json_at(r->node, "transactions")) {
		cJSON *to = json_object();
		order_add_text(to, "id", from, "id");
		json_add_str(to, "kind", order_lower(r, json_str(from, "kind")));
		json_add_str(to, "status", order_lower(r, json_str(from, "status")));
		order_add_text(to, "gateway", from, "gateway");
		order_add_text(to, "payment_id", from, "paymentId");
		json_add_bool(to, "test", json_bool(from, "test", false));
		order_add_text(to, "created_at", from, "createdAt");
		order_add_text(to, "processed_at", from, "processedAt");
		json_add_str(to, "amount", order_amount(r, from, "amountSet"));
		order_add_text(to, "parent_id", from, "parentTransaction.id");
		json_push(list, to);
	}
	list = json_add_array(doc, "refunds");
	cJSON_ArrayForEach (from, json_at(r->node, "refunds")) {
		cJSON *to = json_object();
		order_add_text(to, "id", from, "id");
		order_add_text(to, "created_at", from, "createdAt");
		json_add_str(to, "amount", order_amount(r, from, "totalRefundedSet"));
		json_push(list, to);
	}
}

static void add_fees(const struct order_reader *r, cJSON *doc)
{
	cJSON *list = json_add_array(doc, "fees");
	const cJSON *from;
	cJSON_ArrayForEach (from, json_at(r->node, "additionalFees")) {
		cJSON *to = json_object();
		order_add_text(to, "id", from, "id");
		order_add_text(to, "name", from, "name");
		json_add_str(to, "amount", order_amount(r, from, "price"));
		order_add_taxes(r, to, json_at(from, "taxLines"));
		json_push(list, to);
	}
}

static void add_channel(const struct order_reader *r, cJSON *doc)
{
	const cJSON *n = r->node;
	json_add(doc, "payment_gateways",
		 json_at(n, "paymentGatewayNames")
			 ? cJSON_Duplicate(json_at(n, "paymentGatewayNames"), true)
			 : json_array());
	order_add_text(doc, "note", n, "note");
	order_add_attributes(doc, n);
	json_add(doc, "tags",
		 json_at(n, "tags") ? cJSON_Duplicate(json_at(n, "tags"), true) : json_array());
	cJSON *channel = json_add_object(doc, "channel");
	order_add_text(channel, "source", n, "sourceName");
	order_add_text(channel, "app_id", n, "app.id");
	order_add_text(channel, "app_name", n, "app.name");
	order_add_text(channel, "source_identifier", n, "sourceIdentifier");
	order_add_text(channel, "url", n, "registeredSourceUrl");
	if (json_at(n, "retailLocation")) {
		cJSON *location = json_add_object(doc, "location");
		order_add_text(location, "id", n, "retailLocation.id");
		order_add_text(location, "name", n, "retailLocation.name");
	}
}

static void add_totals(const struct order_reader *r, cJSON *doc, const char *tip)
{
	cJSON *totals = json_add_object(doc, "totals");
	json_add_str(totals, "tip", tip);
	json_add_str(totals, "cash_rounding", "0");
	json_add_str(totals, "total", order_amount(r, r->node, "totalPriceSet"));
	json_add_str(totals, "current_total", order_amount(r, r->node, "currentTotalPriceSet"));
	json_add_str(totals, "paid", order_amount(r, r->node, "totalReceivedSet"));
	json_add_str(totals, "refunded", order_amount(r, r->node, "totalRefundedSet"));
	json_add_str(totals, "outstanding", order_amount(r, r->node, "totalOutstandingSet"));
}

/*
 * Whether the total contains the rounding of a cash payment is not documented: it is taken as a
 * part of the total exactly when the other parts leave just that amount.
 */
static enum errk settle_cash_rounding(const struct order_reader *r, cJSON *doc, struct err *e)
{
	const char *cash = order_amount(r, r->node, "totalCashRoundingAdjustment.paymentSet");
	const char *rest = json_str(doc, "totals.rounding");
	struct decimal a, b;
	if (!cash || !rest)
		return E_OK;
	enum errk rc = decimal_parse(cash, &a, e);
	if (rc == E_OK)
		rc = decimal_parse(rest, &b, e);
	if (rc != E_OK || decimal_is_zero(a) || decimal_cmp(a, b) != 0)
		return rc;
	cJSON *totals = cJSON_GetObjectItemCaseSensitive(doc, "totals");
	cJSON_ReplaceItemInObjectCaseSensitive(totals, "cash_rounding", cJSON_CreateString(cash));
	return order_sums(doc, e);
}

enum errk order_document(const struct shopify *s, const cJSON *node, struct arena *a, cJSON **out,
			 struct err *e)
{
	const char *shop = json_str(node, "currencyCode");
	const char *buyer = json_str(node, "presentmentCurrencyCode");
	struct order_reader r = {.node = node, .arena = a};
	r.presentment = s->use_presentment && shop && buyer && strcmp(shop, buyer) != 0;
	const char *tip = "0";
	enum errk rc = order_find_tips(&r, &tip, e);
	if (rc != E_OK)
		return rc;
	CLEANUP(json) cJSON *doc = json_object();
	add_identity(&r, doc);
	add_statuses(&r, doc);
	add_customer(&r, doc);
	add_company(&r, doc);
	add_terms(&r, doc);
	add_address(&r, doc, "billing_address", "billingAddress");
	add_address(&r, doc, "shipping_address", "shippingAddress");
	order_add_lines(&r, doc);
	order_add_shipping_lines(&r, doc);
	add_fees(&r, doc);
	order_add_taxes(&r, doc, json_at(node, "taxLines"));
	add_totals(&r, doc, tip);
	order_add_discounts(&r, doc);
	add_payments(&r, doc);
	add_channel(&r, doc);
	rc = order_sums(doc, e);
	if (rc == E_OK)
		rc = settle_cash_rounding(&r, doc, e);
	if (rc == E_OK)
		*out = TAKE(doc);
	return rc;
}
