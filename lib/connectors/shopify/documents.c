#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/str.h"
#include "connectors/shopify/shopify.h"
#include "embedded/shopify_graphql.h"

const struct shopify_document_row shopify_documents[DOC_COUNT_] = {
	[DOC_ORDERS_CHANGED] = {HTTP_READ,
				"OrdersChanged",
				"changed orders",
				{embedded_shopify_graphql_orders_changed}},
	[DOC_ORDERS_COUNT] = {HTTP_READ,
			      "OrdersCount",
			      "number of orders",
			      {embedded_shopify_graphql_orders_count}},
	[DOC_ORDERS_BY_ID] =
		{HTTP_READ,
		 "OrdersById",
		 "orders",
		 {embedded_shopify_graphql_orders_by_id, embedded_shopify_graphql_fragment_order,
		  embedded_shopify_graphql_fragment_shipment,
		  embedded_shopify_graphql_fragment_lists, embedded_shopify_graphql_fragment_line,
		  embedded_shopify_graphql_fragment_metafields,
		  embedded_shopify_graphql_fragment_money, embedded_shopify_graphql_fragment_bag}},
	[DOC_ORDER_LINES] = {HTTP_READ,
			     "OrderLines",
			     "order lines",
			     {embedded_shopify_graphql_order_lines,
			      embedded_shopify_graphql_fragment_line,
			      embedded_shopify_graphql_fragment_metafields,
			      embedded_shopify_graphql_fragment_money,
			      embedded_shopify_graphql_fragment_bag}},
	[DOC_ORDER_LISTS] = {HTTP_READ,
			     "OrderLists",
			     "order lists",
			     {embedded_shopify_graphql_order_lists,
			      embedded_shopify_graphql_fragment_lists,
			      embedded_shopify_graphql_fragment_money,
			      embedded_shopify_graphql_fragment_bag}},
	[DOC_ORDER_SHIPMENTS] = {HTTP_READ,
				 "OrderShipments",
				 "shipments of an order",
				 {embedded_shopify_graphql_order_shipments,
				  embedded_shopify_graphql_fragment_shipment}},
	[DOC_ORDER_AGREEMENTS] = {HTTP_READ,
				  "OrderAgreements",
				  "agreements of an order",
				  {embedded_shopify_graphql_order_agreements,
				   embedded_shopify_graphql_fragment_bag}},
	[DOC_ORDERS_NAMED] = {HTTP_READ,
			      "OrdersNamed",
			      "named orders",
			      {embedded_shopify_graphql_orders_named}},
	[DOC_SHOP_PROBE] = {HTTP_READ, "ShopProbe", "shop", {embedded_shopify_graphql_shop_probe}},
	[DOC_LOCATIONS] = {HTTP_READ,
			   "Locations",
			   "locations",
			   {embedded_shopify_graphql_locations}},
	[DOC_VARIANTS_BY_SKU] = {HTTP_READ,
				 "VariantsBySku",
				 "articles",
				 {embedded_shopify_graphql_variants_by_sku}},
	[DOC_VARIANTS_ALL] = {HTTP_READ,
			      "VariantsAll",
			      "catalogue",
			      {embedded_shopify_graphql_variants_all}},
	[DOC_STOCK_LEVELS] = {HTTP_READ,
			      "StockLevels",
			      "stock levels",
			      {embedded_shopify_graphql_stock_levels}},
	[DOC_STOCK_SET] = {HTTP_WRITE,
			   "StockSet",
			   "write of stock",
			   {embedded_shopify_graphql_stock_set}},
	[DOC_STOCK_ACTIVATE] = {HTTP_WRITE,
				"StockActivate",
				"activation of stock",
				{embedded_shopify_graphql_stock_activate}},
	[DOC_ORDERS_NEWEST] = {HTTP_READ,
			       "OrdersNewest",
			       "newest orders",
			       {embedded_shopify_graphql_orders_newest,
				embedded_shopify_graphql_fragment_sold}},
	[DOC_ORDERS_UNITS] = {HTTP_READ,
			      "OrdersUnits",
			      "units of orders",
			      {embedded_shopify_graphql_orders_units,
			       embedded_shopify_graphql_fragment_sold}},
	[DOC_ORDER_UNITS] = {HTTP_READ,
			     "OrderUnits",
			     "units of an order",
			     {embedded_shopify_graphql_order_units}},
	[DOC_ORDERS_BY_NAME] = {HTTP_READ,
				"OrdersByName",
				"orders by name",
				{embedded_shopify_graphql_orders_by_name}},
	[DOC_SHIPPING_ORDERS] = {HTTP_READ,
				 "ShippingOrders",
				 "orders to ship",
				 {embedded_shopify_graphql_shipping_orders,
				  embedded_shopify_graphql_fragment_shipping}},
	[DOC_SHIPPING_MORE_ORDERS] = {HTTP_READ,
				      "ShippingMoreOrders",
				      "fulfillment orders",
				      {embedded_shopify_graphql_shipping_more_orders,
				       embedded_shopify_graphql_fragment_shipping}},
	[DOC_SHIPPING_LINES] = {HTTP_READ,
				"ShippingLines",
				"lines to ship",
				{embedded_shopify_graphql_shipping_lines}},
	[DOC_SHIPPING_SKUS] = {HTTP_READ,
			       "ShippingSkus",
			       "articles of an order's lines",
			       {embedded_shopify_graphql_shipping_skus}},
	[DOC_SHIPMENT_CREATE] = {HTTP_WRITE,
				 "ShipmentCreate",
				 "shipment",
				 {embedded_shopify_graphql_shipment_create}},
	[DOC_SHIPMENT_TRACK] = {HTTP_WRITE,
				"ShipmentTrack",
				"tracking of a shipment",
				{embedded_shopify_graphql_shipment_track}},
	[DOC_SHIPMENT_MOVE] = {HTTP_WRITE,
			       "ShipmentMove",
			       "move of a fulfillment order",
			       {embedded_shopify_graphql_shipment_move}},
	[DOC_PRODUCTS_BY_ID] = {HTTP_READ,
				"ProductsById",
				"products",
				{embedded_shopify_graphql_products_by_id,
				 embedded_shopify_graphql_fragment_product,
				 embedded_shopify_graphql_fragment_variant}},
	[DOC_PRODUCT_BY_REF] = {HTTP_READ,
				"ProductByRef",
				"product of our own",
				{embedded_shopify_graphql_product_by_ref}},
	[DOC_PRODUCT_VARIANTS] = {HTTP_READ,
				  "ProductVariants",
				  "variants of a product",
				  {embedded_shopify_graphql_product_variants,
				   embedded_shopify_graphql_fragment_variant}},
	[DOC_REF_DEFINITION] = {HTTP_READ,
				"RefDefinition",
				"definition of our reference",
				{embedded_shopify_graphql_ref_definition}},
	[DOC_REF_DEFINE] = {HTTP_WRITE,
			    "RefDefine",
			    "definition of our reference",
			    {embedded_shopify_graphql_ref_define}},
	[DOC_PRODUCT_CREATE] = {HTTP_WRITE,
				"ProductCreate",
				"creation of a product",
				{embedded_shopify_graphql_product_create,
				 embedded_shopify_graphql_fragment_product,
				 embedded_shopify_graphql_fragment_variant}},
	[DOC_PRODUCT_UPDATE] = {HTTP_WRITE,
				"ProductUpdate",
				"write of a product",
				{embedded_shopify_graphql_product_update}},
	[DOC_OPTIONS_CREATE] = {HTTP_WRITE,
				"OptionsCreate",
				"options of a product",
				{embedded_shopify_graphql_options_create}},
	[DOC_VARIANTS_CREATE] = {HTTP_WRITE,
				 "VariantsCreate",
				 "new variants",
				 {embedded_shopify_graphql_variants_create,
				  embedded_shopify_graphql_fragment_variant}},
	[DOC_VARIANTS_UPDATE] = {HTTP_WRITE,
				 "VariantsUpdate",
				 "write of variants",
				 {embedded_shopify_graphql_variants_update,
				  embedded_shopify_graphql_fragment_variant}},
};

const char *shopify_document_text(struct shopify *s, enum shopify_document doc)
{
	if (s->document[doc])
		return s->document[doc];
	CLEANUP(str) struct str text;
	str_init(&text, 0);
	const struct shopify_document_row *row = &shopify_documents[doc];
	for (size_t i = 0; i < sizeof(row->part) / sizeof(*row->part) && row->part[i]; i++) {
		for (const char *line = row->part[i]; *line;) {
			line += strspn(line, " \t");
			size_t len = strcspn(line, "\n");
			if (len && *line != '#') {
				str_addn(&text, line, len);
				str_addc(&text, '\n');
			}
			line += len + (line[len] == '\n');
		}
	}
	s->document[doc] = strdup(text.buf);
	if (!s->document[doc])
		die(70, "out of memory");
	return s->document[doc];
}

void shopify_query_release(struct shopify_query *q)
{
	cJSON_Delete(q->variables);
	cJSON_Delete(q->root);
	q->variables = q->root = NULL;
	q->data = NULL;
}

struct answer shopify_answer(const struct shopify_query *q)
{
	const struct shopify_document_row *row = &shopify_documents[q->doc];
	struct answer in = answer_of(row->intent == HTTP_WRITE ? E_UNSURE : E_BUSY, row->label);
	in.whole = true;
	return in;
}
