#include <ctype.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/decimal.h"
#include "base/json.h"
#include "model/order_sums.h"
#include "connectors/shopify/shopify.h"

/*
 * Amounts are taken "as sold" (without the current… prefix), and what was taken out before it was shipped goes
 * from them (basket.c): refunds are documents of their own. One currency per document: the shop's, or the buyer's if
 * so configured; they are never mixed.
 */

/* Reports and payouts of the shop go by its days. */
const char *order_day(const struct order_reader *r, const char *time)
{
	char day[CLOCK_DAY_SIZE];
	int64_t t;

	return r->zone && time && clock_parse(time, &t, NULL) == E_OK && clock_day(t, r->zone, day)
		       ? arena_strdup(r->arena, day)
		       : NULL;
}

static void add_day(const struct order_reader *r, cJSON *to, const cJSON *from)
{
	const char *time = answer_text_or_null(r->in, from, "processedAt");

	if (!time)
		time = answer_text_or_null(r->in, from, "createdAt");
	json_add_str(to, "processed_on", order_day(r, time));
}

static void add_identity(const struct order_reader *r, cJSON *doc)
{
	const cJSON *n = r->node;
	json_add_str(doc, "kind", "order");
	json_add_str(doc, "source", "shopify");
	order_add_needed(r, doc, "id", n, "id");
	order_add_needed(r, doc, "legacy_id", n, "legacyResourceId");
	order_add_needed(r, doc, "name", n, "name");
	json_add_str(doc, "number",
		     arena_printf(r->arena, "%lld",
				  (long long)answer_int(r->in, n, "number", 0, INT32_MAX)));
	order_add_text(r, doc, "confirmation_number", n, "confirmationNumber");
	order_add_needed(r, doc, "created_at", n, "createdAt");
	order_add_needed(r, doc, "processed_at", n, "processedAt");
	add_day(r, doc, n);
	order_add_needed(r, doc, "updated_at", n, "updatedAt");
	order_add_text(r, doc, "cancelled_at", n, "cancelledAt");
	json_add_str(doc, "cancel_reason",
		     order_lower(r, answer_text_or_null(r->in, n, "cancelReason")));
	order_add_text(r, doc, "closed_at", n, "closedAt");
	order_add_flag(r, doc, "test", n, "test");
	order_add_flag(r, doc, "confirmed", n, "confirmed");
	order_add_flag(r, doc, "edited", n, "edited");
}

static const char *status_or(const struct order_reader *r, const char *path, const char *missing)
{
	const char *text = answer_text_or_null(r->in, r->node, path);
	return text ? order_lower(r, text) : missing;
}

static void add_statuses(const struct order_reader *r, cJSON *doc)
{
	const cJSON *n = r->node;
	const char *shop = answer_id(r->in, n, "currencyCode");
	const char *buyer = answer_id(r->in, n, "presentmentCurrencyCode");
	bool two = strcmp(shop, buyer) != 0;
	json_add_str(doc, "financial_status", status_or(r, "displayFinancialStatus", "unknown"));
	json_add_str(doc, "fulfillment_status",
		     order_lower(r, answer_text(r->in, n, "displayFulfillmentStatus")));
	json_add_str(doc, "return_status", status_or(r, "returnStatus", NULL));
	json_add_str(doc, "currency", r->presentment ? buyer : shop);
	json_add_str(doc, "shop_currency", shop);
	json_add_str(doc, "presentment_currency", buyer);
	order_add_needed(r, doc, "shop_total", n, "totalPriceSet.shopMoney.amount");
	order_add_needed(r, doc, "presentment_total", n,
			 two ? "totalPriceSet.presentmentMoney.amount"
			     : "totalPriceSet.shopMoney.amount");
	order_add_flag(r, doc, "prices_include_tax", n, "taxesIncluded");
	order_add_flag(r, doc, "tax_exempt", n, "taxExempt");
	order_add_flag(r, doc, "taxes_estimated", n, "estimatedTaxes");
	order_add_flag(r, doc, "duties_included", n, "dutiesIncluded");
	json_add_str(doc, "tax_detail", "line");
}

void order_add_head(const struct order_reader *r, cJSON *doc)
{
	add_identity(r, doc);
	add_statuses(r, doc);
}

static void add_texts(const struct order_reader *r, cJSON *to, const char *key, const cJSON *from,
		      const char *path)
{
	cJSON *list = json_add_array(to, key);
	JSON_EACH (text, answer_list(r->in, from, path))
		json_push_str(list, answer_text(r->in, text, ""));
}

static void add_customer(const struct order_reader *r, cJSON *doc)
{
	static const struct order_field fields[] = {
		{"id", "id", ORDER_NEEDED},
		{"legacy_id", "legacyResourceId", ORDER_NEEDED},
		{"first_name", "firstName", ORDER_TEXT},
		{"last_name", "lastName", ORDER_TEXT},
		{"email", "defaultEmailAddress.emailAddress", ORDER_TEXT},
		{"phone", "defaultPhoneNumber.phoneNumber", ORDER_TEXT},
		{"tax_exempt", "taxExempt", ORDER_FLAG},
	};
	const cJSON *from = answer_object_or_null(r->in, r->node, "customer");
	order_add_text(r, doc, "email", r->node, "email");
	order_add_text(r, doc, "phone", r->node, "phone");
	order_add_text(r, doc, "locale", r->node, "customerLocale");
	if (!from)
		return;
	cJSON *to = json_add_object(doc, "customer");
	order_add_fields(r, to, from, fields, sizeof(fields) / sizeof(*fields));
	add_texts(r, to, "tax_exemptions", from, "taxExemptions");
	add_texts(r, to, "tags", from, "tags");
	order_add_metafields(r, METAFIELDS_OF_CUSTOMER, to, from);
}

static void add_company(const struct order_reader *r, cJSON *doc)
{
	const cJSON *from = answer_object_or_null(r->in, r->node, "purchasingEntity");
	const char *type = from ? answer_text(r->in, from, "__typename") : "Customer";
	if (strcmp(type, "PurchasingCompany") != 0) {
		/* Who bought must not be left out because it is of a kind that is not known. */
		if (strcmp(type, "Customer") != 0)
			answer_fault(r->in, "purchasingEntity",
				     "is neither a customer nor a company");
		return;
	}
	const cJSON *location = answer_object_or_null(r->in, from, "location");
	cJSON *to = json_add_object(doc, "company");
	order_add_needed(r, to, "id", from, "company.id");
	order_add_needed(r, to, "name", from, "company.name");
	order_add_text(r, to, "external_id", from, "company.externalId");
	order_add_text(r, to, "contact_id", from, "contact.id");
	if (!location)
		return;
	to = json_add_object(to, "location");
	order_add_needed(r, to, "id", location, "id");
	order_add_needed(r, to, "name", location, "name");
	order_add_text(r, to, "external_id", location, "externalId");
	order_add_text(r, to, "tax_id", location, "taxSettings.taxRegistrationId");
	order_add_flag(r, to, "tax_exempt", location, "taxSettings.taxExempt");
}

static void add_terms(const struct order_reader *r, cJSON *doc)
{
	/* Left out where the app may not see it. */
	const cJSON *from = json_at(r->node, "paymentTerms");
	order_add_text(r, doc, "po_number", r->node, "poNumber");
	if (!from)
		return;
	const char *due = NULL;
	JSON_EACH (schedule, answer_nodes(r->in, from, "paymentSchedules.nodes", ENTRIES_MAX)) {
		const char *at = answer_text_or_null(r->in, schedule, "dueAt");
		if (!answer_text_or_null(r->in, schedule, "completedAt") && at)
			due = at;
	}
	cJSON *to = json_add_object(doc, "payment_terms");
	order_add_needed(r, to, "name", from, "paymentTermsName");
	json_add_str(to, "type", order_lower(r, answer_text(r->in, from, "paymentTermsType")));
	if (json_at(from, "dueInDays"))
		order_add_count(r, to, "due_in_days", from, "dueInDays");
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
	const cJSON *from = answer_object_or_null(r->in, r->node, path);
	if (!from)
		return;
	cJSON *to = json_add_object(doc, key);
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		order_add_text(r, to, fields[i][0], from, fields[i][1]);
}

void order_add_payments(const struct order_reader *r, cJSON *doc)
{
	cJSON *list = json_add_array(doc, "transactions");
	JSON_EACH (from, answer_nodes(r->in, r->node, "transactions", ENTRIES_MAX)) {
		cJSON *to = json_object();
		order_add_needed(r, to, "id", from, "id");
		json_add_str(to, "kind", order_lower(r, answer_text(r->in, from, "kind")));
		json_add_str(to, "status", order_lower(r, answer_text(r->in, from, "status")));
		order_add_text(r, to, "gateway", from, "gateway");
		order_add_text(r, to, "payment_id", from, "paymentId");
		order_add_flag(r, to, "test", from, "test");
		order_add_needed(r, to, "created_at", from, "createdAt");
		order_add_text(r, to, "processed_at", from, "processedAt");
		add_day(r, to, from);
		json_add_str(to, "amount", order_amount(r, from, "amountSet"));
		order_add_text(r, to, "parent_id", from, "parentTransaction.id");
		json_push(list, to);
	}
	list = json_add_array(doc, "refunds");
	JSON_EACH (from, answer_nodes(r->in, r->node, "refunds", ENTRIES_MAX)) {
		cJSON *to = json_object();
		order_add_needed(r, to, "id", from, "id");
		order_add_text(r, to, "created_at", from, "createdAt");
		json_add_str(to, "amount", order_amount(r, from, "totalRefundedSet"));
		json_push(list, to);
	}
}

static void add_fees(const struct order_reader *r, cJSON *doc)
{
	cJSON *list = json_add_array(doc, "fees");
	JSON_EACH (from, answer_nodes(r->in, r->node, "additionalFees", ENTRIES_MAX)) {
		cJSON *to = json_object();
		order_add_needed(r, to, "id", from, "id");
		order_add_needed(r, to, "name", from, "name");
		json_add_str(to, "amount", order_amount(r, from, "price"));
		order_add_taxes(r, to, from);
		json_push(list, to);
	}
}

static void add_channel(const struct order_reader *r, cJSON *doc)
{
	const cJSON *n = r->node;
	add_texts(r, doc, "payment_gateways", n, "paymentGatewayNames");
	order_add_text(r, doc, "note", n, "note");
	order_add_attributes(r, doc, n);
	add_texts(r, doc, "tags", n, "tags");
	order_add_metafields(r, METAFIELDS_OF_ORDER, doc, n);
	cJSON *channel = json_add_object(doc, "channel");
	order_add_text(r, channel, "source", n, "sourceName");
	order_add_text(r, channel, "app_id", n, "app.id");
	order_add_text(r, channel, "app_name", n, "app.name");
	order_add_text(r, channel, "source_identifier", n, "sourceIdentifier");
	order_add_text(r, channel, "url", n, "registeredSourceUrl");
	if (json_at(n, "retailLocation")) {
		cJSON *location = json_add_object(doc, "location");
		order_add_text(r, location, "id", n, "retailLocation.id");
		order_add_text(r, location, "name", n, "retailLocation.name");
	}
}

void order_add_totals(const struct order_reader *r, cJSON *doc, const char *tip)
{
	cJSON *totals = json_add_object(doc, "totals");
	json_add_str(totals, "tip", tip);
	json_add_str(totals, "cash_rounding", "0");
	json_add_str(totals, "total", order_amount(r, r->node, "totalPriceSet"));
	json_add_str(totals, "sold_total", order_amount(r, r->node, "totalPriceSet"));
	json_add_str(totals, "current_total", order_amount(r, r->node, "currentTotalPriceSet"));
	json_add_str(totals, "paid", order_amount(r, r->node, "totalReceivedSet"));
	json_add_str(totals, "refunded", order_amount(r, r->node, "totalRefundedSet"));
	json_add_str(totals, "outstanding", order_amount(r, r->node, "totalOutstandingSet"));
}

/*
 * Whether the total contains the rounding of a cash payment is not documented: it is taken as a
 * part of the total exactly when the other parts leave just that amount.
 */
static enum errk add_cash_rounding(const struct order_reader *r, cJSON *doc, struct err *e)
{
	const char *cash = order_amount(r, r->node, "totalCashRoundingAdjustment.paymentSet");
	const char *rest = json_str(doc, "totals.rounding");
	struct decimal a, b;
	enum errk rc = answer_end(r->in, e);
	if (rc != E_OK || !rest)
		return rc;
	rc = decimal_parse(cash, &a, e);
	if (rc == E_OK)
		rc = decimal_parse(rest, &b, e);
	if (rc != E_OK || decimal_is_zero(a) || decimal_cmp(a, b) != 0)
		return rc;
	cJSON *totals = cJSON_GetObjectItemCaseSensitive(doc, "totals");
	cJSON_ReplaceItemInObjectCaseSensitive(totals, "cash_rounding", cJSON_CreateString(cash));
	return order_sums(doc, e);
}

/* Of one order, and of no other: what is amiss in it is its own. */
struct order_reader order_reader_of(const struct shopify *s, const cJSON *node, struct arena *a,
				    struct answer *in)
{
	*in = answer_of(E_RECORD, "the order as Shopify shows it");
	in->whole = true;
	const char *shop = answer_id(in, node, "currencyCode");
	const char *buyer = answer_id(in, node, "presentmentCurrencyCode");
	return (struct order_reader){
		.node = node,
		.presentment = s->use_presentment && strcmp(shop, buyer) != 0,
		.arena = a,
		.in = in,
		.zone = s->zone,
	};
}

enum errk order_document(const struct shopify *s, const cJSON *node, struct arena *a, cJSON **out,
			 struct err *e)
{
	struct answer in;
	struct order_reader r = order_reader_of(s, node, a, &in);
	r.metafields = s->metafields;
	const char *tip = "0";
	enum errk rc = order_find_tips(&r, &tip, e);
	if (rc != E_OK)
		return rc;
	CLEANUP(json) cJSON *doc = json_object();
	order_add_head(&r, doc);
	add_customer(&r, doc);
	add_company(&r, doc);
	add_terms(&r, doc);
	add_address(&r, doc, "billing_address", "billingAddress");
	add_address(&r, doc, "shipping_address", "shippingAddress");
	order_add_lines(&r, doc);
	order_add_fulfillments(&r, doc);
	order_add_shipping_lines(&r, doc);
	add_fees(&r, doc);
	order_add_taxes(&r, doc, node);
	order_add_totals(&r, doc, tip);
	order_add_discounts(&r, doc);
	order_add_payments(&r, doc);
	add_channel(&r, doc);
	json_add_array(doc, "agreements");
	rc = order_take_out(&r, doc, e);
	if (rc == E_OK)
		rc = answer_end(&in, e);
	if (rc == E_OK)
		rc = order_sums(doc, e);
	if (rc == E_OK)
		rc = add_cash_rounding(&r, doc, e);
	if (rc == E_OK)
		*out = TAKE(doc);
	return rc;
}
