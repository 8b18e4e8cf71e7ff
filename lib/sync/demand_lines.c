#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/list.h"
#include "base/log.h"
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
		const struct map_line line = {x->sku, x->title, x->kind};
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

enum errk demand_report(struct state *s, struct mapper *m, const char *order, const char *payload,
			const struct reported *how, struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct demand_lines lines;
	struct err why;
	if (!demand_lines_of_order(payload, a, &lines))
		return E_OK;
	/* A table that has just become unreadable undoes no delivery: the next one that can be read is asked. */
	if (demand_lines_book(&lines, m, a, &why) != E_OK)
		log_event(LOG_LEVEL_WARN, "not_booked", "name", order, "reason", why.msg, NULL);
	struct reported reported = *how;
	reported.lines = lines_text(&lines, a);
	return reported_add(s, order, &reported, e);
}
