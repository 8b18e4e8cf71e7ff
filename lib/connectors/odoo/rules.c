#include <string.h>

#include "base/str.h"
#include "connectors/odoo/odoo.h"

#include "base/banned.h"

const struct conf_key odoo_keys[] = {
	{"erp", "url", "odoo", CONF_URL, NULL, NULL, 0, 0,
	 "Address of the Odoo server, https://NAME.odoo.com."},
	{"erp", "database", "odoo", CONF_TEXT, NULL, NULL, 0, 0,
	 "Odoo's database; may be left out where the server has only one and JSON-2."},
	{"erp", "api", "odoo", CONF_CHOICE, "auto", "auto|json2|jsonrpc", 0, 0,
	 "How Odoo is called; auto takes JSON-2 from Odoo 19 on, else JSON-RPC."},
	{"erp", "login", "odoo", CONF_TEXT, NULL, NULL, 0, 0,
	 "Login of the Odoo user, for JSON-RPC."},
	{"erp", "api_key", "odoo", CONF_SECRET, NULL, NULL, 0, 0,
	 "API key of the Odoo user; with JSON-RPC its password will do."},
	{"erp", "ca_file", "odoo", CONF_PATH, NULL, NULL, 0, 0,
	 "PEM file of the only authorities whose certificates are believed; the system's if not set."},
	{"erp", "company", "odoo", CONF_TEXT, NULL, NULL, 0, 0,
	 "Name of the company that orders are booked in; the user's own if not set."},
	{"odoo", "depth", NULL, CONF_CHOICE, "confirmed", "quotation|confirmed|paid", 0, 0,
	 "How far an order goes: quotation, confirmed order, or with invoice and payments."},
	{"odoo", "shop", NULL, CONF_TEXT, NULL, NULL, 0, 0,
	 "The shop's name in external ids, made from [store] if not set; must never change."},
	{"odoo", "customer_match", NULL, CONF_CHOICE, "external_id",
	 "external_id|email|company_vat", 0, 0,
	 "How customers are found in Odoo: those that erpsync made, by e-mail, or companies by VAT "
	 "number and people by e-mail."},
	{"odoo", "guest", NULL, CONF_CHOICE, "email", "email|order|shared", 0, 0,
	 "Who buys without an account: one contact per e-mail address, per order, or one for all."},
	{"odoo", "pricelist", NULL, CONF_TEXT, NULL, NULL, 0, 0,
	 "Price list, where Odoo has several in the currency of an order."},
	{"odoo", "warehouse", NULL, CONF_TEXT, NULL, NULL, 0, 0,
	 "Code or name of the warehouse of orders that no table gives one; else Odoo decides."},
	{"odoo", "team", NULL, CONF_TEXT, NULL, NULL, 0, 0,
	 "Sales team of orders that no table gives one; else Odoo decides."},
	{"odoo", "salesperson", NULL, CONF_TEXT, NULL, NULL, 0, 0,
	 "Login of the salesperson of orders; else Odoo decides."},
	{"odoo", "tag", NULL, CONF_TEXT, NULL, NULL, 0, 0, "A tag that each order gets."},
	{"odoo", "note", NULL, CONF_BOOL, "yes", NULL, 0, 0,
	 "Whether the buyer's note and attributes become text lines of the order."},
	{"odoo", "keep_date_order", NULL, CONF_BOOL, "yes", NULL, 0, 0,
	 "Keep the shop's order date when the order is confirmed; else it is the date of that."},
	{"odoo", "journal", NULL, CONF_TEXT, NULL, NULL, 0, 0,
	 "Code or name of the sales journal of invoices; else Odoo decides."},
	{"odoo", "invoice_date", NULL, CONF_CHOICE, "order", "order|today", 0, 0,
	 "Date of invoices: that of the order, or that of the run."},
	{"odoo", "rounding_limit", NULL, CONF_INT, "100", NULL, 0, 100000,
	 "Minor units (cents) that may be booked as rounding per order, and never more than one "
	 "per line."},
	{"odoo", "shipping_product", NULL, CONF_TEXT, "SHIPPING", NULL, 0, 0,
	 "Internal reference of the service that shipping is booked on."},
	{"odoo", "discount_product", NULL, CONF_TEXT, "DISCOUNT", NULL, 0, 0,
	 "Internal reference of the service for discounts that no percentage tells exactly."},
	{"odoo", "rounding_product", NULL, CONF_TEXT, "ROUNDING", NULL, 0, 0,
	 "Internal reference of the service that rounding differences are booked on."},
	{"odoo", "fee_product", NULL, CONF_TEXT, "FEES", NULL, 0, 0,
	 "Internal reference of the service for additional fees."},
	{"odoo", "duty_product", NULL, CONF_TEXT, "DUTIES", NULL, 0, 0,
	 "Internal reference of the service for import duties."},
	{"odoo", "tip_product", NULL, CONF_TEXT, "TIP", NULL, 0, 0,
	 "Internal reference of the service for tips."},
	{"odoo", "gift_card_product", NULL, CONF_TEXT, "GIFT-CARD", NULL, 0, 0,
	 "Internal reference of the service for gift cards without a SKU."},
	{"odoo", "custom_product", NULL, CONF_TEXT, NULL, NULL, 0, 0,
	 "Internal reference of the product for lines without SKU; without it they are parked."},
	{"odoo", "refund_product", NULL, CONF_TEXT, "REFUND", NULL, 0, 0,
	 "Internal reference of the service that refunds are booked on for which no goods come back."},
	{"odoo", "parallel", NULL, CONF_INT, "2", NULL, 1, 8,
	 "Requests that write orders under way at once; no more than Odoo has workers to spare."},
	{"odoo", "language", NULL, CONF_TEXT, "en_US", NULL, 0, 0,
	 "Language of names and descriptions of products out of Odoo, as its code: fr_FR."},
	{"odoo", "product_category", NULL, CONF_TEXT, NULL, NULL, 0, 0,
	 "Category whose products, and those of the ones below it, are brought into the store; "
	 "without it all that can be sold."},
	{"odoo", "product_pricelist", NULL, CONF_TEXT, NULL, NULL, 0, 0,
	 "Price list that prices of products are by, of one piece today; without it the sales "
	 "price."},
	{"odoo", "compare_at", NULL, CONF_CHOICE, "none", "none|public", 0, 0,
	 "Price before a reduction: none is told, or the sales price where the price list's is "
	 "lower."},
	{"odoo", "timeout", NULL, CONF_DURATION, "180s", NULL, 1000, 3600000,
	 "Time for one request; Odoo itself tries again for up to two minutes after a conflict."},
	{0},
};

static const struct kind_product {
	const char *kind, *key;
} kind_products[] = {
	{"shipping", "shipping_product"},   {"discount", "discount_product"},
	{"rounding", "rounding_product"},   {"fee", "fee_product"},
	{"duty", "duty_product"},           {"tip", "tip_product"},
	{"gift_card", "gift_card_product"}, {"custom", "custom_product"},
	{"product", "custom_product"},      {"refund", "refund_product"},
};

const char *odoo_product_of_lines(const struct odoo *o, size_t n)
{
	const char *sku;

	if (n >= sizeof(kind_products) / sizeof(*kind_products))
		return NULL;
	sku = conf_text(o->env.conf, "odoo", kind_products[n].key);
	return sku ? sku : "";
}

const char *odoo_product_of_kind(const struct odoo *o, const char *kind)
{
	for (size_t i = 0; i < sizeof(kind_products) / sizeof(*kind_products); i++)
		if (str_equal(kind_products[i].kind, kind))
			return conf_text(o->env.conf, "odoo", kind_products[i].key);
	return NULL;
}

static bool is_loopback(const char *host)
{
	return str_starts(host, "127.") || str_starts(host, "localhost") ||
	       str_starts(host, "[::1]");
}

static enum errk read_url(struct odoo *o, struct err *e)
{
	const char *url = conf_text(o->env.conf, "erp", "url");
	const char *where = conf_where(o->env.conf, "erp", "url", o->arena);
	char *copy;
	size_t len;

	if (str_blank(url))
		return err_set(e, E_LOCAL, "bad_config",
			       "%s: connector=odoo needs url = https://NAME.odoo.com, the address "
			       "of the server",
			       where);
	copy = strstr(url, "://") ? arena_strdup(o->arena, url)
				  : arena_printf(o->arena, "https://%s", url);
	len = strlen(copy);
	while (len && copy[len - 1] == '/')
		copy[--len] = '\0';
	o->server.url = copy;
	o->server.host = strstr(copy, "://") + 3;
	if (strchr(o->server.host, '/'))
		return err_set(e, E_LOCAL, "bad_config",
			       "%s: what stands there has a path; name only the server, "
			       "https://HOST",
			       where);
	if (!str_starts(copy, "https://") &&
	    !(str_starts(copy, "http://") && is_loopback(o->server.host)))
		return err_set(e, E_LOCAL, "bad_config",
			       "%s: what stands there must begin with https:// (http:// is for "
			       "this machine only)",
			       where);
	return E_OK;
}

static enum errk read_access(struct odoo *o, struct err *e)
{
	enum errk rc = conf_secret(o->env.conf, "erp", "api_key", &o->server.key, e);

	o->server.trust = (struct http_trust){conf_text(o->env.conf, "erp", "ca_file"),
					      "[erp] ca_file"};
	if (rc == E_OK)
		rc = http_trust_check(&o->server.trust, e);
	if (rc != E_OK)
		return rc;
	o->api = conf_text(o->env.conf, "erp", "api");
	o->server.db = conf_text(o->env.conf, "erp", "database");
	o->place = arena_printf(o->arena, "database %s at %s",
				o->server.db ? o->server.db : "(the only one)",
				identity_host(o->server.host, o->arena));
	o->server.login = conf_text(o->env.conf, "erp", "login");
	if (!o->server.key)
		return err_set(e, E_LOCAL, "bad_config",
			       "[erp]: no API key; make one in Odoo (Preferences > Account "
			       "Security > New API Key) and set api_key_file");
	if (str_equal(o->api, "jsonrpc") && (!o->server.login || !o->server.db))
		return err_set(e, E_LOCAL, "bad_config",
			       "[erp]: api = jsonrpc needs login and database");
	return E_OK;
}

/* A name that already stands in external ids everywhere: letters, digits, - and _ only. */
static enum errk read_shop(struct odoo *o, struct err *e)
{
	const struct conf *c = o->env.conf;
	const char *named = conf_text(c, "odoo", "shop"), *from;

	from = conf_text(c, "store", "url");
	if (str_blank(from))
		from = conf_text(c, "store", "path");
	o->rules.shop = odoo_shop_name(!str_blank(named) ? named : from ? from : "shop", o->arena);
	if (!str_blank(named) && !str_equal(named, o->rules.shop))
		return err_set(e, E_LOCAL, "bad_config",
			       "%s: what stands there must be of small letters, digits, - and _",
			       conf_where(c, "odoo", "shop", o->arena));
	return E_OK;
}

enum errk odoo_rules_read(struct odoo *o, struct err *e)
{
	const struct conf *c = o->env.conf;
	const char *depth = conf_text(c, "odoo", "depth");
	const char *match = conf_text(c, "odoo", "customer_match");
	const char *quantity = conf_text(c, "inventory", "quantity");
	const char *guest = conf_text(c, "odoo", "guest");
	const char *list = conf_text(c, "odoo", "product_pricelist");
	enum errk rc = read_url(o, e);

	if (rc == E_OK)
		rc = read_access(o, e);
	if (rc != E_OK)
		return rc;
	o->server.http = o->env.http;
	o->server.timeout_ms = conf_int(c, "odoo", "timeout");
	o->server.lang = "en_US";
	o->company_name = conf_text(c, "erp", "company");
	o->rules = (struct odoo_rules){
		.depth = str_equal(depth, "quotation") ? ODOO_QUOTATION
			 : str_equal(depth, "paid")    ? ODOO_PAID
						       : ODOO_CONFIRMED,
		.free_stock = quantity && !str_equal(quantity, "on_hand"),
		.match = str_equal(match, "email")         ? ODOO_MATCH_EMAIL
			 : str_equal(match, "company_vat") ? ODOO_MATCH_COMPANY_VAT
							   : ODOO_MATCH_EXTERNAL_ID,
		.guest = str_equal(guest, "order")    ? ODOO_GUEST_ORDER
			 : str_equal(guest, "shared") ? ODOO_GUEST_SHARED
						      : ODOO_GUEST_EMAIL,
		.pricelist = conf_text(c, "odoo", "pricelist"),
		.warehouse = conf_text(c, "odoo", "warehouse"),
		.team = conf_text(c, "odoo", "team"),
		.tag = conf_text(c, "odoo", "tag"),
		.salesperson = conf_text(c, "odoo", "salesperson"),
		.journal = conf_text(c, "odoo", "journal"),
		.language = conf_text(c, "odoo", "language"),
		.product_category = conf_text(c, "odoo", "product_category"),
		.product_pricelist = str_blank(list) ? NULL : list,
		.compare_at = str_equal(conf_text(c, "odoo", "compare_at"), "public"),
		.rounding_limit = conf_int(c, "odoo", "rounding_limit"),
		.parallel = (size_t)conf_int(c, "odoo", "parallel"),
		.keep_date_order = conf_bool(c, "odoo", "keep_date_order"),
		.invoice_today = str_equal(conf_text(c, "odoo", "invoice_date"), "today"),
		.note = conf_bool(c, "odoo", "note"),
		.hold_on_hold = str_equal(conf_text(c, "orders", "on_hold"), "hold"),
		.hold_shipped = str_equal(conf_text(c, "orders", "fulfilled"), "hold"),
	};
	if (o->rules.compare_at && !o->rules.product_pricelist)
		return err_set(e, E_LOCAL, "bad_config",
			       "%s: compare_at = public says what a price list has reduced; set "
			       "product_pricelist = NAME too, or compare_at = none",
			       conf_where(c, "odoo", "compare_at", o->arena));
	return read_shop(o, e);
}
