#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/str.h"
#include "connectors/shopify/shipments/shipments.h"

enum { ORDERS_OF_SEARCH = 100 };

/* Deliveries whose order is looked for by one search. */
struct search {
	struct delivery *d[NAMES_PER_SEARCH];
	const char *hit[NAMES_PER_SEARCH];   /* gid; "" = there are several */
	const char *near_[NAMES_PER_SEARCH]; /* the same but for the # */
	size_t n;
};

static void add_name(struct str *text, const char *hash, const char *name)
{
	str_addf(text, "%sname:'%s", text->len ? " OR " : "", hash);
	for (const char *c = name; *c; c++) {
		if (*c == '\'' || *c == '\\')
			str_addc(text, '\\');
		str_addc(text, *c);
	}
	str_addc(text, '\'');
}

/* A shop's names begin with # or with what the shop chose; ERPs drop the #. */
static const char *search_text(const struct search *w, struct arena *a)
{
	CLEANUP(str) struct str text = {0};
	str_init(&text, 0);
	for (size_t i = 0; i < w->n; i++) {
		const char *name = w->d[i]->order_name;
		add_name(&text, "", name);
		add_name(&text, name[0] == '#' ? "" : "#", name[0] == '#' ? name + 1 : name);
	}
	return arena_strdup(a, text.buf);
}

static void take_hit(const char **hit, const char *id, struct arena *a)
{
	if (!*hit)
		*hit = arena_strdup(a, id);
	else if (strcmp(*hit, id) != 0)
		*hit = "";
}

/* The search is by words and without case: only the same name is the same order. */
static enum errk take_page(struct search *w, const struct shopify_query *q,
			   struct answer_walk *walk, const char **after, struct arena *a,
			   struct err *e)
{
	struct answer in = shopify_answer(q);
	JSON_EACH (node, answer_page(&in, q->data, "orders", ORDERS_OF_SEARCH, walk, after)) {
		const char *id = answer_id(&in, node, "id"), *name = answer_text(&in, node, "name");
		for (size_t i = 0; answer_ok(&in) && i < w->n; i++) {
			const char *wanted = w->d[i]->order_name;
			if (strcmp(wanted, name) == 0)
				take_hit(&w->hit[i], id, a);
			else if ((name[0] == '#' && strcmp(name + 1, wanted) == 0) ||
				 (wanted[0] == '#' && strcmp(wanted + 1, name) == 0))
				take_hit(&w->near_[i], id, a);
		}
	}
	*after = arena_strdup(a, *after);
	return answer_end(&in, e);
}

static void refuse_unknown(const struct fulfillment_put *p, struct delivery *d)
{
	delivery_refuse(
		d, "unknown_order",
		"the shop has no order '%s'%s; correct the order's name in the ERP " SAID_ANEW
		", then run: erpsync queue retry '%s'",
		d->order_name ? d->order_name : d->order_id,
		shopify_has_scope(p->shop, "read_all_orders")
			? ""
			: ", or it is older than 60 days: the app may not see those without "
			  "the scope read_all_orders",
		d->put->label);
}

static void decide(const struct fulfillment_put *p, struct search *w)
{
	for (size_t i = 0; i < w->n; i++) {
		const char *hit = w->hit[i] ? w->hit[i] : w->near_[i];
		if (!hit)
			refuse_unknown(p, w->d[i]);
		else if (!*hit)
			delivery_refuse(
				w->d[i], "ambiguous_order",
				"the shop has several orders '%s'; the ERP must name it by its id",
				w->d[i]->order_name);
		else
			w->d[i]->order_id = hit;
	}
}

static enum errk run_search(struct fulfillment_put *p, struct search *w, struct err *e)
{
	const char *text = search_text(w, p->arena), *after = NULL;
	struct answer_walk walk = {0};
	do {
		struct shopify_query q = {.doc = DOC_ORDERS_BY_NAME, .variables = json_object()};
		json_add_str(q.variables, "query", text);
		json_add_int(q.variables, "first", ORDERS_OF_SEARCH);
		json_add_str(q.variables, "after", after);
		enum errk rc = shopify_send(p->shop, &q, 1, p->arena, e);
		if (rc == E_OK)
			rc = take_page(w, &q, &walk, &after, p->arena, e);
		shopify_query_release(&q);
		if (rc != E_OK)
			return rc;
	} while (after);
	decide(p, w);
	return E_OK;
}

static enum errk find_names(struct fulfillment_put *p, struct err *e)
{
	struct search w = {.n = 0};
	enum errk rc = E_OK;
	for (size_t i = 0; i <= p->n && rc == E_OK; i++) {
		struct delivery *d = i < p->n ? &p->item[i] : NULL;
		if (d && delivery_is_open(d) && !d->order_id)
			w.d[w.n++] = d;
		if (w.n == NAMES_PER_SEARCH || (!d && w.n)) {
			rc = run_search(p, &w, e);
			w = (struct search){.n = 0};
		}
	}
	return rc;
}

static struct ship_state *state_of(struct fulfillment_put *p, const char *id)
{
	for (size_t i = 0; i < p->n_states; i++)
		if (strcmp(p->state[i].id, id) == 0)
			return &p->state[i];
	p->state[p->n_states] = (struct ship_state){.id = id};
	return &p->state[p->n_states++];
}

enum errk fulfillment_find_orders(struct fulfillment_put *p, struct err *e)
{
	enum errk rc = find_names(p, e);
	if (rc != E_OK)
		return rc;
	p->state = arena_array(p->arena, p->n, sizeof(*p->state));
	for (size_t i = 0; i < p->n; i++)
		if (delivery_is_open(&p->item[i]))
			p->item[i].state = state_of(p, p->item[i].order_id);
	return E_OK;
}
