#include <stdarg.h>
#include <string.h>

#include "base/advice.h"
#include "base/cleanup.h"
#include "base/json.h"
#include "base/list.h"
#include "base/str.h"
#include "connectors/shopify/stock/stock.h"
#include "model/stock_claim.h"

bool stock_has_good(const struct stock_item *item)
{
	for (size_t i = 0; i < item->n_pairs; i++)
		if (!item->pair[i].refused)
			return true;
	return false;
}

static struct stock_pair *pair_at(struct stock_item *item, const struct stock_location *at)
{
	for (size_t i = 0; i < item->n_pairs; i++)
		if (strcmp(item->pair[i].location, at->id) == 0)
			return &item->pair[i];
	struct stock_pair *pair = &item->pair[item->n_pairs++];
	*pair = (struct stock_pair){.item = item, .location = at->id, .location_name = at->name};
	return pair;
}

static enum errk add_quantity(struct stock_put *p, struct stock_item *item,
			      const struct stock_wanted *wanted, struct err *e)
{
	const struct stock_location *at = NULL;
	enum errk rc = E_OK;
	if (wanted->location)
		rc = stock_find_location(p->shop, wanted->location, &at, e);
	if (rc == E_RECORD)
		stock_refuse_place(item, NULL, e);
	else if (rc != E_OK)
		return rc;
	/* One of several warehouses that are this place: its sum is not known. */
	struct stock_pair *pair = at ? pair_at(item, at) : NULL;
	if (wanted->wrong)
		stock_refuse_place(item, pair, wanted->wrong);
	else if (pair && decimal_add(pair->sum, wanted->figure, &pair->sum, e) != E_OK) {
		err_wrap(e, "its figures at '%s'", wanted->location);
		stock_refuse_place(item, pair, e);
	}
	return E_OK;
}

static enum errk read_document(struct stock_put *p, struct stock_item *item, struct err *e)
{
	struct stock_wanted *wanted;
	size_t n;
	enum errk rc = stock_wanted_read(item->put->doc, p->figure, p->arena, &item->sku, &wanted,
					 &n, e);
	if (rc != E_OK)
		return rc;
	item->pair = arena_array(p->arena, n, sizeof(*item->pair));
	for (size_t i = 0; i < n && rc == E_OK; i++)
		rc = add_quantity(p, item, &wanted[i], e);
	if (rc == E_OK && item->refusal.kind != E_OK && !stock_has_good(item)) {
		*e = item->refusal;
		rc = E_RECORD;
	}
	return rc;
}

/* What another article of the ERP writes is left to it, or refused. */
static enum errk judge_claims(struct stock_put *p, struct err *e)
{
	enum errk rc = stock_judge_claims(p->batch, p->figure, p->arena, e);
	for (size_t i = 0; i < p->n; i++) {
		struct stock_item *item = &p->item[i];
		item->yields = item->put->yields;
		for (size_t k = 0; item->yields && k < item->n_pairs; k++)
			item->pair[k].done = true;
	}
	return rc;
}

enum errk stock_read_documents(struct stock_put *p, struct err *e)
{
	size_t pairs = 0;
	p->item = arena_array(p->arena, p->batch->n, sizeof(*p->item));
	for (size_t i = 0; i < p->batch->n; i++) {
		struct put_item *put = p->batch->item[i];
		struct err why;
		put->adopted = false;
		/* Without a document: what landed was looked for; its error stands already. */
		if (!put->doc)
			continue;
		put->err = (struct err){.kind = E_OK};
		struct stock_item *item = &p->item[p->n];
		*item = (struct stock_item){.put = put, .id = put->target.id};
		if (!put->kept_old)
			stock_places_written(put->kept, p->arena, &item->was, &item->n_was);
		stock_resolve_places(p->shop, item->was, item->n_was);
		enum errk rc = read_document(p, item, &why);
		if (rc == E_RECORD)
			put->err = why;
		else if (rc != E_OK) {
			*e = why;
			return rc;
		}
		pairs += item->n_pairs;
		p->n++;
	}
	p->pair = arena_array(p->arena, pairs, sizeof(*p->pair));
	for (size_t i = 0; i < p->n; i++)
		for (size_t k = 0; k < p->item[i].n_pairs; k++)
			p->pair[p->n_pairs++] = &p->item[i].pair[k];
	return judge_claims(p, e);
}

static enum errk add_locations(struct shopify *s, const struct shopify_query *q,
			       struct answer_walk *walk, const char **after, struct arena *a,
			       struct err *e)
{
	struct answer in = shopify_answer(q);
	JSON_EACH (node, answer_page(&in, q->data, "locations", PAGE_MAX, walk, after))
		*LIST_ADD(s->location, s->n_locations, s->cap_locations,
			  s->arena) = (struct stock_location){
			.id = arena_strdup(s->arena, answer_id(&in, node, "id")),
			.number = arena_strdup(s->arena, answer_id(&in, node, "legacyResourceId")),
			.name = arena_strdup(s->arena, answer_text(&in, node, "name")),
			.active = answer_bool(&in, node, "isActive"),
		};
	*after = arena_strdup(a, *after);
	return answer_end(&in, e);
}

enum errk stock_read_locations(struct shopify *s, struct arena *a, struct err *e)
{
	struct answer_walk walk = {0};
	const char *after = NULL;
	if (s->locations_read)
		return E_OK;
	s->n_locations = 0; /* what a reading that broke off has left */
	do {
		struct shopify_query q = {.doc = DOC_LOCATIONS, .variables = json_object()};
		json_add_int(q.variables, "first", PAGE_MAX);
		json_add_str(q.variables, "after", after);
		enum errk rc = shopify_send(s, &q, 1, a, e);
		if (rc == E_OK)
			rc = add_locations(s, &q, &walk, &after, a, e);
		shopify_query_release(&q);
		if (rc != E_OK)
			return rc;
	} while (after);
	s->locations_read = true;
	return E_OK;
}

enum errk stock_find_location(const struct shopify *s, const char *which,
			      const struct stock_location **out, struct err *e)
{
	const struct stock_location *hit = NULL;
	const char *names = "";
	struct arena *a = arena_new();
	enum errk rc = E_OK;
	bool twice = false;
	for (size_t i = 0; i < s->n_locations; i++) {
		const struct stock_location *l = &s->location[i];
		if (str_equal(l->name, which) || str_equal(l->id, which) ||
		    str_equal(l->number, which)) {
			twice |= hit != NULL;
			hit = l;
		}
		if (l->active)
			names = arena_printf(a, "%s%s'%s'", names, *names ? ", " : "", l->name);
	}
	if (!hit)
		rc = err_set(
			e, E_RECORD, "unknown_location",
			"the shop has no location '%s' (it has %s); correct tables/locations.csv, "
			"then run: erpsync queue retry --code unknown_location",
			which, names);
	else if (twice)
		rc = err_set(e, E_RECORD, "unknown_location",
			     "the shop has two locations '%s'; name it by its id in "
			     "tables/locations.csv, then run: erpsync queue retry --code "
			     "unknown_location",
			     which);
	else if (!hit->active)
		rc = err_set(
			e, E_RECORD, "unknown_location",
			"the shop's location '%s' is deactivated; activate it there, or correct "
			"tables/locations.csv, then run: erpsync queue retry --code "
			"unknown_location",
			which);
	else
		*out = hit;
	arena_free(a);
	return rc;
}
