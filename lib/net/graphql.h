#ifndef ERPSYNC_NET_GRAPHQL_H
#define ERPSYNC_NET_GRAPHQL_H

#include <cjson/cJSON.h>

#include "base/arena.h"
#include "base/err.h"
#include "net/http.h"

/*
 * The GraphQL envelope over HTTP POST (graphql.org, "Serving over HTTP"); no vendor's
 * extension.
 */

/*
 * {"query": …, "operationName": …, "variables": …} as compact text in the arena.
 * operation may be NULL; variables is borrowed, NULL = none.
 */
const char *graphql_body(const char *document, const char *operation, const cJSON *variables,
			 struct arena *a);

/*
 * Parses an answer body. A body that is no JSON object is E_BUSY "bad_json": servers and
 * proxies send HTML or cut text when they are unwell. On success *root is the whole
 * envelope, owned by the caller.
 */
MUST_CHECK enum errk graphql_parse(const struct http_answer *answer, cJSON **root, struct err *e);

/* First errors[] entry, or NULL; errors that are no list are an error without code and text. */
const cJSON *graphql_first_error(const cJSON *root);
/* Its extensions.code, or "" ; its message shortened to one safe line in buf. */
const char *graphql_error_code(const cJSON *error);
const char *graphql_error_text(const cJSON *error, struct arena *a);

#endif
