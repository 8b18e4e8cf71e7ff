#ifndef ERPSYNC_CONNECTORS_SHOPIFY_ADMIN_ORDERS_DOCUMENT_H
#define ERPSYNC_CONNECTORS_SHOPIFY_ADMIN_ORDERS_DOCUMENT_H

#include "base/arena.h"
#include "connectors/connector.h"
#include "connectors/shopify_admin/orders/file.h"

/*
 * Makes the canonical order of an export's rows; the texts live in the arena. Rows that make no
 * document give a record with problem set, and an id of what could be read. Never fails.
 */
void admin_order_record(const struct admin_order_rows *o, struct arena *a, struct record *out);

/*
 * The id that the record of these rows has: the API's, or "csv:" and the name where the file has no
 * ids. Rows that do not tell which order they are, are known by their place in the file
 * (admin_file_id, ":" and the line).
 */
const char *admin_order_id(const struct admin_order_rows *o, struct arena *a);
/* What people call it; without a name by its place, "FILE:LINE". */
const char *admin_order_label(const struct admin_order_rows *o, struct arena *a);
/* The id of an order of this name in a file without ids. */
const char *admin_name_id(const char *name, struct arena *a);
/* The id under which a file's own fault is known. */
const char *admin_file_id(const char *name, struct arena *a);
/* Paid through the gateway that only takes test payments: what the API calls a test order. */
bool admin_order_is_test(const struct admin_order_rows *o, struct arena *a);

#endif
