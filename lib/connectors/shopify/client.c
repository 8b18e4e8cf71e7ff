#include <string.h>

#include "base/clock.h"
#include "connectors/shopify/shopify.h"

/* A 401 with a renewable token: once more with a new one, in case it was revoked or replaced. */
static enum errk send_renewed(struct shopify *s, struct shopify_query *q, size_t n, struct arena *a,
			      struct err *e)
{
	enum errk rc = shopify_authorize_anew(s, a, e);
	if (rc != E_OK)
		return rc;
	return shopify_send_group(s, q, n, a, e);
}

enum errk shopify_send(struct shopify *s, struct shopify_query *q, size_t n, struct arena *a,
		       struct err *e)
{
	enum errk first = shopify_authorize(s, a, e);
	for (size_t done = 0; done < n && (first == E_OK || first == E_RECORD);) {
		size_t fit = 0;
		struct err group;
		enum errk rc = shopify_pace(s, q[done].doc, n - done, &fit, &group);
		if (rc == E_OK)
			rc = shopify_send_group(s, q + done, fit, a, &group);
		if (rc == E_REFUSED && s->client_id && strcmp(group.code, "bad_credentials") == 0)
			rc = send_renewed(s, q + done, fit, a, &group);
		if (rc != E_OK && first == E_OK) {
			first = rc;
			*e = group;
		}
		if (!fit)
			break;
		done += fit;
	}
	return first;
}

enum errk shopify_zone(struct connector *c, struct arena *a, const char **zone, struct err *e)
{
	enum { FRESH_S = 24 * 3600 };
	struct shopify *s = (struct shopify *)c;
	const struct connector_state *state = s->env.state;
	const char *key = arena_printf(a, "zone %s", s->host);
	const char *kept = NULL;
	int64_t at;
	enum errk rc = s->zone ? E_OK : state->load(state->ctx, key, a, &kept, &at, e);
	bool fresh = kept && clock_now() >= at && clock_now() - at < FRESH_S;
	if (rc == E_OK && !s->zone && !fresh) {
		struct shopify_query q = {.doc = DOC_SHOP_PROBE};
		rc = shopify_authorize(s, a, e);
		if (rc == E_OK && !s->zone)
			rc = shopify_send(s, &q, 1, a, e);
		shopify_query_release(&q);
		if (rc == E_OK && s->zone)
			rc = state->save(state->ctx, key, s->zone, e);
		/* Where it was yesterday it is today. */
		if (rc == E_BUSY && kept)
			rc = E_OK;
	}
	*zone = s->zone ? s->zone : kept;
	return rc;
}
