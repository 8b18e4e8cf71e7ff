#ifndef ERPSYNC_CONNECTORS_CSV_H
#define ERPSYNC_CONNECTORS_CSV_H

#include "connectors/connector.h"

/*
 * Files instead of a system: orders exports on the store's side, an exchange folder on the
 * ERP's.
 */
extern const struct connector_type csv_connector;

#endif
