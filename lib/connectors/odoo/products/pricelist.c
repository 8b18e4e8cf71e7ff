#include "connectors/odoo/products/pricelist.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/list.h"
#include "connectors/odoo/source.h"

#include "base/banned.h"

/* Rules, and categories, of an answer. */
enum { PAGE = 2000 };

struct reading {
	struct odoo *o;
	struct arena *a;
	struct odoo_price_lists *out;
	int64_t now; /* the server's clock */
	struct odoo_price_rule *rule;
	size_t n, room, lists_room, categories_room;
	size_t from, to; /* lists whose rules are being read */
};

static void take_list(struct reading *r, const cJSON *item)
{
	struct odoo_price_lists *out = r->out;
	struct arena *a = r->o->arena;
	const char *currency = json_str(item, "currency_id[1]");

	out->list = list_room(out->list, out->n, &r->lists_room, sizeof(*out->list), a);
	out->list[out->n++] = (struct odoo_price_list){
		.id = json_int(item, "id", 0),
		.name = arena_strdup(a, json_str(item, "name")),
		.currency = arena_strdup(a, currency ? currency : ""),
	};
}

static const char *const list_fields[] = {"name", "currency_id", NULL};

/* The configured one, and the time that all is asked for. */
static enum errk read_first(struct reading *r, struct err *e)
{
	struct odoo *o = r->o;
	const char *name = o->rules.product_pricelist;
	struct odoo_read q = {.model = "product.pricelist",
			      .fields = list_fields,
			      .domain = json_array(),
			      .date = &r->now};
	cJSON *company = json_array();
	CLEANUP(json) cJSON *list = NULL;
	size_t n;
	enum errk rc;

	json_push(company, cJSON_CreateFalse());
	json_push_int(company, o->company.id);
	json_push(q.domain, odoo_term("name", "=", cJSON_CreateString(name)));
	json_push(q.domain, odoo_term("company_id", "in", company));
	rc = odoo_search_read(o, &q, r->a, &list, e);
	if (rc != E_OK)
		return rc;
	n = json_count(list, "");
	if (n != 1)
		return err_set(e, E_REFUSED, "no_pricelist",
			       "[odoo] product_pricelist = %s: Odoo (%s) has %s price list of that "
			       "name for the company %s; %s (Sales > Products > Pricelists)",
			       name, o->server.host, n ? "more than one" : "no", o->company.name,
			       n ? "give them different names"
				 : "write it without the currency that Odoo shows behind it");
	take_list(r, json_first(list));
	if (!r->now)
		r->now = clock_now();
	return E_OK;
}

/* Odoo's own conditions: both bounds of the time count, and no bound is none. */
cJSON *odoo_price_rules_domain(const int64_t *lists, size_t n, int64_t now)
{
	static const struct {
		const char *field, *op;
	} bound[] = {{"date_start", "<="}, {"date_end", ">="}};
	cJSON *domain = json_array();

	json_push(domain, odoo_term_ids("pricelist_id", lists, n));
	json_push(domain, odoo_term_int("min_quantity", "<=", 1));
	for (size_t i = 0; i < 2; i++) {
		json_push_str(domain, "|");
		json_push(domain, odoo_term(bound[i].field, "=", cJSON_CreateFalse()));
		json_push(domain, odoo_term_time(bound[i].field, bound[i].op, now));
	}
	return domain;
}

/* All records of a domain, page by page; each goes to take. */
static enum errk read_all(struct reading *r, const char *model, const char *const *fields,
			  cJSON *(*domain)(const struct reading *r),
			  enum errk (*take)(struct reading *r, const cJSON *item, struct err *e),
			  struct err *e)
{
	int64_t last = 0;
	bool more = true;
	enum errk rc = E_OK;

	while (rc == E_OK && more) {
		struct odoo_read q = {.model = model,
				      .fields = fields,
				      .domain = domain(r),
				      .limit = PAGE,
				      .context = odoo_archived_too(NULL),
				      .after = last,
				      .more = &more};
		CLEANUP(json) cJSON *list = NULL;

		json_push(q.domain, odoo_term_int("id", ">", last));
		rc = odoo_search_read(r->o, &q, r->a, &list, e);
		JSON_EACH (item, list) {
			if (rc == E_OK)
				rc = take(r, item, e);
			last = json_int(item, "id", 0);
		}
	}
	return rc;
}

static cJSON *rules_domain(const struct reading *r)
{
	int64_t *ids = arena_array(r->a, r->to - r->from, sizeof(*ids));

	for (size_t i = r->from; i < r->to; i++)
		ids[i - r->from] = r->out->list[i].id;
	return odoo_price_rules_domain(ids, r->to - r->from, r->now);
}

static bool is_read(const struct reading *r, int64_t list)
{
	for (size_t i = 0; i < r->out->n; i++)
		if (r->out->list[i].id == list)
			return true;
	return false;
}

static enum errk take_rule(struct reading *r, const cJSON *item, struct err *e)
{
	enum errk rc;

	if (!is_read(r, odoo_ref(item, "pricelist_id")))
		return err_set(e, E_BUSY, "bad_answer",
			       "product.pricelist.item/search_read (%s): rule %lld is of another "
			       "list than was asked for",
			       r->o->server.host, (long long)json_int(item, "id", 0));
	r->rule = list_room(r->rule, r->n, &r->room, sizeof(*r->rule), r->o->arena);
	rc = odoo_price_rule(item, &r->rule[r->n], e);
	if (rc == E_OK) {
		r->n++;
		return E_OK;
	}
	err_wrap(e, "Odoo (%s): a rule of price list '%s' (id %lld)", r->o->server.host,
		 json_str(item, "pricelist_id[1]"), (long long)json_int(item, "id", 0));
	/* Any product may be priced by it: it is not one record's trouble. */
	return odoo_as_source(rc, e);
}

/* The lists that these rules are based on, archived ones too: to Odoo they count. */
static enum errk read_bases(struct reading *r, size_t first, struct err *e)
{
	int64_t *ids = arena_array(r->a, r->n - first, sizeof(*ids));
	CLEANUP(json) cJSON *list = NULL;
	size_t n = 0;
	enum errk rc;

	for (size_t i = first; i < r->n; i++)
		if (r->rule[i].base == BASE_LIST && !is_read(r, r->rule[i].base_list))
			ids[n++] = r->rule[i].base_list;
	rc = odoo_read_ids(r->o, "product.pricelist", ids, n, list_fields, NULL, false, r->a, &list,
			   e);
	if (rc != E_OK)
		return rc;
	JSON_EACH (item, list)
		take_list(r, item);
	return E_OK;
}

static cJSON *any(const struct reading *r)
{
	(void)r;
	return json_array();
}

static enum errk take_category(struct reading *r, const cJSON *item, struct err *e)
{
	struct odoo_price_lists *out = r->out;

	(void)e;
	out->category = list_room(out->category, out->n_categories, &r->categories_room,
				  sizeof(*out->category), r->o->arena);
	out->category[out->n_categories++] = (struct odoo_category){json_int(item, "id", 0),
								    odoo_ref(item, "parent_id")};
	return E_OK;
}

/* The tree of categories, where a rule is for one. */
static enum errk read_categories(struct reading *r, struct err *e)
{
	static const char *const fields[] = {"parent_id", NULL};

	for (size_t i = 0; i < r->n; i++)
		if (r->rule[i].category)
			return read_all(r, "product.category", fields, any, take_category, e);
	return E_OK;
}

enum errk odoo_price_lists_read(struct odoo *o, struct arena *a, struct odoo_price_lists *out,
				struct err *e)
{
	struct odoo_price_lists lists = {.host = o->server.host};
	struct reading r = {.o = o, .a = a, .out = &lists};
	enum errk rc = odoo_list_digits(o, a, &lists.digits, e);

	if (rc == E_OK)
		rc = read_first(&r, e);
	while (rc == E_OK && r.from < lists.n) {
		size_t first = r.n;

		r.to = lists.n;
		rc = read_all(&r, "product.pricelist.item", odoo_price_rule_fields, rules_domain,
			      take_rule, e);
		if (rc == E_OK)
			rc = read_bases(&r, first, e);
		r.from = r.to;
	}
	if (rc == E_OK)
		rc = read_categories(&r, e);
	if (rc == E_OK)
		rc = odoo_price_lists_decide(&lists, r.rule, r.n, a, e);
	if (rc == E_OK)
		*out = lists;
	return rc;
}
