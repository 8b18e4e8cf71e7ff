#ifndef ERPSYNC_CMD_FLOW_H
#define ERPSYNC_CMD_FLOW_H

#include "cmd.h"
#include "sync/sync.h"

/*
 * Runs a flow and prints as it goes: progress, records, notices, summary, what was parked. With
 * --json it prints one object that begins with json_head ("\"format\": 1"), without a line's end.
 * Fills o's callbacks. *status is the exit status of this run; an error is returned, not printed.
 */
MUST_CHECK enum errk flow_run(struct cmd *c, const struct flow *f, struct sync_options *o,
			      const char *json_head, int *status, struct err *e);

/* --to: "csv:DIR" of a system that takes what the flow sends; else usage_error. */
MUST_CHECK enum errk flow_check_target(const struct flow *f, const char *to, struct arena *a,
				       struct err *e);

#endif
