#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/list.h"
#include "base/log.h"
#include "base/str.h"
#include "sync/demand_priv.h"

static const char *kept(const char *text, struct arena *a)
{
	return text && *text ? arena_strdup(a, text) : NULL;
}

void demand_lines_add(struct demand_lines *l, const struct demand_line *line, struct arena *a)
{
	struct demand_line x = *line;
	if (x.units < 0)
		return;
	x.sku = kept(x.sku, a);
	x.item = kept(x.item, a);
	x.erp = kept(x.erp, a);
	/* By these a line without SKU alone is looked up. */
	x.title = x.sku ? NULL : kept(x.title, a);
	x.variant_title = x.sku ? NULL : kept(x.variant_title, a);
	x.kind = x.sku ? NULL : kept(x.kind, a);
	if (x.sku || x.item || x.erp || x.title || x.kind)
		*LIST_ADD(l->at, l->n, l->cap, a) = x;
}

/* Of each article of a cancelled order 0, for these moved all the same. */
bool demand_lines_of_order(const char *payload, struct arena *a, struct demand_lines *out)
{
	CLEANUP(json) cJSON *doc = NULL;
	*out = (struct demand_lines){0};
	if (!payload || json_parse(payload, strlen(payload), &doc, NULL) != E_OK)
		return false;
	bool cancelled = json_at(doc, "cancelled_at") != NULL;
	JSON_EACH (line, json_at(doc, "lines")) {
		/* What came back after it was shipped the ERP books apart; where the source can't tell, it is not in. */
		int64_t units = json_int(line, "quantity", 0);
		int64_t left = json_at(line, "sold_quantity")
				       ? units
				       : json_int(line, "current_quantity", units);
		int64_t waits = json_int(line, "unfulfilled_quantity", left);
		const struct demand_line x = {
			.sku = json_str(line, "sku"),
			.item = json_str(line, "inventory_item_id"),
			.title = json_str(line, "title"),
			.variant_title = json_str(line, "variant_title"),
			.kind = json_str(line, "kind"),
			.units = cancelled ? 0 : left,
			.shipped = cancelled || waits > left ? 0 : left - waits,
		};
		demand_lines_add(out, &x, a);
	}
	return true;
}

enum errk demand_lines_book(struct demand_lines *l, struct mapper *m, struct arena *a,
			    struct err *e)
{
	for (size_t i = 0; i < l->n; i++) {
		struct demand_line *x = &l->at[i];
		const struct map_line line = {x->sku, x->title, x->variant_title, x->kind};
		enum errk rc = x->booked ? E_OK : map_line_article(m, &line, a, &x->erp, e);
		if (rc != E_OK)
			return rc;
		x->booked = true;
	}
	return E_OK;
}

/* No title: it may be anybody's own words. What is known by nothing else takes from no shelf. */
static const char *lines_text(const struct demand_lines *l, struct arena *a)
{
	CLEANUP(json) cJSON *list = json_array();
	for (size_t i = 0; i < l->n; i++) {
		const struct demand_line *x = &l->at[i];
		if (!x->sku && !x->item && !x->erp)
			continue;
		cJSON *line = json_object();
		json_add_str(line, "sku", x->sku);
		json_add_str(line, "item", x->item);
		if (x->booked)
			json_add_str(line, "erp", x->erp);
		json_add_int(line, "units", x->units);
		json_add_int(line, "shipped", x->shipped);
		json_push(list, line);
	}
	return json_text(list, a);
}

enum errk demand_lines_reported(const char *text, struct arena *a, struct demand_lines *out,
				bool *booked, struct err *e)
{
	CLEANUP(json) cJSON *list = NULL;
	*out = (struct demand_lines){0};
	*booked = true;
	if (json_parse(text, strlen(text), &list, e) != E_OK)
		return e->kind = E_LOCAL;
	JSON_EACH (line, list) {
		int64_t units = json_int(line, "units", 0);
		const struct demand_line x = {
			.sku = json_str(line, "sku"),
			.item = json_str(line, "item"),
			.erp = json_str(line, "erp"),
			.booked = cJSON_HasObjectItem(line, "erp"),
			.units = units,
			.shipped = json_int(line, "shipped", units),
		};
		*booked = *booked && x.booked;
		demand_lines_add(out, &x, a);
	}
	return E_OK;
}

const char *demand_booking(struct mapper *m, const char *order, const char *payload,
			   struct arena *a)
{
	struct demand_lines lines;
	struct err why;
	if (!demand_lines_of_order(payload, a, &lines))
		return NULL;
	/* A table that has just become unreadable undoes no delivery: the next one that can be read is asked. */
	if (demand_lines_book(&lines, m, a, &why) != E_OK)
		log_event(LOG_LEVEL_WARN, "not_booked", "name", order, "reason", why.msg, NULL);
	return lines_text(&lines, a);
}

/* What is damaged says nothing. */
static cJSON *booked_of(const char *booked)
{
	cJSON *all = NULL;
	if (booked && json_parse(booked, strlen(booked), &all, NULL) != E_OK)
		all = NULL;
	return all;
}

const char *demand_booked_with(const char *booked, const char *hash, const char *booking,
			       struct arena *a)
{
	CLEANUP(json) cJSON *all = booked_of(booked), *lines = NULL;
	if (cJSON_HasObjectItem(all, hash) ||
	    json_parse(booking, strlen(booking), &lines, NULL) != E_OK)
		return booked;
	all = all ? all : json_object();
	json_add(all, hash, lines);
	lines = NULL;
	return json_text(all, a);
}

const char *demand_booked_as(const char *booked, const char *hash, struct arena *a)
{
	CLEANUP(json) cJSON *all = booked_of(booked);
	const cJSON *lines = hash                           ? json_at(all, hash)
			     : cJSON_GetArraySize(all) == 1 ? all->child
							    : NULL;
	return lines ? json_text(lines, a) : NULL;
}

static bool takes_as(const struct demand_lines *l, const struct demand_line *x)
{
	for (size_t i = 0; i < l->n; i++)
		if (str_equal(l->at[i].sku, x->sku) && str_equal(l->at[i].item, x->item) &&
		    str_equal(l->at[i].erp, x->erp))
			return true;
	return false;
}

enum errk demand_lines_booked(const char *booked, struct arena *a, struct demand_lines *out,
			      struct err *e)
{
	CLEANUP(json) cJSON *all = booked_of(booked);
	*out = (struct demand_lines){0};
	JSON_EACH_MEMBER (lines, all) {
		const struct demand_lines before = *out;
		struct demand_lines some;
		bool known;
		enum errk rc = demand_lines_reported(json_text(lines, a), a, &some, &known, e);
		if (rc != E_OK)
			return rc;
		/* Two documents that book a line alike take it once. */
		for (size_t i = 0; i < some.n; i++)
			if (!takes_as(&before, &some.at[i]))
				demand_lines_add(out, &some.at[i], a);
	}
	return E_OK;
}

void demand_lines_also(struct demand_lines *l, const struct demand_lines *booked, struct arena *a)
{
	const struct demand_lines now = *l;
	for (size_t i = 0; i < booked->n; i++) {
		struct demand_line x = booked->at[i];
		if (!x.erp || takes_as(&now, &x))
			continue;
		/* What was sold is counted already. */
		x.sku = x.item = NULL;
		demand_lines_add(l, &x, a);
	}
}
