#ifndef ERPSYNC_FILES_OUTBOX_H
#define ERPSYNC_FILES_OUTBOX_H

#include "connectors/connector.h"
#include "files/render.h"

/*
 * Batches of documents become files in a folder that the other side reads: the exchange folder of
 * an ERP, or the folder of files for the import of a store's admin. README.md in this folder states
 * the protocol for the other side, and what survives which interruption.
 */
struct outbox {
	const char *dir;
	struct render_style style;
	bool ack;                        /* acknowledgement files are expected */
	bool dry_run;                    /* nothing is written, locked or created */
	const struct connector_env *env; /* whom to tell; NULL = nobody */
};

/*
 * As connector.h. E_UNSURE: decided, but not all of it could be published; the next put goes on. An
 * item without doc is not written: it keeps the outcome that it has, unless an earlier put of this
 * batch has written it. as: by item, the parts of its target, whose id is the name of the file; the list
 * may be NULL.
 */
MUST_CHECK enum errk outbox_put(const struct outbox *x, struct put_batch *batch,
				const struct target *as, struct arena *a, struct err *e);
/*
 * What failed after the batch was decided: another batch with these records would double them, so they are unsure.
 * Where they were before, they stay so, and what fails is told as what it is: a person may have to mend it.
 */
enum errk outbox_undone(const struct put_batch *batch, struct err *e);
void outbox_committed(const struct outbox *x, const struct put_batch *batch);
/* makes: a run creates the folder; else it only reads there. */
MUST_CHECK enum errk outbox_check(const struct outbox *x, bool makes, const struct check_sink *sink,
				  struct err *e);

#endif
