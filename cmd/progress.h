#ifndef ERPSYNC_PROGRESS_H
#define ERPSYNC_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "sync/sync.h"

/* A line on stderr, redrawn while a run goes on; nothing where stderr is no terminal. */
struct progress {
	bool shown; /* stderr is a terminal */
	bool drawn; /* the line stands there now */
	int64_t begun_ms, drawn_ms;
};

void progress_begin(struct progress *p);
/* At most five times a second, whatever the caller does. */
void progress_update(struct progress *p, const struct sync_summary *s);
/* Takes the line away, before anything else is printed and at the end. */
void progress_clear(struct progress *p);

/* The text of the line after ms milliseconds. */
const char *progress_text(const struct sync_summary *s, int64_t ms, struct arena *a);

#endif
