#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/list.h"
#include "base/str.h"
#include "connectors/shopify/products/products.h"

/*
 * A field that either side may change: if the answer is lost and the ERP takes its value back, what
 * the shop has then must not be taken for the shop's own change.
 */
static void remember_asked(const struct product_put *p, struct product_item *item,
			   enum product_field f, struct product_base *asked, const char *erp,
			   const char *store)
{
	if (p->rules->owner[f] != OWNER_BOTH)
		return;
	*asked = (struct product_base){product_short(erp, p->arena),
				       product_short(store, p->arena)};
	item->intends = true;
}

void product_rename(const struct product_put *p, struct product_item *item, const char *sku)
{
	struct put_item *put = item->put;
	if (!sku || !*sku || str_among(sku, put->renamed, put->n_renamed))
		return;
	*LIST_ADD(put->renamed, put->n_renamed, put->cap_renamed, p->arena) = sku;
	item->renames = true;
}

cJSON *product_plan_fields(struct product_put *p, struct product_item *item)
{
	cJSON *product = json_object();
	const char *status = product_wanted_status(p->rules, item);
	bool any = status != NULL;
	if (status)
		json_add_str(product, "status", status);
	if (status && item->archived) {
		/* What to put back when the ERP sells it again. */
		item->status_was = item->shop->status;
		item->status_set = status;
		item->intends = true;
	}
	for (int f = 0; f < FIELD_VARIANT_FIRST && !item->archived; f++) {
		enum product_field field = (enum product_field)f;
		const char *store = item->shop->values.text[f];
		if (!product_is_to_write(p->rules, item, field, NULL, store, p->arena))
			continue;
		product_add_field(product, field, item->values.text[f]);
		remember_asked(p, item, field, &item->asked[f], item->values.text[f], store);
		item->sent |= 1u << f;
		any = true;
	}
	if (!any) {
		cJSON_Delete(product);
		return NULL;
	}
	json_add_str(product, "id", item->id);
	cJSON *variables = json_object();
	json_add(variables, "product", product);
	return variables;
}

static void add_option_value(cJSON *list, const char *name, const char *value)
{
	cJSON *o = json_object();
	json_add_str(o, "optionName", name);
	json_add_str(o, "name", value);
	json_push(list, o);
}

cJSON *product_plan_variant(struct product_put *p, struct product_item *item,
			    struct product_variant *v)
{
	cJSON *input = json_object();
	bool any = v->moves && !v->waits;
	cJSON *values = any ? json_add_array(input, "optionValues") : NULL;
	for (size_t i = 0; any && i < item->n_options; i++)
		add_option_value(values, item->shop->option[i], v->option[i]);
	for (int f = FIELD_VARIANT_FIRST; f < FIELD_COUNT_; f++) {
		enum product_field field = (enum product_field)f;
		if (!product_is_to_write(p->rules, item, field, v, v->shop->values.text[f],
					 p->arena))
			continue;
		product_add_variant_field(input, field, v->values.text[f]);
		if (field == FIELD_SKU) {
			product_rename(p, item, v->shop->sku);
			product_rename(p, item, v->sku);
		}
		remember_asked(p, item, field, &v->asked[f], v->values.text[f],
			       v->shop->values.text[f]);
		v->sent |= 1u << f;
		any = true;
	}
	if (any)
		json_add_str(input, "id", v->shop->id);
	else
		cJSON_Delete(input);
	return any ? input : NULL;
}

/* All that the ERP tells, whoever owns it: the shop has nothing yet. */
static cJSON *whole_variant(const struct product_put *p, const struct product_item *item,
			    const struct product_variant *v, const char *const *option)
{
	const struct connector_env *env = &p->shop->env;
	cJSON *input = json_object(), *values = json_add_array(input, "optionValues");
	for (size_t i = 0; i < item->n_options; i++)
		add_option_value(values, option[i], v->option[i]);
	if (!item->n_options)
		add_option_value(values, "Title", "Default Title");
	for (int f = FIELD_VARIANT_FIRST; f < FIELD_COUNT_; f++)
		if (v->values.text[f])
			product_add_variant_field(input, (enum product_field)f, v->values.text[f]);
	product_tell_lacks(p->rules, v, env->notice, env->notice_ctx, p->arena);
	return input;
}

cJSON *product_plan_new_variant(struct product_put *p, struct product_item *item,
				const struct product_variant *v)
{
	product_rename(p, item, v->sku);
	/* Under the shop's spelling of the options' names. */
	return whole_variant(p, item, v,
			     item->shop->only_default ? item->option : item->shop->option);
}

static bool has_value(const cJSON *list, const char *name)
{
	JSON_EACH (entry, list)
		if (str_equal(json_str(entry, "name"), name))
			return true;
	return false;
}

static void add_value(cJSON *list, const char *name)
{
	if (has_value(list, name))
		return;
	cJSON *o = json_object();
	json_add_str(o, "name", name);
	json_push(list, o);
}

static void add_option(cJSON *list, const char *name, cJSON **values)
{
	cJSON *option = json_object();
	json_add_str(option, "name", name);
	*values = json_add_array(option, "values");
	json_push(list, option);
}

cJSON *product_plan_options(struct product_put *p, struct product_item *item)
{
	const struct product_variant *only = NULL;
	(void)p;
	for (size_t i = 0; i < item->n_variants; i++)
		if (item->variant[i].shop)
			only = &item->variant[i];
	if (!item->n_options || !item->shop->only_default || !only || only->lacks)
		return NULL;
	cJSON *variables = json_object(), *list = json_add_array(variables, "options"), *values;
	json_add_str(variables, "product", item->id);
	for (size_t i = 0; i < item->n_options; i++) {
		add_option(list, item->option[i], &values);
		add_value(values, only->option[i]);
	}
	return variables;
}

/* Variants of the creation; the others follow. */
static void add_variants(const struct product_put *p, cJSON *input, struct product_item *item)
{
	cJSON *options = json_add_array(input, "productOptions");
	cJSON *list = json_add_array(input, "variants"), *values;
	cJSON **of = calloc(item->n_options + 1, sizeof(cJSON *));
	size_t n = 0;
	if (!of)
		die(70, "out of memory");
	for (size_t i = 0; i < item->n_options; i++)
		add_option(options, item->option[i], &of[i]);
	if (!item->n_options) {
		add_option(options, "Title", &values);
		add_value(values, "Default Title");
	}
	for (size_t i = 0; i < item->n_variants && n < VARIANTS_AT_CREATION; i++) {
		const struct product_variant *v = &item->variant[i];
		if (!product_is_new(v))
			continue;
		for (size_t k = 0; k < item->n_options; k++)
			add_value(of[k], v->option[k]);
		json_push(list, whole_variant(p, item, v, item->option));
		product_rename(p, item, v->sku);
		n++;
	}
	free(of);
}

cJSON *product_plan_creation(struct product_put *p, struct product_item *item)
{
	bool any = item->refusals != NULL;
	for (size_t i = 0; i < item->n_variants; i++)
		any |= product_is_new(&item->variant[i]);
	/* If not: nothing that is sold. */
	if (!any || !product_check_creation(item, "the shop does not have it", ""))
		return NULL;
	cJSON *variables = json_object(), *input = json_object();
	json_add(variables, "identifier", product_ref_identifier(item->put->record));
	json_add(variables, "input", input);
	json_add_int(variables, "first", VARIANTS_AT_CREATION);
	json_add_str(input, "status", p->rules->new_status);
	for (int f = 0; f < FIELD_VARIANT_FIRST; f++)
		if (item->values.text[f] && (*item->values.text[f] || f == FIELD_DESCRIPTION))
			product_add_field(input, (enum product_field)f, item->values.text[f]);
	product_ref_add(input, item->put->record);
	add_variants(p, input, item);
	return variables;
}
