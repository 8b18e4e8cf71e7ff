#ifndef ERPSYNC_HELP_H
#define ERPSYNC_HELP_H

#include "base/arena.h"
#include "base/str.h"
#include "cmd.h"

/*
 * Texts made from the tables of commands, options, exit statuses and settings; each
 * appends to out.
 */
void help_overview(struct str *out, struct arena *a);
void help_noun(struct str *out, const char *noun, struct arena *a);
void help_command(struct str *out, const struct command *c, struct arena *a);
void help_exit_status(struct str *out);
void help_config(struct str *out, struct arena *a);

/* The bash completion as cmd/erpsync.bash holds it. */
void completion_script(struct str *out, struct arena *a);

#endif
