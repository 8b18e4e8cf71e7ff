#ifndef ERPSYNC_CONNECTORS_CSV_ORDER_DOCUMENT_H
#define ERPSYNC_CONNECTORS_CSV_ORDER_DOCUMENT_H

#include "base/arena.h"
#include "connectors/connector.h"
#include "csv_orders_file.h"

/*
 * Makes the canonical order of an export's rows; the texts live in the arena. Rows that make no
 * document give a record with problem set, and an id of what could be read. Never fails.
 */
void csv_order_record(const struct csv_order_rows *o, struct arena *a, struct record *out);

/* The id that the record of these rows has. */
const char *csv_order_id(const struct csv_order_rows *o, struct arena *a);

#endif
