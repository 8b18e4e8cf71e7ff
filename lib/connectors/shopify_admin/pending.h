#ifndef ERPSYNC_CONNECTORS_SHOPIFY_ADMIN_PENDING_H
#define ERPSYNC_CONNECTORS_SHOPIFY_ADMIN_PENDING_H

#include <stdint.h>

#include "base/err.h"

/*
 * What the files for the admin's import ask for that lie in their folder, waiting for a person. The state file
 * knows of each what is in it; a new one, after the old one was lost, does not: this is asked for records of
 * which nothing is known, so that no second file takes back what the first one says.
 */
struct admin_pending;

/*
 * key: "products", "inventory", as the files are called. Handles and SKUs of all that are there. E_LOCAL: one of
 * them can't be read.
 */
MUST_CHECK enum errk admin_pending_read(const char *dir, const char *key,
					struct admin_pending **out, struct err *e);
void admin_pending_free(struct admin_pending *x); /* takes NULL */

enum admin_pending_by { PENDING_HANDLE, PENDING_SKU, PENDING_COUNT_ };
/* The newest file with it, if that was made after this time; NULL: there is none. */
const char *admin_pending_file(const struct admin_pending *x, enum admin_pending_by by,
			       const char *text, int64_t after_ns);

/* What lies there, whatever is in it: how many files, and since when the oldest (seconds). A missing folder holds none. */
MUST_CHECK enum errk admin_pending_count(const char *dir, const char *key, int64_t *n,
					 int64_t *since, struct err *e);

static inline void cleanup_admin_pending(struct admin_pending **p)
{
	admin_pending_free(*p);
}

#endif
