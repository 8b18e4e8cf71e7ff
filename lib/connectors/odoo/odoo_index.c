#include <stdlib.h>

#include "base/json.h"
#include "connectors/odoo/odoo_source.h"

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
	const cJSON *item;

	*out = (struct odoo_index){
		.entry = arena_array(a, json_count(list, ""), sizeof(*out->entry))};
	cJSON_ArrayForEach (item, list) {
		out->entry[out->n] = (struct odoo_entry){odoo_ref(item, field), out->n, item};
		out->n++;
	}
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

/* A many2one is [7, "Name"]: its name is no id. */
static bool is_pair(const cJSON *value)
{
	return value && cJSON_IsString(cJSON_GetArrayItem(value, 1));
}

int64_t *odoo_refs(const cJSON *list, const char *field, struct arena *a, size_t *n)
{
	size_t room = 0, kept = 0;
	const cJSON *item, *ref;
	int64_t *ids;

	cJSON_ArrayForEach (item, list)
		room += json_count(item, field) + 1;
	ids = arena_array(a, room, sizeof(*ids));
	*n = 0;
	cJSON_ArrayForEach (item, list) {
		const cJSON *value = json_at(item, field);

		if (!cJSON_IsArray(value) || is_pair(value)) {
			ids[*n] = odoo_ref(item, field);
			*n += ids[*n] != 0;
			continue;
		}
		cJSON_ArrayForEach (ref, value)
			ids[(*n)++] = json_int(ref, "", 0);
	}
	if (*n)
		qsort(ids, *n, sizeof(*ids), by_number);
	for (size_t i = 0; i < *n; i++)
		if (!kept || ids[kept - 1] != ids[i])
			ids[kept++] = ids[i];
	*n = kept;
	return ids;
}

enum errk odoo_read_ids(struct odoo *o, const char *model, const int64_t *ids, size_t n,
			const char *const *fields, const char *lang, struct arena *a, cJSON **list,
			struct err *e)
{
	struct odoo_read r = {.model = model, .fields = fields};

	if (!n) {
		*list = json_array();
		return E_OK;
	}
	r.domain = json_array();
	json_push(r.domain, odoo_term_ids("id", ids, n));
	r.context = odoo_archived_too(lang);
	return odoo_search_read(o, &r, a, list, e);
}
