#ifndef ERPSYNC_CONNECTORS_ODOO_CALL_H
#define ERPSYNC_CONNECTORS_ODOO_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "base/arena.h"
#include "base/err.h"
#include "net/http.h"

/*
 * The way to Odoo: one call of a model's method, whichever API carries it.
 *
 *	JSON-2    from Odoo 19: POST /json/2/<model>/<method>, arguments by name, bearer key
 *	          (Odoo documentation, "External JSON-2 API")
 *	JSON-RPC  all versions: POST /jsonrpc, execute_kw with login and key or password
 *	          ("External API")
 *
 * One call is one database transaction in Odoo: all of it, or nothing.
 */
enum odoo_api { ODOO_JSON2, ODOO_JSONRPC };

/* Whom to call, and as whom. Texts outlive the calls. */
struct odoo_server {
	struct http *http;
	const char *url, *host; /* "https://odoo.example", "odoo.example" */
	const char *db;         /* NULL: the server has only one (JSON-2) */
	const char *login, *key;
	enum odoo_api api;
	int64_t uid;     /* JSON-RPC */
	int64_t company; /* 0 = the user's own */
	const char *lang;
	int64_t timeout_ms;
	struct http_trust trust;
};

struct odoo_call {
	const char *model, *method;
	const int64_t *ids; /* records that the method is called on; NULL: on the model */
	size_t n_ids;
	cJSON *args;    /* object, arguments by name; owned by the call; NULL = none */
	cJSON *context; /* object, added to language, time zone and company; owned; may be NULL */
	enum http_intent intent;
	/*
	 * What it makes gets no note in its history that it was made, and our user does not follow it
	 * (who follows is written to about each answer of a customer). Later changes are noted as
	 * ever. Saves Odoo a tenth of the work on an order, or more.
	 */
	bool quiet;
	bool hide; /* personal data stand in rows of cells: keep both bodies out of traces */
	/* Out: what the method returned, owned by the call; JSON null when that is nothing. */
	cJSON *result;
	int64_t date;   /* out: the server's clock when it answered, seconds; 0 = it didn't say */
	struct err err; /* out, of odoo_calls: what became of this one */
	const struct odoo_server *server; /* set by odoo_call */
};

/*
 * Sends it. The kinds are those of errors.c; in short E_RECORD: Odoo refuses these
 * records, E_BUSY: nothing was done, later may work, E_UNSURE: a write may have been done,
 * E_REFUSED: key, right, database, missing module. Messages name model, method and what Odoo said.
 */
MUST_CHECK enum errk odoo_call(const struct odoo_server *s, struct odoo_call *c, struct arena *a,
			       struct err *e);
/*
 * Sends several, at most `parallel` under way at once. What became of each stands in its err: kind
 * E_OK, and result is there, or as above.
 */
void odoo_calls(const struct odoo_server *s, struct odoo_call *c, size_t n, size_t parallel,
		struct arena *a);
void odoo_call_release(struct odoo_call *c);

/* The body as either API wants it, in the arena. */
const char *odoo_json2_body(const struct odoo_server *s, const struct odoo_call *c,
			    struct arena *a);
const char *odoo_jsonrpc_body(const struct odoo_server *s, const struct odoo_call *c,
			      struct arena *a);

/* errors.c: an answer that is no result. name and text are Odoo's; NULL = none (HTML page). */
struct odoo_failure {
	long status;
	const char *name, *text;
	enum http_intent intent;
};
/*
 * The one table of what failures mean. subject: "sale.order/load (odoo.example)". An answer that
 * the table has no opinion of (a proxy's 502) is E_OK.
 */
MUST_CHECK enum errk odoo_failure(const struct odoo_failure *f, const char *subject,
				  struct arena *a, struct err *e);

/* version.c: which Odoo answers there. */
struct odoo_version {
	int major;        /* 19; online versions "saas~18.2" count as 18 */
	const char *text; /* "19.0" */
};
MUST_CHECK enum errk odoo_version_ask(const struct odoo_server *s, struct arena *a,
				      struct odoo_version *out, struct err *e);
/* Who we are there: the user's id. E_REFUSED "bad_credentials". */
MUST_CHECK enum errk odoo_login(struct odoo_server *s, struct arena *a, struct err *e);

/* An HTTP exchange that is no method call. *root is owned by the caller. */
MUST_CHECK enum errk odoo_exchange(const struct odoo_server *s, const char *path, const char *body,
				   const char *label, struct arena *a, cJSON **root, long *status,
				   struct err *e);

static inline void cleanup_odoo_call(struct odoo_call *c)
{
	odoo_call_release(c);
}

#endif
