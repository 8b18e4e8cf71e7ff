#ifndef ERPSYNC_SYNC_SESSION_H
#define ERPSYNC_SYNC_SESSION_H

#include <stdbool.h>

#include "base/conf.h"
#include "base/err.h"
#include "connectors/connector.h"
#include "map/map.h"
#include "net/http.h"
#include "net/oauth.h"
#include "state/state.h"
#include "sync/notice.h"

/*
 * What one invocation has open: configuration, log, state file, wire. Commands open what they need
 * and no more: `queue list` must work while the store is unreachable.
 */
struct session_options {
	/*
	 * -c; NULL = $ERPSYNC_CONF, ./erpsync.conf, ~/.config/erpsync/erpsync.conf,
	 * /etc/erpsync/erpsync.conf: the first that exists.
	 */
	const char *conf_path;
	const char *trace_path; /* --trace; NULL = none */
	bool dry_run;
};

struct lock;

struct session {
	struct session_options options;
	struct conf *conf;
	struct state *state; /* after session_open_state */
	/* Dry run: a private copy that the run may change; else NULL. */
	struct state *dry_state;
	struct http *http; /* after session_open_wire */
	struct token_store tokens;
	struct connector_state connector_state;
	struct lock *token_lock; /* held while a token is renewed */
	struct arena *arena;     /* lives as long as the session */
};

/*
 * Finds and reads the configuration, opens the log. E_LOCAL. The session must be zeroed or
 * released before.
 */
MUST_CHECK enum errk session_open(struct session *s, const struct session_options *o,
				  struct err *e);
MUST_CHECK enum errk session_open_state(struct session *s, struct err *e);
MUST_CHECK enum errk session_open_wire(struct session *s, struct err *e);
void session_release(struct session *s); /* safe on a zeroed one */

/* The state that a run works on: the copy in a dry run. */
static inline struct state *session_state(const struct session *s)
{
	return s->dry_state ? s->dry_state : s->state;
}

/* The mapper for a target system, with the configured overrides. */
MUST_CHECK enum errk session_mapper(struct session *s, const char *system, struct mapper **out,
				    struct err *e);

/*
 * Opens the connector of a side. path overrides its configured one; type NULL = [section]
 * connector=. Checks that it can pull or put the kind. notices outlive it.
 */
MUST_CHECK enum errk session_connector(struct session *s, const char *section, const char *type,
				       const char *path, struct notices *notices,
				       struct connector **out, struct err *e);
void connector_close(struct connector *c); /* takes NULL */

/*
 * All configuration tables of this build (engine's and connectors'), for conf_load, help and
 * the manual test.
 */
const struct conf_key *const *settings_tables(size_t *n);

static inline void cleanup_session(struct session *s)
{
	session_release(s);
}

static inline void cleanup_connector(struct connector **c)
{
	connector_close(*c);
}

#endif
