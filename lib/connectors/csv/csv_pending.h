#ifndef ERPSYNC_CONNECTORS_CSV_PENDING_H
#define ERPSYNC_CONNECTORS_CSV_PENDING_H

#include <stdint.h>

#include "base/err.h"

/*
 * What the files for the admin's import ask for that lie in their folder, waiting for a person. The state file
 * knows of each what is in it; a new one, after the old one was lost, does not: this is asked for records of
 * which nothing is known, so that no second file takes back what the first one says.
 */
struct csv_pending;

/*
 * key: "products", "inventory", as the files are called. Handles and SKUs of all that are there. E_LOCAL: one of
 * them can't be read.
 */
MUST_CHECK enum errk csv_pending_read(const char *dir, const char *key, struct csv_pending **out,
				      struct err *e);
void csv_pending_free(struct csv_pending *x); /* takes NULL */

enum csv_pending_by { PENDING_HANDLE, PENDING_SKU, PENDING_COUNT_ };
/* The newest file with it, if that was made after this time; NULL: there is none. */
const char *csv_pending_file(const struct csv_pending *x, enum csv_pending_by by, const char *text,
			     int64_t after_ns);

static inline void cleanup_csv_pending(struct csv_pending **p)
{
	csv_pending_free(*p);
}

#endif
