#ifndef ERPSYNC_NET_OAUTH_H
#define ERPSYNC_NET_OAUTH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "net/http.h"

/*
 * Access tokens that expire (RFC 6749, client credentials grant). The token is kept by a
 * store that survives the process and is shared by all runs; only one of them renews at a
 * time.
 */
struct oauth_token {
	const char *access_token;
	const char *scope;  /* as granted, may be "" */
	int64_t expires_at; /* seconds, 0 = does not expire */
};

/*
 * Where tokens are kept; given to connectors by the engine. key tells endpoints and
 * clients apart.
 */
struct token_store {
	void *ctx;
	/* *found = false when there is none. Texts live in the arena. E_LOCAL. */
	enum errk (*load)(void *ctx, const char *key, struct arena *a, struct oauth_token *out,
			  bool *found, struct err *e);
	enum errk (*save)(void *ctx, const char *key, const struct oauth_token *t, struct err *e);
	enum errk (*drop)(void *ctx, const char *key, struct err *e);
	/*
	 * One renewer at a time, across processes; waits up to timeout_ms, then E_BUSY.
	 */
	enum errk (*lock)(void *ctx, const char *key, int64_t timeout_ms, struct err *e);
	void (*unlock)(void *ctx, const char *key);
};

struct oauth_client {
	const char *token_url;
	const char *client_id, *client_secret;
	const char *who; /* for errors: "Shopify" */
	const struct http_trust *trust;
};

/*
 * A token that is good for at least another `margin_ms`: from the store, or a new one
 * asked for under the lock. `rejected` is a token that the API has just refused (401), or
 * NULL: it is never returned, and if another process has replaced it meanwhile, that one
 * is taken without asking again. E_REFUSED "bad_credentials" with the OAuth error named,
 * E_BUSY, E_LOCAL.
 */
MUST_CHECK enum errk oauth_client_credentials(struct http *h, const struct oauth_client *c,
					      const struct token_store *store, const char *rejected,
					      int64_t margin_ms, struct arena *a,
					      struct oauth_token *out, struct err *e);

#endif
