#include "model/order_goods.h"

#include "base/json.h"
#include "base/str.h"

#include "base/banned.h"

enum order_goods order_goods(const cJSON *order)
{
	const cJSON *shipments = json_at(order, "fulfillments");
	bool some = false, all = true, any = false;

	if (json_str(order, "cancelled_at") || !cJSON_HasObjectItem(order, "fulfillments"))
		return ORDER_GOODS_OPEN;
	JSON_EACH (line, json_at(order, "lines")) {
		int64_t units = json_int(line, "quantity", 0),
			left = json_int(line, "fulfilled_quantity", 0);

		if (!json_bool(line, "requires_shipping", true) || units <= 0)
			continue;
		any = true;
		some = some || left > 0;
		all = all && left >= units;
	}
	if (!any)
		return ORDER_GOODS_OPEN;
	if (!shipments || cJSON_IsNull(shipments))
		return ORDER_GOODS_PART;
	return all ? ORDER_GOODS_SHIPPED : some ? ORDER_GOODS_PART : ORDER_GOODS_OPEN;
}

bool order_is_on_hold(const cJSON *order)
{
	return !json_str(order, "cancelled_at") &&
	       str_equal(json_str(order, "fulfillment_status"), "on_hold");
}
