#ifndef ERPSYNC_BASE_NAME_ORDER_H
#define ERPSYNC_BASE_NAME_ORDER_H

#include <stdbool.h>

/*
 * Which of two files comes first where their dates are the same: clocks of file systems and transfers often know whole seconds
 * only. Names in the order in which people read them, without their endings and whatever their case: "stock.csv" before
 * "stock-2.csv", that before "stock-10.csv", "stock.csv" before "stock-changes.csv", "orders_export.csv" before
 * "orders_export (1).csv". As strcmp; 0 only for the same name.
 */
int name_order(const char *a, const char *b);
/*
 * They tell the order: one goes on where the other ends, they differ in one number and in nothing behind it, or in a date that
 * has its year in front. Else it is only the alphabet's: "orders 01.12.2026.csv" comes before "orders 30.11.2026.csv", and what
 * "301126" and "011226" are nobody knows. A time of 12 hours ("9-15 PM") tells nothing either.
 */
bool name_order_known(const char *a, const char *b);

#endif
