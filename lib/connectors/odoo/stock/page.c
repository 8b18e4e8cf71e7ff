#include "base/json.h"
#include "base/list.h"
#include "base/str.h"
#include "connectors/odoo/stock/stock.h"
#include "model/stock_record.h"

#include "base/banned.h"

static const char *const figure_fields[FIGURE_COUNT_] = {
	[FIGURE_ON_HAND] = "qty_available",
	[FIGURE_AVAILABLE] = "free_qty",
	[FIGURE_FORECAST] = "virtual_available",
};

static void duplicate(const struct odoo_stock_page *p, const struct odoo_owner *owner, size_t n,
		      struct arena *a, struct record *out)
{
	struct err problem;

	err_set(&problem, E_RECORD, "duplicate_sku",
		"Odoo (%s) has %zu storable products with the internal reference '%s' (ids %s): "
		"it can't be told whose stock is meant; leave it on one of them, or archive the "
		"others, and the next run takes it",
		p->host, n, owner->sku, odoo_owners_text(owner, n, a));
	stock_record_problem(owner->sku, &problem, p->read_at, a, out);
}

/* An earlier product of the page has told it. */
static bool is_told(const struct odoo_item *item, size_t n, const char *sku)
{
	while (n-- > 0)
		if (item[n].rec.problem && str_equal(item[n].rec.id, sku))
			return true;
	return false;
}

/* The product in each answer; false if one doesn't have it. *at walks the lists, sorted by id. */
static bool find_in_all(const struct odoo_stock_page *p, const cJSON **at, int64_t id)
{
	for (size_t w = 0; w < p->n_answers; w++) {
		while (at[w] && json_int(at[w], "id", 0) < id)
			at[w] = at[w]->next;
		if (!at[w] || json_int(at[w], "id", 0) != id)
			return false;
	}
	return true;
}

/*
 * Free is what no reservation holds. Where an operation type reserves by hand or before the date, orders that
 * are confirmed hold nothing yet, and only the forecast is less by them: what it has not, beyond none, is not free.
 */
static struct decimal promised_to_nobody(const struct decimal *figure)
{
	const struct decimal free = figure[FIGURE_AVAILABLE];
	const struct decimal left = decimal_cmp(figure[FIGURE_FORECAST], DECIMAL_ZERO) < 0
					    ? DECIMAL_ZERO
					    : figure[FIGURE_FORECAST];

	return decimal_cmp(left, free) < 0 ? left : free;
}

static enum errk read_figures(const struct odoo_stock_page *p, const cJSON *const *at,
			      struct arena *a, struct stock_entry *entry, struct err *e)
{
	for (size_t w = 0; w < p->n_answers; w++) {
		struct decimal d[FIGURE_COUNT_];

		entry[w].warehouse = p->answer[w].warehouse;
		for (int f = 0; f < FIGURE_COUNT_; f++) {
			enum errk rc = odoo_amount(at[w], figure_fields[f], p->digits, &d[f], e);

			if (rc != E_OK)
				return rc;
		}
		d[FIGURE_AVAILABLE] = promised_to_nobody(d);
		for (int f = 0; f < FIGURE_COUNT_; f++) {
			char text[DECIMAL_TEXT_MAX];

			entry[w].figure[f] = arena_strdup(a, decimal_text_short(d[f], text));
		}
	}
	return E_OK;
}

static enum errk read_item(const struct odoo_stock_page *p, const cJSON *const *at, const char *sku,
			   struct arena *a, struct record *out, struct err *e)
{
	struct stock_entry *entry = arena_array(a, p->n_answers, sizeof(*entry));
	struct err why;
	enum errk rc = read_figures(p, at, a, entry, &why);

	if (rc == E_OK)
		rc = odoo_names_fit(at[0], &why);
	if (rc == E_OK)
		stock_record(sku, json_str(at[0], "name"), entry, p->n_answers, p->read_at, a, out);
	else if (rc == E_RECORD)
		stock_record_problem(odoo_label(at[0], sku, a), &why, p->read_at, a, out);
	else
		*e = why;
	return rc == E_RECORD ? E_OK : rc;
}

enum errk odoo_stock_items(const struct odoo_stock_page *p, struct arena *a, struct odoo_item **out,
			   size_t *n, struct err *e)
{
	const cJSON *first = p->n_answers ? p->answer[0].list : NULL;
	LIST(struct odoo_item) items = {0};
	struct odoo_owners owners;
	const cJSON **at = arena_array(a, p->n_answers, sizeof(*at));
	enum errk rc = E_OK;

	odoo_owners(first, p->others, a, &owners);
	for (size_t w = 0; w < p->n_answers; w++)
		at[w] = json_first(p->answer[w].list);
	JSON_EACH (item, first) {
		const char *sku = json_str(item, "default_code");
		int64_t id = json_int(item, "id", 0);
		const struct odoo_owner *owner;
		struct odoo_item *to;
		size_t count;

		if (rc != E_OK || str_blank(sku) || !find_in_all(p, at, id))
			continue;
		owner = odoo_owners_of(&owners, sku, &count);
		if (count > 1 && is_told(items.at, items.n, sku))
			continue;
		to = list_add(&items, a);
		to->id = id;
		if (count > 1)
			duplicate(p, owner, count, a, &to->rec);
		else
			rc = read_item(p, at, sku, a, &to->rec, e);
	}
	*out = items.at;
	*n = items.n;
	return rc;
}
