#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/str.h"
#include "connectors/shopify/stock/stock.h"

/* What to do about each userError; source: shopify.dev, InventorySetQuantitiesUserErrorCode. */
enum action {
	READ_AGAIN, /* the pair stays open for the next round */
	FIND_AGAIN, /* the item is gone: look for its SKU anew */
	PARK,       /* it can't be written at this place */
	PARK_ALL,   /* nor at any other */
	STOP,       /* every write would fail: configuration */
	STOP_BUG,   /* ours: key handling, or two rows for one pair */
};
static const struct error_row {
	const char *error;
	enum action action;
	const char *code, *text;
} error_table[] = {
	{"CHANGE_FROM_QUANTITY_STALE", READ_AGAIN, NULL, NULL},
	{"COMPARE_QUANTITY_STALE", READ_AGAIN, NULL, NULL},
	{"IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", READ_AGAIN, NULL, NULL},
	{"INVALID_INVENTORY_ITEM", FIND_AGAIN, NULL, NULL},
	{"INVALID_LOCATION", PARK, "unknown_location",
	 "the shop no longer takes stock at this location; correct tables/locations.csv"},
	{"ITEM_NOT_STOCKED_AT_LOCATION", PARK, "not_stocked",
	 "the shop does not stock it at this location; activate it there"},
	{"NON_MUTABLE_INVENTORY_ITEM", PARK_ALL, "bundle",
	 "it is a bundle in the shop: its stock follows from its components and can't be written"},
	{"INVALID_QUANTITY_NEGATIVE", PARK, "bad_quantity", "the shop takes no negative quantity"},
	{"INVALID_QUANTITY_TOO_HIGH", PARK, "quantity_too_high",
	 "it is more than Shopify can hold; correct it in the ERP"},
	{"INVALID_QUANTITY_TOO_LOW", PARK, "bad_quantity", "it is less than Shopify can hold"},
	{"INVALID_NAME", STOP, "bad_quantity_name", "check [inventory] quantity"},
	{"INVALID_REASON", STOP, "bad_reason", "check [inventory] reason"},
	{"INVALID_REFERENCE_DOCUMENT", STOP_BUG, NULL, NULL},
	{"IDEMPOTENCY_KEY_PARAMETER_MISMATCH", STOP_BUG, NULL, NULL},
	{"COMPARE_QUANTITY_REQUIRED", STOP_BUG, NULL, NULL},
	{"NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR", STOP_BUG, NULL, NULL},
	/* What is not in the list yet. */
	{NULL, PARK, "shopify_refuses", NULL},
};

/* Pairs of one call; those that it refused are taken out, and the rest is sent again. */
struct chunk {
	struct stock_pair *pair[PAGE_MAX];
	size_t n;
};

static const struct error_row *row_of(const char *error)
{
	const struct error_row *row = error_table;
	while (row->error && !str_equal(row->error, error))
		row++;
	return row;
}

/* ["input","quantities","71","inventoryItemId"] is entry 71; n = it names none. */
static size_t entry_of(const cJSON *error, size_t n)
{
	for (const cJSON *part = json_first(json_at(error, "field")); part && part->next;
	     part = part->next)
		if (cJSON_IsString(part) && strcmp(part->valuestring, "quantities") == 0 &&
		    cJSON_IsString(part->next)) {
			char *end;
			unsigned long i = strtoul(part->next->valuestring, &end, 10);
			return *end || i >= n ? n : i;
		}
	return n;
}

static bool parks(const struct error_row *row)
{
	return row->action == PARK || row->action == PARK_ALL;
}

static void park(struct stock_pair *pair, const struct error_row *row, const char *message)
{
	const char *text = row->text ? row->text : message ? message : "Shopify refuses it";
	if (row->action == PARK_ALL)
		stock_refuse(pair->item, row->code, "'%s': %s", pair->item->sku, text);
	else
		stock_refuse_pair(pair, row->code,
				  "'%s' at '%s': %s; then run: erpsync queue retry '%s'",
				  pair->item->sku, pair->location_name, text,
				  pair->item->put->label);
}

static enum errk stop(const struct error_row *row, const char *code, const char *message,
		      struct err *e)
{
	return err_set(e, row->action == STOP_BUG ? E_REFUSED : E_LOCAL,
		       row->code ? row->code : "stock_refused",
		       "Shopify refuses the write of quantities: %s (%s)%s%s",
		       message ? message : "no reason given", code ? code : "no code",
		       row->text ? "; " : "", row->text ? row->text : "");
}

/* Applies one error; *out marks the entries that are out of the call. */
static enum errk apply(struct chunk *c, const cJSON *error, bool *out, struct err *e)
{
	const char *code = json_str(error, "code"), *message = json_str(error, "message");
	const struct error_row *row = row_of(code);
	size_t at = entry_of(error, c->n), to = at == c->n ? c->n : at + 1;
	if (row->action == STOP || row->action == STOP_BUG)
		return stop(row, code, message, e);
	for (size_t i = at == c->n ? 0 : at; i < to; i++) {
		out[i] = true;
		if (parks(row))
			park(c->pair[i], row, message);
		if (row->action == FIND_AGAIN) {
			c->pair[i]->item->id = NULL;
			c->pair[i]->item->proven = false;
		}
	}
	return E_OK;
}

static cJSON *set_variables(const struct stock_put *p, const struct chunk *c)
{
	cJSON *variables = json_object(), *input = json_add_object(variables, "input");
	json_add_str(input, "name", p->name);
	json_add_str(input, "reason", p->reason);
	json_add_str(input, "referenceDocumentUri",
		     arena_printf(p->arena, "gid://erpsync/StockRun/%s", p->batch->key));
	cJSON *list = json_add_array(input, "quantities");
	for (size_t i = 0; i < c->n; i++) {
		cJSON *o = json_object();
		json_add_str(o, "inventoryItemId", c->pair[i]->item->id);
		json_add_str(o, "locationId", c->pair[i]->location);
		json_add_int(o, "quantity", c->pair[i]->target);
		json_add_int(o, "changeFromQuantity", c->pair[i]->have);
		json_push(list, o);
	}
	return variables;
}

static void mark_written(const struct chunk *c)
{
	for (size_t i = 0; i < c->n; i++)
		c->pair[i]->done = c->pair[i]->written = true;
}

/* Articles that were refused for another of their locations are out too. */
static void drop_out(struct chunk *c, const bool *out)
{
	size_t kept = 0;
	for (size_t i = 0; i < c->n; i++)
		if (!out[i] && stock_is_open(c->pair[i]) && c->pair[i]->item->id)
			c->pair[kept++] = c->pair[i];
	c->n = kept;
}

/* An error that is about one entry, and does not say about which; NULL = there is none. */
static const cJSON *nameless(const struct chunk *c, const cJSON *errors)
{
	JSON_EACH (error, errors)
		if (parks(row_of(json_str(error, "code"))) && entry_of(error, c->n) == c->n)
			return error;
	return NULL;
}

/* How far the entry at fault has been sought. */
struct search {
	bool fine;  /* something was written meanwhile: not every write fails */
	int blamed; /* entries that were refused alone */
};

static enum errk write_chunk(struct stock_put *p, struct chunk *c, struct search *s, struct err *e);

/* Halves tell which entry is meant; but where no write is taken, it is none. */
static enum errk write_halves(struct stock_put *p, const struct chunk *c, const cJSON *error,
			      struct search *s, struct err *e)
{
	enum { BLAMED_MAX = 3 };
	struct chunk *half = arena_alloc(p->arena, sizeof(*half));
	enum errk rc = E_OK;
	if (c->n == 1 && !s->fine && s->blamed == BLAMED_MAX)
		return stop(row_of(json_str(error, "code")), json_str(error, "code"),
			    json_str(error, "message"), e);
	for (size_t from = 0, to = c->n / 2; c->n > 1 && from < c->n && rc == E_OK;
	     from = to, to = c->n) {
		half->n = to - from;
		memcpy(half->pair, c->pair + from, half->n * sizeof(struct stock_pair *));
		rc = write_chunk(p, half, s, e);
	}
	s->blamed += c->n == 1;
	return rc;
}

/* All or nothing: one bad entry refuses the whole call, so it is cut out and the rest goes again. */
static enum errk write_chunk(struct stock_put *p, struct chunk *c, struct search *s, struct err *e)
{
	while (c->n) {
		CLEANUP(stock_call)
		struct stock_call call = {.doc = DOC_STOCK_SET, .variables = set_variables(p, c)};
		bool out[PAGE_MAX] = {false};
		enum errk rc = stock_call(p, &call, e);
		if (rc != E_OK)
			return rc;
		if (!json_first(call.errors)) {
			mark_written(c);
			s->fine = true;
			return E_OK;
		}
		const cJSON *blind = nameless(c, call.errors);
		if (blind) {
			rc = write_halves(p, c, blind, s, e);
			if (rc != E_OK || c->n > 1)
				return rc;
		}
		JSON_EACH (error, call.errors) {
			rc = apply(c, error, out, e);
			if (rc != E_OK)
				return rc;
		}
		drop_out(c, out);
	}
	return E_OK;
}

/*
 * From 2026-10 a quantity can be written to a level that is not active: it is stored, can't be sold,
 * and repeated writes add up. Such a level is activated with its quantity instead.
 */
static enum errk activate(struct stock_put *p, struct stock_pair *pair, struct err *e)
{
	CLEANUP(stock_call)
	struct stock_call c = {.doc = DOC_STOCK_ACTIVATE, .variables = json_object()};
	json_add_str(c.variables, "item", pair->item->id);
	json_add_str(c.variables, "location", pair->location);
	json_add_int(c.variables, p->figure == FIGURE_ON_HAND ? "onHand" : "available",
		     pair->target);
	enum errk rc = stock_call(p, &c, e);
	if (rc != E_OK)
		return rc;
	const char *message = json_str(c.errors, "[0].message");
	if (!json_first(c.errors)) {
		pair->done = pair->written = true;
	} else if (pair->refusal.kind == E_OK) {
		/* Perhaps somebody activated it meanwhile: read again before it is believed. */
		err_set(&pair->refusal, E_RECORD, "not_activated", "%s",
			message ? message : "no reason given");
	} else {
		stock_refuse_pair(
			pair, "not_activated",
			"Shopify does not stock '%s' at '%s': %s; activate it there by hand, then "
			"run: erpsync queue retry '%s'",
			pair->item->sku, pair->location_name, pair->refusal.msg,
			pair->item->put->label);
	}
	return E_OK;
}

static bool is_to_write(const struct stock_pair *pair, bool active)
{
	return stock_is_open(pair) && pair->item->id && pair->active == active;
}

enum errk stock_write(struct stock_put *p, struct err *e)
{
	struct chunk *c = arena_alloc(p->arena, sizeof(*c));
	struct search s = {0};
	enum errk rc = E_OK;
	for (size_t i = 0; i < p->n_pairs && rc == E_OK; i++)
		if (is_to_write(p->pair[i], false))
			rc = activate(p, p->pair[i], e);
	for (size_t i = 0; i <= p->n_pairs && rc == E_OK; i++) {
		if (i < p->n_pairs && is_to_write(p->pair[i], true))
			c->pair[c->n++] = p->pair[i];
		if (c->n == PAGE_MAX || (i == p->n_pairs && c->n)) {
			rc = write_chunk(p, c, &s, e);
			c->n = 0;
		}
	}
	return rc;
}
