#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/decimal.h"
#include "base/json.h"
#include "base/spreadsheet.h"
#include "base/str.h"
#include "connectors/shopify/shipments/shipments.h"
#include "connectors/shopify/stock/stock.h"

/*
 * What mappings/shopify/fulfillment.jq makes:
 *
 *	{"order": {"id": null, "name": "#1001"}, "warehouse": "MAIN", "location": "Warehouse Lyon",
 *	 "company": "DHL Express", "packages": [{"number": "JD01", "url": "https://…"}],
 *	 "lines": [{"line_id": null, "sku": "TEE-M", "quantity": "2"}]}
 */

enum { UNITS_MAX = 1000000 };

enum errk delivery_refuse(struct delivery *d, const char *code, const char *fmt, ...)
{
	char text[ERR_MSG_MAX];
	va_list args;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return err_set(&d->put->err, E_RECORD, code, "%s", text);
}

/* "7001" and "gid://shopify/LineItem/7001" are the same id. */
static const char *global_id(const char *type, const char *id, struct arena *a)
{
	if (!id || !*id)
		return NULL;
	bool digits = strspn(id, "0123456789") == strlen(id);
	return digits ? arena_printf(a, "gid://shopify/%s/%s", type, id) : arena_strdup(a, id);
}

/* Anything else would be an error of the whole reading, not of this delivery. */
static bool is_order_id(const char *id)
{
	static const char prefix[] = "gid://shopify/Order/";
	const char *number = str_starts(id, prefix) ? id + strlen(prefix) : "";
	/* As the shop spells it: it is known again by it in the answer. */
	return *number && *number != '0' && strlen(number) <= 18 &&
	       strspn(number, "0123456789") == strlen(number);
}

/*
 * A text that the buyer, the carrier's page or the shop's search is to read: without what stands around it and
 * is not seen. Inside of it such a sign makes another text of it than anybody means.
 */
static enum errk read_plain(struct fulfillment_put *p, const char *text, const char *what,
			    const char **out, struct err *e)
{
	*out = text ? spreadsheet_trim(text, p->arena) : NULL;
	for (const char *c = *out; c && *c; c++) {
		size_t n = str_control(c);
		if (n)
			return err_set(
				e, E_RECORD, "bad_character",
				"the %s '%.80s' holds a sign that is not seen (U+%04X); correct "
				"it in the ERP",
				what, *out, str_code(c, n));
	}
	return E_OK;
}

static enum errk read_order(struct fulfillment_put *p, struct delivery *d, const cJSON *doc,
			    struct err *e)
{
	const char *name = NULL;
	enum errk rc = read_plain(p, json_str(doc, "order.name"), "order's name", &name, e);
	if (rc != E_OK)
		return rc;
	d->order_id = global_id("Order", json_str(doc, "order.id"), p->arena);
	d->order_name = name;
	/* Ids are long, order numbers are not. */
	if (!d->order_id && name && strlen(name) >= 11 &&
	    strspn(name, "0123456789") == strlen(name))
		d->order_id = global_id("Order", name, p->arena);
	if (d->order_id && !is_order_id(d->order_id))
		return err_set(e, E_RECORD, "unknown_order",
			       "'%.80s' is no id of an order of the shop; correct it in the ERP",
			       d->order_id);
	if (!d->order_id && str_blank(d->order_name))
		return err_set(e, E_RECORD, "no_order",
			       "the delivery does not say which order of the shop it is for; the "
			       "ERP's order must keep the shop's order name");
	return E_OK;
}

static enum errk read_units(const char *text, int64_t *out, struct err *e)
{
	struct decimal q, whole;
	enum errk rc = decimal_parse(text ? text : "", &q, e);
	if (rc != E_OK)
		return err_wrap(e, "quantity");
	whole = decimal_round(q, 0);
	if (decimal_cmp(q, whole) != 0 || whole.units <= 0 || whole.units > UNITS_MAX)
		return err_set(e, E_RECORD, "bad_quantity",
			       "the shop counts whole units, and '%s' is none of 1 to %d", text,
			       UNITS_MAX);
	*out = whole.units;
	return E_OK;
}

/* Lines that mean the same add up. */
static enum errk add_line(struct fulfillment_put *p, struct delivery *d, const cJSON *entry,
			  struct err *e)
{
	const char *line = global_id("LineItem", json_str(entry, "line_id"), p->arena);
	const char *sku = arena_strdup(p->arena, json_str(entry, "sku"));
	int64_t units = 0;
	enum errk rc = read_units(json_str(entry, "quantity"), &units, e);
	if (rc != E_OK)
		return err_wrap(e, "'%s'", sku ? sku : line ? line : "a line without SKU");
	if (!line && str_blank(sku))
		return err_set(e, E_RECORD, "bad_document",
			       "the mapping gave a line with neither line_id nor sku");
	for (size_t i = 0; i < d->n_lines; i++) {
		struct delivery_line *l = &d->line[i];
		if (line ? str_equal(l->line, line) : !l->line && str_equal(l->sku, sku)) {
			l->units += units;
			return E_OK;
		}
	}
	d->line[d->n_lines++] = (struct delivery_line){.line = line, .sku = sku, .units = units};
	return E_OK;
}

/* Lines that are named go first, so that those known by SKU take what they leave. */
static void sort_lines(struct fulfillment_put *p, struct delivery *d)
{
	struct delivery_line *sorted = arena_array(p->arena, d->n_lines, sizeof(*sorted));
	size_t n = 0;
	for (int named = 1; named >= 0; named--)
		for (size_t i = 0; i < d->n_lines; i++)
			if ((d->line[i].line != NULL) == named)
				sorted[n++] = d->line[i];
	d->line = sorted;
}

static bool is_link(const char *url)
{
	return (str_starts(url, "https://") || str_starts(url, "http://")) &&
	       url[strcspn(url, " \t\"<>")] == '\0';
}

static enum errk read_packages(struct fulfillment_put *p, struct delivery *d, const cJSON *doc,
			       struct err *e)
{
	size_t n = json_count(doc, "packages");
	d->number = arena_array(p->arena, n, sizeof(*d->number));
	d->url = arena_array(p->arena, n, sizeof(*d->url));
	JSON_EACH (entry, json_at(doc, "packages")) {
		const char *number, *url;
		enum errk rc = read_plain(p, json_str(entry, "number"), "tracking number", &number,
					  e);
		if (rc == E_OK)
			rc = read_plain(p, json_str(entry, "url"), "tracking link", &url, e);
		if (rc != E_OK)
			return rc;
		if (str_blank(number))
			continue;
		if (str_blank(url))
			url = NULL;
		if (url && !is_link(url))
			return err_set(e, E_RECORD, "bad_tracking_url",
				       "the tracking link '%.80s' is no address that begins with "
				       "https://; correct it in the ERP or in tables/carriers.csv",
				       url);
		d->url[d->n_numbers] = url;
		d->number[d->n_numbers++] = number;
	}
	/* The mapping puts those with a link first; what comes after a gap has none. */
	while (d->n_urls < d->n_numbers && d->url[d->n_urls])
		d->n_urls++;
	return E_OK;
}

static enum errk read_location(struct fulfillment_put *p, struct delivery *d, const cJSON *doc,
			       struct err *e)
{
	const char *which = json_str(doc, "location");
	const struct stock_location *at = NULL;
	d->warehouse = arena_strdup(p->arena, json_str(doc, "warehouse"));
	if (!which) {
		if (p->other == OTHER_ACCEPT || !d->warehouse)
			return E_OK;
		return err_set(
			e, E_RECORD, "unmapped_location",
			"warehouse '%s' is no location of the shop in tables/locations.csv" OWN_TABLE
			", "
			"and [fulfillments] other_location = accept is not set; add a row, then "
			"run: erpsync queue retry --code unmapped_location",
			d->warehouse);
	}
	enum errk rc = stock_read_locations(p->shop, p->arena, e);
	if (rc == E_OK)
		rc = stock_find_location(p->shop, which, &at, e);
	if (rc == E_OK && at) {
		d->location = at->id;
		d->location_name = at->name;
	}
	return rc;
}

static enum errk read_document(struct fulfillment_put *p, struct delivery *d, struct err *e)
{
	CLEANUP(json) cJSON *doc = NULL;
	enum errk rc = json_parse(d->put->doc, strlen(d->put->doc), &doc, e);
	if (rc != E_OK)
		return rc;
	rc = read_order(p, d, doc, e);
	if (rc != E_OK)
		return rc;
	rc = read_plain(p, json_str(doc, "company"), "carrier's name", &d->company, e);
	if (rc != E_OK)
		return rc;
	d->line = arena_array(p->arena, json_count(doc, "lines"), sizeof(*d->line));
	JSON_EACH (entry, json_at(doc, "lines")) {
		rc = add_line(p, d, entry, e);
		if (rc != E_OK)
			return rc;
	}
	if (!d->n_lines)
		return err_set(e, E_RECORD, "bad_document", "nothing is in the delivery");
	sort_lines(p, d);
	rc = read_packages(p, d, doc, e);
	return rc == E_OK ? read_location(p, d, doc, e) : rc;
}

enum errk fulfillment_read_documents(struct fulfillment_put *p, struct err *e)
{
	p->item = arena_array(p->arena, p->batch->n, sizeof(*p->item));
	for (size_t i = 0; i < p->batch->n; i++) {
		struct put_item *put = p->batch->item[i];
		struct err why;
		put->adopted = false;
		put->steps = NULL;
		/*
		 * Without a document its order is not known. It is parked with the reason that stands;
		 * the intents still tell what was sent when it can be mapped again.
		 */
		if (!put->doc)
			continue;
		put->err = (struct err){.kind = E_OK};
		struct delivery *d = &p->item[p->n];
		*d = (struct delivery){.put = put, .last_step = &put->steps};
		enum errk rc = read_document(p, d, &why);
		if (rc == E_RECORD) {
			put->err = why;
		} else if (rc != E_OK) {
			*e = why;
			return rc;
		}
		p->n++;
	}
	return E_OK;
}

void delivery_step(struct fulfillment_put *p, struct delivery *d, const char *name,
		   const char *outcome, const char *detail)
{
	struct put_step *step = arena_alloc(p->arena, sizeof(*step));
	*step = (struct put_step){NULL, name, outcome, detail};
	*d->last_step = step;
	d->last_step = &step->next;
}
