#include "model/product_item.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/decimal.h"
#include "base/json.h"
#include "base/str.h"
#include "model/product_baseline.h"

/*
 * What mappings/<store>/product.jq makes: {"code", "status", "currency", "prices_include_tax",
 * "title", "description", "vendor", "type", "tags", "options": ["Size"], "variants": [{"id",
 * "status", "sku", "options": [{"name", "value"}], "barcode", "price", "compare_at_price", "cost",
 * "weight_kg", "tracked", "requires_shipping"}]}. A member that is not there is not told; null says
 * that there is none.
 */

static const char *const keys[FIELD_COUNT_] = {
	[FIELD_TITLE] = "title",
	[FIELD_DESCRIPTION] = "description",
	[FIELD_VENDOR] = "vendor",
	[FIELD_TYPE] = "type",
	[FIELD_TAGS] = "tags",
	[FIELD_SKU] = "sku",
	[FIELD_BARCODE] = "barcode",
	[FIELD_PRICE] = "price",
	[FIELD_COMPARE_AT_PRICE] = "compare_at_price",
	[FIELD_COST] = "cost",
	[FIELD_WEIGHT] = "weight_kg",
	[FIELD_TRACKED] = "tracked",
	[FIELD_REQUIRES_SHIPPING] = "requires_shipping",
};

void product_refuse(struct product_item *item, const char *code, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	err_vset(&item->put->err, E_RECORD, code, fmt, args);
	va_end(args);
}

void product_refuse_part(const char **texts, struct arena *a, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	const char *text = arena_vprintf(a, fmt, args);
	va_end(args);
	/* A further round may find the same again; and the first ones are enough to act on. */
	if (*texts && strstr(*texts, text))
		return;
	if (!*texts)
		*texts = text;
	else if (strlen(*texts) + strlen(text) < ERR_MSG_MAX / 2)
		*texts = arena_printf(a, "%s; %s", *texts, text);
}

/* Without one of these a product can't be: that the ERP has none says nothing. */
static bool must_be(enum product_field f)
{
	return f == FIELD_TITLE || f == FIELD_VENDOR || f == FIELD_PRICE || f == FIELD_WEIGHT ||
	       f == FIELD_TRACKED || f == FIELD_REQUIRES_SHIPPING;
}

bool product_is_clearable(const char *key)
{
	for (int f = 0; f < FIELD_COUNT_; f++)
		if (keys[f] && strcmp(keys[f], key) == 0)
			return !must_be((enum product_field)f);
	return true;
}

static bool is_amount(enum product_field f)
{
	return f == FIELD_PRICE || f == FIELD_COMPARE_AT_PRICE || f == FIELD_COST ||
	       f == FIELD_WEIGHT;
}

static enum errk read_value(const cJSON *doc, enum product_field f, struct arena *a,
			    const char **out, struct err *e)
{
	const cJSON *value = cJSON_GetObjectItemCaseSensitive(doc, keys[f]);
	struct decimal d;
	const char *text = "";
	if (!value)
		return E_OK;
	if (f == FIELD_TAGS)
		text = product_tags_text(value, a);
	else if (cJSON_IsBool(value))
		text = cJSON_IsTrue(value) ? "true" : "false";
	else if (cJSON_IsString(value))
		text = arena_strdup(a, value->valuestring);
	else if (!cJSON_IsNull(value))
		return err_set(e, E_RECORD, "bad_document", "the mapping gave a %s that is no text",
			       keys[f]);
	if (is_amount(f) && *text) {
		enum errk rc = decimal_parse(text, &d, e);
		if (rc != E_OK)
			return err_wrap(e, "%s", keys[f]);
		text = product_decimal_text(text, a);
	}
	if (*text || !must_be(f))
		*out = text;
	return E_OK;
}

static enum errk read_values(const cJSON *doc, int from, int to, struct arena *a,
			     struct product_values *out, struct err *e)
{
	enum errk rc = E_OK;
	for (int f = from; f < to && rc == E_OK; f++)
		if (keys[f])
			rc = read_value(doc, (enum product_field)f, a, &out->text[f], e);
	return rc;
}

static const char *option_of(const cJSON *doc, const char *name)
{
	JSON_EACH (entry, json_at(doc, "options"))
		if (str_equal(json_str(entry, "name"), name))
			return json_str(entry, "value");
	return NULL;
}

const char *product_option_text(const char *const *option, size_t n, struct arena *a)
{
	const char *text = "";
	for (size_t i = 0; i < n; i++)
		text = arena_printf(a, "%s%s%s", text, i ? " / " : "", option[i]);
	return text;
}

static enum errk read_variant(const struct product_item *item, const cJSON *doc,
			      struct product_variant *v, struct arena *a, struct err *e)
{
	const char *id = json_str(doc, "id"), *sku = json_str(doc, "sku");
	if (str_blank(id))
		return err_set(e, E_RECORD, "bad_document",
			       "the mapping gave a variant without id");
	v->id = arena_strdup(a, id);
	v->sku = sku ? arena_strdup(a, sku) : "";
	v->archived = str_equal(json_str(doc, "status"), "archived");
	v->option = arena_array(a, item->n_options, sizeof(*v->option));
	for (size_t i = 0; i < item->n_options; i++) {
		const char *value = option_of(doc, item->option[i]);
		if (str_blank(value) && !v->lacks)
			v->lacks = item->option[i];
		v->option[i] = str_blank(value) ? "" : arena_strdup(a, value);
	}
	v->name = *v->sku ? v->sku
		  : item->n_options && !v->lacks
			  ? product_option_text(v->option, item->n_options, a)
			  : v->id;
	if (!*v->sku && !v->archived)
		return err_set(e, E_RECORD, "no_sku",
			       "variant '%s' has no SKU, so the shop's can't be told by it; give "
			       "it one in the ERP",
			       v->name);
	enum errk rc = read_values(doc, FIELD_VARIANT_FIRST, FIELD_COUNT_, a, &v->values, e);
	return rc == E_OK ? E_OK : err_wrap(e, "variant '%s'", v->name);
}

/* Two variants that are the same one to the shop. */
static enum errk check_variants(const struct product_item *item, struct err *e)
{
	for (size_t i = 0; i < item->n_variants; i++) {
		const struct product_variant *v = &item->variant[i];
		for (size_t k = 0; k < i && !v->archived; k++) {
			const struct product_variant *w = &item->variant[k];
			if (!w->archived && strcmp(w->sku, v->sku) == 0)
				return err_set(e, E_RECORD, "duplicate_sku",
					       "two of its variants have the SKU '%s'; give each "
					       "its own in the ERP",
					       v->sku);
		}
	}
	return E_OK;
}

static enum errk read_document(struct product_item *item, const cJSON *doc, struct arena *a,
			       struct err *e)
{
	const char *currency = json_str(doc, "currency");
	item->archived = str_equal(json_str(doc, "status"), "archived");
	item->status_said = json_str(doc, "status") != NULL;
	item->currency = currency ? arena_strdup(a, currency) : "";
	item->taxes_said = json_at(doc, "prices_include_tax") != NULL;
	item->taxes_included = json_bool(doc, "prices_include_tax", false);
	item->option = arena_array(a, json_count(doc, "options"), sizeof(*item->option));
	JSON_EACH (entry, json_at(doc, "options"))
		if (cJSON_IsString(entry))
			item->option[item->n_options++] = arena_strdup(a, entry->valuestring);
	item->variant = arena_array(a, json_count(doc, "variants"), sizeof(*item->variant));
	enum errk rc = read_values(doc, 0, FIELD_VARIANT_FIRST, a, &item->values, e);
	JSON_EACH (entry, json_at(doc, "variants"))
		if (rc == E_OK)
			rc = read_variant(item, entry, &item->variant[item->n_variants++], a, e);
	return rc == E_OK ? check_variants(item, e) : rc;
}

enum errk product_item_read(struct put_item *put, struct arena *a, struct product_item *item,
			    struct err *e)
{
	CLEANUP(json) cJSON *doc = NULL;
	struct err why;

	put->err = (struct err){.kind = E_OK};
	*item = (struct product_item){.put = put};
	enum errk rc = json_parse(put->doc, strlen(put->doc), &doc, &why);
	if (rc == E_OK)
		rc = read_document(item, doc, a, &why);
	if (rc == E_RECORD)
		put->err = why;
	else if (rc != E_OK) {
		*e = why;
		return rc;
	}
	if (rc != E_OK)
		return E_OK;
	product_read_baseline(item, a);
	/* Nothing of it is for the shop. */
	item->done = !item->n_variants;
	return E_OK;
}
