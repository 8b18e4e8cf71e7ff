#ifndef ERPSYNC_CONNECTORS_SHOPIFY_ADMIN_ORDERS_NEWER_H
#define ERPSYNC_CONNECTORS_SHOPIFY_ADMIN_ORDERS_NEWER_H

#include "base/csvfile.h"
#include "connectors/connector.h"
#include "files/sources.h"

/*
 * What other files of the folder say of the orders of one: newer ones, which it does not undo, and those of the same time, of
 * which nothing tells which is newer.
 */
struct admin_newer;

struct admin_newer *admin_newer_new(enum csv_encoding declared);
void admin_newer_free(struct admin_newer *x); /* takes NULL */

/*
 * Of files of one time, in the order of source_list, one follows by a nanosecond where its name, and the name of each that comes
 * after it, tells that it is newer than all that come before it: those in between of which nothing tells it have one time. That is
 * their order_ns alone, for what lies beside a file says nothing of when it was written.
 */
void admin_newer_rank(struct source_file *file, size_t n);
/* f is going to be read; at: which files have been, NULL = it does not matter. One that can't be read yet says nothing. */
MUST_CHECK enum errk admin_newer_find(struct admin_newer *x, const struct source_file *f,
				      const struct source_cursor *at,
				      const struct source_file *file, size_t n, struct arena *a,
				      struct err *e);
/*
 * Of a record of that file: true = a newer one that was read has said otherwise or the same. Else it may be superseded by one
 * that is to come, and is parked ("order_twice") where a file of the same time says otherwise, and their two names do not tell
 * which is newer.
 */
bool admin_newer_judge(const struct admin_newer *x, const struct source_file *f, struct record *r,
		       int64_t line, struct arena *a);

#endif
