#include "connectors/odoo/stock/stock.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/step.h"
#include "base/str.h"
#include "model/stock_record.h"

#include "base/banned.h"

/* Products of a page: Odoo reckons some 8,000 a second. */
enum { PAGE = 500 };

/* Products that are stored. Archived ones are left out by Odoo itself. */
static cJSON *storable(const struct odoo *o)
{
	const char *flag = o->field[FIELD_PRODUCT_STORABLE];
	cJSON *domain = json_array();

	json_push(domain, flag ? odoo_term(flag, "=", cJSON_CreateTrue())
			       : odoo_term("type", "=", cJSON_CreateString("product")));
	return domain;
}

static cJSON *with_sku(const struct odoo *o)
{
	cJSON *domain = storable(o);

	json_push(domain, odoo_term("default_code", "!=", cJSON_CreateFalse()));
	return domain;
}

/* Products that nobody can name stay out; a person should know how many. */
static enum errk tell_nameless(struct odoo *o, struct arena *a, struct err *e)
{
	cJSON *domain = storable(o);
	int64_t n = 0;
	enum errk rc;

	json_push(domain, odoo_term("default_code", "=", cJSON_CreateFalse()));
	rc = odoo_count(o, "product.product", domain, a, &n, e);
	if (rc == E_OK && n)
		o->env.notice(o->env.notice_ctx, NULL,
			      arena_printf(a,
					   "%lld storable product%s of Odoo ha%s no internal "
					   "reference and %s left out",
					   (long long)n, n == 1 ? "" : "s", n == 1 ? "s" : "ve",
					   n == 1 ? "is" : "are"));
	return rc;
}

static enum errk open_stock(struct odoo *o, struct arena *a, struct err *e)
{
	enum errk rc = odoo_enter(o, KIND_STOCK, a, e);

	return rc == E_OK ? odoo_warehouses(o, a, e) : rc;
}

/* One page while it is being read. */
struct reading {
	struct odoo *o;
	struct arena *a;
	struct odoo_stock_answer *answer;
	cJSON **list; /* owned: those of the answers, and the others */
	int64_t read_at;
};

static void reading_begin(struct reading *r, struct odoo *o, struct arena *a)
{
	*r = (struct reading){
		.o = o,
		.a = a,
		.answer = arena_array(a, o->n_warehouses, sizeof(*r->answer)),
		.list = arena_array(a, o->n_warehouses + 1, sizeof(*r->list)),
	};
}

static void reading_end(struct reading *r)
{
	for (size_t i = 0; i <= r->o->n_warehouses; i++)
		cJSON_Delete(r->list[i]);
}

/*
 * One warehouse's answer. The figures are at least as new as read_at: the server's clock, less what
 * the call took, but never ahead of ours, by which it is judged which orders they may know.
 */
static enum errk read_warehouse(struct reading *r, size_t w, struct odoo_read q, struct err *e)
{
	static const char *const fields[] = {"default_code",      "name",
					     "qty_available",     "free_qty",
					     "virtual_available", NULL};
	int64_t started = clock_now(), started_ms = clock_mono_ms(), date = 0, took;
	const struct odoo_warehouse *from = &r->o->warehouse[w];
	enum errk rc;

	q.model = "product.product";
	q.fields = fields;
	q.context = json_object();
	q.date = &date;
	/* The second is what it was called until Odoo 17; a key that is not known is ignored. */
	json_add_int(q.context, "warehouse_id", from->id);
	json_add_int(q.context, "warehouse", from->id);
	rc = odoo_search_read(r->o, &q, r->a, &r->list[w], e);
	if (rc != E_OK)
		return rc;
	r->answer[w] = (struct odoo_stock_answer){from->code, r->list[w]};
	took = (clock_mono_ms() - started_ms + 999) / 1000;
	if (date && date - took < started)
		started = date - took;
	if (!r->read_at || started < r->read_at)
		r->read_at = started;
	return E_OK;
}

/* Every further product that has an internal reference of these, wherever in the snapshot. */
static enum errk read_others(struct reading *r, struct err *e)
{
	static const char *const fields[] = {"default_code", NULL};
	struct odoo_read q = {.model = "product.product", .fields = fields};
	cJSON *codes, *ids;

	if (json_count(r->list[0], "") == 0)
		return E_OK;
	codes = json_array();
	ids = json_array();
	JSON_EACH (item, r->list[0]) {
		json_push_str(codes, json_str(item, "default_code"));
		json_push_int(ids, json_int(item, "id", 0));
	}
	q.domain = storable(r->o);
	json_push(q.domain, odoo_term("default_code", "in", codes));
	json_push(q.domain, odoo_term("id", "not in", ids));
	return odoo_search_read(r->o, &q, r->a, &r->list[r->o->n_warehouses], e);
}

/* The products of a question in all warehouses. *last: the last one's id; as it was if there is none. */
static enum errk read_products(struct reading *r, const struct odoo_read *q, size_t *seen,
			       int64_t *last, struct err *e)
{
	struct odoo_read same = {0};
	enum errk rc = read_warehouse(r, 0, *q, e);

	*seen = 0;
	if (rc != E_OK)
		return rc;
	same.ids = odoo_refs(r->list[0], "id", r->a, &same.n_ids);
	if (!same.n_ids)
		return E_OK;
	for (size_t w = 1; w < r->o->n_warehouses && rc == E_OK; w++)
		rc = read_warehouse(r, w, same, e);
	if (rc == E_OK)
		rc = read_others(r, e);
	*seen = same.n_ids;
	*last = same.ids[same.n_ids - 1];
	return rc;
}

static enum errk make_items(const struct reading *r, struct odoo_item **item, size_t *n,
			    struct err *e)
{
	struct odoo_stock_page p = {
		.host = r->o->server.host,
		.digits = r->o->quantity_digits,
		.read_at = r->read_at,
		.answer = r->answer,
		.n_answers = r->o->n_warehouses,
		.others = r->list[r->o->n_warehouses],
	};

	return odoo_stock_items(&p, r->a, item, n, e);
}

static enum errk begin(struct odoo *o, int64_t last, struct arena *a, struct err *e)
{
	int64_t count = 0;
	enum errk rc = tell_nameless(o, a, e);

	if (rc == E_OK)
		rc = odoo_count(o, "product.product", with_sku(o), a, &count, e);
	if (rc == E_OK)
		odoo_snapshot_begin(&o->snapshot, last, count);
	return rc;
}

static void finish(struct record *r, struct arena *a)
{
	stock_record_finish(r, "odoo", a);
}

/* What the next page asks for. */
static cJSON *page_domain(const struct odoo *o, int64_t last)
{
	cJSON *domain = with_sku(o);

	odoo_snapshot_bound(&o->snapshot, domain, last);
	return domain;
}

enum errk odoo_stock_pull(struct connector *c, const struct pull_request *req, struct arena *a,
			  struct page *out, struct err *e)
{
	struct odoo *o = (struct odoo *)(void *)c;
	struct page page = {0};
	struct reading r;
	struct odoo_item *item;
	size_t n, seen;
	int64_t last, end;
	bool cut = false, more = false;
	enum errk rc = odoo_snapshot_place(req->cursor, &last, e);

	if (rc == E_OK)
		rc = open_stock(o, a, e);
	if (rc == E_OK && !o->snapshot.begun)
		rc = begin(o, last, a, e);
	if (rc != E_OK)
		return rc;
	reading_begin(&r, o, a);
	end = last;
	rc = read_products(&r,
			   &(struct odoo_read){.domain = page_domain(o, last),
					       .limit = PAGE,
					       .more = &more,
					       .after = last},
			   &seen, &end, e);
	STEP("odoo stock asked");
	if (rc == E_OK)
		rc = make_items(&r, &item, &n, e);
	if (rc == E_OK)
		rc = odoo_page_fill(req, item, n, finish, a, &page, &cut, &end, e);
	reading_end(&r);
	if (rc != E_OK)
		return rc;
	odoo_snapshot_turn(&o->snapshot, seen, more || cut, end, a, &page);
	*out = page;
	return E_OK;
}

static struct record *find_item(struct odoo_item *item, size_t n, const char *sku)
{
	for (size_t i = 0; i < n; i++)
		if (str_equal(item[i].rec.id, sku))
			return &item[i].rec;
	return NULL;
}

enum errk odoo_stock_pull_only(struct connector *c, const char *const *who, size_t n,
			       struct arena *a, struct page *out, struct err *e)
{
	struct odoo *o = (struct odoo *)(void *)c;
	struct page page = {.rec = arena_array(a, n, sizeof(*page.rec)), .expected = -1};
	struct odoo_item *item = NULL;
	struct reading r;
	size_t n_items = 0, seen;
	int64_t last = 0;
	cJSON *domain, *codes;
	enum errk rc = open_stock(o, a, e);

	if (rc != E_OK)
		return rc;
	codes = json_array();
	for (size_t i = 0; i < n; i++)
		json_push_str(codes, who[i]);
	domain = storable(o);
	json_push(domain, odoo_term("default_code", "in", codes));
	reading_begin(&r, o, a);
	rc = read_products(&r, &(struct odoo_read){.domain = domain}, &seen, &last, e);
	if (rc == E_OK)
		rc = make_items(&r, &item, &n_items, e);
	for (size_t i = 0; i < n && rc == E_OK; i++) {
		struct record *rec = find_item(item, n_items, who[i]), *to = &page.rec[page.n++];

		if (!rec) {
			stock_record_missing(
				who[i],
				"Odoo has no storable product with this internal reference "
				"(archived ones do not count); write it as it stands there, or set "
				"it there",
				a, to);
			continue;
		}
		*to = *rec;
		if (!to->problem)
			stock_record_finish(to, "odoo", a);
	}
	reading_end(&r);
	if (rc == E_OK)
		*out = page;
	return rc;
}
