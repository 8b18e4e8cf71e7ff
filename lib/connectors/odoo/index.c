#include <stdlib.h>

#include "base/json.h"
#include "base/list.h"
#include "connectors/odoo/source.h"

#include "base/banned.h"

static int by_key(const void *a, const void *b)
{
	const struct odoo_entry *x = a, *y = b;

	if (x->key != y->key)
		return x->key > y->key ? 1 : -1;
	return (x->at > y->at) - (x->at < y->at);
}

void odoo_index(const cJSON *list, const char *field, struct arena *a, struct odoo_index *out)
{
	LIST(struct odoo_entry) found = {0};

	JSON_EACH (item, list) {
		struct odoo_entry *to = list_add(&found, a);

		*to = (struct odoo_entry){odoo_ref(item, field), found.n, item};
	}
	*out = (struct odoo_index){.entry = found.at, .n = found.n};
	if (out->n)
		qsort(out->entry, out->n, sizeof(*out->entry), by_key);
}

const struct odoo_entry *odoo_index_range(const struct odoo_index *x, int64_t key, size_t *n)
{
	size_t low = 0, high = x->n, count = 0;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (x->entry[mid].key < key)
			low = mid + 1;
		else
			high = mid;
	}
	while (low + count < x->n && x->entry[low + count].key == key)
		count++;
	if (n)
		*n = count;
	return count ? &x->entry[low] : NULL;
}

const cJSON *odoo_index_find(const struct odoo_index *x, int64_t key)
{
	const struct odoo_entry *found = odoo_index_range(x, key, NULL);

	return found ? found->record : NULL;
}

static int by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* A many2one is [7, "Name"], or [7, false]: its name is no id. */
static bool is_pair(const cJSON *value)
{
	const cJSON *name = cJSON_GetArrayItem(value, 1);

	return name && !cJSON_IsNumber(name);
}

int64_t *odoo_refs(const cJSON *list, const char *field, struct arena *a, size_t *n)
{
	LIST(int64_t) ids = {0};
	size_t kept = 0;

	JSON_EACH (item, list) {
		const cJSON *value = json_at(item, field);

		if (!cJSON_IsArray(value) || is_pair(value)) {
			if (odoo_ref(item, field))
				*list_add(&ids, a) = odoo_ref(item, field);
			continue;
		}
		JSON_EACH (ref, value)
			*list_add(&ids, a) = json_int(ref, "", 0);
	}
	if (ids.n)
		qsort(ids.at, ids.n, sizeof(*ids.at), by_number);
	for (size_t i = 0; i < ids.n; i++)
		if (!kept || ids.at[kept - 1] != ids.at[i])
			ids.at[kept++] = ids.at[i];
	*n = kept;
	return kept ? ids.at : arena_array(a, 0, sizeof(*ids.at));
}

enum errk odoo_read_ids(struct odoo *o, const char *model, const int64_t *ids, size_t n,
			const char *const *fields, const char *lang, bool whole, struct arena *a,
			cJSON **list, struct err *e)
{
	struct odoo_read r = {.model = model,
			      .fields = fields,
			      .ids = ids,
			      .n_ids = n,
			      .whole = whole};

	if (!n) {
		*list = json_array();
		return E_OK;
	}
	r.context = odoo_archived_too(lang);
	return odoo_search_read(o, &r, a, list, e);
}
