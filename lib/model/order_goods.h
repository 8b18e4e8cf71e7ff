#ifndef ERPSYNC_MODEL_ORDER_GOODS_H
#define ERPSYNC_MODEL_ORDER_GOODS_H

#include <stdbool.h>

#include <cjson/cJSON.h>

/* How much of a canonical order's goods the store has shipped itself. */
enum order_goods {
	ORDER_GOODS_OPEN, /* nothing; it has none to ship; or it is cancelled */
	ORDER_GOODS_PART, /* some, or it is not known which */
	ORDER_GOODS_SHIPPED,
};
enum order_goods order_goods(const cJSON *order);
/* The store holds back all that is still to be shipped of it: a fraud check, a payment, an address … */
bool order_is_on_hold(const cJSON *order);

#endif
