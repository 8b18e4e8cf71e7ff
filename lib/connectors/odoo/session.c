#include <string.h>

#include "base/answer.h"
#include "base/cleanup.h"
#include "base/json.h"
#include "base/str.h"
#include "connectors/odoo/answer.h"

#include "base/banned.h"

/* Noise of Odoo's floats begins beyond. */
enum { QUANTITY_DIGITS_MAX = 6, PRICE_DIGITS_MAX = 6 };
enum { DIGITS_MAX = 16 }; /* that Odoo lets people enter */

enum {
	ORDERS = 1 << KIND_ORDER,
	STOCK = 1 << KIND_STOCK,
	PRODUCTS = 1 << KIND_PRODUCT,
	FULFILLMENTS = 1 << KIND_FULFILLMENT,
	REFUNDS = 1 << KIND_REFUND,
};

/*
 * Fields whose names changed between versions: the first that this Odoo has is taken. Besides
 * these rows and the choice of the API only orders/predict.c (rounding) and transition.c (reservations)
 * know of versions, and a wrong guess of theirs costs time, not correctness.
 */
static const struct field_row {
	const char *model, *name[3];
	unsigned kinds;
	enum odoo_depth from; /* of orders: needed from this depth on */
	bool required;
} field_rows[FIELD_COUNT_] = {
	[FIELD_LINE_TAXES] =
		{"sale.order.line", {"tax_ids", "tax_id"}, ORDERS | REFUNDS, ODOO_QUOTATION, true},
	[FIELD_ORDER_LOCKED] = {"sale.order", {"locked"}, ORDERS | REFUNDS, ODOO_QUOTATION, false},
	[FIELD_ORDER_PICKINGS] =
		{"sale.order", {"picking_ids"}, ORDERS | REFUNDS, ODOO_QUOTATION, false},
	[FIELD_MOVE_LINE_TYPE] = {"account.move.line",
				  {"account_type", "account_internal_type"},
				  ORDERS | REFUNDS,
				  ODOO_PAID,
				  true},
	[FIELD_PAYMENT_MEMO] = {"account.payment",
				{"memo", "ref", "communication"},
				ORDERS | REFUNDS,
				ODOO_PAID,
				true},
	[FIELD_PAYMENT_METHOD] = {"account.payment",
				  {"payment_method_line_id", "payment_method_id"},
				  ORDERS | REFUNDS,
				  ODOO_PAID,
				  true},
	[FIELD_PAYMENT_MOVE] = {"account.payment", {"move_id"}, ORDERS | REFUNDS, ODOO_PAID, false},
	/* Without it, what is stored has a type of its own. */
	[FIELD_PRODUCT_STORABLE] =
		{"product.product", {"is_storable"}, STOCK, ODOO_QUOTATION, false},
	[FIELD_TEMPLATE_STORABLE] =
		{"product.template", {"is_storable"}, PRODUCTS, ODOO_QUOTATION, false},
	[FIELD_TEMPLATE_TAGS] =
		{"product.template", {"product_tag_ids"}, PRODUCTS, ODOO_QUOTATION, false},
	[FIELD_PICKING_ORDER] = {"stock.picking", {"sale_id"}, FULFILLMENTS, ODOO_QUOTATION, true},
	/* Of an app that needs not be there. */
	[FIELD_PICKING_CARRIER] =
		{"stock.picking", {"carrier_id"}, FULFILLMENTS, ODOO_QUOTATION, false},
	[FIELD_PICKING_TRACKING] =
		{"stock.picking", {"carrier_tracking_ref"}, FULFILLMENTS, ODOO_QUOTATION, false},
	[FIELD_PICKING_TRACKING_URL] =
		{"stock.picking", {"carrier_tracking_url"}, FULFILLMENTS, ODOO_QUOTATION, false},
	[FIELD_MOVE_DONE] =
		{"stock.move", {"quantity", "quantity_done"}, FULFILLMENTS, ODOO_QUOTATION, true},
	[FIELD_LINE_UNIT] = {"sale.order.line",
			     {"product_uom_id", "product_uom"},
			     ORDERS | FULFILLMENTS | REFUNDS,
			     ODOO_QUOTATION,
			     true},
	/* Until 18 transfers of an order are those of its group. */
	[FIELD_ORDER_GROUP] =
		{"sale.order", {"procurement_group_id"}, REFUNDS, ODOO_QUOTATION, false},
	[FIELD_PICKING_MOVES] =
		{"stock.picking", {"move_ids", "move_lines"}, FULFILLMENTS, ODOO_QUOTATION, true},
	[FIELD_MOVE_NAME] = {"stock.move", {"name"}, FULFILLMENTS, ODOO_QUOTATION, false},
	/* Made of others when it is sold; only where Manufacturing is installed, from 15 on. */
	[FIELD_PRODUCT_KIT] = {"product.product", {"is_kits"}, STOCK, ODOO_QUOTATION, false},
};

const struct odoo_right odoo_rights[] = {
	{"res.partner", "create", "Contact Creation", KIND_ORDER, ODOO_QUOTATION},
	{"sale.order", "create", "Sales: User: All Documents", KIND_ORDER, ODOO_QUOTATION},
	{"sale.order", "write", "Sales: User: All Documents", KIND_ORDER, ODOO_QUOTATION},
	{"sale.order.line", "create", "Sales: User: All Documents", KIND_ORDER, ODOO_QUOTATION},
	{"product.product", "read", "Sales: User: All Documents", KIND_ORDER, ODOO_QUOTATION},
	{"account.tax", "read", "Sales: User: All Documents", KIND_ORDER, ODOO_QUOTATION},
	{"account.move", "create", "Invoicing", KIND_ORDER, ODOO_PAID},
	{"account.move", "write", "Invoicing", KIND_ORDER, ODOO_PAID},
	{"account.payment", "create", "Invoicing", KIND_ORDER, ODOO_PAID},
	{"account.journal", "read", "Invoicing", KIND_ORDER, ODOO_PAID},
	{"sale.order", "write", "Sales: User: All Documents", KIND_REFUND, ODOO_QUOTATION},
	{"sale.order.line", "create", "Sales: User: All Documents", KIND_REFUND, ODOO_QUOTATION},
	{"product.product", "read", "Sales: User: All Documents", KIND_REFUND, ODOO_QUOTATION},
	{"account.tax", "read", "Sales: User: All Documents", KIND_REFUND, ODOO_QUOTATION},
	{"account.move", "create", "Invoicing", KIND_REFUND, ODOO_PAID},
	{"account.move", "write", "Invoicing", KIND_REFUND, ODOO_PAID},
	{"account.payment", "create", "Invoicing", KIND_REFUND, ODOO_PAID},
	{"account.journal", "read", "Invoicing", KIND_REFUND, ODOO_PAID},
	{"product.product", "read", "Inventory: User", KIND_STOCK, ODOO_QUOTATION},
	{"stock.warehouse", "read", "Inventory: User", KIND_STOCK, ODOO_QUOTATION},
	{"stock.quant", "read", "Inventory: User", KIND_STOCK, ODOO_QUOTATION},
	/* What is promised and expected is reckoned from moves, for the user who asks. */
	{"stock.move", "read", "Inventory: User", KIND_STOCK, ODOO_QUOTATION},
	{"product.template", "read", "Sales: User: All Documents", KIND_PRODUCT, ODOO_QUOTATION},
	{"product.product", "read", "Sales: User: All Documents", KIND_PRODUCT, ODOO_QUOTATION},
	{"product.pricelist", "read", "Sales: User: All Documents", KIND_PRODUCT, ODOO_QUOTATION},
	{"product.pricelist.item", "read", "Sales: User: All Documents", KIND_PRODUCT,
	 ODOO_QUOTATION},
	{"account.tax", "read", "Sales: User: All Documents", KIND_PRODUCT, ODOO_QUOTATION},
	{"stock.picking", "read", "Inventory: User", KIND_FULFILLMENT, ODOO_QUOTATION},
	{"stock.move", "read", "Inventory: User", KIND_FULFILLMENT, ODOO_QUOTATION},
	{"stock.warehouse", "read", "Inventory: User", KIND_FULFILLMENT, ODOO_QUOTATION},
	{"product.product", "read", "Inventory: User", KIND_FULFILLMENT, ODOO_QUOTATION},
	{"sale.order", "read", "Sales: User: All Documents", KIND_FULFILLMENT, ODOO_QUOTATION},
	{"sale.order.line", "read", "Sales: User: All Documents", KIND_FULFILLMENT, ODOO_QUOTATION},
	{0},
};

static enum errk choose_api(struct odoo *o, struct err *e)
{
	bool json2 = str_equal(o->api, "json2") ||
		     (str_equal(o->api, "auto") && o->version.major >= 19);

	if (json2 && o->version.major < 19)
		return err_set(
			e, E_LOCAL, "bad_config",
			"[erp] api = json2, but Odoo %s (%s) has no such API; set api = auto",
			o->version.text, o->server.host);
	if (!json2 && (!o->server.login || !o->server.db))
		return err_set(e, E_LOCAL, "bad_config",
			       "[erp]: Odoo %s (%s) is called by JSON-RPC, which needs login and "
			       "database",
			       o->version.text, o->server.host);
	o->server.api = json2 ? ODOO_JSON2 : ODOO_JSONRPC;
	return E_OK;
}

static enum errk choose_company(struct odoo *o, const cJSON *list, struct err *e)
{
	const cJSON *found = NULL;

	JSON_EACH (item, list) {
		if (o->company_name ? str_equal(json_str(item, "name"), o->company_name)
				    : json_int(item, "id", 0) == o->company.id)
			found = item;
	}
	if (!found)
		return err_set(
			e, E_REFUSED, "no_company",
			"Odoo (%s) shows this user no company '%s'; check [erp] company, and "
			"the allowed companies of the user",
			o->server.host, o->company_name ? o->company_name : "of its own");
	o->company = (struct odoo_company){
		.id = json_int(found, "id", 0),
		.name = arena_strdup(o->arena, json_str(found, "name")),
		.currency = odoo_ref(found, "currency_id"),
		.currency_name = arena_strdup(o->arena, json_str(found, "currency_id[1]")),
		.rounds_per_line = str_equal(json_str(found, "tax_calculation_rounding_method"),
					     "round_per_line"),
	};
	if (!o->company.name || !o->company.currency_name)
		return err_set(e, E_BUSY, "bad_answer",
			       "res.company/search_read (%s): the company or its currency has no "
			       "name",
			       o->server.host);
	o->server.company = o->company.id;
	return E_OK;
}

/*
 * The database's own id is not for everybody to read. Its oldest company was made with it, and no other database has
 * one of that second, but for copies.
 */
static void remember_mark(struct odoo *o, const cJSON *oldest)
{
	const char *made = json_str(oldest, "create_date");

	if (made)
		o->mark = arena_printf(o->arena, "company %lld made %s",
				       (long long)json_int(oldest, "id", 0), made);
}

static enum errk read_company(struct odoo *o, struct arena *a, struct err *e)
{
	static const char *const user_fields[] = {"company_id", NULL};
	static const char *const fields[] = {"name", "currency_id",
					     "tax_calculation_rounding_method", "create_date",
					     NULL};
	struct odoo_read user = {.model = "res.users",
				 .fields = user_fields,
				 .ids = &o->server.uid,
				 .n_ids = 1,
				 .whole = true};
	struct odoo_read all = {.model = "res.company", .fields = fields};
	CLEANUP(json) cJSON *me = NULL;
	CLEANUP(json) cJSON *list = NULL;
	enum errk rc;

	rc = odoo_search_read(o, &user, a, &me, e);
	if (rc == E_OK) {
		o->company.id = odoo_ref(json_at(me, "[0]"), "company_id");
		rc = odoo_search_read(o, &all, a, &list, e);
	}
	if (rc == E_OK)
		remember_mark(o, json_at(list, "[0]"));
	return rc == E_OK ? choose_company(o, list, e) : rc;
}

static enum errk fields_of(struct odoo *o, const char *model, struct arena *a, cJSON **out,
			   struct err *e)
{
	CLEANUP(odoo_call)
	struct odoo_call c = {.model = model,
			      .method = "fields_get",
			      .intent = HTTP_READ,
			      .args = json_object()};
	enum errk rc;

	json_push_str(json_add_array(c.args, "attributes"), "type");
	rc = odoo_call(&o->server, &c, a, e);
	if (rc == E_OK)
		rc = odoo_answer_fields(c.result, model, a, e);
	if (rc == E_OK)
		*out = TAKE(c.result);
	return rc;
}

/* Is what some kinds need, of orders and refunds from a depth on, needed for records of the wanted kind? */
static bool is_needed(const struct odoo *o, unsigned kinds, enum odoo_depth from,
		      enum record_kind wanted)
{
	return (kinds & 1U << wanted) &&
	       ((wanted != KIND_ORDER && wanted != KIND_REFUND) || from <= o->rules.depth);
}

bool odoo_right_needed(const struct odoo *o, const struct odoo_right *r, enum record_kind kind)
{
	/* Price lists are only read where prices come from one. */
	if (str_starts(r->model, "product.pricelist") && !o->rules.product_pricelist)
		return false;
	return is_needed(o, 1U << r->kind, r->from, kind);
}

static enum errk choose_fields(struct odoo *o, enum record_kind kind, struct arena *a,
			       struct err *e)
{
	CLEANUP(json) cJSON *known = json_object();

	for (int f = 0; f < FIELD_COUNT_; f++) {
		const struct field_row *row = &field_rows[f];
		cJSON *fields = NULL;

		if (!is_needed(o, row->kinds, row->from, kind))
			continue;
		if (!cJSON_GetObjectItemCaseSensitive(known, row->model)) {
			enum errk rc = fields_of(o, row->model, a, &fields, e);

			if (rc != E_OK)
				return rc;
			json_add(known, row->model, fields);
		}
		fields = cJSON_GetObjectItemCaseSensitive(known, row->model);
		for (int i = 0; i < 3 && row->name[i] && !o->field[f]; i++)
			if (cJSON_GetObjectItemCaseSensitive(fields, row->name[i]))
				o->field[f] = row->name[i];
		if (!o->field[f] && row->required)
			return err_set(e, E_REFUSED, "version",
				       "Odoo %s (%s): %s has no field %s: an app is not installed "
				       "(Sales, Inventory, Invoicing), or this version is not "
				       "supported",
				       o->version.text, o->server.host, row->model, row->name[0]);
	}
	return E_OK;
}

/* The table is not for everybody to read, its method is; a name that it doesn't have gives 2. */
static enum errk precision_of(struct odoo *o, const char *name, struct arena *a, int *digits,
			      struct err *e)
{
	CLEANUP(odoo_call)
	struct odoo_call c = {.model = "decimal.precision",
			      .method = "precision_get",
			      .intent = HTTP_READ,
			      .args = json_object()};
	struct answer in = answer_of(E_BUSY, "decimal.precision/precision_get");
	enum errk rc;

	json_add_str(c.args, "application", name);
	rc = odoo_call(&o->server, &c, a, e);
	if (rc != E_OK)
		return rc;
	*digits = (int)answer_int(&in, c.result, "", 0, DIGITS_MAX);
	return answer_end(&in, e);
}

enum errk odoo_list_digits(struct odoo *o, struct arena *a, int *digits, struct err *e)
{
	enum errk rc = precision_of(o, "Product Price", a, digits, e);

	if (rc == E_OK && *digits > PRICE_DIGITS_MAX)
		*digits = PRICE_DIGITS_MAX;
	return rc;
}

/* From 19 on a price keeps all its decimals; before, those of "Product Price". */
static enum errk read_price_digits(struct odoo *o, struct arena *a, struct err *e)
{
	o->price_digits = PRICE_DIGITS_MAX;
	return o->version.major >= 19 ? E_OK : odoo_list_digits(o, a, &o->price_digits, e);
}

/* What it is called in one version or another; more digits than needed do no harm. */
static enum errk read_quantity_digits(struct odoo *o, struct arena *a, struct err *e)
{
	static const char *const names[] = {"Product Unit of Measure", "Product Unit"};
	enum errk rc = E_OK;

	o->quantity_digits = 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names) && rc == E_OK; i++) {
		int digits = 0;

		rc = precision_of(o, names[i], a, &digits, e);
		if (digits > o->quantity_digits)
			o->quantity_digits = digits > QUANTITY_DIGITS_MAX ? QUANTITY_DIGITS_MAX
									  : digits;
	}
	return rc;
}

/* Nobody answers there: whose address it is, and where it stands. */
static enum errk name_address(struct odoo *o, enum errk rc, struct err *e)
{
	if (rc != E_BUSY)
		return rc;
	rc = err_wrap(e, "Odoo does not answer at [erp] url (%s)",
		      conf_where(o->env.conf, "erp", "url", o->arena));
	err_append(e, "; see that it runs and can be reached from here, or correct the address");
	return rc;
}

enum errk odoo_connect(struct odoo *o, struct arena *a, struct err *e)
{
	enum errk rc;

	if (o->connected)
		return E_OK;
	rc = name_address(o, odoo_version_ask(&o->server, o->arena, &o->version, e), e);
	if (rc == E_OK && o->version.major < 14)
		rc = err_set(e, E_REFUSED, "version", "Odoo %s (%s) is too old; 14 is the oldest",
			     o->version.text, o->server.host);
	if (rc == E_OK)
		rc = choose_api(o, e);
	if (rc == E_OK)
		rc = odoo_login(&o->server, a, e);
	if (rc == E_OK)
		rc = read_company(o, a, e);
	o->connected = rc == E_OK;
	return rc;
}

enum errk odoo_ready(struct odoo *o, enum record_kind kind, struct arena *a, struct err *e)
{
	enum errk rc;

	if (o->ready & 1u << kind)
		return E_OK;
	rc = odoo_connect(o, a, e);
	if (rc == E_OK)
		rc = choose_fields(o, kind, a, e);
	if (rc == E_OK && (kind == KIND_ORDER || kind == KIND_PRODUCT))
		rc = read_price_digits(o, a, e);
	if (rc == E_OK && (kind == KIND_STOCK || kind == KIND_FULFILLMENT))
		rc = read_quantity_digits(o, a, e);
	if (rc == E_OK)
		o->ready |= 1u << kind;
	return rc;
}

enum errk odoo_may(struct odoo *o, const char *model, const char *operation, struct arena *a,
		   bool *may, struct err *e)
{
	CLEANUP(odoo_call)
	struct odoo_call c = {.model = model,
			      .method = "check_access_rights",
			      .intent = HTTP_READ,
			      .args = json_object()};
	struct answer in = answer_of(E_BUSY, arena_printf(a, "%s/check_access_rights", model));
	enum errk rc;

	json_add_str(c.args, "operation", operation);
	json_add_bool(c.args, "raise_exception", false);
	rc = odoo_call(&o->server, &c, a, e);
	if (rc != E_OK)
		return rc;
	*may = answer_bool(&in, c.result, "");
	return answer_end(&in, e);
}

static enum errk need_rights(struct odoo *o, enum record_kind kind, struct arena *a, struct err *e)
{
	for (const struct odoo_right *r = odoo_rights; r->model; r++) {
		bool may = false;
		enum errk rc;

		if (!odoo_right_needed(o, r, kind))
			continue;
		rc = odoo_may(o, r->model, r->operation, a, &may, e);
		if (rc != E_OK)
			return rc;
		if (!may)
			return err_set(e, E_REFUSED, "access_denied",
				       "Odoo (%s): the user of the API key may not %s %s; give it "
				       "the right '%s' (Settings > Users)",
				       o->server.host, r->operation, r->model, r->group);
	}
	return E_OK;
}

enum errk odoo_enter(struct odoo *o, enum record_kind kind, struct arena *a, struct err *e)
{
	enum errk rc;

	if (o->entered & 1u << kind)
		return E_OK;
	rc = odoo_ready(o, kind, a, e);
	if (rc == E_OK)
		rc = need_rights(o, kind, a, e);
	if (rc == E_OK)
		o->entered |= 1u << kind;
	return rc;
}
