#include <string.h>

#include "base/answer.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "connectors/odoo/answer.h"

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

enum errk odoo_amount(const cJSON *record, const char *field, int digits, struct decimal *out,
		      struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const char *number = json_number_text(record, field, a);
	/* Beyond, a float has no cents any more. */
	const struct decimal most = {.units = INT64_C(1000000000000)};
	char *text, *point;

	if (!number)
		return err_set(e, E_BUSY, "bad_answer", "Odoo sent no amount in %s", field);
	/* "31.620000000000005": the last of the digits are noise of the floating point. */
	text = arena_strdup(a, number);
	point = strchr(text, '.');
	if (point && strlen(point) > 9)
		point[9] = '\0';
	if (decimal_parse(text, out, NULL) != E_OK || decimal_cmp(decimal_abs(*out), most) > 0)
		return err_set(e, E_RECORD, "too_large",
			       "%s is %s in Odoo, more than any amount or quantity can be; correct "
			       "it there, and the next run takes it",
			       field, text);
	*out = decimal_round(*out, digits);
	return E_OK;
}

bool odoo_whole_units(const cJSON *record, const char *field, int64_t *out)
{
	enum { NOISE_DIGITS = 6 };
	struct decimal d = DECIMAL_ZERO, whole;

	if (odoo_amount(record, field, NOISE_DIGITS, &d, NULL) != E_OK)
		return false;
	whole = decimal_round(d, 0);
	*out = whole.units;
	return decimal_cmp(d, whole) == 0 && whole.units >= 0;
}

static cJSON *field_list(const char *const *fields)
{
	cJSON *list = json_array();

	for (; *fields; fields++)
		json_push_str(list, *fields);
	return list;
}

static enum errk count(struct odoo *o, const char *model, cJSON *domain, cJSON *context,
		       struct arena *a, int64_t *n, struct err *e)
{
	CLEANUP(odoo_call)
	struct odoo_call c = {.model = model,
			      .method = "search_count",
			      .intent = HTTP_READ,
			      .args = json_object(),
			      .context = context};
	struct answer in = answer_of(E_BUSY, arena_printf(a, "%s/search_count", model));
	enum errk rc;

	json_add(c.args, "domain", domain);
	rc = odoo_call(&o->server, &c, a, e);
	if (rc != E_OK)
		return rc;
	*n = answer_int(&in, c.result, "", 0, INT32_MAX);
	return answer_end(&in, e);
}

enum errk odoo_count(struct odoo *o, const char *model, cJSON *domain, struct arena *a, int64_t *n,
		     struct err *e)
{
	return count(o, model, domain, NULL, a, n, e);
}

/* A page that is not full is the last one only if Odoo counts none behind it. */
static enum errk does_end(struct odoo *o, const struct odoo_read *r, const struct odoo_call *c,
			  size_t n, struct arena *a, struct err *e)
{
	cJSON *domain;
	int64_t last = r->after, left = 0;
	enum errk rc;

	*r->more = n == r->limit;
	if (*r->more)
		return E_OK;
	if (n)
		last = odoo_ref(cJSON_GetArrayItem(c->result, (int)n - 1), "id");
	domain = cJSON_Duplicate(json_at(c->args, "domain"), true);
	json_push(domain, odoo_term_int("id", ">", last));
	rc = count(o, r->model, domain, c->context ? cJSON_Duplicate(c->context, true) : NULL, a,
		   &left, e);
	*r->more = left > 0;
	if (rc == E_OK && left && !n)
		return err_set(e, E_BUSY, "bad_answer",
			       "%s/search_read (%s): Odoo counts %lld records and sends none of "
			       "them",
			       r->model, o->server.host, (long long)left);
	return rc;
}

/* A list that is shorter, or longer, than its own count is not believed. */
static enum errk is_complete(struct odoo *o, const struct odoo_read *r, const struct odoo_call *c,
			     size_t n, struct arena *a, struct err *e)
{
	int64_t all = 0;
	enum errk rc = count(o, r->model, cJSON_Duplicate(json_at(c->args, "domain"), true),
			     c->context ? cJSON_Duplicate(c->context, true) : NULL, a, &all, e);

	if (rc != E_OK || all == (int64_t)n)
		return rc;
	return err_set(e, E_BUSY, "bad_answer",
		       "%s/search_read (%s): Odoo counts %lld records and sends %zu", r->model,
		       o->server.host, (long long)all, n);
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
	cJSON *domain = r->domain ? r->domain : json_array();
	enum errk rc;

	if (r->ids)
		json_push(domain, odoo_term_ids(r->by ? r->by : "id", r->ids, r->n_ids));
	json_add(c.args, "domain", domain);
	json_add(c.args, "fields", field_list(r->fields));
	json_add_str(c.args, "order", r->order ? r->order : "id");
	if (r->limit)
		json_add_int(c.args, "limit", (int64_t)r->limit);
	rc = odoo_call(&o->server, &c, a, e);
	if (rc == E_OK)
		rc = odoo_answer_rows(r, o->server.host, c.result, a, e);
	if (rc == E_OK && r->more)
		rc = does_end(o, r, &c, json_count(c.result, ""), a, e);
	if (rc == E_OK && r->complete)
		rc = is_complete(o, r, &c, json_count(c.result, ""), a, e);
	if (rc != E_OK)
		return rc;
	if (r->date)
		*r->date = c.date;
	*list = TAKE(c.result);
	return E_OK;
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
	if (rc == E_OK)
		rc = odoo_answer_external_ids(c.result, model, ids, n, a, e);
	if (rc == E_OK)
		*out = TAKE(c.result);
	return rc;
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
