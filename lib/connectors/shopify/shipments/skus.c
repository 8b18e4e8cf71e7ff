#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "connectors/shopify/shipments/shipments.h"

/*
 * A line of an order keeps the SKU of the day of the sale, and the ERP may call the article as it is called now.
 * Where no line goes by the delivery's SKU, it is asked whose article does.
 */

/* A line of the order that is shipped or to be shipped, whose article is called so now. */
struct hit {
	const char *line, *sold_as;
};
struct hits {
	struct delivery_line *of;
	LIST(struct hit) list;
};

/* What the line was sold as; NULL: it is none that this app ships. */
static const char *const *find(const struct ship_state *s, const char *line)
{
	for (size_t i = 0; i < s->n_orders; i++)
		for (size_t k = 0; k < s->order[i].n_left; k++)
			if (str_equal(s->order[i].left[k].line, line))
				return &s->order[i].left[k].sku;
	for (size_t i = 0; i < s->n_done; i++)
		for (size_t k = 0; k < s->done[i].n_lines; k++)
			if (str_equal(s->done[i].line[k].line, line))
				return &s->done[i].line[k].sku;
	return NULL;
}

static bool is_known(const struct ship_state *s, const struct delivery_line *l)
{
	for (size_t i = 0; i < s->n_orders; i++)
		for (size_t k = 0; k < s->order[i].n_left; k++)
			if (delivery_line_is(l, s->order[i].left[k].line, s->order[i].left[k].sku))
				return true;
	for (size_t i = 0; i < s->n_done; i++)
		for (size_t k = 0; k < s->done[i].n_lines; k++)
			if (delivery_line_is(l, s->done[i].line[k].line, s->done[i].line[k].sku))
				return true;
	return false;
}

static void take(struct fulfillment_put *p, const struct delivery *d, struct answer *in,
		 const cJSON *nodes, struct hits *hits, size_t n)
{
	JSON_EACH (node, nodes) {
		const char *line = answer_id(in, node, "id"), *const * sold_as;
		const char *sku = answer_object_or_null(in, node, "variant")
					  ? answer_text_or_null(in, node, "variant.sku")
					  : NULL;
		for (size_t i = 0; i < n && sku && answer_ok(in); i++) {
			if (!str_equal(hits[i].of->sku, sku))
				continue;
			sold_as = find(d->state, line);
			if (sold_as)
				*list_add(&hits[i].list, p->arena) =
					(struct hit){arena_strdup(p->arena, line), *sold_as};
		}
	}
}

static enum errk ask(struct fulfillment_put *p, const struct delivery *d, struct hits *hits,
		     size_t n, struct err *e)
{
	struct answer_walk walk = {0};
	const char *after = NULL;
	enum errk rc;
	do {
		struct shopify_query q = {.doc = DOC_SHIPPING_SKUS, .variables = json_object()};
		json_add_str(q.variables, "id", d->state->id);
		json_add_str(q.variables, "after", after);
		rc = shopify_send(p->shop, &q, 1, p->arena, e);
		if (rc == E_OK) {
			struct answer in = shopify_answer(&q);
			const cJSON *nodes = answer_page(&in, q.data, "order.lineItems", PAGE_MAX,
							 &walk, &after);
			take(p, d, &in, nodes, hits, n);
			after = arena_strdup(p->arena, after);
			rc = answer_end(&in, e);
		}
		shopify_query_release(&q);
	} while (rc == E_OK && after);
	return rc;
}

static void refuse(struct delivery *d, const char *sku, const char *sold_as, const char *also)
{
	delivery_refuse(d, "ambiguous_sku",
			"'%s' is what the shop calls now what order %s sold as '%s', and %s '%s' "
			"may be meant as well: the ERP must say which by line_id, beside the SKU",
			sku, d->state->name, sold_as ? sold_as : "", also, sold_as ? sold_as : sku);
}

/* Which line is meant; refuses the delivery where that is not certain. */
static void name_line(struct delivery *d, const struct hits *hits)
{
	struct delivery_line *l = hits->of;
	const struct hit *first = hits->list.at;
	for (size_t i = 1; i < hits->list.n; i++)
		if (!first->sold_as || !str_equal(hits->list.at[i].sold_as, first->sold_as)) {
			refuse(d, l->sku, first->sold_as, "another line that was sold as");
			return;
		}
	for (size_t i = 0; i < d->n_lines && hits->list.n; i++)
		for (size_t k = 0; k < hits->list.n; k++)
			if (&d->line[i] != l && delivery_line_is(&d->line[i], hits->list.at[k].line,
								 hits->list.at[k].sold_as)) {
				refuse(d, l->sku, first->sold_as, "the delivery's row of");
				return;
			}
	if (hits->list.n == 1)
		l->line = first->line;
	else if (hits->list.n)
		l->sold_as = first->sold_as;
}

enum errk fulfillment_name_lines(struct fulfillment_put *p, struct delivery *d, struct err *e)
{
	struct hits *hits = arena_array(p->arena, d->n_lines, sizeof(*hits));
	size_t n = 0;
	enum errk rc = E_OK;
	for (size_t i = 0; i < d->n_lines && !d->named; i++)
		if (!d->line[i].line && !is_known(d->state, &d->line[i]))
			hits[n++].of = &d->line[i];
	d->named = true;
	/* Deliveries need no right to see products: without it the SKU of that day alone is known. */
	if (n && shopify_has_scope(p->shop, "read_products"))
		rc = ask(p, d, hits, n, e);
	for (size_t i = 0; i < n && rc == E_OK && delivery_is_open(d); i++)
		name_line(d, &hits[i]);
	return rc;
}
