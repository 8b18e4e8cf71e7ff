#include "model/product_baseline.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"

/*
 * {"fields": {"title": "Mug", "description": ["sha256:…", "sha256:…"]}, "status_was": "ACTIVE",
 *  "status_set": "ARCHIVED", "variants": {"57": {"id": "gid://…", "fields": {"price": "19.9"},
 *  "options": "M / Red"}}}
 *
 * A field is one text where both sides said the same, and [ERP's, shop's] where the shop makes
 * something else of what it is told. "sent", at the product and at its variants, {"price": ["19.9",
 * "18"]}, is what the shop was asked for and has not confirmed, and what it had then: an answer that was
 * lost, or a file that nobody has imported. A store that is written by files adds "handle" and
 * "written_as" (target.h), and "beside": {"M": "TEE-M"}, see product_item. "family" and "shared": see product_share.h.
 */

static const char *text_of(const cJSON *value, struct arena *a)
{
	return cJSON_IsString(value) ? arena_strdup(a, value->valuestring) : NULL;
}

static void read_base(const cJSON *value, struct arena *a, struct product_base *out)
{
	if (cJSON_IsArray(value)) {
		out->erp = text_of(cJSON_GetArrayItem(value, 0), a);
		out->store = text_of(cJSON_GetArrayItem(value, 1), a);
	} else {
		out->erp = out->store = text_of(value, a);
	}
}

static void read_bases(const cJSON *fields, struct arena *a, struct product_base *out)
{
	for (int f = 0; f < FIELD_COUNT_; f++) {
		const char *name = product_field_name((enum product_field)f);
		read_base(cJSON_GetObjectItemCaseSensitive(fields, name), a, &out[f]);
	}
}

static void add_base(cJSON *to, const char *name, const struct product_base *base)
{
	if (!base->erp || !base->store)
		return;
	if (strcmp(base->erp, base->store) == 0) {
		json_add_str(to, name, base->erp);
		return;
	}
	cJSON *pair = json_add_array(to, name);
	json_push_str(pair, base->erp);
	json_push_str(pair, base->store);
}

static cJSON *bases(const struct product_base *base)
{
	cJSON *fields = json_object();
	for (int f = 0; f < FIELD_COUNT_; f++) {
		add_base(fields, product_field_name((enum product_field)f), &base[f]);
	}
	return fields;
}

static void add_asked(cJSON *doc, const struct product_base *asked)
{
	for (int f = 0; f < FIELD_COUNT_; f++)
		if (asked[f].erp && asked[f].store) {
			json_add(doc, "sent", bases(asked));
			return;
		}
}

static void add_known(struct product_item *item, const char *id, const char *sku, bool shown,
		      struct arena *a)
{
	for (size_t i = 0; i < item->n_beside; i++)
		if (strcmp(item->beside[i].id, id) == 0)
			return;
	item->beside[item->n_beside++] = (struct product_known){arena_strdup(a, id),
								arena_strdup(a, sku), shown};
}

/* Those that the last document told of are known too; a kept text of before says nothing of the others. */
static void read_beside(struct product_item *item, const cJSON *doc, struct arena *a)
{
	const cJSON *beside = json_at(doc, "beside"), *variants = json_at(doc, "variants"), *x;
	size_t most = (size_t)cJSON_GetArraySize(beside) + (size_t)cJSON_GetArraySize(variants);
	item->beside = arena_array(a, most, sizeof(*item->beside));
	cJSON_ArrayForEach (x, beside)
		add_known(item, x->string, cJSON_IsString(x) ? x->valuestring : "", true, a);
	cJSON_ArrayForEach (x, variants) {
		const cJSON *fields = json_at(x, "fields");
		const char *sku = json_str(fields, "sku");
		if (json_str(x, "id"))
			add_known(item, json_str(x, "id"), sku ? sku : x->string,
				  cJSON_GetArraySize(fields) > 0, a);
	}
}

static void add_beside(cJSON *doc, const struct product_item *item)
{
	cJSON *list = item->n_beside ? json_add_object(doc, "beside") : NULL;
	for (size_t i = 0; i < item->n_beside; i++)
		if (item->beside[i].shown)
			json_add_str(list, item->beside[i].id, item->beside[i].sku);
}

/* Without it, what stands in the link is what it was written as. */
static void read_written(struct product_item *item, const cJSON *doc, struct arena *a)
{
	if (target_of_json(json_at(doc, "written_as"), a, &item->written_as, NULL) != E_OK)
		item->written_as = (struct target){0};
}

void product_read_baseline(struct product_item *item, struct arena *a)
{
	CLEANUP(json) cJSON *doc = NULL;
	const char *text = item->put->kept;
	/* One that can't be read is none: what differs from the shop is then asked about anew. */
	if (!text || json_parse(text, strlen(text), &doc, NULL) != E_OK)
		return;
	/* What was asked for by then has long been answered; what was agreed on, see product_learn_asked. */
	bool old = item->put->kept_old, nothing = old && !item->n_variants;
	read_bases(nothing ? NULL : json_at(doc, "fields"), a, item->base);
	read_bases(old ? NULL : json_at(doc, "sent"), a, item->asked);
	item->family = json_bool(doc, "family", false);
	item->shared = json_bool(doc, "shared", false);
	item->handle = arena_strdup(a, json_str(doc, "handle"));
	read_written(item, doc, a);
	if (item->handle)
		read_beside(item, doc, a);
	item->status_was = arena_strdup(a, json_str(doc, "status_was"));
	item->status_set = arena_strdup(a, json_str(doc, "status_set"));
	for (size_t i = 0; i < item->n_variants; i++) {
		struct product_variant *v = &item->variant[i];
		const cJSON *known = cJSON_GetObjectItemCaseSensitive(json_at(doc, "variants"),
								      v->id);
		v->shop_id = arena_strdup(a, json_str(known, "id"));
		read_bases(json_at(known, "fields"), a, v->base);
		v->was_sku = v->base[FIELD_SKU].store;
		if (!old)
			read_base(json_at(known, "options"), a, &v->option_base);
		read_bases(old ? NULL : json_at(known, "sent"), a, v->asked);
	}
}

static void learn(struct product_base *asked, struct product_base *base, const char *store,
		  struct arena *a)
{
	if (!asked->erp || !store)
		return;
	const char *now = product_short(store, a);
	if (strcmp(now, asked->erp) == 0)
		*base = (struct product_base){asked->erp, now};
	else if (strcmp(now, asked->store) != 0)
		*base = (struct product_base){0};
	*asked = (struct product_base){0};
}

/*
 * The kept text is of an older state file. What both sides have as it says was not written since, or is as it was
 * again; of all else it is not known who changed it last.
 */
static void doubt(struct product_base *base, const char *erp, const char *store, struct arena *a)
{
	if (base->erp && (!erp || !store || strcmp(product_short(erp, a), base->erp) != 0 ||
			  strcmp(product_short(store, a), base->store) != 0))
		*base = (struct product_base){0};
}

static void doubt_baseline(struct product_item *item, struct arena *a)
{
	for (int f = 0; f < FIELD_VARIANT_FIRST; f++)
		doubt(&item->base[f], item->values.text[f], item->shop->values.text[f], a);
	for (size_t i = 0; i < item->n_variants; i++) {
		struct product_variant *v = &item->variant[i];
		for (int f = FIELD_VARIANT_FIRST; f < FIELD_COUNT_; f++)
			doubt(&v->base[f], v->values.text[f],
			      v->shop ? v->shop->values.text[f] : NULL, a);
	}
}

void product_learn_asked(struct product_item *item, struct arena *a)
{
	if (item->put->kept_old)
		doubt_baseline(item, a);
	for (int f = 0; f < FIELD_VARIANT_FIRST; f++)
		learn(&item->asked[f], &item->base[f], item->shop->values.text[f], a);
	for (size_t i = 0; i < item->n_variants; i++) {
		struct product_variant *v = &item->variant[i];
		for (int f = FIELD_VARIANT_FIRST; v->shop && f < FIELD_COUNT_; f++)
			learn(&v->asked[f], &v->base[f], v->shop->values.text[f], a);
	}
	if (item->status_set && strcmp(item->status_set, item->shop->status) != 0)
		item->status_was = item->status_set = NULL;
}

bool product_made_article(const struct product_item *item)
{
	for (size_t i = 0; i < item->n_variants; i++) {
		const struct product_variant *v = &item->variant[i];
		const char *sku = v->base[FIELD_SKU].store;
		if (sku && *sku && !(v->was_sku && strcmp(v->was_sku, sku) == 0))
			return true;
	}
	return false;
}

const char *product_baseline_text(const struct product_item *item, struct arena *a)
{
	CLEANUP(json) cJSON *doc = json_object();
	json_add(doc, "fields", bases(item->base));
	add_asked(doc, item->asked);
	if (item->family)
		json_add_bool(doc, "family", true);
	if (item->shared)
		json_add_bool(doc, "shared", true);
	if (item->handle)
		json_add_str(doc, "handle", item->handle);
	if (target_is(&item->written_as))
		json_add(doc, "written_as", target_json(&item->written_as));
	add_beside(doc, item);
	if (item->status_was) {
		json_add_str(doc, "status_was", item->status_was);
		json_add_str(doc, "status_set", item->status_set);
	}
	cJSON *variants = json_add_object(doc, "variants");
	for (size_t i = 0; i < item->n_variants; i++) {
		const struct product_variant *v = &item->variant[i];
		if (!v->shop_id)
			continue;
		cJSON *known = json_add_object(variants, v->id);
		json_add_str(known, "id", v->shop_id);
		json_add(known, "fields", bases(v->base));
		add_base(known, "options", &v->option_base);
		add_asked(known, v->asked);
	}
	return json_text(doc, a);
}
