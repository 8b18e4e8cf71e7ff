#include "connectors/odoo/call.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/str.h"

#include "base/banned.h"

enum { ANSWER_MAX = JSON_MAX_BYTES };

/* Language of names and messages, UTC for date cells, and the company that new records get. */
static cJSON *context_of(const struct odoo_server *s, const struct odoo_call *c)
{
	cJSON *context = c->context ? cJSON_Duplicate(c->context, true) : json_object();

	if (!json_at(context, "lang"))
		json_add_str(context, "lang", s->lang ? s->lang : "en_US");
	json_add_str(context, "tz", "UTC");
	if (c->quiet) {
		json_add_bool(context, "mail_create_nolog", true);
		json_add_bool(context, "mail_create_nosubscribe", true);
	}
	if (s->company)
		json_push_int(json_add_array(context, "allowed_company_ids"), s->company);
	return context;
}

static cJSON *id_list(const struct odoo_call *c)
{
	cJSON *list = json_array();

	for (size_t i = 0; i < c->n_ids; i++)
		json_push_int(list, c->ids[i]);
	return list;
}

const char *odoo_json2_body(const struct odoo_server *s, const struct odoo_call *c, struct arena *a)
{
	CLEANUP(json) cJSON *body = c->args ? cJSON_Duplicate(c->args, true) : json_object();

	/* Methods of the model itself refuse "ids". */
	if (c->ids)
		json_add(body, "ids", id_list(c));
	json_add(body, "context", context_of(s, c));
	return json_text(body, a);
}

/*
 * execute_kw takes arguments by name too; only these must stand in their place: the records, which
 * have no name, and what Odoo's dispatcher itself looks at (api.call_kw of 14 reads create's
 * first positional argument), or what was called otherwise in older versions (args of 14's
 * search_count).
 */
static const struct positional {
	const char *method, *argument;
} positional[] = {
	{"create", "vals_list"},
	{"search_count", "domain"},
};

static const char *argument_in_place(const char *method)
{
	for (size_t i = 0; i < sizeof(positional) / sizeof(*positional); i++)
		if (strcmp(positional[i].method, method) == 0)
			return positional[i].argument;
	return NULL;
}

const char *odoo_jsonrpc_body(const struct odoo_server *s, const struct odoo_call *c,
			      struct arena *a)
{
	CLEANUP(json) cJSON *body = json_object();
	cJSON *params, *args, *in_place = json_array();
	cJSON *named = c->args ? cJSON_Duplicate(c->args, true) : json_object();
	const char *first = argument_in_place(c->method);

	if (c->ids)
		json_push(in_place, id_list(c));
	if (first)
		json_push(in_place, cJSON_DetachItemFromObjectCaseSensitive(named, first));
	json_add(named, "context", context_of(s, c));
	json_add_str(body, "jsonrpc", "2.0");
	json_add_str(body, "method", "call");
	json_add_int(body, "id", 1);
	params = json_add_object(body, "params");
	json_add_str(params, "service", "object");
	json_add_str(params, "method", "execute_kw");
	args = json_add_array(params, "args");
	json_push_str(args, s->db ? s->db : "");
	json_push_int(args, s->uid);
	json_push_str(args, s->key);
	json_push_str(args, c->model);
	json_push_str(args, c->method);
	json_push(args, in_place);
	json_push(args, named);
	return json_text(body, a);
}

static bool is_json(const struct http_answer *a)
{
	const char *type = http_answer_header(a, "content-type");

	return type && strstr(type, "json");
}

/* The exception in an answer: the whole body (JSON-2), or error.data of it (JSON-RPC). */
static struct odoo_failure failure_of(const struct odoo_call *c, const struct http_answer *answer,
				      const cJSON *root)
{
	bool rpc = c->server->api == ODOO_JSONRPC;
	struct odoo_failure f = {.status = answer->status, .intent = c->intent};

	f.name = json_str(root, rpc ? "error.data.name" : "name");
	f.text = json_str(root, rpc ? "error.data.message" : "message");
	if (rpc && !f.name)
		f.name = json_str(root, "error.message") ? "" : NULL;
	if (rpc && !f.text)
		f.text = json_str(root, "error.message");
	return f;
}

/* JSON-RPC leaves "result" out where a method returns nothing; JSON-2 sends null. */
static bool is_result(const cJSON *root, bool rpc)
{
	if (!rpc)
		return root && !json_at(root, "debug");
	return str_equal(json_str(root, "jsonrpc"), "2.0") && json_int(root, "id", 0) == 1 &&
	       !json_at(root, "error");
}

/* Runs inside lib/net, also for 5xx: an exception's 500 is an answer like any other. */
static enum errk judge(struct http_call *call, struct err *e)
{
	struct odoo_call *c = call->user;
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(json) cJSON *root = NULL;
	const char *subject = arena_printf(a, "%s (%s)", call->request.label, c->server->host);
	bool rpc = c->server->api == ODOO_JSONRPC;
	struct odoo_failure f;
	enum errk rc;

	cJSON_Delete(c->result);
	c->result = NULL;
	if (is_json(&call->answer) &&
	    json_parse_answer(call->answer.body, call->answer.len, &root, e) != E_OK)
		root = NULL;
	if (call->answer.status == 200 && is_result(root, rpc)) {
		c->result = rpc ? cJSON_DetachItemFromObjectCaseSensitive(root, "result")
				: TAKE(root);
		if (!c->result)
			c->result = cJSON_CreateNull();
		return E_OK;
	}
	f = failure_of(c, &call->answer, root);
	rc = odoo_failure(&f, subject, a, e);
	if (rc == E_OK && call->answer.status < 500)
		return err_set(e, c->intent == HTTP_WRITE ? E_UNSURE : E_BUSY, "bad_answer",
			       "%s: answered %ld with something that Odoo does not send; check "
			       "[erp] url",
			       subject, call->answer.status);
	return rc;
}

static size_t add_headers(const struct odoo_server *s, struct http_header h[4], struct arena *a)
{
	size_t n = 0;

	h[n++] = (struct http_header){"Content-Type", "application/json"};
	h[n++] = (struct http_header){"Accept", "application/json"};
	if (s->api == ODOO_JSON2) {
		h[n++] = (struct http_header){"Authorization",
					      arena_printf(a, "bearer %s", s->key)};
		if (s->db)
			h[n++] = (struct http_header){"X-Odoo-Database", s->db};
	}
	return n;
}

static struct http_call on_the_wire(const struct odoo_server *s, struct odoo_call *c,
				    struct arena *a)
{
	struct http_header *headers = arena_array(a, 4, sizeof(*headers));
	size_t n = add_headers(s, headers, a);
	bool rpc = s->api == ODOO_JSONRPC;
	const char *body = rpc ? odoo_jsonrpc_body(s, c, a) : odoo_json2_body(s, c, a);

	c->server = s;
	return (struct http_call){
		.request = {.intent = c->intent,
			    .method = "POST",
			    .url = rpc ? arena_printf(a, "%s/jsonrpc", s->url)
				       : arena_printf(a, "%s/json/2/%s/%s", s->url, c->model,
						      c->method),
			    .headers = headers,
			    .n_headers = n,
			    .body = body,
			    .body_len = strlen(body),
			    .max_answer = ANSWER_MAX,
			    .timeout_ms = s->timeout_ms,
			    /* JSON-RPC carries the key in the body, in no field of its own. */
			    .hide_bodies = c->hide || rpc,
			    .label = arena_printf(a, "%s/%s", c->model, c->method),
			    .trust = &s->trust},
		.judge = judge,
		.judges_5xx = true,
		.user = c,
	};
}

/* Orders of a batch are written in several calls; a stop leaves none of them between two. */
static void finish_what_is_begun(const struct odoo_server *s, const struct odoo_call *c,
				 const struct http_call *sent)
{
	if (c->intent == HTTP_WRITE && sent->tries > 0)
		http_finish(s->http, true);
}

enum errk odoo_call(const struct odoo_server *s, struct odoo_call *c, struct arena *a,
		    struct err *e)
{
	struct http_call call = on_the_wire(s, c, a);
	enum errk rc = http_send(s->http, &call, a, e);

	finish_what_is_begun(s, c, &call);
	c->date = call.answer.date;
	if (rc == E_OK && !c->result)
		BUG("%s: neither result nor error", call.request.label);
	return rc;
}

void odoo_calls(const struct odoo_server *s, struct odoo_call *c, size_t n, size_t parallel,
		struct arena *a)
{
	struct http_call *call = arena_array(a, n, sizeof(*call));
	struct err first = {.kind = E_OK};
	enum errk rc;

	for (size_t i = 0; i < n; i++)
		call[i] = on_the_wire(s, &c[i], a);
	rc = http_batch(s->http, call, n, parallel, a, &first);
	for (size_t i = 0; i < n; i++) {
		finish_what_is_begun(s, &c[i], &call[i]);
		c[i].date = call[i].answer.date;
		c[i].err = call[i].err;
		/* Whatever stopped the batch as a whole stopped those that have no word of their own. */
		if (!c[i].result && c[i].err.kind == E_OK)
			c[i].err = first;
		if (!c[i].result && rc == E_OK)
			BUG("%s: neither result nor error", call[i].request.label);
	}
}

void odoo_call_release(struct odoo_call *c)
{
	cJSON_Delete(c->args);
	cJSON_Delete(c->context);
	cJSON_Delete(c->result);
	c->args = c->context = c->result = NULL;
}
