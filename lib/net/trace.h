#ifndef ERPSYNC_NET_TRACE_H
#define ERPSYNC_NET_TRACE_H

#include "net/http.h"

/*
 * The file behind --trace: a block per request and a block per answer, joined by a
 * number, masked by redact.h and secrets.h. Requests are written before they are sent, so that the last
 * one of a killed run is there. A trace that can't be written (disk full) never fails a
 * run.
 */
struct trace;

/* Appends; the file is made, or set to, mode 0600. E_LOCAL "trace". */
MUST_CHECK enum errk trace_open(const char *path, struct trace **out, struct err *e);
void trace_close(struct trace *t); /* takes NULL */

/* The number of the block; all take a NULL trace and do nothing. */
int64_t trace_request(struct trace *t, const struct http_request *r, int try_no);
void trace_answer(struct trace *t, int64_t no, const struct http_answer *a, bool hide_body,
		  int64_t took_ms);
void trace_failure(struct trace *t, int64_t no, const char *why, int64_t took_ms);

#endif
