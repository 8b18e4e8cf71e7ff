#include <string.h>

#include "base/decimal.h"
#include "base/json.h"
#include "base/str.h"
#include "connectors/shopify/shopify_priv.h"

void order_add_taxes(const struct order_reader *r, cJSON *to, const cJSON *lines)
{
	cJSON *list = json_add_array(to, "taxes");
	const cJSON *from;
	cJSON_ArrayForEach (from, lines) {
		cJSON *tax = json_object();
		order_add_text(tax, "title", from, "title");
		json_add_str(tax, "rate", json_number_text(from, "rate", r->arena));
		json_add_str(tax, "amount", order_amount(r, from, "priceSet"));
		json_add_bool(tax, "channel_liable", json_bool(from, "channelLiable", false));
		json_push(list, tax);
	}
}

static const cJSON *application(const struct order_reader *r, int64_t index)
{
	const cJSON *app;
	cJSON_ArrayForEach (app, json_at(r->node, "discountApplications.nodes"))
		if (json_int(app, "index", -1) == index)
			return app;
	return NULL;
}

static const char *discount_scope(const cJSON *app)
{
	const char *type = json_str(app, "targetType"),
		   *selection = json_str(app, "targetSelection");
	if (type && strcmp(type, "SHIPPING_LINE") == 0)
		return "shipping";
	return selection && strcmp(selection, "ALL") == 0 ? "order" : "line";
}

/* Every share of a discount that falls on a line, order-level ones included. */
static void add_allocations(const struct order_reader *r, cJSON *to, const cJSON *from)
{
	cJSON *list = json_add_array(to, "discounts");
	const cJSON *allocation;
	cJSON_ArrayForEach (allocation, json_at(from, "discountAllocations")) {
		cJSON *share = json_object();
		const cJSON *app = application(r, json_int(allocation, "discountApplication.index",
							   -1));
		json_add_str(share, "amount", order_amount(r, allocation, "allocatedAmountSet"));
		order_add_text(share, "code", app, "code");
		order_add_text(share, "title", app, "title");
		json_add_str(share, "scope", app ? discount_scope(app) : NULL);
		json_push(list, share);
	}
}

void order_add_discounts(const struct order_reader *r, cJSON *doc)
{
	static const char *const kinds[][2] = {{"DiscountCodeApplication", "code"},
					       {"AutomaticDiscountApplication", "automatic"},
					       {"ManualDiscountApplication", "manual"},
					       {"ScriptDiscountApplication", "script"}};
	cJSON *list = json_add_array(doc, "discounts");
	const cJSON *app;
	cJSON_ArrayForEach (app, json_at(r->node, "discountApplications.nodes")) {
		cJSON *to = json_object();
		const char *type = json_str(app, "__typename"), *kind = "other";
		for (size_t i = 0; type && i < 4; i++)
			if (strcmp(type, kinds[i][0]) == 0)
				kind = kinds[i][1];
		bool percent = json_at(app, "value.percentage") != NULL;
		json_add_str(to, "kind", kind);
		order_add_text(to, "code", app, "code");
		order_add_text(to, "title", app, "title");
		json_add_str(to, "value",
			     json_number_text(app, percent ? "value.percentage" : "value.amount",
					      r->arena));
		json_add_str(to, "value_type", percent ? "percentage" : "amount");
		json_add_str(to, "scope", discount_scope(app));
		json_push(list, to);
	}
}

/*
 * A tip is a line without product, variant, SKU and shipping; no field marks it, and its title is
 * in the buyer's language. Such lines are tips when together they are the tip that was received.
 */
static bool may_be_tip(const cJSON *line)
{
	return !json_at(line, "product") && !json_at(line, "variant") &&
	       str_blank(json_str(line, "sku")) && !json_bool(line, "requiresShipping", true) &&
	       !json_bool(line, "isGiftCard", false);
}

static enum errk line_gross(const struct order_reader *r, const cJSON *line, struct decimal *out,
			    struct err *e)
{
	const char *price = order_amount(r, line, "originalUnitPriceSet");
	struct decimal unit;
	enum errk rc = decimal_parse(price ? price : "0", &unit, e);
	return rc == E_OK ? decimal_mul_int(unit, json_int(line, "quantity", 0), out, e) : rc;
}

/* Finds tip lines whose sum does not pass the tip; the rest of the tip stands on no line. */
enum errk order_find_tips(struct order_reader *r, const char **rest, struct err *e)
{
	const char *text = order_amount(r, r->node, "totalTipReceivedSet");
	struct decimal tip, gross;
	enum errk rc = decimal_parse(text ? text : "0", &tip, e);
	if (rc != E_OK || decimal_is_zero(tip))
		return rc;
	const cJSON *line;
	cJSON_ArrayForEach (line, json_at(r->node, "lineItems.nodes")) {
		if (r->n_tip == sizeof(r->tip) / sizeof(*r->tip) || !may_be_tip(line))
			continue;
		rc = line_gross(r, line, &gross, e);
		if (rc != E_OK)
			return rc;
		if (decimal_cmp(gross, DECIMAL_ZERO) <= 0 || decimal_cmp(gross, tip) > 0)
			continue;
		r->tip[r->n_tip++] = line;
		rc = decimal_sub(tip, gross, &tip, e);
		if (rc != E_OK)
			return rc;
	}
	char left[DECIMAL_TEXT_MAX];
	*rest = arena_strdup(r->arena, decimal_text(tip, left));
	return E_OK;
}

static const char *line_kind(const struct order_reader *r, const cJSON *line)
{
	for (size_t i = 0; i < r->n_tip; i++)
		if (r->tip[i] == line)
			return "tip";
	if (json_bool(line, "isGiftCard", false))
		return "gift_card";
	bool gone = !json_at(line, "product") && !json_at(line, "variant");
	return gone && str_blank(json_str(line, "sku")) ? "custom" : "product";
}

static void add_duties(const struct order_reader *r, cJSON *to, const cJSON *line)
{
	cJSON *list = json_add_array(to, "duties");
	const cJSON *from;
	cJSON_ArrayForEach (from, json_at(line, "duties")) {
		cJSON *duty = json_object();
		order_add_text(duty, "id", from, "id");
		json_add_str(duty, "amount", order_amount(r, from, "price"));
		order_add_text(duty, "hs_code", from, "harmonizedSystemCode");
		order_add_text(duty, "origin_country", from, "countryCodeOfOrigin");
		order_add_taxes(r, duty, json_at(from, "taxLines"));
		json_push(list, duty);
	}
}

static void add_bundle(cJSON *to, const cJSON *line)
{
	const cJSON *group = json_at(line, "lineItemGroup");
	if (!group)
		return;
	cJSON *bundle = json_add_object(to, "bundle");
	order_add_text(bundle, "id", group, "id");
	order_add_text(bundle, "title", group, "title");
	json_add_int(bundle, "quantity", json_int(group, "quantity", 1));
	order_add_text(bundle, "sku", group, "variantSku");
	order_add_text(bundle, "variant_id", group, "variantId");
}

static cJSON *line_document(const struct order_reader *r, const cJSON *from)
{
	cJSON *to = json_object();
	const char *sku = json_str(from, "sku");
	order_add_text(to, "id", from, "id");
	json_add_str(to, "kind", line_kind(r, from));
	json_add_str(to, "sku", str_blank(sku) ? NULL : sku);
	order_add_text(to, "barcode", from, "variant.barcode");
	order_add_text(to, "title", from, "title");
	order_add_text(to, "variant_title", from, "variantTitle");
	order_add_text(to, "vendor", from, "vendor");
	order_add_text(to, "product_id", from, "product.id");
	order_add_text(to, "variant_id", from, "variant.id");
	order_add_text(to, "inventory_item_id", from, "variant.inventoryItem.id");
	json_add_int(to, "quantity", json_int(from, "quantity", 0));
	json_add_int(to, "current_quantity", json_int(from, "currentQuantity", 0));
	json_add_int(to, "unfulfilled_quantity", json_int(from, "unfulfilledQuantity", 0));
	json_add_str(to, "unit_price", order_amount(r, from, "originalUnitPriceSet"));
	add_allocations(r, to, from);
	order_add_taxes(r, to, json_at(from, "taxLines"));
	add_duties(r, to, from);
	json_add_bool(to, "requires_shipping", json_bool(from, "requiresShipping", false));
	json_add_bool(to, "taxable", json_bool(from, "taxable", false));
	add_bundle(to, from);
	order_add_text(to, "selling_plan", from, "sellingPlan.name");
	order_add_attributes(to, from);
	return to;
}

void order_add_lines(const struct order_reader *r, cJSON *doc)
{
	cJSON *list = json_add_array(doc, "lines");
	const cJSON *from;
	cJSON_ArrayForEach (from, json_at(r->node, "lineItems.nodes"))
		json_push(list, line_document(r, from));
}

void order_add_shipping_lines(const struct order_reader *r, cJSON *doc)
{
	cJSON *list = json_add_array(doc, "shipping_lines");
	const cJSON *from;
	cJSON_ArrayForEach (from, json_at(r->node, "shippingLines.nodes")) {
		if (json_bool(from, "isRemoved", false))
			continue;
		cJSON *to = json_object();
		order_add_text(to, "id", from, "id");
		order_add_text(to, "title", from, "title");
		order_add_text(to, "code", from, "code");
		order_add_text(to, "source", from, "source");
		order_add_text(to, "carrier", from, "carrierIdentifier");
		json_add_str(to, "price", order_amount(r, from, "originalPriceSet"));
		add_allocations(r, to, from);
		order_add_taxes(r, to, json_at(from, "taxLines"));
		json_push(list, to);
	}
}
