/*
 * Any answers of Odoo, as lists by name in one JSON object: what reads them makes records of them, or problems,
 * or ends as busy. Nothing is checked before, so the readers are on their own here; the checks are called too.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "connectors/odoo/answer.h"
#include "connectors/odoo/deliveries/delivery.h"
#include "connectors/odoo/load.h"
#include "connectors/odoo/products/pricelist.h"
#include "connectors/odoo/products/product.h"
#include "connectors/odoo/stock/stock.h"
#include "model/stock_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);

static struct odoo_warehouse warehouses[] = {{1, "LYON"}, {2, "PARIS"}};
static struct odoo_tax taxes[] = {{.id = 1, .amount = "20", .percent = true, .included = true}};

static struct odoo connector(void)
{
	struct odoo o = {.company = {.id = 1, .currency_name = "EUR"},
			 .price_digits = 6,
			 .quantity_digits = 2,
			 .warehouse = warehouses,
			 .n_warehouses = 2,
			 .looks = {.tax = taxes, .n_taxes = 1}};

	o.server.host = "h";
	o.rules.shop = "127_0_0_1";
	o.field[FIELD_TEMPLATE_STORABLE] = "is_storable";
	o.field[FIELD_TEMPLATE_TAGS] = "product_tag_ids";
	o.field[FIELD_PICKING_ORDER] = "sale_id";
	o.field[FIELD_PICKING_CARRIER] = "carrier_id";
	o.field[FIELD_PICKING_TRACKING] = "carrier_tracking_ref";
	o.field[FIELD_PICKING_TRACKING_URL] = "carrier_tracking_url";
	o.field[FIELD_MOVE_DONE] = "quantity";
	o.field[FIELD_LINE_UNIT] = "product_uom_id";
	return o;
}

static cJSON *list(const cJSON *doc, const char *name)
{
	const cJSON *found = cJSON_GetObjectItemCaseSensitive(doc, name);

	return found ? cJSON_Duplicate(found, true) : NULL;
}

/* Each record can be shown: it has an id, a label, and a document or a problem. */
static void look_at(const struct record *r)
{
	if (!r->id || !r->label || !r->version || (!r->doc && !r->problem))
		BUG("a record without %s", !r->id ? "id" : !r->label ? "label" : "document");
}

static void look_at_all(const struct odoo_item *item, size_t n)
{
	for (size_t i = 0; i < n; i++)
		look_at(&item[i].rec);
}

static void read_stock(const cJSON *doc, struct arena *a)
{
	const struct odoo_stock_answer answers[] = {{"LYON", json_at(doc, "stock[0]")},
						    {"PARIS", json_at(doc, "stock[1]")}};
	struct odoo_stock_page p = {.host = "h",
				    .digits = 2,
				    .read_at = 1,
				    .answer = answers,
				    .n_answers = 2,
				    .others = json_at(doc, "others")};
	struct odoo_item *item;
	struct err e;
	size_t n;

	if (odoo_stock_items(&p, a, &item, &n, &e) != E_OK)
		return;
	for (size_t i = 0; i < n; i++)
		if (!item[i].rec.problem)
			stock_record_finish(&item[i].rec, "odoo", a);
	look_at_all(item, n);
}

/* With the prices of whatever rules there are. */
static void read_products(const cJSON *doc, struct arena *a)
{
	struct odoo o = connector();
	struct odoo_price_list priced[] = {{.id = 1, .name = "A", .currency = "EUR"},
					   {.id = 2, .name = "B", .currency = "EUR"}};
	struct odoo_category categories[] = {{1, 2}, {2, 3}, {3, 0}};
	struct odoo_price_lists lists = {.host = "h",
					 .list = priced,
					 .n = 2,
					 .category = categories,
					 .n_categories = 3,
					 .digits = 2};
	struct odoo_product_page p = {.o = &o,
				      .templates = list(doc, "templates"),
				      .variants = list(doc, "variants"),
				      .tags = list(doc, "tags"),
				      .lines = list(doc, "lines"),
				      .attributes = list(doc, "attributes"),
				      .values = list(doc, "values"),
				      .others = list(doc, "others")};
	struct odoo_price_rule rule[8];
	struct odoo_item *item;
	struct err e;
	size_t n = 0;

	categories[2].parent = json_int(doc, "circle", 0);
	JSON_EACH (from, json_at(doc, "rules"))
		if (n < 8 && odoo_price_rule(from, &rule[n], &e) == E_OK)
			n++;
	if (json_at(doc, "rules") && odoo_price_lists_decide(&lists, rule, n, a, &e) == E_OK)
		o.price_lists = &lists;
	if (odoo_product_items(&p, a, &item, &n, &e) == E_OK)
		look_at_all(item, n);
	odoo_product_page_release(&p);
}

static void read_deliveries(const cJSON *doc, struct arena *a)
{
	struct odoo o = connector();
	struct odoo_delivery_page p = {.o = &o,
				       .pickings = list(doc, "pickings"),
				       .types = list(doc, "types"),
				       .orders = list(doc, "orders"),
				       .moves = list(doc, "moves"),
				       .lines = list(doc, "order_lines"),
				       .products = list(doc, "products"),
				       .order_links = list(doc, "order_links"),
				       .line_links = list(doc, "line_links"),
				       .parts = list(doc, "parts")};
	struct odoo_delivery_item *what;
	struct odoo_item *item;
	struct err e;
	size_t n;

	if (odoo_delivery_items(&p, a, &item, &what, &n, &e) == E_OK)
		look_at_all(item, n);
	odoo_delivery_page_release(&p);
}

static void judge(const cJSON *doc, struct arena *a)
{
	static const char *const fields[] = {"name", "product_id", "quantity", "state", NULL};
	static const int64_t ids[] = {1, 2, 3};
	struct odoo_load_item items[3] = {{.known = 0}, {.known = 2}, {.known = 0}};
	struct odoo_load_item *const sent[] = {&items[0], &items[1], &items[2]};
	const struct odoo_load load = {.model = "m", .item = items, .n = 3};
	struct odoo_read r = {.model = "m", .fields = fields, .ids = ids, .n_ids = 3};
	struct odoo_load_verdict v;
	struct err e;

	JSON_EACH_MEMBER (answer, doc) {
		enum errk rc = odoo_answer_rows(&r, "h", answer, a, &e);

		if (rc == E_OK)
			rc = odoo_answer_external_ids(answer, "m", ids, 3, a, &e);
		if (rc == E_OK)
			rc = odoo_answer_fields(answer, "m", a, &e);
		if (rc == E_OK)
			BUG("a list that is an object");
	}
	if (odoo_load_verdict(json_at(doc, "load"), &load, sent, 3, a, &v, &e) == E_OK && v.ids &&
	    json_int(v.ids, "[1]", 0) != 2)
		BUG("record 2 became another one");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(json) cJSON *doc = NULL;
	CLEANUP(arena) struct arena *a = NULL;

	if (json_parse((const char *)data, size, &doc, NULL) != E_OK || !cJSON_IsObject(doc))
		return 0;
	a = arena_new();
	read_stock(doc, a);
	read_products(doc, a);
	read_deliveries(doc, a);
	judge(doc, a);
	return 0;
}

/* Bytes rarely make another document: here one value of it becomes another one. */

static cJSON *odd_value(unsigned pick, const cJSON *was)
{
	static const double numbers[] = {0, -1, 1e15, 1e300, 0.1, 2147483648.0, 7};
	cJSON *list;

	switch (pick % 12) {
	case 0:
		return cJSON_CreateNull();
	case 1:
		return cJSON_CreateObject();
	case 2:
		return cJSON_CreateArray();
	case 3:
		return cJSON_CreateBool(pick & 16);
	case 4:
		return cJSON_CreateString(pick & 16 ? "" : "x");
	case 5:
		return cJSON_CreateNumber(numbers[pick / 12 % 7]);
	case 6:
		return cJSON_CreateNumber(pick / 12 % 20);
	case 7:
		list = cJSON_CreateArray();
		cJSON_AddItemToArray(list, cJSON_CreateNumber(pick / 12 % 20));
		cJSON_AddItemToArray(list, cJSON_CreateString("n"));
		return list;
	case 8:
		list = cJSON_CreateArray();
		for (int i = 0; i < 3; i++)
			cJSON_AddItemToArray(list, cJSON_Duplicate(was, true));
		return list;
	default:
		return cJSON_Duplicate(was, true);
	}
}

/* The n-th value below, counted down; NULL: there are fewer. */
static cJSON *nth(cJSON *at, cJSON *parent, unsigned *n, cJSON **above)
{
	cJSON *child, *found;

	if ((*n)-- == 0) {
		*above = parent;
		return at;
	}
	cJSON_ArrayForEach (child, at)
		if ((found = nth(child, at, n, above)))
			return found;
	return NULL;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	CLEANUP(json) cJSON *doc = NULL;
	cJSON *above = NULL, *at, *made;
	unsigned n = seed / 7 % 400;
	char *text;
	size_t len;

	if (seed % 20 == 0 || json_parse((const char *)data, size, &doc, NULL) != E_OK)
		return LLVMFuzzerMutate(data, size, max);
	at = nth(doc, NULL, &n, &above);
	if (!at || !above)
		return LLVMFuzzerMutate(data, size, max);
	made = odd_value(seed / 2800, at);
	if (seed % 5 == 0 && cJSON_IsArray(above)) {
		cJSON_AddItemToArray(above, cJSON_Duplicate(at, true));
		cJSON_Delete(made);
	} else if (seed % 5 == 1) {
		cJSON_Delete(cJSON_DetachItemViaPointer(above, at));
		cJSON_Delete(made);
	} else if (cJSON_IsArray(above)) {
		cJSON_ReplaceItemViaPointer(above, at, made);
	} else {
		char *key = strdup(at->string);

		cJSON_ReplaceItemInObjectCaseSensitive(above, key, made);
		free(key);
	}
	text = cJSON_PrintUnformatted(doc);
	len = text ? strlen(text) : 0;
	if (!len || len > max) {
		free(text);
		return LLVMFuzzerMutate(data, size, max);
	}
	memcpy(data, text, len);
	free(text);
	return len;
}
