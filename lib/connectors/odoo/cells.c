#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "connectors/odoo/orders/order.h"

#include "base/banned.h"

const char *odoo_id_text(int64_t id, struct arena *a)
{
	return id ? arena_printf(a, "%lld", (long long)id) : "";
}

/* {find: "warehouse", name: "WH"}: *text NULL when it is optional and not there. */
static enum errk resolve(struct odoo *o, const cJSON *wanted, struct arena *a, const char **text,
			 struct err *e)
{
	const char *kind = json_str(wanted, "find"), *name = json_str(wanted, "name");
	enum odoo_look_kind k = odoo_look_kind(kind);
	int64_t id = 0;
	enum errk rc;

	if (!name || (k == LOOK_COUNT_ && !str_equal(kind, "tag")))
		return err_set(e, E_RECORD, "mapping",
			       "the mapping asks for '%s', which the connector can't look up",
			       kind ? kind : "nothing");
	rc = k == LOOK_COUNT_ ? odoo_look_tag(o, name, a, &id, e)
			      : odoo_look(o, k, name, a, &id, e);
	if (rc == E_RECORD && json_bool(wanted, "optional", false))
		rc = E_OK;
	if (rc == E_OK)
		*text = odoo_id_text(id, a);
	return rc;
}

static enum errk cell_of(struct odoo *o, const cJSON *value, struct arena *a,
			 struct odoo_cell *cell, struct err *e)
{
	enum errk rc = E_OK;

	if (cJSON_IsString(value)) {
		cell->text = arena_strdup(a, value->valuestring);
		return E_OK;
	}
	cell->field = arena_printf(a, "%s/.id", cell->field);
	if (cJSON_IsObject(value))
		return resolve(o, value, a, &cell->text, e);
	if (!cJSON_IsArray(value))
		return err_set(
			e, E_RECORD, "mapping",
			"the mapping gives '%s' something that is neither text nor a look-up",
			cell->field);
	cell->text = "";
	JSON_EACH (part, value) {
		const char *id = "";

		rc = resolve(o, part, a, &id, e);
		if (rc != E_OK)
			return rc;
		if (*id)
			cell->text = arena_printf(a, "%s%s%s", cell->text, *cell->text ? "," : "",
						  id);
	}
	return rc;
}

/* "country_id" given as "" must be the same column as where it is found. */
static bool is_relation(const char *field)
{
	return str_ends(field, "_id") || str_ends(field, "_ids");
}

enum errk odoo_cells(struct odoo *o, const cJSON *values, struct arena *a, struct odoo_cell **out,
		     struct err *e)
{
	*out = NULL;
	JSON_EACH_MEMBER (value, values) {
		struct odoo_cell *cell = arena_alloc(a, sizeof(*cell));
		enum errk rc;

		if (cJSON_IsNull(value))
			continue;
		cell->field = arena_strdup(a, value->string);
		rc = cell_of(o, value, a, cell, e);
		if (rc != E_OK)
			return err_wrap(e, "%s", value->string);
		if (cJSON_IsString(value) && is_relation(cell->field) && !*cell->text)
			cell->field = arena_printf(a, "%s/.id", cell->field);
		*out = cell;
		out = &cell->next;
	}
	return E_OK;
}

const char *odoo_cell(const struct odoo_cell *list, const char *field)
{
	for (; list; list = list->next)
		if (str_equal(list->field, field))
			return list->text;
	return NULL;
}
