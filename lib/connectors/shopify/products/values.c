#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/json.h"
#include "base/str.h"
#include "connectors/shopify/products/products.h"

/* Fields that are a text at both ends: their names in the shop's answers and inputs. */
static const char *const names[FIELD_COUNT_] = {
	[FIELD_TITLE] = "title",   [FIELD_DESCRIPTION] = "descriptionHtml",
	[FIELD_VENDOR] = "vendor", [FIELD_TYPE] = "productType",
	[FIELD_TAGS] = "tags",
};

static const char *text_or_none(struct answer *in, const cJSON *node, const char *path,
				struct arena *a)
{
	const char *text = answer_text_or_null(in, node, path);
	return text ? arena_strdup(a, text) : "";
}

static const char *amount(struct answer *in, const char *text, const char *path, struct arena *a)
{
	struct decimal d;
	if (text && answer_ok(in) && decimal_parse(text, &d, NULL) != E_OK)
		answer_fault(in, path, "is no amount");
	return product_decimal_text(text, a);
}

void product_take_values(struct answer *in, const cJSON *node, struct product_values *out,
			 struct arena *a)
{
	const cJSON *tags = answer_list(in, node, "tags");
	for (int f = 0; f < FIELD_VARIANT_FIRST; f++)
		if (names[f] && f != FIELD_TAGS)
			out->text[f] = arena_strdup(a, answer_text(in, node, names[f]));
	JSON_EACH (tag, tags)
		answer_text(in, tag, "");
	out->text[FIELD_TAGS] = product_tags_text(tags, a);
}

/* Kilograms; another unit than a metric one is another text than any of the ERP's. */
static const char *weight_text(struct answer *in, const cJSON *weight, struct arena *a)
{
	char buf[DECIMAL_TEXT_MAX];
	const char *unit, *value;
	struct decimal d;
	if (!weight)
		return "";
	unit = answer_text(in, weight, "unit");
	value = json_number_text(weight, "value", a);
	if (!cJSON_IsNumber(json_at(weight, "value")) || !value)
		answer_fault(in, "measurement.weight.value", "is no number");
	if (!answer_ok(in))
		return "";
	if (decimal_parse(value, &d, NULL) != E_OK)
		return value;
	if (decimal_is_zero(d))
		return "0";
	if (str_equal(unit, "GRAMS") && d.scale <= 6)
		d.scale += 3;
	else if (!str_equal(unit, "KILOGRAMS"))
		return arena_printf(a, "%s %s", value, unit);
	return arena_strdup(a, decimal_text_short(d, buf));
}

void product_take_variant_values(struct answer *in, const cJSON *node, struct product_values *out,
				 struct arena *a)
{
	const cJSON *item = answer_object(in, node, "inventoryItem");
	const cJSON *measurement = answer_object(in, item, "measurement");
	const cJSON *cost = answer_object_or_null(in, item, "unitCost");
	out->text[FIELD_SKU] = text_or_none(in, node, "sku", a);
	out->text[FIELD_BARCODE] = text_or_none(in, node, "barcode", a);
	out->text[FIELD_PRICE] = amount(in, answer_text(in, node, "price"), "price", a);
	out->text[FIELD_COMPARE_AT_PRICE] =
		amount(in, answer_text_or_null(in, node, "compareAtPrice"), "compareAtPrice", a);
	out->text[FIELD_COST] =
		cost ? amount(in, answer_text(in, cost, "amount"), "unitCost.amount", a) : "";
	out->text[FIELD_WEIGHT] = weight_text(in, answer_object_or_null(in, measurement, "weight"),
					      a);
	out->text[FIELD_TRACKED] = answer_bool(in, item, "tracked") ? "true" : "false";
	out->text[FIELD_REQUIRES_SHIPPING] = answer_bool(in, item, "requiresShipping") ? "true"
										       : "false";
}

static void add_tags(cJSON *input, const char *text)
{
	cJSON *list = json_add_array(input, "tags");
	while (*text) {
		size_t len = strcspn(text, ",");
		char *tag = strndup(text, len);
		if (!tag)
			die(70, "out of memory");
		json_push_str(list, tag);
		free(tag);
		text += len + strspn(text + len, ", ");
	}
}

void product_add_field(cJSON *input, enum product_field f, const char *text)
{
	if (f == FIELD_TAGS)
		add_tags(input, text);
	else if (names[f])
		json_add_str(input, names[f], text);
}

enum product_field product_field_of(const cJSON *error)
{
	JSON_EACH (part, json_at(error, "field"))
		for (int f = 0; f < FIELD_VARIANT_FIRST; f++)
			if (names[f] && cJSON_IsString(part) &&
			    strcmp(part->valuestring, names[f]) == 0)
				return (enum product_field)f;
	return FIELD_COUNT_;
}

static cJSON *member(cJSON *input, const char *name)
{
	cJSON *found = cJSON_GetObjectItemCaseSensitive(input, name);
	return found ? found : json_add_object(input, name);
}

/* A number as it is written: it never passes through a double here. */
static void add_weight(cJSON *item, const char *text)
{
	cJSON *weight = json_add_object(member(item, "measurement"), "weight");
	json_add(weight, "value", cJSON_CreateRaw(text));
	json_add_str(weight, "unit", "KILOGRAMS");
}

void product_add_variant_field(cJSON *input, enum product_field f, const char *text)
{
	const char *or_null = *text ? text : NULL;
	switch (f) {
	case FIELD_SKU:
		json_add_str(member(input, "inventoryItem"), "sku", text);
		break;
	case FIELD_BARCODE:
		json_add_str(input, "barcode", or_null);
		break;
	case FIELD_PRICE:
		json_add_str(input, "price", text);
		break;
	case FIELD_COMPARE_AT_PRICE:
		json_add_str(input, "compareAtPrice", or_null);
		break;
	case FIELD_COST:
		json_add_str(member(input, "inventoryItem"), "cost", or_null);
		break;
	case FIELD_WEIGHT:
		add_weight(member(input, "inventoryItem"), text);
		break;
	case FIELD_TRACKED:
		json_add_bool(member(input, "inventoryItem"), "tracked", strcmp(text, "true") == 0);
		break;
	case FIELD_REQUIRES_SHIPPING:
		json_add_bool(member(input, "inventoryItem"), "requiresShipping",
			      strcmp(text, "true") == 0);
		break;
	case FIELD_TITLE:
	case FIELD_DESCRIPTION:
	case FIELD_VENDOR:
	case FIELD_TYPE:
	case FIELD_TAGS:
	case FIELD_STATUS:
	case FIELD_IMAGES:
	case FIELD_COUNT_:
		BUG("'%s' is no field of a variant", product_field_name(f));
	}
}
