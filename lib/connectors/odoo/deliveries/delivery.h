#ifndef ERPSYNC_CONNECTORS_ODOO_DELIVERIES_DELIVERY_H
#define ERPSYNC_CONNECTORS_ODOO_DELIVERIES_DELIVERY_H

#include "connectors/odoo/source.h"

/*
 * Deliveries out of Odoo: done transfers to customers, of orders that came from this shop, by a
 * window of write_date (source.h).
 */
MUST_CHECK enum errk odoo_delivery_pull(struct connector *c, const struct pull_request *req,
					struct arena *a, struct page *out, struct err *e);
/* who: the delivery's number or id, or the name of the shop's order. */
MUST_CHECK enum errk odoo_delivery_pull_only(struct connector *c, const char *const *who, size_t n,
					     struct arena *a, struct page *out, struct err *e);
/* What tables/carriers.csv is to answer; none where the app or the right is missing. */
MUST_CHECK enum errk odoo_carrier_names(struct odoo *o, struct arena *a, const char *const **name,
					size_t *n, struct err *e);

/* page.c: what Odoo said about some transfers. Lists may be NULL: nothing of that. */
struct odoo_delivery_page {
	const struct odoo *o;
	cJSON *pickings, *types, *orders, *moves, *lines, *products;
	cJSON *order_links, *line_links; /* external ids */
	cJSON *parts; /* all moves of lines that are delivered as other products: kits */
};
void odoo_delivery_page_release(struct odoo_delivery_page *p);
/* Is the sale order with this id the shop's? */
bool odoo_delivery_is_ours(const struct odoo_delivery_page *p, int64_t order);

struct odoo_delivery_item {
	const char *number, *order_name;
};
/*
 * A record for each transfer of the shop's orders in which something was delivered, in order of id.
 * what says of each by what else it is known. Problems of records: "several_orders",
 * "unit_differs", "kit_incomplete". E_BUSY "bad_answer".
 */
MUST_CHECK enum errk odoo_delivery_items(const struct odoo_delivery_page *p, struct arena *a,
					 struct odoo_item **out, struct odoo_delivery_item **what,
					 size_t *n, struct err *e);

/* parcels.c: "packages": tracking numbers and addresses as a transfer has them. */
cJSON *odoo_delivery_parcels(const char *numbers, const char *url, struct arena *a);

static inline void cleanup_odoo_delivery_page(struct odoo_delivery_page *p)
{
	odoo_delivery_page_release(p);
}

#endif
