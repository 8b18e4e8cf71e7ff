#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "connectors/shopify/shopify.h"
#include "net/graphql.h"

int64_t shopify_now(const struct shopify *s)
{
	return clock_now() + s->clock_skew;
}

/*
 * A write that Shopify failed at, or whose answer can't be read, may have been carried out: it is not
 * sent again from here. THROTTLED is said before anything is done (shopify.dev, "API limits").
 */
static enum errk judge_write(const struct shopify_query *q, enum errk rc, struct err *e)
{
	if (rc == E_BUSY && shopify_documents[q->doc].intent == HTTP_WRITE &&
	    strcmp(e->code, "throttled") != 0)
		rc = e->kind = E_UNSURE;
	return rc;
}

/*
 * Runs inside lib/net for each answer, so that THROTTLED, and where something was read internal
 * errors and answers that are no JSON, are tried again under the same rules as a 429.
 */
static enum errk judge(struct http_call *call, struct err *e)
{
	struct shopify_query *q = call->user;
	cJSON_Delete(q->root);
	q->root = NULL;
	q->data = NULL;
	if (call->answer.status != 200)
		return E_OK;
	enum errk rc = graphql_parse(&call->answer, &q->root, e);
	if (rc != E_OK)
		return judge_write(q, rc, e);
	q->data = cJSON_GetObjectItemCaseSensitive(q->root, "data");
	struct arena *scratch = arena_new();
	rc = shopify_graphql_error(q->store, q->root, scratch, e);
	arena_free(scratch);
	return judge_write(q, rc, e);
}

/* A shop may move to another zone, but not within a run. */
static void learn_zone(struct shopify *s, const struct shopify_query *q)
{
	const char *zone = json_str(q->data, "shop.ianaTimezone");
	char day[CLOCK_DAY_SIZE];

	if (!zone || s->zone)
		return;
	s->zone = arena_strdup(s->arena, zone);
	if (!clock_day(0, s->zone, day))
		s->env.notice(
			s->env.notice_ctx, NULL,
			arena_printf(s->arena,
				     "this machine does not know the shop's time zone %s (package "
				     "tzdata): days of orders and payments are those of UTC",
				     s->zone));
}

static void learn(struct shopify *s, const struct shopify_query *q, const struct http_answer *a)
{
	/* The first answer tells; a clock that falls from answer to answer would never let a window be. */
	if (a->date && !s->clock_known) {
		s->clock_skew = a->date - clock_now();
		s->clock_known = true;
	}
	if (!q->root)
		return;
	learn_zone(s, q);
	int64_t cost = shopify_cost(q->root, "extensions.cost.requestedQueryCost");
	if (cost >= 0)
		s->cost[q->doc] = cost;
	int64_t max = shopify_cost(q->root, "extensions.cost.throttleStatus.maximumAvailable");
	int64_t have = shopify_cost(q->root, "extensions.cost.throttleStatus.currentlyAvailable");
	int64_t rate = shopify_cost(q->root, "extensions.cost.throttleStatus.restoreRate");
	if (max > 0 && have >= 0 && rate > 0)
		bucket_sync(&s->bucket, max, have, rate, clock_mono_ms());
}

/* An expired version is not refused: Shopify answers with the oldest supported one. */
static enum errk check_served_version(const struct shopify *s, const struct http_answer *a,
				      struct err *e)
{
	const char *served = http_answer_header(a, "x-shopify-api-version");
	if (!served || strcmp(served, s->version) == 0)
		return E_OK;
	return err_set(e, E_REFUSED, "version",
		       "Shopify (%s) answered with API version %s instead of %s: that one has "
		       "expired or does not exist yet; set [store] api_version to a supported one",
		       s->host, served, s->version);
}

static void prepare(struct shopify *s, struct shopify_query *q, struct http_call *call,
		    const struct http_header *headers, struct arena *a)
{
	const char *body = graphql_body(shopify_document_text(s, q->doc),
					shopify_documents[q->doc].operation, q->variables, a);
	q->store = s;
	*call = (struct http_call){
		.request = {.intent = shopify_documents[q->doc].intent,
			    .method = "POST",
			    .url = s->endpoint,
			    .headers = headers,
			    .n_headers = 3,
			    .body = body,
			    .body_len = strlen(body),
			    .label = shopify_documents[q->doc].label,
			    .trust = &s->trust},
		.judge = judge,
		.user = q,
	};
}

enum errk shopify_pace(struct shopify *s, enum shopify_document doc, size_t n, size_t *fit,
		       struct err *e)
{
	int64_t cost = s->cost[doc] ? s->cost[doc] : COST_MAX * 1000 / 4;
	int64_t wait = bucket_wait_ms(&s->bucket, cost, clock_mono_ms());
	enum errk rc = wait > 0 ? http_await(s->env.http, wait, "Shopify", e) : E_OK;
	if (rc != E_OK)
		return rc;
	*fit = 0;
	while (*fit < n && *fit < s->parallel &&
	       (*fit == 0 || bucket_wait_ms(&s->bucket, cost, clock_mono_ms()) == 0)) {
		bucket_take(&s->bucket, cost, clock_mono_ms());
		++*fit;
	}
	return E_OK;
}

enum errk shopify_send_group(struct shopify *s, struct shopify_query *q, size_t n, struct arena *a,
			     struct err *e)
{
	const struct http_header headers[] = {{"Content-Type", "application/json"},
					      {"Accept", "application/json"},
					      {"X-Shopify-Access-Token", s->token}};
	struct http_call *calls = arena_array(a, n, sizeof(*calls));
	for (size_t i = 0; i < n; i++)
		prepare(s, &q[i], &calls[i], headers, a);
	/* What happened to each query stands in its own call; the first error follows from them. */
	struct err any;
	enum errk first = E_OK;
	enum errk sent = http_batch(s->env.http, calls, n, s->parallel, a, &any);
	(void)sent;
	for (size_t i = 0; i < n; i++) {
		q[i].err = calls[i].err;
		learn(s, &q[i], &calls[i].answer);
		if (q[i].err.kind == E_OK)
			q[i].err.kind = shopify_status_error(s, &calls[i].answer, &q[i].err);
		if (q[i].err.kind == E_OK)
			q[i].err.kind = check_served_version(s, &calls[i].answer, &q[i].err);
		if (q[i].err.kind != E_OK && first == E_OK) {
			first = q[i].err.kind;
			*e = q[i].err;
		}
	}
	return first;
}
