#include "base/cleanup.h"
#include "base/json.h"
#include "base/str.h"
#include "connectors/odoo/orders/order.h"
#include "connectors/odoo/products/pricelist.h"
#include "connectors/odoo/products/product.h"

#include "base/banned.h"

struct looker {
	struct odoo *o;
	struct arena *a;
	const struct check_sink *sink;
};

static void say(const struct looker *l, enum check_result result, const char *what,
		const char *remedy)
{
	l->sink->say(l->sink->ctx, result, what, remedy);
}

static enum errk check_rights(const struct looker *l, enum record_kind kind, struct err *e)
{
	for (const struct odoo_right *r = odoo_rights; r->model; r++) {
		bool may = false;
		enum errk rc;

		if (!odoo_right_needed(l->o, r, kind))
			continue;
		rc = odoo_may(l->o, r->model, r->operation, l->a, &may, e);
		if (rc != E_OK)
			return rc;
		say(l, may ? CHECK_OK : CHECK_BAD,
		    arena_printf(l->a, "the user %s %s %s", may ? "may" : "may not", r->operation,
				 r->model),
		    may ? NULL
			: arena_printf(l->a, "give it the right '%s' in Odoo (Settings > Users)",
				       r->group));
	}
	return E_OK;
}

/* Configured names, each looked up as an order would. */
static enum errk check_names(const struct looker *l, struct err *e)
{
	for (const struct odoo_setting *s = odoo_settings; s->key; s++) {
		const char *name = conf_text(l->o->env.conf, "odoo", s->key);
		int64_t id;
		struct err why;
		enum errk rc;

		if (!name || (s->invoiced && l->o->rules.depth != ODOO_PAID))
			continue;
		rc = odoo_look_setting(l->o, s->kind, s->key, l->a, &id, &why);
		if (rc == E_OK)
			say(l, CHECK_OK,
			    arena_printf(l->a, "[odoo] %s '%s' is there", s->key, name), NULL);
		else if (str_equal(why.code, "bad_config"))
			say(l, CHECK_BAD, why.msg, NULL);
		else {
			*e = why;
			return rc;
		}
	}
	return E_OK;
}

static const struct kind_row {
	const char *kind, *key;
	bool needed; /* every order, or refund, may need it */
	enum record_kind of;
} kind_rows[] = {
	{"shipping", "shipping_product", true, KIND_ORDER},
	{"rounding", "rounding_product", true, KIND_ORDER},
	{"discount", "discount_product", true, KIND_ORDER},
	{"fee", "fee_product", false, KIND_ORDER},
	{"duty", "duty_product", false, KIND_ORDER},
	{"tip", "tip_product", false, KIND_ORDER},
	{"gift_card", "gift_card_product", false, KIND_ORDER},
	{"custom", "custom_product", false, KIND_ORDER},
	{"refund", "refund_product", true, KIND_REFUND},
};

static enum errk check_products(const struct looker *l, enum record_kind kind, struct err *e)
{
	enum { N = sizeof(kind_rows) / sizeof(*kind_rows) };
	const char *code[N];
	size_t n = 0;
	enum errk rc;

	for (size_t i = 0; i < N; i++) {
		code[n] = odoo_product_of_kind(l->o, kind_rows[i].kind);
		n += code[n] != NULL && kind_rows[i].of == kind;
	}
	rc = odoo_look_products(l->o, code, n, l->a, e);
	for (size_t i = 0; i < N && rc == E_OK; i++) {
		const char *sku = odoo_product_of_kind(l->o, kind_rows[i].kind);
		const struct odoo_product *p = sku ? odoo_product(l->o, sku) : NULL;

		if (kind_rows[i].of != kind)
			continue;
		if (p && p->id)
			say(l, CHECK_OK,
			    arena_printf(l->a, "[odoo] %s: product '%s' is there", kind_rows[i].key,
					 sku),
			    NULL);
		else if (p)
			say(l, kind_rows[i].needed ? CHECK_BAD : CHECK_WARN,
			    arena_printf(l->a,
					 "[odoo] %s: Odoo has %s product with the internal "
					 "reference '%s'",
					 kind_rows[i].key,
					 str_equal(p->code, "ambiguous_sku") ? "more than one"
									     : "no",
					 sku),
			    "make a product of type Service with it (Sales > Products), or set the "
			    "key to another one");
	}
	return rc;
}

static enum errk check_currency(const struct looker *l, struct err *e)
{
	int64_t id;
	struct err why;
	enum errk rc = odoo_look_pricelist(l->o, NULL, l->o->company.currency_name, l->a, &id,
					   &why);

	if (rc == E_OK)
		say(l, CHECK_OK,
		    arena_printf(l->a, "orders in %s have a price list",
				 l->o->company.currency_name),
		    NULL);
	else if (rc == E_RECORD)
		say(l, CHECK_BAD, why.msg, NULL);
	else
		*e = why;
	return rc == E_RECORD ? E_OK : rc;
}

static void say_alike(const struct looker *l, const struct odoo_tax *const *tax, size_t n,
		      const char *on)
{
	say(l, CHECK_WARN,
	    arena_printf(
		    l->a,
		    "%zu sales taxes of Odoo are %s %% and %s the price%s: %s; an order with such "
		    "a tax is parked (ambiguous_tax) where tables/taxes.csv names none of them",
		    n, tax[0]->amount, tax[0]->included ? "included in" : "added to", on,
		    odoo_tax_names(tax, n, l->a)),
	    arena_printf(
		    l->a,
		    "name one by its external id in the column %s of tables/taxes.csv" OWN_TABLE
		    ", or archive the others in Odoo",
		    odoo_tax_column(tax[0]->included)));
}

/* By its rate alone an order's tax may be either. Of each such set the first speaks for all. */
static void say_ambiguous(const struct looker *l)
{
	for (size_t i = 0; i < l->o->looks.n_taxes; i++) {
		const struct odoo_tax *tax = &l->o->looks.tax[i], **goods, **services;
		size_t n = odoo_taxes_like(l->o, tax, false, l->a, &goods);
		size_t m = odoo_taxes_like(l->o, tax, true, l->a, &services);
		bool same = n == m;

		for (size_t k = 0; k < n && same; k++)
			same = goods[k] == services[k];
		if (n > 1 && goods[0] == tax)
			say_alike(l, goods, n, same ? "" : ", for goods");
		if (m > 1 && services[0] == tax && !same)
			say_alike(l, services, m, ", for services");
	}
}

static enum errk check_taxes(const struct looker *l, struct err *e)
{
	const struct odoo_tax *found;
	struct odoo_tax_wanted w = {.name = "-", .title = "-"};
	struct err why;
	size_t included = 0;
	enum errk rc = odoo_look_tax(l->o, &w, l->a, &found, &why); /* reads the list */

	if (rc != E_OK && rc != E_RECORD) {
		*e = why;
		return rc;
	}
	for (size_t i = 0; i < l->o->looks.n_taxes; i++)
		included += l->o->looks.tax[i].included;
	say(l, l->o->looks.n_taxes ? CHECK_OK : CHECK_BAD,
	    arena_printf(l->a, "Odoo has %zu sales taxes, %zu of them included in the price",
			 l->o->looks.n_taxes, included),
	    l->o->looks.n_taxes ? NULL : "install a chart of accounts (Invoicing > Configuration)");
	if (l->o->looks.n_taxes && !included)
		say(l, CHECK_WARN, "no sales tax of Odoo is included in the price",
		    "if the shop's prices include tax, make such taxes in Odoo: orders are parked "
		    "without them");
	say_ambiguous(l);
	return E_OK;
}

static void say_who_answers(const struct looker *l)
{
	const struct odoo *o = l->o;

	say(l, CHECK_OK,
	    arena_printf(l->a, "Odoo %s answers at %s by %s; company %s, %s", o->version.text,
			 o->server.host, o->server.api == ODOO_JSON2 ? "JSON-2" : "JSON-RPC",
			 o->company.name, o->company.currency_name),
	    NULL);
}

/* Of goods that the shop has shipped itself the deliveries are done: is the buyer told once more? */
static enum errk look_at_shipping(const struct looker *l, struct err *e)
{
	static const char mails[] = "stock_move_email_validation";
	static const char *const fields[] = {mails, NULL};
	struct odoo *o = l->o;
	struct odoo_read r = {.model = "res.company",
			      .fields = fields,
			      .ids = &o->company.id,
			      .n_ids = 1,
			      .whole = true};
	CLEANUP(json) cJSON *company = NULL;
	enum errk rc;

	if (!o->field[FIELD_ORDER_PICKINGS])
		return E_OK;
	rc = odoo_search_read(o, &r, l->a, &company, e);
	if (rc == E_OK && json_bool(json_at(company, "[0]"), mails, false))
		say(l, CHECK_WARN,
		    "Odoo mails each delivery to the buyer, those too that the shop has shipped and told itself",
		    "switch Email Confirmation off there (Inventory > Configuration > Settings), or know it");
	return rc;
}

static enum errk look_at_orders(const struct looker *l, struct err *e)
{
	struct odoo *o = l->o;
	enum errk rc = odoo_ready(o, KIND_ORDER, l->a, e);

	if (rc == E_OK)
		rc = check_rights(l, KIND_ORDER, e);
	if (rc == E_OK)
		rc = check_products(l, KIND_ORDER, e);
	if (rc == E_OK)
		rc = check_taxes(l, e);
	if (rc == E_OK)
		rc = check_currency(l, e);
	if (rc == E_OK)
		rc = check_names(l, e);
	if (rc == E_OK)
		rc = look_at_shipping(l, e);
	if (rc == E_OK && !o->company.rounds_per_line)
		say(l, CHECK_OK,
		    "Odoo rounds taxes over the whole order, the shop per line: expect rounding "
		    "lines of a cent",
		    NULL);
	return rc;
}

/* Who receives goods in Odoo 14 writes their value, too: for administrators alone. */
static enum errk check_receipts(const struct looker *l, struct err *e)
{
	bool may = true;
	enum errk rc = l->o->version.major < ODOO_RECEIVED_BY_USERS
			       ? odoo_may(l->o, ODOO_VALUATION, "create", l->a, &may, e)
			       : E_OK;

	if (rc == E_OK && !may)
		say(l, CHECK_WARN,
		    "refunds of goods that are in stock again will be parked: the user may not receive goods "
		    "in this Odoo",
		    "give it the right 'Inventory: Administrator' (Settings > Users)");
	/* Without the app there are no goods. */
	return rc == E_RECORD || rc == E_REFUSED ? E_OK : rc;
}

static enum errk look_at_refunds(const struct looker *l, struct err *e)
{
	enum errk rc = odoo_ready(l->o, KIND_REFUND, l->a, e);

	if (rc == E_OK)
		rc = check_rights(l, KIND_REFUND, e);
	if (rc == E_OK)
		rc = check_products(l, KIND_REFUND, e);
	if (rc == E_OK && l->o->rules.depth < ODOO_PAID)
		say(l, CHECK_BAD,
		    "refunds are booked against posted invoices, and with this [odoo] depth orders get none: they "
		    "will be parked",
		    "set [odoo] depth = paid, or leave refunds export out");
	return rc == E_OK ? check_receipts(l, e) : rc;
}

static void look_at_carriers(const struct looker *l)
{
	if (!l->o->field[FIELD_PICKING_TRACKING])
		say(l, CHECK_WARN, "deliveries of this Odoo have no carrier and no tracking number",
		    "install the app that makes them, if the shop is to know: Delivery Costs");
}

static void say_currency(const struct looker *l)
{
	const struct odoo_price_lists *p = l->o->price_lists;

	if (l->sink->currency)
		l->sink->currency(l->sink->ctx, p ? p->list->currency : l->o->company.currency_name,
				  "name a price list in the shop's currency in [odoo] "
				  "product_pricelist");
}

static void say_price_list(const struct looker *l)
{
	const struct odoo_price_lists *p = l->o->price_lists;

	say(l, CHECK_OK,
	    arena_printf(l->a,
			 "prices of products are by the price list '%s', in %s: %zu of its rules "
			 "count today",
			 p->list->name, p->list->currency, p->list->n),
	    NULL);
}

/* A kind that is read out of Odoo. */
static enum errk look_at_source(const struct looker *l, enum record_kind kind, struct err *e)
{
	enum errk rc = odoo_ready(l->o, kind, l->a, e);

	if (rc == E_OK)
		rc = check_rights(l, kind, e);
	if (rc == E_OK && kind == KIND_PRODUCT)
		rc = odoo_product_settings(l->o, l->a, e);
	if (rc == E_OK && kind == KIND_PRODUCT && l->o->price_lists)
		say_price_list(l);
	if (rc == E_OK && kind == KIND_PRODUCT)
		say_currency(l);
	if (rc == E_OK && kind == KIND_FULFILLMENT)
		look_at_carriers(l);
	if (rc == E_OK && kind == KIND_STOCK && l->o->rules.free_stock &&
	    l->o->rules.depth == ODOO_QUOTATION)
		say(l, CHECK_WARN, "[odoo] depth = quotation: " ODOO_UNRESERVED, ODOO_RESERVES);
	return rc;
}

enum errk odoo_check(struct connector *c, unsigned pull, unsigned put,
		     const struct check_sink *sink, struct err *e)
{
	struct looker l = {.o = (struct odoo *)(void *)c, .a = arena_new(), .sink = sink};
	struct err problem;
	enum errk rc = odoo_connect(l.o, l.a, &problem);

	if (rc == E_OK)
		say_who_answers(&l);
	if (rc == E_OK && (put & 1u << KIND_ORDER || !pull))
		rc = look_at_orders(&l, &problem);
	if (rc == E_OK && put & 1u << KIND_REFUND)
		rc = look_at_refunds(&l, &problem);
	for (int k = 0; k < KIND_COUNT_ && rc == E_OK; k++)
		if (pull & 1u << k)
			rc = look_at_source(&l, (enum record_kind)k, &problem);
	if (rc == E_LOCAL)
		*e = problem;
	else if (rc != E_OK)
		say(&l, CHECK_BAD, problem.msg, NULL);
	arena_free(l.a);
	return rc == E_LOCAL ? rc : E_OK;
}

/* What the tables name, as kinds of what is looked up; LOOK_COUNT_ is a tax. */
const struct answer_column odoo_answer_columns[] = {
	{"taxes", "erp_odoo_tax_incl"},
	{"taxes", "erp_odoo_tax_excl"},
	{"payment_methods", "erp_odoo_journal"},
	{"payment_terms", "erp_payment_term"},
	{"price_lists", "erp_price_list"},
	{"sales_channels", "erp_odoo_team"},
	{"warehouses", "erp_warehouse"},
	{"currencies", "erp_currency"},
	{0},
};
static const struct answer_kind {
	const char *column;
	enum odoo_look_kind kind;
	enum odoo_depth from;
	/* Shipped rows name what Odoo has at first: one that is gone may never be needed. */
	enum check_result missing;
} answer_kinds[] = {
	{"erp_odoo_tax_incl", LOOK_COUNT_, ODOO_QUOTATION, CHECK_BAD},
	{"erp_odoo_tax_excl", LOOK_COUNT_, ODOO_QUOTATION, CHECK_BAD},
	{"erp_odoo_journal", LOOK_JOURNAL, ODOO_PAID, CHECK_BAD},
	{"erp_payment_term", LOOK_PAYMENT_TERM, ODOO_QUOTATION, CHECK_WARN},
	{"erp_price_list", LOOK_PRICELIST, ODOO_QUOTATION, CHECK_BAD},
	{"erp_odoo_team", LOOK_TEAM, ODOO_QUOTATION, CHECK_BAD},
	{"erp_warehouse", LOOK_WAREHOUSE, ODOO_QUOTATION, CHECK_BAD},
	{"erp_currency", LOOK_CURRENCY, ODOO_QUOTATION, CHECK_BAD},
};

static enum errk look_answer(struct odoo *o, const struct answer_kind *kind, const char *answer,
			     struct arena *a, struct err *e)
{
	const struct odoo_tax *tax;
	struct odoo_tax_wanted w = {.title = answer,
				    .name = answer,
				    .included = str_ends(kind->column, "_incl")};
	int64_t id;

	return kind->kind == LOOK_COUNT_ ? odoo_look_tax(o, &w, a, &tax, e)
					 : odoo_look(o, kind->kind, answer, a, &id, e);
}

enum errk odoo_check_answer(struct connector *c, const struct answer_column *column,
			    const char *answer, const struct check_sink *sink, struct err *e)
{
	struct looker l = {.o = (struct odoo *)(void *)c, .a = arena_new(), .sink = sink};
	struct err why;
	enum errk rc = E_OK;

	/* Without an Odoo that answers nothing can be said; that was. */
	for (size_t i = 0; l.o->ready && i < sizeof(answer_kinds) / sizeof(*answer_kinds); i++) {
		const struct answer_kind *k = &answer_kinds[i];

		if (!str_equal(k->column, column->column) || k->from > l.o->rules.depth)
			continue;
		rc = look_answer(l.o, k, answer, l.a, &why);
		if (rc == E_LOCAL)
			*e = why;
		else if (rc != E_OK)
			say(&l, k->missing,
			    arena_printf(l.a, "tables/%s.csv: %s", column->table, why.msg), NULL);
	}
	arena_free(l.a);
	return rc == E_LOCAL ? rc : E_OK;
}
