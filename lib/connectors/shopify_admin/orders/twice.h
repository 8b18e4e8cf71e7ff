#ifndef ERPSYNC_CONNECTORS_SHOPIFY_ADMIN_ORDERS_TWICE_H
#define ERPSYNC_CONNECTORS_SHOPIFY_ADMIN_ORDERS_TWICE_H

#include <stdbool.h>

#include "base/err.h"

/*
 * Orders that one file has more than once: two exports laid one below the other, a sheet that was sorted. Which of them holds
 * what they say must decide, not where they stand.
 */
struct admin_order_rows;
struct admin_twice;

struct admin_twice *admin_twice_new(void);
void admin_twice_free(struct admin_twice *t); /* takes NULL */

/* First a look at all rows: one begins an order of this name (or id, without a name), or may begin it once more. */
void admin_twice_begins(struct admin_twice *t, const char *key);
/* After the last: is there a name that more than one has? */
bool admin_twice_any(struct admin_twice *t);
/* Then all orders, of which those that may be there twice are remembered … */
void admin_twice_add(struct admin_twice *t, const struct admin_order_rows *o, const char *key);

/* … and judged, when they are read. */
enum admin_standing {
	ADMIN_ORDER_STANDS,
	ADMIN_ORDER_PASSED, /* another place has it, or has it newer */
	ADMIN_ORDER_DOUBT, /* it can't be told which is newer, or what belongs together; said once */
};
enum admin_standing admin_twice_judge(struct admin_twice *t, const struct admin_order_rows *o,
				      const char *key, struct err *doubt);

#endif
