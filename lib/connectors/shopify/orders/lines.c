#include <string.h>

#include "base/decimal.h"
#include "base/json.h"
#include "base/str.h"
#include "connectors/shopify/shopify.h"

/* A rate or percentage; where: its path in the order. */
static const char *number_or_null(const struct order_reader *r, const cJSON *from, const char *path,
				  const char *where)
{
	const cJSON *item = json_at(from, path);
	const char *text = json_number_text(from, path, r->arena);
	if (!item || cJSON_IsNull(item))
		return NULL;
	if (text)
		order_check_number(r, where, text);
	else
		answer_fault(r->in, where, "is no number");
	return text;
}

void order_add_tax_head(const struct order_reader *r, cJSON *to, const cJSON *from)
{
	order_add_needed(r, to, "title", from, "title");
	json_add_str(to, "rate", number_or_null(r, from, "rate", "taxLines.rate"));
	/* The only flag that may be null. */
	json_add_bool(to, "channel_liable",
		      json_at(from, "channelLiable") && answer_bool(r->in, from, "channelLiable"));
}

void order_add_taxes(const struct order_reader *r, cJSON *to, const cJSON *of)
{
	cJSON *list = json_add_array(to, "taxes");
	JSON_EACH (from, answer_nodes(r->in, of, "taxLines", ENTRIES_MAX)) {
		cJSON *tax = json_object();
		order_add_tax_head(r, tax, from);
		json_add_str(tax, "amount", order_amount(r, from, "priceSet"));
		json_push(list, tax);
	}
}

static const cJSON *application(const struct order_reader *r, int64_t index)
{
	JSON_EACH (app, json_at(r->node, "discountApplications.nodes"))
		if (answer_int(r->in, app, "index", 0, INT32_MAX) == index)
			return app;
	answer_fault(r->in, "discountApplications", "lacks number %lld, which a line names",
		     (long long)index);
	return NULL;
}

static const char *discount_scope(const struct order_reader *r, const cJSON *app)
{
	if (strcmp(answer_text(r->in, app, "targetType"), "SHIPPING_LINE") == 0)
		return "shipping";
	return strcmp(answer_text(r->in, app, "targetSelection"), "ALL") == 0 ? "order" : "line";
}

/* Each kind of discount has one or the other. */
static void add_name(cJSON *to, const cJSON *app)
{
	json_add_str(to, "code", json_str(app, "code"));
	json_add_str(to, "title", json_str(app, "title"));
}

/* Every share of a discount that falls on a line, order-level ones included. */
static void add_allocations(const struct order_reader *r, cJSON *to, const cJSON *from)
{
	cJSON *list = json_add_array(to, "discounts");
	JSON_EACH (allocation, answer_nodes(r->in, from, "discountAllocations", ENTRIES_MAX)) {
		cJSON *share = json_object();
		const cJSON *app = application(r, answer_int(r->in, allocation,
							     "discountApplication.index", 0,
							     INT32_MAX));
		json_add_str(share, "amount", order_amount(r, allocation, "allocatedAmountSet"));
		add_name(share, app);
		json_add_str(share, "scope", discount_scope(r, app));
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
	JSON_EACH (app, answer_nodes(r->in, r->node, "discountApplications.nodes", PAGE_MAX)) {
		cJSON *to = json_object();
		const char *type = answer_text(r->in, app, "__typename"), *kind = "other";
		for (size_t i = 0; i < 4; i++)
			if (strcmp(type, kinds[i][0]) == 0)
				kind = kinds[i][1];
		bool percent = json_at(app, "value.percentage") != NULL;
		json_add_str(to, "kind", kind);
		add_name(to, app);
		json_add_str(to, "value",
			     percent ? number_or_null(r, app, "value.percentage",
						      "discountApplications.value.percentage")
				     : number_or_null(r, app, "value.amount",
						      "discountApplications.value.amount"));
		json_add_str(to, "value_type", percent ? "percentage" : "amount");
		json_add_str(to, "scope", discount_scope(r, app));
		json_push(list, to);
	}
}

/*
 * A tip is a line without product, variant, SKU and shipping; no field marks it, and its title is
 * in the buyer's language. Such lines are tips when together they are the tip that was received.
 */
static bool may_be_tip(const struct order_reader *r, const cJSON *line)
{
	return !answer_object_or_null(r->in, line, "product") &&
	       !answer_object_or_null(r->in, line, "variant") &&
	       str_blank(answer_text_or_null(r->in, line, "sku")) &&
	       !answer_bool(r->in, line, "requiresShipping") &&
	       !answer_bool(r->in, line, "isGiftCard");
}

static enum errk line_gross(const struct order_reader *r, const cJSON *line, struct decimal *out,
			    struct err *e)
{
	const char *price = order_amount(r, line, "originalUnitPriceSet");
	int64_t quantity = answer_int(r->in, line, "quantity", 0, INT32_MAX);
	struct decimal unit;
	enum errk rc = answer_end(r->in, e);
	if (rc == E_OK)
		rc = decimal_parse(price, &unit, e);
	if (rc == E_OK && decimal_mul_int(unit, quantity, out, e) != E_OK)
		rc = err_wrap(e, "%s: originalUnitPriceSet * quantity", r->in->what);
	return rc;
}

/* Finds tip lines whose sum does not pass the tip; the rest of the tip stands on no line. */
enum errk order_find_tips(struct order_reader *r, const char **rest, struct err *e)
{
	const char *text = order_amount(r, r->node, "totalTipReceivedSet");
	struct decimal tip, gross;
	enum errk rc = answer_end(r->in, e);
	if (rc == E_OK)
		rc = decimal_parse(text, &tip, e);
	if (rc != E_OK || decimal_is_zero(tip))
		return rc;
	size_t n = 0;
	JSON_EACH (line, answer_nodes(r->in, r->node, "lineItems.nodes", ENTRIES_MAX)) {
		n++;
		if (r->n_tip == sizeof(r->tip) / sizeof(*r->tip) || !may_be_tip(r, line))
			continue;
		const char *order = order_line_begins(r, "line", n);
		rc = line_gross(r, line, &gross, e);
		r->in->what = order;
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
	if (answer_bool(r->in, line, "isGiftCard"))
		return "gift_card";
	bool gone = !answer_object_or_null(r->in, line, "product") &&
		    !answer_object_or_null(r->in, line, "variant");
	return gone && str_blank(answer_text_or_null(r->in, line, "sku")) ? "custom" : "product";
}

static void add_duties(const struct order_reader *r, cJSON *to, const cJSON *line)
{
	cJSON *list = json_add_array(to, "duties");
	JSON_EACH (from, answer_nodes(r->in, line, "duties", ENTRIES_MAX)) {
		cJSON *duty = json_object();
		order_add_needed(r, duty, "id", from, "id");
		json_add_str(duty, "amount", order_amount(r, from, "price"));
		order_add_text(r, duty, "hs_code", from, "harmonizedSystemCode");
		order_add_text(r, duty, "origin_country", from, "countryCodeOfOrigin");
		order_add_taxes(r, duty, from);
		json_push(list, duty);
	}
}

static void add_bundle(const struct order_reader *r, cJSON *to, const cJSON *line)
{
	const cJSON *group = answer_object_or_null(r->in, line, "lineItemGroup");
	if (!group)
		return;
	cJSON *bundle = json_add_object(to, "bundle");
	order_add_needed(r, bundle, "id", group, "id");
	order_add_needed(r, bundle, "title", group, "title");
	order_add_count(r, bundle, "quantity", group, "quantity");
	order_add_text(r, bundle, "sku", group, "variantSku");
	order_add_text(r, bundle, "variant_id", group, "variantId");
}

static cJSON *line_document(const struct order_reader *r, const cJSON *from)
{
	static const struct order_field fields[] = {
		{"barcode", "variant.barcode", ORDER_TEXT},
		{"title", "title", ORDER_NEEDED},
		{"variant_title", "variantTitle", ORDER_TEXT},
		{"vendor", "vendor", ORDER_TEXT},
		{"product_id", "product.id", ORDER_TEXT},
		{"variant_id", "variant.id", ORDER_TEXT},
		{"inventory_item_id", "variant.inventoryItem.id", ORDER_TEXT},
		{"quantity", "quantity", ORDER_COUNT},
		{"sold_quantity", "quantity", ORDER_COUNT},
		{"current_quantity", "currentQuantity", ORDER_COUNT},
		{"unfulfilled_quantity", "unfulfilledQuantity", ORDER_COUNT},
	};
	cJSON *to = json_object();
	const char *sku = answer_text_or_null(r->in, from, "sku");
	order_add_needed(r, to, "id", from, "id");
	json_add_str(to, "kind", line_kind(r, from));
	json_add_str(to, "sku", str_blank(sku) ? NULL : sku);
	order_add_fields(r, to, from, fields, sizeof(fields) / sizeof(*fields));
	json_add_int(to, "removed_quantity", 0);
	json_add_str(to, "unit_price", order_amount(r, from, "originalUnitPriceSet"));
	add_allocations(r, to, from);
	order_add_taxes(r, to, from);
	add_duties(r, to, from);
	order_add_flag(r, to, "requires_shipping", from, "requiresShipping");
	order_add_flag(r, to, "taxable", from, "taxable");
	add_bundle(r, to, from);
	order_add_text(r, to, "selling_plan", from, "sellingPlan.name");
	order_add_attributes(r, to, from);
	/* A line has none of its own: they are those of the article, as it is now. */
	order_add_metafields(r, METAFIELDS_OF_VARIANT, to,
			     answer_object_or_null(r->in, from, "variant"));
	order_add_metafields(r, METAFIELDS_OF_PRODUCT, to,
			     answer_object_or_null(r->in, from, "product"));
	return to;
}

void order_add_lines(const struct order_reader *r, cJSON *doc)
{
	cJSON *list = json_add_array(doc, "lines");
	size_t n = 0;
	JSON_EACH (from, answer_nodes(r->in, r->node, "lineItems.nodes", ENTRIES_MAX)) {
		const char *order = order_line_begins(r, "line", ++n);
		json_push(list, line_document(r, from));
		r->in->what = order;
	}
}

void order_add_shipping_lines(const struct order_reader *r, cJSON *doc)
{
	cJSON *list = json_add_array(doc, "shipping_lines");
	size_t n = 0;
	JSON_EACH (from, answer_nodes(r->in, r->node, "shippingLines.nodes", PAGE_MAX)) {
		if (answer_bool(r->in, from, "isRemoved"))
			continue;
		const char *order = order_line_begins(r, "shipping line", ++n);
		cJSON *to = json_object();
		order_add_text(r, to, "id", from, "id");
		order_add_needed(r, to, "title", from, "title");
		order_add_text(r, to, "code", from, "code");
		order_add_text(r, to, "source", from, "source");
		order_add_text(r, to, "carrier", from, "carrierIdentifier");
		json_add_str(to, "price", order_amount(r, from, "originalPriceSet"));
		add_allocations(r, to, from);
		order_add_taxes(r, to, from);
		json_push(list, to);
		r->in->what = order;
	}
}
