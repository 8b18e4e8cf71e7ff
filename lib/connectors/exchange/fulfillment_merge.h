#ifndef ERPSYNC_CONNECTORS_EXCHANGE_FULFILLMENT_MERGE_H
#define ERPSYNC_CONNECTORS_EXCHANGE_FULFILLMENT_MERGE_H

#include "connectors/exchange/fulfillment_file.h"

/*
 * The document of a delivery as the files that are there say it, together with what was said before and did not go over
 * (before: its document): as if the oldest file of all had said that. NULL: before is none.
 */
const char *exchange_delivery_merge(const struct exchange_delivery *now, const char *before,
				    struct arena *a);

#endif
