#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "connectors/shopify_admin/orders/money.h"
#include "connectors/shopify_admin/orders/cells.h"
#include "connectors/shopify_admin/orders/priv.h"

#include "base/banned.h"

/* A checkout tip is a line like any other in the export; only these marks tell it apart. */
static bool is_tip(const struct admin_order_rows *o, size_t i, bool ships)
{
	return str_equal_nocase(o->row[i].cell[COL_LINE_NAME], "Tip") &&
	       !o->row[i].cell[COL_LINE_SKU][0] && !ships;
}

static bool is_line(const struct admin_order_rows *o, size_t i)
{
	return o->row[i].cell[COL_LINE_NAME][0] || o->row[i].cell[COL_LINE_QUANTITY][0] ||
	       o->row[i].cell[COL_LINE_PRICE][0];
}

/* A line of an order: its figures, and what else of its row needs reading. */
struct line {
	size_t row;
	const char *sku;
	bool ships, taxable;
};

static enum errk read_line(const struct admin_order_rows *o, size_t i, struct arena *a,
			   struct line *line, struct admin_money_line *out, struct err *e)
{
	bool given = false;
	enum errk k = admin_cell_count(o, i, COL_LINE_QUANTITY, &out->quantity, e);

	if (k == E_OK)
		k = admin_cell_amount(o, i, COL_LINE_PRICE, &out->price, &given, e);
	if (k == E_OK && (!given || !o->row[i].cell[COL_LINE_NAME][0]))
		k = err_set(e, E_RECORD, "bad_cell", "%s:%lld: column '%s' is empty", o->file,
			    (long long)o->row[i].line,
			    admin_column_title(given ? COL_LINE_NAME : COL_LINE_PRICE));
	if (k == E_OK)
		k = admin_cell_amount(o, i, COL_LINE_DISCOUNT, &out->discount, NULL, e);
	line->row = i;
	if (k == E_OK)
		k = admin_cell_identifier(o, i, COL_LINE_SKU, a, &line->sku, e);
	if (k == E_OK)
		k = admin_cell_flag(o, i, COL_LINE_SHIPS, true, &line->ships, e);
	if (k == E_OK)
		k = admin_cell_flag(o, i, COL_LINE_TAXABLE, true, &line->taxable, e);
	out->tip = k == E_OK && is_tip(o, i, line->ships);
	return k;
}

/* Discounts take away from the lines: no reading of them makes more. */
static enum errk rows_missing(const struct admin_order_rows *o, const struct admin_money *m,
			      struct err *e)
{
	char lines[DECIMAL_TEXT_MAX], subtotal[DECIMAL_TEXT_MAX];

	return err_set(
		e, E_RECORD, "rows_missing",
		"%s:%lld: its lines make %s, Subtotal says %s: rows of the order are missing, "
		"as a filter in a spreadsheet leaves them out, or it was edited; use the file as "
		"it was downloaded",
		o->file, (long long)o->line, decimal_text(m->lines_sum, lines),
		decimal_text(m->subtotal, subtotal));
}

static enum errk read_money(const struct admin_order_rows *o, struct arena *a, struct line *line,
			    struct admin_money *m, struct err *e)
{
	const struct {
		enum admin_column column;
		struct decimal *to;
	} amounts[] = {
		{COL_SUBTOTAL, &m->subtotal},
		{COL_SHIPPING, &m->shipping},
		{COL_TAXES, &m->taxes},
		{COL_TOTAL, &m->total},
		{COL_DISCOUNT_AMOUNT, &m->discount},
		{COL_DUTIES, &m->duties},
	};
	enum errk k = E_OK;

	m->currency = admin_order_cell(o, COL_CURRENCY);
	m->line = arena_array(a, o->n, sizeof(*m->line));
	for (size_t i = 0; i < sizeof(amounts) / sizeof(amounts[0]) && k == E_OK; i++)
		k = admin_order_amount(o, amounts[i].column, amounts[i].to, NULL, e);
	for (size_t i = 0; i < o->n && k == E_OK; i++)
		if (is_line(o, i)) {
			k = read_line(o, i, a, &line[m->n], &m->line[m->n], e);
			m->n++;
		}
	if (k != E_OK)
		return k;
	if (m->n == 0)
		return err_set(e, E_RECORD, "no_lines", "%s:%lld: the order has no line items",
			       o->file, (long long)o->line);
	m->ships = admin_order_text(o, COL_SHIPPING_METHOD) || !decimal_is_zero(m->shipping);
	k = admin_money_read(m, a, e);
	return k == E_OK && m->lines_short ? rows_missing(o, m, e) : k;
}

const char *admin_order_single_code(const struct admin_order_rows *o, struct arena *a,
				    const char **title)
{
	const char **code;
	size_t n = admin_split(admin_order_cell(o, COL_DISCOUNT_CODE), ",", a, &code);

	*title = n > 1 ? admin_order_cell(o, COL_DISCOUNT_CODE) : NULL;
	return n == 1 ? code[0] : NULL;
}

static void add_share(cJSON *list, const struct admin_order_rows *o, struct decimal amount,
		      const char *scope, struct arena *a)
{
	const char *title, *code = admin_order_single_code(o, a, &title);
	cJSON *share;

	if (decimal_is_zero(amount))
		return;
	share = json_object();
	admin_json_amount(share, "amount", amount);
	json_add_str(share, "code", code);
	json_add_str(share, "title", title);
	json_add_str(share, "scope", scope);
	json_push(list, share);
}

static void add_count(cJSON *to, const char *key, bool known, int64_t n)
{
	if (known)
		json_add_int(to, key, n);
	else
		json_add(to, key, NULL);
}

static bool is_sent(const char *word)
{
	return str_equal_nocase(word, "fulfilled");
}

static bool is_unsent(const char *word)
{
	return str_equal_nocase(word, "pending") || str_equal_nocase(word, "unfulfilled");
}

/*
 * How many of a line were sent: a line without a word is as its order. Of one that was sent a refund may have taken units out
 * before; and what became of an order that was restocked is told nowhere.
 */
static void add_fulfilled(cJSON *line, const struct admin_order_rows *o, const char *status,
			  bool refunded, int64_t quantity)
{
	const char *order = admin_order_cell(o, COL_FULFILLMENT_STATUS);
	const char *word = status[0] ? status : order;
	bool all = is_sent(word) && !refunded && !is_unsent(order);

	add_count(line, "fulfilled_quantity",
		  (all || is_unsent(word)) && !str_equal_nocase(order, "restocked"),
		  all ? quantity : 0);
}

/* Whether money was given back, as far as the export tells. */
static enum errk is_refunded(const struct admin_order_rows *o, struct arena *a, bool *out,
			     struct err *e)
{
	static const char *const words[] = {"refunded", "partially_refunded"};
	struct decimal refunded = DECIMAL_ZERO;
	enum errk k = admin_order_amount(o, COL_REFUNDED, &refunded, NULL, e);

	*out = !decimal_is_zero(refunded) ||
	       str_among(admin_lower(a, admin_order_cell(o, COL_FINANCIAL_STATUS)), words,
			 sizeof(words) / sizeof(*words));
	return k;
}

/* Is there a word about shipping at all? An export without these columns has none. */
static bool tells_shipping(const struct admin_order_rows *o)
{
	for (size_t i = 0; i < o->n; i++)
		if (o->row[i].cell[COL_FULFILLMENT_STATUS][0] ||
		    o->row[i].cell[COL_LINE_FULFILLMENT][0])
			return true;
	return false;
}

/*
 * One shipment of all that was sent: whether there were several the export does not tell. NULL: something may have been sent,
 * and of a line it is not known. Left out: nothing is said of it, and nobody need ask what it was.
 */
static enum errk add_fulfillments(cJSON *doc, const struct admin_order_rows *o, const char *id,
				  struct arena *a, struct err *e)
{
	cJSON *list, *one, *lines;
	const char *at;
	bool any = false;
	enum errk k = admin_order_time(o, COL_FULFILLED_AT, a, &at, e);

	if (k != E_OK || !tells_shipping(o))
		return k;
	json_add(doc, "fulfillments", NULL);
	JSON_EACH (line, json_at(doc, "lines")) {
		if (!json_at(line, "fulfilled_quantity"))
			return E_OK;
		any |= json_int(line, "fulfilled_quantity", 0) > 0;
	}
	list = json_add_array(doc, "fulfillments");
	if (!any)
		return E_OK;
	one = json_object();
	json_push(list, one);
	json_add_str(one, "id", arena_printf(a, "%s/fulfillment/1", id));
	json_add_str(one, "created_at", at);
	lines = json_add_array(one, "lines");
	JSON_EACH (line, json_at(doc, "lines")) {
		int64_t units = json_int(line, "fulfilled_quantity", 0);
		cJSON *sent;

		if (!units)
			continue;
		sent = json_object();
		json_push(lines, sent);
		json_add_str(sent, "line_id", json_str(line, "id"));
		json_add_int(sent, "quantity", units);
	}
	return E_OK;
}

/*
 * The title keeps the variant ("T-shirt - M"): a title may hold " - " itself, so it can't be cut. A
 * product without SKU, a custom item and a gift card look the same here: all are "product".
 */
static void add_line(cJSON *lines, const struct admin_order_rows *o, const struct line *from,
		     const struct admin_money_line *m, const char *id, size_t number, bool refunded,
		     struct arena *a)
{
	const char *const *cell = o->row[from->row].cell;
	cJSON *line = json_object(), *discounts;

	json_push(lines, line);
	json_add_str(line, "id", arena_printf(a, "%s/line/%zu", id, number));
	json_add_str(line, "kind", m->tip ? "tip" : "product");
	json_add_str(line, "sku", from->sku);
	json_add_str(line, "title", cell[COL_LINE_NAME]);
	json_add_str(line, "vendor", cell[COL_VENDOR][0] ? cell[COL_VENDOR] : NULL);
	json_add_int(line, "quantity", m->quantity);
	json_add(line, "current_quantity", NULL);
	add_count(line, "unfulfilled_quantity",
		  is_sent(cell[COL_LINE_FULFILLMENT]) || is_unsent(cell[COL_LINE_FULFILLMENT]),
		  is_sent(cell[COL_LINE_FULFILLMENT]) ? 0 : m->quantity);
	add_fulfilled(line, o, cell[COL_LINE_FULFILLMENT], refunded, m->quantity);
	admin_json_amount(line, "unit_price", m->price);
	discounts = json_add_array(line, "discounts");
	add_share(discounts, o, m->own_discount, "line", a);
	add_share(discounts, o, m->order_discount, "order", a);
	json_add_array(line, "taxes");
	json_add_array(line, "duties");
	json_add_bool(line, "requires_shipping", from->ships);
	json_add_bool(line, "taxable", from->taxable);
	json_add_array(line, "attributes");
}

static void add_shipping(cJSON *doc, const struct admin_order_rows *o, const struct admin_money *m,
			 struct arena *a)
{
	cJSON *list = json_add_array(doc, "shipping_lines"), *line;
	const char *method = admin_order_text(o, COL_SHIPPING_METHOD);

	if (!m->ships)
		return;
	line = json_object();
	json_push(list, line);
	json_add_str(line, "id", NULL);
	json_add_str(line, "title", method ? method : "Shipping");
	admin_json_amount(line, "price", m->shipping_price);
	add_share(json_add_array(line, "discounts"), o, m->shipping_discount, "shipping", a);
	json_add_array(line, "taxes");
}

/* Duties are charged per line; the export has only their sum, which no line can carry honestly. */
static void add_fees(cJSON *doc, const struct admin_money *m)
{
	cJSON *list = json_add_array(doc, "fees"), *fee;

	if (decimal_is_zero(m->duties))
		return;
	fee = json_object();
	json_push(list, fee);
	json_add_str(fee, "id", NULL);
	json_add_str(fee, "name", "Duties");
	admin_json_amount(fee, "amount", m->duties);
	json_add_array(fee, "taxes");
}

static enum errk add_totals(cJSON *doc, const struct admin_order_rows *o,
			    const struct admin_money *m, struct arena *a, struct err *e)
{
	struct decimal items = DECIMAL_ZERO;
	enum errk k = E_OK;

	for (size_t i = 0; i < m->n && k == E_OK; i++) {
		k = decimal_add(items, m->line[i].own_discount, &items, e);
		if (k == E_OK)
			k = decimal_add(items, m->line[i].order_discount, &items, e);
	}
	if (k != E_OK)
		return k;
	admin_order_add_discounts(doc, o, items, m->shipping_discount, a);
	json_add_bool(doc, "prices_include_tax", m->prices_include_tax);
	admin_json_amount(doc, "shop_total", m->total);
	admin_json_amount(cJSON_GetObjectItemCaseSensitive(doc, "totals"), "total", m->total);
	return E_OK;
}

enum errk admin_order_add_items(cJSON *doc, const struct admin_order_rows *o, const char *id,
				struct arena *a, struct err *e)
{
	struct admin_money m = {0};
	struct line *line = arena_array(a, o->n, sizeof(*line));
	cJSON *lines;
	bool refunded;
	enum errk k = read_money(o, a, line, &m, e);

	if (k == E_OK)
		k = is_refunded(o, a, &refunded, e);
	if (k != E_OK)
		return k;
	lines = json_add_array(doc, "lines");
	for (size_t i = 0; i < m.n; i++)
		add_line(lines, o, &line[i], &m.line[i], id, i + 1, refunded, a);
	k = add_fulfillments(doc, o, id, a, e);
	if (k != E_OK)
		return k;
	add_shipping(doc, o, &m, a);
	add_fees(doc, &m);
	k = admin_order_add_taxes(doc, o, a, e);
	return k == E_OK ? add_totals(doc, o, &m, a, e) : k;
}
