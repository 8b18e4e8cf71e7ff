#ifndef ERPSYNC_FILES_ACK_H
#define ERPSYNC_FILES_ACK_H

#include "files/outbox.h"

/*
 * Acknowledgements: orders-000001.ack beside the batch, one answer a line:
 *
 *	ok                              everything that no other line names was taken
 *	ok #1001                        this order was
 *	error #1001: customer is blocked    this order was not ("rejected" says the same)
 *	error: wrong period             nothing was
 *
 * Each answer is handed to fn: what is doubted first, then "ok", then those that name an order, so that single
 * refusals have the last word, and at last the end of the document. Then the file moves to .erpsync/acks/, but for a dry run. Killed in between, the same
 * answers come again.
 * What is no text (ack_sign) is told, and stays; so does what fn takes for an answer to another's file (E_RECORD). Answers to
 * files of a kind that is counted apart are read for that kind alone, and no others.
 */
MUST_CHECK enum errk ack_read_new(const struct outbox *x, enum record_kind kind, struct arena *a,
				  enum errk (*fn)(void *ctx, const struct acknowledgement *s,
						  struct err *e),
				  void *ctx, struct err *e);

/* Was this batch ("orders-000001") answered so that nobody can be sure? Of what was read and put away. */
bool ack_is_doubtful(const struct outbox *x, const char *base, struct arena *a);

/*
 * What is called as an acknowledgement and can't be read, or almost as one and is not read, one after the other,
 * with what to do. only: of files that are counted with this kind's; NULL = of all.
 */
MUST_CHECK enum errk ack_unreadable(const struct outbox *x, const enum record_kind *only,
				    struct arena *a,
				    void (*say)(void *ctx, const char *what, const char *remedy),
				    void *ctx, struct err *e);

/* The answers to a batch ("orders-000001") that were read before, each to fn; none: nothing happens. */
MUST_CHECK enum errk ack_read_again(const struct outbox *x, const char *base, struct arena *a,
				    enum errk (*fn)(void *ctx, const struct acknowledgement *s,
						    struct err *e),
				    void *ctx, struct err *e);

#endif
