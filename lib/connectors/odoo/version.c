#include <string.h>

#include "base/answer.h"
#include "base/cleanup.h"
#include "base/json.h"
#include "base/str.h"
#include "connectors/odoo/answer.h"

#include "base/banned.h"

enum errk odoo_exchange(const struct odoo_server *s, const char *path, const char *body,
			const char *label, struct arena *a, cJSON **root, long *status,
			struct err *e)
{
	const struct http_header headers[] = {{"Content-Type", "application/json"},
					      {"Accept", "application/json"}};
	struct http_call call = {
		.request = {.intent = HTTP_READ,
			    .method = body ? "POST" : "GET",
			    .url = arena_printf(a, "%s%s", s->url, path),
			    .headers = headers,
			    .n_headers = 2,
			    .body = body,
			    .body_len = body ? strlen(body) : 0,
			    .timeout_ms = s->timeout_ms,
			    .hide_bodies = body != NULL,
			    .label = label,
			    .trust = &s->trust},
	};
	enum errk rc = http_send(s->http, &call, a, e);

	if (rc != E_OK)
		return rc;
	*status = call.answer.status;
	if (json_parse(call.answer.body, call.answer.len, root, NULL) != E_OK)
		*root = NULL;
	return E_OK;
}

/* A call of /jsonrpc's "common" service, which needs no session. */
static enum errk common(const struct odoo_server *s, const char *method, cJSON *args,
			struct arena *a, cJSON **root, long *status, struct err *e)
{
	CLEANUP(json) cJSON *body = json_object();
	cJSON *params;

	json_add_str(body, "jsonrpc", "2.0");
	json_add_str(body, "method", "call");
	json_add_int(body, "id", 1);
	params = json_add_object(body, "params");
	json_add_str(params, "service", "common");
	json_add_str(params, "method", method);
	json_add(params, "args", args);
	return odoo_exchange(s, "/jsonrpc", json_text(body, a), method, a, root, status, e);
}

static bool read_version(const cJSON *info, const char *text, struct arena *a,
			 struct odoo_version *out)
{
	int64_t major = json_int(info, "[0]", 0);
	/* Online versions: ["saas~18", 2, …]. */
	const char *named = json_str(info, "[0]");

	if (named && str_starts(named, "saas~"))
		for (const char *p = named + strlen("saas~");
		     *p >= '0' && *p <= '9' && major < 1000; p++)
			major = major * 10 + (*p - '0');
	if (major < 1 || major > 1000)
		return false;
	*out = (struct odoo_version){.major = (int)major,
				     .text = text ? arena_strdup(a, text)
						  : arena_printf(a, "%lld", (long long)major)};
	return true;
}

enum errk odoo_version_ask(const struct odoo_server *s, struct arena *a, struct odoo_version *out,
			   struct err *e)
{
	CLEANUP(json) cJSON *root = NULL;
	long status = 0;
	/* From 19 on, without a key; older ones answer 404. */
	enum errk rc = odoo_exchange(s, "/web/version", NULL, "version", a, &root, &status, e);

	if (rc != E_OK)
		return rc;
	if (status == 200 &&
	    read_version(json_at(root, "version_info"), json_str(root, "version"), a, out))
		return E_OK;
	cJSON_Delete(TAKE(root));
	rc = common(s, "version", json_array(), a, &root, &status, e);
	if (rc != E_OK)
		return rc;
	if (status == 200 && read_version(json_at(root, "result.server_version_info"),
					  json_str(root, "result.server_version"), a, out))
		return E_OK;
	return err_set(e, E_REFUSED, "no_odoo",
		       "%s: no Odoo answers there (HTTP %ld); check [erp] url: the address of the "
		       "server, without a path",
		       s->host, status);
}

static enum errk login_rpc(struct odoo_server *s, struct arena *a, struct err *e)
{
	CLEANUP(json) cJSON *root = NULL;
	cJSON *args = json_array();
	struct odoo_failure f = {.intent = HTTP_READ};
	const char *subject = arena_printf(a, "login (%s)", s->host);
	enum errk rc;

	json_push_str(args, s->db);
	json_push_str(args, s->login);
	json_push_str(args, s->key);
	json_push(args, json_object());
	rc = common(s, "authenticate", args, a, &root, &f.status, e);
	if (rc != E_OK)
		return rc;
	s->uid = odoo_answer_id(json_at(root, "result"));
	if (s->uid > 0)
		return E_OK;
	f.name = json_str(root, "error.data.name");
	f.text = json_str(root, "error.data.message");
	/* Anything but false is no answer to who we are. */
	if (!f.name && cJSON_IsFalse(json_at(root, "result"))) {
		f.name = "odoo.exceptions.AccessDenied";
		f.text = "Access Denied";
	}
	rc = odoo_failure(&f, subject, a, e);
	return rc != E_OK ? rc
			  : err_set(e, E_BUSY, "bad_answer", "%s: answered %ld", subject, f.status);
}

static enum errk login_json2(struct odoo_server *s, struct arena *a, struct err *e)
{
	CLEANUP(odoo_call)
	struct odoo_call c = {.model = "res.users", .method = "context_get", .intent = HTTP_READ};
	struct answer in = answer_of(E_BUSY, "res.users/context_get");
	enum errk rc = odoo_call(s, &c, a, e);

	if (rc != E_OK)
		return rc;
	s->uid = answer_int(&in, c.result, "uid", 1, INT32_MAX);
	return answer_end(&in, e);
}

enum errk odoo_login(struct odoo_server *s, struct arena *a, struct err *e)
{
	return s->api == ODOO_JSON2 ? login_json2(s, a, e) : login_rpc(s, a, e);
}
