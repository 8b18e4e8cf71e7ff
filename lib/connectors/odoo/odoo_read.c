#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "connectors/odoo/odoo_priv.h"

#include "base/banned.h"

cJSON *odoo_term(const char *field, const char *op, cJSON *value)
{
	cJSON *term = json_array();

	json_push_str(term, field);
	json_push_str(term, op);
	json_push(term, value);
	return term;
}

cJSON *odoo_term_int(const char *field, const char *op, int64_t value)
{
	cJSON *list = json_array(), *number;

	json_push_int(list, value);
	number = cJSON_DetachItemFromArray(list, 0);
	cJSON_Delete(list);
	return odoo_term(field, op, number);
}

cJSON *odoo_term_time(const char *field, const char *op, int64_t t)
{
	char text[CLOCK_TEXT_MAX];

	clock_text(t, text);
	text[10] = ' ';
	text[19] = '\0';
	return odoo_term(field, op, cJSON_CreateString(text));
}

cJSON *odoo_term_ids(const char *field, const int64_t *ids, size_t n)
{
	cJSON *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_push_int(list, ids[i]);
	return odoo_term(field, "in", list);
}

cJSON *odoo_archived_too(const char *lang)
{
	cJSON *context = json_object();

	json_add_bool(context, "active_test", false);
	if (lang)
		json_add_str(context, "lang", lang);
	return context;
}

int64_t odoo_ref(const cJSON *record, const char *field)
{
	const cJSON *item = json_at(record, field);

	return cJSON_IsArray(item) ? json_int(item, "[0]", 0) : json_int(item, "", 0);
}

enum errk odoo_amount(const cJSON *record, const char *field, int digits, struct decimal *out,
		      struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const char *number = json_number_text(record, field, a);
	char *text, *point;
	enum errk rc;

	if (!number)
		return err_set(e, E_BUSY, "bad_answer", "Odoo sent no amount in %s", field);
	/* "31.620000000000005": the last of the digits are noise of the floating point. */
	text = arena_strdup(a, number);
	point = strchr(text, '.');
	if (point && strlen(point) > 9)
		point[9] = '\0';
	rc = decimal_parse(text, out, e);
	if (rc == E_OK)
		*out = decimal_round(*out, digits);
	return rc;
}

static cJSON *field_list(const char *const *fields)
{
	cJSON *list = json_array();

	for (; *fields; fields++)
		json_push_str(list, *fields);
	return list;
}

enum errk odoo_search_read(struct odoo *o, const struct odoo_read *r, struct arena *a, cJSON **list,
			   struct err *e)
{
	CLEANUP(odoo_call)
	struct odoo_call c = {.model = r->model,
			      .method = "search_read",
			      .intent = HTTP_READ,
			      .args = json_object(),
			      .context = r->context};
	enum errk rc;

	json_add(c.args, "domain", r->domain ? r->domain : json_array());
	json_add(c.args, "fields", field_list(r->fields));
	json_add_str(c.args, "order", r->order ? r->order : "id");
	if (r->limit)
		json_add_int(c.args, "limit", (int64_t)r->limit);
	rc = odoo_call(&o->server, &c, a, e);
	if (rc != E_OK)
		return rc;
	if (!cJSON_IsArray(c.result))
		return err_set(e, E_BUSY, "bad_answer",
			       "%s/search_read (%s): the answer is no list", r->model,
			       o->server.host);
	if (r->date)
		*r->date = c.date;
	*list = TAKE(c.result);
	return E_OK;
}

enum errk odoo_count(struct odoo *o, const char *model, cJSON *domain, struct arena *a,
		     int64_t *count, struct err *e)
{
	CLEANUP(odoo_call)
	struct odoo_call c = {.model = model,
			      .method = "search_count",
			      .intent = HTTP_READ,
			      .args = json_object()};
	enum errk rc;

	json_add(c.args, "domain", domain);
	rc = odoo_call(&o->server, &c, a, e);
	if (rc == E_OK)
		*count = json_int(c.result, "", 0);
	return rc;
}

enum errk odoo_external_ids(struct odoo *o, const char *model, const int64_t *ids, size_t n,
			    struct arena *a, cJSON **out, struct err *e)
{
	CLEANUP(odoo_call)
	struct odoo_call c = {.model = model,
			      .method = "get_external_id",
			      .ids = ids,
			      .n_ids = n,
			      .intent = HTTP_READ};
	enum errk rc;

	if (n == 0) {
		*out = json_object();
		return E_OK;
	}
	rc = odoo_call(&o->server, &c, a, e);
	if (rc != E_OK)
		return rc;
	*out = TAKE(c.result);
	return E_OK;
}

const char *odoo_external_id(const cJSON *ids, int64_t id)
{
	char key[24] = "";
	struct decimal d = {.units = id};
	const char *xid;

	decimal_text(d, key);
	xid = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(ids, key));
	return xid ? xid : "";
}

enum errk odoo_act(struct odoo *o, const char *model, const char *method, const int64_t *ids,
		   size_t n, cJSON *context, struct arena *a, cJSON **result, struct err *e)
{
	CLEANUP(odoo_call)
	struct odoo_call c = {.model = model,
			      .method = method,
			      .ids = ids,
			      .n_ids = n,
			      .context = context,
			      .intent = HTTP_WRITE};
	enum errk rc = odoo_call(&o->server, &c, a, e);

	if (rc == E_OK && result)
		*result = TAKE(c.result);
	return rc;
}
