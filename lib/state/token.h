#ifndef ERPSYNC_STATE_TOKEN_H
#define ERPSYNC_STATE_TOKEN_H

#include "state/state.h"

/* Access tokens kept between runs, by endpoint and client. */
MUST_CHECK enum errk token_get(struct state *s, const char *key, struct arena *a,
			       const char **token, const char **scope, int64_t *expires_at,
			       bool *found, struct err *e);
MUST_CHECK enum errk token_set(struct state *s, const char *key, const char *token,
			       const char *scope, int64_t expires_at, struct err *e);
MUST_CHECK enum errk token_drop(struct state *s, const char *key, struct err *e);

#endif
