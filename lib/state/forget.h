#ifndef ERPSYNC_STATE_FORGET_H
#define ERPSYNC_STATE_FORGET_H

#include "base/secrets.h"
#include "state/state.h"

/*
 * Erasing a person. Links stay: they hold ids, versions and hashes, and without them a record would
 * be delivered twice.
 */

/* Drops the documents of the record's delivered rows, in all flows; *n = how many. */
MUST_CHECK enum errk forget_documents(struct state *s, const char *record, int64_t *n,
				      struct err *e);
/*
 * Goes through every text that the state file keeps of records and runs (labels, reasons, journal,
 * answers, kept texts, notes) and hides in it what pick(record) gives; record "" where a text belongs to
 * none. *n = texts that were changed.
 */
MUST_CHECK enum errk forget_texts(struct state *s,
				  const struct hidden *(*pick)(void *ctx, const char *record),
				  void *ctx, int64_t *n, struct err *e);
/*
 * The file anew without what was erased, also in the pages that were freed and in the -wal. E_BUSY
 * while another process reads; then the old bytes stay until the next time.
 */
MUST_CHECK enum errk forget_bytes(struct state *s, struct err *e);

#endif
