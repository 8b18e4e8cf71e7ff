#ifndef ERPSYNC_CONNECTORS_SHOPIFY_ADMIN_ORDERS_CELLS_H
#define ERPSYNC_CONNECTORS_SHOPIFY_ADMIN_ORDERS_CELLS_H

#include <cjson/cJSON.h>

#include "base/arena.h"
#include "base/decimal.h"
#include "connectors/shopify_admin/orders/file.h"

/*
 * Values of an export's cells. A cell that can't be read is E_RECORD "bad_cell" naming file, line
 * and column; its text is quoted only where it can't be personal.
 */

/* An amount of row i. Empty: zero, *given = false (given may be NULL). */
MUST_CHECK enum errk admin_cell_amount(const struct admin_order_rows *o, size_t i,
				       enum admin_column c, struct decimal *out, bool *given,
				       struct err *e);
/* The same for a column of the order, see admin_order_cell. */
MUST_CHECK enum errk admin_order_amount(const struct admin_order_rows *o, enum admin_column c,
					struct decimal *out, bool *given, struct err *e);
/* A whole number, 0 or more. */
MUST_CHECK enum errk admin_cell_count(const struct admin_order_rows *o, size_t i,
				      enum admin_column c, int64_t *out, struct err *e);
/* Yes or no; empty stands for what an empty cell says. */
MUST_CHECK enum errk admin_cell_flag(const struct admin_order_rows *o, size_t i,
				     enum admin_column c, bool empty, bool *out, struct err *e);
/* An article number or the like; NULL when empty. */
MUST_CHECK enum errk admin_cell_identifier(const struct admin_order_rows *o, size_t i,
					   enum admin_column c, struct arena *a, const char **out,
					   struct err *e);
/* RFC 3339 UTC; NULL when empty. */
MUST_CHECK enum errk admin_order_time(const struct admin_order_rows *o, enum admin_column c,
				      struct arena *a, const char **out, struct err *e);
/* The day of such a time in the shop's time zone; NULL = it does not say. */
const char *admin_order_day(const struct admin_order_rows *o, enum admin_column c, struct arena *a);
/* NULL when empty. */
const char *admin_order_text(const struct admin_order_rows *o, enum admin_column c);
/* The same without the apostrophe that exports put before zips and phone numbers. */
const char *admin_order_unquoted(const struct admin_order_rows *o, enum admin_column c);
const char *admin_lower(struct arena *a,
			const char *text); /* ASCII, blanks become "_"; NULL gives NULL */

void admin_json_amount(cJSON *obj, const char *key, struct decimal value);
/* The pieces of a list, trimmed, empty ones left out; returns their number. */
size_t admin_split(const char *text, const char *separator, struct arena *a, const char ***out);

#endif
