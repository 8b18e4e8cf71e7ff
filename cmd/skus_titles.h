#ifndef ERPSYNC_SKUS_TITLES_H
#define ERPSYNC_SKUS_TITLES_H

#include "cmd.h"

/* `skus check --titles`: rows on standard output, for --csv in its file, or with --json. */
MUST_CHECK enum errk skus_titles(struct cmd *c, struct err *e);

#endif
