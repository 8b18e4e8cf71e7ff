#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "state/lock.h"
#include "state/connector_state.h"
#include "state/passed.h"
#include "state/token.h"
#include "sync/sync_priv.h"

/*
 * Connectors don't know the state file: they get this. The real state serves dry runs too, since
 * a token is no business data and asking for one twice would only cost.
 */
static enum errk load(void *ctx, const char *key, struct arena *a, struct oauth_token *out,
		      bool *found, struct err *e)
{
	struct session *s = ctx;
	return token_get(s->state, key, a, &out->access_token, &out->scope, &out->expires_at, found,
			 e);
}

static enum errk save(void *ctx, const char *key, const struct oauth_token *t, struct err *e)
{
	struct session *s = ctx;
	return token_set(s->state, key, t->access_token, t->scope, t->expires_at, e);
}

static enum errk drop(void *ctx, const char *key, struct err *e)
{
	struct session *s = ctx;
	return token_drop(s->state, key, e);
}

static enum errk hold(void *ctx, const char *key, int64_t timeout_ms, struct err *e)
{
	struct session *s = ctx;
	const char *name = arena_printf(s->arena, "token %s", key);
	return lock_take(s->state, name, timeout_ms, &s->token_lock, e);
}

static void let_go(void *ctx, const char *key)
{
	struct session *s = ctx;
	lock_free(s->token_lock);
	s->token_lock = NULL;
	(void)key;
}

/* A dry run's notes go with its copy of the state. */
static enum errk state_save(void *ctx, const char *key, const char *text, struct err *e)
{
	return connector_state_set(session_state(ctx), key, text, clock_now(), e);
}

static enum errk state_load(void *ctx, const char *key, struct arena *a, const char **text,
			    int64_t *saved_at, struct err *e)
{
	return connector_state_get(session_state(ctx), key, a, text, saved_at, e);
}

static enum errk state_forget(void *ctx, const char *prefix, struct err *e)
{
	return connector_state_drop(session_state(ctx), prefix, e);
}

static int64_t state_age_now(void *ctx)
{
	struct err ignored;
	int64_t now;
	return passed_last(session_state(ctx), clock_now(), &now, &ignored) == E_OK ? now : 0;
}

struct connector_state session_connector_state(struct session *s)
{
	return (struct connector_state){.ctx = s,
					.load = state_load,
					.save = state_save,
					.drop = state_forget,
					.age_now = state_age_now};
}

struct token_store session_tokens(struct session *s)
{
	return (struct token_store){.ctx = s,
				    .load = load,
				    .save = save,
				    .drop = drop,
				    .lock = hold,
				    .unlock = let_go};
}
