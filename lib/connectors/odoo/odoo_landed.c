#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "connectors/odoo/odoo_order.h"

#include "base/banned.h"

/*
 * Which orders of this shop are in Odoo, whoever's state file made them. An order carries our reference as its
 * external id, which holds the end of the shop's id; what the shop calls it stands in its origin.
 */

enum {
	PAGE = 500,
	/*
	 * How long an order may have been on its way when it was made: what the shop changed in that time
	 * may be missing, and is compared.
	 */
	ON_ITS_WAY_S = 15 * 60,
};

const char *odoo_reference(struct connector *c, const char *record, struct arena *a)
{
	return odoo_xid((struct odoo *)(void *)c, "order", record, a);
}

static enum errk read_page(struct odoo *o, int64_t last, struct arena *a, cJSON **orders,
			   cJSON **xids, struct err *e)
{
	static const char *const fields[] = {"name", "origin", "create_date", NULL};
	struct odoo_read r = {.model = "sale.order",
			      .fields = fields,
			      .domain = json_array(),
			      .limit = PAGE};
	int64_t *ids;
	const cJSON *order;
	size_t n = 0;
	enum errk rc;

	json_push(r.domain, odoo_term_int("id", ">", last));
	json_push(r.domain, odoo_term_int("company_id", "=", o->company.id));
	json_push(r.domain, odoo_term("origin", "!=", cJSON_CreateFalse()));
	rc = odoo_search_read(o, &r, a, orders, e);
	if (rc != E_OK)
		return rc;
	ids = arena_array(a, json_count(*orders, "") + 1, sizeof(*ids));
	cJSON_ArrayForEach (order, *orders)
		ids[n++] = json_int(order, "id", 0);
	return odoo_external_ids(o, "sale.order", ids, n, a, xids, e);
}

static enum errk hand_over(struct odoo *o, struct landed_request *q, const cJSON *order,
			   const cJSON *xids, struct arena *a, struct err *e)
{
	const char *prefix = arena_printf(a, "erpsync.%s_order_", o->rules.shop);
	const char *made = json_str(order, "create_date");
	struct landed x = {.label = json_str(order, "origin"),
			   .reference = odoo_external_id(xids, json_int(order, "id", 0)),
			   .target = odoo_order_target(json_str(order, "name"),
						       json_int(order, "id", 0), a)};
	enum errk rc;

	if (!x.label || !str_starts(x.reference, prefix))
		return E_OK;
	rc = clock_parse(arena_printf(a, "%sZ", made ? made : ""), &x.at, e);
	if (rc != E_OK)
		return err_set(e, E_BUSY, "bad_answer",
			       "Odoo (%s) does not say when %s was made: create_date is '%s'",
			       o->server.host, target_text(&x.target, a), made ? made : "");
	x.at -= ON_ITS_WAY_S;
	return q->fn(q->ctx, &x, e);
}

enum errk odoo_landed(struct connector *c, struct landed_request *q, struct arena *a, struct err *e)
{
	struct odoo *o = (struct odoo *)(void *)c;
	int64_t last = 0;
	bool more = true;
	enum errk rc = odoo_enter(o, KIND_ORDER, a, e);

	while (rc == E_OK && more) {
		CLEANUP(arena) struct arena *page = arena_new();
		CLEANUP(json) cJSON *orders = NULL, *xids = NULL;
		const cJSON *order;

		rc = read_page(o, last, page, &orders, &xids, e);
		more = rc == E_OK && json_count(orders, "") == PAGE;
		if (rc != E_OK)
			break;
		cJSON_ArrayForEach (order, orders) {
			last = json_int(order, "id", 0);
			rc = hand_over(o, q, order, xids, page, e);
			if (rc != E_OK)
				break;
		}
	}
	return rc;
}
