#ifndef ERPSYNC_FILES_NAME_ORDER_H
#define ERPSYNC_FILES_NAME_ORDER_H

#include <stdbool.h>

/*
 * Which of two files comes first where their dates are the same: clocks of file systems and transfers often know whole seconds
 * only. Names in the order in which people read them, without their endings and whatever their case: "stock.csv" before
 * "stock-2.csv", that before "stock-10.csv", "stock.csv" before "stock-changes.csv", "orders_export.csv" before
 * "orders_export (1).csv". As strcmp; 0 only for the same name.
 */
int name_order(const char *a, const char *b);
/* They tell the order: a number that both have there, or one goes on where the other ends. Else it is only the alphabet's. */
bool name_order_known(const char *a, const char *b);

#endif
