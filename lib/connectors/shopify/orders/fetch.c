#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/list.h"
#include "base/str.h"
#include "connectors/shopify/shopify.h"

enum { GROUPS_AT_ONCE = 16 };

struct order_head order_head_read(struct answer *in, const cJSON *node, struct arena *a)
{
	const char *shop = answer_text(in, node, "currencyCode");
	const char *buyer = answer_text(in, node, "presentmentCurrencyCode");
	return (struct order_head){
		.id = arena_strdup(a, answer_id(in, node, "id")),
		.name = arena_strdup(a, answer_text(in, node, "name")),
		.updated_at = arena_strdup(a, answer_id(in, node, "updatedAt")),
		.two_currencies = strcmp(shop, buyer) != 0,
		.shipped = order_may_be_shipped(answer_text(in, node, "displayFulfillmentStatus")),
	};
}

bool order_head_is_in(const struct order_head *head, size_t n, const char *id)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(head[i].id, id) == 0)
			return true;
	return false;
}

static const char *id_of(const void *ctx, size_t i)
{
	return ((const struct order_head *const *)ctx)[i]->id;
}

/*
 * The nodes of n orders, in their order. One that was listed a moment ago and is not there may be
 * deleted, or the answer wrong: only the next listing tells.
 */
static enum errk take_nodes(const struct shopify_query *q, const struct order_head *const *head,
			    size_t n, const cJSON **node, struct err *e)
{
	struct answer in = shopify_answer(q);
	answer_by_id(&in, q->data, "nodes", n, id_of, head, node);
	for (size_t i = 0; i < n; i++) {
		/* Which version it is decides whether it is ever read again. */
		if (node[i])
			answer_id(&in, node[i], "updatedAt");
		else
			answer_fault(&in, "nodes", "lacks the order %s, which was listed just now",
				     head[i]->id);
	}
	return answer_end(&in, e);
}

/* What was shipped is asked for where one of them may be: what is not there costs nothing. */
static cJSON *fetch_variables(const struct order_reading *r, const struct order_head *const *head,
			      size_t n, bool presentment)
{
	const struct shopify *s = r->s;
	cJSON *v = json_object();
	cJSON *ids = json_add_array(v, "ids");
	bool shipped = false;
	for (size_t i = 0; i < n; i++) {
		json_push(ids, cJSON_CreateString(head[i]->id));
		shipped |= head[i]->shipped;
	}
	json_add_bool(v, "shipped", shipped);
	json_add_int(v, "lines", FIRST_LINES);
	json_add_int(v, "lists", FIRST_LISTS);
	json_add_bool(v, "presentment", presentment);
	json_add_bool(v, "terms", !r->use->refunds && shopify_has_scope(s, "read_payment_terms"));
	json_add_bool(v, "locations", shopify_has_scope(s, "read_locations"));
	metafields_ask(s, METAFIELDS_OF_ORDER, !r->use->refunds, v);
	return v;
}

/* Asks for one order anew; *node lives in q. */
static enum errk fetch_again(struct order_reading *r, const char *id, bool presentment,
			     struct shopify_query *q, cJSON **node, struct err *e)
{
	const struct order_head head = {.id = arena_strdup(r->a, id), .shipped = true},
				*one = &head;
	shopify_query_release(q);
	*q = (struct shopify_query){.doc = DOC_ORDERS_BY_ID,
				    .variables = fetch_variables(r, &one, 1, presentment)};
	enum errk rc = shopify_send(r->s, q, 1, r->a, e);
	const cJSON *found = NULL;
	if (rc == E_OK)
		rc = take_nodes(q, &one, 1, &found, e);
	*node = (cJSON *)found; /* part of q->root, which is ours to change */
	return rc;
}

const char *order_label(const cJSON *node)
{
	const char *name = json_str(node, "name");
	return name && *name ? name : json_str(node, "id");
}

/*
 * Reads what the first answer did not hold. An order that changes meanwhile is begun again: its
 * parts must be of one version.
 */
static enum errk read_whole(struct order_reading *r, cJSON **node, bool presentment,
			    struct shopify_query *again, struct err *e)
{
	for (int round = 0; round < 4; round++) {
		bool changed = false;
		enum errk rc = order_read_rest(r->s, r->use, *node, presentment, r->a, &changed, e);
		if (rc != E_OK || !changed)
			return rc;
		rc = fetch_again(r, json_str(*node, "id"), presentment, again, node, e);
		/* Nothing of it is at hand any more that could be parked. */
		if (rc == E_RECORD)
			rc = e->kind = E_BUSY;
		if (rc != E_OK)
			return rc;
	}
	return err_set(e, E_BUSY, "changing", "order %s changes faster than it can be read",
		       order_label(*node));
}

/*
 * updatedAt has whole seconds: an order may change again within the second in which it was read.
 * What is that young gets a version of its own, so that the next window, which lists the order
 * once more, takes it for news.
 */
static const char *version_of(const struct shopify *s, const char *text, struct arena *a)
{
	int64_t changed;
	if (clock_parse(text, &changed, NULL) != E_OK || changed < shopify_now(s) - INDEX_LAG)
		return arena_strdup(a, text);
	return arena_printf(a, "%s~", text);
}

const char *order_version(const struct shopify *s, const cJSON *node, struct arena *a)
{
	/* take_nodes saw to it that there is one */
	return version_of(s, json_str(node, "updatedAt"), a);
}

/* What is read of one order, and is too much, is this order's trouble: the others need not wait for it. */
static bool is_too_big(enum errk rc, const struct err *e)
{
	return rc == E_BUSY && strcmp(e->code, "answer_too_big") == 0;
}

static enum errk too_big(const char *label, struct err *e)
{
	return err_set(
		e, E_RECORD, "too_big",
		"what Shopify shows of it is more than an answer may be (32 MiB); name fewer "
		"or shorter metafields in [orders], then run: erpsync orders export --only "
		"'%s'",
		label);
}

/*
 * Is the buyer hidden, or is there none? A customer of the shop has a name, a mail or a telephone, and
 * nobody gets goods sent through the online store's checkout without an address: where nothing of it is
 * shown, Shopify hides it. What staff or an app enters, and a till, needs no buyer at all: the order is
 * a guest's. (Help center, "Creating draft orders"; shopify.dev, "Work with protected customer data".)
 */
static bool lacks_personal_data(const cJSON *node)
{
	static const char *const any[] = {"email",
					  "phone",
					  "shippingAddress",
					  "billingAddress",
					  "customer.firstName",
					  "customer.lastName",
					  "customer.defaultEmailAddress.emailAddress",
					  NULL};
	bool ships = false;
	JSON_EACH (line, json_at(node, "lineItems.nodes"))
		ships |= json_bool(line, "requiresShipping", false);
	const char *source = json_str(node, "sourceName");
	if (source && strcmp(source, "pos") == 0)
		return false;
	if (!json_at(node, "customer") && !(ships && source && strcmp(source, "web") == 0))
		return false;
	for (const char *const *p = any; *p; p++)
		if (json_at(node, *p))
			return false;
	return true;
}

static enum errk check_buyer(const cJSON *node, struct err *e)
{
	if (!lacks_personal_data(node))
		return E_OK;
	return err_set(
		e, E_RECORD, "personal_data_hidden",
		"Shopify shows no name, address, mail or phone of its buyer: request access to "
		"protected customer data in the app's settings, then run: erpsync orders export "
		"--only '%s'",
		order_label(node));
}

struct record *order_reading_add(struct order_reading *r)
{
	return LIST_ADD(r->out->rec, r->out->n, r->cap, r->a);
}

enum errk order_add_made(struct order_reading *r, const struct record *head, enum errk rc,
			 const cJSON *doc, struct err *e)
{
	struct record rec = *head;
	if (rc == E_RECORD) {
		/* A problem of one record stays with it; everything else ends the page. */
		struct err *problem = arena_alloc(r->a, sizeof(*problem));
		*problem = *e;
		rec.problem = problem;
		rc = E_OK;
	} else if (rc == E_OK) {
		rec.doc = json_text(doc, r->a);
		rec.doc_len = strlen(rec.doc);
	}
	if (rc == E_OK)
		*order_reading_add(r) = rec;
	return rc;
}

static enum errk add_itself(struct order_reading *r, const cJSON *node, enum errk rc, struct err *e)
{
	const struct record head = {
		.id = arena_strdup(r->a, json_str(node, "id")),
		.label = arena_strdup(r->a, order_label(node)),
		.version = order_version(r->s, node, r->a),
	};
	CLEANUP(json) cJSON *doc = NULL;
	if (rc == E_OK)
		rc = check_buyer(node, e);
	if (rc == E_OK)
		rc = order_document(r->s, node, r->a, &doc, e);
	return order_add_made(r, &head, rc, doc, e);
}

const struct order_use order_use_itself = {.kind = KIND_ORDER, .add = add_itself};

/* What one node is read for. */
static enum errk add_order(struct order_reading *r, cJSON *node, bool presentment, struct err *e)
{
	struct shopify_query again = {0};
	enum errk rc = read_whole(r, &node, presentment, &again, e);
	if (node && is_too_big(rc, e))
		rc = too_big(order_label(node), e);
	if (rc == E_OK || rc == E_RECORD)
		rc = r->use->add(r, node, rc, e);
	shopify_query_release(&again);
	return rc;
}

/*
 * Without approval for protected customer data Shopify sends null for names and addresses, without
 * an error. One such order is parked; a whole answer of them ends the run, before the queue is
 * filled with orders of nobody.
 */
static enum errk check_personal_data(const struct shopify *s, const cJSON *const *node, size_t n,
				     struct err *e)
{
	size_t blank = 0;
	for (size_t i = 0; i < n; i++)
		blank += lacks_personal_data(node[i]);
	if (blank < 3 || blank < n)
		return E_OK;
	return err_set(
		e, E_REFUSED, "personal_data_hidden",
		"Shopify (%s) hides names and addresses of all %zu orders read: request access "
		"to protected customer data (name, address, phone, email) in the app's "
		"settings; an app made in the admin needs the Grow plan or higher",
		s->host, n);
}

static enum errk add_orders(struct order_reading *r, struct shopify_query *q,
			    const struct order_head *const *head, size_t n, bool presentment,
			    struct err *e)
{
	const cJSON **node = arena_array(r->a, n, sizeof(*node));
	enum errk rc = take_nodes(q, head, n, node, e);
	if (rc == E_OK && !r->use->refunds)
		rc = check_personal_data(r->s, node, n, e);
	for (size_t i = 0; i < n && rc == E_OK; i++)
		rc = add_order(r, (cJSON *)node[i], presentment, e);
	return rc;
}

/* How many orders the next request may ask for, by what the last one cost. */
static void adapt(const struct shopify *s, size_t asked, int *fetch)
{
	int64_t cost = s->cost[DOC_ORDERS_BY_ID] / 1000;
	if (cost && asked >= (size_t)*fetch && cost * 2 <= COST_MAX && *fetch < FETCH_MAX)
		*fetch = *fetch * 2 > FETCH_MAX ? FETCH_MAX : *fetch * 2;
}

/* The answer about a single order is too much. */
static enum errk add_too_big(struct order_reading *r, const struct order_head *head, struct err *e)
{
	const struct record rec = {
		.id = head->id,
		.label = *head->name ? head->name : head->id,
		.version = version_of(r->s, head->updated_at, r->a),
	};
	return order_add_made(r, &rec, too_big(rec.label, e), NULL, e);
}

/* Sends up to GROUPS_AT_ONCE requests of *fetch orders each; *done = orders dealt with. */
static enum errk fetch_some(struct order_reading *r, const struct order_head *const *head, size_t n,
			    bool presentment, size_t *done, struct err *e)
{
	struct shopify *s = r->s;
	struct shopify_query q[GROUPS_AT_ONCE] = {0};
	size_t size = (size_t)*r->fetch < n ? (size_t)*r->fetch : n, groups = 0, asked = 0;
	/* Until a request's cost is known, one goes alone. */
	size_t most = s->cost[DOC_ORDERS_BY_ID] ? s->parallel : 1;
	for (; groups < most && asked < n; groups++) {
		size_t k = n - asked < size ? n - asked : size;
		q[groups].doc = DOC_ORDERS_BY_ID;
		q[groups].variables = fetch_variables(r, head + asked, k, presentment);
		asked += k;
	}
	enum errk rc = shopify_send(s, q, groups, r->a, e);
	/* Only an order itself is read with what may be large. */
	bool big = is_too_big(rc, e) && !r->use->refunds;
	bool too_dear = (big || (rc == E_RECORD && strcmp(e->code, "max_cost") == 0)) && size > 1;
	for (size_t i = 0; i < groups && rc == E_OK; i++)
		rc = add_orders(r, &q[i], head + i * size,
				asked - i * size < size ? asked - i * size : size, presentment, e);
	for (size_t i = 0; i < groups; i++)
		shopify_query_release(&q[i]);
	if (too_dear) {
		*r->fetch = (int)size / 2;
		*done = 0;
		return E_OK;
	}
	if (big && groups > 1)
		return fetch_some(r, head, 1, presentment, done, e);
	if (big)
		rc = add_too_big(r, head[0], e);
	else if (rc == E_OK)
		adapt(s, asked < size ? asked : size, r->fetch);
	if (rc == E_OK)
		*done = asked;
	return rc;
}

/* All orders of one kind: with the buyer's currency, or, cheaper, without. */
static enum errk fetch_kind(struct order_reading *r, const struct order_head *head, size_t n,
			    bool presentment, struct err *e)
{
	const struct order_head **some = arena_array(r->a, n, sizeof(*some));
	size_t count = 0, done = 0;
	for (size_t i = 0; i < n; i++)
		if (head[i].two_currencies == presentment)
			some[count++] = &head[i];
	for (size_t at = 0; at < count; at += done) {
		enum errk rc = fetch_some(r, some + at, count - at, presentment, &done, e);
		if (rc != E_OK)
			return rc;
	}
	return E_OK;
}

enum errk orders_fetch(struct order_reading *r, const struct order_head *head, size_t n,
		       struct err *e)
{
	/*
	 * What an order costs is not published: begin small, then grow as far as the answers
	 * allow.
	 */
	if (*r->fetch < 1)
		*r->fetch = 2;
	enum errk rc = fetch_kind(r, head, n, false, e);
	if (rc == E_OK)
		rc = fetch_kind(r, head, n, true, e);
	return rc;
}
