#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/str.h"
#include "connectors/odoo/load.h"
#include "connectors/odoo/odoo.h"

#include "base/banned.h"

/* Lists that are short enough to be read whole, once. */
static const struct list {
	const char *kind, *label, *model;
	const char *by[2];     /* fields that name a record, the one that decides first */
	const char *domain[2]; /* field and value of an extra condition */
	const char *table;     /* where the mapping takes the name from */
} lists[LOOK_COUNT_] = {
	[LOOK_COUNTRY] = {"country", "country", "res.country", {"code"}, {0}, NULL},
	[LOOK_STATE] = {"state", "state", "res.country.state", {"code"}, {0}, NULL},
	[LOOK_CURRENCY] = {"currency",
			   "currency",
			   "res.currency",
			   {"name"},
			   {0},
			   "tables/currencies.csv" OWN_TABLE},
	[LOOK_PRICELIST] = {"pricelist",
			    "price list",
			    "product.pricelist",
			    {"name"},
			    {0},
			    "tables/price_lists.csv" OWN_TABLE ", or [odoo] pricelist"},
	[LOOK_WAREHOUSE] = {"warehouse",
			    "warehouse",
			    "stock.warehouse",
			    {"code", "name"},
			    {0},
			    "tables/warehouses.csv" OWN_TABLE ", or [odoo] warehouse"},
	[LOOK_TEAM] = {"team",
		       "sales team",
		       "crm.team",
		       {"name"},
		       {0},
		       "tables/sales_channels.csv" OWN_TABLE ", or [odoo] team"},
	[LOOK_SALESPERSON] = {"salesperson",
			      "salesperson",
			      "res.users",
			      {"login", "name"},
			      {0},
			      "[odoo] salesperson"},
	[LOOK_PAYMENT_TERM] = {"payment_term",
			       "payment term",
			       "account.payment.term",
			       {"name"},
			       {0},
			       "tables/payment_terms.csv" OWN_TABLE},
	[LOOK_JOURNAL] = {"journal",
			  "payment journal",
			  "account.journal",
			  {"code", "name"},
			  {0},
			  "tables/payment_methods.csv" OWN_TABLE},
	[LOOK_SALES_JOURNAL] = {"sales_journal",
				"sales journal",
				"account.journal",
				{"code", "name"},
				{"type", "sale"},
				"[odoo] journal"},
	[LOOK_FISCAL_POSITION] = {"fiscal_position",
				  "fiscal position",
				  "account.fiscal.position",
				  {"name"},
				  {0},
				  NULL},
};

void odoo_looks_release(struct odoo_looks *l)
{
	for (int k = 0; k < LOOK_COUNT_; k++)
		cJSON_Delete(l->list[k]);
	cJSON_Delete(l->tags);
	*l = (struct odoo_looks){0};
}

enum odoo_look_kind odoo_look_kind(const char *name)
{
	int k = 0;

	while (k < LOOK_COUNT_ && !str_equal(lists[k].kind, name))
		k++;
	return (enum odoo_look_kind)k;
}

static enum errk read_list(struct odoo *o, enum odoo_look_kind kind, struct arena *a, struct err *e)
{
	const struct list *l = &lists[kind];
	const char *fields[5] = {l->by[0]};
	struct odoo_read r = {.model = l->model, .fields = fields};
	size_t n = 1;

	if (l->by[1])
		fields[n++] = l->by[1];
	if (kind == LOOK_PRICELIST)
		fields[n++] = "currency_id";
	if (kind == LOOK_STATE)
		fields[n++] = "country_id";
	if (kind == LOOK_JOURNAL)
		fields[n++] = "type";
	if (l->domain[0]) {
		r.domain = json_array();
		json_push(r.domain, odoo_term(l->domain[0], "=", cJSON_CreateString(l->domain[1])));
	}
	return odoo_search_read(o, &r, a, &o->looks.list[kind], e);
}

static enum errk unmapped(const struct odoo *o, enum odoo_look_kind kind, const char *name,
			  struct err *e)
{
	const struct list *l = &lists[kind];
	char code[ERR_CODE_MAX];

	snprintf(code, sizeof(code), "unmapped_%s", l->kind);
	return err_set(e, E_RECORD, code,
		       "Odoo (%s) has no %s '%s'; make it there%s%s, then run: "
		       "erpsync queue retry --code %s",
		       o->server.host, l->label, name, l->table ? ", or name another one in " : "",
		       l->table ? l->table : "", code);
}

static enum errk ambiguous(const struct odoo *o, enum odoo_look_kind kind, const char *name,
			   size_t n, struct err *e)
{
	const struct list *l = &lists[kind];
	char code[ERR_CODE_MAX];

	snprintf(code, sizeof(code), "ambiguous_%s", l->kind);
	return err_set(e, E_RECORD, code,
		       "Odoo (%s) has %zu records of %s '%s': give them different names%s, then "
		       "run: erpsync queue retry --code %s",
		       o->server.host, n, l->label, name, l->by[1] ? " or codes" : "", code);
}

static bool in_country(struct odoo *o, const cJSON *state, const char *country, size_t len)
{
	JSON_EACH (c, o->looks.list[LOOK_COUNTRY]) {
		const char *code = json_str(c, "code");

		if (code && strlen(code) == len && strncmp(code, country, len) == 0)
			return odoo_ref(state, "country_id") == json_int(c, "id", -1);
	}
	return false;
}

enum errk odoo_look(struct odoo *o, enum odoo_look_kind kind, const char *name, struct arena *a,
		    int64_t *id, struct err *e)
{
	const struct list *l = &lists[kind];
	const char *slash = kind == LOOK_STATE ? strchr(name, '/') : NULL;
	const char *key = slash ? slash + 1 : name;
	enum errk rc = E_OK;

	if (!o->looks.list[kind])
		rc = read_list(o, kind, a, e);
	if (rc == E_OK && slash && !o->looks.list[LOOK_COUNTRY])
		rc = read_list(o, LOOK_COUNTRY, a, e);
	if (rc != E_OK)
		return rc;
	for (int i = 0; i < 2 && l->by[i]; i++) {
		size_t n = 0;
		int64_t found = 0;

		JSON_EACH (item, o->looks.list[kind]) {
			if (!str_equal(json_str(item, l->by[i]), key) ||
			    (slash && !in_country(o, item, name, (size_t)(slash - name))))
				continue;
			found = json_int(item, "id", 0);
			n++;
		}
		if (n > 1)
			return ambiguous(o, kind, name, n, e);
		if (n == 1) {
			*id = found;
			return E_OK;
		}
	}
	return unmapped(o, kind, name, e);
}

enum errk odoo_look_setting(struct odoo *o, enum odoo_look_kind kind, const char *key,
			    struct arena *a, int64_t *id, struct err *e)
{
	const struct list *l = &lists[kind];
	const char *name = conf_text(o->env.conf, "odoo", key);
	struct err why;
	enum errk rc;
	bool several;

	*id = 0;
	if (!name)
		return E_OK;
	rc = odoo_look(o, kind, name, a, id, &why);
	several = rc == E_RECORD && str_starts(why.code, "ambiguous_");
	if (rc == E_OK || (several && kind == LOOK_PRICELIST))
		return E_OK;
	if (rc != E_RECORD) {
		*e = why;
		return rc;
	}
	return err_set(e, E_LOCAL, "bad_config",
		       "[odoo] %s = %s (%s): Odoo (%s) has %s %s of that name; correct the key, or "
		       "%s in Odoo",
		       key, name, conf_where(o->env.conf, "odoo", key, a), o->server.host,
		       several ? "more than one" : "no", l->label,
		       several ? "give them different names" : "make one of that name");
}

const struct odoo_setting odoo_settings[] = {
	{LOOK_PRICELIST, "pricelist", false},
	{LOOK_WAREHOUSE, "warehouse", false},
	{LOOK_TEAM, "team", false},
	{LOOK_SALESPERSON, "salesperson", false},
	{LOOK_SALES_JOURNAL, "journal", true},
	{0},
};

enum errk odoo_look_settings(struct odoo *o, struct arena *a, struct err *e)
{
	enum errk rc = E_OK;
	int64_t id;

	for (const struct odoo_setting *s = odoo_settings; s->key && rc == E_OK; s++)
		if (!s->invoiced || o->rules.depth == ODOO_PAID)
			rc = odoo_look_setting(o, s->kind, s->key, a, &id, e);
	return rc;
}

enum errk odoo_look_pricelist(struct odoo *o, const char *named, const char *currency,
			      struct arena *a, int64_t *id, struct err *e)
{
	const char *own = o->company.currency_name, *names = NULL;
	int64_t wanted = 0, found = 0;
	size_t n = 0;
	enum errk rc;

	if (named)
		return odoo_look(o, LOOK_PRICELIST, named, a, id, e);
	rc = odoo_look(o, LOOK_CURRENCY, currency, a, &wanted, e);
	if (rc == E_OK && !o->looks.list[LOOK_PRICELIST])
		rc = read_list(o, LOOK_PRICELIST, a, e);
	if (rc != E_OK)
		return rc;
	JSON_EACH (item, o->looks.list[LOOK_PRICELIST]) {
		if (odoo_ref(item, "currency_id") != wanted)
			continue;
		found = json_int(item, "id", 0);
		n++;
		names = arena_printf(a, "%s%s'%s'", names ? names : "", names ? ", " : "",
				     json_str(item, "name"));
		if (str_equal(json_str(item, "name"), o->rules.pricelist)) {
			n = 1;
			break;
		}
	}
	if (n == 1) {
		*id = found;
		return E_OK;
	}
	/* An order without a price list is in the company's currency. */
	if (n == 0 && str_equal(currency, own)) {
		*id = 0;
		return E_OK;
	}
	return err_set(
		e, E_RECORD, n ? "ambiguous_pricelist" : "unmapped_pricelist",
		"Odoo (%s) has %s price list in %s%s%s%s; %s, then run: erpsync queue retry --code "
		"%s",
		o->server.host, n ? "more than one" : "no", currency, n ? " (" : "", n ? names : "",
		n ? ")" : "",
		n ? "name one in [odoo] pricelist or tables/price_lists.csv" OWN_TABLE
		  : "make one there (Sales > Products > Pricelists)",
		n ? "ambiguous_pricelist" : "unmapped_pricelist");
}

static enum errk make_tag(struct odoo *o, const char *name, struct arena *a, int64_t *id,
			  struct err *e)
{
	static const char *const fields[] = {"id", "name", NULL};
	const char *cells[2] = {odoo_xid(o, "tag", arena_printf(a, "tag %s", name), a), name};
	struct odoo_row row = {.cells = cells};
	struct odoo_load_item item = {.row = &row, .n_rows = 1};
	struct odoo_load load = {.model = "crm.tag",
				 .fields = fields,
				 .item = &item,
				 .n = 1,
				 .fresh = true,
				 .keep = true};
	enum errk rc;

	if (o->env.dry_run) {
		*id = 0;
		return E_OK;
	}
	rc = odoo_load(o, &load, a, e);
	if (rc == E_OK && item.err.kind != E_OK) {
		*e = item.err;
		rc = e->kind;
	}
	if (rc == E_OK)
		*id = item.id;
	return rc;
}

enum errk odoo_look_tag(struct odoo *o, const char *name, struct arena *a, int64_t *id,
			struct err *e)
{
	static const char *const fields[] = {"name", NULL};
	CLEANUP(json) cJSON *found = NULL;
	const cJSON *known = cJSON_GetObjectItemCaseSensitive(o->looks.tags, name);
	struct odoo_read r = {.model = "crm.tag", .fields = fields, .limit = 1};
	enum errk rc;

	if (known) {
		*id = json_int(known, "", 0);
		return E_OK;
	}
	r.domain = json_array();
	json_push(r.domain, odoo_term("name", "=", cJSON_CreateString(name)));
	rc = odoo_search_read(o, &r, a, &found, e);
	if (rc != E_OK)
		return rc;
	*id = json_int(found, "[0].id", 0);
	if (!*id)
		rc = make_tag(o, name, a, id, e);
	if (rc != E_OK)
		return rc;
	if (!o->looks.tags)
		o->looks.tags = json_object();
	json_add_int(o->looks.tags, name, *id);
	return E_OK;
}
