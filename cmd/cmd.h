#ifndef ERPSYNC_CMD_H
#define ERPSYNC_CMD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "options.h"
#include "sync/flow.h"
#include "sync/session.h"

/* What must be open before a command runs; main() opens it. */
enum needs {
	NEED_CONF = 1 << 0,
	NEED_STATE = 1 << 1, /* includes NEED_CONF, as NEED_WIRE does */
	NEED_WIRE = 1 << 2,
	BY_CRON = 1 << 3, /* runs again by itself: "try later" is no news */
};

/* One invocation. */
struct cmd {
	const struct command *command;
	const struct args *args;
	struct session session; /* open as far as the command's needs say */
	struct arena *arena;    /* until the process ends */
	bool json, verbose;
	bool answered; /* the JSON document was begun: main() adds none for an error */
	int status;    /* exit status when run() returns E_OK */
};

/* A row of the dispatch table. */
struct command {
	const char *noun, *verb; /* verb NULL: the noun alone is the command */
	const char *operands;    /* as shown, "WHO..."; NULL = none are taken */
	size_t min_operands, max_operands;
	const struct opt *options; /* ended by a row with name NULL */
	unsigned needs;
	/* Prints its result; main() prints an error, which decides the exit status. */
	enum errk (*run)(struct cmd *c, struct err *e);
	const char *help;        /* one sentence */
	const char *more;        /* what else --help says; may be NULL */
	const struct flow *flow; /* of a flow's command, else NULL */
};

/* FLOWS_MAX: rows that lib/sync's table of flows may have. */
enum { MANY_OPERANDS = 100000, FLOWS_MAX = 16 };

/* Options that every command takes. */
extern const struct opt global_options[];

/* commands.c: the i-th command, flows first; false past the last. */
bool commands_at(size_t i, struct command *out);
/* command.c: the table that everything below is asked of, once at the start … */
void command_table(bool (*table)(size_t i, struct command *out));
/* … and its rows. */
bool command_at(size_t i, struct command *out);
/*
 * E_LOCAL "usage" with the nearest name. verb NULL: the command that is the noun alone.
 */
MUST_CHECK enum errk command_find(const char *noun, const char *verb, struct command *out,
				  struct err *e);
bool noun_exists(const char *noun);
bool noun_has_verbs(const char *noun);
/* "orders export" */
const char *command_name(const struct command *c, struct arena *a);

MUST_CHECK enum errk cmd_flow(struct cmd *c, struct err *e);
MUST_CHECK enum errk cmd_run(struct cmd *c, struct err *e);
MUST_CHECK enum errk cmd_queue_list(struct cmd *c, struct err *e);
MUST_CHECK enum errk cmd_queue_show(struct cmd *c, struct err *e);
MUST_CHECK enum errk cmd_queue_retry(struct cmd *c, struct err *e);
MUST_CHECK enum errk cmd_queue_drop(struct cmd *c, struct err *e);
MUST_CHECK enum errk cmd_adopt(struct cmd *c, struct err *e);
MUST_CHECK enum errk cmd_status(struct cmd *c, struct err *e);
MUST_CHECK enum errk cmd_check(struct cmd *c, struct err *e);
MUST_CHECK enum errk cmd_skus_check(struct cmd *c, struct err *e);
MUST_CHECK enum errk cmd_map(struct cmd *c, struct err *e);
MUST_CHECK enum errk cmd_explain(struct cmd *c, struct err *e);
MUST_CHECK enum errk cmd_forget(struct cmd *c, struct err *e);
MUST_CHECK enum errk cmd_state_backup(struct cmd *c, struct err *e);
MUST_CHECK enum errk cmd_state_check(struct cmd *c, struct err *e);
MUST_CHECK enum errk cmd_state_path(struct cmd *c, struct err *e);
MUST_CHECK enum errk cmd_state_moved(struct cmd *c, struct err *e);
MUST_CHECK enum errk cmd_help(struct cmd *c, struct err *e);

#endif
