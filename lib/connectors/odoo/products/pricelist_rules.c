#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "connectors/odoo/products/pricelist.h"

#include "base/banned.h"

/*
 * What is followed, in Odoo 14 and 19 the same unless said: product.pricelist._compute_price_rule takes
 * the first rule that fits, in the order of _compute_price_rule_get_items (14) or of the rules' _order
 * (19): applied_on, min_quantity downwards, the category's complete_name downwards, id downwards. Of
 * categories that one product is in, each name begins with that of the one above, so that order is
 * the deepest first. product.pricelist.item._compute_price makes the price, without rounding on the
 * way. Quantities and prices are of the product's own unit.
 */

/* Noise of Odoo's floats begins beyond; a percentage is entered with up to six decimals. */
enum { AMOUNT_DIGITS = 6, PERCENT_DIGITS = 6 };

const char *const odoo_price_rule_fields[] = {"pricelist_id",
					      "applied_on",
					      "product_id",
					      "product_tmpl_id",
					      "categ_id",
					      "min_quantity",
					      "compute_price",
					      "base",
					      "base_pricelist_id",
					      "fixed_price",
					      "percent_price",
					      "price_discount",
					      "price_round",
					      "price_surcharge",
					      "price_min_margin",
					      "price_max_margin",
					      NULL};

/* A rule as Odoo tells it */

static enum errk read_choice(const cJSON *item, const char *field, const char *const *names,
			     int *out, struct err *e)
{
	const char *text = json_str(item, field);

	for (*out = 0; names[*out]; ++*out)
		if (str_equal(names[*out], text))
			return E_OK;
	return err_set(e, E_RECORD, "unknown_rule",
		       "erpsync does not know what %s = %s of a price list's rule means; make it a "
		       "rule of another kind, or name another list in [odoo] product_pricelist",
		       field, text ? text : "false");
}

static enum errk read_kind(const cJSON *item, struct odoo_price_rule *r, struct err *e)
{
	static const char *const on[] = {"0_product_variant", "1_product", "2_product_category",
					 "3_global", NULL};
	static const char *const ways[] = {"fixed", "percentage", "formula", NULL};
	static const char *const bases[] = {"list_price", "standard_price", "pricelist", NULL};
	int what, way, base;
	enum errk rc = read_choice(item, "applied_on", on, &what, e);

	if (rc == E_OK)
		rc = read_choice(item, "compute_price", ways, &way, e);
	if (rc == E_OK)
		rc = read_choice(item, "base", bases, &base, e);
	if (rc != E_OK)
		return rc;
	r->on = (enum odoo_rule_for)what;
	r->way = (enum odoo_rule_way)way;
	r->base = (enum odoo_rule_base)base;
	/* A rule that names no other list is reckoned from the public price. */
	if (r->base == BASE_LIST && !r->base_list)
		r->base = BASE_PUBLIC_PRICE;
	return E_OK;
}

static enum errk read_amounts(const cJSON *item, struct odoo_price_rule *r, struct err *e)
{
	const struct {
		const char *field;
		int digits;
		struct decimal *to;
	} rows[] = {
		{"min_quantity", AMOUNT_DIGITS, &r->min_quantity},
		{"fixed_price", AMOUNT_DIGITS, &r->fixed},
		/* price_markup (19) is the same number with the other sign. */
		{r->way == RULE_FORMULA ? "price_discount" : "percent_price", PERCENT_DIGITS,
		 &r->percent},
		{"price_round", AMOUNT_DIGITS, &r->round},
		{"price_surcharge", AMOUNT_DIGITS, &r->surcharge},
		{"price_min_margin", AMOUNT_DIGITS, &r->min_margin},
		{"price_max_margin", AMOUNT_DIGITS, &r->max_margin},
	};
	enum errk rc = E_OK;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows) && rc == E_OK; i++) {
		rc = odoo_amount(item, rows[i].field, rows[i].digits, rows[i].to, e);
		if (rc != E_OK)
			err_wrap(e, "%s", rows[i].field);
	}
	return rc;
}

enum errk odoo_price_rule(const cJSON *item, struct odoo_price_rule *out, struct err *e)
{
	struct odoo_price_rule r = {
		.id = json_int(item, "id", 0),
		.list = odoo_ref(item, "pricelist_id"),
		.variant = odoo_ref(item, "product_id"),
		.template = odoo_ref(item, "product_tmpl_id"),
		.category = odoo_ref(item, "categ_id"),
		.base_list = odoo_ref(item, "base_pricelist_id"),
	};
	enum errk rc = read_kind(item, &r, e);

	if (rc == E_OK)
		rc = read_amounts(item, &r, e);
	if (rc == E_OK)
		*out = r;
	return rc;
}

/* Lists, and their order */

static const struct odoo_price_list *list_of(const struct odoo_price_lists *l, int64_t id)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->list[i].id == id)
			return &l->list[i];
	return NULL;
}

static int by_id(const void *a, const void *b)
{
	const struct odoo_category *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

/* The category above; 0 = none. */
static int64_t above(const struct odoo_price_lists *l, int64_t id)
{
	const struct odoo_category key = {.id = id}, *found = NULL;

	if (l->n_categories)
		found = bsearch(&key, l->category, l->n_categories, sizeof(key), by_id);
	return found ? found->parent : 0;
}

/* What rules of one product are found by. */
static int64_t key_of(const struct odoo_price_rule *r)
{
	return r->on == RULE_FOR_VARIANT    ? r->variant
	       : r->on == RULE_FOR_TEMPLATE ? r->template
					    : 0;
}

/* Odoo's order; rules of one product stand together, which changes nothing for any product. */
static int in_order(const void *a, const void *b)
{
	const struct odoo_price_rule *x = a, *y = b;
	int quantity = decimal_cmp(y->min_quantity, x->min_quantity);

	if (x->on != y->on)
		return x->on < y->on ? -1 : 1;
	if (key_of(x) != key_of(y))
		return key_of(x) < key_of(y) ? -1 : 1;
	if (quantity)
		return quantity;
	if (x->depth != y->depth)
		return x->depth > y->depth ? -1 : 1;
	return x->id > y->id ? -1 : x->id < y->id;
}

/* A list on the way from the first one to where we are. */
struct way {
	const struct way *from;
	const struct odoo_price_list *list;
};

/* "A, B, A" */
static const char *names_of(const struct way *w, struct arena *a)
{
	return w->from ? arena_printf(a, "%s, %s", names_of(w->from, a), w->list->name)
		       : w->list->name;
}

/* done[i]: nothing that list i is based on is based on it. */
static enum errk look_for_loops(const struct odoo_price_lists *l, const struct way *at, bool *done,
				struct arena *a, struct err *e)
{
	enum errk rc = E_OK;

	for (const struct way *w = at->from; w; w = w->from)
		if (w->list == at->list)
			return err_set(e, E_REFUSED, "pricelist_loop",
				       "Odoo (%s): price lists are based on each other in a circle "
				       "(%s), so they give no price; take one of these rules away",
				       l->host, names_of(at, a));
	for (size_t i = 0; i < at->list->n && rc == E_OK; i++) {
		const struct odoo_price_rule *r = &at->list->rule[i];
		struct way next = {.from = at, .list = list_of(l, r->base_list)};

		if (r->way == RULE_FIXED || r->base != BASE_LIST)
			continue;
		if (!next.list)
			return err_set(
				e, E_REFUSED, "no_pricelist",
				"Odoo (%s): price list '%s' has a rule based on another one "
				"(id %lld) that this user can't see; let it see that company, "
				"or base the rule on another list",
				l->host, at->list->name, (long long)r->base_list);
		if (!done[next.list - l->list])
			rc = look_for_loops(l, &next, done, a, e);
	}
	done[at->list - l->list] = rc == E_OK;
	return rc;
}

enum errk odoo_price_lists_decide(struct odoo_price_lists *l, struct odoo_price_rule *rule,
				  size_t n, struct arena *a, struct err *e)
{
	bool *done = arena_array(a, l->n, sizeof(*done));
	struct way first = {.list = l->list};

	if (l->n_categories)
		qsort(l->category, l->n_categories, sizeof(*l->category), by_id);
	for (size_t i = 0; i < n; i++)
		for (int64_t c = above(l, rule[i].category); c; c = above(l, c))
			if ((size_t)++rule[i].depth > l->n_categories)
				return err_set(e, E_BUSY, "bad_answer",
					       "Odoo (%s): product category %lld is below itself",
					       l->host, (long long)rule[i].category);
	for (size_t k = 0; k < l->n; k++) {
		struct odoo_price_rule *at = rule;

		l->list[k].rule = rule;
		for (size_t i = 0; i < n; i++)
			if (rule[i].list == l->list[k].id) {
				struct odoo_price_rule moved = rule[i];

				rule[i] = *at;
				*at++ = moved;
			}
		l->list[k].n = (size_t)(at - rule);
		n -= l->list[k].n;
		if (l->list[k].n)
			qsort(rule, l->list[k].n, sizeof(*rule), in_order);
		rule = at;
	}
	return look_for_loops(l, &first, done, a, e);
}

/* The price of one variant */

static bool in_category(const struct odoo_price_lists *l, int64_t category, int64_t wanted)
{
	while (category && category != wanted)
		category = above(l, category);
	return category == wanted;
}

static bool fits(const struct odoo_price_lists *l, const struct odoo_price_rule *r,
		 const struct odoo_goods *g)
{
	/* 19 goes by applied_on, 14 by whatever the rule names: what Odoo lets people save is the same. */
	if ((r->on == RULE_FOR_VARIANT || r->variant) && r->variant != g->variant)
		return false;
	if ((r->on == RULE_FOR_TEMPLATE || r->template) && r->template != g->template)
		return false;
	return (r->on != RULE_FOR_CATEGORY && !r->category) ||
	       (r->category && in_category(l, g->category, r->category));
}

/* The first that fits of those with this key. */
static const struct odoo_price_rule *first_of(const struct odoo_price_lists *l,
					      const struct odoo_price_list *list,
					      enum odoo_rule_for on, int64_t key,
					      const struct odoo_goods *g)
{
	size_t low = 0, high = list->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct odoo_price_rule *r = &list->rule[mid];

		if (r->on < on || (r->on == on && key_of(r) < key))
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < list->n && list->rule[low].on == on && key_of(&list->rule[low]) == key; low++)
		if (fits(l, &list->rule[low], g))
			return &list->rule[low];
	return NULL;
}

static const struct odoo_price_rule *rule_for(const struct odoo_price_lists *l,
					      const struct odoo_price_list *list,
					      const struct odoo_goods *g)
{
	const struct odoo_price_rule *r = first_of(l, list, RULE_FOR_VARIANT, g->variant, g);

	if (!r)
		r = first_of(l, list, RULE_FOR_TEMPLATE, g->template, g);
	if (!r)
		r = first_of(l, list, RULE_FOR_CATEGORY, 0, g);
	return r ? r : first_of(l, list, RULE_FOR_ALL, 0, g);
}

/* Odoo would take the day's rate; which one the merchant wants in the shop nobody has said. */
static enum errk same_currency(const struct odoo_price_list *list, const char *what,
			       const char *currency, struct err *e)
{
	if (str_equal(list->currency, currency))
		return E_OK;
	return err_set(e, E_RECORD, "exchange_rate",
		       "price list '%s' is in %s and would take its price from %s, which is in %s; "
		       "nothing is converted: give the product a fixed price in that list, and the "
		       "next run takes it",
		       list->name, list->currency, what, currency ? currency : "no currency");
}

static enum errk price_by(const struct odoo_price_lists *l, const struct odoo_price_list *list,
			  const struct odoo_goods *g, struct decimal *out, struct err *e);

static enum errk base_price(const struct odoo_price_lists *l, const struct odoo_price_list *list,
			    const struct odoo_price_rule *r, const struct odoo_goods *g,
			    struct decimal *out, struct err *e)
{
	const struct odoo_price_list *other;
	enum errk rc;

	switch (r ? r->base : BASE_PUBLIC_PRICE) {
	case BASE_PUBLIC_PRICE:
		*out = g->price;
		return same_currency(list, "the public price", g->currency, e);
	case BASE_COST:
		*out = g->cost;
		return same_currency(list, "the cost", g->cost_currency, e);
	case BASE_LIST:
		other = list_of(l, r->base_list);
		rc = same_currency(list, other->name, other->currency, e);
		return rc == E_OK ? price_by(l, other, g, out, e) : rc;
	}
	BUG("base %d", (int)r->base);
}

/* price times (100 - percent) / 100 */
static enum errk take_percent(struct decimal price, struct decimal percent, struct decimal *out,
			      struct err *e)
{
	struct decimal rest;
	enum errk rc = decimal_sub((struct decimal){100, 0}, percent, &rest, e);

	rest.scale += 2;
	return rc == E_OK ? decimal_mul(price, rest, out, e) : rc;
}

/* The bound that a margin over the base sets; none without a margin. */
static enum errk keep_margin(struct decimal base, struct decimal margin, int side,
			     struct decimal *price, struct err *e)
{
	struct decimal bound;
	enum errk rc;

	if (decimal_is_zero(margin))
		return E_OK;
	rc = decimal_add(base, margin, &bound, e);
	if (rc == E_OK && decimal_cmp(*price, bound) == side)
		*price = bound;
	return rc;
}

static enum errk by_formula(const struct odoo_price_rule *r, struct decimal base,
			    struct decimal *price, struct err *e)
{
	enum errk rc = E_OK;

	if (!decimal_is_zero(r->round))
		rc = decimal_round_to(*price, r->round, price, e);
	if (rc == E_OK)
		rc = decimal_add(*price, r->surcharge, price, e);
	if (rc == E_OK)
		rc = keep_margin(base, r->min_margin, -1, price, e);
	return rc == E_OK ? keep_margin(base, r->max_margin, 1, price, e) : rc;
}

static enum errk price_by(const struct odoo_price_lists *l, const struct odoo_price_list *list,
			  const struct odoo_goods *g, struct decimal *out, struct err *e)
{
	const struct odoo_price_rule *r = rule_for(l, list, g);
	struct decimal base = DECIMAL_ZERO;
	enum errk rc;

	if (r && r->way == RULE_FIXED) {
		*out = r->fixed;
		return E_OK;
	}
	rc = base_price(l, list, r, g, &base, e);
	if (rc == E_OK && r)
		rc = take_percent(base, r->percent, out, e);
	else if (rc == E_OK)
		*out = base;
	if (rc == E_OK && r && r->way == RULE_FORMULA)
		rc = by_formula(r, base, out, e);
	return rc == E_RECORD && str_equal(e->code, "bad_number")
		       ? err_wrap(e, "the price by price list '%s'", list->name)
		       : rc;
}

enum errk odoo_list_price(const struct odoo_price_lists *l, const struct odoo_goods *g,
			  struct decimal *out, struct err *e)
{
	struct decimal price = DECIMAL_ZERO;
	enum errk rc = price_by(l, l->list, g, &price, e);

	if (rc == E_OK)
		*out = decimal_round(price, l->digits);
	return rc;
}
