#include "connectors/odoo/source.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/list.h"
#include "base/str.h"
#include "model/stock_record.h"

#include "base/banned.h"

/* Shopify takes 255 letters of either, each of up to four bytes. */
enum { NAME_MAX_BYTES = 1020, CODE_MAX_BYTES = 1020 };

enum errk odoo_as_source(enum errk rc, struct err *e)
{
	if (rc != E_RECORD)
		return rc;
	e->kind = E_REFUSED;
	return E_REFUSED;
}

enum errk odoo_warehouses(struct odoo *o, struct arena *a, struct err *e)
{
	static const char *const fields[] = {"code", NULL};
	struct odoo_read r = {.model = "stock.warehouse", .fields = fields, .domain = json_array()};
	CLEANUP(json) cJSON *list = NULL;
	LIST(struct odoo_warehouse) found = {0};
	enum errk rc;

	if (o->n_warehouses) {
		cJSON_Delete(r.domain);
		return E_OK;
	}
	json_push(r.domain, odoo_term_int("company_id", "=", o->company.id));
	rc = odoo_search_read(o, &r, a, &list, e);
	if (rc != E_OK)
		return rc;
	if (json_count(list, "") == 0)
		return err_set(e, E_REFUSED, "no_warehouse",
			       "Odoo (%s): the company %s has no warehouse; make one (Inventory > "
			       "Configuration), or name another company in [erp] company",
			       o->server.host, o->company.name);
	JSON_EACH (item, list)
		*list_add(&found, o->arena) =
			(struct odoo_warehouse){json_int(item, "id", 0),
						arena_strdup(o->arena, json_str(item, "code"))};
	o->warehouse = found.at;
	o->n_warehouses = found.n;
	return E_OK;
}

enum errk odoo_transfer_types(struct odoo *o, struct arena *a, struct err *e)
{
	static const char *const fields[] = {"code", "warehouse_id", NULL};
	struct odoo_read r = {.model = "stock.picking.type",
			      .fields = fields,
			      .context = odoo_archived_too(NULL)};
	CLEANUP(json) cJSON *list = NULL;
	LIST(struct odoo_transfer_type) found = {0};
	enum errk rc;

	if (o->transfer_type) {
		cJSON_Delete(r.context);
		return E_OK;
	}
	rc = odoo_search_read(o, &r, a, &list, e);
	if (rc != E_OK)
		return rc;
	JSON_EACH (item, list)
		*list_add(&found, o->arena) = (struct odoo_transfer_type){
			.id = json_int(item, "id", 0),
			.warehouse = odoo_ref(item, "warehouse_id"),
			.code = arena_strdup(o->arena, json_str(item, "code")),
			.name = arena_strdup(o->arena, json_str(item, "warehouse_id[1]")),
		};
	/* None at all is an answer too. */
	o->transfer_type = found.n ? found.at : list_add(&found, o->arena);
	o->n_transfer_types = json_count(list, "");
	return E_OK;
}

const struct odoo_transfer_type *odoo_transfer_type(const struct odoo *o, int64_t id)
{
	for (size_t i = 0; i < o->n_transfer_types; i++)
		if (o->transfer_type[i].id == id)
			return &o->transfer_type[i];
	return NULL;
}

enum errk odoo_warehouse_names(struct odoo *o, struct arena *a, const char *const **name, size_t *n,
			       struct err *e)
{
	const char **list;
	enum errk rc = odoo_warehouses(o, a, e);

	if (rc != E_OK)
		return rc;
	list = arena_array(a, o->n_warehouses, sizeof(*list));
	for (size_t i = 0; i < o->n_warehouses; i++)
		list[i] = o->warehouse[i].code;
	*name = list;
	*n = o->n_warehouses;
	return E_OK;
}

enum errk odoo_snapshot_place(const char *cursor, int64_t *last, struct err *e)
{
	CLEANUP(json) cJSON *doc = NULL;

	*last = 0;
	if (!cursor)
		return E_OK;
	if (json_parse(cursor, strlen(cursor), &doc, NULL) != E_OK || !cJSON_IsObject(doc))
		return err_set(e, E_LOCAL, "bad_cursor",
			       "the checkpoint was not written by the odoo connector; read with "
			       "--full");
	*last = json_int(doc, "last", 0);
	return E_OK;
}

void odoo_snapshot_begin(struct odoo_snapshot *s, int64_t last, int64_t count)
{
	*s = (struct odoo_snapshot){.begun = true, .first = last, .left = count};
}

void odoo_snapshot_bound(const struct odoo_snapshot *s, cJSON *domain, int64_t last)
{
	json_push(domain, odoo_term_int("id", ">", last));
	if (s->wrapped)
		json_push(domain, odoo_term_int("id", "<=", s->first));
}

void odoo_snapshot_turn(struct odoo_snapshot *s, size_t seen, bool full, int64_t last,
			struct arena *a, struct page *page)
{
	page->more = full || (s->first && !s->wrapped);
	/* To what is before where this run began, or it is the end. */
	if (!full) {
		last = 0;
		s->wrapped = page->more;
		s->begun = page->more;
	}
	s->left -= (int64_t)seen;
	page->expected = page->more && s->left > 0 ? s->left : 0;
	page->cursor = arena_printf(a, "{\"last\":%lld}", (long long)last);
}

enum errk odoo_page_fill(const struct pull_request *req, struct odoo_item *item, size_t n,
			 void (*finish)(struct record *r, struct arena *a), struct arena *a,
			 struct page *page, bool *cut, int64_t *last, struct err *e)
{
	page->rec = arena_array(a, n, sizeof(*page->rec));
	for (size_t i = 0; i < n; i++) {
		struct record *rec = &item[i].rec;
		bool known = false;
		enum errk rc = E_OK;

		if (req->knows && !req->full)
			rc = req->knows(req->knows_ctx, rec, &known, e);
		if (rc != E_OK)
			return rc;
		page->known += known;
		if (known)
			continue;
		if (!rec->problem && finish)
			finish(rec, a);
		page->rec[page->n++] = *rec;
		if (req->limit && page->n == req->limit && i + 1 < n) {
			*cut = true;
			*last = item[i].id;
			return E_OK;
		}
	}
	return E_OK;
}

static enum errk fits(const cJSON *product, const char *field, const char *what, size_t most,
		      struct err *e)
{
	const char *text = json_str(product, field);

	if (!text || strlen(text) <= most)
		return E_OK;
	return err_set(e, E_RECORD, "too_long",
		       "the %s of product %lld of Odoo is longer than %zu bytes; shorten it, and "
		       "the next run takes it",
		       what, (long long)json_int(product, "id", 0), most);
}

enum errk odoo_codes_fit(const cJSON *product, struct err *e)
{
	enum errk rc = fits(product, "default_code", "internal reference", CODE_MAX_BYTES, e);

	return rc == E_OK ? fits(product, "barcode", "barcode", CODE_MAX_BYTES, e) : rc;
}

enum errk odoo_names_fit(const cJSON *product, struct err *e)
{
	enum errk rc = odoo_codes_fit(product, e);

	if (rc == E_OK && str_blank(json_str(product, "name")))
		return err_set(e, E_RECORD, "no_name",
			       "product %lld of Odoo has no name; give it one, and the next run "
			       "takes it",
			       (long long)json_int(product, "id", 0));
	return rc == E_OK ? fits(product, "name", "name", NAME_MAX_BYTES, e) : rc;
}

const char *odoo_label(const cJSON *product, const char *code, struct arena *a)
{
	const char *text = str_blank(code) ? json_str(product, "name") : code;

	return str_blank(text) || strlen(text) > CODE_MAX_BYTES
		       ? arena_printf(a, "product %lld", (long long)json_int(product, "id", 0))
		       : text;
}

void odoo_record(cJSON *doc, const char *id, const char *label, struct arena *a, struct record *out)
{
	char hash[HASH_HEX_SIZE];
	const char *text = json_text(doc, a);

	cJSON_Delete(doc);
	hash_hex(text, strlen(text), hash);
	*out = (struct record){
		.id = arena_strdup(a, id),
		.label = arena_strdup(a, label),
		.version = arena_printf(a, "%.32s", hash),
		.doc = text,
		.doc_len = strlen(text),
	};
}

void odoo_record_problem(const char *id, const char *label, const struct err *problem,
			 struct arena *a, struct record *out)
{
	stock_record_problem(id, problem, 0, a, out);
	out->label = arena_strdup(a, label);
}
