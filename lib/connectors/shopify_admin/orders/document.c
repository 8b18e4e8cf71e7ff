#include "connectors/shopify_admin/orders/document.h"

#include <ctype.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/str.h"
#include "model/order_sums.h"
#include "connectors/shopify_admin/orders/cells.h"
#include "connectors/shopify_admin/orders/priv.h"

#include "base/banned.h"

/* A row of another width may hold anything anywhere. */
bool admin_order_is_named(const struct admin_order_rows *o)
{
	return o->n > 0 && o->row[0].aligned && guard_is_name(admin_order_cell(o, COL_NAME));
}

const char *admin_file_id(const char *name, struct arena *a)
{
	return arena_printf(a, "file:%s", name);
}

const char *admin_name_id(const char *name, struct arena *a)
{
	return arena_printf(a, "csv:%s", name);
}

const char *admin_order_id(const struct admin_order_rows *o, struct arena *a)
{
	const char *id = admin_order_cell(o, COL_ID);

	if (o->n > 0 && o->row[0].aligned && admin_order_id_is_sound(id))
		return arena_printf(a, "gid://shopify/Order/%s", id);
	/* What has not even a date is no order: a sum at the end, most likely. */
	if (!id[0] && admin_order_is_named(o) && admin_order_cell(o, COL_CREATED_AT)[0])
		return admin_name_id(admin_order_cell(o, COL_NAME), a);
	return arena_printf(a, "%s:%lld", admin_file_id(o->file, a), (long long)o->line);
}

bool admin_order_is_test(const struct admin_order_rows *o, struct arena *a)
{
	const char **gateway;
	size_t n = admin_split(admin_order_cell(o, COL_PAYMENT_METHOD), " + ", a, &gateway);

	for (size_t i = 0; i < n; i++)
		if (str_equal_nocase(gateway[i], "(for testing) Bogus Gateway") ||
		    str_equal_nocase(gateway[i], "bogus"))
			return true;
	return false;
}

/* The one run of digits in "#1001" or "FR1001-A"; NULL when there are several. */
static const char *number_of(const char *name, struct arena *a)
{
	const char *start = name + strcspn(name, "0123456789");
	size_t len = strspn(start, "0123456789");

	if (len == 0 || start[len + strcspn(start + len, "0123456789")])
		return NULL;
	return arena_strndup(a, start, len);
}

static enum errk missing(const struct admin_order_rows *o, enum admin_column c, struct err *e)
{
	return err_set(e, E_RECORD, "bad_cell", "%s:%lld: column '%s' is empty", o->file,
		       (long long)o->line, admin_column_title(c));
}

static enum errk bad(const struct admin_order_rows *o, enum admin_column c, const char *what,
		     struct err *e)
{
	char shown[64];

	return err_set(e, E_RECORD, "bad_cell", "%s:%lld: column '%s': '%s' %s", o->file,
		       (long long)o->line, admin_column_title(c),
		       guard_shown(admin_order_cell(o, c), shown), what);
}

/* As the API has them, which are the export's: whether it has others in another language is told nowhere. */
static const char *const paid_words[] =
	{"pending",  "authorized", "partially_paid", "paid", "partially_refunded",
	 "refunded", "voided",     "expired",        NULL};
static const char *const sent_words[] =
	{"unfulfilled",      "partial", "partially_fulfilled", "fulfilled", "restocked",
	 "scheduled",        "on_hold", "in_progress",         "open",      "pending_fulfillment",
	 "request_declined", NULL};

/*
 * One of the export's words, as the API writes them but for case and blanks; NULL where there is none. Another
 * one may mean anything: an order that was paid, or that never will be.
 */
static enum errk status_word(const struct admin_order_rows *o, enum admin_column c,
			     const char *const *words, struct arena *a, const char **out,
			     struct err *e)
{
	const char *text = admin_order_text(o, c);
	const char *wrong = text ? guard_text(text) : NULL;

	*out = text ? admin_lower(a, text) : NULL;
	if (text && !wrong)
		wrong = guard_word(text, words, a);
	return wrong ? bad(o, c, wrong, e) : E_OK;
}

/* "partial" is the export's word for what the API calls PARTIALLY_FULFILLED. */
static enum errk add_statuses(cJSON *doc, const struct admin_order_rows *o, struct arena *a,
			      struct err *e)
{
	const char *paid, *sent;
	enum errk k = status_word(o, COL_FINANCIAL_STATUS, paid_words, a, &paid, e);

	if (k == E_OK)
		k = status_word(o, COL_FULFILLMENT_STATUS, sent_words, a, &sent, e);
	if (k != E_OK)
		return k;
	if (sent && str_equal(sent, "partial"))
		sent = "partially_fulfilled";
	json_add_str(doc, "financial_status", paid);
	json_add_str(doc, "fulfillment_status", sent ? sent : "unfulfilled");
	return E_OK;
}

static enum errk check_head(const struct admin_order_rows *o, struct err *e)
{
	static const enum admin_column needed[] = {COL_NAME,
						   COL_CREATED_AT,
						   COL_FINANCIAL_STATUS,
						   COL_CURRENCY,
						   COL_SUBTOTAL,
						   COL_TOTAL};
	CLEANUP(arena) struct arena *a = arena_new();
	const char *id = admin_order_cell(o, COL_ID), *name, *code, *wrong;

	if (o->problem.kind != E_OK) {
		*e = o->problem;
		return e->kind;
	}
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!admin_order_cell(o, needed[i])[0])
			return missing(o, needed[i], e);
	if (!admin_order_is_named(o))
		return bad(o, COL_NAME, "is no order's name", e);
	wrong = guard_order_name(admin_order_cell(o, COL_NAME), a, &name);
	if (wrong)
		return bad(o, COL_NAME, wrong, e);
	if (id[0] && !admin_order_id_is_sound(id))
		return bad(o, COL_ID, "is no order id", e);
	wrong = guard_currency(admin_order_cell(o, COL_CURRENCY), a, &code);
	return wrong ? bad(o, COL_CURRENCY, wrong, e) : E_OK;
}

static enum errk add_head(cJSON *doc, const struct admin_order_rows *o, const char *id,
			  struct arena *a, struct err *e)
{
	const char *created, *cancelled, *name = admin_order_cell(o, COL_NAME);
	enum errk k = admin_order_time(o, COL_CREATED_AT, a, &created, e);

	if (k == E_OK)
		k = admin_order_time(o, COL_CANCELLED_AT, a, &cancelled, e);
	if (k != E_OK)
		return k;
	json_add_str(doc, "kind", "order");
	json_add_str(doc, "source", "csv");
	json_add_str(doc, "id", id);
	json_add_str(doc, "legacy_id", admin_order_text(o, COL_ID));
	json_add_str(doc, "name", name);
	json_add_str(doc, "number", number_of(name, a));
	json_add_str(doc, "created_at", created);
	json_add_str(doc, "processed_at", NULL);
	json_add_str(doc, "processed_on", admin_order_day(o, COL_CREATED_AT, a));
	json_add_str(doc, "updated_at", NULL);
	json_add_str(doc, "cancelled_at", cancelled);
	json_add_bool(doc, "test", admin_order_is_test(o, a));
	json_add_bool(doc, "confirmed", true);
	json_add_bool(doc, "edited", false);
	return add_statuses(doc, o, a, e);
}

/*
 * The export has one currency, the shop's: what the buyer paid in, if that was another, it
 * doesn't say.
 */
static void add_currency(cJSON *doc, const struct admin_order_rows *o, struct arena *a)
{
	const char *code;

	(void)guard_currency(admin_order_cell(o, COL_CURRENCY), a, &code);
	json_add_str(doc, "currency", code);
	json_add_str(doc, "shop_currency", code);
	json_add_str(doc, "presentment_currency", code);
	json_add_bool(doc, "tax_exempt", false);
	json_add_bool(doc, "taxes_estimated", false);
	json_add_bool(doc, "duties_included", false);
	json_add_str(doc, "tax_detail", "order");
}

/* "key: value", one pair a line; a line without a colon continues the value before it. */
static void add_attributes(cJSON *doc, const struct admin_order_rows *o, struct arena *a)
{
	cJSON *list = json_add_array(doc, "attributes");
	const char **line, *key = NULL, *value = "";
	size_t n = admin_split(admin_order_cell(o, COL_NOTE_ATTRIBUTES), "\n", a, &line);

	for (size_t i = 0; i <= n; i++) {
		const char *colon = i < n ? strchr(line[i], ':') : NULL;
		cJSON *pair;

		if (i < n && !colon && key) {
			value = arena_printf(a, "%s\n%s", value, line[i]);
			continue;
		}
		if (key) {
			pair = json_object();
			json_add_str(pair, "key", key);
			json_add_str(pair, "value", value);
			json_push(list, pair);
		}
		if (i == n)
			break;
		key = colon ? arena_strndup(a, line[i], (size_t)(colon - line[i])) : line[i];
		value = colon ? colon + 1 + strspn(colon + 1, " \t") : "";
	}
}

static void add_tail(cJSON *doc, const struct admin_order_rows *o, struct arena *a)
{
	const char **tag;
	size_t n = admin_split(admin_order_cell(o, COL_TAGS), ",", a, &tag);
	cJSON *tags = json_add_array(doc, "tags"), *place;

	for (size_t i = 0; i < n; i++)
		json_push(tags, cJSON_CreateString(tag[i]));
	json_add_array(doc, "refunds");
	json_add_str(doc, "note", admin_order_text(o, COL_NOTES));
	add_attributes(doc, o, a);
	json_add_str(json_add_object(doc, "channel"), "source", admin_order_text(o, COL_SOURCE));
	if (!admin_order_text(o, COL_LOCATION)) {
		json_add(doc, "location", NULL);
		return;
	}
	place = json_add_object(doc, "location");
	json_add_str(place, "id", NULL);
	json_add_str(place, "name", admin_order_text(o, COL_LOCATION));
}

enum errk admin_order_build(const struct admin_order_rows *o, const char *id, struct arena *a,
			    cJSON **out, struct err *e)
{
	CLEANUP(json) cJSON *doc = json_object();
	enum errk k = check_head(o, e);

	if (k == E_OK)
		k = add_head(doc, o, id, a, e);
	if (k == E_OK) {
		add_currency(doc, o, a);
		json_add_object(doc, "totals");
		k = admin_order_add_parties(doc, o, a, e);
	}
	if (k == E_OK)
		k = admin_order_add_items(doc, o, id, a, e);
	if (k == E_OK)
		k = admin_order_add_payment(doc, o, a, e);
	if (k != E_OK)
		return k;
	add_tail(doc, o, a);
	k = order_sums(doc, e);
	if (k != E_OK)
		return err_wrap(e, "%s:%lld", o->file, (long long)o->line);
	*out = TAKE(doc);
	return E_OK;
}
