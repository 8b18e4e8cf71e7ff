#include "connectors/odoo/answer.h"

#include <stdlib.h>
#include <string.h>

#include "base/answer.h"
#include "base/json.h"
#include "base/list.h"
#include "base/str.h"

#include "base/banned.h"

/* Odoo's ids are PostgreSQL's 4-byte integers; no list is longer than there are ids. */
static const int64_t ID_MAX = INT32_MAX;

/*
 * The type of a field follows from its name: "…_ids" is a list of ids, "…_id" a relation, all others are
 * text. Those that are not so stand here, and so do those that are never empty in Odoo.
 */
enum type { TEXT, WORD, FLAG, NUMBER, RELATION, NEEDED_RELATION, IDS };
static const struct type_row {
	const char *field;
	enum type type;
} type_rows[] = {
	{"state", WORD},
	{"move_type", WORD},
	{"code", WORD},
	{"picking_type_code", WORD},
	{"create_variant", WORD},
	{"amount_type", WORD},
	{"applied_on", WORD},
	{"compute_price", WORD},
	{"base", WORD},
	{"active", FLAG},
	{"is_company", FLAG},
	{"locked", FLAG},
	{"is_storable", FLAG},
	{"is_kits", FLAG},
	{"price_include", FLAG},
	{"reconciled", FLAG},
	{"picked", FLAG},
	{"stock_move_email_validation", FLAG},
	{"amount", NUMBER},
	{"amount_total", NUMBER},
	{"amount_tax", NUMBER},
	{"amount_residual", NUMBER},
	{"price_unit", NUMBER},
	{"price_subtotal", NUMBER},
	{"price_tax", NUMBER},
	{"price_total", NUMBER},
	{"product_uom_qty", NUMBER},
	{"qty_delivered", NUMBER},
	{"quantity", NUMBER},
	{"quantity_done", NUMBER},
	{"discount", NUMBER},
	{"qty_available", NUMBER},
	{"free_qty", NUMBER},
	{"virtual_available", NUMBER},
	{"lst_price", NUMBER},
	{"standard_price", NUMBER},
	{"weight", NUMBER},
	{"min_quantity", NUMBER},
	{"fixed_price", NUMBER},
	{"percent_price", NUMBER},
	{"price_discount", NUMBER},
	{"price_round", NUMBER},
	{"price_surcharge", NUMBER},
	{"price_min_margin", NUMBER},
	{"price_max_margin", NUMBER},
	{"product_uom", RELATION},
	{"order_id", NEEDED_RELATION},
	{"company_id", NEEDED_RELATION},
	{"currency_id", NEEDED_RELATION},
	{"partner_id", NEEDED_RELATION},
	{"partner_invoice_id", NEEDED_RELATION},
	{"partner_shipping_id", NEEDED_RELATION},
	{"attribute_id", NEEDED_RELATION},
	{"attribute_line_id", NEEDED_RELATION},
	{"picking_type_id", NEEDED_RELATION},
	{"pricelist_id", NEEDED_RELATION},
	{"uom_id", NEEDED_RELATION},
	{"move_id", NEEDED_RELATION},
	{"commercial_partner_id", NEEDED_RELATION},
	/* Lists that are named like one. */
	{"order_line", IDS},
	{"taxes_id", IDS},
	{"tax_id", IDS},
};

static enum type type_of(const char *field)
{
	for (size_t i = 0; i < sizeof(type_rows) / sizeof(*type_rows); i++)
		if (strcmp(type_rows[i].field, field) == 0)
			return type_rows[i].type;
	return str_ends(field, "_ids") ? IDS : str_ends(field, "_id") ? RELATION : TEXT;
}

int64_t odoo_answer_id(const cJSON *answer)
{
	int64_t id = json_int(answer, "", 0);

	return id > 0 && id <= ID_MAX ? id : 0;
}

/* [7, "Name"]; a record without a name has false there. */
static bool is_relation(const cJSON *value)
{
	const cJSON *name = cJSON_IsArray(value) ? cJSON_GetArrayItem(value, 1) : NULL;

	return name && !name->next && (cJSON_IsString(name) || cJSON_IsFalse(name)) &&
	       odoo_answer_id(value->child);
}

static bool is_id_list(const cJSON *value)
{
	const cJSON *item = cJSON_IsArray(value) ? value->child : NULL;

	while (item && odoo_answer_id(item))
		item = item->next;
	return cJSON_IsArray(value) && !item;
}

static bool is_of(enum type type, const cJSON *value)
{
	switch (type) {
	case TEXT:
		return cJSON_IsString(value) || cJSON_IsFalse(value);
	case WORD:
		return cJSON_IsString(value) && *value->valuestring;
	case FLAG:
		return cJSON_IsBool(value);
	case NUMBER:
		return cJSON_IsNumber(value);
	case RELATION:
		return is_relation(value) || cJSON_IsFalse(value);
	case NEEDED_RELATION:
		return is_relation(value);
	case IDS:
		return is_id_list(value);
	}
	BUG("type %d", (int)type);
}

/* The ids that were asked for: sorted, each once. */
struct asked {
	int64_t *id;
	size_t n;
};

static int by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static struct asked asked_ids(const int64_t *ids, size_t n, struct arena *a)
{
	struct asked out = {.id = arena_array(a, n, sizeof(*out.id))};

	if (!n)
		return out;
	memcpy(out.id, ids, n * sizeof(*ids));
	qsort(out.id, n, sizeof(*out.id), by_number);
	for (size_t i = 0; i < n; i++)
		if (!out.n || out.id[out.n - 1] != out.id[i])
			out.id[out.n++] = out.id[i];
	return out;
}

static bool was_asked(const struct asked *x, int64_t id)
{
	return x->n && bsearch(&id, x->id, x->n, sizeof(id), by_number);
}

/* Its id; 0 after a fault, which names the record and the field. */
static int64_t read_row(struct answer *in, const struct odoo_read *r, const cJSON *row,
			const struct asked *asked, struct arena *a)
{
	int64_t id = odoo_answer_id(cJSON_GetObjectItemCaseSensitive(row, "id"));
	const char *by = r->by ? r->by : "id",
		   *where = arena_printf(a, "record %lld", (long long)id);

	if (!cJSON_IsObject(row) || !id)
		answer_fault(in, "rows", "has one without an id");
	else if (id <= r->after)
		answer_fault(in, where, "is of an earlier page");
	for (const char *const *f = r->fields; *f && answer_ok(in); f++) {
		const cJSON *value = cJSON_GetObjectItemCaseSensitive(row, *f);

		if (!value)
			answer_fault(in, where, "lacks %s", *f);
		else if (strcmp(*f, "id") != 0 && !is_of(type_of(*f), value))
			answer_fault(in, where, "has something else in %s", *f);
	}
	if (answer_ok(in) && r->ids && !was_asked(asked, odoo_ref(row, by)))
		answer_fault(in, where, "was not asked for (%s)", by);
	return answer_ok(in) ? id : 0;
}

enum errk odoo_answer_rows(const struct odoo_read *r, const char *host, const cJSON *list,
			   struct arena *a, struct err *e)
{
	struct answer in = answer_of(E_BUSY,
				     arena_printf(a, "%s/search_read (%s)", r->model, host));
	struct asked asked = asked_ids(r->ids, r->ids ? r->n_ids : 0, a);
	LIST(int64_t) seen = {0};

	answer_list(&in, list, "");
	JSON_EACH (row, list)
		*list_add(&seen, a) = read_row(&in, r, row, &asked, a);
	if (r->limit && seen.n > r->limit)
		answer_fault(&in, "rows", "are %zu, more than the %zu that were asked for", seen.n,
			     r->limit);
	if (r->whole && seen.n < asked.n)
		answer_fault(&in, "rows", "are %zu of %zu", seen.n, asked.n);
	if (seen.n && r->order)
		qsort(seen.at, seen.n, sizeof(*seen.at), by_number);
	for (size_t i = 1; i < seen.n; i++)
		if (seen.at[i] <= seen.at[i - 1])
			answer_fault(&in, arena_printf(a, "record %lld", (long long)seen.at[i]),
				     "comes twice, or out of order");
	return answer_end(&in, e);
}

/* "12" -> 12; 0: no id. */
static int64_t id_of_key(const char *key)
{
	int64_t id = 0;

	for (const char *p = key; *p; p++) {
		if (*p < '0' || *p > '9' || id > ID_MAX)
			return 0;
		id = id * 10 + (*p - '0');
	}
	return *key != '0' && id <= ID_MAX ? id : 0;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum errk odoo_answer_external_ids(const cJSON *answer, const char *model, const int64_t *ids,
				   size_t n, struct arena *a, struct err *e)
{
	struct answer in = answer_of(E_BUSY, arena_printf(a, "%s/get_external_id", model));
	struct asked asked = asked_ids(ids, n, a);
	LIST(int64_t) told = {0};
	LIST(const char *) text = {0};

	answer_object(&in, answer, "");
	JSON_EACH_MEMBER (item, answer) {
		if (!cJSON_IsString(item))
			answer_fault(&in, item->string, "is no text");
		else if (*item->valuestring)
			*list_add(&text, a) = item->valuestring;
		*list_add(&told, a) = id_of_key(item->string);
	}
	if (told.n)
		qsort(told.at, told.n, sizeof(*told.at), by_number);
	if (told.n != asked.n ||
	    (told.n && memcmp(told.at, asked.id, told.n * sizeof(*told.at)) != 0))
		answer_fault(&in, "records", "are others than those that were asked for");
	if (text.n)
		qsort(text.at, text.n, sizeof(*text.at), by_text);
	for (size_t i = 1; i < text.n; i++)
		if (strcmp(text.at[i], text.at[i - 1]) == 0)
			answer_fault(&in, "records", "have one external id twice");
	return answer_end(&in, e);
}

enum errk odoo_answer_fields(const cJSON *answer, const char *model, struct arena *a, struct err *e)
{
	struct answer in = answer_of(E_BUSY, arena_printf(a, "%s/fields_get", model));

	answer_object(&in, answer, "");
	/* Every model has it. */
	answer_object(&in, answer, "id");
	JSON_EACH_MEMBER (item, answer)
		if (!json_str(item, "type"))
			answer_fault(&in, item->string, "has no type");
	return answer_end(&in, e);
}

bool odoo_answer_are_ids(const cJSON *answer, size_t n)
{
	return is_id_list(answer) && json_count(answer, "") == n;
}

bool odoo_answer_is_ids(const cJSON *answer, size_t n, struct arena *a)
{
	LIST(int64_t) ids = {0};

	if (!is_id_list(answer))
		return false;
	JSON_EACH (item, answer)
		*list_add(&ids, a) = odoo_answer_id(item);
	return ids.n == n && asked_ids(ids.at, n, a).n == n;
}

int64_t odoo_ref(const cJSON *record, const char *field)
{
	const cJSON *item = json_at(record, field);

	return cJSON_IsArray(item) ? json_int(item, "[0]", 0) : json_int(item, "", 0);
}
