#include <string.h>

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
