#ifndef ERPSYNC_BASE_ADVICE_H
#define ERPSYNC_BASE_ADVICE_H

#include "base/err.h"

/*
 * What to do, said once. Adds it to a message, but not where that says it already: where it has any of `said`, a list
 * that ends with NULL.
 */
void advice_add(struct err *e, const char *const *said, const char *fmt, ...) PRINTF_LIKE(3, 4);
/*
 * Puts a further reason into *all (kind E_OK: there is none yet). What both say to do at their end stands there once; a
 * reason that *all has is not added.
 */
void advice_join(struct err *all, const struct err *why);

#endif
