#include "model/product_merge.h"

#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "model/product_item.h"

#include "base/banned.h"

static const char *const amounts[] = {"price", "compare_at_price", "cost"};
enum { AMOUNTS = sizeof(amounts) / sizeof(*amounts) };

static cJSON *member(const cJSON *object, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(object, name);
}

static bool is_one_of(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(text, *words) == 0)
			return true;
	return false;
}

/* Of an article that has no id of its own the SKU is it. */
static bool has_own_id(const cJSON *variant)
{
	return !str_equal(json_str(variant, "id"), json_str(variant, "sku"));
}

static cJSON *same_variant(const cJSON *doc, const cJSON *variant)
{
	cJSON *x;

	cJSON_ArrayForEach (x, member(doc, "variants"))
		if (str_equal(json_str(x, "id"), json_str(variant, "id")))
			return x;
	cJSON_ArrayForEach (x, member(doc, "variants"))
		if (json_str(x, "sku") && str_equal(json_str(x, "sku"), json_str(variant, "sku")) &&
		    !(has_own_id(x) && has_own_id(variant)))
			return x;
	return NULL;
}

static cJSON *by_name(const cJSON *list, const char *name)
{
	cJSON *x;

	cJSON_ArrayForEach (x, list)
		if (str_equal(json_str(x, "name"), name))
			return x;
	return NULL;
}

cJSON *product_add_unreadable(cJSON *doc, const char *why, const char *variant, int64_t variants)
{
	cJSON *list = member(doc, "unreadable"), *entry = json_object(), *fields;

	json_add_str(entry, "why", why);
	if (variant)
		json_add_str(entry, "variant", variant);
	if (variants)
		json_add_int(entry, "variants", variants);
	fields = json_add_array(entry, "fields");
	json_push(list ? list : json_add_array(doc, "unreadable"), entry);
	return fields;
}

/*
 * What could not be read of a variant, or of the product, is said by now. Where it was not known of which variant it is, all
 * is said that was, of as many variants as there were.
 */
static bool is_said(const cJSON *later, const cJSON *unreadable)
{
	const char *id = json_str(unreadable, "variant");
	const int64_t variants = json_int(unreadable, "variants", 0);
	const cJSON *variant = variants ? json_at(later, "variants[0]") : NULL;

	JSON_EACH (x, json_at(later, "variants"))
		if (id && (str_equal(json_str(x, "id"), id) || str_equal(json_str(x, "sku"), id)))
			variant = x;
	JSON_EACH (field, json_at(unreadable, "fields"))
		if (!member(variant, field->valuestring) &&
		    (id || !member(later, field->valuestring)))
			return false;
	return (int64_t)json_count(later, "variants") >= variants;
}

/* Of the same, whatever is wrong with it. */
static bool is_same_fault(const cJSON *x, const cJSON *y)
{
	return str_equal(json_str(x, "variant"), json_str(y, "variant")) &&
	       json_int(x, "variants", 0) == json_int(y, "variants", 0) &&
	       cJSON_Compare(member(x, "fields"), member(y, "fields"), true);
}

/* Those go of which a later document says what they are of, or the same anew. */
static void heal(cJSON *doc, const cJSON *later)
{
	cJSON *list = member(doc, "unreadable"), *x = list ? list->child : NULL;

	while (x) {
		cJSON *next = x->next;
		bool said = is_said(later, x);

		JSON_EACH (y, json_at(later, "unreadable"))
			said |= is_same_fault(x, y);
		if (said)
			cJSON_Delete(cJSON_DetachItemViaPointer(list, x));
		x = next;
	}
	if (list && !list->child)
		cJSON_DeleteItemFromObjectCaseSensitive(doc, "unreadable");
}

static bool has_amounts(const cJSON *doc)
{
	JSON_EACH (variant, json_at(doc, "variants"))
		for (size_t i = 0; i < AMOUNTS; i++)
			if (json_str(variant, amounts[i]))
				return true;
	return false;
}

/* Amounts of before that a later document does not say anew, in its currency: they are of no use beside those that it says. */
static void drop_amounts(cJSON *doc, const cJSON *later)
{
	static const char why[] =
		"amounts of it are in another currency than those that were written before, or with "
		"tax where those are without; have the ERP write them all in one file";
	cJSON *fields = NULL, *variant;

	cJSON_ArrayForEach (variant, member(doc, "variants")) {
		const cJSON *now = same_variant(later, variant);

		for (size_t i = 0; i < AMOUNTS; i++) {
			if (!json_str(variant, amounts[i]) || member(now, amounts[i]))
				continue;
			cJSON_DeleteItemFromObjectCaseSensitive(variant, amounts[i]);
			fields = product_add_unreadable(doc, why, json_str(variant, "id"), 0);
			json_push_str(fields, amounts[i]);
		}
	}
}

static void merge_money(cJSON *doc, const cJSON *later)
{
	const cJSON *tax = member(doc, "prices_include_tax"),
		    *says = member(later, "prices_include_tax");

	/* Without an amount it says nothing of those that are there. */
	if (has_amounts(doc) && !has_amounts(later))
		return;
	if (!str_equal(json_str(doc, "currency"), json_str(later, "currency")) ||
	    (cJSON_IsBool(tax) && cJSON_IsBool(says) && cJSON_IsTrue(tax) != cJSON_IsTrue(says)))
		drop_amounts(doc, later);
	json_add_str(doc, "currency", json_str(later, "currency"));
	if (cJSON_IsBool(says))
		json_add(doc, "prices_include_tax", cJSON_Duplicate(says, true));
}

static void rename_option(cJSON *doc, const char *from, const char *to)
{
	cJSON *variant, *option;

	cJSON_ArrayForEach (variant, member(doc, "variants")) {
		option = by_name(member(variant, "options"), from);
		if (option)
			json_add_str(option, "name", to);
	}
}

/* They stand in columns 1 to 3: what stands in the place of one is that one under another name. */
static void merge_options(cJSON *doc, const cJSON *later)
{
	const cJSON *is = json_at(later, "options");
	cJSON *options = cJSON_Duplicate(is, true);
	int at = 0;

	if (!json_count(later, "options")) {
		cJSON_Delete(options);
		return;
	}
	JSON_EACH (was, json_at(doc, "options")) {
		const char *name = json_str(was, "name"),
			   *now = json_str(cJSON_GetArrayItem(is, at++), "name");

		if (by_name(is, name))
			continue;
		if (now && !by_name(json_at(doc, "options"), now))
			rename_option(doc, name, now);
		else
			json_push(options, cJSON_Duplicate(was, true));
	}
	json_add(doc, "options", options);
}

static void take(cJSON *to, const cJSON *said)
{
	if (!cJSON_IsNull(said) || !member(to, said->string) || product_is_clearable(said->string))
		json_add(to, said->string, cJSON_Duplicate(said, true));
}

static void merge_variant(cJSON *variant, const cJSON *later)
{
	static const char *const own[] = {"id", "options", NULL};
	cJSON *options = member(variant, "options");

	if (has_own_id(later) || !has_own_id(variant))
		json_add_str(variant, "id", json_str(later, "id"));
	JSON_EACH_MEMBER (x, later)
		if (!is_one_of(x->string, own))
			take(variant, x);
	JSON_EACH (x, json_at(later, "options")) {
		cJSON *option = by_name(options, json_str(x, "name"));

		if (option)
			json_add_str(option, "value", json_str(x, "value"));
		else
			json_push(options ? options
					  : (options = json_add_array(variant, "options")),
				  cJSON_Duplicate(x, true));
	}
}

void product_merge(cJSON *doc, const cJSON *later)
{
	static const char *const own[] = {"currency", "prices_include_tax", "options",
					  "variants", "unreadable",         NULL};

	heal(doc, later);
	merge_money(doc, later);
	merge_options(doc, later);
	JSON_EACH_MEMBER (x, later)
		if (!is_one_of(x->string, own))
			take(doc, x);
	JSON_EACH (x, json_at(later, "variants")) {
		cJSON *variant = same_variant(doc, x);

		if (variant)
			merge_variant(variant, x);
		else
			json_push(member(doc, "variants"), cJSON_Duplicate(x, true));
	}
	JSON_EACH (x, json_at(later, "unreadable")) {
		cJSON *list = member(doc, "unreadable");

		json_push(list ? list : json_add_array(doc, "unreadable"),
			  cJSON_Duplicate(x, true));
	}
}
