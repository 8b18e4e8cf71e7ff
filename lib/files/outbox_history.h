#ifndef ERPSYNC_FILES_OUTBOX_HISTORY_H
#define ERPSYNC_FILES_OUTBOX_HISTORY_H

#include "files/batch.h"
#include "files/outbox.h"

/*
 * Who has written into an exchange folder, and what: .erpsync/writers has for each writer (a flow of a
 * state file, see struct history) the numbers of its last batches, and the batch that it was about to
 * decide. The other side may take all files away; this stays. Refunds have books of their own, writers-refunds.
 */

/* This batch is about to be decided under this number. Before the decision. */
MUST_CHECK enum errk outbox_history_begin(const char *dir, const struct put_batch *batch,
					  int64_t number, struct arena *a, struct err *e);
/* It was: the number counts. batch->writer may be NULL: then nothing happens. */
MUST_CHECK enum errk outbox_history_end(const char *dir, const struct put_batch *batch,
					const struct file_batch *b, struct arena *a, struct err *e);

/* As connector.h. */
MUST_CHECK enum errk outbox_history(const struct outbox *x, const struct history_request *q,
				    struct arena *a, struct history *out, struct err *e);
/* The highest numbers of all of the kind that is there: of new records, and of changed ones. */
MUST_CHECK enum errk outbox_history_numbers(const char *dir, enum record_kind kind, struct arena *a,
					    int64_t last[2], struct err *e);
/* By the manifests in the folder, in its archive/, in the folders named, and those not yet published. */
MUST_CHECK enum errk outbox_landed(const struct outbox *x, struct landed_request *q,
				   struct arena *a, struct err *e);

#endif
