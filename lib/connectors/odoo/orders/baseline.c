#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/str.h"
#include "connectors/odoo/orders/order.h"

#include "base/banned.h"

/*
 * What was last written of an order, line by line, kept with the state file behind how far it was taken (depth.c):
 * "confirmed of paid {...}". What stands in Odoo and is not that, people have made. Figures and ids only; of texts
 * and addresses a hash. Before a write leaves, what it replaces is kept beside what it writes: after a kill either
 * may stand there, and both are ours.
 */

/* Nothing is known of it. */
static const char unknown[] = "?";

const char *odoo_baseline_text(const char *text, struct arena *a)
{
	char hex[HASH_HEX_SIZE];

	if (!text)
		return NULL;
	hash_hex(text, strlen(text), hex);
	return arena_printf(a, "text %.16s", hex);
}

static const char *spell(struct decimal d, struct arena *a)
{
	char text[DECIMAL_TEXT_MAX];

	return arena_strdup(a, decimal_text_short(decimal_round(d, 6), text));
}

static const char *spell_cell(const char *cell, struct arena *a)
{
	struct decimal d;

	return decimal_parse(cell, &d, NULL) == E_OK ? spell(d, a) : cell;
}

static const char *spell_amount(const cJSON *record, const char *field, struct arena *a)
{
	struct decimal d;

	return odoo_amount(record, field, 6, &d, NULL) == E_OK ? spell(d, a) : unknown;
}

static int by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static const char *spell_ids(int64_t *ids, size_t n, struct arena *a)
{
	const char *text = "-";

	if (n)
		qsort(ids, n, sizeof(*ids), by_number);
	for (size_t i = 0; i < n; i++)
		text = arena_printf(a, "%s%s%lld", i ? text : "", i ? "," : "", (long long)ids[i]);
	return text;
}

const char *odoo_baseline_wanted(const struct odoo_line *l, struct arena *a)
{
	int64_t ids[LINE_TAXES_MAX];

	if (l->note)
		return odoo_baseline_text(l->name, a);
	for (size_t i = 0; i < l->n_taxes; i++)
		ids[i] = l->tax[i]->id;
	return arena_printf(a, "%s %s %s %s", spell_cell(l->quantity, a), spell_cell(l->price, a),
			    spell_cell(l->percent, a), spell_ids(ids, l->n_taxes, a));
}

const char *odoo_baseline_found(const struct odoo *o, const cJSON *record, const char *quantity,
				struct arena *a)
{
	const char *taxes = o->field[FIELD_LINE_TAXES];
	int64_t *ids = arena_array(a, json_count(record, taxes) + 1, sizeof(*ids));
	size_t n = 0;

	if (json_str(record, "display_type"))
		return odoo_baseline_text(json_str(record, "name"), a);
	JSON_EACH (id, json_at(record, taxes))
		ids[n++] = json_int(id, "", 0);
	return arena_printf(a, "%s %s %s %s",
			    quantity ? quantity : spell_amount(record, "product_uom_qty", a),
			    spell_amount(record, "price_unit", a),
			    spell_amount(record, "discount", a), spell_ids(ids, n, a));
}

const char *odoo_baseline_key(const struct odoo_order *d, const char *xid)
{
	return xid + strlen(d->xid) + 1;
}

void odoo_baseline_read(struct odoo_order *d)
{
	const char *kept = d->item->kept, *text = kept ? strchr(kept, '{') : NULL;

	/* A copy's is older than what was written since. */
	if (!text || d->item->kept_old || json_parse(text, strlen(text), &d->kept, NULL) != E_OK)
		d->kept = NULL;
}

/* One of "a;b". */
static bool is_among(const char *list, const char *value)
{
	size_t len = strlen(value);

	for (const char *at = list; at; at = strchr(at, ';')) {
		at += *at == ';';
		if (strncmp(at, value, len) == 0 && (at[len] == ';' || !at[len]))
			return true;
	}
	return false;
}

static const char *or_none(const char *value)
{
	return value ? value : "-";
}

const char *odoo_baseline_value(const struct odoo_order *d, const char *key)
{
	const char *list = d->kept ? json_str(cJSON_GetObjectItemCaseSensitive(d->kept, key), "")
				   : unknown;

	return or_none(list);
}

enum odoo_stand odoo_baseline_judge(const struct odoo_order *d, const char *key, const char *is,
				    const char *wanted)
{
	const char *list = odoo_baseline_value(d, key);
	bool theirs = !is_among(list, or_none(is)), ours = !is_among(list, or_none(wanted));

	if (str_equal(or_none(is), or_none(wanted)))
		return STAND_SAME;
	if (str_equal(list, unknown))
		return STAND_UNKNOWN;
	return !theirs ? STAND_SHOP : ours ? STAND_BOTH : STAND_PEOPLE;
}

void odoo_baseline_note(struct odoo_order *d, const char *key, const char *is, const char *wanted,
			bool written, struct arena *a)
{
	const char *is_now = or_none(is), *is_then = or_none(wanted);
	const char *before = odoo_baseline_value(d, key);

	if (!d->keep)
		d->keep = json_object();
	if (!d->pending)
		d->pending = json_object();
	if (!written) {
		json_add_str(d->keep, key, before);
		json_add_str(d->pending, key, before);
		return;
	}
	json_add_str(d->keep, key, is_then);
	if (!str_equal(is_now, is_then))
		is_then = arena_printf(a, "%s;%s", is_now, is_then);
	json_add_str(d->pending, key, is_then);
}

/* Not there when it was looked for; an earlier put may have been interrupted when it made it. */
static void remember_new(struct odoo_order *d, struct arena *a)
{
	for (size_t i = 0; i < d->n_lines; i++) {
		const char *key = odoo_baseline_key(d, d->line[i].xid);

		odoo_baseline_note(d, key, d->kept ? odoo_baseline_value(d, key) : NULL,
				   odoo_baseline_wanted(&d->line[i], a), true, a);
	}
}

/* "quotation of paid", or "" where an earlier put has not said. */
static const char *depth_part(const struct odoo_order *d, struct arena *a)
{
	const char *kept = d->item->kept, *end = kept ? strchr(kept, '{') : NULL;

	return end ? arena_strndup(a, kept, (size_t)(end - kept)) : kept ? kept : "";
}

static const char *kept_of(const char *depth, const cJSON *kept, struct arena *a)
{
	const char *blank = *depth && !str_ends(depth, " ") ? " " : "";

	return kept ? arena_printf(a, "%s%s%s", depth, blank, json_text(kept, a)) : depth;
}

/* Of an address what the shop says, for people may have written into the contact itself. */
static const char *said(const struct odoo_order *d, enum odoo_head head, struct arena *a)
{
	const cJSON *own = json_at(d->doc,
				   head == OWN_INVOICE ? "invoice_address" : "delivery_address");

	if (head == OWN_REFERENCE)
		return odoo_baseline_text(odoo_cell(d->values, "client_order_ref"), a);
	if (!own)
		own = json_at(d->doc, "customer.values");
	return own ? odoo_baseline_text(json_text(own, a), a) : NULL;
}

static const struct {
	const char *key, *said, *field;
} heads[OWN_COUNT_] = {
	[OWN_INVOICE] = {"invoice", "invoice said", "partner_invoice_id"},
	[OWN_DELIVERY] = {"delivery", "delivery said", "partner_shipping_id"},
	[OWN_REFERENCE] = {"reference", "reference said", "client_order_ref"},
};

static const char *head_found(const cJSON *record, enum odoo_head head, struct arena *a)
{
	return head == OWN_REFERENCE ? odoo_baseline_text(json_str(record, heads[head].field), a)
				     : odoo_id_text(odoo_ref(record, heads[head].field), a);
}

static const char *head_wanted(const struct odoo_order *d, enum odoo_head head, const char *is,
			       struct arena *a)
{
	int64_t party = head == OWN_REFERENCE
				? 0
				: d->party[head == OWN_INVOICE ? PARTY_INVOICE : PARTY_DELIVERY];
	const char *reference = odoo_cell(d->values, "client_order_ref");

	if (head == OWN_REFERENCE)
		return reference ? odoo_baseline_text(reference, a) : is;
	return party ? odoo_id_text(party, a) : is;
}

enum odoo_stand odoo_baseline_head(const struct odoo_order *d, enum odoo_head head, struct arena *a)
{
	const char *is = head_found(d->found, head, a), *wanted = head_wanted(d, head, is, a);
	enum odoo_stand stand = odoo_baseline_judge(d, heads[head].key, is, wanted);
	const char *now = said(d, head, a);

	return (stand == STAND_SHOP || stand == STAND_BOTH) && now &&
			       str_equal(odoo_baseline_value(d, heads[head].said), now)
		       ? STAND_PEOPLE
		       : stand;
}

void odoo_baseline_note_head(struct odoo_order *d, const cJSON *record, enum odoo_head head,
			     bool written, struct arena *a)
{
	const char *is = head_found(record, head, a), *now = said(d, head, a);

	odoo_baseline_note(d, heads[head].key, is, head_wanted(d, head, is, a), written, a);
	odoo_baseline_note(d, heads[head].said, now, now, written, a);
	/* Until it is written the shop has changed it. */
	json_add_str(d->pending, heads[head].said, odoo_baseline_value(d, heads[head].said));
}

enum errk odoo_baseline_remember(struct odoo_batch *b, struct odoo_order *const *order, size_t n,
				 struct err *e)
{
	struct put_item **item = arena_array(b->a, n, sizeof(*item));

	for (size_t i = 0; i < n; i++) {
		struct odoo_order *d = order[i];

		if (!d->pending)
			remember_new(d, b->a);
		d->item->kept = kept_of(depth_part(d, b->a), d->pending, b->a);
		item[i] = d->item;
	}
	if (!n || !b->put->remember)
		return E_OK;
	return b->put->remember(b->put->remember_ctx, item, n, e);
}

const char *odoo_baseline_stored(const struct odoo_order *d, const char *depth, struct arena *a)
{
	return kept_of(depth ? depth : depth_part(d, a), d->keep, a);
}
